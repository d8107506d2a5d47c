//! Tells a material revision from a cosmetic one.
//!
//! Material is what a reader would act on: numbers, names, quotations, or much more or less text. Rewording and
//! retouching are cosmetic.

use std::collections::BTreeSet;

use crate::news::{Article, ArticleKind};

/// A length that changed by more than this share of the longer version is material, in per cent.
const LENGTH_CHANGE_PERCENT: usize = 10;

/// Below this many words a change of length alone says nothing.
const LENGTH_CHANGE_WORDS_MIN: usize = 15;

/// Numbers as words, in English, German, French, Spanish and Portuguese. "One" is left out: it is a pronoun and an
/// article more often than a number.
const NUMBER_WORDS: &[&str] = &[
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
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "billions",
    "dozen",
    "dozens",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "hundert",
    "tausend",
    "millionen",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "cent",
    "mille",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "cien",
    "mil",
    "millones",
    "dois",
    "duas",
    "três",
    "quatro",
    "sete",
    "oito",
    "nove",
    "dez",
    "doze",
    "cem",
    "milhões",
];

/// What the change from `old` to `new` is: [`ArticleKind::Material`] or [`ArticleKind::Cosmetic`].
pub fn kind(old: &Article, new: &Article) -> ArticleKind {
    let (old, new) = (Facts::of(old), Facts::of(new));
    if old.numbers != new.numbers
        || old.quotes != new.quotes
        || old.lacks_a_name_of(&new)
        || new.lacks_a_name_of(&old)
        || much_longer(old.words, new.words)
    {
        ArticleKind::Material
    } else {
        ArticleKind::Cosmetic
    }
}

fn much_longer(old: usize, new: usize) -> bool {
    let change = old.abs_diff(new);
    change >= LENGTH_CHANGE_WORDS_MIN && change * 100 > old.max(new) * LENGTH_CHANGE_PERCENT
}

/// What a version states, folded for comparison.
struct Facts {
    numbers: BTreeSet<String>,
    quotes: BTreeSet<String>,
    names: BTreeSet<String>,
    vocabulary: BTreeSet<String>,
    words: usize,
}

impl Facts {
    fn of(article: &Article) -> Self {
        let text = format!("{}\n{}", article.title, article.text.body);
        let mut facts = Self {
            numbers: BTreeSet::new(),
            quotes: quotes(&article.text.body),
            names: BTreeSet::new(),
            vocabulary: BTreeSet::new(),
            words: article.text.body.split_whitespace().count(),
        };
        let mut sentence_starts = true;
        for word in text.split_whitespace() {
            facts.note(word, sentence_starts);
            sentence_starts = word.ends_with(['.', '!', '?', ':', '”', '"', '।']);
        }
        facts
    }

    fn note(&mut self, word: &str, sentence_starts: bool) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() {
            return;
        }
        let folded = bare.to_lowercase();
        if is_number(&folded) {
            self.numbers.insert(folded.clone());
        } else if !sentence_starts && bare.chars().next().is_some_and(char::is_uppercase) {
            self.names.insert(strip_possessive(&folded).to_owned());
        }
        self.vocabulary.insert(strip_possessive(&folded).to_owned());
    }

    /// Whether `other` names somebody or something whose word does not occur here at all.
    fn lacks_a_name_of(&self, other: &Self) -> bool {
        other.names.iter().any(|name| !self.vocabulary.contains(name))
    }
}

/// Whether a word, bare and in lower case, says how many.
pub(super) fn is_number(word: &str) -> bool {
    word.chars().any(char::is_numeric) || NUMBER_WORDS.contains(&word)
}

fn strip_possessive(word: &str) -> &str {
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
}

/// The words inside double quotation marks, folded; single marks are too often apostrophes to count.
fn quotes(body: &str) -> BTreeSet<String> {
    let mut quotes = BTreeSet::new();
    for block in body.split("\n\n") {
        let parts: Vec<&str> = block.split(['"', '“', '”', '„', '«', '»']).collect();
        for quoted in parts.iter().skip(1).step_by(2) {
            let words: Vec<String> = quoted
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect();
            quotes.insert(words.join(" "));
        }
    }
    quotes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::article;

    fn kind_of(old: (&str, &str), new: (&str, &str)) -> ArticleKind {
        kind(&article("a", old.0, old.1), &article("a", new.0, new.1))
    }

    #[test]
    fn a_changed_number_name_or_quote_is_material() {
        let base = (
            "Ferry sinks",
            "Three people died when the ferry sank, officials said. 12 were saved.",
        );
        for changed in [
            "Three people died when the ferry sank, officials said. 14 were saved.",
            "Four people died when the ferry sank, officials said. 12 were saved.",
            "Three people died when the ferry sank off Kalmar, officials said. 12 were saved.",
            "Three people died when the ferry sank, officials said. \"A tragedy.\" 12 were saved.",
        ] {
            assert_eq!(kind_of(base, ("Ferry sinks", changed)), ArticleKind::Material, "{changed}");
        }
    }

    #[test]
    fn rewording_and_a_new_headline_are_cosmetic() {
        let body = "Three people died when the ferry sank off Kalmar, officials said.";
        assert_eq!(
            kind_of(("Ferry sinks off Kalmar", body), ("Kalmar ferry disaster", body)),
            ArticleKind::Cosmetic
        );
        let reworded = "Three people died as the ferry sank off Kalmar, the officials said.";
        assert_eq!(
            kind_of(("Ferry sinks", body), ("Ferry sinks", reworded)),
            ArticleKind::Cosmetic
        );
    }

    #[test]
    fn much_more_text_is_material() {
        let more = "The ferry sank. ".repeat(12);
        assert_eq!(kind_of(("t", "The ferry sank."), ("t", &more)), ArticleKind::Material);
    }
}
