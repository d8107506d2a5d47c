//! A beginning, and a unit after it that is repeated half a million bytes long: reading and enriching stay linear.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use copytaster::enrich::{self, Context};
use copytaster::parse::{self, properties};
use copytaster::tables::Tables;

const BODY_BYTES: usize = 512 << 10;

/// Ten times what good bodies of that size take, checked and slowed down as this build is.
const TIME_MAX: Duration = Duration::from_millis(1_500);

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::builtin);

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (head, unit) = input.split_at(at);
    if unit.len() < 2 {
        return;
    }
    let mut body = head.to_vec();
    while body.len() < BODY_BYTES {
        body.extend_from_slice(&unit[1..]);
    }
    let fetched = properties::fetched(&body);
    let tables = &*TABLES;
    // Few items are kept: enriching costs more than reading, and each item costs the same.
    let config = parse::Config { entries_max: 100, ..parse::Config::default() };
    let start = copytaster::clock::thread_cpu();
    let parsed = parse::read(&fetched, &config);
    drop(parse::view(&fetched, &config, "x"));
    let context = Context { feed: &fetched.feed, fetched_at: fetched.fetched_at, tables };
    for draft in &parsed.drafts {
        drop(enrich::article(draft, &context));
    }
    let spent = copytaster::clock::thread_cpu() - start;
    assert!(spent < TIME_MAX, "{spent:?} for {} drafts", parsed.drafts.len());
});
