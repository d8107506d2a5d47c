//! A text taken apart: its units, who is named where, what is attributed. The rest of the module reads it.

use super::clause::{self, Attribution, Range};
use super::marks::{self, Span};
use super::mentions::{self, Cast, Figure, How, Mention};
use super::sentences;
use super::units::{self, Kind, Text, Unit};
use crate::tables::{Class, EntityKind, Tables, tokens};

/// A text with all that was found in it so far.
pub(super) struct Scene<'a> {
    pub(super) text: Text<'a>,
    pub(super) quotes: Vec<Span>,
    pub(super) mentions: Vec<Mention>,
    pub(super) cast: Cast,
    pub(super) units: Vec<Unit>,
    pub(super) attributions: Vec<Attribution>,
    /// For each unit, the number of its block.
    pub(super) blocks: Vec<u32>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        body: &'a str,
        lang: &'a str,
        publisher: (&'a str, &'a str),
        tables: &'a Tables,
    ) -> Self {
        let text = Text::new(body, tokens(body), lang, publisher, tables);
        let quotes = marks::find(text.body, &text.tokens);
        let (mentions, cast) = mentions::find(&text);
        let units = units::units(&text, &mentions, &cast, &quotes);
        let sentences = sentences::sentences(&text, &units, &quotes);
        let attributions = clause::find(&text, &units, &sentences);
        let mut block = 0;
        let blocks = units
            .iter()
            .map(|unit| {
                block += u32::from(unit.kind == Kind::Break);
                block
            })
            .collect();
        Self { text, quotes, mentions, cast, units, attributions, blocks }
    }

    pub(super) fn class(&self, at: usize) -> Class {
        self.units.get(at).map(|unit| unit.class).unwrap_or_default()
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.units.get(at).map(|unit| unit.kind)
    }

    /// The word of a unit.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.units.get(at).map_or("", |unit| self.text.between(unit.first, unit.last))
    }

    pub(super) fn words(&self, range: Range) -> &'a str {
        if range.is_empty() {
            return "";
        }
        self.text.between(self.units[range.from].first, self.units[range.to - 1].last)
    }

    /// The figure named by a unit, and how.
    pub(super) fn named(&self, at: usize) -> Option<(u32, How)> {
        let Some(Kind::Name(mention)) = self.kind(at) else { return None };
        let mention = self.mentions.get(mention)?;
        Some((mention.who?, mention.how))
    }

    pub(super) fn figure(&self, who: u32) -> Option<&Figure> {
        self.cast.figure(who)
    }

    pub(super) fn is_person(&self, who: u32) -> bool {
        self.figure(who).is_some_and(|figure| figure.kind == EntityKind::Person)
    }

    pub(super) fn newsroom(&self, who: u32) -> Option<&str> {
        self.figure(who)?.newsroom.as_deref()
    }

    /// Scalar values of units.
    pub(super) fn span(&self, range: Range) -> (u32, u32) {
        if range.is_empty() {
            return (0, 0);
        }
        self.token_span(self.units[range.from].first, self.units[range.to - 1].last)
    }

    /// Scalar values of tokens `first..last`.
    pub(super) fn token_span(&self, first: usize, last: usize) -> (u32, u32) {
        let Some(end) = last.checked_sub(1).and_then(|at| self.text.tokens.get(at)) else {
            return (0, 0);
        };
        let start = self.text.tokens.get(first).map_or(0, |token| token.at);
        let chars = end.text(self.text.body).chars().count();
        (start, end.at + u32::try_from(chars).unwrap_or(0))
    }
}
