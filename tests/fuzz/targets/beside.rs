//! What lies beside maps: tilesets, templates, the editor's files, worlds, Tiled's projects. The first byte
//! says what the rest is.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venue_fuzz::beside(data));
