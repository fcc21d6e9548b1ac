//! Sets of cells.

use std::collections::{BTreeSet, HashMap};

use super::{TilePos, TileRect};

/// A set of cells, in tiles: those of a zone or an entry, which may be all of a large map. Takes two bits a
/// cell where cells lie side by side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Region {
    /// Sorted, none without a cell.
    strips: Box<[Strip]>,
    count: usize,
}

/// Cells of one row, of 64 columns that begin at a multiple of 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Strip {
    y: i32,
    /// Number of the 64 columns.
    column: i32,
    /// One bit for each cell, the lowest for the leftmost.
    bits: u64,
}

impl Strip {
    fn of(cell: TilePos) -> Self {
        Self { y: cell.y, column: cell.x >> 6, bits: 1 << (cell.x & 63) }
    }

    fn place(self) -> (i32, i32) {
        (self.y, self.column)
    }

    fn cell(self, bit: u32) -> TilePos {
        TilePos::new((self.column << 6) | bit.cast_signed(), self.y)
    }
}

impl Region {
    /// The cells of pieces of rows: of each where it begins, and a bit for each of its 64 cells, the lowest for the
    /// leftmost. No piece may reach beyond the farthest column.
    pub(super) fn of_pieces(pieces: impl IntoIterator<Item = (TilePos, u64)>) -> Self {
        let mut strips = Strips::new();
        for (first, bits) in pieces {
            let Strip { y, column, .. } = Strip::of(first);
            let shift = first.x & 63;
            // What is shifted out of one strip begins the next.
            for (column, bits) in [(column, bits << shift), (column + 1, (bits >> 1) >> (63 - shift))] {
                if bits != 0 {
                    strips.push(Strip { y, column, bits });
                }
            }
        }
        strips.region()
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The cells, row by row.
    pub fn iter(&self) -> RegionIter<'_> {
        RegionIter { strips: self.strips.iter(), rest: Strip { y: 0, column: 0, bits: 0 } }
    }

    /// Whether the cell is among them.
    pub fn contains(&self, cell: TilePos) -> bool {
        let wanted = Strip::of(cell);
        let found = self.strips.binary_search_by_key(&wanted.place(), |strip| strip.place());
        found.is_ok_and(|index| self.strips[index].bits & wanted.bits != 0)
    }

    /// Whether all cells of another are among them.
    pub fn covers(&self, other: &Self) -> bool {
        other.count <= self.count && other.iter().all(|cell| self.contains(cell))
    }

    /// The cells that are in both.
    #[must_use]
    pub fn shared(&self, other: &Self) -> Self {
        let (few, many) = if self.count <= other.count { (self, other) } else { (other, self) };
        few.iter().filter(|cell| many.contains(*cell)).collect()
    }

    /// Smallest rectangle around the cells; `None` without any.
    pub fn around(&self) -> Option<TileRect> {
        TileRect::around(
            self.strips.iter().flat_map(|strip| {
                [strip.bits.trailing_zeros(), strip.bits.ilog2()].map(|bit| strip.cell(bit))
            }),
        )
    }
}

/// The cells of a [`Region`], row by row.
#[derive(Debug, Clone)]
pub struct RegionIter<'a> {
    strips: std::slice::Iter<'a, Strip>,
    /// What is left of the strip that was begun.
    rest: Strip,
}

impl Iterator for RegionIter<'_> {
    type Item = TilePos;

    fn next(&mut self) -> Option<TilePos> {
        if self.rest.bits == 0 {
            self.rest = *self.strips.next()?;
        }
        let cell = self.rest.cell(self.rest.bits.trailing_zeros());
        self.rest.bits &= self.rest.bits - 1;
        Some(cell)
    }
}

impl<'a> IntoIterator for &'a Region {
    type Item = TilePos;
    type IntoIter = RegionIter<'a>;

    fn into_iter(self) -> RegionIter<'a> {
        self.iter()
    }
}

