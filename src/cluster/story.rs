//! What the window keeps of one story: its dispatches, and the sum of their terms.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::news::DispatchId;

use super::features::Features;
use super::mix::MixState;
use super::{Entry, params};

/// One story in the window.
#[derive(Debug, Default)]
pub(super) struct Story {
    groups: BTreeMap<DispatchId, Group>,
    /// Sum of the normalised weights of each term, and how many dispatches hold it.
    sums: HashMap<u32, Sum, MixState>,
    /// The heaviest terms of `sums`, by hash.
    pub(super) profile: Vec<(u32, Sum)>,
    /// Fetch of the newest member.
    pub(super) newest: Option<Timestamp>,
    /// First and last moment that a member states.
    pub(super) moments: Option<(Timestamp, Timestamp)>,
    /// Arrival of the first member.
    pub(super) first_arrival: u64,
}

/// The members of a dispatch in a story.
#[derive(Debug, Default)]
struct Group {
    /// By arrival.
    members: Vec<u32>,
    /// The one that speaks for it: the longest, of equals the first.
    speaker: u32,
}

/// What a term weighs in a story.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) weight: u32,
    pub(super) dispatches: u32,
}

impl Story {
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Dispatches in it.
    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups.values().flat_map(|group| group.members.iter().copied())
    }

    /// The texts that speak for its dispatches.
    pub(super) fn speakers(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups.values().map(|group| group.speaker)
    }

    /// Whether any of its dispatches holds a term.
    pub(super) fn holds(&self, hash: u32) -> bool {
        self.sums.contains_key(&hash)
    }

    /// 0 for a term that it does not hold, 2 for one that most of at least three dispatches hold, else 1.
    pub(super) fn support(&self, hash: u32) -> usize {
        let Some(sum) = self.sums.get(&hash) else { return 0 };
        let is_core = self.len() >= 3 && 2 * sum.dispatches as usize > self.len();
        1 + usize::from(is_core)
    }

    pub(super) fn speaker(&self, dispatch: DispatchId) -> Option<u32> {
        self.groups.get(&dispatch).map(|group| group.speaker)
    }

    pub(super) fn add<'a>(
        &mut self,
        dispatch: DispatchId,
        slot: u32,
        entry: impl Fn(u32) -> &'a Entry,
    ) {
        let is_first = self.is_empty();
        let group = self.groups.entry(dispatch).or_default();
        let added = entry(slot);
        let at = group.members.partition_point(|other| entry(*other).arrival < added.arrival);
        let is_only = group.members.is_empty();
        group.members.insert(at, slot);
        if is_only || rank(added) > rank(entry(group.speaker)) {
            group.speaker = slot;
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
        let Some(group) = self.groups.get_mut(&dispatch) else { return };
        group.members.retain(|other| *other != slot);
        if group.members.is_empty() {
            self.groups.remove(&dispatch);
        } else {
            group.choose(&entry);
        }
        self.refresh_times(entry);
    }

    pub(super) fn sum(&mut self, features: &Features) {
        for (hash, weight) in features.normalised() {
            let sum = self.sums.entry(hash).or_default();
            sum.weight += weight;
            sum.dispatches += 1;
        }
    }

    pub(super) fn subtract(&mut self, features: &Features) {
        for (hash, weight) in features.normalised() {
            if let Some(sum) = self.sums.get_mut(&hash) {
                sum.weight -= weight;
                sum.dispatches -= 1;
                if sum.dispatches == 0 {
                    self.sums.remove(&hash);
                }
            }
        }
    }

    /// Brings the times in line with the members after one left.
    fn refresh_times<'a>(&mut self, entry: impl Fn(u32) -> &'a Entry) {
        self.newest = self.members().map(|slot| entry(slot).fetched_at).max();
        self.first_arrival = self.members().map(|slot| entry(slot).arrival).min().unwrap_or(0);
        let moments = || self.members().filter_map(|slot| entry(slot).moment);
        self.moments = moments().min().zip(moments().max());
    }

    /// Brings the profile in line with the sums.
    pub(super) fn refresh_profile(&mut self) {
        self.profile.clear();
        self.profile.extend(self.sums.iter().map(|(hash, sum)| (*hash, *sum)));
        let rank = |term: &(u32, Sum)| (std::cmp::Reverse(term.1.weight), term.0);
        if self.profile.len() > params::PROFILE_TERMS {
            self.profile.select_nth_unstable_by_key(params::PROFILE_TERMS, rank);
            self.profile.truncate(params::PROFILE_TERMS);
        }
        self.profile.sort_unstable_by_key(|term| term.0);
    }

    pub(super) fn feed_digest(&self, hasher: &mut blake3::Hasher) {
        for (dispatch, group) in &self.groups {
            hasher.update(&dispatch.0.0);
            hasher.update(&group.members.len().to_le_bytes());
        }
        for (hash, sum) in &self.profile {
            hasher.update(&hash.to_le_bytes());
            hasher.update(&sum.weight.to_le_bytes());
            hasher.update(&sum.dispatches.to_le_bytes());
        }
        hasher.update(&self.sums.len().to_le_bytes());
        hasher.update(&self.first_arrival.to_le_bytes());
        for moment in [self.newest, self.moments.map(|m| m.0), self.moments.map(|m| m.1)] {
            hasher.update(&moment.map_or(i128::MIN, Timestamp::as_nanosecond).to_le_bytes());
        }
    }
}

impl Group {
    fn choose<'a>(&mut self, entry: impl Fn(u32) -> &'a Entry) {
        let best = self.members.iter().copied().max_by_key(|slot| rank(entry(*slot)));
        self.speaker = best.unwrap_or(self.speaker);
    }
}

/// The text that says most speaks, of equals the first.
fn rank(entry: &Entry) -> (usize, std::cmp::Reverse<u64>) {
    (entry.features.terms.len(), std::cmp::Reverse(entry.arrival))
}
