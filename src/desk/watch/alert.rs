//! When a story is told of to those who follow it: `new`, then each further step once, the weightiest of a commit.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Watches;
use super::fold::Words;
use super::stirred::Stirred;
use crate::desk::independence::tally;
use crate::desk::revise::is_number;
use crate::news::{
    Alert, ArticleId, Member, NoticeKind, OutletKind, Raised, Reason, Statement, StoryId,
    StoryState, StoryStatus, ToldNumber, hash16,
};

/// Numbers remembered of one story; of more, none that is new counts as changed.
const NUMBERS_MAX: usize = 400;

/// A story in which something moved.
pub(super) struct Scene<'a> {
    pub(super) story: StoryId,
    pub(super) members: &'a [Member],
    pub(super) state: &'a StoryState,
    pub(super) stirred: &'a Stirred,
    pub(super) now: Timestamp,
    pub(super) watches: &'a Watches,
}

/// What holds of a story, whoever follows it.
struct Facts<'a> {
    /// Members by which it may be told of.
    speaking: Vec<&'a Member>,
    /// The first of them with another origin than the first.
    second: Option<&'a Member>,
    official: Option<&'a Member>,
    numbers: Vec<ToldNumber>,
}

impl Scene<'_> {
    /// What is to be told, by the order in which its watches first hit; `raised` is brought up to it.
    pub(super) fn raise(&self, raised: &mut Vec<Raised>) -> Vec<Alert> {
        let mut ids: Vec<&String> = Vec::new();
        for id in self.members.iter().flat_map(|member| &member.watches) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let facts = self.facts(raised, &ids);
        let mut alerts = Vec::new();
        for id in ids {
            let due = match raised.iter_mut().find(|known| known.watch == *id) {
                Some(known) => self.next(&facts, known),
                None => self.first(id, &facts, raised),
            };
            alerts.extend(due.and_then(|(reason, article)| self.alert(id, reason, article)));
        }
        alerts
    }

    fn facts(&self, raised: &[Raised], ids: &[&String]) -> Facts<'_> {
        let speaking: Vec<&Member> =
            self.members.iter().filter(|member| speaks(member, self.now)).collect();
        // Long stories are mostly those that everybody was told all of.
        let is_told = |id: &&String| {
            let known = raised.iter().find(|known| known.watch == **id);
            known.is_some_and(|known| known.reasons.contains(&Reason::SecondIndependentSource))
        };
        let second = if ids.iter().all(is_told) { None } else { self.second(&speaking) };
        let is_official = |member: &&&Member| member.outlet_kind == OutletKind::Official;
        let official = self.choose(&speaking, is_official);
        Facts { second, official, numbers: numbers(self.state), speaking }
    }

    /// The first member with another origin than the first, as far as members speak.
    fn second<'m>(&self, speaking: &[&'m Member]) -> Option<&'m Member> {
        if self.state.tally.independence.len() < 2 {
            return None;
        }
        let members: Vec<Member> = speaking.iter().copied().cloned().collect();
        let origins = tally(&members).independence;
        let origin = origins.get(1)?;
        self.choose(speaking, |member| origin.dispatch_ids.contains(&member.dispatch))
    }

    /// Of some members the one that moved, else the first.
    fn choose<'m>(
        &self,
        members: &[&'m Member],
        is_meant: impl Fn(&&&'m Member) -> bool,
    ) -> Option<&'m Member> {
        let moved = |member: &&&Member| self.stirred.articles.contains(&member.article);
        let meant = || members.iter().filter(|member| is_meant(member));
        meant().find(|member| moved(member)).or_else(|| meant().next()).copied()
    }

    /// The story is told of for the first time. What holds of it already goes without saying: the counts show it.
    fn first(
        &self,
        watch: &String,
        facts: &Facts<'_>,
        raised: &mut Vec<Raised>,
    ) -> Option<(Reason, ArticleId)> {
        let hit = self.choose(&facts.speaking, |member| member.watches.contains(watch));
        let (reason, article) = match hit {
            Some(member) if self.state.status != StoryStatus::Retracted => {
                (Reason::New, member.article)
            }
            // A kill of what nobody here had is news all the same.
            _ => (Reason::Correction, self.lone_kill(watch)?),
        };
        let mut reasons = vec![reason];
        if reason == Reason::New {
            reasons.extend(facts.second.map(|_| Reason::SecondIndependentSource));
            reasons.extend(facts.official.map(|_| Reason::Official));
        }
        let numbers = facts.numbers.clone();
        let at = raised.partition_point(|known| known.watch < *watch);
        raised.insert(at, Raised { watch: watch.clone(), reasons, numbers });
        Some((reason, article))
    }

    /// The note that takes back a text which is not known.
    fn lone_kill(&self, watch: &String) -> Option<ArticleId> {
        let by = self.stirred.corrected_by?;
        let is_it = |member: &&Member| {
            member.article == by
                && member.notice.takes_back()
                && !member.uncounted
                && member.watches.contains(watch)
                && !is_embargoed(member, self.now)
        };
        self.members.iter().find(is_it).map(|member| member.article)
    }

    /// The weightiest step that was not told; lesser ones that came with it are overtaken.
    fn next(&self, facts: &Facts<'_>, raised: &mut Raised) -> Option<(Reason, ArticleId)> {
        let mut due: Option<(Reason, ArticleId)> = None;
        let corrected = self.stirred.corrected_by.filter(|by| self.may_tell(*by));
        let steps = [
            (Reason::SecondIndependentSource, facts.second.map(|member| member.article)),
            (Reason::Official, facts.official.map(|member| member.article)),
            (Reason::Correction, corrected),
        ];
        for (reason, article) in steps {
            let Some(article) = article.filter(|_| !raised.reasons.contains(&reason)) else {
                continue;
            };
            raised.reasons.push(reason);
            due = Some((reason, article));
        }
        if have_changed(&raised.numbers, &facts.numbers) {
            raised.reasons.push(Reason::NumberChanged);
            if due.is_none_or(|(reason, _)| reason < Reason::NumberChanged) {
                let speaker = self.choose(&facts.speaking, |_| true).map(|member| member.article);
                due = Some((Reason::NumberChanged, speaker.unwrap_or(self.state.lead)));
            }
        }
        raised.reasons.sort_unstable();
        raised.reasons.dedup();
        raised.numbers.clone_from(&facts.numbers);
        due
    }

    fn may_tell(&self, article: ArticleId) -> bool {
        let known = self.members.iter().find(|member| member.article == article);
        known.is_none_or(|member| !is_embargoed(member, self.now))
    }

    /// The alert, with the article that raised it; none for a watch that is followed no longer.
    fn alert(&self, watch: &str, reason: Reason, article: ArticleId) -> Option<Alert> {
        let (level, is_sent) = self.watches.level(watch)?;
        let member = self.members.iter().find(|member| member.article == article);
        let tally = &self.state.tally;
        Some(Alert {
            watch: watch.to_owned(),
            level,
            is_sent,
            story: self.story,
            reason,
            article,
            title: member.map_or_else(|| self.state.title.clone(), |member| member.title.clone()),
            outlet: member.map(|member| member.outlet.clone()).unwrap_or_default(),
            url: String::new(),
            articles: tally.articles,
            outlets: tally.outlets,
            independent: tally.independence.len() as u64,
        })
    }
}

