use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::news::{DeskMarks, FeedState, Hour, Known, Polling, StreamEnd};
use crate::store::error::Fault;
use crate::store::seal::Packer;
use crate::store::{Error, Restored, beside, hours};

const SEEDS: u64 = 200;
const ARTICLES: u64 = 30;

/// All that a start and a poll would ask of a store.
#[derive(Debug, PartialEq)]
struct Answers {
    marks: DeskMarks,
    restored: Restored,
    feeds: std::collections::BTreeMap<FeedId, FeedState>,
    ends: Vec<StreamEnd>,
    pending: Vec<Line>,
    known: Vec<Option<Known>>,
    hours: std::collections::BTreeMap<FeedId, Vec<Hour>>,
}

fn answers(store: &mut Store) -> Result<Answers, Error> {
    let mut wants: Vec<_> = (1..=ARTICLES).map(wanted).collect();
    for want in &mut wants[..5] {
        want.content = crate::news::hash16(&["other words"]);
    }
    Ok(Answers {
        marks: store.marks()?,
        restored: store.restore(at(0))?,
        feeds: store.feeds()?,
        ends: store.ends()?,
        pending: store.pending()?,
        known: store.recall(&wants)?,
        hours: store.told(hours::since(&store.connection, at(0)))?,
    })
}

/// The lines of the two in which they differ.
fn differences(truth: &Answers, found: &Answers) -> Vec<(String, String)> {
    let (truth, found) = (format!("{truth:#?}"), format!("{found:#?}"));
    let pairs = truth.lines().zip(found.lines()).filter(|(truth, found)| truth != found);
    let mut pairs: Vec<_> = pairs.map(|(t, f)| (t.to_owned(), f.to_owned())).take(5).collect();
    if truth.len() != found.len() {
        pairs.push((format!("{} bytes", truth.len()), format!("{} bytes", found.len())));
    }
    pairs
}

/// A closed store with some of everything; its file and its log, for a part is still there after a kill.
fn fill(dir: &Path) -> Answers {
    let mut store = open(dir);
    for n in 1..=ARTICLES {
        store.apply(&batch(n)).unwrap();
        store.put_line(&line(Stream::Articles, n)).unwrap();
        store.save_feed(&feed("a"), &state(n.to_string().as_bytes())).unwrap();
        let hour = at(i64::try_from(n / 4 * 3_600).unwrap());
        let polled = Polling { polls: 1, new: n, ..Polling::default() };
        store.count(&feed("a"), hour, polled).unwrap();
        store.save_marks(&DeskMarks { arrivals: n, commits: n, ..DeskMarks::default() }).unwrap();
        store.commit().unwrap();
    }
    answers(&mut store).unwrap()
}

/// A generator of our own, so that a seed means the same for ever.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }
}

fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) -> &'static str {
    let page = |dice: &mut Dice, bytes: &[u8]| dice.below(bytes.len() / 4096) * 4096;
    match dice.below(5) {
        0 => {
            let at = dice.below(bytes.len());
            bytes.truncate(at);
            "cut"
        }
        1 => {
            let at = page(dice, bytes);
            bytes[at..at + 4096].fill(0);
            "zeroed page"
        }
        2 => {
            let (one, other) = (page(dice, bytes), page(dice, bytes));
            let copy = bytes[one..one + 4096].to_vec();
            bytes.copy_within(other..other + 4096, one);
            bytes[other..other + 4096].copy_from_slice(&copy);
            "swapped pages"
        }
        _ => {
            for _ in 0..1 << dice.below(7) {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
            "flipped bits"
        }
    }
}

/// Whether a start looks at the whole file, as it does for all but large stores.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Start {
    Checked,
    Unchecked,
}

fn answers_of(dir: &Path, start: Start) -> Result<Answers, Error> {
    let config = config(dir);
    if start == Start::Checked {
        return answers(&mut Store::open(&config)?);
    }
    let connection = rusqlite::Connection::open(&config.path);
    let connection = connection.map_err(|error| Fault::from(error).at(&config.path))?;
    answers(&mut Store::with(connection, Packer::new(), &config, None))
}

