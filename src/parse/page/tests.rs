use proptest::prelude::*;
use url::Url;

use super::*;
use crate::news::Feed;

const URL: &str = "https://vale.example/world/ferry";

fn fetched(body: &[u8], content_type: &str) -> Fetched {
    let feed = Feed::new("test", Url::parse("https://vale.example/feed").unwrap());
    Fetched {
        headers: vec![("content-type".into(), content_type.into())],
        ..Fetched::at_hand(feed, Url::parse(URL).unwrap(), body.to_vec())
    }
}

fn read(html: &str) -> Page {
    page(&fetched(html.as_bytes(), "text/html"), &Config::default()).unwrap()
}

/// The blocks of the text, joined by ` | `.
fn text_of(page: &Page) -> String {
    let blocks = page.content.lines().map(crate::parse::html::plain);
    blocks.collect::<Vec<_>>().join(" | ")
}

const ONE: &str = "The night ferry to Lindholm sailed on Friday for the first time in eleven weeks, the harbour office said.";
const TWO: &str = "“We have four boats and three crews, and that is the whole trouble,” said Ada Vale, who runs the line.";
const THREE: &str =
    "Passengers had waited on the quay since dawn, some of them with bicycles, dogs and a piano.";

fn page_with(body: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>Ferry sails | Vale Post</title></head><body><div class=page>{body}</div></body></html>"
    )
}

fn article_with(before: &str, after: &str) -> String {
    page_with(&format!(
        "<nav><ul><li><a href=/w>World</a></li><li><a href=/s>Sport</a></li></ul></nav>\
         <article><h1>Ferry sails</h1>{before}<div class=\"article-body\"><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>{after}</div></article>\
         <aside class=related><h3>Related</h3><p><a href=/x>Bridge closed for repairs until the spring, council says</a></p></aside>\
         <footer><p>© 2025 Vale Post. All rights reserved.</p></footer>"
    ))
}

fn story() -> String {
    [ONE, TWO, THREE].join(" | ")
}

#[test]
fn the_text_is_the_articles_and_what_stands_beside_it_is_told_apart() {
    let page = read(&article_with("<p class=byline>By Ada Vale</p>", "<p>(ANI)</p>"));
    assert_eq!(text_of(&page), format!("{} | (ANI)", story()));
    assert_eq!(page.before, ["By Ada Vale"]);
    assert_eq!((page.title.as_str(), page.defects.len()), ("Ferry sails", 0));
}

#[test]
fn a_credit_in_a_box_of_its_own_stands_behind_the_text() {
    for credit in [
        "<div class=agency>(PTI)</div>",
        "<footer><p>(PTI)</p></footer>",
        "<div><span>(PTI)</span></div>",
    ] {
        let html = article_with("", "").replace("</article>", &format!("{credit}</article>"));
        let page = read(&html);
        let seen = format!("{} | {:?}", text_of(&page), page.after);
        assert!(seen.contains("(PTI)") && !seen.contains("Related"), "{credit}: {seen}");
    }
}

#[test]
fn claims_come_from_linked_data_then_the_head_and_links_are_absolute() {
    let head = r#"<link rel=canonical href="../night?id=1&amp;utm_source=x#top"><meta name=author content="Ada Vale">
        <meta property="article:published_time" content="2025-08-15T21:40:00+02:00"><meta property="og:site_name" content="Vale Post">
        <meta property="og:title" content="Ferry sails &amp; returns"><meta name=copyright content="© 2025 AFP">"#;
    let html = article_with("", "")
        .replace("<title>", &format!("{head}<title>"))
        .replace("<html>", "<html lang=de-AT>");
    let page = read(&html);
    assert_eq!(page.link, "https://vale.example/night?id=1");
    assert_eq!(
        (page.authors[0].as_str(), page.site.as_str(), page.lang.as_str()),
        ("Ada Vale", "Vale Post", "de-AT")
    );
    assert_eq!(page.rights, "© 2025 AFP");
    assert_eq!(page.published.unwrap().moment.to_string(), "2025-08-15T19:40:00Z");
    let linked = r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry sails","datePublished":"2025-08-15T19:41:00Z",
        "dateModified":"2025-08-15T20:00:00Z","author":{"name":"PTI"},"publisher":{"name":"The Vale Post"}}</script>"#;
    let page = read(&html.replace("<title>", &format!("{linked}<title>")));
    assert_eq!(
        (page.authors[0].as_str(), page.site.as_str(), page.title.as_str()),
        ("PTI", "The Vale Post", "Ferry sails")
    );
    assert_eq!(page.published_raw, "2025-08-15T19:41:00Z");
    assert_eq!(page.updated.unwrap().moment.to_string(), "2025-08-15T20:00:00Z");
}

