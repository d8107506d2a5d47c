//! Numbers in a statement, and what they count. What a number counts has to be said by the words beside it; a year, a day
//! or a number without a noun counts nothing.

use std::collections::BTreeSet;

use super::wording::folded;
use crate::news::Fixed;

/// Numbers read in one statement.
const NUMBERS_MAX: usize = 24;

/// Words after a counted person that are looked at for what became of them.
const FATE_WORDS: usize = 5;

/// Words before it that are: "killed at least 12 people".
const FATE_WORDS_BEFORE: usize = 3;

/// Largest number that is kept, for records hold no larger one.
const NUMBER_MAX: i64 = 1 << 52;

/// A counted noun with its range in one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) unit: String,
    pub(super) low: Fixed,
    pub(super) high: Fixed,
}

/// All that a statement says in numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// In thousandths, to compare.
    pub(super) figures: BTreeSet<i64>,
    pub(super) counted: Vec<Counted>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const PEOPLE: [&str; 16] = [
    "people",
    "persons",
    "person",
    "civilians",
    "soldiers",
    "men",
    "women",
    "children",
    "workers",
    "passengers",
    "others",
    "residents",
    "villagers",
    "pilgrims",
    "students",
    "troops",
];

/// A word of the statement as it is read here.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    /// In thousandths.
    number: Option<i64>,
    /// `%`, or a currency's code, printed onto the number.
    sign: Option<&'static str>,
}

/// Reads the numbers of a statement in a language.
pub(super) fn read(text: &str, lang: &str) -> Numbers {
    let is_english = lang.starts_with("en");
    let mut words: Vec<Word> = Vec::new();
    for raw in text.split(|c: char| c.is_whitespace() || matches!(c, '–' | '—' | '-' | '/')) {
        words.extend(word(raw, is_english));
    }
    let words = joined(words);
    let mut numbers = Numbers::default();
    // Numbers that wait for the noun after the last of them: "5,000, 6,000 or 7,000 people".
    let mut waiting: Vec<i64> = Vec::new();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| word.number.is_some()) {
        let Some(value) = word.number.filter(|_| numbers.figures.len() < NUMBERS_MAX) else {
            break;
        };
        if is_date(&words, at, value) {
            continue;
        }
        numbers.figures.insert(value);
        waiting.push(value);
        if goes_on(&words, at) {
            continue;
        }
        let values = std::mem::take(&mut waiting);
        let unit = word.sign.map(str::to_owned).or_else(|| unit(&words, at, is_english));
        if let (Some(unit), Some(&low), Some(&high)) =
            (unit, values.iter().min(), values.iter().max())
        {
            add(&mut numbers.counted, Counted { unit, low: Fixed(low), high: Fixed(high) });
        }
    }
    numbers
}

fn add(counted: &mut Vec<Counted>, one: Counted) {
    match counted.iter_mut().find(|known| known.unit == one.unit) {
        Some(known) => (known.low, known.high) = (known.low.min(one.low), known.high.max(one.high)),
        None => counted.push(one),
    }
}

fn word(raw: &str, is_english: bool) -> Option<Word> {
    let text = folded(raw).next()?;
    let sign = match raw.trim_matches(|c: char| matches!(c, '(' | '"' | '“' | ',' | '.')) {
        raw if raw.ends_with('%') => Some("percent"),
        raw if raw.starts_with('$') || raw.starts_with("US$") => Some("USD"),
        raw if raw.starts_with('€') || raw.ends_with('€') => Some("EUR"),
        raw if raw.starts_with('£') => Some("GBP"),
        raw if raw.starts_with('₹') => Some("INR"),
        _ => None,
    };
    let printed = raw.trim_matches(|c: char| !c.is_ascii_digit());
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    let number = if !printed.is_empty() && printed.chars().all(is_plain) && !is_code(raw) {
        digits(printed)
    } else if is_english {
        small(&text)
    } else {
        None
    };
    Some(Word { text, number, sign })
}

/// "F16" and "COVID19" are names, "5th" is an order.
fn is_code(raw: &str) -> bool {
    raw.chars().any(char::is_alphabetic) && !raw.starts_with("US$") && !raw.starts_with("Rs")
}

/// Digits with separators: a comma or point before three digits parts thousands where several do or a comma does.
fn digits(printed: &str) -> Option<i64> {
    let (whole, part) = match printed.rsplit_once('.') {
        Some((whole, part)) if part.len() != 3 || !whole.contains('.') => (whole, part),
        _ => (printed, ""),
    };
    if part.len() > 3 || part.contains(',') {
        return None;
    }
    let whole: i64 = whole.replace([',', '.'], "").parse().ok()?;
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    whole.checked_mul(1000)?.checked_add(part).filter(|value| *value <= NUMBER_MAX)
}

fn small(word: &str) -> Option<i64> {
    let place = |list: &[&str]| list.iter().position(|known| *known == word);
    let value = match (place(&SMALL), place(&TENS)) {
        // "One" is mostly a pronoun.
        (Some(1), _) => return None,
        (Some(n), _) => n,
        (None, Some(n)) => (n + 2) * 10,
        (None, None) if word == "dozen" => 12,
        (None, None) => return None,
    };
    i64::try_from(value * 1000).ok()
}

