//! JSON as a tree that keeps the place of everything (tiled-formats, section 16.2).
//!
//! One pass fills an arena of nodes in document order. Texts and numbers stay ranges of the file until
//! somebody asks for them; an array of unsigned integers, which is what tile data is, is a single node,
//! and its numbers are read when they are wanted. Accepted beyond the standard is what Tiled accepts: raw control characters and
//! halves of surrogate pairs in strings, and keys given twice.
//!
//! Of a file that is loaded to be used long lists of numbers are read at once, and their text is not kept
//! ([`condense`]): nodes hold places in the kept text, and what is handed out counts in the whole one.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use super::numbers::{self, Integers, Numbers, Written, is_blank};
use crate::{
    model::{Cells, Json},
    source::{Condensed, Gap, SourceFile},
};

/// Deepest nesting that is read. Tiled itself takes 200 and refuses 2000.
const MAX_DEPTH: usize = 512;

/// A parsed file.
///
/// It holds places, and the numbers of lists whose text is not kept; whoever walks it brings the text along.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// Where each node stands in what holds it, once somebody looked more than a few times.
    steps: OnceLock<Vec<Step>>,
    /// How often somebody looked before that.
    looked: AtomicU32,
    /// Lists of numbers whose text is not kept, in order.
    lists: Vec<List>,
    /// Keys that are given twice in one object: ranges of the first and of the later key in the whole text.
    pub(crate) repeated: Vec<(Range<usize>, Range<usize>)>,
    /// Whether there are keys with escapes, which were not compared with the others of their object.
    has_escaped_keys: bool,
    /// Strings with raw control characters: ranges in the whole text.
    pub(crate) raw_controls: Vec<Range<usize>>,
}

/// A list of numbers whose text is not kept.
#[derive(Debug)]
struct List {
    /// Index of its node.
    node: u32,
    /// Where it has its gap in the kept text.
    at: u32,
    /// Bytes in all gaps up to this one.
    left_out: u32,
    numbers: Numbers,
}

/// The tree of a file, with the text that it is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Document<'a> {
    pub(crate) tree: &'a Tree,
    /// What of the text is kept.
    pub(crate) kept: &'a str,
}

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// Offset of the byte that is wrong.
    pub(crate) at: usize,
    /// What is wrong with it.
    pub(crate) message: String,
    /// Whether it ended too early.
    pub(crate) ends_early: bool,
}

impl SyntaxError {
    /// The text ends within what begins at this byte.
    fn unclosed(at: usize, message: &str) -> Self {
        Self { at, message: message.to_owned(), ends_early: true }
    }
}

/// What a value is, its first byte says; large maps have many values, and each costs memory.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// Index behind the last node inside this one; or with [`Node::INTEGERS`] how many numbers it has. Of a key,
    /// behind which always its value is, [`Keys::mask`] of the keys of its object if it is the first of them, else
    /// its [`Keys::tag`] where the mask is not [`Keys::MANY`]; neither is asked whether it counts numbers.
    next: u32,
}

impl Node {
    /// Marks an array of nothing but unsigned integers of 32 bits. A node takes two bytes of text at
    /// least, so that neither indexes nor counts need the bit.
    const INTEGERS: u32 = 1 << 31;

    /// Index of the node behind this one, which has this index and is no key.
    fn behind(self, index: u32) -> u32 {
        if self.integers().is_some() { index + 1 } else { self.next }
    }

    /// How many unsigned integers an array has that holds nothing else.
    fn integers(self) -> Option<u32> {
        (self.next & Self::INTEGERS != 0).then_some(self.next & !Self::INTEGERS)
    }
}

/// One value of a tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'a> {
    tree: &'a Tree,
    text: &'a str,
    index: u32,
}

/// Reads a text, of which everything stays.
pub(crate) fn parse(text: &str) -> Result<Tree, SyntaxError> {
    Parser::new(text).read().map(|(tree, _)| tree)
}

/// Reads a text if it may be a map, and finds what of it need not be kept.
pub(crate) fn condense(text: &str) -> Option<Condensed> {
    /// Smaller files are read when somebody wants them.
    const SMALLEST: usize = if cfg!(fuzzing) { 0 } else { 4096 };
    if text.len() < SMALLEST || !text.trim_start().starts_with('{') {
        return None;
    }
    let parser = Parser { gaps: Some(Vec::new()), ..Parser::new(text) };
    let (syntax, gaps) = match parser.read() {
        Ok((tree, gaps)) => (Ok(tree), gaps),
        Err(error) => (Err(error), Vec::new()),
    };
    Some(Condensed { gaps, syntax: Box::new(syntax) })
}

/// The tree of a file's text, read once; `None` where the file is no text.
pub(crate) fn document(file: &SourceFile) -> Option<Result<Document<'_>, &SyntaxError>> {
    let kept = file.kept().ok()?;
    let syntax: &Result<Tree, SyntaxError> = file.syntax(|| parse(kept))?;
    Some(syntax.as_ref().map(|tree| Document { tree, kept }))
}

impl<'a> Document<'a> {
    /// The outermost value.
    pub(crate) fn root(self) -> Value<'a> {
        self.tree.root(self.kept)
    }

    /// The value that has exactly this range of the whole text.
    pub(crate) fn at(self, range: &Range<usize>) -> Option<Value<'a>> {
        self.tree.at(self.kept, range)
    }

    /// The value that has exactly this range of the whole text, with its JSON pointer.
    pub(crate) fn find(self, range: &Range<usize>) -> Option<(Value<'a>, String)> {
        self.tree.find(self.kept, range)
    }

    /// What stands in a range of the whole text, as far as it is kept.
    pub(crate) fn part(self, range: &Range<usize>) -> &'a str {
        &self.kept[self.tree.kept(range.start)..self.tree.kept(range.end)]
    }
}

