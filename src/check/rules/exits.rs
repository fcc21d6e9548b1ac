//! Leaving.

use super::{
    Check, Lint, entries,
    meant::{Guess, Meant},
    zones::out_of_reach,
};
use crate::{
    check::context::{MapContext, WorldContext},
    finding::{Change, Edit, Family, Finding, Rule, Severity},
    source::relative,
    workadventure::{Exit, Holder, can_be_linked, host_and_path, is_outside},
    world::{Arrival, Destination, Never, Surroundings, Way},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &EXIT_TARGET_MISSING, check: Check::World(targets) },
    Lint { rule: &EXIT_LETTER_CASE, check: Check::Beside("exit-target-missing") },
    Lint { rule: &EXIT_NEVER_WORKS, check: Check::Beside("exit-target-missing") },
    Lint { rule: &EXIT_WITHOUT_ROOM, check: Check::Beside("exit-target-missing") },
    Lint { rule: &EXIT_ENTRY_MISSING, check: Check::World(entry_missing) },
    Lint { rule: &EXIT_UNREACHABLE, check: Check::Map(exit_unreachable) },
    Lint { rule: &MAP_UNREACHABLE, check: Check::World(map_unreachable) },
];

static EXIT_TARGET_MISSING: Rule = Rule {
    name: "exit-target-missing",
    summary: "an exit leads to a map that does not exist",
    severity: Severity::Error,
    family: Family::Exits,
    since: "0.1.0",
    why: "Visitors who step on the exit get an error instead of the next room.",
    example: r#"
layer "to-hall": exitUrl = "hall2.tmj"
file "hall.tmj"
"#,
    mend: "Correct the path: it is relative to this map. Or bring the map back.",
};

static EXIT_LETTER_CASE: Rule = Rule {
    name: "exit-letter-case",
    summary: "an exit's path differs from the map's file by letter case",
    severity: Severity::Error,
    family: Family::Exits,
    since: "0.1.0",
    why: "Windows and macOS find the file all the same; web servers and map-storage do not, and visitors get \
          an error instead of the next room.",
    example: r#"
layer "to-hall": exitUrl = "Hall.tmj"
file "hall.tmj"
"#,
    mend: "Write the path exactly as the file is called.",
};

static EXIT_NEVER_WORKS: Rule = Rule {
    name: "exit-never-works",
    summary: "an exit is written in a form that leads nowhere",
    severity: Severity::Error,
    family: Family::Exits,
    since: "0.1.0",
    why: "An exit leads to a room: to another map relative to this one, or to /_/…, /@/… or /~/… on the same \
          server. The address of a map file, a website or a page beside the map is no room; visitors get \
          \"access denied\", or an error instead of the next room.",
    example: r#"layer "to-hall": exitUrl = "https://maps.example.org/hall.tmj""#,
    mend: "Write a path relative to this map, or /_/global/ and the map's address without https://.",
};

static EXIT_WITHOUT_ROOM: Rule = Rule {
    name: "exit-without-room",
    summary: "an exit names a site and no room of it",
    severity: Severity::Warning,
    family: Family::Exits,
    since: "0.1.0",
    why: "Exits open no websites. Of a whole address only the path counts, and where there is none visitors come \
          to the first room of the server that they are on, whatever site the exit names.",
    example: r#"layer "home": exitUrl = "https://example.org/""#,
    mend: "Use openTab or openWebsite for a website. If the first room is meant write /, or set project.play-url \
           in venue.toml.",
};

static EXIT_ENTRY_MISSING: Rule = Rule {
    name: "exit-entry-missing",
    summary: "an exit names an entry that the other map does not have",
    severity: Severity::Warning,
    family: Family::Exits,
    since: "0.1.0",
    why: "Visitors arrive at the other map's default entry instead of where the exit says, without a word.",
    example: r#"
layer "to-hall": exitUrl = "hall.tmj#from-lobby"
file "hall.tmj"  # without a layer or an area from-lobby
"#,
    mend: "Correct the name behind the #, or add a tile layer of that name to the other map.",
};

