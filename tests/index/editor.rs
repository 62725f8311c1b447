//! An editor in a workspace whose shared code lies in a private index alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::desk::{CALLER, Desk, NEW, OLD, archives, guarded, is_read_only};

/// `crossloc server` and an editor that waits for each answer.
struct Editor {
    server: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    next_id: i64,
}

impl Editor {
    fn open(desk: &Desk) -> Self {
        let mut command = desk.command(&["server"]);
        let log = std::fs::File::create(desk.root().with_file_name("log")).unwrap();
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let (to, from) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let mut editor = Self { server, to, from, next_id: 0 };
        let folders = json!([{ "uri": uri(&desk.root()), "name": "workspace" }]);
<<<<<<< HEAD
        let params =
            json!({ "processId": null, "rootUri": null, "capabilities": {}, "workspaceFolders": folders });
=======
        let capabilities = json!({ "textDocument": { "hover": { "contentFormat": ["markdown"] } } });
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders });
>>>>>>> privateindex
        editor.request("initialize", params);
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.to.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.from.read_line(&mut line).unwrap(), 0, "the server ended");
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().unwrap(),
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id && message["method"].is_null() {
                return message["result"].clone();
            }
        }
    }

    fn show(&mut self, path: &Utf8Path, text: &str) {
        let document = json!({ "uri": uri(path), "languageId": "python", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn at(&mut self, method: &str, path: &Utf8Path, (line, character): (u32, u32)) -> Value {
        let position = json!({ "line": line, "character": character });
        self.request(method, json!({ "textDocument": { "uri": uri(path) }, "position": position }))
    }

    /// The file and the line to which the only definition leads.
    fn definition(&mut self, path: &Utf8Path, position: (u32, u32)) -> (Utf8PathBuf, u64) {
        let found = self.at("textDocument/definition", path, position);
        let one = found.get(0).unwrap_or(&found);
        let uri = one["uri"].as_str().unwrap_or_else(|| panic!("no definition: {found}"));
        (uri.strip_prefix("file://").unwrap().into(), one["range"]["start"]["line"].as_u64().unwrap())
    }

    fn leave(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        assert!(self.server.wait().unwrap().success());
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn uri(path: &Utf8Path) -> String {
    format!("file://{path}")
}

#[cfg(unix)]
#[test]
fn definition_and_hover_lead_into_the_version_of_each_location() {
    let server = guarded(archives().to_vec());
    let desk = Desk::new(&server.index());
    let mut shut = Editor::open(&desk);
    let caller = |location: &str| desk.root().join(format!("{location}/src/{location}/assets.py"));
    shut.show(&caller("etl"), CALLER);
    assert_eq!(shut.at("textDocument/definition", &caller("etl"), (0, 21)), Value::Null);
    shut.leave();
    assert_eq!(server.paths(), [""; 0], "nobody allowed it");

    desk.write("../config/crossloc/config.toml", "[registry]\nenabled = true\n");
    let mut editor = Editor::open(&desk);
    let mut opened = Vec::new();
    for (location, version, text, inside) in
        [("etl", "0.1.3", OLD, "acme/io.py"), ("ml", "0.2.0", NEW, "src/acme/io.py")]
    {
        editor.show(&caller(location), CALLER);
        let (file, line) = editor.definition(&caller(location), (2, 1));
        assert_eq!(line, 3);
        let place = desk.cache().join("sources/acme-shared");
        let below = file.strip_prefix(&place).unwrap().as_str().to_owned();
        assert!(below.starts_with(&format!("{version}-")) && below.ends_with(inside), "{below}");
        is_read_only(&file, text);
        let hover = editor.at("textDocument/hover", &caller(location), (2, 1));
        let shown = hover["contents"]["value"].as_str().unwrap().to_owned();
        for part in [
            format!("`acme-shared` {version}"),
            format!("{location}/pyproject.toml:5: requires `acme-shared=={version}`"),
            "takes `acme-shared` from a package index".to_owned(),
        ] {
            assert!(shown.contains(&part), "{part}\n{shown}");
        }
        for (row, row_version) in [("etl", "0.1.3"), ("ml", "0.2.0")] {
            let name = if row == location { format!("**{row}**") } else { row.to_owned() };
            assert!(shown.contains(&format!("| {name} | {row_version} | registry `cache:")), "{shown}");
        }
        editor.show(&file, text);
        leads_on(&mut editor, &file);
        opened.push((file, text));
    }
    editor.leave();
    let mut paths = server.paths();
    paths.sort();
    assert_eq!(paths.len(), 3, "{paths:?}");
    drop(server);
    // A server that is started with such a file open, and may ask nobody.
    desk.write("../config/crossloc/config.toml", "");
    for (file, text) in opened {
        let mut later = Editor::open(&desk);
        later.show(&file, text);
        leads_on(&mut later, &file);
        later.leave();
    }
    desk.hides_the_password();
}

/// In a file of the cache, its own import and the class behind it lead to its neighbour.
fn leads_on(editor: &mut Editor, file: &Utf8Path) {
    for position in [(0, 24), (0, 12)] {
        let (target, line) = editor.definition(file, position);
        assert_eq!((target.as_path(), line), (&*file.with_file_name("paths.py"), 0));
        assert!(target.is_file());
    }
}