/// Strips that are gathered, in whatever order they come.
#[derive(Debug)]
struct Strips {
    gathered: Vec<Strip>,
    is_sorted: bool,
}

impl Strips {
    fn new() -> Self {
        Self { gathered: Vec::new(), is_sorted: true }
    }

    #[inline]
    fn push(&mut self, strip: Strip) {
        match self.gathered.last_mut() {
            Some(last) if last.place() == strip.place() => last.bits |= strip.bits,
            last => {
                self.is_sorted &= last.is_none_or(|last| last.place() < strip.place());
                self.gathered.push(strip);
            }
        }
    }

    fn region(self) -> Region {
        let Self { gathered: mut strips, is_sorted } = self;
        if !is_sorted {
            strips.sort_unstable();
            strips.dedup_by(|strip, kept| {
                let same = strip.place() == kept.place();
                if same {
                    kept.bits |= strip.bits;
                }
                same
            });
        }
        let count = strips.iter().map(|strip| strip.bits.count_ones() as usize).sum();
        Region { strips: strips.into_boxed_slice(), count }
    }
}

impl FromIterator<TilePos> for Region {
    fn from_iter<I: IntoIterator<Item = TilePos>>(cells: I) -> Self {
        let mut strips = Strips::new();
        // Not a loop: iterators over the cells of a layer are quickest from within.
        cells.into_iter().for_each(|cell| strips.push(Strip::of(cell)));
        strips.region()
    }
}

/// Regions by where they lie, to find those that share cells. Each is known by a number.
#[derive(Debug, Clone, Default)]
pub(crate) struct RegionIndex {
    by_place: HashMap<(i32, i32), Vec<(u64, usize)>>,
}

impl RegionIndex {
    /// Most regions that are told of one place, and most that are looked at there. Real maps have a handful; of
    /// thousands that lie upon each other, in pairs, no machine could tell all.
    const MOST: usize = 64;
    const MOST_SEEN: usize = 4096;

    /// Adds a region, known by a number.
    pub(crate) fn insert(&mut self, number: usize, region: &Region) {
        for strip in &region.strips {
            self.by_place.entry(strip.place()).or_default().push((strip.bits, number));
        }
    }

    /// Numbers of the regions that share cells with this one, as far as they are wanted; of very many in one
    /// place the last that were added.
    pub(crate) fn sharing(&self, region: &Region, wanted: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let strips = region.strips.iter().map(|strip| (strip.place(), strip.bits));
        strips.flat_map(|(place, bits)| self.at(place, bits, &wanted)).collect()
    }

    /// Whether one of the regions that are wanted shares cells with this one.
    pub(crate) fn shares(&self, region: &Region, wanted: impl Fn(usize) -> bool) -> bool {
        region.strips.iter().any(|strip| self.at(strip.place(), strip.bits, &wanted).next().is_some())
    }

    /// Whether one of the regions that are wanted shares cells with a rectangle, which may be larger than any
    /// map.
    pub(crate) fn shares_with(&self, area: TileRect, wanted: impl Fn(usize) -> bool) -> bool {
        let bits = |(y, column): (i32, i32)| {
            let first = column << 6;
            let row = TileRect::new(first, y, 64, 1).clipped(area);
            let below = |count: u32| if count >= 64 { u64::MAX } else { (1 << count) - 1 };
            if row.width == 0 || row.height == 0 { 0 } else { below(row.width) << row.x.abs_diff(first) }
        };
        let shares = |place: (i32, i32)| self.at(place, bits(place), &wanted).next().is_some();
        let (rows, columns) = (area.y..area.bottom(), area.x >> 6..(area.right() >> 6).saturating_add(1));
        let places = u64::from(area.height) * (u64::from(area.width) / 64 + 2);
        if places < self.by_place.len() as u64 {
            return rows.flat_map(|y| columns.clone().map(move |column| (y, column))).any(shares);
        }
        self.by_place.keys().any(|place| shares(*place))
    }

