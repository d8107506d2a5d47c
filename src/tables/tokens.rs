//! Words and marks of a text with their places. One way to cut serves names in tables and texts alike, so that they
//! meet; the cost is linear in the text.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, with what stands inside words.
    Word,
    /// Begins with a digit.
    Number,
    /// A sign that can open or close a quotation.
    Quote,
    /// `.` `!` `?` `…` and their kin, also `:` and `;`.
    Stop,
    /// Any other sign.
    Sign,
    /// Two blocks meet here.
    Break,
}

/// A word or a sign of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte.
    pub from: u32,
    /// One past the last byte.
    pub to: u32,
    /// First scalar value.
    pub at: u32,
    /// What it is.
    pub kind: TokenKind,
    /// Whether no space parts it from what stands before.
    pub glued: bool,
    /// Whether it begins with a capital, or with a letter of a script without case.
    pub capital: bool,
}

impl Token {
    /// Its text.
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

/// Signs that open or close quotations.
pub fn is_quote_mark(c: char) -> bool {
    matches!(
        c,
        '"' | '“'
            | '”'
            | '„'
            | '‟'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '「'
            | '」'
            | '『'
            | '』'
            | '\''
            | '‘'
            | '’'
            | '‚'
            | '＂'
    )
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | ':' | ';' | '।' | '。' | '！' | '？' | '؟' | '۔')
}

/// Vowel signs and accents that stand inside words without being letters.
fn is_joined(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F | 0x900..=0xDFF | 0x200C | 0x200D)
        && !matches!(c, '।' | '॥')
}

fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() || is_joined(c) }
}

/// Latin letters before which French, Italian and Catalan drop a vowel: `l’`, `d’`, `qu’`.
const ELIDED: [&str; 12] =
    ["l", "d", "qu", "s", "c", "n", "j", "m", "t", "jusqu", "lorsqu", "dell"];

/// Cuts a text into tokens.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut cutter =
        Cutter { text, out: Vec::with_capacity(text.len() / 5 + 4), at: 0, spaced: true };
    cutter.run();
    cutter.out
}

struct Cutter<'a> {
    text: &'a str,
    out: Vec<Token>,
    /// Scalar values passed.
    at: u32,
    spaced: bool,
}

