//! One field being read: its text gathered until its end tag, whatever stands inside.

use std::borrow::Cow;

use crate::parse::claim::Words;
use crate::parse::guard::is_void;
use crate::parse::html;
use crate::parse::text::{self, Entities, Mode};

use super::lex::Tag;
use super::names::Field;

/// What a `type` says about a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Plain,
    /// Text, where the dialect lets publishers write HTML without saying so.
    Guess,
    /// Escaped HTML.
    Html,
    /// Real tags.
    Markup,
}

/// The kind that a `type` attribute states; `None` where it says nothing we know.
pub(crate) fn kind_of(stated: &str) -> Option<Kind> {
    let stated = stated.trim().to_ascii_lowercase();
    Some(match stated.as_str() {
        "" => return None,
        "text" | "plain" | "text/plain" => Kind::Plain,
        "html" | "text/html" => Kind::Html,
        "xhtml" => Kind::Markup,
        _ if stated.ends_with("/xml") || stated.ends_with("+xml") => Kind::Markup,
        _ if stated.starts_with("text/") => Kind::Guess,
        _ => return None,
    })
}

/// How a field's text is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) kind: Kind,
    pub(crate) is_base64: bool,
    /// Whether the dialect's titles and the like may be HTML unsaid.
    pub(crate) may_guess: bool,
}

/// Element inside a field, in a text's own markup.
#[derive(Debug)]
pub(crate) struct Capture<'a> {
    /// Name of the field's element, as written.
    pub(crate) name: &'a str,
    pub(crate) field: Field,
    /// Order of preference among equal fields: smaller is better.
    pub(crate) rank: u16,
    pub(crate) reading: Reading,
    /// Attributes of the field's element.
    pub(crate) attrs: &'a str,
    /// Elements of the same name open inside.
    nested: u32,
    mode: Mode,
    value: String,
    bytes_max: usize,
    /// Whether text was left out.
    pub(crate) is_cut: bool,
}

impl<'a> Capture<'a> {
    pub(crate) fn new(tag: &Tag<'a>, field: Field, rank: u16, reading: Reading) -> Self {
        let mode = if reading.kind == Kind::Markup { Mode::Markup } else { Mode::Decode };
        Self {
            name: tag.name,
            field,
            rank,
            reading,
            attrs: tag.attrs,
            nested: 0,
            mode,
            value: String::new(),
            bytes_max: usize::MAX,
            is_cut: false,
        }
    }

    /// Bounds what is kept.
    pub(crate) fn at_most(mut self, bytes_max: usize) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    fn has_room(&mut self) -> bool {
        let room = self.value.len() < self.bytes_max;
        self.is_cut |= !room;
        room
    }

    pub(crate) fn text(&mut self, run: &str, entities: &mut Entities) {
        if self.has_room() {
            let run = self.beginning(run, text::REFERENCE_BYTES_MAX + 2);
            text::decode_into(&mut self.value, run, entities, self.mode);
        }
    }

    pub(crate) fn cdata(&mut self, run: &str) {
        if !self.has_room() {
            return;
        }
        let run = self.beginning(run, 2);
        if self.mode == Mode::Markup {
            let mut clean = String::new();
            text::clean_into(&mut clean, run);
            text::escape_into(&mut self.value, &clean);
        } else {
            text::clean_into(&mut self.value, run);
        }
    }

    /// As much of a run as can matter, where so many bytes may become one.
    fn beginning<'r>(&mut self, run: &'r str, shrink: usize) -> &'r str {
        let head = text::head(run, self.bytes_max.saturating_mul(shrink));
        self.is_cut |= head.len() < run.len();
        head
    }

    /// A tag inside the field: its markup, though the field may not have said so.
    pub(crate) fn open(&mut self, tag: &Tag<'_>) {
        if tag.name.eq_ignore_ascii_case(self.name) && !tag.empty {
            self.nested += 1;
        }
        self.mode = Mode::Markup;
        if !self.has_room() {
            return;
        }
        self.value.push('<');
        text::clean_into(&mut self.value, local(tag.name));
        if !tag.attrs.trim().is_empty() {
            self.value.push(' ');
            text::clean_into(&mut self.value, tag.attrs.trim());
        }
        // In HTML only void elements can be empty: `<script/>` would hide all that follows.
        match tag.empty {
            false => self.value.push('>'),
            true if is_void(local(tag.name)) => self.value.push_str(" />"),
            true => {
                self.value.push_str("></");
                text::clean_into(&mut self.value, local(tag.name));
                self.value.push('>');
            }
        }
    }

    /// An end tag inside the field; true if it is the field's own.
    pub(crate) fn close(&mut self, name: &str) -> bool {
        let is_own = name.eq_ignore_ascii_case(self.name);
        if is_own && self.nested == 0 {
            return true;
        }
        self.nested -= u32::from(is_own);
        if self.mode == Mode::Markup && self.has_room() {
            self.value.push_str("</");
            text::clean_into(&mut self.value, local(name));
            self.value.push('>');
        }
        false
    }

    /// The text as read, trimmed, for fields that are no prose.
    pub(crate) fn plain(&self) -> &str {
        self.value.trim()
    }

    /// The text with its kind.
    pub(crate) fn words(&mut self) -> Words {
        let mut value = std::mem::take(&mut self.value);
        let mut is_html = self.mode == Mode::Markup || self.reading.kind == Kind::Html;
        let is_encoded = self.reading.is_base64 && self.mode == Mode::Decode;
        if let Some(decoded) = is_encoded.then(|| base64(&value)).flatten() {
            value = decoded;
        }
        if let Cow::Owned(better) = text::mended(&value) {
            value = better;
        }
        if value.len() > self.bytes_max {
            self.is_cut = true;
            value.truncate(text::head(&value, self.bytes_max).len());
            if let (true, Some(open)) = (is_html, value.rfind('<')) {
                // A tag cut in the middle would show as text.
                if !value.get(open..).is_some_and(|tail| tail.contains('>')) {
                    value.truncate(open);
                }
            }
        }
        let trimmed = value.trim();
        if trimmed.len() != value.len() {
            value = trimmed.to_owned();
        }
        let may_guess = self.reading.may_guess && self.reading.kind == Kind::Plain
            || self.reading.kind == Kind::Guess;
        is_html |= may_guess && html::looks_like(&value);
        Words { value, is_html }
    }
}

/// The name without its prefix: in HTML prefixes mean nothing.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Text in base64, if it is that and UTF-8.
fn base64(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut bits = 0_u32;
    let mut held = 0_u32;
    for byte in text.bytes().filter(|b| !b.is_ascii_whitespace()) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xFF_FFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xFF).unwrap_or(0));
        }
    }
    let text = String::from_utf8(out).ok()?;
    let mut clean = String::with_capacity(text.len());
    text::clean_into(&mut clean, &text);
    (!clean.is_empty()).then_some(clean)
}
