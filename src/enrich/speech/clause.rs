//! Who says what in a sentence: finds the words that attribute, whom they name, and what they carry.

use super::parties;
use super::units::{Kind, Text, Unit};
use crate::tables::Class;

/// Attributions of one text; a transcript has more than anybody reads.
const ATTRIBUTIONS_MAX: usize = 600;
/// Units between a verb and its "that".
const THAT_REACH: usize = 22;

/// Units `from..to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Range {
    pub(super) fn new(from: usize, to: usize) -> Self {
        Self { from, to }
    }

    pub(super) fn is_empty(self) -> bool {
        self.from >= self.to
    }

    pub(super) fn holds(self, at: usize) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// How words are attributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// Said, told, added.
    Speech,
    /// Denied.
    Denial,
    /// Thinks, wants.
    Thought,
    /// Criticised, called for.
    Attitude,
    /// According to.
    According,
    /// Quoted somebody as saying.
    Quoted,
    /// Citing somebody.
    Cited,
    /// His claim that.
    Noun,
    /// A name and a colon.
    Line,
}

/// One attribution, in units.
#[derive(Clone, Debug)]
pub(super) struct Attribution {
    pub(super) sentence: usize,
    pub(super) source: Option<Range>,
    pub(super) cue: Range,
    pub(super) content: Vec<Range>,
    pub(super) how: Cue,
    /// Whom it was told to.
    pub(super) told: Option<Range>,
    /// Through whom the source has it, as cited by it.
    pub(super) cites: Vec<Range>,
    /// Whether "that" opens the content.
    pub(super) has_that: bool,
    /// Whether the verb is in the negative: did not say.
    pub(super) is_negated: bool,
}

/// Finds the attributions of a text.
pub(super) fn find(text: &Text<'_>, units: &[Unit], sentences: &[(usize, usize)]) -> Vec<Attribution> {
    let mut out: Vec<Attribution> = Vec::new();
    for (sentence, (from, to)) in sentences.iter().enumerate() {
        if out.len() >= ATTRIBUTIONS_MAX {
            break;
        }
        let mut parser = Parser { text, units, lo: *from, hi: *to, sentence, out: &mut out, since: 0, pending: None };
        parser.since = parser.out.len();
        parser.run();
        carry_on(units, *from, &mut out, sentence);
    }
    out
}

/// `“A,” P said. “B.”`: a quotation that follows at once, in the same block and alone, is the same speaker's.
fn carry_on(units: &[Unit], from: usize, out: &mut Vec<Attribution>, sentence: usize) {
    let is_quote = |at: usize| units.get(at).is_some_and(|unit| matches!(unit.kind, Kind::Quote(_)));
    let Some(before) = from.checked_sub(1) else { return };
    let alone = units.get(from + 1).is_none_or(|next| {
        next.capital || matches!(next.kind, Kind::Break | Kind::Quote(_) | Kind::Stop)
    });
    if !is_quote(from) || units[before].kind == Kind::Break || !alone {
        return;
    }
    if out.iter().any(|known| known.sentence == sentence && known.content.iter().any(|range| range.holds(from))) {
        return;
    }
    let last = out.iter_mut().rev().find(|known| known.sentence + 1 == sentence || known.sentence == sentence);
    if let Some(last) = last
        && matches!(last.how, Cue::Speech | Cue::Denial | Cue::According | Cue::Quoted)
        && last.content.iter().any(|range| (range.from..range.to).any(is_quote))
    {
        last.sentence = sentence;
        last.content.push(Range::new(from, from + 1));
    }
}

struct Parser<'a, 'b> {
    text: &'a Text<'a>,
    units: &'a [Unit],
    lo: usize,
    hi: usize,
    sentence: usize,
    out: &'b mut Vec<Attribution>,
    /// First attribution of this sentence.
    since: usize,
    /// Who is cited before the verb that has it from them.
    pending: Option<Range>,
}

const CUES: Class = Class::SAY
    .or(Class::TELL)
    .or(Class::REPORT)
    .or(Class::DENY)
    .or(Class::THINK)
    .or(Class::ATTITUDE)
    .or(Class::QUOTED);
const SPEECH: Class = Class::SAY.or(Class::TELL).or(Class::REPORT).or(Class::DENY);

impl Parser<'_, '_> {
    fn run(&mut self) {
        // Brackets, dashes and marks before the first word are no part of the sentence.
        while self.lo < self.hi && matches!(self.units[self.lo].kind, Kind::Break) {
            self.lo += 1;
        }
        // "5- P said": the number of a list is none of its words.
        let opens = self.lo == 0 || self.units[self.lo - 1].kind == Kind::Break;
        if opens && self.kind(self.lo) == Some(Kind::Number) && self.is_list_sign(self.lo + 1) {
            self.lo += 2;
        }
        // "WASHINGTON (AFP) - ": where it was written says nothing.
        if let Some(dash) = (self.lo..self.hi.min(self.lo + 12)).find(|at| self.kind(*at) == Some(Kind::Dash))
            && dash > self.lo
            && self.kind(dash - 1) == Some(Kind::Close)
        {
            self.lo = dash + 1;
        }
        self.line();
        let mut at = self.lo;
        while at < self.hi && self.out.len() < ATTRIBUTIONS_MAX {
            let unit = self.units[at];
            if unit.kind == Kind::Dash {
                self.signed(at);
                at += 1;
            } else if unit.kind == Kind::Word {
                let taken = self.cue(at, unit);
                at = taken.max(at + 1);
            } else {
                at += 1;
            }
        }
    }

