//! Noun phrases that begin behind a cue.

use super::super::clause::Range;
use super::super::units::{Kind, Text, Unit};
use super::left::joins_names;
use super::{PHRASE_MAX, PRONOUN, Phrase, SPEAKER, can_speak, is_modifier, is_verb};
use crate::tables::Class;

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
    let mut at = from;
    let end = hi.min(from + PHRASE_MAX);
    let mut depth = 0_usize;
    let mut seen_noun = false;
    while at < end {
        let unit = &units[at];
        match unit.kind {
            Kind::Open => depth += 1,
            Kind::Close => {
                if depth == 0 {
                    break;
                }
                depth -= 1;
            }
            _ if depth > 0 => {}
            Kind::Name(_) => seen_noun = true,
            Kind::Number | Kind::Possessive => {}
            Kind::Sign => {
                if !matches!(text.sign(unit.first), "-" | "." | "/" | "&" | "[" | "]") {
                    break;
                }
            }
            Kind::Word => {
                if unit.is(PRONOUN) && !unit.is(Class::GROUP) {
                    return (at == from).then(|| Range::new(at, at + 1));
                }
                // "sagte P der FAZ": the outlet it was told to begins.
                if seen_noun
                    && text.lang != "en"
                    && unit.is(Class::ARTICLE.or(Class::PREPOSITION))
                    && told_newsroom(units, at, end).is_some()
                    && matches!(units[at - 1].kind, Kind::Name(_))
                {
                    break;
                }
                // Behind a name a small word that nothing is known of is the verb.
                if text.lang != "en"
                    && seen_noun
                    && unit.class.0 == 0
                    && !unit.capital
                    && matches!(units[at - 1].kind, Kind::Name(_))
                {
                    break;
                }
                let joins = unit.is(Class::AND) && joins_names(units, at, end, from);
                let stops = unit.is(Class::THAT.or(Class::WHO).or(Class::WHEN))
                    && !unit.is(Class::ARTICLE.or(Class::PREPOSITION))
                    || unit.is(Class::THAT) && at > from
                    || is_verb(unit)
                    || unit.is(Class::TO)
                    || unit.is(Class::AND) && !joins
                    || unit.is(Class::CITE.or(Class::INTERVIEW).or(Class::ACCORDING))
                    || unit.is(Class::ADVERB) && !unit.is(Class::ARTICLE) && seen_noun
                    || unit.is(Class::TIME) && seen_noun
                    || unit.is(Class::PREPOSITION)
                        && seen_noun
                        && !keeps_preposition(text, units, at)
                    || unit.is(Class::SAY.or(Class::TELL).or(Class::THINK).or(Class::REPORT))
                        && !unit.is(SPEAKER.or(Class::NOUN).or(Class::ADDING))
                        && seen_noun
                        && !is_modifier(units, at)
                        && !ends_phrase(units, at)
                    || unit.is(Class::ADDING) && at > from;
                if stops {
                    break;
                }
                seen_noun |= unit.is(SPEAKER)
                    || !unit.is(Class::ARTICLE
                        .or(Class::HIS)
                        .or(Class::PREPOSITION)
                        .or(Class::RANK)
                        .or(Class::HONORIFIC));
            }
            _ => break,
        }
        at += 1;
    }
    while at > from
        && (units[at - 1].is(Class::PREPOSITION.or(Class::ARTICLE))
            || matches!(units[at - 1].kind, Kind::Sign))
    {
        at -= 1;
    }
    (at > from).then_some(Range::new(from, at))
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
    for at in from..hi.min(from + 5) {
        let unit = &units[at];
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
    let mut at = from;
    let end = hi.min(from + 10);
    while at < end {
        let unit = &units[at];
        match unit.kind {
            Kind::Name(_) => {
                let mut to = at + 1;
                if units.get(to).is_some_and(|next| next.kind == Kind::Possessive) {
                    // "told CNN’s N": up to the name or noun that is owned.
                    to += 1;
                    while to < end
                        && matches!(units[to].kind, Kind::Word | Kind::Sign)
                        && !units[to].is(Class::THAT
                            .or(Class::AUX)
                            .or(Class::HE)
                            .or(Class::SHE)
                            .or(Class::THEY)
                            .or(Class::ARTICLE))
                        && !matches!(units[to].kind, Kind::Name(_))
                    {
                        to += 1;
                    }
                    while to < end && matches!(units[to].kind, Kind::Name(_)) {
                        to += 1;
                    }
                } else if units.get(to).is_some_and(|next| {
                    next.kind == Kind::Word
                        && !next.capital
                        && (next.class.0 == 0 || next.is(Class::GROUP))
                        && !next.is(Class::AUX)
                }) && units
                    .get(to + 1)
                    .is_some_and(|after| after.is(Class::TO.or(Class::THAT)))
                {
                    // "told CNN crews to leave".
                    to += 1;
                } else {
                    while to < end
                        && matches!(units[to].kind, Kind::Name(_))
                        && text.tokens[units[to].first].glued
                    {
                        to += 1;
                    }
                    if units.get(to).is_some_and(|next| next.is(Class::AND))
                        && units.get(to + 1).is_some_and(|next| matches!(next.kind, Kind::Name(_)))
                        && to + 2 <= end
                    {
                        to += 2;
                    }
                }
                return Some(Range::new(from, to));
            }
            Kind::Word
                if unit.is(Class::HE.or(Class::THEY).or(Class::I))
                    || matches!(
                        text.word(unit.first),
                        "him" | "her" | "them" | "me" | "us" | "you"
                    ) =>
            {
                return (at == from).then(|| Range::new(from, at + 1));
            }
            Kind::Word if unit.is(SPEAKER) && !unit.is(Class::TITLE) => {
                let mut to = at + 1;
                while to < end
                    && units[to].kind == Kind::Word
                    && units[to].is(SPEAKER.or(Class::AND))
                    && !units[to].is(Class::THAT)
                {
                    to += 1;
                }
                return Some(Range::new(from, to));
            }
            Kind::Word if unit.is(Class::THAT) => return (at > from).then(|| Range::new(from, at)),
            Kind::Word if unit.is(Class::AUX.or(Class::TO).or(Class::WHEN)) => {
                return (at > from).then(|| Range::new(from, at));
            }
            Kind::Word | Kind::Number | Kind::Possessive | Kind::Sign => {}
            _ => return (at > from).then(|| Range::new(from, at)),
        }
        at += 1;
    }
    None
}
