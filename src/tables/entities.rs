//! The names that HTML gives to characters, such as `&rsquo;` (HTML Standard, named character references).

use std::collections::HashMap;
use std::sync::LazyLock;

/// Name and code points in hex, a line each.
static HTML: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    let lines = include_str!("entities.tsv").lines().filter_map(|line| line.split_once('\t'));
    let point = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    lines.map(|(name, points)| (name, points.split(' ').filter_map(point).collect())).collect()
});

/// What the name between `&` and `;` stands for; `None` for a name that HTML does not know.
pub fn html_entity(name: &str) -> Option<&'static str> {
    match name {
        // HTML 4 and every publisher's habit; HTML 5 moved the two to code points few fonts have.
        "lang" => Some("\u{2329}"),
        "rang" => Some("\u{232A}"),
        // What escaped text is full of, without a search.
        "amp" => Some("&"),
        "lt" => Some("<"),
        "gt" => Some(">"),
        "quot" => Some("\""),
        _ => HTML.get(name).map(String::as_str),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_their_characters() {
        for (name, text) in
            [("delta", "δ"), ("mdash", "—"), ("rsquo", "’"), ("hellip", "…"), ("nbsp", "\u{a0}")]
        {
            assert_eq!(html_entity(name), Some(text));
        }
        assert_eq!(html_entity("Rsquo"), None);
    }
}
