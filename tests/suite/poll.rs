//! The poller against a server that records every byte, on a simulated clock: what is asked, when, and what comes of it.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copytaster::clock::{Clock, Simulated};
use copytaster::news::{Committed, Feed, FeedId, FeedState, Health};
use copytaster::poll::{self, Backfill, Config, Control, Limits, Polled, Poller, outcome};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::server::{Manner, Reply, Seen, Server};

pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

pub(crate) fn start() -> Timestamp {
    "2025-08-16T00:00:00Z".parse().unwrap()
}

fn after(span: Duration) -> Timestamp {
    start().checked_add(span).unwrap()
}

pub(crate) fn feed(id: &str, url: Url) -> Arc<Feed> {
    Arc::new(Feed { id: FeedId::new(id), url, outlet: None, interval: None, zone: None })
}

/// A path without its slash; what the feed behind it is called.
fn name(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// One world: feeds, what is remembered of them, and a clock that goes on from run to run.
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) feeds: Vec<Arc<Feed>>,
    states: HashMap<FeedId, FeedState>,
    now: Timestamp,
}

impl World {
    pub(crate) fn new(servers: &[&Server], feeds: Vec<Arc<Feed>>) -> Self {
        let limits = Limits {
            connect: Duration::from_secs(2),
            first_byte: Duration::from_millis(300),
            idle: Duration::from_millis(300),
            total: Duration::from_secs(5),
        };
        let config = Config {
            allow_private: servers.iter().map(|server| server.permission()).collect(),
            body_bytes_max: 1_000_000,
            limits,
            ..Config::default()
        };
        Self { config, feeds, states: HashMap::new(), now: start() }
    }

    /// A feed for each path of one server.
    pub(crate) fn of(server: &Server, paths: &[&str]) -> Self {
        let feeds = paths.iter().map(|path| feed(name(path), server.url(path))).collect();
        Self::new(&[server], feeds)
    }

    /// Runs for `span` of simulated time and commits everything.
    pub(crate) async fn run(&mut self, span: Duration) -> Vec<Polled> {
        let end = self.now.checked_add(span).unwrap();
        let clock = Clock::Simulated(Simulated::starting(self.now).until(end));
        self.run_on(clock).await
    }

    pub(crate) async fn run_on(&mut self, clock: Clock) -> Vec<Polled> {
        self.run_until(clock, usize::MAX).await
    }

    /// Runs until the clock ends, or for so many polls.
    pub(crate) async fn run_until(&mut self, clock: Clock, polls: usize) -> Vec<Polled> {
        let poller = Poller::new(
            self.config.clone(),
            self.feeds.clone(),
            self.states.clone(),
            clock.clone(),
        )
        .unwrap();
        let (out, mut batches) = mpsc::channel(4);
        let (committed, commits) = mpsc::channel(4);
        let (_control, orders) = mpsc::channel(1);
        let mut tasks = JoinSet::new();
        let stop = CancellationToken::new();
        tasks.spawn(poll::run(poller, out, commits, orders, stop.clone()));
        let mut all = Vec::new();
        while let Some(one) = batches.recv().await {
            let feed = one.batch.feed.id.clone();
            // As the store would: through JSON.
            let stored = serde_json::to_vec(&one.batch.state).unwrap();
            self.states.insert(feed.clone(), serde_json::from_slice(&stored).unwrap());
            all.push(one);
            if all.len() == polls {
                stop.cancel();
            }
            // The run may end with this very batch.
            let state = self.states[&feed].clone();
            committed.send(Committed { feed, state, new: None, overrun: false }).await.ok();
        }
        tasks.join_next().await.unwrap().unwrap();
        self.now = clock.end().unwrap();
        all
    }

    /// Lets time pass without running.
    pub(crate) fn rest(&mut self, span: Duration) {
        self.now = self.now.checked_add(span).unwrap();
    }

    fn state(&self, id: &str) -> &FeedState {
        &self.states[&FeedId::new(id)]
    }
}

