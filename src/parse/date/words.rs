//! Dates with the month as a word: RFC 822 and its kin, asctime, and other languages' months.

use jiff::civil::Date;

use super::{Clock, Read, Zone, clock, join, small, year, zone};

/// Months by how their names begin, in any case. What is the same in two languages is listed once.
const MONTHS: &[(&str, i8)] = &[
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    // German, Dutch, Scandinavian
    ("jän", 1),
    ("mär", 3),
    ("mrt", 3),
    ("maart", 3),
    ("mai", 5),
    ("mei", 5),
    ("maj", 5),
    ("okt", 10),
    ("dez", 12),
    ("des", 12),
    // French
    ("fév", 2),
    ("fev", 2),
    ("avr", 4),
    ("juin", 6),
    ("juil", 7),
    ("aoû", 8),
    ("aou", 8),
    ("déc", 12),
    // Spanish, Portuguese, Italian
    ("ene", 1),
    ("abr", 4),
    ("ago", 8),
    ("dic", 12),
    ("set", 9),
    ("out", 10),
    ("gen", 1),
    ("mag", 5),
    ("giu", 6),
    ("lug", 7),
    ("ott", 10),
    // Russian, Ukrainian
    ("янв", 1),
    ("фев", 2),
    ("мар", 3),
    ("апр", 4),
    ("мая", 5),
    ("май", 5),
    ("июн", 6),
    ("июл", 7),
    ("авг", 8),
    ("сен", 9),
    ("окт", 10),
    ("ноя", 11),
    ("дек", 12),
    ("січ", 1),
    ("лют", 2),
    ("бер", 3),
    ("кві", 4),
    ("тра", 5),
    ("чер", 6),
    ("лип", 7),
    ("сер", 8),
    ("вер", 9),
    ("жов", 10),
    // Greek
    ("ιαν", 1),
    ("ιάν", 1),
    ("φεβ", 2),
    ("μαρ", 3),
    ("μάρ", 3),
    ("απρ", 4),
    ("μάι", 5),
    ("μαϊ", 5),
    ("ιούν", 6),
    ("ιον", 6),
    ("ιούλ", 7),
    ("ιολ", 7),
    ("αύγ", 8),
    ("αυγ", 8),
    ("σεπ", 9),
    ("οκτ", 10),
    ("νοέ", 11),
    ("νοε", 11),
    ("δεκ", 12),
    // Hungarian
    ("januá", 1),
    ("márci", 3),
    ("ápri", 4),
    ("máj", 5),
    ("szep", 9),
];

/// Half of the day behind a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Evening,
}

impl Half {
    /// The time on a clock of 24 hours; `None` for an hour no clock of twelve shows.
    pub(super) fn apply(self, time: Clock) -> Option<Clock> {
        let hour = match (self, time.hour) {
            (Self::Morning, 12) => 0,
            (Self::Evening, hour @ 1..=11) => hour + 12,
            (Self::Morning, hour @ 0..=11) | (Self::Evening, hour @ 12) => hour,
            _ => return None,
        };
        Some(Clock { hour, ..time })
    }
}

/// The half of the day a word names.
pub(super) fn half(word: &str) -> Option<Half> {
    match word.to_ascii_lowercase().as_str() {
        "am" | "a.m." => Some(Half::Morning),
        "pm" | "p.m." => Some(Half::Evening),
        _ => None,
    }
}

fn month(word: &str) -> Option<i8> {
    let lower = word.trim_end_matches('.').to_lowercase();
    if lower.chars().count() < 3 {
        return None;
    }
    // The longest beginning decides: "juin" is not "jui…", "maart" is not "maa…".
    let first = lower.as_bytes().get(..3);
    MONTHS
        .iter()
        .filter(|(name, _)| name.as_bytes().get(..3) == first && lower.starts_with(name))
        .max_by_key(|(name, _)| name.len())
        .map(|(_, month)| *month)
}

/// What the words gave so far.
#[derive(Debug, Default)]
struct Parts {
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
    time: Option<Clock>,
    half: Option<Half>,
    /// The month's word stood where weekdays stand, and may be one: "mar" is a Tuesday as well.
    is_month_doubtful: bool,
}

