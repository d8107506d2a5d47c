//! Follows articles and stories through the records, in the order of commits, and recounts every story.
//!
//! In memory: what counting needs of each article, the merges, and references that still wait for their record.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::article::{member, shows_all, wrong_reference, wrong_span};
use super::bearing::{wrong_move, wrong_retraction, wrong_split, wrong_target};
use super::claims::wrong_statements;
use super::files::Found;
use super::report::{Check, Place, Report};
use super::story::{wrong_origins, wrong_sums};
use crate::news::{ArticleId, DispatchId, Member, Reason, StoryId, Tally};
use crate::record::format::{ArticleType, ArticleWord, StoryType};
use crate::record::{ArticleRecord, Record, StoryRecord, WatchRecord};

/// Articles that a story record lists at most.
const ARTICLE_IDS_MAX: usize = 300;
/// Openings by one root that a dispatch id is looked for among.
const OPENINGS_MAX: u32 = 16;

#[derive(Debug)]
struct Article {
    revision: u64,
    arrival: u64,
    dispatch: DispatchId,
    story: StoryId,
    withdrawn: bool,
    /// Whether its record shows all that its story knew of what is said in it.
    is_whole: bool,
}

#[derive(Debug)]
struct Told {
    revision: u64,
    counts: Counts,
}

/// Articles, dispatches, outlets, independent sources.
type Counts = [u64; 4];

/// An id that had no record yet where it was named.
struct Waiting {
    place: Place,
    what: String,
    id: Named,
}

enum Named {
    Article(ArticleId),
    Story(StoryId),
    Dispatch(DispatchId),
}

/// All that is known after the records so far.
pub(super) struct Ledger<T> {
    tally: T,
    arrivals: u64,
    articles: HashMap<ArticleId, Article>,
    /// What each story's latest record says.
    stories: HashMap<StoryId, Told>,
    /// Stories that gained, lost or changed an article in this commit, and where.
    touched: BTreeMap<StoryId, Place>,
    /// Members of each story, by arrival.
    members: HashMap<StoryId, Vec<Member>>,
    merged: HashMap<StoryId, StoryId>,
    waiting: Vec<Waiting>,
    /// Watch, story and reason of each alert; a number may change again and again.
    alerts: HashSet<(String, StoryId, String)>,
}

impl<T: Fn(&[Member]) -> Tally> Ledger<T> {
    /// A ledger that counts by `tally`.
    pub(super) fn new(tally: T) -> Self {
        Self {
            tally,
            arrivals: 0,
            articles: HashMap::new(),
            stories: HashMap::new(),
            touched: BTreeMap::new(),
            members: HashMap::new(),
            merged: HashMap::new(),
            waiting: Vec::new(),
            alerts: HashSet::new(),
        }
    }

    /// Takes all article and story records of one commit.
    pub(super) fn commit(&mut self, articles: &[Found], stories: &[Found], report: &mut Report) {
        for found in articles {
            if let Record::Article(record) = &found.record {
                self.article(record, &found.place, report);
            }
        }
        let stories: Vec<(&Place, &StoryRecord)> = stories
            .iter()
            .filter_map(|found| match &found.record {
                Record::Story(record) => Some((&found.place, record.as_ref())),
                _ => None,
            })
            .collect();
        // Merges first: the survivor's counts include what the loser held.
        for (place, record) in &stories {
            self.revise_story(record, place, report);
            if record.kind == StoryType::Merged {
                self.merge(record, place, report);
            }
        }
        let told: Vec<&StoryRecord> = stories.iter().map(|(_, record)| *record).collect();
        for (place, record) in &stories {
            self.refer(record, place, report);
            report.check(Check::References, place, wrong_split(record, &told));
            report.check(Check::Counts, place, wrong_retraction(record));
            let wrong = match record.kind {
                // A loser tells its last state; its articles stand under the survivor by now.
                StoryType::Merged => wrong_sums(record),
                _ => self.wrong_count(record),
            };
            let wrong = wrong.map(|what| format!("{}: {what}", record.story_id));
            report.check(Check::Counts, place, wrong);
            self.touched.remove(&record.story_id);
        }
        self.untold(report);
    }

