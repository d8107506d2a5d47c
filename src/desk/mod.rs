//! Decides: seen or new, revision, dispatch, story, sources, what to tell.
//!
//! A deterministic state machine without IO. Its only time is stream time, the `fetched_at` of what it takes. All
//! state that can change a decision is a function of the articles and stories in the window, so a desk restored from
//! the store goes on exactly as one that never stopped.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::cluster::{self, Entry, Features, Window};
use crate::news::{
    Article, Batch, DeskMarks, Hash16, Known, Recalled, StoredStory, StoryId, StoryStatus, Taken,
    Wanted, WindowArticle, hash16,
};

mod again;
mod flip;
mod identify;
pub mod independence;
mod live;
mod member;
mod notice;
mod place;
pub mod revise;
mod split;
pub mod statements;
#[cfg(test)]
pub(crate) mod testing;
pub mod watch;

use flip::Verdict;
pub use identify::wanted;
use live::{LiveStory, Told};
pub use notice::stands_apart;
pub use place::{Judged, judge};
use watch::Watches;

/// Seconds between sweeps that look for stories to merge or split, in stream time.
const SWEEP_S: i64 = 60;

/// Stories that one sweep looks at to split them; each costs a few milliseconds at worst.
const SPLITS_LOOKED_AT: usize = 32;

/// What the desk is allowed to hold and for how long.
#[derive(Clone, Debug)]
pub struct Config {
    /// Windows and memory of the grouping index.
    pub cluster: cluster::Config,
}

/// The desk.
#[derive(Debug)]
pub struct Desk {
    config: Config,
    window: Window,
    /// Every story with an article in the window or a member young enough.
    stories: BTreeMap<StoryId, LiveStory>,
    marks: DeskMarks,
    /// Stories that changed since the last sweep and may be one with another.
    touched: BTreeSet<StoryId>,
    /// When stories come to rest, and when they may be forgotten.
    ages: Ages,
    /// Rules that are followed.
    watches: Watches,
    /// When a text may be told of that may not yet, and its story.
    embargoes: BTreeSet<(Timestamp, StoryId)>,
}

impl Desk {
    /// An empty desk.
    pub fn new(config: Config) -> Self {
        Self {
            window: Window::new(config.cluster),
            config,
            stories: BTreeMap::new(),
            marks: DeskMarks::default(),
            touched: BTreeSet::new(),
            ages: Ages::default(),
            watches: Watches::default(),
            embargoes: BTreeSet::new(),
        }
    }

    /// A desk as it stood when `marks` were committed, from the stories and articles of its window.
    pub fn restore(
        config: Config,
        marks: DeskMarks,
        stories: Vec<StoredStory>,
        articles: Vec<WindowArticle>,
    ) -> Self {
        let mut desk = Self::new(config);
        desk.marks = marks;
        for story in stories {
            desk.hold(story);
        }
        for article in articles {
            let hour = hour_of(article.placed.first_fetched);
            if hour >= desk.marks.window_start_hour
                && desk.stories.contains_key(&article.placed.story)
                && !stands_apart(&article.article)
            {
                desk.window.insert(entry(&article));
            }
        }
        desk.touched = desk.marks.touched.iter().copied().collect();
        desk.forget_old_stories();
        desk
    }

    /// How far back a restored desk must look: stories and articles fetched before are out of its window.
    pub fn horizon(marks: &DeskMarks) -> Timestamp {
        Timestamp::from_second(marks.window_start_hour.saturating_mul(3600))
            .unwrap_or(Timestamp::MIN)
    }

    /// What must be recalled before this batch can be decided, one for each of its items.
    pub fn wants(&self, batch: &Batch<Article>) -> Vec<Wanted> {
        wanted(batch)
    }

