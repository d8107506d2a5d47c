//! Decides what an answer means for the next poll. Pure: no socket, no clock.
//!
//! Validators are taken from every 200 and 304, whether the body is read or not: returning early on an equal body and
//! keeping the old validators is the commonest bug of feed readers. Nothing here is saved before the batch is.

mod silence;
mod unreadable;

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::news::{Feed, FeedState, Hash16, Health, HealthChange, Validators};

use super::failure::Failure;
use super::memory::{Before, Kept, Memory, Probation};
use super::politeness::{self, Wishes};
pub use super::timetable::Said;
use super::timetable::Timetable;
pub(super) use silence::Silence;
use unreadable::CAPTCHA;
pub use unreadable::why_unreadable;

/// Backoff never makes a feed wait longer, unless its own interval does.
const BACKOFF_MAX: Duration = Duration::from_hours(24);

/// A dead or withdrawn feed is probed this often, for ever: feeds do come back to life.
pub const PROBE: Duration = Duration::from_hours(7 * 24);

/// Failures weigh this much in a row before a feed counts as failing, and as dormant. In thousandths.
const FAILING: i64 = 3_000;
const DORMANT: i64 = 30_000;

/// Weights stop here, so that no sum overflows and one success is never far away in words.
const WEIGHT_MAX: i64 = 1_000_000;

/// Longer validators are not kept: 64 KB for each of a million feeds would be more than the rest of their state.
const VALIDATOR_BYTES_MAX: usize = 8 * 1024;

/// A permanent redirect is adopted after so many polls that gave the same target ...
const PROBATION_POLLS: u32 = 3;

/// ... over at least this long: sites under repair redirect everything for an hour.
const PROBATION_TIME: Duration = Duration::from_hours(24);

/// After 8 to 12 days of nothing but 304 one unconditional request finds the servers that say it for ever.
const FULL_LEAST: Duration = Duration::from_hours(8 * 24);
const FULL_MOST: Duration = Duration::from_hours(12 * 24);

/// What the body of a good answer is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Good {
    /// 304.
    NotModified,
    /// 200 with a whole body of this hash.
    Body(Hash16),
}

/// One poll, from the first request to the last answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// 200 or 304, or why it is neither.
    pub(super) result: Result<Good, Failure>,
    /// Validators that the answer carries.
    pub(super) validators: Validators,
    /// What it asks for.
    pub(super) wishes: Wishes,
    /// Where permanent hops alone led.
    pub(super) permanent_to: Option<Url>,
}

/// What the poll was about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    /// The feed.
    pub(super) feed: &'a Feed,
    /// When the answer was complete.
    pub(super) now: Timestamp,
    /// The interval that the feed is due at while all is well.
    pub(super) interval: Duration,
    /// Whether validators were sent.
    pub(super) conditional: bool,
}

/// What follows from an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    /// The feed's state, to be saved with the batch.
    pub(super) kept: Kept,
    /// Set when its health changed.
    pub(super) health: Option<HealthChange>,
    /// Whether the body is news to us and must be read.
    pub(super) read: bool,
    /// No request to the feed's host before.
    pub(super) hold_host: Option<Timestamp>,
}

/// Whether the next request should carry the validators.
pub(super) fn is_conditional(feed: &Feed, kept: &Kept, now: Timestamp) -> bool {
    let Validators { etag, last_modified } = &kept.state.validators;
    if etag.is_none() && last_modified.is_none() {
        return false;
    }
    let memory = &kept.memory;
    let patience = politeness::between(&feed.id, FULL_LEAST, FULL_MOST);
    let overdue = memory.full_at.is_some_and(|full| span(full, now) >= patience);
    memory.fresh_stated || !overdue
}

/// Takes an answer into the state.
pub(super) fn take(question: Question<'_>, before: &Kept, answer: &Answer) -> Outcome {
    let Question { feed, now, interval, conditional } = question;
    let Kept { mut state, mut memory } = before.clone();
    memory.interval_ms = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
    let result = match &answer.result {
        Ok(Good::NotModified) if !conditional => Err(Failure::Fetch("304 without a question")),
        other => other.clone(),
    };
    let mut read = false;
    let health = match &result {
        Ok(good) => {
            read = learn(&mut state, &mut memory, *good, &answer.validators, now);
            judge_move(&mut memory, answer.permanent_to.as_ref(), now);
            succeed(&mut state, &mut memory, *good, read, now)
        }
        Err(failure) => {
            if leads_nowhere(failure) {
                memory.adopted = None;
            }
            fail(&mut state, failure, now)
        }
    };
    let fresh = match &result {
        Ok(_) | Err(Failure::Http(429)) => answer.wishes.fresh_for(now),
        Err(_) => None,
    };
    memory.fresh_stated = fresh.is_some();
    let asked = asked_to_wait(feed, &result, &answer.wishes, now);
    let is_hold = result == Err(Failure::Http(429));
    let hold_host = asked.filter(|_| is_hold).map(|wait| due_at(now, wait));
    memory.host_held_until = hold_host;
    let rest = politeness::jittered(&feed.id, backed_off(&state, interval));
    let said = memory.timetable.least();
    let bound = fresh.unwrap_or_default().max(asked.unwrap_or_default()).max(said);
    state.next_due = memory.timetable.open_from(&feed.id, due_at(now, rest.max(bound)));
    memory.not_before = (!bound.is_zero()).then(|| due_at(now, bound));
    Outcome { kept: Kept { state, memory }, health, read, hold_host }
}