impl Tree {
    /// The outermost value; `text` is what the tree was read from, as far as it is kept.
    pub(crate) fn root<'a>(&'a self, text: &'a str) -> Value<'a> {
        Value { tree: self, text, index: 0 }
    }

    /// Where a place in the kept text is in the whole one; that of a gap is where its end is. The file counts across
    /// the same gaps by itself, since its lines and columns know no syntax.
    fn whole(&self, at: u32) -> usize {
        let before = self.lists.partition_point(|list| list.at <= at);
        let left_out = before.checked_sub(1).map_or(0, |last| self.lists[last].left_out);
        at as usize + left_out as usize
    }

    /// A range of the kept text in the whole one.
    pub(crate) fn whole_range(&self, range: &Range<usize>) -> Range<usize> {
        self.whole(offset(range.start))..self.whole(offset(range.end))
    }

    /// Where a place in the whole text is in the kept one; of what is in a gap, where that is.
    pub(crate) fn kept(&self, at: usize) -> usize {
        let behind = |list: &List| (list.at + list.left_out) as usize;
        let before = self.lists.partition_point(|list| behind(list) <= at);
        let left_out = before.checked_sub(1).map_or(0, |last| self.lists[last].left_out) as usize;
        let next = self.lists.get(before).map_or(usize::MAX, |list| list.at as usize);
        at.saturating_sub(left_out).min(next)
    }

    /// The value that has exactly this range of the whole text.
    fn at<'a>(&'a self, text: &'a str, range: &Range<usize>) -> Option<Value<'a>> {
        // A node begins before all that it holds, so no two begin at one byte.
        let start = self.kept(range.start);
        let index = self.nodes.partition_point(|node| (node.start as usize) < start);
        let found = Value { tree: self, text, index: u32::try_from(index).ok()? };
        self.nodes.get(index).filter(|_| found.range() == *range).map(|_| found)
    }

    /// The value that has exactly this range of the whole text, with its JSON pointer.
    fn find<'a>(&'a self, text: &'a str, range: &Range<usize>) -> Option<(Value<'a>, String)> {
        /// That many are found from the root, which costs as much as stands before them.
        const FEW: u32 = 8;
        let found = self.at(text, range)?;
        if self.steps.get().is_none() && self.looked.fetch_add(1, Ordering::Relaxed) < FEW {
            return Some((found, self.root(text).pointer_to(found.index)?));
        }
        let steps = self.steps.get_or_init(|| steps(text.as_bytes(), &self.nodes));
        let mut pointer = Vec::new();
        let mut at = found;
        loop {
            match steps[at.index as usize] {
                Step::Root => break,
                Step::Key => return None,
                Step::Member(parent) => {
                    let key = at.at(at.index - 1).string().unwrap_or_default();
                    pointer.push(escape_pointer(&key));
                    at = at.at(parent);
                }
                Step::Item(parent, number) => {
                    pointer.push(number.to_string());
                    at = at.at(parent);
                }
            }
        }
        pointer.push(String::new());
        pointer.reverse();
        Some((found, pointer.join("/")))
    }
}

/// Where a node stands in what holds it.
#[derive(Debug, Clone, Copy)]
enum Step {
    Root,
    /// A key of an object.
    Key,
    /// The value behind the key before it, and the object.
    Member(u32),
    /// An array, and the number of the item.
    Item(u32, u32),
}

fn steps(text: &[u8], nodes: &[Node]) -> Vec<Step> {
    let mut steps = vec![Step::Root; nodes.len()];
    for (index, node) in (0_u32..).zip(nodes) {
        let list = match text[node.start as usize] {
            b'[' => true,
            b'{' => false,
            _ => continue,
        };
        let (mut child, mut number) = (index + 1, 0);
        let end = node.behind(index);
        while child < end {
            steps[child as usize] = match number % 2 {
                _ if list => Step::Item(index, number),
                0 => Step::Key,
                _ => Step::Member(index),
            };
            number += 1;
            let is_key = !list && number % 2 == 1;
            child = if is_key { child + 1 } else { nodes[child as usize].behind(child) };
        }
    }
    steps
}

