//! Messages that are none, and questions about what is not there.

use serde_json::{Value, json};

use super::Client;

const HOVER: &str = "textDocument/hover";

fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

#[tokio::test]
async fn what_is_no_message_is_answered_and_the_next_one_is_heard() {
    let (mut client, _) = Client::initialized(json!({})).await;
    for (body, code) in [
        ("{", -32700),
        ("\u{0}", -32700),
        ("", -32700),
        ("[]", -32600),
        ("{}", -32600),
        (r#"{"jsonrpc":"1.0","method":"x"}"#, -32600),
    ] {
        client.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
        let answer = client.wait_for(|message| message["id"].is_null() && message["method"].is_null()).await;
        assert_eq!(answer["error"]["code"], code, "{body:?}");
    }
    client.send_raw(b"Content-Length: many\r\n\r\n").await;
    let answer = client.wait_for(|message| message["error"]["code"] == -32700).await;
    assert_eq!(answer["id"], Value::Null);
    client.leave().await;
}

#[tokio::test]
async fn wrong_parameters_are_refused() {
    let (mut client, _) = Client::initialized(json!({})).await;
    for params in [json!(null), json!([]), json!({ "textDocument": 1 }), at("no uri at all", 0, 0)] {
        let answer = client.request(HOVER, params.clone()).await;
        assert_eq!(answer["error"]["code"], -32602, "{params}");
    }
    client.notify("textDocument/didOpen", json!({ "textDocument": 7 })).await;
    client.leave().await;
}

#[tokio::test]
async fn other_schemes_missing_files_and_far_positions_are_answered_with_nothing() {
    let (mut client, _) = Client::initialized(json!({})).await;
    for uri in ["untitled:Untitled-1", "git:/a.py?x", "vscode-notebook-cell:/a.ipynb#W0", "file://far/a.py"] {
        client.open(uri, 1, "x = 1\n").await;
        client.change(uri, 2, json!([{ "text": "y" }])).await;
        assert_eq!(client.request(HOVER, at(uri, 0, 0)).await["result"], Value::Null, "{uri}");
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
    }
    let uri = "file:///nowhere/a.py";
    assert_eq!(client.request(HOVER, at(uri, 0, 0)).await["result"], Value::Null);
    client.change(uri, 2, json!([{ "text": "never opened" }])).await;
    client.open(uri, 1, "x = 1\n").await;
    for (line, character) in [(0, 900), (900, 0), (u32::MAX >> 1, u32::MAX >> 1)] {
        for method in [HOVER, "textDocument/definition", "textDocument/declaration"] {
            let answer = client.request(method, at(uri, line, character)).await;
            assert!(answer["error"].is_null(), "{method} {line} {character}: {answer}");
        }
    }
    client.leave().await;
}
