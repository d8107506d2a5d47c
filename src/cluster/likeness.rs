//! How an article stands to a story, in numbers, and the learnt judgement over them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What is measured, in the order of [`Likeness`]. The names are the keys of the weights file.
pub(super) const MEASURES: [&str; 18] = [
    "centre",
    "best",
    "near",
    "title",
    "names",
    "cover",
    "cover_back",
    "rare",
    "numbers",
    "numbers_differ",
    "time",
    "days",
    "one_form",
    "core",
    "words",
    "margin",
    "pairs",
    "names_cover",
];

/// Cosine with the story's profile.
pub(super) const CENTRE: usize = 0;
/// Cosine with the nearest text of the story.
pub(super) const BEST: usize = 1;
/// Mean cosine with its three nearest texts.
pub(super) const NEAR: usize = 2;
/// Rarity that the two headlines share, of all in both.
pub(super) const TITLE_SHARED: usize = 3;
/// Rarity that the names share, of all in both.
pub(super) const NAMES: usize = 4;
/// Rarity of the probe's headline that the story's profile holds.
pub(super) const COVER: usize = 5;
/// Rarity of the nearest headline that the probe holds.
pub(super) const COVER_BACK: usize = 6;
/// How many rare terms the nearest text shares, damped.
pub(super) const RARE: usize = 7;
/// Numbers in common, damped.
pub(super) const NUMBERS: usize = 8;
/// 1 where both give numbers and share none.
pub(super) const NUMBERS_DIFFER: usize = 9;
/// Time kernel.
pub(super) const TIME: usize = 10;
/// Days from the story's span of time, damped.
pub(super) const DAYS: usize = 11;
/// 1 where two headlines have one form and other facts.
pub(super) const ONE_FORM: usize = 12;
/// Rarity of what most of its dispatches hold that the probe holds too.
pub(super) const CORE: usize = 13;
/// Terms of the shorter text, damped.
pub(super) const WORDS: usize = 14;
/// How far its profile is nearer than that of the next story.
pub(super) const MARGIN: usize = 15;
/// Full names (two capitalised words) in common, damped.
pub(super) const PAIRS: usize = 16;
/// Rarity of the probe's names that the story holds.
pub(super) const NAMES_COVER: usize = 17;

/// One article and one story, measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Likeness(pub(super) [f64; MEASURES.len()]);

impl Likeness {
    /// Each measure's value and weight, in the order of [`MEASURES`], and the bias: the sum of what the weights make
    /// of the values and the bias gives the probability.
    pub(super) fn parts(&self, has_body: bool) -> (f64, [(f64, f64); MEASURES.len()]) {
        let model = if has_body { &MODELS.body } else { &MODELS.headline };
        let mut parts = self.0.map(|value| (value, 0.0));
        for (part, weight) in parts.iter_mut().zip(model.weights) {
            part.1 = weight;
        }
        (model.bias, parts)
    }

    /// Probability that the article reports the story.
    pub(super) fn probability(&self, has_body: bool) -> f64 {
        let model = if has_body { &MODELS.body } else { &MODELS.headline };
        let sum: f64 = model.weights.iter().zip(self.0).map(|(weight, value)| weight * value).sum();
        1.0 / (1.0 + (-(model.bias + sum)).exp())
    }
}

/// The learnt weights with their provenance; see the file.
static MODELS: LazyLock<Models> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../config/tables/grouping.toml"))
        .expect("the built-in weights parse: a test reads them");
    Models { body: Model::of(&file.body), headline: Model::of(&file.headline) }
});

#[derive(Debug, Deserialize)]
struct File {
    body: BTreeMap<String, f64>,
    headline: BTreeMap<String, f64>,
}

#[derive(Debug)]
struct Models {
    body: Model,
    headline: Model,
}

#[derive(Debug)]
struct Model {
    bias: f64,
    weights: [f64; MEASURES.len()],
}

impl Model {
    fn of(table: &BTreeMap<String, f64>) -> Self {
        let weight = |name: &str| table.get(name).copied().unwrap_or(0.0);
        Self { bias: weight("bias"), weights: MEASURES.map(weight) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_in_the_file_belongs_to_a_measure() {
        let file: File = toml::from_str(include_str!("../../config/tables/grouping.toml")).unwrap();
        for table in [&file.body, &file.headline] {
            assert!(table.contains_key("bias"));
            for name in table.keys().filter(|name| *name != "bias") {
                assert!(MEASURES.contains(&name.as_str()), "{name}");
            }
        }
    }

    #[test]
    fn common_rare_terms_speak_for_a_story_and_another_time_against_it() {
        let mut alike = Likeness::default();
        for measure in [CENTRE, BEST, NEAR, TITLE_SHARED, NAMES, COVER, COVER_BACK] {
            alike.0[measure] = 0.8;
        }
        (alike.0[TIME], alike.0[RARE], alike.0[WORDS]) = (1.0, 2.5, 3.5);
        for has_body in [true, false] {
            assert!(alike.probability(has_body) > 0.9);
            let mut unlike = Likeness::default();
            (unlike.0[BEST], unlike.0[DAYS], unlike.0[WORDS]) = (0.05, 1.1, 3.5);
            unlike.0[TIME] = 0.6;
            assert!(unlike.probability(has_body) < 0.2);
        }
    }
}
