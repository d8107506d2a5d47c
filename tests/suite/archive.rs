//! The archive: what was fetched is kept as WARC, and `replay` gives the records of the run again.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::desk::{Desk, end};
use crate::server::{Reply, Seen, Server};

/// Reports of one fire in several papers, so that stories form and numbers depend on who owns whom.
fn feed(port: u16, paper: &str, day: usize) -> String {
    let wire = "SKAGEN (Reuters) - A fire broke out in the grain silo of Skagen harbour on Tuesday and injured eleven \
                people, the fire service said. Crews led visitors out through a side door within six minutes, and the \
                mayor put the damage at four million euros.";
    let own = match paper {
        "plain" => {
            "Flames tore through the grain silo of Skagen harbour on Tuesday and left eleven people hurt. Neighbours \
             smelled smoke long before the alarm, they told this newspaper; the mayor spoke of damage of four million euros."
        }
        _ => {
            "Eleven people were hurt on Tuesday when the grain silo at Skagen harbour caught fire, a reporter of this paper \
             saw. Damage of four million euros is the mayor's count, and the ferries stayed in port all evening."
        }
    };
    let more =
        if day > 1 { " Twelve are hurt by now, the hospital said on Wednesday." } else { "" };
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{paper}</title><link>http://{paper}.example/</link>\
         <item><guid isPermaLink=\"false\">{paper}-1</guid><title>Fire in grain silo of Skagen injures eleven</title>\
         <link>http://127.0.0.1:{port}/story/{paper}</link><description>{wire}</description></item>\
         <item><guid isPermaLink=\"false\">{paper}-2</guid><title>Eleven hurt as Skagen silo burns</title>\
         <link>http://127.0.0.1:{port}/other/{paper}</link><description>{own}{more}</description></item>\
         </channel></rss>"
    )
}

fn page(paper: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Fire in grain silo</title></head><body>\
         <nav><a href=\"/\">Home</a></nav><article><h1>Fire in grain silo of Skagen injures eleven</h1>\
         <p>SKAGEN (Reuters) - A fire broke out in the grain silo of Skagen harbour on Tuesday and injured eleven people, \
         the fire service said to {paper}.</p>\
         <p>Crews led visitors out through a side door within six minutes, and neighbours brought blankets and tea to \
         those who waited on the quay until the evening.</p>\
         <p>The mayor put the damage at four million euros and said that the silo would stay closed until an inquiry had \
         ended, which may take until the spring.</p></article><footer>Subscribe</footer></body></html>"
    )
}

/// Polls of `/calm` are answered by validators, `/plain` has none and repeats itself, `/rough` fails now and then.
fn answers(seen: &Seen, polls: &[AtomicUsize; 3]) -> Reply {
    let host = String::from_utf8(seen.field("host").unwrap()).unwrap();
    let port = host.rsplit(':').next().unwrap().parse().unwrap();
    let count = |at: usize| polls[at].fetch_add(1, Ordering::SeqCst);
    match seen.path().as_str() {
        "/calm" => Reply::validated(seen, feed(port, "calm", count(0)))
            .with("Content-Type", "application/rss+xml")
            .with("Set-Cookie", "session=crumbs"),
        "/plain?api_key=hunter2" => Reply::body(feed(port, "plain", count(1))),
        "/rough" => match count(2) {
            1 => Reply::status(503),
            2 => Reply::body("<html><body>Back soon</body></html>"),
            n => Reply::body(feed(port, "rough", n)),
        },
        "/robots.txt" => Reply::status(404),
        "/story/calm" | "/other/calm" => {
            Reply::body(page("calm")).with("Content-Type", "text/html")
        }
        _ => Reply::status(410),
    }
}

const OUTLETS: &str = "[[outlet]]\nid = \"calm\"\nfamily = \"north\"\n[[outlet]]\nid = \"plain\"\nfamily = \"south\"\n\
                       [[outlet]]\nid = \"rough\"\nfamily = \"east\"\n";

