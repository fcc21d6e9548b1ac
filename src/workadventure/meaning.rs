//! A map as the engine understands it, computed once.

use super::WalkGrid;
use crate::{
    finding::{Place, Spot},
    model::{Map, PixelRect, Property, TilePos},
};

/// What a map means to WorkAdventure.
#[derive(Debug, Clone)]
pub struct Meaning {
    /// Every layer in the engine's order, with its flattened path.
    pub layers: Vec<FlatLayer>,
    /// Where avatars can walk.
    pub walk: WalkGrid,
    /// Where something happens, in merge order: areas, then layers bottom to top, then tiles.
    pub zones: Vec<Zone>,
    /// Where visitors can arrive, best first for the default entry.
    pub entries: Vec<Entry>,
    /// What leads out.
    pub exits: Vec<Exit>,
}

impl Meaning {
    /// Reads a map as the engine would.
    pub fn of(map: &Map) -> Self {
        Self {
            layers: Vec::new(),
            walk: WalkGrid::of(map),
            zones: Vec::new(),
            entries: Vec::new(),
            exits: Vec::new(),
        }
    }

    /// The entry where visitors arrive without a name in their link, by the algorithm of
    /// workadventure-maps, section 3.1; `None` where the engine falls back to a fixed pixel.
    pub fn default_entry(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.default)
    }

    /// Cells where visitors can appear: all entries'.
    pub fn arrivals(&self) -> impl Iterator<Item = TilePos> + '_ {
        self.entries.iter().flat_map(|entry| entry.cells.iter().copied())
    }
}

/// One layer as the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatLayer {
    /// Names of its groups and its own, joined by `/`.
    pub path: String,
    /// Its id.
    pub id: u32,
    /// Whether it is a tile layer.
    pub is_tiles: bool,
    /// Whether it is drawn above the avatars: behind the top-level object layer `floorLayer`.
    pub above_avatars: bool,
}

/// What carries a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A tile layer, by path.
    Layer(String),
    /// An object of class `area`, by name.
    Area(String),
    /// A tile with properties: name of the tileset, id of the tile.
    Tile(String, u32),
}

/// A place where something happens.
#[derive(Debug, Clone)]
pub struct Zone {
    /// What carries it.
    pub holder: Holder,
    /// Cells in which an avatar's position triggers it: for areas those where its feet can be
    /// inside (workadventure-maps, section 1.1).
    pub cells: Vec<TilePos>,
    /// The rectangle of an area, in pixels.
    pub rectangle: Option<PixelRect>,
    /// Properties that make something happen, in the order of the file.
    pub triggers: Vec<Property>,
    /// Where it stands in the text.
    pub spot: Spot,
    /// Where it lies.
    pub place: Place,
}

/// How an entry is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// An area with `start`, or named `start`.
    Area,
    /// A tile layer.
    Layer,
}

/// A place where visitors arrive.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Name in links: `map.tmj#name`.
    pub name: String,
    /// What makes it.
    pub kind: EntryKind,
    /// Whether it is where visitors arrive without a name.
    pub default: bool,
    /// Whether it is meant as an entry (`start`), or is any tile layer, which a link can name too.
    pub declared: bool,
    /// Cells where visitors may appear.
    pub cells: Vec<TilePos>,
    /// Where it stands in the text.
    pub spot: Spot,
    /// Where it lies.
    pub place: Place,
}

/// A place that leads to another map.
#[derive(Debug, Clone)]
pub struct Exit {
    /// What carries it.
    pub holder: Holder,
    /// The property: `exitUrl` or `exitSceneUrl`, with its value.
    pub property: Property,
    /// Cells that trigger it.
    pub cells: Vec<TilePos>,
    /// Where the value stands in the text.
    pub spot: Spot,
    /// Where it lies.
    pub place: Place,
}
