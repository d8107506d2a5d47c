//! What is said in a story: one entry a claim, whoever carried it, with those who heard it.
//!
//! A pure function of a story's members in the order of their arrival, so a restored desk and `verify` find the same
//! claims. Kept up as members arrive, since a story is told again with each of them. Nothing here averages, merges or
//! mends words: a claim shows the wording that came first.

mod numbers;
mod said;
#[cfg(test)]
mod tests;
mod wording;

use std::collections::BTreeMap;

pub use said::Spoken;

use super::independence::Sources;
use crate::news::{
    ArticleId, DispatchId, Member, Said, Statement, StatementNumber, StoryId, Time, Witness, hash16,
};
use wording::Wording;

/// Claims that a story tells apart; what comes after them is still counted where it repeats one of them.
const CLAIMS_MAX: usize = 160;

/// Claims of its speaker that a statement is compared with, the latest ones.
const COMPARED_MAX: usize = 40;

/// Comparisons of one article; a transcript has many statements of one speaker.
const COMPARISONS_MAX: usize = 400;

/// Bytes of a story's record that its claims may take, about: its line holds other lists too.
const BYTES_MAX: usize = 9 * 1024;

/// Bytes of a claim besides its words: keys, ids, numbers.
const ENTRY_BYTES: usize = 300;

/// Members from which on a story's claims are kept rather than found again.
const KEPT_FROM: usize = 12;

/// One claim.
#[derive(Clone, Debug)]
struct Claim {
    first: ArticleId,
    quote: String,
    speaker: String,
    text: String,
    is_denied: bool,
    wording: Wording,
    /// Who carried it, by arrival, and whom they had it from.
    heard: Vec<(u64, Witness)>,
    numbers: Vec<StatementNumber>,
}

/// The claims of a story, as far as its members were taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    all: Vec<Claim>,
    /// Claims by speaker.
    by_speaker: BTreeMap<String, Vec<usize>>,
    /// Claims by speaker, words and whether they are denied: copies find theirs at once.
    by_words: BTreeMap<(String, Box<str>, bool), usize>,
    /// The members taken, with what of them can change.
    taken: Vec<(u64, DispatchId, bool)>,
    /// Left for the article that is being taken.
    comparisons: usize,
}

/// The claims made in a story.
pub fn statements(story: StoryId, members: &[Member]) -> Vec<Statement> {
    let mut claims = Claims::default();
    claims.follow(members);
    claims.told(story, members)
}

/// The claims made in a story, each with the articles that carry it, by arrival.
pub fn carried(story: StoryId, members: &[Member]) -> Vec<(Statement, Vec<ArticleId>)> {
    let mut claims = Claims::default();
    claims.follow(members);
    let told = claims.told(story, members);
    let article = |(arrival, _): &(u64, Witness)| {
        let at = members.binary_search_by_key(arrival, |member| member.arrival).ok()?;
        Some(members[at].article)
    };
    let by = |statement: &Statement| -> Vec<ArticleId> {
        let mut claims = claims.all.iter();
        let claim = claims.find(|claim| claim.told_id(story) == statement.id);
        claim.map(|claim| claim.heard.iter().filter_map(article).collect()).unwrap_or_default()
    };
    told.into_iter().map(|statement| (statement.clone(), by(&statement))).collect()
}

/// Whether one speaker says the same twice, but for the numbers.
pub fn alike_but_for_numbers(a: &Statement, b: &Statement) -> bool {
    let wording = |s: &Statement| Wording::of(&s.text, "und", false, &[]).without_numbers();
    a.speaker == b.speaker && a.polarity == b.polarity && wording(a).is_about(&wording(b))
}

impl Claims {
    /// Takes the members that are not taken yet; begins anew where those taken are other ones.
    fn follow(&mut self, members: &[Member]) {
        let mark = |m: &Member| (m.arrival, m.dispatch, m.uncounted);
        let is_ahead = members.len() >= self.taken.len()
            && members.iter().map(mark).zip(&self.taken).all(|(member, taken)| member == *taken);
        if !is_ahead {
            *self = Self::default();
        }
        for member in members.get(self.taken.len()..).unwrap_or_default() {
            self.taken.push(mark(member));
            self.comparisons = COMPARISONS_MAX;
            for said in member.said.iter().filter(|_| !member.uncounted) {
                self.take(member, said);
            }
        }
    }

    /// The statements of a story with these members, from a small story's members alone.
    pub(super) fn of(
        kept: &mut Option<Box<Self>>,
        id: StoryId,
        members: &[Member],
    ) -> Vec<Statement> {
        if members.len() < KEPT_FROM {
            *kept = None;
            return statements(id, members);
        }
        let claims = kept.get_or_insert_default();
        claims.follow(members);
        claims.told(id, members)
    }

