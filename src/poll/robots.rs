//! What a site allows programs to fetch, by its robots.txt (RFC 9309). Pure, and linear in rules and address.

use std::time::Duration;

use url::Url;

/// Bytes of a robots.txt that count; RFC 9309 asks for no more.
pub(super) const BYTES_MAX: usize = 500 * 1024;

/// Rules of one group that count; who writes more means to keep programs busy.
const RULES_MAX: usize = 5_000;

/// Sitemaps of one site that are told; more of them are an archive.
const SITEMAPS_MAX: usize = 100;

/// Longer patterns than addresses match nothing.
const PATTERN_BYTES_MAX: usize = 4 * 1024;

/// `Crawl-delay` is no standard, but a plain wish. Longer ones would hold the site's own feeds.
const DELAY_MAX: Duration = Duration::from_secs(30);

/// The rules of one site for one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Robots {
    rules: Vec<Rule>,
    /// Time that the site wants between two requests.
    pub(super) delay: Option<Duration>,
    /// The site could not be asked.
    pub(super) is_closed: bool,
    /// The rules are for this program by name, not for all.
    pub(super) is_by_name: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    is_allowed: bool,
    /// Normalised, parted at `*`; bytes of the pattern as written decide which rule is the more exact.
    parts: Vec<String>,
    is_anchored: bool,
    length: usize,
}

/// Rules as they are read, until it is known which group counts.
#[derive(Default)]
struct Group {
    is_present: bool,
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

impl Robots {
    /// Everything may be fetched: the site says nothing.
    pub(super) fn open() -> Self {
        Self { rules: Vec::new(), delay: None, is_closed: false, is_by_name: false }
    }

    /// Nothing may be fetched: the site could not be asked.
    pub(super) fn closed() -> Self {
        Self { is_closed: true, ..Self::open() }
    }

    /// Reads a file for the program whose product token is `agent`. Groups of that name count, all of them together;
    /// without one those of `*`. What cannot be understood is passed over.
    pub(super) fn read(bytes: &[u8], agent: &str) -> Self {
        let bytes = bytes.get(..BYTES_MAX).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes);
        let (mut own, mut others) = (Group::default(), Group::default());
        let (mut is_own, mut is_others, mut in_head) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').split(['\r', '\n']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "user-agent" | "useragent" => {
                    if !in_head {
                        (is_own, is_others, in_head) = (false, false, true);
                    }
                    is_own |= token(value).eq_ignore_ascii_case(agent);
                    is_others |= value == "*";
                    own.is_present |= is_own;
                    others.is_present |= is_others;
                }
                word @ ("allow" | "disallow" | "crawl-delay") => {
                    in_head = false;
                    for (group, is_in) in [(&mut own, is_own), (&mut others, is_others)] {
                        if is_in {
                            group.take(word, value);
                        }
                    }
                }
                _ => {}
            }
        }
        let is_by_name = own.is_present;
        let group = if is_by_name { own } else { others };
        Self { rules: group.rules, delay: group.delay, is_closed: false, is_by_name }
    }

    /// Whether a feed that its site names may be fetched: only rules for this program by name say no to it.
    pub(super) fn allows_feed(&self, url: &Url) -> bool {
        !self.is_by_name || self.allows(url)
    }

    /// Whether the address may be fetched: the longest rule that matches decides, of two equal ones the kinder.
    pub(super) fn allows(&self, url: &Url) -> bool {
        if url.path() == "/robots.txt" {
            return true;
        }
        if self.is_closed {
            return false;
        }
        let mut path = normal(url.path());
        if let Some(query) = url.query() {
            path.push('?');
            path.push_str(&normal(query));
        }
        let matching = self.rules.iter().filter(|rule| rule.matches(&path));
        matching
            .max_by_key(|rule| (rule.length, rule.is_allowed))
            .is_none_or(|rule| rule.is_allowed)
    }
}

/// The sitemaps that a file names, for whoever they are.
pub(super) fn sitemaps(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes.get(..BYTES_MAX).unwrap_or(bytes));
    let named = text.split(['\r', '\n']).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = value.split_whitespace().next()?;
        (name.trim().eq_ignore_ascii_case("sitemap") && value.len() <= PATTERN_BYTES_MAX)
            .then(|| value.to_owned())
    });
    named.take(SITEMAPS_MAX).collect()
}

