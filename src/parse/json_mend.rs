//! Rewrites what is nearly JSON: one bad token of a hand-made feed costs itself, not all items behind it.
//!
//! One walk, linear, one copy.

/// What the walk met last outside strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Last {
    /// A bracket that opens, or a comma that waits for its value.
    Opening,
    /// A name with its colon.
    Colon,
    /// A whole value, or a name.
    Value,
}

/// Brackets open in the list of items: the document's and its own.
const ITEMS_DEPTH: usize = 2;

/// A text written anew.
#[derive(Debug)]
pub(super) struct Mended {
    /// Whole JSON. What was cut in its middle, a string or a word, is null: half a value is none.
    pub(super) text: String,
    /// Whether the text ended before its brackets closed.
    pub(super) is_cut: bool,
    /// Whether it ended within an item of the list.
    pub(super) is_item_cut: bool,
}

/// The text as JSON, closed where it ends.
pub(super) fn mended(text: &str) -> Mended {
    let mut walk = Walk {
        out: String::with_capacity(text.len() + text.len() / 16),
        open: Vec::new(),
        objects: 0,
        list_at: 0,
        run: (usize::MAX, false),
        last: Last::Opening,
        has_comma: false,
        is_name: false,
    };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        rest = match c {
            '"' => {
                walk.begin(true);
                let start = walk.out.len();
                string(after, &mut walk.out).unwrap_or_else(|| {
                    walk.out.truncate(start);
                    walk.out.push_str(if walk.is_name { "\"\"" } else { "null" });
                    ""
                })
            }
            '{' | '[' => {
                walk.open(c);
                after
            }
            '}' | ']' => {
                walk.look_behind(rest);
                walk.close(c);
                after
            }
            ',' => {
                // A comma is written with the value behind it, so that one too many is none.
                walk.fill();
                walk.has_comma |= walk.last == Last::Value;
                walk.is_name = false;
                after
            }
            ':' => {
                if walk.last == Last::Value && walk.is_name {
                    walk.out.push(':');
                    (walk.last, walk.is_name) = (Last::Colon, false);
                }
                after
            }
            c if c.is_whitespace() || c == '\u{FEFF}' => {
                walk.out.push(' ');
                after
            }
            _ => {
                let is_over = |c: char| {
                    matches!(c, '"' | '{' | '}' | '[' | ']' | ',' | ':') || c.is_whitespace()
                };
                let end = rest.find(is_over).unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                // A number at the very end may be half of one.
                walk.word(if after.is_empty() && !walk.open.is_empty() { "null" } else { word });
                after
            }
        };
    }
    let (is_cut, is_item_cut) = (!walk.open.is_empty(), walk.is_in_item());
    walk.fill();
    while let Some(open) = walk.open.pop() {
        walk.out.push(if open == '{' { '}' } else { ']' });
    }
    Mended { text: walk.out, is_cut, is_item_cut }
}

struct Walk {
    out: String,
    /// The brackets that are open.
    open: Vec<char>,
    /// How many of them are braces.
    objects: usize,
    /// Where the last list or object within the document's was written.
    list_at: usize,
    /// How much of the text is left behind the present run of closing brackets, and whether another item comes there.
    run: (usize, bool),
    last: Last,
    /// A comma was met and waits for a value.
    has_comma: bool,
    /// The last value is a name in an object, which a colon may follow.
    is_name: bool,
}

impl Walk {
    /// Before a value: the comma that it needs. Only a string can be a name.
    fn begin(&mut self, is_string: bool) {
        if self.last == Last::Value && self.is_name && !self.has_comma {
            // A name without its colon.
            self.out.push(':');
            (self.last, self.is_name) = (Last::Colon, false);
        }
        if self.last == Last::Value && !self.open.is_empty() {
            self.out.push(',');
        }
        self.has_comma = false;
        self.is_name = is_string && self.open.last() == Some(&'{') && self.last != Last::Colon;
        self.last = Last::Value;
    }

    fn open(&mut self, bracket: char) {
        self.begin(false);
        if self.open.len() + 1 == ITEMS_DEPTH {
            self.list_at = self.out.len();
        }
        self.open.push(bracket);
        self.objects += usize::from(bracket == '{');
        self.out.push(bracket);
        self.last = Last::Opening;
    }

    /// Whether what is open is an item of the list of items.
    fn is_in_item(&self) -> bool {
        let name = self.out.get(..self.list_at).map(str::trim_end);
        let name = name.and_then(|before| before.strip_suffix(':')).map(str::trim_end);
        self.open.len() > ITEMS_DEPTH && name.is_some_and(|before| before.ends_with("\"items\""))
    }

    /// After a name without a value: null.
    fn fill(&mut self) {
        if self.last == Last::Value && self.is_name {
            self.out.push_str(":null");
        } else if self.last == Last::Colon {
            self.out.push_str("null");
        } else {
            return;
        }
        (self.last, self.is_name) = (Last::Value, false);
    }

