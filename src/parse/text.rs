//! Characters: references, control characters, windows-1252 in disguise, cutting at a bound.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::tables::html_entity;

/// Characters that documents of one-byte habits mean by the code points 128–159.
const WINDOWS_1252: [char; 32] = [
    '\u{20AC}', '\u{FFFD}', '\u{201A}', '\u{0192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{02C6}', '\u{2030}', '\u{0160}', '\u{2039}', '\u{0152}', '\u{FFFD}', '\u{017D}', '\u{FFFD}',
    '\u{FFFD}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{02DC}', '\u{2122}', '\u{0161}', '\u{203A}', '\u{0153}', '\u{FFFD}', '\u{017E}', '\u{0178}',
];

/// Longest reference looked at; the longest HTML name has 31 letters.
pub(crate) const REFERENCE_BYTES_MAX: usize = 34;

/// All expansions of a document's own entities together, so that none of them is a bomb.
const EXPANSION_BYTES_MAX: usize = 64 << 10;

/// Most entities taken from a DOCTYPE.
const ENTITIES_MAX: usize = 64;

/// The character a code point means, if it means one.
pub(crate) fn character(code: u32) -> char {
    match code {
        0x80..=0x9F => WINDOWS_1252[(code - 0x80) as usize],
        _ => char::from_u32(code).unwrap_or('\u{FFFD}'),
    }
}

/// The windows-1252 reading of one byte.
pub(crate) fn windows_1252(byte: u8) -> char {
    character(u32::from(byte))
}

/// Whether a character may not stand in text.
pub(crate) fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0B'..='\x1F' | '\x7F' | '\u{FFFE}' | '\u{FFFF}' | '\u{FEFF}')
}

/// Whether a run has bytes that [`clean_into`] may change.
pub(crate) fn is_suspect(run: &str) -> bool {
    run.bytes().any(|b| (b < 0x20 && b != b'\t' && b != b'\n') || matches!(b, 0x7F | 0xC2 | 0xEF))
}

/// Appends a run without control characters; C1 controls become what windows-1252 means by them.
pub(crate) fn clean_into(out: &mut String, run: &str) {
    if run.contains(['\r', '\x0C']) {
        // A lone return ends a line, as XML has it.
        return clean_into(
            out,
            &run.replace("\r\n", "\n").replace('\r', "\n").replace('\x0C', " "),
        );
    }
    if is_suspect(run) {
        out.extend(run.chars().filter(|c| !is_forbidden(*c)).map(|c| match u32::from(c) {
            code @ 0x80..=0x9F => character(code),
            _ => c,
        }));
    } else {
        out.push_str(run);
    }
}

/// The document's own entities, as far as they are plain text.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    own: HashMap<String, String>,
    spent: usize,
}

impl Entities {
    /// Takes `<!ENTITY name "value">` from a DOCTYPE; values with markup or references are left out.
    pub(crate) fn declare(&mut self, doctype: &str) {
        for declaration in doctype.split("<!ENTITY").skip(1).take(ENTITIES_MAX) {
            let declaration = declaration.trim_start();
            let Some((name, rest)) = declaration.split_once(|c: char| c.is_ascii_whitespace())
            else {
                continue;
            };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            let body = rest.get(1..).unwrap_or("");
            let Some((value, _)) = body.split_once(quote) else { continue };
            if value.contains(['&', '<', '%']) || self.own.len() >= ENTITIES_MAX {
                continue;
            }
            // Of two declarations the first one counts.
            self.own.entry(name.to_owned()).or_insert_with(|| {
                let mut clean = String::with_capacity(value.len());
                clean_into(&mut clean, value);
                clean
            });
        }
    }

    fn own(&mut self, name: &str) -> Option<String> {
        let value = self.own.get(name)?;
        self.spent += value.len();
        (self.spent <= EXPANSION_BYTES_MAX).then(|| value.clone())
    }
}

/// How text is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// References become characters.
    Decode,
    /// As above, and what is special in HTML is escaped again: text beside real tags.
    Markup,
}

/// What a reference stands for.
enum Meaning {
    One(char),
    Known(&'static str),
    Own(String),
}

/// Appends text with its references resolved; what is no reference stays as it is written.
pub(crate) fn decode_into(out: &mut String, text: &str, entities: &mut Entities, mode: Mode) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        clean_into(out, before);
        if let Some((meaning, length)) = reference(after, entities) {
            match meaning {
                Meaning::One('\r') if !is_line_end(after.get(length..).unwrap_or("")) => {
                    out.push('\n');
                }
                Meaning::One(c) if is_forbidden(c) => {}
                Meaning::One(c) => push(out, c.encode_utf8(&mut [0; 4]), mode),
                Meaning::Known(known) => push(out, known, mode),
                Meaning::Own(own) => push(out, &own, mode),
            }
            rest = after.get(length..).unwrap_or("");
        } else {
            out.push_str(if mode == Mode::Markup { "&amp;" } else { "&" });
            rest = after;
        }
    }
    clean_into(out, rest);
}

