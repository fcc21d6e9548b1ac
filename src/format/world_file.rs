//! `.world` files lowered to the model, and the maps that they hold (tiled-formats, section 3.9).

use std::{borrow::Cow, collections::BTreeSet};

use regex::Regex;

use super::{json::Value, link::Linker, tmj};
use crate::{
    finding::{Family, Finding, Rule, Severity, Spot},
    model::{WorldFile, WorldMapEntry, WorldPattern},
    source::{Existence, SourceFile, Sources, parent, resolve},
};

pub(super) static WORLD_PATTERN_WRONG: Rule = Rule {
    name: "world-pattern-wrong",
    summary: "a pattern of a .world file finds no map",
    severity: Severity::Error,
    family: Family::World,
    since: "0.1.0",
    why: "Tiled skips a pattern that is no regular expression, that has not exactly two groups for column and \
          row, or that gives its maps no size: none of its maps is in the world.",
    example: r#"
file "event.world":
  { "patterns": [{ "regexp": "hall-(\\d+)\\.tmj", "multiplierX": 640, "multiplierY": 480 }] }
file "hall-1-2.tmj"
"#,
    mend: "Put the column and the row of the name in parentheses, and nothing else.",
};

pub(super) static WORLD_MAP_MISSING: Rule = Rule {
    name: "world-map-missing",
    summary: "a .world file lists a map that does not exist, or none at all",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "Tiled shows a gap in the world where the map should be, and nobody judges the map.",
    example: r#"
file "event.world":
  { "maps": [{ "fileName": "loby.tmj", "x": 0, "y": 0 }] }
"#,
    mend: "Add the file, or take the map out of the world in Tiled.",
};

pub(super) static NOT_A_WORLD: Rule = Rule {
    name: "not-a-world",
    summary: "a .world file is none",
    severity: Severity::Error,
    family: Family::World,
    since: "0.1.0",
    why: "Tiled opens no world from it, so none of its maps can be found by it.",
    example: r#"file "event.world": "[]""#,
    mend: "Take the last version that Tiled wrote.",
};

/// What came of reading a world.
#[derive(Debug)]
pub struct LoadedWorld {
    /// The world; `None` where the file cannot be read as one, and then a finding says why.
    pub world: Option<WorldFile>,
    /// Names of its maps, by list or by pattern, sorted; those that do not exist left out.
    pub maps: Vec<String>,
    /// What is wrong with the file.
    pub findings: Vec<Finding>,
}

/// Reads the `.world` file called `name`, and looks its maps up.
pub fn load_world(sources: &Sources, name: &str) -> LoadedWorld {
    let mut linker = Linker::new(sources);
    let nothing = |findings| LoadedWorld { world: None, maps: Vec::new(), findings };
    let file = match sources.load(name) {
        Ok(file) => file,
        Err(error) => {
            let message = format!("the file cannot be read: {error}");
            return nothing(vec![Finding::new(&NOT_A_WORLD, Spot::file(name), message)]);
        }
    };
    let Some(document) = tmj::document(&file, &mut linker) else { return nothing(linker.findings) };
    let root = document.root();
    let mut findings = linker.findings;
    if !root.is_object() {
        let spot = Spot::bytes(&file, root.range());
        findings.push(Finding::new(&NOT_A_WORLD, spot, "this JSON file is no world of Tiled"));
        return nothing(findings);
    }
    let world = lower(&file, root);
    let maps = maps(sources, &world, &mut findings);
    LoadedWorld { world: Some(world), maps, findings }
}

fn lower(file: &SourceFile, root: Value) -> WorldFile {
    let span = |value: Value| Some(file.span_of(value.range()));
    let items = |key: &str| root.get(key).into_iter().flat_map(Value::items).filter(|item| item.is_object());
    WorldFile {
        span: span(root),
        file: file.name().to_owned(),
        maps: items("maps")
            .map(|map| WorldMapEntry {
                span: span(map),
                file_name: text(map, "fileName"),
                x: whole(map, "x").unwrap_or(0),
                y: whole(map, "y").unwrap_or(0),
                width: whole(map, "width").unwrap_or(0),
                height: whole(map, "height").unwrap_or(0),
            })
            .collect(),
        patterns: items("patterns")
            .map(|pattern| {
                let multiplier = |key: &str| whole(pattern, key).unwrap_or(1);
                let (multiplier_x, multiplier_y) = (multiplier("multiplierX"), multiplier("multiplierY"));
                WorldPattern {
                    span: span(pattern),
                    regexp: text(pattern, "regexp"),
                    multiplier_x,
                    multiplier_y,
                    offset_x: whole(pattern, "offsetX").unwrap_or(0),
                    offset_y: whole(pattern, "offsetY").unwrap_or(0),
                    map_width: whole(pattern, "mapWidth").unwrap_or(multiplier_x.saturating_abs()),
                    map_height: whole(pattern, "mapHeight").unwrap_or(multiplier_y.saturating_abs()),
                }
            })
            .collect(),
        only_show_adjacent: root.get("onlyShowAdjacentMaps").and_then(Value::boolean).unwrap_or(false),
    }
}

