//! Fills records from what the desk decided and the stamp the wiring hands in. Pure.

use jiff::Timestamp;

pub use super::line::line;

use super::format::{
    ArticleRecord, ArticleType, ArticleWord, DeskStarted, DeskStartedType, HealthChanged,
    HealthChangedType, HealthFetched, HealthFetchedType, QuarantineItem, QuarantineType, SCHEMA,
    StoryRecord, StoryType, TextRecord, Timing, WatchRecord, WatchType, record_id,
    stream_record_id,
};
use crate::news::{
    Alert, Article, ArticleChange, ArticleKind, FeedId, FeedState, FetchReport, Fixed, Hash16,
    HealthChange, Independence, OriginKind, Rejection, Reporting, StoryChange, StoryKind, Taken,
    Time,
};

/// Articles that a story record lists; the newest, so that a reader of a long story sees what is fresh.
const ARTICLE_IDS_MAX: usize = 300;
/// Pieces of evidence for one match.
const BECAUSE_MAX: usize = 8;
/// Characters of a rejected piece of input that are shown.
const SAMPLE_CHARS_MAX: usize = 500;

/// What the wiring knows of a record and the desk does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp<'a> {
    /// URN of the instance.
    pub source: &'a str,
    /// Time of the commit; in `replay` the `fetched_at`.
    pub time: Time,
    /// Place in the record's stream.
    pub seq: u64,
    /// Number of the desk's commit.
    pub commit: u64,
}

/// The snapshot of an article after a change, with its body only where bodies are included.
pub fn article(change: &ArticleChange, stamp: &Stamp<'_>, include_body: bool) -> ArticleRecord {
    let (kind, word) = article_words(change.kind);
    let article = &change.article;
    let mut matched = change.matched.clone();
    matched.because.truncate(BECAUSE_MAX);
    ArticleRecord {
        schema: SCHEMA.to_owned(),
        id: record_id(stamp.source, kind.as_str(), &change.id.to_string(), change.revision),
        kind,
        source: stamp.source.to_owned(),
        time: whole_ms(stamp.time.0),
        seq: stamp.seq,
        commit: stamp.commit,
        article_id: change.id,
        dispatch_id: change.dispatch,
        story_id: change.story,
        revision: change.revision,
        change: word,
        feed_id: change.feed_id.as_str().to_owned(),
        guid: article.guid.clone(),
        url: article.url.clone(),
        title: article.title.clone(),
        lang: article.lang.clone(),
        outlet: article.outlet.clone(),
        text: text(article, include_body),
        published: article.published.clone(),
        timing: timing(article, change.fetched_at, stamp.time.0),
        provenance: article.provenance.clone(),
        people: article.people.clone(),
        orgs: article.orgs.clone(),
        places: article.places.clone(),
        quotes: article.quotes.clone(),
        watch: article.watch.clone(),
        matched,
        notice: change.member.mark.as_deref().unwrap_or(&article.notice).clone(),
        defects: article.defects.clone(),
    }
}

fn article_words(kind: ArticleKind) -> (ArticleType, ArticleWord) {
    match kind {
        ArticleKind::New => (ArticleType::New, ArticleWord::New),
        ArticleKind::Material => (ArticleType::Revised, ArticleWord::Material),
        ArticleKind::Cosmetic => (ArticleType::Revised, ArticleWord::Cosmetic),
        ArticleKind::Notice => (ArticleType::Revised, ArticleWord::Notice),
        ArticleKind::Withdrawn => (ArticleType::Withdrawn, ArticleWord::Withdrawn),
        ArticleKind::Reassigned => (ArticleType::Reassigned, ArticleWord::Reassigned),
    }
}

fn text(article: &Article, include_body: bool) -> TextRecord {
    let text = &article.text;
    TextRecord {
        origin: text.origin,
        complete: text.complete,
        chars: count(text.body.chars().count()),
        words: count(text.body.split_whitespace().count()),
        summary: text.summary.clone(),
        body: include_body.then(|| text.body.clone()),
    }
}

