//! Maps as Tiled writes them, in JSON and in XML: read, understood, judged, written, drawn.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venue_fuzz::map(data));
