//! Claims and chains end to end: the case of the talks through `replay`, one newsroom after the other.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn copytaster(args: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_copytaster")).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The one entry of a feed as a line of `replay`.
fn line(feed: &Path, outlet: &str, minute: usize) -> String {
    let parsed = copytaster(&["parse", feed.to_str().unwrap()]);
    let parsed: Value = serde_json::from_slice(&parsed.stdout).unwrap();
    let entry = &parsed["entries"][0];
    let text = entry["content"].as_str().or_else(|| entry["summary"].as_str()).unwrap();
    let text = text.replace("<p>", "").replace("</p>", "\n\n");
    let published = format!("2025-08-16T02:{minute:02}:00Z");
    json!({"id": outlet, "title": entry["title"], "text": text, "published": published, "source": outlet, "lang": "en"})
        .to_string()
}

fn records(out: &Path, stream: &str) -> Vec<Value> {
    let mut files: Vec<_> = std::fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
        .collect();
    files.sort();
    let text: String = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The newsrooms that heard a claim, by its speaker and a word of it.
fn witnesses<'a>(story: &'a Value, speaker: &str, word: &str) -> &'a Value {
    let all = story["statements"].as_array().unwrap();
    let is_meant =
        |s: &&Value| s["speaker"] == speaker && s["text"].as_str().unwrap().contains(word);
    let found: Vec<&Value> = all.iter().filter(is_meant).collect();
    assert_eq!(found.len(), 1, "{speaker} {word}: {all:#?}");
    &found[0]["witnesses"]
}

#[test]
fn a_claim_has_as_many_witnesses_as_newsrooms_heard_it_however_many_carry_it() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/anchorage");
    let expected: toml::Table =
        include_str!("../fixtures/anchorage/expected.toml").parse().unwrap();
    let steps = expected["step"].as_array().unwrap();
    let work = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (10..)
        .zip(steps)
        .map(|(minute, step)| {
            line(
                &dir.join(step["feed"].as_str().unwrap()),
                step["outlet"].as_str().unwrap(),
                minute,
            )
        })
        .collect();
    let input = work.path().join("lines.jsonl");
    std::fs::write(&input, lines.join("\n")).unwrap();
    let out = work.path().join("out");
    let out_name = out.to_str().unwrap();
    copytaster(&["replay", input.to_str().unwrap(), "--out", out_name]);
    copytaster(&["verify", out_name]);

    let stories = records(&out, "stories-");
    for (commit, step) in (1..).zip(steps) {
        let story = stories.iter().rev().find(|story| story["commit"] == commit).unwrap();
        let list = |key: &str| json!(step[key].as_array().unwrap());
        let who = step["outlet"].as_str().unwrap();
        let heard = witnesses(story, "per_dmitry_peskov", "Ushakov");
        assert_eq!(*heard, list("who"), "with {who}");
        let heard = witnesses(story, "per_donald_trump", "There's no deal until");
        assert_eq!(*heard, list("deal"), "with {who}");
        let sources = step["independent"].as_integer();
        assert_eq!(story["independent_source_count"].as_i64(), sources, "with {who}");
    }
    let why = stories.iter().find(|story| story["change"] == "recounted").unwrap();
    assert!(why["because"][0]["detail"].as_str().unwrap().starts_with("1 → 2 independent sources"));

    let articles = records(&out, "articles-");
    let of = |outlet: &str| articles.iter().find(|a| a["outlet"]["id"] == outlet).unwrap();
    let paths = |outlet: &str| -> Vec<String> {
        let chains = of(outlet)["provenance"]["chains"].as_array().unwrap();
        let path = |chain: &Value| {
            let path = chain["path"].as_array().unwrap();
            path.iter().map(|id| id.as_str().unwrap()).collect::<Vec<_>>().join(" ")
        };
        chains.iter().map(path).collect()
    };
    assert!(paths("livemint").contains(&"livemint org_ani org_cnn per_dmitry_peskov".to_owned()));
    assert!(paths("livemint").contains(&"livemint org_ani".to_owned()));
    assert!(paths("ani").contains(&"ani org_cnn per_dmitry_peskov".to_owned()));
    assert!(paths("ani").contains(&"ani org_cnn org_kremlin".to_owned()));
    assert_eq!(paths("kremlin"), Vec::<String>::new());
}
