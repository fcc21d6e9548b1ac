//! Where an avatar can walk.

use std::collections::BTreeSet;

use crate::model::{Cells, LayerKind, Map, TileData, TilePos, TileRect, Value};

/// Cells that a map may claim without holding data for them. More than that without data is a slip
/// or an attack, and counts as no cells.
const FREE_CELLS: usize = 1 << 20;

/// Which cells of a map block the way of an avatar, as physics see it (workadventure-maps,
/// section 3.3): a tile whose property `collides` is the boolean true blocks its whole cell, on every
/// tile layer, hidden and upper ones too. Outside of the map all is blocked.
///
/// Layer data counts as the numbers that it stands for, however the file writes it: a bundle writes
/// plain numbers. Of two tile layers with the same path only the first is physical (section 2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkGrid {
    width: u32,
    height: u32,
    /// Row by row from the top left.
    blocked: Vec<bool>,
}

impl WalkGrid {
    /// The grid of a map. An infinite map, which `WorkAdventure` cannot show, has no cells; neither has
    /// one that claims far more cells than its layers hold.
    pub fn of(map: &Map) -> Self {
        Self::of_layers(map, physical_layers(map, false))
    }

    /// The grid as path-finding sees it, which knows nothing of hidden layers: there clicks and scripts
    /// send avatars into walls that they cannot pass (section 3.3).
    pub fn of_paths(map: &Map) -> Self {
        Self::of_layers(map, physical_layers(map, true))
    }

    fn of_layers(map: &Map, layers: Vec<(u32, &Cells)>) -> Self {
        let held = layers.iter().map(|(_, gids)| gids.len()).max().unwrap_or(0);
        let cells = (map.width as usize).saturating_mul(map.height as usize);
        if map.infinite || cells > held.max(FREE_CELLS) {
            return Self { width: 0, height: 0, blocked: Vec::new() };
        }
        let mut grid = Self { width: map.width, height: map.height, blocked: vec![false; cells] };
        let blocking = Blocking::of(map);
        if !blocking.is_empty() {
            for (width, gids) in layers {
                if gids.distinct().iter().any(|gid| blocking.contains(gid.id())) {
                    grid.block(width, gids, &blocking);
                }
            }
        }
        grid
    }

