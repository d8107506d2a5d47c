//! Lays two texts side by side: what they share, in which order, and what differs between.

use std::ops::Range;

use super::features::{FLAG_BITS, Features, Flagged, NUMBER, SLOT};
use super::{params, shingles};

/// The shingles of one text by first place, ready to be compared with many others.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) features: &'a Features,
    /// Open addressing, at most half full: places in `distinct` from 1, 0 where nothing is.
    index: Vec<u32>,
    distinct: Vec<Place>,
    /// The shingle that begins at each word, 0 where none does.
    sequence: Vec<u32>,
    /// Distinct shingles without boilerplate.
    pub(super) clean: usize,
    /// Texts compared so far: marks what was seen of the present one.
    round: u32,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    shingle: u32,
    at: u32,
    round: u32,
    is_boilerplate: bool,
}

/// What two texts have in common, by shingles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Overlap {
    /// Shared distinct shingles.
    pub(super) shared: usize,
    /// Distinct shingles of the text in the table, and of the other, without boilerplate.
    pub(super) sizes: [usize; 2],
}

impl Overlap {
    /// Share of the smaller set.
    pub(super) fn containment(&self) -> f64 {
        ratio(self.shared, self.sizes[0].min(self.sizes[1]))
    }

    /// Share of the union.
    pub(super) fn jaccard(&self) -> f64 {
        ratio(self.shared, self.sizes[0] + self.sizes[1] - self.shared)
    }

    /// Smaller size by larger.
    pub(super) fn lengths(&self) -> f64 {
        ratio(self.sizes[0].min(self.sizes[1]), self.sizes[0].max(self.sizes[1]))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of words stay far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Two texts word by word.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Alignment {
    /// Words of each side that stand in the common runs.
    pub(super) words: [usize; 2],
    /// Share of the common shingles that stand in one order.
    pub(super) in_order: f64,
    /// Slots that hold other names or numbers on each side.
    pub(super) slots_differing: usize,
    /// Slots in the common stretch.
    pub(super) slots: usize,
    /// Numbers that differ, and numbers in the common stretch.
    pub(super) numbers: [usize; 2],
}

/// A passage that two texts have in common, by places of words on each side. The sides differ in length only where
/// words are repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) mine: Range<usize>,
    pub(super) theirs: Range<usize>,
}

impl Alignment {
    /// Whether the texts share a form and differ in its facts.
    pub(super) fn is_template(&self) -> bool {
        let [differing, numbers] = self.numbers;
        self.slots_differing >= params::TEMPLATE_SLOTS_MIN
            && ratio(self.slots_differing, self.slots) >= params::TEMPLATE_SLOTS
            || differing >= params::TEMPLATE_NUMBERS_MIN && 2 * differing >= numbers
    }
}

impl<'a> Table<'a> {
    /// Prepares `features`; fingerprints in `boilerplate`, which is sorted, are no evidence.
    pub(super) fn of(features: &'a Features, boilerplate: &[u32]) -> Self {
        let flagged = if boilerplate.is_empty() {
            Vec::new()
        } else {
            boilerplate_places(&features.words, |print| boilerplate.binary_search(&print).is_ok())
        };
        let mut table = Self {
            features,
            index: vec![0; (2 * features.words.len()).next_power_of_two().max(4)],
            distinct: Vec::with_capacity(features.words.len()),
            sequence: vec![0; features.words.len()],
            clean: 0,
            round: 0,
        };
        for (at, shingle) in shingles::of(&features.words) {
            table.sequence[at] = shingle;
            let slot = table.slot(shingle);
            if table.index[slot] == 0 {
                let is_boilerplate = flagged.binary_search(&at).is_ok();
                table.clean += usize::from(!is_boilerplate);
                let at = u32::try_from(at).unwrap_or(u32::MAX);
                table.distinct.push(Place { shingle, at, round: 0, is_boilerplate });
                table.index[slot] = u32::try_from(table.distinct.len()).unwrap_or(0);
            }
        }
        table
    }

