//! What feed-rs alone sees in a feed, in the words of `copytaster parse`: the beside-figure of the reader's tables.
//!
//! `cargo run --release --example raw -- [--url U] FILE…`: one JSON line a file. Nothing of ours stands before feed-rs and
//! nothing of its answer is corrected; its defaults are kept, sanitising aside, which is `ammonia`'s work, not a reader's.

#![expect(clippy::print_stdout, reason = "its lines are what it is for")]

use std::panic;

use anyhow::Result;
use feed_rs::model::{Entry, Feed, Link, Person, Text};
use feed_rs::parser::Builder;
use serde_json::{Map, Value, json};

fn main() -> Result<()> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut url = None;
    if args.first().is_some_and(|arg| arg == "--url") {
        url = args.drain(..2).nth(1);
    }
    panic::set_hook(Box::new(|_| {}));
    for file in args {
        let body = std::fs::read(&file)?;
        let parser = || Builder::new().base_uri(url.as_deref()).sanitize_content(false).build();
        let line = match panic::catch_unwind(|| parser().parse(&body[..])) {
            Ok(Ok(feed)) => shown(&file, &feed),
            Ok(Err(error)) => json!({"file": file, "ok": false, "error": error.to_string()}),
            Err(_) => json!({"file": file, "ok": false, "error": "panic"}),
        };
        println!("{line}");
    }
    Ok(())
}

fn shown(file: &str, feed: &Feed) -> Value {
    let mut map = Map::new();
    text(&mut map, "title", feed.title.as_ref());
    text(&mut map, "description", feed.description.as_ref());
    text(&mut map, "rights", feed.rights.as_ref());
    put(&mut map, "link", link(&feed.links));
    put(&mut map, "id", Some(feed.id.clone()));
    put(&mut map, "language", feed.language.clone());
    put(
        &mut map,
        "published",
        feed.published.map(|date| date.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
    );
    put(
        &mut map,
        "updated",
        feed.updated.map(|date| date.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
    );
    author(&mut map, &feed.authors);
    let entries: Vec<Value> = feed.entries.iter().map(entry).collect();
    json!({"file": file, "ok": true, "feed": map, "entries": entries})
}

fn entry(entry: &Entry) -> Value {
    let mut map = Map::new();
    text(&mut map, "title", entry.title.as_ref());
    text(&mut map, "summary", entry.summary.as_ref());
    text(&mut map, "rights", entry.rights.as_ref());
    put(&mut map, "content", entry.content.as_ref().and_then(|content| content.body.clone()));
    put(&mut map, "link", link(&entry.links));
    put(&mut map, "id", Some(entry.id.clone()));
    put(&mut map, "language", entry.language.clone());
    put(
        &mut map,
        "published",
        entry.published.map(|date| date.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
    );
    put(
        &mut map,
        "updated",
        entry.updated.map(|date| date.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
    );
    author(&mut map, &entry.authors);
    let tags: Vec<&str> = entry.categories.iter().map(|category| category.term.as_str()).collect();
    if !tags.is_empty() {
        map.insert("tags".to_owned(), json!(tags));
    }
    let files = entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure"));
    let files = files.map(|link| link.href.clone());
    let media = entry.media.iter().flat_map(|media| &media.content);
    let media = media.filter_map(|content| content.url.as_ref().map(ToString::to_string));
    let files: Vec<String> = files.chain(media).collect();
    if !files.is_empty() {
        map.insert("enclosures".to_owned(), json!(files));
    }
    Value::Object(map)
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        map.insert(key.to_owned(), Value::String(value));
    }
}

fn text(map: &mut Map<String, Value>, key: &str, text: Option<&Text>) {
    put(map, key, text.map(|text| text.content.clone()));
}

/// The link to the page: the first that says nothing else.
fn link(links: &[Link]) -> Option<String> {
    let is_page = |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    links.iter().find(is_page).or(links.first()).map(|link| link.href.clone())
}

fn author(map: &mut Map<String, Value>, people: &[Person]) {
    let Some(person) = people.first() else { return };
    put(map, "author", person.name.clone().or_else(|| person.email.clone()));
    put(map, "author_email", person.email.clone());
}