static EXIT_UNREACHABLE: Rule = Rule {
    name: "exit-unreachable",
    summary: "an exit cannot be walked to",
    severity: Severity::Warning,
    family: Family::Exits,
    since: "0.1.0",
    why: "From none of the map's entries leads a way to the exit, or it lies outside of the map, so nobody ever \
          leaves by it.",
    example: r#"
layer "to-hall" at (0, 3): exitUrl = "hall.tmj"  # on the wall itself
file "hall.tmj"
"#,
    mend: "Extend the exit to cells where avatars can stand, or open the way; move into the map what lies \
           outside.",
};

static MAP_UNREACHABLE: Rule = Rule {
    name: "map-unreachable",
    summary: "no way leads from the project's entry to a map",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "Following exits from the map where visitors arrive first (`project.entry` in venue.toml), they \
          never come to this map; only who has its link sees it.",
    example: r#"
file "venue.toml":
  [project]
  entry = "lobby.tmj"
layer "to-hall": exitUrl = "hall.tmj"
file "hall.tmj"
file "backstage.tmj"
"#,
    mend: "Add an exit that leads to it, or delete the map.",
};

/// Whether who steps on the exit leaves the map.
pub(super) fn leads_away(context: &MapContext, surroundings: &Surroundings, exit: &Exit) -> bool {
    let relative_to_map = exit.property.name == "exitSceneUrl";
    let text = exit.target().unwrap_or_default();
    matches!(
        Destination::of(surroundings, &context.map.file, text, relative_to_map),
        Destination::Map(_) | Destination::OtherCase(_) | Destination::Room(_)
    )
}

/// The ways out of the maps that are to be judged; maps beyond those come behind them.
fn ways<'a>(context: &'a WorldContext) -> impl Iterator<Item = (&'a MapContext<'a>, &'a Way<'a>)> {
    context.world.ways().iter().filter_map(|way| Some((context.maps.get(way.from)?, way)))
}

/// Edits that make the way lead elsewhere. Of an area of the editor's file the entry is a text of its
/// own.
fn lead(finding: Finding, way: &Way, safe: bool, right: &str) -> Finding {
    let description = format!("replace with \"{right}\"");
    match right.split_once('#') {
        Some((url, entry)) if way.exit.is_none() => {
            let edit = |key: &'static str, text: &str| Edit {
                spot: way.spot.clone().key(key),
                change: Change::Text(text.to_owned()),
            };
            finding.mend(safe, description, vec![edit("url", url), edit("areaName", entry)])
        }
        _ => finding.fix(safe, description, right),
    }
}

