//! Leaving.

use std::collections::BTreeSet;

use super::{Check, Lint, entries};
use crate::{
    check::context::{MapContext, WorldContext, around, is_filled_by_script},
    finding::{Family, Finding, Rule, Severity},
    project::nearest,
    source::{Existence, file_stem, is_url, parent, relative},
    workadventure::{Exit, Holder},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &EXIT_TARGET_MISSING, check: Check::Map(targets) },
    Lint { rule: &EXIT_LETTER_CASE, check: Check::Beside("exit-target-missing") },
    Lint { rule: &EXIT_NEVER_WORKS, check: Check::Beside("exit-target-missing") },
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
    example: "layer \"to-hall\": exitUrl = \"hall2.tmj\"",
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
    example: "exitUrl = \"Hall.tmj\" for the file hall.tmj",
    mend: "Write the path exactly as the file is called.",
};

static EXIT_NEVER_WORKS: Rule = Rule {
    name: "exit-never-works",
    summary: "an exit is written in a form that leads nowhere",
    severity: Severity::Error,
    family: Family::Exits,
    since: "0.1.0",
    why: "An exit leads to a room: to another map relative to this one, or to /_/…, /@/… or /~/… on the same \
          server. The address of a map file or a website is no room; visitors get \"access denied\".",
    example: "exitUrl = \"https://maps.example.org/hall.tmj\"",
    mend: "Write a path relative to this map, or /_/global/ and the map's address without https://.",
};

static EXIT_ENTRY_MISSING: Rule = Rule {
    name: "exit-entry-missing",
    summary: "an exit names an entry that the other map does not have",
    severity: Severity::Warning,
    family: Family::Exits,
    since: "0.1.0",
    why: "Visitors arrive at the other map's default entry instead of where the exit says, without a word.",
    example: "exitUrl = \"hall.tmj#from-lobby\", and hall.tmj has no layer or area from-lobby",
    mend: "Correct the name behind the #, or add a tile layer of that name to the other map.",
};

static EXIT_UNREACHABLE: Rule = Rule {
    name: "exit-unreachable",
    summary: "an exit cannot be walked to",
    severity: Severity::Warning,
    family: Family::Exits,
    since: "0.1.0",
    why: "From none of the map's entries leads a way to the exit, so nobody ever leaves by it.",
    example: "layer \"to-hall\": exitUrl = \"hall.tmj\", painted on the closed door itself",
    mend: "Extend the exit to cells where avatars can stand, or open the way.",
};

static MAP_UNREACHABLE: Rule = Rule {
    name: "map-unreachable",
    summary: "no way leads from the project's entry to a map",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "Following exits from the map where visitors arrive first (`project.entry` in venue.toml), they \
          never come to this map; only who has its link sees it.",
    example: "maps/backstage.tmj, to which no exit leads",
    mend: "Add an exit that leads to it, or delete the map.",
};

/// Where an exit leads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Goal {
    /// Within the map.
    Here,
    /// To a map of the project, by name.
    Map(String),
    /// To a file that differs by letter case: its real name, and how this map would call it.
    OtherCase(String),
    /// To a file that does not exist.
    Missing(String),
    /// To a room that is not ours to know.
    Elsewhere,
    /// Nowhere: why, and how to mend it.
    Never(&'static str, String),
}

#[derive(Debug)]
struct Target {
    goal: Goal,
    /// Name behind the `#`.
    entry: Option<String>,
}

const MAP_EXTENSIONS: [&str; 5] = ["tmj", "json", "tmx", "wam", "xml"];

/// Reads an exit's value (workadventure-maps, section 3.2); `None` for one that a script fills in, that
/// is empty or no text.
fn target(context: &MapContext, exit: &Exit) -> Option<Target> {
    let text = exit.property.value.text()?.trim();
    if text.is_empty() || is_filled_by_script(text) || text.contains("${") {
        return None;
    }
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let entry = fragment.split('&').find(|item| !item.contains('=')).filter(|item| !item.is_empty());
    let address = address.split('?').next().unwrap_or_default();
    let goal = goal(context, &exit.property.name, address);
    Some(Target { goal, entry: entry.map(str::to_owned) })
}

