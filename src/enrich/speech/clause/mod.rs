//! Who says what in a sentence: finds the words that attribute, whom they name, and what they carry.

mod extent;
mod orders;
mod relays;
mod stated;
mod verbs;

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
pub(super) fn find(
    text: &Text<'_>,
    units: &[Unit],
    sentences: &[(usize, usize)],
) -> Vec<Attribution> {
    let mut out: Vec<Attribution> = Vec::new();
    for (sentence, (from, to)) in sentences.iter().enumerate() {
        if out.len() >= ATTRIBUTIONS_MAX {
            break;
        }
        let mut parser = Parser {
            text,
            units,
            lo: *from,
            hi: *to,
            sentence,
            out: &mut out,
            since: 0,
            pending: None,
        };
        parser.since = parser.out.len();
        parser.run();
        carry_on(units, *from, &mut out, sentence);
    }
    out
}

/// `“A,” P said. “B.”`: a quotation that follows at once, in the same block and alone, is the same speaker's.
fn carry_on(units: &[Unit], from: usize, out: &mut [Attribution], sentence: usize) {
    let is_quote =
        |at: usize| units.get(at).is_some_and(|unit| matches!(unit.kind, Kind::Quote(_)));
    let Some(before) = from.checked_sub(1) else { return };
    let alone = units.get(from + 1).is_none_or(|next| {
        next.capital || matches!(next.kind, Kind::Break | Kind::Quote(_) | Kind::Stop)
    });
    if !is_quote(from) || units[before].kind == Kind::Break || !alone {
        return;
    }
    if out.iter().any(|known| {
        known.sentence == sentence && known.content.iter().any(|range| range.holds(from))
    }) {
        return;
    }
    let last = out
        .iter_mut()
        .rev()
        .find(|known| known.sentence + 1 == sentence || known.sentence == sentence);
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
        if let Some(dash) =
            (self.lo..self.hi.min(self.lo + 12)).find(|at| self.kind(*at) == Some(Kind::Dash))
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

    fn push(
        &mut self,
        source: Option<Range>,
        cue: Range,
        content: Vec<Range>,
        how: Cue,
    ) -> &mut Attribution {
        let content =
            content.into_iter().map(|range| self.trim(range)).filter(|r| !r.is_empty()).collect();
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

    fn word_is(&self, at: usize, word: &str) -> bool {
        self.unit(at).is_some_and(|unit| self.text.word(unit.first) == word)
    }
}

fn is_be(word: &str) -> bool {
    matches!(
        word,
        "is" | "are"
            | "was"
            | "were"
            | "be"
            | "been"
            | "being"
            | "wasn't"
            | "weren't"
            | "isn't"
            | "aren't"
            | "Was"
            | "Were"
            | "Is"
    )
}

fn how(class: Class) -> Cue {
    if class.is(Class::DENY) {
        Cue::Denial
    } else if class.is(Class::ATTITUDE) && class.is(Class::WEAK) {
        // "described the day as a success" gives a view of it, no statement.
        Cue::Attitude
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
