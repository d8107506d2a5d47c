//! Dates that begin with the year: ISO 8601 and its sloppy kin.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::news::{Granularity, StatedDate};

use super::{Clock, Read, Zone, clock, join, small, year, zone};

/// Reads `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYYMMDD`, `YYYY-MM`, `YYYY`, with or without a time and a zone.
pub(super) fn read(text: &str) -> Option<Read> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let head = text.get(..digits)?;
    match digits {
        4 => {}
        8 => return compact(head, text.get(8..)?),
        _ => return None,
    }
    let year = year(head)?;
    let rest = text.get(4..)?;
    let Some(mark) = rest.chars().next() else { return coarse(year, 1) };
    if !matches!(mark, '-' | '/' | '.') {
        return None;
    }
    let (month, rest) = number(rest.get(1..)?)?;
    if rest.is_empty() && mark == '-' {
        return coarse(year, month);
    }
    let (day, rest) = number(rest.strip_prefix(mark)?)?;
    with_time(Date::new(year, month, day).ok()?, rest)
}

/// A date that names no day; it can be shown, never used.
fn coarse(year: i16, month: i8) -> Option<Read> {
    let day = Date::new(year, month, 1).ok()?;
    let moment = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    let date = StatedDate { moment, day, granularity: Granularity::Unknown, zoned: false };
    Some(Read { date, defect: "date_coarse" })
}

fn compact(digits: &str, rest: &str) -> Option<Read> {
    let day = Date::new(
        year(digits.get(..4)?)?,
        small(digits.get(4..6)?, 2)?,
        small(digits.get(6..8)?, 2)?,
    );
    with_time(day.ok()?, rest)
}

/// The one or two digits that `text` begins with, and the rest.
fn number(text: &str) -> Option<(i8, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    Some((small(digits, 2)?, rest))
}

fn with_time(day: Date, rest: &str) -> Option<Read> {
    let rest = match rest.chars().next() {
        None => return join(day, None, &Zone::Missing),
        Some('T' | 't' | ' ' | ',' | '_') => rest.get(1..)?.trim(),
        Some(_) => return None,
    };
    if rest.is_empty() {
        return join(day, None, &Zone::Missing);
    }
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')))
        .unwrap_or(rest.len());
    let (time, stated) = rest.split_at_checked(end)?;
    let time = if time.contains(':') { clock(time) } else { packed(time) };
    let (time, stated) = halved(time?, stated.trim())?;
    join(day, Some(time), &zone::read(stated)?)
}

/// `hhmm` and `hhmmss`.
fn packed(text: &str) -> Option<Clock> {
    let second = match text.len() {
        4 => None,
        6 => Some(small(text.get(4..6)?, 2)?),
        _ => return None,
    };
    super::build_clock(small(text.get(..2)?, 2)?, small(text.get(2..4)?, 2)?, second)
}

/// AM and PM behind the time.
fn halved(time: Clock, rest: &str) -> Option<(Clock, &str)> {
    let word = rest.split_whitespace().next().unwrap_or("");
    match super::words::half(word) {
        Some(half) => Some((half.apply(time)?, rest.get(word.len()..)?.trim())),
        None => Some((time, rest)),
    }
}
