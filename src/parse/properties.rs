//! What holds for any input, as one function a subject: the fuzz targets (`tests/fuzz`) and the random tests run the same
//! ones.
//!
//! Built for tests and fuzzing only.

use encoding_rs::{BIG5, EUC_KR, GB18030, KOI8_R, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::news::{Draft, Feed, Fetched, Granularity, Hash16};

use super::decode::Decoded;
use super::{
    Config, GUID_BYTES_MAX, LINK_BYTES_MAX, Parsed, canonical_link, date, decode as decoding,
    draft, guard as guarding, html, mend as mending, opml, read, shown_link, trace, view,
};

/// A response with this body.
pub fn fetched(body: &[u8]) -> Fetched {
    let url = Url::parse("https://desk.example/feeds/all.xml").expect("a constant URL parses");
    let feed = Feed::new("desk", url.clone());
    let fetched_at = Timestamp::constant(1_755_300_000, 0);
    Fetched { body_hash: Hash16([7; 16]), fetched_at, ..Fetched::at_hand(feed, url, body.to_vec()) }
}

/// Small bounds, so that short inputs reach them.
fn settings() -> mending::Settings {
    mending::Settings {
        entries_max: 50,
        text_bytes_max: 1_000,
        base: None,
        language: String::new(),
    }
}

/// Every item is a draft, a rejection, or counted.
pub(super) fn assert_sum(parsed: &Parsed) {
    let rejected: u64 = parsed.rejected.iter().map(|rejection| rejection.items).sum();
    let told = parsed.drafts.len() as u64 + rejected + parsed.report.over_limit;
    assert_eq!(parsed.report.items, told, "{parsed:?}");
}

/// Any bytes under any header become text, the same each time. Whatever text they became is read back from UTF-8,
/// UTF-16 and UTF-32, and from each charset that it can be written in.
///
/// # Panics
/// Where that does not hold. The input is a `Content-Type`, a line end, a body.
pub fn decode(input: &[u8]) {
    let (header, body) = match input.iter().position(|byte| *byte == b'\n') {
        Some(at) => (input.get(..at).unwrap_or(b""), input.get(at + 1..).unwrap_or(b"")),
        None => (&b""[..], input),
    };
    let header = String::from_utf8_lossy(header);
    let once = decoding::decode(body, Some(&header));
    assert_eq!(once, decoding::decode(body, Some(&header)));
    // No charset has a character that takes one byte there and more than three in UTF-8.
    assert!(once.text.len() <= 3 * body.len(), "{} from {}", once.text.len(), body.len());
    let text = once.text.trim_start_matches(['\u{FEFF}', '\0']);
    unicode_is_read_back(text, &header);
    charsets_are_read_back(text);
}

fn unicode_is_read_back(text: &str, header: &str) {
    let flawless = |text: &str| Decoded { text: text.to_owned().into(), repaired: "" };
    let marked = |text: &str| ["\u{FEFF}", text].concat();
    let marked_bytes = marked(text);
    let utf_8 = decoding::decode(marked_bytes.as_bytes(), Some(header));
    assert_eq!(utf_8, flawless(text), "a mark beats every declaration");
    for turn in [u16::to_le_bytes, u16::to_be_bytes] {
        let wide: Vec<u8> = marked(text).encode_utf16().flat_map(turn).collect();
        assert_eq!(decoding::decode(&wide, Some(header)), flawless(text));
    }
    let unmarked = text.replace('\u{FEFF}', "");
    for turn in [u32::to_le_bytes, u32::to_be_bytes] {
        let wide: Vec<u8> = marked(text).chars().map(u32::from).flat_map(turn).collect();
        assert_eq!(decoding::decode(&wide, Some(header)), flawless(&unmarked));
    }
    let declares = text.contains("encoding") || text.starts_with("<\0");
    if !declares {
        assert_eq!(decoding::decode(text.as_bytes(), None), flawless(text));
    }
}

fn charsets_are_read_back(text: &str) {
    for charset in [WINDOWS_1252, WINDOWS_1251, KOI8_R, SHIFT_JIS, GB18030, BIG5, EUC_KR] {
        let (bytes, _, is_lossy) = charset.encode(text);
        let again = charset.decode_without_bom_handling_and_without_replacement(&bytes);
        // Bytes that begin as those of UTF-16 or with a mark are read by that sign.
        let has_sign = bytes.iter().take(4).any(|byte| *byte == 0 || *byte >= 0xEF);
        // Flawless UTF-8 under the name of a one-byte charset is UTF-8.
        let is_utf_8 = std::str::from_utf8(&bytes).is_ok() && charset.is_single_byte();
        if is_lossy || has_sign || is_utf_8 || again.is_none_or(|again| again != text) {
            continue;
        }
        let header = format!("application/xml; charset=\"{}\"", charset.name());
        let read = decoding::decode(&bytes, Some(&header));
        assert_eq!(read, Decoded { text: text.to_owned().into(), repaired: "" }, "{header}");
    }
}

/// What the guard refuses is never mended, what was mended it never refuses, and what is too short to hurt passes.
///
/// # Panics
/// Where that does not hold.
pub fn guard(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let verdict = guarding::check(&text);
    assert_eq!(verdict, guarding::check(&text));
    // An attribute takes two bytes at least, an element three, and each has the same limit.
    if text.len() <= 2 * guarding::ATTRIBUTES_MAX {
        assert_eq!(verdict, Ok(()));
    }
    match (verdict, mending::mend(&text, &settings())) {
        (Err(_), Ok(mended)) => panic!("refused, and mended: {mended:?}"),
        (_, Ok(mended)) => assert_eq!(guarding::check(&mended.xml()), Ok(())),
        (_, Err(_)) => {}
    }
}

/// Mending twice is mending once, what was mended has no defect and needs no mend, and feed-rs reads all of it.
///
/// # Panics
/// Where that does not hold.
pub fn mend(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(once) = mending::mend(&text, &settings()) else { return };
    let xml = once.xml();
    let twice = mending::mend(&xml, &settings()).expect("what was mended is a feed");
    assert_eq!(xml, twice.xml());
    assert_eq!((twice.over_limit, &twice.defects), (0, &Vec::new()), "{xml}");
    assert!(twice.pieces.iter().all(|piece| piece.note.defects.is_empty()), "{twice:?}");
    assert!(trace::trace(&xml).counts.is_empty(), "{:?}", trace::trace(&xml));
    let read = feed_rs::parser::parse(xml.as_bytes()).expect("feed-rs accepts it");
    let ids: Vec<&str> = read.entries.iter().map(|entry| entry.id.as_str()).collect();
    let ordinals: Vec<String> = (0..once.pieces.len()).map(|at| at.to_string()).collect();
    assert_eq!(ids, ordinals);
}

/// A whole body: nothing panics, nothing vanishes, every draft has a key, clean words and bounds. A bound changes what is
/// kept and not what is counted, defects stand in the body, and the same body is read the same each time.
///
/// # Panics
/// Where that does not hold.
pub fn whole(body: &[u8]) {
    let response = fetched(body);
    let ample = Config::default();
    let tight = Config { entries_max: 3, text_bytes_max: 200 };
    let parsed = read(&response, &ample);
    assert_read(&parsed, &ample);
    let bounded = read(&response, &tight);
    assert_read(&bounded, &tight);
    assert_eq!(parsed.report.items, bounded.report.items, "{parsed:?}");
    assert_eq!(bounded, read(&response, &tight));
    let shown = serde_json::to_value(view(&response, &tight, "x")).expect("a view is JSON");
    let entries = shown["entries"].as_array().map_or(0, Vec::len) as u64;
    assert_eq!(entries, bounded.report.items - bounded.report.over_limit);
    assert_eq!(shown["ok"] == true, shown["entries"].is_array());
    let offsets = shown["defects"].as_array().into_iter().flatten();
    let offsets = offsets.filter_map(|defect| defect["offset"].as_u64());
    assert!(offsets.into_iter().all(|at| at <= 3 * body.len() as u64), "{shown}");
}

fn assert_read(parsed: &Parsed, config: &Config) {
    assert_sum(parsed);
    assert!(parsed.drafts.len() <= config.entries_max, "{parsed:?}");
    assert!(parsed.rejected.iter().all(|rejection| rejection.reason != "panic"), "{parsed:?}");
    for draft in &parsed.drafts {
        assert_draft(draft, config);
    }
}

fn assert_draft(draft: &Draft, config: &Config) {
    assert!(!draft.key.is_empty(), "{draft:?}");
    assert!(draft.title.len() <= draft::TITLE_BYTES_MAX, "{draft:?}");
    assert_eq!(draft.title, html::one_space(&draft.title));
    assert!(!draft.title.contains(char::is_control), "{draft:?}");
    // Plain text is kept escaped, and the longest escape has six letters.
    for text in [&draft.summary, &draft.content] {
        assert!(text.len() <= 6 * config.text_bytes_max, "{draft:?}");
    }
    assert!(draft.link.is_empty() || shown_link(&draft.link).as_ref() == Some(&draft.link));
    let (source, source_url) =
        draft.source.as_ref().map_or(("", ""), |source| (&source.title, &source.url));
    let short = [&draft.rights, &draft.lang, &draft.published_raw].map(String::as_str);
    let listed = draft.authors.iter().chain(&draft.tags).map(String::as_str);
    for text in short.into_iter().chain(listed).chain([source]) {
        assert!(text.len() <= draft::NAME_BYTES_MAX, "{draft:?}");
    }
    assert!(source_url.len() <= LINK_BYTES_MAX && draft.guid.len() <= GUID_BYTES_MAX, "{draft:?}");
    assert!(draft.authors.len() <= draft::AUTHORS_MAX && draft.tags.len() <= draft::TAGS_MAX);
    let control = |text: &str| text.contains(|c: char| c.is_control() && c != '\n' && c != '\t');
    let long = [&draft.summary, &draft.content, &draft.guid].map(String::as_str);
    let listed = draft.authors.iter().chain(&draft.tags).map(String::as_str);
    let all = short.into_iter().chain(long).chain(listed).chain([source, source_url]);
    assert!(!all.into_iter().any(control), "{draft:?}");
}

/// A JSON body: as for any other, and no object in a well-formed list of items is lost.
///
/// # Panics
/// Where that does not hold.
pub fn json(body: &[u8]) {
    whole(body);
    let Ok(text) = std::str::from_utf8(body) else { return };
    if !text.starts_with('{') {
        return;
    }
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return };
    let Some(items) = value["items"].as_array() else { return };
    let objects = items.iter().filter(|item| item.is_object()).count() as u64;
    let parsed = read(&fetched(body), &Config::default());
    assert_eq!(parsed.report.items, objects, "{parsed:?}");
}

