//! The real desk without network and in stream time: article lines in, records out.
//!
//! Lines are taken by `published`, then input order; one without a usable date keeps its place after the line before
//! it. Enrichment runs on any number of threads, the rest in order on one, so the output is the same bytes.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use crate::enrich::{self, PlainText};
use crate::news::{Article, Batch, Feed, Hash16, Input, Rejection, hash16};
use crate::tables::Tables;
use crate::writer::Writer;
use crate::{parse, sink, store};

/// A longer line is refused: no article is this long.
pub const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Lines enriched together before the desk takes them.
const CHUNK: usize = 512;

/// Characters of a refused line kept in quarantine.
const SAMPLE_CHARS: usize = 500;

/// What stops a replay.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A source cannot be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// The source.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The output failed.
    #[error(transparent)]
    Sink(#[from] sink::Error),
}

/// One article line.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    id: Id,
    title: Option<String>,
    text: Option<String>,
    #[serde(default)]
    published: Stated,
    source: Option<String>,
    url: Option<String>,
    lang: Option<String>,
}

/// A date as it stands, whatever it is: one that is no text is as unreadable as one that is no date.
#[derive(Clone, Debug, Default)]
struct Stated(Option<String>);

impl<'de> Deserialize<'de> for Stated {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text),
            other => Some(other.to_string()),
        }))
    }
}

/// Ids are strings; numbers are taken as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

/// A line's place in the sources and in time.
#[derive(Clone, Copy, Debug)]
struct Slot {
    source: usize,
    offset: u64,
    bytes: u64,
    number: u64,
    at: Timestamp,
}

/// A line that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its source.
    pub path: PathBuf,
    /// Its number, from 1.
    pub number: u64,
    /// Why.
    pub reason: String,
}

/// The sources, indexed: which lines, in which order.
#[derive(Debug)]
pub struct Lines {
    paths: Vec<PathBuf>,
    files: Vec<File>,
    slots: Vec<Slot>,
    bad: Vec<(BadLine, Rejection)>,
}

impl Lines {
    /// Reads the sources once to find the order of their lines. Memory: 48 bytes a line.
    pub fn index(paths: &[PathBuf]) -> Result<Self, Error> {
        let mut lines =
            Self { paths: paths.to_vec(), files: Vec::new(), slots: Vec::new(), bad: Vec::new() };
        let mut dates = Vec::new();
        for (source, path) in paths.iter().enumerate() {
            let failed = |error| Error::Read { path: path.clone(), error };
            let file = File::open(path).map_err(failed)?;
            lines.scan(source, &mut BufReader::new(&file), &mut dates).map_err(failed)?;
            lines.files.push(file);
        }
        let mut at = dates.iter().flatten().next().copied().unwrap_or(Timestamp::UNIX_EPOCH);
        for (slot, date) in lines.slots.iter_mut().zip(dates) {
            at = date.unwrap_or(at);
            slot.at = at;
        }
        lines.slots.sort_by_key(|slot| (slot.at, slot.source, slot.number));
        Ok(lines)
    }

    fn scan(
        &mut self,
        source: usize,
        reader: &mut impl BufRead,
        dates: &mut Vec<Option<Timestamp>>,
    ) -> std::io::Result<()> {
        let (mut offset, mut number, mut buffer) = (0, 0, Vec::new());
        loop {
            buffer.clear();
            let bytes = reader.read_until(b'\n', &mut buffer)? as u64;
            if bytes == 0 {
                return Ok(());
            }
            number += 1;
            let here = Slot { source, offset, bytes, number, at: Timestamp::UNIX_EPOCH };
            offset += bytes;
            if buffer.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match line_of(&buffer) {
                Ok(line) => {
                    dates.push(line.published.0.as_deref().and_then(enrich::stated));
                    self.slots.push(here);
                }
                Err(reason) => self.refuse(source, number, &buffer, reason),
            }
        }
    }

    fn refuse(&mut self, source: usize, number: u64, line: &[u8], reason: String) {
        let path = self.paths[source].clone();
        let sample = String::from_utf8_lossy(line).chars().take(SAMPLE_CHARS).collect();
        let rejection = Rejection {
            url: format!("{}:{number}", path.display()),
            reason: "bad_line".to_owned(),
            detail: format!("line {number}: {reason}"),
            body_hash: body_hash(line),
            bytes: line.len() as u64,
            sample,
            items: 0,
            ..Rejection::default()
        };
        self.bad.push((BadLine { path, number, reason }, rejection));
    }

    /// Lines that will be taken.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Lines that could not be taken, in input order.
    pub fn bad(&self) -> impl Iterator<Item = &BadLine> {
        self.bad.iter().map(|(bad, _)| bad)
    }

