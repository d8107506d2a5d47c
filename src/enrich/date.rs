//! Reads a date as written: RFC 3339, RFC 2822, `YYYY-MM-DD`, and the end of an embargo. What leaves room is no date.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use crate::news::{Granularity, StatedDate, StatedZone};

/// Zones by letters whose meaning nobody disputes; `IST`, `CST` in China and the like are left out.
const ZONES: [(&str, i32); 12] = [
    ("GMT", 0),
    ("UTC", 0),
    ("UT", 0),
    ("Z", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CDT", -5),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("CET", 1),
    ("CEST", 2),
];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// No date has more words; the rest of a long field is not looked at.
const WORDS_MAX: usize = 12;

/// The date a line states, if it can be understood.
pub(super) fn read(text: &str) -> Option<StatedDate> {
    let text = text.trim();
    if let Ok(day) = text.parse::<Date>()
        && text.len() == "2025-08-16".len()
    {
        return stated(day, None, None);
    }
    iso(text).or_else(|| words(text))
}

/// The end of an embargo. A year left out is the one that puts the date nearest to `near`.
pub(super) fn embargo(text: &str, near: Timestamp) -> Option<Timestamp> {
    if let Some(stated) = iso(text.trim()) {
        return stated.is_zoned().then_some(stated.moment);
    }
    let parts = Parts::of(text);
    let (time, offset) = (parts.time?, parts.offset?);
    let (month, day) = (parts.month?, parts.day?);
    let at = |year: i16| {
        let moment = Date::new(year, month, day).ok()?.to_datetime(time);
        TimeZone::fixed(offset).to_timestamp(moment).ok()
    };
    let year = near.to_zoned_datetime(TimeZone::UTC).year();
    let years = parts.year.map_or(vec![year - 1, year, year + 1], |year| vec![year]);
    years
        .into_iter()
        .filter_map(at)
        .min_by_key(|moment| (moment.as_second() - near.as_second()).abs())
}

/// `2025-08-16T05:58:00Z` and its kin, with `T` or a space, with or without a zone.
fn iso(text: &str) -> Option<StatedDate> {
    if !text.is_ascii() || text.len() < 16 {
        return None;
    }
    let (day, rest) = text.split_at_checked(10)?;
    let day: Date = day.parse().ok()?;
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let end = clock.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'));
    let (clock, zone) = clock.split_at_checked(end.unwrap_or(clock.len()))?;
    let zone = zone.trim();
    let offset = if zone.is_empty() { None } else { Some(offset(zone)?) };
    let time = clock_time(clock)?;
    stated(day, Some((time, clock.len() > 5)), offset)
}

/// `Sat, 16 Aug 2025 05:58:00 +0530`.
fn words(text: &str) -> Option<StatedDate> {
    let parts = Parts::of(text);
    if parts.unknown {
        return None;
    }
    let day = Date::new(parts.year?, parts.month?, parts.day?).ok()?;
    match parts.time {
        Some(time) => stated(day, Some((time, parts.seconds)), parts.offset),
        None => stated(day, None, None),
    }
}

fn stated(day: Date, time: Option<(Time, bool)>, offset: Option<Offset>) -> Option<StatedDate> {
    let clock = time.map_or(Time::midnight(), |(time, _)| time);
    let moment: DateTime = day.to_datetime(clock);
    let zone = TimeZone::fixed(offset.unwrap_or(Offset::UTC));
    let granularity = match time {
        None => Granularity::Day,
        Some((_, true)) => Granularity::Second,
        Some((_, false)) => Granularity::Minute,
    };
    let moment = zone.to_timestamp(moment).ok()?;
    let zone = offset.map_or(StatedZone::Missing, |offset| StatedZone::Offset(offset.seconds()));
    Some(StatedDate { moment, day, granularity, zone })
}

/// `05:58`, `05:58:00`, `05:58:00.123`.
fn clock_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = parts.next().map_or("0", |s| s.split('.').next().unwrap_or(s)).parse().ok()?;
    let extra = parts.next().is_some();
    // A leap second is the second before it.
    let second: i8 = if second == 60 { 59 } else { second };
    (!extra).then(|| Time::new(hour, minute, second, 0).ok()).flatten()
}

fn offset(text: &str) -> Option<Offset> {
    let upper = text.trim_matches(['(', ')']).to_ascii_uppercase();
    if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == upper) {
        return Offset::from_seconds(hours * 3600).ok();
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits: String = text.chars().skip(1).filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    (minutes < 60 && hours <= 14)
        .then(|| Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok())?
}

/// The words of a date by what they can only mean.
#[derive(Debug, Default)]
struct Parts {
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
    time: Option<Time>,
    seconds: bool,
    offset: Option<Offset>,
    /// A word that means nothing known, so the whole may mean something else.
    unknown: bool,
}

impl Parts {
    fn of(text: &str) -> Self {
        let mut parts = Self::default();
        let words = text.split([' ', ',', '\t']).filter(|word| !word.is_empty());
        for word in words.take(WORDS_MAX) {
            parts.take(word);
        }
        parts
    }

