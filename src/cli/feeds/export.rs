//! `feeds export`: the feeds of the configuration as OPML.

use super::ConfigFile;
use crate::cli::{Exit, complain, print};
use crate::clock::Clock;
use crate::config::{Config, duration_text};
use crate::parse::opml::{Subscription, write};

/// Print the feeds of the configuration as OPML 2.0, as other feed readers import it.
///
/// Folders become outlines in outlines. Ids, outlets and fixed intervals stand in attributes of a namespace of their
/// own, which other readers pass over and `feeds import` takes back. Credentials are never exported; an address with a
/// parameter that looks like a secret is left out, and said on stderr.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(args: &Args) -> Result<Exit, Exit> {
    let config = args.config.load()?;
    let (feeds, secret) = subscriptions(&config);
    if !secret.is_empty() {
        let list = secret.join(", ");
        complain(&format_args!(
            "left out, since their address holds what looks like a secret: {list}"
        ));
    }
    let text = write("copytaster feeds", &feeds, Clock::System.now());
    Ok(print(text.as_bytes(), Exit::Ok))
}

/// What may be told of the feeds, and the ids of those whose address may not.
fn subscriptions(config: &Config) -> (Vec<Subscription>, Vec<String>) {
    let (mut feeds, mut secret) = (Vec::new(), Vec::new());
    for feed in &config.feeds {
        // The configuration refuses addresses with user and password, so a masked one holds a secret parameter.
        let url = crate::news::masked(&feed.url);
        if url != feed.url.as_str() {
            secret.push(feed.id.to_string());
            continue;
        }
        let folder = feed.folder.as_deref().unwrap_or_default().split('/').map(str::to_owned);
        feeds.push(Subscription {
            url,
            title: feed.title.clone().unwrap_or_default(),
            site: feed.site.as_ref().map(crate::news::masked).unwrap_or_default(),
            folder: folder.filter(|name| !name.is_empty()).collect(),
            id: feed.id.to_string(),
            outlet: feed.outlet.clone().unwrap_or_default(),
            interval: feed.interval.map(duration_text).unwrap_or_default(),
        });
    }
    (feeds, secret)
}
