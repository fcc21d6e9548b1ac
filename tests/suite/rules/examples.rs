//! The examples that `venue rules` shows are maps, written short: each rule tells of its own, where it
//! stands, and of none of the maps that come near it.

use venue::check::rules;

use super::sketch::Sketch;

/// Rules whose finding stands at the map as such, which no line of the example is.
const OF_THE_MAP: &[&str] = &["wam-elsewhere"];

/// The name under which a rule is told of: those of the event's own have their own.
fn told_as(rule: &'static str) -> &'static str {
    if rule == "custom-rule" { "room-prefix" } else { rule }
}

/// What is wrong with how a rule tells of a sketch.
fn untold(name: &'static str, text: &str) -> Option<String> {
    let sketch = Sketch::of(text);
    let report = sketch.report();
    let told: Vec<_> = report.entries.iter().filter(|entry| entry.rule == told_as(name)).collect();
    if told.is_empty() {
        let others: Vec<&str> = report.entries.iter().map(|entry| entry.rule.as_str()).collect();
        return Some(format!("{name}: is not told of, but {others:?}\n{text}"));
    }
    let stands = told.iter().any(|entry| {
        let site = &entry.site;
        let lines = site.range.map(|(start, end)| (start.line, end.line));
        sketch.has_place(&site.file, site.pointer.as_deref(), lines)
    });
    let sites: Vec<_> = told.iter().map(|entry| &entry.site).collect();
    (!stands && !OF_THE_MAP.contains(&name)).then(|| format!("{name}: stands elsewhere: {sites:?}\n{text}"))
}

#[test]
fn examples_are_what_their_rules_tell_of() {
    let wrong: Vec<String> = rules().into_iter().filter_map(|rule| untold(rule.name, rule.example)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_tell_of_more_than_their_examples() {
    let more = sketches(include_str!("more-examples.txt"));
    let wrong: Vec<String> = more.into_iter().filter_map(|(name, text)| untold(name, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Without what the examples add, no rule has anything to say: neither of JSON nor of XML, nor of the files
/// that they put beside the map.
#[test]
fn without_its_example_no_rule_tells() {
    for text in [
        "",
        "file \"hall.tmj\"",
        "wam: version \"2.1.0\"",
        "<object id=\"7\" name=\"lamp\" x=\"96\" y=\"96\"/>",
        "file \"venue.toml\": \"\"",
        "second tileset \"walls\"",
        "layer \"desk\"",
        "area \"desk\"",
        "text \"Welcome\"",
    ] {
        let report = Sketch::of(text).report();
        let told: Vec<&str> = report.entries.iter().map(|entry| entry.rule.as_str()).collect();
        // A map in XML is one all the same.
        let expected: &[&str] = if text.starts_with('<') { &["tmx-map"] } else { &[] };
        assert_eq!(told, expected, "{text}");
    }
}

/// Names of rules with sketches, in the order of the file.
fn sketches(text: &'static str) -> Vec<(&'static str, &'static str)> {
    let parts = text.split("\n== ").skip(1).map(|part| part.split_once('\n').unwrap());
    parts.map(|(name, sketch)| (name, sketch.trim_end())).collect()
}

fn near_misses() -> Vec<(&'static str, &'static str)> {
    sketches(include_str!("near-misses.txt"))
}

#[test]
fn what_comes_near_is_not_told() {
    let mut wrong = Vec::new();
    for (name, text) in near_misses() {
        let rule = rules().into_iter().find(|rule| rule.name == name);
        assert!(rule.is_some_and(|rule| rule.example.trim_matches('\n') != text), "{name}: {text}");
        let report = Sketch::of(text).report();
        for entry in report.entries.iter().filter(|entry| entry.rule == told_as(name)) {
            wrong.push(format!("{name}: {}\n{text}", entry.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn to_every_rule_something_comes_near() {
    let near = near_misses();
    for rule in rules() {
        assert!(near.iter().any(|(name, _)| *name == rule.name), "{}", rule.name);
    }
}

/// What an example says beside the healthy map is what is wrong: a fix takes it away.
#[test]
fn examples_can_be_mended() {
    let mut mended = Vec::new();
    for rule in rules() {
        let sketch = Sketch::of(rule.example);
        let told = |sketch: &Sketch| {
            let entries = sketch.report().entries;
            entries.into_iter().filter(|entry| entry.rule == told_as(rule.name)).collect::<Vec<_>>()
        };
        let before = told(&sketch);
        for entry in before.iter().filter(|entry| !entry.edits.is_empty()) {
            let after = told(&sketch.edited(&entry.edits));
            assert!(after.len() < before.len(), "{}: {:?}", rule.name, rule.example);
            mended.push(rule.name);
        }
    }
    assert!(mended.len() >= 25, "{mended:?}");
}