    fn take(&mut self, word: &str) {
        let lower = word.trim_end_matches('.').to_lowercase();
        let month = MONTHS.iter().position(|month| {
            lower.starts_with(month) && lower.bytes().all(|b| b.is_ascii_alphabetic())
        });
        let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        if let (Some(month), None) = (month, self.month) {
            self.month = i8::try_from(month + 1).ok();
        } else if word.contains(':')
            && self.time.is_none()
            && word.starts_with(|c: char| c.is_ascii_digit())
        {
            self.time = clock_time(word);
            self.seconds = word.matches(':').count() > 1;
            self.unknown |= self.time.is_none();
        } else if let (Some(offset), None) = (offset(word), self.offset) {
            self.offset = Some(offset);
        } else if self.number(&lower)
            || self.half_day(&lower)
            || weekdays.iter().any(|day| lower.starts_with(day))
        {
        } else if !matches!(lower.as_str(), "at" | "on" | "of" | "hours" | "hrs") {
            self.unknown = true;
        }
    }

    fn number(&mut self, word: &str) -> bool {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = word.strip_prefix(digits).unwrap_or_default();
        let Ok(number) = digits.parse::<i16>() else { return false };
        match (digits.len(), suffix) {
            // "0600 GMT" before any year; a year comes after the month.
            (4, "") if self.time.is_none() && self.month.is_none() => {
                self.time = i8::try_from(number / 100)
                    .ok()
                    .zip(i8::try_from(number % 100).ok())
                    .and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
                self.time.is_some()
            }
            (4, "") => self.year.replace(number).is_none(),
            (1 | 2, "" | "st" | "nd" | "rd" | "th") => {
                self.day.replace(i8::try_from(number).unwrap_or(0)).is_none()
            }
            (1 | 2, "am" | "pm") => {
                self.time =
                    i8::try_from(number).ok().and_then(|hour| Time::new(hour, 0, 0, 0).ok());
                self.half_day(suffix)
            }
            _ => false,
        }
    }

    /// Moves the time to its half of the day.
    fn half_day(&mut self, word: &str) -> bool {
        let hours = match (word.replace('.', "").as_str(), self.time) {
            ("am", Some(time)) if time.hour() == 12 => -12,
            ("pm", Some(time)) if time.hour() < 12 => 12,
            ("am" | "pm", Some(_)) => 0,
            _ => return false,
        };
        self.time = self
            .time
            .and_then(|time| Time::new(time.hour() + hours, time.minute(), time.second(), 0).ok());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        read(text).map_or("none".to_owned(), |date| {
            format!("{} {} {:?} {}", date.moment, date.day, date.granularity, date.is_zoned())
        })
    }

    #[test]
    fn dates_are_read_as_written() {
        assert_eq!(shown("2025-08-16"), "2025-08-16T00:00:00Z 2025-08-16 Day false");
        assert_eq!(shown("2025-08-16T05:58:00Z"), "2025-08-16T05:58:00Z 2025-08-16 Second true");
        assert_eq!(
            shown("2025-08-16T02:30:00.250+05:30"),
            "2025-08-15T21:00:00Z 2025-08-16 Second true"
        );
        assert_eq!(shown("2025-08-16 05:58"), "2025-08-16T05:58:00Z 2025-08-16 Minute false");
        assert_eq!(
            shown("Sat, 16 Aug 2025 05:58:00 GMT"),
            "2025-08-16T05:58:00Z 2025-08-16 Second true"
        );
        assert_eq!(
            shown("16 August 2025 05:58 +0530"),
            "2025-08-16T00:28:00Z 2025-08-16 Minute true"
        );
        assert_eq!(shown("August 16, 2025"), "2025-08-16T00:00:00Z 2025-08-16 Day false");
    }

    #[test]
    fn what_leaves_room_is_no_date() {
        for text in [
            "",
            "16/08/2025",
            "08/16/2025",
            "Sat, 16 Aug 2025 05:58:00 IST",
            "2025-13-40",
            "2025-08",
            "soon",
            "1755323880",
            "16 Aug",
            "2025-08-16T25:00:00Z",
            "2025-08-16T05:58:00 somewhere",
        ] {
            assert_eq!(shown(text), "none", "{text}");
        }
    }

    #[test]
    fn the_end_of_an_embargo_needs_a_zone_but_no_year() {
        let near: Timestamp = "2025-12-30T12:00:00Z".parse().unwrap();
        let until = |text: &str| embargo(text, near).map(|moment| moment.to_string());
        assert_eq!(until("0600 GMT Jan 2").as_deref(), Some("2026-01-02T06:00:00Z"));
        assert_eq!(until("06:00 GMT, 17 August 2025").as_deref(), Some("2025-08-17T06:00:00Z"));
        assert_eq!(until("January 2 at 6 p.m. EST").as_deref(), None);
        assert_eq!(until("January 2 at 6pm EST").as_deref(), Some("2026-01-02T23:00:00Z"));
        assert_eq!(until("January 2 at 6:30 a.m. EST").as_deref(), Some("2026-01-02T11:30:00Z"));
        assert_eq!(until("06:00 on Jan 2"), None);
    }
}
