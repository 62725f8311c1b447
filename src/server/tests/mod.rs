//! What needs a question of the test's own to be seen: order, cancellation, panics.

mod files;
mod incremental;

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError, mpsc};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tower_lsp::jsonrpc::Result;

use super::handlers::Handlers;
use super::lifecycle::serve_with;
use super::uri::file_of;
use crate::vfs::Files;
use crate::workspace::Workspace;

/// What `test/wait` waits for; cancelled questions go on waiting until it is dropped.
static RELEASE: Mutex<Option<mpsc::Receiver<()>>> = Mutex::new(None);

impl Handlers {
    /// The whole text of a document, as the snapshot of this request has it.
    async fn test_text(&self, uri: tower_lsp::ls_types::Uri) -> Result<Option<String>> {
        self.answer("test/text", move |snapshot| {
            let source = snapshot.workspace.files.text(&file_of(&uri)?).ok()?;
            Some(source.text.to_string())
        })
        .await
    }

    async fn test_panic(&self) -> Result<()> {
        self.answer("test/panic", |_| panic!("caught")).await
    }

    async fn test_wait(&self) -> Result<()> {
        self.answer("test/wait", |_| {
            let release = RELEASE.lock().unwrap_or_else(PoisonError::into_inner).take();
            release.and_then(|release| release.recv().ok());
        })
        .await
    }
}

struct Wire {
    to_server: DuplexStream,
    from_server: DuplexStream,
    unread: Vec<u8>,
    server: tokio::task::JoinHandle<i32>,
}

impl Wire {
    async fn initialized() -> Self {
        let (to_server, reader) = tokio::io::duplex(1 << 22);
        let (writer, from_server) = tokio::io::duplex(1 << 22);
        let server = tokio::spawn(serve_with(
            reader,
            writer,
            Workspace::new(Files::default(), Vec::new()),
            |service| {
                service
                    .custom_method("test/text", Handlers::test_text)
                    .custom_method("test/panic", Handlers::test_panic)
                    .custom_method("test/wait", Handlers::test_wait)
            },
        ));
        let mut wire = Self { to_server, from_server, unread: Vec::new(), server };
        let params = json!({ "processId": null, "capabilities": {} });
        wire.send(&[json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params })]).await;
        assert_eq!(wire.answer().await["id"], 0);
        wire.send(&[notification("initialized", json!({}))]).await;
        wire
    }

    async fn send(&mut self, messages: &[Value]) {
        let mut frames = String::new();
        for message in messages {
            let body = message.to_string();
            write!(frames, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        }
        self.to_server.write_all(frames.as_bytes()).await.unwrap();
    }

    /// The next answer to a request.
    async fn answer(&mut self) -> Value {
        loop {
            if let Some(end) = memchr::memmem::find(&self.unread, b"\r\n\r\n") {
                let header = std::str::from_utf8(&self.unread[..end]).unwrap();
                let length: usize = header.strip_prefix("Content-Length: ").unwrap().parse().unwrap();
                if self.unread.len() >= end + 4 + length {
                    let message: Value =
                        serde_json::from_slice(&self.unread[end + 4..end + 4 + length]).unwrap();
                    self.unread.drain(..end + 4 + length);
                    if message["method"].is_null() {
                        return message;
                    }
                    continue;
                }
            }
            assert_ne!(self.from_server.read_buf(&mut self.unread).await.unwrap(), 0, "the server is gone");
        }
    }

    async fn leave(mut self) {
        self.send(&[request(-1, "shutdown", json!(null)), notification("exit", json!(null))]).await;
        assert_eq!(self.server.await.unwrap(), 0);
    }
}

fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

fn request(id: i64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Thousands of edits and questions in one stream, without a pause: each answer has exactly the edits that
/// were sent before its question.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_answer_is_of_the_text_at_its_place_in_the_stream() {
    let uris = ["file:///nowhere/a.py", "file:///nowhere/b.toml"];
    let mut texts = ["x = 1\n".to_owned(), "[project]\n".to_owned()];
    let mut wire = Wire::initialized().await;
    let mut messages = Vec::new();
    for (uri, text) in uris.iter().zip(&texts) {
        let document = json!({ "uri": uri, "languageId": "x", "version": 0, "text": text });
        messages.push(notification("textDocument/didOpen", json!({ "textDocument": document })));
    }
    let mut numbers = Numbers(7);
    let mut expected = Vec::new();
    for step in 0..4000_i64 {
        let which = numbers.below(2);
        let (uri, text) = (uris[which], &mut texts[which]);
        if numbers.below(3) == 0 {
            expected.push(text.clone());
            messages.push(request(i64::try_from(expected.len()).unwrap(), "test/text", json!(uri)));
            continue;
        }
        // All on the first line and in ASCII, so that columns are bytes; positions are covered elsewhere.
        let line = text.find('\n').unwrap();
        let start = numbers.below(line + 1);
        let end = start + numbers.below((line - start).min(4) + 1);
        let new = ["", "a", "bc", "def"][numbers.below(4)];
        text.replace_range(start..end, new);
        let range =
            json!({ "start": { "line": 0, "character": start }, "end": { "line": 0, "character": end } });
        let document = json!({ "uri": uri, "version": step });
        let changes = json!([{ "range": range, "text": new }]);
        messages.push(notification(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        ));
    }
    assert!(expected.len() > 1000);
    let mut to_server = std::mem::replace(&mut wire.to_server, tokio::io::duplex(1).0);
    let sending = tokio::spawn(async move {
        for message in messages {
            let body = message.to_string();
            let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
            to_server.write_all(frame.as_bytes()).await.unwrap();
        }
        to_server
    });
    let mut answers = vec![None; expected.len()];
    for _ in 0..expected.len() {
        let answer = wire.answer().await;
        let at = usize::try_from(answer["id"].as_i64().unwrap()).unwrap() - 1;
        answers[at] = Some(answer["result"].as_str().unwrap().to_owned());
    }
    for (at, (answer, expected)) in answers.into_iter().zip(expected).enumerate() {
        assert_eq!(answer.as_ref(), Some(&expected), "question {at}");
    }
    wire.to_server = sending.await.unwrap();
    wire.leave().await;
}

#[tokio::test]
async fn a_panic_is_answered_as_an_internal_error_and_the_server_lives_on() {
    let mut wire = Wire::initialized().await;
    for id in 1..20 {
        wire.send(&[request(id, "test/panic", json!(null))]).await;
        let answer = wire.answer().await;
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(id), &json!(-32603)));
    }
    wire.leave().await;
}

#[tokio::test]
async fn a_cancelled_request_is_answered_at_once_though_its_work_goes_on() {
    let mut wire = Wire::initialized().await;
    let (release, held) = mpsc::channel();
    *RELEASE.lock().unwrap() = Some(held);
    wire.send(&[request(1, "test/wait", json!(null))]).await;
    wire.send(&[notification("$/cancelRequest", json!({ "id": 1 }))]).await;
    let answer = wire.answer().await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32800)));
    wire.send(&[request(2, "test/text", json!("file:///nowhere/a.py"))]).await;
    assert_eq!(wire.answer().await["id"], 2);
    drop(release);
    wire.leave().await;
}