    fn read(&self, slot: &Slot) -> std::io::Result<Line> {
        let length = usize::try_from(slot.bytes).map_err(std::io::Error::other)?;
        let mut bytes = vec![0; length];
        self.files[slot.source].read_exact_at(&mut bytes, slot.offset)?;
        line_of(&bytes).map_err(std::io::Error::other)
    }

    fn path(&self, slot: &Slot) -> &Path {
        &self.paths[slot.source]
    }
}

fn body_hash(bytes: &[u8]) -> Hash16 {
    hash16(&[&blake3::hash(bytes).to_hex()])
}

fn line_of(bytes: &[u8]) -> Result<Line, String> {
    if bytes.len() as u64 > LINE_BYTES_MAX {
        return Err(format!("longer than {LINE_BYTES_MAX} bytes"));
    }
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        return Err("not a JSON object".to_owned());
    }
    let line: Line = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let is_blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    match &line.id {
        Id::Text(id) if id.trim().is_empty() => Err("`id` is missing or empty".to_owned()),
        _ if is_blank(&line.title) && is_blank(&line.text) => {
            Err("neither `title` nor `text`".to_owned())
        }
        _ => Ok(line),
    }
}

/// A line's address as records show one; what is no link stays as it is.
fn shown(url: &str) -> String {
    parse::shown_link(url).unwrap_or_else(|| url.to_owned())
}

/// How a replay runs.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Threads that enrich.
    pub threads: usize,
}

/// Takes all lines; `group` is called whenever a group is full, and once at the end.
pub fn run(
    lines: &Lines,
    writer: &mut Writer,
    tables: &Tables,
    pace: Pace,
    mut group: impl FnMut(&mut Writer, usize) -> Result<(), Error>,
) -> Result<(), Error> {
    let feed = feed("replay");
    let first = lines.slots.first().map_or(Timestamp::UNIX_EPOCH, |slot| slot.at);
    for (_, rejection) in &lines.bad {
        writer.reject(&feed.id, rejection, first)?;
    }
    let mut done = 0;
    for chunk in lines.slots.chunks(CHUNK) {
        for (slot, article) in chunk.iter().zip(enrich(lines, chunk, &feed, tables, pace)?) {
            writer.take(Input::Batch(Box::new(batch(&feed, slot.at, article))), slot.at)?;
            done += 1;
            if writer.is_full() {
                group(writer, done)?;
            }
        }
    }
    group(writer, done)
}

/// The stand-in for a feed that lines come from.
///
/// # Panics
///
/// Never: its address is a literal.
pub fn feed(id: &str) -> Arc<Feed> {
    Arc::new(Feed::new(id, Url::parse("file:///").expect("a literal URL")))
}

/// A batch of one article, as lines and `taste` give it.
pub fn batch(feed: &Arc<Feed>, at: Timestamp, article: Article) -> Batch<Article> {
    Batch {
        feed: Arc::clone(feed),
        fetched_at: at,
        state: None,
        report: None,
        health: None,
        backfill_before: None,
        items: vec![article],
        rejected: Vec::new(),
    }
}

/// Enriches a chunk on `pace.threads` threads; the result is in the chunk's order.
fn enrich(
    lines: &Lines,
    chunk: &[Slot],
    feed: &Feed,
    tables: &Tables,
    pace: Pace,
) -> Result<Vec<Article>, Error> {
    let one = |slot: &Slot| -> Result<Article, Error> {
        let line = lines
            .read(slot)
            .map_err(|error| Error::Read { path: lines.path(slot).to_owned(), error })?;
        Ok(article(&line, &enrich::Context { feed, fetched_at: slot.at, tables }))
    };
    let share = chunk.len().div_ceil(pace.threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = chunk
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(one).collect::<Result<Vec<_>, _>>()))
            .collect();
        let mut articles = Vec::with_capacity(chunk.len());
        for part in parts {
            articles.extend(
                part.join()
                    .expect("enrichment does not panic: a property test holds it to that")?,
            );
        }
        Ok(articles)
    })
}

fn article(line: &Line, context: &enrich::Context<'_>) -> Article {
    let id = match &line.id {
        Id::Text(id) => id.clone(),
        Id::Number(number) => number.to_string(),
    };
    let text = PlainText {
        id,
        title: line.title.clone().unwrap_or_default(),
        text: line.text.clone().unwrap_or_default(),
        published: line.published.0.clone(),
        outlet: line.source.clone().unwrap_or_default(),
        url: line.url.as_deref().map(shown).unwrap_or_default(),
        lang: line.lang.clone().unwrap_or_default(),
    };
    enrich::plain(text, context)
}
