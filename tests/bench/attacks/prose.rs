//! Attacks on what reads text: HTML, blocks, credits, language; on charsets; on the JSON reader.

use super::{
    Attack, ITEM_BYTES, attacks, fill, host, html, items, joined, json, plain, rss, section, wide,
    word,
};

/// Aimed at `enrich`: HTML to blocks, credit lines, datelines, labels, language.
pub(super) const PROSE: &[Attack] = attacks! {
    html_tags_short "" |cap| html("<a>", cap);
    html_tags_of_two_letters "" |cap| html("<zz>", cap);
    html_tags_open "" |cap| html("<zz", cap);
    html_tags_open_then_end "" |cap| section("<a <a <a <a <a", 40_000, cap);
    html_tags_with_quotes "" |cap| html("<a \"", cap);
    html_blocks "" |cap| html("<p>a", cap);
    html_blocks_empty "" |cap| html("<p>", cap);
    html_breaks "" |cap| html("a<br>", cap);
    html_ends "" |cap| html("</", cap);
    html_slashes "" |cap| html("<////", cap);
    html_scripts "" |cap| html("<script>", cap);
    html_buttons_unclosed "" |cap| html("<button></b", cap);
    html_buttons_closed "" |cap| html("<svg></svg>", cap);
    html_comments "" |cap| html("<!--", cap);
    html_comments_short "" |cap| html("<!-->", cap);
    html_sections "" |cap| plain("&lt;![CDATA[", cap);
    html_references "" |cap| html("&#x1;", cap);
    html_references_windows "" |cap| html("&#128;", cap);
    html_references_named "" |cap| html("&lt;", cap);
    html_references_long "" |cap| html("&CounterClockwiseContourIntegral;", cap);
    html_spaces "" |cap| html("a ", cap);
    html_lines "" |cap| html("a\n", cap);
    html_lines_blank "" |cap| html("a\n\n", cap);
    html_sentences "" |cap| html("A. ", cap);
    html_marks_of_end "" |cap| html(".\"", cap);
    html_invisible "" |cap| html("\u{200B}", cap);
    html_of_two_texts "" |cap| {
        let text = "<p>a</p>".repeat(4_000.min(cap / 64));
        items(cap, |n| format!("<guid>{n}</guid><description><![CDATA[{text}]]></description><content:encoded><![CDATA[{text}]]></content:encoded>"))
    };
    lines_of_one_letter "" |cap| html(&line(&"T ".repeat(149)), cap);
    lines_of_agencies "" |cap| html(&line(&"PTI ANI AFP ".repeat(24)), cap);
    lines_of_near_names "" |cap| html(&line(&"Associated Pres The Hin Hindustan Time ".repeat(7)), cap);
    lines_of_captions "" |cap| html(&line(&format!("photo {}", ": / | ".repeat(48))), cap);
    lines_of_links "" |cap| html(&line(&format!("also read {}", "- ".repeat(140))), cap);
    lines_of_names "" |cap| html(&line(&format!("edited by {}", "Ada de la Vale and ".repeat(15))), cap);
    lines_of_posts "" |cap| html(&line(&format!("the post {}", "first appeared on ".repeat(16))), cap);
    lines_of_dates "" |cap| html(&line(&format!("updated: {}", "1234 12:34 ".repeat(26))), cap);
    lines_of_brackets "" |cap| html(&line(&"([（【".repeat(74)), cap);
    lines_of_unicode "" |cap| html(&line(&"ЖæΩ中हा٣".repeat(40)), cap);
    lines_of_via "" |cap| html(&line(&"via app getty ".repeat(21)), cap);
    lines_short "" |cap| html("<p>Photo: a</p>", cap);
    lines_mixed "" |cap| html(&(0..40).map(|n| line(&word(n * 7_919, 290))).collect::<String>(), cap);
    heads_of_datelines "" |cap| section_items(cap, &"NEW YORK, ".repeat(15), 2);
    heads_of_lists "" |cap| section_items(cap, &format!("By {}", "Ada Vale and ".repeat(22)), 12);
    heads_of_agencies "" |cap| section_items(cap, &"PTI, ANI, AFP, ".repeat(19), 12);
    heads_of_capitals "" |cap| section_items(cap, &"A.B-C’D ".repeat(36), 12);
    tails_of_credits "" |cap| section_items(cap, &format!("with inputs from {}", "PTI and ".repeat(34)), 12);
    tails_inside "" |cap| section_items(cap, &format!("{} . (with {} ", "x".repeat(310), "inputs from PTI ".repeat(12)), 2);
    small_articles "" |cap| items(cap, |n| format!("<guid>{n}</guid><description>PTI ANI {}</description>", word(n, 60)));
    told_nobody "" |cap| plain("told ", cap);
    told_the "" |cap| plain("told the ", cap);
    title_labels "" |cap| items(cap, |n| format!("<title>{n} {}</title>", "UPDATE 2- (Updated) ".repeat(14)));
    titles_in_texts "" |cap| {
        let (title, text) = ("ab".repeat(1_000), "ab".repeat(ITEM_BYTES.min(cap / 4) / 2));
        items(cap, |n| format!("<guid>{n}</guid><title>{title}</title><description>date 2025-08-16 {text}</description>"))
    };
    languages_mixed "" |cap| items(cap, |n| format!("<guid>{n}</guid><title>{}</title><language>xx</language>", word(n * 104_729, 400)));
    summaries_of_initials "" |cap| plain("A.B ", cap);
    authors_of_list "" |cap| rss("author", "Ada Vale and ", 250, cap);
    sources_named "" |cap| items(cap, |n| format!("<guid>{n}</guid><source>{} - {} ( | </source>", host(n, 20), host(n, 20)));
};

