//! What the records say of the stories that a watch met: as they stood before the time asked for, and as they stand.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::lines;
use crate::news::{
    ArticleId, Fixed, Independence, NoticeKind, OriginKind, Reporting, StoryId, StoryStatus,
    Stream, Time,
};
use crate::record::format::ArticleType;
use crate::record::{ArticleRecord, Record, StoryRecord};

/// Stories on one page; the latest, since nobody forwards more.
const STORIES_MAX: usize = 100;

/// What is known of a watch.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    pub(super) watch: String,
    pub(super) since: Time,
    pub(super) until: Time,
    /// The story that moved last comes first.
    pub(super) stories: Vec<Story>,
    /// Stories left out beyond [`STORIES_MAX`].
    pub(super) more: usize,
}

/// One story, and what is new of it.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    #[serde(rename = "story_id")]
    pub(super) id: StoryId,
    pub(super) title: String,
    pub(super) status: StoryStatus,
    pub(super) retracted_reason: String,
    pub(super) is_new: bool,
    pub(super) article_count: u64,
    pub(super) outlet_count: u64,
    pub(super) independent_source_count: u64,
    pub(super) lead: Option<Piece>,
    pub(super) new_sources: Vec<Source>,
    pub(super) changed_numbers: Vec<Changed>,
    pub(super) corrections: Vec<Correction>,
    /// The one origin that all of it rests on.
    pub(super) rests_on: Option<Source>,
}

/// An article as a page shows it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Piece {
    pub(super) article_id: ArticleId,
    pub(super) title: String,
    pub(super) outlet_id: String,
    pub(super) outlet: String,
    /// When it was first fetched.
    pub(super) time: Time,
    pub(super) url: String,
    /// Until when it must not be told of.
    pub(super) embargo_until: Option<Time>,
}

#[derive(Debug, Serialize)]
pub(super) struct Source {
    pub(super) origin: String,
    pub(super) kind: OriginKind,
    pub(super) reporting: Reporting,
    /// The first article that rests on it.
    pub(super) first: Option<Piece>,
}

#[derive(Debug, Serialize)]
pub(super) struct Changed {
    pub(super) speaker: String,
    pub(super) text: String,
    pub(super) unit: String,
    pub(super) before: (Fixed, Fixed),
    pub(super) after: (Fixed, Fixed),
    pub(super) since: Time,
    pub(super) first: Option<Piece>,
}

#[derive(Debug, Serialize)]
pub(super) struct Correction {
    pub(super) kind: NoticeKind,
    pub(super) label: String,
    pub(super) is_withdrawn: bool,
    pub(super) time: Time,
    pub(super) piece: Piece,
}

/// What is kept of an article's records.
struct Known {
    piece: Piece,
    story: StoryId,
    dispatch: crate::news::DispatchId,
    /// Its latest record in the time asked for, if a notice bears on it there.
    correction: Option<(NoticeKind, String, bool, Time)>,
}

impl Facts {
    pub(super) fn json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec(self).expect("plain data with string keys");
        text.push(b'\n');
        text
    }
}

/// Reads a directory; `None` if it holds no records.
pub(super) fn read(dir: &Path, watch: &str, since: Duration) -> io::Result<Option<Facts>> {
    let Some(until) = latest(dir)? else { return Ok(None) };
    let since = until.saturating_sub(since).unwrap_or(Timestamp::MIN);
    let met = stories_met(dir, watch)?;
    let told = stories(dir, &met)?;
    let home = |story| home(&told, story);
    let known = articles(dir, &met, since)?;
    let mut by_home: BTreeMap<StoryId, Vec<&Known>> = BTreeMap::new();
    for article in known.values() {
        by_home.entry(home(article.story)).or_default().push(article);
    }
    let mut all: Vec<(Time, Story)> = Vec::new();
    for (id, records) in &told {
        let Some(last) = records.last().filter(|last| last.merged_into.is_empty()) else {
            continue;
        };
        if last.time.0 < since {
            continue;
        }
        let before = records.iter().rev().find(|record| record.time.0 < since);
        let mut here = by_home.remove(id).unwrap_or_default();
        here.sort_by_key(|known| (known.piece.time, known.piece.article_id));
        all.push((last.time, story(last, before, &here)));
    }
    all.sort_by_key(|(time, story)| (std::cmp::Reverse(*time), story.id));
    let more = all.len().saturating_sub(STORIES_MAX);
    let stories = all.into_iter().take(STORIES_MAX).map(|(_, story)| story).collect();
    let watch = watch.to_owned();
    Ok(Some(Facts { watch, since: Time(since), until: Time(until), stories, more }))
}

