//! From byte offsets to what people look for: line, column, entry.
//!
//! Lines and columns count from 1, in the decoded text without its byte order mark; a column is a character
//! (a Unicode scalar value). A line ends at U+000A, at U+000D, or at both together.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::claim::Note;
use super::trace::TOLD_MAX;

/// A defect and where it stands.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct DefectView {
    pub(super) defect: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entry: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) element: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) detail: String,
    /// How many of this word there are beyond those told singly, this one among them; 0 where it is told singly.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) more: usize,
    pub(super) line: usize,
    pub(super) column: usize,
    /// In bytes.
    pub(super) offset: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands on a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Where the entries of a document stand, by ordinal and in its order.
#[derive(Debug, Default)]
pub(super) struct Entries(Vec<(u64, Range<usize>)>);

impl Entries {
    pub(super) fn new(spans: Vec<(u64, Range<usize>)>) -> Self {
        Self(spans)
    }

    /// The entry an offset is in.
    fn at(&self, offset: usize) -> Option<u64> {
        let after = self.0.partition_point(|(_, span)| span.start <= offset);
        let (ordinal, span) = self.0.get(after.checked_sub(1)?)?;
        span.contains(&offset).then_some(*ordinal)
    }
}

/// Puts defects in the order of the document, finds their lines, and bounds how many of a word are told.
///
/// `counts` says how many there are of words whose later ones were not handed over.
pub(super) fn placed(
    mut defects: Vec<DefectView>,
    counts: &BTreeMap<&'static str, usize>,
    text: &str,
    entries: &Entries,
) -> Vec<DefectView> {
    defects.sort_by_key(|defect| defect.offset);
    defects.dedup_by(|one, other| {
        one.defect == other.defect
            && one.offset == other.offset
            && one.entry.is_none()
            && one.element == other.element
    });
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut rest: BTreeMap<String, usize> = BTreeMap::new();
    let mut out: Vec<DefectView> = Vec::new();
    for mut defect in defects {
        let count = told.entry(defect.defect.clone()).or_default();
        *count += 1;
        if *count > TOLD_MAX {
            if let Some(at) = rest.get(&defect.defect).copied() {
                out[at].more += 1;
                continue;
            }
            rest.insert(defect.defect.clone(), out.len());
            defect = DefectView { more: 1, element: "", detail: String::new(), ..defect };
        }
        out.push(defect);
    }
    for (word, count) in counts {
        // The walk that counted handed over its first ones.
        let missing = count.saturating_sub(TOLD_MAX);
        let last = out.iter().rposition(|defect| defect.defect == *word);
        if let (Some(at), true) = (last, missing > 0) {
            out[at].more += missing;
        }
    }
    find_lines(&mut out, text);
    for defect in &mut out {
        defect.entry = defect.entry.or_else(|| entries.at(defect.offset));
    }
    out
}

/// A byte offset in words.
pub(super) fn words(text: &str, offset: usize) -> String {
    let mut place = [DefectView { offset, ..DefectView::default() }];
    find_lines(&mut place, text);
    let [DefectView { line, column, .. }] = place;
    format!("line {line}, column {column}")
}

/// One walk over the text for all of them.
fn find_lines(defects: &mut [DefectView], text: &str) {
    let bytes = text.as_bytes();
    let (mut line, mut column, mut at) = (1, 1, 0);
    for defect in defects {
        let end = defect.offset.min(bytes.len());
        for (place, byte) in bytes.iter().enumerate().take(end).skip(at) {
            match byte {
                b'\r' if bytes.get(place + 1) == Some(&b'\n') => column += 1,
                b'\n' | b'\r' => (line, column) = (line + 1, 1),
                // All but the first byte of a character.
                0x80..=0xBF => {}
                _ => column += 1,
            }
        }
        at = at.max(end);
        (defect.line, defect.column) = (line, column);
    }
}

/// The bytes of the text that an item takes; `starts` are those of JSON items, whose notes know none.
pub(super) fn span(note: &Note, starts: &[usize], end: usize) -> Range<usize> {
    if !note.span.is_empty() {
        return note.span.clone();
    }
    let at = usize::try_from(note.ordinal).unwrap_or(usize::MAX);
    let start = starts.get(at).copied().unwrap_or(0);
    start..starts.get(at.saturating_add(1)).copied().unwrap_or(end)
}

/// Where each item of the last list called `items` begins, in bytes: an own walk, since only people ask for it.
pub(super) fn item_starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    walk_items(text, |met| match met {
        Met::List => starts.clear(),
        Met::Item(at) => starts.push(at),
    });
    starts
}

/// Where the first and the last item of that list begin, and how many stand before the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) before: u64,
}

/// The ends of that list, of which there may be millions; `None` where it has no item.
pub(super) fn item_ends(text: &str) -> Option<Ends> {
    let mut ends: Option<Ends> = None;
    walk_items(text, |met| {
        ends = match (met, ends) {
            (Met::List, _) => None,
            (Met::Item(at), None) => Some(Ends { first: at, last: at, before: 0 }),
            (Met::Item(at), Some(ends)) => Some(Ends { last: at, before: ends.before + 1, ..ends }),
        };
    });
    ends
}

/// What a walk over items meets.
enum Met {
    /// A list of them: what it met before is none.
    List,
    /// The beginning of one.
    Item(usize),
}

fn walk_items(text: &str, mut see: impl FnMut(Met)) {
    let (mut depth, mut string, mut escaped) = (0_u32, None, false);
    let (mut key, mut in_items) = ("", false);
    for (at, byte) in text.bytes().enumerate() {
        if let Some(begin) = string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    if depth == 1 {
                        key = text.get(begin + 1..at).unwrap_or("");
                    }
                    string = None;
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => string = Some(at),
            b'[' | b'{' => {
                if depth == 1 && key == "items" {
                    see(Met::List);
                    in_items = byte == b'[';
                } else if depth == 2 && in_items && byte == b'{' {
                    see(Met::Item(at));
                }
                depth += 1;
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                in_items &= depth > 1;
            }
            _ => {}
        }
    }
}
