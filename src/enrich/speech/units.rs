//! A text as its grammar sees it: tokens with what they can do, then units, where a name, a phrase or a whole quotation
//! is one.

use super::marks::Span;
use super::mentions::{Cast, Mention};
use crate::tables::{Class, Lexicon, Tables, Token, TokenKind};

/// A text with its tokens and what each can do.
pub(super) struct Text<'a> {
    pub(super) body: &'a str,
    pub(super) tokens: Vec<Token>,
    /// What the phrase that begins at a token does, and its words.
    pub(super) classes: Vec<(Class, u8)>,
    pub(super) tables: &'a Tables,
    pub(super) publisher: &'a str,
    /// Country of the publisher, `""` unknown.
    pub(super) country: &'a str,
    /// Whether a title ends before this token.
    after_title: Vec<bool>,
    pub(super) lang: &'a str,
}

impl<'a> Text<'a> {
    pub(super) fn new(
        body: &'a str,
        tokens: Vec<Token>,
        lang: &'a str,
        (publisher, country): (&'a str, &'a str),
        tables: &'a Tables,
    ) -> Self {
        let mut new = Self {
            body,
            classes: Vec::with_capacity(tokens.len()),
            after_title: vec![false; tokens.len() + 1],
            tokens,
            tables,
            publisher,
            country,
            lang,
        };
        new.classify(tables.lexicon(lang));
        new
    }

    fn classify(&mut self, lexicon: &Lexicon) {
        let mut inner = 0;
        let mut lower = String::new();
        for at in 0..self.tokens.len() {
            let token = self.tokens[at];
            if !matches!(token.kind, TokenKind::Word) {
                self.classes.push((Class::default(), 1));
                inner = inner.max(1) - 1;
                continue;
            }
            let word = token.text(self.body);
            let small = if token.capital || !word.is_ascii() {
                lower.clear();
                let plain = |c: char| if c == '’' { '\'' } else { c };
                lower.extend(word.chars().flat_map(char::to_lowercase).map(plain));
                lower.as_str()
            } else {
                word
            };
            if inner > 0 {
                inner -= 1;
                self.classes.push((lexicon.word(small), 1));
                continue;
            }
            let (class, length) = lexicon.at(small, |n| self.next_word(at, n));
            if class.is(Class::TITLE)
                && let Some(end) = self.after_title.get_mut(at + length)
            {
                *end = true;
            }
            inner = length - 1;
            self.classes.push((class, u8::try_from(length).unwrap_or(1)));
        }
    }

