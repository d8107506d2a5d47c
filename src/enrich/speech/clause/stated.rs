//! Subject, verb, content: where what is said stands, and whether anything is said at all.

use super::super::parties;
use super::super::units::{Kind, Unit};
use super::verbs::Group;
use super::{CUES, Cue, Parser, Range, SPEECH, how};
use crate::tables::Class;

/// Units that a comma is looked for in behind "as X reported".
const AS_REACH: usize = 10;

/// What stands around a verb of speech.
#[derive(Clone, Copy, Debug)]
struct Around {
    at: usize,
    /// Where the content may begin.
    next: usize,
    subject: Range,
    how: Cue,
    content: Range,
    has_that: bool,
    told: Option<Range>,
}

impl Parser<'_, '_> {
    pub(super) fn stated(&mut self, at: usize, group: Group, subject: Range) -> usize {
        let unit = self.units[at];
        let how = how(unit.class);
        let Some((told, next)) = self.told_and_next(at, subject) else { return at + 1 };
        let (mut content, has_that) = self.right_content(next, unit);
        if self.class(subject.from).is(Class::WHO) && subject.to == subject.from + 1 {
            // A relative clause ends where its comma does.
            let comma = (content.from..content.to)
                .find(|n| n > &content.from && self.kind(*n) == Some(Kind::Comma));
            content.to = comma.unwrap_or(content.to);
        }
        let around = Around { at, next, subject, how, content, has_that, told };
        let contents = self.contents(&around);
        let mut cites: Vec<Range> = self.cited_in(subject).into_iter().collect();
        if matches!(how, Cue::Speech | Cue::Denial) {
            cites.extend(self.pending.take());
        }
        if !has_that && self.says_nothing(&around, &contents) {
            return at + 1;
        }
        let pushed = self.push(Some(subject), Range::new(group.start, at + 1), contents, how);
        pushed.told = told;
        pushed.cites = cites;
        pushed.has_that = has_that;
        pushed.is_negated = group.negated;
        let denial = pushed.how == Cue::Denial && pushed.told.is_some();
        if pushed.content.is_empty() && pushed.how != Cue::Speech && !denial {
            self.out.pop();
        }
        next.max(at + 1)
    }

    /// Whom it was told to, and where what was said may begin; `None` where nobody says anything.
    fn told_and_next(&self, at: usize, subject: Range) -> Option<(Option<Range>, usize)> {
        let unit = self.units[at];
        let english = self.text.lang == "en";
        let mut next = at + 1;
        let mut told = self.told_before(subject);
        let to_newsroom = self.class(next).is(Class::TO)
            && (next + 1..next + 3).any(|n| self.class(n).is(Class::NEWSROOM));
        if to_newsroom {
            let hearer = parties::right(self.text, self.units, next + 1, self.hi);
            told = hearer.or(told);
            next = hearer.map_or(next, |hearer| hearer.to);
        } else if unit.is(Class::SAY)
            && !unit.is(Class::TELL)
            && self.class(next).is(Class::TO)
            && english
        {
            // "said to be lost".
            return None;
        }
        while self.class(next).is(Class::ADVERB.or(Class::TIME))
            && self.kind(next) == Some(Kind::Word)
        {
            next += 1;
        }
        let hearer = if !english {
            parties::told_newsroom(self.units, next, self.hi)
        } else if unit.is(Class::TELL) {
            parties::hearer(self.text, self.units, next, self.hi)
        } else {
            None
        };
        if let Some(hearer) = hearer {
            told = Some(hearer);
            next = hearer.to;
        } else if !(english && unit.is(Class::TELL)) {
            told = self.told_behind(at, next).or(told);
        }
        Some((told, next))
    }

    /// Where what was said stands: behind the verb, or before its subject.
    fn contents(&self, around: &Around) -> Vec<Range> {
        let Around { next, subject, how, content, has_that, told, .. } = *around;
        if let Some(as_reported) = self.as_reported(around) {
            return vec![as_reported];
        }
        let speech = matches!(how, Cue::Speech | Cue::Denial);
        let quoted = self.is_behind_quote(subject);
        let marks_right =
            (next..content.to).any(|n| matches!(self.kind(n), Some(Kind::Quote(_) | Kind::Colon)));
        if quoted && !has_that && !marks_right && speech {
            return vec![self.left_content(subject.from)];
        }
        let stance = matches!(how, Cue::Attitude | Cue::Thought);
        let nothing_right =
            self.trim(content).is_empty() || !has_that && !stance && self.is_adjunct(content);
        let comma = self.kind(next) == Some(Kind::Comma);
        let may_stand_left = speech || how == Cue::Thought;
        if self.is_aside(subject) && !has_that && (nothing_right || comma) && may_stand_left {
            let whole = self.units[around.at].is(Class::REPORT) && !quoted;
            let left =
                if whole { self.before(subject.from) } else { self.left_content(subject.from) };
            let mut contents = vec![left];
            if comma && self.continues(next + 1) && !self.is_parenthesis(next + 1) {
                contents.push(Range::new(next + 1, self.clause_end(next + 1)));
            }
            return contents;
        }
        if nothing_right && !(how == Cue::Denial && told.is_some()) {
            return vec![];
        }
        vec![content]
    }

