//! `explain` from outside: two articles and one, for people and as JSON, after `replay`, after `demo`, beside a running
//! daemon, and where texts or ids are not there.

use std::path::Path;
use std::process::{Command, Output};

use copytaster::cli::Exit;
use copytaster::cli::demo::{Day, pass};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::server::Server;

const WIRE: &str = "The harbour of Kalmar was closed on Tuesday after a ferry with 214 passengers ran aground off the \
    island of Oland, the coast guard said. Divers found a hole of two metres in the hull of the Baltic Star and pumps \
    were brought from Karlskrona. “We heard a loud crash and then the lights went out,” said Ingrid Holm, a teacher \
    who was on board with her class. The company that owns the ship, Sund Lines, said all passengers were taken ashore \
    in lifeboats within three hours. An inquiry will look at the charts that the crew used.";
const OWN: &str = "A school class was among those rescued when the Baltic Star struck rocks near Oland on Tuesday \
    morning. “We heard a loud crash and then the lights went out,” teacher Ingrid Holm told reporters in Kalmar. Sund \
    Lines, the owner, has withdrawn the ferry from service; the coast guard blamed a shoal that is missing on charts.";
const OTHER: &str = "The parliament of Malta voted on Thursday to lower the tax on small fishing boats. Ministers said \
    the change would cost nine million euros a year and help 400 families in Gozo.";