/// Damages copies of a store; gives how many were detected and how many gave other answers.
fn damage_copies(start: Start) -> (u64, u64) {
    let dir = tempfile::tempdir().unwrap();
    let truth = fill(dir.path());
    let sound = fs::read(config(dir.path()).path).unwrap();
    let (mut detected, mut other) = (0, 0);
    for seed in 0..=SEEDS {
        let copy = tempfile::tempdir().unwrap();
        let path = config(copy.path()).path;
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut bytes = sound.clone();
        let how = if seed == 0 { "sound" } else { damage(&mut bytes, &mut Dice(seed)) };
        fs::write(&path, &bytes).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| answers_of(copy.path(), start)));
        match outcome.unwrap_or_else(|_| panic!("seed {seed}: {how}: panic")) {
            Ok(found) => {
                let differs = differences(&truth, &found);
                other += u64::from(!differs.is_empty());
                let is_exact = start == Start::Unchecked && seed > 0;
                assert!(is_exact || differs.is_empty(), "seed {seed}: {how}: {differs:?}");
            }
            Err(Error::Damaged { .. }) if seed > 0 => detected += 1,
            Err(error) => panic!("seed {seed}: {how}: {error:?}"),
        }
        assert!(fs::metadata(&path).unwrap().len() >= bytes.len() as u64, "seed {seed}: {how}");
    }
    println!("{start:?}: {SEEDS} damages: {detected} detected, {other} gave other answers");
    (detected, other)
}

#[test]
fn a_damaged_store_is_detected_or_answers_as_before_and_is_never_replaced() {
    let (detected, other) = damage_copies(Start::Checked);
    assert!(detected > SEEDS / 2 && other == 0);
}

#[test]
fn damage_seldom_passes_even_where_the_store_is_too_large_for_a_whole_check() {
    let (detected, other) = damage_copies(Start::Unchecked);
    assert!(detected > SEEDS / 2 && other < SEEDS / 20, "{detected} detected, {other} passed");
}

fn refused(dir: &Path) -> String {
    let Err(error @ Error::Damaged { .. }) = Store::open(&config(dir)) else { panic!("opened") };
    error.to_string()
}

#[test]
fn a_store_that_is_gone_or_empty_is_refused_until_its_traces_are_moved_away() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path()).path;
    fill(dir.path());
    fs::write(&path, b"").unwrap();
    assert!(refused(dir.path()).contains("the file is empty"));
    fs::remove_file(&path).unwrap();
    let message = refused(dir.path());
    assert!(message.contains("the file is gone") && message.contains("again under the ids"));
    fs::write(beside(&path, "-wal"), b"log").unwrap();
    fs::remove_file(beside(&path, ".lock")).unwrap();
    refused(dir.path());
    assert!(!path.exists());
    for trace in ["-wal", ".lock"] {
        fs::remove_file(beside(&path, trace)).unwrap();
    }
    assert_eq!(open(dir.path()).recall(&[wanted(1)]).unwrap(), [None]);
}

#[test]
fn a_birth_that_was_cut_short_leaves_room_for_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path()).path;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(beside(&path, ".new"), b"SQLite format 3").unwrap();
    fs::write(beside(&path, ".lock"), b"process 1\n").unwrap();
    open(dir.path()).apply(&batch(1)).unwrap();
}

#[test]
fn another_program_s_file_and_a_later_format_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path()).path;
    fill(dir.path());
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 9).unwrap();
    let opened = Store::open(&config(dir.path()));
    assert!(matches!(opened, Err(Error::Newer { found: 9, known: 2, .. })), "{opened:?}");
    db.pragma_update(None, "user_version", 2).unwrap();
    db.pragma_update(None, "application_id", 7).unwrap();
    assert!(refused(dir.path()).contains("not a store of copytaster"));
    drop(db);
    for left in ["-wal", "-shm"] {
        let gone = fs::remove_file(beside(&path, left));
        drop(gone);
    }
    fs::write(&path, "Harbour news. ".repeat(400)).unwrap();
    refused(dir.path());
}