fn targets(context: &WorldContext, findings: &mut Vec<Finding>) {
    let surroundings = Surroundings::of(context.project);
    let mut meant = Meant::new();
    for (map, way) in ways(context) {
        let value = &way.text;
        // As this map calls the file, with what stands behind the `#`.
        let with_fragment = |path: String| match value.split_once('#') {
            Some((_, fragment)) => format!("{path}#{fragment}"),
            None => path,
        };
        let called = |name: &str| with_fragment(relative(map.folder(), name));
        // What is behind a `?` would be lost, and codes may stand for anything.
        let is_plain = !value.contains(['?', '%']);
        let finding = match &way.destination {
            Destination::Missing(name) => {
                let message = format!("exit leads to \"{value}\", which does not exist");
                let finding = Finding::new(&EXIT_TARGET_MISSING, way.spot.clone(), message);
                let among = surroundings.maps.len();
                let near = meant.by(name.as_str(), among, |name| surroundings.meant(name));
                match near.name().filter(|name| *name != map.map.file) {
                    Some(near) => {
                        let right = called(&near);
                        lead(finding.help(format!("did you mean \"{right}\"?")), way, false, &right)
                    }
                    None => finding.help("the path is relative to this map"),
                }
            }
            Destination::OtherCase(real) => {
                let right = called(real);
                let message = format!("exit leads to \"{value}\", but the file is called \"{real}\"");
                let finding = Finding::new(&EXIT_LETTER_CASE, way.spot.clone(), message);
                lead(finding.help(format!("write \"{right}\"")), way, is_plain, &right)
            }
            Destination::Never(never) => {
                let (why, help) = explain(never);
                let message = format!("exit to \"{value}\" never opens: {why}");
                let finding = Finding::new(&EXIT_NEVER_WORKS, way.spot.clone(), message).help(help);
                let certain = matches!(never, Never::LostSlash(_));
                match never {
                    Never::LostSlash(room) | Never::MapUrl(room) => {
                        lead(finding, way, certain && is_plain, &with_fragment(room.clone()))
                    }
                    _ => finding,
                }
            }
            Destination::Room(url) if !is_scene(way) && is_site(url) && knows_no_server(map) => {
                let message = format!(
                    "exit to \"{value}\" never opens that site: visitors come to the first room of their server"
                );
                Finding::new(&EXIT_WITHOUT_ROOM, way.spot.clone(), message)
                    .help("use openTab or openWebsite for a website; if the first room is meant write \"/\"")
            }
            Destination::Nothing
            | Destination::Unknown
            | Destination::Here
            | Destination::Map(_)
            | Destination::Room(_) => continue,
        };
        findings.push(finding.at(way.place.clone()));
    }
}

/// Whether a way is an address of a map (`exitSceneUrl`), which becomes a room by itself.
fn is_scene(way: &Way) -> bool {
    way.exit.is_some_and(|exit| exit.property.name == "exitSceneUrl")
}

/// Whether an address has no path, and does not look like that of a server of WorkAdventure, whose
/// first room is meant then.
fn is_site(url: &str) -> bool {
    let Some((host, path)) = host_and_path(url) else { return false };
    let host = host.to_lowercase();
    matches!(path, "" | "/") && !host.starts_with("play.") && !host.contains("workadventu")
}

/// Whether the config does not say where the project's rooms are: with that, any other site is known
/// never to work.
fn knows_no_server(map: &MapContext) -> bool {
    map.config().project.play_url.is_none()
}

/// Why such an exit leads nowhere, and what to write.
fn explain(never: &Never) -> (&'static str, String) {
    match never {
        Never::MapUrl(room) => ("it is the address of a map, not of a room", format!("write \"{room}\"")),
        Never::Website => {
            ("exits lead to rooms, not to websites", "use openTab or openWebsite for a website".to_owned())
        }
        Never::RootPath(path) => (
            "rooms begin with /_/, /@/ or /~/",
            format!("write a path relative to this map, for example \"{path}\""),
        ),
        Never::LostSlash(room) => ("its first / is missing", format!("write \"{room}\"")),
        Never::OtherServer => (
            "visitors stay on their server, which has no such room",
            "use openTab for a room of another server".to_owned(),
        ),
        Never::OtherScheme => ("it is no address of a room", "write a path relative to this map".to_owned()),
        Never::NoMap(_) => {
            ("the file is no map", "use openWebsite for a page or a picture, or name a map".to_owned())
        }
    }
}

