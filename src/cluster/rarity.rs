//! How rare the terms of an article are among the dispatches of the window, and how alike texts are by their rare terms.

use super::features::Features;
use super::lexicon::Lexicon;
use super::story::Sum;
use super::terms::{NAME, NUMBER, PAIR, TITLE};
use super::{Window, params};

/// A probe's terms weighted by rarity, with the way back from a term's number.
#[derive(Debug)]
pub(super) struct Weighed {
    /// By hash.
    pub(super) parts: Vec<Part>,
    /// Length of the vector.
    pub(super) length: f64,
    /// What every rarity begins with.
    base: f64,
    /// Open addressing by number, at most half full: places in `parts` from 1, 0 where nothing is.
    index: Vec<u16>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) hash: u32,
    /// In the lexicon; `u32::MAX` where no dispatch holds it.
    pub(super) number: u32,
    /// Dispatches that hold it.
    pub(super) holders: usize,
    pub(super) weight: f64,
    pub(super) rarity: f64,
    pub(super) flags: u16,
}

/// Stands for a term that no dispatch holds.
const NOBODY: u32 = u32::MAX;

/// What two texts share.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Common {
    pub(super) all: usize,
    pub(super) rare: usize,
    pub(super) names: usize,
    pub(super) pairs: usize,
    pub(super) numbers: usize,
    /// Whether the other text gives numbers.
    pub(super) gives_numbers: bool,
    /// Rarity that the headlines share, of all in both.
    pub(super) title: f64,
    /// The same of the names.
    pub(super) name_weight: f64,
    /// Rarity of the other's headline that the probe holds.
    pub(super) cover_back: f64,
}

/// How a probe stands to the terms of a whole story.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Within {
    /// Cosine with its profile.
    pub(super) centre: f64,
    /// Rarity of what most of its dispatches hold that the probe holds too.
    pub(super) core: f64,
    /// Rarity of the probe's headline that it holds.
    pub(super) cover: f64,
    /// Rarity of the probe's names that it holds.
    pub(super) names_cover: f64,
    /// Terms of the probe that it holds; one that most of at least three dispatches hold counts twice.
    pub(super) held: usize,
}

impl Weighed {
    /// The probe's part of a numbered term.
    fn of(&self, number: u32) -> Option<&Part> {
        let mask = self.index.len() - 1;
        let mut at = spread(number) & mask;
        loop {
            match self.index[at] {
                0 => return None,
                found => {
                    let part = &self.parts[usize::from(found) - 1];
                    if part.number == number {
                        return Some(part);
                    }
                }
            }
            at = (at + 1) & mask;
        }
    }
}

