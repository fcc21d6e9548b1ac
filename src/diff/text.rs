//! A difference in words.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Change, ChangeKind, Detail, Diff, FileDiff, FileKind, Place, Said, Subject, details::quoted};
use crate::{
    model::TileRect,
    output::{
        markdown::{LONGEST, attribute, code, escaped},
        plain,
    },
};

/// Longest value that is shown whole, in characters.
const LONG: usize = 160;
/// What of a long value is shown before the first difference, in characters.
const CONTEXT: usize = 30;

/// For people, with colours.
pub fn human(diff: &Diff) -> String {
    let mut text = String::new();
    for file in &diff.files {
        let (sign, color) = sign(file.change);
        let head = match file.change {
            ChangeKind::Added | ChangeKind::Removed => {
                format!("{color}{sign} {}\u{1b}[0m", plain(&file.file))
            }
            _ => format!("\u{1b}[1m{}\u{1b}[0m", plain(&file.file)),
        };
        let was = file.before.as_ref().map(|before| format!(" (was {})", plain(before)));
        let _infallible = writeln!(text, "{head}{}", was.unwrap_or_default());
        for change in &file.changes {
            // Of a file that is new, or gone, the first line says so.
            let whole = change.subject == Subject::Map && change.name.is_empty();
            let alone = whole && matches!(file.change, ChangeKind::Added | ChangeKind::Removed);
            if !alone {
                let (sign, color) = self::sign(change.change);
                let _infallible = writeln!(text, "  {color}{sign}\u{1b}[0m {}", sentence(change));
            }
            for detail in shown_details(change) {
                let indent = if alone { "    " } else { "      " };
                let _infallible = writeln!(text, "{indent}{}", line(change, detail));
            }
        }
    }
    let _infallible = writeln!(text, "{}", summary(diff));
    text
}

/// GitHub's Markdown, for a pull request: the files folded, each with its picture, where `pictures` has
/// one, by name of the file. What does not fit is left out, and a last line says so.
pub fn markdown(diff: &Diff, pictures: &BTreeMap<String, String>) -> String {
    let mut text = "### venue diff\n\n".to_owned();
    if diff.is_empty() {
        text.push_str("No difference.\n");
        return text;
    }
    let _infallible = writeln!(text, "{}.", summary(diff));
    let mut left_out = 0;
    for file in &diff.files {
        let mut part = String::new();
        let state = match file.change {
            ChangeKind::Added => "new".to_owned(),
            ChangeKind::Removed => "gone".to_owned(),
            ChangeKind::Renamed => "renamed".to_owned(),
            _ => counted(file.changes.len(), "change"),
        };
        let was = file.before.as_ref().map(|before| format!(" (was {})", code(before)));
        let _infallible = write!(
            part,
            "\n<details open><summary>{}{}: {state}</summary>\n\n",
            code(&file.file),
            was.unwrap_or_default()
        );
        if let Some(picture) = pictures.get(&file.file) {
            let alt = format!("{}: before, after, and what changed", file.file);
            let _infallible =
                writeln!(part, "<img src=\"{}\" alt=\"{}\">\n", attribute(picture), attribute(&alt));
        }
        for change in &file.changes {
            let name = match change.change {
                ChangeKind::Added => "added",
                ChangeKind::Removed => "removed",
                ChangeKind::Changed => "changed",
                ChangeKind::Renamed => "renamed",
                ChangeKind::Moved => "moved",
            };
            let _infallible = writeln!(part, "- **{name}** {}", escaped(&sentence(change)));
            for detail in shown_details(change) {
                let _infallible = writeln!(part, "  - {}", escaped(&line(change, detail)));
            }
        }
        part.push_str("\n</details>\n");
        if text.len() + part.len() > LONGEST {
            left_out += 1;
        } else {
            text.push_str(&part);
        }
    }
    if left_out > 0 {
        let _infallible = writeln!(
            text,
            "\n{} left out, as this text would be too long: run `venue diff` to see all.",
            if left_out == 1 { "1 file is".to_owned() } else { format!("{left_out} files are") }
        );
    }
    text
}

fn sign(change: ChangeKind) -> (char, &'static str) {
    match change {
        ChangeKind::Added => ('+', "\u{1b}[32m"),
        ChangeKind::Removed => ('-', "\u{1b}[31m"),
        ChangeKind::Changed | ChangeKind::Renamed | ChangeKind::Moved => ('~', "\u{1b}[33m"),
    }
}

/// How many files differ.
fn summary(diff: &Diff) -> String {
    let files = |kind: FileKind, change: &dyn Fn(ChangeKind) -> bool| {
        diff.files.iter().filter(|file| file.kind == kind && change(file.change)).count()
    };
    let mut parts = Vec::new();
    for (kind, one) in [
        (FileKind::Map, "map"),
        (FileKind::Wam, "editor's file"),
        (FileKind::Tileset, "shared tileset"),
        (FileKind::Stands, "list of stands"),
        (FileKind::Config, "config"),
    ] {
        let changed = files(kind, &|change| !matches!(change, ChangeKind::Added | ChangeKind::Removed));
        let states = [
            (changed, "changed"),
            (files(kind, &|change| change == ChangeKind::Added), "new"),
            (files(kind, &|change| change == ChangeKind::Removed), "gone"),
        ];
        for (count, state) in states.into_iter().filter(|(count, _)| *count > 0) {
            parts.push(format!("{} {state}", counted(count, one)));
        }
    }
    parts.join(", ")
}

