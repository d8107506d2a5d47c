//! Makes a record fit its cap: entries from the end of the longest list, a body at the end of a paragraph.
//!
//! The order is fixed, so replay cuts alike: scalar values out of all proportion first (upstream bounds them, so this
//! is the last line of defence), then lists, then the body. What pointed at something left out is put right.

use std::collections::BTreeSet;

use serde::Serialize;

use super::format::{ArticleRecord, Record, StoryRecord};
use super::line::{LINE_BYTES_MAX, LINE_WITH_BODY_BYTES_MAX, to_json};

/// A scalar value of this size is taken for an attack once the line does not fit; a long link is 2 KB.
const VALUE_BYTES_MAX: usize = 4096;
/// Room kept for the words that say what was cut, and for the newline.
const RESERVE_BYTES: usize = 64;
/// More entries than this cannot fit a line, since the shortest takes three bytes with its comma.
const ENTRIES_MAX: usize = LINE_BYTES_MAX / 3;
/// More of these than this cannot fit a line, since each takes over 100 bytes.
const WIDE_ENTRIES_MAX: usize = 300;

/// The same record, shortened until its line fits.
pub(super) fn to_fit(mut record: Record) -> Record {
    let body = match &mut record {
        Record::Article(article) => article.text.body.take(),
        _ => None,
    };
    let room = LINE_BYTES_MAX - RESERVE_BYTES;
    shorten_values(&mut record, room);
    shorten_lists(&mut record, room);
    while to_json(&record).len() > room && halve_longest_value(&mut record) {}
    if let (Record::Article(article), Some(body)) = (&mut record, body) {
        let used = to_json(article).len() + r#","body":"#.len();
        let room = LINE_WITH_BODY_BYTES_MAX - RESERVE_BYTES - used;
        set_body(article, body, room);
    }
    record
}

fn shorten_values(record: &mut Record, room: usize) {
    if to_json(record).len() <= room {
        return;
    }
    let mut cut_any = false;
    for value in values(record) {
        while to_json(value).len() > VALUE_BYTES_MAX {
            halve(value);
            cut_any = true;
        }
    }
    if cut_any {
        note(record, "value_cut");
    }
}

fn halve_longest_value(record: &mut Record) -> bool {
    let longest = values(record).into_iter().max_by_key(|value| value.len());
    let cut = longest.filter(|value| !value.is_empty()).map(halve).is_some();
    if cut {
        note(record, "value_cut");
    }
    cut
}

fn halve(value: &mut String) {
    value.truncate(value.floor_char_boundary(value.len() / 2));
}

fn shorten_lists(record: &mut Record, room: usize) {
    if to_json(record).len() <= room {
        return;
    }
    if let Record::Story(story) = record {
        story.independence.truncate(WIDE_ENTRIES_MAX);
        story.statements.truncate(WIDE_ENTRIES_MAX);
    }
    shorten_to_level(record, room);
    let mut bytes = to_json(record).len();
    while bytes > room {
        let lens = list_lens(record);
        let Some(index) = longest(&lens) else { break };
        // Down to the next longest at once, so that one huge list costs one round.
        let next = lens.iter().enumerate().filter(|&(i, _)| i != index).map(|(_, &len)| len).max();
        bytes -= pop_from(record, index, next.unwrap_or_default(), bytes - room);
    }
    note(record, "list_cut");
    if let Record::Article(article) = record {
        mend_references(article);
    }
}

/// Shortens all lists to the lowest number of entries that does not fit yet. Popping entry by entry ends in the same
/// place, but looks at every list for each entry.
fn shorten_to_level(record: &mut Record, room: usize) {
    each_list(record, &mut |list| list.shorten(ENTRIES_MAX));
    let mut fitting = 0;
    let mut level = list_lens(record).into_iter().max().unwrap_or_default();
    while level > fitting + 1 {
        let middle = fitting.midpoint(level);
        let mut trial = record.clone();
        each_list(&mut trial, &mut |list| list.shorten(middle));
        if to_json(&trial).len() <= room {
            fitting = middle;
        } else {
            level = middle;
        }
    }
    each_list(record, &mut |list| list.shorten(level));
}

