//! Documents and folders: what was sent is what is answered about.

use std::path::Path;

use serde_json::{Value, json};

use super::Client;

const SYMBOLS: &str = "textDocument/documentSymbol";

fn nested() -> Value {
    json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } })
}

async fn symbols(client: &mut Client, uri: &str) -> Value {
    client.request(SYMBOLS, json!({ "textDocument": { "uri": uri } })).await["result"].clone()
}

async fn names(client: &mut Client, uri: &str) -> Vec<String> {
    let symbols = symbols(client, uri).await;
    symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap().to_owned()).collect()
}

fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    let place = |(line, character)| json!({ "line": line, "character": character });
    json!({ "start": place(start), "end": place(end) })
}

fn file_uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

#[tokio::test]
async fn edits_and_answers_count_columns_in_the_negotiated_encoding() {
    for (encoding, clef) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let mut capabilities = nested();
        capabilities["general"] = json!({ "positionEncodings": [encoding] });
        let (mut client, _) = Client::initialized(json!({ "capabilities": capabilities })).await;
        let uri = "file:///nowhere/a.py";
        client.open(uri, 1, "𝄞\r\ny = 1\r\n").await;
        let changes = json!([
            { "range": range((0, 0), (0, 0)), "text": "'" },
            { "range": range((0, 1 + clef), (0, 1 + clef)), "text": "'; name = 1" },
            { "range": range((1, 0), (1, 99)), "text": "z = 2" },
        ]);
        client.change(uri, 2, changes).await;
        let symbols = symbols(&mut client, uri).await;
        let first = &symbols[0];
        assert_eq!(first["name"], "name");
        // The first line is now `'𝄞'; name = 1`.
        let start = clef + 4;
        assert_eq!(first["selectionRange"], range((0, start), (0, start + 4)), "{encoding}");
        assert_eq!(symbols[1]["name"], "z");
        client.change(uri, 3, json!([{ "text": "whole = 1\n" }, { "text": "text = 1\n" }])).await;
        assert_eq!(names(&mut client, uri).await, ["text"]);
        client.leave().await;
    }
}

#[tokio::test]
async fn positions_far_outside_are_clamped() {
    let (mut client, _) = Client::initialized(json!({})).await;
    let uri = "file:///nowhere/a.py";
    client.open(uri, 1, "a = 1\n").await;
    client.change(uri, 2, json!([{ "range": range((700, 700), (900, 900)), "text": "b = 2\n" }])).await;
    assert_eq!(names(&mut client, uri).await, ["a", "b"]);
    client.leave().await;
}

#[tokio::test]
async fn each_answer_is_of_the_text_at_its_place_in_the_stream() {
    let (mut client, _) = Client::initialized(json!({})).await;
    let uri = "file:///nowhere/a.py";
    client.open(uri, 0, "name = 1\n").await;
    let mut asked = Vec::new();
    for step in 0..1500 {
        let line = range((0, 0), (0, 99));
        client.change(uri, step, json!([{ "range": line, "text": format!("name_{step} = 1") }])).await;
        if step % 2 == 0 {
            asked.push((client.ask(SYMBOLS, json!({ "textDocument": { "uri": uri } })).await, step));
        }
    }
    for (id, step) in asked {
        let answer = client.wait_for(|message| message["id"] == id && message["method"].is_null()).await;
        assert_eq!(answer["result"][0]["name"], format!("name_{step}"));
        assert_eq!(answer["result"][1], Value::Null);
    }
    client.leave().await;
}

#[tokio::test]
async fn an_opened_document_outranks_the_disk_and_a_closed_one_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a b.py");
    std::fs::write(&path, "disk = 1\n").unwrap();
    let uri = file_uri(&path).replace(' ', "%20");
    let folders = json!([{ "uri": file_uri(dir.path()), "name": "ws" }]);
    let watching = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let params = json!({ "workspaceFolders": folders, "capabilities": watching });
    let (mut client, _) = Client::initialized(params).await;
    assert_eq!(names(&mut client, &uri).await, ["disk"]);
    client.open(&uri, 1, "editor = 1\n").await;
    client.open(&uri, 2, "again = 1\n").await;
    assert_eq!(names(&mut client, &uri).await, ["again"]);
    std::fs::write(&path, "newer = 1\n").unwrap();
    let event = json!({ "changes": [{ "uri": uri, "type": 2 }] });
    client.notify("workspace/didChangeWatchedFiles", event.clone()).await;
    assert_eq!(names(&mut client, &uri).await, ["again"]);
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
    assert_eq!(names(&mut client, &uri).await, ["newer"]);
    std::fs::write(&path, "newest = 1\n").unwrap();
    client.notify("workspace/didChangeWatchedFiles", event).await;
    assert_eq!(names(&mut client, &uri).await, ["newest"]);
    client.leave().await;
}

#[tokio::test]
async fn answers_name_an_open_document_as_the_client_does() {
    let (mut client, _) = Client::initialized(json!({})).await;
    for uri in ["file:///nowhere/a@b.py", "file:///nowhere/%61%40c.py", "file:///nowhere/%C3%A9%20x.py"] {
        client.open(uri, 1, "name = 1\n").await;
        assert_eq!(symbols(&mut client, uri).await[0]["location"]["uri"], uri);
    }
    client.leave().await;
}

#[tokio::test]
async fn folders_come_and_go() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = |dir: &tempfile::TempDir| json!({ "uri": file_uri(dir.path()), "name": "ws" });
    let folders = json!([folder(&one), { "uri": "vscode-vfs://github/x", "name": "far" }]);
    let (mut client, _) = Client::initialized(json!({ "workspaceFolders": folders })).await;
    for (added, removed) in [(&two, &one), (&one, &two), (&one, &two)] {
        let event = json!({ "added": [folder(added)], "removed": [folder(removed)] });
        client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event })).await;
        let path = added.path().join("a.py");
        std::fs::write(&path, "a = 1\n").unwrap();
        assert_eq!(names(&mut client, &file_uri(&path)).await, ["a"]);
    }
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null })).await;
    client
        .notify("workspace/didChangeConfiguration", json!({ "settings": { "crossloc": { "x": 1 } } }))
        .await;
    client.leave().await;
}

#[tokio::test]
async fn lone_surrogates_do_not_end_the_session() {
    let (mut client, _) = Client::initialized(json!({})).await;
    let uri = "file:///nowhere/a.py";
    client.open(uri, 1, "a = ''\n").await;
    let body = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{{"uri":"{uri}","version":2}},"contentChanges":[{{"range":{},"text":"\ud83d"}}]}}}}"#,
        range((0, 5), (0, 5))
    );
    client.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    client.change(uri, 3, json!([{ "range": range((0, 7), (0, 7)), "text": "; b = 2" }])).await;
    assert_eq!(names(&mut client, uri).await, ["a", "b"]);
    client.leave().await;
}
