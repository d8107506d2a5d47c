//! Parse alone: bytes to drafts with full leniency, beside feed-rs alone on the same bytes.
//!
//! `cargo bench --bench parse`

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod figures;
mod news;
mod spent;

use copytaster::parse;
use figures::{Figures, size};
use spent::{number, rounds, spend};

fn main() {
    let mut figures = Figures::default();
    for (name, words) in [("60_words", 60), ("500_words", 500)] {
        let bodies = news::bodies(size(if words == 60 { 3000 } else { 1000 }, 4), words);
        let fetched: Vec<_> = bodies.iter().map(news::Body::fetched).collect();
        let bytes: usize = bodies.iter().map(|body| body.bytes.len()).sum();
        let config = parse::Config::default();
        for _ in 0..rounds() {
            let (drafts, ours) = spend(|| {
                fetched.iter().map(|f| parse::read(f, &config).drafts.len()).sum::<usize>()
            });
            assert_eq!(drafts, bodies.len() * news::ITEMS);
            let (entries, theirs) = spend(|| {
                let read = |body: &news::Body| feed_rs::parser::parse(&body.bytes[..]).unwrap();
                bodies.iter().map(|body| read(body).entries.len()).sum::<usize>()
            });
            assert_eq!(entries, drafts);
            let feeds = number(bodies.len());
            figures.add(format!("parse.{name}.of_feed_rs_alone"), "x", theirs.cpu_s / ours.cpu_s);
            figures.rate(&format!("parse.{name}.ours"), "feeds/s", feeds, ours);
            figures.add(format!("parse.{name}.bytes"), "MB/s", number(bytes) / 1e6 / ours.cpu_s);
            figures.rate(&format!("parse.{name}.feed_rs_alone"), "feeds/s", feeds, theirs);
        }
    }
    figures.print();
}
