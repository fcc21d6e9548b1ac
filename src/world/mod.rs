//! The maps of a project as one world: where every exit leads, where visitors arrive by it, and which
//! maps they can come to.
//!
//! Nothing is judged here; rules, bundles and pictures of the world read the same facts. Facts about
//! the engine are those of workadventure-maps, sections 3.1 and 3.2.

mod destination;
mod editor;
mod graph;

pub use destination::{Destination, Never, Surroundings};
pub use graph::{Arrival, Way, World, WorldMap, load_reachable};

use crate::{model::Map, source::file_stem};

/// A map's own name, else one made of its file's.
pub fn title(map: &Map, name: &str) -> String {
    let own = map.properties.text("mapName").map(str::trim).filter(|own| !own.is_empty());
    own.map_or_else(
        || {
            let words = file_stem(name).replace(['-', '_'], " ");
            let mut letters = words.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or(words)
        },
        str::to_owned,
    )
}
