//! `kill -9` at named points and at random moments, with a growing feed whose items disappear after a while and a live
//! tailer: nothing lost, nothing twice, no byte of a visible file changes.
//!
//! `COPYTASTER_KILLS=N` sets the number of kills; `cargo test -- --nocapture kill` shows them by phase.

#![expect(clippy::disallowed_methods, reason = "a test of real processes has to wait for them")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Kills without a wish of the environment: each phase a few times.
const KILLS: usize = 24;

/// Items that stay in the feed; more than the feed grows by in the polls that a few kills in a row can cost.
const ITEMS_SHOWN: u64 = 60;

/// The places where the process dies; the last stands for a random moment.
const PHASES: [(&str, &str); 7] = [
    ("parsing", "in a parse"),
    ("fetched", "between fetch and commit"),
    ("applied", "in the commit"),
    ("committed", "between commit and write"),
    ("half_written", "in the write"),
    ("written", "between write and its mark"),
    ("random", "at a random moment"),
];

/// A feed that grows with each request and forgets its oldest items.
struct Growing {
    items: AtomicU64,
    requests: AtomicU64,
}

impl Growing {
    fn serve() -> (Arc<Self>, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let feed = Arc::new(Self { items: AtomicU64::new(5), requests: AtomicU64::new(0) });
        let served = Arc::clone(&feed);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let feed = Arc::clone(&served);
                std::thread::spawn(move || feed.answer(stream));
            }
        });
        (feed, port)
    }

    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut stream = stream;
        loop {
            let mut line = String::new();
            loop {
                line.clear();
                match reader.read_line(&mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) if line == "\r\n" => break,
                    Ok(_) => {}
                }
            }
            let request = self.requests.fetch_add(1, Ordering::SeqCst);
            let items = self.items.fetch_add(request % 4, Ordering::SeqCst) + request % 4;
            let body = document(items);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: \"{items}\"\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            if stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(body.as_bytes()))
                .is_err()
            {
                return;
            }
        }
    }
}

fn document(newest: u64) -> String {
    let oldest = newest.saturating_sub(ITEMS_SHOWN) + 1;
    let items: Vec<String> = (oldest..=newest)
        .rev()
        .map(|n| {
            let word = ["harbour", "orchard", "viaduct", "quarry", "lighthouse"][usize::try_from(n % 5).unwrap()];
            format!(
                "<item><guid isPermaLink=\"false\">k{n}</guid><link>http://count.example/{n}</link>\
                 <title>Count {n} at the {word}</title><description>Clerk {n} counted {} crates at the {word} and \
                 signed sheet {} for pier {}.</description></item>",
                n * 7919 % 9973,
                n * 104_729 % 99_991,
                n * 31 % 211
            )
        })
        .collect();
    let items = items.concat();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Count</title><link>http://count.example/</link>\
         <description>A feed that counts</description>{items}</channel></rss>"
    )
}

/// Watches the output: every byte seen once must stay where it was seen.
struct Tailer {
    dir: PathBuf,
    seen: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
    broken: Mutex<Vec<String>>,
}

impl Tailer {
    fn look(&self) {
        let mut seen = self.seen.lock().unwrap();
        for path in files(&self.dir, "articles-").into_iter().chain(files(&self.dir, "stories-")) {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let old = seen.entry(path.clone()).or_default();
            if !bytes.starts_with(old) {
                self.broken.lock().unwrap().push(format!("{} changed or shrank", path.display()));
            }
            *old = bytes;
        }
        for path in seen.keys() {
            if !path.exists() {
                self.broken.lock().unwrap().push(format!("{} vanished", path.display()));
            }
        }
    }
}

fn files(dir: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(prefix))
        .collect();
    found.sort();
    found
}

fn start(config: &Path, log: &Path, failpoint: Option<String>) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_copytaster"));
    command.args(["run", "-c"]).arg(config).env("RUST_LOG", "warn");
    command.env_remove("COPYTASTER_FAILPOINT").stdout(Stdio::null()).stderr(log);
    if let Some(failpoint) = failpoint {
        command.env("COPYTASTER_FAILPOINT", failpoint);
    }
    command.spawn().unwrap()
}

