//! Finds the article in an HTML page: its text, and what the page says of it. Sole user of `dom_smoothie`.
//!
//! `decode` → `sweep` (one linear walk to lines in boxes, well-formed and bounded) → `linked` (JSON-LD) and `claims`
//! (head) → `choose`, which asks the library (`tree`) and adds back what it drops. Pure, and nothing panics.

mod choose;
mod claims;
mod feeds;
mod lines;
mod linked;
mod noise;
mod scan;
mod sweep;
mod tags;
#[cfg(test)]
mod tests;
mod tree;
mod words;

use crate::news::{Fetched, Page};
use crate::tables::markup;

use super::html::one_space;
use super::read::caught;
use super::{Config, LINK_BYTES_MAX, base, decode, header, text};
use lines::Kind;

pub use feeds::{NamedFeed, named_feeds};

/// Share of JSON-LD's text or headline, in percent, that the page shows where it speaks of the page.
const ANOTHERS_PERCENT: usize = 50;
/// Decoded bytes that are looked at; longer pages are programs, and their story stands before.
const PAGE_BYTES_MAX: usize = 4 << 20;
/// Where a page's own word for its charset is looked for; browsers look at 1 KB.
const CHARSET_BYTES_MAX: usize = 4 << 10;

/// First bytes of documents and pictures.
const BINARY: [&[u8]; 6] = [b"%PDF", b"\x89PNG", b"GIF8", b"PK\x03\x04", b"\xFF\xD8\xFF", b"RIFF"];

/// Why a page gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// No text at all in the body.
    #[error("empty page")]
    Empty,
    /// Not HTML: a picture, a PDF, a feed.
    #[error("no HTML page")]
    NotHtml,
    /// A mistake of ours or of a library; the page is left alone.
    #[error("reading the page failed: {0}")]
    Failed(String),
}

impl PageError {
    /// The word for the article's defects.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Empty => "page_empty",
            Self::NotHtml => "page_not_html",
            Self::Failed(_) => "page_unreadable",
        }
    }
}

/// Reads the article of a page. Where a page has no text of its own (a wall, a form, a list of links), `content` is `""`
/// and `defects` say so.
///
/// # Errors
/// What is no page.
pub fn page(fetched: &Fetched, config: &Config) -> Result<Page, PageError> {
    if fetched.body.iter().all(u8::is_ascii_whitespace) {
        return Err(PageError::Empty);
    }
    if BINARY.iter().any(|sign| fetched.body.starts_with(sign)) {
        return Err(PageError::NotHtml);
    }
    let declared = charset(&fetched.body, header(fetched, "content-type"));
    let decoded = decode::decode(&fetched.body, declared.as_deref());
    if !is_html(&decoded.text) {
        return Err(PageError::NotHtml);
    }
    let mut page = caught(|| look(&decoded.text, fetched, config)).map_err(PageError::Failed)?;
    if page.lang.is_empty() {
        header(fetched, "content-language").unwrap_or("").clone_into(&mut page.lang);
    }
    if !decoded.repaired.is_empty() {
        page.defects.push("encoding_repaired".to_owned());
    }
    page.defects.sort_unstable();
    page.defects.dedup();
    without_controls(&mut page);
    Ok(page)
}

fn is_control(c: char) -> bool {
    c.is_control() && c != '\n'
}

/// Takes out the control characters that a script's text may bring along, escaped or in a charset that has them.
fn without_controls(page: &mut Page) {
    let names = [&mut page.title, &mut page.content, &mut page.rights, &mut page.site];
    let raw = [&mut page.lang, &mut page.published_raw];
    let lists = [&mut page.authors, &mut page.before, &mut page.after];
    let texts = names.into_iter().chain(raw).chain(lists.into_iter().flatten());
    for text in texts.filter(|text| text.contains(is_control)) {
        text.retain(|c| !is_control(c));
        // Two spaces may have come together.
        if !text.starts_with('<') {
            *text = one_space(text);
        }
    }
}

