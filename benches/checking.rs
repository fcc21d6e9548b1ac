//! What each family of rules costs on one map of 300 x 300 tiles with 2000 zones: `cargo bench --bench
//! checking`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot run has nothing to say")]

mod maps;

use divan::{AllocProfiler, Bencher};
use venue::{
    check::{self, Settings},
    finding::Family,
};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const FAMILIES: [Family; 10] = [
    Family::Format,
    Family::Tilesets,
    Family::Layers,
    Family::Properties,
    Family::Scripts,
    Family::Zones,
    Family::Entries,
    Family::Exits,
    Family::Editor,
    Family::World,
];

#[divan::bench(args = FAMILIES)]
fn family(bencher: Bencher, family: Family) {
    let project = maps::project(&maps::map(300, 6, 2000));
    bencher.bench(|| check::check_family(&project, family));
}

#[divan::bench(args = [500, 2000, 8000])]
fn all_rules(bencher: Bencher, zones: u32) {
    let project = maps::project(&maps::map(300, 6, zones));
    let settings = Settings::new(&project, &[], &[]).unwrap();
    bencher.bench(|| check::check(&project, &settings));
}
