//! Rows as they stand in the tables, each with its checksum.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::news::{ArticleId, DispatchId, FeedId, Hash16, Line, StoryId, Stream};

use super::error::{Fault, damaged};
use super::seal::crc;

/// Feed number under which links are kept, for they count for all feeds; real numbers start at 1.
pub(super) const LINKS: i64 = 0;
/// Bits of a line's place below its stream: more lines than any disk holds.
const SEQ_BITS: u32 = 48;

/// Milliseconds since the epoch, the store's unit of time.
pub(super) fn ms(moment: Timestamp) -> i64 {
    moment.as_millisecond()
}

/// The moment of [`ms`].
pub(super) fn moment(ms: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_millisecond(ms).map_err(|_| damaged("a time is out of range"))
}

/// Whole days since the epoch: fine enough for what is kept for months, coarse enough to write once a day.
pub(super) fn day(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(86_400)
}

/// An unsigned number as `SQLite` holds it; all bits survive the way there and back.
pub(super) fn signed(number: u64) -> i64 {
    number.cast_signed()
}

/// Feeds by number: short in a million rows.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    numbers: HashMap<FeedId, i64>,
    names: HashMap<i64, FeedId>,
}

impl Feeds {
    /// Forgets what a rolled back transaction may have numbered.
    pub(super) fn clear(&mut self) {
        self.numbers.clear();
        self.names.clear();
    }

    fn keep(&mut self, n: i64, feed: &FeedId) {
        self.numbers.insert(feed.clone(), n);
        self.names.insert(n, feed.clone());
    }

    /// The number of a feed, if it has one.
    pub(super) fn find(&mut self, db: &Connection, feed: &FeedId) -> Result<Option<i64>, Fault> {
        if let Some(n) = self.numbers.get(feed) {
            return Ok(Some(*n));
        }
        let mut select = db.prepare_cached("SELECT n, crc FROM feed WHERE id = ?1")?;
        let found = select
            .query_row([feed.as_str()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?)))
            .optional()?;
        let Some((n, check)) = found else { return Ok(None) };
        feed_fits(n, feed.as_str(), check)?;
        self.keep(n, feed);
        Ok(Some(n))
    }

    /// The number of a feed; a feed without one gets the next.
    pub(super) fn number(&mut self, db: &Connection, feed: &FeedId) -> Result<i64, Fault> {
        if let Some(n) = self.find(db, feed)? {
            return Ok(n);
        }
        let n: i64 = db
            .prepare_cached("SELECT coalesce(max(n), 0) + 1 FROM feed")?
            .query_row([], |row| row.get(0))?;
        db.prepare_cached("INSERT INTO feed(n, id, crc) VALUES(?1, ?2, ?3)")?.execute(params![
            n,
            feed.as_str(),
            feed_crc(n, feed.as_str())
        ])?;
        self.keep(n, feed);
        Ok(n)
    }

    /// The feed that has this number.
    pub(super) fn name(&mut self, db: &Connection, n: i64) -> Result<FeedId, Fault> {
        if let Some(feed) = self.names.get(&n) {
            return Ok(feed.clone());
        }
        let mut select = db.prepare_cached("SELECT id, crc FROM feed WHERE n = ?1")?;
        let found = select
            .query_row([n], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?)))
            .optional()?;
        let (id, check) = found.ok_or_else(|| damaged(format!("feed number {n} has no row")))?;
        feed_fits(n, &id, check)?;
        let feed = FeedId::new(id);
        self.keep(n, &feed);
        Ok(feed)
    }
}

fn feed_crc(n: i64, id: &str) -> u32 {
    crc(&[b"feed", &n.to_le_bytes(), id.as_bytes()])
}

pub(super) fn feed_fits(n: i64, id: &str, check: u32) -> Result<(), Fault> {
    if feed_crc(n, id) == check { Ok(()) } else { Err(damaged(format!("row of feed {n}"))) }
}

/// An article's row, but for its number and the day it was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArticleRow {
    pub(super) id: ArticleId,
    pub(super) feed: i64,
    pub(super) revision: u64,
    pub(super) content: Hash16,
    /// Dispatch and story; `None` if it was only remembered.
    pub(super) place: Option<(DispatchId, StoryId)>,
    pub(super) arrival: u64,
    pub(super) first_ms: i64,
    pub(super) fetched_ms: i64,
    /// Packed JSON of the match; empty if it was only remembered.
    pub(super) matched: Vec<u8>,
    /// Packed JSON of the member; empty if it was only remembered.
    pub(super) member: Vec<u8>,
}

/// Columns of [`ArticleRow::read`], in its order, after the row's number.
pub(super) const ARTICLE_COLUMNS: &str = "article.n, article.id, article.feed, article.revision, \
     article.content, article.dispatch, article.story, article.arrival, article.first_ms, \
     article.fetched_ms, article.matched, article.member, article.crc";

