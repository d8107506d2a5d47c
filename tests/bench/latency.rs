//! From fetch to durable line in a real run: feeds on loopback that give 50 articles a second, the machine's clock, and
//! syncs.
//!
//! `cargo bench --bench latency [-- --seconds N]`
//!
//! The span begins when a response is complete and ends when its record stands in its file and the file is synced.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod disk;
mod figures;
mod news;
mod open;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use copytaster::clock::Clock;
use copytaster::news::{Feed, FeedId, Line, Stream};
use copytaster::pipeline::{self, Controls, GROUP_WAIT, Plan, Pulse};
use copytaster::record::ArticleRecord;
use copytaster::store::Durability;
use copytaster::tables::Tables;
use copytaster::{parse, poll};
use figures::{Figures, size};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Feeds, each fetched once in [`INTERVAL`], with 25 articles never seen before: 50 a second in all.
const FEEDS: usize = 60;

/// How often a feed is fetched.
const INTERVAL: Duration = Duration::from_secs(30);

/// Words of an article.
const WORDS: usize = 60;

fn main() {
    let given = std::env::args().skip_while(|arg| arg != "--seconds").nth(1);
    let seconds = given.and_then(|text| text.parse().ok()).unwrap_or_else(|| size(40, 2));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut spans_ms = runtime.block_on(measured(seconds));
    spans_ms.sort_by(f64::total_cmp);
    let at = |per_mille: usize| spans_ms[(spans_ms.len() - 1) * per_mille / 1000];
    let mut figures = Figures::default();
    figures.add("latency.p50", "ms", at(500));
    figures.add("latency.p99", "ms", at(990));
    figures.add("latency.most", "ms", at(1000));
    #[expect(clippy::cast_precision_loss, reason = "counts and seconds are small")]
    let rate = spans_ms.len() as f64 / seconds as f64;
    figures.add("latency.rate", "articles/s", rate);
    figures.print();
}

/// Runs for so long; gives the span of each article in milliseconds.
async fn measured(seconds: usize) -> Vec<f64> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seconds = u64::try_from(seconds).unwrap();
    let dir = disk::scratch();
    let stop = CancellationToken::new();
    let opened = open::open(dir.path(), Durability::Group, Clock::System.now()).0;
    let spans: Arc<Mutex<Vec<f64>>> = Arc::default();
    let seen = Arc::clone(&spans);
    let observer = Box::new(move |lines: &[Line]| seen.lock().unwrap().extend(spans_of(lines)));
    let (_to_poll, feeds) = mpsc::channel(1);
    let controls = Controls { stop: stop.clone(), feeds, follow: mpsc::channel(1).1 };
    let run = pipeline::run(plan(port), opened, controls, observer, Arc::<Pulse>::default());
    let over = async {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        stop.cancel();
    };
    let router = axum::Router::new().fallback(answers());
    let served = axum::serve(listener, router);
    let served = served.with_graceful_shutdown(stop.clone().cancelled_owned());
    let (ran, (), served) = tokio::join!(run, over, served);
    ran.unwrap();
    served.unwrap();
    spans.lock().unwrap().clone()
}

/// Answers each request with the next body.
fn answers() -> impl Fn() -> std::future::Ready<axum::response::Response> + Clone + Send + 'static {
    let bodies: Arc<[Vec<u8>]> =
        news::bodies(size(300, 20), WORDS).iter().map(|body| body.fetched().body).collect();
    let next = Arc::new(AtomicUsize::new(0));
    move || {
        let body = bodies[next.fetch_add(1, Ordering::Relaxed) % bodies.len()].clone();
        let answer = axum::response::Response::builder()
            .header("content-type", "application/xml; charset=utf-8")
            .body(body.into());
        std::future::ready(answer.unwrap())
    }
}

fn plan(port: u16) -> Plan {
    let feed = |n: usize| Feed {
        id: FeedId::new(format!("feed-{n:02}")),
        url: format!("http://127.0.0.1:{port}/{n}.xml").parse().unwrap(),
        outlet: Some(format!("paper-{n:02}")),
        interval: Some(INTERVAL),
        zone: None,
    };
    Plan {
        clock: Clock::System,
        poll: poll::Config {
            interval: INTERVAL,
            interval_min: Duration::from_secs(1),
            host_in_flight: 8,
            host_spacing: Duration::ZERO,
            backfill: poll::Backfill::All,
            allow_private: vec![format!("127.0.0.1:{port}").parse().unwrap()],
            ..poll::Config::default()
        },
        feeds: (0..FEEDS).map(|n| Arc::new(feed(n))).collect(),
        states: poll::States::default(),
        parse: parse::Config::default(),
        tables: Arc::new(RwLock::new(Arc::new(Tables::builtin()))),
        full_text: Arc::default(),
        group_wait: GROUP_WAIT,
        counters: Arc::default(),
    }
}

/// The spans of the article lines that stand in their files by this moment.
fn spans_of(lines: &[Line]) -> Vec<f64> {
    let now = Clock::System.now();
    let articles = lines.iter().filter(|line| line.stream == Stream::Articles);
    articles
        .map(|line| {
            let record: ArticleRecord = serde_json::from_slice(&line.bytes).unwrap();
            now.duration_since(record.timing.fetched_at.0).as_secs_f64() * 1000.0
        })
        .collect()
}
