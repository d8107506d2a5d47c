//! Fetches article pages for whoever asks, as one more guest of the same hosts. All pages of a host stand in one line,
//! and the line takes its turn in the poller's own schedule as a feed would: feeds and pages of a host never meet, and
//! take turns. Who asks for more than a host can give in time is refused at once, so no host's line delays another's. Before the first page of a site its robots.txt is
//! asked for, and what it says holds for a day.
//!
//! On a simulated clock time stands still while a batch waits for its pages, so they are fetched at once.

use std::collections::{HashMap, VecDeque};
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
use super::round::{HOPS_MAX, URL_BYTES_MAX};
use super::schedule::{Key, Schedule};
use super::sites::Sites;
use crate::news::{Feed, Fetched, Validators};

/// Pages in one host's line: what a host gives, at two seconds a page, while anybody waits for it.
const LINE_MAX: usize = 64;

/// Pages in all lines together, for the sake of memory.
const JOBS_MAX: usize = 8_192;

/// A host that is held for longer is not waited for.
const HELD_MAX: Duration = Duration::from_mins(1);

/// An article page that somebody wants.
#[derive(Debug)]
pub struct PageWish {
    /// The feed that named it: its address decides which ports may be asked.
    pub feed: Arc<Feed>,
    /// The page.
    pub url: Url,
    /// Takes the page, or the words for why there is none. Nobody listening any more is a wish withdrawn.
    pub reply: oneshot::Sender<Result<ArticlePage, NoPage>>,
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPage {
    /// In the words of a feed's health.
    pub why: String,
    /// Whether it may be otherwise at another time.
    pub may_pass: bool,
    /// Whether the server was asked for it.
    pub was_asked: bool,
}

impl NoPage {
    pub(super) fn for_good(why: impl Into<String>) -> Self {
        Self { why: why.into(), may_pass: false, was_asked: true }
    }

    fn for_now(why: impl Into<String>) -> Self {
        Self { why: why.into(), may_pass: true, was_asked: true }
    }

    /// Nobody was asked: there was no room, or no leave.
    pub(super) fn not_asked(why: impl Into<String>) -> Self {
        Self { was_asked: false, ..Self::for_now(why) }
    }

