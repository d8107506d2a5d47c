//! Answers the desk's questions, inside the open group, so that it sees the group's own writes.

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params};

use crate::news::{
    Article, ArticleChange, ArticleId, ArticleKind, Found, Hash16, Known, Member, Placed,
    StoredStory, StoryId, Wanted,
};

use super::Store;
use super::apply::survivor;
use super::error::{Error, Fault, damaged};
use super::rows::{ARTICLE_COLUMNS, ArticleRow, Feeds, LINKS, claim_crc, moment};
use super::seal::{Packer, parse};

impl Store {
    /// One answer for each claim, in its order; a miss means "never seen". Feed and key count before the link, the
    /// link before the minted id, and the words come last.
    pub fn recall(&mut self, wanted: &[Wanted]) -> Result<Vec<Option<Known>>, Error> {
        let found = wanted
            .iter()
            .map(|wanted| known(&self.connection, &mut self.feeds, &mut self.packer, wanted))
            .collect();
        self.told(found)
    }

    /// The latest record of an article; `None` if it was never told.
    pub fn last_told(&mut self, id: ArticleId) -> Result<Option<ArticleChange>, Error> {
        let found = last_told(&self.connection, &mut self.feeds, &mut self.packer, id);
        self.told(found)
    }

    /// The stories with these ids, in this order, with their members by arrival; an unknown id is left out, a merged
    /// one gives the story it lives on in, and none comes twice.
    pub fn stories(&mut self, ids: &[StoryId]) -> Result<Vec<StoredStory>, Error> {
        let found = stories(&self.connection, &mut self.packer, ids);
        self.told(found)
    }
}

pub(super) fn known(
    db: &Connection,
    feeds: &mut Feeds,
    packer: &mut Packer,
    wanted: &Wanted,
) -> Result<Option<Known>, Fault> {
    let Some((found, claimed, n, row)) = find(db, feeds, wanted)? else { return Ok(None) };
    // Neither an equal article nor a claim that said the same before is looked at.
    let is_news = row.content != wanted.told && claimed != Some(wanted.content);
    let article = is_news.then(|| told(db, packer, n, row.id));
    let feed_id = feeds.name(db, row.feed)?;
    Ok(Some(Known {
        id: row.id,
        found,
        feed_id,
        revision: row.revision,
        content: row.content,
        claimed,
        placement: placed(packer, &row)?,
        article: article.transpose()?.flatten(),
    }))
}

fn last_told(
    db: &Connection,
    feeds: &mut Feeds,
    packer: &mut Packer,
    id: ArticleId,
) -> Result<Option<ArticleChange>, Fault> {
    let Some((n, row)) = by_id(db, id)? else { return Ok(None) };
    let (Some(placed), Some(article)) = (placed(packer, &row)?, told(db, packer, n, id)?) else {
        return Ok(None);
    };
    Ok(Some(ArticleChange {
        id,
        kind: ArticleKind::New,
        revision: row.revision,
        dispatch: placed.dispatch,
        story: placed.story,
        feed_id: feeds.name(db, row.feed)?,
        fetched_at: moment(row.fetched_ms)?,
        matched: placed.matched,
        article,
        member: packer.unpack_json(&row.member)?,
    }))
}

/// How the article was found, what the claim said last if it is one of the feed's own, and the article's row.
type FoundRow = (Found, Option<Hash16>, i64, ArticleRow);

fn find(db: &Connection, feeds: &mut Feeds, wanted: &Wanted) -> Result<Option<FoundRow>, Fault> {
    let feed = feeds.find(db, &wanted.feed)?;
    if let Some(feed) = feed
        && let Some((content, n, row)) = by_claim(db, feed, wanted.key)?
    {
        if let Some((n, row)) = swapped(db, wanted, content, &row)? {
            return Ok(Some((Found::Swapped, Some(wanted.content), n, row)));
        }
        return Ok(Some((Found::Key, Some(content), n, row)));
    }
    if let Some(link) = wanted.link
        && let Some((_, n, row)) = by_claim(db, LINKS, link)?
    {
        return Ok(Some((Found::Link, None, n, row)));
    }
    if let Some((n, row)) = by_id(db, wanted.minted)? {
        return Ok(Some((Found::Id, None, n, row)));
    }
    if let (Some(feed), Some(words)) = (feed, wanted.words)
        && let Some((content, n, row)) = by_claim(db, feed, words)?
    {
        return Ok(Some((Found::Words, Some(content), n, row)));
    }
    Ok(None)
}

/// The article that the link and the words lead to, where the feed's key led to another in other words.
fn swapped(
    db: &Connection,
    wanted: &Wanted,
    claimed: Hash16,
    by_key: &ArticleRow,
) -> Result<Option<(i64, ArticleRow)>, Fault> {
    if claimed == wanted.content || by_key.content == wanted.told {
        return Ok(None);
    }
    let Some(link) = wanted.link else { return Ok(None) };
    let found = by_claim(db, LINKS, link)?;
    let is_other = |content: Hash16, row: &ArticleRow| {
        row.id != by_key.id && (content == wanted.content || row.content == wanted.told)
    };
    Ok(found.filter(|(content, _, row)| is_other(*content, row)).map(|(_, n, row)| (n, row)))
}

