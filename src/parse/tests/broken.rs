//! What raw feed-rs loses, breaks on or dies of, each with its smallest trigger among twenty good items.

use crate::parse::{Config, read};

use super::{among_good, assert_sum, fetched, item, only, parsed};

/// The trigger costs no good item, and is read itself.
fn survives(bad: &str) {
    let parsed = parsed(&among_good(bad));
    assert!(parsed.drafts.len() >= 20, "{bad}: {} drafts", parsed.drafts.len());
    let ferries = parsed.drafts.iter().filter(|draft| draft.title.starts_with("Ferry ")).count();
    assert_eq!(ferries, 20, "{bad}");
}

#[test]
fn media_nested_in_itself_is_refused_or_read_but_never_deep() {
    survives(&format!("<item>{}<title>Late</title></item>", "<media:content>".repeat(100)));
    let parsed =
        parsed(&among_good(&format!("<item>{}</item>", "<media:content>".repeat(100_000))));
    assert_eq!(parsed.rejected[0].reason, "guard");
    assert!(parsed.rejected[0].detail.starts_with("depth over 256 at line 1, column "));
}

#[test]
fn an_author_between_wide_brackets_is_split_between_characters() {
    survives("<item><author>（編集部）ada@desk.example（東京）</author><title>Late</title></item>");
    survives("<item><author>ada@desk.example（東京）</author><title>Late</title></item>");
}

#[test]
fn every_width_and_order_of_utf_is_read() {
    let text = "<rss version=\"2.0\"><channel><item><title>Fähre</title></item></channel></rss>";
    let declared = format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{text}");
    for text in [text, declared.as_str()] {
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let last_high: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        let last_low: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        let marked = |mark: &[u8], body: &[u8]| [mark, body].concat();
        for body in [
            be.clone(),
            le.clone(),
            last_high.clone(),
            last_low.clone(),
            marked(b"\xFE\xFF", &be),
            marked(b"\xFF\xFE", &le),
            marked(b"\x00\x00\xFE\xFF", &last_high),
            marked(b"\xFF\xFE\x00\x00", &last_low),
            marked(b"\xEF\xBB\xBF", text.as_bytes()),
            text.as_bytes().to_vec(),
        ] {
            let parsed = read(&fetched(&body), &Config::default());
            assert_eq!(parsed.drafts[0].title, "Fähre");
        }
    }
}

#[test]
fn one_byte_charsets_are_read_by_header_declaration_or_guess() {
    let title = |body: &[u8], content_type: &str| {
        let mut response = fetched(body);
        if !content_type.is_empty() {
            response.headers.push(("content-type".to_owned(), content_type.to_owned()));
        }
        let parsed = read(&response, &Config::default());
        assert_sum(&parsed);
        (parsed.drafts[0].title.clone(), parsed.report.defects)
    };
    let latin =
        b"<rss><channel><item><title>caf\xE9 au quai, d\xE9j\xE0</title></item></channel></rss>";
    let good = ("café au quai, déjà".to_owned(), Vec::<String>::new());
    assert_eq!(title(latin, "text/xml; charset=iso-8859-1"), good);
    assert_eq!(
        title(&[b"<?xml version='1.0' encoding='windows-1252'?>", &latin[..]].concat(), ""),
        good
    );
    let lying = [b"<?xml version='1.0' encoding='utf-8'?>", &latin[..]].concat();
    assert_eq!(title(&lying, "").0, good.0);
    assert_eq!(title(latin, ""), (good.0.clone(), vec!["encoding_repaired".to_owned()]));
    let koi = b"<rss><channel><item><title>\xF0\xC1\xD2\xCF\xCD</title></item></channel></rss>";
    assert_eq!(title(koi, "text/xml; charset='KOI8-R'").0, "Паром");
    let utf8 = "<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><item><title>café</title></item></channel></rss>";
    assert_eq!(title(utf8.as_bytes(), "").0, "café");
    assert_eq!(title(utf8.as_bytes(), "text/xml; charset=us-ascii").0, "café");
    assert_eq!(title(utf8.as_bytes(), "text/xml; charset=bogus").0, "café");
}

