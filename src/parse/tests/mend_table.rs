//! Every row of what publishers send and what is made of it.
//!
//! | publishers send | test |
//! |---|---|
//! | RSS of no, odd or unknown version; upper case | `rss_of_any_version_or_none_is_rss`, `upper_case_names_are_names` |
//! | RDF, `https:` namespaces; CDF; news sitemaps | `rdf_is_read_under_any_spelling_of_its_namespace`, `cdf_is_read`, `news_sitemaps_are_read` |
//! | Atom 0.3; Atom in no or a wrong namespace | `atom_0_3_words_and_modes_are_understood`, `atom_of_any_namespace_is_atom` |
//! | odd `type`, base64 | `odd_types_cost_no_text`, `base64_is_decoded` |
//! | undeclared prefix | `an_undeclared_prefix_is_known_or_dropped` |
//! | HTML entity, unknown entity, bare `&` | `html_names_are_characters_and_ampersands_stay` |
//! | references 128-159, surrogates, out of range; control characters | `references_and_characters_that_cannot_be_are_what_was_meant` |
//! | unclosed or crossed tags, naked markup | `unclosed_crossed_and_naked_markup_costs_nothing_else` |
//! | unquoted or repeated attributes | `of_a_repeated_attribute_the_first_counts_and_quotes_may_be_missing` |
//! | cut tail, unclosed CDATA or comment | `a_cut_tail_keeps_what_came_before`, `what_is_never_closed_keeps_its_text_and_the_items_around_it` |
//! | authors | `authors_are_split_into_name_and_mail`, `an_author_is_found_whatever_the_element_is_called` |
//! | full text | `full_text_stands_in_one_place_whatever_it_is_called` |
//! | Dublin Core, `Content-Language` | `dublin_core_and_header_fill_what_the_core_leaves_out`, `dublin_core_dates_are_dates` |
//! | `rdf:about`; permalink guid; `xml:base` | `rdf_is_read_under_any_spelling_of_its_namespace`, `a_guid_is_a_link_unless_it_says_otherwise`, `relative_links_follow_base_header_and_url` |
//! | nested media, durations | `media_groups_and_durations_do_no_harm` |
//! | what is noted beside it | `the_feeds_wishes_are_noted`, `what_the_clean_document_cannot_say_is_noted_of_its_own_item` |

use crate::news::Rung;
use crate::parse::{Config, read};

use super::{all, among_good, assert_sum, entry, fetched, item, only, parsed, shown};

#[test]
fn rss_of_any_version_or_none_is_rss() {
    for root in [
        "<rss>",
        "<rss version=\"0.90\">",
        "<rss version=\"0.91\">",
        "<rss version=\"0.92\">",
        "<rss version=\"0.93\">",
        "<rss version=\"0.94\">",
        "<rss version='2.01'>",
        "<rss version=2.0>",
        "<rss version=\"1.0\">",
        "<rss version=\"2.0\">",
        "<rss version=\"2.1\">",
        "<rss version=\"nine\">",
        "<RSS VERSION=\"2.0\">",
        "<rss version=\"\">",
    ] {
        let close = if root.starts_with("<RSS") { "</RSS>" } else { "</rss>" };
        let draft =
            only(&format!("{root}<channel><item><title>Ferry</title></item></channel>{close}"));
        assert_eq!(draft.title, "Ferry", "{root}");
    }
}

#[test]
fn upper_case_names_are_names() {
    let draft = only(
        "<RSS><CHANNEL><ITEM><TITLE>Ferry</TITLE><PUBDATE>2025-08-16</PUBDATE></ITEM></CHANNEL></RSS>",
    );
    assert_eq!(draft.title, "Ferry");
    assert!(draft.published.is_some());
}

#[test]
fn rdf_is_read_under_any_spelling_of_its_namespace() {
    for uri in [
        "http://purl.org/rss/1.0/",
        "https://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
    ] {
        let draft = only(&format!(
            "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"{uri}\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel rdf:about=\"https://desk.example/\">\
             <title>Harbour</title><items><rdf:Seq><rdf:li resource=\"x\"/></rdf:Seq></items></channel>\
             <item rdf:about=\"https://desk.example/a\"><title>Ferry</title><dc:date>2025-08-16T05:58:00Z</dc:date>\
             <dc:subject>Sea</dc:subject><dc:creator>Ada Quill</dc:creator></item></rdf:RDF>"
        ));
        assert_eq!(
            (draft.title.as_str(), draft.key.as_str()),
            ("Ferry", "https://desk.example/a"),
            "{uri}"
        );
        assert_eq!(draft.link, "https://desk.example/a");
        assert_eq!(draft.tags, ["Sea"]);
        assert!(draft.published.is_some());
    }
}

