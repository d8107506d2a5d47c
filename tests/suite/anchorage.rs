//! The case this program was made for: Mint prints ANI, ANI cites CNN, CNN quotes the Kremlin. The feeds are polled over
//! HTTP by the real daemon, and the counts follow as each newsroom joins.

#![expect(clippy::disallowed_methods, reason = "a test of a real process has to wait for it")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::server::Server;

fn steps() -> Vec<toml::Value> {
    let expected: toml::Table =
        include_str!("../fixtures/anchorage/expected.toml").parse().unwrap();
    expected["step"].as_array().unwrap().clone()
}

fn fixture(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/anchorage");
    std::fs::read(dir.join(name)).unwrap()
}

fn configuration(work: &Path, server: &Server, steps: &[toml::Value]) -> String {
    let mut text = format!(
        "[store]\npath = \"{}\"\n[output]\ndir = \"{}\"\n[poll]\ninterval_min = \"1s\"\nhost_spacing = \"0s\"\n\
         backfill = \"all\"\nallow_private = [\"127.0.0.1:{}\"]\n[[outlet]]\nid = \"deccan-courier\"\n\
         name = \"Deccan Courier\"\ncountry = \"IN\"\n",
        work.join("state/copytaster.db").display(),
        work.join("out").display(),
        server.port()
    );
    let feeds: Vec<String> = steps
        .iter()
        .map(|step| {
            let (file, outlet) = (step["feed"].as_str().unwrap(), step["outlet"].as_str().unwrap());
            let url = server.url(&format!("/{file}"));
            format!(
            "[[feed]]\nid = \"{outlet}-feed\"\nurl = \"{url}\"\noutlet = \"{outlet}\"\ninterval = \"1s\"\n"
        )
        })
        .collect();
    text += &feeds.concat();
    text
}

fn records(out: &Path, stream: &str) -> Vec<Value> {
    let Ok(entries) = std::fs::read_dir(out) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
        .collect();
    files.sort();
    let text: String = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Runs the daemon on these feeds until each has given its article, and lets it drain.
fn run(work: &Path, server: &Server, steps: &[toml::Value]) -> Value {
    let config = work.join("copytaster.toml");
    std::fs::write(&config, configuration(work, server, steps)).unwrap();
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .args(["run", "-c"])
        .arg(&config)
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let out = work.join("out");
    for _ in 0..3000 {
        if records(&out, "articles-").len() >= steps.len() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status().unwrap();
    assert_eq!(daemon.wait().unwrap().code(), Some(0));
    assert_eq!(records(&out, "articles-").len(), steps.len());
    let verified =
        Command::new(env!("CARGO_BIN_EXE_copytaster")).arg("verify").arg(&out).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let stories = records(&out, "stories-");
    let survivors: Vec<&Value> = stories.iter().filter(|s| s["status"] == "active").collect();
    survivors.last().copied().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_newsroom_that_joins_is_counted_for_what_it_adds() {
    let steps = steps();
    let pages: Vec<(String, Vec<u8>)> = steps
        .iter()
        .map(|step| step["feed"].as_str().unwrap())
        .map(|file| (format!("/{file}"), fixture(file)))
        .collect();
    let server = Server::fixed(pages).await;
    for joined in 1..=steps.len() {
        let work = tempfile::tempdir().unwrap();
        let story = run(work.path(), &server, &steps[..joined]);
        let step = &steps[joined - 1];
        let who = step["outlet"].as_str().unwrap();
        for (key, field) in [
            ("articles", "article_count"),
            ("outlets", "outlet_count"),
            ("dispatches", "dispatch_count"),
            ("independent", "independent_source_count"),
        ] {
            let expected = step[key].as_integer().unwrap();
            assert_eq!(story[field].as_i64(), Some(expected), "{field} with {who}: {story}");
        }
        assert_eq!(story["wire_origins"], serde_json::json!(["ani"]), "{who}");
        let shares: i64 = story["independence"]
            .as_array()
            .unwrap()
            .iter()
            .map(|origin| origin["article_count"].as_i64().unwrap())
            .sum();
        assert_eq!(Some(shares), story["article_count"].as_i64());
    }
}
