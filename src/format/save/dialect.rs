//! The hand that a JSON file was written in, so that an edit is written in the same (tiled-formats,
//! section 12.7).

use super::{
    hand::{Escapes, Hand},
    merge::Edited,
    splice::Splice,
};
use crate::format::json::Tree;

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    layout: Layout,
    newline: &'static str,
    escapes: Escapes,
    /// What stands behind the outermost value: nothing, or a line break.
    tail: String,
}

/// Where the blanks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// As Tiled sets them.
    Tiled {
        /// Items after which arrays break; 0 for never.
        wrap: usize,
        /// Whether some editor took the blanks at line ends away.
        stripped: bool,
    },
    /// In some other way, which is kept place by place.
    Own,
}

impl Dialect {
    /// Finds the hand that reproduces the text byte for byte. `wraps` are the places where arrays may
    /// break, the likeliest first.
    pub(super) fn of(text: &str, tree: &Tree, wraps: &[usize]) -> Self {
        let root = tree.root(text);
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let tail = text[root.range().end..].to_owned();
        let own = Self { layout: Layout::Own, newline, escapes: Escapes::of(text, Escapes::FEWEST), tail };
        if !text.starts_with("{ \"") || !text.contains('\n') {
            return own;
        }
        let escapes = Escapes::of(text, Escapes::TILED);
        let candidates = [false, true]
            .into_iter()
            .flat_map(|stripped| wraps.iter().map(move |wrap| Layout::Tiled { wrap: *wrap, stripped }));
        for layout in candidates {
            let dialect = Self { layout, escapes, ..own.clone() };
            if dialect.write(text, tree, &Edited::Kept(root)) == text {
                return dialect;
            }
        }
        own
    }

    /// The same for a map of another width: arrays that broke after `before` items break after `after`.
    pub(super) fn with_wrap(mut self, before: usize, after: usize) -> Self {
        if let Layout::Tiled { wrap, .. } = &mut self.layout
            && *wrap == before
        {
            *wrap = after;
        }
        self
    }

    /// The text of a file after an edit.
    pub(super) fn write(&self, text: &str, tree: &Tree, edited: &Edited) -> String {
        let mut out = match self.layout {
            Layout::Tiled { wrap, stripped } => {
                let out = String::with_capacity(text.len());
                let mut hand = Hand { out, wrap, stripped, newline: self.newline, escapes: self.escapes };
                hand.edited_root(edited);
                hand.out
            }
            Layout::Own => Splice::new(text, tree.root(text), self.newline, self.escapes).written(edited),
        };
        out.push_str(&self.tail);
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::format::json;

    #[test]
    fn the_hands_of_real_maps_are_known() {
        let Some(corpus) = std::env::var_os("VENUE_CORPUS") else {
            println!("skipped: VENUE_CORPUS is not set");
            return;
        };
        let mut hands: BTreeMap<String, usize> = BTreeMap::new();
        let mut edited = Vec::new();
        for entry in walkdir::WalkDir::new(corpus).sort_by_file_name().into_iter().flatten() {
            let is_json =
                entry.path().extension().is_some_and(|end| end == "tmj" || end == "json" || end == "tsj");
            let Some(text) = std::fs::read_to_string(entry.path()).ok().filter(|_| is_json) else { continue };
            let Some(tree) = json::parse(&text).ok() else { continue };
            let root = tree.root(&text);
            // What Tiled writes says so.
            if root.get("tiledversion").is_none() {
                continue;
            }
            let width = root.get("width").and_then(json::Value::number).unwrap_or(0.0);
            let dialect = Dialect::of(&text, &tree, &[format!("{width}").parse().unwrap(), 0, 16]);
            let hand = match dialect.layout {
                Layout::Tiled { wrap, stripped } => {
                    let wrap = if wrap > 0 { "wrapped" } else { "not wrapped" };
                    format!("Tiled, {wrap}, stripped {stripped}, slashes {}", dialect.escapes.slashes)
                }
                Layout::Own if text.contains('\n') => "its own".to_owned(),
                Layout::Own => "one line".to_owned(),
            };
            if hand == "its own" && text.starts_with("{ \"") {
                edited.push(entry.file_name().to_string_lossy().into_owned());
            }
            *hands.entry(hand).or_default() += 1;
        }
        println!("{hands:#?}");
        // Three files by Tiled were edited by hand since: lines joined, blanks and keys put in.
        assert_eq!(
            edited,
            ["map.json", "customMenu.json", "invalidEntities.json", "invalidEntitiesPropertyType.json"]
        );
        let tiled: usize =
            hands.iter().filter(|(hand, _)| hand.starts_with("Tiled")).map(|(_, files)| files).sum();
        assert!(tiled >= 157, "{tiled}");
    }
}
