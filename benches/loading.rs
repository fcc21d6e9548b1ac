//! How fast a large map is read with every position at hand, and what others need for less: `cargo bench
//! --bench loading`. The map is made up: nine layers of 1000 x 1000 tiles and 6000 objects, some 50 MB of
//! TMJ in Tiled's hand. All read the file from disk.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench that cannot run has nothing to say"
)]

use std::{fs, path::PathBuf, sync::LazyLock};

use divan::{AllocProfiler, Bencher, black_box};
use venue::{
    format::{self, SaveStyle},
    model::{
        Encoding, Gid, Layer, LayerKind, Map, Object, ObjectLayer, Properties, Shape, TileData, TileLayer,
        Value,
    },
    source::Sources,
};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const SIDE: u32 = 1000;

fn main() {
    println!("the map: {} bytes of TMJ", fs::metadata(FOLDER.join("large.tmj")).unwrap().len());
    divan::main();
}

/// A folder with the map in it, made once.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join("venue-bench-loading");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("large.tmj"), format::save_tmj(&large_map(), SaveStyle::Tiled)).unwrap();
    folder
});

/// Runs of tiles and of nothing, as in maps that people draw.
fn cells(seed: u32) -> Vec<Gid> {
    let cell = |index: u32| {
        let mixed = (index / 7).wrapping_add(seed).wrapping_mul(2_654_435_761) >> 16;
        if mixed.is_multiple_of(3) { Gid(0) } else { Gid(mixed % 4000 + 1) }
    };
    (0..SIDE * SIDE).map(cell).collect()
}

fn large_map() -> Map {
    let mut sources = Sources::new("/nowhere");
    sources.insert("empty.tmj", EMPTY.as_bytes());
    let mut map = format::load_map(&sources, "empty.tmj").map.unwrap();
    for id in 1..=9 {
        let tiles = TileLayer {
            width: SIDE,
            height: SIDE,
            data: TileData::Finite(cells(id).into_iter().collect()),
            encoding: Encoding::Csv,
        };
        map.layers.push(Layer::new(id, format!("layer-{id}"), LayerKind::Tiles(tiles)));
    }
    let mut properties = Properties::default();
    properties.set("openWebsite", Value::String("https://example.org/page".to_owned()));
    let object = |id: u32| Object {
        span: None,
        id,
        name: format!("zone {id}"),
        class: "area".to_owned(),
        template: None,
        gid: None,
        position: glam::DVec2::new(f64::from(id % 100) * 320.5, f64::from(id / 100) * 320.0),
        size: glam::DVec2::new(64.0, 96.0),
        rotation: 0.0,
        visible: true,
        opacity: 1.0,
        shape: Shape::Rectangle,
        properties: properties.clone(),
        extra: Vec::new(),
    };
    let objects = ObjectLayer { objects: (1..=6000).map(object).collect(), ..ObjectLayer::default() };
    map.layers.push(Layer::new(10, "floorLayer", LayerKind::Objects(objects)));
    map.next_layer_id = 11;
    map.next_object_id = 6001;
    map
}

const EMPTY: &str = r#"{"type":"map","version":"1.10","tiledversion":"1.10.2","orientation":"orthogonal",
"width":1000,"height":1000,"tilewidth":32,"tileheight":32,"infinite":false,"layers":[],"tilesets":[]}"#;

/// The whole way: file, syntax tree, model, every element with its place.
#[divan::bench]
fn venue_loads(bencher: Bencher) {
    let folder = &*FOLDER;
    bencher.bench(|| {
        let mut sources = Sources::new(folder);
        format::condense(&mut sources);
        let loaded = format::load_map(&sources, "large.tmj");
        assert!(loaded.findings.is_empty());
        (sources, loaded)
    });
}

/// What `serde_json` needs for typed structs without a place, an unknown key or a finding.
#[divan::bench]
fn serde_json_typed(bencher: Bencher) {
    let folder = &*FOLDER;
    bencher.bench(|| {
        let bytes = fs::read(folder.join("large.tmj")).unwrap();
        let map: typed::Map = serde_json::from_slice(&bytes).unwrap();
        black_box((bytes, map))
    });
}

/// What most programs do.
#[divan::bench(sample_count = 10)]
fn serde_json_value(bencher: Bencher) {
    let folder = &*FOLDER;
    bencher.bench(|| {
        let bytes = fs::read(folder.join("large.tmj")).unwrap();
        let map: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        black_box((bytes, map))
    });
}

/// One edit of the map, written in the hand of its file.
#[divan::bench(sample_count = 10)]
fn venue_saves_an_edit(bencher: Bencher) {
    let sources = Sources::new(&*FOLDER);
    let map = format::load_map(&sources, "large.tmj").map.unwrap();
    let mut edited = map.clone();
    "edited".clone_into(&mut edited.class);
    bencher.bench(|| format::save_edited(&sources, &map, &edited, SaveStyle::Tiled));
}

mod typed {
    #![allow(dead_code, reason = "what is read is what is measured")]

    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(crate) struct Map {
        width: u32,
        height: u32,
        orientation: String,
        tilewidth: u32,
        tileheight: u32,
        nextlayerid: u32,
        nextobjectid: u32,
        layers: Vec<Layer>,
    }

    #[derive(Deserialize)]
    pub(crate) struct Layer {
        id: u32,
        name: String,
        #[serde(rename = "type")]
        kind: String,
        visible: bool,
        opacity: f64,
        #[serde(default)]
        data: Vec<u32>,
        #[serde(default)]
        objects: Vec<Object>,
    }

    #[derive(Deserialize)]
    pub(crate) struct Object {
        id: u32,
        name: String,
        #[serde(rename = "type")]
        kind: String,
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        rotation: f64,
        visible: bool,
        properties: Vec<Property>,
    }

    #[derive(Deserialize)]
    pub(crate) struct Property {
        name: String,
        #[serde(rename = "type")]
        kind: String,
        value: String,
    }
}
