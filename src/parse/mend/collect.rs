//! What is gathered of the feed and of each item, and which items are kept.

use std::ops::Range;
use std::rc::Rc;

use url::Url;

use crate::news::has_possible_host;
use crate::parse::claim::{Dates, Flaw, Person, Wishes, Words};
use crate::parse::date;
use crate::parse::keys::LINK_BYTES_MAX;

/// A value that a better claim may replace.
#[derive(Clone, Debug)]
pub(crate) struct Slot<T> {
    pub(crate) value: T,
    rank: u16,
}

impl<T: Default> Default for Slot<T> {
    fn default() -> Self {
        Self { value: T::default(), rank: u16::MAX }
    }
}

impl<T> Slot<T> {
    /// Takes a claim that is better than the one held.
    pub(crate) fn first(&mut self, rank: u16, value: T) {
        if rank < self.rank {
            self.rank = rank;
            self.value = value;
        }
    }

    /// Takes a claim that is as good as the one held, or better.
    pub(crate) fn last(&mut self, rank: u16, value: T) {
        if rank <= self.rank {
            self.rank = rank;
            self.value = value;
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.rank < u16::MAX
    }

    fn clear(&mut self)
    where
        T: Default,
    {
        if self.is_set() {
            *self = Self::default();
        }
    }

    pub(crate) fn rank(&self) -> u16 {
        self.rank
    }
}

/// A link with what it is relative to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Href {
    pub(crate) text: String,
    pub(crate) base: Option<Rc<Url>>,
}

impl Href {
    /// The link made absolute, as written where it is absolute or has no base.
    pub(crate) fn absolute(&self) -> String {
        let text = self.text.trim();
        let is_address = text.len() <= LINK_BYTES_MAX && has_possible_host(text);
        if text.is_empty() || has_scheme(text) || !is_address {
            return text.to_owned();
        }
        match &self.base {
            Some(base) => base.join(text).map_or_else(|_| text.to_owned(), String::from),
            None => text.to_owned(),
        }
    }
}

fn has_scheme(link: &str) -> bool {
    link.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    })
}

/// A file the item comes with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Enclosure {
    pub(crate) href: Href,
    pub(crate) kind: String,
    pub(crate) length: String,
}

/// Date texts with their ranks.
#[derive(Debug, Default)]
pub(crate) struct DateSlots {
    pub(crate) published: Slot<String>,
    pub(crate) updated: Slot<String>,
    pub(crate) core: Slot<String>,
    pub(crate) created: Slot<String>,
}

impl DateSlots {
    pub(crate) fn into_dates(self) -> Dates {
        Dates {
            published: self.published.value,
            updated: self.updated.value,
            core: self.core.value,
            created: self.created.value,
        }
    }

    /// The text that says when an item was published.
    fn best(&self) -> &str {
        [&self.published, &self.core, &self.updated, &self.created]
            .into_iter()
            .map(|slot| slot.value.as_str())
            .find(|text| !text.is_empty())
            .unwrap_or("")
    }
}

/// What feed and items have in common.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) title: Slot<Words>,
    pub(crate) link: Slot<Href>,
    pub(crate) guid: Slot<String>,
    pub(crate) rights: Slot<Words>,
    pub(crate) lang: Slot<String>,
    pub(crate) dates: DateSlots,
    pub(crate) authors: Vec<Person>,
    /// An author to fall back on, such as iTunes names.
    pub(crate) author_fallback: Vec<Person>,
    pub(crate) tags: Vec<String>,
    /// Hashes of the tags, to find repeated ones by.
    pub(crate) tag_hashes: Vec<u32>,
}

/// One item as gathered.
#[derive(Debug, Default)]
pub(crate) struct RawItem {
    pub(crate) ordinal: u64,
    pub(crate) shared: Shared,
    pub(crate) guid_is_link: bool,
    /// What a guid that is a link is relative to.
    pub(crate) guid_base: Option<Rc<Url>>,
    pub(crate) summary: Slot<Words>,
    /// A second description: often the longer one.
    pub(crate) second: Slot<Words>,
    pub(crate) content: Slot<Words>,
    pub(crate) origin: Option<(String, Href)>,
    pub(crate) enclosures: Vec<Enclosure>,
    pub(crate) defects: Vec<Flaw>,
    /// Bytes of the document that it takes.
    pub(crate) span: Range<usize>,
}

