//! What a feed's own text asks for: `ttl`, `sy:updatePeriod`, `skipHours`, `skipDays`. Pure.
//!
//! All of it only ever makes us come later, by a day at most, or at the next hour that is not skipped.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::news::FeedId;

use super::outcome::due_at;
use super::packed::{Eye, Pen};
use super::politeness::{self, WISH_MAX};

/// Feeds with the same skipped hours do not all come back in the same second.
const COME_BACK_WITHIN: Duration = Duration::from_mins(10);

/// Hours in which every possible timetable has an open one.
const HOURS_MAX: usize = 24 * 7 + 1;

/// The elements as they stand in the feed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// `ttl`, in minutes.
    pub ttl: &'a str,
    /// `sy:updatePeriod`.
    pub period: &'a str,
    /// `sy:updateFrequency`.
    pub frequency: &'a str,
    /// `skipHours`, 0 to 24 in GMT.
    pub skip_hours: &'a [String],
    /// `skipDays`, English names, in GMT.
    pub skip_days: &'a [String],
}

/// The same, understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Timetable {
    /// Seconds between two polls at least.
    least_s: u64,
    /// Bit h: not in hour h.
    skip_hours: u32,
    /// Bit d: not on day d, counted from Monday.
    skip_days: u8,
}

impl Timetable {
    /// Reads what the feed says. What is not understood, and a week without an open hour, is as if it were not said.
    pub(super) fn read(said: &Said<'_>) -> Self {
        let least = period(said.period, said.frequency).unwrap_or_default();
        let ttl = number(said.ttl).map(|minutes| minutes.saturating_mul(60)).unwrap_or_default();
        let hours = said.skip_hours.iter().filter_map(|hour| number(hour).filter(|&h| h <= 24));
        let skip_hours = hours.fold(0, |mask: u32, hour| mask | (1 << (hour % 24)));
        let days = said.skip_days.iter().filter_map(|day| weekday(day));
        let skip_days = days.fold(0, |mask: u8, day| mask | (1 << day));
        Self {
            least_s: least.max(ttl).min(WISH_MAX.as_secs()),
            skip_hours: if skip_hours == 0x00ff_ffff { 0 } else { skip_hours },
            skip_days: if skip_days == 0x7f { 0 } else { skip_days },
        }
    }

    pub(super) fn pack(&self, pen: &mut Pen) {
        pen.number(self.least_s);
        pen.number(self.skip_hours.into());
        pen.number(self.skip_days.into());
    }

    pub(super) fn unpack(eye: &mut Eye<'_>) -> Self {
        Self { least_s: eye.number(), skip_hours: eye.small(), skip_days: eye.small() }
    }

    /// The time between two polls at least.
    pub(super) fn least(&self) -> Duration {
        Duration::from_secs(self.least_s)
    }

    /// `due`, or a moment early in the next open hour.
    pub(super) fn open_from(&self, feed: &FeedId, due: Timestamp) -> Timestamp {
        if self.is_open(due) {
            return due;
        }
        let hours = due.as_second().div_euclid(3_600);
        let next = (1_i64..)
            .take(HOURS_MAX)
            .filter_map(|later| Timestamp::from_second((hours + later) * 3_600).ok())
            .find(|&hour| self.is_open(hour));
        let spread = politeness::between(feed, Duration::ZERO, COME_BACK_WITHIN);
        next.map_or(due, |hour| due_at(hour, spread))
    }

    fn is_open(&self, moment: Timestamp) -> bool {
        let civil = TimeZone::UTC.to_datetime(moment);
        let (hour, day) = (civil.hour(), civil.weekday().to_monday_zero_offset());
        (self.skip_hours >> hour) & 1 == 0 && (self.skip_days >> day) & 1 == 0
    }
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// Seconds of one n-th of a period.
fn period(period: &str, frequency: &str) -> Option<u64> {
    let seconds = match period.trim().to_ascii_lowercase().as_str() {
        "hourly" => 3_600,
        "daily" => 86_400,
        "weekly" => 7 * 86_400,
        "monthly" => 30 * 86_400,
        "yearly" => 365 * 86_400,
        _ => return None,
    };
    let times = if frequency.trim().is_empty() { Some(1) } else { number(frequency) };
    times.filter(|&times| times > 0).map(|times| seconds / times)
}

fn weekday(name: &str) -> Option<u8> {
    let day = match name.trim().to_ascii_lowercase().as_str() {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    };
    u8::try_from(day.to_monday_zero_offset()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    fn least(said: Said<'_>) -> u64 {
        Timetable::read(&said).least_s
    }

    /// Where `due` is moved to by these skipped hours and days, to the hour.
    fn moved(hours: &[&str], days: &[&str], due: &str) -> String {
        let (hours, days) = (strings(hours), strings(days));
        let said = Said { skip_hours: &hours, skip_days: &days, ..Said::default() };
        let due = due.parse().unwrap();
        let open = Timetable::read(&said).open_from(&FeedId::new("a"), due);
        open.to_string().chars().take(13).collect()
    }

    #[test]
    fn ttl_and_period_are_lower_bounds_of_a_day_at_most() {
        let said = Said::default();
        assert_eq!(least(said), 0);
        assert_eq!(least(Said { ttl: " 60 ", ..said }), 3_600);
        assert_eq!(least(Said { ttl: "999999999999999999", ..said }), 86_400);
        for garbage in ["-5", "soon", "1.5", "99999999999999999999999999"] {
            assert_eq!(least(Said { ttl: garbage, ..said }), 0, "{garbage}");
        }
        assert_eq!(least(Said { period: "Hourly", frequency: "2", ..said }), 1_800);
        assert_eq!(least(Said { period: "daily", ..said }), 86_400);
        assert_eq!(least(Said { period: "weekly", frequency: "7", ttl: "30", ..said }), 86_400);
        assert_eq!(least(Said { period: "hourly", frequency: "0", ..said }), 0);
        assert_eq!(least(Said { frequency: "2", ..said }), 0);
    }

    #[test]
    fn skipped_hours_and_days_move_to_the_next_open_hour() {
        // 16 August 2025 is a Saturday.
        let due = "2025-08-16T06:30:00Z";
        assert_eq!(moved(&["5", "7"], &["Sunday"], due), "2025-08-16T06");
        assert_eq!(moved(&["6", "7"], &[], due), "2025-08-16T08");
        assert_eq!(moved(&[], &["saturday", "SUNDAY"], due), "2025-08-18T00");
        assert_eq!(moved(&["0"], &["Saturday"], due), "2025-08-17T01");
        assert_eq!(moved(&["24"], &[], "2025-08-16T00:10:00Z"), "2025-08-16T01");
    }

    #[test]
    fn a_timetable_without_an_open_hour_is_none() {
        let hours: Vec<String> = (0..24).map(|hour| hour.to_string()).collect();
        let hours: Vec<&str> = hours.iter().map(String::as_str).collect();
        let due = "2025-08-16T06:30:00Z";
        assert_eq!(moved(&hours, &[], due), "2025-08-16T06");
        let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        assert_eq!(moved(&[], &days, due), "2025-08-16T06");
    }
}
