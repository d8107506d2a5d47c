//! What sites allow, by their robots.txt: remembered for a day, for so many of them.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::failure::Failure;
use super::fetch::Reply;
use super::outcome;
use super::pages::NoPage;
use super::robots::{Robots, token};

/// What a site allows is asked again after this long (RFC 9309, 2.4).
const ROBOTS_KEPT: Duration = Duration::from_hours(24);

/// A site that could not be asked is asked again sooner.
const NO_ROBOTS_KEPT: Duration = Duration::from_hours(1);

/// Sites whose answer is remembered.
const SITES_MAX: usize = 4_096;

/// The rules of sites, each until it is to be asked again.
#[derive(Debug)]
pub(super) struct Sites {
    agent: String,
    known: HashMap<String, (Robots, Timestamp)>,
}

impl Sites {
    /// None is known; `user_agent` names the program whose rules count.
    pub(super) fn new(user_agent: &str) -> Self {
        Self { agent: token(user_agent).to_owned(), known: HashMap::new() }
    }

    /// Whether an address may be fetched; `None` where its site has to be asked first.
    pub(super) fn say(&self, url: &Url, now: Timestamp) -> Option<Result<(), NoPage>> {
        let (robots, _) = self.known.get(&site(url)).filter(|(_, until)| *until > now)?;
        Some(match (robots.allows(url), robots.is_closed) {
            (true, _) => Ok(()),
            // One that could not be asked may answer another time; one that says no means it.
            (false, true) => Err(NoPage::not_asked("robots.txt")),
            (false, false) => Err(NoPage::for_good("robots.txt")),
        })
    }

    /// The same for a feed that the site names itself: only rules for this program by name count.
    pub(super) fn say_by_name(&self, url: &Url, now: Timestamp) -> Option<Result<(), NoPage>> {
        let (robots, _) = self.known.get(&site(url)).filter(|(_, until)| *until > now)?;
        Some(if robots.allows_feed(url) { Ok(()) } else { Err(NoPage::for_good("robots.txt")) })
    }

    /// Time that a site wants between two requests.
    pub(super) fn delay(&self, url: &Url) -> Option<Duration> {
        self.known.get(&site(url))?.0.delay
    }

    /// Takes the answer of the site of `url`.
    pub(super) fn learn(&mut self, url: &Url, reply: Result<Reply, Failure>, now: Timestamp) {
        let (robots, kept) = self.judge(reply);
        self.remember(site(url), robots, outcome::due_at(now, kept), now);
    }

    /// What a site's answer means: 4xx opens, silence and 5xx close (RFC 9309, 2.3.1), and so does 429, which asks
    /// for peace.
    fn judge(&self, reply: Result<Reply, Failure>) -> (Robots, Duration) {
        match reply {
            Ok(Reply { http: 200, body: Some(Ok(whole)), .. }) => {
                (Robots::read(&whole.bytes, &self.agent), ROBOTS_KEPT)
            }
            // A 2xx without a text has no rule in it.
            Ok(Reply { http: 201..=399 | 400..=428 | 430..=499, .. }) => {
                (Robots::open(), ROBOTS_KEPT)
            }
            _ => (Robots::closed(), NO_ROBOTS_KEPT),
        }
    }

    fn remember(&mut self, site: String, robots: Robots, until: Timestamp, now: Timestamp) {
        if self.known.len() >= SITES_MAX {
            self.known.retain(|_, (_, until)| *until > now);
        }
        if self.known.len() >= SITES_MAX
            && let Some(oldest) = self
                .known
                .iter()
                .map(|(site, (_, until))| (*until, site.clone()))
                .min()
                .map(|(_, site)| site)
        {
            self.known.remove(&oldest);
        }
        self.known.insert(site, (robots, until));
    }
}

/// Scheme, host and port: what one robots.txt speaks for.
fn site(url: &Url) -> String {
    url.origin().ascii_serialization()
}
