//! The world as a graph: maps, the ways between them, what nobody reaches and where nobody gets out.

mod picture;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

pub use picture::svg;
pub use text::{dot, human, mermaid};

use crate::world::{Arrival, Destination, Way, World, title};

/// A world, as a graph.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Graph {
    /// Version of this form.
    #[schemars(extend("const" = 1))]
    pub version: u32,
    /// The maps, by name.
    pub maps: Vec<MapNode>,
    /// The ways, by map, destination and entry.
    pub ways: Vec<WayEdge>,
}

/// One map.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MapNode {
    /// Name of its file.
    pub map: String,
    /// What people call it.
    pub title: String,
    /// Width and height, in tiles.
    pub size: (u32, u32),
    /// Whether visitors of the venue arrive here first.
    pub entry: bool,
    /// Whether exits lead here from there; nobody knows where no entry is set.
    pub reachable: Option<bool>,
    /// Whether no exit leads out of it.
    pub dead_end: bool,
    /// Its entries, the default one first; of layers only those that are meant as entries, or
    /// that exits name.
    pub entries: Vec<EntryNode>,
}

/// One entry of a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EntryNode {
    /// Its name in links.
    pub name: String,
    /// Whether visitors arrive here without a name.
    pub default: bool,
    /// Whether an exit of these maps leads here.
    pub used: bool,
}

/// One or more exits that lead from a map to the same place.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WayEdge {
    /// Name of the map that it leads out of.
    pub from: String,
    /// Name of the map that it leads to; `None` for anything else.
    pub to: Option<String>,
    /// What the exits say.
    pub text: String,
    /// The entry that visitors arrive at; `None` for the default one.
    pub entry: Option<String>,
    /// Layers, areas or tiles that carry the exits.
    pub exits: Vec<String>,
    /// Why visitors do not get there, or not to that entry.
    pub problem: Option<String>,
}

impl Graph {
    /// The graph of a world in which visitors arrive at the map called `entry`.
    pub fn of(world: &World, entry: Option<&str>) -> Self {
        let first = entry.and_then(|entry| world.index(entry));
        let reached = first.map(|first| world.reachable([first]));
        let dead_ends: BTreeSet<usize> = world.dead_ends().into_iter().collect();
        let mut used: BTreeSet<(usize, Option<&str>)> = BTreeSet::new();
        for way in world.ways() {
            let entry = match &way.arrival {
                Arrival::Entry { name, .. } => Some(name.as_str()),
                _ => None,
            };
            used.extend(way.to.map(|to| (to, entry)));
        }
        let node = |(index, map): (usize, &crate::world::WorldMap)| {
            // An exit may name an entry by its groups, too.
            let names = used.range((index, None)..(index + 1, None)).filter_map(|(_, name)| *name);
            let linked: BTreeSet<usize> = names.filter_map(|name| map.meaning.entry_index(name)).collect();
            let entries = map.meaning.entries.iter().enumerate();
            let meant = entries.map(|(index, entry)| (entry, linked.contains(&index)));
            let meant = meant.filter(|(entry, linked)| *linked || entry.declared || entry.default);
            let of_map = meant.map(|(entry, linked)| (entry.name.as_str(), entry.default, linked));
            let drawn = map.editor_entries.iter().map(|name| (name.as_str(), false, false));
            let mut seen = BTreeSet::new();
            let entries =
                of_map.chain(drawn).filter(|(name, ..)| seen.insert(*name)).map(|(name, default, linked)| {
                    let by_default = default && used.contains(&(index, None));
                    let used = linked || by_default || used.contains(&(index, Some(name)));
                    EntryNode { name: name.to_owned(), default, used }
                });
            MapNode {
                map: map.name.to_owned(),
                title: title(map.map, map.name),
                size: (map.map.width, map.map.height),
                entry: first == Some(index),
                reachable: reached.as_ref().map(|reached| reached.contains(&index)),
                dead_end: dead_ends.contains(&index) && world.maps().len() > 1,
                entries: entries.collect(),
            }
        };
        // Who asks for a venue gets what stands in for it, so that the venue itself is no place to be.
        let shown = |(index, map): &(usize, &crate::world::WorldMap)| world.index(map.name) == Some(*index);
        let mut maps: Vec<MapNode> = world.maps().iter().enumerate().filter(shown).map(node).collect();
        maps.sort_by(|a, b| a.map.cmp(&b.map));
        Self { version: 1, maps, ways: edges(world) }
    }

    /// What a map is called, by its name.
    fn node(&self, map: &str) -> Option<usize> {
        self.maps.binary_search_by(|node| node.map.as_str().cmp(map)).ok()
    }
}

fn edges(world: &World) -> Vec<WayEdge> {
    type Key = (String, Option<String>, Option<String>, Option<String>, String);
    let mut edges: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for way in world.ways() {
        let from = &world.maps()[way.from];
        if world.index(from.name) != Some(way.from) || way.destination == Destination::Nothing {
            continue;
        }
        let to = way.to.map(|to| world.maps()[to].name.to_owned());
        let entry = match &way.arrival {
            Arrival::Entry { name, .. } => Some(name.clone()),
            _ => None,
        };
        let exits =
            edges.entry((from.name.to_owned(), to, entry, problem(way), way.text.clone())).or_default();
        let carrier = way.place.object.clone().or_else(|| way.place.layer.clone());
        let carrier =
            carrier.or_else(|| Some(format!("tile {} of {}", way.place.tile?, way.place.tileset.clone()?)));
        exits.extend(carrier.filter(|carrier| !carrier.is_empty()));
    }
    let edge = |((from, to, entry, problem, text), mut exits): (Key, Vec<String>)| {
        exits.sort();
        exits.dedup();
        WayEdge { from, to, text, entry, exits, problem }
    };
    edges.into_iter().map(edge).collect()
}

/// Why visitors do not get where a way seems to lead.
fn problem(way: &Way) -> Option<String> {
    match &way.destination {
        Destination::Missing(name) => return Some(format!("\"{name}\" does not exist")),
        Destination::Never(_) => return Some("leads nowhere".to_owned()),
        Destination::OtherCase(name) => return Some(format!("the file is called \"{name}\"")),
        Destination::Nothing
        | Destination::Unknown
        | Destination::Here
        | Destination::Map(_)
        | Destination::Room(_) => {}
    }
    match &way.arrival {
        Arrival::Missing(name) => Some(format!("there is no entry \"{name}\"")),
        Arrival::Unlinkable(name) => Some(format!("links cannot name the entry \"{name}\"")),
        Arrival::Default | Arrival::Entry { .. } | Arrival::Unknown => None,
    }
}
