//! What feed-rs alone makes of a body, to the letter, and what this reader makes of it: where feed-rs comes to do
//! better, the test of that row says so.
//!
//! | effect on feed-rs alone | test |
//! |---|---|
//! | abort: media nested in itself | `media_nested_in_itself_aborts_it` |
//! | panic: author beside wide brackets | `an_author_in_wide_brackets_panics_it` |
//! | panic: UTF-16BE that is declared | `a_declared_utf_16be_panics_it` |
//! | panic: durations and NPT times | `absurd_durations_panic_it` |
//! | work: a long `xml:base` for every element | `a_long_base_is_copied_into_every_link` |
//! | lost: over 128 namespaces | `more_than_128_namespaces_lose_it_the_feed` |
//! | lost: Atom 0.3, Atom under `https:`, RDF 1.0 of either spelling | `other_namespaces_lose_all_entries_without_an_error` |
//! | lost: versions of RSS, unquoted or none; upper-case root; news sitemap; CDF | `versions_and_roots_it_does_not_know` |
//! | lost: Latin-1, one bad byte, charset in the header only | `bytes_outside_utf_8_lose_it_the_feed` |
//! | lost: 9 KB of space first | `much_space_first_loses_it_the_feed` |
//! | lost: bare `&`, unclosed tag, comment, CDATA, surrogate reference, cut tail | `broken_markup_loses_it_the_feed` |
//! | lost: one unknown `type` | `one_unknown_type_loses_it_the_feed` |
//! | lost: JSON with BOM, integer id, repeated key | `json_it_refuses` |
//! | wrong: BOM and windows-1252 declaration; entities; control characters | `texts_it_spoils` |
//! | wrong: undeclared `dc:`; permalink; `source`; editors | `values_it_drops` |
//! | wrong: random ids | `an_item_without_guid_has_another_id_at_each_reading` |
//! | fine | `what_it_reads_well_is_read_as_well` |

use std::process::Command;
use std::sync::Once;

use feed_rs::model::Feed;

use crate::news::Draft;
use crate::parse::read::caught;
use crate::parse::{Config, quiet_panics, read};

use super::{all, fetched, only, parsed};

const MEDIA: &str = "xmlns:media=\"http://search.yahoo.com/mrss/\"";
const NO_ROOT: &str = "error: unable to parse feed: no root element";

/// What feed-rs alone gives: its panic or error in words.
fn feed(body: &[u8]) -> Result<Feed, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(quiet_panics);
    match caught(|| feed_rs::parser::parse(body)) {
        Ok(Ok(feed)) => Ok(feed),
        Ok(Err(error)) => Err(format!("error: {error}")),
        Err(_) => Err("panic".to_owned()),
    }
}

/// The titles that feed-rs alone gives, or its panic or error.
fn alone(body: &[u8]) -> String {
    let titles = |feed: Feed| {
        let title =
            |entry: feed_rs::model::Entry| entry.title.map_or_else(String::new, |t| t.content);
        feed.entries.into_iter().map(title).collect::<Vec<_>>().join(", ")
    };
    feed(body).map_or_else(|error| error, titles)
}

/// What this reader gives.
fn drafts(body: &[u8]) -> Vec<Draft> {
    let parsed = read(&fetched(body), &Config::default());
    super::assert_sum(&parsed);
    parsed.drafts
}

/// The titles that this reader gives.
fn ours(body: &[u8]) -> String {
    drafts(body).into_iter().map(|draft| draft.title).collect::<Vec<_>>().join(", ")
}

fn rss(inner: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>Harbour</title>{inner}</channel></rss>")
}

/// A feed of one item, "Ferry", with this in it too.
fn ferry(inner: &str) -> String {
    rss(&format!("<item><title>Ferry</title>{inner}</item>"))
}

/// What feed-rs alone does to each body, and that this reader gives its one item.
fn each_loses_it<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (body, does) in rows {
        assert_eq!(alone(body.as_bytes()), does, "{body}");
        assert_eq!(ours(body.as_bytes()), "Ferry", "{body}");
    }
}

