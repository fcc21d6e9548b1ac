//! Who stands where. Pure: the same spec, venue and lock give the same places.
//!
//! Pinned sponsors come first, then those whose place is kept from an earlier run, then the others by
//! rank, in the order of the spec. Each takes the best free place by the measure of [`Traffic`], nearest
//! to the entry where places are equal; places under a roof or a tree only where there are no others. A place is free when it lies in a row of an area of its tier, keeps
//! the aisle to every other stand but neighbours of its island, covers nothing, and leaves everything
//! reachable that was so before. A sponsor of a worse rank is not given a better place than one of a better
//! rank has.
//!
//! [`Traffic`]: crate::workadventure::Traffic

mod rows;
mod ways;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use ways::Ways;

use super::{
    lock::Lock,
    site::{Area, Ground},
    spec::{Spec, Sponsor},
    template::{Template, Templates},
};
use crate::model::{TilePos, TileRect};

/// Distance at which two sponsors that want to be apart are, in tiles between their stands.
const APART: u32 = 12;

/// One stand in its place.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    /// Index in the spec.
    pub(super) sponsor: usize,
    pub(super) area: String,
    pub(super) tiles: TileRect,
    pub(super) visitors: f64,
    pub(super) kept: bool,
}

/// A sponsor that has no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced {
    /// Name of the sponsor.
    pub sponsor: String,
    /// Why.
    pub reason: String,
}

/// What came of placing.
#[derive(Debug)]
pub(super) struct Placed {
    /// In the order of the spec.
    pub(super) placements: Vec<Placement>,
    pub(super) unplaced: Vec<Unplaced>,
    /// Wishes that were not kept, places that could not be kept.
    pub(super) notes: Vec<String>,
}

/// Places every sponsor that fits.
pub(super) fn place(spec: &Spec, templates: &Templates, ground: &Ground, lock: &Lock) -> Placed {
    let mut hall = Hall::new(spec, templates, ground);
    let mut waiting = Vec::new();
    for index in 0..spec.sponsors.len() {
        if !hall.pin(index) {
            waiting.push(index);
        }
    }
    waiting.retain(|index| !hall.keep(*index, lock));
    waiting.sort_by_key(|index| (spec.tiers[spec.sponsors[*index].tier.get_ref()].rank, *index));
    for index in waiting {
        hall.choose(index);
    }
    hall.placed.placements.sort_by_key(|placement| placement.sponsor);
    hall.placed
}

/// The venue while it fills.
struct Hall<'a> {
    spec: &'a Spec,
    templates: &'a Templates,
    ground: &'a Ground,
    /// Walls of the venue and of the stands so far.
    ways: Ways,
    /// Steps from the entry, row by row.
    steps: Vec<Option<u32>>,
    placed: Placed,
}

/// Why a place cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Refusal {
    Outside,
    Covers,
    Aisle(String),
    CutsOff,
    Unreachable,
}

impl Refusal {
    fn reason(&self) -> String {
        match self {
            Self::Outside => "the place reaches beyond the map".to_owned(),
            Self::Covers => "the place covers a wall, a zone, an entry or an exit".to_owned(),
            Self::Aisle(other) => format!("the place is too close to the stand of {other}"),
            Self::CutsOff => "a stand there would cut something off that can be walked to".to_owned(),
            Self::Unreachable => "nobody could walk to a stand there".to_owned(),
        }
    }
}

impl<'a> Hall<'a> {
    fn new(spec: &'a Spec, templates: &'a Templates, ground: &'a Ground) -> Self {
        let steps = ground.walk.distances(&ground.arrival);
        let ways = Ways::new(ground.walk.clone(), &ground.arrival);
        let placed = Placed { placements: Vec::new(), unplaced: Vec::new(), notes: Vec::new() };
        Self { spec, templates, ground, ways, steps, placed }
    }

    fn sponsor(&self, index: usize) -> (&'a Sponsor, &'a Template) {
        let sponsor = &self.spec.sponsors[index];
        (sponsor, self.templates.of(sponsor.tier.get_ref()))
    }

