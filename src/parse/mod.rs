//! Turns a body into drafts with their identity keys, and defects; whatever a publisher sends.
//!
//! `decode` → `guard` and `mend` → feed-rs (`read`) → `keys` and `date`; JSON Feed by a path of its own.
//! Pure: no clock, no network, no chance. Work is linear in the body, stack depth does not depend on it,
//! and nothing panics: one bad item costs itself only.
#![doc = include_str!("quality.md")]

mod bound;
mod claim;
mod date;
mod decode;
mod draft;
mod format;
pub mod guard;
mod html;
mod json;
mod json_mend;
mod keys;
mod lean;
mod mend;
pub mod opml;
mod page;
mod person;
mod place;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod properties;
mod read;
mod text;
mod trace;
mod view;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::news::{Draft, FetchReport, Fetched, Rejection};

use decode::Decoded;

use claim::{Claim, Defect, FeedClaim};
use read::Unread;

pub use claim::Wishes;
pub use format::{format, is_news_sitemap, sitemaps_in};
pub use keys::{GUID_BYTES_MAX, LINK_BYTES_MAX, canonical_link, shown_link};
pub use page::{NamedFeed, PageError, named_feeds, page};
pub use read::quiet_panics;
pub use view::View;

/// Bounds of reading that a user may want to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Items taken from one body, the newest; more of them is an archive, not news.
    pub entries_max: usize,
    /// Bytes kept of one text: 64 KB are ten thousand words, and a line of output takes less.
    pub text_bytes_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { entries_max: 2_000, text_bytes_max: 64 << 10 }
    }
}

/// What a feed says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedMeta {
    /// Its title, text only.
    pub title: String,
    /// The page it belongs to.
    pub link: String,
    /// Declared language.
    pub language: String,
    /// How it asks to be polled.
    pub wishes: Wishes,
}

/// All that one body gave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// The items, in the order of the document.
    pub drafts: Vec<Draft>,
    /// What could not be used, with its reason.
    pub rejected: Vec<Rejection>,
    /// The body's accounts.
    pub report: FetchReport,
    /// What the feed says of itself.
    pub meta: FeedMeta,
}

/// Longest base for relative links; a longer URL is no address.
const BASE_BYTES_MAX: usize = 2 << 10;

/// What a body says, before it becomes drafts.
#[derive(Debug, Default)]
struct Seen {
    feed: FeedClaim,
    items: Vec<Result<Claim, Box<Unread>>>,
    over_limit: u64,
    defects: Vec<Defect>,
    /// Whether bytes were read otherwise than declared.
    is_repaired: bool,
    is_json: bool,
}

/// Why a body was refused whole.
#[derive(Debug)]
struct Refused {
    reason: &'static str,
    detail: String,
}

/// Reads a body. Never fails: what is refused whole comes back as one rejection.
pub fn read(fetched: &Fetched, config: &Config) -> Parsed {
    let decoded = decoded(fetched);
    match look(fetched, &decoded, config) {
        Ok(seen) => draft::parsed(seen, &decoded.text, fetched),
        Err(refused) => draft::refused(&refused, fetched),
    }
}

/// Reads a body as `copytaster parse` shows it, under the name of its file; dates are held against `fetched_at`.
pub fn view(fetched: &Fetched, config: &Config, file: &str) -> View {
    let decoded = decoded(fetched);
    match look(fetched, &decoded, config) {
        Ok(seen) => View::of(&seen, (&decoded.text, fetched.fetched_at), file),
        Err(refused) => View::failed(file, &refused.detail),
    }
}

fn decoded(fetched: &Fetched) -> Decoded<'_> {
    decode::decode(&fetched.body, header(fetched, "content-type"))
}

fn look(fetched: &Fetched, decoded: &Decoded<'_>, config: &Config) -> Result<Seen, Refused> {
    if fetched.body.iter().all(u8::is_ascii_whitespace) {
        return Err(Refused { reason: "empty", detail: "empty body".to_owned() });
    }
    let base = base(fetched);
    let start = decoded.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let mut seen = if start.starts_with('{') {
        let mut seen = look_at_json(start, config, base.as_ref())?;
        let skipped = decoded.text.len() - start.len();
        seen.feed.at = skipped;
        for at in seen.defects.iter_mut().filter_map(|defect| defect.at.as_mut()) {
            *at += skipped;
        }
        seen.is_json = true;
        seen
    } else {
        let language = header(fetched, "content-language");
        let seen = look_at_xml(&decoded.text, config, (base.clone(), language));
        seen.or_else(|refused| {
            // What is no XML may be JSON behind a guard, a call or a program's notice.
            look_behind_junk(&decoded.text, config, base.as_ref()).ok_or(refused)
        })?
    };
    if !decoded.repaired.is_empty() {
        let detail = decoded.repaired.to_owned();
        // The first character that the charset could have spoiled.
        let at = decoded.text.find(|c: char| !c.is_ascii());
        seen.defects.push(Defect { word: "encoding_repaired", at, element: "", detail });
        seen.is_repaired = true;
    }
    Ok(seen)
}

