//! Ways through a venue while it fills: what can be walked to, and whether a stand would change that.

use super::Refusal;
use crate::{
    model::{Region, TilePos, TileRect},
    stand::template::Template,
    workadventure::WalkGrid,
};

/// How far around a stand a way past it is looked for before the whole venue is walked through, in tiles.
/// Round a stand in the open one tile is enough; along a wall or a row, the way leads around its end.
const LOOK_AROUND: [u32; 3] = [1, 8, 32];

/// What can be walked to from where visitors arrive, with walls and stands as they are.
pub(super) struct Ways {
    walk: WalkGrid,
    arrival: Region,
    /// Cells that can be walked to, row by row.
    reached: Vec<bool>,
}

/// The cells of a template in a place.
struct Standing<'a> {
    template: &'a Template,
    tiles: TileRect,
}

impl Standing<'_> {
    fn moved(&self, cell: TilePos) -> TilePos {
        TilePos::new(cell.x + self.tiles.x, cell.y + self.tiles.y)
    }

    /// Why visitors could not walk to what the stand has: its entry, every cell of it, and each zone, one.
    fn unreachable(&self, is_reached: impl Fn(TilePos) -> bool) -> bool {
        let reached = |cell: &TilePos| is_reached(self.moved(*cell));
        !self.template.entry.iter().all(reached)
            || !self.template.zones.iter().all(|zone| zone.iter().any(reached))
    }
}

impl Ways {
    pub(super) fn new(walk: WalkGrid, arrival: &Region) -> Self {
        let mut ways = Self { walk, arrival: arrival.clone(), reached: Vec::new() };
        ways.reached = ways.walked(&ways.walk);
        ways
    }

    pub(super) fn bounds(&self) -> TileRect {
        self.walk.bounds()
    }

    fn walked(&self, walk: &WalkGrid) -> Vec<bool> {
        walk.distances(&self.arrival).iter().map(Option::is_some).collect()
    }

    fn index(&self, cell: TilePos) -> Option<usize> {
        let bounds = self.bounds();
        bounds
            .contains(cell)
            .then(|| cell.y.unsigned_abs() as usize * bounds.width as usize + cell.x.unsigned_abs() as usize)
    }

    fn is_reached(&self, cell: TilePos) -> bool {
        self.index(cell).is_some_and(|index| self.reached[index])
    }

    /// Whether everything can still be walked to with a stand in this place, and the stand as well: every
    /// cell that could be before and that nobody builds on.
    pub(super) fn refusal(&self, template: &Template, tiles: TileRect) -> Option<Refusal> {
        let standing = Standing { template, tiles };
        for margin in LOOK_AROUND {
            match self.around(&standing, margin) {
                Around::Apart => {}
                Around::Together { stand: true } => return None,
                Around::Together { stand: false } => return Some(Refusal::Unreachable),
            }
        }
        let mut walk = self.walk.clone();
        for cell in &template.blocked {
            walk.set_blocked(standing.moved(*cell), true);
        }
        let after = self.walked(&walk);
        if standing.unreachable(|cell| self.index(cell).is_some_and(|index| after[index])) {
            return Some(Refusal::Unreachable);
        }
        let cut = self
            .bounds()
            .cells()
            .zip(self.reached.iter().zip(&after))
            .any(|(cell, (before, after))| *before && !*after && !walk.is_blocked(cell));
        cut.then_some(Refusal::CutsOff)
    }

    /// Walks through what lies around a stand and no farther. Where all of it that could be walked to before
    /// still hangs together there, no way through the venue is cut: each leads around the stand.
    fn around(&self, standing: &Standing<'_>, margin: u32) -> Around {
        let window = standing.tiles.grown(margin);
        let (width, height) = (window.width as usize, window.height as usize);
        let number = |cell: TilePos| {
            window.contains(cell).then(|| {
                (cell.y - window.y).unsigned_abs() as usize * width
                    + (cell.x - window.x).unsigned_abs() as usize
            })
        };
        let mut free: Vec<bool> = window.cells().map(|cell| !self.walk.is_blocked(cell)).collect();
        for cell in &standing.template.blocked {
            if let Some(number) = number(standing.moved(*cell)) {
                free[number] = false;
            }
        }
        let mut walked = vec![false; width * height];
        let mut open = window.cells().zip(&free).filter(|(cell, free)| **free && self.is_reached(*cell));
        let Some((first, _)) = open.next() else { return Around::Together { stand: false } };
        let mut edge = vec![first];
        while let Some(cell) = edge.pop() {
            let Some(number) = number(cell).filter(|number| free[*number] && !walked[*number]) else {
                continue;
            };
            walked[number] = true;
            edge.extend(cell.neighbours());
        }
        let is_walked = |cell: TilePos| number(cell).is_some_and(|number| walked[number]);
        if !open.all(|(cell, _)| is_walked(cell)) {
            return Around::Apart;
        }
        Around::Together { stand: !standing.unreachable(is_walked) }
    }

    /// Builds a stand.
    pub(super) fn build(&mut self, template: &Template, tiles: TileRect) {
        let standing = Standing { template, tiles };
        let together = matches!(self.around(&standing, LOOK_AROUND[1]), Around::Together { .. });
        for cell in &template.blocked {
            let cell = standing.moved(*cell);
            self.walk.set_blocked(cell, true);
            if let Some(index) = self.index(cell) {
                self.reached[index] = false;
            }
        }
        if !together {
            self.reached = self.walked(&self.walk);
        }
    }
}

/// How the surroundings of a stand hang together.
enum Around {
    /// All of them, and whether the stand itself does with them.
    Together { stand: bool },
    /// Not all, as far as one sees from here.
    Apart,
}
