//! What a map means to WorkAdventure: its zones, where visitors arrive, walk and leave.
//!
//! Everything here follows how the engine reads maps, not how its documentation says that it does
//! (facts: the project's map reference, whose sections are cited as `workadventure-maps, section N`).

mod area_property;
mod drawn;
mod link;
mod meaning;
pub mod meeting;
mod property;
pub(crate) mod reference;
mod scripting;
#[cfg(test)]
pub(crate) mod testing;
mod traffic;
mod walk;

pub use area_property::{
    AREA_FIELDS, AREA_PROPERTIES, AreaPropertyFact, ENTITY_FIELDS, Field, FieldKind, PROPERTY_FIELDS,
    WAM_FIELDS, WamHolder,
};
pub use drawn::{as_drawn, is_drawn};
pub use link::{
    Address, Link, can_be_linked, embeddable, encoded_fragment, host_and_path, is_readable_url, is_room_path,
    is_template, percent_decoded, percent_encoded,
};
pub use meaning::{Entry, EntryKind, Exit, FlatLayer, Holder, Meaning, Zone, ZoneKind, is_area};
pub(crate) use meaning::{
    MOST_CELLS, arrivals_in_area, arrives_outside, cells_of_area, is_floor_layer, is_outside,
};
pub use property::{HolderKind, PROPERTIES, PropertyFact, Reference, ValueKind};
pub use reference::moved;
pub(crate) use scripting::has_script;
pub use traffic::Traffic;
pub use walk::{Reach, WalkGrid, reads_tile_properties};
