//! Noun phrases that begin behind a cue.

use super::super::clause::Range;
use super::super::units::{Kind, Text, Unit};
use super::left::joins_names;
use super::{PHRASE_MAX, PRONOUN, Phrase, SPEAKER, is_modifier, is_verb};
use crate::tables::Class;

/// Units of a hearer.
const HEARER_MAX: usize = 10;

/// The phrase with what a comma adds to it: `P, the head of X`.
pub(in crate::enrich::speech) fn with_apposition(
    units: &[Unit],
    phrase: Phrase,
    hi: usize,
) -> Phrase {
    let mut to = phrase.to;
    while units.get(to).is_some_and(|unit| to < hi && unit.kind == Kind::Comma) {
        let Some(first) = units.get(to + 1).filter(|_| to + 1 < hi) else { break };
        let fits = first.kind == Kind::Number
            || matches!(first.kind, Kind::Name(_))
            || first.kind == Kind::Word
                && !first.is(Class::AND
                    .or(Class::THAT)
                    .or(Class::WHEN)
                    .or(Class::AUX)
                    .or(PRONOUN)
                    .or(Class::ACCORDING)
                    .or(Class::CITE)
                    .or(Class::ADDING));
        if !fits {
            break;
        }
        let mut at = to + 1;
        while at < hi
            && !matches!(
                units[at].kind,
                Kind::Comma
                    | Kind::Stop
                    | Kind::Quote(_)
                    | Kind::Semicolon
                    | Kind::Colon
                    | Kind::Dash
                    | Kind::Break
            )
        {
            at += 1;
        }
        let quote_next = units.get(at).is_some_and(|unit| matches!(unit.kind, Kind::Quote(_)));
        if quote_next || at - to > PHRASE_MAX {
            break;
        }
        let done = units.get(at + 1).is_some_and(|next| matches!(next.kind, Kind::Quote(_)));
        to = at;
        if done || at >= hi || units[at].kind != Kind::Comma {
            break;
        }
    }
    Range::new(phrase.from, to)
}

/// The noun phrase that begins at `from`.
pub(in crate::enrich::speech) fn right(
    text: &Text<'_>,
    units: &[Unit],
    from: usize,
    hi: usize,
) -> Option<Phrase> {
    let end = hi.min(from + PHRASE_MAX);
    let first = units.get(from).filter(|_| from < end)?;
    if first.kind == Kind::Word && first.is(PRONOUN) && !first.is(Class::GROUP) {
        return Some(Range::new(from, from + 1));
    }
    let mut walk = Walk { text, units, from, end, at: from, depth: 0, seen_noun: false };
    while walk.at < end && walk.takes() {
        walk.at += 1;
    }
    let mut at = walk.at;
    let loose =
        |unit: &Unit| unit.is(Class::PREPOSITION.or(Class::ARTICLE)) || unit.kind == Kind::Sign;
    while at > from && loose(&units[at - 1]) {
        at -= 1;
    }
    (at > from).then_some(Range::new(from, at))
}

/// A walk along a noun phrase.
struct Walk<'a> {
    text: &'a Text<'a>,
    units: &'a [Unit],
    from: usize,
    end: usize,
    at: usize,
    /// Open brackets.
    depth: usize,
    seen_noun: bool,
}

