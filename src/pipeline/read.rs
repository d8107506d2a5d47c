//! One poll's way through parse and enrich: values in, values out.

use crate::enrich;
use crate::news::{Article, Batch, Draft, Fetched};
use crate::parse::Parsed;
use crate::poll::{Polled, outcome};
use crate::tables::Tables;

/// Reads a polled body and cleans its articles. A poll without a body only carries its state. Gives the drafts too, in
/// the order of the articles.
pub(super) fn batch(
    polled: Polled,
    read: impl FnOnce(&Fetched) -> Parsed,
    tables: &Tables,
) -> (Batch<Article>, Vec<Draft>) {
    // The turn of a large body ends with this function.
    let Polled { mut batch, body, turn: _turn, .. } = polled;
    let span = tracing::debug_span!("read", feed.id = %batch.feed.id);
    let _entered = span.enter();
    let Some(fetched) = body else {
        return (batch.with_items(Vec::new()), Vec::new());
    };
    let parsed = read(&fetched);
    let refused = parsed.drafts.is_empty() && parsed.rejected.iter().any(|r| r.items == 0);
    if let (true, Some(state)) = (refused, &mut batch.state) {
        let reason = parsed.rejected.first().map_or("", |rejection| rejection.reason.as_str());
        let why = outcome::why_unreadable(reason, &fetched.body);
        // The poll's own change, if it saw one, took the body for good.
        let change = outcome::unreadable(&batch.feed, state, why, fetched.fetched_at);
        let taken_back = batch.health.take();
        batch.health = change.and_then(|change| change.following(taken_back));
    }
    if let Some(state) = &mut batch.state
        && !refused
    {
        let wishes = &parsed.meta.wishes;
        let said = outcome::Said {
            ttl: &wishes.ttl,
            period: &wishes.period,
            frequency: &wishes.frequency,
            skip_hours: &wishes.skip_hours,
            skip_days: &wishes.skip_days,
        };
        outcome::heed(&batch.feed, state, &said, fetched.fetched_at);
    }
    batch.report = Some(parsed.report);
    batch.rejected.extend(parsed.rejected);
    let articles = articles(&parsed.drafts, &batch, tables);
    (batch.with_items(articles), parsed.drafts)
}

fn articles(drafts: &[Draft], batch: &Batch<()>, tables: &Tables) -> Vec<Article> {
    let context = enrich::Context { feed: &batch.feed, fetched_at: batch.fetched_at, tables };
    drafts.iter().map(|draft| enrich::article(draft, &context)).collect()
}
