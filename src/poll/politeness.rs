//! What a server asks for, and what we owe it unasked: Retry-After, freshness, spacing, jitter. Pure.

use std::time::Duration;

use jiff::Timestamp;
use url::{Host, Url};

use crate::news::{FeedId, hash16};

/// No server's wish holds a feed longer: 88 hours and whole years were seen, mostly by mistake.
pub const WISH_MAX: Duration = Duration::from_hours(24);

/// A 429 that names no time holds its host this long, and up to twice as long by the feed's hash.
pub const HOLD_DEFAULT: Duration = Duration::from_hours(1);

/// Cold feeds start at least this far apart on average, so that ten feeds are read in seconds and a million is no burst.
pub const COLD_START_GAP: Duration = Duration::from_millis(250);

/// Domains that serve thousands of unrelated feeds and are built for it. Those where the public suffix list has a suffix
/// for strangers, such as blogspot.com and github.io, need no entry: there each of them is a domain.
const SHARED_HOSTS: [&str; 7] = [
    "feedburner.com",
    "google.com",
    "medium.com",
    "reddit.com",
    "substack.com",
    "tumblr.com",
    "youtube.com",
];

/// Requests at once to a shared host.
const SHARED_IN_FLIGHT: usize = 4;

/// What the fields of one answer say about when to come again. Raw text, as many lines as were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `Cache-Control`.
    pub cache_control: Vec<String>,
    /// `Expires`.
    pub expires: Option<String>,
    /// `Date`.
    pub date: Option<String>,
    /// `Age`.
    pub age: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
}

impl Wishes {
    /// How long the answer stays fresh: a lower bound for the next poll, never a reason to come sooner.
    pub fn fresh_for(&self, now: Timestamp) -> Option<Duration> {
        let stated = match self.max_age() {
            MaxAge::Stated(span) => {
                let age = self.age.as_deref().and_then(seconds).unwrap_or_default();
                span.saturating_sub(age)
            }
            MaxAge::Garbage => return None,
            MaxAge::Absent => {
                let expires = date(self.expires.as_deref()?)?;
                // The server's own clock, where it tells it: ours may differ by hours.
                let from = self.date.as_deref().and_then(date).unwrap_or(now);
                Duration::try_from(expires.duration_since(from)).ok()?
            }
        };
        (!stated.is_zero()).then_some(stated.min(WISH_MAX))
    }

    /// `max-age` unless `no-store` or `no-cache` stands beside it.
    fn max_age(&self) -> MaxAge {
        let mut found = MaxAge::Absent;
        for directive in self.cache_control.iter().flat_map(|line| line.split(',')) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-store" | "no-cache" => return MaxAge::Garbage,
                "max-age" if found == MaxAge::Absent => {
                    found = seconds(value.trim().trim_matches('"'))
                        .map_or(MaxAge::Garbage, MaxAge::Stated);
                }
                _ => {}
            }
        }
        found
    }

    /// `Retry-After` in seconds or as a date, within [0, 24 h]; `None` if absent or not understood.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.retry_after.as_deref()?.trim();
        let wait = match seconds(text) {
            Some(wait) => wait,
            None => Duration::try_from(date(text)?.duration_since(now)).unwrap_or_default(),
        };
        Some(wait.min(WISH_MAX))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum MaxAge {
    Absent,
    Garbage,
    Stated(Duration),
}

/// Digits only: a sign, a fraction or a word is not understood. Absurd numbers saturate.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))))
}

fn date(text: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    // The last days of the year 9999, which mean "never".
    Some(Timestamp::try_from(date).unwrap_or(Timestamp::MAX))
}

/// A share in [0, 1) that belongs to these words for ever.
fn share(words: &[&str]) -> f64 {
    let [a, b, c, d, ..] = hash16(words).0;
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

/// The interval x (1 ± 5 %), the same for a feed at every poll, so that feeds of one interval drift apart.
pub fn jittered(feed: &FeedId, interval: Duration) -> Duration {
    interval.mul_f64(0.95 + 0.1 * share(&["jitter", feed.as_str()]))
}

/// How long a feed that was never polled waits, so that `feeds` cold ones never make a burst. At most one interval.
pub fn cold_start(feed: &FeedId, feeds: usize, interval: Duration) -> Duration {
    let feeds = u32::try_from(feeds).unwrap_or(u32::MAX);
    let window = COLD_START_GAP.saturating_mul(feeds).min(interval);
    window.mul_f64(share(&["cold", feed.as_str()]))
}

/// The hold after a 429 without a time: between one hour and two.
pub fn hold_unasked(feed: &FeedId, now: Timestamp) -> Duration {
    HOLD_DEFAULT.mul_f64(1.0 + share(&["hold", feed.as_str(), &now.as_second().to_string()]))
}

/// A span between `least` and `most` that belongs to the feed.
pub fn between(feed: &FeedId, least: Duration, most: Duration) -> Duration {
    least + most.saturating_sub(least).mul_f64(share(&["between", feed.as_str()]))
}

/// What requests to one server are counted by: the registrable domain, whatever the host within it and the port.
///
/// `feeds.`, `www.` and `rss.` of one publisher are one house with one door. Domains under which strangers have sites of
/// their own stay apart, by the public suffix list with its private part. The list is as old as the program; a suffix it
/// does not know makes one door of several, which costs time and no peace. Networks are not counted together: hosts in one
/// /24 are mostly strangers behind one shield.
pub fn host_key(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            psl::domain_str(&name).unwrap_or(&name).to_owned()
        }
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => String::new(),
    }
}

