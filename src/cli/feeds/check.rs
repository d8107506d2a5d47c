//! `feeds check`: each feed fetched once, and what it would give.

use std::sync::Arc;

use serde::Serialize;
use url::Url;

use super::names::address;
use super::table::span;
use super::{ConfigFile, count, failed};
use crate::cli::{Exit, Table, complain, convert, daemon, print};
use crate::clock::Clock;
use crate::config::{Config, nearest};
use crate::news::{Feed, FeedId, Time, masked};
use crate::pipeline::{self, Looked};
use crate::{parse, poll};

/// Fetch feeds once and show what each would give.
///
/// Fetches the feeds of the configuration, or those that are named by their id or by an address that no feed has yet.
/// It is done by the poller's rules: with the feed's credentials, one request at a time to a host, only to public and
/// allowed addresses. Nothing is remembered; a running daemon does not notice.
///
/// NEXT is when the poller would come again at the earliest, by the interval and by what server and feed ask for.
///
/// Ends with 0 if all of them can be used, 1 if one cannot, 69 if no server could be reached at all.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Ids of feeds, or addresses; all feeds of the configuration if none is given
    #[arg(value_name = "ID|URL")]
    feeds: Vec<String>,
    #[command(flatten)]
    config: ConfigFile,
    /// JSON only, one object a feed a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Exit> {
    let is_address = |name: &String| name.contains("://") || name.contains('/');
    let config = if !args.feeds.is_empty() && args.feeds.iter().all(is_address) {
        args.config.load_or_default()?
    } else {
        args.config.load()?
    };
    let feeds = wanted(&config, &args.feeds).or_else(|why| failed(Exit::Failed, &why))?;
    let looked = look(&config, &feeds)?;
    let lines: Vec<Line> =
        feeds.iter().zip(&looked).map(|(feed, looked)| Line::of(feed, looked)).collect();
    let text = if args.json { json(&lines) } else { table(&lines).into_bytes() };
    let bad: Vec<String> =
        lines.iter().filter(|line| !line.ok).map(|line| line.feed.to_string()).collect();
    let nobody_answered = lines.iter().all(|line| line.http.is_none());
    let exit = match bad.len() {
        0 => Exit::Ok,
        all if all == lines.len() && nobody_answered => Exit::Unavailable,
        _ => Exit::Failed,
    };
    if !bad.is_empty() {
        complain(&format_args!(
            "{} of {} cannot be used: {}",
            bad.len(),
            count(lines.len(), "feed"),
            bad.join(", ")
        ));
    }
    Ok(print(&text, exit))
}

/// Fetches feeds by the configuration's rules, in their order.
pub(super) fn look(config: &Config, feeds: &[Arc<Feed>]) -> Result<Vec<Looked>, Exit> {
    parse::quiet_panics();
    let runtime = daemon::runtime();
    let runtime =
        runtime.or_else(|error| failed(Exit::Failed, &format_args!("cannot start: {error}")))?;
    let limits = parse::Config::default();
    let looked = pipeline::look(convert::poll(config), feeds.to_vec(), &limits, Clock::System);
    runtime.block_on(looked).or_else(|error| cannot_fetch(&error))
}

pub(super) fn cannot_fetch<T>(error: &poll::Error) -> Result<T, Exit> {
    failed(Exit::Unavailable, &format_args!("cannot fetch: {error}"))
}

/// The feeds that are meant; one that nobody configured goes by its address.
fn wanted(config: &Config, names: &[String]) -> Result<Vec<Arc<Feed>>, String> {
    let all = config.feeds();
    if names.is_empty() {
        return Ok(all);
    }
    let mut wanted: Vec<Arc<Feed>> = Vec::new();
    for name in names {
        let feed = match all.iter().find(|feed| feed.id.as_str() == name) {
            Some(feed) => Arc::clone(feed),
            None if name.contains("://") || name.contains('/') => {
                let url = address(name)?;
                let known = all.iter().find(|feed| feed.url == url);
                known.cloned().unwrap_or_else(|| Arc::new(Feed::new(masked(&url), url)))
            }
            None => return Err(unknown(config, name)),
        };
        if wanted.iter().all(|known| known.id != feed.id) {
            wanted.push(feed);
        }
    }
    Ok(wanted)
}

