//! Reads one body in a disposable child of our own binary, under limits that the kernel enforces.
//!
//! On its way in: a line of JSON, then the body. On its way out: what was read, as JSON. A child that ends by itself
//! with a whole result is believed; one that dies by its own doing has condemned its body; one that was ended from
//! outside, or could not start, has said nothing.

use std::io::{self, BufRead, Read, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use jiff::Timestamp;
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{READER_STACK_BYTES, breaker};
use crate::news::{Feed, Fetched, Hash16};
use crate::parse::{self, Parsed};

/// The command that the child runs; not for people.
pub const COMMAND: &str = "parse-child";

/// Real time for one child. Its processor time ends it long before, unless the machine stands still.
const WALL_MAX: Duration = Duration::from_secs(20);

/// Largest result that is taken: 2,000 items with their texts are far below.
const RESULT_BYTES_MAX: u64 = 256 << 20;

/// Largest body that the child takes: what the poller takes, decoded.
const BODY_BYTES_MAX: u64 = 64 << 20;

/// What a child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Seconds of processor time.
    pub cpu_seconds: u64,
    /// Bytes of address space.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { cpu_seconds: 5, memory_bytes: 512 << 20 }
    }
}

/// How it went with a child.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It read the body.
    Read(Box<Parsed>),
    /// The body killed it.
    Died(String),
    /// Nothing can be said of the body.
    Unknown(String),
}

/// The line before the body.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    feed: String,
    feed_url: Url,
    url: Url,
    http: u16,
    headers: Vec<(String, String)>,
    body_bytes: u64,
    body_hash: Hash16,
    wire_bytes: u64,
    fetched_at: Timestamp,
    config: parse::Config,
}

/// Reads a body in a child.
pub(super) fn read(fetched: &Fetched, config: &parse::Config, limits: Limits) -> Verdict {
    let order = Order {
        feed: fetched.feed.id.to_string(),
        feed_url: fetched.feed.url.clone(),
        url: fetched.url.clone(),
        http: fetched.http,
        headers: fetched.headers.clone(),
        body_bytes: fetched.body.len() as u64,
        body_hash: fetched.body_hash,
        wire_bytes: fetched.wire_bytes,
        fetched_at: fetched.fetched_at,
        config: config.clone(),
    };
    match spawn(limits).and_then(|child| watch(child, &order, &fetched.body)) {
        Ok((status, out)) => judge(status, &out, limits),
        Err(error) => Verdict::Unknown(error.to_string()),
    }
}

fn spawn(limits: Limits) -> io::Result<Child> {
    Command::new(program()?)
        .arg(COMMAND)
        .args(["--cpu-seconds", &limits.cpu_seconds.to_string()])
        .args(["--memory-bytes", &limits.memory_bytes.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What a terminal sends to the daemon's group is not meant for the child.
        .process_group(0)
        .spawn()
}

/// Our own binary, also after an upgrade has put another in its place.
fn program() -> io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

/// Gives the child its order, takes its result and waits for its end, for a bounded time.
fn watch(mut child: Child, order: &Order, body: &[u8]) -> io::Result<(ExitStatus, Vec<u8>)> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (done, is_done) = sync_channel::<()>(1);
    let talk = || -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        if let Some(stdin) = stdin {
            // A child that dies early does not listen to the end.
            drop(tell(stdin, order, body));
        }
        if let Some(stdout) = stdout {
            stdout.take(RESULT_BYTES_MAX).read_to_end(&mut out)?;
        }
        drop(done);
        Ok(out)
    };
    let (out, is_late) = std::thread::scope(|scope| {
        let talking =
            std::thread::Builder::new().name("child".to_owned()).spawn_scoped(scope, talk);
        let is_late = talking.is_ok()
            && is_done.recv_timeout(WALL_MAX) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        if is_late || talking.is_err() {
            child.kill()?;
        }
        let out = talking?.join().unwrap_or_else(|_| Err(io::Error::other("panicked")))?;
        Ok::<_, io::Error>((out, is_late))
    })?;
    let status = child.wait()?;
    if is_late {
        return Err(io::Error::other(format!("no answer within {} s", WALL_MAX.as_secs())));
    }
    Ok((status, out))
}

