//! Bytes to text: which charset, by every sign there is, in order of trust.
//!
//! BOM or the shape of `<` in UTF-16 and UTF-32, then HTTP, then the XML declaration, then UTF-8, then a
//! guess. A candidate that yields errors falls through to the next; a BOM beats every declaration.

use std::borrow::Cow;

use encoding_rs::{
    BIG5, CoderResult, DecoderResult, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_8,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1255, WINDOWS_1257,
};

use super::text;

/// Where an XML declaration is looked for, behind junk.
const DECLARATION_BYTES_MAX: usize = 1 << 10;

/// Bytes of a large text that had to be decoded. What a one-byte charset has beyond it, written out in UTF-8, is cut
/// like a broken transfer.
///
/// Also beyond the 32 MB up to which glibc keeps what is freed in its heap, in pieces, instead of giving it back. Only
/// what is written takes memory.
const GIVEN_BACK_BYTES: usize = 33 << 20;

/// From this size on a text is large.
const LARGE_BYTES: usize = 1 << 20;

/// Characters of three bytes from which on flawless UTF-8 is that, whatever was declared.
const PLAIN_CHARS_MIN: usize = 4;

/// Of so many characters one may be broken in a text of the declared charset.
const BROKEN_SHARE: usize = 10;

/// Bytes that are decoded at once where characters may be broken.
const LENIENT_BYTES: usize = 64 << 10;

/// What the guess looks at: enough words to know a language by.
const GUESS_BYTES_MAX: usize = 16 << 10;

/// A decoded body. Most are UTF-8 already and are not copied.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded<'b> {
    pub(crate) text: Cow<'b, str>,
    /// What was repaired, `""` if nothing had to be.
    pub(crate) repaired: &'static str,
}

/// Decodes a body; `content_type` is the header's value.
pub(crate) fn decode<'b>(body: &'b [u8], content_type: Option<&str>) -> Decoded<'b> {
    if let Some(text) = wide(body) {
        return Decoded { text: text.into(), repaired: "" };
    }
    let body = body.strip_prefix(b"\xEF\xBB\xBF").map_or((body, false), |rest| (rest, true));
    let (body, has_mark) = body;
    if let Ok(text) = std::str::from_utf8(body) {
        // An escape in plain ASCII may be a step into the two-byte half of ISO-2022-JP.
        let is_plain = text.is_ascii() && !text.contains('\u{1B}');
        let declared = if has_mark || is_plain { None } else { declared(body, content_type) };
        // What declares a one-byte charset and is flawless UTF-8 all the same was declared by a template.
        let is_one_byte = declared.is_some_and(Encoding::is_single_byte);
        match declared {
            Some(other) if other != UTF_8 && !is_one_byte && !is_plainly_utf_8(text) => {
                if let Some(text) = strict(other, body) {
                    return Decoded { text: text.into(), repaired: "" };
                }
            }
            _ => {}
        }
        let is_other = declared.is_some_and(|declared| declared != UTF_8);
        let repaired = if is_other { "charset_mislabelled" } else { "" };
        return Decoded { text: text.into(), repaired };
    }
    if let Some(paired) = paired(body) {
        let Decoded { text, .. } = decode(&paired, content_type);
        return Decoded { text: text.into_owned().into(), repaired: "surrogates_in_utf8" };
    }
    let candidates = [http_charset(content_type), declaration(body)];
    let known = || candidates.into_iter().flatten().filter(|known| *known != UTF_8);
    // A charset of several bytes that was declared and is flawless beats UTF-8 that is not.
    for declared in known().filter(|known| !known.is_single_byte()) {
        if let Some(text) = strict(declared, body) {
            return Decoded { text: text.into(), repaired: "" };
        }
    }
    let utf_8 = Evidence::of(body);
    // Under a one-byte charset every byte means something, so what was declared proves nothing.
    if utf_8.good > PLAIN_CHARS_MIN * utf_8.bad.max(1) || utf_8.bad == 0 && utf_8.good > 0 {
        return Decoded { text: patched(body).into(), repaired: "bytes_outside_utf8" };
    }
    for declared in known().filter(|known| known.is_single_byte()) {
        if let Some(text) = strict(declared, body) {
            return Decoded { text: text.into(), repaired: "" };
        }
    }
    for declared in known().filter(|known| !known.is_single_byte()) {
        if let Some(text) = lenient(declared, body) {
            return Decoded { text: text.into(), repaired: "bytes_outside_charset" };
        }
    }
    if utf_8.is_most(body, declared(body, content_type) == Some(UTF_8)) {
        return Decoded { text: patched(body).into(), repaired: "bytes_outside_utf8" };
    }
    Decoded { text: guessed(body).into(), repaired: "charset_guessed" }
}

