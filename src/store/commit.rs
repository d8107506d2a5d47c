//! One transaction, one group. Its rows stay in memory until they are committed, so that a full disk costs a wait
//! and no decision is asked for twice.

use std::mem;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::news::{
    ArticleId, DeskMarks, FeedId, FeedState, Hash16, Line, Polling, StoryId, Stream, StreamEnd,
    Taken,
};

use super::error::{Error, Fault};
use super::rows::{ArticleRow, Feeds, LINKS, blob, claim_crc, line_crc, place, signed};
use super::seal::json;
use super::{Store, apply, hours};

/// A claim seen, with the article behind it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) feed: FeedId,
    pub(super) key: Hash16,
    pub(super) link: Option<Hash16>,
    pub(super) words: Option<Hash16>,
    pub(super) article: ArticleId,
    pub(super) content: Hash16,
    pub(super) day: i64,
}

/// One write of the group, encoded and ready to be done again.
#[derive(Debug)]
pub(super) enum Row {
    /// An article as told. The row's feed number is filled in when it is written.
    Article { row: ArticleRow, feed: FeedId, day: i64, told: Vec<u8>, body: Vec<u8> },
    /// An article remembered; a told one is left as it is.
    Remembered { row: ArticleRow, feed: FeedId, day: i64 },
    /// Claims seen, and by which feed.
    Seen(Seen),
    /// A story; one that was merged gives its articles away.
    Story { id: StoryId, last_ms: i64, merged_into: Option<StoryId>, value: Vec<u8> },
    /// What is remembered of a feed.
    Feed { feed: FeedId, value: Vec<u8> },
    /// More for the totals of a feed and hour.
    Hour { feed: FeedId, hour: i64, more: Polling },
    /// A mark by its name.
    Meta { key: String, value: Vec<u8> },
    /// A mark that has had its day.
    NoMeta { key: String },
    /// An outgoing line.
    Line(Line),
    /// Lines of a stream up to this one stand on disk.
    Written(Stream, u64),
}

/// The open group.
#[derive(Debug, Default)]
pub(super) struct Group {
    rows: Vec<Row>,
    /// How many of them stand in the transaction.
    done: usize,
    /// What the last failure for want of room interrupted.
    stalled: Option<Stalled>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stalled {
    InTheGroup,
    AtCommit,
}

impl Store {
    /// Takes what the desk decided into the open group.
    pub fn apply(&mut self, taken: &Taken) -> Result<(), Error> {
        let rows = apply::rows(taken, &mut self.packer);
        self.put(rows)
    }

    /// Takes a feed's state into the open group.
    pub fn save_feed(&mut self, feed: &FeedId, state: &FeedState) -> Result<(), Error> {
        let value = self.packer.seal(&[b"state", feed.as_str().as_bytes()], &json(state));
        self.put([Row::Feed { feed: feed.clone(), value }])
    }

    /// Adds to the hourly totals of a feed, in the hour of `at`, with the open group.
    pub fn count(&mut self, feed: &FeedId, at: Timestamp, more: Polling) -> Result<(), Error> {
        self.put([Row::Hour { feed: feed.clone(), hour: hours::hour(at), more }])
    }

    /// Takes the desk's marks into the open group.
    pub fn save_marks(&mut self, marks: &DeskMarks) -> Result<(), Error> {
        self.save_bytes(super::restore::MARKS.to_owned(), &json(marks))
    }

    /// Takes the end of a stream into the open group.
    pub fn save_end(&mut self, end: &StreamEnd) -> Result<(), Error> {
        self.save_bytes(super::restore::end_key(end.stream), &json(end))
    }

    /// Takes a value under a name of the caller's choice into the open group.
    pub fn save_meta(&mut self, key: &str, value: &str) -> Result<(), Error> {
        self.save_bytes(super::restore::meta_key(key), value.as_bytes())
    }

    /// Takes an outgoing line into the open group; one with its stream and `seq` is replaced.
    pub fn put_line(&mut self, line: &Line) -> Result<(), Error> {
        self.put([Row::Line(line.clone())])
    }

    /// Lets go of the lines that stand on disk, with the next commit.
    pub fn written(&mut self, upto: &[(Stream, u64)]) -> Result<(), Error> {
        self.put(upto.iter().map(|(stream, seq)| Row::Written(*stream, *seq)))
    }

    /// Commits the open group: the commit point. Nothing of it may be written to the output before this returns.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.refuse_if_stalled()?;
        let result = self.finish();
        self.note(result, Stalled::AtCommit)
    }

    /// After [`Error::Full`]: does the group again from its first row up to and with the call that failed. That call
    /// then counts as done; the answers of [`Store::recall`] stay true.
    pub fn retry(&mut self) -> Result<(), Error> {
        let Some(stalled) = self.group.stalled.take() else { return Ok(()) };
        let result = self.again(stalled);
        self.note(result, stalled)
    }

    /// Whether the group is empty: nothing to commit.
    pub fn is_idle(&self) -> bool {
        self.group.rows.is_empty()
    }

    /// Whether the group waits for [`Self::retry`].
    pub(super) fn is_stalled(&self) -> bool {
        self.group.stalled.is_some()
    }

    pub(super) fn save_bytes(&mut self, key: String, value: &[u8]) -> Result<(), Error> {
        let value = self.packer.seal(&[b"meta", key.as_bytes()], value);
        self.put([Row::Meta { key, value }])
    }

