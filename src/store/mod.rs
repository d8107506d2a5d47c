//! The only truth: one embedded `SQLite` file, and the only place that uses it.
//!
//! One transaction is one group: what was seen, articles, stories, the feeds' validators and schedule, and the
//! outgoing lines with their places stand together or not at all. Nothing reaches the output before its group is
//! committed. Every row carries a checksum that is verified when it is read. A store that does not fit is refused,
//! never replaced by an empty one.
//!
//! Moments are kept in whole milliseconds, as the records show them.

mod alerts;
mod apply;
mod commit;
mod error;
mod hours;
mod prune;
mod read;
mod recall;
mod restore;
mod rows;
mod schema;
mod seal;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

pub use alerts::Queued;
pub use error::Error;
pub use hours::HOURS_KEPT;
pub use prune::Pruned;
pub use read::{FoundArticle, Reader};
pub use restore::Restored;

use commit::Group;
use error::Fault;
use rows::Feeds;
use seal::Packer;

/// How much is on disk when a commit returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Durability {
    /// Synced once a group: survives power loss.
    #[default]
    Group,
    /// Synced once a batch: the same promise, groups of one batch.
    Record,
    /// Never synced: survives the death of the process, not of the machine.
    Process,
}

/// Where the store is and how long it remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its file; others with its name and a suffix stand beside it.
    pub path: PathBuf,
    /// How much is on disk when a commit returns.
    pub durability: Durability,
    /// An article is known for this long after it was last seen.
    pub keep: Duration,
    /// Its body is kept for this long after it was fetched.
    pub keep_text: Duration,
}

const DAY: Duration = Duration::from_hours(24);
/// Outlets republish a year-old guid; 400 days cover a year and its edges.
const KEEP: Duration = DAY.saturating_mul(400);
/// Corrections come within days; a month covers them.
const KEEP_TEXT: Duration = DAY.saturating_mul(30);

impl Default for Config {
    fn default() -> Self {
        Self {
            path: PathBuf::from("state/copytaster.db"),
            durability: Durability::default(),
            keep: KEEP,
            keep_text: KEEP_TEXT,
        }
    }
}

/// An open store: one writer, one open group at most.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    feeds: Feeds,
    packer: Packer,
    group: Group,
    prune: prune::Cursor,
    keep: Duration,
    keep_text: Duration,
    path: PathBuf,
    /// Held until the store is dropped; `None` in memory.
    _lock: Option<schema::Lock>,
}

impl Store {
    /// Opens the store for this process alone; makes one only where there is no trace of an earlier one.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let mut packer = Packer::new();
        let mut lock = schema::Lock::take(&config.path)?;
        let connection = schema::open(&config.path, &mut lock, config.durability, &mut packer)?;
        Ok(Self::with(connection, packer, config, Some(lock)))
    }

    /// A store that is gone when it is dropped, for `eval` and tests.
    pub fn in_memory() -> Result<Self, Error> {
        let config = Config { path: PathBuf::from(":memory:"), ..Config::default() };
        let mut packer = Packer::new();
        let connection =
            schema::open_in_memory(&mut packer).map_err(|fault| fault.at(&config.path))?;
        Ok(Self::with(connection, packer, &config, None))
    }

    /// Opens a second connection that reads only; it needs no lock and disturbs no writer.
    pub fn read(path: &Path) -> Result<Reader, Error> {
        Reader::open(path)
    }

    fn with(
        connection: Connection,
        packer: Packer,
        config: &Config,
        lock: Option<schema::Lock>,
    ) -> Self {
        Self {
            connection,
            feeds: Feeds::default(),
            packer,
            group: Group::default(),
            prune: prune::Cursor::default(),
            keep: config.keep,
            keep_text: config.keep_text,
            path: config.path.clone(),
            _lock: lock,
        }
    }

    /// Names the store in an error.
    fn told<T>(&self, result: Result<T, Fault>) -> Result<T, Error> {
        result.map_err(|fault| fault.at(&self.path))
    }
}

/// The file beside the store whose name has `suffix` added.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