/// The text, if every byte of it can be read; up to its bound.
fn strict(encoding: &'static Encoding, body: &[u8]) -> Option<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let needed = decoder.max_utf8_buffer_length_without_replacement(body.len())?;
    // A large text gets more than it can take: see `GIVEN_BACK_BYTES`.
    let needed = if needed > LARGE_BYTES { GIVEN_BACK_BYTES } else { needed };
    let mut text = String::with_capacity(needed);
    let (result, _) = decoder.decode_to_string_without_replacement(body, &mut text, true);
    (!matches!(result, DecoderResult::Malformed(..))).then_some(text)
}

/// UTF-16 or UTF-32, by BOM or by the zeros around the first `<`.
fn wide(body: &[u8]) -> Option<String> {
    let zeros = |at: [usize; 3], sign: usize| {
        body.get(sign) == Some(&b'<') && at.iter().all(|i| body.get(*i) == Some(&0))
    };
    if body.starts_with(b"\x00\x00\xFE\xFF") || zeros([0, 1, 2], 3) {
        return Some(utf_32(body, u32::from_be_bytes));
    }
    if body.starts_with(b"\xFF\xFE\x00\x00") || zeros([1, 2, 3], 0) {
        return Some(utf_32(body, u32::from_le_bytes));
    }
    if [&b"\xFE\xFF"[..], b"\x00<", b"\x00{"].iter().any(|sign| body.starts_with(sign)) {
        return Some(encoding_rs::UTF_16BE.decode(body).0.into_owned());
    }
    if [&b"\xFF\xFE"[..], b"<\x00", b"{\x00"].iter().any(|sign| body.starts_with(sign)) {
        return Some(encoding_rs::UTF_16LE.decode(body).0.into_owned());
    }
    None
}

fn utf_32(body: &[u8], read: fn([u8; 4]) -> u32) -> String {
    body.as_chunks::<4>()
        .0
        .iter()
        .map(|four| char::from_u32(read(*four)).unwrap_or('\u{FFFD}'))
        .filter(|c| *c != '\u{FEFF}')
        .collect()
}

fn declared(body: &[u8], content_type: Option<&str>) -> Option<&'static Encoding> {
    http_charset(content_type).or_else(|| declaration(body))
}

fn http_charset(content_type: Option<&str>) -> Option<&'static Encoding> {
    let lower = content_type?.to_ascii_lowercase();
    let (_, after) = lower.split_once("charset")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(['"', '\'', ';', ' ']).unwrap_or(value.len());
    label(value.get(..end)?)
}

/// The encoding that the XML declaration names, if bytes that can be read as ASCII can be in it.
fn declaration(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..DECLARATION_BYTES_MAX.min(body.len()))?;
    let head: String = head.iter().map(|b| char::from(*b)).collect();
    let (_, after) = head.split_once("<?xml")?;
    let (inside, _) = after.split_once('>')?;
    let (_, after) = inside.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let end = value.find(['"', '\'', '?', ' ']).unwrap_or(value.len());
    label(value.get(..end)?)
}

/// The encoding of a label, as sloppy as publishers write it. UTF-16 is no answer here: its bytes look otherwise.
fn label(written: &str) -> Option<&'static Encoding> {
    let label = written.trim().to_ascii_lowercase().replace('_', "-");
    let known = match label.as_str() {
        "u8" | "utf8" => Some(UTF_8),
        "gb-2312" => Encoding::for_label(b"gb2312"),
        _ => Encoding::for_label(label.as_bytes())
            .or_else(|| Encoding::for_label(written.trim().as_bytes())),
    };
    let is_one = |known: &&'static Encoding| {
        (known.is_ascii_compatible() || *known == encoding_rs::ISO_2022_JP)
            && *known != encoding_rs::X_USER_DEFINED
    };
    known.filter(is_one)
}

