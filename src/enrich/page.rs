//! The article that a page has, and when it may stand for what the feed said. Precision first: a wall, a list or
//! another story never replaces a text.

use std::collections::BTreeSet;

use super::credit::{self, Side};
use super::outlet::{self, Publisher};
use super::{Context, Source, assemble, html, of_draft};
use crate::news::{Article, Draft, Page, Rung, SourceElement, TextOrigin};
use crate::tables::Tables;

/// Share of the feed's words, in percent, that the page's text must have: an editor's own summary shares most names and
/// numbers with its story, a wall or another story a quarter at most.
const SHARED_PERCENT: usize = 50;
/// Words that must be shared, where the feed has as many.
const SHARED_MIN: usize = 3;
/// Letters from which on a word of an alphabet tells something.
const WORD_CHARS_MIN: usize = 4;
/// Words of the feed that are asked for.
const WORDS_MAX: usize = 200;

/// What a page is to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// The same story, and more of it.
    Text,
    /// The same story; the feed says as much.
    Shorter,
    /// No text to compare.
    Nothing,
    /// Something else.
    Other,
}

/// The article a draft becomes whose page was read. Identity, title, link and defects are the draft's; the text is the
/// page's where it is the same story and longer, and the page fills in what the feed does not say.
pub fn with_page(draft: &Draft, page: &Page, context: &Context<'_>) -> Article {
    let publisher = of_draft(draft, context);
    let mut source = Source::of(draft);
    let blocks = html::blocks(&page.content);
    let used = judge(&source, &blocks, context.tables);
    let told = page.defects.iter().filter(|defect| defect.starts_with("page_"));
    source.defects.extend(told.cloned());
    let word = match used {
        Use::Text => "",
        Use::Shorter => "page_shorter",
        Use::Nothing => "page_no_text",
        Use::Other => "page_other_text",
    };
    if matches!(used, Use::Text | Use::Shorter) {
        fill(&mut source, page);
    }
    if used == Use::Text {
        source.blocks = with_credits(blocks, page, &publisher, context.tables);
        (source.origin, source.is_cut) = (TextOrigin::Page, is_cut(page));
    } else {
        source.defects.push(word.to_owned());
    }
    assemble(source, &publisher, context)
}

/// The article of a page alone, without a feed: keyed by its link, else by `name`.
pub fn page(page: &Page, name: &str, context: &Context<'_>) -> Article {
    let site = SourceElement { title: page.site.clone(), url: String::new() };
    let publisher = outlet::of_page(context.feed, &site, &page.link, context.tables);
    let is_linked = !page.link.is_empty();
    let source = Source {
        rung: if is_linked { Rung::Url } else { Rung::Text },
        key: if is_linked { page.link.clone() } else { name.to_owned() },
        key_link: None,
        link_is_key: is_linked,
        guid: String::new(),
        url: page.link.clone(),
        title: html::plain_blocks(&page.title).join(" "),
        lang: &page.lang,
        blocks: with_credits(html::blocks(&page.content), page, &publisher, context.tables),
        origin: TextOrigin::Page,
        authors: &page.authors,
        rights: &page.rights,
        stated: None,
        raw_date: !page.published_raw.trim().is_empty(),
        stated_by_page: page.published,
        is_cut: is_cut(page),
        defects: page.defects.clone(),
    };
    assemble(source, &publisher, context)
}

fn is_cut(page: &Page) -> bool {
    page.defects.iter().any(|defect| matches!(defect.as_str(), "page_cut" | "page_paywalled"))
}

/// What the feed does not say, the page may.
fn fill<'a>(source: &mut Source<'a>, page: &'a Page) {
    if source.authors.is_empty() {
        source.authors = &page.authors;
    }
    if source.rights.is_empty() {
        source.rights = &page.rights;
    }
    if source.lang.is_empty() {
        source.lang = &page.lang;
    }
    source.stated_by_page = page.published;
}

/// The text with the lines beside it that credit or date it.
fn with_credits(
    blocks: Vec<String>,
    page: &Page,
    publisher: &Publisher<'_>,
    tables: &Tables,
) -> Vec<String> {
    if blocks.is_empty() {
        return blocks;
    }
    let take = |lines: &[String], side| -> Vec<String> {
        let taken = lines.iter().filter(|line| {
            !blocks.contains(line) && credit::is_beside(line, side, publisher, tables)
        });
        taken.cloned().collect()
    };
    let (mut all, after) = (take(&page.before, Side::Before), take(&page.after, Side::After));
    all.extend(blocks);
    all.extend(after);
    all
}

fn judge(source: &Source<'_>, blocks: &[String], tables: &Tables) -> Use {
    let bytes = |blocks: &[String]| blocks.iter().map(String::len).sum::<usize>();
    if blocks.is_empty() {
        Use::Nothing
    } else if !is_same_story(source, blocks, tables) {
        Use::Other
    } else if bytes(blocks) <= bytes(&source.blocks) {
        Use::Shorter
    } else {
        Use::Text
    }
}

/// Whether the page's text has the words of the feed's headline and text. The page's own headline does not count: walls
/// have it too.
fn is_same_story(source: &Source<'_>, blocks: &[String], tables: &Tables) -> bool {
    let known = words(blocks.iter().map(String::as_str), usize::MAX, tables);
    let title = words(std::iter::once(source.title.as_str()), WORDS_MAX, tables);
    let text = words(source.blocks.iter().map(String::as_str), WORDS_MAX, tables);
    let has = |wanted: &BTreeSet<String>| {
        let shared = wanted.iter().filter(|word| known.contains(*word)).count();
        shared >= SHARED_MIN.min(wanted.len()) && shared * 100 >= wanted.len() * SHARED_PERCENT
    };
    // A feed's text of a few words is a label; the headline must do.
    if text.len() >= 2 * SHARED_MIN { has(&text) } else { !title.is_empty() && has(&title) }
}

/// Words that tell something, folded; of scripts without spaces, pairs of characters.
fn words<'a>(
    texts: impl Iterator<Item = &'a str>,
    max: usize,
    tables: &Tables,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in texts.flat_map(|text| text.split(|c: char| !is_letter(c))) {
        if found.len() >= max {
            break;
        }
        let lower = word.to_lowercase();
        if lower.chars().any(is_wide) {
            let chars: Vec<char> = lower.chars().collect();
            found.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if tells(&lower, tables) {
            found.insert(lower);
        }
    }
    found
}

fn tells(word: &str, tables: &Tables) -> bool {
    let is_number = word.bytes().any(|b| b.is_ascii_digit());
    let is_long = word.chars().count() >= WORD_CHARS_MIN;
    (is_number || is_long) && !tables.is_function_word(word)
}

/// Vowel signs and joiners are parts of words.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(u32::from(c), 0x300..=0x36F | 0x900..=0xDFF | 0x200C | 0x200D)
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF)
}