#[test]
fn cdf_is_read() {
    let draft = only(
        "<CHANNEL HREF=\"https://desk.example/\"><ITEM HREF=\"https://desk.example/a\" \
         LASTMOD=\"2025-08-16T05:58:00+02:00\"><TITLE>Ferry</TITLE><ABSTRACT>It sails.</ABSTRACT></ITEM></CHANNEL>",
    );
    assert_eq!(draft.link, "https://desk.example/a");
    assert_eq!(draft.summary, "It sails.");
    assert_eq!(draft.updated.unwrap().moment.to_string(), "2025-08-16T03:58:00Z");
}

#[test]
fn news_sitemaps_are_read() {
    let draft = only(
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"><url><loc>https://desk.example/a</loc>\
         <news:news><news:publication><news:name>Harbour</news:name><news:language>en</news:language>\
         </news:publication><news:publication_date>2025-08-16T05:58:00Z</news:publication_date>\
         <news:title>Ferry sails</news:title><news:keywords>sea, ferry</news:keywords></news:news></url></urlset>",
    );
    assert_eq!(
        (draft.title.as_str(), draft.link.as_str()),
        ("Ferry sails", "https://desk.example/a")
    );
    assert_eq!(draft.tags, ["sea", "ferry"]);
    assert_eq!(draft.lang, "en");
    assert!(draft.published.is_some());
}

#[test]
fn atom_of_any_namespace_is_atom() {
    for uri in [
        "",
        "http://www.w3.org/2005/Atom",
        "https://www.w3.org/2005/Atom",
        "http://purl.org/atom/ns#",
        "http://www.w3.org/2005/ATOM/",
        "https://desk.example/atom",
    ] {
        let draft =
            only(&format!("<feed xmlns=\"{uri}\"><entry><title>Ferry</title></entry></feed>"));
        assert_eq!(draft.title, "Ferry", "{uri}");
    }
}

#[test]
fn atom_0_3_words_and_modes_are_understood() {
    let shown = shown(
        "<feed version=\"0.3\" xmlns=\"http://purl.org/atom/ns#\"><tagline>By the sea</tagline>\
         <copyright>Ours</copyright><modified>2025-08-16T05:58:00Z</modified>\
         <entry><title type=\"text/html\" mode=\"escaped\">The &lt;b&gt;ferry&lt;/b&gt;</title>\
         <issued>2025-08-16T05:00:00Z</issued><modified>2025-08-16T05:30:00Z</modified>\
         <summary type=\"text/html\" mode=\"base64\">VGhlIDxiPmZlcnJ5PC9iPg==</summary>\
         <content type=\"application/xhtml+xml\" mode=\"xml\"><div>It <i>sails</i> &amp; sails.</div></content>\
         </entry></feed>",
    );
    assert_eq!(shown["feed"]["description"], "By the sea");
    assert_eq!(shown["feed"]["rights"], "Ours");
    assert_eq!(shown["feed"]["updated"], "2025-08-16T05:58:00Z");
    let entry = &shown["entries"][0];
    assert_eq!(entry["title"], "The <b>ferry</b>");
    assert_eq!(entry["published"], "2025-08-16T05:00:00Z");
    assert_eq!(entry["updated"], "2025-08-16T05:30:00Z");
    assert_eq!(entry["summary"], "The <b>ferry</b>");
    assert_eq!(entry["content"], "<div>It <i>sails</i> &amp; sails.</div>");
}

#[test]
fn odd_types_cost_no_text() {
    for kind in ["text/foo", "text/plain", "", "TEXT", "nonsense"] {
        let draft =
            entry(&format!("<title>t</title><content type=\"{kind}\">The ferry sails</content>"));
        assert_eq!(draft.content, "The ferry sails", "{kind:?}");
    }
    let draft =
        entry("<title>t</title><summary type=\"application/octet-stream\">VGhlIGZlcnJ5</summary>");
    assert_eq!(draft.summary, "The ferry");
}

#[test]
fn base64_is_decoded() {
    let draft =
        entry("<title>t</title><content type=\"text/html\" mode=\"base64\">VGhlIGZlcnJ5</content>");
    assert_eq!(draft.content, "The ferry");
}

