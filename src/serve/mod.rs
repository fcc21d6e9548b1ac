//! A local web server for a project: its files for WorkAdventure, a page with its maps and findings,
//! the walk, all new whenever a file changes.
//!
//! [`Site`] is what is shown at one moment, made from a checked project; [`Server`] answers
//! requests; [`Watch`] tells when to make the next one.

mod page;
mod server;
mod site;
mod watch;

pub use server::{Address, ServeError, Server, Stage};
pub use site::Site;
pub use watch::{Stop, Watch};
