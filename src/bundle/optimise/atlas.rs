//! How tiles are laid out in one picture.

use std::cmp::Reverse;

use super::PictureForm;
use crate::model::TileSize;

/// Pictures of tiles of one size, with power-of-two sides where that is possible.
///
/// With an edge around each tile, the picture's margin is one edge and the spacing two, so that the engine
/// and Tiled, who differ over what a margin means on the far side, count the same columns and rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    /// A tile with its edges.
    cell: TileSize,
    /// How wide the edge around each tile is, in pixels.
    pub(super) edge: u32,
    /// Largest side, in pixels: a power of two unless a single tile is larger than that.
    largest: (u32, u32),
}

impl Sheet {
    /// For tiles of this size in pictures of this form.
    pub(super) fn new(tile: TileSize, form: PictureForm) -> Self {
        let power = 1 << form.largest.max(1).ilog2();
        let edge = form.edge;
        let cell = TileSize { width: tile.width + 2 * edge, height: tile.height + 2 * edge };
        let side = |cell: u32| if cell <= power { power } else { cell };
        Self { cell, edge, largest: (side(cell.width), side(cell.height)) }
    }

    /// How many tiles the largest picture holds.
    pub(super) fn capacity(&self) -> usize {
        let (columns, rows) = self.grid(self.largest);
        columns as usize * rows as usize
    }

    /// Columns and rows of a picture of this size.
    pub(super) fn grid(&self, (width, height): (u32, u32)) -> (u32, u32) {
        (width / self.cell.width.max(1), height / self.cell.height.max(1))
    }

    /// Left and top edge of a tile in a picture of so many columns, in pixels.
    pub(super) fn position(&self, index: u32, columns: u32) -> (u32, u32) {
        let columns = columns.max(1);
        (index % columns * self.cell.width + self.edge, index / columns * self.cell.height + self.edge)
    }

    /// Width and height of the smallest picture for so many tiles, in pixels; of equal ones the one
    /// nearest to a square, lying rather than standing.
    pub(super) fn picture_size(&self, tiles: usize) -> (u32, u32) {
        let tiles = u32::try_from(tiles.max(1)).unwrap_or(u32::MAX);
        let mut best: Option<(u64, u32, Reverse<u32>, u32)> = None;
        for width in sides(self.cell.width, self.largest.0) {
            let columns = width / self.cell.width.max(1);
            let rows = tiles.div_ceil(columns.max(1));
            let needed = u64::from(rows) * u64::from(self.cell.height);
            let Some(height) =
                sides(self.cell.height, self.largest.1).find(|height| u64::from(*height) >= needed)
            else {
                continue;
            };
            let area = u64::from(width) * u64::from(height);
            let candidate = (area, width.abs_diff(height), Reverse(width), height);
            if best.is_none_or(|best| candidate < best) {
                best = Some(candidate);
            }
        }
        // A tile with more frames than a picture holds: they must be together, whatever the limit.
        let long = || {
            let columns = (self.largest.0 / self.cell.width.max(1)).max(1);
            (self.largest.0, tiles.div_ceil(columns).saturating_mul(self.cell.height))
        };
        best.map_or_else(long, |(_, _, Reverse(width), height)| (width, height))
    }
}

/// Lengths that a side can have, ascending.
fn sides(cell: u32, largest: u32) -> impl Iterator<Item = u32> {
    let powers = (0..32).map(|power| 1_u32 << power).filter(move |side| *side >= cell && *side < largest);
    powers.chain(std::iter::once(largest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sheet(width: u32, height: u32, edge: u32, largest: u32) -> Sheet {
        Sheet::new(TileSize { width, height }, PictureForm { largest, edge })
    }

    #[test]
    fn pictures_are_small_powers_of_two() {
        let sheet = sheet(32, 32, 0, 4096);
        assert_eq!(sheet.capacity(), 128 * 128);
        assert_eq!(sheet.picture_size(1), (32, 32));
        assert_eq!(sheet.picture_size(3), (64, 64));
        assert_eq!(sheet.picture_size(5), (128, 64));
        assert_eq!(sheet.picture_size(128 * 128), (4096, 4096));
    }

    #[test]
    fn a_limit_that_is_no_power_of_two_is_rounded_down() {
        assert_eq!(sheet(32, 32, 0, 3000).picture_size(4096), (2048, 2048));
        let large = sheet(2500, 10, 0, 3000);
        assert_eq!(large.picture_size(3), (2500, 32));
    }

    proptest! {
        #[test]
        fn every_tile_has_a_place(
            width in 1_u32..200, height in 1_u32..200, edge in 0_u32..4, tiles in 1_usize..5000, limit in 208_u32..5000
        ) {
            let sheet = sheet(width, height, edge, limit);
            let tiles = tiles.min(sheet.capacity());
            let size = sheet.picture_size(tiles);
            prop_assert!(size.0 <= limit && size.1 <= limit);
            let (columns, rows) = sheet.grid(size);
            prop_assert!((columns * rows) as usize >= tiles);
            let (left, top) = sheet.position(u32::try_from(tiles - 1).unwrap(), columns);
            prop_assert!(left + width + edge <= size.0 && top + height + edge <= size.1);
        }
    }
}