fn errors(polled: &[Polled]) -> Vec<String> {
    polled.iter().map(|one| one.batch.state.as_ref().unwrap().last_error.clone()).collect()
}

#[tokio::test]
async fn validators_are_sent_back_byte_for_byte() {
    let long = format!("\"{}\"", "x".repeat(2048));
    let cases: Vec<(&[u8], &[u8])> = vec![
        (b"W/\"a b\"", b"Sat, 16 Aug 2025 00:00:00 GMT"),
        (b"unquoted", b"16/08/25 yesterday at noon"),
        (long.as_bytes(), b"0"),
        (b"\"\xe9\xff\"", b"Saturday, 16-Aug-25 00:00:00 GMT"),
    ];
    for (etag, date) in cases {
        let (sent_etag, sent_date) = (etag.to_vec(), date.to_vec());
        let server = Server::start(move |seen| {
            let reply =
                if seen.is_conditional() { Reply::status(304) } else { Reply::body("news") };
            reply.with("ETag", &sent_etag).with("Last-Modified", &sent_date)
        })
        .await;
        World::of(&server, &["/a"]).run(HOUR).await;
        let seen = server.seen();
        assert!(seen.len() >= 3, "{}", seen.len());
        assert!(!seen[0].is_conditional());
        for request in &seen[1..] {
            assert_eq!(request.field("if-none-match").as_deref(), Some(etag));
            assert_eq!(request.field("if-modified-since").as_deref(), Some(date));
        }
    }
}

#[tokio::test]
async fn an_equal_body_with_another_etag_moves_the_etag_and_a_lost_date_is_not_sent() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::body("same").with("ETag", "\"1\"").with("Last-Modified", "a date"),
        n => Reply::body("same").with("ETag", format!("\"{}\"", n + 1)),
    })
    .await;
    let polled = World::of(&server, &["/a"]).run(HOUR).await;
    let seen = server.seen();
    assert!(seen.len() >= 3);
    assert_eq!(seen[1].field("if-none-match").as_deref(), Some(&b"\"1\""[..]));
    assert_eq!(seen[1].field("if-modified-since").as_deref(), Some(&b"a date"[..]));
    assert_eq!(seen[2].field("if-none-match").as_deref(), Some(&b"\"2\""[..]));
    assert_eq!(seen[2].field("if-modified-since"), None);
    let read = polled.iter().filter(|one| one.body.is_some()).count();
    assert_eq!((read, polled.len()), (1, seen.len()));
}

