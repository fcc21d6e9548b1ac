//! Lists of numbers, which is what tile data is in JSON: most bytes of most maps stand in them.
//!
//! A long list is read once, and is kept as its cells from then on. What stood between the numbers is kept, too,
//! so that its text can be written again letter by letter.

use std::{ops::Range, sync::Arc};

use memchr::{memchr, memchr_iter, memchr3, memrchr};

use super::forms;
use crate::{
    model::{Cells, CellsBuilder, CellsIter, Gid},
    source::Rewrite,
};

/// A list of fewer bytes is kept as it stands; those that fuzzers make are small.
const LONG: usize = if cfg!(fuzzing) { 96 } else { 512 };

/// So much of a long list is kept for who wants to see how it begins.
const BEGINNING: usize = LONG / 4;

// Messages show as much.
const _: () = assert!(BEGINNING > forms::SHOWN);

/// A long list that was read.
pub(super) struct LongList {
    /// How many bytes it takes, with its brackets.
    pub(super) length: usize,
    /// Bytes of it that need not be kept: some numbers, each with what stands behind it.
    pub(super) gap: Range<usize>,
    pub(super) numbers: Numbers,
}

/// All numbers of a list, and how it is written.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub(super) cells: Cells,
    between: Arc<Between>,
    /// Which of the numbers stand in the gap.
    hidden: Range<usize>,
    /// Bytes of them.
    bytes: usize,
}

/// What stands between numbers, in order.
#[derive(Debug)]
struct Between {
    /// How often in a row which of the signs.
    runs: Vec<(u32, u32)>,
    signs: Vec<Box<str>>,
}

impl Between {
    /// The first two signs.
    const COMMA: u32 = 0;
    const SPACED: u32 = 1;

    fn new() -> Self {
        Self { runs: Vec::new(), signs: [",", ", "].map(Into::into).into() }
    }

    #[inline]
    fn push(&mut self, sign: u32, times: u32) {
        match self.runs.last_mut() {
            Some((known, last)) if *last == sign => *known += times,
            _ => self.runs.push((times, sign)),
        }
    }

    /// The number of a sign; `None` where there are too many different ones.
    fn sign(&mut self, text: &[u8]) -> Option<u32> {
        /// Rows end in one or two ways.
        const MOST: usize = 16;
        let known = self.signs.iter().position(|sign| sign.as_bytes() == text);
        let number = known.or_else(|| {
            let text = std::str::from_utf8(text).ok().filter(|_| self.signs.len() < MOST)?;
            self.signs.push(text.into());
            Some(self.signs.len() - 1)
        });
        u32::try_from(number?).ok()
    }

    /// The signs behind some numbers, each as often as it stands there.
    fn behind(&self, numbers: Range<usize>) -> impl Iterator<Item = (usize, &str)> {
        let mut first = 0;
        self.runs.iter().filter_map(move |(times, sign)| {
            let own = first.max(numbers.start)..(first + *times as usize).min(numbers.end);
            first += *times as usize;
            (!own.is_empty()).then(|| (own.len(), &*self.signs[*sign as usize]))
        })
    }
}

impl Numbers {
    /// Which of the numbers stand in the gap.
    pub(super) fn hidden(&self) -> Range<usize> {
        self.hidden.clone()
    }

    /// How many bytes stand in the gap.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of one of the numbers, counted from the first byte in the gap; `None` where it stands elsewhere.
    pub(super) fn range(&self, number: usize) -> Option<Range<usize>> {
        if !self.hidden.contains(&number) {
            return None;
        }
        let before = self.hidden.start..number;
        let signs: usize = self.between.behind(before.clone()).map(|(times, sign)| times * sign.len()).sum();
        let start = signs + self.cells.range(before).map(|gid| digits(gid.0)).sum::<usize>();
        Some(start..start + digits(self.cells.get(number)?.0))
    }
}

impl Rewrite for Numbers {
    fn write(&self, out: &mut String) {
        let mut number = itoa::Buffer::new();
        let mut gids = self.cells.range(self.hidden.clone());
        for (times, sign) in self.between.behind(self.hidden.clone()) {
            for gid in gids.by_ref().take(times) {
                out.push_str(number.format(gid.0));
                out.push_str(sign);
            }
        }
    }
}

/// How many digits a number has.
fn digits(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |tens| tens as usize + 1)
}

