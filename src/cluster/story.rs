//! What the window keeps of one story: its dispatches, and the sum of their terms.

use std::borrow::Cow;
use std::cmp::Reverse;

use jiff::Timestamp;

use crate::news::{DispatchId, StoryId};

use super::features::Features;
use super::{Entry, params};

/// One story in the window.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) id: StoryId,
    /// By dispatch.
    groups: Vec<Group>,
    /// Sum of the normalised weights of each term, and how many dispatches hold it, by hash. Empty where one dispatch
    /// says it all.
    sums: Vec<Sum>,
    /// The heaviest terms of `sums`, by hash, where there are more than a profile has.
    heaviest: Vec<Sum>,
    /// Fetch of the newest member.
    pub(super) newest: Option<Timestamp>,
    /// First and last moment that a member states.
    pub(super) moments: Option<(Timestamp, Timestamp)>,
    /// Arrival of the first member.
    pub(super) first_arrival: u64,
}

/// The members of a dispatch in a story.
#[derive(Debug)]
struct Group {
    dispatch: DispatchId,
    /// By arrival.
    members: Vec<u32>,
    /// The one that speaks for it: the longest, of equals the first.
    speaker: u32,
}

/// What a term weighs in a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) hash: u32,
    /// Its number in the lexicon.
    pub(super) number: u32,
    pub(super) weight: u32,
    pub(super) dispatches: u32,
}

impl Story {
    pub(super) fn new(id: StoryId) -> Self {
        Self {
            id,
            groups: Vec::new(),
            sums: Vec::new(),
            heaviest: Vec::new(),
            newest: None,
            moments: None,
            first_arrival: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Dispatches in it.
    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups.iter().flat_map(|group| group.members.iter().copied())
    }

    /// The texts that speak for its dispatches.
    pub(super) fn speakers(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups.iter().map(|group| group.speaker)
    }

    pub(super) fn speaker(&self, dispatch: DispatchId) -> Option<u32> {
        self.group(dispatch).ok().map(|at| self.groups[at].speaker)
    }

    fn group(&self, dispatch: DispatchId) -> Result<usize, usize> {
        self.groups.binary_search_by_key(&dispatch, |group| group.dispatch)
    }

    pub(super) fn add<'a>(
        &mut self,
        dispatch: DispatchId,
        slot: u32,
        entry: impl Fn(u32) -> &'a Entry,
    ) {
        let is_first = self.is_empty();
        let added = entry(slot);
        match self.group(dispatch) {
            Ok(at) => {
                let group = &mut self.groups[at];
                let at =
                    group.members.partition_point(|other| entry(*other).arrival < added.arrival);
                group.members.insert(at, slot);
                if rank(added) > rank(entry(group.speaker)) {
                    group.speaker = slot;
                }
            }
            Err(at) => {
                if is_first {
                    // Most stories stay with one dispatch.
                    self.groups.reserve_exact(1);
                }
                self.groups.insert(at, Group { dispatch, members: vec![slot], speaker: slot });
            }
        }
        self.newest = self.newest.max(Some(added.fetched_at));
        self.first_arrival =
            if is_first { added.arrival } else { self.first_arrival.min(added.arrival) };
        if let Some(moment) = added.moment {
            let (first, last) = self.moments.unwrap_or((moment, moment));
            self.moments = Some((first.min(moment), last.max(moment)));
        }
    }