#[test]
fn a_front_page_is_no_canonical_link_and_times_that_disagree_are_no_date() {
    let html =
        article_with("<time datetime=2025-08-15>x</time><time datetime=2025-08-14>y</time>", "");
    let page =
        read(&html.replace("<title>", "<link rel=canonical href=https://vale.example/><title>"));
    assert_eq!((page.link.as_str(), page.published), ("", None));
    let page = read(&article_with("<p><time datetime=2025-08-15>x</time></p>", ""));
    assert_eq!(page.published.unwrap().day.to_string(), "2025-08-15");
    let page = read(&article_with("<time datetime=soon>x</time>", ""));
    assert_eq!((page.published, page.defects), (None, vec!["date_unreadable".to_owned()]));
}

#[test]
fn a_time_that_is_not_the_articles_is_no_date() {
    let time = "<time datetime=\"2020-01-01T00:00:00Z\">1 January 2020</time>";
    let other = format!(
        "<article itemscope itemtype=\"https://schema.org/NewsArticle\"><h3>Owls</h3>\
        <meta itemprop=datePublished content=2020-01-01>{}</article>",
        time.replace("<time", "<time itemprop=datePublished")
    );
    for (before, after) in [
        (String::new(), format!("<p>The line was closed after the storm of {time}.</p>")),
        (String::new(), format!("<ul class=related><li><a href=/x>Owls</a> {time}</li></ul>")),
        (
            String::new(),
            format!(
                "<section id=comments><h3>Comments</h3><p>Foo wrote at {time}: nice</p></section>"
            ),
        ),
        (String::new(), format!("<footer>{time}</footer>")),
        (String::new(), other),
        (format!("<p>Last updated {time}</p>"), String::new()),
        (format!("<aside>{time}</aside>"), String::new()),
    ] {
        let page = read(&article_with(&before, &after));
        assert_eq!(page.published, None, "{before} {after}");
    }
    assert_eq!(
        read(&article_with("", "").replace("<nav>", &format!("<nav>{time}"))).published,
        None
    );
    for before in [
        format!("<p>By Ada Quill | {time}</p>"),
        "<meta itemprop=datePublished content=\"2020-01-01T00:00:00Z\">".to_owned(),
        format!("<div class=meta><span>Published</span> {time}</div>"),
    ] {
        assert!(read(&article_with(&before, "")).published.is_some(), "{before}");
    }
}

#[test]
fn a_body_without_paragraphs_gets_those_of_the_page_and_one_alone_is_kept_as_it_is() {
    let linked = |body: &str| {
        format!(
            "<script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"articleBody\":\"{body}\"}}</script><title>"
        )
    };
    let flat = linked(&format!("{ONE} {TWO} {THREE}"));
    let page = read(&article_with("", "<p>(ANI)</p>").replace("<title>", &flat));
    assert_eq!(text_of(&page), story());
    assert_eq!(page.after, ["(ANI)"]);
    let page = read(&page_with("<p class=x>Please log in.</p>").replace("<title>", &flat));
    assert_eq!(text_of(&page), [ONE, TWO, THREE].join(" "));
    // A teaser stands for nothing that the page has besides.
    let page = read(&article_with("", "").replace("<title>", &linked(ONE)));
    assert_eq!(text_of(&page), story());
}

