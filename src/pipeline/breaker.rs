//! Keeps a body that kills the process from killing it twice.
//!
//! Before a parse, the feed and the hash of its body are noted in a slot beside the store, and cleared after it. The
//! note is never synced: whatever kills a process leaves the kernel's pages alone. A slot that a start finds uncleared
//! names a *suspect*, not a culprit, since a plain kill leaves the same trace: when that body comes again, a disposable
//! child reads it. If the child dies, the hash is poison and is never read again; if it lives, its result is used and
//! the suspicion is over. So an unknown abort costs one crash, an innocent body one child.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::child::{self, Limits, Verdict};
use crate::news::{FetchReport, Fetched, Hash16, Page, Rejection};
use crate::parse::{self, PageError, Parsed};
use crate::{clock, failpoint};

/// Processor time of one parse. Nothing a publisher writes should cost a quarter of it, so what costs more is an
/// attack or our own mistake, and once is enough.
const CPU_MAX: Duration = Duration::from_secs(2);

/// Suspects remembered; a crash leaves as many as there are readers, so this is many crashes in a row.
const SUSPECTS_MAX: usize = 256;

/// Poisonous bodies remembered; beyond it the oldest is forgotten, which costs one more crash if it comes back.
const POISON_MAX: usize = 4_096;

/// Children for one suspect: a child that was ended from outside says nothing about the body.
const CHILDREN_MAX: usize = 3;

/// Characters of a refused body that are kept to look at.
const SAMPLE_CHARS: usize = 500;

/// File of the suspects and the poisonous.
const MARKS: &str = "marks.json";

/// Beginning of the slots' names.
const SLOT: &str = "slot-";

/// A body under suspicion, or found guilty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    body_hash: Hash16,
    feed: String,
    #[serde(default)]
    why: String,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Marks {
    suspects: VecDeque<Mark>,
    poison: VecDeque<Mark>,
}

/// What is known of a body before it is read.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    Clean,
    Suspect,
    Poison(String),
}

impl Marks {
    fn standing(&self, hash: Hash16) -> Standing {
        if let Some(mark) = self.poison.iter().find(|mark| mark.body_hash == hash) {
            return Standing::Poison(mark.why.clone());
        }
        let is_suspect = self.suspects.iter().any(|mark| mark.body_hash == hash);
        if is_suspect { Standing::Suspect } else { Standing::Clean }
    }

    fn suspect(&mut self, mark: Mark) {
        if self.standing(mark.body_hash) == Standing::Clean {
            push(&mut self.suspects, mark, SUSPECTS_MAX);
        }
    }

    fn clear(&mut self, hash: Hash16) {
        self.suspects.retain(|mark| mark.body_hash != hash);
    }

    fn condemn(&mut self, mark: Mark) {
        self.clear(mark.body_hash);
        push(&mut self.poison, mark, POISON_MAX);
    }
}

fn push(list: &mut VecDeque<Mark>, mark: Mark, max: usize) {
    if list.len() >= max {
        list.pop_front();
    }
    list.push_back(mark);
}

/// Suspects, the poisonous, and where the slots are.
#[derive(Debug)]
pub struct Breaker {
    dir: PathBuf,
    marks: Mutex<Marks>,
}

impl Breaker {
    /// Opens the directory, makes suspects of what the last run was reading when it ended, and empties the slots.
    ///
    /// To be called by the one process that holds the store.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let mut marks = load(&dir.join(MARKS));
        let slots = slots(dir)?;
        for mark in slots.iter().filter_map(|slot| noted(slot)) {
            tracing::warn!(
                feed.id = mark.feed,
                body_hash = %mark.body_hash,
                "the last run ended while it read this body; if it comes again, a child reads it"
            );
            marks.suspect(mark);
        }
        let breaker = Self { dir: dir.to_owned(), marks: Mutex::new(marks) };
        // The suspects are written down before the slots forget them.
        breaker.save(&breaker.marks())?;
        for slot in slots {
            fs::remove_file(slot)?;
        }
        Ok(breaker)
    }

    /// A reader's own slot.
    pub(super) fn slot(self: &Arc<Self>, number: usize) -> Slot {
        let path = self.dir.join(format!("{SLOT}{number}"));
        let opened = File::options().create(true).truncate(true).write(true).open(&path);
        if let Err(error) = &opened {
            tracing::warn!(%error, path = %path.display(), "bodies are read without a note of them");
        }
        Slot { breaker: Arc::clone(self), file: opened.ok() }
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Marks)) {
        let mut marks = self.marks();
        change(&mut marks);
        if let Err(error) = self.save(&marks) {
            tracing::warn!(%error, "cannot remember which bodies are harmful: they may cost another crash");
        }
    }

    fn save(&self, marks: &Marks) -> io::Result<()> {
        let draft = self.dir.join("marks.tmp");
        fs::write(&draft, serde_json::to_vec(marks)?)?;
        fs::rename(draft, self.dir.join(MARKS))
    }
}

