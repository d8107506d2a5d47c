//! Story records: all articles about one event, with the counts that belong together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::news::{
    ArticleId, Because, Independence, Statement, StoryId, StoryKind, StoryStatus, Time,
};

types! {
    /// Types of story records.
    StoryType {
        /// Opened.
        Created = "story.created",
        /// Changed.
        Updated = "story.updated",
        /// Lives on under another id.
        Merged = "story.merged",
        /// A part of it became a story of its own.
        Split = "story.split",
        /// Nothing independent is left.
        Retracted = "story.retracted",
    }
}

record! {
    /// A full snapshot of a story.
    StoryRecord: StoryType {
        /// The story.
        story_id: StoryId,
        /// Number of this record about the story, from 1.
        revision: u64,
        /// The weightiest thing that happened.
        change: StoryKind,
        /// Title of the lead article.
        title: String,
        /// Language of the lead article.
        lang: String,
        /// Present state.
        status: StoryStatus,
        /// Fetch of the first article.
        first_seen: Time,
        /// Fetch of the latest article.
        last_seen: Time,
        /// Articles that count.
        article_count: u64,
        /// Their different texts.
        dispatch_count: u64,
        /// Their different outlets.
        outlet_count: u64,
        /// Their origins by the counting rule.
        independent_source_count: u64,
        /// Origins whose own reporting is shown.
        confirmed_source_count: u64,
        /// Agencies among the origins.
        wire_origins: Vec<String>,
        /// One entry an origin.
        independence: Vec<Independence>,
        /// One entry a claim.
        statements: Vec<Statement>,
        /// Nearest to the origin.
        lead_article_id: ArticleId,
        /// Newest 300, oldest first.
        article_ids: Vec<ArticleId>,
        /// Stories merged into it.
        merged_from: Vec<StoryId>,
        /// Where it lives on, `""` if here.
        merged_into: String,
        /// Where it was split from, `""` if nowhere.
        split_from: String,
        /// Words for people.
        retracted_reason: String,
        /// Most frequent first.
        person_ids: Vec<String>,
        /// Places where something happened, most frequent first.
        place_ids: Vec<String>,
        /// Most frequent first.
        watch_ids: Vec<String>,
        /// Why it was joined, merged or split.
        because: Vec<Because>,
    }
}