    pub(super) fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text(self.body))
    }

    /// The word `n` tokens on, within the block.
    pub(super) fn next_word(&self, at: usize, n: usize) -> Option<&'a str> {
        let token = self.tokens.get(at + n)?;
        (token.kind != TokenKind::Break).then(|| token.text(self.body))
    }

    /// The text of tokens `first..last`.
    pub(super) fn between(&self, first: usize, last: usize) -> &'a str {
        let from = self.tokens.get(first).map_or(0, |token| token.from as usize);
        let to = last
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .map_or(0, |token| token.to as usize);
        self.body.get(from..to).unwrap_or_default()
    }

    /// Its sign, `""` for words.
    pub(super) fn sign(&self, at: usize) -> &'a str {
        let token = self.tokens.get(at);
        token
            .filter(|token| token.kind != TokenKind::Word)
            .map_or("", |token| token.text(self.body))
    }

    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word && token.capital)
    }

    pub(super) fn class(&self, at: usize) -> Class {
        self.classes.get(at).map(|class| class.0).unwrap_or_default()
    }

    pub(super) fn title_ends(&self, at: usize) -> bool {
        self.after_title.get(at).copied().unwrap_or(false)
    }

    /// Whether capitals mark names here: not in German, not in scripts without case.
    pub(super) fn has_case(&self) -> bool {
        !matches!(self.lang, "de" | "hi" | "ja" | "zh" | "ko" | "ar" | "he" | "fa" | "ur")
    }

    pub(super) fn all_caps(&self, at: usize, run: usize) -> bool {
        (at..at + run).all(|n| !self.word(n).chars().any(char::is_lowercase))
    }

    pub(super) fn opens_sentence(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        let token = self.tokens[before];
        token.kind == TokenKind::Break
            || matches!(token.kind, TokenKind::Stop | TokenKind::Quote)
                && token.text(self.body) != ";"
            || matches!(token.text(self.body), "-" | "–" | "—" | "(" | "*" | "•")
    }

    /// Whether a quote or a comma ends at a token.
    pub(super) fn quote_or_comma(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Quote)
            || self.sign(at) == ","
    }

    /// The class of the phrase that ends before `at`, articles aside.
    fn class_before(&self, at: usize) -> Class {
        let mut at = at;
        while at > 0 && self.class(at - 1).is(Class::ARTICLE) {
            at -= 1;
        }
        // A phrase may have several words: the one that reaches to here.
        for length in (1..=5).rev() {
            let Some(from) = at.checked_sub(length) else { continue };
            if let Some((class, words)) = self.classes.get(from)
                && usize::from(*words) == length
                && class.0 != 0
            {
                return *class;
            }
        }
        Class::default()
    }

    /// Whether the words before say that what follows is told something.
    pub(super) fn tells_before(&self, at: usize) -> bool {
        self.class_before(at).is(Class::TELL.or(Class::INTERVIEW).or(Class::ACCORDING))
    }

    /// "dijo a X", "negou à X".
    fn is_told_to(&self, first: usize) -> bool {
        if self.lang == "en" {
            return false;
        }
        let mut at = first;
        while at > 0
            && first - at < 3
            && self.class(at - 1).is(Class::PREPOSITION.or(Class::ARTICLE))
        {
            at -= 1;
        }
        at < first && at > 0 && self.class(at - 1).is(Class::TELL.or(Class::DENY))
    }

    /// "quoted by X".
    fn is_quoted_by(&self, first: usize) -> bool {
        let by = first.checked_sub(1).filter(|by| self.class(*by).is(Class::BY.or(Class::ARTICLE)));
        by.and_then(|by| by.checked_sub(1))
            .is_some_and(|verb| self.class(verb).is(Class::QUOTED.or(Class::REPORT)))
    }

    /// Whether what stands before says that a newsroom follows.
    pub(super) fn leads_to_newsroom(&self, first: usize) -> bool {
        self.class_before(first)
            .is(Class::ACCORDING.or(Class::CITE).or(Class::INTERVIEW).or(Class::AGENCY_NOUN))
    }

    /// Whether a name stands where newsrooms do: behind "according to" or "citing", before "reported".
    pub(super) fn is_newsroom_slot(&self, first: usize, last: usize) -> bool {
        let before = Class::ACCORDING
            .or(Class::CITE)
            .or(Class::INTERVIEW)
            .or(Class::AGENCY_NOUN)
            .or(Class::TELL)
            .or(Class::SEEN)
            .or(Class::QUOTED);
        if self.class_before(first).is(before) || self.is_quoted_by(first) || self.is_told_to(first)
        {
            return true;
        }
        let mut at = last;
        while self.class(at).is(Class::ADVERB.or(Class::HEDGE).or(Class::AUX).or(Class::FIRST))
            && at < last + 4
        {
            at += 1;
        }
        let says = Class::REPORT.or(Class::SAY).or(Class::QUOTED).or(Class::ACCORDING_AFTER);
        let class = self.class(at);
        if class.is(says) {
            return true;
        }
        // "X, citing Y", "(X)", "X, which first reported".
        self.sign(last) == "," && self.class(last + 1).is(Class::CITE.or(Class::WHO))
            || self.sign(last) == ")" && first > 0 && self.sign(first - 1) == "("
    }
}

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word or a phrase.
    Word,
    /// A number.
    Number,
    /// A mention, by its index.
    Name(usize),
    /// A quotation, by its index.
    Quote(usize),
    /// `’s` and its kin.
    Possessive,
    /// A comma.
    Comma,
    /// What ends a sentence.
    Stop,
    /// A colon.
    Colon,
    /// A semicolon.
    Semicolon,
    /// A dash between words.
    Dash,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// Any other sign.
    Sign,
    /// Two blocks meet.
    Break,
}

/// A unit: tokens `first..last`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) kind: Kind,
    pub(super) class: Class,
    pub(super) capital: bool,
}

impl Unit {
    pub(super) fn is(&self, class: Class) -> bool {
        self.class.is(class)
    }
}

