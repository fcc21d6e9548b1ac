//! How tiles are laid out in one picture.

use std::cmp::Reverse;

use super::PictureForm;
use crate::model::TileSize;

/// Pictures of tiles of one size, with power-of-two sides where that is possible.
///
/// The left bottom pixel stays clear where there is room: Phaser 4.2 paints empty cells with it on the
/// graphics card (phaser #7336; WorkAdventure mends that since July 2026).
///
/// With an edge around each tile, margin and spacing are both two edges: where they differ, that Phaser takes
/// the one for the other (phaser #7339). Sides are such that it and Tiled, who differ over what a margin means
/// on the far side, count the same columns and rows.
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
        let side = |cell: u32| usable(power, cell, edge).unwrap_or(cell + 2 * edge);
        Self { cell, edge, largest: (side(cell.width), side(cell.height)) }
    }

    /// Margin and spacing, in pixels.
    pub(super) fn margin(&self) -> u32 {
        2 * self.edge
    }

    /// How many tiles the largest picture holds.
    pub(super) fn capacity(&self) -> usize {
        let (columns, rows) = self.grid(self.largest);
        columns as usize * rows as usize
    }

    /// Columns and rows of a picture of this size.
    pub(super) fn grid(&self, (width, height): (u32, u32)) -> (u32, u32) {
        let count = |side: u32, cell: u32| side.saturating_sub(self.margin()) / cell.max(1);
        (count(width, self.cell.width), count(height, self.cell.height))
    }

    /// Left and top edge of a tile in a picture of so many columns, in pixels.
    pub(super) fn position(&self, index: u32, columns: u32) -> (u32, u32) {
        let place = |cell: u32, number: u32| self.margin() + number * cell;
        let columns = columns.max(1);
        (place(self.cell.width, index % columns), place(self.cell.height, index / columns))
    }

    /// Width and height of the smallest picture for so many tiles, in pixels; of equal ones the one
    /// nearest to a square, lying rather than standing.
    pub(super) fn picture_size(&self, tiles: usize) -> (u32, u32) {
        let tiles = u32::try_from(tiles.max(1)).unwrap_or(u32::MAX);
        // Beside the margin there is a clear pixel anyway.
        let clear = u32::from(self.edge == 0);
        // A tile with more frames than a picture holds: they must be together, whatever the limit.
        let long = || {
            let (columns, _) = self.grid(self.largest);
            let rows = tiles.div_ceil(columns.max(1));
            (self.largest.0, rows.saturating_mul(self.cell.height).saturating_add(self.margin()))
        };
        self.smallest(tiles, clear).or_else(|| self.smallest(tiles, 0)).unwrap_or_else(long)
    }

    /// The smallest picture with so many rows of pixels below the tiles.
    fn smallest(&self, tiles: u32, below: u32) -> Option<(u32, u32)> {
        let mut best: Option<(u64, u32, Reverse<u32>, u32)> = None;
        for width in self.sides(self.cell.width, self.largest.0) {
            let (columns, _) = self.grid((width, 0));
            let rows = tiles.div_ceil(columns.max(1));
            let needed = u64::from(rows) * u64::from(self.cell.height) + u64::from(self.margin() + below);
            let tall = |height: &u32| u64::from(*height) >= needed;
            let Some(height) = self.sides(self.cell.height, self.largest.1).find(tall) else { continue };
            let area = u64::from(width) * u64::from(height);
            let candidate = (area, width.abs_diff(height), Reverse(width), height);
            if best.is_none_or(|best| candidate < best) {
                best = Some(candidate);
            }
        }
        best.map(|(_, _, Reverse(width), height)| (width, height))
    }

    /// Lengths that a side can have, ascending.
    fn sides(&self, cell: u32, largest: u32) -> impl Iterator<Item = u32> {
        let edge = self.edge;
        let powers = (0..32).map(|power| 1_u32 << power).take_while(move |side| *side < largest);
        powers.filter_map(move |side| usable(side, cell, edge)).chain(std::iter::once(largest))
    }
}

/// The longest side up to this one of whose cells there are the same number whether the margin counts once or
/// twice; `None` where not even one fits.
fn usable(side: u32, cell: u32, edge: u32) -> Option<u32> {
    let margin = 2 * edge;
    let cells = side.checked_sub(margin)?.checked_div(cell)?;
    let used = if side / cell == cells { side } else { cells * cell + margin };
    (cells > 0).then_some(used)
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
        assert_eq!(sheet.picture_size(1), (32, 64));
        assert_eq!(sheet.picture_size(2), (64, 64));
        assert_eq!(sheet.picture_size(3), (32, 128));
        assert_eq!(sheet.picture_size(5), (64, 128));
        assert_eq!(sheet.picture_size(128 * 127), (4096, 4096));
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
            width in 1_u32..200, height in 1_u32..200, edge in 0_u32..4, tiles in 1_usize..5000, limit in 220_u32..5000
        ) {
            let sheet = sheet(width, height, edge, limit);
            let tiles = tiles.min(sheet.capacity());
            let size = sheet.picture_size(tiles);
            prop_assert!(size.0 <= limit && size.1 <= limit);
            let (columns, rows) = sheet.grid(size);
            prop_assert!((columns * rows) as usize >= tiles);
            // Every tile with its edges is in the picture, and none reaches the left bottom pixel.
            let (left, top) = sheet.position(u32::try_from(tiles - 1).unwrap(), columns);
            prop_assert!(left + width + edge <= size.0 && top + height + edge <= size.1);
            let full = tiles > sheet.capacity() - columns as usize;
            prop_assert!(edge > 0 || full || top + height < size.1);
            // Tiled counts the margin once.
            let once = |side: u32, tile: u32| side / (tile + 2 * edge);
            prop_assert_eq!((once(size.0, width), once(size.1, height)), (columns, rows));
        }
    }
}
