//! What the desk decided, as rows.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::news::{
    Article, ArticleChange, ArticleId, Change, FeedId, Hash16, Sighting, StoredStory, StoryChange,
    StoryId, Taken, Text, content_hash,
};

use super::commit::{Row, Seen};
use super::error::{Fault, damaged};
use super::rows::{ARTICLE_COLUMNS, ArticleRow, day, ms};
use super::seal::{Packer, json};

/// Merges in a chain that are followed; a story is merged a handful of times in its life.
const MERGES_MAX: usize = 64;

/// The rows that one decision changes, in an order in which they can be written.
pub(super) fn rows(taken: &Taken, packer: &mut Packer) -> Vec<Row> {
    let mut rows = Vec::with_capacity(taken.changes.len() + taken.sightings.len());
    let mut sightings: Option<HashMap<ArticleId, &Sighting>> = None;
    for change in &taken.changes {
        match change {
            Change::Article(change) | Change::KeptArticle(change) => {
                rows.push(article(change, packer));
            }
            Change::Story(change) | Change::KeptStory(change) => rows.push(story(change, packer)),
            // The first two are completed by whoever hands them over: only then is there anything to keep. An alert is a
            // line; that it was told stands with its story.
            Change::Retold(_) | Change::Marked(_) | Change::Alert(_) => {}
            Change::Backfilled(article, id) => {
                let sightings = sightings.get_or_insert_with(|| {
                    taken.sightings.iter().map(|s| (s.article, s)).collect()
                });
                // Without a sighting nothing could lead to it again.
                if let Some(sighting) = sightings.get(id) {
                    rows.push(remembered(article, *id, &sighting.wanted.feed, sighting.at));
                }
            }
        }
    }
    rows.extend(taken.sightings.iter().map(seen));
    rows
}

fn article(change: &ArticleChange, packer: &mut Packer) -> Row {
    let row = ArticleRow {
        id: change.id,
        feed: 0,
        revision: change.revision,
        content: content_hash(&change.article),
        place: Some((change.dispatch, change.story)),
        arrival: change.member.arrival,
        first_ms: ms(change.member.fetched_at.0),
        fetched_ms: ms(change.fetched_at),
        matched: packer.pack_json(&change.matched),
        member: packer.pack_json(&change.member),
    };
    // The body is kept apart, in a row that goes earlier.
    let Text { origin, complete, summary, body } = &change.article.text;
    let text = Text {
        origin: *origin,
        complete: *complete,
        summary: summary.clone(),
        body: String::new(),
    };
    let told = Article { text, ..without_text(&change.article) };
    Row::Article {
        row,
        feed: change.feed_id.clone(),
        day: day(change.fetched_at),
        told: packer.seal(&[b"told", &change.id.0.0], &json(&told)),
        body: packer.seal(&[b"body", &change.id.0.0], body.as_bytes()),
    }
}

/// A copy without the text, which is by far its largest part.
fn without_text(article: &Article) -> Article {
    Article {
        rung: article.rung,
        key: article.key.clone(),
        key_link: article.key_link.clone(),
        link_is_key: article.link_is_key,
        guid: article.guid.clone(),
        url: article.url.clone(),
        title: article.title.clone(),
        lang: article.lang.clone(),
        outlet: article.outlet.clone(),
        own_agency: article.own_agency.clone(),
        text: Text::default(),
        published: article.published.clone(),
        provenance: article.provenance.clone(),
        own_signs: article.own_signs.clone(),
        not_text: article.not_text.clone(),
        people: article.people.clone(),
        orgs: article.orgs.clone(),
        places: article.places.clone(),
        quotes: article.quotes.clone(),
        watch: article.watch.clone(),
        notice: article.notice.clone(),
        defects: article.defects.clone(),
        feed_words: None,
    }
}

fn remembered(article: &Article, id: ArticleId, feed: &FeedId, at: Timestamp) -> Row {
    let row = ArticleRow {
        id,
        feed: 0,
        revision: 0,
        content: content_hash(article),
        place: None,
        arrival: 0,
        first_ms: ms(at),
        fetched_ms: ms(at),
        matched: Vec::new(),
        member: Vec::new(),
    };
    Row::Remembered { row, feed: feed.clone(), day: day(at) }
}

fn seen(sighting: &Sighting) -> Row {
    Row::Seen(Seen {
        feed: sighting.wanted.feed.clone(),
        key: sighting.wanted.key,
        link: sighting.wanted.link,
        words: sighting.wanted.words,
        article: sighting.article,
        content: sighting.wanted.content,
        day: day(sighting.at),
    })
}

fn story(change: &StoryChange, packer: &mut Packer) -> Row {
    let state = &change.state;
    let stored = StoredStory {
        id: change.id,
        revision: change.revision,
        status: state.status,
        lead: state.lead,
        independent: state.tally.independence.len() as u64,
        merged_from: state.merged_from.clone(),
        split_from: state.split_from,
        alerts: change.alerts.clone(),
        members: Vec::new(),
    };
    let last_ms = ms(state.last_seen.0);
    let merged_into = state.merged_into;
    let value = seal_story(packer, &stored, last_ms, merged_into);
    Row::Story { id: change.id, last_ms, merged_into, value }
}

fn seal_story(
    packer: &mut Packer,
    stored: &StoredStory,
    last_ms: i64,
    merged_into: Option<StoryId>,
) -> Vec<u8> {
    let into = merged_into.map(|into| into.0.0).unwrap_or_default();
    packer.seal(&[b"story", &stored.id.0.0, &last_ms.to_le_bytes(), &into], &json(stored))
}

/// Gives the articles of a merged story to the one it lives on in.
pub(super) fn move_articles(db: &Connection, from: StoryId, to: StoryId) -> Result<(), Fault> {
    let to = survivor(db, to)?;
    let sql = format!("SELECT {ARTICLE_COLUMNS}, article.seen FROM article WHERE story = ?1");
    let mut select = db.prepare_cached(&sql)?;
    let mut found = select.query([&from.0.0[..]])?;
    let mut moved = Vec::new();
    while let Some(row) = found.next()? {
        let (_, article) = ArticleRow::read(row)?;
        moved.push((article, row.get::<_, i64>(13)?));
    }
    for (mut article, seen) in moved {
        article.place = article.place.map(|(dispatch, _)| (dispatch, to));
        article.write(db, seen)?;
    }
    Ok(())
}

/// The story that `story` lives on in; itself if it was never merged.
pub(super) fn survivor(db: &Connection, story: StoryId) -> Result<StoryId, Fault> {
    let mut select = db.prepare_cached("SELECT merged_into FROM story WHERE id = ?1")?;
    let mut at = story;
    for _ in 0..MERGES_MAX {
        let into: Option<Option<[u8; 16]>> =
            select.query_row(params![&at.0.0[..]], |row| row.get(0)).optional()?;
        match into.flatten() {
            Some(into) => at = StoryId(Hash16(into)),
            None => return Ok(at),
        }
    }
    Err(damaged(format!("story {story} is merged in a circle")))
}
