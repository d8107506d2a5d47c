//! Writes a record as one line within the cap of its kind. What does not fit is left out, never the record.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::cut;
use super::format::Record;

/// Longest line without a body, newline included: common shippers stop reading a file above 32 KB.
pub const LINE_BYTES_MAX: usize = 30 * 1024;
/// Longest line with a body, newline included: for readers without that limit.
pub const LINE_WITH_BODY_BYTES_MAX: usize = 128 * 1024;

/// A record of any kind as one line with its newline, never longer than its cap.
pub fn line<R: Serialize + Clone + Into<Record>>(record: &R) -> Vec<u8> {
    let mut bytes = to_json(record);
    if bytes.len() >= LINE_BYTES_MAX {
        let record: Record = record.clone().into();
        if bytes.len() >= cap(&record) {
            bytes = to_json(&cut::to_fit(record));
        }
    }
    bytes.push(b'\n');
    bytes
}

/// The cap that holds for a record.
fn cap(record: &Record) -> usize {
    match record {
        Record::Article(article) if article.text.body.is_some() => LINE_WITH_BODY_BYTES_MAX,
        _ => LINE_BYTES_MAX,
    }
}

/// JSON as lines hold it: one line, no control character raw, line separators escaped too.
///
/// # Panics
/// On a map whose keys are no strings, which no record has.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2048);
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, OneLine))
        .expect("records have string keys and writing to memory does not fail");
    bytes
}

/// Escapes what JSON allows raw and line readers trip over: DEL, C1 controls, U+2028 and U+2029.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        writer.write_all(escaped(fragment).as_bytes())
    }
}

fn escaped(fragment: &str) -> Cow<'_, str> {
    if !fragment.chars().any(is_escaped) {
        return Cow::Borrowed(fragment);
    }
    let mut out = String::with_capacity(fragment.len() + 8);
    for c in fragment.chars() {
        if is_escaped(c) {
            write!(out, "\\u{:04x}", u32::from(c)).expect("a String takes all");
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn is_escaped(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}
