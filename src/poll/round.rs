//! One poll from its first request to its last answer: hops are judged, the outcome is taken, the batch is made. Pure.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::news::{Batch, Feed, FetchReport, Fetched, Hash16, Rejection, Validators};

use super::address::Policy;
use super::failure::Failure;
use super::fetch::{Reply, Whole};
use super::inflate::BodyError;
use super::memory::{self, Kept};
use super::outcome::{self, Answer, Good, Outcome, Question};
use super::{Backfill, Polled, politeness};

/// Redirects followed in one poll.
pub(super) const HOPS_MAX: u8 = 5;

/// Longer targets are no addresses.
pub(super) const URL_BYTES_MAX: usize = 8 * 1024;

/// Where a poll stands between two requests.
#[derive(Clone, Debug)]
pub(super) struct Journey {
    pub(super) feed: Arc<Feed>,
    /// Where the next request goes.
    pub(super) url: Url,
    /// Sent with every request of the poll; empty if it is unconditional.
    pub(super) validators: Validators,
    /// When the poll was due.
    pub(super) due: Timestamp,
    hops: u8,
    only_permanent: bool,
    wait: Duration,
}

/// What an answer leads to.
#[derive(Debug)]
pub(super) enum Step {
    /// Another request.
    Hop(Journey),
    /// The poll is over: the last answer, and why it is no good one.
    End(Option<Reply>, Option<Failure>),
}

/// The end of a poll.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) polled: Polled,
    /// The state that the batch carries.
    pub(super) kept: Kept,
    pub(super) hold_host: Option<(String, Timestamp)>,
}

impl Journey {
    /// The start of a poll of `feed`, which was due at `due`.
    pub(super) fn start(feed: Arc<Feed>, kept: Option<&Kept>, now: Timestamp) -> Self {
        let asked = kept.filter(|kept| outcome::is_conditional(&feed, kept, now));
        let validators = asked.map(|kept| kept.state.validators.clone());
        Self {
            url: entrance(&feed, kept),
            validators: validators.unwrap_or_default(),
            due: kept.map_or(now, |kept| kept.state.next_due),
            feed,
            hops: 0,
            only_permanent: true,
            wait: Duration::ZERO,
        }
    }

    fn is_conditional(&self) -> bool {
        self.validators != Validators::default()
    }

    /// Where a redirect of kind `http` leads, if we go there.
    fn hop(
        &self,
        policy: &Policy,
        http: u16,
        reply: &Reply,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let location = reply.location.as_deref().filter(|text| text.len() <= URL_BYTES_MAX);
        let location = location.ok_or(Failure::Http(http))?;
        let mut url = self.url.join(location).map_err(|_| Failure::Http(http))?;
        url.set_fragment(None);
        policy.hop(&self.feed.url, &self.url, &url).map_err(Failure::Refused)?;
        if self.hops == HOPS_MAX {
            return Err(Failure::TooManyRedirects);
        }
        Ok(Self {
            url,
            hops: self.hops + 1,
            only_permanent: self.only_permanent && matches!(http, 301 | 308),
            wait: self.wait.max(reply.wishes.retry_after(now).unwrap_or_default()),
            ..self.clone()
        })
    }
}

/// Where a poll of the feed begins: the address it moved to for good, else the configured one.
pub(super) fn entrance(feed: &Feed, kept: Option<&Kept>) -> Url {
    let adopted = kept.and_then(|kept| kept.memory.adopted.as_deref());
    adopted.and_then(|url| Url::parse(url).ok()).unwrap_or_else(|| feed.url.clone())
}

/// Judges an answer, or the lack of one, at `now`.
pub(super) fn step(
    journey: &Journey,
    reply: Result<Reply, Failure>,
    policy: &Policy,
    now: Timestamp,
) -> Step {
    match reply {
        Err(failure) => Step::End(None, Some(failure)),
        Ok(reply) => match reply.http {
            http @ (301 | 302 | 303 | 307 | 308) => match journey.hop(policy, http, &reply, now) {
                Ok(next) => Step::Hop(next),
                Err(failure) => Step::End(Some(reply), Some(failure)),
            },
            200 | 304 => Step::End(Some(reply), None),
            http => Step::End(Some(reply), Some(Failure::Http(http))),
        },
    }
}

