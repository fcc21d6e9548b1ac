//! Sponsors' specs in all their forms, and lock files. The first byte says what the rest is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venue_fuzz::stands;

const REST: &[u8] = b"venue = \"hall.tmj\"\n[event]\nname = \"E\"\nslug = \"e\"\n[tiers.gold]\ntemplate = \"small\"\n\
                      rank = 1\n";
const SPEC: &[u8] = b"venue = \"hall.tmj\"\n[event]\nname = \"E\"\nslug = \"e\"\n[tiers.gold]\ntemplate = \"small\"\n\
                      rank = 1\n[[sponsors]]\nname = \"Ada\"\ntier = \"gold\"\nmeeting = true\n";

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    match kind {
        b't' => stands(&[("s.toml", data)], "s.toml"),
        b'j' => stands(&[("s.json", data)], "s.json"),
        b'c' => stands(&[("s.csv", data), ("s.toml", REST)], "s.csv"),
        _ => stands(&[("s.toml", SPEC), ("s.lock.toml", data)], "s.toml"),
    }
});
