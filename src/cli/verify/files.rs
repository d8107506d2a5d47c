//! Reads one stream's files line by line, in bounded memory, and checks what each line shows on its own.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::report::{Check, Place, Report};
use crate::news::{Stream, Time};
use crate::record::layout::parse_file_name;
use crate::record::{LINE_BYTES_MAX, LINE_WITH_BODY_BYTES_MAX, Record, SCHEMA, to_json};

/// One file of a stream.
#[derive(Clone, Debug)]
struct Named {
    name: Arc<str>,
    path: PathBuf,
    first_seq: u64,
}

/// The files of a directory, by stream.
#[derive(Debug)]
pub(super) struct Directory {
    files: Vec<(Stream, Named)>,
}

impl Directory {
    /// Lists the directory; whatever does not begin like a stream is none of our business.
    pub(super) fn open(dir: &Path, report: &mut Report) -> io::Result<Self> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_ours = |stream: Stream| {
                let rest =
                    name.strip_prefix(stream.as_str()).and_then(|rest| rest.strip_prefix('-'));
                rest.is_some_and(|rest| rest.strip_suffix(".jsonl").is_some())
            };
            if !Stream::ALL.into_iter().any(is_ours) {
                continue;
            }
            let place = Place { file: name.as_str().into(), line: 0 };
            let parsed = parse_file_name(&name);
            let wrong = parsed.is_none().then(|| "not a name that an output file has".to_owned());
            report.check(Check::Files, &place, wrong);
            if let Some((stream, first_seq)) = parsed {
                files.push((stream, Named { name: place.file, path: entry.path(), first_seq }));
            }
        }
        files.sort_by(|(_, a), (_, b)| (a.first_seq, &a.name).cmp(&(b.first_seq, &b.name)));
        report.files = files.len() as u64;
        Ok(Self { files })
    }

    /// Whether there is nothing to verify.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The lines of one stream, files in the order of their first `seq`.
    pub(super) fn lines(&self, stream: Stream) -> Lines {
        let mut files: Vec<Named> = self
            .files
            .iter()
            .filter(|(of, _)| *of == stream)
            .map(|(_, file)| file.clone())
            .collect();
        files.reverse();
        Lines { stream, files, open: None, due: 1, last: None, buffer: Vec::new() }
    }
}

/// A record with its place.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it stands.
    pub(super) place: Place,
    /// The record.
    pub(super) record: Record,
}

struct Open {
    reader: BufReader<File>,
    place: Place,
}

/// Goes through a stream; what is no record is reported and passed over.
pub(super) struct Lines {
    stream: Stream,
    /// Files to come, the next one last.
    files: Vec<Named>,
    open: Option<Open>,
    /// The `seq` that the next line must have.
    due: u64,
    /// Commit and time of the line before.
    last: Option<(u64, Time)>,
    buffer: Vec<u8>,
}

impl Lines {
    /// The next record.
    pub(super) fn next(&mut self, report: &mut Report) -> io::Result<Option<Found>> {
        loop {
            let Some(open) = &mut self.open else {
                if !self.open_next(report)? {
                    return Ok(None);
                }
                continue;
            };
            self.buffer.clear();
            if !read_line(&mut open.reader, &mut self.buffer)? {
                self.open = None;
                continue;
            }
            open.place.line += 1;
            report.lines += 1;
            let place = open.place.clone();
            let read = whole(&self.buffer).and_then(|text| record(text, self.stream));
            match read {
                Ok(record) => {
                    report.check(Check::Lines, &place, None);
                    self.follow(&record, &place, report);
                    return Ok(Some(Found { place, record }));
                }
                Err(wrong) => {
                    report.check(Check::Lines, &place, Some(wrong));
                    self.due = self.due.saturating_add(1);
                }
            }
        }
    }

    fn open_next(&mut self, report: &mut Report) -> io::Result<bool> {
        let Some(file) = self.files.pop() else { return Ok(false) };
        let place = Place { file: file.name, line: 0 };
        let wrong = (file.first_seq != self.due).then(|| {
            format!("begins with seq {} by its name, due is {}", file.first_seq, self.due)
        });
        report.check(Check::Files, &place, wrong);
        self.open =
            Some(Open { reader: BufReader::with_capacity(1 << 16, File::open(file.path)?), place });
        Ok(true)
    }

    /// Checks the envelope against the line before and against itself.
    fn follow(&mut self, record: &Record, place: &Place, report: &mut Report) {
        let envelope = record.envelope();
        let (seq, due) = (envelope.seq, self.due);
        let mut wrong = match seq.cmp(&due) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(format!("seq {seq}, due is {due}: a gap")),
            std::cmp::Ordering::Less => Some(format!("seq {seq}, due is {due}: a repeat")),
        };
        if let Some((commit, time)) = self.last {
            if envelope.commit < commit {
                wrong = wrong.or(Some(format!("commit {} after {commit}", envelope.commit)));
            }
            if envelope.time < time {
                wrong = wrong.or(Some(format!("time {} after {time}", envelope.time)));
            }
        }
        report.check(Check::Seq, place, wrong);
        self.due = seq.saturating_add(1);
        self.last = Some((envelope.commit, envelope.time));
        let computed = record.computed_id();
        let wrong = (computed != envelope.id)
            .then(|| format!("id {} where {computed} follows from the record", envelope.id));
        report.check(Check::Ids, place, wrong);
    }
}

/// Reads one line with its newline, never more than a line may be; of a longer one the rest is passed over.
fn read_line(reader: &mut BufReader<File>, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let limit = LINE_WITH_BODY_BYTES_MAX as u64 + 1;
    reader.by_ref().take(limit).read_until(b'\n', buffer)?;
    if buffer.len() as u64 == limit && buffer.last() != Some(&b'\n') {
        while !reader.fill_buf()?.is_empty() {
            let (used, is_end) = match reader.buffer().iter().position(|&byte| byte == b'\n') {
                Some(end) => (end + 1, true),
                None => (reader.buffer().len(), false),
            };
            reader.consume(used);
            if is_end {
                break;
            }
        }
    }
    Ok(!buffer.is_empty())
}

/// The line without its newline, if it is one.
fn whole(bytes: &[u8]) -> Result<&str, String> {
    if bytes.len() > LINE_WITH_BODY_BYTES_MAX {
        return Err(format!("longer than {LINE_WITH_BODY_BYTES_MAX} bytes"));
    }
    let text = bytes.strip_suffix(b"\n").ok_or("does not end in a newline")?;
    let text = str::from_utf8(text).map_err(|error| format!("not UTF-8: {error}"))?;
    match text.chars().find(|c| c.is_control()) {
        Some(c) => Err(format!("a raw control character U+{:04X}", u32::from(c))),
        None => Ok(text),
    }
}

fn record(text: &str, stream: Stream) -> Result<Record, String> {
    let record = Record::parse(text).map_err(|error| error.to_string())?;
    if record.stream() != stream {
        return Err(format!("a record of the stream {}", record.stream().as_str()));
    }
    let has_body = matches!(&record, Record::Article(article) if article.text.body.is_some());
    if !has_body && text.len() >= LINE_BYTES_MAX {
        return Err(format!("longer than {LINE_BYTES_MAX} bytes without a body"));
    }
    // A later minor version may hold more keys; of our own we know every byte.
    if record.envelope().schema == SCHEMA && to_json(&record) != text.as_bytes() {
        return Err("keys, their order or a value are not as the format writes them".to_owned());
    }
    Ok(record)
}
