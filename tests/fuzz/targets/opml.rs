#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| copytaster::parse::properties::opml(input));
