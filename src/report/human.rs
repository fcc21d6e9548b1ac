//! `--format human`: each finding with its line of source, its place on the map, and advice.

use std::{fmt::Write as _, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle};

use super::{Entry, Report, Site};
use crate::{
    finding::{Place, Severity},
    output::plain,
    source::Sources,
};

/// Characters shown of a long line, before and after what is meant. Maps without line breaks have
/// lines of megabytes.
const CONTEXT: usize = 48;

/// The report for people, coloured with ANSI codes, with a closing line that counts.
pub fn human(report: &Report, sources: &Sources) -> String {
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii).term_width(120);
    let mut text = String::new();
    for entry in &report.entries {
        let excerpt = excerpt(sources, &entry.site);
        let related: Vec<_> =
            entry.related.iter().map(|(site, label)| (site, label, self::excerpt(sources, site))).collect();
        let mut main = group(
            level(entry.severity).primary_title(&entry.message).id(&entry.rule),
            &entry.site,
            excerpt.as_ref(),
            None,
        );
        let place = describe(&entry.place);
        if let Some(place) = &place {
            main = main.element(Level::NOTE.no_name().message(place));
        }
        let mut groups = vec![main];
        for (site, label, excerpt) in &related {
            groups.push(group(Level::NOTE.secondary_title(label.as_str()), site, excerpt.as_ref(), None));
        }
        let help = help(entry);
        if let Some(help) = &help {
            groups.push(Group::with_title(Level::HELP.secondary_title(help)));
        }
        // The renderer introduces an excerpt without a path of its own by a line of its own; ours have
        // their path above, because the column in a cut line would be wrong.
        for line in renderer.render(&groups).lines() {
            if anstream::adapter::strip_str(line).to_string().trim() != ":::" {
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text.push('\n');
    }
    for line in [Some(report.summary()), mendable(report)].into_iter().flatten() {
        let _infallible = writeln!(text, "{line}");
    }
    text
}

/// What can be mended, and how to ask for it.
fn mendable(report: &Report) -> Option<String> {
    let findings = |number: usize| super::counted(number, "finding");
    Some(match report.mendable() {
        (0, 0) => return None,
        (safe, 0) => format!("{} can be mended with --fix", findings(safe)),
        (0, unsafe_) => format!("{} can be mended with --fix --unsafe-fixes", findings(unsafe_)),
        (safe, unsafe_) => {
            format!("{} can be mended with --fix, {unsafe_} more with --unsafe-fixes", findings(safe))
        }
    })
}

/// The advice, with the option that follows it.
fn help(entry: &Entry) -> Option<String> {
    let option = |safe: bool| if safe { "--fix" } else { "--fix --unsafe-fixes" };
    match (&entry.help, &entry.fix) {
        (help, None) => help.clone(),
        (Some(help), Some(fix)) => Some(format!("{help} ({} does it)", option(fix.safe))),
        (None, Some(fix)) => Some(format!("{} ({} does it)", fix.description, option(fix.safe))),
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

struct Excerpt {
    text: String,
    line: usize,
    marked: Range<usize>,
}

fn group<'a>(
    title: annotate_snippets::Title<'a>,
    site: &'a Site,
    excerpt: Option<&'a Excerpt>,
    label: Option<&'a str>,
) -> Group<'a> {
    let mut origin = Origin::path(&site.file);
    if let Some((start, _)) = site.range {
        origin = origin.line(start.line as usize).char_column(start.column as usize);
    }
    let group = title.element(origin);
    match excerpt {
        Some(excerpt) => group.element(
            Snippet::source(&excerpt.text)
                .line_start(excerpt.line)
                .annotation(AnnotationKind::Primary.span(excerpt.marked.clone()).label(label)),
        ),
        None => group,
    }
}

/// The line that a finding begins on, cut to what surrounds it. Lines can be as long as a map: no more of
/// them is looked at than is shown.
fn excerpt(sources: &Sources, site: &Site) -> Option<Excerpt> {
    let (start, end) = site.range?;
    let file = sources.load(&site.file).ok()?;
    let line = file.line(start.line)?;
    let begin = file.offset(start.line, 1);
    let within = |column: u32| file.offset(start.line, column).saturating_sub(begin).min(line.len());
    let from = within(start.column);
    let to = if end.line == start.line { within(end.column).max(from) } else { line.len() };
    // No character has more bytes.
    let reach = |characters: usize| characters * 4;
    let before: Vec<char> = shown(&line[from.saturating_sub(reach(CONTEXT))..from]).collect();
    let left = before.len().saturating_sub(CONTEXT);
    let mut before: String = before[left..].iter().collect();
    if left > 0 || from > reach(CONTEXT) {
        before.insert(0, '…');
    }
    let end = line.len().min(from + reach(3 * CONTEXT));
    let behind: Vec<char> = shown(&line[from..end]).collect();
    let marked = shown(&line[from..to.min(end)]).count();
    let right = (marked.min(2 * CONTEXT) + CONTEXT).min(behind.len());
    let (marked, after) = behind[..right].split_at(marked.min(right));
    let mut marked: String = marked.iter().collect();
    let mut after: String = after.iter().collect();
    after.push_str(if right < behind.len() || end < line.len() { "… " } else { " " });
    if marked.is_empty() {
        // Where nothing is marked, the place is: one character, whole.
        marked = after.remove(0).to_string();
    }
    let range = before.len()..before.len() + marked.len();
    Some(Excerpt { text: before + &marked + &after, line: start.line as usize, marked: range })
}

/// Text as it may stand in a terminal: a tab or a control character would shift what is marked below.
fn shown(bytes: &[u8]) -> impl Iterator<Item = char> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<Vec<_>>().into_iter()
}

