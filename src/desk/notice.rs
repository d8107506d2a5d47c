//! What a notice does: finds the article it is about, and tells all who carry its text.
//!
//! Precision first. A notice is about an article of its own newsroom that one name leads to, or about none; and only
//! whoever a text comes from speaks for its copies.

use std::collections::BTreeSet;

use super::Desk;
use super::identify::Item;
use super::live::Told;
use crate::cluster::{Features, Place};
use crate::news::{
    Article, ArticleId, ArticleKind, DispatchId, Match, Member, Name, Notice, NoticeKind,
    OutletKind, ROUND_UP, Relation, Rung, StoryId, StoryKind, StoryStatus, Text,
};

use super::independence;

/// A text that takes itself back says little more than that.
const WITHDRAWN_WORDS_MAX: usize = 80;

/// Whether an article is no report of one event: a note about another article, a round-up. It stands outside the
/// window, so nothing is ever matched with it.
pub fn stands_apart(article: &Article) -> bool {
    article.notice.kind.is_note() || is_round_up(article)
}

fn is_round_up(article: &Article) -> bool {
    article.defects.iter().any(|defect| defect == ROUND_UP)
}

/// What was found to be a round-up by its matches stays one in its next version.
pub(super) fn keep_round_up(article: &mut Article, old: Option<&Article>) {
    if old.is_some_and(is_round_up) {
        article.defects.push(ROUND_UP.to_owned());
    }
}

/// Settles what the label of a changed article is about: the article itself, or what it was about before. Gives that
/// article where those who carry its text are to be told.
pub(super) fn bears(
    item: &mut Item,
    old: Option<&Article>,
    kind: &mut ArticleKind,
) -> Option<ArticleId> {
    let is_withdrawn = says_so(&item.article);
    let notice = &mut item.article.notice;
    let old = old.map(|old| &old.notice).filter(|_| notice.kind.is_told_to_copies())?;
    let is_old_news = old.kind.is_told_to_copies()
        && old.kind.stops() == notice.kind.stops()
        && old.kind.takes_back() == notice.kind.takes_back();
    if is_old_news || (old.kind.is_note() && !old.target_article_id.is_empty()) {
        notice.target_article_id.clone_from(&old.target_article_id);
        return if is_old_news { None } else { old.target_article_id.parse().ok() };
    }
    if notice.kind.stops() && !is_withdrawn {
        return None;
    }
    notice.target_article_id = item.id.to_string();
    if notice.kind.takes_back() {
        *kind = ArticleKind::Withdrawn;
    }
    Some(item.id)
}

/// Whether the article itself is what its label speaks of: a headline with the label, or hardly any text beside it.
fn says_so(article: &Article) -> bool {
    article.title.starts_with(&article.notice.label)
        || article.text.body.split_whitespace().nth(WITHDRAWN_WORDS_MAX).is_none()
}

/// A new version of a marked article keeps the mark: what stopped its text as long as it is mostly that text, a
/// correction until it says something else.
pub(super) fn keep_mark(
    member: &mut Member,
    before: &Member,
    kind: ArticleKind,
    is_same_text: impl Fn() -> bool,
) {
    (member.opened, member.split_off) = (before.opened, before.split_off);
    member.is_sibling = before.is_sibling;
    let stops = |mark: &Notice| mark.kind.stops();
    if kind == ArticleKind::Cosmetic
        || (before.mark.as_deref().is_some_and(stops) && is_same_text())
    {
        member.mark.clone_from(&before.mark);
    }
    member.uncounted |= member.mark.as_deref().is_some_and(stops) || kind == ArticleKind::Withdrawn;
}

/// Whether most words of the shorter text stand in the other.
pub(super) fn is_same_text(old: &str, new: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect()
    };
    let (old, new) = (words(old), words(new));
    5 * old.intersection(&new).count() >= 3 * old.len().min(new.len()).max(1)
}

impl Desk {
    /// The article that a notice is about; none where nothing or more than one thing is named.
    pub(super) fn target(&self, item: &Item, features: &Features) -> Option<Place> {
        let notice = &item.article.notice;
        let has_names = !notice.names.is_empty();
        if !(notice.kind.is_told_to_copies() || (notice.kind == NoticeKind::Advisory && has_names))
        {
            return None;
        }
        let by_key: BTreeSet<ArticleId> = notice
            .names
            .iter()
            .flat_map(|name| keys(name, &item.article))
            .filter(|id| *id != item.id && self.window.contains(*id))
            .collect();
        let quoted: Vec<Place> = notice
            .names
            .iter()
            .filter_map(|name| match name {
                Name::Headline(words) => Some(words),
                _ => None,
            })
            .flat_map(|words| self.under(item, &headline(words, &item.article)))
            .collect();
        if let Some(first) = by_key.first() {
            let place = self.window.place_of(*first)?;
            let is_other =
                !quoted.is_empty() && quoted.iter().all(|q| q.dispatch != place.dispatch);
            return (by_key.len() == 1 && !is_other).then_some(place);
        }
        let is_named = quoted.is_empty() && notice.kind != NoticeKind::Advisory;
        let found = if is_named { self.under(item, features) } else { quoted };
        self.choose(item, &found)
    }

