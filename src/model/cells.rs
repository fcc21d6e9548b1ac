//! The cells of tile layers, in as little memory as their numbers allow.

use std::{
    fmt,
    iter::FusedIterator,
    ops::Range,
    slice,
    sync::{Arc, OnceLock},
};

use super::Gid;

/// Raw gids, row by row.
///
/// Nearly all maps number their tiles below 8192 and mirror them at most: such cells take 16 bits each,
/// others 32. What comes out is what went in, to the bit. Clones share their cells until one is changed,
/// so that a map can be cloned to change its texts.
#[derive(Clone)]
pub struct Cells(Arc<Shared>);

/// Cells that are being gathered, one behind the other.
#[derive(Debug)]
pub struct CellsBuilder(Kept);

#[derive(Clone)]
struct Shared {
    kept: Kept,
    /// What [`Cells::distinct`] found, until a cell changes.
    distinct: OnceLock<Box<[Gid]>>,
}

#[derive(Debug, Clone)]
enum Kept {
    /// The flags for mirroring in bits 13 to 15, the id below.
    Narrow(Vec<u16>),
    Wide(Vec<Gid>),
}

const NARROW_FLAGS: u32 = Gid::FLIP_X | Gid::FLIP_Y | Gid::FLIP_DIAGONAL;
const NARROW_ID: u32 = 0x1FFF;

/// Narrow cells that are passed over together: nearly all cells of nearly all layers are empty.
const NO_TILES: [u16; 8] = [0; 8];

fn narrow(gid: Gid) -> Option<u16> {
    let fits = gid.0 & !(NARROW_FLAGS | NARROW_ID) == 0;
    let [low, high, ..] = ((gid.0 >> 16) | (gid.0 & NARROW_ID)).to_le_bytes();
    fits.then_some(u16::from_le_bytes([low, high]))
}

fn wide(cell: u16) -> Gid {
    let cell = u32::from(cell);
    Gid((cell << 16) & NARROW_FLAGS | cell & NARROW_ID)
}

impl Kept {
    fn len(&self) -> usize {
        match self {
            Self::Narrow(cells) => cells.len(),
            Self::Wide(gids) => gids.len(),
        }
    }

    fn widen(&mut self, room: usize) {
        let Self::Narrow(cells) = self else { return };
        let mut gids = Vec::with_capacity(cells.capacity().max(cells.len() + room));
        gids.extend(cells.iter().copied().map(wide));
        *self = Self::Wide(gids);
    }
}

