//! A client in memory: it writes frames into one end of a pipe and reads the other's.

use crossloc::vfs::Files;
use crossloc::workspace::Workspace;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;

pub struct Client {
    to_server: Option<DuplexStream>,
    from_server: DuplexStream,
    unread: Vec<u8>,
    /// Messages that came while another was waited for.
    pub aside: Vec<Value>,
    server: JoinHandle<i32>,
    next_id: i64,
}

impl Client {
    /// A server in this process, to which nothing was said yet.
    pub fn connect() -> Self {
        Self::connect_to(Workspace::new(Files::default(), Vec::new()))
    }

    fn connect_to(workspace: Workspace) -> Self {
        let (to_server, reader) = tokio::io::duplex(1 << 20);
        let (writer, from_server) = tokio::io::duplex(1 << 20);
        let server = tokio::spawn(crossloc::server::serve(reader, writer, workspace));
        Self {
            to_server: Some(to_server),
            from_server,
            unread: Vec::new(),
            aside: Vec::new(),
            server,
            next_id: 0,
        }
    }

    /// A server that is past the handshake.
    pub async fn initialized(params: Value) -> (Self, Value) {
        Self::of(Workspace::new(Files::default(), Vec::new()), params).await
    }

    /// One that knows what a workspace without folders knows beside files.
    pub async fn of(workspace: Workspace, params: Value) -> (Self, Value) {
        let mut client = Self::connect_to(workspace);
        let mut with_defaults = json!({ "processId": null, "rootUri": null, "capabilities": {} });
        for (key, value) in params.as_object().unwrap() {
            with_defaults[key] = value.clone();
        }
        let answer = client.request("initialize", with_defaults).await;
        client.notify("initialized", json!({})).await;
        (client, answer["result"].clone())
    }

    pub async fn send_raw(&mut self, bytes: &[u8]) {
        self.to_server.as_mut().unwrap().write_all(bytes).await.unwrap();
    }

    pub async fn send(&mut self, message: Value) {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    }

    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request and returns its id.
    pub async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        id
    }

    /// Sends a request and waits for its answer.
    pub async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        self.wait_for(|message| message["id"] == id && message["method"].is_null()).await
    }

    pub async fn open(&mut self, uri: &str, version: i32, text: &str) {
        let document = json!({ "uri": uri, "languageId": "python", "version": version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    pub async fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params).await;
    }

    /// The next message; `None` at the end of the stream.
    pub async fn receive(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                let header = std::str::from_utf8(&self.unread[..end]).unwrap();
                let length: usize = header.strip_prefix("Content-Length: ").unwrap().parse().unwrap();
                if self.unread.len() >= end + 4 + length {
                    let message = serde_json::from_slice(&self.unread[end + 4..end + 4 + length]).unwrap();
                    self.unread.drain(..end + 4 + length);
                    return Some(message);
                }
            }
            if self.from_server.read_buf(&mut self.unread).await.unwrap() == 0 {
                return None;
            }
        }
    }

    /// The next message that fits, also among those set aside; others are set aside.
    pub async fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.aside.iter().position(&wanted) {
            return self.aside.remove(at);
        }
        loop {
            let message = self.receive().await.expect("the server ended the stream");
            if wanted(&message) {
                return message;
            }
            self.aside.push(message);
        }
    }

    /// The next message of a method.
    pub async fn wait_for_method(&mut self, method: &str) -> Value {
        self.wait_for(|message| message["method"] == method).await
    }

    /// Closes our end of the stream.
    pub fn hang_up(&mut self) {
        self.to_server = None;
    }

    /// The server's exit code, once it has ended.
    pub async fn exit_code(self) -> i32 {
        self.server.await.unwrap()
    }

    /// Says goodbye in the right order and checks that the server was content.
    pub async fn leave(mut self) {
        assert_eq!(self.request("shutdown", Value::Null).await["result"], Value::Null);
        self.send(json!({ "jsonrpc": "2.0", "method": "exit" })).await;
        assert_eq!(self.exit_code().await, 0);
    }
}
