//! Places an article: which dispatch, which story, how it stands to the nearest, and why.

use jiff::Timestamp;

use super::identify::Item;
use super::live::{LiveStory, Told};
use super::member::member;
use super::notice;
use super::{Desk, independence, revise};
use crate::cluster::{Entry, Features, Found, Linked, Place, Probe, Window};
use crate::news::{
    Article, ArticleChange, ArticleId, ArticleKind, Because, Change, DispatchId, Granularity,
    Match, Member, OutletKind, Placed, ROUND_UP, Relation, StoryId, StoryKind, StoryStatus, Taken,
    Time,
};

/// Reasons listed for one article.
const BECAUSE_MAX: usize = 8;

/// The moment that the time kernel compares: the stated one, and none where nothing was stated.
pub(super) fn moment(article: &Article, fetched_at: Timestamp) -> Option<Timestamp> {
    match article.published.granularity {
        Granularity::Unknown => None,
        _ => article.stated().map(|stated| stated.min(fetched_at)),
    }
}

/// Where an article goes.
struct Placement {
    dispatch: DispatchId,
    story: StoryId,
    matched: Match,
    /// Defects of the judgement, such as `copy_undecidable`.
    defects: Vec<String>,
    /// Whether its story should be asked whether it is one with another, and whether it hangs together.
    is_unsure: bool,
}

impl Desk {
    /// Places a new item or revises a known one, and notes what happened to stories.
    pub(super) fn place(&mut self, mut item: Item, told: &mut Told, taken: &mut Taken) {
        item.article.watch = self.watches.hits(&item.article);
        let change = match item.known.as_ref().and_then(|known| known.placement.clone()) {
            None => {
                taken.new += 1;
                self.open(item, told)
            }
            Some(mut placed) => {
                // A sweep may have split or merged its story since the store was asked.
                let since = told.again.since_recall(item.id);
                placed.story = told.home(since.map_or(placed.story, |(_, story)| story));
                taken.revised += 1;
                let change = self.revise(item, &placed, told);
                self.touched.insert(change.story);
                change
            }
        };
        taken.changes.push(Change::Article(Box::new(change)));
        told.again.hand_over(taken);
    }

    fn open(&mut self, mut item: Item, told: &mut Told) -> ArticleChange {
        let features = Features::of(&item.article);
        let target = self.target(&item, &features);
        item.article.notice.target_article_id =
            target.map(|target| target.article.to_string()).unwrap_or_default();
        let is_note = item.article.notice.kind.is_note();
        let placement = match target.filter(|_| is_note) {
            Some(target) => {
                Placement { dispatch: target.dispatch, story: target.story, ..alone(&item) }
            }
            None if notice::stands_apart(&item.article) => alone(&item),
            None => self.find(&item, &features, None),
        };
        if placement.is_unsure {
            self.touched.insert(placement.story);
        }
        let change = self.enter(item, features, placement, told);
        if let Some(target) = target {
            self.spread(&change.member, &change.article.notice, &target, told);
        }
        change
    }

    /// The nearest dispatch and story for an item; `own` is itself where it stands already.
    fn find(&self, item: &Item, features: &Features, own: Option<ArticleId>) -> Placement {
        let probe = Probe {
            features,
            fetched_at: item.fetched_at,
            moment: moment(&item.article, item.fetched_at),
            exclude: own,
        };
        let judged = judge(&self.window, &probe, |story| self.stories.contains_key(&story));
        Placement {
            dispatch: judged.dispatch.unwrap_or_else(|| DispatchId::opened_by(item.id, 1)),
            story: judged.story.unwrap_or_else(|| StoryId::opened_by(item.id, 1)),
            matched: judged.matched,
            defects: judged.defects,
            is_unsure: judged.is_unsure,
        }
    }

    /// Puts an article where it goes: into the window, its story, and a record to be.
    fn enter(
        &mut self,
        mut item: Item,
        features: Features,
        placement: Placement,
        told: &mut Told,
    ) -> ArticleChange {
        self.marks.arrivals += 1;
        let arrival = self.marks.arrivals;
        item.article.defects.extend(placement.defects);
        tidy_defects(&mut item.article);
        let mut member = member(&item, placement.dispatch, arrival);
        let matched = &placement.matched;
        member.mark = self.inherited(&item, placement.dispatch, placement.story, matched);
        member.uncounted |= member.mark.as_ref().is_some_and(|mark| mark.kind.stops());
        member.opened = !self.stories.contains_key(&placement.story);
        member.is_sibling = self.is_sibling(placement.story, placement.dispatch, matched.relation);
        if !notice::stands_apart(&item.article) {
            self.window.insert(Entry {
                arrival,
                article: item.id,
                dispatch: placement.dispatch,
                story: placement.story,
                fetched_at: item.fetched_at,
                moment: moment(&item.article, item.fetched_at),
                features,
            });
        }
        self.join(placement.story, member.clone(), &placement.matched.because, told);
        self.stir(placement.story, &member, told);
        ArticleChange {
            id: item.id,
            kind: ArticleKind::New,
            revision: 1,
            dispatch: placement.dispatch,
            story: placement.story,
            feed_id: item.feed_id,
            fetched_at: item.fetched_at,
            matched: placement.matched,
            article: item.article,
            member,
        }
    }

