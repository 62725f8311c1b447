//! What the benches share: generated workspaces, and a client for the server.

pub mod client;
pub mod generate;
pub mod locks;
