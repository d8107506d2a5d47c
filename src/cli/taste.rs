//! `taste`: what a text, page or feed would become.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::replay::Failed;
use super::tasted::show;
use super::{Exit, complain, complain_of, convert, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::enrich::{self, PlainText};
use crate::news::{Article, Feed, Fetched, Input, Page, StatedDate, Stream};
use crate::parse;
use crate::pipeline::replay;
use crate::record::{ArticleRecord, Layout, Record};
use crate::store::Store;
use crate::tables::Tables;
use crate::writer::Writer;

/// Longest input that is read: the poller's cap on a decoded body.
const INPUT_BYTES_MAX: u64 = 20 * 1024 * 1024;

/// Bytes in which the kind of a file must show.
const HEAD_BYTES: usize = 4096;

/// Show what a text, a page or a feed would become.
///
/// Prints article records as JSON Lines, or, on a terminal, for people. Nothing is stored and nothing is fetched. The articles of a feed are placed beside each other.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A feed, an HTML page or a plain text; `-` is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Outlet that publishes it; without it the host of the address decides
    #[arg(long, value_name = "ID")]
    pub outlet: Option<String>,
    /// Address it would have
    #[arg(long, value_name = "U")]
    pub url: Option<String>,
    /// When it was published, such as 2025-08-16T05:58:00Z
    #[arg(long, value_name = "T")]
    pub published: Option<String>,
    /// Its headline
    #[arg(long, value_name = "T")]
    pub title: Option<String>,
    /// JSON Lines, even on a terminal
    #[arg(long)]
    pub json: bool,
}

/// Prints the records.
pub fn run(args: &Args) -> Exit {
    let config = match super::replay::load(None) {
        Ok(config) => config,
        Err(problems) => return complain_of(&problems),
    };
    let bytes = match read(&args.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            complain(&format_args!("cannot read {}: {error}", args.file.display()));
            return Exit::Failed;
        }
    };
    let url = match args.url.as_deref().map(Url::parse).transpose() {
        Ok(url) => url,
        Err(error) => {
            complain(&format_args!("--url {}: {error}", args.url.as_deref().unwrap_or_default()));
            return Exit::Usage;
        }
    };
    let tables = match convert::tables(&config) {
        Ok(tables) => tables,
        Err(error) => return Failed::from(error).tell(),
    };
    let told = match told(args, &tables) {
        Ok(told) => told,
        Err(usage) => {
            complain(&usage);
            return Exit::Usage;
        }
    };
    match taste(args, &config, (&tables, told), bytes, url) {
        Ok(tasted) => tell(args, &tasted),
        Err(failed) => failed.tell(),
    }
}

/// What the options say, understood.
struct Told {
    outlet: Option<String>,
    published: Option<StatedDate>,
}

/// Checks the options; an error is words for the user.
fn told(args: &Args, tables: &Tables) -> Result<Told, String> {
    let published = args.published.as_deref().map(|raw| {
        enrich::stated_date(raw).ok_or_else(|| {
            format!(
                "--published {raw}: no date that can be understood; write it like 2025-08-16T05:58:00Z or 2025-08-16"
            )
        })
    });
    let outlet = args.outlet.as_deref().map(|named| {
        let known = enrich::known_outlet(named, tables).map(str::to_owned);
        known.ok_or_else(|| {
            let near = tables.nearest_outlet(named).map(|id| format!("did you mean {id}? "));
            format!(
                "--outlet {named}: no table knows it; {}an [[outlet]] in the configuration or its tables adds one",
                near.unwrap_or_default()
            )
        })
    });
    Ok(Told { outlet: outlet.transpose()?, published: published.transpose()? })
}

/// What came of the file.
struct Tasted {
    records: Vec<ArticleRecord>,
    lines: Vec<u8>,
    /// Texts by guid: records carry none.
    bodies: HashMap<String, String>,
    /// Why nothing could be read, if so.
    refused: Option<String>,
}