    fn join(&mut self, id: StoryId, member: Member, because: &[Because], told: &mut Told) {
        let story = self.stories.entry(id).or_insert_with(LiveStory::new);
        let kind = match (story.members.is_empty(), story.status) {
            (true, _) => StoryKind::Created,
            // A kill and what it stopped wake nothing.
            (false, StoryStatus::Dormant | StoryStatus::Retracted) if !member.uncounted => {
                StoryKind::Reopened
            }
            (false, _) => StoryKind::ArticleAdded,
        };
        if kind != StoryKind::ArticleAdded {
            self.ages.note(id, member.fetched_at.0);
        }
        if !member.uncounted {
            story.status = StoryStatus::Active;
        }
        story.put(member);
        told.note(id, kind, if kind == StoryKind::Created { &[] } else { because });
    }

    /// A changed article stays where it stands, unless it stood alone and its text has found company.
    fn revise(&mut self, mut item: Item, placed: &Placed, told: &mut Told) -> ArticleChange {
        let known = item.known.take().expect("only known articles are revised");
        let mut kind = known
            .article
            .as_ref()
            .map_or(ArticleKind::Material, |old| revise::kind(old, &item.article));
        notice::keep_round_up(&mut item.article, known.article.as_ref());
        let features = Features::of(&item.article);
        let before = self.member_of(placed.story, item.id).cloned();
        let bears = notice::bears(&mut item, known.article.as_ref(), &mut kind);
        let more = told.again.since_recall(item.id).map_or(0, |(times, _)| times);
        let mut at = self.replace_where(&item, placed, kind, &features);
        item.article.defects.append(&mut at.defects);
        tidy_defects(&mut item.article);
        let mut member = member(&item, at.dispatch, placed.arrival);
        member.fetched_at = Time(placed.first_fetched);
        if let Some(before) = &before {
            let old = known.article.as_ref().map_or("", |old| old.text.body.as_str());
            let is_same_text = || notice::is_same_text(old, &item.article.text.body);
            notice::keep_mark(&mut member, before, kind, is_same_text);
        }
        self.renew(&item, placed, at.dispatch, features);
        self.note_revision(placed.story, &member, told);
        if kind != ArticleKind::Cosmetic {
            self.stir(placed.story, &member, told);
        }
        let place = Place { article: item.id, dispatch: at.dispatch, story: placed.story };
        let about = bears
            .map(|about| if about == item.id { Some(place) } else { self.window.place_of(about) });
        if let Some(about) = about.flatten() {
            self.spread(&member, &item.article.notice, &about, told);
        } else if before.is_some_and(|before| {
            // Whoever took its own text back, or the wire whose text it is, may bring it again.
            let is_its_own = before.mark.is_none() || before.outlet_kind == OutletKind::Wire;
            is_its_own && before.uncounted && !member.uncounted
        }) {
            self.lift(&place, told);
        }
        self.settle(placed.story, told);
        if at.story != placed.story {
            self.merge(at.story, placed.story, &at.matched.because, told);
            at.story = self.home(at.story, placed.story);
        }
        ArticleChange {
            id: item.id,
            kind,
            revision: known.revision + 1 + more,
            dispatch: at.dispatch,
            story: at.story,
            feed_id: item.feed_id,
            fetched_at: item.fetched_at,
            matched: at.matched,
            article: item.article,
            member,
        }
    }

    /// Where a changed article belongs.
    fn replace_where(
        &self,
        item: &Item,
        placed: &Placed,
        kind: ArticleKind,
        features: &Features,
    ) -> Placement {
        let alone = self.stories.get(&placed.story).is_some_and(|s| s.is_alone(item.id));
        if kind == ArticleKind::Material && alone && self.window.contains(item.id) {
            let found = self.find(item, features, Some(item.id));
            if self.stories.contains_key(&found.story) && found.story != placed.story {
                return found;
            }
        }
        Placement {
            dispatch: placed.dispatch,
            story: placed.story,
            matched: placed.matched.clone(),
            defects: Vec::new(),
            is_unsure: false,
        }
    }

