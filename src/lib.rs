//! venue

pub mod cli;
pub mod finding;
pub mod format;
pub mod model;
pub mod output;
pub mod project;
pub mod source;
pub mod workadventure;
