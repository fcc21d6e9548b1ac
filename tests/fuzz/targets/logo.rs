//! Sponsors' logos, drawings and pictures of every kind, and tiles of maps.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venue_fuzz::logo(data));
