//! How far a question looks: the repository around a folder, and uv workspaces around a project.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use globset::GlobBuilder;

use super::project::manifest_of;
use super::{Project, Workspace};
use crate::manifest::{ManifestKind, UvWorkspace};
use crate::text::Spanned;
use crate::vfs::{FileId, Grounds, join, normalize};

/// Folders a member glob may lead through; `**` in a huge tree is cut there.
const MAX_MEMBERS: usize = 20_000;

impl Workspace {
    /// The outermost folder that knowledge about `dir` may come from: the repository around it (for a submodule, the
    /// one that holds it), else a folder with `crossloc.toml` or a uv workspace, else the opened folder, else `dir`.
    pub fn boundary(&self, dir: &Utf8Path) -> Utf8PathBuf {
        self.structure.places.boundaries.get(dir.as_str(), || {
            // What is mounted knows of nothing around it.
            if let Some(root) = self.files.mount_of(dir) {
                return root;
            }
            let home = self.surroundings.home();
            let mut outermost = None;
            for ancestor in dir.ancestors() {
                if ancestor.parent().is_none() || home.as_deref() == Some(ancestor) {
                    break;
                }
                let listing = self.files.list(ancestor);
                if listing.kind(".git").is_some() {
                    outermost = Some(ancestor);
                    if !self.is_submodule(ancestor) {
                        break;
                    }
                } else if listing.kind("crossloc.toml").is_some() || self.uv_workspace(ancestor).is_some() {
                    outermost = Some(ancestor);
                }
            }
            let opened =
                self.folders.iter().filter(|folder| dir.starts_with(folder)).min_by_key(|f| f.as_str().len());
            match (outermost, opened) {
                (Some(outermost), Some(opened)) if outermost.starts_with(opened) => opened.clone(),
                (Some(outermost), _) => outermost.to_owned(),
                (None, Some(opened)) => opened.clone(),
                (None, None) => dir.to_owned(),
            }
        })
    }

    /// The folders, the files in which are the workspace's own: the repositories around the opened folders, and those that
    /// the configuration names.
    pub fn grounds(&self) -> Arc<Grounds> {
        let work_out = || {
            let opened = self.folders.iter().map(|folder| self.boundary(folder));
            Arc::new(Grounds::of(&self.files, opened.chain(self.sibling_repositories())))
        };
        self.structure.grounds.get_or_init(work_out).clone()
    }

    /// What may be quoted from: with the projects that sources lead to elsewhere. Walks everything.
    pub fn quotable(&self) -> Grounds {
        let projects = self.discovery().projects.clone();
        let grounds = self.grounds();
        let elsewhere = projects.into_iter().filter(|dir| !grounds.hold(&self.files, dir));
        Grounds::clone(&grounds).with(&self.files, elsewhere)
    }

    /// A path without the symbolic links between it and the outermost folder around it, so that one file has one name. What encloses the workspace keeps its spelling, which is the client's.
    pub fn own_name(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.structure.places.own_names.get(path.as_str(), || {
            let boundary = self.boundary(path.parent().unwrap_or(path));
            let real = self.files.real_path(path);
            let real_boundary =
                self.structure.places.real_paths.get(boundary.as_str(), || self.files.real_path(&boundary));
            match real.strip_prefix(real_boundary) {
                Ok(below) if below.as_str().is_empty() => boundary,
                Ok(below) => boundary.join(below),
                Err(_) => real,
            }
        })
    }

    /// Whether a folder's `.git` is a file that leads into `.git/modules` of a repository around it.
    pub(super) fn is_submodule(&self, dir: &Utf8Path) -> bool {
        let git = FileId::new(&dir.join(".git"));
        self.files.is_file(git.path())
            && self.files.text(&git).is_ok_and(|text| {
                let target = text.text.trim().strip_prefix("gitdir:").unwrap_or("").trim();
                join(dir, target).as_str().contains("/.git/modules/")
            })
    }

    /// `[tool.uv.workspace]` of a folder's pyproject.toml. How far the workspace reaches hangs on it, so that it has to be
    /// the folder's own by itself.
    fn uv_workspace(&self, dir: &Utf8Path) -> Option<UvWorkspace> {
        let file = dir.join("pyproject.toml");
        let own = self.files.is_file(&file) && Grounds::default().own(&self.files, dir, &file);
        own.then(|| manifest_of(&self.files, &FileId::new(&file)))??.workspace.clone()
    }

