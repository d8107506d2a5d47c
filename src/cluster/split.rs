//! Stories that one report holds together: taken out, it leaves two halves that share nothing.
//!
//! Splits and merges must not undo each other. The halves are weighed as the sweep that merges weighs two stories, but
//! without the report between them, and must stay well below what it asks for; and no merge is made that would fall
//! apart so.

use std::cmp::Reverse;

use crate::news::{ArticleId, Because, DispatchId, Fixed, Signal, StoryId};

use super::{Window, params};

/// Texts of a story that are compared with each other; one with more is too large to hang on one report.
const TEXTS_MAX: usize = 48;
/// Texts of a half: one alone is an outlier, which nothing but time can tell from a new turn of the story.
const HALF_MIN: usize = 2;
/// Cosine from which two texts have something to do with each other; unrelated ones stay far below.
const LINK_COSINE: f64 = 0.1;
/// Rare terms in common that do the same.
const LINK_RARE: usize = 2;
/// Share of its half, in per cent, that each text must be linked with.
const QUORUM_PERCENT: usize = 20;
/// Share of the score for a merge that the halves may reach.
const APART: f64 = 0.6;

/// A story that falls in two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The dispatches that leave, of the half without the root.
    pub leaving: Vec<DispatchId>,
    /// The report that held the halves together; none where nothing did.
    pub bridge: Option<ArticleId>,
    /// Why.
    pub because: Vec<Because>,
}

/// Texts that speak for a story's dispatches, by arrival, and which of them are linked.
struct Web {
    slots: Vec<u32>,
    cosines: Vec<Vec<f64>>,
    links: Vec<Vec<usize>>,
}

/// Places in a web: those that leave, and the one between the halves.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cut {
    leaving: Vec<usize>,
    bridge: Option<usize>,
}

impl Window {
    /// Looks whether a story falls in two; `root` is the dispatch that opened it and keeps its id. The window is left
    /// as it was.
    pub fn split_for(&mut self, story: StoryId, root: DispatchId) -> Option<Split> {
        let web = self.web(story)?;
        let root = web.slots.iter().position(|slot| self.entry(*slot).dispatch == root)?;
        let cut = cut(&web.links, &web.cosines, root)?;
        let dispatch = |place: usize| self.entry(web.slots[place]).dispatch;
        let leaving: Vec<DispatchId> = cut.leaving.iter().copied().map(dispatch).collect();
        let between: Vec<DispatchId> = cut.bridge.into_iter().map(dispatch).collect();
        let bridge = cut.bridge.map(|place| self.entry(web.slots[place]).article);
        let staying = web.slots.len() - leaving.len();
        let pull = self.pull_apart(story, &leaving, &between);
        if pull >= APART * params::MERGE_SCORE {
            return None;
        }
        let held = if bridge.is_some() { "but through one of them" } else { "" };
        let detail =
            format!("{} texts have nothing in common with {staying} others {held}", leaving.len());
        let because = vec![Because {
            signal: Signal::Entities,
            weight: Fixed::from_f64(pull - 1.0),
            detail: detail.trim_end().to_owned(),
        }];
        Some(Split { leaving, bridge, because })
    }

    /// Whether two stories would fall apart again as soon as they were one. The window is left as it was.
    pub fn would_split(&mut self, a: StoryId, b: StoryId, root: DispatchId) -> bool {
        let all = |story: &super::story::Story| -> Vec<ArticleId> {
            story.members().map(|slot| self.entry(slot).article).collect()
        };
        let moved = self.home_of(b).map(all).unwrap_or_default();
        self.move_all(&moved, a);
        let falls = self.split_for(a, root).is_some();
        self.move_all(&moved, b);
        falls
    }

    /// How far the halves of a story belong together without what stands between them.
    fn pull_apart(
        &mut self,
        story: StoryId,
        leaving: &[DispatchId],
        between: &[DispatchId],
    ) -> f64 {
        let half = |dispatch: &&DispatchId| !between.contains(dispatch);
        let leaving: Vec<DispatchId> = leaving.iter().filter(half).copied().collect();
        let (leaving, between) =
            (self.articles_of(story, &leaving), self.articles_of(story, between));
        // As if they were other stories; no article ever opens these.
        let opened =
            |articles: &[ArticleId], n| articles.first().map(|a| StoryId::opened_by(*a, n));
        let Some(other) = opened(&leaving, u32::MAX) else { return 1.0 };
        let third = opened(&between, u32::MAX).unwrap_or(story);
        self.move_all(&leaving, other);
        self.move_all(&between, third);
        let pull = self.pull(other, story).max(self.pull(story, other));
        self.move_all(&leaving, story);
        self.move_all(&between, story);
        pull
    }

