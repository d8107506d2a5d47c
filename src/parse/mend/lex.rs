//! Cuts a document into tags and text without ever refusing it.
//!
//! Work is linear: a search that fails once (no `-->`, no closing quote) is not made again.

/// A start tag. `attrs` is what stands between the name and the `>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    /// Name with its prefix, as written.
    pub(crate) name: &'a str,
    /// Attributes, as written.
    pub(crate) attrs: &'a str,
    /// Whether it ends in `/>`.
    pub(crate) empty: bool,
}

/// One piece of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `<name …>` or `<name …/>`.
    Start(Tag<'a>),
    /// `</name>`.
    End(&'a str),
    /// Text with its references unresolved.
    Text(&'a str),
    /// Text that has no references.
    Cdata(&'a str),
    /// What stands in `<!DOCTYPE …>`.
    Doctype(&'a str),
    /// A comment or an instruction.
    Skip,
    /// A comment, a section or a tag that the document's end cut.
    Cut,
}

/// Walks a document.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    pos: usize,
    /// Where the piece handed out last begins.
    at: usize,
    /// No `-->`, `]]>`, `"`, `'`, `>` stands behind these positions.
    none: [usize; 5],
    /// Where each of them was found last, and from where it was looked for.
    found: [(usize, usize); 5],
    pending: Option<(usize, Token<'a>)>,
    /// A DOCTYPE that never ends was met: the next ones are not searched.
    endless_doctype: bool,
    /// A tag that never ends was met: quotes are not trusted from then on.
    endless_tag: bool,
}

const COMMENT: usize = 0;
const SECTION: usize = 1;
const DOUBLE: usize = 2;
const SINGLE: usize = 3;
const CLOSE: usize = 4;

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            pos: 0,
            at: 0,
            none: [usize::MAX; 5],
            found: [(1, 0); 5],
            pending: None,
            endless_doctype: false,
            endless_tag: false,
        }
    }

    fn cut(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    fn find(&mut self, what: usize, needle: &str, from: usize) -> Option<usize> {
        if from >= self.none[what] {
            return None;
        }
        let (since, known) = self.found[what];
        if (since..=known).contains(&from) {
            return Some(known);
        }
        let found = match *needle.as_bytes() {
            [one] => sign(self.text, from, one),
            _ => self.text.get(from..).and_then(|rest| rest.find(needle)).map(|at| at + from),
        };
        match found {
            Some(at) => self.found[what] = (from, at),
            None => self.none[what] = from,
        }
        found
    }

    /// Byte offset at which the piece handed out last begins; that of the end once there is none.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The next piece, `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Token<'a>> {
        if let Some((at, token)) = self.pending.take() {
            self.at = at;
            return Some(token);
        }
        let start = self.pos;
        self.at = start;
        let bytes = self.text.as_bytes();
        if start >= bytes.len() {
            return None;
        }
        let mut at = start;
        loop {
            let Some(next) = sign(self.text, at, b'<') else {
                self.pos = bytes.len();
                return Some(Token::Text(self.cut(start, bytes.len())));
            };
            at = next;
            if let Some(token) = self.markup(at) {
                if at > start {
                    self.pending = Some((at, token));
                    return Some(Token::Text(self.cut(start, at)));
                }
                return Some(token);
            }
            at += 1;
        }
    }

    /// The markup that opens at `at`, leaving `pos` behind it; `None` where `<` is text.
    fn markup(&mut self, at: usize) -> Option<Token<'a>> {
        match *self.text.as_bytes().get(at + 1)? {
            b'/' => self.end_tag(at),
            b'?' => {
                let close = self.find(CLOSE, ">", at);
                self.pos = close.map_or(self.text.len(), |c| c + 1);
                Some(if close.is_some() { Token::Skip } else { Token::Cut })
            }
            b'!' => self.declaration(at),
            b if is_name_start(b) => self.start_tag(at),
            _ => None,
        }
    }

    fn end_tag(&mut self, at: usize) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        if !bytes.get(at + 2).is_some_and(|b| is_name_start(*b) || b.is_ascii_whitespace()) {
            return None;
        }
        let mut end = at + 2;
        while bytes.get(end).is_some_and(|b| *b != b'>' && *b != b'<') {
            end += 1;
        }
        let inner = self.cut(at + 2, end);
        self.pos = end + usize::from(bytes.get(end) == Some(&b'>'));
        let name = inner.split_ascii_whitespace().next().unwrap_or("");
        Some(Token::End(name))
    }

    fn declaration(&mut self, at: usize) -> Option<Token<'a>> {
        let rest = self.text.get(at..).unwrap_or("");
        if rest.starts_with("<!--") {
            let close = self.find(COMMENT, "-->", at + 4);
            // An unclosed comment ends with its tag: what follows is news, not a remark.
            let tag_end = || {
                let rest = self.text.get(at + 4..).unwrap_or("");
                rest.find(['<', '>']).filter(|stop| rest.as_bytes()[*stop] == b'>')
            };
            self.pos = match close {
                Some(close) => close + 3,
                None => at + 4 + tag_end().map_or(0, |stop| stop + 1),
            };
            return Some(if close.is_some() { Token::Skip } else { Token::Cut });
        }
        if rest.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("<![CDATA[")) {
            if let Some(close) = self.find(SECTION, "]]>", at + 9) {
                let inside = self.cut(at + 9, close);
                if !runs_over_items(inside) {
                    self.pos = close + 3;
                    return Some(Token::Cdata(inside));
                }
            }
            self.pos = at + 9;
            return Some(Token::Cut);
        }
        if rest.get(2..9).is_some_and(|word| word.eq_ignore_ascii_case("DOCTYPE")) {
            return Some(self.doctype(at));
        }
        if !rest.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        let close = self.find(CLOSE, ">", at)?;
        self.pos = close + 1;
        Some(Token::Skip)
    }

    /// A DOCTYPE ends at the first `>` outside its brackets; quotes in it are not trusted.
    fn doctype(&mut self, at: usize) -> Token<'a> {
        let bytes = self.text.as_bytes();
        let mut inside = false;
        let mut end = if self.endless_doctype { bytes.len() } else { at + 9 };
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'[' => inside = true,
                b']' => inside = false,
                b'>' if !inside => break,
                _ => {}
            }
            end += 1;
        }
        if end >= bytes.len() {
            // No end: only the word itself is dropped.
            self.endless_doctype = true;
            self.pos = at + 9;
            return Token::Cut;
        }
        self.pos = end + 1;
        Token::Doctype(self.cut(at + 9, end))
    }

    fn start_tag(&mut self, at: usize) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        let mut name_end = at + 1;
        while bytes.get(name_end).is_some_and(|b| is_name(*b)) {
            name_end += 1;
        }
        let Some(end) = self.tag_end(name_end) else {
            self.endless_tag = true;
            return None;
        };
        // Nothing but a name, and then an end tag: "x<y</title>" compares, and opens nothing.
        if end == name_end && bytes.get(end..).is_some_and(|rest| rest.starts_with(b"</")) {
            return None;
        }
        let mut attrs_end = end;
        let empty = attrs_end > name_end && bytes[attrs_end - 1] == b'/';
        if empty {
            attrs_end -= 1;
        }
        self.pos = end + usize::from(bytes.get(end) == Some(&b'>'));
        let name = self.cut(at + 1, name_end);
        Some(Token::Start(Tag { name, attrs: self.cut(name_end, attrs_end), empty }))
    }

    /// Where the tag ends: at its `>`, or before the `<` of the next one if its own was forgotten.
    fn tag_end(&mut self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        let mut after_equals = false;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'>' | b'<' => return Some(at),
                b'"' | b'\'' if after_equals && !self.endless_tag => {
                    at = self.quoted_end(from, at, byte)?;
                    if bytes.get(at) == Some(&b'>') {
                        return Some(at);
                    }
                    after_equals = false;
                }
                b'=' => after_equals = true,
                b if b.is_ascii_whitespace() => {}
                _ => after_equals = false,
            }
            at += 1;
        }
        None
    }

    /// The closing quote; or, if a `<` comes first and a `>` before it, that `>`: a quote was forgotten.
    fn quoted_end(&mut self, from: usize, open: usize, quote: u8) -> Option<usize> {
        let (what, needle) = if quote == b'"' { (DOUBLE, "\"") } else { (SINGLE, "'") };
        let close = self.find(what, needle, open + 1);
        let region = self.cut(open, close.unwrap_or(self.text.len()));
        let stop = region.find('<').map(|stop| open + stop);
        let forgotten = stop.and_then(|stop| self.find(CLOSE, ">", from).filter(|at| *at < stop));
        forgotten.or(close)
    }
}

