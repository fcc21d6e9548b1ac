//! The text of a file, of which long lists of numbers need not be kept.
//!
//! Places count in the *whole* text, as the file has it. What is *kept* is the same without the gaps: all that
//! people wrote by hand.

use std::{any::Any, fmt, ops::Range, sync::OnceLock};

use super::{Position, lines::Marks};

/// What stood in a gap, and can be written again.
pub(crate) trait Rewrite: fmt::Debug + Send + Sync {
    /// Writes it, letter by letter as it stood there.
    fn write(&self, out: &mut String);
}

/// A part of a text that need not be kept; all of its characters are ASCII.
#[derive(Debug)]
pub(crate) struct Gap {
    /// Its bytes in the whole text.
    pub(crate) bytes: Range<usize>,
    /// What they are.
    pub(crate) text: Box<dyn Rewrite>,
}

/// A text as somebody read it who knows what of it need not be kept.
#[derive(Debug)]
pub(crate) struct Condensed {
    /// Gaps in order; mostly there are none.
    pub(crate) gaps: Vec<Gap>,
    /// What [`SourceFile::syntax`](super::SourceFile::syntax) gives, for the kept text.
    pub(crate) syntax: Box<dyn Any + Send + Sync>,
}

/// A text, as far as it is kept.
#[derive(Debug)]
pub(super) struct Text {
    kept: String,
    marks: OnceLock<Marks>,
    gaps: Vec<Left>,
    /// All of it, once somebody wanted that of a text with gaps.
    whole: OnceLock<Box<(String, OnceLock<Marks>)>>,
}

/// A gap, with what it takes to count across it.
#[derive(Debug)]
struct Left {
    /// Where it is in the kept text.
    at: usize,
    /// Its bytes in the whole text.
    bytes: Range<usize>,
    /// Line breaks in all gaps before it, and with its own.
    breaks: (usize, usize),
    /// Where the line begins that reaches behind it, in the whole text, if that is in a gap.
    line: Option<usize>,
    text: Box<dyn Rewrite>,
}

impl Text {
    /// A text of which all is kept.
    pub(super) fn new(kept: String) -> Self {
        Self { kept, marks: OnceLock::new(), gaps: Vec::new(), whole: OnceLock::new() }
    }

    /// What of a text is to be kept.
    pub(super) fn without(whole: String, gaps: Vec<Gap>) -> Self {
        if gaps.is_empty() {
            return Self::new(whole);
        }
        let left_out: usize = gaps.iter().map(|gap| gap.bytes.len()).sum();
        let mut kept = String::with_capacity(whole.len() - left_out);
        let (mut behind, mut breaks, mut line) = (0, 0, None);
        let left = gaps.into_iter().map(|Gap { bytes, text }| {
            let before = &whole[behind..bytes.start];
            // A line that begins in what is kept begins in no gap.
            line = line.filter(|_| !before.contains('\n'));
            kept.push_str(before);
            behind = bytes.end;
            let own = whole[bytes.clone()].as_bytes();
            let before = breaks;
            breaks += memchr::memchr_iter(b'\n', own).count();
            line = memchr::memrchr(b'\n', own).map(|at| bytes.start + at + 1).or(line);
            Left { at: kept.len(), bytes, breaks: (before, breaks), line, text }
        });
        let gaps = left.collect();
        kept.push_str(&whole[behind..]);
        Self { gaps, ..Self::new(kept) }
    }

    /// The text without what stands in gaps.
    pub(super) fn kept(&self) -> &str {
        &self.kept
    }

    /// All of it.
    pub(super) fn whole(&self) -> &str {
        if self.gaps.is_empty() { &self.kept } else { &self.written().0 }
    }

    fn written(&self) -> &(String, OnceLock<Marks>) {
        self.whole.get_or_init(|| {
            let mut whole = String::with_capacity(self.len());
            let mut from = 0;
            for gap in &self.gaps {
                whole.push_str(&self.kept[from..gap.at]);
                gap.text.write(&mut whole);
                from = gap.at;
            }
            whole.push_str(&self.kept[from..]);
            Box::new((whole, OnceLock::new()))
        })
    }

    /// Bytes of all of it.
    pub(super) fn len(&self) -> usize {
        self.kept.len() + self.gaps.last().map_or(0, |last| last.bytes.end - last.at)
    }

    /// Where a byte of the whole text is in the kept one, and the last gap before it; `None` if it is in a gap. The
    /// first byte of a gap is where it is.
    fn kept_at(&self, offset: usize) -> Option<(usize, Option<&Left>)> {
        let before = self.gaps.partition_point(|gap| gap.bytes.start < offset);
        let last = before.checked_sub(1).map(|last| &self.gaps[last]);
        match last {
            None => Some((offset, None)),
            Some(gap) => Some((gap.at + offset.checked_sub(gap.bytes.end)?, last)),
        }
    }

