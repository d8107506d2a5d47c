//! The desk alone: new articles get their dispatch and story, stories their counts; no store, no records.
//!
//! `cargo bench --bench desk`

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod figures;
mod news;
mod ready;
mod spent;
mod watch;
mod work;

use copytaster::cluster;
use copytaster::desk::{self, Desk};
use copytaster::news::{Article, Batch, Recalled};
use copytaster::tables::Tables;
use figures::{Figures, size};
use spent::{rounds, spend};
use watch::number;

fn main() {
    let tables = Tables::builtin();
    let mut figures = Figures::default();
    for words in [60, 500] {
        let batches = ready::batches(
            &news::bodies(size(if words == 60 { 400 } else { 150 }, 4), words),
            &tables,
        );
        let articles = number(batches.len() * news::ITEMS);
        for _ in 0..rounds() {
            let fresh = batches.clone();
            let (desk, spent) = spend(|| take(fresh));
            let name = |what: &str| format!("desk.{words}_words.{what}");
            figures.rate(&name("articles"), "articles/s", articles, spent);
            figures.add(name("a_story"), "articles", articles / number(desk.stories()));
        }
    }
    figures.print();
}

/// Takes all as never seen before.
fn take(batches: Vec<Batch<Article>>) -> Desk {
    let mut desk = Desk::new(desk::Config { cluster: cluster::Config::default() });
    for batch in batches {
        let wants = desk.wants(&batch);
        let recalled = Recalled { articles: vec![None; wants.len()], ..Recalled::default() };
        desk.take(batch, wants, recalled);
        desk.next_commit();
    }
    desk
}
