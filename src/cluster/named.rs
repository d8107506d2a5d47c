//! Articles of one newsroom by their headline: what a notice names.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::news::{ArticleId, DispatchId, StoryId};

use super::{Features, Window, params};

/// Words of the headline that are looked up, rarest first: a copy that speaks for a dispatch may lack one of them.
const TERMS_LOOKED_UP: usize = 4;
/// Words that carry meaning, below which two headlines are equal by chance.
const WORDS_MIN: usize = 3;
/// From so many on a headline may be cut in one of the two.
const CUT_WORDS_MIN: usize = 5;
/// Articles looked at for one headline; a headline of everyday words leads nowhere.
const ARTICLES_MAX: usize = 20_000;

/// Where an article stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The article.
    pub article: ArticleId,
    /// Its dispatch.
    pub dispatch: DispatchId,
    /// Its story.
    pub story: StoryId,
}

impl Window {
    /// Where an article stands, if it is held.
    pub fn place_of(&self, article: ArticleId) -> Option<Place> {
        self.slot_of(article).map(|slot| self.place_at(slot))
    }

    /// The articles of the newsroom of `like` that have its headline, by arrival.
    pub fn titled(&self, like: &Features) -> Vec<Place> {
        if like.title.len() < WORDS_MIN {
            return Vec::new();
        }
        let holders = |stem: &u32| self.terms.number(*stem).map(|term| self.terms.holders(term));
        let mut lists: Vec<_> =
            like.title.iter().filter_map(|stem| Some((holders(stem)?, stem))).collect();
        lists.sort_by_key(|(list, stem)| (list.len(), **stem));
        lists.dedup_by_key(|(_, stem)| *stem);
        let holders = lists.iter().take(TERMS_LOOKED_UP).flat_map(|(list, _)| {
            list.iter().take(params::HOLDERS_MAX).map(|holder| self.entry(holder.slot).story)
        });
        let stories: BTreeSet<StoryId> = holders.collect();
        // The youngest stories first, should there be too many articles to look at.
        let mut stories: Vec<_> = stories.iter().filter_map(|id| self.home_of(*id)).collect();
        stories.sort_by_key(|story| Reverse(story.first_arrival));
        let members = stories.into_iter().flat_map(super::story::Story::members).take(ARTICLES_MAX);
        let mut found: Vec<u32> = members
            .filter(|slot| {
                let theirs = &self.entry(*slot).features;
                is_one_headline(&like.title, &theirs.title) && like.shares_newsroom(theirs)
            })
            .collect();
        found.sort_by_key(|slot| self.arrival(*slot));
        found.into_iter().map(|slot| self.place_at(slot)).collect()
    }

    fn place_at(&self, slot: u32) -> Place {
        let entry = self.entry(slot);
        Place { article: entry.article, dispatch: entry.dispatch, story: entry.story }
    }
}

fn is_one_headline(a: &[u32], b: &[u32]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short == long || (short.len() >= CUT_WORDS_MIN && long.starts_with(short))
}
