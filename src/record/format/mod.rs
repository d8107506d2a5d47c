//! The records: every line of output, both ways, from one set of types. Key order here is key order in the file.
//!
//! Readers skip keys they do not know; a missing key is an error, since every key is on every line of its kind.

/// Defines a record: the seven keys of the envelope, then its own.
macro_rules! record {
    (
        $(#[$meta:meta])*
        $name:ident: $kind:ty {
            $($(#[$field_meta:meta])* $field:ident: $of:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// Format version, `major.minor`.
            pub schema: String,
            /// `evt_` and 32 hex digits: unique, the same again on replay.
            pub id: String,
            /// What the record tells.
            #[serde(rename = "type")]
            pub kind: $kind,
            /// URN of the instance.
            pub source: String,
            /// Time of the commit.
            pub time: Time,
            /// 1, 2, 3 … within the stream.
            pub seq: u64,
            /// Number of the desk's commit.
            pub commit: u64,
            $($(#[$field_meta])* pub $field: $of,)*
        }

        impl $name {
            /// What stands first in the line.
            pub fn envelope(&self) -> $crate::record::format::Envelope<'_> {
                $crate::record::format::Envelope {
                    schema: &self.schema,
                    id: &self.id,
                    source: &self.source,
                    time: self.time,
                    seq: self.seq,
                    commit: self.commit,
                }
            }
        }
    };
}

/// Defines the words that may stand in `type`.
macro_rules! types {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$word_meta])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// The word as it stands in the line and in the record's id.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

mod article;
mod story;
mod streams;

pub use article::{ArticleRecord, ArticleType, ArticleWord, TextRecord, Timing};
pub use story::{StoryRecord, StoryType};
pub use streams::{
    DeskStarted, DeskStartedType, HealthChanged, HealthChangedType, HealthFetched,
    HealthFetchedType, QuarantineItem, QuarantineType, WatchRecord, WatchType,
};

use serde::{Deserialize, Serialize};

use crate::news::{Stream, Time, hash16};

/// Version of the format, `major.minor`, as it stands in every line.
pub const SCHEMA: &str = "1.0";

/// The id of a record about an article or story: H over instance, type, subject and its revision in decimal.
pub fn record_id(source: &str, kind: &str, subject: &str, number: u64) -> String {
    format!("evt_{}", hash16(&[source, kind, subject, &number.to_string()]))
}

/// The id of a record of the other streams: H over instance, type and `seq` in decimal.
pub fn stream_record_id(source: &str, kind: &str, seq: u64) -> String {
    format!("evt_{}", hash16(&[source, kind, &seq.to_string()]))
}

/// What stands first in every line, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Format version.
    pub schema: &'a str,
    /// Id as it stands in the line.
    pub id: &'a str,
    /// Instance.
    pub source: &'a str,
    /// Time of the commit.
    pub time: Time,
    /// Place in the stream.
    pub seq: u64,
    /// Number of the commit.
    pub commit: u64,
}

/// Any line of output.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum Record {
    /// `article.*`
    Article(Box<ArticleRecord>),
    /// `story.*`
    Story(Box<StoryRecord>),
    /// `quarantine.item`
    Quarantine(Box<QuarantineItem>),
    /// `health.changed`
    HealthChanged(Box<HealthChanged>),
    /// `health.fetched`
    HealthFetched(Box<HealthFetched>),
    /// `desk.started`
    DeskStarted(Box<DeskStarted>),
    /// `watch.hit`
    Watch(Box<WatchRecord>),
}

macro_rules! into_record {
    ($($kind:ident: $variant:ident,)*) => {
        $(impl From<$kind> for Record {
            fn from(record: $kind) -> Self {
                Self::$variant(Box::new(record))
            }
        })*
    };
}

into_record! {
    ArticleRecord: Article,
    StoryRecord: Story,
    QuarantineItem: Quarantine,
    HealthChanged: HealthChanged,
    HealthFetched: HealthFetched,
    DeskStarted: DeskStarted,
    WatchRecord: Watch,
}

/// Why a line is no record.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or not the keys of its kind.
    #[error("not a record: {0}")]
    Json(#[from] serde_json::Error),
    /// A kind that this version does not know; a reader may skip it.
    #[error("unknown record type {0:?}")]
    UnknownType(String),
}

#[derive(Deserialize)]
struct Probe {
    #[serde(rename = "type")]
    kind: String,
}

impl Record {
    /// Reads a line of any kind, told apart by `type`.
    pub fn parse(line: &str) -> Result<Self, ReadError> {
        let Probe { kind } = serde_json::from_str(line)?;
        let (family, word) = kind.split_once('.').unwrap_or((&kind, ""));
        Ok(match (family, word) {
            ("article", _) => Self::Article(serde_json::from_str(line)?),
            ("story", _) => Self::Story(serde_json::from_str(line)?),
            ("quarantine", "item") => Self::Quarantine(serde_json::from_str(line)?),
            ("health", "changed") => Self::HealthChanged(serde_json::from_str(line)?),
            ("health", "fetched") => Self::HealthFetched(serde_json::from_str(line)?),
            ("desk", "started") => Self::DeskStarted(serde_json::from_str(line)?),
            ("watch", "hit") => Self::Watch(serde_json::from_str(line)?),
            _ => return Err(ReadError::UnknownType(kind)),
        })
    }

    /// The stream it is written to.
    pub fn stream(&self) -> Stream {
        match self {
            Self::Article(_) => Stream::Articles,
            Self::Story(_) => Stream::Stories,
            Self::Quarantine(_) => Stream::Quarantine,
            Self::HealthChanged(_) | Self::HealthFetched(_) | Self::DeskStarted(_) => {
                Stream::Health
            }
            Self::Watch(_) => Stream::Watch,
        }
    }

    /// Its envelope.
    pub fn envelope(&self) -> Envelope<'_> {
        match self {
            Self::Article(record) => record.envelope(),
            Self::Story(record) => record.envelope(),
            Self::Quarantine(record) => record.envelope(),
            Self::HealthChanged(record) => record.envelope(),
            Self::HealthFetched(record) => record.envelope(),
            Self::DeskStarted(record) => record.envelope(),
            Self::Watch(record) => record.envelope(),
        }
    }

    /// The id that its own keys give; differs from the one in the line only if somebody changed the line.
    pub fn computed_id(&self) -> String {
        let Envelope { source, seq, .. } = self.envelope();
        match self {
            Self::Article(r) => {
                record_id(source, r.kind.as_str(), &r.article_id.to_string(), r.revision)
            }
            Self::Story(r) => {
                record_id(source, r.kind.as_str(), &r.story_id.to_string(), r.revision)
            }
            Self::Quarantine(r) => stream_record_id(source, r.kind.as_str(), seq),
            Self::HealthChanged(r) => stream_record_id(source, r.kind.as_str(), seq),
            Self::HealthFetched(r) => stream_record_id(source, r.kind.as_str(), seq),
            Self::DeskStarted(r) => stream_record_id(source, r.kind.as_str(), seq),
            Self::Watch(r) => stream_record_id(source, r.kind.as_str(), seq),
        }
    }
}