    pub(super) fn put(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<(), Error> {
        self.refuse_if_stalled()?;
        self.group.rows.extend(rows);
        let result = self.run();
        self.note(result, Stalled::InTheGroup)
    }

    fn refuse_if_stalled(&self) -> Result<(), Error> {
        if !self.is_stalled() {
            return Ok(());
        }
        let detail = "the group waits for a retry".to_owned();
        Err(Error::Full { path: self.path.clone(), detail })
    }

    fn note(&mut self, result: Result<(), Fault>, stalled: Stalled) -> Result<(), Error> {
        let result = self.told(result);
        if matches!(result, Err(Error::Full { .. })) {
            self.group.stalled = Some(stalled);
        }
        result
    }

    fn again(&mut self, stalled: Stalled) -> Result<(), Fault> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.feeds.clear();
        self.group.done = 0;
        self.run()?;
        if stalled == Stalled::AtCommit { self.finish() } else { Ok(()) }
    }

    /// Writes the rows that are not in the transaction yet.
    fn run(&mut self) -> Result<(), Fault> {
        if self.group.rows.is_empty() {
            return Ok(());
        }
        if self.connection.is_autocommit() {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        while let Some(row) = self.group.rows.get(self.group.done) {
            write(&self.connection, &mut self.feeds, row)?;
            self.group.done += 1;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Fault> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT")?;
        }
        drop(mem::take(&mut self.group.rows));
        self.group.done = 0;
        Ok(())
    }
}

fn write(db: &Connection, feeds: &mut Feeds, row: &Row) -> Result<(), Fault> {
    match row {
        Row::Article { row, feed, day, told, body } => {
            let row = ArticleRow { feed: feeds.number(db, feed)?, ..row.clone() };
            let n = row.write(db, *day)?;
            db.prepare_cached("INSERT OR REPLACE INTO told VALUES(?1, ?2)")?
                .execute(params![n, told])?;
            db.prepare_cached("INSERT OR REPLACE INTO body VALUES(?1, ?2, ?3)")?
                .execute(params![n, row.fetched_ms, body])?;
        }
        Row::Remembered { row, feed, day } => remember(db, feeds, row, feed, *day)?,
        Row::Seen(seen) => {
            let n = feeds.number(db, &seen.feed)?;
            let is_told = claim(db, n, seen.key, seen)?;
            // Words change with the claim or not at all; most sightings change nothing.
            if let Some(words) = seen.words.filter(|_| is_told) {
                claim(db, n, words, seen)?;
            }
            if let Some(link) = seen.link {
                claim(db, LINKS, link, seen)?;
            }
            db.prepare_cached("UPDATE article SET seen = ?2 WHERE id = ?1 AND seen < ?2")?
                .execute(params![&seen.article.0.0[..], seen.day])?;
        }
        Row::Story { id, last_ms, merged_into, value } => {
            db.prepare_cached("INSERT OR REPLACE INTO story VALUES(?1, ?2, ?3, ?4)")?.execute(
                params![&id.0.0[..], last_ms, blob(merged_into.map(|into| into.0)), value],
            )?;
            if let Some(into) = merged_into {
                apply::move_articles(db, *id, *into)?;
            }
        }
        Row::Feed { feed, value } => {
            let n = feeds.number(db, feed)?;
            db.prepare_cached("UPDATE feed SET state = ?2 WHERE n = ?1")?
                .execute(params![n, value])?;
        }
        Row::Hour { feed, hour, more } => {
            let n = feeds.number(db, feed)?;
            hours::add(db, n, *hour, more)?;
        }
        Row::Meta { key, value } => {
            db.prepare_cached("INSERT OR REPLACE INTO meta VALUES(?1, ?2)")?
                .execute(params![key, value])?;
        }
        Row::NoMeta { key } => {
            db.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
        }
        Row::Line(line) => put_line(db, line)?,
        Row::Written(stream, seq) => {
            db.prepare_cached("DELETE FROM outbox WHERE place BETWEEN ?1 AND ?2")?
                .execute([place(*stream, 0), place(*stream, *seq)])?;
        }
    }
    Ok(())
}

fn remember(
    db: &Connection,
    feeds: &mut Feeds,
    row: &ArticleRow,
    feed: &FeedId,
    day: i64,
) -> Result<(), Fault> {
    let told: bool = db
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM article WHERE id = ?1 AND revision > 0)")?
        .query_row([&row.id.0.0[..]], |row| row.get(0))?;
    if !told {
        let row = ArticleRow { feed: feeds.number(db, feed)?, ..row.clone() };
        row.write(db, day)?;
    }
    Ok(())
}

/// A claim stands for the article that the desk found behind it last, with the content that it had then.
/// Whether anything changed by it.
fn claim(db: &Connection, feed: i64, key: Hash16, seen: &Seen) -> Result<bool, Fault> {
    let sql = "INSERT INTO claim(feed, key, article, content, seen, crc) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(feed, key) DO UPDATE SET \
         article = ?3, content = ?4, seen = ?5, crc = ?6 \
         WHERE seen < ?5 OR content <> ?4 OR article <> ?3";
    let check = claim_crc(feed, key, seen.article, seen.content);
    let rows = db.prepare_cached(sql)?.execute(params![
        feed,
        &key.0[..],
        &seen.article.0.0[..],
        &seen.content.0[..],
        seen.day,
        check
    ])?;
    Ok(rows > 0)
}

fn put_line(db: &Connection, line: &Line) -> Result<(), Fault> {
    let place = place(line.stream, line.seq);
    let offset = signed(line.offset);
    let check = line_crc(place, &line.file, offset, &line.bytes);
    db.prepare_cached("INSERT OR REPLACE INTO outbox VALUES(?1, ?2, ?3, ?4, ?5)")?
        .execute(params![place, line.file, offset, line.bytes, check])?;
    Ok(())
}
