//! Two locations that take one repository at two tags: each is led into its own version.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::source::shelves::Shelves;
use crossloc::source::store::SourceStore;
use crossloc::vfs::Files;
use crossloc::workspace::{Outside, Workspace};
use serde_json::{Value, json};

use super::Client;
use super::repository::{commit, git, sandbox, write};

const CALLER: &str = "from acme.io import load\n\nload(\"a\")\n";
const OLD: &str = "from acme.paths import Root\n\n\ndef load(path, mode=\"r\"):\n    return Root(path)\n";
const NEW: &str =
    "from acme.paths import Root\n\n\ndef load(path, *, strict=False):\n    return Root(path)\n";
const LATER: &str = "def load(*paths): ...\n";

fn workspace() -> (tempfile::TempDir, Utf8PathBuf) {
    let (folder, root) = sandbox();
    let shared = root.join("shared");
    write(&shared.join("src/acme/__init__.py"), "");
    write(&shared.join("src/acme/paths.py"), "class Root: ...\n");
    git(&root, &["init", "--quiet", "shared"]);
    for (version, text) in [("0.1.3", OLD), ("0.2.0", NEW), ("0.3.0.dev0", LATER)] {
        let manifest = format!("[project]\nname = \"acme-shared\"\nversion = \"{version}\"\n");
        write(&shared.join("pyproject.toml"), &manifest);
        write(&shared.join("src/acme/io.py"), text);
        // What is imported lies elsewhere than the tree's, so that no file of a tag is one of the tree.
        write(&shared.join("src/acme/paths.py"), &format!("# {version}\nclass Root: ...\n"));
        commit(&shared, version);
        if !version.contains("dev") {
            git(&shared, &["tag", &format!("v{version}")]);
        }
    }
    for (name, tag) in [("etl", "v0.1.3"), ("ml", "v0.2.0")] {
        let manifest = format!(
            "[project]\nname = \"{name}\"\nversion = \"1.0\"\ndependencies = [\"acme-shared\"]\n\
             [tool.uv.sources]\nacme-shared = {{ git = \"file://{shared}\", tag = \"{tag}\" }}\n"
        );
        write(&root.join(format!("{name}/pyproject.toml")), &manifest);
        write(&root.join(format!("{name}/src/{name}/__init__.py")), "");
        write(&root.join(format!("{name}/src/{name}/assets.py")), CALLER);
    }
    (folder, root)
}

fn uri(path: &Utf8Path) -> String {
    format!("file://{path}")
}

/// A server of a new process, as far as it has a memory.
async fn server(root: &Utf8Path) -> Client {
    let store = SourceStore::new(root.join("cache/sources"), 1 << 20);
    let outside = Arc::new(Outside::new(store, Shelves::default()));
    let workspace = Workspace::new(Files::default(), Vec::new()).with_outside(outside);
    let folders: Vec<Value> =
        ["shared", "etl", "ml"].map(|name| json!({ "uri": uri(&root.join(name)), "name": name })).into();
    let capabilities = json!({ "textDocument": { "hover": { "contentFormat": ["markdown"] } } });
    Client::of(workspace, json!({ "workspaceFolders": folders, "capabilities": capabilities })).await.0
}

async fn ask(client: &mut Client, method: &str, path: &Utf8Path, (line, character): (u32, u32)) -> Value {
    let position = json!({ "line": line, "character": character });
    let params = json!({ "textDocument": { "uri": uri(path) }, "position": position });
    client.request(method, params).await["result"].clone()
}

async fn definition(client: &mut Client, path: &Utf8Path, position: (u32, u32)) -> (Utf8PathBuf, u64) {
    let found = ask(client, "textDocument/definition", path, position).await;
    let one = found.get(0).unwrap_or(&found);
    let target = one["uri"].as_str().unwrap_or_else(|| panic!("no definition: {found}"));
    (target.strip_prefix("file://").unwrap().into(), one["range"]["start"]["line"].as_u64().unwrap())
}

/// In a file of the cache, its own import and the class behind it lead to its neighbour.
async fn leads_on(client: &mut Client, file: &Utf8Path) {
    for position in [(0, 24), (0, 12)] {
        let (target, _) = definition(client, file, position).await;
        assert_eq!(target, file.with_file_name("paths.py"));
        assert!(target.is_file());
    }
}

#[tokio::test]
async fn each_location_is_led_into_the_commit_of_its_tag() {
    let (_folder, root) = workspace();
    let mut client = server(&root).await;
    let mut opened = Vec::new();
    for (location, version, text) in [("etl", "0.1.3", OLD), ("ml", "0.2.0", NEW)] {
        let caller = root.join(format!("{location}/src/{location}/assets.py"));
        client.open(&uri(&caller), 1, CALLER).await;
        let (file, line) = definition(&mut client, &caller, (2, 1)).await;
        assert!(file.starts_with(root.join("cache/sources/acme-shared")), "{file}");
        assert_eq!((line, std::fs::read_to_string(&file).unwrap().as_str()), (3, text));
        assert!(std::fs::metadata(&file).unwrap().permissions().readonly());
        let hover = ask(&mut client, "textDocument/hover", &caller, (2, 1)).await;
        let shown = hover["contents"]["value"].as_str().unwrap().to_owned();
        for (row, row_version) in [("etl", "0.1.3"), ("ml", "0.2.0")] {
            let name = if row == location { format!("**{row}**") } else { row.to_owned() };
            let cells = format!("| {name} | {row_version} | git `git:v{row_version}` |");
            assert!(shown.contains(&cells), "{cells}\n{shown}");
        }
        assert!(shown.contains(&format!("`acme-shared` {version}")), "{shown}");
        client.open(&uri(&file), 1, text).await;
        leads_on(&mut client, &file).await;
        opened.push((file, text));
    }
    client.leave().await;
    for (file, text) in opened {
        let mut later = server(&root).await;
        later.open(&uri(&file), 1, text).await;
        leads_on(&mut later, &file).await;
        later.leave().await;
    }
}
