//! The state of the running poller: every feed with its place in the schedule and its last state. [`super::run`] drives it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use crate::clock::Clock;
use crate::news::{Committed, Feed, FeedId};

use super::failure::Failure;
use super::fetch::{Error, Fetcher, Kind, Reply, Request};
use super::interval::Budget;
use super::memory::{self, Kept};
use super::outcome;
use super::pace::Pace;
use super::pages::{Means, PageArrival, PageTasks, PageWish, Pages};
use super::round::{self, Journey, Standing, Step};
use super::schedule::{Key, PerHost, Schedule};
use super::slot::Slots;
use super::states::States;
use super::{Config, Polled, politeness};

/// No stored due time is believed further ahead than this: the clock it was made by was wrong.
pub(super) const DUE_MAX: Duration = Duration::from_hours(16 * 24);

/// A wall clock that falls back further than this has been set, not adjusted.
pub(super) const FALL_BACK_MIN: Duration = Duration::from_mins(1);

/// On the machine's clock the schedule is looked at this often even if nothing is due, to notice that the clock was set.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// A fetch that ended.
pub(super) type Arrival = Result<(Id, (Journey, Result<Reply, Failure>)), JoinError>;

/// The fetches under way.
pub(super) type Tasks = JoinSet<(Journey, Result<Reply, Failure>)>;

/// A poller ready to run.
#[derive(Debug)]
pub struct Poller {
    pub(super) config: Config,
    clock: Clock,
    pub(super) fetcher: Arc<Fetcher>,
    pub(super) schedule: Schedule,
    pub(super) slots: Slots,
    pub(super) keys: HashMap<FeedId, Key>,
    /// States of feeds that are not configured at present.
    pub(super) absent: States,
    tasks: HashMap<Id, Key>,
    pub(super) budget: Budget,
    /// How fast a backlog is worked off.
    pub(super) pace: Pace,
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
        states: impl Into<States>,
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
            slots: Slots::default(),
            keys: HashMap::new(),
            absent: states.into(),
            tasks: HashMap::new(),
            budget,
            pace: Pace::of(0.0),
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
            let slot = self.slots.get_mut(key);
            let closed = slot.and_then(|slot| {
                slot.wake();
                slot.closed_until(now).inspect(|_| slot.sleep())
            });
            if let Some(open) = closed {
                // It stood in line until its feed's skipped hours began.
                let host = self.schedule.host(key);
                self.schedule.reset(key, &host, open);
                continue;
            }
            let is_page = self.pages.is_page(key);
            let is_fresh =
                !is_page && self.slots.get(key).is_some_and(|slot| slot.journey.is_none());
            if is_fresh && !self.pace.take(now) {
                break;
            }
            self.schedule.start(now);
            if is_page {
                self.with_means(pages, |pages, means| pages.start(key, means));
                continue;
            }
            let slot = self.slots.get_mut(key).expect("scheduled feeds have a slot");
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
        let next = self.next_start();
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
            self.is_idle(waiting) && self.next_start().is_none_or(|next| next > end)
        })
    }

    /// The next moment at which schedule and pace both let somebody start.
    fn next_start(&self) -> Option<Timestamp> {
        self.schedule.wake().map(|next| next.max(self.pace.opens_at()))
    }

    /// Takes a fetch that ended; gives the batch if the poll is over.
    pub(super) fn arrived(&mut self, arrival: Arrival) -> Option<Polled> {
        let id = arrival.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let key = self.tasks.remove(&id)?;
        let now = self.now();
        let slot = self.slots.get_mut(key)?;
        slot.wake();
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
        slot.ended = Some(now);
        slot.kept = Some(Box::new(done.kept));
        Some(done.polled)
    }

    /// The feed's batch stands in the store.
    pub(super) fn committed(&mut self, done: Committed) {
        let now = self.now();
        let Some(&key) = self.keys.get(&done.feed) else { return };
        let Some(slot) = self.slots.get_mut(key) else { return };
        slot.wake();
        // The stored state, not the one that was sent on: the parse may have found the body unreadable.
        let url = memory::address(&slot.feed.url);
        slot.kept = Some(done.state)
            .filter(|state| state.url == url)
            .map(|state| Box::new(Kept::of(state)));
        if let (Some(kept), Some(ended)) = (slot.kept.as_deref_mut(), slot.ended.take()) {
            // The clock was set back since: what was planned by the old one moves with it.
            kept.fall_back(outcome::span(now, ended));
        }
        // Missed news cannot be counted; at least as many as were seen is a careful guess.
        if let Some(new) = done.new {
            slot.learned = Some(if done.overrun { new.saturating_mul(2) } else { new });
        }
        slot.learn();
        let latest = outcome::due_at(now, DUE_MAX);
        let due = slot.kept.as_ref().map_or(now, |kept| kept.state.next_due.min(latest));
        let host = politeness::host_key(&round::entrance(&slot.feed, slot.kept.as_deref()));
        slot.sleep();
        self.schedule.commit(key, &host, due);
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
    pub(super) fn now(&mut self) -> Timestamp {
        let now = self.clock.now();
        let fallen = outcome::span(now, self.latest);
        if fallen > FALL_BACK_MIN {
            tracing::warn!(fallen_ms = fallen.as_millis(), "the clock was set back");
            self.schedule.fall_back(fallen);
            self.pace.fall_back(fallen);
        }
        self.latest = now;
        now
    }
}
