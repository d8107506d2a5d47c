//! Names of the archive's files: `fetched-20250816T061002Z-000000000001.warc.gz`, numbered in the order they were begun.

use std::path::Path;
use std::{fs, io};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const PREFIX: &str = "fetched-";
const SUFFIX: &str = ".warc.gz";
const START: &str = "%Y%m%dT%H%M%SZ";

/// A file of ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) number: u64,
    pub(super) text: String,
    pub(super) start: Option<Timestamp>,
}

impl Name {
    pub(super) fn new(start: Timestamp, number: u64) -> Self {
        let text = start.to_zoned_datetime(TimeZone::UTC).strftime(START).to_string();
        Self { number, text: format!("{PREFIX}{text}-{number:012}{SUFFIX}"), start: Some(start) }
    }

    /// Reads a file name; `None` if it is none of ours.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (start, number) = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.split_once('-')?;
        let start = DateTime::strptime(START, start).ok()?;
        Some(Self {
            number: number.parse().ok()?,
            text: name.to_owned(),
            start: TimeZone::UTC.to_timestamp(start).ok(),
        })
    }
}

/// Our files in a directory, in the order in which they were begun.
pub(super) fn list(dir: &Path) -> io::Result<Vec<Name>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        names.extend(entry?.file_name().to_str().and_then(Name::parse));
    }
    names.sort();
    Ok(names)
}
