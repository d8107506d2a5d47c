use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::*;
use crate::news::{Line, StreamEnd};

const NAME: &str = "articles-20250816T061002Z-000000000001.jsonl";
const SECOND: &str = "articles-20250816T071002Z-000000000004.jsonl";

fn config(dir: &Path) -> Config {
    Config { dir: dir.to_path_buf(), is_synced: true, keep: None }
}

fn files(dir: &Path) -> Files {
    Files::open(&config(dir)).unwrap()
}

/// Lines of `articles`, one after the other from `offset`, with different lengths.
fn lines(file: &str, seqs: std::ops::RangeInclusive<u64>, mut offset: u64) -> Vec<Line> {
    let stream = Stream::Articles;
    let laid_out = seqs.map(|seq| {
        let words = "so ".repeat(usize::try_from(seq).unwrap());
        let bytes = format!("{{\"seq\":{seq},\"title\":\"{words}\"}}\n").into_bytes();
        let line = Line { stream, seq, file: file.to_owned(), offset, bytes };
        offset += line.bytes.len() as u64;
        line
    });
    laid_out.collect()
}

fn bytes(lines: &[Line]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.bytes.clone()).collect()
}

fn end(lines: &[Line]) -> StreamEnd {
    let last = lines.last().unwrap();
    StreamEnd {
        stream: last.stream,
        next_seq: last.seq + 1,
        file: last.file.clone(),
        end: last.offset + last.bytes.len() as u64,
        opened_at: None,
    }
}

fn read(dir: &Path, name: &str) -> Vec<u8> {
    fs::read(dir.join(name)).unwrap()
}

#[test]
fn lines_stand_where_they_were_laid_out_and_the_link_leads_to_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = files(dir.path());
    let first = lines(NAME, 1..=3, 0);
    let story = Line {
        stream: Stream::Stories,
        seq: 1,
        file: "stories-20250816T061002Z-000000000001.jsonl".to_owned(),
        offset: 0,
        bytes: b"{}\n".to_vec(),
    };
    let group = [&first[..2], std::slice::from_ref(&story), &first[2..]].concat();
    assert_eq!(files.write(&group).unwrap(), [(Stream::Articles, 3), (Stream::Stories, 1)]);
    assert_eq!(files.write(&group).unwrap(), [(Stream::Articles, 3), (Stream::Stories, 1)]);
    assert_eq!(read(dir.path(), NAME), bytes(&first));
    assert_eq!(read(dir.path(), &story.file), story.bytes);

    let second = lines(SECOND, 4..=5, 0);
    files.write(&second).unwrap();
    assert_eq!(read(dir.path(), NAME), bytes(&first));
    assert_eq!(fs::read(dir.path().join("current/articles.jsonl")).unwrap(), bytes(&second));
    assert_eq!(fs::read(dir.path().join("current/stories.jsonl")).unwrap(), story.bytes);
}

#[test]
fn a_start_writes_lost_lines_again_and_a_torn_tail_heals_at_every_byte() {
    let all = lines(NAME, 1..=4, 0);
    let (whole, pending) = all.split_at(2);
    let start = bytes(whole).len();
    for cut in start..=bytes(&all).len() {
        for garbage in [&b""[..], &[0; 3], b"\xff\n"] {
            let dir = tempfile::tempdir().unwrap();
            let mut torn = bytes(&all)[..cut].to_vec();
            torn.extend_from_slice(garbage);
            torn.truncate(bytes(&all).len());
            fs::write(dir.path().join(NAME), torn).unwrap();
            let config = Config { is_synced: false, ..config(dir.path()) };
            let mut files = Files::open(&config).unwrap();
            for _ in 0..2 {
                let redone = files.redo(pending, &[end(&all)]).unwrap();
                assert_eq!(redone.written, [(Stream::Articles, 4)]);
                assert!(redone.ahead.is_empty() && redone.lost.is_empty(), "{redone:?}");
                assert_eq!(read(dir.path(), NAME), bytes(&all), "cut at {cut}");
            }
            let next = lines(NAME, 5..=5, end(&all).end);
            files.write(&next).unwrap();
            assert_eq!(read(dir.path(), NAME), bytes(&lines(NAME, 1..=5, 0)));
        }
    }
}