/// Marks a 200 whose body nobody could read as a failure, in the state that `take` gave; replaces the batch's health.
///
/// Call it before the batch is committed; the poller takes the stored state from [`crate::news::Committed`].
pub fn unreadable(
    feed: &Feed,
    state: &mut FeedState,
    reason: &str,
    now: Timestamp,
) -> Option<HealthChange> {
    let mut memory = Memory::of(state);
    if let Some(before) = memory.before.take() {
        state.health = before.health;
        state.health_since = before.since;
        state.failure_weight = before.weight;
        state.last_success = before.success;
        state.seen_once = before.seen_once;
    }
    reason.clone_into(&mut memory.unreadable);
    memory.adopted = None;
    memory.probation = None;
    let change = fail(state, &Failure::Parse(reason.to_owned()), now);
    let interval = Duration::from_millis(memory.interval_ms);
    let rest = politeness::jittered(&feed.id, backed_off(state, interval));
    state.next_due = state.next_due.max(due_at(now, rest));
    memory.save(state);
    change
}

/// Takes what a body's own text asks for into the state that `take` gave; it holds until another body says otherwise.
///
/// Call it before the batch is committed; the poller takes the stored state from [`crate::news::Committed`].
pub fn heed(feed: &Feed, state: &mut FeedState, said: &Said<'_>, now: Timestamp) {
    let mut memory = Memory::of(state);
    memory.timetable = Timetable::read(said);
    let least = due_at(now, memory.timetable.least());
    state.next_due = memory.timetable.open_from(&feed.id, state.next_due.max(least));
    memory.not_before = memory.not_before.max((least > now).then_some(least));
    memory.save(state);
}

/// Takes what the desk found in a body into the state that `take` gave: `fresh` items, new or changed. No news are no bad
/// news for a while, and then they are.
///
/// Call it before the batch is committed; the poller takes the stored state from [`crate::news::Committed`].
pub fn heard(state: &mut FeedState, fresh: u64, now: Timestamp) -> Option<HealthChange> {
    if state.failure_weight > 0 {
        return None;
    }
    let mut memory = Memory::of(state);
    let words = if fresh > 0 {
        memory.silence.end(now, memory.rate.per_day());
        None
    } else {
        memory.silence.look(now)
    };
    let change = settle(state, &memory, words, "news again", now);
    memory.save(state);
    change
}

/// The state of a feed that answers well: silent in these words, or in order for this reason.
fn settle(
    state: &mut FeedState,
    memory: &Memory,
    silent: Option<String>,
    reason: &str,
    now: Timestamp,
) -> Option<HealthChange> {
    state.last_error = silent.unwrap_or_default();
    let to = match &memory.adopted {
        _ if !state.last_error.is_empty() => Health::Flaky,
        Some(_) => Health::Moved,
        None => Health::Ok,
    };
    let reason = if state.last_error.is_empty() { reason } else { &state.last_error };
    turn(state, to, reason.to_owned(), now)
}

/// Takes validators and body hash; true if the body is to be read.
fn learn(
    state: &mut FeedState,
    memory: &mut Memory,
    good: Good,
    validators: &Validators,
    now: Timestamp,
) -> bool {
    let kept = |value: &Option<Vec<u8>>| {
        value.clone().filter(|bytes| bytes.len() <= VALIDATOR_BYTES_MAX && !bytes.is_empty())
    };
    let (etag, last_modified) = (kept(&validators.etag), kept(&validators.last_modified));
    match good {
        Good::NotModified => {
            let old = std::mem::take(&mut state.validators);
            state.validators = Validators {
                etag: etag.or(old.etag),
                last_modified: last_modified.or(old.last_modified),
            };
            false
        }
        Good::Body(hash) => {
            state.validators = Validators { etag, last_modified };
            memory.full_at = Some(now);
            state.body_hash.replace(hash) != Some(hash)
        }
    }
}

