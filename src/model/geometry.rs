//! Positions and rectangles, with their units in their types.

use glam::{DVec2, IVec2};

/// A cell of a map, in tiles from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePos {
    /// Row, from 0 at the top. First, so that positions sort as they are read.
    pub y: i32,
    /// Column, from 0 at the left.
    pub x: i32,
}

impl TilePos {
    /// The cell in column `x` and row `y`.
    pub const fn new(x: i32, y: i32) -> Self {
        Self { y, x }
    }

    /// Top-left corner of the cell, in pixels.
    pub fn top_left_px(self, tile: TileSize) -> DVec2 {
        DVec2::new(f64::from(self.x) * f64::from(tile.width), f64::from(self.y) * f64::from(tile.height))
    }

    /// The cell as a vector of tiles.
    pub fn vector(self) -> IVec2 {
        IVec2::new(self.x, self.y)
    }

    /// The four cells that share an edge with this one: up, left, right, down.
    pub fn neighbours(self) -> [Self; 4] {
        let Self { x, y } = self;
        [Self::new(x, y - 1), Self::new(x - 1, y), Self::new(x + 1, y), Self::new(x, y + 1)]
    }
}

/// Size of one tile, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileSize {
    /// Width, in pixels.
    pub width: u32,
    /// Height, in pixels.
    pub height: u32,
}

impl TileSize {
    /// What WorkAdventure is made for: 32 by 32 pixels.
    pub const USUAL: Self = Self { width: 32, height: 32 };
}

/// A rectangle of cells, in tiles; half-open: `x + width` is the first column outside.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct TileRect {
    /// Leftmost column.
    pub x: i32,
    /// Topmost row.
    pub y: i32,
    /// Number of columns.
    pub width: u32,
    /// Number of rows.
    pub height: u32,
}

impl TileRect {
    /// The rectangle with its top left at `(x, y)`.
    pub const fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    /// First column to the right of the rectangle.
    pub fn right(self) -> i32 {
        self.x.saturating_add_unsigned(self.width)
    }

    /// First row below the rectangle.
    pub fn bottom(self) -> i32 {
        self.y.saturating_add_unsigned(self.height)
    }

    /// Whether the cell lies inside.
    pub fn contains(self, cell: TilePos) -> bool {
        (self.x..self.right()).contains(&cell.x) && (self.y..self.bottom()).contains(&cell.y)
    }

    /// Whether the two rectangles share a cell.
    pub fn intersects(self, other: Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// The part of it inside of another; without cells where they do not meet.
    #[must_use]
    pub fn clipped(self, other: Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let length = |first: i32, end: i32| u32::try_from(end.saturating_sub(first)).unwrap_or(0);
        let (right, bottom) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        Self { x, y, width: length(x, right), height: length(y, bottom) }
    }

    /// Its top left cell, as a vector of tiles.
    pub fn corner(self) -> IVec2 {
        IVec2::new(self.x, self.y)
    }

    /// The same rectangle elsewhere, so many tiles to the right and down.
    #[must_use]
    pub fn moved(self, by: IVec2) -> Self {
        Self { x: self.x.saturating_add(by.x), y: self.y.saturating_add(by.y), ..self }
    }

    /// The smallest rectangle around this one and another.
    #[must_use]
    pub fn around_both(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self { x, y, width: right.abs_diff(x), height: bottom.abs_diff(y) }
    }

    /// The rectangle with `margin` cells more on each side.
    #[must_use]
    pub fn grown(self, margin: u32) -> Self {
        Self {
            x: self.x.saturating_sub_unsigned(margin),
            y: self.y.saturating_sub_unsigned(margin),
            width: self.width.saturating_add(2 * margin),
            height: self.height.saturating_add(2 * margin),
        }
    }

    /// Cells of the rectangle, row by row.
    pub fn cells(self) -> impl Iterator<Item = TilePos> {
        (self.y..self.bottom()).flat_map(move |y| (self.x..self.right()).map(move |x| TilePos::new(x, y)))
    }

    /// Smallest rectangle around some cells; `None` without any.
    pub fn around(cells: impl IntoIterator<Item = TilePos>) -> Option<Self> {
        let mut cells = cells.into_iter();
        let first = cells.next()?;
        let (mut min, mut max) = (first.vector(), first.vector());
        for cell in cells {
            min = min.min(cell.vector());
            max = max.max(cell.vector());
        }
        let size = |min: i32, max: i32| max.abs_diff(min).saturating_add(1);
        Some(Self::new(min.x, min.y, size(min.x, max.x), size(min.y, max.y)))
    }
}

/// A rectangle in pixels, as objects have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelRect {
    /// Left edge, in pixels.
    pub x: f64,
    /// Top edge, in pixels.
    pub y: f64,
    /// Width, in pixels.
    pub width: f64,
    /// Height, in pixels.
    pub height: f64,
}

impl PixelRect {
    /// The cells that the rectangle touches with more than an edge. What has no size, or none that
    /// could be meant, touches the cell of its corner.
    pub fn tiles(self, tile: TileSize) -> TileRect {
        let axis = |from: f64, size: f64, tile: u32| {
            let tile = f64::from(tile.max(1));
            let first = cell_floor(from / tile);
            let last = cell_ceil((from + size.max(0.0)) / tile).max(first.saturating_add(1));
            (first, last.abs_diff(first))
        };
        let (x, width) = axis(self.x, self.width, tile.width);
        let (y, height) = axis(self.y, self.height, tile.height);
        TileRect { x, y, width, height }
    }

    /// Whether the point lies inside, all four edges included, as WorkAdventure tests its areas.
    pub fn contains_px(self, point: DVec2) -> bool {
        (self.x..=self.x + self.width).contains(&point.x)
            && (self.y..=self.y + self.height).contains(&point.y)
    }
}

/// Rounds down to a cell; what lies beyond every map ends at its limits.
#[expect(clippy::cast_possible_truncation, reason = "float casts saturate, which is what is wanted here")]
pub(crate) fn cell_floor(value: f64) -> i32 {
    value.floor() as i32
}

/// Rounds up to a cell; what lies beyond every map ends at its limits.
#[expect(clippy::cast_possible_truncation, reason = "float casts saturate, which is what is wanted here")]
pub(crate) fn cell_ceil(value: f64) -> i32 {
    value.ceil() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    const TILE: TileSize = TileSize { width: 32, height: 32 };

    #[test]
    fn pixels_touch_tiles() {
        let rect = |x, y, width, height| PixelRect { x, y, width, height }.tiles(TILE);
        assert_eq!(rect(0.0, 0.0, 32.0, 32.0), TileRect::new(0, 0, 1, 1));
        assert_eq!(rect(31.0, 0.0, 2.0, 32.0), TileRect::new(0, 0, 2, 1));
        assert_eq!(rect(-1.0, 64.0, 1.0, 0.0), TileRect::new(-1, 2, 1, 1));
        assert_eq!(rect(f64::NAN, 1e300, 1.0, 1.0).width, 1);
    }

    #[test]
    fn rectangles_are_half_open() {
        let a = TileRect::new(0, 0, 2, 2);
        assert!(!a.intersects(TileRect::new(2, 0, 1, 1)));
        assert!(a.intersects(TileRect::new(1, 1, 5, 5)));
        assert!(!a.contains(TilePos::new(2, 0)));
        assert_eq!(TileRect::around(a.grown(1).cells()), Some(TileRect::new(-1, -1, 4, 4)));
    }
}
