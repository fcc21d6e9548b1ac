//! The page on which people walk through the bundle's maps in any browser.

use super::{Bundle, BundleError, BundledMap, Settings, page::Rooms};
use crate::{
    format,
    project::{Config, Project, ProjectConfig},
    source::{Sources, with_extension},
    walk::{MapEntry, Page, Room},
    world::{World, title},
};

/// Adds the page and a room for each map, as the bundle has it: what people see is what will be hosted.
pub(super) fn add(
    project: &ProjectConfig,
    settings: &Settings,
    bundle: &mut Bundle,
) -> Result<(), BundleError> {
    let rooms = Rooms::new(project, settings)?;
    let mut sources = Sources::detached();
    format::condense(&mut sources);
    for (path, file) in &bundle.files {
        sources.insert(path.clone(), file.bytes.clone());
    }
    let play_url = project.play_url.clone();
    let config =
        Config { project: ProjectConfig { play_url, ..ProjectConfig::default() }, ..Config::default() };
    let mut bundled = Project { config, sources, ..Project::default() };
    let outputs: Vec<String> = bundle.maps.iter().map(|map| map.output.clone()).collect();
    bundled.load(&outputs);
    let world = World::of_project(&bundled);
    let mut maps = Vec::new();
    for (index, map) in world.maps().iter().enumerate() {
        let editor = with_extension(map.name, "wam");
        let wam = bundled.wam(&editor).and_then(|wam| wam.wam.as_ref());
        let link = rooms.link(map.name, None);
        let room = Room::of(&world, index, wam, link.as_deref(), link.as_deref(), None);
        let (path, bytes) = Page::room_file(map.name, room.as_ref().map_err(|error| *error));
        bundle.insert_own(&path, bytes);
        maps.push(MapEntry { map: map.name.to_owned(), title: title(map.map, map.name) });
    }
    let entry = project.entry_map();
    // A map with stands stands under the name of its venue.
    let is =
        |entry: &str, map: &BundledMap| map.source == entry || map.output == with_extension(entry, "tmj");
    let entry = entry.and_then(|entry| bundle.maps.iter().find(|map| is(&entry, map)));
    let entry = entry.or_else(|| bundle.maps.first()).map(|map| map.output.clone()).unwrap_or_default();
    let name = project.name.as_deref().unwrap_or("Venue");
    for (path, bytes) in Page::beside(name, maps, &entry).files() {
        bundle.insert_own(&path, bytes);
    }
    Ok(())
}
