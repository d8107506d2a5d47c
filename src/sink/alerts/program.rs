//! Hands an alert to a program on its standard input.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::Failed;

/// A program that takes longer has not received it.
const TIME_MAX: Duration = Duration::from_secs(30);

/// What it sees of our environment, which holds secrets.
const SHOWN: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// Runs it with the line; exit code 0 says that it was received.
pub(super) async fn run(parts: &[String], line: &str) -> Result<(), Failed> {
    let Some((program, arguments)) = parts.split_first() else {
        return Err(Failed::new("no program is named"));
    };
    let shown = SHOWN.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(shown)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Failed::new(format!("cannot run {program:?}: {error}")))?;
    let hand_over = async {
        if let Some(mut stdin) = child.stdin.take() {
            // A program may be content without reading; its exit code says so.
            stdin.write_all(format!("{line}\n").as_bytes()).await.ok();
            stdin.shutdown().await.ok();
        }
        child.wait().await
    };
    let ended = tokio::time::timeout(TIME_MAX, hand_over).await;
    match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(Failed::new(format!("{program:?} ended with {status}"))),
        Ok(Err(error)) => Err(Failed::new(format!("cannot wait for {program:?}: {error}"))),
        Err(_) => Err(Failed::new(format!("{program:?} took longer than {TIME_MAX:?}"))),
    }
}
