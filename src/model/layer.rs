//! Layers of a map.

use glam::{DVec2, IVec2};

use super::{Cells, Extra, Gid, Object, Picture, Properties, Region, TilePos};
use crate::source::Span;

/// One layer, with what all kinds have.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The layer in its file.
    pub span: Option<Span>,
    /// Id, unique over the map; 0 where the file gives none.
    pub id: u32,
    /// Name.
    pub name: String,
    /// Class.
    pub class: String,
    /// Whether it is shown. A JSON layer without the key is hidden, as in Tiled.
    pub visible: bool,
    /// Opacity, 0 to 1. A JSON layer without the key has 0, as in Tiled.
    pub opacity: f64,
    /// Whether the editor locks it.
    pub locked: bool,
    /// Colour that its pictures are multiplied by, as written.
    pub tint: Option<String>,
    /// Position in tiles (`x`, `y`), 0 in modern files.
    pub position: IVec2,
    /// Shift, in pixels.
    pub offset: DVec2,
    /// Parallax factors; 1 moves with the map.
    pub parallax: DVec2,
    /// Custom properties.
    pub properties: Properties,
    /// What kind of layer, with its content.
    pub kind: LayerKind,
    /// Blend mode and unknown keys.
    pub extra: Extra,
}

impl Layer {
    /// The tile layer in it, if it is one.
    pub fn tiles(&self) -> Option<&TileLayer> {
        match &self.kind {
            LayerKind::Tiles(tiles) => Some(tiles),
            _ => None,
        }
    }

    /// The object layer in it, if it is one.
    pub fn objects(&self) -> Option<&ObjectLayer> {
        match &self.kind {
            LayerKind::Objects(objects) => Some(objects),
            _ => None,
        }
    }

    /// A shown layer without content of its own, for maps that are made here.
    pub fn new(id: u32, name: impl Into<String>, kind: LayerKind) -> Self {
        Self {
            span: None,
            id,
            name: name.into(),
            class: String::new(),
            visible: true,
            opacity: 1.0,
            locked: false,
            tint: None,
            position: IVec2::ZERO,
            offset: DVec2::ZERO,
            parallax: DVec2::ONE,
            properties: Properties::default(),
            kind,
            extra: Extra::new(),
        }
    }
}

/// The four kinds of layers.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerKind {
    /// A grid of tiles.
    Tiles(TileLayer),
    /// Objects.
    Objects(ObjectLayer),
    /// One picture.
    Image(ImageLayer),
    /// Other layers, bottom first.
    Group(Vec<Layer>),
}

/// A grid of tiles.
#[derive(Debug, Clone, PartialEq)]
pub struct TileLayer {
    /// Stated width, in tiles.
    pub width: u32,
    /// Stated height, in tiles.
    pub height: u32,
    /// The cells.
    pub data: TileData,
    /// How the file writes the cells.
    pub encoding: Encoding,
}

/// Cells of a tile layer.
#[derive(Debug, Clone, PartialEq)]
pub enum TileData {
    /// Row by row from the top left; `width * height` long unless the file is wrong, which is
    /// reported and kept.
    Finite(Cells),
    /// Pieces of an infinite map; later ones cover earlier ones.
    Chunks(Vec<Chunk>),
    /// What could not be decoded; the reason is a finding.
    Unreadable,
}

/// A piece of an infinite layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// Column of its left edge, in tiles; may be negative.
    pub x: i32,
    /// Row of its top edge, in tiles; may be negative.
    pub y: i32,
    /// Width, in tiles.
    pub width: u32,
    /// Height, in tiles.
    pub height: u32,
    /// Cells row by row.
    pub gids: Cells,
}

impl TileLayer {
    /// The cell in column `x` and row `y`; empty outside of the data.
    pub fn get(&self, cell: TilePos) -> Gid {
        match &self.data {
            TileData::Finite(gids) => grid_get(gids, self.width, self.height, cell.x, cell.y),
            TileData::Chunks(chunks) => chunks
                .iter()
                .rev()
                .map(|chunk| {
                    let (x, y) = (cell.x.saturating_sub(chunk.x), cell.y.saturating_sub(chunk.y));
                    grid_get(&chunk.gids, chunk.width, chunk.height, x, y)
                })
                .find(|gid| !gid.is_empty())
                .unwrap_or_default(),
            TileData::Unreadable => Gid::EMPTY,
        }
    }

    /// Every cell that holds a tile, in the order of the data.
    pub fn filled(&self) -> impl Iterator<Item = (TilePos, Gid)> {
        self.blocks().flat_map(|(gids, width, left, top)| filled(gids, width, left, top))
    }

    /// The cells of [`Self::filled`].
    pub fn region(&self) -> Region {
        let reaches_too_far = |width: u32, left: i32| left.checked_add_unsigned(width).is_none();
        let slow =
            self.blocks().any(|(gids, width, left, _)| reaches_too_far(width, left) || !gids.has_words());
        if slow {
            return self.filled().map(|(cell, _)| cell).collect();
        }
        let blocks = self.blocks().filter(|(gids, ..)| !gids.are_known_blank());
        Region::of_pieces(blocks.flat_map(|(gids, width, left, top)| {
            let width = (width as usize).max(1);
            (0..gids.len().div_ceil(width)).flat_map(move |row| {
                let first = row * width;
                let row = TilePos::new(left, at(top, row));
                gids.words(first..first.saturating_add(width))
                    .enumerate()
                    .map(move |(word, bits)| (TilePos::new(at(row.x, word * 64), row.y), bits))
            })
        }))
    }

