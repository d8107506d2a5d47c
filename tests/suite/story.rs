//! `story` from outside: the summit of the demo's day for people, as JSON and as pictures, and ids that lead nowhere.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn copytaster(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .args(args)
        .current_dir(dir)
        .env_remove("COLUMNS")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_summit_of_the_demo_is_told_whole() {
    let work = tempfile::tempdir().unwrap();
    let at = |args: &[&str]| copytaster(work.path(), args);
    stdout(&at(&["demo", "--fast", "--exit", "--out", "out"]));
    let told = |args: &[&str]| at(&[&["story"], args, &["--dir", "out"]].concat());

    let picture = stdout(&told(&["sty_c706", "--graph", "svg"]));
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/demo/summit.svg");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &picture).unwrap();
    }
    assert_eq!(
        picture,
        std::fs::read_to_string(&golden).unwrap(),
        "see README, Who got it from whom"
    );

    let text = stdout(&told(&["c706"]));
    for part in ["who stands behind it", "timeline", "\nsaid", "one witness: CNN", "people"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json: Value = serde_json::from_str(&stdout(&told(&["sty_c706", "--json"]))).unwrap();
    let story = &json["story"];
    assert_eq!(json["timeline"].as_array().unwrap().len() as u64, story["article_count"]);
    let article = json["timeline"][0]["article_id"].as_str().unwrap();
    let by_article: Value = serde_json::from_str(&stdout(&told(&[article, "--json"]))).unwrap();
    assert_eq!(by_article, json);
    assert!(stdout(&told(&["c706", "--graph", "dot"])).starts_with("digraph story {"));
    assert!(stdout(&told(&["c706", "--graph", "mermaid"])).starts_with("flowchart LR\n"));

    let unknown = told(&["sty_0000"]);
    assert_eq!(unknown.status.code(), Some(1));
    let says = String::from_utf8(unknown.stderr).unwrap();
    assert!(says.contains("no story sty_0000") && says.contains("story_id"), "{says}");
    let several = told(&["sty_"]);
    assert_eq!(several.status.code(), Some(1));
    assert!(String::from_utf8(several.stderr).unwrap().contains("write more of it"));
    assert_eq!(at(&["story", "c706", "--dir", "nowhere"]).status.code(), Some(1));
    assert_eq!(at(&["story", "c706", "--graph", "png"]).status.code(), Some(2));
}