    /// Looks behind a run of closing brackets, once for each run.
    fn look_behind(&mut self, rest: &str) {
        if self.run.0 < rest.len() && self.run.0 != usize::MAX {
            // Within the run, or behind it: only what is longer than what was left is still in it.
            return;
        }
        let behind = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '}' | ']'));
        let next = behind.strip_prefix(',').map(str::trim_start);
        self.run = (behind.len(), next.is_some_and(|next| next.starts_with('{')));
    }

    fn close(&mut self, bracket: char) {
        // Another item comes, so the list of items is open still: one bracket too many closes nothing.
        if self.run.1 && self.open.len() <= ITEMS_DEPTH && self.open.first() == Some(&'{') {
            return;
        }
        let (opening, count) = if bracket == '}' {
            ('{', self.objects)
        } else {
            ('[', self.open.len() - self.objects)
        };
        if count == 0 {
            return;
        }
        self.fill();
        while let Some(open) = self.open.pop() {
            self.objects -= usize::from(open == '{');
            self.out.push(if open == '{' { '}' } else { ']' });
            if open == opening {
                break;
            }
        }
        (self.last, self.has_comma, self.is_name) = (Last::Value, false, false);
    }

    /// A word without quotes: a name, a literal, a number, or nothing that JSON knows.
    fn word(&mut self, word: &str) {
        let may_be_name = self.open.last() == Some(&'{') && self.last != Last::Colon;
        let follows_name = self.is_name && !self.has_comma;
        let is_bare_name = may_be_name && !follows_name;
        self.begin(is_bare_name);
        let is_literal = matches!(word, "true" | "false" | "null");
        let is_number = || serde_json::from_str::<serde_json::Number>(word).is_ok();
        let is_digits = word.bytes().all(|b| b.is_ascii_digit());
        if !is_bare_name && (is_literal || is_number()) {
            self.out.push_str(word);
        } else if is_bare_name || is_digits {
            self.out.push('"');
            let safe = |c: &char| !c.is_control() && !matches!(c, '"' | '\\');
            self.out.extend(word.trim_matches('\'').chars().filter(safe));
            self.out.push('"');
        } else {
            self.out.push_str("null");
        }
    }
}

/// Writes the string that begins here, and gives what stands behind it; `None` where it never ends.
fn string<'t>(text: &'t str, out: &mut String) -> Option<&'t str> {
    out.push('"');
    let start = out.len();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        rest = match c {
            '"' => {
                let inside = text.get(..text.len() - rest.len()).unwrap_or("");
                let behind = lost_quote(inside, after).and_then(|at| text.split_at_checked(at));
                if let Some((inside, behind)) = behind {
                    out.truncate(start);
                    run_into(inside, out);
                    out.push('"');
                    return Some(behind);
                }
                out.push('"');
                return Some(after);
            }
            '\\' => escape(after, out),
            c if u32::from(c) < 0x20 => {
                out.push_str(if c == '\n' { "\\n" } else { " " });
                after
            }
            _ => {
                // One search for all that ends a run: two would read on to a quote that never comes, run after run.
                let is_end = |b: u8| matches!(b, b'"' | b'\\') || b < 0x20;
                let end = rest.bytes().position(is_end).unwrap_or(rest.len());
                let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                out.push_str(run);
                after
            }
        };
    }
    None
}

/// Where a string ends that lost its quote, so that it ran to the beginning of the next name: `Bridge},{"id"`, `1,"url"`.
fn lost_quote(inside: &str, after: &str) -> Option<usize> {
    let name = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))?;
    let is_name = name > 0 && after.get(name..).is_some_and(|rest| rest.starts_with('"'));
    let is_named = after.get(name + 1..).is_some_and(|rest| rest.trim_start().starts_with(':'));
    if !is_name || !is_named {
        return None;
    }
    let before = inside.trim_end();
    let before = match before.strip_suffix('{') {
        Some(item) => item.trim_end().strip_suffix(',')?.trim_end().strip_suffix('}')?,
        None => before.strip_suffix(',')?,
    };
    Some(before.len())
}

/// Writes a part of a string.
fn run_into(inside: &str, out: &mut String) {
    for c in inside.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => out.push(' '),
            c => out.push(c),
        }
    }
}

/// Writes the escape whose backslash was met, and gives what stands behind it.
fn escape<'t>(text: &'t str, out: &mut String) -> &'t str {
    let Some(c) = text.chars().next() else { return text };
    let after = text.get(c.len_utf8()..).unwrap_or("");
    if c != 'u' {
        if "\"\\/bfnrt".contains(c) {
            out.push('\\');
        }
        if u32::from(c) >= 0x20 {
            out.push(c);
        }
        return after;
    }
    let Some((unit, behind)) = unit(after) else { return after };
    let low = behind.strip_prefix("\\u").and_then(self::unit);
    match (unit, low) {
        (0xD800..=0xDBFF, Some((second @ 0xDC00..=0xDFFF, behind))) => {
            let scalar = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
            out.push(char::from_u32(scalar).unwrap_or('\u{FFFD}'));
            behind
        }
        (0xD800..=0xDFFF, _) => {
            out.push('\u{FFFD}');
            behind
        }
        _ => {
            out.push_str("\\u");
            out.push_str(after.get(..4).unwrap_or("fffd"));
            behind
        }
    }
}

