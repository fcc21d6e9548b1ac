//! Maps, and the ways between them.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};
use rayon::prelude::*;

use super::{
    Destination, Surroundings,
    editor::{self, DrawnExit},
};
use crate::{
    finding::{Place, Spot},
    model::{Map, Value},
    project::{Project, ProjectMap, STANDS_IN_FOR, nearest},
    source::{parent, resolve},
    workadventure::{Exit, Link, Meaning, can_be_linked, encoded_fragment},
};

/// Maps and the ways between them. Maps are known by their index in [`World::maps`].
#[derive(Debug)]
pub struct World<'a> {
    maps: Vec<WorldMap<'a>>,
    ways: Vec<Way<'a>>,
    /// Index by name; a map that another stands in for has that one's.
    index: BTreeMap<String, usize>,
}

/// One map of a world.
#[derive(Debug)]
pub struct WorldMap<'a> {
    /// Name of its file.
    pub name: &'a str,
    /// The map.
    pub map: &'a Map,
    /// What it means to the engine.
    pub meaning: &'a Meaning,
    /// Name of the map that it stands in for: the venue that it was generated from, with stands.
    pub stands_in_for: Option<String>,
    /// Names of the areas in the editor's file beside it where visitors can arrive.
    pub editor_entries: Vec<String>,
}

/// One exit and where it leads.
#[derive(Debug)]
pub struct Way<'a> {
    /// Index of the map that it leads out of.
    pub from: usize,
    /// The exit; `None` for one in the editor's file beside the map.
    pub exit: Option<&'a Exit>,
    /// Where it leads to, as written.
    pub text: String,
    /// Where that stands in the text.
    pub spot: Spot,
    /// Where it lies.
    pub place: Place,
    /// Where it leads.
    pub destination: Destination,
    /// Index of the map that visitors get there, which may be a stand-in; that of the same map for an
    /// exit within it. `None` for what is not among the world's maps.
    pub to: Option<usize>,
    /// Where they arrive.
    pub arrival: Arrival,
}

impl Way<'_> {
    /// The entry to which it leads, where nothing but a layer's name makes it one: index of the map, and the name.
    pub(crate) fn undeclared_entry(&self) -> Option<(usize, &str)> {
        match &self.arrival {
            Arrival::Entry { name, declared: false } => Some((self.to?, name)),
            _ => None,
        }
    }
}

/// Where visitors arrive who follow a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// At the default entry, as the link names none.
    Default,
    /// At the entry that the link names.
    Entry {
        /// Its name.
        name: String,
        /// Whether it is meant as one; if not, it is a tile layer that happens to have the name.
        declared: bool,
    },
    /// At the default entry: there is an entry of this name, but links cannot carry the name.
    Unlinkable(String),
    /// At the default entry: there is none of this name.
    Missing(String),
    /// Not known, as the map is not.
    Unknown,
}

