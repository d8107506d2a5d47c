//! How long a feed rests while all is well: its own interval, or a share of a common budget of requests.
//!
//! With rates λ and a budget of requests the mean delay of news is least when feeds are polled in proportion to √λ, not
//! to λ (Sia, Cho and Cho). A feed is due when the delay its unseen news has piled up by then reaches a threshold;
//! one threshold for all feeds, moved so that all of them together spend one request a feed per `interval`. Pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::news::Feed;

use super::Config;

/// Nobody's interval is shorter, whatever the configuration says: a second feed reader is not a load test.
const SHORTEST: Duration = Duration::from_secs(1);

/// No living feed rests longer.
const LONGEST: Duration = Duration::from_hours(24);

/// What was seen this many days ago counts half.
const HALF_LIFE_DAYS: f64 = 10.0;

/// News that a feed is believed to have brought before anybody looked: silence never means "never".
const PRIOR_NEWS: f64 = 0.1;

/// The time over which the first news are counted is never taken for shorter: one hour, in days.
const DAYS_MIN: f64 = 1.0 / 24.0;

/// A whole body costs its server what about four conditional requests do.
const COST_WITHOUT_VALIDATORS: f64 = 4.0;

/// The trim follows what is spent over a day, slower than day and night.
const TRIM_SECONDS: f64 = DAY_SECONDS;

/// This much of the budget is always for the feeds that no limit binds.
const LEFT_LEAST: f64 = 0.02;

/// Beyond this the limits, not the budget, decide.
const TRIM_MAX: f64 = 64.0;

const DAY_SECONDS: f64 = 86_400.0;
const HOUR_SECONDS: i64 = 3_600;

/// The interval of a feed whose interval is fixed, and the start for all others.
pub(super) fn base(feed: &Feed, config: &Config) -> Duration {
    feed.interval.unwrap_or(config.interval).max(config.interval_min).max(SHORTEST)
}

/// How often a feed brings news, and at which hours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Rate {
    /// News counted, fading.
    news: f64,
    /// Days over which they were counted, fading alike.
    days: f64,
    /// The last look.
    at: Option<Timestamp>,
    /// News by hour of the day in UTC, fading; empty until the first.
    hours: Vec<f64>,
}

impl Rate {
    /// A look at `now` found `new` items that were not there before. The first look only starts the count.
    pub(super) fn observe(&mut self, now: Timestamp, new: u64) {
        let Some(before) = self.at.replace(now) else { return };
        let seconds = now.duration_since(before).as_secs_f64().max(0.0);
        let fade = (-seconds / DAY_SECONDS / HALF_LIFE_DAYS).exp2();
        // More than a body's worth of items at once is a change of system, not news.
        let new = f64::from(u32::try_from(new.min(2_000)).unwrap_or(0));
        self.news = self.news * fade + new;
        self.days = self.days * fade + seconds / DAY_SECONDS;
        if self.hours.len() != 24 {
            self.hours = vec![0.0; 24];
        }
        for hour in &mut self.hours {
            *hour *= fade;
        }
        if new > 0.0 {
            self.spread(before, now, new);
        }
        for hour in &mut self.hours {
            *hour = short(*hour, 1e3);
        }
        (self.news, self.days) = (short(self.news, 1e6), short(self.days, 1e6));
    }

    /// When this was last looked at.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// Counts news to the hours in which they may have come, evenly.
    fn spread(&mut self, from: Timestamp, to: Timestamp, new: f64) {
        let (first, last) = (hour_of(from), hour_of(to));
        let count = (last - first).clamp(0, 23) + 1;
        for hour in (last - count + 1)..=last {
            let place = usize::try_from(hour.rem_euclid(24)).unwrap_or(0);
            self.hours[place] += new / f64::from(u8::try_from(count).unwrap_or(24));
        }
    }

    /// News a second, on the mean of a day.
    fn mean(&self) -> f64 {
        (self.news + PRIOR_NEWS) / self.days.max(DAYS_MIN) / DAY_SECONDS
    }

    /// News a day, as learnt so far.
    pub(super) fn per_day(&self) -> f64 {
        self.mean() * DAY_SECONDS
    }

    /// How much busier the given hour since the epoch is than the mean hour.
    fn profile(&self, hour: i64) -> f64 {
        let total: f64 = self.hours.iter().sum();
        let place = usize::try_from(hour.rem_euclid(24)).unwrap_or(0);
        let counted = self.hours.get(place).copied().unwrap_or_default();
        24.0 * (counted + 1.0) / (total + 24.0)
    }

    /// The time after `now` at which unseen news will have waited `threshold` item-seconds, at most a day.
    fn time_until(&self, now: Timestamp, threshold: f64) -> f64 {
        let mean = self.mean();
        let (mut waited, mut unseen, mut time) = (0.0, 0.0, 0.0);
        let mut hour = hour_of(now);
        // Exact for a rate that is constant within an hour: waited + unseen x + rate x² / 2 = threshold.
        let mut left = seconds_until(now, hour + 1);
        while time < LONGEST.as_secs_f64() {
            let rate = mean * self.profile(hour);
            let at_end = waited + unseen * left + rate * left * left / 2.0;
            if at_end >= threshold {
                let missing = threshold - waited;
                let root = (unseen * unseen + 2.0 * rate * missing).sqrt();
                return time + 2.0 * missing / (unseen + root);
            }
            (waited, unseen, time) = (at_end, unseen + rate * left, time + left);
            hour += 1;
            left = 3_600.0;
        }
        LONGEST.as_secs_f64()
    }
}

