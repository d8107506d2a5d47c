//! `eval`: the grouping, measured on labelled articles.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::Timestamp;
use serde::Deserialize;

use super::progress::Progress;
use super::replay::Failed;
use super::{Exit, complain, complain_of, convert, print};
use crate::config::Config;
use crate::desk::Desk;
use crate::news::{Line, Stream};
use crate::pipeline::replay::{self, Lines, Pace};
use crate::record::{self, Layout, Record};
use crate::store::Store;
use crate::writer::Writer;

mod report;
mod score;
mod weigh;

use report::{Labelled, Report};
use weigh::Asked;

/// Characters of a text shown beside its id.
const TITLE_CHARS: usize = 100;

/// Characters of a text kept to be shown beside another.
const TEXT_CHARS: usize = 600;

/// Threads that enrich; more than a desk ever keeps busy.
const THREADS: usize = 2;

/// Replay labelled articles and print how well they were grouped.
///
/// Lines are those of `replay` with a `cluster` each (null: background that belongs nowhere). Prints B-cubed, ARI,
/// pairwise precision, recall and F1, B-cubed of the groups above one, counts, speed and the worst mistakes side by
/// side, with what the desk made of them; `explain A B --replay GOLD.jsonl` shows all of it. `--plot` draws, for each
/// labelled article, the nearest company with its label and the nearest without; with `--pairs`, the pairs.
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
    /// Draw how near right and wrong company was, against the threshold, as SVG
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// JSON only
    #[arg(long)]
    pub json: bool,
    /// Configuration; without one the defaults and the environment's overrides hold
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
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
pub fn run(args: &Args) -> Exit {
    let config = match super::replay::load(args.config.as_deref()) {
        Ok(config) => config,
        Err(problems) => return complain_of(&problems),
    };
    let report = match evaluate(args, &config) {
        Ok(report) => report,
        Err(EvalFailed::Replay(failed)) => return failed.tell(),
        Err(failed @ EvalFailed::Write(..)) => {
            complain(&failed);
            return Exit::CannotCreate;
        }
        Err(failed) => {
            complain(&failed);
            return Exit::BadInput;
        }
    };
    if args.json {
        let mut json = record::to_json(&report);
        json.push(b'\n');
        print(&json, Exit::Ok)
    } else {
        print(report.to_string().as_bytes(), Exit::Ok)
    }
}

#[derive(Debug, thiserror::Error)]
enum EvalFailed {
    #[error(transparent)]
    Replay(#[from] Failed),
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, String),
    #[error("cannot write {0}: {1}")]
    Write(PathBuf, std::io::Error),
    #[error("{0}:{1}: {2}")]
    Line(PathBuf, usize, String),
    #[error(
        "{0} carries no labels: each line needs \"cluster\" (a string, or null for background)"
    )]
    Unlabelled(PathBuf),
}

/// A label file's line, as far as scoring needs it.
#[derive(Deserialize)]
struct Gold {
    id: serde_json::Value,
    #[serde(default)]
    cluster: Option<serde_json::Value>,
    title: Option<String>,
    text: Option<String>,
}

/// A labelled pair.
#[derive(Deserialize)]
struct GoldPair {
    a: serde_json::Value,
    b: serde_json::Value,
    label: Option<u8>,
}

/// A value as an id: strings as they are, numbers as written.
fn id(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>, EvalFailed> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| EvalFailed::Read(path.to_owned(), error.to_string()))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(i, line)| {
            serde_json::from_str(line)
                .map_err(|error| EvalFailed::Line(path.to_owned(), i + 1, error.to_string()))
        })
        .collect()
}

