//! Lists of feeds as other readers keep them: OPML 1.0 to 2.0 in, OPML 2.0 out.
//!
//! `decode` → `guard` and the lexer of `mend`, which never refuses what is merely broken: a bad outline costs itself
//! only. Entities that a DOCTYPE declares are not expanded. Work is linear and nothing recurses.

mod read;
mod write;

use serde::Serialize;

use super::guard::Limit;

pub use read::{one_line, read};
pub use write::write;

/// Bytes of a list; real ones of a thousand feeds have 300 KB.
pub const BYTES_MAX: usize = 10 << 20;
/// Feeds taken from one list; the rest is counted.
pub const FEEDS_MAX: usize = 100_000;
/// Outlines that were passed over and are told one by one; the rest is counted.
pub const SKIPPED_MAX: usize = 1_000;

/// A feed as a list has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Where the feed is; http or https, without user and password.
    pub url: String,
    /// Name for people, `""` if there is none.
    pub title: String,
    /// The page that it belongs to, `""` if none is named.
    pub site: String,
    /// Folders around it, the outer first; where it stands in none, the first of its categories.
    pub folder: Vec<String>,
    /// The id that we exported it with, `""` in lists of others; like the two that follow.
    pub id: String,
    /// Outlet id.
    pub outlet: String,
    /// Interval, such as `5m`.
    pub interval: String,
}

/// An outline that is no feed we could take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Line in the decoded text, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Its name for people, cut.
    pub title: String,
    /// Why it was passed over.
    pub why: String,
}

/// What a list gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opml {
    /// Its own title, `""` if it has none.
    pub title: String,
    /// Its feeds, in its order.
    pub feeds: Vec<Subscription>,
    /// Outlines that could not be taken, the first [`SKIPPED_MAX`].
    pub skipped: Vec<Skipped>,
    /// How many more there were, with feeds beyond [`FEEDS_MAX`].
    pub more: usize,
}

/// Why a file is no list of feeds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpmlError {
    /// Over [`BYTES_MAX`].
    #[error("longer than 10 MB: no list of feeds is; split it")]
    TooLong,
    /// Nothing in it.
    #[error("empty file")]
    Empty,
    /// Another document.
    #[error("line {line}, column {column}: expected <opml>, found <{found}>")]
    Another {
        /// Line of its root.
        line: usize,
        /// Column of its root.
        column: usize,
        /// Name of its root, cut.
        found: String,
    },
    /// No element at all.
    #[error("no OPML: there is no element in it")]
    NoElement,
    /// A limit of shape was crossed.
    #[error("line {line}, column {column}: {limit}")]
    Guard {
        /// Line of what crossed it.
        line: usize,
        /// Column of what crossed it.
        column: usize,
        /// Which limit.
        limit: Limit,
    },
    /// Not one outline.
    #[error("line {line}: no <outline> in it up to the end")]
    NoOutline {
        /// The last line.
        line: usize,
    },
}
