//! Turns a draft, or a line of plain text, into an article: body, language, outlet, date, credits, labels. Pure: the
//! same input gives the same article, and work is linear in the text.

mod byline;
mod credit;
mod date;
mod elements;
mod html;
mod language;
mod notice;
mod outlet;
mod page;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod properties;
mod published;
mod role;
mod round_up;
mod speech;
#[cfg(test)]
mod tests;
mod text;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::news::{
    Article, Draft, FIRST_YEAR, Feed, Provenance, ROUND_UP, Rung, StatedDate, Text, TextOrigin,
};
use crate::tables::{self, Tables};
use credit::{Fields, Rank};
use outlet::Publisher;
use published::Claims;
use text::{Body, Shape};

pub use page::{page, with_page};
pub use speech::{Attributed, attributions};

/// What all items of one batch share.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The feed they came in.
    pub feed: &'a Feed,
    /// When it was fetched; in `replay` the stream time of the line.
    pub fetched_at: Timestamp,
    /// The knowledge to judge by.
    pub tables: &'a Tables,
}

/// A text outside any feed: a line of `replay`, a file of `taste`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainText {
    /// Its key; an article of its own whatever its link.
    pub id: String,
    /// Headline.
    pub title: String,
    /// Plain text, blocks parted by blank lines.
    pub text: String,
    /// Date as written.
    pub published: Option<String>,
    /// Outlet by id, name or host, `""` unknown.
    pub outlet: String,
    /// Link, `""` if none.
    pub url: String,
    /// Declared language, `""` if none.
    pub lang: String,
}

/// The article a draft becomes.
pub fn article(draft: &Draft, context: &Context<'_>) -> Article {
    let publisher = of_draft(draft, context);
    assemble(Source::of(draft), &publisher, context)
}

fn of_draft<'a>(draft: &Draft, context: &Context<'a>) -> Publisher<'a> {
    outlet::of_item(context.feed, draft.source.as_ref(), &draft.link, context.tables)
}

/// The id of the outlet that goes by this id, name or host; `None` where no table knows one.
pub fn known_outlet<'a>(named: &str, tables: &'a Tables) -> Option<&'a str> {
    outlet::known(named, tables).map(|outlet| outlet.shown.id.as_str())
}

/// The date that a text states; `None` where it cannot be understood without a guess.
pub fn stated_date(raw: &str) -> Option<StatedDate> {
    date::read(raw).filter(|stated| stated.day.year() >= FIRST_YEAR)
}

/// Characters of a plain text of which blocks are made: what is boilerplate at either end is no part of the body, and a
/// text of twice its bound has enough without that.
const TAKEN_CHARS_MAX: usize = 2 * text::BODY_CHARS_MAX;

/// The article a line of plain text becomes: its own article, its text whole unless it says otherwise.
pub fn plain(line: PlainText, context: &Context<'_>) -> Article {
    let publisher = outlet::of_line(&line.outlet, &line.url, context.tables);
    let raw = line.published.unwrap_or_default();
    let (blocks, goes_on) = html::plain_beginning(&line.text, TAKEN_CHARS_MAX);
    assemble(
        Source {
            rung: Rung::Guid,
            key: line.id.clone(),
            key_link: None,
            link_is_key: false,
            guid: line.id,
            url: line.url,
            title: html::plain_blocks(&line.title).join(" "),
            lang: &line.lang,
            blocks,
            goes_on,
            origin: TextOrigin::FeedContent,
            authors: &[],
            rights: "",
            stated: date::read(&raw),
            raw_date: raw.trim(),
            stated_by_page: None,
            is_cut: false,
            defects: vec![],
        },
        &publisher,
        context,
    )
}

/// The moment a line's date states, for the order of lines; `None` where it states none that can be right.
pub fn stated(raw: &str) -> Option<Timestamp> {
    stated_date(raw).map(|stated| stated.moment)
}

