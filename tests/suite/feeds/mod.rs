//! `feeds` from outside: every command, good and bad input, `--json`, exit codes, beside a running daemon.

mod change;
mod discover;
mod list;
mod look;
mod opml;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::server::Server;

/// A directory with a configuration, in which commands run.
struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    fn new(text: &str) -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::write(desk.config(), text).unwrap();
        desk
    }

    /// One that may reach this server, with these feeds on it.
    fn on(server: &Server, feeds: &[(&str, &str)]) -> Self {
        let poll = format!(
            "[poll]\ninterval_min = \"1s\"\nhost_spacing = \"0s\"\nbackfill = \"all\"\n\
             allow_private = [\"127.0.0.1:{}\"]\n",
            server.port()
        );
        let entry = |(id, path): &(&str, &str)| {
            format!("\n[[feed]]\nid = \"{id}\"\nurl = \"{}\"\n", server.url(path))
        };
        let text = poll + &feeds.iter().map(entry).collect::<Vec<_>>().concat();
        Self::new(&text)
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn config(&self) -> PathBuf {
        self.path().join("copytaster.toml")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.config()).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copytaster"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs `feeds` with these arguments: exit code, stdout, stderr.
    fn feeds(&self, arguments: &[&str]) -> (i32, String, String) {
        texts(&self.command(&[&["feeds"], arguments].concat()).output().unwrap())
    }

    /// The objects of stdout, one a line.
    fn lines(&self, arguments: &[&str]) -> (i32, Vec<Value>, String) {
        let (code, out, err) = self.feeds(arguments);
        (code, out.lines().map(|line| serde_json::from_str(line).expect(line)).collect(), err)
    }
}

fn texts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
    (output.status.code().expect("it was not killed"), text(&output.stdout), text(&output.stderr))
}

/// A feed with so many items.
fn rss(title: &str, items: usize) -> Vec<u8> {
    let items: Vec<String> = (0..items)
        .map(|n| {
            format!(
                "<item><guid isPermaLink=\"false\">{title}-{n}</guid><title>Ledger entry {n}</title>\
                 <pubDate>Sat, 16 Aug 2025 0{}:00:00 GMT</pubDate><description>The clerk of ward {n} entered {} sacks \
                 and {} barrels.</description></item>",
                n % 10,
                n * 37 + 3,
                n * 11 + 2
            )
        })
        .collect();
    format!(
        "<rss version=\"2.0\"><channel><title>{title}</title><link>https://{}.example/</link>{}</channel></rss>",
        title.to_lowercase(),
        items.concat()
    )
    .into_bytes()
}

#[test]
fn every_command_explains_itself() {
    let desk = Desk::new("");
    for command in ["list", "check", "add", "rm", "import", "export", "discover"] {
        let (code, out, err) = desk.feeds(&[command, "--help"]);
        assert_eq!((code, err.as_str()), (0, ""), "{command}");
        assert!(out.contains("Usage: copytaster feeds") && out.contains("--config"), "{out}");
    }
    let (code, _, err) = desk.feeds(&[]);
    assert!(code == 2 && err.contains("discover"), "{err}");
    let (code, _, err) = desk.feeds(&["lst"]);
    assert!(code == 2 && err.contains("list"), "{err}");
}

#[test]
fn a_bad_configuration_is_told_with_its_place() {
    for command in [&["list"][..], &["check"], &["export"], &["rm", "a"], &["import", "x.opml"]] {
        let desk = Desk::new("[poll]\nintervall = \"5m\"\n");
        let (code, out, err) = desk.feeds(command);
        assert_eq!((code, out.as_str()), (78, ""), "{command:?}");
        assert!(err.contains("copytaster.toml:2:1: poll.intervall"), "{err}");
    }
}
