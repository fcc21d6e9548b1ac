//! The program and its library from outside, in one binary: a module per topic.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

mod automation;
mod bundle;
mod cli;
mod convert;
mod corpus;
mod demo;
mod diff;
mod docs;
mod doors;
mod editor_files;
mod engine;
mod examples;
mod faults;
mod fixes;
mod formats;
mod fuzz;
mod graph;
mod hostile;
mod map_storage;
mod meaning;
mod mistakes;
mod mutation;
mod new;
mod online;
mod publish;
mod render;
mod reports;
mod rules;
mod saving;
mod schema;
mod serve;
mod stands;
mod tiled_project;
mod told;
mod walk;
