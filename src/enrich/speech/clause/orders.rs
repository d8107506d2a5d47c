//! Other orders than subject, verb, content: said P; P was quoted as saying; adding that; languages that mark who acts.

use super::super::parties;
use super::super::units::Kind;
use super::{Cue, Parser, Range, how};
use crate::tables::Class;

impl Parser<'_, '_> {
    /// `…, said P`: what stands before, and what goes on behind it.
    pub(super) fn inverted(
        &mut self,
        at: usize,
        source: Range,
        how: Cue,
        first_told: Option<Range>,
    ) -> usize {
        let source = parties::with_apposition(self.units, source, self.hi);
        let first = self.left_content(at);
        let mut content = vec![first];
        let after = source.to;
        if self.kind(after) == Some(Kind::Comma) && self.continues(after + 1) {
            content.push(Range::new(after + 1, self.clause_end(after + 1)));
        } else if matches!(self.kind(after), Some(Kind::Colon)) && after + 1 < self.hi {
            content = vec![Range::new(after + 1, self.end_of_sentence())];
        }
        let foreign = self.text.lang != "en";
        let behind = foreign.then(|| parties::told_newsroom(self.units, after, self.hi)).flatten();
        let told = first_told.or(behind).or_else(|| self.told_behind(at, source.to));
        let mut has_that = false;
        if foreign && (self.trim(first).is_empty() || self.is_led(first)) {
            // "sagte P, man habe Zeit"; "dijo P que no".
            let from = behind.map_or(after, |told| told.to);
            let (right, that) = self.right_content(from, self.units[at]);
            has_that = that;
            content = vec![right];
        }
        if content.iter().all(|range| self.trim(*range).is_empty()) {
            return at + 1;
        }
        let pushed = self.push(Some(source), Range::new(at, at + 1), content, how);
        pushed.told = told;
        pushed.has_that = has_that;
        source.to
    }

    /// Whether what stands before a verb is only "according to X".
    pub(super) fn is_led(&self, range: Range) -> bool {
        self.class(self.trim(range).from).is(Class::ACCORDING.or(Class::INTERVIEW))
    }

    /// Who acts, in languages that mark it behind the name: `P ने`.
    pub(super) fn agent(&self, verb: usize) -> Option<usize> {
        let floor = verb.saturating_sub(16).max(self.lo);
        (floor..verb)
            .rev()
            .take_while(|at| self.kind(*at) != Some(Kind::Stop))
            .find(|at| self.class(*at).is(Class::AGENT))
    }

    /// `P ने X को बताया कि C`.
    pub(super) fn stated_hindi(
        &mut self,
        at: usize,
        start: usize,
        agent: usize,
        how: Cue,
    ) -> usize {
        let Some(source) = parties::left(self.text, self.units, agent, self.lo) else {
            return at + 1;
        };
        let told = (agent + 1..start)
            .find(|n| self.class(*n).is(Class::NEWSROOM) && self.class(n + 1).is(Class::DATIVE));
        let by = (agent + 1..start).find(|n| self.class(*n).is(Class::ACCORDING_AFTER));
        let cites = by.and_then(|by| parties::left(self.text, self.units, by, agent + 1));
        let mut content = (at + 1..self.hi.min(at + 4))
            .find(|n| self.class(*n).is(Class::THAT))
            .map(|that| Range::new(that + 1, self.end_of_sentence()));
        let has_that = content.is_some();
        if content.is_none() && self.kind(at + 1) == Some(Kind::Comma) {
            content = Some(Range::new(at + 2, self.end_of_sentence()));
        }
        let content = content.unwrap_or_else(|| self.before(source.from));
        if self.trim(content).is_empty() {
            return at + 1;
        }
        let pushed = self.push(Some(source), Range::new(agent, at + 1), vec![content], how);
        pushed.told = told.map(|told| Range::new(told, told + 1));
        pushed.cites = cites.into_iter().collect();
        pushed.has_that = has_that;
        at + 1
    }

