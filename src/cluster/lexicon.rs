//! Which dispatches hold a term, and how rare that makes it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::mix::MixState;
use super::params;

/// A text that speaks for its dispatch and holds a term.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub(super) slot: u32,
    pub(super) weight: u16,
}

/// The terms of the window, each under a small number of its own for as long as a dispatch holds it.
///
/// Numbers say nothing of a term and differ from one run to the next: whatever is added up or told goes by the hash.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    numbers: HashMap<u32, u32, MixState>,
    terms: Vec<Held>,
    free: Vec<u32>,
    /// Dispatches.
    pub(super) groups: usize,
    postings: u64,
}

#[derive(Debug, Default)]
struct Held {
    hash: u32,
    /// By arrival.
    holders: Vec<Holder>,
}

/// Logarithms of small counts: what most terms are held by.
static LOGS: LazyLock<Vec<f64>> = LazyLock::new(|| (0..4_096).map(ln_of_next).collect());

#[expect(clippy::cast_precision_loss, reason = "counts of dispatches stay far below 2^52")]
fn ln_of_next(count: usize) -> f64 {
    (count as f64 + 1.0).ln()
}

impl Lexicon {
    /// The number of a term that a dispatch holds.
    pub(super) fn number(&self, hash: u32) -> Option<u32> {
        self.numbers.get(&hash).copied()
    }

    /// The dispatches that hold a term, by arrival.
    pub(super) fn holders(&self, number: u32) -> &[Holder] {
        &self.terms[number as usize].holders
    }

    /// How many dispatches hold a term.
    pub(super) fn held_by(&self, hash: u32) -> usize {
        self.number(hash).map_or(0, |number| self.holders(number).len())
    }

    /// Takes in the terms of a text that speaks; gives their numbers. `arrival` orders the holders of one term.
    pub(super) fn enter(
        &mut self,
        slot: u32,
        terms: impl Iterator<Item = (u32, u16)>,
        arrival: impl Fn(u32) -> u64,
    ) -> Box<[u32]> {
        self.groups += 1;
        let own = arrival(slot);
        let mut numbers = Vec::with_capacity(terms.size_hint().0);
        for (hash, weight) in terms {
            let number = *self.numbers.entry(hash).or_insert_with(|| {
                self.free.pop().unwrap_or_else(|| {
                    self.terms.push(Held::default());
                    u32::try_from(self.terms.len() - 1).unwrap_or(u32::MAX)
                })
            });
            let held = &mut self.terms[number as usize];
            held.hash = hash;
            let at = match held.holders.last() {
                Some(last) if arrival(last.slot) > own => {
                    held.holders.partition_point(|other| arrival(other.slot) < own)
                }
                _ => held.holders.len(),
            };
            if held.holders.is_empty() {
                held.holders.reserve_exact(1);
            }
            held.holders.insert(at, Holder { slot, weight });
            numbers.push(number);
            self.postings += 1;
        }
        numbers.into()
    }

    /// Takes a text out that no longer speaks.
    pub(super) fn leave(&mut self, slot: u32, numbers: &[u32]) {
        self.groups -= 1;
        for number in numbers {
            let held = &mut self.terms[*number as usize];
            if let Some(at) = held.holders.iter().position(|holder| holder.slot == slot) {
                held.holders.remove(at);
                self.postings -= 1;
            }
            if held.holders.is_empty() {
                self.numbers.remove(&held.hash);
                *held = Held::default();
                self.free.push(*number);
            }
        }
    }

    /// What every rarity begins with: it is that less the logarithm of the holders.
    #[expect(clippy::cast_precision_loss, reason = "counts of dispatches stay far below 2^52")]
    pub(super) fn rarity_base(&self) -> f64 {
        (self.groups as f64 + params::IDF_PRIOR).ln()
    }

    /// Rarity of a term that so many dispatches hold.
    pub(super) fn rarity(base: f64, holders: usize) -> f64 {
        base - LOGS.get(holders).copied().unwrap_or_else(|| ln_of_next(holders))
    }

    /// Rarity of a numbered term.
    pub(super) fn rarity_of(&self, base: f64, number: u32) -> f64 {
        Self::rarity(base, self.holders(number).len())
    }

    /// Different terms.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Bytes, as a count of what is held: tables two thirds full, lists with what the allocator adds.
    pub(super) fn bytes(&self) -> u64 {
        self.numbers.len() as u64 * (14 + 40 + 16) + self.postings * 12
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_rarer_the_fewer_hold_it_and_gone_with_the_last() {
        let mut lexicon = Lexicon::default();
        let arrival = |slot: u32| u64::from(slot);
        let two = lexicon.enter(2, [(70, 1), (71, 1)].into_iter(), arrival);
        let one = lexicon.enter(1, [(70, 3)].into_iter(), arrival);
        let slots: Vec<u32> = lexicon.holders(one[0]).iter().map(|holder| holder.slot).collect();
        assert_eq!(slots, [1, 2]);
        let base = lexicon.rarity_base();
        assert!(lexicon.rarity_of(base, two[1]) > lexicon.rarity_of(base, two[0]));
        lexicon.leave(2, &two);
        assert_eq!((lexicon.held_by(70), lexicon.held_by(71), lexicon.len()), (1, 0, 1));
        lexicon.leave(1, &one);
        assert_eq!((lexicon.groups, lexicon.len(), lexicon.postings), (0, 0, 0));
        let again = lexicon.enter(5, [(9, 1)].into_iter(), arrival);
        assert!(again[0] < 2, "numbers are used again");
    }
}
