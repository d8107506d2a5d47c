//! The articles of the last days with the indexes over them.
//!
//! All state is a function of the set of entries, never of the history of calls: indexes are ordered
//! by arrival, sums are integers, counts are counts of entries. A window rebuilt from its surviving
//! entries answers as the one that lived through it all.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::news::{ArticleId, DispatchId, Hash16, StoryId};

use super::mix::MixState;
use super::story::Story;
use super::{Config, Entry, Features};

/// The desk's memory: entries, and how to find those that are near a probe.
#[derive(Debug)]
pub struct Window {
    pub(super) config: Config,
    slots: Vec<Option<Entry>>,
    free: Vec<u32>,
    by_article: HashMap<ArticleId, u32>,
    hours: BTreeMap<i64, Vec<u32>>,
    /// Fingerprint → slots, by arrival.
    pub(super) prints: HashMap<u32, Vec<u32>, MixState>,
    /// Term → representatives of dispatches that hold it, by arrival.
    pub(super) terms: HashMap<u32, Vec<Holder>, MixState>,
    pub(super) stories: HashMap<StoryId, Story>,
    /// Representatives in the term index.
    pub(super) groups: usize,
    bytes: u64,
}

/// A representative that holds a term.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub(super) slot: u32,
    pub(super) weight: u16,
}

/// Bytes of an entry beside its features: slot, map, hour list, group.
const ENTRY_BYTES: u64 = 320;
/// Bytes of one posting with its share of the map.
const POSTING_BYTES: u64 = 40;

impl Window {
    /// An empty window.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            slots: Vec::new(),
            free: Vec::new(),
            by_article: HashMap::new(),
            hours: BTreeMap::new(),
            prints: HashMap::with_hasher(MixState),
            terms: HashMap::with_hasher(MixState),
            stories: HashMap::new(),
            groups: 0,
            bytes: 0,
        }
    }

    /// Takes an entry in; one of the same article is replaced.
    pub fn insert(&mut self, entry: Entry) {
        self.remove(entry.article);
        self.bytes += bytes_of(&entry);
        let slot = self.free_slot();
        self.by_article.insert(entry.article, slot);
        self.hours.entry(hour_of(entry.fetched_at)).or_default().push(slot);
        let arrival = entry.arrival;
        let prints = entry.features.prints();
        self.slots[slot as usize] = Some(entry);
        for print in prints {
            let mut list = self.prints.remove(&print).unwrap_or_default();
            let at = list.partition_point(|other| self.arrival(*other) < arrival);
            list.insert(at, slot);
            self.prints.insert(print, list);
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
            if let Some(list) = self.prints.get_mut(&print) {
                list.retain(|other| *other != slot);
                if list.is_empty() {
                    self.prints.remove(&print);
                }
            }
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
        let Some(story) = self.stories.get(&from) else { return };
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
        let mut count = 0;
        for slot in gone.into_values().flatten() {
            let article = self.entry(slot).article;
            self.remove(article);
            count += 1;
        }
        count
    }

    /// Bytes held, by count of what is stored; the allocator's own overhead is in the unit sizes.
    pub fn bytes(&self) -> u64 {
        self.bytes
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
        let mut stories: Vec<_> = self.stories.iter().collect();
        stories.sort_by_key(|(id, _)| **id);
        for (id, story) in stories {
            hasher.update(&id.0.0);
            story.feed_digest(&mut hasher);
        }
        for count in [self.groups, self.terms.len(), self.prints.len(), self.hours.len()] {
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
        let mut ids: Vec<StoryId> = self.stories.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    fn free_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("memory ends long before four billion slots")
        })
    }

    pub(super) fn entry(&self, slot: u32) -> &Entry {
        self.slots[slot as usize].as_ref().expect("indexes name filled slots only")
    }

    pub(super) fn slot_of(&self, article: ArticleId) -> Option<u32> {
        self.by_article.get(&article).copied()
    }

    pub(super) fn arrival(&self, slot: u32) -> u64 {
        self.entry(slot).arrival
    }

    /// Enters an article into its story; the dispatch's longest text there speaks for it.
    fn join_group(&mut self, slot: u32) {
        let entry = self.entry(slot);
        let (story, dispatch) = (entry.story, entry.dispatch);
        let mut home = self.stories.remove(&story).unwrap_or_default();
        let before = home.speaker(dispatch);
        let slots = &self.slots;
        home.add(dispatch, slot, |slot| {
            slots[slot as usize].as_ref().expect("groups name filled slots only")
        });
        let after = home.speaker(dispatch);
        self.stories.insert(story, home);
        self.change_speaker(story, before, after);
    }

    fn leave_group(&mut self, slot: u32) {
        let entry = self.entry(slot);
        let (story, dispatch) = (entry.story, entry.dispatch);
        let Some(mut home) = self.stories.remove(&story) else { return };
        let before = home.speaker(dispatch);
        let slots = &self.slots;
        home.drop_member(dispatch, slot, |slot| {
            slots[slot as usize].as_ref().expect("groups name filled slots only")
        });
        let after = home.speaker(dispatch);
        self.stories.insert(story, home);
        self.change_speaker(story, before, after);
    }

    fn change_speaker(&mut self, story: StoryId, before: Option<u32>, after: Option<u32>) {
        let Some(mut home) = self.stories.remove(&story) else { return };
        if before == after {
            self.stories.insert(story, home);
            return;
        }
        if let Some(slot) = before {
            self.groups -= 1;
            let entry = self.slots[slot as usize].as_ref().expect("a speaker is an entry");
            home.subtract(&entry.features);
            for term in &entry.features.terms {
                if let Some(list) = self.terms.get_mut(&term.hash) {
                    list.retain(|holder| holder.slot != slot);
                    if list.is_empty() {
                        self.terms.remove(&term.hash);
                    }
                }
            }
        }
        if let Some(slot) = after {
            self.groups += 1;
            let entry = self.slots[slot as usize].as_ref().expect("a speaker is an entry");
            home.sum(&entry.features);
            let slots = &self.slots;
            let arrival_of = |slot: u32| slots[slot as usize].as_ref().map_or(0, |e| e.arrival);
            for term in &entry.features.terms {
                let list = self.terms.entry(term.hash).or_default();
                let at = list.partition_point(|other| arrival_of(other.slot) < entry.arrival);
                list.insert(at, Holder { slot, weight: term.weight });
            }
        }
        home.refresh_profile();
        if !home.is_empty() {
            self.stories.insert(story, home);
        }
    }
}

fn bytes_of(entry: &Entry) -> u64 {
    let features = &entry.features;
    let prints = features.shingles as usize * 2 / 5;
    let postings = (features.terms.len() + prints) as u64;
    ENTRY_BYTES + features.heap_bytes() as u64 + postings * POSTING_BYTES
}

/// Hours since the epoch, rounded down.
pub(super) fn hour_of(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(3600)
}