async fn desk(archive: &str) -> Desk {
    let polls: [AtomicUsize; 3] = Default::default();
    let server = Server::start(move |seen| answers(seen, &polls)).await;
    let feeds: Vec<String> = [("calm", "/calm"), ("plain", "/plain?api_key=hunter2"), ("rough", "/rough")]
        .iter()
        .map(|(id, path)| {
            let (url, full_text) = (server.url(path), *id != "plain");
            format!(
                "[[feed]]\nid = \"{id}\"\nurl = \"{url}\"\noutlet = \"{id}\"\ninterval = \"1s\"\nfull_text = {full_text}\n"
            )
        })
        .collect();
    let more = format!("host_spacing = \"0s\"\n[archive]\n{archive}{OUTLETS}{}", feeds.concat());
    Desk::new(server, &more)
}

fn asked(desk: &Desk, path: &str) -> usize {
    desk.server.seen().iter().filter(|seen| seen.path() == path).count()
}

/// Runs until each feed was polled so often since the start.
async fn run(desk: &Desk, polls: usize) {
    let before = ["/calm", "/plain?api_key=hunter2", "/rough"].map(|path| asked(desk, path));
    let daemon = desk.start("RUST_LOG", "info");
    desk.until("polled", |desk| {
        let after = ["/calm", "/plain?api_key=hunter2", "/rough"].map(|path| asked(desk, path));
        before.iter().zip(after).all(|(before, after)| after >= before + polls)
    })
    .await;
    desk.stop(daemon).await;
}

fn replay(desk: &Desk, source: &str, out: &str, config: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .args(["replay", source, "--out", out, "--config", config])
        .current_dir(desk.dir.path())
        .env_clear()
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All lines of a stream, in order, whatever files they are in.
fn stream(dir: &Path, stream: &str) -> Vec<String> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
        .collect();
    paths.sort();
    let text: String = paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    text.lines().map(str::to_owned).collect()
}

const STREAMS: [&str; 4] = ["articles-", "stories-", "quarantine-", "health-"];

fn assert_same(one: &Path, other: &Path) {
    for name in STREAMS {
        let (one, other) = (stream(one, name), stream(other, name));
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one, other, "{name}");
        }
        assert_eq!(one.len(), other.len(), "{name}");
    }
}

fn archived(desk: &Desk) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(desk.dir.path().join("archive"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "gz"))
        .collect();
    paths.sort();
    paths
}

