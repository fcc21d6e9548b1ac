//! The files of a spec: one in TOML or JSON, or a sheet with the sponsors beside one for the rest.

use std::{ops::Range, sync::Arc};

use toml::de::{DeTable, DeValue};

use super::{
    Mistake, StandError,
    node::{Key, Kind, Node},
    sheet::{self, Cell},
};
use crate::{
    format::json,
    source::{SourceFile, Sources, parent},
};

/// The files that a spec was read from. Places in them are ranges: bytes of a text, numbers of a sheet's
/// cells, those of one file behind those of the other.
#[derive(Debug)]
pub(in crate::stand) struct SpecFiles {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    /// Where its ranges begin.
    base: usize,
    name: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Text(Arc<SourceFile>),
    Sheet(Vec<Cell>),
}

impl SpecFiles {
    /// Reads a spec, and for a sheet what `with` holds: its other tables.
    pub(super) fn read(
        sources: &Sources,
        name: &str,
        with: Option<&str>,
    ) -> Result<(Self, Node, Vec<Mistake>), StandError> {
        let mut files = Self { parts: Vec::new() };
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        if !matches!(extension.as_str(), "csv" | "tsv" | "txt") {
            if with.is_some() {
                let message = "--with names what a sheet of sponsors lacks; this spec is none".to_owned();
                return Err(lone(name, message));
            }
            let root = files.text(sources, name)?;
            return Ok((files, root, Vec::new()));
        }
        let beside = crate::source::with_extension(name, "toml");
        let with = with.unwrap_or(&beside);
        if with == beside && sources.existence(with) != crate::source::Existence::File {
            let message = format!(
                "a sheet holds sponsors only; name the TOML file with the venue, the event and the tiers by \
                 --with, or put it beside the sheet as {beside}"
            );
            return Err(lone(name, message));
        }
        let mut root = files.text(sources, with)?;
        let base = files.end();
        let file = load(sources, name)?;
        let sheet = sheet::read(file.bytes(), base).map_err(|message| lone(name, message))?;
        files.parts.push(Part { base, name: name.to_owned(), content: Content::Sheet(sheet.cells) });
        let wrong = sheet.mistakes.into_iter().map(|(at, message)| files.mistake(at, message)).collect();
        if let Kind::Table(entries) = &mut root.kind {
            match entries.iter_mut().find(|(key, _)| key.name == "sponsors") {
                Some((_, Node { kind: Kind::List(sponsors), .. })) => sponsors.extend(sheet.sponsors),
                Some(_) => {}
                None => {
                    let key = Key { span: base..base, name: "sponsors".to_owned() };
                    entries.push((key, Node { span: base..base, kind: Kind::List(sheet.sponsors) }));
                }
            }
        }
        Ok((files, root, wrong))
    }

    /// A mistake at a range.
    pub(in crate::stand) fn mistake(&self, range: Range<usize>, message: String) -> Mistake {
        let Some(part) = self.part(&range) else {
            return Mistake { file: String::new(), position: None, message };
        };
        let start = range.start - part.base;
        match &part.content {
            Content::Text(file) => {
                let position = file.position(u32::try_from(start).unwrap_or(u32::MAX));
                Mistake { file: part.name.clone(), position: Some(position), message }
            }
            Content::Sheet(cells) => {
                let place = cells.get(start).map(|cell| format!("{cell}: ")).unwrap_or_default();
                Mistake { file: part.name.clone(), position: None, message: format!("{place}{message}") }
            }
        }
    }

    /// Folder that paths at a range are relative to: that of their file.
    pub(in crate::stand) fn folder(&self, range: &Range<usize>) -> &str {
        self.part(range).map_or("", |part| parent(&part.name))
    }

    fn part(&self, range: &Range<usize>) -> Option<&Part> {
        self.parts.iter().rev().find(|part| part.base <= range.start).or(self.parts.first())
    }

    fn end(&self) -> usize {
        self.parts.last().map_or(0, |part| match &part.content {
            Content::Text(file) => part.base + file.len() + 1,
            Content::Sheet(cells) => part.base + cells.len() + 1,
        })
    }