fn line(text: &str) -> String {
    format!("<p>{text}</p>")
}

/// Items of a few lines each, small enough that there are two thousand.
fn section_items(cap: usize, text: &str, lines: usize) -> Vec<u8> {
    let all = line(text).repeat(lines);
    items(cap, |n| format!("<guid>{n}</guid><description><![CDATA[{all}]]></description>"))
}

/// Aimed at `decode`.
pub(super) const CHARSETS: &[Attack] = attacks! {
    charset_utf_16 "" |cap| wide(&plain("a&", cap / 2), |byte| vec![byte, 0]);
    charset_utf_16_broken "" |cap| [wide(&plain("a", 100), |byte| vec![byte, 0]), vec![0xD8; cap - 2_000]].concat();
    charset_utf_32 "" |cap| wide(&plain("a", cap / 4), |byte| vec![0, 0, 0, byte]);
    charset_windows "" |cap| bytes(cap, 0x80);
    charset_windows_declared "text/xml; charset=windows-1252" |cap| bytes(cap, 0x80);
    charset_koi8_declared "text/xml; charset=koi8-r" |cap| bytes(cap, 0xC1);
    charset_shift_jis "text/xml; charset=shift_jis" |cap| bytes(cap, 0x83);
    charset_gb18030 "text/xml; charset=gb18030" |cap| bytes(cap, 0xB0);
    charset_big5 "text/xml; charset=big5" |cap| bytes(cap, 0xA4);
    charset_iso_2022_jp "text/xml; charset=iso-2022-jp" |cap| plain("\u{1b}$B%\"\u{1b}(B", cap);
    charset_declared_wrongly "text/xml; charset=euc-kr" |cap| bytes(cap, 0xFF);
    charset_utf_8_with_holes "" |cap| {
        let mut body = plain("é", cap);
        for hole in body.iter_mut().filter(|byte| **byte == 0xA9).step_by(7) {
            *hole = 0xFF;
        }
        body
    };
    charset_spaces "" |cap| vec![b' '; cap];
    charset_zeros "" |cap| vec![0; cap];
};

/// One item whose text is one byte of a charset, over and over.
fn bytes(cap: usize, byte: u8) -> Vec<u8> {
    let mut body = plain("~", cap);
    for held in body.iter_mut().filter(|held| **held == b'~') {
        *held = byte;
    }
    body
}

