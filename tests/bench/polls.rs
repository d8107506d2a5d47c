//! Polls a second: a fast server of ours on loopback, asked by the fetch layer alone and by whole runs with their commits.
//! `tests/bench/peers/polls.sh` asks the same server by wrk.
//!
//! `cargo bench --bench polls [-- --seconds N] [--way plain_304]` measures; `-- serve` only serves, printing its addresses,
//! until its input ends.
//!
//! Four ways: a 304 and a 200 with a gzipped feed of 25 items, one of them new at each answer; plain and over TLS, on
//! connections that are kept. The server is a process of its own. A rate a core is polls by seconds of processor time of
//! the asking process, which neighbours on the machine cannot take away.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod disk;
mod figures;
mod open;
#[path = "polls/server.rs"]
mod server;
mod watch;

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use copytaster::clock::Clock;
use copytaster::news::{Feed, FeedState, Secret};
use copytaster::parse;
use copytaster::pipeline::{self, Controls, GROUP_WAIT, Plan, Pulse};
use copytaster::poll::{self, Access, Guest};
use copytaster::store::Durability;
use copytaster::tables::Tables;
use copytaster::telemetry::{Count, Counters};
use figures::{Figures, size};
use server::{Process, WAYS};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use watch::{Stopwatch, number};

/// Requests at once.
const AT_ONCE: usize = 64;

/// Feeds of a whole run: each may be asked once a second, so there are more than can be asked.
const FEEDS: usize = 40_000;

fn main() {
    if std::env::args().any(|arg| arg == "serve") {
        server::serve();
        return;
    }
    let option = |name: &str| std::env::args().skip_while(|arg| arg != name).nth(1);
    let only = option("--way");
    let ways = || WAYS.into_iter().filter(|way| only.as_ref().is_none_or(|only| only == way));
    let seconds =
        option("--seconds").and_then(|text| text.parse().ok()).unwrap_or_else(|| size(8, 1));
    let span = Duration::from_secs(u64::try_from(seconds).unwrap());
    let server = Process::start();
    let mut figures = Figures::default();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for way in ways() {
        let (polls, spent) = runtime.block_on(fetched(&server, way, span));
        rate(&mut figures, &format!("polls.{way}.fetch_alone"), polls, spent);
    }
    for way in ways() {
        let whole = runtime.block_on(polled(&server, way, span));
        let name = format!("polls.{way}.whole");
        rate(&mut figures, &name, whole.polls, whole.spent);
        figures.add(format!("{name}.unchanged"), "x", whole.unchanged / whole.polls);
        for (thread, cpu_s) in whole.threads {
            let share = cpu_s / whole.spent.cpu_s;
            figures.add(format!("{name}.time_in.{thread}"), "x", share);
        }
    }
    println!();
    figures.print();
}

/// How the server is reached.
fn config(server: &Process) -> poll::Config {
    let ports = [server.plain, server.tls];
    poll::Config {
        interval: Duration::from_secs(1),
        interval_min: Duration::from_secs(1),
        in_flight: AT_ONCE,
        host_in_flight: AT_ONCE,
        host_spacing: Duration::ZERO,
        backfill: poll::Backfill::All,
        allow_private: ports.map(|port| format!("127.0.0.1:{port}").parse().unwrap()).to_vec(),
        access: Access { ca: Some(Secret::new(server.authority.as_bytes())), ..Access::default() },
        ..poll::Config::default()
    }
}

fn feed(server: &Process, way: &str, n: usize) -> Arc<Feed> {
    let url = format!("{}/{n}", server.url(way)).parse().unwrap();
    let interval = Some(Duration::from_secs(1));
    Arc::new(Feed { interval, ..Feed::new(format!("feed-{n:05}"), url) })
}