/// The four hexadecimal digits that a text begins with, and what stands behind them.
fn unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten().map(|unit| (unit, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_json_means_the_same_afterwards() {
        for text in [
            r#"{"a":[1,-2.5e3,true,null,"x\n\u00e9\ud83d\ude00\"\\\/",{}],"b":{"c":[[],[{}]]}}"#,
            r#" [ { "a" : 1 , "b" : "c" } , "d" ] "#,
            "\"one\"",
        ] {
            let before: serde_json::Value = serde_json::from_str(text).unwrap();
            let after: serde_json::Value = serde_json::from_str(&mended(text).text).unwrap();
            assert_eq!(before, after, "{text}");
        }
    }

    #[test]
    fn each_bad_token_costs_itself() {
        for (text, expected) in [
            (r#"["a \ud83d b"]"#, r#"["a � b"]"#),
            (r#"["it\'s"]"#, r#"["it's"]"#),
            ("[\"two\nlines\tand a tab\"]", r#"["two\nlines and a tab"]"#),
            (r#"[{"a":1,},]"#, r#"[{"a":1}]"#),
            ("[1,,2]", "[1,2]"),
            (
                r#"[{"a":NaN,"b":undefined,"c":1e400,"d":007}]"#,
                r#"[{"a":null,"b":null,"c":null,"d":"007"}]"#,
            ),
            (r#"[{"a":1 "b":2} {"c":3}]"#, r#"[{"a":1,"b":2},{"c":3}]"#),
            (r#"{a:1,'b':"c"}"#, r#"{"a":1,"b":"c"}"#),
            (r#"{"a":,"b"}"#, r#"{"a":null,"b":null}"#),
            (r#"[{"a":1]"#, r#"[{"a":1}]"#),
            (
                r#"{"items":[{"id":"1","t":"Mayor},{"id":"2","t":"x"}]}"#,
                r#"{"items":[{"id":"1","t":"Mayor"},{"id":"2","t":"x"}]}"#,
            ),
            (r#"{"items":[{"id":"1,"t":"x"}]}"#, r#"{"items":[{"id":"1","t":"x"}]}"#),
            (
                r#"{"items":[{"id":"1"}},{"id":"2"},{"id":"3"}]}"#,
                r#"{"items":[{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
            ),
            (r#"{"items":[{"id":"1"}]},{"id":"2"}]}"#, r#"{"items":[{"id":"1"},{"id":"2"}]}"#),
            (
                r#"{"items":[{"a":[{"b":1}]},{"a":[{"b":2},{"b":3}]}],"x":1}"#,
                r#"{"items":[{"a":[{"b":1}]},{"a":[{"b":2},{"b":3}]}],"x":1}"#,
            ),
        ] {
            let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
            let found: serde_json::Value = serde_json::from_str(&mended(text).text)
                .unwrap_or_else(|error| panic!("{text} became {:?}: {error}", mended(text)));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn brackets_that_close_what_is_open_below_close_what_is_above() {
        for (text, expected) in
            [("[[{\"a\":1]]", "[[{\"a\":1}]]"), ("[1}]", "[1]"), ("{\"a\":1]}", "{\"a\":1}")]
        {
            assert_eq!(mended(text).text, expected);
        }
    }

    #[test]
    fn a_cut_document_is_closed_and_half_a_value_is_none() {
        for (text, expected) in [
            (
                r#"{"items":[{"id":"1"},{"id":"2","title":"half"#,
                r#"{"items":[{"id":"1"},{"id":"2","title":null}]}"#,
            ),
            (r#"{"items":[{"id":"1"}"#, r#"{"items":[{"id":"1"}]}"#),
            (r#"{"items":[{"id":"1"},"#, r#"{"items":[{"id":"1"}]}"#),
            (r#"{"items":[{"id":12"#, r#"{"items":[{"id":null}]}"#),
            (r#"{"items":[{"id""#, r#"{"items":[{"id":null}]}"#),
            (r#"{"items":[{"id"#, r#"{"items":[{"":null}]}"#),
            (r#"{"items":[{"id":"a\"#, r#"{"items":[{"id":null}]}"#),
            (r#"{"items":[{"id":"a\ud8"#, r#"{"items":[{"id":null}]}"#),
        ] {
            let found = mended(text);
            let json: serde_json::Value = serde_json::from_str(&found.text)
                .unwrap_or_else(|error| panic!("{text} became {found:?}: {error}"));
            assert_eq!(
                json,
                serde_json::from_str::<serde_json::Value>(expected).unwrap(),
                "{text}"
            );
            assert!(found.is_cut);
        }
        assert!(!mended("[1,2]").is_cut && !mended("[1}]").is_cut);
        for (text, is_item_cut) in [
            (r#"{"items" : [{"id":"1"},{"id":"2"#, true),
            (r#"{"items":[{"id":"1"},"#, false),
            (r#"{"items":[{"id":"1"}],"authors":[{"name":"half"#, false),
        ] {
            assert_eq!(mended(text).is_item_cut, is_item_cut, "{text}");
        }
    }
}
