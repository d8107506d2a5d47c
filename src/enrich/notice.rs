//! Desk labels in headline, first and last block: update, correction, kill, embargo. Read, never removed. Beside the
//! label stands what the notice calls the article by that it is about.

use jiff::Timestamp;

use super::date;
use super::text::Body;
use crate::news::{Name, Notice, NoticeKind, Time};
use crate::tables::{Label, Tables};

/// A label stands in a line; a longer block is a paragraph that may open with the same word.
const LINE_CHARS_MAX: usize = 300;
/// A text with more words is a report with a word to editors, not a note to them.
const NOTE_WORDS_MAX: usize = 120;
/// What a notice names; more is a text that quotes.
const NAMES_MAX: usize = 8;
/// Words of a quoted headline: fewer are an expression, more a statement.
const HEADLINE_WORDS: std::ops::RangeInclusive<usize> = 3..=30;
/// Quotation marks, each with the one that closes it.
const MARKS: [(char, char); 8] = [
    ('"', '"'),
    ('“', '”'),
    ('„', '“'),
    ('”', '”'),
    ('«', '»'),
    ('»', '«'),
    ('‘', '’'),
    ('「', '」'),
];

/// The label of an article. The weightier of headline and text counts: a kill in the text beats an update in the headline.
pub(super) fn find(title: &str, body: &Body, fetched_at: Timestamp, tables: &Tables) -> Notice {
    let is_short = body.text.split_whitespace().nth(NOTE_WORDS_MAX).is_none();
    let ends = [body.blocks.first(), body.blocks.last().filter(|_| body.blocks.len() > 1)];
    let lines = ends.into_iter().flatten().filter(|block| block.chars <= LINE_CHARS_MAX);
    let labels = lines
        .filter_map(|block| tables.line_label(body.block(block)))
        .filter(|label| is_short || label.kind != NoticeKind::Advisory);
    let title_label =
        if title.chars().count() <= LINE_CHARS_MAX { tables.title_label(title) } else { None };
    let mut best: Option<Label> = title_label;
    for label in labels {
        if best.as_ref().is_none_or(|best| weight(label.kind) > weight(best.kind)) {
            best = Some(label);
        } else if let Some(best) = best.as_mut().filter(|best| best.kind == label.kind) {
            complete(best, label);
        }
    }
    let Some(label) = best else { return Notice::default() };
    let is_about_another = label.kind.is_note() || label.kind == NoticeKind::Correction;
    let text = if is_short { body.text.as_str() } else { "" };
    Notice {
        names: if is_about_another { names(&label, title, text) } else { Vec::new() },
        kind: label.kind,
        label: label.label,
        number: label.number,
        target_article_id: String::new(),
        until: date::embargo(&label.until, fetched_at).map(Time),
    }
}

/// A line mostly says more of the item than the headline does.
fn complete(label: &mut Label, other: Label) {
    label.number = label.number.or(other.number);
    for (mine, theirs) in [
        (&mut label.item, other.item),
        (&mut label.slug, other.slug),
        (&mut label.until, other.until),
    ] {
        if mine.is_empty() {
            *mine = theirs;
        }
    }
}

/// What headline and text, that of a note, call another article by.
fn names(label: &Label, title: &str, text: &str) -> Vec<Name> {
    let mut names = Vec::new();
    if !label.item.is_empty() {
        names.push(Name::Item(label.item.clone()));
    }
    if !label.slug.is_empty() {
        names.push(Name::Slug(label.slug.clone()));
    }
    for line in std::iter::once(title).chain(text.split("\n\n")) {
        names.extend(quoted(line).into_iter().map(Name::Headline));
        names.extend(links(line).map(Name::Link));
    }
    names.truncate(NAMES_MAX);
    names
}

/// What stands in quotation marks and is as long as a headline.
fn quoted(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((before, open)) =
        rest.char_indices().find(|(_, c)| MARKS.iter().any(|(open, _)| open == c))
    {
        let after = rest.get(before + open.len_utf8()..).unwrap_or_default();
        let closes = |c: char| MARKS.contains(&(open, c));
        let Some((inside, behind)) = after.split_once(closes) else {
            rest = after;
            continue;
        };
        let inside = inside.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == '.');
        let is_unspaced = !inside.is_ascii() && inside.chars().count() >= 8;
        if HEADLINE_WORDS.contains(&inside.split_whitespace().count()) || is_unspaced {
            found.push(inside.to_owned());
        }
        rest = behind;
    }
    found
}

fn links(line: &str) -> impl Iterator<Item = String> + '_ {
    let bare = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/')
            .trim_end_matches('/')
            .to_owned()
    };
    line.split_whitespace()
        .map(bare)
        .filter(|w| w.starts_with("https://") || w.starts_with("http://"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_headline_is_found_in_any_marks_and_an_expression_is_none() {
        for line in [
            "Please kill item 157 \"Ferry sinks off Kalmar\".",
            "Please kill “Ferry sinks off Kalmar,” slugged FERRY.",
            "Bitte löschen: „Ferry sinks off Kalmar“",
            "Annuler « Ferry sinks off Kalmar »",
        ] {
            assert_eq!(quoted(line), ["Ferry sinks off Kalmar"], "{line}");
        }
        assert!(quoted("The \"dead zone\" and an open \"mark of many words").is_empty());
    }

    #[test]
    fn a_link_is_found_bare() {
        let found: Vec<String> = links("Kill (https://post.example/a/b?c=1). Now").collect();
        assert_eq!(found, ["https://post.example/a/b?c=1"]);
    }
}
