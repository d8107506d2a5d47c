//! Writes committed lines where they were laid out, again if need be. Writing twice changes nothing.
//!
//! No visible file is ever truncated, renamed or written with other bytes. Names, offsets and rotation come with the
//! lines; what the sink adds is that they stand on disk.

pub mod alerts;
pub mod archive;
mod files;
mod links;
mod lock;
mod names;
mod redo;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use files::Files;
pub use redo::{Ahead, Lost, Redone};

use crate::news::Stream;

/// Where the output goes and how long it stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The output directory.
    pub dir: PathBuf,
    /// Whether a group is synced before it counts as written; without it, power loss can cost lines.
    pub is_synced: bool,
    /// Sealed files are deleted this long after they were sealed; `None` keeps them for ever.
    pub keep: Option<Duration>,
}

/// Why lines could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No room, or the file system turned read-only: wait, then write the same lines again.
    #[error("no room for {}: {source}", path.display())]
    Full {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Another process writes to the directory.
    #[error("the output directory {} is held by {holder}", dir.display())]
    Locked {
        /// The directory.
        dir: PathBuf,
        /// Who holds it, as far as the lock file says.
        holder: String,
    },
    /// The directory cannot be made or written to.
    #[error("cannot write to the output directory {}: {source}", dir.display())]
    CannotWrite {
        /// The directory.
        dir: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A sync failed. Its data may be lost although a second sync would succeed, so the process must end; the next
    /// start writes the lines again.
    #[error("cannot sync {}: {source}", path.display())]
    SyncFailed {
        /// The file or directory.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Somebody else deleted, moved, cut, extended or replaced a file of ours. A restart goes on in a file of its own.
    #[error("the output file {} was changed by others: {what}", path.display())]
    Disturbed {
        /// Stream of the file.
        stream: Stream,
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// Reading or writing failed, and waiting would not help.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// Sorts a failed write: whether waiting helps.
fn write_error(path: &Path, source: io::Error) -> Error {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let path = path.to_path_buf();
    match source.kind() {
        StorageFull | QuotaExceeded | FileTooLarge | ReadOnlyFilesystem => {
            Error::Full { path, source }
        }
        _ => Error::Io { path, source },
    }
}
