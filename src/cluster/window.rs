//! The articles of the last days with the indexes over them.
//!
//! All state is a function of the set of entries, never of the history of calls: indexes are ordered
//! by arrival, sums are integers, counts are counts of entries. A window rebuilt from its surviving
//! entries answers as the one that lived through it all.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::news::{ArticleId, DispatchId, Hash16, StoryId};

use super::lexicon::Lexicon;
use super::prints::Prints;
use super::story::{Story, Sum, sums_of};
use super::{Config, Entry, Features};

/// The desk's memory: entries, and how to find those that are near a probe.
#[derive(Debug)]
pub struct Window {
    pub(super) config: Config,
    slots: Vec<Option<Entry>>,
    /// Of each slot what is asked of many, side by side.
    pub(super) hot: Vec<Hot>,
    /// Numbers of the terms of each text that speaks, in the order of its terms.
    numbers: Vec<Box<[u32]>>,
    free: Vec<u32>,
    by_article: HashMap<ArticleId, u32>,
    hours: BTreeMap<i64, Vec<u32>>,
    pub(super) prints: Prints,
    /// Terms of the texts that speak for their dispatches.
    pub(super) terms: Lexicon,
    by_story: HashMap<StoryId, u32>,
    homes: Vec<Option<Story>>,
    free_homes: Vec<u32>,
    /// Bytes of entries and stories.
    bytes: u64,
    /// A sum for each slot, all 0 between two questions.
    pub(super) sums: RefCell<Vec<f32>>,
}

/// What is asked of many entries at once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hot {
    pub(super) arrival: u64,
    /// Where its story stands.
    pub(super) home: u32,
    /// Length of the vector of its term weights.
    pub(super) length: f32,
}

/// Bytes of an entry beside its features: slot, map, hour list, group.
const ENTRY_BYTES: u64 = 420;
/// Bytes of a number of a term.
const NUMBER_BYTES: u64 = 4;