    /// The uv workspace root that `project` is a member (or the root) of.
    pub fn workspace_root(&self, project: &Project) -> Option<Arc<Project>> {
        let dir = &project.dir;
        let root = self.structure.workspace_roots.get(dir.as_str(), || {
            let boundary = self.boundary(dir);
            for ancestor in dir.ancestors().take_while(|ancestor| ancestor.starts_with(&boundary)) {
                let Some(workspace) = self.uv_workspace(ancestor) else { continue };
                // uv stops at the first root upward, whether or not it counts the project in.
                let below = dir.strip_prefix(ancestor).ok()?;
                let member = below.as_str().is_empty()
                    || (any_match(&workspace.members, below) && !any_match(&workspace.exclude, below));
                return member.then(|| ancestor.to_owned());
            }
            None
        })?;
        self.project_at(&root)
    }

    /// The folders of a uv workspace: its root and every member's, sorted; a folder without pyproject.toml is none.
    pub fn workspace_members(&self, root: &Project) -> Arc<Vec<Utf8PathBuf>> {
        let dir = &root.dir;
        self.structure.members.get(dir.as_str(), || {
            let mut members = vec![dir.clone()];
            if let Some(workspace) =
                root.manifest(ManifestKind::Pyproject).and_then(|(_, m)| m.workspace.as_ref())
            {
                for pattern in &workspace.members {
                    members.extend(self.expand(dir, &pattern.value));
                }
                members.retain(|member| {
                    let below = member.strip_prefix(dir).unwrap_or(member);
                    let excluded = !below.as_str().is_empty() && any_match(&workspace.exclude, below);
                    !excluded && self.files.is_file(&member.join("pyproject.toml"))
                });
            }
            members.sort();
            members.dedup();
            Arc::new(members)
        })
    }

    /// The folders below `base` that a glob names, segment by segment, so that only matching folders are listed.
    pub fn expand(&self, base: &Utf8Path, pattern: &str) -> Vec<Utf8PathBuf> {
        let mut found = vec![base.to_owned()];
        for segment in pattern.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
            let mut next = Vec::new();
            for dir in &found {
                if segment == "**" {
                    self.below(dir, &mut next);
                } else if segment.contains(['*', '?', '[', '{']) {
                    let Ok(glob) = GlobBuilder::new(segment).literal_separator(true).build() else {
                        continue;
                    };
                    let matcher = glob.compile_matcher();
                    let listing = self.files.list(dir);
                    let dirs = listing.dirs().filter(|name| !name.starts_with('.') && matcher.is_match(name));
                    next.extend(dirs.map(|name| dir.join(name)));
                } else {
                    let path = normalize(&dir.join(segment));
                    if self.files.is_dir(&path) {
                        next.push(path);
                    }
                }
                if next.len() > MAX_MEMBERS {
                    break;
                }
            }
            found = next;
        }
        found
    }

    fn below(&self, dir: &Utf8Path, out: &mut Vec<Utf8PathBuf>) {
        let mut waiting = vec![(dir.to_owned(), 0)];
        while let Some((dir, depth)) = waiting.pop() {
            if depth < 12 && out.len() < MAX_MEMBERS {
                let listing = self.files.list(&dir);
                // A link leads elsewhere, which has a name of its own.
                let wanted =
                    |name: &&str| !name.starts_with('.') && *name != "node_modules" && !listing.is_link(name);
                for name in listing.dirs().filter(wanted) {
                    waiting.push((dir.join(name), depth + 1));
                }
            }
            out.push(dir);
        }
    }
}

/// Whether one of the globs names the folder `below` (relative to the workspace root).
fn any_match(patterns: &[Spanned<String>], below: &Utf8Path) -> bool {
    patterns.iter().any(|pattern| {
        let text = pattern.value.trim_start_matches("./").trim_end_matches('/');
        GlobBuilder::new(text)
            .literal_separator(true)
            .build()
            .is_ok_and(|glob| glob.compile_matcher().is_match(below.as_str()))
    })
}
