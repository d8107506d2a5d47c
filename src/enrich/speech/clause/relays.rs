//! What stands for a relay: according to X, citing Y, in an interview with Z; names before a colon and behind a dash.

use super::super::parties;
use super::super::units::Kind;
use super::{Cue, Parser, Range, SPEECH, THAT_REACH};
use crate::tables::Class;

impl Parser<'_, '_> {
    /// `NAME: …` at the start of a block.
    pub(super) fn line(&mut self) {
        let opens = self.lo == 0 || self.units[self.lo - 1].kind == Kind::Break;
        if !opens {
            return;
        }
        let Some(colon) =
            (self.lo..self.hi.min(self.lo + 7)).find(|at| self.kind(*at) == Some(Kind::Colon))
        else {
            return;
        };
        let source = Range::new(self.lo, colon);
        let plain = (source.from..source.to).all(|at| {
            let unit = &self.units[at];
            matches!(unit.kind, Kind::Name(_))
                || unit.is(Class::TITLE.or(Class::HONORIFIC))
                || unit.kind == Kind::Sign
        });
        if plain && !source.is_empty() && colon + 1 < self.hi {
            let content = vec![Range::new(colon + 1, self.end_of_sentence())];
            self.push(Some(source), Range::new(colon, colon + 1), content, Cue::Line);
        }
    }

    /// `“…” — NAME` at the end of a block.
    pub(super) fn signed(&mut self, at: usize) {
        let Some(quote) = at.checked_sub(1).filter(|quote| *quote >= self.lo) else { return };
        let Some(source) = parties::right(self.text, self.units, at + 1, self.hi) else { return };
        let source = parties::with_apposition(self.units, source, self.hi);
        let ends =
            (source.to..self.hi).all(|n| matches!(self.units[n].kind, Kind::Break | Kind::Stop));
        let named = matches!(self.kind(source.from), Some(Kind::Name(_)))
            || self.class(source.from).is(Class::TITLE);
        if ends && named && matches!(self.kind(quote), Some(Kind::Quote(_))) {
            self.push(
                Some(source),
                Range::new(at, at + 1),
                vec![Range::new(quote, quote + 1)],
                Cue::Line,
            );
        }
    }

    pub(super) fn according(&mut self, at: usize) -> usize {
        // "per cent", "as per usual", "according to plan": nobody is named.
        let Some(phrase) = parties::right(self.text, self.units, at + 1, self.hi) else {
            return at + 1;
        };
        if !parties::can_speak(self.units, phrase) {
            return at + 1;
        }
        let before = self.before(at);
        let end = phrase.to;
        let opens = before.is_empty();
        let content = if opens {
            // "According to X, C": whatever stands between commas behind X belongs to X.
            let from = self.after_asides(end);
            Range::new(from, self.main_end(from))
        } else {
            before
        };
        self.push(Some(phrase), Range::new(at, at + 1), vec![content], Cue::According);
        phrase.to
    }

    /// Where all that stands behind "according to X," ends.
    pub(super) fn main_end(&self, from: usize) -> usize {
        let ends = |at: &usize| match self.units[*at].kind {
            Kind::Stop | Kind::Semicolon | Kind::Break => true,
            Kind::Comma => self.class(at + 1).is(Class::WHEN) && self.is_next_speech(at + 2),
            _ => false,
        };
        (from..self.hi).find(ends).unwrap_or(self.hi)
    }

    /// Past a comma, and past what cites between commas.
    pub(super) fn after_asides(&self, at: usize) -> usize {
        let mut from = at;
        while self.kind(from) == Some(Kind::Comma) {
            let inner = from + 1;
            if !self.class(inner).is(Class::CITE.or(Class::WHO)) {
                return inner;
            }
            let comma = (inner..self.hi.min(inner + THAT_REACH))
                .find(|at| self.kind(*at) == Some(Kind::Comma));
            match comma {
                Some(comma) => from = comma,
                None => return inner,
            }
        }
        from
    }

    pub(super) fn according_after(&mut self, at: usize) -> usize {
        // "X ने Y के हवाले से कहा": X says it, and cites Y.
        if self.agent(at).is_some() {
            return at + 1;
        }
        let Some(source) = parties::left(self.text, self.units, at, self.lo) else { return at + 1 };
        let before = Range::new(self.clause_start(source.from), source.from);
        let content = if self.trim(before).is_empty() {
            let from = self.after_asides(at + 1);
            Range::new(from, self.clause_end(from))
        } else {
            before
        };
        self.push(Some(source), Range::new(at, at + 1), vec![content], Cue::According);
        at + 1
    }