    /// `…, adding that C`: the speech before goes on, or the sentence's subject speaks.
    pub(super) fn participle(&mut self, at: usize, start: usize) -> usize {
        let before = start.checked_sub(1).filter(|n| *n >= self.lo).map(|n| self.units[n]);
        let opens = start == self.lo;
        let joined = before.is_some_and(|unit| {
            matches!(unit.kind, Kind::Comma | Kind::Quote(_) | Kind::Dash)
                || unit.is(Class::AND.or(Class::PREPOSITION).or(Class::WHEN))
        });
        let last = self.out[self.since..]
            .iter()
            .rev()
            .find(|known| known.source.is_some() && known.how != Cue::Noun);
        let mut source = last.and_then(|known| known.source);
        if source.is_none() && joined {
            source = self.subject_of_sentence(start);
        }
        if !joined && !opens {
            source = parties::left(self.text, self.units, start, self.lo);
        }
        let unit = self.units[at];
        let mut next = at + 1;
        let mut told = None;
        if unit.is(Class::TELL)
            && let Some(hearer) = parties::hearer(self.text, self.units, next, self.hi)
        {
            told = Some(hearer);
            next = hearer.to;
        }
        let (content, has_that) = self.right_content(next, unit);
        if self.trim(content).is_empty() || source.is_none() {
            return at + 1;
        }
        let pushed = self.push(source, Range::new(start, at + 1), vec![content], how(unit.class));
        pushed.has_that = has_that;
        pushed.told = told;
        next.max(at + 1)
    }

    /// `P was quoted by X as saying`, `P was told by X that`; other passives name no speaker.
    pub(super) fn passive(&mut self, at: usize, start: usize) -> usize {
        let unit = self.units[at];
        let by =
            (at + 1..self.hi.min(at + 4)).find(|n| self.text.word(self.units[*n].first) == "by");
        if unit.is(Class::QUOTED) {
            let subject = parties::left(self.text, self.units, start, self.lo);
            let saying = (at + 1..self.hi.min(at + 14)).find(|n| {
                self.class(*n).is(Class::ADDING.or(Class::THAT))
                    && self.text.word(self.units[*n - 1].first) == "as"
            });
            if let (Some(subject), Some(saying)) = (subject, saying) {
                let mut told_to = None;
                let mut from = saying + 1;
                if self.class(saying).is(Class::TELL) {
                    told_to = parties::hearer(self.text, self.units, from, self.hi);
                    from = told_to.map_or(from, |hearer| hearer.to);
                }
                let (mut content, has_that) = self.right_content(from, self.units[saying]);
                if self.trim(content).is_empty() {
                    content = self.left_content(subject.from);
                }
                // "was quoted as saying by X".
                let late = self.class(saying + 1).is(Class::BY).then_some(saying + 1);
                let cites = by.map(|by| (by, saying)).or(late.map(|by| (by, self.hi)));
                let cites =
                    cites.and_then(|(by, to)| parties::right(self.text, self.units, by + 1, to));
                if late.is_some() {
                    content = self.left_content(subject.from);
                }
                let pushed = self.push(
                    Some(subject),
                    Range::new(start, saying + 1),
                    vec![content],
                    Cue::Quoted,
                );
                pushed.has_that = has_that;
                pushed.told = cites.or(told_to);
                return saying + 1;
            }
            return at + 1;
        }
        let Some(by) = by else { return at + 1 };
        let Some(agent) = parties::right(self.text, self.units, by + 1, self.hi) else {
            return at + 1;
        };
        if parties::can_speak(self.units, agent)
            && unit.is(Class::SAY.or(Class::REPORT))
            && !unit.is(Class::TELL.or(Class::THINK).or(Class::ATTITUDE))
            && !self.text.word(unit.first).starts_with("ask")
        {
            let content = self.before(start);
            self.push(Some(agent), Range::new(start, by + 1), vec![content], Cue::Speech);
            return agent.to;
        }
        at + 1
    }

    /// `X quoted P as saying C`.
    pub(super) fn quoted(&mut self, at: usize, start: usize) -> bool {
        let Some(relay) = parties::left(self.text, self.units, start, self.lo) else {
            return false;
        };
        let saying = (at + 1..self.hi.min(at + 16)).find(|n| {
            let participle = self.text.lang != "en" && self.class(*n).is(Class::ADDING);
            let colon = self.text.lang != "en" && self.kind(*n) == Some(Kind::Colon);
            *n > at + 1
                && (participle
                    || colon
                    || self.class(*n).is(Class::ADDING.or(Class::SAY))
                        && self.text.word(self.units[*n - 1].first) == "as")
        });
        let Some(saying) = saying else { return false };
        let foreign = self.text.lang != "en";
        let Some(source) = parties::right(
            self.text,
            self.units,
            at + 1,
            if foreign { saying } else { saying - 1 },
        ) else {
            return false;
        };
        // "the governor, N, as saying".
        let source = if self.kind(source.to) == Some(Kind::Comma) {
            self.trim(Range::new(source.from, saying - 1))
        } else {
            source
        };
        let (mut content, has_that) = self.right_content(saying + 1, self.units[saying]);
        if self.trim(content).is_empty() {
            content = self.left_content(relay.from);
        }
        let pushed =
            self.push(Some(source), Range::new(start, saying + 1), vec![content], Cue::Quoted);
        pushed.has_that = has_that;
        pushed.told = Some(relay);
        true
    }
}
