//! Where benchmarks write.

/// A directory on the disk that builds use, for real files and real syncs; gone when dropped.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}
