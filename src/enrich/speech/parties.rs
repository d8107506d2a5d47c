//! Noun phrases: where one ends, whether it can speak, whom it means.

use super::clause::Range;
use super::units::{Kind, Text, Unit};
use crate::tables::Class;

/// Units of a noun phrase.
const PHRASE_MAX: usize = 24;

/// Units of a noun phrase.
pub(super) type Phrase = Range;

const PRONOUN: Class = Class::HE.or(Class::SHE).or(Class::THEY).or(Class::IT).or(Class::I);
/// Words that speak without a name.
pub(super) const SPEAKER: Class = Class::OFFICIAL
    .or(Class::UNNAMED)
    .or(Class::STATE_MEDIA)
    .or(Class::LOCAL_MEDIA)
    .or(Class::MEDIA)
    .or(Class::WITNESS)
    .or(Class::DOCUMENT)
    .or(Class::GROUP)
    .or(Class::TITLE);

fn is_verb(unit: &Unit) -> bool {
    unit.is(Class::AUX.or(Class::VERB))
}

/// The noun phrase that ends before `end`, back to `lo` at most.
pub(super) fn left(text: &Text<'_>, units: &[Unit], end: usize, lo: usize) -> Option<Phrase> {
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
                let before_name = at.checked_sub(1).filter(|n| *n >= lo).is_some_and(|n| matches!(units[n].kind, Kind::Name(_) | Kind::Close) || units[n].is(Class::UNNAMED.or(Class::OFFICIAL))) || first.is(Class::SEEN);
                let fits = before_name && first.kind == Kind::Word && !first.is(Class::AND.or(Class::THAT).or(Class::WHEN).or(Class::AUX).or(PRONOUN).or(Class::ACCORDING)) || first.kind == Kind::Number
                    || first.is(Class::ARTICLE.or(Class::HIS).or(Class::TITLE).or(Class::RANK).or(Class::WHO).or(Class::GROUP).or(Class::OFFICIAL).or(Class::CITE).or(Class::AGENCY_NOUN))
                    || matches!(first.kind, Kind::Name(_));
                if fits {
                    opening = Some(at);
                    // "N, of Oslo, the head of X," has several.
                    let before = at.checked_sub(1).filter(|before| *before >= lo).map(|n| &units[n]);
                    if before.is_some_and(|unit| matches!(unit.kind, Kind::Name(_)) || unit.is(SPEAKER)) {
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
                        || unit.is(Class::SAY.or(Class::TELL).or(Class::THINK).or(Class::REPORT)) && !unit.is(SPEAKER.or(Class::NOUN)) && !is_modifier(units, at)
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

/// A participle before a noun: "the proposed plan".
fn is_modifier(units: &[Unit], at: usize) -> bool {
    if units[at].is(Class::NOUN.or(Class::STATEMENT))
        && (at.saturating_sub(3)..at).any(|n| units[n].is(Class::ARTICLE.or(Class::HIS)) && !units[n].is(Class::THAT))
    {
        return true;
    }
    let mut before = at;
    while before > 0 && at - before < 3 {
        before -= 1;
        let unit = &units[before];
        if unit.is(Class::ARTICLE.or(Class::HIS).or(Class::PREPOSITION)) && !unit.is(Class::THAT) {
            return true;
        }
        if unit.kind != Kind::Word || unit.class.0 & !Class::RANK.or(Class::NOUN).0 != 0 {
            return false;
        }
    }
    false
}

/// The phrase with what a comma adds to it: `P, the head of X`.
pub(super) fn with_apposition(units: &[Unit], phrase: Phrase, hi: usize) -> Phrase {
    let mut to = phrase.to;
    while units.get(to).is_some_and(|unit| to < hi && unit.kind == Kind::Comma) {
        let Some(first) = units.get(to + 1).filter(|_| to + 1 < hi) else { break };
        let fits = first.kind == Kind::Number
            || matches!(first.kind, Kind::Name(_))
            || first.kind == Kind::Word
                && !first.is(Class::AND.or(Class::THAT).or(Class::WHEN).or(Class::AUX).or(PRONOUN).or(Class::ACCORDING).or(Class::CITE).or(Class::ADDING));
        if !fits {
            break;
        }
        let mut at = to + 1;
        while at < hi && !matches!(units[at].kind, Kind::Comma | Kind::Stop | Kind::Quote(_) | Kind::Semicolon | Kind::Colon | Kind::Dash | Kind::Break) {
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

/// "X and Y said": both sides are names or people.
fn joins_names(units: &[Unit], at: usize, end: usize, lo: usize) -> bool {
    if at <= lo || at + 1 >= end {
        return false;
    }
    let noun = |unit: &Unit| matches!(unit.kind, Kind::Name(_)) || unit.is(SPEAKER) || unit.kind == Kind::Close;
    let adjectives = units[at - 1].kind == Kind::Word && units[at + 1].kind == Kind::Word
        && !is_verb(&units[at - 1]) && !is_verb(&units[at + 1])
        && units.get(at + 2).is_some_and(|unit| at + 2 < end && unit.is(SPEAKER))
        && (at < lo + 2 || matches!(units[at - 2].kind, Kind::Comma | Kind::Stop | Kind::Break) || units[at - 2].is(Class::ARTICLE));
    adjectives || noun(&units[at - 1]) && (noun(&units[at + 1]) || units.get(at + 2).is_some_and(noun))
}

/// Without what cannot begin it: prepositions with their noun, conjunctions, times.
fn with_start(text: &Text<'_>, units: &[Unit], phrase: Phrase) -> Phrase {
    let mut from = phrase.from;
    loop {
        let Some(unit) = units.get(from).filter(|_| from + 1 < phrase.to) else { break };
        if unit.is(Class::AND.or(Class::TIME)) && !unit.is(Class::ARTICLE) || unit.kind == Kind::Sign && from + 1 < phrase.to && !matches!(text.sign(unit.first), "[" | "-") || unit.kind == Kind::Close {
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
                    && !unit.is(Class::ARTICLE.or(Class::HIS).or(Class::PREPOSITION).or(Class::TITLE).or(Class::RANK).or(Class::HONORIFIC))
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

/// The noun phrase that begins at `from`.
pub(super) fn right(text: &Text<'_>, units: &[Unit], from: usize, hi: usize) -> Option<Phrase> {
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
                if seen_noun && text.lang != "en" && unit.is(Class::ARTICLE.or(Class::PREPOSITION)) && told_newsroom(units, at, end).is_some() && matches!(units[at - 1].kind, Kind::Name(_)) {
                    break;
                }
                // Behind a name a small word that nothing is known of is the verb.
                if text.lang != "en" && seen_noun && unit.class.0 == 0 && !unit.capital && matches!(units[at - 1].kind, Kind::Name(_)) {
                    break;
                }
                let joins = unit.is(Class::AND) && joins_names(units, at, end, from);
                let stops = unit.is(Class::THAT.or(Class::WHO).or(Class::WHEN)) && !unit.is(Class::ARTICLE.or(Class::PREPOSITION))
                    || unit.is(Class::THAT) && at > from
                    || is_verb(unit)
                    || unit.is(Class::TO)
                    || unit.is(Class::AND) && !joins
                    || unit.is(Class::CITE.or(Class::INTERVIEW).or(Class::ACCORDING))
                    || unit.is(Class::ADVERB) && !unit.is(Class::ARTICLE) && seen_noun
                    || unit.is(Class::TIME) && seen_noun
                    || unit.is(Class::PREPOSITION) && seen_noun && !keeps_preposition(text, units, at)
                    || unit.is(Class::SAY.or(Class::TELL).or(Class::THINK).or(Class::REPORT)) && !unit.is(SPEAKER.or(Class::NOUN).or(Class::ADDING)) && seen_noun && !is_modifier(units, at) && !ends_phrase(units, at)
                    || unit.is(Class::ADDING) && at > from;
                if stops {
                    break;
                }
                seen_noun |= unit.is(SPEAKER) || !unit.is(Class::ARTICLE.or(Class::HIS).or(Class::PREPOSITION).or(Class::RANK).or(Class::HONORIFIC));
            }
            _ => break,
        }
        at += 1;
    }
    while at > from && (units[at - 1].is(Class::PREPOSITION.or(Class::ARTICLE)) || matches!(units[at - 1].kind, Kind::Sign)) {
        at -= 1;
    }
    (at > from).then_some(Range::new(from, at))
}

/// "PTI rules,": a form before a comma is the noun.
fn ends_phrase(units: &[Unit], at: usize) -> bool {
    matches!(units[at - 1].kind, Kind::Name(_)) && units.get(at + 1).is_some_and(|next| next.kind == Kind::Comma) && units[at].is(Class::WEAK)
}

/// "of" and "for" belong to a noun; "in" and "on" mostly say where and when.
fn keeps_preposition(text: &Text<'_>, units: &[Unit], at: usize) -> bool {
    let word = text.word(units[at].first);
    if matches!(word, "of" | "for" | "from" | "with" | "by" | "de" | "del" | "du" | "des" | "da" | "do" | "von" | "der" | "d’" | "d'" | "close" | "familiar" | "near" | "inside" | "within") {
        return true;
    }
    matches!(word, "at" | "in" | "to" | "on") && units.get(at + 1).is_some_and(|next| {
        !next.is(Class::TIME.or(Class::STATEMENT)) && (next.is(Class::ARTICLE) && units.get(at + 2).is_some_and(|n| !n.is(Class::STATEMENT.or(Class::TIME)) && !n.is(Class::NOUN)) || matches!(next.kind, Kind::Name(_)))
    }) && at > 0 && units[at - 1].is(SPEAKER)
}

/// The outlet that something was told to, behind its verb or its speaker: `dijo a EFE`, `sagte P der FAZ`.
pub(super) fn told_newsroom(units: &[Unit], from: usize, hi: usize) -> Option<Phrase> {
    let lead = Class::PREPOSITION.or(Class::ARTICLE).or(Class::AGENCY_NOUN).or(Class::DATIVE).or(Class::INTERVIEW);
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
pub(super) fn hearer(text: &Text<'_>, units: &[Unit], from: usize, hi: usize) -> Option<Phrase> {
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
                    while to < end && matches!(units[to].kind, Kind::Word | Kind::Sign) && !units[to].is(Class::THAT.or(Class::AUX).or(Class::HE).or(Class::SHE).or(Class::THEY).or(Class::ARTICLE)) && !matches!(units[to].kind, Kind::Name(_)) {
                        to += 1;
                    }
                    while to < end && matches!(units[to].kind, Kind::Name(_)) {
                        to += 1;
                    }
                } else if units.get(to).is_some_and(|next| next.kind == Kind::Word && !next.capital && (next.class.0 == 0 || next.is(Class::GROUP)) && !next.is(Class::AUX)) && units.get(to + 1).is_some_and(|after| after.is(Class::TO.or(Class::THAT))) {
                    // "told CNN crews to leave".
                    to += 1;
                } else {
                    while to < end && matches!(units[to].kind, Kind::Name(_)) && text.tokens[units[to].first].glued {
                        to += 1;
                    }
                    if units.get(to).is_some_and(|next| next.is(Class::AND)) && units.get(to + 1).is_some_and(|next| matches!(next.kind, Kind::Name(_))) && to + 2 <= end {
                        to += 2;
                    }
                }
                return Some(Range::new(from, to));
            }
            Kind::Word if unit.is(Class::HE.or(Class::THEY).or(Class::I)) || matches!(text.word(unit.first), "him" | "her" | "them" | "me" | "us" | "you") => {
                return (at == from).then(|| Range::new(from, at + 1));
            }
            Kind::Word if unit.is(SPEAKER) && !unit.is(Class::TITLE) => {
                let mut to = at + 1;
                while to < end && units[to].kind == Kind::Word && units[to].is(SPEAKER.or(Class::AND)) && !units[to].is(Class::THAT) {
                    to += 1;
                }
                return Some(Range::new(from, to));
            }
            Kind::Word if unit.is(Class::THAT) => return (at > from).then(|| Range::new(from, at)),
            Kind::Word if unit.is(Class::AUX.or(Class::TO).or(Class::WHEN)) => return (at > from).then(|| Range::new(from, at)),
            Kind::Word | Kind::Number | Kind::Possessive | Kind::Sign => {}
            _ => return (at > from).then(|| Range::new(from, at)),
        }
        at += 1;
    }
    None
}

/// Whether a phrase can say something: a name, a person or body without one, a pronoun.
pub(super) fn can_speak(units: &[Unit], phrase: Phrase) -> bool {
    (phrase.from..phrase.to).any(|at| {
        let unit = &units[at];
        matches!(unit.kind, Kind::Name(_)) || unit.is(SPEAKER.or(PRONOUN))
    })
}
