//! Rewrites what is nearly JSON: one bad token of a hand-made feed costs itself, not all items behind it.
//!
//! One walk, linear, one copy.

pub(super) mod items;
pub(super) mod signs;
mod strings;

use serde::de::DeserializeSeed;

use super::lean::{DEPTH_MAX, Depth, Lean, Members};
use super::text;
use strings::string;

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

/// Bytes of a string whose end is looked for.
const STRING_MAX: usize = 1 << 10;

/// Members with which the objects begin that items list: people and files.
const LISTED: [&str; 5] = ["id", "name", "url", "avatar", "mime_type"];

/// A text written anew.
#[derive(Debug)]
pub(super) struct Mended {
    /// Whole JSON. What was cut in its middle, a string or a word, is null: half a value is none.
    pub(super) text: String,
    /// How many brackets the text left open.
    pub(super) open: usize,
}

/// The text as JSON, closed where it ends.
pub(super) fn mended(text: &str) -> Mended {
    mended_above(0, text)
}

/// The same, where the text begins with so many lists that only its end closes.
fn mended_above(floor: usize, text: &str) -> Mended {
    let mut walk = Walk {
        out: String::with_capacity(text.len() + text.len() / 16),
        open: Vec::new(),
        objects: 0,
        floor,
        string_at: 0,
        last: Last::Opening,
        has_comma: false,
        is_name: false,
    };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        rest = match c {
            '"' => walk.string(after),
            // Nothing but its name stands before a colon.
            '{' | '[' | '}' | ']' | ',' if walk.is_name && after.trim_start().starts_with(':') => {
                after
            }
            // An object of a name without a value is none.
            '{' if walk.last == Last::Colon && is_listed(after) => after,
            '{' | '[' => {
                walk.open(c);
                after
            }
            '}' | ']' => {
                walk.close(c, after);
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
                walk.colon();
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
    let open = walk.open.len();
    walk.fill();
    while let Some(open) = walk.open.pop() {
        walk.out.push(if open == '{' { '}' } else { ']' });
    }
    Mended { text: walk.out, open }
}

/// An item of a list, closed where its text ends, and whether it had to be; `is_last` if no other one follows.
pub(super) fn value(text: &str, is_last: bool) -> (Option<Lean>, bool) {
    // What follows it in its list tells where a string ended that lost its quote.
    let text = ["[", text, if is_last { "" } else { "{\"next\":" }].concat();
    let Mended { text, open } = mended_above(1, &text);
    let mut members = Vec::new();
    let item = text.strip_prefix('[').unwrap_or("");
    // What could not be mended costs what stands behind it.
    let read = Members(&mut members).deserialize(&mut serde_json::Deserializer::from_str(item));
    ((read.is_ok() || !members.is_empty()).then_some(Lean::Object(members)), open > 1)
}

/// One value that is JSON.
pub(super) fn whole(text: &str) -> Option<Lean> {
    Depth(DEPTH_MAX).deserialize(&mut serde_json::Deserializer::from_str(text)).ok()
}

/// Whether a text begins with a string and a comma.
fn is_listed(text: &str) -> bool {
    let inside = text.trim_start().strip_prefix('"').map(|inside| text::head(inside, STRING_MAX));
    let behind = inside.and_then(|inside| inside.split_once('"'));
    behind.is_some_and(|(_, behind)| behind.trim_start().starts_with(','))
}

struct Walk {
    out: String,
    /// The brackets that are open.
    open: Vec<char>,
    /// How many of them are braces.
    objects: usize,
    /// How many of them only the end closes.
    floor: usize,
    /// Where the last string was written, with the comma before it.
    string_at: usize,
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
        let waits_for_name = self.open.last() == Some(&'{')
            && self.last != Last::Colon
            && (self.last == Last::Opening || self.has_comma || !self.is_name);
        if bracket == '{' && waits_for_name && self.last == Last::Value {
            if self.open.ends_with(&['[', '{']) && self.open.len() > self.floor + 1 {
                // An object where a name should stand is the next one of the list: this one was not closed.
                self.close_to('{');
            } else if self.out.trim_end().ends_with('}') {
                // Of a list whose bracket was lost.
                self.begin(true);
                self.out.push_str("\"\":");
                self.last = Last::Colon;
            }
        }
        if waits_for_name && self.open.last() == Some(&'{') && self.last != Last::Colon {
            // A bracket too many.
            return;
        }
        self.begin(false);
        self.open.push(bracket);
        self.objects += usize::from(bracket == '{');
        self.out.push(bracket);
        self.last = Last::Opening;
    }

    fn colon(&mut self) {
        let is_string = self.last == Last::Value && self.out.ends_with('"') && !self.has_comma;
        if is_string && self.open.len() > 1 && self.open.last() == Some(&'[') {
            self.name_in_list();
        }
        if self.last == Last::Value && self.is_name {
            self.out.push(':');
            (self.last, self.is_name) = (Last::Colon, false);
        }
    }

    /// The string written last is a name, and what is open is a list: it begins an object, or the list ended before it.
    fn name_in_list(&mut self) {
        let name = self.out.split_off(self.string_at);
        let bare = name.trim_matches([',', '"']);
        let before = self.out.trim_end();
        if before.ends_with('[') || before.ends_with('}') && LISTED.contains(&bare) {
            let bracket = if name.starts_with(',') { ",{" } else { "{" };
            self.enter(bracket, name.trim_start_matches(','));
        } else {
            self.close_to('[');
            self.out.push_str(&name);
            self.last = Last::Value;
        }
        self.is_name = true;
    }

    /// Makes what comes an object's, with its first name.
    fn enter(&mut self, bracket: &str, name: &str) {
        self.open.push('{');
        self.objects += 1;
        self.out.push_str(bracket);
        self.out.push_str(name);
    }

    /// Writes a string, null for half of one. A quote before what stands between two strings is one too many.
    fn string<'t>(&mut self, after: &'t str) -> &'t str {
        let is_sign = |c: char| c.is_whitespace() || ":,{}[]".contains(c);
        let inside = after.get(..after.find(|c| !is_sign(c)).unwrap_or(after.len())).unwrap_or("");
        let is_noise = inside.starts_with(|c: char| c.is_whitespace() || matches!(c, ':' | ','))
            && inside.contains([':', ','])
            && after.get(inside.len()..).is_some_and(|behind| behind.starts_with('"'));
        if is_noise {
            return after;
        }
        self.string_at = self.out.len();
        self.begin(true);
        let start = self.out.len();
        let behind = string(after, &mut self.out, &self.open);
        if behind.is_none() {
            self.out.truncate(start);
            self.out.push_str(if self.is_name { "\"\"" } else { "null" });
        }
        behind.unwrap_or_default()
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

    fn close(&mut self, bracket: char, after: &str) {
        // Before a value it closes nothing.
        let is_before_value = || after.trim_start().starts_with(['"', '[', '{']);
        if self.last == Last::Colon && is_before_value() {
            return;
        }
        let (opening, count) = if bracket == '}' {
            ('{', self.objects)
        } else {
            ('[', (self.open.len() - self.objects).saturating_sub(self.floor))
        };
        if count == 0 {
            return;
        }
        // The next bracket closes what this one does not: it is one too many.
        let top = self.open.last().copied();
        let closer = if top == Some('{') { '}' } else { ']' };
        if top != Some(opening) && after.trim_start().starts_with(closer) {
            return;
        }
        self.close_to(opening);
    }

    /// Closes what is open down to a bracket, and that.
    fn close_to(&mut self, opening: char) {
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
            assert!(found.open > 0);
        }
        assert_eq!((mended("[1,2]").open, mended("[1}]").open), (0, 0));
    }
}
