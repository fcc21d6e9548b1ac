//! Our pages do what they say, and lead where they say. `docs/rules.md` says what the rules say of themselves,
//! `docs/properties.md` what the table of properties says: those two are written anew by
//! `VENUE_WRITE_DOCS=1 cargo test --test suite docs`.

use std::{fmt::Write as _, path::Path};

use crate::told;
use venue::{
    check::{FAILURES, failures_of, rules},
    finding::{Family, Rule},
    workadventure::{
        AREA_PROPERTIES, Field, FieldKind, HolderKind, PROPERTIES, PropertyFact, Reference, ValueKind,
        WamHolder,
    },
};

/// Our pages, the README first.
fn pages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = vec!["README.md".to_owned()];
    for folder in ["docs", "examples", "src/starter/files"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name().into_iter().flatten() {
            let name = entry.path().strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            if entry.path().extension().is_some_and(|extension| extension == "md") && !name.contains("/dist/")
            {
                names.push(name);
            }
        }
    }
    let read = |name: String| {
        let text = std::fs::read_to_string(root.join(&name)).unwrap();
        (name, text)
    };
    names.into_iter().map(read).collect()
}

#[test]
fn the_book_does_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written: Vec<(String, String)> = pages();
    // Pages of the book are short enough to be run side by side.
    let book = written.iter().filter(|(name, _)| name.starts_with("docs/"));
    std::thread::scope(|scope| {
        for (name, text) in book {
            scope.spawn(move || {
                let begins =
                    text.lines().find_map(|line| line.strip_prefix("<!-- begins in: ")?.strip_suffix(" -->"));
                told::Session::new(begins.map(|folder| root.join(folder)).as_deref()).follow(name, text);
            });
        }
    });
}

#[test]
fn the_readme_does_what_it_says() {
    let mut session = told::Session::new(None);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["maps", "assets"] {
        told::copy(&root.join(folder), &session.path().join(folder));
    }
    std::fs::copy(root.join("venue.toml"), session.path().join("venue.toml")).unwrap();
    session.run("git init --quiet --initial-branch main && git add --all && git commit --quiet -m Begin");
    session.follow("README.md", &pages()[0].1);
}

#[test]
fn the_page_of_a_new_project_does_what_it_says() {
    let mut session = told::Session::new(None);
    let (status, printed) = session.run("venue new fair && cd fair");
    assert_eq!(status, 0, "{printed}");
    let page = std::fs::read_to_string(session.path().join("README.md")).unwrap();
    session.follow("README.md of a new project", &page);
}

#[test]
fn commands_run_on_other_systems_than_this_one() {
    for (name, text) in pages() {
        for block in told::blocks(&text) {
            // The sed of BSD and macOS takes what follows as the ending of a copy.
            assert!(!block.text.contains("sed -i "), "{name}:{}: sed -i.bak works everywhere", block.line);
        }
    }
}

#[test]
fn few_commands_are_not_run_and_each_says_why() {
    let mut excused = Vec::new();
    for (name, text) in pages() {
        let blocks = told::blocks(&text);
        excused.extend(blocks.into_iter().filter_map(|block| Some(format!("{name}: {}", block.excuse?))));
    }
    assert_eq!(
        excused,
        [
            "README.md: the tests have built it already",
            "README.md: they would run themselves",
            "docs/ci.md: it takes a container engine",
            "docs/designer.md: it serves until you stop it",
            "docs/tour.md: it serves until you stop it",
            "examples/map-storage/README.md: there is no such server",
        ]
    );
}

