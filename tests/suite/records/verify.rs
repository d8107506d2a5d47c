use std::fs;
use std::path::{Path, PathBuf};

use copytaster::cli::verify::{Check, Report, verify};
use copytaster::news::{ArticleKind, StoryKind};

use super::desk::{Desk, Joins, tally};

/// A wire and its copies, a second newsroom whose story is merged in, a revision, a withdrawal; and a wire text that
/// six papers carry.
fn write(dir: &Path, include_body: bool, file_bytes_max: u64) {
    let mut desk = Desk::new(dir, include_body, file_bytes_max);
    desk.next_commit();
    desk.upkeep();
    let ani = desk.article("ani", &["ani"], Joins::Nothing);
    desk.story(ani, StoryKind::Created);
    desk.next_commit();
    let mint = desk.article("mint", &["ani"], Joins::Dispatch(ani));
    let herald = desk.article("herald", &["ani"], Joins::Dispatch(mint));
    desk.story(ani, StoryKind::ArticleAdded);
    desk.next_commit();
    let cnn = desk.article("cnn", &[], Joins::Nothing);
    desk.story(cnn, StoryKind::Created);
    desk.next_commit();
    let echo = desk.article("echo", &[], Joins::Story(cnn));
    desk.merge(echo, herald);
    desk.next_commit();
    desk.again(mint, ArticleKind::Material);
    desk.next_commit();
    desk.again(herald, ArticleKind::Withdrawn);
    desk.story(ani, StoryKind::ArticleRemoved);
    desk.next_commit();
    let pti = desk.article("pti", &["pti"], Joins::Nothing);
    desk.story(pti, StoryKind::Created);
    for paper in ["north", "south", "east", "west", "noon", "dusk"] {
        desk.next_commit();
        desk.article(paper, &["pti"], Joins::Dispatch(pti));
        desk.story(pti, StoryKind::ArticleAdded);
    }
    desk.next_commit();
    desk.upkeep();
}

fn written(file_bytes_max: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), false, file_bytes_max);
    dir
}

fn checked(dir: &Path) -> Report {
    verify(dir, tally).unwrap().unwrap()
}

fn file_of(dir: &Path, stream: &str, nth: usize) -> PathBuf {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(stream))
        .collect();
    files.sort();
    files.remove(nth)
}

/// Changes one stream's file and says which check finds it first, and in which words.
fn found(stream: &str, damage: impl Fn(&str) -> String, check: Check) -> String {
    let dir = written(u64::MAX);
    let path = file_of(dir.path(), stream, 0);
    let text = fs::read_to_string(&path).unwrap();
    let damaged = damage(&text);
    assert_ne!(damaged, text, "the damage hit nothing");
    fs::write(&path, damaged).unwrap();
    let report = checked(dir.path());
    assert!(!report.ok);
    let outcome = report.outcome(check);
    assert!(outcome.broken > 0, "{report:#?}");
    outcome.breaks[0].what.clone()
}

#[test]
fn what_the_desk_writes_is_sound() {
    for (include_body, file_bytes_max) in [(false, 4000), (true, u64::MAX)] {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), include_body, file_bytes_max);
        let report = checked(dir.path());
        assert!(report.ok, "{report:#?}");
        assert_eq!((report.articles, report.stories), (12, 3));
        // Nobody follows anything here.
        let mut followed = report.checks.iter().filter(|outcome| outcome.check != Check::Alerts);
        assert!(followed.all(|outcome| outcome.checked > 0), "{report:#?}");
        assert!(report.outcome(Check::Counts).checked >= 13);
    }
    // For readers of other kinds: see tests/readers.py.
    if let Some(dir) = std::env::var_os("COPYTASTER_SAMPLE_DIR") {
        fs::create_dir_all(&dir).unwrap();
        write(Path::new(&dir), true, 8000);
    }
}