    fn rank(&self, index: usize) -> u32 {
        self.spec.tiers[self.spec.sponsors[index].tier.get_ref()].rank
    }

    /// Places a sponsor that is pinned; false for one that is not.
    fn pin(&mut self, index: usize) -> bool {
        let (sponsor, template) = self.sponsor(index);
        let (width, height) = template.size();
        let (area, x, y, what) = if let Some(slot) = &sponsor.slot {
            let area = &self.ground.areas[slot.get_ref()];
            (area.name.clone(), area.tiles.x, area.tiles.y, format!("slot \"{}\"", area.name))
        } else if let Some(at) = &sponsor.at {
            let at = at.get_ref();
            let cell = TilePos::new(at.x, at.y);
            let area = self.ground.areas.values().find(|area| area.tiles.contains(cell));
            (
                area.map_or(String::new(), |area| area.name.clone()),
                at.x,
                at.y,
                format!("({}, {})", at.x, at.y),
            )
        } else {
            return false;
        };
        let tiles = TileRect::new(x, y, width, height);
        let slot = sponsor.slot.as_ref().map(|slot| self.ground.areas[slot.get_ref()].tiles);
        if slot.is_some_and(|slot| slot.width < width || slot.height < height) {
            let reason = format!("its stand of {width} x {height} tiles is larger than {what}");
            self.placed.unplaced.push(Unplaced { sponsor: sponsor.name.get_ref().clone(), reason });
            return true;
        }
        match self.refusal(template, tiles, None) {
            None => self.put(index, &area, tiles, false),
            Some(refusal) => {
                let reason = format!("it is pinned to {what}: {}", refusal.reason());
                self.placed.unplaced.push(Unplaced { sponsor: sponsor.name.get_ref().clone(), reason });
            }
        }
        true
    }

    /// Gives a sponsor the place that it had before, if that still holds.
    fn keep(&mut self, index: usize, lock: &Lock) -> bool {
        let (sponsor, template) = self.sponsor(index);
        let Some(locked) = lock.stands.get(&sponsor.slug()) else { return false };
        let (width, height) = template.size();
        let name = sponsor.name.get_ref();
        if (locked.tiles.width, locked.tiles.height) != (width, height) {
            self.placed.notes.push(format!("{name} moves: its stand has another size now"));
            return false;
        }
        match self.refusal(template, locked.tiles, None) {
            None => {
                self.put(index, &locked.area, locked.tiles, true);
                true
            }
            Some(refusal) => {
                self.placed.notes.push(format!("{name} moves: {}", refusal.reason()));
                false
            }
        }
    }