    fn at<'a>(
        &'a self,
        place: (i32, i32),
        bits: u64,
        wanted: &'a impl Fn(usize) -> bool,
    ) -> impl Iterator<Item = usize> + 'a {
        let here = self.by_place.get(&place).filter(|_| bits != 0).into_iter().flatten().rev();
        let meeting = here.take(Self::MOST_SEEN).filter(move |(other, _)| other & bits != 0);
        meeting.map(|(_, number)| *number).filter(|number| wanted(*number)).take(Self::MOST)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_region_is_a_set(cells in proptest::collection::vec((-200_i32..200, -3_i32..3), 0..300)) {
            let cells: Vec<TilePos> = cells.into_iter().map(|(x, y)| TilePos::new(x, y)).collect();
            let set: BTreeSet<TilePos> = cells.iter().copied().collect();
            let region: Region = cells.iter().copied().collect();
            prop_assert_eq!(region.len(), set.len());
            prop_assert_eq!(region.is_empty(), set.is_empty());
            prop_assert_eq!(region.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(region.around(), TileRect::around(set.iter().copied()));
            for cell in TileRect::new(-70, -3, 140, 6).cells() {
                prop_assert_eq!(region.contains(cell), set.contains(&cell));
            }
            prop_assert_eq!(region, set.into_iter().collect::<Region>());
        }
    }

    proptest! {
        #[test]
        fn an_index_finds_what_shares_cells(
            areas in proptest::collection::vec((-90_i32..90, -3_i32..3, 0_u32..80, 0_u32..4), 1..12),
        ) {
            let areas: Vec<TileRect> =
                areas.into_iter().map(|(x, y, width, height)| TileRect::new(x, y, width, height)).collect();
            let (wanted, rest) = (areas[0], &areas[1..]);
            let mut index = RegionIndex::default();
            for (number, area) in rest.iter().enumerate() {
                index.insert(number, &area.cells().collect());
            }
            let region: Region = wanted.cells().collect();
            let expected: BTreeSet<usize> =
                (0..rest.len()).filter(|number| rest[*number].cells().any(|cell| wanted.contains(cell))).collect();
            prop_assert_eq!(index.sharing(&region, |_| true), expected.clone());
            for number in 0..rest.len() {
                let found = expected.contains(&number);
                prop_assert_eq!(index.shares(&region, |other| other == number), found);
                prop_assert_eq!(index.shares_with(wanted, |other| other == number), found);
            }
            for area in rest {
                let other: Region = area.cells().collect();
                let shared: Vec<TilePos> = wanted.cells().filter(|cell| area.contains(*cell)).collect();
                prop_assert_eq!(region.covers(&other), shared.len() == other.len());
                prop_assert_eq!(region.shared(&other).iter().collect::<Vec<_>>(), shared);
            }
        }
    }

    #[test]
    fn a_rectangle_may_be_larger_than_any_map() {
        let mut index = RegionIndex::default();
        index.insert(7, &Region::from_iter([TilePos::new(-1, 5)]));
        let all = TileRect::new(i32::MIN, i32::MIN, u32::MAX, u32::MAX);
        assert!(
            index.shares_with(all, |number| number == 7) && !index.shares_with(all, |number| number != 7)
        );
        assert!(!index.shares_with(TileRect::new(0, 0, u32::MAX, u32::MAX), |_| true));
    }

    #[test]
    fn the_farthest_cells_are_cells() {
        let cells = [TilePos::new(i32::MIN, i32::MIN), TilePos::new(i32::MAX, i32::MAX)];
        let region: Region = cells.into_iter().collect();
        assert_eq!(region.iter().collect::<Vec<_>>(), cells);
        assert!(cells.into_iter().all(|cell| region.contains(cell)));
        let around = region.around().unwrap();
        assert_eq!(
            (around.x, around.y, around.width, around.height),
            (i32::MIN, i32::MIN, u32::MAX, u32::MAX)
        );
    }
}
