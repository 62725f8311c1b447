//! A client that asks one question at a time over the server's standard input and output.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A server process.
pub struct Client {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Client {
    /// Starts the server on a folder and opens one of its files.
    pub fn start(root: &Path, file: &Path) -> Self {
        let mut client = Self::connect(&mut Command::new(env!("CARGO_BIN_EXE_crossloc")), root, &json!({}));
        client.open(file);
        client
    }

    /// Starts the server that `crossloc` is the binary of on a folder, for an editor with these capabilities.
    pub fn connect(crossloc: &mut Command, root: &Path, capabilities: &Value) -> Self {
        let mut process = crossloc
            .arg("server")
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut client = Self { process, input, output: BufReader::new(output), next: 0 };
        let folder = json!({ "uri": uri(root), "name": "workspace" });
        client.request(
            "initialize",
            &json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": [folder] }),
        );
        client.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
        client
    }

    /// Opens a file as an editor does.
    pub fn open(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        let document = json!({ "uri": uri(file), "languageId": "python", "version": 1, "text": text });
        self.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }));
    }

    /// The answer to a question about a place, 0-based.
    pub fn ask(&mut self, method: &str, file: &Path, line: usize, character: usize) -> Value {
        let position = json!({ "line": line, "character": character });
        self.request(method, &json!({ "textDocument": { "uri": uri(file) }, "position": position }))
    }

    /// Where the name that begins at `needle` in the opened file is defined; there must be an answer.
    pub fn definition(&mut self, file: &Path, text: &str, needle: &str) -> Value {
        let at = text.find(needle).unwrap();
        let line = text[..at].matches('\n').count();
        let character = at - text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let found = self.ask("textDocument/definition", file, line, character);
        assert!(found.to_string().contains("/libs/shared/"), "{needle} leads to {found}");
        found
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == json!(id) && message.get("method").is_none() {
                return message["result"].clone();
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            match line.trim().split_once(": ") {
                Some((_, value)) if line.starts_with("Content-Length") => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