impl Group {
    fn take(&mut self, word: &str, value: &str) {
        if word == "crawl-delay" {
            let seconds = value.parse().ok().filter(|seconds: &f64| seconds.is_finite());
            self.delay = seconds.map(|seconds| {
                Duration::from_secs_f64(seconds.clamp(0.0, DELAY_MAX.as_secs_f64()))
            });
        } else if !value.is_empty()
            && value.len() <= PATTERN_BYTES_MAX
            && self.rules.len() < RULES_MAX
        {
            self.rules.push(Rule::of(word == "allow", value));
        }
    }
}

impl Rule {
    fn of(is_allowed: bool, pattern: &str) -> Self {
        let pattern = normal(pattern);
        let (path, is_anchored) =
            pattern.strip_suffix('$').map_or((pattern.as_str(), false), |path| (path, true));
        let parts = path.split('*').map(str::to_owned).collect();
        Self { is_allowed, parts, is_anchored, length: pattern.len() }
    }

    /// The leftmost place of each part is as good as any, so one pass is enough.
    fn matches(&self, path: &str) -> bool {
        let (first, rest) = self.parts.split_first().expect("a split gives at least one part");
        let Some(mut left) = path.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = rest.split_last() else {
            return !self.is_anchored || left.is_empty();
        };
        for part in middle {
            let Some((_, after)) = left.split_once(part.as_str()) else { return false };
            left = after;
        }
        if self.is_anchored { left.ends_with(last.as_str()) } else { left.contains(last.as_str()) }
    }
}

/// The product token that a `User-agent` line names: letters, `-` and `_`, up to anything else.
pub(super) fn token(agent: &str) -> &str {
    let end = agent.find(|c: char| !c.is_ascii_alphabetic() && c != '-' && c != '_');
    agent.split_at(end.unwrap_or(agent.len())).0
}

/// One spelling of a path: what needs no escape is not escaped, all else beyond ASCII is, in capitals.
fn normal(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte == b'%'
            && let Some(code) = bytes.get(at..at + 2).and_then(hex)
        {
            at += 2;
            push(&mut out, code, code.is_ascii_alphanumeric() || b"-._~".contains(&code));
        } else {
            push(&mut out, byte, byte.is_ascii_graphic());
        }
    }
    out
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

