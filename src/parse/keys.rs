//! Identity: the canonical link, and the strongest claim an item makes about who it is.
//!
//! Only from decoded raw text, never from a parsed date or from chance: the same item has the same key at
//! every poll and on every machine.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::news::{Draft, Rung, has_possible_host, hash16};

/// Links over this are no addresses.
pub const LINK_BYTES_MAX: usize = 4 << 10;
/// Guids over this are kept by their hash.
pub const GUID_BYTES_MAX: usize = 1 << 10;

/// The canonical form of an http(s) link; `None` for anything else.
///
/// http becomes https, the host lower case; default port, fragment, user and the trackers `utm_*`, `fbclid`
/// and `gclid` are gone; the rest of the query keeps its order. Applied twice it changes nothing more.
pub fn canonical_link(link: &str) -> Option<String> {
    let shown = shown_link(link)?;
    Some(match shown.strip_prefix("http://") {
        // Parsed again, since 443 is a default only from here on.
        Some(rest) => Url::parse(&format!("https://{rest}")).ok()?.into(),
        None => shown,
    })
}

/// The canonical form with the scheme that the link has: what records show. Only ids fold http and https.
pub fn shown_link(link: &str) -> Option<String> {
    let link = link.trim();
    if link.len() > LINK_BYTES_MAX || !has_possible_host(link) {
        return None;
    }
    let mut url = Url::parse(link).ok().filter(Url::has_host)?;
    let is_default = match url.scheme() {
        "http" | "https" => url.port().is_none(),
        _ => return None,
    };
    if is_default {
        url.set_port(None).ok()?;
    }
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    if let Some(query) = url.query() {
        let kept: Vec<&str> = query.split('&').filter(|pair| !is_tracker(pair)).collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(&kept));
    }
    let canonical = String::from(url);
    // Foreign letters take more room once they are coded.
    (canonical.len() <= LINK_BYTES_MAX && has_possible_host(&canonical)).then_some(canonical)
}

fn is_tracker(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or("").to_ascii_lowercase();
    name.starts_with("utm_") || matches!(name.as_str(), "fbclid" | "gclid")
}

/// What an item's identity rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) rung: Rung,
    pub(crate) value: String,
    pub(crate) link: Option<String>,
    pub(crate) is_guid_repeated: bool,
}

/// The raw claims a key is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claims<'a> {
    pub(crate) guid: &'a str,
    /// The canonical link, `""` if none.
    pub(crate) link: &'a str,
    pub(crate) title: &'a str,
    pub(crate) raw_date: &'a str,
    pub(crate) summary: &'a str,
}

/// How often each guid stands in one body.
#[derive(Debug, Default)]
pub(crate) struct GuidCount<'a>(BTreeMap<&'a str, u32>);

impl<'a> GuidCount<'a> {
    pub(crate) fn of(guids: impl Iterator<Item = &'a str>) -> Self {
        let mut count = BTreeMap::new();
        for guid in guids.filter(|guid| !guid.is_empty()) {
            *count.entry(guid).or_insert(0) += 1;
        }
        Self(count)
    }

    fn is_repeated(&self, guid: &str) -> bool {
        self.0.get(guid).is_some_and(|n| *n > 1)
    }
}

/// The strongest claim: guid, else link, else text.
pub(crate) fn key(claims: Claims<'_>, guids: &GuidCount<'_>) -> Key {
    let is_guid_repeated = guids.is_repeated(claims.guid);
    let text = || {
        let second = if claims.raw_date.is_empty() { claims.summary } else { claims.raw_date };
        (Rung::Text, format!("{}\n{second}", claims.title))
    };
    let link = (!claims.link.is_empty()).then(|| claims.link.to_owned());
    let (rung, value) = match (claims.guid, &link) {
        ("", Some(link)) => (Rung::Url, link.clone()),
        ("", None) => text(),
        // A repeated guid without a link tells nothing apart.
        (_, None) if is_guid_repeated => text(),
        (guid, _) => match canonical_link(guid) {
            Some(canonical) => (Rung::Url, canonical),
            None if guid.len() > GUID_BYTES_MAX => (Rung::Guid, hash16(&[guid]).to_string()),
            None => (Rung::Guid, guid.to_owned()),
        },
    };
    let link = link.filter(|_| is_guid_repeated && rung != Rung::Text);
    Key { rung, value, link, is_guid_repeated }
}

/// Different headlines under one key from which on the key tells nothing, though the publisher gave a guid: two may be
/// an item and its correction.
const TITLES_UNDER_A_GUID: usize = 3;

