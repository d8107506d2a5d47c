//! Bodies made to cost more than they weigh, each aimed at one loop of `parse` or `enrich`.
//!
//! Every body is filled up to the same number of bytes, so the slowest is the one whose work a byte is worst.

mod prose;

/// Makes a body of at most so many bytes.
type Make = fn(usize) -> Vec<u8>;

/// A body with the name it is shown under, and the `Content-Type` it comes with.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) make: Make,
}

/// Namespaces that a body may use.
const RSS: &str = "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:media=\"http://search.yahoo.com/mrss/\"><channel><title>Harbour</title>";
const RSS_END: &str = "</channel></rss>";
const ATOM: &str = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Harbour</title>";
/// What one field holds, a little less than is kept of it.
const FIELD_BYTES: usize = 60 << 10;
/// What one of two thousand items of a full body weighs.
const ITEM_BYTES: usize = 10 << 10;

/// Head, then parts as long as there is room, then tail.
fn fill(head: &str, tail: &str, cap: usize, mut part: impl FnMut(usize) -> String) -> Vec<u8> {
    let mut body = String::with_capacity(cap);
    body.push_str(head);
    for count in 0.. {
        let next = part(count);
        if body.len() + next.len() + tail.len() > cap {
            break;
        }
        body.push_str(&next);
    }
    body.push_str(tail);
    body.into_bytes()
}

fn repeat(head: &str, unit: &str, tail: &str, cap: usize) -> Vec<u8> {
    fill(head, tail, cap, |_| unit.to_owned())
}

/// RSS items of so many bytes in one element.
fn rss(element: &str, unit: &str, bytes: usize, cap: usize) -> Vec<u8> {
    let text = unit.repeat(bytes.min(cap / 2) / unit.len());
    let name = element.split(' ').next().unwrap_or(element);
    fill(RSS, RSS_END, cap, |n| format!("<item><guid>{n}</guid><{element}>{text}</{name}></item>"))
}

/// Summaries of unmarked text.
fn plain(unit: &str, cap: usize) -> Vec<u8> {
    rss("description", unit, FIELD_BYTES, cap)
}

/// Full texts of HTML.
fn html(unit: &str, cap: usize) -> Vec<u8> {
    section(unit, FIELD_BYTES, cap)
}

fn section(unit: &str, bytes: usize, cap: usize) -> Vec<u8> {
    let text = unit.repeat(bytes.min(cap / 2) / unit.len());
    fill(RSS, RSS_END, cap, |n| {
        format!(
            "<item><guid>{n}</guid><content:encoded><![CDATA[{text}]]></content:encoded></item>"
        )
    })
}

/// RSS items made one by one.
fn items(cap: usize, item: impl Fn(usize) -> String) -> Vec<u8> {
    fill(RSS, RSS_END, cap, |n| format!("<item>{}</item>", item(n)))
}

/// JSON items made one by one.
fn json(cap: usize, item: impl Fn(usize) -> String) -> Vec<u8> {
    let head =
        "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Harbour\",\"items\":[{}";
    fill(head, "]}", cap, |n| format!(",{{{}}}", item(n)))
}

/// So many parts in a row.
fn joined(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().concat()
}

/// One text in other units: two bytes, four bytes.
fn wide(text: &[u8], unit: fn(u8) -> Vec<u8>) -> Vec<u8> {
    text.iter().flat_map(|byte| unit(*byte)).collect()
}

/// A name of one label, each letter another.
fn host(seed: usize, letters: u32) -> String {
    let start = 0x4E00 + u32::try_from(seed % 5_000).unwrap_or(0);
    (start..start + letters).filter_map(char::from_u32).collect()
}

/// Letters that count up, so that no two are equal.
fn word(mut n: usize, letters: usize) -> String {
    let mut out = String::new();
    for _ in 0..letters {
        out.push(char::from(b'a' + u8::try_from(n % 26).unwrap_or(0)));
        n /= 26;
    }
    out
}

