//! Recall → decide → apply → render → commit: the only place where desk, store and record meet.
//!
//! One writer, one thread, one open transaction a group. What the desk decided, what the store keeps and the lines
//! with their place in the files become durable together or not at all.

mod after;
mod counts;
mod follow;
mod retold;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::desk::Desk;
use crate::failpoint;
use crate::news::{
    Article, Batch, Change, Committed, FeedId, Flip, Hash16, Input, Line, Polling, Recalled,
    Rejection, StoryKind, Stream, Taken,
};
use crate::record::{self, HealthChanged, HealthFetched, Layout, Record, Stamp, render};
use crate::store::{self, Store};

use self::after::After;
pub use self::after::Judge;
pub use self::counts::Counts;

/// Output of a group after which it is committed, in bytes: enough to make a sync cheap, little to lose time over.
pub const GROUP_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// How records are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// URN of this instance.
    pub source: String,
    /// Whether article records carry the body.
    pub include_body: bool,
}

/// What a commit made durable.
#[derive(Debug, Default)]
pub struct Group {
    /// Lines to be written where they say.
    pub lines: Vec<Line>,
    /// Alerts among them that go further.
    pub alerts: u64,
    /// Feeds that may be fetched again.
    pub committed: Vec<Committed>,
    /// What was counted.
    pub counts: Counts,
}

/// The one writer.
#[derive(Debug)]
pub struct Writer {
    config: Config,
    desk: Desk,
    store: Store,
    layout: Layout,
    /// Time of the last commit; the next is never before it.
    time: Option<Timestamp>,
    group: Group,
    group_bytes: u64,
    /// Whether something waits for a commit that makes no line.
    owes_commit: bool,
    judge: Option<Judge>,
    /// Feeds of which an item was seen before: only they can have overrun us.
    seen_before: BTreeSet<FeedId>,
}

impl Writer {
    /// A writer that goes on where the store stands.
    pub fn new(
        config: Config,
        desk: Desk,
        mut store: Store,
        layout: Layout,
    ) -> Result<Self, store::Error> {
        let time = store.meta("time")?.and_then(|text| text.parse().ok());
        let seen_before = store.feeds_with_claims()?;
        Ok(Self {
            config,
            desk,
            store,
            layout,
            time,
            group: Group::default(),
            group_bytes: 0,
            owes_commit: false,
            judge: None,
            seen_before,
        })
    }

    /// Lets what a body told bear on the health of its feed.
    #[must_use]
    pub fn with_judge(self, judge: Judge) -> Self {
        Self { judge: Some(judge), ..self }
    }

    /// The desk, to look at.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The store, when nothing more is to be written.
    pub fn into_store(self) -> Store {
        self.store
    }

    /// Time of the last commit that was numbered.
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// Whether the open group has grown to its size.
    pub fn is_full(&self) -> bool {
        self.group_bytes >= GROUP_BYTES_MAX
    }

    /// Whether anything waits for a commit.
    pub fn has_open_group(&self) -> bool {
        self.group.counts.batches > 0 || !self.group.lines.is_empty() || self.owes_commit
    }

    /// Takes one input at `now`; nothing of it is durable before [`Self::commit`].
    pub fn take(&mut self, input: Input, now: Timestamp) -> Result<(), store::Error> {
        match input {
            Input::Batch(batch) => self.take_batch(*batch, now),
            Input::Watches(list) => self.follow(&list, now),
            Input::Tick(moment) => {
                let mut taken = self.desk.tick(moment);
                retold::complete(&mut taken, &mut self.store)?;
                if taken.changes.is_empty() {
                    return Ok(());
                }
                let commit = self.desk.next_commit();
                let time = self.stamp(now);
                self.store.apply(&taken)?;
                self.write_changes(&taken, time, commit)
            }
        }
    }

