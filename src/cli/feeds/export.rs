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
    let config = args.config.load_closed()?;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::edit::{NewFeed, added};
    use super::super::import::new_feeds;
    use super::super::names::Taken;
    use super::*;
    use crate::parse::opml;

    fn maybe(pattern: &'static str) -> impl Strategy<Value = Option<String>> {
        proptest::option::of(pattern)
    }

    prop_compose! {
        fn any_feed()(
            id in "[a-z0-9][a-z0-9._-]{0,20}",
            path in "[a-zA-Z0-9/?&=%.~_-]{0,30}",
            title in maybe("[!-~äÖ語’\"'<>&]([ -~äÖ語’\"'<>&]{0,30}[!-~äÖ語])?"),
            site in proptest::option::of(Just("https://site.example/a?b=1&c='2'".to_owned())),
            outlet in maybe("[a-z0-9]{1,10}"),
            folder in maybe("[A-Za-z&<>\"äÖ語]{1,9}( [a-z]{1,3})?(/[A-Za-z'&äÖ]{1,9}){0,4}"),
            interval in proptest::option::of(2_u32..100_000),
        ) -> NewFeed {
            let url = format!("https://{}.example/{path}", id.replace(['_', '.'], "-").trim_end_matches('-'));
            NewFeed { id, url, title, site, outlet, folder, interval: interval.map(|s| format!("{s}s")) }
        }
    }

    /// The feeds that a text configures, by id.
    fn configured(text: &str) -> Result<Vec<crate::config::Feed>, crate::config::Problems> {
        let mut feeds = Config::parse("c.toml", text, [])?.feeds;
        feeds.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(feeds)
    }

    proptest! {
        #[test]
        fn what_is_exported_is_imported_as_it_was(feeds in proptest::collection::vec(any_feed(), 1..8)) {
            let before = added("", &feeds).unwrap();
            // Ids and addresses may meet by chance, and an address may look as if it held a secret.
            let Ok(expected) = configured(&before) else { return Ok(()) };
            let config = Config::parse("c.toml", &before, []).unwrap();
            let (told, secret) = subscriptions(&config);
            let list = write("x", &told, jiff::Timestamp::UNIX_EPOCH);
            let read = opml::read(list.as_bytes()).unwrap();
            let (new, there) = new_feeds(&read, &mut Taken::default());
            prop_assume!(there == 0 && secret.is_empty());
            let after = configured(&added("", &new).unwrap()).unwrap();
            // A title that only repeats the id is what an export writes without one.
            let title = |feed: &crate::config::Feed| feed.title.clone().filter(|t| *t != feed.id.as_str());
            for (mut one, mut other) in expected.into_iter().zip(after) {
                (one.title, other.title) = (title(&one), title(&other));
                prop_assert_eq!(one, other, "{}", list);
            }
        }
    }
}
