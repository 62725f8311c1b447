//! What a fixture has beside its live files: tagged commits and archives.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use camino::Utf8Path;
use crossloc::vfs::Files;
use sha2::{Digest, Sha256};

use super::Problem;
use super::parse::{File, Fixture};
use super::run::write_file;

/// The keys of trees that are no folders, with how the fixture calls them: a commit's `v0.1.3:shared`, an archive's
/// `dist/acme-1.0-py3-none-any.whl!`.
#[derive(Default)]
pub struct History {
    trees: Vec<(String, String)>,
}

impl History {
    /// Writes all sections in order, committing where a line says so.
    pub fn write(root: &Utf8Path, fixture: &Fixture) -> Result<Self, Problem> {
        let mut history = Self::default();
        let mut archives: BTreeMap<String, Vec<&File>> = BTreeMap::new();
        for (number, file) in fixture.files.iter().enumerate() {
            history.commit(root, fixture, number)?;
            match file.path.split_once("!/") {
                Some((archive, _)) => archives.entry(archive.to_owned()).or_default().push(file),
                None => write_file(root, file)
                    .map_err(|error| Problem::new(file.header, format!("{}: {error}", file.path)))?,
            }
        }
        history.commit(root, fixture, fixture.files.len())?;
        for (path, members) in archives {
            let header = members[0].header;
            let bytes = archive(&path, &members).map_err(|error| Problem::new(header, error.to_string()))?;
            let key = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let target = root.join(&path);
            let written = target.parent().map_or(Ok(()), std::fs::create_dir_all);
            written
                .and_then(|()| std::fs::write(&target, bytes))
                .map_err(|error| Problem::new(header, error.to_string()))?;
            history.trees.push((key, format!("{path}!")));
        }
        Ok(history)
    }

    /// How the fixture calls a file of a mounted tree.
    pub fn name(&self, files: &Files, path: &Utf8Path) -> Option<String> {
        let mount = files.mount_of(path)?;
        let (_, key) = mount.file_name()?.rsplit_once('-')?;
        let (_, name) = self.trees.iter().find(|(whole, _)| whole.starts_with(key))?;
        Some(format!("{name}/{}", path.strip_prefix(&mount).ok()?))
    }

    fn commit(&mut self, root: &Utf8Path, fixture: &Fixture, written: usize) -> Result<(), Problem> {
        for tag in fixture.tags.iter().filter(|tag| tag.files == written) {
            let dir = root.join(&tag.dir);
            let run =
                |arguments: &[&str]| git(&dir, arguments).map_err(|said| Problem::new(tag.written, said));
            run(&["init", "--quiet"])?;
            run(&["add", "--all"])?;
            run(&["commit", "--quiet", "--allow-empty", "--message", &tag.name])?;
            run(&["tag", &tag.name])?;
            let commit = run(&["rev-parse", "HEAD"])?;
            let name =
                if tag.dir == "." { format!("{}:.", tag.name) } else { format!("{}:{}", tag.name, tag.dir) };
            self.trees.push((commit.trim().to_owned(), name));
        }
        Ok(())
    }
}

fn git(dir: &Utf8Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "fixture")
            .env(format!("GIT_{role}_EMAIL"), "fixture@example.org");
        command.env(format!("GIT_{role}_DATE"), "2025-01-06T09:00:00+00:00");
    }
    let output = command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "core.autocrlf=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(arguments)
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("git: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("git: {}", text(&output.stderr)))
    }
}

/// A wheel (zip) or an sdist (`.tar.gz`).
fn archive(path: &str, members: &[&File]) -> std::io::Result<Vec<u8>> {
    let named =
        members.iter().map(|file| (file.path.split_once("!/").map_or("", |(_, name)| name), &file.text));
    if path.ends_with(".tar.gz") {
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (name, text) in named {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, text.as_bytes())?;
        }
        return tar.into_inner()?.finish();
    }
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in named {
        zip.start_file(name, zip::write::SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Where a section's text is found: in the live tree or, where a later section replaces it, in the commit that keeps it.
pub fn path_of(fixture: &Fixture, index: usize) -> String {
    let path = &fixture.files[index].path;
    match fixture.kept_by(index) {
        Some(tag) => match path.strip_prefix(&format!("{}/", tag.dir)) {
            Some(below) => format!("{}:{}/{below}", tag.name, tag.dir),
            None => format!("{}:./{path}", tag.name),
        },
        None => match path.split_once(".tar.gz!/") {
            // The folder that an sdist's members lie in is no part of its tree.
            Some((archive, member)) => {
                format!("{archive}.tar.gz!/{}", member.split_once('/').map_or(member, |(_, rest)| rest))
            }
            None => path.clone(),
        },
    }
}
