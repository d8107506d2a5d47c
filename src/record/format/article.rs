//! Article records: one text at one outlet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::news::{
    ArticleId, DispatchId, Fixed, Match, Notice, Org, Outlet, Person, Place, Provenance, Published,
    Quote, StoryId, TextOrigin, Time, WatchHit,
};

types! {
    /// Types of article records.
    ArticleType {
        /// First seen.
        New = "article.new",
        /// Changed, or something elsewhere bears on it.
        Revised = "article.revised",
        /// Taken back.
        Withdrawn = "article.withdrawn",
        /// Moved to another dispatch or story.
        Reassigned = "article.reassigned",
    }
}

/// What changed in an article.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArticleWord {
    /// First seen.
    New,
    /// Numbers, names, quotes or length.
    Material,
    /// Less than that.
    Cosmetic,
    /// Text as before; a kill, hold or correction elsewhere bears on it.
    Notice,
    /// Taken back.
    Withdrawn,
    /// Moved.
    Reassigned,
}

/// The text of an article, its body only where bodies are included.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TextRecord {
    /// Where the text was taken from.
    pub origin: TextOrigin,
    /// False when the feed or a limit cut the text.
    pub complete: bool,
    /// Unicode scalar values of the body.
    pub chars: u64,
    /// White-space separated words of the body.
    pub words: u64,
    /// First sentence, at most 300 characters.
    pub summary: String,
    /// The cleaned text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// How long it took.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// When the response arrived.
    pub fetched_at: Time,
    /// Equals the record's `time`.
    pub emitted_at: Time,
    /// Seconds since the stated moment of publication, never below 0; null where none is known.
    pub publish_to_emit_s: Option<Fixed>,
    /// Our own part of the delay, in seconds.
    pub fetch_to_emit_s: Fixed,
}

record! {
    /// A full snapshot of an article.
    ArticleRecord: ArticleType {
        /// The article.
        article_id: ArticleId,
        /// Its dispatch, as of this record.
        dispatch_id: DispatchId,
        /// Its story, as of this record.
        story_id: StoryId,
        /// Number of this record about the article, from 1.
        revision: u64,
        /// What changed.
        change: ArticleWord,
        /// Feed it was first seen in.
        feed_id: String,
        /// As the feed gave it.
        guid: String,
        /// Canonical link.
        url: String,
        /// Headline, text only.
        title: String,
        /// BCP 47, `und` unknown.
        lang: String,
        /// Who publishes it.
        outlet: Outlet,
        /// Its text.
        text: TextRecord,
        /// The date it states.
        published: Published,
        /// How long it took.
        timing: Timing,
        /// Credits, and who cites whom.
        provenance: Provenance,
        /// By first mention.
        people: Vec<Person>,
        /// By first mention.
        orgs: Vec<Org>,
        /// By first mention.
        places: Vec<Place>,
        /// In the order of the text.
        quotes: Vec<Quote>,
        /// Watch-lists hit.
        watch: Vec<WatchHit>,
        /// What it was matched with.
        #[serde(rename = "match")]
        matched: Match,
        /// Desk label.
        notice: Notice,
        /// What was wrong or odd and survived.
        defects: Vec<String>,
    }
}
