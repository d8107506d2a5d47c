//! Desk labels: what an agency or a newsroom asks of those who carry its texts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Time;

/// What an agency's label asks of its customers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// No label.
    #[default]
    #[serde(rename = "")]
    None,
    /// A later version.
    Update,
    /// A corrected version.
    Correction,
    /// Sent again.
    Repeat,
    /// A note to editors.
    Advisory,
    /// Do not use for now.
    Hold,
    /// Do not use.
    Kill,
    /// Taken back.
    Withdrawal,
    /// Not before a time.
    Embargo,
}

impl NoticeKind {
    /// Whether it makes an article a note about another one: no report, never a copy, and where the other is known
    /// it counts nowhere.
    pub fn is_note(self) -> bool {
        matches!(self, Self::Advisory | Self::Hold | Self::Kill | Self::Withdrawal)
    }

    /// Whether what it is about is taken back for good.
    pub fn takes_back(self) -> bool {
        matches!(self, Self::Kill | Self::Withdrawal)
    }

    /// Whether what it is about counts nowhere while it lasts.
    pub fn stops(self) -> bool {
        self.takes_back() || self == Self::Hold
    }

    /// Whether those who carry the text it is about are told.
    pub fn is_told_to_copies(self) -> bool {
        self.stops() || self == Self::Correction
    }
}

/// What a notice calls the article by that it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Name {
    /// Its number among the newsroom's items, with what stands before it: `dpa 157`.
    Item(String),
    /// Its slug.
    Slug(String),
    /// Its headline, in quotation marks.
    Headline(String),
    /// Its link.
    Link(String),
}

/// A desk label parsed from headline or text.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// What it asks.
    pub kind: NoticeKind,
    /// As printed (`UPDATE 2-`).
    pub label: String,
    /// Its number.
    pub number: Option<u64>,
    /// The article it is about, `""` unknown.
    pub target_article_id: String,
    /// When an embargo ends.
    pub until: Option<Time>,
    /// What it calls that article by; looked up when it comes and neither kept nor told.
    #[serde(skip)]
    pub names: Vec<Name>,
}

impl Notice {
    /// Whether an article that carries it counts nowhere: a note about a known article, or a text that was stopped.
    pub fn is_uncounted(&self) -> bool {
        self.kind.is_note() && !self.target_article_id.is_empty()
    }
}
