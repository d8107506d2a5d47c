//! A story: what it keeps of each of its articles, its counts, its snapshot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ArticleId, Because, DispatchId, Fixed, Notice, NoticeKind, OutletKind, Raised, Role, Said,
    StoryId, Time,
};

/// What happened to a story, weightiest last named in records.md.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StoryKind {
    /// Quiet for the length of the window.
    Dormant,
    /// An article joined.
    ArticleAdded,
    /// An article left.
    ArticleRemoved,
    /// Another article leads.
    LeadChanged,
    /// Woke from dormancy.
    Reopened,
    /// The number of independent sources changed without a new article.
    Recounted,
    /// Split.
    Split,
    /// Merged: the survivor as `story.updated`, the loser as `story.merged`.
    Merged,
    /// Nothing independent is left.
    Retracted,
    /// Opened.
    Created,
}

/// Present state of a story.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StoryStatus {
    /// In the window.
    #[default]
    Active,
    /// Out of the window.
    Dormant,
    /// Lives on under another id.
    Merged,
    /// Killed.
    Retracted,
}

/// What stands behind an origin.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum OriginKind {
    /// An agency.
    Wire,
    /// A family of outlets.
    Outlet,
    /// An official body.
    Primary,
}

/// Whether an origin's own reporting is shown.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Reporting {
    /// Staff byline, own dateline, `told <this outlet>`, own feed of agency or official.
    Confirmed,
    /// Another text, no sign.
    Possible,
}

/// One independent origin of a story.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Independence {
    /// Agency id, family.
    pub origin: String,
    /// What kind of origin.
    pub kind: OriginKind,
    /// Whether its own reporting is shown.
    pub reporting: Reporting,
    /// Articles that rest on it.
    pub article_count: u64,
    /// Their different texts, oldest first.
    pub dispatch_ids: Vec<DispatchId>,
    /// Outlets that carried it, by first appearance.
    pub outlets: Vec<String>,
    /// Why.
    pub because: Vec<Because>,
}

/// A number in a statement, as a range over time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StatementNumber {
    /// What is counted.
    pub unit: String,
    /// Lowest reported.
    pub low: Fixed,
    /// Highest reported.
    pub high: Fixed,
    /// Since when.
    pub since: Time,
}

/// What was said, one entry a claim.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// `stm_…`.
    pub id: String,
    /// Entity id.
    pub speaker: String,
    /// The words.
    pub text: String,
    /// `asserts` or `denies`.
    pub polarity: String,
    /// Entity ids.
    pub witnesses: Vec<String>,
    /// Entity ids.
    pub denied_by: Vec<String>,
    /// Article that carried it first.
    pub first_article_id: ArticleId,
    /// Numbers in it.
    pub numbers: Vec<StatementNumber>,
}

/// What a story keeps of each of its articles; all that counting needs. Rebuilt from article records by `verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing of an article; they make up no state"
)]
pub struct Member {
    /// The article.
    pub article: ArticleId,
    /// Order of arrival at the desk, dense, from 1.
    pub arrival: u64,
    /// Its dispatch.
    pub dispatch: DispatchId,
    /// Outlet id.
    pub outlet: String,
    /// Outlet family.
    pub family: String,
    /// Outlet kind.
    pub outlet_kind: OutletKind,
    /// Agencies credited, strongest first; a wire's own article names its agency first.
    pub wire: Vec<String>,
    /// Whose text it is.
    pub role: Role,
    /// The outlet or agency behind each chain (second of its path, `org_` removed), `""` where it is no outlet.
    pub cited: Vec<String>,
    /// Sign of own reporting, or credit, for `because`.
    pub sign: Because,
    /// Title, for the story's own.
    pub title: String,
    /// Language.
    pub lang: String,
    /// Scalar values of its body.
    pub chars: u64,
    /// First fetched.
    pub fetched_at: Time,
    /// Never leads, opens or alerts before this.
    pub embargo_until: Option<Time>,
    /// Withdrawn, or a notice that counts nowhere (counting rule 6).
    pub uncounted: bool,
    /// Its desk label.
    pub notice: NoticeKind,
    /// A kill, hold or correction elsewhere that bears on it; told in the place of its own label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Box<Notice>>,
    /// Whether it opened a story, or the half of one that was split off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opened: bool,
    /// Whether it stands in such a half, which is never split again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub split_off: bool,
    /// Whether its text, or the one it copies, is the sibling of a template: no reason to tell anybody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_sibling: bool,
    /// People, by mention.
    pub people: Vec<String>,
    /// Event places.
    pub places: Vec<String>,
    /// Watches hit.
    pub watches: Vec<String>,
    /// What it says that somebody said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
}

impl Member {
    /// What bears on it: a notice elsewhere, else its own label.
    pub fn bearing(&self) -> NoticeKind {
        self.mark.as_ref().map_or(self.notice, |mark| mark.kind)
    }
}

/// The counts of a story. Always: articles ≥ dispatches ≥ independent sources, articles ≥ outlets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Articles that count.
    pub articles: u64,
    /// Their different texts.
    pub dispatches: u64,
    /// Different outlet ids.
    pub outlets: u64,
    /// One entry an origin, by first appearance.
    pub independence: Vec<Independence>,
}

/// A story's full snapshot, as its next record shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryState {
    /// Title of the lead.
    pub title: String,
    /// Language of the lead.
    pub lang: String,
    /// Present state.
    pub status: StoryStatus,
    /// Fetch of the first article.
    pub first_seen: Time,
    /// Fetch of the latest article.
    pub last_seen: Time,
    /// Its counts.
    pub tally: Tally,
    /// Claims made in it.
    pub statements: Vec<Statement>,
    /// The lead.
    pub lead: ArticleId,
    /// Newest 300, oldest first.
    pub articles: Vec<ArticleId>,
    /// Stories merged into it.
    pub merged_from: Vec<StoryId>,
    /// Where it lives on.
    pub merged_into: Option<StoryId>,
    /// Where it was split from.
    pub split_from: Option<StoryId>,
    /// Words for people.
    pub retracted_reason: String,
    /// Most frequent first.
    pub people: Vec<String>,
    /// Event places, most frequent first.
    pub places: Vec<String>,
    /// Watches, most frequent first.
    pub watches: Vec<String>,
}

/// One story record to be. At most one a story a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryChange {
    /// The story.
    pub id: StoryId,
    /// Number of this record about the story, from 1.
    pub revision: u64,
    /// The weightiest thing that happened.
    pub kind: StoryKind,
    /// Whether this is the losing side of a merge (`story.merged`).
    pub is_loser: bool,
    /// Snapshot after it.
    pub state: StoryState,
    /// Why it was joined, merged or split.
    pub because: Vec<Because>,
    /// What was told of it to those who follow it; kept, and told nowhere.
    pub alerts: Vec<Raised>,
}