#[test]
fn an_undeclared_prefix_is_known_or_dropped() {
    let draft = item(
        "<title>Ferry</title><dc:creator>Ada Quill</dc:creator><own:description>It sails.</own:description>",
    );
    assert_eq!(draft.authors, ["Ada Quill"]);
    assert_eq!(draft.summary, "It sails.");
    assert!(draft.defects.iter().any(|word| word == "prefix_undeclared"));
}

#[test]
fn html_names_are_characters_and_ampersands_stay() {
    for (written, title) in [
        ("caf&eacute; &mdash; bar", "café — bar"),
        ("&rsquo;&CounterClockwiseContourIntegral;", "’∳"),
        ("Quay &amp; Sons", "Quay & Sons"),
        ("Quay & Sons", "Quay & Sons"),
        ("AT&T", "AT&T"),
        ("a&nosuchname;b", "a&nosuchname;b"),
        ("&amp;#8217;tis late", "’tis late"),
        ("<![CDATA[&#8217;tis late]]>", "’tis late"),
        ("5 &lt; 6", "5 < 6"),
    ] {
        assert_eq!(item(&format!("<title>{written}</title>")).title, title, "{written}");
    }
    let draft = item("<title>t</title><description><![CDATA[caf&eacute;]]></description>");
    assert_eq!(draft.summary, "caf&eacute;", "inside CDATA it is HTML");
}

#[test]
fn references_and_characters_that_cannot_be_are_what_was_meant() {
    for (written, title) in [
        ("It&#146;s &#x93;so&#148; &#128;5", "It’s “so” €5"),
        ("a&#xD800;b", "a\u{FFFD}b"),
        ("a&#xDFFF;b&#x110000;c", "a\u{FFFD}b\u{FFFD}c"),
        ("a&#99999999999;b", "a\u{FFFD}b"),
        ("a&#1;b", "ab"),
        ("a&#0;b", "a\u{FFFD}b"),
        ("a\u{1}b\u{8}c\u{B}d\u{1F}e", "abcde"),
        ("a\u{FFFE}b", "ab"),
    ] {
        assert_eq!(item(&format!("<title>{written}</title>")).title, title, "{written}");
    }
}

#[test]
fn unclosed_crossed_and_naked_markup_costs_nothing_else() {
    let draft = item("<title>The <b>ferry<title><link>https://desk.example/a</link>");
    assert_eq!(draft.link, "https://desk.example/a");
    let draft =
        item("<description>One<br>two <b><i>three</b></i></description><title>Ferry</title>");
    assert_eq!(draft.title, "Ferry");
    assert_eq!(draft.summary, "One<br>two <b><i>three</b></i>");
    let draft =
        item("<title>Ferry</title><link href=https://desk.example/a rel=alternate rel=self>");
    assert_eq!(draft.link, "https://desk.example/a");
    let draft = item("<title>If x<y</title><description>a<b and c > d</description>");
    assert_eq!(draft.title, "If x<y");
}

#[test]
fn of_a_repeated_attribute_the_first_counts_and_quotes_may_be_missing() {
    assert_eq!(entry("<link href=\"/a\" href=\"/b\"/>").link, "https://desk.example/a");
    assert_eq!(entry("<link href=https://desk.example/c />").link, "https://desk.example/c");
}

#[test]
fn a_cut_tail_keeps_what_came_before() {
    let whole = among_good("");
    let cut = |bytes: usize| parsed(whole.get(..whole.len() - bytes).unwrap());
    assert_eq!(cut(10).drafts.len(), 20);
    let half = "<item><title>Half</title><link>https://desk.example/half</link><description>It was going to";
    let mut body = whole.replace("</channel></rss>", "");
    body.push_str(half);
    let parsed = parsed(&body);
    let last = parsed.drafts.last().unwrap();
    assert_eq!((last.title.as_str(), last.summary.as_str()), ("Half", "It was going to"));
    for word in ["item_cut", "text_cut_by_feed"] {
        assert!(last.defects.iter().any(|defect| defect == word), "{word}");
    }
    assert_eq!(parsed.report.defects, ["document_cut"]);
}

