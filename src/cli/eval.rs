//! `eval`: the grouping, measured on labelled articles.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Exit, complain};

/// Replay labelled articles and print how well they were grouped.
///
/// Lines are those of `replay` with a `cluster` each (null: background that belongs nowhere). Prints B-cubed, ARI,
/// pairwise precision, recall and F1, B-cubed of the groups above one, counts, speed and the worst mistakes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Labelled article lines
    #[arg(value_name = "GOLD.jsonl")]
    pub gold: PathBuf,
    /// What the labels group: reports of one event, or copies of one text
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = Level::Story)]
    pub level: Level,
    /// Labelled pairs; "copy" means the same dispatch, pairs with a null label are skipped
    #[arg(long, value_name = "PAIRS")]
    pub pairs: Option<PathBuf>,
    /// JSON only
    #[arg(long)]
    pub json: bool,
}

/// What labels group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Reports of one event.
    Story,
    /// Copies of one text.
    Dispatch,
}

/// Prints the figures.
pub fn run(_args: &Args) -> Exit {
    complain(&"eval is not built yet");
    Exit::Failed
}
