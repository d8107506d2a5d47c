//! What a group did, counted.

use super::after::After;
use crate::news::Taken;

/// What a group did, for the summary line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Batches taken, with 304s and failures.
    pub batches: u64,
    /// Batches of polls that brought nothing new.
    pub without_body: u64,
    /// Batches of polls that failed.
    pub failed: u64,
    /// Bytes of bodies on the wire.
    pub bytes: u64,
    /// Articles first seen.
    pub new: u64,
    /// Articles with changed content.
    pub revised: u64,
    /// Articles seen again as they were.
    pub unchanged: u64,
    /// Articles held or remembered on a first poll, items over a limit.
    pub set_aside: u64,
    /// Items or bodies in quarantine.
    pub quarantined: u64,
    /// Feeds whose health changed.
    pub health_changes: u64,
    /// Stories opened.
    pub stories_opened: u64,
    /// Stories merged into others.
    pub stories_merged: u64,
}

impl Counts {
    pub(super) fn add(&mut self, after: &After, taken: &Taken, is_failed: bool) {
        self.batches += 1;
        match &after.report {
            Some(report) => {
                self.bytes += report.bytes;
                self.set_aside += report.over_limit;
            }
            None if !is_failed => self.without_body += 1,
            None => {}
        }
        self.failed += u64::from(is_failed);
        self.new += taken.new;
        self.revised += taken.revised;
        self.unchanged += taken.unchanged;
        self.set_aside += taken.held + taken.backfilled;
        self.quarantined += after.rejected.len() as u64;
        self.health_changes += u64::from(after.health.is_some());
    }
}