/// Reads the array that a text begins with, if it is long and holds nothing but unsigned integers of 32 bits,
/// with much the same between all of them.
pub(super) fn long_list(text: &[u8]) -> Option<LongList> {
    let mut rest = behind_blanks(text.get(1..)?);
    if text.len() < LONG || !rest.first()?.is_ascii_digit() || text[..LONG].contains(&b']') {
        return None;
    }
    // What holds another list ends here: no byte is looked at for more than one.
    let end = 1 + memchr3(b']', b'[', b'"', &text[1..])?;
    if text[end] != b']' {
        return None;
    }
    let commas = memchr_iter(b',', &text[..end]).count();
    let mut cells = CellsBuilder::with_capacity(commas + 1);
    let mut between = Between::new();
    // As the rows of a layer may be, each with a line break behind it.
    let most_runs = 16 + commas / 4;
    loop {
        if let [b'0', b',', ..] = rest {
            let (empty, sign, behind) = zeros(rest);
            if empty > 0 {
                cells.push_many(Gid::EMPTY, empty as usize);
                between.push(sign, empty);
                rest = behind;
            }
        }
        let (number, behind) = number(rest)?;
        cells.push_many(Gid(number), 1);
        let sign = match behind {
            [b',', b'0'..=b'9', ..] => {
                rest = &behind[1..];
                Between::COMMA
            }
            [b',', b' ', b'0'..=b'9', ..] => {
                rest = &behind[2..];
                Between::SPACED
            }
            _ => match behind_blanks(behind) {
                [b',', more @ ..] => {
                    rest = behind_blanks(more);
                    between.sign(&behind[..behind.len() - rest.len()])?
                }
                [b']', ..] => break,
                _ => return None,
            },
        };
        between.push(sign, 1);
        if between.runs.len() > most_runs {
            return None;
        }
    }
    let gap = gap(&text[..=end])?;
    let hidden = memchr_iter(b',', &text[..gap.start]).count()..commas;
    let (cells, between, bytes) = (cells.build(), Arc::new(between), gap.len());
    Some(LongList { length: end + 1, gap, numbers: Numbers { cells, between, hidden, bytes } })
}

/// From behind the beginning of a list, and its first line, to its last number.
fn gap(list: &[u8]) -> Option<Range<usize>> {
    let comma = memrchr(b',', list)?;
    let end = comma + list[comma..].iter().position(u8::is_ascii_digit)?;
    let begun = memchr(b'\n', &list[..end]).map_or(BEGINNING, |line| line.max(BEGINNING));
    let is_between = |byte: &u8| *byte == b',' || is_blank(*byte);
    let sign = begun + list.get(begun..)?.iter().position(is_between)?;
    let start = sign + list[sign..].iter().position(|byte| !is_between(byte))?;
    (start + LONG / 2 < end).then_some(start..end)
}

/// A number as JSON has it, if it has 32 bits, and what follows it.
#[inline]
fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let mut number: u64 = 0;
    let mut rest = text;
    while let [digit @ b'0'..=b'9', behind @ ..] = rest {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        rest = behind;
    }
    let length = text.len() - rest.len();
    let leading_zero = length > 1 && text[0] == b'0';
    let number = u32::try_from(number).ok().filter(|_| length <= 10)?;
    (length > 0 && !leading_zero).then_some((number, rest))
}

/// How many zeros a text begins with behind each of which the same sign stands and then another number: so many,
/// the sign, and what follows them. Nearly all cells of nearly all layers are empty, so they are taken by eights,
/// as Tiled spaces them or as bundles write them.
fn zeros(text: &[u8]) -> (u32, u32, &[u8]) {
    if let [b'0', b',', b' ', ..] = text {
        let (count, rest) = repeated(text, b"0, 0, 0, 0, 0, 0, 0, 0, ", b"0, ");
        return (count, Between::SPACED, rest);
    }
    let (count, rest) = repeated(text, b"0,0,0,0,0,0,0,0,", b"0,");
    (count, Between::COMMA, rest)
}

