//! Records more about articles whose texts are as they were: a notice bears on them, or they stand elsewhere.

use std::collections::BTreeMap;

use crate::news::{ArticleId, ArticleKind, Because, Change, Member, Retold, StoryId, Taken};

/// What was told again in this commit.
#[derive(Debug, Default)]
pub(super) struct Again {
    waiting: Vec<Retold>,
    /// How often each article was, and where it stands since.
    told: BTreeMap<ArticleId, (u64, StoryId)>,
}

impl Again {
    /// Notes one more record about a member of a story.
    pub(super) fn tell(
        &mut self,
        kind: ArticleKind,
        member: &Member,
        story: StoryId,
        moved: &[Because],
    ) {
        let (times, at) = self.told.entry(member.article).or_insert((0, story));
        (*times, *at) = (*times + 1, story);
        self.waiting.push(Retold {
            id: member.article,
            kind,
            story,
            moved: moved.to_vec(),
            member: member.clone(),
        });
    }

    /// Hands over what was noted since, in its order.
    pub(super) fn hand_over(&mut self, taken: &mut Taken) {
        let waiting = self.waiting.drain(..);
        taken.changes.extend(waiting.map(|retold| Change::Retold(Box::new(retold))));
    }

    /// Records about an article that the store had not seen when it was asked, and the story it stands in since the
    /// last of them.
    pub(super) fn since_recall(&self, article: ArticleId) -> Option<(u64, StoryId)> {
        self.told.get(&article).copied()
    }
}
