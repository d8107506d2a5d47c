//! Scores of a grouping against labels: B-cubed, adjusted Rand index, pairs.
//!
//! B-cubed: Bagga and Baldwin 1998; over non-singletons only as Cattan and others 2021 ask, since many singletons
//! flatter. Adjusted Rand index: Hubert and Arabie 1985.

use std::collections::BTreeMap;

use serde::Serialize;

/// Precision, recall and their harmonic mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Prf {
    /// Share of what was joined that belongs together.
    pub(super) precision: f64,
    /// Share of what belongs together that was joined.
    pub(super) recall: f64,
    /// Harmonic mean.
    pub(super) f1: f64,
}

impl Prf {
    fn of(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }

    /// From counts: rightly together, wrongly together, wrongly apart.
    pub(super) fn counted(right: usize, false_joins: usize, false_splits: usize) -> Self {
        let share = |wrong: usize| float(right as u64) / float((right + wrong).max(1) as u64);
        Self::of(share(false_joins), share(false_splits))
    }
}

/// All scores of one grouping.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Scores {
    /// Labelled articles.
    pub(super) articles: usize,
    /// Groups in the labels.
    pub(super) gold_clusters: usize,
    /// Groups found among the labelled.
    pub(super) clusters: usize,
    /// B-cubed over all.
    pub(super) b_cubed: Prf,
    /// B-cubed over articles whose label has company.
    pub(super) b_cubed_non_singleton: Prf,
    /// Adjusted Rand index.
    pub(super) ari: f64,
    /// Pairs.
    pub(super) pairs: Prf,
}

/// One labelled article: where it belongs and where it was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its label.
    pub(super) gold: String,
    /// The group it was put in.
    pub(super) found: String,
}

struct Counts<'a> {
    gold: BTreeMap<&'a str, u64>,
    found: BTreeMap<&'a str, u64>,
    both: BTreeMap<(&'a str, &'a str), u64>,
}

/// Scores a grouping.
pub(super) fn score(placed: &[Placed]) -> Scores {
    let mut counts =
        Counts { gold: BTreeMap::new(), found: BTreeMap::new(), both: BTreeMap::new() };
    for one in placed {
        *counts.gold.entry(&one.gold).or_default() += 1;
        *counts.found.entry(&one.found).or_default() += 1;
        *counts.both.entry((&one.gold, &one.found)).or_default() += 1;
    }
    let with_company: Vec<&Placed> =
        placed.iter().filter(|one| counts.gold[&*one.gold] > 1).collect();
    let (ari, pairs) = pairs(&counts, placed.len() as u64);
    Scores {
        articles: placed.len(),
        gold_clusters: counts.gold.len(),
        clusters: counts.found.len(),
        b_cubed: b_cubed(&counts, placed.iter()),
        b_cubed_non_singleton: b_cubed(&counts, with_company.into_iter()),
        ari,
        pairs,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of articles are far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

fn b_cubed<'a>(counts: &Counts<'_>, over: impl Iterator<Item = &'a Placed>) -> Prf {
    let (mut precision, mut recall, mut n) = (0.0, 0.0, 0);
    for one in over {
        let both = float(counts.both[&(&*one.gold, &*one.found)]);
        precision += both / float(counts.found[&*one.found]);
        recall += both / float(counts.gold[&*one.gold]);
        n += 1;
    }
    let n = float(n.max(1));
    Prf::of(precision / n, recall / n)
}

fn choose_two(n: u64) -> f64 {
    float(n) * (float(n) - 1.0) / 2.0
}

fn pairs(counts: &Counts<'_>, articles: u64) -> (f64, Prf) {
    let right: f64 = counts.both.values().copied().map(choose_two).sum();
    let found: f64 = counts.found.values().copied().map(choose_two).sum();
    let gold: f64 = counts.gold.values().copied().map(choose_two).sum();
    let all = choose_two(articles);
    let expected = if all > 0.0 { found * gold / all } else { 0.0 };
    let most = f64::midpoint(found, gold);
    let ari = if (most - expected).abs() > f64::EPSILON {
        (right - expected) / (most - expected)
    } else {
        1.0
    };
    let share = |whole: f64| if whole > 0.0 { right / whole } else { 1.0 };
    (ari, Prf::of(share(found), share(gold)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(pairs: &[(&str, &str)]) -> Vec<Placed> {
        pairs.iter().map(|&(g, f)| Placed { gold: g.to_owned(), found: f.to_owned() }).collect()
    }

    #[test]
    fn a_perfect_grouping_scores_one_everywhere() {
        let scores = score(&placed(&[("a", "1"), ("a", "1"), ("b", "2"), ("c", "3")]));
        assert_eq!((scores.b_cubed.f1, scores.ari, scores.pairs.f1), (1.0, 1.0, 1.0));
        assert_eq!((scores.gold_clusters, scores.clusters), (3, 3));
    }

    #[test]
    fn figures_worked_by_hand_come_out() {
        // Labels {1,2,3} and {4}; found {1,2} and {3,4}.
        let scores = score(&placed(&[("a", "x"), ("a", "x"), ("a", "y"), ("b", "y")]));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(scores.b_cubed.precision, (1.0 + 1.0 + 0.5 + 0.5) / 4.0));
        assert!(near(scores.b_cubed.recall, (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 1.0) / 4.0));
        assert!(near(scores.pairs.precision, 0.5) && near(scores.pairs.recall, 1.0 / 3.0));
        assert!(near(scores.b_cubed_non_singleton.precision, 2.5 / 3.0));
        // One right pair of two found and three labelled, six in all: (1 - 1) / (2.5 - 1) = 0.
        assert!(near(scores.ari, 0.0));
    }
}
