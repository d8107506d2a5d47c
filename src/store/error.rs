//! What can go wrong with the store, sorted by consequence: wait and retry, refuse to start, or stop.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};

/// Bytes of the probe that tells a full disk from a broken one; larger than any file system's inline file.
const PROBE_BYTES: usize = 64 * 1024;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No room. The group is kept: wait, then [`retry`](super::Store::retry).
    #[error("no room for the store {}: {detail}", path.display())]
    Full {
        /// The store's file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// What stands in the file is not what was written, or the file is gone.
    #[error(
        "the store {} is damaged: {what}. Move it and its -wal, -shm and .lock files away and \
         start anew; it costs the memory of what was seen, so the next poll writes articles again \
         under the ids they had",
        path.display()
    )]
    Damaged {
        /// The store's file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// Another process has the store open.
    #[error("the store {} is held by {holder}", path.display())]
    Locked {
        /// The store's file.
        path: PathBuf,
        /// Who holds it, as far as the lock file says.
        holder: String,
    },
    /// Written by a later version of this program.
    #[error(
        "the store {} has format {found}, this program knows formats up to {known}: \
         start the later version again",
        path.display()
    )]
    Newer {
        /// The store's file.
        path: PathBuf,
        /// Format of the file.
        found: i64,
        /// Highest format this program reads.
        known: i64,
    },
    /// The file cannot be opened or created where the configuration says.
    #[error("cannot open the store {}: {detail}", path.display())]
    CannotOpen {
        /// The store's file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// Reading, writing or syncing failed, and repeating it would prove nothing.
    #[error("the store {} failed: {detail}", path.display())]
    Io {
        /// The store's file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
}

/// An error before the store's path is known to it.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(rusqlite::Error),
    Damaged(String),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// A fault of contents: `what` says where.
pub(super) fn damaged(what: impl Into<String>) -> Fault {
    Fault::Damaged(what.into())
}

impl Fault {
    /// The error to report for the store at `path`.
    pub(super) fn at(self, path: &Path) -> Error {
        let path = path.to_path_buf();
        let error = match self {
            Self::Damaged(what) => return Error::Damaged { path, what },
            Self::Sql(error) => error,
        };
        let detail = error.to_string();
        let rusqlite::Error::SqliteFailure(code, _) = &error else {
            // A value of the wrong type or no text: the row is not one that we wrote.
            return Error::Damaged { path, what: detail };
        };
        match code.code {
            ErrorCode::DiskFull => Error::Full { path, detail },
            ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::ConstraintViolation
            | ErrorCode::TypeMismatch => Error::Damaged { path, what: detail },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                Error::Locked { path, holder: "another connection".to_owned() }
            }
            ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
                Error::CannotOpen { path, detail }
            }
            _ if is_write(code.extended_code) => match probe(&path) {
                Err(error) if is_full(&error) => Error::Full { path, detail: error.to_string() },
                _ => Error::Io { path, detail },
            },
            _ => Error::Io { path, detail },
        }
    }
}

/// `SQLite` reports ENOSPC as "full", but a quota or a file size limit as a failed write.
fn is_write(extended_code: i32) -> bool {
    matches!(extended_code, SQLITE_IOERR_WRITE | SQLITE_IOERR_SHMSIZE)
}

/// Writes a little beside the store and takes it away again.
fn probe(path: &Path) -> io::Result<()> {
    let probe = super::beside(path, ".probe");
    // A positioned write, as SQLite does it, so that both meet the same answer.
    let written =
        File::create(&probe).and_then(|file| file.write_all_at(&vec![b'x'; PROBE_BYTES], 0));
    let removed = fs::remove_file(&probe);
    written.and(removed)
}

/// Whether waiting can help.
fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge | ReadOnlyFilesystem)
}