/// Whether a line ends here, whoever wrote a return before it.
fn is_line_end(rest: &str) -> bool {
    rest.starts_with('\n') || ["&#10;", "&#xA;", "&#xa;"].iter().any(|end| rest.starts_with(end))
}

fn push(out: &mut String, text: &str, mode: Mode) {
    match mode {
        Mode::Decode => out.push_str(text),
        Mode::Markup => escape_into(out, text),
    }
}

/// The meaning of the reference that `rest` (behind its `&`) begins with, and its length with the `;`.
fn reference(rest: &str, entities: &mut Entities) -> Option<(Meaning, usize)> {
    let end = rest
        .bytes()
        .take(REFERENCE_BYTES_MAX)
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'#' | b'_' | b'.' | b'-')))?;
    if rest.as_bytes().get(end) != Some(&b';') {
        return None;
    }
    let name = rest.get(..end)?;
    let meaning = if let Some(number) = name.strip_prefix('#') {
        Meaning::One(numeric(number)?)
    } else if let Some(own) = entities.own(name) {
        Meaning::Own(own)
    } else {
        Meaning::Known(html_entity(name)?)
    };
    Some((meaning, end + 1))
}

/// The word for what is odd about the reference that `rest` (behind its `&`) begins with, and the reference.
pub(crate) fn odd_reference<'r>(
    rest: &'r str,
    entities: &mut Entities,
) -> Option<(&'static str, &'r str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '#';
    let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
    let name = rest.get(..end)?;
    let word = match name.strip_prefix('#') {
        _ if !rest.get(end..)?.starts_with(';') && reference(rest, entities).is_none() => {
            "ampersand_bare"
        }
        None if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") => return None,
        None if entities.own.iter().any(|(known, _)| known == name) => return None,
        None if html_entity(name).is_some() => "entity_undeclared",
        None => "entity_unknown",
        Some(number) => match code(number) {
            Some(0x80..=0x9F) => "reference_windows_1252",
            Some(code) if code > 0 && char::from_u32(code).is_some_and(|c| !is_forbidden(c)) => {
                return None;
            }
            Some(_) => "reference_invalid",
            None => "ampersand_bare",
        },
    };
    Some((word, name))
}

fn numeric(number: &str) -> Option<char> {
    let code = code(number)?;
    Some(if code == 0 { '\u{FFFD}' } else { character(code) })
}

/// The code point that a numeric reference names, one out of range as the greatest number.
fn code(number: &str) -> Option<u32> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    Some(u32::from_str_radix(digits, radix).unwrap_or(u32::MAX))
}

/// Whether `name` is one of the HTML names.
pub(crate) fn is_named(name: &str) -> bool {
    html_entity(name).is_some()
}

/// References resolved, as for a title.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') && !is_suspect(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    decode_into(&mut out, text, &mut Entities::default(), Mode::Decode);
    Cow::Owned(out)
}

/// Appends text so that it stands in XML and HTML as itself.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let mut chars = after.chars();
        out.push_str(match chars.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            _ => "&quot;",
        });
        rest = chars.as_str();
    }
    out.push_str(rest);
}

/// Text that was UTF-8, taken for a one-byte charset and encoded again, read right; `None` where it was not.
pub(crate) fn unmangled(text: &str) -> Option<String> {
    if !text.bytes().any(|b| matches!(b, 0xC2 | 0xC3)) {
        return None;
    }
    let bytes: Vec<u8> =
        text.chars().map(|c| u8::try_from(u32::from(c))).collect::<Result<_, _>>().ok()?;
    String::from_utf8(bytes).ok()
}

/// Prose without white space around it, read right where it was encoded twice or more.
pub(crate) fn mended(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text.trim());
    // Each pass halves what was mangled, so there are few.
    while let Some(better) = unmangled(&out) {
        let mut clean = String::with_capacity(better.len());
        clean_into(&mut clean, &better);
        out = Cow::Owned(clean.trim().to_owned());
    }
    out
}

/// The longest beginning of at most `max` bytes that ends at a character.
pub(crate) fn head(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}
