//! `watch`: what the rules of a configuration, or one that is only tried, would have raised.

mod heard;
mod show;

use std::path::PathBuf;
use std::time::Duration;

use super::explain::DEMO_STORE;
use super::{Exit, complain, complain_of, convert, environment, print};
use crate::config::{Config, duration_argument, nearest};
use crate::desk::watch::Watches;
use crate::news::{Level, Rule, Watch, Watchlist};
use crate::store::{self, Store};
use crate::tables::{self, Tables};

/// What a rule that is only tried is called.
const TRIED: &str = "rule";

/// Try rules for alerts before they are followed.
///
/// A `[[watch]]` of the configuration marks every article that meets its rule, and raises alerts on their stories. Here
/// its rules, or another one, are asked of what the store holds.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do with them.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done with rules.
#[derive(Debug, clap::Subcommand)]
#[expect(missing_docs, reason = "a comment here would replace the longer one at the arguments")]
pub enum Command {
    Test(Test),
}

/// Show what rules would have raised: every alert, with its reason and the story's three counts.
///
/// The articles of the store are asked, so a rule that was never followed can be tried: `--rule` needs no change to the
/// configuration. Nothing is written or sent, and the daemon may be running. After `demo --out DIR`, `--dir DIR`.
///
/// Each story is shown to the rules as its articles came. How it was merged or split on its way is not told again, so an
/// alert may differ from the one that was raised.
///
/// Exit code 2 for a rule that cannot be read, 1 if there is no such watch or no store to read.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// The configuration of the daemon; copytaster.toml if --dir is not given
    #[arg(short, long, value_name = "FILE", env = "COPYTASTER_CONFIG")]
    pub config: Option<PathBuf>,
    /// An output directory, with the store that `demo` leaves in it
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Only this watch; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "rule")]
    pub watch: Vec<String>,
    /// Try this rule instead of those of the configuration
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,
    /// How far back from the latest news, as far as texts are kept
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = duration_argument)]
    pub since: Duration,
    /// JSON only
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Exit {
    let Command::Test(args) = &args.command;
    match test(args) {
        Ok(text) => print(&text, Exit::Ok),
        Err(told) => told.tell(),
    }
}

fn test(args: &Test) -> Result<Vec<u8>, Told> {
    let rule = args.rule.as_deref().map(Rule::parse).transpose().map_err(|error| {
        let meant = error.suggestion.as_ref().map(|meant| format!(" (did you mean {meant}?)"));
        Told::Rule(format!("--rule: {error}{}", meant.unwrap_or_default()))
    })?;
    let config = match (&args.config, &args.dir) {
        (Some(file), _) => Config::load_closed(file, environment()),
        (None, None) => Config::load_closed("copytaster.toml".as_ref(), environment()),
        (None, Some(_)) => Config::without_file(environment()),
    };
    let config = config.map_err(Told::Config)?;
    let tables = convert::tables(&config)?;
    let list = match rule {
        Some(rule) => Watchlist {
            watches: vec![Watch {
                id: TRIED.to_owned(),
                rule,
                level: Level::default(),
                is_sent: false,
            }],
            variants: tables.variants().to_vec(),
        },
        None => chosen(args, &config, &tables)?,
    };
    let store = args.dir.as_ref().map_or_else(|| config.store.path.clone(), |d| d.join(DEMO_STORE));
    let mut reader = Store::read(&store)?;
    let tried = heard::listen(&mut reader, &list, &Watches::new(&list), args.since)?;
    Ok(if args.json { show::json(&tried) } else { show::page(&tried) })
}

/// The watches of the configuration that were asked for, all of them if none was.
fn chosen(args: &Test, config: &Config, tables: &Tables) -> Result<Watchlist, Told> {
    let mut list = convert::watchlist(config, tables, convert::Alerts::Written);
    let ids: Vec<&str> = config.watches.iter().map(|watch| watch.id.as_str()).collect();
    if let Some(unknown) = args.watch.iter().find(|id| !ids.contains(&id.as_str())) {
        let meant =
            nearest(unknown, ids.iter().copied()).map(|id| format!(" (did you mean {id}?)"));
        let words = format!("no [[watch]] has the id {unknown:?}{}", meant.unwrap_or_default());
        return Err(Told::Unknown(words));
    }
    if !args.watch.is_empty() {
        list.watches.retain(|watch| args.watch.contains(&watch.id));
    }
    if list.watches.is_empty() {
        let words = "no rule to try: give --rule, or a configuration with a [[watch]] (-c FILE)";
        return Err(Told::Unknown(words.to_owned()));
    }
    Ok(list)
}

/// Why nothing was tried.
#[derive(Debug, thiserror::Error)]
enum Told {
    #[error("{0}")]
    Rule(String),
    #[error("{0}")]
    Unknown(String),
    #[error("{0}")]
    Config(crate::config::Problems),
    #[error(transparent)]
    Tables(#[from] tables::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Told {
    fn tell(&self) -> Exit {
        match self {
            Self::Config(problems) => return complain_of(problems),
            other => complain(other),
        }
        match self {
            Self::Rule(_) => Exit::Usage,
            Self::Tables(_) | Self::Config(_) => Exit::Config,
            // Nothing was to be created here: there is no store to read.
            Self::Store(store::Error::CannotOpen { .. }) | Self::Unknown(_) => Exit::Failed,
            Self::Store(error) => super::daemon::store_exit(error),
        }
    }
}