    /// `None` for a story that is too small or too large, or told by headlines, which share too little to judge by.
    fn web(&self, story: StoryId) -> Option<Web> {
        let home = self.home_of(story)?;
        if !(2 * HALF_MIN..=TEXTS_MAX).contains(&home.len()) {
            return None;
        }
        let mut slots: Vec<u32> = home.speakers().collect();
        slots.sort_unstable_by_key(|slot| self.arrival(*slot));
        if slots.iter().any(|slot| !self.entry(*slot).features.has_body) {
            return None;
        }
        let mut cosines = vec![vec![0.0; slots.len()]; slots.len()];
        let mut links = vec![Vec::new(); slots.len()];
        for (place, slot) in slots.iter().enumerate() {
            let mine = self.weighed(&self.entry(*slot).features);
            for (other, slot) in slots.iter().enumerate().take(place) {
                let cosine = self.cosine(&mine, *slot);
                (cosines[place][other], cosines[other][place]) = (cosine, cosine);
                if cosine >= LINK_COSINE || self.common(&mine, *slot).rare >= LINK_RARE {
                    links[place].push(other);
                    links[other].push(place);
                }
            }
        }
        Some(Web { slots, cosines, links })
    }

    fn articles_of(&self, story: StoryId, dispatches: &[DispatchId]) -> Vec<ArticleId> {
        let members = self.home_of(story).into_iter().flat_map(super::story::Story::members);
        let mut slots: Vec<u32> =
            members.filter(|slot| dispatches.contains(&self.entry(*slot).dispatch)).collect();
        slots.sort_unstable_by_key(|slot| self.arrival(*slot));
        slots.into_iter().map(|slot| self.entry(slot).article).collect()
    }

    fn move_all(&mut self, articles: &[ArticleId], story: StoryId) {
        for article in articles {
            if let Some(slot) = self.slot_of(*article) {
                let dispatch = self.entry(slot).dispatch;
                self.place(*article, dispatch, story);
            }
        }
    }

    /// How far the newest texts of one story belong to the other, as a merge would weigh them.
    fn pull(&self, from: StoryId, to: StoryId) -> f64 {
        let speakers = |story: StoryId| -> Vec<u32> {
            let home = self.home_of(story).into_iter();
            let mut slots: Vec<u32> = home.flat_map(super::story::Story::speakers).collect();
            slots.sort_unstable_by_key(|slot| Reverse(self.arrival(*slot)));
            slots
        };
        let (asking, asked) = (speakers(from), speakers(to));
        let scores = asking.iter().take(params::MERGE_SPEAKERS).map(|slot| {
            let entry = self.entry(*slot);
            let mine = self.weighed(&entry.features);
            let ranked = self.rank_texts(&entry.probe(), &mine, asked.clone());
            ranked.first().map_or(0.0, |ranked| ranked.score)
        });
        let (count, sum) =
            scores.fold((0.0, 0.0), |(count, sum), score| (count + 1.0, sum + score));
        if count > 0.0 { sum / count } else { 1.0 }
    }
}

