//! Tile sheets: pieces of furniture are drawn whole and cut into tiles.

use std::collections::BTreeMap;

use image::{RgbaImage, imageops};
use serde_json::{Value, json};

use crate::canvas::Canvas;

/// Side of a tile, in pixels.
pub(crate) const TILE: u32 = 32;

/// A picture of tiles, with what its tiles are.
pub(crate) struct Sheet {
    /// Name of the tileset, and of its file without the extension.
    pub(crate) name: &'static str,
    columns: u32,
    tiles: Vec<(RgbaImage, bool)>,
    pieces: BTreeMap<String, Piece>,
}

/// Something that was drawn, cut into tiles.
#[derive(Clone)]
pub(crate) struct Piece {
    /// Width, in tiles.
    pub(crate) width: u32,
    /// How many of its rows, from the top, lie above the avatars.
    pub(crate) overhead: u32,
    /// Ids of its tiles, row by row; `None` where nothing is drawn.
    pub(crate) tiles: Vec<Option<u32>>,
}

impl Sheet {
    pub(crate) fn new(name: &'static str, columns: u32) -> Self {
        Self { name, columns, tiles: Vec::new(), pieces: BTreeMap::new() }
    }

    /// A tile to walk on.
    pub(crate) fn floor(&mut self, name: &str, draw: impl FnOnce(&mut Canvas)) {
        self.piece(name, (1, 1), 0, "", draw);
    }

    /// A tile that blocks.
    pub(crate) fn wall(&mut self, name: &str, draw: impl FnOnce(&mut Canvas)) {
        self.piece(name, (1, 1), 0, "#", draw);
    }

    /// Draws a piece of `size` tiles. Its upper `overhead` rows lie above the avatars. `solid` says of
    /// each tile, row by row, whether it blocks (`#`).
    pub(crate) fn piece(
        &mut self,
        name: &str,
        (width, height): (u32, u32),
        overhead: u32,
        solid: &str,
        draw: impl FnOnce(&mut Canvas),
    ) {
        let mut canvas = Canvas::new(width * TILE, height * TILE);
        draw(&mut canvas);
        let solid: Vec<bool> = solid.chars().filter(|c| !c.is_whitespace()).map(|c| c == '#').collect();
        let mut tiles = Vec::new();
        for (index, (y, x)) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))).enumerate() {
            let image = imageops::crop_imm(&canvas.image, x * TILE, y * TILE, TILE, TILE).to_image();
            let blocks = solid.get(index) == Some(&true);
            let clear = image.pixels().all(|pixel| pixel.0[3] == 0);
            tiles.push((!clear || blocks).then(|| self.add(image, blocks)));
        }
        self.pieces.insert(name.to_owned(), Piece { width, overhead, tiles });
    }

    fn add(&mut self, image: RgbaImage, blocks: bool) -> u32 {
        let index =
            self.tiles.iter().position(|known| *known == (image.clone(), blocks)).unwrap_or_else(|| {
                self.tiles.push((image, blocks));
                self.tiles.len() - 1
            });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// The piece of this name.
    pub(crate) fn get(&self, name: &str) -> &Piece {
        self.pieces.get(name).unwrap_or_else(|| panic!("{} has no piece {name}", self.name))
    }

    /// Every piece with its name, sorted.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (&str, &Piece)> {
        self.pieces.iter().map(|(name, piece)| (name.as_str(), piece))
    }

    /// The picture.
    pub(crate) fn image(&self) -> RgbaImage {
        let count = u32::try_from(self.tiles.len()).unwrap_or(u32::MAX);
        let mut image = RgbaImage::new(self.columns * TILE, count.div_ceil(self.columns) * TILE);
        for ((tile, _), index) in self.tiles.iter().zip(0..) {
            let (x, y) = (index % self.columns * TILE, index / self.columns * TILE);
            imageops::replace(&mut image, tile, i64::from(x), i64::from(y));
        }
        image
    }

    /// Number of tiles that the picture has room for.
    pub(crate) fn count(&self) -> u32 {
        let count = u32::try_from(self.tiles.len()).unwrap_or(u32::MAX);
        count.div_ceil(self.columns) * self.columns
    }

    /// The tileset as it stands in a map whose folder finds the picture at `image`.
    pub(crate) fn tileset(&self, first_gid: u32, image: &str) -> Value {
        let tiles: Vec<Value> = (0_u32..)
            .zip(&self.tiles)
            .filter(|(_, (_, blocks))| *blocks)
            .map(|(id, _)| json!({"id": id, "properties": [{"name": "collides", "type": "bool", "value": true}]}))
            .collect();
        let count = self.count();
        let mut tileset = json!({
            "columns": self.columns, "firstgid": first_gid, "image": image,
            "imageheight": count / self.columns * TILE, "imagewidth": self.columns * TILE, "margin": 0,
            "name": self.name, "spacing": 0, "tilecount": count, "tileheight": TILE, "tilewidth": TILE,
            "properties": [{
                "name": "tilesetCopyright", "type": "string",
                "value": "drawn for the venue project, MIT licence",
            }],
        });
        if !tiles.is_empty() {
            tileset["tiles"] = Value::Array(tiles);
        }
        tileset
    }
}
