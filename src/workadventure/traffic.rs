//! How many visitors pass where: the measure by which places are better or worse.
//!
//! Walks lead from every entry to every point of interest: each zone where something opens, each exit,
//! each other entry; to its nearest cell, on shortest ways over the walking grid of the venue as it is
//! drawn, before any stand is in it. Where several ways are equally short, a walk is split evenly at
//! every fork. Each entry counts the same, however many points it reaches. The traffic of a cell is the
//! share of all walks that cross it, from 0 to 1.
//!
//! The `visitors` of a place are the largest share of walks that crosses one column or one row of what
//! lies before it: the width of the stand, three rows deep, and the stand itself.

use super::{Entry, Meaning, WalkGrid, Zone};
use crate::model::{Region, TilePos, TileRect};

/// How far before a stand passers-by still notice it, in tiles.
const VIEW: u32 = 3;

/// Share of walks through each cell.
#[derive(Debug, Clone)]
pub struct Traffic {
    bounds: TileRect,
    /// Row by row.
    share: Vec<f64>,
    /// Of each cell the shares above it in its column, row by row, with a row below the last.
    above: Vec<f64>,
    /// Of each cell the shares left of it in its row, row by row, with a column behind the last.
    left: Vec<f64>,
}

impl Traffic {
    /// Walks over a venue.
    pub fn of(meaning: &Meaning) -> Self {
        let bounds = meaning.walk.bounds();
        let share = vec![0.0; bounds.width as usize * bounds.height as usize];
        let mut traffic = Self { bounds, share, above: Vec::new(), left: Vec::new() };
        let entries: Vec<&Region> =
            meaning.entries.iter().filter(|e| e.declared || e.default).map(Entry::cells).collect();
        let zones = meaning.zones.iter().filter(|zone| draws(zone)).map(|zone| &zone.cells);
        let exits = meaning.exits.iter().map(|exit| &exit.cells);
        let points: Vec<&Region> = zones.chain(exits).collect();
        #[expect(clippy::cast_precision_loss, reason = "maps have few entries")]
        let part = 1.0 / entries.len().max(1) as f64;
        for (index, entry) in entries.iter().enumerate() {
            let others =
                entries.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, cells)| *cells);
            let goals: Vec<&Region> = points.iter().copied().chain(others).collect();
            traffic.walk(&meaning.walk, entry, &goals, part);
        }
        traffic.add_up();
        traffic
    }

    /// Adds the shares up along columns and rows, so that places can be compared by the thousand.
    fn add_up(&mut self) {
        let (width, height) = (self.bounds.width as usize, self.bounds.height as usize);
        self.above = vec![0.0; width * (height + 1)];
        self.left = vec![0.0; (width + 1) * height];
        for y in 0..height {
            for x in 0..width {
                let share = self.share[y * width + x];
                self.above[(y + 1) * width + x] = self.above[y * width + x] + share;
                self.left[y * (width + 1) + x + 1] = self.left[y * (width + 1) + x] + share;
            }
        }
    }

    /// Adds the walks from one entry to its goals, which share `part` between them.
    fn walk(&mut self, grid: &WalkGrid, entry: &Region, goals: &[&Region], part: f64) {
        let distances = grid.distances(entry);
        let bounds = self.bounds;
        let steps = |cell: TilePos| index(bounds, cell).and_then(|index| distances[index]);
        let nearest: Vec<(u32, TilePos)> = goals
            .iter()
            .filter_map(|cells| cells.iter().filter_map(|cell| Some((steps(cell)?, cell))).min())
            .filter(|(steps, _)| *steps > 0)
            .collect();
        if nearest.is_empty() {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "maps have few goals")]
        let weight = part / nearest.len() as f64;
        let mut flow = vec![0.0; self.share.len()];
        for (_, goal) in &nearest {
            if let Some(index) = self.index(*goal) {
                flow[index] += weight;
            }
        }
        // From the farthest cell back to the entry: each hands what flows through it on to those
        // neighbours that are one step nearer.
        let mut order: Vec<(u32, TilePos)> =
            self.bounds.cells().filter_map(|cell| Some((steps(cell)?, cell))).collect();
        order.sort_unstable_by(|a, b| b.cmp(a));
        for (distance, cell) in order {
            let Some(index) = self.index(cell) else { continue };
            let through = flow[index];
            if through == 0.0 {
                continue;
            }
            self.share[index] += through;
            let nearer: Vec<usize> = cell
                .neighbours()
                .into_iter()
                .filter(|next| distance > 0 && steps(*next) == Some(distance - 1))
                .filter_map(|next| self.index(next))
                .collect();
            #[expect(clippy::cast_precision_loss, reason = "at most four")]
            let ways = nearer.len() as f64;
            for next in nearer {
                flow[next] += through / ways;
            }
        }
    }

    fn index(&self, cell: TilePos) -> Option<usize> {
        index(self.bounds, cell)
    }

    /// Share of walks that cross a cell, 0 to 1.
    pub fn share(&self, cell: TilePos) -> f64 {
        self.index(cell).map_or(0.0, |index| self.share[index])
    }

    /// Share of walks that pass a stand in this place, 0 to 1, to a millionth.
    pub fn visitors(&self, stand: TileRect) -> f64 {
        let view = TileRect { height: stand.height + VIEW, ..stand };
        let (width, height) = (self.bounds.width as usize, self.bounds.height as usize);
        let within = |at: i32, most: usize| usize::try_from(at).unwrap_or(0).min(most);
        let (left, right) = (within(view.x, width), within(view.right(), width));
        let (top, bottom) = (within(view.y, height), within(view.bottom(), height));
        let columns = (left..right).map(|x| self.above[bottom * width + x] - self.above[top * width + x]);
        let rows =
            (top..bottom).map(|y| self.left[y * (width + 1) + right] - self.left[y * (width + 1) + left]);
        let most = columns.chain(rows).fold(0.0, f64::max).min(1.0);
        (most * 1e6).round() / 1e6
    }
}

/// Number of a cell, row by row; `None` outside.
fn index(bounds: TileRect, cell: TilePos) -> Option<usize> {
    let (x, y) = (u32::try_from(cell.x).ok()?, u32::try_from(cell.y).ok()?);
    (x < bounds.width && y < bounds.height).then(|| y as usize * bounds.width as usize + x as usize)
}

/// Whether people go somewhere for this zone: something opens there.
fn draws(zone: &Zone) -> bool {
    ["openWebsite", "openTab", "jitsiRoom", "bbbMeeting", "playAudio", "playAudioLoop"]
        .iter()
        .any(|name| zone.property(name).is_some())
}