    /// Finds the best place for a sponsor.
    fn choose(&mut self, index: usize) {
        let (sponsor, template) = self.sponsor(index);
        let tier = &self.spec.tiers[sponsor.tier.get_ref()];
        let (width, height) = template.size();
        let areas: Vec<&Area> = if tier.areas.is_empty() {
            self.ground.areas.values().collect()
        } else {
            tier.areas.iter().map(|name| &self.ground.areas[name.get_ref()]).collect()
        };
        let larger = |area: &&Area| area.tiles.width < width || area.tiles.height < height;
        let name = sponsor.name.get_ref().clone();
        if areas.iter().all(larger) {
            let reason =
                format!("its stand of {width} x {height} tiles is larger than every area of its tier");
            self.placed.unplaced.push(Unplaced { sponsor: name, reason });
            return;
        }
        let limit = self.limit(index);
        let (near, shunned) = (self.goals(sponsor), self.shunned(sponsor));
        let stands: Vec<TileRect> = self.placed.placements.iter().map(|placement| placement.tiles).collect();
        let mut candidates: Vec<(Order, &Area, TileRect)> = Vec::new();
        let mut too_good = 0;
        for area in &areas {
            for tiles in self.candidates(area, (width, height), &stands) {
                let visitors = self.ground.traffic.visitors(tiles);
                if near.is_empty() && visitors > limit {
                    too_good += 1;
                    continue;
                }
                candidates.push((self.order(&shunned, &near, tiles, visitors), area, tiles));
            }
        }
        // Nearly always one of the first is free: to sort all of them would take longer than all the rest.
        let numbered = candidates.iter().enumerate().map(|(number, (order, ..))| Reverse((order, number)));
        let mut best: BinaryHeap<Reverse<(&Order, usize)>> = numbered.collect::<Vec<_>>().into();
        let mut refusals: BTreeMap<Refusal, usize> = BTreeMap::new();
        while let Some(Reverse((order, number))) = best.pop() {
            let (_, area, tiles) = candidates[number];
            match self.refusal(template, tiles, Some(area)) {
                None => {
                    if order.too_close {
                        self.placed.notes.push(format!("{name} stands less than {APART} tiles from a sponsor that it wanted to be apart from"));
                    }
                    if order.hidden {
                        let note = format!("{name} stands partly under what lies above the avatars");
                        self.placed.notes.push(note);
                    }
                    let area = area.name.clone();
                    self.put(index, &area, tiles, false);
                    return;
                }
                Some(refusal) => *refusals.entry(refusal).or_default() += 1,
            }
        }
        let names: Vec<String> = areas.iter().map(|area| format!("\"{}\"", area.name)).collect();
        let mut reason = format!("no room for {width} x {height} tiles is left in {}", names.join(", "));
        if too_good > 0 && refusals.is_empty() {
            reason.push_str(" but in better places than a better rank has");
        } else if let Some((refusal, _)) = refusals.iter().max_by_key(|(_, count)| **count) {
            reason = format!("{reason}; mostly {}", refusal.reason());
        }
        self.placed.unplaced.push(Unplaced { sponsor: name, reason });
    }

    /// The most visitors that a sponsor may have: no more than anybody of a better rank that was given
    /// its place freely.
    fn limit(&self, index: usize) -> f64 {
        let rank = self.rank(index);
        self.placed
            .placements
            .iter()
            .filter(|placement| {
                let sponsor = &self.spec.sponsors[placement.sponsor];
                let free = sponsor.slot.is_none() && sponsor.at.is_none() && sponsor.near.is_empty();
                free && !placement.kept && self.rank(placement.sponsor) < rank
            })
            .map(|placement| placement.visitors)
            .fold(f64::INFINITY, f64::min)
    }

    /// Cells of what a sponsor wants to be near.
    fn goals(&self, sponsor: &Sponsor) -> Vec<TilePos> {
        let mut cells = Vec::new();
        for near in &sponsor.near {
            cells.extend(self.ground.points.get(near.get_ref()).into_iter().flatten().copied());
            let stand = self
                .placed
                .placements
                .iter()
                .find(|placement| self.spec.sponsors[placement.sponsor].name.get_ref() == near.get_ref());
            cells.extend(stand.into_iter().flat_map(|stand| stand.tiles.cells()));
        }
        cells
    }

    /// Places worth trying in an area.
    fn candidates(&self, area: &Area, size: (u32, u32), stands: &[TileRect]) -> Vec<TileRect> {
        if !area.slot {
            return rows::places(area, size, &self.ground.taken, stands);
        }
        let fits = size.0 <= area.tiles.width && size.1 <= area.tiles.height;
        fits.then(|| TileRect::new(area.tiles.x, area.tiles.y, size.0, size.1)).into_iter().collect()
    }

    /// Stands that a sponsor's shall not be close to.
    fn shunned(&self, sponsor: &Sponsor) -> Vec<TileRect> {
        let apart = sponsor.apart_from.iter().map(|other| other.get_ref().as_str());
        let placements = self.placed.placements.iter();
        let shunned = placements.filter(|placement| {
            let other = &self.spec.sponsors[placement.sponsor];
            apart.clone().any(|name| name == other.name.get_ref())
                || other.apart_from.iter().any(|name| name.get_ref() == sponsor.name.get_ref())
        });
        shunned.map(|placement| placement.tiles).collect()
    }