    /// Some bytes of the whole text.
    pub(super) fn part(&self, bytes: Range<usize>) -> Option<&str> {
        // As long as no gap lies in between.
        let kept = (self.kept_at(bytes.start), self.kept_at(bytes.end));
        match kept {
            (Some((start, _)), Some((end, _))) if end.checked_sub(start) == Some(bytes.len()) => {
                self.kept.get(start..end)
            }
            _ => self.whole().get(bytes),
        }
    }

    fn marks(&self) -> &Marks {
        self.marks.get_or_init(|| Marks::of(self.kept.as_bytes()))
    }

    /// The whole text, with its marks.
    fn all(&self) -> (&[u8], &Marks) {
        if self.gaps.is_empty() {
            return (self.kept.as_bytes(), self.marks());
        }
        let (whole, marks) = self.written();
        (whole.as_bytes(), marks.get_or_init(|| Marks::of(whole.as_bytes())))
    }

    /// Line and column of a byte of the whole text.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.len());
        let Some((kept, last)) = self.kept_at(offset) else {
            let (bytes, marks) = self.all();
            return marks.position(bytes, offset);
        };
        let (bytes, marks) = (self.kept.as_bytes(), self.marks());
        let mut position = marks.position(bytes, kept);
        let Some(last) = last else { return position };
        let added = |number: u32, more: usize| number.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        let begin = marks.line_begin(bytes, kept);
        position.line = added(position.line, last.breaks.1);
        if last.at >= begin {
            // The last gap is on the line, and maybe others are.
            let (from, left_out) = if let Some(line) = last.line {
                let gap = &self.gaps[self.gaps.partition_point(|gap| gap.bytes.end < line)];
                (gap.at, gap.bytes.end - line + left_out(last) - left_out(gap))
            } else {
                let first = self.gaps.partition_point(|gap| gap.at < begin);
                let before = first.checked_sub(1).map_or(0, |last| left_out(&self.gaps[last]));
                (begin, left_out(last) - before)
            };
            let kept = marks.characters_before(bytes, kept) - marks.characters_before(bytes, from);
            position.column = added(1, kept + left_out);
        }
        position
    }

    /// Offset of a place given as line and column, both from 1, in the whole text.
    pub(super) fn offset(&self, line: u32, column: u32) -> usize {
        if let Some(Line { number, kept, left_out }) = self.kept_line(line) {
            let at = self.marks().offset(self.kept.as_bytes(), number, column);
            if at <= kept.end {
                return at + left_out;
            }
        }
        let (bytes, marks) = self.all();
        marks.offset(bytes, line, column)
    }

    /// A line, counted from 1, without its line break.
    pub(super) fn line(&self, line: u32) -> Option<&[u8]> {
        if let Some(Line { kept, .. }) = self.kept_line(line) {
            let line = &self.kept[kept];
            return Some(line.strip_suffix('\r').unwrap_or(line).as_bytes());
        }
        let (bytes, marks) = self.all();
        marks.line(bytes, line)
    }

    /// A line of the whole text, counted from 1; `None` if a gap is on it, or there are none.
    fn kept_line(&self, line: u32) -> Option<Line> {
        if self.gaps.is_empty() {
            return None;
        }
        let (bytes, marks) = (self.kept.as_bytes(), self.marks());
        let breaks = (line as usize).checked_sub(1)?;
        // The gaps that begin before the line does.
        let before =
            self.gaps.partition_point(|gap| marks.breaks_before(bytes, gap.at) + gap.breaks.0 < breaks);
        let last = before.checked_sub(1).map(|last| &self.gaps[last]);
        let number = breaks.checked_sub(last.map_or(0, |gap| gap.breaks.1))?;
        if number > marks.breaks() {
            return None;
        }
        let start = marks.line_start(bytes, number);
        let kept = start..marks.line_end(bytes, number);
        let begins_in_gap = last.is_some_and(|gap| gap.at >= start);
        let goes_on_in_gap = self.gaps.get(before).is_some_and(|gap| gap.at <= kept.end);
        let number = u32::try_from(number + 1).ok()?;
        (!begins_in_gap && !goes_on_in_gap).then(|| Line { number, kept, left_out: last.map_or(0, left_out) })
    }
}

/// A line without a gap.
struct Line {
    /// Its number in the kept text, from 1.
    number: u32,
    /// Its bytes there, without the line break.
    kept: Range<usize>,
    /// Bytes in all gaps before it.
    left_out: usize,
}

/// Bytes in all gaps up to this one.
fn left_out(gap: &Left) -> usize {
    gap.bytes.end - gap.at
}
