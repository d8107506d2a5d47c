//! Splits a story that only one report holds together.

use super::Desk;
use super::live::{LiveStory, Told};
use crate::news::{ArticleKind, Because, Fixed, Member, Signal, StoryId, StoryKind, StoryStatus};

impl Desk {
    /// Splits a story in two where it falls in two; the half with its root keeps the id.
    ///
    /// What was split off once is never split again, nor what took it in: no story goes to and fro.
    pub(super) fn split(&mut self, id: StoryId, told: &mut Told) {
        let Some(story) = self.stories.get(&id) else { return };
        let is_whole = story.members.iter().all(|member| !member.split_off);
        let Some(root) = story.members.first().filter(|_| is_whole) else { return };
        if story.status != StoryStatus::Active {
            return;
        }
        let Some(split) = self.window.split_for(id, root.dispatch) else { return };
        let leaves = |member: &Member| split.leaving.contains(&member.dispatch);
        let (leaving, staying): (Vec<Member>, Vec<Member>) =
            story.members.iter().cloned().partition(leaves);
        let counts = |members: &[Member]| members.iter().any(|member| !member.uncounted);
        let Some(first) = leaving.first().filter(|_| counts(&leaving) && counts(&staying)) else {
            return;
        };
        // An id never gets a second meaning: who opened a story before opens another one now.
        let other = StoryId::opened_by(first.article, if first.opened { 2 } else { 1 });
        if self.stories.contains_key(&other) {
            return;
        }
        self.part((id, other), leaving, &split.because, told);
        told.note(id, StoryKind::Split, &split.because);
        told.note(other, StoryKind::Created, &split.because);
    }

    /// Whether two stories would be split again as soon as they were merged: one report lies between them.
    pub(super) fn would_fall_apart(&mut self, a: StoryId, b: StoryId) -> bool {
        let first = |id| self.stories.get(&id).and_then(|story: &LiveStory| story.members.first());
        let firsts = first(a).into_iter().chain(first(b));
        let Some(root) = firsts.min_by_key(|member| member.arrival).map(|member| member.dispatch)
        else {
            return false;
        };
        self.window.would_split(a, b, root)
    }

    fn part(
        &mut self,
        (id, other): (StoryId, StoryId),
        mut leaving: Vec<Member>,
        because: &[Because],
        told: &mut Told,
    ) {
        let moved =
            Because { signal: Signal::Moved, weight: Fixed::ONE, detail: format!("from {id}") };
        let because: Vec<Because> = std::iter::once(moved).chain(because.iter().cloned()).collect();
        for (place, member) in leaving.iter_mut().enumerate() {
            member.split_off = true;
            member.opened |= place == 0;
            self.window.place(member.article, member.dispatch, other);
            told.again.tell(ArticleKind::Reassigned, member, other, &because);
        }
        if let Some(story) = self.stories.get_mut(&id) {
            story
                .members
                .retain(|member| leaving.iter().all(|left| left.arrival != member.arrival));
        }
        // Whoever was told of the whole was told of both halves.
        let alerts = self.stories.get(&id).map(|story| story.alerts.clone()).unwrap_or_default();
        let story =
            LiveStory { split_from: Some(id), members: leaving, alerts, ..LiveStory::new() };
        self.stories.insert(other, story);
        for id in [id, other] {
            if let Some(story) = self.stories.get(&id) {
                self.ages.note(id, story.last_seen());
            }
            self.note_embargoes(id);
        }
    }
}
