//! What is in archives, ours and others': the inputs of a desk in the order of their time, each to be read when its
//! turn comes. Memory: some hundred bytes an input.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::journal::{Entry, What};
use super::name::Name;
use super::records::{Limits, Record, Records, Step};
use super::warc;
use crate::news::Hash16;

/// Faults that are told one by one; more are only counted.
const FAULTS_MAX: usize = 100;

/// An archive that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {error}")]
pub struct ReadError {
    /// The file or directory.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// A place that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub path: PathBuf,
    /// Byte offset of the record.
    pub at: u64,
    /// What is wrong.
    pub why: String,
}

/// What was found, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Records that cannot be read.
    pub damaged: u64,
    /// Files that end within a record.
    pub cut: u64,
    /// Inputs that were never committed: a crash came before.
    pub uncommitted: u64,
    /// Inputs found a second time.
    pub repeated: u64,
    /// Inputs that the numbers say are missing.
    pub missing: u64,
    /// Records that are nothing to a desk.
    pub passed_over: u64,
}

/// Archives, looked through.
#[derive(Debug)]
pub struct Archived {
    paths: Vec<PathBuf>,
    limits: Limits,
    slots: Vec<Slot>,
    open: Option<(usize, Records)>,
    /// What was found.
    pub count: Count,
    /// The first of the faults.
    pub faults: Vec<Fault>,
}

/// An input's place.
#[derive(Clone, Debug)]
struct Slot {
    file: usize,
    /// Where the first of its records begins.
    first: u64,
    /// Where the last does.
    last: u64,
    at: Timestamp,
    /// Whose input, and its number; none for an answer that others archived.
    number: Option<(Hash16, u64)>,
}

/// The answers that belong to an input, by record id.
pub type Bodies = BTreeMap<String, Record>;

/// One input.
#[derive(Debug)]
pub enum Input {
    /// Of a desk.
    Entry(Box<Entry>, Bodies),
    /// An answer in an archive of others.
    Foreign(Box<Record>),
}

/// A file while it is looked through.
struct Look {
    file: usize,
    /// Id of its first record; an entry that names another is none, only the text of a page that looks like one.
    info: Option<String>,
    /// Where the records of the next entry begin.
    first: Option<u64>,
}

impl Archived {
    /// Looks through files and directories of files.
    pub fn open(sources: &[PathBuf], limits: Limits) -> Result<Self, ReadError> {
        let mut archived = Self {
            paths: paths(sources)?,
            limits,
            slots: Vec::new(),
            open: None,
            count: Count::default(),
            faults: Vec::new(),
        };
        let mut lines = BTreeMap::new();
        for file in 0..archived.paths.len() {
            archived.look_through(file, &mut lines)?;
        }
        archived.settle(&lines);
        Ok(archived)
    }

    /// Inputs that will be taken.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The input at this place of the order; `None` where its records cannot be read any more.
    pub fn read(&mut self, place: usize) -> Result<Option<Input>, ReadError> {
        let Some(slot) = self.slots.get(place).cloned() else { return Ok(None) };
        let failed = |error| ReadError { path: self.paths[slot.file].clone(), error };
        let mut records = match self.open.take() {
            Some((file, records)) if file == slot.file => records,
            _ => Records::open(&self.paths[slot.file], self.limits).map_err(failed)?,
        };
        records.go_to(slot.first).map_err(failed)?;
        let mut bodies = Bodies::new();
        let mut found = None;
        while found.is_none() && records.at() <= slot.last {
            match records.step().map_err(failed)? {
                Some(Step::Record(record)) if record.at == slot.last => found = Some(record),
                Some(Step::Record(record)) => {
                    let id = record.head.id("WARC-Record-ID").unwrap_or_default().to_owned();
                    bodies.insert(id, record);
                }
                Some(Step::Damaged { .. }) => {}
                None => break,
            }
        }
        self.open = Some((slot.file, records));
        Ok(match (found, slot.number) {
            (None, _) => None,
            (Some(record), None) => Some(Input::Foreign(Box::new(record))),
            (Some(record), Some(_)) => serde_json::from_slice(&record.block)
                .ok()
                .map(|entry| Input::Entry(Box::new(entry), bodies)),
        })
    }

    /// Notes a fault of the input at this place.
    pub fn fault_at(&mut self, place: usize, why: impl Into<String>) {
        if let Some(Slot { file, last, .. }) = self.slots.get(place) {
            let (file, last) = (*file, *last);
            self.fault(file, last, why.into());
        }
    }

