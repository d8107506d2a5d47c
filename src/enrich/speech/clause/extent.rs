//! How far what is said reaches, on either side of its verb.

use super::super::parties;
use super::super::units::{Kind, Unit};
use super::{Cue, Parser, Range, SPEECH, THAT_REACH};
use crate::tables::Class;

impl Parser<'_, '_> {
    pub(super) fn end_of_sentence(&self) -> usize {
        let mut end = self.hi;
        while end > self.lo && matches!(self.units[end - 1].kind, Kind::Break | Kind::Stop) {
            end -= 1;
        }
        end
    }

    /// What stands before `at` in its clause.
    pub(super) fn before(&self, at: usize) -> Range {
        let from = self.clause_start(at);
        let mut to = at;
        while to > from
            && (matches!(self.units[to - 1].kind, Kind::Comma | Kind::Dash)
                || self.units[to - 1].is(Class::ADVERB.or(Class::AND)))
        {
            to -= 1;
        }
        let range = Range::new(from, to);
        let words =
            (from..to).any(|at| !self.units[at].is(Class::ADVERB.or(Class::TIME).or(Class::AND)));
        if words { range } else { Range::new(to, to) }
    }

    /// Where the clause that reaches to `at` begins: the sentence, a semicolon, the end of an earlier attribution.
    pub(super) fn clause_start(&self, at: usize) -> usize {
        let mut from = self.lo;
        for n in (self.lo..at).rev() {
            if matches!(self.units[n].kind, Kind::Semicolon) {
                from = n + 1;
                break;
            }
        }
        from
    }

    /// Where what begins at `from` ends.
    pub(super) fn clause_end(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.hi {
            let unit = &self.units[at];
            let stops = match unit.kind {
                Kind::Stop | Kind::Semicolon | Kind::Break => true,
                Kind::Comma => at > from && self.ends_at_comma(at),
                Kind::Dash => {
                    at > from && self.class(at + 1).is(Class::ADDING.or(Class::ACCORDING))
                }
                Kind::Word if unit.is(Class::INTERVIEW) && at > from => true,
                Kind::Word if unit.is(Class::AND) && at > from => self.is_next_speech(at + 1),
                Kind::Word if unit.is(Class::ACCORDING) && at > from => {
                    let named = parties::right(self.text, self.units, at + 1, self.hi);
                    named.is_some_and(|named| parties::can_speak(self.units, named))
                }
                Kind::Word if unit.is(Class::CITE) && at > from + 1 => {
                    !self.class(at - 1).is(Class::AUX)
                        && parties::right(self.text, self.units, at + 1, self.hi)
                            .is_some_and(|named| parties::can_speak(self.units, named))
                }
                _ => false,
            };
            if stops {
                return at;
            }
            at += 1;
        }
        self.hi
    }

    pub(super) fn ends_at_comma(&self, comma: usize) -> bool {
        let next = self.class(comma + 1);
        if next.is(Class::ADDING.or(Class::ACCORDING).or(Class::CITE)) {
            return true;
        }
        if next.is(Class::WHEN) && self.is_next_speech(comma + 2) {
            return true;
        }
        if next.is(Class::AND) {
            let text = self.text.word(self.units[comma + 1].first);
            return text.eq_ignore_ascii_case("but") || self.is_next_speech(comma + 2);
        }
        self.is_parenthesis(comma + 1)
    }

