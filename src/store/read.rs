//! The read side, for commands that look at a store which a daemon may hold: a connection of its own, one snapshot a
//! question, nothing written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

use crate::news::{
    Article, ArticleId, DeskMarks, FeedId, FeedState, Hour, Known, Placed, StoredStory, StoryId,
    StreamEnd, Wanted, WindowArticle,
};

use super::alerts::{self, Queued};
use super::apply::survivor;
use super::error::{Error, Fault};
use super::rows::{Feeds, moment};
use super::seal::Packer;
use super::{hours, recall, restore, schema};

/// A read-only view of a store.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    packer: Packer,
    path: PathBuf,
    has_hours: bool,
}

/// An article as the store has it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundArticle {
    /// Its id.
    pub id: ArticleId,
    /// Feed it was first seen in.
    pub feed_id: FeedId,
    /// Number of its latest record; 0 if it was only remembered.
    pub revision: u64,
    /// When its latest version was fetched.
    pub fetched_at: Timestamp,
    /// Where it stands; `None` if it was only remembered.
    pub placed: Option<Placed>,
    /// As last told, the body empty where it is no longer kept; `None` if it was only remembered.
    pub article: Option<Article>,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let (connection, format) = schema::open_to_read(path)?;
        let has_hours = format >= schema::FORMAT;
        Ok(Self { connection, packer: Packer::new(), path: path.to_path_buf(), has_hours })
    }

    /// All feeds that were ever polled, by id.
    pub fn feeds(&mut self) -> Result<BTreeMap<FeedId, FeedState>, Error> {
        self.snapshot(restore::feeds)
    }

    /// Hourly totals of polling from the hour of `since` on, by feed, in the order of the hours. None from a store that
    /// an earlier version wrote and no later one has opened yet.
    pub fn hours(&mut self, since: Timestamp) -> Result<BTreeMap<FeedId, Vec<Hour>>, Error> {
        let has_hours = self.has_hours;
        self.snapshot(|db, _| if has_hours { hours::since(db, since) } else { Ok(BTreeMap::new()) })
    }

    /// The desk's marks.
    pub fn marks(&mut self) -> Result<DeskMarks, Error> {
        self.snapshot(restore::marks)
    }

    /// The committed ends of the streams.
    pub fn ends(&mut self) -> Result<Vec<StreamEnd>, Error> {
        self.snapshot(restore::ends)
    }

    /// The value last saved under this name.
    pub fn meta(&mut self, key: &str) -> Result<Option<String>, Error> {
        self.snapshot(|db, packer| restore::text(db, packer, key))
    }

    /// Alerts that were not sent yet, from the one behind `after` on, in order, at most `most`.
    pub fn alerts(&mut self, after: u64, most: usize) -> Result<Vec<Queued>, Error> {
        self.snapshot(|db, packer| alerts::queued(db, packer, after, most))
    }

    /// Stories with an article fetched at or after `since`, by their first member's arrival.
    pub fn stories(&mut self, since: Timestamp) -> Result<Vec<StoredStory>, Error> {
        self.snapshot(|db, packer| restore::stories_since(db, packer, since))
    }

    /// A story by its id, or by the id of one that was merged into it.
    pub fn story(&mut self, id: StoryId) -> Result<Option<StoredStory>, Error> {
        self.snapshot(|db, packer| {
            let id = survivor(db, id)?;
            recall::story(db, packer, id)
        })
    }

    /// An article by its id.
    pub fn article(&mut self, id: ArticleId) -> Result<Option<FoundArticle>, Error> {
        self.snapshot(|db, packer| {
            let Some((n, row)) = recall::by_id(db, id)? else { return Ok(None) };
            Ok(Some(FoundArticle {
                id,
                feed_id: Feeds::default().name(db, row.feed)?,
                revision: row.revision,
                fetched_at: moment(row.fetched_ms)?,
                placed: recall::placed(packer, &row)?,
                article: recall::told(db, packer, n, id)?,
            }))
        })
    }

    /// Ids of articles from `first` to `last`, in order, at most `most`.
    pub fn article_ids(
        &mut self,
        first: ArticleId,
        last: ArticleId,
        most: usize,
    ) -> Result<Vec<ArticleId>, Error> {
        self.snapshot(|db, _| recall::ids_between(db, first, last, most))
    }

    /// Shows each placed article whose text was fetched at or after `since` and is still kept, in no promised order.
    /// One at a time, so that a long window costs no memory here.
    pub fn each_article(
        &mut self,
        since: Timestamp,
        show: impl FnMut(WindowArticle),
    ) -> Result<(), Error> {
        self.snapshot(|db, packer| restore::each_article_since(db, packer, since, show))
    }

    /// One answer for each claim, as [`super::Store::recall`] gives it for what is committed.
    pub fn recall(&mut self, wanted: &[Wanted]) -> Result<Vec<Option<Known>>, Error> {
        self.snapshot(|db, packer| {
            let mut feeds = Feeds::default();
            wanted.iter().map(|wanted| recall::known(db, &mut feeds, packer, wanted)).collect()
        })
    }

    /// Answers from one state of the store, however many statements it takes.
    fn snapshot<T>(
        &mut self,
        answer: impl FnOnce(&Connection, &mut Packer) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let answered = self.connection.execute_batch("BEGIN").map_err(Fault::from).and_then(|()| {
            let answered = answer(&self.connection, &mut self.packer);
            let ended = self.connection.execute_batch("ROLLBACK");
            answered.and_then(|answered| ended.map(|()| answered).map_err(Fault::from))
        });
        answered.map_err(|fault| fault.at(&self.path))
    }
}
