//! The whole way: the bytes of a map become a bundle and its zip.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venue_fuzz::bundle(data));
