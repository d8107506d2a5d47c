//! Says where each line goes: stream, `seq`, file, offset; and when a new file begins. Pure.
//!
//! Names are final and never used again: a file's first `seq` is part of its name, and a file is named only when a
//! line is placed in it, so two files of a stream can never begin with the same one.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::format::SCHEMA;
use crate::news::{Line, Stream, StreamEnd};

/// When files end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// Whether article records carry their bodies.
    pub include_body: bool,
    /// A line that would pass this goes to a new file; only a line longer than it makes a longer file.
    pub file_bytes_max: u64,
    /// A file is closed at this age, if it has its least size; `None` in `replay`, where time never rotates.
    pub file_age_max: Option<Duration>,
    /// Below this size age does not close a file: some shippers do not start on tiny ones.
    pub file_bytes_min: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            include_body: false,
            file_bytes_max: 256 * 1024 * 1024,
            file_age_max: Some(Duration::from_hours(1)),
            file_bytes_min: 4 * 1024,
        }
    }
}

impl Config {
    /// The shape of the lines in one word, such as `1.0` or `1.0+body`. Stored with the ends and handed to
    /// [`Layout::reshape`] at the next start.
    pub fn shape(&self) -> String {
        let suffix = if self.include_body { "+body" } else { "" };
        format!("{SCHEMA}{suffix}")
    }
}

/// Where each stream stands.
#[derive(Clone, Debug)]
pub struct Layout {
    config: Config,
    /// One for each stream, in the order of [`Stream::ALL`].
    ends: Vec<StreamEnd>,
}

impl Layout {
    /// Goes on from the stored ends; a stream without one begins at `seq` 1.
    pub fn new(config: Config, ends: Vec<StreamEnd>) -> Self {
        let mut all: Vec<StreamEnd> = Stream::ALL.into_iter().map(beginning).collect();
        for end in ends {
            if let Some(slot) = all.iter_mut().find(|slot| slot.stream == end.stream) {
                *slot = end;
            }
        }
        Self { config, ends: all }
    }

    /// The `seq` that the stream's next line must carry.
    pub fn next_seq(&self, stream: Stream) -> u64 {
        self.end(stream).next_seq
    }

    /// Gives a rendered line its place and moves the stream's end behind it.
    pub fn place(&mut self, stream: Stream, bytes: Vec<u8>, now: Timestamp) -> Line {
        let size = bytes.len() as u64;
        let is_full = self.is_full(stream, size, now);
        let end = self.end_mut(stream);
        if is_full {
            end.file = file_name(stream, now, end.next_seq);
            end.end = 0;
            end.opened_at = Some(now);
        }
        let line =
            Line { stream, seq: end.next_seq, file: end.file.clone(), offset: end.end, bytes };
        end.next_seq += 1;
        end.end += size;
        line
    }

    /// Where all streams stand, to be committed with the lines.
    pub fn ends(&self) -> Vec<StreamEnd> {
        self.ends.clone()
    }

    /// Closes the stream's file: its next line opens another.
    pub fn rotate(&mut self, stream: Stream) {
        let end = self.end_mut(stream);
        end.file.clear();
        end.end = 0;
        end.opened_at = None;
    }

    /// Goes on above a `seq` found in the stream's files beyond the stored end, in another file.
    pub fn go_on_above(&mut self, stream: Stream, last_seq: u64) {
        self.rotate(stream);
        let end = self.end_mut(stream);
        end.next_seq = end.next_seq.max(last_seq.saturating_add(1));
    }

    /// Closes every file if the stored shape (see [`Config::shape`]) is another than that of the lines to come.
    pub fn reshape(&mut self, stored: Option<&str>) {
        if stored.is_some_and(|shape| shape != self.config.shape()) {
            for stream in Stream::ALL {
                self.rotate(stream);
            }
        }
    }

    fn is_full(&self, stream: Stream, size: u64, now: Timestamp) -> bool {
        let end = self.end(stream);
        if end.file.is_empty() {
            return true;
        }
        let is_long = end.end > 0 && end.end.saturating_add(size) > self.config.file_bytes_max;
        let is_old = match (self.config.file_age_max, end.opened_at) {
            (Some(age_max), Some(opened_at)) => {
                let age = Duration::try_from(now.duration_since(opened_at)).unwrap_or_default();
                age >= age_max && end.end >= self.config.file_bytes_min
            }
            _ => false,
        };
        is_long || is_old
    }

    fn end(&self, stream: Stream) -> &StreamEnd {
        self.ends.iter().find(|end| end.stream == stream).expect("new() makes one for each stream")
    }

    fn end_mut(&mut self, stream: Stream) -> &mut StreamEnd {
        self.ends
            .iter_mut()
            .find(|end| end.stream == stream)
            .expect("new() makes one for each stream")
    }
}

fn beginning(stream: Stream) -> StreamEnd {
    StreamEnd { stream, next_seq: 1, file: String::new(), end: 0, opened_at: None }
}

/// `articles-20250816T061002Z-000000000001.jsonl`
pub fn file_name(stream: Stream, opened_at: Timestamp, first_seq: u64) -> String {
    let start = opened_at.to_zoned_datetime(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
    format!("{}-{start}-{first_seq:012}.jsonl", stream.as_str())
}

/// The stream and first `seq` that a file's name states; `None` for a name that is not ours.
pub fn parse_file_name(name: &str) -> Option<(Stream, u64)> {
    let mut parts = name.strip_suffix(".jsonl")?.split('-');
    let (stream, start, seq) = (parts.next()?, parts.next()?, parts.next()?);
    let stream = Stream::ALL.into_iter().find(|known| known.as_str() == stream)?;
    let start = start.strip_suffix('Z')?;
    let is_start = start.len() == 15
        && start
            .chars()
            .enumerate()
            .all(|(i, c)| if i == 8 { c == 'T' } else { c.is_ascii_digit() });
    let is_seq = seq.len() >= 12 && seq.chars().all(|c| c.is_ascii_digit());
    if !is_start || !is_seq || parts.next().is_some() {
        return None;
    }
    Some((stream, seq.parse().ok()?))
}