#[test]
fn one_bad_byte_costs_one_character() {
    let mut body = among_good("<item><title>Pier at dusk ~</title></item>").into_bytes();
    body.extend("<!-- naïve café -->".as_bytes());
    let at = body.iter().position(|byte| *byte == b'~').unwrap();
    body[at] = 0xFF;
    let parsed = read(&fetched(&body), &Config::default());
    assert_eq!(parsed.drafts.len(), 21);
    assert_eq!(parsed.report.defects, ["encoding_repaired"]);
}

#[test]
fn a_byte_order_mark_beats_every_declaration() {
    let body = "\u{FEFF}<?xml version=\"1.0\" encoding=\"windows-1252\"?><rss><channel><item><title>Fähre – spät</title></item></channel></rss>";
    assert_eq!(only(body).title, "Fähre – spät");
}

#[test]
fn junk_before_the_feed_is_skipped() {
    for junk in [
        " ".repeat(9_000),
        format!("<!-- {} -->", "x".repeat(9_000)),
        "<br />\n<b>Warning</b>: cannot connect in <b>/srv/feed.php</b> on line <b>7</b><br />\n"
            .to_owned(),
        "plain words\n".to_owned(),
    ] {
        let draft = only(&format!(
            "{junk}<?xml version=\"1.0\"?><rss><channel><item><title>Ferry</title></item></channel></rss>"
        ));
        assert_eq!(draft.title, "Ferry");
    }
}

#[test]
fn one_broken_item_costs_itself_only() {
    for bad in [
        "<item><title>Quay & Sons</title></item>",
        "<item><title>One<br>two</title></item>",
        "<item><title>a&#xD800;b</title></item>",
        "<item><title>late</item>",
        "<item><title>late</title>",
        "<item><description><![CDATA[never closed</description></item>",
        "<item><description><!-- never closed</description></item>",
        "<item><content type=\"nonsense/\">x</content></item>",
        "<item><title foo=\"never closed>late</title></item>",
        "<item><image><title>late</title></item>",
        "<item><source url=\"https://wire.example/\">Wire</item>",
        "<item><pubDate>never</pubDate><title>late</title></item>",
        "<item><title>1 < 2 and 3 > 2 <3</title></item>",
        "</item></channel></rss>",
        "<item <title>late</title></item>",
    ] {
        survives(bad);
    }
}

#[test]
fn entities_are_expanded_within_bounds_and_nothing_is_fetched() {
    let draft = only(
        "<!DOCTYPE rss [<!ENTITY ship \"ferry\"><!ENTITY file SYSTEM \"file:///etc/passwd\">\
         <!ENTITY bomb \"&ship;&ship;\">]><rss><channel><item><title>&ship; &file; &bomb;</title></item></channel></rss>",
    );
    assert_eq!(draft.title, "ferry &file; &bomb;");
}

#[test]
fn many_attributes_and_long_bases_are_refused_by_name() {
    for (body, detail) in [
        (
            format!("<rss {}><channel/></rss>", "a=\"1\" ".repeat(300)),
            "attributes over 256 in one tag",
        ),
        (format!("<rss a=\"{}\"><channel/></rss>", "x".repeat(300 << 10)), "tag over 262144 bytes"),
        (
            format!("<rss xml:base=\"https://desk.example/{}\"/>", "x".repeat(17 << 10)),
            "xml:base over 16384 bytes",
        ),
        (format!("<rss>{}</rss>", "<a xmlns:b=\"c\"/>".repeat(300)), "namespaces over 256"),
        (format!("<!DOCTYPE a [{}]><rss/>", " ".repeat(70 << 10)), "doctype over 65536 bytes"),
    ] {
        let parsed = parsed(&body);
        assert_eq!(parsed.rejected[0].reason, "guard");
        let (limit, place) = parsed.rejected[0].detail.split_once(" at ").unwrap();
        assert_eq!(limit, detail);
        assert!(place.starts_with("line 1, column "), "{place}");
    }
}

