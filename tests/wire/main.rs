//! The server as a client sees it: real frames over a pipe in memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice
)]

mod client;
mod documents;
mod environments;
mod findings;
mod lifecycle;
mod malformed;
#[path = "../repository/mod.rs"]
#[allow(dead_code, reason = "what other tests have of it is not used here")]
mod repository;
mod versions;

use client::Client;
