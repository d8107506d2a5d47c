//! Cuts a text into folded words. Linear; every word is a hash, no string survives.
//!
//! Scripts that do not part their words (Chinese, Japanese, Thai, …) give overlapping character
//! pieces instead, so that everything behind this module works on them unchanged.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

use super::params;

/// One word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Hash of the folded word, possessive removed; 30 bits are used by the copy stage.
    pub(super) hash: u32,
    /// Hash of its stem, 0 where the word carries no meaning of its own.
    pub(super) stem: u32,
    /// What kind of word it is.
    pub(super) kind: Kind,
    /// Whether it stands first in a sentence.
    pub(super) opens_sentence: bool,
    /// Whether it stands inside quotation marks.
    pub(super) quoted: bool,
    /// Whether something left out stands before it (a credit, a crawler's mark).
    pub(super) after_gap: bool,
}

/// Kinds of words as far as letters tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lower case, or a script without case.
    Plain,
    /// Begins with a capital.
    Capital,
    /// Begins with a digit.
    Number,
}

/// Cuts `text` into words, leaving out `skip` (scalar values, half open, ascending).
pub(super) fn words(text: &str, skip: &[(u32, u32)]) -> Vec<Word> {
    cut(text, skip, Cutter { opens_sentence: true, ..Cutter::default() }).out
}

/// The same words, each with its place in `text`: scalar values, half open.
pub(super) fn placed_words(text: &str, skip: &[(u32, u32)]) -> Vec<(Word, (u32, u32))> {
    let places = Some(Vec::new());
    let done = cut(text, skip, Cutter { opens_sentence: true, places, ..Cutter::default() });
    done.out.into_iter().zip(done.places.unwrap_or_default()).collect()
}

fn cut(text: &str, skip: &[(u32, u32)], mut cutter: Cutter) -> Cutter {
    let mut skip = skip.iter().copied().peekable();
    let (mut rest, mut place) = (text, 0_usize);
    while let Some(c) = rest.chars().next() {
        if cutter.out.len() >= params::WORDS_MAX {
            return cutter;
        }
        cutter.at = place;
        while skip.next_if(|span| span.1 as usize <= place).is_some() {}
        let room = skip.peek().map_or(usize::MAX, |span| (span.0 as usize).saturating_sub(place));
        if room == 0 {
            cutter.gap();
        } else if let Some((word, behind)) =
            cutter.word.is_empty().then(|| plain_word(rest, room)).flatten()
        {
            cutter.plain(word);
            (rest, place) = (behind, place + word.len());
            continue;
        }
        let behind = rest.get(c.len_utf8()..).unwrap_or("");
        if room > 0 {
            cutter.take(c, behind.chars().next());
        }
        (rest, place) = (behind, place + 1);
    }
    cutter.at = place;
    cutter.end_word();
    cutter.out.truncate(params::WORDS_MAX);
    cutter
}

/// A word of plain letters and digits at the beginning of a text, with what is behind it, where nothing joins it to that: the
/// way that nearly all words of Latin scripts go.
fn plain_word(text: &str, room: usize) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let most = room.min(params::WORD_BYTES_MAX).min(bytes.len());
    let length = bytes.iter().take(most).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let is_ended = match bytes.get(length) {
        None => true,
        Some(_) if length == most => false,
        Some(b'\'' | b'.' | b',') => bytes
            .get(length + 1)
            .is_none_or(|next| next.is_ascii() && !next.is_ascii_alphanumeric()),
        Some(next) => next.is_ascii(),
    };
    (length > 0 && is_ended).then(|| text.split_at_checked(length)).flatten()
}

#[derive(Debug, Default)]
struct Cutter {
    out: Vec<Word>,
    word: String,
    is_capital: bool,
    opens_sentence: bool,
    after_gap: bool,
    /// Newlines since the last visible character; two end a paragraph.
    newlines: u32,
    quote: Quote,
    /// Last two characters of an unspaced run.
    run: [Option<char>; 2],
    /// The scalar value that is being read.
    at: usize,
    /// Where the word began.
    began: usize,
    /// Places of the words in `out`, if they are asked for.
    places: Option<Vec<(u32, u32)>>,
}

/// Where the cutter stands with respect to quotation marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Quote {
    #[default]
    Outside,
    Inside,
    /// A paragraph ended inside a quotation: it goes on only if the next begins with a mark.
    AtBreak,
}

impl Cutter {
    fn gap(&mut self) {
        self.end_word();
        self.after_gap = true;
        self.opens_sentence = true;
    }