/// A key as a step of a JSON pointer (RFC 6901).
pub(crate) fn escape_pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl<'a> Value<'a> {
    fn node(self) -> Node {
        self.tree.nodes[self.index as usize]
    }

    fn at(self, index: u32) -> Self {
        Self { tree: self.tree, text: self.text, index }
    }

    fn first_byte(self) -> u8 {
        self.text.as_bytes()[self.node().start as usize]
    }

    /// Index of the node behind this value.
    fn next(self) -> u32 {
        self.node().behind(self.index)
    }

    /// Bytes of the value in its file.
    pub(crate) fn range(self) -> Range<usize> {
        let node = self.node();
        if self.tree.lists.is_empty() {
            return node.start as usize..node.end as usize;
        }
        self.tree.whole(node.start)..self.tree.whole(node.end)
    }

    /// Bytes of the value in the kept text.
    pub(crate) fn kept(self) -> Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// The value as it is written. Within lists and objects long lists of numbers may lack those in their middle: it
    /// can be shown, but is not what the file holds.
    pub(crate) fn source(self) -> &'a str {
        &self.text[self.kept()]
    }

    pub(crate) fn is_object(self) -> bool {
        self.first_byte() == b'{'
    }

    pub(crate) fn is_array(self) -> bool {
        self.first_byte() == b'['
    }

    pub(crate) fn is_string(self) -> bool {
        self.first_byte() == b'"'
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self.first_byte(), b'-' | b'0'..=b'9')
    }

    /// `true` or `false`.
    pub(crate) fn boolean(self) -> Option<bool> {
        match self.first_byte() {
            b't' => Some(true),
            b'f' => Some(false),
            _ => None,
        }
    }

    /// A string's text, unescaped.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        let text = self.is_string().then(|| self.inside())?;
        let escaped = memchr::memchr(b'\\', text.as_bytes()).is_some();
        Some(if escaped { Cow::Owned(unescape(text)) } else { Cow::Borrowed(text) })
    }

    /// What stands between the quotes or brackets.
    fn inside(self) -> &'a str {
        let range = self.kept();
        &self.text[range.start + 1..range.end - 1]
    }

    /// A number's value.
    pub(crate) fn number(self) -> Option<f64> {
        self.is_number().then(|| self.source().parse().ok()).flatten()
    }

    /// The list of numbers that this value is, if its text is not kept.
    fn list(self) -> Option<&'a List> {
        let lists = &self.tree.lists;
        Some(&lists[lists.binary_search_by_key(&self.index, |list| list.node).ok()?])
    }

    /// Whether it is an array that holds nothing but unsigned integers.
    pub(crate) fn is_integers(self) -> bool {
        self.node().integers().is_some()
    }

    /// Unsigned integers of an array that holds nothing else.
    pub(crate) fn integers(self) -> Option<Integers<'a>> {
        let left = self.node().integers()? as usize;
        Some(match self.list() {
            Some(list) => Integers::Read(list.numbers.cells.iter()),
            None => Integers::Written(Written::new(self.source(), left)),
        })
    }

    /// The same as the gids that cells hold.
    pub(crate) fn cells(self) -> Option<Cells> {
        let left = self.node().integers()? as usize;
        Some(match self.list() {
            Some(list) => list.numbers.cells.clone(),
            None => Written::new(self.source(), left).cells(),
        })
    }

    /// Items of an array of any values but unsigned integers alone; nothing for other values.
    pub(crate) fn items(self) -> impl Iterator<Item = Value<'a>> {
        let listed = self.is_array() && self.node().integers().is_none();
        let end = if listed { self.next() } else { 0 };
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let item = (index < end).then(|| self.at(index))?;
            index = item.next();
            Some(item)
        })
    }

    /// Keys, unescaped, and values of an object; nothing for other values.
    pub(crate) fn entries(self) -> impl Iterator<Item = (Cow<'a, str>, Value<'a>)> {
        self.members().map(|(key, value)| {
            let escaped = self.tree.has_escaped_keys;
            (if escaped { key.string().unwrap_or_default() } else { Cow::Borrowed(key.inside()) }, value)
        })
    }

    /// Keys as they are written, and values of an object; nothing for other values.
    pub(crate) fn members(self) -> impl Iterator<Item = (Value<'a>, Value<'a>)> {
        let end = if self.is_object() { self.next() } else { 0 };
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let key = (index < end).then(|| self.at(index))?;
            let value = self.at(index + 1);
            index = value.next();
            Some((key, value))
        })
    }

    /// Value of a key; the last where it is given twice.
    #[inline]
    pub(crate) fn get(self, key: &str) -> Option<Value<'a>> {
        self.find(key, Keys::tag(key.as_bytes()))
    }

    fn find(self, key: &str, tag: u32) -> Option<Value<'a>> {
        // As by `members`, but a large part of reading a map: each step of it counts.
        let (node, text) = (self.node(), self.text.as_bytes());
        if text[node.start as usize] != b'{' {
            return None;
        }
        let first = self.index + 1;
        let inside = &self.tree.nodes[first as usize..node.next as usize];
        // Mostly it is asked for what is not there.
        let mask = inside.first()?.next;
        if mask & Keys::bit(tag) == 0 {
            return None;
        }
        if mask == Keys::MANY {
            return self.find_last(key);
        }
        let mut at = 0;
        while let Some([name, value, ..]) = inside.get(at..) {
            let is_like = at == 0 || name.next == tag;
            if is_like && text[name.start as usize + 1..name.end as usize - 1] == *key.as_bytes() {
                return Some(self.at(first + offset(at) + 1));
            }
            at = if value.integers().is_some() { at + 2 } else { (value.next - first) as usize };
        }
        None
    }

    /// The same where one key may be there several times, or be written with escapes.
    #[cold]
    #[inline(never)]
    fn find_last(self, key: &str) -> Option<Value<'a>> {
        self.entries().filter(|(name, _)| name == key).map(|(_, value)| value).last()
    }

    /// JSON pointer from here to the value with this index, which lies in this one or is it; `None` if it is a key.
    fn pointer_to(self, index: u32) -> Option<String> {
        let (mut pointer, mut at) = (String::new(), self);
        while at.index != index {
            let (step, child) = if at.is_object() {
                let (key, value) = at.members().find(|(_, value)| index < value.next())?;
                (escape_pointer(&key.string().unwrap_or_default()), value)
            } else {
                let (number, item) = at.items().enumerate().find(|(_, item)| index < item.next())?;
                (number.to_string(), item)
            };
            if index < child.index {
                return None;
            }
            pointer.push('/');
            pointer.push_str(&step);
            at = child;
        }
        Some(pointer)
    }

    /// Range of the item with this number in the whole text, in an array of any kind.
    pub(crate) fn item_range(self, index: usize) -> Option<Range<usize>> {
        if !self.is_integers() {
            return self.items().nth(index).map(Value::range);
        }
        let (mut index, mut begin) = (index, self.kept().start + 1);
        if let Some(list) = self.list() {
            let hidden = list.numbers.hidden();
            if hidden.contains(&index) {
                let gap = self.tree.whole(list.at) - list.numbers.bytes();
                let Range { start, end } = list.numbers.range(index)?;
                return Some(gap + start..gap + end);
            }
            if index >= hidden.end {
                (index, begin) = (index - hidden.end, list.at as usize);
            }
        }
        let text = &self.text[begin..self.kept().end - 1];
        let item = text.split(',').nth(index)?;
        let from = begin + (item.as_ptr() as usize - text.as_ptr() as usize);
        let start = from + (item.len() - item.trim_start().len());
        Some(self.tree.whole_range(&(start..start + item.trim().len())))
    }

    /// The value apart from its file.
    pub(crate) fn to_json(self) -> Json {
        match self.first_byte() {
            b'n' => Json::Null,
            b't' => Json::Bool(true),
            b'f' => Json::Bool(false),
            b'"' => Json::String(self.string().unwrap_or_default().into_owned()),
            b'{' => {
                Json::Object(self.entries().map(|(key, value)| (key.into_owned(), value.to_json())).collect())
            }
            b'[' => match self.cells() {
                Some(cells) => Json::Integers(cells),
                None => Json::Array(self.items().map(Value::to_json).collect()),
            },
            _ => Json::Number(self.source().to_owned()),
        }
    }
}