fn text(value: Value, key: &str) -> String {
    value.get(key).and_then(Value::string).map(Cow::into_owned).unwrap_or_default()
}

/// A number without its fraction; beyond 32 bits it ends there.
fn whole(value: Value, key: &str) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "float casts saturate")]
    value.get(key)?.number().map(|number| number as i32)
}

/// Names of the maps of a world.
fn maps(sources: &Sources, world: &WorldFile, findings: &mut Vec<Finding>) -> Vec<String> {
    let folder = parent(&world.file);
    let mut names = BTreeSet::new();
    for map in &world.maps {
        let name = resolve(folder, &map.file_name);
        if sources.existence(&name) == Existence::File {
            names.insert(name);
            continue;
        }
        let message = match sources.existence(&name) {
            Existence::OtherCase(real) => {
                format!("the world's map \"{}\" does not exist, but \"{real}\" does", map.file_name)
            }
            _ => format!("the world's map \"{}\" does not exist", map.file_name),
        };
        let spot = Spot::new(&*world.file, map.span).key("fileName");
        let help = "add the file, or take the map out of the world in Tiled";
        findings.push(Finding::new(&WORLD_MAP_MISSING, spot, message).help(help));
    }
    let entries = sources.entries(folder).unwrap_or_default();
    let mut broken = false;
    for pattern in &world.patterns {
        match compile(pattern) {
            Ok(regex) => names.extend(
                entries
                    .names
                    .iter()
                    .filter(|entry| *entry != &world.file && place(&regex, pattern, entry).is_some())
                    .map(|entry| resolve(folder, entry)),
            ),
            Err((key, message)) => {
                broken = true;
                let spot = Spot::new(&*world.file, pattern.span).key(key);
                let message = format!("the pattern finds no map: {message}");
                findings.push(Finding::new(&WORLD_PATTERN_WRONG, spot, message));
            }
        }
    }
    if names.is_empty() && world.maps.is_empty() && !broken {
        let message = match world.patterns.as_slice() {
            [] => "the world lists no map and has no pattern",
            _ => "no file beside the world has a name that its patterns match",
        };
        let spot = Spot::new(&*world.file, world.span);
        let help = "add maps to the world in Tiled, or delete the file";
        findings.push(Finding::new(&WORLD_MAP_MISSING, spot, message).help(help));
    }
    names.into_iter().collect()
}

/// The expression of a pattern, or the key that is wrong and why.
fn compile(pattern: &WorldPattern) -> Result<Regex, (&'static str, String)> {
    let regex = Regex::new(&pattern.regexp).map_err(|error| {
        let error = error.to_string();
        let message = if error.contains("look-around") || error.contains("backreference") {
            "look-around and back-references are not supported here, though Tiled knows them".to_owned()
        } else {
            let last = error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("it is no regular expression ({last})")
        };
        ("regexp", message)
    })?;
    let groups = regex.captures_len() - 1;
    let wrong = |key, message: &str| Err((key, message.to_owned()));
    if groups != 2 {
        return Err(("regexp", format!("it has {groups} groups, not two: the column and the row")));
    }
    match pattern {
        WorldPattern { multiplier_x: 0, .. } => wrong("multiplierX", "its columns are 0 pixels apart"),
        WorldPattern { multiplier_y: 0, .. } => wrong("multiplierY", "its rows are 0 pixels apart"),
        WorldPattern { map_width: ..=0, .. } => wrong("mapWidth", "its maps have no width"),
        WorldPattern { map_height: ..=0, .. } => wrong("mapHeight", "its maps have no height"),
        _ => Ok(regex),
    }
}