fn nested_media(depth: usize) -> String {
    let (open, close) = ("<media:content>".repeat(depth), "</media:content>".repeat(depth));
    ferry(&format!("{open}{close}")).replace("<rss ", &format!("<rss {MEDIA} "))
}

#[test]
fn media_nested_in_itself_aborts_it() {
    let test = "parse::tests::raw_feed_rs::child_reads_nested_media_with_feed_rs_alone";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", test, "--nocapture"])
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("running 1 test"), "{out}");
    assert!(!output.status.success() && output.status.code() != Some(101), "{:?}", output.status);
    assert!(err.contains("overflowed its stack"), "{err}");

    let parsed = parsed(&nested_media(3_000));
    let [rejection] = parsed.rejected.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(rejection.reason, "guard");
    assert!(rejection.detail.starts_with("depth over 256"), "{}", rejection.detail);
    assert_eq!(ours(nested_media(200).as_bytes()), "Ferry");
}

#[test]
#[ignore = "aborts; run by its parent"]
fn child_reads_nested_media_with_feed_rs_alone() {
    // So many that the main thread's 8 MiB do not hold them either.
    assert!(feed_rs::parser::parse(nested_media(10_000).as_bytes()).is_ok());
}

#[test]
fn an_author_in_wide_brackets_panics_it() {
    for author in ["（a@desk.example）", "a@desk.example（東京）"] {
        let body = ferry(&format!("<author>{author}</author>"));
        each_loses_it([(body.as_str(), "panic")]);
        assert_eq!(drafts(body.as_bytes())[0].authors.len(), 1);
    }
}

#[test]
fn a_declared_utf_16be_panics_it() {
    let declared = format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{}", ferry(""));
    let bytes: Vec<u8> = declared.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for body in [bytes.clone(), [b"\xFE\xFF", &bytes[..]].concat()] {
        assert_eq!((alone(&body).as_str(), ours(&body).as_str()), ("panic", "Ferry"));
    }
    let bare: Vec<u8> = ferry("").encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!((alone(&bare).as_str(), ours(&bare).as_str()), (NO_ROOT, "Ferry"));
}

#[test]
fn absurd_durations_panic_it() {
    let digits = "9".repeat(21);
    let second = "18446744073709551615.9999999999";
    let media = |inner: &str| {
        format!("<media:content url=\"https://desk.example/v\">{inner}</media:content>")
    };
    for inner in [
        format!("<itunes:duration>{digits}</itunes:duration>"),
        "<itunes:duration>٣:٣٠</itunes:duration>".to_owned(),
        media(&format!("<media:text start=\"{digits}\">It sails</media:text>")),
        media(&format!("<media:text end=\"{digits}:00:00\">It sails</media:text>")),
        media(&format!("<media:text start=\"{second}\">It sails</media:text>")),
        media("<media:text end=\"٣:٣٠:٠٠\">It sails</media:text>"),
        media(&format!(
            "<media:thumbnail url=\"https://desk.example/i\" time=\"{digits}:00:00\"/>"
        )),
        media("<media:thumbnail url=\"https://desk.example/i\" time=\"٣:٣٠:٠٠\"/>"),
    ] {
        let spaces =
            format!("<rss {MEDIA} xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" ");
        let body = ferry(&inner).replace("<rss ", &spaces);
        each_loses_it([(body.as_str(), "panic")]);
    }
}

#[test]
fn a_long_base_is_copied_into_every_link() {
    let body = |base: usize, entries: u32| {
        let entries = all(entries, |n| {
            format!("<entry><title>Ferry {n}</title><link href=\"{n}\"/></entry>")
        });
        let base = "x".repeat(base);
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://desk.example/{base}/\">{entries}</feed>"
        )
    };
    let long = body(15_000, 200);
    let links: usize =
        feed(long.as_bytes()).unwrap().entries.iter().map(|e| e.links[0].href.len()).sum();
    assert!(links > 200 * 15_000, "{links}");
    let drafts = drafts(long.as_bytes());
    assert_eq!(drafts.len(), 200);
    let links: usize = drafts.iter().map(|draft| draft.link.len() + draft.key.len()).sum();
    assert!(links < long.len(), "{links}");
    assert!(alone(body(17_000, 2).as_bytes()).starts_with("Ferry 0"));
    let refused = parsed(&body(17_000, 2));
    assert!(refused.rejected[0].detail.starts_with("xml:base over 16384 bytes"), "{refused:?}");
}

