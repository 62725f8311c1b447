//! The crate's modules, in reading order: a module may use only those above it.
#![doc = include_str!("ARCHITECTURE.md")]

pub mod text;
pub mod vfs;
pub mod python;
pub mod manifest;
pub mod source;
pub mod workspace;
pub mod semantics;
pub mod api;
pub mod uses;
pub mod ide;
pub mod rules;
pub mod report;
pub mod fixes;
pub mod server;
pub mod cli;

// The fixture language is shared with the integration tests, which know this crate by its name.
#[cfg(test)]
extern crate self as crossloc;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod fixture;
