//! Desk labels in headline, first and last block: update, correction, kill, embargo. Read, never removed.

use jiff::Timestamp;

use super::date;
use super::text::Body;
use crate::news::{Notice, NoticeKind, Time};
use crate::tables::{Label, Tables};

/// A label stands in a line; a longer block is a paragraph that may open with the same word.
const LINE_CHARS_MAX: usize = 300;

/// The label of an article. The weightier of headline and text counts: a kill in the text beats an update in the headline.
pub(super) fn find(title: &str, body: &Body, fetched_at: Timestamp, tables: &Tables) -> Notice {
    let ends = [body.blocks.first(), body.blocks.last().filter(|_| body.blocks.len() > 1)];
    let lines = ends.into_iter().flatten().filter(|block| block.chars <= LINE_CHARS_MAX);
    let labels = lines.filter_map(|block| tables.line_label(body.block(block)));
    let title =
        if title.chars().count() <= LINE_CHARS_MAX { tables.title_label(title) } else { None };
    let mut best: Option<Label> = title;
    for label in labels {
        if best.as_ref().is_none_or(|best| weight(label.kind) > weight(best.kind)) {
            best = Some(label);
        }
    }
    best.map_or_else(Notice::default, |label| Notice {
        kind: label.kind,
        label: label.label,
        number: label.number,
        target_article_id: String::new(),
        until: date::embargo(&label.until, fetched_at).map(Time),
    })
}

/// How much harm it does to miss the label.
fn weight(kind: NoticeKind) -> u8 {
    match kind {
        NoticeKind::None => 0,
        NoticeKind::Repeat => 1,
        NoticeKind::Update => 2,
        NoticeKind::Advisory => 3,
        NoticeKind::Correction => 4,
        NoticeKind::Hold => 5,
        NoticeKind::Embargo => 6,
        NoticeKind::Withdrawal => 7,
        NoticeKind::Kill => 8,
    }
}
