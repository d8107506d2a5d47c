//! What `copytaster parse` shows of a body: values with the meaning feedparser gave them.

use std::ops::Range;

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use crate::news::{AHEAD_MAX, FIRST_YEAR};

use super::claim::{Claim, Dates, Defect, FeedClaim, Note, Person, Words};
use super::place::{self, DefectView, Entries};
use super::trace::{self, Traced};
use super::{Seen, date, draft, html};

/// One line of `copytaster parse`; absent values are left out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct View {
    file: String,
    ok: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<FeedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<Vec<EntryView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    defects: Option<Vec<DefectView>>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct FeedView {
    #[serde(skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    link: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    author: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    author_email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    rights: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    published: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    updated: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct EntryView {
    #[serde(skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    link: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    published: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    updated: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    author: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    author_email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    rights: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    summary: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    content: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enclosures: Vec<String>,
}

impl View {
    /// Whether the body could be read.
    pub fn is_ok(&self) -> bool {
        self.ok
    }

    /// The line of a file that could not be read.
    pub fn failed(file: &str, error: &str) -> Self {
        Self { file: file.to_owned(), error: error.to_owned(), ..Self::default() }
    }

    /// The line of a body that was read, with the places of its defects in the decoded text.
    pub(super) fn of(seen: &Seen, (text, now): (&str, Timestamp), file: &str) -> Self {
        let starts = if seen.is_json { place::item_starts(text) } else { Vec::new() };
        let span = |note: &Note| place::span(note, &starts, text.len());
        let mut defects: Vec<DefectView> = seen.defects.iter().map(stated).collect();
        let mut entries = Vec::with_capacity(seen.items.len());
        let mut spans = Vec::with_capacity(seen.items.len());
        for item in &seen.items {
            let (note, shown) = match item {
                Ok(claim) => {
                    let part = Part { text, span: span(&claim.note), now };
                    (&claim.note, entry(claim, &part, &mut defects))
                }
                Err(unread) => {
                    defects.push(DefectView {
                        defect: unread.reason.to_owned(),
                        entry: Some(unread.note.ordinal),
                        detail: unread.detail.clone(),
                        offset: span(&unread.note).start,
                        ..DefectView::default()
                    });
                    (&unread.note, EntryView::default())
                }
            };
            entries.push(shown);
            spans.push((note.ordinal, span(note)));
        }
        let end = spans.first().map_or(text.len(), |(_, span)| span.start);
        let part = Part { text, span: seen.feed.at..end.max(seen.feed.at), now };
        if seen.over_limit > 0 {
            let detail = format!("{} entries left out", seen.over_limit);
            defects.push(whole("over_limit", detail, &part));
        }
        if draft::are_built(seen.items.iter().flatten()) {
            defects.push(whole("date_build_time", "one date on all entries".to_owned(), &part));
        }
        let feed = feed(&seen.feed, &part, &mut defects);
        let traced = if seen.is_json { Traced::default() } else { trace::trace(text) };
        defects.extend(traced.told.iter().map(stated));
        let defects = place::placed(defects, &traced.counts, text, &Entries::new(spans));
        Self {
            file: file.to_owned(),
            ok: true,
            error: String::new(),
            feed: Some(feed),
            entries: Some(entries),
            defects: Some(defects),
        }
    }
}

/// A part of the text: an entry, or what stands before the first.
struct Part<'t> {
    text: &'t str,
    span: Range<usize>,
    /// When it was fetched.
    now: Timestamp,
}

impl Part<'_> {
    /// Where words stand in it; its beginning where they are not written so.
    fn find(&self, words: &str) -> usize {
        let inside = self.text.get(self.span.clone()).unwrap_or("");
        self.span.start + inside.find(words).unwrap_or(0)
    }
}

fn whole(word: &str, detail: String, part: &Part<'_>) -> DefectView {
    DefectView { defect: word.to_owned(), detail, offset: part.span.start, ..DefectView::default() }
}

fn stated(defect: &Defect) -> DefectView {
    DefectView {
        defect: defect.word.to_owned(),
        element: defect.element,
        detail: defect.detail.clone(),
        offset: defect.at.unwrap_or(0),
        ..DefectView::default()
    }
}

