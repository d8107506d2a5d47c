use std::fs;
use std::sync::Arc;

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::news::{Feed, FeedId, Hash16};

const URL: &str = "https://vale.example/world/ferry";

fn fetched(body: &[u8], content_type: &str) -> Fetched {
    let feed = Feed {
        id: FeedId::new("test"),
        url: Url::parse("https://vale.example/feed").unwrap(),
        outlet: None,
        interval: None,
        zone: None,
    };
    Fetched {
        feed: Arc::new(feed),
        url: Url::parse(URL).unwrap(),
        http: 200,
        headers: vec![("content-type".into(), content_type.into())],
        body_hash: Hash16::default(),
        wire_bytes: body.len() as u64,
        body: body.to_vec(),
        fetched_at: "2025-08-16T06:10:02Z".parse().unwrap(),
    }
}

fn read(html: &str) -> Page {
    page(&fetched(html.as_bytes(), "text/html"), &Config::default()).unwrap()
}

/// The blocks of the text, joined by ` | `.
fn text_of(page: &Page) -> String {
    let blocks = page.content.lines().map(super::super::html::plain);
    blocks.collect::<Vec<_>>().join(" | ")
}

fn fixture(name: &str) -> Page {
    let path = format!("{}/tests/fixtures/pages/{name}.html", env!("CARGO_MANIFEST_DIR"));
    read(&fs::read_to_string(path).unwrap())
}

const ONE: &str = "The night ferry to Lindholm sailed on Friday for the first time in eleven weeks, the harbour office said.";
const TWO: &str = "“We have four boats and three crews, and that is the whole trouble,” said Ada Vale, who runs the line.";
const THREE: &str =
    "Passengers had waited on the quay since dawn, some of them with bicycles, dogs and a piano.";

fn page_with(body: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>Ferry sails | Vale Post</title></head><body><div class=page>{body}</div></body></html>"
    )
}

fn article_with(before: &str, after: &str) -> String {
    page_with(&format!(
        "<nav><ul><li><a href=/w>World</a></li><li><a href=/s>Sport</a></li></ul></nav>\
         <article><h1>Ferry sails</h1>{before}<div class=\"article-body\"><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>{after}</div></article>\
         <aside class=related><h3>Related</h3><p><a href=/x>Bridge closed for repairs until the spring, council says</a></p></aside>\
         <footer><p>© 2025 Vale Post. All rights reserved.</p></footer>"
    ))
}

#[test]
fn dump() {
    let page =
        read(&article_with("<p class=byline>By Ada Vale</p>", "<p>(With inputs from ANI)</p>"));
    eprintln!("{page:#?}");
}
