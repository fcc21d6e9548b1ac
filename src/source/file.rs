//! One file's text, and places in it.

use std::{any::Any, str::Utf8Error, sync::OnceLock};

use super::{Condense, lines::Marks, text::Text};

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
    /// Whether the file itself is UTF-8, too.
    is_utf8: bool,
    syntax: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// Text where the bytes are one, told once.
#[derive(Debug)]
enum Content {
    Text(Text),
    Bytes(Vec<u8>, OnceLock<Marks>, Utf8Error),
}

impl SourceFile {
    /// `condense` is who knows what need not be kept of a text, if there is somebody.
    pub(super) fn new(id: FileId, name: &str, bytes: Vec<u8>, condense: Option<Condense>) -> Self {
        let (bytes, is_utf8) = decode(bytes);
        let syntax = OnceLock::new();
        let content = match String::from_utf8(bytes) {
            Ok(text) => Content::Text(match condense.and_then(|condense| condense(&text)) {
                Some(condensed) => {
                    let _new = syntax.set(condensed.syntax);
                    Text::without(text, condensed.gaps)
                }
                None => Text::new(text),
            }),
            Err(error) => {
                let reason = error.utf8_error();
                Content::Bytes(error.into_bytes(), OnceLock::new(), reason)
            }
        };
        Self { id, name: name.to_owned(), content, is_utf8, syntax }
    }

    /// The same file under another number.
    pub(super) fn numbered(self, id: FileId) -> Self {
        Self { id, ..self }
    }

    /// Number of this file.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// Path relative to the project's root, with `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes [`Self::bytes`] are.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Text(text) => text.len(),
            Content::Bytes(bytes, ..) => bytes.len(),
        }
    }

    /// Whether the file is empty, but for a byte order mark.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether [`Self::bytes`] are what the file holds, but for a byte order mark.
    pub(crate) fn is_utf8(&self) -> bool {
        self.is_utf8 && matches!(self.content, Content::Text(_))
    }

    /// What spans point into: the text in UTF-8, without a byte order mark.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.whole().as_bytes(),
            Content::Bytes(bytes, ..) => bytes,
        }
    }

    /// Some of [`Self::bytes`]. Only where numbers that were not kept lie among them, all of the text is written again.
    pub fn part(&self, range: std::ops::Range<usize>) -> Option<&[u8]> {
        match &self.content {
            Content::Text(text) => text.part(range).map(str::as_bytes),
            Content::Bytes(bytes, ..) => bytes.get(range),
        }
    }

    /// The text, if it is one.
    ///
    /// Of large maps long lists of numbers are not kept as text: who asks for all of it has them written again.
    ///
    /// # Errors
    /// Where the bytes are no UTF-8, with the offset of the first that is not.
    pub fn text(&self) -> Result<&str, Utf8Error> {
        match &self.content {
            Content::Text(text) => Ok(text.whole()),
            Content::Bytes(.., error) => Err(*error),
        }
    }

    /// The text without the gaps that whoever condensed it left: what [`Self::syntax`] is of.
    pub(crate) fn kept(&self) -> Result<&str, Utf8Error> {
        match &self.content {
            Content::Text(text) => Ok(text.kept()),
            Content::Bytes(.., error) => Err(*error),
        }
    }

    /// What a reader makes of the kept text, made when first asked for and kept with it: a map's syntax is asked
    /// for when it is loaded, when its structure is judged, and by findings for their places and fixes. `None`
    /// where another reader was here before, whose syntax is of another kind.
    pub(crate) fn syntax<T: Any + Send + Sync>(&self, read: impl FnOnce() -> T) -> Option<&T> {
        self.syntax.get_or_init(|| Box::new(read())).downcast_ref()
    }

    /// Range of the whole text.
    pub fn span(&self) -> Span {
        self.span_of(0..self.len())
    }

    /// Range of some bytes of this file.
    pub fn span_of(&self, range: std::ops::Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at.min(self.len())).unwrap_or(u32::MAX);
        Span { file: self.id, start: offset(range.start), end: offset(range.end) }
    }

    /// Line and column of a byte offset. Characters and lines are counted when first asked for, so files
    /// without findings never pay for it.
    pub fn position(&self, offset: u32) -> Position {
        match &self.content {
            Content::Text(text) => text.position(offset as usize),
            Content::Bytes(bytes, marks, _) => marks_of(bytes, marks).position(bytes, offset as usize),
        }
    }

    /// Offset of a place given as line and column, both from 1: the inverse of [`Self::position`].
    pub fn offset(&self, line: u32, column: u32) -> usize {
        match &self.content {
            Content::Text(text) => text.offset(line, column),
            Content::Bytes(bytes, marks, _) => marks_of(bytes, marks).offset(bytes, line, column),
        }
    }

    /// Bytes of a line, counted from 1, without its line break.
    pub fn line(&self, line: u32) -> Option<&[u8]> {
        match &self.content {
            Content::Text(text) => text.line(line),
            Content::Bytes(bytes, marks, _) => marks_of(bytes, marks).line(bytes, line),
        }
    }
}

fn marks_of<'a>(bytes: &[u8], marks: &'a OnceLock<Marks>) -> &'a Marks {
    marks.get_or_init(|| Marks::of(bytes))
}

/// Whether a file was never fetched from where Git LFS keeps it: a pointer stands in its place.
pub(crate) fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.starts_with(b"version https://git-lfs")
}

/// Bytes to UTF-8: by byte order mark, else by the encoding that an XML declaration names. Anything
/// else stays as it is; JSON is UTF-8 or it is wrong. Also whether they were UTF-8 before.
fn decode(mut bytes: Vec<u8>) -> (Vec<u8>, bool) {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        if encoding == encoding_rs::UTF_8 {
            bytes.drain(..mark);
            return (bytes, true);
        }
        return (encoding.decode_with_bom_removal(&bytes).0.into_owned().into_bytes(), false);
    }
    match declared_encoding(&bytes) {
        Some(encoding) if encoding != encoding_rs::UTF_8 => {
            let text = encoding.decode_without_bom_handling(&bytes).0.into_owned().into_bytes();
            let is_utf8 = text == bytes;
            (text, is_utf8)
        }
        _ => (bytes, true),
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
    use super::{super::lines::BLOCK, *};

    fn file(bytes: &[u8]) -> SourceFile {
        SourceFile::new(FileId::new(0), "a", bytes.to_vec(), None)
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
