//! What the archive keeps beside the answers themselves: in which order the desk took them, when, and what was known.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::news::{FeedId, FeedState, FetchReport, Hash16, HealthChange, Rejection};

/// One input of the desk. Each is the JSON block of a `metadata` record, behind the answers that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose input: made when the desk's state was, so that a desk begun anew is another.
    pub desk: Hash16,
    /// Its number among the desk's inputs, dense from 1: a hole is a loss.
    pub seq: u64,
    /// The time that its records carry.
    pub at: Timestamp,
    /// What it was.
    pub what: What,
}

/// What the desk took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It began to work.
    Start(Start),
    /// A poll.
    Poll(Box<Poll>),
    /// A minute without news.
    Tick,
}

/// A desk began to work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The last input that its store holds; what the archive has beyond it was never committed.
    pub committed: u64,
    /// Version of the program.
    pub version: String,
}

/// A poll as it came from the poller, before its body was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// Number of the commit.
    pub commit: u64,
    /// The feed.
    pub feed: FeedId,
    /// When the answer was complete.
    pub fetched_at: Timestamp,
    /// What was remembered of the feed, without address and validators.
    pub state: Option<FeedState>,
    /// Present when the poll changed the feed's health.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthChange>,
    /// On a first poll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill_before: Option<Timestamp>,
    /// Record id of the answer whose body was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The account of a body that was not taken, or not read because it does harm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Unread>,
    /// The article pages that were wanted, by the place of their article.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<PageWanted>,
}

/// A body that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Its account.
    pub report: FetchReport,
    /// Why.
    pub rejected: Vec<Rejection>,
}

/// An article page that was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageWanted {
    /// Place of the article in the body.
    pub at: usize,
    /// The article's address.
    pub url: String,
    /// What came.
    pub came: Came,
}

/// What came of a page that was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Came {
    /// The answer with this record id, and it was read.
    Page(String),
    /// Nothing to be read, for good.
    Nothing,
    /// Nothing so far, after so many times.
    Missed(u8),
}