/// What speaks for UTF-8 in a body that is not flawless, and what against it.
struct Evidence {
    /// Bytes behind the first of each character. A character is the better evidence the longer it is: other charsets
    /// hardly ever write three bytes that fit.
    good: usize,
    /// Places that are none. A character that the body's end cuts speaks against nothing.
    bad: usize,
}

impl Evidence {
    fn of(body: &[u8]) -> Self {
        let (mut good, mut bad, mut at) = (0, 0, 0);
        for chunk in body.utf8_chunks() {
            good += chunk.valid().chars().map(|c| c.len_utf8() - 1).sum::<usize>();
            at += chunk.valid().len() + chunk.invalid().len();
            let is_cut = at == body.len() && is_begun(chunk.invalid());
            bad += usize::from(!chunk.invalid().is_empty() && !is_cut);
        }
        Self { good, bad }
    }

    /// Whether bytes that are not UTF-8 are the exception.
    fn is_most(&self, body: &[u8], is_declared: bool) -> bool {
        let Self { good, bad } = *self;
        let is_lone = bad == 1 && good == 0 && is_declared && body.len() < 64;
        good > bad || good == bad && good > 0 && is_declared || is_lone
    }
}

/// The text in a charset, if few of its characters are broken: one that a program cut in two must not cost all others.
fn lenient(encoding: &'static Encoding, body: &[u8]) -> Option<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    // Only what is written takes memory, so that the text need not move as it grows.
    let needed = decoder.max_utf8_buffer_length(body.len())?;
    let mut text =
        String::with_capacity(needed.max(if needed > LARGE_BYTES { GIVEN_BACK_BYTES } else { 0 }));
    let (mut broken, mut whole) = (0_usize, 0_usize);
    let mut left = body;
    while !left.is_empty() {
        let (piece, rest) = left.split_at(LENIENT_BYTES.min(left.len()));
        let start = text.len();
        text.reserve(decoder.max_utf8_buffer_length(piece.len())?);
        let (result, ..) = decoder.decode_to_string(piece, &mut text, rest.is_empty());
        if result == CoderResult::OutputFull {
            return None;
        }
        for c in text.get(start..)?.chars().filter(|c| !c.is_ascii()) {
            if c == '\u{FFFD}' { broken += 1 } else { whole += 1 }
        }
        // What is mostly broken is found out long before its end.
        if broken * BROKEN_SHARE > whole + LENIENT_BYTES {
            return None;
        }
        left = rest;
    }
    (broken * BROKEN_SHARE <= whole).then_some(text)
}

/// Whether bytes are the beginning of a longer character.
fn is_begun(bytes: &[u8]) -> bool {
    let length = match bytes.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => return false,
    };
    bytes.len() < length
}

/// Whether a flawless text has more characters of UTF-8 than a text in a charset of two bytes would have by chance.
fn is_plainly_utf_8(text: &str) -> bool {
    let long = text.chars().filter(|c| c.len_utf8() >= 3).take(PLAIN_CHARS_MIN).count();
    long >= PLAIN_CHARS_MIN
}

/// The body with characters that were written as two halves of UTF-16, three bytes each, written as one; `None` if it
/// has none.
fn paired(body: &[u8]) -> Option<Vec<u8>> {
    let pair = |from: usize| {
        let rest = body.get(from..)?;
        rest.windows(6).position(is_pair).map(|at| from + at)
    };
    let mut next = pair(0)?;
    let (mut out, mut from) = (Vec::with_capacity(body.len()), 0);
    loop {
        out.extend_from_slice(&body[from..next]);
        let half =
            |at: usize| (u32::from(body[at] & 0x0F) << 6 | u32::from(body[at + 1] & 0x3F)) & 0x3FF;
        let c = char::from_u32(0x10000 + (half(next + 1) << 10) + half(next + 4));
        out.extend_from_slice(c.unwrap_or('\u{FFFD}').encode_utf8(&mut [0; 4]).as_bytes());
        from = next + 6;
        match pair(from) {
            Some(at) => next = at,
            None => break,
        }
    }
    out.extend_from_slice(&body[from..]);
    Some(out)
}