#[test]
fn a_return_ends_a_line_like_any_other() {
    let draft = item(
        "<title>Court frees\reditor</title><description><![CDATA[one\rtwo\r\nthree]]></description>",
    );
    assert_eq!(
        (draft.title.as_str(), draft.summary.as_str()),
        ("Court frees editor", "one\ntwo\nthree")
    );
    assert_eq!(item("<title>one&#13;two&#13;&#10;three</title>").title, "one two three");
    let json = "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"1\",\"title\":\"one\\rtwo\\fthree\"}]}";
    assert_eq!(only(json).title, "one two three");
}

#[test]
fn an_empty_element_of_xhtml_hides_nothing() {
    let draft = entry(
        "<content type=\"xhtml\"><div><p>one</p><script src=\"x\"/><style/><p>two<br/>three</p></div></content>",
    );
    assert!(
        draft.content.contains("<script src=\"x\"></script><style></style><p>two<br />three</p>"),
        "{}",
        draft.content
    );
}

#[test]
fn a_page_with_boxes_named_item_is_no_feed() {
    let parsed =
        parsed("<!DOCTYPE html><html><body><item><title>Ferry</title></item></body></html>");
    assert!(parsed.drafts.is_empty() && parsed.rejected[0].reason != "empty");
}

#[test]
fn rdf_about_is_a_guid_under_any_prefix() {
    let body = "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">\
        <item r:about=\"x1\"><title>Ferry</title></item></r:RDF>";
    assert_eq!(parsed(body).drafts[0].guid, "x1");
}

#[test]
fn half_a_value_at_the_cut_is_none() {
    let body = among_good("").replace("</channel></rss>", "");
    for half in [
        "<item><title>Half</title><guid>item-2025-77",
        "<item><title>Half</title><link>https://desk.example/story/12",
        "<item><title>Half</title><link><![CDATA[https://desk.example/story/12",
        "<item><title>Half</title><description>Its link would come behind this",
    ] {
        let parsed = parsed(&format!("{body}{half}"));
        assert_eq!(parsed.drafts.len(), 20, "{half}");
        assert_eq!((parsed.rejected.len(), parsed.report.items), (1, 21));
        assert_eq!(parsed.rejected[0].reason, "cut", "{half}");
    }
    for (open, close) in
        [("pubDate>", ""), ("pubDate><![CDATA[", ""), ("dc:date>", ""), ("updated>", "</upd")]
    {
        let half = format!(
            "<item><guid>half</guid><title>Half</title><{open}Sat, 16 Aug 2025 05:58:00 +05{close}"
        );
        let parsed = parsed(&format!("{body}{half}"));
        let last = parsed.drafts.last().unwrap();
        assert_eq!((last.key.as_str(), last.published_raw.as_str()), ("half", ""), "{half}");
        assert!(last.defects.iter().any(|word| word == "value_cut"), "{:?}", last.defects);
    }
    let parsed =
        parsed(&format!("{body}<item><guid>half</guid><title>Half</title><author>Ada Qui"));
    assert!(parsed.drafts.last().unwrap().authors.is_empty());
    // Alone it says by the half that it has a name.
    for half in ["<guid>item-2025-77", "<link>https://desk.example/story/12"] {
        let alone = super::parsed(&format!("<rss><channel><item><title>Half</title>{half}"));
        assert_eq!((alone.drafts.len(), alone.rejected[0].reason.as_str()), (0, "cut"), "{half}");
    }
    // So does half a title, which is nobody's name.
    for half in
        ["<title>Court in Varda frees editor accused of", "<title><![CDA", "<title>two years<"]
    {
        let alone = super::parsed(&format!("<rss><channel><item>{half}"));
        assert_eq!((alone.drafts.len(), alone.rejected.len()), (0, 1), "{half}");
    }
    // In a feed without guids and links a title is a name.
    let bare = super::parsed(
        "<rss><channel><item><title>One</title></item><item><title>Two</title><description>It was",
    );
    assert_eq!(bare.drafts.len(), 2);
}

