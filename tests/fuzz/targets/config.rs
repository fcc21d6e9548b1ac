//! A project's `venue.toml`: read, and obeyed over a map.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venue::project::{Config, read_toml};
use venue_fuzz::{EMBEDDED, bundle, judge, map_with, project, sources};

fuzz_target!(|data: &[u8]| {
    let files = sources(&[("venue.toml", data)]);
    let Ok(file) = files.load("venue.toml") else { return };
    let Ok(config) = read_toml::<Config>(&file) else { return };
    let map = map_with(EMBEDDED).replace("https://a.example", "${links.a}");
    let mut project = project(&[("map.tmj", map.as_bytes())], "map.tmj", config);
    judge(&project);
    bundle(&mut project);
});
