//! Addresses as people give them, and ids as files want them. Pure.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization as _;
use url::Url;

use crate::config::Config;
use crate::parse::canonical_link;

/// Ids that are made of titles are no longer than people like to type; the configuration takes 64.
const ID_CHARS_MAX: usize = 40;

/// An address that somebody typed; `https://` may be left out. It is not repeated where it is refused: it may carry a
/// password.
pub(super) fn address(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&whole).map_err(|error| {
        format!("no usable address ({error}); write it whole, as in https://example.com/feed.xml")
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{}: is not fetched, only http and https are", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "the address carries a user or password; leave them out and give the feed the keys \
                    `user` and `password` in the configuration"
                .to_owned(),
        );
    }
    Ok(url)
}

/// Ids and addresses that are taken.
#[derive(Debug, Default)]
pub(super) struct Taken {
    ids: BTreeSet<String>,
    urls: BTreeSet<String>,
    /// The last number that was put behind a stem, so that a thousand feeds of one name take a thousand steps.
    numbers: BTreeMap<String, usize>,
}

impl Taken {
    pub(super) fn of(config: &Config) -> Self {
        let mut taken = Self::default();
        for feed in &config.feeds {
            taken.ids.insert(feed.id.to_string());
            taken.urls.insert(canonical(feed.url.as_str()));
        }
        taken
    }

    /// Whether a feed with this address is there, http or https.
    pub(super) fn has_url(&self, url: &str) -> bool {
        self.urls.contains(&canonical(url))
    }

    pub(super) fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Takes an address, and an id that is made of the first wish that gives one.
    pub(super) fn take(&mut self, url: &str, wishes: &[&str]) -> String {
        self.urls.insert(canonical(url));
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = host.unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let made = wishes.iter().copied().chain([host]).map(slug).find(|id| !id.is_empty());
        let stem = made.unwrap_or_else(|| "feed".to_owned());
        let mut id = stem.clone();
        while !self.ids.insert(id.clone()) {
            let number = self.numbers.entry(stem.clone()).or_insert(1);
            *number += 1;
            id = format!("{stem}-{number}");
        }
        id
    }

    /// Takes an id that somebody chose, with its address.
    pub(super) fn take_as(&mut self, url: &str, id: &str) {
        self.urls.insert(canonical(url));
        self.ids.insert(id.to_owned());
    }
}

/// One form of what leads to the same feed.
pub(super) fn canonical(url: &str) -> String {
    canonical_link(url).unwrap_or_else(|| url.to_owned())
}

/// An id of the letters and digits of a title; `""` if there are none that ids take.
fn slug(title: &str) -> String {
    let mut id = String::new();
    // Letters lose their marks; those of other scripts have no place in an id.
    for c in title.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)) {
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') && !matches!(c, '\'' | '’') {
            id.push('-');
        }
    }
    if id.len() > ID_CHARS_MAX {
        let head: String = id.chars().take(ID_CHARS_MAX).collect();
        id = head.rsplit_once('-').map_or(head.clone(), |(words, _)| words.to_owned());
    }
    id.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_the_title_or_the_host_and_is_unique() {
        let mut taken = Taken::default();
        for (wish, expected) in [
            ("BBC News – World", "bbc-news-world"),
            ("BBC News: World!", "bbc-news-world-2"),
            ("Le Monde’s Été", "le-mondes-ete"),
            ("共同通信", "a-example"),
            ("", "a-example-2"),
            (
                "A very long title of a feed that says everything about itself",
                "a-very-long-title-of-a-feed-that-says",
            ),
        ] {
            assert_eq!(taken.take("https://www.a.example/feed", &[wish]), expected, "{wish}");
        }
        assert_eq!(taken.take("http://[::1]/", &[]), "1");
    }

    #[test]
    fn one_feed_has_one_address() {
        let mut taken = Taken::default();
        taken.take_as("http://A.example:80/feed?x=1&utm_source=y#z", "a");
        assert!(taken.has_url("https://a.example/feed?x=1") && taken.has_id("a"));
        assert!(!taken.has_url("https://a.example/feed?x=2"));
    }

    #[test]
    fn a_typed_address_may_lack_its_scheme_and_never_carries_a_password() {
        assert_eq!(address(" a.example/x ").unwrap().as_str(), "https://a.example/x");
        assert_eq!(address("localhost:8080/x").unwrap().as_str(), "https://localhost:8080/x");
        assert!(address("ftp://a.example").unwrap_err().starts_with("ftp: is not fetched"));
        let refused = address("https://desk:hunter2@a.example/").unwrap_err();
        assert!(refused.contains("`password`") && !refused.contains("hunter2"), "{refused}");
        assert!(address("https://[").unwrap_err().starts_with("no usable address"));
    }
}
