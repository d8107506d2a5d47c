//! How an article stands to a story: every measure and what the weights make of it, terms, anchors, time, vetoes.

use std::collections::HashMap;

use crate::cluster::features::Features;
use crate::cluster::lexicon::Lexicon;
use crate::cluster::likeness::{self, MEASURES};
use crate::cluster::stories::{Ranked, are_siblings, join_threshold, time_apart};
use crate::cluster::terms::{NAME, NUMBER, PAIR, TITLE, Term, pair};
use crate::cluster::words::placed_words;
use crate::cluster::{Probe, Window, params};
use crate::news::{Article, ArticleId, Fixed};

use super::evidence::{Anchors, Measure, Nearby, SharedTerm, StoryEvidence, TimeApart, Two, Veto};

/// Terms, names and numbers that are listed of each kind.
const LISTED_MAX: usize = 24;

impl Window {
    /// How a probe stands to the story of `other`, which was weighed with the rest or is weighed now. `later` and
    /// `earlier` are the two articles, for the words behind the terms. `None` if the window does not hold `other`.
    pub fn explain_story(
        &self,
        probe: &Probe<'_>,
        other: ArticleId,
        later: &Article,
        earlier: &Article,
    ) -> Option<StoryEvidence> {
        let entry = self.entry(self.slot_of(other)?);
        let home = self.home_of(entry.story)?;
        let weighed = self.weighed(probe.features);
        let mut near = self.near_in_terms(probe, &weighed, None);
        let was_weighed = near.iter().any(|slot| self.entry(*slot).story == entry.story);
        if !was_weighed {
            let excluded = probe.exclude.and_then(|article| self.slot_of(article));
            let texts = home.speakers().filter(|slot| Some(*slot) != excluded);
            near.extend(texts.take(params::STORY_CANDIDATES_MAX));
        }
        let ranked = self.rank_texts(probe, &weighed, near);
        let place = ranked.iter().position(|ranked| ranked.story == entry.story)?;
        let found = &ranked[place];
        let (bias, measures) = measures(found, probe.features.has_body);
        let (mine, theirs) = (probe.features, &entry.features);
        let spelled = Two { later: spelled(later), earlier: spelled(earlier) };
        let of = |measure: usize| found.likeness.0[measure];
        let shared: Vec<&Term> = mine.terms.iter().filter(|term| theirs.holds(term.hash)).collect();
        let rare = self.rare_holders();
        Some(StoryEvidence {
            story: entry.story,
            dispatches: home.len(),
            score: Fixed::from_f64(found.score),
            joins_at: Fixed::from_f64(join_threshold(mine)),
            has_body: mine.has_body,
            rank: was_weighed.then_some(place + 1),
            nearest: self.entry(found.nearest).article,
            bias,
            measures,
            terms_shared: shared.len(),
            terms_rare: shared.iter().filter(|term| self.terms.held_by(term.hash) <= rare).count(),
            terms: self.shared_terms(mine, theirs, &spelled.later),
            names: anchors(mine, theirs, &spelled, |flags| flags & (NAME | PAIR) == NAME),
            numbers: anchors(mine, theirs, &spelled, |flags| flags & NUMBER != 0),
            time: TimeApart { seconds: time_apart(probe.moment, home), factor: of(likeness::TIME) },
            vetoes: self.vetoes(probe, found),
        })
    }

    /// The stories that a probe is nearest to, best first, at most `most`.
    pub fn nearby(&self, probe: &Probe<'_>, most: usize) -> Vec<Nearby> {
        let weighed = self.weighed(probe.features);
        let near = self.near_in_terms(probe, &weighed, None);
        let ranked = self.rank_texts(probe, &weighed, near);
        let shown = ranked.iter().take(most).map(|ranked| Nearby {
            story: ranked.story,
            nearest: self.entry(ranked.nearest).article,
            score: Fixed::from_f64(ranked.score),
        });
        shown.collect()
    }

