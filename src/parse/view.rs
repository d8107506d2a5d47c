//! What `copytaster parse` shows of a body: values with the meaning feedparser gave them.

use serde::Serialize;

use super::claim::{Claim, Dates, Defect, FeedClaim, Person, Words};
use super::{Seen, date, html};

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

/// A defect and where it stands.
#[derive(Clone, Debug, Default, Serialize)]
struct DefectView {
    defect: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    element: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
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

    /// The line of a body that was read.
    pub(super) fn of(seen: &Seen, file: &str) -> Self {
        let mut defects: Vec<DefectView> = seen.defects.iter().map(stated).collect();
        let mut entries = Vec::with_capacity(seen.items.len());
        for item in &seen.items {
            match item {
                Ok(claim) => entries.push(entry(claim, &mut defects)),
                Err(unread) => {
                    entries.push(EntryView::default());
                    defects.push(DefectView {
                        defect: unread.reason.to_owned(),
                        entry: Some(unread.note.ordinal),
                        element: "",
                        detail: unread.detail.clone(),
                    });
                }
            }
        }
        if seen.over_limit > 0 {
            let detail = format!("{} entries left out", seen.over_limit);
            defects.push(DefectView {
                defect: "over_limit".to_owned(),
                detail,
                ..DefectView::default()
            });
        }
        Self {
            file: file.to_owned(),
            ok: true,
            error: String::new(),
            feed: Some(feed(&seen.feed, &mut defects)),
            entries: Some(entries),
            defects: Some(defects),
        }
    }
}

fn stated(defect: &Defect) -> DefectView {
    DefectView {
        defect: defect.word.to_owned(),
        entry: defect.item,
        element: defect.element,
        detail: defect.detail.clone(),
    }
}

fn feed(claim: &FeedClaim, defects: &mut Vec<DefectView>) -> FeedView {
    let (author, author_email) = author(&claim.authors);
    let (published, updated) = dates(&claim.dates, None, defects);
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

fn entry(claim: &Claim, defects: &mut Vec<DefectView>) -> EntryView {
    let note = &claim.note;
    let at = Some(note.ordinal);
    for (word, element) in &note.defects {
        defects.push(DefectView {
            defect: (*word).to_owned(),
            entry: at,
            element,
            detail: String::new(),
        });
    }
    let mut missing = |word: &str, is_missing: bool| {
        if is_missing {
            defects.push(DefectView {
                defect: word.to_owned(),
                entry: at,
                ..DefectView::default()
            });
        }
    };
    missing("guid_missing", note.guid.is_empty());
    missing("title_missing", claim.title.value.is_empty());
    missing("date_missing", note.dates == Dates::default());
    let (author, author_email) = author(&claim.authors);
    let (published, updated) = dates(&note.dates, at, defects);
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
        enclosures: claim.enclosures.clone(),
    }
}

fn shown(words: &Words) -> String {
    if words.is_html { html::safe(&words.value) } else { words.value.clone() }
}

fn link(link: &str) -> String {
    if html::has_safe_scheme(link) { link.to_owned() } else { String::new() }
}

/// The last author, as feedparser has it: each one overwrites the one before.
fn author(authors: &[Person]) -> (String, String) {
    let Some(person) = authors.first() else { return (String::new(), String::new()) };
    let name = if person.name.is_empty() { &person.mail } else { &person.name };
    (name.clone(), person.mail.clone())
}

fn dates(dates: &Dates, entry: Option<u64>, defects: &mut Vec<DefectView>) -> (String, String) {
    let updated = if dates.updated.is_empty() { &dates.core } else { &dates.updated };
    let mut show = |text: &str, element: &'static str| {
        if text.is_empty() {
            return String::new();
        }
        let read = date::read(text);
        let defect = read.as_ref().map_or("date_unreadable", |read| read.defect);
        if !defect.is_empty() {
            let detail = super::text::head(text, 100).to_owned();
            defects.push(DefectView { defect: defect.to_owned(), entry, element, detail });
        }
        read.map_or_else(String::new, |read| format!("{:.0}", read.date.moment))
    };
    (show(&dates.published, "published"), show(updated, "updated"))
}
