//! Which folders a command knows, and on which part of them it reports.

use camino::{Utf8Path, Utf8PathBuf};

use super::Failure;
use crate::manifest::DocumentKind;
use crate::vfs::{FileId, join, relative};
use crate::workspace::Workspace;

/// The current folder and the PATH arguments, made absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The folders that make the workspace; the first is the one that paths are shown relative to.
    pub folders: Vec<Utf8PathBuf>,
    /// How that one is called from the current folder.
    pub root_name: String,
    /// Files and folders that findings are limited to.
    paths: Vec<Utf8PathBuf>,
    current: Utf8PathBuf,
}

impl Scope {
    /// From the PATH arguments; none means the current folder. A path that does not exist is a failure.
    pub fn new(arguments: &[Utf8PathBuf]) -> Result<Self, Failure> {
        let current = current_folder()?;
        let mut paths = Vec::new();
        for argument in arguments {
            let path = join(&current, argument.as_str());
            if let Err(error) = path.metadata() {
                return Err(Failure::new(format!("cannot check `{argument}`: {}", reason(&error))));
            }
            paths.push(path);
        }
        Ok(Self::over(current, paths))
    }

    /// Paths limit what is reported, never what is known: where the current folder is part of a repository or a
    /// workspace that holds them, all of it is known. Elsewhere (a home folder) only the paths themselves are, and so is
    /// what links lead out to, which is looked at only where it is asked for by name.
    fn over(current: Utf8PathBuf, paths: Vec<Utf8PathBuf>) -> Self {
        let real = |path: &Utf8Path| path.canonicalize_utf8().ok();
        let here = real(&current);
        let leads_out = |path: &Utf8Path| {
            path.is_dir() && here.as_ref().zip(real(path)).is_some_and(|(here, path)| !path.starts_with(here))
        };
        let inside = paths.iter().all(|path| path.starts_with(&current) && !leads_out(path));
        let folders = if paths.is_empty() || (inside && belongs_together(&current)) {
            vec![current.clone()]
        } else {
            let mut folders: Vec<Utf8PathBuf> = Vec::new();
            for path in &paths {
                let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
                if !folders.iter().any(|known| known == folder) {
                    folders.push(folder.to_owned());
                }
            }
            folders
        };
        let root_name = folders.first().map_or_else(|| ".".to_owned(), |root| relative(root, &current));
        Self { folders, root_name, paths, current }
    }

    /// What was asked for and holds nothing that could be judged, or is known without what it shares, in the user's words.
    pub fn blanks(&self, workspace: &Workspace) -> Vec<String> {
        let asked = if self.paths.is_empty() { std::slice::from_ref(&self.current) } else { &self.paths };
        let blank = asked.iter().filter_map(|path| blank(workspace, path, &relative(path, &self.current)));
        let mut reasons: Vec<String> = blank.collect();
        let apart = self.folders.iter().filter(|folder| **folder != self.current && !is_known_whole(folder));
        reasons.extend(apart.filter(|folder| workspace.boundary(folder) == **folder).map(|folder| {
            let shown = relative(folder, &self.current);
            format!(
                "`{shown}` lies in no repository, so that nothing around it is known; a crossloc.toml in the folder that \
                 holds what it shares makes that known"
            )
        }));
        reasons
    }

    /// Whether findings in a file are wanted.
    pub fn covers(&self, file: &FileId) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|path| file.path().starts_with(path))
    }
}

/// The current folder as an absolute path.
pub fn current_folder() -> Result<Utf8PathBuf, Failure> {
    let current = std::env::current_dir()
        .map_err(|error| Failure::new(format!("cannot tell the current folder: {}", reason(&error))))?;
    Utf8PathBuf::from_path_buf(current)
        .map_err(|path| Failure::new(format!("the current folder's name is not UTF-8: {}", path.display())))
}

/// An I/O error in the system's words, without Rust's error number.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Why nothing in a path is judged; none where something may be.
fn blank(workspace: &Workspace, path: &Utf8Path, shown: &str) -> Option<String> {
    let discovery = workspace.discovery();
    let inside = |file: &FileId| file.path().starts_with(path);
    let python = discovery.python.iter().any(inside);
    let others = discovery.manifests.iter().chain(&discovery.locks).any(inside);
    let configuration = DocumentKind::of(path) == DocumentKind::Configuration;
    if !python && !others && !configuration {
        return Some(match path.is_dir() {
            true => format!("there is no Python in `{shown}` that git does not ignore"),
            false => format!("`{shown}` is neither Python nor a manifest"),
        });
    }
    let dir = if path.is_dir() { path } else { path.parent()? };
    let project = workspace.project_around(dir).is_some();
    let below = discovery.projects.iter().any(|project| project.starts_with(path));
    (python && !project && !below).then(|| format!("no manifest makes `{shown}` part of a project"))
}

/// Whether a folder is the root of something, or inside of a repository.
fn belongs_together(folder: &Utf8Path) -> bool {
    let marked = |name: &str| folder.join(name).exists();
    ["crossloc.toml", "pyproject.toml", "workspace.yaml", "dagster_cloud.yaml", "dg.toml"]
        .iter()
        .any(|name| marked(name))
        || is_in_repository(folder)
}

/// Whether all that a folder may share is known with it.
fn is_known_whole(folder: &Utf8Path) -> bool {
    folder.join("crossloc.toml").exists() || is_in_repository(folder)
}

fn is_in_repository(folder: &Utf8Path) -> bool {
    folder.ancestors().any(|ancestor| ancestor.join(".git").exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_limit_reports_and_not_knowledge() {
        let dir = tempfile::tempdir().unwrap();
        let current = Utf8Path::from_path(dir.path()).unwrap().to_owned();
        for folder in ["ws/etl", "ws/ml", "ws/etl2"] {
            std::fs::create_dir_all(current.join(folder)).unwrap();
        }
        let etl = current.join("ws/etl");
        let alone = Scope::over(current.clone(), vec![etl.clone()]);
        assert_eq!((alone.folders.as_slice(), alone.root_name.as_str()), (&[etl.clone()][..], "ws/etl"));
        std::fs::create_dir(current.join("ws/.git")).unwrap();
        let ws = current.join("ws");
        let known = Scope::over(ws.clone(), vec![etl]);
        assert_eq!((known.folders.as_slice(), known.root_name.as_str()), (&[ws.clone()][..], "."));
        let covered =
            ["etl/a.py", "etl2/a.py", "ml/a.py"].map(|path| known.covers(&FileId::new(&ws.join(path))));
        assert_eq!(covered, [true, false, false]);
        let all = Scope::over(ws.clone(), vec![]);
        assert!(all.covers(&FileId::new(&ws.join("ml/a.py"))));
    }
}
