//! Dates with the month as a word: RFC 822 and its kin, asctime, and other languages' months.

use std::sync::LazyLock;

use jiff::civil::Date;

use super::{Clock, Read, Zone, clock, join, small, year, zone};
use crate::news::Granularity;

/// Months by their names; what begins one of them, three letters or more, is short for it where all agree.
/// Names of no month here, such as the Finnish `marraskuu` or the Irish `Meitheamh`, stay unread: their beginnings
/// are other languages' months.
const MONTHS: [(i8, &str); 12] = [
    (
        1,
        "january januar jänner januari janvier enero janeiro gennaio январь января січень січня \
         ιανουάριος ιανουαρίου ιάν január januári",
    ),
    (
        2,
        "february februar feber februari février fevrier febrero fevereiro febbraio февраль февраля лютий лютого \
         φεβρουάριος φεβρουαρίου február februári",
    ),
    (
        3,
        "march märz maerz maart mrt mars marts marzo março marco март марта березень березня \
         μάρτιος μαρτίου μάώ μαώ március márciusi",
    ),
    (4, "april avril abril aprile апрель апреля квітень квітня απρίλιος απριλίου április áprilisi"),
    (
        5,
        "may mai mei maj mayo maio maggio май мая травень травня μάιος μαΐου μαϊος μαι május májusi máujus",
    ),
    (
        6,
        "june juni juin junio junho giugno июнь июня червень червня ιούνιος ιουνίου ιον június júniusi",
    ),
    (
        7,
        "july juli juillet julio julho luglio июль июля липень липня ιούλιος ιουλίου ιολ július júliusi",
    ),
    (
        8,
        "august augustus augusti août aout agosto август августа серпень серпня αύγουστος αυγούστου \
         augusztus augusztusi",
    ),
    (
        9,
        "september septembre septiembre setiembre setembro settembre сентябрь сентября вересень вересня \
         σεπτέμβριος σεπτεμβρίου szeptember szeptemberi",
    ),
    (
        10,
        "october oktober octobre octubre outubro ottobre октябрь октября жовтень жовтня \
         οκτώβριος οκτωβρίου október októberi",
    ),
    (
        11,
        "november novembre noviembre novembro ноябрь ноября листопад листопада νοέμβριος νοεμβρίου novemberi",
    ),
    (
        12,
        "december dezember desember décembre decembre diciembre dezembro dicembre декабрь декабря грудень грудня \
         δεκέμβριος δεκεμβρίου decemberi",
    ),
];

/// The same names in their order, so that those with one beginning stand together.
static BY_NAME: LazyLock<Vec<(&str, i8)>> = LazyLock::new(|| {
    let each = |(month, names): &(i8, &'static str)| {
        let month = *month;
        names
            .split(' ')
            .filter(|name| !name.is_empty())
            .map(move |name| (name, month))
            .collect::<Vec<_>>()
    };
    let mut names: Vec<(&str, i8)> = MONTHS.iter().flat_map(each).collect();
    names.sort_unstable();
    names
});

/// Words of a date, with its zone; a text of more is none.
const WORDS_MAX: usize = 12;

/// Months as most feeds write them, found at once.
const SHORT: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Weekdays as most feeds write them; and the Dutch and Finnish Monday, which begins as `maart` does.
const WEEKDAYS: [&str; 8] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "maa"];

/// Half of the day behind a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Evening,
    /// A letter that may as well be a zone.
    Unclear,
}

impl Half {
    /// The time on a clock of 24 hours; `None` for an hour no clock of twelve shows, and where it is unclear.
    pub(super) fn apply(self, time: Clock) -> Option<Clock> {
        if time.is_end {
            return None;
        }
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
        "am" | "a.m." | "오전" | "上午" | "午前" => Some(Half::Morning),
        "pm" | "p.m." | "오후" | "下午" | "午後" => Some(Half::Evening),
        _ => None,
    }
}

/// The half of the day that a word names behind a time, `5:30p` and `5:30 p` among them. A capital letter is a zone where
/// seconds and a space stand before it, as in RFC 822; without either it is nobody knows what.
pub(super) fn half_behind(time: Clock, word: &str, is_glued: bool) -> Option<Half> {
    let named = match word {
        "a" | "A" => Half::Morning,
        "p" | "P" => Half::Evening,
        _ => return half(word),
    };
    let has_seconds = time.granularity == Granularity::Second;
    match (word == "a" || word == "p", is_glued) {
        _ if time.is_end || !(1..=12).contains(&time.hour) => None,
        (true, _) => Some(named),
        (false, true) if !has_seconds => Some(named),
        (false, false) if has_seconds => None,
        _ => Some(Half::Unclear),
    }
}

/// The month that a word names or shortens.
pub(super) fn month(word: &str) -> Option<i8> {
    let lower = word.trim_end_matches('.').to_lowercase();
    if lower.chars().count() < 3 || WEEKDAYS.contains(&lower.as_str()) {
        return None;
    }
    if let Some((_, month)) = SHORT.iter().zip(1..).find(|(name, _)| **name == lower) {
        return Some(month);
    }
    let names = &*BY_NAME;
    let from = names.partition_point(|(name, _)| *name < lower.as_str());
    let mut found =
        names.iter().skip(from).take_while(|(name, _)| name.starts_with(lower.as_str()));
    // "jui" is June or July.
    let (_, month) = found.next()?;
    found.all(|(_, other)| other == month).then_some(*month)
}

