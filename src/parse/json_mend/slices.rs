//! The items of a list whose brackets nobody can put right, told by what an item looks like.

use super::super::lean::{DEPTH_MAX, Depth, Lean};
use super::mended;
use serde::de::DeserializeSeed;

/// Members that people, attachments and extensions have none of.
const TELLING: [&str; 5] = ["title", "content_html", "content_text", "summary", "date_published"];

/// Where an object begins with its id, as items do, and is not what a member is or lists.
pub(in super::super) fn starts(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices("\"id\"").filter_map(|(at, name)| {
        let (before, after) = (text.get(..at)?.trim_end(), text.get(at + name.len()..)?);
        after.trim_start().starts_with(':').then_some(())?;
        let before = before.strip_suffix('{')?;
        let outer = before.trim_end_matches(|c: char| c.is_whitespace() || c == '[');
        let member = outer.strip_suffix(':').map(str::trim_end);
        member
            .is_none_or(|member| member.trim_end_matches('"').ends_with("items"))
            .then_some(before.len())
    })
}

/// One value, closed where its text ends.
pub(in super::super) fn value(slice: &str) -> Option<Lean> {
    let mended = mended(slice).text;
    Depth(DEPTH_MAX).deserialize(&mut serde_json::Deserializer::from_str(&mended)).ok()
}

/// From each start to the next one.
fn slices<'t>(text: &'t str, starts: &'t [usize]) -> impl Iterator<Item = (usize, &'t str)> {
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| (*start, text.get(*start..end).unwrap_or("")))
}

/// Whether an object is one of the list's: what it says before a list closes that it did not open.
fn is_item(slice: &str) -> bool {
    let own = own(slice);
    let Some(value) = value(own) else { return false };
    let has = |name: &&str| !matches!(value.get(name), Lean::Nothing);
    let is_open = own.len() == slice.len() && mended(slice).is_cut;
    // Only people have a name.
    !has(&"name") && (is_open || TELLING.iter().any(has))
}

/// A slice up to a bracket that closes a list around it; behind a list of its own, a bracket may be one too many.
fn own(slice: &str) -> &str {
    let (mut in_string, mut is_escaped) = (false, false);
    for (at, byte) in slice.bytes().enumerate() {
        match byte {
            b'"' if !is_escaped => in_string = !in_string,
            b'[' if !in_string => break,
            b']' if !in_string => return slice.get(..at).unwrap_or(slice),
            _ => {}
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    slice
}

/// The items, each read from its beginning up to the next one's.
///
/// Two walks over the text. The first leaves out what ends before the next beginning and has nothing of an item: a
/// person, an attachment, an extension.
pub(in super::super) fn items(text: &str) -> Vec<Lean> {
    let found: Vec<usize> = starts(text).collect();
    let kept: Vec<usize> =
        slices(text, &found).filter(|(_, slice)| is_item(slice)).map(|(start, _)| start).collect();
    slices(text, &kept).filter_map(|(_, slice)| value(slice)).collect()
}
