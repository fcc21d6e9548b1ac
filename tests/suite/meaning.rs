//! What real maps mean, and the worlds that they form.

#![expect(clippy::print_stdout, reason = "tests tell what they skipped and, when asked, what they saw")]

use std::{path::PathBuf, time::Instant};

use venue::{
    project::Project,
    workadventure::{EntryKind, Holder, Meaning},
    world::{Destination, World},
};

/// The folder of real maps; absent, the tests say so.
fn corpus(below: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("VENUE_CORPUS").map(|folder| PathBuf::from(folder).join(below));
    if folder.is_none() {
        println!("skipped: VENUE_CORPUS is not set");
    }
    folder
}

fn open(folder: PathBuf) -> Project {
    Project::open(&[folder], None).unwrap()
}

/// Listed with `--nocapture`, to be compared with the files by eye.
fn list(world: &World) {
    for map in world.maps() {
        let bounds = map.meaning.walk.bounds();
        let blocked = bounds.cells().filter(|cell| map.meaning.walk.is_blocked(*cell)).count();
        println!("{} {}x{}, {blocked} cells block", map.name, bounds.width, bounds.height);
        for zone in &map.meaning.zones {
            let triggers: Vec<String> =
                zone.triggers.iter().map(|p| format!("{}={}", p.name, p.value.display())).collect();
            println!("  zone {:?} {} cells: {}", zone.holder, zone.cells.len(), triggers.join(", "));
        }
        for entry in map.meaning.entries.iter().filter(|entry| entry.declared || entry.default) {
            let default = if entry.default { " (default)" } else { "" };
            println!("  entry {:?} {}{default} {} cells", entry.kind, entry.name, entry.cells().len());
        }
    }
    for way in world.ways() {
        let from = world.maps()[way.from].name;
        println!("  way {from}: {:?} -> {:?} {:?}", way.text, way.destination, way.arrival);
    }
}

#[test]
fn every_map_of_the_corpus_has_a_meaning() {
    let Some(folder) = corpus("") else { return };
    let project = open(folder);
    let start = Instant::now();
    let world = World::of_project(&project);
    println!("world of {} maps: {:?}", world.maps().len(), start.elapsed());
    assert!(world.maps().len() > 150);
    if std::env::var_os("VENUE_CORPUS_LIST").is_some() {
        list(&world);
    }
    for map in world.maps() {
        for zone in map.meaning.zones.iter().filter(|zone| matches!(zone.holder, Holder::Layer(_))) {
            assert!(zone.triggers.iter().all(|trigger| trigger.span.is_some()), "{}", map.name);
        }
        assert!(map.meaning.entries.iter().filter(|entry| entry.default).count() <= 1);
    }
    for way in world.ways() {
        if let Destination::Map(name) = &way.destination {
            assert!(project.sources.load(name).is_ok(), "{name}");
        }
    }
}

#[test]
fn the_starter_kit_means_what_its_files_say() {
    let Some(folder) = corpus("map-starter-kit") else { return };
    let project = open(folder);
    let world = World::of_project(&project);
    list(&world);
    for map in world.maps() {
        let entry = map.meaning.default_entry().unwrap();
        assert_eq!((entry.name.as_str(), entry.kind), ("start", EntryKind::Layer), "{}", map.name);
    }
    assert!(world.dead_ends().is_empty());
    assert_eq!(world.reachable([0]).len(), world.maps().len());
}

/// A whole conference is read in the blink of an eye.
#[test]
fn a_conference_is_understood_at_once() {
    let Some(folder) = corpus("fossgis") else { return };
    let project = open(folder);
    for map in project.maps.iter().filter_map(|map| map.map.as_ref()) {
        let start = Instant::now();
        let meaning = Meaning::of(map);
        let understood = start.elapsed();
        let start = Instant::now();
        let reach = meaning.walk.reachable(meaning.arrivals());
        println!(
            "{}: {} layers, {} zones, {} exits in {understood:?}; {} cells reached in {:?}",
            map.file,
            meaning.layers.len(),
            meaning.zones.len(),
            meaning.exits.len(),
            reach.count(),
            start.elapsed()
        );
        assert!(understood.as_millis() < 1000, "{understood:?}");
    }
}
