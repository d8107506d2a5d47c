//! Which story an article reports: common terms weighted by rarity, names, headline, time.
//!
//! Texts that speak for their dispatches are compared, so that 300 copies count once.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::news::{Because, Fixed, Signal, StoryId};

use super::align::Table;
use super::dispatches::strongest_first;
use super::features::Features;
use super::likeness::{self, Likeness, MEASURES};
use super::mix::MixState;
use super::rarity::{Common, Part, Vector};
use super::story::Story;
use super::terms::{NAME, NUMBER, TITLE};
use super::window::Holder;
use super::{Linked, Merge, Probe, Window, params};

/// A story with its likeness.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranked {
    pub(super) story: StoryId,
    first_arrival: u64,
    pub(super) nearest: u32,
    pub(super) likeness: Likeness,
    pub(super) common: Common,
    /// Terms of the probe that the story holds; one that most of its dispatches hold counts twice.
    pub(super) held: usize,
    pub(super) score: f64,
}

impl Window {
    /// Looks for the live story that a probe reports.
    pub fn find_story(&self, probe: &Probe<'_>) -> Linked {
        let ranked = self.rank_stories(probe, None);
        let threshold = join_threshold(probe.features);
        // A sibling has the form of a report and other facts: the words in common are the form's.
        let is_sibling = |ranked: &Ranked| {
            ranked.score >= threshold
                && are_siblings(probe.features, &self.entry(ranked.nearest).features)
        };
        let siblings =
            ranked.iter().take(params::SIBLINGS_MAX).take_while(|r| is_sibling(r)).count();
        let Some(first) = ranked.get(siblings) else { return Linked::default() };
        let nearest = &self.entry(first.nearest).features;
        let names = self.common_labels(probe.features, nearest);
        Linked {
            story: (first.score >= threshold && siblings < params::SIBLINGS_MAX)
                .then_some(first.story),
            score: Fixed::from_f64(first.score),
            nearest: Some(self.entry(first.nearest).article),
            because: because(first, &names),
            runner_up: ranked
                .get(siblings + 1)
                .map(|second| (second.story, Fixed::from_f64(second.score))),
        }
    }