/// Polls without schedule, parse and commit: request, answer, its outcome and the next state.
async fn fetched(server: &Process, way: &'static str, span: Duration) -> (f64, Spent) {
    let guest = Arc::new(Guest::new(config(server)).unwrap());
    let mut tasks = JoinSet::new();
    let (watch, cpu) = (Stopwatch::start(), cpu_s());
    for n in 0..AT_ONCE {
        let (guest, feed) = (Arc::clone(&guest), feed(server, way, n));
        let watch = Stopwatch::start();
        tasks.spawn(async move {
            let (mut state, mut polls) = (None::<FeedState>, 0_usize);
            while watch.elapsed_s() < span.as_secs_f64() {
                let polled = guest.visit(Arc::clone(&feed), state, &Clock::System).await;
                state = polled.batch.state;
                assert_eq!(state.as_ref().unwrap().last_error, "");
                polls += 1;
            }
            polls
        });
    }
    let polls: usize = tasks.join_all().await.into_iter().sum();
    let spent = Spent { wall_s: watch.elapsed_s(), cpu_s: cpu_s() - cpu };
    (number(polls), spent)
}

/// Adds polls a second of processor time and of time on the wall.
fn rate(figures: &mut Figures, name: &str, polls: f64, spent: Spent) {
    figures.add(format!("{name}.a_core"), "polls/s", polls / spent.cpu_s);
    figures.add(format!("{name}.by_wall"), "polls/s", polls / spent.wall_s);
}

/// Seconds that polls took.
#[derive(Clone, Copy)]
struct Spent {
    wall_s: f64,
    cpu_s: f64,
}

struct Whole {
    polls: f64,
    unchanged: f64,
    spent: Spent,
    /// Processor time by name of thread.
    threads: BTreeMap<String, f64>,
}

/// A run as the daemon's: schedule, fetch, parse, enrichment, desk, commit, files.
async fn polled(server: &Process, way: &'static str, span: Duration) -> Whole {
    let dir = disk::scratch();
    let (opened, _) = open::open(dir.path(), Durability::Group, Clock::System.now());
    let stop = CancellationToken::new();
    let counters = Arc::<Counters>::default();
    let (_to_poll, feeds) = mpsc::channel(1);
    let controls = Controls { stop: stop.clone(), feeds, follow: mpsc::channel(1).1 };
    let plan = plan(server, way, &counters);
    let run = pipeline::run(plan, opened, controls, Box::new(|_| {}), Arc::<Pulse>::default());
    let measure = async {
        // Until every feed has been seen once the answers are whole bodies, whatever the way.
        let first = if way.contains("304") { number(size(FEEDS, 500)) } else { 500.0 };
        while polls(&counters).0 < first {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (before, watch, cpu) = (polls(&counters), Stopwatch::start(), cpu_s());
        let threads_before = threads();
        tokio::time::sleep(span).await;
        let (after, wall_s) = (polls(&counters), watch.elapsed_s());
        let spent = Spent { wall_s, cpu_s: cpu_s() - cpu };
        let mut threads = threads();
        for (name, cpu_s) in &mut threads {
            *cpu_s -= threads_before.get(name).copied().unwrap_or(0.0);
        }
        stop.cancel();
        Whole { polls: after.0 - before.0, unchanged: after.1 - before.1, spent, threads }
    };
    let (ran, whole) = tokio::join!(run, measure);
    ran.unwrap();
    whole
}

/// Polls so far, and those that brought nothing.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn polls(counters: &Counters) -> (f64, f64) {
    let summary = counters.summary();
    (summary.of(Count::Polls) as f64, summary.of(Count::PollsUnchanged) as f64)
}

fn plan(server: &Process, way: &str, counters: &Arc<Counters>) -> Plan {
    Plan {
        clock: Clock::System,
        poll: config(server),
        feeds: (0..size(FEEDS, 500)).map(|n| feed(server, way, n)).collect(),
        states: poll::States::default(),
        parse: parse::Config::default(),
        tables: Arc::new(RwLock::new(Arc::new(Tables::builtin()))),
        full_text: Arc::default(),
        group_wait: GROUP_WAIT,
        counters: Arc::clone(counters),
    }
}

/// Processor time of the threads that live.
fn cpu_s() -> f64 {
    threads().values().sum()
}

/// Processor time of the threads so far, by name.
fn threads() -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let Some((name, fields)) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')'))
        else {
            continue;
        };
        let ticks = |n: usize| {
            fields
                .split_whitespace()
                .nth(n)
                .and_then(|text| text.parse::<f64>().ok())
                .unwrap_or(0.0)
        };
        let name = if name.starts_with("tokio") { "schedule_and_fetch" } else { name };
        *all.entry(name.to_owned()).or_insert(0.0) += (ticks(11) + ticks(12)) / 100.0;
    }
    all
}
