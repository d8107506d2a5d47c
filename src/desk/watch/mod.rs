//! What is followed: which rules an article meets, and when a story that meets one is told of.
//!
//! Every hit marks its article; alerts are for stories, and each tells a step that the story took, once. Nothing of this
//! bears on where an article goes.

mod alert;
mod entities;
mod fold;
mod matcher;
mod simulate;
mod stirred;
mod variants;

#[cfg(test)]
mod alert_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use matcher::Watches;
pub use simulate::{Heard, would_raise};
pub(super) use stirred::AllStirred;
use stirred::Stirred;

use super::Desk;
use super::live::Told;
use crate::news::{
    Alert, ArticleId, Change, DispatchId, Marked, Member, NoticeKind, Raised, Relation,
    StoryChange, StoryId, StoryKind, StoryStatus, Taken, WatchHit, Watchlist, WindowArticle,
};

/// An article of the window, where it stands, and what hits it.
pub type Rehit = (ArticleId, StoryId, Vec<WatchHit>);

impl Desk {
    /// Follows a list from here on. Whether it is another than the window is marked by: then each article of the window
    /// is to be shown to [`Self::hits_anew`], and what it gives to be handed to [`Self::mark`].
    pub fn follow(&mut self, list: &Watchlist) -> bool {
        self.watches = Watches::new(list);
        self.watches.hash() != self.marks.watches
    }

    /// What hits an article of the window, where that is not what it is marked by.
    pub fn hits_anew(&self, article: &WindowArticle) -> Option<Rehit> {
        let hits = self.watches.hits(&article.article);
        let story = article.placed.story;
        let is_held = self.stories.contains_key(&story);
        (is_held && hits != article.article.watch).then_some((article.id, story, hits))
    }

    /// Marks the window by the list that is followed, and raises what a story in it has not told yet.
    pub fn mark(&mut self, mut found: Vec<Rehit>) -> Taken {
        self.marks.watches = self.watches.hash();
        let mut taken = Taken::default();
        let mut told = Told::default();
        let arrival = |found: &Rehit| {
            self.stories.get(&found.1).and_then(|story| {
                let member = story.members.iter().find(|member| member.article == found.0);
                member.map(|member| member.arrival)
            })
        };
        found.sort_by_cached_key(arrival);
        for (id, story, watch) in found {
            let Some(held) = self.stories.get_mut(&story) else { continue };
            let member = held.members.iter_mut().find(|member| member.article == id);
            let Some(member) = member else { continue };
            member.watches = watch.iter().map(|hit| hit.id.clone()).collect();
            let member = member.clone();
            taken.changes.push(Change::Marked(Box::new(Marked { id, watch, member })));
            // One at rest is told of if it wakes.
            if held.status == StoryStatus::Active {
                told.stirred.by(story, None);
            }
        }
        if self.marks.stream.is_some() {
            self.finish(told, &mut taken);
        }
        taken
    }

    /// Whether an article repeats a template with other facts, or copies a text that does.
    pub(super) fn is_sibling(
        &self,
        story: StoryId,
        dispatch: DispatchId,
        relation: Relation,
    ) -> bool {
        let is_it = |member: &Member| member.dispatch == dispatch && member.is_sibling;
        let story = self.stories.get(&story);
        relation == Relation::TemplateSibling
            || story.is_some_and(|story| story.members.iter().any(is_it))
    }

    /// Notes that an article came to a story, or says something else there.
    pub(super) fn stir(&mut self, story: StoryId, member: &Member, told: &mut Told) {
        self.note_embargoes(story);
        if member.is_sibling {
            return;
        }
        told.stirred.by(story, Some(member.article));
        // One that is about a known article is told with what it does to that.
        let corrects = member.notice.takes_back() || member.notice == NoticeKind::Correction;
        if corrects && !member.uncounted {
            told.stirred.corrected(story, member.article);
        }
    }

    /// Raises what the stories that were stirred have to tell, after all else of a commit.
    pub(super) fn raise(
        &mut self,
        stirred: &BTreeMap<StoryId, Stirred>,
        now: Timestamp,
        taken: &mut Taken,
    ) {
        if self.watches.is_empty() {
            return;
        }
        let mut alerts: Vec<Alert> = Vec::new();
        for (id, stirred) in stirred {
            let Some(story) = self.stories.get_mut(id) else { continue };
            if story.members.iter().all(|member| member.watches.is_empty()) {
                continue;
            }
            let told = taken.changes.iter_mut().rev().find_map(|change| match change {
                Change::Story(change) if change.id == *id && !change.is_loser => Some(change),
                _ => None,
            });
            let state = match &told {
                Some(change) => change.state.clone(),
                None => story.snapshot(*id, now),
            };
            let scene = alert::Scene {
                story: *id,
                members: &story.members,
                state: &state,
                stirred,
                now,
                watches: &self.watches,
            };
            let mut raised = story.alerts.clone();
            alerts.extend(scene.raise(&mut raised));
            if raised == story.alerts {
                continue;
            }
            story.alerts.clone_from(&raised);
            match told {
                Some(change) => change.alerts = raised,
                None => taken.changes.push(Change::KeptStory(Box::new(StoryChange {
                    id: *id,
                    revision: story.revision,
                    kind: StoryKind::Dormant,
                    is_loser: false,
                    state,
                    because: Vec::new(),
                    alerts: raised,
                }))),
            }
        }
        taken.changes.extend(alerts.into_iter().map(|alert| Change::Alert(Box::new(alert))));
    }

    /// Stories with a text that may be told of from `now` on.
    pub(super) fn take_embargoes(&mut self, now: Timestamp) -> Vec<StoryId> {
        let mut ended = Vec::new();
        while let Some(&(until, story)) = self.embargoes.first()
            && until <= now
        {
            self.embargoes.pop_first();
            ended.push(story);
        }
        ended
    }

    /// Notes until when texts of a story are not to be told of.
    pub(super) fn note_embargoes(&mut self, id: StoryId) {
        let Some(story) = self.stories.get(&id) else { return };
        let stream = self.marks.stream.unwrap_or(Timestamp::MIN);
        let ends = story.members.iter().filter_map(|member| member.embargo_until);
        self.embargoes.extend(ends.filter(|until| until.0 > stream).map(|until| (until.0, id)));
    }
}

/// What was told of two stories that turned out to be one.
pub(super) fn merged(a: &[Raised], b: &[Raised]) -> Vec<Raised> {
    let mut all: BTreeMap<&str, Raised> = BTreeMap::new();
    for raised in a.iter().chain(b) {
        all.entry(&raised.watch)
            .and_modify(|known| {
                known.reasons.extend(&raised.reasons);
                known.reasons.sort_unstable();
                known.reasons.dedup();
                known.numbers.extend(raised.numbers.iter().cloned());
                known.numbers.sort();
            })
            .or_insert_with(|| raised.clone());
    }
    all.into_values().collect()
}