/// Half a surrogate pair becomes U+FFFD: no text of ours can hold it.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        rest = rest.get(at + 2..).unwrap_or_default();
        match escape {
            b'n' => out.push('\n'),
            b't' => out.push('\t'),
            b'r' => out.push('\r'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'u' => {
                let (unit, behind) = hex_unit(rest);
                rest = behind;
                let low = rest.strip_prefix("\\u").map(hex_unit);
                match (char::from_u32(unit), low) {
                    (Some(c), _) => out.push(c),
                    (None, Some((low @ 0xDC00..=0xDFFF, behind))) if unit < 0xDC00 => {
                        let code = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        rest = behind;
                    }
                    (None, _) => out.push(char::REPLACEMENT_CHARACTER),
                }
            }
            other => out.push(char::from(other)),
        }
    }
    out.push_str(rest);
    out
}

fn hex_unit(text: &str) -> (u32, &str) {
    let digits = text.get(..4).unwrap_or_default();
    (u32::from_str_radix(digits, 16).unwrap_or(0xFFFD), text.get(4..).unwrap_or_default())
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tree: Tree,
    /// The keys of the objects that were begun, the innermost one's last.
    keys: Vec<Key>,
    /// What need not be kept, where that is wanted to know.
    gaps: Option<Vec<Gap>>,
    /// Bytes of that.
    left_out: usize,
}

/// A key that was read.
struct Key {
    node: usize,
    /// Its bytes, with its quotes, in the whole text.
    start: usize,
    end: usize,
}

/// The keys of one object, while it is read.
struct Keys {
    /// Where they begin among the parser's.
    first: usize,
    /// The [`Keys::bit`]s of those that occurred: most keys are unlike all before.
    mask: u32,
}

impl Keys {
    /// The mask of an object in which a key is given twice, or whose keys were not all compared with each other.
    const MANY: u32 = u32::MAX;

    /// A number for a key as it is written, without its quotes, that few others share: its length and three letters.
    #[inline]
    const fn tag(key: &[u8]) -> u32 {
        let length = key.len();
        if length == 0 {
            return 0;
        }
        u32::from_le_bytes([length.to_le_bytes()[0], key[0], key[length / 2], key[length - 1]])
    }

    /// One bit of 32 for a key's tag.
    fn bit(tag: u32) -> u32 {
        1 << (tag.wrapping_mul(0x9e37_79b1) >> 27)
    }
}

/// The keys that a kind of object has, to tell them from others fast.
#[derive(Debug)]
pub(crate) struct KnownKeys<const COUNT: usize> {
    names: [&'static str; COUNT],
    tags: [u32; COUNT],
}

impl<const COUNT: usize> KnownKeys<COUNT> {
    /// Of these names, in any order.
    pub(crate) const fn new(names: [&'static str; COUNT]) -> Self {
        let (mut tags, mut at) = ([0; COUNT], 0);
        while at < COUNT {
            tags[at] = Keys::tag(names[at].as_bytes());
            at += 1;
        }
        Self { names, tags }
    }

    /// Whether a key is one of them.
    pub(crate) fn has(&self, key: &str) -> bool {
        let tag = Keys::tag(key.as_bytes());
        self.tags.iter().zip(&self.names).any(|(known, name)| *known == tag && *name == key)
    }
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let tree = Tree {
            // As many as maps have, so that hardly any are moved while they are gathered.
            nodes: Vec::with_capacity(text.len() / 96),
            steps: OnceLock::new(),
            looked: AtomicU32::new(0),
            lists: Vec::new(),
            repeated: Vec::new(),
            has_escaped_keys: false,
            raw_controls: Vec::new(),
        };
        Self { text, bytes: text.as_bytes(), at: 0, tree, keys: Vec::new(), gaps: None, left_out: 0 }
    }