    /// Stories that changed articles belong to and the desk no longer holds.
    pub fn wants_stories(&self, wants: &[Wanted], known: &[Option<Known>]) -> Vec<StoryId> {
        let mut ids: Vec<StoryId> = wants
            .iter()
            .zip(known)
            .filter_map(|(wanted, known)| {
                let known = known.as_ref()?;
                let story = known.placement.as_ref()?.story;
                (known.content != wanted.content && !self.stories.contains_key(&story))
                    .then_some(story)
            })
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Takes one batch.
    pub fn take(
        &mut self,
        mut batch: Batch<Article>,
        wants: Vec<Wanted>,
        recalled: Recalled,
    ) -> Taken {
        identify::cut_to_milliseconds(&mut batch);
        let mut told = Told::default();
        self.advance(batch.fetched_at, &mut told);
        for story in recalled.stories {
            self.hold(story);
        }
        let mut taken = Taken::default();
        told.again.hand_over(&mut taken);
        let last = recalled.flip.as_ref();
        let verdict = flip::judge(&batch.feed.id, &wants, &recalled.articles, last);
        taken.is_guid_flip = verdict.words_count();
        if let Verdict::Hold(_) = verdict {
            taken.held = batch.items.len() as u64;
        } else {
            for item in identify::decide(batch, wants, recalled.articles, &verdict, &mut taken) {
                self.place(item, &mut told, &mut taken);
            }
        }
        if let Verdict::Hold(flip) | Verdict::Restless(flip) = verdict {
            taken.flip = Some(flip);
        }
        self.finish(told, &mut taken);
        self.forget_old_stories();
        taken
    }

    /// Time passed without news.
    pub fn tick(&mut self, now: Timestamp) -> Taken {
        let now = identify::whole_ms(now);
        let mut told = Told::default();
        self.advance(now, &mut told);
        let mut taken = Taken::default();
        told.again.hand_over(&mut taken);
        self.finish(told, &mut taken);
        self.forget_old_stories();
        taken
    }

    /// The marks to commit with what was taken.
    pub fn marks(&self) -> DeskMarks {
        let mut marks = self.marks.clone();
        marks.touched = self.touched.iter().copied().collect();
        marks
    }

    /// Counts one commit and gives its number, from 1.
    pub fn next_commit(&mut self) -> u64 {
        self.marks.commits += 1;
        self.marks.commits
    }

    /// Commits numbered so far.
    pub fn commits(&self) -> u64 {
        self.marks.commits
    }

    /// Stream time: the latest moment it was told.
    pub fn stream(&self) -> Option<Timestamp> {
        self.marks.stream
    }

    /// Articles in the window.
    pub fn articles(&self) -> usize {
        self.window.len()
    }

    /// Stories held.
    pub fn stories(&self) -> usize {
        self.stories.len()
    }

    /// Bytes the window holds, as estimated for its bound.
    pub fn bytes(&self) -> u64 {
        self.window.bytes()
    }

    /// Hash of all state that can change a decision.
    pub fn digest(&self) -> Hash16 {
        let marks = serde_json::to_string(&self.marks()).unwrap_or_default();
        let stories: Vec<String> =
            self.stories.iter().map(|(id, story)| format!("{id} {}", story.digest())).collect();
        hash16(&[&marks, &self.window.digest().to_string(), &stories.join("\n")])
    }

    /// Moves stream time on: evicts, sweeps and lets stories rest. Earlier moments change nothing.
    fn advance(&mut self, now: Timestamp, told: &mut Told) {
        let before = self.marks.stream;
        if before.is_some_and(|before| before >= now) {
            return;
        }
        self.marks.stream = Some(now);
        for story in self.take_embargoes(now) {
            told.stirred.by(story, None);
        }
        let crossed =
            |unit: i64| before.is_none_or(|b| b.as_second() / unit != now.as_second() / unit);
        if crossed(SWEEP_S) {
            self.sweep(told);
        }
        if crossed(SWEEP_S) || self.window.bytes() > self.config.cluster.memory_bytes_max {
            self.evict(now, told);
        }
    }

    /// Joins stories that turned out to be one, then splits those that turned out to be two.
    fn sweep(&mut self, told: &mut Told) {
        let touched = std::mem::take(&mut self.touched);
        for &id in &touched {
            if !self.stories.contains_key(&id) {
                continue;
            }
            if let Some(merge) = self.window.merge_for(id)
                && !self.would_fall_apart(merge.a, merge.b)
            {
                self.merge(merge.a, merge.b, &merge.because, told);
                if merge.is_of_headlines {
                    self.touched.insert(merge.a);
                }
            }
        }
        for id in touched.into_iter().take(SPLITS_LOOKED_AT) {
            self.split(id, told);
        }
    }

    /// Drops what left the window: by age in whole hours, and the oldest hours beyond the memory bound.
    fn evict(&mut self, now: Timestamp, told: &mut Told) {
        let oldest =
            hour_of(now.saturating_sub(self.config.cluster.dispatch_window).unwrap_or(now));
        let mut start = self.marks.window_start_hour.max(oldest);
        self.window.evict_before(start);
        while self.window.bytes() > self.config.cluster.memory_bytes_max {
            let Some(hour) = self.window.oldest_hour() else { break };
            start = hour + 1;
            self.window.evict_before(start);
        }
        self.marks.window_start_hour = start;
        self.rest(now, told);
    }

    /// Takes in a story of the store, unless it is held.
    fn hold(&mut self, story: StoredStory) {
        let id = story.id;
        let held = self.stories.entry(id).or_insert_with(|| LiveStory::stored(story));
        self.ages.note(id, held.last_seen());
        self.note_embargoes(id);
    }

    /// Lets stories rest whose last article is older than the story window.
    fn rest(&mut self, now: Timestamp, told: &mut Told) {
        let window = self.config.cluster.story_window;
        let start = Self::horizon(&self.marks);
        let before = now.saturating_sub(window).unwrap_or(Timestamp::MIN).max(start);
        for id in self.ages.take_active(before) {
            let Some(story) = self.stories.get_mut(&id) else { continue };
            if story.status != StoryStatus::Active {
                continue;
            }
            let last_seen = story.last_seen();
            if last_seen < start || now.duration_since(last_seen) > window {
                story.status = StoryStatus::Dormant;
                told.dormant(id);
            } else {
                self.ages.note(id, last_seen);
            }
        }
    }

    fn forget_old_stories(&mut self) {
        for id in self.ages.take_held(Self::horizon(&self.marks)) {
            match self.stories.get(&id) {
                Some(story) if self.is_old(story) => drop(self.stories.remove(&id)),
                Some(story) => self.ages.note(id, story.last_seen()),
                None => {}
            }
        }
    }

    /// Whether all of a story lies before the window and its rest has been told.
    fn is_old(&self, story: &LiveStory) -> bool {
        hour_of(story.last_seen()) < self.marks.window_start_hour
            && story.status != StoryStatus::Active
    }
}

/// Stories by the moment when an article last came to them as far as was noted: never later than it did, so that who is
/// old is found without asking all.
#[derive(Debug, Default)]
struct Ages {
    active: BTreeSet<(Timestamp, StoryId)>,
    held: BTreeSet<(Timestamp, StoryId)>,
}

impl Ages {
    fn note(&mut self, story: StoryId, last_seen: Timestamp) {
        self.active.insert((last_seen, story));
        self.held.insert((last_seen, story));
    }

    fn take_active(&mut self, before: Timestamp) -> Vec<StoryId> {
        take_before(&mut self.active, before)
    }

    fn take_held(&mut self, before: Timestamp) -> Vec<StoryId> {
        take_before(&mut self.held, before)
    }
}

fn take_before(ages: &mut BTreeSet<(Timestamp, StoryId)>, before: Timestamp) -> Vec<StoryId> {
    let later = ages.split_off(&(before, StoryId(Hash16([0; 16]))));
    std::mem::replace(ages, later).into_iter().map(|(_, story)| story).collect()
}

/// Hours since the epoch.
fn hour_of(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(3600)
}

/// How an article of the store stands in the window of a restored desk.
pub fn entry(article: &WindowArticle) -> Entry {
    Entry {
        arrival: article.placed.arrival,
        article: article.id,
        dispatch: article.placed.dispatch,
        story: article.placed.story,
        fetched_at: article.placed.first_fetched,
        moment: place::moment(&article.article, article.placed.first_fetched),
        features: Features::of(&article.article),
    }
}

#[cfg(test)]
mod tests;