    /// A story whose counts changed is told in the same commit.
    fn untold(&mut self, report: &mut Report) {
        for (story, place) in std::mem::take(&mut self.touched) {
            // A story without any record is a dangling reference of its articles.
            let Some(told) = self.stories.get(&story) else { continue };
            let due = counts(&self.recount(story));
            let wrong = (told.counts != due).then(|| {
                format!("{story}: told {:?} and not again, recounted {due:?}", told.counts)
            });
            report.check(Check::Counts, &place, wrong);
        }
    }

    fn recount(&self, story: StoryId) -> Tally {
        (self.tally)(self.members.get(&story).map_or(&[], Vec::as_slice))
    }

    fn article(&mut self, record: &ArticleRecord, place: &Place, report: &mut Report) {
        let known = self.articles.get(&record.article_id);
        let due = known.map_or(1, |article| article.revision.saturating_add(1));
        let is_first = record.kind == ArticleType::New;
        report.check(
            Check::Revisions,
            place,
            wrong_revision(record.revision, due, is_first)
                .map(|what| format!("{}: {what}", record.article_id)),
        );
        let emitted = (record.timing.emitted_at != record.time)
            .then(|| "timing.emitted_at is not the record's time".to_owned());
        report.check(Check::Offsets, place, wrong_span(record).or(emitted));
        report.check(Check::References, place, wrong_reference(record));
        if record.kind == ArticleType::Reassigned {
            let has_moved = known.is_some_and(|known| {
                known.dispatch != record.dispatch_id
                    || self.home(known.story) != self.home(record.story_id)
            });
            report.check(Check::References, place, wrong_move(record, has_moved));
        }
        self.place(record, place);
        let dispatch_of = |id| self.articles.get(&id).map(|article| article.dispatch);
        report.check(Check::References, place, wrong_target(record, dispatch_of));
        self.wait_for_article(
            &record.matched.nearest_article_id,
            "match.nearest_article_id",
            place,
            report,
        );
        self.wait_for_article(
            &record.notice.target_article_id,
            "notice.target_article_id",
            place,
            report,
        );
        self.wait(Named::Story(record.story_id), "story_id", place);
        self.wait(Named::Dispatch(record.dispatch_id), "dispatch_id", place);
    }

    /// Moves the article to where the record says it stands.
    fn place(&mut self, record: &ArticleRecord, place: &Place) {
        let story = self.home(record.story_id);
        self.touched.insert(story, place.clone());
        let mut first_fetched = record.timing.fetched_at;
        let (arrival, was_withdrawn) = if let Some(known) = self.articles.get(&record.article_id) {
            let (arrival, from) = (known.arrival, self.home(known.story));
            let was_withdrawn = known.withdrawn;
            if let Some(members) = self.members.get_mut(&from) {
                let before = members.iter().find(|member| member.arrival == arrival);
                first_fetched = before.map_or(first_fetched, |member| member.fetched_at);
                members.retain(|member| member.arrival != arrival);
            }
            self.touched.entry(from).or_insert_with(|| place.clone());
            (arrival, was_withdrawn)
        } else {
            self.arrivals += 1;
            (self.arrivals, false)
        };
        let withdrawn = match record.change {
            ArticleWord::Withdrawn => true,
            ArticleWord::New | ArticleWord::Material | ArticleWord::Cosmetic => false,
            ArticleWord::Notice | ArticleWord::Reassigned => was_withdrawn,
        };
        let dispatch = record.dispatch_id;
        let is_whole = shows_all(record);
        let known =
            Article { revision: record.revision, arrival, dispatch, story, withdrawn, is_whole };
        self.articles.insert(record.article_id, known);
        let members = self.members.entry(story).or_default();
        let at = members.partition_point(|member| member.arrival < arrival);
        let kept = member(record, arrival, withdrawn || record.notice.is_uncounted());
        members.insert(at, Member { fetched_at: first_fetched, ..kept });
    }

