//! What the desk decides: small values with ids and evidence. The store applies them, the record module renders them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Alert, Article, ArticleId, DispatchId, FeedId, Fixed, Flip, Marked, Member, StoryChange,
    StoryId, Wanted,
};

/// Reasons listed for one article.
const BECAUSE_MAX: usize = 8;

/// Kinds of evidence.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Words in common.
    SharedText,
    /// A quotation in common.
    SharedQuote,
    /// The same agency credited.
    SameCredit,
    /// The same link.
    SameUrl,
    /// The same headline.
    SameTitle,
    /// Rare names or terms in common.
    Entities,
    /// Published or fetched close together.
    NearInTime,
    /// Numbers, dates or places that contradict.
    NumberConflict,
    /// Moved here, from which ids.
    Moved,
    /// A person said so.
    Human,
    /// A credit line.
    Credit,
    /// A byline.
    Byline,
    /// A dateline.
    Dateline,
    /// The agency's or official's own feed.
    OwnFeed,
    /// `told <this outlet>`.
    ToldOutlet,
    /// Another text, and no sign of own reporting.
    NoSign,
}

/// One piece of evidence for a judgement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Because {
    /// What kind of evidence.
    pub signal: Signal,
    /// How much it weighs, −1 to 1.
    pub weight: Fixed,
    /// Words for people.
    pub detail: String,
}

/// How an article stands to the nearest earlier one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Nothing near.
    #[default]
    New,
    /// Same text.
    Copy,
    /// One is a cut of the other.
    Truncation,
    /// Same text with local changes.
    Edited,
    /// A later version.
    Revision,
    /// Built on it; own dispatch.
    Derived,
    /// Only quotes in common; own dispatch.
    SharedQuote,
    /// Same form, other facts: no reason to join.
    TemplateSibling,
    /// No common text, same event.
    SameStory,
}

/// What an article was matched with, and why.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Match {
    /// How it stands to the nearest.
    pub relation: Relation,
    /// Share of the shorter text found in the other; for `same_story` the probability.
    pub score: Fixed,
    /// The article it was matched with, `""` if none.
    pub nearest_article_id: String,
    /// Why, strongest first, at most 8.
    pub because: Vec<Because>,
}

/// What happened to an article.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArticleKind {
    /// First seen.
    New,
    /// Numbers, names, quotes or length changed.
    Material,
    /// Less than that changed.
    Cosmetic,
    /// Text as before; a kill, hold or correction elsewhere bears on it.
    Notice,
    /// Taken back.
    Withdrawn,
    /// Moved to another dispatch or story, text as before.
    Reassigned,
}

/// One article record to be.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleChange {
    /// The article.
    pub id: ArticleId,
    /// What happened.
    pub kind: ArticleKind,
    /// Number of this record about the article, from 1.
    pub revision: u64,
    /// Where it is now.
    pub dispatch: DispatchId,
    /// Where it is now.
    pub story: StoryId,
    /// Feed it was first seen in.
    pub feed_id: FeedId,
    /// When the response with this version arrived.
    pub fetched_at: Timestamp,
    /// Why it is where it is.
    pub matched: Match,
    /// The article as it is now.
    pub article: Article,
    /// What its story keeps of it.
    pub member: Member,
}

/// One decision of the desk.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// An article record, and the article's row.
    Article(Box<ArticleChange>),
    /// A record more about an article that says what it said; to be completed with what the store keeps of it.
    Retold(Box<Retold>),
    /// An article remembered on a first poll, told nowhere: known, so never new again.
    Backfilled(Box<Article>, ArticleId),
    /// A story record, and the story's row.
    Story(Box<StoryChange>),
    /// An article of the window that other watches hit; to be completed with what the store keeps of it.
    Marked(Box<Marked>),
    /// An article's row as it is to be kept; its next record tells it.
    KeptArticle(Box<ArticleChange>),
    /// A story's row as it is to be kept; its next record tells it.
    KeptStory(Box<StoryChange>),
    /// An alert's record; to be completed with the article's link.
    Alert(Box<Alert>),
}

/// Something elsewhere bears on an article, or it stands elsewhere; its text is as before.
#[derive(Clone, Debug, PartialEq)]
pub struct Retold {
    /// The article.
    pub id: ArticleId,
    /// What happened: `notice`, `withdrawn` or `reassigned`.
    pub kind: ArticleKind,
    /// Where it is now.
    pub story: StoryId,
    /// Why it is there, before what it was matched with.
    pub moved: Vec<Because>,
    /// What its story keeps of it.
    pub member: Member,
}

impl Retold {
    /// The article's next record, from the one before it.
    pub fn after(self, last: ArticleChange) -> ArticleChange {
        let mut matched = last.matched;
        matched.because.splice(0..0, self.moved);
        matched.because.truncate(BECAUSE_MAX);
        ArticleChange {
            kind: self.kind,
            revision: last.revision + 1,
            dispatch: self.member.dispatch,
            story: self.story,
            matched,
            member: self.member,
            ..last
        }
    }
}

/// A claim that led to an article: kept, so that the same claim finds it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The claims it came with.
    pub wanted: Wanted,
    /// The article they stand for.
    pub article: ArticleId,
    /// When.
    pub at: Timestamp,
}

/// All that the desk decided on one input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// Records to be, articles in the order taken, then stories by id, then alerts by story.
    pub changes: Vec<Change>,
    /// Claims seen, one for each article of the input that was not held.
    pub sightings: Vec<Sighting>,
    /// Articles first seen.
    pub new: u64,
    /// Articles with changed content.
    pub revised: u64,
    /// Articles seen again as they were.
    pub unchanged: u64,
    /// Articles kept back because the feed's guids flipped.
    pub held: u64,
    /// Articles remembered on a first poll.
    pub backfilled: u64,
    /// Whether most known items came under other guids than before.
    pub is_guid_flip: bool,
    /// What is to be remembered of that until the next body.
    pub flip: Option<Flip>,
}
