//! Finds credit lines, datelines and bylines, each with its place in the body. Only slots where credits stand are
//! looked at: an agency's name in running text is a citation, never a credit.

use super::byline;
use super::html::ends_sentence;
use super::outlet::Publisher;
use super::text::{Block, Body, head, slice, tail};
use crate::news::{OutletKind, OwnSign};
use crate::tables::{Extent, Hit, Named, Setting, Slot, Tables};

/// Blocks that may stand before the story: headline, byline, caption, dateline.
const HEAD_BLOCKS: usize = 4;
/// Blocks that may stand after it: credit, copyright, links.
const TAIL_BLOCKS: usize = 8;
/// A longer block is a paragraph, not a line.
const LINE_CHARS_MAX: usize = 300;
/// A dateline is within so many scalar values of the start.
const DATELINE_CHARS_MAX: usize = 160;
/// A credit that ends a paragraph is within so many of its end.
const INSIDE_CHARS_MAX: usize = 200;
/// Captions and links between the paragraphs are looked for in so many blocks: more than all but the longest reports
/// have, and one that is missed only stays in the comparison.
const MIDDLE_BLOCKS_MAX: usize = 120;
/// Agencies credited by one article; more is a list of links.
const WIRES_MAX: usize = 6;
/// Authors of one item that are looked at.
const AUTHORS_MAX: usize = 8;

/// Slots by how much their word counts, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Byline,
    Dateline,
    Tail,
    Notice,
}

/// A credit that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credit {
    pub(super) rank: Rank,
    pub(super) extent: Extent,
    /// Agency ids.
    pub(super) agencies: Vec<String>,
    /// Whether it credits agencies without naming one.
    pub(super) unnamed: bool,
    /// Ids of other families' outlets.
    pub(super) outlets: Vec<String>,
    /// As printed.
    pub(super) printed: String,
}

impl Credit {
    /// Whether it credits anybody.
    pub(super) fn names_somebody(&self) -> bool {
        !self.agencies.is_empty() || self.unnamed || !self.outlets.is_empty()
    }
}

/// All that was found in one article.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) credits: Vec<Credit>,
    pub(super) byline: String,
    pub(super) dateline: String,
    pub(super) signs: Vec<OwnSign>,
    /// Scalar values of the body that are no part of the story, ascending, apart.
    pub(super) not_text: Vec<(u32, u32)>,
}

/// What the feed says beside the text.
pub(super) struct Fields<'a> {
    pub(super) authors: &'a [String],
    pub(super) rights: &'a str,
}

pub(super) fn find(
    body: &Body,
    fields: &Fields<'_>,
    publisher: &Publisher<'_>,
    tables: &Tables,
) -> Found {
    let setting = Setting {
        country: &publisher.shown.country,
        own: tables.outlet_index(&publisher.shown.id),
        dateline: false,
    };
    let mut search =
        Search { body, publisher, tables, setting, found: Found::default(), spans: vec![] };
    let story_from = search.head();
    search.tail(story_from);
    search.middle();
    search.authors(fields.authors);
    search.notice(fields.rights);
    search.found.signs.extend(byline::told(&body.text, publisher, tables));
    search.found.not_text = apart(search.spans);
    search.found
}

/// On which side of the text a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// Whether a line that a page has beside the text credits or dates it. Names alone do not: they are links, tags and
/// credits of pictures.
pub(super) fn is_beside(
    line: &str,
    side: Side,
    publisher: &Publisher<'_>,
    tables: &Tables,
) -> bool {
    let own = tables.outlet_index(&publisher.shown.id);
    let setting = Setting { country: &publisher.shown.country, own, dateline: false };
    let masked = tables.mask(line, &setting);
    if tables.credit(Slot::Plain, &masked).is_some() {
        return false;
    }
    let byline = tables.credit(Slot::Byline, &masked);
    let is_alone = masked.is_name_alone();
    if byline.is_some_and(|hit| byline::opens(line) || !is_alone && hit.extent != Extent::None) {
        return true;
    }
    match side {
        Side::Before => {
            let masked = tables.mask(line, &Setting { dateline: true, ..setting });
            tables.credit(Slot::Head, &masked).is_some()
        }
        Side::After => {
            let slots = [Slot::Tail, Slot::Notice];
            !is_alone && slots.into_iter().any(|slot| tables.credit(slot, &masked).is_some())
        }
    }
}

