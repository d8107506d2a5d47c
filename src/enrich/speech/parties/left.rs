//! Noun phrases that end where a verb begins.

use super::super::clause::Range;
use super::super::units::{Kind, Text, Unit};
use super::{PHRASE_MAX, PRONOUN, Phrase, SPEAKER, can_speak, is_modifier, is_verb};
use crate::tables::Class;

/// The noun phrase that ends before `end`, back to `lo` at most.
pub(in crate::enrich::speech) fn left(
    text: &Text<'_>,
    units: &[Unit],
    end: usize,
    lo: usize,
) -> Option<Phrase> {
    let last = end.checked_sub(1).filter(|last| *last >= lo)?;
    let unit = &units[last];
    if unit.kind == Kind::Word && unit.is(PRONOUN.or(Class::WHO)) && !unit.is(Class::GROUP) {
        return Some(Range::new(last, end));
    }
    if unit.kind == Kind::Comma {
        return apposition(text, units, last, lo);
    }
    let phrase = core_left(text, units, end, lo)?;
    Some(with_start(text, units, phrase))
}

/// `N, the spokesman,` before a verb: the phrase before the first comma with what stands between.
fn apposition(text: &Text<'_>, units: &[Unit], comma: usize, lo: usize) -> Option<Phrase> {
    let from = lo.max(comma.saturating_sub(PHRASE_MAX));
    let mut opening = None;
    let mut at = comma;
    while at > from {
        at -= 1;
        match units[at].kind {
            Kind::Comma => {
                let first = &units[at + 1];
                let before_name = at.checked_sub(1).filter(|n| *n >= lo).is_some_and(|n| {
                    matches!(units[n].kind, Kind::Name(_) | Kind::Close)
                        || units[n].is(Class::UNNAMED.or(Class::OFFICIAL))
                }) || first.is(Class::SEEN);
                let fits = before_name
                    && first.kind == Kind::Word
                    && !first.is(Class::AND
                        .or(Class::THAT)
                        .or(Class::WHEN)
                        .or(Class::AUX)
                        .or(PRONOUN)
                        .or(Class::ACCORDING))
                    || first.kind == Kind::Number
                    || first.is(Class::ARTICLE
                        .or(Class::HIS)
                        .or(Class::TITLE)
                        .or(Class::RANK)
                        .or(Class::WHO)
                        .or(Class::GROUP)
                        .or(Class::OFFICIAL)
                        .or(Class::CITE)
                        .or(Class::AGENCY_NOUN))
                    || matches!(first.kind, Kind::Name(_));
                if fits {
                    opening = Some(at);
                    // "N, of Oslo, the head of X," has several.
                    let before =
                        at.checked_sub(1).filter(|before| *before >= lo).map(|n| &units[n]);
                    if before
                        .is_some_and(|unit| matches!(unit.kind, Kind::Name(_)) || unit.is(SPEAKER))
                    {
                        break;
                    }
                    continue;
                }
                break;
            }
            Kind::Quote(_) | Kind::Stop | Kind::Break | Kind::Semicolon | Kind::Colon => break,
            _ => {}
        }
    }
    let opening = opening?;
    let phrase = core_left(text, units, opening, lo)?;
    let phrase = with_start(text, units, phrase);
    can_speak(units, phrase).then(|| Range::new(phrase.from, comma))
}

fn core_left(text: &Text<'_>, units: &[Unit], end: usize, lo: usize) -> Option<Phrase> {
    let floor = lo.max(end.saturating_sub(PHRASE_MAX));
    let mut from = end;
    let mut depth = 0;
    while from > floor {
        let at = from - 1;
        let unit = &units[at];
        if depth > 0 {
            depth -= usize::from(unit.kind == Kind::Open);
            from = at;
            continue;
        }
        let goes_on = match unit.kind {
            Kind::Name(_) | Kind::Number | Kind::Possessive => true,
            Kind::Sign => !matches!(text.sign(unit.first), "*" | "•" | "|"),
            Kind::Close => {
                depth += 1;
                true
            }
            Kind::Word => {
                if unit.is(Class::AND) {
                    joins_names(units, at, end, lo)
                } else {
                    let stops = unit.is(Class::THAT.or(Class::WHO).or(Class::WHEN).or(PRONOUN))
                        && !unit.is(Class::ARTICLE)
                        || unit.is(Class::NOT)
                        || is_verb(unit)
                        || unit.is(Class::TO)
                        || unit.is(Class::SAY.or(Class::TELL).or(Class::THINK).or(Class::REPORT))
                            && !unit.is(SPEAKER.or(Class::NOUN))
                            && !is_modifier(units, at)
                        || unit.is(Class::ADVERB) && from == end
                        || unit.is(Class::ADVERB) && !unit.is(Class::ARTICLE) && at == lo;
                    !stops && !unit.is(Class::THAT)
                }
            }
            _ => false,
        };
        if !goes_on {
            break;
        }
        from = at;
    }
    (from < end).then_some(Range::new(from, without_time(units, from, end)))
}

