//! Shapes and damage: what hurts is refused, and what is damaged costs as little as can be.

use crate::mutants::seeds;
use crate::parse::properties::fetched;
use crate::parse::{Config, guard, read};

#[test]
fn a_mutation_costs_at_most_the_item_it_hits() {
    let whole = super::among_good("");
    let start = whole.find("Ferry 7 ").unwrap();
    for at in start - 20..start + 60 {
        let mut body = whole.clone().into_bytes();
        body[at] = b'~';
        let parsed = read(&fetched(&body), &Config::default());
        let good = parsed
            .drafts
            .iter()
            .filter(|d| d.title.starts_with("Ferry ") && d.title.ends_with(" sails"));
        assert!(
            good.count() >= 18,
            "at {at}: {}",
            String::from_utf8_lossy(&body[at - 10..at + 10])
        );
    }
}

#[test]
fn the_guard_refuses_each_shape_and_no_good_one() {
    for seed in seeds("feed") {
        assert_eq!(guard::check(&String::from_utf8_lossy(&seed)), Ok(()));
    }
    assert_eq!(guard::check(&"<a>".repeat(257)), Err(guard::Limit::Depth));
    assert_eq!(guard::check(&"<a>".repeat(256)), Ok(()));
    assert_eq!(guard::check(&"<a></a>".repeat(1_000)), Ok(()));
    assert_eq!(guard::check(&"<item><b>".repeat(1_000)), Ok(()));
    assert_eq!(guard::check("<!-- <a> <![CDATA[ <b <c d='"), Ok(()));
}

#[test]
fn white_space_around_an_attribute_is_no_part_of_it() {
    let draft = super::only(
        "<rdf:RDF><item rdf:about=\" tag:desk.example,2025:7 \"><title>Ferry</title></item></rdf:RDF>",
    );
    assert_eq!(draft.guid, "tag:desk.example,2025:7");
    let draft = super::only("<CHANNEL><ITEM LASTMOD=' 2025-08-16&#32;' HREF='a'/></CHANNEL>");
    assert_eq!(draft.published_raw, "2025-08-16");
}

#[test]
fn a_text_of_long_references_is_bounded_by_what_they_mean() {
    let described = |letters: usize| {
        let text = "&#0000000065;".repeat(letters);
        let body =
            format!("<rss><channel><item><description>{text}</description></item></channel></rss>");
        let config = Config { text_bytes_max: 1_000, ..Config::default() };
        let mut parsed = read(&fetched(body.as_bytes()), &config);
        let draft = parsed.drafts.remove(0);
        (draft.summary.len(), draft.defects.contains(&"text_cut".to_owned()))
    };
    assert_eq!(described(1_000), (1_000, false));
    assert_eq!(described(1_001), (1_000, true));
    assert_eq!(described(50_000), (1_000, true));
}

/// Each sign of these may stand where an item ends or begins: whoever looks behind it must not do so once for each.
#[test]
fn a_broken_json_feed_is_walked_a_few_times_and_no_more() {
    let head = r#"{"version":"https://jsonfeed.org/version/1.1","items":["#;
    for unit in [
        "}",
        r#"{"id":1"#,
        r#"{"id":1,"#,
        r#"{"id":1},x"#,
        r#"{"id":""x"#,
        r#"{"id":"\""#,
        r#"{"id":1,"title":""#,
        r#"{"id":1,"x":[1,"#,
        r#""id":[,{"id":1},"#,
        r#"{"id":1,"title":"x"}],"#,
        r#"{"id":1 2},{"id":2},"#,
        r#"{"url":"a","x" 1},{"url":"b"}],"#,
        r#""items":{"#,
        "x{",
        "[",
        r#"{"id""#,
    ] {
        let parsed = super::parsed(&format!("{head}{}", unit.repeat((1 << 20) / unit.len())));
        let is_told = parsed.report.defects.iter().any(|word| word == "document_cut");
        let is_read = parsed.report.items > 1_000;
        assert!(is_read || is_told || !parsed.rejected.is_empty(), "{unit}: {:?}", parsed.report);
    }
}