fn list_lens(record: &mut Record) -> Vec<usize> {
    let mut lens = Vec::new();
    each_list(record, &mut |list| lens.push(list.entries()));
    lens
}

/// The list with most entries, the first of equals; `None` once all are empty.
fn longest(lens: &[usize]) -> Option<usize> {
    let len = lens.iter().copied().max().filter(|&len| len > 0)?;
    lens.iter().position(|&other| other == len)
}

/// Pops entries of the list `index`, at least one, until it is as short as `down_to` or `excess` bytes are gone.
fn pop_from(record: &mut Record, index: usize, down_to: usize, excess: usize) -> usize {
    let (mut at, mut freed) = (0, 0);
    each_list(record, &mut |list| {
        if at == index {
            freed = list.pop_bytes();
            while freed < excess && list.entries() > down_to {
                freed += list.pop_bytes();
            }
        }
        at += 1;
    });
    freed
}

/// Puts right what points at quotes, people or organisations that were left out.
fn mend_references(article: &mut ArticleRecord) {
    let ids: BTreeSet<String> = article.quotes.iter().map(|quote| quote.id.clone()).collect();
    let speakers: BTreeSet<String> = article
        .people
        .iter()
        .map(|person| person.id.clone())
        .chain(article.orgs.iter().map(|org| org.id.clone()))
        .collect();
    for quote in &mut article.quotes {
        if !ids.contains(&quote.variant_of) {
            quote.variant_of.clear();
        }
        if !speakers.contains(&quote.speaker) {
            quote.speaker.clear();
        }
    }
    article.provenance.chains.retain_mut(|chain| {
        let was_whole = chain.claims.is_empty();
        chain.claims.retain(|claim| ids.contains(claim));
        // Without claims a chain speaks for the whole article, which this one never did.
        was_whole || !chain.claims.is_empty()
    });
}

fn set_body(article: &mut ArticleRecord, body: String, room: usize) {
    if to_json(&body).len() <= room {
        article.text.body = Some(body);
        return;
    }
    let body = shortened(&body, room);
    let chars = body.chars().count() as u64;
    article.text.complete = false;
    article.text.chars = chars;
    article.text.words = body.split_whitespace().count() as u64;
    article.text.body = Some(body);
    insert(&mut article.defects, "body_cut");
    // Offsets count over the body as emitted, so nothing may point behind its end.
    let spans = article.quotes.len() + article.provenance.chains.len();
    article.quotes.retain(|quote| quote.char_end <= chars);
    article.provenance.chains.retain(|chain| chain.evidence.char_end <= chars);
    mend_references(article);
    if article.quotes.len() + article.provenance.chains.len() < spans {
        insert(&mut article.defects, "list_cut");
    }
}

/// Whole paragraphs from the start; of a text that is one huge paragraph, whole words.
fn shortened(body: &str, room: usize) -> String {
    let paragraphs = leading(body.split("\n\n"), "\n\n", room);
    if paragraphs.is_empty() { leading(body.split(' '), " ", room) } else { paragraphs }
}

fn leading<'a>(parts: impl Iterator<Item = &'a str>, joint: &str, room: usize) -> String {
    let mut out = String::new();
    let mut bytes = 2;
    for (i, part) in parts.enumerate() {
        // Both quotes of the part's JSON stand for the joint, which is at most four bytes with its escapes.
        bytes += to_json(part).len() + 2;
        if bytes > room {
            break;
        }
        if i > 0 {
            out.push_str(joint);
        }
        out.push_str(part);
    }
    out
}

fn note(record: &mut Record, word: &str) {
    match record {
        Record::Article(article) => insert(&mut article.defects, word),
        Record::HealthChanged(health) => insert(&mut health.defects, word),
        Record::HealthFetched(health) => insert(&mut health.defects, word),
        _ => {}
    }
}

