//! What only the poller remembers of a feed. It travels as JSON in `FeedState::extra`, so the store need not know it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::interval::Rate;
use super::outcome::Silence;
use super::poller::FALL_BACK_MIN;
use super::timetable::Timetable;
use crate::news::{Extra, Feed, FeedState, Health, Validators};

/// The poller's own marks. Every field may be missing: an older state is no error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    /// Interval in force at the last poll, in milliseconds.
    pub(super) interval_ms: u64,
    /// Last whole answer, so that a server which says 304 for ever is found out.
    pub(super) full_at: Option<Timestamp>,
    /// Whether the last answer stated how long it stays fresh.
    pub(super) fresh_stated: bool,
    /// A permanent redirect on probation.
    pub(super) probation: Option<Probation>,
    /// The address that a permanent redirect gave, after its probation.
    pub(super) adopted: Option<String>,
    /// The server asked not to come before; a shorter interval does not undo it.
    pub(super) not_before: Option<Timestamp>,
    /// The whole host is held until then.
    pub(super) host_held_until: Option<Timestamp>,
    /// Why the last body could not be read, `""` if it could.
    pub(super) unreadable: String,
    /// What the feed's own text asks for.
    pub(super) timetable: Timetable,
    /// How often the feed brings news.
    pub(super) rate: Rate,
    /// How long it has brought none.
    pub(super) silence: Silence,
    /// How the feed stood before its last body, for the case that nobody can read it.
    pub(super) before: Option<Before>,
}

/// Permanent hops that gave the same target at each of the last polls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Probation {
    pub(super) to: String,
    pub(super) polls: u32,
    pub(super) since: Timestamp,
}

/// The part of a state that a body takes with it when it turns out to be unreadable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) health: Health,
    pub(super) since: Timestamp,
    pub(super) weight: i64,
    pub(super) success: Option<Timestamp>,
    pub(super) seen_once: bool,
}

/// A feed's state as the running poller keeps it: read once, not at every question.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    /// Without `extra`, which is `memory`.
    pub(super) state: FeedState,
    pub(super) memory: Memory,
}

impl Kept {
    pub(super) fn of(mut state: FeedState) -> Self {
        let memory = Memory::of(&state);
        state.extra = Extra::default();
        Self { state, memory }
    }

    /// Moves what was planned by a clock that was set back by `fallen` since; less than a minute is no such thing.
    pub(super) fn fall_back(&mut self, fallen: Duration) {
        if fallen <= FALL_BACK_MIN {
            return;
        }
        let back = |at: &mut Timestamp| *at = at.checked_sub(fallen).unwrap_or(*at);
        back(&mut self.state.next_due);
        let Memory { not_before, host_held_until, .. } = &mut self.memory;
        for at in [&mut self.state.last_success, not_before, host_held_until] {
            at.iter_mut().for_each(back);
        }
    }

    /// The state as it is stored.
    pub(super) fn stored(&self) -> FeedState {
        let mut state = self.state.clone();
        self.memory.save(&mut state);
        state
    }
}

impl Memory {
    /// Reads a stored state; what cannot be read is forgotten, which costs politeness nothing.
    pub(super) fn of(state: &FeedState) -> Self {
        state.extra.read().unwrap_or_default()
    }

    /// Writes it back into the state.
    pub(super) fn save(&self, state: &mut FeedState) {
        state.extra = Extra::write(self);
    }
}

/// What people may want to know of a stored state beside its plain fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remembered {
    /// Interval in force at the last poll, jitter left out; `None` before the first.
    pub interval: Option<Duration>,
    /// The last poll that brought news, new or changed.
    pub last_news: Option<Timestamp>,
    /// News a day, as learnt so far; `None` before the second poll.
    pub news_per_day: Option<f64>,
    /// Time between two polls at least, as the feed's text asks for (`ttl`, `sy:updatePeriod`).
    pub asked_rest: Option<Duration>,
    /// The server asked not to come before.
    pub not_before: Option<Timestamp>,
    /// It asked so for its whole host.
    pub host_held_until: Option<Timestamp>,
    /// Where permanent redirects lead: taken over, or still on probation.
    pub moved_to: Option<String>,
    /// Whether that address was taken over.
    pub is_moved: bool,
}

/// Reads the poller's marks of a stored state; what cannot be read is absent.
pub fn remembered(state: &FeedState) -> Remembered {
    let memory = Memory::of(state);
    let probation = memory.probation.map(|probation| probation.to);
    let asked_rest = memory.timetable.least();
    Remembered {
        interval: (memory.interval_ms > 0).then(|| Duration::from_millis(memory.interval_ms)),
        last_news: memory.silence.news_at(),
        news_per_day: memory.rate.at().map(|_| memory.rate.per_day()),
        asked_rest: (!asked_rest.is_zero()).then_some(asked_rest),
        not_before: memory.not_before,
        host_held_until: memory.host_held_until,
        is_moved: memory.adopted.is_some(),
        moved_to: memory.adopted.or(probation),
    }
}

/// The state of a feed that was never polled, due at `due`.
pub(super) fn blank(feed: &Feed, now: Timestamp, due: Timestamp) -> FeedState {
    FeedState {
        url: address(&feed.url),
        validators: Validators::default(),
        next_due: due,
        last_success: None,
        body_hash: None,
        seen_once: false,
        health: Health::New,
        health_since: now,
        failure_weight: 0,
        last_http: None,
        last_error: String::new(),
        extra: Extra::default(),
    }
}

/// The URL without credentials: what may be stored, logged and compared.
pub(super) fn address(url: &Url) -> String {
    let mut url = url.clone();
    // Refused only for URLs that cannot carry credentials in the first place.
    if url.set_username("").is_ok() && url.set_password(None).is_ok() {
        return url.into();
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_planned_that_was_set_back_since_moves_with_it() {
        let (then, now): (Timestamp, Timestamp) =
            ("2039-09-10T05:43:36Z".parse().unwrap(), "2025-08-16T05:58:00Z".parse().unwrap());
        let second = Duration::from_secs(2);
        let feed = Feed::new("a", "https://desk.example/feed".parse().unwrap());
        let kept = Kept {
            state: FeedState {
                next_due: then + second,
                last_success: Some(then),
                ..blank(&feed, then, then)
            },
            memory: Memory { not_before: Some(then + second), ..Memory::default() },
        };
        let fallen: Duration = then.duration_since(now).try_into().unwrap();
        let mut moved = kept.clone();
        moved.fall_back(fallen);
        assert_eq!((moved.state.next_due, moved.state.last_success), (now + second, Some(now)));
        assert_eq!(moved.memory.not_before, Some(now + second));
        // A clock that is only adjusted moves nothing.
        let mut adjusted = kept.clone();
        adjusted.fall_back(Duration::from_secs(59));
        assert_eq!(adjusted, kept);
    }
}