/// Puts "1.5 million" and "twenty five" together.
fn joined(words: Vec<Word>) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    for word in words {
        let times = match word.text.as_str() {
            "hundred" => 100,
            "thousand" => 1000,
            "lakh" => 100_000,
            "million" | "mn" => 1_000_000,
            "crore" => 10_000_000,
            "billion" | "bn" => 1_000_000_000,
            _ => 0,
        };
        let last = out.last_mut();
        match last.and_then(|last| last.number.map(|n| (last, n))) {
            Some((last, n)) if times > 0 => {
                last.number = n.checked_mul(times).filter(|value| *value <= NUMBER_MAX);
            }
            Some((last, n))
                if TENS.contains(&last.text.as_str())
                    && word.number.is_some_and(|next| next < 10_000) =>
            {
                last.number = word.number.map(|next| n + next);
                last.text = word.text;
            }
            _ => out.push(word),
        }
    }
    out
}

/// A year, or a day beside its month.
fn is_date(words: &[Word], at: usize, value: i64) -> bool {
    let is_month = |at: Option<usize>| {
        at.and_then(|at| words.get(at)).is_some_and(|word| MONTHS.contains(&word.text.as_str()))
    };
    let is_year = (1_900_000..2_100_000).contains(&value)
        && words[at].text.len() == 4
        && words[at].text.bytes().all(|byte| byte.is_ascii_digit())
        && words[at].sign.is_none();
    is_year || is_month(at.checked_sub(1)) || is_month(Some(at + 1))
}

/// Whether another number follows that is counted with this one.
fn goes_on(words: &[Word], at: usize) -> bool {
    let is_number = |at: usize| words.get(at).is_some_and(|word| word.number.is_some());
    let is_joint = words
        .get(at + 1)
        .is_some_and(|word| matches!(word.text.as_str(), "or" | "to" | "and" | "bis" | "à" | "a"));
    words[at].sign.is_none() && (is_number(at + 1) || (is_joint && is_number(at + 2)))
}

/// What a number counts, by the words after it.
fn unit(words: &[Word], at: usize, is_english: bool) -> Option<String> {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let (first, second) = (text(at + 1), text(at + 2));
    if matches!(first, "percent" | "percentage" | "prozent") || (first, second) == ("per", "cent") {
        return Some("percent".to_owned());
    }
    if let Some(fate) = fate(first) {
        return Some(fate.to_owned());
    }
    let currency = match first {
        "dollars" => Some("USD"),
        "euros" | "euro" => Some("EUR"),
        "pounds" => Some("GBP"),
        "rupees" => Some("INR"),
        "rubles" | "roubles" => Some("RUB"),
        _ => None,
    };
    if currency.is_some() || !is_english {
        return currency.map(str::to_owned);
    }
    if PEOPLE.contains(&first) || PEOPLE.contains(&second) {
        let fates = (at + 2..at + 2 + FATE_WORDS).map_while(|at| {
            words.get(at).filter(|word| word.number.is_none()).map(|word| word.text.as_str())
        });
        let counted = if PEOPLE.contains(&first) { first } else { second };
        let before = (at.saturating_sub(FATE_WORDS_BEFORE)..at).rev().map(&text);
        return Some(fates.chain(before).find_map(fate).unwrap_or(counted).to_owned());
    }
    // A plural beside the number, or behind one word that describes it.
    let is_plural = |word: &str| {
        word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us")
    };
    [first, second].into_iter().find(|word| is_plural(word)).map(str::to_owned)
}

fn fate(word: &str) -> Option<&'static str> {
    Some(match word {
        "dead" | "killed" | "died" | "deaths" | "fatalities" | "slain" => "dead",
        "injured" | "wounded" | "hurt" | "injuries" => "injured",
        "missing" => "missing",
        "arrested" | "detained" | "arrests" => "arrested",
        "evacuated" => "evacuated",
        "displaced" => "displaced",
        "rescued" => "rescued",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> Vec<(String, i64, i64)> {
        let numbers = read(text, "en").counted;
        numbers.into_iter().map(|c| (c.unit, c.low.0 / 1000, c.high.0 / 1000)).collect()
    }

    #[test]
    fn a_number_is_read_with_what_it_counts() {
        for (text, unit, low, high) in [
            ("5,000, 6,000, 7,000 people a week from being killed", "dead", 5000, 7000),
            ("at least 12 people were killed in the flood", "dead", 12, 12),
            ("the flood killed at least 12 villagers", "dead", 12, 12),
            ("twenty-five dead", "dead", 25, 25),
            ("it had gone on for well over three hours", "hours", 3, 3),
            ("prices rose by 7 per cent", "percent", 7, 7),
            ("a fine of $1.5 million", "USD", 1_500_000, 1_500_000),
            ("between 30 and 40 villagers are missing", "missing", 30, 40),
            ("2,500 residents of the valley", "residents", 2500, 2500),
            ("four armoured vehicles", "vehicles", 4, 4),
        ] {
            assert_eq!(counted(text), [(unit.to_owned(), low, high)], "{text}");
        }
    }

    #[test]
    fn a_date_a_code_and_a_lone_number_count_nothing() {
        for text in [
            "he was elected in 2024",
            "a duty from August 27",
            "on 27 August he left",
            "the F16 took off",
            "the 5th of them",
            "no one came, and one knew why",
            "he is 64",
        ] {
            assert_eq!(counted(text), [], "{text}");
        }
    }
}
