//! A directory held by this process alone, for as long as the lock lives.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use super::Error;

/// Longest lock file that is read: a pid.
const LOCK_BYTES_MAX: u64 = 256;

/// Takes an existing directory, and makes sure that a file can be made there.
pub(super) fn take(dir: &Path) -> Result<File, Error> {
    let cannot = |source| Error::CannotWrite { dir: dir.to_owned(), source };
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false);
    let mut lock = options.open(dir.join(".lock")).map_err(cannot)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who holds it is a courtesy; that it is held is certain.
            let read = (&lock).take(LOCK_BYTES_MAX).read_to_string(&mut holder);
            let holder = match (read, holder.trim()) {
                (Ok(_), holder) if !holder.is_empty() => holder.to_owned(),
                _ => "another process".to_owned(),
            };
            return Err(Error::Locked { dir: dir.to_owned(), holder });
        }
        Err(TryLockError::Error(source)) => return Err(cannot(source)),
    }
    let text = format!("process {}\n", std::process::id());
    let signed = lock.rewind().and_then(|()| lock.write_all(text.as_bytes()));
    signed.and_then(|()| lock.set_len(text.len() as u64)).map_err(cannot)?;
    // An old lock file opens even where no file can be made.
    let probe = dir.join(".probe");
    File::create(&probe).and_then(|_| fs::remove_file(&probe)).map_err(cannot)?;
    Ok(lock)
}
