//! The state of the running poller: every feed with its place in the schedule and its last state. [`super::run`] drives it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use crate::clock::Clock;
use crate::news::{Committed, Feed, FeedId, FeedState, Validators};

use super::failure::Failure;
use super::fetch::{Error, Fetcher, Kind, Reply, Request};
use super::interval::Budget;
use super::memory::{self, Kept};
use super::outcome;
use super::pages::{Means, PageArrival, PageTasks, PageWish, Pages};
use super::round::{self, Journey, Standing, Step};
use super::schedule::{Key, PerHost, Schedule};
use super::slot::Slot;
use super::{Access, Config, Control, Polled, interval, politeness};

/// No stored due time is believed further ahead than this: the clock it was made by was wrong.
const DUE_MAX: Duration = Duration::from_hours(16 * 24);

/// A wall clock that falls back further than this has been set, not adjusted.
const FALL_BACK_MIN: Duration = Duration::from_mins(1);

/// On the machine's clock the schedule is looked at this often even if nothing is due, to notice that the clock was set.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// A fetch that ended.
pub(super) type Arrival = Result<(Id, (Journey, Result<Reply, Failure>)), JoinError>;

/// The fetches under way.
pub(super) type Tasks = JoinSet<(Journey, Result<Reply, Failure>)>;

/// A poller ready to run.
#[derive(Debug)]
pub struct Poller {
    config: Config,
    clock: Clock,
    fetcher: Arc<Fetcher>,
    schedule: Schedule,
    slots: HashMap<Key, Slot>,
    keys: HashMap<FeedId, Key>,
    /// States of feeds that are not configured at present.
    absent: HashMap<FeedId, FeedState>,
    tasks: HashMap<Id, Key>,
    budget: Budget,
    latest: Timestamp,
    pub(super) pages: Pages,
    /// Where pages are asked for, until the run listens there.
    pub(super) wishes: Option<mpsc::Receiver<PageWish>>,
}

impl Poller {
    /// A poller of `feeds`, which goes on where `states` left off. Feeds without a state start within one interval.
    pub fn new(
        config: Config,
        feeds: Vec<Arc<Feed>>,
        states: HashMap<FeedId, FeedState>,
        clock: Clock,
    ) -> Result<Self, Error> {
        let fetcher = Arc::new(Fetcher::build(&config)?);
        if !config.allow_private.is_empty() {
            let allowed: Vec<String> =
                config.allow_private.iter().map(ToString::to_string).collect();
            tracing::warn!(allow_private = ?allowed, "private addresses may be fetched");
        }
        let per_host = PerHost { in_flight: config.host_in_flight, spacing: config.host_spacing };
        let latest = clock.now();
        let budget = Budget::new(config.interval.max(config.interval_min));
        let pages = Pages::new(&config.user_agent);
        let mut poller = Self {
            config,
            clock,
            fetcher,
            schedule: Schedule::new(per_host),
            slots: HashMap::new(),
            keys: HashMap::new(),
            absent: states,
            tasks: HashMap::new(),
            budget,
            latest,
            pages,
            wishes: None,
        };
        poller.take_feeds(feeds);
        Ok(poller)
    }

    /// Also fetches the article pages that are asked for here.
    #[must_use]
    pub fn with_pages(mut self, wishes: mpsc::Receiver<PageWish>) -> Self {
        self.wishes = Some(wishes);
        self
    }

    /// Takes a wish for a page.
    pub(super) fn wish(&mut self, wish: PageWish, tasks: &mut PageTasks) {
        self.with_means(tasks, |pages, means| pages.take(wish, means));
    }

    /// Takes the end of a request for a page.
    pub(super) fn page_arrived(&mut self, arrival: PageArrival, tasks: &mut PageTasks) {
        self.with_means(tasks, |pages, means| pages.arrived(arrival, means));
    }

