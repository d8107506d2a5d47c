//! `feeds discover`: the feeds of a site.

use serde::Serialize;
use url::Url;

use super::check::cannot_fetch;
use super::names::{Taken, address};
use super::table::span;
use super::{ConfigFile, count, failed};
use crate::cli::{Exit, Table, complain, convert, daemon, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::news::{Time, masked};
use crate::parse;
use crate::pipeline::{self, Discovered, Found, How};
use crate::poll::REQUESTS_MAX;

/// Find the feeds of a site.
///
/// Looks at the address itself, then at the feeds that the page names, then at the usual places (feed, rss.xml,
/// atom.xml, feed.xml, index.xml beside the page and at the root), then at news sitemaps that robots.txt names. The first
/// of these that gives a feed ends the search. Each is fetched and read before it is told.
///
/// Done politely: robots.txt holds for pages and guesses, requests to a host follow each other at the spacing of the
/// configuration (2s), at most 30 of them, and only public and allowed addresses are reached. Without a configuration
/// the defaults hold.
///
/// If none is found, what was tried is said on stderr, and it ends with 1; 69 if the site could not be reached.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address of a page of the site
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    config: ConfigFile,
    /// JSON only, one object a feed a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Exit> {
    let config = args.config.load_or_default()?;
    let url = address(&args.url).or_else(|why| failed(Exit::Usage, &why))?;
    let found = find(&config, &url)?;
    let taken = Taken::of(&config);
    let lines: Vec<Line> = found.iter().map(|found| Line::of(found, &taken)).collect();
    if args.json {
        let mut out = Vec::new();
        for line in &lines {
            serde_json::to_writer(&mut out, line).expect("plain data with string keys");
            out.push(b'\n');
        }
        return Ok(print(&out, Exit::Ok));
    }
    Ok(print(table(&lines).as_bytes(), Exit::Ok))
}

/// The feeds of a site, one at least; where there is none, says what was tried.
pub(super) fn find(config: &Config, url: &Url) -> Result<Vec<Found>, Exit> {
    parse::quiet_panics();
    let runtime = daemon::runtime();
    let runtime =
        runtime.or_else(|error| failed(Exit::Failed, &format_args!("cannot start: {error}")))?;
    let (rules, limits) = (convert::poll(config), parse::Config::default());
    let search = pipeline::discover(&rules, url, &limits, Clock::System);
    let Discovered { found, tried, requests, answers } =
        runtime.block_on(search).or_else(|error| cannot_fetch(&error))?;
    if !found.is_empty() {
        return Ok(found);
    }
    for tried in &tried {
        complain(&format_args!("{} {}: {}", tried.how.as_str(), tried.url, tried.answer));
    }
    complain(&format_args!(
        "no feed found at {} with {} (at most {REQUESTS_MAX})",
        masked(url),
        count(requests, "request")
    ));
    let is_silent = requests > 0 && answers == 0;
    Err(if is_silent { Exit::Unavailable } else { Exit::Failed })
}

#[derive(Debug, Serialize)]
struct Line {
    url: String,
    how: How,
    format: String,
    title: String,
    site: String,
    items: usize,
    newest: Option<Time>,
    defects: Vec<String>,
    /// Whether the configuration has it already.
    configured: bool,
}

impl Line {
    fn of(found: &Found, taken: &Taken) -> Self {
        let content = &found.content;
        let title = if content.title.is_empty() { &found.named } else { &content.title };
        Self {
            url: masked(&found.url),
            how: found.how,
            format: content.format.clone(),
            title: title.clone(),
            site: content.site.clone(),
            items: content.items,
            newest: content.newest.map(Time),
            defects: content.defects.clone(),
            configured: taken.has_url(found.url.as_str()),
        }
    }
}

fn table(lines: &[Line]) -> String {
    let mut table = Table::new(&["URL", "FOUND", "FORMAT", "ITEMS", "NEWEST", "TITLE"]);
    let now = Clock::System.now();
    for line in lines {
        let newest =
            line.newest.map(|newest| span(now.as_second() - newest.0.as_second()) + " ago");
        let known = if line.configured { " (configured)" } else { "" };
        table.row([
            line.url.clone(),
            line.how.as_str().to_owned(),
            line.format.clone(),
            line.items.to_string(),
            newest.unwrap_or_else(|| "-".to_owned()),
            format!("{}{known}", line.title),
        ]);
    }
    table.to_string()
}
