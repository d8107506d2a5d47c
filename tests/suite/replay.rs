//! `replay` and `eval` on article lines of our own: every line a record, the same bytes on any number of threads, bad
//! lines told and kept, and a desk that stops in the middle goes on as if it had not.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

const PLACES: [&str; 6] = ["Lisbon", "Kalmar", "Trieste", "Odense", "Cork", "Ghent"];
const THINGS: [&str; 6] =
    ["ferry terminal", "tram depot", "grain silo", "opera house", "flood wall", "airport hall"];

/// Reports on made-up events: for each event a wire text, a copy of it, and a report in other words.
fn lines() -> Vec<Value> {
    let mut lines = Vec::new();
    for event in 0..24 {
        let place = PLACES[event % PLACES.len()];
        let thing = THINGS[event / 4 % THINGS.len()];
        let (hurt, cost, street) = (event * 7 + 11, event * 13 + 5, event * 31 + 100);
        let wire = format!(
            "A fire broke out in the {thing} of {place} on Tuesday, injuring {hurt} people, the city's fire service said. \
             Crews from {street} Harbour Street reached the building within six minutes and led visitors out through a \
             side door. The mayor put the damage at {cost} million euros and said the {thing} would stay closed until an \
             inquiry had ended. Engineers were to examine the roof beams before anyone returned."
        );
        let own = format!(
            "Flames that tore through {place}'s {thing} left {hurt} people hurt and a bill of {cost} million euros, by the \
             mayor's count. Neighbours on Harbour Street told this newspaper they had smelled smoke long before the alarm."
        );
        let day = 1 + event;
        for (n, (source, title, text)) in [
            ("reuters", format!("Fire in {thing} of {place} injures {hurt}"), &wire),
            ("Harbour Post", format!("{hurt} hurt as {place} {thing} burns"), &wire),
            ("Canal Herald", format!("{place}: {thing} fire costs {cost} million"), &own),
        ]
        .into_iter()
        .enumerate()
        {
            lines.push(json!({
                "id": format!("e{event}-{n}"), "cluster": format!("e{event}"), "title": title, "text": text,
                "published": format!("2025-03-{day:02}T{:02}:15:00Z", 8 + n), "source": source, "url": null, "lang": "en",
            }));
        }
    }
    lines
}

fn write(dir: &Path, name: &str, lines: &[String]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

fn copytaster(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copytaster")).args(args).output().unwrap()
}

fn replay(source: &Path, out: &Path, more: &[&str]) -> Output {
    let mut args = vec!["replay", source.to_str().unwrap(), "--out", out.to_str().unwrap()];
    args.extend(more);
    copytaster(&args)
}

/// Names and bytes of all files of an output directory.
fn bytes(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "jsonl"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            (name, bytes)
        })
        .collect();
    files.sort();
    files
}

