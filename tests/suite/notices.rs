//! Kills, withdrawals, corrections, embargoes and live blogs, from article lines to records, by the program itself.

use std::path::Path;
use std::process::{Command, Output};

use copytaster::enrich;
use copytaster::news::Input;
use copytaster::pipeline::replay;
use copytaster::tables::Tables;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::halves;

const FERRY: &str = "The ferry Aurelia sank in heavy seas off Kalmar before dawn on Tuesday with 48 passengers aboard, \
     the coast guard said. Helicopters from Visby lifted 31 people from two life rafts and trawlers took in nine more. \
     The master had reported a shifted cargo of timber an hour before the vessel listed. Divers were to search the hull \
     once the wind had dropped below gale force.";
const BRIDGE: &str = "Engineers closed the Sandvik harbour bridge on Wednesday after cracks were found in three of its \
     eleven piers, the town council said. Buses will use the northern road until spring and the council set aside four \
     million kronor for repairs. A freighter had struck the second pier during a storm in January.";

/// Article lines, a minute apart, and what the program makes of them.
struct Desk {
    dir: TempDir,
    lines: Vec<String>,
}

impl Desk {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), lines: Vec::new() }
    }

    fn line(&mut self, id: &str, source: &str, title: &str, text: &str) {
        let minute = self.lines.len();
        let published = format!("2025-03-04T{:02}:{:02}:00Z", 6 + minute / 60, minute % 60);
        let line = json!({
            "id": id, "title": title, "text": text, "published": published, "source": source, "url": null, "lang": "en"
        });
        self.lines.push(line.to_string());
    }

    /// The wire's text and three papers that carry it.
    fn ferry(&mut self) {
        self.line("reuters-157", "reuters", "Ferry sinks off Kalmar with 48 aboard", FERRY);
        for (n, paper) in ["Harbour Post", "Canal Herald", "Island Times"].into_iter().enumerate() {
            let text = format!("{FERRY} (Reuters)");
            self.line(&format!("copy-{n}"), paper, &format!("Kalmar ferry disaster {n}"), &text);
        }
    }

    /// Replays all lines; what is written must be sound.
    fn written(&self) -> Written {
        let source = self.dir.path().join("lines.jsonl");
        std::fs::write(&source, self.lines.join("\n") + "\n").unwrap();
        let out = self.dir.path().join("out");
        let done =
            copytaster(&["replay", source.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let verified = copytaster(&["verify", out.to_str().unwrap()]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
        Written { articles: records(&out, "articles-"), stories: records(&out, "stories-") }
    }
}

fn copytaster(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copytaster")).args(args).output().unwrap()
}

fn records(dir: &Path, stream: &str) -> Vec<Value> {
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    let text: String = paths.iter().map(read).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

struct Written {
    articles: Vec<Value>,
    stories: Vec<Value>,
}

impl Written {
    /// The records of an article, by the id of its line.
    fn of(&self, guid: &str) -> Vec<&Value> {
        self.articles.iter().filter(|record| record["guid"] == guid).collect()
    }

    fn last(&self, guid: &str) -> &Value {
        self.of(guid).last().copied().unwrap()
    }

    /// The latest record of the story that an article stands in.
    fn story(&self, guid: &str) -> &Value {
        let id = &self.last(guid)["story_id"];
        self.stories.iter().rev().find(|record| record["story_id"] == *id).unwrap()
    }

    fn types<'a>(&'a self, guid: &str) -> Vec<(&'a str, &'a str)> {
        let words = |record: &'a Value| {
            (record["type"].as_str().unwrap(), record["change"].as_str().unwrap())
        };
        self.of(guid).into_iter().map(words).collect()
    }
}

fn counts(story: &Value) -> [u64; 4] {
    ["article_count", "dispatch_count", "outlet_count", "independent_source_count"]
        .map(|key| story[key].as_u64().unwrap())
}

const NEW: (&str, &str) = ("article.new", "new");
const NOTICE: (&str, &str) = ("article.revised", "notice");
const WITHDRAWN: (&str, &str) = ("article.withdrawn", "withdrawn");

#[test]
fn a_kill_reaches_every_copy_and_retracts_the_story() {
    let mut desk = Desk::new();
    desk.ferry();
    let kill = "Editors: please kill item reuters 157 \"Ferry sinks off Kalmar with 48 aboard\". The report was wrong.";
    desk.line("reuters-158", "reuters", "KILL: Ferry sinks off Kalmar with 48 aboard", kill);
    desk.line("late", "Evening Echo", "Ferry lost off Kalmar", FERRY);
    let written = desk.written();
    let target = &written.last("reuters-157")["article_id"];
    assert_eq!(written.types("reuters-157"), [NEW, WITHDRAWN]);
    for copy in ["copy-0", "copy-1", "copy-2"] {
        assert_eq!(written.types(copy), [NEW, NOTICE], "{copy}");
    }
    // A paper that still runs it later is told at once, and wakes nothing.
    assert_eq!(written.types("late"), [NEW]);
    assert_eq!(written.last("late")["match"]["relation"], "copy");
    for id in ["reuters-157", "copy-0", "copy-2", "late", "reuters-158"] {
        let notice = &written.last(id)["notice"];
        assert_eq!(
            (&notice["kind"], &notice["target_article_id"]),
            (&json!("kill"), target),
            "{id}"
        );
    }
    let kill = written.last("reuters-158");
    assert_eq!(kill["notice"]["number"], 157);
    assert_eq!(kill["match"]["relation"], "new");
    for level in ["dispatch_id", "story_id"] {
        assert_eq!(kill[level], written.last("copy-1")[level]);
        assert_eq!(kill[level], written.last("late")[level]);
    }
    let story = written.story("reuters-157");
    let retracted = written.stories.iter().filter(|record| record["type"] == "story.retracted");
    assert_eq!(retracted.count(), 1);
    assert_eq!(
        (&story["status"], &story["retracted_reason"]),
        (&json!("retracted"), &json!("killed by its wire"))
    );
    assert_eq!(counts(story), [0, 0, 0, 0]);
    for id in ["reuters-157", "reuters-158", "late"] {
        let lines = desk.dir.path().join("lines.jsonl");
        let done = copytaster(&["explain", id, "--replay", lines.to_str().unwrap()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn what_others_reported_themselves_outlives_a_kill() {
    let mut desk = Desk::new();
    desk.ferry();
    let own = "The ferry Aurelia went down off Kalmar on Tuesday morning, the coast guard told this newspaper. Aurelia \
         carried 48 passengers and a cargo of timber that had shifted, a rescued deckhand said in Visby, where helicopters \
         brought 31 survivors. Trawlers picked up nine others from life rafts in gale winds.";
    desk.line("own", "Visby Allehanda", "Ferry Aurelia sinks off Kalmar, 48 aboard", own);
    desk.line(
        "reuters-158",
        "reuters",
        "KILL: Ferry sinks off Kalmar with 48 aboard",
        "Mandatory kill.",
    );
    let written = desk.written();
    assert_eq!(written.types("own"), [NEW]);
    let story = written.story("own");
    assert_eq!(story["status"], "active");
    if written.last("own")["story_id"] == written.last("copy-0")["story_id"] {
        assert_eq!(counts(story), [1, 1, 1, 1]);
        assert_eq!(story["lead_article_id"], written.last("own")["article_id"]);
    }
}

#[test]
fn a_paper_takes_back_its_own_copy_and_nobody_elses() {
    let mut desk = Desk::new();
    desk.ferry();
    desk.line(
        "copy-1",
        "Canal Herald",
        "WITHDRAWN: Kalmar ferry disaster 1",
        "This story has been withdrawn.",
    );
    let written = desk.written();
    assert_eq!(written.types("copy-1"), [NEW, WITHDRAWN]);
    assert_eq!(
        written.last("copy-1")["notice"]["target_article_id"],
        written.last("copy-1")["article_id"]
    );
    assert_eq!((written.types("copy-0"), written.types("reuters-157")), (vec![NEW], vec![NEW]));
    assert_eq!(counts(written.story("copy-0")), [3, 1, 3, 1]);
}

#[test]
fn a_wire_that_withdraws_its_text_in_place_withdraws_it_from_all_and_may_bring_it_back() {
    let mut desk = Desk::new();
    desk.ferry();
    desk.line(
        "reuters-157",
        "reuters",
        "WITHDRAWN: Ferry sinks off Kalmar",
        "This story has been withdrawn.",
    );
    desk.line("reuters-157", "reuters", "Ferry adrift off Kalmar", BRIDGE);
    let written = desk.written();
    let types = written.types("reuters-157");
    assert_eq!(types, [NEW, WITHDRAWN, ("article.revised", "material")]);
    assert_eq!(written.types("copy-2"), [NEW, NOTICE, NOTICE]);
    assert_eq!(written.of("copy-2")[1]["notice"]["kind"], "withdrawal");
    assert_eq!(written.last("copy-2")["notice"]["kind"], "");
    let kinds: Vec<&Value> = written.stories.iter().map(|record| &record["change"]).collect();
    assert_eq!(kinds[kinds.len() - 2..], ["retracted", "recounted"]);
    assert_eq!(written.story("copy-2")["status"], "active");
    assert_eq!(written.story("copy-2")["article_count"], 4);
}

#[test]
fn a_correction_is_told_to_those_who_run_the_text_and_counts_go_on() {
    let mut desk = Desk::new();
    desk.ferry();
    let corrected = FERRY.replace("48 passengers", "38 passengers");
    let title = "CORRECTED-Ferry sinks off Kalmar with 48 aboard";
    desk.line(
        "reuters-160",
        "reuters",
        title,
        &format!("(Corrects number in paragraph 1)\n\n{corrected}"),
    );
    let written = desk.written();
    for id in ["reuters-157", "copy-0", "copy-1", "copy-2"] {
        assert_eq!(written.types(id), [NEW, NOTICE], "{id}");
        let notice = &written.last(id)["notice"];
        assert_eq!(notice["kind"], "correction");
        assert_eq!(notice["target_article_id"], written.last("reuters-157")["article_id"]);
    }
    let correction = written.last("reuters-160");
    assert_eq!(correction["dispatch_id"], written.last("copy-0")["dispatch_id"]);
    assert_eq!(
        correction["notice"]["target_article_id"],
        written.last("reuters-157")["article_id"]
    );
    assert_eq!(counts(written.story("copy-0")), [5, 1, 4, 1]);
}

#[test]
fn a_kill_without_a_target_or_with_two_stands_alone() {
    let mut desk = Desk::new();
    desk.line("h-1", "Harbour Post", "Harbour bridge closed at Sandvik", BRIDGE);
    desk.line("h-2", "Harbour Post", "Harbour bridge closed at Sandvik", FERRY);
    desk.line(
        "h-3",
        "Harbour Post",
        "KILL: Harbour bridge closed at Sandvik",
        "Please kill this story.",
    );
    desk.line(
        "h-4",
        "Canal Herald",
        "KILL: Harbour bridge closed at Sandvik",
        "Please kill this story.",
    );
    let written = desk.written();
    for id in ["h-3", "h-4"] {
        let kill = written.last(id);
        assert_eq!(kill["notice"]["kind"], "kill");
        assert_eq!(kill["notice"]["target_article_id"], "");
        assert_eq!(counts(written.story(id)), [1, 1, 1, 1]);
    }
    assert!(["h-1", "h-2"].iter().all(|id| written.types(id) == [NEW]));
    assert!(written.stories.iter().all(|record| record["status"] == "active"));
}

#[test]
fn a_kill_wakes_no_dormant_story() {
    let mut desk = Desk::new();
    desk.line("hp-1", "Harbour Post", "Harbour bridge closed at Sandvik", BRIDGE);
    let days = |line: &str, day: &str| line.replace("2025-03-04", day);
    desk.line("f-1", "Canal Herald", "Ferry sinks off Kalmar", FERRY);
    desk.line(
        "h-2",
        "Harbour Post",
        "Kill",
        "Editors: please kill item hp 1 \"Harbour bridge closed at Sandvik\".",
    );
    desk.lines[1] = days(&desk.lines[1], "2025-03-08");
    desk.lines[2] = days(&desk.lines[2], "2025-03-08");
    let written = desk.written();
    assert_eq!(written.types("hp-1"), [NEW, WITHDRAWN]);
    let changes: Vec<&Value> = written
        .stories
        .iter()
        .filter(|record| record["story_id"] == written.last("hp-1")["story_id"])
        .map(|record| &record["change"])
        .collect();
    assert_eq!(changes, ["created", "dormant", "retracted"]);
}

#[test]
fn an_embargoed_text_neither_leads_nor_is_an_origin_beside_another() {
    let mut desk = Desk::new();
    let embargoed = format!("Not for publication before 09:00 GMT, 5 March 2025\n\n{FERRY}");
    desk.line("e-1", "Embargo Press", "Ferry sinks off Kalmar with 48 aboard", &embargoed);
    desk.line("e-2", "Harbour Post", "Ferry sinks off Kalmar", FERRY);
    let written = desk.written();
    let first = written.last("e-1");
    assert_eq!(
        (&first["notice"]["kind"], &first["notice"]["until"]),
        (&json!("embargo"), &json!("2025-03-05T09:00:00.000Z"))
    );
    let story = written.story("e-2");
    assert_eq!(written.last("e-1")["dispatch_id"], written.last("e-2")["dispatch_id"]);
    assert_eq!(story["lead_article_id"], written.last("e-2")["article_id"]);
    assert_eq!(story["independence"][0]["origin"], written.last("e-2")["outlet"]["family"]);
}

#[test]
fn live_blogs_and_round_ups_join_none_and_are_joined_by_none() {
    let mut desk = Desk::new();
    desk.line("f-1", "Canal Herald", "Ferry sinks off Kalmar with 48 aboard", FERRY);
    desk.line("b-1", "Harbour Post", "Harbour bridge closed at Sandvik", BRIDGE);
    desk.line("live", "Visby Allehanda", "Ferry sinks off Kalmar – live updates", FERRY);
    desk.line("both", "Island Times", "The day on the coast", &format!("{FERRY}\n\n{BRIDGE}"));
    desk.line("f-2", "Evening Echo", "Kalmar ferry disaster", FERRY);
    desk.line("b-2", "Evening Echo", "Sandvik bridge cracks", BRIDGE);
    let written = desk.written();
    for id in ["live", "both"] {
        let record = written.last(id);
        assert!(record["defects"].as_array().unwrap().contains(&json!("round_up")), "{record}");
        assert_eq!(counts(written.story(id)), [1, 1, 1, 1], "{id}");
    }
    assert_eq!(written.last("both")["match"]["relation"], "derived");
    for (first, second) in [("f-1", "f-2"), ("b-1", "b-2")] {
        assert_eq!(written.last(first)["dispatch_id"], written.last(second)["dispatch_id"]);
        assert_eq!(counts(written.story(first)), [2, 1, 2, 2 - 1]);
    }
}

#[test]
fn a_story_that_one_report_holds_together_is_split_and_stays_so() {
    let mut desk = Desk::new();
    let (title, text) = halves::BETWEEN;
    desk.line("between", "Baltic Review", title, text);
    for n in 0..3 {
        let (title, text) = halves::FERRY[n];
        desk.line(&format!("ferry-{n}"), &format!("Paper {n}"), title, text);
        let (title, text) = halves::BANK[n];
        desk.line(&format!("bank-{n}"), &format!("Journal {n}"), title, text);
    }
    // Hours of sweeps, and copies that touch both halves.
    for n in 0..9 {
        let (title, text) = if n % 2 == 0 { halves::FERRY[n % 3] } else { halves::BANK[n % 3] };
        desk.line(&format!("more-{n}"), &format!("Evening {n}"), title, text);
    }
    let written = desk.written();
    let told =
        |kind: &str| written.stories.iter().filter(|r| r["type"] == kind).collect::<Vec<_>>();
    let [split] = told("story.split")[..] else { panic!("{:?}", told("story.split")) };
    assert!(told("story.merged").is_empty());
    let created = told("story.created");
    let other = created.iter().find(|r| r["split_from"] == split["story_id"]).unwrap();
    assert_eq!(other["commit"], split["commit"]);
    assert_eq!(
        split["story_id"],
        written.of("between")[0]["story_id"],
        "the root's half keeps the id"
    );
    assert!(split["because"][0]["detail"].as_str().unwrap().contains("nothing in common"));
    for name in ["ferry", "bank"] {
        let homes = [0, 1, 2].map(|n| written.last(&format!("{name}-{n}"))["story_id"].clone());
        assert!(homes.iter().all(|home| *home == homes[0]), "{name}: {homes:?}");
    }
    assert_ne!(written.last("ferry-0")["story_id"], written.last("bank-0")["story_id"]);
    let moved: Vec<&Value> =
        written.articles.iter().filter(|r| r["type"] == "article.reassigned").collect();
    assert!(moved.len() >= 2);
    for record in moved {
        assert_eq!(record["story_id"], other["story_id"]);
        assert_eq!(record["match"]["because"][0]["signal"], "moved");
    }
    // Its id is the hex of the article that opens it, which opened none before.
    let first = written.articles.iter().find(|r| r["type"] == "article.reassigned").unwrap();
    let hex = |value: &Value| value.as_str().unwrap().split_once('_').unwrap().1.to_owned();
    assert_eq!(hex(&other["story_id"]), hex(&first["article_id"]));
}

#[test]
fn a_kill_in_one_body_with_its_target_and_a_copy_tells_each_record_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = crate::restart::open(&dir.path().join("desk.db"), &[]);
    let (feed, tables) = (replay::feed("wire"), Tables::builtin());
    let at = "2025-03-04T06:00:00Z".parse().unwrap();
    let article = |id: &str, outlet: &str, title: &str, text: &str| {
        let context = enrich::Context { feed: &feed, fetched_at: at, tables: &tables };
        let line = enrich::PlainText {
            id: id.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            outlet: outlet.to_owned(),
            ..enrich::PlainText::default()
        };
        enrich::plain(line, &context)
    };
    let kill = article("2", "reuters", "KILL: Ferry sinks off Kalmar", "Mandatory kill.");
    let mut batch = replay::batch(&feed, at, kill);
    // Undated items are taken from the end.
    batch.items.push(article("copy", "Harbour Post", "Kalmar ferry lost", FERRY));
    batch.items.push(article("1", "reuters", "Ferry sinks off Kalmar", FERRY));
    writer.take(Input::Batch(Box::new(batch)), at).unwrap();
    let group = writer.commit().unwrap();
    let told: Vec<Value> =
        group.lines.iter().map(|line| serde_json::from_slice(&line.bytes).unwrap()).collect();
    let told: Vec<String> = told
        .iter()
        .map(|r| {
            format!(
                "{} {} {}",
                r["type"].as_str().unwrap(),
                r["guid"].as_str().unwrap_or("-"),
                r["revision"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "article.new 1 1",
            "article.new copy 1",
            "article.new 2 1",
            "article.withdrawn 1 2",
            "article.revised copy 2",
            "story.created - 1",
        ]
    );
}