/// A draft or a line, as far as they are treated alike.
struct Source<'a> {
    rung: Rung,
    key: String,
    key_link: Option<String>,
    link_is_key: bool,
    guid: String,
    url: String,
    title: String,
    lang: &'a str,
    blocks: Vec<String>,
    origin: TextOrigin,
    authors: &'a [String],
    rights: &'a str,
    stated: Option<StatedDate>,
    /// The feed's date text, `""` if none.
    raw_date: &'a str,
    /// The date of the page, which counts where the feed has none.
    stated_by_page: Option<(StatedDate, &'a str)>,
    /// Whether the text goes on behind its blocks.
    goes_on: bool,
    /// Whether the text is known to be cut, whatever it looks like.
    is_cut: bool,
    defects: Vec<String>,
}

impl<'a> Source<'a> {
    fn of(draft: &'a Draft) -> Self {
        let whole = html::blocks(&draft.content);
        let (blocks, origin) = if whole.is_empty() {
            (html::blocks(&draft.summary), TextOrigin::FeedSummary)
        } else {
            (whole, TextOrigin::FeedContent)
        };
        // Atom's `updated` is the date of an item that gives no other.
        let silent = draft.published_raw.trim().is_empty();
        Self {
            rung: draft.rung,
            key: draft.key.clone(),
            key_link: draft.key_link.clone(),
            link_is_key: true,
            guid: draft.guid.clone(),
            url: draft.link.clone(),
            title: html::plain_blocks(&draft.title).join(" "),
            lang: &draft.lang,
            blocks,
            goes_on: false,
            origin,
            authors: &draft.authors,
            rights: &draft.rights,
            stated: draft.published.or(if silent { draft.updated } else { None }),
            raw_date: draft.published_raw.trim(),
            stated_by_page: None,
            is_cut: false,
            defects: draft.defects.clone(),
        }
    }
}

fn assemble(mut source: Source<'_>, publisher: &Publisher<'_>, context: &Context<'_>) -> Article {
    let tables = context.tables;
    let mut defects = std::mem::take(&mut source.defects);
    let prefix = strip_prefix(&mut source.blocks);
    if source.origin == TextOrigin::Page {
        text::drop_ways_on(&mut source.blocks, tables);
    }
    let seems_cut = || text::is_cut(&source.blocks, tables, Shape::of(source.origin));
    let is_cut = source.is_cut || !source.goes_on && seems_cut();
    let mut body = Body::new(without_boilerplate(std::mem::take(&mut source.blocks), tables));
    body.over_limit |= source.goes_on;
    if prefix.is_some() {
        defects.push("date_prefix_stripped".to_owned());
        if !has_title(&body.text, &source.title) {
            defects.push("no_title_in_text".to_owned());
        }
    }
    if source.title.is_empty() {
        defects.push("title_missing".to_owned());
    }
    let claims = Claims {
        stated: source.stated,
        raw: source.raw_date,
        page: source.stated_by_page,
        prefix,
        feed_zone: context.feed.zone.as_deref().and_then(tables::zone),
        outlet_zone: publisher.zone(),
    };
    let date = published::judge(&claims, context.fetched_at, &mut defects);
    let lang = language::detect(&source.title, &body.text, source.lang, tables);
    let fields = Fields { authors: source.authors, rights: source.rights };
    let found = credit::find(&body, &fields, publisher, tables);
    let notice = notice::find(&source.title, &body, context.fetched_at, tables);
    if round_up::is(&source.title, &body, tables) {
        defects.push(ROUND_UP.to_owned());
    }
    let summary = body.summary(tables, &found.not_text);
    let complete = is_complete(&body, is_cut, &mut defects);
    let mut provenance = provenance(&found, publisher);
    let heard = hear(&body, (&source.title, &lang), &found, (&provenance, publisher), tables);
    provenance.cites = heard.cites;
    provenance.chains = heard.chains;
    defects.extend(heard.defects.iter().map(|&word| word.to_owned()));
    defects.sort_unstable();
    defects.dedup();
    Article {
        rung: source.rung,
        key: source.key,
        key_link: source.key_link,
        link_is_key: source.link_is_key,
        guid: source.guid,
        url: source.url,
        title: source.title,
        lang,
        outlet: publisher.shown.clone(),
        own_agency: publisher.agency().to_owned(),
        text: Text { origin: source.origin, complete, summary, body: body.text },
        published: date,
        provenance,
        own_signs: found.signs,
        not_text: found.not_text,
        people: heard.people,
        orgs: heard.orgs,
        places: heard.places,
        quotes: heard.quotes,
        watch: vec![],
        notice,
        defects,
        feed_words: None,
    }
}