    /// Puts the new version into its story and notes what readers of the story would see change.
    fn note_revision(&mut self, id: StoryId, member: &Member, told: &mut Told) {
        let now = self.marks.stream.expect("advance set the stream time");
        let Some(story) = self.stories.get_mut(&id) else { return };
        let before = independence::tally(&story.members);
        let retitled = story.lead == Some(member.article)
            && story.members.iter().any(|m| m.article == member.article && m.title != member.title);
        story.put(member.clone());
        let lead = independence::lead(&story.members, now).map(|m| m.article);
        if before.independence != independence::tally(&story.members).independence {
            told.note(id, StoryKind::Recounted, &[]);
        } else if retitled || lead != story.lead {
            told.note(id, StoryKind::LeadChanged, &[]);
        }
    }

    /// Whichever of two just merged stories survived.
    fn home(&self, a: StoryId, b: StoryId) -> StoryId {
        if self.stories.contains_key(&a) { a } else { b }
    }

    /// Puts the new version of an article into the window in the old one's place.
    fn renew(&mut self, item: &Item, placed: &Placed, dispatch: DispatchId, features: Features) {
        self.window.remove(item.id);
        let has_left = super::hour_of(placed.first_fetched) < self.marks.window_start_hour;
        if has_left || notice::stands_apart(&item.article) {
            return;
        }
        self.window.insert(Entry {
            arrival: placed.arrival,
            article: item.id,
            dispatch,
            story: placed.story,
            fetched_at: placed.first_fetched,
            moment: moment(&item.article, placed.first_fetched),
            features,
        });
    }
}

/// What the desk finds for an article among those of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The dispatch it joins, if any.
    pub dispatch: Option<DispatchId>,
    /// The story it joins, if any.
    pub story: Option<StoryId>,
    /// What it was matched with, and why.
    pub matched: Match,
    /// Defects of the judgement, such as `copy_undecidable`.
    pub defects: Vec<String>,
    /// Whether its story should be asked whether it is one with another, and whether it hangs together.
    pub is_unsure: bool,
}

/// Looks for the nearest dispatch and story. `is_held` says whether the desk still holds a story; another takes no
/// article.
pub fn judge(window: &Window, probe: &Probe<'_>, is_held: impl Fn(StoryId) -> bool) -> Judged {
    let found = window.find_dispatch(probe);
    if found.defects.iter().any(|defect| defect == ROUND_UP) {
        let matched = matched(&found);
        let (defects, is_unsure) = (found.defects, false);
        return Judged { dispatch: None, story: None, matched, defects, is_unsure };
    }
    if let (Some(dispatch), Some(story)) = (found.dispatch, found.story) {
        let matched = matched(&found);
        let (dispatch, story) = (Some(dispatch), Some(story));
        let (defects, is_unsure) = (found.defects, false);
        return Judged { dispatch, story, matched, defects, is_unsure };
    }
    link(found, window.find_story(probe), is_held)
}

fn link(found: Found, linked: Linked, is_held: impl Fn(StoryId) -> bool) -> Judged {
    // The same form with other facts is a reason to stay apart, whatever words are shared.
    let is_sibling = found.relation == Relation::TemplateSibling;
    let is_unsure = linked.is_unsure();
    let story = linked
        .story
        .filter(|story| is_held(*story))
        .filter(|story| !(is_sibling && found.story == Some(*story)));
    let matched = match (story, found.relation) {
        (Some(_), Relation::New) => Match {
            relation: Relation::SameStory,
            score: linked.score,
            nearest_article_id: name(linked.nearest),
            because: linked.because,
        },
        (Some(_), _) => {
            let mut matched = matched(&found);
            matched.because.extend(linked.because);
            matched.because.sort_by_key(|b| std::cmp::Reverse(b.weight.0.abs()));
            matched.because.truncate(BECAUSE_MAX);
            matched
        }
        (None, _) => matched(&found),
    };
    Judged { dispatch: None, story, matched, defects: found.defects, is_unsure }
}

/// A dispatch and a story of its own.
fn alone(item: &Item) -> Placement {
    Placement {
        dispatch: DispatchId::opened_by(item.id, 1),
        story: StoryId::opened_by(item.id, 1),
        matched: Match::default(),
        defects: Vec::new(),
        is_unsure: false,
    }
}

fn name(article: Option<ArticleId>) -> String {
    article.map(|id| id.to_string()).unwrap_or_default()
}

fn matched(found: &Found) -> Match {
    if found.relation == Relation::New {
        return Match::default();
    }
    let mut because = found.because.clone();
    because.sort_by_key(|b| std::cmp::Reverse(b.weight.0.abs()));
    because.truncate(BECAUSE_MAX);
    Match {
        relation: found.relation,
        score: found.score,
        nearest_article_id: name(found.nearest),
        because,
    }
}

fn tidy_defects(article: &mut Article) {
    article.defects.sort();
    article.defects.dedup();
}
