//! Where changes of files can bring findings.

use std::collections::BTreeSet;

use super::context::MapContext;
use crate::{
    finding::{Family, Rule},
    model::{LayerKind, Wam},
    project::{Changes, Project, ProjectMap},
    source::{is_url, parent, resolve, with_extension},
    workadventure::{Address, Link, Reference, ValueKind, percent_decoded},
    world::{Destination, Never, Surroundings},
};

/// Rules about what maps are together: a change of one can bring a finding in any other.
const OF_ALL_MAPS: [&str; 5] =
    ["dead-end", "entry-unused", "map-unreachable", "meeting-across-maps", "one-way-exit"];

/// Rules that look at where visitors arrive, which the exits of other maps say, too.
const OF_ARRIVALS: [&str; 5] =
    ["avatars-hidden", "exit-unreachable", "start-on-exit", "start-on-wall", "unreachable-zone"];

/// The files of a project that changed or read one that did.
#[derive(Debug)]
pub struct Affected {
    /// Everything, since the config changed, by which all is judged.
    all: bool,
    changes: Changes,
    /// Maps and the editor's files that read what changed.
    readers: BTreeSet<String>,
    /// Maps with an exit to a map that changed, or went.
    neighbours: BTreeSet<String>,
    /// Maps to which an exit of a map leads that changed.
    destinations: BTreeSet<String>,
}

impl Affected {
    /// What these changes affect.
    pub fn by(changes: Changes, project: &Project) -> Self {
        let all = project.config_file.as_deref().is_some_and(|config| changes.has(config));
        let (mut readers, mut neighbours) = (BTreeSet::new(), BTreeSet::new());
        let mut destinations = BTreeSet::new();
        for map in &project.maps {
            if changes.has(&map.name) || read_by(project, map).iter().any(|name| changes.has(name)) {
                readers.insert(map.name.clone());
            }
            let exits = exits_of(project, map);
            if exits.iter().any(|name| changes.has(name)) {
                neighbours.insert(map.name.clone());
            }
            if changes.has(&map.name) {
                destinations.extend(exits);
            }
        }
        for wam in &project.wams {
            let Some(drawn) = &wam.wam else { continue };
            let by_map = drawn.map_file().is_some_and(|map| changes.has(&map) || readers.contains(&map));
            if by_map || changes.has(&wam.name) || files_of(drawn).iter().any(|name| changes.has(name)) {
                readers.insert(wam.name.clone());
            }
        }
        Self { all, changes, readers, neighbours, destinations }
    }

    /// Whether a finding of this rule in this file may come of the changes.
    pub fn touches(&self, file: &str, rule: &Rule) -> bool {
        let by_exit = matches!(rule.family, Family::Exits | Family::World) && self.neighbours.contains(file);
        let by_world =
            OF_ALL_MAPS.contains(&rule.name) && !(self.readers.is_empty() && self.neighbours.is_empty());
        let by_arrival = OF_ARRIVALS.contains(&rule.name) && self.destinations.contains(file);
        self.all || by_exit || by_world || by_arrival || self.changes.has(file) || self.readers.contains(file)
    }
}

fn context<'a>(project: &'a Project, map: &'a ProjectMap) -> Option<MapContext<'a>> {
    Some(MapContext::new(project, map.map.as_ref()?, map.meaning.as_ref()?))
}

/// Names of the files that a map reads: tilesets, templates, pictures, custom types, the editor's file
/// beside it, and what its properties show, play and run.
fn read_by(project: &Project, map: &ProjectMap) -> BTreeSet<String> {
    let types = project.types_of(&map.name).map(|types| types.file.clone());
    let mut names: BTreeSet<String> = types.into_iter().chain([with_extension(&map.name, "wam")]).collect();
    let Some(context) = context(project, map) else { return names };
    let mut add = |folder: &str, path: &str| {
        if !path.is_empty() && !is_url(path) {
            names.insert(resolve(folder, path));
        }
    };
    for entry in &context.map.tilesets {
        add(context.folder(), entry.source.as_deref().unwrap_or_default());
        let Some(tileset) = entry.tileset.as_deref() else { continue };
        let of_tiles = tileset.tiles.iter().filter_map(|tile| tile.picture.as_ref());
        for picture in tileset.picture.iter().chain(of_tiles) {
            add(parent(&tileset.file), &picture.source);
        }
    }
    for flat in &context.layers {
        if let LayerKind::Image(image) = &flat.layer.kind {
            add(context.folder(), &image.picture.source);
        }
    }
    for held in context.objects() {
        add(context.folder(), held.object.template.as_deref().unwrap_or_default());
    }
    for (_, property, fact) in context.known_properties() {
        let ValueKind::Url(reference) = fact.value else { continue };
        if matches!(reference, Reference::Exit | Reference::MapExit) {
            continue;
        }
        for line in property.value.text().unwrap_or_default().lines() {
            if let Address::File(path) = Link::of(line).address {
                add(context.folder(), &percent_decoded(path));
            }
        }
    }
    names
}

/// Names of the files that the areas and entities of the editor show, play, and lead to.
fn files_of(wam: &Wam) -> BTreeSet<String> {
    let areas = wam.areas.iter().flat_map(|area| &area.properties);
    let properties = areas.chain(wam.entities.iter().flat_map(|entity| &entity.properties));
    let texts = properties
        .flat_map(|property| ["link", "audioLink", "url"].into_iter().filter_map(|key| property.text(key)));
    let files = texts.filter_map(|text| match Link::of(text).address {
        Address::File(path) => Some(resolve(parent(&wam.file), &percent_decoded(path))),
        _ => None,
    });
    // The map behind a room of the editor's goes by another extension.
    files.flat_map(|name| [with_extension(&name, "tmj"), name]).collect()
}

/// Names of the maps that a map's exits lead to, those that are not there any more included.
fn exits_of(project: &Project, map: &ProjectMap) -> BTreeSet<String> {
    let exits = map.meaning.iter().flat_map(|meaning| &meaning.exits);
    let destinations = exits.map(|exit| {
        let relative_to_map = exit.property.name == "exitSceneUrl";
        let text = exit.target().unwrap_or_default();
        Destination::of(&Surroundings::of(project), &map.name, text, relative_to_map)
    });
    let names = destinations.filter_map(|destination| match destination {
        Destination::Map(name)
        | Destination::OtherCase(name)
        | Destination::Missing(name)
        | Destination::Never(Never::NoMap(name)) => Some(name),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_about_all_maps_are_rules() {
        assert!(OF_ALL_MAPS.iter().chain(&OF_ARRIVALS).all(|name| crate::check::rule(name).is_some()));
    }
}