impl Window {
    /// An empty window.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            slots: Vec::new(),
            free: Vec::new(),
            by_article: HashMap::new(),
            hours: BTreeMap::new(),
            prints: Prints::default(),
            terms: Lexicon::default(),
            by_story: HashMap::new(),
            homes: Vec::new(),
            free_homes: Vec::new(),
            bytes: 0,
            hot: Vec::new(),
            numbers: Vec::new(),
            sums: RefCell::default(),
        }
    }

    /// Takes an entry in; one of the same article is replaced.
    pub fn insert(&mut self, entry: Entry) {
        self.remove(entry.article);
        self.bytes += bytes_of(&entry);
        let slot = self.free_slot();
        self.by_article.insert(entry.article, slot);
        self.hours.entry(hour_of(entry.fetched_at)).or_default().push(slot);
        let prints = entry.features.prints();
        self.hot[slot as usize] =
            Hot { arrival: entry.arrival, home: 0, length: entry.features.length() };
        self.slots[slot as usize] = Some(entry);
        let hot = &self.hot;
        for print in prints {
            self.prints.add(print, slot, |slot| hot[slot as usize].arrival);
        }
        self.join_group(slot);
    }

    /// Forgets an article; an unknown one is no error.
    pub fn remove(&mut self, article: ArticleId) {
        let Some(slot) = self.by_article.remove(&article) else { return };
        self.leave_group(slot);
        let Some(entry) = self.slots[slot as usize].take() else { return };
        self.bytes -= bytes_of(&entry);
        for print in entry.features.prints() {
            self.prints.drop(print, slot);
        }
        let hour = hour_of(entry.fetched_at);
        if let Some(list) = self.hours.get_mut(&hour) {
            list.retain(|other| *other != slot);
            if list.is_empty() {
                self.hours.remove(&hour);
            }
        }
        self.free.push(slot);
    }

    /// Exchanges the features of a revised article; place and arrival stay.
    pub fn replace_features(&mut self, article: ArticleId, features: Features) {
        let Some(entry) = self.by_article.get(&article).map(|slot| self.entry(*slot).clone())
        else {
            return;
        };
        self.insert(Entry { features, ..entry });
    }

    /// Moves an article to another dispatch or story.
    pub fn place(&mut self, article: ArticleId, dispatch: DispatchId, story: StoryId) {
        let Some(&slot) = self.by_article.get(&article) else { return };
        self.leave_group(slot);
        if let Some(entry) = &mut self.slots[slot as usize] {
            (entry.dispatch, entry.story) = (dispatch, story);
        }
        self.join_group(slot);
    }

    /// Moves all of one story into another.
    pub fn merge_stories(&mut self, from: StoryId, into: StoryId) {
        let Some(story) = self.home_of(from) else { return };
        let members: Vec<ArticleId> =
            story.members().map(|slot| self.entry(slot).article).collect();
        for article in members {
            if let Some(&slot) = self.by_article.get(&article) {
                let dispatch = self.entry(slot).dispatch;
                self.place(article, dispatch, into);
            }
        }
    }

    /// Forgets everything fetched before `hour` (hours since the epoch); says how many articles that were.
    pub fn evict_before(&mut self, hour: i64) -> usize {
        let kept = self.hours.split_off(&hour);
        let gone = std::mem::replace(&mut self.hours, kept);
        let gone: Vec<ArticleId> =
            gone.into_values().flatten().map(|slot| self.entry(slot).article).collect();
        for article in &gone {
            self.remove(*article);
        }
        gone.len()
    }

    /// Bytes held, by count of what is stored; the allocator's own overhead is in the unit sizes.
    pub fn bytes(&self) -> u64 {
        self.bytes + self.prints.bytes() + self.terms.bytes()
    }

    /// Articles held.
    pub fn len(&self) -> usize {
        self.by_article.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.by_article.is_empty()
    }

    /// The first hour (since the epoch) of which an article is held: what to evict next.
    pub fn oldest_hour(&self) -> Option<i64> {
        self.hours.keys().next().copied()
    }

    /// Whether an article is held.
    pub fn contains(&self, article: ArticleId) -> bool {
        self.by_article.contains_key(&article)
    }

    /// Equal for windows that will give equal answers.
    pub fn digest(&self) -> Hash16 {
        let mut entries: Vec<&Entry> = self.slots.iter().flatten().collect();
        entries.sort_by_key(|entry| (entry.arrival, entry.article));
        let mut hasher = blake3::Hasher::new();
        for entry in entries {
            hasher.update(&entry.arrival.to_le_bytes());
            hasher.update(&entry.article.0.0);
            hasher.update(&entry.dispatch.0.0);
            hasher.update(&entry.story.0.0);
            hasher.update(&entry.fetched_at.as_nanosecond().to_le_bytes());
            let moment = entry.moment.map_or(i128::MIN, Timestamp::as_nanosecond);
            hasher.update(&moment.to_le_bytes());
            entry.features.feed_digest(&mut hasher);
        }
        let mut stories: Vec<&Story> = self.homes.iter().flatten().collect();
        stories.sort_by_key(|story| story.id);
        for story in stories {
            hasher.update(&story.id.0.0);
            story.feed_digest(&mut hasher);
        }
        for count in [self.terms.groups, self.terms.len(), self.prints.len(), self.hours.len()] {
            hasher.update(&count.to_le_bytes());
        }
        let mut digest = [0; 16];
        digest.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Hash16(digest)
    }

    /// All entries, by arrival.
    #[cfg(test)]
    pub(super) fn entries_by_arrival(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.slots.iter().flatten().collect();
        entries.sort_by_key(|entry| entry.arrival);
        entries
    }

    /// All stories, by id.
    #[cfg(test)]
    pub(super) fn story_ids(&self) -> Vec<StoryId> {
        let mut ids: Vec<StoryId> = self.by_story.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    fn free_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.hot.push(Hot::default());
            self.numbers.push(Box::default());
            self.sums.get_mut().push(0.0);
            number(self.slots.len() - 1)
        })
    }

    pub(super) fn entry(&self, slot: u32) -> &Entry {
        self.slots[slot as usize].as_ref().expect("indexes name filled slots only")
    }

    pub(super) fn slot_of(&self, article: ArticleId) -> Option<u32> {
        self.by_article.get(&article).copied()
    }

    pub(super) fn arrival(&self, slot: u32) -> u64 {
        self.hot[slot as usize].arrival
    }

    /// The story of an entry.
    pub(super) fn home(&self, slot: u32) -> &Story {
        self.home_at(self.hot[slot as usize].home)
    }

    pub(super) fn home_at(&self, at: u32) -> &Story {
        self.homes[at as usize].as_ref().expect("entries name stories that are held")
    }

    pub(super) fn home_of(&self, story: StoryId) -> Option<&Story> {
        self.by_story.get(&story).map(|at| self.home_at(*at))
    }

    /// Numbers of the terms of a text that speaks for its dispatch, in their order.
    pub(super) fn numbers(&self, slot: u32) -> &[u32] {
        &self.numbers[slot as usize]
    }

    /// What the terms of a text that speaks weigh in its story.
    pub(super) fn sums_of(&self, slot: u32) -> Vec<Sum> {
        sums_of(&self.entry(slot).features, self.numbers(slot))
    }

    /// Enters an article into its story; the dispatch's longest text there speaks for it.
    fn join_group(&mut self, slot: u32) {
        let (story, dispatch) = (self.entry(slot).story, self.entry(slot).dispatch);
        let at = if let Some(at) = self.by_story.get(&story) {
            *at
        } else {
            let at = self.free_homes.pop().unwrap_or_else(|| {
                self.homes.push(None);
                number(self.homes.len() - 1)
            });
            self.homes[at as usize] = Some(Story::new(story));
            self.by_story.insert(story, at);
            at
        };
        self.hot[slot as usize].home = at;
        self.change_group(at, dispatch, |home, slots| {
            home.add(dispatch, slot, |slot| filled(slots, slot));
        });
    }

    fn leave_group(&mut self, slot: u32) {
        let (at, dispatch) = (self.hot[slot as usize].home, self.entry(slot).dispatch);
        self.change_group(at, dispatch, |home, slots| {
            home.drop_member(dispatch, slot, |slot| filled(slots, slot));
        });
    }

    /// Changes the members of a dispatch in a story, and brings indexes and sums in line with who speaks for it then.
    fn change_group(
        &mut self,
        at: u32,
        dispatch: DispatchId,
        change: impl FnOnce(&mut Story, &[Option<Entry>]),
    ) {
        let Some(mut home) = self.homes[at as usize].take() else { return };
        if !home.is_empty() {
            self.bytes -= home.bytes();
        }
        let before = home.speaker(dispatch);
        change(&mut home, &self.slots);
        let after = home.speaker(dispatch);
        if before != after {
            if let Some(slot) = before {
                let sums = self.sums_of(slot);
                home.subtract(&sums);
                let numbers = std::mem::take(&mut self.numbers[slot as usize]);
                self.bytes -= numbers.len() as u64 * NUMBER_BYTES;
                self.terms.leave(slot, &numbers);
            }
            if let Some(slot) = after {
                let features = &filled(&self.slots, slot).features;
                let terms = features.terms.iter().map(|term| (term.hash, term.weight));
                let hot = &self.hot;
                let numbers = self.terms.enter(slot, terms, |slot| hot[slot as usize].arrival);
                self.bytes += numbers.len() as u64 * NUMBER_BYTES;
                self.numbers[slot as usize] = numbers;
                let others: Vec<u32> = home.speakers().filter(|other| *other != slot).collect();
                let sums = self.sums_of(slot);
                home.sum(&sums, others.into_iter().map(|other| self.sums_of(other)));
            }
        }
        if home.is_empty() {
            self.by_story.remove(&home.id);
            self.free_homes.push(at);
        } else {
            self.bytes += home.bytes();
            self.homes[at as usize] = Some(home);
        }
    }
}

fn filled(slots: &[Option<Entry>], slot: u32) -> &Entry {
    slots[slot as usize].as_ref().expect("groups name filled slots only")
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("memory ends long before four billion entries")
}

fn bytes_of(entry: &Entry) -> u64 {
    ENTRY_BYTES + entry.features.heap_bytes() as u64
}

/// Hours since the epoch, rounded down.
pub(super) fn hour_of(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(3600)
}