impl CellsBuilder {
    /// None yet, with room for so many.
    pub fn with_capacity(cells: usize) -> Self {
        Self(Kept::Narrow(Vec::with_capacity(cells)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a cell behind the last.
    pub fn push(&mut self, gid: Gid) {
        if let Kept::Narrow(cells) = &mut self.0 {
            match narrow(gid) {
                Some(cell) => return cells.push(cell),
                None => self.0.widen(1),
            }
        }
        if let Kept::Wide(gids) = &mut self.0 {
            gids.push(gid);
        }
    }

    /// Adds so many equal cells behind the last.
    pub fn push_many(&mut self, gid: Gid, cells: usize) {
        if cells == 0 {
            return;
        }
        self.push(gid);
        if cells == 1 {
            return;
        }
        let all = self.len() + cells - 1;
        match &mut self.0 {
            Kept::Narrow(kept) => kept.resize(all, kept.last().copied().unwrap_or_default()),
            Kept::Wide(kept) => kept.resize(all, gid),
        }
    }

    /// Takes the last cell off.
    pub fn pop(&mut self) -> Option<Gid> {
        match &mut self.0 {
            Kept::Narrow(cells) => cells.pop().map(wide),
            Kept::Wide(gids) => gids.pop(),
        }
    }

    /// The cells.
    pub fn build(self) -> Cells {
        Cells(Arc::new(Shared { kept: self.0, distinct: OnceLock::new() }))
    }
}

fn distinct(cells: &[u16]) -> Vec<Gid> {
    // A bit for each number up to the highest.
    let highest = cells.iter().copied().max().unwrap_or(0);
    let mut seen = vec![0_u64; usize::from(highest >> 6) + 1];
    let (eights, rest) = cells.as_chunks();
    let tiles = eights.iter().filter(|eight| **eight != NO_TILES).flatten().chain(rest);
    tiles.for_each(|cell| seen[usize::from(cell >> 6)] |= 1 << (cell & 63));
    if eights.contains(&NO_TILES) {
        seen[0] |= 1;
    }
    let mut distinct = Vec::new();
    for (first, mut bits) in (0_u16..).zip(seen) {
        while bits != 0 {
            let bit = u16::try_from(bits.trailing_zeros());
            distinct.extend(bit.map(|bit| wide(first << 6 | bit)));
            bits &= bits - 1;
        }
    }
    distinct.sort_unstable();
    distinct
}

impl Cells {
    /// So many cells without a tile.
    pub fn empty(cells: usize) -> Self {
        CellsBuilder(Kept::Narrow(vec![0; cells])).build()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.kept.len()
    }

    /// Whether there are none at all; cells without a tile are cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether no cell holds a tile.
    pub fn is_blank(&self) -> bool {
        match &self.0.kept {
            Kept::Narrow(cells) => cells.iter().all(|cell| wide(*cell).is_empty()),
            Kept::Wide(gids) => gids.iter().all(|gid| gid.is_empty()),
        }
    }

    /// The gid of one cell; `None` beyond the last.
    pub fn get(&self, index: usize) -> Option<Gid> {
        match &self.0.kept {
            Kept::Narrow(cells) => cells.get(index).copied().map(wide),
            Kept::Wide(gids) => gids.get(index).copied(),
        }
    }

    /// Puts a gid into a cell; nothing happens beyond the last.
    pub fn set(&mut self, index: usize, gid: Gid) {
        if index >= self.len() {
            return;
        }
        let Shared { kept, distinct } = Arc::make_mut(&mut self.0);
        distinct.take();
        if let Kept::Narrow(cells) = kept {
            match narrow(gid) {
                Some(cell) => return cells[index] = cell,
                None => kept.widen(0),
            }
        }
        if let Kept::Wide(gids) = kept {
            gids[index] = gid;
        }
    }

    /// Every gid that occurs, sorted, each once; that of empty cells, too. Looked for once and kept: what asks
    /// for a kind of tile that few layers have looks here before it goes over all cells.
    pub fn distinct(&self) -> &[Gid] {
        self.0.distinct.get_or_init(|| self.find_distinct().into())
    }

    /// The same, not kept: for pieces, which have about as many gids as cells.
    pub(super) fn find_distinct(&self) -> Vec<Gid> {
        match &self.0.kept {
            Kept::Narrow(cells) => distinct(cells),
            Kept::Wide(gids) => {
                // Neighbours are often equal.
                let runs = gids.chunk_by(PartialEq::eq).filter_map(|run| run.first());
                let mut distinct: Vec<Gid> = runs.copied().collect();
                distinct.sort_unstable();
                distinct.dedup();
                distinct
            }
        }
    }

    /// All gids, in order.
    pub fn iter(&self) -> CellsIter<'_> {
        self.range(0..self.len())
    }

    /// The gids of some cells, as far as they exist.
    pub fn range(&self, cells: Range<usize>) -> CellsIter<'_> {
        let end = cells.end.min(self.len());
        let cells = cells.start.min(end)..end;
        CellsIter(match &self.0.kept {
            Kept::Narrow(kept) => Rest::Narrow(kept[cells].iter()),
            Kept::Wide(kept) => Rest::Wide(kept[cells].iter()),
        })
    }

    /// Those of some cells that hold a tile, each with its number among them.
    pub fn filled(&self, cells: Range<usize>) -> FilledIter<'_> {
        FilledIter { rest: self.range(cells), next: 0 }
    }
}

impl Default for Cells {
    fn default() -> Self {
        Self::empty(0)
    }
}

impl PartialEq for Cells {
    fn eq(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return true;
        }
        match (&self.0.kept, &other.0.kept) {
            (Kept::Narrow(one), Kept::Narrow(two)) => one == two,
            (Kept::Wide(one), Kept::Wide(two)) => one == two,
            _ => self.iter().eq(other),
        }
    }
}

impl Eq for Cells {}

impl fmt::Debug for Cells {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_list().entries(self).finish()
    }
}

impl FromIterator<Gid> for Cells {
    fn from_iter<I: IntoIterator<Item = Gid>>(gids: I) -> Self {
        let gids = gids.into_iter();
        let mut cells = CellsBuilder::with_capacity(gids.size_hint().0);
        gids.for_each(|gid| cells.push(gid));
        cells.build()
    }
}