impl<'a> World<'a> {
    /// The world that some maps form: each by name, with its meaning.
    pub fn of(
        surroundings: &Surroundings,
        maps: impl IntoIterator<Item = (&'a str, &'a Map, &'a Meaning)>,
    ) -> Self {
        let maps: Vec<_> = maps.into_iter().collect();
        let (maps, drawn): (Vec<WorldMap>, Vec<Vec<DrawnExit>>) = maps
            .into_par_iter()
            .map(|(name, map, meaning)| {
                let editor::Drawn { entries, exits } = editor::beside(surroundings, name, map.tile_size);
                let stands_in_for = stands_in_for(name, map);
                (WorldMap { name, map, meaning, stands_in_for, editor_entries: entries }, exits)
            })
            .unzip();
        let mut index: BTreeMap<String, usize> =
            maps.iter().enumerate().map(|(index, map)| (map.name.to_owned(), index)).collect();
        // Of several stand-ins the first counts.
        for (stand_in, map) in maps.iter().enumerate().rev() {
            if let Some(venue) = &map.stands_in_for {
                index.insert(venue.clone(), stand_in);
            }
        }
        let mut world = Self { maps, ways: Vec::new(), index };
        let ways = drawn.into_par_iter().enumerate().map(|(from, drawn)| {
            let exits = world.maps[from].meaning.exits.iter().map(|exit| {
                let text = exit.target().unwrap_or_default().to_owned();
                let (spot, place) = (exit.spot.clone(), exit.place.clone());
                (Some(exit), DrawnExit { text, spot, place })
            });
            let written = exits.chain(drawn.into_iter().map(|exit| (None, exit)));
            written.map(|(exit, written)| world.way(surroundings, from, exit, written)).collect::<Vec<_>>()
        });
        let ways: Vec<Vec<Way>> = ways.collect();
        world.ways = ways.into_iter().flatten().collect();
        world
    }

    /// The world of a project's maps, as their files have them.
    pub fn of_project(project: &'a Project) -> Self {
        Self::of(&Surroundings::of(project), project.maps.iter().filter_map(of_map))
    }

    fn way(
        &self,
        surroundings: &Surroundings,
        from: usize,
        exit: Option<&'a Exit>,
        written: DrawnExit,
    ) -> Way<'a> {
        let DrawnExit { text, spot, place } = written;
        let relative_to_map = exit.is_some_and(|exit| exit.property.name == "exitSceneUrl");
        let mut destination = Destination::of(surroundings, self.maps[from].name, &text, relative_to_map);
        let to = match &destination {
            Destination::Here => Some(from),
            // Told by itself; visitors come there where letter case does not count.
            Destination::Map(name) | Destination::OtherCase(name) => self.index(name),
            _ => None,
        };
        // A stand-in's exits to its venue lead to itself.
        if to == Some(from) && matches!(destination, Destination::Map(_)) {
            destination = Destination::Here;
        }
        let arrival = match (to, Link::of(&text).entry()) {
            (None, _) => Arrival::Unknown,
            (Some(_), None) => Arrival::Default,
            (Some(to), Some(name)) => self.maps[to].arrival(name),
        };
        Way { from, exit, text, spot, place, destination, to, arrival }
    }

    /// The maps, in the order in which they were given.
    pub fn maps(&self) -> &[WorldMap<'a>] {
        &self.maps
    }

    /// Every exit of every map, by map and in the order of its meaning; the editor's exits last.
    pub fn ways(&self) -> &[Way<'a>] {
        &self.ways
    }

