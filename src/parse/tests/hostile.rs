//! Arbitrary bytes, and good feeds mutated: nothing panics, the sum holds, mending twice changes nothing.

use proptest::prelude::*;

use crate::parse::mend::{Settings, mend};
use crate::parse::{Config, guard, read, view};

use super::{assert_sum, fetched};

const SEEDS: [&str; 5] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
     <channel><title>Harbour &amp; Quay</title><image><title>Logo</title></image><item><title><![CDATA[Ferry <b>late</b>]]></title>\
     <link>https://desk.example/a?b=1&amp;c=2</link><guid isPermaLink=\"false\">1</guid><dc:creator>Ada (ada@desk.example)</dc:creator>\
     <pubDate>Sat, 16 Aug 2025 05:58:00 GMT</pubDate><description>It &lt;i&gt;sails&lt;/i&gt; &#8217;late&rsquo;</description>\
     <source url=\"https://wire.example/\">Wire</source><enclosure url=\"a.mp3\" length=\"1\" type=\"audio/mpeg\"/></item></channel></rss>",
    "<!DOCTYPE feed [<!ENTITY x \"y\">]><feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"/n/\" xml:lang=\"de\"><title type=\"xhtml\">\
     <div xmlns=\"http://www.w3.org/1999/xhtml\">Fähre</div></title><entry><id>tag:1</id><link href=\"a\"/><author><name>Ada</name>\
     <email>ada@desk.example</email></author><updated>2025-08-16T05:58:00+02:00</updated><content type=\"html\">&lt;p&gt;東京&lt;/p&gt;</content>\
     <summary type=\"text/foo\">&x;</summary><category term=\"sea\"/></entry></feed>",
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\"><channel rdf:about=\"x\"/>\
     <item rdf:about=\"https://desk.example/a\"><title>Ferry</title><dc:date>2025-08</dc:date></item></rdf:RDF>",
    "<urlset><url><loc>https://desk.example/a</loc><news:news><news:title>Ferry</news:title></news:news></url></urlset>",
    "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Harbour\",\"items\":[{\"id\":1,\"url\":\"a\",\"title\":\"Ferry\",\
     \"content_html\":\"<p>x</p>\",\"authors\":[{\"name\":\"Ada\"}],\"tags\":[\"sea\"]},{\"id\":\"2\"}]}",
];

const TOKENS: [&str; 24] = [
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&",
    "&#",
    ";",
    "\"",
    "'",
    "=",
    "<item>",
    "</item>",
    "<entry>",
    "<title>",
    "</title>",
    "<source>",
    "<author>",
    "xml:base=\"",
    "\u{85}",
    "Ã©",
];

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0..4_u8, any::<u8>(), 0..TOKENS.len(), 0..40_usize);
    (0..SEEDS.len(), prop::collection::vec(edit, 1..12)).prop_map(|(seed, edits)| {
        let mut body = SEEDS[seed].as_bytes().to_vec();
        for (at, what, byte, token, length) in edits {
            if body.is_empty() {
                break;
            }
            let at = at.index(body.len());
            let end = (at + length).min(body.len());
            match what {
                0 => body[at] = byte,
                1 => drop(body.splice(at..at, TOKENS[token].bytes())),
                2 => drop(body.drain(at..end)),
                _ => {
                    let copy = body[at..end].to_vec();
                    drop(body.splice(at..at, copy));
                }
            }
        }
        body
    })
}

fn settings() -> Settings {
    Settings { entries_max: 50, text_bytes_max: 1_000, base: None, language: String::new() }
}

fn reads(body: &[u8]) {
    let response = fetched(body);
    let parsed = read(&response, &Config::default());
    assert_sum(&parsed);
    assert!(parsed.rejected.iter().all(|rejection| rejection.reason != "panic"), "{parsed:?}");
    for draft in &parsed.drafts {
        assert!(!draft.key.is_empty(), "{draft:?}");
        assert!(!draft.title.contains(char::is_control), "{draft:?}");
    }
    let shown = view(&response, &Config::default(), "x");
    assert_eq!(shown.is_ok(), serde_json::to_value(&shown).unwrap()["ok"] == true);
}

fn mends_once(text: &str) {
    let Ok(once) = mend(text, &settings()) else { return };
    let xml = once.xml();
    let twice = mend(&xml, &settings()).expect("what was mended is a feed");
    assert_eq!(xml, twice.xml());
    let read = feed_rs::parser::parse(xml.as_bytes());
    assert_eq!(read.expect("feed-rs accepts it").entries.len(), once.pieces.len());
}

proptest! {
    // Cases are drawn anew at every run; one that fails is named in full, so nothing is kept on disk.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        reads(&body);
    }

    #[test]
    fn arbitrary_markup_never_panics(pieces in prop::collection::vec(0..TOKENS.len(), 0..60)) {
        let text: String = pieces.into_iter().map(|at| TOKENS[at]).collect();
        reads(format!("<rss>{text}").as_bytes());
        mends_once(&format!("<rss>{text}"));
    }

    #[test]
    fn mutated_feeds_never_panic(body in mutated()) {
        reads(&body);
    }

    #[test]
    fn mending_twice_is_mending_once_and_feed_rs_accepts_it(body in mutated()) {
        mends_once(&String::from_utf8_lossy(&body));
    }
}

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
    for seed in SEEDS {
        assert_eq!(guard::check(seed), Ok(()));
    }
    assert_eq!(guard::check(&"<a>".repeat(257)), Err(guard::Limit::Depth));
    assert_eq!(guard::check(&"<a>".repeat(256)), Ok(()));
    assert_eq!(guard::check(&"<a></a>".repeat(1_000)), Ok(()));
    assert_eq!(guard::check(&"<item><b>".repeat(1_000)), Ok(()));
    assert_eq!(guard::check("<!-- <a> <![CDATA[ <b <c d='"), Ok(()));
}
