//! The picture with the logos and names of a run, and what its signposts say.

use std::collections::BTreeMap;

use image::{RgbaImage, imageops};

use crate::model::{Extra, Picture, Properties, TilePos, TileRect, TileSize, Tileset, Value};

/// Columns of the picture, in tiles.
const SHEET_COLUMNS: u32 = 32;

/// The picture with all logos and names, tile by tile.
pub(super) struct Sheet {
    pub(super) tile: TileSize,
    pub(super) signs: Vec<Sign>,
}

/// Logo and name of one stand, or the text of a signpost.
#[derive(Default)]
pub(super) struct Sign {
    /// Number of its first tile in the sheet.
    pub(super) first: u32,
    pub(super) tiles: Vec<RgbaImage>,
    /// Cells of the venue, with numbers of `tiles`.
    pub(super) cells: Vec<(TilePos, u32)>,
}

impl Sheet {
    /// Cuts a picture of the last stand into tiles for these cells. Clear tiles are left out, equal ones
    /// of the stand kept once.
    pub(super) fn add(&mut self, image: &RgbaImage, cells: TileRect) {
        let Some(sign) = self.signs.last_mut() else { return };
        for cell in cells.cells() {
            let column = cell.x.abs_diff(cells.x) * self.tile.width;
            let row = cell.y.abs_diff(cells.y) * self.tile.height;
            let tile = imageops::crop_imm(image, column, row, self.tile.width, self.tile.height).to_image();
            if tile.pixels().all(|pixel| pixel.0[3] == 0) {
                continue;
            }
            let id = sign.tiles.iter().position(|known| *known == tile).unwrap_or_else(|| {
                sign.tiles.push(tile);
                sign.tiles.len() - 1
            });
            sign.cells.push((cell, u32::try_from(id).unwrap_or(u32::MAX)));
        }
    }

    /// All tiles; `None` where there are none.
    pub(super) fn image(&self) -> Option<RgbaImage> {
        let tiles = self.signs.iter().flat_map(|sign| (sign.first..).zip(&sign.tiles));
        let tiles: BTreeMap<u32, &RgbaImage> = tiles.collect();
        let count = tiles.last_key_value().map(|(last, _)| last + 1)?;
        let rows = count.div_ceil(SHEET_COLUMNS);
        let mut sheet = RgbaImage::new(SHEET_COLUMNS * self.tile.width, rows * self.tile.height);
        for (index, tile) in tiles {
            let x = i64::from(index % SHEET_COLUMNS * self.tile.width);
            let y = i64::from(index / SHEET_COLUMNS * self.tile.height);
            imageops::replace(&mut sheet, tile, x, y);
        }
        Some(sheet)
    }

    /// The tileset of a map in `file` that draws from the picture `source`.
    pub(super) fn tileset(&self, file: &str, source: &str, (width, height): (u32, u32)) -> Tileset {
        let (columns, rows) = (width / self.tile.width, height / self.tile.height);
        let mut properties = Properties::default();
        properties.set(
            "tilesetCopyright",
            Value::String("names and logos of the sponsors; the logos belong to them".to_owned()),
        );
        Tileset {
            span: None,
            file: file.to_owned(),
            name: "stands-signs".to_owned(),
            class: String::new(),
            tile_size: self.tile,
            spacing: 0,
            margin: 0,
            columns,
            tile_count: columns * rows,
            picture: Some(Picture {
                source: source.to_owned(),
                width: Some(width),
                height: Some(height),
                ..Picture::default()
            }),
            tile_offset: glam::IVec2::ZERO,
            object_alignment: String::new(),
            render_at_grid_size: false,
            tiles: Vec::new(),
            properties,
            extra: Extra::new(),
        }
    }
}