/// Text that was taken for windows-1252 and encoded again, so many times.
fn mangled(times: usize) -> String {
    let mut text = "é".to_owned();
    for _ in 0..times {
        text = text.bytes().map(char::from).collect();
    }
    text
}

/// A table of attacks: name, content type, maker.
macro_rules! attacks {
    ($($name:ident $kind:literal $make:expr;)*) => {
        &[$(Attack { name: stringify!($name), content_type: $kind, make: $make },)*]
    };
}
use attacks;

/// All of them.
pub(crate) const ATTACKS: &[&[Attack]] =
    &[TAGS, TEXTS, FIELDS, prose::PROSE, prose::CHARSETS, prose::JSON];

/// Aimed at the lexer, the guard and the stack.
const TAGS: &[Attack] = attacks! {
    tag_one_huge "" |cap| repeat("<rss><channel><item a=\"", "x", "\"/>", cap);
    tag_name_huge "" |cap| repeat("<rss><channel><item><", "x", ">", cap);
    tag_attributes_100k "" |cap| fill("<rss ", "><channel>", cap, |n| format!("a{n}=\"b\" "));
    tag_attributes_at_limit "" |cap| repeat(RSS, &format!("<link {}/>", "a=b ".repeat(255)), RSS_END, cap);
    tag_attributes_long "" |cap| repeat(RSS, &format!("<category {}=\"\"/>", "a='b' x".repeat(120)), RSS_END, cap);
    tag_marks_in_quotes "" |cap| repeat("<rss><channel><item ", "b='<' ", ">", cap);
    tag_marks_in_quotes_no_end "" |cap| repeat("<rss><channel><item ", "b='<a' ", "", cap);
    tag_marks_in_quotes_short "" |cap| repeat(RSS, &format!("<a {}/>", "b='<' ".repeat(250)), RSS_END, cap);
    tag_quotes_never_close "" |cap| repeat("<rss><channel>", "<a b=\"", "", cap);
    tag_quotes_one_far "" |cap| repeat("<rss><channel>", "<a b='", "\"", cap);
    tag_ends_alone "" |cap| repeat("<rss><channel>", "</a>", "", cap);
    tag_ends_below_a_deep_stack "" |cap| {
        let deep: String = joined(250, |n| format!("<d{n}>"));
        repeat(&format!("<rss><channel>{deep}"), "</a>", "", cap)
    };
    tag_names_open "" |cap| repeat("<rss><channel>", "<", "", cap);
    tag_flood_empty "" |cap| repeat("<rss><channel>", "<a/>", "", cap);
    tag_flood_pairs "" |cap| repeat("<rss><channel><item>", "<a></a>", "", cap);
    tag_flood_void "" |cap| repeat("<rss><channel><item>", "<p>", "", cap);
    tag_flood_prefixed "" |cap| repeat("<rss><channel><item>", "<q:a/>", "", cap);
    tag_flood_in_text "" |cap| rss("description", "<a/>", FIELD_BYTES, cap);
    tag_flood_in_deep_text "" |cap| repeat(&format!("{RSS}<item><description>"), "<a/>", RSS_END, cap);
    tag_flood_titles "" |cap| repeat(&format!("{RSS}<item>"), "<title>a</title>", RSS_END, cap);
    tag_flood_fields_unclosed "" |cap| repeat(&format!("{RSS}<item>"), "<guid>", RSS_END, cap);
    depth_at_limit "" |cap| {
        let (down, up) = ("<a>".repeat(250), "</a>".repeat(250));
        repeat("<rss><channel><item>", &format!("{down}{up}"), "", cap)
    };
    depth_over_limit "" |cap| repeat("<rss><channel>", "<a>", "", cap);
    media_nested "" |cap| {
        let (down, up) = ("<media:content>".repeat(100), "</media:content>".repeat(100));
        items(cap, |_| format!("{down}{up}"))
    };
    media_groups_flat "" |cap| items(cap, |n| format!("<media:group><media:content url=\"{n}\"/></media:group>").repeat(50));
    namespaces_flood "" |cap| fill("<rss ", ">", cap, |n| format!("xmlns:a{n}=\"b\" "));
    namespaces_at_limit "" |cap| {
        let all: String = joined(250, |n| format!("xmlns:a{n}=\"b\" "));
        repeat(&format!("<rss><channel {all}><item>"), "<z:a/>", "", cap)
    };
    namespaces_at_limit_in_text "" |cap| {
        let all: String = joined(250, |n| format!("xmlns:a{n}=\"b\" "));
        repeat(&format!("<rss><channel {all}><item><description>"), "<z:a/>", "", cap)
    };
    base_clones "" |cap| {
        let base = format!("https://a.example/{}/", "x".repeat(2_000));
        let files = "<enclosure url=\"a\"/>".repeat(32);
        fill(&format!("<rss xml:base=\"{base}\"><channel>"), RSS_END, cap, |n| format!("<item><link>{n}</link>{files}</item>"))
    };
    base_flood "" |cap| repeat("<rss><channel>", "<item xml:base=\"/a\"/>", "", cap);
    comments_unclosed "" |cap| repeat("<rss><channel>", "<!--", "", cap);
    comments_to_a_far_end "" |cap| repeat("<rss><channel>", "<!-- <!- ", "-->", cap);
    sections_unclosed "" |cap| repeat("<rss><channel><item><title>", "<![CDATA[", "", cap);
    sections_over_items "" |cap| repeat("<rss><channel><item><title>", "<![CDATA[</item>", "]]>", cap);
    sections_tiny "" |cap| repeat("<rss><channel><item><description>", "<![CDATA[]]>", "", cap);
    declarations_flood "" |cap| repeat("<rss><channel>", "<!a", ">", cap);
    instructions_flood "" |cap| repeat("<rss><channel>", "<?a>", "", cap);
    doctypes_unclosed "" |cap| repeat("", "<!DOCTYPE[", "<rss/>", cap);
    doctypes_many "" |cap| repeat("", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "<rss/>", cap);
    entities_bomb "" |cap| repeat(
        "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]><rss><channel><item><description>",
        "&c;", "", cap);
    entities_long "" |cap| {
        let long = "x".repeat(60_000);
        plain_behind(&format!("<!DOCTYPE a [<!ENTITY a \"{long}\">]>"), "&a;", cap)
    };
    entities_looked_through "" |cap| {
        let all: String = joined(64, |n| format!("<!ENTITY a{} \"x\">", word(n, 2)));
        plain_behind(&format!("<!DOCTYPE a [{all}]>"), "&azz;", cap)
    };
};

