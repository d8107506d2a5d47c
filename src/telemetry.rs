//! What the daemon says of itself: log lines on stderr, counters, one summary line a minute.
//!
//! Nothing from outside reaches the terminal unescaped, and a closed stderr stops nothing: what cannot be written is lost.

use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

/// Form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, in colours.
    Colours,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Format {
    /// Text for the stderr at hand: colours only on a terminal that wants them.
    pub fn text(no_color: Option<&str>) -> Self {
        // https://no-color.org: any value but the empty one says no.
        let refused = no_color.is_some_and(|value| !value.is_empty());
        if !refused && io::stderr().is_terminal() { Self::Colours } else { Self::Text }
    }
}

/// Starts logging to stderr, for the whole process; the second caller changes nothing.
///
/// `level` is the configured one; `rust_log`, the value of `RUST_LOG`, overrides it if it can be read.
pub fn start(level: &str, format: Format, rust_log: Option<&str>) {
    let (filter, refused) = filter(level, rust_log);
    let subscriber =
        subscriber(filter, format, BoxMakeWriter::new(move || lossy(io::stderr(), format)));
    if tracing::subscriber::set_global_default(subscriber).is_ok() {
        panics_are_logged();
    }
    if let Some(reason) = refused {
        tracing::warn!(reason, "RUST_LOG cannot be read, the configured level holds");
    }
}

/// The filter, and why `RUST_LOG` was not taken.
fn filter(level: &str, rust_log: Option<&str>) -> (EnvFilter, Option<String>) {
    // Below `info` the libraries would drown us, above it they say nothing that we do not.
    let configured = match level {
        "debug" | "trace" => format!("warn,copytaster={level}"),
        level => level.to_owned(),
    };
    match rust_log.filter(|text| !text.trim().is_empty()).map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(configured), Some(error.to_string())),
        None => (EnvFilter::new(configured), None),
    }
}

fn subscriber(
    filter: EnvFilter,
    format: Format,
    writer: BoxMakeWriter,
) -> Box<dyn tracing::Subscriber + Send + Sync> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(format == Format::Colours)
        // It would report a failed write with `eprintln!`, which panics on a closed stderr.
        .log_internal_errors(false)
        .with_writer(writer);
    if format == Format::Json {
        // serde_json escapes what JSON demands; the writer does the rest (DEL, C1, bidi).
        return Box::new(builder.json().with_current_span(false).flatten_event(true).finish());
    }
    let fields = debug_fn(|writer, field, value| match field.name() {
        "message" => write!(writer, "{}", Escaped(&format!("{value:?}"))),
        name => write!(writer, "{name}={}", Escaped(&format!("{value:?}"))),
    });
    Box::new(builder.fmt_fields(fields.delimited(" ")).finish())
}

/// A panic is a bug of ours: it is told as an error, wherever the log goes.
fn panics_are_logged() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        let payload = panic.payload();
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        tracing::error!(location, "panicked: {message}");
    }));
}

/// A writer that loses what cannot be written.
#[derive(Debug)]
struct Lossy<W> {
    to: W,
    format: Format,
}

fn lossy<W>(to: W, format: Format) -> Lossy<W> {
    Lossy { to, format }
}

impl<W: Write> Write for Lossy<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // The whole line comes in one call, so that lines of several threads do not mix.
        match (self.format, std::str::from_utf8(line)) {
            // JSON demands no escape for DEL, C1 and bidi marks, but understands one. Those of a text line were made
            // by `Escaped`, field by field, since here its colours could not be told from others.
            (Format::Json, Ok(text)) if text.contains(is_raw_in_json) => {
                drop(self.to.write_all(json_escaped(text).as_bytes()));
            }
            _ => drop(self.to.write_all(line)),
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        drop(self.to.flush());
        Ok(())
    }
}

fn is_raw_in_json(c: char) -> bool {
    c != '\n' && is_stray(c)
}

/// Such characters stand only inside strings; all are in the basic plane, so four digits do.
fn json_escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        match c {
            c if is_raw_in_json(c) => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("a string takes everything");
            }
            c => out.push(c),
        }
    }
    out
}

