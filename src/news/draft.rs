//! What a feed claims about one article. Untrusted.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Which claim an article's identity rests on, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rung {
    /// The feed's guid or Atom id.
    Guid,
    /// The canonical link (also a guid that is an http(s) link).
    Url,
    /// Title and raw date text, else the summary.
    Text,
}

impl Rung {
    /// The word that is hashed into the article's id.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guid => "guid",
            Self::Url => "url",
            Self::Text => "text",
        }
    }
}

/// How exact a date is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// To the second.
    Second,
    /// To the minute.
    Minute,
    /// A day without an hour; never midnight.
    Day,
    /// Nothing known.
    Unknown,
}

/// A date as stated, understood without guessing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct StatedDate {
    /// The moment; for a day, 00:00:00 UTC of that day (see `day`).
    pub moment: Timestamp,
    /// The day as written, in the zone as written.
    pub day: Date,
    /// How exact it is.
    pub granularity: Granularity,
    /// The zone as stated; without one that is understood the moment reads the words as UTC.
    pub zone: StatedZone,
}

/// A zone as stated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum StatedZone {
    /// None.
    Missing,
    /// One, whose name means several or none that we know.
    Unclear,
    /// One that is understood, at this moment so many seconds east of UTC.
    Offset(i32),
}

/// No feed carries news from before; older dates are zero, another calendar's, or a mistake.
pub const FIRST_YEAR: i16 = 1990;
/// Clocks of publishers run ahead by hours and feeds announce the next morning; further ahead is a mistake.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);

impl StatedDate {
    /// Whether the moment is known without anybody's help.
    pub fn is_zoned(&self) -> bool {
        matches!(self.zone, StatedZone::Offset(_))
    }
}

/// The RSS `<source>` element: who published it, by the feed's own word.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SourceElement {
    /// Its text.
    pub title: String,
    /// Its `url` attribute.
    pub url: String,
}

/// One item of a feed, decoded and bounded, with the identity claims it makes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Strongest identity claim.
    pub rung: Rung,
    /// Its value: guid, canonical link, or title and raw date joined by U+000A.
    pub key: String,
    /// The canonical link as a fourth part of the key, where one body repeats the guid.
    pub key_link: Option<String>,
    /// Guid as the feed gave it, `""` if none.
    pub guid: String,
    /// Canonical link (see records.md), `""` if none.
    pub link: String,
    /// Title: plain text, entities decoded.
    pub title: String,
    /// Short text as HTML, `""` if none.
    pub summary: String,
    /// Full text as HTML, `""` if none; preferred over the summary.
    pub content: String,
    /// Authors and `dc:creator`s as printed, names only.
    pub authors: Vec<String>,
    /// `<source>`, if present.
    pub source: Option<SourceElement>,
    /// Copyright or rights line of the item.
    pub rights: String,
    /// Declared language of item or feed, `""` if none.
    pub lang: String,
    /// Category terms.
    pub tags: Vec<String>,
    /// Date as published, understood; `None` with a defect where it could not be.
    pub published: Option<StatedDate>,
    /// Date text as it stood in the feed, `""` if none.
    pub published_raw: String,
    /// Date of the last change, understood.
    pub updated: Option<StatedDate>,
    /// Words for what was wrong and survived.
    pub defects: Vec<String>,
}
