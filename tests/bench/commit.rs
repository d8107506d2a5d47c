//! The commit alone: decisions and lines into a store on a real file, one transaction a group.
//!
//! `cargo bench --bench commit`
//!
//! A small group is one feed's batch, what a quiet desk commits; a large one is forty, what a busy one does.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod disk;
mod figures;
mod news;
mod ready;
mod spent;
mod watch;
mod work;

use copytaster::cluster;
use copytaster::desk::{self, Desk};
use copytaster::news::{Article, Batch, Change, FeedId, FeedState, Line, Recalled, Stream, Taken};
use copytaster::record::{self, Layout, Stamp, layout, render};
use copytaster::store::{self, Durability, Store};
use copytaster::tables::Tables;
use figures::{Figures, size};
use spent::{rounds, spend};
use watch::number;

fn main() {
    let tables = Tables::builtin();
    let mut figures = Figures::default();
    for words in [60, 500] {
        let batches = ready::batches(&news::bodies(size(200, 4), words), &tables);
        let decided = decide(batches);
        for _ in 0..rounds() {
            for (group, a_group) in [("small", 1), ("large", 40)] {
                for (sync, durability) in
                    [("synced", Durability::Group), ("unsynced", Durability::Process)]
                {
                    let dir = disk::scratch();
                    let path = dir.path().join("state.db");
                    let config = store::Config { path, durability, ..store::Config::default() };
                    let mut store = Store::open(&config).unwrap();
                    let (commits, spent) = spend(|| commit(&mut store, &decided, a_group));
                    let name = |what: &str| format!("commit.{words}_words.{group}.{sync}.{what}");
                    let articles = number(decided.len() * news::ITEMS);
                    figures.rate(&name("articles"), "articles/s", articles, spent);
                    figures.add(name("commits"), "commits/s", number(commits) / spent.wall_s);
                }
            }
        }
    }
    figures.print();
}

/// A batch as decided, with its lines.
struct Decided {
    taken: Taken,
    lines: Vec<Line>,
    feed: FeedId,
    state: FeedState,
}

fn decide(batches: Vec<Batch<Article>>) -> Vec<Decided> {
    let mut desk = Desk::new(desk::Config { cluster: cluster::Config::default() });
    let mut layout = Layout::new(layout::Config::default(), Vec::new());
    let mut decided = Vec::new();
    for mut batch in batches {
        let (feed, state) = (batch.feed.id.clone(), batch.state.take().unwrap());
        let time = batch.fetched_at;
        let wants = desk.wants(&batch);
        let recalled = Recalled { articles: vec![None; wants.len()], ..Recalled::default() };
        let taken = desk.take(batch, wants, recalled);
        let commit = desk.next_commit();
        let mut lines = Vec::new();
        for change in &taken.changes {
            let mut line = |stream, render: &dyn Fn(&Stamp<'_>) -> Vec<u8>| {
                let seq = layout.next_seq(stream);
                let stamp = Stamp { source: "urn:bench", time: time.into(), seq, commit };
                lines.push(layout.place(stream, render(&stamp), time));
            };
            match change {
                Change::Article(change) => line(Stream::Articles, &|stamp| {
                    record::line(&render::article(change, stamp, false))
                }),
                Change::Story(change) => {
                    line(Stream::Stories, &|stamp| record::line(&render::story(change, stamp)));
                }
                _ => {}
            }
        }
        decided.push(Decided { taken, lines, feed, state });
    }
    decided
}

/// Commits all, `a_group` batches at a time; says how many commits that were.
fn commit(store: &mut Store, decided: &[Decided], a_group: usize) -> usize {
    let mut commits = 0;
    for group in decided.chunks(a_group) {
        let mut written = Vec::new();
        for decided in group {
            store.apply(&decided.taken).unwrap();
            for line in &decided.lines {
                store.put_line(line).unwrap();
                written.push((line.stream, line.seq));
            }
            store.save_feed(&decided.feed, &decided.state).unwrap();
        }
        store.commit().unwrap();
        commits += 1;
        // The sink has them: they leave the outbox with the next group.
        store.written(&written).unwrap();
    }
    commits
}
