//! Quotation marks: which open, which close, what stands between them. An apostrophe never opens or closes a quote.

use crate::tables::{Token, TokenKind};

/// Quotes of one article that are told; more is a transcript, and its first ones do.
const QUOTES_MAX: usize = 400;

/// Words between marks. Token indices, the marks outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The opening mark.
    pub(super) open: usize,
    /// First token inside.
    pub(super) first: usize,
    /// One past the last token inside.
    pub(super) last: usize,
    /// One past the closing mark; `last` where it is missing.
    pub(super) end: usize,
    /// Whether the next block opens again: one utterance over several blocks.
    pub(super) goes_on: bool,
    /// Whether no mark closes it and nothing goes on.
    pub(super) unclosed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// `“ ” „ "`
    Double,
    /// `‘ ’ '`
    Single,
    /// `« » ‹ ›`
    Angle,
    /// `「 」 『 』`
    Corner,
}

fn family_of(mark: &str) -> Family {
    match mark {
        "'" | "‘" | "’" | "‚" => Family::Single,
        "«" | "»" | "‹" | "›" => Family::Angle,
        "「" | "」" | "『" | "』" => Family::Corner,
        _ => Family::Double,
    }
}

/// The outermost quotes of a text, in its order.
pub(super) fn find(text: &str, tokens: &[Token]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut from = 0;
    while from < tokens.len() && spans.len() < QUOTES_MAX {
        let length = tokens.iter().skip(from).position(|token| token.kind == TokenKind::Break);
        let to = length.map_or(tokens.len(), |length| from + length);
        Block { text, tokens, from, to }.find(&mut spans);
        from = to + 1;
    }
    for at in 1..spans.len() {
        // A quote that no mark closes goes on where the next block opens with one.
        let between = tokens.get(spans[at - 1].end..spans[at].open).unwrap_or_default();
        let next_block = between.len() == 1 && between[0].kind == TokenKind::Break;
        if spans[at - 1].unclosed && next_block {
            spans[at - 1].unclosed = false;
            spans[at - 1].goes_on = true;
        }
    }
    spans
}

struct Block<'a> {
    text: &'a str,
    tokens: &'a [Token],
    from: usize,
    to: usize,
}

impl Block<'_> {
    fn find(&self, spans: &mut Vec<Span>) {
        let mut at = self.from;
        while at < self.to && spans.len() < QUOTES_MAX {
            if !self.is_open(at) {
                at += 1;
                continue;
            }
            let family = family_of(self.mark(at));
            let close = self.close(at, family);
            let unclosed = close.is_none();
            if unclosed && (family == Family::Single || !self.may_go_on(at)) {
                at += 1;
                continue;
            }
            let last = close.unwrap_or(self.to);
            if last > at + 1 {
                let end = close.map_or(last, |close| close + 1);
                spans.push(Span { open: at, first: at + 1, last, end, goes_on: false, unclosed });
            }
            at = close.map_or(self.to, |close| close + 1);
        }
    }

    fn mark(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text(self.text))
    }

    fn is_mark(&self, at: usize) -> bool {
        at < self.to && self.tokens[at].kind == TokenKind::Quote
    }

    /// Whether a space, an opening bracket or a dash stands before.
    fn is_free_before(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        if at == self.from || !token.glued {
            return true;
        }
        matches!(
            self.mark(at - 1),
            "(" | "[" | "—" | "–" | "-" | "/" | ":" | "“" | "\"" | "‘" | "«" | "，" | "："
        )
    }

    /// Whether what follows stands at it.
    fn is_held_after(&self, at: usize) -> bool {
        at + 1 < self.to && self.tokens[at + 1].glued
    }

    fn is_open(&self, at: usize) -> bool {
        if !self.is_mark(at) {
            return false;
        }
        let held = self.is_held_after(at);
        match self.mark(at) {
            "“" => at + 1 < self.to && (held || self.is_free_before(at)),
            "„" | "‟" | "「" | "『" | "‹" => at + 1 < self.to,
            "«" => at + 1 < self.to && (self.is_free_before(at) || held),
            "»" | "\"" | "＂" | "''" | "``" | "‘‘" | "\"\"" => {
                self.is_free_before(at) && held
            }
            "‘" | "'" | "‚" | "’" => {
                let word = self.tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::Word);
                self.is_free_before(at) && held && word
            }
            _ => false,
        }
    }

    fn closes(&self, at: usize, opener: &str) -> bool {
        let mark = self.mark(at);
        let glued = self.tokens.get(at).is_some_and(|token| token.glued);
        match opener {
            "“" | "\"" | "＂" | "‟" | "''" | "``" | "‘‘" | "\"\"" => match mark {
                "”" | "’’" => true,
                "\"" | "＂" | "''" | "\"\"" => glued || !self.is_held_after(at),
                _ => false,
            },
            "„" => matches!(mark, "“" | "”" | "\"" | "‟"),
            "«" => mark == "»",
            "»" => mark == "«",
            "‹" => mark == "›",
            "「" => mark == "」",
            "『" => mark == "』",
            _ => {
                // A word that goes on behind it, or a plural's possession, is no end.
                let ends = glued && !self.is_held_word(at);
                matches!(mark, "’" | "'" | "‘") && ends
            }
        }
    }

    fn is_held_word(&self, at: usize) -> bool {
        let next = self.tokens.get(at + 1).filter(|_| at + 1 < self.to);
        next.is_some_and(|next| {
            next.glued && matches!(next.kind, TokenKind::Word | TokenKind::Number)
        })
    }

    /// The mark that closes the quote opened at `at`.
    fn close(&self, at: usize, family: Family) -> Option<usize> {
        let opener = self.mark(at);
        let mut depth = 0_usize;
        let mut first = None;
        let mut last_single = None;
        for other in at + 1..self.to {
            if !self.is_mark(other) {
                continue;
            }
            let same = family_of(self.mark(other)) == family;
            if same && self.closes(other, opener) {
                if family == Family::Single {
                    // The possession of a plural looks like an end: the mark behind a full stop or a comma is one.
                    let before = self.mark(other - 1);
                    if matches!(before, "." | "," | "!" | "?" | "…") {
                        return Some(other);
                    }
                    last_single = last_single.or(Some(other));
                    let next_is_lower = self.tokens.get(other + 1).is_some_and(|next| {
                        next.kind == TokenKind::Word && !next.capital && other + 1 < self.to
                    });
                    if before.ends_with('s') && next_is_lower && self.has_later_close(other, opener)
                    {
                        continue;
                    }
                    return Some(other);
                }
                first = first.or(Some(other));
                if depth == 0 {
                    return Some(other);
                }
                depth -= 1;
            } else if same
                && self.mark(other) == opener
                && !matches!(opener, "\"" | "''" | "\"\"")
                && self.is_open(other)
            {
                depth += 1;
            }
        }
        first.or(last_single)
    }

    fn has_later_close(&self, at: usize, opener: &str) -> bool {
        (at + 1..self.to).any(|other| {
            self.is_mark(other)
                && family_of(self.mark(other)) == Family::Single
                && self.closes(other, opener)
        })
    }

    /// A quote without an end counts where it opens its block or stands behind a colon or a comma.
    fn may_go_on(&self, at: usize) -> bool {
        at == self.from || matches!(self.mark(at - 1), ":" | ",")
    }
}