/// Counts permanent hops to one target, and adopts it after its probation.
fn judge_move(memory: &mut Memory, permanent_to: Option<&Url>, now: Timestamp) {
    let Some(to) = permanent_to.map(super::memory::address) else {
        memory.probation = None;
        return;
    };
    let (polls, since) = match memory.probation.take() {
        Some(known) if known.to == to => (known.polls.saturating_add(1), known.since),
        _ => (1, now),
    };
    let is_proven = polls >= PROBATION_POLLS && span(since, now) >= PROBATION_TIME;
    if is_proven && memory.unreadable.is_empty() {
        memory.adopted = Some(to);
    } else {
        memory.probation = Some(Probation { to, polls, since });
    }
}

/// A good answer; but an old body that could not be read is still not good.
fn succeed(
    state: &mut FeedState,
    memory: &mut Memory,
    good: Good,
    read: bool,
    now: Timestamp,
) -> Option<HealthChange> {
    if !read && !memory.unreadable.is_empty() {
        return fail(state, &Failure::Parse(memory.unreadable.clone()), now);
    }
    memory.unreadable.clear();
    memory.before = read.then_some(Before {
        health: state.health,
        since: state.health_since,
        weight: state.failure_weight,
        success: state.last_success,
        seen_once: state.seen_once,
    });
    let (http, words) = match good {
        Good::NotModified => (304, "not modified"),
        Good::Body(_) if read => (200, "working"),
        Good::Body(_) => (200, "same hash"),
    };
    state.failure_weight = 0;
    state.last_success = Some(now);
    state.last_http = Some(http);
    state.seen_once |= read;
    // Whether a body brings news is not known before it is read.
    let silent = if read { memory.silence.words(now) } else { memory.silence.look(now) };
    settle(state, memory, silent, words, now)
}

/// A failure: weight, words, state.
fn fail(state: &mut FeedState, failure: &Failure, now: Timestamp) -> Option<HealthChange> {
    state.failure_weight = (state.failure_weight + failure.weight()).min(WEIGHT_MAX);
    state.last_http = failure.http();
    state.last_error = failure.words();
    let to = match (failure, state.failure_weight) {
        (Failure::Http(410), _) => Health::Gone,
        (Failure::Http(401 | 403), ..DORMANT) => Health::Blocked,
        (Failure::Parse(why), ..DORMANT) if why == CAPTCHA => Health::Blocked,
        (_, DORMANT..) => Health::Dormant,
        (_, FAILING..) => Health::Failing,
        _ => Health::Flaky,
    };
    turn(state, to, state.last_error.clone(), now)
}

fn turn(state: &mut FeedState, to: Health, reason: String, now: Timestamp) -> Option<HealthChange> {
    let from = std::mem::replace(&mut state.health, to);
    if from == to {
        return None;
    }
    state.health_since = now;
    Some(HealthChange { from, to, reason, http: state.last_http })
}

/// Whether an adopted address has to be given up for the configured one.
fn leads_nowhere(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Http(400..=428 | 430..=499)
            | Failure::Refused(_)
            | Failure::UnknownHost
            | Failure::Tls
            | Failure::TooManyRedirects
    )
}

/// The wait that the server asks for, and the one that a bare 429 deserves.
fn asked_to_wait(
    feed: &Feed,
    result: &Result<Good, Failure>,
    wishes: &Wishes,
    now: Timestamp,
) -> Option<Duration> {
    match result {
        Err(Failure::Http(429)) => {
            Some(wishes.retry_after(now).unwrap_or_else(|| politeness::hold_unasked(&feed.id, now)))
        }
        Err(Failure::Http(300..=399 | 500..=599)) => wishes.retry_after(now),
        _ => None,
    }
}

/// The interval after failures: T x (1 + w), or the probe of a dead feed.
fn backed_off(state: &FeedState, interval: Duration) -> Duration {
    if matches!(state.health, Health::Gone | Health::Dormant) {
        return PROBE.max(interval);
    }
    let weight = u32::try_from(state.failure_weight).unwrap_or(0);
    let longer = interval.saturating_mul(1_000 + weight) / 1_000;
    longer.min(BACKOFF_MAX.max(interval))
}

/// The moment `wait` after `now`, on a whole millisecond not before it.
pub(super) fn due_at(now: Timestamp, wait: Duration) -> Timestamp {
    let due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let millis = due.as_millisecond();
    let floor = Timestamp::from_millisecond(millis).unwrap_or(due);
    if floor >= due { floor } else { Timestamp::from_millisecond(millis + 1).unwrap_or(due) }
}

/// The time from `from` to `to`, zero if `to` is not later.
pub(super) fn span(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests;