    /// The ways out of one map.
    pub fn ways_from(&self, from: usize) -> impl Iterator<Item = &Way<'a>> {
        let first = self.ways.partition_point(|way| way.from < from);
        self.ways[first..].iter().take_while(move |way| way.from == from)
    }

    /// The map that visitors get under a name: the one of that name, or its stand-in.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// Names of maps that exits lead to and that exist, but are not among the world's.
    pub fn outside(&self) -> BTreeSet<&str> {
        let unknown = self.ways.iter().filter(|way| way.to.is_none());
        unknown
            .filter_map(|way| match &way.destination {
                Destination::Map(name) => Some(name.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The maps that visitors come to who begin in these, following exits; these among them. Whether
    /// the exits can be walked to is not asked.
    pub fn reachable(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = from.into_iter().filter(|index| *index < self.maps.len()).collect();
        while let Some(index) = open.pop() {
            if reached.insert(index) {
                open.extend(self.ways_from(index).filter_map(|way| way.to));
            }
        }
        reached
    }

    /// The rings of the world: maps between which visitors can go back and forth, following exits. Each map
    /// has the number of its ring; who leaves a ring comes to one of a lower number.
    pub fn rings(&self) -> Vec<usize> {
        let mut graph = DiGraph::<(), ()>::with_capacity(self.maps.len(), self.ways.len());
        let nodes: Vec<NodeIndex> = self.maps.iter().map(|_| graph.add_node(())).collect();
        for way in &self.ways {
            if let Some(to) = way.to {
                graph.add_edge(nodes[way.from], nodes[to], ());
            }
        }
        let mut rings = vec![0; nodes.len()];
        for (ring, maps) in kosaraju_scc(&graph).into_iter().enumerate() {
            for map in maps {
                rings[map.index()] = ring;
            }
        }
        rings
    }

    /// Whether exits of the map lead where nobody can tell from here: to rooms by name, or to what
    /// scripts fill in. Scripts themselves may lead visitors anywhere besides.
    pub fn leads_beyond(&self, map: usize) -> bool {
        self.ways_from(map).any(|way| matches!(way.destination, Destination::Unknown | Destination::Room(_)))
    }

    /// Maps without a way out to another room.
    pub fn dead_ends(&self) -> Vec<usize> {
        let mut open: BTreeSet<usize> = (0..self.maps.len()).collect();
        for way in &self.ways {
            let leaves = match way.destination {
                Destination::Unknown | Destination::Room(_) | Destination::Map(_) => true,
                _ => way.to.is_some_and(|to| to != way.from),
            };
            if leaves {
                open.remove(&way.from);
            }
        }
        open.into_iter().collect()
    }
}

impl WorldMap<'_> {
    /// Where visitors arrive in this map by a link that names an entry.
    pub fn arrival(&self, name: &str) -> Arrival {
        let sent = encoded_fragment(name);
        if self.editor_entries.iter().any(|entry| *entry == sent) {
            return Arrival::Entry { name: name.to_owned(), declared: true };
        }
        if let Some(entry) = self.meaning.entry(name) {
            return Arrival::Entry { name: name.to_owned(), declared: entry.declared || entry.default };
        }
        let known = || self.meaning.called(name).any(|(_, entry)| !entry.cells().is_empty());
        if !can_be_linked(name) && (known() || self.editor_entries.iter().any(|entry| entry == name)) {
            return Arrival::Unlinkable(name.to_owned());
        }
        Arrival::Missing(name.to_owned())
    }

    /// The entry that may have been meant where there is none of this name. Looks at all entries.
    pub fn meant(&self, name: &str) -> Option<String> {
        // What is meant as an entry is likelier meant than any other layer.
        let linked = |declared: bool| {
            let entries = self.meaning.entries.iter();
            entries
                .filter(move |entry| entry.declared == declared && !entry.cells().is_empty())
                .map(|entry| entry.name.as_str())
                .filter(|name| can_be_linked(name))
        };
        let drawn = self.editor_entries.iter().map(String::as_str).filter(|name| can_be_linked(name));
        let meant: Vec<&str> = linked(true).chain(drawn).collect();
        nearest(name, meant).or_else(|| nearest(name, linked(false).collect::<Vec<_>>()))
    }
}

/// Name of the map that a generated map stands in for, by its own word.
fn stands_in_for(name: &str, map: &Map) -> Option<String> {
    match &map.properties.get(STANDS_IN_FOR)?.value {
        Value::String(venue) => Some(resolve(parent(name), venue)),
        _ => None,
    }
}

/// Loads every map that the project's loaded maps lead to, directly or by way of others.
pub fn load_reachable(project: &mut Project) {
    let mut new: Vec<String> = project.maps.iter().map(|map| map.name.clone()).collect();
    // Venues that another map stands in for, which visitors get in their place.
    let mut venues = BTreeSet::new();
    // Of maps in a row each leads to the next alone, so that only exits of those are looked at that came last.
    while !new.is_empty() {
        let maps = || new.iter().filter_map(|name| project.map(name));
        venues.extend(maps().filter_map(ProjectMap::stands_in_for));
        let world = World::of(&Surroundings::of(project), maps().filter_map(of_map));
        // What could not be read once is not tried again.
        let is_new = |name: &&str| project.map(name).is_none() && !venues.contains(*name);
        new = world.outside().into_iter().filter(is_new).map(str::to_owned).collect();
        project.load(&new);
    }
}

/// A map with its name and meaning, if it could be read.
fn of_map(map: &ProjectMap) -> Option<(&str, &Map, &Meaning)> {
    Some((&map.name, map.map.as_ref()?, map.meaning.as_ref()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Layer, source::Sources, workadventure::testing};

    const ONE: [u32; 12] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];

    /// Maps with a layer for each exit, and their files.
    fn maps(described: &[(&str, &[&str], Vec<Layer>)]) -> (Sources, Vec<(Map, Meaning)>) {
        let mut sources = Sources::new("/nowhere");
        let mut maps = Vec::new();
        for (name, exits, layers) in described {
            sources.insert(*name, "{}");
            let mut map = testing::map();
            (*name).clone_into(&mut map.file);
            map.layers.push(testing::tiles("start", ONE));
            for exit in *exits {
                map.layers.push(testing::zone("exit", ONE, "exitUrl", exit));
            }
            map.layers.extend(layers.iter().cloned());
            let meaning = Meaning::of(&map);
            maps.push((map, meaning));
        }
        (sources, maps)
    }

    fn world<'a>(sources: &Sources, maps: &'a [(Map, Meaning)]) -> World<'a> {
        let names = maps.iter().map(|(map, _)| map.file.as_str()).collect();
        let surroundings = Surroundings { sources, maps: names, wams: &[], play_url: None, bundled: true };
        World::of(&surroundings, maps.iter().map(|(map, meaning)| (&*map.file, map, meaning)))
    }

    #[test]
    fn ways_lead_from_map_to_map() {
        let (sources, maps) = maps(&[
            ("lobby.tmj", &["hall.tmj#door", "#start", "nowhere.tmj"], Vec::new()),
            ("hall.tmj", &["lobby.tmj", "bar.tmj"], vec![testing::tiles("door", ONE)]),
            ("bar.tmj", &["#desk"], Vec::new()),
            ("office.tmj", &["/@/org/world/room"], Vec::new()),
        ]);
        let world = world(&sources, &maps);
        let to: Vec<Option<usize>> = world.ways().iter().map(|way| way.to).collect();
        assert_eq!(to, [Some(1), Some(0), None, Some(0), Some(2), Some(2), None]);
        assert_eq!(world.reachable([0]).into_iter().collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(world.reachable([3, 99]).into_iter().collect::<Vec<_>>(), [3]);
        assert_eq!(world.dead_ends(), [2]);
        // Lobby and hall lead to each other; the bar has its ring for itself, below theirs.
        let rings = world.rings();
        assert_eq!(rings[0], rings[1]);
        assert!(rings[2] < rings[1] && rings[3] != rings[2] && rings[3] != rings[0]);
        assert!(world.leads_beyond(3) && !world.leads_beyond(0));
        assert!(world.outside().is_empty());
    }

    #[test]
    fn entries_are_judged_where_they_are() {
        let (sources, maps) = maps(&[
            ("lobby.tmj", &["hall.tmj", "hall.tmj#door", "hall.tmj#dor", "hall.tmj#the stage"], Vec::new()),
            ("hall.tmj", &[], vec![testing::tiles("door", ONE), testing::tiles("the stage", ONE)]),
        ]);
        let world = world(&sources, &maps);
        let arrivals: Vec<&Arrival> = world.ways().iter().map(|way| &way.arrival).collect();
        let name = |name: &str| name.to_owned();
        assert_eq!(
            arrivals,
            [
                &Arrival::Default,
                &Arrival::Entry { name: name("door"), declared: false },
                &Arrival::Missing(name("dor")),
                &Arrival::Unlinkable(name("the stage")),
            ]
        );
        let meant = |name| world.maps()[1].meant(name);
        assert_eq!((meant("dor").as_deref(), meant("cellar")), (Some("door"), None));
    }

    #[test]
    fn a_stand_in_answers_for_its_venue() {
        let (sources, mut maps) = maps(&[
            ("maps/hall.stands.tmj", &["lobby.tmj", "hall.tmj#acme"], vec![testing::tiles("acme", ONE)]),
            ("maps/hall.tmj", &["lobby.tmj"], Vec::new()),
            ("maps/lobby.tmj", &["hall.tmj#acme"], Vec::new()),
        ]);
        maps[0].0.properties.set(STANDS_IN_FOR, Value::String("hall.tmj".to_owned()));
        let world = world(&sources, &maps);
        assert_eq!(world.index("maps/hall.tmj"), Some(0));
        let from_lobby = world.ways_from(2).next().unwrap();
        assert_eq!(from_lobby.to, Some(0));
        assert!(matches!(from_lobby.arrival, Arrival::Entry { .. }));
        let to_itself = world.ways_from(0).nth(1).unwrap();
        assert_eq!((to_itself.to, &to_itself.destination), (Some(0), &Destination::Here));
        assert_eq!(world.reachable([2]).into_iter().collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn maps_in_a_row_are_loaded_but_no_venue_that_another_stands_in_for() {
        let map = |exits: &[&str], properties: &str| {
            let areas = exits.iter().map(|exit| {
                let property = format!(r#"{{"name": "exitUrl", "type": "string", "value": "{exit}"}}"#);
                format!(r#"{{"type": "area", "width": 32, "height": 32, "properties": [{property}]}}"#)
            });
            let areas = areas.collect::<Vec<_>>().join(", ");
            let layer = format!(r#"{{"type": "objectgroup", "name": "exits", "objects": [{areas}]}}"#);
            let size = r#""width": 2, "height": 2, "tilewidth": 32, "tileheight": 32, "tilesets": []"#;
            format!(
                r#"{{"orientation": "orthogonal", {size}, "layers": [{layer}], "properties": [{properties}]}}"#
            )
        };
        let loaded = |first: &[&str]| {
            let mut project = Project { sources: Sources::detached(), ..Project::default() };
            let stands = format!(r#"{{"name": "{STANDS_IN_FOR}", "type": "string", "value": "hall.tmj"}}"#);
            let maps = [
                ("a.tmj", map(&["b.tmj", "hall.tmj", "gone.tmj", "broken.tmj"], "")),
                ("b.tmj", map(&["c.tmj#x", "b.tmj"], "")),
                ("broken.tmj", "{".to_owned()),
                ("c.tmj", map(&["a.tmj", "hall.tmj"], "")),
                ("hall.stands.tmj", map(&["bar.tmj"], &stands)),
                ("bar.tmj", map(&[], "")),
                ("hall.tmj", map(&["cellar.tmj"], "")),
                ("cellar.tmj", map(&[], "")),
                ("nobody.tmj", map(&["a.tmj"], "")),
            ];
            for (name, text) in maps {
                project.sources.insert(name, text);
            }
            project.load(&first.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            load_reachable(&mut project);
            project.maps.iter().map(|map| map.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            loaded(&["a.tmj", "hall.stands.tmj"]),
            ["a.tmj", "b.tmj", "bar.tmj", "broken.tmj", "c.tmj", "hall.stands.tmj"]
        );
        assert_eq!(loaded(&["a.tmj"]), ["a.tmj", "b.tmj", "broken.tmj", "c.tmj", "cellar.tmj", "hall.tmj"]);
        assert!(loaded(&[]).is_empty());
    }

    #[test]
    fn the_editor_s_entries_and_exits_count() {
        let (mut sources, maps) =
            maps(&[("lobby.tmj", &["hall.wam#desk"], Vec::new()), ("hall.tmj", &[], Vec::new())]);
        sources.insert(
            "hall.wam",
            r#"{"mapUrl":"hall.tmj","areas":[{"name":"desk","properties":[{"type":"start"}]},
            {"name":"out","properties":[{"type":"exit","url":"lobby.wam","areaName":""}]}]}"#,
        );
        let world = world(&sources, &maps);
        assert!(matches!(world.ways()[0].arrival, Arrival::Entry { declared: true, .. }));
        assert_eq!((world.ways()[1].from, world.ways()[1].to), (1, Some(0)));
        assert!(world.ways()[1].exit.is_none());
    }

    #[test]
    fn maps_beyond_are_named() {
        let (mut sources, maps) = maps(&[("lobby.tmj", &["archive/old.json", "hall.wam"], Vec::new())]);
        sources.insert("archive/old.json", "{}");
        sources.insert("hall.tmj", "{}");
        let world = world(&sources, &maps);
        assert_eq!(world.outside().into_iter().collect::<Vec<_>>(), ["archive/old.json", "hall.tmj"]);
        assert!(world.dead_ends().is_empty());
    }
}