/// Aimed at the JSON reader.
pub(super) const JSON: &[Attack] = attacks! {
    json_deep "" |cap| fill("{\"items\":", "", cap, |_| "[".to_owned());
    json_deep_objects "" |cap| fill("{\"items\":", "", cap, |_| "{\"a\":".to_owned());
    json_deep_at_limit "" |cap| json(cap, |_| format!("\"a\":{}{}", "[".repeat(100), "]".repeat(100)));
    json_lists_open "" |cap| fill("{\"items\":[{\"id\":2}", "", cap, |_| ",{\"id\":1,\"x\":[1".to_owned());
    json_items_with_ids "" |cap| fill("{\"items\":[{}", "]}", cap, |_| ",{\"id\":1}".to_owned());
    json_items_empty "" |cap| fill("{\"items\":[{}", "]}", cap, |_| ",{}".to_owned());
    json_items_100k "" |cap| json(cap, |n| format!("\"id\":{n},\"title\":\"a\",\"date_published\":\"2025-08-16T05:58:00Z\",\"url\":\"https://a.example/{n}\""));
    json_items_of_words_for_dates "" |cap| json(cap, |n| format!("\"id\":{n},\"date_published\":\"{}\"", "abc ".repeat(24)));
    json_items_repeated "" |cap| fill("{\"version\":\"https://jsonfeed.org/version/1\"", "}", cap, |_| ",\"items\":[{\"id\":1}]".to_owned());
    json_keys "" |cap| fill("{\"version\":\"https://jsonfeed.org/version/1\"", "}", cap, |n| format!(",\"a{n}\":1"));
    json_keys_in_items "" |cap| json(cap, |_| joined(4_000, |n| format!("\"a{n}\":1,")) + "\"id\":1");
    json_numbers "" |cap| fill("{\"items\":[{\"id\":1,\"tags\":[1", "]}]}", cap, |_| ",1e300".to_owned());
    json_strings_escaped "" |cap| json(cap, |n| format!("\"id\":{n},\"content_html\":\"{}\"", "\\u0001".repeat(9_000)));
    json_strings_of_quotes "" |cap| json(cap, |n| format!("\"id\":{n},\"content_text\":\"{}\"", "\\\"".repeat(30_000)));
    json_strings_of_signs "" |cap| json(cap, |n| format!("\"id\":{n},\"content_text\":\"{}\"", "&".repeat(60_000)));
    json_bad_end_of_items "" |cap| bad(cap, |n| format!("{{\"id\":{n},\"title\":\"a\",\"date_published\":\"{}\"}},", "abc ".repeat(24)));
    json_bad_end_of_texts "" |cap| bad(cap, |n| format!("{{\"id\":{n},\"content_html\":\"{}\"}},", "<a>".repeat(1_200)));
    json_bad_string_open "" |cap| bad(cap, |_| "{\"id\":NaN,\"a\n\n".to_owned());
    json_bad_string_of_breaks "" |cap| bad(cap, |n| format!("{}\n::1", if n == 0 { "\"" } else { "" }));
    json_bad_brackets "" |cap| bad(cap, |n| if n < 3 << 20 { "[" } else { "}" }.to_owned());
    json_bad_words "" |cap| bad(cap, |_| "a ".to_owned());
    json_bad_names "" |cap| bad(cap, |n| format!("{}a:", if n == 0 { "{" } else { "" }));
    json_bad_numbers "" |cap| bad(cap, |_| format!("{}e,", "1".repeat(4_000)));
    json_bad_escapes "" |cap| bad(cap, |n| format!("{}\\ud83d\\x", if n == 0 { "\"" } else { "" }));
    json_bad_lists_open "" |cap| fill("{\"items\":[", "", cap.min(8 << 20), |_| "{\"id\":1,\"x\":[1,".to_owned());
    json_bad_commas "" |cap| bad(cap, |_| ",".to_owned());
    json_title_huge "" |cap| json_one(cap, "title", "<b>");
    json_title_of_references "" |cap| json_one(cap, "title", "&amp;");
    json_id_huge "" |cap| json_one(cap, "id", "x");
    json_url_huge "" |cap| json_one(cap, "url", "/é");
    json_host_huge "" |cap| json(cap, |n| format!("\"id\":{n},\"url\":\"//{}\"", format!("{}.", host(n, 990)).repeat(3)));
    json_author_huge "" |cap| json_one(cap, "author", "@");
    json_authors "" |cap| json(cap, |n| format!("\"id\":{n},\"authors\":[{}\"x\"]", joined(47, |a| format!("\"{}\",", word(a + n, 3)))));
    json_attachments "" |cap| json(cap, |n| format!("\"id\":{n},\"attachments\":[{}{{}}]", "{\"url\":\"a\"},".repeat(47)));
    json_tags "" |cap| json(cap, |n| format!("\"id\":{n},\"tags\":[{}1]", "\"a\",".repeat(5_000)));
    json_summary_and_content "" |cap| json(cap, |n| format!("\"id\":{n},\"summary\":\"{0}\",\"content_text\":\"{0}\"", "<>&".repeat(1_500)));
};

fn json_one(cap: usize, key: &str, unit: &str) -> Vec<u8> {
    let tail = "\"}]}";
    fill(&format!("{{\"items\":[{{\"id\":\"1\",\"{key}\":\""), tail, cap, |_| unit.to_owned())
}

/// The longest text that is mended and read again, with a token at its end that is no JSON.
fn bad(cap: usize, item: impl Fn(usize) -> String) -> Vec<u8> {
    fill("{\"items\":[", "oops]}", cap.min(8 << 20), item)
}
