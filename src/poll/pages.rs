//! Fetches article pages for whoever asks, as one more guest of the same hosts: each request takes its turn in the
//! poller's own schedule, so feeds and pages of a host never meet. Before the first page of a site its robots.txt is
//! asked for, and what it says holds for a day.
//!
//! On a simulated clock time stands still while a batch waits for its pages, so they are fetched at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;
use url::Url;

use super::failure::Failure;
use super::fetch::{Fetcher, Kind, Reply, Request, Turn};
use super::memory;
use super::outcome;
use super::politeness;
use super::robots::{Robots, token};
use super::round::{HOPS_MAX, URL_BYTES_MAX};
use super::schedule::{Key, Schedule};
use crate::news::{Feed, Fetched, Validators};

/// What a site allows is asked again after this long (RFC 9309, 2.4).
const ROBOTS_KEPT: Duration = Duration::from_hours(24);

/// A site that could not be asked is asked again sooner.
const NO_ROBOTS_KEPT: Duration = Duration::from_hours(1);

/// Sites whose answer is remembered.
const SITES_MAX: usize = 4_096;

/// Pages asked for and not fetched yet; beyond it the next ones wait with whoever asks.
const JOBS_MAX: usize = 512;

/// An article page that somebody wants.
#[derive(Debug)]
pub struct PageWish {
    /// The feed that named it: its address decides which ports may be asked.
    pub feed: Arc<Feed>,
    /// The page.
    pub url: Url,
    /// Takes the page, or the words for why there is none. Nobody listening any more is a wish withdrawn.
    pub reply: oneshot::Sender<Result<ArticlePage, String>>,
}

/// An article page that came.
#[derive(Debug)]
pub struct ArticlePage {
    /// The page, at the address where redirects ended.
    pub fetched: Fetched,
    /// Held by a large one until it has been read.
    pub turn: Option<Turn>,
}

/// What one request for a page is for.
#[derive(Debug)]
enum Errand {
    /// The robots.txt of the site of `Job::url`.
    Robots(Url),
    Page,
}

#[derive(Debug)]
struct Job {
    wish: PageWish,
    /// Where the page is, redirects followed.
    url: Url,
    errand: Errand,
    hops: u8,
}

/// The fetches of pages under way.
pub(super) type PageTasks = JoinSet<Result<Reply, Failure>>;

/// A request that ended.
pub(super) type PageArrival = Result<(Id, Result<Reply, Failure>), JoinError>;

/// Pages asked for, and what sites allow.
#[derive(Debug)]
pub(super) struct Pages {
    agent: String,
    jobs: HashMap<Key, Job>,
    /// Places in the schedule that may be used again.
    free: Vec<Key>,
    /// Each request under way with its place in the schedule; none on a simulated clock.
    under_way: HashMap<Id, (Job, Option<Key>)>,
    sites: HashMap<String, (Robots, Timestamp)>,
}

/// What the poller lends for one step.
pub(super) struct Means<'p> {
    pub(super) fetcher: &'p Arc<Fetcher>,
    pub(super) schedule: &'p mut Schedule,
    pub(super) tasks: &'p mut PageTasks,
    pub(super) is_simulated: bool,
    pub(super) now: Timestamp,
}

