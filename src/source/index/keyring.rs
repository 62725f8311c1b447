//! The `keyring` command, where the user's configuration asks for it.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use url::Url;

use crate::source::{Secret, Surroundings};

/// How long the command may take: it may have to unlock something.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes read of its answer.
const MAXIMUM: u64 = 64 * 1024;

/// What `keyring get URL USERNAME` prints, asked for the address first and for its host then, as uv and pip do.
pub(super) fn get(url: &Url, username: &Secret, surroundings: &Surroundings) -> Option<Secret> {
    let program = find(surroundings)?;
    let host = url.host_str()?;
    [url.as_str(), host].into_iter().find_map(|service| ask(&program, service, username))
}

/// The command in the folders of `PATH`.
fn find(surroundings: &Surroundings) -> Option<Utf8PathBuf> {
    let name = if cfg!(windows) { "keyring.exe" } else { "keyring" };
    surroundings.program_folders().into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn ask(program: &Utf8Path, service: &str, username: &Secret) -> Option<Secret> {
    let mut child = Command::new(program)
        .args(["get", service, username.expose()])
        .current_dir(program.parent()?)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let output = child.stdout.take()?;
    let (said, hear) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = output.take(MAXIMUM).read_to_string(&mut text);
        // Nobody listens any more when it was too late.
        let _ = said.send(read.ok().map(|_| text));
    });
    let began = Instant::now();
    let answer = hear.recv_timeout(PATIENCE).ok().flatten();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if answer.is_some() && began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(1));
            }
            _ => {
                // It may have ended by itself in the meantime.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    let password = answer.filter(|_| status.success())?;
    let password = password.trim_end_matches(['\r', '\n']);
    (!password.is_empty()).then(|| Secret::new(password))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_command_is_asked_for_the_address_then_for_its_host() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(dir.path()).unwrap();
        let script = "#!/bin/sh\n\
            case \"$1 $2 $3\" in\n\
            'get https://corp.example/simple me') echo by-address;;\n\
            'get corp.example you') echo by-host;;\n\
            *) echo wrong; exit 1;;\nesac\n";
        std::fs::write(folder.join("keyring"), script).unwrap();
        std::fs::set_permissions(folder.join("keyring"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let asked = |path: &str, username: &str| {
            let url = Url::parse("https://corp.example/simple").unwrap();
            let surroundings = Surroundings::default().with("PATH", path);
            get(&url, &Secret::new(username), &surroundings).map(|secret| secret.expose().to_owned())
        };
        let path = format!("bin:{folder}:/bin");
        assert_eq!(asked(&path, "me").as_deref(), Some("by-address"));
        assert_eq!(asked(&path, "you").as_deref(), Some("by-host"));
        assert_eq!(asked(&path, "x; echo injected"), None);
        assert_eq!(asked("bin:.:", "me"), None);
    }
}
