//! Parse alone: bytes to drafts with full leniency, beside feed-rs alone on the same bytes.
//!
//! `cargo bench --bench parse`: made-up news. `cargo bench --bench parse -- DIR`: the feeds in a folder, each read again and
//! again until there is something to measure. What a reader refuses counts as read by it, and is told.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod figures;
mod news;
mod spent;
mod watch;

use std::path::Path;

use copytaster::news::{Feed, Fetched, hash16};
use copytaster::parse;
use figures::{Figures, size};
use jiff::Timestamp;
use spent::{rounds, spend};
use watch::number;

/// Bytes read in one round over a folder.
const ROUND_BYTES: usize = 64 << 20;

fn main() {
    let mut figures = Figures::default();
    let folder = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    match folder {
        Some(folder) => real(Path::new(&folder), &mut figures),
        None => made_up(&mut figures),
    }
    figures.print();
}

fn made_up(figures: &mut Figures) {
    for (name, words) in [("60_words", 60), ("500_words", 500)] {
        let bodies = news::bodies(size(if words == 60 { 3000 } else { 1000 }, 4), words);
        let fetched: Vec<_> = bodies.iter().map(news::Body::fetched).collect();
        let drafts = compare(name, &fetched, 1, figures);
        assert_eq!(drafts, bodies.len() * news::ITEMS);
    }
}

fn real(folder: &Path, figures: &mut Figures) {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let fetched: Vec<_> = files.iter().map(|file| response(file)).collect();
    let bytes: usize = fetched.iter().map(|response| response.body.len()).sum();
    let times = size(ROUND_BYTES.div_ceil(bytes), 1);
    figures.add("parse.real.files", "", number(files.len()));
    figures.add("parse.real.bytes_a_file", "", number(bytes) / number(files.len()));
    compare("real", &fetched, times, figures);
    let refused =
        fetched.iter().filter(|f| parse::read(f, &parse::Config::default()).drafts.is_empty());
    figures.add("parse.real.ours.without_items", "feeds", number(refused.count()));
    let refused = fetched.iter().filter(|f| alone(f).is_none_or(|entries| entries == 0));
    figures.add("parse.real.feed_rs_alone.without_items", "feeds", number(refused.count()));
}

fn response(file: &Path) -> Fetched {
    let body = std::fs::read(file).unwrap();
    let url: url::Url = "https://paper.example/feed.xml".parse().unwrap();
    let feed = Feed::new("paper", url.clone());
    Fetched {
        body_hash: hash16(&[&file.to_string_lossy()]),
        fetched_at: Timestamp::from_second(1_755_300_000).unwrap(),
        ..Fetched::at_hand(feed, url, body)
    }
}

/// Entries that feed-rs sees alone.
fn alone(fetched: &Fetched) -> Option<usize> {
    let read = || feed_rs::parser::parse(&fetched.body[..]);
    std::panic::catch_unwind(read).ok()?.ok().map(|feed| feed.entries.len())
}

/// Both readers in turn; gives the drafts of one pass.
fn compare(name: &str, fetched: &[Fetched], times: usize, figures: &mut Figures) -> usize {
    let config = parse::Config::default();
    let bytes: usize = fetched.iter().map(|response| response.body.len()).sum::<usize>() * times;
    let mut of_a_pass = 0;
    for _ in 0..rounds() {
        let (drafts, ours) = spend(|| {
            let pass =
                || fetched.iter().map(|f| parse::read(f, &config).drafts.len()).sum::<usize>();
            (0..times).map(|_| pass()).sum::<usize>()
        });
        let (entries, theirs) = spend(|| {
            let pass = || fetched.iter().filter_map(alone).sum::<usize>();
            (0..times).map(|_| pass()).sum::<usize>()
        });
        assert!(entries <= drafts, "feed-rs alone sees more");
        of_a_pass = drafts / times;
        let feeds = number(fetched.len() * times);
        figures.add(format!("parse.{name}.of_feed_rs_alone"), "x", theirs.cpu_s / ours.cpu_s);
        figures.rate(&format!("parse.{name}.ours"), "feeds/s", feeds, ours);
        figures.add(format!("parse.{name}.bytes"), "MB/s", number(bytes) / 1e6 / ours.cpu_s);
        figures.rate(&format!("parse.{name}.feed_rs_alone"), "feeds/s", feeds, theirs);
        figures.add(
            format!("parse.{name}.feed_rs_alone.bytes"),
            "MB/s",
            number(bytes) / 1e6 / theirs.cpu_s,
        );
    }
    of_a_pass
}