    /// Looks for a story that is one with `touched`; the best one, if it is alike enough.
    pub fn merge_for(&self, touched: StoryId) -> Option<Merge> {
        let home = self.stories.get(&touched)?;
        let mut speakers: Vec<u32> = home.speakers().collect();
        speakers.sort_unstable_by_key(|slot| Reverse(self.arrival(*slot)));
        speakers.truncate(params::MERGE_SPEAKERS);
        let mut votes: HashMap<StoryId, (f64, u32, Ranked)> = HashMap::new();
        for slot in &speakers {
            let entry = self.entry(*slot);
            let probe = Probe {
                features: &entry.features,
                fetched_at: entry.fetched_at,
                moment: entry.moment,
                exclude: Some(entry.article),
            };
            for ranked in self.rank_stories(&probe, Some(touched)) {
                let vote = votes.entry(ranked.story).or_insert((0.0, 0, ranked));
                vote.0 += ranked.score;
                vote.1 += 1;
                if ranked.score > vote.2.score {
                    vote.2 = ranked;
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a handful of speakers")]
        let asked = speakers.len() as f64;
        let (sum, _, best) = votes
            .into_values()
            .max_by_key(|(sum, _, best)| (Fixed::from_f64(*sum), Reverse(best.first_arrival)))?;
        let score = sum / asked;
        let has_body = self.entry(speakers[0]).features.has_body;
        let threshold = if has_body { params::MERGE_SCORE } else { params::MERGE_SCORE_TITLE };
        let is_sibling = speakers.iter().take(params::SIBLINGS_MAX).any(|slot| {
            are_siblings(&self.entry(*slot).features, &self.entry(best.nearest).features)
        });
        if score < threshold || is_sibling {
            return None;
        }
        let (a, b) = if (best.first_arrival, best.story) < (home.first_arrival, touched) {
            (best.story, touched)
        } else {
            (touched, best.story)
        };
        let (mine, theirs) = (self.entry(speakers[0]), self.entry(best.nearest));
        let names = self.common_labels(&mine.features, &theirs.features);
        let because = because(&best, &names);
        Some(Merge { a, b, score: Fixed::from_f64(score), because })
    }

    /// Live stories near a probe, best first.
    fn rank_stories(&self, probe: &Probe<'_>, without: Option<StoryId>) -> Vec<Ranked> {
        let vector = self.vector(&probe.features.terms);
        let near = self.near_in_terms(probe, &vector, without);
        self.rank_texts(probe, &vector, near)
    }

    /// The stories of these texts, best first.
    pub(super) fn rank_texts(
        &self,
        probe: &Probe<'_>,
        vector: &Vector,
        texts: Vec<u32>,
    ) -> Vec<Ranked> {
        let mut by_story: HashMap<StoryId, Vec<(f64, u32)>> = HashMap::new();
        for slot in texts {
            let cosine = self.cosine(vector, &self.entry(slot).features.terms);
            by_story.entry(self.entry(slot).story).or_default().push((cosine, slot));
        }
        let mut ranked: Vec<Ranked> = by_story
            .into_iter()
            .map(|(story, mut near)| {
                near.sort_by(|a, b| {
                    b.0.total_cmp(&a.0).then(self.arrival(a.1).cmp(&self.arrival(b.1)))
                });
                self.rank(probe, vector, story, &near)
            })
            .collect();
        judge(&mut ranked, probe.features.has_body);
        ranked.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then(a.first_arrival.cmp(&b.first_arrival))
        });
        ranked
    }

    fn rank(
        &self,
        probe: &Probe<'_>,
        vector: &Vector,
        story: StoryId,
        near: &[(f64, u32)],
    ) -> Ranked {
        let home = self.stories.get(&story).expect("entries name stories that are held");
        let nearest = self.entry(near[0].1);
        let top = &near[..near.len().min(3)];
        #[expect(clippy::cast_precision_loss, reason = "at most three")]
        let mean = top.iter().map(|pair| pair.0).sum::<f64>() / top.len() as f64;
        let (mine, theirs) = (probe.features, &nearest.features);
        let mut likeness = Likeness::default();
        let mut set = |measure: usize, value: f64| likeness.0[measure] = value;
        set(likeness::CENTRE, self.profile_cosine(vector, home));
        set(likeness::BEST, near[0].0);
        set(likeness::NEAR, mean);
        set(likeness::TITLE_SHARED, self.shared_weight(mine, theirs, TITLE));
        set(likeness::NAMES, self.shared_weight(mine, theirs, NAME));
        set(likeness::COVER, self.cover(mine, TITLE, |hash| home.holds(hash)));
        set(likeness::COVER_BACK, self.cover(theirs, TITLE, |hash| mine.holds(hash)));
        let common = self.common(mine, theirs);
        let held = mine.terms.iter().map(|term| home.support(term.hash)).sum();
        set(likeness::RARE, damped(common.rare));
        set(likeness::NUMBERS, damped(common.numbers));
        let both_count =
            [mine, theirs].iter().all(|f| f.terms.iter().any(|t| t.flags & NUMBER != 0));
        set(likeness::NUMBERS_DIFFER, f64::from(both_count && common.numbers == 0));
        let apart = time_apart(probe.moment, home);
        set(likeness::TIME, (-(apart / params::TIME_SIGMA_S).powi(2) / 2.0).exp());
        set(likeness::DAYS, (1.0 + apart / 86_400.0).ln());
        set(likeness::ONE_FORM, conflict(mine, theirs));
        set(likeness::CORE, self.core(home, mine));
        set(likeness::WORDS, damped(mine.terms.len().min(theirs.terms.len())));
        set(likeness::NAMES_COVER, self.cover(mine, NAME, |hash| home.holds(hash)));
        set(likeness::PAIRS, damped(common.pairs));
        Ranked {
            story,
            first_arrival: home.first_arrival,
            nearest: near[0].1,
            likeness,
            common,
            held,
            score: 0.0,
        }
    }

    /// Speakers of live stories that share most with the vector.
    pub(super) fn near_in_terms(
        &self,
        probe: &Probe<'_>,
        vector: &Vector,
        without: Option<StoryId>,
    ) -> Vec<u32> {
        let frequent = (self.groups / params::FREQUENT_SHARE).max(params::FREQUENT_MIN);
        let mut sums: HashMap<u32, f64, MixState> = HashMap::with_hasher(MixState);
        let mut lists: Vec<(usize, &Part, &[Holder])> = vector
            .parts
            .iter()
            .filter_map(|part| {
                let list = self.terms.get(&part.hash)?;
                (list.len() <= frequent).then_some((list.len(), part, list.as_slice()))
            })
            .collect();
        // Rarest first, and only so many: the cost of an article must not grow with the window.
        lists.sort_unstable_by_key(|(len, part, _)| (*len, part.hash));
        let mut budget = params::HOLDERS_MAX;
        for (len, part, list) in lists {
            if len > budget {
                break;
            }
            budget -= len;
            for holder in list {
                *sums.entry(holder.slot).or_default() +=
                    part.weight * part.idf * f64::from(holder.weight);
            }
        }
        let excluded = probe.exclude.and_then(|article| self.slot_of(article));
        let mut ranked: Vec<(f64, u64, u32)> = sums
            .into_iter()
            .filter(|(slot, _)| Some(*slot) != excluded)
            .filter(|(slot, _)| {
                let story = self.entry(*slot).story;
                Some(story) != without && self.is_live(story, probe.fetched_at)
            })
            .map(|(slot, sum)| {
                let entry = self.entry(slot);
                (sum / entry.features.length(), entry.arrival, slot)
            })
            .collect();
        let by_rank =
            |a: &(f64, u64, u32), b: &(f64, u64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if ranked.len() > params::STORY_CANDIDATES_MAX {
            ranked.select_nth_unstable_by(params::STORY_CANDIDATES_MAX, by_rank);
            ranked.truncate(params::STORY_CANDIDATES_MAX);
        }
        ranked.sort_unstable_by(by_rank);
        ranked.into_iter().map(|(_, _, slot)| slot).collect()
    }

    pub(super) fn is_live(&self, story: StoryId, at: Timestamp) -> bool {
        let newest = self.stories.get(&story).and_then(|home| home.newest);
        newest.is_some_and(|newest| at.duration_since(newest).abs() <= self.config.story_window)
    }

    /// What is measured of a probe and each live story near it: the input of the script that learns the weights.
    pub fn measures(&self, probe: &Probe<'_>) -> Vec<(StoryId, Vec<(&'static str, f64)>)> {
        let ranked = self.rank_stories(probe, None);
        let named = |ranked: &Ranked| MEASURES.into_iter().zip(ranked.likeness.0).collect();
        ranked.iter().map(|ranked| (ranked.story, named(ranked))).collect()
    }
}

/// Whether two bodies share a form and differ in its facts.
pub(super) fn are_siblings(mine: &Features, theirs: &Features) -> bool {
    let table = Table::of(mine, |_| false);
    table.overlap(theirs).containment() >= params::SIBLING_CONTAINMENT
        && table.align(theirs).is_template()
}

/// Sets the margins, then the probabilities.
fn judge(ranked: &mut [Ranked], has_body: bool) {
    let centres: Vec<f64> = ranked.iter().map(|r| r.likeness.0[likeness::CENTRE]).collect();
    let mut sorted = centres.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    for (ranked, centre) in ranked.iter_mut().zip(centres) {
        let is_first = sorted.first() == Some(&centre);
        let rival = sorted.get(usize::from(is_first)).copied().unwrap_or(0.0);
        ranked.likeness.0[likeness::MARGIN] = centre - rival;
        ranked.score = ranked.likeness.probability(has_body);
        if ranked.held < params::COMMON_TERMS_MIN {
            ranked.score = 0.0;
        } else if ranked.likeness.0[likeness::ONE_FORM] > 0.0 {
            ranked.score *= params::ONE_FORM_FACTOR;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of words stay far below 2^52")]
fn damped(count: usize) -> f64 {
    (1.0 + count as f64).ln()
}

/// Seconds from the story's own span of time; 0 within it and where nothing is known.
pub(super) fn time_apart(moment: Option<Timestamp>, home: &Story) -> f64 {
    let (Some(moment), Some((first, last))) = (moment, home.moments) else { return 0.0 };
    let apart = if moment > last {
        moment.duration_since(last)
    } else if moment < first {
        first.duration_since(moment)
    } else {
        SignedDuration::ZERO
    };
    apart.as_secs_f64()
}

/// Whether two headlines have one form and other facts.
fn conflict(mine: &Features, theirs: &Features) -> f64 {
    let is_one_form = mine.skeleton != 0 && mine.skeleton == theirs.skeleton;
    if is_one_form && mine.slots != theirs.slots { 1.0 } else { 0.0 }
}

/// The probability from which an article joins a story.
pub fn joins_at(features: &Features) -> Fixed {
    Fixed::from_f64(join_threshold(features))
}

pub(super) fn join_threshold(features: &Features) -> f64 {
    if features.has_body { params::JOIN_SCORE } else { params::JOIN_SCORE_TITLE }
}

fn because(ranked: &Ranked, names: &[String]) -> Vec<Because> {
    let of = |measure: usize| ranked.likeness.0[measure];
    let mut all = Vec::new();
    let mut add = |signal, weight: f64, detail: String| {
        all.push(Because { signal, weight: Fixed::from_f64(weight), detail });
    };
    let common = &ranked.common;
    let mut detail = names.join(", ");
    if !names.is_empty() {
        detail.push_str("; ");
    }
    let counts = format!(
        "{} terms in common, {} of them rare, {} numbers",
        common.all, common.rare, common.numbers
    );
    detail.push_str(&counts);
    add(Signal::Entities, of(likeness::BEST).max(of(likeness::CENTRE)), detail);
    if of(likeness::TITLE_SHARED) >= 0.5 {
        add(Signal::SameTitle, of(likeness::TITLE_SHARED) / 2.0, "headlines alike".to_owned());
    }
    if of(likeness::TIME) >= 0.5 {
        add(Signal::NearInTime, of(likeness::TIME) / 4.0, "published close together".to_owned());
    }
    if of(likeness::ONE_FORM) > 0.0 {
        let detail = "one headline's form with other names or numbers".to_owned();
        add(Signal::NumberConflict, -0.5, detail);
    }
    strongest_first(&mut all);
    all
}