impl Cutter<'_> {
    fn run(&mut self) {
        let mut byte = 0;
        while let Some(c) = self.text.get(byte..).and_then(|rest| rest.chars().next()) {
            if c.is_whitespace() {
                byte += self.space(byte);
                self.spaced = true;
                continue;
            }
            let (bytes, chars, kind) = if is_letter(c) {
                self.word(byte, c)
            } else if let Some(bytes) = self.typed_mark(byte) {
                (bytes, 2, TokenKind::Quote)
            } else {
                let kind = match c {
                    c if is_quote_mark(c) => TokenKind::Quote,
                    c if is_stop(c) => TokenKind::Stop,
                    _ => TokenKind::Sign,
                };
                (c.len_utf8(), 1, kind)
            };
            let capital = kind == TokenKind::Word && !c.is_lowercase();
            self.push(byte, bytes, kind, capital);
            self.at += chars;
            byte += bytes;
            self.spaced = false;
        }
    }

    /// Two single marks in a row are the double one of typewriters.
    fn typed_mark(&self, byte: usize) -> Option<usize> {
        let rest = self.text.get(byte..).unwrap_or_default();
        ["''", "``", "’’", "‘‘", "\"\""]
            .into_iter()
            .find(|mark| rest.starts_with(mark))
            .map(str::len)
    }

    fn push(&mut self, byte: usize, bytes: usize, kind: TokenKind, capital: bool) {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.out.push(Token {
            from: small(byte),
            to: small(byte + bytes),
            at: self.at,
            kind,
            glued: !self.spaced,
            capital,
        });
    }

    /// Bytes of the white space at `byte`; a line's end is a break.
    fn space(&mut self, byte: usize) -> usize {
        let rest = self.text.get(byte..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
        let space = rest.get(..end).unwrap_or_default();
        if space.contains('\n') {
            self.push(byte, 0, TokenKind::Break, false);
        }
        self.at += u32::try_from(space.chars().count()).unwrap_or(u32::MAX);
        end
    }

    /// Bytes, scalar values and kind of the word at `byte`.
    fn word(&self, byte: usize, first: char) -> (usize, u32, TokenKind) {
        let rest = self.text.get(byte..).unwrap_or_default();
        let kind = if first.is_numeric() { TokenKind::Number } else { TokenKind::Word };
        let (mut bytes, mut chars) = (0, 0_u32);
        let mut all = rest.char_indices().peekable();
        let mut letters = 0;
        while let Some((at, c)) = all.next() {
            let next = all.peek().map(|(_, next)| *next);
            let goes_on = is_letter(c)
                || is_apostrophe(c) && Self::keeps_apostrophe(rest, at, next)
                || c == '.' && Self::keeps_dot(rest, at, letters, next)
                || kind == TokenKind::Number
                    && matches!(c, ',' | '.')
                    && next.is_some_and(|next| next.is_ascii_digit());
            if !goes_on {
                break;
            }
            letters = if is_letter(c) { letters + 1 } else { 0 };
            bytes = at + c.len_utf8();
            chars += 1;
            if is_apostrophe(c)
                && ELIDED.contains(&rest.get(..at).unwrap_or_default().to_lowercase().as_str())
            {
                break;
            }
        }
        (bytes, chars, kind)
    }

    /// `O’Neil` and `don’t` are words; the `’s` of a possessor is a word of its own.
    fn keeps_apostrophe(rest: &str, at: usize, next: Option<char>) -> bool {
        if at == 0 || !next.is_some_and(is_letter) {
            return false;
        }
        let after = rest.get(at..).unwrap_or_default().chars().skip(1);
        let mut tail = after.take_while(|c| is_letter(*c));
        let (one, two) = (tail.next(), tail.next());
        !(matches!(one, Some('s' | 'S')) && two.is_none())
    }

    /// The full stop of an initial and of letters parted by stops (`U.S.`).
    fn keeps_dot(rest: &str, at: usize, letters: usize, next: Option<char>) -> bool {
        if letters != 1 {
            return false;
        }
        let before = rest.get(..at).unwrap_or_default();
        let is_upper = before.chars().next_back().is_some_and(char::is_uppercase);
        let dotted = before.contains('.');
        let small = next.is_some_and(char::is_alphabetic) || dotted;
        is_upper && (at <= 4 || dotted) && (before.chars().count() == 1 || dotted)
            || small && before.len() == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| token.text(text)).collect()
    }

    #[test]
    fn words_keep_what_belongs_to_them() {
        assert_eq!(cut("O’Neil didn't go."), ["O’Neil", "didn't", "go", "."]);
        assert_eq!(
            cut("Trump’s U.S. tour, 5,000 km"),
            ["Trump", "’", "s", "U.S.", "tour", ",", "5,000", "km"]
        );
        assert_eq!(cut("John F. Kennedy"), ["John", "F.", "Kennedy"]);
        assert_eq!(cut("selon l’AFP"), ["selon", "l’", "AFP"]);
        assert_eq!(cut("राष्ट्रपति ने कहा।"), ["राष्ट्रपति", "ने", "कहा", "।"]);
        assert_eq!(cut("Russia-Ukraine"), ["Russia", "-", "Ukraine"]);
    }

    #[test]
    fn blocks_are_parted_and_places_count_scalar_values() {
        let text = "Žižka.\n\n“No.”";
        let all = tokens(text);
        assert_eq!(all[2].kind, TokenKind::Break);
        assert_eq!((all[3].at, all[4].at, all[4].text(text)), (8, 9, "No"));
    }
}