fn by_claim(
    db: &Connection,
    feed: i64,
    key: Hash16,
) -> Result<Option<(Hash16, i64, ArticleRow)>, Fault> {
    let sql = format!(
        "SELECT {ARTICLE_COLUMNS}, claim.article, claim.content, claim.crc FROM claim \
         JOIN article ON article.id = claim.article WHERE claim.feed = ?1 AND claim.key = ?2"
    );
    let mut select = db.prepare_cached(&sql)?;
    let mut rows = select.query(params![feed, &key.0[..]])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let article = ArticleId(Hash16(row.get(13)?));
    let content = Hash16(row.get(14)?);
    if row.get::<_, u32>(15)? != claim_crc(feed, key, article, content) {
        return Err(damaged(format!("a claim on article {article}")));
    }
    let (n, row) = ArticleRow::read(row)?;
    Ok(Some((content, n, row)))
}

/// The row of the article with this id.
pub(super) fn by_id(db: &Connection, id: ArticleId) -> Result<Option<(i64, ArticleRow)>, Fault> {
    let sql = format!("SELECT {ARTICLE_COLUMNS} FROM article WHERE id = ?1");
    let mut select = db.prepare_cached(&sql)?;
    let mut rows = select.query([&id.0.0[..]])?;
    rows.next()?.map(ArticleRow::read).transpose()
}

/// Ids in a stretch of the index, in order.
pub(super) fn ids_between(
    db: &Connection,
    first: ArticleId,
    last: ArticleId,
    most: usize,
) -> Result<Vec<ArticleId>, Fault> {
    let mut select = db
        .prepare_cached("SELECT id FROM article WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3")?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let ids = select.query_map(params![&first.0.0[..], &last.0.0[..], most], |row| {
        Ok(ArticleId(Hash16(row.get(0)?)))
    })?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Where an article stands; `None` if it was only remembered.
pub(super) fn placed(packer: &mut Packer, row: &ArticleRow) -> Result<Option<Placed>, Fault> {
    let Some((dispatch, story)) = row.place else { return Ok(None) };
    Ok(Some(Placed {
        dispatch,
        story,
        arrival: row.arrival,
        first_fetched: moment(row.first_ms)?,
        matched: packer.unpack_json(&row.matched)?,
    }))
}

/// The article as last told, `None` if it was only remembered. Its body is empty once it is older than the text is
/// kept.
pub(super) fn told(
    db: &Connection,
    packer: &mut Packer,
    n: i64,
    id: ArticleId,
) -> Result<Option<Article>, Fault> {
    let value = |statement: &mut CachedStatement<'_>| {
        statement.query_row([n], |row| row.get::<_, Vec<u8>>(0)).optional()
    };
    let told = value(&mut db.prepare_cached("SELECT value FROM told WHERE n = ?1")?)?;
    let Some(told) = told else { return Ok(None) };
    let mut article: Article = parse(&packer.open(&[b"told", &id.0.0], &told)?)?;
    if let Some(body) = value(&mut db.prepare_cached("SELECT value FROM body WHERE n = ?1")?)? {
        article.text.body = body_text(packer, id, &body)?;
    }
    Ok(Some(article))
}

/// A body as it was sealed.
pub(super) fn body_text(packer: &mut Packer, id: ArticleId, body: &[u8]) -> Result<String, Fault> {
    let body = packer.open(&[b"body", &id.0.0], body)?;
    String::from_utf8(body).map_err(|_| damaged(format!("the body of article {id} is no text")))
}

fn stories(
    db: &Connection,
    packer: &mut Packer,
    ids: &[StoryId],
) -> Result<Vec<StoredStory>, Fault> {
    let mut found: Vec<StoredStory> = Vec::with_capacity(ids.len());
    for id in ids {
        let id = survivor(db, *id)?;
        if found.iter().any(|story| story.id == id) {
            continue;
        }
        found.extend(story(db, packer, id)?);
    }
    Ok(found)
}

/// A story with its members.
pub(super) fn story(
    db: &Connection,
    packer: &mut Packer,
    id: StoryId,
) -> Result<Option<StoredStory>, Fault> {
    let mut select =
        db.prepare_cached("SELECT last_ms, merged_into, value FROM story WHERE id = ?1")?;
    let found = select
        .query_row([&id.0.0[..]], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Option<[u8; 16]>>(1)?,
                row.get::<_, Vec<u8>>(2)?,
            ))
        })
        .optional()?;
    let Some((last_ms, into, value)) = found else { return Ok(None) };
    let whose: [&[u8]; 4] = [b"story", &id.0.0, &last_ms.to_le_bytes(), &into.unwrap_or_default()];
    let mut story: StoredStory = parse(&packer.open(&whose, &value)?)?;
    story.members = members(db, packer, id)?;
    Ok(Some(story))
}

fn members(db: &Connection, packer: &mut Packer, story: StoryId) -> Result<Vec<Member>, Fault> {
    let sql = format!("SELECT {ARTICLE_COLUMNS} FROM article WHERE story = ?1 ORDER BY arrival");
    let mut select = db.prepare_cached(&sql)?;
    let mut rows = select.query([&story.0.0[..]])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let (_, row) = ArticleRow::read(row)?;
        members.push(packer.unpack_json(&row.member)?);
    }
    Ok(members)
}