/// The widest offset any zone ever had: local mean time at Manila, before the date line moved.
const OFFSET_MAX: SignedDuration = SignedDuration::from_mins(16 * 60);

/// A date that is read lies in its day, wherever on earth that is; a day without a time or a zone is that day in UTC.
/// White space around it says nothing, its moment is read back from RFC 3339, and where a strict reader reads the text
/// as well, both read the same moment.
///
/// # Panics
/// Where that does not hold.
pub fn date(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Some(once) = date::read(&text) else { return };
    assert_eq!(date::read(&format!(" {}\n", text.trim())).as_ref(), Some(&once));
    let stated = once.date;
    let utc = |time: Time| TimeZone::UTC.to_timestamp(stated.day.to_datetime(time));
    let (Ok(midnight), Ok(end)) = (utc(Time::MIN), utc(Time::MAX)) else { return };
    let slack = if stated.is_zoned() { OFFSET_MAX } else { SignedDuration::ZERO };
    let is_near = stated.moment.duration_since(midnight) >= -slack
        && stated.moment.duration_since(end) <= slack;
    assert!(is_near, "{text}: {stated:?}");
    let has_time = matches!(stated.granularity, Granularity::Second | Granularity::Minute);
    assert!(has_time || (stated.moment == midnight && !stated.is_zoned()), "{text}: {stated:?}");
    if !stated.is_zoned() {
        return;
    }
    let again = stated.moment.to_string();
    // Moments of the year before the first are written with a sign.
    if again.starts_with(|c: char| c.is_ascii_digit()) {
        let again = date::read(&again).expect("RFC 3339 is read");
        assert_eq!(again.date.moment, stated.moment, "{text}");
    }
    strict_readers_agree(text.trim(), stated.moment);
}

