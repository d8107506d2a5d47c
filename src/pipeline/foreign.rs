//! Answers that other programs archived: which of them are feeds, and their bodies without codings.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::again::{Rules, answer};
use super::read;
use crate::news::{Article, Batch, Feed, Fetched};
use crate::parse;
use crate::poll::{self, Polled};
use crate::sink::archive::{Head, Record, split_http};

/// The batch of an answer, and its time; `None` for what is no feed.
pub(super) fn batch(
    record: &Record,
    urls: &HashMap<String, Arc<Feed>>,
    rules: &Rules,
) -> Option<(Batch<Article>, Timestamp)> {
    let at: Timestamp = record.head.get("WARC-Date")?.parse().ok()?;
    let url = Url::parse(record.head.id("WARC-Target-URI")?).ok()?;
    let known = urls.get(url.as_str()).map(Arc::clone);
    let is_known = known.is_some();
    let feed = known.map_or_else(|| stranger(&url), Some)?;
    let (200, head, body) = split_http(&record.block)? else { return None };
    if !is_known && !may_be_a_feed(&head) {
        return None;
    }
    let body = plain_body(&head, body, rules.body_bytes_max)?;
    let wire = record.block.len() as u64;
    let fetched = answer(&feed, url, (&head, body), (wire, at));
    let polled = Polled {
        batch: Batch {
            feed: Arc::clone(&feed),
            fetched_at: at,
            state: None,
            report: None,
            health: None,
            backfill_before: None,
            items: Vec::new(),
            rejected: Vec::new(),
        },
        body: Some(fetched),
        same: None,
        turn: None,
    };
    let read = |fetched: &Fetched| parse::read(fetched, &rules.parse);
    let (batch, _) = read::batch(polled, read, &rules.tables);
    (is_known || !batch.items.is_empty()).then_some((batch, at))
}

/// A feed of nobody we know, named by its host.
fn stranger(url: &Url) -> Option<Arc<Feed>> {
    let host = url.host_str()?.trim_start_matches("www.").to_ascii_lowercase();
    Some(Arc::new(Feed::new(host, url.clone())))
}

fn may_be_a_feed(head: &Head) -> bool {
    let Some(kind) = head.get("content-type") else { return true };
    let kind = kind.to_ascii_lowercase();
    ["xml", "rss", "atom", "json", "rdf"].iter().any(|word| kind.contains(word))
        && !kind.contains("xhtml")
}

/// The body as others archive it, its transfer and content codings taken off.
fn plain_body(head: &Head, body: &[u8], bytes_max: u64) -> Option<Vec<u8>> {
    let all = |name: &str| -> Vec<String> {
        let fields = head.fields().iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        fields.map(|(_, value)| value.clone()).collect()
    };
    let is_chunked =
        all("transfer-encoding").iter().any(|word| word.to_ascii_lowercase().contains("chunked"));
    // Some tools take the chunks apart and leave the field.
    let joined = is_chunked.then(|| joined(body)).flatten();
    let body = joined.as_deref().unwrap_or(body);
    // Some take off the content coding as well.
    let codings = all("content-encoding");
    poll::decoded(&codings, body, bytes_max).or_else(|_| poll::decoded(&[], body, bytes_max)).ok()
}

/// The chunks of a body, joined; `None` if it is not in chunks.
fn joined(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = body.iter().position(|&byte| byte == b'\n')?;
        let (line, rest) = body.split_at_checked(end + 1)?;
        let line = std::str::from_utf8(line).ok()?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(digits, 16).ok()?;
        if length == 0 {
            return Some(whole);
        }
        let (chunk, rest) = rest.split_at_checked(length)?;
        whole.extend_from_slice(chunk);
        body = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
    }
}