impl Walk<'_> {
    /// Whether the phrase goes on with the unit at hand.
    fn takes(&mut self) -> bool {
        let unit = &self.units[self.at];
        match unit.kind {
            Kind::Open => self.depth += 1,
            Kind::Close => {
                if self.depth == 0 {
                    return false;
                }
                self.depth -= 1;
            }
            _ if self.depth > 0 => {}
            Kind::Name(_) => self.seen_noun = true,
            Kind::Number | Kind::Possessive => {}
            Kind::Sign => {
                return matches!(self.text.sign(unit.first), "-" | "." | "/" | "&" | "[" | "]");
            }
            Kind::Word => return self.takes_word(unit),
            _ => return false,
        }
        true
    }

    fn takes_word(&mut self, unit: &Unit) -> bool {
        if unit.is(PRONOUN) && !unit.is(Class::GROUP)
            || self.stops_behind_name(unit)
            || self.stops(unit)
        {
            return false;
        }
        let light = Class::ARTICLE
            .or(Class::HIS)
            .or(Class::PREPOSITION)
            .or(Class::RANK)
            .or(Class::HONORIFIC);
        self.seen_noun |= unit.is(SPEAKER) || !unit.is(light);
        true
    }

    /// In other languages than English: the outlet it was told to ("sagte P der FAZ"), or a verb nothing is known of.
    fn stops_behind_name(&self, unit: &Unit) -> bool {
        let behind_name =
            self.at > self.from && matches!(self.units[self.at - 1].kind, Kind::Name(_));
        if self.text.lang == "en" || !behind_name {
            return false;
        }
        let told = unit.is(Class::ARTICLE.or(Class::PREPOSITION))
            && told_newsroom(self.units, self.at, self.end).is_some();
        told || unit.class.0 == 0 && !unit.capital
    }

    fn stops(&self, unit: &Unit) -> bool {
        let (text, units, at, seen) = (self.text, self.units, self.at, self.seen_noun);
        let later = at > self.from;
        let always = Class::CITE.or(Class::INTERVIEW).or(Class::ACCORDING).or(Class::TO);
        if is_verb(unit) || unit.is(always) {
            return true;
        }
        let opens_clause = unit.is(Class::THAT.or(Class::WHO).or(Class::WHEN))
            && !unit.is(Class::ARTICLE.or(Class::PREPOSITION));
        if opens_clause || later && unit.is(Class::THAT.or(Class::ADDING)) {
            return true;
        }
        if unit.is(Class::AND) && !joins_names(units, at, self.end, self.from) {
            return true;
        }
        if !seen {
            return false;
        }
        let says = unit.is(Class::SAY.or(Class::TELL).or(Class::THINK).or(Class::REPORT))
            && !unit.is(SPEAKER.or(Class::NOUN).or(Class::ADDING));
        unit.is(Class::TIME)
            || unit.is(Class::ADVERB) && !unit.is(Class::ARTICLE)
            || unit.is(Class::PREPOSITION) && !keeps_preposition(text, units, at)
            || says && !is_modifier(units, at) && !ends_phrase(units, at)
    }
}

/// "PTI rules,": a form before a comma is the noun.
fn ends_phrase(units: &[Unit], at: usize) -> bool {
    matches!(units[at - 1].kind, Kind::Name(_))
        && units.get(at + 1).is_some_and(|next| next.kind == Kind::Comma)
        && units[at].is(Class::WEAK)
}

/// "of" and "for" belong to a noun; "in" and "on" mostly say where and when.
fn keeps_preposition(text: &Text<'_>, units: &[Unit], at: usize) -> bool {
    let word = text.word(units[at].first);
    if matches!(
        word,
        "of" | "for"
            | "from"
            | "with"
            | "by"
            | "de"
            | "del"
            | "du"
            | "des"
            | "da"
            | "do"
            | "von"
            | "der"
            | "d’"
            | "d'"
            | "close"
            | "familiar"
            | "near"
            | "inside"
            | "within"
    ) {
        return true;
    }
    matches!(word, "at" | "in" | "to" | "on")
        && units.get(at + 1).is_some_and(|next| {
            !next.is(Class::TIME.or(Class::STATEMENT))
                && (next.is(Class::ARTICLE)
                    && units.get(at + 2).is_some_and(|n| {
                        !n.is(Class::STATEMENT.or(Class::TIME)) && !n.is(Class::NOUN)
                    })
                    || matches!(next.kind, Kind::Name(_)))
        })
        && at > 0
        && units[at - 1].is(SPEAKER)
}