/// What a heading is called in links, as GitHub has it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || "- _".contains(*c)).collect::<String>().replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere_and_every_page_is_in_reach() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut reached = std::collections::BTreeSet::new();
    for (name, text) in pages() {
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://") && !link.contains(['"', ' '])) {
            let (path, part) = link.split_once('#').unwrap_or((link, ""));
            let target =
                if path.is_empty() { name.clone() } else { venue::source::resolve(folder_of(&name), path) };
            // In a new project the page on stands lies beside them.
            let there =
                root.join(&target).is_file() || name.starts_with("src/starter") && path == "stands/README.md";
            assert!(there, "{name} links to {link}, which is not there");
            if !part.is_empty() {
                let target = std::fs::read_to_string(root.join(&target)).unwrap();
                let headings = target.lines().filter_map(|line| line.strip_prefix('#'));
                let found =
                    headings.map(|line| anchor(line.trim_start_matches('#'))).any(|known| known == part);
                assert!(found, "{name} links to {link}, which has no such part");
            }
            if name == "README.md" {
                reached.insert(target);
            }
        }
    }
    for (name, _) in
        pages().iter().filter(|(name, _)| name.starts_with("docs/") || name.starts_with("examples/"))
    {
        assert!(reached.contains(name), "the README does not lead to {name}");
    }
}

fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

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
    out += "\n## Found by `venue publish`\n\nWhat an upload would suffer, told before it is sent. These have no level in \
            `venue.toml`; `--no-check` sends nevertheless.\n";
    for rule in venue::publish::rules() {
        explained(rule, &mut out);
    }
    out
}

const BEFORE_PROPERTIES: &str = "\
# The properties that WorkAdventure reads

Written from the table that `venue check` goes by: do not edit it. Names are case-sensitive, and a property that stands
where it does not work is ignored without a word. `venue schema tiled-project` writes a project file by which Tiled
offers them with their types and values.

A property is set on a tile layer, on an *area* (an object of class `area`), on a *tile* in its tileset, on the map, or
on an object of class `variable` or `website`. Below a property in bold letters stand those that belong to it and do
nothing without it. *Absent* is what holds where a property is not there; where nothing is said, nothing happens.
";

/// Where a property works, as readers call it.
fn holders(fact: &PropertyFact) -> String {
    if fact.holders.len() > 6 {
        return "everything but tiles".to_owned();
    }
    let names = fact.holders.iter().map(|holder| match holder {
        HolderKind::Map => "map",
        HolderKind::TileLayer => "layer",
        HolderKind::Tile => "tile",
        HolderKind::Area => "area",
        HolderKind::Variable => "variable",
        HolderKind::Website => "website",
        HolderKind::Tileset => "tileset",
        HolderKind::Object => "object",
        HolderKind::OtherLayer => "object layer, group",
    });
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "nowhere".to_owned() } else { names.join(", ") }
}

/// What a property takes: its type in Tiled, and its values.
fn values(fact: &PropertyFact) -> String {
    match fact.value {
        ValueKind::Text => "string".to_owned(),
        ValueKind::Url(reference) => {
            let what = match reference {
                Reference::Exit => "a room, from this one",
                Reference::MapExit => "a map, from this one",
                Reference::Page => "a page, from the map",
                Reference::Tab => "a whole address",
                Reference::Sound => "a sound, from the map",
                Reference::Scripts => "scripts, one a line, from the map",
                Reference::Image => "a picture, from the map",
            };
            format!("string: {what}")
        }
        ValueKind::OneOf(texts) => format!("string: `{}`", texts.join("`, `")),
        ValueKind::Bool => "bool".to_owned(),
        ValueKind::Number(low, high) if high.is_finite() => format!("number, {low} to {high}"),
        ValueKind::Number(low, _) => format!("number, from {low}"),
        ValueKind::JsonObject => "string that holds a JSON object".to_owned(),
        ValueKind::Any if fact.name == "start" => "bool; on a tile the entry's name".to_owned(),
        ValueKind::Any => "any".to_owned(),
    }
}

