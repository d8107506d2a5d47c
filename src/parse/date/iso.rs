//! Dates that begin with the year: ISO 8601 and its sloppy kin.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;

use crate::news::{Granularity, StatedDate, StatedZone};

use super::words::{half, half_behind};
use super::{Clock, Read, Zone, clock, join, small, year, zone};

/// Reads `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYYMMDD`, `YYYY-MM`, `YYYY`, `YYYY-Www-D`, `YYYY-DDD`, `YYYY年M月D日`, with or
/// without a time and a zone.
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
    if matches!(mark, '年' | '년') {
        return eastern(year, rest.get(mark.len_utf8()..)?);
    }
    if !matches!(mark, '-' | '/' | '.') {
        return None;
    }
    let rest = rest.get(1..)?;
    let counted = || by_week(year, rest).or_else(|| by_ordinal(year, rest));
    if let Some((day, rest)) = (mark == '-').then(counted).flatten() {
        return with_time(day, rest);
    }
    let (month, rest) = number(rest).or_else(|| word(rest, mark))?;
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
    let date =
        StatedDate { moment, day, granularity: Granularity::Unknown, zone: StatedZone::Missing };
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

/// The month's name that `text` begins with, up to the mark, and the rest from there.
fn word(text: &str, mark: char) -> Option<(i8, &str)> {
    let (name, rest) = text.split_at_checked(text.find(mark)?)?;
    Some((super::words::month(name)?, rest))
}

/// The day of `Www-D`, and the rest.
fn by_week(year: i16, text: &str) -> Option<(Date, &str)> {
    let text = text.strip_prefix(['W', 'w'])?;
    let week = small(text.get(..2)?, 2)?;
    let day = small(text.get(2..4)?.strip_prefix('-')?, 1)?;
    let day = Weekday::from_monday_one_offset(day).ok()?;
    Some((ISOWeekDate::new(year, week, day).ok()?.date(), text.get(4..)?))
}

/// The day of `DDD`, counted from the first of January, and the rest.
fn by_ordinal(year: i16, text: &str) -> Option<(Date, &str)> {
    if text.bytes().take_while(u8::is_ascii_digit).count() != 3 {
        return None;
    }
    let ordinal = text.get(..3)?.parse().ok()?;
    let day = Date::new(year, 1, 1).ok()?.with().day_of_year(ordinal).build().ok()?;
    Some((day, text.get(3..)?))
}

/// Behind the year of `2025年8月16日` or `2025년 8월 16일`.
fn eastern(year: i16, text: &str) -> Option<Read> {
    let (month, rest) = number(text.trim_start())?;
    let rest = rest.trim_start().strip_prefix(['月', '월'])?;
    let (day, rest) = number(rest.trim_start())?;
    let rest = rest.trim_start().strip_prefix(['日', '일'])?.trim_start();
    // The weekday.
    let rest =
        rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest);
    timed(Date::new(year, month, day).ok()?, rest.trim_start(), Packed::Refused)
}

/// Whether a time may be without its colons: behind a space that is as well a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packed {
    Taken,
    Refused,
}

/// The one or two digits that `text` begins with, and the rest.
fn number(text: &str) -> Option<(i8, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    Some((small(digits, 2)?, rest))
}

fn with_time(day: Date, rest: &str) -> Option<Read> {
    match rest.chars().next() {
        None => join(day, None, &Zone::Missing),
        Some('T' | 't') => timed(day, rest.get(1..)?.trim(), Packed::Taken),
        Some(' ' | ',' | '_') => timed(day, rest.get(1..)?.trim(), Packed::Refused),
        Some(_) => None,
    }
}

fn timed(day: Date, text: &str, packed_times: Packed) -> Option<Read> {
    if text.is_empty() {
        return join(day, None, &Zone::Missing);
    }
    let (early, rest) = match text.split_once(' ') {
        Some((word, rest)) if half(word).is_some() => (half(word), rest.trim_start()),
        _ => (None, text),
    };
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')))
        .unwrap_or(rest.len());
    let (time, stated) = rest.split_at_checked(end)?;
    let time = match packed_times {
        _ if time.contains(':') => clock(time),
        Packed::Taken => packed(time),
        Packed::Refused => None,
    };
    // Behind a `T` stands a machine's time, and what is glued to it is an offset.
    let is_range = packed_times == Packed::Refused
        && time.is_some_and(|time| zone::may_be_range(time.granularity, stated));
    let (time, stated) = match early {
        Some(half) => (half.apply(time?)?, stated.trim()),
        None => halved(time?, stated, packed_times)?,
    };
    let zone = zone::read(stated)?;
    join(day, Some(time), if is_range { &Zone::Unclear } else { &zone })
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
fn halved(time: Clock, stated: &str, packed_times: Packed) -> Option<(Clock, &str)> {
    let rest = stated.trim();
    let word = rest.split_whitespace().next().unwrap_or("");
    let is_glued = packed_times == Packed::Refused && !stated.starts_with(char::is_whitespace);
    match half_behind(time, word, is_glued) {
        Some(half) => Some((half.apply(time)?, rest.get(word.len()..)?.trim())),
        None => Some((time, rest)),
    }
}
