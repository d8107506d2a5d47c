//! JSON Feed, read as leniently as XML: wrong types cost their field, a cut tail costs what follows it.
//!
//! Items are taken one by one, so that a body's memory is that of its items, not of its tree.

mod rest;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use url::Url;

use super::claim::{Claim, Dates, Defect, FeedClaim, Note, Person, Words};
use super::json_mend;
use super::keys::LINK_BYTES_MAX;
use super::lean::{DEPTH_MAX, Depth, Lean};
use super::{html, person, place, text};
use crate::news::has_possible_host;

/// Longest text that is read a second time: reading twice must not cost more than one body at the cap does.
const MENDED_BYTES_MAX: usize = 8 << 20;

/// What a body gave before it ended or broke.
#[derive(Debug, Default)]
pub(crate) struct JsonFeed {
    pub(crate) feed: FeedClaim,
    pub(crate) items: Vec<Claim>,
    /// Moments and places of the first of them, so that a date is read once.
    ages: Vec<(i64, u64)>,
    /// The oldest age that was kept when items were last left out: no older one can be among the newest.
    oldest: Option<(i64, u64)>,
    pub(crate) over_limit: u64,
    pub(crate) defects: Vec<Defect>,
    is_feed: bool,
    /// Its items are no list: whoever wrote them has news that nobody can read.
    is_without_list: bool,
}

/// What reading needs beside the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits<'a> {
    pub(crate) entries_max: usize,
    pub(crate) text_bytes_max: usize,
    pub(crate) base: Option<&'a Url>,
}

/// Reads a JSON Feed; `None` if the text is no such thing.
pub(crate) fn read(text: &str, limits: Limits<'_>) -> Option<JsonFeed> {
    let (mut out, error) = walk(text, limits);
    if let Some(error) = error {
        let at = offset(text, error.line(), error.column());
        let told = |word| Defect { word, at: Some(at), element: "", detail: error.to_string() };
        // An object that was not closed may have taken all of the list.
        let has_any = out.over_limit > 0 || !out.items.is_empty() || !has_items(text);
        if error.is_eof() && has_any {
            // All that came before the cut has been read; of the item that it goes through, half is left.
            if let Some((ordinal, value)) = half_item(text) {
                let mut half = item(ordinal, &value, limits);
                half.note.defects.push(("item_cut", "", 0));
                out.items.push(half);
            }
            out.defects.push(told(if is_closed(text, &error) {
                "json_repaired"
            } else {
                "document_cut"
            }));
        } else if text.len() > MENDED_BYTES_MAX {
            out.defects.push(told("document_cut"));
        } else {
            out = rest::read(text, at, out, limits);
            out.defects.push(told("json_repaired"));
        }
    }
    // Items that were written and cannot be had are news that nobody reads: no healthy feed without any.
    if out.items.is_empty() && !out.defects.is_empty() && has_items(text) {
        return None;
    }
    prune(&mut out, limits.entries_max);
    (out.is_feed && !out.is_without_list || !out.items.is_empty()).then_some(out)
}

/// Whether a text ends as a feed does, though in a string: what was lost is the quote of the last one, and nothing behind.
fn is_closed(text: &str, error: &serde_json::Error) -> bool {
    let list = text.trim_end().strip_suffix('}').map(str::trim_end);
    list.is_some_and(|list| list.ends_with(']'))
        && error.to_string().starts_with("EOF while parsing a string")
}

/// Whether a text that could not be read as it is has something in its list of items.
fn has_items(text: &str) -> bool {
    let lists = text.split("items").skip(1).filter_map(|behind| {
        let list = behind
            .trim_start_matches('"')
            .trim_start()
            .strip_prefix([':', ','])?
            .trim_start()
            .strip_prefix('[')?;
        Some(list.trim_start())
    });
    lists.into_iter().any(|list| !list.is_empty() && !list.starts_with(']'))
}

