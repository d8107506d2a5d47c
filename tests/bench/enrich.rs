//! What it costs to enrich an article of 500 words, all of it and the part that hears who says what; and whether a text twice as
//! long costs twice as much.
//!
//! `cargo bench --bench enrich`: articles laid together from the cases of `tests/fixtures/chains`, where every sentence
//! attributes something: dearer than news is. `cargo bench --bench enrich -- LINES.jsonl`: the `text` of each line.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod figures;
mod spent;
mod watch;

use copytaster::enrich::{self, Context, PlainText};
use copytaster::news::Feed;
use copytaster::tables::Tables;
use figures::{Figures, size};
use serde_json::Value;
use spent::{rounds, spend};
use watch::number;

/// Words of one article that is laid together.
const ARTICLE_WORDS: usize = 500;

fn main() {
    let tables = Tables::builtin();
    let file = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let texts = file.map_or_else(laid_together, |file| lines(&file));
    let twice: Vec<String> = texts.iter().map(|text| format!("{text}\n\n{text}")).collect();
    let mut figures = Figures::default();
    for _ in 0..rounds() {
        let once = measure("500_words", &texts, &tables, &mut figures);
        let double = measure("twice_as_long", &twice, &tables, &mut figures);
        figures.add("enrich.twice_as_long.a_word", "x", double / once);
    }
    figures.print();
}

/// Microseconds of processor time for 500 words.
fn measure(name: &str, texts: &[String], tables: &Tables, figures: &mut Figures) -> f64 {
    let feed = Feed::new("bench", url::Url::parse("file:///").unwrap());
    let fetched_at = jiff::Timestamp::from_second(1_755_300_000).unwrap();
    let context = Context { feed: &feed, fetched_at, tables };
    let times = size(20, 1);
    let words: usize =
        texts.iter().map(|text| text.split_whitespace().count()).sum::<usize>() * times;
    let share = number(words) / number(ARTICLE_WORDS);
    let (heard, hearing) = spend(|| {
        let pass = || {
            texts.iter().map(|text| enrich::attributions(text, "en", tables).len()).sum::<usize>()
        };
        (0..times).map(|_| pass()).sum::<usize>()
    });
    let (quotes, all) = spend(|| {
        let line = |text: &String| PlainText {
            id: "bench".to_owned(),
            text: text.clone(),
            lang: "en".to_owned(),
            ..PlainText::default()
        };
        let pass = || {
            texts.iter().map(|text| enrich::plain(line(text), &context).quotes.len()).sum::<usize>()
        };
        (0..times).map(|_| pass()).sum::<usize>()
    });
    assert!(heard > 0 && quotes > 0, "nothing was heard");
    figures.add(format!("enrich.{name}.attributions"), "µs", hearing.cpu_s * 1e6 / share);
    figures.add(format!("enrich.{name}.all"), "µs", all.cpu_s * 1e6 / share);
    let articles = number(texts.len() * times);
    figures.rate(&format!("enrich.{name}.all"), "articles/s", articles, all);
    all.cpu_s * 1e6 / share
}

fn laid_together() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/chains/develop.toml");
    let cases: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut articles = vec![String::new()];
    for case in cases["case"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let article = articles.last_mut().unwrap();
        if article.split_whitespace().count() >= ARTICLE_WORDS {
            articles.push(text.to_owned());
        } else {
            article.push_str("\n\n");
            article.push_str(text);
        }
    }
    articles
}

fn lines(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let line = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned()
    };
    text.lines().map(line).collect()
}