/// How often a text begins with `one` before a digit comes, and what follows; `eight` are as many of them.
fn repeated<'a, const EIGHT: usize, const ONE: usize>(
    text: &'a [u8],
    eight: &[u8; EIGHT],
    one: &[u8; ONE],
) -> (u32, &'a [u8]) {
    let (mut count, mut rest) = (0, text);
    // Compared as wholes: a pattern would go from byte to byte.
    while let Some((begin, behind)) = rest.split_first_chunk()
        && begin == eight
    {
        count += 8;
        rest = behind;
    }
    while let Some((begin, behind)) = rest.split_first_chunk()
        && begin == one
    {
        count += 1;
        rest = behind;
    }
    if count > 0 && !rest.first().is_some_and(u8::is_ascii_digit) {
        // More stands behind the last one than behind the others.
        count -= 1;
        rest = &text[count as usize * ONE..];
    }
    (count, rest)
}

/// The numbers of an array of unsigned integers.
#[derive(Debug, Clone)]
pub(crate) enum Integers<'a> {
    /// Read as they are asked for.
    Written(Written<'a>),
    /// Read when the tree was made.
    Read(CellsIter<'a>),
}

impl Iterator for Integers<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Written(written) => written.next(),
            Self::Read(gids) => gids.next().map(|gid| gid.0),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Written(written) => (written.left, Some(written.left)),
            Self::Read(gids) => gids.size_hint(),
        }
    }
}

impl ExactSizeIterator for Integers<'_> {}

/// The numbers of an array whose text is kept, from some place on.
#[derive(Debug, Clone)]
pub(crate) struct Written<'a> {
    /// The array with its brackets, checked when the tree was made.
    bytes: &'a [u8],
    at: usize,
    left: usize,
}

impl<'a> Written<'a> {
    /// So many numbers, as the text of their array has them.
    pub(super) fn new(array: &'a str, numbers: usize) -> Self {
        Self { bytes: array.as_bytes(), at: 1, left: numbers }
    }

    /// The numbers as the gids that cells hold.
    pub(super) fn cells(self) -> Cells {
        self.map(Gid).collect()
    }
}

impl Iterator for Written<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        let rest = &self.bytes[self.at..];
        let start = rest.iter().position(u8::is_ascii_digit)?;
        let mut number: u32 = 0;
        let mut length = start;
        while let Some(digit @ b'0'..=b'9') = rest.get(length) {
            number = number.wrapping_mul(10).wrapping_add(u32::from(digit - b'0'));
            length += 1;
        }
        // Behind the comma, where the next number may begin.
        let ends = |byte: &u8| matches!(byte, b',' | b']');
        self.at += rest[length..].iter().position(ends).map_or(rest.len(), |comma| length + comma + 1);
        Some(number)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

