//! What `eval` prints: the figures, and the worst mistakes side by side.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::Level;
use super::score::{Placed, Prf, Scores, score};
use super::weigh::Alike;
use crate::cli::count_of;
use crate::cli::screen::{beside, width};
use crate::telemetry::Escaped;

/// Mistakes shown of each kind.
const MISTAKES: usize = 5;

/// Lines shown of a mistake's two texts.
const ROWS_MAX: usize = 12;

/// A labelled article as scored.
#[derive(Clone, Debug)]
pub(super) struct Labelled {
    pub(super) gold: String,
    pub(super) found: String,
    pub(super) id: String,
    pub(super) title: String,
    /// The beginning of its text.
    pub(super) text: String,
}

/// Two articles that stand wrongly together or apart.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Mistake {
    /// Wrong pairs that the two groups make.
    pub(super) pairs: u64,
    /// Id of one article.
    pub(super) a: String,
    /// Its first words.
    pub(super) a_title: String,
    /// Id of the other.
    pub(super) b: String,
    /// Its first words.
    pub(super) b_title: String,
    /// The beginnings of both texts, for people.
    #[serde(skip)]
    pub(super) texts: [String; 2],
    /// How alike they are; `None` where an article was not found again.
    pub(super) alike: Option<Alike>,
}

/// Figures over labelled pairs.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Pairs {
    /// Pairs judged.
    pub(super) judged: usize,
    /// Rightly together, wrongly together, wrongly apart.
    pub(super) right: usize,
    /// Wrongly together.
    pub(super) false_joins: usize,
    /// Wrongly apart.
    pub(super) false_splits: usize,
    /// Precision, recall, F1 of "together".
    pub(super) scores: Prf,
}

/// All that `eval` prints.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    /// What the labels group.
    pub(super) level: &'static str,
    /// Lines replayed, background included.
    pub(super) lines: usize,
    /// Scores over the labelled ones.
    pub(super) scores: Scores,
    /// Labelled pairs, if given.
    pub(super) pairs_given: Option<Pairs>,
    /// Seconds it took.
    pub(super) seconds: f64,
    /// Lines a second.
    pub(super) per_second: f64,
    /// Worst wrong joins.
    pub(super) false_joins: Vec<Mistake>,
    /// Worst wrong splits.
    pub(super) false_splits: Vec<Mistake>,
}

impl Report {
    pub(super) fn new(
        level: Level,
        lines: usize,
        placed: &[Labelled],
        judged: &[(bool, bool)],
        seconds: f64,
    ) -> Self {
        let plain: Vec<Placed> = placed
            .iter()
            .map(|one| Placed { gold: one.gold.clone(), found: one.found.clone() })
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let per_second = lines as f64 / seconds.max(1e-9);
        Self {
            level: match level {
                Level::Story => "story",
                Level::Dispatch => "dispatch",
            },
            lines,
            scores: score(&plain),
            pairs_given: (!judged.is_empty()).then(|| pairs(judged)),
            seconds,
            per_second,
            false_joins: mistakes(placed, |one| (&one.found, &one.gold)),
            false_splits: mistakes(placed, |one| (&one.gold, &one.found)),
        }
    }
}

impl Report {
    /// The mistakes shown.
    pub(super) fn mistakes(&self) -> impl Iterator<Item = &Mistake> {
        self.false_joins.iter().chain(&self.false_splits)
    }

    /// Says of each mistake how alike its two articles are.
    pub(super) fn tell_alike(&mut self, alike: &BTreeMap<(String, String), Alike>) {
        for one in self.false_joins.iter_mut().chain(&mut self.false_splits) {
            one.alike = alike.get(&(one.a.clone(), one.b.clone())).copied();
        }
    }
}

fn pairs(judged: &[(bool, bool)]) -> Pairs {
    let count = |gold, found| judged.iter().filter(|&&pair| pair == (gold, found)).count();
    let (right, false_joins, false_splits) =
        (count(true, true), count(false, true), count(true, false));
    Pairs {
        judged: judged.len(),
        right,
        false_joins,
        false_splits,
        scores: Prf::counted(right, false_joins, false_splits),
    }
}