/// A small generator with a seed, so that a failing run can be run again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Waits until the child has died by itself or the time is up; whether it died.
fn dies_within(child: &mut Child, span: Duration) -> bool {
    let steps = span.as_millis() / 10;
    for _ in 0..steps {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice_over_kills_at_every_phase() {
    let kills =
        std::env::var("COPYTASTER_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let work = tempfile::tempdir().unwrap();
    let (feed, port) = Growing::serve();
    let out = work.path().join("out");
    let config = work.path().join("copytaster.toml");
    std::fs::write(&config, configuration(work.path(), &out, port)).unwrap();
    let tailer =
        Arc::new(Tailer { dir: out.clone(), seen: Mutex::default(), broken: Mutex::default() });
    let done = Arc::new(AtomicBool::new(false));
    let watch = {
        let (tailer, done) = (Arc::clone(&tailer), Arc::clone(&done));
        std::thread::spawn(move || {
            while !done.load(Ordering::SeqCst) {
                tailer.look();
                std::thread::sleep(Duration::from_millis(15));
            }
        })
    };
    let log = work.path().join("log");
    let mut by_phase: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chance = Chance(5);
    for kill in 0..kills {
        let (point, phase) = PHASES[kill % PHASES.len()];
        let failpoint = (point != "random").then(|| format!("{point}:{}", 1 + chance.below(2)));
        let mut child = start(&config, &log, failpoint.clone());
        if failpoint.is_some() {
            let died = dies_within(&mut child, Duration::from_secs(20));
            assert!(died, "kill {kill}: never came to {point}\n{}", tail(&log));
        } else {
            assert!(
                !dies_within(&mut child, Duration::from_millis(30 + chance.below(1600))),
                "{}",
                tail(&log)
            );
        }
        drop(child.kill());
        child.wait().unwrap();
        *by_phase.entry(phase).or_default() += 1;
    }
    settle(&config, &log, &out, &feed);
    done.store(true, Ordering::SeqCst);
    watch.join().unwrap();
    tailer.look();
    for (phase, count) in &by_phase {
        println!("{count:4} kills {phase}");
    }
    assert_eq!(*tailer.broken.lock().unwrap(), Vec::<String>::new());
    check(&out, feed.items.load(Ordering::SeqCst));
}

fn configuration(work: &Path, out: &Path, port: u16) -> String {
    format!(
        "[store]\npath = \"{}\"\n[output]\ndir = \"{}\"\n[poll]\ninterval_min = \"1s\"\nhost_spacing = \"0s\"\n\
         backfill = \"all\"\nallow_private = [\"127.0.0.1:{port}\"]\n[[feed]]\nid = \"count\"\n\
         url = \"http://127.0.0.1:{port}/\"\ninterval = \"1s\"\n",
        work.join("state/copytaster.db").display(),
        out.display()
    )
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// Lets the daemon catch up and end by itself: all that was ever served must stand in the output.
fn settle(config: &Path, log: &Path, out: &Path, feed: &Growing) {
    let mut child = start(config, log, None);
    let before = feed.requests.load(Ordering::SeqCst);
    for _ in 0..3000 {
        let caught_up = feed.requests.load(Ordering::SeqCst) >= before + 2
            && guids(out).len() as u64 >= feed.items.load(Ordering::SeqCst);
        if caught_up {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(dies_within(&mut child, Duration::from_secs(20)), "does not drain\n{}", tail(log));
    assert_eq!(child.wait().unwrap().code(), Some(0), "{}", tail(log));
}

fn lines(out: &Path, prefix: &str) -> Vec<serde_json::Value> {
    files(out, prefix)
        .iter()
        .flat_map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect::<Vec<_>>()
        })
        .collect()
}

fn guids(out: &Path) -> Vec<String> {
    lines(out, "articles-")
        .iter()
        .filter(|record| record["type"] == "article.new")
        .map(|record| record["guid"].as_str().unwrap().to_owned())
        .collect()
}

fn check(out: &Path, items: u64) {
    let guids = guids(out);
    let distinct: BTreeSet<&String> = guids.iter().collect();
    assert_eq!(distinct.len(), guids.len(), "an article came twice");
    let lost: Vec<u64> = (1..=items).filter(|n| !distinct.contains(&format!("k{n}"))).collect();
    assert!(lost.is_empty(), "lost {lost:?} of {items}");
    assert_eq!(lines(out, "quarantine-"), Vec::<serde_json::Value>::new(), "an innocent body");
    for prefix in ["articles-", "stories-", "health-"] {
        let seqs: Vec<u64> =
            lines(out, prefix).iter().map(|r| r["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>(), "{prefix} seq");
    }
    let verify =
        Command::new(env!("CARGO_BIN_EXE_copytaster")).arg("verify").arg(out).output().unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
    println!("{} articles, 0 lost, 0 twice", guids.len());
}
