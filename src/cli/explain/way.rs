//! One article: the way it took through the desk.

use serde::Serialize;

use super::history::{History, Told};
use super::scene::{Before, Scene, Subject};
use crate::cluster::{self, Nearby};
use crate::desk;
use crate::news::{
    ArticleId, Because, DispatchId, Fixed, Match, Relation, Statement, StoryId, StoryKind,
    StoryStatus, Time,
};
use crate::record::ArticleRecord;
use crate::record::format::{ArticleWord, Envelope};
use crate::store;

/// Stories shown beside an article.
const NEARBY_MAX: usize = 5;

/// What an article is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Identity {
    pub(super) article_id: String,
    pub(super) title: String,
    pub(super) outlet: String,
    pub(super) feed: String,
    pub(super) guid: String,
    pub(super) url: String,
    /// Which claim its id was minted from.
    pub(super) key: String,
    /// As stated; `None` unknown.
    pub(super) published: Option<Time>,
    pub(super) first_fetched: Option<Time>,
    /// Number of its latest record, 0 if none was told.
    pub(super) revision: u64,
    /// Whether the text is at hand.
    pub(super) has_text: bool,
    pub(super) dispatch_id: String,
    pub(super) story_id: String,
}

impl Identity {
    pub(super) fn of(subject: &Subject) -> Self {
        let (article, record) = (subject.article.as_ref(), subject.record.as_ref());
        let pick = |from_store: Option<&String>, from_record: Option<&String>| {
            from_store.or(from_record).cloned().unwrap_or_default()
        };
        let placed = subject.placed.as_ref();
        let place =
            |placed: Option<String>, told: Option<String>| placed.or(told).unwrap_or_default();
        let published = article.map(|a| a.published.time).or(record.map(|r| r.published.time));
        Self {
            article_id: subject.id.to_string(),
            title: pick(article.map(|a| &a.title), record.map(|r| &r.title)),
            outlet: pick(article.map(|a| &a.outlet.id), record.map(|r| &r.outlet.id)),
            feed: subject.feed.clone(),
            guid: pick(article.map(|a| &a.guid), record.map(|r| &r.guid)),
            url: pick(article.map(|a| &a.url), record.map(|r| &r.url)),
            key: article.map(|a| format!("{} {}", a.rung.as_str(), a.key)).unwrap_or_default(),
            published: published.flatten(),
            first_fetched: placed.map(|placed| Time(placed.first_fetched)),
            revision: subject.revision,
            has_text: subject.with_text().is_some(),
            dispatch_id: place(
                placed.map(|p| p.dispatch.to_string()),
                record.map(|r| r.dispatch_id.to_string()),
            ),
            story_id: place(
                placed.map(|p| p.story.to_string()),
                record.map(|r| r.story_id.to_string()),
            ),
        }
    }
}

impl Subject {
    /// Why the text is not at hand, and what to do.
    pub(super) fn missing(&self) -> &'static str {
        match (&self.article, &self.placed, &self.record) {
            (Some(_), ..) => "it is older than `[store] keep_text`",
            (None, None, Some(_)) => {
                "records carry none and there is no store beside them; `--replay` with the lines brings it back"
            }
            _ => "it was only remembered on a first poll",
        }
    }
}

/// The window that could be brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct WindowThen {
    /// Articles in it: those that had arrived before, as they stand today.
    pub(super) articles: usize,
    /// Fetch of the oldest.
    pub(super) since: Option<Time>,
}

impl WindowThen {
    pub(super) fn of(before: &Before) -> Self {
        Self { articles: before.window.len(), since: before.since.map(Time) }
    }
}

/// The judgement once more, on the window that could be brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Again {
    pub(super) relation: Relation,
    pub(super) score: Fixed,
    pub(super) nearest_article_id: String,
    /// The dispatch it would join, `""` none.
    pub(super) dispatch_id: String,
    /// The story it would join, `""` none.
    pub(super) story_id: String,
    /// Whether relation, score and nearest are those that were recorded.
    pub(super) agrees: bool,
}

