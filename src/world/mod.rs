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