    fn take(&mut self, c: char, next: Option<char>) {
        if c.is_alphanumeric() || is_mark(c) {
            self.letter(c);
        } else if is_joiner(c) && !self.word.is_empty() && next.is_some_and(char::is_alphanumeric) {
            self.join(c, next);
        } else {
            self.separator(c);
        }
    }

    fn letter(&mut self, c: char) {
        if self.quote == Quote::AtBreak {
            // An opening mark would have come first: the quotation was never closed.
            self.quote = Quote::Outside;
        }
        self.newlines = 0;
        if is_unspaced(c) {
            if !self.word.is_empty() {
                self.end_word();
            }
            self.piece(c);
            return;
        }
        if self.word.is_empty() {
            self.began = self.at;
            self.run = [None; 2];
            self.is_capital = c.is_uppercase();
        }
        if self.word.len() >= params::WORD_BYTES_MAX {
            self.end_word();
            self.began = self.at;
        }
        if c.is_ascii() {
            self.word.push(c.to_ascii_lowercase());
        } else {
            self.word.extend(c.to_lowercase());
        }
    }

    /// A whole word of plain letters and digits: what `letter` and `end_word` do with it, without their steps.
    fn plain(&mut self, word: &str) {
        if self.quote == Quote::AtBreak {
            self.quote = Quote::Outside;
        }
        self.newlines = 0;
        self.run = [None; 2];
        self.is_capital = word.starts_with(|c: char| c.is_ascii_uppercase());
        (self.began, self.at) = (self.at, self.at + word.len());
        let mut buffer = [0; params::WORD_BYTES_MAX];
        let folded = buffer.get_mut(..word.len()).unwrap_or_default();
        folded.copy_from_slice(word.as_bytes());
        folded.make_ascii_lowercase();
        let bare = std::str::from_utf8(folded).unwrap_or(word);
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        self.push_word(bare, is_number);
    }

    /// Joins an apostrophe, a decimal point or a thousands comma into a word.
    fn join(&mut self, c: char, next: Option<char>) {
        let is_number = self.word.ends_with(|last: char| last.is_ascii_digit());
        let before_digit = next.is_some_and(|n| n.is_ascii_digit());
        match c {
            '\'' | '\u{2019}' => self.word.push('\''),
            '.' if is_number && before_digit => self.word.push('.'),
            // 5,000 and 5000 are one number.
            ',' if is_number && before_digit => {}
            // U.S. and US are one word.
            '.' if self.is_abbreviation() => {}
            _ => self.separator(c),
        }
    }

    fn is_abbreviation(&self) -> bool {
        self.is_capital && self.word.chars().count() <= 3 && self.word.is_ascii()
    }

    /// Emits a piece of three characters of an unspaced run (fewer at its start).
    fn piece(&mut self, c: char) {
        let mut piece = String::new();
        piece.extend(self.run[0]);
        piece.extend(self.run[1]);
        piece.push(c);
        let stem = match self.run[1] {
            Some(before) => hash_of(&String::from_iter([before, c])),
            None => 0,
        };
        self.run = [self.run[1], Some(c)];
        self.began = self.at;
        self.at += 1;
        self.push(Word {
            hash: hash_of(&piece),
            stem,
            kind: Kind::Plain,
            opens_sentence: false,
            quoted: false,
            after_gap: false,
        });
    }

    fn push(&mut self, word: Word) {
        self.out.push(Word {
            opens_sentence: self.opens_sentence,
            quoted: self.quote == Quote::Inside,
            after_gap: self.after_gap,
            ..word
        });
        if let Some(places) = &mut self.places {
            let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            places.push((place(self.began), place(self.at)));
        }
        self.opens_sentence = false;
        self.after_gap = false;
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let folded = match is_nfkc_quick(word.chars()) {
            IsNormalized::Yes => Cow::Borrowed(word.as_str()),
            _ => Cow::Owned(word.nfkc().collect()),
        };
        let bare = folded.strip_suffix("'s").unwrap_or(&folded).trim_end_matches('\'');
        let is_number = bare.starts_with(|c: char| c.is_numeric());
        self.push_word(bare, is_number);
        // Its memory serves the next one.
        self.word = word;
        self.word.clear();
    }

    /// Emits a folded word.
    fn push_word(&mut self, bare: &str, is_number: bool) {
        let kind = match (is_number, self.is_capital) {
            (true, _) => Kind::Number,
            (false, true) => Kind::Capital,
            (false, false) => Kind::Plain,
        };
        let hash = hash_of(bare);
        let stem = super::stems::stem_of(bare, hash);
        let (opens_sentence, quoted, after_gap) = (false, false, false);
        self.push(Word { hash, stem, kind, opens_sentence, quoted, after_gap });
    }

