//! How long a feed rests while all is well: its own interval, or a share of a common budget of requests.
//!
//! With rates λ and a budget of requests the mean delay of news is least when feeds are polled in proportion to √λ, not
//! to λ (Sia, Cho and Cho). A feed is due when the delay its unseen news has piled up by then reaches a threshold;
//! one threshold for all feeds, moved so that all of them together spend one request a feed per `interval`. Pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use crate::news::Feed;

use super::Config;
use super::packed::{Eye, Pen};

/// Nobody's interval is shorter, whatever the configuration says: a second feed reader is not a load test.
const SHORTEST: Duration = Duration::from_secs(1);

/// No living feed rests longer.
const LONGEST: Duration = Duration::from_hours(24);

/// What was seen this many days ago counts half.
const HALF_LIFE_DAYS: f64 = 10.0;

/// News that a feed is believed to have brought before anybody looked: silence never means "never".
const PRIOR_NEWS: f64 = 0.1;

/// A longer time between two looks says nothing of the feed: the program stood still, or the clock was set.
const LOOK_MAX: Duration = Duration::from_hours(48);

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

/// How often a feed brings news, and at which hours: a Gamma-Poisson estimate that forgets, times a profile of the day.
///
/// Takes some 200 bytes, of which half only once the feed has been looked at twice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rate {
    /// News counted, fading.
    news: f64,
    /// Days over which they were counted, fading alike.
    days: f64,
    /// The last look.
    at: Option<Timestamp>,
    /// News by hour of the day in UTC, fading; empty until the first.
    #[serde(serialize_with = "briefly")]
    hours: Box<[f32]>,
}

impl Rate {
    /// A look at `now` found `new` items that were not there before. The first look only starts the count.
    ///
    /// What came in a time longer than two days counts as its share of two days: the rate stays true, and one clock that
    /// jumps ten years does not outweigh what was learnt before.
    pub fn observe(&mut self, now: Timestamp, new: u64) {
        let Some(before) = self.at.replace(now) else { return };
        let passed = now.duration_since(before).as_secs_f64().max(0.0);
        let seconds = passed.min(LOOK_MAX.as_secs_f64());
        let fade = (-seconds / DAY_SECONDS / HALF_LIFE_DAYS).exp2();
        // More than a body's worth of items at once is a change of system, not news.
        let new = f64::from(u32::try_from(new.min(2_000)).unwrap_or(0));
        let new = if passed > seconds { new * seconds / passed } else { new };
        self.news = self.news * fade + new;
        self.days = self.days * fade + seconds / DAY_SECONDS;
        self.learn_hours(before, now, fade, new);
        (self.news, self.days) = (short(self.news, 1e6), short(self.days, 1e6));
    }

    pub(super) fn pack(&self, pen: &mut Pen) {
        pen.real(self.news);
        pen.real(self.days);
        pen.maybe(self.at, Pen::moment);
        pen.number(self.hours.len() as u64);
        for &hour in &self.hours {
            // Whole thousandths, as they are kept.
            pen.number(thousandths(hour));
        }
    }

    pub(super) fn unpack(eye: &mut Eye<'_>) -> Self {
        let (news, days, at) = (eye.real(), eye.real(), eye.maybe(Eye::moment));
        let count = eye.number().min(24);
        let hours = (0..count).map(|_| shorter(f64::from(eye.small::<u32>()) / 1e3)).collect();
        Self { news, days, at, hours }
    }

    /// When this was last looked at.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// Counts news to the hours in which they may have come, evenly.
    fn learn_hours(&mut self, from: Timestamp, to: Timestamp, fade: f64, new: f64) {
        let mut hours = [0.0; 24];
        for (hour, &before) in hours.iter_mut().zip(self.hours.iter()) {
            *hour = f64::from(before) * fade;
        }
        if new > 0.0 {
            let (first, last) = (hour_of(from), hour_of(to));
            let count = (last - first).clamp(0, 23) + 1;
            for hour in (last - count + 1)..=last {
                hours[hour_of_day(hour)] += new / f64::from(u8::try_from(count).unwrap_or(24));
            }
        }
        if self.hours.len() != 24 {
            self.hours = Box::new([0.0; 24]);
        }
        for (kept, hour) in self.hours.iter_mut().zip(hours) {
            *kept = shorter(hour);
        }
    }

    /// News a second, on the mean of a day.
    fn mean(&self) -> f64 {
        (self.news + PRIOR_NEWS) / self.days.max(DAYS_MIN) / DAY_SECONDS
    }

    /// News a day, as learnt so far.
    pub fn per_day(&self) -> f64 {
        self.mean() * DAY_SECONDS
    }

    /// How much busier the given hour since the epoch is than the mean hour; `total` is the sum of all.
    fn profile(&self, hour: i64, total: f64) -> f64 {
        let counted = self.hours.get(hour_of_day(hour)).copied().unwrap_or_default();
        24.0 * (f64::from(counted) + 1.0) / (total + 24.0)
    }

    /// The time after `now` at which unseen news will have waited `threshold` item-seconds, at most a day.
    fn time_until(&self, now: Timestamp, threshold: f64) -> f64 {
        let mean = self.mean();
        let total: f64 = self.hours.iter().copied().map(f64::from).sum();
        let (mut waited, mut unseen, mut time) = (0.0, 0.0, 0.0);
        let mut hour = hour_of(now);
        // Exact for a rate that is constant within an hour: waited + unseen x + rate x² / 2 = threshold.
        let mut left = seconds_until(now, hour + 1);
        while time < LONGEST.as_secs_f64() {
            let rate = mean * self.profile(hour, total);
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

/// The same for a single hour, where half the digits do.
#[expect(clippy::cast_possible_truncation, reason = "it is what is wanted")]
fn shorter(value: f64) -> f32 {
    short(value, 1e3) as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are small")]
fn thousandths(value: f32) -> u64 {
    (f64::from(value) * 1e3).round() as u64
}

/// As decimal numbers of a few digits: an `f32` made an `f64` has seventeen.
fn briefly<S: Serializer>(hours: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(hours.iter().map(|&hour| short(f64::from(hour), 1e3)))
}

/// The hour since the epoch as one of the 24.
fn hour_of_day(hour: i64) -> usize {
    usize::try_from(hour.rem_euclid(24)).unwrap_or(0)
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
pub struct Budget {
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
pub struct Share {
    /// 0 while a limit binds its interval.
    root: f64,
    spent: f64,
}

/// A feed as the budget sees it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// How often it brings news.
    pub rate: &'a Rate,
    /// Whether every poll costs its server a whole body.
    pub is_dear: bool,
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
    pub fn new(interval: Duration) -> Self {
        let interval = interval.max(SHORTEST).as_secs_f64();
        Self { interval, feeds: 0.0, roots: 0.0, bound: 0.0, spent: 0.0, trim: 1.0 }
    }

    /// A feed brings its part in.
    pub fn join(&mut self, claim: Claim<'_>) -> Share {
        let share = Share { root: claim.root(), spent: 1.0 / self.interval };
        self.feeds += 1.0;
        self.roots += share.root;
        self.spent += share.spent;
        share
    }

    /// A feed takes its part out.
    pub fn leave(&mut self, share: Share) {
        self.feeds -= 1.0;
        self.take_out(share);
    }

    /// The time from `now` to the feed's next poll, at least `least` and at most a day; updates its share.
    ///
    /// A few steps for a busy feed, one an hour for a quiet one: under a microsecond.
    pub fn plan(
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
