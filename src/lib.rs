//! The crate's modules, in reading order: a module may use only those above it.
#![doc = include_str!("ARCHITECTURE.md")]

pub mod manifest;
pub mod python;
pub mod source;
pub mod text;
pub mod vfs;
