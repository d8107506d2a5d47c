//! `list`: without a store, beside a daemon, after the demo.

#![expect(clippy::disallowed_methods, reason = "a test of a real process has to wait for it")]

use std::time::Duration;

use super::{Desk, rss};
use crate::server::{Reply, Server};

#[test]
fn without_a_store_the_feeds_are_listed_as_never_polled() {
    let desk = Desk::new(
        "[[feed]]\nid = \"a\"\nurl = \"https://a.example/?token=hunter2\"\ninterval = \"90s\"\nfolder = \"News/Wires\"\n\
         [[feed]]\nid = \"b\"\nurl = \"https://b.example/\"\n",
    );
    let (code, out, err) = desk.feeds(&["list"]);
    assert_eq!(code, 0);
    assert!(err.contains("no store at state/copytaster.db yet"), "{err}");
    let rows: Vec<&str> = out.lines().collect();
    assert!(rows[0].starts_with("FEED  STATE") && rows[1].starts_with("a     new"), "{out}");
    assert!(out.contains("2 feeds: 2 new"), "{out}");
    let (code, lines, _) = desk.lines(&["list", "--json"]);
    assert_eq!((code, lines.len()), (0, 2));
    assert_eq!((&lines[0]["state"], &lines[0]["hours"]), (&"new".into(), &serde_json::json!([])));
    assert_eq!((&lines[0]["interval_s"], &lines[0]["fixed"]), (&90.into(), &true.into()));
    assert_eq!((&lines[1]["interval_s"], &lines[1]["last_success"]), (&900.into(), &().into()));
    assert!(!format!("{lines:?}").contains("hunter2"));

    let ids = |arguments: &[&str]| -> Vec<String> {
        let (code, lines, _) = desk.lines(&[&["list", "--json"], arguments].concat());
        assert_eq!(code, 0);
        lines.iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["--folder", "News"]), ["a"]);
    assert_eq!(ids(&["--folder", "New"]), [""; 0]);
    assert_eq!(ids(&["--state", "failing"]), [""; 0]);
    assert_eq!(ids(&["--state", "failing", "--state", "new"]), ["a", "b"]);
    let (code, _, err) = desk.feeds(&["list", "--state", "faling"]);
    assert!(code == 2 && err.contains("failing"), "{err}");
    assert!(!desk.path().join("state").exists(), "listing makes no store");
}

fn wait(what: &str, done: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_daemon_the_list_shows_what_it_knows() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/good" => Reply::validated(seen, rss("Good", 3)),
        _ => Reply::status(500),
    })
    .await;
    let desk = Desk::on(&server, &[("good", "/good"), ("ill", "/ill")]);
    let fixed = desk.text().replace("id = \"good\"", "id = \"good\"\ninterval = \"1s\"");
    std::fs::write(desk.config(), fixed).unwrap();
    let mut daemon = desk.command(&["run"]).spawn().unwrap();
    let line = |id: &str| {
        let (code, lines, _) = desk.lines(&["list", "--json"]);
        assert_eq!(code, 0);
        lines.into_iter().find(|line| line["id"] == id).unwrap()
    };
    wait("polls of both", || {
        desk.path().join("state/copytaster.db").exists()
            && line("good")["day"]["not_modified"].as_u64() >= Some(2)
            && line("ill")["day"]["failed"].as_u64() >= Some(1)
    });
    let good = line("good");
    assert_eq!((&good["state"], &good["configured"]), (&"ok".into(), &true.into()));
    assert_eq!((&good["interval_s"], &good["fixed"]), (&1.into(), &true.into()));
    let sum = |key: &str| -> u64 {
        good["hours"].as_array().unwrap().iter().map(|hour| hour[key].as_u64().unwrap()).sum()
    };
    assert_eq!((sum("new"), sum("failed"), sum("overrun")), (3, 0, 0));
    // The first poll had no validator to ask by.
    assert_eq!(sum("polls"), sum("not_modified") + 1);
    assert!(good["next_due"].is_string() && good["last_news"].is_string(), "{good}");
    let ill = line("ill");
    assert_eq!((&ill["state"], &ill["last_error"]), (&"flaky".into(), &"HTTP 500".into()));
    assert_eq!((&ill["last_http"], &ill["last_success"]), (&500.into(), &().into()));

    let (code, out, err) = desk.feeds(&["list"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("HTTP 500") && out.contains("2 feeds: 1 ok, 1 flaky"), "{out}");

    // One that only the store knows is marked, and has no next poll.
    let text = desk.text();
    let (before, _) = text.split_once("\n[[feed]]\nid = \"ill\"").unwrap();
    std::fs::write(desk.config(), before).unwrap();
    let gone = line("ill");
    assert_eq!((&gone["state"], &gone["configured"]), (&"removed".into(), &false.into()));
    assert_eq!(gone["next_due"], serde_json::Value::Null);
    assert!(daemon.try_wait().unwrap().is_none(), "the daemon was not disturbed");
    let killed = std::process::Command::new("kill").arg(daemon.id().to_string()).status();
    assert!(killed.unwrap().success());
    assert!(daemon.wait().unwrap().success());
    assert_eq!(line("good")["day"]["new"], 3, "it stays after the daemon");
}