    /// Where a shingle stands in the index, or would.
    fn slot(&self, shingle: u32) -> usize {
        let mask = self.index.len() - 1;
        let mut slot = shingle as usize & mask;
        loop {
            match self.index[slot] {
                0 => return slot,
                found if self.distinct[found as usize - 1].shingle == shingle => return slot,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn place(&self, shingle: u32) -> Option<&Place> {
        match self.index[self.slot(shingle)] {
            0 => None,
            found => self.distinct.get(found as usize - 1),
        }
    }

    /// Counts what `other` shares with the text.
    pub(super) fn overlap(&mut self, other: &Features) -> Overlap {
        self.round += 1;
        let (mut shared, mut dropped) = (0, 0);
        for (_, shingle) in shingles::of(&other.words) {
            let found = self.index[self.slot(shingle)];
            let Some(place) = self.distinct.get_mut((found as usize).wrapping_sub(1)) else {
                continue;
            };
            if place.round != self.round {
                place.round = self.round;
                if place.is_boilerplate { dropped += 1 } else { shared += 1 }
            }
        }
        let other_size = (other.shingles as usize).saturating_sub(dropped);
        Overlap { shared, sizes: [self.clean, other_size] }
    }

    /// How many shingles the text shares with `other` and not with `first`.
    pub(super) fn beyond(&mut self, first: &Features, other: &Features) -> usize {
        self.overlap(first);
        let before = self.round;
        self.round += 1;
        let mut beyond = 0;
        for (_, shingle) in shingles::of(&other.words) {
            let found = self.index[self.slot(shingle)];
            let Some(place) = self.distinct.get_mut((found as usize).wrapping_sub(1)) else {
                continue;
            };
            if place.round < before && !place.is_boilerplate {
                place.round = self.round;
                beyond += 1;
            }
        }
        beyond
    }

    /// Common shingles that stand in one order, by their first words here and there; and how many different ones
    /// there are in any order.
    fn chain(&self, other: &Features) -> (Vec<(usize, usize)>, usize) {
        let mut hits: Vec<(usize, usize)> = Vec::with_capacity(other.words.len());
        for (there, shingle) in shingles::of(&other.words) {
            // A phrase that occurs twice is taken where the run goes on.
            let next = hits.last().map_or(0, |hit| hit.0 + 1);
            if self.sequence.get(next) == Some(&shingle) {
                hits.push((next, there));
            } else if let Some(place) = self.place(shingle) {
                hits.push((place.at as usize, there));
            }
        }
        if hits.is_sorted_by(|a, b| a.0 < b.0) {
            let different = hits.len();
            return (hits, different);
        }
        let mut different: Vec<usize> = hits.iter().map(|hit| hit.0).collect();
        different.sort_unstable();
        different.dedup();
        (longest_rising(&hits), different.len())
    }

    /// The passages that `other` has in common with the text, in their order: what [`Self::align`] counts.
    pub(super) fn runs(&self, other: &Features) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let (mut end_mine, mut end_theirs) = (0, 0);
        for (here, there) in self.chain(other).0 {
            let end = (here + params::SHINGLE_WORDS, there + params::SHINGLE_WORDS);
            let (mine, theirs) = (here.max(end_mine), there.max(end_theirs));
            match runs.last_mut() {
                // Words that follow each other on both sides are one passage.
                Some(run) if run.mine.end == mine && run.theirs.end == theirs => {
                    (run.mine.end, run.theirs.end) = end;
                }
                _ => runs.push(Run { mine: mine..end.0, theirs: theirs..end.1 }),
            }
            (end_mine, end_theirs) = end;
        }
        runs
    }

    /// Aligns `other` with the text: the longest common runs that stand in one order.
    pub(super) fn align(&self, other: &Features) -> Alignment {
        let (chain, different) = self.chain(other);
        let mut alignment = Alignment {
            words: [covered(chain.iter().map(|hit| hit.0)), covered(chain.iter().map(|hit| hit.1))],
            in_order: ratio(chain.len(), different).min(1.0),
            ..Alignment::default()
        };
        let slots_in = |words: &[Flagged], from: usize, to: usize, flag: Flagged| {
            words.get(from..to).unwrap_or_default().iter().filter(|w| *w & flag != 0).count()
        };
        let (mut end_mine, mut end_theirs) = (0, 0);
        let last = (self.features.words.len(), other.words.len());
        for &(here, there) in chain.iter().chain(std::iter::once(&last)) {
            if here > end_mine || there > end_theirs {
                let gap_mine = self.features.words.get(end_mine..here).unwrap_or_default();
                let gap_theirs = other.words.get(end_theirs..there).unwrap_or_default();
                if gap_mine.len().max(gap_theirs.len()) <= params::SLOT_WORDS_MAX {
                    let (differing, all) = compare_gap(gap_mine, gap_theirs, SLOT);
                    alignment.slots_differing += differing;
                    alignment.slots += all;
                    let (differing, all) = compare_gap(gap_mine, gap_theirs, NUMBER);
                    alignment.numbers[0] += differing;
                    alignment.numbers[1] += all;
                }
            }
            let next = here + params::SHINGLE_WORDS;
            let from = end_mine.max(here);
            alignment.slots += slots_in(&self.features.words, from, next, SLOT);
            alignment.numbers[1] += slots_in(&self.features.words, from, next, NUMBER);
            end_mine = end_mine.max(next);
            end_theirs = end_theirs.max(there + params::SHINGLE_WORDS);
        }
        alignment
    }
}

/// What of a kind was replaced in a gap between common runs, and how many of it stand there.
fn compare_gap(mine: &[Flagged], theirs: &[Flagged], flag: Flagged) -> (usize, usize) {
    let slots = |words: &[Flagged]| -> Vec<Flagged> {
        words.iter().filter(|w| *w & flag != 0).map(|w| w >> FLAG_BITS).collect()
    };
    let (mine, theirs) = (slots(mine), slots(theirs));
    let missing =
        |from: &[Flagged], of: &[Flagged]| of.iter().filter(|w| !from.contains(w)).count();
    let differing = missing(&theirs, &mine).min(missing(&mine, &theirs));
    (differing, mine.len().min(theirs.len()))
}

/// Places of shingles that are boilerplate: those flagged and what lies between two flagged ones.
fn boilerplate_places(words: &[Flagged], is_boilerplate: impl Fn(u32) -> bool) -> Vec<usize> {
    let mut places = Vec::new();
    let mut last_flagged: Option<usize> = None;
    for (place, print) in shingles::prints(words) {
        if is_boilerplate(print) {
            match last_flagged {
                Some(last) => places.extend(last + 1..=place),
                None => places.push(place),
            }
            last_flagged = Some(place);
        } else {
            last_flagged = None;
        }
    }
    places
}

/// The longest chain of hits that rises on both sides. Hits come in the order of the second side.
fn longest_rising(hits: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; hits.len()];
    for (index, hit) in hits.iter().enumerate() {
        let rank = tails.partition_point(|tail| hits[*tail].0 < hit.0);
        before[index] = rank.checked_sub(1).map(|below| tails[below]);
        if rank == tails.len() { tails.push(index) } else { tails[rank] = index }
    }
    let mut chain = Vec::with_capacity(tails.len());
    let mut at = tails.last().copied();
    while let Some(index) = at {
        chain.push(hits[index]);
        at = before[index];
    }
    chain.reverse();
    chain
}

/// How many words stand under the shingles that begin at `starts`, which rise.
fn covered(starts: impl Iterator<Item = usize>) -> usize {
    let (mut words, mut end) = (0, 0);
    for start in starts {
        words += start + params::SHINGLE_WORDS - end.max(start);
        end = start + params::SHINGLE_WORDS;
    }
    words
}