fn evaluate(args: &Args, config: &Config) -> Result<Report, EvalFailed> {
    let gold: Vec<Gold> = read(&args.gold)?;
    let pairs: Vec<GoldPair> = args.pairs.as_deref().map_or(Ok(Vec::new()), read)?;
    if gold.iter().all(|line| line.cluster.is_none()) && args.pairs.is_none() {
        return Err(EvalFailed::Unlabelled(args.gold.clone()));
    }
    let mut progress = Progress::new("lines", gold.len());
    let (homes, mut store) = homes(args, config, &mut progress)?;
    progress.end();
    let seconds = progress.elapsed().as_secs_f64();
    let placed: Vec<Labelled> = gold
        .iter()
        .filter_map(|line| {
            let found = homes.get(&id(&line.id))?.clone();
            let text = line.title.as_deref().filter(|t| !t.is_empty()).or(line.text.as_deref());
            Some(Labelled {
                gold: id(line.cluster.as_ref().filter(|c| !c.is_null())?),
                found,
                id: id(&line.id),
                title: text.unwrap_or_default().chars().take(TITLE_CHARS).collect(),
                text: line.text.as_deref().unwrap_or_default().chars().take(TEXT_CHARS).collect(),
            })
        })
        .collect();
    let mut report = Report::new(args.level, gold.len(), &placed, &judged(&pairs, &homes), seconds);
    let labels = placed.into_iter().map(|one| (one.id, one.gold)).collect();
    let labelled = pairs.iter().filter_map(|p| Some((id(&p.a), id(&p.b), p.label? == 1)));
    let asked = Asked {
        labels,
        pairs: report.mistakes().map(|one| (one.a.clone(), one.b.clone())).collect(),
        judged: labelled.filter(|_| args.plot.is_some()).collect(),
        all: args.plot.is_some() && pairs.is_empty(),
    };
    let articles = store.restore(Timestamp::MIN).map_err(Failed::from)?.articles;
    let weighed =
        weigh::weigh(articles, convert::settings(config).desk.cluster, args.level, &asked);
    report.tell_alike(&weighed.pairs);
    if let Some(path) = &args.plot {
        let name = args.gold.file_name().unwrap_or_default().to_string_lossy();
        let picture = weighed.picture(args.level, &name, !pairs.is_empty());
        std::fs::write(path, picture.svg())
            .map_err(|error| EvalFailed::Write(path.clone(), error))?;
    }
    Ok(report)
}

/// Where each line ended up: its dispatch or story, merges followed; and the store of it all.
fn homes(
    args: &Args,
    config: &Config,
    progress: &mut Progress,
) -> Result<(BTreeMap<String, String>, Store), Failed> {
    let tables = convert::tables(config)?;
    let lines = Lines::index(std::slice::from_ref(&args.gold))?;
    let settings = convert::settings(config);
    let layout = Layout::new(settings.layout, Vec::new());
    let mut writer =
        Writer::new(settings.writer, Desk::new(settings.desk), Store::in_memory()?, layout)?;
    let mut homes = BTreeMap::new();
    let mut merged: BTreeMap<String, String> = BTreeMap::new();
    replay::run(&lines, &mut writer, &tables, Pace { threads: THREADS }, |writer, done| {
        let group = writer.commit()?;
        for line in &group.lines {
            note(line, args.level, &mut homes, &mut merged);
        }
        writer.written(&last_seqs(&group.lines))?;
        progress.at(done);
        Ok(())
    })?;
    for home in homes.values_mut() {
        while let Some(into) = merged.get(home) {
            home.clone_from(into);
        }
    }
    Ok((homes, writer.into_store()))
}

fn note(
    line: &Line,
    level: Level,
    homes: &mut BTreeMap<String, String>,
    merged: &mut BTreeMap<String, String>,
) {
    let text = std::str::from_utf8(&line.bytes).unwrap_or_default();
    match Record::parse(text) {
        Ok(Record::Article(record)) => {
            let home = match level {
                Level::Story => record.story_id.to_string(),
                Level::Dispatch => record.dispatch_id.to_string(),
            };
            homes.insert(record.guid, home);
        }
        Ok(Record::Story(record)) if !record.merged_into.is_empty() => {
            merged.insert(record.story_id.to_string(), record.merged_into);
        }
        _ => {}
    }
}

fn last_seqs(lines: &[Line]) -> Vec<(Stream, u64)> {
    let mut last = BTreeMap::new();
    for line in lines {
        last.insert(line.stream, line.seq);
    }
    last.into_iter().collect()
}

/// Pairs as judged and as labelled; pairs without a label or with an unknown article are left out.
fn judged(pairs: &[GoldPair], homes: &BTreeMap<String, String>) -> Vec<(bool, bool)> {
    pairs
        .iter()
        .filter_map(|pair| {
            let label = pair.label?;
            let (a, b) = (homes.get(&id(&pair.a))?, homes.get(&id(&pair.b))?);
            Some((label == 1, a == b))
        })
        .collect()
}
