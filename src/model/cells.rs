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
/// Nearly all layers have at most 255 kinds of tiles: such cells take 8 bits each. Nearly all others number their
/// tiles below 8192 and mirror them at most: such cells take 16 bits each, others 32. What comes out is what went
/// in, to the bit. Clones share their cells until one is changed, so that a map can be cloned to change its texts.
#[derive(Clone)]
pub struct Cells(Arc<Shared>);

/// Cells that are being gathered, one behind the other.
#[derive(Debug)]
pub struct CellsBuilder {
    kept: Kept,
    /// Where the numbers of few gids are found.
    places: Places,
    /// How many there will be, as far as that was said.
    room: usize,
}

#[derive(Clone)]
struct Shared {
    kept: Kept,
    /// What [`Cells::distinct`] found, until a cell changes.
    distinct: OnceLock<Box<[Gid]>>,
}

#[derive(Debug, Clone)]
enum Kept {
    /// A few gids, that of empty cells first whether there are any or not, and numbers among them.
    Few(Vec<Gid>, Vec<u8>),
    /// The flags for mirroring in bits 13 to 15, the id below.
    Narrow(Vec<u16>),
    Wide(Vec<Gid>),
}

const NARROW_FLAGS: u32 = Gid::FLIP_X | Gid::FLIP_Y | Gid::FLIP_DIAGONAL;
const NARROW_ID: u32 = 0x1FFF;

/// Cells that are passed over together: nearly all cells of nearly all layers are empty.
const NO_TILES: [u16; 8] = [0; 8];
const NO_TILES_OF_FEW: [u8; 16] = [0; 16];

/// The numbers of a few gids, by hash.
#[derive(Debug)]
struct Places {
    /// Each at the first free place from that of its hash; free where 0.
    numbers: Box<[u8; 512]>,
    /// What was asked for last, and its number: neighbours are often equal.
    last: (Gid, u8),
}

impl Places {
    /// So many places are looked at: gids that are chosen to have one hash must not take more time.
    const MOST: usize = 16;

    fn new() -> Self {
        Self { numbers: Box::new([0; 512]), last: (Gid::EMPTY, 0) }
    }

    /// The number of a gid among those that were asked for, which it may join; `None` where there are too
    /// many, at all or of one hash.
    fn number(&mut self, gid: Gid, gids: &mut Vec<Gid>) -> Option<u8> {
        if gid == self.last.0 {
            return Some(self.last.1);
        }
        let number = if gid == Gid::EMPTY {
            0
        } else {
            // Fibonacci hashing: neighbours among gids end far from each other.
            let first = (gid.0.wrapping_mul(0x9E37_79B1) >> 23) as usize;
            let mut places = (first..first + Self::MOST).map(|place| place % self.numbers.len());
            let is_its = |number: u8| number == 0 || gids[usize::from(number)] == gid;
            let place = places.find(|place| is_its(self.numbers[*place]))?;
            if self.numbers[place] == 0 {
                self.numbers[place] = u8::try_from(gids.len()).ok()?;
                gids.push(gid);
            }
            self.numbers[place]
        };
        self.last = (gid, number);
        Some(number)
    }
}

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
            Self::Few(_, cells) => cells.len(),
            Self::Narrow(cells) => cells.len(),
            Self::Wide(gids) => gids.len(),
        }
    }

    /// Keeps the cells so that this gid can be one of them, too, with room for so many in all.
    fn widen(&mut self, gid: Gid, room: usize) {
        match self {
            Self::Few(gids, cells) => {
                fn by<T: Copy>(palette: &[T], cells: &[u8], room: usize) -> Vec<T> {
                    let mut kept = Vec::with_capacity(room.max(cells.len() + 1));
                    kept.extend(cells.iter().map(|cell| palette[usize::from(*cell)]));
                    kept
                }
                let narrow: Option<Vec<u16>> = gids.iter().copied().map(narrow).collect();
                *self = if let (Some(narrow), Some(_)) = (narrow, self::narrow(gid)) {
                    Self::Narrow(by(&narrow, cells, room))
                } else {
                    Self::Wide(by(gids, cells, room))
                };
            }
            Self::Narrow(cells) => {
                let mut kept = Vec::with_capacity(room.max(cells.len() + 1));
                kept.extend(cells.iter().copied().map(wide));
                *self = Self::Wide(kept);
            }
            Self::Wide(_) => {}
        }
    }
}

