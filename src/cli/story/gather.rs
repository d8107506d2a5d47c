//! A story and its articles, from the records of an output directory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;

use serde::Serialize;

use super::contradict::{self, Contradiction};
use super::find::{Stories, Unknown, value};
use crate::cli::lines;
use crate::cli::verify::member;
use crate::desk::statements::carried;
use crate::news::{
    ArticleId, Because, Fixed, Member, Relation, Role, Statement, StoryKind, Stream, Time,
};
use crate::record::format::ArticleWord;
use crate::record::{ArticleRecord, Record, StoryRecord};

/// An article of the story, with the records about it.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) first_seen: Time,
    /// Relation and score as first told.
    pub(super) relation: Relation,
    pub(super) score: Fixed,
    pub(super) revisions: Vec<(Time, ArticleWord)>,
    pub(super) latest: ArticleRecord,
}

/// A claim with those who carried it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Claim {
    #[serde(flatten)]
    pub(super) statement: Statement,
    pub(super) speaker_name: String,
    /// Outlets that carried it, in the order in which they did.
    pub(super) outlets: Vec<String>,
    pub(super) first_seen: Option<Time>,
    pub(super) last_seen: Option<Time>,
}

/// Somebody named in the story.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) role_of: String,
    pub(super) articles: u64,
}

/// All that the records say of a story.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub(super) story: StoryRecord,
    /// Its records, oldest first.
    pub(super) told: Vec<StoryRecord>,
    /// By first appearance.
    pub(super) pieces: Vec<Piece>,
    pub(super) claims: Vec<Claim>,
    pub(super) people: Vec<Figure>,
    names: BTreeMap<String, String>,
}

impl Whole {
    /// Reads the story that `name` means.
    pub(super) fn read(dir: &Path, name: &str) -> Result<Self, Unknown> {
        let failed = |error| Unknown::Read(dir.to_path_buf(), error);
        let stories = Stories::read(dir).map_err(failed)?;
        let id = stories.resolve(dir, name)?;
        let ids = stories.one_with(&id);
        let articles = articles(dir, &ids).map_err(failed)?;
        let told: Vec<StoryRecord> = records(dir, &id).map_err(failed)?;
        let Some(story) = told.last().cloned() else {
            return Err(Unknown::None(name.to_owned(), dir.to_path_buf()));
        };
        let pieces: Vec<Piece> =
            articles.into_iter().filter(|p| ids.contains(&p.latest.story_id.to_string())).collect();
        let names = names(&pieces);
        let claims = claims(&story, &pieces, &names);
        let people = people(&story, &pieces);
        Ok(Self { story, told, pieces, claims, people, names })
    }

    /// The name of an entity or outlet, as the articles have it.
    pub(super) fn name(&self, id: &str) -> String {
        named(&self.names, id)
    }

    pub(super) fn contradictions(&self) -> Vec<Contradiction> {
        contradict::all(self)
    }

    /// As JSON shows it.
    pub(super) fn view(&self) -> impl Serialize {
        View {
            story: self.story.clone(),
            timeline: self.pieces.iter().map(Entry::of).collect(),
            history: self.told.iter().map(Step::of).collect(),
            claims: self.claims.clone(),
            contradictions: self.contradictions(),
            people: self.people.clone(),
        }
    }
}

#[derive(Serialize)]
struct View {
    story: StoryRecord,
    timeline: Vec<Entry>,
    history: Vec<Step>,
    claims: Vec<Claim>,
    contradictions: Vec<Contradiction>,
    people: Vec<Figure>,
}

/// An article in the timeline.
#[derive(Serialize)]
struct Entry {
    article_id: ArticleId,
    dispatch_id: String,
    outlet: String,
    title: String,
    url: String,
    first_seen: Time,
    relation: Relation,
    score: Fixed,
    nearest_article_id: String,
    role: Role,
    revisions: Vec<Revised>,
}

#[derive(Serialize)]
struct Revised {
    time: Time,
    change: ArticleWord,
}

impl Entry {
    fn of(piece: &Piece) -> Self {
        let record = &piece.latest;
        Self {
            article_id: record.article_id,
            dispatch_id: record.dispatch_id.to_string(),
            outlet: record.outlet.id.clone(),
            title: record.title.clone(),
            url: record.url.clone(),
            first_seen: piece.first_seen,
            relation: piece.relation,
            score: piece.score,
            nearest_article_id: record.matched.nearest_article_id.clone(),
            role: record.provenance.role,
            revisions: piece
                .revisions
                .iter()
                .map(|&(time, change)| Revised { time, change })
                .collect(),
        }
    }
}

/// A record about the story.
#[derive(Serialize)]
struct Step {
    time: Time,
    change: StoryKind,
    article_count: u64,
    outlet_count: u64,
    independent_source_count: u64,
    because: Vec<Because>,
}

