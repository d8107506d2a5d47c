//! Places an article: which dispatch, which story, how it stands to the nearest, and why.

use jiff::Timestamp;

use super::identify::Item;
use super::live::{LiveStory, Told};
use super::{Desk, independence, revise};
use crate::cluster::{Entry, Features, Found, Linked, Probe, Window};
use crate::news::{
    Article, ArticleChange, ArticleId, ArticleKind, Because, Change, DispatchId, Fixed,
    Granularity, Match, Member, OutletKind, OwnSign, Placed, Relation, Signal, StoryId, StoryKind,
    StoryStatus, Taken, Time,
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
    /// Whether its story may be one with another that it is near to.
    has_rival: bool,
}

impl Desk {
    /// Places a new item or revises a known one, and notes what happened to stories.
    pub(super) fn place(&mut self, item: Item, told: &mut Told, taken: &mut Taken) {
        let change = match item.known.as_ref().and_then(|known| known.placement.clone()) {
            None => {
                taken.new += 1;
                self.open(item, told)
            }
            Some(mut placed) => {
                // A sweep may have merged its story since the store was asked.
                placed.story = told.home(placed.story);
                taken.revised += 1;
                let change = self.revise(item, &placed, told);
                self.touched.insert(change.story);
                change
            }
        };
        taken.changes.push(Change::Article(Box::new(change)));
    }

    fn open(&mut self, item: Item, told: &mut Told) -> ArticleChange {
        let features = Features::of(&item.article);
        let placement = self.find(&item, &features, None);
        if placement.has_rival {
            self.touched.insert(placement.story);
        }
        self.enter(item, features, placement, told)
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
            has_rival: judged.has_rival,
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
        let member = member(&item, placement.dispatch, arrival);
        self.window.insert(Entry {
            arrival,
            article: item.id,
            dispatch: placement.dispatch,
            story: placement.story,
            fetched_at: item.fetched_at,
            moment: moment(&item.article, item.fetched_at),
            features,
        });
        self.join(placement.story, member.clone(), &placement.matched.because, told);
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
            (false, StoryStatus::Dormant) => StoryKind::Reopened,
            (false, _) => StoryKind::ArticleAdded,
        };
        if kind != StoryKind::ArticleAdded {
            self.ages.note(id, member.fetched_at.0);
        }
        story.status = StoryStatus::Active;
        story.put(member);
        told.note(id, kind, if kind == StoryKind::Created { &[] } else { because });
    }

    /// A changed article stays where it stands, unless it stood alone and its text has found company.
    fn revise(&mut self, mut item: Item, placed: &Placed, told: &mut Told) -> ArticleChange {
        let known = item.known.take().expect("only known articles are revised");
        let kind = known
            .article
            .as_ref()
            .map_or(ArticleKind::Material, |old| revise::kind(old, &item.article));
        let features = Features::of(&item.article);
        let mut at = self.replace_where(&item, placed, kind, &features);
        item.article.defects.append(&mut at.defects);
        tidy_defects(&mut item.article);
        let mut member = member(&item, at.dispatch, placed.arrival);
        member.fetched_at = Time(placed.first_fetched);
        self.renew(&item, placed, at.dispatch, features);
        self.note_revision(placed.story, &member, told);
        if at.story != placed.story {
            self.merge(at.story, placed.story, &at.matched.because, told);
            at.story = self.home(at.story, placed.story);
        }
        ArticleChange {
            id: item.id,
            kind,
            revision: known.revision + 1,
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
            has_rival: false,
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
        if !self.window.contains(item.id) {
            return;
        }
        self.window.remove(item.id);
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
    /// Whether its story may be one with another that it is near to.
    pub has_rival: bool,
}

/// Looks for the nearest dispatch and story. `is_held` says whether the desk still holds a story; another takes no
/// article.
pub fn judge(window: &Window, probe: &Probe<'_>, is_held: impl Fn(StoryId) -> bool) -> Judged {
    let found = window.find_dispatch(probe);
    if let (Some(dispatch), Some(story)) = (found.dispatch, found.story) {
        let matched = matched(&found);
        let (dispatch, story) = (Some(dispatch), Some(story));
        let (defects, has_rival) = (found.defects, false);
        return Judged { dispatch, story, matched, defects, has_rival };
    }
    link(found, window.find_story(probe), is_held)
}

fn link(found: Found, linked: Linked, is_held: impl Fn(StoryId) -> bool) -> Judged {
    // The same form with other facts is a reason to stay apart, whatever words are shared.
    let is_sibling = found.relation == Relation::TemplateSibling;
    let has_rival = linked.has_rival();
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
    Judged { dispatch: None, story, matched, defects: found.defects, has_rival }
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

/// What a story keeps of an article.
fn member(item: &Item, dispatch: DispatchId, arrival: u64) -> Member {
    let article = &item.article;
    Member {
        article: item.id,
        arrival,
        dispatch,
        outlet: article.outlet.id.clone(),
        family: article.outlet.family.clone(),
        outlet_kind: article.outlet.kind,
        wire: article.provenance.wire.clone(),
        role: article.provenance.role,
        cited: Vec::new(),
        sign: sign(article),
        title: article.title.clone(),
        lang: article.lang.clone(),
        chars: article.text.body.chars().count() as u64,
        fetched_at: Time(item.fetched_at),
        embargo_until: article.notice.until,
        uncounted: false,
        notice: article.notice.kind,
        people: article.people.iter().map(|p| p.id.clone()).collect(),
        places: article.places.iter().filter(|p| p.is_event_place).map(|p| p.id.clone()).collect(),
        watches: article.watch.iter().map(|w| w.id.clone()).collect(),
    }
}

/// What an article shows about where its text comes from.
fn sign(article: &Article) -> Because {
    let says =
        |signal, detail: &str| Because { signal, weight: Fixed::ONE, detail: detail.to_owned() };
    match (article.outlet.kind, article.own_signs.first()) {
        (OutletKind::Wire | OutletKind::Official, _) => says(Signal::OwnFeed, &article.outlet.id),
        (_, Some(OwnSign::ToldOutlet(words))) => says(Signal::ToldOutlet, words),
        (_, Some(OwnSign::Byline(words))) => says(Signal::Byline, words),
        (_, Some(OwnSign::Dateline(words))) => says(Signal::Dateline, words),
        (_, None) if !article.provenance.credit.is_empty() => {
            says(Signal::Credit, &article.provenance.credit)
        }
        (_, None) if !article.provenance.wire.is_empty() => {
            let printed = [&article.provenance.dateline, &article.provenance.byline];
            let words = printed.iter().find(|words| !words.is_empty());
            says(Signal::Credit, words.map_or(&article.provenance.wire[0], |words| words))
        }
        _ => independence::no_sign(),
    }
}
