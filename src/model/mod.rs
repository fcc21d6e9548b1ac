//! One model of a Tiled map, whatever format it was written in.
//!
//! The model knows no format and no WorkAdventure. It keeps what the file says: raw gids with their
//! flags, ids, order of properties, unknown keys. Each element has the [`Span`](crate::source::Span)
//! of its text, from which [`crate::format::locate`] finds line, column and pointer when a finding
//! asks for them.
//!
//! Units: positions of cells are tiles, origin at the top left, x right, y down, grids row-major;
//! positions of objects are pixels on the same axes. Rectangles are half-open.

mod cells;
mod color;
mod custom_type;
mod geometry;
mod gid;
mod layer;
mod map;
mod object;
mod property;
mod region;
mod tileset;
mod wam;
mod world_file;

pub use cells::{Cells, CellsBuilder, CellsIter, FilledIter};
pub use color::color;
pub use custom_type::{CustomClass, CustomEnum, CustomTypes, Wanted};
pub use geometry::{PixelRect, TilePos, TileRect, TileSize};
pub use gid::Gid;
pub(crate) use layer::visit_images;
pub use layer::{
    Chunk, Compression, DrawOrder, Encoding, ImageLayer, Layer, LayerKind, ObjectLayer, TileData, TileLayer,
};
pub use map::{Map, MapTileset, Orientation, RenderOrder};
pub use object::{Object, Shape, Text};
pub use property::{Extra, Json, Properties, Property, Value};
pub(crate) use region::RegionIndex;
pub use region::{Region, RegionIter};
pub use tileset::{Frame, Picture, Tile, Tileset};
pub use wam::{Area, AreaProperty, Collection, Entity, Wam};
pub use world_file::{WorldFile, WorldMapEntry, WorldPattern};
