//! What of a poll goes to the archive. The records are made by the readers, beside the reading; the writer gives them
//! their order.

use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use crate::news::{Article, Batch, FetchReport, Fetched, Rejection, Validators, masked};
use crate::poll::{Polled, Turn};
use crate::sink::archive::{self, Came, Kind, PageWanted, Poll, Unread, What, Written};

/// Records larger than this keep the turn of their body, so that memory stays bounded until they are written.
const LARGE_BYTES: usize = 512 << 10;

/// A poll as the archive keeps it.
#[derive(Debug)]
pub(super) struct Captured {
    poll: Poll,
    records: Vec<u8>,
    _turn: Option<Turn>,
}

/// A batch on its way to the writer.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) batch: Batch<Article>,
    pub(super) captured: Option<Box<Captured>>,
    /// Held by a batch that is not bare until the writer takes it.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

impl Ready {
    pub(super) fn of(batch: Batch<Article>, captured: Option<Box<Captured>>) -> Self {
        Self { batch, captured, place: None }
    }

    /// Whether it carries a state and no more.
    pub(super) fn is_bare(&self) -> bool {
        let has_records = self.captured.as_ref().is_some_and(|captured| captured.bytes() > 0);
        self.batch.items.is_empty() && self.batch.rejected.is_empty() && !has_records
    }
}

impl Captured {
    /// The poll, before its body is read.
    pub(super) fn of(polled: &Polled) -> Self {
        let batch = &polled.batch;
        let feed = &batch.feed;
        let mut state = batch.state.clone();
        let validators = match &mut state {
            Some(state) => {
                state.url.clear();
                std::mem::take(&mut state.validators)
            }
            None => Validators::default(),
        };
        let answer = |kind, fetched: &Fetched| {
            archive::answer(kind, &masked(&fetched.url), fetched, &validators)
        };
        let http = state.as_ref().and_then(|state| state.last_http);
        let record = match (&polled.body, &polled.same) {
            (Some(body), _) => Some(answer(Kind::Feed, body)),
            (None, Some(same)) => Some(answer(Kind::Same, same)),
            (None, None) if http == Some(304) => {
                let (id, target) = (feed.id.as_str(), masked(&feed.url));
                Some(archive::not_modified(id, &target, batch.fetched_at, &validators))
            }
            // A failure has no answer worth keeping; the state says what it was.
            (None, None) => None,
        };
        let body = polled.body.as_ref().and(record.as_ref()).map(|record| record.id.clone());
        let unread = batch.report.as_ref().map(|report| unread(report, &batch.rejected));
        let records = record.map(|record| record.bytes).unwrap_or_default();
        let turn = polled.turn.clone().filter(|_| records.len() > LARGE_BYTES);
        let poll = Poll {
            commit: 0,
            feed: feed.id.clone(),
            fetched_at: batch.fetched_at,
            state,
            health: batch.health.clone(),
            backfill_before: batch.backfill_before,
            body,
            unread,
            pages: Vec::new(),
        };
        Self { poll, records, _turn: turn }
    }

    /// Looks at what the reading gave: a body that does harm is not to be read in a replay either.
    pub(super) fn was_read(&mut self, batch: &Batch<Article>) {
        let is_harm = |reason: &str| matches!(reason, "breaker" | "panic");
        let is_refused = batch.items.is_empty()
            && batch.rejected.iter().any(|rejection| is_harm(&rejection.reason));
        if let (true, Some(report)) = (is_refused, &batch.report) {
            self.poll.unread = Some(unread(report, &batch.rejected));
        }
    }

    /// Takes a page that was read, or why there is none.
    pub(super) fn page(&mut self, at: usize, url: &str, came: Result<Written, Came>) {
        let came = came.map_or_else(
            |came| came,
            |record| {
                self.records.extend_from_slice(&record.bytes);
                Came::Page(record.id)
            },
        );
        self.poll.pages.push(PageWanted { at, url: url.to_owned(), came });
    }

    /// Bytes that wait with the batch.
    pub(super) fn bytes(&self) -> usize {
        self.records.len()
    }

    /// The finished records, and what is said of them.
    pub(super) fn finish(self, commit: u64) -> (Vec<u8>, What) {
        (self.records, What::Poll(Box::new(Poll { commit, ..self.poll })))
    }
}

/// The account of a body that is not read, its addresses as they may be shown.
fn unread(report: &FetchReport, rejected: &[Rejection]) -> Unread {
    let shown = |rejection: &Rejection| {
        let url = Url::parse(&rejection.url).map(|url| masked(&url));
        Rejection { url: url.unwrap_or_else(|_| rejection.url.clone()), ..rejection.clone() }
    };
    Unread { report: report.clone(), rejected: rejected.iter().map(shown).collect() }
}

/// The record of an article's page.
pub(super) fn page(article: &str, fetched: &Fetched) -> Written {
    archive::answer(Kind::Page(article), &masked(&fetched.url), fetched, &Validators::default())
}
