//! The daemon from outside when things go wrong: bad configuration, held state, unwritable output, full disk, damaged
//! store, reload, stop.

#![expect(clippy::disallowed_methods, reason = "a test of a real process has to wait for it")]

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::server::{Manner, Reply, Server};

/// A place for one daemon, and what it is given.
struct Desk {
    dir: tempfile::TempDir,
    out: PathBuf,
}

fn feed_of(n: usize) -> Vec<u8> {
    let items: Vec<String> = (0..n)
        .map(|i| {
            format!(
                "<item><guid isPermaLink=\"false\">g{i}</guid><title>Ledger entry {i}</title><description>The clerk of \
                 ward {i} entered {} sacks and {} barrels.</description></item>",
                i * 37 + 3,
                i * 11 + 2
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>Ledger</title>{}</channel></rss>", items.concat())
        .into_bytes()
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        Self { dir, out }
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("copytaster.toml")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    fn configure(&self, server: &Server, paths: &[&str]) {
        let mut text = format!(
            "[store]\npath = \"{}\"\n[output]\ndir = \"{}\"\n[poll]\ninterval_min = \"1s\"\nhost_spacing = \"0s\"\n\
             backfill = \"all\"\nallow_private = [\"127.0.0.1:{}\"]\n",
            self.dir.path().join("state/desk.db").display(),
            self.out.display(),
            server.port()
        );
        let feeds: Vec<String> = paths
            .iter()
            .map(|path| {
                let id = path.trim_start_matches('/');
                format!(
                    "[[feed]]\nid = \"{id}\"\nurl = \"{}\"\ninterval = \"1s\"\n",
                    server.url(path)
                )
            })
            .collect();
        text += &feeds.concat();
        std::fs::write(self.config(), text).unwrap();
    }

    fn start(&self) -> Child {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("log"))
            .unwrap();
        Command::new(env!("CARGO_BIN_EXE_copytaster"))
            .args(["run", "-c"])
            .arg(self.config())
            .env("RUST_LOG", "info")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    fn records(&self, stream: &str) -> Vec<Value> {
        let Ok(entries) = std::fs::read_dir(&self.out) else { return Vec::new() };
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
            .collect();
        files.sort();
        let text: String =
            files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Waits until `done` holds, for at most half a minute.
    fn wait(&self, what: &str, done: impl Fn(&Self) -> bool) {
        for _ in 0..3000 {
            if done(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("never: {what}\n{}", self.log());
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn ends_with(child: &mut Child, code: i32) {
    for _ in 0..3000 {
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(code));
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("does not end");
}

async fn serving(n: usize) -> Server {
    Server::start(move |_| Reply::body(feed_of(n))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_same_state_is_refused_and_the_first_drains_on_a_signal() {
    let server = serving(3).await;
    for name in ["-TERM", "-INT"] {
        let desk = Desk::new();
        desk.configure(&server, &["/a"]);
        let mut first = desk.start();
        desk.wait("articles", |desk| desk.records("articles-").len() == 3);
        let mut second = desk.start();
        ends_with(&mut second, 75);
        assert!(desk.log().contains("held by"), "{}", desk.log());
        signal(&first, name);
        ends_with(&mut first, 0);
    }
}

/// A server that was asked is not asked again for the answer that it was giving.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_under_way_is_taken_before_the_end() {
    let body = feed_of(3);
    let (piece, pause) = (body.len() / 3 + 1, Duration::from_millis(120));
    let server =
        Server::start(move |_| Reply::body(body.clone()).sent(Manner::Drip(piece, pause))).await;
    let desk = Desk::new();
    desk.configure(&server, &["/a"]);
    let mut daemon = desk.start();
    desk.wait("a request", |_| server.seen().len() == 1);
    signal(&daemon, "-TERM");
    ends_with(&mut daemon, 0);
    assert_eq!((desk.records("articles-").len(), server.seen().len()), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_configuration_starts_nothing_and_on_reload_the_old_one_stays() {
    let server = serving(2).await;
    let desk = Desk::new();
    std::fs::write(desk.config(), "[poll]\nintervall = \"5m\"\n").unwrap();
    let mut refused = desk.start();
    ends_with(&mut refused, 78);
    let log = desk.log();
    assert!(log.contains("copytaster.toml:2:") && log.contains("interval"), "{log}");
    assert!(!desk.out.exists());

    desk.configure(&server, &["/a"]);
    let mut daemon = desk.start();
    desk.wait("the first feed", |desk| desk.records("articles-").len() == 2);
    std::fs::write(desk.config(), "nonsense = [").unwrap();
    signal(&daemon, "-HUP");
    desk.wait("the refusal", |desk| desk.log().contains("the old one stays"));
    let before = server.seen().len();
    desk.wait("more polls of the old feed", |_| server.seen().len() > before);
    desk.configure(&server, &["/a", "/b"]);
    signal(&daemon, "-HUP");
    desk.wait("the new feed", |desk| desk.records("articles-").iter().any(|r| r["feed_id"] == "b"));
    signal(&daemon, "-TERM");
    ends_with(&mut daemon, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_cannot_be_made_is_said_at_once() {
    let server = serving(1).await;
    let desk = Desk::new();
    // A file where the directory should be refuses even a super user.
    std::fs::write(&desk.out, "in the way").unwrap();
    desk.configure(&server, &["/a"]);
    let mut daemon = desk.start();
    ends_with(&mut daemon, 73);
    assert!(desk.log().contains("cannot write to the output directory"), "{}", desk.log());
    assert_eq!(std::fs::read_to_string(&desk.out).unwrap(), "in the way");
    assert!(server.seen().is_empty(), "something was fetched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_refused_with_what_to_do_and_never_replaced() {
    let server = serving(4).await;
    let desk = Desk::new();
    desk.configure(&server, &["/a"]);
    let mut daemon = desk.start();
    desk.wait("articles", |desk| desk.records("articles-").len() == 4);
    signal(&daemon, "-TERM");
    ends_with(&mut daemon, 0);
    let store = desk.dir.path().join("state/desk.db");
    let mut bytes = std::fs::read(&store).unwrap();
    for byte in bytes.iter_mut().skip(4096).step_by(97) {
        *byte ^= 0x5a;
    }
    std::fs::write(&store, &bytes).unwrap();
    let mut daemon = desk.start();
    ends_with(&mut daemon, 74);
    let log = desk.log();
    assert!(log.contains("is damaged") && log.contains("Move it"), "{log}");
    assert_eq!(std::fs::read(&store).unwrap(), bytes);
    assert_eq!(desk.records("articles-").len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_nothing_is_told_again_and_every_fetch_is_accounted_for() {
    let server = serving(5).await;
    let desk = Desk::new();
    desk.configure(&server, &["/a", "/b"]);
    for _ in 0..3 {
        let before = server.seen().len();
        let mut daemon = desk.start();
        desk.wait("two more polls", |_| server.seen().len() >= before + 2);
        desk.wait("articles", |desk| desk.records("articles-").len() >= 10);
        signal(&daemon, "-TERM");
        ends_with(&mut daemon, 0);
    }
    assert_eq!(desk.records("articles-").len(), 10);
    let started = desk.records("health-").iter().filter(|r| r["type"] == "desk.started").count();
    assert_eq!(started, 3);
    let verified = Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .arg("verify")
        .arg(&desk.out)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Runs a shell script in a mount namespace of its own; `None` where that is not allowed.
fn in_namespace(script: &str) -> Option<std::process::Output> {
    let probe = Command::new("unshare").args(["-m", "true"]).output().ok()?;
    if !probe.status.success() {
        println!("SKIPPED: no mount namespace can be made here, so no full disk can be shown");
        return None;
    }
    Some(Command::new("unshare").args(["-m", "sh", "-c", script]).output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_pauses_the_intake_and_room_lets_it_go_on_by_itself() {
    let items = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(40));
    let counted = std::sync::Arc::clone(&items);
    let server = Server::start(move |_| {
        Reply::body(feed_of(counted.fetch_add(40, std::sync::atomic::Ordering::SeqCst)))
    })
    .await;
    let desk = Desk::new();
    desk.configure(&server, &["/a"]);
    let (binary, place) = (env!("CARGO_BIN_EXE_copytaster"), desk.dir.path().display());
    let out = desk.out.display();
    // The output lies on 256 KB; a file takes most of it away until the daemon has said that it waits.
    let script = format!(
        "set -e; mkdir -p {out}; mount -t tmpfs -o size=256k tmpfs {out}; head -c 180000 /dev/zero > {out}/filler\n\
         {binary} run -c {place}/copytaster.toml 2> {place}/log & pid=$!\n\
         for i in $(seq 300); do grep -q 'no room for the output' {place}/log && break; sleep 0.1; done\n\
         rm {out}/filler; mount -o remount,size=64m {out}\n\
         for i in $(seq 300); do grep -q 'room for the output again' {place}/log && break; sleep 0.1; done\n\
         sleep 2.5; kill -TERM $pid; code=0; wait $pid || code=$?\n\
         {binary} verify {out} > {place}/verified || echo 'verify failed' >> {place}/log\n\
         cat {out}/articles-*.jsonl | wc -l > {place}/count; exit $code"
    );
    let Some(done) = tokio::task::spawn_blocking(move || in_namespace(&script)).await.unwrap()
    else {
        return;
    };
    let log = desk.log();
    assert_eq!(done.status.code(), Some(0), "{}\n{log}", String::from_utf8_lossy(&done.stderr));
    assert!(log.contains("intake pauses") && log.contains("room for the output again"), "{log}");
    assert!(!log.contains("verify failed"), "{log}");
    let count: usize =
        std::fs::read_to_string(desk.dir.path().join("count")).unwrap().trim().parse().unwrap();
    assert!(count >= 40, "{count} articles");
}
