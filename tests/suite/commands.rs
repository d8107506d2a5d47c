//! The program from outside: what goes to stdout and stderr, and how it ends.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn copytaster(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copytaster"));
    command.args(arguments).current_dir(dir).env_clear().stdin(Stdio::null());
    command
}

fn ran(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = copytaster(dir, arguments).output().expect("the program starts");
    texts(&output)
}

fn texts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
    (output.status.code().expect("it was not killed"), text(&output.stdout), text(&output.stderr))
}

fn with_config(text: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("copytaster.toml"), text).expect("a file");
    dir
}

const BAD: &str =
    "[poll]\nintervall = \"5m\"\n\n[[feed]]\nid = \"a\"\nurl = \"ftp://a.example/\"\n";

#[test]
fn a_bad_configuration_ends_with_78_and_starts_nothing() {
    let dir = with_config(BAD);
    let (code, out, err) = ran(dir.path(), &["check"]);
    assert_eq!((code, out.as_str()), (78, ""));
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), 2, "{err}");
    assert!(lines[0].starts_with("copytaster.toml:2:1: poll.intervall: unknown key; allowed are "));
    assert!(lines[0].ends_with("(did you mean interval?)"), "{err}");
    assert!(lines[1].starts_with("copytaster.toml:6:7: feed[0].url: scheme must be http or https"));
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "something was created: {left:?}");
}

#[test]
fn with_json_the_problems_are_data_too() {
    let dir = with_config(BAD);
    let (code, out, _) = ran(dir.path(), &["check", "--json"]);
    assert_eq!(code, 78);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["ok"], false);
    let first = &json["problems"][0];
    assert_eq!((&first["line"], &first["key"]), (&2.into(), &"poll.intervall".into()));
    assert_eq!(first["suggestion"], "interval");
}

#[test]
fn a_missing_configuration_says_how_to_get_one() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, err) = ran(dir.path(), &["check", "-c", "no.toml"]);
    assert_eq!((code, out.as_str()), (78, ""));
    assert!(
        err.starts_with("no.toml: cannot read the configuration") && err.contains("init"),
        "{err}"
    );
}

#[test]
fn what_init_writes_passes_the_check() {
    for (preset, feeds) in [("example", 1), ("summit", 46)] {
        let dir = tempfile::tempdir().unwrap();
        let (code, out, err) = ran(dir.path(), &["init", preset, "-o", "mine.toml"]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("copytaster check -c mine.toml"), "{out}");
        let (code, out, err) = ran(dir.path(), &["check", "-c", "mine.toml", "--json"]);
        assert_eq!((code, err.as_str()), (0, ""));
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(json["plan"]["feeds"].as_array().unwrap().len(), feeds);
        let (code, _, err) = ran(dir.path(), &["init", preset, "-o", "mine.toml"]);
        assert_eq!(code, 73);
        assert!(err.contains("mine.toml is there already; --force replaces it"), "{err}");
    }
}

#[test]
fn the_environment_overrides_the_file() {
    let dir = with_config("[[feed]]\nid = \"a\"\nurl = \"https://a.example/\"\n");
    let output = copytaster(dir.path(), &["check"])
        .env("COPYTASTER__POLL__INTERVAL", "5m")
        .output()
        .unwrap();
    let (code, out, err) = texts(&output);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("5m adaptive") && out.contains("1 feed on 1 host, up to 12 requests"),
        "{out}"
    );
    let output = copytaster(dir.path(), &["check"])
        .env("COPYTASTER__POLL__INTERVALS", "5m")
        .output()
        .unwrap();
    let (code, _, err) = texts(&output);
    assert_eq!(code, 78);
    assert!(err.contains("(did you mean COPYTASTER__POLL__INTERVAL?)"), "{err}");
}

#[test]
fn a_closed_pipe_is_quiet_and_changes_no_exit_code() {
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let dir = with_config(BAD);
    for (arguments, code) in [
        (&["completions", "bash"][..], 0),
        (&["man"], 0),
        (&["--help"], 0),
        (&["check", "--json"], 78),
    ] {
        let mut command = copytaster(dir.path(), arguments);
        let output = command.stdout(closed()).stderr(Stdio::piped()).output().unwrap();
        let (found, _, err) = texts(&output);
        assert_eq!(found, code, "{arguments:?}");
        assert!(!err.contains("panic") && !err.contains("pipe"), "{err}");
    }
    let output = copytaster(dir.path(), &["check"]).stderr(closed()).output().unwrap();
    assert_eq!(output.status.code(), Some(78));
}

#[test]
fn scripts_and_pages_are_generated_for_every_command() {
    let dir = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, err) = ran(dir.path(), &["completions", shell]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("completions") && out.contains("replay"), "{shell}");
    }
    let (code, out, _) = ran(dir.path(), &["man", "check"]);
    assert_eq!(code, 0);
    assert!(out.contains("copytaster\\-check") && out.contains("online"), "{out}");
    assert_eq!(ran(dir.path(), &["man", "nonsense"]).0, 2);
}

#[test]
fn a_usage_error_ends_with_2_and_help_with_0() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, code) in [
        (&["nonsense"][..], 2),
        (&["check", "--nonsense"], 2),
        (&[], 2),
        (&["--help"], 0),
        (&["check", "--help"], 0),
    ] {
        let (found, out, err) = ran(dir.path(), arguments);
        assert_eq!(found, code, "{arguments:?}");
        assert_eq!(out.is_empty(), code != 0, "{arguments:?}: {err}");
    }
}