/// The outlet that something was told to, behind its verb or its speaker: `dijo a EFE`, `sagte P der FAZ`.
pub(in crate::enrich::speech) fn told_newsroom(
    units: &[Unit],
    from: usize,
    hi: usize,
) -> Option<Phrase> {
    let lead = Class::PREPOSITION
        .or(Class::ARTICLE)
        .or(Class::AGENCY_NOUN)
        .or(Class::DATIVE)
        .or(Class::INTERVIEW);
    for (at, unit) in units.iter().enumerate().take(hi.min(from + 5)).skip(from) {
        if unit.is(Class::NEWSROOM) {
            return Some(Range::new(from, at + 1));
        }
        if unit.kind != Kind::Word || !unit.is(lead) || unit.is(Class::THAT) {
            return None;
        }
    }
    None
}

/// Whom somebody told: one name or one group.
pub(in crate::enrich::speech) fn hearer(
    text: &Text<'_>,
    units: &[Unit],
    from: usize,
    hi: usize,
) -> Option<Phrase> {
    let end = hi.min(from + HEARER_MAX);
    for (at, unit) in units.iter().enumerate().take(end).skip(from) {
        let so_far = || (at > from).then(|| Range::new(from, at));
        match unit.kind {
            Kind::Name(_) => return Some(Range::new(from, end_of_name(text, units, at, end))),
            Kind::Word if is_object(text, unit) => {
                return (at == from).then(|| Range::new(from, at + 1));
            }
            Kind::Word if unit.is(SPEAKER) && !unit.is(Class::TITLE) => {
                let group = |unit: &Unit| {
                    unit.kind == Kind::Word
                        && unit.is(SPEAKER.or(Class::AND))
                        && !unit.is(Class::THAT)
                };
                let more =
                    units.get(at + 1..end).unwrap_or_default().iter().take_while(|u| group(u));
                return Some(Range::new(from, at + 1 + more.count()));
            }
            Kind::Word if unit.is(Class::THAT.or(Class::AUX).or(Class::TO).or(Class::WHEN)) => {
                return so_far();
            }
            Kind::Word | Kind::Number | Kind::Possessive | Kind::Sign => {}
            _ => return so_far(),
        }
    }
    None
}

/// "told him", "told us".
fn is_object(text: &Text<'_>, unit: &Unit) -> bool {
    unit.is(Class::HE.or(Class::THEY).or(Class::I))
        || matches!(text.word(unit.first), "him" | "her" | "them" | "me" | "us" | "you")
}

/// Where the hearer that begins with the name at `at` ends.
fn end_of_name(text: &Text<'_>, units: &[Unit], at: usize, end: usize) -> usize {
    let name = |at: usize| at < end && matches!(units[at].kind, Kind::Name(_));
    let mut to = at + 1;
    let Some(next) = units.get(to).filter(|_| to < end) else { return to };
    if next.kind == Kind::Possessive {
        // "told CNN’s N": up to the name or noun that is owned.
        let ends = Class::THAT
            .or(Class::AUX)
            .or(Class::HE)
            .or(Class::SHE)
            .or(Class::THEY)
            .or(Class::ARTICLE);
        to += 1;
        while to < end && matches!(units[to].kind, Kind::Word | Kind::Sign) && !units[to].is(ends) {
            to += 1;
        }
        while name(to) {
            to += 1;
        }
        return to;
    }
    let noun =
        next.kind == Kind::Word && !next.capital && (next.class.0 == 0 || next.is(Class::GROUP));
    if noun && units.get(to + 1).is_some_and(|after| after.is(Class::TO.or(Class::THAT))) {
        // "told CNN crews to leave".
        return to + 1;
    }
    while name(to) && text.tokens[units[to].first].glued {
        to += 1;
    }
    if units.get(to).is_some_and(|next| next.is(Class::AND)) && name(to + 1) {
        to += 2;
    }
    to
}