impl Step {
    fn of(record: &StoryRecord) -> Self {
        Self {
            time: record.time,
            change: record.change,
            article_count: record.article_count,
            outlet_count: record.outlet_count,
            independent_source_count: record.independent_source_count,
            because: record.because.clone(),
        }
    }
}

/// The records about a story, oldest first.
fn records(dir: &Path, id: &str) -> io::Result<Vec<StoryRecord>> {
    let needle = format!("\"story_id\":\"{id}\"");
    let mut told = Vec::new();
    lines::each(dir, Stream::Stories, |_, _, text| {
        if text.contains(&needle)
            && let Ok(Record::Story(record)) = Record::parse(text)
            && record.story_id.to_string() == id
        {
            told.push(*record);
        }
    })?;
    Ok(told)
}

/// The articles that ever stood in one of these stories, by first appearance, each with its latest record.
fn articles(dir: &Path, stories: &BTreeSet<String>) -> io::Result<Vec<Piece>> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    lines::each(dir, Stream::Articles, |_, _, text| {
        let (Some(article), Some(story)) =
            (value(text, "\"article_id\":\""), value(text, "\"story_id\":\""))
        else {
            return;
        };
        let place = places.get(article).copied();
        if place.is_none() && !stories.contains(story) {
            return;
        }
        let Ok(Record::Article(record)) = Record::parse(text) else { return };
        if let Some(at) = place {
            pieces[at].revisions.push((record.time, record.change));
            pieces[at].latest = *record;
        } else {
            places.insert(article.to_owned(), pieces.len());
            pieces.push(Piece {
                first_seen: record.timing.fetched_at,
                relation: record.matched.relation,
                score: record.matched.score,
                revisions: Vec::new(),
                latest: *record,
            });
        }
    })?;
    Ok(pieces)
}

fn names(pieces: &[Piece]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for record in pieces.iter().map(|piece| &piece.latest) {
        let orgs = record.orgs.iter().map(|org| (org.id.clone(), org.name.clone()));
        let people = record.people.iter().map(|person| (person.id.clone(), person.name.clone()));
        let outlet = (format!("org_{}", record.outlet.id), record.outlet.name.clone());
        for (id, name) in people.chain(orgs) {
            names.entry(id).or_insert(name);
        }
        names.insert(outlet.0, outlet.1);
    }
    names
}

fn named(names: &BTreeMap<String, String>, id: &str) -> String {
    let known = names.get(id).or_else(|| names.get(&format!("org_{id}")));
    if let Some(name) = known.filter(|name| !name.is_empty()) {
        return name.clone();
    }
    match id.split_once(['_', ':']) {
        Some(("per" | "org" | "plc", rest)) => rest.replace('_', " "),
        Some(("unnamed", rest)) => format!("unnamed {}", rest.replace('_', " ")),
        _ => id.to_owned(),
    }
}

fn claims(story: &StoryRecord, pieces: &[Piece], names: &BTreeMap<String, String>) -> Vec<Claim> {
    let members: Vec<Member> = (1..)
        .zip(pieces)
        .map(|(arrival, piece)| {
            let kept = member(&piece.latest, arrival, piece.is_gone());
            Member { fetched_at: piece.first_seen, ..kept }
        })
        .collect();
    let carried: HashMap<String, Vec<ArticleId>> =
        carried(story.story_id, &members).into_iter().map(|(s, by)| (s.id, by)).collect();
    let piece_of = |id: &ArticleId| pieces.iter().find(|piece| piece.latest.article_id == *id);
    let claim = |statement: &Statement| {
        let first = [statement.first_article_id];
        let by = carried.get(&statement.id).map_or(&first[..], Vec::as_slice);
        let by: Vec<&Piece> = by.iter().filter_map(piece_of).collect();
        let mut outlets: Vec<String> = Vec::new();
        for piece in &by {
            if !outlets.contains(&piece.latest.outlet.id) {
                outlets.push(piece.latest.outlet.id.clone());
            }
        }
        Claim {
            statement: statement.clone(),
            speaker_name: named(names, &statement.speaker),
            outlets,
            first_seen: by.iter().map(|piece| piece.first_seen).min(),
            last_seen: by.iter().map(|piece| piece.first_seen).max(),
        }
    };
    story.statements.iter().map(claim).collect()
}

fn people(story: &StoryRecord, pieces: &[Piece]) -> Vec<Figure> {
    let figure = |id: &String| {
        let all = || pieces.iter().flat_map(|piece| &piece.latest.people).filter(|p| p.id == *id);
        let first = all().next()?;
        // The longest title says most.
        let role = all().max_by_key(|person| person.role.len()).unwrap_or(first);
        Some(Figure {
            id: id.clone(),
            name: first.name.clone(),
            role: role.role.clone(),
            role_of: role.role_of.clone(),
            articles: all().count() as u64,
        })
    };
    story.person_ids.iter().filter_map(figure).collect()
}
