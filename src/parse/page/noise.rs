//! What of a page is no story, by the names that its makers gave the boxes.

use super::scan::Tag;

/// Elements that hold no story.
const ELEMENTS: [&str; 5] = ["nav", "aside", "figcaption", "dialog", "menu"];
/// Roles that say the same.
const ROLES: [&str; 7] =
    ["navigation", "complementary", "dialog", "alertdialog", "search", "menu", "toolbar"];
/// Words of `class` and `id` that are none of the story, in whatever case and between whatever marks.
const WORDS: [&str; 68] = [
    "ad",
    "ads",
    "advert",
    "advertisement",
    "advertising",
    "adslot",
    "sponsor",
    "sponsored",
    "promo",
    "promotion",
    "outbrain",
    "taboola",
    "caption",
    "captions",
    "figcaption",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "ccpa",
    "newsletter",
    "newsletters",
    "subscribe",
    "subscription",
    "signup",
    "paywall",
    "regwall",
    "related",
    "relatedlinks",
    "recommended",
    "recommendations",
    "recommendation",
    "readmore",
    "readnext",
    "trending",
    "popular",
    "mostread",
    "share",
    "sharing",
    "sharebar",
    "social",
    "socials",
    "comment",
    "comments",
    "disqus",
    "breadcrumb",
    "breadcrumbs",
    "pagination",
    "pager",
    "navbar",
    "navigation",
    "nav",
    "menu",
    "sidebar",
    "modal",
    "popup",
    "popover",
    "toast",
    "tags",
    "taglist",
    "toolbar",
    "jobs",
    "poll",
    "survey",
    "widget",
    "follow",
    "masthead",
    "skiplink",
];
/// Those of them that stand before a page, not beside it.
const WALLS: [&str; 7] = ["cookie", "cookies", "consent", "gdpr", "ccpa", "paywall", "regwall"];
/// Words before one of those that turn it round.
const NEGATIONS: [&str; 6] = ["no", "non", "without", "has", "with", "is"];
/// Words for the line that names the author.
const BYLINE: [&str; 8] =
    ["byline", "author", "authors", "writer", "reporter", "autor", "auteur", "contributor"];
/// Words for what only a screen reader sees.
const HIDDEN: [&str; 7] = [
    "sr-only",
    "visually-hidden",
    "visuallyhidden",
    "screen-reader-text",
    "sr-text",
    "screenreader",
    "hidden-text",
];

/// Whether an element, by its name or role, holds no story.
pub(super) fn is_element(tag: &Tag<'_>) -> bool {
    let is_one = |names: &[&str], name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    is_one(&ELEMENTS, tag.name) || is_one(&ROLES, tag.value("role").unwrap_or("")) || is_hidden(tag)
}

/// Whether an element is not shown.
pub(super) fn is_hidden(tag: &Tag<'_>) -> bool {
    tag.attributes().any(|(name, value)| match name.to_ascii_lowercase().as_str() {
        "hidden" => !value.eq_ignore_ascii_case("false"),
        "aria-hidden" => value.eq_ignore_ascii_case("true"),
        "style" => {
            let style: String = value.chars().take(400).filter(|c| !c.is_whitespace()).collect();
            let style = style.to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        }
        _ => false,
    })
}

/// Whether `class` and `id` name something else than story.
pub(super) fn is_label(label: &str) -> bool {
    is_hidden_label(label) || names(label, &WORDS)
}

/// Whether `class` and `id` name what stands before a page until one agrees or pays.
pub(super) fn is_wall(label: &str) -> bool {
    names(label, &WALLS)
}

fn names(label: &str, known: &[&str]) -> bool {
    label.split_ascii_whitespace().any(|class| {
        let parts = words(class);
        parts.iter().enumerate().any(|(at, part)| {
            let before = at.checked_sub(1).map(|before| parts[before].as_str());
            known.contains(&part.as_str())
                && !before.is_some_and(|before| NEGATIONS.contains(&before))
        })
    })
}

/// Whether `class` and `id` name an author's line.
pub(super) fn is_byline(label: &str) -> bool {
    label
        .split_ascii_whitespace()
        .any(|class| words(class).iter().any(|part| BYLINE.contains(&part.as_str())))
}

/// Whether `class` and `id` say that only a screen reader sees it.
pub(super) fn is_hidden_label(label: &str) -> bool {
    label.split_ascii_whitespace().any(|class| HIDDEN.contains(&class))
}

/// The words of one class: `relatedLinks`, `related-links` and `related_links` have two.
fn words(class: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for c in class.chars() {
        let starts = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && was_lower);
        if starts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        was_lower = c.is_ascii_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_boxes_tell_noise_from_story() {
        for noise in [
            "related-articles",
            "relatedLinks",
            "c-newsletter__box",
            "share",
            "Photo_Caption",
            "sr-only",
        ] {
            assert!(is_label(noise), "{noise}");
        }
        for story in
            ["article-body", "no-sidebar", "has-ads", "story shareholder", "header", "byline", ""]
        {
            assert!(!is_label(story), "{story}");
        }
    }
}
