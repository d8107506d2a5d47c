//! What notices, moves, splits and retractions owe each other in the records.

use crate::news::{ArticleId, DispatchId, Signal, StoryKind, StoryStatus};
use crate::record::format::StoryType;
use crate::record::{ArticleRecord, StoryRecord};

/// A note about a known article, or the mark of a text that was stopped, stands in that article's dispatch.
pub(super) fn wrong_target(
    record: &ArticleRecord,
    dispatch_of: impl Fn(ArticleId) -> Option<DispatchId>,
) -> Option<String> {
    let target = record.notice.target_article_id.parse::<ArticleId>().ok()?;
    let stands = dispatch_of(target).filter(|_| record.notice.is_uncounted())?;
    (stands != record.dispatch_id).then(|| {
        format!("{}: a notice about {target} that stands in another dispatch", record.article_id)
    })
}

/// An article that was moved stands elsewhere than before, and says from where.
pub(super) fn wrong_move(record: &ArticleRecord, has_moved: bool) -> Option<String> {
    let says_so = record.matched.because.iter().any(|because| because.signal == Signal::Moved);
    match (has_moved, says_so) {
        (false, _) => Some(format!("{}: reassigned to where it stood", record.article_id)),
        (true, false) => Some(format!("{}: reassigned from nowhere", record.article_id)),
        (true, true) => None,
    }
}

/// A retracted story has nothing left, and a reason; no other has a reason.
pub(super) fn wrong_retraction(record: &StoryRecord) -> Option<String> {
    let id = record.story_id;
    let is_retracted = record.status == StoryStatus::Retracted;
    if record.kind == StoryType::Retracted && !is_retracted {
        return Some(format!("{id}: retracted, with another status"));
    }
    if is_retracted && record.independent_source_count > 0 {
        return Some(format!("{id}: retracted with sources left"));
    }
    (is_retracted == record.retracted_reason.is_empty())
        .then(|| format!("{id}: its status and retracted_reason say different things"))
}

/// The two halves of a split are told in one commit.
pub(super) fn wrong_split(record: &StoryRecord, commit: &[&StoryRecord]) -> Option<String> {
    let id = record.story_id;
    if record.kind == StoryType::Created && !record.split_from.is_empty() {
        let other = |told: &&StoryRecord| told.story_id.to_string() == record.split_from;
        return (!commit.iter().any(other))
            .then(|| format!("{id}: split from a story not told of"));
    }
    let is_half = |told: &&StoryRecord| {
        told.change == StoryKind::Created && told.split_from == id.to_string()
    };
    (record.kind == StoryType::Split && !commit.iter().any(is_half))
        .then(|| format!("{id}: split, and nothing was split off"))
}
