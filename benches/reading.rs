//! From bytes to meaning, step by step: `cargo bench --bench reading`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot run has nothing to say")]

mod maps;

use divan::{AllocProfiler, Bencher};
use venue::{
    format::{self, SaveStyle},
    model::Encoding,
    source::Sources,
    workadventure::Meaning,
};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn load(bencher: Bencher, bytes: &[u8]) {
    bencher
        .with_inputs(|| {
            let mut sources = Sources::detached();
            sources.insert("map.tmj", bytes.to_vec());
            sources
        })
        .bench_refs(|sources| format::load_map(sources, "map.tmj"));
}

/// Text to syntax tree to model: mostly cells.
#[divan::bench(args = [100, 200, 400])]
fn cells(bencher: Bencher, side: u32) {
    load(bencher, &maps::map(side, 8, 10));
}

/// The same, mostly objects with properties.
#[divan::bench(args = [1000, 4000, 16000])]
fn objects(bencher: Bencher, count: u32) {
    load(bencher, &maps::map(20, 2, count));
}

/// Layers as base64 that was packed with zlib.
#[divan::bench(args = [100, 200, 400])]
fn packed_cells(bencher: Bencher, side: u32) {
    let project = maps::project(&maps::map(side, 8, 10));
    let mut map = project.maps[0].map.clone().unwrap();
    for layer in &mut map.layers {
        if let venue::model::LayerKind::Tiles(tiles) = &mut layer.kind {
            tiles.encoding = Encoding::Base64(venue::model::Compression::Zlib);
        }
    }
    load(bencher, format::save_tmj(&map, SaveStyle::Tiled).as_bytes());
}

/// What the engine makes of a map.
#[divan::bench(args = [1000, 4000, 16000])]
fn meaning(bencher: Bencher, zones: u32) {
    let project = maps::project(&maps::map(400, 4, zones));
    let map = project.maps[0].map.as_ref().unwrap();
    bencher.bench(|| Meaning::of(map));
}

/// Model to text.
#[divan::bench(args = [100, 200, 400])]
fn writing(bencher: Bencher, side: u32) {
    let project = maps::project(&maps::map(side, 8, 10));
    let map = project.maps[0].map.as_ref().unwrap();
    bencher.bench(|| format::save_tmj(map, SaveStyle::Tiled));
}