fn timing(article: &Article, fetched_at: Timestamp, emitted_at: Timestamp) -> Timing {
    let (fetched_at, emitted_at) = (whole_ms(fetched_at), whole_ms(emitted_at));
    // A moment that lies in the future is a defect of the feed, not a negative delay.
    let since = |earlier: Time| {
        Fixed(emitted_at.as_millisecond().saturating_sub(earlier.as_millisecond()).max(0))
    };
    Timing {
        fetched_at,
        emitted_at,
        publish_to_emit_s: article.published.time.map(since),
        fetch_to_emit_s: since(fetched_at),
    }
}

/// The snapshot of a story after a change.
pub fn story(change: &StoryChange, stamp: &Stamp<'_>) -> StoryRecord {
    let (kind, word) = story_words(change);
    let state = &change.state;
    let independence = &state.tally.independence;
    let confirmed = independence.iter().filter(|origin| origin.reporting == Reporting::Confirmed);
    let oldest_listed = state.articles.len().saturating_sub(ARTICLE_IDS_MAX);
    StoryRecord {
        schema: SCHEMA.to_owned(),
        id: record_id(stamp.source, kind.as_str(), &change.id.to_string(), change.revision),
        kind,
        source: stamp.source.to_owned(),
        time: whole_ms(stamp.time.0),
        seq: stamp.seq,
        commit: stamp.commit,
        story_id: change.id,
        revision: change.revision,
        change: word,
        title: state.title.clone(),
        lang: state.lang.clone(),
        status: state.status,
        first_seen: whole_ms(state.first_seen.0),
        last_seen: whole_ms(state.last_seen.0),
        article_count: state.tally.articles,
        dispatch_count: state.tally.dispatches,
        outlet_count: state.tally.outlets,
        independent_source_count: count(independence.len()),
        confirmed_source_count: count(confirmed.count()),
        wire_origins: wire_origins(independence),
        independence: independence.clone(),
        statements: state.statements.clone(),
        lead_article_id: state.lead,
        article_ids: state.articles.iter().skip(oldest_listed).copied().collect(),
        merged_from: state.merged_from.clone(),
        merged_into: id_or_empty(state.merged_into.as_ref()),
        split_from: id_or_empty(state.split_from.as_ref()),
        retracted_reason: state.retracted_reason.clone(),
        person_ids: state.people.clone(),
        place_ids: state.places.clone(),
        watch_ids: state.watches.clone(),
        because: change.because.clone(),
    }
}

fn story_words(change: &StoryChange) -> (StoryType, StoryKind) {
    if change.is_loser {
        return (StoryType::Merged, StoryKind::Merged);
    }
    let kind = match change.kind {
        StoryKind::Created => StoryType::Created,
        StoryKind::Split => StoryType::Split,
        StoryKind::Retracted => StoryType::Retracted,
        _ => StoryType::Updated,
    };
    (kind, change.kind)
}

/// The agencies among the origins, in their order.
pub fn wire_origins(independence: &[Independence]) -> Vec<String> {
    let wires = independence.iter().filter(|origin| origin.kind == OriginKind::Wire);
    wires.map(|origin| origin.origin.clone()).collect()
}

/// A story took a step that those who follow it are told of.
pub fn watch_hit(alert: &Alert, stamp: &Stamp<'_>) -> WatchRecord {
    let kind = WatchType::Hit;
    WatchRecord {
        schema: SCHEMA.to_owned(),
        id: stream_record_id(stamp.source, kind.as_str(), stamp.seq),
        kind,
        source: stamp.source.to_owned(),
        time: whole_ms(stamp.time.0),
        seq: stamp.seq,
        commit: stamp.commit,
        watch_id: alert.watch.clone(),
        story_id: alert.story,
        article_id: alert.article,
        reason: alert.reason.as_str().to_owned(),
        level: alert.level.as_str().to_owned(),
        title: alert.title.clone(),
        outlet_id: alert.outlet.clone(),
        article_count: alert.articles,
        outlet_count: alert.outlets,
        independent_source_count: alert.independent,
        url: alert.url.clone(),
    }
}

