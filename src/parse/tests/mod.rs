//! The whole front: bodies in, drafts and defects out.

mod broken;
mod dialects;
mod hostile;
mod mend_table;
mod places;
mod raw_feed_rs;

use crate::news::{Draft, Hash16};

use super::properties::{assert_sum, fetched};
use super::{Config, Parsed, View, read, view};

/// What a body gives.
pub(super) fn parsed(body: &str) -> Parsed {
    let parsed = read(&fetched(body.as_bytes()), &Config::default());
    assert_sum(&parsed);
    parsed
}

/// So many texts as one.
fn all(count: u32, one: impl Fn(u32) -> String) -> String {
    (0..count).map(one).collect()
}

/// The one draft of a body.
pub(super) fn only(body: &str) -> Draft {
    let mut drafts = parsed(body).drafts;
    assert_eq!(drafts.len(), 1, "{body}");
    drafts.remove(0)
}

/// The one draft of an RSS item.
pub(super) fn item(inner: &str) -> Draft {
    only(&format!("<rss version=\"2.0\"><channel><item>{inner}</item></channel></rss>"))
}

/// The one draft of an Atom entry.
pub(super) fn entry(inner: &str) -> Draft {
    only(&format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>{inner}</entry></feed>"))
}

/// Twenty good items around one that is not, in RSS.
pub(super) fn among_good(bad: &str) -> String {
    let good = |n: u32| {
        format!("<item><title>Ferry {n} sails</title><link>https://desk.example/{n}</link></item>")
    };
    let before: String = (0..10).map(good).collect();
    let after: String = (10..20).map(good).collect();
    format!(
        "<rss version=\"2.0\"><channel><title>Harbour</title>{before}{bad}{after}</channel></rss>"
    )
}

/// What `copytaster parse` prints for a body.
pub(super) fn shown(body: &str) -> serde_json::Value {
    let view: View = view(&fetched(body.as_bytes()), &Config::default(), "x.xml");
    serde_json::to_value(view).unwrap()
}

#[test]
fn a_plain_feed_becomes_drafts_in_document_order() {
    let parsed = parsed(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Harbour &amp; Quay</title>\
         <link>https://desk.example/</link><language>en-GB</language>\
         <item><title>Ferry sails late</title><link>http://Desk.example:80/a?utm_source=rss&amp;id=1#top</link>\
         <guid isPermaLink=\"false\">tag:desk.example,2025:1</guid>\
         <pubDate>Sat, 16 Aug 2025 05:58:00 GMT</pubDate><dc:creator>Ada Quill</dc:creator>\
         <category>Sea</category><category>Sea</category>\
         <source url=\"https://wire.example/feed\">Wire &amp; Sons</source>\
         <description>The ferry sailed late.</description>\
         <content:encoded><![CDATA[<p>The ferry sailed <b>late</b>.</p>]]></content:encoded></item>\
         <item><title>Quay closed</title><link>https://desk.example/b</link></item>\
         </channel></rss>",
    );
    let [first, second] = parsed.drafts.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(first.key, "tag:desk.example,2025:1");
    assert_eq!(first.link, "http://desk.example/a?id=1");
    assert_eq!(first.content, "<p>The ferry sailed <b>late</b>.</p>");
    assert_eq!(first.summary, "The ferry sailed late.");
    assert_eq!(first.authors, ["Ada Quill"]);
    assert_eq!(first.tags, ["Sea"]);
    assert_eq!(first.lang, "en-GB");
    let source = first.source.as_ref().unwrap();
    assert_eq!(
        (source.title.as_str(), source.url.as_str()),
        ("Wire & Sons", "https://wire.example/feed")
    );
    assert_eq!(first.published.unwrap().moment.to_string(), "2025-08-16T05:58:00Z");
    assert_eq!(second.key, "https://desk.example/b");
    assert_eq!(second.defects, ["date_missing", "guid_missing"]);
    assert_eq!(parsed.meta.title, "Harbour & Quay");
    assert_eq!(parsed.report.items, 2);
}

#[test]
fn a_body_refused_whole_is_one_rejection_that_counts_no_items() {
    for (body, reason) in [
        ("", "empty"),
        (" \n ", "empty"),
        ("<html><body>Not found</body></html>", "html"),
        ("no markup at all", "parse"),
        ("{\"error\": \"gone\"}", "parse"),
    ] {
        let parsed = parsed(body);
        assert!(parsed.drafts.is_empty());
        let [rejection] = parsed.rejected.as_slice() else { panic!("{body}: {parsed:?}") };
        assert_eq!((rejection.reason.as_str(), rejection.items), (reason, 0), "{body}");
        assert_eq!(rejection.body_hash, Hash16([7; 16]));
        assert_eq!(parsed.report.defects, [reason]);
    }
}

#[test]
fn an_empty_feed_is_no_failure() {
    let parsed = parsed("<rss version=\"2.0\"><channel><title>Harbour</title></channel></rss>");
    assert!(parsed.drafts.is_empty() && parsed.rejected.is_empty());
}

#[test]
fn an_item_that_says_nothing_is_rejected_alone() {
    let parsed = parsed(&among_good("<item></item>"));
    assert_eq!(parsed.drafts.len(), 20);
    let [rejection] = parsed.rejected.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((rejection.reason.as_str(), rejection.items), ("empty", 1));
    assert_eq!((rejection.sample.as_str(), rejection.bytes), ("<item></item>", 13));
}

#[test]
fn an_empty_item_is_kept_to_look_at() {
    let wordy = format!("<item><author>{}</author></item>", "ü".repeat(900));
    let rejection = parsed(&among_good(&wordy)).rejected.remove(0);
    assert_eq!(rejection.bytes, wordy.len() as u64);
    assert_eq!(rejection.sample, wordy.chars().take(500).collect::<String>());
    for (items, item) in [
        ("{\"id\": \"1\"}, {\"rank\": [1, {}]} , {\"id\": \"2\"}", "{\"rank\": [1, {}]}"),
        ("{\"id\": \"1\"}, {\"rank\": 7} ", "{\"rank\": 7}"),
    ] {
        let rejection = parsed(&format!("{{\"items\": [{items}]}}")).rejected.remove(0);
        assert_eq!((rejection.sample.as_str(), rejection.bytes), (item, item.len() as u64));
    }
}

#[test]
fn the_newest_items_are_kept_and_the_rest_counted() {
    let items = all(50, |n| {
        format!(
            "<item><title>N{n}</title><pubDate>2025-08-{:02}T10:00:00Z</pubDate></item>",
            1 + n % 25
        )
    });
    let body = format!("<rss><channel>{items}</channel></rss>");
    let config = Config { entries_max: 4, ..Config::default() };
    let parsed = read(&fetched(body.as_bytes()), &config);
    assert_sum(&parsed);
    let titles: Vec<_> = parsed.drafts.iter().map(|draft| draft.title.as_str()).collect();
    assert_eq!(titles, ["N23", "N24", "N48", "N49"]);
    assert_eq!((parsed.report.items, parsed.report.over_limit), (50, 46));
}

#[test]
fn bounds_cut_at_a_character_and_say_so() {
    let draft = item(&format!(
        "<title>{}</title><guid isPermaLink=\"false\">{}</guid><link>https://desk.example/{}</link>\
         <description>{}</description>{}{}",
        "ü".repeat(3_000),
        "g".repeat(3_000),
        "l".repeat(5_000),
        "é".repeat(60_000),
        all(50, |n| format!("<category>c{n}</category>")),
        all(20, |n| format!("<author>Ada {n}</author>")),
    ));
    assert_eq!(draft.title, "ü".repeat(1_024));
    assert_eq!((draft.guid.len(), draft.key.len()), (1_024, 32));
    assert_eq!(draft.link, "");
    assert_eq!(draft.summary.len(), 64 << 10);
    assert_eq!((draft.tags.len(), draft.authors.len()), (32, 8));
    for word in ["guid_cut", "link_unusable", "text_cut", "title_cut"] {
        assert!(draft.defects.iter().any(|defect| defect == word), "{word}");
    }
}

#[test]
fn one_date_on_all_items_is_the_time_the_feed_was_built() {
    let item = |n: u32, second: u32| {
        format!(
            "<item><title>N{n}</title><pubDate>Sat, 16 Aug 2025 05:58:{second:02} GMT</pubDate></item>"
        )
    };
    let built: String = (0..4).map(|n| item(n, 7)).collect();
    let parsed_built = parsed(&format!("<rss><channel>{built}</channel></rss>"));
    assert!(parsed_built.drafts.iter().all(|draft| draft.published.is_none()));
    assert_eq!(parsed_built.report.defects, ["date_build_time"]);
    let told: String = (0..4).map(|n| item(n, n)).collect();
    let parsed_told = parsed(&format!("<rss><channel>{told}</channel></rss>"));
    assert!(parsed_told.drafts.iter().all(|draft| draft.published.is_some()));
}

#[test]
fn the_view_leaves_out_what_is_absent_and_says_where_defects_are() {
    let shown = shown(
        "<rss version=\"2.0\"><channel><title>Harbour</title>\
         <item><title>Ferry</title><guid isPermaLink=\"false\"> a 1 </guid><pubDate>16 Aug 2025</pubDate>\
         <enclosure url=\"https://desk.example/a.mp3\" length=\"1\" type=\"audio/mpeg\"/>\
         <author>ada@desk.example (Ada Quill)</author></item>\
         <item><title>Quay &lt;b&gt;closed&lt;/b&gt;</title><pubDate>soon</pubDate></item></channel></rss>",
    );
    assert_eq!(
        shown,
        serde_json::json!({
            "file": "x.xml", "ok": true, "feed": {"title": "Harbour"},
            "entries": [
                {"title": "Ferry", "id": "a 1", "published": "2025-08-16T00:00:00Z", "author": "Ada Quill",
                 "author_email": "ada@desk.example", "enclosures": ["https://desk.example/a.mp3"]},
                {"title": "Quay <b>closed</b>"},
            ],
            "defects": [
                {"defect": "guid_missing", "entry": 1, "line": 1, "column": 271, "offset": 270},
                {"defect": "date_unreadable", "entry": 1, "element": "published", "detail": "soon",
                 "line": 1, "column": 331, "offset": 330},
            ],
        })
    );
}

#[test]
fn a_failed_view_has_its_error_and_nothing_else() {
    assert_eq!(
        shown("<html></html>"),
        serde_json::json!({"file": "x.xml", "ok": false, "error": "an HTML page, not a feed, at line 1, column 1"})
    );
}

#[test]
fn items_that_share_one_link_and_have_no_guid_stay_as_many_as_they_are() {
    let body = "<rss version=\"2.0\"><channel><title>Capsule</title>\
        <item><title>The lock gate</title><link>http://radio.example/capsule</link><pubDate>Mon, 04 Aug 2025 08:00:00 GMT</pubDate></item>\
        <item><title>The tide table</title><link>http://radio.example/capsule</link><pubDate>Tue, 05 Aug 2025 08:00:00 GMT</pubDate></item>\
        <item><title>The tide table</title><link>http://radio.example/capsule</link><pubDate>Tue, 05 Aug 2025 08:00:00 GMT</pubDate></item>\
        </channel></rss>";
    let parsed = read(&fetched(body.as_bytes()), &Config::default());
    let keys: std::collections::BTreeSet<&str> =
        parsed.drafts.iter().map(|d| d.key.as_str()).collect();
    assert_eq!((parsed.drafts.len(), keys.len()), (3, 2));
    assert!(parsed.drafts.iter().all(|draft| draft.defects.contains(&"link_repeated".to_owned())));
}
