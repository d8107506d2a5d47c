//! Where each field goes once its end is reached.

use crate::parse::claim::Person;
use crate::parse::guard::{hash, innermost};
use crate::parse::{html, person, text};

use super::capture::Capture;
use super::collect::{Enclosure, Href, Shared, Slot};
use super::names::Field;
use super::scan::Scanner;

/// Most categories gathered of one item; drafts keep half of them.
const TAGS_MAX: usize = 64;
/// Most authors gathered of one item; drafts keep half of them.
const AUTHORS_MAX: usize = 16;
/// Most enclosures of one item.
const ENCLOSURES_MAX: usize = 8;
/// Most hours or days to skip; a week has no more of either that mean something.
const SKIPS_MAX: usize = 24;

/// An author being read.
#[derive(Debug, Default)]
pub(super) struct AuthorParts {
    pub(super) text: String,
    pub(super) name: String,
    pub(super) mail: String,
    pub(super) is_fallback: bool,
}

/// A `<source>` being read.
#[derive(Debug, Default)]
pub(super) struct OriginParts {
    pub(super) text: String,
    pub(super) title: String,
    pub(super) href: Href,
}

impl<'a> Scanner<'a> {
    /// Puts a field's text where it belongs.
    pub(super) fn store(&mut self, capture: Capture<'a>) {
        if self.origin.is_some() {
            self.store_in_origin(capture);
        } else if self.author.is_some() && is_of_person(capture.field) {
            self.store_in_author(&capture);
        } else if capture.field.holds_markup() {
            self.store_prose(capture);
        } else {
            self.store_short(&capture);
        }
    }

    fn shared(&mut self) -> &mut Shared {
        match self.item.get() {
            Some(item) => &mut item.shared,
            None => &mut self.feed.shared,
        }
    }

    fn store_in_origin(&mut self, mut capture: Capture<'a>) {
        let base = self.base();
        let href = self.attribute(capture.attrs, &["href"]);
        let rel = self.attribute(capture.attrs, &["rel"]).unwrap_or_default();
        let Some(origin) = &mut self.origin else { return };
        match capture.field {
            Field::Title if origin.title.is_empty() => {
                let words = capture.words();
                // What stood between the tags may be encoded twice though the whole was not.
                origin.title = if words.is_html {
                    text::mended(&html::plain(&words.value)).into_owned()
                } else {
                    words.value
                };
            }
            Field::Link if origin.href.text.is_empty() || rel != "self" => {
                let text = href.unwrap_or_else(|| capture.plain().to_owned());
                if !text.is_empty() {
                    origin.href = Href { text, base };
                }
            }
            _ => {}
        }
    }

    fn store_in_author(&mut self, capture: &Capture<'a>) {
        let Some(author) = &mut self.author else { return };
        let text = capture.plain().to_owned();
        match capture.field {
            Field::PersonName => author.name = text,
            Field::PersonMail => author.mail = text,
            _ => {}
        }
    }

    fn store_prose(&mut self, mut capture: Capture<'a>) {
        let rank = capture.rank;
        let words = capture.words();
        if capture.is_cut {
            self.defect("text_cut", "");
        }
        let is_atom = self.is_atom;
        let Some(item) = self.item.get() else {
            match capture.field {
                Field::Title if !words.value.is_empty() => {
                    self.feed.shared.title.first(rank, words);
                }
                Field::Rights => self.feed.shared.rights.last(rank, words),
                Field::Description | Field::Subtitle | Field::Abstract => {
                    self.feed.description.last(rank, words);
                }
                Field::Summary => self.feed.description.last(rank + 1, words),
                _ => {}
            }
            return;
        };
        match capture.field {
            Field::Title if !words.value.is_empty() => item.shared.title.first(rank, words),
            Field::Rights => item.shared.rights.last(rank, words),
            Field::Summary if is_atom => item.summary.last(rank, words),
            Field::Summary | Field::Description | Field::Abstract => {
                if !item.summary.is_set() || rank < item.summary.rank() {
                    let earlier = std::mem::take(&mut item.summary);
                    if earlier.is_set() {
                        item.second = earlier;
                    }
                    item.summary.first(rank, words);
                } else {
                    item.second.last(rank, words);
                }
            }
            Field::Subtitle => item.second.last(rank.saturating_mul(2), words),
            Field::Content | Field::Encoded | Field::Body if !words.value.is_empty() => {
                item.content.first(rank, words);
            }
            _ => {}
        }
    }

    fn store_short(&mut self, capture: &Capture<'a>) {
        let rank = capture.rank;
        let text = capture.plain().to_owned();
        match capture.field {
            Field::Link => self.store_link(capture),
            Field::Enclosure => self.store_enclosure(capture.attrs),
            Field::Category => self.store_category(capture, &text),
            Field::Tags => {
                for tag in text.split(',') {
                    self.tag(tag);
                }
            }
            Field::Guid => self.store_guid(capture, text),
            Field::Language => self.shared().lang.last(rank.min(1), text),
            Field::Published => date(&mut self.shared().dates.published, rank, text),
            Field::Updated => date(&mut self.shared().dates.updated, rank, text),
            Field::CoreDate => date(&mut self.shared().dates.core, rank, text),
            Field::Created => date(&mut self.shared().dates.created, rank, text),
            _ if !self.item.is_open() => self.store_wish(capture.field, text),
            _ => {}
        }
    }