#[test]
fn a_start_makes_a_file_whose_lines_were_all_pending() {
    let dir = tempfile::tempdir().unwrap();
    let all = [lines(NAME, 1..=3, 0), lines(SECOND, 4..=5, 0)].concat();
    let redone = files(dir.path()).redo(&all, &[end(&all)]).unwrap();
    assert_eq!(redone.written, [(Stream::Articles, 5)]);
    assert_eq!(read(dir.path(), NAME), bytes(&all[..3]));
    assert_eq!(fs::read(dir.path().join("current/articles.jsonl")).unwrap(), bytes(&all[3..]));
}

#[test]
fn a_file_that_goes_on_where_the_store_ends_is_adopted_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let all = lines(NAME, 1..=3, 0);
    let later = lines(SECOND, 4..=5, 0);
    let mut tail = bytes(&all);
    tail.extend_from_slice(b"{\"seq\":4,\"tor");
    fs::write(dir.path().join(NAME), &tail).unwrap();
    fs::write(dir.path().join(SECOND), bytes(&later)).unwrap();
    fs::write(dir.path().join("articles-20250816T081002Z-000000000006.jsonl"), b"").unwrap();
    let redone = files(dir.path()).redo(&all[1..2], &[end(&all[..2])]).unwrap();
    assert_eq!(redone.lost, []);
    let found: Vec<Vec<u8>> =
        redone.ahead.iter().flat_map(|ahead| ahead.lines().unwrap()).map(Result::unwrap).collect();
    assert_eq!(found.concat(), bytes(&[&all[2..], &later[..]].concat()));
    assert_eq!((redone.ahead.len(), redone.ahead[0].committed), (2, end(&all[..2]).end));
    let last = redone.ahead.iter().map(|ahead| ahead.last_seq().unwrap()).collect::<Vec<_>>();
    assert_eq!(last, [Some(3), Some(5)]);
    assert_eq!(read(dir.path(), NAME), tail);
}

#[test]
fn a_store_that_starts_anew_beside_an_older_output_goes_on_above_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(NAME), bytes(&lines(NAME, 1..=3, 0))).unwrap();
    fs::write(dir.path().join(SECOND), bytes(&lines(SECOND, 4..=5, 0))).unwrap();
    let redone = files(dir.path()).redo(&[], &[]).unwrap();
    let last = redone.ahead.iter().map(|ahead| ahead.last_seq().unwrap()).max();
    assert_eq!((redone.ahead.len(), last), (2, Some(Some(5))));
}

#[test]
fn surplus_without_line_ends_costs_no_memory() {
    let dir = tempfile::tempdir().unwrap();
    let all = lines(NAME, 1..=1, 0);
    let mut long = bytes(&all);
    long.extend(vec![b'x'; 3 * 1024 * 1024]);
    long.extend_from_slice(b"\nwhole\n");
    fs::write(dir.path().join(NAME), &long).unwrap();
    let redone = files(dir.path()).redo(&[], &[end(&all)]).unwrap();
    let found: Vec<_> = redone.ahead[0].lines().unwrap().map(Result::unwrap).collect();
    assert_eq!(found, [b"whole\n"]);
}

