//! One file's text, and places in it.

use std::{any::Any, str::Utf8Error, sync::OnceLock};

/// Which file of a [`Sources`](super::Sources). Numbers follow the order of reading, which is not
/// the same in every run: sort by name instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileId(u32);

impl FileId {
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A half-open range of bytes in the text of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// File that the range lies in.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The range as it indexes the bytes of its file.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place in a text as people count it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
pub struct Position {
    /// Line, from 1.
    #[schemars(range(min = 1))]
    pub line: u32,
    /// Column in characters (Unicode scalar values), from 1.
    #[schemars(range(min = 1))]
    pub column: u32,
}

/// One file as it was read: UTF-8 where its encoding could be told, else its bytes.
#[derive(Debug)]
pub struct SourceFile {
    id: FileId,
    name: String,
    content: Content,
    marks: OnceLock<Vec<Mark>>,
    syntax: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// Bytes between which characters and lines are counted once: a file may be one long line, or one of a few
/// bytes for each tile.
const BLOCK: usize = 4096;

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

/// Text where the bytes are one, told once.
#[derive(Debug)]
enum Content {
    Text(String),
    Bytes(Vec<u8>, Utf8Error),
}

impl SourceFile {
    pub(super) fn new(id: FileId, name: &str, bytes: Vec<u8>) -> Self {
        let content = match String::from_utf8(decode(bytes)) {
            Ok(text) => Content::Text(text),
            Err(error) => {
                let reason = error.utf8_error();
                Content::Bytes(error.into_bytes(), reason)
            }
        };
        Self { id, name: name.to_owned(), content, marks: OnceLock::new(), syntax: OnceLock::new() }
    }

    /// Number of this file.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// Path relative to the project's root, with `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What spans point into: the text in UTF-8, without a byte order mark.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes, _) => bytes,
        }
    }

    /// The text, if it is one.
    ///
    /// # Errors
    /// Where the bytes are no UTF-8, with the offset of the first that is not.
    pub fn text(&self) -> Result<&str, Utf8Error> {
        match &self.content {
            Content::Text(text) => Ok(text),
            Content::Bytes(_, error) => Err(*error),
        }
    }

    /// What a reader makes of the text, made when first asked for and kept with it: a map's syntax is asked for
    /// when it is loaded, when its structure is judged, and by findings for their places and fixes. `None` where
    /// another reader was here before, whose syntax is of another kind.
    pub(crate) fn syntax<T: Any + Send + Sync>(&self, read: impl FnOnce() -> T) -> Option<&T> {
        self.syntax.get_or_init(|| Box::new(read())).downcast_ref()
    }

    /// Range of the whole text.
    pub fn span(&self) -> Span {
        self.span_of(0..self.bytes().len())
    }

    /// Range of some bytes of this file.
    pub fn span_of(&self, range: std::ops::Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at.min(self.bytes().len())).unwrap_or(u32::MAX);
        Span { file: self.id, start: offset(range.start), end: offset(range.end) }
    }

    /// Line and column of a byte offset. Characters and lines are counted when first asked for, so files
    /// without findings never pay for it.
    pub fn position(&self, offset: u32) -> Position {
        let offset = (offset as usize).min(self.bytes().len());
        let (begin, before) = self.block(offset / BLOCK);
        let breaks = memchr::memchr_iter(b'\n', &self.bytes()[begin..offset]).count();
        let line = before.breaks as usize + breaks;
        let column = self.characters_before(offset) - self.characters_before(self.line_start(line));
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Position { line: count(line), column: count(column) }
    }

    /// Offset of a place given as line and column, both from 1: the inverse of [`Self::position`].
    pub fn offset(&self, line: u32, column: u32) -> usize {
        let start = self.line_start((line.saturating_sub(1) as usize).min(self.breaks()));
        let wanted = self.characters_before(start) + column.saturating_sub(1) as usize;
        let (begin, before) = self.last_block(|before| before.characters as usize <= wanted);
        let characters = self.bytes()[begin..].iter().enumerate().filter(|(_, byte)| begins(**byte));
        let at = characters.map(|(at, _)| at).nth(wanted - before.characters as usize);
        at.map_or(self.bytes().len(), |at| begin + at)
    }

    /// Bytes of a line, counted from 1, without its line break.
    pub fn line(&self, line: u32) -> Option<&[u8]> {
        let index = (line as usize).checked_sub(1).filter(|index| *index <= self.breaks())?;
        let rest = &self.bytes()[self.line_start(index)..];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Offset of a line's first byte, counted from 0; there must be as many line breaks.
    fn line_start(&self, line: usize) -> usize {
        let Some(breaks) = line.checked_sub(1) else { return 0 };
        let (begin, before) = self.last_block(|before| before.breaks as usize <= breaks);
        let mut breaks_here = memchr::memchr_iter(b'\n', &self.bytes()[begin..]);
        let last = breaks_here.nth(breaks - before.breaks as usize);
        last.map_or(self.bytes().len(), |at| begin + at + 1)
    }

    /// How many line breaks the file has.
    fn breaks(&self) -> usize {
        self.marks().last().map_or(0, |all| all.breaks as usize)
    }

    /// How many characters begin before a byte.
    fn characters_before(&self, offset: usize) -> usize {
        let (begin, before) = self.block(offset / BLOCK);
        let behind = self.marks().get(offset / BLOCK + 1);
        let each_byte =
            behind.is_some_and(|behind| (behind.characters - before.characters) as usize == BLOCK);
        let own = if each_byte {
            offset - begin
        } else {
            self.bytes()[begin..offset].iter().filter(|byte| begins(**byte)).count()
        };
        before.characters as usize + own
    }

    /// Offset of a block's first byte, and what lies before it.
    fn block(&self, block: usize) -> (usize, Mark) {
        ((block * BLOCK).min(self.bytes().len()), self.marks()[block])
    }

    /// The last block of those before which there is as little as wanted.
    fn last_block(&self, is_before: impl Fn(&Mark) -> bool) -> (usize, Mark) {
        self.block(self.marks().partition_point(is_before).saturating_sub(1))
    }

    /// What lies before each block, and before the end.
    fn marks(&self) -> &[Mark] {
        self.marks.get_or_init(|| {
            let mut before = Mark { characters: 0, breaks: 0 };
            let counts = self.bytes().chunks(BLOCK).map(|block| {
                let count = |n: usize| u32::try_from(n).unwrap_or(0);
                let characters = || block.iter().filter(|byte| begins(**byte)).count();
                before.characters += count(if block.is_ascii() { block.len() } else { characters() });
                before.breaks += count(memchr::memchr_iter(b'\n', block).count());
                before
            });
            std::iter::once(Mark { characters: 0, breaks: 0 }).chain(counts).collect()
        })
    }
}

