//! A body with its passages and quotations marked. A colour says nothing that a mark does not say.

use super::show::{Ink, put};
use crate::cli::screen::wrap;
use crate::news::Article;
use crate::telemetry::Escaped;

/// Lines shown of a text; `--json` has all passages.
const TEXT_LINES_MAX: usize = 40;

/// Where a mark begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    End(&'static str),
    Begin(&'static str),
}

/// A body with its marks, broken to fit.
pub(super) fn write(
    out: &mut String,
    article: &Article,
    passages: impl Iterator<Item = [u32; 2]>,
    quotes: impl Iterator<Item = ([u32; 2], bool)>,
    ink: Ink,
) {
    let mut edges: Vec<(u32, Edge)> = Vec::new();
    for [from, to] in passages.filter(|[from, to]| from < to) {
        edges.extend([(from, Edge::Begin("⟦")), (to, Edge::End("⟧"))]);
    }
    for ([from, to], is_shared) in quotes {
        let marks = if is_shared { ("‹‹", "››") } else { ("‹", "›") };
        edges.extend([(from, Edge::Begin(marks.0)), (to, Edge::End(marks.1))]);
    }
    edges.sort_unstable();
    let mut edges = edges.into_iter().peekable();
    let mut text = String::new();
    for (at, c) in (0..).zip(article.text.body.chars().chain([' '])) {
        while let Some((_, Edge::Begin(mark) | Edge::End(mark))) =
            edges.next_if(|edge| edge.0 <= at)
        {
            text.push_str(mark);
        }
        text.push(c);
    }
    let mut lines = wrap(&text, ink.width.saturating_sub(4));
    let more = lines.len().saturating_sub(TEXT_LINES_MAX);
    lines.truncate(TEXT_LINES_MAX);
    let mut is_inside = false;
    for line in lines {
        let line = Escaped(&line).to_string();
        put(
            out,
            format!("    {}", if ink.has_colour { coloured(&line, &mut is_inside) } else { line }),
        );
    }
    if more > 0 {
        put(out, format!("    and {more} more lines"));
    }
}

/// Passages in green, brackets kept; a passage may go on from the line before.
fn coloured(line: &str, is_inside: &mut bool) -> String {
    const GREEN: &str = "\u{1b}[32m";
    const PLAIN: &str = "\u{1b}[0m";
    let mut out = String::new();
    if *is_inside {
        out.push_str(GREEN);
    }
    for c in line.chars() {
        match c {
            '⟦' => {
                *is_inside = true;
                out.push_str(GREEN);
                out.push(c);
            }
            '⟧' => {
                *is_inside = false;
                out.push(c);
                out.push_str(PLAIN);
            }
            _ => out.push(c),
        }
    }
    if *is_inside {
        out.push_str(PLAIN);
    }
    out
}
