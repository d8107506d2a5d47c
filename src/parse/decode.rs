//! Bytes to text: which charset, by every sign there is, in order of trust.
//!
//! BOM or the shape of `<` in UTF-16 and UTF-32, then HTTP, then the XML declaration, then UTF-8, then a
//! guess. A candidate that yields errors falls through to the next; a BOM beats every declaration.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, UTF_8, WINDOWS_1252};

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

/// What the guess looks at: enough text to know a language by.
const GUESS_BYTES_MAX: usize = 64 << 10;

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
            Some(other) if other != UTF_8 && !is_one_byte => {
                if let Some(text) = strict(other, body) {
                    return Decoded { text: text.into(), repaired: "" };
                }
            }
            _ => {}
        }
        let repaired = if is_one_byte { "charset_mislabelled" } else { "" };
        return Decoded { text: text.into(), repaired };
    }
    let candidates = [http_charset(content_type), declaration(body)];
    for known in candidates.into_iter().flatten().filter(|known| *known != UTF_8) {
        if let Some(text) = strict(known, body) {
            return Decoded { text: text.into(), repaired: "" };
        }
    }
    if is_mostly_utf_8(body) {
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
    if body.starts_with(b"\xFE\xFF") || body.starts_with(b"\x00<") {
        return Some(encoding_rs::UTF_16BE.decode(body).0.into_owned());
    }
    if body.starts_with(b"\xFF\xFE") || body.starts_with(b"<\x00") {
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

/// Whether bytes that are not UTF-8 are the exception in a body that is.
fn is_mostly_utf_8(body: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad || (bad == 1 && good == 0 && declaration(body) == Some(UTF_8) && body.len() < 64)
}

/// UTF-8 with the bytes that are none read as windows-1252 where one stands alone, else as U+FFFD.
fn patched(body: &[u8]) -> String {
    let mut out = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        out.push_str(chunk.valid());
        match chunk.invalid() {
            [] => {}
            [one] => out.push(text::windows_1252(*one)),
            _ => out.push('\u{FFFD}'),
        }
    }
    out
}

/// The detector's guess, windows-1252 where it has none.
fn guessed(body: &[u8]) -> String {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    let sample = body.get(..GUESS_BYTES_MAX.min(body.len())).unwrap_or(body);
    detector.feed(sample, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    // Every byte means something in windows-1252.
    strict(guess, body).or_else(|| strict(WINDOWS_1252, body)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

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
