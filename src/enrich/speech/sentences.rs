//! Where sentences end.

use super::marks::Span;
use super::units::{Kind, Text, Unit};
use crate::tables::Class;

/// Sentences as ranges of units.
pub(super) fn sentences(text: &Text<'_>, units: &[Unit], quotes: &[Span]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut from = 0;
    for at in 0..units.len() {
        let ends = match units[at].kind {
            Kind::Break => true,
            Kind::Stop => {
                let next = units.get(at + 1);
                next.is_none_or(|next| {
                    next.capital
                        || !matches!(next.kind, Kind::Word | Kind::Comma | Kind::Stop | Kind::Close)
                })
            }
            Kind::Quote(quote) => ends_in_quote(text, units, at, &quotes[quote]),
            _ => false,
        };
        if ends {
            if at + 1 > from {
                out.push((from, at + 1));
            }
            from = at + 1;
        }
    }
    if from < units.len() {
        out.push((from, units.len()));
    }
    out
}

/// A quotation that ends with a full stop ends its sentence, unless the words that give its speaker follow.
fn ends_in_quote(text: &Text<'_>, units: &[Unit], at: usize, quote: &Span) -> bool {
    let inside = text.sign(quote.last.saturating_sub(1));
    if !matches!(inside, "." | "!" | "?" | "…" | "।" | "。") {
        return false;
    }
    let Some(next) = units.get(at + 1) else { return false };
    if !(next.capital || matches!(next.kind, Kind::Quote(_))) {
        return false;
    }
    let says = Class::GIVEN.or(Class::SAY).or(Class::TELL);
    for unit in units.iter().skip(at + 1).take(7) {
        match unit.kind {
            Kind::Word if unit.is(says) => return inside == ".",
            Kind::Word
                if unit.is(Class::HE
                    .or(Class::SHE)
                    .or(Class::THEY)
                    .or(Class::ARTICLE)
                    .or(Class::TITLE)) => {}
            Kind::Word
                if unit.capital || unit.is(Class::ADVERB.or(Class::GROUP).or(Class::OFFICIAL)) => {}
            Kind::Name(_) | Kind::Sign => {}
            _ => return true,
        }
    }
    true
}
