//! Synthetic news for the benchmarks: feeds whose every sentence is made here, from a seed, the same on every machine.
//!
//! A newsroom in small: events with their people, places and numbers; agencies file on them; papers carry those texts
//! whole, cut, edited or with their own lines around them, rewrite them, or report for themselves.

use std::fmt::Write as _;
use std::sync::Arc;

use copytaster::news::{Feed, FeedId, Fetched, hash16};
use jiff::{SignedDuration, Timestamp};
use url::Url;

#[path = "words.rs"]
mod words;

use words::{Chance, Event, capital};

/// Items in a feed.
pub(crate) const ITEMS: usize = 25;

/// Papers, each with one feed.
const OUTLETS: usize = 60;

/// Stream time between two polls.
const BETWEEN_POLLS: SignedDuration = SignedDuration::from_secs(10);

/// Texts and events that papers still pick from.
const RECENT: usize = 150;

/// One body of one poll.
pub(crate) struct Body {
    /// Name of a file for it.
    pub(crate) name: String,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    outlet: usize,
    fetched_at: Timestamp,
}

impl Body {
    /// The body as a fetched response.
    pub(crate) fn fetched(&self) -> Fetched {
        let url: Url =
            format!("https://www.paper-{:02}.example/feed.xml", self.outlet).parse().unwrap();
        let feed = Feed {
            id: FeedId::new(format!("paper-{:02}", self.outlet)),
            url: url.clone(),
            outlet: Some(format!("paper-{:02}", self.outlet)),
            interval: None,
            zone: None,
        };
        Fetched {
            feed: Arc::new(feed),
            url,
            http: 200,
            headers: vec![("content-type".to_owned(), "application/xml; charset=utf-8".to_owned())],
            body_hash: hash16(&[&self.name]),
            wire_bytes: self.bytes.len() as u64,
            body: self.bytes.clone(),
            fetched_at: self.fetched_at,
        }
    }
}

/// `feeds` bodies of [`ITEMS`] articles with about `words` words each; up to 100 words stand in the summary alone.
pub(crate) fn bodies(feeds: usize, words: usize) -> Vec<Body> {
    let mut newsroom = Newsroom::new(words);
    let start = Timestamp::from_second(1_755_300_000).unwrap();
    (0..feeds)
        .map(|n| {
            let fetched_at = start + BETWEEN_POLLS * i32::try_from(n).unwrap();
            let outlet = n % OUTLETS;
            let items: Vec<Item> =
                (0..ITEMS).map(|i| newsroom.item(outlet, n * ITEMS + i)).collect();
            let text = if outlet.is_multiple_of(3) {
                atom(outlet, &items, fetched_at)
            } else {
                rss(outlet, &items, fetched_at)
            };
            let name = format!("{n:05}.xml");
            Body { name, bytes: text.into_bytes(), outlet, fetched_at }
        })
        .collect()
}

/// A text as an agency filed it or a paper wrote it.
#[derive(Clone)]
struct Filed {
    event: usize,
    title: String,
    sentences: Vec<String>,
    agency: Option<&'static str>,
}

struct Item {
    number: usize,
    title: String,
    paragraphs: Vec<String>,
    byline: Option<String>,
}

impl Item {
    fn link(&self, outlet: usize) -> String {
        format!("https://www.paper-{outlet:02}.example/news/{:07}.html?utm_source=rss", self.number)
    }
}

struct Newsroom {
    chance: Chance,
    words: usize,
    events: Vec<Event>,
    filed: Vec<Filed>,
}

impl Newsroom {
    fn new(words: usize) -> Self {
        Self { chance: Chance(20_250_815), words, events: Vec::new(), filed: Vec::new() }
    }

    /// What a paper prints next: its own story, its own report of a known event, an agency's text, or a rewrite.
    fn item(&mut self, outlet: usize, number: usize) -> Item {
        let draw = self.chance.below(100);
        if draw < 30 || self.filed.len() < 20 {
            let event = Event::new(&mut self.chance);
            self.events.push(event);
            let filed = self.file(self.events.len() - 1);
            return self.printed(filed, outlet, number);
        }
        let recent = self.filed.len().min(RECENT);
        let source = self.filed[self.filed.len() - 1 - self.chance.low(recent)].clone();
        match draw {
            30..50 => {
                let filed = self.file(source.event);
                self.printed(filed, outlet, number)
            }
            50..85 => self.copied(source, outlet, number),
            _ => {
                let rewritten = self.rewritten(source);
                self.printed(rewritten, outlet, number)
            }
        }
    }

    fn file(&mut self, event: usize) -> Filed {
        let agency = (self.chance.below(2) == 0).then(|| words::agency(&mut self.chance));
        let filed = Filed {
            event,
            title: self.events[event].headline(&mut self.chance),
            sentences: self.sentences(event, self.words),
            agency,
        };
        self.filed.push(filed.clone());
        filed
    }

    fn sentences(&mut self, event: usize, words: usize) -> Vec<String> {
        let (mut sentences, mut count) = (Vec::new(), 0);
        while count + 8 < words {
            let sentence = self.events[event].sentence(&mut self.chance);
            count += sentence.split(' ').count();
            sentences.push(sentence);
        }
        sentences
    }

