use std::time::Duration;

use super::*;
use crate::news::{Hour, Polling};
use crate::store::{Error, HOURS_KEPT};

fn poll(new: u64) -> Polling {
    Polling { polls: 1, new, ..Polling::default() }
}

fn hour(begin: &str, polled: Polling) -> Hour {
    Hour { hour: Time(begin.parse().unwrap()), polled }
}

/// Takes a store back to the format before: as the version before made it.
fn as_before(dir: &Path) {
    let db = rusqlite::Connection::open(config(dir).path).unwrap();
    db.execute_batch("DROP TABLE hour; PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
}

#[test]
fn polls_of_an_hour_are_summed_and_an_hour_without_a_poll_has_no_row() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    let noon: Timestamp = "2025-08-16T12:00:00Z".parse().unwrap();
    let after = |minutes: i64| noon + jiff::SignedDuration::from_mins(minutes);
    store.count(&feed("a"), after(0), poll(3)).unwrap();
    store.count(&feed("a"), after(59), Polling { not_modified: 1, ..poll(0) }).unwrap();
    store.count(&feed("b"), after(30), Polling { failed: 1, ..poll(0) }).unwrap();
    // Nobody polled from 13:00 to 14:00; at 14:10 there was nothing new.
    store.count(&feed("a"), after(130), Polling { overrun: 1, ..poll(0) }).unwrap();
    assert_eq!(Store::read(&config(dir.path()).path).unwrap().hours(noon).unwrap().len(), 0);
    store.commit().unwrap();

    let mut reader = Store::read(&config(dir.path()).path).unwrap();
    let found = reader.hours(after(1)).unwrap();
    let of_a = [
        hour("2025-08-16T12:00:00Z", Polling { polls: 2, not_modified: 1, ..poll(3) }),
        hour("2025-08-16T14:00:00Z", Polling { overrun: 1, ..poll(0) }),
    ];
    assert_eq!(found[&feed("a")], of_a);
    assert_eq!(found[&feed("b")], [hour("2025-08-16T12:00:00Z", Polling { failed: 1, ..poll(0) })]);
    let later = reader.hours(after(60)).unwrap();
    assert_eq!(later.len(), 1, "{later:?}");
    assert_eq!(later[&feed("a")], of_a[1..]);
}

#[test]
fn totals_go_when_they_are_older_than_they_are_kept() {
    let mut store = Store::in_memory().unwrap();
    let kept = jiff::SignedDuration::try_from(HOURS_KEPT).unwrap();
    let now = at(0);
    for age in [kept + jiff::SignedDuration::from_hours(1), kept, jiff::SignedDuration::ZERO] {
        store.count(&feed("a"), now - age, poll(1)).unwrap();
    }
    assert_eq!(store.prune(now).unwrap().hours, 1);
    assert_eq!(store.prune(now).unwrap().hours, 0);
    store.commit().unwrap();
    assert_eq!(HOURS_KEPT, Duration::from_hours(336));
}

#[test]
fn a_store_of_the_format_before_is_brought_up_to_date_and_keeps_what_it_knows() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.apply(&batch(1)).unwrap();
    store.save_feed(&feed("a"), &state(b"e")).unwrap();
    store.commit().unwrap();
    let before = (store.feeds().unwrap(), store.restore(at(0)).unwrap());
    drop(store);
    as_before(dir.path());

    // To be read it stays as it is.
    let path = config(dir.path()).path;
    let mut reader = Store::read(&path).unwrap();
    assert_eq!(reader.feeds().unwrap(), before.0);
    assert_eq!(reader.hours(at(0)).unwrap().len(), 0);
    drop(reader);

    let mut store = open(dir.path());
    assert_eq!((store.feeds().unwrap(), store.restore(at(0)).unwrap()), before);
    store.count(&feed("a"), at(0), poll(2)).unwrap();
    store.commit().unwrap();
    drop(store);
    let mut store = open(dir.path());
    assert_eq!(store.feeds().unwrap(), before.0);
    assert_eq!(Store::read(&path).unwrap().hours(at(0)).unwrap()[&feed("a")][0].polled, poll(2));
}

#[test]
fn a_store_that_says_it_is_of_the_format_before_and_is_not_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let db = rusqlite::Connection::open(config(dir.path()).path).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    drop(db);
    let opened = Store::open(&config(dir.path()));
    assert!(matches!(opened, Err(Error::Damaged { .. })), "{opened:?}");
}
