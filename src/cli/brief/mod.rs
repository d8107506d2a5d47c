//! `brief`: a page of Markdown on what a watch met, to be forwarded. From the records alone.

mod facts;
mod page;

use std::path::PathBuf;
use std::time::Duration;

use super::{Exit, complain, complain_of, environment, print};
use crate::config::{Config, duration_argument, nearest};

/// Write a page on what a watch met: new independent sources, changed numbers, corrections and kills, and what rests on
/// one source only, each with outlet, time, link and the three counts of its story together.
///
/// Reads the records of the output directory and nothing else; the daemon may be running. The time ends with the latest
/// record. Times are UTC.
///
/// Exit code 1 if there is no such watch or no output to read.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The watch
    #[arg(long, value_name = "ID")]
    pub watch: String,
    /// How far back from the latest record
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = duration_argument)]
    pub since: Duration,
    /// The configuration of the daemon; copytaster.toml if --dir is not given
    #[arg(short, long, value_name = "FILE", env = "COPYTASTER_CONFIG")]
    pub config: Option<PathBuf>,
    /// An output directory
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// JSON only
    #[arg(long)]
    pub json: bool,
}

/// Writes the page.
pub fn run(args: &Args) -> Exit {
    let dir = match (&args.dir, directory(args)) {
        (Some(dir), _) => dir.clone(),
        (None, Ok(dir)) => dir,
        (None, Err(exit)) => return exit,
    };
    match facts::read(&dir, &args.watch, args.since) {
        Ok(Some(facts)) => {
            let text = if args.json { facts.json() } else { page::page(&facts).into_bytes() };
            print(&text, Exit::Ok)
        }
        Ok(None) => {
            complain(&format_args!("there is no output in {}", dir.display()));
            Exit::Failed
        }
        Err(error) => {
            complain(&format_args!("cannot read {}: {error}", dir.display()));
            Exit::Failed
        }
    }
}

/// The output directory of the configuration, which must know the watch.
fn directory(args: &Args) -> Result<PathBuf, Exit> {
    if args.dir.is_some() {
        return Err(Exit::Ok);
    }
    let file = args.config.clone().unwrap_or_else(|| "copytaster.toml".into());
    let config =
        Config::load_closed(&file, environment()).map_err(|problems| complain_of(&problems))?;
    let ids = || config.watches.iter().map(|watch| watch.id.as_str());
    if !ids().any(|id| id == args.watch) {
        let ids: Vec<&str> = ids().collect();
        let meant = nearest(&args.watch, ids).map(|id| format!(" (did you mean {id}?)"));
        let meant = meant.unwrap_or_default();
        complain(&format_args!("no [[watch]] has the id {:?}{meant}", args.watch));
        return Err(Exit::Failed);
    }
    Ok(config.output.dir)
}