    /// `X reported, citing Y,`: Y stands behind X. Without an X it stands behind the publisher.
    pub(super) fn cite(&mut self, at: usize) -> usize {
        let Some(phrase) = parties::right(self.text, self.units, at + 1, self.hi) else {
            return at + 1;
        };
        if !parties::can_speak(self.units, phrase) {
            return at + 1;
        }
        // "X, citing Y, said": the verb is still to come, and takes it.
        let verb_to_come = self.kind(phrase.to) == Some(Kind::Comma)
            && self.class(phrase.to + 1).is(SPEECH.or(Class::ADVERB).or(Class::AUX));
        if self.class(phrase.to).is(SPEECH) {
            return phrase.to;
        }
        let of_name = at > self.lo + 1
            && self.kind(at - 1) == Some(Kind::Comma)
            && matches!(self.kind(at - 2), Some(Kind::Name(_)));
        if verb_to_come && of_name {
            return phrase.to;
        }
        let own = self.out[self.since..].iter_mut().rev().find(|known| {
            matches!(known.how, Cue::Speech | Cue::According | Cue::Quoted | Cue::Denial)
                && (known.cue.to <= at || known.source.is_some_and(|source| source.to <= at))
        });
        if let Some(own) = own {
            own.cites.push(phrase);
            // What is cited is no part of what was said.
            for content in &mut own.content {
                if content.holds(at) && content.to <= phrase.to + 1 {
                    content.to = at;
                } else if content.from <= at && at < content.to && content.from + 2 >= at {
                    content.from = phrase.to;
                }
            }
            let units = self.units;
            for content in &mut own.content {
                while content.to > content.from && matches!(units[content.to - 1].kind, Kind::Comma)
                {
                    content.to -= 1;
                }
                while content.to > content.from && matches!(units[content.from].kind, Kind::Comma) {
                    content.from += 1;
                }
            }
            return phrase.to;
        }
        let before = self.before(at);
        if before.is_empty() || verb_to_come {
            self.pending = Some(phrase);
        } else if self.kind(at - 1) == Some(Kind::Comma) {
            self.push(Some(phrase), Range::new(at, at + 1), vec![before], Cue::Cited);
        }
        phrase.to
    }

    /// Whom a subject cites: `X, citing Y, said`.
    pub(super) fn cited_in(&self, subject: Range) -> Option<Range> {
        let cite = (subject.from + 1..subject.to).find(|at| self.class(*at).is(Class::CITE))?;
        let phrase = parties::right(self.text, self.units, cite + 1, subject.to)?;
        parties::can_speak(self.units, phrase).then_some(phrase)
    }

    /// The outlet of an interview that stands before the verb: in the subject, or before it.
    pub(super) fn told_before(&self, subject: Range) -> Option<Range> {
        let from = subject.from.saturating_sub(14).max(self.lo);
        let interview = (from..subject.to).rev().find(|at| {
            let carried = self.class(*at).is(Class::SEEN) && *at < subject.from
                || self.class(*at).is(Class::QUOTED) && self.class(at + 1).is(Class::BY);
            self.class(*at).is(Class::INTERVIEW) || carried
        })?;
        if self.class(interview + 1).is(Class::BY) {
            return parties::right(self.text, self.units, interview + 2, self.hi);
        }
        let apart = interview < subject.from
            && (interview..subject.from).any(|at| {
                self.class(at).is(SPEECH) && !self.class(at).is(Class::NOUN.or(Class::INTERVIEW))
            });
        if apart {
            return None;
        }
        parties::right(self.text, self.units, interview + 1, self.hi)
    }

    /// An interview's outlet behind the verb: `said in an interview with X`.
    pub(super) fn told_behind(&self, at: usize, from: usize) -> Option<Range> {
        let end = self.hi.min(from + THAT_REACH);
        let mut n = at + 1;
        while n < end {
            let unit = &self.units[n];
            if unit.is(Class::INTERVIEW.or(Class::SEEN)) {
                return parties::right(self.text, self.units, n + 1, self.hi);
            }
            if unit.is(Class::THAT.or(SPEECH)) || matches!(unit.kind, Kind::Quote(_) | Kind::Stop) {
                return None;
            }
            n += 1;
        }
        None
    }

    /// `Trump’s claim that C`, `his call for C`.
    pub(super) fn noun(&mut self, at: usize) -> bool {
        let next = self.class(at + 1);
        // "a warning by P that C".
        if self.word_is(at + 1, "by")
            && let Some(source) = parties::right(self.text, self.units, at + 2, self.hi)
            && self.class(source.to).is(Class::THAT)
            && parties::can_speak(self.units, source)
        {
            let content = Range::new(source.to + 1, self.clause_end(source.to + 1));
            self.push(Some(source), Range::new(at, at + 1), vec![content], Cue::Speech).has_that =
                true;
            return true;
        }
        let leads = next.is(Class::THAT)
            || next.is(Class::TO)
            || matches!(
                self.text.word(self.units[at].last),
                "for" | "about" | "of" | "on" | "against"
            );
        if !leads || at <= self.lo {
            return false;
        }
        let mut owner = at - 1;
        while owner > self.lo
            && self.units[owner].kind == Kind::Word
            && !self.units[owner].is(Class::HIS.or(Class::ARTICLE).or(Class::PREPOSITION))
            && at - owner < 3
        {
            owner -= 1;
        }
        let source = match self.kind(owner) {
            Some(Kind::Possessive) => parties::left(self.text, self.units, owner, self.lo)
                .map(|p| Range::new(p.from, owner + 1)),
            Some(Kind::Word) if self.units[owner].is(Class::HIS) => {
                Some(Range::new(owner, owner + 1))
            }
            _ => None,
        };
        let Some(source) = source else { return false };
        let from = at + 2;
        let content =
            Range::new(if next.is(Class::THAT) { from } else { at + 2 }, self.clause_end(from));
        let has_that = next.is(Class::THAT);
        self.push(Some(source), Range::new(at, at + 1), vec![content], Cue::Noun).has_that =
            has_that;
        true
    }
}