/// A server that asks one of our feeds for peace has it of all, and the list says until when.
#[tokio::test(flavor = "multi_thread")]
async fn the_hold_of_a_host_is_told_of_each_of_its_feeds() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/first" => Reply::validated(seen, rss("First", 3)),
        _ => Reply::status(429).with("Retry-After", "600"),
    })
    .await;
    let desk = Desk::on(&server, &[("first", "/first"), ("second", "/second")]);
    let text = desk.text();
    let (alone, _) = text.split_once("\n[[feed]]\nid = \"second\"").unwrap();
    std::fs::write(desk.config(), alone).unwrap();
    let line = |id: &str| {
        let (code, lines, _) = desk.lines(&["list", "--json"]);
        assert_eq!(code, 0);
        lines.into_iter().find(|line| line["id"] == id).unwrap()
    };
    // The first is polled before the other makes its server ask for peace.
    for (configured, id, http) in [(alone, "first", 200), (text.as_str(), "second", 429)] {
        std::fs::write(desk.config(), configured).unwrap();
        let mut daemon = desk.command(&["run"]).spawn().unwrap();
        wait("a poll", || {
            desk.path().join("state/copytaster.db").exists() && line(id)["last_http"] == http
        });
        let killed = std::process::Command::new("kill").arg(daemon.id().to_string()).status();
        assert!(killed.unwrap().success() && daemon.wait().unwrap().success());
    }
    let (first, second) = (line("first"), line("second"));
    let until = second["not_before"].as_str().unwrap();
    assert_eq!(first["not_before"].as_str(), Some(until));
    assert!(first["next_due"].as_str().unwrap() >= until, "{first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_items_of_an_empty_feed_are_no_overrun_and_wholly_other_ones_are() {
    let polls = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let poll = polls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Reply::body(match poll {
            0 => rss("Tide", 0),
            1 => rss("Tide", 2),
            _ => rss("Ebb", 3),
        })
    })
    .await;
    let desk = Desk::on(&server, &[]);
    let feed = format!("[[feed]]\nid = \"a\"\nurl = \"{}\"\ninterval = \"1s\"\n", server.url("/a"));
    std::fs::write(desk.config(), desk.text() + &feed).unwrap();
    let mut daemon = desk.command(&["run"]).spawn().unwrap();
    let day = || desk.lines(&["list", "--json"]).1[0]["day"].clone();
    wait("all items", || {
        desk.path().join("state/copytaster.db").exists() && day()["new"].as_u64() == Some(5)
    });
    assert_eq!(day()["overrun"], 1);
    daemon.kill().unwrap();
    daemon.wait().unwrap();
}

#[test]
fn the_demo_leaves_feeds_that_can_be_listed() {
    let desk = Desk::new("");
    let (code, out, err) =
        super::texts(&desk.command(&["demo", "--fast", "--exit", "--out", "d"]).output().unwrap());
    assert_eq!(code, 0, "{err}");
    let command = out.lines().find(|line| line.contains("feeds list")).expect("it says how");
    let words: Vec<&str> = command.split_whitespace().collect();
    let list = [&words[2..3], &["-c", "d/copytaster.toml"], &words[words.len() - 2..]].concat();
    let (code, lines, err) = desk.lines(&[&list[..], &["--json"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(lines.len() > 5 && lines.iter().all(|line| line["day"]["polls"].as_u64() > Some(0)));
    assert!(lines.iter().map(|line| line["day"]["new"].as_u64().unwrap()).sum::<u64>() > 20);
    assert!(lines.iter().all(|line| line["hours"].as_array().unwrap().len() >= 2), "{lines:?}");

    for columns in ["60", "80", "100", "200"] {
        let mut command = desk.command(&[&["feeds"], &list[..]].concat());
        command.env("COLUMNS", columns).env("LANG", "C.UTF-8");
        let (code, out, _) = super::texts(&command.output().unwrap());
        assert_eq!(code, 0);
        let width: usize = columns.parse().unwrap();
        let table: Vec<&str> = out.lines().take(lines.len() + 1).collect();
        assert!(table.iter().all(|row| row.chars().count() <= width), "{columns}:\n{out}");
        assert!(table[0].starts_with("FEED") && table[0].contains("STATE"), "{out}");
        assert_eq!(out.contains(" 304 "), width >= 80, "{out}");
        assert_eq!(out.contains(" SEEN "), width >= 100, "{out}");
    }
    let mut plain = desk.command(&[&["feeds"], &list[..]].concat());
    plain.env("LANG", "C");
    let (_, out, _) = super::texts(&plain.output().unwrap());
    assert!(out.is_ascii(), "{out}");
}

#[test]
fn a_damaged_store_is_told_and_not_touched() {
    let desk = Desk::new("[[feed]]\nid = \"a\"\nurl = \"https://a.example/\"\n");
    std::fs::create_dir(desk.path().join("state")).unwrap();
    let store = desk.path().join("state/copytaster.db");
    std::fs::write(&store, "Harbour news. ".repeat(400)).unwrap();
    let (code, out, err) = desk.feeds(&["list"]);
    assert_eq!((code, out.as_str()), (74, ""));
    assert!(err.contains("is damaged"), "{err}");
    assert_eq!(std::fs::read(&store).unwrap().len(), 14 * 400);
}
