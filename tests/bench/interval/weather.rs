//! Simulated news, and what a rule makes of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub(crate) const DAY: f64 = 86_400.0;

/// Items a feed a day at the median.
const MEDIAN: f64 = 5.0;

/// Spread of the logarithm of the rate.
const SPREAD: f64 = 1.6;

/// No newsroom files more in a day.
const RATE_MAX: f64 = 500.0;

/// This share of the feeds brings nothing.
const DEAD: f64 = 0.1;

/// This share of the items is the first of a burst.
const BURST: f64 = 0.05;

/// More items of a burst, a minute apart.
const BURST_ITEMS: u32 = 4;

/// How much day and night differ: 0 not at all, 1 means silence at the deepest of the night.
const NIGHT: f64 = 0.9;

/// When which feed brings news.
pub(crate) struct Weather {
    /// Seconds since the start, ascending, by feed.
    news: Vec<Vec<f64>>,
    days: f64,
}

/// What a poll finds.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) feed: usize,
    /// Seconds since the start.
    pub(crate) now: f64,
    /// Items that were not there at the last poll.
    pub(crate) new: usize,
    /// When all items so far were published, ascending.
    pub(crate) published: &'a [f64],
}

/// Decides how long a feed rests.
pub(crate) trait Rule {
    /// Seconds to the feed's next poll.
    fn rest(&mut self, look: Look<'_>) -> f64;
}

/// Delays in minutes, requests a feed a day.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) requests: f64,
    pub(crate) mean: f64,
    pub(crate) median: f64,
    pub(crate) p95: f64,
}

impl Weather {
    pub(crate) fn new(seed: u64, feeds: usize, days: usize) -> Self {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let days = number(days);
        let news = (0..feeds).map(|_| news(&mut dice, days)).collect();
        Self { news, days }
    }

    pub(crate) fn feeds(&self) -> usize {
        self.news.len()
    }

    pub(crate) fn items(&self) -> usize {
        self.news.iter().map(Vec::len).sum()
    }

    /// Polls through all days by a rule; the second half counts.
    pub(crate) fn run(&self, rule: &mut dyn Rule) -> Outcome {
        let (end, from) = (self.days * DAY, self.days * DAY / 2.0);
        let mut dice = Dice(88_172_645_463_325_252);
        let mut read = vec![0; self.news.len()];
        // Positive numbers sort as their bits do.
        let mut line: BinaryHeap<Reverse<(u64, usize)>> = (0..read.len())
            .map(|feed| Reverse(((dice.share() * 3_600.0).to_bits(), feed)))
            .collect();
        let (mut delays, mut requests) = (Vec::new(), 0);
        while let Some(Reverse((at, feed))) = line.pop() {
            let now = f64::from_bits(at);
            if now > end {
                break;
            }
            requests += usize::from(now >= from);
            let news = &self.news[feed];
            let before = read[feed];
            while news.get(read[feed]).is_some_and(|&moment| moment <= now) {
                // News of the first half that is found in the second waited for a poll of the first.
                if news[read[feed]] >= from {
                    delays.push((now - news[read[feed]]) / 60.0);
                }
                read[feed] += 1;
            }
            let published = &news[..read[feed]];
            let rest = rule.rest(Look { feed, now, new: read[feed] - before, published });
            line.push(Reverse(((now + rest.max(1.0)).to_bits(), feed)));
        }
        // What nobody has found at the end has waited until then at least.
        for (news, &read) in self.news.iter().zip(&read) {
            let left = news[read..].iter().filter(|&&moment| moment >= from && moment <= end);
            delays.extend(left.map(|moment| (end - moment) / 60.0));
        }
        self.outcome(delays, requests, end - from)
    }

    fn outcome(&self, mut delays: Vec<f64>, requests: usize, seconds: f64) -> Outcome {
        delays.sort_by(f64::total_cmp);
        let at = |share: usize| delays.get(delays.len() * share / 100).copied().unwrap_or(f64::NAN);
        Outcome {
            requests: number(requests) / number(self.news.len()) / (seconds / DAY),
            mean: delays.iter().sum::<f64>() / number(delays.len()),
            median: at(50),
            p95: at(95),
        }
    }
}

/// Moments of news of one feed.
fn news(dice: &mut Dice, days: f64) -> Vec<f64> {
    let per_day = (MEDIAN.ln() + SPREAD * dice.normal()).exp().min(RATE_MAX);
    let (is_dead, noon) = (dice.share() < DEAD, dice.share() * DAY);
    let mut moments = Vec::new();
    // Bursts are part of the rate.
    let starts = per_day / (1.0 + BURST * f64::from(BURST_ITEMS)) / DAY;
    let mut time = 0.0;
    while !is_dead && time < days * DAY {
        // Thinning: candidates at the peak rate, kept by the hour's share of it.
        time += -(1.0 - dice.share()).max(1e-12).ln() / (starts * (1.0 + NIGHT));
        let phase = (time - noon) / DAY * std::f64::consts::TAU;
        if dice.share() * (1.0 + NIGHT) < 1.0 + NIGHT * phase.cos() {
            let more = if dice.share() < BURST { BURST_ITEMS } else { 0 };
            moments.extend((0..=more).map(|n| time + 60.0 * f64::from(n)));
        }
    }
    moments.sort_by(f64::total_cmp);
    moments
}

/// A seeded generator: xorshift, good enough for weather.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}
