//! Rewrites whatever a publisher sends as one clean Atom document, which feed-rs then reads.
//!
//! One dialect instead of the publisher's: RSS of every version, RDF, CDF, sitemaps and both Atoms share
//! their words, and what Atom cannot say is noted beside it. The output is flat, balanced and without
//! DOCTYPE, so its shape can hurt no reader. Nothing here recurses.

mod capture;
mod collect;
mod context;
pub(crate) mod lex;
mod names;
mod scan;
mod store;
mod write;

use std::rc::Rc;

use url::Url;

use super::claim::{Defect, FeedClaim, Note};
use super::guard::Limit;

/// What mending needs to know beside the text.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Items kept.
    pub(crate) entries_max: usize,
    /// Bytes kept of one text.
    pub(crate) text_bytes_max: usize,
    /// What relative links are relative to, before any `xml:base`.
    pub(crate) base: Option<Url>,
    /// `Content-Language`, `""` if none.
    pub(crate) language: String,
}

/// Why a document is no feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Nothing in it.
    #[error("empty body")]
    Empty,
    /// A limit was crossed, by the piece that begins at this byte.
    #[error("{0}")]
    Guard(Limit, usize),
    /// A page for people, which begins at this byte.
    #[error("an HTML page, not a feed")]
    Html(usize),
    /// No element that opens a feed.
    #[error("no feed in it")]
    NoFeed,
}

impl Refusal {
    /// One word for it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Guard(..) => "guard",
            Self::Html(_) => "html",
            Self::NoFeed => "parse",
        }
    }
}

/// One item in the clean document.
#[derive(Debug)]
pub(crate) struct Piece {
    /// Its `<entry>`.
    pub(crate) xml: String,
    /// What Atom does not carry.
    pub(crate) note: Note,
}

/// The clean document, in pieces, with the notes on it.
#[derive(Debug)]
pub(crate) struct Mended {
    /// Up to the first entry.
    pub(crate) head: String,
    /// The entries.
    pub(crate) pieces: Vec<Piece>,
    /// What the document says of the feed and Atom does not carry.
    pub(crate) feed: FeedClaim,
    /// Items beyond the limit.
    pub(crate) over_limit: u64,
    /// Defects of the document.
    pub(crate) defects: Vec<Defect>,
}

/// What ends every clean document.
pub(crate) const TAIL: &str = "</feed>\n";

#[cfg(any(test, fuzzing))]
impl Mended {
    /// The clean document as one text.
    pub(crate) fn xml(&self) -> String {
        let entries: usize = self.pieces.iter().map(|piece| piece.xml.len()).sum();
        let mut out = String::with_capacity(self.head.len() + entries + TAIL.len());
        out.push_str(&self.head);
        for piece in &self.pieces {
            out.push_str(&piece.xml);
        }
        out.push_str(TAIL);
        out
    }
}

/// Mends a document.
pub(crate) fn mend(text: &str, settings: &Settings) -> Result<Mended, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    let base = settings.base.clone().map(Rc::new);
    let scanned = scan::Scanner::new(text, settings, base).run()?;
    Ok(write::document(scanned, settings))
}
