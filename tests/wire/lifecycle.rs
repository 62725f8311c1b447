//! From the handshake to the exit code.

use serde_json::{Value, json};

use super::Client;

fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {answer}"))
}

#[tokio::test]
async fn exit_after_shutdown_is_0() {
    let (client, _) = Client::initialized(json!({})).await;
    client.leave().await;
}

#[tokio::test]
async fn a_client_need_not_wait_for_the_answer_to_shutdown() {
    let (mut client, _) = Client::initialized(json!({})).await;
    client.ask("shutdown", Value::Null).await;
    client.send(json!({ "jsonrpc": "2.0", "method": "exit" })).await;
    assert_eq!(client.exit_code().await, 0);
}

#[tokio::test]
async fn exit_without_shutdown_is_1() {
    let (mut client, _) = Client::initialized(json!({})).await;
    client.send(json!({ "jsonrpc": "2.0", "method": "exit" })).await;
    assert_eq!(client.exit_code().await, 1);
}

#[tokio::test]
async fn exit_before_initialize_is_1() {
    let mut client = Client::connect();
    client.send(json!({ "jsonrpc": "2.0", "method": "exit" })).await;
    assert_eq!(client.exit_code().await, 1);
}

#[tokio::test]
async fn the_end_of_the_stream_is_1() {
    let (mut client, _) = Client::initialized(json!({})).await;
    client.hang_up();
    assert_eq!(client.exit_code().await, 1);

    let (mut client, _) = Client::initialized(json!({})).await;
    client.request("shutdown", Value::Null).await;
    client.hang_up();
    assert_eq!(client.exit_code().await, 1, "shutdown alone is no exit");
}

#[cfg(unix)]
#[tokio::test]
async fn the_end_of_the_clients_process_is_1() {
    let mut process = std::process::Command::new("sleep").arg("600").spawn().unwrap();
    let (client, _) = Client::initialized(json!({ "processId": process.id() })).await;
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(client.exit_code().await, 1);
}

#[tokio::test]
async fn requests_wait_for_initialize() {
    let mut client = Client::connect();
    let params =
        json!({ "textDocument": { "uri": "file:///a.py" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(code(&client.request("textDocument/hover", params).await), -32002);
    assert_eq!(code(&client.request("shutdown", Value::Null).await), -32002);
    client.open("file:///a.py", 1, "x = 1\n").await;
    let answer = client.request("initialize", json!({ "capabilities": {} })).await;
    assert_eq!(answer["result"]["serverInfo"]["name"], "crossloc");
    assert_eq!(code(&client.request("initialize", json!({ "capabilities": {} })).await), -32600);
    client.leave().await;
}

#[tokio::test]
async fn requests_after_shutdown_are_invalid() {
    let (mut client, _) = Client::initialized(json!({})).await;
    client.request("shutdown", Value::Null).await;
    let params = json!({ "textDocument": { "uri": "file:///a.py" } });
    assert_eq!(code(&client.request("textDocument/documentSymbol", params).await), -32600);
    client.send(json!({ "jsonrpc": "2.0", "method": "exit" })).await;
    assert_eq!(client.exit_code().await, 0);
}

#[tokio::test]
async fn unknown_methods_are_refused_and_unknown_notifications_ignored() {
    let (mut client, _) = Client::initialized(json!({})).await;
    for method in ["crossloc/whatever", "textDocument/formatting", "$/whatever"] {
        let params = json!({ "textDocument": { "uri": "file:///a.py" },
            "options": { "tabSize": 4, "insertSpaces": true } });
        assert_eq!(code(&client.request(method, params).await), -32601, "{method}");
    }
    client.notify("crossloc/whatever", json!({})).await;
    client.notify("$/setTrace", json!({ "value": "off" })).await;
    client.notify("workspace/didRenameFiles", json!({ "files": [] })).await;
    client.leave().await;
}

#[tokio::test]
async fn the_encoding_is_negotiated_and_capabilities_are_told() {
    for (offered, chosen) in [
        (json!(null), "utf-16"),
        (json!(["utf-8", "utf-16"]), "utf-8"),
        (json!(["utf-9", "utf-32", "utf-8"]), "utf-32"),
    ] {
        let capabilities = json!({ "general": { "positionEncodings": offered } });
        let (client, result) = Client::initialized(json!({ "capabilities": capabilities })).await;
        let offers = &result["capabilities"];
        assert_eq!(offers["positionEncoding"], chosen);
        assert_eq!(offers["textDocumentSync"]["change"], 2);
        assert_eq!(offers["definitionProvider"], true);
        assert_eq!(offers["workspace"]["workspaceFolders"]["changeNotifications"], true);
        client.leave().await;
    }
}

#[tokio::test]
async fn clients_that_watch_files_are_asked_to_and_progress_is_shown() {
    let capabilities = json!({
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
        "window": { "workDoneProgress": true },
    });
    let (mut client, _) = Client::initialized(json!({ "capabilities": capabilities })).await;
    let asked = client.wait_for_method("client/registerCapability").await;
    let registration = &asked["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    assert!(registration["registerOptions"]["watchers"].as_array().is_some_and(|globs| !globs.is_empty()));
    client.send(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null })).await;
    let asked = client.wait_for_method("window/workDoneProgress/create").await;
    client.send(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null })).await;
    for kind in ["begin", "end"] {
        let progress = client.wait_for_method("$/progress").await;
        assert_eq!(progress["params"]["value"]["kind"], kind);
        assert_eq!(progress["params"]["token"], asked["params"]["token"]);
    }
    client.leave().await;
}

#[tokio::test]
async fn a_client_that_never_answers_is_served_all_the_same() {
    let capabilities = json!({
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
        "window": { "workDoneProgress": true },
    });
    let (mut client, _) = Client::initialized(json!({ "capabilities": capabilities })).await;
    client.wait_for_method("client/registerCapability").await;
    client.wait_for_method("window/workDoneProgress/create").await;
    for id in 0..500 {
        client.open(&format!("file:///nowhere/{id}.py"), 1, "x = 1\n").await;
    }
    client.leave().await;
}
