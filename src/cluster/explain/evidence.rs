//! What stands behind a judgement, as plain data for people: figures beside their limits, words beside their places.

use serde::Serialize;

use crate::news::{ArticleId, Fixed, Relation, StoryId};

/// Something of each of two articles, by their order of arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Two<T> {
    /// Of the one that came later and was judged.
    pub later: T,
    /// Of the one that stood there already.
    pub earlier: T,
}

/// One rule: what was measured, and where the rule begins to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The rule, one word.
    pub rule: &'static str,
    /// What is measured.
    pub meaning: &'static str,
    /// What was measured.
    pub value: Fixed,
    /// From this on the rule holds.
    pub limit: Fixed,
    /// Whether it holds.
    pub holds: bool,
}

/// A passage that both texts have, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// Its words.
    pub words: usize,
    /// As the later text has it.
    pub text: String,
    /// Where it stands in each body: scalar values, half open.
    pub at: Two<[u32; 2]>,
}

/// Words in quotation marks: no evidence of a copy, for anybody may quote them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quotation {
    /// Its words.
    pub words: usize,
    /// As it stands there.
    pub text: String,
    /// Where it stands in the body: scalar values, half open.
    pub at: [u32; 2],
    /// Whether the other text quotes at least three words of it in a row.
    pub is_shared: bool,
}

/// How two texts stand to each other word by word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextEvidence {
    /// How the later stands to the earlier by the rules, these two alone.
    pub relation: Relation,
    /// Whether that makes them one dispatch.
    pub joins: bool,
    /// The rule that decided, with its figures.
    pub reason: String,
    /// Words that are compared: outside quotation marks, credits, datelines and bylines.
    pub words: Two<usize>,
    /// Words inside quotation marks.
    pub quoted_words: Two<usize>,
    /// Words of each side that stand in the passages.
    pub copied_words: Two<usize>,
    /// The share of each side that this is.
    pub copied: Two<Fixed>,
    /// Different runs of three words of each side, without boilerplate.
    pub runs: Two<usize>,
    /// Those in common, `x`.
    pub shared: usize,
    /// `x` by the runs of the side that has fewer, `c`.
    pub containment: Fixed,
    /// `x` by the runs of both together, `J`.
    pub jaccard: Fixed,
    /// Fingerprints of the later text that stand in many stories and are no evidence.
    pub boilerplate: usize,
    /// Share of the common runs that stand in one order.
    pub in_order: Fixed,
    /// Names and numbers in the common stretch, and those of them that differ.
    pub slots: usize,
    /// Names and numbers that differ.
    pub slots_differing: usize,
    /// What both have, in order.
    pub passages: Vec<Passage>,
    /// What each side quotes.
    pub quotations: Two<Vec<Quotation>>,
    /// Every rule.
    pub checks: Vec<Check>,
}

/// One measure of an article and a story, and what the learnt weights make of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Its name in the weights file.
    pub name: &'static str,
    /// What was measured.
    pub value: f64,
    /// What the weights make of it: above 0 speaks for the story, below against it.
    pub adds: f64,
}

/// A term that two texts share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SharedTerm {
    /// As the later text spells it.
    pub term: String,
    /// Dispatches in the window that hold it.
    pub holders: usize,
    /// Its rarity, the logarithm of dispatches by holders.
    pub rarity: f64,
    /// Whether so few hold it that it counts as rare.
    pub is_rare: bool,
    /// Whether it stands in both headlines.
    pub in_headlines: bool,
}

/// Names or numbers, heaviest first: the anchors of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Anchors {
    /// In both texts.
    pub both: Vec<String>,
    /// In the later text alone.
    pub later: Vec<String>,
    /// In the earlier text alone.
    pub earlier: Vec<String>,
}

/// Something that keeps apart, whatever is alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Veto {
    /// One word for it.
    pub rule: &'static str,
    /// What it says and does.
    pub meaning: &'static str,
    /// Whether it keeps apart whatever the score is; else it lowers the score, which shows it.
    pub keeps_apart: bool,
    /// Whether it holds.
    pub holds: bool,
}

/// How far an article is from the span of time of a story.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimeApart {
    /// Seconds; 0 within the span and where no time is stated.
    pub seconds: f64,
    /// The time factor: 1 for no distance, falling to 0.
    pub factor: f64,
}

/// How an article stands to the story of another one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoryEvidence {
    /// That story.
    pub story: StoryId,
    /// Its dispatches in the window.
    pub dispatches: usize,
    /// Probability that the article reports it, after the vetoes.
    pub score: Fixed,
    /// From this score on it joins.
    pub joins_at: Fixed,
    /// Whether the weights for texts were used; else those for headlines alone.
    pub has_body: bool,
    /// Its place among the stories that were weighed, 1 the best; `None` if it was not one of them.
    pub rank: Option<usize>,
    /// The text of the story that is nearest.
    pub nearest: ArticleId,
    /// What the weights begin with.
    pub bias: f64,
    /// Every measure, those that say most first.
    pub measures: Vec<Measure>,
    /// Terms that the two texts share.
    pub terms_shared: usize,
    /// Those of them that are rare.
    pub terms_rare: usize,
    /// Those that weigh most.
    pub terms: Vec<SharedTerm>,
    /// Names: people, places, organisations, as far as capitals tell.
    pub names: Anchors,
    /// Numbers.
    pub numbers: Anchors,
    /// Time.
    pub time: TimeApart,
    /// What keeps apart.
    pub vetoes: Vec<Veto>,
}

/// A story that was weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Nearby {
    /// The story.
    pub story: StoryId,
    /// Its nearest text.
    pub nearest: ArticleId,
    /// Probability that the article reports it.
    pub score: Fixed,
}
