//! The stream of messages on its way in, made safe for the protocol library behind it.
//!
//! The library ends the whole session at the first message that it cannot decode, refuses lone surrogates (which
//! VS Code sends while half an emoji is being typed), and leaves unknown `$/` requests unanswered. So each message
//! is looked at here first, on the same task and without a copy more than the buffer's: a good one passes, a
//! repairable one is repaired, and any other becomes a request that answers with the error to send.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use memchr::memmem;
use tokio::io::{AsyncRead, ReadBuf};
use tower_lsp::jsonrpc::{Error, ErrorCode, Request};

/// Stands for a message that is no JSON; answered with `-32700`.
pub const NOT_JSON: &str = "crossloc/notJson";
/// Stands for JSON that is no JSON-RPC; answered with `-32600`.
pub const NOT_A_MESSAGE: &str = "crossloc/notAMessage";
/// No method is called so; stands for an unknown `$/` request, which the library would leave unanswered.
const UNKNOWN: &str = "crossloc/unknown";

/// Longer headers are taken for garbage and dropped.
const MAX_HEADER_BYTES: usize = 8 * 1024;
const READ_BYTES: usize = 64 * 1024;

/// The answer to [`NOT_JSON`].
pub fn not_json() -> Error {
    Error::new(ErrorCode::ParseError)
}

/// The answer to [`NOT_A_MESSAGE`].
pub fn not_a_message() -> Error {
    Error::new(ErrorCode::InvalidRequest)
}

/// A reader of whole, decodable messages over a client's byte stream.
pub struct Door<R> {
    inner: R,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
    passed_on: usize,
    log: Arc<Log>,
}

/// What has passed a door, for the exit code: the library forgets a `shutdown` that an `exit` follows at once.
#[derive(Default)]
pub struct Log {
    ended: AtomicBool,
    initialized: AtomicBool,
    shut_down: AtomicBool,
}

impl Log {
    /// Whether the stream ended, as opposed to an `exit`, behind which nothing more is read.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Whether the client asked to shut down, behind its `initialize`.
    pub fn is_shut_down(&self) -> bool {
        self.shut_down.load(Ordering::SeqCst)
    }

    fn note(&self, method: &str) {
        match method {
            "initialize" => self.initialized.store(true, Ordering::SeqCst),
            "shutdown" => self.shut_down.store(self.initialized.load(Ordering::SeqCst), Ordering::SeqCst),
            _ => {}
        }
    }
}

impl<R> Door<R> {
    /// Wraps the client's stream and logs what passes.
    pub fn new(inner: R, log: Arc<Log>) -> Self {
        Self { inner, incoming: Vec::new(), outgoing: Vec::new(), passed_on: 0, log }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Door<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let door = self.get_mut();
        loop {
            let waiting = door.outgoing.get(door.passed_on..).unwrap_or_default();
            if !waiting.is_empty() {
                let part = waiting.get(..buffer.remaining()).unwrap_or(waiting);
                buffer.put_slice(part);
                door.passed_on += part.len();
                return Poll::Ready(Ok(()));
            }
            door.outgoing.clear();
            door.passed_on = 0;
            if let Some(taken) = take_frame(&mut door.incoming) {
                match taken {
                    Frame::Message(body) => pass_on(body, &door.log, &mut door.outgoing),
                    Frame::Garbage => push_request(NOT_JSON, "null", &mut door.outgoing),
                }
                continue;
            }
            let before = door.incoming.len();
            door.incoming.resize(before + READ_BYTES, 0);
            let mut space = ReadBuf::new(door.incoming.get_mut(before..).unwrap_or_default());
            let polled = Pin::new(&mut door.inner).poll_read(context, &mut space);
            let read = space.filled().len();
            door.incoming.truncate(before + read);
            ready!(polled)?;
            if read == 0 {
                door.log.ended.store(true, Ordering::SeqCst);
                return Poll::Ready(Ok(()));
            }
        }
    }
}

enum Frame {
    Message(Vec<u8>),
    /// Bytes without a usable `Content-Length`; they are gone.
    Garbage,
}

/// Cuts the first complete frame off; `None` until more bytes come.
fn take_frame(incoming: &mut Vec<u8>) -> Option<Frame> {
    let Some(header_end) = memmem::find(incoming, b"\r\n\r\n") else {
        if incoming.len() <= MAX_HEADER_BYTES {
            return None;
        }
        // The start of a header's end may be among the last three bytes.
        incoming.drain(..incoming.len() - 3);
        return Some(Frame::Garbage);
    };
    let body_start = header_end + 4;
    let Some(length) = content_length(incoming.get(..header_end).unwrap_or_default()) else {
        incoming.drain(..body_start);
        return Some(Frame::Garbage);
    };
    let body = incoming.get(body_start..body_start.checked_add(length)?)?.to_vec();
    incoming.drain(..body_start + length);
    Some(Frame::Message(body))
}

fn content_length(header: &[u8]) -> Option<usize> {
    let header = std::str::from_utf8(header).ok()?;
    // Stray output before a header, such as a wrapper script's, may share its first line; names have no case.
    header.split("\r\n").find_map(|line| {
        let (name, value) = line.rsplit_once(':')?;
        name.trim().to_ascii_lowercase().ends_with("content-length").then(|| value.trim().parse().ok())?
    })
}