#[test]
fn unclosed_breaks_are_not_depth() {
    let draft = item(&format!(
        "<title>Ferry</title><description>{}</description>",
        "line<br>".repeat(2_000)
    ));
    assert_eq!(draft.title, "Ferry");
}

#[test]
fn doubly_encoded_text_is_read_right() {
    assert_eq!(item("<title>cafÃ© dÃ©jÃ\u{a0} vu</title>").title, "café déjà vu");
    assert_eq!(item("<title>Ã la carte</title>").title, "Ã la carte");
}

#[test]
fn one_bad_token_in_a_json_feed_costs_no_other_item() {
    let item = |n: usize| format!(r#"{{"id":"{n}","title":"The ferry sails {n}"}}"#);
    let causes = [
        (r#"{"id":"bad","title":"cut \ud83d"}"#, 20),
        (r#"{"id":"bad","title":"it\'s"}"#, 20),
        ("{\"id\":\"bad\",\"title\":\"two\nlines\"}", 20),
        (r#"{"id":"bad","title":"x",}"#, 20),
        (r#"{"id":1e400,"title":"x"}"#, 20),
        (r#"{"id":"bad","title":"x","n":NaN}"#, 20),
        (r#"{"id":"bad","title":undefined}"#, 20),
        (r#"{"id":007,"title":"x"}"#, 20),
        (r#"{"id":"bad" "title":"x"}"#, 20),
        (r#"{id:"bad","title":"x"}"#, 20),
        ("", 19),
    ];
    for (bad, expected) in causes {
        for at in [0, 3, 19] {
            let items: Vec<String> =
                (0..20).map(|n| if n == at { bad.to_owned() } else { item(n) }).collect();
            let body = format!(
                r#"{{"version":"https://jsonfeed.org/version/1.1","title":"F","items":[{}]}}"#,
                items.join(",")
            );
            let parsed = parsed(&body);
            assert_eq!(parsed.drafts.len(), expected, "{bad} at {at}");
            assert!(parsed.report.defects.contains(&"json_repaired".to_owned()), "{bad} at {at}");
        }
    }
    // JSON's grammar has such numbers, and nobody reads this one: nothing has to be mended.
    let unread = parsed(
        r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"x","n":1e400}]}"#,
    );
    assert_eq!((unread.drafts.len(), unread.report.defects.len()), (1, 0));
    let title = parsed(&format!(
        r#"{{"version":"https://jsonfeed.org/version/1.1","title":"\ud800","items":[{}]}}"#,
        item(1)
    ));
    assert_eq!(title.drafts.len(), 1);
    let object =
        parsed(r#"{"version":"https://jsonfeed.org/version/1.1","items":{"0":{"id":"1"}}}"#);
    assert_eq!((object.drafts.len(), object.rejected.len()), (0, 1), "no list is no healthy feed");
}

/// What each sign of a feed becomes when it is lost, doubled, or has another one before it.
fn mutants(body: &str) -> impl Iterator<Item = String> {
    let signs = body.char_indices().filter(|(_, c)| !c.is_alphanumeric());
    signs.flat_map(move |(at, c)| {
        let (before, after) = body.split_at_checked(at).unwrap();
        let lost = format!("{before}{}", after.get(c.len_utf8()..).unwrap());
        let is_structure = "[]{}\":,\\".contains(c);
        let more = if is_structure { "[]{}\",:" } else { "" };
        let put = more.chars().filter(move |sign| *sign != c).chain([c]);
        [lost].into_iter().chain(put.map(move |sign| format!("{before}{sign}{after}")))
    })
}

/// One sign too few or too many, anywhere: the feed is never healthy without its items, and loses hardly any.
#[test]
fn one_character_of_a_json_feed_never_costs_items_in_silence() {
    let head = r#"{"version":"https://jsonfeed.org/version/1.1","title":"F","authors":[{"name":"Ed"}],"items":["#;
    let person = r#""authors":[{"name":"Ed","url":"https://e.example/ed"},{"name":"Di"}]"#;
    let files = r#""attachments":[{"url":"https://e.example/1.mp3","title":"Listen"},{"url":"https://e.example/2.mp3","title":"Again"}]"#;
    let tags = r#""tags":["x","y"]"#;
    let page = r#""content_html":"<p class=\"x\">Of [it], {all}.</p>""#;
    let three = |item: fn([&str; 5]) -> String| {
        ["First", "Second", "Third"].map(|title| item([title, person, files, tags, page]))
    };
    for (kind, more_max, items) in [
        (
            "id first",
            0,
            [
                format!(r#"{{"id":"a1","url":"https://e.example/1","title":"First",{tags}}}"#),
                r#"{"id":"a2","url":"https://e.example/2","title":"Second, with \"quotes\""}"#
                    .to_owned(),
                r#"{"id":"a3","url":"https://e.example/3","title":"Third"}"#.to_owned(),
            ],
        ),
        (
            "title first",
            0,
            three(|[title, person, files, tags, page]| {
                format!(
                    r#"{{"title":"{title}","id":"{title}","url":"https://e.example/{title}",{person},{page},{tags},{files}}}"#
                )
            }),
        ),
        (
            "url first",
            0,
            three(|[title, person, files, tags, page]| {
                format!(
                    r#"{{"url":"https://e.example/{title}",{tags},"title":"{title}",{person},{files},{page}}}"#
                )
            }),
        ),
        (
            "without ids",
            0,
            three(|[title, person, files, tags, _]| {
                format!(
                    r#"{{"title":"{title}","url":"https://e.example/{title}",{files},{person},{tags}}}"#
                )
            }),
        ),
    ] {
        let body = format!("{head}{}]}}", items.join(",\n"));
        let (mut silent, mut lost, mut more) = (Vec::new(), Vec::new(), Vec::new());
        for mutant in mutants(&body) {
            let parsed = parsed(&mutant);
            let (drafts, rejected) = (parsed.drafts.len(), parsed.rejected.len());
            let is_told = parsed.report.defects.iter().any(|word| word == "document_cut");
            let titles: Vec<&str> =
                parsed.drafts.iter().map(|draft| draft.title.as_str()).collect();
            let shown = (titles.join(" "), mutant);
            if drafts > 3 {
                more.push(shown);
            } else if drafts + rejected < 3 && !is_told && rejected == 0 {
                silent.push(shown);
            } else if drafts < 3 {
                lost.push(shown);
            }
        }
        assert!(silent.is_empty(), "{kind}: {silent:#?}");
        // Without its first brace it is no object.
        assert!(lost.len() <= 2, "{kind}: {lost:#?}");
        assert!(more.len() <= more_max, "{kind}, {}: {more:#?}", more.len());
    }
}

/// The same where members of the feed stand behind its items, and where items begin with lists.
#[test]
fn one_character_makes_no_item_of_what_is_none() {
    let item = |name: &str| {
        format!(
            r#"{{"attachments":[{{"url":"https://e.example/{name}.mp3","mime_type":"audio/mpeg"}}],"id":"{name}","title":"{name}","authors":[{{"name":"Ed","url":"https://e.example/ed"}}],"url":"https://e.example/{name}"}}"#
        )
    };
    let items = ["First", "Second", "Third"].map(item).join(",");
    let version = r#""version":"https://jsonfeed.org/version/1.1""#;
    for body in [
        format!(r#"{{"items":[{items}],"title":"F",{version},"authors":[{{"name":"Ed"}}]}}"#),
        format!(
            r#"{{{version},"items":[{items}],"hubs":[{{"type":"WebSub","url":"https://e.example/"}}]}}"#
        ),
    ] {
        for mutant in mutants(&body) {
            let parsed = parsed(&mutant);
            let count = parsed.drafts.len() + parsed.rejected.len();
            assert!(parsed.drafts.len() <= 3, "{mutant}: {:#?}", parsed.drafts);
            let is_told = parsed.report.defects.iter().any(|word| word == "document_cut");
            assert!(count >= 3 || is_told || !parsed.rejected.is_empty(), "{mutant}");
        }
    }
}

/// The list of files is broken, and all is read.
#[test]
fn a_broken_list_of_files_is_no_cut() {
    let feed = |files: &str| {
        format!(
            r#"{{"version":"https://jsonfeed.org/version/1.1","items":[{{"url":"https://e.example/1","title":"First","attachments":[{{"url":"https://e.example/1.mp3","mime_type":"audio/mpeg"}},{files}]}},{{"url":"https://e.example/2","title":"Second"}}]}}"#
        )
    };
    for files in [
        r#"{["url":"https://e.example/2.mp3","mime_type":"audio/mpeg"}"#,
        r#"{{"url":"https://e.example/2.mp3","mime_type":"audio/mpeg"}"#,
        r#"{"url"]:"https://e.example/2.mp3","mime_type":"audio/mpeg"}"#,
        r#"{]"url":"https://e.example/2.mp3","mime_type":"audio/mpeg"}"#,
    ] {
        let parsed = parsed(&feed(files));
        let titles: Vec<&str> = parsed.drafts.iter().map(|draft| draft.title.as_str()).collect();
        assert_eq!(titles, ["First", "Second"], "{files}");
        assert!(!parsed.report.defects.contains(&"document_cut".to_owned()), "{files}");
    }
    let last = r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"First"},{"id":"2","title":"Second","tags":["a","b]}]}"#;
    let parsed = parsed(last);
    assert_eq!(parsed.drafts.len(), 2);
    assert!(!parsed.report.defects.contains(&"document_cut".to_owned()));
}

/// The same where a program writes the same wrong sign into every item.
#[test]
fn one_character_of_every_json_item_never_costs_items_in_silence() {
    let rest = r#""authors":[{"name":"Ed"}],"content_html":"<p>Of [it]</p>","tags":["x","y"],"attachments":[{"url":"https://e.example/1.mp3","title":"Listen"}]"#;
    for begin in [
        r#""id":"%","url":"https://e.example/%","title":"Title %""#,
        r#""title":"Title %","id":"%","url":"https://e.example/%""#,
        r#""url":"https://e.example/%","id":"%","title":"Title %""#,
    ] {
        let (mut silent, mut lost, mut more) = (Vec::new(), Vec::new(), Vec::new());
        for mutant in mutants(&format!("{{{begin},{rest}}}")) {
            let items = ["1", "2", "3", "4"].map(|n| mutant.replace('%', n)).join(",\n");
            let parsed = parsed(&format!(
                r#"{{"version":"https://jsonfeed.org/version/1.1","title":"F","items":[{items}]}}"#
            ));
            let is_told = parsed.report.defects.iter().any(|word| word == "document_cut");
            let drafts = parsed.drafts.len();
            if drafts < 4 && !is_told && parsed.rejected.is_empty() {
                silent.push(mutant);
            } else if drafts < 4 {
                lost.push(mutant);
            } else if drafts > 4 {
                more.push(mutant);
            }
        }
        assert!(silent.is_empty() && more.is_empty(), "{silent:#?} {more:#?}");
        // A list that closes within the first two members looks like one of people.
        assert!(lost.len() <= 9, "{}: {lost:#?}", lost.len());
    }
}

#[test]
fn a_bracket_that_is_missing_or_doubled_costs_no_item() {
    let three = |text: &str| {
        let drafts = parsed(text).drafts;
        let ids: Vec<&str> = drafts.iter().map(|draft| draft.guid.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3"], "{text}");
        drafts
    };
    for text in [
        r#"{"items":[{"id":"1","title":"A",{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{"id":"1"},{"id":"2","tags":["x"],{"id":"3"}]}"#,
        r#"{"items":[{"id":"1","tags":["x"]]},{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{"id":"1","tags":["x"}},{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{"id":"1"}},{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[[{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
        r#"{{"items":[{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
        r#"{"authors":[{"name":"Ed}],"items":[{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{"id":"1","tags":["x],"title":"A"},{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{"id":"1"},["id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{"id":"1","_x":{"q":[]]},"url":"u"},{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{"id":"1","author":{"name":"Di"}},"url":"u","title":"A"},{"id":"2"},{"id":"3"}]}"#,
        r#"{"items":[{"id":"1","url":"u"},"id":"2","url":"v"},{"id":"3"}]}"#,
    ] {
        three(text);
    }
    let one = three(
        r#"{"items":[{"id":"1","author":{}},"url":"https://e.example/u","title":"A"},{"id":"2"},{"id":"3"}]}"#,
    );
    assert_eq!((one[0].link.as_str(), one[0].title.as_str()), ("https://e.example/u", "A"));
    let title = |text: &str| three(text)[0].title.clone();
    for (text, expected) in [
        (r#"{"items":[{"id":"1","title":"A \"b\" c},{"id":"2"},{"id":"3"}]}"#, "A \"b\" c"),
        (r#"{"items":[{"id":"1","title":"Caf\u00e9,"url":"u"},{"id":"2"},{"id":"3"}]}"#, "Café"),
        (
            r#"{"items":[{"id":"1","title":"http:\/\/e\/1,"url":"u"},{"id":"2"},{"id":"3"}]}"#,
            "http://e/1",
        ),
        (
            r#"{"items":[{"id":"1","title":"Set {a}, b [c],"url":"u"},{"id":"2"},{"id":"3"}]}"#,
            "Set {a}, b [c]",
        ),
        (r#"{"items":[{"id":"1","title":"Set {a},"url":"u"},{"id":"2"},{"id":"3"}]}"#, "Set {a}"),
    ] {
        assert_eq!(title(text), expected, "{text}");
    }
}

#[test]
fn people_and_attachments_with_ids_are_no_items_where_brackets_fail() {
    let person = r#"{"id":"p1","name":"Ed"}"#;
    let file = r#"{"id":"f1","url":"https://e.example/1.mp3","mime_type":"audio/mpeg"}"#;
    for people in [
        format!(r#""authors":[{person},{{"id":"p2","name":"Di"],"#),
        format!(r#""authors":[{person},"id":"p2","name":"Di"}}]],"#),
        format!(r#""attachments":[{file},{{"id":"f2","url":"https://e.example/2.mp3"]],"#),
        format!(r#""_desk":{{"id":"x","rooms":[[{person}}}],"#),
    ] {
        let body = format!(
            r#"{{"version":"https://jsonfeed.org/version/1.1","items":[{{"id":"a1",{people}"title":"First"}},{{"id":"a2","title":"Second"}},{{"id":"a3",{people}"title":"Third"}},{{"id":"a4","title":"Fourth"}}]}}"#
        );
        let parsed = parsed(&body);
        let titles: Vec<&str> = parsed.drafts.iter().map(|draft| draft.title.as_str()).collect();
        let named: Vec<&str> = titles.iter().copied().filter(|title| !title.is_empty()).collect();
        assert!(named.contains(&"Second") && named.contains(&"Fourth"), "{body}: {titles:?}");
        let guids: Vec<&str> = parsed.drafts.iter().map(|draft| draft.guid.as_str()).collect();
        assert!(guids.iter().all(|guid| guid.starts_with('a')), "{body}: {guids:?}");
    }
}
