//! What polling a feed came to, hour by hour, so that a quiet hour and one without a poll are told apart.

use serde::Serialize;

use super::Time;

/// Totals of one feed and one hour. An hour in which nobody polled has none: no totals is "we did not look", totals
/// with `new` 0 is "we looked, and there was nothing".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hour {
    /// When the hour begins, in UTC.
    pub hour: Time,
    /// What was counted in it.
    #[serde(flatten)]
    pub polled: Polling,
}

/// What polls came to, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Polling {
    /// Polls, with those that failed.
    pub polls: u64,
    /// Those of them that the server answered with 304.
    pub not_modified: u64,
    /// Those of them that gave nothing to use.
    pub failed: u64,
    /// Articles told for the first time.
    pub new: u64,
    /// Bodies that shared no item with what was known: news was missed before them.
    pub overrun: u64,
}

impl Polling {
    /// Adds what others counted.
    pub fn add(&mut self, other: &Self) {
        self.polls = self.polls.saturating_add(other.polls);
        self.not_modified = self.not_modified.saturating_add(other.not_modified);
        self.failed = self.failed.saturating_add(other.failed);
        self.new = self.new.saturating_add(other.new);
        self.overrun = self.overrun.saturating_add(other.overrun);
    }
}