#[test]
fn a_story_whose_origins_do_not_fit_its_line_is_still_sound() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::new(dir.path(), false, u64::MAX);
    desk.next_commit();
    let first = desk.article("first", &[], Joins::Nothing);
    desk.story(first, StoryKind::Created);
    desk.next_commit();
    for n in 0..350 {
        desk.article(&format!("paper{n}"), &[], Joins::Story(first));
    }
    desk.story(first, StoryKind::ArticleAdded);
    let report = checked(dir.path());
    assert!(report.ok, "{report:#?}");
    let last = fs::read_to_string(file_of(dir.path(), "stories", 0)).unwrap();
    let last = last.lines().last().unwrap();
    assert!(last.contains(r#""independent_source_count":351"#));
    assert!(last.matches(r#""reporting":"#).count() < 200);
}

#[test]
fn a_lost_line_is_a_gap_and_a_repeated_one_a_repeat() {
    let without_second = |text: &str| {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        [&lines[..1], &lines[2..]].concat().concat()
    };
    assert!(found("articles", without_second, Check::Seq).contains("gap"));
    let twice = |text: &str| {
        let (first, _) = text.split_once('\n').unwrap();
        format!("{first}\n{text}")
    };
    assert!(found("stories", twice, Check::Seq).contains("repeat"));
}

#[test]
fn a_lost_file_is_found_by_the_name_of_the_next() {
    let dir = written(4000);
    fs::remove_file(file_of(dir.path(), "articles", 1)).unwrap();
    let report = checked(dir.path());
    assert!(report.outcome(Check::Files).broken > 0 && report.outcome(Check::Seq).broken > 0);
}

#[test]
fn a_torn_or_foreign_line_is_told_with_its_place() {
    let torn = |text: &str| text.strip_suffix('\n').unwrap().to_owned();
    assert!(found("articles", torn, Check::Lines).contains("newline"));
    assert!(
        found("articles", |text| text.replacen('{', "{\u{7f}", 1), Check::Lines).contains("U+007F")
    );
    let moved = |text: &str| text.replacen(r#""schema":"1.0","#, "", 1);
    assert!(found("articles", moved, Check::Lines).contains("schema"));
    let spaced = |text: &str| text.replacen(r#""seq":1,"#, r#""seq": 1,"#, 1);
    assert!(found("stories", spaced, Check::Lines).contains("not as the format writes"));
    let long = |text: &str| {
        text.replacen(r#""title":""#, &format!(r#""title":"{}"#, "a".repeat(40_000)), 1)
    };
    assert!(found("articles", long, Check::Lines).contains("30720"));
    let endless = |text: &str| format!("{}\n{text}", "a".repeat(400_000));
    assert!(found("health", endless, Check::Lines).contains("131072"));
}

#[test]
fn a_changed_count_or_origin_is_found() {
    let more = |text: &str| text.replacen(r#""article_count":3,"#, r#""article_count":4,"#, 1);
    assert!(found("stories", more, Check::Counts).contains("article_count 4, recounted 3"));
    let other = |text: &str| text.replacen(r#"[{"origin":"ani""#, r#"[{"origin":"ap""#, 1);
    assert!(found("stories", other, Check::Counts).contains("origin ap"));
    let loser = |text: &str| {
        let (before, rest) = text.split_once(r#""type":"story.merged""#).unwrap();
        let rest =
            rest.replacen(r#""independent_source_count":2"#, r#""independent_source_count":1"#, 1);
        format!(r#"{before}"type":"story.merged"{rest}"#)
    };
    assert!(
        found("stories", loser, Check::Counts).contains("2 origins of 2 articles, told 1 of 2")
    );
    let silent = |text: &str| {
        let told = |line: &&str| !line.contains(r#""change":"article_removed""#);
        text.split_inclusive('\n').filter(told).collect()
    };
    assert!(found("stories", silent, Check::Counts).contains("not again"));
    let own = |text: &str| text.replacen(r#""wire":["ani"]"#, r#""wire":[]"#, 1);
    assert!(found("articles", own, Check::Counts).contains("origin"));
}

#[test]
fn a_wrong_id_revision_reference_or_span_is_found() {
    let id = |text: &str| text.replacen("\"id\":\"evt_", "\"id\":\"evt_0", 1);
    assert!(found("articles", id, Check::Ids).contains("follows from the record"));
    let revision = |text: &str| text.replacen(r#""revision":1"#, r#""revision":2"#, 1);
    assert!(found("articles", revision, Check::Revisions).contains("revision 2, due is 1"));
    let dangling = |text: &str| {
        let (before, rest) = text.split_once(r#""nearest_article_id":"art_"#).unwrap();
        format!(
            r#"{before}"nearest_article_id":"art_{}{}"#,
            "0".repeat(32),
            rest.get(32..).unwrap()
        )
    };
    assert!(found("articles", dangling, Check::References).contains("has no record"));
    let span = |text: &str| text.replacen(r#""char_start":5"#, r#""char_start":6"#, 1);
    assert!(found("articles", span, Check::Offsets).contains("q1"));
    let speaker = |text: &str| text.replacen(r#""speaker":"per_mara"#, r#""speaker":"per_nora"#, 1);
    assert!(found("articles", speaker, Check::References).contains("nobody here"));
    let sum = |text: &str| text.replacen(r#""items":4"#, r#""items":5"#, 1);
    assert!(found("health", sum, Check::Fetches).contains("5 items, 4 accounted for"));
}

#[test]
fn other_files_are_left_alone_and_an_empty_directory_is_no_output() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    assert!(verify(dir.path(), tally).unwrap().is_none());
    assert!(verify(&dir.path().join("missing"), tally).is_err());
    fs::write(dir.path().join("articles-old.jsonl"), "").unwrap();
    assert!(verify(dir.path(), tally).unwrap().is_none());
}

#[test]
fn a_retraction_split_or_move_that_the_records_do_not_bear_out_is_found() {
    let reason =
        |text: &str| text.replacen(r#""retracted_reason":"""#, r#""retracted_reason":"killed""#, 1);
    assert!(found("stories", reason, Check::Counts).contains("retracted_reason"));
    let status = |text: &str| text.replacen(r#""status":"active""#, r#""status":"retracted""#, 1);
    assert!(found("stories", status, Check::Counts).contains("sources left"));
    let split = |text: &str| {
        let (_, rest) = text.split_once(r#""story_id":""#).unwrap();
        let id = rest.get(..36).unwrap().to_owned();
        let (first, rest) = text.split_once('\n').unwrap();
        let rest = rest.replacen(r#""split_from":"""#, &format!(r#""split_from":"{id}""#), 1);
        format!("{first}\n{}", rest.replacen("story.updated", "story.split", 1))
    };
    assert!(found("stories", split, Check::References).contains("nothing was split off"));
    let moved = |text: &str| {
        text.replacen(r#""type":"article.revised""#, r#""type":"article.reassigned""#, 1)
    };
    assert!(found("articles", moved, Check::References).contains("to where it stood"));
}
