//! Fetches each feed once and reads it, to show what it would give. Nothing is kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::Clock;
use crate::news::{Feed, FeedId, FeedState, Fetched, Health, Validators};
use crate::parse::{self, Parsed, Wishes};
use crate::poll::{self, Polled, Poller, outcome};

/// What a feed gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The feed.
    pub feed: FeedId,
    /// Whether its items could be read.
    pub usable: bool,
    /// What came, in a few words.
    pub words: String,
    /// HTTP status of the last answer; `None` where no server answered.
    pub http: Option<u16>,
    /// Where redirects led, if they did.
    pub redirected_to: Option<Url>,
    /// Whether all of them said that it is for good.
    pub is_moved: bool,
    /// What was in the body; `None` where none came.
    pub content: Option<Content>,
    /// When the poller would come again at the earliest.
    pub next_due: Timestamp,
}

/// What was in a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Format in words, such as `RSS 2.0`.
    pub format: String,
    /// What the feed calls itself.
    pub title: String,
    /// The page that it belongs to.
    pub site: String,
    /// Items that can be used.
    pub items: usize,
    /// Items that cannot.
    pub quarantined: u64,
    /// Items beyond the limit of entries.
    pub over_limit: u64,
    /// Date of the newest item.
    pub newest: Option<Timestamp>,
    /// What was wrong and survived, in words.
    pub defects: Vec<String>,
    /// How the feed's own text asks to be polled.
    pub wishes: Wishes,
    /// Why nothing can be used, `""` where something can.
    pub refused: String,
}

impl Content {
    /// Reads a body.
    pub(super) fn of(fetched: &Fetched, config: &parse::Config) -> Self {
        Self::from(parse::format(fetched), parse::read(fetched, config))
    }

    fn from(format: String, parsed: Parsed) -> Self {
        let dates = parsed.drafts.iter().filter_map(|draft| draft.published);
        let newest = dates.map(|date| date.moment).max();
        let refusal = parsed.rejected.iter().find(|rejection| rejection.items == 0);
        let refused = match refusal {
            Some(rejection) if parsed.drafts.is_empty() => rejection.detail.clone(),
            _ => String::new(),
        };
        Self {
            format,
            title: parsed.meta.title,
            site: parsed.meta.link,
            items: parsed.drafts.len(),
            quarantined: parsed.rejected.iter().map(|rejection| rejection.items).sum(),
            over_limit: parsed.report.over_limit,
            newest,
            defects: parsed.report.defects,
            wishes: parsed.meta.wishes,
            refused,
        }
    }

    /// The wishes as the poller takes them.
    pub(super) fn said(&self) -> outcome::Said<'_> {
        outcome::Said {
            ttl: &self.wishes.ttl,
            period: &self.wishes.period,
            frequency: &self.wishes.frequency,
            skip_hours: &self.wishes.skip_hours,
            skip_days: &self.wishes.skip_days,
        }
    }
}

/// Fetches every feed once, by the poller's rules, in the order of the feeds.
pub async fn look(
    config: poll::Config,
    feeds: Vec<Arc<Feed>>,
    parse: &parse::Config,
    clock: Clock,
) -> Result<Vec<Looked>, poll::Error> {
    let order: Vec<FeedId> = feeds.iter().map(|feed| feed.id.clone()).collect();
    // A feed that is known and due is fetched at once; a new one would be spread over the interval.
    let due: HashMap<_, _> =
        feeds.iter().map(|feed| (feed.id.clone(), due_at_once(feed, &clock))).collect();
    let poller = Poller::new(config, feeds, due, clock)?;
    let (out, mut answers) = mpsc::channel(1);
    let (_committed, commits) = mpsc::channel(1);
    let (_orders, controls) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(poll::run(poller, out, commits, controls, stop.clone()));
    let mut found = BTreeMap::new();
    while found.len() < order.len() {
        // Every request has its deadline, so each feed answers or fails.
        let Some(answer) = answers.recv().await else { break };
        let looked = read(answer, parse);
        found.insert(looked.feed.clone(), looked);
    }
    stop.cancel();
    drop(tasks.join_next().await);
    Ok(order.iter().filter_map(|id| found.remove(id)).collect())
}

fn due_at_once(feed: &Feed, clock: &Clock) -> FeedState {
    let now = clock.now();
    FeedState {
        url: feed.url.to_string(),
        validators: Validators::default(),
        next_due: now,
        last_success: None,
        body_hash: None,
        seen_once: false,
        health: Health::New,
        health_since: now,
        failure_weight: 0,
        last_http: None,
        last_error: String::new(),
        extra: crate::news::Extra::default(),
    }
}

fn read(polled: Polled, config: &parse::Config) -> Looked {
    let feed = Arc::clone(&polled.batch.feed);
    let mut state = polled.batch.state.unwrap_or_else(|| due_at_once(&feed, &Clock::System));
    let mut looked = Looked {
        feed: feed.id.clone(),
        usable: false,
        words: state.last_error.clone(),
        http: state.last_http,
        redirected_to: None,
        is_moved: poll::remembered(&state).moved_to.is_some(),
        content: None,
        next_due: state.next_due,
    };
    let Some(fetched) = polled.body else { return looked };
    let content = Content::of(&fetched, config);
    outcome::heed(&feed, &mut state, &content.said(), fetched.fetched_at);
    let mut words = vec![format!("HTTP {}", fetched.http), format!("{} items", content.items)];
    words.extend(content.newest.map(|newest| format!("newest {newest:.0}")));
    words.extend(content.defects.iter().cloned());
    looked.words = words.join(", ");
    looked.usable = content.items > 0;
    looked.next_due = state.next_due;
    looked.content = Some(content);
    looked.redirected_to = Some(fetched.url).filter(|url| *url != feed.url);
    looked
}
