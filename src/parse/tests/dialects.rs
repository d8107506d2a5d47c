//! Dialects and their corners beside the table of what is mended.

use super::{item, only, parsed};

#[test]
fn prefixed_core_names_win_over_foreign_ones() {
    let draft = only(
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns:rss=\"http://purl.org/rss/1.0/\" xmlns:own=\"https://desk.example/own\">\
         <rss:item><own:description>Not this.</own:description><rss:title>Ferry</rss:title>\
         <rss:description>This.</rss:description><own:description>Nor this.</own:description></rss:item></rdf:RDF>",
    );
    assert_eq!((draft.title.as_str(), draft.summary.as_str()), ("Ferry", "This."));
}

#[test]
fn images_and_text_boxes_lend_nothing_to_the_feed() {
    let parsed = parsed(
        "<rss><channel><image><title>Logo</title><link>https://logo.example/</link></image>\
         <title>Harbour</title><textInput><title>Search</title><link>https://search.example/</link></textInput>\
         <item><title>Ferry</title><image><title>Photo</title></image></item></channel></rss>",
    );
    assert_eq!(parsed.meta.title, "Harbour");
    assert_eq!(parsed.meta.link, "");
    assert_eq!(parsed.drafts[0].title, "Ferry");
}

#[test]
fn json_feeds_are_read_leniently() {
    let parsed = parsed(
        "\u{FEFF}{\"version\": 9, \"title\": \"Harbour\", \"title\": \"Quay\", \"items\": [\
         {\"id\": 17, \"url\": \"/a\", \"title\": [\"no\"], \"content_html\": \"<p>It sails</p>\", \"date_published\": \"soon\",\
          \"tags\": [\"sea\", 4, null], \"authors\": [{\"name\": \"Ada Quill\"}, 3]},\
         {\"url\": \"https://desk.example/b\", \"content_text\": \"5 < 6\", \"date_published\": \"2025-08-16T05:58:00Z\"},\
         \"no item\", {\"id\": \"c\", \"title\": \"cut",
    );
    assert_eq!((parsed.report.items, parsed.rejected[0].reason.as_str()), (3, "cut"));
    assert_eq!(parsed.meta.title, "Quay");
    let [first, second] = parsed.drafts.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((first.key.as_str(), first.link.as_str()), ("17", "https://desk.example/a"));
    assert_eq!(first.authors, ["Ada Quill", "3"]);
    assert_eq!(first.tags, ["sea", "4"]);
    assert!(first.defects.iter().any(|word| word == "date_unreadable"));
    assert_eq!(second.content, "5 &lt; 6");
    assert_eq!(parsed.report.defects, ["document_cut"]);
}

#[test]
fn half_an_item_of_a_json_feed_is_kept_with_what_is_whole() {
    let head = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"1\",\"title\":\"One\"},";
    let half = "{\"id\":\"2\",\"title\":\"Two\",\"url\":\"https://desk.example/2\",\"date_published\":\"2025-08-1";
    let parsed = parsed(&format!("{head}{half}"));
    let [_, second] = parsed.drafts.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((second.key.as_str(), second.title.as_str(), second.published), ("2", "Two", None));
    assert!(second.defects.iter().any(|word| word == "item_cut"));
    assert_eq!(parsed.report.defects, ["document_cut"]);
    // Cut between items, none is half.
    let parsed = super::parsed(head);
    assert!(
        parsed.drafts.len() == 1 && parsed.drafts[0].defects.iter().all(|word| word != "item_cut")
    );
}

#[test]
fn a_json_feed_behind_junk_is_found() {
    let feed = "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"1\",\"title\":\"Ferry\"}]}";
    for body in [
        format!(")]}}',\n{feed}"),
        format!("callback({feed});"),
        format!("/* made by hand */ {feed}"),
        format!("<br />\n<b>Notice</b>: Undefined index {{x}} in feed.php on line 3<br />\n{feed}"),
    ] {
        let parsed = parsed(&body);
        assert_eq!(parsed.drafts.len(), 1, "{body}");
        assert_eq!(parsed.report.defects, ["json_repaired"], "{body}");
    }
    // A page has JSON in its scripts, and is a page.
    let menu = "{\"items\":[{\"id\":7,\"title\":\"Cookies\"}]}";
    for page in [
        format!(
            "<!DOCTYPE html><html><head><title>Too many requests</title></head><body><script>window.menu={menu};</script></body></html>"
        ),
        format!("<div>Please wait</div><script>var cfg={menu};</script>"),
        format!("<script type=\"application/ld+json\">{feed}</script>"),
        format!("Please wait: {menu}"),
    ] {
        assert!(parsed(&page).drafts.is_empty(), "{page}");
    }
    let wide: Vec<u8> = feed.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(super::read(&super::fetched(&wide), &super::Config::default()).drafts.len(), 1);
}

#[test]
fn items_that_share_headline_and_date_and_nothing_else_are_several() {
    let item = |text: &str| {
        format!(
            "<item><title>Weather</title><pubDate>Sat, 16 Aug 2025</pubDate><description>{text}</description></item>"
        )
    };
    let keys = |texts: &[&str]| -> Vec<String> {
        let items: String = texts.iter().map(|text| item(text)).collect();
        parsed(&format!("<rss><channel>{items}</channel></rss>"))
            .drafts
            .into_iter()
            .map(|draft| draft.key)
            .collect()
    };
    let both = keys(&["Rain in the north", "Sun in the south"]);
    assert_ne!(both[0], both[1]);
    assert_eq!(both[1], keys(&["Sun in the south"])[0]);
    let twice = keys(&["Sun", "Sun"]);
    assert_eq!(twice[0], twice[1]);
}

#[test]
fn itunes_and_media_say_what_the_core_does_not() {
    let draft = item(
        "<itunes:title>Ferry</itunes:title><itunes:author>Ada Quill</itunes:author>\
         <itunes:duration>99999999999999999999999</itunes:duration><media:description>It sails.</media:description>",
    );
    assert_eq!(
        (draft.title.as_str(), draft.authors.as_slice()),
        ("Ferry", &["Ada Quill".to_owned()][..])
    );
    assert_eq!(draft.summary, "It sails.");
}

#[test]
fn json_feed_of_both_versions_is_read() {
    for version in ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1"] {
        let draft = only(&format!(
            "{{\"version\":\"{version}\",\"items\":[{{\"id\":\"1\",\"title\":\"Ferry\"}}]}}"
        ));
        assert_eq!((draft.title.as_str(), draft.key.as_str()), ("Ferry", "1"));
    }
}