fn spread(number: u32) -> usize {
    (number.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

impl Window {
    /// A term that at most so many dispatches hold is rare.
    pub(super) fn rare_holders(&self) -> usize {
        params::RARE_HOLDERS.max(self.terms.groups / params::RARE_SHARE)
    }

    /// An article's terms weighted by rarity.
    pub(super) fn weighed(&self, features: &Features) -> Weighed {
        let base = self.terms.rarity_base();
        let mut weighed = Weighed {
            parts: Vec::with_capacity(features.terms.len()),
            length: f64::MIN_POSITIVE,
            base,
            index: vec![0; (2 * features.terms.len()).next_power_of_two().max(4)],
        };
        let mask = weighed.index.len() - 1;
        let mut square = 0.0;
        for term in &features.terms {
            let number = self.terms.number(term.hash);
            let holders = number.map_or(0, |number| self.terms.holders(number).len());
            let rarity = Lexicon::rarity(base, holders);
            let weight = f64::from(term.weight) * rarity;
            square += weight * weight;
            let part = Part {
                hash: term.hash,
                number: number.unwrap_or(NOBODY),
                holders,
                weight,
                rarity,
                flags: term.flags,
            };
            weighed.parts.push(part);
            if let Some(number) = number {
                let mut at = spread(number) & mask;
                while weighed.index[at] != 0 {
                    at = (at + 1) & mask;
                }
                weighed.index[at] = u16::try_from(weighed.parts.len()).unwrap_or(0);
            }
        }
        weighed.length = f64::sqrt(square).max(f64::MIN_POSITIVE);
        weighed
    }

    /// Cosine with a text that speaks for its dispatch, both weighted by rarity.
    pub(super) fn cosine(&self, mine: &Weighed, slot: u32) -> f64 {
        let (mut dot, mut square) = (0.0, 0.0);
        let terms = &self.entry(slot).features.terms;
        for (term, number) in terms.iter().zip(self.numbers(slot)) {
            let weight = f64::from(term.weight) * self.terms.rarity_of(mine.base, *number);
            square += weight * weight;
            if let Some(part) = mine.of(*number) {
                dot += part.weight * weight;
            }
        }
        dot / (mine.length * f64::sqrt(square)).max(f64::MIN_POSITIVE)
    }

    /// What a probe shares with a text that speaks for its dispatch.
    pub(super) fn common(&self, mine: &Weighed, slot: u32) -> Common {
        let mut common = Common::default();
        let rare = self.rare_holders();
        let (mut titles, mut title_in_both, mut their_title, mut held_title) = (0.0, 0.0, 0.0, 0.0);
        let (mut names, mut names_in_both) = (0.0, 0.0);
        for part in &mine.parts {
            titles += if part.flags & TITLE != 0 { part.rarity } else { 0.0 };
            names += if part.flags & NAME != 0 { part.rarity } else { 0.0 };
        }
        let terms = &self.entry(slot).features.terms;
        for (term, number) in terms.iter().zip(self.numbers(slot)) {
            common.gives_numbers |= term.flags & NUMBER != 0;
            let found = mine.of(*number);
            let is_told = term.flags & (TITLE | NAME) != 0;
            let rarity = if is_told { self.terms.rarity_of(mine.base, *number) } else { 0.0 };
            if term.flags & TITLE != 0 {
                their_title += rarity;
                held_title += if found.is_some() { rarity } else { 0.0 };
                titles += rarity;
            }
            names += if term.flags & NAME != 0 { rarity } else { 0.0 };
            let Some(part) = found else { continue };
            let both = term.flags & part.flags;
            title_in_both += if both & TITLE != 0 { rarity } else { 0.0 };
            names_in_both += if both & NAME != 0 { rarity } else { 0.0 };
            common.all += 1;
            common.rare += usize::from(part.holders <= rare);
            common.names += usize::from(both & NAME != 0);
            common.pairs += usize::from(both & PAIR != 0);
            common.numbers += usize::from(both & NUMBER != 0);
        }
        common.title = share(title_in_both, titles - title_in_both);
        common.name_weight = share(names_in_both, names - names_in_both);
        common.cover_back = share(held_title, their_title);
        common
    }

    /// How a probe stands to a story, whose terms are given by hash.
    pub(super) fn within(
        &self,
        mine: &Weighed,
        dispatches: usize,
        terms: &[Sum],
        profile: &[Sum],
    ) -> Within {
        let mut within = Within::default();
        let most = dispatches / 2 + 1;
        let (mut dot, mut square, mut core, mut core_held) = (0.0, 0.0, 0.0, 0.0);
        for sum in profile {
            let rarity = self.terms.rarity_of(mine.base, sum.number);
            let weight = f64::from(sum.weight) * rarity;
            square += weight * weight;
            let found = mine.of(sum.number);
            if let Some(part) = found {
                dot += part.weight * weight;
            }
            if sum.dispatches as usize >= most {
                core += rarity;
                core_held += if found.is_some() { rarity } else { 0.0 };
            }
        }
        within.centre = dot / (mine.length * f64::sqrt(square)).max(f64::MIN_POSITIVE);
        within.core = share(core_held, core);
        let (mut title, mut title_held, mut names, mut names_held) = (0.0, 0.0, 0.0, 0.0);
        for part in &mine.parts {
            let found = match part.number {
                NOBODY => None,
                _ => terms.binary_search_by_key(&part.hash, |sum| sum.hash).ok(),
            };
            let sum = found.and_then(|at| terms.get(at));
            let held = if sum.is_some() { part.rarity } else { 0.0 };
            if part.flags & TITLE != 0 {
                (title, title_held) = (title + part.rarity, title_held + held);
            }
            if part.flags & NAME != 0 {
                (names, names_held) = (names + part.rarity, names_held + held);
            }
            within.held += sum.map_or(0, |sum| {
                let is_core = dispatches >= 3 && 2 * sum.dispatches as usize > dispatches;
                1 + usize::from(is_core)
            });
        }
        within.cover = share(title_held, title);
        within.names_cover = share(names_held, names);
        within
    }

    /// Names in both texts, rarest first, as the first spells them.
    pub(super) fn common_labels(&self, mine: &Features, theirs: &Features) -> Vec<String> {
        let mut common: Vec<(bool, usize, &str)> = mine
            .label_stems
            .iter()
            .zip(mine.labels.lines())
            .filter(|(stem, _)| theirs.holds(**stem))
            .map(|(stem, label)| {
                // A word that only one of them spells as a name merely began a sentence there.
                let is_doubtful = !theirs.label_stems.contains(stem);
                (is_doubtful, self.terms.held_by(*stem), label)
            })
            .collect();
        common.sort_by_key(|label| (label.0, label.1));
        common.truncate(params::LABELS_SHOWN);
        common.into_iter().map(|label| label.2.to_owned()).collect()
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
