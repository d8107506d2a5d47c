//! The feeds that a page names in its head.

use url::Url;

use crate::news::{Fetched, has_possible_host};

use super::scan::{Piece, Scanner, Tag};
use super::{LINK_BYTES_MAX, base, charset, decode, header, is_html, one_space, text};

/// Feeds of one page that are told; a page that names more names its archive.
const FEEDS_MAX: usize = 32;

/// Longest title that is kept, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// Bytes of a page in which its feeds are looked for: heads end long before.
const BYTES_MAX: usize = 1 << 20;

/// Types of links that lead to something we read. JF2 is none of them.
const TYPES: [&str; 7] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
    "text/rss+xml",
];

/// A feed that a page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFeed {
    /// Where it is; http or https.
    pub url: Url,
    /// What the page calls it, `""` if nothing.
    pub title: String,
}

/// The feeds that a page names with `<link rel="alternate">`, in its order, those of its comments last. Empty for what
/// is no page.
pub fn named_feeds(fetched: &Fetched) -> Vec<NamedFeed> {
    let declared = charset(&fetched.body, header(fetched, "content-type"));
    let decoded = decode::decode(&fetched.body, declared.as_deref());
    if !is_html(&decoded.text) {
        return Vec::new();
    }
    let mut base = base(fetched).unwrap_or_else(|| fetched.url.clone());
    let mut scanner = Scanner::new(text::head(&decoded.text, BYTES_MAX));
    let mut found: Vec<NamedFeed> = Vec::new();
    while let Some(piece) = scanner.next() {
        let Piece::Open(tag) = piece else { continue };
        if tag.name.eq_ignore_ascii_case("base") {
            base = href(&tag, &base).unwrap_or(base);
        } else if tag.name.eq_ignore_ascii_case("link") && leads_to_feed(&tag) {
            let Some(url) = href(&tag, &base) else { continue };
            if found.iter().all(|known| known.url != url) && found.len() < FEEDS_MAX {
                let title = one_space(&text::decoded(tag.value("title").unwrap_or("")));
                let title = title.chars().filter(|c| !c.is_control()).take(TITLE_CHARS_MAX);
                found.push(NamedFeed { url, title: title.collect() });
            }
        }
    }
    found.sort_by_key(is_of_comments);
    found
}

fn leads_to_feed(tag: &Tag<'_>) -> bool {
    let rel = tag.value("rel").unwrap_or("");
    let is_alternate =
        rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("alternate"));
    let kind = tag.value("type").unwrap_or("").split(';').next().unwrap_or("").trim();
    is_alternate && TYPES.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

fn href(tag: &Tag<'_>, base: &Url) -> Option<Url> {
    let href = text::decoded(tag.value("href")?.trim()).into_owned();
    if href.is_empty() || href.len() > LINK_BYTES_MAX || !has_possible_host(&href) {
        return None;
    }
    let mut url = base.join(&href).ok()?;
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Blog programs name the feed of comments beside that of posts.
fn is_of_comments(feed: &NamedFeed) -> bool {
    feed.url.path().contains("comments") || feed.title.to_lowercase().contains("comments")
}

#[cfg(test)]
mod tests {
    use super::super::super::properties::fetched;
    use super::*;

    #[test]
    fn feeds_are_found_in_the_order_of_the_page_and_comments_come_last() {
        let page = "<!DOCTYPE html><head><base href='https://desk.example/news/'>\
            <script>var x = '<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/no\">'</script>\
            <!-- <link rel=alternate type=application/rss+xml href=/neither> -->\
            <LINK REL='Alternate home' TYPE='application/rss+xml; charset=utf-8' href='comments/feed' title='All Comments'>\
            <link rel=\"alternate\" type=\"application/atom+xml\" href=\"all.atom?a=1&amp;b=2#x\" title=\"The &lt;Desk&gt;\n News\">\
            <link rel=alternate type=application/feed+json href=//json.example/feed>\
            <link rel=alternate type='application/json' href='/wp-json/posts/7'>\
            <link rel=alternate hreflang=fr href='/fr'>\
            <link rel=alternate type='text/xml' href='javascript:alert(1)'>\
            <link rel=alternate type=application/rss+xml href=all.atom?a=1&b=2>\
            <link rel=stylesheet type=application/rss+xml href=/style>";
        let found = named_feeds(&fetched(page.as_bytes()));
        let found: Vec<_> =
            found.iter().map(|feed| (feed.url.as_str(), feed.title.as_str())).collect();
        assert_eq!(
            found,
            [
                ("https://desk.example/news/all.atom?a=1&b=2", "The <Desk> News"),
                ("https://json.example/feed", ""),
                ("https://desk.example/news/comments/feed", "All Comments"),
            ]
        );
    }

    #[test]
    fn what_is_no_page_names_none_and_a_page_of_links_is_cut() {
        for body in ["", "<rss><channel><link rel='alternate' type='text/xml' href='/a'/>", "{}"] {
            assert_eq!(named_feeds(&fetched(body.as_bytes())), [], "{body}");
        }
        let many: Vec<String> =
            (0..1_000).map(|n| format!("<link rel=alternate type=text/xml href=/{n}>")).collect();
        let many = many.concat();
        let found = named_feeds(&fetched(format!("<html>{many}").as_bytes()));
        assert_eq!(found.len(), FEEDS_MAX);
    }
}
