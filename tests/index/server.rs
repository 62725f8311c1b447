//! A server of this machine that says whatever a test wants, byte for byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Listens until it is dropped.
pub struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
    silent: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    /// Lower-case names.
    headers: Vec<(String, String)>,
}

/// What is said.
#[derive(Clone)]
pub enum Reply {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes, then others again and again, until the other side has had enough.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes, then nothing, until the other side has had enough.
    Stalled(Vec<u8>),
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl Server {
    pub fn new(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, stopped) = (Arc::<Mutex<Vec<Request>>>::default(), Arc::<AtomicBool>::default());
        let silent = Arc::<AtomicBool>::default();
        let (log, stop, hush, answer) = (seen.clone(), stopped.clone(), silent.clone(), Arc::new(answer));
        let listener = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                if hush.load(Ordering::SeqCst) {
                    continue;
                }
                let (stream, log, answer) = (stream.unwrap(), log.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &log, answer.as_ref()));
            }
        });
        Self { address, seen, stopped, silent, listener: Some(listener) }
    }

    /// One that answers every path alike.
    pub fn always(reply: Reply) -> Self {
        Self::new(move |_| reply.clone())
    }

    /// One that has these texts as pages, by path, and nothing else.
    pub fn pages(pages: &[(&str, String)]) -> Self {
        let pages: Vec<(String, String)> =
            pages.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect();
        Self::new(move |request| match pages.iter().find(|(path, _)| *path == request.path) {
            Some((_, text)) => ok("text/html", text.as_bytes()),
            None => status("404 Not Found"),
        })
    }

    /// From now on, ends every connection before a word is said. The port stays taken, so that no other server gets it.
    pub fn hang_up(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }

    /// Address of the index.
    pub fn index(&self) -> String {
        self.at("/simple")
    }

    /// Address of a path.
    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything asked so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|request| request.path).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, which then ends and closes the port.
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

/// An answer with a length and these further header lines.
pub fn reply(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{lines}\r\n", body.len());
    Reply::Bytes([head.as_bytes(), body].concat())
}

pub fn ok(media_type: &str, body: &[u8]) -> Reply {
    reply("200 OK", &[("Content-Type", media_type)], body)
}

pub fn status(status: &str) -> Reply {
    reply(status, &[("Content-Type", "text/html")], b"<a href=acme_shared-9-py3-none-any.whl>no</a>")
}

pub fn redirect(to: &str) -> Reply {
    reply("302 Found", &[("Location", to)], b"")
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Reply) {
    let Some(request) = read(&mut stream) else { return };
    log.lock().unwrap().push(request.clone());
    // The other side may hang up at any time, which is its right.
    match answer(&request) {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Reply::Endless(head, piece) => {
            let mut sound = stream.write_all(&head).is_ok();
            while sound {
                sound = stream.write_all(&piece).is_ok();
            }
        }
        Reply::Stalled(bytes) => {
            let _ = stream.write_all(&bytes);
            let _ = stream.read(&mut [0]);
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Some(Request { path, headers })
}
