//! Maps as pictures: `cargo bench --bench drawing`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot run has nothing to say")]

mod maps;

use divan::{AllocProfiler, Bencher};
use venue::picture::{PictureStore, RenderOptions, Renderer, decode, encode};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn draw(bencher: Bencher, side: u32, options: &RenderOptions) {
    let project = maps::project(&maps::map(side, 8, 10));
    let map = project.maps[0].map.as_ref().unwrap();
    let store = PictureStore::new();
    bencher.bench(|| Renderer::new(map, &project.sources, &store, options).unwrap().draw().unwrap());
}

/// Every pixel of eight layers.
#[divan::bench(args = [20, 40, 80], sample_count = 20)]
fn whole(bencher: Bencher, side: u32) {
    draw(bencher, side, &RenderOptions::default());
}

/// A large map made small.
#[divan::bench(args = [50, 100, 200], sample_count = 10)]
fn shrunk(bencher: Bencher, side: u32) {
    draw(bencher, side, &RenderOptions { size: Some(500), ..RenderOptions::default() });
}

/// The picture of a map as PNG.
#[divan::bench(sample_count = 10)]
fn encoding(bencher: Bencher) {
    let project = maps::project(&maps::map(60, 8, 10));
    let map = project.maps[0].map.as_ref().unwrap();
    let store = PictureStore::new();
    let options = RenderOptions::default();
    let drawn = Renderer::new(map, &project.sources, &store, &options).unwrap().draw().unwrap();
    bencher.bench(|| encode(&drawn).unwrap());
}

/// A tileset's picture.
#[divan::bench]
fn decoding(bencher: Bencher) {
    let bytes = maps::tiles();
    bencher.bench(|| decode(&bytes, None).unwrap());
}