#[tokio::test]
async fn we_say_who_we_are_and_carry_nothing_from_page_to_page() {
    let server = Server::start(|seen| {
        let reply = match seen.path().as_str() {
            "/a" => Reply::to(302, "/b?x=1#part"),
            _ => Reply::body("news"),
        };
        reply.with("Set-Cookie", "id=1; Path=/")
    })
    .await;
    let mut world = World::of(&server, &["/a"]);
    world.config.user_agent = poll::user_agent(Some("https://desk.example/bot"));
    world.run(HOUR).await;
    let seen = server.seen();
    assert_eq!(seen[1].path(), "/b?x=1");
    for request in seen {
        let agent = String::from_utf8(request.field("user-agent").unwrap()).unwrap();
        assert!(agent.starts_with("copytaster/") && agent.ends_with("(+https://desk.example/bot)"));
        let mut names = request.names();
        names.sort();
        assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
        let codings = request.field("accept-encoding").unwrap();
        assert_eq!(codings, b"gzip, br, zstd, deflate");
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn compressed_and_chunked_bodies_arrive_whole() {
    let text: Vec<u8> = (0..5000).flat_map(|n| format!("paragraph {n}\n").into_bytes()).collect();
    let (head, tail) = text.split_at(20_000);
    let members = [gzip(head), gzip(tail)].concat();
    let brotli = {
        use std::io::Write as _;
        let mut out = Vec::new();
        brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(&text).unwrap();
        out
    };
    let zstd = zstd::encode_all(&text[..], 3).unwrap();
    let plain = text.clone();
    let server = Server::start(move |seen| {
        let coded = |body: &[u8], coding: &str| Reply::body(body).with("Content-Encoding", coding);
        match seen.path().as_str() {
            "/plain" => Reply::body(plain.clone()).sent(Manner::Chunked(999)),
            "/gzip" => coded(&members, "gzip").sent(Manner::Chunked(777)),
            "/br" => coded(&brotli, "br"),
            "/zstd" => coded(&zstd, "zstd").sent(Manner::Chunked(50)),
            _ => coded(&gzip(&gzip(&plain)), "gzip, gzip"),
        }
    })
    .await;
    let mut world = World::of(&server, &["/plain", "/gzip", "/br", "/zstd", "/twice"]);
    let polled = world.run(MINUTE).await;
    assert_eq!(polled.len(), 5);
    for one in &polled {
        let id = one.batch.feed.id.as_str();
        if id == "twice" {
            let report = one.batch.report.as_ref().unwrap();
            assert!(one.body.is_none() && report.items == 0 && report.http == Some(200));
            assert!(one.batch.rejected[0].detail.contains("gzip, gzip"));
            continue;
        }
        let body = one.body.as_ref().unwrap();
        assert!(body.body == text, "{id}");
        assert!(id == "plain" || body.wire_bytes < 20_000, "{id}: {}", body.wire_bytes);
    }
}

#[tokio::test]
async fn hostile_answers_end_at_their_limit_and_cost_only_themselves() {
    let bomb = gzip(&vec![0_u8; 1_600_000]);
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/good" => Reply::body("news"),
        "/large" => Reply::body(vec![b'x'; 2_000_000]),
        "/endless" => {
            let chunk = [b"2000\r\n".to_vec(), vec![b'x'; 0x2000], b"\r\n".to_vec()].concat();
            let reply = Reply::body("").with("Transfer-Encoding", "chunked");
            reply.sent(Manner::Endless(chunk))
        }
        "/bomb" => Reply::body(bomb.clone()).with("Content-Encoding", "gzip"),
        "/silent" => Reply::body("").sent(Manner::Hold),
        "/drip" => {
            Reply::body(vec![b'x'; 3000]).sent(Manner::Drip(100, Duration::from_millis(400)))
        }
        "/headers" => {
            let head = b"HTTP/1.1 200 OK\r\n".to_vec();
            let fields: Vec<u8> =
                (0..5000).flat_map(|n| format!("X-{n}: y\r\n").into_bytes()).collect();
            Reply::body("").sent(Manner::Raw([head, fields].concat()))
        }
        "/cut" => Reply::body(vec![b'x'; 5000]).with("ETag", "\"never\"").sent(Manner::Cut(2500)),
        "/noise" => {
            Reply::body("").sent(Manner::Raw(b"\x16\x03\x01 what is this\r\n\r\n".to_vec()))
        }
        _ => Reply::body("").sent(Manner::Reset),
    })
    .await;
    let hostile = [
        ("/large", "fetch error (body over 1000000 bytes)"),
        ("/endless", "fetch error (body over 1000000 bytes)"),
        ("/bomb", "fetch error (body inflates more than 200 times)"),
        ("/silent", "read timeout"),
        ("/drip", "read timeout"),
        ("/headers", "connection error"),
        ("/cut", "connection error"),
        ("/noise", "connection error"),
        ("/reset", "connection error"),
    ];
    let mut paths: Vec<&str> = hostile.iter().map(|&(path, _)| path).collect();
    paths.push("/good");
    let mut world = World::of(&server, &paths);
    world.config.limits.first_byte = Duration::from_millis(500);
    world.config.limits.connect = Duration::from_millis(500);
    let polled = world.run(MINUTE).await;
    assert_eq!(polled.len(), paths.len());
    for (path, words) in hostile {
        let state = world.state(name(path));
        assert_eq!(state.last_error, words, "{path}");
        assert_eq!(state.validators.etag, None, "{path}");
        assert_eq!(state.health, Health::Flaky);
    }
    let good = polled.iter().find(|one| one.batch.feed.id.as_str() == "good").unwrap();
    assert_eq!(good.body.as_ref().unwrap().body, b"news");
    let reported = polled.iter().filter(|one| one.batch.report.is_some()).count();
    assert_eq!(reported, 3, "bodies refused whole are accounted for");
}

