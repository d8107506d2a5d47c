//! Cuts a page into text and tags as browsers do, without building a tree.
//!
//! Work is linear: a search that fails once (no `-->`, no closing quote, no end tag) is not made again.

use crate::tables::markup;

/// A start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Name, as written.
    pub(super) name: &'a str,
    attrs: &'a str,
}

/// Attributes of one tag that are looked at; real tags have a few dozen at most.
const ATTRIBUTES_MAX: usize = 64;

impl<'a> Tag<'a> {
    /// The raw value of an attribute; the first of a name counts.
    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.attributes().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// Names and raw values, in order.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        Attributes(self.attrs).take(ATTRIBUTES_MAX)
    }
}

struct Attributes<'a>(&'a str);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/');
        // A `=` where a name is due is part of the name.
        let from = usize::from(rest.starts_with('='));
        let end = rest.get(from..)?.find(is_end).map_or(rest.len(), |at| at + from);
        let (name, after) = rest.split_at_checked(end)?;
        if name.is_empty() {
            return None;
        }
        let Some(value) = after.trim_start().strip_prefix('=') else {
            self.0 = after;
            return Some((name, ""));
        };
        let value = value.trim_start();
        let (value, after) = if value.starts_with(['"', '\'']) {
            let (quote, inside) = value.split_at_checked(1)?;
            inside.split_once(quote).unwrap_or((inside, ""))
        } else {
            let end = value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len());
            value.split_at_checked(end)?
        };
        self.0 = after;
        Some((name, value))
    }
}

/// One piece of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text, references unresolved.
    Text(&'a str),
    /// A start tag.
    Open(Tag<'a>),
    /// The name of an end tag.
    Close(&'a str),
    /// An element that holds text alone, or nothing of the page: its tag and what is inside.
    Raw(Tag<'a>, &'a str),
}

/// Elements taken whole: their content is no markup, or none that a reader sees.
const RAW: [&str; 22] = [
    "script", "style", "title", "textarea", "noscript", "iframe", "noembed", "noframes", "xmp",
    "template", "svg", "math", "object", "select", "audio", "video", "canvas", "button",
    "datalist", "applet", "map", "picture",
];

/// Walks a page.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    pos: usize,
    pending: Option<Piece<'a>>,
    /// No `-->`, `"`, `'`, `>` stands behind these positions.
    none: [usize; 4],
    /// Raw elements whose end was looked for in vain.
    lost: [bool; RAW.len()],
    /// A tag was met whose quotes ran to the end of the page: quotes are not trusted from there on.
    lost_quotes: bool,
}

const COMMENT: usize = 0;
const DOUBLE: usize = 1;
const SINGLE: usize = 2;
const CLOSE: usize = 3;

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let (none, lost) = ([usize::MAX; 4], [false; RAW.len()]);
        Self { text, pos: 0, pending: None, none, lost, lost_quotes: false }
    }

    fn cut(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    fn find(&mut self, what: usize, needle: &str, from: usize) -> Option<usize> {
        if from >= self.none[what] {
            return None;
        }
        let found = self.text.get(from..).and_then(|rest| rest.find(needle));
        if found.is_none() {
            self.none[what] = from;
        }
        found.map(|at| at + from)
    }

    /// The next piece, `None` at the end.
    pub(super) fn next(&mut self) -> Option<Piece<'a>> {
        if let Some(piece) = self.pending.take() {
            return Some(piece);
        }
        let mut start = self.pos;
        let mut at = start;
        loop {
            let Some(next) = self.text.get(at..).and_then(|rest| rest.find('<')) else {
                self.pos = self.text.len();
                let rest = self.cut(start, self.pos);
                return (!rest.is_empty()).then_some(Piece::Text(rest));
            };
            at += next;
            match self.markup(at) {
                Markup::None => at += 1,
                Markup::Skip if at > start => return Some(Piece::Text(self.cut(start, at))),
                Markup::Skip => (start, at) = (self.pos, self.pos),
                Markup::Piece(piece) if at > start => {
                    self.pending = Some(piece);
                    return Some(Piece::Text(self.cut(start, at)));
                }
                Markup::Piece(piece) => return Some(piece),
            }
        }
    }

    /// The markup that opens at `at`, leaving `pos` behind it.
    fn markup(&mut self, at: usize) -> Markup<'a> {
        match self.text.as_bytes().get(at + 1) {
            Some(b'!') if self.cut(at, at + 4) == "<!--" => match self.find(COMMENT, "-->", at + 4)
            {
                Some(end) => self.skip_to(end + 3),
                None => self.skip_tag(at),
            },
            // A section is text in a feed that became a page.
            Some(b'!') if self.cut(at, at + 9) == "<![CDATA[" => self.skip_to(at + 9),
            Some(b'!' | b'?') => self.skip_tag(at),
            Some(b'/') => self.close(at),
            Some(b) if b.is_ascii_alphabetic() => self.open(at),
            _ => Markup::None,
        }
    }

    fn skip_to(&mut self, pos: usize) -> Markup<'a> {
        self.pos = pos;
        Markup::Skip
    }

    fn skip_tag(&mut self, at: usize) -> Markup<'a> {
        match self.find(CLOSE, ">", at) {
            Some(end) => self.skip_to(end + 1),
            None => Markup::None,
        }
    }

    fn close(&mut self, at: usize) -> Markup<'a> {
        let name = name(self.text.get(at + 2..).unwrap_or(""));
        if name.is_empty() {
            return Markup::None;
        }
        let Some(end) = self.find(CLOSE, ">", at) else { return Markup::None };
        self.pos = end + 1;
        Markup::Piece(Piece::Close(name))
    }

    fn open(&mut self, at: usize) -> Markup<'a> {
        let name = name(self.text.get(at + 1..).unwrap_or(""));
        let from = at + 1 + name.len();
        let Some(end) = self.tag_end(from) else { return Markup::None };
        let tag = Tag { name, attrs: self.cut(from, end) };
        self.pos = end + 1;
        let raw = RAW.iter().position(|raw| raw.eq_ignore_ascii_case(name));
        match raw {
            Some(index) => self.raw(tag, index),
            None => Markup::Piece(Piece::Open(tag)),
        }
    }

    fn end_of(&self, from: usize, name: &str) -> Option<usize> {
        markup::end_of(self.text.get(from..)?, name).map(|end| from + end)
    }

    fn raw(&mut self, tag: Tag<'a>, index: usize) -> Markup<'a> {
        let from = self.pos;
        let end = if self.lost[index] { None } else { self.end_of(from, tag.name) };
        match end {
            Some(end) => {
                let after = self.text.get(end..).and_then(|rest| rest.find('>'));
                self.pos = after.map_or(self.text.len(), |after| end + after + 1);
                Markup::Piece(Piece::Raw(tag, self.cut(from, end)))
            }
            // Without its end a script or a style is all that follows; others were left open by mistake.
            None if index < 2 => {
                self.pos = self.text.len();
                Markup::Piece(Piece::Raw(tag, self.cut(from, self.pos)))
            }
            None => {
                self.lost[index] = true;
                Markup::Skip
            }
        }
    }

    /// Where the tag's `>` stands; one inside a quoted value does not count.
    fn tag_end(&mut self, from: usize) -> Option<usize> {
        let first = self.find(CLOSE, ">", from)?;
        let bytes = self.text.as_bytes();
        let mut at = if self.lost_quotes { first } else { from };
        let mut is_value = false;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'>' => return Some(at),
                b'"' | b'\'' if is_value => {
                    let (what, needle) = if *byte == b'"' { (DOUBLE, "\"") } else { (SINGLE, "'") };
                    // A quote that nothing closes is a slip.
                    if let Some(end) = self.find(what, needle, at + 1) {
                        at = end;
                    }
                    is_value = false;
                }
                b'=' => is_value = true,
                _ if byte.is_ascii_whitespace() => {}
                _ => is_value = false,
            }
            at += 1;
        }
        self.lost_quotes = true;
        Some(first)
    }
}

