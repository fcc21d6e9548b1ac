//! The program and its library from outside, in one binary: a module per topic.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

mod bundle;
mod cli;
mod convert;
mod corpus;
mod demo;
mod docs;
mod editor_files;
mod engine;
mod fixes;
mod formats;
mod graph;
mod hostile;
mod map_storage;
mod meaning;
mod online;
mod publish;
mod render;
mod reports;
mod rules;
mod saving;
mod serve;
mod stands;
mod walk;