#[tokio::test]
async fn five_hops_are_followed_and_a_sixth_or_a_loop_is_not() {
    let server = Server::start(|seen| {
        let path = seen.path();
        match path.strip_prefix("/hop").and_then(|n| n.parse::<u32>().ok()) {
            Some(0) => Reply::body("news"),
            Some(n) => Reply::to(301, &format!("/hop{}", n - 1)),
            None => Reply::to(302, &path),
        }
    })
    .await;
    let mut world = World::of(&server, &["/hop5", "/hop6", "/loop"]);
    let polled = world.run(2 * MINUTE).await;
    assert_eq!(polled.len(), 3);
    for one in polled {
        let error = &one.batch.state.as_ref().unwrap().last_error;
        if one.batch.feed.id.as_str() == "hop5" {
            assert_eq!(one.body.unwrap().url.path(), "/hop0");
        } else {
            assert_eq!(error, "too many redirects");
        }
    }
    let loops = server.seen().iter().filter(|seen| seen.path() == "/loop").count();
    assert_eq!(loops, 6, "the request and five hops");
}

#[tokio::test]
async fn a_canary_inside_is_never_touched() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let port = canary.local_addr().unwrap().port();
    let targets = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0:{port}/"),
        "http://127.0.0.1/".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::1]:8080/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:70/".to_owned(),
    ];
    let redirects = targets.clone();
    let server = Server::start(move |seen| {
        let n: usize = name(&seen.path()).parse().unwrap();
        Reply::to(302, &redirects[n])
    })
    .await;
    // By redirect, and where the scheme allows it as the configured address itself.
    let mut feeds: Vec<Arc<Feed>> = (0..targets.len())
        .map(|n| feed(&format!("redirect-{n}"), server.url(&format!("/{n}"))))
        .collect();
    feeds.extend(
        targets
            .iter()
            .enumerate()
            .map(|(n, url)| feed(&format!("direct-{n}"), Url::parse(url).unwrap())),
    );
    let count = feeds.len();
    let polled = World::new(&[&server], feeds).run(5 * MINUTE).await;
    assert_eq!(polled.len(), count);
    for (error, one) in errors(&polled).iter().zip(&polled) {
        assert!(error.starts_with("bad URL ("), "{}: {error}", one.batch.feed.id);
    }
    assert!(canary.accept().is_err(), "nobody knocked");
}

