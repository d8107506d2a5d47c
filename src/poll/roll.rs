//! Which feeds the poller keeps: the wiring names them, and they join, change and leave while it runs.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::news::{Feed, FeedId, Validators};

use super::memory;
use super::pace::Pace;
use super::poller::{DUE_MAX, Poller};
use super::schedule::Key;
use super::slot::Slot;
use super::{Access, Config, Control, interval, outcome, politeness, round};

impl Poller {
    /// Does what the wiring says.
    pub(super) fn obey(&mut self, order: Control) {
        match order {
            Control::Feeds(feeds) => self.take_feeds(feeds),
            Control::Access(access) => self.take_access(*access),
        }
    }

    /// Reaches servers by `access` from here on, and tries again at once where that may help.
    fn take_access(&mut self, access: Access) {
        let config = Config { access, ..self.config.clone() };
        match self.fetcher.renewed(&config) {
            Ok(fetcher) => self.fetcher = Arc::new(fetcher),
            Err(error) => {
                tracing::error!(%error, "certificates or proxies cannot be used: the old ones stay");
                return;
            }
        }
        let old = std::mem::replace(&mut self.config, config).access;
        let now = self.now();
        let mut known: Vec<(&FeedId, Key)> = self.keys.iter().map(|(id, &key)| (id, key)).collect();
        known.sort();
        for (id, key) in known {
            let Some(slot) = self.slots.get_mut(key) else { continue };
            slot.wake();
            let failed = slot.kept.as_deref().filter(|kept| {
                slot.journey.is_none()
                    && kept.state.failure_weight > 0
                    && self.config.access.differs(&old, id)
            });
            if let Some(kept) = failed {
                let asked = kept.memory.not_before.unwrap_or(now);
                let host = politeness::host_key(&round::entrance(&slot.feed, Some(kept)));
                self.schedule.reset(key, &host, kept.state.next_due.min(asked.max(now)));
            }
            slot.sleep();
        }
    }

    /// Makes these the feeds: forgets others, adds those not known, and follows a changed address or interval.
    pub(super) fn take_feeds(&mut self, feeds: Vec<Arc<Feed>>) {
        let now = self.now();
        let stay: HashSet<&FeedId> = feeds.iter().map(|feed| &feed.id).collect();
        let mut gone: Vec<FeedId> =
            self.keys.keys().filter(|id| !stay.contains(id)).cloned().collect();
        gone.sort();
        for id in gone {
            let key = self.keys.remove(&id).expect("taken from the same map");
            let is_out = self.schedule.is_uncommitted(key);
            self.schedule.remove(key);
            let Some(mut slot) = self.slots.remove(key) else { continue };
            slot.wake();
            if let Some(share) = slot.share {
                self.budget.leave(share);
            }
            if let Some(mut kept) = slot.kept {
                if is_out {
                    // Its last body may never be committed, so it must be given whole again.
                    kept.state.validators = Validators::default();
                    kept.state.body_hash = None;
                }
                self.absent.put(id, &kept);
            }
        }
        let cold = feeds.iter().filter(|feed| !self.is_known(feed)).count();
        for feed in feeds {
            match self.keys.get(&feed.id) {
                Some(&key) => self.replace(key, feed, now),
                None => self.add(feed, cold, now),
            }
        }
        self.absent.shrink();
        let polls = self.slots.iter().map(|slot| interval::base(&slot.feed, &self.config));
        self.pace = Pace::of(polls.map(|rest| rest.as_secs_f64().recip()).sum());
    }

    fn is_known(&self, feed: &Feed) -> bool {
        self.keys.contains_key(&feed.id) || self.absent.knows(&feed.id)
    }

    fn add(&mut self, feed: Arc<Feed>, cold: usize, now: Timestamp) {
        let url = memory::address(&feed.url);
        let kept = self.absent.take(&feed.id, &url).map(|mut kept| {
            // Polled by a clock that went ahead of this one.
            if let Some(polled) = kept.state.last_success {
                kept.fall_back(outcome::span(now, polled));
            }
            Box::new(kept)
        });
        let host = politeness::host_key(&round::entrance(&feed, kept.as_deref()));
        let due = if let Some(kept) = &kept {
            kept.state.next_due.min(outcome::due_at(now, DUE_MAX))
        } else {
            let rest = interval::base(&feed, &self.config);
            outcome::due_at(now, politeness::cold_start(&feed.id, cold, rest))
        };
        let held = kept.as_deref().and_then(|kept| kept.memory.host_held_until);
        if let Some(until) = held.filter(|&until| until > now) {
            self.schedule.hold(&host, until.min(outcome::due_at(now, politeness::WISH_MAX)));
        }
        let key = self.schedule.add(&host, due);
        self.keys.insert(feed.id.clone(), key);
        let mut slot = Slot::new(feed, kept);
        slot.claim_share(&mut self.budget);
        slot.sleep();
        self.slots.insert(key, slot);
    }

    /// Follows a change of a known feed. One under way keeps its course until its commit.
    fn replace(&mut self, key: Key, feed: Arc<Feed>, now: Timestamp) {
        let slot = self.slots.get_mut(key).expect("keyed feeds have a slot");
        slot.wake();
        let old = std::mem::replace(&mut slot.feed, feed);
        slot.claim_share(&mut self.budget);
        let has_moved = old.url != slot.feed.url;
        let shorter = interval::base(&slot.feed, &self.config) < interval::base(&old, &self.config);
        if has_moved {
            // Validators, hash and health belong to the old address.
            (slot.journey, slot.kept) = (None, None);
            self.schedule.reset(key, &politeness::host_key(&slot.feed.url), now);
        } else if shorter
            && slot.journey.is_none()
            && let Some(kept) = &slot.kept
        {
            let rest = interval::base(&slot.feed, &self.config);
            let rest = politeness::jittered(&slot.feed.id, rest);
            let asked = kept.memory.not_before.unwrap_or(Timestamp::MIN);
            let due = kept.state.next_due.min(outcome::due_at(now, rest).max(asked));
            let host = politeness::host_key(&round::entrance(&slot.feed, Some(kept)));
            self.schedule.reset(key, &host, due);
        }
        slot.sleep();
    }
}