    /// "As X reported, C".
    fn as_reported(&self, around: &Around) -> Option<Range> {
        let from = around.subject.from;
        let opens = from > self.lo && from <= self.lo + 2;
        let as_clause = Class::WHEN.or(Class::AS);
        if !opens
            || around.has_that
            || !self.units[from - 1].is(Class::AS)
            || !self.units[from - 1].is(as_clause)
        {
            return None;
        }
        let end = self.hi.min(around.next + AS_REACH);
        let comma = (around.next..end).find(|n| self.kind(*n) == Some(Kind::Comma))?;
        Some(Range::new(comma + 1, self.clause_end(comma + 1)))
    }

    /// Whether a quotation stands right before a subject.
    fn is_behind_quote(&self, subject: Range) -> bool {
        let quote = |at: usize| matches!(self.kind(at), Some(Kind::Quote(_)));
        subject.from > self.lo && quote(subject.from - 1)
            || subject.from > self.lo + 1
                && self.text.lang != "en"
                && self.kind(subject.from - 1) == Some(Kind::Comma)
                && quote(subject.from - 2)
    }

    /// Whether a subject and its verb stand beside what they attribute: `C, P said`.
    fn is_aside(&self, subject: Range) -> bool {
        if subject.from <= self.lo {
            return false;
        }
        let before = &self.units[subject.from - 1];
        matches!(before.kind, Kind::Comma | Kind::Quote(_) | Kind::Dash)
            || before.is(Class::WHEN) && subject.from > self.lo + 1
    }

    /// Forms that are nouns, objects that are no clauses, thoughts without "that".
    fn says_nothing(&self, around: &Around, contents: &[Range]) -> bool {
        let unit = self.units[around.at];
        let first = contents.first().copied();
        if let Some(range) = first.filter(|range| self.class(range.from).is(Class::CITE)) {
            // "reported citing irregularities".
            let named = parties::right(self.text, self.units, range.from + 1, self.hi);
            if !named.is_some_and(|named| parties::can_speak(self.units, named)) {
                return true;
            }
        }
        let on_right = first.is_some_and(|range| range.from > around.at);
        if around.how == Cue::Thought || on_right && self.lacks_clause(unit, contents) {
            return true;
        }
        let quote = |at: usize| matches!(self.kind(at), Some(Kind::Quote(_)));
        let marked = first
            .map(|range| self.trim(range))
            .is_some_and(|range| !range.is_empty() && quote(range.from));
        let inside = around.how == Cue::Attitude
            && contents.iter().any(|range| (range.from..range.to.min(range.from + 8)).any(quote));
        unit.is(Class::WEAK) && !marked && !inside && !self.is_plain_verb(around.at, around.subject)
    }

    /// A name or a pronoun stands right before a finite form, and no preposition behind it: no noun.
    pub(super) fn is_plain_verb(&self, at: usize, subject: Range) -> bool {
        let word = self.text.word(self.units[at].first);
        let finite = word.ends_with('s')
            || word.ends_with("ed")
            || matches!(word, "found" | "held" | "read" | "shown");
        let before = subject.to.checked_sub(1).map(|last| self.units[last]);
        let named = before.is_some_and(|unit| {
            matches!(unit.kind, Kind::Name(_)) || unit.is(Class::HE.or(Class::SHE).or(Class::THEY))
        });
        let next = self.class(at + 1);
        let carries = next.is(Class::ARTICLE
            .or(Class::HE)
            .or(Class::SHE)
            .or(Class::THEY)
            .or(Class::IT)
            .or(Class::HIS))
            || matches!(self.kind(at + 1), Some(Kind::Name(_) | Kind::Colon));
        let fits = if carries {
            !next.is(Class::PREPOSITION)
        } else {
            self.quote_or_comma_before(subject.from)
        };
        finite && named && fits
    }

    /// "reported a loss", "said goodbye": no clause, nothing said.
    pub(super) fn lacks_clause(&self, verb: Unit, contents: &[Range]) -> bool {
        if !verb.is(SPEECH) || verb.is(Class::DENY) || self.text.lang != "en" || contents.is_empty()
        {
            return false;
        }
        let verbal = |at: usize| {
            let unit = &self.units[at];
            let word = self.text.word(unit.first);
            matches!(unit.kind, Kind::Quote(_) | Kind::Colon)
                || unit.is(Class::AUX
                    .or(Class::VERB)
                    .or(CUES)
                    .or(Class::HE)
                    .or(Class::SHE)
                    .or(Class::THEY)
                    .or(Class::I))
                || unit.kind == Kind::Word && word.ends_with("ed")
        };
        let words: usize = contents.iter().map(|range| range.to.saturating_sub(range.from)).sum();
        let reports = verb.is(Class::REPORT) && words <= 16;
        (words <= 7 || reports) && !contents.iter().any(|range| (range.from..range.to).any(verbal))
    }
}
