//! What changed between two states of some maps, as a reviewer would tell it.
//!
//! ```text
//! two projects ──> pair    which map, layer, object and tileset is which, under whatever name
//!              ──> map     what is new, gone, or different: by what it means, else by what it is
//!              ──> Diff ──> text, Markdown, JSON; ──> picture: before, after, and what changed
//! ```
//!
//! Compared is what designers and visitors see. How a file is written (order of keys, compression,
//! counters, the version of Tiled, where tilesets begin to count) is no difference.

mod cells;
mod details;
mod layer;
mod map;
mod object;
mod pair;
mod picture;
mod role;
mod room;
mod shift;
mod stands;
mod text;
mod tileset;
mod world;

use schemars::JsonSchema;
use serde::Serialize;

pub use picture::{PictureError, picture};
pub use text::{human, markdown};
pub use world::{Sides, compare};

use crate::model::{TilePos, TileRect};

/// What changed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Diff {
    /// Version of this form.
    #[schemars(extend("const" = 1))]
    pub version: u32,
    /// The files that differ, by kind and name. Empty where nothing does.
    pub files: Vec<FileDiff>,
}

/// What changed in one file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FileDiff {
    /// What kind of file.
    pub kind: FileKind,
    /// Its name; of one that is gone, the name that it had.
    pub file: String,
    /// The name that it had before, where that was another.
    pub before: Option<String>,
    /// What became of it.
    pub change: ChangeKind,
    /// How far everything on a map moved, in tiles right and down, where it grew or shrank at its left or
    /// top. What is said of places before is said as if they had moved with it.
    pub shift: Option<(i32, i32)>,
    /// What is different in it. Of a new file, and of one that is gone, what it amounts to.
    pub changes: Vec<Change>,
}

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A map.
    Map,
    /// A file of WorkAdventure's own editor.
    Wam,
    /// A tileset in a file of its own, for all maps that use it.
    Tileset,
    /// A spec of sponsors: the stands that come of it.
    Stands,
    /// The project's config, of which links are compared.
    Config,
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
    /// It has another name, and is else the same.
    Renamed,
    /// It lies elsewhere, or at another place in the order, and is else the same.
    Moved,
}

/// One thing that is new, gone, or different.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// What became of it.
    pub change: ChangeKind,
    /// What it is: what it means to visitors, where it means something.
    pub subject: Subject,
    /// Its name; empty where it has none.
    pub name: String,
    /// Where it was; `None` where it was not, or lay nowhere.
    pub before: Option<Place>,
    /// Where it is; `None` where it is no more, or lies nowhere.
    pub after: Option<Place>,
    /// Cells of a tile layer, or of the walking grid, that are different.
    pub cells: Option<CellChange>,
    /// What is different about it; of something new or gone what it says.
    pub details: Vec<Detail>,
    /// What pictures mark.
    #[serde(skip)]
    pub marks: Marks,
}

/// What something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The map itself.
    Map,
    /// Something that leads to another map.
    Exit,
    /// A place where visitors arrive.
    Entry,
    /// The entry of visitors whose link names none.
    DefaultEntry,
    /// A zone with a meeting.
    Meeting,
    /// A zone that opens a website.
    Website,
    /// A zone with a sound.
    Sound,
    /// A silent zone.
    SilentZone,
    /// Any other zone.
    Zone,
    /// Where visitors can walk.
    Walking,
    /// A layer.
    Layer,
    /// An object that means nothing to WorkAdventure.
    Object,
    /// A tileset.
    Tileset,
    /// A tile.
    Tile,
    /// An area of WorkAdventure's own editor.
    Area,
    /// An entity of WorkAdventure's own editor.
    Entity,
    /// A sponsor's stand.
    Stand,
    /// A link that the config names.
    Link,
}

/// Where something lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// Path of the layer that it is on, or is.
    pub layer: Option<String>,
    /// Its id in the file; `None` where it has none.
    pub id: Option<u32>,
    /// The cells that it touches, in tiles; `None` where it touches none.
    pub tiles: Option<TileRect>,
}

/// How many cells are different, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CellChange {
    /// Cells that were empty and are not; of the walking grid: that were free and are blocked.
    pub added: usize,
    /// Cells that were not empty and are; of the walking grid: that were blocked and are free.
    pub removed: usize,
    /// Cells with another tile.
    pub replaced: usize,
    /// The rectangle around all of them, in tiles.
    pub tiles: TileRect,
}

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Detail {
    /// What: the name of a property, or a word of Tiled's.
    pub what: String,
    /// What it was; `None` where it was not.
    pub before: Option<Said>,
    /// What it is; `None` where it is no more.
    pub after: Option<Said>,
}

/// What a detail was, or is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Said {
    /// A value that stands in the file.
    Value(serde_json::Value),
    /// Something in words.
    Words(String),
}

/// What a picture marks: cells of layers, and where things lie. Of a layer no more than a million cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// Cells that something was in that is no more.
    pub cells_before: Vec<TilePos>,
    /// Cells that something is in that was not.
    pub cells_after: Vec<TilePos>,
    /// Where something was that is no more.
    pub before: Option<TileRect>,
    /// Where something is that was not.
    pub after: Option<TileRect>,
}

/// Most cells that a picture marks of a layer, and of all things together.
const MOST_MARKED: usize = 1 << 20;

impl Diff {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl Subject {
    /// Its name in texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Exit => "exit",
            Self::Entry => "entry",
            Self::DefaultEntry => "default entry",
            Self::Meeting => "meeting",
            Self::Website => "website",
            Self::Sound => "sound",
            Self::SilentZone => "silent zone",
            Self::Zone => "zone",
            Self::Walking => "walking",
            Self::Layer => "layer",
            Self::Object => "object",
            Self::Tileset => "tileset",
            Self::Tile => "tile",
            Self::Area => "area",
            Self::Entity => "entity",
            Self::Stand => "stand",
            Self::Link => "link",
        }
    }
}

impl Marks {
    fn is_empty(&self) -> bool {
        self.cells_before.is_empty()
            && self.cells_after.is_empty()
            && self.before.is_none()
            && self.after.is_none()
    }

    /// Where something was, and is: only the one where both are the same.
    fn moved(before: Option<TileRect>, after: Option<TileRect>) -> Self {
        Self { before: before.filter(|_| before != after), after, ..Self::default() }
    }
}

impl Change {
    /// A change of this kind of something without a place.
    fn new(change: ChangeKind, subject: Subject, name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            change,
            subject,
            name,
            before: None,
            after: None,
            cells: None,
            details: Vec::new(),
            marks: Marks::default(),
        }
    }
}