fn records(dir: &Path, stream: &str) -> Vec<Value> {
    bytes(dir)
        .iter()
        .filter(|(name, _)| name.starts_with(stream))
        .flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines().collect::<Vec<_>>())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_line_becomes_a_record_and_two_threads_write_the_bytes_of_one() {
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<String> = lines().iter().map(Value::to_string).collect();
    let source = write(dir.path(), "lines.jsonl", &lines);
    let outs = ["1", "2", "5"].map(|threads| {
        let out = dir.path().join(threads);
        let done = replay(&source, &out, &["--threads", threads]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        out
    });
    assert_eq!(records(&outs[0], "articles-").len(), lines.len());
    let one = bytes(&outs[0]);
    assert!(outs[1..].iter().all(|out| bytes(out) == one));
    let verified = copytaster(&["verify", outs[0].to_str().unwrap()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn copies_share_a_dispatch_reports_share_a_story_and_events_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<String> = lines().iter().map(Value::to_string).collect();
    let source = write(dir.path(), "gold.jsonl", &lines);
    let story = copytaster(&["eval", source.to_str().unwrap(), "--json"]);
    let story: Value = serde_json::from_slice(&story.stdout).unwrap();
    // A false merge says that two newsrooms confirmed each other: there must be none at all here.
    assert_eq!(story["scores"]["pairs"]["precision"], 1.0, "{story}");
    assert!(story["scores"]["b_cubed"]["f1"].as_f64().unwrap() >= 0.9, "{story}");
    let out = dir.path().join("out");
    assert!(replay(&source, &out, &[]).status.success());
    let dispatches: std::collections::BTreeMap<String, String> = records(&out, "articles-")
        .iter()
        .map(|r| {
            (r["guid"].as_str().unwrap().to_owned(), r["dispatch_id"].as_str().unwrap().to_owned())
        })
        .collect();
    for event in 0..24 {
        let [wire, copy, own] = [0, 1, 2].map(|n| &dispatches[&format!("e{event}-{n}")]);
        assert_eq!(wire, copy, "event {event}");
        assert_ne!(wire, own, "event {event}");
    }
}

#[test]
fn a_bad_line_is_named_kept_in_quarantine_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let good: Vec<String> = lines().iter().take(3).map(Value::to_string).collect();
    let all = [
        good[0].clone(),
        "{\"id\": \"half".to_owned(),
        good[1].clone(),
        "{\"title\": \"no id\"}".to_owned(),
        "{\"id\": \"empty\", \"title\": \"\", \"text\": null}".to_owned(),
        String::new(),
        good[2].clone(),
    ];
    let source = write(dir.path(), "lines.jsonl", &all);
    let out = dir.path().join("out");
    let done = replay(&source, &out, &[]);
    assert_eq!(done.status.code(), Some(65));
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    for number in [2, 4, 5] {
        assert!(told.contains(&format!("lines.jsonl:{number}: ")), "{told}");
    }
    assert_eq!(records(&out, "articles-").len(), 3);
    let quarantine = records(&out, "quarantine-");
    assert_eq!(quarantine.len(), 3);
    assert!(quarantine.iter().all(|record| record["reason"] == "bad_line"));
    assert!(copytaster(&["verify", out.to_str().unwrap()]).status.success());
    let again = replay(&source, &out, &[]);
    assert_eq!(again.status.code(), Some(73), "a used directory is refused");
}

#[test]
fn lines_are_taken_by_date_and_one_without_keeps_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let line = |id: &str, published: Value| {
        json!({"id": id, "title": format!("Notice {id}"), "text": format!("The {id} notice."), "published": published})
            .to_string()
    };
    let source = write(
        dir.path(),
        "lines.jsonl",
        &[
            line("late", json!("2025-02-02T00:00:00Z")),
            line("after-late", Value::Null),
            line("early", json!("2025-02-01")),
            line("after-early", json!("the ides of March")),
        ],
    );
    let out = dir.path().join("out");
    assert!(replay(&source, &out, &[]).status.success());
    let records = records(&out, "articles-");
    let order: Vec<&str> = records.iter().map(|record| record["guid"].as_str().unwrap()).collect();
    assert_eq!(order, ["early", "after-early", "late", "after-late"]);
    let commits: Vec<u64> =
        records.iter().map(|record| record["commit"].as_u64().unwrap()).collect();
    assert_eq!(commits, [1, 2, 3, 4]);
    let unread = &records[1];
    assert_eq!(unread["published"]["time"], Value::Null);
    assert!(
        unread["defects"].as_array().unwrap().iter().any(|word| word == "date_unreadable"),
        "{unread}"
    );
    assert_eq!(unread["timing"]["fetched_at"], "2025-02-01T00:00:00.000Z");
}

#[test]
fn eval_lays_its_worst_mistakes_side_by_side_and_draws_right_and_wrong_company() {
    let dir = tempfile::tempdir().unwrap();
    let mut lines = lines();
    // A label that nobody can follow: the report in other words is said to be another event.
    lines[2]["cluster"] = json!("elsewhere");
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let source = write(dir.path(), "gold.jsonl", &lines);
    let plot = |name: &str, more: &[&str]| {
        let path = dir.path().join(name);
        let mut args = vec!["eval", source.to_str().unwrap(), "--plot", path.to_str().unwrap()];
        args.extend(more);
        (copytaster(&args), std::fs::read_to_string(path).unwrap())
    };
    let (done, svg) = plot("one.svg", &[]);
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{told}");
    assert!(told.contains("worst wrongly together"), "{told}");
    let row = told.lines().find(|line| line.contains(" │ ") && line.contains("e0-2")).unwrap();
    assert!(row.contains("e0-0"), "both ids stand in one row: {row}");
    assert!(
        told.lines().any(|line| line.starts_with("c 0.") && line.contains("(joins from 0.80)")),
        "{told}"
    );
    assert!(svg.contains("labelled the same: 47 in all"), "{svg}");
    assert!(svg.contains("class=\"limit\"") && svg.contains("joins from 0.80"), "{svg}");
    assert_eq!(plot("two.svg", &["--json"]).1, svg, "the same figures, the same bytes");
    let json: Value = serde_json::from_slice(&plot("two.svg", &["--json"]).0.stdout).unwrap();
    let alike = &json["false_joins"][0]["alike"];
    assert!(alike["story"].as_f64().unwrap() >= alike["joins_at"].as_f64().unwrap(), "{json}");
    let pairs = write(
        dir.path(),
        "pairs.jsonl",
        &[
            json!({"a": "e1-1", "b": "e1-0", "label": 1}).to_string(),
            json!({"a": "e1-0", "b": "e2-0", "label": 0}).to_string(),
            json!({"a": "e1-0", "b": "e3-0", "label": null}).to_string(),
        ],
    );
    let (_, svg) = plot("three.svg", &["--level", "dispatch", "--pairs", pairs.to_str().unwrap()]);
    assert!(svg.contains("labelled the same: 1 in all, 1 at or above 0.500"), "{svg}");
    assert!(svg.contains("labelled different: 1 in all"), "{svg}");
    let path = dir.path().join("no/such/place.svg");
    let lost = copytaster(&["eval", source.to_str().unwrap(), "--plot", path.to_str().unwrap()]);
    assert_eq!(lost.status.code(), Some(73), "{}", String::from_utf8_lossy(&lost.stderr));
}
