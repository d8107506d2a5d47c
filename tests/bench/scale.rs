//! A million feeds in one process: what they weigh, what a turn costs, how long a start takes, and how an hour's outage is
//! caught up.
//!
//! `cargo bench --bench scale [-- --feeds N]`
//!
//! Memory and start are real: states in a store on disk, opened and handed to a poller as a run does, and resident memory
//! as the system counts it. Turns go through the program's own schedule, pace, rates and budget, on a simulated clock;
//! nothing is fetched.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod disk;
mod figures;
mod open;
mod town;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use copytaster::clock::Clock;
use copytaster::news::{Extra, Feed, FeedId, FeedState, Hash16, Health, Validators};
use copytaster::poll::interval::{Budget, Claim, Rate, Share};
use copytaster::poll::schedule::{PerHost, Schedule};
use copytaster::poll::{self, Poller};
use copytaster::store::{self, Durability, Store};
use figures::{Figures, size};
use jiff::{SignedDuration, Timestamp};
use town::{SPACING, Service, Start, Town};
use watch::{Stopwatch, number};

const INTERVAL: Duration = Duration::from_mins(15);

/// One feed in five stands on a host with so many others.
const CROWD: usize = 200;

fn main() {
    let given = std::env::args().skip_while(|arg| arg != "--feeds").nth(1);
    let feeds = given.and_then(|text| text.parse().ok()).unwrap_or_else(|| size(1_000_000, 2_000));
    let mut figures = Figures::default();
    start(feeds, &mut figures);
    turns(feeds, &mut figures);
    catch_up(feeds, &mut figures);
    println!();
    figures.print();
}

fn now() -> Timestamp {
    Timestamp::from_second(1_755_300_000).unwrap()
}

/// The host of a feed: four in five have their own.
fn host(n: usize) -> usize {
    if n.is_multiple_of(5) { n / 5 / CROWD * 5 } else { n }
}

fn feed(n: usize) -> Arc<Feed> {
    let url = format!("https://www.{}/rss/{n}/world.xml", town::name(host(n))).parse().unwrap();
    let outlet = Some(format!("paper-{:07}", host(n)));
    Arc::new(Feed { outlet, ..Feed::new(format!("feed-{n:07}"), url) })
}

/// What is remembered of a feed that has been polled for weeks.
fn state(n: usize) -> FeedState {
    let due = now() + INTERVAL * u32::try_from(n % 900).unwrap() / 900;
    let hours: Vec<f64> = (0..24).map(|hour| f64::from(hour) * 0.731).collect();
    let extra = serde_json::json!({
        "interval_ms": 900_000, "full_at": now(), "fresh_stated": false, "unreadable": "",
        "rate": { "news": 61.482_913, "days": 13.816_204, "at": now(), "hours": hours },
        "silence": { "news_at": now(), "rest_s": 40_000, "per_day": 4.3, "visits": 60, "is_ill": false },
    });
    FeedState {
        url: feed(n).url.to_string(),
        validators: Validators {
            etag: Some(format!("\"{n:032x}\"").into_bytes()),
            last_modified: Some(b"Sat, 16 Aug 2025 05:58:00 GMT".to_vec()),
        },
        next_due: due,
        last_success: Some(now()),
        body_hash: Some(Hash16([7; 16])),
        seen_once: true,
        health: Health::Ok,
        health_since: now(),
        failure_weight: 0,
        last_http: Some(304),
        last_error: String::new(),
        extra: Extra::write(&extra),
    }
}

/// Resident memory and its greatest value so far, in bytes.
fn resident() -> (f64, f64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").trim().parse::<f64>().map_or(f64::NAN, |kb| kb * 1024.0)
    };
    (value("VmRSS:"), value("VmHWM:"))
}

/// A start from the store with all feeds in it.
fn start(feeds: usize, figures: &mut Figures) {
    let dir = disk::scratch();
    fill(dir.path(), feeds);
    // The greatest value begins anew; where that is not allowed, it holds that of the filling.
    std::fs::write("/proc/self/clear_refs", "5").ok();
    let (before, _) = resident();
    let configured: Vec<Arc<Feed>> = (0..feeds).map(feed).collect();
    let (with_feeds, _) = resident();
    let watch = Stopwatch::start();
    let (opened, states) = open::open(dir.path(), Durability::Process, now());
    let opened_s = watch.elapsed_s();
    assert_eq!(states.len(), feeds, "all states are in the store");
    let config = poll::Config { interval: INTERVAL, ..poll::Config::default() };
    let poller = Poller::new(config, configured, states, Clock::simulated(now())).unwrap();
    let started_s = watch.elapsed_s();
    let (after, most) = resident();
    let per_feed = |bytes: f64| bytes / number(feeds);
    figures.add("scale.start.store_read", "s", opened_s);
    figures.add("scale.start.whole", "s", started_s);
    figures.add("scale.memory.configured", "B/feed", per_feed(with_feeds - before));
    figures.add("scale.memory.whole", "B/feed", per_feed(after - before));
    figures.add("scale.memory.most_while_starting", "B/feed", per_feed(most - before));
    drop((opened, poller));
}

