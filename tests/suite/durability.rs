//! Store and sink together under `kill -9`: whatever the moment, each line stands once, in order, and no byte that
//! was ever visible changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use copytaster::news::{DeskMarks, Line, Stream, StreamEnd};
use copytaster::sink::{self, Files};
use copytaster::store::{self, Store};

/// Where the child that is to be killed works.
const DIR: &str = "COPYTASTER_TEST_KILL_DIR";
const KILLS: u64 = 25;
const LINES_A_FILE: u64 = 40;

fn open(dir: &Path) -> (Store, Files) {
    let config = store::Config { path: dir.join("state/store.db"), ..store::Config::default() };
    let sink = sink::Config { dir: dir.join("out"), is_synced: true, keep: None };
    let mut store = Store::open(&config).unwrap();
    let mut files = Files::open(&sink).unwrap();
    let pending = store.pending().unwrap();
    let redone = files.redo(&pending, &store.ends().unwrap()).unwrap();
    assert!(redone.ahead.is_empty() && redone.lost.is_empty(), "{redone:?}");
    store.written(&redone.written).unwrap();
    (store, files)
}

/// The group of lines that follows `end`, with its end: one to three lines, a new file now and then.
fn group(end: &StreamEnd) -> (Vec<Line>, StreamEnd) {
    let mut end = end.clone();
    let mut lines = Vec::new();
    for _ in 0..=end.next_seq % 3 {
        let seq = end.next_seq;
        if end.file.is_empty() || seq % LINES_A_FILE == 1 {
            end.file = format!("articles-20250816T061002Z-{seq:012}.jsonl");
            end.end = 0;
        }
        let words = "The ferry left the pier. ".repeat(usize::try_from(seq % 50).unwrap());
        let bytes = format!("{{\"seq\":{seq},\"text\":\"{words}\"}}\n").into_bytes();
        let stream = Stream::Articles;
        lines.push(Line { stream, seq, file: end.file.clone(), offset: end.end, bytes });
        end.end += lines.last().unwrap().bytes.len() as u64;
        end.next_seq += 1;
    }
    (lines, end)
}

#[test]
#[ignore = "run and killed by its parent"]
fn child_writes_until_it_is_killed() {
    let dir = PathBuf::from(std::env::var_os(DIR).expect("its parent sets it"));
    let (mut store, mut files) = open(&dir);
    let mut end = store.ends().unwrap().pop().unwrap_or_else(|| StreamEnd {
        stream: Stream::Articles,
        next_seq: 1,
        file: String::new(),
        end: 0,
        opened_at: None,
    });
    loop {
        let (lines, next) = group(&end);
        for line in &lines {
            store.put_line(line).unwrap();
        }
        store.save_end(&next).unwrap();
        let arrivals = next.next_seq - 1;
        store.save_marks(&DeskMarks { arrivals, ..DeskMarks::default() }).unwrap();
        store.commit().unwrap();
        let written = files.write(&lines).unwrap();
        store.written(&written).unwrap();
        end = next;
    }
}

/// All that stands in the output, by file.
fn output(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(dir.join("out")) else { return BTreeMap::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let data = names.filter(|name| name.starts_with("articles-"));
    data.map(|name| (name.clone(), fs::read(dir.join("out").join(name)).unwrap())).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a kill must come from outside, at a moment of its own"
)]
fn run_and_kill(dir: &Path, delay: Duration) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "durability::child_writes_until_it_is_killed"])
        .env(DIR, dir)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // However slow the machine, a kill comes only once this run has written something.
    let size = || output(dir).values().map(Vec::len).sum::<usize>();
    let before = size();
    for _ in 0..3000 {
        if size() > before {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(delay);
    assert_eq!(child.try_wait().unwrap(), None, "the child ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn after_every_kill_each_committed_line_stands_once_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut seen: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for kill in 0..KILLS {
        // Spread by a full-period step, so that each kill comes at another phase.
        run_and_kill(dir.path(), Duration::from_millis(30 + kill * 37 % 101));
        let found = output(dir.path());
        for (name, bytes) in &seen {
            assert!(
                found[name].starts_with(bytes.as_slice()),
                "kill {kill}: {name} changed or shrank"
            );
        }
        seen = found;
    }
    let (mut store, _files) = open(dir.path());
    let end = store.ends().unwrap().pop().expect("25 runs commit something");
    let text = output(dir.path()).into_values().flatten().collect::<Vec<_>>();
    let text = String::from_utf8(text).unwrap();
    assert!(text.ends_with('\n'));
    let seqs: Vec<u64> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["seq"].as_u64().unwrap()
        })
        .collect();
    assert_eq!(seqs, (1..end.next_seq).collect::<Vec<_>>());
    assert_eq!(store.marks().unwrap().arrivals, end.next_seq - 1);
    assert!(seqs.len() as u64 >= KILLS, "only {} lines: the kills came too early", seqs.len());
    println!("{KILLS} kills, {} lines: each once and in order", seqs.len());
}
