//! Sponsors' specs in all their forms, and lock files. The first byte says what the rest is.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venue_fuzz::spec(data));
