//! Seen or new: which article an item is, before anything is decided about its text.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use url::Url;

use crate::news::{
    Article, ArticleId, Batch, FeedId, Found, Hash16, Known, Rung, Sighting, Taken, TextOrigin,
    Time, Wanted, content_hash, hash16,
};

use super::flip::{Verdict, says_enough};

/// Defects of a text, as against those of its item.
const OF_THE_TEXT: [&str; 3] = ["body_cut", "page_unavailable", "text_cut_by_feed"];

/// An item the desk must place or revise.
pub(super) struct Item {
    pub(super) id: ArticleId,
    pub(super) article: Article,
    pub(super) feed_id: FeedId,
    pub(super) fetched_at: Timestamp,
    /// What the store knows, if the article was told before.
    pub(super) known: Option<Known>,
}

/// The claims of each item, in the batch's order.
///
/// A link that several items of one body share, or that names a site's front page, identifies nothing; nor do words
/// that several share.
pub fn wanted(batch: &Batch<Article>) -> Vec<Wanted> {
    let mut wants: Vec<Wanted> =
        batch.items.iter().map(|article| Wanted::of(&batch.feed.id, article)).collect();
    let mut keys_by_claim: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for wanted in &wants {
        for claim in [wanted.link, wanted.words].into_iter().flatten() {
            keys_by_claim.entry(claim).or_default().push(wanted.key);
        }
    }
    let items = batch.items.len();
    for (wanted, article) in wants.iter_mut().zip(&batch.items) {
        let key = wanted.key;
        let is_own = |claim: &Hash16| keys_by_claim[claim].iter().all(|claiming| *claiming == key);
        wanted.link = wanted.link.filter(is_own).filter(|_| !is_front_page(&article.url));
        let is_said = says_enough(&article.title, &article.text.body, items);
        wanted.words = wanted.words.filter(is_own).filter(|_| is_said);
    }
    wants
}

/// Cuts moments to what records and store keep, so that a restored desk compares the same ones.
pub(super) fn cut_to_milliseconds(batch: &mut Batch<Article>) {
    batch.fetched_at = whole_ms(batch.fetched_at);
    for article in &mut batch.items {
        article.published.time = article.published.time.map(|time| Time(whole_ms(time.0)));
        article.notice.until = article.notice.until.map(|time| Time(whole_ms(time.0)));
    }
}

/// A moment without what is finer than a millisecond.
pub(super) fn whole_ms(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

fn is_front_page(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.path().len() <= 1 && url.query().is_none())
}

/// Decides for each item of a batch whether it is new, changed or seen, oldest first; counts what needs no placing.
pub(super) fn decide(
    batch: Batch<Article>,
    wants: Vec<Wanted>,
    known: Vec<Option<Known>>,
    verdict: &Verdict,
    taken: &mut Taken,
) -> Vec<Item> {
    let counts = |known: &Known| known.found != Found::Words || verdict.words_count();
    let known = known.into_iter().map(|known| known.filter(counts));
    let order = order(&batch.items);
    let mut slots: Vec<Option<(Article, Wanted, Option<Known>)>> = batch
        .items
        .into_iter()
        .zip(wants)
        .zip(known.chain(std::iter::repeat(None)))
        .map(|((article, wanted), known)| Some((article, wanted, known)))
        .collect();
    let ids = ids(&slots);
    let winners = winners(&order, &ids);
    let mut items = Vec::new();
    for place in order {
        let (article, wanted, known) = slots[place].take().expect("each place occurs once");
        let id = ids[place];
        let wanted_then = lasting(&wanted, known.as_ref(), verdict);
        taken.sightings.push(Sighting { wanted: wanted_then, article: id, at: batch.fetched_at });
        if winners[&id] != place {
            taken.unchanged += 1;
            continue;
        }
        let mut article = article;
        let known = match known {
            Some(known) if known.id != id => {
                article.defects.push("guid_reused".to_owned());
                article.defects.sort();
                None
            }
            Some(known) if unchanged(&known, &wanted, &article) => {
                taken.unchanged += 1;
                continue;
            }
            Some(known) => {
                keep_page(&mut article, &known);
                if content_hash(&article) == known.content {
                    taken.unchanged += 1;
                    continue;
                }
                Some(known).filter(|known| known.placement.is_some())
            }
            None => None,
        };
        items.push(Item {
            id,
            feed_id: known.as_ref().map_or_else(|| batch.feed.id.clone(), |k| k.feed_id.clone()),
            fetched_at: batch.fetched_at,
            article,
            known,
        });
    }
    let fresh = |item: &Item| item.known.is_none();
    let (old, items): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| {
        fresh(item)
            && batch.backfill_before.is_some_and(|t| item.article.stated().is_some_and(|at| at < t))
    });
    for item in old {
        taken.backfilled += 1;
        taken.changes.push(crate::news::Change::Backfilled(Box::new(item.article), item.id));
    }
    items
}

