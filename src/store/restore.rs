//! What a start needs: the desk's marks and window, the feeds, the streams' ends and the lines still to be written.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;

use crate::news::{
    Article, ArticleId, DeskMarks, FeedId, FeedState, Hash16, Line, StoredStory, StoryId,
    StoryStatus, Stream, StreamEnd, WindowArticle,
};

use super::Store;
use super::error::{Error, Fault, damaged};
use super::recall::{body_text, placed, story};
use super::rows::{ARTICLE_COLUMNS, ArticleRow, feed_fits, line, ms};
use super::seal::{Packer, parse};

/// Name of the desk's marks in `meta`.
pub(super) const MARKS: &str = "marks";

/// Name of a stream's end in `meta`.
pub(super) fn end_key(stream: Stream) -> String {
    format!("end {}", stream.as_str())
}

/// Name of the caller's own value in `meta`.
pub(super) fn meta_key(key: &str) -> String {
    format!("meta {key}")
}

/// The desk's memory as it was after the last commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// Its marks.
    pub marks: DeskMarks,
    /// Stories that have a version of an article fetched at or after the horizon, by their first member's arrival;
    /// merged ones are left out.
    pub stories: Vec<StoredStory>,
    /// Articles whose text was fetched at or after the horizon, by arrival.
    pub articles: Vec<WindowArticle>,
}

impl Store {
    /// The desk's memory as it was after the last commit, back to the horizon.
    pub fn restore(&mut self, horizon: Timestamp) -> Result<Restored, Error> {
        let restored = restore(&self.connection, &mut self.packer, horizon);
        self.told(restored)
    }

    /// All feeds that were ever polled, by id.
    pub fn feeds(&mut self) -> Result<BTreeMap<FeedId, FeedState>, Error> {
        let found = feeds(&self.connection, &mut self.packer);
        self.told(found)
    }

    /// Feeds of which an item is remembered.
    pub fn feeds_with_claims(&mut self) -> Result<BTreeSet<FeedId>, Error> {
        let found = with_claims(&self.connection);
        self.told(found)
    }

    /// Hands out the state of each feed in turn, for whoever does not need a million at once.
    pub fn each_feed(&mut self, take: impl FnMut(FeedId, FeedState)) -> Result<(), Error> {
        let found = each_feed(&self.connection, &mut self.packer, take);
        self.told(found)
    }

    /// The desk's marks; those of a desk that has taken nothing if there are none.
    pub fn marks(&mut self) -> Result<DeskMarks, Error> {
        let found = marks(&self.connection, &mut self.packer);
        self.told(found)
    }

    /// The ends of the streams that have one, in the order of [`Stream::ALL`].
    pub fn ends(&mut self) -> Result<Vec<StreamEnd>, Error> {
        let found = ends(&self.connection, &mut self.packer);
        self.told(found)
    }

    /// Shows each placed article whose text was fetched at or after `since`, the open group's too, in no promised order.
    pub fn each_article(
        &mut self,
        since: Timestamp,
        show: impl FnMut(WindowArticle),
    ) -> Result<(), Error> {
        let found = each_article_since(&self.connection, &mut self.packer, since, show);
        self.told(found)
    }

    /// The value last saved under this name.
    pub fn meta(&mut self, key: &str) -> Result<Option<String>, Error> {
        let found = text(&self.connection, &mut self.packer, key);
        self.told(found)
    }

    /// Lines that were committed and not yet reported as written, by stream and `seq`.
    pub fn pending(&mut self) -> Result<Vec<Line>, Error> {
        let found = pending(&self.connection);
        self.told(found)
    }
}

pub(super) fn feeds(
    db: &Connection,
    packer: &mut Packer,
) -> Result<BTreeMap<FeedId, FeedState>, Fault> {
    let mut feeds = BTreeMap::new();
    each_feed(db, packer, |id, state| drop(feeds.insert(id, state)))?;
    Ok(feeds)
}

fn each_feed(
    db: &Connection,
    packer: &mut Packer,
    mut take: impl FnMut(FeedId, FeedState),
) -> Result<(), Fault> {
    let mut select = db.prepare("SELECT n, id, crc, state FROM feed WHERE state IS NOT NULL")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(1)?;
        feed_fits(row.get(0)?, &id, row.get(2)?)?;
        let state: Vec<u8> = row.get(3)?;
        let state = packer.open(&[b"state", id.as_bytes()], &state)?;
        take(FeedId::new(id), parse(&state)?);
    }
    Ok(())
}

fn with_claims(db: &Connection) -> Result<BTreeSet<FeedId>, Fault> {
    let sql =
        "SELECT n, id, crc FROM feed WHERE EXISTS(SELECT 1 FROM claim WHERE claim.feed = feed.n)";
    let mut select = db.prepare(sql)?;
    let mut rows = select.query([])?;
    let mut feeds = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(1)?;
        feed_fits(row.get(0)?, &id, row.get(2)?)?;
        feeds.insert(FeedId::new(id));
    }
    Ok(feeds)
}

fn meta(db: &Connection, packer: &mut Packer, key: &str) -> Result<Option<Vec<u8>>, Fault> {
    let mut select = db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    let value: Option<Vec<u8>> = select.query_row([key], |row| row.get(0)).optional()?;
    value.map(|value| packer.open(&[b"meta", key.as_bytes()], &value)).transpose()
}