/// Length of the array that a text begins with and how many numbers it has; `None` where it holds anything but
/// unsigned integers of 32 bits, or nothing.
pub(super) fn list(text: &[u8]) -> Option<(usize, u32)> {
    let mut rest = text.get(1..)?;
    let mut count = 0;
    loop {
        rest = behind_blanks(rest);
        if let [b'0', b',', ..] = rest {
            let (empty, _, behind) = zeros(rest);
            count += empty;
            rest = behind;
        }
        rest = number(rest)?.1;
        count += 1;
        match behind_blanks(rest) {
            [b',', behind @ ..] => rest = behind,
            [b']', behind @ ..] => return Some((text.len() - behind.len(), count)),
            _ => return None,
        }
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

fn behind_blanks(mut text: &[u8]) -> &[u8] {
    while let [byte, behind @ ..] = text
        && is_blank(*byte)
    {
        text = behind;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::{condense, json, load_map};
    use crate::source::{SourceFile, Sources};

    /// The same file, kept as it is and condensed.
    fn both(text: &str) -> (Arc<SourceFile>, Arc<SourceFile>) {
        let load = |sources: &mut Sources| {
            sources.insert("a.tmj", text.to_owned());
            sources.load("a.tmj").unwrap()
        };
        let mut sources = Sources::detached();
        let plain = load(&mut sources);
        sources.condense(json::condense);
        (plain, load(&mut sources))
    }

    fn is_condensed(file: &SourceFile) -> bool {
        file.kept().unwrap().len() < file.len()
    }

    /// What the map in a text is, and what is said of it, must not hang on whether all of the text is kept.
    fn load_alike(text: &str) -> Arc<SourceFile> {
        let mut sources = Sources::detached();
        sources.insert("a.tmj", text.to_owned());
        let whole = load_map(&sources, "a.tmj");
        sources = sources.unread();
        condense(&mut sources);
        let condensed = load_map(&sources, "a.tmj");
        // Told apart without their content, which is long.
        assert!(whole.map == condensed.map, "the maps differ");
        assert_eq!(format!("{:?}", whole.findings), format!("{:?}", condensed.findings));
        sources.load("a.tmj").unwrap()
    }

    /// Says whatever can be asked for of both of one and of the other.
    fn compare(text: &str, offsets: impl Iterator<Item = usize>) {
        let (plain, condensed) = both(text);
        assert_eq!(plain.len(), condensed.len());
        let documents = [&plain, &condensed].map(|file| json::document(file).unwrap().unwrap());
        let mut values = vec![documents.map(json::Document::root)];
        while let Some([one, two]) = values.pop() {
            let range = one.range();
            assert_eq!(range, two.range());
            assert_eq!(documents[0].find(&range).unwrap().1, documents[1].find(&range).unwrap().1);
            assert_eq!((one.string(), one.number()), (two.string(), two.number()));
            assert_eq!(one.cells(), two.cells());
            assert_eq!(
                one.integers().map(Iterator::collect::<Vec<_>>),
                two.integers().map(Iterator::collect)
            );
            if let Some(numbers) = one.integers() {
                let count = numbers.len();
                let asked = (0..count).step_by(1 + count / 40).chain(count.saturating_sub(2)..count + 2);
                for number in asked {
                    assert_eq!(one.item_range(number), two.item_range(number), "{number} of {count}");
                }
                // How it begins can be shown without the rest.
                let begin = one.source().get(..100);
                assert_eq!(begin, begin.and(two.source().get(..100)));
            }
            values.extend(one.items().zip(two.items()).map(<[_; 2]>::from));
            values.extend(one.members().zip(two.members()).map(|((_, one), (_, two))| [one, two]));
        }
        assert_eq!(
            documents.map(|document| document.tree.repeated.len()),
            [documents[0].tree.repeated.len(); 2]
        );
        let last = text.matches('\n').count() + 2;
        let mut lines = std::collections::BTreeSet::from([0, 1, last]);
        for offset in offsets {
            let at = u32::try_from(offset).unwrap();
            let position = plain.position(at);
            assert_eq!(position, condensed.position(at), "{offset}");
            lines.insert(position.line as usize);
            for column in [position.column, position.column + 7, u32::MAX] {
                assert_eq!(
                    plain.offset(position.line, column),
                    condensed.offset(position.line, column),
                    "{position:?} {column}"
                );
            }
            for behind in [0, 1, 40, 5000] {
                let end = text.len().min(offset + behind);
                assert_eq!(plain.part(offset..end), condensed.part(offset..end));
            }
        }
        for line in lines {
            let line = u32::try_from(line).unwrap();
            assert_eq!(plain.line(line), condensed.line(line), "{line}");
        }
        assert_eq!(plain.span(), crate::source::Span { file: plain.id(), ..condensed.span() });
        assert!(condensed.text().unwrap() == text);
    }

    #[test]
    fn long_lists_are_not_kept_and_can_be_written_again() {
        let layer = |comma: &str, row: &str| {
            let cells = [["0"; 40].join(comma), ["1", "22", "0", "4294967295"].join(comma)].join(comma);
            vec![cells; 20].join(&format!(",{row}"))
        };
        for (comma, row) in
            [(",", ""), (", ", " "), (",", "\n"), (", ", "\n    "), (", ", "\r\n  "), (" ,\t", " ")]
        {
            let data = layer(comma, row);
            for (open, close) in [("[", "]"), ("[\n  ", "\n ]"), ("[ ", " ]"), ("[", "\n]")] {
                let text = format!(
                    "{{\"a\": \"ä€😀\", \"layers\": [\n{{\"data\": {open}{data}{close}, \"x\": \"😀\"}},\
                     {{\"data\":{open}{data}{close},\n\"y\":1, \"y\":[1, 2]}}]}}\n"
                );
                let (_, condensed) = both(&text);
                assert!(is_condensed(&condensed) || text.len() < 4096, "{text}");
                compare(&text, (0..=text.len() + 2).step_by(3));
            }
        }
    }

    #[test]
    fn what_is_no_list_of_numbers_stays() {
        let long = vec!["17"; 3000].join(", ");
        for wrong in ["-1", "1.5", "4294967296", "\"1\"", "[1]", "{}", "null", "1e3"] {
            for text in [format!("{{\"a\": [{wrong}, {long}]}}"), format!("{{\"a\": [{long}, {wrong}]}}")] {
                assert!(!is_condensed(&both(&text).1), "{wrong}");
                compare(&text, (0..text.len()).step_by(997));
            }
        }
        for wrong in ["00", "01", "1,", ",1", "1 2", "", "x"] {
            for list in
                [format!("{wrong}, {long}"), format!("{long}, {wrong}"), format!("{long}, {wrong}, {long}")]
            {
                let text = format!("{{\"a\": [{list}]}}");
                let (plain, condensed) = both(&text);
                let error = |file: &SourceFile| json::document(file).unwrap().unwrap_err().clone();
                assert_eq!(error(&plain), error(&condensed));
                assert_eq!(condensed.kept().unwrap(), text);
            }
        }
        // As much between the numbers as there are numbers.
        let signs = [",", ", ", ",  ", " ,", ",\n", ",\t"];
        let odd: Vec<&str> = (0..3000).flat_map(|n| ["7", signs[n % signs.len()]]).collect();
        assert!(!is_condensed(&both(&format!("{{\"a\": [{}7]}}", odd.concat())).1));
    }

    #[test]
    fn lists_in_odd_places_are_read_alike() {
        let long = vec!["17"; 3000].join(", ");
        for (key, list) in [
            ("version", format!("[{long}]")),
            ("version", format!("{{\"a\": [{long}]}}")),
            ("tiledversion", format!("[{long}]")),
            ("width", format!("[{long}]")),
            ("class", format!("[{long}]")),
            ("unknown", format!("[{long}]")),
            ("layers", format!("[{long}]")),
            (
                "layers",
                format!(
                    "[{{\"type\": \"tilelayer\", \"width\": 2, \"height\": 2, \"data\": [[{long}], 1, 2, 3]}}]"
                ),
            ),
            ("tilesets", format!("[{{\"firstgid\": 1, \"tiles\": [{long}]}}]")),
            ("properties", format!("[{{\"name\": \"a\", \"type\": \"list\", \"value\": [{long}]}}]")),
        ] {
            let map =
                "\"type\": \"map\", \"orientation\": \"orthogonal\", \"tilewidth\": 32, \"tileheight\": 32";
            let file = load_alike(&format!("{{{map}, \"{key}\": {list}}}"));
            assert!(is_condensed(&file), "{key}");
        }
    }

    #[test]
    fn real_maps_can_be_written_again() {
        let Some(corpus) = std::env::var_os("VENUE_CORPUS") else {
            println!("skipped: VENUE_CORPUS is not set");
            return;
        };
        let (mut maps, mut condensed) = (0, 0);
        for entry in walkdir::WalkDir::new(corpus).into_iter().flatten() {
            let is_json = entry.path().extension().is_some_and(|end| end == "tmj" || end == "json");
            let Some(text) = std::fs::read_to_string(entry.path()).ok().filter(|_| is_json) else { continue };
            let text = text.trim_start_matches('\u{FEFF}');
            if json::parse(text).is_err() {
                continue;
            }
            maps += 1;
            condensed += usize::from(is_condensed(&both(text).1));
            compare(text, (0..text.len()).step_by(1 + text.len() / 50));
            load_alike(text);
        }
        assert!(condensed > 60, "{condensed} of {maps}");
    }

    proptest! {
        #[test]
        fn any_spacing_is_written_again(
            lists in proptest::collection::vec(
                (
                    proptest::collection::vec(
                        (prop_oneof![3 => Just(0_u32), 2 => 0..300_u32, 1 => any::<u32>()], 1..60_usize, 0..5_usize),
                        1..40,
                    ),
                    "[ \n]{0,2}",
                    "[ \n\r]{0,3}",
                    "[a-zä€😀]{0,9}",
                ),
                1..5,
            ),
            steps in 1..300_usize,
        ) {
            let mut text = "{\"a\":\n".to_owned() + &" ".repeat(4096);
            for (runs, open, close, name) in &lists {
                text.push_str("{\"b\":[[");
                text.push_str(open);
                for (number, times, sign) in runs {
                    for _ in 0..*times {
                        text.push_str(&number.to_string());
                        text.push_str([",", ", ", ",\n  ", " ,", ",\r\n"][*sign]);
                    }
                }
                text += &["7", close, "],\"", name, "\"],\n\"", name, "c\":"].concat();
            }
            text.push('0');
            text.push_str(&"}".repeat(lists.len() + 1));
            compare(&text, (0..=text.len()).step_by(steps));
        }
    }
}
