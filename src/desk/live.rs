//! Stories as the desk holds them, and what is to be told of them at the end of a commit.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::again::Again;
use super::statements::Claims;
use super::watch::{self, AllStirred};
use super::{Desk, independence};
use crate::news::{
    ArticleId, Because, Change, Fixed, Hash16, Member, NoticeKind, Raised, Signal, StoredStory,
    StoryChange, StoryId, StoryKind, StoryState, StoryStatus, Taken, Tally, Time, hash16,
};

/// Article ids listed in a story record.
const ARTICLE_IDS_MAX: usize = 300;

/// People, places and watches listed in a story record.
const TOP_IDS_MAX: usize = 50;

/// Origins named where their number is another one.
const ORIGINS_NAMED: usize = 6;

/// Reasons listed in a story record.
const BECAUSE_MAX: usize = 8;

/// A story in memory.
#[derive(Clone, Debug)]
pub(super) struct LiveStory {
    pub(super) revision: u64,
    pub(super) status: StoryStatus,
    pub(super) lead: Option<ArticleId>,
    /// Independent sources as last told.
    pub(super) independent: u64,
    pub(super) merged_from: Vec<StoryId>,
    pub(super) split_from: Option<StoryId>,
    /// What was told of it to those who follow it, by watch.
    pub(super) alerts: Vec<Raised>,
    /// By arrival.
    pub(super) members: Vec<Member>,
    /// What is said in it, as far as that was looked at; follows from the members.
    pub(super) claims: Option<Box<Claims>>,
}

impl LiveStory {
    pub(super) fn new() -> Self {
        Self {
            revision: 0,
            status: StoryStatus::Active,
            lead: None,
            independent: 0,
            merged_from: Vec::new(),
            split_from: None,
            alerts: Vec::new(),
            members: Vec::new(),
            claims: None,
        }
    }

    pub(super) fn stored(story: StoredStory) -> Self {
        Self {
            revision: story.revision,
            status: story.status,
            lead: Some(story.lead),
            independent: story.independent,
            merged_from: story.merged_from,
            split_from: story.split_from,
            alerts: story.alerts,
            members: story.members,
            claims: None,
        }
    }

    /// Fetch of its latest article.
    pub(super) fn last_seen(&self) -> Timestamp {
        self.members.iter().map(|m| m.fetched_at.0).max().unwrap_or(Timestamp::MIN)
    }

    fn first_seen(&self) -> Timestamp {
        self.members.iter().map(|m| m.fetched_at.0).min().unwrap_or(Timestamp::MIN)
    }

    /// Puts a member in, or its newer version in its place; the order of arrival is kept.
    pub(super) fn put(&mut self, member: Member) {
        match self.members.binary_search_by_key(&member.arrival, |m| m.arrival) {
            Ok(place) => {
                self.members[place] = member;
                self.claims = None;
            }
            Err(place) => self.members.insert(place, member),
        }
    }

    pub(super) fn is_alone(&self, article: ArticleId) -> bool {
        matches!(&self.members[..], [only] if only.article == article)
    }

    /// Words for people, while nothing of it counts because its texts were taken back.
    fn retracted_reason(&self) -> String {
        if self.status != StoryStatus::Retracted {
            return String::new();
        }
        let stopped = || self.members.iter().filter(|m| m.uncounted);
        let is_killed = stopped().any(|m| m.bearing() == NoticeKind::Kill);
        let is_wire = stopped().any(|m| !m.wire.is_empty());
        let word = if is_killed { "killed" } else { "withdrawn" };
        format!("{word} by its {}", if is_wire { "wire" } else { "outlet" })
    }

    /// Hash of all that decisions and records depend on.
    pub(super) fn digest(&self) -> Hash16 {
        let members = serde_json::to_string(&self.members).expect("members are plain data");
        hash16(&[
            &self.revision.to_string(),
            &format!("{:?} {:?}", self.status, self.lead),
            &self.independent.to_string(),
            &format!("{:?} {:?}", self.merged_from, self.split_from),
            &format!("{:?}", self.alerts),
            &members,
        ])
    }

    /// Its snapshot at `now`, counted anew.
    pub(super) fn snapshot(&mut self, id: StoryId, now: Timestamp) -> StoryState {
        let tally = independence::tally(&self.members);
        self.state(id, tally, now)
    }