fn strict_readers_agree(text: &str, moment: Timestamp) {
    if let Ok(strict) = text.parse::<Timestamp>() {
        // We keep no fraction.
        assert_eq!(strict.as_nanosecond().div_euclid(1_000_000_000), moment.as_second().into());
    }
    // Zones by name are left out: that reader takes all it does not know for UTC.
    let is_numeric = text.rsplit(' ').next().is_some_and(|zone| zone.starts_with(['+', '-']));
    if let (true, Ok(strict)) = (is_numeric, jiff::fmt::rfc2822::parse(text)) {
        assert_eq!(strict.timestamp(), moment, "{text}");
    }
}

/// A canonical link is its own canonical form, and that of what is shown of it; it is https, without fragment, user,
/// default port and trackers.
///
/// # Panics
/// Where that does not hold.
pub fn link(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (canonical, shown) = (canonical_link(&text), shown_link(&text));
    assert_eq!(canonical.is_some(), shown.is_some(), "{text}");
    let (Some(canonical), Some(shown)) = (canonical, shown) else { return };
    assert_eq!(canonical_link(&canonical).as_ref(), Some(&canonical), "{text}");
    assert_eq!(shown_link(&shown).as_ref(), Some(&shown), "{text}");
    assert_eq!(canonical_link(&shown).as_ref(), Some(&canonical), "{text}");
    assert!(canonical.len() <= LINK_BYTES_MAX + 1, "{canonical}");
    let url = Url::parse(&canonical).expect("it is a URL");
    assert!(url.scheme() == "https" && url.fragment().is_none() && url.port() != Some(443));
    assert!(url.username().is_empty() && url.password().is_none() && url.has_host());
    let pairs = url.query().unwrap_or("").split('&');
    assert!(pairs.into_iter().all(|pair| !pair.to_ascii_lowercase().starts_with("utm_")));
}

