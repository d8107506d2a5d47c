//! From what a body claims to drafts: keys, bounds, dates and the words for what was wrong.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::news::{Draft, FetchReport, Fetched, Granularity, Rejection, SourceElement, StatedDate};

use super::claim::{Claim, Dates, Wishes, Words};
use super::keys::{self, Claims, GuidCount};
use super::read::Unread;
use super::{
    FeedMeta, Parsed, Refused, Seen, bound, canonical_link, date, html, place, shown_link, text,
};

/// Bytes of a title: a headline of more is a text in the wrong place.
pub(crate) const TITLE_BYTES_MAX: usize = 2 << 10;
/// Categories of one item.
pub(crate) const TAGS_MAX: usize = 32;
/// Authors of one item.
pub(crate) const AUTHORS_MAX: usize = 8;
/// Bytes of names, categories and the like.
pub(crate) const NAME_BYTES_MAX: usize = 256;
/// Characters of a rejected item that are kept to look at.
const SAMPLE_CHARS_MAX: usize = 500;
/// Items that must share one date before it is taken for the time the feed was built.
const BUILD_TIME_ITEMS_MIN: usize = 3;

/// The account of a body that was refused whole.
pub(super) fn refused(refused: &Refused, fetched: &Fetched) -> Parsed {
    let sample = String::from_utf8_lossy(fetched.body.get(..2_000).unwrap_or(&fetched.body));
    let rejection = Rejection {
        url: text::head(fetched.url.as_str(), keys::LINK_BYTES_MAX).to_owned(),
        reason: refused.reason.to_owned(),
        detail: refused.detail.clone(),
        body_hash: fetched.body_hash,
        bytes: fetched.body.len() as u64,
        sample: sample_of(&sample),
        ..Rejection::default()
    };
    let report = FetchReport {
        http: Some(fetched.http),
        bytes: fetched.wire_bytes,
        defects: vec![refused.reason.to_owned()],
        ..FetchReport::default()
    };
    Parsed { rejected: vec![rejection], report, ..Parsed::default() }
}

fn sample_of(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(SAMPLE_CHARS_MAX).collect()
}

/// The drafts of a body.
pub(super) fn parsed(seen: Seen, text: &str, fetched: &Fetched) -> Parsed {
    let meta = FeedMeta {
        title: plain(&seen.feed.title),
        link: seen.feed.link,
        language: seen.feed.lang,
        wishes: seen.feed.wishes,
    };
    let guids =
        seen.items.iter().flatten().map(|claim| claim.note.guid.clone()).collect::<Vec<_>>();
    let count = GuidCount::of(guids.iter().map(String::as_str));
    let mut defects: Vec<String> = seen.defects.iter().map(|d| d.word.to_owned()).collect();
    let (mut drafts, mut rejected) = (Vec::new(), Vec::new());
    let is_any_empty = seen.is_json && seen.items.iter().flatten().any(Claim::is_empty);
    let starts = if is_any_empty { place::item_starts(text) } else { Vec::new() };
    let has_names = are_named(seen.items.iter().flatten());
    for item in seen.items {
        match item {
            Ok(claim) if claim.is_empty() || claim.is_stump(has_names) => {
                let span = place::span(&claim.note, &starts, text.len());
                let item = if seen.is_json { object(text, span) } else { element(text, span) };
                rejected.push(useless(&claim, item, fetched));
            }
            Ok(claim) => drafts.push(draft(claim, &meta.language, seen.is_repaired, &count)),
            Err(unread) => rejected.push(rejection(&unread, fetched)),
        }
    }
    keys::tell_apart(&mut drafts);
    bound::texts(&mut drafts);
    if drop_build_time(&mut drafts) {
        defects.push("date_build_time".to_owned());
    }
    if skips_all(&meta.wishes) {
        defects.push("schedule_skips_all".to_owned());
    }
    defects.sort();
    defects.dedup();
    let items = (drafts.len() + rejected.len()) as u64 + seen.over_limit;
    let report = FetchReport {
        http: Some(fetched.http),
        bytes: fetched.wire_bytes,
        items,
        over_limit: seen.over_limit,
        defects,
    };
    Parsed { drafts, rejected, report, meta }
}

/// The account of an item that says nothing, or not enough to be known again.
fn useless(claim: &Claim, item: &str, fetched: &Fetched) -> Rejection {
    let (reason, detail) = if claim.is_empty() {
        ("empty", "an item without guid, link, title and text")
    } else {
        ("cut", "half an item, cut before its name or its words")
    };
    Rejection {
        url: text::head(fetched.url.as_str(), keys::LINK_BYTES_MAX).to_owned(),
        reason: reason.to_owned(),
        detail: detail.to_owned(),
        body_hash: fetched.body_hash,
        bytes: item.len() as u64,
        sample: sample_of(item),
        items: 1,
        ..Rejection::default()
    }
}