fn pass_on(body: Vec<u8>, log: &Log, outgoing: &mut Vec<u8>) {
    let mut body = match String::from_utf8(body) {
        Ok(body) => body,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    let mut decoded = serde_json::from_str::<Request>(&body);
    if decoded.is_err() {
        let repaired = without_lone_surrogates(&body);
        let again = serde_json::from_str::<Request>(&repaired);
        if again.is_ok() {
            (body, decoded) = (repaired, again);
        }
    }
    match decoded {
        Ok(request) if request.method().starts_with("$/") && request.id().is_some() => {
            let id = request.id().and_then(|id| serde_json::to_string(id).ok());
            push_request(UNKNOWN, id.as_deref().unwrap_or("null"), outgoing);
        }
        // A response decodes as a request without a method: every field of a request but `jsonrpc` may be absent.
        Ok(request) => {
            log.note(request.method());
            push(&body, outgoing);
        }
        Err(error) if error.is_data() => push_request(NOT_A_MESSAGE, "null", outgoing),
        Err(_) => push_request(NOT_JSON, "null", outgoing),
    }
}

/// Writes `\ufffd` over each escaped surrogate that has no partner; both count one UTF-16 unit, so that
/// the client's columns stay right.
fn without_lone_surrogates(json: &str) -> String {
    let escape = |at: usize| -> Option<u16> {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(json.len());
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', json.as_bytes().get(at..).unwrap_or_default()) {
        at += found;
        let (lone, width) = match (escape(at), escape(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (false, 12),
            (Some(0xD800..=0xDFFF), _) => (true, 6),
            (Some(_), _) => (false, 6),
            // Any other escape is two bytes, the second of which may itself be a backslash.
            (None, _) => (false, 2),
        };
        if lone {
            out.push_str(json.get(kept..at).unwrap_or_default());
            out.push_str("\\ufffd");
            kept = at + width;
        }
        at += width;
    }
    out.push_str(json.get(kept..).unwrap_or_default());
    out
}

fn push_request(method: &str, id: &str, outgoing: &mut Vec<u8>) {
    push(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}"}}"#), outgoing);
}

fn push(body: &str, outgoing: &mut Vec<u8>) {
    outgoing.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    outgoing.extend_from_slice(body.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(mut incoming: Vec<u8>) -> Vec<String> {
        let mut out = Vec::new();
        while let Some(frame) = take_frame(&mut incoming) {
            out.push(match frame {
                Frame::Message(body) => String::from_utf8(body).unwrap(),
                Frame::Garbage => "garbage".to_owned(),
            });
        }
        out
    }

    #[test]
    fn frames_are_found_again_behind_garbage() {
        for (incoming, expected) in [
            ("Content-Length: 2\r\n\r\n{}", vec!["{}"]),
            ("Content-Length: 2\r\n\r\n{", vec![]),
            ("content-length: 2\r\nContent-Type: x; charset=latin-1\r\n\r\n{}", vec!["{}"]),
            ("X: 1\r\n\r\nContent-Length: 1\r\n\r\n1", vec!["garbage", "1"]),
            ("Content-Length: -4\r\n\r\nContent-Length: 1\r\n\r\n1", vec!["garbage", "1"]),
            ("hello\nContent-Length: 1\r\n\r\n1", vec!["1"]),
        ] {
            assert_eq!(bodies(incoming.into()), expected, "{incoming:?}");
        }
        assert_eq!(bodies(vec![b'x'; MAX_HEADER_BYTES + 1]), ["garbage"]);
    }

    #[test]
    fn lone_surrogates_are_replaced_and_nothing_else() {
        for (json, expected) in [
            (r#""\ud800""#, r#""\ufffd""#),
            (r#""\uDC00\ud834""#, r#""\ufffd\ufffd""#),
            (r#""\ud834\udd1e""#, r#""\ud834\udd1e""#),
            (r#""\\ud800 \" \u0041""#, r#""\\ud800 \" \u0041""#),
            (r#""\ud800\ud834\udd1e\n""#, r#""\ufffd\ud834\udd1e\n""#),
        ] {
            assert_eq!(without_lone_surrogates(json), expected);
        }
    }

    #[test]
    fn what_cannot_be_decoded_becomes_a_request_for_the_error() {
        let passed = |body: &str| {
            let mut outgoing = Vec::new();
            pass_on(body.into(), &Log::default(), &mut outgoing);
            bodies(outgoing).remove(0)
        };
        for good in [
            r#"{"jsonrpc":"2.0","id":1,"result":null}"#,
            r#"{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"off"}}"#,
        ] {
            assert_eq!(passed(good), good);
        }
        let deep = format!(r#"{{"jsonrpc":"2.0","method":"x","params":{}"#, "[".repeat(100_000));
        for (bad, method, id) in [
            ("{", NOT_JSON, "null"),
            (deep.as_str(), NOT_JSON, "null"),
            ("[]", NOT_A_MESSAGE, "null"),
            ("{}", NOT_A_MESSAGE, "null"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"$/x"}"#, UNKNOWN, "7"),
        ] {
            assert_eq!(passed(bad), format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}"}}"#));
        }
    }
}
