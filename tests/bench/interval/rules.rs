//! The rule of this program, driven through its own code, and those of others, written anew from what they publish.
//!
//! All keep to the same bounds, five minutes and a day. None has errors or server wishes to follow here.

use std::time::Duration;

use copytaster::news::FeedId;
use copytaster::poll::interval::{Budget, Claim, Rate, Share};
use copytaster::poll::politeness;
use jiff::Timestamp;

use super::weather::{DAY, Look, Rule, number};

/// Shortest interval.
const FLOOR: f64 = 300.0;

const WEEK: f64 = 7.0 * DAY;

/// The simulation begins here.
const START_S: i64 = 1_754_006_400;

/// The adaptive interval of this program: its rate, its budget and its jitter, in the order in which the poller uses them.
pub(crate) struct Ours {
    budget: Budget,
    feeds: Vec<(FeedId, Rate, Share)>,
}

impl Ours {
    /// With so many requests a feed a day.
    pub(crate) fn new(feeds: usize, requests: f64) -> Self {
        let mut budget = Budget::new(Duration::from_secs_f64(DAY / requests));
        let feeds = (0..feeds)
            .map(|n| {
                let rate = Rate::default();
                let share = budget.join(Claim { rate: &rate, is_dear: false });
                (FeedId::new(format!("feed-{n}")), rate, share)
            })
            .collect();
        Self { budget, feeds }
    }
}

impl Rule for Ours {
    fn rest(&mut self, look: Look<'_>) -> f64 {
        let (id, rate, share) = &mut self.feeds[look.feed];
        let start = Timestamp::from_second(START_S).unwrap();
        let now = start.checked_add(Duration::from_secs_f64(look.now)).unwrap();
        let claim = Claim { rate, is_dear: false };
        let rest = self.budget.plan(claim, share, now, Duration::from_secs_f64(FLOOR));
        // The poller counts what a poll found when its batch is committed, which is after this.
        rate.observe(now, u64::try_from(look.new).unwrap());
        politeness::jittered(id, rest).as_secs_f64()
    }
}

/// Every feed after the same time.
pub(crate) struct Fixed(pub(crate) f64);

impl Rule for Fixed {
    fn rest(&mut self, _: Look<'_>) -> f64 {
        self.0
    }
}

/// Miniflux's `entry_frequency` (`ScheduleNextCheck`, `WeeklyFeedEntryCount`): a week over the weekly count and a factor,
/// between its least and its greatest interval, which are ours here. The count is a week over the mean gap of the last
/// week's entries. Tuned by the factor, which is a whole number there.
pub(crate) struct Miniflux {
    pub(crate) factor: f64,
}

impl Rule for Miniflux {
    fn rest(&mut self, look: Look<'_>) -> f64 {
        let first = look.published.partition_point(|&moment| moment < look.now - WEEK);
        match mean_gap(&look.published[first..]) {
            Some(gap) => (WEEK / (WEEK / gap).ceil() / self.factor).clamp(FLOOR, DAY),
            None => DAY,
        }
    }
}

/// CommaFeed's empirical interval (`FeedRefreshIntervalCalculator`): half the mean gap of the entries in the feed, at most a
/// quarter of the greatest interval; silent for a week, two, a month: a quarter, a half, all of it. Tuned by a factor in
/// the place of the half, which is fixed there: as it is, it spends some 30 requests a feed a day, and less by no setting.
pub(crate) struct CommaFeed {
    pub(crate) factor: f64,
}

/// Entries that stand in a feed.
const BODY: usize = 20;

impl Rule for CommaFeed {
    fn rest(&mut self, look: Look<'_>) -> f64 {
        let Some(&last) = look.published.last() else { return DAY };
        let silent = (look.now - last) / DAY;
        let body = &look.published[look.published.len().saturating_sub(BODY)..];
        match mean_gap(body) {
            _ if silent >= 30.0 => DAY,
            _ if silent >= 14.0 => DAY / 2.0,
            _ if silent >= 7.0 => DAY / 4.0,
            Some(gap) => (gap / self.factor).clamp(FLOOR, DAY / 4.0),
            None => DAY,
        }
    }
}

/// StormCrawler's `AdaptiveScheduler`: the interval grows by a rate where nothing changed and shrinks by another, 0.5, where
/// something did. Tuned by the first.
pub(crate) struct StormCrawler {
    increase: f64,
    intervals: Vec<f64>,
}

impl StormCrawler {
    pub(crate) fn new(increase: f64) -> Self {
        Self { increase, intervals: Vec::new() }
    }
}

impl Rule for StormCrawler {
    fn rest(&mut self, look: Look<'_>) -> f64 {
        if self.intervals.len() <= look.feed {
            self.intervals.resize(look.feed + 1, 3_600.0);
        }
        let interval = &mut self.intervals[look.feed];
        let step = if look.new > 0 { 0.5 } else { 1.0 + self.increase };
        *interval = (*interval * step).clamp(FLOOR, DAY);
        *interval
    }
}

/// The plain root of the rate over the last ten days or so, without hours of the day and without a controller: what the
/// theory gives (Sia, Cho and Cho). Tuned by the scale.
pub(crate) struct Root {
    scale: f64,
    /// News and days, fading, and the last look.
    rates: Vec<(f64, f64, f64)>,
}

impl Root {
    pub(crate) fn new(scale: f64) -> Self {
        Self { scale, rates: Vec::new() }
    }
}

impl Rule for Root {
    fn rest(&mut self, look: Look<'_>) -> f64 {
        if self.rates.len() <= look.feed {
            self.rates.resize(look.feed + 1, (0.0, 0.0, 0.0));
        }
        let (news, days, at) = &mut self.rates[look.feed];
        let passed = (look.now - std::mem::replace(at, look.now)) / DAY;
        let fade = (-passed / 10.0).exp2();
        (*news, *days) = (*news * fade + number(look.new), *days * fade + passed);
        let rate = (*news + 0.1) / days.max(1.0 / 24.0);
        (self.scale / rate.sqrt()).clamp(FLOOR, DAY)
    }
}

fn mean_gap(moments: &[f64]) -> Option<f64> {
    let (first, last) = (moments.first()?, moments.last()?);
    (last > first).then(|| (last - first) / number(moments.len() - 1))
}
