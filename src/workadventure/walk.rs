//! Where an avatar can walk.

use std::collections::VecDeque;

use crate::model::{LayerKind, Map, TileData, TilePos, TileRect, Value};

/// Most cells that a grid is made for; beyond it a map counts as having none.
const MAX_CELLS: usize = 1 << 26;

/// Which cells of a map block the way of an avatar, as physics see it (workadventure-maps,
/// section 3.3): a tile whose property `collides` is the boolean true blocks its whole cell, on every
/// tile layer, hidden and upper ones too. Outside of the map all is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkGrid {
    width: u32,
    height: u32,
    /// Row by row from the top left.
    blocked: Vec<bool>,
}

impl WalkGrid {
    /// The grid of a map. An infinite map, which WorkAdventure cannot show, has no cells.
    pub fn of(map: &Map) -> Self {
        let cells = map.width as usize * map.height as usize;
        if map.infinite || cells > MAX_CELLS {
            return Self { width: 0, height: 0, blocked: Vec::new() };
        }
        let mut grid = Self { width: map.width, height: map.height, blocked: vec![false; cells] };
        let blocking = Blocking::of(map);
        if blocking.gids.is_empty() {
            return grid;
        }
        grid.block(&map.layers, &blocking);
        grid
    }

    fn block(&mut self, layers: &[crate::model::Layer], blocking: &Blocking) {
        for layer in layers {
            match &layer.kind {
                LayerKind::Group(children) => self.block(children, blocking),
                LayerKind::Tiles(tiles) => {
                    let TileData::Finite(gids) = &tiles.data else { continue };
                    for (index, gid) in gids.iter().enumerate() {
                        if blocking.contains(gid.id()) {
                            let width = tiles.width.max(1) as usize;
                            let (Ok(x), Ok(y)) = (i32::try_from(index % width), i32::try_from(index / width))
                            else {
                                continue;
                            };
                            self.set_blocked(TilePos::new(x, y), true);
                        }
                    }
                }
                LayerKind::Objects(_) | LayerKind::Image(_) => {}
            }
        }
    }

    /// All cells, in tiles.
    pub fn bounds(&self) -> TileRect {
        TileRect::new(0, 0, self.width, self.height)
    }

    /// Number of a cell, row by row; `None` outside.
    fn index(&self, cell: TilePos) -> Option<usize> {
        let (x, y) = (u32::try_from(cell.x).ok()?, u32::try_from(cell.y).ok()?);
        (x < self.width && y < self.height).then(|| y as usize * self.width as usize + x as usize)
    }

    /// Whether the cell blocks the way.
    pub fn is_blocked(&self, cell: TilePos) -> bool {
        self.index(cell).is_none_or(|index| self.blocked[index])
    }

    /// Blocks or frees a cell; nothing happens outside of the map.
    pub fn set_blocked(&mut self, cell: TilePos, blocked: bool) {
        if let Some(index) = self.index(cell) {
            self.blocked[index] = blocked;
        }
    }

    /// Steps from the nearest of `from` to each cell, row by row; `None` where no way leads. A walk
    /// goes from cell to cell over edges; blocked cells in `from` count as not there.
    pub fn distances(&self, from: impl IntoIterator<Item = TilePos>) -> Vec<Option<u32>> {
        let mut distances = vec![None; self.blocked.len()];
        let mut queue = VecDeque::new();
        for cell in from {
            if let Some(index) = self.index(cell).filter(|index| !self.blocked[*index]) {
                if distances[index].is_none() {
                    distances[index] = Some(0);
                    queue.push_back((cell, 0));
                }
            }
        }
        while let Some((cell, steps)) = queue.pop_front() {
            for next in cell.neighbours() {
                let Some(index) = self.index(next) else { continue };
                if !self.blocked[index] && distances[index].is_none() {
                    distances[index] = Some(steps + 1);
                    queue.push_back((next, steps + 1));
                }
            }
        }
        distances
    }

    /// The cells that can be walked to from any of `from`.
    pub fn reachable(&self, from: impl IntoIterator<Item = TilePos>) -> Reach {
        let distances = self.distances(from);
        Reach { grid: self.bounds(), reached: distances.iter().map(Option::is_some).collect() }
    }
}

/// Cells that can be walked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    grid: TileRect,
    reached: Vec<bool>,
}

impl Reach {
    /// Whether a way leads to the cell.
    pub fn contains(&self, cell: TilePos) -> bool {
        let (Ok(x), Ok(y)) = (u32::try_from(cell.x), u32::try_from(cell.y)) else { return false };
        x < self.grid.width
            && y < self.grid.height
            && self.reached[y as usize * self.grid.width as usize + x as usize]
    }

    /// Number of cells.
    pub fn count(&self) -> usize {
        self.reached.iter().filter(|reached| **reached).count()
    }
}

/// Gids whose tiles block, sorted.
struct Blocking {
    gids: Vec<u32>,
}

impl Blocking {
    fn of(map: &Map) -> Self {
        let mut gids = Vec::new();
        // Phaser reads the properties of tiles only where the version is above 1.
        if !reads_tile_properties(map) {
            return Self { gids };
        }
        for set in &map.tilesets {
            let Some(tileset) = &set.tileset else { continue };
            for tile in &tileset.tiles {
                if tile.properties.get("collides").is_some_and(|p| p.value == Value::Bool(true)) {
                    gids.push(set.first_gid.saturating_add(tile.id));
                }
            }
        }
        gids.sort_unstable();
        gids.dedup();
        Self { gids }
    }

    fn contains(&self, gid: u32) -> bool {
        gid != 0 && self.gids.binary_search(&gid).is_ok()
    }
}

/// Whether the engine reads properties of tiles in this map: its `version` is a number above 1
/// (workadventure-maps, section 2.2). A TMX has no version that matters: it is exported first.
pub fn reads_tile_properties(map: &Map) -> bool {
    if !map.file.ends_with("json") && !map.file.ends_with("tmj") {
        return true;
    }
    map.version.as_deref().and_then(|version| version.trim().parse::<f64>().ok()).is_some_and(|v| v > 1.0)
}
