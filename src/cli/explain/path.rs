//! How two articles came to stand in one story: over which matches and merges.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;

use crate::news::{ArticleId, Because, Fixed, Match, Relation, StoryId};

/// One step from an article to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(super) enum Step {
    /// One of the two was matched with the other when it came.
    Match {
        /// Where the path comes from.
        from: ArticleId,
        /// Where it goes on.
        to: ArticleId,
        /// How the one that came later stood to the other.
        relation: Relation,
        /// With which score.
        score: Fixed,
    },
    /// An article was put into a story.
    Joined {
        /// The article.
        article: ArticleId,
        /// The story it was put into at first.
        story: StoryId,
    },
    /// Two stories turned out to be one.
    Merged {
        /// The story that ended.
        story: StoryId,
        /// The one it lives on in.
        into: StoryId,
        /// Number of its `story.merged` record.
        seq: u64,
        /// Why.
        because: Vec<Because>,
    },
}

/// The shortest way over matches between members of one story, `matches` being theirs; none if there is none.
pub(super) fn over_matches(
    from: ArticleId,
    to: ArticleId,
    matches: &BTreeMap<ArticleId, Match>,
) -> Option<Vec<Step>> {
    let mut near: BTreeMap<ArticleId, BTreeSet<ArticleId>> = BTreeMap::new();
    for (id, matched) in matches {
        let Ok(nearest) = matched.nearest_article_id.parse::<ArticleId>() else { continue };
        if matches.contains_key(&nearest) {
            near.entry(*id).or_default().insert(nearest);
            near.entry(nearest).or_default().insert(*id);
        }
    }
    let mut came_from: BTreeMap<ArticleId, ArticleId> = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(id) = queue.pop_front() {
        if id == to {
            break;
        }
        for next in near.get(&id).into_iter().flatten() {
            if !came_from.contains_key(next) {
                came_from.insert(*next, id);
                queue.push_back(*next);
            }
        }
    }
    let mut steps = Vec::new();
    let mut at = to;
    while at != from {
        let before = *came_from.get(&at)?;
        let is_of = |id: ArticleId, other: ArticleId| {
            matches.get(&id).filter(|m| m.nearest_article_id == other.to_string())
        };
        let &Match { relation, score, .. } = is_of(before, at).or_else(|| is_of(at, before))?;
        steps.push(Step::Match { from: before, to: at, relation, score });
        at = before;
    }
    steps.reverse();
    Some(steps)
}

/// A merge as its `story.merged` record tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) story: StoryId,
    pub(super) into: StoryId,
    pub(super) seq: u64,
    pub(super) because: Vec<Because>,
}

/// The way over the stories that the two were put into at first, and the merges after that, which come by `seq`; none
/// if they do not lead to one story.
pub(super) fn over_stories(
    from: (ArticleId, StoryId),
    to: (ArticleId, StoryId),
    merges: &[Merge],
) -> Option<Vec<Step>> {
    let ((there, there_ends), (back, back_ends)) = (follow(from.1, merges), follow(to.1, merges));
    if there_ends != back_ends {
        return None;
    }
    let joined = |(article, story)| Step::Joined { article, story };
    let step = |merge: &Merge| {
        let Merge { story, into, seq, because } = merge.clone();
        Step::Merged { story, into, seq, because }
    };
    let mut steps = vec![joined(from)];
    // What both went through brings neither nearer to the other.
    let both = there.iter().rev().zip(back.iter().rev()).take_while(|(a, b)| a == b).count();
    steps.extend(there[..there.len() - both].iter().copied().map(step));
    steps.extend(back[..back.len() - both].iter().rev().copied().map(step));
    steps.push(joined(to));
    Some(steps)
}

/// The merges of a story, and where it lives on.
fn follow(mut story: StoryId, merges: &[Merge]) -> (Vec<&Merge>, StoryId) {
    let mut steps = Vec::new();
    for merge in merges {
        if merge.story == story {
            steps.push(merge);
            story = merge.into;
        }
    }
    (steps, story)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::news::hash16;

    fn id(name: &str) -> ArticleId {
        ArticleId(hash16(&[name]))
    }

    fn matched(with: &str, relation: Relation) -> Match {
        let nearest_article_id = if with.is_empty() { String::new() } else { id(with).to_string() };
        Match { relation, score: Fixed::from_f64(0.9), nearest_article_id, because: Vec::new() }
    }

    #[test]
    fn two_copies_of_one_root_are_led_together_over_it() {
        let matches = BTreeMap::from([
            (id("root"), matched("", Relation::New)),
            (id("a"), matched("root", Relation::Copy)),
            (id("b"), matched("root", Relation::Edited)),
            (id("lone"), matched("elsewhere", Relation::SameStory)),
        ]);
        let path = over_matches(id("a"), id("b"), &matches).unwrap();
        let score = Fixed::from_f64(0.9);
        assert_eq!(
            path,
            [
                Step::Match { from: id("a"), to: id("root"), relation: Relation::Copy, score },
                Step::Match { from: id("root"), to: id("b"), relation: Relation::Edited, score },
            ]
        );
        assert_eq!(over_matches(id("a"), id("lone"), &matches), None);
        assert_eq!(over_matches(id("a"), id("a"), &matches), Some(Vec::new()));
    }

    #[test]
    fn two_stories_that_became_one_are_led_together_over_their_merges() {
        let story = |name: &str| StoryId(hash16(&[name]));
        let merge = |from: &str, into: &str, seq: u64| Merge {
            story: story(from),
            into: story(into),
            seq,
            because: Vec::new(),
        };
        let merges =
            [merge("b", "a", 7), merge("d", "c", 8), merge("c", "a", 9), merge("a", "z", 10)];
        let path = |from: &str, to: &str| {
            over_stories((id("one"), story(from)), (id("two"), story(to)), &merges)
        };
        let seqs = |path: Vec<Step>| -> Vec<u64> {
            let seq = |step: &Step| match step {
                Step::Merged { seq, .. } => Some(*seq),
                _ => None,
            };
            path.iter().filter_map(seq).collect()
        };
        assert_eq!(seqs(path("b", "d").unwrap()), [7, 9, 8], "the last merge was of both");
        assert!(seqs(path("c", "c").unwrap()).is_empty(), "they stood together from the first");
        assert_eq!(path("b", "elsewhere"), None);
    }
}