fn row_of_property(fact: &PropertyFact, out: &mut String) {
    let absent = fact.default.map(|default| format!("`{default}`")).unwrap_or_default();
    let mut effect = fact.effect.to_owned();
    if let Some(instead) = fact.replaced_by {
        let known = PropertyFact::of(instead).is_some();
        let instead = if known { format!("`{instead}`") } else { instead.to_owned() };
        write!(effect, " (out of use; instead: {instead})").unwrap();
    }
    let others = fact.companion_of.len().saturating_sub(1);
    if others > 0 {
        write!(effect, " (belongs to `{}`)", fact.companion_of.join("`, `")).unwrap();
    }
    let name = if fact.is_main() { format!("**`{}`**", fact.name) } else { format!("`{}`", fact.name) };
    let cells = [name, holders(fact), values(fact), absent, effect, fact.wrong.to_owned()];
    writeln!(out, "| {} |", cells.map(|text| cell(&text)).join(" | ")).unwrap();
}

/// A key of a `.wam` property, with what it takes.
fn field(field: &Field) -> String {
    let optional = if field.required { "" } else { "?" };
    let inner = match field.kind {
        FieldKind::Object(fields) | FieldKind::List(fields) => {
            let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
            format!(" of {}", keys.join(", "))
        }
        _ => String::new(),
    };
    format!("`{}`{optional}: {}{inner}", field.key, field.kind.describe())
}

/// Whom the properties of a part are for, by the main ones among them.
type Part = (&'static str, fn(&PropertyFact) -> bool);

/// The parts of the document; a property stands in the first that it belongs to.
const PARTS: [Part; 6] = [
    ("The map", |fact| fact.works_on(HolderKind::Map)),
    ("Zones: what happens where visitors go", PropertyFact::acts_in_zones),
    ("Tile layers and tiles", |fact| fact.works_on(HolderKind::TileLayer) || fact.works_on(HolderKind::Tile)),
    ("Variables", |fact| fact.works_on(HolderKind::Variable)),
    ("Websites on the map", |fact| fact.works_on(HolderKind::Website)),
    ("Elsewhere", |_| true),
];

/// The whole document of properties.
fn document_of_properties() -> String {
    let mut out = BEFORE_PROPERTIES.to_owned();
    let part_of = |fact: &PropertyFact| PARTS.iter().position(|(_, takes)| takes(fact));
    for (index, (title, _)) in PARTS.iter().enumerate() {
        writeln!(out, "\n## {title}\n\n| | Works on | Takes | Absent | Does | Anything else |").unwrap();
        out += "|---|---|---|---|---|---|\n";
        let here = PROPERTIES.iter().filter(|fact| fact.is_main() && part_of(fact) == Some(index));
        for main in here {
            row_of_property(main, &mut out);
            for fact in PROPERTIES.iter().filter(|fact| fact.companion_of.first() == Some(&main.name)) {
                row_of_property(fact, &mut out);
            }
        }
    }
    out += "\n## In `.wam` files\n\nWorkAdventure's own editor keeps areas and entities beside the map. Each of their \
            properties has an `id` and one of these types; keys with a ? may be left out. A type or a value that is \
            none of these makes the whole file invalid.\n\n| Type | On | Keys | Does |\n|---|---|---|---|\n";
    for fact in AREA_PROPERTIES {
        let on: Vec<&str> = fact
            .holders
            .iter()
            .map(|holder| match holder {
                WamHolder::Area => "area",
                WamHolder::Entity => "entity",
            })
            .collect();
        let fields: Vec<String> = fact.fields.iter().map(field).collect();
        let cells = [format!("`{}`", fact.name), on.join(", "), fields.join("; "), fact.effect.to_owned()];
        writeln!(out, "| {} |", cells.map(|text| cell(&text)).join(" | ")).unwrap();
    }
    out
}

#[test]
fn the_document_of_properties_is_as_the_table_is() {
    is_written("docs/properties.md", &document_of_properties());
}

#[test]
fn the_document_of_rules_is_as_the_rules_are() {
    is_written("docs/rules.md", &document());
}

/// That a document of the repository says this; or it is made to say so.
fn is_written(name: &str, document: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("VENUE_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, document).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = written.lines().zip(document.lines()).position(|(written, now)| written != now);
    assert!(
        written == document,
        "{name} is out of date, first in line {}: VENUE_WRITE_DOCS=1 cargo test --test suite docs",
        differs.unwrap_or_else(|| written.lines().count().min(document.lines().count())) + 1
    );
}