/// The agency ids in order of rank, then of the text, each once.
pub(super) fn wires(credits: &[Credit], own_agency: &str) -> Vec<String> {
    let mut ranked: Vec<&Credit> = credits.iter().collect();
    ranked.sort_by_key(|credit| credit.rank);
    let mut wires: Vec<String> = Vec::new();
    if !own_agency.is_empty() {
        wires.push(own_agency.to_owned());
    }
    for id in ranked.iter().flat_map(|credit| &credit.agencies) {
        if !wires.contains(id) && wires.len() < WIRES_MAX {
            wires.push(id.clone());
        }
    }
    wires
}

struct Search<'a> {
    body: &'a Body,
    publisher: &'a Publisher<'a>,
    tables: &'a Tables,
    setting: Setting<'a>,
    found: Found,
    spans: Vec<(usize, usize)>,
}

impl Search<'_> {
    /// Reads what stands before the story; returns the index of the story's first block.
    fn head(&mut self) -> usize {
        let blocks = &self.body.blocks;
        let mut story = None;
        for (index, block) in blocks.iter().enumerate().take(HEAD_BLOCKS) {
            let is_line = block.chars <= LINE_CHARS_MAX;
            // A single block is the story, whatever it looks like.
            if story.is_none() && is_line && blocks.len() > 1 && self.line(block, true) {
                continue;
            }
            if self.dateline(block) || !is_line {
                return story.unwrap_or(index);
            }
            // A sentence is the story, or a standfirst before the dateline; lines after it are not the head's.
            if ends_sentence(self.body.block(block)) {
                story = story.or(Some(index));
            }
        }
        story.unwrap_or(0)
    }

    fn tail(&mut self, story_from: usize) {
        let mut story_seen = false;
        for (index, block) in self.body.blocks.iter().enumerate().rev().take(TAIL_BLOCKS) {
            let fresh = !self.spans.contains(&(block.start, block.start + block.chars));
            let alone = self.body.blocks.len() == 1;
            let is_line = block.chars <= LINE_CHARS_MAX && index >= story_from && !alone;
            if !fresh || is_line && self.line(block, false) {
                continue;
            }
            if !story_seen {
                self.inside(block);
            }
            story_seen = true;
        }
    }

    /// Captions and links between the paragraphs.
    fn middle(&mut self) {
        let blocks = &self.body.blocks;
        let inner = blocks.len().saturating_sub(TAIL_BLOCKS);
        for block in blocks.iter().take(inner.min(MIDDLE_BLOCKS_MAX)).skip(1) {
            if block.chars <= LINE_CHARS_MAX {
                let line = self.tables.mask(self.body.block(block), &self.setting);
                if self.tables.is_plain(&line) {
                    self.spans.push((block.start, block.start + block.chars));
                }
            }
        }
    }

    /// Takes a block that is a credit, a byline or no story as a whole; says whether it was one.
    fn line(&mut self, block: &Block, at_head: bool) -> bool {
        let text = self.body.block(block);
        let line = self.tables.mask(text, &self.setting);
        let slots: &[(Slot, Rank)] = if at_head {
            &[(Slot::Byline, Rank::Byline), (Slot::Tail, Rank::Tail), (Slot::Notice, Rank::Notice)]
        } else {
            &[(Slot::Tail, Rank::Tail), (Slot::Notice, Rank::Notice), (Slot::Byline, Rank::Byline)]
        };
        let span = (block.start, block.start + block.chars);
        if self.tables.is_plain(&line) {
            self.spans.push(span);
            return true;
        }
        for (slot, rank) in slots {
            let Some(hit) = self.tables.credit(*slot, &line) else { continue };
            if *slot == Slot::Byline && !self.byline(text, &hit, at_head) {
                continue;
            }
            self.spans.push(span);
            self.credit(*rank, &hit, text);
            return true;
        }
        false
    }

    /// Takes a byline block; a name without a byline word is one at the head only.
    fn byline(&mut self, text: &str, hit: &Hit, at_head: bool) -> bool {
        let stands_alone = hit.extent != Extent::None || hit.persons.is_none();
        if !(byline::opens(text) || at_head && stands_alone) {
            return false;
        }
        if let Some((start, end)) = hit.persons {
            let names = slice(text, start, end);
            if !byline::is_person(names, self.publisher, self.tables) {
                // "By Friday Morning" and "By News Desk" name nobody.
                return byline::is_desk(names, self.tables) && self.print_byline(text);
            }
            if hit.extent == Extent::None {
                self.found.signs.push(OwnSign::Byline(text.to_owned()));
            }
        }
        self.print_byline(text)
    }

    fn print_byline(&mut self, text: &str) -> bool {
        if self.found.byline.is_empty() {
            text.clone_into(&mut self.found.byline);
        }
        true
    }

    fn dateline(&mut self, block: &Block) -> bool {
        if !self.found.dateline.is_empty() {
            return true;
        }
        let text = head(self.body.block(block), DATELINE_CHARS_MAX);
        let setting = Setting { dateline: true, ..self.setting };
        let Some(hit) = self.tables.credit(Slot::Head, &self.tables.mask(text, &setting)) else {
            return false;
        };
        let place = hit.place.map_or("", |(start, end)| slice(text, start, end));
        let first = place.split([' ', ',', '-']).next().unwrap_or_default();
        if self.tables.is_no_place(first) && hit.names.is_empty() {
            return false;
        }
        // The whole block is never a dateline: then nothing is reported.
        if hit.end >= block.chars {
            return false;
        }
        let printed = slice(text, hit.start, hit.end);
        without_separator(printed).clone_into(&mut self.found.dateline);
        self.spans.push((block.start + hit.start, block.start + hit.end));
        if hit.extent == Extent::None && !place.is_empty() {
            self.found.signs.push(OwnSign::Dateline(self.found.dateline.clone()));
        }
        self.credit(Rank::Dateline, &hit, "");
        true
    }

    fn inside(&mut self, block: &Block) {
        let text = tail(self.body.block(block), INSIDE_CHARS_MAX);
        let before = block.chars - text.chars().count();
        if let Some(hit) = self.tables.credit_at_end(&self.tables.mask(text, &self.setting)) {
            let (start, end) = (before + hit.start, before + hit.end);
            self.spans.push((block.start + start, block.start + end));
            let printed = self.body.cut(block, start, end).to_owned();
            self.credit(Rank::Tail, &hit, &printed);
        }
    }

    fn authors(&mut self, authors: &[String]) {
        let mut printed: Vec<&str> = Vec::new();
        for author in authors.iter().map(|author| author.trim()).take(AUTHORS_MAX) {
            if author.is_empty() || author.chars().count() > LINE_CHARS_MAX {
                continue;
            }
            printed.push(author);
            let line = self.tables.mask(author, &self.setting);
            match self.tables.credit(Slot::Byline, &line).filter(|hit| hit.extent != Extent::None) {
                Some(hit) => self.credit(Rank::Byline, &hit, author),
                None if byline::is_person(
                    byline::without_by(author),
                    self.publisher,
                    self.tables,
                ) =>
                {
                    let sign = OwnSign::Byline(author.to_owned());
                    if !self.found.signs.iter().any(|known| matches!(known, OwnSign::Byline(_))) {
                        self.found.signs.push(sign);
                    }
                }
                None => {}
            }
        }
        if self.found.byline.is_empty() {
            self.found.byline = printed.join(", ");
        }
    }

    fn notice(&mut self, rights: &str) {
        let rights = head(rights.trim(), LINE_CHARS_MAX);
        if let Some(hit) =
            self.tables.credit(Slot::Notice, &self.tables.mask(rights, &self.setting))
        {
            self.credit(Rank::Notice, &hit, rights);
        }
    }

    fn credit(&mut self, rank: Rank, hit: &Hit, printed: &str) {
        let mut credit = Credit {
            rank,
            extent: hit.extent,
            agencies: vec![],
            unnamed: false,
            outlets: vec![],
            printed: printed.to_owned(),
        };
        for named in &hit.names {
            match named {
                Named::Agency(index) => {
                    credit.agencies.push(self.tables.agency_at(*index).id.clone());
                }
                Named::Agencies => credit.unnamed = true,
                Named::Outlet(index) => {
                    let outlet = &self.tables.outlet_at(*index).shown;
                    let own = outlet.family == self.publisher.shown.family;
                    if !own && outlet.kind != OutletKind::Transport {
                        credit.outlets.push(outlet.id.clone());
                    }
                }
            }
        }
        self.found.credits.push(credit);
    }
}

/// A dateline without its dash or colon; a full stop goes only where it follows the agency's bracket.
fn without_separator(printed: &str) -> &str {
    let printed = printed.trim_end_matches(|c: char| c.is_whitespace() || "-–—:".contains(c));
    let bare = printed.trim_end_matches('.');
    let agency = bare.contains(['—', '–']) && !bare.ends_with(char::is_uppercase);
    if bare.ends_with([')', '/', ']']) || agency { bare } else { printed }
}

/// Spans in order, those that touch or overlap made one.
fn apart(mut spans: Vec<(usize, usize)>) -> Vec<(u32, u32)> {
    spans.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for (start, end) in spans {
        let span = |n: usize| u32::try_from(n).expect("the body's limit is far below 2^32");
        match out.last_mut() {
            Some(last) if span(start) <= last.1 => last.1 = last.1.max(span(end)),
            _ if start < end => out.push((span(start), span(end))),
            _ => {}
        }
    }
    out
}