    /// An agency's text in a paper: the headline often its own, the text whole, cut, edited or with lines around it.
    fn copied(&mut self, mut source: Filed, outlet: usize, number: usize) -> Item {
        if self.chance.below(2) == 0 {
            source.title = self.events[source.event].headline(&mut self.chance);
        }
        let count = source.sentences.len();
        match self.chance.below(4) {
            0 => source.sentences.truncate(count.div_ceil(2).max(2)),
            1 => {
                for _ in 0..count.div_ceil(8) {
                    let at = self.chance.below(count);
                    source.sentences[at] = self.events[source.event].sentence(&mut self.chance);
                }
            }
            2 => source.sentences.push(words::boilerplate(outlet)),
            _ => {}
        }
        self.printed(source, outlet, number)
    }

    fn rewritten(&mut self, mut source: Filed) -> Filed {
        for at in 0..source.sentences.len() {
            if self.chance.below(5) < 3 {
                source.sentences[at] = self.events[source.event].sentence(&mut self.chance);
            }
        }
        source.title = self.events[source.event].headline(&mut self.chance);
        source
    }

    fn printed(&mut self, filed: Filed, outlet: usize, number: usize) -> Item {
        let mut paragraphs: Vec<String> =
            filed.sentences.chunks(3).map(|sentences| sentences.join(" ")).collect();
        let place = capital(&self.events[filed.event].place(&mut self.chance));
        let byline = match (filed.agency, self.chance.below(3)) {
            (Some(agency), 0) => {
                paragraphs[0] = format!("{} ({agency}) - {}", place.to_uppercase(), paragraphs[0]);
                None
            }
            (Some(agency), 1) => {
                paragraphs.push(format!("(With inputs from {agency})"));
                None
            }
            (Some(agency), _) => Some(agency.to_owned()),
            (None, 0) => Some(words::paper(outlet)),
            (None, _) => Some(words::reporter(&mut self.chance)),
        };
        Item { number, title: filed.title, paragraphs, byline }
    }
}

/// Words a summary carries when the full text stands beside it.
const SUMMARY_PARAGRAPHS: usize = 1;

fn is_long(item: &Item) -> bool {
    item.paragraphs.len() > 3
}

fn html(paragraphs: &[String]) -> String {
    let mut out = String::new();
    for paragraph in paragraphs {
        writeln!(out, "<p>{}</p>", escaped(paragraph)).unwrap();
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// When an item says it was published: the topmost last.
fn stated(fetched_at: Timestamp, place: usize) -> jiff::ZonedDateTime {
    let ago = SignedDuration::from_secs(30 + 20 * i64::try_from(place).unwrap());
    (fetched_at - ago).to_zoned_datetime(jiff::tz::TimeZone::UTC)
}

fn rss(outlet: usize, items: &[Item], fetched_at: Timestamp) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n",
    );
    let paper = words::paper(outlet);
    write!(out, "<title>{paper}</title>\n<link>https://www.paper-{outlet:02}.example/</link>\n<language>en</language>\n").unwrap();
    for (place, item) in items.iter().enumerate() {
        let (title, link) = (escaped(&item.title), escaped(&item.link(outlet)));
        let date = stated(fetched_at, place).strftime("%a, %d %b %Y %H:%M:%S +0000");
        write!(out, "<item>\n<title>{title}</title>\n<link>{link}</link>\n<guid isPermaLink=\"false\">paper-{outlet:02}-{}</guid>\n<pubDate>{date}</pubDate>\n<category>world</category>\n", item.number).unwrap();
        if let Some(byline) = &item.byline {
            writeln!(out, "<dc:creator>{}</dc:creator>", escaped(byline)).unwrap();
        }
        if is_long(item) {
            let summary = escaped(&html(&item.paragraphs[..SUMMARY_PARAGRAPHS]));
            let content = html(&item.paragraphs);
            write!(out, "<description>{summary}</description>\n<content:encoded><![CDATA[{content}]]></content:encoded>\n").unwrap();
        } else {
            writeln!(out, "<description>{}</description>", escaped(&html(&item.paragraphs)))
                .unwrap();
        }
        out.push_str("</item>\n");
    }
    out.push_str("</channel>\n</rss>\n");
    out
}

fn atom(outlet: usize, items: &[Item], fetched_at: Timestamp) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n",
    );
    let paper = words::paper(outlet);
    write!(out, "<title>{paper}</title>\n<id>tag:paper-{outlet:02}.example,2025:feed</id>\n<updated>{fetched_at}</updated>\n").unwrap();
    for (place, item) in items.iter().enumerate() {
        let (title, link) = (escaped(&item.title), escaped(&item.link(outlet)));
        let date = stated(fetched_at, place).strftime("%Y-%m-%dT%H:%M:%SZ");
        write!(out, "<entry>\n<title>{title}</title>\n<link rel=\"alternate\" href=\"{link}\"/>\n<id>tag:paper-{outlet:02}.example,2025:{}</id>\n<published>{date}</published>\n<updated>{date}</updated>\n", item.number).unwrap();
        if let Some(byline) = &item.byline {
            writeln!(out, "<author><name>{}</name></author>", escaped(byline)).unwrap();
        }
        let element = if is_long(item) { "content" } else { "summary" };
        let text = escaped(&html(&item.paragraphs));
        write!(out, "<{element} type=\"html\">{text}</{element}>\n</entry>\n").unwrap();
    }
    out.push_str("</feed>\n");
    out
}