    fn is_list_sign(&self, at: usize) -> bool {
        let glued = self.unit(at).is_some_and(|unit| self.text.tokens[unit.first].glued);
        let apart = self.unit(at + 1).is_some_and(|unit| !self.text.tokens[unit.first].glued);
        glued && apart && matches!(self.kind(at), Some(Kind::Sign | Kind::Close | Kind::Dash))
    }

    fn unit(&self, at: usize) -> Option<&Unit> {
        (self.lo..self.hi).contains(&at).then(|| &self.units[at])
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.unit(at).map(|unit| unit.kind)
    }

    fn class(&self, at: usize) -> Class {
        self.unit(at).map(|unit| unit.class).unwrap_or_default()
    }

    /// `NAME: …` at the start of a block.
    fn line(&mut self) {
        let opens = self.lo == 0 || self.units[self.lo - 1].kind == Kind::Break;
        if !opens {
            return;
        }
        let Some(colon) = (self.lo..self.hi.min(self.lo + 7)).find(|at| self.kind(*at) == Some(Kind::Colon)) else {
            return;
        };
        let source = Range::new(self.lo, colon);
        let plain = (source.from..source.to).all(|at| {
            let unit = &self.units[at];
            matches!(unit.kind, Kind::Name(_)) || unit.is(Class::TITLE.or(Class::HONORIFIC)) || unit.kind == Kind::Sign
        });
        if plain && !source.is_empty() && colon + 1 < self.hi {
            let content = vec![Range::new(colon + 1, self.end_of_sentence())];
            self.push(Some(source), Range::new(colon, colon + 1), content, Cue::Line);
        }
    }

    /// `“…” — NAME` at the end of a block.
    fn signed(&mut self, at: usize) {
        let Some(quote) = at.checked_sub(1).filter(|quote| *quote >= self.lo) else { return };
        let Some(source) = parties::right(self.text, self.units, at + 1, self.hi) else { return };
        let source = parties::with_apposition(self.units, source, self.hi);
        let ends = (source.to..self.hi).all(|n| matches!(self.units[n].kind, Kind::Break | Kind::Stop));
        let named = matches!(self.kind(source.from), Some(Kind::Name(_))) || self.class(source.from).is(Class::TITLE);
        if ends && named && matches!(self.kind(quote), Some(Kind::Quote(_))) {
            self.push(Some(source), Range::new(at, at + 1), vec![Range::new(quote, quote + 1)], Cue::Line);
        }
    }

    fn end_of_sentence(&self) -> usize {
        let mut end = self.hi;
        while end > self.lo && matches!(self.units[end - 1].kind, Kind::Break | Kind::Stop) {
            end -= 1;
        }
        end
    }

    fn push(&mut self, source: Option<Range>, cue: Range, content: Vec<Range>, how: Cue) -> &mut Attribution {
        let content = content.into_iter().map(|range| self.trim(range)).filter(|r| !r.is_empty()).collect();
        self.out.push(Attribution {
            sentence: self.sentence,
            source: source.map(|range| self.trim(range)),
            cue,
            content,
            how,
            told: None,
            cites: vec![],
            has_that: false,
            is_negated: false,
        });
        self.out.last_mut().expect("pushed")
    }

    /// Without commas, stops and dashes at either end.
    fn trim(&self, range: Range) -> Range {
        let loose = |at: usize| {
            matches!(
                self.units[at].kind,
                Kind::Comma | Kind::Stop | Kind::Dash | Kind::Semicolon | Kind::Colon | Kind::Break
            )
        };
        let (mut from, mut to) = (range.from, range.to.min(self.units.len()));
        while from < to && loose(from) {
            from += 1;
        }
        while to > from && loose(to - 1) {
            to -= 1;
        }
        Range { from, to }
    }

    /// Takes the cue at a unit; where to go on.
    fn cue(&mut self, at: usize, unit: Unit) -> usize {
        if unit.is(Class::ACCORDING) {
            return self.according(at);
        }
        if unit.is(Class::ACCORDING_AFTER) {
            return self.according_after(at);
        }
        if unit.is(Class::CITE) && !self.is_finite_quote(at) {
            return self.cite(at);
        }
        if unit.is(Class::NOUN) && self.noun(at) {
            return at + 1;
        }
        if unit.is(CUES) {
            return self.verb(at, unit);
        }
        at + 1
    }

    /// "is quoting", "was citing": a verb, no participle.
    fn is_finite_quote(&self, at: usize) -> bool {
        at > self.lo && self.class(at - 1).is(Class::AUX)
    }