    fn with_means(&mut self, tasks: &mut PageTasks, step: impl FnOnce(&mut Pages, Means<'_>)) {
        let now = self.now();
        let is_simulated = self.clock.is_simulated();
        let means = Means {
            fetcher: &self.fetcher,
            schedule: &mut self.schedule,
            tasks,
            is_simulated,
            now,
        };
        step(&mut self.pages, means);
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Starts what is due while there is room; `waiting` batches that nobody took yet take up room too.
    pub(super) fn start_due(&mut self, tasks: &mut Tasks, pages: &mut PageTasks, waiting: usize) {
        let now = self.now();
        while self.has_room(waiting) {
            let Some(key) = self.schedule.next(now) else { break };
            if self.pages.is_page(key) && !self.pages.is_wanted(key, &mut self.schedule, now) {
                continue;
            }
            if let Some(open) = self.slots.get(&key).and_then(|slot| slot.closed_until(now)) {
                // It stood in line until its feed's skipped hours began.
                let host = self.schedule.host(key);
                self.schedule.reset(key, &host, open);
                continue;
            }
            self.schedule.start(now);
            if self.pages.is_page(key) {
                self.with_means(pages, |pages, means| pages.start(key, means));
                continue;
            }
            let slot = self.slots.get_mut(&key).expect("scheduled feeds have a slot");
            let journey = slot.journey.take().map_or_else(
                || Journey::start(Arc::clone(&slot.feed), slot.kept.as_deref(), now),
                |journey| *journey,
            );
            let fetcher = Arc::clone(&self.fetcher);
            let span = tracing::debug_span!("fetch", feed.id = %journey.feed.id);
            let fetch = async move {
                let request = Request {
                    feed: journey.feed.id.clone(),
                    url: journey.url.clone(),
                    kind: Kind::Feed,
                    validators: journey.validators.clone(),
                };
                let reply = fetcher.ask(request).await;
                (journey, reply)
            };
            let handle = tasks.spawn(fetch.instrument(span));
            self.tasks.insert(handle.id(), key);
        }
    }

    /// When to look again if nothing happens; `None` while a simulated clock must stand still.
    pub(super) fn wake(&self, waiting: usize) -> Option<Timestamp> {
        let next = self.schedule.wake();
        if self.clock.is_simulated() {
            return next.filter(|_| self.is_idle(waiting));
        }
        let soon = outcome::due_at(self.latest, LOOK_AGAIN);
        // Without room the next start waits for an answer, not for a moment.
        let next = next.filter(|_| self.has_room(waiting));
        Some(next.map_or(soon, |next| next.min(soon)))
    }

    /// Whether a simulated clock has come to its end.
    pub(super) fn is_over(&self, waiting: usize) -> bool {
        self.clock.end().is_some_and(|end| {
            self.is_idle(waiting) && self.schedule.wake().is_none_or(|next| next > end)
        })
    }

    /// Takes a fetch that ended; gives the batch if the poll is over.
    pub(super) fn arrived(&mut self, arrival: Arrival) -> Option<Polled> {
        let id = arrival.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let key = self.tasks.remove(&id)?;
        let now = self.now();
        let slot = self.slots.get_mut(&key)?;
        let (journey, reply) = arrival.map_or_else(
            |error| {
                tracing::error!(feed.id = %slot.feed.id, %error, "a fetch panicked");
                let journey = Journey::start(Arc::clone(&slot.feed), slot.kept.as_deref(), now);
                (journey, Err(Failure::Fetch("job panicked")))
            },
            |(_, ended)| ended,
        );
        let delay_ms = outcome::span(journey.due, now).as_millis();
        let (http, body_bytes) =
            reply.as_ref().map_or((None, 0), |reply| (Some(reply.http), reply.wire));
        tracing::debug!(feed.id = %journey.feed.id, http, body_bytes, delay_ms, "fetched");
        let (reply, failure) = match round::step(&journey, reply, self.fetcher.policy(), now) {
            Step::End(reply, failure) => (reply, failure),
            Step::Hop(next) => {
                self.schedule.hop(key, &politeness::host_key(&next.url));
                slot.journey = Some(Box::new(next));
                return None;
            }
        };
        let interval = slot.rest(&mut self.budget, &self.config, now);
        let (kept, backfill) = (slot.kept.as_deref(), self.config.backfill);
        let standing = Standing { kept, interval, backfill, now };
        let done = round::end(&journey, reply, failure, standing);
        if let Some((host, until)) = done.hold_host {
            tracing::warn!(host = ?host, %until, "the server asked us to wait: host held");
            self.schedule.hold(&host, until);
        }
        if !self.schedule.finish(key) {
            return None;
        }
        slot.learned = done.polled.body.as_ref().map(|_| 1);
        slot.kept = Some(Box::new(done.kept));
        Some(done.polled)
    }

    /// The feed's batch stands in the store.
    pub(super) fn committed(&mut self, done: Committed) {
        let now = self.now();
        let Some(&key) = self.keys.get(&done.feed) else { return };
        let Some(slot) = self.slots.get_mut(&key) else { return };
        // The stored state, not the one that was sent on: the parse may have found the body unreadable.
        let url = memory::address(&slot.feed.url);
        slot.kept = Some(done.state)
            .filter(|state| state.url == url)
            .map(|state| Box::new(Kept::of(state)));
        // Missed news cannot be counted; at least as many as were seen is a careful guess.
        if let Some(new) = done.new {
            slot.learned = Some(if done.overrun { new.saturating_mul(2) } else { new });
        }
        slot.learn();
        let latest = outcome::due_at(now, DUE_MAX);
        let due = slot.kept.as_ref().map_or(now, |kept| kept.state.next_due.min(latest));
        let host = politeness::host_key(&round::entrance(&slot.feed, slot.kept.as_deref()));
        self.schedule.commit(key, &host, due);
    }

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
            let slot = &self.slots[&key];
            let Some(kept) = slot.kept.as_deref().filter(|_| slot.journey.is_none()) else {
                continue;
            };
            if kept.state.failure_weight > 0 && self.config.access.differs(&old, id) {
                let asked = kept.memory.not_before.unwrap_or(now);
                let host = politeness::host_key(&round::entrance(&slot.feed, Some(kept)));
                self.schedule.reset(key, &host, kept.state.next_due.min(asked.max(now)));
            }
        }
    }

