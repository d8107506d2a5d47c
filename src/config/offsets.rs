//! Places in the text of the configuration: from bytes to what an editor shows.

/// Where in a file the byte of a string's value stands, escapes and all; the string begins at `start` with its quote.
pub(super) fn part_of_string(text: &str, start: usize, offset: usize) -> Option<usize> {
    let raw = text.get(start..)?;
    let quotes = ["'''", "\"\"\"", "'", "\""];
    let quote = quotes.into_iter().find(|quote| raw.starts_with(quote))?;
    let is_literal = quote.starts_with('\'');
    let mut at = start + quote.len();
    let mut rest = raw.get(quote.len()..)?;
    if quote.len() == 3 {
        let line_end = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        at += line_end.min(2);
        rest = rest.get(line_end.min(2)..)?;
    }
    let mut value_bytes = 0;
    let mut chars = rest.char_indices();
    while let Some((here, c)) = chars.next() {
        if value_bytes >= offset {
            return Some(at + here);
        }
        if is_literal || c != '\\' {
            value_bytes += c.len_utf8();
            continue;
        }
        // An escape is one character of the value.
        let digits = match chars.next()?.1 {
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
        let c = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32);
        value_bytes += c.map_or(1, char::len_utf8);
    }
    Some(at)
}

/// Line and column, in characters, of a byte offset; both from 1.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let lines = before.split(|byte| *byte == b'\n');
    let line = lines.clone().next_back().unwrap_or_default();
    (lines.count(), String::from_utf8_lossy(line).chars().count() + 1)
}
