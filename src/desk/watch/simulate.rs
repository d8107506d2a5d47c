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
use crate::news::{Alert, Member, NoticeKind, StoryId, StoryStatus, Time};

/// An alert, and when it would have been raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// What.
    pub alert: Alert,
}

/// What would have been raised of a story whose members, by arrival, are marked by these watches.
pub fn would_raise(story: StoryId, members: &[Member], watches: &Watches) -> Vec<Heard> {
    let mut live = LiveStory::new();
    let mut raised = Vec::new();
    let mut heard = Vec::new();
    let mut steps: Vec<(Timestamp, Option<usize>)> = Vec::new();
    for (place, member) in members.iter().enumerate() {
        steps.push((member.fetched_at.0, Some(place)));
        steps.extend(member.embargo_until.map(|until| (until.0, None)));
    }
    steps.sort_by_key(|&(at, place)| (at, place.is_none(), place));
    for (now, place) in steps {
        let mut stirred = Stirred::default();
        if let Some(member) = place.and_then(|place| members.get(place)) {
            arrive(&mut live, member, members, now, &mut stirred);
            if stirred == Stirred::default() {
                continue;
            }
        }
        let tally = independence::tally(&live.members);
        let is_empty = tally.articles == 0;
        live.status = if is_empty { StoryStatus::Retracted } else { StoryStatus::Active };
        let state = live.snapshot(now);
        let members = &live.members;
        let scene = Scene { story, members, state: &state, stirred: &stirred, now, watches };
        let alerts = scene.raise(&mut raised);
        heard.extend(alerts.into_iter().map(|alert| Heard { at: now, alert }));
    }
    heard
}

/// Puts a member in as it was when it came: what bears on it since came with a later one.
fn arrive(
    live: &mut LiveStory,
    member: &Member,
    members: &[Member],
    now: Timestamp,
    stirred: &mut Stirred,
) {
    let bears = |member: &Member| member.notice.is_told_to_copies();
    if bears(member) && member.notice != NoticeKind::Hold {
        stirred.corrected_by = Some(member.article);
    }
    let is_marked = bears(member);
    let is_own = |member: &Member| member.uncounted && member.mark.is_none();
    live.put(Member {
        mark: None,
        uncounted: is_own(member),
        embargo_until: member.embargo_until.filter(|until: &Time| until.0 > now),
        ..member.clone()
    });
    if is_marked {
        let here: Vec<u64> = live.members.iter().map(|member| member.arrival).collect();
        for late in members.iter().filter(|late| here.contains(&late.arrival)) {
            live.put(late.clone());
        }
    }
    if !member.is_sibling {
        stirred.articles.push(member.article);
    }
}
