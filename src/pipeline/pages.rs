//! Full text: which articles are worth the reading of their page, and the batches that wait for pages.
//!
//! A batch whose articles want pages leaves the line and comes back when they are read, or after [`PAGES_WAIT_MAX`]
//! with what there is. A page that was missed, and may be had another time, is asked for again when the feed's body changes. Nothing of it stands in the store before, so a stop on the way costs its fetches, no article.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use url::Url;

use super::LINE_UP;
use super::archive::{self, Captured, Ready};
use super::breaker::Slot;
use super::readers::Job;
use crate::news::{
    Article, Batch, Draft, Feed, FeedId, Found, Hash16, Known, Page, TextOrigin, Wanted,
    content_hash, hash16,
};
use crate::poll::{ArticlePage, NoPage, PageWish};
use crate::sink::archive::{Came, Written};
use crate::store::{self, Reader, Store};
use crate::tables::Tables;
use crate::{desk, enrich, parse};

/// Longest wait of a batch for its pages. At two seconds a page for one host this is some fifty of them.
const PAGES_WAIT_MAX: Duration = Duration::from_mins(2);

/// Pages wanted for one poll; a first poll brings more articles than anybody waits for.
const PAGES_MAX: usize = 50;

/// The article's page was wanted and could not be had; its feed's text is told.
const UNAVAILABLE: &str = "page_unavailable";

/// Whose pages are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FullText {
    /// All articles of these feeds.
    pub feeds: BTreeSet<FeedId>,
    /// Articles of these outlets, in any feed.
    pub outlets: BTreeSet<String>,
}

impl FullText {
    fn is_empty(&self) -> bool {
        self.feeds.is_empty() && self.outlets.is_empty()
    }

    pub(super) fn wants(&self, feed: &Feed, article: &Article) -> bool {
        self.feeds.contains(&feed.id) || self.outlets.contains(&article.outlet.id)
    }
}

/// Shared and replaced whole on reload.
pub type SharedFullText = Arc<RwLock<Arc<FullText>>>;

/// An article that wants its page.
#[derive(Debug)]
pub(super) struct Wish {
    /// Its place in the batch.
    at: usize,
    /// How often its page was missed before, for the same words of the feed.
    missed: u8,
    url: Url,
    draft: Draft,
}

/// A batch as read, with the pages that it wants.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) batch: Batch<Article>,
    pub(super) wishes: Vec<Wish>,
    /// Where there is an archive.
    pub(super) captured: Option<Box<Captured>>,
}

/// A page that came, to be read into its article.
#[derive(Debug)]
pub(super) struct PageJob {
    feed: Arc<Feed>,
    fetched_at: Timestamp,
    draft: Draft,
    page: ArticlePage,
}

impl PageJob {
    /// Bytes of the page.
    pub(super) fn bytes(&self) -> usize {
        self.page.fetched.body.len()
    }

    /// The page as the archive keeps it.
    pub(super) fn record(&self) -> Written {
        archive::page(&self.draft.link, &self.page.fetched)
    }
}

/// An article after the reading of its page.
#[derive(Debug)]
pub(super) struct PageRead {
    pub(super) article: Article,
    /// Where there is an archive, and a page that could be read.
    pub(super) record: Option<Written>,
}

/// How it went with one page.
enum Done {
    /// The article at this place of the batch, with its page.
    Read(usize, Box<PageRead>),
    /// There is no page for the article at this place.
    Without(usize),
    /// It was asked for and could not be had this time.
    Failed(usize),
    /// It was not even asked for.
    Missed,
    /// The poller or the readers have ended.
    Over,
}

/// One reader's sense of which articles are new.
#[derive(Debug)]
pub(super) struct Judge {
    full_text: SharedFullText,
    store: PathBuf,
    reader: Option<Reader>,
}

impl Judge {
    pub(super) fn new(full_text: SharedFullText, store: PathBuf) -> Self {
        Self { full_text, store, reader: None }
    }

