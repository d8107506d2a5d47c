//! `story`: one story whole, for people, as JSON, or as a picture of who got it from whom.

mod contradict;
mod find;
mod gather;
mod graph;
mod plain;
mod show;
mod svg;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::replay::{self, Failed};
use super::{Exit, complain, complain_of, convert, environment, print};
use crate::config::Config;
use crate::record;
use find::Unknown;
use gather::Whole;

/// Show one story whole.
///
/// Its three numbers and what stands behind them, its timeline with relations and revisions, what was said and who heard
/// it, numbers and denials that contradict each other as they came, and its people.
///
/// ID is a story's id or its first digits; the id of a story that was merged leads to the one it lives on in, and the id
/// of an article to its story.
///
/// `--graph` draws who got it from whom: said it, heard it, passed it on, printed it. A filled dot is an independent
/// source, a dashed line a copy, a solid one a citation or a rewrite.
///
/// Read from the records: after `run`, give the configuration (`-c`); the daemon may be running. After `demo --out DIR` or
/// `replay --out DIR`, `--dir DIR`. `--replay SOURCE` replays once more, in a temporary directory.
///
/// Exit code 1 if an id is unknown or could be several.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A story: its id or the first digits of it, or an article's id
    #[arg(value_name = "ID")]
    pub id: String,
    /// The configuration of the daemon; copytaster.toml if neither --dir nor --replay is given
    #[arg(short, long, value_name = "FILE", env = "COPYTASTER_CONFIG")]
    pub config: Option<PathBuf>,
    /// An output directory
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    pub dir: Option<PathBuf>,
    /// Article lines or an archive, to be replayed first; may be given several times
    #[arg(long, value_name = "SOURCE")]
    pub replay: Vec<PathBuf>,
    /// Who got it from whom, as a picture or a graph's text
    #[arg(long, value_name = "FORMAT", conflicts_with = "json")]
    pub graph: Option<Format>,
    /// JSON only
    #[arg(long)]
    pub json: bool,
}

/// What a graph is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A picture for light and dark ground
    Svg,
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
}

/// Why no story is shown.
enum Told {
    Unknown(Unknown),
    Replay(Failed),
    Temporary(PathBuf, std::io::Error),
}

impl From<Unknown> for Told {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(unknown)
    }
}

/// Shows a story.
pub fn run(args: &Args) -> Exit {
    let file = match (&args.config, &args.dir, &args.replay[..]) {
        (Some(file), ..) => Some(file.clone()),
        (None, None, []) => Some(PathBuf::from("copytaster.toml")),
        _ => None,
    };
    let config = match file {
        Some(file) => Config::load_closed(&file, environment()),
        None => Config::without_file(environment()),
    };
    let config = match config {
        Ok(config) => config,
        Err(problems) => return complain_of(&problems),
    };
    let told = match (&args.dir, &args.replay[..]) {
        (Some(dir), _) => tell(args, dir).map_err(Told::from),
        (None, []) => tell(args, &convert::settings(&config).sink.dir).map_err(Told::from),
        _ => replayed(args, &config),
    };
    match told {
        Ok(text) => print(&text, Exit::Ok),
        Err(Told::Replay(failed)) => failed.tell(),
        Err(Told::Unknown(unknown)) => {
            unknown.to_string().lines().for_each(|line| complain(&line));
            Exit::Failed
        }
        Err(Told::Temporary(dir, error)) => {
            complain(&format_args!("cannot create {}: {error}", dir.display()));
            Exit::CannotCreate
        }
    }
}

/// From a replay in a directory that is gone afterwards.
fn replayed(args: &Args, config: &Config) -> Result<Vec<u8>, Told> {
    let dir = std::env::temp_dir().join(format!("copytaster-story-{}", std::process::id()));
    std::fs::create_dir(&dir).map_err(|error| Told::Temporary(dir.clone(), error))?;
    let again = replay::Args {
        sources: args.replay.clone(),
        out: dir.join("out"),
        config: None,
        threads: 2,
    };
    let told = replay::replay_with_state(&again, config)
        .map_err(Told::Replay)
        .and_then(|_| tell(args, &again.out).map_err(Told::from));
    drop(std::fs::remove_dir_all(&dir));
    told
}

fn tell(args: &Args, dir: &Path) -> Result<Vec<u8>, Unknown> {
    let whole = Whole::read(dir, &args.id)?;
    Ok(match args.graph {
        Some(Format::Svg) => svg::picture(&graph::Graph::of(&whole), &whole).into_bytes(),
        Some(Format::Dot) => plain::dot(&graph::Graph::of(&whole), &whole.story.title).into_bytes(),
        Some(Format::Mermaid) => plain::mermaid(&graph::Graph::of(&whole)).into_bytes(),
        None if args.json => {
            let mut json = record::to_json(&whole.view());
            json.push(b'\n');
            json
        }
        None => show::whole(&whole).into_bytes(),
    })
}
