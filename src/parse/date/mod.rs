//! Dates as publishers write them, understood without guessing.
//!
//! A wrong date is worse than none: an unclear order of day and month is none, a zone that has two meanings
//! counts as not stated. What is understood keeps its granularity; a day is never midnight.

mod iso;
mod words;
mod zone;

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use crate::news::{Granularity, StatedDate, StatedZone};

/// Longest text that can be a date.
const TEXT_BYTES_MAX: usize = 100;

/// A date read, with what was wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) date: StatedDate,
    /// Word for what makes it uncertain, `""` if nothing does.
    pub(crate) defect: &'static str,
}

/// A zone as stated.
#[derive(Clone, Debug, PartialEq)]
enum Zone {
    Missing,
    /// Stated, but of more than one meaning.
    Unclear,
    Fixed(Offset),
    Named(Box<TimeZone>),
}

/// A time of day as stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    hour: i8,
    minute: i8,
    second: i8,
    /// Whether the day is over: 24:00.
    is_end: bool,
    granularity: Granularity,
}

/// Understands a date text; `None` where it cannot be done without a guess.
pub(crate) fn read(text: &str) -> Option<Read> {
    let text = text.trim();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return None;
    }
    iso::read(text).or_else(|| words::read(text))
}

/// Puts day, time and zone together.
fn join(day: Date, clock: Option<Clock>, zone: &Zone) -> Option<Read> {
    let Some(clock) = clock else {
        let moment = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        let date =
            StatedDate { moment, day, granularity: Granularity::Day, zone: StatedZone::Missing };
        return Some(Read { date, defect: "" });
    };
    let local = DateTime::from_parts(
        day,
        jiff::civil::Time::new(clock.hour, clock.minute, clock.second, 0).ok()?,
    );
    let (local, day) = if clock.is_end {
        let next = day.tomorrow().ok()?;
        (next.at(0, 0, 0, 0), next)
    } else {
        (local, day)
    };
    let as_utc = || TimeZone::UTC.to_timestamp(local).ok();
    let offset = |offset: Offset| StatedZone::Offset(offset.seconds());
    let (moment, zone, defect) = match zone {
        Zone::Fixed(fixed) => (fixed.to_timestamp(local).ok()?, offset(*fixed), ""),
        Zone::Named(zone) => {
            // An hour that the clocks repeat or skip names no moment.
            let moment = zone.to_ambiguous_timestamp(local).unambiguous().ok()?;
            (moment, offset(zone.to_offset(moment)), "")
        }
        Zone::Missing => (as_utc()?, StatedZone::Missing, "date_zone_missing"),
        Zone::Unclear => (as_utc()?, StatedZone::Unclear, "date_zone_unclear"),
    };
    let date = StatedDate { moment, day, granularity: clock.granularity, zone };
    Some(Read { date, defect })
}

/// `h:m`, `h:m:s`, `h:m:s.f`; `h.m` and `hm` only where the caller knows it is a time.
fn clock(text: &str) -> Option<Clock> {
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    if fraction.is_some_and(|f| f.is_empty() || !f.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let mut parts = whole.split(':');
    let hour = small(parts.next()?, 2)?;
    // A minute of one digit is one that was cut.
    let minute = parts.next().filter(|minute| minute.len() == 2)?;
    let minute = small(minute, 2)?;
    let second = match parts.next() {
        Some(part) => Some(small(part, 2)?),
        None => None,
    };
    if parts.next().is_some() {
        return None;
    }
    let built = build_clock(hour, minute, second)?;
    let is_past_end = built.is_end && fraction.is_some_and(|f| f.bytes().any(|b| b != b'0'));
    (!is_past_end).then_some(built)
}

fn build_clock(hour: i8, minute: i8, second: Option<i8>) -> Option<Clock> {
    let granularity = if second.is_some() { Granularity::Second } else { Granularity::Minute };
    let second = second.unwrap_or(0);
    let is_end = hour == 24 && minute == 0 && second == 0;
    // A leap second is told as the second before it. It ends an hour of UTC, and zones differ by quarters of one.
    let second = if second == 60 && minute % 15 == 14 { 59 } else { second };
    let hour = if is_end { 0 } else { hour };
    (hour < 24 && minute < 60 && second < 60).then_some(Clock {
        hour,
        minute,
        second,
        is_end,
        granularity,
    })
}

/// A number of at most `digits` digits.
fn small(text: &str, digits: usize) -> Option<i8> {
    let is_number = (1..=digits).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// A year of four digits that news can have.
fn year(text: &str) -> Option<i16> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod matrix;
#[cfg(test)]
mod tests;
