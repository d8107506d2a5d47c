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

/// What an object looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Looks {
    Item,
    /// A person or a file: no item has a name or a type.
    Other,
    /// The last one of a list, and nothing of an item.
    Listed,
    /// Nothing yet, and a bracket.
    Open,
}

/// The name of a member that a text begins with, one of its signs lost at most.
pub(super) fn name(text: &str) -> Option<&str> {
    let bare = text.trim_start_matches('"');
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

/// The names of members, from behind the brace of their object or from one of them on, as far as its brackets are in
/// order.
#[derive(Debug)]
pub(super) struct Names<'t> {
    text: &'t str,
    /// How far it was read.
    pub(super) at: usize,
    depth: u32,
}

impl<'t> Names<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The string whose opening quote was just read.
    fn string(&mut self) -> &'t str {
        let (begin, bytes) = (self.at, self.text.as_bytes());
        while let Some(byte) = bytes.get(self.at) {
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == b'"' {
                return self.text.get(begin..self.at - 1).unwrap_or("");
            }
        }
        self.at = bytes.len();
        ""
    }
}

impl<'t> Iterator for Names<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            self.at += 1;
            match byte {
                b'"' => {
                    let name = self.string();
                    let behind = || self.text.get(self.at..).unwrap_or("").trim_start();
                    if self.depth == 0 && behind().starts_with(':') {
                        return Some(name);
                    }
                }
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => self.depth = self.depth.checked_sub(1)?,
                _ => {}
            }
        }
        None
    }
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

/// What an object looks like, by the members before any bracket; within strings or not, since a quote may be lost.
pub(super) fn looks(object: &str) -> Looks {
    if is_file(object) {
        return Looks::Other;
    }
    let inside = object.strip_prefix('{').unwrap_or(object);
    let end = inside.find(['[', ']', '{', '}']).unwrap_or(inside.len());
    let (own, behind) = inside.split_at_checked(end).unwrap_or((inside, ""));
    let (mut is_other, mut is_item) = (false, false);
    for word in own.split('"') {
        is_other |= matches!(word, "name" | "mime_type");
        is_item |= TELLING.contains(&word);
    }
    match (is_other, is_item, behind.starts_with(']')) {
        (true, ..) => Looks::Other,
        (_, true, _) => Looks::Item,
        (.., true) => Looks::Listed,
        _ => Looks::Open,
    }
}

/// Whether an object is a file, though a bracket too many may stand in it: before any object in it, it tells its type.
fn is_file(object: &str) -> bool {
    let is_sign = |c: char| c.is_whitespace() || "{[]}:,\"".contains(c);
    let inside = object.trim_start_matches(is_sign);
    let is_end = |(at, sign): &(usize, &str)| {
        let behind = inside.get(at + 1..).unwrap_or("").trim_start();
        let goes_on: &[char] = if *sign == "{" { &['"', '{', '[', '}'] } else { &[',', ']', '}'] };
        behind.is_empty() || behind.starts_with(goes_on)
    };
    let end = inside.match_indices(['{', '}']).find(is_end).map_or(inside.len(), |(at, _)| at);
    inside.get(..end).is_some_and(|own| own.contains("\"mime_type\""))
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
