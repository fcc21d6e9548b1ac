//! The rules, a file per family.

pub(super) mod editor;
pub(super) mod engine;
pub(super) mod entries;
pub(super) mod exits;
pub(super) mod furniture;
pub(super) mod jitsi;
pub(super) mod layers;
pub(super) mod links;
mod meant;
pub(super) mod meetings;
pub(super) mod objects;
pub(super) mod online;
pub(super) mod pictures;
pub(super) mod properties;
pub(super) mod publishing;
pub(super) mod scripts;
pub(super) mod sight;
pub(super) mod structure;
pub(super) mod tilesets;
pub(super) mod types;
pub(super) mod values;
pub(super) mod world;
pub(super) mod zones;

use super::registry::{Check, Lint};

/// Every family's rules.
pub(super) static FAMILIES: &[&[Lint]] = &[
    engine::LINTS,
    structure::LINTS,
    pictures::LINTS,
    tilesets::LINTS,
    layers::LINTS,
    sight::LINTS,
    objects::LINTS,
    properties::LINTS,
    values::LINTS,
    jitsi::LINTS,
    zones::LINTS,
    meetings::LINTS,
    entries::LINTS,
    exits::LINTS,
    links::LINTS,
    scripts::LINTS,
    editor::LINTS,
    furniture::LINTS,
    online::LINTS,
    types::LINTS,
    world::LINTS,
    publishing::LINTS,
];
