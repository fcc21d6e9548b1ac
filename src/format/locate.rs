//! Where a finding stands: line, column and pointer, looked up only for what is shown.
//!
//! The model remembers the bytes of its elements. The rest, which key's value is meant and how the
//! JSON pointer reads, is found by reading the file's syntax again when a finding asks.

use std::{collections::HashMap, ops::Range};

use rayon::prelude::*;
use roxmltree::{Document, Node, NodeId, ParsingOptions};

use super::{json, read};
use crate::{
    finding::Spot,
    source::{FileId, Position, SourceFile, Sources, Span},
};

/// A place that was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// First character, and the one behind the last; `None` where no file text stands behind the
    /// finding. Of a JSON text the quotes are included, of an XML attribute only its value.
    pub range: Option<(Position, Position)>,
    /// JSON pointer (RFC 6901). In XML its likeness: names of the elements below the root, each with
    /// its number among siblings of its name from 0, and `@` before an attribute.
    pub pointer: Option<String>,
}

/// Looks places up, in the order of the spots. The syntax of each file is read once.
pub fn locate(sources: &Sources, spots: &[&Spot]) -> Vec<Located> {
    let mut by_file: HashMap<FileId, Vec<usize>> = HashMap::new();
    let mut places = vec![Located { range: None, pointer: None }; spots.len()];
    for (index, spot) in spots.iter().enumerate() {
        if let Some(span) = spot.span {
            by_file.entry(span.file).or_default().push(index);
        }
    }
    let files: Vec<(FileId, Vec<usize>)> = by_file.into_iter().collect();
    let located = files.into_par_iter().map(|(id, indices)| in_file(&sources.file(id), spots, indices));
    // Each place is its own spot's, in whatever order the files are read.
    for (index, place) in located.collect::<Vec<_>>().into_iter().flatten() {
        places[index] = place;
    }
    places
}

/// Places of the spots with these numbers, which are in one file.
fn in_file(file: &SourceFile, spots: &[&Spot], indices: Vec<usize>) -> Vec<(usize, Located)> {
    let at = |offset: usize| file.position(u32::try_from(offset).unwrap_or(u32::MAX));
    let place = |index: usize, found: Option<(Range<usize>, String)>| {
        let span = spots[index].span.map(Span::range).unwrap_or_default();
        let (range, pointer) = found.map_or((span, None), |(range, pointer)| (range, Some(pointer)));
        (index, Located { range: Some((at(range.start), at(range.end))), pointer })
    };
    if read::is_xml(file) {
        let text = file.text().unwrap_or_default();
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).ok();
        let elements = document.as_ref().map(Elements::of);
        let found = |index: usize| in_xml(text, elements.as_ref()?, spots[index]);
        indices.into_iter().map(|index| place(index, found(index))).collect()
    } else {
        let document = json::document(file).and_then(Result::ok);
        let found = |index: usize| in_json(document?, spots[index]);
        indices.into_iter().map(|index| place(index, found(index))).collect()
    }
}

fn in_json(document: json::Document, spot: &Spot) -> Option<(Range<usize>, String)> {
    // How a list of numbers begins is kept, with its first line.
    let begin = |value: json::Value| document.tree.whole_range(&first_line(document.kept, value.kept()));
    let (value, mut pointer) = document.find(&spot.span?.range())?;
    let Some(key) = &spot.key else { return Some((begin(value), pointer)) };
    let Some(member) = value.get(key) else { return Some((begin(value), pointer)) };
    pointer.push('/');
    pointer.push_str(&json::escape_pointer(key));
    let item = spot.item.and_then(|index| Some((index, member.item_range(index)?)));
    match item {
        Some((index, range)) => Some((range, format!("{pointer}/{index}"))),
        None => Some((begin(member), pointer)),
    }
}

/// What goes over many lines is pointed at by its first.
fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let line = text[range.clone()].lines().next().map_or(0, str::len);
    range.start..range.start + line
}

/// The elements of a document, each with its number among siblings of its name, from 0.
struct Elements<'a, 'input> {
    by_start: HashMap<usize, Node<'a, 'input>>,
    numbers: HashMap<NodeId, usize>,
}

impl<'a, 'input> Elements<'a, 'input> {
    fn of(document: &'a Document<'input>) -> Self {
        let (mut by_start, mut numbers) = (HashMap::new(), HashMap::new());
        for node in document.descendants().filter(Node::is_element) {
            // An element begins before all that it holds, so no two begin at one byte.
            by_start.insert(node.range().start, node);
            let mut named: HashMap<&str, usize> = HashMap::new();
            for child in node.children().filter(Node::is_element) {
                let number = named.entry(child.tag_name().name()).or_default();
                numbers.insert(child.id(), *number);
                *number += 1;
            }
        }
        Self { by_start, numbers }
    }

    /// The element that has exactly this range.
    fn find(&self, range: &Range<usize>) -> Option<Node<'a, 'input>> {
        self.by_start.get(&range.start).copied().filter(|node| node.range() == *range)
    }

    fn path(&self, node: Node) -> String {
        let mut steps: Vec<String> = node
            .ancestors()
            .filter(|node| node.is_element() && node.parent_element().is_some())
            .map(|node| {
                let number = self.numbers.get(&node.id()).copied().unwrap_or_default();
                format!("/{}/{number}", node.tag_name().name())
            })
            .collect();
        steps.reverse();
        steps.concat()
    }
}

fn in_xml(text: &str, elements: &Elements, spot: &Spot) -> Option<(Range<usize>, String)> {
    let node = elements.find(&spot.span?.range())?;
    let mut pointer = elements.path(node);
    let Some(key) = spot.key.as_deref() else { return Some((opening_tag(text, node), pointer)) };
    let child = |name: &str| node.children().find(|child| child.has_tag_name(name));
    let (holder, attribute) = match key {
        "image" => (child("image").unwrap_or(node), "source"),
        // Names of JSON, where XML has others.
        "imagewidth" => (child("image").unwrap_or(node), "width"),
        "imageheight" => (child("image").unwrap_or(node), "height"),
        "data" | "encoding" | "compression" => (child("data").unwrap_or(node), key),
        key => (node, key),
    };
    if holder != node {
        pointer = elements.path(holder);
    }
    if let Some(attribute) = holder.attributes().find(|candidate| candidate.name() == attribute) {
        return Some((attribute.range_value(), format!("{pointer}/@{}", attribute.name())));
    }
    // The value of a property over several lines is the text of its element.
    let inside = holder.first_child().filter(|child| child.is_text() && key == "value");
    let range = inside.map_or_else(|| opening_tag(text, holder), |inside| first_line(text, inside.range()));
    Some((range, pointer))
}

/// From `<` to the end of the tag, or of its line.
fn opening_tag(text: &str, node: Node) -> Range<usize> {
    let range = first_line(text, node.range());
    let end = text[range.clone()].find('>').map_or(range.end, |end| range.start + end + 1);
    range.start..end
}
