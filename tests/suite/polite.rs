//! The politeness score: 48 hours and ten runs against a site owner who writes down every request and forgives nothing.
//!
//! `cargo test -- --nocapture politeness` prints it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copytaster::clock::Clock;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::hours::Hours;
use crate::server::{Reply, Seen, Server};

/// Runs in 48 hours; the last but one stop comes in the middle of an hour, like all others.
const RUNS: u32 = 10;

/// Hours that the skipping feed asks to be left alone in, in GMT.
const SKIPPED: [i8; 6] = [1, 2, 3, 4, 5, 13];

/// What one path was asked, and when it may be asked again by what its answer said.
#[derive(Default)]
struct Ledger {
    requests: usize,
    unconditional: usize,
    not_before: Option<Timestamp>,
}

/// What the owner holds against us.
#[derive(Debug, Default, PartialEq, Eq)]
struct Score {
    early: Vec<String>,
    crowded: usize,
    cookies: usize,
    referers: usize,
    strangers: usize,
}

#[derive(Default)]
struct Owner {
    pages: BTreeMap<String, Ledger>,
    last: Option<Timestamp>,
    score: Score,
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

impl Owner {
    /// Notes a request, answers it, and notes what the answer asks for.
    fn answer(&mut self, seen: &Seen, now: Timestamp) -> Reply {
        let path = seen.path();
        let page = self.pages.entry(path.clone()).or_default();
        page.requests += 1;
        page.unconditional += usize::from(!seen.is_conditional());
        if page.not_before.is_some_and(|bound| now < bound) {
            self.score.early.push(format!("{path} at {now}"));
        }
        let hour = TimeZone::UTC.to_datetime(now).hour();
        if path == "/skip" && page.requests > 1 && SKIPPED.contains(&hour) {
            self.score.early.push(format!("{path} in hour {hour}"));
        }
        let crowded =
            self.last.replace(now).is_some_and(|last| now - last < SignedDuration::from_secs(2));
        self.score.crowded += usize::from(crowded);
        self.score.cookies += usize::from(seen.field("cookie").is_some());
        self.score.referers += usize::from(seen.field("referer").is_some());
        let agent = seen.field("user-agent").unwrap_or_default();
        let is_ours = String::from_utf8_lossy(&agent).contains("(+https://desk.example/about)");
        self.score.strangers += usize::from(!is_ours);
        let n = page.requests;
        let (reply, wait) = reply(seen, &path, n, now);
        page.not_before = now.checked_add(wait).ok();
        reply.with("Set-Cookie", "visitor=1; Path=/; Max-Age=999999")
    }
}

/// The answer to the n-th request of a path, and the time for which it asks not to be asked again.
fn reply(seen: &Seen, path: &str, n: usize, now: Timestamp) -> (Reply, SignedDuration) {
    let wants = match path {
        "/ttl" => "<ttl>45</ttl>".to_owned(),
        "/period" => {
            "<sy:updatePeriod xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">hourly\
             </sy:updatePeriod>"
                .to_owned()
        }
        "/skip" => {
            let hours: Vec<String> =
                SKIPPED.iter().map(|hour| format!("<hour>{hour}</hour>")).collect();
            format!("<skipHours>{}</skipHours>", hours.concat())
        }
        _ => String::new(),
    };
    // News come every five hours.
    let edition = now.as_second() / 18_000;
    let body = format!(
        "<rss version=\"2.0\"><channel><title>Strict</title>{wants}<item><guid isPermaLink=\"false\">e{edition}</guid>\
         <title>Edition {edition}</title><description>The lamp of pier {edition} was lit.</description></item></channel></rss>"
    );
    let good = || Reply::validated(seen, body.clone());
    match path {
        "/fresh" => (good().with("Cache-Control", "max-age=2400"), minutes(40)),
        "/aged" => {
            let reply = good().with("Cache-Control", "public, max-age=3600").with("Age", "600");
            (reply, minutes(50))
        }
        "/ttl" => (good(), minutes(45)),
        "/period" => (good(), minutes(60)),
        "/busy" if n % 10 == 5 => (Reply::status(503).with("Retry-After", "5400"), minutes(90)),
        "/shut" if n % 10 == 5 => (Reply::status(429).with("Retry-After", "7200"), minutes(120)),
        "/own" => (good(), SignedDuration::from_secs(10 * 57)),
        "/dated" => {
            let date = "Mon, 01 Sep 2025 00:00:00 GMT";
            let is_known = seen.field("if-modified-since").as_deref() == Some(date.as_bytes());
            let reply = if is_known { Reply::status(304) } else { Reply::body(body) };
            (reply.with("Last-Modified", date), minutes(0))
        }
        // Nothing is asked for: the shortest interval that the configuration allows.
        _ => (good(), SignedDuration::from_secs(5 * 57)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_politeness_of_two_days_with_restarts_leaves_nothing_to_forgive() {
    let owner = Arc::new(Mutex::new(Owner::default()));
    let clock: Arc<Mutex<Arc<Mutex<Clock>>>> = Arc::default();
    let (noted, watched) = (Arc::clone(&owner), Arc::clone(&clock));
    let server = Server::start(move |seen| {
        let now = watched.lock().unwrap().lock().unwrap().now();
        noted.lock().unwrap().answer(seen, now)
    })
    .await;
    let paths = ["fresh", "aged", "ttl", "period", "skip", "busy", "shut", "own", "dated", "plain"];
    let feeds: Vec<String> = paths
        .iter()
        .map(|id| Hours::feed(&server, id, if *id == "own" { "interval = \"10m\"" } else { "" }))
        .collect();
    let agent = "user_agent = \"copytaster/1 (+https://desk.example/about)\"";
    let mut hours = Hours::new(&[&server], &format!("{agent}\n{}", feeds.concat()));
    *clock.lock().unwrap() = Arc::clone(&hours.clock);
    for _ in 0..RUNS {
        hours.run(Duration::from_hours(48) / RUNS).await;
    }
    hours.verify();
    let owner = owner.lock().unwrap();
    let requests: usize = owner.pages.values().map(|page| page.requests).sum();
    let most = owner.pages.values().map(|page| page.unconditional).max().unwrap();
    let score = &owner.score;
    println!(
        "politeness: 48 h, {RUNS} runs, {} feeds, {requests} requests: {most} unconditional a feed, {} early, {} crowded, \
         {} cookies, {} referers, {} under another name",
        owner.pages.len(),
        score.early.len(),
        score.crowded,
        score.cookies,
        score.referers,
        score.strangers
    );
    assert_eq!(owner.pages.len(), paths.len());
    for (path, page) in &owner.pages {
        assert_eq!(page.unconditional, 1, "{path}");
        assert!(page.requests >= 15, "{path}: {}, the score of nobody", page.requests);
    }
    assert_eq!(*score, Score::default());
}
