//! `[archive]`: its keys, defaults and bounds.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::document::{Bad, Document, Given};
use super::sections::{DAY, GB, HOUR, KB, MB, SECOND, SPAN_MAX};
use super::{Keep, Output, read};

/// `[archive]`: what was fetched, as WARC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Archive {
    /// The directory.
    pub dir: PathBuf,
    /// A file that has grown so long is followed by another.
    pub rotate_bytes: u64,
    /// So is one that was begun so long ago.
    pub rotate_after: Duration,
    /// How long files are kept after the next one was begun.
    pub keep: Keep,
}

/// Reads the section; `None` where nobody speaks of it.
pub(super) fn read(document: &mut Document<'_>, output: &Output) -> Option<Archive> {
    let wanted = document.mentions("archive");
    let mut s = document.section("archive");
    let dir = s.given("dir", read::path);
    if let Some(Given { value, place }) = &dir
        && *value == output.dir
    {
        // Each is held by a lock of its own.
        s.problem(*place, "dir", Bad::new("must not be output.dir"));
    }
    let archive = Archive {
        dir: dir.map_or_else(|| PathBuf::from("archive"), |given| given.value),
        rotate_bytes: s
            .get("rotate_bytes", |v| read::size(v, 64 * KB, 64 * GB))
            .unwrap_or(256 * MB),
        rotate_after: s.get("rotate_after", |v| read::duration(v, SECOND, 30 * DAY)).unwrap_or(DAY),
        keep: s.get("keep", |v| read::keep(v, HOUR, SPAN_MAX)).unwrap_or(Keep::Forever),
    };
    s.finish();
    wanted.then_some(archive)
}
