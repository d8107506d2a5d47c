//! Text for a terminal: its width, whether it has colours, lines broken to fit, two texts side by side.

use std::io::{self, IsTerminal as _};

use unicode_segmentation::UnicodeSegmentation as _;

/// Columns where nothing says how wide the terminal is.
const WIDTH: usize = 100;

/// Narrower than this nothing can be read.
const WIDTH_MIN: usize = 40;

/// Between two texts side by side.
const GUTTER: &str = " │ ";

/// Columns of the terminal, from `COLUMNS`; 100 where it does not say.
pub fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    told.unwrap_or(WIDTH).max(WIDTH_MIN)
}

/// Whether stdout is a terminal that may show colours.
pub fn has_colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Breaks a text into lines of at most `width` symbols, at spaces where there are any; a paragraph begins a line.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n').filter(|paragraph| !paragraph.trim().is_empty()) {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let mut word: Vec<&str> = word.graphemes(true).collect();
            if used > 0 && used + 1 + word.len() > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            while word.len() > width {
                let rest = word.split_off(width);
                lines.push(word.concat());
                word = rest;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            used += word.len();
            line.extend(word);
        }
        if used > 0 {
            lines.push(line);
        }
    }
    lines
}

/// Two texts in two columns that together take `width`, each at most `rows` lines.
pub fn beside(left: &str, right: &str, width: usize, rows: usize) -> Vec<String> {
    let column = width.saturating_sub(GUTTER.chars().count()) / 2;
    let cut = |text: &str| {
        let mut lines = wrap(text, column);
        if lines.len() > rows {
            lines.truncate(rows.saturating_sub(1));
            lines.push("…".to_owned());
        }
        lines
    };
    let (left, right) = (cut(left), cut(right));
    let line = |at: usize| {
        let of = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
        let (left, right) = (of(&left), of(&right));
        let pad = column.saturating_sub(left.graphemes(true).count());
        format!("{left}{}{GUTTER}{right}", " ".repeat(pad)).trim_end().to_owned()
    };
    (0..left.len().max(right.len())).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_a_longer_word_is_cut() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
        assert_eq!(wrap("one\n\ntwo", 9), ["one", "two"]);
        assert!(wrap(" \n ", 5).is_empty());
    }

    #[test]
    fn two_texts_stand_side_by_side_and_the_longer_one_is_cut() {
        let lines = beside("a short one", "first second third fourth", 23, 2);
        assert_eq!(lines, ["a short    │ first", "one        │ …"]);
    }
}