impl RawItem {
    /// Makes it one in which nothing was said: only what was is written to, since most say little.
    fn clear(&mut self) {
        // Without `..`, so that no field is forgotten.
        let Self {
            ordinal: _,
            shared,
            guid_is_link,
            guid_base,
            summary,
            second,
            content,
            origin,
            enclosures,
            defects,
            span: _,
        } = self;
        let Shared {
            title,
            link,
            guid,
            rights,
            lang,
            dates,
            authors,
            author_fallback,
            tags,
            tag_hashes,
        } = shared;
        let DateSlots { published, updated, core, created } = dates;
        for words in [title, rights, summary, second, content] {
            words.clear();
        }
        for text in [guid, lang, published, updated, core, created] {
            text.clear();
        }
        link.clear();
        authors.clear();
        author_fallback.clear();
        tags.clear();
        tag_hashes.clear();
        enclosures.clear();
        defects.clear();
        (*guid_is_link, *guid_base, *origin) = (false, None, None);
    }

    /// Order of age: the newest item is greatest; an undated one is older than all, the first one newest.
    fn age(&self) -> (i64, u64) {
        let stated = Some(self.shared.dates.best()).filter(|text| !text.is_empty());
        let read = stated.and_then(date::read);
        let moment = read.map_or(i64::MIN, |read| read.date.moment.as_second());
        (moment, u64::MAX - self.ordinal)
    }
}

/// The feed as gathered.
#[derive(Debug, Default)]
pub(crate) struct RawFeed {
    pub(crate) shared: Shared,
    pub(crate) description: Slot<Words>,
    pub(crate) wishes: Wishes,
    /// Where its first element begins.
    pub(crate) at: usize,
}

/// The item being read. A document may have millions, of which few are kept: one that is not leaves its memory to the
/// next.
#[derive(Debug, Default)]
pub(crate) struct Current {
    item: RawItem,
    is_open: bool,
}

impl Current {
    /// Begins an item.
    pub(crate) fn open(&mut self, ordinal: u64, at: usize) {
        self.item.clear();
        self.item.ordinal = ordinal;
        self.item.span = at..at;
        self.is_open = true;
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// The item, to be written to.
    pub(crate) fn get(&mut self) -> Option<&mut RawItem> {
        self.is_open.then_some(&mut self.item)
    }

    /// Its defects.
    pub(crate) fn defects(&mut self) -> Option<&mut Vec<Flaw>> {
        self.is_open.then_some(&mut self.item.defects)
    }

    /// Ends the item, and hands it over to be kept or not.
    pub(crate) fn close(&mut self, end: usize, kept: &mut Kept) {
        if std::mem::take(&mut self.is_open) {
            self.item.span.end = end.max(self.item.span.start + 1);
            kept.push(&mut self.item);
        }
    }
}

/// The newest items of a document, in its order. Work stays linear: pruning halves what is held.
#[derive(Debug)]
pub(crate) struct Kept {
    items: Vec<RawItem>,
    /// Ages of the first of them, so that a date is read once.
    ages: Vec<(i64, u64)>,
    /// The oldest age that was kept when items were last left out: no older one can be among the newest.
    oldest: Option<(i64, u64)>,
    max: usize,
    pub(crate) seen: u64,
}

impl Kept {
    pub(crate) fn new(max: usize) -> Self {
        Self { items: Vec::new(), ages: Vec::new(), oldest: None, max, seen: 0 }
    }

    /// Counts an item, and takes it if it may be among the newest.
    pub(crate) fn push(&mut self, item: &mut RawItem) {
        self.seen += 1;
        if self.items.len() >= self.max {
            let age = item.age();
            // An undated one is older than all that are held.
            if age.0 == i64::MIN || self.oldest.is_some_and(|oldest| age < oldest) {
                return;
            }
            if self.oldest.is_some() {
                self.ages.push(age);
            }
        }
        self.items.push(std::mem::take(item));
        if self.items.len() >= 2 * self.max.max(1) {
            self.prune();
        }
    }

    fn prune(&mut self) {
        if self.items.len() <= self.max {
            return;
        }
        if self.max == 0 {
            self.items.clear();
            return;
        }
        for item in &self.items[self.ages.len()..] {
            self.ages.push(item.age());
        }
        // Ordinals make all ages different, so exactly `max` are as young as the oldest that is kept.
        let mut ranked = self.ages.clone();
        let cut = self.items.len() - self.max;
        let (_, oldest, _) = ranked.select_nth_unstable(cut);
        self.oldest = Some(*oldest);
        let mut kept = self.ages.iter().map(|age| *age >= *oldest);
        self.items.retain(|_| kept.next().unwrap_or(false));
        self.ages.retain(|age| *age >= *oldest);
    }

    /// The items kept, and how many were not.
    pub(crate) fn finish(mut self) -> (Vec<RawItem>, u64) {
        self.prune();
        let left_out = self.seen - self.items.len() as u64;
        (self.items, left_out)
    }
}
