//! Who wrote it: persons told from desks, and the words that say somebody spoke to this very outlet.

use super::outlet::Publisher;
use crate::news::OwnSign;
use crate::tables::Tables;

/// Words that open a byline, in lower case.
const BY: [&str; 7] = ["by", "written by", "reported by", "por", "par", "von", "di"];
/// Parts of names that are written small.
const PARTICLES: [&str; 16] = [
    "de", "del", "der", "den", "van", "von", "bin", "bint", "al", "el", "da", "dos", "di", "la",
    "le", "ibn",
];
/// Words that follow "By" in sentences and never name anybody.
const TIMES: [&str; 24] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "morning",
    "evening",
    "noon",
    "midnight",
    "tonight",
    "today",
    "tomorrow",
];
/// "told" and the outlet's name may stand this far apart: "told the Vale Post".
const TOLD_BYTES: usize = 8;
/// Signs of this kind that are kept: one is proof enough.
const TOLD_MAX: usize = 1;

/// Whether a block opens with a byline word.
pub(super) fn opens(text: &str) -> bool {
    without_by(text).len() != text.len()
}

/// The text after its byline word, if it has one.
pub(super) fn without_by(text: &str) -> &str {
    let word = BY.iter().filter(|word| {
        let opening = text.get(..word.len()).unwrap_or_default();
        let after = text.get(word.len()..).unwrap_or_default();
        opening.eq_ignore_ascii_case(word) && after.starts_with([' ', ':'])
    });
    let longest = word.map(|word| word.len()).max().unwrap_or(0);
    let rest = text.get(longest..).unwrap_or(text);
    if longest == 0 { text } else { rest.trim_start_matches([' ', ':']) }
}

/// Whether the words name one person or more, and none of them is a desk, an outlet or a day.
pub(super) fn is_person(names: &str, publisher: &Publisher<'_>, tables: &Tables) -> bool {
    let names = names.replace(" and ", ",").replace(" & ", ",").replace(" und ", ",");
    let mut parts =
        names.split([',', ';', '/', '|']).map(str::trim).filter(|part| !part.is_empty());
    let is_outlet = |part: &str| {
        tables.outlet_by_name(part).is_some()
            || publisher.names().iter().any(|name| name.eq_ignore_ascii_case(part))
    };
    parts.any(|part| is_name(part, tables) && !is_outlet(part))
}

fn is_name(part: &str, tables: &Tables) -> bool {
    let words: Vec<&str> = part.split_whitespace().collect();
    let name_word = |word: &&str| {
        let lower = word.to_lowercase();
        let capital = word.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
        let letters = word
            .chars()
            .all(|c| c.is_alphanumeric() && !c.is_numeric() || ".’'-".contains(c) || is_mark(c));
        let known =
            tables.is_desk_word(lower.trim_end_matches('.')) || TIMES.contains(&lower.as_str());
        letters && !known && (capital || PARTICLES.contains(&lower.as_str()))
    };
    (2..=5).contains(&words.len()) && words.iter().all(name_word)
}

/// Vowel signs of Indic scripts are neither letters nor digits.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F | 0x900..=0xDFF)
}

/// Whether the words name a desk.
pub(super) fn is_desk(names: &str, tables: &Tables) -> bool {
    names.split_whitespace().any(|word| tables.is_desk_word(&word.to_lowercase()))
}

/// "told <this outlet>" and its kin, as printed.
pub(super) fn told(text: &str, publisher: &Publisher<'_>, tables: &Tables) -> Vec<OwnSign> {
    let words = tables.words();
    let own = publisher.names().iter().map(String::as_str);
    let names: Vec<&str> = own.chain(words.this_outlet.iter().map(String::as_str)).collect();
    let mut signs = Vec::new();
    for phrase in &words.told {
        for (at, _) in text.match_indices(phrase.as_str()) {
            if signs.len() < TOLD_MAX
                && starts_word(text, at)
                && let Some(end) = named_after(text, at + phrase.len(), &names)
            {
                let printed = text.get(at..end).unwrap_or_default();
                signs.push(OwnSign::ToldOutlet(printed.to_owned()));
            }
        }
    }
    signs
}

fn starts_word(text: &str, at: usize) -> bool {
    !text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric)
}

/// The end of one of the names, where it follows at once, save for "the".
fn named_after(text: &str, at: usize, names: &[&str]) -> Option<usize> {
    let rest = text.get(at..)?;
    let after = rest.strip_prefix(" the ").or_else(|| rest.strip_prefix(' '))?;
    let skipped = rest.len() - after.len();
    if skipped > TOLD_BYTES {
        return None;
    }
    names.iter().find_map(|name| {
        let end = after.strip_prefix(name)?;
        // "told Mint Street" is about somebody else.
        let bare =
            !end.starts_with(|c: char| c.is_alphanumeric() || c == '’' || c == '\'' || c == '-');
        let goes_on =
            end.strip_prefix(' ').is_some_and(|next| next.starts_with(char::is_uppercase));
        (bare && !goes_on).then(|| at + skipped + name.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::outlet;
    use crate::enrich::tests::TABLES;

    fn person(names: &str) -> bool {
        is_person(names, &outlet::of_line("livemint", "", &TABLES), &TABLES)
    }

    #[test]
    fn persons_are_told_from_desks_outlets_and_days() {
        for name in
            ["Ada Vale", "Ada Vale and Tom Reed", "Ludwig van der Berg", "ADA VALE", "अदा वेल"]
        {
            assert!(person(name), "{name}");
        }
        for name in [
            "Web Desk",
            "HT Correspondent",
            "Mint",
            "BBC News",
            "Friday Morning",
            "admin",
            "Ada",
            "Staff Writer",
            "a@b.example",
            "The Hindu",
            "",
        ] {
            assert!(!person(name), "{name}");
        }
    }

    #[test]
    fn only_words_to_this_outlet_are_a_sign() {
        let publisher = outlet::of_line("livemint", "", &TABLES);
        let told = |text: &str| told(text, &publisher, &TABLES).into_iter().next();
        let sign = |text: &str| Some(OwnSign::ToldOutlet(text.to_owned()));
        assert_eq!(told("“No,” he told Mint on Friday."), sign("told Mint"));
        assert_eq!(told("He told this newspaper so."), sign("told this newspaper"));
        assert_eq!(
            told("In an interview with the Mint, she agreed."),
            sign("interview with the Mint")
        );
        for text in [
            "He told CNN so.",
            "He told Mint Street traders.",
            "She told Mint’s rival.",
            "He retold Mint tales",
            "told Minty",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