    fn fault(&mut self, file: usize, at: u64, why: String) {
        self.count.damaged += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { path: self.paths[file].clone(), at, why });
        }
    }

    fn look_through(
        &mut self,
        file: usize,
        lines: &mut BTreeMap<Hash16, Line>,
    ) -> Result<(), ReadError> {
        let path = self.paths[file].clone();
        let failed = |error| ReadError { path: path.clone(), error };
        let mut records = Records::open(&path, self.limits).map_err(failed)?;
        let mut look = Look { file, info: None, first: None };
        while let Some(step) = records.step().map_err(failed)? {
            match step {
                Step::Record(record) => self.sort(&record, &mut look, lines),
                Step::Damaged { is_end: true, .. } => self.count.cut += 1,
                Step::Damaged { at, why, .. } => self.fault(file, at, why),
            }
        }
        Ok(())
    }

    /// Sorts one record: an entry, an answer of ours or of others, or nothing to a desk.
    fn sort(&mut self, record: &Record, look: &mut Look, lines: &mut BTreeMap<Hash16, Line>) {
        let head = &record.head;
        let file = look.file;
        match head.get("WARC-Type") {
            Some("warcinfo") if look.info.is_none() => {
                look.info = head.id("WARC-Record-ID").map(str::to_owned);
            }
            Some("response" | "revisit") if head.get(warc::FEED).is_some() => {
                look.first = look.first.or(Some(record.at));
            }
            Some("metadata") if head.get(warc::ENTRY).is_some() => {
                let first = look.first.take().unwrap_or(record.at);
                let named = head.id("WARC-Warcinfo-ID").unwrap_or_default();
                if look.info.get_or_insert_with(|| named.to_owned()) != named {
                    return self.fault(file, record.at, "an entry of another file".to_owned());
                }
                match serde_json::from_slice::<Entry>(&record.block) {
                    Ok(entry) => self.enter(&entry, look, (first, record.at), lines),
                    Err(error) => self.fault(file, record.at, format!("no entry: {error}")),
                }
            }
            Some("response")
                if head.get("Content-Type").is_none_or(|kind| kind.contains("http")) =>
            {
                let date = head.get("WARC-Date").and_then(|date| date.parse().ok());
                let Some(at) = date else {
                    return self.fault(file, record.at, "no date".to_owned());
                };
                let (first, last) = (record.at, record.at);
                self.slots.push(Slot { file, first, last, at, number: None });
            }
            _ => self.count.passed_over += 1,
        }
    }

    fn enter(
        &mut self,
        entry: &Entry,
        look: &Look,
        (first, last): (u64, u64),
        lines: &mut BTreeMap<Hash16, Line>,
    ) {
        let line = lines.entry(entry.desk).or_default();
        if let What::Start(start) = &entry.what {
            self.count.uncommitted += line.undo(start.committed);
        }
        if !line.kept.insert(entry.seq) {
            self.count.repeated += 1;
            return;
        }
        line.places.insert(entry.seq, self.slots.len());
        let number = Some((entry.desk, entry.seq));
        self.slots.push(Slot { file: look.file, first, last, at: entry.at, number });
    }

    /// Keeps what was committed, in the order of its time; a desk's own order is never changed.
    fn settle(&mut self, lines: &BTreeMap<Hash16, Line>) {
        let mut place = 0;
        self.slots.retain(|slot| {
            let here = place;
            place += 1;
            slot.number.is_none_or(|(desk, seq)| {
                lines.get(&desk).and_then(|line| line.places.get(&seq)) == Some(&here)
            })
        });
        for line in lines.values() {
            if let Some(last) = line.kept.last() {
                self.count.missing += last - line.kept.len() as u64;
            }
        }
        // The sort is stable and a desk's time never falls back.
        self.slots.sort_by_key(|slot| slot.at);
    }
}

/// The inputs of one desk, by number.
#[derive(Debug, Default)]
struct Line {
    kept: BTreeSet<u64>,
    places: BTreeMap<u64, usize>,
}

impl Line {
    /// Lets go of what the store did not hold when the desk began to work again.
    fn undo(&mut self, committed: u64) -> u64 {
        let undone = self.kept.split_off(&committed.saturating_add(1));
        self.places.split_off(&committed.saturating_add(1));
        undone.len() as u64
    }
}

/// The files of the sources: those of a directory by their numbers, then by name.
fn paths(sources: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let mut all = Vec::new();
    for source in sources {
        if !source.is_dir() {
            all.push(source.clone());
            continue;
        }
        let failed = |error| ReadError { path: source.clone(), error };
        for entry in std::fs::read_dir(source).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if is_named_so(&path) {
                all.push(path);
            }
        }
    }
    // A desk's inputs have to come in their order, however the files were named on the command line.
    let key = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let number = name.as_deref().and_then(Name::parse).map_or(u64::MAX, |name| name.number);
        (path.parent().map(Path::to_owned), number, name)
    };
    all.sort_by_cached_key(key);
    Ok(all)
}

/// Whether a file is an archive by its name.
pub fn is_named_so(path: &Path) -> bool {
    let is = |path: &Path, wanted: &str| {
        path.extension().is_some_and(|found| found.eq_ignore_ascii_case(wanted))
    };
    let is_in_gzip =
        is(path, "gz") && path.file_stem().is_some_and(|stem| is(Path::new(stem), "warc"));
    is_in_gzip || is(path, "warc")
}
