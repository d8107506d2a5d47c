//! Feeds as found in the wild, served on loopback and polled for an hour of simulated time. They belong to their
//! publishers and are no part of this project: `COPYTASTER_EVAL_DATA` names a folder that holds `feedparser-suite/real/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use copytaster::cli::Exit;
use copytaster::cli::daemon::{self, Daemon};
use copytaster::clock::{Clock, Simulated};
use copytaster::config::Config;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::server::Server;

fn data() -> Option<PathBuf> {
    let found = std::env::var_os("COPYTASTER_EVAL_DATA")
        .map(|dir| Path::new(&dir).join("feedparser-suite/real"))
        .filter(|dir| dir.is_dir());
    if found.is_none() {
        println!("SKIPPED: COPYTASTER_EVAL_DATA names no folder with feedparser-suite/real");
    }
    found
}

fn records(out: &Path, stream: &str) -> Vec<Value> {
    let mut files: Vec<_> = std::fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
        .collect();
    files.sort();
    let text: String = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_item_of_feeds_in_the_wild_is_told_exactly_once_over_an_hour_of_polls() {
    let Some(data) = data() else { return };
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        pages.push((format!("/f{}", pages.len()), std::fs::read(&path).unwrap()));
    }
    assert!(pages.len() > 50, "{} feeds", pages.len());
    let paths: Vec<String> = pages.iter().map(|(path, _)| path.clone()).collect();
    let server = Server::fixed(pages).await;
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let mut text = format!(
        "[store]\npath = \"{}\"\ndurability = \"process\"\n[output]\ndir = \"{}\"\n[poll]\nhost_spacing = \"0s\"\n\
         backfill = \"all\"\nallow_private = [\"127.0.0.1:{}\"]\n",
        dir.path().join("state/desk.db").display(),
        out.display(),
        server.port()
    );
    let feeds: Vec<String> = paths
        .iter()
        .map(|path| {
            format!(
                "[[feed]]\nid = \"{}\"\nurl = \"{}\"\ninterval = \"20m\"\n",
                path.trim_start_matches('/'),
                server.url(path)
            )
        })
        .collect();
    text += &feeds.concat();
    let config = Config::parse("wild", &text, std::iter::empty()).unwrap();
    let start = "2025-09-01T00:00:00Z".parse().unwrap();
    let end = "2025-09-01T01:10:00Z".parse().unwrap();
    let exit = daemon::run(Daemon {
        config,
        reload_from: None,
        clock: Clock::Simulated(Simulated::starting(start).until(end)),
        group_wait: Duration::ZERO,
        observer: Box::new(|_| {}),
        stop: CancellationToken::new(),
        counters: std::sync::Arc::default(),
    })
    .await;
    assert_eq!(exit, Exit::Ok);
    assert!(server.seen().len() >= 3 * paths.len(), "{} polls", server.seen().len());
    let mut items: BTreeMap<&str, u64> = BTreeMap::new();
    let health = records(&out, "health-");
    let fetched: Vec<&Value> = health.iter().filter(|r| r["type"] == "health.fetched").collect();
    let sum = |key: &str| fetched.iter().map(|r| r[key].as_u64().unwrap()).sum::<u64>();
    for key in
        ["items", "new", "revised", "unchanged", "quarantined", "held", "backfilled", "over_limit"]
    {
        items.insert(key, sum(key));
    }
    let articles = records(&out, "articles-");
    let new = articles.iter().filter(|r| r["type"] == "article.new").count() as u64;
    println!("{} feeds, {} polls, {items:?}", paths.len(), server.seen().len());
    assert_eq!(new, items["new"]);
    // The bodies never change, so each is read once, and an item told twice would be a second record of one id.
    assert_eq!(items["revised"], 0);
    let ids: std::collections::BTreeSet<&str> =
        articles.iter().map(|r| r["article_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len() as u64, new);
    assert_eq!(
        articles.len() as u64,
        new + articles.iter().filter(|r| r["type"] == "article.reassigned").count() as u64
    );
    assert!(fetched.iter().any(|r| !r["defects"].as_array().unwrap().is_empty()), "no defect told");
    assert!(health.iter().all(|r| !r["reason"].as_str().unwrap_or("").contains("panic")));
}