    fn take_batch(
        &mut self,
        mut batch: Batch<Article>,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        let span = tracing::debug_span!("batch", feed.id = %batch.feed.id);
        let _entered = span.enter();
        let mut after = After::of(&mut batch);
        let wants = self.desk.wants(&batch);
        let articles = self.store.recall(&wants)?;
        let stories = self.store.stories(&self.desk.wants_stories(&wants, &articles))?;
        let flip = if articles.is_empty() { None } else { self.flip(&after.feed)? };
        let recalled = Recalled { articles, stories, flip: flip.clone() };
        let mut taken = self.desk.take(batch, wants, recalled);
        retold::complete(&mut taken, &mut self.store)?;
        let commit = self.desk.next_commit();
        let time = self.stamp(now);
        after.heed(&taken, self.judge);
        self.store.apply(&taken)?;
        self.write_changes(&taken, time, commit)?;
        self.write_fetch(&after, &taken, time, commit)?;
        if taken.flip != flip {
            self.save_flip(&after.feed, taken.flip.as_ref())?;
        }
        let is_failed = after.state.as_ref().is_some_and(|state| state.failure_weight > 0);
        if let Some(state) = after.state.take() {
            let overrun = self.is_overrun(&after, &taken);
            let polling = Polling {
                polls: 1,
                not_modified: u64::from(state.last_http == Some(304)),
                failed: u64::from(is_failed),
                new: taken.new,
                overrun: u64::from(overrun),
            };
            self.store.count(&after.feed, after.fetched_at, polling)?;
            self.store.save_feed(&after.feed, &state)?;
            let new = after.report.is_some().then_some(taken.new);
            let feed = after.feed.clone();
            if !taken.sightings.is_empty() {
                self.seen_before.insert(feed.clone());
            }
            self.group.committed.push(Committed { feed, state, new, overrun });
        }
        self.group.counts.add(&after, &taken, is_failed);
        Ok(())
    }

    /// Saves a word of the wiring's with the open group.
    pub fn note(&mut self, key: &str, text: &str) -> Result<(), store::Error> {
        self.store.save_meta(key, text)
    }

