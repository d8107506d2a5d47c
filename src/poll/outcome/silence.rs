//! When no news is bad news: a feed that used to bring them and answers as well as ever, but has nothing to say.
//!
//! Judged by the rate that was learnt before the silence, and by the longest rest that the feed usually takes: news come
//! in heaps, and a weekly paper is not ill on a Wednesday. Pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::packed::{Eye, Pen};
use super::span;

/// A silence is no sign of illness if it had at least this probability at the learnt rate.
const PROBABILITY_MAX: f64 = 1e-4;

/// Nor is a shorter one: long weekends quiet whole newsrooms.
const SILENCE_LEAST: Duration = Duration::from_hours(3 * 24);

/// A feed's habits are known after so many polls that brought news.
const VISITS_LEAST: u32 = 10;

/// Rests up to so many times the longest usual one are still usual.
const RESTS: u32 = 2;

/// The longest rest counts half after so many days: our own outage of a week is forgotten in time.
const REST_HALF_LIFE_DAYS: f64 = 60.0;

const DAY_SECONDS: f64 = 86_400.0;

/// What is remembered to judge a silence by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::poll) struct Silence {
    /// The last poll that brought news.
    news_at: Option<Timestamp>,
    /// Polls that brought news, counted to where it matters.
    visits: u32,
    /// The longest usual rest between two of them, in seconds.
    rest_s: u64,
    /// News a day as learnt by the last of them.
    per_day: f64,
    /// Whether the silence was found ill.
    is_ill: bool,
}

impl Silence {
    /// The last poll that brought news.
    pub(in crate::poll) fn news_at(&self) -> Option<Timestamp> {
        self.news_at
    }

    pub(in crate::poll) fn pack(&self, pen: &mut Pen) {
        pen.maybe(self.news_at, Pen::moment);
        pen.number(self.visits.into());
        pen.number(self.rest_s);
        pen.real(self.per_day);
        pen.flag(self.is_ill);
    }

    pub(in crate::poll) fn unpack(eye: &mut Eye<'_>) -> Self {
        Self {
            news_at: eye.maybe(Eye::moment),
            visits: eye.small(),
            rest_s: eye.number(),
            per_day: eye.real(),
            is_ill: eye.flag(),
        }
    }

    /// News came.
    pub(super) fn end(&mut self, now: Timestamp, per_day: f64) {
        if let Some(before) = self.news_at {
            let rest = span(before, now);
            let days = rest.as_secs_f64() / DAY_SECONDS;
            let usual = Duration::from_secs(self.rest_s);
            let faded = usual.mul_f64((-days / REST_HALF_LIFE_DAYS).exp2());
            self.rest_s = rest.max(faded).as_secs();
        }
        self.news_at = Some(now);
        self.visits = self.visits.saturating_add(1).min(VISITS_LEAST);
        // To a few decimals: it is stored with every poll.
        self.per_day = (per_day * 1e3).round() / 1e3;
        self.is_ill = false;
    }

    /// Looks again at `now`, when nothing came; gives the words for a silence that is too long.
    pub(super) fn look(&mut self, now: Timestamp) -> Option<String> {
        let silent = span(self.news_at?, now);
        let rests = Duration::from_secs(self.rest_s).saturating_mul(RESTS);
        let expected = self.per_day * silent.as_secs_f64() / DAY_SECONDS;
        self.is_ill = self.visits >= VISITS_LEAST
            && silent >= SILENCE_LEAST
            && silent > rests
            && (-expected).exp() < PROBABILITY_MAX;
        self.words(now)
    }

    /// The words for a silence that was found too long before.
    pub(super) fn words(&self, now: Timestamp) -> Option<String> {
        let days = span(self.news_at?, now).as_secs() / (24 * 3_600);
        self.is_ill.then(|| format!("silent for {days} d"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600;

    /// Hours after the last news at which a silence is found, for news that came at these hours.
    fn found(news: &[u64], per_day: f64) -> Option<u64> {
        let at = |hour: u64| {
            Timestamp::from_second(1_755_000_000 + i64::try_from(hour * HOUR).unwrap()).unwrap()
        };
        let mut silence = Silence::default();
        for &hour in news {
            silence.end(at(hour), per_day);
        }
        let last = *news.last()?;
        (0..24 * 400).find(|more| silence.look(at(last + more)).is_some())
    }

    fn every(hours: u64, times: u64) -> Vec<u64> {
        (0..times).map(|n| n * hours).collect()
    }

    #[test]
    fn the_busier_a_feed_the_sooner_its_silence_is_ill_but_never_within_three_days() {
        assert_eq!(found(&every(1, 200), 24.0), Some(72));
        assert_eq!(found(&every(24, 30), 1.0), Some(222), "nine days and a quarter");
        assert_eq!(found(&every(24 * 7, 30), 1.0 / 7.0), Some(1546), "two months");
    }

    #[test]
    fn a_paper_that_comes_in_heaps_is_not_ill_between_them() {
        // Thirty items each Monday morning: five a day on the mean, and six days of nothing.
        let mondays: Vec<u64> =
            (0..8).flat_map(|week| (6..12).map(move |h| week * 168 + h)).collect();
        let found = found(&mondays, 5.0).unwrap();
        assert!((320..328).contains(&found), "{found} hours after a rest of 163");
    }

    #[test]
    fn a_feed_that_is_hardly_known_is_not_judged() {
        assert_eq!(found(&every(1, 9), 24.0), None);
        assert_eq!(Silence::default().look(Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn the_words_count_days_and_news_end_it() {
        let day = |n: i64| Timestamp::from_second(n * 86_400).unwrap();
        let mut silence = Silence::default();
        (0..20).for_each(|n| silence.end(day(n), 3.0));
        assert_eq!(silence.look(day(21)), None);
        assert_eq!(silence.look(day(28)).as_deref(), Some("silent for 9 d"));
        assert_eq!(silence.words(day(30)).as_deref(), Some("silent for 11 d"));
        // A clock that was set back makes no silence of its own.
        assert_eq!(silence.look(day(5)), None);
        silence.end(day(31), 3.0);
        assert_eq!(silence.words(day(40)), None);
    }
}
