//! Bundles in WorkAdventure's engine: what it shows in a real browser is what `venue render --as engine` draws
//! of the map before it was bundled. The bundle is served from another origin, with the headers that it brings.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use glam::IVec2;
use image::RgbaImage;
use rayon::prelude::*;
use serde_json::Value;
use venue::{
    bundle::{self, BundleError, Settings},
    model::{Encoding, Layer, LayerKind, Map, Orientation},
    picture::{PictureStore, RenderOptions, Renderer},
    project::Project,
    workadventure::as_drawn,
};

use crate::{
    bundle::{SETTINGS, open},
    corpus::corpus,
    walk::browser_at_hand,
};

/// By how much a colour may differ where it shines through: the graphics card rounds each layer.
const ROUNDED: u8 = 2;

/// What lies below the map in the browser.
const BELOW: [u8; 3] = [0x40, 0x60, 0x80];

/// What the engine makes of maps of a bundle: pictures by path, and what it told.
fn shown(folder: &Path, maps: &[String]) -> BTreeMap<String, (Value, Option<RgbaImage>)> {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    let out = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .arg(judges.join("engine.mjs"))
        .args([folder, out.path()])
        .args(maps)
        .output()
        .unwrap();
    let told: BTreeMap<String, Value> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    told.into_iter()
        .map(|(map, told)| {
            let name = format!("{}.png", map.strip_suffix(".tmj").unwrap().replace('/', "-"));
            let picture = image::open(out.path().join(name)).ok().map(|picture| picture.to_rgba8());
            (map, (told, picture))
        })
        .collect()
}

fn demo() -> Project {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Project::open(&[root.join("maps/lobby.tmj")], None).unwrap()
}

fn drawn(project: &Project, source: &str) -> RgbaImage {
    let mut map = project.map(source).unwrap().map.clone().unwrap();
    spread_out(&mut map.layers);
    let map = as_drawn(&map);
    let store = PictureStore::new();
    let renderer = Renderer::new(&map, &project.sources, &store, &RenderOptions::default()).unwrap();
    renderer.draw().unwrap()
}

/// Bundles have no compressed layers, which the engine would not draw.
fn spread_out(layers: &mut [Layer]) {
    for layer in layers {
        match &mut layer.kind {
            LayerKind::Tiles(tiles) => tiles.encoding = Encoding::Csv,
            LayerKind::Group(children) => spread_out(children),
            LayerKind::Objects(_) | LayerKind::Image(_) => {}
        }
    }
}

/// Whether the engine knows where to put the tiles of a map: only those of its cells' size, and only where
/// cells are squares in rows (workadventure-maps, section 2.2).
fn is_known(map: &Map) -> bool {
    let tilesets = map.tilesets.iter().filter_map(|set| set.tileset.as_ref());
    // It can only read layers as large as the map.
    let layers = map.flat_layers();
    let whole = |layer: &Layer| {
        layer.position == IVec2::ZERO
            && layer.tiles().is_none_or(|tiles| (tiles.width, tiles.height) == (map.width, map.height))
    };
    map.orientation == Orientation::Orthogonal
        && layers.iter().all(|(_, layer)| whole(layer))
        && tilesets
            .map(|tileset| (tileset.tile_size, tileset.tile_offset))
            .all(|(size, offset)| size == map.tile_size && offset == IVec2::ZERO)
}

/// How many pixels differ by how much at most, in pixels that are opaque and in others.
fn difference(engine: &RgbaImage, ours: &RgbaImage) -> (usize, u8) {
    let mut worst = 0;
    let mut count = 0;
    for (shown, drawn) in engine.pixels().zip(ours.pixels()) {
        let alpha = f64::from(drawn.0[3]) / 255.0;
        let off = (0..3).map(|part| {
            let mixed = f64::from(drawn.0[part]) * alpha + f64::from(BELOW[part]) * (1.0 - alpha);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a mix of two bytes is one"
            )]
            let mixed = mixed.round() as u8;
            mixed.abs_diff(shown.0[part])
        });
        let off = off.max().unwrap_or(0);
        worst = worst.max(off);
        count += usize::from(off > ROUNDED);
    }
    (count, worst)
}

fn judge(project: &mut Project, only: Option<&str>, settings: &Settings) {
    let bundle = bundle::build(project, &[], settings).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    bundle::prepare(&bundle, &dist).unwrap().commit().unwrap();
    let wanted = bundle.maps.iter().filter(|map| only.is_none_or(|only| map.source == only));
    let maps: Vec<String> = wanted.clone().map(|map| map.output.clone()).collect();
    let shown = shown(&dist, &maps);
    for map in wanted {
        let (told, picture) = &shown[&map.output];
        assert_eq!(told["complaints"], serde_json::json!([]), "{}", map.source);
        let (engine, ours) = (picture.as_ref().unwrap(), drawn(project, &map.source));
        assert_eq!(engine.dimensions(), ours.dimensions(), "{}", map.source);
        let (count, worst) = difference(engine, &ours);
        eprintln!("{}: {told}, {worst} at most", map.source);
        if let Some(keep) = std::env::var_os("VENUE_KEEP_PICTURES") {
            let name = map.source.replace('/', "-");
            engine.save(Path::new(&keep).join(format!("{name}-engine.png"))).unwrap();
            ours.save(Path::new(&keep).join(format!("{name}-ours.png"))).unwrap();
        }
        assert_eq!(count, 0, "{}: pixels differ by up to {worst}", map.source);
    }
}

