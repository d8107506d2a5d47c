//! The program itself in a directory of its own, polling a server of ours.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::server::Server;

/// Long enough for a busy machine; nothing waits for all of it unless it fails.
const PATIENCE: Duration = Duration::from_mins(2);

/// A directory with a configuration, and the server that its feeds are on.
pub(crate) struct Desk {
    pub(crate) dir: TempDir,
    pub(crate) server: Server,
}

impl Desk {
    /// Polls without rest; `more` follows the `[poll]` section and must begin with keys of it.
    pub(crate) fn new(server: Server, more: &str) -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap(), server };
        let port = desk.server.port();
        let text = format!(
            "[store]\npath = \"state/copytaster.db\"\n[output]\ndir = \"out\"\n[poll]\ninterval_min = \"1s\"\n\
             backfill = \"all\"\nallow_private = [\"127.0.0.1:{port}\"]\n{more}"
        );
        std::fs::write(desk.dir.path().join("copytaster.toml"), text).unwrap();
        desk
    }

    pub(crate) fn start(&self, name: &str, value: &str) -> Child {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("log"))
            .unwrap();
        Command::new(env!("CARGO_BIN_EXE_copytaster"))
            .arg("run")
            .current_dir(self.dir.path())
            .env_clear()
            .env(name, value)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap()
    }

    pub(crate) fn records(&self, stream: &str) -> Vec<Value> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(self.dir.path().join("out"))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
            .collect();
        paths.sort();
        let whole = |path: &Path| std::fs::read_to_string(path).unwrap();
        let lines = paths.iter().flat_map(|path| {
            whole(path)
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
        lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
    }

    pub(crate) fn articles(&self, feed: &str) -> usize {
        self.records("articles-").iter().filter(|record| record["feed_id"] == feed).count()
    }

    pub(crate) async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..PATIENCE.as_millis() / 50 {
            if is_so(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never {what}\n{}", self.log());
    }

    /// Ends a daemon as a person would; it must have lived until then.
    pub(crate) async fn stop(&self, mut child: Child) {
        assert!(child.try_wait().unwrap().is_none(), "died\n{}", self.log());
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }
}

/// Waits for its end.
pub(crate) async fn end(mut child: Child) -> ExitStatus {
    tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap()
}
