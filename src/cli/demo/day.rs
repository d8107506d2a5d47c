//! The scripted day as data: who publishes, which feeds, and from which simulated moment each item says what.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use regex::Regex;
use serde::Deserialize;

use crate::news::OutletKind;

/// A day of news for the feed server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// When the day begins.
    pub start: Timestamp,
    /// When nothing more happens.
    pub end: Timestamp,
    /// Who publishes.
    pub outlets: Vec<Outlet>,
    /// Their feeds.
    pub feeds: Vec<Scripted>,
    /// What the feeds carry, in the order of the script.
    pub items: Vec<Item>,
}

/// An outlet of the day, as the configuration will name it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Owner family.
    pub family: String,
    /// What kind of publisher it is.
    #[serde(default)]
    pub kind: OutletKind,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: String,
    /// IANA zone.
    #[serde(default)]
    pub zone: String,
    /// The agency whose own site it is, `""` for all others.
    #[serde(default)]
    pub agency: String,
}

impl Outlet {
    /// Its kind as the configuration writes it.
    pub fn kind_word(&self) -> &'static str {
        match self.kind {
            OutletKind::Outlet => "outlet",
            OutletKind::Wire => "wire",
            OutletKind::Official => "official",
            OutletKind::Transport => "transport",
        }
    }
}

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// RSS 2.0 with a summary and the full text in `content:encoded`.
    Rss,
    /// RSS 2.0 with the summary alone.
    RssSummary,
    /// Atom 1.0 with the full text.
    Atom,
}

/// Which validators a feed's server sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sends {
    /// `ETag` and `Last-Modified`.
    #[default]
    Both,
    /// `ETag` alone.
    Etag,
    /// `Last-Modified` alone.
    LastModified,
    /// Neither: every poll gets the body.
    None,
}

/// What a feed does while it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Answers 503 with `Retry-After`.
    Unavailable,
    /// Answers 200 with a page for people.
    Page,
    /// Sends the document without its oldest item and its closing tags.
    Cut,
}

/// A span of time in which a feed is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSpan {
    /// First moment.
    pub from: Timestamp,
    /// First moment after it.
    pub until: Timestamp,
    /// What it answers.
    pub answer: Fault,
}

/// A feed of the day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripted {
    /// Its id; also its path on the server.
    pub id: String,
    /// Whose feed it is.
    pub outlet: String,
    /// Its title.
    pub title: String,
    /// The page it belongs to.
    pub link: String,
    /// How it is written.
    pub format: Format,
    /// Poll interval for the configuration.
    pub interval: String,
    /// Which validators its server sends.
    #[serde(default)]
    pub validators: Sends,
    /// Whether it forgets to escape ampersands in headlines, as many do.
    #[serde(default)]
    pub bare_ampersands: bool,
    /// When it is broken.
    #[serde(default, rename = "fault")]
    pub faults: Vec<FaultSpan>,
}

/// One item of a feed, with all that it says in the course of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Our label for it; served nowhere.
    pub id: String,
    /// The feed that carries it.
    pub feed: String,
    /// When it says it was published.
    pub published: Timestamp,
    /// A date to write as it is, in place of `published`.
    pub date_text: Option<String>,
    /// Guid or Atom id.
    pub guid: String,
    /// Link to its page.
    pub link: String,
    /// Author, `""` for none.
    pub author: String,
    /// Category.
    pub category: String,
    /// Whether the feed lists it twice.
    pub twice: bool,
    /// What it says, oldest first, never empty.
    pub versions: Vec<Version>,
}

impl Item {
    /// What it says at `now`; nothing before its first version.
    pub fn at(&self, now: Timestamp) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.from <= now)
    }
}

/// What an item says from some moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The moment.
    pub from: Timestamp,
    /// Headline.
    pub title: String,
    /// Text.
    pub paragraphs: Vec<String>,
}

impl Day {
    /// The day that is bundled with the program.
    #[expect(clippy::missing_panics_doc, reason = "a test plays the bundled script")]
    pub fn builtin() -> Self {
        let script = concat!(
            include_str!("feeds.toml"),
            "\n",
            include_str!("talks.toml"),
            "\n",
            include_str!("elsewhere.toml")
        );
        Self::parse(script).expect("a test plays the bundled script")
    }

    /// The same day had this outlet published nothing.
    #[must_use]
    pub fn without_outlet(mut self, id: &str) -> Self {
        self.outlets.retain(|outlet| outlet.id != id);
        self.feeds.retain(|feed| feed.outlet != id);
        let feeds: BTreeSet<&str> = self.feeds.iter().map(|feed| feed.id.as_str()).collect();
        self.items.retain(|item| feeds.contains(item.feed.as_str()));
        self
    }

    /// The same day with outlets under other ids and names (old id → id and name), in the texts that cite them too.
    ///
    /// An agency's name stays in the texts: credits are the agency's, whatever its site is called. A family
    /// named after an outlet follows it.
    #[must_use]
    pub fn renamed_outlets(mut self, names: &BTreeMap<&str, (&str, &str)>) -> Self {
        let in_text: BTreeMap<String, String> = self
            .outlets
            .iter()
            .filter(|outlet| outlet.agency.is_empty())
            .filter_map(|outlet| {
                names.get(outlet.id.as_str()).map(|(_, name)| (outlet.name.clone(), (*name).into()))
            })
            .collect();
        for outlet in &mut self.outlets {
            if let Some((family, _)) = names.get(outlet.family.as_str()) {
                outlet.family = (*family).into();
            }
            if let Some((id, name)) = names.get(outlet.id.as_str()) {
                outlet.id = (*id).into();
                outlet.name = (*name).into();
            }
        }
        for feed in &mut self.feeds {
            if let Some((id, _)) = names.get(feed.outlet.as_str()) {
                feed.outlet = (*id).into();
            }
        }
        let in_text = in_text.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        self.with_nouns_swapped(&in_text)
    }

    /// The same day under other feed ids, which changes the order in which feeds are polled and nothing else.
    #[must_use]
    pub fn with_feed_ids_ending(mut self, ending: &str) -> Self {
        for feed in &mut self.feeds {
            feed.id.push_str(ending);
        }
        for item in &mut self.items {
            item.feed.push_str(ending);
        }
        self
    }

    /// The same day with other words in headlines, texts and categories (whole words, all at once).
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a pattern of escaped words compiles")]
    pub fn with_nouns_swapped(mut self, nouns: &BTreeMap<&str, &str>) -> Self {
        if nouns.is_empty() {
            return self;
        }
        // Longest first: where one noun begins another, the longer one is meant.
        let mut keys: Vec<&str> = nouns.keys().copied().collect();
        keys.sort_by_key(|key| std::cmp::Reverse(key.len()));
        let keys: Vec<String> = keys.into_iter().map(regex::escape).collect();
        let pattern = Regex::new(&format!(r"\b(?:{})\b", keys.join("|")))
            .expect("escaped words make a pattern");
        let swap = |text: &mut String| {
            let swapped = pattern.replace_all(text, |found: &regex::Captures<'_>| nouns[&found[0]]);
            *text = swapped.into_owned();
        };
        for item in &mut self.items {
            swap(&mut item.category);
            for version in &mut item.versions {
                swap(&mut version.title);
                version.paragraphs.iter_mut().for_each(swap);
            }
        }
        self
    }
}
