//! Maps as Tiled writes them, in JSON and in XML: read, understood, judged, written, drawn.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venue::project::Config;
use venue_fuzz::{judge, project, write};

fuzz_target!(|data: &[u8]| {
    let name = if data.trim_ascii_start().starts_with(b"{") { "map.tmj" } else { "map.tmx" };
    let project = project(&[(name, data)], name, Config::default());
    judge(&project);
    write(&project);
});