/// Time of the latest record.
fn latest(dir: &Path) -> io::Result<Option<Timestamp>> {
    let mut latest: Option<Timestamp> = None;
    for stream in [Stream::Articles, Stream::Stories, Stream::Health] {
        lines::each(dir, stream, |_, _, text| {
            let time = text.split_once("\"time\":\"").and_then(|(_, rest)| rest.split_once('"'));
            latest = latest.max(time.and_then(|(time, _)| time.parse().ok()));
        })?;
    }
    Ok(latest)
}

/// Stories that the watch met at any time, by any of the records that say so, with those that they live on in.
fn stories_met(dir: &Path, watch: &str) -> io::Result<BTreeSet<StoryId>> {
    let quoted = format!("\"{watch}\"");
    let mut met: BTreeSet<StoryId> = BTreeSet::new();
    lines::each(dir, Stream::Watch, |_, _, text| {
        if let Some(Record::Watch(hit)) = parsed(text, &quoted)
            && hit.watch_id == watch
        {
            met.insert(hit.story_id);
        }
    })?;
    lines::each(dir, Stream::Articles, |_, _, text| {
        if let Some(Record::Article(article)) = parsed(text, &quoted)
            && article.watch.iter().any(|hit| hit.id == watch)
        {
            met.insert(article.story_id);
        }
    })?;
    lines::each(dir, Stream::Stories, |_, _, text| {
        let is_merge = text.contains("\"type\":\"story.merged\"");
        let needle = if is_merge { "" } else { &quoted };
        let Some(Record::Story(story)) = parsed(text, needle) else { return };
        if story.watch_ids.iter().any(|id| id == watch) {
            met.insert(story.story_id);
        }
        if is_merge && met.contains(&story.story_id) {
            met.extend(story.merged_into.parse::<StoryId>());
        }
    })?;
    Ok(met)
}

/// The record of a line that has these words.
fn parsed(text: &str, words: &str) -> Option<Record> {
    text.contains(words).then(|| Record::parse(text).ok()).flatten()
}

/// All records of these stories, by revision.
fn stories(dir: &Path, met: &BTreeSet<StoryId>) -> io::Result<BTreeMap<StoryId, Vec<StoryRecord>>> {
    let mut told: BTreeMap<StoryId, Vec<StoryRecord>> = BTreeMap::new();
    lines::each(dir, Stream::Stories, |_, _, text| {
        if let Some(Record::Story(story)) = parsed(text, "")
            && met.contains(&story.story_id)
        {
            told.entry(story.story_id).or_default().push(*story);
        }
    })?;
    for records in told.values_mut() {
        records.sort_by_key(|record| record.revision);
    }
    Ok(told)
}

/// Where a story lives on.
fn home(told: &BTreeMap<StoryId, Vec<StoryRecord>>, mut story: StoryId) -> StoryId {
    for _ in 0..told.len() {
        let last = told.get(&story).and_then(|records| records.last());
        match last.and_then(|record| record.merged_into.parse().ok()) {
            Some(into) => story = into,
            None => break,
        }
    }
    story
}

