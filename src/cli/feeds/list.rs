//! `feeds list`: how each feed does.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;

use jiff::Timestamp;

use super::state::{DAY_HOURS, Known, Line, State, first_hour, lines, peace};
use super::table::{Sheet, draw};
use super::{ConfigFile, failed};
use crate::cli::daemon::store_exit;
use crate::cli::{Exit, complain, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::news::Flip;
use crate::store::{self, Store};

/// Show how each feed does: state, last success, news, polls, interval, next poll, last error.
///
/// Reads the configuration and the store, also while a daemon holds it; nothing is fetched, written or locked. A feed
/// that was never polled is "new"; one that the store knows and the configuration does not is "removed".
///
/// SEEN is the time since the last success, NEWS since a poll last brought something new or changed, NEW the articles,
/// POLLS the polls and 304 the share of "not modified" in the last 24 hours, EVERY the interval (learnt, or the feed's
/// own), NEXT the time to the next poll. The line of the last 24 hours has a sign an hour, the present one last: a bar
/// for the news (the lowest: polled, and none), a dot where nobody polled, a cross where every poll failed.
///
/// With --json, one object a feed a line, with everything the table leaves out. In `hours` an hour without a poll is
/// missing.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigFile,
    /// Only feeds in this state; can be given several times
    #[arg(long, value_enum, value_name = "STATE")]
    state: Vec<State>,
    /// Only feeds of this folder and the folders in it
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
    /// Hours of totals in --json, the present one among them; the store keeps two weeks
    #[arg(long, value_name = "N", default_value_t = 24)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=336))]
    hours: u16,
    /// As it was seen from this moment, such as 2025-08-16T03:00:00Z, rather than now: for the state that a daemon left
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// JSON only, one object a feed a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Exit> {
    let config = args.config.load_closed()?;
    let now = args.at.unwrap_or_else(|| Clock::System.now());
    let hours = usize::from(args.hours).max(DAY_HOURS);
    let known = known(&config, now, hours)?;
    let mut told = lines(&config, &known, now);
    told.retain(|line| is_wanted(args, line));
    if args.json {
        let first = first_hour(now, usize::from(args.hours));
        let mut out = Vec::new();
        for line in &mut told {
            line.hours.retain(|hour| hour.hour.0 >= first);
            serde_json::to_writer(&mut out, line).expect("plain data with string keys");
            out.push(b'\n');
        }
        return Ok(print(&out, Exit::Ok));
    }
    Ok(print(draw(&told, now, sheet()).as_bytes(), Exit::Ok))
}

fn is_wanted(args: &Args, line: &Line) -> bool {
    let in_folder = |folder: &String| {
        let folder = folder.trim_matches('/');
        let rest = line.folder.as_deref().and_then(|own| own.strip_prefix(folder));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    (args.state.is_empty() || args.state.contains(&line.state))
        && args.folder.as_ref().is_none_or(in_folder)
}

/// What the store knows; a store that is not there knows nothing.
fn known(config: &Config, now: Timestamp, hours: usize) -> Result<Known, Exit> {
    let path = &config.store.path;
    if !path.exists() {
        complain(&format_args!(
            "no store at {} yet, so no feed was polled: `copytaster run` makes it",
            path.display()
        ));
        return Ok(Known::default());
    }
    read(config, first_hour(now, hours)).or_else(|error| failed(store_exit(&error), &error))
}

fn read(config: &Config, since: Timestamp) -> Result<Known, store::Error> {
    let mut reader = Store::read(&config.store.path)?;
    let states = reader.feeds()?;
    let mut held = BTreeSet::new();
    for id in states.keys() {
        if reader.meta(&Flip::mark(id))?.is_some_and(|mark| !mark.is_empty()) {
            held.insert(id.clone());
        }
    }
    let peace = peace(states.values());
    Ok(Known { hours: reader.hours(since)?, states, peace, held })
}

/// What stdout is.
fn sheet() -> Sheet {
    let is_terminal = std::io::stdout().is_terminal();
    let variable =
        |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let columns = variable("COLUMNS").and_then(|text| text.parse().ok());
    let width = columns.or_else(|| {
        let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok().filter(|_| is_terminal)?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    });
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
    let locale = locale.map(|text| text.to_ascii_lowercase()).find(|text| !text.is_empty());
    let is_unicode = locale.is_none_or(|text| text.contains("utf-8") || text.contains("utf8"));
    let is_plain = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    Sheet { width, has_colour: is_terminal && !is_plain, is_unicode }
}
