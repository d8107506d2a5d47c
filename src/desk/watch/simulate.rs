//! What a rule would have raised: the articles of one story, shown again in the order in which they came.
//!
//! Close to what the desk would have decided, and not the same: how the story was merged and split on its way, and when a
//! revision came, is not told again.

use jiff::Timestamp;

use super::Watches;
use super::alert::Scene;
use super::stirred::Stirred;
use crate::desk::independence;
use crate::desk::live::LiveStory;
use crate::news::{Alert, ArticleId, Member, NoticeKind, StoryId, StoryStatus};

/// An alert, and when it would have been raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// What.
    pub alert: Alert,
}

/// What would have been raised of a story whose members, by arrival, are marked by these watches. `labelled` says when
/// an article got the label that it carries, where it came without.
pub fn would_raise(
    story: StoryId,
    members: &[Member],
    watches: &Watches,
    labelled: impl Fn(ArticleId) -> Option<Timestamp>,
) -> Vec<Heard> {
    let mut live = LiveStory::new();
    let mut raised = Vec::new();
    let mut heard = Vec::new();
    let mut steps: Vec<(Timestamp, Step<'_>)> = Vec::new();
    for member in members {
        let later = labelled(member.article).filter(|at| *at > member.fetched_at.0);
        steps.push((member.fetched_at.0, Step::Comes(member, later.is_none())));
        steps.extend(later.map(|at| (at, Step::IsLabelled(member))));
        steps.extend(member.embargo_until.map(|until| (until.0, Step::IsFree)));
    }
    // Stable: what comes at one moment keeps the order of arrival.
    steps.sort_by_key(|&(at, _)| at);
    for (now, step) in steps {
        let mut stirred = Stirred::default();
        match step {
            Step::Comes(member, is_labelled) => {
                come(&mut live, member, is_labelled, &mut stirred);
                if is_labelled {
                    bear(&mut live, member, members, &mut stirred);
                }
            }
            Step::IsLabelled(member) => bear(&mut live, member, members, &mut stirred),
            Step::IsFree => stirred.articles.extend(members.first().map(|member| member.article)),
        }
        if stirred == Stirred::default() {
            continue;
        }
        let tally = independence::tally(&live.members);
        let is_empty = tally.articles == 0;
        live.status = if is_empty { StoryStatus::Retracted } else { StoryStatus::Active };
        let state = live.snapshot(story, now);
        let members = &live.members;
        let scene = Scene { story, members, state: &state, stirred: &stirred, now, watches };
        let alerts = scene.raise(&mut raised);
        heard.extend(alerts.into_iter().map(|alert| Heard { at: now, alert }));
    }
    heard
}

/// What happens in a story.
enum Step<'a> {
    /// An article comes, with its label or without.
    Comes(&'a Member, bool),
    /// An article that is here gets its label.
    IsLabelled(&'a Member),
    /// A text may be told of.
    IsFree,
}

/// Puts a member in as it was when it came: what bears on it since came with a later one.
fn come(live: &mut LiveStory, member: &Member, is_labelled: bool, stirred: &mut Stirred) {
    let is_own = member.uncounted && member.mark.is_none() && is_labelled;
    let notice = if is_labelled { member.notice } else { NoticeKind::None };
    live.put(Member { mark: None, uncounted: is_own, notice, ..member.clone() });
    if !member.is_sibling {
        stirred.articles.push(member.article);
    }
}

/// Lets the label of an article bear on those that are here.
fn bear(live: &mut LiveStory, member: &Member, members: &[Member], stirred: &mut Stirred) {
    if !member.notice.is_told_to_copies() {
        return;
    }
    if member.notice != NoticeKind::Hold {
        stirred.corrected_by = Some(member.article);
    }
    let here: Vec<u64> = live.members.iter().map(|member| member.arrival).collect();
    for late in members.iter().filter(|late| here.contains(&late.arrival)) {
        live.put(late.clone());
    }
}