/// What was rejected of a feed's body, or the body itself.
pub fn quarantine(feed: &FeedId, rejection: &Rejection, stamp: &Stamp<'_>) -> QuarantineItem {
    let kind = QuarantineType::Item;
    QuarantineItem {
        schema: SCHEMA.to_owned(),
        id: stream_record_id(stamp.source, kind.as_str(), stamp.seq),
        kind,
        source: stamp.source.to_owned(),
        time: whole_ms(stamp.time.0),
        seq: stamp.seq,
        commit: stamp.commit,
        feed_id: feed.as_str().to_owned(),
        url: rejection.url.clone(),
        guid: rejection.guid.clone(),
        title: rejection.title.clone(),
        reason: rejection.reason.clone(),
        detail: rejection.detail.clone(),
        body_hash: match rejection.body_hash {
            hash if hash == Hash16::default() => String::new(),
            hash => hash.to_string(),
        },
        bytes: rejection.bytes,
        sample: rejection.sample.chars().take(SAMPLE_CHARS_MAX).collect(),
    }
}

/// A feed's change of health, with what is remembered of the feed after it.
pub fn health_changed(
    feed: &FeedId,
    change: &HealthChange,
    state: &FeedState,
    stamp: &Stamp<'_>,
) -> HealthChanged {
    let kind = HealthChangedType::Changed;
    HealthChanged {
        schema: SCHEMA.to_owned(),
        id: stream_record_id(stamp.source, kind.as_str(), stamp.seq),
        kind,
        source: stamp.source.to_owned(),
        time: whole_ms(stamp.time.0),
        seq: stamp.seq,
        commit: stamp.commit,
        feed_id: feed.as_str().to_owned(),
        from: change.from,
        to: change.to,
        reason: change.reason.clone(),
        http: change.http,
        since: whole_ms(state.health_since),
        next_due: whole_ms(state.next_due),
        defects: Vec::new(),
    }
}

/// The account of one body: what the desk counted of its items, and how many were rejected on the way.
///
/// `overrun` is false: only who knows the last body may set it.
pub fn health_fetched(
    feed: &FeedId,
    report: &FetchReport,
    taken: &Taken,
    quarantined: u64,
    stamp: &Stamp<'_>,
) -> HealthFetched {
    let kind = HealthFetchedType::Fetched;
    HealthFetched {
        schema: SCHEMA.to_owned(),
        id: stream_record_id(stamp.source, kind.as_str(), stamp.seq),
        kind,
        source: stamp.source.to_owned(),
        time: whole_ms(stamp.time.0),
        seq: stamp.seq,
        commit: stamp.commit,
        feed_id: feed.as_str().to_owned(),
        http: report.http,
        bytes: report.bytes,
        items: report.items,
        new: taken.new,
        revised: taken.revised,
        unchanged: taken.unchanged,
        quarantined,
        held: taken.held,
        backfilled: taken.backfilled,
        over_limit: report.over_limit,
        overrun: false,
        defects: report.defects.clone(),
    }
}

/// The desk began to work, with what it knows and what it remembers.
pub fn desk_started(
    version: &str,
    config_hash: &str,
    tables_hash: &str,
    restored: u64,
    stamp: &Stamp<'_>,
) -> DeskStarted {
    let kind = DeskStartedType::Started;
    DeskStarted {
        schema: SCHEMA.to_owned(),
        id: stream_record_id(stamp.source, kind.as_str(), stamp.seq),
        kind,
        source: stamp.source.to_owned(),
        time: whole_ms(stamp.time.0),
        seq: stamp.seq,
        commit: stamp.commit,
        version: version.to_owned(),
        config_hash: config_hash.to_owned(),
        tables_hash: tables_hash.to_owned(),
        restored,
    }
}

/// The moment as a line shows it, so that a record read back equals the one written.
fn whole_ms(moment: Timestamp) -> Time {
    Time(Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment))
}

fn id_or_empty(id: Option<&impl ToString>) -> String {
    id.map_or_else(String::new, ToString::to_string)
}

fn count(n: usize) -> u64 {
    n as u64
}