/// HTML that is shown runs, loads and hides nothing, is shown again as it is, and a title of it is one line of text.
///
/// # Panics
/// Where that does not hold.
pub fn markup(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let safe = html::safe(&text);
    assert_eq!(html::safe(&safe), safe);
    let lower = safe.to_ascii_lowercase();
    for tag in ["<script", "<style", "<iframe", "<object", "<embed", "<link", "<meta", "<svg"] {
        assert!(!lower.contains(tag), "{safe}");
    }
    let title = html::plain(&text);
    assert_eq!(title, html::one_space(&title));
    assert!(!title.contains(char::is_control), "{title:?}");
}

/// An article page: nothing panics, what is found is found again, within its bounds, and its HTML is plain blocks.
///
/// # Panics
/// Where that does not hold.
pub fn page(body: &[u8]) {
    let response = fetched(body);
    let config = Config { text_bytes_max: 400, ..Config::default() };
    let once = super::page(&response, &config);
    assert_eq!(once, super::page(&response, &config));
    let found = match once {
        Ok(found) => found,
        Err(error) => {
            assert!(!matches!(error, super::PageError::Failed(_)), "{error}");
            return;
        }
    };
    assert!(found.content.len() <= config.text_bytes_max, "{found:?}");
    assert_eq!(html::safe(&found.content), found.content.trim());
    let tags = found.content.matches('<').count();
    let known =
        ["<p>", "</p>", "<h2>", "</h2>", "<li>", "</li>", "<blockquote>", "</blockquote>", "<br>"];
    assert_eq!(tags, known.iter().map(|tag| found.content.matches(tag).count()).sum::<usize>());
    assert!(found.link.is_empty() || shown_link(&found.link).as_ref() == Some(&found.link));
    assert!(
        found.title.len() <= draft::TITLE_BYTES_MAX && found.authors.len() <= draft::AUTHORS_MAX
    );
    // The date's text stays as it stood, so only its length is bounded.
    assert!(found.published_raw.len() <= draft::TITLE_BYTES_MAX, "{found:?}");
    let short = [&found.title, &found.site, &found.rights, &found.lang];
    let texts = short.into_iter().chain(&found.authors);
    for text in texts.clone() {
        assert!(text.len() <= draft::TITLE_BYTES_MAX, "{found:?}");
        assert_eq!(html::one_space(text), *text, "{found:?}");
    }
    let all = texts.chain([&found.content]).chain(&found.before).chain(&found.after);
    for text in all {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{found:?}");
    }
}

