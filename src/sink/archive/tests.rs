use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use tempfile::TempDir;
use url::Url;

use super::*;
use crate::news::{Feed, FeedId, Fetched, Validators};

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(1_755_324_602 + second).unwrap()
}

fn config(dir: &TempDir) -> Config {
    Config {
        dir: dir.path().to_owned(),
        is_synced: false,
        file_bytes_max: 1 << 20,
        file_age_max: Duration::from_hours(24),
        keep: None,
        source: "urn:copytaster:test".to_owned(),
    }
}

fn body(n: u64) -> Written {
    let feed = Feed::new("harbour", Url::parse("http://harbour.example/feed").unwrap());
    let url = feed.url.clone();
    let text = format!("<rss version=\"2.0\"><channel><title>Count {n}</title></channel></rss>");
    let fetched = Fetched::at_hand(Arc::new(feed), url, text.into_bytes());
    answer(Kind::Feed, "http://harbour.example/feed", &fetched, &Validators::default())
}

fn poll(n: u64, body: Option<String>) -> What {
    What::Poll(Box::new(Poll {
        commit: n,
        feed: FeedId::new("harbour"),
        fetched_at: moment(0),
        state: None,
        health: None,
        backfill_before: None,
        body,
        unread: None,
        pages: Vec::new(),
    }))
}

/// Writes these polls in a group each, and gives the mark after the last.
fn write(archive: &mut Archive, polls: std::ops::Range<u64>) -> String {
    let mut mark = archive.mark();
    for n in polls {
        let body = body(n);
        archive.push(body.bytes, poll(n, Some(body.id)), moment(i64::try_from(n).unwrap()));
        mark = archive.flush().unwrap();
    }
    mark
}

fn look(dir: &Path) -> Archived {
    Archived::open(&[dir.to_owned()], Limits::default()).unwrap()
}

/// The commits of the polls that are read, with whether each has its body.
fn commits(archived: &mut Archived) -> Vec<(u64, bool)> {
    let mut found = Vec::new();
    for place in 0..archived.len() {
        if let Some(Input::Entry(entry, bodies)) = archived.read(place).unwrap()
            && let What::Poll(poll) = entry.what
        {
            found.push((poll.commit, bodies.contains_key(&poll.body.unwrap())));
        }
    }
    found
}

fn only_file(dir: &TempDir) -> PathBuf {
    let names = name::list(dir.path()).unwrap();
    assert_eq!(names.len(), 1);
    dir.path().join(&names[0].text)
}

#[test]
fn what_was_not_committed_is_passed_over_and_a_desk_begun_anew_is_another() {
    let dir = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(&config(&dir), None, moment(0)).unwrap();
    archive.start("1.0", moment(0));
    let mark = write(&mut archive, 1..4);
    write(&mut archive, 4..6);
    drop(archive);
    // The store held three polls when the process died.
    let mut archive = Archive::open(&config(&dir), Some(&mark), moment(10)).unwrap();
    archive.start("1.0", moment(10));
    write(&mut archive, 4..5);
    drop(archive);
    let mut archived = look(dir.path());
    assert_eq!(archived.count.uncommitted, 2);
    assert_eq!((archived.count.missing, archived.count.repeated), (0, 0));
    let mut all = commits(&mut archived);
    all.sort_unstable();
    assert_eq!(all, [(1, true), (2, true), (3, true), (4, true)]);

    let mut archive = Archive::open(&config(&dir), None, moment(20)).unwrap();
    archive.start("1.0", moment(20));
    write(&mut archive, 1..3);
    drop(archive);
    let mut archived = look(dir.path());
    assert_eq!(archived.count.uncommitted, 2, "the other desk undoes nothing");
    assert_eq!(commits(&mut archived).len(), 6);
}

#[test]
fn files_given_twice_and_files_that_are_gone_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { file_bytes_max: 1, ..config(&dir) };
    let mut archive = Archive::open(&config, None, moment(0)).unwrap();
    write(&mut archive, 1..5);
    drop(archive);
    let names = name::list(dir.path()).unwrap();
    assert_eq!(names.len(), 4, "each group has a file of its own");
    let paths: Vec<PathBuf> = [0, 3, 3].map(|n| dir.path().join(&names[n].text)).to_vec();
    let mut archived = Archived::open(&paths, Limits::default()).unwrap();
    assert_eq!((archived.count.missing, archived.count.repeated), (2, 1));
    assert_eq!(commits(&mut archived), [(1, true), (4, true)]);
}

#[test]
fn old_files_are_deleted_and_the_last_never() {
    let dir = tempfile::tempdir().unwrap();
    let keep = Some(Duration::from_secs(3));
    let config = Config { file_bytes_max: 1, keep, ..config(&dir) };
    let mut archive = Archive::open(&config, None, moment(0)).unwrap();
    write(&mut archive, 1..5);
    assert_eq!(archive.prune(moment(5)).unwrap().len(), 1, "the one after it is three seconds old");
    drop(archive);
    let archive = Archive::open(&config, None, moment(0)).unwrap();
    assert_eq!(archive.prune(moment(9_999)).unwrap().len(), 2);
    assert_eq!(name::list(dir.path()).unwrap().len(), 1);
}

