//! A project's `venue.toml`: read, and obeyed over a map.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venue_fuzz::config(data));