/// An element with its end tag, which is no part of its span.
fn element(text: &str, span: Range<usize>) -> &str {
    let rest = text.get(span.end..).filter(|rest| rest.starts_with("</"));
    let end = rest.and_then(|rest| rest.find('>')).map_or(span.end, |at| span.end + at + 1);
    text.get(span.start..end).unwrap_or("")
}

/// The JSON object that a span begins with; all of the span where it is cut.
fn object(text: &str, span: Range<usize>) -> &str {
    let text = text.get(span).unwrap_or("");
    let mut one = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    match one.next() {
        Some(Ok(_)) => text.get(..one.byte_offset()).unwrap_or(text),
        _ => text,
    }
}

fn rejection(unread: &Unread, fetched: &Fetched) -> Rejection {
    Rejection {
        url: text::head(&unread.note.link, keys::LINK_BYTES_MAX).to_owned(),
        guid: text::head(&unread.note.guid, keys::GUID_BYTES_MAX).to_owned(),
        title: String::new(),
        reason: unread.reason.to_owned(),
        detail: text::head(&unread.detail, NAME_BYTES_MAX).to_owned(),
        body_hash: fetched.body_hash,
        bytes: unread.xml.len() as u64,
        sample: sample_of(&unread.xml),
        items: 1,
    }
}

/// Whether a feed asks not to be polled at any hour, or on any day: nobody can mean that.
fn skips_all(wishes: &Wishes) -> bool {
    let hours: BTreeSet<u8> =
        wishes.skip_hours.iter().filter_map(|hour| hour.trim().parse().ok()).collect();
    let days: BTreeSet<String> =
        wishes.skip_days.iter().map(|day| day.trim().to_ascii_lowercase()).collect();
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let is_skipped = |hour: u8| hours.contains(&hour) || hour == 0 && hours.contains(&24);
    (0..24).all(is_skipped) || names.into_iter().all(|day| days.contains::<str>(day))
}

/// Whether items of this feed have guids or links, or the beginning of one.
fn are_named<'c>(mut claims: impl Iterator<Item = &'c Claim>) -> bool {
    claims.any(|claim| if claim.is_cut() { claim.has_cut_name() } else { claim.is_named() })
}

impl Claim {
    /// Whether the feed ends inside it before it has a name: whole, it would be another article. Where items
    /// have guids or links, so will this one, and its title is no name. Nor is one told that has a name and no word.
    fn is_stump(&self, has_names: bool) -> bool {
        let has_title = !self.title.value.is_empty() && !self.has_cut_title();
        let is_nameless = !self.is_named() && (has_names || !has_title);
        let has_words =
            [&self.title, &self.summary, &self.content].iter().any(|words| !words.value.is_empty());
        self.is_cut() && (is_nameless || !has_words && self.note.link.is_empty())
    }

    fn is_cut(&self) -> bool {
        self.note.defects.iter().any(|(word, ..)| *word == "item_cut")
    }

    /// Whether the feed ends inside its title.
    fn has_cut_title(&self) -> bool {
        let is_it = |(word, element, _): &(&str, &str, usize)| {
            (*word, *element) == ("text_cut_by_feed", "title")
        };
        self.note.defects.iter().any(is_it)
    }

    /// Whether the feed ends inside its guid or link.
    fn has_cut_name(&self) -> bool {
        let is_it = |(word, element, _): &(&str, &str, usize)| {
            *word == "value_cut" && matches!(*element, "guid" | "link")
        };
        self.note.defects.iter().any(is_it)
    }

    fn is_named(&self) -> bool {
        !self.note.guid.is_empty() || !self.note.link.is_empty()
    }

    /// Whether it says nothing that could be news.
    pub(super) fn is_empty(&self) -> bool {
        let words = [&self.title, &self.summary, &self.content];
        self.note.guid.is_empty()
            && self.note.link.is_empty()
            && words.iter().all(|words| words.value.is_empty())
    }
}

/// Cuts a text at a bound, noting that it was.
fn bounded(text: String, max: usize, word: &str, defects: &mut Vec<String>) -> String {
    if text.len() <= max {
        return text;
    }
    defects.push(word.to_owned());
    text::head(&text, max).to_owned()
}

