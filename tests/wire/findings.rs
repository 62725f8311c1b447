//! Published findings and the quick fixes that come with them; definition across projects over the wire.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::Client;

const MANIFEST: &str =
    "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\n    \"dagster\",\n]\n";
const ASSETS: &str = "from acme.io import load\n\nload()\n";

struct Folder {
    _dir: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Folder {
    /// `etl` imports what it does not declare.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().canonicalize().unwrap()).unwrap();
        for (path, text) in [
            ("shared/pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n"),
            ("shared/src/acme/__init__.py", ""),
            ("shared/src/acme/io.py", "def load(): ...\n"),
            ("etl/pyproject.toml", MANIFEST),
            ("etl/src/etl/__init__.py", ""),
            ("etl/src/etl/assets.py", ASSETS),
        ] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        Self { _dir: dir, root }
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(Utf8Path::new(path)))
    }

    async fn client(&self) -> Client {
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-16"] },
            "textDocument": {
                "definition": { "linkSupport": true },
                "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } },
                "publishDiagnostics": { "relatedInformation": true, "codeDescriptionSupport": true, "versionSupport": true },
            },
            "workspace": { "workspaceEdit": { "documentChanges": true } },
        });
        let folder = json!([{ "uri": self.uri(""), "name": "ws" }]);
        Client::initialized(json!({ "capabilities": capabilities, "workspaceFolders": folder })).await.0
    }
}

async fn published(client: &mut Client, uri: &str) -> Value {
    let of_file = |message: &Value| {
        message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
    };
    client.wait_for(of_file).await["params"]["diagnostics"].clone()
}

#[tokio::test]
async fn findings_are_pushed_fixed_and_cleared() {
    let folder = Folder::new();
    let mut client = folder.client().await;
    let (assets, manifest) = (folder.uri("etl/src/etl/assets.py"), folder.uri("etl/pyproject.toml"));
    client.open(&assets, 1, ASSETS).await;
    let diagnostics = published(&mut client, &assets).await;
    assert_eq!(diagnostics.as_array().map(Vec::len), Some(1), "{diagnostics}");
    let finding = &diagnostics[0];
    assert_eq!(finding["code"], "undeclared-dependency");
    assert_eq!(finding["source"], "crossloc");
    assert_eq!(finding["severity"], 1);
    assert!(
        finding["codeDescription"]["href"]
            .as_str()
            .is_some_and(|href| href.ends_with("/undeclared-dependency.md"))
    );
    assert_eq!(
        finding["range"],
        json!({ "start": { "line": 0, "character": 5 }, "end": { "line": 0, "character": 12 } })
    );

    let params = json!({
        "textDocument": { "uri": assets }, "range": finding["range"], "context": { "diagnostics": [finding] },
    });
    let actions = client.request("textDocument/codeAction", params).await["result"].clone();
    assert_eq!(
        (&actions[0]["kind"], &actions[0]["isPreferred"]),
        (&json!("quickfix"), &json!(true)),
        "{actions}"
    );
    let edits = actions[0]["edit"].to_string();
    assert!(edits.contains(&manifest) && edits.contains("acme-shared"), "{edits}");
    assert_eq!(actions[1]["title"], "ignore `undeclared-dependency` here");
    assert_eq!(actions[1]["isPreferred"], json!(null));
    let edits = actions[1]["edit"].to_string();
    assert!(edits.contains("# crossloc: ignore[undeclared-dependency]\\n"), "{edits}");

    // Declared in an unsaved manifest: the finding goes.
    let declared = MANIFEST.replace("\"dagster\",", "\"acme-shared\",")
        + "[tool.uv.sources]\nacme-shared = { path = \"../shared\" }\n";
    client.open(&manifest, 1, &declared).await;
    assert_eq!(published(&mut client, &assets).await, json!([]));
    client.leave().await;
}

#[tokio::test]
async fn what_the_configuration_gets_wrong_is_shown_as_it_is_typed() {
    let folder = Folder::new();
    std::fs::write(folder.root.join("crossloc.toml"), "exclude = [\n").unwrap();
    let mut client = folder.client().await;
    let uri = folder.uri("crossloc.toml");
    let broken = published(&mut client, &uri).await;
    assert_eq!((&broken[0]["code"], &broken[0]["severity"]), (&json!("invalid-configuration"), &json!(1)));
    client.open(&uri, 1, "exclud = []\n").await;
    let unknown = published(&mut client, &uri).await;
    assert_eq!(unknown[0]["message"], "unknown key `exclud`; did you mean `exclude`?", "{unknown}");
    assert_eq!(unknown[0]["severity"], 2);
    client.change(&uri, 2, json!([{ "text": "[rules]\nundeclared-dependency = \"off\"\n" }])).await;
    assert_eq!(published(&mut client, &uri).await, json!([]));
    client.leave().await;
}

/// Editors apply a preferred fix without showing it.
#[tokio::test]
async fn a_fix_to_look_at_is_offered_and_not_preferred() {
    let folder = Folder::new();
    let mut client = folder.client().await;
    let assets = folder.uri("etl/src/etl/assets.py");
    let manifest = folder.uri("etl/pyproject.toml");
    let required = MANIFEST.replace("\"dagster\",", "\"acme-shared\",")
        + "[tool.uv.sources]\nacme-shared = { path = \"../shared\" }\n";
    client.open(&manifest, 1, &required).await;
    client.open(&assets, 1, "import os\n").await;
    let unused = published(&mut client, &manifest).await;
    assert_eq!(unused[0]["code"], "unused-dependency", "{unused}");
    let params = json!({
        "textDocument": { "uri": manifest }, "range": unused[0]["range"], "context": { "diagnostics": unused },
    });
    let actions = client.request("textDocument/codeAction", params).await["result"].clone();
    assert_eq!(actions[0]["title"], "remove `acme-shared` from the requirements", "{actions}");
    assert!(actions[0]["isPreferred"].is_null(), "{actions}");
    client.leave().await;
}

#[tokio::test]
async fn a_definition_leads_across_projects_and_says_what_was_asked() {
    let folder = Folder::new();
    let mut client = folder.client().await;
    let assets = folder.uri("etl/src/etl/assets.py");
    client.open(&assets, 1, ASSETS).await;
    let at = json!({ "textDocument": { "uri": assets }, "position": { "line": 2, "character": 2 } });
    let links = client.request("textDocument/definition", at).await["result"].clone();
    assert_eq!(links.as_array().map(Vec::len), Some(1), "{links}");
    assert_eq!(links[0]["targetUri"], folder.uri("shared/src/acme/io.py"));
    let range = |line, start, end| json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } });
    assert_eq!(links[0]["targetSelectionRange"], range(0, 4, 8));
    assert_eq!(links[0]["originSelectionRange"], range(2, 0, 4));
    client.leave().await;
}