#[test]
fn more_than_128_namespaces_lose_it_the_feed() {
    let body = |count: u32| {
        let spaces = all(count, |n| format!(" xmlns:n{n}=\"https://desk.example/{n}\""));
        ferry("").replace("<rss", &format!("<rss{spaces}"))
    };
    assert_eq!(alone(body(128).as_bytes()), "Ferry");
    each_loses_it([(body(129).as_str(), NO_ROOT), (body(255).as_str(), NO_ROOT)]);
}

#[test]
fn other_namespaces_lose_all_entries_without_an_error() {
    for uri in
        ["http://purl.org/atom/ns#", "https://www.w3.org/2005/Atom", "https://desk.example/atom"]
    {
        let body = format!("<feed xmlns=\"{uri}\"><entry><title>Ferry</title></entry></feed>");
        each_loses_it([(body.as_str(), "")]);
    }
    let body = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"https://purl.org/rss/1.0/\">\
        <channel><title>Harbour</title></channel><item><title>Ferry</title></item></rdf:RDF>";
    each_loses_it([(body, "")]);
}

#[test]
fn versions_and_roots_it_does_not_know() {
    let of = |root: &str| {
        let close = if root.starts_with("<RSS") { "</RSS>" } else { "</rss>" };
        format!(
            "{root}<channel><title>Harbour</title><item><title>Ferry</title></item></channel>{close}"
        )
    };
    for root in [
        "<rss version=\"0.90\">",
        "<rss version=\"0.93\">",
        "<rss version=\"0.94\">",
        "<rss version=\"1.0\">",
        "<rss version=\"2.01\">",
        "<rss version=\"2.1\">",
        "<rss>",
        "<rss version=2.0>",
        "<RSS version=\"2.0\">",
    ] {
        each_loses_it([(of(root).as_str(), NO_ROOT)]);
    }
    for known in ["2.0", "0.91", "0.92", ""] {
        let body = of(&format!("<rss version=\"{known}\">"));
        assert_eq!(
            (alone(body.as_bytes()).as_str(), ours(body.as_bytes()).as_str()),
            ("Ferry", "Ferry")
        );
    }
    each_loses_it([
        (
            "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
             xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"><url><loc>https://desk.example/a</loc>\
             <news:news><news:title>Ferry</news:title></news:news></url></urlset>",
            NO_ROOT,
        ),
        (
            "<CHANNEL><ITEM HREF=\"https://desk.example/a\"><TITLE>Ferry</TITLE></ITEM></CHANNEL>",
            NO_ROOT,
        ),
    ]);
}

#[test]
fn bytes_outside_utf_8_lose_it_the_feed() {
    let undecoded = "error: unable to parse XML: Parser error: cannot decode input using UTF-8";
    let item = b"<rss version=\"2.0\"><channel><item><title>d\xE9j\xE0 au quai</title></item></channel></rss>";
    let declared = [b"<?xml version=\"1.0\" encoding=\"utf-8\"?>", &item[..]].concat();
    assert_eq!((alone(item).as_str(), ours(item).as_str()), (NO_ROOT, "déjà au quai"));
    assert_eq!((alone(&declared).as_str(), ours(&declared).as_str()), (undecoded, "déjà au quai"));

    let mut one_bad = ferry("<description>Fähre – über die Förde ~</description>").into_bytes();
    let at = one_bad.iter().position(|byte| *byte == b'~').unwrap();
    one_bad[at] = 0xFF;
    assert_eq!(alone(&one_bad), undecoded);
    assert_eq!(drafts(&one_bad)[0].summary, "Fähre – über die Förde ÿ");

    let koi = b"<rss version=\"2.0\"><channel><item><title>\xF0\xC1\xD2\xCF\xCD</title></item></channel></rss>";
    assert_eq!(alone(koi), NO_ROOT);
    let mut response = fetched(koi);
    response.headers.push(("content-type".to_owned(), "text/xml; charset=koi8-r".to_owned()));
    assert_eq!(read(&response, &Config::default()).drafts[0].title, "Паром");
}

