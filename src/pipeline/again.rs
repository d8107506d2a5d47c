//! Archives run again: what was fetched goes the way it went then, in the order and at the times it had, with the rules
//! and tables of this run.
//!
//! The same configuration gives the same records, byte for byte: order, times, states and pages are in the archive.

use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::pages::{self, FullText};
use super::{READER_STACK_BYTES, foreign, read};
use crate::news::{Article, Batch, Draft, Feed, FeedId, Fetched, Hash16, Input, masked};
use crate::parse::{self, Parsed};
use crate::poll::Polled;
use crate::sink;
use crate::sink::archive::{
    self, Archived, Bodies, Came, Entry, Head, PageWanted, Poll, ReadError, Record, Unread, What,
    split_http,
};
use crate::store;
use crate::tables::Tables;
use crate::writer::{Started, Writer};

/// Inputs read together before the desk takes them ...
const CHUNK: usize = 128;

/// ... unless their bodies are this long together.
const CHUNK_BYTES_MAX: usize = 16 << 20;

/// Header fields that reading needs; the archive keeps a few more.
const READING_NEEDS: [&str; 4] = ["content-type", "content-language", "content-location", "link"];

/// What stops it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An archive cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The output failed.
    #[error(transparent)]
    Sink(#[from] sink::Error),
    /// A reading thread could not be had, or broke down.
    #[error("cannot read on: {0}")]
    Reader(String),
}

/// The rules of this run.
#[derive(Debug)]
pub struct Rules {
    /// The feeds of the configuration; others are taken as feeds of nobody.
    pub feeds: Vec<Arc<Feed>>,
    /// Whose pages count.
    pub full_text: FullText,
    /// Knowledge.
    pub tables: Arc<Tables>,
    /// The reader's limits.
    pub parse: parse::Config,
    /// Longest body of an archive of others, as it came.
    pub body_bytes_max: u64,
    /// What the desk says of itself when it starts.
    pub about: Started,
    /// Threads that read; the output is the same for any number.
    pub threads: usize,
}

/// Reads archives by these rules.
struct Again<'r> {
    rules: &'r Rules,
    feeds: HashMap<FeedId, Arc<Feed>>,
    urls: HashMap<String, Arc<Feed>>,
}

/// What an input is to the desk.
enum Ready {
    Start(Timestamp),
    Tick(Timestamp),
    Batch(Box<Batch<Article>>, Timestamp),
    /// Nothing that a feed gives.
    Other,
}

/// Takes all inputs; `group` is called whenever a group is full, and once at the end.
pub fn run(
    archived: &mut Archived,
    writer: &mut Writer,
    rules: &Rules,
    mut group: impl FnMut(&mut Writer, usize) -> Result<(), Error>,
) -> Result<(), Error> {
    let feeds = rules.feeds.iter().map(|feed| (feed.id.clone(), Arc::clone(feed))).collect();
    let urls = rules.feeds.iter().map(|feed| (feed.url.to_string(), Arc::clone(feed))).collect();
    let again = Again { rules, feeds, urls };
    let mut done = 0;
    while done < archived.len() {
        let mut chunk = Vec::new();
        let (mut bytes, first) = (0, done);
        while done < archived.len() && chunk.len() < CHUNK && bytes < CHUNK_BYTES_MAX {
            let input = archived.read(done)?;
            bytes += input.as_ref().map_or(0, size);
            chunk.push(input);
            done += 1;
        }
        for (at, (ready, fault)) in again.read(chunk)?.into_iter().enumerate() {
            if let Some(why) = fault {
                archived.fault_at(first + at, why);
            }
            take(ready, writer, archived, &rules.about)?;
            if writer.is_full() {
                group(writer, first + at + 1)?;
            }
        }
    }
    group(writer, done)
}

fn size(input: &archive::Input) -> usize {
    match input {
        archive::Input::Entry(_, bodies) => bodies.values().map(|record| record.block.len()).sum(),
        archive::Input::Foreign(record) => record.block.len(),
    }
}

