//! `replay`: the real pipeline without network, in stream time.

use std::path::{Path, PathBuf};

use super::progress::Progress;
use super::{Exit, complain, complain_of, convert, environment};
use crate::config::{Config, Problems};
use crate::desk::Desk;
use crate::pipeline::Settings;
use crate::pipeline::replay::{self, Lines, Pace};
use crate::record::Layout;
use crate::sink::Files;
use crate::store::{self, Store};
use crate::tables::Tables;
use crate::writer::Writer;

/// The lock that the output directory has while it is written to.
const LOCK_FILE: &str = ".lock";

/// Folder for the state of a replay while it runs.
const STATE_DIR: &str = ".replay";

/// Run the real pipeline on stored articles or fetches: no network, and the time is theirs.
///
/// A source is a `.jsonl` file of article lines {"id","title","text","published","source","url","lang"}. Lines are taken by `published`, then in the order of the input; one without a usable date keeps its
/// place after the line before it. Output is written as `run` writes it, rotated by size only. The same input gives
/// the same bytes. A bad line goes to the quarantine stream with its number and reason, and the exit code is 65.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Article lines (.jsonl)
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
        Some(file) => Config::load(file, environment()),
        None => Config::without_file(environment()),
    }
}

fn replay(args: &Args, config: &Config) -> Result<Exit, Failed> {
    let tables = convert::tables(config)?;
    let lines = Lines::index(&args.sources)?;
    refuse_used(&args.out)?;
    let mut settings = convert::settings(config);
    settings.sink.dir.clone_from(&args.out);
    settings.layout.file_age_max = None;
    let files = Files::open(&settings.sink)?;
    let state = args.out.join(STATE_DIR);
    let store = Store::open(&store::Config {
        path: state.join("replay.db"),
        durability: store::Durability::Process,
        ..settings.store
    })?;
    let result = write(&lines, &tables, args, Parts { settings, files, store });
    // The state of a replay is of no use to anybody; what stays behind on a failure is overwritten by nobody.
    drop(std::fs::remove_dir_all(&state));
    // Nobody else can hold the lock of a directory that is finished, and outputs are compared whole.
    drop(std::fs::remove_file(args.out.join(LOCK_FILE)));
    result?;
    let mut exit = Exit::Ok;
    for bad in lines.bad() {
        complain(&format_args!("{}:{}: {}", bad.path.display(), bad.number, bad.reason));
        exit = Exit::BadInput;
    }
    Ok(exit)
}

struct Parts {
    settings: Settings,
    files: Files,
    store: Store,
}

fn write(lines: &Lines, tables: &Tables, args: &Args, parts: Parts) -> Result<(), Failed> {
    let Parts { settings, mut files, store } = parts;
    let layout = Layout::new(settings.layout, Vec::new());
    let mut writer = Writer::new(settings.writer, Desk::new(settings.desk), store, layout)?;
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
            Self::Replay(replay::Error::Read { .. }) => Exit::Failed,
            Self::Sink(error) | Self::Replay(replay::Error::Sink(error)) => {
                super::daemon::sink_exit(error)
            }
            Self::Used(..) => Exit::CannotCreate,
            Self::Store(error) | Self::Replay(replay::Error::Store(error)) => {
                super::daemon::store_exit(error)
            }
        }
    }
}
