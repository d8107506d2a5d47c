//! The archive: what was fetched, as gzipped WARC, in the order in which the desk took it.
//!
//! A group is written and synced **before** its commit, so every committed poll is in the archive. A crash between the
//! two leaves polls that were never committed; the next start says up to which input its store holds, and a reader
//! passes the others over: each committed poll is read exactly once. Each run begins files of its own; what a crash cut
//! in the middle of a record is cut off at the next start, and nothing else is ever changed.
//!
//! An archive that cannot be written stops nobody: records come first. It is told once, the inputs that are missing
//! leave a hole in the numbers, and readers tell of it.

mod file;
mod journal;
mod name;
mod read;
mod records;
mod warc;

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use journal::{Came, Entry, PageWanted, Poll, Start, Unread, What};
pub use read::{Archived, Bodies, Count, Fault, Input, ReadError, is_named_so};
pub use records::{Head, Limits, Record, Records, Step, split_http};
pub use warc::{Kind, Record as Written, answer, not_modified};

use super::{Error, lock};
use crate::news::{Hash16, hash16};
use file::Open;
use name::Name;

/// Bytes of one group after which it is committed: bodies wait for it in memory.
const PENDING_BYTES_MAX: usize = 4 << 20;

/// Where the archive is, and when its files end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The directory.
    pub dir: PathBuf,
    /// Whether a group is synced before its commit.
    pub is_synced: bool,
    /// A file that has grown so long is followed by another.
    pub file_bytes_max: u64,
    /// So is one that was begun so long ago.
    pub file_age_max: Duration,
    /// Files are deleted this long after the next one was begun; `None` keeps them for ever.
    pub keep: Option<Duration>,
    /// Name of the desk.
    pub source: String,
}

/// What the store holds of the archive, saved with each commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    desk: Hash16,
    seq: u64,
    file: String,
    end: u64,
}

/// The archive, held by this process alone.
#[derive(Debug)]
pub struct Archive {
    config: Config,
    mark: Mark,
    next_number: u64,
    open: Option<Open>,
    pending: Vec<(Vec<u8>, Entry)>,
    pending_bytes: usize,
    /// Inputs that could not be written since the last that could.
    missing: u64,
    /// Held until this is dropped.
    _lock: File,
}

impl Archive {
    /// Makes the directory where it is missing, takes it for this process alone, and cuts off what a crash left
    /// half-written. `mark` is what the store holds of an earlier run.
    pub fn open(config: &Config, mark: Option<&str>, now: Timestamp) -> Result<Self, Error> {
        let dir = &config.dir;
        fs::create_dir_all(dir)
            .map_err(|source| Error::CannotWrite { dir: dir.clone(), source })?;
        let lock = lock::take(dir)?;
        let mark: Option<Mark> = mark.and_then(|text| serde_json::from_str(text).ok());
        let mark = mark.unwrap_or_else(|| Mark {
            desk: hash16(&["desk", &config.source, &now.to_string()]),
            ..Mark::default()
        });
        let names = name::list(dir).map_err(|source| Error::Io { path: dir.clone(), source })?;
        let last = names.last();
        if let Some(last) = last {
            let from = if last.text == mark.file { mark.end } else { 0 };
            file::mend(&dir.join(&last.text), from)?;
        }
        let next_number = last.map_or(1, |last| last.number.saturating_add(1));
        Ok(Self {
            config: config.clone(),
            mark,
            next_number,
            open: None,
            pending: Vec::new(),
            pending_bytes: 0,
            missing: 0,
            _lock: lock,
        })
    }

    /// Says that the desk begins to work, on the inputs that its store holds.
    pub fn start(&mut self, version: &str, at: Timestamp) {
        let start = Start { committed: self.mark.seq, version: version.to_owned() };
        self.push(Vec::new(), What::Start(start), at);
    }

    /// Takes what the desk has taken, with the finished records of its answers. Written with [`Self::flush`].
    pub fn push(&mut self, records: Vec<u8>, what: What, at: Timestamp) {
        self.mark.seq += 1;
        self.pending_bytes += records.len();
        let entry = Entry { desk: self.mark.desk, seq: self.mark.seq, at, what };
        self.pending.push((records, entry));
    }

    /// Whether the open group should be committed.
    pub fn is_full(&self) -> bool {
        self.pending_bytes >= PENDING_BYTES_MAX
    }

    /// Writes what was pushed, to be called before its commit. Gives the mark to save with that commit; `None` where
    /// there was nothing to write.
    ///
    /// # Panics
    /// Never: entries are plain data with string keys.
    pub fn flush(&mut self) -> Option<String> {
        let last = self.pending.last()?.1.at;
        let pending = std::mem::take(&mut self.pending);
        self.pending_bytes = 0;
        let inputs = pending.len() as u64;
        match self.write(&pending, last) {
            Ok(()) if self.missing > 0 => {
                tracing::warn!(
                    inputs = self.missing,
                    "the archive can be written again; {} inputs are missing in it",
                    self.missing
                );
                self.missing = 0;
            }
            Ok(()) => {}
            Err(error) => {
                if self.missing == 0 {
                    tracing::error!(%error, "the archive cannot be written: the desk goes on without it");
                }
                self.missing += inputs;
            }
        }
        Some(self.mark())
    }

    /// What the store is to hold.
    ///
    /// # Panics
    /// Never: it is plain data.
    pub fn mark(&self) -> String {
        serde_json::to_string(&self.mark).expect("plain data with string keys")
    }

    fn write(&mut self, pending: &[(Vec<u8>, Entry)], now: Timestamp) -> Result<(), Error> {
        if self.open.as_ref().is_none_or(|open| open.is_over(&self.config, now)) {
            let name = Name::new(now, self.next_number);
            let desk = self.mark.desk.to_string();
            let opened = Open::create(&self.config, &name.text, &desk, now);
            // A name that could not be used is not tried again: what stands there is another's.
            self.next_number = self.next_number.saturating_add(1);
            self.open = None;
            self.open = Some(opened?);
        }
        let open = self.open.as_mut().expect("opened above");
        let mut bytes = Vec::new();
        for (records, entry) in pending {
            bytes.extend_from_slice(records);
            let block = serde_json::to_vec(entry).expect("plain data with string keys");
            bytes.extend_from_slice(&warc::entry(entry, &open.info, &block).bytes);
        }
        let written = open.append(&bytes, self.config.is_synced);
        if open.is_lost {
            self.open = None;
        }
        written?;
        if let Some(open) = &self.open {
            self.mark.file.clone_from(&open.name);
            self.mark.end = open.end;
        }
        Ok(())
    }

    /// Deletes files that are older than the configuration keeps, oldest first; gives their names.
    pub fn prune(&self, now: Timestamp) -> Result<Vec<String>, Error> {
        let Some(keep) = self.config.keep else { return Ok(Vec::new()) };
        let dir = &self.config.dir;
        let names = name::list(dir).map_err(|source| Error::Io { path: dir.clone(), source })?;
        let mut deleted = Vec::new();
        // A file ends where the next one begins, so the last never goes.
        for (name, next) in names.iter().zip(names.iter().skip(1)) {
            let age = next.start.map(|start| now.duration_since(start));
            let is_old =
                age.is_some_and(|age| Duration::try_from(age).is_ok_and(|age| age >= keep));
            if !is_old || self.open.as_ref().is_some_and(|open| open.name == name.text) {
                break;
            }
            let path = dir.join(&name.text);
            fs::remove_file(&path).map_err(|source| Error::Io { path, source })?;
            deleted.push(name.text.clone());
        }
        Ok(deleted)
    }
}