fn tell(args: &Args, tasted: &Tasted) -> Exit {
    if let Some(reason) = &tasted.refused {
        complain(&format_args!("{}: {reason}", args.file.display()));
        return Exit::BadInput;
    }
    if args.json || !io::stdout().is_terminal() {
        return print(&tasted.lines, Exit::Ok);
    }
    let body = |guid: &str| tasted.bodies.get(guid).map(String::as_str).unwrap_or_default();
    let shown: Vec<String> =
        tasted.records.iter().map(|record| show(record, body(&record.guid))).collect();
    print(shown.join("\n").as_bytes(), Exit::Ok)
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().take(INPUT_BYTES_MAX).read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(INPUT_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What a file holds.
enum Kind {
    Feed,
    Page,
    Text,
}

/// Told by the first element or brace; a text that merely begins with a tag of its own is a page.
fn kind(bytes: &[u8]) -> Kind {
    let head: String =
        String::from_utf8_lossy(bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or(bytes))
            .trim_start_matches('\u{feff}')
            .trim_start()
            .to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| head.contains(word));
    match head.chars().next() {
        Some('<') if has(&["<rss", "<feed", "<rdf:rdf", "<channel", "<urlset", "<atom:feed"]) => {
            Kind::Feed
        }
        Some('<') if has(&["<html", "<!doctype html", "<body", "<p", "<div", "<article"]) => {
            Kind::Page
        }
        Some('<') if has(&["<?xml"]) => Kind::Feed,
        Some('{') if has(&["jsonfeed.org"]) => Kind::Feed,
        _ => Kind::Text,
    }
}

fn taste(
    args: &Args,
    config: &Config,
    (tables, told): (&Tables, Told),
    bytes: Vec<u8>,
    url: Option<Url>,
) -> Result<Tasted, Failed> {
    let feed = Arc::new(Feed { outlet: told.outlet, ..(*replay::feed("taste")).clone() });
    let now = Clock::System.now();
    let context = enrich::Context { feed: &feed, fetched_at: now, tables };
    let (articles, refused) = match kind(&bytes) {
        Kind::Feed => feed_articles(&feed, bytes, url, &context),
        Kind::Page => {
            match parse::page(&fetched(&feed, bytes, url, now), &parse::Config::default()) {
                Ok(page) => (vec![page_article(args, told.published, page, &context)], None),
                Err(error) => (vec![], Some(error.to_string())),
            }
        }
        Kind::Text => (vec![plain(args, text(bytes), &context)], None),
    };
    let settings = convert::settings(config);
    let layout = Layout::new(settings.layout, Vec::new());
    let mut writer =
        Writer::new(settings.writer, Desk::new(settings.desk), Store::in_memory()?, layout)?;
    let watches = convert::watchlist(config, tables, convert::Alerts::Written);
    writer.take(Input::Watches(Box::new(watches)), now)?;
    let mut bodies = HashMap::new();
    for article in articles {
        bodies.insert(article.guid.clone(), article.text.body.clone());
        writer.take(Input::Batch(Box::new(replay::batch(&feed, now, article))), now)?;
    }
    let group = writer.commit()?;
    let mut tasted = Tasted { records: Vec::new(), lines: Vec::new(), bodies, refused };
    for line in group.lines.iter().filter(|line| line.stream == Stream::Articles) {
        if let Ok(Record::Article(record)) =
            Record::parse(std::str::from_utf8(&line.bytes).unwrap_or_default())
        {
            tasted.lines.extend_from_slice(&line.bytes);
            tasted.records.push(*record);
        }
    }
    Ok(tasted)
}

/// The file as an answer; without an address it came from the feed's.
fn fetched(feed: &Arc<Feed>, body: Vec<u8>, url: Option<Url>, fetched_at: Timestamp) -> Fetched {
    let url = url.unwrap_or_else(|| feed.url.clone());
    Fetched { fetched_at, ..Fetched::at_hand(Arc::clone(feed), url, body) }
}

fn feed_articles(
    feed: &Arc<Feed>,
    body: Vec<u8>,
    url: Option<Url>,
    context: &enrich::Context<'_>,
) -> (Vec<Article>, Option<String>) {
    let fetched = fetched(feed, body, url, context.fetched_at);
    let parsed = parse::read(&fetched, &parse::Config::default());
    let refused = parsed.rejected.iter().find(|rejection| rejection.items == 0);
    let refused = refused.map(|rejection| format!("{}: {}", rejection.reason, rejection.detail));
    // Feeds list the newest first; the desk reads the oldest first.
    let articles =
        parsed.drafts.iter().rev().map(|draft| enrich::article(draft, context)).collect();
    (articles, refused)
}

/// The bytes as text; copied only where some are none.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The page's article; what the options say counts more than what the page says.
fn page_article(
    args: &Args,
    published: Option<StatedDate>,
    mut page: Page,
    context: &enrich::Context<'_>,
) -> Article {
    if let Some(url) = args.url.as_deref().and_then(parse::shown_link) {
        page.link = url;
    }
    if let Some(title) = &args.title {
        title.clone_into(&mut page.title);
    }
    if let Some(raw) = &args.published {
        (page.published, page.published_raw) = (published, raw.clone());
    }
    let name = args.file.file_name().unwrap_or(args.file.as_os_str()).to_string_lossy();
    enrich::page(&page, &name, context)
}

fn plain(args: &Args, text: String, context: &enrich::Context<'_>) -> Article {
    let name = args.file.file_name().unwrap_or(args.file.as_os_str()).to_string_lossy();
    let url = args
        .url
        .as_deref()
        .map(|url| parse::shown_link(url).unwrap_or_else(|| url.to_owned()))
        .unwrap_or_default();
    let line = PlainText {
        id: if url.is_empty() { name.into_owned() } else { url.clone() },
        title: args.title.clone().unwrap_or_default(),
        text,
        published: args.published.clone(),
        outlet: args.outlet.clone().unwrap_or_default(),
        url,
        lang: String::new(),
    };
    enrich::plain(line, context)
}
