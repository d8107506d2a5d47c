//! The words of a statement, made ready to be compared with others.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::numbers::{self, Counted};

/// Fewest words of a sentence, or of a reported clause, that can be another's wording.
const WORDS_MIN: usize = 4;

/// Of the words in common those that are long: little words alone say nothing.
const LONG_WORDS_MIN: usize = 2;
const LONG_CHARS: usize = 4;

/// Sentences of one quotation that are compared; a speech has more, and is then known by its beginning.
const SENTENCES_MAX: usize = 16;

/// Words by language and sense.
static WORDS: LazyLock<Vec<(&str, &str, BTreeSet<&str>)>> = LazyLock::new(|| {
    let lines = include_str!("words.txt").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?, words.collect()))
    };
    lines.filter_map(row).collect()
});

/// Whether a folded word has a sense in a language.
pub(super) fn has_sense(word: &str, lang: &str, sense: &str) -> bool {
    let lang = lang.split('-').next().unwrap_or_default();
    let mut rows = WORDS.iter().filter(|row| row.0 == lang && row.1 == sense);
    rows.any(|row| row.2.contains(word))
}

/// The words of a text, folded: case, apostrophes and every other mark aside.
pub(super) fn folded(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| {
        !(c.is_alphanumeric()
            || is_mark_of_a_letter(c)
            || is_apostrophe(c)
            || matches!(c, ',' | '.'))
    });
    words.flat_map(|word| {
        // A comma or full stop stays inside a number only.
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        let parts: Vec<&str> =
            if is_number { vec![word] } else { word.split([',', '.']).collect() };
        parts.into_iter().filter_map(fold).collect::<Vec<_>>()
    })
}

fn fold(word: &str) -> Option<String> {
    let is_kept = |c: &char| c.is_alphanumeric() || is_mark_of_a_letter(*c);
    let word: String = word.chars().filter(is_kept).flat_map(char::to_lowercase).collect();
    (!word.is_empty()).then_some(word)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// Vowel signs of Indic scripts and combining accents stand inside words and are no letters.
fn is_mark_of_a_letter(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{200c}' | '\u{200d}')
}

/// A statement's words.
#[derive(Clone, Debug)]
pub(super) struct Wording {
    is_quoted: bool,
    /// All words, folded, in their order.
    whole: Box<str>,
    /// Of a quotation its sentences, as hashes of their words.
    sentences: Vec<Vec<u32>>,
    /// Of reported speech its different words, ordered, as hashes; and whether they are long.
    words: Vec<(u32, bool)>,
    pub(super) names: Vec<String>,
    pub(super) numbers: Vec<Counted>,
    figures: BTreeSet<i64>,
    pub(super) is_negated: bool,
}

impl Wording {
    /// Reads a statement in a language.
    pub(super) fn of(text: &str, lang: &str, is_quoted: bool, names: &[String]) -> Self {
        let words: Vec<String> = folded(text).collect();
        let negations = words.iter().filter(|word| has_sense(word, lang, "not")).count();
        let numbers = numbers::read(text, lang);
        let mut sentences: Vec<Vec<u32>> = Vec::new();
        let mut different: Vec<(u32, bool)> = Vec::new();
        if is_quoted {
            let parts = text.split_inclusive(['.', '!', '?', '…', '。', '।']);
            // A point inside a number ends no sentence, and two halves of one say less than the whole: they are short.
            sentences = parts.map(|part| folded(part).map(|word| hash(&word)).collect()).collect();
        } else {
            let is_long = |word: &String| word.chars().count() >= LONG_CHARS;
            different = words.iter().map(|word| (hash(word), is_long(word))).collect();
            different.sort_unstable();
            different.dedup();
        }
        let is_long = |words: &Vec<u32>| words.len() >= WORDS_MIN;
        Self {
            is_quoted,
            whole: words.join(" ").into(),
            sentences: sentences.into_iter().filter(is_long).take(SENTENCES_MAX).collect(),
            words: different,
            names: names.to_vec(),
            figures: numbers.figures,
            numbers: numbers.counted,
            is_negated: negations % 2 == 1,
        }
    }

    /// As if it had no numbers.
    pub(super) fn without_numbers(self) -> Self {
        Self { figures: BTreeSet::new(), numbers: Vec::new(), ..self }
    }

    /// All words, folded: equal for the same words.
    pub(super) fn whole(&self) -> &str {
        &self.whole
    }

    /// Whether two statements of one speaker are the same claim.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        if self.whole == other.whole {
            return true;
        }
        match (self.is_quoted, other.is_quoted) {
            (true, true) => {
                self.sentences.iter().any(|a| other.sentences.iter().any(|b| is_variant(a, b)))
            }
            (false, false) => self.is_negated == other.is_negated && self.is_about(other),
            // What a desk reports in its own words may say more or less than the words themselves.
            _ => false,
        }
    }

    /// Whether two reported statements have the same words, one of them perhaps with a "not".
    pub(super) fn is_about(&self, other: &Self) -> bool {
        let (a, b) = (&self.words, &other.words);
        let common = common(a, b);
        !self.is_quoted
            && !other.is_quoted
            && common.len() >= WORDS_MIN
            && common.len() * 10 >= a.len().min(b.len()) * 6
            && common.iter().filter(|(_, is_long)| *is_long).count() >= LONG_WORDS_MIN
            && !differ(&self.figures, &other.figures)
            && !differ(&self.names.iter().collect(), &other.names.iter().collect())
    }
}

/// What stands in both of two ordered lists.
fn common<'a>(a: &'a [(u32, bool)], b: &[(u32, bool)]) -> Vec<&'a (u32, bool)> {
    a.iter().filter(|word| b.binary_search(word).is_ok()).collect()
}

/// Whether each has what the other has not.
fn differ<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> bool {
    !a.is_subset(b) && !b.is_subset(a)
}

/// Two wordings of one sentence: at least 0.6 of the longer one's words.
fn is_variant(a: &[u32], b: &[u32]) -> bool {
    let common = a.iter().filter(|word| b.contains(word)).count();
    common * 10 >= a.len().max(b.len()) * 6
}

/// FNV-1a: short, and the same on every machine.
fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