/// How a feed stands when its poll ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'a> {
    pub(super) kept: Option<&'a Kept>,
    /// The interval it is due at while all is well.
    pub(super) interval: Duration,
    pub(super) backfill: Backfill,
    pub(super) now: Timestamp,
}

/// Takes the end of a poll: the outcome, and the batch that carries it.
pub(super) fn end(
    journey: &Journey,
    mut reply: Option<Reply>,
    failure: Option<Failure>,
    standing: Standing<'_>,
) -> Done {
    let Standing { kept, interval, backfill, now } = standing;
    let body = reply.as_mut().and_then(|reply| reply.body.take());
    let result = match (failure, &body) {
        (Some(failure), _) => Err(failure),
        (None, None) => Ok(Good::NotModified),
        (None, Some(Ok(whole))) => Ok(Good::Body(whole.hash)),
        (None, Some(Err(error))) => Err(Failure::Body(error.clone())),
    };
    // Credentials are bound to the address that was configured with them.
    let has_credentials = journey.feed.url.as_str() != memory::address(&journey.feed.url);
    let has_moved = journey.hops > 0 && journey.only_permanent && !has_credentials;
    let answer = Answer {
        result,
        validators: reply.as_ref().map(|reply| reply.validators.clone()).unwrap_or_default(),
        wishes: reply.as_ref().map(|reply| reply.wishes.clone()).unwrap_or_default(),
        permanent_to: has_moved.then(|| journey.url.clone()),
    };
    let question =
        Question { feed: &journey.feed, now, interval, conditional: journey.is_conditional() };
    let blank = || Kept::of(memory::blank(&journey.feed, now, now));
    let before = kept.cloned().unwrap_or_else(blank);
    let mut outcome = outcome::take(question, &before, &answer);
    let due = &mut outcome.kept.state.next_due;
    *due = outcome::due_at(now, journey.wait).max(*due);
    let hold_host = outcome.hold_host.map(|until| (politeness::host_key(&journey.url), until));
    let is_first = outcome.read && !before.state.seen_once;
    let mut batch = batch(&journey.feed, &outcome, now);
    if is_first && let Backfill::Last(span) = backfill {
        batch.backfill_before = now.checked_sub(span).ok();
    }
    if let (Some(Err(error)), Some(reply)) = (&body, &reply) {
        refuse(&mut batch, error, reply.wire, &journey.url);
    }
    let mut polled = Polled { batch, body: None, same: None, turn: None };
    if let (Some(Ok(mut whole)), Some(reply)) = (body, reply) {
        polled.turn = whole.turn.take();
        let place = if outcome.read { &mut polled.body } else { &mut polled.same };
        *place = Some(fetched(journey, whole, reply, now));
    }
    Done { polled, kept: outcome.kept, hold_host }
}

fn batch(feed: &Arc<Feed>, outcome: &Outcome, now: Timestamp) -> Batch<()> {
    Batch {
        feed: Arc::clone(feed),
        fetched_at: now,
        state: Some(outcome.kept.stored()),
        report: None,
        health: outcome.health.clone(),
        backfill_before: None,
        items: Vec::new(),
        rejected: Vec::new(),
    }
}

/// Accounts for a body that came and is not taken.
fn refuse(batch: &mut Batch<()>, error: &BodyError, wire: u64, url: &Url) {
    batch.report = Some(FetchReport {
        http: Some(200),
        bytes: wire,
        items: 0,
        over_limit: 0,
        defects: vec![error.to_string()],
    });
    batch.rejected.push(Rejection {
        url: memory::address(url),
        reason: "body".into(),
        detail: error.to_string(),
        body_hash: Hash16::default(),
        bytes: wire,
        ..Rejection::default()
    });
}

fn fetched(journey: &Journey, whole: Whole, reply: Reply, now: Timestamp) -> Fetched {
    let mut url = journey.url.clone();
    if let Ok(plain) = Url::parse(&memory::address(&url)) {
        url = plain;
    }
    Fetched {
        feed: Arc::clone(&journey.feed),
        url,
        http: reply.http,
        headers: reply.headers,
        body: whole.bytes,
        body_hash: whole.hash,
        wire_bytes: reply.wire,
        fetched_at: now,
    }
}