fn inflated(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    bytes
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|part| part == words.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_the_archive_writes_the_records_of_the_run_again_byte_for_byte() {
    let desk = desk("").await;
    run(&desk, 6).await;
    // A stop and a start belong to the run: states, times and numbers go on.
    run(&desk, 3).await;
    let out = desk.dir.path().join("out");
    let articles = desk.records("articles-");
    let of = |feed: &str, kind: &str| {
        articles.iter().filter(|r| r["feed_id"] == feed && r["type"] == kind).count()
    };
    assert_eq!((of("calm", "article.new"), of("rough", "article.new")), (2, 2));
    assert!(of("plain", "article.revised") > 0 && of("rough", "article.revised") > 0);
    assert!(articles.iter().any(|record| record["text"]["origin"] == "page"));
    let health = desk.records("health-");
    assert!(health.iter().any(|record| record["to"] == "flaky"), "{health:#?}");
    assert!(!stream(&out, "quarantine-").is_empty());

    for again in ["again", "twice"] {
        let done = replay(&desk, "archive", again, "copytaster.toml");
        assert!(done.status.success(), "{}", said(&done));
        assert_same(&out, &desk.dir.path().join(again));
    }
    let files = |dir: &str| {
        let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(desk.dir.path().join(dir))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "jsonl"))
            .map(|path| {
                (path.file_name().unwrap().to_string_lossy().into(), std::fs::read(path).unwrap())
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(files("again"), files("twice"));
    let verified = Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .args(["verify", "again"])
        .current_dir(desk.dir.path())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rules_give_other_numbers_on_the_same_day() {
    let desk = desk("").await;
    run(&desk, 4).await;
    let config = std::fs::read_to_string(desk.dir.path().join("copytaster.toml")).unwrap();
    let one_house = config.replace("\"south\"", "\"north\"").replace("\"east\"", "\"north\"");
    std::fs::write(desk.dir.path().join("other.toml"), one_house).unwrap();
    let done = replay(&desk, "archive", "again", "other.toml");
    assert!(done.status.success(), "{}", said(&done));
    let most = |dir: &str| -> u64 {
        let lines = stream(&desk.dir.path().join(dir), "stories-");
        let stories = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        stories.map(|story| story["independent_source_count"].as_u64().unwrap()).max().unwrap()
    };
    assert!(most("again") < most("out"), "{} and {}", most("again"), most("out"));
    let lines = |dir: &str| stream(&desk.dir.path().join(dir), "articles-").len();
    assert_eq!(lines("again"), lines("out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_is_warc_in_members_and_holds_no_secret() {
    let desk = desk("rotate_bytes = \"64KB\"\nrotate_after = \"2s\"\n").await;
    run(&desk, 8).await;
    let paths = archived(&desk);
    assert!(paths.len() > 1, "{paths:?}");
    let mut all = Vec::new();
    for path in &paths {
        let bytes = inflated(path);
        assert!(bytes.starts_with(b"WARC/1.1\r\nWARC-Type: warcinfo\r\n"));
        all.extend(bytes);
    }
    for words in [
        "WARC-Type: response",
        "revisit/server-not-modified",
        "revisit/identical-payload-digest",
        "WARC-Payload-Digest: sha256:",
        "WARC-Identified-Payload-Type: application/rss+xml",
        "X-Copytaster-Feed: calm",
        "X-Copytaster-Page: http://127.0.0.1",
        "api_key=***",
        "HTTP 503",
    ] {
        assert!(has(&all, words), "{words}");
    }
    for secret in ["hunter2", "crumbs", "Set-Cookie", "User-Agent"] {
        assert!(!has(&all, secret), "{secret}");
    }
    let done = replay(&desk, "archive", "again", "copytaster.toml");
    assert!(done.status.success(), "{}", said(&done));
    assert_same(&desk.dir.path().join("out"), &desk.dir.path().join("again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_archive_and_commit_leaves_nothing_out_and_nothing_twice() {
    let desk = desk("").await;
    for kill in 1..=3 {
        let daemon = desk.start("COPYTASTER_FAILPOINT", &format!("archived:{kill}"));
        assert!(!end(daemon).await.success());
        // As if the kill had come in the middle of the write.
        let last = archived(&desk).pop().unwrap();
        let mut torn = std::fs::File::options().append(true).open(last).unwrap();
        torn.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4d, 0x90]).unwrap();
    }
    run(&desk, 4).await;
    for path in archived(&desk) {
        inflated(&path);
    }
    assert!(desk.log().contains("its rest is cut off"), "{}", desk.log());
    let done = replay(&desk, "archive", "again", "copytaster.toml");
    assert!(done.status.success(), "{}", said(&done));
    assert!(said(&done).contains("were never committed"), "{}", said(&done));
    assert_same(&desk.dir.path().join("out"), &desk.dir.path().join("again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_cannot_be_written_is_told_and_costs_no_record() {
    let desk = desk("rotate_after = \"1s\"\n").await;
    let daemon = desk.start("RUST_LOG", "info");
    desk.until("told", |desk| desk.articles("calm") >= 2).await;
    let dir = desk.dir.path().join("archive");
    std::fs::rename(&dir, desk.dir.path().join("away")).unwrap();
    std::fs::write(&dir, b"no directory").unwrap();
    desk.until("complains", |desk| desk.log().contains("the archive cannot be written")).await;
    let polls = asked(&desk, "/rough");
    desk.until("goes on", |desk| asked(desk, "/rough") > polls + 2).await;
    std::fs::remove_file(&dir).unwrap();
    std::fs::rename(desk.dir.path().join("away"), &dir).unwrap();
    desk.until("writes again", |desk| desk.log().contains("can be written again")).await;
    desk.until("all told", |desk| desk.articles("rough") >= 2).await;
    desk.stop(daemon).await;
    assert_eq!(desk.log().matches("the archive cannot be written").count(), 1, "{}", desk.log());
    let done = replay(&desk, "archive", "again", "copytaster.toml");
    assert!(said(&done).contains("inputs are missing"), "{}", said(&done));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_costs_itself_and_mixed_sources_are_refused() {
    let desk = desk("").await;
    run(&desk, 5).await;
    let path = archived(&desk).pop().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let at = whole.len() / 2;
    let mut bytes = whole.clone();
    bytes[at] ^= 0x20;
    bytes.truncate(whole.len() - 5);
    let other = desk.dir.path().join("damaged.warc.gz");
    std::fs::write(&other, bytes).unwrap();
    let done = replay(&desk, "damaged.warc.gz", "again", "copytaster.toml");
    assert_eq!(done.status.code(), Some(65), "{}", said(&done));
    assert!(said(&done).contains("damaged.warc.gz: byte "), "{}", said(&done));
    assert!(said(&done).contains("1 files end within a record"), "{}", said(&done));
    assert!(!stream(&desk.dir.path().join("again"), "articles-").is_empty());

    std::fs::write(desk.dir.path().join("lines.jsonl"), "{\"id\":\"1\",\"title\":\"One\"}\n")
        .unwrap();
    let mixed = Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .args(["replay", "archive", "lines.jsonl", "--out", "mixed"])
        .current_dir(desk.dir.path())
        .output()
        .unwrap();
    assert_eq!(mixed.status.code(), Some(2));
    assert!(said(&mixed).contains("cannot be replayed together"), "{}", said(&mixed));
    std::fs::create_dir(desk.dir.path().join("empty")).unwrap();
    let empty = replay(&desk, "empty", "nothing", "copytaster.toml");
    assert_eq!(empty.status.code(), Some(65), "{}", said(&empty));
}

/// A record as other programs write it.
fn foreign(url: &str, date: &str, http: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{http}\r\n\r\n");
    let length = head.len() + body.len();
    let fields = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:{length}>\r\nWARC-Target-URI: {url}\r\n\
         WARC-Date: {date}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {length}\r\n\r\n"
    );
    let whole = [fields.as_bytes(), head.as_bytes(), body, b"\r\n\r\n"].concat();
    gzipped(&whole)
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn archives_of_other_programs_are_read_by_address_in_the_order_of_their_dates() {
    let dir = tempfile::tempdir().unwrap();
    let coded = gzipped(feed(80, "plain", 0).as_bytes());
    let mut chunked = Vec::new();
    for chunk in coded.chunks(100) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    let archive = [
        gzipped(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"),
        gzipped(b"WARC/1.0\r\nWARC-Type: request\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n"),
        foreign(
            "http://news.example/plain",
            "2025-08-16T06:10:02Z",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
            &chunked,
        ),
        foreign(
            "https://www.other.example/rss",
            "2025-08-16T05:00:00.5Z",
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml",
            feed(80, "rough", 0).as_bytes(),
        ),
        foreign(
            "https://www.other.example/",
            "2025-08-16T05:30:00Z",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html",
            page("rough").as_bytes(),
        ),
        foreign(
            "http://news.example/plain",
            "2025-08-16T07:00:00Z",
            "HTTP/1.1 500 Oh\r\nContent-Type: text/xml",
            b"<rss/>",
        ),
    ];
    std::fs::write(dir.path().join("crawl.warc.gz"), archive.concat()).unwrap();
    std::fs::write(
        dir.path().join("c.toml"),
        "[[feed]]\nid = \"plain\"\nurl = \"http://news.example/plain\"\noutlet = \"plain\"\n",
    )
    .unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .args(["replay", "crawl.warc.gz", "--out", "out", "--config", "c.toml"])
        .current_dir(dir.path())
        .env_clear()
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    assert!(said(&done).contains("3 records are nothing to a desk"), "{}", said(&done));
    let articles: Vec<Value> = stream(&dir.path().join("out"), "articles-")
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found: Vec<(&str, &str)> = articles
        .iter()
        .map(|record| (record["feed_id"].as_str().unwrap(), record["time"].as_str().unwrap()))
        .collect();
    let (early, late) =
        (("other.example", "2025-08-16T05:00:00.500Z"), ("plain", "2025-08-16T06:10:02.000Z"));
    assert_eq!(found, [early, early, late, late]);
}