    /// Makes these the feeds: forgets others, adds those not known, and follows a changed address or interval.
    fn take_feeds(&mut self, feeds: Vec<Arc<Feed>>) {
        let now = self.now();
        let stay: std::collections::HashSet<&FeedId> = feeds.iter().map(|feed| &feed.id).collect();
        let mut gone: Vec<FeedId> =
            self.keys.keys().filter(|id| !stay.contains(id)).cloned().collect();
        gone.sort();
        for id in gone {
            let key = self.keys.remove(&id).expect("taken from the same map");
            let is_out = self.schedule.is_uncommitted(key);
            self.schedule.remove(key);
            let Some(slot) = self.slots.remove(&key) else { continue };
            if let Some(share) = slot.share {
                self.budget.leave(share);
            }
            self.absent.extend(slot.kept.map(|mut kept| {
                if is_out {
                    // Its last body may never be committed, so it must be given whole again.
                    kept.state.validators = Validators::default();
                    kept.state.body_hash = None;
                }
                (id, kept.stored())
            }));
        }
        let cold = feeds.iter().filter(|feed| !self.is_known(feed)).count();
        for feed in feeds {
            match self.keys.get(&feed.id) {
                Some(&key) => self.replace(key, feed, now),
                None => self.add(feed, cold, now),
            }
        }
    }

    fn is_known(&self, feed: &Feed) -> bool {
        self.keys.contains_key(&feed.id) || self.absent.contains_key(&feed.id)
    }

    fn add(&mut self, feed: Arc<Feed>, cold: usize, now: Timestamp) {
        let url = memory::address(&feed.url);
        let stored = self.absent.remove(&feed.id).filter(|state| state.url == url);
        let kept = stored.map(|state| Box::new(Kept::of(state)));
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
        let mut slot = Slot { feed, kept, journey: None, share: None, learned: None };
        slot.claim_share(&mut self.budget);
        self.slots.insert(key, slot);
    }

    /// Follows a change of a known feed. One under way keeps its course until its commit.
    fn replace(&mut self, key: Key, feed: Arc<Feed>, now: Timestamp) {
        let slot = self.slots.get_mut(&key).expect("keyed feeds have a slot");
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
    }

    fn has_room(&self, waiting: usize) -> bool {
        if self.clock.is_simulated() {
            return self.is_idle(waiting);
        }
        self.schedule.in_flight() + waiting < self.config.in_flight.max(1)
    }

    /// Nothing under way, nothing waiting to be taken, nothing waiting for its commit.
    fn is_idle(&self, waiting: usize) -> bool {
        self.schedule.in_flight() == 0 && self.schedule.uncommitted() == 0 && waiting == 0
    }

    /// This moment. If the wall clock was set back, everything due is moved with it.
    fn now(&mut self) -> Timestamp {
        let now = self.clock.now();
        let fallen = outcome::span(now, self.latest);
        if fallen > FALL_BACK_MIN {
            tracing::warn!(fallen_ms = fallen.as_millis(), "the clock was set back");
            self.schedule.fall_back(fallen);
        }
        self.latest = now;
        now
    }
}
