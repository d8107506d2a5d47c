//! What the health stream says of a feed, from outside: the whole daemon against a server that has its moods.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use copytaster::telemetry::Count;
use serde_json::Value;

use crate::hours::Hours;
use crate::server::{Reply, Server};

const DAY: Duration = Duration::from_hours(24);

fn body(items: usize) -> String {
    let items: Vec<String> = (0..items)
        .rev()
        .take(20)
        .map(|n| {
            format!(
                "<item><guid isPermaLink=\"false\">b{n}</guid><title>Bulletin {n}</title><description>The pilot of \
                 ward {n} logged {} knots and {} swans.</description></item>",
                n * 37 % 101,
                n * 7919 % 9973
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>Pilots</title>{}</channel></rss>", items.concat())
}

/// From, to and reason of each change.
fn changes(hours: &Hours) -> Vec<(String, String, String)> {
    let text = |record: &Value, key: &str| record[key].as_str().unwrap().to_owned();
    hours
        .of_type("health.changed")
        .iter()
        .map(|record| (text(record, "from"), text(record, "to"), text(record, "reason")))
        .collect()
}

fn change(from: &str, to: &str, reason: &str) -> (String, String, String) {
    (from.to_owned(), to.to_owned(), reason.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_used_to_bring_news_and_falls_silent_is_said_to_be_and_asked_on() {
    let items = Arc::new(AtomicUsize::new(1));
    let (carried, is_silent) = (Arc::clone(&items), Arc::new(AtomicUsize::new(0)));
    let silent = Arc::clone(&is_silent);
    let server = Server::start(move |seen| {
        let n = if silent.load(Ordering::SeqCst) == 0 {
            carried.fetch_add(1, Ordering::SeqCst)
        } else {
            carried.load(Ordering::SeqCst) - 1
        };
        Reply::validated(seen, body(n))
    })
    .await;
    let feed = Hours::feed(&server, "pilots", "interval = \"4h\"");
    let mut hours = Hours::new(&[&server], &format!("backfill = \"all\"\n{feed}"));
    hours.run(8 * DAY).await;
    is_silent.store(1, Ordering::SeqCst);
    hours.run(Duration::from_hours(50)).await;
    assert_eq!(changes(&hours), [change("new", "ok", "working")]);
    // A restart forgets nothing of the silence.
    hours.run(4 * DAY).await;
    let before = server.seen().len();
    hours.run(4 * DAY).await;
    let asked = server.seen().len() - before;
    assert!((22..=26).contains(&asked), "{asked} polls in four days, as many as ever");
    assert_eq!(hours.state("pilots").last_error, "silent for 10 d");
    is_silent.store(0, Ordering::SeqCst);
    hours.run(Duration::from_hours(9)).await;
    assert_eq!(
        changes(&hours),
        [
            change("new", "ok", "working"),
            change("ok", "flaky", "silent for 3 d"),
            change("flaky", "ok", "news again"),
        ]
    );
    let summary = hours.counters.summary();
    assert_eq!((summary.of(Count::HealthChanges), summary.of(Count::PollsFailed)), (3, 0));
    hours.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_in_the_place_of_a_feed_are_named_and_their_defects_stand_with_the_change() {
    let asked = AtomicUsize::new(0);
    let page = "<!DOCTYPE html><html><head><title>Before you continue</title></head><body><p>Accept.</body></html>";
    let wall = "<html><body><form id=\"captcha\">Who are you?</form></body></html>";
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 | 3 => Reply::body(body(4)),
        1 => Reply::body(page).with("Content-Type", "text/html"),
        2 => Reply::body(wall).with("Content-Type", "text/html"),
        4 => Reply::body("<rss version=\"2.0\"><channel>"),
        _ => Reply::body(body(6)),
    })
    .await;
    let feed = Hours::feed(&server, "pilots", "interval = \"1h\"");
    let mut hours = Hours::new(&[&server], &format!("backfill = \"all\"\n{feed}"));
    hours.run(Duration::from_hours(10)).await;
    let found = changes(&hours);
    assert_eq!(
        found[..4],
        [
            change("new", "ok", "working"),
            change("ok", "flaky", "parse error (html?)"),
            change("flaky", "blocked", "parse error (captcha)"),
            change("blocked", "ok", "working"),
        ],
        "{found:#?}"
    );
    for record in hours.of_type("health.changed").iter().filter(|r| r["to"] != "ok") {
        assert!(!record["defects"].as_array().unwrap().is_empty(), "{record}");
    }
    assert_eq!(hours.told().len(), 6);
    hours.verify();
}

/// A wall that is another page each time is the same wall: no record says that it fell.
#[tokio::test(flavor = "multi_thread")]
async fn unreadable_bodies_that_differ_are_one_failure() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::body(body(4)),
        n @ 1..=5 => Reply::body(format!(
            "<html><body><form id=\"captcha\">Ray {n}, who are you?</form></body></html>"
        ))
        .with("Content-Type", "text/html"),
        n => Reply::body(body(n)),
    })
    .await;
    let feed = Hours::feed(&server, "pilots", "interval = \"1h\"");
    let mut hours = Hours::new(&[&server], &format!("backfill = \"all\"\n{feed}"));
    hours.run(DAY).await;
    let found = changes(&hours);
    assert_eq!(
        found,
        [
            change("new", "ok", "working"),
            change("ok", "blocked", "parse error (captcha)"),
            change("blocked", "ok", "working"),
        ],
        "{found:#?}"
    );
    hours.verify();
}

/// Failures of one kind, each once, with what they are called and weigh.
#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_a_server_has_its_name_and_its_weight() {
    for (status, weight, to) in [
        (400, 1_000, "flaky"),
        (401, 1_000, "blocked"),
        (403, 1_000, "blocked"),
        (404, 500, "flaky"),
        (410, 1_000, "gone"),
        (429, 500, "flaky"),
        (451, 1_000, "flaky"),
        (500, 500, "flaky"),
        (503, 500, "flaky"),
        (599, 500, "flaky"),
    ] {
        let server = Server::start(move |_| Reply::status(status)).await;
        let feed = Hours::feed(&server, "pilots", "interval = \"12h\"");
        let mut hours = Hours::new(&[&server], &feed);
        hours.run(Duration::from_hours(1)).await;
        assert_eq!(changes(&hours), [change("new", to, &format!("HTTP {status}"))]);
        assert_eq!(hours.state("pilots").failure_weight, weight, "{status}");
        assert_eq!(hours.of_type("health.changed")[0]["http"], status);
    }
}