#[test]
fn much_space_first_loses_it_the_feed() {
    let spaces = format!("{}{}", " ".repeat(9_000), ferry(""));
    each_loses_it([(spaces.as_str(), NO_ROOT)]);
    // A long comment has come to be fine.
    let comment = format!("<!-- {} -->{}", "x".repeat(9_000), ferry(""));
    each_loses_it([(comment.as_str(), "Ferry")]);
}

#[test]
fn broken_markup_loses_it_the_feed() {
    for (inner, error, summary) in [
        (
            "<description>Quay & Sons</description>",
            "ill-formed document: entity or character reference not closed: `;` not found before end of input",
            "Quay & Sons",
        ),
        (
            "<description>One <b>two</description>",
            "ill-formed document: expected `</b>`, but `</description>` was found",
            "One <b>two",
        ),
        (
            "<description><![CDATA[It sails</description>",
            "syntax error: CDATA not closed: `]]>` not found before end of input",
            "It sails",
        ),
        (
            "<description>It sails<!-- late</description>",
            "syntax error: comment not closed: `-->` not found before end of input",
            // What a comment that never ends would hide is shown.
            "It sails late",
        ),
        (
            "<description>a &#xD800; b</description>",
            "invalid character reference: `55296` is not a valid codepoint",
            "a \u{FFFD} b",
        ),
    ] {
        let body = ferry(inner);
        let does = format!("error: unable to parse XML: Parser error: {error}");
        each_loses_it([(body.as_str(), does.as_str())]);
        assert_eq!(drafts(body.as_bytes())[0].summary, summary, "{body}");
    }
    let whole = ferry("<description>It sails late</description>");
    let cut = whole.split_once(" late").unwrap().0;
    assert!(
        alone(cut.as_bytes()).starts_with("error: unable to parse XML"),
        "{}",
        alone(cut.as_bytes())
    );
    assert_eq!(drafts(cut.as_bytes())[0].summary, "It sails");
}

#[test]
fn one_unknown_type_loses_it_the_feed() {
    for kind in ["text/foo", "nonsense", "text/plain", ""] {
        let body = format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><title type=\"{kind}\">Ferry</title></entry></feed>"
        );
        let does = alone(body.as_bytes());
        assert!(
            does.starts_with(&format!(
                "error: unable to parse feed: unsupported content type {kind}"
            )),
            "{does}"
        );
        assert_eq!(ours(body.as_bytes()), "Ferry", "{body}");
    }
}

#[test]
fn json_it_refuses() {
    let json = |item: &str| {
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1\",\"title\":\"Harbour\",\"items\":[{{{item}}}]}}"
        )
    };
    let good = json("\"id\":\"1\",\"title\":\"Ferry\"");
    assert_eq!(alone(good.as_bytes()), "Ferry");
    for (body, error) in [
        (format!("\u{FEFF}{good}"), "expected value"),
        (json("\"id\":1,\"title\":\"Ferry\""), "invalid type: integer `1`, expected a string"),
        (json("\"id\":\"1\",\"title\":\"Boat\",\"title\":\"Ferry\""), "duplicate field `title`"),
    ] {
        let does = alone(body.as_bytes());
        assert!(does.starts_with(&format!("error: unable to parse JSON: {error}")), "{does}");
        assert_eq!(ours(body.as_bytes()), "Ferry", "{body}");
        assert_eq!(drafts(body.as_bytes())[0].key, "1");
    }
}

#[test]
fn texts_it_spoils() {
    let marked = format!(
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"windows-1252\"?>{}",
        rss("<item><title>Fähre – spät</title></item>")
    );
    assert_eq!(alone(marked.as_bytes()), "FÃ¤hre â€“ spÃ¤t");
    assert_eq!(ours(marked.as_bytes()), "Fähre – spät");
    for (written, spoiled, right) in [
        ("caf&eacute; &mdash; bar", "caf&eacute; &mdash; bar", "café — bar"),
        ("a\u{1}b\u{B}c", "a\u{1}b\u{B}c", "abc"),
        ("a&#1;b", "a\u{1}b", "ab"),
    ] {
        let body = rss(&format!("<item><title>{written}</title></item>"));
        assert_eq!(
            (alone(body.as_bytes()).as_str(), ours(body.as_bytes()).as_str()),
            (spoiled, right)
        );
    }
}