    fn take(&mut self, member: &Member, said: &Said) {
        let wording = Wording::of(&said.text, &member.lang, said.is_quoted, &said.names);
        let words = (said.speaker.clone(), wording.whole().into(), said.is_denied);
        let known = self.by_words.get(&words).copied().or_else(|| self.near(said, &wording));
        let at = match known {
            Some(at) => at,
            None if self.all.len() < CLAIMS_MAX => self.open(member, said, &wording),
            None => return,
        };
        let claim = &mut self.all[at];
        let heard = (member.arrival, said.witness.clone());
        let own = claim.heard.iter().rev().take_while(|(arrival, _)| *arrival == member.arrival);
        if own.into_iter().all(|known| *known != heard) {
            claim.heard.push(heard);
        }
        claim.count(&wording, member.fetched_at);
        self.by_words.entry(words).or_insert(at);
    }

    /// The claim of the same speaker that has the same words in another wording.
    fn near(&mut self, said: &Said, wording: &Wording) -> Option<usize> {
        let own = self.by_speaker.get(&said.speaker)?;
        let compared = own.len().min(COMPARED_MAX).min(self.comparisons);
        self.comparisons -= compared;
        let compared = own.iter().copied().skip(own.len() - compared);
        let is_same = |at: &usize| {
            let claim = &self.all[*at];
            claim.is_denied == said.is_denied && claim.wording.is_same(wording)
        };
        compared.into_iter().find(is_same)
    }

    fn open(&mut self, member: &Member, said: &Said, wording: &Wording) -> usize {
        self.all.push(Claim {
            first: member.article,
            quote: said.quote.clone(),
            speaker: said.speaker.clone(),
            text: said.text.clone(),
            is_denied: said.is_denied,
            wording: wording.clone(),
            heard: Vec::new(),
            numbers: Vec::new(),
        });
        let at = self.all.len() - 1;
        self.by_speaker.entry(said.speaker.clone()).or_default().push(at);
        at
    }

    /// The claims as the record tells them: those that most articles carry while there is room, in their order.
    fn told(&self, story: StoryId, members: &[Member]) -> Vec<Statement> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let mut ranked: Vec<usize> = (0..self.all.len()).collect();
        ranked.sort_by_key(|&at| std::cmp::Reverse(self.all[at].heard.len()));
        let mut room = BYTES_MAX;
        ranked.retain(|&at| {
            let bytes = self.all[at].text.len() + ENTRY_BYTES;
            let fits = bytes <= room;
            room = if fits { room - bytes } else { 0 };
            fits
        });
        ranked.sort_unstable();
        let told: Vec<&Claim> = ranked.into_iter().map(|at| &self.all[at]).collect();
        let sources = Sources::of(members);
        told.iter().map(|claim| claim.told(story, members, &sources, &told)).collect()
    }
}

impl Claim {
    /// Widens the ranges of what is counted.
    fn count(&mut self, wording: &Wording, at: Time) {
        for counted in &wording.numbers {
            match self.numbers.iter_mut().find(|number| number.unit == counted.unit) {
                Some(number) if counted.low < number.low || counted.high > number.high => {
                    number.low = number.low.min(counted.low);
                    number.high = number.high.max(counted.high);
                    number.since = at;
                }
                Some(_) => {}
                None => self.numbers.push(StatementNumber {
                    unit: counted.unit.clone(),
                    low: counted.low,
                    high: counted.high,
                    since: at,
                }),
            }
        }
    }

    fn told_id(&self, story: StoryId) -> String {
        let parts = [&story.to_string(), &self.speaker, &self.first.to_string(), &self.quote];
        format!("stm_{}", hash16(&parts.map(String::as_str)))
    }

    fn told(
        &self,
        story: StoryId,
        members: &[Member],
        sources: &Sources,
        all: &[&Self],
    ) -> Statement {
        Statement {
            id: self.told_id(story),
            speaker: self.speaker.clone(),
            text: self.text.clone(),
            polarity: if self.is_denied { "denies" } else { "asserts" }.to_owned(),
            witnesses: self.witnesses(members, sources),
            denied_by: self.denied_by(all),
            first_article_id: self.first,
            numbers: self.numbers.clone(),
        }
    }

    /// Who heard it, each family once, by first appearance.
    fn witnesses(&self, members: &[Member], sources: &Sources) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut families: Vec<&str> = Vec::new();
        for (arrival, witness) in &self.heard {
            let id = match witness {
                Witness::Unnamed => None,
                Witness::Newsroom(id) => Some(id.as_str()),
                Witness::Text => members
                    .binary_search_by_key(arrival, |member| member.arrival)
                    .ok()
                    .and_then(|at| sources.witness(members[at].dispatch)),
            };
            let Some(id) = id else { continue };
            let family = sources.family(id);
            if !families.contains(&family) {
                families.push(family);
                found.push(id.to_owned());
            }
        }
        found
    }

    /// Who says that it is not so: in the same words, by a verb of denial or with a "not" more or less.
    fn denied_by(&self, all: &[&Self]) -> Vec<String> {
        let turned = |claim: &Self| claim.is_denied != claim.wording.is_negated;
        let mut speakers: Vec<String> = Vec::new();
        for other in all {
            let is_denial = turned(other) != turned(self)
                && !speakers.contains(&other.speaker)
                && other.wording.is_about(&self.wording);
            if is_denial {
                speakers.push(other.speaker.clone());
            }
        }
        speakers
    }
}