    /// Its snapshot at `now`.
    fn state(&mut self, id: StoryId, tally: Tally, now: Timestamp) -> StoryState {
        let statements = Claims::of(&mut self.claims, id, &self.members);
        let lead = independence::lead(&self.members, now)
            .or_else(|| self.members.iter().find(|m| Some(m.article) == self.lead))
            .or_else(|| self.members.first())
            .expect(
                "a story has members: the article that opened it never leaves it without a merge",
            );
        let from = self.members.len().saturating_sub(ARTICLE_IDS_MAX);
        StoryState {
            title: lead.title.clone(),
            lang: lead.lang.clone(),
            status: self.status,
            first_seen: Time(self.first_seen()),
            last_seen: Time(self.last_seen()),
            tally,
            statements,
            lead: lead.article,
            articles: self.members.iter().skip(from).map(|m| m.article).collect(),
            merged_from: self.merged_from.clone(),
            merged_into: None,
            split_from: self.split_from,
            retracted_reason: self.retracted_reason(),
            people: most_frequent(self.members.iter().flat_map(|m| &m.people)),
            places: most_frequent(self.members.iter().flat_map(|m| &m.places)),
            watches: most_frequent(self.members.iter().flat_map(|m| &m.watches)),
        }
    }
}

/// Why the number of independent sources is another one: all that it counts, and the sign of the one that came last.
fn recounted(before: u64, tally: &Tally) -> Because {
    let now = tally.independence.len();
    let names: Vec<&str> =
        tally.independence.iter().map(|o| o.origin.as_str()).take(ORIGINS_NAMED).collect();
    let more = if now > ORIGINS_NAMED { " and more" } else { "" };
    let last = tally.independence.last().and_then(|origin| origin.because.first());
    let (signal, words) = last.map_or((Signal::NoSign, String::new()), |sign| {
        (sign.signal, format!(" ({})", sign.detail))
    });
    let detail = format!("{before} → {now} independent sources: {}{more}{words}", names.join(", "));
    Because { signal, weight: Fixed::ONE, detail }
}

/// Most frequent first; on a tie the one met first.
fn most_frequent<'a>(ids: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut counts: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for (place, id) in ids.enumerate() {
        counts.entry(id).or_insert((0, place)).0 += 1;
    }
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by_key(|&(_, (count, place))| (std::cmp::Reverse(count), place));
    ranked.into_iter().take(TOP_IDS_MAX).map(|(id, _)| id.to_owned()).collect()
}

/// What happened to stories since the last commit; told once a story, the weightiest change named.
#[derive(Debug, Default)]
pub(super) struct Told {
    stories: BTreeMap<StoryId, Happened>,
    losers: BTreeMap<StoryId, Loser>,
    /// Records more about articles that are not in the input, or not yet.
    pub(super) again: Again,
    /// What moved, so that those who follow it may be told.
    pub(super) stirred: AllStirred,
}

/// The losing side of a merge, as it stood.
#[derive(Debug)]
struct Loser {
    into: StoryId,
    story: LiveStory,
}

#[derive(Debug)]
struct Happened {
    kind: StoryKind,
    because: Vec<Because>,
}

impl Told {
    /// Notes that something happened to a story, and why.
    pub(super) fn note(&mut self, story: StoryId, kind: StoryKind, because: &[Because]) {
        let happened = self.stories.entry(story).or_insert(Happened { kind, because: Vec::new() });
        // The reasons of the weightiest change come first; those of lesser ones follow while there is room.
        if kind > happened.kind {
            happened.kind = kind;
            let lesser = std::mem::replace(&mut happened.because, because.to_vec());
            happened.because.extend(lesser);
        } else {
            happened.because.extend_from_slice(because);
        }
        happened.because.sort_by_key(|b| std::cmp::Reverse(b.weight.0.abs()));
        happened.because.truncate(BECAUSE_MAX);
    }

    /// Where a story lives on after the merges of this commit; itself if it was not merged.
    pub(super) fn home(&self, story: StoryId) -> StoryId {
        let mut home = story;
        while let Some(loser) = self.losers.get(&home) {
            home = loser.into;
        }
        home
    }

