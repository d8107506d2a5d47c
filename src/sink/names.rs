//! File names, as far as the sink must understand them: `STREAM-START-SEQ.jsonl`.

use std::path::Path;
use std::{fs, io};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::news::Stream;

const SUFFIX: &str = ".jsonl";
const START: &str = "%Y%m%dT%H%M%SZ";

/// A data file of one stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) first_seq: u64,
    pub(super) name: String,
}

impl Name {
    /// Reads a file name; `None` if it is none of this stream's.
    pub(super) fn parse(stream: Stream, name: &str) -> Option<Self> {
        let rest = name.strip_prefix(stream.as_str())?.strip_prefix('-')?;
        let (_, seq) = rest.strip_suffix(SUFFIX)?.rsplit_once('-')?;
        let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        let first_seq = seq.parse().ok()?;
        is_plain.then(|| Self { first_seq, name: name.to_owned() })
    }

    /// When the file was begun, by its name.
    pub(super) fn start(&self) -> Option<Timestamp> {
        let (front, _) = self.name.strip_suffix(SUFFIX)?.rsplit_once('-')?;
        let (_, start) = front.rsplit_once('-')?;
        TimeZone::UTC.to_timestamp(DateTime::strptime(START, start).ok()?).ok()
    }
}

/// A stream's files in the directory, by first `seq`.
pub(super) fn list(dir: &Path, stream: Stream) -> io::Result<Vec<Name>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        names.extend(name.to_str().and_then(|name| Name::parse(stream, name)));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_where_it_begins_and_foreign_names_are_left_alone() {
        let name = "articles-20250816T061002Z-000000000042.jsonl";
        let read = Name::parse(Stream::Articles, name).unwrap();
        assert_eq!(read.first_seq, 42);
        assert_eq!(read.start(), Some("2025-08-16T06:10:02Z".parse().unwrap()));
        assert_eq!(Name::parse(Stream::Stories, name), None);
        for foreign in ["articles-x.jsonl", "articles-1/../2-3.jsonl", "articles-1-2.jsonl.gz"] {
            assert_eq!(Name::parse(Stream::Articles, foreign), None, "{foreign}");
        }
    }
}