fn plain_behind(doctype: &str, unit: &str, cap: usize) -> Vec<u8> {
    let text = unit.repeat(FIELD_BYTES.min(cap / 3) / unit.len());
    let head = format!("{doctype}<rss><channel>");
    fill(&head, "", cap, |n| {
        format!("<item><guid>{n}</guid><description>{text}</description></item>")
    })
}

/// Aimed at what is escaped, decoded and escaped again.
const TEXTS: &[Attack] = attacks! {
    text_ampersands "" |cap| plain("&", cap);
    text_ampersands_atom "" |cap| {
        let text = "&".repeat(FIELD_BYTES.min(cap / 2));
        fill(ATOM, "</feed>", cap, |n| format!("<entry><id>{n}</id><summary>{text}</summary><content>{text}</content></entry>"))
    };
    text_quotes_atom "" |cap| {
        let text = "\"".repeat(FIELD_BYTES.min(cap / 2));
        fill(ATOM, "</feed>", cap, |n| format!("<entry><id>{n}</id><summary>{text}</summary><content>{text}</content></entry>"))
    };
    text_marks "" |cap| plain("< ", cap);
    text_references "" |cap| plain("&#1;", cap);
    text_references_html "" |cap| plain("&amp;lt;", cap);
    text_references_unknown "" |cap| plain("&zz;", cap);
    text_references_long "" |cap| plain("&CounterClockwiseContourIntegral;", cap);
    text_references_twice "" |cap| plain("&amp;amp;", cap);
    text_ampersands_in_sections "" |cap| html("&", cap);
    text_marks_in_sections "" |cap| html("<", cap);
    text_quotes_in_sections "" |cap| html("\"", cap);
    text_controls "" |cap| plain("\u{1}", cap);
    text_controls_c1 "" |cap| plain("\u{85}", cap);
    text_mangled "" |cap| plain(&mangled(8), cap);
    text_mangled_to_the_last "" |cap| {
        let text = format!("{}€", mangled(1).repeat(FIELD_BYTES / 4));
        items(cap, |n| format!("<guid>{n}</guid><title>{text}</title>"))
    };
    text_base64 "" |cap| rss("content mode=\"base64\"", "QUJD", FIELD_BYTES, cap);
    text_xhtml "" |cap| {
        let text = "<b x='&'>&<i>\"</i></b>".repeat(FIELD_BYTES.min(cap / 2) / 22);
        fill(ATOM, "</feed>", cap, |n| format!("<entry><id>{n}</id><content type=\"xhtml\"><div>{text}</div></content></entry>"))
    };
    text_one_of_all_bytes "" |cap| repeat(&format!("{RSS}<item><description>"), "x", RSS_END, cap);
    text_of_emoji "" |cap| plain("\u{1F600}", cap);
};

