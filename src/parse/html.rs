//! HTML in feeds: is it that, what does it say, and how is it shown safely.
//!
//! Made for titles and for the `parse` view; the text of an article is `enrich`'s.

use super::mend::lex::{Attributes, Lexer, Tag, Token};
use super::text::{self, Entities, Mode};

/// Elements that text may have; others are dropped, their text kept.
const ELEMENTS: [&str; 107] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "big",
    "blockquote",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "command",
    "datagrid",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "event-source",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "keygen",
    "label",
    "legend",
    "li",
    "m",
    "map",
    "menu",
    "meter",
    "multicol",
    "nav",
    "nextid",
    "noscript",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "select",
    "small",
    "sound",
    "source",
    "spacer",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "summary",
];

/// Elements whose content is no text.
const HIDDEN: [&str; 3] = ["script", "style", "template"];

/// Longest tag name looked up.
const NAME_BYTES_MAX: usize = 16;

fn is_one_of(list: &[&str], name: &str) -> bool {
    name.len() <= NAME_BYTES_MAX && list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether text whose dialect calls it plain is HTML all the same.
///
/// It must close a tag or have a reference, and may have no tag and no name that HTML does not know:
/// a mistake would lose text, so doubt means plain.
pub(crate) fn looks_like(value: &str) -> bool {
    if !value.contains('&') && !value.contains("</") {
        return false;
    }
    let mut has_sign = false;
    let mut rest = value;
    while let Some(at) = rest.find(['<', '&']) {
        let (_, after) = rest.split_at_checked(at).unwrap_or(("", ""));
        let is_tag = after.starts_with('<');
        let body = after.get(1..).unwrap_or("");
        rest = body;
        if is_tag {
            let closing = body.starts_with('/');
            let name = word(body.strip_prefix('/').unwrap_or(body));
            if name.is_empty() {
                continue;
            }
            if !is_one_of(&ELEMENTS, name) {
                return false;
            }
            has_sign |= closing;
        } else {
            let name = word(body.strip_prefix('#').unwrap_or(body));
            let is_number = body.starts_with('#');
            let ends =
                body.get(usize::from(is_number) + name.len()..).is_some_and(|r| r.starts_with(';'));
            if !ends || name.is_empty() {
                continue;
            }
            if !is_number && !text::is_named(name) {
                return false;
            }
            has_sign = true;
        }
    }
    has_sign
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The text of a title: tags gone, references resolved, white space single.
pub(crate) fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut entities = Entities::default();
    walk(value, |token| match token {
        Token::Text(run) => text::decode_into(&mut out, run, &mut entities, Mode::Decode),
        // A section in a section: what is inside is HTML like the rest, and cannot hold another.
        Token::Cdata(run) => out.push_str(&plain(run)),
        Token::Start(Tag { name, .. }) | Token::End(name) if is_break(name) => out.push(' '),
        _ => {}
    });
    one_space(&out)
}

fn is_break(name: &str) -> bool {
    is_one_of(&["br", "p", "div", "li", "td", "h1", "h2", "h3"], name)
}

/// Elements that run, load or change a page: whoever meets one in a headline meets markup, not a remark about it.
const ACTIVE: [&str; 24] = [
    "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "svg", "math",
    "img", "image", "video", "audio", "source", "form", "input", "button", "textarea", "select",
    "link", "meta", "base", "template",
];

/// Whether a text that should be none has markup in it that could run or load.
pub(crate) fn is_active(value: &str) -> bool {
    value.match_indices('<').any(|(at, _)| {
        let name = word(value.get(at + 1..).unwrap_or(""));
        let after = value.get(at + 1 + name.len()..).unwrap_or("");
        is_one_of(&ACTIVE, name)
            && after.starts_with(|c: char| c.is_whitespace() || "/>".contains(c))
    })
}

/// White space trimmed, and one space inside.
pub(crate) fn one_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// HTML without what could run, load or hide: unknown elements, handlers, scripts.
pub(crate) fn safe(value: &str) -> String {
    if !value.contains('<') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    walk(value, |token| match token {
        // A `<` that opens nothing is text, and shown as that.
        Token::Text(run) => out.push_str(&run.replace('<', "&lt;")),
        Token::Cdata(run) => text::escape_into(&mut out, run),
        Token::Start(tag) if is_one_of(&ELEMENTS, tag.name) => open_into(&mut out, &tag),
        Token::End(name) if is_one_of(&ELEMENTS, name) => {
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
        _ => {}
    });
    out.trim().to_owned()
}

fn open_into(out: &mut String, tag: &Tag<'_>) {
    out.push('<');
    out.push_str(tag.name);
    for (name, value) in Attributes::new(tag.attrs) {
        let value = text::decoded(value);
        if is_safe(name, &value) {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            text::escape_into(out, &value);
            out.push('"');
        }
    }
    out.push_str(if tag.empty { " />" } else { ">" });
}

/// Whether an attribute can be shown: no handler, no style, no scheme but those of links.
fn is_safe(name: &str, value: &str) -> bool {
    let is_word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_handler = name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("on"));
    if !is_word || is_handler || name.eq_ignore_ascii_case("style") {
        return false;
    }
    if name.eq_ignore_ascii_case("srcdoc") {
        return false;
    }
    let is_link = is_one_of(
        &["href", "src", "action", "formaction", "cite", "poster", "background", "data"],
        name,
    );
    !is_link || has_safe_scheme(value)
}

/// Whether a link is relative or of a scheme that only shows something.
pub(crate) fn has_safe_scheme(link: &str) -> bool {
    let link: String =
        link.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(16).collect();
    let Some((scheme, _)) = link.split_once(':') else { return true };
    let is_scheme =
        scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    !is_scheme
        || is_one_of(&["http", "https", "mailto", "ftp", "tag", "urn", "news", "tel"], scheme)
}

/// Hands on what is to be shown, leaving out elements whose content is no text.
fn walk<'a>(value: &'a str, mut each: impl FnMut(Token<'a>)) {
    let mut lexer = Lexer::new(value);
    let mut hidden: Option<&str> = None;
    while let Some(token) = lexer.next() {
        match (hidden, &token) {
            (Some(name), Token::End(end)) if end.eq_ignore_ascii_case(name) => hidden = None,
            (Some(_), _) => {}
            (None, Token::Start(tag)) if !tag.empty && is_one_of(&HIDDEN, tag.name) => {
                hidden = Some(tag.name);
            }
            (None, _) => each(token),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clear_html_looks_like_it() {
        for yes in ["a <b>c</b>", "caf&eacute;", "&#8217;tis", "<P>x</P>", "Q&amp;A"] {
            assert!(looks_like(yes), "{yes}");
        }
        for no in [
            "plain",
            "1 < 2",
            "AT&T",
            "<br>",
            "vec<u8>",
            "a <foo>b</foo>",
            "a &nosuch; b</b>",
            "&;",
        ] {
            assert!(!looks_like(no), "{no}");
        }
    }

    #[test]
    fn plain_text_has_no_tag_no_script_and_single_spaces() {
        assert_eq!(
            plain("<p>The&nbsp;ferry<br>sails</p><script>x()</script> &amp; more"),
            "The ferry sails & more"
        );
        assert_eq!(plain("1 < 2"), "1 < 2");
        assert_eq!(plain("cut <b"), "cut <b");
    }

    #[test]
    fn markup_that_could_run_is_told_from_signs_in_a_headline() {
        for active in [
            "<script>alert(1)</script> news",
            "a <img src=x onerror=alert(1)> b",
            "<SVG/onload=x> foo",
            "<iframe src=x> foo",
            "<em>E</em> says <script>q</script>",
        ] {
            assert!(is_active(active) && !plain(active).contains('<'), "{active}");
        }
        for text in
            ["if a < b and c > d", "Vec<T> explained", "<3 this", "AT&T <NYSE:T> rises", "<imgs>"]
        {
            assert!(!is_active(text), "{text}");
        }
    }

    #[test]
    fn nothing_that_runs_or_loads_is_shown() {
        for (html, shown) in [
            ("safe<script>x()</script> text", "safe text"),
            ("<a href=\"javascript:x()\" onclick='x()'>go</a>", "<a>go</a>"),
            ("<a href=\" java\nscript:x()\">go</a>", "<a>go</a>"),
            ("<a href=\"/a?b=1&amp;c=2\">go</a>", "<a href=\"/a?b=1&amp;c=2\">go</a>"),
            ("<iframe src=\"https://x.example/\"><b>kept</b></iframe>", "<b>kept</b>"),
            ("<p style=\"position:fixed\">x</p>", "<p>x</p>"),
            ("a <!-- gone --> b", "a  b"),
            ("<SCRIPT>x</SCRIPT >y", "y"),
            ("<! not a tag", "&lt;! not a tag"),
        ] {
            assert_eq!(safe(html), shown, "{html}");
        }
    }
}