#[test]
fn what_is_never_closed_keeps_its_text_and_the_items_around_it() {
    for (open, text) in [("<![CDATA[", "It was going to"), ("", "It was going to")] {
        let body = among_good("");
        let body = body.replace("</channel></rss>", "");
        let half = format!("<item><description>{open}{text}");
        let parsed = parsed(&format!("{body}{half}"));
        assert_eq!(parsed.drafts.len(), 20, "half an item without title or link is none: {open}");
        let rejection = &parsed.rejected[0];
        assert_eq!((rejection.reason.as_str(), rejection.sample.as_str()), ("cut", half.as_str()));
        let half = format!("<item><link>https://desk.example/half</link><description>{open}{text}");
        let parsed = super::parsed(&format!("{body}{half}"));
        assert_eq!((parsed.drafts.len(), parsed.drafts[20].summary.as_str()), (21, text));
        assert!(parsed.drafts[20].defects.iter().any(|word| word == "item_cut"));
    }
    let comment = parsed(&among_good("<item><title>Late</title><!-- never closed</item>"));
    let ferries = comment.drafts.iter().filter(|draft| draft.title.starts_with("Ferry ")).count();
    assert_eq!(ferries, 20);
}

#[test]
fn authors_are_split_into_name_and_mail() {
    for (written, name, mail) in [
        ("ada@desk.example (Ada Quill)", "Ada Quill", "ada@desk.example"),
        ("Ada Quill (ada@desk.example)", "Ada Quill", "ada@desk.example"),
        ("Ada Quill &lt;ada+x@desk.example&gt;", "Ada Quill", "ada+x@desk.example"),
        ("Ada Quill", "Ada Quill", ""),
        ("ada@desk.example", "ada@desk.example", "ada@desk.example"),
        ("（編集部ada@desk.example）", "（編集部）", "ada@desk.example"),
    ] {
        let shown = shown(&format!(
            "<rss><channel><item><author>{written}</author></item></channel></rss>"
        ));
        let entry = &shown["entries"][0];
        assert_eq!(entry["author"], name, "{written}");
        assert_eq!(entry["author_email"].as_str().unwrap_or(""), mail, "{written}");
    }
}

#[test]
fn an_author_is_found_whatever_the_element_is_called() {
    let named = (&"Ada Quill".into(), &"ada@desk.example".into());
    for name in ["author", "dc:author", "dc:creator", "managingEditor"] {
        let person = format!("<{name}>ada@desk.example (Ada Quill)</{name}>");
        let shown = shown(&format!(
            "<rss><channel>{person}<item><title>t</title>{person}</item></channel></rss>"
        ));
        for told in [&shown["feed"], &shown["entries"][0]] {
            assert_eq!((&told["author"], &told["author_email"]), named, "{name}");
        }
    }
    // Who keeps the site running has written nothing.
    let draft = only(
        "<rss><channel><webMaster>ada@desk.example (Ada Quill)</webMaster><item><title>t</title></item></channel></rss>",
    );
    assert!(draft.authors.is_empty());
}

#[test]
fn full_text_stands_in_one_place_whatever_it_is_called() {
    for full in [
        "<content:encoded>The &lt;b&gt;full&lt;/b&gt; text</content:encoded>",
        "<fullitem>The &lt;b&gt;full&lt;/b&gt; text</fullitem>",
        "<body>The <b>full</b> text</body>",
        "<xhtml:body xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">The <xhtml:b>full</xhtml:b> text</xhtml:body>",
    ] {
        let draft = item(&format!("<description>Short</description>{full}"));
        assert_eq!(
            (draft.summary.as_str(), draft.content.as_str()),
            ("Short", "The <b>full</b> text"),
            "{full}"
        );
    }
}

#[test]
fn dublin_core_and_header_fill_what_the_core_leaves_out() {
    let mut response = fetched(
        b"<rss><channel><item><dc:title>Ferry</dc:title><dc:rights>Ours</dc:rights>\
          <dcterms:issued>2025-08-16T05:58:00Z</dcterms:issued></item></channel></rss>",
    );
    response.headers.push(("content-language".to_owned(), "de".to_owned()));
    let parsed = read(&response, &Config::default());
    assert_sum(&parsed);
    let draft = &parsed.drafts[0];
    assert_eq!(
        (draft.title.as_str(), draft.rights.as_str(), draft.lang.as_str()),
        ("Ferry", "Ours", "de")
    );
    assert!(draft.published.is_some());
}

#[test]
fn dublin_core_dates_are_dates() {
    for name in ["dc:date", "dcterms:issued", "dcterms:created"] {
        let draft = item(&format!("<title>t</title><{name}>2025-08-16T05:58:00Z</{name}>"));
        let moment = draft.published.map(|date| date.moment.to_string());
        assert_eq!(moment.as_deref(), Some("2025-08-16T05:58:00Z"), "{name}");
    }
    let draft = item("<title>t</title><dcterms:modified>2025-08-16T05:58:00Z</dcterms:modified>");
    assert_eq!(draft.updated.unwrap().moment.to_string(), "2025-08-16T05:58:00Z");
}