    /// The batch with the pages it wants: those of articles that are new, or of which the feed says something new.
    pub(super) fn look(&mut self, batch: Batch<Article>, drafts: Vec<Draft>) -> Read {
        let full_text = Arc::clone(&self.full_text.read().unwrap_or_else(PoisonError::into_inner));
        if full_text.is_empty() || drafts.is_empty() {
            return Read { batch, wishes: Vec::new(), captured: None };
        }
        let wants = desk::wanted(&batch);
        let known = match self.known(&wants) {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "cannot tell new articles from known ones: no pages are read");
                return Read { batch, wishes: Vec::new(), captured: None };
            }
        };
        let is_old = |article: &Article| {
            batch.backfill_before.is_some_and(|old| article.stated().is_some_and(|at| at < old))
        };
        let mut wishes = Vec::new();
        let all = drafts.into_iter().zip(&batch.items).zip(wants.iter().zip(&known)).enumerate();
        for (at, ((draft, article), (wanted, known))) in all {
            if wishes.len() == PAGES_MAX {
                break;
            }
            let is_meant = full_text.wants(&batch.feed, article) && !is_old(article);
            let Some(missed) = missed(known.as_ref(), wanted).filter(|_| is_meant) else {
                continue;
            };
            let Ok(url) = Url::parse(&article.url) else { continue };
            if matches!(url.scheme(), "http" | "https") {
                wishes.push(Wish { at, missed, url, draft });
            }
        }
        Read { batch, wishes, captured: None }
    }

    fn known(&mut self, wants: &[Wanted]) -> Result<Vec<Option<Known>>, store::Error> {
        if self.reader.is_none() {
            self.reader = Some(Store::read(&self.store)?);
        }
        let Some(reader) = &mut self.reader else { return Ok(Vec::new()) };
        let known = reader.recall(wants);
        if known.is_err() {
            self.reader = None;
        }
        known
    }
}

/// Tries again after a page failed: at the next polls that bring another body with the item still in it.
const AGAIN_MAX: u8 = 3;

/// What a claim holds while the page of these words of the feed has been missed so often.
fn again(words: Hash16, missed: u8) -> Hash16 {
    hash16(&["page missed", &words.to_string(), &missed.to_string()])
}

/// How often an article's page was missed, where it may say what was not told yet; `None` where it was read, is not to
/// be had, or the article was only remembered.
fn missed(known: Option<&Known>, wanted: &Wanted) -> Option<u8> {
    let Some(known) = known.filter(|known| known.found != Found::Words) else { return Some(0) };
    known.placement.as_ref()?;
    match known.claimed {
        Some(claimed) if claimed == wanted.content => None,
        // Other words, or the same with a page that was missed.
        Some(claimed) => {
            let times = (1..=AGAIN_MAX).find(|times| again(wanted.content, *times) == claimed);
            Some(times.unwrap_or(0))
        }
        // Told from another feed, perhaps in the same words: its page is read once.
        None => {
            let has_page = |told: &Article| told.text.origin == TextOrigin::Page;
            (!known.article.as_ref().is_some_and(has_page)).then_some(0)
        }
    }
}

/// Reads a page into its article, or gives the article of the feed alone; whether it is the former.
pub(super) fn article(
    job: &PageJob,
    slot: &Slot,
    config: &parse::Config,
    tables: &Tables,
) -> (Article, bool) {
    let PageJob { feed, fetched_at, draft, page: ArticlePage { fetched: page, .. } } = job;
    let context = enrich::Context { feed, fetched_at: *fetched_at, tables };
    match slot.page(page, config) {
        Ok(page) => (with_page(draft, &page, &context), true),
        Err(why) => {
            tracing::debug!(feed.id = %feed.id, url = %page.url, why, "the page cannot be read");
            (without_page(enrich::article(draft, &context), None), false)
        }
    }
}

/// The article of the feed with what its page says.
pub(super) fn with_page(draft: &Draft, page: &Page, context: &enrich::Context<'_>) -> Article {
    let plain = enrich::article(draft, context);
    let article = enrich::with_page(draft, page, context);
    Article { feed_words: Some(content_hash(&plain)), ..article }
}

/// The article of the feed alone. `missed` is how often its page was missed by now, where it may be had another time.
pub(super) fn without_page(mut article: Article, missed: Option<u8>) -> Article {
    article.defects.push(UNAVAILABLE.to_owned());
    article.defects.sort();
    article.defects.dedup();
    let mark = missed.filter(|times| *times <= AGAIN_MAX);
    article.feed_words = mark.map(|times| again(content_hash(&article), times));
    article
}

fn failed(missing: &mut BTreeMap<usize, u8>, at: usize) {
    if let Some(times) = missing.get_mut(&at) {
        *times += 1;
    }
}

/// The batch without these pages, which the next polls ask for again.
fn miss(mut ready: Ready, missing: BTreeMap<usize, u8>) -> Ready {
    for (at, missed) in missing {
        // One that was never asked for is marked as well, or nobody would try again.
        let missed = missed.max(1);
        note(&mut ready, at, Err(Came::Missed(missed)));
        let article = &mut ready.batch.items[at];
        *article = without_page(article.clone(), Some(missed));
    }
    ready
}

