//! `replay`: the real pipeline without network, in stream time.

use std::path::PathBuf;

use super::{Exit, complain};

/// Run the real pipeline on stored articles or fetches: no network, and the time is theirs.
///
/// A source is a `.jsonl` file of article lines {"id","title","text","published","source","url","lang"}, or an archive
/// of fetched feeds. Lines are taken by `published`, then in the order of the input; one without a usable date keeps its
/// place after the line before it. Output is written as `run` writes it, rotated by size only. The same input gives
/// the same bytes. A bad line goes to the quarantine stream with its number and reason, and the exit code is 65.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Article lines (.jsonl), or archives of fetched feeds
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<PathBuf>,
    /// Directory for the records; created if need be
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Configuration; without one the defaults and the environment's overrides hold
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Replays everything.
pub fn run(_args: &Args) -> Exit {
    complain(&"replay is not built yet");
    Exit::Failed
}
