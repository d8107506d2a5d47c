//! Which format a body is in, to tell people. Reading never asks: what a body says counts, not what it calls itself.

use url::Url;

use crate::news::{Fetched, has_possible_host};

use super::keys::LINK_BYTES_MAX;
use super::mend::lex::{Attributes, Lexer, Token};
use super::{decode, header, text};

/// Where the root element is looked for, behind declarations and comments.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// Sitemaps of one list that are told.
const SITEMAPS_MAX: usize = 1_000;

/// The format in a few words, such as `RSS 2.0`, `Atom`, `JSON Feed`, `sitemap`, `HTML`; `""` where no sign of one is.
pub fn format(fetched: &Fetched) -> String {
    let decoded = decode::decode(&fetched.body, header(fetched, "content-type"));
    let start = decoded.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if start.starts_with('{') {
        let is_feed = text::head(start, HEAD_BYTES_MAX).contains("jsonfeed.org");
        return if is_feed { "JSON Feed" } else { "JSON" }.to_owned();
    }
    let mut lexer = Lexer::new(text::head(start, HEAD_BYTES_MAX));
    while let Some(token) = lexer.next() {
        match token {
            Token::Doctype(words)
                if words.trim_start().to_ascii_lowercase().starts_with("html") =>
            {
                return "HTML".to_owned();
            }
            Token::Start(tag) => return named(tag.name, tag.attrs),
            _ => {}
        }
    }
    String::new()
}

/// Addresses in a list of sitemaps.
pub fn sitemaps_in(fetched: &Fetched) -> Vec<Url> {
    let decoded = decode::decode(&fetched.body, header(fetched, "content-type"));
    let mut lexer = Lexer::new(&decoded.text);
    let (mut in_loc, mut found) = (false, Vec::new());
    while let Some(token) = lexer.next() {
        match token {
            Token::Start(tag) => in_loc = local(tag.name) == "loc",
            Token::Text(words) if in_loc => {
                let link = text::decoded(words.trim());
                let is_short = link.len() <= LINK_BYTES_MAX && has_possible_host(&link);
                let url = is_short.then(|| fetched.url.join(&link).ok()).flatten();
                found.extend(url.filter(|url| matches!(url.scheme(), "http" | "https")));
                in_loc = false;
            }
            _ => {}
        }
        if found.len() == SITEMAPS_MAX {
            break;
        }
    }
    found
}

/// Whether a sitemap names news with their titles and dates, rather than all pages of a site.
pub fn is_news_sitemap(fetched: &Fetched) -> bool {
    let decoded = decode::decode(&fetched.body, header(fetched, "content-type"));
    let mut lexer = Lexer::new(&decoded.text);
    while let Some(token) = lexer.next() {
        if let Token::Start(tag) = token
            && local(tag.name) == "publication_date"
        {
            return true;
        }
    }
    false
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn named(name: &str, attrs: &str) -> String {
    let local = local(name).to_ascii_lowercase();
    let version = Attributes::new(attrs)
        .find(|(name, _)| name.eq_ignore_ascii_case("version"))
        .map(|(_, value)| value)
        .filter(|value| value.len() <= 8 && value.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    match local.as_str() {
        "rss" => match version {
            Some(version) => format!("RSS {version}"),
            None => "RSS".to_owned(),
        },
        "rdf" => "RSS 1.0".to_owned(),
        "feed" => "Atom".to_owned(),
        "urlset" => "sitemap".to_owned(),
        "sitemapindex" => "sitemap index".to_owned(),
        "opml" => "OPML".to_owned(),
        "html" | "head" | "body" => "HTML".to_owned(),
        _ => "XML".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::properties::fetched;
    use super::*;

    #[test]
    fn a_format_is_told_by_its_root() {
        for (body, expected) in [
            (
                "<?xml version='1.0'?><!-- <feed> --><rss version=\"2.0\"><channel/></rss>",
                "RSS 2.0",
            ),
            ("<rss version='<b>'>", "RSS"),
            ("<rdf:RDF xmlns:rdf='x'/>", "RSS 1.0"),
            ("\u{FEFF} <feed xmlns='http://www.w3.org/2005/Atom'/>", "Atom"),
            ("{\"version\":\"https://jsonfeed.org/version/1.1\"}", "JSON Feed"),
            ("{\"a\":1}", "JSON"),
            ("<!DOCTYPE html><p>", "HTML"),
            ("<urlset>", "sitemap"),
            ("plain words", ""),
            ("", ""),
        ] {
            assert_eq!(format(&fetched(body.as_bytes())), expected, "{body}");
        }
    }
}
