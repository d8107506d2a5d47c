//! Elements of HTML by what they mean for a text.

/// Elements that end a block before and after them.
pub(super) const BLOCKS: [&str; 42] = [
    "p",
    "div",
    "article",
    "section",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "pre",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "caption",
    "figure",
    "figcaption",
    "hr",
    "address",
    "details",
    "summary",
    "fieldset",
    "center",
    "form",
    "body",
    "html",
    "title",
    "option",
];
/// Elements whose content is no text of the article.
pub(super) const DROPPED: [&str; 17] = [
    "script",
    "style",
    "noscript",
    "iframe",
    "object",
    "svg",
    "template",
    "head",
    "button",
    "select",
    "textarea",
    "audio",
    "video",
    "math",
    "nav",
    "form",
    "figcaption",
];
/// Inline elements that texts begin with.
pub(super) const OPENERS: [&str; 9] = ["a", "b", "i", "em", "strong", "span", "img", "br", "font"];

pub(super) fn is_in(names: &[&str], name: &str) -> bool {
    // The longest are `blockquote` and `figcaption`.
    !name.is_empty()
        && name.len() <= 10
        && names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

pub(super) fn is_void(name: &str) -> bool {
    is_in(&["br", "hr", "img", "input", "wbr", "col", "area", "embed", "source", "track"], name)
}

/// Whether the attributes of a tag hide its element.
pub(super) fn is_hidden(attributes: &str) -> bool {
    // Most tags say nothing of the kind, and are not copied to find out.
    let says = |word: &str| {
        attributes
            .as_bytes()
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    if !says("hidden") && !says("none") {
        return false;
    }
    let lower = attributes.to_ascii_lowercase();
    let mut rest = lower.trim_end_matches(['>', '/']);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let is_end = |c: char| c.is_whitespace() || c == '=' || c == '/';
        let (key, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(value) if value.starts_with(['"', '\'']) => {
                let (quote, inside) = value.split_at(1);
                inside.split_once(quote).unwrap_or((inside, ""))
            }
            Some(value) => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        let is_unseen = || value.split_whitespace().collect::<String>().contains("display:none");
        if key == "hidden" || key == "style" && is_unseen() {
            return true;
        }
        if after.len() == rest.len() || after.is_empty() {
            return false;
        }
        rest = after;
    }
}
