//! Finds the feeds of a site, for a person who has only its page: what the page names, else what lies at the usual
//! places, else a news sitemap. Each is fetched and read before it is told; the first of the three that gives a feed
//! ends the search.

use url::Url;

use super::look::Content;
use crate::clock::Clock;
use crate::news::{Fetched, masked};
use crate::parse;
use crate::poll::{self, Visitor, What};

/// Where feeds lie that no page names, beside the page and at the root of its site.
const PATHS: [&str; 5] = ["feed", "rss.xml", "atom.xml", "feed.xml", "index.xml"];

/// Feeds of one page that are tried: pages name one or two, and some a feed for each of their sections.
const NAMED_MAX: usize = 8;

/// Sitemaps that are tried, lists of sitemaps among them.
const SITEMAPS_MAX: usize = 4;

/// How a feed was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The address that was given is one.
    Itself,
    /// The page names it.
    Link,
    /// It lies at a usual place.
    Path,
    /// robots.txt names it, a news sitemap.
    Sitemap,
}

impl How {
    /// The word for it in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Link => "link",
            Self::Path => "path",
            Self::Sitemap => "sitemap",
        }
    }
}

/// A feed that was found and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its address, as it was found; redirects are followed when it is polled.
    pub url: Url,
    /// How it was found.
    pub how: How,
    /// What the page calls it, `""` if nothing.
    pub named: String,
    /// What was in it.
    pub content: Content,
}

/// An address that gave no feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The address, secrets masked.
    pub url: String,
    /// Why it was tried.
    pub how: How,
    /// What came of it.
    pub answer: String,
}

/// What was found on a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Its feeds, the likeliest first.
    pub found: Vec<Found>,
    /// What else was tried, in order.
    pub tried: Vec<Tried>,
    /// Requests made.
    pub requests: usize,
    /// How many of them a server answered.
    pub answers: usize,
}

/// Looks for the feeds of the site at `url`.
pub async fn discover(
    config: &poll::Config,
    url: &Url,
    parse: &parse::Config,
    clock: Clock,
) -> Result<Discovered, poll::Error> {
    let visitor = Visitor::new(config, url, clock)?;
    let mut search = Search { visitor, parse, out: Discovered::default() };
    if let Some(page) = search.start(url).await {
        search.named(&page).await;
        if search.out.found.is_empty() {
            search.paths(&page.url).await;
        }
        if search.out.found.is_empty() {
            search.sitemaps(&page.url).await;
        }
    }
    search.out.requests = search.visitor.requests();
    search.out.answers = search.visitor.answers();
    Ok(search.out)
}

struct Search<'p> {
    visitor: Visitor,
    parse: &'p parse::Config,
    out: Discovered,
}

impl Search<'_> {
    /// Fetches the address that was given; a page if it is no feed itself.
    async fn start(&mut self, url: &Url) -> Option<Fetched> {
        match self.visitor.visit(url, What::Page).await {
            Ok(fetched) => self.take(url, How::Itself, "", &fetched).err().map(|()| fetched),
            Err(no) => {
                self.tried(url, How::Itself, no.why);
                None
            }
        }
    }

    /// The feeds that the page names.
    async fn named(&mut self, page: &Fetched) {
        for named in parse::named_feeds(page).into_iter().take(NAMED_MAX) {
            self.attempt(&named.url, How::Link, &named.title).await;
        }
    }

    /// The usual places: beside the page, then at the root.
    async fn paths(&mut self, page: &Url) {
        let mut bases = vec![page.clone(), page.clone()];
        bases[1].set_path("/");
        // A page without a final slash may be a folder all the same: `/blog` has its feed at `/blog/feed`.
        if !page.path().ends_with('/') {
            let mut folder = page.clone();
            folder.set_path(&format!("{}/", page.path()));
            bases.insert(0, folder);
        }
        let mut seen = Vec::new();
        for base in bases {
            for path in PATHS {
                let Ok(url) = base.join(path) else { continue };
                if seen.contains(&url) {
                    continue;
                }
                self.attempt(&url, How::Path, "").await;
                seen.push(url);
                if !self.out.found.is_empty() {
                    return;
                }
            }
        }
    }

    /// News sitemaps, straight from robots.txt or from a list that it names.
    async fn sitemaps(&mut self, page: &Url) {
        let mut left = self.visitor.sitemaps(page).await;
        left.sort_by_key(|url| !is_of_news(url));
        for _ in 0..SITEMAPS_MAX {
            if left.is_empty() || !self.out.found.is_empty() {
                return;
            }
            let url = left.remove(0);
            let fetched = match self.visitor.visit(&url, What::Page).await {
                Ok(fetched) => fetched,
                Err(no) => {
                    self.tried(&url, How::Sitemap, no.why);
                    continue;
                }
            };
            if parse::format(&fetched) == "sitemap index" {
                let mut parts = parse::sitemaps_in(&fetched);
                self.tried(&url, How::Sitemap, format!("a list of {} sitemaps", parts.len()));
                parts.retain(is_of_news);
                left.splice(0..0, parts);
            } else if parse::is_news_sitemap(&fetched) {
                self.take(&url, How::Sitemap, "", &fetched).ok();
            } else {
                self.tried(&url, How::Sitemap, "a sitemap of pages, not of news".to_owned());
            }
        }
    }

    async fn attempt(&mut self, url: &Url, how: How, named: &str) {
        let what = if how == How::Link { What::NamedFeed } else { What::Page };
        match self.visitor.visit(url, what).await {
            // What came of it is told either way.
            Ok(fetched) => self.take(url, how, named, &fetched).unwrap_or_default(),
            Err(no) => self.tried(url, how, no.why),
        }
    }

    /// Takes a body for a feed if it is one. An empty feed is one too: its items come later.
    fn take(&mut self, url: &Url, how: How, named: &str, fetched: &Fetched) -> Result<(), ()> {
        let content = Content::of(fetched, self.parse);
        if !content.refused.is_empty() {
            self.tried(url, how, content.refused);
            return Err(());
        }
        let is_known = |found: &Found| found.url == *url;
        if !self.out.found.iter().any(is_known) {
            let (url, named) = (url.clone(), named.to_owned());
            self.out.found.push(Found { url, how, named, content });
        }
        Ok(())
    }

    fn tried(&mut self, url: &Url, how: How, answer: String) {
        self.out.tried.push(Tried { url: masked(url), how, answer });
    }
}

fn is_of_news(url: &Url) -> bool {
    url.as_str().to_ascii_lowercase().contains("news")
}
