//! The dispatch stage: is a text a copy of one seen before? Beside `MinHash` with LSH by gaoya, on the same texts in the
//! same run.
//!
//! `cargo bench --bench dispatch`
//!
//! Ours begins at a cleaned article (cutting it into words included), looks for its dispatch and takes it into the
//! window; the terms of stories are left out, which copies need none of. Theirs begins at its text, signs its 3-word shingles, asks for what is alike and takes it into the index.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod figures;
mod news;
mod ready;
mod spent;
mod watch;
mod work;

use copytaster::cluster::{Config, Entry, Features, Probe, Window};
use copytaster::news::{Article, ArticleId, Batch, DispatchId, StoryId};
use copytaster::tables::Tables;
use figures::{Figures, size};
use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32};
use spent::{rounds, spend};
use watch::number;

/// Bands and rows of the peer, for a Jaccard of one half.
const BANDS: usize = 42;
const ROWS: usize = 3;

/// Words of a shingle, theirs as ours.
const SHINGLE: usize = 3;

fn main() {
    let tables = Tables::builtin();
    let mut figures = Figures::default();
    for words in [60, 160] {
        let batches = ready::batches(&news::bodies(size(800, 4), words), &tables);
        for _ in 0..rounds() {
            let ((joined, bytes), ours) = spend(|| ours(&batches));
            let (alike, theirs) = spend(|| theirs(&batches));
            let articles = number(batches.len() * news::ITEMS);
            let name = |what: &str| format!("dispatch.{words}_words.{what}");
            figures.add(name("of_gaoya"), "x", theirs.cpu_s / ours.cpu_s);
            figures.rate(&name("ours"), "articles/s", articles, ours);
            figures.rate(&name("gaoya"), "articles/s", articles, theirs);
            figures.add(name("joined"), "%", 100.0 * number(joined) / articles);
            figures.add(name("gaoya_found_alike"), "%", 100.0 * number(alike) / articles);
            let per_100k = number(usize::try_from(bytes).unwrap()) / articles * 100_000.0 / 1e6;
            figures.add(name("memory_counted"), "MB/100k", per_100k);
        }
    }
    figures.print();
}

fn articles(batches: &[Batch<Article>]) -> impl Iterator<Item = (&Batch<Article>, &Article)> {
    batches.iter().flat_map(|batch| batch.items.iter().map(move |article| (batch, article)))
}

/// Articles that joined an earlier dispatch, and bytes of the window.
fn ours(batches: &[Batch<Article>]) -> (usize, u64) {
    let mut window = Window::new(Config::default());
    let mut joined = 0;
    for (arrival, (batch, article)) in (1..).zip(articles(batches)) {
        let features = Features::of_text(article);
        let (fetched_at, moment) = (batch.fetched_at, article.stated());
        let probe = Probe { features: &features, fetched_at, moment, exclude: None };
        let found = window.find_dispatch(&probe);
        joined += usize::from(found.dispatch.is_some());
        let id = ArticleId::mint(&article.outlet.id, article.rung, &article.key, None);
        window.insert(Entry {
            arrival,
            article: id,
            dispatch: found.dispatch.unwrap_or_else(|| DispatchId::opened_by(id, 1)),
            story: found.story.unwrap_or_else(|| StoryId::opened_by(id, 1)),
            fetched_at,
            moment,
            features,
        });
    }
    (joined, window.bytes())
}

/// Articles for which something alike was found.
fn theirs(batches: &[Batch<Article>]) -> usize {
    let hasher = MinHasher32::new(BANDS * ROWS);
    let mut index: MinHashIndex<u32, u32> = MinHashIndex::new(BANDS, ROWS, 0.5);
    let mut alike = 0;
    for (id, (_, article)) in (0..).zip(articles(batches)) {
        let text = article.text.body.to_lowercase();
        let words: Vec<&str> = gaoya::text::whitespace_split(&text).collect();
        let signature = hasher.create_signature(words.windows(SHINGLE));
        alike += usize::from(!index.query(&signature).is_empty());
        index.insert(id, signature);
    }
    alike
}
