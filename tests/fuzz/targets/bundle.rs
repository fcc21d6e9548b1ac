//! The whole way: the bytes of a map become a bundle and its zip.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venue::project::Config;
use venue_fuzz::{bundle, project};

fuzz_target!(|data: &[u8]| {
    let name = if data.trim_ascii_start().starts_with(b"{") { "map.tmj" } else { "map.tmx" };
    bundle(&mut project(&[(name, data)], name, Config::default()));
});