#[tokio::test]
async fn a_name_is_allowed_by_its_own_entry_and_port_only() {
    let server = Server::start(|_| Reply::body("news")).await;
    let url = Url::parse(&format!("http://localhost:{}/a", server.port())).unwrap();
    let mut world = World::new(&[], vec![feed("a", url)]);
    world.config.allow_private = vec![format!("localhost:{}", server.port()).parse().unwrap()];
    assert_eq!(errors(&world.run(MINUTE).await), [""]);
    world.states.clear();
    world.config.allow_private = vec!["localhost:1".parse().unwrap()];
    assert!(errors(&world.run(MINUTE).await)[0].starts_with("bad URL ("));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn one_host_is_asked_one_thing_at_a_time_and_spaced() {
    let clock = Clock::Simulated(Simulated::starting(start()).until(after(HOUR)));
    let (times, watched) = (Arc::new(Mutex::new(Vec::new())), clock.clone());
    let noted = Arc::clone(&times);
    let server = Server::start(move |seen| {
        noted.lock().unwrap().push(watched.now());
        Reply::validated(seen, "news")
    })
    .await;
    let paths: Vec<String> = (0..30).map(|n| format!("/{n}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    World::of(&server, &paths).run_on(clock).await;
    let times = times.lock().unwrap();
    assert!(times.len() > 100, "{}", times.len());
    let gaps = times.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs());
    assert!(gaps.into_iter().all(|gap| gap >= 2));
    assert_eq!(server.busy_most(), 1);
}

#[tokio::test]
async fn side_by_side_fetches_still_keep_to_one_a_host() {
    let reply = || Reply::body("news").sent(Manner::Drip(40, Duration::from_millis(15)));
    let (a, b) = (Server::start(move |_| reply()).await, Server::start(move |_| reply()).await);
    let localhost = |n: u32| Url::parse(&format!("http://localhost:{}/{n}", b.port())).unwrap();
    let mut feeds: Vec<_> =
        (0..4).map(|n| feed(&format!("a{n}"), a.url(&format!("/{n}")))).collect();
    feeds.extend((0..4).map(|n| feed(&format!("b{n}"), localhost(n))));
    let mut world = World::new(&[&a, &b], feeds);
    world.config.host_spacing = Duration::ZERO;
    world.config.interval = Duration::from_secs(1);
    world.config.interval_min = Duration::from_secs(1);
    let mut run = Running::start(&world, Clock::System, 8);
    for _ in 0..8 {
        run.next().await;
    }
    assert_eq!((a.busy_most(), b.busy_most()), (1, 1));
    run.stop().await;
}

/// A poller on the machine's clock, whose batches are taken and committed by hand.
struct Running {
    batches: mpsc::Receiver<Polled>,
    committed: mpsc::Sender<Committed>,
    control: mpsc::Sender<Control>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Running {
    fn start(world: &World, clock: Clock, capacity: usize) -> Self {
        let states = world.states.clone();
        let poller = Poller::new(world.config.clone(), world.feeds.clone(), states, clock).unwrap();
        let (out, batches) = mpsc::channel(capacity);
        let (committed, commits) = mpsc::channel(1);
        let (control, orders) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(poll::run(poller, out, commits, orders, stop.clone()));
        Self { batches, committed, control, stop, tasks }
    }

    async fn next(&mut self) -> Polled {
        self.batches.recv().await.unwrap()
    }

    async fn commit(&self, polled: &Polled) {
        let feed = polled.batch.feed.id.clone();
        let state = polled.batch.state.clone().unwrap();
        self.committed.send(Committed { feed, state, new: None, overrun: false }).await.unwrap();
    }

    async fn stop(mut self) {
        self.stop.cancel();
        self.tasks.join_next().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn exactly_the_bounded_number_is_fetched_before_a_stuck_reader_stops_the_poller() {
    let server = Server::start(|_| Reply::body("news")).await;
    let paths: Vec<String> = (0..40).map(|n| format!("/{n}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut world = World::of(&server, &paths);
    world.config.in_flight = 5;
    world.config.host_in_flight = 5;
    world.config.host_spacing = Duration::ZERO;
    world.config.interval = Duration::from_secs(1);
    world.config.interval_min = Duration::from_secs(1);
    let mut run = Running::start(&world, Clock::System, 3);
    // Three in the queue and five places taken by batches that nobody takes.
    until(|| server.seen().len() == 8).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(server.seen().len(), 8, "a second and more after everything was due");
    run.next().await;
    until(|| server.seen().len() == 9).await;
    run.stop().await;
}

/// Waits for a condition that other tasks bring about.
async fn until(condition: impl Fn() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came true");
}

#[tokio::test]
async fn time_stands_still_until_the_batch_is_committed() {
    let server = Server::start(|_| Reply::body("news")).await;
    let world = World::of(&server, &["/a", "/b"]);
    let clock = Clock::simulated(start());
    let mut run = Running::start(&world, clock.clone(), 4);
    let first = run.next().await;
    let before = clock.now();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((server.seen().len(), clock.now()), (1, before));
    run.commit(&first).await;
    let second = run.next().await;
    assert_ne!(first.batch.feed.id, second.batch.feed.id);
    assert!(second.batch.fetched_at >= first.batch.fetched_at);
    run.stop().await;
}

#[tokio::test]
async fn stopping_takes_no_second_whatever_a_server_does() {
    let server = Server::start(|_| Reply::body("").sent(Manner::Hold)).await;
    let mut world = World::of(&server, &["/a"]);
    world.config.limits = Limits::default();
    let run = Running::start(&world, Clock::System, 1);
    until(|| !server.seen().is_empty()).await;
    tokio::time::timeout(Duration::from_secs(1), run.stop()).await.unwrap();
}

#[tokio::test]
async fn a_429_holds_the_whole_host_for_exactly_as_long_as_it_says() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(429).with("Retry-After", "7200"),
        _ => Reply::body("news"),
    })
    .await;
    let mut world = World::of(&server, &["/a", "/b", "/c"]);
    let polled = world.run(3 * HOUR).await;
    let first = &polled[0].batch;
    let due = first.state.as_ref().unwrap().next_due;
    assert_eq!(due.duration_since(first.fetched_at).as_secs(), 7200);
    assert_eq!(polled[1].batch.fetched_at, due);
    assert!(polled[1..].iter().all(|one| one.batch.fetched_at >= due));
}

#[tokio::test]
async fn a_hold_outlives_a_restart() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(429).with("Retry-After", "7200"),
        _ => Reply::body("news"),
    })
    .await;
    let mut world = World::of(&server, &["/a", "/b"]);
    world.run(30 * MINUTE).await;
    assert_eq!(server.seen().len(), 1);
    world.run(80 * MINUTE).await;
    assert_eq!(server.seen().len(), 1, "held since the first answer");
    world.run(20 * MINUTE).await;
    assert!(server.seen().len() > 1);
}

/// What a strict site owner sees in two days with a restart every five hours.
#[tokio::test]
async fn two_days_with_restarts_are_one_unconditional_request_and_no_early_one() {
    let ends = Arc::new(Mutex::new(Vec::new()));
    let server = Server::start(|seen: &Seen| {
        Reply::validated(seen, "news")
            .with("Cache-Control", "max-age=1200")
            .with("Set-Cookie", "a=b")
    })
    .await;
    let mut world = World::of(&server, &["/a", "/b"]);
    for _ in 0..10 {
        let polled = world.run(Duration::from_mins(288)).await;
        ends.lock().unwrap().extend(polled.into_iter().map(|one| one.batch));
    }
    for id in ["a", "b"] {
        let seen: Vec<_> =
            server.seen().into_iter().filter(|seen| name(&seen.path()) == id).collect();
        assert!(seen.len() > 100, "{}", seen.len());
        assert_eq!(seen.iter().filter(|seen| !seen.is_conditional()).count(), 1);
        assert!(seen.iter().all(|seen| seen.field("cookie").is_none()));
        let batches = ends.lock().unwrap();
        let mine: Vec<_> = batches.iter().filter(|batch| batch.feed.id.as_str() == id).collect();
        for pair in mine.windows(2) {
            assert!(pair[1].fetched_at >= pair[0].state.as_ref().unwrap().next_due);
            assert!(pair[1].fetched_at.duration_since(pair[0].fetched_at).as_secs() >= 1200);
        }
    }
}

#[tokio::test]
async fn a_withdrawn_feed_is_left_alone_for_a_week_and_welcomed_back() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::body("news"),
        1 => Reply::status(410),
        _ => Reply::body("more news"),
    })
    .await;
    let mut world = World::of(&server, &["/a"]);
    world.run(6 * DAY).await;
    assert_eq!((server.seen().len(), world.state("a").health), (2, Health::Gone));
    let polled = world.run(2 * DAY).await;
    assert_eq!(polled[0].batch.health.as_ref().unwrap().to, Health::Ok);
    assert!(polled[0].body.is_some());
}

