//! Records of the streams beside articles and stories: quarantine, health and watches.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::news::{ArticleId, Health, StoryId, Time};

types! {
    /// Type of quarantine records.
    QuarantineType {
        /// Something was rejected.
        Item = "quarantine.item",
    }
}

types! {
    /// Type of a feed's change of health.
    HealthChangedType {
        /// The state of a feed changed.
        Changed = "health.changed",
    }
}

types! {
    /// Type of a fetch's account.
    HealthFetchedType {
        /// A body was read, or refused whole.
        Fetched = "health.fetched",
    }
}

types! {
    /// Type of the start record.
    DeskStartedType {
        /// The desk began to work.
        Started = "desk.started",
    }
}

types! {
    /// Type of watch records.
    WatchType {
        /// A story matched a watch.
        Hit = "watch.hit",
    }
}

record! {
    /// Input that was rejected, with its reason.
    QuarantineItem: QuarantineType {
        /// The feed.
        feed_id: String,
        /// Link of the item, or URL of the body.
        url: String,
        /// Guid of the item.
        guid: String,
        /// Title of the item.
        title: String,
        /// One word.
        reason: String,
        /// What exactly.
        detail: String,
        /// Hash of the body it came in.
        body_hash: String,
        /// Size of what was rejected.
        bytes: u64,
        /// Its beginning, at most 500 characters.
        sample: String,
    }
}

record! {
    /// A feed's health changed.
    HealthChanged: HealthChangedType {
        /// The feed.
        feed_id: String,
        /// State before.
        from: Health,
        /// State after.
        to: Health,
        /// Why.
        reason: String,
        /// HTTP status, null without an answer.
        http: Option<u16>,
        /// When the state began.
        since: Time,
        /// When the feed is polled next.
        next_due: Time,
        /// Defects of the feed.
        defects: Vec<String>,
    }
}

record! {
    /// What became of the items of one body.
    HealthFetched: HealthFetchedType {
        /// The feed.
        feed_id: String,
        /// HTTP status.
        http: Option<u16>,
        /// Bytes on the wire.
        bytes: u64,
        /// Items in the body: the sum of the seven counts that follow.
        items: u64,
        /// First seen.
        new: u64,
        /// Seen before, with changed content.
        revised: u64,
        /// Seen before as they are.
        unchanged: u64,
        /// Rejected.
        quarantined: u64,
        /// Kept back because the feed's guids flipped.
        held: u64,
        /// Remembered on a first poll.
        backfilled: u64,
        /// Beyond the limit of entries.
        over_limit: u64,
        /// Whether no item is shared with the last body.
        overrun: bool,
        /// Defects of the feed.
        defects: Vec<String>,
    }
}

record! {
    /// The desk began to work.
    DeskStarted: DeskStartedType {
        /// Version of the program.
        version: String,
        /// Hash of the configuration.
        config_hash: String,
        /// Hash of the tables.
        tables_hash: String,
        /// Articles in the window at start.
        restored: u64,
    }
}

record! {
    /// A story matched a watch.
    WatchRecord: WatchType {
        /// The watch.
        watch_id: String,
        /// The story.
        story_id: StoryId,
        /// The article that raised it.
        article_id: ArticleId,
        /// What is new: `new`, `second_independent_source`, ….
        reason: String,
        /// `flash`, `urgent` or `alert`.
        level: String,
        /// Headline.
        title: String,
        /// Outlet of the article.
        outlet_id: String,
        /// Articles of the story that count.
        article_count: u64,
        /// Its outlets.
        outlet_count: u64,
        /// Its origins.
        independent_source_count: u64,
        /// Canonical link of the article.
        url: String,
    }
}
