//! Which story an article reports: common terms weighted by rarity, names, headline, time.
//!
//! Texts that speak for their dispatches are compared, so that 300 copies count once.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::news::{Because, Fixed, Signal, StoryId};

use super::dispatches::strongest_first;
use super::features::Features;
use super::mix::MixState;
use super::story::Story;
use super::terms::{NAME, NUMBER, TITLE, Term};
use super::{Linked, Merge, Probe, Window, params};

/// How a probe stands to a story.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Likeness {
    /// Cosine with the story's profile.
    pub(super) centre: f64,
    /// Cosine with its nearest text.
    pub(super) best: f64,
    /// Mean cosine with its three nearest texts.
    pub(super) near: f64,
    /// Rare terms of the headlines in common, by weight.
    pub(super) title: f64,
    /// Names in common, by weight.
    pub(super) names: f64,
    /// Time kernel.
    pub(super) time: f64,
    /// One headline's form with other facts.
    pub(super) conflict: f64,
}

/// A story with its likeness.
#[derive(Clone, Copy, Debug)]
struct Ranked {
    story: StoryId,
    first_arrival: u64,
    nearest: u32,
    likeness: Likeness,
    score: f64,
}

impl Window {
    /// Looks for the live story that a probe reports.
    pub fn find_story(&self, probe: &Probe<'_>) -> Linked {
        let ranked = self.rank_stories(probe, None);
        let Some(first) = ranked.first() else { return Linked::default() };
        let threshold = join_threshold(probe.features);
        Linked {
            story: (first.score >= threshold).then_some(first.story),
            score: Fixed::from_f64(first.score),
            nearest: Some(self.entry(first.nearest).article),
            because: self.story_because(probe.features, first),
            runner_up: ranked.get(1).map(|second| (second.story, Fixed::from_f64(second.score))),
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
        let size = home.len().min(self.stories.get(&best.story).map_or(0, Story::len));
        if score < params::merge_threshold(size) {
            return None;
        }
        let (a, b) = if (best.first_arrival, best.story) < (home.first_arrival, touched) {
            (best.story, touched)
        } else {
            (touched, best.story)
        };
        let because = self.story_because(&self.entry(speakers[0]).features, &best);
        Some(Merge { a, b, score: Fixed::from_f64(score), because })
    }

    /// Live stories near a probe, best first.
    fn rank_stories(&self, probe: &Probe<'_>, without: Option<StoryId>) -> Vec<Ranked> {
        let vector = self.vector(&probe.features.terms);
        let mut by_story: HashMap<StoryId, Vec<(f64, u32)>> = HashMap::new();
        for slot in self.near_in_terms(probe, &vector, without) {
            let cosine = self.cosine(&vector, &self.entry(slot).features.terms);
            by_story.entry(self.entry(slot).story).or_default().push((cosine, slot));
        }
        let mut ranked: Vec<Ranked> = by_story
            .into_iter()
            .map(|(story, mut near)| {
                near.sort_by(|a, b| {
                    b.0.total_cmp(&a.0).then(self.arrival(a.1).cmp(&self.arrival(b.1)))
                });
                self.rank(probe, &vector, story, &near)
            })
            .collect();
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
        let likeness = Likeness {
            centre: self.profile_cosine(vector, home),
            best: near[0].0,
            near: mean,
            title: self.shared_weight(probe.features, &nearest.features, TITLE),
            names: self.shared_weight(probe.features, &nearest.features, NAME),
            time: time_kernel(probe.moment, home),
            conflict: conflict(probe.features, &nearest.features),
        };
        Ranked {
            story,
            first_arrival: home.first_arrival,
            nearest: near[0].1,
            likeness,
            score: params::join_score(&likeness, probe.features.has_body),
        }
    }

    /// Speakers of live stories that share most with the vector.
    fn near_in_terms(
        &self,
        probe: &Probe<'_>,
        vector: &Vector,
        without: Option<StoryId>,
    ) -> Vec<u32> {
        let frequent = (self.groups / params::FREQUENT_SHARE).max(params::FREQUENT_MIN);
        let mut sums: HashMap<u32, f64, MixState> = HashMap::with_hasher(MixState);
        for part in &vector.parts {
            let Some(list) = self.terms.get(&part.hash) else { continue };
            if list.len() > frequent {
                continue;
            }
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

    fn is_live(&self, story: StoryId, at: Timestamp) -> bool {
        let newest = self.stories.get(&story).and_then(|home| home.newest);
        newest.is_some_and(|newest| at.duration_since(newest).abs() <= self.config.story_window)
    }

    /// Rarity of a term held by `holders` of the dispatches in the window.
    #[expect(clippy::cast_precision_loss, reason = "counts of dispatches stay far below 2^52")]
    fn idf_of(&self, holders: usize) -> f64 {
        ((self.groups as f64 + params::IDF_PRIOR) / (holders as f64 + 1.0)).ln()
    }

    fn idf(&self, hash: u32) -> f64 {
        self.idf_of(self.terms.get(&hash).map_or(0, Vec::len))
    }

    fn vector(&self, terms: &[Term]) -> Vector {
        let parts: Vec<Part> = terms
            .iter()
            .map(|term| {
                let idf = self.idf(term.hash);
                Part { hash: term.hash, weight: f64::from(term.weight) * idf, idf }
            })
            .collect();
        let length = parts.iter().map(|part| part.weight * part.weight).sum::<f64>().sqrt();
        Vector { parts, length: length.max(f64::MIN_POSITIVE) }
    }

    /// Cosine with another text, both weighted by rarity.
    fn cosine(&self, vector: &Vector, terms: &[Term]) -> f64 {
        let (mut dot, mut square) = (0.0, 0.0);
        let mut parts = vector.parts.iter().peekable();
        for term in terms {
            let weight = f64::from(term.weight) * self.idf(term.hash);
            square += weight * weight;
            while parts.next_if(|part| part.hash < term.hash).is_some() {}
            if let Some(part) = parts.next_if(|part| part.hash == term.hash) {
                dot += part.weight * weight;
            }
        }
        dot / (vector.length * f64::sqrt(square)).max(f64::MIN_POSITIVE)
    }

    fn profile_cosine(&self, vector: &Vector, home: &Story) -> f64 {
        let (mut dot, mut square) = (0.0, 0.0);
        let mut parts = vector.parts.iter().peekable();
        for (hash, sum) in &home.profile {
            let weight = f64::from(sum.weight) * self.idf(*hash);
            square += weight * weight;
            while parts.next_if(|part| part.hash < *hash).is_some() {}
            if let Some(part) = parts.next_if(|part| part.hash == *hash) {
                dot += part.weight * weight;
            }
        }
        dot / (vector.length * f64::sqrt(square)).max(f64::MIN_POSITIVE)
    }

    /// Share of the rarity of flagged terms that both texts hold, of the side that has less of it.
    fn shared_weight(&self, mine: &Features, theirs: &Features, flag: u16) -> f64 {
        let (mut common, mut sums) = (0.0, [0.0; 2]);
        let mut others = theirs.terms.iter().filter(|term| term.flags & flag != 0).peekable();
        for term in mine.terms.iter().filter(|term| term.flags & flag != 0) {
            let idf = self.idf(term.hash);
            sums[0] += idf;
            while let Some(other) = others.next_if(|other| other.hash < term.hash) {
                sums[1] += self.idf(other.hash);
            }
            if others.next_if(|other| other.hash == term.hash).is_some() {
                common += idf;
                sums[1] += idf;
            }
        }
        sums[1] += others.map(|other| self.idf(other.hash)).sum::<f64>();
        let whole = sums[0] + sums[1] - common;
        if whole > 0.0 { common / whole } else { 0.0 }
    }

    fn story_because(&self, features: &Features, ranked: &Ranked) -> Vec<Because> {
        let likeness = &ranked.likeness;
        let other = self.entry(ranked.nearest);
        let mut all = Vec::new();
        let mut add = |signal, weight: f64, detail: String| {
            all.push(Because { signal, weight: Fixed::from_f64(weight), detail });
        };
        let common = |flag: u16| {
            let theirs = &other.features.terms;
            let is_common = |term: &&Term| {
                term.flags & flag != 0
                    && theirs.binary_search_by_key(&term.hash, |t| t.hash).is_ok()
            };
            features.terms.iter().filter(is_common).count()
        };
        let (terms, names) = (common(u16::MAX), common(NAME));
        let numbers = common(NUMBER);
        let detail = format!("{terms} terms in common, {names} of them names, {numbers} numbers");
        add(Signal::Entities, likeness.best.max(likeness.centre), detail);
        if likeness.title >= 0.5 {
            add(Signal::SameTitle, likeness.title / 2.0, "headlines alike".to_owned());
        }
        if likeness.time < 1.0 {
            add(Signal::NearInTime, likeness.time / 4.0, "published close together".to_owned());
        }
        if likeness.conflict > 0.0 {
            let detail = "one headline's form with other names or numbers".to_owned();
            add(Signal::NumberConflict, -likeness.conflict, detail);
        }
        strongest_first(&mut all);
        all
    }
}

/// A probe's terms weighted by rarity, sorted by hash.
#[derive(Debug)]
struct Vector {
    parts: Vec<Part>,
    length: f64,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    hash: u32,
    weight: f64,
    idf: f64,
}

/// 1 within the story's own span of time, falling with the distance from it; 1 where nothing is known.
fn time_kernel(moment: Option<Timestamp>, home: &Story) -> f64 {
    let (Some(moment), Some((first, last))) = (moment, home.moments) else { return 1.0 };
    let apart = if moment > last {
        moment.duration_since(last)
    } else if moment < first {
        first.duration_since(moment)
    } else {
        SignedDuration::ZERO
    };
    let sigmas = apart.as_secs_f64() / params::TIME_SIGMA_S;
    (-sigmas * sigmas / 2.0).exp()
}

/// Whether two headlines have one form and other facts.
fn conflict(mine: &Features, theirs: &Features) -> f64 {
    let is_one_form = mine.skeleton != 0 && mine.skeleton == theirs.skeleton;
    if is_one_form && mine.slots != theirs.slots { 1.0 } else { 0.0 }
}

fn join_threshold(features: &Features) -> f64 {
    if features.has_body { params::JOIN_SCORE } else { params::JOIN_SCORE_TITLE }
}
