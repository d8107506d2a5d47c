//! The command line: one file a command. Data goes to stdout, messages to stderr.

pub mod brief;
pub mod check;
pub mod completions;
mod convert;
pub mod daemon;
pub mod demo;
pub mod eval;
pub mod explain;
pub mod feeds;
pub mod init;
mod lines;
pub mod man;
mod online;
pub mod parse;
pub mod parse_child;
pub mod plot;
pub mod progress;
pub mod replay;
pub mod run;
pub mod schema;
pub mod screen;
pub mod story;
pub mod taste;
mod tasted;
pub mod verify;
pub mod watch;

use std::ffi::OsString;
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::process::{ExitCode, Termination};

use clap::{Parser, Subcommand};

use crate::clock::Clock;
use crate::config::{Log, LogFormat, Problems};
use crate::desk::independence::tally;
use crate::telemetry::{self, Escaped};

/// The copy desk as a daemon: polls news feeds, recognises wire copies, groups reports of one event, works out who got
/// it from whom, and writes it all as JSON Lines.
///
/// Data goes to stdout, messages to stderr.
///
/// Exit codes: 0 ok, 1 failed, 2 usage, 65 bad input data, 69 unavailable, 73 cannot create output, 74 cannot write or
/// damaged store, 75 another daemon holds the state, 78 configuration.
#[derive(Debug, Parser)]
#[command(name = "copytaster", version, propagate_version = true, subcommand_required = true)]
#[command(arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands; their help is the description of their arguments.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a comment here would replace the longer one at the arguments")]
pub enum Command {
    Run(run::Args),
    Check(check::Args),
    Demo(demo::Args),
    Init(init::Args),
    Parse(parse::Args),
    #[command(hide = true)]
    ParseChild(parse_child::Args),
    Taste(taste::Args),
    Replay(replay::Args),
    Eval(eval::Args),
    Explain(explain::Args),
    Story(story::Args),
    Feeds(feeds::Args),
    Watch(watch::Args),
    Brief(brief::Args),
    Verify(verify::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// How a command ended; the numbers are those of sysexits.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Ok,
    /// It did not work.
    Failed,
    /// The arguments make no sense.
    Usage,
    /// The input data is bad.
    BadInput,
    /// Something that is needed does not answer, or a port is in use.
    Unavailable,
    /// Output cannot be created.
    CannotCreate,
    /// Output cannot be written, or the store is damaged.
    Io,
    /// Another daemon holds the state.
    Locked,
    /// The configuration is wrong.
    Config,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::BadInput => 65,
            Self::Unavailable => 69,
            Self::CannotCreate => 73,
            Self::Io => 74,
            Self::Locked => 75,
            Self::Config => 78,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        self.into()
    }
}

/// Reads the arguments (the first is the program's name) and runs the command.
pub fn main(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        // Help and version are no errors; clap knows where each of them goes.
        Err(error) => {
            let usage = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            return written(error.print(), usage);
        }
    };
    match &cli.command {
        Command::Run(args) => run::run(args),
        Command::Check(args) => check::run(args, online::look),
        Command::Demo(args) => demo::run(args),
        Command::Init(args) => init::run(args),
        Command::Parse(args) => parse(args),
        Command::ParseChild(args) => parse_child::run(args),
        Command::Taste(args) => taste::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Story(args) => story::run(args),
        Command::Feeds(args) => feeds::run(args),
        Command::Watch(args) => watch::run(args),
        Command::Brief(args) => brief::run(args),
        Command::Verify(args) => verify::run(args, tally),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

fn parse(args: &parse::Args) -> Exit {
    crate::parse::quiet_panics();
    match parse::run(args, Clock::System.now(), &mut io::stdout().lock()) {
        0 => Exit::Ok,
        74 => Exit::Io,
        _ => Exit::BadInput,
    }
}

/// The environment as text, for [`crate::config::Config::load`].
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |os: OsString| os.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

/// Starts logging as `[log]` and the environment say.
pub fn start_log(log: Log) {
    let variable = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let format = match log.format {
        LogFormat::Json => telemetry::Format::Json,
        LogFormat::Text => telemetry::Format::text(variable("NO_COLOR").as_deref()),
    };
    telemetry::start(log.level.as_str(), format, variable("RUST_LOG").as_deref());
}

/// Writes data to stdout whole. A reader that went away is no failure: it has seen enough.
pub fn print(data: &[u8], exit: Exit) -> Exit {
    let mut out = io::stdout().lock();
    written(out.write_all(data).and_then(|()| out.flush()), exit)
}

/// `exit`, unless writing to stdout failed for another reason than a closed pipe.
pub fn written(result: io::Result<()>, exit: Exit) -> Exit {
    match result {
        Ok(()) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit,
        Err(error) => {
            complain(&format_args!("cannot write to stdout: {error}"));
            Exit::Io
        }
    }
}

/// Says on stderr what went wrong, on one line; lost if stderr is closed.
pub fn complain(message: &dyn Display) {
    let line = format!("copytaster: {}\n", Escaped(&message.to_string()));
    drop(io::stderr().lock().write_all(line.as_bytes()));
}

/// Says on stderr what is wrong with the configuration.
pub fn complain_of(problems: &Problems) -> Exit {
    drop(writeln!(io::stderr().lock(), "{problems}"));
    Exit::Config
}

/// A number with its word.
fn count_of(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The word that the record format has for a value.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Columns padded to their widest cell, two spaces between them; control characters spelled out.
#[derive(Debug, Default)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with its heading.
    pub fn new(heading: &[&str]) -> Self {
        let mut table = Self::default();
        table.row(heading.iter().map(|cell| (*cell).to_owned()));
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.push(cells.into_iter().map(|cell| Escaped(&cell).to_string()).collect());
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.0.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.0 {
            let padded: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(f, "{}", padded.join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