fn entry_missing(context: &WorldContext, findings: &mut Vec<Finding>) {
    let mut meant = Meant::new();
    for (from, way) in ways(context) {
        let Some(to) = way.to else { continue };
        let file = relative(from.folder(), context.world.maps()[to].name);
        let arrive = format!("visitors arrive at the default entry of \"{file}\"");
        let (message, near) = match &way.arrival {
            Arrival::Missing(name) => {
                let map = &context.world.maps()[to];
                let among = map.meaning.entries.len() + map.editor_entries.len();
                let near = meant.by((to, name.as_str()), among, |(_, name)| map.meant(name));
                (format!("{arrive}: it has no entry \"{name}\""), Some((name, near)))
            }
            Arrival::Unlinkable(name) => (format!("{arrive}: no link can carry the name \"{name}\""), None),
            Arrival::Default | Arrival::Entry { .. } | Arrival::Unknown => continue,
        };
        let spot = if way.exit.is_none() { way.spot.clone().key("areaName") } else { way.spot.clone() };
        let finding = Finding::new(&EXIT_ENTRY_MISSING, spot, message).at(way.place.clone());
        findings.push(match near {
            Some((_, Guess::Name(near))) => {
                let address = way.text.split_once('#').map_or("", |(address, _)| address);
                let right = format!("{address}#{near}");
                lead(finding.help(format!("did you mean \"{right}\"?")), way, false, &right)
            }
            Some((name, _)) if !can_be_linked(name) => {
                finding.help("give it a name that links can carry: letters from a to z, digits, - and _")
            }
            Some((name, Guess::Nothing)) => finding
                .help(format!("add a tile layer \"{name}\" there, and paint it where visitors shall arrive")),
            Some((_, Guess::Unknown)) => finding.help("name an entry that is there, or add one of this name"),
            None => finding.help("rename the entry: letters from a to z, digits, - and _"),
        });
    }
}

fn exit_unreachable(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.meaning.exits.is_empty() || !context.can_walk() || entries::is_enclosed(context) {
        return;
    }
    let reach = entries::reach(context);
    for exit in &context.meaning.exits {
        let empty = exit.property.value.text().is_none_or(str::is_empty);
        let outside = exit.rectangle.is_some_and(|rectangle| is_outside(context.map, rectangle));
        let nowhere = exit.cells.is_empty() && !outside;
        if empty || nowhere || exit.cells.iter().any(|cell| reach.contains(cell)) {
            continue;
        }
        let holder = match &exit.holder {
            Holder::Layer(path) => format!("layer \"{path}\""),
            Holder::Area(name) => format!("area \"{name}\""),
            Holder::Tile(tileset, id) => format!("tile {id} of tileset \"{tileset}\""),
        };
        let (why, help) = out_of_reach(context, &exit.cells);
        let mut place = exit.place.clone();
        place.area_tiles = place.area_tiles.or_else(|| exit.cells.around());
        findings.push(
            Finding::new(
                &EXIT_UNREACHABLE,
                exit.spot.clone(),
                format!("nobody leaves to \"{}\" by {holder}: {why}", exit.property.value.display()),
            )
            .at(place)
            .help(help),
        );
    }
}

fn map_unreachable(context: &WorldContext, findings: &mut Vec<Finding>) {
    let Some(entry) = context.project.config.project.entry_map() else { return };
    // Only who sees every map can tell that none leads there.
    let Ok(all) = context.project.all_map_names() else { return };
    if all.iter().any(|name| context.project.map(name).is_none()) {
        return;
    }
    let world = &context.world;
    let Some(start) = world.index(&entry) else { return };
    let reached = world.reachable([start]);
    // Whoever leaves by script or to rooms by name may go anywhere.
    let scripted = |map: usize| context.maps.get(map).is_none_or(MapContext::has_script);
    if reached.iter().any(|map| world.leads_beyond(*map) || scripted(*map)) {
        return;
    }
    for (index, map) in context.maps.iter().enumerate() {
        // A venue is entered by way of the map with its stands.
        let stood_in_for = world.index(&map.map.file) != Some(index);
        let arrivals = map.entries().next().is_some();
        if reached.contains(&index) || stood_in_for || !arrivals {
            continue;
        }
        findings.push(
            Finding::new(
                &MAP_UNREACHABLE,
                map.spot(map.map.span),
                format!("no way leads here from \"{entry}\""),
            )
            .help("add an exit that leads here"),
        );
    }
}
