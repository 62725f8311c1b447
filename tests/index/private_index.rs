//! pypiserver, with passwords, as people run it.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::source::index::{FileKind, IndexError};

use crate::packages::{sdist, sha256, wheel};
use crate::{User, acme, declared, python, shown};

pub const PASSWORD: &str = "Zr4-very-private-8";

/// A running pypiserver; it ends with this.
pub struct PypiServer {
    child: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

impl PypiServer {
    /// Serves these files to the user `etl`, and nobody else.
    pub fn start(files: &[(String, Vec<u8>)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        let packages = root.join("packages");
        std::fs::create_dir(&packages).unwrap();
        for (name, bytes) in files {
            std::fs::write(packages.join(name), bytes).unwrap();
        }
        let passwords = root.join("htpasswd");
        let write = "import sys; from passlib.apache import HtpasswdFile as F; f = F(sys.argv[1], new=True); \
                     f.set_password('etl', sys.argv[2]); f.save()";
        python::run(Command::new(interpreter()).args(["-c", write, passwords.as_str(), PASSWORD]));
        // Somebody else may take the port between our looking and its listening.
        let started = (0..5).find_map(|_| Self::try_start(&packages, &passwords));
        let (child, port) = started.unwrap_or_else(|| panic!("pypiserver does not start"));
        Self { child, port, _dir: dir }
    }

    fn try_start(packages: &Utf8Path, passwords: &Utf8Path) -> Option<(Child, u16)> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new(interpreter())
            .args(["-m", "pypiserver", "run", "--interface", "127.0.0.1", "--port", &port.to_string()])
            .args(["--authenticate", "list,download,update", "--passwords", passwords.as_str()])
            .args(["--disable-fallback", "--hash-algo", "sha256", "--server", "wsgiref"])
            .args(["--backend", "simple-dir", packages.as_str()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none() {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some((child, port));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
        None
    }

    pub fn index(&self) -> String {
        format!("http://127.0.0.1:{}/simple/", self.port)
    }

    /// The index's address with a user, or a user and a password, in it.
    pub fn index_as(&self, user: &str) -> String {
        self.index().replacen("://", &format!("://{user}@"), 1)
    }
}

impl Drop for PypiServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn interpreter() -> &'static Utf8PathBuf {
    static INTERPRETER: OnceLock<Utf8PathBuf> = OnceLock::new();
    INTERPRETER.get_or_init(|| {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/index/requirements.txt");
        python::environment("index", &here)
    })
}

#[test]
fn a_private_index_is_read_with_the_users_credentials() {
    let files = [wheel("0.1.3"), sdist("0.1.3"), sdist("0.2.0rc1"), wheel("0.10.0")];
    let server = PypiServer::start(&files);
    let netrc = format!("machine 127.0.0.1 login etl password {PASSWORD}");
    for (source, user) in [
        ("address", User::of(&server.index_as(&format!("etl:{PASSWORD}")))),
        ("netrc", User::of(&server.index()).with_netrc(&netrc)),
        (
            "environment",
            User::of(&server.index())
                .with("UV_INDEX", &format!("corp={}", server.index()))
                .with("UV_INDEX_CORP_USERNAME", "etl")
                .with("UV_INDEX_CORP_PASSWORD", PASSWORD),
        ),
    ] {
        let registry = user.registry();
        let versions =
            registry.versions(&user.indexes(), &acme()).unwrap_or_else(|e| panic!("{source}: {e}"));
        let found: Vec<_> = versions
            .iter()
            .map(|version| {
                let kinds: Vec<FileKind> = version.files.iter().map(|file| file.kind).collect();
                (version.version.to_string(), kinds, version.yanked.clone())
            })
            .collect();
        let expected = [
            ("0.1.3", vec![FileKind::PureWheel, FileKind::Sdist]),
            ("0.2.0rc1", vec![FileKind::Sdist]),
            ("0.10.0", vec![FileKind::PureWheel]),
        ];
        assert_eq!(found, expected.map(|(version, kinds)| (version.to_owned(), kinds, None)), "{source}");
        for (version, (name, bytes)) in [("0.1.3", &files[0]), ("0.2.0rc1", &files[2])] {
            let path = user.fetch(version).unwrap();
            assert_eq!(path.file_name(), Some(name.as_str()));
            assert_eq!(sha256(&std::fs::read(path).unwrap()), sha256(bytes));
        }
        assert!(memchr::memmem::find(&user.cached(), PASSWORD.as_bytes()).is_none(), "{source}");
    }
    refuses_others(&server);
    stops_being_asked(server);
}

fn refuses_others(server: &PypiServer) {
    let host = format!("http://127.0.0.1:{}", server.port);
    let missing = User::of(&server.index()).versions().unwrap_err();
    assert_eq!(missing, IndexError::CredentialsMissing { host: host.clone() });
    let wrong = User::of(&server.index_as("etl:guessed")).versions().unwrap_err();
    assert_eq!(wrong, IndexError::CredentialsRefused { host });
    let named = User::of(&server.index_as("etl:guessed"))
        .with("UV_INDEX_CORP_USERNAME", "etl")
        .with("UV_INDEX_CORP_PASSWORD", PASSWORD);
    // The same server by an address that only a repository names.
    let stranger = named.indexes_with(&[declared("corp", &server.index().replace("127.0.0.1", "localhost"))]);
    let error = shown(&named.registry(), &stranger.only("corp").unwrap()).unwrap_err();
    assert!(matches!(error, IndexError::CredentialsMissing { .. }), "{error:?}");
}

/// What was read while the server ran is still known when it does not, to those who have read it.
fn stops_being_asked(server: PypiServer) {
    let user = User::of(&server.index_as(&format!("etl:{PASSWORD}")));
    assert_eq!(user.versions().unwrap(), ["0.1.3", "0.2.0rc1", "0.10.0"]);
    let fetched = user.fetch("0.1.3").unwrap();
    let other = User::of(&server.index_as(&format!("etl:{PASSWORD}")));
    drop(server);
    assert_eq!(user.versions().unwrap(), ["0.1.3", "0.2.0rc1", "0.10.0"]);
    assert_eq!(user.fetch("0.1.3").unwrap(), fetched);
    assert!(matches!(user.fetch("0.10.0"), Err(IndexError::Unreachable { .. })));
    assert!(matches!(other.versions(), Err(IndexError::Unreachable { .. })));
}

#[test]
fn of_two_private_indexes_the_first_that_has_the_name_wins() {
    let (first, second) =
        (PypiServer::start(&[wheel("1.0")]), PypiServer::start(&[wheel("2.0"), sdist("2.1")]));
    let empty = PypiServer::start(&[]);
    let user = User::of(&second.index_as(&format!("etl:{PASSWORD}")))
        .with_netrc(&format!("machine 127.0.0.1 login etl password {PASSWORD}"));
    let ask = |declared: &[crossloc::manifest::Index]| {
        shown(&user.registry(), &user.indexes_with(declared)).unwrap()
    };
    assert_eq!(ask(&[declared("first", &first.index())]), ["1.0"]);
    assert_eq!(ask(&[declared("empty", &empty.index()), declared("first", &first.index())]), ["1.0"]);
    assert_eq!(ask(&[declared("empty", &empty.index())]), ["2.0", "2.1"]);
    let mut explicit = declared("first", &first.index());
    explicit.explicit = true;
    assert_eq!(ask(&[explicit.clone()]), ["2.0", "2.1"]);
    let only = user.indexes_with(&[explicit]).only("first").unwrap();
    assert_eq!(shown(&user.registry(), &only).unwrap(), ["1.0"]);
}
