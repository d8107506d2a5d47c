//! The way of a body as the pipeline goes it, for benchmarks that begin behind the network.

use std::sync::Arc;

use copytaster::enrich;
use copytaster::news::{Article, Batch, FeedState, Fetched, Health, Validators};
use copytaster::parse::Parsed;
use copytaster::tables::Tables;

/// The batch that a parsed body becomes.
pub(crate) fn enriched(fetched: &Fetched, parsed: Parsed, tables: &Tables) -> Batch<Article> {
    let context = enrich::Context { feed: &fetched.feed, fetched_at: fetched.fetched_at, tables };
    Batch {
        feed: Arc::clone(&fetched.feed),
        fetched_at: fetched.fetched_at,
        state: Some(state(fetched)),
        report: Some(parsed.report),
        health: None,
        backfill_before: None,
        items: parsed.drafts.iter().map(|draft| enrich::article(draft, &context)).collect(),
        rejected: parsed.rejected,
    }
}

/// What the poller would remember of the feed.
fn state(fetched: &Fetched) -> FeedState {
    FeedState {
        url: fetched.url.to_string(),
        validators: Validators {
            etag: Some(fetched.body_hash.to_string().into_bytes()),
            last_modified: None,
        },
        next_due: fetched.fetched_at,
        last_success: Some(fetched.fetched_at),
        body_hash: Some(fetched.body_hash),
        seen_once: true,
        health: Health::Ok,
        health_since: fetched.fetched_at,
        failure_weight: 0,
        last_http: Some(200),
        last_error: String::new(),
        extra: copytaster::news::Extra::default(),
    }
}