impl Again {
    pub(super) fn of(subject: &Subject, before: &Before) -> Option<Self> {
        let article = subject.window_article()?;
        // A notice or a round-up was matched with nothing.
        if desk::stands_apart(&article.article) {
            return None;
        }
        let entry = desk::entry(&article);
        let judged = desk::judge(&before.window, &entry.probe(), |_| true);
        let recorded = &subject.placed.as_ref()?.matched;
        let Match { relation, score, nearest_article_id, .. } = judged.matched;
        Some(Self {
            agrees: relation == recorded.relation
                && score == recorded.score
                && nearest_article_id == recorded.nearest_article_id,
            relation,
            score,
            nearest_article_id,
            dispatch_id: judged.dispatch.map(|id| id.to_string()).unwrap_or_default(),
            story_id: judged.story.map(|id| id.to_string()).unwrap_or_default(),
        })
    }
}

/// A record about the article.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Entry {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) seq: u64,
    pub(super) commit: u64,
    pub(super) revision: u64,
    pub(super) change: ArticleWord,
    pub(super) time: Time,
    pub(super) dispatch_id: DispatchId,
    pub(super) story_id: StoryId,
    pub(super) relation: Relation,
    pub(super) score: Fixed,
    pub(super) file: String,
    pub(super) line: u64,
}

impl Entry {
    fn of(told: &Told<ArticleRecord>) -> Self {
        let record = &told.record;
        let Envelope { seq, commit, time, .. } = record.envelope();
        Self {
            kind: record.kind.as_str(),
            seq,
            commit,
            revision: record.revision,
            change: record.change,
            time,
            dispatch_id: record.dispatch_id,
            story_id: record.story_id,
            relation: record.matched.relation,
            score: record.matched.score,
            file: told.file.clone(),
            line: told.line,
        }
    }
}

/// Its story as it is now, and what its coming did to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct StoryNow {
    pub(super) story_id: StoryId,
    pub(super) title: String,
    pub(super) status: StoryStatus,
    pub(super) article_count: u64,
    pub(super) outlet_count: u64,
    pub(super) independent_source_count: u64,
    pub(super) merged_from: Vec<StoryId>,
    /// What the story record of the article's first commit says; `None` without that record.
    pub(super) change: Option<StoryKind>,
    /// `seq` of that record.
    pub(super) seq: Option<u64>,
    pub(super) because: Vec<Because>,
}

/// A story that was weighed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Near {
    #[serde(flatten)]
    pub(super) nearby: Nearby,
    /// Headline of its nearest text.
    pub(super) title: String,
    /// Whether it is the article's own.
    pub(super) is_own: bool,
}

/// All that can be said of one article.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Way {
    pub(super) article: Identity,
    pub(super) records: Vec<Entry>,
    /// What the desk wrote when it was placed; its `nearest_article_id` is the parent.
    pub(super) recorded: Option<Match>,
    /// Headline of the parent, `""` unknown.
    pub(super) parent_title: String,
    pub(super) story: Option<StoryNow>,
    /// The claims of its story that it carries.
    pub(super) claims: Vec<Statement>,
    /// The stories that were nearest, best first.
    pub(super) nearby: Vec<Near>,
    /// From this score on an article joins a story.
    pub(super) joins_at: Option<Fixed>,
    pub(super) again: Option<Again>,
    pub(super) window: Option<WindowThen>,
    pub(super) caveats: Vec<String>,
}