    fn store_wish(&mut self, field: Field, text: String) {
        let (in_hours, in_days) = (self.is_in_hours(), self.is_in_days());
        let wishes = &mut self.feed.wishes;
        match field {
            Field::Ttl => wishes.ttl = text,
            Field::Period => wishes.period = text,
            Field::Frequency => wishes.frequency = text,
            Field::Hour if in_hours && wishes.skip_hours.len() < SKIPS_MAX => {
                wishes.skip_hours.push(text);
            }
            Field::Day if in_days && wishes.skip_days.len() < SKIPS_MAX => {
                wishes.skip_days.push(text);
            }
            _ => {}
        }
    }

    fn store_guid(&mut self, capture: &Capture<'a>, text: String) {
        let rank = capture.rank;
        let stated = self.attribute(capture.attrs, &["isPermaLink"]);
        let base = self.base();
        let Some(item) = self.item.get() else {
            self.feed.shared.guid.last(rank, text);
            return;
        };
        // Only RSS calls it guid, and there it is a link unless it says otherwise; an Atom id that is an
        // address is one where the entry has no other.
        let is_rss = capture.name.eq_ignore_ascii_case("guid");
        let is_said = stated.is_none_or(|word| word.trim().eq_ignore_ascii_case("true"));
        item.guid_is_link = if is_rss { is_said } else { is_address(&text) };
        if !text.is_empty() {
            item.guid_base = base;
            item.shared.guid.last(rank, text);
        }
    }

    fn store_link(&mut self, capture: &Capture<'a>) {
        let base = self.base();
        let href = self.attribute(capture.attrs, &["href", "url", "uri"]);
        let rel = self.attribute(capture.attrs, &["rel"]).unwrap_or_default().to_ascii_lowercase();
        let kind =
            self.attribute(capture.attrs, &["type"]).unwrap_or_default().to_ascii_lowercase();
        let has_href = href.is_some();
        let text = href.unwrap_or_else(|| capture.plain().to_owned());
        let href = Href { text, base };
        if href.text.trim().is_empty() {
            return;
        }
        let is_page =
            matches!(kind.as_str(), "" | "html" | "xhtml" | "text/html" | "application/xhtml+xml");
        match rel.as_str() {
            "" | "alternate" if is_page || !has_href => self.shared().link.last(capture.rank, href),
            "" | "alternate" => self.shared().link.last(capture.rank.saturating_add(500), href),
            "enclosure" => self.store_enclosure(capture.attrs),
            "self" | "hub" if !self.item.is_open() => {
                let wishes = &mut self.feed.wishes;
                let place = if rel == "hub" { &mut wishes.hub } else { &mut wishes.topic };
                *place = href.absolute();
            }
            _ => {}
        }
    }

    fn store_enclosure(&mut self, attrs: &str) {
        let base = self.base();
        let text = self.attribute(attrs, &["url", "href", "uri"]).unwrap_or_default();
        let kind = self.attribute(attrs, &["type"]).unwrap_or_default();
        let length = self.attribute(attrs, &["length"]).unwrap_or_default();
        let Some(item) = self.item.get() else { return };
        if !text.trim().is_empty() && item.enclosures.len() < ENCLOSURES_MAX {
            item.enclosures.push(Enclosure { href: Href { text, base }, kind, length });
        }
    }

    fn store_category(&mut self, capture: &Capture<'a>, text: &str) {
        if let Some(term) = self.attribute(capture.attrs, &["term"]) {
            self.tag(&term);
        }
        if text.is_empty() {
            let label = self.attribute(capture.attrs, &["text", "label"]);
            if let (Some(label), false) = (label, capture.attrs.contains("term")) {
                self.tag(&label);
            }
        } else {
            self.tag(text);
        }
    }

    fn tag(&mut self, tag: &str) {
        let shared = self.shared();
        if shared.tags.len() >= TAGS_MAX {
            return;
        }
        let tag = text::mended(tag);
        let hash = hash(&tag);
        let is_known = || shared.tags.iter().any(|known| **known == *tag);
        if !tag.is_empty() && (innermost(&shared.tag_hashes, hash).is_none() || !is_known()) {
            shared.tags.push(tag.into_owned());
            shared.tag_hashes.push(hash);
        }
    }

    /// Takes the author whose element has ended.
    pub(super) fn take_author(&mut self) {
        let Some(parts) = self.author.take() else { return };
        let mut found = Person { name: parts.name, mail: parts.mail };
        if found.name.is_empty() && found.mail.is_empty() {
            found = person::split(&parts.text);
        }
        found.name = text::mended(&found.name).into_owned();
        if found == Person::default() {
            return;
        }
        let shared = self.shared();
        let list =
            if parts.is_fallback { &mut shared.author_fallback } else { &mut shared.authors };
        if list.len() < AUTHORS_MAX && !list.contains(&found) {
            list.push(found);
        }
    }

    /// Takes the `<source>` whose element has ended.
    pub(super) fn take_origin(&mut self) {
        let Some(parts) = self.origin.take() else { return };
        let title = if parts.title.is_empty() {
            let words = html::one_space(&parts.text);
            text::mended(text::head(&words, self.text_bytes_max).trim_end()).into_owned()
        } else {
            parts.title
        };
        let is_blank = title.is_empty() && parts.href.text.is_empty();
        if let Some(item) = self.item.get().filter(|item| !is_blank && item.origin.is_none()) {
            item.origin = Some((title, parts.href));
        }
    }
}

/// Whether a text is an http(s) address.
pub(super) fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn date(slot: &mut Slot<String>, rank: u16, text: String) {
    if !text.is_empty() {
        slot.last(rank, text);
    }
}

fn is_of_person(field: Field) -> bool {
    matches!(field, Field::PersonName | Field::PersonMail | Field::PersonOther)
}
