//! Reads the script of a day: TOML in which items may quote shared texts (`@text 2-5`) and change later.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;

use super::day::{Day, Item, Outlet, Scripted, Version};

/// A script that cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum DayError {
    /// Not TOML, or an unknown key.
    #[error("cannot read the script of the day: {0}")]
    Toml(#[from] toml::de::Error),
    /// A name that nothing in the script bears.
    #[error("{of} names {what} {name}, which the script does not have")]
    Unknown {
        /// Who names it.
        of: String,
        /// What kind of thing it is.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Two things under one name.
    #[error("the script has two of {0}")]
    Repeated(String),
    /// A change that would change nothing.
    #[error("{of} replaces words that are not in its text: {words}")]
    NotThere {
        /// The item.
        of: String,
        /// The words.
        words: String,
    },
    /// A change before the text it changes.
    #[error("the changes of {0} are not in the order of time")]
    Order(String),
}

impl Day {
    /// Reads a script and resolves what its items quote from shared texts.
    pub fn parse(script: &str) -> Result<Self, DayError> {
        let script: Script = toml::from_str(script)?;
        let mut texts = BTreeMap::new();
        for text in &script.texts {
            if texts.insert(text.id.as_str(), paragraphs(&text.body)).is_some() {
                return Err(DayError::Repeated(format!("text {}", text.id)));
            }
        }
        unique("outlet", script.outlets.iter().map(|outlet| outlet.id.as_str()))?;
        unique("feed", script.feeds.iter().map(|feed| feed.id.as_str()))?;
        unique("item", script.items.iter().map(|item| item.id.as_str()))?;
        for feed in &script.feeds {
            if !script.outlets.iter().any(|outlet| outlet.id == feed.outlet) {
                return Err(unknown(&feed.id, "outlet", &feed.outlet));
            }
        }
        let mut items = Vec::with_capacity(script.items.len());
        for item in script.items {
            if !script.feeds.iter().any(|feed| feed.id == item.feed) {
                return Err(unknown(&item.id, "feed", &item.feed));
            }
            items.push(item.resolve(&texts)?);
        }
        let Script { start, end, outlets, feeds, .. } = script;
        Ok(Self { start, end, outlets, feeds, items })
    }
}

/// The script as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    start: Timestamp,
    end: Timestamp,
    #[serde(default, rename = "outlet")]
    outlets: Vec<Outlet>,
    #[serde(default, rename = "feed")]
    feeds: Vec<Scripted>,
    #[serde(default, rename = "text")]
    texts: Vec<SharedText>,
    #[serde(default, rename = "item")]
    items: Vec<ScriptItem>,
}

/// A text that several items quote.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedText {
    id: String,
    body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptItem {
    id: String,
    feed: String,
    at: Timestamp,
    published: Timestamp,
    date_text: Option<String>,
    guid: String,
    link: String,
    title: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    twice: bool,
    #[serde(default)]
    dateline: String,
    body: String,
    #[serde(default, rename = "change")]
    changes: Vec<ScriptChange>,
}

/// A change of an item; what it does not name stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptChange {
    at: Timestamp,
    title: Option<String>,
    #[serde(default)]
    replace: Vec<[String; 2]>,
    #[serde(default)]
    append: String,
}

impl ScriptItem {
    fn resolve(self, texts: &BTreeMap<&str, Vec<String>>) -> Result<Item, DayError> {
        let mut body = Vec::new();
        for paragraph in paragraphs(&self.body) {
            match paragraph.strip_prefix('@') {
                Some(reference) => body.extend_from_slice(
                    quoted(reference, texts)
                        .ok_or_else(|| unknown(&self.id, "the text", reference))?,
                ),
                None => body.push(paragraph),
            }
        }
        if let (Some(first), false) = (body.first_mut(), self.dateline.is_empty()) {
            *first = format!("{} {first}", self.dateline);
        }
        let mut versions = vec![Version { from: self.at, title: self.title, paragraphs: body }];
        for change in self.changes {
            let mut next = versions.last().expect("the first stands above").clone();
            if change.at <= next.from {
                return Err(DayError::Order(self.id));
            }
            next.apply(change, &self.id)?;
            versions.push(next);
        }
        Ok(Item {
            id: self.id,
            feed: self.feed,
            published: self.published,
            date_text: self.date_text,
            guid: self.guid,
            link: self.link,
            author: self.author,
            category: self.category,
            twice: self.twice,
            versions,
        })
    }
}

impl Version {
    fn apply(&mut self, change: ScriptChange, of: &str) -> Result<(), DayError> {
        self.from = change.at;
        if let Some(title) = change.title {
            self.title = title;
        }
        for [old, new] in change.replace {
            let found = self.paragraphs.iter_mut().find(|paragraph| paragraph.contains(&old));
            let Some(paragraph) = found else {
                return Err(DayError::NotThere { of: of.into(), words: old });
            };
            *paragraph = paragraph.replacen(&old, &new, 1);
        }
        if !change.append.is_empty() {
            self.paragraphs.push(change.append);
        }
        Ok(())
    }
}

/// Paragraphs of a script's text: parted by blank lines, line breaks inside them are spaces.
fn paragraphs(text: &str) -> Vec<String> {
    let words = |block: &str| block.split_whitespace().collect::<Vec<_>>().join(" ");
    text.split("\n\n").map(words).filter(|paragraph| !paragraph.is_empty()).collect()
}

/// The paragraphs that `name 2` or `name 2-5` means, counted from 1.
fn quoted<'t>(reference: &str, texts: &'t BTreeMap<&str, Vec<String>>) -> Option<&'t [String]> {
    let (name, span) = reference.split_once(' ')?;
    let (first, last) = span.split_once('-').unwrap_or((span, span));
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    texts.get(name)?.get(first.checked_sub(1)?..last)
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), DayError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(DayError::Repeated(format!("{what} {name}")));
        }
    }
    Ok(())
}

fn unknown(of: &str, what: &'static str, name: &str) -> DayError {
    DayError::Unknown { of: of.into(), what, name: name.into() }
}
