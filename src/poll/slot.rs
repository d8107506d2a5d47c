//! One feed in the running poller: its configuration, its memory, and its part of the common budget.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::news::{Feed, Validators};

use super::Config;
use super::interval::{self, Budget, Claim, Rate, Share};
use super::memory::{self, Kept};
use super::packed::Packed;
use super::round::Journey;
use super::schedule::Key;

/// A feed with what is remembered of it, and its poll under way.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) feed: Arc<Feed>,
    /// What is remembered of it, while anybody needs it; then it sleeps.
    pub(super) kept: Option<Box<Kept>>,
    asleep: Option<Packed>,
    /// A poll between two requests.
    pub(super) journey: Option<Box<Journey>>,
    /// Its part of the common budget, unless its interval is fixed.
    pub(super) share: Option<Share>,
    /// When the poll that waits for its commit ended, by the clock of then.
    pub(super) ended: Option<Timestamp>,
    /// News in the body that waits for its commit, as far as anybody counted them.
    pub(super) learned: Option<u64>,
}

/// All feeds, each at its key.
#[derive(Debug, Default)]
pub(super) struct Slots(Vec<Option<Slot>>);

impl Slots {
    pub(super) fn get(&self, key: Key) -> Option<&Slot> {
        self.0.get(key.index())?.as_ref()
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Slot> {
        self.0.get_mut(key.index())?.as_mut()
    }

    pub(super) fn insert(&mut self, key: Key, slot: Slot) {
        if self.0.len() <= key.index() {
            self.0.resize_with(key.index() + 1, || None);
        }
        self.0[key.index()] = Some(slot);
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Slot> {
        self.0.get_mut(key.index())?.take()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter().flatten()
    }
}

impl Slot {
    /// A feed that rests.
    pub(super) fn new(feed: Arc<Feed>, kept: Option<Box<Kept>>) -> Self {
        Self { feed, kept, asleep: None, journey: None, share: None, ended: None, learned: None }
    }

    /// Makes `kept` what it was before the feed went to sleep. What is under way is awake.
    pub(super) fn wake(&mut self) {
        if let Some(asleep) = self.asleep.take() {
            self.kept = Some(Box::new(asleep.open(memory::address(&self.feed.url))));
        }
    }

    /// Packs up what is remembered, until somebody wakes it.
    pub(super) fn sleep(&mut self) {
        if let Some(kept) = self.kept.take() {
            self.asleep = Some(Packed::of(&kept));
        }
    }

    /// The feed's interval from now on: fixed, or its share of the budget.
    pub(super) fn rest(
        &mut self,
        budget: &mut Budget,
        config: &Config,
        now: Timestamp,
    ) -> Duration {
        let Some(share) = &mut self.share else { return interval::base(&self.feed, config) };
        let unknown = Rate::default();
        budget.plan(claim(self.kept.as_deref(), &unknown), share, now, config.interval_min)
    }

    /// Joins the budget or leaves it, as the feed's configuration says.
    pub(super) fn claim_share(&mut self, budget: &mut Budget) {
        match (self.feed.interval, self.share) {
            (None, None) => {
                let unknown = Rate::default();
                self.share = Some(budget.join(claim(self.kept.as_deref(), &unknown)));
            }
            (Some(_), Some(share)) => {
                budget.leave(share);
                self.share = None;
            }
            _ => {}
        }
    }

    /// When the feed may be asked by its own timetable, if it may not at `now`. A poll under way goes on.
    pub(super) fn closed_until(&self, now: Timestamp) -> Option<Timestamp> {
        let kept = self.kept.as_deref().filter(|_| self.journey.is_none())?;
        let open = kept.memory.timetable.open_from(&self.feed.id, now);
        (open > now).then_some(open)
    }

    /// Takes what the committed poll found into the feed's rate. It is saved with the next batch.
    pub(super) fn learn(&mut self) {
        let new = self.learned.take().unwrap_or(0);
        let Some(Kept { state, memory }) = self.kept.as_deref_mut() else { return };
        if let Some(looked) = state.last_success.filter(|&looked| memory.rate.at() != Some(looked))
        {
            memory.rate.observe(looked, new);
        }
    }
}

/// What the feed claims of the budget. Dear is one whose server gave its last body without anything to ask by.
fn claim<'a>(kept: Option<&'a Kept>, unknown: &'a Rate) -> Claim<'a> {
    let is_dear = |kept: &Kept| {
        kept.state.body_hash.is_some() && kept.state.validators == Validators::default()
    };
    Claim {
        rate: kept.map_or(unknown, |kept| &kept.memory.rate),
        is_dear: kept.is_some_and(is_dear),
    }
}
