//! Noun phrases: where one ends, whether it can speak, whom it means.

mod left;
mod right;

use super::clause::Range;
use super::units::{Kind, Unit};
use crate::tables::Class;
pub(super) use left::left;
pub(super) use right::{hearer, right, told_newsroom, with_apposition};

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

/// A participle before a noun: "the proposed plan".
fn is_modifier(units: &[Unit], at: usize) -> bool {
    if units[at].is(Class::NOUN.or(Class::STATEMENT))
        && (at.saturating_sub(3)..at)
            .any(|n| units[n].is(Class::ARTICLE.or(Class::HIS)) && !units[n].is(Class::THAT))
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

/// Whether a phrase can say something: a name, a person or body without one, a pronoun.
pub(super) fn can_speak(units: &[Unit], phrase: Phrase) -> bool {
    (phrase.from..phrase.to).any(|at| {
        let unit = &units[at];
        matches!(unit.kind, Kind::Name(_)) || unit.is(SPEAKER.or(PRONOUN))
    })
}