/// Gives items of one body that share a key and are plainly not one their own keys, made from their text: a link that
/// stands on every item, without guids, must not make them one article.
pub(crate) fn tell_apart(drafts: &mut [Draft]) {
    let mut titles: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    let key = |draft: &Draft| (draft.rung, draft.key.clone(), draft.key_link.clone());
    for draft in drafts.iter() {
        titles.entry(key(draft)).or_default().insert(draft.title.clone());
    }
    for draft in drafts.iter_mut().filter(|draft| draft.rung != Rung::Text) {
        let different = titles[&key(draft)].len();
        let allowed = if draft.guid.is_empty() { 2 } else { TITLES_UNDER_A_GUID };
        if different >= allowed {
            let text = if draft.summary.is_empty() { &draft.content } else { &draft.summary };
            let second = if draft.published_raw.is_empty() { text } else { &draft.published_raw };
            draft.key = format!("{}\n{second}", draft.title);
            (draft.rung, draft.key_link) = (Rung::Text, None);
            draft.defects.push("link_repeated".to_owned());
        }
    }
    // Items that share headline and date, and nothing else: the lowest keeps the key that it has when it is alone.
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for draft in drafts.iter_mut().rev().filter(|draft| draft.rung == Rung::Text) {
        let text = if draft.summary.is_empty() { &draft.content } else { &draft.summary };
        match texts.get(&draft.key) {
            None => {
                texts.insert(draft.key.clone(), text.clone());
            }
            Some(first) if first == text => {}
            Some(_) => draft.key = format!("{}\n{text}", draft.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn links_that_lead_to_one_page_are_one_link() {
        for (link, canonical) in [
            (
                "http://Desk.Example:80/a?utm_source=x&id=1&UTM_medium=y&fbclid=z#top",
                "https://desk.example/a?id=1",
            ),
            ("https://desk.example:443", "https://desk.example/"),
            ("https://desk.example/a?b=2&a=1", "https://desk.example/a?b=2&a=1"),
            ("https://desk.example/a?gclid=1", "https://desk.example/a"),
            ("http://desk.example:8080/a", "https://desk.example:8080/a"),
            ("https://www.desk.example/amp/a", "https://www.desk.example/amp/a"),
            ("https://m.desk.example/a", "https://m.desk.example/a"),
            ("https://ada:secret@desk.example/a", "https://desk.example/a"),
            ("  https://desk.example/A%20b  ", "https://desk.example/A%20b"),
        ] {
            assert_eq!(canonical_link(link).as_deref(), Some(canonical), "{link}");
        }
        for link in [
            "",
            "a",
            "/a",
            "tag:desk.example,2025:1",
            "mailto:ada@desk.example",
            "javascript:alert(1)",
            "ftp://desk.example/a",
        ] {
            assert_eq!(canonical_link(link), None, "{link}");
        }
    }

    proptest! {
        #[test]
        fn canonical_twice_is_canonical_once(
            link in "https?://[a-zA-Z0-9.:@\\[\\]-]{1,20}(/[a-z%0-9 ü]{0,8}){0,2}(\\?[a-z_=&%#0-9]{0,20})?",
        ) {
            if let Some(once) = canonical_link(&link) {
                prop_assert_eq!(canonical_link(&once), Some(once.clone()));
            }
        }
    }

    fn made(guid: &str, link: &str, guids: &[&str]) -> (Rung, String, Option<String>) {
        let claims = Claims { guid, link, title: "Ferry", raw_date: "", summary: "It sails." };
        let key = key(claims, &GuidCount::of(guids.iter().copied()));
        (key.rung, key.value, key.link)
    }

    #[test]
    fn the_strongest_claim_is_the_key() {
        let link = "https://desk.example/a";
        assert_eq!(made("1", link, &["1"]), (Rung::Guid, "1".to_owned(), None));
        assert_eq!(made("http://desk.example/a#x", link, &[]), (Rung::Url, link.to_owned(), None));
        assert_eq!(made("", link, &[]), (Rung::Url, link.to_owned(), None));
        assert_eq!(made("", "", &[]), (Rung::Text, "Ferry\nIt sails.".to_owned(), None));
    }

    #[test]
    fn a_repeated_guid_is_told_apart_by_the_link_else_by_the_text() {
        let link = "https://desk.example/a";
        assert_eq!(
            made("1", link, &["1", "1"]),
            (Rung::Guid, "1".to_owned(), Some(link.to_owned()))
        );
        assert_eq!(made("1", "", &["1", "1"]).0, Rung::Text);
    }
}
