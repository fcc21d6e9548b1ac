//! Handwritings of JSON: Tiled's own, and one without a blank too many (tiled-formats, section 12).

use std::fmt::Write as _;

use super::merge::{Edited, Key, Member};
use crate::{
    format::json::Value,
    model::{Gid, Json},
};

/// How texts are escaped beyond what JSON demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format) struct Escapes {
    /// Whether `/` is written `\/`.
    pub(in crate::format) slashes: bool,
    /// Whether everything beyond ASCII is written as UTF-16 units.
    pub(in crate::format) ascii: bool,
}

impl Escapes {
    /// Tiled's way.
    pub(super) const TILED: Self = Self { slashes: true, ascii: true };
    /// No more than JSON demands.
    pub(super) const FEWEST: Self = Self { slashes: false, ascii: false };

    /// As a file does it; where nothing in it tells, as whoever began it so.
    pub(in crate::format) fn in_hand_of(text: &str) -> Self {
        let tiled = text.starts_with("{ \"") && text.contains('\n');
        Self::of(text, if tiled { Self::TILED } else { Self::FEWEST })
    }

    /// As a file does it; where nothing in it tells, as `otherwise`.
    pub(super) fn of(text: &str, otherwise: Self) -> Self {
        let slashes = match (text.contains("\\/"), text.contains('/')) {
            (true, _) => true,
            (false, true) => false,
            (false, false) => otherwise.slashes,
        };
        let codes = text.match_indices("\\u").map(|(at, _)| text.get(at + 2..at + 6));
        let escaped = |code: Option<&str>| u32::from_str_radix(code?, 16).ok().filter(|code| *code > 127);
        let ascii = text.is_ascii() && (otherwise.ascii || codes.map(escaped).any(|code| code.is_some()));
        Self { slashes, ascii }
    }

    /// Writes a text with its quotes.
    pub(in crate::format) fn write(self, text: &str, out: &mut String) {
        out.push('"');
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '/' if self.slashes => out.push_str("\\/"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                c if u32::from(c) < 0x20 || self.ascii && u32::from(c) > 127 => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _infallible = write!(out, "\\u{unit:04x}");
                    }
                }
                c => out.push(c),
            }
        }
        out.push('"');
    }
}

/// Tiled's handwriting.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    pub(super) out: String,
    /// Items after which arrays break: the width of the map; 0 for never, as before Tiled 1.8.3.
    pub(super) wrap: usize,
    /// Whether some editor took the blanks at line ends away.
    pub(super) stripped: bool,
    /// Line break.
    pub(super) newline: &'a str,
    pub(super) escapes: Escapes,
}

