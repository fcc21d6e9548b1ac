//! A bundle and its zip: `cargo bench --bench bundling`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot run has nothing to say")]

mod maps;

use divan::{AllocProfiler, Bencher};
use venue::bundle::{self, Settings};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn settings(optimize: bool) -> Settings {
    Settings { optimize, ..Settings::default() }
}

/// Tiles packed anew, pictures made small, the map written.
#[divan::bench(args = [50, 100, 200], sample_count = 5, sample_size = 1)]
fn optimised(bencher: Bencher, side: u32) {
    let map = maps::map(side, 8, 100);
    bencher
        .with_inputs(|| maps::project(&map))
        .bench_values(|mut project| bundle::build(&mut project, &[], &settings(true)).unwrap());
}

/// The same without making anything smaller.
#[divan::bench(args = [50, 100, 200], sample_count = 5, sample_size = 1)]
fn as_it_is(bencher: Bencher, side: u32) {
    let map = maps::map(side, 8, 100);
    bencher
        .with_inputs(|| maps::project(&map))
        .bench_values(|mut project| bundle::build(&mut project, &[], &settings(false)).unwrap());
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn zip(bencher: Bencher) {
    let mut project = maps::project(&maps::map(200, 8, 100));
    let bundle = bundle::build(&mut project, &[], &settings(true)).unwrap();
    bencher.bench(|| bundle::zip(&bundle).unwrap());
}
