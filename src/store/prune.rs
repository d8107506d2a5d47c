//! Forgets what is older than it need be remembered, a little at a time.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::error::{Error, Fault};
use super::rows::{day, ms};
use super::{Store, hours};

/// Rows looked at in one call: a few milliseconds between two groups. Once a minute, that is three million a day.
const ROWS_MAX: i64 = 2000;
/// Bodies dropped in one call; each frees pages of its own.
const BODIES_MAX: i64 = 500;
const DAY_SECONDS: u64 = 86_400;

/// Where the next call goes on; from the start again when the end was reached, and after a restart.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    claim: (i64, Vec<u8>),
    article: i64,
}

/// What one call of [`Store::prune`] dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Claims not seen for `keep`.
    pub claims: u64,
    /// Articles not seen for `keep`, in stories where no other article was.
    pub articles: u64,
    /// Bodies fetched more than `keep_text` ago.
    pub bodies: u64,
    /// Hourly totals older than [`HOURS_KEPT`](super::HOURS_KEPT).
    pub hours: u64,
}

impl Store {
    /// Drops some of what is older than the configuration keeps. Bounded work; call it now and then. It becomes
    /// durable with the next commit; if that is retried it is merely done later.
    pub fn prune(&mut self, now: Timestamp) -> Result<Pruned, Error> {
        if self.is_stalled() {
            return Ok(Pruned::default());
        }
        let result = self.prune_some(now);
        self.told(result)
    }

    fn prune_some(&mut self, now: Timestamp) -> Result<Pruned, Fault> {
        let db = &self.connection;
        if db.is_autocommit() {
            db.execute_batch("BEGIN IMMEDIATE")?;
        }
        let before = day(now).saturating_sub(days(self.keep));
        let text_before = ms(now).saturating_sub(millis(self.keep_text));
        let pruned = Pruned {
            claims: claims(db, &mut self.prune, before)?,
            articles: articles(db, &mut self.prune, before)?,
            bodies: bodies(db, text_before)?,
            hours: hours::prune(db, now)?,
        };
        stories(db, before.saturating_mul(1000).saturating_mul(DAY_SECONDS.cast_signed()))?;
        Ok(pruned)
    }
}

/// Whole days, rounded up: rather kept too long.
fn days(keep: Duration) -> i64 {
    i64::try_from(keep.as_secs().div_ceil(DAY_SECONDS)).unwrap_or(i64::MAX)
}

fn millis(keep: Duration) -> i64 {
    i64::try_from(keep.as_millis()).unwrap_or(i64::MAX)
}

fn claims(db: &Connection, cursor: &mut Cursor, before: i64) -> Result<u64, Fault> {
    let mut select = db.prepare_cached(
        "SELECT feed, key, seen FROM claim WHERE (feed, key) > (?1, ?2) ORDER BY feed, key LIMIT ?3",
    )?;
    let found: Vec<(i64, Vec<u8>, i64)> = select
        .query_map(params![cursor.claim.0, cursor.claim.1, ROWS_MAX], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut delete = db.prepare_cached("DELETE FROM claim WHERE feed = ?1 AND key = ?2")?;
    let mut dropped = 0;
    for (feed, key, _) in found.iter().filter(|(_, _, seen)| *seen < before) {
        dropped += delete.execute(params![feed, key])? as u64;
    }
    cursor.claim = found.into_iter().last().map(|(feed, key, _)| (feed, key)).unwrap_or_default();
    Ok(dropped)
}

fn articles(db: &Connection, cursor: &mut Cursor, before: i64) -> Result<u64, Fault> {
    let mut select =
        db.prepare_cached("SELECT n, story, seen FROM article WHERE n > ?1 ORDER BY n LIMIT ?2")?;
    let found: Vec<(i64, Option<Vec<u8>>, i64)> = select
        .query_map([cursor.article, ROWS_MAX], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut lives =
        db.prepare_cached("SELECT EXISTS(SELECT 1 FROM article WHERE story = ?1 AND seen >= ?2)")?;
    // A story keeps all its articles while one of them is kept, or its counts would shrink.
    let mut kept: HashMap<&[u8], bool> = HashMap::new();
    let mut dropped = 0;
    for (n, story, _) in found.iter().filter(|(_, _, seen)| *seen < before) {
        if let Some(story) = story {
            let is_kept = match kept.get(story.as_slice()) {
                Some(is_kept) => *is_kept,
                None => lives.query_row(params![story, before], |row| row.get(0))?,
            };
            kept.insert(story, is_kept);
            if is_kept {
                continue;
            }
        }
        for sql in [
            "DELETE FROM body WHERE n = ?1",
            "DELETE FROM told WHERE n = ?1",
            "DELETE FROM article WHERE n = ?1",
        ] {
            db.prepare_cached(sql)?.execute([n])?;
        }
        dropped += 1;
    }
    cursor.article = found.last().map_or(0, |(n, _, _)| *n);
    Ok(dropped)
}

fn bodies(db: &Connection, before_ms: i64) -> Result<u64, Fault> {
    let sql = "DELETE FROM body WHERE n IN \
         (SELECT n FROM body WHERE fetched_ms < ?1 ORDER BY fetched_ms LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute([before_ms, BODIES_MAX])? as u64)
}

/// Stories, merged ones too, that have no article left.
fn stories(db: &Connection, before_ms: i64) -> Result<(), Fault> {
    let sql = "DELETE FROM story WHERE id IN \
         (SELECT id FROM story WHERE last_ms < ?1 ORDER BY last_ms LIMIT ?2) \
         AND NOT EXISTS(SELECT 1 FROM article WHERE article.story = story.id)";
    db.prepare_cached(sql)?.execute([before_ms, ROWS_MAX])?;
    Ok(())
}
