//! What the poller promises, and where each promise is tested.
//!
//! | behaviour | tests |
//! |---|---|
//! | validators verbatim: `W/`, unquoted, 2 KB, odd date | `poll::validators_are_sent_back_byte_for_byte` |
//! | same body under a new `ETag`; a validator that is gone | `poll::an_equal_body_with_another_etag_moves_the_etag_and_a_lost_date_is_not_sent`, `poll::outcome` units |
//! | max-age on 304; a year, negative, garbage | [`freshness_of_a_304_is_heeded_and_nonsense_is_not`], `poll::politeness` units |
//! | a 304 for ever | [`a_server_that_says_304_for_ever_is_found_out_in_8_to_12_days`] |
//! | Retry-After in all its forms, 429 and 503 | [`retry_after_sets_the_very_moment_in_every_form`], `poll::a_429_holds_the_whole_host_for_exactly_as_long_as_it_says`, `poll::a_hold_outlives_a_restart` |
//! | 301 adopted, 302 never, loops, six hops, downgrade | `poll::a_permanent_move_is_followed_for_good_and_a_passing_one_is_not`, `poll::five_hops_are_followed_and_a_sixth_or_a_loop_is_not`, `poll::outcome` units, `poll::address` units (https to http) |
//! | 410 silent for a week; 404 for a month | `poll::a_withdrawn_feed_is_left_alone_for_a_week_and_welcomed_back`, `poll::a_feed_missing_for_a_month_is_still_asked_ever_more_rarely`, [`a_feed_that_was_missing_for_a_month_comes_back_without_telling_anything_twice`] |
//! | `kill -9`: nothing lost or twice, no poll before its time | `kill9`, `durability`, [`after_a_kill_nobody_is_asked_before_the_time_that_was_stored`] |
//! | a thousand feeds on one host; fair among hosts | [`a_thousand_feeds_on_one_host_are_asked_one_by_one_and_spaced`], `poll::side_by_side_fetches_still_keep_to_one_a_host`, `poll::schedule` units, `backlog` |
//! | half of a thousand real hosts hang; an hour's outage is no burst | `backlog`, `poll::pace` units |
//! | slow loris, endless bodies and headers, bombs, members of a gzip | `poll::hostile_answers_end_at_their_limit_and_cost_only_themselves`, `poll::compressed_and_chunked_bodies_arrive_whole`, `poll::inflate` units, [`endless_bodies_and_bombs_do_not_fill_the_memory`] |
//! | private addresses: every edge of every range, odd literals, redirects, names | `poll::address` units, `poll::a_canary_inside_is_never_touched`, `poll::a_name_is_allowed_by_its_own_entry_and_port_only` |
//! | private addresses: a name with mixed answers, links in a feed's text | `poll::address` units (`one_private_answer_refuses_the_name`), [`what_a_feed_names_in_its_text_is_never_fetched`] |
//! | charset, dates, the parser never dies, one bad item | `parse` units, `breaker` |
//! | guids that flip, repeat, are used again or are not there | `identity` |
//! | adaptive interval | `poll::interval` units, `poll::a_busy_feed_is_asked_more_often_and_all_together_no_more_than_the_budget` |
//! | politeness over two days with restarts | `polite` |
//! | a clock that jumps by an hour or ten years | [`a_clock_that_jumps_brings_no_storm_and_no_standstill`] |
//! | health: names, weights, silence, pages in the place of a feed | `health`, `poll::outcome` units |
//!
//! `WebSub` is not spoken, so nothing of it is promised.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copytaster::clock::{Clock, Simulated};
use copytaster::news::{Feed, FeedId, Health};
use copytaster::store::{self, Store};
use jiff::{SignedDuration, Timestamp};

use crate::hours::Hours;
use crate::poll::{DAY, HOUR, MINUTE, World, feed, start};
use crate::server::{Manner, Reply, Server};