    /// Whether a verb of speech, or a name with one, comes next: another attribution begins.
    pub(super) fn is_next_speech(&self, at: usize) -> bool {
        let mut at = at;
        while self.class(at).is(Class::ADVERB.or(Class::AUX)) && self.kind(at) == Some(Kind::Word) {
            at += 1;
        }
        if self.class(at).is(SPEECH) && !self.class(at).is(Class::ADVERB) {
            return !self.is_noun_use(at) && !self.is_infinitive_list(at);
        }
        let subject = matches!(self.kind(at), Some(Kind::Name(_)))
            || self.class(at).is(Class::HE.or(Class::SHE).or(Class::THEY));
        let mut verb = at + 1;
        while self.class(verb).is(Class::ADVERB) {
            verb += 1;
        }
        if subject && self.class(verb).is(SPEECH) && self.kind(verb) == Some(Kind::Word) {
            return true;
        }
        // "and three in four said".
        for n in at..at + 6 {
            let Some(unit) = self.unit(n) else { return false };
            match unit.kind {
                Kind::Word
                    if n > at && unit.is(SPEECH) && !unit.is(Class::WEAK.or(Class::ADDING)) =>
                {
                    return !self.is_noun_use(n);
                }
                Kind::Word
                    if unit.is(Class::AUX
                        .or(Class::VERB)
                        .or(Class::TO)
                        .or(Class::THAT)
                        .or(Class::WHO)
                        .or(Class::WHEN)
                        .or(Class::AND))
                        && !unit.is(Class::ARTICLE) =>
                {
                    return false;
                }
                Kind::Name(_) | Kind::Number | Kind::Sign | Kind::Possessive | Kind::Word => {}
                _ => return false,
            }
        }
        false
    }

    /// A bare form in "to X and claim Y" goes on with its infinitive.
    pub(super) fn is_infinitive_list(&self, at: usize) -> bool {
        let word = self.text.word(self.units[at].first);
        let bare = !word.ends_with('s')
            && !word.ends_with('d')
            && !word.ends_with("ing")
            && !matches!(word, "said" | "told" | "wrote");
        bare && self.text.lang == "en"
    }

    /// `, P said` up to a comma or the end.
    pub(super) fn is_parenthesis(&self, at: usize) -> bool {
        let mut n = at;
        let end = self.hi.min(at + 9);
        while n < end {
            match self.units[n].kind {
                Kind::Name(_) | Kind::Possessive | Kind::Sign => {}
                Kind::Word if self.units[n].is(SPEECH) && n > at && !self.is_noun_use(n) => {
                    let next = self.kind(n + 1);
                    return matches!(next, None | Some(Kind::Stop | Kind::Comma | Kind::Break))
                        || self.class(n + 1).is(Class::TIME.or(Class::IN).or(Class::ADVERB))
                        || self.units[n].is(Class::TELL);
                }
                Kind::Word
                    if self.units[n].is(Class::ADVERB
                        .or(Class::ARTICLE)
                        .or(Class::TITLE)
                        .or(Class::GROUP)
                        .or(Class::OFFICIAL)
                        .or(Class::HE)
                        .or(Class::SHE)
                        .or(Class::THEY)) => {}
                Kind::Word if self.units[n].capital => {}
                _ => return false,
            }
            n += 1;
        }
        false
    }

    /// Whether the words behind `, P said,` go on with what was said.
    pub(super) fn continues(&self, at: usize) -> bool {
        match self.kind(at) {
            Some(Kind::Quote(_)) => true,
            Some(_) => !self.class(at).is(Class::ADDING
                .or(Class::WHO)
                .or(Class::ACCORDING)
                .or(Class::CITE)
                .or(Class::AND)
                .or(Class::WHEN)),
            None => false,
        }
    }

    /// What stands before a cue: the quotation, or the clause.
    pub(super) fn left_content(&self, at: usize) -> Range {
        let mut to = at;
        while to > self.lo && matches!(self.units[to - 1].kind, Kind::Comma | Kind::Dash) {
            to -= 1;
        }
        let mut from = self.clause_start(to);
        // Behind another attribution only what it did not take.
        for known in &self.out[self.since..] {
            for range in known.content.iter().chain(known.source.iter()).chain([&known.cue]) {
                if range.to <= to
                    && range.to > from
                    && known.how != Cue::Attitude
                    && known.how != Cue::Thought
                {
                    from = range.to;
                }
            }
        }
        if to > from && matches!(self.units[to - 1].kind, Kind::Quote(_)) {
            // A whole sentence in marks stands for itself; a fragment belongs to its clause.
            let quote = to - 1;
            let whole = quote == from
                || quote == 0
                || matches!(
                    self.units[quote - 1].kind,
                    Kind::Stop | Kind::Colon | Kind::Comma | Kind::Break | Kind::Dash
                );
            if whole {
                from = quote;
            }
        }
        Range::new(from, to)
    }