    fn separator(&mut self, c: char) {
        self.end_word();
        self.run = [None; 2];
        match c {
            '\n' => {
                self.newlines += 1;
                if self.newlines >= 2 {
                    self.opens_sentence = true;
                    if self.quote == Quote::Inside {
                        self.quote = Quote::AtBreak;
                    }
                }
            }
            '.' | '!' | '?' | ':' | '。' | '！' | '？' | '۔' | '।' | '•' | '|' => {
                self.opens_sentence = true;
            }
            '\u{201c}' | '\u{ab}' | '\u{300c}' | '\u{201e}' => self.quote = Quote::Inside,
            '\u{201d}' | '\u{bb}' | '\u{300d}' => self.quote = Quote::Outside,
            '"' => {
                self.quote = match self.quote {
                    Quote::Inside => Quote::Outside,
                    Quote::Outside | Quote::AtBreak => Quote::Inside,
                };
            }
            _ => {}
        }
        if !c.is_whitespace() {
            self.newlines = 0;
        }
    }
}

/// Characters that may stand inside a word.
fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '.' | ',')
}

/// Marks that belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' | '\u{93a}'..='\u{94f}'
        | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}' | '\u{a3c}'..='\u{a4d}'
        | '\u{abc}'..='\u{acd}' | '\u{b3c}'..='\u{b4d}' | '\u{bbe}'..='\u{bcd}'
        | '\u{c3e}'..='\u{c4d}' | '\u{cbc}'..='\u{ccd}' | '\u{d3e}'..='\u{d4d}' | '\u{200c}'..='\u{200d}')
}

/// Scripts that are written without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fff}' | '\u{3005}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The hash of a folded word; never 0, which means "none".
pub(super) fn hash_of(word: &str) -> u32 {
    let wide = rapidhash::v3::rapidhash_v3(word.as_bytes());
    // The low half alone would do; folding costs nothing and uses all of it.
    let folded = (wide ^ (wide >> 32)) & u64::from(u32::MAX);
    u32::try_from(folded).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<u32> {
        words(text, &[]).iter().map(|w| w.hash).collect()
    }

    #[test]
    fn spelling_of_marks_numbers_and_abbreviations_does_not_matter() {
        assert_eq!(hashes("The U.S. sent 5,000 men"), hashes("the US sent 5000 MEN"));
        assert_eq!(hashes("the mayor’s plan"), hashes("the mayor plan"));
        assert_ne!(hashes("rose 3.5 percent"), hashes("rose 35 percent"));
    }

    #[test]
    fn quoted_words_are_known_past_a_paragraph_but_not_past_an_unclosed_mark() {
        let quoted = |text: &str| words(text, &[]).iter().map(|w| w.quoted).collect::<Vec<_>>();
        assert_eq!(quoted("He “was here” then"), [false, true, true, false]);
        assert_eq!(quoted("“one\n\n“two” three"), [true, true, false]);
        assert_eq!(quoted("“one\n\ntwo three"), [true, false, false]);
    }

    #[test]
    fn spans_that_are_no_text_leave_a_gap() {
        let found = words("DELHI (ANI): Rain fell", &[(0, 12)]);
        assert_eq!(found.len(), 2);
        assert!(found[0].after_gap && !found[1].after_gap);
    }

    #[test]
    fn every_word_knows_its_place_and_is_the_one_that_is_compared() {
        let text = "“Rain’s here,” the U.S. said: 5,000 in Delhi. 北京今天 Ā-end";
        let placed = placed_words(text, &[(3, 6)]);
        let alone: Vec<Word> = placed.iter().map(|(word, _)| *word).collect();
        assert_eq!(alone, words(text, &[(3, 6)]));
        let chars: Vec<char> = text.chars().collect();
        let spelled: Vec<String> = placed
            .iter()
            .map(|(_, (from, to))| chars[*from as usize..*to as usize].iter().collect())
            .collect();
        let plain = ["Ra", "s", "here", "the", "U.S", "said", "5,000", "in", "Delhi"];
        assert_eq!(spelled[..9], plain);
        assert_eq!(spelled[9..], ["北", "京", "今", "天", "Ā", "end"]);
    }

    #[test]
    fn unspaced_scripts_give_overlapping_pieces() {
        assert_eq!(hashes("北京今天下雨").len(), 6);
        assert_eq!(hashes("北京今天下雨").get(3..), hashes("东京今天下雨").get(3..));
    }
}