    /// How many cells the data has, with or without a tile.
    pub fn cells(&self) -> usize {
        self.blocks().map(|(gids, ..)| gids.len()).sum()
    }

    /// Whether no cell holds a tile.
    pub fn is_blank(&self) -> bool {
        self.blocks().all(|(gids, ..)| gids.is_blank())
    }

    /// Every gid that occurs in the data, sorted, each once; that of empty cells, too.
    pub fn distinct(&self) -> Vec<Gid> {
        if let TileData::Finite(gids) = &self.data {
            return gids.distinct().to_vec();
        }
        let mut distinct: Vec<Gid> = self.blocks().flat_map(|(gids, ..)| gids.find_distinct()).collect();
        distinct.sort_unstable();
        distinct.dedup();
        distinct
    }

    /// The pieces of the data: cells, their width, and where they begin, in tiles.
    fn blocks(&self) -> impl Iterator<Item = (&Cells, u32, i32, i32)> {
        let (whole, chunks) = match &self.data {
            TileData::Finite(gids) => (Some(gids), &[][..]),
            TileData::Chunks(chunks) => (None, chunks.as_slice()),
            TileData::Unreadable => (None, &[][..]),
        };
        let chunks = chunks.iter().map(|chunk| (&chunk.gids, chunk.width, chunk.x, chunk.y));
        whole.map(|gids| (gids, self.width, 0, 0)).into_iter().chain(chunks)
    }
}

fn grid_get(gids: &Cells, width: u32, height: u32, x: i32, y: i32) -> Gid {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return Gid::EMPTY };
    if x >= width || y >= height {
        return Gid::EMPTY;
    }
    gids.get(y as usize * width as usize + x as usize).unwrap_or_default()
}

fn at(from: i32, step: usize) -> i32 {
    from.saturating_add(i32::try_from(step).unwrap_or(i32::MAX))
}

fn filled(gids: &Cells, width: u32, left: i32, top: i32) -> impl Iterator<Item = (TilePos, Gid)> + '_ {
    let width = (width as usize).max(1);
    (0..gids.len().div_ceil(width)).flat_map(move |row| {
        let (y, first) = (at(top, row), row * width);
        let filled = gids.filled(first..first.saturating_add(width));
        filled.map(move |(column, gid)| (TilePos::new(at(left, column), y), gid))
    })
}

/// How a file writes its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// One element or number per tile: TMX without encoding.
    Elements,
    /// TMX csv, or a JSON array.
    Csv,
    /// Base64 over little-endian 32-bit numbers, compressed or not.
    Base64(Compression),
}

/// Compression below base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// None.
    None,
    /// zlib, RFC 1950.
    Zlib,
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// Objects, in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectLayer {
    /// The objects.
    pub objects: Vec<Object>,
    /// Order of drawing.
    pub draw_order: DrawOrder,
    /// Colour in the editor, as written.
    pub color: Option<String>,
}

/// Order in which the objects of a layer are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DrawOrder {
    /// By their y coordinate.
    #[default]
    TopDown,
    /// As listed.
    Index,
}

/// One picture as a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageLayer {
    /// The picture; its path may be empty.
    pub picture: Picture,
    /// Whether it repeats to the sides.
    pub repeat_x: bool,
    /// Whether it repeats up and down.
    pub repeat_y: bool,
}

/// Shows every picture of image layers, those in groups too.
pub(crate) fn visit_images(layers: &mut [Layer], visit: &mut dyn FnMut(&mut Picture)) {
    for layer in layers {
        match &mut layer.kind {
            LayerKind::Image(image) => visit(&mut image.picture),
            LayerKind::Group(children) => visit_images(children, visit),
            LayerKind::Tiles(_) | LayerKind::Objects(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tiles of a few kinds, of which one is a flag alone, among many empty cells; or of more than a few kinds.
    fn gids() -> impl Strategy<Value = Vec<u32>> {
        let few = prop_oneof![4 => Just(0_u32), 3 => 1..9_u32, 1 => Just(Gid::FLIP_X | 3)];
        let flags = prop_oneof![4 => Just(0_u32), 3 => 1..9_u32, 1 => Just(Gid::FLIP_Y)];
        let many = prop_oneof![1 => Just(0_u32), 1 => 1..900_u32, 1 => Just(Gid::FLIP_X)];
        let wide = prop_oneof![2 => Just(0_u32), 1 => 70_000..70_900_u32];
        let cells = 0..900_usize;
        prop_oneof![
            proptest::collection::vec(few, cells.clone()),
            proptest::collection::vec(flags, cells.clone()),
            proptest::collection::vec(many, cells.clone()),
            proptest::collection::vec(wide, cells),
        ]
    }

    proptest! {
        #[test]
        fn a_layers_region_has_its_tiles(
            blocks in proptest::collection::vec((gids(), 0_u32..150, -90_i32..90, -3_i32..3), 1..4),
            far in any::<bool>(),
        ) {
            let mut chunks: Vec<Chunk> = blocks
                .into_iter()
                .map(|(gids, width, x, y)| Chunk { x, y, width, height: 9, gids: gids.into() })
                .collect();
            if far {
                chunks[0].x = i32::MAX - 70;
            }
            let finite = TileData::Finite(chunks[0].gids.clone());
            let width = chunks[0].width;
            for data in [finite, TileData::Chunks(chunks)] {
                let layer = TileLayer { width, height: 9, data, encoding: Encoding::Csv };
                prop_assert_eq!(layer.region(), layer.filled().map(|(cell, _)| cell).collect::<Region>());
            }
        }
    }
}