impl Pages {
    /// Nobody asks yet; `user_agent` names the program whose rules count.
    pub(super) fn new(user_agent: &str) -> Self {
        Self {
            agent: token(user_agent).to_owned(),
            jobs: HashMap::new(),
            free: Vec::new(),
            under_way: HashMap::new(),
            sites: HashMap::new(),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.jobs.len() + self.under_way.len() < JOBS_MAX
    }

    /// Whether this place in the schedule is a page's.
    pub(super) fn is_page(&self, key: Key) -> bool {
        self.jobs.contains_key(&key)
    }

    /// Takes a wish: refuses it, or lines it up.
    pub(super) fn take(&mut self, wish: PageWish, mut means: Means<'_>) {
        let mut url = wish.url.clone();
        url.set_fragment(None);
        // Credentials in a feed's text are nobody's to use.
        let is_plain = url.username().is_empty() && url.password().is_none();
        let allowed = means.fetcher.policy().hop(&wish.feed.url, &url, &url);
        let job = Job { wish, url, errand: Errand::Page, hops: 0 };
        match allowed {
            Ok(()) if is_plain && job.url.as_str().len() <= URL_BYTES_MAX => {
                self.advance(job, &mut means);
            }
            Ok(()) => refuse(job, "bad URL"),
            Err(refused) => refuse(job, &Failure::Refused(refused).words()),
        }
    }

    /// Starts the request whose turn it is, unless nobody wants it any more.
    pub(super) fn start(&mut self, key: Key, mut means: Means<'_>) {
        let Some(job) = self.jobs.remove(&key) else { return };
        if job.wish.reply.is_closed() {
            self.release(key, means.schedule);
            return;
        }
        self.send(job, Some(key), &mut means);
    }

    /// Takes a request that ended, and goes on with what it was for.
    pub(super) fn arrived(&mut self, arrival: PageArrival, mut means: Means<'_>) {
        let id = arrival.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some((job, key)) = self.under_way.remove(&id) else { return };
        if let Some(key) = key {
            self.release(key, means.schedule);
        }
        let reply = match arrival {
            Ok((_, reply)) => reply,
            Err(error) => {
                tracing::error!(%error, "the fetch of a page panicked");
                return refuse(job, "job panicked");
            }
        };
        let Job { wish, url, errand, hops } = job;
        let asked = if let Errand::Robots(asked) = &errand { asked.clone() } else { url.clone() };
        hold(&wish.feed, &asked, &reply, &mut means);
        let http = reply.as_ref().ok().map(|reply| reply.http);
        tracing::debug!(feed.id = %wish.feed.id, url = %asked, http, "page asked for");
        let next = reply.as_ref().ok().and_then(|reply| next(&asked, reply));
        match (errand, next) {
            (Errand::Robots(_), Some(target))
                if hops < HOPS_MAX
                    && means.fetcher.policy().hop(&wish.feed.url, &asked, &target).is_ok() =>
            {
                let job = Job { wish, url, errand: Errand::Robots(target), hops: hops + 1 };
                self.line_up(job, &mut means);
            }
            (Errand::Robots(_), _) => {
                let (robots, kept) = self.judge(reply);
                self.remember(site(&url), robots, outcome::due_at(means.now, kept), means.now);
                self.advance(Job { wish, url, errand: Errand::Page, hops: 0 }, &mut means);
            }
            (Errand::Page, Some(target)) => {
                let allowed = means.fetcher.policy().hop(&wish.feed.url, &url, &target);
                let job = Job { wish, url: target, errand: Errand::Page, hops: hops + 1 };
                match allowed {
                    Err(refused) => refuse(job, &Failure::Refused(refused).words()),
                    Ok(()) if hops >= HOPS_MAX => refuse(job, &Failure::TooManyRedirects.words()),
                    Ok(()) => self.advance(job, &mut means),
                }
            }
            (Errand::Page, None) => end(wish, &url, reply, means.now),
        }
    }

    /// The next step towards a page: its site's rules, the page itself, or a refusal by those rules.
    fn advance(&mut self, job: Job, means: &mut Means<'_>) {
        let known = self.sites.get(&site(&job.url)).filter(|(_, until)| *until > means.now);
        match known {
            None => {
                let mut robots = job.url.clone();
                robots.set_path("/robots.txt");
                robots.set_query(None);
                self.line_up(Job { errand: Errand::Robots(robots), ..job }, means);
            }
            Some((robots, _)) if !robots.allows(&job.url) => refuse(job, "robots.txt"),
            Some(_) => self.line_up(Job { errand: Errand::Page, ..job }, means),
        }
    }

    /// Puts a request into its host's line, behind the feeds that are due.
    fn line_up(&mut self, job: Job, means: &mut Means<'_>) {
        if means.is_simulated {
            self.send(job, None, means);
            return;
        }
        let host = politeness::host_key(job.asked());
        let key = match self.free.pop() {
            Some(key) => {
                means.schedule.reset(key, &host, means.now);
                key
            }
            None => means.schedule.add(&host, means.now),
        };
        self.jobs.insert(key, job);
    }

    fn send(&mut self, job: Job, key: Option<Key>, means: &mut Means<'_>) {
        // Several pages of a site stand in line before its rules are known, and need asking for them once.
        let job = match self.allowed_meanwhile(&job, means.now) {
            None => job,
            Some(true) => Job { errand: Errand::Page, ..job },
            Some(false) => {
                refuse(job, "robots.txt");
                if let Some(key) = key {
                    self.release(key, means.schedule);
                }
                return;
            }
        };
        let url = job.asked().clone();
        if let (Some(_), Some((Robots { delay: Some(delay), .. }, _))) =
            (key, self.sites.get(&site(&url)))
        {
            means.schedule.hold(&politeness::host_key(&url), outcome::due_at(means.now, *delay));
        }
        let kind = if matches!(job.errand, Errand::Page) { Kind::Page } else { Kind::Robots };
        let request = Request { url, kind, validators: Validators::default() };
        let fetcher = Arc::clone(means.fetcher);
        let span = tracing::debug_span!("page", feed.id = %job.wish.feed.id);
        let fetch = async move { fetcher.ask(request).await };
        let handle = means.tasks.spawn(fetch.instrument(span));
        self.under_way.insert(handle.id(), (job, key));
    }

    /// For a job that was to ask for rules in its own host's line: what they say, if another job got them meanwhile.
    fn allowed_meanwhile(&self, job: &Job, now: Timestamp) -> Option<bool> {
        let (robots, until) = self.sites.get(&site(&job.url))?;
        let is_asking = matches!(job.errand, Errand::Robots(_)) && job.hops == 0;
        (is_asking && *until > now).then(|| robots.allows(&job.url))
    }

    fn release(&mut self, key: Key, schedule: &mut Schedule) {
        schedule.finish(key);
        schedule.remove(key);
        self.free.push(key);
    }

    /// What a site's answer means: 4xx opens, silence and 5xx close (RFC 9309, 2.3.1), and so does 429, which asks
    /// for peace.
    fn judge(&self, reply: Result<Reply, Failure>) -> (Robots, Duration) {
        match reply {
            Ok(Reply { http: 200, body: Some(Ok(whole)), .. }) => {
                (Robots::read(&whole.bytes, &self.agent), ROBOTS_KEPT)
            }
            Ok(Reply { http: 400..=428 | 430..=499 | 300..=399, .. }) => {
                (Robots::open(), ROBOTS_KEPT)
            }
            _ => (Robots::closed(), NO_ROBOTS_KEPT),
        }
    }

    fn remember(&mut self, site: String, robots: Robots, until: Timestamp, now: Timestamp) {
        if self.sites.len() >= SITES_MAX {
            self.sites.retain(|_, (_, until)| *until > now);
        }
        if self.sites.len() >= SITES_MAX
            && let Some(oldest) = self
                .sites
                .iter()
                .map(|(site, (_, until))| (*until, site.clone()))
                .min()
                .map(|(_, site)| site)
        {
            self.sites.remove(&oldest);
        }
        self.sites.insert(site, (robots, until));
    }
}

impl Job {
    /// Where its next request goes.
    fn asked(&self) -> &Url {
        if let Errand::Robots(url) = &self.errand { url } else { &self.url }
    }
}

/// Scheme, host and port: what one robots.txt speaks for.
fn site(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Where a redirect leads.
fn next(from: &Url, reply: &Reply) -> Option<Url> {
    let location = reply.location.as_deref().filter(|text| text.len() <= URL_BYTES_MAX)?;
    let is_redirect = matches!(reply.http, 301 | 302 | 303 | 307 | 308);
    let mut url = from.join(location).ok().filter(|_| is_redirect)?;
    url.set_fragment(None);
    Some(url)
}

/// Honours a server's wish to be left alone, as for its feeds.
fn hold(feed: &Feed, asked: &Url, reply: &Result<Reply, Failure>, means: &mut Means<'_>) {
    let Ok(reply) = reply else { return };
    let wait = match reply.http {
        429 => reply
            .wishes
            .retry_after(means.now)
            .or_else(|| Some(politeness::hold_unasked(&feed.id, means.now))),
        503 => reply.wishes.retry_after(means.now),
        _ => None,
    };
    if let Some(wait) = wait.filter(|_| !means.is_simulated) {
        let (host, until) = (politeness::host_key(asked), outcome::due_at(means.now, wait));
        tracing::warn!(host, %until, "the server asked us to wait: host held");
        means.schedule.hold(&host, until);
    }
}

fn refuse(job: Job, why: &str) {
    // Whoever asked may have gone meanwhile.
    drop(job.wish.reply.send(Err(why.to_owned())));
}

fn end(wish: PageWish, url: &Url, reply: Result<Reply, Failure>, now: Timestamp) {
    let page = match reply {
        Err(failure) => Err(failure.words()),
        Ok(Reply { http: 200, body: Some(Err(error)), .. }) => Err(Failure::Body(error).words()),
        Ok(Reply { http: 200, body: Some(Ok(whole)), headers, wire, .. }) => {
            let fetched = Fetched {
                feed: Arc::clone(&wish.feed),
                url: Url::parse(&memory::address(url)).unwrap_or_else(|_| url.clone()),
                http: 200,
                headers,
                body: whole.bytes,
                body_hash: whole.hash,
                wire_bytes: wire,
                fetched_at: now,
            };
            Ok(ArticlePage { fetched, turn: whole.turn })
        }
        Ok(reply) => Err(Failure::Http(reply.http).words()),
    };
    drop(wish.reply.send(page));
}