/// Where the pattern puts a file of this name, in pixels; `None` where it does not match, or puts it
/// beyond what can be counted.
fn place(regex: &Regex, pattern: &WorldPattern, name: &str) -> Option<(i32, i32)> {
    let captures = regex.captures(name)?;
    let axis = |group: usize, multiplier: i32, offset: i32| {
        captures.get(group)?.as_str().parse::<i32>().ok()?.checked_mul(multiplier)?.checked_add(offset)
    };
    Some((axis(1, pattern.multiplier_x, pattern.offset_x)?, axis(2, pattern.multiplier_y, pattern.offset_y)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::locate;

    fn read(text: &str, files: &[&str]) -> (LoadedWorld, Vec<(String, String)>) {
        let mut sources = Sources::new("/nowhere");
        sources.insert("w/venue.world", text.to_owned());
        for file in files {
            sources.insert(*file, "{}");
        }
        let loaded = load_world(&sources, "w/venue.world");
        let found = loaded
            .findings
            .iter()
            .map(|finding| {
                (
                    locate(&sources, &[&finding.spot])[0].pointer.clone().unwrap_or_default(),
                    finding.message.clone(),
                )
            })
            .collect();
        (loaded, found)
    }

    #[test]
    fn maps_come_by_list_and_by_pattern() {
        let text = r#"{"maps": [{"fileName": "../hall.tmj", "x": 0, "y": 640, "width": 1, "height": 1}],
            "patterns": [{"regexp": "map-x0*(\\d+)-y0*(\\d+)\\.tmj"}], "onlyShowAdjacentMaps": true}"#;
        let (loaded, found) =
            read(text, &["hall.tmj", "w/a-map-x01-y2.tmj", "w/map-x1.tmj", "w/deep/map-x1-y1.tmj"]);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(loaded.maps, ["hall.tmj", "w/a-map-x01-y2.tmj"]);
        let world = loaded.world.unwrap();
        assert_eq!((world.maps[0].y, world.patterns[0].map_width, world.only_show_adjacent), (640, 1, true));
    }

    #[test]
    fn faults_stand_at_their_places() {
        let pattern = |fields: &str| format!(r#"{{"patterns": [{{{fields}}}]}}"#);
        let good = r#""regexp": "(\\d)(\\d)""#;
        let cases = [
            (pattern(r#""regexp": "(\\d)""#), "/patterns/0/regexp", "1 groups"),
            (pattern(r#""regexp": "(\\d)(\\d)(""#), "/patterns/0/regexp", "no regular expression"),
            (pattern(r#""regexp": "(?=a)(\\d)(\\d)""#), "/patterns/0/regexp", "look-around"),
            (pattern(r#""regexp": "(\\d)(\\d)\\1""#), "/patterns/0/regexp", "back-references"),
            (pattern(&format!(r#"{good}, "multiplierX": 0"#)), "/patterns/0/multiplierX", "0 pixels"),
            (pattern(&format!(r#"{good}, "mapHeight": -1"#)), "/patterns/0/mapHeight", "no height"),
            (pattern(good), "", "no file beside"),
            (
                r#"{"maps": [{"fileName": "a.tmj"}]}"#.to_owned(),
                "/maps/0/fileName",
                "\"a.tmj\" does not exist",
            ),
            ("{}".to_owned(), "", "lists no map"),
            ("[]".to_owned(), "", "no world"),
            ("{".to_owned(), "", ""),
        ];
        for (text, pointer, says) in cases {
            let (_, found) = read(&text, &[]);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].0 == pointer && found[0].1.contains(says), "{text}: {found:?}");
        }
        // A pattern that says nothing of its multipliers has Tiled's own.
        assert!(read(&pattern(good), &["w/12.tmj"]).1.is_empty());
    }

    /// The crate `tiled` as second opinion. It has no defaults for multipliers, so they are written.
    #[test]
    fn the_crate_tiled_matches_the_same() {
        let text = r#"{"patterns": [{"regexp": "m-(-?\\d+)_(-?\\d+)", "multiplierX": 640, "multiplierY": -48,
            "offsetX": 3, "offsetY": -7, "mapWidth": 1, "mapHeight": 1}]}"#;
        let (loaded, found) = read(text, &["w/m-1_2.tmj"]);
        assert!(found.is_empty(), "{found:?}");
        let ours = &loaded.world.unwrap().patterns[0];
        let regex = compile(ours).unwrap();
        let theirs = tiled::WorldPattern {
            regexp: regex.clone(),
            multiplier_x: ours.multiplier_x,
            multiplier_y: ours.multiplier_y,
            offset_x: ours.offset_x,
            offset_y: ours.offset_y,
        };
        for name in ["m-1_2.tmj", "xm-0_-9y", "m-1", "m-99999999_1", "m-12_40000000"] {
            let expected = theirs.match_path(name).ok().map(|map| (map.x, map.y));
            assert_eq!(place(&regex, ours, name), expected, "{name}");
        }
        // Where the crate would panic, we leave the file out.
        assert_eq!(place(&regex, ours, "m-99999999999_1"), None);
    }
}