/// The cut that leaves the most even halves, through one text or none; of equals the one through the earliest.
fn cut(links: &[Vec<usize>], cosines: &[Vec<f64>], root: usize) -> Option<Cut> {
    let bridges = std::iter::once(None).chain((0..links.len()).map(Some));
    let mut best: Option<(usize, Cut)> = None;
    for bridge in bridges {
        for half in parts(links, bridge) {
            let rest = links.len() - half.len() - usize::from(bridge.is_some());
            let even = half.len().min(rest);
            if half.contains(&root) || even < HALF_MIN || !has_quorum(links, &half) {
                continue;
            }
            // Nothing need be taken out where nothing holds the halves together.
            let worth = 2 * even + usize::from(bridge.is_none());
            if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, Cut { leaving: half, bridge }));
            }
        }
    }
    let (_, mut cut) = best?;
    if let Some(bridge) = cut.bridge.filter(|bridge| *bridge != root) {
        let rest = (0..links.len()).filter(|at| *at != bridge && !cut.leaving.contains(at));
        let nearness = |to: &[usize]| {
            #[expect(clippy::cast_precision_loss, reason = "a few dozen texts")]
            let count = to.len().max(1) as f64;
            to.iter().map(|at| cosines[bridge][*at]).sum::<f64>() / count
        };
        if nearness(&cut.leaving) > nearness(&rest.collect::<Vec<_>>()) {
            cut.leaving.push(bridge);
            cut.leaving.sort_unstable();
        }
    }
    Some(cut)
}

/// What hangs together without the text that is taken out.
fn parts(links: &[Vec<usize>], without: Option<usize>) -> Vec<Vec<usize>> {
    let mut is_seen: Vec<bool> = (0..links.len()).map(|at| Some(at) == without).collect();
    let mut parts = Vec::new();
    for start in 0..links.len() {
        if is_seen[start] {
            continue;
        }
        is_seen[start] = true;
        let mut part = vec![start];
        let mut next = 0;
        while let Some(&at) = part.get(next) {
            next += 1;
            for &other in &links[at] {
                if !is_seen[other] {
                    is_seen[other] = true;
                    part.push(other);
                }
            }
        }
        part.sort_unstable();
        parts.push(part);
    }
    parts
}

/// Whether each text of a half is linked with enough of the others: else it is no story either.
fn has_quorum(links: &[Vec<usize>], half: &[usize]) -> bool {
    half.iter().all(|at| {
        let linked = links[*at].iter().filter(|other| half.contains(other)).count();
        100 * linked >= QUORUM_PERCENT * (half.len() - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Undirected links among `count` texts.
    fn web(count: usize, pairs: &[(usize, usize)]) -> (Vec<Vec<usize>>, Vec<Vec<f64>>) {
        let mut links = vec![Vec::new(); count];
        let mut cosines = vec![vec![0.0; count]; count];
        for &(a, b) in pairs {
            links[a].push(b);
            links[b].push(a);
            (cosines[a][b], cosines[b][a]) = (0.3, 0.3);
        }
        (links, cosines)
    }

    fn cut_of(count: usize, pairs: &[(usize, usize)]) -> Option<(Vec<usize>, Option<usize>)> {
        let (links, cosines) = web(count, pairs);
        cut(&links, &cosines, 0).map(|cut| (cut.leaving, cut.bridge))
    }

    #[test]
    fn two_halves_that_one_text_holds_together_are_cut_there() {
        let pairs = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (3, 5)];
        // 2 and 3 are bridges both; the earlier counts, and goes with those that it is nearest to.
        assert_eq!(cut_of(6, &pairs), Some((vec![3, 4, 5], Some(2))));
        let star = [(0, 1), (0, 2), (1, 2), (2, 3), (2, 4), (3, 4)];
        assert_eq!(cut_of(5, &star), Some((vec![3, 4], Some(2))));
    }

    #[test]
    fn what_hangs_together_twice_or_leaves_one_text_is_whole() {
        assert_eq!(
            cut_of(6, &[(0, 1), (1, 2), (0, 2), (2, 3), (1, 4), (3, 4), (4, 5), (3, 5)]),
            None
        );
        assert_eq!(cut_of(4, &[(0, 1), (1, 2), (0, 2), (2, 3)]), None);
        assert_eq!(cut_of(5, &[(0, 1), (0, 2), (0, 3), (0, 4)]), None, "no two of them are linked");
    }

    #[test]
    fn halves_without_any_link_need_no_bridge() {
        assert_eq!(cut_of(5, &[(0, 1), (2, 3), (3, 4), (2, 4)]), Some((vec![2, 3, 4], None)));
    }

    #[test]
    fn a_long_chain_is_no_half() {
        let mut pairs = vec![(0, 1), (1, 2), (0, 2)];
        pairs.extend((2..14).map(|at| (at, at + 1)));
        let cut = cut_of(15, &pairs);
        assert!(cut.is_none_or(|(leaving, _)| leaving.len() < 8));
    }
}