    fn revise_story(&mut self, record: &StoryRecord, place: &Place, report: &mut Report) {
        let due =
            self.stories.get(&record.story_id).map_or(1, |told| told.revision.saturating_add(1));
        let is_first = record.kind == StoryType::Created;
        let wrong = wrong_revision(record.revision, due, is_first);
        let wrong = wrong.map(|what| format!("{}: {what}", record.story_id));
        report.check(Check::Revisions, place, wrong);
        let counts = [
            record.article_count,
            record.dispatch_count,
            record.outlet_count,
            record.independent_source_count,
        ];
        self.stories.insert(record.story_id, Told { revision: record.revision, counts });
    }

    fn merge(&mut self, record: &StoryRecord, place: &Place, report: &mut Report) {
        let loser = record.story_id;
        let survivor = record.merged_into.parse::<StoryId>().map(|id| self.home(id));
        let wrong = match &survivor {
            Err(error) => Some(format!("merged_into: {error}")),
            Ok(survivor) if *survivor == loser => Some("merged into itself".to_owned()),
            Ok(_) => None,
        };
        let is_sound = wrong.is_none();
        report.check(Check::References, place, wrong);
        let Some(survivor) = survivor.ok().filter(|_| is_sound) else { return };
        self.merged.insert(loser, survivor);
        let moved = self.members.remove(&loser).unwrap_or_default();
        let members = self.members.entry(survivor).or_default();
        members.extend(moved);
        members.sort_by_key(|member| member.arrival);
        self.touched.remove(&loser);
        self.touched.insert(survivor, place.clone());
    }

    /// Where a story lives now. Merges form no circle: each is recorded under the survivor's home.
    fn home(&self, mut story: StoryId) -> StoryId {
        while let Some(&into) = self.merged.get(&story) {
            story = into;
        }
        story
    }

    fn refer(&mut self, record: &StoryRecord, place: &Place, report: &mut Report) {
        self.wait(Named::Article(record.lead_article_id), "lead_article_id", place);
        let home = self.home(record.story_id);
        let mut wrong = None;
        for id in &record.article_ids {
            match self.articles.get(id) {
                None => self.wait(Named::Article(*id), "article_ids", place),
                Some(article) if self.home(article.story) != home => {
                    wrong =
                        Some(format!("article_ids: {id} belongs to {}", self.home(article.story)));
                }
                Some(_) => {}
            }
        }
        if record.article_ids.len() > ARTICLE_IDS_MAX {
            wrong = Some(format!("{} article_ids", record.article_ids.len()));
        }
        if record.kind != StoryType::Merged && !record.merged_into.is_empty() {
            wrong = Some("merged_into on a story that is not merged".to_owned());
        }
        report.check(Check::References, place, wrong);
        for id in &record.merged_from {
            self.wait(Named::Story(*id), "merged_from", place);
        }
        for (field, id) in
            [("merged_into", &record.merged_into), ("split_from", &record.split_from)]
        {
            match id.parse() {
                Ok(id) => self.wait(Named::Story(id), field, place),
                Err(_) if id.is_empty() => {}
                Err(error) => {
                    report.check(Check::References, place, Some(format!("{field}: {error}")));
                }
            }
        }
    }

    fn wrong_count(&self, record: &StoryRecord) -> Option<String> {
        let due = self.recount(record.story_id);
        let names = ["article_count", "dispatch_count", "outlet_count", "independent_source_count"];
        let told = self.stories.get(&record.story_id)?.counts;
        for ((name, told), due) in names.into_iter().zip(told).zip(counts(&due)) {
            if told != due {
                return Some(format!("{name} {told}, recounted {due}"));
            }
        }
        wrong_sums(record)
            .or_else(|| wrong_origins(record, &due.independence))
            .or_else(|| self.wrong_claim(record))
    }