#[test]
fn the_demo_looks_in_the_engine_as_it_is_drawn() {
    if !browser_at_hand() {
        return;
    }
    judge(&mut demo(), None, &SETTINGS);
    judge(&mut demo(), None, &Settings { extrude: 1, ..SETTINGS });
}

#[test]
fn maps_of_the_corpus_look_in_the_engine_as_they_are_drawn() {
    let Some(corpus) = corpus() else { return };
    if !browser_at_hand() {
        return;
    }
    for name in [
        "map-starter-kit/office.tmj",
        "map-starter-kit/conference.tmj",
        "drupalfr/map.json",
        "devdaydresden/center-level-zero.json",
        "fossgis/fossgis-2023/base.json",
        "preset-sponsorship/map.tmj",
    ] {
        // Exits lead to others, which lack pictures.
        judge(&mut open(&corpus, name), Some(name), &SETTINGS);
    }
}

/// One in so many maps of the corpus is looked at, unless `VENUE_ENGINE=all`.
const SAMPLE: usize = 12;

#[test]
fn whatever_the_corpus_has_looks_in_the_engine_as_it_is_drawn() {
    let Some(corpus) = corpus() else { return };
    if !browser_at_hand() {
        return;
    }
    let step = if std::env::var_os("VENUE_ENGINE").is_some_and(|value| value == "all") { 1 } else { SAMPLE };
    let names: Vec<String> = Project::open(std::slice::from_ref(&corpus), None)
        .unwrap()
        .maps
        .into_iter()
        .filter(|map| map.map.as_ref().is_some_and(is_known))
        .map(|map| map.name)
        .step_by(step)
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let bundled: Vec<Option<(String, bool)>> = names
        .par_iter()
        .enumerate()
        .map(|(number, name)| {
            let mut project = open(&corpus, name);
            let bundle = match bundle::build(&mut project, &[], &SETTINGS) {
                Ok(bundle) => bundle,
                // Infinite, or without its tilesets.
                Err(BundleError::Map { .. }) => return None,
                Err(error) => panic!("{name}: {error}"),
            };
            let dist = folder.path().join(number.to_string());
            bundle::prepare(&bundle, &dist).unwrap().commit().unwrap();
            if number == 0 {
                fs::copy(dist.join("_headers"), folder.path().join("_headers")).unwrap();
            }
            // Where a picture lacks a tile, Tiled and we draw a mark.
            let lacking =
                |note: &bundle::Note| note.file == *name && note.message.contains("beyond the edge");
            let made =
                bundle.maps.iter().find(|map| map.source == *name && !bundle.notes.iter().any(lacking))?;
            let lacks_pictures = bundle.notes.iter().any(|note| note.message.contains("cannot be read"));
            Some((format!("{number}/{}", made.output), lacks_pictures))
        })
        .collect();
    let maps: Vec<String> = bundled.iter().flatten().map(|(output, _)| output.clone()).collect();
    let shown = shown(folder.path(), &maps);
    let mut wrong = Vec::new();
    let (mut equal, mut excused) = (0, 0);
    for (name, output) in names.iter().zip(&bundled) {
        let Some((output, lacks_pictures)) = output else { continue };
        let (told, picture) = &shown[output];
        let complaints: Vec<&str> =
            told["complaints"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let Some(engine) = picture.as_ref().filter(|_| complaints.is_empty()) else {
            let lacks_pictures =
                *lacks_pictures && complaints.iter().any(|said| said.contains("is not loaded"));
            // The second of two layers of one name is none.
            if lacks_pictures || complaints.iter().all(|said| said.contains("is not drawn")) {
                excused += 1;
            } else {
                wrong.push(format!("{name}: {complaints:?}"));
            }
            continue;
        };
        let ours = drawn(&open(&corpus, name), name);
        match difference(engine, &ours) {
            _ if engine.dimensions() != ours.dimensions() => wrong.push(format!("{name}: another size")),
            (0, _) => equal += 1,
            (count, worst) => wrong.push(format!("{name}: {count} pixels differ by up to {worst}")),
        }
    }
    eprintln!("{equal} of {} maps equal, {excused} excused", maps.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(equal * 2 > maps.len(), "{equal} of {}", maps.len());
}

#[test]
fn without_its_headers_another_origin_gets_nothing() {
    if !browser_at_hand() {
        return;
    }
    let mut project = demo();
    let bundle = bundle::build(&mut project, &[], &SETTINGS).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    bundle::prepare(&bundle, &dist).unwrap().commit().unwrap();
    fs::remove_file(dist.join("_headers")).unwrap();
    let shown = shown(&dist, &["maps/lobby.tmj".to_owned()]);
    let (told, picture) = &shown["maps/lobby.tmj"];
    assert!(picture.is_none() && told["complaints"] != serde_json::json!([]), "{told}");
}
