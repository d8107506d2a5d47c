//! Durations and sizes as people write them: `"15m"`, `"10MB"`. Whole numbers with one unit, nothing else.

use std::time::Duration;

/// Units of a duration in milliseconds, longest first, as [`duration_text`] needs them.
const DURATION_UNITS: [(&str, u64); 6] = [
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Units of a size in bytes, largest first.
const SIZE_UNITS: [(&str, u64); 4] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10), ("B", 1)];

/// What is said of a duration that cannot be read.
pub(super) const DURATION_HINT: &str =
    "a duration is a whole number and a unit: ms, s, m, h, d or w, such as \"15m\"";

/// What is said of a size that cannot be read.
pub(super) const SIZE_HINT: &str =
    "a size is a whole number and a unit: B, KB, MB or GB (KB is 1,024 bytes), such as \"10MB\"";

/// The duration, or a better spelling where one can be guessed.
pub(super) fn duration(text: &str) -> Result<Duration, Option<String>> {
    let (number, unit) = number_and_unit(text).ok_or(None)?;
    let factor = DURATION_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, ms)| *ms);
    match factor {
        Some(ms) => number.checked_mul(ms).map(Duration::from_millis).ok_or(None),
        None => Err(duration_unit(unit).map(|unit| format!("{number}{unit}"))),
    }
}

/// The size in bytes, or a better spelling where one can be guessed.
pub(super) fn size(text: &str) -> Result<u64, Option<String>> {
    let (number, unit) = number_and_unit(text).ok_or(None)?;
    match SIZE_UNITS.iter().find(|(name, _)| *name == unit) {
        Some((_, bytes)) => number.checked_mul(*bytes).ok_or(None),
        None => Err(size_unit(unit).map(|unit| format!("{number}{unit}"))),
    }
}

/// A duration as an argument of a command; the error is words for whoever wrote it.
pub fn duration_argument(text: &str) -> Result<Duration, String> {
    duration(text).map_err(|meant| match meant {
        Some(meant) => format!("{DURATION_HINT}; did you mean {meant}?"),
        None => DURATION_HINT.to_owned(),
    })
}

/// A duration in the largest unit that says it whole: `90s`, `15m`, `3d`.
pub fn duration_text(duration: Duration) -> String {
    in_units(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), &DURATION_UNITS, "0s")
}

/// A size in the largest unit that says it whole: `10MB`.
pub fn size_text(bytes: u64) -> String {
    in_units(bytes, &SIZE_UNITS, "0B")
}

fn in_units(amount: u64, units: &[(&str, u64)], zero: &str) -> String {
    units
        .iter()
        .find(|(_, unit)| amount > 0 && amount.is_multiple_of(*unit))
        .map_or_else(|| zero.to_owned(), |(name, unit)| format!("{}{name}", amount / unit))
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, unit.trim()))
}

fn duration_unit(written: &str) -> Option<&'static str> {
    match written.to_ascii_lowercase().as_str() {
        "" | "sec" | "secs" | "second" | "seconds" | "s" => Some("s"),
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => Some("ms"),
        "min" | "mins" | "minute" | "minutes" | "m" => Some("m"),
        "hr" | "hrs" | "hour" | "hours" | "h" => Some("h"),
        "day" | "days" | "d" => Some("d"),
        "wk" | "wks" | "week" | "weeks" | "w" => Some("w"),
        _ => None,
    }
}

fn size_unit(written: &str) -> Option<&'static str> {
    match written.to_ascii_lowercase().as_str() {
        "" | "b" | "byte" | "bytes" => Some("B"),
        "k" | "kb" | "kib" => Some("KB"),
        "m" | "mb" | "mib" => Some("MB"),
        "g" | "gb" | "gib" => Some("GB"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_and_written_alike() {
        for (text, ms) in
            [("250ms", 250), ("90s", 90_000), ("15m", 900_000), ("3650d", 315_360_000_000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)));
            assert_eq!(duration_text(Duration::from_millis(ms)), text);
        }
        assert_eq!(duration_text(Duration::from_hours(72)), "3d");
        assert_eq!(
            (size("1KB"), size("10MB"), size("2GB")),
            (Ok(1024), Ok(10_485_760), Ok(2 << 30))
        );
        assert_eq!(size_text(256 << 20), "256MB");
    }

    #[test]
    fn a_near_miss_is_answered_with_the_right_spelling() {
        assert_eq!(duration("15 minutes"), Err(Some("15m".to_owned())));
        assert_eq!(duration("30"), Err(Some("30s".to_owned())));
        assert_eq!(size("10mb"), Err(Some("10MB".to_owned())));
        for hopeless in
            ["", "m", "-5m", "5y", "99999999999999999999s", "9999999999999999999w", "५m"]
        {
            assert_eq!(duration(hopeless), Err(None), "{hopeless}");
        }
    }
}
