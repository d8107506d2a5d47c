//! How each feed does, from its configuration and what the store remembers of it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::config::{Config, Feed};
use crate::news::{FeedId, FeedState, Health, Hour, Polling, Time, masked};
use crate::poll::politeness::host_key;
use crate::poll::{Remembered, remembered};

/// Hours of the table.
pub(super) const DAY_HOURS: usize = 24;

/// What the store knows.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) states: BTreeMap<FeedId, FeedState>,
    pub(super) hours: BTreeMap<FeedId, Vec<Hour>>,
    /// Until when hosts are held, by their names: a server asked for peace, and all feeds of its host wait.
    pub(super) peace: BTreeMap<String, Timestamp>,
    /// Feeds whose guids flipped and that are held until they are steady.
    pub(super) held: BTreeSet<FeedId>,
}

/// The state of a feed in one word: that of its health, or what is told beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// Never polled
    New,
    /// Working
    Ok,
    /// Working, and without news for longer than it ever was
    Silent,
    /// Its known items came under other guids: held until they are steady
    Held,
    /// Failed lately
    Flaky,
    /// Failing for some time
    Failing,
    /// Long dead, probed now and then
    Dormant,
    /// Gone for good, it says (410)
    Gone,
    /// It does not let us in (401, 403)
    Blocked,
    /// For good elsewhere
    Moved,
    /// No longer in the configuration
    Removed,
}

impl State {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ok => "ok",
            Self::Silent => "silent",
            Self::Held => "held",
            Self::Flaky => "flaky",
            Self::Failing => "failing",
            Self::Dormant => "dormant",
            Self::Gone => "gone",
            Self::Blocked => "blocked",
            Self::Moved => "moved",
            Self::Removed => "removed",
        }
    }
}

/// Until when each host is held, by what the states say.
pub(super) fn peace<'s>(
    states: impl IntoIterator<Item = &'s FeedState>,
) -> BTreeMap<String, Timestamp> {
    let mut peace = BTreeMap::new();
    for state in states {
        let until = remembered(state).host_held_until;
        if let (Some(until), Ok(url)) = (until, url::Url::parse(&state.url)) {
            let known = peace.entry(host_key(&url)).or_insert(until);
            *known = until.max(*known);
        }
    }
    peace
}

/// One feed as it is told.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) id: FeedId,
    /// False for one that only the store knows.
    pub(super) configured: bool,
    pub(super) state: State,
    /// Since when its health is what it is.
    pub(super) since: Option<Time>,
    pub(super) url: String,
    pub(super) outlet: Option<String>,
    pub(super) title: Option<String>,
    pub(super) site: Option<String>,
    pub(super) folder: Option<String>,
    pub(super) last_success: Option<Time>,
    /// The last poll that brought news, new or changed.
    pub(super) last_news: Option<Time>,
    pub(super) last_http: Option<u16>,
    /// `""` while all is well.
    pub(super) last_error: String,
    /// Failures in a row, weighted.
    pub(super) failure_weight: f64,
    /// In force at the last poll; before the first the configured one.
    pub(super) interval_s: u64,
    /// Whether it is the feed's own; the others are learnt.
    pub(super) fixed: bool,
    /// Time between two polls that the feed's own text asks for.
    pub(super) asked_rest_s: Option<u64>,
    pub(super) next_due: Option<Time>,
    /// The server asked not to come before.
    pub(super) not_before: Option<Time>,
    /// Where permanent redirects lead.
    pub(super) moved_to: Option<String>,
    /// As learnt over weeks.
    pub(super) news_per_day: Option<f64>,
    /// Sums of the last 24 hours.
    pub(super) day: Polling,
    /// Hours in which it was polled; one that is missing is one without a poll.
    pub(super) hours: Vec<Hour>,
}

/// Every feed of the configuration in its order, then those that only the store knows, by id.
pub(super) fn lines(config: &Config, known: &Known, now: Timestamp) -> Vec<Line> {
    let mut lines: Vec<Line> =
        config.feeds.iter().map(|feed| configured(config, feed, known, now)).collect();
    let configured: BTreeSet<&FeedId> = config.feeds.iter().map(|feed| &feed.id).collect();
    for id in known.states.keys().filter(|id| !configured.contains(id)) {
        lines.push(removed(id, known, now));
    }
    lines
}