    fn vetoes(&self, probe: &Probe<'_>, found: &Ranked) -> Vec<Veto> {
        let nearest = &self.entry(found.nearest).features;
        let veto = |rule, meaning, holds| Veto { rule, meaning, keeps_apart: false, holds };
        let wall = |rule, meaning, holds| Veto { rule, meaning, keeps_apart: true, holds };
        vec![
            veto(
                "too_few_terms",
                "too few terms of the story (four, for a headline three, once 100 dispatches are held two): the score is 0",
                found.held < self.common_terms_min(probe.features),
            ),
            veto(
                "one_form",
                "one headline's form with other names or numbers: the score is halved",
                found.likeness.0[likeness::ONE_FORM] > 0.0,
            ),
            wall(
                "template_sibling",
                "the nearest text has the same form and other facts: it does not join",
                are_siblings(probe.features, nearest),
            ),
            wall(
                "dormant",
                "no article came to the story within the story window: it takes none any more",
                !self.home_of(found.story).is_some_and(|home| self.is_live(home, probe.fetched_at)),
            ),
        ]
    }

    fn shared_terms(
        &self,
        mine: &Features,
        theirs: &Features,
        spelled: &HashMap<u32, String>,
    ) -> Vec<SharedTerm> {
        let (rare, base) = (self.rare_holders(), self.terms.rarity_base());
        let mut terms: Vec<(f64, SharedTerm)> = Vec::new();
        for term in &mine.terms {
            let (Some(other), Some(word)) = (theirs.term(term.hash), spelled.get(&term.hash))
            else {
                continue;
            };
            let holders = self.terms.held_by(term.hash);
            let rarity = Lexicon::rarity(base, holders);
            let weight = f64::from(term.weight) * f64::from(other.weight) * rarity * rarity;
            let shared = SharedTerm {
                term: word.clone(),
                holders,
                rarity,
                is_rare: holders <= rare,
                in_headlines: term.flags & other.flags & TITLE != 0,
            };
            terms.push((weight, shared));
        }
        terms.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.term.cmp(&b.1.term)));
        terms.truncate(LISTED_MAX);
        terms.into_iter().map(|(_, term)| term).collect()
    }
}

/// What each measure adds, those that say most first.
fn measures(found: &Ranked, has_body: bool) -> (f64, Vec<Measure>) {
    let (bias, parts) = found.likeness.parts(has_body);
    let mut measures: Vec<Measure> = MEASURES
        .into_iter()
        .zip(parts)
        .map(|(name, (value, weight))| Measure { name, value, adds: value * weight })
        .collect();
    measures.sort_by(|a, b| b.adds.abs().total_cmp(&a.adds.abs()));
    (bias, measures)
}

/// Spellings of an article's terms, the first of each.
fn spelled(article: &Article) -> HashMap<u32, String> {
    let mut spelled = HashMap::new();
    for (text, skip) in [(&article.title, &[][..]), (&article.text.body, &article.not_text[..])] {
        let chars: Vec<char> = text.chars().collect();
        let spell = |(from, to): (u32, u32)| -> String {
            chars.get(from as usize..to as usize).unwrap_or_default().iter().collect()
        };
        let words = placed_words(text, skip);
        for (word, place) in &words {
            spelled.entry(word.stem).or_insert_with(|| spell(*place));
        }
        for two in words.windows(2) {
            let [(first, from), (second, to)] = two else { continue };
            spelled
                .entry(pair(first.stem, second.stem))
                .or_insert_with(|| format!("{} {}", spell(*from), spell(*to)));
        }
    }
    spelled.remove(&0);
    spelled
}

/// Terms of one kind, in both and on each side alone.
fn anchors(
    mine: &Features,
    theirs: &Features,
    spelled: &Two<HashMap<u32, String>>,
    is_kind: impl Fn(u16) -> bool,
) -> Anchors {
    let list = |of: &Features, names: &HashMap<u32, String>, is_listed: &dyn Fn(&Term) -> bool| {
        let kind = of.terms.iter().filter(|term| is_kind(term.flags) && is_listed(term));
        let mut found: Vec<(u16, &String)> =
            kind.filter_map(|term| Some((term.weight, names.get(&term.hash)?))).collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        found.into_iter().take(LISTED_MAX).map(|(_, name)| name.clone()).collect::<Vec<_>>()
    };
    Anchors {
        both: list(mine, &spelled.later, &|term| theirs.holds(term.hash)),
        later: list(mine, &spelled.later, &|term| !theirs.holds(term.hash)),
        earlier: list(theirs, &spelled.earlier, &|term| !mine.holds(term.hash)),
    }
}
