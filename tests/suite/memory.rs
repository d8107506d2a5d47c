//! Memory stays within its bounds, whatever is sent: 150 MB with sixteen hostile bodies at once, 64 MB at rest with a
//! thousand feeds. Read from the kernel's own account of the process.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::desk::Desk;
use crate::server::{Reply, Server};

/// The poller's cap on the wire.
const WIRE_MAX: usize = 10_000_000;

/// A line of the kernel's account, in kilobytes.
fn kilobytes(process: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let found = status.lines().find_map(|text| text.strip_prefix(line)).unwrap();
    found.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `unit` again and again between `head` and `tail`, `bytes` long in all.
fn filled(head: &str, unit: impl Fn(usize) -> String, tail: &str, bytes: usize) -> Vec<u8> {
    let mut body = head.to_owned();
    let mut n = 0;
    while body.len() + tail.len() < bytes {
        body.push_str(&unit(n));
        n += 1;
    }
    body.push_str(tail);
    body.into_bytes()
}

/// Bodies at the caps, each of another kind; those of 20 MB come compressed.
fn hostile() -> Vec<Reply> {
    let (rss, end) = ("<rss version=\"2.0\"><channel>", "</channel></rss>");
    // A handful of articles, again and again: what the desk keeps of articles is another bound.
    let item = |n| format!("<item><guid>{0}</guid><title>Title {0}</title></item>", n % 5);
    let json = |n| format!("{{\"id\":{0},\"title\":\"Title {0}\"}},", n % 5);
    let words = |n| format!("word{n} ");
    let packed = |body: Vec<u8>| Reply::body(gzip(&body)).with("Content-Encoding", "gzip");
    let wire = WIRE_MAX - 1_000;
    vec![
        Reply::body(filled(rss, item, end, wire)),
        packed(filled(rss, item, end, 2 * wire)),
        Reply::body(filled("{\"items\":[", json, "{}]}", wire)),
        packed(filled("{\"items\":[", json, "{}]}", 2 * wire)),
        Reply::body(filled(&format!("{rss}<item><title>"), words, "", wire)),
        Reply::body(filled(rss, |_| "<media:content>".to_owned(), "", wire)),
        Reply::body(filled(rss, |_| "&".to_owned(), "", wire)),
        packed(filled(
            &format!("{rss}<item><description>"),
            |_| "\u{e4}\u{20ac}".to_owned(),
            "",
            2 * wire,
        )),
        Reply::body(vec![0xff; wire]),
        packed(vec![b' '; 150_000_000]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_hostile_bodies_at_once_stay_below_150_megabytes() {
    let replies = hostile();
    let kinds = replies.len();
    let server = Server::start(move |seen| {
        let path = seen.path();
        let n: usize = path.rsplit('/').next().unwrap().parse().unwrap();
        replies[n % replies.len()].clone()
    })
    .await;
    let feeds: Vec<String> = (0..3 * kinds)
        .map(|n| {
            let url = server.url(&format!("/{n}"));
            format!("[[feed]]\nid = \"hostile-{n}\"\nurl = \"{url}\"\ninterval = \"1h\"\n")
        })
        .collect();
    let keys = "host_spacing = \"0s\"\nhost_in_flight = 16\nin_flight = 16\n";
    let desk = Desk::new(server, &format!("{keys}{}", feeds.concat()));
    let daemon = desk.start("RUST_LOG", "info");
    let met = |desk: &Desk| {
        let health = desk.records("health-");
        let changed = health.iter().filter(|record| record["type"] == "health.changed");
        changed.count() == 3 * kinds
    };
    desk.until("has met all", met).await;
    let peak = kilobytes(daemon.id(), "VmHWM");
    eprintln!("{peak} kB at the most");
    desk.stop(daemon).await;
    assert!(peak < 150_000, "{peak} kB at the most");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_feeds_at_rest_take_less_than_64_megabytes() {
    let server = Server::start(|seen| {
        let n = seen.path();
        let item =
            format!("<item><guid>{n}</guid><title>The lock {n} was painted green</title></item>");
        Reply::body(format!("<rss version=\"2.0\"><channel>{item}</channel></rss>"))
    })
    .await;
    let feeds: Vec<String> = (0..1_000)
        .map(|n| {
            let url = server.url(&format!("/{n}"));
            format!("[[feed]]\nid = \"f{n}\"\nurl = \"{url}\"\ninterval = \"5s\"\n")
        })
        .collect();
    let keys = "host_spacing = \"0s\"\nhost_in_flight = 16\n";
    let desk = Desk::new(server, &format!("{keys}{}", feeds.concat()));
    let daemon = desk.start("RUST_LOG", "info");
    let told = |desk: &Desk| desk.records("articles-").len() == 1_000;
    desk.until("has read all", told).await;
    // Its own pages; those of the unoptimised binary are no measure of anything.
    let rest = kilobytes(daemon.id(), "RssAnon");
    eprintln!("{rest} kB at rest, {} kB with the binary", kilobytes(daemon.id(), "VmRSS"));
    desk.stop(daemon).await;
    assert!(rest < 64_000, "{rest} kB");
}
