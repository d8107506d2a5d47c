//! `replay`: the real pipeline without network, in stream time.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::convert::Alerts;
use super::progress::Progress;
use super::{Exit, complain, complain_of, convert, environment};
use crate::config::{Config, Problems};
use crate::desk::Desk;
use crate::news::{Input, Watchlist};
use crate::pipeline::Settings;
use crate::pipeline::again::{self, Error as AgainError, Rules};
use crate::pipeline::replay::{self, Lines, Pace};
use crate::poll::outcome;
use crate::record::Layout;
use crate::sink::Files;
use crate::sink::archive::{Archived, Limits, ReadError, is_named_so};
use crate::store::{self, Store};
use crate::tables::Tables;
use crate::writer::{Started, Writer};

/// The lock that the output directory has while it is written to.
const LOCK_FILE: &str = ".lock";

/// Folder for the state of a replay while it runs.
const STATE_DIR: &str = ".replay";

/// Run the real pipeline on stored articles or fetches: no network, and the time is theirs.
///
/// A source is a `.jsonl` file of article lines {"id","title","text","published","source","url","lang"}. Lines are taken
/// by `published`, then in the order of the input; one without a usable date keeps its place after the line before it.
/// A bad line goes to the quarantine stream with its number and reason, and the exit code is 65.
///
/// Or it is an archive that `run` kept: a directory, or `.warc.gz` and `.warc` files. What was fetched goes the way it
/// went then, by the rules and tables of this configuration; the same configuration gives the same records. Feeds are
/// known by their ids, and answers archived by other programs by their addresses. What is damaged is told and left out,
/// and the exit code is 65.
///
/// Output is written as `run` writes it, rotated by size only. The same input gives the same bytes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Article lines (.jsonl), or an archive (a directory, .warc.gz, .warc)
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<PathBuf>,
    /// Directory for the records; created if need be
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Configuration; without one the defaults and the environment's overrides hold
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Threads that enrich; the output is the same for any number
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub threads: u8,
}

/// Replays everything.
pub fn run(args: &Args) -> Exit {
    let config = match load(args.config.as_deref()) {
        Ok(config) => config,
        Err(problems) => return complain_of(&problems),
    };
    match replay(args, &config) {
        Ok(exit) => exit,
        Err(failed) => failed.tell(),
    }
}

/// The configuration of a command that needs none: a file's, or the defaults with the environment's overrides.
pub(super) fn load(file: Option<&Path>) -> Result<Config, Problems> {
    match file {
        Some(file) => Config::load_closed(file, environment()),
        None => Config::without_file(environment()),
    }
}

fn replay(args: &Args, config: &Config) -> Result<Exit, Failed> {
    let opened = open(args, config)?;
    let result = go_through(opened, args, config);
    // The state of a replay is of no use to anybody; what stays behind on a failure is overwritten by nobody.
    drop(std::fs::remove_dir_all(args.out.join(STATE_DIR)));
    // Nobody else can hold the lock of a directory that is finished, and outputs are compared whole.
    drop(std::fs::remove_file(args.out.join(LOCK_FILE)));
    result
}

/// Replays everything and leaves the state beside the records, at [`state_path`].
pub(super) fn replay_with_state(args: &Args, config: &Config) -> Result<Exit, Failed> {
    go_through(open(args, config)?, args, config)
}

/// Where a replay into `out` keeps its state while it runs.
pub(super) fn state_path(out: &Path) -> PathBuf {
    out.join(STATE_DIR).join("replay.db")
}

fn open(args: &Args, config: &Config) -> Result<(Tables, Source, Parts), Failed> {
    let tables = convert::tables(config)?;
    let watches = convert::watchlist(config, &tables, Alerts::Written);
    let source = source(args, config)?;
    refuse_used(&args.out)?;
    let mut settings = convert::settings(config);
    settings.sink.dir.clone_from(&args.out);
    settings.layout.file_age_max = None;
    let files = Files::open(&settings.sink)?;
    let store = Store::open(&store::Config {
        path: state_path(&args.out),
        durability: store::Durability::Process,
        ..settings.store.clone()
    })?;
    Ok((tables, source, Parts { settings, files, store, watches }))
}

fn go_through(
    (tables, source, parts): (Tables, Source, Parts),
    args: &Args,
    config: &Config,
) -> Result<Exit, Failed> {
    match source {
        Source::Lines(lines) => write(&lines, &tables, args, parts).map(|()| told(&lines)),
        Source::Archive(mut archived) => {
            let rules = rules(args, config, tables);
            write_again(&mut archived, &rules, parts).map(|()| told_of(&archived))
        }
    }
}

/// What is replayed.
enum Source {
    Lines(Lines),
    Archive(Archived),
}

fn source(args: &Args, config: &Config) -> Result<Source, Failed> {
    let archives = args.sources.iter().filter(|path| is_archive(path)).count();
    if archives == 0 {
        return Ok(Source::Lines(Lines::index(&args.sources)?));
    }
    if archives < args.sources.len() {
        return Err(Failed::Mixed);
    }
    // A body may be twice as long once its coding is off.
    let block_bytes_max = config.poll.body_bytes_max.saturating_mul(2).saturating_add(BLOCK_ROOM);
    let limits = Limits { block_bytes_max: block_bytes_max.max(Limits::default().block_bytes_max) };
    Ok(Source::Archive(Archived::open(&args.sources, limits)?))
}

/// Room for the head of an answer in a record's block.
const BLOCK_ROOM: u64 = 1 << 20;