fn hear(
    body: &Body,
    (title, lang): (&str, &str),
    found: &credit::Found,
    (provenance, publisher): (&Provenance, &Publisher<'_>),
    tables: &Tables,
) -> speech::Heard {
    let credits: Vec<(String, Vec<String>)> =
        found.credits.iter().map(|known| (known.printed.clone(), known.agencies.clone())).collect();
    let told = speech::Told {
        body: &body.text,
        title,
        lang,
        publisher: &publisher.shown.id,
        country: &publisher.shown.country,
        wires: &provenance.wire,
        credits: &credits,
        dateline: &provenance.dateline,
    };
    speech::hear(&told, tables)
}

fn provenance(found: &credit::Found, publisher: &Publisher<'_>) -> Provenance {
    let (role, confidence) = role::judge(found, publisher);
    let lines = || {
        let printed = |credit: &&credit::Credit| matches!(credit.rank, Rank::Tail | Rank::Notice);
        found.credits.iter().filter(printed)
    };
    let credit = lines().find(|credit| credit.names_somebody()).or_else(|| lines().next());
    Provenance {
        role,
        confidence,
        wire: credit::wires(&found.credits, publisher.agency()),
        credit: credit.map(|credit| credit.printed.clone()).unwrap_or_default(),
        byline: found.byline.clone(),
        dateline: found.dateline.clone(),
        cites: vec![],
        chains: vec![],
    }
}

fn is_complete(body: &Body, is_cut: bool, defects: &mut Vec<String>) -> bool {
    if is_cut {
        defects.push("text_cut_by_feed".to_owned());
    }
    if body.over_limit {
        defects.push("body_cut".to_owned());
    }
    !is_cut && !body.over_limit
}

/// Blocks at either end of a text that are looked at for boilerplate. No report has more; what has is a list, and its
/// middle is left as it is.
const BOILERPLATE_BLOCKS_MAX: usize = 200;

/// Drops what the tables call boilerplate, whole blocks and the ends of blocks. A text is never dropped to nothing.
fn without_boilerplate(blocks: Vec<String>, tables: &Tables) -> Vec<String> {
    let last = blocks.len().saturating_sub(BOILERPLATE_BLOCKS_MAX);
    // How much of each block stays.
    let kept = |(at, block): (usize, &String)| {
        if at >= BOILERPLATE_BLOCKS_MAX && at < last {
            return block.len();
        }
        if tables.is_boilerplate(block) {
            0
        } else {
            tables.boilerplate_end(block).unwrap_or(block.len())
        }
    };
    let kept: Vec<usize> = blocks.iter().enumerate().map(kept).collect();
    if kept.iter().all(|bytes| *bytes == 0) {
        return blocks;
    }
    let cut = |(mut block, bytes): (String, usize)| {
        if bytes < block.len() {
            block = block.get(..bytes).unwrap_or_default().trim_end().to_owned();
        }
        block
    };
    blocks.into_iter().zip(kept).filter(|(_, bytes)| *bytes > 0).map(cut).collect()
}

/// Takes a crawler's `date 2025-08-16 ` from the start of the text.
fn strip_prefix(blocks: &mut Vec<String>) -> Option<Date> {
    let first = blocks.first_mut()?;
    let (day, rest) = first.strip_prefix("date ")?.split_at_checked("2025-08-16".len())?;
    let day = day.parse().ok()?;
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    *first = rest.trim_start().to_owned();
    if first.is_empty() {
        blocks.remove(0);
    }
    Some(day)
}

/// Whether the headline stands in the text, case aside.
fn has_title(body: &str, title: &str) -> bool {
    !title.is_empty() && body.to_lowercase().contains(&title.to_lowercase())
}
