//! Hits and alerts in the records, what a rule would have raised, and the page on a watch.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{BRIDGE, FERRY, MARKET, copytaster};

const RULES: &str = "[[watch]]\nid = 'ferry'\nmatch = 'ferry AND (Kalmar OR Visby) NOT chess'\nlevel = 'urgent'\n\
    [[watch]]\nid = 'piers'\nmatch = 'cracks NEAR/8 piers OR title:\"harbour bridge\"'\nlevel = 'flash'\n";

/// A day of article lines and what the program makes of them.
struct Day {
    dir: tempfile::TempDir,
    lines: Vec<Value>,
}

impl Day {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("c.toml"), RULES).unwrap();
        Self { dir, lines: Vec::new() }
    }

    fn line(&mut self, id: &str, source: &str, title: &str, text: &str) {
        let minute = self.lines.len();
        self.lines.push(json!({
            "id": id, "title": title, "text": text, "source": source, "lang": "en",
            "published": format!("2025-03-04T06:{minute:02}:00Z"), "url": format!("https://{source}.example/{id}"),
        }));
    }

    fn ferry_day() -> Self {
        let mut day = Self::new();
        day.line("reuters-157", "reuters", "Ferry sinks off Kalmar with 48 aboard", FERRY);
        for paper in ["post", "herald", "times"] {
            let text = format!("{FERRY} (Reuters)");
            day.line(&format!("copy-{paper}"), paper, "Kalmar ferry disaster", &text);
        }
        day.line("market", "guild", "Apples dear", MARKET);
        day.line("bridge", "post", "Sandvik harbour bridge closed", BRIDGE);
        let kill =
            "Editors: please kill item reuters 157 \"Ferry sinks off Kalmar with 48 aboard\".";
        day.line("reuters-158", "reuters", "KILL: Ferry sinks off Kalmar with 48 aboard", kill);
        day
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn replayed(&self, out: &str, config: &str) -> PathBuf {
        let source = self.path("lines.jsonl");
        let lines: Vec<String> = self.lines.iter().map(Value::to_string).collect();
        std::fs::write(&source, lines.join("\n") + "\n").unwrap();
        let out = self.path(out);
        let (source, dir) = (source.to_str().unwrap(), out.to_str().unwrap());
        let config = self.path(config);
        let done =
            copytaster(&["replay", source, "--out", dir, "--config", config.to_str().unwrap()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let verified = copytaster(&["verify", dir]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
        out
    }
}

fn records(dir: &Path, stream: &str) -> Vec<Value> {
    text(dir, stream).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(dir: &Path, stream: &str) -> String {
    let mut paths: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream));
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn steps(hits: &[Value]) -> Vec<[&str; 3]> {
    let words = |hit| ["watch_id", "reason", "level"].map(|key| word(hit, key));
    hits.iter().map(words).collect()
}

fn word<'a>(hit: &'a Value, key: &str) -> &'a str {
    hit[key].as_str().unwrap()
}

#[test]
fn hits_are_on_the_records_and_a_story_is_told_of_once_a_step() {
    let day = Day::ferry_day();
    let out = day.replayed("out", "c.toml");
    let hits = records(&out, "watch-");
    assert_eq!(
        steps(&hits),
        [["ferry", "new", "urgent"], ["piers", "new", "flash"], ["ferry", "correction", "urgent"]]
    );
    let articles = records(&out, "articles-");
    let of = |guid: &str| articles.iter().find(|record| record["guid"] == guid).unwrap();
    assert_eq!(
        of("copy-post")["watch"],
        json!([{"id": "ferry", "terms": ["ferry", "Kalmar", "Visby"], "score": 1.0}])
    );
    assert_eq!(of("market")["watch"], json!([]));
    assert_eq!(
        of("bridge")["watch"][0]["terms"],
        json!(["cracks", "piers", "title:\"harbour bridge\""])
    );
    let first = &hits[0];
    assert_eq!(first["article_id"], of("reuters-157")["article_id"]);
    assert_eq!(first["url"], "https://reuters.example/reuters-157");
    let keys: BTreeSet<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    let envelope = ["schema", "id", "type", "source", "time", "seq", "commit"];
    let own = [
        "watch_id",
        "story_id",
        "article_id",
        "reason",
        "level",
        "title",
        "outlet_id",
        "article_count",
        "outlet_count",
        "independent_source_count",
        "url",
    ];
    assert_eq!(keys, envelope.into_iter().chain(own).collect());
    let stories = records(&out, "stories-");
    let story = stories.iter().rfind(|record| record["story_id"] == first["story_id"]).unwrap();
    assert_eq!(story["watch_ids"], json!(["ferry"]));
    assert_eq!(hits[2]["article_count"], 0, "nothing of it counts any more");
}

#[test]
fn the_same_lines_give_the_same_bytes_and_rules_change_no_other_record() {
    let day = Day::ferry_day();
    let (a, b) = (day.replayed("a", "c.toml"), day.replayed("b", "c.toml"));
    for stream in ["articles-", "stories-", "watch-"] {
        assert_eq!(text(&a, stream), text(&b, stream), "{stream}");
    }
    std::fs::write(day.path("none.toml"), "").unwrap();
    let without = day.replayed("without", "none.toml");
    assert_eq!(records(&without, "watch-"), Vec::<Value>::new());
    let strip = |dir: &Path| -> Vec<Value> {
        let mut all = records(dir, "articles-");
        for record in &mut all {
            record["watch"] = json!([]);
        }
        all
    };
    assert_eq!(strip(&a), strip(&without));
}

#[test]
fn an_embargoed_text_is_marked_at_once_and_told_of_when_its_time_has_come() {
    let mut day = Day::new();
    let embargoed = format!("EMBARGOED UNTIL 4 March 2025 06:02 GMT\n\n{FERRY}");
    day.line("early", "post", "Ferry sinks off Kalmar", &embargoed);
    day.line("market", "guild", "Apples dear", MARKET);
    day.line("bridge", "post", "Sandvik harbour bridge closed", BRIDGE);
    day.line("late", "guild", "Apples dearer", &MARKET.replace("84", "92"));
    let out = day.replayed("out", "c.toml");
    let articles = records(&out, "articles-");
    assert_eq!(articles[0]["notice"]["until"], "2025-03-04T06:02:00.000Z");
    assert_eq!(articles[0]["watch"][0]["id"], "ferry");
    let hits = records(&out, "watch-");
    let ferry = hits.iter().find(|hit| hit["watch_id"] == "ferry").unwrap();
    assert_eq!(
        (&ferry["reason"], &ferry["time"]),
        (&json!("new"), &json!("2025-03-04T06:02:00.000Z"))
    );
}

#[test]
fn the_demo_tells_of_its_main_story_and_its_rules_can_be_tried() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let out = out.to_str().unwrap();
    assert!(copytaster(&["demo", "--fast", "--exit", "--out", out]).status.success());
    let hits = records(out.as_ref(), "watch-");
    let reasons: BTreeSet<&str> = hits.iter().map(|hit| hit["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, BTreeSet::from(["new", "second_independent_source", "correction"]));
    let once: BTreeSet<String> =
        hits.iter().map(|hit| format!("{} {}", hit["story_id"], hit["reason"])).collect();
    assert_eq!(once.len(), hits.len());
    let tried = copytaster(&[
        "watch",
        "test",
        "--dir",
        out,
        "--rule",
        "(Trump AND Putin) OR Anchorage",
        "--json",
    ]);
    assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stderr));
    let tried: Value = serde_json::from_slice(&tried.stdout).unwrap();
    let alerts = tried["watches"][0]["alerts"].as_array().unwrap();
    let told = |alerts: &[Value]| -> Vec<(Value, Value)> {
        let pair = |alert: &Value| (alert["story_id"].clone(), alert["reason"].clone());
        alerts.iter().map(pair).collect()
    };
    assert_eq!(told(alerts), told(&hits), "as it was told");
    let page = copytaster(&["brief", "--watch", "anchorage-summit", "--dir", out]);
    let page = String::from_utf8(page.stdout).unwrap();
    for words in [
        "# anchorage-summit",
        "8 articles, 8 outlets, 4 independent sources",
        "ani (wire, confirmed): ANI, 2025-08-15 23:44, [",
        "correction (CORRECTED-) 2025-08-16 02:22: ANI",
        "## On one source only",
        "(<https://kremlin.example/events/77790>)",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let late = copytaster(&[
        "brief",
        "--watch",
        "anchorage-summit",
        "--dir",
        out,
        "--since",
        "6h",
        "--json",
    ]);
    let late: Value = serde_json::from_slice(&late.stdout).unwrap();
    let of = |title: &str| {
        let stories = late["stories"].as_array().unwrap();
        stories.iter().find(|story| story["title"].as_str().unwrap().contains(title)).cloned()
    };
    let tianjin = of("Tianjin").unwrap();
    assert_eq!(tianjin["is_new"], false);
    assert_eq!(tianjin["new_sources"].as_array().unwrap().len(), 1);
    assert_eq!(tianjin["new_sources"][0]["origin"], "gulf-ledger");
}

#[test]
fn mistakes_in_rules_and_names_are_told_with_their_codes() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("c.toml");
    std::fs::write(&config, "[[watch]]\nid = 'talks'\nmatch = 'Trump Putin'\n").unwrap();
    let config = config.to_str().unwrap();
    let checked = copytaster(&["check", "-c", config]);
    let told = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(78));
    assert!(told.contains("c.toml:3:16: watch[0].match: column 7 of the rule"), "{told}");
    std::fs::write(config, "[[watch]]\nid = 'talks'\nmatch = 'Trump'\n").unwrap();
    for (args, code, words) in [
        (&["watch", "test", "-c", config, "--rule", "a AND"][..], 2, "column 6"),
        (&["watch", "test", "-c", config, "--watch", "talk"], 1, "did you mean talks?"),
        (&["watch", "test", "-c", config], 1, ""),
        (&["brief", "-c", config, "--watch", "talk"], 1, "did you mean talks?"),
        (&["watch", "test", "-c", config, "--since", "1 day"], 2, "whole number and a unit"),
    ] {
        let done = copytaster(args);
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{args:?}: {told}");
        assert!(told.contains(words), "{args:?}: {told}");
    }
}