/// Ends the process it holds, also when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn rss(items: std::ops::Range<usize>) -> String {
    let items: Vec<String> = items
        .rev()
        .map(|n| {
            format!(
                "<item><guid isPermaLink=\"false\">n{n}</guid><title>Net {n}</title><description>Trawler {n} landed \
                 {} crates of cod.</description></item>",
                n * 7919 % 9973
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>Nets</title>{}</channel></rss>", items.concat())
}

#[tokio::test]
async fn freshness_of_a_304_is_heeded_and_nonsense_is_not() {
    // Seconds between the 304 and the next request; the interval is a quarter of an hour.
    let usual = 855..=946;
    for (fresh, least, most) in [
        ("max-age=7200", 7200, 7200),
        ("max-age=\"7200\"", 7200, 7200),
        ("max-age=31536000", 86_400, 86_400),
        ("max-age=99999999999999999999", 86_400, 86_400),
        ("max-age=-60", *usual.start(), *usual.end()),
        ("max-age=soon", *usual.start(), *usual.end()),
        ("max-age=7200, no-cache", *usual.start(), *usual.end()),
        ("", *usual.start(), *usual.end()),
    ] {
        let server = Server::start(move |seen| {
            let reply = Reply::validated(seen, "news");
            if seen.is_conditional() { reply.with("Cache-Control", fresh) } else { reply }
        })
        .await;
        let mut world = World::new(&[&server], vec![]);
        let own = feed("a", server.url("/a"));
        let own = Feed { interval: Some(15 * MINUTE), ..(*own).clone() };
        world.feeds.push(Arc::new(own));
        let polled = world.run(2 * DAY).await;
        let times: Vec<Timestamp> = polled.iter().map(|one| one.batch.fetched_at).collect();
        let rest = times[2].duration_since(times[1]).as_secs();
        assert!((least..=most).contains(&rest), "{fresh}: {rest} s");
        assert!(server.seen().iter().skip(1).all(crate::server::Seen::is_conditional));
    }
}

#[tokio::test]
async fn a_server_that_says_304_for_ever_is_found_out_in_8_to_12_days() {
    let server = Server::start(|seen| {
        let reply = if seen.is_conditional() { Reply::status(304) } else { Reply::body("news") };
        reply.with("ETag", "\"for ever\"")
    })
    .await;
    let mut world = World::of(&server, &["/a"]);
    let mut found = Vec::new();
    for day in 0..30 {
        let before = server.seen().len();
        world.run(DAY).await;
        let whole = server.seen()[before..].iter().filter(|seen| !seen.is_conditional()).count();
        found.extend(std::iter::repeat_n(day, whole));
    }
    // The first request, then one in each 8 to 12 days.
    assert_eq!(found[0], 0);
    let gaps: Vec<i32> = found.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() >= 2 && gaps.iter().all(|gap| (8..=12).contains(gap)), "{found:?}");
}

#[tokio::test]
async fn retry_after_sets_the_very_moment_in_every_form() {
    let usual = 855 * 3 / 2;
    for status in [429, 503] {
        for (retry_after, wait) in [
            ("7200", Some(7200)),
            ("Sat, 16 Aug 2025 12:00:00 GMT", Some(12 * 3600)),
            ("Friday, 15-Aug-25 10:00:00 GMT", None),
            ("400000", Some(86_400)),
            ("-1", None),
            ("next week", None),
        ] {
            let asked = AtomicUsize::new(0);
            let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
                0 => Reply::status(status).with("Retry-After", retry_after),
                _ => Reply::body("news"),
            })
            .await;
            let mut world = World::of(&server, &["/a", "/b"]);
            // Exactly at midnight, so that dates are exact too.
            world.config.interval = 15 * MINUTE;
            let polled = world.run(2 * DAY).await;
            let (first, rest) = polled.split_first().unwrap();
            let due = first.batch.state.as_ref().unwrap().next_due;
            let said = due.duration_since(first.batch.fetched_at).as_secs();
            let what = format!("{status} {retry_after}: {said} s");
            // A date that is past asks for nothing.
            let is_held = status == 429 && !retry_after.contains("15-Aug");
            match wait {
                // The date counts from midnight, and the first poll is some milliseconds later.
                Some(wait) => assert!((wait - 2..=wait).contains(&said), "{what}"),
                // A 429 that cannot be understood is one without a time: an hour or two.
                None if is_held => {
                    assert!((3600..=7201).contains(&said), "{what}");
                }
                None => assert!((usual..=usual * 12 / 10).contains(&said), "{what}"),
            }
            let of = |id: &str| {
                let mine = rest.iter().find(|one| one.batch.feed.id.as_str() == id);
                mine.unwrap().batch.fetched_at
            };
            let name = first.batch.feed.id.as_str();
            let other = if name == "a" { "b" } else { "a" };
            // Exactly then, but for the spacing behind the other feed.
            let late = of(name).duration_since(due).as_secs();
            assert!((0..=2).contains(&late), "{what}: {late} s late");
            // The whole host waits for a 429, and nobody else for a 503.
            assert_eq!(of(other) >= due, is_held, "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_was_missing_for_a_month_comes_back_without_telling_anything_twice() {
    let is_missing = Arc::new(AtomicUsize::new(0));
    let missing = Arc::clone(&is_missing);
    let server = Server::start(move |seen| match missing.load(Ordering::SeqCst) {
        0 => Reply::validated(seen, rss(0..5)),
        1 => Reply::status(404),
        _ => Reply::validated(seen, rss(2..8)),
    })
    .await;
    let feed = Hours::feed(&server, "nets", "interval = \"2h\"");
    let mut hours = Hours::new(&[&server], &format!("backfill = \"24h\"\n{feed}"));
    hours.run(DAY).await;
    is_missing.store(1, Ordering::SeqCst);
    hours.run(30 * DAY).await;
    assert_eq!(hours.state("nets").last_error, "HTTP 404");
    is_missing.store(2, Ordering::SeqCst);
    hours.run(8 * DAY).await;
    assert_eq!(hours.state("nets").health, Health::Ok);
    let mut told = hours.told();
    told.sort();
    let all: Vec<String> = (0..8).map(|n| format!("Net {n}")).collect();
    assert_eq!(told, all);
    hours.verify();
}

#[tokio::test]
async fn a_thousand_feeds_on_one_host_are_asked_one_by_one_and_spaced() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let end = start().checked_add(HOUR).unwrap();
    let clock = Clock::Simulated(Simulated::starting(start()).until(end));
    let (noted, watched) = (Arc::clone(&times), clock.clone());
    let server = Server::start(move |seen| {
        noted.lock().unwrap().push((watched.now(), seen.path()));
        Reply::validated(seen, "news")
    })
    .await;
    let paths: Vec<String> = (0..1000).map(|n| format!("/{n}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    World::of(&server, &paths).run_on(clock).await;
    let times = times.lock().unwrap();
    let gap = |pair: &[(Timestamp, String)]| pair[1].0.duration_since(pair[0].0);
    assert!(times.windows(2).all(|pair| gap(pair) >= SignedDuration::from_secs(2)));
    assert_eq!(server.busy_most(), 1);
    // The line is full for the whole hour, and everybody comes to their turn before anybody comes again.
    assert!(times.len() >= 1700, "{}", times.len());
    let first: std::collections::BTreeSet<&String> =
        times.iter().take(1000).map(|(_, path)| path).collect();
    assert_eq!(first.len(), 1000);
}

#[tokio::test]
async fn a_clock_that_jumps_brings_no_storm_and_no_standstill() {
    let years = SignedDuration::from_hours(10 * 365 * 24);
    let hour = SignedDuration::from_hours(1);
    for jump in [hour, -hour, years, -years] {
        let simulated = Simulated::starting(start());
        let clock =
            Clock::Simulated(simulated.clone().until("2060-01-01T00:00:00Z".parse().unwrap()));
        let times = Arc::new(Mutex::new(Vec::new()));
        let (noted, watched) = (Arc::clone(&times), clock.clone());
        let server = Server::start(move |seen| {
            let mut noted = noted.lock().unwrap();
            noted.push((watched.now(), seen.path()));
            // Somebody sets the clock while the hundredth request is under way.
            if noted.len() == 100 {
                simulated.set(watched.now().checked_add(jump).unwrap());
            }
            Reply::validated(seen, "news")
        })
        .await;
        let paths = ["/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7"];
        let mut world = World::of(&server, &paths);
        for feed in &mut world.feeds {
            *feed = Arc::new(Feed { interval: Some(15 * MINUTE), ..(**feed).clone() });
        }
        world.run_until(clock, 400).await;
        let times = times.lock().unwrap();
        let (before, after) = times.split_at(100);
        let jumped = after[0].0.duration_since(before[99].0);
        assert_eq!(jumped > SignedDuration::ZERO, jump > SignedDuration::ZERO, "{jump}");
        let gap = |pair: &[(Timestamp, String)]| pair[1].0.duration_since(pair[0].0);
        assert!(after.windows(2).all(|pair| gap(pair) >= SignedDuration::from_secs(2)), "{jump}");
        // Everybody goes on: three hundred requests of eight feeds are some nine hours.
        let took = after[after.len() - 1].0.duration_since(after[0].0);
        assert!((8..=11).contains(&took.as_hours()), "{jump}: {took}");
        for path in paths {
            let asked = after.iter().filter(|(_, asked)| asked == path).count();
            assert!((34..=42).contains(&asked), "{jump}: {path} {asked} times");
        }
    }
}

/// A daemon of its own on the machine's clock.
fn daemon(dir: &std::path::Path, config: &str) -> Running {
    std::fs::write(dir.join("copytaster.toml"), config).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_copytaster"));
    command.args(["run", "-c", "copytaster.toml"]).current_dir(dir);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Running(command.spawn().expect("started"))
}

fn configuration(server: &Server, more: &str, feeds: &[String]) -> String {
    format!(
        "[store]\npath = \"desk.db\"\n[output]\ndir = \"out\"\n[poll]\nallow_private = [\"127.0.0.1:{}\"]\n{more}\n{}",
        server.port(),
        feeds.concat()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_nobody_is_asked_before_the_time_that_was_stored() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let count = AtomicUsize::new(0);
    let server = Server::start(move |seen| {
        noted.lock().unwrap().push((seen.path(), Clock::System.now()));
        Reply::body(rss(0..count.fetch_add(1, Ordering::SeqCst) + 1))
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let feeds: Vec<String> =
        ["a", "b", "c"].iter().map(|id| Hours::feed(&server, id, "interval = \"2s\"")).collect();
    let more = "interval_min = \"1s\"\nhost_spacing = \"0s\"";
    let config = configuration(&server, more, &feeds);
    let mut bounds = 0;
    for kill in 0..6_u64 {
        let daemon = daemon(dir.path(), &config);
        tokio::time::sleep(Duration::from_millis(1_500 + kill * 370 % 1_100)).await;
        drop(daemon);
        let states = {
            let config =
                store::Config { path: dir.path().join("desk.db"), ..store::Config::default() };
            Store::open(&config).unwrap().feeds().unwrap()
        };
        let before = asked.lock().unwrap().len();
        let next = self::daemon(dir.path(), &config);
        tokio::time::sleep(Duration::from_millis(2_600)).await;
        drop(next);
        let asked = asked.lock().unwrap();
        for id in ["a", "b", "c"] {
            let Some(state) = states.get(&FeedId::new(id)) else { continue };
            let path = format!("/{id}");
            if let Some((_, at)) = asked[before..].iter().find(|(asked, _)| *asked == path) {
                assert!(*at >= state.next_due, "{id}: {at} before {}", state.next_due);
                bounds += 1;
            }
        }
    }
    assert!(bounds >= 6, "{bounds} bounds were put to the test");
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_bodies_and_bombs_do_not_fill_the_memory() {
    const GIB: u64 = 1 << 30;
    let zeros = || std::io::Read::take(std::io::repeat(0), GIB);
    let zstd =
        tokio::task::spawn_blocking(move || zstd::encode_all(zeros(), 1).unwrap()).await.unwrap();
    assert!(zstd.len() < 1 << 20, "{}", zstd.len());
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/bomb" => Reply::body(zstd.clone()).with("Content-Encoding", "zstd"),
        "/endless" => {
            let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
            let reply = Reply::body("").with("Transfer-Encoding", "chunked");
            reply.sent(Manner::Endless(chunk))
        }
        "/announced" => Reply::body("").sent(Manner::Raw(
            format!("HTTP/1.1 200 OK\r\nContent-Length: {GIB}\r\n\r\n").into_bytes(),
        )),
        "/headers" => {
            let fields: Vec<u8> =
                (0..100_000).flat_map(|n| format!("X-{n}: y\r\n").into_bytes()).collect();
            Reply::body("").sent(Manner::Raw([b"HTTP/1.1 200 OK\r\n".to_vec(), fields].concat()))
        }
        _ => Reply::validated(seen, rss(0..10)),
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let feeds: Vec<String> = ["bomb", "endless", "announced", "headers", "good"]
        .iter()
        .map(|id| Hours::feed(&server, id, "interval = \"1s\""))
        .collect();
    let more = "interval_min = \"1s\"\nhost_in_flight = 5\nhost_spacing = \"0s\"";
    let running = daemon(dir.path(), &configuration(&server, more, &feeds));
    let asked = |path: &str| server.seen().iter().filter(|seen| seen.path() == path).count();
    for _ in 0..600 {
        if ["/bomb", "/endless", "/headers", "/announced"].iter().all(|path| asked(path) >= 2)
            && asked("/good") >= 3
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(asked("/bomb") >= 2 && asked("/endless") >= 2 && asked("/good") >= 3);
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.0.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("peak memory under bombs: {} MB", peak / 1024);
    assert!(peak < 150 * 1024, "{peak} KB");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_feed_names_in_its_text_is_never_fetched() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let inside = format!("http://{}", canary.local_addr().unwrap());
    let named = inside.clone();
    let server = Server::start(move |_| {
        let at = &named;
        let text = format!(
            "<?xml version=\"1.0\"?><?xml-stylesheet href=\"{at}/style.xsl\"?><!DOCTYPE rss [<!ENTITY x SYSTEM \"{at}/entity\">]>\
             <rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">\
             <channel><title>Nets</title><link>{at}/</link><atom:link rel=\"hub\" href=\"{at}/hub\"/>\
             <atom:link rel=\"self\" href=\"{at}/self\"/><atom:link rel=\"next\" href=\"{at}/next\"/>\
             <itunes:new-feed-url>{at}/new</itunes:new-feed-url><image><url>{at}/icon.png</url></image>\
             <cloud domain=\"127.0.0.1\" port=\"80\" path=\"/x\" registerProcedure=\"\" protocol=\"xml-rpc\"/>\
             <item><title>Cod &x;</title><link>{at}/item</link><enclosure url=\"{at}/e.mp3\" length=\"1\" type=\"audio/mpeg\"/>\
             <description>&lt;img src=\"{at}/i.png\"&gt; Trawlers landed cod.</description><source url=\"{at}/source\">Other</source>\
             <comments>{at}/comments</comments></item></channel></rss>"
        );
        Reply::body(text)
            .with("Link", format!("<{at}/hub>; rel=\"hub\", <{at}/self>; rel=\"self\""))
            .with("Refresh", format!("0; url={at}/refresh"))
            .with("Alt-Svc", "h2=\"127.0.0.1:443\"")
            .with("Content-Location", format!("{at}/located"))
    })
    .await;
    let feed = Hours::feed(&server, "nets", "");
    let mut hours = Hours::new(&[&server], &format!("backfill = \"all\"\n{feed}"));
    hours.run(DAY).await;
    assert_eq!(hours.told().len(), 1);
    assert!(server.seen().len() > 20);
    assert!(server.seen().iter().all(|seen| seen.path() == "/nets"));
    assert!(canary.accept().is_err(), "somebody knocked at {inside}");
}