/// Bytes in which a sign is looked for one by one: to begin a search at vector speed costs more than this.
const NEAR_BYTES: usize = 16;

/// Where a sign of ASCII stands, from a place on: tags are short, and a document may have millions.
fn sign(text: &str, from: usize, sign: u8) -> Option<usize> {
    let near = text.as_bytes().get(from..)?.iter().take(NEAR_BYTES).position(|b| *b == sign);
    let found = near.or_else(|| text.get(from..)?.find(char::from(sign)));
    found.map(|at| at + from)
}

/// Whether a section was closed by the end of another item's section: its own was lost.
fn runs_over_items(inside: &str) -> bool {
    inside.find("<![CDATA[").is_some_and(|other| {
        let before = inside.get(..other).unwrap_or("");
        before.contains("</item>") || before.contains("</entry>")
    })
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'-' || byte == b'.'
}

/// Attributes of a tag, names as written, values undecoded. The first of two equal names is met first.
#[derive(Clone, Debug)]
pub(crate) struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    pub(crate) fn new(attrs: &'a str) -> Self {
        Self { rest: attrs }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let is_noise = |b: u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'');
        let begin = self.rest.bytes().position(|b| !is_noise(b))?;
        let rest = self.rest.get(begin..)?;
        let is_end = |b: u8| b == b'=' || b.is_ascii_whitespace();
        let name_len = rest.bytes().position(is_end).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(name_len)?;
        let after = trimmed(after);
        if after.bytes().next() != Some(b'=') {
            self.rest = after;
            return Some((name, ""));
        }
        let value = trimmed(after.get(1..)?);
        let quote = value.bytes().next().filter(|b| matches!(b, b'"' | b'\''));
        let (value, rest) = if let Some(quote) = quote {
            let body = value.get(1..).unwrap_or("");
            let end = body.bytes().position(|b| b == quote);
            end.and_then(|end| Some((body.get(..end)?, body.get(end + 1..)?))).unwrap_or((body, ""))
        } else {
            let end = value.bytes().position(|b| b.is_ascii_whitespace()).unwrap_or(value.len());
            value.split_at_checked(end)?
        };
        self.rest = rest;
        Some((name, value))
    }
}