fn goal(context: &MapContext, property: &str, address: &str) -> Goal {
    let is_room = |path: &str| ["/_/", "/@/", "/~/", "/*/"].iter().any(|start| path.starts_with(start));
    if address.is_empty() {
        return Goal::Here;
    }
    // `exitSceneUrl` is an address of a map and becomes a room by itself.
    if property == "exitSceneUrl" && (is_url(address) || address.starts_with('/')) {
        return Goal::Elsewhere;
    }
    if is_url(address) {
        let Some((scheme, rest)) = address.split_once("//") else {
            return Goal::Never("it is no address of a room", "write a path relative to this map".to_owned());
        };
        if !matches!(scheme, "http:" | "https:" | "") {
            return Goal::Never("it is no address of a room", "write a path relative to this map".to_owned());
        }
        let (_, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if is_room(path) || path.is_empty() || path == "/" {
            return Goal::Elsewhere;
        }
        let file = path.rsplit('/').next().unwrap_or_default();
        let is_map =
            MAP_EXTENSIONS.iter().any(|extension| file.to_lowercase().ends_with(&format!(".{extension}")));
        return if is_map {
            Goal::Never("it is the address of a map, not of a room", format!("write \"/_/global/{rest}\""))
        } else {
            Goal::Never(
                "exits lead to rooms, not to websites",
                "use openTab or openWebsite for a website".to_owned(),
            )
        };
    }
    if address.starts_with('/') {
        return if is_room(address) || address == "/" {
            Goal::Elsewhere
        } else {
            Goal::Never(
                "rooms begin with /_/, /@/ or /~/",
                format!(
                    "write a path relative to this map, for example \"{}\"",
                    address.trim_start_matches('/')
                ),
            )
        };
    }
    if ["_/", "@/", "~/"].iter().any(|start| address.starts_with(start)) {
        return Goal::Never("its first / is missing", format!("write \"/{address}\""));
    }
    file_goal(context, address)
}

fn file_goal(context: &MapContext, address: &str) -> Goal {
    let name = context.resolve(address);
    let sources = context.sources();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
    let known = MAP_EXTENSIONS.contains(&extension.as_str());
    let with = |extension: &str| {
        let folder = parent(&name);
        let stem = file_stem(&name);
        if folder.is_empty() { format!("{stem}.{extension}") } else { format!("{folder}/{stem}.{extension}") }
    };
    // The editor's file stands beside its map, and map-storage makes it where there is none.
    if extension == "wam" {
        for source in ["tmj", "json", "tmx"] {
            if sources.existence(&with(source)) == Existence::File {
                return Goal::Map(with(source));
            }
        }
    }
    match sources.existence(&name) {
        Existence::File if extension == "wam" => Goal::Elsewhere,
        Existence::File => Goal::Map(name),
        Existence::OtherCase(real) => Goal::OtherCase(real),
        Existence::Folder | Existence::Missing => {
            if name.starts_with("../") {
                // Beyond the project may be another project on the same server.
                return Goal::Elsewhere;
            }
            // A `.tmx` or `.json` source is published as `.tmj`.
            if extension == "tmj" {
                let converted =
                    if context.project.config_file.is_some() { &["tmx", "json"][..] } else { &["tmx"] };
                for source in converted {
                    if sources.existence(&with(source)) == Existence::File {
                        return Goal::Map(with(source));
                    }
                }
            }
            let slug = !known && !file_stem(&name).is_empty() && !name.contains('.');
            let beside =
                |extension: &&str| sources.existence(&format!("{name}.{extension}")) == Existence::File;
            if slug && !MAP_EXTENSIONS.iter().any(beside) {
                // In worlds of workadventu.re rooms have names without extension.
                return Goal::Elsewhere;
            }
            Goal::Missing(name)
        }
    }
}

/// Names of the maps that the map's exits lead to.
pub(in crate::check) fn local_targets(context: &MapContext) -> BTreeSet<String> {
    let targets = context.meaning.exits.iter().filter_map(|exit| target(context, exit));
    targets
        .filter_map(|target| match target.goal {
            Goal::Map(name) => Some(name),
            _ => None,
        })
        .collect()
}

/// Whether who steps on the exit leaves the map.
pub(super) fn leads_away(context: &MapContext, exit: &Exit) -> bool {
    target(context, exit).is_some_and(|target| match target.goal {
        Goal::Map(name) => name != context.map.file,
        Goal::OtherCase(_) | Goal::Elsewhere => true,
        Goal::Here | Goal::Missing(_) | Goal::Never(..) => false,
    })
}

fn targets(context: &MapContext, findings: &mut Vec<Finding>) {
    for exit in &context.meaning.exits {
        let Some(target) = target(context, exit) else { continue };
        let value = exit.property.value.display();
        let with_entry = |path: &str| match value.split_once('#') {
            Some((_, fragment)) => format!("{path}#{fragment}"),
            None => path.to_owned(),
        };
        let finding = match target.goal {
            Goal::Missing(name) => {
                let message = format!("exit leads to \"{value}\", which does not exist");
                let finding = Finding::new(&EXIT_TARGET_MISSING, exit.spot.clone(), message);
                match near(context, &name) {
                    Some(near) => {
                        let right = with_entry(&near);
                        finding.help(format!("did you mean \"{right}\"?")).fix(
                            false,
                            format!("replace with \"{right}\""),
                            right.clone(),
                        )
                    }
                    None => finding.help("the path is relative to this map"),
                }
            }
            Goal::OtherCase(real) => {
                let right = with_entry(&relative(context.folder(), &real));
                let message = format!("exit leads to \"{value}\", but the file is called \"{real}\"");
                Finding::new(&EXIT_LETTER_CASE, exit.spot.clone(), message)
                    .help(format!("write \"{right}\""))
                    .fix(true, format!("replace with \"{right}\""), right.clone())
            }
            Goal::Never(why, help) => {
                let message = format!("exit to \"{value}\" never opens: {why}");
                Finding::new(&EXIT_NEVER_WORKS, exit.spot.clone(), message).help(help)
            }
            Goal::Here | Goal::Map(_) | Goal::Elsewhere => continue,
        };
        findings.push(finding.at(exit.place.clone()));
    }
}

/// A map that may have been meant, as this map would call it.
fn near(context: &MapContext, name: &str) -> Option<String> {
    let sources = context.sources();
    // The same name with another extension or in another folder, else a similar one.
    let maps: Vec<&str> = context.project.maps.iter().map(|map| map.name.as_str()).collect();
    let beside = sources.entries(parent(name)).unwrap_or_default();
    let folder = parent(name);
    let files =
        beside.iter().map(|file| if folder.is_empty() { file.clone() } else { format!("{folder}/{file}") });
    let mut all: BTreeSet<String> = files
        .filter(|file| {
            let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
            MAP_EXTENSIONS.contains(&extension)
        })
        .collect();
    all.extend(maps.into_iter().map(str::to_owned));
    all.remove(&context.map.file);
    let stem = file_stem(name);
    let same_stem = all.iter().find(|file| file_stem(file) == stem).cloned();
    let nearest_file = || {
        let stems: Vec<&str> = all.iter().map(|file| file_stem(file)).collect();
        let near = nearest(stem, stems.iter())?;
        all.iter().find(|file| file_stem(file) == near).cloned()
    };
    let found = same_stem.or_else(nearest_file)?;
    Some(relative(context.folder(), &found))
}

fn entry_missing(world: &WorldContext, findings: &mut Vec<Finding>) {
    for context in world.maps {
        for exit in &context.meaning.exits {
            let Some(target) = target(context, exit) else { continue };
            let Some(entry) = &target.entry else { continue };
            let name = match &target.goal {
                Goal::Here => &context.map.file,
                Goal::Map(name) => name,
                _ => continue,
            };
            let Some((map, meaning)) = world.meaning(name) else { continue };
            let found = meaning.entries.iter().any(|other| entries::is_called(other, entry));
            if found && entries::can_be_linked(entry) {
                continue;
            }
            if has_wam_entry(context, name, entry) {
                continue;
            }
            let file = relative(context.folder(), &map.file);
            let message = if found {
                format!(
                    "visitors arrive at the default entry of \"{file}\": no link can carry the name \"{entry}\""
                )
            } else {
                format!("visitors arrive at the default entry of \"{file}\": it has no entry \"{entry}\"")
            };
            let names: Vec<&str> = meaning
                .entries
                .iter()
                .filter(|other| entries::can_be_linked(&other.name) && !other.cells.is_empty())
                .map(|other| other.name.as_str())
                .collect();
            let declared: Vec<&str> = meaning
                .entries
                .iter()
                .filter(|other| other.declared)
                .map(|other| other.name.as_str())
                .collect();
            let mut finding =
                Finding::new(&EXIT_ENTRY_MISSING, exit.spot.clone(), message).at(exit.place.clone());
            let near =
                (!found).then(|| nearest(entry, declared.iter()).or_else(|| nearest(entry, names.iter())));
            finding = match near.flatten() {
                Some(near) => {
                    let value = exit.property.value.display();
                    let address = value.split_once('#').map_or("", |(address, _)| address);
                    let right = format!("{address}#{near}");
                    finding.help(format!("did you mean \"{right}\"?")).fix(
                        false,
                        format!("replace with \"{right}\""),
                        right.clone(),
                    )
                }
                None if found => finding.help("rename the entry: letters from a to z, digits, - and _"),
                None => finding.help(format!(
                    "add a tile layer \"{entry}\" there, and paint it where visitors shall arrive"
                )),
            };
            findings.push(finding);
        }
    }
}

/// Whether the editor's file beside a map has the entry: an area of that name with a start.
fn has_wam_entry(context: &MapContext, map: &str, entry: &str) -> bool {
    let folder = parent(map);
    let stem = file_stem(map);
    let wam = if folder.is_empty() { format!("{stem}.wam") } else { format!("{folder}/{stem}.wam") };
    let Ok(bytes) = context.sources().read(&wam) else { return false };
    let Ok(wam) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return false };
    let Some(areas) = wam.get("areas").and_then(|areas| areas.as_array()) else { return false };
    areas.iter().any(|area| {
        let properties = area.get("properties").and_then(|properties| properties.as_array());
        area.get("name").and_then(|name| name.as_str()) == Some(entry)
            && properties.is_some_and(|properties| {
                properties
                    .iter()
                    .any(|property| property.get("type").and_then(|kind| kind.as_str()) == Some("start"))
            })
    })
}