/// "The Times on Saturday wrote": when it was is no part of the subject.
fn without_time(units: &[Unit], from: usize, end: usize) -> usize {
    let mut to = end;
    while to > from + 1 && units[to - 1].is(Class::TIME) && !units[to - 1].is(SPEAKER) {
        to -= 1;
        while to > from + 1 && units[to - 1].is(Class::PREPOSITION.or(Class::ARTICLE)) {
            to -= 1;
        }
    }
    to
}

/// "X and Y said": both sides are names or people.
pub(in crate::enrich::speech) fn joins_names(
    units: &[Unit],
    at: usize,
    end: usize,
    lo: usize,
) -> bool {
    if at <= lo || at + 1 >= end {
        return false;
    }
    let noun = |unit: &Unit| {
        matches!(unit.kind, Kind::Name(_)) || unit.is(SPEAKER) || unit.kind == Kind::Close
    };
    let adjectives = units[at - 1].kind == Kind::Word
        && units[at + 1].kind == Kind::Word
        && !is_verb(&units[at - 1])
        && !is_verb(&units[at + 1])
        && units.get(at + 2).is_some_and(|unit| at + 2 < end && unit.is(SPEAKER))
        && (at < lo + 2
            || matches!(units[at - 2].kind, Kind::Comma | Kind::Stop | Kind::Break)
            || units[at - 2].is(Class::ARTICLE));
    adjectives
        || noun(&units[at - 1]) && (noun(&units[at + 1]) || units.get(at + 2).is_some_and(noun))
}

/// Without what cannot begin it: prepositions with their noun, conjunctions, times.
fn with_start(text: &Text<'_>, units: &[Unit], phrase: Phrase) -> Phrase {
    let mut from = phrase.from;
    while let Some(unit) = units.get(from).filter(|_| from + 1 < phrase.to) {
        if unit.is(Class::AND.or(Class::TIME)) && !unit.is(Class::ARTICLE)
            || unit.kind == Kind::Sign
                && from + 1 < phrase.to
                && !matches!(text.sign(unit.first), "[" | "-")
            || unit.kind == Kind::Close
        {
            from += 1;
            continue;
        }
        let leads = unit.is(Class::PREPOSITION) && !unit.is(Class::ARTICLE);
        if unit.is(Class::ADVERB) && !unit.is(Class::ARTICLE) {
            from += 1;
            continue;
        }
        if !leads {
            break;
        }
        // "In Oslo officials", "In an interview the minister": the last noun that opens is the subject.
        let opens = |unit: &Unit| {
            unit.is(Class::ARTICLE.or(Class::HIS).or(SPEAKER).or(Class::RANK).or(Class::HONORIFIC))
                || matches!(unit.kind, Kind::Name(_))
        };
        let noun = |unit: &Unit| {
            matches!(unit.kind, Kind::Name(_) | Kind::Number | Kind::Close)
                || unit.kind == Kind::Word
                    && !unit.is(Class::ARTICLE
                        .or(Class::HIS)
                        .or(Class::PREPOSITION)
                        .or(Class::TITLE)
                        .or(Class::RANK)
                        .or(Class::HONORIFIC))
        };
        let mut start = None;
        let mut at = phrase.to;
        while at > from + 2 {
            at -= 1;
            if units[at].is(Class::PREPOSITION) {
                break;
            }
            if opens(&units[at]) && noun(&units[at - 1]) {
                start = Some(at);
                break;
            }
        }
        match start {
            Some(start) if start > from + 1 => from = start,
            _ => break,
        }
        break;
    }
    Range::new(from, phrase.to)
}
