//! Two articles: why they stand together, or apart.

use std::collections::BTreeMap;

use serde::Serialize;

use super::history::{History, Told};
use super::path::{self, Merge, Step};
use super::scene::{Before, Scene, Subject};
use super::way::{Again, Identity, WindowThen};
use crate::cluster::{StoryEvidence, TextEvidence, Two, Window};
use crate::desk;
use crate::news::{ArticleId, Match};
use crate::record::StoryRecord;
use crate::record::format::StoryType;
use crate::store;

/// Members of a story whose matches are followed; the rest are copies of them.
const MEMBERS_MAX: usize = 5_000;

/// All that can be said of two articles.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Pair {
    /// The two, by arrival.
    pub(super) articles: Two<Identity>,
    /// Whether they are one text as filed.
    pub(super) same_dispatch: bool,
    /// Whether they report one event.
    pub(super) same_story: bool,
    /// From the later to the earlier, where they stand together.
    pub(super) path: Vec<Step>,
    /// What the desk wrote when the later was placed.
    pub(super) recorded: Option<Match>,
    /// What the desk would write on the window that could be brought back.
    pub(super) again: Option<Again>,
    /// That window.
    pub(super) window: Option<WindowThen>,
    /// Their texts, if both are still kept.
    pub(super) text: Option<TextEvidence>,
    /// The later beside the story of the earlier, if that stood in the window.
    pub(super) story: Option<StoryEvidence>,
    /// What could not be brought back.
    pub(super) caveats: Vec<String>,
}

/// Explains two articles, given in any order.
pub(super) fn explain(
    scene: &mut Scene,
    history: &History,
    [a, b]: [Subject; 2],
) -> Result<(Pair, Two<Subject>), store::Error> {
    let arrival = |subject: &Subject| {
        let told = history.of(subject.id).next().map(|told| told.record.seq);
        (subject.placed.as_ref().map(|placed| placed.arrival), told)
    };
    let (earlier, later) = if arrival(&a) <= arrival(&b) { (a, b) } else { (b, a) };
    let two = Two { later, earlier };
    let same = |key: fn(&Identity) -> String, two: &Two<Identity>| {
        !key(&two.later).is_empty() && key(&two.later) == key(&two.earlier)
    };
    let articles = Two { later: Identity::of(&two.later), earlier: Identity::of(&two.earlier) };
    let same_dispatch = same(|one| one.dispatch_id.clone(), &articles);
    let same_story = same(|one| one.story_id.clone(), &articles);
    let before = match &two.later.placed {
        Some(placed) => Some(scene.before(placed)?),
        None => None,
    };
    let mut pair = Pair {
        same_dispatch,
        same_story,
        path: if same_story { path(scene, history, &two)? } else { Vec::new() },
        recorded: recorded(&two.later),
        again: before.as_ref().and_then(|before| Again::of(&two.later, before)),
        window: before.as_ref().map(WindowThen::of),
        text: texts(&two, before.as_ref()),
        story: before.as_ref().and_then(|before| story(&two, before)),
        caveats: Vec::new(),
        articles,
    };
    pair.caveats = caveats(&pair, &two);
    Ok((pair, two))
}

fn recorded(subject: &Subject) -> Option<Match> {
    let placed = subject.placed.as_ref().map(|placed| placed.matched.clone());
    placed.or_else(|| subject.record.as_ref().map(|record| record.matched.clone()))
}

fn texts(two: &Two<Subject>, before: Option<&Before>) -> Option<TextEvidence> {
    let (later, earlier) = (two.later.with_text()?, two.earlier.with_text()?);
    let empty = Window::new(crate::cluster::Config::default());
    let window = before.map_or(&empty, |before| &before.window);
    Some(window.explain_text(later, earlier))
}

fn story(two: &Two<Subject>, before: &Before) -> Option<StoryEvidence> {
    let entry = desk::entry(&two.later.window_article()?);
    let (later, earlier) = (two.later.with_text()?, two.earlier.with_text()?);
    before.window.explain_story(&entry.probe(), two.earlier.id, later, earlier)
}

fn path(
    scene: &mut Scene,
    history: &History,
    two: &Two<Subject>,
) -> Result<Vec<Step>, store::Error> {
    let (from, to) = (two.later.id, two.earlier.id);
    let mut matches: BTreeMap<ArticleId, Match> = BTreeMap::new();
    for subject in [&two.later, &two.earlier] {
        matches.extend(recorded(subject).map(|matched| (subject.id, matched)));
    }
    if let Some(placed) = &two.later.placed
        && let Some(story) = scene.story(placed.story)?
        && let Some(reader) = &mut scene.reader
    {
        for member in story.members.iter().take(MEMBERS_MAX) {
            let placed = reader.article(member.article)?.and_then(|found| found.placed);
            matches.extend(placed.map(|placed| (member.article, placed.matched)));
        }
    }
    let found = path::over_matches(from, to, &matches);
    Ok(found.or_else(|| over_stories(from, to, history)).unwrap_or_default())
}

fn over_stories(from: ArticleId, to: ArticleId, history: &History) -> Option<Vec<Step>> {
    let first = |id| history.of(id).next().map(|told| (id, told.record.story_id));
    let merge = |told: &Told<StoryRecord>| {
        let record = &told.record;
        let (story, seq, because) = (record.story_id, record.seq, record.because.clone());
        let into = record.merged_into.parse().ok()?;
        (record.kind == StoryType::Merged).then_some(Merge { story, into, seq, because })
    };
    let merges: Vec<Merge> = history.stories.iter().filter_map(merge).collect();
    path::over_stories(first(from)?, first(to)?, &merges)
}

fn caveats(pair: &Pair, two: &Two<Subject>) -> Vec<String> {
    let mut caveats = super::way::caveats(&two.later, pair.again.as_ref());
    for (subject, name) in [(&two.later, "later"), (&two.earlier, "earlier")] {
        if subject.with_text().is_none() {
            caveats
                .push(format!("the text of the {name} article is not here: {}", subject.missing()));
        }
    }
    if two.earlier.revision > 1 {
        caveats.push(
            "the earlier article was revised: its present text is compared, not that of then"
                .to_owned(),
        );
    }
    if pair.text.is_some() && pair.story.is_none() {
        caveats.push(
            "the earlier article had left the window, or was never in it: only the texts are compared"
                .to_owned(),
        );
    }
    if pair.same_story && pair.path.is_empty() {
        caveats.push("no records lead from one to the other".to_owned());
    }
    caveats
}
