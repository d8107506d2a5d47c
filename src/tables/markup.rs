//! What HTML asks of whoever cuts it into text and tags, whatever he makes of it.

/// Elements that texts are cut in.
const ELEMENTS: [&str; 84] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
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
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "label",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "noscript",
    "object",
    "ol",
    "option",
    "p",
    "param",
    "picture",
    "pre",
    "q",
    "s",
    "script",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strong",
    "style",
    "sub",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "th",
    "thead",
    "time",
    "tr",
    "ul",
    "video",
];

/// Longest tag that is taken for one without its end; of what is longer, nobody knows where it should have ended.
const TAG_BYTES_MAX: usize = 16 << 10;

/// The text without a tag or comment that its end cut, as browsers show it. A `<` that begins no tag of HTML stays: it may
/// be a sign of the text.
pub fn finished(html: &str) -> &str {
    let from = html.rfind('>').map_or(0, |at| at + 1);
    let Some(at) = html.get(from..).and_then(|tail| tail.rfind('<')).map(|at| at + from) else {
        return html;
    };
    let (before, tail) = html.split_at_checked(at).unwrap_or((html, ""));
    if tail.len() <= TAG_BYTES_MAX && is_unfinished(tail.get(1..).unwrap_or_default()) {
        before.trim_end()
    } else {
        html
    }
}

/// Whether what stands behind a `<` that nothing closes is the beginning of a tag or comment.
fn is_unfinished(tail: &str) -> bool {
    if tail.starts_with("!--") || tail == "!" || tail == "!-" || tail == "/" {
        return true;
    }
    let tail = tail.strip_prefix('/').unwrap_or(tail);
    let end = tail.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tail.len());
    let (name, rest) = tail.split_at_checked(end).unwrap_or((tail, ""));
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    if rest.is_empty() {
        let begins = |known: &&str| {
            known.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
        };
        return !name.is_empty() && ELEMENTS.iter().any(begins);
    }
    let mut words =
        rest.split(|c: char| c.is_whitespace() || c == '/').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    // Words in a row are prose: "profit <a year ago".
    let is_attribute = first.contains('=') || words.next().is_none();
    ELEMENTS.iter().any(is)
        && rest.starts_with(|c: char| c.is_whitespace() || c == '/')
        && is_attribute
}

/// Where the end tag of an element begins that holds text alone; of a script also where it writes scripts in a comment,
/// and ends them there (WHATWG HTML, 13.2.5.20, script data double escaped).
pub fn end_of(html: &str, name: &str) -> Option<usize> {
    let plain = end_tags(html, name).next()?;
    let is_commented = name.eq_ignore_ascii_case("script")
        && html.get(..plain).is_some_and(|inside| inside.contains("<!--"));
    // Where the comment never lets go, the first end counts: a lost mark must not cost the page.
    is_commented.then(|| end_of_script(html)).flatten().or(Some(plain))
}

fn end_tags<'h>(html: &'h str, name: &'h str) -> impl Iterator<Item = usize> + use<'h> {
    html.match_indices("</")
        .map(|(at, _)| at)
        .filter(move |at| html.as_bytes().get(at + 2..).is_some_and(|after| is_named(after, name)))
}

fn is_named(after: &[u8], name: &str) -> bool {
    after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        && !after.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
}

fn end_of_script(html: &str) -> Option<usize> {
    let (mut in_comment, mut in_script) = (false, false);
    let bytes = html.as_bytes();
    for (at, _) in html.match_indices(['<', '-']) {
        let behind = bytes.get(at + 1..).unwrap_or_default();
        match bytes.get(at) {
            Some(b'-') if in_comment && behind.starts_with(b"->") => {
                (in_comment, in_script) = (false, false);
            }
            Some(b'<') if behind.starts_with(b"!--") => in_comment = true,
            Some(b'<') if in_comment && is_named(behind, "script") => {
                // Two open at once are no writing of scripts. It also bounds how far is looked for each script of a page.
                if in_script {
                    return None;
                }
                in_script = true;
            }
            Some(b'<') => {
                let is_end = behind.first() == Some(&b'/')
                    && is_named(behind.get(1..).unwrap_or_default(), "script");
                if is_end && !in_script {
                    return Some(at);
                }
                in_script &= !is_end;
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_the_end_cuts_is_no_text_and_a_sign_is() {
        for (html, expected) in [
            ("<p>A.</p><img src=\"x\" onerror=\"evil()", "<p>A.</p>"),
            ("<p>A word</p> <a href=\"http://x.example/long", "<p>A word</p>"),
            ("it was cut <scri", "it was cut"),
            ("cut </di", "cut"),
            ("cut <a hre", "cut"),
            ("cut <br/", "cut"),
            ("cut <!-- a remark", "cut"),
            ("cut <", "cut <"),
            ("1 <2", "1 <2"),
            ("profit <expected", "profit <expected"),
            ("profit <a year ago", "profit <a year ago"),
            ("<b>x</b> y", "<b>x</b> y"),
            ("", ""),
        ] {
            assert_eq!(finished(html), expected, "{html}");
        }
        let long = format!("a <p x={}", "y".repeat(20 << 10));
        assert_eq!(finished(&long), long);
    }

    #[test]
    fn a_script_ends_where_browsers_end_it() {
        let inside =
            |html: &str| end_of(html, "script").map(|at| html.get(..at).unwrap().to_owned());
        for (html, expected) in [
            ("a</script>b", Some("a")),
            ("a</SCRIPT >b", Some("a")),
            ("<!-- <script> x </script> y --></script>z", Some("<!-- <script> x </script> y -->")),
            ("<!-- x </script>z", Some("<!-- x ")),
            ("<!-- <script> x </script> y", Some("<!-- <script> x ")),
            ("<!-- <scripted> x </script>z", Some("<!-- <scripted> x ")),
            ("a</scripts>b", None),
        ] {
            assert_eq!(inside(html).as_deref(), expected, "{html}");
        }
    }
}
