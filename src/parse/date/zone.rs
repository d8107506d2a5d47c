//! Zones as publishers write them.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::news::Granularity;

use super::Zone;

/// Abbreviations with one meaning in news, in minutes. Those of RFC 822 mean what it says.
const NAMED: &[(&str, i32)] = &[
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("NST", -210),
    ("NDT", -150),
    ("BRT", -180),
    ("ART", -180),
    ("CLT", -240),
    ("WEST", 60),
    ("CET", 60),
    ("MET", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("MESZ", 120),
    ("MEZ", 60),
    ("EET", 120),
    ("EEST", 180),
    ("SAST", 120),
    ("EAT", 180),
    ("TRT", 180),
    ("PKT", 300),
    ("NPT", 345),
    ("WIB", 420),
    ("ICT", 420),
    ("SGT", 480),
    ("HKT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
];

/// More of them, by half hours.
const SOUTHERN: &[(&str, i32)] =
    &[("ACST", 570), ("ACDT", 630), ("AEDT", 660), ("NZST", 720), ("NZDT", 780)];

/// Abbreviations that mean different zones to different readers.
const UNCLEAR: &[(&str, &[i32])] = &[
    ("IST", &[60, 120, 330]),
    ("BST", &[60, 360]),
    ("AST", &[-240, 180]),
    ("ADT", &[-180, 240]),
    ("ET", &[-300, -240]),
    ("CT", &[-360, -300]),
    ("MT", &[-420, -360]),
    ("PT", &[-480, -420]),
    ("AMT", &[-240, 240]),
    ("GST", &[-120, 240, 600]),
    ("WST", &[60, 480, 780]),
    ("EDST", &[-240]),
    ("SST", &[-660, 480]),
    ("CAT", &[120]),
];

/// Whether a text is an abbreviation of zones, though nobody knows of which.
pub(super) fn is_known(text: &str) -> bool {
    may_be(text).is_some()
}

/// The zones, in minutes, that an unclear abbreviation may mean.
fn may_be(text: &str) -> Option<&'static [i32]> {
    let bare = text.trim().trim_matches(['(', ')', '[', ']', ',']).trim();
    UNCLEAR.iter().find(|(name, _)| name.eq_ignore_ascii_case(bare)).map(|(_, zones)| *zones)
}

/// The zone a text states; `None` where it is no zone at all.
pub(super) fn read(text: &str) -> Option<Zone> {
    let text = text.trim().trim_matches(['(', ')', '[', ']', ',']).trim();
    // "+0530 (IST)", "+02:00[Europe/Berlin]": the number says it, the remark only helps people.
    let end = text.find(['(', '[']).filter(|end| *end > 0).unwrap_or(text.len());
    let (text, remark) = text.split_at_checked(end)?;
    let text = text.trim();
    if text.is_empty() {
        return Some(Zone::Missing);
    }
    let (first, words) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    // "10:00 -12 Uhr", "2:30 -4 pm": when it ends. The half of the day is the beginning's too.
    match words.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or("") {
        word if super::words::half(word).is_some() => return None,
        word if is_clock_word(word) => return Some(Zone::Unclear),
        _ => {}
    }
    if let Some(offset) = numeric(first).filter(|_| !is_cut_number(first)) {
        // More numbers behind it are no remark.
        let is_remark = !words.contains(char::is_numeric);
        return is_remark.then(|| unless_denied(Zone::Fixed(offset), &[words, remark]));
    }
    if is_cut_number(first) {
        return Some(Zone::Unclear);
    }
    let zone = match prefixed(text) {
        Some(tail) if is_cut_number(&tail.replace(' ', "")) => Some(Zone::Unclear),
        Some(tail) => numeric(&tail.replace(' ', "")).map(Zone::Fixed),
        None => named(text),
    };
    zone.map(|zone| unless_denied(zone, &[remark]))
}

/// The zone, unless a remark names another one: then nobody knows which was meant.
fn unless_denied(zone: Zone, remarks: &[&str]) -> Zone {
    let Zone::Fixed(offset) = zone else { return zone };
    let is_denied = |remark: &&str| {
        let remark = remark.trim_matches(['(', ')', '[', ']', ',', ' ']);
        let number = prefixed(remark).unwrap_or(remark);
        if let Some(other) = numeric(&number.replace(' ', "")) {
            return other != offset;
        }
        if let Some(zones) = may_be(remark) {
            return !zones.contains(&(offset.seconds() / 60));
        }
        match named(remark) {
            // China's as well as Chicago's.
            Some(Zone::Fixed(other)) => other != offset && !remark.eq_ignore_ascii_case("CST"),
            // Its winter and its summer.
            Some(Zone::Named(zone)) => [1_736_000_000, 1_752_000_000]
                .into_iter()
                .filter_map(|second| Timestamp::from_second(second).ok())
                .all(|moment| zone.to_offset(moment) != offset),
            _ => false,
        }
    };
    if remarks.iter().any(is_denied) { Zone::Unclear } else { zone }
}

/// Whether a word stands behind a time of day, and never behind a zone.
fn is_clock_word(word: &str) -> bool {
    ["uhr", "h", "hrs"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether what stands right behind a time of hours and minutes may be the end of a range: `10:00-11:00`, `10:00-12`.
pub(super) fn may_be_range(time: Granularity, behind: &str) -> bool {
    let hour = behind.strip_prefix(['-', '\u{2013}', '\u{2212}']);
    time == Granularity::Minute
        && hour.is_some_and(|hour| hour.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a zone is Chicago's or, where programs print it between time and year, as well Shanghai's.
pub(super) fn is_central(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("CST")
}

/// What follows `GMT` or `UTC` where a sign follows it.
fn prefixed(text: &str) -> Option<&str> {
    let head = text.get(..3)?;
    let tail = text.get(3..)?.trim_start();
    let is_universal = head.eq_ignore_ascii_case("GMT") || head.eq_ignore_ascii_case("UTC");
    (is_universal && tail.starts_with(['+', '-'])).then_some(tail)
}

fn named(text: &str) -> Option<Zone> {
    let upper = text.to_ascii_uppercase();
    let known = NAMED.iter().chain(SOUTHERN).find(|(name, _)| *name == upper);
    if let Some((_, minutes)) = known {
        return Offset::from_seconds(minutes * 60).ok().map(Zone::Fixed);
    }
    if is_known(&upper) {
        return Some(Zone::Unclear);
    }
    if upper == "MSK" {
        // Moscow was four hours ahead from 2011 to 2014, and kept the name.
        return TimeZone::get("Europe/Moscow").ok().map(|zone| Zone::Named(Box::new(zone)));
    }
    if text.contains('/') && !text.contains(' ') {
        return Some(TimeZone::get(text).map_or(Zone::Unclear, |zone| Zone::Named(Box::new(zone))));
    }
    let is_word = text.len() <= 6 && text.bytes().all(|b| b.is_ascii_alphabetic());
    is_word.then_some(Zone::Unclear)
}

/// Whether a number for a zone lacks digits: `+053` may be `+0530`, and `+05:3` may be `+05:30`.
fn is_cut_number(text: &str) -> bool {
    let Some(number) = text.strip_prefix(['+', '-', '\u{2212}']) else { return false };
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    match number.split_once(':') {
        Some((hours, minutes)) => {
            (1..=2).contains(&hours.len())
                && is_digits(hours)
                && minutes.len() < 2
                && is_digits(minutes)
        }
        None => number.len() == 3 && is_digits(number),
    }
}

/// `±hh`, `±hhmm`, `±hh:mm`, `±h:mm`, and no seconds but `:00`: no zone of our time has others.
fn numeric(text: &str) -> Option<Offset> {
    let mut chars = text.chars();
    let sign = match chars.next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return None,
    };
    let digits = chars.as_str();
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes.strip_suffix(":00").unwrap_or(minutes)),
        None if digits.len() <= 2 => (digits, "00"),
        None => digits.split_at_checked(2)?,
    };
    if minutes.len() != 2 {
        return None;
    }
    let hours: i32 = super::small(hours, 2)?.into();
    let minutes: i32 = super::small(minutes, 2)?.into();
    // From Baker Island to Kiribati.
    let total = sign * (hours * 60 + minutes);
    let is_zone = minutes < 60 && (-12 * 60..=14 * 60).contains(&total);
    is_zone.then(|| Offset::from_seconds(total * 60).ok()).flatten()
}
