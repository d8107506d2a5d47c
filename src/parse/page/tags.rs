//! What is asked of a tag: its values, its names, whether it is a box.

use super::scan::Tag;
use crate::parse::{html, text};

/// Bytes of `class` and `id` that are kept.
const LABEL_BYTES_MAX: usize = 160;
/// Bytes of one claim.
pub(super) const META_BYTES_MAX: usize = 2 << 10;

/// Elements that have no end.
pub(super) const VOID: [&str; 8] =
    ["wbr", "embed", "param", "track", "area", "col", "keygen", "basefont"];

/// The name under which a box is shown to the tree, `None` for what is no box.
pub(super) fn shown(name: &str) -> Option<&'static str> {
    const SAME: [&str; 11] = [
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "ul",
        "ol",
        "li",
        "blockquote",
    ];
    const PLAIN: [&str; 21] = [
        "nav",
        "figure",
        "figcaption",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "form",
        "fieldset",
        "details",
        "center",
        "dialog",
        "menu",
        "hgroup",
        "address",
        "search",
        "dir",
    ];
    let same = SAME.iter().find(|known| **known == name).copied();
    same.or_else(|| (PLAIN.contains(&name) || name.contains('-')).then_some("div"))
}

/// An attribute's value, references resolved, bounded.
pub(super) fn value(tag: &Tag<'_>, name: &str) -> String {
    let raw = text::head(tag.value(name).unwrap_or(""), META_BYTES_MAX);
    html::one_space(&text::decoded(raw))
}

/// `class` and `id`, as one list of words.
pub(super) fn label(tag: &Tag<'_>) -> String {
    let mut label = String::new();
    for (name, value) in tag.attributes() {
        if name.eq_ignore_ascii_case("class") || name.eq_ignore_ascii_case("id") {
            label.push_str(text::head(value, LABEL_BYTES_MAX));
            label.push(' ');
        }
    }
    label.retain(|c| !matches!(c, '"' | '<' | '>' | '&'));
    label
}