#[test]
fn a_file_that_others_cut_deleted_or_replaced_is_left_and_its_pending_lines_come_back() {
    let all = lines(NAME, 1..=4, 0);
    let (whole, pending) = all.split_at(3);
    let short = bytes(&all[..2]);
    let mut foreign = bytes(&all);
    foreign[usize::try_from(pending[0].offset).unwrap() - 1] = b'x';
    for left in [None, Some(short), Some(foreign)] {
        let dir = tempfile::tempdir().unwrap();
        if let Some(left) = &left {
            fs::write(dir.path().join(NAME), left).unwrap();
        }
        let redone = files(dir.path()).redo(pending, &[end(&all)]).unwrap();
        assert_eq!((redone.lost.len(), redone.written.len()), (1, 0));
        assert_eq!(redone.lost[0].lines, pending);
        assert_eq!(redone.lost[0].committed, end(&all).end);
        assert_eq!(redone.lost[0].found, left.as_ref().map(|left| left.len() as u64));
        assert_eq!(fs::read(dir.path().join(NAME)).ok(), left);
        // In a file of their own they stand, and the next start has nothing to tell.
        let moved = redone.moved(Stream::Articles, SECOND);
        assert_eq!(bytes(&moved), bytes(pending));
        let redone = files(dir.path()).redo(&moved, &[end(&moved)]).unwrap();
        assert!(redone.lost.is_empty() && redone.ahead.is_empty());
        assert_eq!(redone.written, [(Stream::Articles, 4)]);
        assert_eq!(read(dir.path(), SECOND), bytes(pending));
        // Deleted without a line pending: nothing to write again, and still told.
        if left.is_none() {
            fs::remove_file(dir.path().join(SECOND)).unwrap();
            let redone = files(dir.path()).redo(&[], &[end(whole)]).unwrap();
            assert_eq!((redone.lost.len(), redone.lost[0].found), (1, None));
        }
    }
}

fn disturb(how: impl Fn(&Path)) -> String {
    let dir = tempfile::tempdir().unwrap();
    let all = lines(NAME, 1..=3, 0);
    let mut files = files(dir.path());
    files.write(&all[..2]).unwrap();
    let path = dir.path().join(NAME);
    how(&path);
    let before = fs::read(&path).ok();
    let Err(Error::Disturbed { what, .. }) = files.write(&all[2..]) else { panic!("not seen") };
    assert_eq!(fs::read(&path).ok(), before, "the file is left as it is");
    what
}

#[test]
fn what_others_do_to_an_open_file_is_seen_before_the_next_write() {
    let append = |path: &Path| {
        let mut found = fs::read(path).unwrap();
        found.extend_from_slice(b"{}\n");
        fs::write(path, found).unwrap();
    };
    let replace = |path: &Path| {
        let copy = path.with_extension("copy");
        fs::copy(path, &copy).unwrap();
        fs::rename(copy, path).unwrap();
    };
    assert!(disturb(|path| fs::remove_file(path).unwrap()).contains("deleted"));
    assert!(disturb(|path| fs::rename(path, path.with_extension("1")).unwrap()).contains("moved"));
    assert!(disturb(replace).contains("another file"));
    assert!(disturb(|path| fs::write(path, b"{}\n").unwrap()).contains("cut"));
    assert!(disturb(append).contains("somebody else"));
}

#[test]
fn a_file_that_already_stands_where_a_fresh_one_belongs_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(NAME), b"kept\n").unwrap();
    let mut files = files(dir.path());
    let all = lines(NAME, 1..=2, 0);
    assert!(matches!(files.write(&all), Err(Error::Disturbed { .. })));
    assert!(matches!(files.write(&all[1..]), Err(Error::Disturbed { .. })));
    assert_eq!(read(dir.path(), NAME), b"kept\n");
}

#[test]
fn a_name_that_leads_out_of_the_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = files(&dir.path().join("out"));
    for name in
        ["../articles-1-2.jsonl", "/etc/articles-1-2.jsonl", "articles-/../../x-1.jsonl", ""]
    {
        let line = lines(name, 1..=1, 0);
        assert!(matches!(files.write(&line), Err(Error::Disturbed { .. })), "{name}");
        assert!(matches!(files.redo(&line, &[]), Err(Error::Disturbed { .. })), "{name}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_second_process_is_refused_by_name_and_a_place_without_room_for_a_directory_too() {
    let dir = tempfile::tempdir().unwrap();
    let first = files(dir.path());
    let Err(Error::Locked { holder, .. }) = Files::open(&config(dir.path())) else {
        panic!("two writers")
    };
    assert_eq!(holder, format!("process {}", std::process::id()));
    drop(first);
    files(dir.path());
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    let opened = Files::open(&config(&file));
    assert!(matches!(opened, Err(Error::CannotWrite { .. })), "{opened:?}");
}

#[test]
fn sealed_files_go_when_their_time_is_over_and_never_those_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let keep = Some(Duration::from_hours(24));
    let mut files = Files::open(&Config { keep, ..config(dir.path()) }).unwrap();
    let third = "articles-20250817T071002Z-000000000006.jsonl";
    for group in [lines(NAME, 1..=3, 0), lines(SECOND, 4..=5, 0), lines(third, 6..=6, 0)] {
        files.write(&group).unwrap();
    }
    let prune = |files: &mut Files, now: &str| files.prune(now.parse().unwrap()).unwrap();
    // The first was sealed when the second began, at 07:10:02 the same day.
    assert_eq!(prune(&mut files, "2025-08-17T07:10:01Z"), [""; 0]);
    assert_eq!(prune(&mut files, "2025-08-17T07:10:02Z"), [NAME]);
    assert_eq!(prune(&mut files, "2025-08-15T07:10:02Z"), [""; 0]);
    files.redo(&lines(SECOND, 4..=5, 0), &[end(&lines(third, 6..=6, 0))]).unwrap();
    assert_eq!(prune(&mut files, "2026-08-17T07:10:02Z"), [""; 0], "its lines are pending");
    files.write(&lines(third, 6..=6, 0)).unwrap();
    assert_eq!(prune(&mut files, "2026-08-17T07:10:02Z"), [SECOND]);
    assert!(dir.path().join(third).exists());
}

