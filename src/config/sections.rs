//! The sections, their keys, defaults and bounds. `config/example.toml` says the same with the reasons; a test compares.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::document::{Bad, Document, Given, Section};
use super::entries::{self, Entries};
use super::units::duration_text;
use super::{
    Backfill, Config, Desk, Durability, Keep, Level, Log, LogFormat, Output, Poll, Serve, Store,
    Tables,
};
use super::{access, address, archive, read};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const HOUR: Duration = Duration::from_hours(1);
pub(super) const DAY: Duration = Duration::from_hours(24);
pub(super) const KB: u64 = 1 << 10;
pub(super) const MB: u64 = 1 << 20;
pub(super) const GB: u64 = 1 << 30;

/// Ten years: longer windows and retention mean "forever", which has its own word.
pub(super) const SPAN_MAX: Duration = Duration::from_hours(24 * 3660);

/// A server that wants to know who asks finds a name, a version and an address.
pub(super) const USER_AGENT: &str =
    concat!("copytaster/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")");

/// Reads everything. Where a value is wrong its default stands in, so that all problems are found in one go.
pub(super) fn read(document: &mut Document<'_>) -> Config {
    let desk = desk(document);
    let poll = poll(document);
    let entries = entries::read(document, poll.proxy.as_ref());
    let Entries { feeds, outlets, agencies, watches } = entries;
    let output = output(document);
    Config {
        store: store(document, desk.story_window),
        archive: archive::read(document, &output),
        output,
        poll,
        tables: tables(document),
        serve: serve(document),
        log: log(document),
        desk,
        feeds,
        outlets,
        agencies,
        watches,
        warnings: document.take_warnings(),
    }
}

fn desk(document: &mut Document<'_>) -> Desk {
    let mut s = document.section("desk");
    let story_window =
        s.get("story_window", |v| read::duration(v, HOUR, SPAN_MAX)).unwrap_or(3 * DAY);
    let memory_max = s.get("memory_max", |v| read::size(v, 16 * MB, 1024 * GB)).unwrap_or(256 * MB);
    s.finish();
    Desk { story_window, memory_max }
}

fn store(document: &mut Document<'_>, story_window: Duration) -> Store {
    let durabilities = [
        ("group", Durability::Group),
        ("record", Durability::Record),
        ("process", Durability::Process),
    ];
    let mut s = document.section("store");
    let path = s.get("path", read::path).unwrap_or_else(|| PathBuf::from("state/copytaster.db"));
    let durability =
        s.get("durability", |v| read::word(v, &durabilities)).unwrap_or(Durability::Group);
    let keep = s.given("keep", |v| read::keep(v, HOUR, SPAN_MAX));
    let keep_text = s.given("keep_text", |v| read::keep(v, HOUR, SPAN_MAX));
    // The window is restored from the store, so the store outlasts it.
    within_window(&mut s, "keep", keep.as_ref(), story_window);
    within_window(&mut s, "keep_text", keep_text.as_ref(), story_window);
    let kept = keep.map_or(Keep::For((400 * DAY).max(story_window)), |given| given.value);
    let text = match (&keep_text, kept) {
        (Some(given), kept) if longer(given.value, kept) => {
            s.problem(given.place, "keep_text", Bad::new("must not be longer than store.keep"));
            given.value
        }
        (Some(given), _) => given.value,
        (None, Keep::Forever) => Keep::For((30 * DAY).max(story_window)),
        (None, Keep::For(kept)) => Keep::For((30 * DAY).max(story_window).min(kept)),
    };
    s.finish();
    Store { path, durability, keep: kept, keep_text: text }
}

fn within_window<'t>(
    s: &mut Section<'_, 't>,
    key: &str,
    keep: Option<&Given<'t, Keep>>,
    story_window: Duration,
) {
    if let Some(Given { value: Keep::For(kept), place }) = keep
        && *kept < story_window
    {
        let window = duration_text(story_window);
        let bad = Bad::new(format!("must not be shorter than desk.story_window ({window})"));
        s.problem(*place, key, bad);
    }
}