/// Text from outside for a terminal or a log line: control characters, line and paragraph separators and
/// direction marks are spelled out.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\n' => f.write_str("\\n"),
            '\r' => f.write_str("\\r"),
            '\t' => f.write_str("\\t"),
            c if is_stray(c) => write!(f, "\\u{{{:x}}}", u32::from(c)),
            c => f.write_char(c),
        })
    }
}

/// C0, DEL, C1; separators that some programs take for a new line; marks that reorder what is read.
fn is_stray(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Fetches ended, whatever came.
    Polls,
    /// Fetches that brought nothing: 304 or an equal body.
    PollsUnchanged,
    /// Fetches that failed.
    PollsFailed,
    /// Bytes of bodies on the wire.
    Bytes,
    /// Articles seen for the first time.
    New,
    /// Articles told again because they changed.
    Revised,
    /// Articles that came again as they were.
    Unchanged,
    /// Items put into quarantine.
    Quarantined,
    /// Items held, backfilled or over a limit.
    SetAside,
    /// Feeds whose health changed.
    HealthChanges,
    /// Stories opened.
    StoriesOpened,
    /// Stories merged into others.
    StoriesMerged,
    /// Commits.
    Commits,
    /// Lines committed.
    Lines,
}

/// How many kinds of [`Count`] there are.
const COUNTS: usize = Count::Lines as usize + 1;

/// Counters of the whole process; cheap to share and to raise.
#[derive(Debug, Default)]
pub struct Counters([AtomicU64; COUNTS]);

impl Counters {
    /// Raises one counter.
    pub fn add(&self, count: Count, amount: u64) {
        self.0[count as usize].fetch_add(amount, Ordering::Relaxed);
    }

    /// All counters as they stand.
    pub fn summary(&self) -> Summary {
        let mut counts = [0; COUNTS];
        for (count, counter) in counts.iter_mut().zip(&self.0) {
            *count = counter.load(Ordering::Relaxed);
        }
        Summary(counts)
    }
}

/// Counters at one moment, or their growth between two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary([u64; COUNTS]);

impl Summary {
    /// One of the counters.
    pub fn of(&self, count: Count) -> u64 {
        self.0[count as usize]
    }