/// Set for the child that runs on a small file system of its own.
const SMALL_DISK: &str = "COPYTASTER_TEST_SMALL_DISK";

#[test]
fn a_full_disk_is_waited_out_and_the_same_bytes_stand_in_the_end() {
    let test = "sink::tests::child_waits_for_room";
    let dir = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=256k small \"$1\" || exit 99; \
        exec \"$2\" --ignored --exact \"$3\" --nocapture";
    let output = Command::new("unshare")
        .args(["-r", "-m", "sh", "-c", script, "sh"])
        .arg(dir.path())
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(SMALL_DISK, dir.path())
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(said.contains("1 passed"), "{said}");
        }
        Ok(output) if output.status.code() == Some(101) => {
            panic!("{}", String::from_utf8_lossy(&output.stderr))
        }
        other => eprintln!("SKIPPED {test}: no small file system can be mounted here: {other:?}"),
    }
}

#[test]
#[ignore = "run by its parent on a small disk"]
fn child_waits_for_room() {
    let dir = PathBuf::from(std::env::var_os(SMALL_DISK).expect("its parent sets it"));
    let mut files = files(&dir);
    let all: Vec<Line> = lines(NAME, 1..=200, 0);
    let ballast = dir.join("ballast");
    let mut stalls = 0;
    for group in all.chunks(20) {
        assert!(fs::write(&ballast, vec![b'x'; 1024 * 1024]).is_err(), "the disk must be full");
        match files.write(group) {
            Ok(_) => {}
            Err(Error::Full { .. }) => {
                stalls += 1;
                assert!(matches!(files.write(group), Err(Error::Full { .. })), "still full");
                fs::remove_file(&ballast).unwrap();
                files.write(group).unwrap();
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(stalls > 5, "{stalls} stalls");
    assert_eq!(read(&dir, NAME), bytes(&all));
}

/// Kills between any two instructions, by a model: the store keeps what was committed, the file loses any suffix of
/// what was not synced.
#[test]
fn after_any_crash_the_output_is_what_was_committed() {
    let all = lines(NAME, 1..=7, 0);
    for committed in 1..=all.len() {
        for synced in 0..committed {
            // Lines up to `synced` were reported as written; the file may end anywhere behind them.
            let from = usize::try_from(all[synced].offset).unwrap();
            let until = usize::try_from(end(&all[..committed]).end).unwrap();
            for cut in (from..=until).step_by(11) {
                let dir = tempfile::tempdir().unwrap();
                fs::write(dir.path().join(NAME), &bytes(&all)[..cut]).unwrap();
                let config = Config { is_synced: false, ..config(dir.path()) };
                let mut files = Files::open(&config).unwrap();
                let ends = [end(&all[..committed])];
                let redone = files.redo(&all[synced..committed], &ends).unwrap();
                assert!(redone.ahead.is_empty() && redone.lost.is_empty());
                files.write(&all[committed..]).unwrap();
                assert_eq!(read(dir.path(), NAME), bytes(&all));
            }
        }
    }
}