/// Explains one article.
pub(super) fn explain(
    scene: &mut Scene,
    history: &History,
    subject: &Subject,
) -> Result<Way, store::Error> {
    let before = match &subject.placed {
        Some(placed) => Some(scene.before(placed)?),
        None => None,
    };
    let recorded = subject
        .placed
        .as_ref()
        .map(|placed| placed.matched.clone())
        .or_else(|| subject.record.as_ref().map(|record| record.matched.clone()));
    let parent = recorded.as_ref().and_then(|matched| matched.nearest_article_id.parse().ok());
    let entry = subject.window_article().map(|article| desk::entry(&article));
    let mut nearby = Vec::new();
    if let (Some(entry), Some(before)) = (&entry, &before) {
        for near in before.window.nearby(&entry.probe(), NEARBY_MAX) {
            let is_own = subject.placed.as_ref().is_some_and(|placed| placed.story == near.story);
            nearby.push(Near { nearby: near, title: title(scene, near.nearest)?, is_own });
        }
    }
    let again = before.as_ref().and_then(|before| Again::of(subject, before));
    let mut caveats = caveats(subject, again.as_ref());
    if subject.with_text().is_none() {
        caveats.push(format!("its text is not here: {}", subject.missing()));
    }
    if history.begins.is_some_and(|seq| seq > 1) {
        caveats.push("older records were deleted".to_owned());
    }
    Ok(Way {
        article: Identity::of(subject),
        records: history.of(subject.id).map(Entry::of).collect(),
        parent_title: match parent {
            Some(parent) => title(scene, parent)?,
            None => String::new(),
        },
        recorded,
        story: story(scene, history, subject)?,
        claims: claims(scene, subject)?,
        nearby,
        joins_at: entry.map(|entry| cluster::joins_at(&entry.features)),
        again,
        window: before.as_ref().map(WindowThen::of),
        caveats,
    })
}

fn title(scene: &mut Scene, id: ArticleId) -> Result<String, store::Error> {
    Ok(scene.subject(id, None)?.article.map(|article| article.title).unwrap_or_default())
}

fn story(
    scene: &mut Scene,
    history: &History,
    subject: &Subject,
) -> Result<Option<StoryNow>, store::Error> {
    let first = history.of(subject.id).next().map(|told| &told.record);
    let joined = first.and_then(|record| history.story_at(record.story_id, record.commit));
    let id = match (&subject.placed, &subject.record) {
        (Some(placed), _) => placed.story,
        (None, Some(record)) => record.story_id,
        (None, None) => return Ok(None),
    };
    let (change, seq) = (joined.map(|record| record.change), joined.map(|record| record.seq));
    let because = joined.map(|record| record.because.clone()).unwrap_or_default();
    if let Some(stored) = scene.story(id)? {
        let tally = desk::independence::tally(&stored.members);
        let lead = stored.members.iter().find(|member| member.article == stored.lead);
        return Ok(Some(StoryNow {
            story_id: stored.id,
            title: lead.map(|member| member.title.clone()).unwrap_or_default(),
            status: stored.status,
            article_count: tally.articles,
            outlet_count: tally.outlets,
            independent_source_count: tally.independence.len() as u64,
            merged_from: stored.merged_from,
            change,
            seq,
            because,
        }));
    }
    Ok(history.story(id).map(|record| StoryNow {
        story_id: record.story_id,
        title: record.title.clone(),
        status: record.status,
        article_count: record.article_count,
        outlet_count: record.outlet_count,
        independent_source_count: record.independent_source_count,
        merged_from: record.merged_from.clone(),
        change,
        seq,
        because,
    }))
}

fn claims(scene: &mut Scene, subject: &Subject) -> Result<Vec<Statement>, store::Error> {
    let Some(placed) = &subject.placed else { return Ok(Vec::new()) };
    let Some(stored) = scene.story(placed.story)? else { return Ok(Vec::new()) };
    let all = desk::statements::carried(stored.id, &stored.members);
    let is_carried = |by: &[ArticleId]| by.contains(&subject.id);
    Ok(all.into_iter().filter(|(_, by)| is_carried(by)).map(|(claim, _)| claim).collect())
}

/// What could not be brought back of the moment when it was judged.
pub(super) fn caveats(subject: &Subject, again: Option<&Again>) -> Vec<String> {
    let mut caveats = Vec::new();
    if let Some(again) = again.filter(|again| !again.agrees) {
        let Again { relation, score, nearest_article_id, .. } = again;
        let relation = super::show::relation_words(*relation);
        let of = if nearest_article_id.is_empty() { "" } else { " of " };
        caveats.push(format!(
            "judged again on what is left of that time it would be {relation} {:.3}{of}{nearest_article_id}: texts were \
             revised, stories merged or articles forgotten since",
            score.as_f64()
        ));
    }
    if subject.revision > 1 {
        caveats.push(
            "it was revised: its present text is compared, not the one it was placed by".to_owned(),
        );
    }
    caveats
}
