//! What the desk asks of the store before it decides, and what it gets. A miss means "never seen".

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Article, ArticleId, DispatchId, FeedId, Hash16, Match, Member, Raised, StoryId, StoryStatus,
    hash16,
};

/// The claims by which one article may be known already, strongest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The feed it comes from.
    pub feed: FeedId,
    /// Hash of rung, key and key link.
    pub key: Hash16,
    /// Hash of the canonical link, where the link is a key.
    pub link: Option<Hash16>,
    /// Hash of what the feed says of it, as a key of last resort: it counts only where the feed's guids flipped.
    pub words: Option<Hash16>,
    /// The id it would be minted with.
    pub minted: ArticleId,
    /// Hash of what the feed says of it; a claim that said the same before says nothing new.
    pub content: Hash16,
    /// Hash of what would be told of it, which differs where the text is its page's.
    pub told: Hash16,
}

impl Wanted {
    /// The claims of an article that came from `feed`.
    pub fn of(feed: &FeedId, article: &Article) -> Self {
        let key_link = article.key_link.as_deref();
        let mut parts = vec![article.rung.as_str(), &article.key];
        parts.extend(key_link);
        let has_link = article.link_is_key && !article.url.is_empty();
        let told = content_hash(article);
        let content = article.feed_words.unwrap_or(told);
        let is_silent = article.title.is_empty() && article.text.body.is_empty();
        let has_words = article.link_is_key && !is_silent;
        // Papers that carry one wire text under one headline stay apart in a feed of many outlets.
        let words = || hash16(&["words", &article.outlet.id, &content.to_string()]);
        Self {
            feed: feed.clone(),
            key: hash16(&parts),
            link: has_link.then(|| hash16(&["link", folded(&article.url)])),
            words: has_words.then(words),
            minted: ArticleId::mint(&article.outlet.id, article.rung, &article.key, key_link),
            content,
            told,
        }
    }
}

/// Which claim found a known article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The feed's own key.
    Key,
    /// The link.
    Link,
    /// The link with the words it led to before, while the feed's key stands for another article: guids that count the
    /// places of a list.
    Swapped,
    /// The id it would be minted with.
    Id,
    /// What the feed says, alone; to be taken for the article only where the feed's guids flipped.
    Words,
}

/// A feed whose guids flipped, from the poll that was held until its guids are steady again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flip {
    /// A few keys of the last body, to see whether they come again.
    pub keys: Vec<Hash16>,
}

impl Flip {
    /// Under which name the store keeps it; `""` is kept there once it is over.
    pub fn mark(feed: &FeedId) -> String {
        format!("flip {feed}")
    }
}

/// The link without its scheme: http and https lead to one article.
fn folded(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// Hash of what readers of an article see: title and body. Other fields never make a revision.
pub fn content_hash(article: &Article) -> Hash16 {
    hash16(&["content", &article.title, &article.text.body])
}

/// What the store knows of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its id, as minted when it was first seen.
    pub id: ArticleId,
    /// How it was found.
    pub found: Found,
    /// Feed it was first seen in.
    pub feed_id: FeedId,
    /// Number of its latest record; 0 if it was only remembered on a first poll.
    pub revision: u64,
    /// Hash of its latest content.
    pub content: Hash16,
    /// Content that this very claim (feed, key) had when it was last seen; `None` where the link or the minted id
    /// found the article, so that two feeds with two versions of one article do not revise it in turns.
    pub claimed: Option<Hash16>,
    /// Its placement; `None` if it was only remembered on a first poll.
    pub placement: Option<Placed>,
    /// The article as last told; loaded only where the content differs.
    pub article: Option<Article>,
}

/// Where an article stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its dispatch.
    pub dispatch: DispatchId,
    /// Its story, merges followed.
    pub story: StoryId,
    /// Order of arrival at the desk, from 1.
    pub arrival: u64,
    /// First fetched.
    pub first_fetched: Timestamp,
    /// Why it is where it is.
    pub matched: Match,
}

/// Answers, one for each [`Wanted`], in its order; and stories that the desk no longer holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recalled {
    /// Known articles.
    pub articles: Vec<Option<Known>>,
    /// Stories asked for.
    pub stories: Vec<StoredStory>,
    /// Set while the guids of the batch's feed are not steady.
    pub flip: Option<Flip>,
}

/// A story as the store holds it: all that the desk needs to go on with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredStory {
    /// Its id.
    pub id: StoryId,
    /// Number of its latest record.
    pub revision: u64,
    /// Present state.
    pub status: StoryStatus,
    /// Its lead.
    pub lead: ArticleId,
    /// Its independent sources as last told.
    pub independent: u64,
    /// Stories merged into it.
    pub merged_from: Vec<StoryId>,
    /// Where it was split from.
    pub split_from: Option<StoryId>,
    /// What was told of it to those who follow it, by watch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Raised>,
    /// Its articles, by arrival. Kept by the store in rows of their own.
    #[serde(skip)]
    pub members: Vec<Member>,
}

/// An article that stands in the desk's window at start.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowArticle {
    /// Its id.
    pub id: ArticleId,
    /// Where it stands.
    pub placed: Placed,
    /// The article as last told.
    pub article: Article,
}

/// The desk's own marks, committed with every group; the rest of its memory follows from the stored articles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskMarks {
    /// Articles taken so far.
    pub arrivals: u64,
    /// Commits made so far.
    pub commits: u64,
    /// Stream time: the latest `fetched_at` or tick.
    pub stream: Option<Timestamp>,
    /// Articles fetched before this hour (hours since the epoch) have left the window.
    pub window_start_hour: i64,
    /// Stories changed since the last sweep for merges.
    pub touched: Vec<StoryId>,
    /// Names the watches that the window is marked by; zero for none.
    #[serde(default)]
    pub watches: Hash16,
}
