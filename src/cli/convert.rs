//! The configuration as each stage's own: the one place that knows both sides.

use std::time::Duration;

use jiff::SignedDuration;

use crate::config::{self, Config, Keep};
use crate::news::{Watch, Watchlist};
use crate::pipeline::{Following, FullText, Settings};
use crate::sink::alerts::{Routes, Target};
use crate::tables::{self, AgencyEntry, OutletEntry, Tables};
use crate::{cluster, desk, poll, record, sink, store, writer};

/// Longer than any daemon runs: what `"forever"` means where a span is asked for.
const FOREVER: Duration = Duration::from_hours(24 * 365 * 1000);

/// Copies are looked for at least this far back; agencies repeat a text for days.
const DISPATCH_WINDOW_MIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Built-in knowledge with the user's over it.
pub(super) fn tables(config: &Config) -> Result<Tables, tables::Error> {
    let outlets = config
        .outlets
        .iter()
        .map(|outlet| OutletEntry {
            id: outlet.id.clone(),
            name: outlet.name.clone(),
            family: outlet.family.clone(),
            kind: outlet.kind,
            country: outlet.country.clone(),
            zone: outlet.zone.clone(),
            hosts: outlet.hosts.clone(),
            agency: outlet.agency.clone(),
            ..OutletEntry::default()
        })
        .collect();
    let agencies = config
        .agencies
        .iter()
        .map(|agency| AgencyEntry {
            id: agency.id.clone(),
            names: agency.names.clone(),
            ..AgencyEntry::default()
        })
        .collect();
    Tables::with(&tables::Config { outlets, agencies, dir: config.tables.dir.clone() })
}

/// Whose pages are read.
pub(super) fn full_text(config: &Config) -> FullText {
    let feeds = config.feeds.iter().filter(|feed| feed.full_text).map(|feed| feed.id.clone());
    let outlets = config.outlets.iter().filter(|outlet| outlet.full_text);
    FullText { feeds: feeds.collect(), outlets: outlets.map(|outlet| outlet.id.clone()).collect() }
}

/// Whether alerts go anywhere beside the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alerts {
    /// Where the configuration says.
    Sent,
    /// Nowhere: nothing happens but for the records.
    Written,
}

/// What is followed, and where its alerts go.
pub(super) fn following(config: &Config, tables: &Tables) -> Following {
    let target = |target: &config::Target| match target {
        config::Target::Webhook { url, secret } => Target::Webhook(url.clone(), secret.clone()),
        config::Target::Command(parts) => Target::Command(parts.clone()),
        config::Target::File(path) => Target::File(path.clone()),
    };
    let targets = config
        .watches
        .iter()
        .filter_map(|watch| watch.target.as_ref().map(|known| (watch.id.clone(), target(known))));
    let routes = Routes {
        targets: targets.collect(),
        user_agent: config.poll.user_agent.clone(),
        allow_private: poll(config).allow_private,
        ca: config.poll.ca.clone(),
    };
    Following { list: watchlist(config, tables, Alerts::Sent), routes }
}

/// What is followed.
pub(super) fn watchlist(config: &Config, tables: &Tables, alerts: Alerts) -> Watchlist {
    let watch = |watch: &config::Watch| Watch {
        id: watch.id.clone(),
        rule: watch.rule.clone(),
        level: watch.level,
        is_sent: alerts == Alerts::Sent && watch.target.is_some(),
    };
    let watches: Vec<Watch> = config.watches.iter().map(watch).collect();
    Watchlist { watches, variants: tables.variants().to_vec() }
}

/// Where state and output go, and how.
pub(super) fn settings(config: &Config) -> Settings {
    let include_body = config.output.include_body;
    let durability = durability(config);
    let cluster = cluster(config);
    let window = Duration::try_from(cluster.dispatch_window).unwrap_or(FOREVER);
    Settings {
        store: store::Config {
            path: config.store.path.clone(),
            durability,
            keep: span(config.store.keep).unwrap_or(FOREVER),
            // A desk is restored from the texts of its window.
            keep_text: span(config.store.keep_text).unwrap_or(FOREVER).max(window),
        },
        sink: sink::Config {
            dir: config.output.dir.clone(),
            is_synced: durability != store::Durability::Process,
            keep: span(config.output.keep),
        },
        archive: config.archive.as_ref().map(|archive| sink::archive::Config {
            dir: archive.dir.clone(),
            is_synced: durability != store::Durability::Process,
            file_bytes_max: archive.rotate_bytes,
            file_age_max: archive.rotate_after,
            keep: span(archive.keep),
            source: config.output.source.clone(),
        }),
        layout: record::layout::Config {
            include_body,
            file_bytes_max: config.output.rotate_bytes,
            file_age_max: Some(config.output.rotate_after),
            ..record::layout::Config::default()
        },
        desk: desk::Config { cluster },
        writer: writer::Config { source: config.output.source.clone(), include_body },
    }
}

fn durability(config: &Config) -> store::Durability {
    match config.store.durability {
        config::Durability::Group => store::Durability::Group,
        config::Durability::Record => store::Durability::Record,
        config::Durability::Process => store::Durability::Process,
    }
}

fn cluster(config: &Config) -> cluster::Config {
    let story_window =
        SignedDuration::try_from(config.desk.story_window).unwrap_or(SignedDuration::MAX);
    cluster::Config {
        dispatch_window: story_window.max(DISPATCH_WINDOW_MIN),
        story_window,
        memory_bytes_max: config.desk.memory_max,
    }
}

fn span(keep: Keep) -> Option<Duration> {
    match keep {
        Keep::Forever => None,
        Keep::For(span) => Some(span),
    }
}

/// The poller's rules.
pub(super) fn poll(config: &Config) -> poll::Config {
    let rules = &config.poll;
    poll::Config {
        user_agent: rules.user_agent.clone(),
        interval: rules.interval,
        interval_min: rules.interval_min,
        in_flight: rules.in_flight,
        host_in_flight: rules.host_in_flight,
        host_spacing: rules.host_spacing,
        backfill: match rules.backfill {
            config::Backfill::All => poll::Backfill::All,
            config::Backfill::For(span) => poll::Backfill::Last(span),
        },
        // The configuration has checked each entry.
        allow_private: rules.allow_private.iter().filter_map(|entry| entry.parse().ok()).collect(),
        body_bytes_max: rules.body_bytes_max,
        limits: poll::Limits::default(),
        access: access(config),
    }
}

/// How servers that do not serve everybody are reached.
pub(super) fn access(config: &Config) -> poll::Access {
    let passes = config
        .feeds
        .iter()
        .filter_map(|feed| feed.pass.as_deref().map(|pass| (feed.id.clone(), pass.clone())));
    poll::Access {
        ca: config.poll.ca.clone(),
        proxy: config.poll.proxy.clone(),
        passes: passes.collect(),
    }
}