/// Marks that cannot be read are forgotten: they cost a crash or a child, never an article.
fn load(path: &Path) -> Marks {
    let read = fs::read(path).map(|bytes| serde_json::from_slice(&bytes));
    match read {
        Ok(Ok(marks)) => marks,
        Ok(Err(error)) => {
            tracing::warn!(%error, path = %path.display(), "cannot be read and is begun anew");
            Marks::default()
        }
        Err(_) => Marks::default(),
    }
}

fn slots(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(SLOT) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn noted(slot: &Path) -> Option<Mark> {
    serde_json::from_slice(&fs::read(slot).ok()?).ok()
}

/// One reader's note of what it reads.
#[derive(Debug)]
pub(super) struct Slot {
    breaker: Arc<Breaker>,
    file: Option<File>,
}

impl Slot {
    /// Reads a body here, or in a child, or not at all.
    pub(super) fn read(&self, fetched: &Fetched, config: &parse::Config) -> Parsed {
        let standing = self.breaker.marks().standing(fetched.body_hash);
        match standing {
            Standing::Clean => self.here(fetched, config),
            Standing::Suspect => self.apart(fetched, config),
            Standing::Poison(why) => refused(fetched, "breaker", format!("not read again: {why}")),
        }
    }

    /// Reads an article page here, under the same note; one that is under suspicion is not read, since its feed's
    /// text will do.
    pub(super) fn page(&self, fetched: &Fetched, config: &parse::Config) -> Result<Page, String> {
        if self.breaker.marks().standing(fetched.body_hash) != Standing::Clean {
            return Err("under suspicion of harm".to_owned());
        }
        self.note(fetched);
        failpoint::reach("parsing");
        let start = clock::thread_cpu();
        let read = panic::catch_unwind(AssertUnwindSafe(|| look_at_page(fetched, config)));
        let spent = clock::thread_cpu().saturating_sub(start);
        self.clear();
        if spent > CPU_MAX {
            let detail = format!("cpu {} ms, over {} ms", spent.as_millis(), CPU_MAX.as_millis());
            self.condemn(fetched, &detail);
        }
        read.map_err(|_| "reading it panicked".to_owned())?.map_err(|error| error.to_string())
    }

    fn here(&self, fetched: &Fetched, config: &parse::Config) -> Parsed {
        self.note(fetched);
        failpoint::reach("parsing");
        let start = clock::thread_cpu();
        let read = panic::catch_unwind(AssertUnwindSafe(|| look(fetched, config)));
        let spent = clock::thread_cpu().saturating_sub(start);
        self.clear();
        let Ok(mut parsed) = read else {
            return refused(fetched, "panic", "reading it panicked".to_owned());
        };
        if spent > CPU_MAX {
            let detail = format!("cpu {} ms, over {} ms", spent.as_millis(), CPU_MAX.as_millis());
            self.condemn(fetched, &detail);
            // What was read with such effort is not thrown away.
            parsed.rejected.push(rejection(fetched, "breaker", detail));
            parsed.report.defects.push("breaker".to_owned());
        }
        parsed
    }

    fn apart(&self, fetched: &Fetched, config: &parse::Config) -> Parsed {
        for _ in 0..CHILDREN_MAX {
            match child::read(fetched, config, Limits::default()) {
                Verdict::Read(parsed) => {
                    tracing::info!(feed.id = %fetched.feed.id, body_hash = %fetched.body_hash, "a child read the body: it is harmless");
                    self.breaker.change(|marks| marks.clear(fetched.body_hash));
                    return *parsed;
                }
                Verdict::Died(why) => {
                    self.condemn(fetched, &why);
                    return refused(fetched, "breaker", why);
                }
                Verdict::Unknown(why) => {
                    tracing::warn!(feed.id = %fetched.feed.id, why, "a child could not finish reading");
                }
            }
        }
        // No child could say. The note stands again, so the worst is one more crash.
        let parsed = self.here(fetched, config);
        self.breaker.change(|marks| marks.clear(fetched.body_hash));
        parsed
    }

    fn condemn(&self, fetched: &Fetched, why: &str) {
        let mark = mark(fetched, why);
        tracing::error!(feed.id = mark.feed, body_hash = %mark.body_hash, why, "a body is poison: it goes to quarantine and is not read again");
        self.breaker.change(|marks| marks.condemn(mark));
    }

    fn note(&self, fetched: &Fetched) {
        let Some(file) = &self.file else { return };
        let note = serde_json::to_vec(&mark(fetched, "")).unwrap_or_default();
        if let Err(error) = file.write_all_at(&note, 0) {
            tracing::warn!(%error, feed.id = %fetched.feed.id, "a body is read without a note of it");
        }
    }

    fn clear(&self) {
        // A slot that stays full costs one child, no more.
        if let Some(Err(error)) = self.file.as_ref().map(|file| file.set_len(0)) {
            tracing::warn!(%error, "the note of a body that was read cannot be cleared");
        }
    }
}

fn mark(fetched: &Fetched, why: &str) -> Mark {
    Mark { body_hash: fetched.body_hash, feed: fetched.feed.id.to_string(), why: why.to_owned() }
}

/// Reads a body; in tests the place where it does harm.
pub(super) fn look(fetched: &Fetched, config: &parse::Config) -> Parsed {
    failpoint::poison(&fetched.body);
    parse::read(fetched, config)
}

/// Reads an article page; the same place.
fn look_at_page(fetched: &Fetched, config: &parse::Config) -> Result<Page, PageError> {
    failpoint::poison(&fetched.body);
    parse::page(fetched, config)
}

/// The account of a body that nobody reads.
fn refused(fetched: &Fetched, reason: &str, detail: String) -> Parsed {
    let report = FetchReport {
        http: Some(fetched.http),
        bytes: fetched.wire_bytes,
        defects: vec![reason.to_owned()],
        ..FetchReport::default()
    };
    Parsed { rejected: vec![rejection(fetched, reason, detail)], report, ..Parsed::default() }
}

fn rejection(fetched: &Fetched, reason: &str, detail: String) -> Rejection {
    let head = fetched.body.get(..4 * SAMPLE_CHARS).unwrap_or(&fetched.body);
    let sample = String::from_utf8_lossy(head);
    Rejection {
        url: fetched.url.as_str().chars().take(parse::LINK_BYTES_MAX / 4).collect(),
        reason: reason.to_owned(),
        detail,
        body_hash: fetched.body_hash,
        bytes: fetched.body.len() as u64,
        sample: sample
            .chars()
            .filter(|c| !c.is_control() || *c == '\n')
            .take(SAMPLE_CHARS)
            .collect(),
        ..Rejection::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_mark(n: u8) -> Mark {
        Mark { body_hash: Hash16([n; 16]), feed: format!("feed-{n}"), why: String::new() }
    }

    #[test]
    fn a_slot_left_full_makes_a_suspect_that_outlives_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        drop(Breaker::open(dir.path()).unwrap());
        fs::write(dir.path().join("slot-1"), serde_json::to_vec(&a_mark(7)).unwrap()).unwrap();
        fs::write(dir.path().join("slot-2"), b"").unwrap();
        for start in 0..2 {
            let breaker = Breaker::open(dir.path()).unwrap();
            let standing = |n: u8| breaker.marks().standing(Hash16([n; 16]));
            assert_eq!(standing(7), Standing::Suspect, "start {start}");
            assert_eq!(standing(8), Standing::Clean);
            assert_eq!(slots(dir.path()).unwrap(), Vec::<PathBuf>::new());
        }
    }

    #[test]
    fn verdicts_outlive_a_start() {
        let dir = tempfile::tempdir().unwrap();
        let breaker = Breaker::open(dir.path()).unwrap();
        breaker.change(|marks| {
            marks.suspect(a_mark(1));
            marks.suspect(a_mark(2));
            marks.condemn(Mark { why: "signal 6".to_owned(), ..a_mark(1) });
            marks.clear(Hash16([2; 16]));
            // A later crash beside a poisonous body does not make it a mere suspect again.
            marks.suspect(a_mark(1));
        });
        drop(breaker);
        let marks = Breaker::open(dir.path()).unwrap().marks.into_inner().unwrap();
        assert_eq!(marks.standing(Hash16([1; 16])), Standing::Poison("signal 6".to_owned()));
        assert_eq!(marks.standing(Hash16([2; 16])), Standing::Clean);
        assert!(marks.suspects.is_empty());
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let mut marks = Marks::default();
        for n in 0..=POISON_MAX {
            let hash = crate::news::hash16(&[&n.to_string()]);
            marks.condemn(Mark { body_hash: hash, ..a_mark(0) });
        }
        assert_eq!(marks.poison.len(), POISON_MAX);
        assert_eq!(marks.standing(crate::news::hash16(&["0"])), Standing::Clean);
    }

    #[test]
    fn damaged_marks_are_begun_anew() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(MARKS), b"{\"suspects\": 3").unwrap();
        fs::write(dir.path().join("slot-0"), b"{\"body_h").unwrap();
        let breaker = Breaker::open(dir.path()).unwrap();
        assert_eq!(*breaker.marks(), Marks::default());
    }
}