impl Hand<'_> {
    /// As Tiled writes today.
    pub(super) fn new(wrap: usize) -> Self {
        Self { out: String::new(), wrap, stripped: false, newline: "\n", escapes: Escapes::TILED }
    }

    /// Writes a whole document.
    pub(super) fn root(&mut self, json: &Json) {
        match json {
            Json::Object(pairs) => self.root_object(sorted(pairs), Self::pair),
            json => self.json(json, 0),
        }
    }

    /// Writes a whole document after an edit.
    pub(super) fn edited_root(&mut self, edited: &Edited) {
        match edited {
            Edited::Kept(value) if value.is_object() => self.root_object(value.members(), Self::file_pair),
            Edited::Object(_, members) => self.root_object(members, Self::member),
            edited => self.edited(edited, 0),
        }
    }

    fn root_object<T>(&mut self, pairs: impl IntoIterator<Item = T>, write: impl Fn(&mut Self, T, usize)) {
        self.out.push_str("{ ");
        for (index, pair) in pairs.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
                self.line(0);
                self.out.push(' ');
            }
            write(self, pair, 0);
        }
        self.line(0);
        self.out.push('}');
    }

    fn object<T>(
        &mut self,
        pairs: impl IntoIterator<Item = T>,
        depth: usize,
        write: impl Fn(&mut Self, T, usize),
    ) {
        self.line(depth);
        self.out.push('{');
        self.out.push_str(self.newline);
        for (index, pair) in pairs.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
                self.out.push_str(self.newline);
            }
            self.indent(depth);
            self.out.push(' ');
            write(self, pair, depth);
        }
        self.line(depth);
        self.out.push('}');
    }

    fn array<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        depth: usize,
        write: impl Fn(&mut Self, T, usize),
    ) {
        self.out.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                if self.wrap > 0 && index.is_multiple_of(self.wrap) {
                    self.out.push(',');
                    self.line(depth);
                } else {
                    self.out.push_str(", ");
                }
            }
            write(self, item, depth + 1);
        }
        self.out.push(']');
    }

    fn integer(&mut self, number: Gid, _: usize) {
        integer(number.0, &mut self.out);
    }

    fn json(&mut self, json: &Json, depth: usize) {
        match json {
            Json::Array(items) => self.array(items, depth, Self::json),
            Json::Integers(items) => self.array(items, depth, Self::integer),
            Json::Object(pairs) => self.object(sorted(pairs), depth, Self::pair),
            plain => scalar(plain, self.escapes, &mut self.out),
        }
    }

    fn pair(&mut self, (key, value): (&str, &Json), depth: usize) {
        self.escapes.write(key, &mut self.out);
        self.out.push(':');
        self.json(value, depth + 1);
    }

    fn file(&mut self, value: Value, depth: usize) {
        if value.is_object() {
            self.object(value.members(), depth, Self::file_pair);
        } else if let Some(integers) = value.integers() {
            self.array(integers.map(Gid), depth, Self::integer);
        } else if value.is_array() {
            self.array(value.items(), depth, Self::file);
        } else {
            self.out.push_str(value.source());
        }
    }

    fn file_pair(&mut self, (key, value): (Value, Value), depth: usize) {
        self.out.push_str(key.source());
        self.out.push(':');
        self.file(value, depth + 1);
    }

    fn edited(&mut self, edited: &Edited, depth: usize) {
        match edited {
            Edited::Kept(value) => self.file(*value, depth),
            Edited::Made(json) => self.json(json, depth),
            Edited::Object(_, members) => self.object(members, depth, Self::member),
            Edited::Array(_, items) => self.array(items, depth, Self::edited),
        }
    }

    fn member(&mut self, member: &Member, depth: usize) {
        match &member.key {
            Key::Kept(key) => self.out.push_str(key.source()),
            Key::Made(key) => self.escapes.write(key, &mut self.out),
        }
        self.out.push(':');
        self.edited(&member.value, depth + 1);
    }

    fn line(&mut self, depth: usize) {
        if self.stripped {
            self.out.truncate(self.out.trim_end_matches(' ').len());
        }
        self.out.push_str(self.newline);
        self.indent(depth);
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("    ");
        }
    }
}

/// Tiled sorts keys by UTF-16 units; the last of a repeated key counts.
fn sorted(pairs: &[(String, Json)]) -> Vec<(&str, &Json)> {
    let mut sorted: Vec<(&str, &Json)> = pairs.iter().map(|(key, value)| (key.as_str(), value)).collect();
    sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
    sorted.reverse();
    sorted.dedup_by(|a, b| a.0 == b.0);
    sorted.reverse();
    sorted
}

/// Writes a value without white space.
pub(super) fn minimized(json: &Json, out: &mut String) {
    fn list<T>(
        brackets: [char; 2],
        items: impl IntoIterator<Item = T>,
        out: &mut String,
        write: impl Fn(T, &mut String),
    ) {
        out.push(brackets[0]);
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write(item, out);
        }
        out.push(brackets[1]);
    }
    match json {
        Json::Array(items) => list(['[', ']'], items, out, minimized),
        Json::Integers(items) => list(['[', ']'], items, out, |item, out| integer(item.0, out)),
        Json::Object(pairs) => list(['{', '}'], sorted(pairs), out, |(key, value), out| {
            Escapes::FEWEST.write(key, out);
            out.push(':');
            minimized(value, out);
        }),
        plain => scalar(plain, Escapes::FEWEST, out),
    }
}

fn integer(number: u32, out: &mut String) {
    out.push_str(itoa::Buffer::new().format(number));
}

/// Writes what is neither array nor object.
pub(super) fn scalar(json: &Json, escapes: Escapes, out: &mut String) {
    match json {
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(text) => out.push_str(text),
        Json::String(text) => escapes.write(text, out),
        _ => out.push_str("null"),
    }
}
