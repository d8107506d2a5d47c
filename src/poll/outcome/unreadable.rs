//! Why a body could not be read, in the words of Media Cloud: pages that stand where a feed should be are told apart.

/// So much of a body is looked at; a page says early what it is.
const LOOKED_AT: usize = 64 << 10;

/// Words of pages that want to see a person. In lower case.
const WALLS: [&str; 9] = [
    "captcha",
    "cf-challenge",
    "challenge-platform",
    "checking your browser",
    "verify you are human",
    "verify you are a human",
    "are you a robot",
    "ddos-guard",
    "<title>just a moment...</title>",
];

/// The word of a page that wants to see a person.
pub(super) const CAPTCHA: &str = "captcha";

/// `html?` for a page, `captcha` for one that wants to see a person, else the reader's own `reason`.
pub fn why_unreadable<'a>(reason: &'a str, body: &[u8]) -> &'a str {
    let beginning = body.get(..LOOKED_AT).unwrap_or(body);
    let text = String::from_utf8_lossy(beginning).to_ascii_lowercase();
    let is_page = text.contains("<html") || text.contains("<!doctype html");
    if !is_page {
        return reason;
    }
    if WALLS.iter().any(|wall| text.contains(wall)) { CAPTCHA } else { "html?" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_broken_feeds_and_walls_from_other_pages() {
        let why = |body: &str| why_unreadable("parse", body.as_bytes());
        assert_eq!(why("<!DOCTYPE HTML><title>Our harbour</title><p>Welcome."), "html?");
        assert_eq!(why("<HTML><body><div class=\"g-recaptcha\"></div>"), "captcha");
        assert_eq!(why("<!doctype html><title>Just a moment...</title>"), "captcha");
        assert_eq!(why("<rss><channel><captcha/>"), "parse");
        assert_eq!(why("\u{fffd}\u{0}"), "parse");
        let late = format!("<html>{}captcha", " ".repeat(LOOKED_AT));
        assert_eq!(why(&late), "html?");
    }
}