/// Aimed at single fields, their lists and their bounds.
const FIELDS: &[Attack] = attacks! {
    items_empty "" |cap| repeat(RSS, "<item/>", RSS_END, cap);
    items_nested "" |cap| repeat(RSS, "<item>", RSS_END, cap);
    items_with_an_attribute "" |cap| repeat(RSS, "<item a=\"\">", RSS_END, cap);
    items_of_attributes "" |cap| repeat(RSS, "<item href=\"a\"/>", RSS_END, cap);
    items_with_guids_open "" |cap| repeat(RSS, "<item><guid>a</guid>", RSS_END, cap);
    entries_empty "" |cap| repeat(ATOM, "<entry/>", "</feed>", cap);
    sitemap_of_letters "" |cap| repeat("<urlset>", "<url><loc>a</loc></url>", "</urlset>", cap);
    items_tiny "" |cap| repeat(RSS, "<item><title>a</title></item>", RSS_END, cap);
    items_with_one_guid "" |cap| repeat(RSS, "<item><guid>a</guid><link>https://a.example/</link></item>", RSS_END, cap);
    items_with_one_text "" |cap| {
        let text = "x".repeat(ITEM_BYTES.min(cap / 4));
        items(cap, |n| format!("<description>{text}</description><title>{n}</title>"))
    };
    items_with_long_guids "" |cap| {
        let guid = "x".repeat(ITEM_BYTES.min(cap / 4));
        items(cap, |n| format!("<guid>{guid}{n}</guid>"))
    };
    sitemap_200k "" |cap| fill("<urlset>", "</urlset>", cap, |n| format!(
        "<url><loc>https://a.example/{n}</loc><lastmod>2025-08-16T05:58:00+02:00</lastmod></url>"));
    dates_of_words "" |cap| {
        let date = "abc ".repeat(24);
        items(cap, |_| format!("<pubDate>{date}</pubDate>"))
    };
    dates_of_months "" |cap| {
        let date = "Май ".repeat(14);
        items(cap, |_| format!("<pubDate>{date}</pubDate>"))
    };
    dates_of_zones "" |cap| items(cap, |n| format!("<pubDate>Sat, 16 Aug 2025 05:58:00 {}/{}</pubDate>", word(n, 4), word(n / 7, 4)));
    dates_of_known_zones "" |cap| items(cap, |_| "<pubDate>Sat, 16 Aug 2025 05:58:00 America/Argentina/Buenos_Aires</pubDate>".to_owned());
    dates_of_1_mb "" |cap| {
        let date = "1".repeat((1 << 20).min(cap / 3));
        items(cap, |_| format!("<pubDate>{date}</pubDate>"))
    };
    dates_in_every_place "" |cap| {
        let date = "Sat, 16 Aug 2025 05:58:00 America/Argentina/Buenos_Aires";
        items(cap, |n| format!("<pubDate>{date}{n}</pubDate><dc:date>{date}{n}</dc:date><created>{date}{n}</created><updated>{date}{n}</updated>"))
    };
    categories_unequal "" |cap| items(cap, |n| joined(256, |c| format!("<category>{}</category>", word(c + n, 4))));
    categories_as_terms "" |cap| items(cap, |n| joined(256, |c| format!("<category term=\"{}\"/>", word(c + n, 4))));
    keywords_unequal "" |cap| fill("<urlset>", "</urlset>", cap, |n| {
        let all: String = joined(256, |c| format!("{},", word(c + n, 2)));
        format!("<url><news:keywords>{all}</news:keywords></url>")
    });
    keywords_equal "" |cap| fill("<urlset>", "</urlset>", cap, |_| format!("<url><news:keywords>{}</news:keywords></url>", "a,".repeat(30_000)));
    authors_unequal "" |cap| items(cap, |n| joined(64, |c| format!("<author>{}</author>", word(c + n, 3))));
    authors_over_limit "" |cap| items(cap, |n| joined(2_000, |c| format!("<author>{}</author>", word(c + n, 3))));
    authors_of_signs "" |cap| rss("author", "@", FIELD_BYTES, cap);
    authors_of_mails "" |cap| rss("author", "aaaaaaaa@", FIELD_BYTES, cap);
    authors_of_brackets "" |cap| rss("author", "()<>[]", FIELD_BYTES, cap);
    authors_of_one_name "" |cap| rss("author", "a", FIELD_BYTES, cap);
    creators_of_space "" |cap| rss("dc:creator", "a ", FIELD_BYTES, cap);
    titles_of_tags "" |cap| rss("title", "&lt;b>&lt;/b>", FIELD_BYTES, cap);
    titles_of_space "" |cap| rss("title", "a ", FIELD_BYTES, cap);
    titles_of_references "" |cap| rss("title", "&amp;amp;", FIELD_BYTES, cap);
    links_long "" |cap| rss("link", "/é", FIELD_BYTES, cap);
    links_of_dots "" |cap| rss("link", "a/../", FIELD_BYTES, cap);
    links_at_limit "" |cap| {
        let path = "é".repeat(1_900);
        items(cap, |n| format!("<link>https://a.example/{n}{path}</link>"))
    };
    links_of_parameters "" |cap| {
        let query = "utm_a&".repeat(600);
        items(cap, |n| format!("<link>https://a.example/{n}?{query}</link>"))
    };
    hosts_of_one_label "" |cap| items(cap, |n| format!("<link>https://{}.example/</link>", host(n, 990)));
    hosts_of_short_labels "" |cap| items(cap, |n| format!("<link>https://{}{}example/</link>", format!("{}.", host(n, 55)).repeat(4), host(n, 9)));
    hosts_of_relative_links "" |cap| {
        items(cap, |n| format!("<link>//{}</link>", format!("{}.", host(n, 990)).repeat(3)))
    };
    hosts_of_sources "" |cap| items(cap, |n| format!("<guid>{n}</guid><source url=\"https://{}/\">a</source>", host(n, 990)));
    hosts_of_enclosures "" |cap| items(cap, |n| format!("<enclosure url=\"//{}/\"/>", host(n, 990)).repeat(3));
    hosts_coded "" |cap| items(cap, |n| format!("<link>https://xn--{}{}/</link>", "a-".repeat(450), word(n, 900)));
    sources_long "" |cap| rss("source url=\"https://a.example/\"", "a - ", FIELD_BYTES, cap);
    rights_long "" |cap| rss("dc:rights", "&lt;b>", FIELD_BYTES, cap);
    languages_long "" |cap| rss("language", "a-", FIELD_BYTES, cap);
};