/// Whether a story may be told of by this article: not by the sibling of a template, a note to editors, a text sent
/// once more, one that was stopped, or one whose time has not come.
pub(super) fn speaks(member: &Member, now: Timestamp) -> bool {
    !member.is_sibling
        && !member.uncounted
        && !member.notice.is_note()
        && member.notice != NoticeKind::Repeat
        && !is_embargoed(member, now)
}

fn is_embargoed(member: &Member, now: Timestamp) -> bool {
    member.embargo_until.is_some_and(|until| until.0 > now)
}

/// The numbers in a story's statements, each by its statement and by what the statement says beside them: the same words
/// of the same speaker with another number may be told as another statement.
fn numbers(state: &StoryState) -> Vec<ToldNumber> {
    let mut all: Vec<ToldNumber> = Vec::new();
    for statement in state.statements.iter().filter(|statement| !statement.numbers.is_empty()) {
        for name in [statement.id.clone(), beside_numbers(statement)] {
            all.extend(statement.numbers.iter().map(|number| ToldNumber {
                statement: name.clone(),
                unit: number.unit.clone(),
                low: number.low,
                high: number.high,
            }));
        }
    }
    all.sort();
    all.dedup();
    all.truncate(NUMBERS_MAX);
    all
}

/// Names a statement by its speaker and its words without the numbers.
fn beside_numbers(statement: &Statement) -> String {
    let words = Words::of(&statement.text);
    let said: Vec<&str> = words.iter().filter(|word| !is_number(word)).collect();
    hash16(&[&statement.speaker, &said.join(" ")]).to_string()
}

/// Whether a statement counts the same thing and gets another number. What is counted for the first time has not
/// changed.
fn have_changed(before: &[ToldNumber], after: &[ToldNumber]) -> bool {
    let by_unit = |numbers: &[ToldNumber]| {
        let mut all: BTreeMap<(String, String), Vec<_>> = BTreeMap::new();
        for number in numbers {
            let key = (number.statement.clone(), number.unit.clone());
            all.entry(key).or_default().push((number.low, number.high));
        }
        all
    };
    if before == after {
        return false;
    }
    let after = by_unit(after);
    by_unit(before).iter().any(|(key, ranges)| after.get(key).is_some_and(|now| now != ranges))
}
