//! What feed-rs alone makes of a body, and what this reader does: if a case of feed-rs has been mended there,
//! its test says so. The abort is left out: it would take the tests with it.

use crate::parse::{Config, read};

use super::{fetched, only, parsed};

/// Titles that feed-rs alone reads; `None` where it fails or panics.
fn alone(body: &[u8]) -> Option<Vec<String>> {
    let body = body.to_vec();
    let read = std::thread::spawn(move || feed_rs::parser::parse(body.as_slice())).join();
    let feed = read.ok()?.ok()?;
    let titles =
        feed.entries.into_iter().map(|entry| entry.title.map_or_else(String::new, |t| t.content));
    Some(titles.collect())
}

/// Titles that this reader reads.
fn ours(body: &[u8]) -> Vec<String> {
    read(&fetched(body), &Config::default()).drafts.into_iter().map(|draft| draft.title).collect()
}

fn rss(inner: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>Harbour</title>{inner}</channel></rss>")
}

#[test]
fn an_author_in_wide_brackets_panics_it() {
    let body = rss("<item><author>（a@desk.example）</author><title>Ferry</title></item>");
    assert_eq!(alone(body.as_bytes()), None);
    assert_eq!(ours(body.as_bytes()), ["Ferry"]);
}

#[test]
fn atom_0_3_and_atom_under_https_lose_all_entries_without_an_error() {
    for uri in ["http://purl.org/atom/ns#", "https://www.w3.org/2005/Atom"] {
        let body = format!("<feed xmlns=\"{uri}\"><entry><title>Ferry</title></entry></feed>");
        assert_ne!(alone(body.as_bytes()), Some(vec!["Ferry".to_owned()]), "{uri}");
        assert_eq!(ours(body.as_bytes()), ["Ferry"], "{uri}");
    }
}

#[test]
fn documents_that_it_refuses_are_read() {
    let good = "<item><title>Ferry</title></item>";
    let long = " ".repeat(9_000);
    for body in [
        "<rss version=\"0.94\"><channel><item><title>Ferry</title></item></channel></rss>".to_owned(),
        "<rss><channel><item><title>Ferry</title></item></channel></rss>".to_owned(),
        "<rss version=2.0><channel><item><title>Ferry</title></item></channel></rss>".to_owned(),
        "<RSS version=\"2.0\"><channel><item><title>Ferry</title></item></channel></RSS>".to_owned(),
        "<urlset><url><loc>https://desk.example/a</loc><news:news><news:title>Ferry</news:title></news:news></url></urlset>"
            .to_owned(),
        format!("{long}{}", rss(good)),
        rss("<item><title>Ferry</title><description>a &#xD800; b</description></item>"),
        "<rss version=\"2.0\"><channel><item><title>Ferry</title><description>It sai".to_owned(),
        rss("<item><title>Ferry</title><description><![CDATA[It sails</description></item>"),
        "\u{FEFF}{\"version\":\"https://jsonfeed.org/version/1\",\"title\":\"H\",\"items\":[{\"id\":\"1\",\"title\":\"Ferry\"}]}"
            .to_owned(),
        "{\"version\":\"https://jsonfeed.org/version/1\",\"title\":\"H\",\"items\":[{\"id\":1,\"title\":\"Ferry\"}]}".to_owned(),
    ] {
        assert_ne!(alone(body.as_bytes()), Some(vec!["Ferry".to_owned()]), "feed-rs reads it: {body}");
        assert_eq!(ours(body.as_bytes()), ["Ferry"], "{body}");
    }
}

#[test]
fn bytes_outside_utf_8_lose_it_the_feed() {
    for body in [
        &b"<rss version=\"2.0\"><channel><item><title>d\xE9j\xE0 au quai</title></item></channel></rss>"[..],
        b"<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><item><title>d\xE9j\xE0 au quai</title></item></channel></rss>",
    ] {
        assert_ne!(alone(body), Some(vec!["déjà au quai".to_owned()]));
        assert_eq!(ours(body), ["déjà au quai"]);
    }
}

#[test]
fn an_item_without_guid_has_another_id_at_each_reading() {
    let body = rss("<item><description>It sails.</description></item>");
    let id = || feed_rs::parser::parse(body.as_bytes()).unwrap().entries[0].id.clone();
    assert_ne!(id(), id());
    assert_eq!(only(&body).key, only(&body).key);
}

#[test]
fn what_it_reads_well_is_read_as_well() {
    for body in [
        "<?xml version=\"1.0\" encoding=\"bogus\"?><rss version=\"2.0\"><channel><item><title>Ferry</title></item></channel></rss>",
        "<!DOCTYPE rss [<!ENTITY a \"b\"><!ENTITY c SYSTEM \"file:///etc/hostname\">]><rss version=\"2.0\"><channel><item><title>Ferry</title></item></channel></rss>",
    ] {
        assert_eq!(parsed(body).drafts[0].title, "Ferry", "{body}");
    }
}
