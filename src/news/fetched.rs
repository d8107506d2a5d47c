//! One response.

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::{Feed, Hash16};

/// The body of one 200 answer, content coding removed, under the body cap.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The feed it answers for.
    pub feed: Arc<Feed>,
    /// Where the body came from, after redirects; relative links resolve against it.
    pub url: Url,
    /// HTTP status.
    pub http: u16,
    /// Header fields that reading needs (`content-type`, `content-language`, `content-location`), names lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Hash of the body.
    pub body_hash: Hash16,
    /// Bytes on the wire.
    pub wire_bytes: u64,
    /// When the response was complete; the only "now" of every later stage.
    pub fetched_at: Timestamp,
}

impl Fetched {
    /// A body that is at hand, as if `url` had just given it: 200, no header fields, no hash, fetched at the epoch.
    pub fn at_hand(feed: impl Into<Arc<Feed>>, url: Url, body: Vec<u8>) -> Self {
        Self {
            feed: feed.into(),
            url,
            http: 200,
            headers: Vec::new(),
            wire_bytes: body.len() as u64,
            body,
            body_hash: Hash16::default(),
            fetched_at: Timestamp::UNIX_EPOCH,
        }
    }
}
