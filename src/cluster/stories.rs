//! Which story an article reports: common terms weighted by rarity, names, headline, time.
//!
//! Texts that speak for their dispatches are compared, so that 300 copies count once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::news::{Because, Fixed, Signal, StoryId};

use super::align::Table;
use super::dispatches::strongest_first;
use super::features::Features;
use super::lexicon::Holder;
use super::likeness::{self, Likeness, MEASURES};
use super::rarity::{Common, Part, Weighed};
use super::story::Story;
use super::terms::NUMBER;
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
            is_loose: self.home(first.nearest).len() >= params::LOOSE_DISPATCHES
                && first.likeness.0[likeness::CENTRE] < first.likeness.0[likeness::NEAR],
        }
    }

    /// Looks for a story that is one with `touched`; the best one, if it is alike enough.
    pub fn merge_for(&self, touched: StoryId) -> Option<Merge> {
        let home = self.home_of(touched)?;
        let mut speakers: Vec<u32> = home.speakers().collect();
        speakers.sort_unstable_by_key(|slot| Reverse(self.arrival(*slot)));
        speakers.truncate(params::MERGE_SPEAKERS);
        let mut votes: HashMap<StoryId, (f64, u32, Ranked)> = HashMap::new();
        for slot in &speakers {
            for ranked in self.rank_stories(&self.entry(*slot).probe(), Some(touched)) {
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
        let is_of_headlines = !has_body;
        Some(Merge { a, b, score: Fixed::from_f64(score), because, is_of_headlines })
    }

    /// Live stories near a probe, best first.
    fn rank_stories(&self, probe: &Probe<'_>, without: Option<StoryId>) -> Vec<Ranked> {
        let mine = self.weighed(probe.features);
        let near = self.near_in_terms(probe, &mine, without);
        self.rank_texts(probe, &mine, near)
    }

    /// The stories of these texts, best first.
    pub(super) fn rank_texts(
        &self,
        probe: &Probe<'_>,
        mine: &Weighed,
        texts: Vec<u32>,
    ) -> Vec<Ranked> {
        let mut by_home: BTreeMap<u32, Vec<(f64, u32)>> = BTreeMap::new();
        for slot in texts {
            let near = by_home.entry(self.hot[slot as usize].home).or_default();
            near.push((self.cosine(mine, slot), slot));
        }
        let mut ranked: Vec<Ranked> = by_home
            .into_iter()
            .map(|(home, mut near)| {
                near.sort_by(|a, b| {
                    b.0.total_cmp(&a.0).then(self.arrival(a.1).cmp(&self.arrival(b.1)))
                });
                self.rank(probe, mine, self.home_at(home), &near)
            })
            .collect();
        judge(&mut ranked, probe.features.has_body, self.common_terms_min(probe.features));
        ranked.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then(a.first_arrival.cmp(&b.first_arrival))
        });
        ranked
    }

    fn rank(&self, probe: &Probe<'_>, mine: &Weighed, home: &Story, near: &[(f64, u32)]) -> Ranked {
        let nearest = near[0].1;
        let top = &near[..near.len().min(3)];
        #[expect(clippy::cast_precision_loss, reason = "at most three")]
        let mean = top.iter().map(|pair| pair.0).sum::<f64>() / top.len() as f64;
        let theirs = &self.entry(nearest).features;
        let terms = home.terms(|slot| self.sums_of(slot));
        let within = self.within(mine, home.len(), &terms, &home.profile(&terms));
        let common = self.common(mine, nearest);
        let gives_numbers = || mine.parts.iter().any(|part| part.flags & NUMBER != 0);
        let numbers_differ = common.gives_numbers && common.numbers == 0 && gives_numbers();
        let apart = time_apart(probe.moment, home);
        let mut likeness = Likeness::default();
        let mut set = |measure: usize, value: f64| likeness.0[measure] = value;
        set(likeness::CENTRE, within.centre);
        set(likeness::BEST, near[0].0);
        set(likeness::NEAR, mean);
        set(likeness::TITLE_SHARED, common.title);
        set(likeness::NAMES, common.name_weight);
        set(likeness::COVER, within.cover);
        set(likeness::COVER_BACK, common.cover_back);
        set(likeness::RARE, damped(common.rare));
        set(likeness::NUMBERS, damped(common.numbers));
        set(likeness::NUMBERS_DIFFER, f64::from(numbers_differ));
        set(likeness::TIME, (-(apart / params::TIME_SIGMA_S).powi(2) / 2.0).exp());
        set(likeness::DAYS, (1.0 + apart / 86_400.0).ln());
        set(likeness::ONE_FORM, conflict(probe.features, theirs));
        set(likeness::CORE, within.core);
        set(likeness::WORDS, damped(mine.parts.len().min(theirs.terms.len())));
        set(likeness::NAMES_COVER, within.names_cover);
        set(likeness::PAIRS, damped(common.pairs));
        Ranked {
            story: home.id,
            first_arrival: home.first_arrival,
            nearest,
            likeness,
            common,
            held: within.held,
            score: 0.0,
        }
    }

    /// Speakers of live stories that share most with the vector.
    pub(super) fn near_in_terms(
        &self,
        probe: &Probe<'_>,
        mine: &Weighed,
        without: Option<StoryId>,
    ) -> Vec<u32> {
        let frequent = (self.terms.groups / params::FREQUENT_SHARE).max(params::FREQUENT_MIN);
        let mut lists: Vec<&Part> =
            mine.parts.iter().filter(|part| part.holders > 0 && part.holders <= frequent).collect();
        // Rarest first, and only so many: the cost of an article must not grow with the window.
        lists.sort_unstable_by_key(|part| (part.holders, part.hash));
        let mut sums = self.sums.borrow_mut();
        let mut met: Vec<u32> = Vec::new();
        let mut budget = params::HOLDERS_MAX;
        for part in lists {
            if part.holders > budget {
                break;
            }
            budget -= part.holders;
            #[expect(clippy::cast_possible_truncation, reason = "it ranks candidates only")]
            let weight = (part.weight * part.rarity) as f32;
            for Holder { slot, weight: theirs } in self.terms.holders(part.number) {
                let sum = &mut sums[*slot as usize];
                if *sum == 0.0 {
                    met.push(*slot);
                }
                *sum += weight * f32::from(*theirs);
            }
        }
        let excluded = probe.exclude.and_then(|article| self.slot_of(article));
        let mut ranked: Vec<Near> = Vec::with_capacity(met.len());
        for slot in met {
            let sum = std::mem::take(&mut sums[slot as usize]);
            let hot = &self.hot[slot as usize];
            if Some(slot) != excluded {
                ranked.push(Near { share: sum / hot.length, arrival: hot.arrival, slot });
            }
        }
        let mut ranked = BinaryHeap::from(ranked);
        let mut taken = Vec::with_capacity(params::STORY_CANDIDATES_MAX);
        while let Some(Near { slot, .. }) = ranked.pop() {
            let home = self.home(slot);
            if Some(home.id) != without && self.is_live(home, probe.fetched_at) {
                taken.push(slot);
                if taken.len() == params::STORY_CANDIDATES_MAX {
                    break;
                }
            }
        }
        taken
    }

    /// Terms that a text must share with a story.
    pub(super) fn common_terms_min(&self, features: &Features) -> usize {
        let is_warm = self.terms.groups >= params::WARM_DISPATCHES;
        match (features.has_body, is_warm) {
            (true, _) => params::COMMON_TERMS_MIN,
            (false, false) => params::COMMON_TERMS_MIN_TITLE,
            (false, true) => params::COMMON_TERMS_MIN_WARM,
        }
    }

    pub(super) fn is_live(&self, home: &Story, at: Timestamp) -> bool {
        let window = self.config.story_window;
        home.newest.is_some_and(|newest| at.duration_since(newest).abs() <= window)
    }

    /// What is measured of a probe and each live story near it: the input of the script that learns the weights.
    pub fn measures(&self, probe: &Probe<'_>) -> Vec<(StoryId, Vec<(&'static str, f64)>)> {
        let ranked = self.rank_stories(probe, None);
        let named = |ranked: &Ranked| MEASURES.into_iter().zip(ranked.likeness.0).collect();
        ranked.iter().map(|ranked| (ranked.story, named(ranked))).collect()
    }
}

