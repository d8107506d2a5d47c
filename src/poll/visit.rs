//! Looks around at a site for a person, one request after another: pages, and feeds that nobody has configured yet.
//!
//! A guest like the poller: the same limits and addresses, a pause between two requests to one host, robots.txt for
//! pages and for guesses. A feed that a site names itself is refused only by rules for this program by name. The
//! number of requests is bounded, robots.txt and redirects among them. Remembers nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use crate::clock::Clock;
use crate::news::{Feed, FeedId, Fetched, Validators};

use super::fetch::{Error, Fetcher, Kind, Reply, Request};
use super::pages::NoPage;
use super::robots;
use super::round::{HOPS_MAX, URL_BYTES_MAX};
use super::sites::Sites;
use super::{Config, outcome, politeness};

/// Requests of one visit: a page, its robots.txt, a handful of feeds and a dozen guesses, with a few redirects.
pub const REQUESTS_MAX: usize = 30;

/// What is asked for, and so whose leave it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A page, or an address where a feed may be.
    Page,
    /// A feed that its site names.
    NamedFeed,
}

/// A visit of one site.
#[derive(Debug)]
pub struct Visitor {
    fetcher: Fetcher,
    config: Config,
    clock: Clock,
    sites: Sites,
    feed: Arc<Feed>,
    /// Sitemaps that robots.txt files named, by site.
    sitemaps: BTreeMap<String, Vec<Url>>,
    /// When a host may be asked again.
    free_at: BTreeMap<String, Timestamp>,
    /// Hosts that asked for peace.
    held: BTreeSet<String>,
    requests: usize,
    answers: usize,
}

impl Visitor {
    /// A visitor for the site of `start`, an address that a person gave.
    pub fn new(config: &Config, start: &Url, clock: Clock) -> Result<Self, Error> {
        Ok(Self {
            fetcher: Fetcher::build(config)?,
            config: config.clone(),
            clock,
            sites: Sites::new(&config.user_agent),
            feed: Arc::new(Feed::new("visit", start.clone())),
            sitemaps: BTreeMap::new(),
            free_at: BTreeMap::new(),
            held: BTreeSet::new(),
            requests: 0,
            answers: 0,
        })
    }

    /// Requests made so far.
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// How many of them a server answered.
    pub fn answers(&self) -> usize {
        self.answers
    }

    /// Fetches an address, redirects followed, if the site lets us.
    pub async fn visit(&mut self, url: &Url, what: What) -> Result<Fetched, NoPage> {
        let mut url = url.clone();
        url.set_fragment(None);
        // An address from a page is a stranger's word, as a redirect is: also who we are is not for it to say.
        let mut bare = url.clone();
        let is_bare = bare.set_username("").and_then(|()| bare.set_password(None));
        is_bare.map_err(|()| NoPage::not_asked("bad URL"))?;
        self.may_go(&bare, &url)?;
        for _ in 0..=HOPS_MAX {
            self.learn_rules(&url).await?;
            let said = match what {
                What::Page => self.sites.say(&url, self.clock.now()),
                What::NamedFeed => self.sites.say_by_name(&url, self.clock.now()),
            };
            said.unwrap_or(Ok(()))?;
            let reply = self.request(&url, Kind::Feed).await?;
            match next(&url, &reply) {
                Some(target) => {
                    self.may_go(&url, &target)?;
                    url = target;
                }
                None => return self.fetched(url, reply),
            }
        }
        Err(NoPage::for_good("too many redirects"))
    }

    /// The sitemaps that the robots.txt of an address's site names.
    pub async fn sitemaps(&mut self, url: &Url) -> Vec<Url> {
        if self.learn_rules(url).await.is_err() {
            return Vec::new();
        }
        self.sitemaps.get(&site(url)).cloned().unwrap_or_default()
    }

    fn may_go(&self, from: &Url, to: &Url) -> Result<(), NoPage> {
        let allowed = self.fetcher.policy().hop(&self.feed.url, from, to);
        allowed.map_err(|refused| NoPage::not_asked(format!("bad URL ({refused})")))
    }

    /// Asks for the robots.txt of a site that was not asked yet.
    async fn learn_rules(&mut self, url: &Url) -> Result<(), NoPage> {
        if self.sites.say(url, self.clock.now()).is_some() {
            return Ok(());
        }
        let mut asked = url.clone();
        asked.set_path("/robots.txt");
        asked.set_query(None);
        let mut reply = self.ask(&asked, Kind::Robots).await?;
        for _ in 0..HOPS_MAX {
            let target = reply.as_ref().ok().and_then(|reply| next(&asked, reply));
            let Some(target) = target.filter(|target| self.may_go(&asked, target).is_ok()) else {
                break;
            };
            asked = target;
            reply = self.ask(&asked, Kind::Robots).await?;
        }
        if let Ok(Reply { http: 200, body: Some(Ok(whole)), .. }) = &reply {
            let named = robots::sitemaps(&whole.bytes);
            let usable = named.iter().filter_map(|link| url.join(link).ok());
            let usable = usable.filter(|link| matches!(link.scheme(), "http" | "https"));
            self.sitemaps.insert(site(url), usable.collect());
        }
        // A site that cannot be reached is closed, and that is why.
        let why = reply.as_ref().err().map(NoPage::of);
        self.sites.learn(url, reply, self.clock.now());
        why.map_or(Ok(()), Err)
    }

    async fn request(&mut self, url: &Url, kind: Kind) -> Result<Reply, NoPage> {
        let reply = self.ask(url, kind).await?;
        reply.map_err(|failure| NoPage::of(&failure))
    }

    /// One request in its turn; an outer error is one that was not made.
    async fn ask(
        &mut self,
        url: &Url,
        kind: Kind,
    ) -> Result<Result<Reply, super::failure::Failure>, NoPage> {
        let host = politeness::host_key(url);
        if self.held.contains(&host) {
            return Err(NoPage::not_asked("the host is held"));
        }
        if self.requests >= REQUESTS_MAX {
            return Err(NoPage::not_asked(format!("{REQUESTS_MAX} requests were made")));
        }
        if let Some(&free_at) = self.free_at.get(&host) {
            self.clock.sleep_until(free_at).await;
        }
        self.requests += 1;
        let feed = FeedId::clone(&self.feed.id);
        let validators = Validators::default();
        let reply = self.fetcher.ask(Request { feed, url: url.clone(), kind, validators }).await;
        let rest = self.config.host_spacing.max(self.sites.delay(url).unwrap_or_default());
        self.free_at.insert(host.clone(), outcome::due_at(self.clock.now(), rest));
        self.answers += usize::from(reply.is_ok());
        if reply.as_ref().is_ok_and(|reply| matches!(reply.http, 429 | 503)) {
            self.held.insert(host);
        }
        Ok(reply)
    }

    fn fetched(&self, url: Url, reply: Reply) -> Result<Fetched, NoPage> {
        match reply.body {
            Some(Ok(whole)) if reply.http == 200 => Ok(Fetched {
                feed: Arc::clone(&self.feed),
                url,
                http: reply.http,
                headers: reply.headers,
                body: whole.bytes,
                body_hash: whole.hash,
                wire_bytes: reply.wire,
                fetched_at: self.clock.now(),
            }),
            Some(Err(error)) => Err(NoPage::for_good(format!("fetch error ({error})"))),
            _ => Err(NoPage::for_good(format!("HTTP {}", reply.http))),
        }
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

fn site(url: &Url) -> String {
    url.origin().ascii_serialization()
}