#[test]
fn two_desks_cannot_share_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Archive::open(&config(&dir), None, moment(0)).unwrap();
    let second = Archive::open(&config(&dir), None, moment(0));
    assert!(matches!(second, Err(Error::Locked { .. })));
}

/// A file of five polls.
fn five() -> (TempDir, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(&config(&dir), None, moment(0)).unwrap();
    write(&mut archive, 1..6);
    drop(archive);
    let bytes = fs::read(only_file(&dir)).unwrap();
    (dir, bytes)
}

fn read_bytes(bytes: &[u8], name: &str) -> (Vec<(u64, bool)>, Count) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), bytes).unwrap();
    let mut archived = look(dir.path());
    (commits(&mut archived), archived.count)
}

#[test]
fn a_flipped_bit_costs_the_record_it_is_in() {
    let (_dir, whole) = five();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        let (commits, count) = read_bytes(&bytes, "flipped.warc.gz");
        let bodies = commits.iter().filter(|(_, has_body)| *has_body).count();
        // A member's name and time are not under its sum, so not every bit is noticed. The first record of the file
        // names it in all others, and only its loss is none.
        assert!(commits.len() >= 4 && bodies >= 4, "byte {at}: {commits:?} {count:?}");
        assert!(count.damaged <= 2, "byte {at}: {count:?}");
    }
}

#[test]
fn a_file_cut_anywhere_gives_what_stands_before_the_cut() {
    let (_dir, whole) = five();
    let mut most = 0;
    for length in 1..whole.len() {
        let (commits, count) = read_bytes(&whole[..length], "cut.warc.gz");
        assert_eq!(count.damaged, 0, "{length}");
        assert!(commits.len() >= most, "{length}");
        most = commits.len();
    }
    assert_eq!(most, 4);
}

#[test]
fn a_torn_end_is_cut_off_at_the_next_start_and_whole_records_never() {
    let (dir, whole) = five();
    let path = only_file(&dir);
    for torn in [&whole[..whole.len() - 9], &[&whole[..], &[0; 300]].concat()] {
        fs::write(&path, torn).unwrap();
        drop(Archive::open(&config(&dir), None, moment(0)).unwrap());
        let mended = fs::read(&path).unwrap();
        assert!(whole.starts_with(&mended) && mended.len() < torn.len());
        let (_, count) = read_bytes(&mended, "mended.warc.gz");
        assert_eq!((count.cut, count.damaged), (0, 0));
    }
}

fn member(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn foreign(length: usize, block: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2025-08-16T06:10:02Z\r\nWARC-Record-ID: <urn:x:1>\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n"
    )
}

#[test]
fn lying_lengths_and_bombs_cost_themselves_in_gzip_and_plain() {
    let good = foreign(5, "hello");
    let bad = [
        foreign(4, "hello"),
        foreign(6, "hello"),
        foreign(usize::MAX, "hello"),
        "WARC/1.0\r\n\r\n".to_owned(),
    ];
    for bad in &bad {
        for (name, bytes) in [
            ("a.warc.gz", [member(bad.as_bytes()), member(good.as_bytes())].concat()),
            ("a.warc", [bad.as_bytes(), good.as_bytes()].concat()),
        ] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join(name), bytes).unwrap();
            let archived = look(dir.path());
            assert_eq!((archived.len(), archived.count.damaged), (1, 1), "{name} {bad}");
        }
    }
    let bomb = member(&vec![b'W'; 64 << 20]);
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("bomb.warc.gz"), [bomb, member(good.as_bytes())].concat()).unwrap();
    let limits = Limits { block_bytes_max: 1 << 20 };
    let archived = Archived::open(&[dir.path().to_owned()], limits).unwrap();
    assert_eq!((archived.len(), archived.count.damaged), (1, 1));
}

#[test]
fn what_only_looks_like_members_does_not_take_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let sign = [0x1f, 0x8b, 8, 0x18, 0, 0, 0, 0, 0, 3];
    fs::write(dir.path().join("signs.warc.gz"), sign.repeat(200_000)).unwrap();
    assert!(look(dir.path()).is_empty());
}

#[test]
fn a_feed_that_holds_records_makes_none_even_when_its_own_is_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(&config(&dir), None, moment(0)).unwrap();
    // An entry of another archive, gzipped, in a body that does not get smaller: it stands in the file as it is.
    let (other, theirs) = five();
    drop(other);
    let feed = Feed::new("harbour", Url::parse("http://harbour.example/feed").unwrap());
    let url = feed.url.clone();
    let fetched = Fetched::at_hand(Arc::new(feed), url, theirs);
    let written =
        answer(Kind::Feed, "http://harbour.example/feed", &fetched, &Validators::default());
    archive.push(written.bytes, poll(1, Some(written.id)), moment(1));
    archive.flush();
    write(&mut archive, 2..4);
    drop(archive);
    let path = only_file(&dir);
    let whole = fs::read(&path).unwrap();
    let (clean, _) = read_bytes(&whole, "clean.warc.gz");
    assert_eq!(clean, [(1, true), (2, true), (3, true)]);
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        let (commits, _) = read_bytes(&bytes, "flipped.warc.gz");
        assert!(
            commits.len() <= 3 && commits.iter().all(|(commit, _)| *commit <= 3),
            "{at}: {commits:?}"
        );
    }
}