/// A text without white space before it: there is hardly ever any.
fn trimmed(text: &str) -> &str {
    if text.starts_with(|c: char| c.is_ascii_graphic()) { text } else { text.trim_start() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let mut lexer = Lexer::new(text);
        let mut out = Vec::new();
        while let Some(token) = lexer.next() {
            out.push(match token {
                Token::Start(tag) => format!("<{}|{}|{}", tag.name, tag.attrs.trim(), tag.empty),
                Token::End(name) => format!("/{name}"),
                Token::Text(text) => format!("t:{text}"),
                Token::Cdata(text) => format!("c:{text}"),
                Token::Doctype(text) => format!("d:{}", text.trim()),
                Token::Skip => "skip".to_owned(),
                Token::Cut => "cut".to_owned(),
            });
        }
        out
    }

    #[test]
    fn a_document_falls_into_its_pieces() {
        assert_eq!(
            pieces(
                "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c>\">]><a b='>' c>x<d/><![CDATA[<e>]]><!-- f --></a >"
            ),
            [
                "skip",
                "d:a [<!ENTITY b \"c>\">]",
                "<a|b='>' c|false",
                "t:x",
                "<d||true",
                "c:<e>",
                "skip",
                "/a"
            ]
        );
    }

    #[test]
    fn what_is_broken_costs_as_little_as_can_be() {
        for (text, want) in [
            ("1 < 2 <3", vec!["t:1 < 2 <3"]),
            ("<a <b>x", vec!["<a||false", "<b||false", "t:x"]),
            ("<a b=\"c>x</a>", vec!["<a|b=\"c|false", "t:x", "/a"]),
            ("<a b=\"x < y\">z", vec!["<a|b=\"x < y\"|false", "t:z"]),
            ("x<!-- y > z", vec!["t:x", "cut", "t: z"]),
            ("x<!-- y <b>", vec!["t:x", "cut", "t: y ", "<b||false"]),
            ("<![CDATA[x", vec!["cut", "t:x"]),
            ("<a", vec!["t:<a"]),
            ("</", vec!["t:</"]),
            ("<a></a", vec!["<a||false", "/a"]),
        ] {
            assert_eq!(pieces(text), want, "{text}");
        }
    }

    #[test]
    fn what_was_searched_once_is_not_searched_again() {
        // Each took minutes when every mark searched the rest of the document.
        for (unit, end) in [
            ("<a b='<' ", ">"),
            ("b='<' ", ">"),
            ("b='<a' ", ""),
            ("<![CDATA[</item>", "]]>"),
            ("<a b=\"", ""),
            ("<!--", ""),
            ("<!DOCTYPE[", ""),
        ] {
            let text = format!("<item {}{end}", unit.repeat(100_000));
            let mut lexer = Lexer::new(&text);
            let mut count = 0;
            while lexer.next().is_some() {
                count += 1;
            }
            assert!(count > 0, "{unit}");
        }
    }

    #[test]
    fn attributes_are_read_however_they_are_quoted() {
        let all = |attrs| Attributes::new(attrs).collect::<Vec<_>>();
        assert_eq!(
            all(" a=\"1\" b='2' c=3 d e = \"5\""),
            [("a", "1"), ("b", "2"), ("c", "3"), ("d", ""), ("e", "5")]
        );
        assert_eq!(all("a=\"1\"b=\"2\""), [("a", "1"), ("b", "2")]);
        assert_eq!(all("a=\"1"), [("a", "1")]);
        assert_eq!(all("= \"x\" =").len(), 2);
    }
}