#[tokio::test]
async fn a_feed_missing_for_a_month_is_still_asked_ever_more_rarely() {
    let server = Server::start(|_| Reply::status(404)).await;
    let mut world = World::of(&server, &["/a"]);
    world.run(30 * DAY).await;
    let asked = server.seen().len();
    assert!((50..400).contains(&asked), "{asked} requests in a month");
    assert_eq!(world.state("a").health, Health::Dormant);
    world.run(30 * DAY).await;
    assert!(server.seen().len() - asked >= 3, "probes go on");
}

#[tokio::test]
async fn a_permanent_move_is_followed_for_good_and_a_passing_one_is_not() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/moved" => Reply::to(301, "/home"),
        "/passing" => Reply::to(302, "/inn"),
        _ => Reply::validated(seen, "news"),
    })
    .await;
    let mut world = World::of(&server, &["/moved", "/passing"]);
    world.run(DAY + HOUR).await;
    let before = server.seen().len();
    world.run(6 * HOUR).await;
    let later = server.seen().split_off(before);
    let asked = |path: &str| later.iter().filter(|seen| seen.path() == path).count();
    assert_eq!((asked("/moved"), world.state("moved").health), (0, Health::Moved));
    assert!(asked("/home") >= 5);
    assert!(asked("/passing") >= 5 && asked("/passing") == asked("/inn"));
}