impl ArticleRow {
    fn crc(&self) -> u32 {
        let place = self.place.map(|(dispatch, story)| [dispatch.0.0, story.0.0].concat());
        crc(&[
            b"article",
            &self.id.0.0,
            &self.feed.to_le_bytes(),
            &self.revision.to_le_bytes(),
            &self.content.0,
            &place.unwrap_or_default(),
            &self.arrival.to_le_bytes(),
            &self.first_ms.to_le_bytes(),
            &self.fetched_ms.to_le_bytes(),
            &self.matched,
            &self.member,
        ])
    }

    /// The row's number and the row, checked.
    pub(super) fn read(row: &Row<'_>) -> Result<(i64, Self), Fault> {
        let dispatch: Option<[u8; 16]> = row.get(5)?;
        let story: Option<[u8; 16]> = row.get(6)?;
        let place = dispatch
            .zip(story)
            .map(|(dispatch, story)| (DispatchId(Hash16(dispatch)), StoryId(Hash16(story))));
        let found = Self {
            id: ArticleId(Hash16(row.get(1)?)),
            feed: row.get(2)?,
            revision: row.get::<_, i64>(3)?.cast_unsigned(),
            content: Hash16(row.get(4)?),
            place,
            arrival: row.get::<_, i64>(7)?.cast_unsigned(),
            first_ms: row.get(8)?,
            fetched_ms: row.get(9)?,
            matched: row.get(10)?,
            member: row.get(11)?,
        };
        if row.get::<_, u32>(12)? != found.crc() || dispatch.is_some() != story.is_some() {
            return Err(damaged(format!("row of article {}", found.id)));
        }
        Ok((row.get(0)?, found))
    }

    /// Puts the row in the place of an earlier one; gives its number.
    pub(super) fn write(&self, db: &Connection, day: i64) -> Result<i64, Fault> {
        let sql = "INSERT INTO article(id, feed, revision, content, dispatch, story, arrival, first_ms, \
             fetched_ms, matched, member, crc, seen) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13) \
             ON CONFLICT(id) DO UPDATE SET feed = ?2, revision = ?3, content = ?4, dispatch = ?5, \
             story = ?6, arrival = ?7, first_ms = ?8, fetched_ms = ?9, matched = ?10, member = ?11, \
             crc = ?12, seen = max(seen, ?13) RETURNING n";
        let values = params![
            &self.id.0.0[..],
            self.feed,
            signed(self.revision),
            &self.content.0[..],
            blob(self.place.map(|(dispatch, _)| dispatch.0)),
            blob(self.place.map(|(_, story)| story.0)),
            signed(self.arrival),
            self.first_ms,
            self.fetched_ms,
            self.matched,
            self.member,
            self.crc(),
            day,
        ];
        Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
    }
}

/// A hash as a value, or nothing.
pub(super) fn blob(hash: Option<Hash16>) -> Value {
    hash.map_or(Value::Null, |hash| Value::Blob(hash.0.to_vec()))
}

/// Checksum of a claim.
pub(super) fn claim_crc(feed: i64, key: Hash16, article: ArticleId, content: Hash16) -> u32 {
    crc(&[b"claim", &feed.to_le_bytes(), &key.0, &article.0.0, &content.0])
}

/// Place of a line in the outbox.
pub(super) fn place(stream: Stream, seq: u64) -> i64 {
    let number = Stream::ALL.iter().position(|s| *s == stream).unwrap_or(0) as u64;
    signed((number << SEQ_BITS) | (seq & ((1 << SEQ_BITS) - 1)))
}

/// The line's checksum: bytes and place.
pub(super) fn line_crc(place: i64, file: &str, offset: i64, bytes: &[u8]) -> u32 {
    crc(&[b"line", &place.to_le_bytes(), file.as_bytes(), &offset.to_le_bytes(), bytes])
}

/// A line of the outbox, checked.
pub(super) fn line(row: &Row<'_>) -> Result<Line, Fault> {
    let place: i64 = row.get(0)?;
    let file: String = row.get(1)?;
    let offset: i64 = row.get(2)?;
    let bytes: Vec<u8> = row.get(3)?;
    let number = place.cast_unsigned();
    let seq = number & ((1 << SEQ_BITS) - 1);
    let stream = usize::try_from(number >> SEQ_BITS).ok().and_then(|n| Stream::ALL.get(n));
    match stream {
        Some(stream) if row.get::<_, u32>(4)? == line_crc(place, &file, offset, &bytes) => {
            Ok(Line { stream: *stream, seq, file, offset: offset.cast_unsigned(), bytes })
        }
        _ => Err(damaged(format!("outgoing line {seq}"))),
    }
}