    fn order(&self, shunned: &[TileRect], near: &[TilePos], tiles: TileRect, visitors: f64) -> Order {
        let front = TilePos::new(tiles.x + i32::try_from(tiles.width / 2).unwrap_or(0), tiles.bottom());
        let (goal_x, goal_y) = (front.x, front.y);
        let distance = |cell: &TilePos| cell.x.abs_diff(goal_x) + cell.y.abs_diff(goal_y);
        let bounds = self.ways.bounds();
        let cell = usize::try_from(front.y).ok().zip(usize::try_from(front.x).ok());
        let steps = cell
            .filter(|_| bounds.contains(front))
            .and_then(|(y, x)| self.steps.get(y * bounds.width as usize + x).copied().flatten());
        Order {
            too_close: shunned.iter().any(|other| other.grown(APART).intersects(tiles)),
            hidden: self.ground.roofs.any(tiles),
            wish: near.iter().map(distance).min().unwrap_or(0),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of 1 in millionths"
            )]
            missed: 1_000_000_u32.saturating_sub((visitors * 1e6).round() as u32),
            steps: steps.unwrap_or(u32::MAX),
            y: tiles.y,
            x: tiles.x,
        }
    }

    /// Why a stand cannot stand there; `None` if it can. What is pinned or kept stands in no area, and keeps no
    /// aisle.
    fn refusal(&self, template: &Template, tiles: TileRect, area: Option<&Area>) -> Option<Refusal> {
        let bounds = self.ways.bounds();
        if tiles.x < 0 || tiles.y < 0 || tiles.right() > bounds.right() || tiles.bottom() > bounds.bottom() {
            return Some(Refusal::Outside);
        }
        if self.ground.taken.any(tiles) {
            return Some(Refusal::Covers);
        }
        if let Some(other) = self.too_close(tiles, area) {
            return Some(Refusal::Aisle(self.spec.sponsors[other.sponsor].name.get_ref().clone()));
        }
        self.ways.refusal(template, tiles)
    }

    /// A stand that leaves this one no aisle. In an area with islands neighbours of a row may touch, so many
    /// at most.
    fn too_close(&self, tiles: TileRect, area: Option<&Area>) -> Option<&Placement> {
        let aisle = area.map_or(0, |area| area.aisle);
        let island = area.map_or(1, |area| area.island);
        let touches = |one: TileRect, other: TileRect| {
            one.bottom() == other.bottom() && (one.right() == other.x || other.right() == one.x)
        };
        let placements = &self.placed.placements;
        let close = |other: &&Placement| other.tiles.grown(aisle).intersects(tiles);
        let stranger = |other: &&Placement| {
            island < 2 || !touches(other.tiles, tiles) || area.is_some_and(|area| other.area != area.name)
        };
        let (mut row, mut whole) = (vec![tiles], 0);
        if let Some(other) = placements.iter().filter(close).find(stranger) {
            return Some(other);
        }
        let mut first = None;
        while let Some(one) = row.get(whole).copied() {
            whole += 1;
            for other in placements.iter().filter(|other| island > 1 && touches(other.tiles, one)) {
                if !row.contains(&other.tiles) {
                    first = first.or(Some(other));
                    row.push(other.tiles);
                }
            }
        }
        first.filter(|_| row.len() > island as usize)
    }

    fn put(&mut self, index: usize, area: &str, tiles: TileRect, kept: bool) {
        let (_, template) = self.sponsor(index);
        self.ways.build(template, tiles);
        let visitors = self.ground.traffic.visitors(tiles);
        self.placed.placements.push(Placement {
            sponsor: index,
            area: area.to_owned(),
            tiles,
            visitors,
            kept,
        });
    }
}

/// How good a place is; the smallest is the best.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    too_close: bool,
    /// Tiles to what the sponsor wants to be near.
    wish: u32,
    /// Whether something of the venue lies over it.
    hidden: bool,
    /// Visitors that do not pass, in millionths.
    missed: u32,
    /// Steps from the entry.
    steps: u32,
    y: i32,
    x: i32,
}
