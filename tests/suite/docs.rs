//! `docs/rules.md` says what the rules say of themselves.
//!
//! It is written anew by `VENUE_WRITE_DOCS=1 cargo test --test suite docs`.

use std::{fmt::Write as _, path::Path};

use venue::{
    check::{FAILURES, failures_of, rules},
    finding::{Family, Rule},
};

const BEFORE: &str = "\
# The rules of `venue check`

Written from the rules themselves: do not edit it. `venue rules NAME` shows the same of one.

Each example is a map, written short: what it says is put beside a healthy map, and the tests see that the rule
tells of it, where it stands. `layer \"poster\": openWebsite = \"\", visible false` is a tile layer with a property and a
key, `no id` a key that is missing, `at (3, 3) to (4, 3)` the cells that are painted, `of tile 1` the tile; tile 1 is a
wall. Lines of other files are set in below their names, and behind a `#` stands what is said to people.
";

fn link(name: &str) -> String {
    format!("[{name}](#{name})")
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn explained(rule: &Rule, out: &mut String) {
    let Rule { name, summary, since, why, example, mend, .. } = rule;
    let numbers: Vec<String> = failures_of(rule).map(|failure| failure.number.to_string()).collect();
    let finds = if numbers.is_empty() {
        String::new()
    } else {
        format!("; finds silent failure {}", numbers.join(", "))
    };
    let severity = rule.severity.name();
    writeln!(out, "\n### {name}\n\n{severity}, since {since}{finds}: {summary}\n\n{}\n", why.trim()).unwrap();
    writeln!(out, "```text\n{}\n```\n\n{}", example.trim_matches('\n'), mend.trim()).unwrap();
}

/// The whole document.
fn document() -> String {
    let mut out = BEFORE.to_owned();
    out += "\n## What WorkAdventure lets pass in silence\n\nThese mistakes are accepted by every upload, and Tiled shows \
            nothing unusual.\n\n| | Mistake | Visitors get | Told by |\n|---|---|---|---|\n";
    for failure in FAILURES {
        let told: Vec<String> = failure.rules.iter().map(|name| link(name)).collect();
        let (mistake, visitor) = (cell(failure.mistake), cell(failure.visitor));
        writeln!(out, "| {} | {mistake} | {visitor} | {} |", failure.number, told.join(", ")).unwrap();
    }
    let mut family: Option<Family> = None;
    for rule in rules() {
        if family != Some(rule.family) {
            writeln!(out, "\n## {:?}", rule.family).unwrap();
            family = Some(rule.family);
        }
        explained(rule, &mut out);
    }
    out
}

#[test]
fn the_document_of_rules_is_as_the_rules_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let document = document();
    if std::env::var_os("VENUE_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, document).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = written.lines().zip(document.lines()).position(|(written, now)| written != now);
    assert!(
        written == document,
        "docs/rules.md is out of date, first in line {}: VENUE_WRITE_DOCS=1 cargo test --test suite docs",
        differs.unwrap_or_else(|| written.lines().count().min(document.lines().count())) + 1
    );
}