/// What the words gave so far.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing that was seen, and any of them may have been"
)]
#[derive(Debug, Default)]
struct Parts {
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
    time: Option<Clock>,
    half: Option<Half>,
    /// The next word stands right behind the time.
    is_glued: bool,
    has_weekday: bool,
    /// What came so far may be the first of two days, so that a number of two digits is no year.
    may_be_range: bool,
    is_time_behind_day: bool,
    /// The month's word stood where weekdays stand, and may be one: "mar" is a Tuesday as well.
    is_month_doubtful: bool,
}

/// Reads a date of words, or of numbers whose order is clear.
pub(super) fn read(text: &str) -> Option<Read> {
    let (mut parts, mut is_unclear) = (Parts::default(), false);
    let mut rest = text.trim_start();
    for _ in 0..WORDS_MAX {
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
        // A zone may stand right behind the time.
        let end = time_end(rest.get(..end)?).unwrap_or(end);
        let (word, after) = rest.split_at_checked(end)?;
        let behind = after;
        let after = after.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if !word.is_empty() && !parts.take(word) {
            // From here on it is the zone.
            break;
        }
        is_unclear |= word.contains(':')
            && parts.time.is_some_and(|time| zone::may_be_range(time.granularity, behind));
        parts.is_glued = word.contains(':') && after.len() == behind.len();
        rest = after;
    }
    if parts.year.is_none() {
        // asctime puts the year behind the zone.
        let (zone, last) = rest.rsplit_once(' ').unwrap_or(("", rest));
        parts.year = year(last);
        rest = zone;
        is_unclear |= zone::is_central(zone);
    }
    let day = Date::new(parts.year?, parts.month?, parts.day?).ok()?;
    let time = match (parts.time, parts.half) {
        (Some(time), Some(half)) => Some(half.apply(time)?),
        (time, _) => time,
    };
    let zone = if time.is_some() { zone::read(rest)? } else { without_time(rest)? };
    join(day, time, if is_unclear { &Zone::Unclear } else { &zone })
}

/// Where the time that a word begins with ends.
fn time_end(word: &str) -> Option<usize> {
    let end = word.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))?;
    let time = word.get(..end)?;
    (time.contains(':') && time.starts_with(|c: char| c.is_ascii_digit())).then_some(end)
}

/// Behind a day without a time only a zone may stand, and it says nothing.
fn without_time(rest: &str) -> Option<Zone> {
    // A word that is nobody's zone may be a month of a language that we do not know: "mar, 12 noi".
    zone::read(rest)
        .filter(|zone| *zone != Zone::Unclear || zone::is_known(rest))
        .map(|_| Zone::Missing)
}

impl Parts {
    /// Takes a word as the next part; false where it is none of them.
    fn take(&mut self, word: &str) -> bool {
        if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_time(word);
        }
        if let (Some(time), None) = (self.time, self.half) {
            self.half = half_behind(time, word, self.is_glued);
            if self.half.is_some() {
                return true;
            }
        }
        if word.bytes().all(|b| b.is_ascii_digit()) {
            return self.take_number(word);
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_compound(word);
        }
        if self.time.is_none() && self.is_weekday(word) {
            self.has_weekday = true;
            return true;
        }
        // "mar 12 août": another month beside the day tells what the first word was.
        let is_beside_day = self.year.is_none() && !self.is_time_behind_day;
        let takes_month = self.month.is_none() || self.is_month_doubtful && is_beside_day;
        if let (true, Some(found)) = (takes_month, month(word)) {
            // "Mar 10 Apr 12" may be two days without a year.
            self.may_be_range |=
                self.month.is_some() && SHORT.iter().any(|name| name.eq_ignore_ascii_case(word));
            let stands_first = self.month.is_none() && self.day.is_none() && !self.has_weekday;
            self.is_month_doubtful = stands_first && is_weekday_too(word);
            self.month = Some(found);
            return true;
        }
        // Before the date stand weekdays, of any language; behind it zones. Behind a word that may have been the weekday
        // stands the month, of a language that we do not know.
        self.may_be_range |= word == "-";
        let may_be_weekday = self.day.is_none()
            && self.time.is_none()
            && self.year.is_none()
            && !self.is_month_doubtful
            && is_word(word);
        self.has_weekday |= may_be_weekday;
        may_be_weekday
            || matches!(
                word.to_lowercase().as_str(),
                "de" | "of" | "at" | "del" | "à" | "um" | "uhr" | "-"
            )
    }

    /// Whether a word can only be a weekday here: its name, or one of two meanings where the month is known.
    fn is_weekday(&self, word: &str) -> bool {
        let has_date = self.month.is_some() && self.day.is_some();
        is_one_of(&WEEKDAYS, word) || has_date && !self.is_month_doubtful && is_weekday_too(word)
    }

    fn take_time(&mut self, word: &str) -> bool {
        if self.time.is_some() {
            return false;
        }
        self.time = clock(word);
        self.is_time_behind_day = self.day.is_some();
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
        if self.year.is_none() && self.month.is_some() && word.len() == 2 && !self.may_be_range {
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

/// Whether a word that begins a month begins a weekday too: "mar" is a Tuesday from Madrid to Bucharest, "sze" a Wednesday
/// in Budapest.
fn is_weekday_too(word: &str) -> bool {
    is_one_of(&["mar", "sze"], word)
}

/// Whether a word is one of these, of three letters, with or without a full stop.
fn is_one_of(names: &[&str], word: &str) -> bool {
    let bare = word.trim_end_matches('.');
    bare.len() == 3 && names.iter().any(|name| name.eq_ignore_ascii_case(bare))
}

fn is_word(word: &str) -> bool {
    word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-')) && word.chars().count() >= 2
}