fn configured(config: &Config, feed: &Feed, known: &Known, now: Timestamp) -> Line {
    // A state belongs to its address: after a change of it the feed begins anew.
    let state = known.states.get(&feed.id).filter(|state| state.url == feed.url.as_str());
    let learnt = state.map(remembered).unwrap_or_default();
    let interval = learnt.interval.unwrap_or(feed.interval.unwrap_or(config.poll.interval));
    let word = match state {
        None => State::New,
        Some(state) => word(state, known.held.contains(&feed.id)),
    };
    Line {
        configured: true,
        state: word,
        url: masked(&feed.url),
        outlet: feed.outlet.clone(),
        title: feed.title.clone(),
        site: feed.site.as_ref().map(masked),
        folder: feed.folder.clone(),
        interval_s: interval.as_secs(),
        fixed: feed.interval.is_some(),
        ..told(&feed.id, state, learnt, known, now)
    }
}

fn removed(id: &FeedId, known: &Known, now: Timestamp) -> Line {
    let state = known.states.get(id);
    let learnt = state.map(remembered).unwrap_or_default();
    Line { state: State::Removed, next_due: None, ..told(id, state, learnt, known, now) }
}

/// What the store says of a feed.
fn told(
    id: &FeedId,
    state: Option<&FeedState>,
    learnt: Remembered,
    known: &Known,
    now: Timestamp,
) -> Line {
    let hours = known.hours.get(id).cloned().unwrap_or_default();
    let first = first_hour(now, DAY_HOURS);
    let mut day = Polling::default();
    for hour in hours.iter().filter(|hour| hour.hour.0 >= first) {
        day.add(&hour.polled);
    }
    let url = state.and_then(|state| url::Url::parse(&state.url).ok());
    let peace = url.as_ref().and_then(|url| known.peace.get(&host_key(url)).copied());
    let peace = peace.filter(|until| *until > now);
    Line {
        id: id.clone(),
        configured: false,
        state: State::New,
        since: state.map(|state| state.health_since.into()),
        url: url.as_ref().map(masked).unwrap_or_default(),
        outlet: None,
        title: None,
        site: None,
        folder: None,
        last_success: state.and_then(|state| state.last_success).map(Time),
        last_news: learnt.last_news.map(Time),
        last_http: state.and_then(|state| state.last_http),
        last_error: state.map(|state| state.last_error.clone()).unwrap_or_default(),
        failure_weight: thousandths(state.map_or(0, |state| state.failure_weight)),
        interval_s: learnt.interval.unwrap_or_default().as_secs(),
        fixed: false,
        asked_rest_s: learnt.asked_rest.map(|rest| rest.as_secs()),
        next_due: state
            .map(|state| peace.map_or(state.next_due, |until| state.next_due.max(until)).into()),
        not_before: learnt.not_before.max(peace).filter(|until| *until > now).map(Time),
        moved_to: learnt.moved_to.and_then(|to| url::Url::parse(&to).ok()).map(|to| masked(&to)),
        news_per_day: learnt.news_per_day.map(|rate| (rate * 100.0).round() / 100.0),
        day,
        hours,
    }
}

fn word(state: &FeedState, is_held: bool) -> State {
    match state.health {
        Health::New => State::New,
        Health::Flaky => State::Flaky,
        Health::Failing => State::Failing,
        Health::Dormant => State::Dormant,
        Health::Gone => State::Gone,
        Health::Blocked => State::Blocked,
        Health::Ok | Health::Moved if is_held => State::Held,
        // A silence that is too long has words and no weight.
        Health::Ok | Health::Moved if !state.last_error.is_empty() && state.failure_weight == 0 => {
            State::Silent
        }
        Health::Ok => State::Ok,
        Health::Moved => State::Moved,
    }
}

/// When the earliest of the last so many hours began; the present one is the last of them.
pub(super) fn first_hour(now: Timestamp, hours: usize) -> Timestamp {
    let begun = now.as_second().div_euclid(3_600) * 3_600;
    let back = i64::try_from(hours.saturating_sub(1)).unwrap_or(0) * 3_600;
    Timestamp::from_second(begun - back).unwrap_or(Timestamp::MIN)
}

fn thousandths(weight: i64) -> f64 {
    // Weights end at some dozens.
    f64::from(i32::try_from(weight).unwrap_or(i32::MAX)) / 1_000.0
}

/// The last 24 hours, the present one last; `None` for one without a poll.
pub(super) fn last_day(line: &Line, now: Timestamp) -> [Option<Polling>; DAY_HOURS] {
    let first = first_hour(now, DAY_HOURS);
    std::array::from_fn(|at| {
        let begin = first + SignedDuration::from_hours(i64::try_from(at).unwrap_or(0));
        line.hours.iter().find(|hour| hour.hour.0 == begin).map(|hour| hour.polled)
    })
}