/// Tells the archive what came of the page that the article at this place wanted; before the article has it.
fn note(ready: &mut Ready, at: usize, came: Result<Written, Came>) {
    if let Some(captured) = &mut ready.captured {
        captured.page(at, &ready.batch.items[at].url, came);
    }
}

impl Read {
    /// Bytes that the batch takes while it waits.
    pub(super) fn bytes(&self) -> usize {
        let articles = self.batch.items.iter().map(|article| article.text.body.len());
        let drafts =
            self.wishes.iter().map(|wish| wish.draft.content.len() + wish.draft.summary.len());
        let archived = self.captured.as_ref().map_or(0, |captured| captured.bytes());
        articles.chain(drafts).sum::<usize>() + archived
    }

    /// The batch as it is, its pages left for the next polls.
    pub(super) fn give_up(self) -> Ready {
        let missing = self.wishes.iter().map(|wish| (wish.at, wish.missed)).collect();
        miss(Ready::of(self.batch, self.captured), missing)
    }
}

/// Fetches pages and has them read.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    wishes: mpsc::Sender<PageWish>,
    jobs: std::sync::mpsc::SyncSender<Job>,
    /// As many pages wait for a reader as the queue has room for.
    room: Arc<Semaphore>,
}

impl Pages {
    pub(super) fn new(
        wishes: mpsc::Sender<PageWish>,
        jobs: std::sync::mpsc::SyncSender<Job>,
    ) -> Self {
        Self { wishes, jobs, room: Arc::new(Semaphore::new(LINE_UP)) }
    }

    /// The batch with its pages read in; `None` once the poller or the readers have ended, because what is not read
    /// is better fetched again at the next start.
    pub(super) async fn complete(self, read: Read) -> Option<Ready> {
        let Read { batch, wishes, captured } = read;
        let mut ready = Ready::of(batch, captured);
        let mut missing: BTreeMap<usize, u8> =
            wishes.iter().map(|wish| (wish.at, wish.missed)).collect();
        let mut under_way = JoinSet::new();
        for wish in wishes {
            let (feed, fetched_at) = (Arc::clone(&ready.batch.feed), ready.batch.fetched_at);
            under_way.spawn(self.clone().one(wish, feed, fetched_at));
        }
        let all = async {
            while let Some(Ok(done)) = under_way.join_next().await {
                match done {
                    Done::Read(at, read) => {
                        let PageRead { article, record } = *read;
                        note(&mut ready, at, record.ok_or(Came::Nothing));
                        ready.batch.items[at] = article;
                        missing.remove(&at);
                    }
                    Done::Without(at) => {
                        note(&mut ready, at, Err(Came::Nothing));
                        let article = &mut ready.batch.items[at];
                        *article = without_page(article.clone(), None);
                        missing.remove(&at);
                    }
                    Done::Failed(at) => failed(&mut missing, at),
                    Done::Missed => {}
                    Done::Over => return None,
                }
            }
            Some(())
        };
        // What has not come by then is given up with the set, and the poller sees that nobody waits.
        tokio::time::timeout(PAGES_WAIT_MAX, all).await.unwrap_or(Some(()))?;
        Some(miss(ready, missing))
    }

    /// One article with its page. A large page is read as soon as it is there: others wait for its turn.
    async fn one(self, wish: Wish, feed: Arc<Feed>, fetched_at: Timestamp) -> Done {
        let Wish { at, url, draft, .. } = wish;
        let (reply, answer) = oneshot::channel();
        let asked = PageWish { feed: Arc::clone(&feed), url, reply };
        if self.wishes.send(asked).await.is_err() {
            return Done::Over;
        }
        match answer.await {
            Ok(Ok(page)) => match self.read(PageJob { feed, fetched_at, draft, page }).await {
                Some(read) => Done::Read(at, Box::new(read)),
                None => Done::Over,
            },
            Ok(Err(NoPage { why, may_pass, was_asked })) => {
                tracing::debug!(feed.id = %feed.id, url = draft.link, why, may_pass, "no page");
                match (may_pass, was_asked) {
                    (false, _) => Done::Without(at),
                    (true, true) => Done::Failed(at),
                    (true, false) => Done::Missed,
                }
            }
            Err(_) => Done::Over,
        }
    }

    async fn read(&self, job: PageJob) -> Option<PageRead> {
        let _room = self.room.acquire().await.ok()?;
        let (reply, article) = oneshot::channel();
        self.jobs.send(Job::Page(Box::new(job), reply)).ok()?;
        article.await.ok()
    }
}