/// Reads a date of words, or of numbers whose order is clear.
pub(super) fn read(text: &str) -> Option<Read> {
    let mut parts = Parts::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        let after = after.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if !word.is_empty() && !parts.take(word) {
            // From here on it is the zone.
            break;
        }
        rest = after;
    }
    if parts.year.is_none() {
        // asctime puts the year behind the zone.
        let (zone, last) = rest.rsplit_once(' ').unwrap_or(("", rest));
        parts.year = year(last);
        rest = zone;
    }
    let day = Date::new(parts.year?, parts.month?, parts.day?).ok()?;
    let time = match (parts.time, parts.half) {
        (Some(time), Some(half)) => Some(half.apply(time)?),
        (time, _) => time,
    };
    let zone = if time.is_some() { zone::read(rest)? } else { without_time(rest)? };
    join(day, time, &zone)
}

/// Behind a day without a time only a zone may stand, and it says nothing.
fn without_time(rest: &str) -> Option<Zone> {
    zone::read(rest).map(|_| Zone::Missing)
}

impl Parts {
    /// Takes a word as the next part; false where it is none of them.
    fn take(&mut self, word: &str) -> bool {
        if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_time(word);
        }
        if self.time.is_some() && self.half.is_none() && half(word).is_some() {
            self.half = half(word);
            return true;
        }
        if word.bytes().all(|b| b.is_ascii_digit()) {
            return self.take_number(word);
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_compound(word);
        }
        let takes_month = self.month.is_none() || self.is_month_doubtful;
        if let (true, Some(month)) = (takes_month, month(word)) {
            self.is_month_doubtful = self.month.is_none() && self.day.is_none();
            self.month = Some(month);
            return true;
        }
        // Before the date stand weekdays, of any language; behind it zones.
        self.day.is_none() && self.time.is_none() && self.year.is_none() && is_word(word)
            || matches!(
                word.to_lowercase().as_str(),
                "de" | "of" | "at" | "del" | "à" | "um" | "uhr" | "-"
            )
    }

    fn take_time(&mut self, word: &str) -> bool {
        let end = word
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
            .unwrap_or(word.len());
        let (time, glued) = word.split_at_checked(end).unwrap_or((word, ""));
        let glued_half = half(glued);
        if self.time.is_some() || !(glued.is_empty() || glued_half.is_some()) {
            return false;
        }
        self.time = clock(time);
        self.half = glued_half;
        self.time.is_some()
    }

    fn take_number(&mut self, word: &str) -> bool {
        if let (Some(found), None) = (year(word), self.year) {
            self.year = Some(found);
            return true;
        }
        let Some(number) = small(word, 2) else { return false };
        if self.day.is_none() {
            self.day = Some(number);
            return true;
        }
        // A year of two digits stands behind day and month; RFC 2822 says which century.
        if self.year.is_none() && self.month.is_some() && word.len() == 2 {
            let century = if number < 50 { 2000 } else { 1900 };
            self.year = Some(century + i16::from(number));
            return true;
        }
        false
    }

    /// `1st`, `5.`, `13/02/2024`, `13-Feb-2024`, `24.12.2024`.
    fn take_compound(&mut self, word: &str) -> bool {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = word.split_at_checked(digits).unwrap_or((word, ""));
        if matches!(tail, "st" | "nd" | "rd" | "th" | "." | "er" | "º") {
            return self.take_number(number);
        }
        let Some(mark) = tail.chars().next().filter(|c| matches!(c, '-' | '/' | '.')) else {
            return false;
        };
        if self.day.is_some() || self.month.is_some() || self.year.is_some() {
            return false;
        }
        let pieces: Vec<&str> = word.split(mark).filter(|piece| !piece.is_empty()).collect();
        let [first, second, third] = pieces.as_slice() else { return false };
        let Some(found) = year(third) else { return false };
        let Some(first) = small(first, 2) else { return false };
        let (day, month) = match (month(second), small(second, 2)) {
            (Some(month), _) => (first, month),
            (None, Some(second)) if mark == '.' => (first, second),
            // Which is the day is clear only where the other cannot be one.
            (None, Some(second)) if first > 12 && second <= 12 => (first, second),
            (None, Some(second)) if second > 12 && first <= 12 => (second, first),
            (None, Some(second)) if first == second => (first, second),
            _ => return false,
        };
        (self.day, self.month, self.year) = (Some(day), Some(month), Some(found));
        true
    }
}

fn is_word(word: &str) -> bool {
    word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-')) && word.chars().count() >= 2
}