/// Whether a source is an archive: a directory, or a file that is named or begins as one.
fn is_archive(path: &Path) -> bool {
    let mut start = [0; 5];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    path.is_dir()
        || is_named_so(path)
        || (read.is_ok() && (start.starts_with(&[0x1f, 0x8b]) || start == *b"WARC/"))
}

fn told(lines: &Lines) -> Exit {
    let mut exit = Exit::Ok;
    for bad in lines.bad() {
        complain(&format_args!("{}:{}: {}", bad.path.display(), bad.number, bad.reason));
        exit = Exit::BadInput;
    }
    exit
}

/// Says what was found beside what was replayed. Bad input is what is damaged, or nothing at all.
fn told_of(archived: &Archived) -> Exit {
    for fault in &archived.faults {
        complain(&format_args!("{}: byte {}: {}", fault.path.display(), fault.at, fault.why));
    }
    let count = archived.count;
    for (number, words) in [
        (count.damaged, "records are damaged and left out"),
        (count.cut, "files end within a record"),
        (
            count.uncommitted,
            "inputs were never committed: a crash came before, and they are left out",
        ),
        (count.repeated, "inputs are there twice"),
        (count.missing, "inputs are missing: the records are not all those of the run"),
        (count.passed_over, "records are nothing to a desk"),
    ] {
        if number > 0 {
            complain(&format_args!("{number} {words}"));
        }
    }
    if archived.is_empty() {
        complain(&"nothing to replay");
    }
    if count.damaged > 0 || archived.is_empty() { Exit::BadInput } else { Exit::Ok }
}

fn rules(args: &Args, config: &Config, tables: Tables) -> Rules {
    let tables_hash = tables.hash();
    Rules {
        feeds: config.feeds(),
        full_text: convert::full_text(config),
        tables: Arc::new(tables),
        parse: crate::parse::Config::default(),
        body_bytes_max: config.poll.body_bytes_max,
        about: Started {
            version: env!("CARGO_PKG_VERSION"),
            config_hash: config.hash(),
            tables_hash,
        },
        threads: args.threads.into(),
    }
}

fn write_again(archived: &mut Archived, rules: &Rules, parts: Parts) -> Result<(), Failed> {
    let Parts { settings, mut files, store, watches } = parts;
    let layout = Layout::new(settings.layout, Vec::new());
    let writer = Writer::new(settings.writer, Desk::new(settings.desk), store, layout)?;
    let mut writer = writer.with_judge(outcome::heard);
    writer.take(Input::Watches(Box::new(watches)), Timestamp::UNIX_EPOCH)?;
    let mut progress = Progress::new("inputs", archived.len());
    again::run(archived, &mut writer, rules, |writer, done| {
        let group = writer.commit()?;
        let upto = files.write(&group.lines)?;
        writer.written(&upto)?;
        progress.at(done);
        Ok(())
    })?;
    progress.end();
    Ok(())
}

struct Parts {
    settings: Settings,
    files: Files,
    store: Store,
    watches: Watchlist,
}

fn write(lines: &Lines, tables: &Tables, args: &Args, parts: Parts) -> Result<(), Failed> {
    let Parts { settings, mut files, store, watches } = parts;
    let layout = Layout::new(settings.layout, Vec::new());
    let mut writer = Writer::new(settings.writer, Desk::new(settings.desk), store, layout)?;
    writer.take(Input::Watches(Box::new(watches)), Timestamp::UNIX_EPOCH)?;
    let mut progress = Progress::new("lines", lines.len());
    replay::run(
        lines,
        &mut writer,
        tables,
        Pace { threads: args.threads.into() },
        |writer, done| {
            let group = writer.commit()?;
            let upto = files.write(&group.lines).map_err(replay::Error::Sink)?;
            writer.written(&upto)?;
            progress.at(done);
            Ok(())
        },
    )?;
    progress.end();
    Ok(())
}

/// Refuses a directory with an earlier run's records: two runs in one would number their lines twice.
fn refuse_used(dir: &Path) -> Result<(), Failed> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(()) };
    for entry in entries.flatten() {
        if entry.path().extension().is_some_and(|ext| ext == "jsonl") {
            return Err(Failed::Used(
                dir.to_owned(),
                entry.file_name().to_string_lossy().into_owned(),
            ));
        }
    }
    Ok(())
}

/// What stops a replay, with the exit code it deserves.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error(transparent)]
    Tables(#[from] crate::tables::Error),
    #[error(transparent)]
    Replay(#[from] replay::Error),
    #[error(transparent)]
    Again(#[from] AgainError),
    #[error(transparent)]
    Archive(#[from] ReadError),
    #[error(
        "article lines and archives cannot be replayed together: their times are not of one kind"
    )]
    Mixed,
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Sink(#[from] crate::sink::Error),
    #[error("{0} already holds records ({1}): choose a new directory, or remove what is there")]
    Used(PathBuf, String),
}

impl Failed {
    /// Says what happened.
    pub(super) fn tell(&self) -> Exit {
        complain(self);
        match self {
            Self::Tables(_) => Exit::Config,
            Self::Replay(replay::Error::Read { .. })
            | Self::Again(AgainError::Read(_) | AgainError::Reader(_))
            | Self::Archive(_) => Exit::Failed,
            Self::Mixed => Exit::Usage,
            Self::Sink(error)
            | Self::Replay(replay::Error::Sink(error))
            | Self::Again(AgainError::Sink(error)) => super::daemon::sink_exit(error),
            Self::Used(..) => Exit::CannotCreate,
            Self::Store(error)
            | Self::Replay(replay::Error::Store(error))
            | Self::Again(AgainError::Store(error)) => super::daemon::store_exit(error),
        }
    }
}