/// Requests at once to a host.
pub fn in_flight(host: &str, configured: usize) -> usize {
    if SHARED_HOSTS.contains(&host) { configured.max(SHARED_IN_FLIGHT) } else { configured.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2025-08-16T06:00:00Z".parse().unwrap()
    }

    fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_a_date_and_capped() {
        let read = |text: &str| {
            Wishes { retry_after: Some(text.to_owned()), ..Wishes::default() }.retry_after(now())
        };
        assert_eq!(read("120"), Some(secs(120)));
        assert_eq!(read("0"), Some(secs(0)));
        assert_eq!(read("Sat, 16 Aug 2025 06:10:00 GMT"), Some(secs(600)));
        assert_eq!(read("Sat, 16 Aug 2025 05:00:00 GMT"), Some(secs(0)));
        assert_eq!(read("400000"), Some(WISH_MAX));
        assert_eq!(read("Fri, 31 Dec 9999 23:59:59 GMT"), Some(WISH_MAX));
        assert_eq!(read("99999999999999999999999"), Some(WISH_MAX));
        for garbage in ["", "-5", "soon", "1.5", "+3"] {
            assert_eq!(read(garbage), None, "{garbage:?}");
        }
    }

    #[test]
    fn freshness_is_a_lower_bound_and_nonsense_is_none() {
        let read = |lines: &[&str], expires: Option<&str>| {
            let wishes = Wishes {
                cache_control: lines.iter().map(ToString::to_string).collect(),
                expires: expires.map(str::to_owned),
                ..Wishes::default()
            };
            wishes.fresh_for(now())
        };
        let hour = Some("Sat, 16 Aug 2025 07:00:00 GMT");
        assert_eq!(read(&["public, Max-Age=1800"], hour), Some(secs(1800)));
        assert_eq!(read(&["max-age=\"1800\""], None), Some(secs(1800)));
        assert_eq!(read(&["public"], hour), Some(secs(3600)));
        assert_eq!(read(&["max-age=31536000"], None), Some(WISH_MAX));
        for none in ["no-store", "max-age=60, no-cache", "max-age=0", "max-age=-1", "max-age=soon"]
        {
            assert_eq!(read(&[none], hour), None, "{none}");
        }
        assert_eq!(read(&[], Some("0")), None);
        assert_eq!(read(&[], Some("Sat, 16 Aug 2025 05:00:00 GMT")), None);
    }

    #[test]
    fn age_is_taken_off_and_the_servers_clock_is_used() {
        let wishes = Wishes {
            cache_control: vec!["max-age=300".into()],
            age: Some("200".into()),
            ..Wishes::default()
        };
        assert_eq!(wishes.fresh_for(now()), Some(secs(100)));
        let wishes = Wishes {
            expires: Some("Mon, 01 Jan 2024 00:20:00 GMT".into()),
            date: Some("Mon, 01 Jan 2024 00:00:00 GMT".into()),
            ..Wishes::default()
        };
        assert_eq!(wishes.fresh_for(now()), Some(secs(1200)));
    }

    #[test]
    fn jitter_stays_within_five_per_cent_and_differs_between_feeds() {
        let interval = secs(1000);
        let spans: Vec<Duration> =
            (0..200).map(|n| jittered(&FeedId::new(format!("feed-{n}")), interval)).collect();
        assert!(spans.iter().all(|&span| span >= secs(950) && span <= secs(1050)));
        let least = *spans.iter().min().unwrap();
        let most = *spans.iter().max().unwrap();
        assert!(least < secs(960) && most > secs(1040), "{least:?} {most:?}");
        assert_eq!(spans[7], jittered(&FeedId::new("feed-7"), interval));
    }

    #[test]
    fn a_cold_start_takes_seconds_for_ten_feeds_and_one_interval_for_many() {
        let id = |n| FeedId::new(format!("feed-{n}"));
        assert!((0..10).all(|n| cold_start(&id(n), 10, secs(900)) < secs(3)));
        let spread: Vec<Duration> =
            (0..1000).map(|n| cold_start(&id(n), 1_000_000, secs(900))).collect();
        assert!(spread.iter().all(|&span| span < secs(900)));
        let early = spread.iter().filter(|&&span| span < secs(450)).count();
        assert!((400..600).contains(&early), "{early} of 1000 in the first half");
    }

    #[test]
    fn a_publisher_is_one_server_under_all_its_names_and_ports() {
        let key = |text: &str| host_key(&Url::parse(text).unwrap());
        assert_eq!(key("https://www.News.Example./a"), "news.example");
        assert_eq!(key("http://feeds.news.example:8080/b"), "news.example");
        assert_eq!(key("https://rss.politics.news.co.uk/"), "news.co.uk");
        assert_eq!(key("https://feeds2.feedburner.com/x"), "feedburner.com");
        assert_eq!(key("https://xn--bcher-kva.example/"), "xn--bcher-kva.example");
    }

    #[test]
    fn strangers_under_one_suffix_and_hosts_without_one_stay_apart() {
        let key = |text: &str| host_key(&Url::parse(text).unwrap());
        assert_eq!(key("https://ada.blogspot.com/feeds"), "ada.blogspot.com");
        assert_eq!(key("https://ada.github.io/atom.xml"), "ada.github.io");
        assert_eq!(key("https://www.gov.uk/search.atom"), "www.gov.uk");
        assert_eq!(key("http://127.0.0.1:9/"), "127.0.0.1");
        assert_eq!(key("http://[2001:db8::1]:9/"), "2001:db8::1");
        assert_eq!(key("http://localhost:9/"), "localhost");
        assert_eq!(key("http://co.uk/"), "co.uk");
        assert_eq!(in_flight(&key("https://ada.substack.com/feed"), 1), SHARED_IN_FLIGHT);
    }
}