/// The item inside which a text that was cut ends, closed there, with its place among the items.
fn half_item(text: &str) -> Option<(u64, Lean)> {
    let ends = place::item_ends(text)?;
    let last = text.get(ends.last..)?;
    if last.len() > MENDED_BYTES_MAX {
        return None;
    }
    let mut one = serde_json::Deserializer::from_str(last).into_iter::<IgnoredAny>();
    if one.next()?.is_ok() {
        return None;
    }
    Some((ends.before, json_mend::value(last, true).0?))
}

/// Takes what a text says until it ends or breaks.
fn walk(text: &str, limits: Limits<'_>) -> (JsonFeed, Option<serde_json::Error>) {
    let mut out = JsonFeed::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let result = Top { out: &mut out, limits, has_items: true }.deserialize(&mut deserializer);
    let behind = |error: &serde_json::Error| {
        text.get(offset(text, error.line(), error.column())..)
            .is_some_and(|rest| rest.starts_with(','))
    };
    // A comma behind the document says that it was closed too early.
    let error = result.err().or_else(|| deserializer.end().err().filter(behind));
    (out, error)
}

/// The byte offset of a line and a column, both from 1, columns in bytes.
pub(crate) fn offset(text: &str, line: usize, column: usize) -> usize {
    let begin: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (begin + column.saturating_sub(1)).min(text.len())
}

/// The object at the top.
struct Top<'o, 'l> {
    out: &'o mut JsonFeed,
    limits: Limits<'l>,
    /// Whether its items are read with it.
    has_items: bool,
}

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON Feed object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            // A sign too many in its name makes it no other one.
            if key.trim_matches(|c: char| !c.is_alphanumeric()) == "items" && self.has_items {
                self.out.is_feed = true;
                // A repeated key: the last one counts, and what the first one counted is gone with it.
                self.out.items.clear();
                self.out.is_without_list = false;
                self.out.ages.clear();
                self.out.oldest = None;
                self.out.over_limit = 0;
                map.next_value_seed(Items { out: self.out, limits: self.limits })?;
            } else {
                let value = map.next_value_seed(Depth(DEPTH_MAX))?;
                feed_member(self.out, &key, &value, self.limits);
            }
        }
        Ok(())
    }
}

fn feed_member(out: &mut JsonFeed, key: &str, value: &Lean, limits: Limits<'_>) {
    let plain = || Words { value: value.text(), is_html: false };
    let feed = &mut out.feed;
    match key {
        "version" => out.is_feed |= value.text().contains("jsonfeed.org"),
        "title" => feed.title = plain(),
        "description" => feed.description = plain(),
        "home_page_url" => feed.link = absolute(&value.text(), limits.base),
        "feed_url" => feed.wishes.topic = absolute(&value.text(), limits.base),
        "language" => feed.lang = value.text(),
        "author" | "authors" => people(&mut feed.authors, value),
        _ => {}
    }
}

