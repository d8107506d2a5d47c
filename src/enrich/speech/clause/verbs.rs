//! Verbs that attribute, with their subjects and what they carry.

use super::super::parties;
use super::super::units::{Kind, Unit};
use super::{Cue, Parser, Range, how, is_be};
use crate::tables::Class;

/// A verb with its helpers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) negated: bool,
    pub(super) passive: bool,
    pub(super) helped: bool,
}

impl Parser<'_, '_> {
    /// A form that is a noun here: behind an article, a possessor, a preposition.
    pub(super) fn is_noun_use(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|before| *before >= self.lo) else {
            return false;
        };
        let unit = &self.units[before];
        if unit.kind == Kind::Possessive || unit.kind == Kind::Number {
            return true;
        }
        let word = self.text.word(unit.first);
        let noun_before = unit.is(Class::ARTICLE.or(Class::HIS).or(Class::PREPOSITION))
            && !unit.is(Class::ADVERB)
            && !(unit.is(Class::ARTICLE)
                && matches!(
                    word,
                    "that"
                        | "this"
                        | "these"
                        | "those"
                        | "many"
                        | "some"
                        | "several"
                        | "all"
                        | "most"
                        | "both"
                        | "few"
                        | "others"
                        | "one"
                        | "two"
                        | "another"
                        | "any"
                ));
        noun_before && !matches!(word, "to")
    }

    pub(super) fn verb(&mut self, at: usize, unit: Unit) -> usize {
        let hyphened = at > self.lo
            && self.kind(at - 1) == Some(Kind::Sign)
            && self.text.tokens[unit.first].glued
            && self.text.lang != "fr";
        if hyphened || self.is_noun_use(at) {
            return at + 1;
        }
        let group = self.group(at);
        if group.start > self.lo && self.units[group.start - 1].is(Class::TO) {
            return at + 1;
        }
        if group.passive && !unit.is(Class::ADDING) && self.text.lang == "en" {
            return self.passive(at, group.start);
        }
        if unit.is(Class::ADDING) && !group.helped {
            return self.participle(at, group.start);
        }
        if unit.is(Class::QUOTED) && !unit.is(Class::SAY) && self.quoted(at, group.start) {
            return at + 1;
        }
        if let Some(agent) = self.agent(group.start) {
            return self.stated_hindi(at, group.start, agent, how(unit.class));
        }
        let subject = self.subject(group.start);
        if subject.is_none()
            && let Some(next) = self.try_inverted(at, group.start)
        {
            return next;
        }
        match subject.or_else(|| self.shared_subject(group.start)) {
            Some(subject) => self.stated(at, group, subject),
            None => at + 1,
        }
    }

    /// The verb with its helpers: "has also said".
    fn group(&self, at: usize) -> Group {
        let mut group = Group { start: at, negated: false, passive: false, helped: false };
        while group.start > self.lo {
            let before = &self.units[group.start - 1];
            let helps = Class::ADVERB.or(Class::AUX).or(Class::NOT).or(Class::HEDGE);
            if before.kind != Kind::Word || !before.is(helps) {
                break;
            }
            let word = self.text.word(before.first);
            group.negated |=
                before.is(Class::NOT) || word.ends_with("n't") || word.ends_with("n’t");
            if before.is(Class::AUX) {
                group.passive |= is_be(word);
                group.helped = true;
            }
            group.start -= 1;
        }
        group
    }

    /// The subject right before a verb.
    fn subject(&self, start: usize) -> Option<Range> {
        let mut subject =
            parties::left(self.text, self.units, start, self.lo).filter(|s| !s.is_empty())?;
        let led = Class::ACCORDING.or(Class::INTERVIEW);
        if subject.from > self.lo && self.units[subject.from - 1].is(led) {
            return None;
        }
        // "a-t-il dit".
        while subject.from > self.lo + 1
            && self.kind(subject.from - 1) == Some(Kind::Sign)
            && self.text.sign(self.units[subject.from - 1].first) == "-"
        {
            subject.from -= 2;
            subject.to = subject.to.max(subject.from + 1);
        }
        Some(subject)
    }

    /// `said P`, where the verb has nothing before it that could be its subject.
    fn try_inverted(&mut self, at: usize, start: usize) -> Option<usize> {
        let unit = self.units[at];
        let foreign = self.text.lang != "en";
        let free =
            self.quote_or_comma_before(start) || foreign && !self.class(at + 1).is(Class::THAT);
        let pronoun =
            Class::THAT.or(Class::HE).or(Class::SHE).or(Class::THEY).or(Class::IT).or(Class::I);
        if !unit.is(Class::GIVEN) || !free || self.class(at + 1).is(pronoun) {
            return None;
        }
        // "dijo a EFE la ministra": the outlet stands before who speaks.
        let told = parties::told_newsroom(self.units, at + 1, self.hi)
            .filter(|told| foreign && self.class(told.from).is(Class::PREPOSITION));
        let begin = told.map_or(at + 1, |told| told.to);
        let source = parties::right(self.text, self.units, begin, self.hi)?;
        Some(self.inverted(at, source, how(unit.class), told))
    }

    /// The subject of a verb that has none of its own: `P met Q and said`.
    pub(super) fn shared_subject(&self, at: usize) -> Option<Range> {
        let before = self.unit(at.checked_sub(1)?)?;
        let joined = before.is(Class::AND) || before.kind == Kind::Comma;
        if !joined {
            return None;
        }
        let last = self.out[self.since..].iter().rev().find(|known| {
            matches!(known.how, Cue::Speech | Cue::Denial | Cue::Thought | Cue::Attitude)
                && known.source.is_some_and(|s| s.to <= at)
        });
        if let Some(last) = last {
            return last.source;
        }
        if !before.is(Class::AND) {
            return None;
        }
        let mut from = self.lo;
        while self.class(from).is(Class::ADVERB.or(Class::AND))
            || self.kind(from) == Some(Kind::Comma)
        {
            from += 1;
        }
        let first = parties::right(self.text, self.units, from, at)?;
        let named = matches!(self.kind(first.from), Some(Kind::Name(_)))
            || self.class(first.from).is(Class::HE.or(Class::SHE).or(Class::THEY))
            || parties::can_speak(self.units, first);
        named.then_some(first)
    }

    pub(super) fn subject_of_sentence(&self, before: usize) -> Option<Range> {
        let mut from = self.lo;
        while from < before
            && (self.class(from).is(Class::ADVERB.or(Class::AND).or(Class::TIME))
                || self.kind(from) == Some(Kind::Comma))
        {
            from += 1;
        }
        let first = parties::right(self.text, self.units, from, before)?;
        parties::can_speak(self.units, first).then_some(first)
    }
}
