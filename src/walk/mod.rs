//! The walk: a page on which anybody walks through the maps, in a browser, before they are online.
//!
//! [`Room`] is one map as the page needs it: what the engine draws, where avatars can go, what happens
//! where they step. The page itself is plain HTML, CSS and JavaScript beside this file; it reads rooms
//! as scripts, so that it works from a folder on disk as well as from a server.

mod happening;
mod page;
mod room;
mod scene;

pub use happening::Happening;
pub use page::{MapEntry, PAGE, Page, address};
pub use room::{Room, RoomEntry, RoomError, RoomFinding, RoomZone};
pub use scene::{DrawnLayer, DrawnText, EmbeddedWebsite, TilesetPicture};