fn draft(claim: Claim, feed_lang: &str, is_repaired: bool, guids: &GuidCount<'_>) -> Draft {
    let note = claim.note;
    let mut defects: Vec<String> =
        note.defects.iter().map(|(word, ..)| (*word).to_owned()).collect();
    let link = shown_link(&note.link).unwrap_or_default();
    let folded = canonical_link(&note.link).unwrap_or_default();
    if link.is_empty() && !note.link.is_empty() {
        defects.push("link_unusable".to_owned());
    }
    let title = bounded(plain(&claim.title), TITLE_BYTES_MAX, "title_cut", &mut defects);
    let (summary, content) = (claim.summary.to_html(), claim.content.to_html());
    let raw_date = note.dates.raw().to_owned();
    let key = keys::key(
        Claims {
            guid: &note.guid,
            link: &folded,
            title: &title,
            raw_date: &raw_date,
            summary: if summary.is_empty() { &content } else { &summary },
        },
        guids,
    );
    let published = published(&note.dates, &mut defects);
    for (word, is_so) in [
        ("guid_missing", note.guid.is_empty()),
        ("guid_repeated", key.is_guid_repeated),
        ("title_missing", title.is_empty()),
        (
            "encoding_repaired",
            is_repaired && !(title.is_ascii() && summary.is_ascii() && content.is_ascii()),
        ),
    ] {
        if is_so {
            defects.push(word.to_owned());
        }
    }
    let guid = bounded(note.guid, keys::GUID_BYTES_MAX, "guid_cut", &mut defects);
    let authors: Vec<String> = claim
        .authors
        .iter()
        .map(|person| if person.name.is_empty() { &person.mail } else { &person.name })
        .map(|name| html::one_space(text::head(name, NAME_BYTES_MAX)))
        .take(AUTHORS_MAX)
        .collect();
    let source = note.origin.map(|(title, url)| SourceElement {
        title: text::head(&title, NAME_BYTES_MAX).to_owned(),
        url: text::head(&url, keys::LINK_BYTES_MAX).to_owned(),
    });
    let updated = date::read(&note.dates.updated).map(|read| read.date).filter(is_usable);
    defects.sort();
    defects.dedup();
    Draft {
        rung: key.rung,
        key: key.value,
        key_link: key.link,
        guid,
        link,
        title,
        summary,
        content,
        authors,
        source,
        rights: text::head(&plain(&claim.rights), NAME_BYTES_MAX).to_owned(),
        lang: if note.lang.is_empty() { feed_lang.to_owned() } else { note.lang },
        tags: tags(claim.tags),
        published,
        published_raw: text::head(&raw_date, NAME_BYTES_MAX).to_owned(),
        updated,
        defects,
    }
}

fn tags(tags: Vec<String>) -> Vec<String> {
    let short = tags.into_iter().map(|tag| text::head(&tag, NAME_BYTES_MAX).to_owned());
    short.take(TAGS_MAX).collect()
}

/// The text of a title. Plain ones are decoded once more: publishers escape twice more often than they write
/// about `&amp;`.
fn plain(words: &Words) -> String {
    if words.is_html {
        html::plain(&words.value)
    } else {
        let text = text::decoded(&words.value);
        if html::is_active(&text) { html::plain(&text) } else { html::one_space(&text) }
    }
}

impl Dates {
    /// The texts that may say when an item was published, best first.
    fn candidates(&self) -> [&str; 4] {
        [&self.published, &self.core, &self.created, &self.updated]
    }

    fn raw(&self) -> &str {
        self.candidates().into_iter().find(|text| !text.is_empty()).unwrap_or("")
    }
}

fn is_usable(date: &StatedDate) -> bool {
    date.granularity != Granularity::Unknown
}

/// The date of publication, from the best text that can be understood.
fn published(dates: &Dates, defects: &mut Vec<String>) -> Option<StatedDate> {
    let stated = dates.candidates().into_iter().filter(|text| !text.is_empty());
    let mut worst = "date_missing";
    for text in stated {
        match date::read(text) {
            Some(read) if is_usable(&read.date) => {
                if worst != "date_missing" {
                    defects.push(worst.to_owned());
                }
                if !read.defect.is_empty() {
                    defects.push(read.defect.to_owned());
                }
                if text == dates.updated && dates.published.is_empty() && dates.core.is_empty() {
                    defects.push("date_from_updated".to_owned());
                }
                return Some(read.date);
            }
            Some(_) => worst = "date_coarse",
            None => worst = "date_unreadable",
        }
    }
    defects.push(worst.to_owned());
    None
}

/// One date on all items is the time the feed was built, and says nothing of any of them.
fn drop_build_time(drafts: &mut [Draft]) -> bool {
    let is_build_time = is_build_time(drafts.iter().map(|draft| draft.published));
    if is_build_time {
        for draft in drafts {
            draft.published = None;
            draft.defects.push("date_build_time".to_owned());
            draft.defects.sort();
        }
    }
    is_build_time
}

fn is_build_time(mut dates: impl ExactSizeIterator<Item = Option<StatedDate>>) -> bool {
    let is_enough = dates.len() >= BUILD_TIME_ITEMS_MIN;
    let Some(first) = dates.next().flatten() else { return false };
    is_enough && first.granularity == Granularity::Second && dates.all(|date| date == Some(first))
}

/// Whether the items of a body, as they are shown, all have the date that the body was built at.
pub(super) fn are_built<'c>(claims: impl Iterator<Item = &'c Claim> + Clone) -> bool {
    let has_names = are_named(claims.clone());
    let is_told = |claim: &&Claim| !claim.is_empty() && !claim.is_stump(has_names);
    let dates: Vec<Option<StatedDate>> =
        claims.filter(is_told).map(|c| published(&c.note.dates, &mut Vec::new())).collect();
    is_build_time(dates.into_iter())
}