/// Lays mentions, phrases and quotations over the tokens.
pub(super) fn units(
    text: &Text<'_>,
    mentions: &[Mention],
    cast: &Cast,
    quotes: &[Span],
) -> Vec<Unit> {
    let mut out = Vec::with_capacity(text.tokens.len());
    let (mut at, mut mention, mut quote) = (0, 0, 0);
    while at < text.tokens.len() {
        while mentions.get(mention).is_some_and(|m| m.first < at) {
            mention += 1;
        }
        while quotes.get(quote).is_some_and(|q| q.open < at) {
            quote += 1;
        }
        let token = text.tokens[at];
        let opened = quotes.get(quote).filter(|q| q.open == at);
        let (last, kind) = if let Some(marked) = opened {
            // A name in marks is a name.
            let inner = mentions.iter().skip(mention).take(2).position(|m| {
                m.first == marked.first && m.last == marked.last && is_newsroom(cast, m)
            });
            (marked.end, inner.map_or(Kind::Quote(quote), |n| Kind::Name(mention + n)))
        } else if mentions.get(mention).is_some_and(|m| m.first == at) {
            (mentions[mention].last, Kind::Name(mention))
        } else {
            plain(text, at)
        };
        let class = match kind {
            Kind::Word => text.classes[at].0,
            Kind::Name(n) if is_newsroom(cast, &mentions[n]) => Class::NEWSROOM,
            _ => Class::default(),
        };
        out.push(Unit { first: at, last: last.max(at + 1), kind, class, capital: token.capital });
        at = last.max(at + 1);
    }
    out
}

fn is_newsroom(cast: &Cast, mention: &Mention) -> bool {
    mention.who.and_then(|who| cast.figure(who)).is_some_and(|figure| figure.newsroom.is_some())
}

fn plain(text: &Text<'_>, at: usize) -> (usize, Kind) {
    let token = text.tokens[at];
    match token.kind {
        TokenKind::Word => (at + usize::from(text.classes[at].1), Kind::Word),
        TokenKind::Number => (at + 1, Kind::Number),
        TokenKind::Break => (at + 1, Kind::Break),
        TokenKind::Quote => {
            let possessor = token.glued && text.tokens.get(at + 1).is_some_and(|next| next.glued);
            if possessor && text.word(at + 1).eq_ignore_ascii_case("s") {
                (at + 2, Kind::Possessive)
            } else if token.glued && matches!(text.sign(at), "'" | "’") {
                (at + 1, Kind::Possessive)
            } else {
                (at + 1, Kind::Sign)
            }
        }
        TokenKind::Stop => {
            let sign = text.sign(at);
            let kind = match sign {
                ":" => Kind::Colon,
                ";" => Kind::Semicolon,
                "." if is_abbreviation(text, at) => Kind::Sign,
                _ => Kind::Stop,
            };
            (at + 1, kind)
        }
        TokenKind::Sign => {
            let kind = match text.sign(at) {
                "," | "،" | "、" | "，" => Kind::Comma,
                "(" | "[" | "（" => Kind::Open,
                ")" | "]" | "）" => Kind::Close,
                "-" if token.glued => Kind::Sign,
                "-" | "–" | "—" | "―" => Kind::Dash,
                _ => Kind::Sign,
            };
            (at + 1, kind)
        }
    }
}

/// A full stop that ends a short form, or stands inside a number or an address.
fn is_abbreviation(text: &Text<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let token = text.tokens[at];
    if !token.glued || text.tokens[before].kind != TokenKind::Word {
        return text
            .tokens
            .get(at + 1)
            .is_some_and(|next| next.glued && next.kind == TokenKind::Number);
    }
    let goes_on = text.tokens.get(at + 1).is_some_and(|next| next.kind != TokenKind::Break);
    let word = text.word(before).to_lowercase();
    let dotted = text.class(before).is(Class::TITLE.or(Class::HONORIFIC)) && word.len() <= 5;
    goes_on
        && (text.tables.is_abbreviation(&word) && (text.is_capital(before) || dotted)
            || dotted && text.is_capital(at + 1))
        || text
            .tokens
            .get(at + 1)
            .is_some_and(|next| next.glued && next.kind == TokenKind::Word && !next.capital)
}
