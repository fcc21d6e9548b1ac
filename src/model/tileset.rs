//! Tilesets and their tiles.

use bytes::Bytes;
use glam::IVec2;

use super::{Extra, ObjectLayer, Properties, TileSize};
use crate::source::{Span, parent, resolve};

/// A tileset, embedded in a map or in a file of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Tileset {
    /// The tileset in its file.
    pub span: Option<Span>,
    /// Name of the file that holds it, which its pictures are relative to (see [`crate::source`]).
    pub file: String,
    /// Name.
    pub name: String,
    /// Class.
    pub class: String,
    /// Size of its tiles, in pixels; of the largest, in a collection of images.
    pub tile_size: TileSize,
    /// Pixels between tiles.
    pub spacing: i32,
    /// Pixels left of and above the first tile.
    pub margin: i32,
    /// Number of columns that the file states; 0 where it does not.
    pub columns: u32,
    /// Number of tiles that the file states; 0 where it does not. Tiled ignores it when loading.
    pub tile_count: u32,
    /// The one picture; `None` for a collection of images.
    pub picture: Option<Picture>,
    /// Shift when drawn, in pixels.
    pub tile_offset: IVec2,
    /// Where tile objects are anchored (`objectalignment`), as written; empty when unspecified.
    pub object_alignment: String,
    /// Whether tiles are drawn at the size of the map's grid (`tilerendersize: grid`).
    pub render_at_grid_size: bool,
    /// Tiles that carry something, in the order of the file.
    pub tiles: Vec<Tile>,
    /// Custom properties.
    pub properties: Properties,
    /// Wang sets, transformations, editor settings and unknown keys, in Tiled's JSON shape.
    pub extra: Extra,
}

impl Tileset {
    /// What the file says of the tile with this id.
    pub fn tile(&self, id: u32) -> Option<&Tile> {
        self.tiles.iter().find(|tile| tile.id == id)
    }

    /// Columns and rows of the picture as Tiled counts them: the margin only left and above.
    /// `None` for a collection, for a picture of unknown size, or without a tile size.
    pub fn grid(&self) -> Option<(u32, u32)> {
        self.grid_with_margins(1)
    }

    /// The same of a picture of this width and height, in pixels.
    pub fn grid_of(&self, picture: (u32, u32)) -> Option<(u32, u32)> {
        self.counted(picture, 1)
    }

    /// Columns and rows of the picture as Phaser counts them: the margin on both sides
    /// (workadventure-maps, section 2.2).
    pub fn phaser_grid(&self) -> Option<(u32, u32)> {
        self.grid_with_margins(2)
    }

    /// The same of a picture of this width and height, in pixels.
    pub fn phaser_grid_of(&self, picture: (u32, u32)) -> Option<(u32, u32)> {
        self.counted(picture, 2)
    }

    fn grid_with_margins(&self, margins: i64) -> Option<(u32, u32)> {
        let picture = self.picture.as_ref()?;
        self.counted((picture.width?, picture.height?), margins)
    }

    fn counted(&self, (width, height): (u32, u32), margins: i64) -> Option<(u32, u32)> {
        let count = |length: u32, tile: u32| {
            let tile = i64::from(tile) + i64::from(self.spacing);
            let free = i64::from(length) - margins * i64::from(self.margin) + i64::from(self.spacing);
            (tile > 0).then(|| u32::try_from((free / tile).max(0)).unwrap_or(0))
        };
        Some((count(width, self.tile_size.width)?, count(height, self.tile_size.height)?))
    }

    /// How many ids the tileset spans: its picture's grid as Tiled counts it, or what the file
    /// states, whichever is known; at least one more than its highest tile.
    pub fn id_span(&self) -> u32 {
        let highest = self.tiles.iter().map(|tile| tile.id.saturating_add(1)).max().unwrap_or(0);
        let grid = self.grid().map(|(columns, rows)| columns.saturating_mul(rows));
        grid.filter(|cells| *cells > 0).unwrap_or(self.tile_count).max(highest)
    }
}

/// A reference to a picture file, or a picture within the file itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// Path as written, relative to the file that holds the reference. An embedded picture is found
    /// under a name of its own, which [`Sources`](crate::source::Sources) serves though the disk has
    /// no such file.
    pub source: String,
    /// The bytes of a picture that an XML file holds in itself. JSON cannot hold any: whoever writes
    /// the map there writes the picture to a file.
    pub embedded: Option<Bytes>,
    /// Stated width, in pixels.
    pub width: Option<u32>,
    /// Stated height, in pixels.
    pub height: Option<u32>,
    /// Colour that counts as transparent, as `rrggbb` without `#`.
    pub transparent: Option<String>,
}

impl Picture {
    /// The file that an embedded picture must be written to for a reference in `file` to find it, with
    /// its content.
    pub(super) fn written_beside(&self, file: &str) -> Option<(String, Bytes)> {
        Some((resolve(parent(file), &self.source), self.embedded.clone()?))
    }
}

/// What a tileset says of one of its tiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// The tile in its file.
    pub span: Option<Span>,
    /// Id within the tileset.
    pub id: u32,
    /// Class (`type`, in Tiled 1.9 `class`).
    pub class: String,
    /// Custom properties.
    pub properties: Properties,
    /// Frames; empty when not animated.
    pub animation: Vec<Frame>,
    /// Its own picture, in a collection of images.
    pub picture: Option<Picture>,
    /// Part of its own picture that is shown (1.9), in pixels: x, y, width, height.
    pub picture_part: Option<[i32; 4]>,
    /// Collision shapes.
    pub collision: Option<ObjectLayer>,
    /// Probability and unknown keys.
    pub extra: Extra,
}

/// One frame of an animated tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Id of the tile that is shown, within the same tileset.
    pub tile: u32,
    /// How long, in milliseconds.
    pub duration: u32,
}
