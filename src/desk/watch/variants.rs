//! Spellings that mean one thing: a rule that says Kyiv is met by Kiev.

use super::fold::Words;

/// Ways to write one term; more come only of names that are spelt in many ways side by side.
const WAYS_MAX: usize = 64;

/// The table of spellings, folded.
#[derive(Debug, Default)]
pub(super) struct Variants(Vec<Vec<Vec<String>>>);

impl Variants {
    pub(super) fn new(spellings: &[Vec<String>]) -> Self {
        let folded = |spelling: &String| Words::of(spelling).to_vec();
        let named = |names: &Vec<String>| {
            let mut ways: Vec<Vec<String>> = names.iter().map(folded).collect();
            ways.retain(|way| !way.is_empty());
            // The longest spelling goes first, so that it is not taken for the shorter one in it.
            ways.sort_by_key(|way| std::cmp::Reverse(way.len()));
            ways
        };
        Self(spellings.iter().map(named).collect())
    }

    /// All ways to write a row of words, itself first.
    pub(super) fn ways(&self, words: &[String]) -> Vec<Vec<String>> {
        let mut ways = vec![words.to_vec()];
        for spellings in &self.0 {
            for way in ways.clone() {
                let Some((at, length)) = spellings.iter().find_map(|s| find(&way, s)) else {
                    continue;
                };
                for spelling in spellings {
                    let mut other = way.clone();
                    other.splice(at..at + length, spelling.iter().cloned());
                    if ways.len() < WAYS_MAX && !ways.contains(&other) {
                        ways.push(other);
                    }
                }
            }
        }
        ways
    }
}

/// Where a row stands in another, and how long it is.
fn find(words: &[String], row: &[String]) -> Option<(usize, usize)> {
    let at = words.windows(row.len()).position(|window| window == row)?;
    Some((at, row.len()))
}

/// Whether a row stands in another.
pub(super) fn holds(words: &[String], row: &[String]) -> bool {
    !row.is_empty() && find(words, row).is_some()
}