#[test]
fn a_page_without_a_text_says_so() {
    for body in [
        "<form><p>Log in</p><input></form>",
        "<div class=cookie-consent><p>We and our partners store cookies on your device and ask for your consent to do so.</p></div>",
        "<ul><li><a href=/1>Bridge closed for repairs until the spring, council says</a></li><li><a href=/2>Old bakers sell their ovens to the museum</a></li></ul>",
    ] {
        let page = read(&page_with(body));
        assert_eq!(
            (page.content.as_str(), page.defects.join(",").as_str()),
            ("", "page_no_text"),
            "{body}"
        );
    }
}

#[test]
fn what_is_no_page_is_refused() {
    let refused = |body: &[u8]| page(&fetched(body, ""), &Config::default()).unwrap_err();
    assert_eq!(refused(b" \n "), PageError::Empty);
    for body in [
        &b"%PDF-1.7 <a>"[..],
        b"{\"a\": \"<p>\"}",
        b"just a text",
        b"\x89PNG\r\n\x1a\n<a",
        b"<?xml version='1.0'?><rss><channel></channel></rss>",
    ] {
        assert_eq!(refused(body), PageError::NotHtml, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn the_charset_is_the_headers_else_the_pages_own() {
    let html = article_with("", "").replace("Lindholm", "Kärnå");
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&html);
    let meta = "<head><meta http-equiv=content-type content='text/html; charset=iso-8859-1'>";
    let own = [b"<html>", meta.as_bytes(), &latin].concat();
    for (body, content_type) in
        [(&latin[..], "text/html; charset=windows-1252"), (&own, "text/html")]
    {
        let page = page(&fetched(body, content_type), &Config::default()).unwrap();
        assert!(page.content.contains("ferry to Kärnå"), "{content_type}: {}", page.content);
    }
    let cyrillic = page_with(&format!(
        "<article><p>{}</p></article>",
        "Ночной паром вышел в пятницу впервые за одиннадцать недель, сказали в порту. ".repeat(3)
    ));
    let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(&cyrillic);
    let body = [b"<meta charset=windows-1251>", &bytes[..]].concat();
    let page = page(&fetched(&body, "text/html"), &Config::default()).unwrap();
    assert!(page.content.contains("Ночной паром"), "{}", page.content);
}

#[test]
fn right_to_left_and_indic_pages_keep_their_text() {
    for (text, credit) in [
        (
            "أبحرت العبّارة الليلية إلى ليندهولم يوم الجمعة للمرة الأولى منذ أحد عشر أسبوعا، وفق مكتب الميناء.",
            "(أ ف ب)",
        ),
        (
            "کشتی شبانه پس از یازده هفته برای نخستین بار به راه افتاد، سازمان\u{200C}ها گفتند، و مسافران شادی می\u{200C}کردند.",
            "(ایرنا)",
        ),
        (
            "लिंडहोम की रात वाली नाव ग्यारह हफ्तों में पहली बार शुक्रवार को चली, बंदरगाह कार्यालय ने कहा।",
            "(भाषा)",
        ),
        (
            "המעבורת הלילית לנמל לינדהולם הפליגה ביום שישי לראשונה מזה אחד עשר שבועות, מסר משרד הנמל.",
            "(AP)",
        ),
    ] {
        let paragraphs = format!("<p>{text}</p><p>{text} 2</p><p>{text} 3</p><p>{credit}</p>");
        let page = read(&page_with(&format!("<article dir=rtl><div>{paragraphs}</div></article>")));
        assert!(
            page.content.contains(&format!("<p>{text}</p>")) && page.content.contains(credit),
            "{}",
            page.content
        );
    }
}

#[test]
fn a_paid_page_and_a_cut_one_say_so() {
    let paid = "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":false}</script><title>";
    let page = read(&article_with("", "").replace("<title>", paid));
    assert_eq!(page.defects, ["page_paywalled"]);
    let long = format!("<p>{ONE}</p>").repeat(5_000);
    let page = read(&article_with("", &long));
    assert_eq!(page.defects, ["page_cut"]);
    assert!(
        page.content.len() <= Config::default().text_bytes_max && page.content.ends_with("</p>\n")
    );
    let endless = read(&page_with(&format!("<p>{}", "word ".repeat(100_000))));
    assert!(!endless.content.is_empty() && endless.defects == ["page_cut"]);
}

#[test]
fn hostile_pages_end_and_stay_within_their_bounds() {
    for unit in [
        "<div>",
        "<table><tr><td>",
        "<b class=x>",
        "<a href=x>",
        "<ul><li>x",
        "<p",
        "<p a=\"",
        "</div>",
        "<!--",
        "&amp;",
        "<span hidden>",
        "<blockquote>x",
        "<script type=ld+json>{",
        "<svg>",
        "<x-y>z, ",
        "<br>x",
        "<h1>a</h1>",
        "<meta name=a content=b>",
        "<![CDATA[",
        "<q>",
        "<time datetime=2025>",
    ] {
        let html = format!("<html><body>{}", unit.repeat(20_000));
        let page = read(&html);
        assert!(page.content.len() <= Config::default().text_bytes_max, "{unit}");
    }
}

fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "<div>",
            "</div>",
            "<p>",
            "</p>",
            "<a href=x>",
            "</a>",
            "<article>",
            "<td class=ad>",
            "<li>",
            "<ul>",
            "</ul>",
            "<br>",
            "<span hidden>",
            "</span>",
            "<!--",
            "-->",
            "<script type=ld+json>",
            "</script>",
            "{\"@type\":\"NewsArticle\",\"articleBody\":\"",
            "\"}",
            "&amp;",
            "&#x",
            "<figure>",
            "<blockquote>",
            "<h1>",
            "</h1>",
            "<",
            ">",
            "\"",
            "<title>",
            "<x-y class=\"related\">",
            "<table>",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z ,.“”é中]{1,40}",
    ];
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_page_is_read_the_same_way_twice_and_never_panics(html in soup(), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let once = page(&fetched(html.as_bytes(), "text/html"), &Config::default());
        prop_assert!(!matches!(once, Err(PageError::Failed(_))), "{once:?}");
        prop_assert_eq!(&once, &page(&fetched(html.as_bytes(), "text/html"), &Config::default()));
        let any = page(&fetched(&bytes, "text/html"), &Config::default());
        prop_assert!(!matches!(any, Err(PageError::Failed(_))), "{any:?}");
    }
}