/// Whether a file was never fetched from where Git LFS keeps it: a pointer stands in its place.
pub(crate) fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.starts_with(b"version https://git-lfs")
}

/// Bytes to UTF-8: by byte order mark, else by the encoding that an XML declaration names. Anything
/// else stays as it is; JSON is UTF-8 or it is wrong.
fn decode(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        if encoding == encoding_rs::UTF_8 {
            bytes.drain(..mark);
            return bytes;
        }
        return encoding.decode_with_bom_removal(&bytes).0.into_owned().into_bytes();
    }
    match declared_encoding(&bytes) {
        Some(encoding) if encoding != encoding_rs::UTF_8 => {
            encoding.decode_without_bom_handling(&bytes).0.into_owned().into_bytes()
        }
        _ => bytes,
    }
}

fn declared_encoding(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = std::str::from_utf8(&declaration[..end]).ok()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = value[1..].split(quote).next()?;
    encoding_rs::Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> SourceFile {
        SourceFile::new(FileId::new(0), "a", bytes.to_vec())
    }

    #[test]
    fn columns_count_characters() {
        let file = file("ab\nä€😀x\n".as_bytes());
        let at = |offset| {
            let position = file.position(offset);
            (position.line, position.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 3));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(5), (2, 2));
        assert_eq!(at(8), (2, 3));
        assert_eq!(at(12), (2, 4));
        assert_eq!(at(14), (3, 1));
        assert_eq!(at(9999), (3, 1));
    }

    #[test]
    fn long_lines_are_counted_by_blocks() {
        let text = "aä€😀\n".repeat(3) + &"ä€".repeat(3 * BLOCK) + "\nx";
        let file = file(text.as_bytes());
        for (at, _) in text.char_indices().step_by(7).chain([(text.len(), ' ')]) {
            let position = file.position(u32::try_from(at).unwrap());
            let line = text[..at].matches('\n').count();
            let column = text[..at].chars().rev().take_while(|c| *c != '\n').count();
            assert_eq!((position.line as usize, position.column as usize), (line + 1, column + 1));
            assert_eq!(file.offset(position.line, position.column), at);
        }
    }

    #[test]
    fn short_lines_are_counted_by_blocks() {
        let text = "1,\n".repeat(3 * BLOCK);
        let file = file(text.as_bytes());
        for line in (0..3 * BLOCK).step_by(97).chain([3 * BLOCK - 1]) {
            let number = u32::try_from(line + 1).unwrap();
            let at = u32::try_from(line * 3 + 1).unwrap();
            assert_eq!(file.position(at), Position { line: number, column: 2 });
            assert_eq!(file.offset(number, 2), at as usize);
            assert_eq!(file.line(number), Some(&b"1,"[..]));
        }
        let last = u32::try_from(3 * BLOCK + 1).unwrap();
        assert_eq!((file.line(last), file.line(last + 1)), (Some(&b""[..]), None));
        assert_eq!(file.offset(u32::MAX, u32::MAX), text.len());
    }

    #[test]
    fn lines_come_without_their_breaks() {
        let file = file(b"one\r\ntwo\n");
        assert_eq!(file.line(1), Some(&b"one"[..]));
        assert_eq!(file.line(2), Some(&b"two"[..]));
        assert_eq!(file.line(3), Some(&b""[..]));
        assert_eq!((file.line(0), file.line(4)), (None, None));
    }

    #[test]
    fn other_encodings_become_utf8() {
        assert_eq!(file(b"\xEF\xBB\xBF{}").bytes(), b"{}");
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><map name=\"\xE9\"/>";
        assert!(file(latin).text().unwrap().contains("\"é\""));
        let utf16: Vec<u8> =
            std::iter::once(0xFEFF).chain("<map/>".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(file(&utf16).bytes(), b"<map/>");
    }

    #[test]
    fn bytes_that_are_no_text_keep_their_place() {
        let error = file(b"{\"a\": \"\xFF\"}").text().unwrap_err();
        assert_eq!(error.valid_up_to(), 7);
    }
}
