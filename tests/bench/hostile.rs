//! What the worst bodies at the body cap cost: processor time of the parse alone and with enrichment, and memory.
//!
//! `cargo bench --bench hostile [-- --gate] [NAME…]`: all attacks, or those whose names contain a NAME; the worst first.
//! With `--gate` the exit code is 1 where one costs more than the limit. Each runs in a process of its own, which is
//! stopped when it takes far too long.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]
#![expect(clippy::print_stdout, reason = "figures are what a benchmark prints")]

mod attacks;
mod bounded;

use std::process::ExitCode;

use copytaster::enrich::{self, Context};
use copytaster::news::{Feed, Fetched};
use copytaster::parse::{self, Parsed};
use copytaster::tables::Tables;
use jiff::Timestamp;
use url::Url;

use attacks::{ATTACKS, Attack};
use bounded::{Cost, memory_mark, peak_mb, processor_ms};

/// The poller's cap of a decoded body.
const BODY_BYTES: usize = 20 << 20;
/// Enough to see that a body is read at all, for a run that does not measure.
const SMALL_BODY_BYTES: usize = 64 << 10;
/// The longest JSON that is mended and read again.
const MENDED_BYTES: usize = 8 << 20;
/// What a body may cost.
const LIMIT_MS: f64 = 500.0;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = args.iter().position(|arg| arg == "--attack") {
        let attack = all().find(|attack| attack.name == args[at + 1]).unwrap();
        println!("{}", cost(attack, BODY_BYTES).line());
        return ExitCode::SUCCESS;
    }
    if !args.iter().any(|arg| arg == "--bench") {
        for attack in all() {
            cost(attack, SMALL_BODY_BYTES);
        }
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<&String> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    let is_wanted = |attack: &&Attack| {
        wanted.is_empty() || wanted.iter().any(|part| attack.name.contains(part.as_str()))
    };
    let mut costs: Vec<(&str, Cost)> =
        all().filter(is_wanted).map(|attack| (attack.name, bounded::run(attack.name))).collect();
    costs.sort_by(|(_, a), (_, b)| b.total_ms().total_cmp(&a.total_ms()));
    report(&costs);
    let is_over = costs.iter().any(|(_, cost)| cost.total_ms() > LIMIT_MS);
    ExitCode::from(u8::from(is_over && args.iter().any(|arg| arg == "--gate")))
}

fn all() -> impl Iterator<Item = &'static Attack> {
    ATTACKS.iter().copied().flatten()
}

fn report(costs: &[(&str, Cost)]) {
    for (name, cost) in costs {
        let (total, peak) = (cost.total_ms(), cost.peak_mb());
        println!("{{\"figure\":\"hostile.{name}\",\"value\":{total:.0},\"unit\":\"ms\"}}");
        println!("{{\"figure\":\"hostile.{name}.memory\",\"value\":{peak:.0},\"unit\":\"MB\"}}");
    }
    println!(
        "\n{:<36} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "body of 20 MB", "parse", "enrich", "parse", "enrich", ""
    );
    println!(
        "{:<36} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "", "ms", "ms", "MB more", "MB more", "drafts"
    );
    for (name, cost) in costs {
        let Cost { parse_ms, enrich_ms, parse_mb, enrich_mb, drafts, .. } = cost;
        let note = if cost.is_stopped { "stopped" } else { cost.refused.as_str() };
        println!(
            "{name:<36} {parse_ms:>9.0} {enrich_ms:>9.0} {parse_mb:>9.0} {enrich_mb:>9.0} {drafts:>8} {note}"
        );
    }
    let over = costs.iter().filter(|(_, cost)| cost.total_ms() > LIMIT_MS).count();
    println!("\n{over} of {} over {LIMIT_MS:.0} ms", costs.len());
}

fn fetched(attack: &Attack, body: Vec<u8>) -> Fetched {
    let url: Url = "https://paper.example/feed.xml".parse().unwrap();
    let feed = Feed::new("paper", url.clone());
    let kind = attack.content_type.to_owned();
    let headers =
        Some(("content-type".to_owned(), kind)).into_iter().filter(|(_, kind)| !kind.is_empty());
    Fetched {
        headers: headers.collect(),
        fetched_at: Timestamp::from_second(1_755_300_000).unwrap(),
        ..Fetched::at_hand(feed, url, body)
    }
}

/// What one attack costs this process.
fn cost(attack: &Attack, bytes: usize) -> Cost {
    let tables = Tables::builtin();
    let body = (attack.make)(bytes);
    // Longer JSON is not mended, so bodies that aim at that are as long as those can be.
    let full = if attack.name.starts_with("json_bad") { bytes.min(MENDED_BYTES) } else { bytes };
    assert!(
        body.len() <= bytes && body.len() > full / 2,
        "{} makes {} bytes",
        attack.name,
        body.len()
    );
    warm(&tables);
    let fetched = fetched(attack, body);
    let before = memory_mark();
    let started = processor_ms();
    let parsed = parse::read(&fetched, &parse::Config::default());
    let parse_ms = processor_ms() - started;
    let after_parse = peak_mb() - before;
    let started = processor_ms();
    let articles = enriched(&parsed, &fetched, &tables);
    let enrich_ms = processor_ms() - started;
    let after_enrich = peak_mb() - before;
    assert_eq!(articles, parsed.drafts.len());
    let refused = if parsed.drafts.is_empty() { parsed.rejected.first() } else { None };
    Cost {
        parse_ms,
        enrich_ms,
        parse_mb: after_parse,
        enrich_mb: after_enrich,
        drafts: articles,
        refused: refused.map(|rejection| rejection.detail.clone()).unwrap_or_default(),
        is_stopped: false,
    }
}

/// Tables that are made at their first use are no part of a body's cost.
fn warm(tables: &Tables) {
    let attack = Attack { name: "warm", content_type: "", make: |_| Vec::new() };
    let body = "<rss><channel><item><title>&rsquo;By Ada</title><pubDate>1 Jan 2025 10:00 Europe/Oslo</pubDate><description>&lt;p>a&lt;/p></description></item></channel></rss>";
    let fetched = fetched(&attack, body.into());
    let parsed = parse::read(&fetched, &parse::Config::default());
    assert_eq!(enriched(&parsed, &fetched, tables), 1);
}

fn enriched(parsed: &Parsed, fetched: &Fetched, tables: &Tables) -> usize {
    let context = Context { feed: &fetched.feed, fetched_at: fetched.fetched_at, tables };
    let articles: Vec<_> =
        parsed.drafts.iter().map(|draft| enrich::article(draft, &context)).collect();
    articles.len()
}
