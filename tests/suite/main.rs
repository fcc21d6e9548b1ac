//! The program and its library from outside, in one binary: a module per topic.

mod cli;
mod corpus;
mod meaning;
mod render;
mod rules;