    pub(super) fn of(failure: &Failure) -> Self {
        let why = failure.words();
        match failure {
            Failure::Http(429 | 500..=599) => Self::for_now(why),
            Failure::Http(_) | Failure::Refused(_) | Failure::TooManyRedirects => {
                Self::for_good(why)
            }
            Failure::Body(_) | Failure::Parse(_) => Self::for_good(why),
            _ => Self::for_now(why),
        }
    }
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
    /// The pages wanted of each host, first come first served.
    lines: HashMap<String, VecDeque<Job>>,
    /// Whose line a place in the schedule is.
    hosts: HashMap<Key, String>,
    /// Places in the schedule that may be used again.
    free: Vec<Key>,
    /// Each request under way with its place in the schedule; none on a simulated clock.
    under_way: HashMap<Id, (Job, Option<Key>)>,
    sites: Sites,
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
            lines: HashMap::new(),
            hosts: HashMap::new(),
            free: Vec::new(),
            under_way: HashMap::new(),
            sites: Sites::new(user_agent),
        }
    }

    /// Whether this place in the schedule is a line of pages.
    pub(super) fn is_page(&self, key: Key) -> bool {
        self.hosts.contains_key(&key)
    }

    /// Whether the line whose turn it is has a request to make. If not, it leaves the schedule without a turn.
    pub(super) fn is_wanted(&mut self, key: Key, schedule: &mut Schedule, now: Timestamp) -> bool {
        let Some(line) = self.hosts.get(&key).and_then(|host| self.lines.get_mut(host)) else {
            return false;
        };
        while let Some(mut job) = line.pop_front() {
            if job.wish.reply.is_closed() {
                continue;
            }
            // Several pages of a site stand in line before its rules are known, and need asking for them once.
            let is_asking = matches!(job.errand, Errand::Robots(_)) && job.hops == 0;
            match self.sites.say(&job.url, now).filter(|_| is_asking) {
                Some(Err(why)) => {
                    refuse(job, why);
                    continue;
                }
                Some(Ok(())) => job.errand = Errand::Page,
                None => {}
            }
            line.push_front(job);
            return true;
        }
        self.leave(key, schedule);
        false
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
            Ok(()) => refuse(job, NoPage::for_good("bad URL")),
            Err(refused) => refuse(job, NoPage::of(&Failure::Refused(refused))),
        }
    }

    /// Makes the first request of the line whose turn it is.
    pub(super) fn start(&mut self, key: Key, mut means: Means<'_>) {
        let line = self.hosts.get(&key).and_then(|host| self.lines.get_mut(host));
        if let Some(job) = line.and_then(VecDeque::pop_front) {
            self.send(job, Some(key), &mut means);
        }
    }

    /// Takes a request that ended, and goes on with what it was for.
    pub(super) fn arrived(&mut self, arrival: PageArrival, mut means: Means<'_>) {
        let id = arrival.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some((job, key)) = self.under_way.remove(&id) else { return };
        if let Some(key) = key {
            self.turn_over(key, &mut means);
        }
        let reply = match arrival {
            Ok((_, reply)) => reply,
            Err(error) => {
                tracing::error!(%error, "the fetch of a page panicked");
                return refuse(job, NoPage::for_good("job panicked"));
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
                self.sites.learn(&url, reply, means.now);
                self.advance(Job { wish, url, errand: Errand::Page, hops: 0 }, &mut means);
            }
            (Errand::Page, Some(target)) => {
                let allowed = means.fetcher.policy().hop(&wish.feed.url, &url, &target);
                let job = Job { wish, url: target, errand: Errand::Page, hops: hops + 1 };
                match allowed {
                    Err(refused) => refuse(job, NoPage::of(&Failure::Refused(refused))),
                    Ok(()) if hops >= HOPS_MAX => {
                        refuse(job, NoPage::of(&Failure::TooManyRedirects));
                    }
                    Ok(()) => self.advance(job, &mut means),
                }
            }
            (Errand::Page, None) => end(wish, &url, reply, means.now),
        }
    }

    /// The next step towards a page: its site's rules, the page itself, or a refusal by those rules.
    fn advance(&mut self, job: Job, means: &mut Means<'_>) {
        match self.sites.say(&job.url, means.now) {
            None => {
                let mut robots = job.url.clone();
                robots.set_path("/robots.txt");
                robots.set_query(None);
                self.line_up(Job { errand: Errand::Robots(robots), ..job }, means);
            }
            Some(Err(why)) => refuse(job, why),
            Some(Ok(())) => self.line_up(Job { errand: Errand::Page, ..job }, means),
        }
    }

    /// Puts a request into its host's line, unless it would be in vain.
    fn line_up(&mut self, job: Job, means: &mut Means<'_>) {
        if means.is_simulated {
            self.send(job, None, means);
            return;
        }
        let host = politeness::host_key(job.asked());
        let until = outcome::due_at(means.now, HELD_MAX);
        if means.schedule.free_at(&host).is_some_and(|free_at| free_at > until) {
            return refuse(job, NoPage::not_asked("the host is held"));
        }
        if let Some(line) = self.lines.get_mut(&host) {
            line.retain(|job| !job.wish.reply.is_closed());
            if line.len() >= LINE_MAX {
                return refuse(job, NoPage::not_asked("too many pages of one host"));
            }
            line.push_back(job);
            return;
        }
        if self.lines.values().map(VecDeque::len).sum::<usize>() >= JOBS_MAX {
            return refuse(job, NoPage::not_asked("too many pages"));
        }
        let key = match self.free.pop() {
            Some(key) => {
                means.schedule.reset(key, &host, means.now);
                key
            }
            None => means.schedule.add(&host, means.now),
        };
        self.hosts.insert(key, host.clone());
        self.lines.insert(host, VecDeque::from([job]));
    }

    /// A line's request is over: the line goes behind the feeds that came due meanwhile, if there is more in it.
    fn turn_over(&mut self, key: Key, means: &mut Means<'_>) {
        means.schedule.finish(key);
        let Some(host) = self.hosts.get(&key) else { return };
        if self.lines.get(host).is_some_and(|line| !line.is_empty()) {
            means.schedule.commit(key, host, means.now);
        } else {
            self.leave(key, means.schedule);
        }
    }

    /// Takes an empty line out of the schedule.
    fn leave(&mut self, key: Key, schedule: &mut Schedule) {
        schedule.remove(key);
        if let Some(host) = self.hosts.remove(&key) {
            self.lines.remove(&host);
        }
        self.free.push(key);
    }

    fn send(&mut self, job: Job, key: Option<Key>, means: &mut Means<'_>) {
        let url = job.asked().clone();
        if let (Some(_), Some(delay)) = (key, self.sites.delay(&url)) {
            means.schedule.hold(&politeness::host_key(&url), outcome::due_at(means.now, delay));
        }
        let kind = if matches!(job.errand, Errand::Page) { Kind::Page } else { Kind::Robots };
        let feed = job.wish.feed.id.clone();
        let request = Request { feed, url, kind, validators: Validators::default() };
        let fetcher = Arc::clone(means.fetcher);
        let span = tracing::debug_span!("page", feed.id = %job.wish.feed.id);
        let fetch = async move { fetcher.ask(request).await };
        let handle = means.tasks.spawn(fetch.instrument(span));
        self.under_way.insert(handle.id(), (job, key));
    }
}

impl Job {
    /// Where its next request goes.
    fn asked(&self) -> &Url {
        if let Errand::Robots(url) = &self.errand { url } else { &self.url }
    }
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

fn refuse(job: Job, why: NoPage) {
    // Whoever asked may have gone meanwhile.
    drop(job.wish.reply.send(Err(why)));
}

fn end(wish: PageWish, url: &Url, reply: Result<Reply, Failure>, now: Timestamp) {
    let page = match reply {
        Err(failure) => Err(NoPage::of(&failure)),
        Ok(Reply { http: 200, body: Some(Err(error)), .. }) => {
            Err(NoPage::of(&Failure::Body(error)))
        }
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
        Ok(reply) => Err(NoPage::of(&Failure::Http(reply.http))),
    };
    drop(wish.reply.send(page));
}
