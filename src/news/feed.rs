//! A feed as configured, and what we remember of it between polls.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use super::{FeedId, Hash16, Health};

/// One URL we poll. A redirect never changes its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Stable id from the configuration; what records call `feed_id`.
    pub id: FeedId,
    /// The address as configured.
    pub url: Url,
    /// Outlet id, where the configuration names one.
    pub outlet: Option<String>,
    /// Fixed interval; without one the interval is adaptive.
    pub interval: Option<Duration>,
    /// IANA zone that dates without one are in, where the configuration names it.
    pub zone: Option<String>,
}

impl Feed {
    /// A feed of nobody we know, polled as the common rules say.
    pub fn new(id: impl Into<Arc<str>>, url: Url) -> Self {
        Self { id: FeedId::new(id), url, outlet: None, interval: None, zone: None }
    }
}

/// Validators of the last answer: opaque bytes, sent back as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, quotes and `W/` included.
    pub etag: Option<Vec<u8>>,
    /// `Last-Modified`, in whatever form the server wrote it.
    pub last_modified: Option<Vec<u8>>,
}

/// What is remembered of a feed between polls; stored with the commit of the batch it came with, never before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedState {
    /// URL the validators belong to; a changed configuration forgets them.
    pub url: String,
    /// Sent back byte for byte on the next poll.
    pub validators: Validators,
    /// Not to be fetched before.
    pub next_due: Timestamp,
    /// When the feed last answered 200 or 304 with something we could use.
    pub last_success: Option<Timestamp>,
    /// Hash of the last body that was read, to skip equal ones.
    pub body_hash: Option<Hash16>,
    /// Set once a body of this feed was committed: the first poll's backfill is over.
    pub seen_once: bool,
    /// Health in words.
    pub health: Health,
    /// Since when it has been so.
    pub health_since: Timestamp,
    /// Weighted sum of failures in a row, in thousandths.
    pub failure_weight: i64,
    /// HTTP status of the last answer, if there was one.
    pub last_http: Option<u16>,
    /// Words for the last failure, or for a silence that is too long (then without a weight); `""` while all is well.
    pub last_error: String,
    /// What `poll` alone knows of the feed (rate, redirects, timetable), in its own form.
    #[serde(default)]
    pub extra: Extra,
}

/// JSON that is carried along as text, for whom it belongs to; `null` at first.
///
/// As a tree of values it would be three times as much memory as all the rest of a feed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Extra(Option<Box<RawValue>>);

impl Extra {
    /// What it says, if it can be read so.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.0.as_deref()?.get()).ok()
    }

    /// Carries `value`.
    ///
    /// # Panics
    ///
    /// Where `value` is no JSON, such as a map whose keys are no strings.
    pub fn write<T: Serialize>(value: &T) -> Self {
        let text = serde_json::value::to_raw_value(value).expect("plain data with string keys");
        Self(Some(text))
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_deref().map(RawValue::get) == other.0.as_deref().map(RawValue::get)
    }
}

impl Eq for Extra {}
