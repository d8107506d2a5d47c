//! `feeds add`: one more feed in the configuration.

use std::sync::Arc;

use url::Url;

use super::discover::find;
use super::edit::{NewFeed, added};
use super::file::Editable;
use super::names::{Taken, address, canonical};
use super::{ConfigFile, check, count, failed};
use crate::cli::{Exit, complain, print};
use crate::config::{Config, folder_of};
use crate::news::{Feed, masked};
use crate::pipeline::{Content, Looked};
use crate::telemetry::Escaped;

/// Add a feed to the configuration.
///
/// The address is fetched first. If it is a page, its feed is looked for as `feeds discover` does, and the first that
/// is found is added. What the feed says of itself becomes `title` and `site`, and the id if none is given. If the
/// server says that the feed has moved for good, the new address is added.
///
/// The entry stands behind the last [[feed]]; every other byte of the file stays as it is, and the file is replaced
/// whole or not at all. A running daemon takes it up on SIGHUP.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address of the feed, or of a page that names one
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    config: ConfigFile,
    /// Its id, which stands in every record; made of the feed's title if not given
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Id of the outlet whose feed it is
    #[arg(long, value_name = "ID")]
    outlet: Option<String>,
    /// Folders to file it in, parted by '/'
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
    /// A fixed interval, such as 5m; adaptive if not given
    #[arg(long, value_name = "DURATION")]
    interval: Option<String>,
    /// Add the address as it is, without fetching it
    #[arg(long)]
    no_check: bool,
    /// Show what would be added and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Exit> {
    let file = Editable::load(&args.config.config)?;
    let url = address(&args.url).or_else(|why| failed(Exit::Usage, &why))?;
    let mut taken = Taken::of(&file.config);
    is_free(&file.config, &url)?;
    if let Some(id) = args.id.as_deref().filter(|id| taken.has_id(id)) {
        return failed(Exit::Failed, &format_args!("the id {id:?} is taken already"));
    }
    let seen = if args.no_check { Seen::unseen(url) } else { Seen::at(&args.config.load()?, url)? };
    is_free(&file.config, &seen.url)?;
    let new = new_feed(args, &seen, &mut taken);
    let text = added(&file.text, std::slice::from_ref(&new));
    let text =
        text.or_else(|error| failed(Exit::Config, &format_args!("{}: {error}", file.name())))?;
    file.accept(&text)?;
    let entry = new.entry("\n");
    if args.dry_run {
        return Ok(print(
            format!("would be added to {}:\n\n{entry}", file.name()).as_bytes(),
            Exit::Ok,
        ));
    }
    file.write(&text)?;
    let id = &new.id;
    let what = seen.words();
    let said = format!(
        "{id} is added to {}{what}\n\n{entry}\nA running daemon takes it up on SIGHUP.\n",
        file.name()
    );
    Ok(print(said.as_bytes(), Exit::Ok))
}

/// A feed that is there already is not added again.
fn is_free(config: &Config, url: &Url) -> Result<(), Exit> {
    let wanted = canonical(url.as_str());
    match config.feeds.iter().find(|feed| canonical(feed.url.as_str()) == wanted) {
        Some(feed) => {
            let shown = masked(url);
            failed(
                Exit::Failed,
                &format_args!("{shown} is there already: it is the feed {}", feed.id),
            )
        }
        None => Ok(()),
    }
}

/// A feed that was looked at.
struct Seen {
    url: Url,
    /// `None` if it was not fetched.
    content: Option<Content>,
    /// What its page calls it.
    named: String,
}

impl Seen {
    fn unseen(url: Url) -> Self {
        Self { url, content: None, named: String::new() }
    }

    /// Fetches an address, and looks for the feed of a page.
    fn at(config: &Config, url: Url) -> Result<Self, Exit> {
        let feed: Arc<Feed> = check::stranger("new", url.clone());
        let looked = check::look(config, &[feed])?.pop();
        let Some(Looked { content: Some(content), is_moved, redirected_to, .. }) = &looked else {
            let words = looked.map_or_else(|| "no answer".to_owned(), |looked| looked.words);
            return failed(
                Exit::Failed,
                &format_args!("{}: {words}; --no-check adds it all the same", masked(&url)),
            );
        };
        if content.refused.is_empty() {
            let target = redirected_to.clone().filter(|_| *is_moved);
            if let Some(target) = &target {
                complain(&format_args!("it has moved for good to {}", masked(target)));
            }
            let (url, content) = (target.unwrap_or(url), Some(content.clone()));
            return Ok(Self { url, content, named: String::new() });
        }
        if content.format != "HTML" {
            return failed(
                Exit::Failed,
                &format_args!("{} is no feed: {}", masked(&url), content.refused),
            );
        }
        let mut found = find(config, &url)?.into_iter();
        let Some(first) = found.next() else { return Err(Exit::Failed) };
        complain(&format_args!("{} is a page; its feed is {}", masked(&url), masked(&first.url)));
        for other in found {
            complain(&format_args!("it also has {}", masked(&other.url)));
        }
        Ok(Self { url: first.url, content: Some(first.content), named: first.named })
    }

    fn title(&self) -> &str {
        let own = self.content.as_ref().map(|content| content.title.as_str()).unwrap_or_default();
        if own.trim().is_empty() { &self.named } else { own }
    }

    /// What was seen in it.
    fn words(&self) -> String {
        match &self.content {
            None => ", unseen".to_owned(),
            Some(content) => {
                let format = Escaped(&content.format).to_string();
                format!(": {format}, {}", count(content.items, "item"))
            }
        }
    }
}

fn new_feed(args: &Args, seen: &Seen, taken: &mut Taken) -> NewFeed {
    let title = fitting(seen.title());
    let id = match &args.id {
        Some(id) => {
            taken.take_as(seen.url.as_str(), id);
            id.clone()
        }
        None => taken.take(seen.url.as_str(), &[&title]),
    };
    let site = seen.content.as_ref().and_then(|content| site(&content.site));
    NewFeed {
        id,
        url: seen.url.to_string(),
        title: Some(title).filter(|title| !title.is_empty()),
        site,
        outlet: args.outlet.clone(),
        // One that does not fit is refused with the rest of the entry.
        folder: args
            .folder
            .as_ref()
            .map(|folder| folder_of(folder.split('/')).unwrap_or_else(|| folder.clone())),
        interval: args.interval.clone(),
    }
}

/// A stranger's title as the configuration takes it: one line of at most 200 characters.
pub(super) fn fitting(title: &str) -> String {
    crate::parse::opml::one_line(title, 200)
}

/// A stranger's link as the configuration takes it.
pub(super) fn site(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_usable = matches!(url.scheme(), "http" | "https") && is_plain && link.len() <= 2_000;
    is_usable.then(|| url.to_string())
}
