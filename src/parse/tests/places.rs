//! Every defect says where it stands, and there are never more of them than can be read.

use serde_json::Value;

use super::{all, among_good, fetched, shown};
use crate::parse::{Config, view};

/// `word line:column entry` of each defect.
fn told(body: &str) -> Vec<String> {
    let shown = shown(body);
    let defects = shown["defects"].as_array().unwrap();
    let at = |defect: &Value| {
        let entry = defect["entry"].as_u64().map_or_else(|| "-".to_owned(), |n| n.to_string());
        let word = defect["defect"].as_str().unwrap();
        format!("{word} {}:{} {entry}", defect["line"], defect["column"])
    };
    defects.iter().map(at).collect()
}

/// A feed whose second line is an item with this title, and nothing else wrong.
fn titled(title: &str) -> String {
    format!(
        "<rss version=\"2.0\"><channel>\n<item><title>{title}</title><guid>https://desk.example/a</guid>\
         <pubDate>2025-08-16</pubDate></item></channel></rss>"
    )
}

#[test]
fn each_small_mend_has_line_and_column_in_characters() {
    assert!(told(&titled("Fähre &amp; &#228; &lt;")).is_empty());
    for (title, want) in [
        ("ä & b", "ampersand_bare 2:16 0"),
        ("ä &rsquo;", "entity_undeclared 2:16 0"),
        ("ä &nosuch;", "entity_unknown 2:16 0"),
        ("ä &#146;", "reference_windows_1252 2:16 0"),
        ("ä &#xD800;", "reference_invalid 2:16 0"),
        ("ä &#1;", "reference_invalid 2:16 0"),
        ("ä \u{1}", "control_removed 2:16 0"),
        ("ä \u{92}", "control_windows_1252 2:16 0"),
        ("<b a=\"1\" a=\"2\">x</b>", "attribute_repeated 2:23 0"),
        ("<b a=1>x</b>", "attribute_unquoted 2:17 0"),
        ("<b><i>x</b>", "tag_unclosed 2:21 0"),
        ("x</b>", "tag_unopened 2:15 0"),
    ] {
        assert_eq!(told(&titled(title)), [want], "{title}");
    }
}

#[test]
fn what_the_reader_mends_and_what_an_item_lacks_has_its_place() {
    let body = "<rss>\r\n<channel>\r<item><dc:creator>Ada</dc:creator>\n<pubDate>soon</pubDate></item>\n</channel>";
    assert_eq!(
        told(body),
        [
            "guid_missing 3:1 0",
            "title_missing 3:1 0",
            "prefix_undeclared 3:7 0",
            "date_unreadable 4:10 0",
            "document_cut 5:11 -"
        ]
    );
}

#[test]
fn a_bad_charset_stands_at_its_first_character() {
    let body =
        b"<rss><channel>\n<item><title>ab\xE9 au quai, d\xE9j\xE0</title></item></channel></rss>";
    let shown = view(&fetched(body), &Config::default(), "x");
    let shown = serde_json::to_value(shown).unwrap();
    let defects = shown["defects"].as_array().unwrap();
    let found = defects.iter().find(|defect| defect["defect"] == "encoding_repaired").unwrap();
    assert_eq!((&found["line"], &found["column"]), (&2.into(), &16.into()));
    assert_eq!(found["entry"], 0);
}

#[test]
fn json_items_have_their_lines_too() {
    let body = "\u{FEFF} {\"title\": \"items\", \"items\": [\n {\"id\": 1, \"title\": \"a [ {\", \"date_published\": \"2025-08-16\"},\n 5,\n\
                {\"title\": \"b\", \"date_published\": \"soon\"},\n {\"id\": \"c";
    let told = told(body);
    assert!(told.contains(&"guid_missing 4:1 1".to_owned()), "{told:?}");
    assert!(told.contains(&"date_unreadable 4:35 1".to_owned()), "{told:?}");
    assert!(told.iter().any(|told| told.starts_with("document_cut 5:")), "{told:?}");
}

#[test]
fn many_defects_of_a_word_are_counted_not_listed() {
    let shown = shown(&titled(&"& ".repeat(10_000)));
    let defects = shown["defects"].as_array().unwrap();
    let bare = defects.iter().filter(|defect| defect["defect"] == "ampersand_bare");
    let (count, more) = bare.fold((0, 0), |(count, more), defect| {
        (count + 1, more + defect["more"].as_u64().unwrap_or(0))
    });
    assert_eq!((count, more), (20, 9_980));
    let body = among_good(&all(1_000, |_| "<item><title>a</title></item>".to_owned()));
    let shown = super::shown(&body);
    let defects = shown["defects"].as_array().unwrap();
    assert!(defects.len() <= 3 * 21, "{}", defects.len());
    let missing = defects.iter().filter(|defect| defect["defect"] == "guid_missing");
    let told: u64 = missing.map(|defect| defect["more"].as_u64().unwrap_or(1)).sum();
    assert_eq!(told, 1_020);
}

#[test]
fn a_body_over_a_limit_says_where_it_is_crossed() {
    let deep = format!("<rss><channel>\n<item><title>Fähre</title>\r\n ä{}", "<b>".repeat(300));
    let attributes = format!("<rss><channel>\n ü<item{}>", all(300, |n| format!(" a{n}=\"\"")));
    for (body, want) in [
        // Three elements are open before them, so the 254th is one too many.
        (deep, format!("depth over 256 at line 3, column {}", 3 + 253 * 3)),
        (attributes, "attributes over 256 in one tag at line 2, column 3".to_owned()),
    ] {
        assert_eq!(shown(&body)["error"], want.as_str());
        let parsed = super::parsed(&body);
        assert_eq!(
            (parsed.rejected[0].reason.as_str(), &parsed.rejected[0].detail),
            ("guard", &want)
        );
    }
}

#[test]
fn json_items_behind_brackets_that_fail_have_their_lines() {
    let body = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"F\",\"items\":[\n\
                {\"id\":\"1\",\"title\":\"First\",\"authors\":[{\"name\":\"Ed\"]},\n\
                {\"id\":\"2\",\"title\":\"Second\",\"tags\":[\"a\",\"b\"},\n\
                {\"id\":\"3\",\"title\":\"Third\",\"authors\":{\"name\":\"Ed\"}]},\n\
                {\"title\":\"Fourth\"}\n]}";
    assert_eq!(
        told(body),
        [
            "date_missing 2:1 0",
            "json_repaired 2:50 0",
            "date_missing 3:1 1",
            "date_missing 4:1 2",
            "guid_missing 5:1 3",
            "date_missing 5:1 3"
        ]
    );
}