fn is_pair(six: &[u8]) -> bool {
    matches!(six, [0xED, 0xA0..=0xAF, 0x80..=0xBF, 0xED, 0xB0..=0xBF, 0x80..=0xBF])
}

/// UTF-8 with the bytes that are none read as windows-1252 where one stands alone, else as U+FFFD; half a character at
/// the end is none.
fn patched(body: &[u8]) -> String {
    let (mut out, mut at) = (String::with_capacity(body.len()), 0);
    for chunk in body.utf8_chunks() {
        out.push_str(chunk.valid());
        at += chunk.valid().len() + chunk.invalid().len();
        match chunk.invalid() {
            [] => {}
            cut if at == body.len() && is_begun(cut) => {}
            [one] => out.push(text::windows_1252(*one)),
            _ => out.push('\u{FFFD}'),
        }
    }
    out
}

/// The words that are not plain ASCII, up to a bound: those in it are the same in all charsets that are left. The last one
/// may be cut within a character.
fn telling(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(GUESS_BYTES_MAX.min(body.len() + 1));
    for word in body.split(u8::is_ascii_whitespace).filter(|word| !word.is_ascii()) {
        if out.len() + word.len() >= GUESS_BYTES_MAX {
            let room = GUESS_BYTES_MAX - out.len();
            // Of words, whole ones; a text without spaces is one word.
            if out.len() < GUESS_BYTES_MAX / 2 {
                out.extend_from_slice(word.get(..room).unwrap_or(word));
            }
            break;
        }
        // No space behind the last one, where the transfer may have cut a character.
        if !out.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
    out
}

/// The text in the charset that the detector guesses, windows-1252 where it has none.
fn guessed(body: &[u8]) -> String {
    let guess = guess(body);
    // Every byte means something in windows-1252.
    let text = strict(guess, body).or_else(|| lenient(guess, body));
    text.or_else(|| strict(WINDOWS_1252, body)).unwrap_or_default()
}

fn guess(body: &[u8]) -> &'static Encoding {
    let words = telling(body);
    let guess = detected(&words);
    if !guess.is_single_byte() {
        return guess;
    }
    // One broken character rules a charset out for the detector: each that has such is asked about without it.
    let several = [GBK, BIG5, SHIFT_JIS, EUC_JP, EUC_KR];
    let one = [WINDOWS_1251, WINDOWS_1253, WINDOWS_1255, WINDOWS_1257];
    let mut known = several.into_iter().chain(one);
    known.find(|one| is_read_without_what_is_broken(one, &words)).unwrap_or(guess)
}

fn detected(words: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    // Not the last: half a character at the end, ours or the transfer's, speaks against no charset.
    detector.feed(words, false);
    detector.guess(None, chardetng::Utf8Detection::Deny)
}