impl From<Vec<Gid>> for Cells {
    fn from(gids: Vec<Gid>) -> Self {
        gids.into_iter().collect()
    }
}

impl From<Vec<u32>> for Cells {
    fn from(gids: Vec<u32>) -> Self {
        gids.into_iter().map(Gid).collect()
    }
}

impl<'a> IntoIterator for &'a Cells {
    type Item = Gid;
    type IntoIter = CellsIter<'a>;

    fn into_iter(self) -> CellsIter<'a> {
        self.iter()
    }
}

/// Gids of some cells, one by one.
#[derive(Debug, Clone)]
pub struct CellsIter<'a>(Rest<'a>);

#[derive(Debug, Clone)]
enum Rest<'a> {
    Narrow(slice::Iter<'a, u16>),
    Wide(slice::Iter<'a, Gid>),
}

impl Iterator for CellsIter<'_> {
    type Item = Gid;

    fn next(&mut self) -> Option<Gid> {
        match &mut self.0 {
            Rest::Narrow(cells) => cells.next().copied().map(wide),
            Rest::Wide(gids) => gids.next().copied(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Rest::Narrow(cells) => cells.size_hint(),
            Rest::Wide(gids) => gids.size_hint(),
        }
    }

    // What runs over all cells asks once, not at each, how they are kept.
    fn fold<B, F: FnMut(B, Gid) -> B>(self, first: B, mut step: F) -> B {
        match self.0 {
            Rest::Narrow(cells) => cells.fold(first, |sum, cell| step(sum, wide(*cell))),
            Rest::Wide(gids) => gids.fold(first, |sum, gid| step(sum, *gid)),
        }
    }
}

impl DoubleEndedIterator for CellsIter<'_> {
    fn next_back(&mut self) -> Option<Gid> {
        match &mut self.0 {
            Rest::Narrow(cells) => cells.next_back().copied().map(wide),
            Rest::Wide(gids) => gids.next_back().copied(),
        }
    }
}

impl ExactSizeIterator for CellsIter<'_> {}

impl FusedIterator for CellsIter<'_> {}

/// Cells that hold a tile, each with its number.
#[derive(Debug, Clone)]
pub struct FilledIter<'a> {
    rest: CellsIter<'a>,
    /// Number of the first cell of the rest.
    next: usize,
}

impl Iterator for FilledIter<'_> {
    type Item = (usize, Gid);

    fn next(&mut self) -> Option<(usize, Gid)> {
        loop {
            if let Rest::Narrow(cells) = &mut self.rest.0 {
                let mut rest = cells.as_slice();
                while let Some((eight, behind)) = rest.split_first_chunk()
                    && *eight == NO_TILES
                {
                    rest = behind;
                    self.next += NO_TILES.len();
                }
                *cells = rest.iter();
            }
            let gid = self.rest.next()?;
            self.next += 1;
            if !gid.is_empty() {
                return Some((self.next - 1, gid));
            }
        }
    }
}

