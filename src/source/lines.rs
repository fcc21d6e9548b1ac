//! Lines and columns of a text.

use super::Position;

/// Bytes between which characters and lines are counted once: a file may be one long line, or one of a few
/// bytes for each tile.
pub(super) const BLOCK: usize = 4096;

/// What lies before each block of a text, and before its end.
#[derive(Debug)]
pub(super) struct Marks(Vec<Mark>);

/// What lies before a block.
#[derive(Debug, Clone, Copy)]
struct Mark {
    characters: u32,
    breaks: u32,
}

/// Whether a byte begins a character: every one but a continuation byte does. Broken UTF-8 counts as it comes.
fn begins(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// All take the bytes that the marks were made of.
impl Marks {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut before = Mark { characters: 0, breaks: 0 };
        let counts = bytes.chunks(BLOCK).map(|block| {
            let count = |n: usize| u32::try_from(n).unwrap_or(0);
            let characters = || block.iter().filter(|byte| begins(**byte)).count();
            before.characters += count(if block.is_ascii() { block.len() } else { characters() });
            before.breaks += count(memchr::memchr_iter(b'\n', block).count());
            before
        });
        Self(std::iter::once(Mark { characters: 0, breaks: 0 }).chain(counts).collect())
    }

    /// Line and column of a byte.
    pub(super) fn position(&self, bytes: &[u8], offset: usize) -> Position {
        let offset = offset.min(bytes.len());
        let line = self.breaks_before(bytes, offset);
        let begin = self.line_begin(bytes, offset);
        let column = self.characters_before(bytes, offset) - self.characters_before(bytes, begin);
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Position { line: count(line), column: count(column) }
    }

    /// Offset of a place given as line and column, both from 1: the inverse of [`Self::position`].
    pub(super) fn offset(&self, bytes: &[u8], line: u32, column: u32) -> usize {
        let start = self.line_start(bytes, (line.saturating_sub(1) as usize).min(self.breaks()));
        let wanted = self.characters_before(bytes, start) + column.saturating_sub(1) as usize;
        let (begin, before) = self.last_block(bytes, |before| before.characters as usize <= wanted);
        let characters = bytes[begin..].iter().enumerate().filter(|(_, byte)| begins(**byte));
        let at = characters.map(|(at, _)| at).nth(wanted - before.characters as usize);
        at.map_or(bytes.len(), |at| begin + at)
    }

    /// Bytes of a line, counted from 1, without its line break.
    pub(super) fn line<'a>(&self, bytes: &'a [u8], line: u32) -> Option<&'a [u8]> {
        let index = (line as usize).checked_sub(1).filter(|index| *index <= self.breaks())?;
        let line = &bytes[self.line_start(bytes, index)..self.line_end(bytes, index)];
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Offset behind a line's last byte, counted from 0: of its line break, if it has one. A line may be as long as
    /// the file, and is not gone over.
    pub(super) fn line_end(&self, bytes: &[u8], line: usize) -> usize {
        if line < self.breaks() { self.line_start(bytes, line + 1) - 1 } else { bytes.len() }
    }

    /// Offset of a line's first byte, counted from 0; there must be as many line breaks.
    pub(super) fn line_start(&self, bytes: &[u8], line: usize) -> usize {
        let Some(breaks) = line.checked_sub(1) else { return 0 };
        let (begin, before) = self.last_block(bytes, |before| before.breaks as usize <= breaks);
        let mut breaks_here = memchr::memchr_iter(b'\n', &bytes[begin..]);
        let last = breaks_here.nth(breaks - before.breaks as usize);
        last.map_or(bytes.len(), |at| begin + at + 1)
    }

    /// Offset of the first byte of the line that a byte is on, or that begins there.
    pub(super) fn line_begin(&self, bytes: &[u8], offset: usize) -> usize {
        let (begin, _) = self.block(bytes, offset / BLOCK);
        match memchr::memrchr(b'\n', &bytes[begin..offset]) {
            Some(at) => begin + at + 1,
            None => self.line_start(bytes, self.breaks_before(bytes, offset)),
        }
    }

    /// How many line breaks there are.
    pub(super) fn breaks(&self) -> usize {
        self.0.last().map_or(0, |all| all.breaks as usize)
    }

    /// How many line breaks there are before a byte.
    pub(super) fn breaks_before(&self, bytes: &[u8], offset: usize) -> usize {
        let (begin, before) = self.block(bytes, offset / BLOCK);
        before.breaks as usize + memchr::memchr_iter(b'\n', &bytes[begin..offset]).count()
    }

    /// How many characters begin before a byte.
    pub(super) fn characters_before(&self, bytes: &[u8], offset: usize) -> usize {
        let (begin, before) = self.block(bytes, offset / BLOCK);
        let behind = self.0.get(offset / BLOCK + 1);
        let each_byte =
            behind.is_some_and(|behind| (behind.characters - before.characters) as usize == BLOCK);
        let own = if each_byte {
            offset - begin
        } else {
            bytes[begin..offset].iter().filter(|byte| begins(**byte)).count()
        };
        before.characters as usize + own
    }

    /// Offset of a block's first byte, and what lies before it.
    fn block(&self, bytes: &[u8], block: usize) -> (usize, Mark) {
        ((block * BLOCK).min(bytes.len()), self.0[block])
    }

    /// The last block of those before which there is as little as wanted.
    fn last_block(&self, bytes: &[u8], is_before: impl Fn(&Mark) -> bool) -> (usize, Mark) {
        self.block(bytes, self.0.partition_point(is_before).saturating_sub(1))
    }
}
