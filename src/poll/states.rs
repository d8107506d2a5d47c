//! What the store remembers of feeds, as the poller takes it over: packed one by one, so that a start with a million
//! feeds never holds a million states as they are read.

use std::collections::HashMap;

use crate::news::{FeedId, FeedState, Hash16, hash16};

use super::memory::Kept;
use super::packed::Packed;

/// States by feed. Each belongs to the address it was made at, and to no other.
#[derive(Debug, Default)]
pub struct States(HashMap<FeedId, (Hash16, Packed)>);

impl States {
    /// Takes the state of a feed.
    pub fn insert(&mut self, feed: FeedId, state: FeedState) {
        self.put(feed, &Kept::of(state));
    }

    /// Number of feeds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is remembered of any feed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn put(&mut self, feed: FeedId, kept: &Kept) {
        self.0.insert(feed, (hash16(&[&kept.state.url]), Packed::of(kept)));
    }

    pub(super) fn knows(&self, feed: &FeedId) -> bool {
        self.0.contains_key(feed)
    }

    /// Hands out the state of a feed if it belongs to this address; it is forgotten either way.
    pub(super) fn take(&mut self, feed: &FeedId, url: &str) -> Option<Kept> {
        let (own, packed) = self.0.remove(feed)?;
        (own == hash16(&[url])).then(|| packed.open(url.to_owned()))
    }

    /// Gives back the room of those that were taken.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

impl From<HashMap<FeedId, FeedState>> for States {
    fn from(states: HashMap<FeedId, FeedState>) -> Self {
        let mut packed = Self::default();
        for (feed, state) in states {
            packed.insert(feed, state);
        }
        packed
    }
}