fn copytaster(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .args(args)
        .current_dir(dir)
        .env_remove("COLUMNS")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A wire text, a copy with another end, a report in other words, and something else.
fn lines(dir: &Path) {
    let copy = format!(
        "By our desk. {}",
        WIRE.replace("An inquiry will look at the charts", "The port knew of no charts")
    );
    let line = |id: &str, hour: u8, source: &str, title: &str, text: &str| {
        let published = format!("2025-05-06T{hour:02}:00:00Z");
        json!({"id": id, "title": title, "text": text, "published": published, "source": source, "lang": "en"}).to_string()
    };
    let all = [
        line("wire", 9, "reuters", "Ferry with 214 aboard runs aground off Oland", WIRE),
        line("copy", 10, "Harbour Post", "Passengers rescued from grounded ferry", &copy),
        line(
            "own",
            12,
            "Canal Herald",
            "Class rescued as Baltic Star strikes rocks off Oland",
            OWN,
        ),
        line("malta", 13, "Gozo Mail", "Malta lowers tax on small fishing boats", OTHER),
    ];
    std::fs::write(dir.join("lines.jsonl"), all.join("\n") + "\n").unwrap();
}

fn explained(dir: &Path, args: &[&str]) -> Value {
    let mut all = vec!["explain", "--replay", "lines.jsonl", "--json"];
    all.extend(args);
    json_of(&copytaster(dir, &all))
}

#[test]
fn a_copy_is_laid_beside_its_original_in_whatever_order_they_are_named() {
    let dir = tempfile::tempdir().unwrap();
    lines(dir.path());
    let told = explained(dir.path(), &["wire", "copy"]);
    assert_eq!(told, explained(dir.path(), &["copy", "wire"]));
    assert_eq!((&told["same_dispatch"], &told["same_story"]), (&json!(true), &json!(true)));
    assert_eq!(told["articles"]["later"]["guid"], "copy");
    let text = &told["text"];
    assert_eq!(text["relation"], "copy");
    assert!(text["copied"]["earlier"].as_f64().unwrap() > 0.8, "{text}");
    assert_eq!(text["containment"], told["recorded"]["score"]);
    let longest =
        text["passages"].as_array().unwrap().iter().max_by_key(|p| p["words"].as_u64()).unwrap();
    assert!(longest["text"].as_str().unwrap().starts_with("The harbour of Kalmar was closed"));
    let quote = &text["quotations"]["later"][0];
    assert_eq!(
        (&quote["text"], &quote["is_shared"]),
        (&json!("We heard a loud crash and then the lights went out"), &json!(true))
    );
    let rule = |name: &str| {
        let checks = text["checks"].as_array().unwrap();
        checks.iter().find(|check| check["rule"] == name).unwrap().clone()
    };
    assert_eq!((&rule("join_c")["limit"], &rule("join_c")["holds"]), (&json!(0.5), &json!(true)));
    assert_eq!(told["path"][0]["step"], "match");
    assert_eq!(told["path"][0]["relation"], "copy");
    assert_eq!(told["again"]["agrees"], true);
    assert_eq!(told["window"]["articles"], 1);
}

#[test]
fn a_report_in_other_words_is_shown_with_terms_anchors_and_the_score_it_joined_at() {
    let dir = tempfile::tempdir().unwrap();
    lines(dir.path());
    let told = explained(dir.path(), &["own", "wire"]);
    assert_eq!((&told["same_dispatch"], &told["same_story"]), (&json!(false), &json!(true)));
    let story = &told["story"];
    assert!(story["score"].as_f64().unwrap() >= story["joins_at"].as_f64().unwrap(), "{story}");
    let terms: Vec<&str> =
        story["terms"].as_array().unwrap().iter().map(|t| t["term"].as_str().unwrap()).collect();
    assert!(terms.contains(&"Baltic Star") && terms.contains(&"Ingrid Holm"), "{terms:?}");
    let both = story["names"]["both"].to_string();
    assert!(both.contains("Oland") && both.contains("Kalmar"), "{both}");
    assert!(story["numbers"]["earlier"].to_string().contains("214"));
    assert!(story["vetoes"].as_array().unwrap().iter().all(|veto| veto["holds"] == false));
    let apart = explained(dir.path(), &["malta", "own"]);
    assert_eq!((&apart["same_story"], &apart["path"]), (&json!(false), &json!([])));
    assert_eq!(apart["text"]["relation"], "new");
    assert!(
        apart["story"]["score"].as_f64().unwrap() < apart["story"]["joins_at"].as_f64().unwrap()
    );
}

#[test]
fn people_read_it_without_colours_and_marks_say_what_is_shared() {
    let dir = tempfile::tempdir().unwrap();
    lines(dir.path());
    let shown = copytaster(dir.path(), &["explain", "wire", "copy", "--replay", "lines.jsonl"]);
    let text = stdout(&shown);
    assert!(shown.status.success(), "{}", stderr(&shown));
    for words in [
        "one dispatch: copies of one text, and one story",
        "By our desk. ⟦The harbour of Kalmar was closed",
        "‹‹We heard a loud crash",
        "% of the later copied: ",
        "it joins from 0.800 on",
        "judged again on them, it is placed as it was",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
    assert!(text.lines().all(|line| line.chars().count() <= 150), "{text}");
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is left of the replay: {left:?}");
}

#[test]
fn one_article_shows_its_records_its_parent_its_story_and_those_it_was_near_to() {
    let dir = tempfile::tempdir().unwrap();
    lines(dir.path());
    let told = explained(dir.path(), &["copy"]);
    assert_eq!(told["article"]["key"], "guid copy");
    let records = told["records"].as_array().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!((&records[0]["type"], &records[0]["seq"]), (&json!("article.new"), &json!(2)));
    assert!(records[0]["file"].as_str().unwrap().starts_with("articles-"));
    assert_eq!(told["recorded"]["relation"], "copy");
    assert_eq!(told["parent_title"], "Ferry with 214 aboard runs aground off Oland");
    assert_eq!(
        (&told["story"]["article_count"], &told["story"]["change"]),
        (&json!(3), &json!("article_added"))
    );
    assert_eq!(told["nearby"][0]["is_own"], true);
    let shown = stdout(&copytaster(dir.path(), &["explain", "copy", "--replay", "lines.jsonl"]));
    assert!(shown.contains("article.new") && shown.contains("3 articles, 3 outlets"), "{shown}");
}

#[test]
fn ids_that_are_unknown_or_could_be_several_are_said_so() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(pass(Day::builtin(), &dir.path().join("out")), Exit::Ok);
    let explain = |args: &[&str]| {
        let mut all = vec!["explain", "--dir", "out"];
        all.extend(args);
        copytaster(dir.path(), &all)
    };
    let unknown = explain(&["art_00000000000000000000000000000000"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("no article art_0000"), "{}", stderr(&unknown));
    assert!(unknown.stdout.is_empty());
    // More articles than hex digits: one digit at least begins two ids.
    let digits = "0123456789abcdef".split("").filter(|digit| !digit.is_empty());
    let several: Vec<Output> = digits.map(|digit| explain(&[&format!("art_{digit}")])).collect();
    let told = several.iter().map(stderr).find(|told| told.contains("could be")).unwrap();
    assert!(told.lines().count() >= 3 && told.contains("  art_"), "{told}");
    let id = told.lines().last().unwrap().split_whitespace().next().unwrap().to_owned();
    let found = explain(&[id.get(..12).unwrap(), "--json"]);
    assert_eq!(json_of(&found)["article"]["article_id"], *id);
    let usage = copytaster(dir.path(), &["explain", "a", "--dir", "out", "--replay", "x"]);
    assert_eq!(usage.status.code(), Some(2));
    let lost = copytaster(dir.path(), &["explain", "a", "--dir", "nowhere"]);
    assert_eq!(lost.status.code(), Some(1));
    assert!(stderr(&lost).contains("cannot read nowhere"), "{}", stderr(&lost));
}

#[test]
fn without_a_store_the_records_are_shown_and_the_missing_texts_are_said() {
    let dir = tempfile::tempdir().unwrap();
    lines(dir.path());
    let replayed = copytaster(dir.path(), &["replay", "lines.jsonl", "--out", "out"]);
    assert!(replayed.status.success());
    let told =
        json_of(&copytaster(dir.path(), &["explain", "wire", "copy", "--dir", "out", "--json"]));
    assert_eq!((&told["text"], &told["story"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&told["same_dispatch"], &told["recorded"]["relation"]),
        (&json!(true), &json!("copy"))
    );
    assert_eq!(told["path"][0]["relation"], "copy");
    assert!(told["caveats"].to_string().contains("--replay"), "{}", told["caveats"]);
    let one = stdout(&copytaster(dir.path(), &["explain", "copy", "--dir", "out"]));
    assert!(one.contains("copy 0.") && one.contains("no store beside them"), "{one}");
}

#[test]
fn what_had_left_the_window_is_compared_by_its_text_alone() {
    let dir = tempfile::tempdir().unwrap();
    let line = |id: &str, day: u8, text: &str| {
        let published = format!("2025-05-{day:02}T09:00:00Z");
        json!({"id": id, "title": format!("Word {id}"), "text": text, "published": published, "source": id}).to_string()
    };
    let all = [line("first", 1, WIRE), line("between", 16, OTHER), line("again", 25, WIRE)];
    std::fs::write(dir.path().join("lines.jsonl"), all.join("\n") + "\n").unwrap();
    let told = explained(dir.path(), &["first", "again"]);
    assert_eq!(
        (&told["text"]["relation"], &told["text"]["copied"]["later"]),
        (&json!("copy"), &json!(1.0))
    );
    assert_eq!(
        (&told["same_dispatch"], &told["recorded"]["relation"]),
        (&json!(false), &json!("new"))
    );
    assert_eq!((&told["story"], &told["window"]["articles"]), (&Value::Null, &json!(0)));
    assert!(told["caveats"].to_string().contains("had left the window"), "{}", told["caveats"]);
    assert_eq!(told["again"]["agrees"], true);
}

fn feed(items: &[(&str, &str, &str)]) -> Vec<u8> {
    let items: Vec<String> = items
        .iter()
        .map(|(guid, title, text)| {
            format!(
                "<item><guid isPermaLink=\"false\">{guid}</guid><title>{title}</title><description>{text}</description></item>"
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>Desk</title>{}</channel></rss>", items.concat())
        .into_bytes()
}

#[tokio::test]
async fn beside_a_running_daemon_its_store_is_read_and_left_alone() {
    let wire = feed(&[("w", "Ferry runs aground off Oland", WIRE)]);
    let paper = feed(&[("c", "Passengers rescued", WIRE), ("m", "Malta lowers tax", OTHER)]);
    let server = Server::fixed([("/a".to_owned(), wire), ("/b".to_owned(), paper)]).await;
    let feeds: String = ["a", "b"]
        .map(|id| {
            format!(
                "[[feed]]\nid = \"{id}\"\nurl = \"{}\"\noutlet = \"{id}\"\n",
                server.url(&format!("/{id}"))
            )
        })
        .concat();
    let desk = Desk::new(server, &feeds);
    let before = copytaster(desk.dir.path(), &["explain", "w"]);
    assert_eq!(before.status.code(), Some(1), "{}", stderr(&before));
    assert!(stderr(&before).contains("there is no such file"), "{}", stderr(&before));
    let child = desk.start("LANG", "C");
    desk.until("told all three", |desk| desk.records("articles-").len() == 3).await;
    let explain = |args: &[&str]| {
        let mut all = vec!["explain", "--json"];
        all.extend(args);
        json_of(&copytaster(desk.dir.path(), &all))
    };
    let told = explain(&["w", "c", "-c", "copytaster.toml"]);
    assert_eq!(told["same_dispatch"], true);
    assert_eq!(
        (&told["text"]["copied"]["later"], &told["again"]["agrees"]),
        (&json!(1.0), &json!(true))
    );
    // The configuration's own name need not be given.
    assert_eq!(explain(&["m"])["article"]["title"], "Malta lowers tax");
    desk.stop(child).await;
    assert_eq!(explain(&["w", "c"])["same_dispatch"], true);
}