pub(super) fn text(
    db: &Connection,
    packer: &mut Packer,
    key: &str,
) -> Result<Option<String>, Fault> {
    let value = meta(db, packer, &meta_key(key))?;
    Ok(value.map(|value| String::from_utf8_lossy(&value).into_owned()))
}

/// A value that every store has, `null` until it was saved: if its row is gone, it was lost.
fn must<T: DeserializeOwned>(value: Option<Vec<u8>>, key: &str) -> Result<Option<T>, Fault> {
    parse(&value.ok_or_else(|| damaged(format!("{key:?} is gone")))?)
}

/// Puts `null` for every value that [`must`] be there.
pub(super) fn fill(db: &Connection, packer: &mut Packer) -> Result<(), Fault> {
    let keys = Stream::ALL.iter().map(|stream| end_key(*stream)).chain([MARKS.to_owned()]);
    for key in keys {
        let value = packer.seal(&[b"meta", key.as_bytes()], b"null");
        db.execute("INSERT INTO meta VALUES(?1, ?2)", params![key, value])?;
    }
    Ok(())
}

pub(super) fn marks(db: &Connection, packer: &mut Packer) -> Result<DeskMarks, Fault> {
    Ok(must(meta(db, packer, MARKS)?, MARKS)?.unwrap_or_default())
}

pub(super) fn ends(db: &Connection, packer: &mut Packer) -> Result<Vec<StreamEnd>, Fault> {
    let mut found = Vec::new();
    for stream in Stream::ALL {
        let key = end_key(stream);
        found.extend(must(meta(db, packer, &key)?, &key)?);
    }
    Ok(found)
}

fn pending(db: &Connection) -> Result<Vec<Line>, Fault> {
    let mut select = db.prepare("SELECT place, file, at, bytes, crc FROM outbox ORDER BY place")?;
    let mut rows = select.query([])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(line(row)?);
    }
    Ok(lines)
}

fn restore(db: &Connection, packer: &mut Packer, horizon: Timestamp) -> Result<Restored, Fault> {
    let articles = articles_since(db, packer, horizon)?;
    let mut stories = stories_since(db, packer, horizon)?;
    let held: BTreeSet<StoryId> = stories.iter().map(|story| story.id).collect();
    // A late revision can stand in a story whose latest article is older.
    let older: BTreeSet<StoryId> = articles.iter().map(|article| article.placed.story).collect();
    for id in older.difference(&held) {
        stories.extend(story(db, packer, *id)?);
    }
    sort(&mut stories);
    every_article_has_its_story(&articles, &stories)?;
    Ok(Restored { marks: marks(db, packer)?, stories, articles })
}

/// The two come from different indexes, so that a damaged one shows.
fn every_article_has_its_story(
    articles: &[WindowArticle],
    stories: &[StoredStory],
) -> Result<(), Fault> {
    let members: HashSet<(StoryId, ArticleId)> = stories
        .iter()
        .flat_map(|story| story.members.iter().map(|member| (story.id, member.article)))
        .collect();
    match articles.iter().find(|article| !members.contains(&(article.placed.story, article.id))) {
        Some(article) => Err(damaged(format!("article {} is not in its story", article.id))),
        None => Ok(()),
    }
}

fn sort(stories: &mut [StoredStory]) {
    stories.sort_by_key(|story| (story.members.first().map(|member| member.arrival), story.id));
}

/// Stories with an article fetched at or after the horizon, by their first member's arrival.
pub(super) fn stories_since(
    db: &Connection,
    packer: &mut Packer,
    horizon: Timestamp,
) -> Result<Vec<StoredStory>, Fault> {
    let mut select =
        db.prepare("SELECT id FROM story WHERE last_ms >= ?1 AND merged_into IS NULL")?;
    let ids: Vec<[u8; 16]> =
        select.query_map([ms(horizon)], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut stories = Vec::with_capacity(ids.len());
    for id in ids {
        stories.extend(story(db, packer, StoryId(Hash16(id)))?);
    }
    stories.retain(|story| story.status != StoryStatus::Merged);
    sort(&mut stories);
    Ok(stories)
}

fn articles_since(
    db: &Connection,
    packer: &mut Packer,
    horizon: Timestamp,
) -> Result<Vec<WindowArticle>, Fault> {
    let mut articles = Vec::new();
    each_article_since(db, packer, horizon, |article| articles.push(article))?;
    articles.sort_by_key(|article| article.placed.arrival);
    Ok(articles)
}

/// Shows each placed article whose text was fetched at or after the horizon, oldest text first.
pub(super) fn each_article_since(
    db: &Connection,
    packer: &mut Packer,
    horizon: Timestamp,
    mut show: impl FnMut(WindowArticle),
) -> Result<(), Fault> {
    let sql = format!(
        "SELECT {ARTICLE_COLUMNS}, told.value, body.value FROM body \
         LEFT JOIN article ON article.n = body.n LEFT JOIN told ON told.n = body.n \
         WHERE body.fetched_ms >= ?1"
    );
    let mut select = db.prepare(&sql)?;
    let mut rows = select.query([ms(horizon)])?;
    while let Some(row) = rows.next()? {
        let (_, found) = ArticleRow::read(row)?;
        let Some(placed) = placed(packer, &found)? else { continue };
        let told: Vec<u8> = row.get(13)?;
        let body: Vec<u8> = row.get(14)?;
        let mut article: Article = parse(&packer.open(&[b"told", &found.id.0.0], &told)?)?;
        article.text.body = body_text(packer, found.id, &body)?;
        show(WindowArticle { id: found.id, placed, article });
    }
    Ok(())
}