/// A text near a probe; the nearest is the greatest, of equals the first.
#[derive(Clone, Copy, Debug)]
struct Near {
    share: f32,
    arrival: u64,
    slot: u32,
}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.share.total_cmp(&other.share).then(other.arrival.cmp(&self.arrival))
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Near {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Near {}

/// Whether two bodies share a form and differ in its facts.
pub(super) fn are_siblings(mine: &Features, theirs: &Features) -> bool {
    let mut table = Table::of(mine, &[]);
    table.overlap(theirs).containment() >= params::SIBLING_CONTAINMENT
        && table.align(theirs).is_template()
}

/// Sets the margins, then the probabilities.
fn judge(ranked: &mut [Ranked], has_body: bool, common_terms_min: usize) {
    let centres: Vec<f64> = ranked.iter().map(|r| r.likeness.0[likeness::CENTRE]).collect();
    let mut sorted = centres.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    for (ranked, centre) in ranked.iter_mut().zip(centres) {
        let is_first = sorted.first() == Some(&centre);
        let rival = sorted.get(usize::from(is_first)).copied().unwrap_or(0.0);
        ranked.likeness.0[likeness::MARGIN] = centre - rival;
        ranked.score = ranked.likeness.probability(has_body);
        if ranked.held < common_terms_min {
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
