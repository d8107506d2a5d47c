//! The rules of the house, read from the source: who may import whom, and which crate has a sole user.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each module and the modules of ours it may name.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("news", &[]),
    ("tables", &["news"]),
    ("clock", &[]),
    ("failpoint", &[]),
    ("mutants", &[]),
    ("config", &["news", "telemetry"]),
    ("telemetry", &[]),
    ("poll", &["news", "tables", "clock"]),
    ("parse", &["news", "tables"]),
    ("enrich", &["news", "tables"]),
    ("cluster", &["news", "tables"]),
    ("desk", &["news", "tables", "cluster"]),
    ("store", &["news"]),
    ("record", &["news"]),
    ("sink", &["news"]),
    ("writer", &["news", "desk", "store", "record", "failpoint"]),
    (
        "pipeline",
        &[
            "news",
            "tables",
            "clock",
            "poll",
            "parse",
            "enrich",
            "cluster",
            "desk",
            "store",
            "record",
            "sink",
            "writer",
            "telemetry",
            "failpoint",
        ],
    ),
];

/// What a part of a module may name beside: the sender of alerts knows which addresses may be reached.
const MAY_ALSO_NAME: &[(&str, &str)] = &[("src/sink/alerts/", "poll::address")];

/// Crates that one place alone may use, and that place.
const SOLE_USERS: &[(&str, &[&str])] = &[
    ("feed_rs", &["src/parse/"]),
    ("rusqlite", &["src/store/"]),
    ("reqwest", &["src/poll/", "src/sink/alerts/"]),
    ("axum", &["src/cli/demo/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    sources(&root.join("src"), &mut found);
    let name = |path: &Path| path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// The module of a source file: the first name below `src`.
fn module(path: &str) -> &str {
    let below = path.strip_prefix("src/").unwrap();
    below.split(['/', '.']).next().unwrap()
}

/// Lines of code: no comments, and nothing after the tests begin.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//"))
}

/// Names that follow `crate::` in a line, those inside one level of braces included.
fn imports(text: &str) -> BTreeSet<String> {
    let joined: String = code(text).collect::<Vec<_>>().join(" ");
    let mut names = BTreeSet::new();
    for after in joined.split("crate::").skip(1) {
        let mut take = |part: &str| {
            let name: String =
                part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                names.insert(name);
            }
        };
        match after.strip_prefix('{') {
            None => take(after),
            Some(list) => {
                let mut depth = 0;
                let mut part = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => take(&std::mem::take(&mut part)),
                        _ if depth == 0 => part.push(c),
                        _ => {}
                    }
                }
                take(&part);
            }
        }
    }
    names
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("testing.rs")
}

#[test]
fn no_stage_imports_another() {
    let rules: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let modules: BTreeSet<String> =
        all_sources().iter().map(|(path, _)| module(path).to_owned()).collect();
    let mut broken = Vec::new();
    let mut checked = 0;
    for (path, text) in all_sources() {
        let Some(allowed) = rules.get(module(&path)) else { continue };
        if is_test_file(&path) {
            continue;
        }
        checked += 1;
        let text = MAY_ALSO_NAME
            .iter()
            .filter(|(place, _)| path.starts_with(place))
            .fold(text, |text, (_, named)| text.replace(&format!("crate::{named}"), ""));
        for name in imports(&text) {
            let ours = modules.contains(&name) && name != module(&path);
            if ours && !allowed.contains(&name.as_str()) {
                broken.push(format!("{path} imports {name}"));
            }
        }
    }
    assert!(checked > 30, "only {checked} files were checked");
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_module_has_its_rule() {
    let free = ["cli", "main", "lib"];
    let rules: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    for (path, _) in all_sources() {
        let name = module(&path);
        assert!(rules.contains_key(name) || free.contains(&name), "{path}: no rule for {name}");
    }
}

#[test]
fn a_crate_with_a_sole_user_is_named_nowhere_else() {
    let mut broken = Vec::new();
    for (path, text) in all_sources().into_iter().filter(|(path, _)| !is_test_file(path)) {
        for (krate, users) in SOLE_USERS {
            let named = code(&text).any(|line| line.contains(&format!("{krate}::")));
            if named && !users.iter().any(|user| path.starts_with(user)) {
                broken.push(format!("{path} uses {krate}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn only_the_clock_reads_the_clock_and_only_the_wiring_spawns() {
    let rules: [(&str, &[&str]); 4] = [
        ("Timestamp::now()", &["src/clock.rs"]),
        ("SystemTime::now()", &["src/clock.rs"]),
        ("thread::Builder", &["src/pipeline/"]),
        ("thread::spawn(", &["src/pipeline/"]),
    ];
    let mut broken = Vec::new();
    for (path, text) in all_sources() {
        for (words, allowed) in rules {
            if code(&text).any(|line| line.contains(words))
                && !allowed.iter().any(|a| path.starts_with(a))
            {
                broken.push(format!("{path}: {words}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn files_stay_within_their_size() {
    const LINES_MAX: usize = 400;
    let long: Vec<String> = all_sources()
        .iter()
        .filter(|(path, _)| !is_test_file(path))
        .map(|(path, text)| (path, text.split("#[cfg(test)]").next().unwrap().lines().count()))
        .filter(|&(_, lines)| lines > LINES_MAX)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}