    fn text(&mut self, sources: &Sources, name: &str) -> Result<Node, StandError> {
        let file = load(sources, name)?;
        let base = self.end();
        self.parts.push(Part { base, name: name.to_owned(), content: Content::Text(Arc::clone(&file)) });
        let text = match file.text() {
            Ok(text) => text,
            Err(error) => {
                let at = base + error.valid_up_to();
                return Err(StandError::Mistakes(vec![self.mistake(at..at, "not UTF-8".to_owned())]));
            }
        };
        let is_json = name.to_ascii_lowercase().ends_with(".json");
        let read = if is_json { from_json(text, base) } else { from_toml(text, base) };
        read.map_err(|faults| {
            StandError::Mistakes(faults.into_iter().map(|(at, message)| self.mistake(at, message)).collect())
        })
    }
}

fn load(sources: &Sources, name: &str) -> Result<Arc<SourceFile>, StandError> {
    sources.load(name).map_err(|source| StandError::Unreadable { file: name.to_owned(), source })
}

fn lone(file: &str, message: String) -> StandError {
    StandError::Mistakes(vec![Mistake { file: file.to_owned(), position: None, message }])
}

type Faults = Vec<(Range<usize>, String)>;

fn from_toml(text: &str, base: usize) -> Result<Node, Faults> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let faults = errors.into_iter().map(|error| {
            let at = error.span().unwrap_or(0..0);
            (at.start + base..at.end + base, error.message().trim().replace('\n', ", "))
        });
        return Err(faults.collect());
    }
    let span = table.span();
    Ok(Node { span: span.start + base..span.end + base, kind: toml_table(table.get_ref(), base) })
}

fn toml_table(table: &DeTable<'_>, base: usize) -> Kind {
    let mut entries: Vec<(Key, Node)> = table
        .iter()
        .map(|(key, value)| {
            let span = key.span().start + base..key.span().end + base;
            let name = key.get_ref().clone().into_owned();
            let at = value.span().start + base..value.span().end + base;
            (Key { span, name }, Node { span: at, kind: toml_value(value.get_ref(), base) })
        })
        .collect();
    // In the order in which people read them.
    entries.sort_by_key(|(key, _)| key.span.start);
    Kind::Table(entries)
}

fn toml_value(value: &DeValue<'_>, base: usize) -> Kind {
    match value {
        DeValue::String(text) => Kind::Text(text.clone().into_owned()),
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Kind::Other("a number too large"), Kind::Int),
        DeValue::Float(number) => number.as_str().parse().map_or(Kind::Other("no number"), Kind::Float),
        DeValue::Datetime(_) => Kind::Other("a date"),
        DeValue::Array(items) => Kind::List(
            items
                .iter()
                .map(|item| Node {
                    span: item.span().start + base..item.span().end + base,
                    kind: toml_value(item.get_ref(), base),
                })
                .collect(),
        ),
        DeValue::Table(table) => toml_table(table, base),
    }
}

fn from_json(text: &str, base: usize) -> Result<Node, Faults> {
    match json::parse(text) {
        Ok(tree) => Ok(json_node(tree.root(text), base)),
        Err(error) => {
            let at = error.at + base;
            Err(vec![(at..at, error.message)])
        }
    }
}

fn json_node(value: json::Value<'_>, base: usize) -> Node {
    let placed = |range: Range<usize>| range.start + base..range.end + base;
    let kind = if let Some(text) = value.string() {
        Kind::Text(text.into_owned())
    } else if let Some(value) = value.boolean() {
        Kind::Bool(value)
    } else if value.is_number() {
        match (value.source().parse(), value.number()) {
            (Ok(number), _) => Kind::Int(number),
            (Err(_), Some(number)) => Kind::Float(number),
            (Err(_), None) => Kind::Other("no number"),
        }
    } else if value.is_object() {
        let entries = value.members().map(|(key, value)| {
            let name = key.string().unwrap_or_default().into_owned();
            (Key { span: placed(key.range()), name }, json_node(value, base))
        });
        // An editor's own key, which names the schema of the file.
        Kind::Table(entries.filter(|(key, _)| key.name != "$schema").collect())
    } else if value.is_array() {
        Kind::List(value.items().map(|item| json_node(item, base)).collect())
    } else {
        Kind::Other("null")
    };
    Node { span: placed(value.range()), kind }
}
