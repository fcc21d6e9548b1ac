//! Cells of a map, counted by the rectangle.

use crate::model::{TilePos, TileRect};

/// A set of cells that tells how many of it lie in a rectangle without looking at each.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    bounds: TileRect,
    /// For each corner of the grid, row by row, the cells above and left of it.
    sums: Vec<u32>,
}

impl Cells {
    /// The cells of `bounds` for which `is_in` holds.
    pub(super) fn new(bounds: TileRect, is_in: impl Fn(TilePos) -> bool) -> Self {
        let columns = bounds.width as usize + 1;
        let mut sums = vec![0; columns * (bounds.height as usize + 1)];
        for (row, y) in (bounds.y..bounds.bottom()).enumerate() {
            let mut in_row = 0;
            for (column, x) in (bounds.x..bounds.right()).enumerate() {
                in_row += u32::from(is_in(TilePos::new(x, y)));
                sums[(row + 1) * columns + column + 1] = sums[row * columns + column + 1] + in_row;
            }
        }
        Self { bounds, sums }
    }

    /// How many of the cells lie in a rectangle.
    pub(super) fn count(&self, rectangle: TileRect) -> u32 {
        let bounds = self.bounds;
        let column = |x: i32| (x.clamp(bounds.x, bounds.right()) - bounds.x).unsigned_abs() as usize;
        let row = |y: i32| (y.clamp(bounds.y, bounds.bottom()) - bounds.y).unsigned_abs() as usize;
        let sum = |x: usize, y: usize| self.sums[y * (bounds.width as usize + 1) + x];
        let (left, right) = (column(rectangle.x), column(rectangle.right()));
        let (top, bottom) = (row(rectangle.y), row(rectangle.bottom()));
        sum(right, bottom) + sum(left, top) - sum(left, bottom) - sum(right, top)
    }

    /// Whether any of them lies in a rectangle.
    pub(super) fn any(&self, rectangle: TileRect) -> bool {
        self.count(rectangle) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_beyond_the_edge_count_what_is_inside() {
        let cells = Cells::new(TileRect::new(2, 1, 4, 3), |cell| (cell.x + cell.y) % 2 == 0);
        assert_eq!(cells.count(TileRect::new(2, 1, 4, 3)), 6);
        assert_eq!(cells.count(TileRect::new(-5, -5, 100, 100)), 6);
        assert_eq!(cells.count(TileRect::new(3, 1, 1, 1)), 1);
        assert!(!cells.any(TileRect::new(2, 1, 1, 1)) && !cells.any(TileRect::new(6, 1, 9, 9)));
        assert!(!Cells::new(TileRect::new(0, 0, 0, 0), |_| true).any(TileRect::new(0, 0, 5, 5)));
    }
}
