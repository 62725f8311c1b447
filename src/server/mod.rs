//! The language server: the only code that speaks LSP.
//!
//! A message passes the [`door`], the protocol library, and one of the [`handlers`], which turns it into a word of
//! the [`session`] or a question to [`ide`](crate::ide). The files that an answer names are made ready ([`named`]), and it
//! comes back through [`convert`], which writes nothing. Beside them run the
//! publisher ([`publish`]), the watcher ([`watch`]) and the watch over the client's process ([`lifecycle`]).

mod capabilities;
mod convert;
mod door;
mod events;
mod handlers;
mod lifecycle;
mod named;
mod progress;
mod publish;
mod session;
mod settings;
mod transport;
mod uri;
mod watch;
mod work;

pub use lifecycle::serve;
pub use transport::{Transport, run};

#[cfg(test)]
mod tests;