fn look(decoded: &str, fetched: &Fetched, config: &Config) -> Page {
    let html = text::head(decoded, PAGE_BYTES_MAX);
    let mut swept = sweep::sweep(markup::finished(html));
    swept.is_cut |= html.len() < decoded.len();
    let base = base(fetched).unwrap_or_else(|| fetched.url.clone());
    let own_title = claims::title(&swept, &linked::Linked::default());
    let near = [own_title.as_str(), &swept.canonical, fetched.url.as_str()];
    let linked = linked::read(&swept.linked, &near)
        .filter(|linked| !is_anothers(linked, &own_title, &swept));
    let mut page = claims::page(&swept, &linked.clone().unwrap_or_default(), &base);
    let chosen = choose::choose(&swept, linked.as_ref(), &page.title);
    if chosen.lines.is_empty() {
        page.defects.push("page_no_text".to_owned());
    }
    let (content, is_cut) = content(&chosen.lines, config.text_bytes_max);
    if is_cut {
        page.defects.push("page_cut".to_owned());
    }
    for byline in chosen.bylines {
        let seen = words::squeezed(&byline);
        let is_new = |name: &String| {
            let known = words::squeezed(name);
            !known.is_empty() && !seen.contains(&known) && !known.contains(&seen)
        };
        if page.authors.iter().all(is_new) {
            page.authors.push(byline);
        }
    }
    (page.content, page.before, page.after) = (content, chosen.before, chosen.after);
    page
}

/// Whether what JSON-LD describes is another article than the page shows: no word of the headline is the page's, and
/// little of the text.
fn is_anothers(linked: &linked::Linked, own_title: &str, swept: &lines::Swept) -> bool {
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        let all = text.split(|c: char| !c.is_alphanumeric());
        all.filter(|word| word.chars().count() > 3).map(str::to_lowercase).collect()
    };
    let (own, said) = (words(own_title), words(&linked.headline));
    if own.is_empty() || said.is_empty() || !own.is_disjoint(&said) {
        return false;
    }
    let mut shown = words::Runs::default();
    for line in &swept.lines {
        shown.add(&line.text);
    }
    shown.percent(&linked.body).unwrap_or(0) < ANOTHERS_PERCENT
        && shown.percent(&linked.headline).unwrap_or(0) < ANOTHERS_PERCENT
}

/// The lines as HTML, up to a bound that ends with a whole line.
fn content(lines: &[(Kind, String)], bytes_max: usize) -> (String, bool) {
    let mut out = String::new();
    for (kind, line) in lines {
        let tag = match kind {
            Kind::Paragraph => "p",
            Kind::Heading => "h2",
            Kind::Item => "li",
            Kind::Quote => "blockquote",
        };
        let mut block = format!("<{tag}>");
        text::escape_into(&mut block, line);
        block = block.replace('\n', "<br>");
        block.extend(["</", tag, ">\n"]);
        if out.len() + block.len() > bytes_max {
            if out.is_empty() {
                // One endless paragraph: its beginning. A character takes six bytes at most when escaped.
                let room = bytes_max.saturating_sub("<p></p>\n".len());
                out.push_str("<p>");
                text::escape_into(&mut out, text::head(line, room / 6));
                out.push_str("</p>\n");
            }
            return (out, true);
        }
        out.push_str(&block);
    }
    (out, false)
}

/// `Content-Type` with the charset that the page names itself, where the header names none.
fn charset(body: &[u8], content_type: Option<&str>) -> Option<String> {
    let header = content_type.unwrap_or("");
    if header.to_ascii_lowercase().contains("charset") {
        return content_type.map(str::to_owned);
    }
    let head = body.get(..CHARSET_BYTES_MAX.min(body.len()))?;
    let head: String = head.iter().map(|b| char::from(*b).to_ascii_lowercase()).collect();
    let named = head.split("<meta").skip(1).find_map(|tag| {
        let (tag, _) = tag.split_once('>')?;
        let (_, after) = tag.split_once("charset")?;
        let value = after.trim_start().strip_prefix('=')?.trim_start_matches([' ', '"', '\'']);
        let end = value
            .find(|c: char| c == ';' || c == '/' || c == '"' || c == '\'' || c.is_whitespace());
        value.get(..end.unwrap_or(value.len())).map(str::to_owned)
    });
    named.map(|named| format!("text/html; charset={named}")).or(content_type.map(str::to_owned))
}

/// Whether a text has tags of a page; feeds, pictures and plain texts have none.
fn is_html(decoded: &str) -> bool {
    let start = decoded.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if start.starts_with(['{', '[']) {
        return false;
    }
    let head = text::head(start, CHARSET_BYTES_MAX).to_ascii_lowercase();
    let is_feed = ["<rss", "<feed", "<rdf:rdf", "<urlset"].iter().any(|root| head.contains(root));
    let has_tag =
        start.as_bytes().windows(2).any(|two| two[0] == b'<' && two[1].is_ascii_alphabetic());
    has_tag && (!is_feed || head.contains("<html"))
}
