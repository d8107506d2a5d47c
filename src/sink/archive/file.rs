//! One file of the archive while it is written, and the end of one that a crash left.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::records::{Limits, Records, Step};
use super::{Config, Error, warc};
use crate::sink::write_error;

/// The file that is being written to.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) name: String,
    /// Id of its first record.
    pub(super) info: String,
    /// What was written whole.
    pub(super) end: u64,
    /// Not to be written to any more: nobody knows what stands on the disk.
    pub(super) is_lost: bool,
    path: PathBuf,
    file: File,
    begun: Timestamp,
    /// A failed write may have left something behind the end.
    is_torn: bool,
}

impl Open {
    /// Begins a file. Its first record says who wrote it.
    pub(super) fn create(
        config: &Config,
        name: &str,
        desk: &str,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let path = config.dir.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|source| write_error(&path, source))?;
        let software = concat!("copytaster/", env!("CARGO_PKG_VERSION"));
        let info = warc::info(name, now, software, desk);
        let mut open = Self {
            name: name.to_owned(),
            info: info.id,
            end: 0,
            is_lost: false,
            path,
            file,
            begun: now,
            is_torn: false,
        };
        open.append(&info.bytes, false)?;
        if config.is_synced {
            File::open(&config.dir)
                .and_then(|dir| dir.sync_all())
                .map_err(|source| Error::SyncFailed { path: config.dir.clone(), source })?;
        }
        Ok(open)
    }

    /// Whether the next group goes to another file.
    pub(super) fn is_over(&self, config: &Config, now: Timestamp) -> bool {
        let age = Duration::try_from(now.duration_since(self.begun)).unwrap_or_default();
        self.end >= config.file_bytes_max || age >= config.file_age_max
    }

    /// Writes whole records behind the end; what a failure left there goes first.
    pub(super) fn append(&mut self, bytes: &[u8], is_synced: bool) -> Result<(), Error> {
        let failed = |source: io::Error| write_error(&self.path, source);
        if self.is_torn {
            self.file.set_len(self.end).map_err(failed)?;
            self.is_torn = false;
        }
        if let Err(source) = self.file.write_all_at(bytes, self.end) {
            self.is_torn = self.file.set_len(self.end).is_err();
            return Err(failed(source));
        }
        if is_synced && let Err(source) = self.file.sync_data() {
            self.is_lost = true;
            return Err(Error::SyncFailed { path: self.path.clone(), source });
        }
        self.end += bytes.len() as u64;
        Ok(())
    }
}

/// Cuts off what stands behind the last whole record at or after `from`: a crash, or a full disk, left it.
pub(super) fn mend(path: &Path, from: u64) -> Result<(), Error> {
    let failed = |source| Error::Io { path: path.to_owned(), source };
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    // A file shorter than it was known to be has lost whole records, and none can be cut.
    if from >= length {
        return Ok(());
    }
    let mut whole = from;
    let mut records = Records::open(path, Limits::default()).map_err(failed)?;
    records.go_to(from).map_err(failed)?;
    while let Some(step) = records.step().map_err(failed)? {
        if let Step::Record(record) = step {
            whole = record.end;
        }
    }
    if whole < length {
        tracing::warn!(
            file = %path.display(),
            bytes = length - whole,
            "the archive ended within a record: its rest is cut off"
        );
        file.set_len(whole).and_then(|()| file.sync_all()).map_err(failed)?;
    }
    Ok(())
}