fn exit_unreachable(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.meaning.exits.is_empty() || !context.can_walk() || entries::is_enclosed(context) {
        return;
    }
    let reach = entries::reach(context);
    for exit in &context.meaning.exits {
        let empty = exit.property.value.text().is_none_or(str::is_empty);
        if empty || exit.cells.is_empty() || exit.cells.iter().any(|cell| reach.contains(*cell)) {
            continue;
        }
        let holder = match &exit.holder {
            Holder::Layer(path) => format!("layer \"{path}\""),
            Holder::Area(name) => format!("area \"{name}\""),
            Holder::Tile(tileset, id) => format!("tile {id} of tileset \"{tileset}\""),
        };
        let walls = exit.cells.iter().all(|cell| context.meaning.walk.is_blocked(*cell));
        let why = if walls { "all of it lies on cells that block" } else { "no way leads there" };
        let mut place = exit.place.clone();
        place.area_tiles = place.area_tiles.or_else(|| around(&exit.cells));
        findings.push(
            Finding::new(
                &EXIT_UNREACHABLE,
                exit.spot.clone(),
                format!("nobody leaves to \"{}\" by {holder}: {why}", exit.property.value.display()),
            )
            .at(place)
            .help(if walls {
                "extend it to cells where avatars can stand"
            } else {
                "open a way from an entry"
            }),
        );
    }
}

