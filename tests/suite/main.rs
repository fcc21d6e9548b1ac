//! The program and its library from outside, in one binary: a module per topic.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests are tests")]

mod bundle;
mod cli;
mod corpus;
mod meaning;
mod render;
mod rules;
mod stands;