/// A list of feeds: nothing panics, every bound is kept, and what was read is read again from what is written.
///
/// # Panics
/// Where that does not hold.
pub fn opml(input: &[u8]) {
    let Ok(read) = opml::read(input) else { return };
    assert!(read.feeds.len() <= opml::FEEDS_MAX && read.skipped.len() <= opml::SKIPPED_MAX);
    for feed in &read.feeds {
        let url = Url::parse(&feed.url).expect("an address that was taken parses");
        assert!(matches!(url.scheme(), "http" | "https") && url.password().is_none(), "{feed:?}");
        for name in feed.folder.iter().chain([&feed.title, &feed.id]) {
            assert_eq!(opml::one_line(name, name.len()), *name, "{feed:?}");
            assert!(!name.contains(char::is_control), "{feed:?}");
        }
    }
    if read.feeds.is_empty() {
        return;
    }
    let written = opml::write(&read.title, &read.feeds, Timestamp::UNIX_EPOCH);
    let again = opml::read(written.as_bytes()).expect("what we write is a list");
    assert_eq!((&again.title, again.skipped.len()), (&read.title, 0), "{written}");
    let sorted = |feeds: &[opml::Subscription]| {
        let mut feeds: Vec<_> = feeds.iter().map(|feed| format!("{feed:?}")).collect();
        feeds.sort();
        feeds
    };
    // A feed without a name is written under its id.
    let named = read.feeds.iter().cloned().map(|mut feed| {
        if feed.title.is_empty() {
            feed.title.clone_from(&feed.id);
        }
        feed
    });
    assert_eq!(sorted(&again.feeds), sorted(&named.collect::<Vec<_>>()), "{written}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::holds;

    #[test]
    fn any_bytes_become_text_and_any_text_is_read_back() {
        holds("decode", decode);
    }

    #[test]
    fn what_the_guard_refuses_is_never_mended() {
        holds("feed", guard);
    }

    #[test]
    fn mending_twice_is_mending_once_and_feed_rs_accepts_it() {
        holds("feed", mend);
    }

    #[test]
    fn no_body_panics_and_no_item_vanishes() {
        holds("feed", whole);
    }

    #[test]
    fn no_object_in_a_json_feed_is_lost() {
        holds("json", json);
    }

    #[test]
    fn a_date_that_is_read_is_the_moment_that_strict_readers_read() {
        holds("date", date);
    }

    #[test]
    fn a_canonical_link_is_its_own_canonical_form() {
        holds("url", link);
    }

    #[test]
    fn shown_html_runs_nothing_and_is_shown_again_as_it_is() {
        holds("html", markup);
    }

    #[test]
    fn a_list_of_feeds_is_read_back_from_what_is_written() {
        holds("opml", opml);
    }

    #[test]
    fn an_article_page_is_found_again_within_its_bounds() {
        holds("page", page);
    }
}