/// The words for an id that no feed has.
pub(super) fn unknown(config: &Config, id: &str) -> String {
    let known = config.feeds.iter().map(|feed| feed.id.as_str());
    match nearest(id, known) {
        Some(meant) => format!("no feed has the id {id:?} (did you mean {meant}?)"),
        None => format!("no feed has the id {id:?}; `copytaster feeds list` shows all"),
    }
}

#[derive(Debug, Serialize)]
struct Line {
    feed: FeedId,
    url: String,
    ok: bool,
    http: Option<u16>,
    format: String,
    title: String,
    site: String,
    items: usize,
    quarantined: u64,
    over_limit: u64,
    newest: Option<Time>,
    /// What was wrong and survived.
    defects: Vec<String>,
    /// How the feed's own text asks to be polled.
    wishes: parse::Wishes,
    next_due: Time,
    redirected_to: Option<String>,
    /// Whether it says that it is there for good.
    moved: bool,
    /// Why nothing can be used, `""` where something can.
    error: String,
    #[serde(skip)]
    next_s: i64,
}

impl Line {
    fn of(feed: &Feed, looked: &Looked) -> Self {
        let content = looked.content.clone().unwrap_or_default();
        let error = match &looked.content {
            _ if looked.usable => String::new(),
            None => looked.words.clone(),
            Some(content) if content.refused.is_empty() => "no items in it".to_owned(),
            Some(content) => content.refused.clone(),
        };
        let now = Clock::System.now();
        Self {
            feed: feed.id.clone(),
            url: masked(&feed.url),
            ok: looked.usable,
            http: looked.http,
            format: content.format,
            title: content.title,
            site: content.site,
            items: content.items,
            quarantined: content.quarantined,
            over_limit: content.over_limit,
            newest: content.newest.map(Time),
            defects: content.defects,
            wishes: content.wishes,
            next_due: looked.next_due.into(),
            redirected_to: looked.redirected_to.as_ref().map(masked),
            moved: looked.is_moved,
            error,
            next_s: looked.next_due.as_second() - now.as_second(),
        }
    }

    /// What there is to say beside the figures.
    fn remarks(&self) -> String {
        let mut remarks = Vec::new();
        if !self.error.is_empty() {
            remarks.push(self.error.clone());
        }
        if let Some(to) = &self.redirected_to {
            let how = if self.moved { "moved for good to" } else { "redirected to" };
            remarks.push(format!("{how} {to}"));
        }
        if self.quarantined > 0 {
            let quarantined = usize::try_from(self.quarantined).unwrap_or(usize::MAX);
            remarks.push(format!("{} unusable", count(quarantined, "item")));
        }
        if self.over_limit > 0 {
            remarks.push(format!("{} over the limit", self.over_limit));
        }
        for (wish, unit) in [(&self.wishes.ttl, " min"), (&self.wishes.period, "")] {
            if !wish.trim().is_empty() {
                remarks.push(format!("asks for {}{unit}", wish.trim()));
            }
        }
        if !self.wishes.skip_hours.is_empty() || !self.wishes.skip_days.is_empty() {
            remarks.push("has hours or days to skip".to_owned());
        }
        remarks.extend(self.defects.iter().cloned());
        remarks.join("; ")
    }
}

fn json(lines: &[Line]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut out, line).expect("plain data with string keys");
        out.push(b'\n');
    }
    out
}

fn table(lines: &[Line]) -> String {
    let mut table =
        Table::new(&["FEED", "USABLE", "STATUS", "FORMAT", "ITEMS", "NEWEST", "NEXT", "REMARKS"]);
    let now = Clock::System.now();
    for line in lines {
        let some = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        let newest =
            line.newest.map(|newest| span(now.as_second() - newest.0.as_second()) + " ago");
        table.row([
            line.feed.to_string(),
            if line.ok { "yes" } else { "no" }.to_owned(),
            line.http.map_or_else(|| "-".to_owned(), |http| http.to_string()),
            some(&line.format),
            if line.http == Some(200) { line.items.to_string() } else { "-".to_owned() },
            newest.unwrap_or_else(|| "-".to_owned()),
            span(line.next_s),
            line.remarks(),
        ]);
    }
    table.to_string()
}

/// The feed of an address that nobody has configured yet.
pub(super) fn stranger(id: &str, url: Url) -> Arc<Feed> {
    Arc::new(Feed::new(id, url))
}