fn take(
    ready: Ready,
    writer: &mut Writer,
    archived: &mut Archived,
    about: &Started,
) -> Result<(), store::Error> {
    match ready {
        Ready::Start(at) => writer.started(about, at),
        Ready::Tick(at) => writer.take(Input::Tick(at), at),
        Ready::Batch(batch, at) => writer.take(Input::Batch(batch), at),
        Ready::Other => {
            archived.count.passed_over += 1;
            Ok(())
        }
    }
}

/// What became of an input, and what was wrong with it.
type Outcome = (Ready, Option<String>);

impl Again<'_> {
    /// Reads a chunk on several threads; the result is in the chunk's order.
    fn read(&self, chunk: Vec<Option<archive::Input>>) -> Result<Vec<Outcome>, Error> {
        let share = chunk.len().div_ceil(self.rules.threads.max(1)).max(1);
        let mut parts = Vec::new();
        let mut rest = chunk.into_iter();
        loop {
            let part: Vec<_> = rest.by_ref().take(share).collect();
            if part.is_empty() {
                break;
            }
            parts.push(part);
        }
        let broken = |error: String| Error::Reader(error);
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for part in parts {
                let work = move || part.into_iter().map(|input| self.one(input)).collect();
                let named = std::thread::Builder::new().stack_size(READER_STACK_BYTES);
                let thread = named.spawn_scoped(scope, work);
                threads.push(thread.map_err(|error| broken(error.to_string()))?);
            }
            let mut all = Vec::new();
            for thread in threads {
                let part: Vec<Outcome> =
                    thread.join().map_err(|_| broken("a reader panicked".to_owned()))?;
                all.extend(part);
            }
            Ok(all)
        })
    }

    fn one(&self, input: Option<archive::Input>) -> Outcome {
        match input {
            None => (Ready::Other, Some("cannot be read a second time".to_owned())),
            Some(archive::Input::Foreign(record)) => (self.foreign(&record), None),
            Some(archive::Input::Entry(entry, bodies)) => {
                let Entry { at, what, .. } = *entry;
                match what {
                    What::Start(_) => (Ready::Start(at), None),
                    What::Tick => (Ready::Tick(at), None),
                    What::Poll(poll) => {
                        let (batch, fault) = self.poll(*poll, bodies);
                        (Ready::Batch(Box::new(batch), at), fault)
                    }
                }
            }
        }
    }

    /// A poll of ours. One whose body is gone is taken without it, so that all others keep their places.
    fn poll(&self, poll: Poll, mut bodies: Bodies) -> (Batch<Article>, Option<String>) {
        let feed = self.feed(&poll.feed);
        let Poll { fetched_at, mut state, health, backfill_before, .. } = poll;
        if let Some(state) = &mut state {
            state.url = feed.url.to_string();
        }
        let mut batch = Batch {
            feed: Arc::clone(&feed),
            fetched_at,
            state,
            report: None,
            health,
            backfill_before,
            items: Vec::new(),
            rejected: Vec::new(),
        };
        let mut fault = None;
        let body = poll.body.as_ref().and_then(|id| {
            let body = bodies.remove(id).and_then(|record| fetched(&record, &feed, fetched_at));
            if body.is_none() {
                fault = Some("the body of this poll is damaged or missing".to_owned());
            }
            body
        });
        let mut unread = poll.unread.map(|unread| restored(unread, &feed));
        if poll.body.is_none()
            && let Some(Unread { report, rejected }) = unread.take()
        {
            (batch.report, batch.rejected) = (Some(report), rejected);
        }
        let read = |fetched: &Fetched| match unread {
            Some(Unread { report, rejected }) => Parsed { rejected, report, ..Parsed::default() },
            None => parse::read(fetched, &self.rules.parse),
        };
        let polled = Polled { batch, body, same: None, turn: None };
        let (mut batch, drafts) = read::batch(polled, read, &self.rules.tables);
        let mut missing = 0;
        for wanted in &poll.pages {
            missing += u64::from(!self.page(&mut batch, &drafts, wanted, &bodies));
        }
        if missing > 0 {
            fault = Some(format!("{missing} article pages are damaged or missing"));
        }
        (batch, fault)
    }

    /// Gives an article its page as it had it then. False if the page is gone.
    fn page(
        &self,
        batch: &mut Batch<Article>,
        drafts: &[Draft],
        wanted: &PageWanted,
        bodies: &Bodies,
    ) -> bool {
        let at = wanted.at;
        let (Some(article), Some(draft)) = (batch.items.get_mut(at), drafts.get(at)) else {
            return true;
        };
        if article.url != wanted.url || !self.rules.full_text.wants(&batch.feed, article) {
            return true;
        }
        let id = match &wanted.came {
            Came::Page(id) => id,
            Came::Nothing => {
                *article = pages::without_page(article.clone(), None);
                return true;
            }
            Came::Missed(times) => {
                *article = pages::without_page(article.clone(), Some(*times));
                return true;
            }
        };
        let (feed, fetched_at) = (&batch.feed, batch.fetched_at);
        let context = crate::enrich::Context { feed, fetched_at, tables: &self.rules.tables };
        let Some(page) = bodies.get(id).and_then(|record| fetched(record, feed, fetched_at)) else {
            *article = pages::without_page(article.clone(), None);
            return false;
        };
        let read = panic::catch_unwind(AssertUnwindSafe(|| parse::page(&page, &self.rules.parse)));
        *article = match read {
            Ok(Ok(page)) => pages::with_page(draft, &page, &context),
            _ => pages::without_page(article.clone(), None),
        };
        true
    }

    /// An answer that others archived: taken if the configuration has its address, or if it can be read as a feed.
    fn foreign(&self, record: &Record) -> Ready {
        let Some((batch, at)) = foreign::batch(record, &self.urls, self.rules) else {
            return Ready::Other;
        };
        Ready::Batch(Box::new(batch), at)
    }

    /// The feed as the configuration has it, or one of nobody.
    fn feed(&self, id: &FeedId) -> Arc<Feed> {
        self.feeds.get(id).map_or_else(|| super::replay::feed(id.as_str()), Arc::clone)
    }
}

