//! What is followed, and what was told of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ArticleId, Fixed, Hash16, Member, Rule, StoryId, WatchHit, hash16};

/// How loudly an alert is told.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth a look.
    #[default]
    Alert,
    /// Worth a look at once.
    Urgent,
    /// Everybody drops what they do.
    Flash,
}

impl Level {
    /// The word in records and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Urgent => "urgent",
            Self::Flash => "flash",
        }
    }
}

/// How secrets of Standard Webhooks begin; what follows is base64.
const SECRET_PREFIX: &[u8] = b"whsec_";

/// The key that a webhook's secret stands for: itself, or what it holds in base64. None where that is no base64.
pub fn webhook_key(secret: &[u8]) -> Option<Vec<u8>> {
    match secret.strip_prefix(SECRET_PREFIX) {
        Some(coded) => STANDARD.decode(coded).ok(),
        None => Some(secret.to_vec()),
    }
}

/// Why an alert is raised, each a step further than the one before.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The story is there.
    New,
    /// A second independent source has it.
    SecondIndependentSource,
    /// A primary source speaks.
    Official,
    /// A number in a statement is another one.
    NumberChanged,
    /// A text of it is corrected or taken back.
    Correction,
}

impl Reason {
    /// The word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::SecondIndependentSource => "second_independent_source",
            Self::Official => "official",
            Self::NumberChanged => "number_changed",
            Self::Correction => "correction",
        }
    }
}

/// A rule that somebody follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    /// Its id.
    pub id: String,
    /// What it looks for.
    pub rule: Rule,
    /// How loudly its alerts are told.
    pub level: Level,
    /// Whether its alerts go anywhere beside the records.
    pub is_sent: bool,
}

/// All that is followed, and which spellings mean one thing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Watchlist {
    /// In the order of the configuration.
    pub watches: Vec<Watch>,
    /// Spellings of one name, a list each.
    pub variants: Vec<Vec<String>>,
}

impl Watchlist {
    /// Changes with whatever changes a hit; a desk that knows it has marked its window already.
    pub fn hash(&self) -> Hash16 {
        if self.watches.is_empty() {
            return Hash16::default();
        }
        let rules = self.watches.iter().flat_map(|watch| [watch.id.as_str(), &watch.rule.text]);
        let variants =
            self.variants.iter().flat_map(|one| one.iter().map(String::as_str).chain([""]));
        hash16(&rules.chain(["variants"]).chain(variants).collect::<Vec<_>>())
    }
}

/// The range of a number in a statement, as it was when an alert was raised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ToldNumber {
    /// The statement, by its id or by what it says beside its numbers.
    pub statement: String,
    /// What is counted.
    pub unit: String,
    /// Lowest reported.
    pub low: Fixed,
    /// Highest reported.
    pub high: Fixed,
}

/// What was told of a story to those who follow one watch. Kept with the story, so that no restart tells it twice.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Raised {
    /// The watch.
    pub watch: String,
    /// Reasons told, or overtaken by a weightier one, in order.
    pub reasons: Vec<Reason>,
    /// Numbers as last seen, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<ToldNumber>,
}

/// An alert to be: one `watch.hit` record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alert {
    /// The watch.
    pub watch: String,
    /// How loudly.
    pub level: Level,
    /// Whether it goes anywhere beside the record.
    pub is_sent: bool,
    /// The story.
    pub story: StoryId,
    /// Why.
    pub reason: Reason,
    /// The article that raised it.
    pub article: ArticleId,
    /// Its headline.
    pub title: String,
    /// Its outlet.
    pub outlet: String,
    /// Its canonical link; whoever hands it over completes it.
    pub url: String,
    /// Articles of the story that count.
    pub articles: u64,
    /// Its outlets.
    pub outlets: u64,
    /// Its independent sources.
    pub independent: u64,
}

/// An article of the window that other watches hit than before: kept, and told with its next record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marked {
    /// The article.
    pub id: ArticleId,
    /// What hits it.
    pub watch: Vec<WatchHit>,
    /// What its story keeps of it.
    pub member: Member,
}