#[test]
fn values_it_drops() {
    let one = |inner: &str| {
        let body = ferry(inner);
        let entry = feed(body.as_bytes()).unwrap().entries.remove(0);
        (entry, only(&body))
    };
    let (entry, draft) = one("<dc:creator>Ada Quill</dc:creator>");
    assert!(entry.authors.is_empty());
    assert_eq!(draft.authors, ["Ada Quill"]);

    let (entry, draft) = one("<guid>https://desk.example/1</guid>");
    assert!(entry.links.is_empty());
    assert_eq!(draft.link, "https://desk.example/1");

    let (entry, draft) = one("<source url=\"https://wire.example/\">Wire</source>");
    assert_eq!(entry.source, None);
    let source = draft.source.unwrap();
    assert_eq!((source.title.as_str(), source.url.as_str()), ("Wire", "https://wire.example/"));

    let body = rss(
        "<managingEditor>ada@desk.example (Ada Quill)</managingEditor><item><title>Ferry</title></item>",
    );
    let feed = feed(body.as_bytes()).unwrap();
    assert!(feed.authors.is_empty());
    assert_eq!(feed.contributors[0].name.as_deref(), Some("(Ada Quill)"));
    let shown = super::shown(&body);
    assert_eq!(
        (&shown["feed"]["author"], &shown["feed"]["author_email"]),
        (&"Ada Quill".into(), &"ada@desk.example".into())
    );
}

#[test]
fn an_item_without_guid_has_another_id_at_each_reading() {
    let body = rss("<item><description>It sails.</description></item>");
    let id = || feed(body.as_bytes()).unwrap().entries[0].id.clone();
    assert_ne!(id(), id());
    assert_eq!(only(&body).key, only(&body).key);
}

#[test]
fn what_it_reads_well_is_read_as_well() {
    let declared = |label: &str, title: &[u8]| {
        let head = format!(
            "<?xml version=\"1.0\" encoding=\"{label}\"?><rss version=\"2.0\"><channel><item><title>"
        );
        [head.as_bytes(), title, b"</title></item></channel></rss>"].concat()
    };
    let warned = format!(
        "Warning: cannot connect in /srv/feed.php on line 7\n<?xml version=\"1.0\"?>{}",
        ferry("")
    );
    for (body, title) in [
        (declared("windows-1252", b"d\xE9j\xE0 \x96 vu"), "déjà – vu"),
        (declared("gbk", b"\xB6\xC9\xB4\xAC"), "渡船"),
        (declared("Shift_JIS", b"\x83t\x83F\x83\x8A\x81["), "フェリー"),
        (declared("bogus", b"Ferry"), "Ferry"),
        (warned.into_bytes(), "Ferry"),
    ] {
        assert_eq!((alone(&body).as_str(), ours(&body).as_str()), (title, title));
    }
    let declarations = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/hostname\">]>";
    let bomb = format!("{declarations}{}", ferry("<description>&b; &c; end</description>"));
    let entry = feed(bomb.as_bytes()).unwrap().entries.remove(0);
    assert_eq!(entry.summary.unwrap().content, "&b; &c; end");
    assert_eq!(only(&bomb).summary, "&b; &c; end");

    let many = all(100_000, |n| format!(" a{n}=\"1\""));
    let many = ferry("").replace("<item>", &format!("<item{many}>"));
    assert_eq!(alone(many.as_bytes()), "Ferry");
    // A tag of that many is refused here: no feed has them, and each costs a comparison.
    assert_eq!(parsed(&many).rejected[0].reason, "guard");

    let json = "{\"version\":\"https://jsonfeed.org/version/1\",\"title\":\"H\",\"items\":[{\"id\":\"1\",\"title\":\"Ferry\",\"date_published\":\"soon\"}]}";
    assert_eq!(
        (alone(json.as_bytes()).as_str(), ours(json.as_bytes()).as_str()),
        ("Ferry", "Ferry")
    );
    assert_eq!(only(json).published, None);
}