/// A store that knows them all.
fn fill(dir: &std::path::Path, feeds: usize) {
    let path = dir.join("state.db");
    let config =
        store::Config { path, durability: Durability::Process, ..store::Config::default() };
    let mut store = Store::open(&config).unwrap();
    for n in 0..feeds {
        store.save_feed(&FeedId::new(format!("feed-{n:07}")), &state(n)).unwrap();
        if n % 1_000 == 999 {
            store.commit().unwrap();
        }
    }
    store.commit().unwrap();
}

/// What a turn costs: the schedule's three steps, and the next interval.
fn turns(feeds: usize, figures: &mut Figures) {
    let mut schedule = Schedule::new(PerHost { in_flight: 1, spacing: SPACING });
    let (before, _) = resident();
    let offset = |n: usize| INTERVAL * u32::try_from(n % 65_536).unwrap() / 65_536;
    for n in 0..feeds {
        schedule.add(&town::name(host(n)), now() + offset(n * 7_919));
    }
    let (after, _) = resident();
    figures.add("scale.memory.schedule", "B/feed", (after - before) / number(feeds));
    let names: Vec<String> = (0..feeds).map(|n| town::name(host(n))).collect();
    let mut budget = Budget::new(INTERVAL);
    let mut rates: Vec<(Rate, Share)> = (0..feeds)
        .map(|_| {
            let rate = Rate::default();
            let share = budget.join(Claim { rate: &rate, is_dear: false });
            (rate, share)
        })
        .collect();
    let mut moment = now();
    for _ in 0..size(4_000, 8) {
        let mut keys = Vec::new();
        let watch = Stopwatch::start();
        while keys.len() < 500 {
            match schedule.start(moment) {
                Some(key) => keys.push(key),
                None => moment = schedule.wake().unwrap_or(moment).max(moment),
            }
        }
        figures.add("scale.turn.start", "ns", watch.elapsed_s() * 1e9 / number(keys.len()));
        let watch = Stopwatch::start();
        for &key in &keys {
            schedule.finish(key);
        }
        figures.add("scale.turn.finish", "ns", watch.elapsed_s() * 1e9 / number(keys.len()));
        let watch = Stopwatch::start();
        let mut rests = Vec::with_capacity(keys.len());
        for &key in &keys {
            let (rate, share) = &mut rates[key.index()];
            let least = Duration::from_mins(5);
            rests.push(budget.plan(Claim { rate, is_dear: false }, share, moment, least));
            rate.observe(moment, u64::from(key.index().is_multiple_of(3)));
        }
        figures.add("scale.turn.interval", "ns", watch.elapsed_s() * 1e9 / number(keys.len()));
        let watch = Stopwatch::start();
        for (&key, rest) in keys.iter().zip(rests) {
            schedule.commit(key, &names[key.index()], moment + rest);
        }
        figures.add("scale.turn.commit", "ns", watch.elapsed_s() * 1e9 / number(keys.len()));
    }
}

/// An hour's outage, caught up.
fn catch_up(feeds: usize, figures: &mut Figures) {
    let services: Vec<Service> =
        (0..feeds).map(|n| Service { host: host(n), takes: Duration::from_millis(300) }).collect();
    let outage = SignedDuration::from_hours(1);
    let count = u32::try_from(feeds).unwrap();
    let mut town = Town::new(&services, INTERVAL, 4_000, now(), |n| {
        let n = u32::try_from(n).unwrap();
        now() - outage + INTERVAL.mul_f64(f64::from(n) / f64::from(count))
    });
    let mut seconds = vec![0_usize; 3_600];
    let (mut own_until, mut all_until) = (now(), now());
    town.run(now() + SignedDuration::from_mins(59), |start: Start| {
        let second = start.now.duration_since(now()).as_secs();
        seconds[usize::try_from(second).unwrap()] += 1;
        if start.lag > Duration::from_secs(10) {
            all_until = start.now;
            if !start.feed.is_multiple_of(5) {
                own_until = start.now;
            }
        }
    });
    let most = seconds.iter().copied().max().unwrap_or(0);
    let common = number(feeds) / INTERVAL.as_secs_f64();
    figures.add("scale.catch_up.most_to_common", "x", number(most) / common);
    figures.add("scale.catch_up.most", "starts/s", number(most));
    figures.add("scale.catch_up.common", "starts/s", common);
    let minutes = |until: Timestamp| until.duration_since(now()).as_secs_f64() / 60.0;
    figures.add("scale.catch_up.own_host_on_time_after", "min", minutes(own_until));
    figures.add("scale.catch_up.all_on_time_after", "min", minutes(all_until));
}