#[test]
fn a_guid_is_a_link_unless_it_says_otherwise() {
    let draft = item("<guid>https://desk.example/a</guid>");
    assert_eq!((draft.link.as_str(), draft.rung), ("https://desk.example/a", Rung::Url));
    let draft = item(
        "<guid isPermaLink=\"false\">https://desk.example/a</guid><link>https://desk.example/b</link>",
    );
    assert_eq!(
        (draft.link.as_str(), draft.key.as_str()),
        ("https://desk.example/b", "https://desk.example/a")
    );
}

#[test]
fn relative_links_follow_base_header_and_url() {
    let link = |inner: &str| {
        only(&format!("<rss><channel xml:base=\"/news/\"><item>{inner}</item></channel></rss>"))
            .link
    };
    assert_eq!(link("<link>a</link>"), "https://desk.example/news/a");
    assert_eq!(
        link("<link xml:base=\"https://other.example/\">a</link>"),
        "https://other.example/a"
    );
    let mut response = fetched(b"<rss><channel><item><link>a</link></item></channel></rss>");
    response.headers.push(("content-location".to_owned(), "https://third.example/x/".to_owned()));
    assert_eq!(read(&response, &Config::default()).drafts[0].link, "https://third.example/x/a");
}

#[test]
fn media_groups_and_durations_do_no_harm() {
    let draft = item(
        "<title>Ferry</title><media:group><media:content url=\"https://desk.example/v.mp4\" duration=\"99999999999999999999999\">\
         <media:title>Clip</media:title></media:content></media:group>\
         <itunes:duration>99999999999999999999:00:18446744073709551615.9</itunes:duration>",
    );
    assert_eq!(draft.title, "Ferry");
    assert_eq!(item("<media:title>Clip</media:title>").title, "Clip");
}

#[test]
fn the_feeds_wishes_are_noted() {
    let wishes = parsed(
        "<rss><channel><ttl>60</ttl><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>\
         <skipHours><hour>1</hour><hour>2</hour></skipHours><skipDays><day>Sunday</day></skipDays>\
         <atom:link rel=\"hub\" href=\"https://hub.example/\"/><atom:link rel=\"self\" href=\"/all.xml\"/>\
         <title>Harbour</title></channel></rss>",
    )
    .meta
    .wishes;
    assert_eq!(
        (wishes.ttl.as_str(), wishes.period.as_str(), wishes.frequency.as_str()),
        ("60", "hourly", "2")
    );
    assert_eq!((wishes.skip_hours.len(), wishes.skip_days.len()), (2, 1));
    assert_eq!(
        (wishes.hub.as_str(), wishes.topic.as_str()),
        ("https://hub.example/", "https://desk.example/all.xml")
    );
}

#[test]
fn a_feed_that_skips_every_hour_says_nothing_and_that_is_told() {
    let told = |hours: std::ops::Range<u32>| {
        let hours = all(hours.end, |n| {
            if hours.contains(&n) { format!("<hour>{n}</hour>") } else { String::new() }
        });
        parsed(&format!("<rss><channel><skipHours>{hours}</skipHours><item><title>a</title></item></channel></rss>"))
            .report
            .defects
    };
    assert_eq!(told(0..24), ["schedule_skips_all"]);
    assert_eq!(told(1..25), ["schedule_skips_all"]);
    assert!(told(0..23).is_empty());
}

#[test]
fn what_the_clean_document_cannot_say_is_noted_of_its_own_item() {
    let parsed = parsed(
        "<rss><channel><item><title>One</title></item>\
         <item><title>Two</title><guid isPermaLink=\"false\"> 2/b </guid><pubDate> 16 Aug 2025 </pubDate>\
         <source url=\"https://wire.example/\">Wire</source></item>\
         <item><title>Three</title></item></channel></rss>",
    );
    let [one, two, three] = parsed.drafts.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(
        (two.guid.as_str(), two.published_raw.as_str(), two.link.as_str()),
        ("2/b", "16 Aug 2025", "")
    );
    let source = two.source.as_ref().unwrap();
    assert_eq!((source.title.as_str(), source.url.as_str()), ("Wire", "https://wire.example/"));
    assert!([one, three].iter().all(|draft| draft.guid.is_empty() && draft.source.is_none()));
}