#[test]
fn a_line_that_only_says_when_is_no_text() {
    let html = format!(
        "<html><body><article><h1>Ferry</h1><time datetime=2025-04-03>3 April</time><p>{ONE}</p><p><time>10:00</time></p>\
         <p>On <time>Friday</time> it sailed again, with two hundred people and a piano on board.</p></article></body></html>"
    );
    let content = read(&html).content;
    assert!(content.starts_with("<p>The night ferry"), "{content}");
    assert!(!content.contains("10:00") && content.contains("On Friday it sailed"), "{content}");
}

#[test]
fn what_json_ld_says_of_another_article_is_not_the_pages() {
    let other = r#"{"@type":"NewsArticle","headline":"Owls hatched in tower","articleBody":"Two owls were hatched in the church tower of Aldmar, and the bells stay silent until they have flown, the sexton said."}"#;
    let html = format!(
        "<html><head><title>Ferry sails</title><script type=\"application/ld+json\">{other}</script></head>\
         <body><article><h1>Ferry sails</h1><p>{ONE}</p><p>{ONE} It was full.</p></article></body></html>"
    );
    let page = read(&html);
    assert_eq!(page.title, "Ferry sails");
    assert!(page.content.contains("night ferry") && !page.content.contains("owls"), "{page:?}");
}
