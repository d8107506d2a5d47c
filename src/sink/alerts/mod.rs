//! Hands alerts to whoever asked for them: a webhook, a program, a file. One attempt at a time; when to try again is the
//! wiring's to say.
//!
//! An alert is received once its receiver said so, and until then it is handed over again, under the same id.

mod program;
mod sign;
mod webhook;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::news::Secret;
use crate::poll::address::Allowed;
use webhook::Webhook;

/// Longest wait between two attempts, whatever a receiver wishes.
pub const WAIT_MAX: Duration = Duration::from_hours(1);

/// The first wait; each is twice the one before.
const WAIT_FIRST: Duration = Duration::from_secs(5);

/// Bytes at the end of a file among which its last line is looked for: no record is longer.
const LAST_LINE_BYTES_MAX: u64 = 128 << 10;

/// Where the alerts of a watch go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By POST, signed where there is a secret.
    Webhook(Url, Option<Secret>),
    /// To a program and its arguments, on its standard input.
    Command(Vec<String>),
    /// To the end of a file.
    File(PathBuf),
}

/// Where all alerts go, and how the network is used for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// By watch.
    pub targets: BTreeMap<String, Target>,
    /// `User-Agent` header.
    pub user_agent: String,
    /// Private addresses that may be reached all the same.
    pub allow_private: Vec<Allowed>,
    /// PEM: authorities trusted beside those of the system.
    pub ca: Option<Secret>,
}

/// An alert to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Id of its record: the same at every attempt.
    pub id: String,
    /// The record, one line without its end.
    pub line: String,
}

impl Message {
    /// The message of a record's line; none if that is no record.
    pub fn of(line: String) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Named {
            id: String,
        }
        let Named { id } = serde_json::from_str(&line).ok()?;
        Some(Self { id, line })
    }
}

/// Why an alert was not received.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Failed {
    /// In a few words.
    pub why: String,
    /// How long the receiver wishes to be left alone.
    pub wish: Option<Duration>,
}

impl Failed {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), wish: None }
    }
}

/// Whom the alerts of one watch are handed to.
#[derive(Clone, Debug)]
pub enum Receiver {
    /// A server.
    Webhook(Webhook),
    /// A program.
    Command(Vec<String>),
    /// A file.
    File(PathBuf),
    /// Nobody, because it could not be set up.
    Broken(String),
}

impl Receiver {
    /// Sets up a target's receiver.
    pub fn new(routes: &Routes, target: &Target) -> Self {
        match target {
            Target::Webhook(url, secret) => match Webhook::new(routes, url, secret.as_ref()) {
                Ok(webhook) => Self::Webhook(webhook),
                Err(failed) => Self::Broken(failed.why),
            },
            Target::Command(parts) => Self::Command(parts.clone()),
            Target::File(path) => Self::File(path.clone()),
        }
    }

    /// One attempt, in bounded time.
    pub async fn hand_over(&self, message: Message, now: Timestamp) -> Result<(), Failed> {
        match self {
            Self::Webhook(webhook) => webhook.post(message, now).await,
            Self::Command(parts) => program::run(parts, &message.line).await,
            Self::File(path) => {
                let path = path.clone();
                let work = move || append(&path, &message.line);
                let done = tokio::task::spawn_blocking(work).await;
                let done = done.map_err(|error| Failed::new(error.to_string()))?;
                done.map_err(|error| Failed::new(error.to_string()))
            }
            Self::Broken(why) => Err(Failed::new(why.clone())),
        }
    }
}

/// How long to wait after an attempt that failed, the `tries`-th; alerts that failed together do not all come back together.
pub fn wait(tries: u32, failed: &Failed, seq: u64) -> Duration {
    let doubled = WAIT_FIRST.saturating_mul(1 << tries.saturating_sub(1).min(16));
    let spread = doubled / 20 * u32::try_from(seq % 5).unwrap_or(0);
    let wish = failed.wish.unwrap_or_default();
    doubled.saturating_add(spread).max(wish).min(WAIT_MAX)
}

/// Appends a line and sees it to the disk. One that stands at the end already is not written again: its receipt was lost.
fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir)?;
    }
    let mut file = File::options().read(true).append(true).create(true).open(path)?;
    let bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(bytes.saturating_sub(LAST_LINE_BYTES_MAX)))?;
    let mut end = Vec::new();
    (&file).take(LAST_LINE_BYTES_MAX).read_to_end(&mut end)?;
    let is_whole = end.is_empty() || end.ends_with(b"\n");
    let last = end.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty());
    if is_whole && last == Some(line.as_bytes()) {
        return Ok(());
    }
    // What a crash cut in its middle is no line; it is left, and ended.
    let before = if is_whole { "" } else { "\n" };
    file.write_all(format!("{before}{line}\n").as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_in_the_file_once_and_a_torn_one_is_ended() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alerts/desk.jsonl");
        append(&path, r#"{"id":"a"}"#).unwrap();
        append(&path, r#"{"id":"b"}"#).unwrap();
        append(&path, r#"{"id":"b"}"#).unwrap();
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"{\"id\":").unwrap();
        append(&path, r#"{"id":"c"}"#).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\n{\"id\":\"c\"}\n");
    }

    #[test]
    fn waits_double_up_to_an_hour_and_heed_wishes_within_it() {
        let failed = Failed::new("HTTP 500");
        let seconds = |tries| wait(tries, &failed, 0).as_secs();
        assert_eq!([seconds(1), seconds(2), seconds(3)], [5, 10, 20]);
        assert_eq!(wait(40, &failed, 4), WAIT_MAX);
        let wish = Failed { wish: Some(Duration::from_mins(2)), ..failed.clone() };
        assert_eq!(wait(1, &wish, 0), Duration::from_mins(2));
        let greedy = Failed { wish: Some(Duration::from_hours(99)), ..failed };
        assert_eq!(wait(1, &greedy, 0), WAIT_MAX);
    }
}
