use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::*;
use crate::store::Error;

/// Set for the child that runs on a small file system of its own.
const SMALL_DISK: &str = "COPYTASTER_TEST_SMALL_DISK";

/// Runs one ignored test of this binary where `dir` is a file system of 2 MB; false, and loudly so, where that cannot
/// be had.
fn on_a_small_disk(test: &str) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=2m small \"$1\" || exit 99; exec \"$2\" --ignored --exact \"$3\" --nocapture";
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
            true
        }
        Ok(output) if output.status.code() == Some(101) => {
            panic!("{}", String::from_utf8_lossy(&output.stderr))
        }
        other => {
            eprintln!("SKIPPED {test}: no small file system can be mounted here: {other:?}");
            false
        }
    }
}

#[test]
fn a_full_disk_is_waited_out_and_nothing_is_lost() {
    on_a_small_disk("store::tests::full::child_waits_for_room");
}

#[test]
#[ignore = "run by its parent on a small disk"]
fn child_waits_for_room() {
    let dir = PathBuf::from(std::env::var_os(SMALL_DISK).expect("its parent sets it"));
    let mut store = open(&dir);
    store.apply(&batch(1)).unwrap();
    store.commit().unwrap();
    let ballast = dir.join("ballast");
    let mut stalls = 0;
    for n in 2..40 {
        let left = fs::write(&ballast, vec![b'x'; 2 * 1024 * 1024]);
        assert!(left.is_err(), "the disk must be full");
        store.apply(&batch(n)).unwrap();
        store.put_line(&line(Stream::Articles, n)).unwrap();
        match store.commit() {
            Ok(()) => {}
            Err(Error::Full { .. }) => {
                stalls += 1;
                assert!(matches!(store.retry(), Err(Error::Full { .. })), "still full");
                assert!(matches!(store.apply(&batch(99)), Err(Error::Full { .. })));
                fs::remove_file(&ballast).unwrap();
                store.retry().unwrap();
            }
            Err(error) => panic!("{error:?}"),
        }
        assert!(store.is_idle());
    }
    assert!(stalls > 10, "{stalls} stalls");
    fs::write(&ballast, b"").unwrap();
    drop(store);
    let mut store = open(&dir);
    let wants: Vec<_> = (1..40).map(wanted).collect();
    assert!(store.recall(&wants).unwrap().iter().all(Option::is_some));
    assert_eq!(store.recall(&[wanted(99)]).unwrap(), [None]);
    let lines: Vec<_> = (2..40).map(|n| line(Stream::Articles, n)).collect();
    assert_eq!(store.pending().unwrap(), lines);
}

#[test]
fn a_group_done_again_after_a_failure_gives_the_same_rows() {
    // The page limit stands in for the disk: SQLite reports both as "full".
    let limit = |store: &Store, pages: i64| {
        store.connection.pragma_update(None, "max_page_count", pages).unwrap();
    };
    let mut truth = Store::in_memory().unwrap();
    let mut store = Store::in_memory().unwrap();
    let polled = crate::news::Polling { polls: 1, ..Default::default() };
    let mut failed = 0;
    for n in 1..=100 {
        truth.apply(&batch(n)).unwrap();
        truth.put_line(&line(Stream::Articles, n)).unwrap();
        truth.count(&feed("a"), at(0), polled).unwrap();
        let pages: i64 =
            store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        limit(&store, pages);
        match store.apply(&batch(n)) {
            Ok(()) => {}
            Err(Error::Full { .. }) => {
                failed += 1;
                limit(&store, 100_000);
                store.retry().unwrap();
            }
            Err(error) => panic!("{error:?}"),
        }
        limit(&store, 100_000);
        store.count(&feed("a"), at(0), polled).unwrap();
        store.put_line(&line(Stream::Articles, n)).unwrap();
        if n % 4 == 0 {
            store.commit().unwrap();
            truth.commit().unwrap();
        }
    }
    assert!(failed > 3, "{failed} failures");
    assert_eq!(store.restore(at(0)).unwrap(), truth.restore(at(0)).unwrap());
    assert_eq!(store.pending().unwrap(), truth.pending().unwrap());
    let hours =
        |store: &Store| store.told(crate::store::hours::since(&store.connection, at(0))).unwrap();
    assert_eq!(hours(&store), hours(&truth));
    assert_eq!(hours(&store)[&feed("a")][0].polled.polls, 100);
    let wants: Vec<_> = (1..=101).map(wanted).collect();
    assert_eq!(store.recall(&wants).unwrap(), truth.recall(&wants).unwrap());
}
