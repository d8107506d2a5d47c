//! `feeds import`: the feeds of an OPML file into the configuration.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::add::{fitting, site};
use super::edit::{NewFeed, added};
use super::file::Editable;
use super::names::Taken;
use super::{ConfigFile, count, failed};
use crate::cli::{Exit, Table, complain, print};
use crate::config::folder_of;
use crate::news::masked;
use crate::parse::opml::{self, Opml, Subscription};
use crate::telemetry::Escaped;

/// Add the feeds of an OPML file to the configuration.
///
/// Reads what other feed readers export, OPML 1.0 to 2.0. Outlines in outlines become `folder`, names become `title`
/// and ids, `htmlUrl` becomes `site`. Feeds whose address is there already are passed over and counted. An outline that
/// is no feed costs itself only and is told with its place; a file that is no OPML, or has no outline, ends with 65.
/// Nothing is fetched: `feeds check` tries them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The OPML file; - for stdin
    #[arg(value_name = "FILE.opml")]
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
    /// Show what would be added and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Exit> {
    let file = Editable::load(&args.config.config)?;
    let from = Escaped(&args.file.display().to_string()).to_string();
    let bytes = read(&args.file);
    let bytes = bytes
        .or_else(|error| failed(Exit::BadInput, &format_args!("cannot read {from}: {error}")))?;
    let list = opml::read(&bytes);
    let list = list.or_else(|error| failed(Exit::BadInput, &format_args!("{from}: {error}")))?;
    for skipped in &list.skipped {
        let opml::Skipped { line, column, title, why } = skipped;
        let name = if title.is_empty() { String::new() } else { format!(" {title:?}") };
        complain(&format_args!("{from}:{line}:{column}: passed over{name}: {why}"));
    }
    let mut taken = Taken::of(&file.config);
    let (new, there) = new_feeds(&list, &mut taken);
    if new.is_empty() && there == 0 {
        return failed(Exit::BadInput, &format_args!("{from}: not one of its outlines is a feed"));
    }
    let text = added(&file.text, &new);
    let text =
        text.or_else(|error| failed(Exit::Config, &format_args!("{}: {error}", file.name())))?;
    file.accept(&text)?;
    if !args.dry_run && !new.is_empty() {
        file.write(&text)?;
    }
    Ok(print(said(args, &file.name(), &list, &new, there).as_bytes(), Exit::Ok))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let source: Box<dyn io::Read> =
        if path.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut bytes = Vec::new();
    source.take(opml::BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What is to be added, and how many were there already.
pub(super) fn new_feeds(list: &Opml, taken: &mut Taken) -> (Vec<NewFeed>, usize) {
    let (mut new, mut there) = (Vec::new(), 0);
    for feed in &list.feeds {
        if taken.has_url(&feed.url) {
            there += 1;
        } else {
            new.push(new_feed(feed, taken));
        }
    }
    (new, there)
}

fn new_feed(feed: &Subscription, taken: &mut Taken) -> NewFeed {
    let title = fitting(&feed.title);
    // An id that we exported comes back as it was, if it is free and one.
    let id = if is_id(&feed.id) && !taken.has_id(&feed.id) {
        taken.take_as(&feed.url, &feed.id);
        feed.id.clone()
    } else {
        taken.take(&feed.url, &[&title])
    };
    NewFeed {
        id,
        url: feed.url.clone(),
        title: Some(title).filter(|title| !title.is_empty() && *title != feed.id),
        site: site(&feed.site),
        outlet: Some(feed.outlet.clone()).filter(|outlet| is_id(outlet)),
        folder: folder_of(feed.folder.iter().map(String::as_str)),
        interval: Some(feed.interval.clone()).filter(|interval| is_interval(interval)),
    }
}

/// Whether the configuration takes it for an id.
fn is_id(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(allowed)
}

/// Whether it looks as an interval that we exported: anything else would make the whole import fail.
fn is_interval(text: &str) -> bool {
    let trial = format!("[[feed]]\nid = \"a\"\nurl = \"http://a.example\"\ninterval = {text:?}");
    crate::config::Config::parse("", &trial, []).is_ok()
}

fn said(args: &Args, file: &str, list: &Opml, new: &[NewFeed], there: usize) -> String {
    let mut parts = Vec::new();
    if args.dry_run && !new.is_empty() {
        let mut table = Table::new(&["FEED", "FOLDER", "URL"]);
        for feed in new {
            let url = url::Url::parse(&feed.url).map_or_else(|_| String::new(), |url| masked(&url));
            table.row([feed.id.clone(), feed.folder.clone().unwrap_or_default(), url]);
        }
        parts.push(format!("{table}\n"));
    }
    let verb = if args.dry_run { "would be added to" } else { "added to" };
    parts.push(format!("{} {verb} {file}", count(new.len(), "feed")));
    if there > 0 {
        parts.push(format!(", {there} there already"));
    }
    let bad = list.skipped.len() + list.more;
    if bad > 0 {
        parts.push(format!(", {} passed over", count(bad, "outline")));
    }
    parts.push("\n".to_owned());
    if !args.dry_run && !new.is_empty() {
        let next = "A running daemon takes them up on SIGHUP. `copytaster feeds check` tries them.";
        parts.push(format!("\n{next}\n"));
    }
    parts.concat()
}
