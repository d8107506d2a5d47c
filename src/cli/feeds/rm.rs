//! `feeds rm`: a feed less in the configuration.

use super::check::unknown;
use super::edit::removed;
use super::file::Editable;
use super::{ConfigFile, failed};
use crate::cli::{Exit, print};

/// Remove feeds from the configuration.
///
/// Each goes with its keys, the comment directly above its [[feed]] and the comments directly below its keys; every
/// other byte of the file stays as it is. What was remembered of it stays in the store: a feed that is added again under
/// the same id goes on where it stopped. A running daemon takes the change up on SIGHUP.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Ids of the feeds
    #[arg(value_name = "ID", required = true)]
    feeds: Vec<String>,
    #[command(flatten)]
    config: ConfigFile,
    /// Show what would be removed and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Exit> {
    let file = Editable::load(&args.config.config)?;
    let mut ids = args.feeds.clone();
    ids.sort();
    ids.dedup();
    let is_known = |id: &&String| file.config.feeds.iter().any(|feed| feed.id.as_str() == **id);
    if let Some(id) = ids.iter().find(|id| !is_known(id)) {
        let why = unknown(&file.config, id);
        return failed(Exit::Failed, &format_args!("{why}; nothing was removed"));
    }
    let text = removed(&file.text, &ids);
    let text =
        text.or_else(|error| failed(Exit::Config, &format_args!("{}: {error}", file.name())))?;
    file.accept(&text)?;
    let (list, name) = (ids.join(", "), file.name());
    if args.dry_run {
        let lines = gone(&file.text, &text).join("\n");
        return Ok(print(
            format!("would be removed from {name}:\n\n{lines}\n").as_bytes(),
            Exit::Ok,
        ));
    }
    file.write(&text)?;
    let is = if ids.len() == 1 { "is" } else { "are" };
    let said =
        format!("{list} {is} removed from {name}\n\nA running daemon takes it up on SIGHUP.\n");
    Ok(print(said.as_bytes(), Exit::Ok))
}

/// Lines of the one that the other lacks; whole lines are all that was taken out.
fn gone<'t>(before: &'t str, after: &str) -> Vec<&'t str> {
    let mut left = after.lines().peekable();
    let mut gone = Vec::new();
    for line in before.lines() {
        if left.peek() == Some(&line) {
            left.next();
        } else {
            gone.push(line);
        }
    }
    gone
}