fn longer(a: Keep, b: Keep) -> bool {
    match (a, b) {
        (_, Keep::Forever) => false,
        (Keep::Forever, Keep::For(_)) => true,
        (Keep::For(a), Keep::For(b)) => a > b,
    }
}

fn output(document: &mut Document<'_>) -> Output {
    let mut s = document.section("output");
    let output = Output {
        dir: s.get("dir", read::path).unwrap_or_else(|| PathBuf::from("out")),
        source: s.get("source", read::uri).unwrap_or_else(|| "urn:copytaster:desk-1".to_owned()),
        include_body: s.get("include_body", read::truth).unwrap_or(false),
        keep: s.get("keep", |v| read::keep(v, HOUR, SPAN_MAX)).unwrap_or(Keep::Forever),
        // Readers that know a file by its first kilobyte need files longer than that.
        rotate_bytes: s
            .get("rotate_bytes", |v| read::size(v, 64 * KB, 64 * GB))
            .unwrap_or(256 * MB),
        rotate_after: s
            .get("rotate_after", |v| read::duration(v, SECOND, 30 * DAY))
            .unwrap_or(HOUR),
    };
    s.finish();
    output
}

fn poll(document: &mut Document<'_>) -> Poll {
    let mut s = document.section("poll");
    let interval =
        s.get("interval", |v| read::duration(v, SECOND, DAY)).unwrap_or(15 * 60 * SECOND);
    let least = s.given("interval_min", |v| read::duration(v, SECOND, DAY));
    let interval_min = match least {
        Some(Given { value, place }) if value > interval => {
            let told = duration_text(interval);
            let bad = Bad::new(format!("must not be longer than poll.interval ({told})"));
            s.problem(place, "interval_min", bad);
            value
        }
        Some(given) => given.value,
        None => (5 * 60 * SECOND).min(interval),
    };
    let allow_private =
        s.get("allow_private", |v| read::list(v, address::private)).unwrap_or_default();
    let poll = Poll {
        user_agent: s.get("user_agent", read::header).unwrap_or_else(|| USER_AGENT.to_owned()),
        interval,
        interval_min,
        in_flight: s.get("in_flight", |v| read::count(v, 1, 4096)).unwrap_or(64),
        host_in_flight: s.get("host_in_flight", |v| read::count(v, 1, 16)).unwrap_or(1),
        host_spacing: s
            .get("host_spacing", |v| read::duration(v, Duration::ZERO, HOUR))
            .unwrap_or(2 * SECOND),
        backfill: s.get("backfill", |v| read::backfill(v, SPAN_MAX)).unwrap_or(Backfill::For(DAY)),
        allow_private,
        body_bytes_max: s.get("body_bytes_max", |v| read::size(v, KB, GB)).unwrap_or(10 * MB),
        ca: access::authorities(&mut s),
        proxy: access::proxy(&mut s),
    };
    s.finish();
    poll
}

fn tables(document: &mut Document<'_>) -> Tables {
    let mut s = document.section("tables");
    let dir = s.get("dir", read::path);
    s.finish();
    Tables { dir }
}

fn serve(document: &mut Document<'_>) -> Option<Serve> {
    let wanted = document.mentions("serve");
    let mut s = document.section("serve");
    let given = s.given("listen", |v| read::text(v).and_then(address::socket));
    if let Some(Given { value, place }) = &given
        && !value.ip().is_loopback()
    {
        let bad = Bad::new("only a loopback address is allowed: the pages have no login");
        let port = value.port();
        s.problem(*place, "listen", bad.meant(Some(format!("\"127.0.0.1:{port}\""))));
    }
    s.finish();
    let standard = SocketAddr::from((Ipv4Addr::LOCALHOST, 8765));
    wanted.then(|| Serve { listen: given.map_or(standard, |given| given.value) })
}

fn log(document: &mut Document<'_>) -> Log {
    let levels = [Level::Error, Level::Warn, Level::Info, Level::Debug, Level::Trace]
        .map(|level| (level.as_str(), level));
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    let mut s = document.section("log");
    let level = s.get("level", |v| read::word(v, &levels)).unwrap_or(Level::Info);
    let format = s.get("format", |v| read::word(v, &formats)).unwrap_or(LogFormat::Text);
    s.finish();
    Log { level, format }
}