    /// What was added since an earlier moment.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut growth = *self;
        for (count, before) in growth.0.iter_mut().zip(earlier.0) {
            *count = count.saturating_sub(before);
        }
        growth
    }

    /// The summary in words; `span` is the time it covers.
    pub fn words(&self, span: Duration) -> String {
        let n = |count| self.of(count);
        format!(
            "{} s: {} polls ({} unchanged, {} failed, {} feeds changed health), {} new, {} revised, {} known, {} quarantined, \
             {} stories opened, {} merged, {} lines in {} commits",
            span.as_secs(),
            n(Count::Polls),
            n(Count::PollsUnchanged),
            n(Count::PollsFailed),
            n(Count::HealthChanges),
            n(Count::New),
            n(Count::Revised),
            n(Count::Unchanged),
            n(Count::Quarantined),
            n(Count::StoriesOpened),
            n(Count::StoriesMerged),
            n(Count::Lines),
            n(Count::Commits),
        )
    }

    /// Logs the summary of the last `span`, in words and as fields.
    pub fn line(&self, span: Duration) {
        let n = |count| self.of(count);
        tracing::info!(
            span_s = span.as_secs(),
            polls = n(Count::Polls),
            polls_unchanged = n(Count::PollsUnchanged),
            polls_failed = n(Count::PollsFailed),
            health_changes = n(Count::HealthChanges),
            body_bytes = n(Count::Bytes),
            new = n(Count::New),
            revised = n(Count::Revised),
            unchanged = n(Count::Unchanged),
            quarantined = n(Count::Quarantined),
            set_aside = n(Count::SetAside),
            stories_opened = n(Count::StoriesOpened),
            stories_merged = n(Count::StoriesMerged),
            commits = n(Count::Commits),
            lines = n(Count::Lines),
            "{}",
            self.words(span)
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    /// Where a test's log goes.
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: Format, act: impl FnOnce()) -> String {
        let sink = Sink::default();
        let writer = BoxMakeWriter::new({
            let sink = sink.clone();
            move || lossy(sink.clone(), format)
        });
        let subscriber = subscriber(filter("info", None).0, format, writer);
        tracing::subscriber::with_default(subscriber, act);
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    const HOSTILE: &str = "a\nb\u{1b}[2Jc\u{9b}2Jd\u{7f}\u{202e}e";

    fn hostile_lines() {
        let span = tracing::info_span!("fetch", feed.id = HOSTILE, other = %HOSTILE);
        let _inside = span.enter();
        let error = io::Error::other(HOSTILE);
        tracing::info!(debug = ?HOSTILE, display = %HOSTILE, error = &error as &dyn std::error::Error, "{HOSTILE}");
        tracing::info!(text = HOSTILE, "second");
    }

    #[test]
    fn a_feed_cannot_write_lines_or_move_the_cursor() {
        for format in [Format::Text, Format::Json] {
            let log = logged(format, hostile_lines);
            assert_eq!(log.lines().count(), 2, "{log}");
            let stray = log.chars().find(|c| *c != '\n' && is_stray(*c));
            assert_eq!(stray, None, "{log:?}");
            assert!(log.contains("second") && log.contains("feed.id"), "{log}");
        }
    }

    #[test]
    fn json_lines_stay_json_and_give_back_the_text() {
        let log = logged(Format::Json, hostile_lines);
        let line: serde_json::Value = serde_json::from_str(log.lines().nth(1).unwrap()).unwrap();
        assert_eq!(line["text"], HOSTILE);
        assert_eq!(line["spans"][0]["feed.id"], HOSTILE);
    }

    #[test]
    fn colours_are_ours_alone() {
        let log = logged(Format::Colours, hostile_lines);
        assert!(log.contains("\u{1b}[32m INFO"), "{log:?}");
        assert!(!log.contains("\u{1b}[2J") && !log.contains('\u{9b}'), "{log:?}");
    }

    #[test]
    fn what_cannot_be_written_is_lost_quietly() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let mut writer = lossy(Closed, Format::Text);
        assert_eq!(writer.write(b"line\n").unwrap(), 5);
        writer.flush().unwrap();
    }

    /// The hook is for the whole process, so the panic happens in a process of its own: this test, run again.
    #[test]
    fn a_panic_is_one_line_of_the_log() {
        const CHILD: &str = "TELEMETRY_TEST_PANICS";
        if std::env::var_os(CHILD).is_some() {
            start("info", Format::Json, None);
            panic!("boom\n{}", "\u{1b}[2J");
        }
        let name = "telemetry::tests::a_panic_is_one_line_of_the_log";
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        let child = child.args(["--exact", name, "--nocapture"]).env(CHILD, "1");
        let told = String::from_utf8(child.output().unwrap().stderr).unwrap();
        let line = told.lines().find(|line| line.starts_with('{')).expect("a line of JSON");
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&line["level"], &line["message"]),
            (&"ERROR".into(), &"panicked: boom\n\u{1b}[2J".into())
        );
        assert!(line["location"].as_str().unwrap().contains("telemetry.rs"), "{line}");
    }

    #[test]
    fn rust_log_overrides_the_level_unless_it_is_nonsense() {
        assert_eq!(filter("info", Some("error")).0.to_string(), "error");
        assert_eq!(filter("debug", None).0.to_string(), "copytaster=debug,warn");
        assert_eq!(filter("warn", Some(" ")).0.to_string(), "warn");
        let (kept, reason) = filter("warn", Some("a=b=c"));
        assert_eq!(kept.to_string(), "warn");
        assert!(reason.is_some());
    }

    #[test]
    fn the_minute_summary_says_what_was_added() {
        let counters = Counters::default();
        counters.add(Count::New, 3);
        let before = counters.summary();
        counters.add(Count::New, 2);
        counters.add(Count::Lines, 4);
        let growth = counters.summary().since(&before);
        assert_eq!((growth.of(Count::New), growth.of(Count::Lines)), (2, 4));
        let log = logged(Format::Json, || growth.line(Duration::from_mins(1)));
        let line: serde_json::Value = serde_json::from_str(log.trim()).unwrap();
        assert_eq!((&line["new"], &line["lines"]), (&2.into(), &4.into()));
        assert!(line["message"].as_str().unwrap().starts_with("60 s: 0 polls"), "{line}");
    }
}
