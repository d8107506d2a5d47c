//! Cuts a text into words as a rule compares them: without case, without diacritics. Linear, one buffer a text.
//!
//! Scripts that do not part their words give a word a character, so that a name in them is a phrase.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// The folded words of a text, in its order.
#[derive(Debug, Default)]
pub(super) struct Words {
    buffer: String,
    ends: Vec<usize>,
    after_apostrophe: bool,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self::default();
        words.add(text);
        words
    }

    /// Adds the words of one more text.
    pub(super) fn add(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                self.buffer.push(c.to_ascii_lowercase());
            } else if c.is_ascii() {
                self.end_word();
                self.after_apostrophe = c == '\'';
            } else {
                self.take(c);
            }
        }
        self.end_word();
        self.after_apostrophe = false;
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, place: usize) -> Option<&str> {
        let start = if place == 0 { 0 } else { *self.ends.get(place - 1)? };
        self.buffer.get(start..*self.ends.get(place)?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|place| self.get(place))
    }

    pub(super) fn to_vec(&self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }

    fn take(&mut self, c: char) {
        match c {
            '’' | 'ʼ' | '‘' => {
                self.end_word();
                self.after_apostrophe = true;
            }
            // Soft hyphens and joiners stand inside words.
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            // A syllable is a letter here: taken apart it would be several.
            '\u{ac00}'..='\u{d7a3}' => self.buffer.push(c),
            _ => decompose_compatible(c, |part| self.part(part)),
        }
    }

    fn part(&mut self, c: char) {
        if is_dropped(c) {
            return;
        }
        if !c.is_alphanumeric() && !is_combining_mark(c) {
            self.end_word();
            self.after_apostrophe = false;
            return;
        }
        if is_unparted(c) {
            self.end_word();
            self.buffer.push(c);
            self.end_word();
            return;
        }
        match plain(c) {
            Some(letters) => self.buffer.push_str(letters),
            None => self.buffer.extend(c.to_lowercase().filter(|c| !is_dropped(*c))),
        }
    }

    fn end_word(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        if self.buffer.len() == start {
            return;
        }
        // "Putin's" is the word Putin.
        if self.after_apostrophe && self.buffer.get(start..) == Some("s") {
            self.buffer.truncate(start);
        } else {
            self.ends.push(self.buffer.len());
        }
        self.after_apostrophe = false;
    }
}

/// Marks that a reader may leave out: accents, points of Hebrew and Arabic, sound marks of kana.
fn is_dropped(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}'
            | '\u{591}'..='\u{5c7}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{640}'
            | '\u{3099}'
            | '\u{309a}'
    )
}

/// Scripts written without spaces.
fn is_unparted(c: char) -> bool {
    matches!(
        c,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3134f}'
    )
}

/// Letters that carry their mark inside, and no decomposition parts.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        Words::of(text).to_vec().join(" ")
    }

    #[test]
    fn case_and_diacritics_fold_and_words_stay_whole() {
        for (text, words) in [
            ("Erdoğan’s ZÜRICH-trip", "erdogan zurich trip"),
            ("İstanbul, Łódź, Ørsted, Straße", "istanbul lodz orsted strasse"),
            ("Putin's 'Putin' it's O'Brien", "putin putin it o brien"),
            ("Зеленський Київ Ёлка", "зеленськии киів елка"),
            ("मोदी ने कहा", "मोदी ने कहा"),
            ("普京总统 said", "普 京 总 统 said"),
            ("푸틴 대통령", "푸틴 대통령"),
            ("co\u{ad}operation ﬁne", "cooperation fine"),
            ("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", "οδυσσευσ οδυσσευσ"),
            ("U.S. 5,000", "u s 5 000"),
            ("", ""),
        ] {
            assert_eq!(folded(text), words, "{text}");
        }
    }
}
