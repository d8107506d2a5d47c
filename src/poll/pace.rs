//! How many polls may start a second, so that a backlog is no burst. Pure.
//!
//! After an outage, a suspend or a clock that was set ahead, every feed is overdue at once. They are worked off at a few
//! times the rate at which feeds fall due anyway: the lag is gone within a part of one interval, and nobody between us and
//! the servers sees more than that. A few dozen feeds are never held up.

use std::time::Duration;

use jiff::Timestamp;

use super::outcome::due_at;
use super::politeness::COLD_START_GAP;

/// A backlog is worked off this many times as fast as feeds fall due. At their busiest hour feeds that are polled when
/// they bring news are asked about twice as often as on the mean, so anything less would delay news on a common day.
const HASTE: f64 = 3.0;

/// So many polls start without waiting after a quiet time.
const AT_ONCE: u32 = 64;

/// Lets polls start at a bounded rate.
#[derive(Clone, Debug)]
pub struct Pace {
    /// Time between two starts.
    gap: Duration,
    /// When the last start would have been, had all come one `gap` apart.
    last: Timestamp,
}

impl Pace {
    /// For feeds that are due `polls` times a second together. Never slower than a cold start.
    pub fn of(polls: f64) -> Self {
        let rate = (HASTE * polls).max(COLD_START_GAP.as_secs_f64().recip());
        Self { gap: Duration::from_secs_f64(rate.recip()), last: Timestamp::MIN }
    }

    /// Whether a poll may start at `now`; if so, it is counted.
    pub fn take(&mut self, now: Timestamp) -> bool {
        if self.opens_at() > now {
            return false;
        }
        // Nothing is saved up beyond what may start at once.
        let least = now.checked_sub(self.gap * AT_ONCE).unwrap_or(Timestamp::MIN);
        self.last = self.last.max(least).checked_add(self.gap).unwrap_or(Timestamp::MAX);
        true
    }

    /// When the next poll may start; a whole millisecond, in the past if one may already.
    pub fn opens_at(&self) -> Timestamp {
        self.last.checked_add(self.gap).map_or(self.last, |next| due_at(next, Duration::ZERO))
    }

    /// The clock was set back by `span`.
    pub fn fall_back(&mut self, span: Duration) {
        self.last = self.last.checked_sub(span).unwrap_or(Timestamp::MIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_755_300_000_000 + millis).unwrap()
    }

    /// Starts in each of the first seconds, for someone who asks every millisecond.
    fn starts(pace: &mut Pace, seconds: i64) -> Vec<u32> {
        let second = |s: i64| (0..1000).map(|ms| u32::from(pace.take(at(s * 1000 + ms)))).sum();
        (0..seconds).map(second).collect()
    }

    #[test]
    fn a_backlog_starts_at_three_times_the_common_rate_after_a_few_at_once() {
        let mut pace = Pace::of(100.0);
        let starts = starts(&mut pace, 4);
        assert!((360..=365).contains(&starts[0]), "{starts:?}");
        assert!(starts[1..].iter().all(|&n| (297..=301).contains(&n)), "{starts:?}");
    }

    #[test]
    fn nothing_is_saved_up_in_a_quiet_time() {
        let mut pace = Pace::of(100.0);
        while pace.take(at(0)) {}
        let later = at(3_600_000);
        let count = std::iter::repeat_with(|| pace.take(later)).take_while(|&open| open).count();
        assert_eq!(count, 64);
    }

    #[test]
    fn few_feeds_are_never_held_up_and_ask_four_times_a_second_at_the_least() {
        let mut pace = Pace::of(0.001);
        let first = starts(&mut pace, 3);
        assert_eq!(first[0], 64 + 3);
        assert_eq!(first[2], 4);
    }

    #[test]
    fn a_clock_set_back_does_not_stop_the_starts() {
        let mut pace = Pace::of(100.0);
        while pace.take(at(0)) {}
        assert!(pace.opens_at() > at(0));
        pace.fall_back(Duration::from_hours(1));
        assert!(pace.take(at(-3_599_000)));
    }
}
