#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    copytaster::enrich::properties::html(input);
    copytaster::parse::properties::markup(input);
});
