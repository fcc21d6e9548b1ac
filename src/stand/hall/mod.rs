//! A hall built around the sponsors, for events that have no room for stands yet.
//!
//! ```text
//! sizes of the stands ──> layout ──> Layout   rows, their heights and length, where the door is
//! Layout              ──> draw   ──> Map      floor, walls, furniture from the kit, a `stand-area` a row
//! ```
//!
//! The hall is a venue like any other from then on: the same placement fills it. Visitors come in at the left,
//! on the main aisle; rows lie above and below it, named A, B, C from the top; a lounge is at the far end. The
//! layout is kept in the lock file: a hall only ever grows to the right and downwards, so that nobody moves.

mod draw;
mod kit;
mod layout;

pub(super) use draw::{Facts, Look, draw};
pub(super) use kit::{Kit, pictures};
pub(super) use layout::{Layout, Shape};