#[tokio::test]
async fn the_first_poll_alone_looks_back_a_day() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        Reply::body(format!("news {}", count.fetch_add(1, Ordering::SeqCst))).with("ETag", "\"e\"")
    })
    .await;
    let mut world = World::of(&server, &["/a"]);
    let polled = world.run(HOUR).await;
    let first = &polled[0].batch;
    assert_eq!(first.backfill_before, first.fetched_at.checked_sub(DAY).ok());
    assert!(polled.len() > 2 && polled[1..].iter().all(|one| one.batch.backfill_before.is_none()));
    world.states.clear();
    world.config.backfill = Backfill::All;
    assert_eq!(world.run(HOUR).await[0].batch.backfill_before, None);
}

#[tokio::test]
async fn a_simulated_day_is_the_same_every_time() {
    let paths: Vec<String> = (0..10).map(|n| format!("/{n}")).collect();
    let pages = paths.iter().map(|path| (path.clone(), path.clone().into_bytes()));
    let server = Server::fixed(pages).await;
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut days = Vec::new();
    for _ in 0..2 {
        let polled = World::of(&server, &paths).run(DAY).await;
        let day: Vec<_> = polled
            .iter()
            .map(|one| (one.batch.feed.id.clone(), one.batch.fetched_at, one.body.is_some()))
            .collect();
        assert!(day.len() > 800, "{}", day.len());
        days.push(day);
    }
    assert_eq!(days[0], days[1]);
}

#[tokio::test]
async fn feeds_come_and_go_while_it_runs_and_a_new_address_starts_anew() {
    let server = Server::start(|seen| Reply::validated(seen, seen.path())).await;
    let mut world = World::of(&server, &["/a", "/b"]);
    world.config.host_spacing = Duration::ZERO;
    let mut run = Running::start(&world, Clock::System, 4);
    for _ in 0..2 {
        let polled = run.next().await;
        run.commit(&polled).await;
    }
    let feeds = vec![feed("a", server.url("/elsewhere")), feed("c", server.url("/c"))];
    run.control.send(Control::Feeds(feeds)).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let polled = run.next().await;
        assert!(polled.batch.backfill_before.is_some());
        seen.push(polled.body.as_ref().unwrap().url.path().to_owned());
        run.commit(&polled).await;
    }
    seen.sort();
    assert_eq!(seen, ["/c", "/elsewhere"]);
    assert!(server.seen().iter().all(|seen| !seen.is_conditional()));
    run.stop().await;
}

