//! The part of a batch that the desk does not see: the feed's state, and the account of its body.

use jiff::Timestamp;

use crate::news::{
    Article, Batch, FeedId, FeedState, FetchReport, HealthChange, Rejection, Taken, Validators,
};

/// What the wiring thinks of a feed after a body that brought so many items, new or changed. It may change the state.
pub type Judge = fn(&mut FeedState, u64, Timestamp) -> Option<HealthChange>;

#[derive(Debug)]
pub(super) struct After {
    pub(super) feed: FeedId,
    pub(super) state: Option<FeedState>,
    pub(super) report: Option<FetchReport>,
    pub(super) health: Option<HealthChange>,
    pub(super) rejected: Vec<Rejection>,
    pub(super) fetched_at: Timestamp,
}

impl After {
    pub(super) fn of(batch: &mut Batch<Article>) -> Self {
        Self {
            feed: batch.feed.id.clone(),
            state: batch.state.take(),
            report: batch.report.take(),
            health: batch.health.take(),
            rejected: std::mem::take(&mut batch.rejected),
            fetched_at: batch.fetched_at,
        }
    }

    /// Takes what the desk found into the feed's account and state: a flip of its guids, a body that was held and must
    /// come again whole, news after a long silence.
    pub(super) fn heed(&mut self, taken: &Taken, judge: Option<Judge>) {
        let Some(report) = &mut self.report else { return };
        if taken.is_guid_flip {
            tracing::warn!(feed.id = %self.feed, held = taken.held, "known items came under other guids");
            report.defects.push("guid_flip".to_owned());
        }
        let Some(state) = &mut self.state else { return };
        if taken.held > 0 {
            (state.body_hash, state.validators) = (None, Validators::default());
        } else if let Some(change) =
            judge.and_then(|judge| judge(state, taken.new + taken.revised, self.fetched_at))
        {
            self.health = change.following(self.health.take());
        }
    }

    /// Defects of the feed, where its body came with this poll.
    pub(super) fn defects(&self) -> Vec<String> {
        self.report.as_ref().map(|report| report.defects.clone()).unwrap_or_default()
    }
}