fn tell(mut to: impl Write, order: &Order, body: &[u8]) -> io::Result<()> {
    let mut line = serde_json::to_vec(order)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.write_all(body)
}

/// Signals by which a person or the system ends a process.
const FROM_OUTSIDE: [(i32, &str); 4] =
    [(1, "SIGHUP"), (2, "SIGINT"), (15, "SIGTERM"), (9, "SIGKILL")];

/// SIGXCPU: the limit of processor time.
const CPU_SIGNALS: [i32; 2] = [24, 30];

fn judge(status: ExitStatus, out: &[u8], limits: Limits) -> Verdict {
    let Limits { cpu_seconds, memory_bytes } = limits;
    match status.signal() {
        Some(signal) if CPU_SIGNALS.contains(&signal) => {
            Verdict::Died(format!("child: cpu over {cpu_seconds} s"))
        }
        Some(signal) => match FROM_OUTSIDE.iter().find(|(known, _)| *known == signal) {
            Some((_, name)) => Verdict::Unknown(format!("child ended by {name}")),
            None => Verdict::Died(format!(
                "child died of signal {signal} (limits: cpu {cpu_seconds} s, memory {} MB)",
                memory_bytes >> 20
            )),
        },
        None if status.code() == Some(UNHEARD) => {
            Verdict::Unknown("child was not told its order".to_owned())
        }
        None => match serde_json::from_slice(out) {
            Ok(parsed) if status.success() => Verdict::Read(Box::new(parsed)),
            _ => Verdict::Died(format!("child failed with {}", status.code().unwrap_or(-1))),
        },
    }
}

/// Exit code of a child whose order did not arrive whole; no verdict on a body.
pub const UNHEARD: i32 = 65;

/// What the child does: takes its limits, its order and the body, reads, and writes what it read.
///
/// Returns the exit code.
pub fn serve(limits: Limits, from: &mut dyn BufRead, to: &mut dyn Write) -> i32 {
    limit(Resource::Core, 0);
    limit(Resource::Cpu, limits.cpu_seconds);
    limit(Resource::As, limits.memory_bytes);
    let Ok((fetched, config)) = hear(from) else { return UNHEARD };
    // A stack as the readers have it: the guard's depth limit is made for it.
    let reading = std::thread::Builder::new()
        .stack_size(READER_STACK_BYTES)
        .spawn(move || breaker::look(&fetched, &config));
    let Ok(Ok(parsed)) = reading.map(std::thread::JoinHandle::join) else { return 1 };
    let written = serde_json::to_writer(&mut *to, &parsed);
    i32::from(written.is_err() || to.flush().is_err())
}

/// A limit that this system does not know is not set; the others still hold.
fn limit(resource: Resource, most: u64) {
    // A soft limit speaks by a signal of its own; a second above it the hard one is final.
    let hard = if resource == Resource::Cpu { most + 1 } else { most };
    setrlimit(resource, Rlimit { current: Some(most), maximum: Some(hard) }).ok();
}

fn hear(from: &mut dyn BufRead) -> io::Result<(Fetched, parse::Config)> {
    let mut line = Vec::new();
    from.take(BODY_BYTES_MAX).read_until(b'\n', &mut line)?;
    let order: Order = serde_json::from_slice(&line)?;
    let mut body = Vec::new();
    from.take(BODY_BYTES_MAX).read_to_end(&mut body)?;
    if body.len() as u64 != order.body_bytes {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let feed = Feed::new(order.feed, order.feed_url);
    let fetched = Fetched {
        feed: Arc::new(feed),
        url: order.url,
        http: order.http,
        headers: order.headers,
        body,
        body_hash: order.body_hash,
        wire_bytes: order.wire_bytes,
        fetched_at: order.fetched_at,
    };
    Ok((fetched, order.config))
}
