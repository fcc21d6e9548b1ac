//! Sponsors' logos, drawings and pictures of every kind, and tiles of maps.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venue::project::Config;
use venue_fuzz::{EMBEDDED, map_with, project, stands, write};

fuzz_target!(|data: &[u8]| {
    let is_drawing = data.trim_ascii_start().starts_with(b"<");
    let name = if is_drawing { "logo.svg" } else { "logo.png" };
    let spec = format!(
        "venue = \"hall.tmj\"\n[event]\nname = \"E\"\nslug = \"e\"\n[tiers.gold]\ntemplate = \"small\"\nrank = 1\n\
         [[sponsors]]\nname = \"Ada\"\ntier = \"gold\"\nlogo = \"{name}\"\n"
    );
    stands(&[("s.toml", spec.as_bytes()), (name, data)], "s.toml");
    if !is_drawing {
        let map = map_with(EMBEDDED);
        let files: [(&str, &[u8]); 2] = [("map.tmj", map.as_bytes()), ("tiles.png", data)];
        write(&project(&files, "map.tmj", Config::default()));
    }
});