fn push(out: &mut String, byte: u8, is_plain: bool) {
    if is_plain {
        out.push(char::from(byte));
    } else {
        const DIGITS: [char; 16] =
            ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
        out.push('%');
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(file: &str, path: &str) -> bool {
        let url = Url::parse("https://desk.example/").unwrap().join(path).unwrap();
        Robots::read(file.as_bytes(), "copytaster").allows(&url)
    }

    #[test]
    fn the_longest_rule_decides_and_a_tie_goes_to_allow() {
        let file = "User-agent: *\nDisallow: /news\nAllow: /news/open\nDisallow: /news/open/draft\n\
                    Allow: /tie\nDisallow: /tie\n";
        for (path, expected) in [
            ("/", true),
            ("/news", false),
            ("/newsroom", false),
            ("/news/open", true),
            ("/news/open/draft-1", false),
            ("/tie", true),
            ("/News", true),
            ("/robots.txt", true),
        ] {
            assert_eq!(allows(file, path), expected, "{path}");
        }
    }

    #[test]
    fn stars_stand_for_anything_and_a_dollar_for_the_end() {
        let file = "user-agent: *\ndisallow: /*.pdf$\ndisallow: /a/*/b\ndisallow: /end$\n\
                    disallow: *print=1\ndisallow: /x*y*y$";
        for (path, expected) in [
            ("/report.pdf", false),
            ("/report.pdf?page=2", true),
            ("/a/1/2/b/c", false),
            ("/a/b", true),
            ("/end", false),
            ("/ending", true),
            ("/story?id=7&print=1", false),
            ("/xyzy", false),
            ("/xy", true),
            ("/xyyz", true),
        ] {
            assert_eq!(allows(file, path), expected, "{path}");
        }
    }

    #[test]
    fn our_own_group_counts_alone_and_all_its_parts_together() {
        let file = "User-agent: *\nDisallow: /\n\nUser-agent: OtherBot\nUser-Agent: CopyTaster/2.0\n\
                    Disallow: /one\n\nUser-agent: copytaster # that is us\nDisallow: /two\nCrawl-delay: 3";
        for (path, expected) in [("/one", false), ("/two", false), ("/three", true)] {
            assert_eq!(allows(file, path), expected, "{path}");
        }
        let robots = Robots::read(file.as_bytes(), "copytaster");
        assert_eq!(robots.delay, Some(Duration::from_secs(3)));
        let stranger = Robots::read(file.as_bytes(), "somebody");
        assert!(!stranger.allows(&Url::parse("https://desk.example/three").unwrap()));
        // A name is a whole word: another program's longer name is not ours.
        assert!(allows("User-agent: copytasterlite\nDisallow: /", "/a"));
    }

    #[test]
    fn an_empty_group_of_ours_allows_what_others_may_not() {
        assert!(allows("User-agent: copytaster\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a"));
    }

    #[test]
    fn escapes_are_compared_in_one_spelling() {
        let file = "User-agent: *\nDisallow: /caf%C3%A9\nDisallow: /%7Eada\nDisallow: /größe\n\
                    Disallow: /a%2fb";
        for (path, expected) in [
            ("/café", false),
            ("/caf%c3%a9/menu", false),
            ("/~ada", false),
            ("/gr%C3%B6%C3%9Fe", false),
            ("/a%2Fb", false),
            ("/a/b", true),
        ] {
            assert_eq!(allows(file, path), expected, "{path}");
        }
    }

    #[test]
    fn what_is_no_rule_is_passed_over() {
        for file in [
            "",
            "\u{feff}User-agent: *\rAllow: /\r",
            "<html><body>User-agent: *</body></html>",
            "Disallow: /before-any-group",
            "User-agent: *\nDisallow /a\nNoindex: /a\nSitemap: https://desk.example/a",
        ] {
            assert!(allows(file, "/a"), "{file}");
        }
        // A sitemap between two names ends no group, and neither does an empty line.
        assert!(!allows("User-agent: x\nSitemap: /s\n\nUser-agent: *\n\nDisallow: /", "/a"));
        assert!(!Robots::closed().allows(&Url::parse("https://desk.example/a").unwrap()));
    }

    #[test]
    fn a_feed_is_refused_only_by_name_and_sitemaps_stand_anywhere() {
        let all = "User-agent: *\nDisallow: /\nSitemap: https://desk.example/news.xml # x\n";
        let ours = "Sitemap:/relative.xml\nUser-agent: copytaster\nDisallow: /feed\n sitemap : \n";
        let feed = Url::parse("https://desk.example/feed").unwrap();
        for (file, expected) in [(all, true), (ours, false)] {
            let robots = Robots::read(file.as_bytes(), "copytaster");
            assert_eq!((robots.allows(&feed), robots.allows_feed(&feed)), (false, expected));
        }
        assert_eq!(sitemaps(all.as_bytes()), ["https://desk.example/news.xml"]);
        assert_eq!(sitemaps(ours.as_bytes()), ["/relative.xml"]);
        assert_eq!(sitemaps("Sitemap: /a\r".repeat(500).as_bytes()).len(), SITEMAPS_MAX);
    }

    #[test]
    fn absurd_delays_are_cut_and_bad_ones_are_none() {
        let delay = |value: &str| {
            let file = format!("User-agent: *\nCrawl-delay: {value}");
            Robots::read(file.as_bytes(), "copytaster").delay
        };
        assert_eq!(delay("1e300"), Some(DELAY_MAX));
        assert_eq!(delay("-4"), Some(Duration::ZERO));
        assert_eq!((delay("NaN"), delay("soon"), delay("inf")), (None, None, None));
        assert_eq!(delay("0.5"), Some(Duration::from_millis(500)));
    }

    /// By the definition, one character at a time: what `matches` must agree with.
    fn by_definition(pattern: &[u8], path: &[u8]) -> bool {
        match pattern {
            [] => true,
            [b'$'] => path.is_empty(),
            [b'*', rest @ ..] => (0..=path.len()).any(|skip| by_definition(rest, &path[skip..])),
            [byte, rest @ ..] => path.first() == Some(byte) && by_definition(rest, &path[1..]),
        }
    }

    proptest::proptest! {
        #[test]
        fn matching_is_what_the_standard_defines(pattern in "[ab*]{0,7}[$]?", path in "[ab]{0,9}") {
            let rule = Rule::of(true, &pattern);
            proptest::prop_assert_eq!(rule.matches(&path), by_definition(pattern.as_bytes(), path.as_bytes()));
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let robots = Robots::read(&bytes, "copytaster");
            robots.allows(&Url::parse("https://desk.example/a?b#c").unwrap());
        }
    }
}
