//! Hourly totals of polling, a row a feed and hour in which it was polled.
//!
//! Rows stand by hour first: what is counted next stands beside what was counted last, and what is old goes in one
//! piece.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::news::{FeedId, Hour, Polling, Time};

use super::error::{Fault, damaged};
use super::rows::{Feeds, signed};
use super::seal::crc;

/// Totals are kept this long: two weeks show a weekend beside the one before. A feed that is polled every hour takes
/// 9 KB of them.
pub const HOURS_KEPT: Duration = Duration::from_hours(14 * 24);

/// Rows dropped in one call of prune; they stand side by side and go fast. Once a minute, that is enough for a million
/// feeds.
const ROWS_MAX: i64 = 20_000;

const HOUR_SECONDS: i64 = 3_600;

pub(super) const TABLE: &str = "CREATE TABLE hour(hour INTEGER NOT NULL, feed INTEGER NOT NULL, \
     polls INTEGER NOT NULL, not_modified INTEGER NOT NULL, failed INTEGER NOT NULL, \
     new INTEGER NOT NULL, overrun INTEGER NOT NULL, crc INTEGER NOT NULL, \
     PRIMARY KEY(hour, feed)) WITHOUT ROWID";

const ONE: &str = "SELECT hour, feed, polls, not_modified, failed, new, overrun, crc FROM hour \
     WHERE hour = ?1 AND feed = ?2";
const SINCE: &str = "SELECT hour, feed, polls, not_modified, failed, new, overrun, crc FROM hour \
     WHERE hour >= ?1 ORDER BY hour, feed";

/// Whole hours since the epoch.
pub(super) fn hour(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(HOUR_SECONDS)
}

/// Adds to the totals of a feed and hour.
pub(super) fn add(db: &Connection, feed: i64, hour: i64, more: &Polling) -> Result<(), Fault> {
    let found = db.prepare_cached(ONE)?.query_row([hour, feed], |row| Ok(read(row))).optional()?;
    let mut totals = found.transpose()?.map(|(_, _, totals)| totals).unwrap_or_default();
    totals.add(more);
    let Polling { polls, not_modified, failed, new, overrun } = totals;
    db.prepare_cached("INSERT OR REPLACE INTO hour VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            hour,
            feed,
            signed(polls),
            signed(not_modified),
            signed(failed),
            signed(new),
            signed(overrun),
            check(hour, feed, &totals)
        ])?;
    Ok(())
}

/// Totals of all feeds in the hours from that of `since` on, in the order of the hours.
pub(super) fn since(
    db: &Connection,
    since: Timestamp,
) -> Result<BTreeMap<FeedId, Vec<Hour>>, Fault> {
    let mut select = db.prepare_cached(SINCE)?;
    let mut rows = select.query([hour(since)])?;
    let (mut feeds, mut found) = (Feeds::default(), BTreeMap::<FeedId, Vec<Hour>>::new());
    while let Some(row) = rows.next()? {
        let (hour, feed, polled) = read(row)?;
        let begin = Timestamp::from_second(hour.saturating_mul(HOUR_SECONDS));
        let begin = begin.map_err(|_| damaged("an hour is out of range"))?;
        let hours = found.entry(feeds.name(db, feed)?).or_default();
        hours.push(Hour { hour: Time(begin), polled });
    }
    Ok(found)
}

/// Drops some of the hours that are older than they are kept.
pub(super) fn prune(db: &Connection, now: Timestamp) -> Result<u64, Fault> {
    let kept = i64::try_from(HOURS_KEPT.as_secs()).unwrap_or(i64::MAX) / HOUR_SECONDS;
    let before = hour(now).saturating_sub(kept);
    let sql = "DELETE FROM hour WHERE (hour, feed) IN \
         (SELECT hour, feed FROM hour WHERE hour < ?1 ORDER BY hour, feed LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute([before, ROWS_MAX])? as u64)
}

fn read(row: &Row<'_>) -> Result<(i64, i64, Polling), Fault> {
    let (hour, feed) = (row.get(0)?, row.get(1)?);
    let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let totals = Polling {
        polls: count(2)?,
        not_modified: count(3)?,
        failed: count(4)?,
        new: count(5)?,
        overrun: count(6)?,
    };
    if row.get::<_, u32>(7)? == check(hour, feed, &totals) {
        Ok((hour, feed, totals))
    } else {
        Err(damaged(format!("hourly totals of feed {feed}")))
    }
}

fn check(hour: i64, feed: i64, totals: &Polling) -> u32 {
    let Polling { polls, not_modified, failed, new, overrun } = totals;
    crc(&[
        b"hour",
        &hour.to_le_bytes(),
        &feed.to_le_bytes(),
        &polls.to_le_bytes(),
        &not_modified.to_le_bytes(),
        &failed.to_le_bytes(),
        &new.to_le_bytes(),
        &overrun.to_le_bytes(),
    ])
}
