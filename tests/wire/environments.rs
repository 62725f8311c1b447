//! Interpreters that are selected in the editor.

use camino::Utf8PathBuf;
use serde_json::{Value, json};

use super::Client;

const ASSETS: &str = "from acme.io import load\n\nload()\n";

struct Folder {
    _dir: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Folder {
    /// `etl` takes `acme-shared` from an index; two environments outside the opened folder have it.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().canonicalize().unwrap()).unwrap();
        let manifest = "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\"acme-shared\"]\n";
        let mut files = vec![
            ("ws/crossloc.toml".to_owned(), "shared = [\"acme-shared\"]\n"),
            ("ws/etl/pyproject.toml".to_owned(), manifest),
            ("ws/etl/src/etl/__init__.py".to_owned(), ""),
            ("ws/etl/src/etl/assets.py".to_owned(), ASSETS),
        ];
        for name in ["one", "two"] {
            let site = format!("{name}/lib/python3.13/site-packages");
            files.push((format!("{name}/pyvenv.cfg"), ""));
            files.push((format!("{site}/acme/__init__.py"), ""));
            files.push((format!("{site}/acme/io.py"), "def load(): ...\n"));
            let record = "acme/__init__.py,,\nacme/io.py,,\n";
            files.push((format!("{site}/acme_shared-1.0.dist-info/RECORD"), record));
        }
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { _dir: dir, root }
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(path))
    }

    fn interpreter(&self, environment: &str) -> String {
        self.root.join(environment).join("bin/python").to_string()
    }

    async fn client(&self, options: Value) -> Client {
        let folders = json!([{ "uri": self.uri("ws"), "name": "ws" }]);
        let params = json!({ "workspaceFolders": folders, "initializationOptions": options });
        let mut client = Client::initialized(params).await.0;
        client.open(&self.uri("ws/etl/src/etl/assets.py"), 1, ASSETS).await;
        client
    }

    /// In which environment `load` is defined.
    async fn target(&self, client: &mut Client) -> Option<String> {
        let document = json!({ "uri": self.uri("ws/etl/src/etl/assets.py") });
        let at = json!({ "textDocument": document, "position": { "line": 2, "character": 1 } });
        let found = client.request("textDocument/definition", at).await["result"].clone();
        let uri = found.get(0).unwrap_or(&found)["uri"].as_str()?.to_owned();
        let below = uri.strip_prefix(&self.uri(""))?.to_owned();
        Some(below.split('/').next()?.to_owned())
    }
}

#[tokio::test]
async fn a_selected_interpreter_leads_into_its_environment_until_another_one_does() {
    let folder = Folder::new();
    let mut client = folder.client(json!({ "interpreter": folder.interpreter("one") })).await;
    assert_eq!(folder.target(&mut client).await.as_deref(), Some("one"));
    for (settings, expected) in [
        (json!({ "crossloc": { "logLevel": "info" } }), Some("one")),
        (
            json!({ "crossloc": { "interpreters": { folder.uri("ws"): folder.interpreter("two") } } }),
            Some("two"),
        ),
        (json!({ "crossloc": { "interpreters": {} } }), None),
        (json!({ "crossloc": { "interpreter": "../one" } }), Some("one")),
        (json!({ "crossloc": { "interpreter": null } }), None),
    ] {
        client.notify("workspace/didChangeConfiguration", json!({ "settings": settings })).await;
        assert_eq!(folder.target(&mut client).await.as_deref(), expected, "{settings}");
    }
    client.leave().await;
}