fn feed(claim: &FeedClaim, part: &Part<'_>, defects: &mut Vec<DefectView>) -> FeedView {
    let (author, author_email) = author(&claim.authors);
    let (published, updated) = dates(&claim.dates, (None, part), defects);
    FeedView {
        title: shown(&claim.title),
        link: link(&claim.link),
        id: claim.id.clone(),
        description: shown(&claim.description),
        author,
        author_email,
        language: claim.lang.clone(),
        rights: shown(&claim.rights),
        published,
        updated,
    }
}

fn entry(claim: &Claim, part: &Part<'_>, defects: &mut Vec<DefectView>) -> EntryView {
    let note = &claim.note;
    let at = Some(note.ordinal);
    for (word, element, offset) in &note.defects {
        defects.push(DefectView {
            defect: (*word).to_owned(),
            entry: at,
            element,
            offset: (*offset).max(part.span.start),
            ..DefectView::default()
        });
    }
    let mut missing = |word: &str, is_missing: bool| {
        if is_missing {
            defects.push(DefectView { entry: at, ..whole(word, String::new(), part) });
        }
    };
    missing("guid_missing", note.guid.is_empty());
    missing("title_missing", claim.title.value.is_empty());
    missing("date_missing", note.dates == Dates::default());
    let (author, author_email) = author(&claim.authors);
    let (published, updated) = dates(&note.dates, (at, part), defects);
    EntryView {
        title: shown(&claim.title),
        link: link(&note.link),
        id: note.guid.clone(),
        published,
        updated,
        author,
        author_email,
        language: note.lang.clone(),
        rights: shown(&claim.rights),
        summary: shown(&claim.summary),
        content: shown(&claim.content),
        tags: claim.tags.clone(),
        enclosures: claim
            .enclosures
            .iter()
            .map(|to| link(to))
            .filter(|to| !to.is_empty())
            .collect(),
    }
}

fn shown(words: &Words) -> String {
    if words.is_html { html::safe(&words.value) } else { words.value.clone() }
}

/// A link as it may be shown: none that runs, and no password.
fn link(link: &str) -> String {
    if !html::has_safe_scheme(link) {
        return String::new();
    }
    // Only a link that may name somebody is written anew; all others stay as they were given.
    if !link.contains('@') {
        return link.to_owned();
    }
    let Ok(mut url) = Url::parse(link) else { return link.to_owned() };
    let is_bare = url.username().is_empty() && url.password().is_none();
    if is_bare || url.set_username("").and_then(|()| url.set_password(None)).is_err() {
        return link.to_owned();
    }
    url.into()
}

/// The last author, as feedparser has it: each one overwrites the one before.
fn author(authors: &[Person]) -> (String, String) {
    let Some(person) = authors.first() else { return (String::new(), String::new()) };
    let name = if person.name.is_empty() { &person.mail } else { &person.name };
    (name.clone(), person.mail.clone())
}

fn dates(
    dates: &Dates,
    (entry, part): (Option<u64>, &Part<'_>),
    defects: &mut Vec<DefectView>,
) -> (String, String) {
    let updated = if dates.updated.is_empty() { &dates.core } else { &dates.updated };
    let mut show = |text: &str, element: &'static str| {
        if text.is_empty() {
            return String::new();
        }
        let read = date::read(text);
        let defect = match &read {
            None => "date_unreadable",
            Some(read) if !read.defect.is_empty() => read.defect,
            Some(read) if read.date.moment.duration_since(part.now) > AHEAD_MAX => "date_future",
            Some(read) if read.date.day.year() < FIRST_YEAR => "date_out_of_range",
            Some(_) => "",
        };
        if !defect.is_empty() {
            let detail = super::text::head(text, 100).to_owned();
            let offset = part.find(text);
            defects.push(DefectView { entry, element, offset, ..whole(defect, detail, part) });
        }
        read.map_or_else(String::new, |read| format!("{:.0}", read.date.moment))
    };
    (show(&dates.published, "published"), show(updated, "updated"))
}
