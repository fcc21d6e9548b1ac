//! How tiles are laid out in one picture.

use std::cmp::Reverse;

use crate::model::TileSize;

/// Pictures of tiles of one size, with power-of-two sides where that is possible.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    tile: TileSize,
    /// Largest side, in pixels: a power of two unless a single tile is larger than that.
    largest: (u32, u32),
}

impl Sheet {
    /// For tiles of this size, in pictures of at most `texture_size` pixels a side.
    pub(super) fn new(tile: TileSize, texture_size: u32) -> Self {
        let power = 1 << texture_size.max(1).ilog2();
        let side = |tile: u32| if tile <= power { power } else { tile };
        Self { tile, largest: (side(tile.width), side(tile.height)) }
    }

    /// How many tiles the largest picture holds.
    pub(super) fn capacity(&self) -> usize {
        let count = |largest: u32, tile: u32| (largest / tile.max(1)) as usize;
        count(self.largest.0, self.tile.width) * count(self.largest.1, self.tile.height)
    }

    /// Width and height of the smallest picture for so many tiles, in pixels; of equal ones the one
    /// nearest to a square, lying rather than standing.
    pub(super) fn picture_size(&self, tiles: usize) -> (u32, u32) {
        let tiles = u32::try_from(tiles.max(1)).unwrap_or(u32::MAX);
        let mut best: Option<(u64, u32, Reverse<u32>, u32)> = None;
        for width in sides(self.tile.width, self.largest.0) {
            let columns = width / self.tile.width.max(1);
            let rows = tiles.div_ceil(columns.max(1));
            let needed = u64::from(rows) * u64::from(self.tile.height);
            let Some(height) =
                sides(self.tile.height, self.largest.1).find(|height| u64::from(*height) >= needed)
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
            let columns = (self.largest.0 / self.tile.width.max(1)).max(1);
            (self.largest.0, tiles.div_ceil(columns).saturating_mul(self.tile.height))
        };
        best.map_or_else(long, |(_, _, Reverse(width), height)| (width, height))
    }
}

/// Lengths that a side can have, ascending.
fn sides(tile: u32, largest: u32) -> impl Iterator<Item = u32> {
    let powers = (0..32).map(|power| 1_u32 << power).filter(move |side| *side >= tile && *side < largest);
    powers.chain(std::iter::once(largest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TILE: TileSize = TileSize { width: 32, height: 32 };

    #[test]
    fn pictures_are_small_powers_of_two() {
        let sheet = Sheet::new(TILE, 4096);
        assert_eq!(sheet.capacity(), 128 * 128);
        assert_eq!(sheet.picture_size(1), (32, 32));
        assert_eq!(sheet.picture_size(3), (64, 64));
        assert_eq!(sheet.picture_size(5), (128, 64));
        assert_eq!(sheet.picture_size(128 * 128), (4096, 4096));
    }

    #[test]
    fn a_limit_that_is_no_power_of_two_is_rounded_down() {
        assert_eq!(Sheet::new(TILE, 3000).picture_size(4096), (2048, 2048));
        let large = Sheet::new(TileSize { width: 2500, height: 10 }, 3000);
        assert_eq!(large.picture_size(3), (2500, 32));
    }

    proptest! {
        #[test]
        fn every_tile_has_a_place(width in 1_u32..200, height in 1_u32..200, tiles in 1_usize..5000, limit in 200_u32..5000) {
            let sheet = Sheet::new(TileSize { width, height }, limit);
            let tiles = tiles.min(sheet.capacity());
            let size = sheet.picture_size(tiles);
            prop_assert!(size.0 <= limit && size.1 <= limit);
            prop_assert!(((size.0 / width) * (size.1 / height)) as usize >= tiles);
        }
    }
}
