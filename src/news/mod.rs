//! The vocabulary: plain data that travels between the stages. No IO, no clock, no imports from the stages.
//!
//! News flows one way, each hop with its own type: [`Fetched`] → [`Draft`] → [`Article`] → [`Change`].
//! What travels is a [`Batch`]: all that one fetch gave.

mod access;
mod article;
mod batch;
mod change;
mod draft;
mod feed;
mod fetched;
mod hours;
mod ids;
mod line;
mod link;
mod notice;
mod page;
mod recall;
mod rule;
mod said;
mod scalar;
mod story;
mod watch;

pub use access::{Login, Pass, Proxy, Route, Secret};
pub use article::{
    Article, Chain, Evidence, Org, Outlet, OutletKind, OwnSign, Person, Place, Provenance,
    Published, PublishedOrigin, Quote, QuoteKind, ROUND_UP, Role, Text, TextOrigin, WatchHit,
};
pub use batch::{Batch, Committed, FetchReport, Health, HealthChange, Input, Rejection};
pub use change::{
    ArticleChange, ArticleKind, Because, Change, Match, Relation, Retold, Sighting, Signal, Taken,
};
pub use draft::{
    AHEAD_MAX, Draft, FIRST_YEAR, Granularity, Rung, SourceElement, StatedDate, StatedZone,
};
pub use feed::{Extra, Feed, FeedState, Validators};
pub use fetched::Fetched;
pub use hours::{Hour, Polling};
pub use ids::{ArticleId, DispatchId, FeedId, Hash16, IdError, StoryId, hash16};
pub use line::{Line, Stream, StreamEnd};
pub use link::{has_possible_host, masked};
pub use notice::{Name, Notice, NoticeKind};
pub use page::Page;
pub use recall::{
    DeskMarks, Flip, Found, Known, Placed, Recalled, StoredStory, Wanted, WindowArticle,
    content_hash,
};
pub use rule::{Field, NEAR_WORDS_MAX, Node, Rule, RuleError, Term};
pub use said::{Said, Witness};
pub use scalar::{Day, Fixed, Time};
pub use story::{
    Independence, Member, OriginKind, Reporting, Statement, StatementNumber, StoryChange,
    StoryKind, StoryState, StoryStatus, Tally,
};
pub use watch::{Alert, Level, Marked, Raised, Reason, ToldNumber, Watch, Watchlist, webhook_key};