    fn according(&mut self, at: usize) -> usize {
        // "per cent", "as per usual", "according to plan": nobody is named.
        let Some(phrase) = parties::right(self.text, self.units, at + 1, self.hi) else { return at + 1 };
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
    fn main_end(&self, from: usize) -> usize {
        let ends = |at: &usize| match self.units[*at].kind {
            Kind::Stop | Kind::Semicolon | Kind::Break => true,
            Kind::Comma => self.class(at + 1).is(Class::WHEN) && self.is_next_speech(at + 2),
            _ => false,
        };
        (from..self.hi).find(ends).unwrap_or(self.hi)
    }

    /// Past a comma, and past what cites between commas.
    fn after_asides(&self, at: usize) -> usize {
        let mut from = at;
        while self.kind(from) == Some(Kind::Comma) {
            let inner = from + 1;
            if !self.class(inner).is(Class::CITE.or(Class::WHO)) {
                return inner;
            }
            let comma = (inner..self.hi.min(inner + THAT_REACH)).find(|at| self.kind(*at) == Some(Kind::Comma));
            match comma {
                Some(comma) => from = comma,
                None => return inner,
            }
        }
        from
    }

    fn according_after(&mut self, at: usize) -> usize {
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
    fn cite(&mut self, at: usize) -> usize {
        let Some(phrase) = parties::right(self.text, self.units, at + 1, self.hi) else { return at + 1 };
        if !parties::can_speak(self.units, phrase) {
            return at + 1;
        }
        // "X, citing Y, said": the verb is still to come, and takes it.
        let verb_to_come = self.kind(phrase.to) == Some(Kind::Comma)
            && self.class(phrase.to + 1).is(SPEECH.or(Class::ADVERB).or(Class::AUX));
        if self.class(phrase.to).is(SPEECH) {
            return phrase.to;
        }
        let of_name = at > self.lo + 1 && self.kind(at - 1) == Some(Kind::Comma) && matches!(self.kind(at - 2), Some(Kind::Name(_)));
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
                while content.to > content.from && matches!(units[content.to - 1].kind, Kind::Comma) {
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

    /// What stands before `at` in its clause.
    fn before(&self, at: usize) -> Range {
        let from = self.clause_start(at);
        let mut to = at;
        while to > from && (matches!(self.units[to - 1].kind, Kind::Comma | Kind::Dash) || self.units[to - 1].is(Class::ADVERB.or(Class::AND))) {
            to -= 1;
        }
        let range = Range::new(from, to);
        let words = (from..to).any(|at| !self.units[at].is(Class::ADVERB.or(Class::TIME).or(Class::AND)));
        if words { range } else { Range::new(to, to) }
    }

    /// Where the clause that reaches to `at` begins: the sentence, a semicolon, the end of an earlier attribution.
    fn clause_start(&self, at: usize) -> usize {
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
    fn clause_end(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.hi {
            let unit = &self.units[at];
            let stops = match unit.kind {
                Kind::Stop | Kind::Semicolon | Kind::Break => true,
                Kind::Comma => at > from && self.ends_at_comma(at),
                Kind::Dash => at > from && self.class(at + 1).is(Class::ADDING.or(Class::ACCORDING)),
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

    fn ends_at_comma(&self, comma: usize) -> bool {
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
    fn is_next_speech(&self, at: usize) -> bool {
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
                Kind::Name(_) | Kind::Number | Kind::Sign | Kind::Possessive => {}
                Kind::Word if n > at && unit.is(SPEECH) && !unit.is(Class::WEAK.or(Class::ADDING)) => return !self.is_noun_use(n),
                Kind::Word if unit.is(Class::AUX.or(Class::VERB).or(Class::TO).or(Class::THAT).or(Class::WHO).or(Class::WHEN).or(Class::AND)) && !unit.is(Class::ARTICLE) => return false,
                Kind::Word => {}
                _ => return false,
            }
        }
        false
    }

    /// A bare form in "to X and claim Y" goes on with its infinitive.
    fn is_infinitive_list(&self, at: usize) -> bool {
        let word = self.text.word(self.units[at].first);
        let bare = !word.ends_with('s') && !word.ends_with('d') && !word.ends_with("ing") && !matches!(word, "said" | "told" | "wrote");
        bare && self.text.lang == "en"
    }

    /// `, P said` up to a comma or the end.
    fn is_parenthesis(&self, at: usize) -> bool {
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
                Kind::Word if self.units[n].is(Class::ADVERB.or(Class::ARTICLE).or(Class::TITLE).or(Class::GROUP).or(Class::OFFICIAL).or(Class::HE).or(Class::SHE).or(Class::THEY)) => {}
                Kind::Word if self.units[n].capital => {}
                _ => return false,
            }
            n += 1;
        }
        false
    }

    /// `Trump’s claim that C`, `his call for C`.
    fn noun(&mut self, at: usize) -> bool {
        let next = self.class(at + 1);
        // "a warning by P that C".
        if self.word_is(at + 1, "by")
            && let Some(source) = parties::right(self.text, self.units, at + 2, self.hi)
            && self.class(source.to).is(Class::THAT)
            && parties::can_speak(self.units, source)
        {
            let content = Range::new(source.to + 1, self.clause_end(source.to + 1));
            self.push(Some(source), Range::new(at, at + 1), vec![content], Cue::Speech).has_that = true;
            return true;
        }
        let leads = next.is(Class::THAT) || next.is(Class::TO)
            || matches!(self.text.word(self.units[at].last), "for" | "about" | "of" | "on" | "against");
        if !leads || at <= self.lo {
            return false;
        }
        let mut owner = at - 1;
        while owner > self.lo && self.units[owner].kind == Kind::Word && !self.units[owner].is(Class::HIS.or(Class::ARTICLE).or(Class::PREPOSITION)) && at - owner < 3 {
            owner -= 1;
        }
        let source = match self.kind(owner) {
            Some(Kind::Possessive) => parties::left(self.text, self.units, owner, self.lo).map(|p| Range::new(p.from, owner + 1)),
            Some(Kind::Word) if self.units[owner].is(Class::HIS) => Some(Range::new(owner, owner + 1)),
            _ => None,
        };
        let Some(source) = source else { return false };
        let from = at + 2;
        let content = Range::new(if next.is(Class::THAT) { from } else { at + 2 }, self.clause_end(from));
        let has_that = next.is(Class::THAT);
        self.push(Some(source), Range::new(at, at + 1), vec![content], Cue::Noun).has_that = has_that;
        true
    }

    /// A form that is a noun here: behind an article, a possessor, a preposition.
    fn is_noun_use(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|before| *before >= self.lo) else { return false };
        let unit = &self.units[before];
        if unit.kind == Kind::Possessive || unit.kind == Kind::Number {
            return true;
        }
        let word = self.text.word(unit.first);
        let noun_before = unit.is(Class::ARTICLE.or(Class::HIS).or(Class::PREPOSITION)) && !unit.is(Class::ADVERB)
            && !(unit.is(Class::ARTICLE) && matches!(word, "that" | "this" | "these" | "those" | "many" | "some" | "several" | "all" | "most" | "both" | "few" | "others" | "one" | "two" | "another" | "any"));
        noun_before && !matches!(word, "to")
    }

    fn verb(&mut self, at: usize, unit: Unit) -> usize {
        let hyphened = at > self.lo && self.kind(at - 1) == Some(Kind::Sign) && self.text.tokens[unit.first].glued && self.text.lang != "fr";
        if hyphened || self.is_noun_use(at) {
            return at + 1;
        }
        // The verb with its helpers: "has also said".
        let mut start = at;
        let (mut negated, mut passive, mut helped) = (false, false, false);
        while start > self.lo {
            let before = &self.units[start - 1];
            if before.kind != Kind::Word || !before.is(Class::ADVERB.or(Class::AUX).or(Class::NOT).or(Class::HEDGE)) {
                break;
            }
            negated |= before.is(Class::NOT) || self.text.word(before.first).ends_with("n't") || self.text.word(before.first).ends_with("n’t");
            if before.is(Class::AUX) {
                passive |= is_be(self.text.word(before.first));
                helped = true;
            }
            start -= 1;
        }
        if start > self.lo && self.units[start - 1].is(Class::TO) {
            return at + 1;
        }
        let ongoing = unit.is(Class::ADDING) && !helped;
        if passive && !unit.is(Class::ADDING) && self.text.lang == "en" {
            return self.passive(at, start);
        }
        if ongoing {
            return self.participle(at, start);
        }
        if unit.is(Class::QUOTED) && !unit.is(Class::SAY) && self.quoted(at, start) {
            return at + 1;
        }
        let how = how(unit.class);
        let mut subject = parties::left(self.text, self.units, start, self.lo).filter(|s| !s.is_empty());
        let led = |s: &Range| s.from > self.lo && self.units[s.from - 1].is(Class::ACCORDING.or(Class::INTERVIEW));
        if subject.as_ref().is_some_and(led) {
            subject = None;
        }
        // "a-t-il dit".
        if let Some(inner) = subject.as_mut() {
            while inner.from > self.lo + 1 && self.kind(inner.from - 1) == Some(Kind::Sign) && self.text.sign(self.units[inner.from - 1].first) == "-" {
                inner.from -= 2;
                inner.to = inner.to.max(inner.from + 1);
            }
        }
        if let Some(agent) = self.agent(start) {
            return self.stated_hindi(at, start, agent, how);
        }
        let foreign = self.text.lang != "en";
        let inverted = subject.is_none() && unit.is(Class::GIVEN) && (self.quote_or_comma_before(start) || foreign && !self.class(at + 1).is(Class::THAT));
        let first_told = parties::told_newsroom(self.units, at + 1, self.hi).filter(|told| {
            // "dijo a EFE la ministra": the outlet stands before who speaks.
            foreign && self.class(told.from).is(Class::PREPOSITION)
        });
        let begin = first_told.map_or(at + 1, |told| told.to);
        if inverted
            && let Some(source) = parties::right(self.text, self.units, begin, self.hi)
            && !self.class(at + 1).is(Class::THAT.or(Class::HE).or(Class::SHE).or(Class::THEY).or(Class::IT).or(Class::I))
        {
            return self.inverted(at, source, how, first_told);
        }
        let subject = subject.or_else(|| self.shared_subject(start));
        let Some(subject) = subject else { return at + 1 };
        self.stated(at, start, subject, how, negated)
    }

    /// `…, said P`: what stands before, and what goes on behind it.
    fn inverted(&mut self, at: usize, source: Range, how: Cue, first_told: Option<Range>) -> usize {
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
        if foreign && self.trim(first).is_empty() || foreign && self.is_led(first) {
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
    fn is_led(&self, range: Range) -> bool {
        self.class(self.trim(range).from).is(Class::ACCORDING.or(Class::INTERVIEW))
    }

    /// Who acts, in languages that mark it behind the name: `P ने`.
    fn agent(&self, verb: usize) -> Option<usize> {
        let floor = verb.saturating_sub(16).max(self.lo);
        (floor..verb).rev().take_while(|at| self.kind(*at) != Some(Kind::Stop)).find(|at| self.class(*at).is(Class::AGENT))
    }

    /// `P ने X को बताया कि C`.
    fn stated_hindi(&mut self, at: usize, start: usize, agent: usize, how: Cue) -> usize {
        let Some(source) = parties::left(self.text, self.units, agent, self.lo) else { return at + 1 };
        let told = (agent + 1..start).find(|n| self.class(*n).is(Class::NEWSROOM) && self.class(n + 1).is(Class::DATIVE));
        let cited = (agent + 1..start).find(|n| self.class(*n).is(Class::ACCORDING_AFTER));
        let cites = cited.and_then(|cited| parties::left(self.text, self.units, cited, agent + 1));
        let mut content = (at + 1..self.hi.min(at + 4)).find(|n| self.class(*n).is(Class::THAT)).map(|that| Range::new(that + 1, self.end_of_sentence()));
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

    /// Whether the words behind `, P said,` go on with what was said.
    fn continues(&self, at: usize) -> bool {
        match self.kind(at) {
            Some(Kind::Quote(_)) => true,
            Some(_) => !self.class(at).is(Class::ADDING.or(Class::WHO).or(Class::ACCORDING).or(Class::CITE).or(Class::AND).or(Class::WHEN)),
            None => false,
        }
    }

    /// What stands before a cue: the quotation, or the clause.
    fn left_content(&self, at: usize) -> Range {
        let mut to = at;
        while to > self.lo && matches!(self.units[to - 1].kind, Kind::Comma | Kind::Dash) {
            to -= 1;
        }
        let mut from = self.clause_start(to);
        // Behind another attribution only what it did not take.
        for known in &self.out[self.since..] {
            for range in known.content.iter().chain(known.source.iter()).chain([&known.cue]) {
                if range.to <= to && range.to > from && known.how != Cue::Attitude && known.how != Cue::Thought {
                    from = range.to;
                }
            }
        }
        if to > self.lo && matches!(self.units[to - 1].kind, Kind::Quote(_)) {
            // A whole sentence in marks stands for itself; a fragment belongs to its clause.
            let quote = to - 1;
            let whole = quote == from || matches!(self.units[quote - 1].kind, Kind::Stop | Kind::Colon | Kind::Comma | Kind::Break | Kind::Dash);
            if whole {
                from = quote;
            }
        }
        Range::new(from, to)
    }

    fn quote_or_comma_before(&self, at: usize) -> bool {
        at > self.lo && matches!(self.units[at - 1].kind, Kind::Quote(_) | Kind::Comma | Kind::Dash)
    }

    /// The subject of a verb that has none of its own: `P met Q and said`.
    fn shared_subject(&self, at: usize) -> Option<Range> {
        let before = self.unit(at.checked_sub(1)?)?;
        let joined = before.is(Class::AND) || before.kind == Kind::Comma;
        if !joined {
            return None;
        }
        let last = self.out[self.since..].iter().rev().find(|known| {
            matches!(known.how, Cue::Speech | Cue::Denial | Cue::Thought | Cue::Attitude) && known.source.is_some_and(|s| s.to <= at)
        });
        if let Some(last) = last {
            return last.source;
        }
        if !before.is(Class::AND) {
            return None;
        }
        let mut from = self.lo;
        while self.class(from).is(Class::ADVERB.or(Class::AND)) || self.kind(from) == Some(Kind::Comma) {
            from += 1;
        }
        let first = parties::right(self.text, self.units, from, at)?;
        let named = matches!(self.kind(first.from), Some(Kind::Name(_)))
            || self.class(first.from).is(Class::HE.or(Class::SHE).or(Class::THEY))
            || parties::can_speak(self.units, first);
        named.then_some(first)
    }

    fn stated(&mut self, at: usize, start: usize, subject: Range, how: Cue, negated: bool) -> usize {
        let unit = self.units[at];
        let mut next = at + 1;
        let mut told = self.told_before(subject);
        let to_newsroom = self.class(next).is(Class::TO) && (next + 1..next + 3).any(|n| self.class(n).is(Class::NEWSROOM));
        if to_newsroom {
            let hearer = parties::right(self.text, self.units, next + 1, self.hi);
            told = hearer.or(told);
            next = hearer.map_or(next, |hearer| hearer.to);
        } else if unit.is(Class::SAY) && self.class(next).is(Class::TO) && self.text.lang == "en" && !unit.is(Class::TELL) {
            // "said to be lost": nobody says it.
            return at + 1;
        }
        while self.class(next).is(Class::ADVERB.or(Class::TIME)) && self.kind(next) == Some(Kind::Word) {
            next += 1;
        }
        let foreign_told = (self.text.lang != "en").then(|| parties::told_newsroom(self.units, next, self.hi)).flatten();
        if let Some(hearer) = foreign_told {
            told = Some(hearer);
            next = hearer.to;
        } else if unit.is(Class::TELL) && self.text.lang == "en" {
            if let Some(hearer) = parties::hearer(self.text, self.units, next, self.hi) {
                told = Some(hearer);
                next = hearer.to;
            }
        } else if let Some(hearer) = self.told_behind(at, next) {
            told = Some(hearer);
        }
        let cue = Range::new(start, at + 1);
        let (mut content, has_that) = self.right_content(next, unit);
        if self.class(subject.from).is(Class::WHO) && subject.to == subject.from + 1 {
            // A relative clause ends where its comma does.
            let comma = (content.from..content.to).find(|n| n > &content.from && self.kind(*n) == Some(Kind::Comma));
            content.to = comma.unwrap_or(content.to);
        }
        let quoted = subject.from > self.lo && matches!(self.units[subject.from - 1].kind, Kind::Quote(_))
            || subject.from > self.lo + 1 && self.kind(subject.from - 1) == Some(Kind::Comma) && matches!(self.kind(subject.from - 2), Some(Kind::Quote(_))) && self.text.lang != "en";
        let is_aside = subject.from > self.lo && matches!(self.units[subject.from - 1].kind, Kind::Comma | Kind::Quote(_) | Kind::Dash)
            || subject.from > self.lo && self.units[subject.from - 1].is(Class::WHEN) && subject.from > self.lo + 1;
        let mut contents = vec![content];
        let nothing_right = self.trim(content).is_empty() || !has_that && self.is_adjunct(content) && !matches!(how, Cue::Attitude | Cue::Thought);
        let marks_right = (next..content.to).any(|n| matches!(self.kind(n), Some(Kind::Quote(_) | Kind::Colon)));
        if quoted && !has_that && !marks_right && matches!(how, Cue::Speech | Cue::Denial) {
            contents = vec![self.left_content(subject.from)];
        } else if is_aside && !has_that && (nothing_right || self.kind(next) == Some(Kind::Comma)) && matches!(how, Cue::Speech | Cue::Denial | Cue::Thought) {
            let whole = unit.is(Class::REPORT) && !quoted;
            contents = vec![if whole { self.before(subject.from) } else { self.left_content(subject.from) }];
            if self.kind(next) == Some(Kind::Comma) && self.continues(next + 1) && !self.is_parenthesis(next + 1) {
                contents.push(Range::new(next + 1, self.clause_end(next + 1)));
            }
        } else if nothing_right && !(how == Cue::Denial && told.is_some()) {
            contents = vec![];
        }
        // "As X reported, C".
        let opens_as = subject.from > self.lo && subject.from <= self.lo + 2 && self.units[subject.from - 1].is(Class::WHEN)
            && self.units[subject.from - 1].is(Class::AS);
        if opens_as && !has_that && let Some(comma) = (next..self.hi.min(next + 10)).find(|n| self.kind(*n) == Some(Kind::Comma)) {
            contents = vec![Range::new(comma + 1, self.clause_end(comma + 1))];
        }
        let mut cites: Vec<Range> = self.cited_in(subject).into_iter().collect();
        if matches!(how, Cue::Speech | Cue::Denial) {
            cites.extend(self.pending.take());
        }
        if !has_that && contents.first().is_some_and(|range| self.class(range.from).is(Class::CITE)) {
            // "reported citing irregularities".
            let named = contents.first().and_then(|range| parties::right(self.text, self.units, range.from + 1, self.hi));
            if !named.is_some_and(|named| parties::can_speak(self.units, named)) {
                return at + 1;
            }
        }
        let on_right = contents.first().is_some_and(|range| range.from > at);
        if !has_that && on_right && self.lacks_clause(unit, &contents) {
            return at + 1;
        }
        let first = contents.first().map(|range| self.trim(*range)).filter(|range| !range.is_empty());
        let marked = first.is_some_and(|range| matches!(self.kind(range.from), Some(Kind::Quote(_))));
        let quoted_inside = how == Cue::Attitude
            && contents.iter().any(|range| (range.from..range.to.min(range.from + 8)).any(|n| matches!(self.kind(n), Some(Kind::Quote(_)))));
        if unit.is(Class::WEAK) && !has_that && !marked && !quoted_inside && !self.is_plain_verb(at, subject) {
            return at + 1;
        }
        if how == Cue::Thought && !has_that {
            return at + 1;
        }
        let pushed = self.push(Some(subject), cue, contents, how);
        pushed.told = told;
        pushed.cites = cites;
        pushed.has_that = has_that;
        pushed.is_negated = negated;
        let denial = pushed.how == Cue::Denial && pushed.told.is_some();
        if pushed.content.is_empty() && pushed.how != Cue::Speech && !denial {
            self.out.pop();
        }
        next.max(at + 1)
    }

    /// A name or a pronoun stands right before a finite form, and no preposition behind it: no noun.
    fn is_plain_verb(&self, at: usize, subject: Range) -> bool {
        let word = self.text.word(self.units[at].first);
        let finite = word.ends_with('s') || word.ends_with("ed") || matches!(word, "found" | "held" | "read" | "shown");
        let before = subject.to.checked_sub(1).map(|last| self.units[last]);
        let named = before.is_some_and(|unit| matches!(unit.kind, Kind::Name(_)) || unit.is(Class::HE.or(Class::SHE).or(Class::THEY)));
        let next = self.class(at + 1);
        let carries = next.is(Class::ARTICLE.or(Class::HE).or(Class::SHE).or(Class::THEY).or(Class::IT).or(Class::HIS)) || matches!(self.kind(at + 1), Some(Kind::Name(_) | Kind::Colon));
        finite && named && carries && !next.is(Class::PREPOSITION) || self.quote_or_comma_before(subject.from) && finite && named && !carries
    }

    /// Only when and where, nothing said.
    fn is_adjunct(&self, content: Range) -> bool {
        let content = self.trim(content);
        let when = self.class(content.from).is(Class::PREPOSITION) && (content.from + 1..content.from + 3).any(|at| self.class(at).is(Class::TIME));
        if !content.is_empty() && when && content.from < content.to {
            return true;
        }
        if !content.is_empty() && (self.class(content.from).is(Class::TIME) || self.class(content.from).is(Class::PREPOSITION)) {
            return (content.from..content.to).all(|at| {
                let unit = &self.units[at];
                !unit.is(Class::AUX.or(Class::VERB).or(SPEECH)) && !matches!(unit.kind, Kind::Quote(_))
            }) && content.to - content.from <= 12;
        }
        false
    }

    /// "reported a loss", "said goodbye": no clause, nothing said.
    fn lacks_clause(&self, verb: Unit, contents: &[Range]) -> bool {
        if !verb.is(SPEECH) || verb.is(Class::DENY) || self.text.lang != "en" || contents.is_empty() {
            return false;
        }
        let verbal = |at: usize| {
            let unit = &self.units[at];
            let word = self.text.word(unit.first);
            matches!(unit.kind, Kind::Quote(_) | Kind::Colon)
                || unit.is(Class::AUX.or(Class::VERB).or(CUES).or(Class::HE).or(Class::SHE).or(Class::THEY).or(Class::I))
                || unit.kind == Kind::Word && word.ends_with("ed")
        };
        let words: usize = contents.iter().map(|range| range.to.saturating_sub(range.from)).sum();
        let reports = verb.is(Class::REPORT) && words <= 16;
        (words <= 7 || reports) && !contents.iter().any(|range| (range.from..range.to).any(verbal))
    }

    fn word_is(&self, at: usize, word: &str) -> bool {
        self.unit(at).is_some_and(|unit| self.text.word(unit.first) == word)
    }

    /// Whom a subject cites: `X, citing Y, said`.
    fn cited_in(&self, subject: Range) -> Option<Range> {
        let cite = (subject.from + 1..subject.to).find(|at| self.class(*at).is(Class::CITE))?;
        let phrase = parties::right(self.text, self.units, cite + 1, subject.to)?;
        parties::can_speak(self.units, phrase).then_some(phrase)
    }

    /// The outlet of an interview that stands before the verb: in the subject, or before it.
    fn told_before(&self, subject: Range) -> Option<Range> {
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
            && (interview..subject.from).any(|at| self.class(at).is(SPEECH) && !self.class(at).is(Class::NOUN.or(Class::INTERVIEW)));
        if apart {
            return None;
        }
        parties::right(self.text, self.units, interview + 1, self.hi)
    }

    /// An interview's outlet behind the verb: `said in an interview with X`.
    fn told_behind(&self, at: usize, from: usize) -> Option<Range> {
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

    /// What a verb carries on its right, and whether "that" opens it.
    fn right_content(&self, from: usize, verb: Unit) -> (Range, bool) {
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
                Kind::Word if unit.is(Class::AUX.or(Class::VERB).or(Class::WHO).or(Class::WHEN)) => break,
                // "reported an announcement by P that": the noun has the "that".
                Kind::Word if unit.is(Class::NOUN) && self.word_is(at + 1, "by") => break,
                Kind::Word if unit.is(SPEECH.or(Class::HE).or(Class::SHE).or(Class::THEY).or(Class::IT)) => break,
                _ => {}
            }
            at += 1;
        }
        if let Some(colon) = (from..end).find(|at| matches!(self.kind(*at), Some(Kind::Colon | Kind::Stop | Kind::Quote(_))))
            && self.kind(colon) == Some(Kind::Colon)
            && verb.is(SPEECH)
        {
            return (Range::new(colon + 1, self.end_of_sentence()), false);
        }
        let mut start = from;
        if self.kind(start) == Some(Kind::Comma) && matches!(self.kind(start + 1), Some(Kind::Quote(_))) {
            start += 1;
        } else if self.kind(start) == Some(Kind::Comma) && self.text.lang == "de" {
            start += 1;
        } else if self.kind(start) == Some(Kind::Comma) {
            return (Range::new(start, start), false);
        }
        let adjunct = self.after_adjunct(start);
        (Range::new(adjunct, self.clause_end(adjunct)), false)
    }

    /// Past "in a statement on Friday," where what was said follows in marks.
    fn after_adjunct(&self, from: usize) -> usize {
        if !self.class(from).is(Class::PREPOSITION.or(Class::TIME)) {
            return from;
        }
        let end = self.hi.min(from + 12);
        for at in from..end {
            match self.units[at].kind {
                Kind::Quote(_) => {
                    let comma = at > from && matches!(self.units[at - 1].kind, Kind::Comma | Kind::Colon);
                    return if comma { at } else { from };
                }
                Kind::Stop | Kind::Semicolon | Kind::Break => return from,
                Kind::Word if self.units[at].is(Class::AUX.or(SPEECH)) => return from,
                _ => {}
            }
        }
        from
    }

    /// `…, adding that C`: the speech before goes on, or the sentence's subject speaks.
    fn participle(&mut self, at: usize, start: usize) -> usize {
        let before = start.checked_sub(1).filter(|n| *n >= self.lo).map(|n| self.units[n]);
        let opens = start == self.lo;
        let joined = before.is_some_and(|unit| {
            matches!(unit.kind, Kind::Comma | Kind::Quote(_) | Kind::Dash) || unit.is(Class::AND.or(Class::PREPOSITION).or(Class::WHEN))
        });
        let last = self.out[self.since..].iter().rev().find(|known| known.source.is_some() && known.how != Cue::Noun);
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

    fn subject_of_sentence(&self, before: usize) -> Option<Range> {
        let mut from = self.lo;
        while from < before && (self.class(from).is(Class::ADVERB.or(Class::AND).or(Class::TIME)) || self.kind(from) == Some(Kind::Comma)) {
            from += 1;
        }
        let first = parties::right(self.text, self.units, from, before)?;
        parties::can_speak(self.units, first).then_some(first)
    }

    /// `P was quoted by X as saying`, `P was told by X that`; other passives name no speaker.
    fn passive(&mut self, at: usize, start: usize) -> usize {
        let unit = self.units[at];
        let by = (at + 1..self.hi.min(at + 4)).find(|n| self.text.word(self.units[*n].first) == "by");
        if unit.is(Class::QUOTED) {
            let subject = parties::left(self.text, self.units, start, self.lo);
            let saying = (at + 1..self.hi.min(at + 14)).find(|n| {
                self.class(*n).is(Class::ADDING.or(Class::THAT)) && self.text.word(self.units[*n - 1].first) == "as"
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
                let cites = cites.and_then(|(by, to)| parties::right(self.text, self.units, by + 1, to));
                if late.is_some() {
                    content = self.left_content(subject.from);
                }
                let pushed = self.push(Some(subject), Range::new(start, saying + 1), vec![content], Cue::Quoted);
                pushed.has_that = has_that;
                pushed.told = cites.or(told_to);
                return saying + 1;
            }
            return at + 1;
        }
        let Some(by) = by else { return at + 1 };
        let Some(agent) = parties::right(self.text, self.units, by + 1, self.hi) else { return at + 1 };
        if parties::can_speak(self.units, agent) && unit.is(Class::SAY.or(Class::REPORT)) && !unit.is(Class::TELL.or(Class::THINK).or(Class::ATTITUDE)) && !self.text.word(unit.first).starts_with("ask") {
            let content = self.before(start);
            self.push(Some(agent), Range::new(start, by + 1), vec![content], Cue::Speech);
            return agent.to;
        }
        at + 1
    }

    /// `X quoted P as saying C`.
    fn quoted(&mut self, at: usize, start: usize) -> bool {
        let Some(relay) = parties::left(self.text, self.units, start, self.lo) else { return false };
        let saying = (at + 1..self.hi.min(at + 16)).find(|n| {
            let participle = self.text.lang != "en" && self.class(*n).is(Class::ADDING);
            let colon = self.text.lang != "en" && self.kind(*n) == Some(Kind::Colon);
            *n > at + 1
                && (participle || colon || self.class(*n).is(Class::ADDING.or(Class::SAY)) && self.text.word(self.units[*n - 1].first) == "as")
        });
        let Some(saying) = saying else { return false };
        let foreign = self.text.lang != "en";
        let Some(source) = parties::right(self.text, self.units, at + 1, if foreign { saying } else { saying - 1 }) else { return false };
        // "the governor, N, as saying".
        let source = if self.kind(source.to) == Some(Kind::Comma) { self.trim(Range::new(source.from, saying - 1)) } else { source };
        let (mut content, has_that) = self.right_content(saying + 1, self.units[saying]);
        if self.trim(content).is_empty() {
            content = self.left_content(relay.from);
        }
        let pushed = self.push(Some(source), Range::new(start, saying + 1), vec![content], Cue::Quoted);
        pushed.has_that = has_that;
        pushed.told = Some(relay);
        true
    }
}

fn is_be(word: &str) -> bool {
    matches!(word, "is" | "are" | "was" | "were" | "be" | "been" | "being" | "wasn't" | "weren't" | "isn't" | "aren't" | "Was" | "Were" | "Is")
}

fn how(class: Class) -> Cue {
    if class.is(Class::DENY) {
        Cue::Denial
    } else if class.is(Class::SAY.or(Class::TELL)) {
        Cue::Speech
    } else if class.is(Class::THINK) {
        Cue::Thought
    } else if class.is(Class::ATTITUDE) {
        Cue::Attitude
    } else if class.is(Class::QUOTED) {
        Cue::Quoted
    } else {
        Cue::Speech
    }
}