    pub(super) fn drop_member<'a>(
        &mut self,
        dispatch: DispatchId,
        slot: u32,
        entry: impl Fn(u32) -> &'a Entry,
    ) {
        let Ok(at) = self.group(dispatch) else { return };
        let group = &mut self.groups[at];
        group.members.retain(|other| *other != slot);
        if group.members.is_empty() {
            self.groups.remove(at);
        } else if group.speaker == slot {
            group.choose(&entry);
        }
        self.newest = self.members().map(|slot| entry(slot).fetched_at).max();
        self.first_arrival = self.members().map(|slot| entry(slot).arrival).min().unwrap_or(0);
        let moments = || self.members().filter_map(|slot| entry(slot).moment);
        self.moments = moments().min().zip(moments().max());
    }

    /// Takes in the terms of a text that speaks for one of its dispatches. `others` are those that spoke before, for a
    /// story that kept no sums of one alone.
    pub(super) fn sum(&mut self, added: &[Sum], others: impl Iterator<Item = Vec<Sum>>) {
        if self.len() > 1 {
            if self.sums.is_empty() {
                for other in others {
                    self.sums = joined(&self.sums, &other);
                }
            }
            self.sums = joined(&self.sums, added);
        }
        self.refresh();
    }

    /// Takes out the terms of a text that speaks no more.
    pub(super) fn subtract(&mut self, gone: &[Sum]) {
        for term in gone {
            if let Ok(at) = self.sums.binary_search_by_key(&term.hash, |sum| sum.hash) {
                self.sums[at].weight -= term.weight;
                self.sums[at].dispatches -= term.dispatches;
            }
        }
        self.sums.retain(|sum| sum.dispatches > 0);
        self.refresh();
    }

    /// Brings the profile in line with the sums.
    fn refresh(&mut self) {
        if self.len() <= 1 {
            self.sums = Vec::new();
        }
        self.heaviest.clear();
        if self.sums.len() > params::PROFILE_TERMS {
            self.heaviest.extend_from_slice(&self.sums);
            self.heaviest.select_nth_unstable_by_key(params::PROFILE_TERMS, by_weight);
            self.heaviest.truncate(params::PROFILE_TERMS);
            self.heaviest.sort_unstable_by_key(|sum| sum.hash);
        }
    }

    /// Every term of it, by hash; `own` gives those of the text that speaks alone.
    pub(super) fn terms(&self, own: impl Fn(u32) -> Vec<Sum>) -> Cow<'_, [Sum]> {
        match self.groups[..] {
            [ref only] => Cow::Owned(own(only.speaker)),
            _ => Cow::Borrowed(&self.sums),
        }
    }

    /// The heaviest of `terms`, by hash: beyond them is noise of single reports.
    pub(super) fn profile<'t>(&'t self, terms: &'t [Sum]) -> Cow<'t, [Sum]> {
        if terms.len() <= params::PROFILE_TERMS {
            return Cow::Borrowed(terms);
        }
        if !self.heaviest.is_empty() {
            return Cow::Borrowed(&self.heaviest);
        }
        let mut heaviest = terms.to_vec();
        heaviest.select_nth_unstable_by_key(params::PROFILE_TERMS, by_weight);
        heaviest.truncate(params::PROFILE_TERMS);
        heaviest.sort_unstable_by_key(|sum| sum.hash);
        Cow::Owned(heaviest)
    }

    /// Bytes it holds beside its members' slots.
    pub(super) fn bytes(&self) -> u64 {
        let sums = self.sums.len() + self.heaviest.len();
        (size_of::<Self>() + self.len() * (size_of::<Group>() + 32) + sums * size_of::<Sum>())
            as u64
    }

    pub(super) fn feed_digest(&self, hasher: &mut blake3::Hasher) {
        for group in &self.groups {
            hasher.update(&group.dispatch.0.0);
            hasher.update(&group.members.len().to_le_bytes());
        }
        for sum in &self.sums {
            hasher.update(&sum.hash.to_le_bytes());
            hasher.update(&sum.weight.to_le_bytes());
            hasher.update(&sum.dispatches.to_le_bytes());
        }
        hasher.update(&self.first_arrival.to_le_bytes());
        for moment in [self.newest, self.moments.map(|m| m.0), self.moments.map(|m| m.1)] {
            hasher.update(&moment.map_or(i128::MIN, Timestamp::as_nanosecond).to_le_bytes());
        }
    }
}

fn by_weight(sum: &Sum) -> (Reverse<u32>, u32) {
    (Reverse(sum.weight), sum.hash)
}

/// Two lists of terms, both by hash, added up.
fn joined(one: &[Sum], other: &[Sum]) -> Vec<Sum> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    let mut rest = other.iter().peekable();
    for sum in one {
        while let Some(before) = rest.next_if(|other| other.hash < sum.hash) {
            all.push(*before);
        }
        let mut sum = *sum;
        if let Some(same) = rest.next_if(|other| other.hash == sum.hash) {
            sum.weight += same.weight;
            sum.dispatches += same.dispatches;
        }
        all.push(sum);
    }
    all.extend(rest);
    all
}

/// What the terms of one text weigh in a story; `numbers` are those of its terms in the lexicon.
pub(super) fn sums_of(features: &Features, numbers: &[u32]) -> Vec<Sum> {
    let pairs = features.normalised().zip(numbers);
    pairs
        .map(|((hash, weight), number)| Sum { hash, number: *number, weight, dispatches: 1 })
        .collect()
}

impl Group {
    fn choose<'a>(&mut self, entry: impl Fn(u32) -> &'a Entry) {
        let best = self.members.iter().copied().max_by_key(|slot| rank(entry(*slot)));
        self.speaker = best.unwrap_or(self.speaker);
    }
}

/// The text that says most speaks, of equals the first.
fn rank(entry: &Entry) -> (usize, Reverse<u64>) {
    (entry.features.terms.len(), Reverse(entry.arrival))
}
