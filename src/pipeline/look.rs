//! Fetches each feed once and reads it, to show what it would give. Nothing is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::news::{Feed, FeedId, FeedState, Health, Validators};
use crate::parse;
use crate::poll::{self, Polled, Poller};

/// What a feed gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The feed.
    pub feed: FeedId,
    /// Whether its items could be read.
    pub usable: bool,
    /// What came, in a few words.
    pub words: String,
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
    let due = feeds.iter().map(|feed| (feed.id.clone(), due_at_once(feed, &clock))).collect();
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
        extra: serde_json::Value::Null,
    }
}

fn read(polled: Polled, config: &parse::Config) -> Looked {
    let feed = polled.batch.feed.id.clone();
    let state =
        polled.batch.state.unwrap_or_else(|| due_at_once(&polled.batch.feed, &Clock::System));
    let Some(fetched) = polled.body else {
        return Looked { feed, usable: false, words: state.last_error };
    };
    let parsed = parse::read(&fetched, config);
    let newest =
        parsed.drafts.iter().filter_map(|draft| draft.published).map(|date| date.moment).max();
    let mut words =
        vec![format!("HTTP {}", fetched.http), format!("{} items", parsed.drafts.len())];
    words.extend(newest.map(|newest| format!("newest {newest:.0}")));
    words.extend(parsed.report.defects.iter().cloned());
    let words = words.join(", ");
    Looked { feed, usable: !parsed.drafts.is_empty(), words }
}
