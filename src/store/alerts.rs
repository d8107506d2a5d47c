//! Alerts on their way out: in the transaction of their lines, and gone once they were received. So none is lost, and
//! none is sent again but one whose receipt was not committed.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::Store;
use super::commit::Row;
use super::error::{Error, Fault};
use super::restore::meta_key;
use super::seal::{Packer, json, parse};

/// An alert that was not received yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// `seq` of its line in the watch stream.
    pub seq: u64,
    /// Whose alert it is.
    pub watch: String,
    /// The line, without its end.
    pub line: String,
}

/// Under which name an alert is kept: names sort as the numbers do.
fn key(seq: u64) -> String {
    meta_key(&format!("alert {seq:020}"))
}

impl Store {
    /// Keeps an alert until it was received, with the open group.
    pub fn queue_alert(&mut self, alert: &Queued) -> Result<(), Error> {
        self.save_bytes(key(alert.seq), &json(alert))
    }

    /// Lets go of an alert that was received, with the next commit.
    pub fn alert_sent(&mut self, seq: u64) -> Result<(), Error> {
        self.put([Row::NoMeta { key: key(seq) }])
    }
}

/// Alerts behind a number, in order.
pub(super) fn queued(
    db: &Connection,
    packer: &mut Packer,
    after: u64,
    most: usize,
) -> Result<Vec<Queued>, Fault> {
    let sql = "SELECT key, value FROM meta WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3";
    let mut select = db.prepare_cached(sql)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = select.query(params![key(after), key(u64::MAX), most])?;
    let mut alerts = Vec::new();
    while let Some(row) = rows.next()? {
        let (key, value): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
        alerts.push(parse(&packer.open(&[b"meta", key.as_bytes()], &value)?)?);
    }
    Ok(alerts)
}