/// The answer that a record of ours holds, as it was when it came.
fn fetched(record: &Record, feed: &Arc<Feed>, at: Timestamp) -> Option<Fetched> {
    let target = record.head.get("WARC-Target-URI")?;
    let url = Url::parse(&unmasked(target, feed)).ok()?;
    let wire = record.head.get(WIRE).and_then(|text| text.parse().ok());
    let at = record.head.get("WARC-Date").and_then(|date| date.parse().ok()).unwrap_or(at);
    let (200, head, body) = split_http(&record.block)? else { return None };
    let wire = wire.unwrap_or(body.len() as u64);
    Some(answer(feed, url, (&head, body.to_vec()), (wire, at)))
}

/// Field of our records with the length on the wire.
const WIRE: &str = "X-Copytaster-Wire-Bytes";

/// An answer as it was when it came.
pub(super) fn answer(
    feed: &Arc<Feed>,
    url: Url,
    (head, body): (&Head, Vec<u8>),
    (wire_bytes, fetched_at): (u64, Timestamp),
) -> Fetched {
    let headers = READING_NEEDS
        .iter()
        .filter_map(|&name| Some((name.to_owned(), head.get(name)?.to_owned())))
        .collect();
    let mut body_hash = Hash16::default();
    body_hash.0.copy_from_slice(
        blake3::hash(&body).as_bytes().first_chunk::<16>().expect("a hash has 32 bytes"),
    );
    let feed = Arc::clone(feed);
    Fetched { feed, url, http: 200, headers, body, body_hash, wire_bytes, fetched_at }
}

/// An address with the secrets that the configuration has for it.
fn unmasked(shown: &str, feed: &Feed) -> String {
    if masked(&feed.url) == shown { feed.url.to_string() } else { shown.to_owned() }
}

fn restored(mut unread: Unread, feed: &Feed) -> Unread {
    for rejection in &mut unread.rejected {
        rejection.url = unmasked(&rejection.url, feed);
    }
    unread
}
