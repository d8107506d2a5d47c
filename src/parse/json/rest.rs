//! What is read of a JSON Feed from where it broke: all before that stays as it was read.

use serde::de::DeserializeSeed;

use super::super::json_mend::items::Items;
use super::super::json_mend::signs::list;
use super::super::json_mend::{self, mended};
use super::super::{claim::Defect, lean::Lean, place};
use super::{JsonFeed, Limits, Top, take, walk};

/// Reads on from the item that broke; `out` is what was read before.
pub(super) fn read(text: &str, broken: usize, out: JsonFeed, limits: Limits<'_>) -> JsonFeed {
    let mut out = out;
    let (first, from, mut ordinal) =
        if let Some(ends) = place::item_ends(text.get(..broken).unwrap_or("")) {
            unread(&mut out, ends.before);
            (ends.first, ends.last, ends.before)
        } else if let Some((name, list)) = list(text) {
            out = JsonFeed::default();
            members(&mut out, text.get(..name).unwrap_or(""), limits);
            out.is_feed = true;
            (list, list, 0)
        } else {
            return walk(&mended(text).text, limits).0;
        };
    out.is_without_list = false;
    let mut pieces = Items::new(text, from, first);
    let (mut lost, mut is_last_cut) = (None, true);
    for piece in pieces.by_ref() {
        if !piece.text.contains(':') {
            // Brackets without anything in them.
            continue;
        }
        let is_over =
            out.items.len() >= limits.entries_max && !piece.text.contains("date_published");
        let whole = if piece.is_whole && !is_over { json_mend::whole(&piece.text) } else { None };
        let (value, is_cut) = match whole {
            _ if is_over => (Some(Lean::Object(Vec::new())), piece.is_whole),
            Some(value) => (Some(value), true),
            None => json_mend::value(&piece.text, piece.span.end == text.len()),
        };
        is_last_cut = is_cut;
        if value.is_none() {
            lost = lost.or(Some(piece.span.start));
        }
        let value = value.unwrap_or(Lean::Object(Vec::new()));
        take(&mut out, ordinal, &value, limits);
        if let Some(claim) = out.items.last_mut().filter(|claim| claim.note.ordinal == ordinal) {
            claim.note.span = piece.span;
            if !piece.is_whole && is_cut && claim.note.span.end == text.len() {
                claim.note.defects.push(("item_cut", "", 0));
            }
        }
        ordinal += 1;
    }
    let told = |at, detail: &str| Defect {
        word: "document_cut",
        at: Some(at),
        element: "",
        detail: detail.to_owned(),
    };
    if let Some(at) = lost.or(pieces.lost) {
        out.defects.push(told(at, "what may be an item begins here and was not read"));
    } else if pieces.end.is_none() && is_last_cut {
        out.defects.push(told(text.len(), "the list of items does not end"));
    }
    if let Some(end) = pieces.end {
        let rest = text
            .get(end..)
            .unwrap_or("")
            .trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        members(&mut out, &["{", rest].concat(), limits);
    }
    out
}

/// Takes back the last item that was begun, if it was read: what ended it may have been a bracket too many.
fn unread(out: &mut JsonFeed, ordinal: u64) {
    if out.items.len() as u64 + out.over_limit <= ordinal {
        return;
    }
    if out.items.last().is_some_and(|claim| claim.note.ordinal == ordinal) {
        out.items.pop();
        out.ages.truncate(out.items.len());
    } else {
        out.over_limit -= 1;
    }
}

/// Takes what a text without its items says of the feed.
fn members(out: &mut JsonFeed, text: &str, limits: Limits<'_>) {
    let text = mended(text).text;
    // What could not be mended is not said.
    let _ended = Top { out, limits, has_items: false }
        .deserialize(&mut serde_json::Deserializer::from_str(&text));
}