/// The groups that hold most pairs which belong apart, an example of each.
fn mistakes<'a>(
    placed: &'a [Labelled],
    keys: impl Fn(&'a Labelled) -> (&'a str, &'a str),
) -> Vec<Mistake> {
    let mut groups: BTreeMap<&str, BTreeMap<&str, Vec<&Labelled>>> = BTreeMap::new();
    for one in placed {
        let (group, part) = keys(one);
        groups.entry(group).or_default().entry(part).or_default().push(one);
    }
    let mut mistakes: Vec<Mistake> = groups.values().filter_map(mistake).collect();
    mistakes.sort_by(|x, y| y.pairs.cmp(&x.pairs).then_with(|| x.a.cmp(&y.a)));
    mistakes.truncate(MISTAKES);
    mistakes
}

fn mistake(parts: &BTreeMap<&str, Vec<&Labelled>>) -> Option<Mistake> {
    let mut sizes: Vec<&Vec<&Labelled>> = parts.values().collect();
    sizes.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let (a, b) = (sizes.first()?.first()?, sizes.get(1)?.first()?);
    let all: usize = sizes.iter().map(|part| part.len()).sum();
    let squares: usize = sizes.iter().map(|part| part.len() * part.len()).sum();
    Some(Mistake {
        pairs: ((all * all - squares) / 2) as u64,
        a: a.id.clone(),
        a_title: a.title.clone(),
        b: b.id.clone(),
        b_title: b.title.clone(),
        texts: [a.text.clone(), b.text.clone()],
        alike: None,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scores { articles, gold_clusters, clusters, ari, .. } = self.scores;
        writeln!(
            f,
            "{} lines, {articles} labelled, in {:.1} s ({:.0} a second)",
            self.lines, self.seconds, self.per_second
        )?;
        if articles > 0 {
            writeln!(f, "groups: {gold_clusters} labelled, {clusters} found, by {}\n", self.level)?;
            writeln!(f, "{:24}{:>10}{:>8}{:>8}", "", "precision", "recall", "F1")?;
            row(f, "B-cubed", self.scores.b_cubed)?;
            row(f, "B-cubed, non-singletons", self.scores.b_cubed_non_singleton)?;
            row(f, "pairs", self.scores.pairs)?;
            writeln!(f, "{:24}{ari:>10.4}", "adjusted Rand index")?;
        }
        if let Some(given) = &self.pairs_given {
            writeln!(
                f,
                "\n{} labelled pairs: {} rightly together, {} wrongly together, {} wrongly apart",
                given.judged, given.right, given.false_joins, given.false_splits
            )?;
            row(f, "labelled pairs", given.scores)?;
        }
        show(f, "wrongly together", &self.false_joins)?;
        show(f, "wrongly apart", &self.false_splits)
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, prf: Prf) -> fmt::Result {
    writeln!(f, "{name:24}{:>10.4}{:>8.4}{:>8.4}", prf.precision, prf.recall, prf.f1)
}

fn show(f: &mut fmt::Formatter<'_>, name: &str, mistakes: &[Mistake]) -> fmt::Result {
    if mistakes.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nworst {name}")?;
    for one in mistakes {
        writeln!(f, "\n{} by this and the like", count_of(one.pairs, "wrong pair", "wrong pairs"))?;
        if let Some(alike) = one.alike {
            let (c, j) = (alike.containment.as_f64(), alike.jaccard.as_f64());
            let story = match alike.story {
                Some(score) => format!("story {:.3}", score.as_f64()),
                None => "out of the window".to_owned(),
            };
            let joins_at = alike.joins_at.as_f64();
            writeln!(f, "c {c:.3}, J {j:.3}, {story} (joins from {joins_at:.2})")?;
        }
        let column = |id: &str, title: &str, text: &str| {
            // Where there is no headline, the beginning of the text stands for it.
            let title = if text.starts_with(title) { "" } else { title };
            let [title, text] =
                [title, text].map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            format!("{}\n{}\n{}", Escaped(id), Escaped(&title), Escaped(&text))
        };
        let left = column(&one.a, &one.a_title, &one.texts[0]);
        let right = column(&one.b, &one.b_title, &one.texts[1]);
        for line in beside(&left, &right, width(), ROWS_MAX) {
            writeln!(f, "{line}")?;
        }
    }
    Ok(())
}
