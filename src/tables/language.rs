//! What names and words mean, language by language.

use super::{Gazetteer, Lexicon, Tables};

impl Tables {
    /// All names that are known.
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// What words do in this language; what holds for all, where it has no lists of its own.
    pub fn lexicon(&self, lang: &str) -> &Lexicon {
        self.lexicons.get(lang).unwrap_or(&self.any_lexicon)
    }

    /// The language with a lexicon whose everyday words the text has most of: for texts too short to be told otherwise.
    pub fn likeliest_lexicon(&self, text: &str) -> &str {
        let mut counts: Vec<(usize, std::cmp::Reverse<&str>)> = Vec::new();
        for lang in self.lexicons.keys().filter(|lang| *lang != "any") {
            let Some(words) = self.function_words.get(lang) else { continue };
            let known = |word: &&str| {
                let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
                words.contains(&bare.to_lowercase())
            };
            let lexicon = self.lexicon(lang);
            let does = |word: &&str| {
                let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
                lexicon.word(&bare).0 & !self.any_lexicon.word(&bare).0 != 0
            };
            let functions = text.split_whitespace().take(60).filter(known).count();
            let words = text.split_whitespace().take(60).filter(does).count();
            counts.push((2 * functions + words, std::cmp::Reverse(lang)));
        }
        counts.sort_unstable();
        match counts.as_slice() {
            [.., (second, _), (most, lang)] if most > second => lang.0,
            _ => "",
        }
    }
}
