//! Every row of what publishers send and what is made of it, by name; where a row has a longer test, it is in
//! `dialects` or `broken`.

use super::{entry, item, only};

#[test]
fn every_version_of_rss_is_read() {
    for version in ["0.90", "0.91", "0.92", "0.93", "0.94", "1.0", "2.0", "2.01", "2.1", "", "nine"]
    {
        let draft = only(&format!(
            "<rss version=\"{version}\"><channel><item><title>Ferry</title></item></channel></rss>"
        ));
        assert_eq!(draft.title, "Ferry", "{version}");
    }
    let draft = only("<rss><channel><item><title>Ferry</title></item></channel></rss>");
    assert_eq!(draft.title, "Ferry");
}

#[test]
fn html_names_outside_cdata_are_characters_and_inside_it_are_html() {
    assert_eq!(item("<title>caf&eacute; &rsquo;</title>").title, "café ’");
    let draft = item("<title>t</title><description><![CDATA[caf&eacute;]]></description>");
    assert_eq!(draft.summary, "caf&eacute;");
}

#[test]
fn an_unknown_entity_and_a_bare_ampersand_stay_as_written() {
    assert_eq!(item("<title>Quay &nosuch; & Sons</title>").title, "Quay &nosuch; & Sons");
}

#[test]
fn references_128_to_159_are_windows_1252_and_impossible_ones_one_mark() {
    assert_eq!(item("<title>It&#146;s &#x93;so&#148;</title>").title, "It’s “so”");
    assert_eq!(item("<title>a&#xD800;b&#x110000;c</title>").title, "a\u{FFFD}b\u{FFFD}c");
}

#[test]
fn control_characters_are_removed() {
    assert_eq!(item("<title>a\u{1}b\u{B}c&#7;d</title>").title, "abcd");
}

#[test]
fn of_a_repeated_attribute_the_first_counts_and_quotes_may_be_missing() {
    assert_eq!(entry("<link href=\"/a\" href=\"/b\"/>").link, "https://desk.example/a");
    assert_eq!(entry("<link href=https://desk.example/c />").link, "https://desk.example/c");
}

#[test]
fn base64_is_decoded() {
    let draft =
        entry("<title>t</title><content type=\"text/html\" mode=\"base64\">VGhlIGZlcnJ5</content>");
    assert_eq!(draft.content, "The ferry");
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
