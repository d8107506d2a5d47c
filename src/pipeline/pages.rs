//! Full text: which articles are worth the reading of their page, and the batches that wait for pages.
//!
//! A batch whose articles want pages leaves the line and comes back when they are read, or after [`PAGES_WAIT_MAX`]
//! with what there is. Nothing of it stands in the store before, so a stop on the way costs its fetches, no article.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use url::Url;

use super::LINE_UP;
use super::breaker::Slot;
use super::readers::Job;
use crate::news::{Article, Batch, Draft, Feed, FeedId, Known, TextOrigin, Wanted, content_hash};
use crate::poll::{ArticlePage, PageWish};
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

    fn wants(&self, feed: &Feed, article: &Article) -> bool {
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
    url: Url,
    draft: Draft,
}

/// A batch as read, with the pages that it wants.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) batch: Batch<Article>,
    pub(super) wishes: Vec<Wish>,
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
}

/// How it went with one page.
enum Done {
    /// The article at this place of the batch, with its page.
    Read(usize, Box<Article>),
    /// There is no page.
    Without,
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
            return Read { batch, wishes: Vec::new() };
        }
        let wants = desk::wanted(&batch);
        let known = match self.known(&wants) {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "cannot tell new articles from known ones: no pages are read");
                return Read { batch, wishes: Vec::new() };
            }
        };
        let is_old = |article: &Article| {
            batch.backfill_before.is_some_and(|old| article.stated().is_some_and(|at| at < old))
        };
        let claims = wants.iter().zip(&known);
        let wishes = drafts
            .into_iter()
            .zip(&batch.items)
            .zip(claims)
            .enumerate()
            .filter(|(_, ((_, article), (wanted, known)))| {
                full_text.wants(&batch.feed, article)
                    && !is_old(article)
                    && is_news(known.as_ref(), wanted)
            })
            .filter_map(|(at, ((draft, article), _))| {
                let url = Url::parse(&article.url).ok()?;
                matches!(url.scheme(), "http" | "https").then_some(Wish { at, url, draft })
            })
            .take(PAGES_MAX)
            .collect();
        Read { batch, wishes }
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

/// Whether an article's page may say what was not told yet.
fn is_news(known: Option<&Known>, wanted: &Wanted) -> bool {
    let Some(known) = known else { return true };
    match known.claimed {
        // Only remembered, on a first poll.
        _ if known.placement.is_none() => false,
        Some(claimed) => claimed != wanted.content,
        // Told from another feed: its page is read once.
        None => known.article.as_ref().is_some_and(|told| told.text.origin != TextOrigin::Page),
    }
}

/// Reads a page into its article, or gives the article of the feed alone.
pub(super) fn article(
    job: &PageJob,
    slot: &Slot,
    config: &parse::Config,
    tables: &Tables,
) -> Article {
    let PageJob { feed, fetched_at, draft, page: ArticlePage { fetched: page, .. } } = job;
    let context = enrich::Context { feed, fetched_at: *fetched_at, tables };
    let plain = enrich::article(draft, &context);
    match slot.page(page, config) {
        Ok(page) => {
            let article = enrich::with_page(draft, &page, &context);
            Article { feed_words: Some(content_hash(&plain)), ..article }
        }
        Err(why) => {
            tracing::debug!(feed.id = %feed.id, url = %page.url, why, "the page cannot be read");
            without_page(plain)
        }
    }
}

fn without_page(mut article: Article) -> Article {
    article.defects.push(UNAVAILABLE.to_owned());
    article.defects.sort();
    article.defects.dedup();
    article
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
    pub(super) async fn complete(self, read: Read) -> Option<Batch<Article>> {
        let Read { mut batch, wishes } = read;
        let mut missing: BTreeSet<usize> = wishes.iter().map(|wish| wish.at).collect();
        let mut under_way = JoinSet::new();
        for wish in wishes {
            let (feed, fetched_at) = (Arc::clone(&batch.feed), batch.fetched_at);
            under_way.spawn(self.clone().one(wish, feed, fetched_at));
        }
        let all = async {
            while let Some(Ok(done)) = under_way.join_next().await {
                match done {
                    Done::Read(at, article) => {
                        batch.items[at] = *article;
                        missing.remove(&at);
                    }
                    Done::Without => {}
                    Done::Over => return None,
                }
            }
            Some(())
        };
        // What has not come by then is given up with the set, and the poller sees that nobody waits.
        tokio::time::timeout(PAGES_WAIT_MAX, all).await.unwrap_or(Some(()))?;
        for at in missing {
            batch.items[at] = without_page(batch.items[at].clone());
        }
        Some(batch)
    }

    /// One article with its page. A large page is read as soon as it is there: others wait for its turn.
    async fn one(self, wish: Wish, feed: Arc<Feed>, fetched_at: Timestamp) -> Done {
        let Wish { at, url, draft } = wish;
        let (reply, answer) = oneshot::channel();
        let asked = PageWish { feed: Arc::clone(&feed), url, reply };
        if self.wishes.send(asked).await.is_err() {
            return Done::Over;
        }
        match answer.await {
            Ok(Ok(page)) => match self.read(PageJob { feed, fetched_at, draft, page }).await {
                Some(article) => Done::Read(at, Box::new(article)),
                None => Done::Over,
            },
            Ok(Err(why)) => {
                tracing::debug!(feed.id = %feed.id, url = draft.link, why, "no page");
                Done::Without
            }
            Err(_) => Done::Over,
        }
    }

    async fn read(&self, job: PageJob) -> Option<Article> {
        let _room = self.room.acquire().await.ok()?;
        let (reply, article) = oneshot::channel();
        self.jobs.send(Job::Page(Box::new(job), reply)).ok()?;
        article.await.ok()
    }
}
