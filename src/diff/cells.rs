//! Cells of tile layers, whatever number a tile goes by.

use super::{CellChange, MOST_MARKED, Marks, pair::Pairs};
use crate::{
    model::{Gid, Map, TileLayer, TilePos, TileRect},
    workadventure::WalkGrid,
};

/// A tile: its tileset, its id in it, its flips.
pub(super) type TileId = (usize, u32, u32);

/// The numbers of a map's tiles, comparable with those of the other one's.
#[derive(Debug)]
pub(super) struct TileIds {
    /// First gid and shared number of each tileset, rising.
    sets: Vec<(u32, usize)>,
    /// Number of what belongs to no tileset; the gid stands for itself then.
    none: usize,
}

impl TileIds {
    /// For the old and the new map, whose tilesets are paired.
    pub(super) fn of(old: &Map, new: &Map, pairs: &Pairs) -> (Self, Self) {
        let (mut of_old, mut of_new) = (Vec::new(), Vec::new());
        for (number, (before, after)) in pairs.both.iter().enumerate() {
            of_old.push((old.tilesets[*before].first_gid, number));
            of_new.push((new.tilesets[*after].first_gid, number));
        }
        let mut next = pairs.both.len();
        let mut alone = |map: &Map, indices: &[usize], sets: &mut Vec<(u32, usize)>| {
            for index in indices {
                sets.push((map.tilesets[*index].first_gid, next));
                next += 1;
            }
        };
        alone(old, &pairs.gone, &mut of_old);
        alone(new, &pairs.added, &mut of_new);
        of_old.sort_unstable();
        of_new.sort_unstable();
        (Self { sets: of_old, none: next }, Self { sets: of_new, none: next })
    }

    pub(super) fn of_gid(&self, gid: Gid) -> TileId {
        let id = gid.id();
        let owner = self.sets.partition_point(|(first, _)| *first <= id).checked_sub(1);
        match owner.map(|owner| self.sets[owner]) {
            Some((first, number)) => (number, id - first, gid.flags()),
            None => (self.none, id, gid.flags()),
        }
    }
}

/// What is different between two layers.
pub(super) fn compare(
    (old, old_ids): (&TileLayer, &TileIds),
    (new, new_ids): (&TileLayer, &TileIds),
) -> Option<(CellChange, Marks)> {
    if old.data == new.data && old_ids.sets == new_ids.sets {
        return None;
    }
    let (old, new) = (sorted(old, old_ids), sorted(new, new_ids));
    let (mut marks, mut replaced) = (Marks::default(), Vec::new());
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    loop {
        match (olds.peek(), news.peek()) {
            (None, None) => break,
            (Some((cell, was)), Some((other, is))) if cell == other => {
                if was != is {
                    replaced.push(*cell);
                }
                olds.next();
                news.next();
            }
            (Some((cell, _)), other) if other.is_none_or(|(other, _)| cell < other) => {
                marks.cells_before.push(*cell);
                olds.next();
            }
            _ => marks.cells_after.extend(news.next().map(|(cell, _)| *cell)),
        }
    }
    let all = marks.cells_before.iter().chain(&marks.cells_after).chain(&replaced);
    let tiles = TileRect::around(all.copied())?;
    let (added, removed) = (marks.cells_after.len(), marks.cells_before.len());
    let change = CellChange { added, removed, replaced: replaced.len(), tiles };
    marks.cells_before.extend(&replaced);
    marks.cells_after.extend(&replaced);
    marks.cells_before.truncate(MOST_MARKED);
    marks.cells_after.truncate(MOST_MARKED);
    Some((change, marks))
}

fn sorted(layer: &TileLayer, ids: &TileIds) -> Vec<(TilePos, TileId)> {
    let mut cells: Vec<_> = layer.filled().map(|(cell, gid)| (cell, ids.of_gid(gid))).collect();
    // Chunks come in any order and may cover each other: of one cell the later tile is seen.
    cells.sort_by_key(|(cell, _)| *cell);
    cells.reverse();
    cells.dedup_by_key(|(cell, _)| *cell);
    cells.reverse();
    cells
}

/// Cells of two walking grids that became blocked or free, of those that both maps have.
pub(super) fn walking(old: &WalkGrid, new: &WalkGrid) -> Option<(CellChange, Marks)> {
    let mut marks = Marks::default();
    for cell in old.bounds().clipped(new.bounds()).cells() {
        match (old.is_blocked(cell), new.is_blocked(cell)) {
            (false, true) => marks.cells_after.push(cell),
            (true, false) => marks.cells_before.push(cell),
            _ => {}
        }
    }
    let tiles = TileRect::around(marks.cells_before.iter().chain(&marks.cells_after).copied())?;
    let (added, removed) = (marks.cells_after.len(), marks.cells_before.len());
    Some((CellChange { added, removed, replaced: 0, tiles }, marks))
}