fn look_at_xml(
    text: &str,
    config: &Config,
    (base, language): (Option<Url>, Option<&str>),
) -> Result<Seen, Refused> {
    let settings = mend::Settings {
        entries_max: config.entries_max,
        text_bytes_max: config.text_bytes_max,
        base,
        language: language.unwrap_or("").to_owned(),
    };
    let mut mended = mend::mend(text, &settings).map_err(|refusal| Refused {
        reason: refusal.word(),
        detail: match refusal {
            mend::Refusal::Guard(limit, at) => format!("{limit} at {}", place::words(text, at)),
            mend::Refusal::Html(at) => format!("{refusal}, at {}", place::words(text, at)),
            other => other.to_string(),
        },
    })?;
    let (over_limit, defects) = (mended.over_limit, std::mem::take(&mut mended.defects));
    let (feed, items) = read::read(mended);
    Ok(Seen { feed, items, over_limit, defects, is_repaired: false, is_json: false })
}

/// Bytes before a JSON Feed in which something else may stand.
const JUNK_BYTES_MAX: usize = 4 << 10;

/// A JSON Feed that does not begin the text.
fn look_behind_junk(text: &str, config: &Config, base: Option<&Url>) -> Option<Seen> {
    // A page may have any JSON in its scripts; only what says that it is a JSON Feed is one.
    if !text.contains("jsonfeed.org/version") {
        return None;
    }
    let head = text::head(text, JUNK_BYTES_MAX);
    let begins =
        |at: &usize| text.get(at + 1..).is_some_and(|rest| rest.trim_start().starts_with('"'));
    let at = head.match_indices('{').map(|(at, _)| at).find(begins)?;
    let is_of_page = |name: &str| head.get(..at).is_some_and(|junk| has_tag(junk, name));
    if ["html", "head", "body", "script", "style", "title", "!doctype"].into_iter().any(is_of_page)
    {
        return None;
    }
    let mut seen = look_at_json(text.get(at..)?, config, base).ok()?;
    seen.feed.at = at;
    for place in seen.defects.iter_mut().filter_map(|defect| defect.at.as_mut()) {
        *place += at;
    }
    let detail = "text before the feed".to_owned();
    seen.defects.push(Defect { word: "json_repaired", at: Some(0), element: "", detail });
    seen.is_json = true;
    Some(seen)
}

/// Whether a tag of this name, in lower case, opens in a text.
fn has_tag(text: &str, name: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let tag = text.get(at + 1..at + 1 + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    })
}

fn look_at_json(text: &str, config: &Config, base: Option<&Url>) -> Result<Seen, Refused> {
    let limits = json::Limits {
        entries_max: config.entries_max,
        text_bytes_max: config.text_bytes_max,
        base,
    };
    let Some(read) = json::read(text, limits) else {
        return Err(Refused { reason: "parse", detail: "JSON, but no feed in it".to_owned() });
    };
    Ok(Seen {
        feed: read.feed,
        items: read.items.into_iter().map(Ok).collect(),
        over_limit: read.over_limit,
        defects: read.defects,
        is_repaired: false,
        is_json: false,
    })
}

fn header<'f>(fetched: &'f Fetched, name: &str) -> Option<&'f str> {
    let found = fetched.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// What relative links are relative to: `Content-Location` where it is an address, else the URL.
fn base(fetched: &Fetched) -> Option<Url> {
    let is_usable = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.as_str().len() <= BASE_BYTES_MAX
    };
    let location = header(fetched, "content-location")
        .and_then(|location| fetched.url.join(location.trim()).ok())
        .filter(is_usable);
    location.or_else(|| Some(fetched.url.clone()).filter(is_usable))
}

#[cfg(test)]
mod tests;