/// Where something lies, in words: `layer "walls" (id 4), object "door" (id 7), tiles (3,0) to (4,0)`.
pub(super) fn describe(place: &Place) -> Option<String> {
    let mut parts = Vec::new();
    let mut named = |noun: &str, name: Option<&String>, id: Option<u32>| {
        if let Some(name) = name {
            let id = id.map_or(String::new(), |id| format!(" (id {id})"));
            parts.push(if name.is_empty() {
                format!("unnamed {noun}{id}")
            } else {
                format!("{noun} \"{name}\"{id}")
            });
        }
    };
    named("layer", place.layer.as_ref(), place.layer_id);
    named("object", place.object.as_ref(), place.object_id);
    named("tileset", place.tileset.as_ref(), None);
    if let Some(tile) = place.tile {
        parts.push(format!("tile {tile}"));
    }
    if let Some(area) = place.area_tiles {
        let (x, y) = (area.right() - 1, area.bottom() - 1);
        parts.push(if (area.x, area.y) == (x, y) {
            format!("cell ({x},{y})")
        } else {
            format!("cells ({},{}) to ({x},{y})", area.x, area.y)
        });
    }
    (!parts.is_empty()).then(|| plain(&parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::TileRect, source::Position};

    #[test]
    fn names_break_no_line_and_turn_no_letters_around() {
        let place = Place::layer("a\nb\u{202E}c\u{1b}[31m", 4);
        assert_eq!(describe(&place).unwrap(), "layer \"a b c [31m\" (id 4)");
    }

    #[test]
    fn places_are_told_in_words() {
        let place = Place::layer("hall/walls", 4).object("door", 7).area(TileRect::new(3, 0, 2, 1));
        assert_eq!(
            describe(&place).unwrap(),
            "layer \"hall/walls\" (id 4), object \"door\" (id 7), cells (3,0) to (4,0)"
        );
        assert_eq!(describe(&Place::default()), None);
        assert_eq!(describe(&Place::tileset("floor").tile(3)).unwrap(), "tileset \"floor\", tile 3");
    }

    #[test]
    fn a_line_of_megabytes_is_cut_around_the_finding() {
        let mut sources = Sources::new("/nowhere");
        let text = format!("{}\"äxit\"{}", "a".repeat(1_000_000), "b".repeat(1_000_000));
        sources.insert("a.tmj", text.clone());
        let at = |column| Position { line: 1, column };
        let site =
            Site { file: "a.tmj".to_owned(), range: Some((at(1_000_001), at(1_000_007))), pointer: None };
        let excerpt = excerpt(&sources, &site).unwrap();
        assert_eq!(&excerpt.text[excerpt.marked.clone()], "\"äxit\"");
        assert!(excerpt.text.chars().count() < 200);
    }

    #[test]
    fn what_is_no_text_is_marked_whole() {
        let mut sources = Sources::new("/nowhere");
        sources.insert("a.tmj", &b"{\n  \xFF\"name\": \xC3\n"[..]);
        for (line, column) in [(1, 1), (1, 2), (2, 1), (2, 3), (2, 4), (2, 13), (2, 14), (3, 1)] {
            let at = Position { line, column };
            let site = Site { file: "a.tmj".to_owned(), range: Some((at, at)), pointer: None };
            let excerpt = excerpt(&sources, &site).unwrap();
            let marked = excerpt.text.get(excerpt.marked.clone());
            assert_eq!(
                marked.map(|marked| marked.chars().count()),
                Some(1),
                "{line}:{column} {}",
                excerpt.text
            );
            let (site, excerpt) = (&site, Some(&excerpt));
            let title = Level::ERROR.primary_title("it is broken");
            let _drawn = Renderer::plain().render(&[group(title, site, excerpt, None)]);
        }
    }

    #[test]
    fn a_finding_shows_its_line_its_place_and_advice() {
        let (report, sources) = super::super::testing::report();
        let plain = anstream::adapter::strip_str(&human(&report, &sources)).to_string();
        insta::assert_snapshot!(plain);
    }
}