/// Whether the detector takes words for this charset once the few pieces that are broken in it are left out.
fn is_read_without_what_is_broken(encoding: &'static Encoding, words: &[u8]) -> bool {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>');
    let pieces = || words.split(is_end).filter(|piece| !piece.is_ascii());
    // Where a one-byte charset lacks a character, the standard has a control character.
    let is_whole = |piece: &&[u8]| {
        let (text, is_broken) = encoding.decode_without_bom_handling(piece);
        !is_broken && !text.contains(|c: char| matches!(c, '\u{80}'..='\u{9F}'))
    };
    let whole: Vec<&[u8]> = pieces().filter(is_whole).collect();
    let (kept, all) = (whole.len(), pieces().count());
    kept < all && kept * 2 > all && detected(&whole.join(&b' ')) == encoding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_with_a_stray_byte_or_a_cut_end_stays_utf_8() {
        let with = |body: &[u8]| decode(body, Some("text/xml; charset=utf-8")).text.into_owned();
        assert_eq!(
            with("<a>It’s on</a>, caf\u{e9}".as_bytes().split_last().unwrap().1),
            "<a>It’s on</a>, caf"
        );
        assert_eq!(
            with(&["<a>It’s on, caf".as_bytes(), b"\xE9</a>"].concat()),
            "<a>It’s on, café</a>"
        );
        let bare = ["<a>It’s on, caf".as_bytes(), b"\xE9</a>"].concat();
        assert_eq!(decode(&bare, None).text, "<a>It’s on, café</a>");
        // As often this as that, and nobody says: windows-1252 has no characters of two bytes.
        assert_eq!(with(&["<a>é ".as_bytes(), b"\xE9</a>"].concat()), "<a>é é</a>");
    }

    #[test]
    fn one_broken_character_costs_no_other() {
        for (charset, text) in [
            ("gbk", "特朗普与普京在安克雷奇会谈后没有达成协议"),
            ("shift_jis", "首相は会談した後で記者団に語ったと伝えられた"),
            ("euc-kr", "정상회담은 합의 없이 끝났다고 보도했다"),
            ("big5", "總統在會談後沒有達成協議記者說明了情況"),
        ] {
            let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
            let whole = encoding.encode(text).0.into_owned();
            let body = [b"<a>", &whole[..], b"</a><b>", &whole[..1], b"</b>"].concat();
            let decoded = decode(&body, Some(&format!("text/xml; charset={charset}")));
            assert!(decoded.text.contains(text), "{charset}: {}", decoded.text);
            assert!(decoded.text.ends_with("</b>"), "{charset}: {}", decoded.text);
        }
        let body = ["<a>Путин и Трамп</a>".as_bytes(), b"<b>caf\xE9</b>"].concat();
        for charset in ["iso-8859-1", "windows-1251", "utf-8"] {
            let decoded = decode(&body, Some(&format!("text/xml; charset={charset}")));
            assert_eq!(
                (&*decoded.text, decoded.repaired),
                ("<a>Путин и Трамп</a><b>café</b>", "bytes_outside_utf8")
            );
        }
        let russian = WINDOWS_1251.encode("Путин и Трамп").0;
        assert_eq!(decode(&russian, Some("a; charset=windows-1251")).text, "Путин и Трамп");
    }

    #[test]
    fn one_byte_that_a_charset_lacks_costs_its_guess_nothing() {
        for (charset, text, lacking) in [
            (WINDOWS_1251, "Президент России провёл переговоры в Анкоридже", 0x98),
            (WINDOWS_1253, "Ο πρωθυπουργός δήλωσε στους δημοσιογράφους", 0xD2),
        ] {
            let words = charset.encode(text).0.into_owned();
            let body = [&words.repeat(3), &b" caf"[..], &[lacking], b" ", &words].concat();
            let body = [b"<a>", &body[..], b"</a>"].concat();
            let decoded = decode(&body, None);
            assert!(decoded.text.contains(text), "{}", decoded.text);
        }
        let german =
            WINDOWS_1252.encode("Größe über der Straße, 20 \u{ba}C und 5\u{aa}").0.into_owned();
        assert!(decode(&german, None).text.starts_with("Größe über der Straße"));
    }

    #[test]
    fn a_charset_is_guessed_from_words_far_behind() {
        let russian = "Переговоры президентов завершились без соглашения, заявил представитель";
        let markup = "<item><title>plain</title></item>\n".repeat(4_000);
        for label in ["windows-1251", "koi8-r"] {
            let words = Encoding::for_label(label.as_bytes()).unwrap().encode(russian).0;
            let decoded = decode(&[markup.as_bytes(), &words].concat(), None).text.into_owned();
            assert!(decoded.ends_with(russian), "{label}: {:?}", decoded.get(markup.len()..));
        }
        let french = WINDOWS_1252.encode("« Où êtes-vous allés cet été ? »").0;
        assert_eq!(decode(&french, None).text, "« Où êtes-vous allés cet été ? »");
        assert_eq!(telling(b"a \xE9t\xE9 b\nc \xE0 "), b"\xE9t\xE9 \xE0");
        assert_eq!(telling(&vec![0xE9; 20 << 10]).len(), GUESS_BYTES_MAX);
    }

    #[test]
    fn a_guess_is_the_same_wherever_its_sample_is_cut() {
        for (charset, text) in [
            ("gbk", "特朗普与普京在安克雷奇会谈后没有达成协议，"),
            ("shift_jis", "首相は会談した後で記者団に語ったと伝えられた。"),
            ("big5", "總統在會談後沒有達成協議，記者說明了情況。"),
            ("euc-jp", "首相は会談した後で記者団に語ったと伝えられた。"),
            ("euc-kr", "정상 회담은 합의 없이 끝났다고 보도 했다. "),
        ] {
            let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
            let pads = ["", "x", "xy", "xyz"].into_iter();
            for (pad, times) in pads.flat_map(|pad| [3, 800].map(|times| (pad, times))) {
                let whole = format!("<a>{pad}</a> {}", text.repeat(times));
                let mut body = encoding.encode(&whole).0.into_owned();
                assert_eq!(decode(&body, None).text, whole, "{charset}, {pad}");
                // The transfer was cut within a character.
                body.extend_from_slice(encoding.encode(text).0.get(..1).unwrap());
                assert!(guess(&body) == encoding, "{charset}, {pad}, {times}, cut");
            }
        }
    }

    #[test]
    fn half_a_character_before_a_tag_speaks_against_no_charset_that_nobody_declared() {
        for (charset, text) in [
            ("gbk", "特朗普与普京在安克雷奇会谈后没有达成协议"),
            ("shift_jis", "首相は会談した後で記者団に語ったと伝えられた"),
            ("big5", "總統在會談後沒有達成協議，記者說明了情況"),
            ("euc-jp", "首相は会談した後で記者団に語ったと伝えられた"),
            ("euc-kr", "정상 회담은 합의 없이 끝났다고 보도 했다"),
        ] {
            let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
            let whole = encoding.encode(text).0.into_owned();
            for end in [whole.len() - 1, 9, 11] {
                let item = [b"<t>", &whole[..], b"</t>\n"].concat();
                let cut = [b"<t>", &whole[..end], b"</t>\n"].concat();
                let body = [&item[..], &item, &cut, &item].concat();
                let decoded = decode(&body, None).text.into_owned();
                assert_eq!(decoded.matches(text).count(), 3, "{charset} {end}: {decoded}");
            }
        }
        // What is in no charset of several bytes stays what it was.
        let french = WINDOWS_1252.encode("« Où êtes-vous allés cet été ? » Ça déçoit, à Nîmes.").0;
        assert_eq!(guess(&french), WINDOWS_1252);
    }

    #[test]
    fn halves_of_utf_16_written_as_utf_8_are_put_together() {
        let body = b"<a>\xED\xA0\xBD\xED\xB8\x80 ok \xED\xA0\xBD\xED\xB8\x81</a>";
        let decoded = decode(body, None);
        assert_eq!((&*decoded.text, decoded.repaired), ("<a>😀 ok 😁</a>", "surrogates_in_utf8"));
        // Half alone is nothing.
        assert!(
            !decode(b"<a>\xED\xA0\xBD ok</a>", Some("a; charset=utf-8")).text.contains('\u{4E00}')
        );
    }

    #[test]
    fn flawless_utf_8_under_the_name_of_another_charset_is_utf_8() {
        for charset in ["shift_jis", "gbk", "euc-kr", "big5", "windows-1251"] {
            let text = "<a>首相は会談した</a>";
            let decoded = decode(text.as_bytes(), Some(&format!("text/xml; charset={charset}")));
            assert_eq!((&*decoded.text, decoded.repaired), (text, "charset_mislabelled"));
        }
    }

    #[test]
    fn the_escapes_of_iso_2022_jp_are_read_where_it_is_declared() {
        let japanese = "\u{1B}$B<sAj\u{1B}(B";
        let by_header = decode(japanese.as_bytes(), Some("text/xml; charset=ISO-2022-JP"));
        assert_eq!(by_header.text, "首相");
        let body = format!("<?xml version=\"1.0\" encoding=\"iso-2022-jp\"?><a>{japanese}</a>");
        assert!(decode(body.as_bytes(), None).text.ends_with("<a>首相</a>"));
        let lying = "<?xml version=\"1.0\" encoding=\"iso-2022-jp\"?><a>首相</a>";
        assert_eq!(decode(lying.as_bytes(), None).text, lying);
        assert_eq!(decode(japanese.as_bytes(), None).text, japanese);
    }
}