fn insert(defects: &mut Vec<String>, word: &str) {
    if let Err(place) = defects.binary_search_by(|defect| defect.as_str().cmp(word)) {
        defects.insert(place, word.to_owned());
    }
}

/// A list that can be shortened from its end.
trait List {
    /// Entries in it.
    fn entries(&self) -> usize;
    /// Drops the last entry; the bytes its JSON took, at least.
    fn pop_bytes(&mut self) -> usize;
    /// Keeps so many entries at most.
    fn shorten(&mut self, entries: usize);
}

impl<T: Serialize> List for Vec<T> {
    fn entries(&self) -> usize {
        self.len()
    }

    fn shorten(&mut self, entries: usize) {
        self.truncate(entries);
    }

    fn pop_bytes(&mut self) -> usize {
        self.pop().map_or(0, |entry| to_json(&entry).len() + usize::from(!self.is_empty()))
    }
}

fn each_list(record: &mut Record, visit: &mut dyn FnMut(&mut dyn List)) {
    match record {
        Record::Article(article) => article_lists(article, visit),
        Record::Story(story) => story_lists(story, visit),
        Record::HealthChanged(health) => visit(&mut health.defects),
        Record::HealthFetched(health) => visit(&mut health.defects),
        Record::Quarantine(_) | Record::DeskStarted(_) | Record::Watch(_) => {}
    }
}

fn article_lists(article: &mut ArticleRecord, visit: &mut dyn FnMut(&mut dyn List)) {
    visit(&mut article.provenance.wire);
    visit(&mut article.provenance.cites);
    visit(&mut article.provenance.chains);
    for chain in &mut article.provenance.chains {
        visit(&mut chain.claims);
    }
    visit(&mut article.people);
    visit(&mut article.orgs);
    visit(&mut article.places);
    visit(&mut article.quotes);
    visit(&mut article.watch);
    for hit in &mut article.watch {
        visit(&mut hit.terms);
    }
    visit(&mut article.matched.because);
    visit(&mut article.defects);
}

fn story_lists(story: &mut StoryRecord, visit: &mut dyn FnMut(&mut dyn List)) {
    visit(&mut story.wire_origins);
    visit(&mut story.independence);
    for origin in &mut story.independence {
        visit(&mut origin.dispatch_ids);
        visit(&mut origin.outlets);
        visit(&mut origin.because);
    }
    visit(&mut story.statements);
    for statement in &mut story.statements {
        visit(&mut statement.witnesses);
        visit(&mut statement.denied_by);
        visit(&mut statement.numbers);
    }
    visit(&mut story.article_ids);
    visit(&mut story.merged_from);
    visit(&mut story.person_ids);
    visit(&mut story.place_ids);
    visit(&mut story.watch_ids);
    visit(&mut story.because);
}

/// Scalar values whose length somebody else decides.
fn values(record: &mut Record) -> Vec<&mut String> {
    match record {
        Record::Article(r) => vec![
            &mut r.guid,
            &mut r.url,
            &mut r.title,
            &mut r.lang,
            &mut r.outlet.id,
            &mut r.outlet.name,
            &mut r.outlet.country,
            &mut r.outlet.family,
            &mut r.text.summary,
            &mut r.provenance.credit,
            &mut r.provenance.byline,
            &mut r.provenance.dateline,
            &mut r.notice.label,
        ],
        Record::Story(r) => vec![&mut r.title, &mut r.lang, &mut r.retracted_reason],
        Record::Quarantine(r) => {
            vec![&mut r.url, &mut r.guid, &mut r.title, &mut r.reason, &mut r.detail, &mut r.sample]
        }
        Record::HealthChanged(r) => vec![&mut r.reason],
        Record::HealthFetched(_) | Record::DeskStarted(_) => Vec::new(),
        Record::Watch(r) => vec![&mut r.title, &mut r.url, &mut r.outlet_id],
    }
}
