//! The crate's modules, in reading order: a module may use only those above it.
#![doc = include_str!("ARCHITECTURE.md")]

pub mod cli;
pub mod ide;
pub mod manifest;
pub mod python;
pub mod report;
pub mod rules;
pub mod text;
pub mod vfs;
pub mod workspace;
