//! What moved in a story: only that can raise an alert. A cosmetic revision and the sibling of a template move nothing.

use std::collections::BTreeMap;

use crate::news::{ArticleId, StoryId};

/// What moved in one story in one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::desk) struct Stirred {
    /// Articles that came or changed, in order.
    pub(in crate::desk) articles: Vec<ArticleId>,
    /// The article by which a text of the story was corrected or taken back.
    pub(in crate::desk) corrected_by: Option<ArticleId>,
}

/// What moved in all stories.
#[derive(Debug, Default)]
pub(in crate::desk) struct AllStirred(BTreeMap<StoryId, Stirred>);

impl AllStirred {
    /// Notes that a story moved, and by which article.
    pub(in crate::desk) fn by(&mut self, story: StoryId, article: Option<ArticleId>) {
        self.0.entry(story).or_default().articles.extend(article);
    }

    /// Notes that a text of a story was corrected or taken back.
    pub(in crate::desk) fn corrected(&mut self, story: StoryId, by: ArticleId) {
        self.0.entry(story).or_default().corrected_by.get_or_insert(by);
    }

    /// What moved, by where the stories live on.
    pub(in crate::desk) fn at_home(
        &self,
        home: impl Fn(StoryId) -> StoryId,
    ) -> BTreeMap<StoryId, Stirred> {
        let mut stirred: BTreeMap<StoryId, Stirred> = BTreeMap::new();
        for (story, moved) in &self.0 {
            let at = stirred.entry(home(*story)).or_default();
            at.articles.extend(&moved.articles);
            at.corrected_by = at.corrected_by.or(moved.corrected_by);
        }
        stirred
    }
}
