//! Edits of files that no program's hand explains: blanks stay place by place, and what is new is set
//! as its neighbours are.

use std::{borrow::Cow, fmt::Write as _, ops::Range};

use super::{
    hand::{Escapes, scalar},
    merge::{Edited, Key, Member},
};
use crate::{format::json::Value, model::Json};

/// Writes an edited file.
#[derive(Debug)]
pub(super) struct Splice<'a> {
    text: &'a str,
    newline: &'a str,
    escapes: Escapes,
    /// Between a key and its value.
    colon: Cow<'a, str>,
    /// Between items that stand on one line.
    comma: &'a str,
    /// One step of indentation; `None` where the file is one line.
    step: Option<&'a str>,
    /// Whether each number of tile data stands on a line of its own.
    numbers_on_lines: bool,
    out: String,
}

/// The blanks of one object or array.
struct Blanks<'a> {
    /// Behind the opening bracket.
    open: Cow<'a, str>,
    /// Between two items, with the comma.
    comma: Cow<'a, str>,
    /// Before the closing bracket.
    close: Cow<'a, str>,
    /// The items in the file.
    items: Vec<Range<usize>>,
}

impl<'a> Splice<'a> {
    /// Learns the ways of a file from its outermost object.
    pub(super) fn new(text: &'a str, root: Value<'a>, newline: &'a str, escapes: Escapes) -> Self {
        let first = root.members().next().or_else(|| {
            let inner = root.items().next()?;
            inner.members().next()
        });
        let colon = first.map_or(":", |(key, value)| &text[key.range().end..value.range().start]);
        let open = first.map_or("", |(key, _)| {
            let before = text[..key.range().start].rfind('{').map_or(0, |at| at + 1);
            &text[before..key.range().start]
        });
        let step = open.rsplit_once('\n').map(|(_, step)| step);
        let tight = !colon.ends_with(' ');
        Self {
            text,
            newline,
            escapes,
            // A value on the next line is the way of one object, not of all.
            colon: if colon.contains('\n') { ": ".into() } else { colon.into() },
            comma: if tight { "," } else { ", " },
            step,
            numbers_on_lines: numbers_on_lines(text, root),
            out: String::with_capacity(text.len()),
        }
    }

    /// The text of the file after an edit.
    pub(super) fn written(mut self, edited: &Edited) -> String {
        let before = match edited {
            Edited::Kept(value) | Edited::Object(value, _) | Edited::Array(value, _) => value.range().start,
            Edited::Made(_) => 0,
        };
        self.out.push_str(&self.text[..before]);
        self.edited(edited, "", false);
        self.out
    }

    /// `indent` is the indentation of the line that the value begins on; `inline` whether a new value
    /// stays on that line.
    fn edited(&mut self, edited: &Edited, indent: &str, inline: bool) {
        match edited {
            Edited::Kept(value) => self.out.push_str(value.source()),
            Edited::Made(json) => self.json(json, indent, inline),
            Edited::Object(file, members) => {
                let items = file.members().map(|(key, value)| key.range().start..value.range().end).collect();
                let blanks = self.blanks(*file, items, indent);
                let of_file = |member: &Member| match &member.key {
                    Key::Kept(key) => Some(key.range().start),
                    Key::Made(_) => None,
                };
                self.list(['{', '}'], &blanks, indent, members, of_file, |splice, member, indent| {
                    splice.member(member, indent, !blanks.open.contains('\n'));
                });
            }
            Edited::Array(file, items) => {
                let ranges = file.items().map(Value::range).collect();
                let blanks = self.blanks(*file, ranges, indent);
                let lines = |item: Value| item.source().contains('\n');
                let inline = file.items().next().map_or(self.step.is_none(), |first| !lines(first));
                let of_file = |item: &Edited| match item {
                    Edited::Kept(value) | Edited::Object(value, _) | Edited::Array(value, _) => {
                        Some(value.range().start)
                    }
                    Edited::Made(_) => None,
                };
                self.list(['[', ']'], &blanks, indent, items, of_file, |splice, item, indent| {
                    splice.edited(item, indent, inline);
                });
            }
        }
    }

    fn member(&mut self, member: &Member, indent: &str, inline: bool) {
        match &member.key {
            Key::Kept(key) => {
                self.out.push_str(key.source());
                let behind = &self.text[key.range().end..];
                let blanks = behind.len() - behind.trim_start_matches([':', ' ', '\t', '\r', '\n']).len();
                self.out.push_str(&behind[..blanks]);
            }
            Key::Made(key) => {
                self.escapes.write(key, &mut self.out);
                self.out.push_str(&self.colon);
            }
        }
        self.edited(&member.value, indent, inline);
    }