    /// Articles of the notice's newsroom under a headline, as young as a story may be.
    fn under(&self, item: &Item, like: &Features) -> Vec<Place> {
        let is_young = |place: &Place| {
            let member = self.member_of(place.story, place.article);
            member.is_some_and(|member| {
                let age = item.fetched_at.duration_since(member.fetched_at.0);
                age <= self.config.cluster.story_window && member.article != item.id
            })
        };
        self.window.titled(like).into_iter().filter(is_young).collect()
    }

    /// Of one text's copies the one that the notice's newsroom sent last, else the agency's own, else the first.
    fn choose(&self, item: &Item, found: &[Place]) -> Option<Place> {
        let first = found.first()?;
        if found.iter().any(|place| place.dispatch != first.dispatch) {
            return None;
        }
        let outlet = &item.article.outlet;
        let last = |is_meant: &dyn Fn(&Member) -> bool| {
            let meant =
                |place: &&Place| self.member_of(place.story, place.article).is_some_and(is_meant);
            found.iter().rfind(meant).copied()
        };
        last(&|member| member.family == outlet.family)
            .or_else(|| last(&|member| member.outlet_kind == OutletKind::Wire))
            .or(Some(*first))
    }

    /// What a story keeps of an article.
    pub(super) fn member_of(&self, story: StoryId, article: ArticleId) -> Option<&Member> {
        self.stories.get(&story)?.members.iter().find(|member| member.article == article)
    }

    /// Tells the article that a notice is about, and where the notice speaks for it all who carry its text.
    pub(super) fn spread(&mut self, by: &Member, notice: &Notice, at: &Place, told: &mut Told) {
        if !notice.kind.is_told_to_copies() {
            return;
        }
        if notice.kind != NoticeKind::Hold {
            told.stirred.corrected(at.story, by.article);
        }
        let speaks = self.speaks(by, at);
        let Some(story) = self.stories.get_mut(&at.story) else { return };
        let mark = Notice { until: None, names: Vec::new(), ..notice.clone() };
        for member in &mut story.members {
            let is_target = member.article == at.article;
            let is_told = member.dispatch == at.dispatch
                && member.article != by.article
                && !member.notice.is_note()
                && (is_target || speaks)
                && rank(member.mark.as_deref()) < rank(Some(&mark));
            if !is_told {
                continue;
            }
            member.mark = Some(Box::new(mark.clone()));
            member.uncounted |= mark.kind.stops();
            let kind = if is_target && mark.kind.takes_back() {
                ArticleKind::Withdrawn
            } else {
                ArticleKind::Notice
            };
            told.again.tell(kind, member, at.story, &[]);
        }
        if mark.kind.stops() {
            told.note(at.story, StoryKind::Recounted, &[]);
            self.touched.insert(at.story);
        }
        self.settle(at.story, told);
    }

    /// Whether a newsroom's word on an article is its word on all copies of the text.
    fn speaks(&self, by: &Member, at: &Place) -> bool {
        let Some(story) = self.stories.get(&at.story) else { return false };
        let root = story.members.iter().find(|member| member.dispatch == at.dispatch);
        let Some(target) = self.member_of(at.story, at.article) else { return false };
        let is_root = root.is_some_and(|root| root.article == at.article);
        let is_own_text = is_root && target.wire.is_empty();
        let shares_wire = by.wire.iter().any(|wire| target.wire.contains(wire));
        if by.family == target.family {
            target.outlet_kind == OutletKind::Wire || is_own_text
        } else {
            shares_wire
        }
    }

    /// An article that was taken back came again: those who carry its text are told that nothing bears on them.
    pub(super) fn lift(&mut self, at: &Place, told: &mut Told) {
        let Some(story) = self.stories.get_mut(&at.story) else { return };
        let target = at.article.to_string();
        for member in &mut story.members {
            let is_about = |mark: &Notice| mark.target_article_id == target && mark.kind.stops();
            if member.article != at.article && member.mark.as_deref().is_some_and(is_about) {
                (member.mark, member.uncounted) = (None, false);
                told.again.tell(ArticleKind::Notice, member, at.story, &[]);
            }
        }
        told.note(at.story, StoryKind::Recounted, &[]);
    }