/// The list of items.
struct Items<'o, 'l> {
    out: &'o mut JsonFeed,
    limits: Limits<'l>,
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut ordinal = 0;
        while let Some(value) = seq.next_element_seed(Depth(DEPTH_MAX))? {
            if !matches!(value, Lean::Object(_)) {
                continue;
            }
            take(self.out, ordinal, &value, self.limits);
            ordinal += 1;
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.out.is_without_list = true;
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.out.is_without_list = true;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.out.is_without_list = true;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Takes an item as far as the bound allows: no more are ever held than twice as many.
fn take(out: &mut JsonFeed, ordinal: u64, value: &Lean, limits: Limits<'_>) {
    if out.items.len() >= limits.entries_max {
        let age = (moment(&value.get("date_published").text()), u64::MAX - ordinal);
        // An undated one is older than all that are held, and would be the first to go.
        if age.0 == i64::MIN || out.oldest.is_some_and(|oldest| age < oldest) {
            out.over_limit += 1;
            return;
        }
    }
    out.items.push(item(ordinal, value, limits));
    if out.items.len() >= 2 * limits.entries_max.max(1) {
        prune(out, limits.entries_max);
    }
}

/// Keeps the newest items, in their order.
fn prune(out: &mut JsonFeed, max: usize) {
    if out.items.len() <= max {
        return;
    }
    out.over_limit += (out.items.len() - max) as u64;
    if max == 0 {
        out.items.clear();
        return;
    }
    for claim in &out.items[out.ages.len()..] {
        out.ages.push((moment(&claim.note.dates.published), u64::MAX - claim.note.ordinal));
    }
    // Ordinals make all ages different, so exactly `max` are as young as the oldest that is kept.
    let mut ranked = out.ages.clone();
    let cut = ranked.len() - max;
    let (_, oldest, _) = ranked.select_nth_unstable(cut);
    out.oldest = Some(*oldest);
    let mut kept = out.ages.iter().map(|age| *age >= *oldest);
    out.items.retain(|_| kept.next().unwrap_or(false));
    out.ages.retain(|age| *age >= *oldest);
}

/// When an item was published; long ago where it does not say so.
fn moment(date: &str) -> i64 {
    super::date::read(date).map_or(i64::MIN, |read| read.date.moment.as_second())
}

fn item(ordinal: u64, value: &Lean, limits: Limits<'_>) -> Claim {
    let mut defects = Vec::new();
    let mut bounded = |element: &'static str| {
        let text = value.get(element).text();
        if text.len() <= limits.text_bytes_max {
            return text;
        }
        defects.push(("text_cut", element, 0));
        text::head(&text, limits.text_bytes_max).to_owned()
    };
    let page = bounded("content_html");
    let plain = bounded("content_text");
    let content = if page.is_empty() {
        Words { value: plain, is_html: false }
    } else {
        Words { value: page, is_html: true }
    };
    let summary = Words { value: bounded("summary"), is_html: false };
    let title = value.get("title").text();
    let is_html = html::looks_like(&title);
    let link = [value.get("url"), value.get("external_url")]
        .map(Lean::text)
        .into_iter()
        .find(|link| !link.is_empty())
        .unwrap_or_default();
    let mut authors = Vec::new();
    people(&mut authors, value.get("author"));
    people(&mut authors, value.get("authors"));
    let note = Note {
        ordinal,
        span: 0..0,
        guid: value.get("id").text(),
        link: absolute(&link, limits.base),
        dates: Dates {
            published: value.get("date_published").text(),
            updated: value.get("date_modified").text(),
            ..Dates::default()
        },
        origin: None,
        lang: value.get("language").text(),
        defects,
    };
    Claim {
        note,
        title: Words { value: title, is_html },
        summary,
        content,
        authors,
        tags: value
            .get("tags")
            .list()
            .iter()
            .map(Lean::text)
            .filter(|tag| !tag.is_empty())
            .collect(),
        rights: Words::default(),
        enclosures: enclosures(value.get("attachments"), limits.base),
    }
}

fn enclosures(attachments: &Lean, base: Option<&Url>) -> Vec<String> {
    let urls = attachments.list().iter().map(|attachment| attachment.get("url").text());
    urls.filter(|url| !url.is_empty()).map(|url| absolute(&url, base)).collect()
}

fn people(into: &mut Vec<Person>, value: &Lean) {
    let all = match value {
        Lean::List(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    for one in all {
        let name = match one {
            Lean::Text(text) => text.clone(),
            object => object.get("name").text(),
        };
        let found = person::split(&name);
        if found != Person::default() && !into.contains(&found) {
            into.push(found);
        }
    }
}

fn absolute(link: &str, base: Option<&Url>) -> String {
    if link.len() > LINK_BYTES_MAX || !has_possible_host(link) {
        return link.to_owned();
    }
    match (Url::parse(link), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) if !link.is_empty() => {
            base.join(link).map_or_else(|_| link.to_owned(), String::from)
        }
        _ => link.to_owned(),
    }
}
