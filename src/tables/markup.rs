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

/// Places of `<` that are looked at from the end: values of attributes may have some of their own.
const MARKS_MAX: usize = 8;

/// The text without a tag or comment that its end cut, as browsers show it. A `<` that begins no tag of HTML stays: it may
/// be a sign of the text.
pub fn finished(html: &str) -> &str {
    let is_markup = html.contains('>');
    // The one that was cut may stand in another: `<a href="x" <img src="y`.
    let mut left = html;
    for _ in 0..MARKS_MAX {
        let Some(before) = before_unfinished(left, is_markup) else { break };
        left = before;
    }
    left
}

fn before_unfinished(html: &str, is_markup: bool) -> Option<&str> {
    for (at, _) in html.rmatch_indices('<').take(MARKS_MAX) {
        let (before, tail) = html.split_at_checked(at)?;
        // A tag that ends, or a quote that was lost long before: no end cut it.
        if tail.contains("</") && !tail.starts_with("</") {
            return None;
        }
        if is_unfinished(tail.get(1..).unwrap_or_default(), is_markup) {
            return Some(before.trim_end());
        }
    }
    None
}

/// Whether what stands behind a `<` is the beginning of a tag or comment that never ends.
fn is_unfinished(tail: &str, is_markup: bool) -> bool {
    if tail.starts_with(['!', '?']) {
        let is_sign = tail
            .get(1..)
            .is_none_or(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'));
        return !tail.contains('>') && !is_sign;
    }
    let tail = tail.strip_prefix('/').unwrap_or(tail);
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
    let end = tail.find(|c: char| !is_of_name(c)).unwrap_or(tail.len());
    let (name, rest) = tail.split_at_checked(end).unwrap_or((tail, ""));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    if rest.is_empty() {
        let begins = |known: &&str| {
            known.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
        };
        return is_markup && ELEMENTS.iter().any(begins);
    }
    if !rest.starts_with(|c: char| c.is_whitespace() || c == '/') {
        return false;
    }
    let is_known = ELEMENTS.iter().any(|known| known.eq_ignore_ascii_case(name));
    match cut_attributes(rest) {
        // It ends in a quoted value, or has quoted ones.
        Some(Cut::Quoted) => true,
        // No word of prose has a mark of custom elements in it and an attribute behind it.
        Some(Cut::Valued) => is_known || name.contains(['-', ':']),
        // One word may be the beginning of an attribute; more are prose: "profit <a year ago".
        Some(Cut::Words(count)) => is_known && is_markup && count <= 1,
        None => false,
    }
}

/// How attributes are cut.
enum Cut {
    /// There is a quoted value.
    Quoted,
    /// There is a value.
    Valued,
    /// There are so many words and no value.
    Words(usize),
}

/// Reads attributes to the end of the text; `None` where their tag ends before it, or where they are none.
fn cut_attributes(text: &str) -> Option<Cut> {
    let (mut rest, mut words, mut cut) = (text, 0, None);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return Some(cut.unwrap_or(Cut::Words(words)));
        }
        let end =
            rest.find(|c: char| c.is_whitespace() || "=/>\"'<".contains(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        if name.is_empty() {
            return None;
        }
        words += 1;
        let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
            rest = after;
            continue;
        };
        if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let inside = value.get(1..)?;
            let Some((_, behind)) = inside.split_once(quote) else { return Some(Cut::Quoted) };
            (rest, cut) = (behind, Some(Cut::Quoted));
        } else {
            let end =
                value.find(|c: char| c.is_whitespace() || "><".contains(c)).unwrap_or(value.len());
            rest = value.get(end..)?;
            cut = cut.or(Some(Cut::Valued));
        }
    }
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
            Some(b'<') if is_named(behind, "script") => {
                // One outside a comment, or two at once, are no writing of scripts. So none is looked at twice for the
                // scripts of a page.
                if in_script || !in_comment {
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
            ("<p>it was cut <scri", "<p>it was cut"),
            ("<p>cut </di", "<p>cut"),
            ("<p>cut <a hre", "<p>cut"),
            ("<p>cut <br/", "<p>cut"),
            ("cut <!-- a remark", "cut"),
            ("cut <", "cut <"),
            ("1 <2", "1 <2"),
            ("profit <expected", "profit <expected"),
            ("profit <a year ago", "profit <a year ago"),
            ("<p>x</p> profit <a year ago", "<p>x</p> profit <a year ago"),
            ("profit rose <a year", "profit rose <a year"),
            ("we know a <b", "we know a <b"),
            ("wow <!", "wow <!"),
            ("<p>x <script async src=\"https://evil.example/a.js", "<p>x"),
            ("<p>x <img class = \"x", "<p>x"),
            ("<p>x <img alt=\"a > b\" onerror=\"evil()", "<p>x"),
            ("<p>x <a href=\"x\" title=\"1<2 and", "<p>x"),
            ("<p>x <a title=\"a <b\" href=\"http://cut", "<p>x"),
            ("<p>x <my-widget class=\"hl", "<p>x"),
            ("<p>x <amp-img src=https://x/", "<p>x"),
            ("<p>x <a href=\"x\" <img src=\"y", "<p>x"),
            ("<p>x <img src=x <img src=y <img src=z", "<p>x"),
            ("<p>x <div <script src=x", "<p>x"),
            ("x <!DOCTYPE html PUBLIC \"x", "x"),
            ("x <?php echo \"evil", "x"),
            ("<a href=\"x>link</a> and \"more", "<a href=\"x>link</a> and \"more"),
            ("a > b and b <c d=e f", "a > b and b <c d=e f"),
            ("<b>x</b> y", "<b>x</b> y"),
            ("", ""),
        ] {
            assert_eq!(finished(html), expected, "{html}");
        }
        let data = format!("<p>a <img src=\"data:{}", "y".repeat(40 << 10));
        assert_eq!(finished(&data), "<p>a");
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
            ("<!--<script></script>--> <script><!--<script></script>-->", Some("<!--<script>")),
        ] {
            assert_eq!(inside(html).as_deref(), expected, "{html}");
        }
    }
}