    fn wrong_claim(&self, record: &StoryRecord) -> Option<String> {
        let members = self.members.get(&record.story_id)?;
        let whole = |m: &Member| self.articles.get(&m.article).is_some_and(|a| a.is_whole);
        wrong_statements(record, members, members.iter().all(whole))
    }

    /// The articles of a watch's hit must be told, and no step of a story twice.
    pub(super) fn watch(&mut self, record: &WatchRecord, place: &Place, report: &mut Report) {
        let WatchRecord { watch_id, story_id, reason, .. } = record;
        let step = (watch_id.clone(), *story_id, reason.clone());
        let is_first = reason == Reason::NumberChanged.as_str() || self.alerts.insert(step);
        let wrong = || format!("{watch_id} was told {reason} of {story_id} before");
        report.check(Check::Alerts, place, (!is_first).then(wrong));
        self.wait(Named::Article(record.article_id), "article_id", place);
        self.wait(Named::Story(record.story_id), "story_id", place);
    }

    fn wait_for_article(&mut self, id: &str, field: &str, place: &Place, report: &mut Report) {
        match id.parse() {
            Ok(id) => self.wait(Named::Article(id), field, place),
            Err(_) if id.is_empty() => {}
            Err(error) => report.check(Check::References, place, Some(format!("{field}: {error}"))),
        }
    }

    /// Remembers a reference unless its record was read already.
    fn wait(&mut self, id: Named, field: &str, place: &Place) {
        let (is_known, text) = match &id {
            Named::Article(id) => (self.articles.contains_key(id), id.to_string()),
            Named::Story(id) => (self.stories.contains_key(id), id.to_string()),
            Named::Dispatch(id) => (self.articles.contains_key(&ArticleId(id.0)), id.to_string()),
        };
        if !is_known {
            self.waiting.push(Waiting {
                place: place.clone(),
                what: format!("{field} {text}"),
                id,
            });
        }
    }

    /// Drops references whose records came with the same commit.
    pub(super) fn settle(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|waiting| match &waiting.id {
            Named::Article(id) => !self.articles.contains_key(id),
            Named::Story(id) => !self.stories.contains_key(id),
            Named::Dispatch(id) => !self.articles.contains_key(&ArticleId(id.0)),
        });
        self.waiting = waiting;
    }

    /// Reports what was named and never told.
    pub(super) fn close(mut self, report: &mut Report) {
        self.settle();
        let reopened = self.reopened();
        for Waiting { place, what, id } in self.waiting {
            let is_known = matches!(id, Named::Dispatch(id) if reopened.contains(&id));
            report.check(
                Check::References,
                &place,
                (!is_known).then(|| format!("{what} has no record")),
            );
        }
        report.articles = self.articles.len() as u64;
        report.stories = self.stories.len() as u64;
    }

    /// Ids of dispatches that a root opened again; computed only if one is looked for.
    fn reopened(&self) -> HashSet<DispatchId> {
        if !self.waiting.iter().any(|waiting| matches!(waiting.id, Named::Dispatch(_))) {
            return HashSet::new();
        }
        let openings = |&root| (2..=OPENINGS_MAX).map(move |n| DispatchId::opened_by(root, n));
        self.articles.keys().flat_map(openings).collect()
    }
}

fn counts(tally: &Tally) -> Counts {
    [tally.articles, tally.dispatches, tally.outlets, tally.independence.len() as u64]
}

fn wrong_revision(revision: u64, due: u64, is_first: bool) -> Option<String> {
    if revision != due {
        return Some(format!("revision {revision}, due is {due}"));
    }
    ((revision == 1) != is_first).then(|| format!("revision {revision} with this type"))
}