fn map_unreachable(world: &WorldContext, findings: &mut Vec<Finding>) {
    let Some(entry) = &world.project.config.project.entry else { return };
    // Only who sees every map can tell that none leads there.
    let all = world.project.all_map_names().unwrap_or_default();
    if all.iter().any(|name| world.project.map(name).is_none()) {
        return;
    }
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut open = vec![crate::source::resolve("", entry)];
    while let Some(name) = open.pop() {
        if !reached.insert(name.clone()) {
            continue;
        }
        let stand_ins =
            world.project.maps.iter().filter(|map| map.stands_in_for().as_deref() == Some(&*name));
        open.extend(stand_ins.map(|map| map.name.clone()));
        let Some(context) = world.maps.iter().find(|context| context.map.file == name) else { continue };
        // Whoever leaves by script or to rooms by name may go anywhere.
        let unknown = context
            .meaning
            .exits
            .iter()
            .any(|exit| target(context, exit).is_none_or(|target| target.goal == Goal::Elsewhere));
        if unknown || context.has_script() {
            return;
        }
        open.extend(local_targets(context));
    }
    for context in world.maps {
        let project_map = world.project.map(&context.map.file);
        if reached.contains(&context.map.file)
            || project_map.is_some_and(|map| map.stands_in_for().is_some())
            || !context.meaning.entries.iter().any(|entry| entry.declared || entry.default)
        {
            continue;
        }
        findings.push(
            Finding::new(
                &MAP_UNREACHABLE,
                context.spot(context.map.span),
                format!("no way leads here from \"{entry}\""),
            )
            .help("add an exit that leads here"),
        );
    }
}