    /// Retracts a story of which nothing is left, and takes up one of which something is again.
    pub(super) fn settle(&mut self, id: StoryId, told: &mut Told) {
        let Some(story) = self.stories.get_mut(&id) else { return };
        let is_empty = independence::tally(&story.members).independence.is_empty();
        let is_taken_back =
            || story.members.iter().any(|m| m.uncounted && m.bearing().takes_back());
        match story.status {
            StoryStatus::Active | StoryStatus::Dormant if is_empty && is_taken_back() => {
                story.status = StoryStatus::Retracted;
                told.note(id, StoryKind::Retracted, &[]);
            }
            StoryStatus::Retracted if !is_empty => {
                story.status = StoryStatus::Active;
                self.ages.note(id, story.last_seen());
                told.note(id, StoryKind::Reopened, &[]);
            }
            _ => {}
        }
    }

    /// The mark of an article that joins a dispatch: what stopped the text bears on every copy, however late, and a
    /// correction on a copy of what was corrected.
    pub(super) fn inherited(
        &self,
        item: &Item,
        dispatch: DispatchId,
        story: StoryId,
        matched: &Match,
    ) -> Option<Box<Notice>> {
        let notice = item.article.notice.kind;
        if notice.is_note() {
            return None;
        }
        let members = || {
            let all = self.stories.get(&story).into_iter().flat_map(|story| &story.members);
            all.filter(|member| member.dispatch == dispatch)
        };
        let stops = |member: &Member| member.mark.clone().filter(|mark| mark.kind.stops());
        if let Some(mark) = members().filter_map(stops).next_back() {
            // Whoever stopped its text may send it again.
            let about = mark.target_article_id.parse().ok();
            let target = members().find(|m| Some(m.article) == about);
            let is_its_own = target.is_some_and(|target| target.outlet == item.article.outlet.id);
            return (!is_its_own).then_some(mark);
        }
        if notice != NoticeKind::None || matched.relation == Relation::Revision {
            return None;
        }
        let nearest: ArticleId = matched.nearest_article_id.parse().ok()?;
        members().find(|m| m.article == nearest)?.mark.clone()
    }
}

/// A mark gives way to a weightier one only.
fn rank(mark: Option<&Notice>) -> u8 {
    match mark.map(|mark| mark.kind) {
        None => 0,
        Some(NoticeKind::Hold) => 2,
        Some(NoticeKind::Kill | NoticeKind::Withdrawal) => 3,
        Some(_) => 1,
    }
}

/// The notice under another headline, to compare.
fn headline(words: &str, article: &Article) -> Features {
    Features::of(&Article {
        title: words.to_owned(),
        text: Text::default(),
        notice: Notice::default(),
        not_text: Vec::new(),
        ..article.clone()
    })
}

/// The ids that the article would have that a notice calls by number, slug or link.
fn keys(name: &Name, article: &Article) -> Vec<ArticleId> {
    let mint = |rung, value: &str| ArticleId::mint(&article.outlet.id, rung, value, None);
    match name {
        Name::Item(item) => {
            let (word, number) = item.rsplit_once([' ', '-']).unwrap_or(("", item));
            let word = word.to_lowercase();
            let mut guids = vec![item.clone(), number.to_owned()];
            for joint in ["-", " ", ":", "_", "/", ""] {
                guids.push(format!("{word}{joint}{number}"));
                guids.push(format!("{}{joint}{number}", word.to_uppercase()));
            }
            guids.extend(numbered_as(&article.guid, number));
            guids.iter().map(|guid| mint(Rung::Guid, guid)).collect()
        }
        Name::Slug(slug) => {
            [slug.clone(), slug.to_lowercase()].iter().map(|slug| mint(Rung::Guid, slug)).collect()
        }
        Name::Link(link) => {
            let link = link.replacen("http://", "https://", 1);
            vec![mint(Rung::Url, &link), mint(Rung::Url, &format!("{link}/"))]
        }
        Name::Headline(_) => Vec::new(),
    }
}

/// A newsroom's guids mostly end in the item's number: the notice's own with another number in its place.
fn numbered_as(guid: &str, number: &str) -> Vec<String> {
    let stem = guid.trim_end_matches(|c: char| c.is_ascii_digit());
    let width = guid.len() - stem.len();
    if width == 0 {
        return Vec::new();
    }
    let padded = format!("{number:0>width$}");
    vec![format!("{stem}{number}"), format!("{stem}{padded}")]
}