    pub(super) fn quote_or_comma_before(&self, at: usize) -> bool {
        at > self.lo && matches!(self.units[at - 1].kind, Kind::Quote(_) | Kind::Comma | Kind::Dash)
    }

    /// What a verb carries on its right, and whether "that" opens it.
    pub(super) fn right_content(&self, from: usize, verb: Unit) -> (Range, bool) {
        if self.kind(from) == Some(Kind::Colon) {
            return (Range::new(from + 1, self.end_of_sentence()), false);
        }
        let end = self.hi.min(from + THAT_REACH);
        let mut at = from;
        while at < end {
            let unit = &self.units[at];
            if unit.is(Class::THAT) && !self.class(at + 1).is(Class::TIME) {
                return (Range::new(at + 1, self.clause_end(at + 1)), true);
            }
            match unit.kind {
                Kind::Quote(_) | Kind::Stop | Kind::Semicolon | Kind::Break | Kind::Colon => break,
                Kind::Word
                    if unit.is(Class::AUX.or(Class::VERB).or(Class::WHO).or(Class::WHEN)) =>
                {
                    break;
                }
                // "reported an announcement by P that": the noun has the "that".
                Kind::Word if unit.is(Class::NOUN) && self.word_is(at + 1, "by") => break,
                Kind::Word
                    if unit.is(SPEECH
                        .or(Class::HE)
                        .or(Class::SHE)
                        .or(Class::THEY)
                        .or(Class::IT)) =>
                {
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        if let Some(colon) = (from..end)
            .find(|at| matches!(self.kind(*at), Some(Kind::Colon | Kind::Stop | Kind::Quote(_))))
            && self.kind(colon) == Some(Kind::Colon)
            && verb.is(SPEECH)
        {
            return (Range::new(colon + 1, self.end_of_sentence()), false);
        }
        let mut start = from;
        let quote_next = matches!(self.kind(start + 1), Some(Kind::Quote(_)));
        if self.kind(start) == Some(Kind::Comma) && (quote_next || self.text.lang == "de") {
            start += 1;
        } else if self.kind(start) == Some(Kind::Comma) {
            return (Range::new(start, start), false);
        }
        let adjunct = self.after_adjunct(start);
        (Range::new(adjunct, self.clause_end(adjunct)), false)
    }

    /// Past "in a statement on Friday," where what was said follows in marks.
    pub(super) fn after_adjunct(&self, from: usize) -> usize {
        if !self.class(from).is(Class::PREPOSITION.or(Class::TIME)) {
            return from;
        }
        let end = self.hi.min(from + 12);
        for at in from..end {
            match self.units[at].kind {
                Kind::Quote(_) => {
                    let comma =
                        at > from && matches!(self.units[at - 1].kind, Kind::Comma | Kind::Colon);
                    return if comma { at } else { from };
                }
                Kind::Stop | Kind::Semicolon | Kind::Break => return from,
                Kind::Word if self.units[at].is(Class::AUX.or(SPEECH)) => return from,
                _ => {}
            }
        }
        from
    }

    /// Only when and where, nothing said.
    pub(super) fn is_adjunct(&self, content: Range) -> bool {
        let content = self.trim(content);
        let when = self.class(content.from).is(Class::PREPOSITION)
            && (content.from + 1..content.from + 3).any(|at| self.class(at).is(Class::TIME));
        if !content.is_empty() && when && content.from < content.to {
            return true;
        }
        if !content.is_empty()
            && (self.class(content.from).is(Class::TIME)
                || self.class(content.from).is(Class::PREPOSITION))
        {
            return (content.from..content.to).all(|at| {
                let unit = &self.units[at];
                !unit.is(Class::AUX.or(Class::VERB).or(SPEECH))
                    && !matches!(unit.kind, Kind::Quote(_))
            }) && content.to - content.from <= 12;
        }
        false
    }
}