    fn list<T>(
        &mut self,
        brackets: [char; 2],
        blanks: &Blanks,
        indent: &str,
        items: &[T],
        of_file: impl Fn(&T) -> Option<usize>,
        write: impl Fn(&mut Self, &T, &str),
    ) {
        self.out.push(brackets[0]);
        let inner = blanks.open.rsplit_once('\n').map_or(indent, |(_, inner)| inner).to_owned();
        let mut last: Option<usize> = None;
        for (number, item) in items.iter().enumerate() {
            let place = of_file(item)
                .and_then(|start| blanks.items.binary_search_by_key(&start, |range| range.start).ok());
            match (number, last, place) {
                (0, ..) => self.out.push_str(&blanks.open),
                (_, Some(last), Some(place)) if last + 1 == place => {
                    self.out.push_str(&self.text[blanks.items[last].end..blanks.items[place].start]);
                }
                _ => self.out.push_str(&blanks.comma),
            }
            last = place;
            write(self, item, &inner);
        }
        if !items.is_empty() {
            self.out.push_str(&blanks.close);
        }
        self.out.push(brackets[1]);
    }

    fn blanks(&self, file: Value, items: Vec<Range<usize>>, indent: &str) -> Blanks<'a> {
        let range = file.range();
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            let open = self.line(indent, 1);
            let comma = if open.is_empty() { self.comma.into() } else { format!(",{open}").into() };
            return Blanks { comma, close: self.line(indent, 0).into(), open: open.into(), items };
        };
        let open = &self.text[range.start + 1..first.start];
        let comma = match items.get(1) {
            Some(second) => self.text[first.end..second.start].into(),
            None => format!(",{}", if open.contains('\n') { open } else { &self.comma[1..] }).into(),
        };
        Blanks { open: open.into(), comma, close: self.text[last.end..range.end - 1].into(), items }
    }

    /// A line break with indentation, or nothing in a file of one line.
    fn line(&self, indent: &str, steps: usize) -> String {
        self.step.map_or(String::new(), |step| format!("{}{indent}{}", self.newline, step.repeat(steps)))
    }

    fn json(&mut self, json: &Json, indent: &str, inline: bool) {
        let inner = format!("{indent}{}", self.step.unwrap_or_default());
        let line = |steps| if inline { String::new() } else { self.line(indent, steps) };
        let (open, close) = (line(1), line(0));
        let comma = if open.is_empty() { self.comma.to_owned() } else { format!(",{open}") };
        match json {
            Json::Object(pairs) if !pairs.is_empty() => {
                self.out.push('{');
                for (index, (key, value)) in pairs.iter().enumerate() {
                    self.out.push_str(if index == 0 { &open } else { &comma });
                    self.escapes.write(key, &mut self.out);
                    self.out.push_str(&self.colon.clone());
                    self.json(value, &inner, inline);
                }
                self.out.push_str(&close);
                self.out.push('}');
            }
            Json::Array(items) if !items.is_empty() => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index == 0 { &open } else { &comma });
                    self.json(item, &inner, inline);
                }
                self.out.push_str(&close);
                self.out.push(']');
            }
            Json::Integers(items) => {
                let lines = self.numbers_on_lines && !items.is_empty();
                let comma = if lines { comma.as_str() } else { self.comma };
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index > 0 {
                        comma
                    } else if lines {
                        &open
                    } else {
                        ""
                    });
                    let _infallible = write!(self.out, "{}", item.0);
                }
                self.out.push_str(if lines { &close } else { "" });
                self.out.push(']');
            }
            Json::Array(_) => self.out.push_str("[]"),
            Json::Object(_) => self.out.push_str("{}"),
            plain => scalar(plain, self.escapes, &mut self.out),
        }
    }
}

/// Whether the first list of several numbers breaks behind its first one.
fn numbers_on_lines(text: &str, value: Value) -> bool {
    fn first(value: Value) -> Option<Value> {
        if value.integers().is_some_and(|numbers| numbers.len() > 1) {
            return Some(value);
        }
        value.members().map(|(_, inner)| inner).chain(value.items()).find_map(first)
    }
    first(value).is_some_and(|list| {
        let text = &text[list.range()];
        text.split_once(',')
            .is_some_and(|(_, behind)| behind.trim_start_matches([' ', '\r']).starts_with('\n'))
    })
}
