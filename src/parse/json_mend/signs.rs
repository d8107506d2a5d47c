//! What an object is and how it begins, by signs that one wrong bracket or quote leaves standing.

use super::super::text;

/// Members that people, attachments and extensions have none of.
const TELLING: [&str; 5] = ["title", "content_html", "content_text", "summary", "date_published"];

/// Bytes in which an object's second name is looked for.
const FIRST_MAX: usize = 1 << 10;

/// What an object stands for, by what stands before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// A member's value, or listed by one.
    Member,
    /// An item, as far as that can be seen.
    Listed,
    /// Nothing that JSON knows.
    Odd,
}

/// The name of a member that a text begins with, one of its signs lost at most.
pub(super) fn name(text: &str) -> Option<&str> {
    let bare = text.strip_prefix('"').unwrap_or(text);
    let end = bare.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let (name, behind) = bare.split_at_checked(end)?;
    let quoted = behind.strip_prefix('"').unwrap_or(behind);
    let is_quoted = (bare.len() < text.len(), quoted.len() < behind.len());
    let signs = usize::from(is_quoted.0)
        + usize::from(is_quoted.1)
        + usize::from(quoted.trim_start().starts_with(':'));
    (signs >= 2 && !name.is_empty()).then_some(name)
}

/// The second name of an object whose first value is a short string.
pub(super) fn second_name(object: &str) -> Option<&str> {
    let (_, value) = text::head(object, FIRST_MAX).split_once(':')?;
    let (_, behind) = value.trim_start().strip_prefix('"')?.split_once('"')?;
    name(behind.trim_start().strip_prefix(',')?.trim_start())
}

/// Whether a text begins with this name in quotes.
pub(super) fn begins(text: &str, name: &str) -> bool {
    text.strip_prefix('"')
        .and_then(|text| text.strip_prefix(name))
        .is_some_and(|behind| behind.starts_with('"'))
}

/// Whether this name stands in a text, in quotes.
pub(super) fn is_named(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let sides = text.split_at_checked(at).map(|(before, _)| before.ends_with('"'));
        sides == Some(true) && text.get(at + name.len()..).is_some_and(|rest| rest.starts_with('"'))
    })
}

/// What an object is that begins behind a text.
pub(super) fn place(before: &str) -> Place {
    let mut before = before;
    let mut is_list = false;
    loop {
        let bare = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '[' | '{'));
        is_list |= before.get(bare.len()..).is_some_and(|signs| signs.contains('['));
        // One sign too many between a name and its value.
        match bare.strip_suffix([',', ']', '}', '"']) {
            Some(inner) if inner.ends_with([':', '[']) => before = inner,
            _ => {
                before = bare;
                break;
            }
        }
    }
    let Some(last) = before.chars().next_back() else { return Place::Listed };
    let named = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | ':'));
    match last {
        ',' | ']' | '}' => Place::Listed,
        _ if (is_list || last == ':') && named.ends_with("items") => Place::Listed,
        ':' => Place::Member,
        c if is_list && (c == '"' || c.is_ascii_alphanumeric()) => Place::Member,
        _ => Place::Odd,
    }
}

/// Whether an object is an item's, by the members before any of its brackets: only people have a name, only files a type.
pub(super) fn looks(object: &str) -> Option<bool> {
    let inside = object.strip_prefix('{').unwrap_or(object);
    let (mut in_string, mut is_escaped) = (false, false);
    let end = inside.bytes().position(|byte| {
        let is_end = !in_string && matches!(byte, b'[' | b']' | b'{' | b'}');
        in_string ^= byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    let own = inside.get(..end.unwrap_or(inside.len())).unwrap_or("");
    let has = |name: &str| is_named(own, name);
    if has("name") || has("mime_type") {
        return Some(false);
    }
    if TELLING.into_iter().any(has) {
        return Some(true);
    }
    let is_over = end.and_then(|end| inside.as_bytes().get(end)).is_some_and(|b| *b == b']');
    is_over.then_some(false)
}

/// Where the list of items begins in a text whose head is no JSON, and where its name does.
pub(in super::super) fn list(text: &str) -> Option<(usize, usize)> {
    text.match_indices("items").find_map(|(at, word)| {
        let behind = text.get(at + word.len()..)?;
        let is_sign = |c: char| c.is_whitespace() || "\":,[]{}".contains(c);
        let signs = behind.get(..behind.find(|c| !is_sign(c)).unwrap_or(behind.len()))?;
        let opens = signs.find(['[', '{'])?;
        let before = signs.get(..opens)?;
        let is_value = before.contains(':') || !before.contains([',', ']', '}']);
        is_value.then_some((at, at + word.len() + opens))
    })
}