/// Cut to a few decimals, so that a stored rate takes bytes by the dozen and not by the hundred.
fn short(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

fn hour_of(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(HOUR_SECONDS)
}

fn seconds_until(now: Timestamp, hour: i64) -> f64 {
    let end = Timestamp::from_second(hour * HOUR_SECONDS).unwrap_or(Timestamp::MAX);
    end.duration_since(now).as_secs_f64().max(0.001)
}

/// What the adaptive feeds may spend together, and what they do spend.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    interval: f64,
    feeds: f64,
    /// The sum of √(cost x λ) of the feeds whose interval no limit binds, from which the threshold follows directly.
    roots: f64,
    /// Requests a second of the others: what is left of the budget is for the first.
    bound: f64,
    /// Requests a second that all present intervals amount to, dear ones counted by their cost.
    spent: f64,
    /// What limits and hours of the day change in the threshold; follows slowly, or it would undo the hours.
    trim: f64,
}

/// A feed's part of the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Share {
    /// 0 while a limit binds its interval.
    root: f64,
    spent: f64,
}

/// A feed as the budget sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'a> {
    pub(super) rate: &'a Rate,
    /// Whether every poll costs its server a whole body.
    pub(super) is_dear: bool,
}

impl Claim<'_> {
    fn cost(&self) -> f64 {
        if self.is_dear { COST_WITHOUT_VALIDATORS } else { 1.0 }
    }

    fn root(&self) -> f64 {
        (self.cost() * self.rate.mean()).sqrt()
    }
}

impl Budget {
    /// One request a feed per `interval`, for no feed yet.
    pub(super) fn new(interval: Duration) -> Self {
        let interval = interval.max(SHORTEST).as_secs_f64();
        Self { interval, feeds: 0.0, roots: 0.0, bound: 0.0, spent: 0.0, trim: 1.0 }
    }

    /// A feed brings its part in.
    pub(super) fn join(&mut self, claim: Claim<'_>) -> Share {
        let share = Share { root: claim.root(), spent: 1.0 / self.interval };
        self.feeds += 1.0;
        self.roots += share.root;
        self.spent += share.spent;
        share
    }

    /// A feed takes its part out.
    pub(super) fn leave(&mut self, share: Share) {
        self.feeds -= 1.0;
        self.take_out(share);
    }

    /// The time from `now` to the feed's next poll, at least `least`; updates its share.
    pub(super) fn plan(
        &mut self,
        claim: Claim<'_>,
        share: &mut Share,
        now: Timestamp,
        least: Duration,
    ) -> Duration {
        // Judged as if no limit bound it; the others' limits stand as they were last planned.
        self.take_out(*share);
        *share = Share { root: claim.root(), spent: 0.0 };
        self.roots += share.root;
        let wished = claim.rate.time_until(now, self.threshold() * claim.cost());
        let least = least.max(SHORTEST).as_secs_f64();
        let rest = wished.clamp(least, LONGEST.as_secs_f64().max(least));
        share.spent = claim.cost() / rest;
        self.spent += share.spent;
        if wished <= least || wished >= LONGEST.as_secs_f64() {
            self.roots -= std::mem::take(&mut share.root);
            self.bound += share.spent;
        }
        self.steer(rest);
        Duration::from_secs_f64(rest)
    }

    fn take_out(&mut self, share: Share) {
        self.spent -= share.spent;
        self.roots -= share.root;
        if share.root <= 0.0 {
            self.bound -= share.spent;
        }
    }

    fn allowed(&self) -> f64 {
        self.feeds.max(1.0) / self.interval
    }

    /// Item-seconds that news may pile up before its feed is due: with 1/T = √λ / √(2 θ), the 1/T of all feeds that no
    /// limit binds sum up to what the bound ones leave.
    fn threshold(&self) -> f64 {
        let left = (self.allowed() - self.bound).max(self.allowed() * LEFT_LEAST);
        let root = self.roots.max(0.0) / left;
        self.trim * root * root / 2.0
    }

    /// Moves the trim towards the one that spends the budget; a plan counts by the time it covers.
    fn steer(&mut self, rest: f64) {
        let excess = (self.spent / self.allowed()).clamp(0.5, 2.0);
        // T grows with the root of the threshold, so twice the excess sets it right.
        let step = 2.0 * (excess - 1.0) * rest / (TRIM_SECONDS * self.feeds.max(1.0));
        self.trim = (self.trim * (1.0 + step.clamp(-0.5, 0.5))).clamp(TRIM_MAX.recip(), TRIM_MAX);
    }
}

#[cfg(test)]
mod tests;