enum Markup<'a> {
    /// The `<` is text.
    None,
    /// Nothing to see.
    Skip,
    Piece(Piece<'a>),
}

fn name(rest: &str) -> &str {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'_');
    let end = rest.bytes().position(|b| !is_name(b)).unwrap_or(rest.len());
    if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        rest.get(..end).unwrap_or("")
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(html: &str) -> String {
        let mut scanner = Scanner::new(html);
        let mut out = Vec::new();
        while let Some(piece) = scanner.next() {
            out.push(match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Open(tag) => {
                    let attrs: Vec<String> =
                        tag.attributes().map(|(name, value)| format!("{name}={value}")).collect();
                    format!("<{} {}>", tag.name, attrs.join(","))
                }
                Piece::Close(name) => format!("</{name}>"),
                Piece::Raw(tag, inside) => format!("[{}:{inside}]", tag.name),
            });
        }
        out.join("|")
    }

    #[test]
    fn a_page_is_cut_as_browsers_do() {
        assert_eq!(
            pieces("<p class=\"a > b\" hidden id=x>One <!-- <p> -->two</P >"),
            "<p class=a > b,hidden=,id=x>|One |two|</P>"
        );
        assert_eq!(
            pieces("<script>if (a < b) x('</p>');</script>z"),
            "[script:if (a < b) x('</p>');]|z"
        );
        assert_eq!(pieces("3 < 4 <5"), "3 < 4 <5");
        assert_eq!(pieces("<a href='x\">y</a>"), "<a href=x\">|y|</a>");
        assert_eq!(pieces("a<noscript>b"), "a|b");
        assert_eq!(pieces("<p it's>x"), "<p it's=>|x");
    }
}
