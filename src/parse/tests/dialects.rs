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
