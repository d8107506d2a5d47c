//! The whole daemon on a simulated clock, in a directory of its own: it runs for some hours, stops, and goes on later.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copytaster::cli::Exit;
use copytaster::cli::daemon::{self, Daemon};
use copytaster::clock::{Clock, Simulated};
use copytaster::config::Config;
use copytaster::news::{FeedId, FeedState};
use copytaster::store::Store;
use copytaster::telemetry::Counters;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::server::Server;

/// A desk whose time is in our hands.
pub(crate) struct Hours {
    dir: TempDir,
    text: String,
    /// The moment at which it was stopped last.
    pub(crate) now: Timestamp,
    /// What the clock of the present run says; for servers that note when they were asked.
    pub(crate) clock: Arc<Mutex<Clock>>,
    pub(crate) counters: Arc<Counters>,
}

impl Hours {
    /// A desk that may reach `servers`, with `more` configuration: keys of `[poll]` first, then feeds.
    pub(crate) fn new(servers: &[&Server], more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let allowed: Vec<String> =
            servers.iter().map(|server| format!("\"127.0.0.1:{}\"", server.port())).collect();
        let text = format!(
            "[store]\npath = \"{}\"\ndurability = \"process\"\n[output]\ndir = \"{}\"\n[poll]\nallow_private = [{}]\n{more}",
            dir.path().join("state/desk.db").display(),
            dir.path().join("out").display(),
            allowed.join(", ")
        );
        let now: Timestamp = "2025-09-01T00:00:00Z".parse().unwrap();
        let clock = Arc::new(Mutex::new(Clock::simulated(now)));
        Self { dir, text, now, clock, counters: Arc::default() }
    }

    /// The configuration of one feed.
    pub(crate) fn feed(server: &Server, id: &str, more: &str) -> String {
        format!("[[feed]]\nid = \"{id}\"\nurl = \"{}\"\n{more}\n", server.url(&format!("/{id}")))
    }

    /// Runs for so long and drains.
    pub(crate) async fn run(&mut self, span: Duration) {
        let end = self.now.checked_add(span).unwrap();
        let clock = Clock::Simulated(Simulated::starting(self.now).until(end));
        *self.clock.lock().unwrap() = clock.clone();
        let exit = daemon::run(Daemon {
            config: Config::parse("hours", &self.text, std::iter::empty()).unwrap(),
            reload_from: None,
            clock,
            group_wait: Duration::ZERO,
            observer: Box::new(|_| {}),
            stop: CancellationToken::new(),
            counters: Arc::clone(&self.counters),
        })
        .await;
        assert_eq!(exit, Exit::Ok);
        self.now = end;
    }

    /// Where the output is.
    pub(crate) fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    /// All records of a stream.
    pub(crate) fn records(&self, stream: &str) -> Vec<Value> {
        let mut files: Vec<_> = std::fs::read_dir(self.out())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
            .collect();
        files.sort();
        let text: String =
            files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The records of one type.
    pub(crate) fn of_type(&self, kind: &str) -> Vec<Value> {
        let stream = kind.split('.').next().unwrap();
        let stream = if stream == "article" { "articles" } else { stream };
        let all = self.records(&format!("{stream}-"));
        all.into_iter().filter(|record| record["type"] == kind).collect()
    }

    /// Titles of the articles told, in order.
    pub(crate) fn told(&self) -> Vec<String> {
        let titles = self.of_type("article.new");
        titles.iter().map(|record| record["title"].as_str().unwrap().to_owned()).collect()
    }

    /// What is stored of a feed.
    pub(crate) fn state(&self, feed: &str) -> FeedState {
        let config = copytaster::store::Config {
            path: self.dir.path().join("state/desk.db"),
            ..copytaster::store::Config::default()
        };
        Store::open(&config).unwrap().feeds().unwrap().remove(&FeedId::new(feed)).unwrap()
    }

    /// The output is whole: `verify` finds nothing.
    pub(crate) fn verify(&self) {
        let mut verify = Command::new(env!("CARGO_BIN_EXE_copytaster"));
        let done = verify.arg("verify").arg(self.out()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
}
