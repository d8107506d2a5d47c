//! A body that kills the process does it once; one that was merely being read when the process was killed is read.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::desk::{Desk, end};
use crate::server::{Reply, Server};

const POISON: &str = "hemlock";

/// Two feeds of one host: `good` grows with each request, `bad` holds the word that does harm.
async fn desk() -> Desk {
    let answered = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |seen| {
        if seen.path() == "/bad" {
            return Reply::body(feed("bad", &[POISON.to_owned()]));
        }
        let n = answered.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let words: Vec<String> = (0..=n).map(|n| format!("pier {n}")).collect();
        Reply::body(feed("good", &words))
    })
    .await;
    let feeds = ["good", "bad"].map(|id| {
        let url = server.url(&format!("/{id}"));
        format!("[[feed]]\nid = \"{id}\"\nurl = \"{url}\"\ninterval = \"1s\"\n")
    });
    Desk::new(server, &format!("host_spacing = \"0s\"\n{}", feeds.concat()))
}

fn feed(id: &str, words: &[String]) -> String {
    let items: Vec<String> = words
        .iter()
        .map(|word| {
            format!(
                "<item><guid isPermaLink=\"false\">{id}-{word}</guid><title>The {word} was painted</title>\
                 <description>Two painters from {word} brought green paint.</description></item>"
            )
        })
        .collect();
    let items = items.concat();
    format!("<rss version=\"2.0\"><channel><title>{id}</title>{items}</channel></rss>")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_aborts_the_process_does_so_once_and_then_goes_to_quarantine() {
    let desk = desk().await;
    let poison = format!("abort:{POISON}");
    let first = end(desk.start("COPYTASTER_POISON", &poison)).await;
    assert_eq!(first.signal(), Some(6), "{}", desk.log());

    let second = desk.start("COPYTASTER_POISON", &poison);
    desk.until("in quarantine", |desk| !desk.records("quarantine-").is_empty()).await;
    let read = desk.articles("good");
    desk.until("goes on", |desk| desk.articles("good") > read + 1).await;
    desk.stop(second).await;

    let third = desk.start("COPYTASTER_POISON", &poison);
    let read = desk.articles("good");
    desk.until("goes on", |desk| desk.articles("good") > read + 1).await;
    desk.stop(third).await;

    let quarantine = desk.records("quarantine-");
    let body = feed("bad", &[POISON.to_owned()]);
    let hash = blake3::hash(body.as_bytes()).to_hex();
    assert_eq!(quarantine.len(), 1, "{quarantine:#?}");
    assert_eq!(quarantine[0]["reason"], "breaker");
    assert_eq!(quarantine[0]["feed_id"], "bad");
    assert_eq!(quarantine[0]["body_hash"], hash.chars().take(32).collect::<String>());
    assert!(quarantine[0]["detail"].as_str().unwrap().contains("signal 6"), "{quarantine:#?}");
    let health = desk.records("health-");
    let is_breaker =
        |record: &&Value| record["feed_id"] == "bad" && record["type"] == "health.fetched";
    let fetched: Vec<_> = health.iter().filter(is_breaker).collect();
    assert_eq!(fetched.len(), 1, "{fetched:#?}");
    assert_eq!(fetched[0]["defects"], serde_json::json!(["breaker"]));
    let changed =
        |record: &&Value| record["feed_id"] == "bad" && record["type"] == "health.changed";
    let changed: Vec<_> = health.iter().filter(changed).collect();
    assert_eq!(changed[0]["to"], "flaky", "{changed:#?}");
    assert_eq!(desk.articles("bad"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_under_kill_9_is_read_by_a_child_and_never_quarantined() {
    let desk = desk().await;
    for _ in 0..2 {
        let killed = end(desk.start("COPYTASTER_FAILPOINT", "parsing:1")).await;
        assert_eq!(killed.signal(), Some(9), "{}", desk.log());
    }
    let daemon = desk.start("RUST_LOG", "info");
    desk.until("reads both", |desk| desk.articles("bad") == 1 && desk.articles("good") > 3).await;
    desk.stop(daemon).await;
    assert_eq!(desk.records("quarantine-"), Vec::<Value>::new());
    let slots = std::fs::read_dir(desk.dir.path().join("state/copytaster.db-parse")).unwrap();
    let noted: u64 = slots
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("slot-"))
        .map(|entry| entry.metadata().unwrap().len())
        .sum();
    assert_eq!(noted, 0, "a slot stayed full");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspect_that_is_harmless_is_read_whole_by_the_child() {
    let desk = desk().await;
    // Both readers hold the same place, so whichever feed came first is the suspect; `bad` alone never changes.
    let config = desk.dir.path().join("copytaster.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let (head, bad) =
        (text.split("[[feed]]").next().unwrap(), text.split("[[feed]]").nth(2).unwrap());
    std::fs::write(&config, format!("{head}[[feed]]{bad}")).unwrap();
    let killed = end(desk.start("COPYTASTER_FAILPOINT", "parsing:1")).await;
    assert_eq!(killed.signal(), Some(9), "{}", desk.log());
    let daemon = desk.start("RUST_LOG", "info");
    desk.until("reads it", |desk| desk.articles("bad") == 1).await;
    desk.stop(daemon).await;
    assert!(desk.log().contains("a child read the body: it is harmless"), "{}", desk.log());
    assert_eq!(desk.records("quarantine-"), Vec::<Value>::new());
    assert_eq!(desk.records("articles-")[0]["title"], format!("The {POISON} was painted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_costs_too_much_is_used_once_and_its_hash_quarantined() {
    let desk = desk().await;
    let daemon = desk.start("COPYTASTER_POISON", &format!("burn:{POISON}"));
    desk.until("in quarantine", |desk| !desk.records("quarantine-").is_empty()).await;
    desk.until("told", |desk| desk.articles("bad") == 1).await;
    desk.stop(daemon).await;
    let quarantine = desk.records("quarantine-");
    assert_eq!(quarantine.len(), 1);
    assert_eq!(quarantine[0]["reason"], "breaker");
    assert!(quarantine[0]["detail"].as_str().unwrap().starts_with("cpu "), "{quarantine:#?}");
    let marks = desk.dir.path().join("state/copytaster.db-parse/marks.json");
    let marks: Value = serde_json::from_slice(&std::fs::read(marks).unwrap()).unwrap();
    assert_eq!(marks["poison"][0]["body_hash"], quarantine[0]["body_hash"]);
}

/// The child alone, as the daemon calls it.
fn child(limits: [&str; 4], poison: &str, body: &str) -> Output {
    let order = serde_json::json!({
        "feed": "f", "feed_url": "https://a.example/", "url": "https://a.example/", "http": 200, "headers": [],
        "body_bytes": body.len(), "body_hash": "00112233445566778899aabbccddeeff", "wire_bytes": 1,
        "fetched_at": "2025-08-16T06:10:00Z", "config": { "entries_max": 2000, "text_bytes_max": 65536 },
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .arg("parse-child")
        .args(limits)
        .env_clear()
        .env("COPYTASTER_POISON", poison)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{order}").unwrap();
    stdin.write_all(body.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn the_child_dies_at_its_limits_and_of_nothing_else() {
    let body = feed("bad", &[POISON.to_owned()]);
    let limits = ["--cpu-seconds", "1", "--memory-bytes", "400000000"];
    for (harm, signal) in [("spin", Some(24)), ("hog", Some(6)), ("none", None)] {
        let output = child(limits, &format!("{harm}:{POISON}"), &body);
        assert_eq!(output.status.signal(), signal, "{harm}");
        if signal.is_none() {
            assert!(output.status.success());
            let parsed: copytaster::parse::Parsed = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(parsed.drafts[0].title, format!("The {POISON} was painted"));
            assert_eq!(parsed.report.items, 1);
        }
    }
}

#[test]
fn a_child_whose_order_breaks_off_says_so_and_judges_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .arg("parse-child")
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(65));
    assert!(output.stdout.is_empty());
}
