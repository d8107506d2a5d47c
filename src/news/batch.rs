//! What travels: all that one fetch gave.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Article, Feed, FeedId, FeedState, Hash16, Watchlist};

/// Health of a feed in words (states of polling-and-parsing.md, 5.4).
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Never polled.
    #[default]
    New,
    /// Working.
    Ok,
    /// Failed lately.
    Flaky,
    /// Failing for some time.
    Failing,
    /// Long dead, probed now and then.
    Dormant,
    /// 410.
    Gone,
    /// 401, 403.
    Blocked,
    /// Permanently elsewhere.
    Moved,
}

impl Health {
    /// The word in records and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ok => "ok",
            Self::Flaky => "flaky",
            Self::Failing => "failing",
            Self::Dormant => "dormant",
            Self::Gone => "gone",
            Self::Blocked => "blocked",
            Self::Moved => "moved",
        }
    }
}

/// A change of a feed's health; becomes a `health.changed` record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthChange {
    /// State before.
    pub from: Health,
    /// State after.
    pub to: Health,
    /// Why, in the Media Cloud words (`HTTP 503`, `connect timeout`, …).
    pub reason: String,
    /// HTTP status, if there was an answer.
    pub http: Option<u16>,
}

impl HealthChange {
    /// This change and one just before it as one; none if they cancel out.
    #[must_use]
    pub fn following(self, earlier: Option<Self>) -> Option<Self> {
        let from = earlier.map_or(self.from, |earlier| earlier.from);
        (from != self.to).then_some(Self { from, ..self })
    }
}

/// Accounts for one body; becomes a `health.fetched` record once the desk has counted the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchReport {
    /// HTTP status.
    pub http: Option<u16>,
    /// Bytes on the wire.
    pub bytes: u64,
    /// Items in the body, all of them.
    pub items: u64,
    /// Items beyond the limit of entries, counted and left out.
    pub over_limit: u64,
    /// Defects of the feed as a whole.
    pub defects: Vec<String>,
}

/// Input rejected and kept with its reason; becomes a `quarantine.item` record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Link of the item, or URL of the body.
    pub url: String,
    /// Guid of the item, if it had one.
    pub guid: String,
    /// Title of the item, if it had one.
    pub title: String,
    /// One word: `guard`, `parse`, `panic`, `bad_line`, `empty`, ….
    pub reason: String,
    /// What exactly, with the limit where one was crossed.
    pub detail: String,
    /// Hash of the body it came in.
    pub body_hash: Hash16,
    /// Size of what was rejected, in bytes.
    pub bytes: u64,
    /// The first characters of it, at most 500.
    pub sample: String,
    /// Items that this rejection stands for in the fetch's sum: 1 for an item, 0 for a whole body.
    pub items: u64,
}

/// All that one fetch gave, at one stage of its way.
#[derive(Clone, Debug)]
pub struct Batch<T> {
    /// The feed.
    pub feed: Arc<Feed>,
    /// When the response was complete: stream time.
    pub fetched_at: Timestamp,
    /// Saved with the commit; `None` in `replay`, where nothing is polled.
    pub state: Option<FeedState>,
    /// Present for every 200 with a new body, and every body refused whole.
    pub report: Option<FetchReport>,
    /// Present when the feed's health changed.
    pub health: Option<HealthChange>,
    /// On a first poll: items published before this are remembered and counted, not told.
    pub backfill_before: Option<Timestamp>,
    /// The items, in the order the desk takes them.
    pub items: Vec<T>,
    /// What was rejected on the way.
    pub rejected: Vec<Rejection>,
}

impl<T> Batch<T> {
    /// The same batch one stage further: items replaced, all else kept.
    pub fn with_items<U>(self, items: Vec<U>) -> Batch<U> {
        Batch {
            feed: self.feed,
            fetched_at: self.fetched_at,
            state: self.state,
            report: self.report,
            health: self.health,
            backfill_before: self.backfill_before,
            items,
            rejected: self.rejected,
        }
    }
}

/// What the desk takes; all of it is in the input log's order, so replay is exact.
#[derive(Clone, Debug)]
pub enum Input {
    /// One fetch's articles.
    Batch(Box<Batch<Article>>),
    /// Time passed without news.
    Tick(Timestamp),
    /// What is followed from here on.
    Watches(Box<Watchlist>),
}

/// Runs back to `poll` once a batch stands in the store: only then may its feed be fetched again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The feed whose batch was committed.
    pub feed: FeedId,
    /// What was stored of it: the parse may have found a body unreadable that the fetch took for good.
    pub state: FeedState,
    /// Articles told for the first time, where a body was read; teaches the adaptive interval.
    pub new: Option<u64>,
    /// No item was shared with the last body, so some were missed: the feed is faster than we are.
    pub overrun: bool,
}