impl From<Kept> for Cells {
    fn from(kept: Kept) -> Self {
        Self(Arc::new(Shared { kept, distinct: OnceLock::new() }))
    }
}

impl CellsBuilder {
    /// After so many cells of few kinds there will hardly be many kinds.
    const FIRST: usize = 1 << 20;

    /// None yet, with room for so many.
    pub fn with_capacity(cells: usize) -> Self {
        let first = Vec::with_capacity(cells.min(Self::FIRST));
        Self { kept: Kept::Few(vec![Gid::EMPTY], first), places: Places::new(), room: cells }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there are none yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a cell behind the last.
    pub fn push(&mut self, gid: Gid) {
        self.push_many(gid, 1);
    }

    /// Adds so many equal cells behind the last.
    pub fn push_many(&mut self, gid: Gid, cells: usize) {
        fn put<T: Copy>(kept: &mut Vec<T>, cell: T, cells: usize) {
            match cells {
                1 => kept.push(cell),
                _ => kept.resize(kept.len() + cells, cell),
            }
        }
        if cells == 0 {
            return;
        }
        if let Kept::Few(gids, kept) = &mut self.kept {
            if let Some(cell) = self.places.number(gid, gids) {
                if kept.len() + cells > kept.capacity() && kept.len() < self.room {
                    kept.reserve_exact(self.room - kept.len());
                }
                return put(kept, cell, cells);
            }
            self.kept.widen(gid, self.room);
        }
        if let Kept::Narrow(kept) = &mut self.kept {
            match narrow(gid) {
                Some(cell) => return put(kept, cell, cells),
                None => self.kept.widen(gid, self.room),
            }
        }
        if let Kept::Wide(kept) = &mut self.kept {
            put(kept, gid, cells);
        }
    }

    /// The cells.
    pub fn build(mut self) -> Cells {
        if let Kept::Few(gids, cells) = &self.kept {
            let are_narrow = gids.iter().all(|gid| narrow(*gid).is_some());
            let otherwise = cells.len() * if are_narrow { size_of::<u16>() } else { size_of::<Gid>() };
            if size_of_val(&gids[..]) + cells.len() >= otherwise {
                // So few cells, such as pieces of infinite maps, that numbers would save nothing.
                self.kept.widen(Gid::EMPTY, 0);
            }
        }
        let cells = Cells::from(self.kept);
        if let Kept::Few(gids, numbers) = &cells.0.kept {
            // Each has occurred, but for the first.
            let mut distinct = gids[usize::from(!numbers.contains(&0))..].to_vec();
            distinct.sort_unstable();
            _ = cells.0.distinct.set(distinct.into());
        }
        cells
    }
}

/// The numbers that occur among cells, sorted, each once.
fn distinct<T: Copy + Ord + Into<u16>, const TOGETHER: usize>(cells: &[T], none: &[T; TOGETHER]) -> Vec<u16> {
    // A bit for each number up to the highest.
    let highest: u16 = cells.iter().copied().max().map_or(0, Into::into);
    let mut seen = vec![0_u64; usize::from(highest >> 6) + 1];
    let (pieces, rest) = cells.as_chunks::<TOGETHER>();
    let tiles = pieces.iter().filter(|piece| *piece != none).flatten().chain(rest);
    tiles.map(|cell| (*cell).into()).for_each(|cell: u16| seen[usize::from(cell >> 6)] |= 1 << (cell & 63));
    if pieces.contains(none) {
        seen[0] |= 1;
    }
    let mut distinct = Vec::new();
    for (first, mut bits) in (0_u16..).zip(seen) {
        while bits != 0 {
            let bit = u16::try_from(bits.trailing_zeros());
            distinct.extend(bit.map(|bit| first << 6 | bit));
            bits &= bits - 1;
        }
    }
    distinct
}

impl Cells {
    /// So many cells without a tile.
    pub fn empty(cells: usize) -> Self {
        Kept::Few(vec![Gid::EMPTY], vec![0; cells]).into()
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
        match self.0.distinct.get() {
            Some(gids) => gids.iter().all(|gid| gid.is_empty()),
            None => self.filled(0..self.len()).next().is_none(),
        }
    }

