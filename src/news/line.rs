//! Rendered output with its place in the files: what is committed first and written afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An output stream; each has its own files and its own dense `seq`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// `article.*` records.
    Articles,
    /// `story.*` records.
    Stories,
    /// `quarantine.item` records.
    Quarantine,
    /// `health.*` and `desk.*` records.
    Health,
    /// `watch.hit` records.
    Watch,
}

impl Stream {
    /// All streams, in the order in which their lines are committed.
    pub const ALL: [Self; 5] =
        [Self::Articles, Self::Stories, Self::Quarantine, Self::Health, Self::Watch];

    /// First part of its files' names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Articles => "articles",
            Self::Stories => "stories",
            Self::Quarantine => "quarantine",
            Self::Health => "health",
            Self::Watch => "watch",
        }
    }
}

/// One line with its place. Writing it twice changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Stream it belongs to.
    pub stream: Stream,
    /// Its `seq`.
    pub seq: u64,
    /// Name of the file in the output directory.
    pub file: String,
    /// Byte offset in that file.
    pub offset: u64,
    /// The line with its `\n`.
    pub bytes: Vec<u8>,
}

/// Where a stream stands; committed with the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamEnd {
    /// The stream.
    pub stream: Stream,
    /// `seq` of its next line.
    pub next_seq: u64,
    /// Active file, `""` before the first line.
    pub file: String,
    /// Committed length of the active file in bytes.
    pub end: u64,
    /// When the active file was opened.
    pub opened_at: Option<Timestamp>,
}
