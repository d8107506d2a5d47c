//! Writes what was gathered as a clean Atom document, and the notes beside it.

use crate::news::has_possible_host;
use crate::parse::claim::{Dates, FeedClaim, Note, Person, Words};
use crate::parse::text::escape_into;

use super::collect::{Href, RawFeed, RawItem};
use super::scan::Scanned;
use super::{Mended, Piece, Settings};

/// What opens a CDATA section.
const OPEN: &str = "<![CDATA[";

/// Writes the document.
pub(super) fn document(scanned: Scanned, settings: &Settings) -> Mended {
    let (head, feed) = head(scanned.feed, settings);
    let pieces = scanned.items.into_iter().enumerate().map(|(at, item)| piece(at, item)).collect();
    Mended { head, pieces, feed, over_limit: scanned.over_limit, defects: scanned.defects }
}

fn head(raw: RawFeed, settings: &Settings) -> (String, FeedClaim) {
    let shared = raw.shared;
    let stated = language(&shared.lang.value);
    let lang = if stated.is_empty() { language(&settings.language) } else { stated };
    let authors = if shared.authors.is_empty() { shared.author_fallback } else { shared.authors };
    let feed = FeedClaim {
        link: shared.link.value.absolute(),
        id: shared.guid.value,
        lang,
        dates: shared.dates.into_dates(),
        wishes: raw.wishes,
        at: raw.at,
        ..FeedClaim::default()
    };
    let mut out = String::with_capacity(512);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\"");
    if !feed.lang.is_empty() {
        out.push_str(" xml:lang=\"");
        escape_into(&mut out, &feed.lang);
        out.push('"');
    }
    out.push_str(">\n");
    element(&mut out, "id", &feed.id);
    words(&mut out, "title", &shared.title.value);
    words(&mut out, "subtitle", &raw.description.value);
    words(&mut out, "rights", &shared.rights.value);
    link(&mut out, "alternate", &feed.link, ("", ""));
    people(&mut out, &authors);
    dates(&mut out, &feed.dates);
    (out, feed)
}

fn language(stated: &str) -> String {
    let tag = stated.split(',').next().unwrap_or("").trim();
    let is_tag = tag.len() <= 35
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if is_tag { tag.replace('_', "-") } else { String::new() }
}

fn piece(at: usize, item: RawItem) -> Piece {
    let shared = item.shared;
    let mut href = shared.link.value.absolute();
    if href.is_empty() && item.guid_is_link {
        href = Href { text: shared.guid.value.clone(), base: item.guid_base }.absolute();
    }
    let content = if item.content.is_set() { item.content.value } else { item.second.value };
    let authors = if shared.authors.is_empty() { shared.author_fallback } else { shared.authors };
    let note = Note {
        ordinal: item.ordinal,
        guid: shared.guid.value,
        link: href,
        dates: shared.dates.into_dates(),
        origin: item.origin.map(|(title, href)| (title, href.absolute())),
        lang: language(&shared.lang.value),
        defects: item.defects,
        span: item.span,
    };
    let size = content.value.len() + item.summary.value.value.len();
    let mut out = String::with_capacity(size + size / 4 + 512);
    out.push_str("<entry");
    if !note.lang.is_empty() {
        out.push_str(" xml:lang=\"");
        escape_into(&mut out, &note.lang);
        out.push('"');
    }
    out.push_str(">\n");
    element(&mut out, "id", &at.to_string());
    words(&mut out, "title", &shared.title.value);
    words(&mut out, "summary", &item.summary.value);
    words(&mut out, "content", &content);
    words(&mut out, "rights", &shared.rights.value);
    link(&mut out, "alternate", &note.link, ("", ""));
    for file in &item.enclosures {
        link(&mut out, "enclosure", &file.href.absolute(), (&file.kind, &file.length));
    }
    people(&mut out, &authors);
    for tag in &shared.tags {
        out.push_str("<category term=\"");
        escape_into(&mut out, tag);
        out.push_str("\"/>\n");
    }
    dates(&mut out, &note.dates);
    origin(&mut out, note.origin.as_ref());
    out.push_str("</entry>\n");
    Piece { xml: out, note }
}

fn origin(out: &mut String, origin: Option<&(String, String)>) {
    let Some((title, href)) = origin else { return };
    let mut inside = String::new();
    element(&mut inside, "title", title);
    link(&mut inside, "alternate", href, ("", ""));
    // One whose address was none and who has no name says nothing.
    if !inside.is_empty() {
        out.push_str("<source>");
        out.push_str(&inside);
        out.push_str("</source>\n");
    }
}

fn element(out: &mut String, name: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    out.push('<');
    out.push_str(name);
    out.push('>');
    section_into(out, text);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

fn words(out: &mut String, name: &str, words: &Words) {
    if words.value.is_empty() {
        return;
    }
    out.push('<');
    out.push_str(name);
    out.push_str(if words.is_html { " type=\"html\">" } else { " type=\"text\">" });
    section_into(out, &words.value);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

/// A text as a CDATA section where anything in it would have to be escaped: a reference takes six bytes for one, and
/// its reader a hundred times as long. The section's own marks are cut in two, so that none stands in it.
fn section_into(out: &mut String, text: &str) {
    if !text.contains(['&', '<', '>']) {
        out.push_str(text);
        return;
    }
    out.push_str(OPEN);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("]]>") {
        without_opening(out, before);
        out.push_str("]]]]><![CDATA[>");
        rest = after;
    }
    without_opening(out, rest);
    out.push_str("]]>");
}

fn without_opening(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        out.push_str(before);
        out.push_str("<![]]><![CDATA[CDATA[");
        rest = after;
    }
    out.push_str(rest);
}

fn link(out: &mut String, rel: &str, href: &str, (kind, length): (&str, &str)) {
    // feed-rs would parse it, and the note beside the entry has it in any case.
    if href.is_empty() || !has_possible_host(href) {
        return;
    }
    out.push_str("<link rel=\"");
    out.push_str(rel);
    out.push('"');
    for (name, value) in [("type", kind), ("length", length), ("href", href)] {
        if !value.is_empty() {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape_into(out, value);
            out.push('"');
        }
    }
    out.push_str("/>\n");
}

fn people(out: &mut String, people: &[Person]) {
    for person in people {
        out.push_str("<author>");
        element(out, "name", &person.name);
        element(out, "email", &person.mail);
        out.push_str("</author>\n");
    }
}

fn dates(out: &mut String, dates: &Dates) {
    element(out, "published", &dates.published);
    element(out, "updated", if dates.updated.is_empty() { &dates.core } else { &dates.updated });
    element(out, "created", &dates.created);
}
