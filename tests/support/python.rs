//! Virtual environments for tests that are held against programs from PyPI.

use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

/// The interpreter of a virtual environment with what a requirements file pins; made anew when the file changes.
pub fn environment(name: &str, requirements: &Path) -> Utf8PathBuf {
    let dir = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let python = dir.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted = std::fs::read_to_string(requirements).unwrap();
    let mark = dir.join("installed.txt");
    if std::fs::read_to_string(&mark).ok().as_deref() != Some(&wanted) {
        let base = if cfg!(windows) { "python" } else { "python3" };
        run(Command::new(base).args(["-m", "venv", "--clear", dir.as_str()]));
        let mut install = Command::new(python.as_std_path());
        run(install
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(requirements));
        std::fs::write(mark, wanted).unwrap();
    }
    python
}

/// Runs to the end and gives what is printed; what is said besides is shown where the test fails.
pub fn run(command: &mut Command) -> Vec<u8> {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("this test needs Python with `venv` and `pip`: {command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "this test needs Python with `venv` and `pip`: {command:?} failed:\n{said}"
    );
    eprintln!("{said}");
    output.stdout
}