    /// The whole text.
    fn read(mut self) -> Result<(Tree, Vec<Gap>), SyntaxError> {
        if u32::try_from(self.text.len()).is_err() {
            return Err(SyntaxError { at: 0, message: "larger than 4 GiB".to_owned(), ends_early: false });
        }
        self.value(0)?;
        self.blanks();
        match self.peek() {
            None => {
                // The tree stays with its file, and while a model is made of it a large map needs most.
                self.tree.nodes.shrink_to_fit();
                Ok((self.tree, self.gaps.unwrap_or_default()))
            }
            Some(_) => Err(self.wrong("text after the end of the document")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        if !self.peek().is_some_and(is_blank) {
            return;
        }
        self.at += 1;
        // Behind the end of a line mostly many follow.
        while self.bytes[self.at..].first_chunk() == Some(b"        ") {
            self.at += 8;
        }
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    fn wrong(&self, message: impl Into<String>) -> SyntaxError {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        // Words and escapes may be cut through, too.
        let is_begun = ["true", "false", "null"].iter().any(|word| word.as_bytes().starts_with(rest));
        let is_escape = rest.strip_prefix(b"\\u").is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        SyntaxError {
            at: self.at,
            message: message.into(),
            ends_early: is_begun || is_escape || rest == b"\\",
        }
    }

    /// What stands at the current place, for messages.
    fn found(&self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.chars().next() {
            None => "the end of the file".to_owned(),
            Some(c) if c.is_control() => format!("control character U+{:04X}", u32::from(c)),
            Some(c) => format!("`{c}`"),
        }
    }

    /// The current place in the kept text.
    fn kept(&self) -> u32 {
        offset(self.at - self.left_out)
    }

    fn push(&mut self) -> usize {
        let start = self.kept();
        self.tree.nodes.push(Node { start, end: start, next: 0 });
        self.tree.nodes.len() - 1
    }

    fn close(&mut self, node: usize) {
        let (end, next) = (self.kept(), offset(self.tree.nodes.len()));
        let node = &mut self.tree.nodes[node];
        node.end = end;
        node.next = next;
    }

    fn value(&mut self, depth: usize) -> Result<(), SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(self.wrong(format!("nested deeper than {MAX_DEPTH}")));
        }
        self.blanks();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'/') => Err(self.wrong("comments are not allowed in JSON")),
            _ => {
                for word in ["true", "false", "null"] {
                    if self.bytes[self.at..].starts_with(word.as_bytes()) {
                        let node = self.push();
                        self.at += word.len();
                        self.close(node);
                        return Ok(());
                    }
                }
                Err(self.wrong(format!("expected a value, found {}", self.found())))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), SyntaxError> {
        let opening = self.at;
        let node = self.push();
        self.at += 1;
        let mut keys = Keys { first: self.keys.len(), mask: 0 };
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            self.close(node);
            return Ok(());
        }
        loop {
            self.blanks();
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') => return Err(self.wrong("a comma before the closing `}` is not allowed in JSON")),
                Some(b'/') => return Err(self.wrong("comments are not allowed in JSON")),
                None => {
                    return Err(SyntaxError::unclosed(opening, "this object is never closed"));
                }
                Some(_) => {
                    return Err(self.wrong(format!("expected a key in quotes, found {}", self.found())));
                }
            }
            let (node, start) = (self.tree.nodes.len(), self.at);
            self.string()?;
            let key = Key { node, start, end: self.at };
            self.note_repeated(&mut keys, &key);
            self.keys.push(key);
            self.blanks();
            if self.peek() != Some(b':') {
                return Err(self.wrong(format!("expected `:` after a key, found {}", self.found())));
            }
            self.at += 1;
            self.value(depth + 1)?;
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                None => {
                    return Err(SyntaxError::unclosed(opening, "this object is never closed"));
                }
                Some(_) => {
                    return Err(
                        self.wrong(format!("expected `,` or `}}` after a value, found {}", self.found()))
                    );
                }
            }
        }
        self.at += 1;
        let first = self.keys[keys.first].node;
        self.tree.nodes[first].next = keys.mask;
        self.keys.truncate(keys.first);
        self.close(node);
        Ok(())
    }

    /// Objects of maps have few keys; one with thousands is not searched, lest time grow with the
    /// square of their number.
    fn note_repeated(&mut self, keys: &mut Keys, key: &Key) {
        let new = key.start..key.end;
        let text = &self.bytes[new.clone()];
        let before = &self.keys[keys.first..];
        // A key may be written in many ways with escapes.
        let is_escaped = text.contains(&b'\\');
        self.tree.has_escaped_keys |= is_escaped;
        if is_escaped || before.len() > 64 {
            keys.mask = Keys::MANY;
            return;
        }
        let tag = Keys::tag(&text[1..text.len() - 1]);
        self.tree.nodes[key.node].next = tag;
        let bit = Keys::bit(tag);
        if keys.mask & bit == 0 {
            keys.mask |= bit;
            return;
        }
        let mut alike = before.iter().filter(|old| self.tree.nodes[old.node].next == tag);
        if let Some(first) = alike.find(|old| self.bytes[old.start..old.end] == *text) {
            self.tree.repeated.push((first.start..first.end, new));
            keys.mask = Keys::MANY;
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), SyntaxError> {
        let opening = self.at;
        if self.integers() {
            return Ok(());
        }
        let node = self.push();
        self.at += 1;
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            self.close(node);
            return Ok(());
        }
        loop {
            self.blanks();
            if self.peek() == Some(b']') {
                return Err(self.wrong("a comma before the closing `]` is not allowed in JSON"));
            }
            if self.peek().is_none() {
                return Err(SyntaxError::unclosed(opening, "this array is never closed"));
            }
            self.value(depth + 1)?;
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                None => {
                    return Err(SyntaxError::unclosed(opening, "this array is never closed"));
                }
                Some(_) => {
                    return Err(
                        self.wrong(format!("expected `,` or `]` after a value, found {}", self.found()))
                    );
                }
            }
        }
        self.at += 1;
        self.close(node);
        Ok(())
    }

    /// Tries to read an array of unsigned integers; leaves everything as it was if there is anything
    /// else in it.
    fn integers(&mut self) -> bool {
        if self.long_list() {
            return true;
        }
        let Some((length, count)) = numbers::list(&self.bytes[self.at..]) else { return false };
        let node = self.push();
        self.at += length;
        self.close(node);
        self.tree.nodes[node].next = Node::INTEGERS | count;
        true
    }

    /// The same of one that need not be kept.
    #[inline(never)]
    fn long_list(&mut self) -> bool {
        let Some(gaps) = &mut self.gaps else { return false };
        let Some(list) = numbers::long_list(&self.bytes[self.at..]) else { return false };
        let bytes = self.at + list.gap.start..self.at + list.gap.end;
        let (at, count) = (offset(bytes.start - self.left_out), offset(list.numbers.cells.len()));
        gaps.push(Gap { bytes, text: Box::new(list.numbers.clone()) });
        let node = self.push();
        self.left_out += list.gap.len();
        let (left_out, numbers) = (offset(self.left_out), list.numbers);
        self.tree.lists.push(List { node: offset(node), at, left_out, numbers });
        self.at += list.length;
        self.close(node);
        self.tree.nodes[node].next = Node::INTEGERS | count;
        true
    }

    fn number(&mut self) -> Result<(), SyntaxError> {
        let node = self.push();
        let start = self.at;
        let digits = |parser: &mut Self| {
            let from = parser.at;
            while matches!(parser.peek(), Some(b'0'..=b'9')) {
                parser.at += 1;
            }
            parser.at - from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.at;
        if digits(self) == 0 {
            return Err(self.wrong(format!("expected a digit, found {}", self.found())));
        }
        if self.at - whole > 1 && self.bytes[whole] == b'0' {
            self.at = start;
            return Err(self.wrong("numbers with a leading zero are not allowed in JSON"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if digits(self) == 0 {
                return Err(self.wrong(format!("expected a digit after the point, found {}", self.found())));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if digits(self) == 0 {
                return Err(self.wrong(format!("expected a digit in the exponent, found {}", self.found())));
            }
        }
        self.close(node);
        Ok(())
    }

    fn string(&mut self) -> Result<(), SyntaxError> {
        let opening = self.at;
        let node = self.push();
        self.at += 1;
        let mut raw_control = false;
        loop {
            let rest = &self.bytes[self.at..];
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
            let Some(plain) = rest.iter().position(special) else {
                self.at = self.bytes.len();
                return Err(SyntaxError::unclosed(opening, "this string is never closed"));
            };
            self.at += plain;
            match rest[plain] {
                b'"' => break,
                b'\\' => {
                    let known = match rest.get(plain + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                        Some(b'u') => {
                            let hex = rest.get(plain + 2..plain + 6);
                            if hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) { 6 } else { 0 }
                        }
                        _ => 0,
                    };
                    if known == 0 {
                        return Err(self.wrong("unknown escape in a string"));
                    }
                    self.at += known;
                }
                _ => {
                    raw_control = true;
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        self.close(node);
        if raw_control {
            self.tree.raw_controls.push(opening..self.at);
        }
        Ok(())
    }
}

/// Texts above 4 GiB are refused before the first offset is made.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_are_told_by_all_of_their_letters() {
        static KNOWN: KnownKeys<3> = KnownKeys::new(["class", "id", ""]);
        assert!(["class", "id", ""].into_iter().all(|key| KNOWN.has(key)));
        // As long, with the same letters at the begin, in the middle, and at the end.
        assert!(["cxaxs", "Class", "i", "idd", "classes"].into_iter().all(|key| !KNOWN.has(key)));
        let long = format!("id{}", " ".repeat(256));
        assert!(!KNOWN.has(&long));
    }

    fn error(text: &str) -> (usize, String) {
        let error = parse(text).unwrap_err();
        (error.at, error.message)
    }

    #[test]
    fn a_key_is_found_whatever_it_is() {
        let text = r#"{"": 1, "a": 2, "ab": 3, "ba": 4, "\u0063": 5}"#;
        let tree = parse(text).unwrap();
        let of = |key: &str| tree.root(text).get(key).map(Value::source);
        assert_eq!(
            ["", "a", "ab", "ba", "c", "b"].map(of),
            [Some("1"), Some("2"), Some("3"), Some("4"), Some("5"), None]
        );
        let text = r#"{"": 1, "a": 2, "ab": {"a": 6}, "ba": 4}"#;
        let tree = parse(text).unwrap();
        let of = |key: &str| tree.root(text).get(key).map(Value::source);
        assert_eq!(["", "a", "ba", "c"].map(of), [Some("1"), Some("2"), Some("4"), None]);
    }

    #[test]
    fn what_is_wrong_is_told_where_it_is() {
        assert_eq!(
            error("{\"a\": 1 \"b\": 2}"),
            (8, "expected `,` or `}` after a value, found `\"`".to_owned())
        );
        assert_eq!(
            error("[1, 2, ]"),
            (7, "a comma before the closing `]` is not allowed in JSON".to_owned())
        );
        assert_eq!(error(" [[1]"), (1, "this array is never closed".to_owned()));
        assert_eq!(error("{\"a"), (1, "this string is never closed".to_owned()));
        assert_eq!(error("[01]"), (1, "numbers with a leading zero are not allowed in JSON".to_owned()));
        assert_eq!(error("[NaN]"), (1, "expected a value, found `N`".to_owned()));
        assert_eq!(error("{} x"), (3, "text after the end of the document".to_owned()));
        assert_eq!(error("// c"), (0, "comments are not allowed in JSON".to_owned()));
        assert_eq!(error("").1, "expected a value, found the end of the file");
        assert!(error(&"[".repeat(100_000)).1.starts_with("nested deeper"));
    }

    #[test]
    fn what_is_cut_off_is_known() {
        let ends_early = |text: &str| parse(text).unwrap_err().ends_early;
        for cut in ["{", "[1,", "{\"a", "{\"a\"", "{\"a\":", "[fal", "[\"\\", "[\"\\u00", "[-", "[[0, 0", ""]
        {
            assert!(ends_early(cut), "{cut}");
        }
        for other in ["[x]", "[fals]", "[\"\\x", "[\"\\u0g", "{} x", "[01]", "[1 2"] {
            assert!(!ends_early(other), "{other}");
        }
    }

    #[test]
    fn what_tiled_accepts_is_accepted() {
        let text = "{\"a\":\"x\u{1}\",\"a\":\"\\ud83d\\ude00\\ud83d!\",\"n\":[-1.5e3,4294967296]}";
        let tree = parse(text).unwrap();
        let root = tree.root(text);
        assert_eq!(root.get("a").unwrap().string().unwrap(), "😀\u{fffd}!");
        assert_eq!((tree.repeated.len(), tree.raw_controls.len()), (1, 1));
        let numbers: Vec<_> = root.get("n").unwrap().items().map(|n| n.number().unwrap()).collect();
        assert_eq!(numbers, [-1500.0, 4_294_967_296.0]);
    }

    #[test]
    fn keys_given_twice_are_told_among_many() {
        let pairs = |keys: &[&str]| {
            let members: Vec<String> = keys.iter().map(|key| format!("\"{key}\": {{\"in\": 1}}")).collect();
            format!("{{{}}}", members.join(", "))
        };
        let keys = ["a", "b", "ab", "ba", "id", "it", "name", "nome", "type", "tile", "x", "y"];
        assert_eq!(parse(&pairs(&keys)).unwrap().repeated, []);
        // Each object has keys of its own.
        assert_eq!(
            parse(r#"{"id": {"it": [{"id": 1}]}, "it": 2, "in": {}, "to": {"id": 1}}"#).unwrap().repeated,
            []
        );
        for key in keys {
            let text = pairs(&[&keys[..], &[key][..]].concat());
            let tree = parse(&text).unwrap();
            let [(first, later)] = &tree.repeated[..] else { panic!("{text}") };
            assert_eq!(
                (&text[first.clone()], later.start),
                (&text[later.clone()], text.rfind(&format!("\"{key}\"")).unwrap())
            );
        }
    }

    #[test]
    fn every_value_is_found_by_its_place() {
        let text = r#"{"a/b": [ 10, 20 ,30 ], "c": [{"d": null}, "e"]}"#;
        let tree = parse(text).unwrap();
        let numbers = tree.root(text).get("a/b").unwrap();
        assert_eq!(numbers.integers().unwrap().collect::<Vec<_>>(), [10, 20, 30]);
        assert_eq!(&text[numbers.item_range(1).unwrap()], "20");
        assert_eq!(numbers.item_range(3), None);
        let at = text.find("null").unwrap();
        assert_eq!(tree.find(text, &(at..at + 4)).unwrap().1, "/c/0/d");
        assert_eq!(tree.find(text, &numbers.range()).unwrap().1, "/a~1b");
    }

    #[test]
    fn a_place_is_found_alike_by_who_asks_once_and_who_asks_often() {
        let text = r#"{"a": {}, "b": [[], [1, 2], [null, "x", {"~": 1.5, "/": [{}]}]], "": {"c": -1}, "d": [0, true]}"#;
        let often = parse(text).unwrap();
        for _ in 0..20 {
            assert!(often.find(text, &(0..text.len())).is_some());
        }
        assert!(often.steps.get().is_some());
        let mut pointers = Vec::new();
        for node in &often.nodes {
            let range = node.start as usize..node.end as usize;
            let found = |tree: &Tree| tree.find(text, &range).map(|(value, pointer)| (value.index, pointer));
            assert_eq!(found(&parse(text).unwrap()), found(&often), "{}", &text[range.clone()]);
            pointers.extend(found(&often).map(|(_, pointer)| pointer));
        }
        let expected = [
            "",
            "/a",
            "/b",
            "/b/0",
            "/b/1",
            "/b/2",
            "/b/2/0",
            "/b/2/1",
            "/b/2/2",
            "/b/2/2/~0",
            "/b/2/2/~1",
            "/b/2/2/~1/0",
            "/",
            "//c",
            "/d",
            "/d/0",
            "/d/1",
        ];
        assert_eq!(pointers, expected);
    }

    #[test]
    fn only_unsigned_integers_of_32_bits_are_tile_data() {
        let read = |text: &str| {
            let tree = parse(text).unwrap();
            tree.root(text).integers().map(Iterator::collect::<Vec<_>>)
        };
        assert_eq!(read("[0,0, 0 ,\n0,4294967295]"), Some(vec![0, 0, 0, 0, u32::MAX]));
        for text in
            ["[]", "[0, 4294967296]", "[0, 0.5]", "[0,-1]", "[0, \"0\"]", "[[0]]", "[99999999999999999999]"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["[00]", "[0,01]", "[0,]", "[0,,0]", "[0 0]", "[0, 0", "[0,0,"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn runs_of_tiles_are_read_whole(
            runs in proptest::collection::vec(
                (proptest::prop_oneof![3 => proptest::strategy::Just(0_u32), 1 => proptest::num::u32::ANY], 1..40_usize, 0..4_usize),
                1..8,
            ),
        ) {
            let (mut text, mut expected) = ("[".to_owned(), Vec::new());
            for (number, times, comma) in runs {
                for _ in 0..times {
                    text.push_str(&number.to_string());
                    text.push_str([",", ", ", ",\n ", " ,"][comma]);
                    expected.push(number);
                }
            }
            text.push_str("0]");
            expected.push(0);
            let tree = parse(&text).unwrap();
            let integers = tree.root(&text).integers().unwrap();
            proptest::prop_assert_eq!(integers.len(), expected.len());
            for taken in [1, 2, expected.len() / 2] {
                let (mut behind, mut read) = (integers.clone(), Vec::new());
                read.extend(behind.by_ref().take(taken));
                read.extend(behind);
                proptest::prop_assert_eq!(&read, &expected);
            }
            proptest::prop_assert_eq!(integers.collect::<Vec<_>>(), &expected[..]);
            let cells = tree.root(&text).cells().unwrap();
            proptest::prop_assert_eq!(cells.iter().map(|gid| gid.0).collect::<Vec<_>>(), expected);
            // What lies in the middle of a run can be wrong, too.
            let broken = text.replacen("0, 0, 0, 0, 0, 0, 0, 0,", "0, 0, 0, 0, 00, 0, 0, 0,", 1);
            proptest::prop_assert_eq!(parse(&broken).is_err(), broken != text);
        }

        #[test]
        fn a_key_leads_to_the_last_value_that_it_was_given(
            // Some share their length and three letters, some are one key in several writings.
            few in proptest::collection::vec("abcde|axcye|abcxe|a|\\\\u0061|aé|aê||k[0-9]", 0..5),
            many in proptest::collection::vec("abcde|axcye|k[0-9]{1,2}", 0..90),
            is_few in proptest::bool::ANY,
        ) {
            let keys = if is_few { few } else { many };
            let members: Vec<String> = (0..).zip(&keys).map(|(at, key)| format!("\"{key}\": {at}")).collect();
            let object = format!("{{{}}}", members.join(", "));
            let text = format!("[{object}, {{\"abcde\": {object}, \"a\": 1}}]");
            let tree = parse(&text).unwrap();
            let expected: serde_json::Value = serde_json::from_str(&object).unwrap();
            let items: Vec<Value> = tree.root(&text).items().collect();
            for of in [items[0], items[1].get("abcde").unwrap()] {
                for key in ["", "a", "aé", "abcde", "axcye", "abcxe", "ab", "k7", "k07", "k77", "nobody"] {
                    let expected = expected.get(key).map(ToString::to_string);
                    proptest::prop_assert_eq!(of.get(key).map(|found| found.source().to_owned()), expected, "{}", key);
                }
            }
            proptest::prop_assert_eq!(items[1].get("a").map(Value::source), Some("1"));
        }

        #[test]
        fn blanks_say_nothing(runs in proptest::collection::vec("[ \t\n\r]?[ ]{0,20}[ \t\r\n]{0,3}", 9)) {
            let tokens = ["[", "{", "\"a        b\"", ":", "true", "}", ",", "-1", "]"];
            let spaced: Vec<String> =
                tokens.iter().zip(&runs).map(|(token, blanks)| format!("{token}{blanks}")).collect();
            let text = runs[3].clone() + &spaced.concat();
            let read = |text: &str| parse(text).unwrap().root(text).to_json();
            proptest::prop_assert_eq!(read(&text), read(&tokens.concat()));
            for cut in (0..text.trim_end().len()).filter(|cut| text.is_char_boundary(*cut)) {
                proptest::prop_assert!(parse(&text[..cut]).is_err());
            }
        }

        #[test]
        fn tile_data_is_read_however_it_is_spaced(
            cells in proptest::collection::vec(
                (proptest::prop_oneof![3 => 0_u32..2, 1 => proptest::num::u32::ANY], "[ \n\t\r]{0,2}", "[ \n\t\r]{0,2}"),
                1..40,
            ),
        ) {
            let written: Vec<String> =
                cells.iter().map(|(number, before, behind)| format!("{before}{number}{behind}")).collect();
            let text = format!("{{\"data\":[{}]}}", written.join(","));
            let tree = parse(&text).unwrap();
            let data = tree.root(&text).get("data").unwrap();
            let expected: Vec<u32> = cells.iter().map(|(number, ..)| *number).collect();
            let mut one_by_one = data.integers().unwrap();
            let first = one_by_one.next();
            proptest::prop_assert_eq!(first, expected.first().copied());
            let mut rest = Vec::new();
            one_by_one.for_each(|number| rest.push(number));
            proptest::prop_assert_eq!(&rest[..], &expected[1..]);
            let mut looped = Vec::new();
            for number in data.integers().unwrap() {
                looped.push(number);
            }
            proptest::prop_assert_eq!(looped, expected);
        }

        #[test]
        fn strict_json_is_read_as_serde_reads_it(text in "[\\[\\]{}:,\"0-9a-e\\\\ .+-]{0,40}") {
            let ours = parse(&text);
            if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&text) {
                let tree = ours.expect("serde_json accepts it");
                let round: serde_json::Value = serde_json::from_str(tree.root(&text).source()).unwrap();
                proptest::prop_assert_eq!(round, theirs);
            } else {
                // What we accept beyond strict JSON is not in this alphabet, but numbers beyond f64.
                proptest::prop_assert!(ours.is_err() || text.contains('e'));
            }
        }
    }
}