    /// What is remembered of a feed whose guids flipped. A mark that cannot be read is none: it costs a held poll.
    fn flip(&mut self, feed: &FeedId) -> Result<Option<Flip>, store::Error> {
        let text = self.store.meta(&Flip::mark(feed))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn save_flip(&mut self, feed: &FeedId, flip: Option<&Flip>) -> Result<(), store::Error> {
        let text = flip.map(|flip| serde_json::to_string(flip).expect("plain data"));
        self.store.save_meta(&Flip::mark(feed), &text.unwrap_or_default())
    }

    /// Says in the health stream that a desk started, with what it knows.
    pub fn started(&mut self, about: &Started, now: Timestamp) -> Result<(), store::Error> {
        let commit = self.desk.next_commit();
        let time = self.stamp(now);
        let restored = self.desk.articles() as u64;
        self.put(Stream::Health, time, commit, |stamp| {
            render::desk_started(
                about.version,
                &about.config_hash.to_string(),
                &about.tables_hash.to_string(),
                restored,
                stamp,
            )
            .into()
        })
    }

    /// Puts what could not be read as input into quarantine, outside any fetch.
    pub fn reject(
        &mut self,
        feed: &FeedId,
        rejection: &Rejection,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        let commit = self.desk.next_commit();
        let time = self.stamp(now);
        self.group.counts.quarantined += 1;
        self.put(Stream::Quarantine, time, commit, |stamp| {
            render::quarantine(feed, rejection, stamp).into()
        })
    }

    /// Lines up to these numbers stand on disk; the store forgets them with its next commit.
    pub fn written(&mut self, upto: &[(Stream, u64)]) -> Result<(), store::Error> {
        self.store.written(upto)
    }

    /// An alert was received; the store forgets it with a commit that this is reason enough for.
    pub fn alert_sent(&mut self, seq: u64) -> Result<(), store::Error> {
        self.owes_commit = true;
        self.store.alert_sent(seq)
    }

    /// Makes the open group durable. After [`store::Error::Full`] call [`Self::retry`] once there may be room.
    pub fn commit(&mut self) -> Result<Group, store::Error> {
        for end in self.layout.ends() {
            self.store.save_end(&end)?;
        }
        self.store.save_marks(&self.desk.marks())?;
        if let Some(time) = self.time {
            self.store.save_meta("time", &time.to_string())?;
        }
        if !self.group.lines.is_empty() {
            failpoint::reach("applied");
        }
        self.store.commit()?;
        Ok(self.close_group())
    }

    /// Commits the same group again, after the disk was full.
    pub fn retry(&mut self) -> Result<Group, store::Error> {
        self.store.retry()?;
        // What was retried is the call that failed, which need not have been the commit itself.
        self.commit()
    }

    /// Drops what the store keeps no longer; a bounded piece of work.
    pub fn prune(&mut self, now: Timestamp) -> Result<(), store::Error> {
        self.store.prune(now).map(|_| ())
    }

    fn close_group(&mut self) -> Group {
        (self.group_bytes, self.owes_commit) = (0, false);
        std::mem::take(&mut self.group)
    }

    /// The time a commit carries: what the wiring hands over, never before the last one.
    fn stamp(&mut self, now: Timestamp) -> Timestamp {
        let time = self.time.map_or(now, |last| last.max(now));
        self.time = Some(time);
        time
    }

    fn write_changes(
        &mut self,
        taken: &Taken,
        time: Timestamp,
        commit: u64,
    ) -> Result<(), store::Error> {
        let include_body = self.config.include_body;
        for change in &taken.changes {
            match change {
                Change::Article(change) => {
                    tracing::trace!(article.id = %change.id, story.id = %change.story, "placed");
                    self.put(Stream::Articles, time, commit, |stamp| {
                        render::article(change, stamp, include_body).into()
                    })?;
                }
                Change::Story(change) => {
                    match change.kind {
                        StoryKind::Created => self.group.counts.stories_opened += 1,
                        StoryKind::Merged if change.is_loser => {
                            self.group.counts.stories_merged += 1;
                        }
                        _ => {}
                    }
                    self.put(Stream::Stories, time, commit, |stamp| {
                        render::story(change, stamp).into()
                    })?;
                }
                Change::Alert(alert) => self.put_alert(alert, time, commit)?,
                Change::Backfilled(..)
                | Change::Retold(_)
                | Change::Marked(_)
                | Change::KeptArticle(_)
                | Change::KeptStory(_) => {}
            }
        }
        Ok(())
    }

    fn write_fetch(
        &mut self,
        after: &After,
        taken: &Taken,
        time: Timestamp,
        commit: u64,
    ) -> Result<(), store::Error> {
        for rejection in &after.rejected {
            self.put(Stream::Quarantine, time, commit, |stamp| {
                render::quarantine(&after.feed, rejection, stamp).into()
            })?;
        }
        if let Some(report) = &after.report {
            let quarantined = after.rejected.iter().map(|rejection| rejection.items).sum();
            let overrun = self.is_overrun(after, taken);
            self.put(Stream::Health, time, commit, |stamp| {
                let record = render::health_fetched(&after.feed, report, taken, quarantined, stamp);
                HealthFetched { overrun, ..record }.into()
            })?;
        }
        if let (Some(change), Some(state)) = (&after.health, &after.state) {
            self.put(Stream::Health, time, commit, |stamp| {
                let record = render::health_changed(&after.feed, change, state, stamp);
                HealthChanged { defects: after.defects(), ..record }.into()
            })?;
        }
        Ok(())
    }

    /// Whether a body shares no item with what was known of its feed: we came too late, and news was missed.
    fn is_overrun(&self, after: &After, taken: &Taken) -> bool {
        let known = taken.revised + taken.unchanged + taken.held;
        self.seen_before.contains(&after.feed) && taken.new > 0 && known == 0
    }

    /// Renders one line with its number and place, and keeps it for the group.
    fn put(
        &mut self,
        stream: Stream,
        time: Timestamp,
        commit: u64,
        render: impl FnOnce(&Stamp<'_>) -> Record,
    ) -> Result<(), store::Error> {
        let stamp = Stamp {
            source: &self.config.source,
            time: time.into(),
            seq: self.layout.next_seq(stream),
            commit,
        };
        let line = self.layout.place(stream, record::line(&render(&stamp)), time);
        self.store.put_line(&line)?;
        self.group_bytes += line.bytes.len() as u64;
        self.group.lines.push(line);
        Ok(())
    }
}

/// What a started desk says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Started {
    /// Version of the program.
    pub version: &'static str,
    /// Hash of the effective configuration.
    pub config_hash: Hash16,
    /// Hash of the tables.
    pub tables_hash: Hash16,
}