#[tokio::test]
async fn what_a_reader_could_not_read_counts_as_a_failure_of_the_feed() {
    let server = Server::start(|_| Reply::body("<html>")).await;
    let world = World::of(&server, &["/a"]);
    let clock = Clock::simulated(start());
    let mut run = Running::start(&world, clock.clone(), 4);
    let mut last = None;
    for n in 1..=4 {
        let mut polled = run.next().await;
        let batch = &mut polled.batch;
        let state = batch.state.as_mut().unwrap();
        if polled.body.is_some() {
            batch.health = outcome::unreadable(&batch.feed, state, "html?", batch.fetched_at);
        }
        assert_eq!(state.failure_weight, 500 * n);
        let due = state.next_due;
        run.commit(&polled).await;
        assert!(last.is_none_or(|last| polled.batch.fetched_at == last), "by the due time told");
        last = Some(due);
    }
    run.stop().await;
}

#[tokio::test]
async fn a_busy_feed_is_asked_more_often_and_all_together_no_more_than_the_budget() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/busy" => {
            let n = count.fetch_add(1, Ordering::SeqCst);
            Reply::validated(seen, format!("news {n}"))
        }
        _ => Reply::validated(seen, "old news"),
    })
    .await;
    let mut world = World::of(&server, &["/busy", "/quiet", "/silent", "/still"]);
    world.run(2 * DAY).await;
    let before = server.seen().len();
    // A restart forgets nothing of it.
    world.run(2 * DAY).await;
    let later = server.seen().split_off(before);
    let asked = |path: &str| later.iter().filter(|seen| seen.path() == path).count();
    let budget = 4 * 2 * 96;
    assert!((budget * 3 / 4..budget * 11 / 10).contains(&later.len()), "{} asked", later.len());
    assert!(asked("/busy") > 3 * asked("/quiet"), "{} {}", asked("/busy"), asked("/quiet"));
    assert!(asked("/quiet") > 48, "hourly at least");
}

#[tokio::test]
async fn a_feed_with_its_own_interval_keeps_to_it() {
    let server = Server::start(|_| Reply::body("news")).await;
    let mut world = World::of(&server, &["/other"]);
    let own = Feed { interval: Some(10 * MINUTE), ..(*feed("own", server.url("/own"))).clone() };
    world.feeds.push(Arc::new(own));
    world.run(DAY).await;
    let asked = server.seen().iter().filter(|seen| seen.path() == "/own").count();
    assert!((136..=153).contains(&asked), "{asked} times in a day");
}

#[tokio::test]
async fn what_is_no_tls_and_what_refuses_a_connection_is_told_apart() {
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let open = plain.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        while stream.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
    });
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = |text: String| Url::parse(&text).unwrap();
    let mut world = World::new(
        &[],
        vec![
            feed("plain", url(format!("https://{open}/"))),
            feed("closed", url(format!("http://{closed}/"))),
        ],
    );
    world.config.allow_private = vec!["127.0.0.1".parse().unwrap()];
    world.run(MINUTE).await;
    assert_eq!(world.state("plain").last_error, "SSL error");
    assert_eq!(world.state("closed").last_error, "connection error");
}

#[tokio::test]
async fn one_look_at_one_feed_goes_the_same_way() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/a" => Reply::to(301, "/b"),
        _ => Reply::body("news"),
    })
    .await;
    let mut world = World::of(&server, &["/a"]);
    world.config.host_spacing = Duration::ZERO;
    let clock = Clock::simulated(start());
    let polled = poll::once(&world.config, Arc::clone(&world.feeds[0]), &clock).await.unwrap();
    assert_eq!(polled.body.unwrap().url.path(), "/b");
    world.config.allow_private.clear();
    let polled = poll::once(&world.config, Arc::clone(&world.feeds[0]), &clock).await.unwrap();
    assert!(polled.body.is_none() && polled.batch.health.is_some());
    assert_eq!(server.seen().len(), 2);
}