    pub(super) fn dormant(&mut self, story: StoryId) {
        self.note(story, StoryKind::Dormant, &[]);
    }
}

impl Desk {
    /// Merges two stories: the older survives, the other's id resolves to it for ever.
    pub(super) fn merge(&mut self, a: StoryId, b: StoryId, because: &[Because], told: &mut Told) {
        if a == b {
            return;
        }
        let age = |id: &StoryId| {
            self.stories.get(id).and_then(|s| s.members.first()).map_or(u64::MAX, |m| m.arrival)
        };
        let (into, from) = if age(&a) <= age(&b) { (a, b) } else { (b, a) };
        if !self.stories.contains_key(&into) {
            return;
        }
        let Some(loser) = self.stories.remove(&from) else { return };
        self.window.merge_stories(from, into);
        self.touched.remove(&from);
        let survivor = self.stories.get_mut(&into).expect("checked above");
        for member in &loser.members {
            survivor.put(member.clone());
        }
        survivor.merged_from.push(from);
        survivor.alerts = watch::merged(&survivor.alerts, &loser.alerts);
        told.stirred.by(into, None);
        let was_taken_back =
            survivor.status == StoryStatus::Retracted && loser.status == StoryStatus::Retracted;
        if !was_taken_back {
            survivor.status = StoryStatus::Active;
        }
        self.ages.note(into, survivor.last_seen());
        self.note_embargoes(into);
        told.stories.remove(&from);
        told.note(into, StoryKind::Merged, because);
        told.note(from, StoryKind::Merged, because);
        told.losers.insert(from, Loser { into, story: loser });
    }

    /// Turns what happened into changes: one a story, its snapshot taken after everything.
    pub(super) fn finish(&mut self, told: Told, taken: &mut Taken) {
        let now = self.marks.stream.expect("advance set the stream time");
        let stirred = told.stirred.at_home(|story| told.home(story));
        let Told { stories, mut losers, .. } = told;
        for (id, happened) in stories {
            let change = match losers.remove(&id) {
                Some(loser) => self.loser(id, loser, happened, now),
                None => match self.survivor(id, happened, now) {
                    Some(change) => change,
                    None => continue,
                },
            };
            taken.changes.push(Change::Story(Box::new(change)));
        }
        self.raise(&stirred, now, taken);
    }

    fn loser(&self, id: StoryId, loser: Loser, happened: Happened, now: Timestamp) -> StoryChange {
        let Loser { into, story: mut loser } = loser;
        loser.status = StoryStatus::Merged;
        // A chain of merges in one commit ends at the last survivor.
        let mut last = into;
        while let Some((&next, _)) =
            self.stories.iter().find(|(_, story)| story.merged_from.contains(&last))
        {
            last = next;
        }
        let mut state = loser.state(id, independence::tally(&loser.members), now);
        state.merged_into = Some(last);
        StoryChange {
            id,
            revision: loser.revision + 1,
            kind: StoryKind::Merged,
            is_loser: true,
            state,
            because: happened.because,
            alerts: loser.alerts,
        }
    }

    fn survivor(
        &mut self,
        id: StoryId,
        mut happened: Happened,
        now: Timestamp,
    ) -> Option<StoryChange> {
        let story = self.stories.get_mut(&id)?;
        let tally = independence::tally(&story.members);
        let independent = tally.independence.len() as u64;
        let state = story.state(id, tally, now);
        if happened.kind < StoryKind::LeadChanged && story.lead != Some(state.lead) {
            happened.kind = StoryKind::LeadChanged;
        }
        if happened.kind < StoryKind::Recounted && story.independent != independent {
            happened.kind = StoryKind::Recounted;
        }
        if happened.kind == StoryKind::Recounted && story.independent != independent {
            happened.because.insert(0, recounted(story.independent, &state.tally));
            happened.because.truncate(BECAUSE_MAX);
        }
        story.revision += 1;
        story.lead = Some(state.lead);
        story.independent = independent;
        Some(StoryChange {
            id,
            revision: story.revision,
            kind: happened.kind,
            is_loser: false,
            state,
            because: happened.because,
            alerts: story.alerts.clone(),
        })
    }
}
