//! venue

pub mod finding;
pub mod format;
pub mod model;
pub mod source;
pub mod workadventure;