/// The articles of these stories, with what bears on them since.
fn articles(
    dir: &Path,
    met: &BTreeSet<StoryId>,
    since: Timestamp,
) -> io::Result<HashMap<ArticleId, Known>> {
    let mut known: HashMap<ArticleId, Known> = HashMap::new();
    lines::each(dir, Stream::Articles, |_, _, text| {
        let Some(Record::Article(record)) = parsed(text, "") else { return };
        if !met.contains(&record.story_id) && !known.contains_key(&record.article_id) {
            return;
        }
        let time = known
            .get(&record.article_id)
            .map_or(record.timing.fetched_at, |known| known.piece.time);
        let correction = correction(&record).filter(|_| record.time.0 >= since);
        let kept = known.remove(&record.article_id).and_then(|known| known.correction);
        known.insert(
            record.article_id,
            Known {
                piece: piece(&record, time),
                story: record.story_id,
                dispatch: record.dispatch_id,
                correction: correction.or(kept),
            },
        );
    })?;
    Ok(known)
}

fn piece(record: &ArticleRecord, time: Time) -> Piece {
    Piece {
        article_id: record.article_id,
        title: record.title.clone(),
        outlet_id: record.outlet.id.clone(),
        outlet: record.outlet.name.clone(),
        time,
        url: record.url.clone(),
        embargo_until: record.notice.until.filter(|until| until.0 > record.time.0),
    }
}

/// What a record says was corrected or taken back.
fn correction(record: &ArticleRecord) -> Option<(NoticeKind, String, bool, Time)> {
    let notice = &record.notice;
    let is_withdrawn = record.kind == ArticleType::Withdrawn;
    let bears = notice.kind.takes_back() || notice.kind == NoticeKind::Correction || is_withdrawn;
    bears.then(|| (notice.kind, notice.label.clone(), is_withdrawn, record.time))
}

fn story(last: &StoryRecord, before: Option<&StoryRecord>, articles: &[&Known]) -> Story {
    let find = |id: ArticleId| {
        let found = articles.iter().find(|known| known.piece.article_id == id);
        found.map(|known| known.piece.clone())
    };
    let source = |origin: &Independence| Source {
        origin: origin.origin.clone(),
        kind: origin.kind,
        reporting: origin.reporting,
        first: articles
            .iter()
            .find(|known| origin.dispatch_ids.contains(&known.dispatch))
            .map(|known| known.piece.clone()),
    };
    let had = |origin: &Independence| {
        before.is_some_and(|b| b.independence.iter().any(|known| known.origin == origin.origin))
    };
    let corrections = articles.iter().filter_map(|known| {
        let (kind, label, is_withdrawn, time) = known.correction.clone()?;
        Some(Correction { kind, label, is_withdrawn, time, piece: known.piece.clone() })
    });
    Story {
        id: last.story_id,
        title: last.title.clone(),
        status: last.status,
        retracted_reason: last.retracted_reason.clone(),
        is_new: before.is_none(),
        article_count: last.article_count,
        outlet_count: last.outlet_count,
        independent_source_count: last.independent_source_count,
        lead: find(last.lead_article_id),
        new_sources: last.independence.iter().filter(|origin| !had(origin)).map(source).collect(),
        changed_numbers: changed(last, before, find),
        corrections: corrections.collect(),
        rests_on: last.independence.first().filter(|_| last.independence.len() == 1).map(source),
    }
}

/// Numbers that a statement had before and has another range of.
fn changed(
    last: &StoryRecord,
    before: Option<&StoryRecord>,
    find: impl Fn(ArticleId) -> Option<Piece>,
) -> Vec<Changed> {
    let mut all = Vec::new();
    for statement in &last.statements {
        let known = before.and_then(|b| b.statements.iter().find(|s| s.id == statement.id));
        for number in &statement.numbers {
            let old = known.and_then(|s| s.numbers.iter().rfind(|n| n.unit == number.unit));
            let Some(old) = old.filter(|old| (old.low, old.high) != (number.low, number.high))
            else {
                continue;
            };
            all.push(Changed {
                speaker: statement.speaker.clone(),
                text: statement.text.clone(),
                unit: number.unit.clone(),
                before: (old.low, old.high),
                after: (number.low, number.high),
                since: number.since,
                first: find(statement.first_article_id),
            });
        }
    }
    all
}