    fn block(&mut self, width: u32, gids: &Cells, blocking: &Blocking) {
        let (layer_width, grid_width) = (width.max(1) as usize, self.width as usize);
        let shared = layer_width.min(grid_width);
        let rows = self.blocked.chunks_mut(grid_width.max(1)).take(gids.len().div_ceil(layer_width));
        for (y, row) in rows.enumerate() {
            let first = y * layer_width;
            for (x, gid) in gids.filled(first..first + shared) {
                row[x] |= blocking.contains(gid.id());
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
    /// goes from cell to cell over edges; blocked cells in `from` count as not there. Takes time and
    /// space in proportion to the cells.
    pub fn distances(&self, from: impl IntoIterator<Item = TilePos>) -> Vec<Option<u32>> {
        let mut distances = vec![None; self.blocked.len()];
        let mut is_new = |index: usize, steps: u32| {
            let is_new = !self.blocked[index] && distances[index].is_none();
            if is_new {
                distances[index] = Some(steps);
            }
            is_new
        };
        let from = from.into_iter().filter_map(|cell| self.index(cell));
        let mut edge: Vec<usize> = from.filter(|index| is_new(*index, 0)).collect();
        let width = self.width as usize;
        let mut next_edge = Vec::new();
        let mut steps = 0;
        while !edge.is_empty() {
            steps += 1;
            for index in edge.drain(..) {
                let column = index % width;
                let left = (column > 0).then(|| index - 1);
                let right = (column + 1 < width).then_some(index + 1);
                let below = Some(index + width).filter(|below| *below < self.blocked.len());
                let beside = [index.checked_sub(width), left, right, below].into_iter().flatten();
                next_edge.extend(beside.filter(|next| is_new(*next, steps)));
            }
            std::mem::swap(&mut edge, &mut next_edge);
        }
        distances
    }

    /// The cells that can be walked to from any of `from`.
    pub fn reachable(&self, from: impl IntoIterator<Item = TilePos>) -> Reach {
        let width = self.width as usize;
        let mut reached = vec![false; self.blocked.len()];
        let mut begun: Vec<usize> = from.into_iter().filter_map(|cell| self.index(cell)).collect();
        // As far as a row lets us go both ways at once, and from there one step up and down into each gap.
        while let Some(index) = begun.pop() {
            let is_new = |at: &usize| !self.blocked[*at] && !reached[*at];
            if !is_new(&index) {
                continue;
            }
            let row = index - index % width;
            let first = (row..index).rev().take_while(is_new).last().unwrap_or(index);
            let last = (index..row + width).take_while(is_new).last().unwrap_or(index);
            reached[first..=last].fill(true);
            let above = first.checked_sub(width).zip(last.checked_sub(width));
            let below = Some((first + width, last + width)).filter(|(_, last)| *last < self.blocked.len());
            for (first, last) in above.into_iter().chain(below) {
                let mut in_gap = false;
                let cells = self.blocked[first..=last].iter().zip(&reached[first..=last]);
                for (at, (blocked, reached)) in cells.enumerate() {
                    let is_new = !blocked && !reached;
                    if is_new && !in_gap {
                        begun.push(first + at);
                    }
                    in_gap = is_new;
                }
            }
        }
        Reach { grid: self.bounds(), reached }
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

/// Tile layers that exist for physics, with their width: of those with the same path the first.
fn physical_layers(map: &Map, visible_only: bool) -> Vec<(u32, &Cells)> {
    let mut paths = BTreeSet::new();
    map.flat_layers()
        .into_iter()
        .filter_map(|(path, layer)| match &layer.kind {
            LayerKind::Tiles(tiles) => paths.insert(path).then_some((layer, tiles)),
            _ => None,
        })
        .filter(|(layer, _)| layer.visible || !visible_only)
        .map(|(_, tiles)| tiles)
        .filter_map(|tiles| match &tiles.data {
            TileData::Finite(gids) => Some((tiles.width, gids)),
            TileData::Chunks(_) | TileData::Unreadable => None,
        })
        .collect()
}

/// Gids whose tiles block.
struct Blocking {
    /// Whether a gid blocks; of the low gids, which are nearly all.
    low: Vec<bool>,
    /// The blocking ones beyond, sorted: a gid has 28 bits, and a table of all would be absurd.
    high: Vec<u32>,
}

impl Blocking {
    const LOW: u32 = 1 << 20;

    fn of(map: &Map) -> Self {
        let mut blocking = Self { low: Vec::new(), high: Vec::new() };
        // Phaser reads the properties of tiles only where the version is above 1.
        if !reads_tile_properties(map) {
            return blocking;
        }
        let mut first_gids: Vec<u32> = map.tilesets.iter().map(|set| set.first_gid).collect();
        first_gids.sort_unstable();
        for set in &map.tilesets {
            let Some(tileset) = &set.tileset else { continue };
            // Gids from the next tileset on are not this one's, whatever it says of them.
            let next = first_gids.partition_point(|first| *first <= set.first_gid);
            let end = first_gids.get(next).copied().unwrap_or(u32::MAX);
            for tile in &tileset.tiles {
                let gid = set.first_gid.saturating_add(tile.id);
                let collides = tile.properties.get("collides").is_some_and(|p| p.value == Value::Bool(true));
                if collides && gid < end {
                    blocking.insert(gid);
                }
            }
        }
        blocking.high.sort_unstable();
        blocking
    }

    fn insert(&mut self, gid: u32) {
        if gid >= Self::LOW {
            self.high.push(gid);
            return;
        }
        let index = gid as usize;
        if self.low.len() <= index {
            self.low.resize(index + 1, false);
        }
        self.low[index] = true;
    }

    fn is_empty(&self) -> bool {
        self.low.is_empty() && self.high.is_empty()
    }

    fn contains(&self, gid: u32) -> bool {
        match self.low.get(gid as usize) {
            Some(blocks) => *blocks && gid != 0,
            None => gid >= Self::LOW && self.high.binary_search(&gid).is_ok(),
        }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::workadventure::testing;

    fn grid(map: &Map) -> String {
        let walk = WalkGrid::of(map);
        let sign = |cell| if walk.is_blocked(cell) { '#' } else { '.' };
        let rows = (0..3).map(|y| (0..4).map(|x| sign(TilePos::new(x, y))).collect::<String>());
        rows.collect::<Vec<_>>().join("/")
    }

    /// Cells of 4 x 3 with walls (gid 2) at the signs `#`.
    const WALLS: [u32; 12] = [0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0];

    #[test]
    fn hidden_grouped_and_upper_walls_block() {
        let mut map = testing::map();
        let mut walls = testing::tiles("walls", WALLS);
        walls.visible = false;
        let roof = testing::tiles("roof", [0, 0, 0, 0x8000_0002, 0, 0, 0, 0, 0, 0, 0, 0]);
        map.layers.push(testing::objects("floorLayer", Vec::new()));
        map.layers.push(testing::group("house", vec![walls, roof]));
        assert_eq!(grid(&map), ".#.#/.#../....", "a flipped wall is a wall");
    }

    #[test]
    fn only_the_boolean_true_of_a_tile_blocks() {
        for value in [Value::Bool(false), Value::String("true".to_owned()), Value::Int(1)] {
            let mut map = testing::map();
            map.layers.push(testing::tiles("walls", WALLS));
            testing::set_tile(&mut map, 1, "collides", value.clone());
            assert_eq!(grid(&map), "..../..../....", "{value:?}");
        }
        let mut map = testing::map();
        let mut floor = testing::tiles("floor", [1; 12]);
        floor.properties.set("collides", Value::Bool(true));
        map.layers.push(floor);
        assert_eq!(grid(&map), "..../..../....", "layers do not collide");
    }

    #[test]
    fn old_maps_have_no_walls() {
        for (version, walls) in [
            (Some("1.10"), true),
            (Some("1.1"), true),
            (Some("2"), true),
            (None, false),
            (Some("1"), false),
            (Some("1.0"), false),
            (Some("1.11.0"), false),
            (Some("new"), false),
        ] {
            let mut map = testing::map();
            map.version = version.map(str::to_owned);
            map.layers.push(testing::tiles("walls", WALLS));
            assert_eq!(WalkGrid::of(&map).is_blocked(TilePos::new(1, 0)), walls, "{version:?}");
        }
    }

    #[test]
    fn a_second_layer_of_the_same_path_is_no_wall() {
        let mut map = testing::map();
        map.layers.push(testing::tiles("walls", [0; 12]));
        map.layers.push(testing::tiles("walls", WALLS));
        assert_eq!(grid(&map), "..../..../....");
    }

    #[test]
    fn layers_of_other_sizes_block_where_they_lie() {
        let mut map = testing::map();
        let mut wide = testing::tiles("wide", [0; 12]);
        if let LayerKind::Tiles(tiles) = &mut wide.kind {
            tiles.width = 6;
            tiles.height = 2;
            let cells = [0, 2, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0].map(crate::model::Gid);
            tiles.data = TileData::Finite(Cells::from(cells.to_vec()));
        }
        map.layers.push(wide);
        assert_eq!(grid(&map), ".#../#.../....");
    }

    #[test]
    fn tiles_beyond_a_tileset_belong_to_the_next() {
        let mut map = testing::map();
        let mut second = map.tilesets[0].clone();
        second.first_gid = 2;
        let plain = Arc::make_mut(second.tileset.as_mut().unwrap());
        plain.name = "plain".to_owned();
        plain.tiles.clear();
        map.tilesets.push(second);
        map.layers.push(testing::tiles("walls", WALLS));
        assert_eq!(grid(&map), "..../..../....", "gid 2 is the first of the second tileset");
    }

    proptest::proptest! {
        #[test]
        fn what_can_be_reached_is_some_steps_away(
            width in 1_u32..9,
            blocked in proptest::collection::vec(proptest::bool::weighted(0.4), 1..64),
            from in proptest::collection::vec((-1_i32..9, -1_i32..9), 0..4),
        ) {
            let height = u32::try_from(blocked.len()).unwrap().div_ceil(width);
            let mut grid = WalkGrid { width, height, blocked: vec![false; (width * height) as usize] };
            for (cell, blocked) in grid.bounds().cells().zip(blocked) {
                grid.set_blocked(cell, blocked);
            }
            let from: Vec<TilePos> = from.into_iter().map(|(x, y)| TilePos::new(x, y)).collect();
            let (reach, steps) = (grid.reachable(from.iter().copied()), grid.distances(from));
            for (cell, steps) in grid.bounds().cells().zip(steps) {
                proptest::prop_assert_eq!(reach.contains(cell), steps.is_some(), "{:?}", cell);
            }
        }
    }

    #[test]
    fn absurd_sizes_have_no_cells() {
        for (width, height) in [(1_000_000_000, 1_000_000_000), (u32::MAX, u32::MAX), (100_000, 100)] {
            let mut map = testing::map();
            (map.width, map.height) = (width, height);
            map.layers.push(testing::tiles("walls", WALLS));
            let walk = WalkGrid::of(&map);
            assert_eq!(walk.bounds(), TileRect::new(0, 0, 0, 0));
            assert!(walk.is_blocked(TilePos::new(0, 0)));
            assert!(walk.distances([TilePos::new(0, 0)]).is_empty());
        }
        let mut map = testing::map();
        map.infinite = true;
        assert_eq!(WalkGrid::of(&map).bounds(), TileRect::new(0, 0, 0, 0));
    }

    #[test]
    fn ways_lead_around_walls_and_not_over_the_edge() {
        let mut map = testing::map();
        map.layers.push(testing::tiles("walls", [0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]));
        let walk = WalkGrid::of(&map);
        let distances = walk.distances([TilePos::new(0, 0), TilePos::new(1, 0), TilePos::new(9, 9)]);
        let row = |y: usize| distances[y * 4..y * 4 + 4].to_vec();
        assert_eq!(row(0), [Some(0), None, Some(6), Some(7)]);
        assert_eq!(row(2), [Some(2), Some(3), Some(4), Some(5)]);
        // Two columns closed off: the end of a row is no neighbour of the next row's start.
        let mut map = testing::map();
        map.layers.push(testing::tiles("walls", [0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0]));
        let reach = WalkGrid::of(&map).reachable([TilePos::new(3, 0)]);
        assert_eq!(reach.count(), 6);
        assert!(!reach.contains(TilePos::new(0, 1)) && !reach.contains(TilePos::new(-1, 0)));
    }

    #[test]
    fn large_maps_take_no_time() {
        let mut map = testing::map();
        (map.width, map.height) = (1024, 1024);
        let start = std::time::Instant::now();
        let walk = WalkGrid::of(&map);
        assert_eq!(walk.distances([TilePos::new(0, 0)]).last(), Some(&Some(2046)));
        assert!(start.elapsed().as_secs() < 2, "{:?}", start.elapsed());
    }
}