impl FusedIterator for FilledIter<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Ids around what fits, with every set of flags.
    fn gids() -> impl Iterator<Item = Gid> {
        let ids = [0, 1, 0x1FFE, 0x1FFF, 0x2000, 0xFFFF, Gid::HIGHEST];
        (0..16).flat_map(move |flags| ids.map(|id| Gid(flags << 28 | id)))
    }

    #[test]
    fn what_comes_out_is_what_went_in() {
        let all: Vec<Gid> = gids().collect();
        assert_eq!(all.iter().copied().collect::<Cells>().iter().collect::<Vec<_>>(), all);
        for gid in gids() {
            let mut cells = Cells::empty(4);
            cells.set(1, gid);
            let clone = cells.clone();
            cells.set(3, gid);
            assert_eq!(clone.iter().collect::<Vec<_>>(), [Gid::EMPTY, gid, Gid::EMPTY, Gid::EMPTY]);
            let expected = [Gid::EMPTY, gid, Gid::EMPTY, gid];
            assert_eq!(cells.iter().collect::<Vec<_>>(), expected);
            assert_eq!(cells.iter().rev().collect::<Vec<_>>(), [gid, Gid::EMPTY, gid, Gid::EMPTY]);
            assert_eq!((cells.get(1), cells.get(4), cells.len()), (Some(gid), None, 4));
            assert_eq!(cells, Cells::from(expected.to_vec()));
            let mut builder = CellsBuilder::with_capacity(1);
            for gid in expected.into_iter().chain([gid]) {
                builder.push(gid);
            }
            assert_eq!((builder.pop(), builder.len()), (Some(gid), 4));
            assert_eq!(builder.build(), cells);
            let mut builder = CellsBuilder::with_capacity(0);
            for (gid, times) in [(Gid(3), 2), (gid, 3), (Gid::EMPTY, 0), (gid, 1), (Gid(3), 2)] {
                builder.push_many(gid, times);
            }
            let three = Gid(3);
            assert_eq!(builder.build(), Cells::from(vec![three, three, gid, gid, gid, gid, three, three]));
        }
    }

    #[test]
    fn how_cells_are_kept_is_nobodys_business() {
        let mut once_wide = Cells::from(vec![Gid(0x2000), Gid(7)]);
        once_wide.set(0, Gid(5));
        assert_eq!(once_wide, Cells::from(vec![Gid(5), Gid(7)]));
        assert_ne!(once_wide, Cells::from(vec![Gid(5), Gid(8)]));
        assert_ne!(once_wide, Cells::from(vec![Gid(5)]));
    }

    #[test]
    fn cells_that_can_be_narrow_are() {
        let flipped = Gid(Gid::FLIP_X | Gid::FLIP_Y | Gid::FLIP_DIAGONAL | 0x1FFF);
        assert!(matches!(Cells::from(vec![flipped, Gid(1)]).0.kept, Kept::Narrow(_)));
        assert!(matches!(Cells::from(vec![Gid(Gid::ROTATE_HEX | 1)]).0.kept, Kept::Wide(_)));
    }

    #[test]
    fn clones_share_their_cells_until_one_changes() {
        let cells = Cells::from(vec![Gid(1), Gid(2)]);
        let mut clone = cells.clone();
        assert!(Arc::ptr_eq(&cells.0, &clone.0));
        clone.set(7, Gid(3));
        assert!(Arc::ptr_eq(&cells.0, &clone.0));
        clone.set(0, Gid(3));
        assert_eq!((cells, clone), (Cells::from(vec![1_u32, 2]), Cells::from(vec![3_u32, 2])));
    }

    #[test]
    fn each_gid_occurs_once_among_the_distinct() {
        let mut all: Vec<Gid> = gids().collect();
        all.extend_from_within(..);
        let narrow: Vec<Gid> = all.iter().copied().filter(|gid| super::narrow(*gid).is_some()).collect();
        for gids in [all, narrow, vec![Gid::EMPTY; 3], Vec::new()] {
            let expected: BTreeSet<Gid> = gids.iter().copied().collect();
            let mut cells = Cells::from(gids);
            assert_eq!(cells.distinct(), expected.into_iter().collect::<Vec<_>>());
            let changed = cells.clone();
            cells.set(1, Gid(77));
            assert_eq!(cells.distinct().contains(&Gid(77)), cells.len() > 1);
            assert!(!changed.distinct().contains(&Gid(77)));
        }
    }

    #[test]
    fn cells_without_a_tile_are_passed_over() {
        let flags_alone = Gid(Gid::FLIP_X);
        for tile in [Gid(5), Gid(0x2000)] {
            for (len, place) in (0..40).flat_map(|len| (0..len).map(move |place| (len, place))) {
                let mut gids = vec![Gid::EMPTY; len];
                gids[place] = tile;
                gids[len - 1 - place] = if place * 2 + 1 == len { tile } else { flags_alone };
                let cells: Cells = gids.iter().copied().collect();
                for first in [0, place, place + 1] {
                    let numbered = gids[first..].iter().copied().enumerate();
                    let expected: Vec<_> = numbered.filter(|(_, gid)| !gid.is_empty()).collect();
                    assert_eq!(cells.filled(first..usize::MAX).collect::<Vec<_>>(), expected);
                }
                assert_eq!(
                    cells.distinct(),
                    gids.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
                );
            }
        }
    }

    #[test]
    fn ranges_end_where_the_cells_end() {
        let cells = Cells::from((0..7).map(Gid).collect::<Vec<_>>());
        assert_eq!(cells.range(5..100).len(), 2);
        assert_eq!(cells.range(50..100).len(), 0);
    }
}