    /// The gid of one cell; `None` beyond the last.
    pub fn get(&self, index: usize) -> Option<Gid> {
        match &self.0.kept {
            Kept::Few(gids, cells) => cells.get(index).map(|cell| gids[usize::from(*cell)]),
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
        if let Kept::Few(gids, cells) = kept {
            let number = gids.iter().position(|known| *known == gid).unwrap_or(gids.len());
            if let Ok(cell) = u8::try_from(number) {
                if number == gids.len() {
                    gids.push(gid);
                }
                return cells[index] = cell;
            }
            kept.widen(gid, 0);
        }
        if let Kept::Narrow(cells) = kept {
            match narrow(gid) {
                Some(cell) => return cells[index] = cell,
                None => kept.widen(gid, 0),
            }
        }
        if let Kept::Wide(gids) = kept {
            gids[index] = gid;
        }
    }

    /// Gives cells other gids: `new` has pairs of an old one and a new one, sorted by the old ones, each once. Cells
    /// whose gid is not among them keep it.
    pub fn renumber(&mut self, new: &[(Gid, Gid)]) {
        let renumbered =
            |gid: Gid| new.binary_search_by_key(&gid, |(old, _)| *old).map_or(gid, |at| new[at].1);
        if let Kept::Few(gids, _) = &self.0.kept {
            let all: Vec<Gid> = gids.iter().copied().map(renumbered).collect();
            let mut apart = all.clone();
            apart.sort_unstable();
            apart.dedup();
            // As long as each has a gid of its own, the cells keep their numbers.
            if apart.len() == all.len() && all.first() == Some(&Gid::EMPTY) {
                let Shared { kept, distinct } = Arc::make_mut(&mut self.0);
                distinct.take();
                if let Kept::Few(gids, _) = kept {
                    *gids = all;
                }
                return;
            }
        }
        let mut last = (Gid::EMPTY, renumbered(Gid::EMPTY));
        let renumbered = |gid: Gid| {
            // Neighbours are often equal.
            if gid != last.0 {
                last = (gid, renumbered(gid));
            }
            last.1
        };
        *self = self.iter().map(renumbered).collect();
    }

    /// Every gid that occurs, sorted, each once; that of empty cells, too. Looked for once and kept: what asks
    /// for a kind of tile that few layers have looks here before it goes over all cells.
    pub fn distinct(&self) -> &[Gid] {
        self.0.distinct.get_or_init(|| self.find_distinct().into())
    }

    /// The same, not kept: for pieces, which have about as many gids as cells.
    pub(super) fn find_distinct(&self) -> Vec<Gid> {
        let mut gids: Vec<Gid> = match &self.0.kept {
            // Some may be those of cells that were changed since.
            Kept::Few(gids, cells) => {
                let numbers = distinct(cells, &NO_TILES_OF_FEW).into_iter();
                numbers.map(|number| gids[usize::from(number)]).collect()
            }
            Kept::Narrow(cells) => distinct(cells, &NO_TILES).into_iter().map(wide).collect(),
            // Neighbours are often equal.
            Kept::Wide(gids) => gids.chunk_by(PartialEq::eq).filter_map(|run| run.first()).copied().collect(),
        };
        gids.sort_unstable();
        gids.dedup();
        gids
    }

    /// Whether it is known without a look at them that no cell holds a tile.
    pub(super) fn are_known_blank(&self) -> bool {
        matches!(&self.0.kept, Kept::Few(gids, _) if gids.len() == 1)
    }

    /// Whether [`Self::words`] tells which cells hold a tile: a number of a few gids may be that of a flag without one.
    pub(super) fn has_words(&self) -> bool {
        match &self.0.kept {
            Kept::Few(gids, _) => gids.iter().skip(1).all(|gid| !gid.is_empty()),
            Kept::Narrow(_) | Kept::Wide(_) => true,
        }
    }

    /// Some cells by 64 at a time, as far as they exist: a bit for each, the lowest for the first, set where it
    /// holds a tile.
    pub(super) fn words(&self, cells: Range<usize>) -> impl Iterator<Item = u64> + '_ {
        let end = cells.end.min(self.len());
        let start = cells.start.min(end);
        (start..end).step_by(64).map(move |first| {
            let cells = first..end.min(first + 64);
            match &self.0.kept {
                Kept::Few(_, numbers) => filled_of_few(&numbers[cells]),
                Kept::Narrow(numbers) => filled_bits(&numbers[cells], |cell| !wide(cell).is_empty()),
                Kept::Wide(gids) => filled_bits(&gids[cells], |gid| !gid.is_empty()),
            }
        })
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
            Kept::Few(gids, kept) => Rest::Few(gids, kept[cells].iter()),
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
            (Kept::Few(one, first), Kept::Few(two, second)) if one == two => first == second,
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
    /// With the gids by their numbers.
    Few(&'a [Gid], slice::Iter<'a, u8>),
    Narrow(slice::Iter<'a, u16>),
    Wide(slice::Iter<'a, Gid>),
}

impl Iterator for CellsIter<'_> {
    type Item = Gid;

    fn next(&mut self) -> Option<Gid> {
        match &mut self.0 {
            Rest::Few(gids, cells) => cells.next().map(|cell| gids[usize::from(*cell)]),
            Rest::Narrow(cells) => cells.next().copied().map(wide),
            Rest::Wide(gids) => gids.next().copied(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Rest::Few(_, cells) => cells.size_hint(),
            Rest::Narrow(cells) => cells.size_hint(),
            Rest::Wide(gids) => gids.size_hint(),
        }
    }

    // What runs over all cells asks once, not at each, how they are kept.
    fn fold<B, F: FnMut(B, Gid) -> B>(self, first: B, mut step: F) -> B {
        match self.0 {
            Rest::Few(gids, cells) => cells.fold(first, |sum, cell| step(sum, gids[usize::from(*cell)])),
            Rest::Narrow(cells) => cells.fold(first, |sum, cell| step(sum, wide(*cell))),
            Rest::Wide(gids) => gids.fold(first, |sum, gid| step(sum, *gid)),
        }
    }
}

impl DoubleEndedIterator for CellsIter<'_> {
    fn next_back(&mut self) -> Option<Gid> {
        match &mut self.0 {
            Rest::Few(gids, cells) => cells.next_back().map(|cell| gids[usize::from(*cell)]),
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

    #[inline]
    fn next(&mut self) -> Option<(usize, Gid)> {
        loop {
            let skipped = match &mut self.rest.0 {
                Rest::Few(_, cells) => pass_over(cells, blank_of_few),
                Rest::Narrow(cells) => pass_over(cells, blank),
                Rest::Wide(_) => 0,
            };
            let gid = self.rest.next()?;
            self.next += skipped + 1;
            if !gid.is_empty() {
                return Some((self.next - 1, gid));
            }
        }
    }

    // As with [`CellsIter`]; whoever collects comes by here.
    fn fold<B, F: FnMut(B, (usize, Gid)) -> B>(self, first: B, mut step: F) -> B {
        let mut sum = first;
        let Rest::Few(gids, cells) = self.rest.0 else {
            for filled in self {
                sum = step(sum, filled);
            }
            return sum;
        };
        let (mut rest, mut number) = (cells.as_slice(), self.next);
        loop {
            let skipped = blank_of_few(rest);
            let Some((cell, behind)) = rest[skipped..].split_first() else { return sum };
            let gid = gids[usize::from(*cell)];
            if !gid.is_empty() {
                sum = step(sum, (number + skipped, gid));
            }
            number += skipped + 1;
            rest = behind;
        }
    }
}

impl FusedIterator for FilledIter<'_> {}

/// Goes behind the cells at the front of which `blank` tells how many they are.
fn pass_over<T>(cells: &mut slice::Iter<'_, T>, blank: impl Fn(&[T]) -> usize) -> usize {
    let rest = cells.as_slice();
    let count = blank(rest);
    *cells = rest[count..].iter();
    count
}

/// How many cells at the front have the number of those without a tile.
fn blank_of_few(cells: &[u8]) -> usize {
    let (eights, rest) = cells.as_chunks();
    let words = eights.iter().map(|eight| u64::from_le_bytes(*eight)).enumerate();
    match words.into_iter().find(|(_, word)| *word != 0) {
        Some((before, word)) => before * 8 + word.trailing_zeros() as usize / 8,
        None => eights.len() * 8 + rest.iter().take_while(|cell| **cell == 0).count(),
    }
}

/// A bit for each of at most 64 cells, the lowest for the first, set where it holds a tile.
fn filled_bits<T: Copy>(cells: &[T], is_filled: impl Fn(T) -> bool) -> u64 {
    cells.iter().enumerate().fold(0, |bits, (at, cell)| bits | u64::from(is_filled(*cell)) << at)
}

/// The same, set where the number is not that of cells without a tile.
fn filled_of_few(cells: &[u8]) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let (eights, rest) = cells.as_chunks();
    // Mostly all are empty.
    if cells.iter().fold(0, |all, cell| all | cell) == 0 {
        return 0;
    }
    let mut bits = 0;
    for (at, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        // The highest bit of each byte that is not 0, and of these one byte.
        let high = (((word & LOW) + LOW) | word) & !LOW;
        bits |= (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56 << (at * 8);
    }
    match rest {
        [] => bits,
        rest => bits | filled_bits(rest, |cell| cell != 0) << (eights.len() * 8),
    }
}

/// How many narrow cells at the front have no tile, counted by eights.
fn blank(cells: &[u16]) -> usize {
    cells.as_chunks().0.iter().take_while(|eight| **eight == NO_TILES).count() * NO_TILES.len()
}

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
    fn every_cell_gets_the_gid_that_its_own_has_become() {
        let new = |gid: Gid| match gid {
            // Two become one, one becomes empty, one has no new gid, and one becomes another's old.
            Gid(2) => Some(Gid(1 | Gid::FLIP_X)),
            Gid(3) => Some(Gid::EMPTY),
            Gid(5) => None,
            Gid(6) => Some(Gid(7)),
            Gid(id) if id % 9 == 0 => Some(Gid(id + 0x0100_0000)),
            Gid(id) => Some(Gid(id + 1)),
        };
        // Of few kinds, of as few that stay apart, of many, and of such as need all bits.
        let kinds: [Vec<u32>; 4] =
            [(0..9).collect(), vec![0, 10, 11, 20], (0..700).collect(), vec![0, 1, 0x0800_0001, 2, 3]];
        for kinds in kinds {
            for times in [1, 40, 5000] {
                let old: Vec<Gid> =
                    kinds.iter().cycle().take(kinds.len() * times).copied().map(Gid).collect();
                let mut cells: Cells = old.iter().copied().collect();
                let shared = cells.clone();
                let pairs = cells.distinct().to_vec().into_iter().filter_map(|gid| Some((gid, new(gid)?)));
                cells.renumber(&pairs.collect::<Vec<_>>());
                let expected: Vec<Gid> = old.iter().map(|gid| new(*gid).unwrap_or(*gid)).collect();
                assert_eq!(cells.iter().collect::<Vec<_>>(), expected);
                assert_eq!(shared.iter().collect::<Vec<_>>(), old, "whoever shares them keeps his");
                let filled = |gid: &Gid| !gid.is_empty();
                let filled: Vec<Gid> = expected.iter().copied().filter(filled).collect();
                assert_eq!(cells.filled(0..cells.len()).map(|(_, gid)| gid).collect::<Vec<_>>(), filled);
                let distinct: BTreeSet<Gid> = expected.into_iter().collect();
                assert_eq!(cells.distinct(), distinct.into_iter().collect::<Vec<_>>());
            }
        }
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
            for gid in expected {
                builder.push(gid);
            }
            assert_eq!(builder.len(), 4);
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
    fn cells_take_as_few_bits_as_they_can() {
        let flipped = Gid(Gid::FLIP_X | Gid::FLIP_Y | Gid::FLIP_DIAGONAL | 0x1FFF);
        let large = Gid(Gid::ROTATE_HEX | 1);
        let with = |kinds: u32, gid: Gid| {
            let kinds = (0..kinds).map(Gid).chain([gid]);
            kinds.chain([Gid::EMPTY; 2000]).chain([Gid(1), gid]).collect::<Cells>()
        };
        assert!(matches!(with(2, large).0.kept, Kept::Few(..)));
        assert!(matches!(with(255, flipped).0.kept, Kept::Few(..)));
        assert!(matches!(with(256, flipped).0.kept, Kept::Narrow(_)));
        assert!(matches!(with(256, large).0.kept, Kept::Wide(_)));
        let few_and_large: Cells = (0..30).chain(0..70).map(|id| Gid(Gid::ROTATE_HEX | (id % 30))).collect();
        assert!(
            matches!(few_and_large.0.kept, Kept::Few(..)),
            "the gids once and a byte each are less than four each"
        );
        // A number each would be no less than the cells.
        assert!(matches!(Cells::from(vec![flipped, Gid(1)]).0.kept, Kept::Narrow(_)));
        assert!(matches!(Cells::from(vec![large]).0.kept, Kept::Wide(_)));
        assert!(matches!(Cells::empty(9).0.kept, Kept::Few(..)));
    }

    #[test]
    fn gids_of_one_hash_are_kept_all_the_same() {
        let hash = |gid: u32| gid.wrapping_mul(0x9E37_79B1) >> 23;
        let alike: Vec<u32> = (1_u32..1_000_000).filter(|gid| hash(*gid) == hash(7)).take(300).collect();
        for many in [2, 15, 16, 17, 255, 256, 300] {
            let gids: Vec<u32> =
                alike[..many].iter().chain(&[0; 2000]).chain(&alike[..many]).copied().collect();
            let cells = Cells::from(gids.clone());
            assert!(cells.iter().map(|gid| gid.0).eq(gids));
        }
    }

    #[test]
    fn one_kind_of_tile_too_many_changes_no_other_cell() {
        for last in [Gid(256), Gid(Gid::ROTATE_HEX | 1)] {
            for place in [0, 100, 255, 300] {
                let mut gids: Vec<Gid> = (0..256).chain([0; 1000]).chain(0..100).map(Gid).collect();
                let mut cells: Cells = gids.iter().copied().collect();
                assert!(matches!(cells.0.kept, Kept::Few(..)));
                (gids[place], gids[place / 2]) = (last, Gid(Gid::FLIP_X | 7));
                cells.set(place, last);
                cells.set(place / 2, Gid(Gid::FLIP_X | 7));
                assert_eq!(cells.iter().collect::<Vec<_>>(), gids);
                assert_eq!(cells, Cells::from(gids.clone()));
                let expected: BTreeSet<Gid> = gids.into_iter().collect();
                assert_eq!(cells.distinct(), expected.into_iter().collect::<Vec<_>>());
            }
        }
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
        let many: Vec<Gid> = (100..400).rev().chain([0x1FFF, 0]).map(Gid).collect();
        for gids in [all, narrow, many, vec![Gid::EMPTY; 3], Vec::new()] {
            let expected: BTreeSet<Gid> = gids.iter().copied().collect();
            let mut cells = Cells::from(gids);
            assert_eq!(cells.distinct(), expected.into_iter().collect::<Vec<_>>());
            let changed = cells.clone();
            cells.set(1, Gid(77));
            assert_eq!(cells.distinct().contains(&Gid(77)), cells.len() > 1);
            assert!(!changed.distinct().contains(&Gid(77)));
        }
        let mut builder = CellsBuilder::with_capacity(2000);
        for (gid, times) in [(Gid(3), 1000), (Gid(4), 0), (Gid(2), 999), (Gid(3), 1)] {
            builder.push_many(gid, times);
        }
        let mut cells = builder.build();
        assert!(matches!(cells.0.kept, Kept::Few(..)));
        assert_eq!(cells.distinct(), [Gid(2), Gid(3)]);
        cells.set(7, Gid::EMPTY);
        assert_eq!(cells.distinct(), [Gid::EMPTY, Gid(2), Gid(3)]);
    }

    #[test]
    fn cells_without_a_tile_are_passed_over() {
        let flags_alone = Gid(Gid::FLIP_X);
        // With so many others behind them that they are kept in each way.
        let others: [Vec<Gid>; 3] =
            [Vec::new(), (1..300).map(Gid).collect(), (0x2000..0x2200).map(Gid).collect()];
        for (tile, others) in
            [Gid(5), Gid(0x2000)].into_iter().flat_map(|tile| others.iter().map(move |o| (tile, o)))
        {
            for (len, place) in (0..40).flat_map(|len| (0..len).map(move |place| (len, place))) {
                let mut gids = vec![Gid::EMPTY; len];
                gids[place] = tile;
                gids[len - 1 - place] = if place * 2 + 1 == len { tile } else { flags_alone };
                gids.extend(others);
                let cells: Cells = gids.iter().copied().collect();
                assert!(!cells.is_blank());
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
    fn flags_alone_are_no_tile() {
        for cells in [3, 3000] {
            let mut cells: Cells = std::iter::repeat_n(Gid(Gid::FLIP_X), cells).collect();
            assert!(cells.is_blank());
            cells.set(1, Gid(7));
            assert!(!cells.is_blank());
            cells.set(1, Gid::EMPTY);
            assert!(cells.is_blank() && Cells::empty(3).is_blank());
        }
    }

    #[test]
    fn ranges_end_where_the_cells_end() {
        let cells = Cells::from((0..7).map(Gid).collect::<Vec<_>>());
        assert_eq!(cells.range(5..100).len(), 2);
        assert_eq!(cells.range(50..100).len(), 0);
    }
}