/// The claims worth remembering: a guid that is another one with every body is none of them.
fn lasting(wanted: &Wanted, known: Option<&Known>, verdict: &Verdict) -> Wanted {
    let is_passing = matches!(verdict, Verdict::Restless(_))
        && known.is_some_and(|known| matches!(known.found, Found::Link | Found::Words));
    let key = wanted.words.filter(|_| is_passing).unwrap_or(wanted.key);
    Wanted { key, ..wanted.clone() }
}

/// Oldest stated date first, undated last, ties from the end of the document: feeds list the newest first.
fn order(items: &[Article]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).rev().collect();
    order.sort_by_key(|&i| items[i].stated().map_or((true, Timestamp::MAX), |at| (false, at)));
    order
}

/// Whether the item tells nothing new: the article stands like this, or this very claim said the same before.
///
/// An article that another feed carries too is revised only by a claim whose own words changed, so two feeds with a
/// long and a short version of it never revise it in turns. A text taken from its page is never given up for a feed's,
/// so it may come by any feed.
fn unchanged(known: &Known, wanted: &Wanted, article: &Article) -> bool {
    if known.content == wanted.told {
        return true;
    }
    article.text.origin != TextOrigin::Page
        && match known.claimed {
            Some(claimed) => claimed == wanted.content,
            None => known.feed_id != wanted.feed,
        }
}

/// An article told with its page's text is not taken back to its feed's shorter one: what the feed changed is told, the
/// text stays.
fn keep_page(article: &mut Article, known: &Known) {
    let Some(told) = known.article.as_ref() else { return };
    let has_page = |article: &Article| article.text.origin == TextOrigin::Page;
    if !has_page(told) || has_page(article) || told.text.body.is_empty() {
        return;
    }
    let told = told.clone();
    *article = Article {
        text: told.text,
        lang: told.lang,
        provenance: told.provenance,
        own_signs: told.own_signs,
        not_text: told.not_text,
        people: told.people,
        orgs: told.orgs,
        places: told.places,
        quotes: told.quotes,
        ..article.clone()
    };
    // These speak of the text that was not taken.
    article.defects.retain(|defect| !OF_THE_TEXT.contains(&defect.as_str()));
}

/// The article behind each item: a known one, one met earlier in this body by key or link, or one to be minted.
///
/// A guid that is known, but whose link, title and text are all others', was reused by the publisher; so was one whose
/// link stands at another item of the same body.
fn ids(slots: &[Option<(Article, Wanted, Option<Known>)>]) -> Vec<ArticleId> {
    let articles = slots.iter().flatten().map(|(article, ..)| article);
    let links: BTreeSet<&str> = articles.map(|article| article.url.as_str()).collect();
    let mut by_key = BTreeMap::new();
    let mut ids = Vec::with_capacity(slots.len());
    for slot in slots.iter().map(|slot| slot.as_ref().expect("all places are filled")) {
        let (article, wanted, known) = slot;
        let id = match known {
            Some(known) if reused_guid(known, article, &links) => reminted(article),
            Some(known) => known.id,
            None => *by_key.get(&wanted.key).unwrap_or(&wanted.minted),
        };
        by_key.entry(wanted.key).or_insert(id);
        ids.push(id);
    }
    ids
}

fn reused_guid(known: &Known, article: &Article, links: &BTreeSet<&str>) -> bool {
    let Some(old) = known.article.as_ref().filter(|_| article.rung == Rung::Guid) else {
        return false;
    };
    let is_other = old.title != article.title && old.url != article.url;
    let is_told_apart =
        links.contains(old.url.as_str()) || !shares_words(&old.text.body, &article.text.body);
    match known.found {
        Found::Key => is_other && !old.url.is_empty() && !article.url.is_empty() && is_told_apart,
        // Another feed of the outlet has the guid. Feeds that number their items each for themselves share guids by
        // chance, with nothing else in common; here nobody said before that it was this article.
        Found::Id => {
            let is_linked = !old.url.is_empty() || !article.url.is_empty();
            old.title != article.title && (is_other || !is_linked) && is_told_apart
        }
        Found::Link | Found::Swapped | Found::Words => false,
    }
}

/// Whether two texts have more words in common than chance gives two texts of one language.
fn shares_words(a: &str, b: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        text.split_whitespace().filter(|w| w.chars().count() > 4).map(str::to_lowercase).collect()
    };
    let (a, b) = (words(a), words(b));
    a.intersection(&b).count() * 3 >= a.len().min(b.len()).max(1)
}

fn reminted(article: &Article) -> ArticleId {
    // Without a link the headline parts them.
    let fourth = if article.url.is_empty() { &article.title } else { &article.url };
    ArticleId(hash16(&[&article.outlet.id, article.rung.as_str(), &article.key, fourth]))
}

/// For each article the item that stands for it in this body: the last in the order taken, so the topmost of equals.
fn winners(order: &[usize], ids: &[ArticleId]) -> BTreeMap<ArticleId, usize> {
    order.iter().map(|&place| (ids[place], place)).collect()
}