fn counted(count: usize, one: &str) -> String {
    match (count, one) {
        (1, _) => format!("1 {one}"),
        (_, "list of stands") => format!("{count} lists of stands"),
        _ => format!("{count} {one}s"),
    }
}

/// What became of what, on one line.
fn sentence(change: &Change) -> String {
    let mut text = change.subject.name().to_owned();
    if !change.name.is_empty() {
        let _infallible = write!(text, " {}", quoted(&change.name));
    }
    if let ([detail], ChangeKind::Renamed | ChangeKind::Moved) = (change.details.as_slice(), change.change) {
        let value = |value: &Option<Said>| value.as_ref().map_or("nothing".to_owned(), Said::to_string);
        let (before, after) = (value(&detail.before), value(&detail.after));
        let _infallible = match (change.change, detail.what.as_str()) {
            (ChangeKind::Renamed, _) => write!(text, ": renamed from {before}"),
            (_, "layer") => write!(text, ": moved from layer {before} to layer {after}"),
            (_, "order") => write!(text, ": moved, {before} before, {after} now"),
            _ => write!(text, ": moved from {before} to {after}"),
        };
        return text;
    }
    let place = change.after.as_ref().or(change.before.as_ref());
    let is_layer = place.is_some_and(|place| place.layer.as_deref() == Some(&change.name));
    if let Some(Place { layer, tiles, .. }) = place {
        let layer = layer.as_ref().filter(|_| !is_layer && change.subject != Subject::Layer);
        if let Some(tiles) = tiles.filter(|_| change.cells.is_none()) {
            let _infallible = write!(text, " at {}", rectangle(tiles));
        }
        if let Some(layer) = layer {
            let _infallible = write!(text, ", on layer {}", quoted(layer));
        }
    }
    if let Some(cells) = change.cells {
        let mut parts = Vec::new();
        let words = match (change.subject, change.change) {
            (Subject::Walking, _) => ["blocked now", "free now", ""],
            (_, ChangeKind::Added | ChangeKind::Removed) => ["", "", ""],
            _ => ["added", "removed", "replaced"],
        };
        for (count, word) in [cells.added, cells.removed, cells.replaced].into_iter().zip(words) {
            if count > 0 {
                let unit = if parts.is_empty() { counted(count, "cell") } else { count.to_string() };
                parts.push(format!("{unit} {word}").trim_end().to_owned());
            }
        }
        let _infallible = write!(text, ": {}, at {}", parts.join(", "), rectangle(cells.tiles));
    }
    text
}

fn rectangle(tiles: TileRect) -> String {
    let TileRect { x, y, width, height } = tiles;
    if (width, height) == (1, 1) {
        format!("({x}, {y})")
    } else {
        format!("({x}, {y}), {width} x {height} tiles")
    }
}

/// The details that the sentence does not tell.
fn shown_details(change: &Change) -> &[Detail] {
    match change.change {
        ChangeKind::Renamed | ChangeKind::Moved => &[],
        _ => &change.details,
    }
}

fn line(change: &Change, detail: &Detail) -> String {
    let whole = matches!(change.change, ChangeKind::Added | ChangeKind::Removed);
    let what = plain(&detail.what);
    let said = |said: &Option<Said>| said.as_ref().map(Said::to_string);
    match (&said(&detail.before), &said(&detail.after)) {
        (Some(before), Some(after)) => {
            let from = different_from(before, after);
            format!("{what}: {} -> {}", cut(before, from), cut(after, from))
        }
        (None, Some(after)) if whole => format!("{what}: {}", cut(after, 0)),
        (None, Some(after)) => format!("+ {what}: {}", cut(after, 0)),
        (Some(before), None) if whole => format!("{what}: {}", cut(before, 0)),
        (Some(before), None) => format!("- {what}: {}", cut(before, 0)),
        (None, None) => what,
    }
}

/// The character from which two values are shown, so that their difference is among what is shown.
fn different_from(before: &str, after: &str) -> usize {
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    if same + CONTEXT > LONG { same.saturating_sub(CONTEXT) } else { 0 }
}

fn cut(text: &str, from: usize) -> String {
    let mut out = if from > 0 { "…".to_owned() } else { String::new() };
    let mut rest = text.chars().skip(from);
    out.extend(rest.by_ref().take(LONG));
    if rest.next().is_some() {
        out.push('…');
    }
    plain(&out)
}

impl FileDiff {
    /// Whether a picture shows the change: the file is a map, or stands on one, and something about it can
    /// be seen on the map.
    pub fn has_picture(&self) -> bool {
        // Layers and tilesets look different without a cell that is.
        let looks =
            |change: &Change| matches!(change.subject, Subject::Layer | Subject::Tileset | Subject::Tile);
        let seen = |change: &Change| !change.marks.is_empty() || looks(change);
        let alone = matches!(self.change, ChangeKind::Added | ChangeKind::Removed);
        match self.kind {
            FileKind::Map => alone || self.changes.iter().any(seen),
            FileKind::Stands => self.changes.iter().any(seen),
            FileKind::Wam | FileKind::Tileset | FileKind::Config => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_show_where_they_differ() {
        let (before, after) = (format!("{}a", "x".repeat(400)), format!("{}b", "x".repeat(400)));
        let from = different_from(&before, &after);
        assert!(cut(&before, from).ends_with('a') && cut(&after, from).ends_with('b'));
        assert!(cut(&before, from).starts_with('…') && cut(&before, 0).ends_with('…'));
        assert_eq!(cut("short", different_from("short", "shore")), "short");
    }
}
