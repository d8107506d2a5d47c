//! Rewrites what is nearly JSON: one bad token of a hand-made feed costs itself, not all items behind it.
//!
//! One walk, linear, one copy.

pub(super) mod slices;
mod strings;

use super::lean::NAMES;
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
        string_at: 0,
        in_items: false,
        item_at: 0,
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
                walk.string_at = walk.out.len();
                walk.begin(true);
                walk.string(after)
            }
            '{' | '[' => {
                walk.open(c);
                after
            }
            '}' | ']' => {
                walk.look_behind(rest);
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
    /// Where the last string was written, with the comma before it.
    string_at: usize,
    /// Whether the last list or object within the document's is the list of items.
    in_items: bool,
    /// Where the last item was written.
    item_at: usize,
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
        if self.is_doubled(bracket) {
            return;
        }
        let waits_for_name = self.last == Last::Value && (self.has_comma || !self.is_name);
        if bracket == '{' && waits_for_name && self.open.ends_with(&['[', '{']) {
            // An object where a name should stand is the next one of the list: this one was not closed.
            self.close_to('{');
        }
        self.begin(false);
        if self.open.len() + 1 == ITEMS_DEPTH {
            self.in_items = is_value_of(&self.out, "\"items\"");
        } else if self.open.len() == ITEMS_DEPTH {
            self.item_at = self.out.len();
        }
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

    /// The string written last is a name, and what is open is a list: it begins an object, goes on with the one before it,
    /// or the list ended before it.
    fn name_in_list(&mut self) {
        let name = self.out.split_off(self.string_at);
        let bare = name.trim_matches([',', '"']);
        let end = self.out.trim_end().len();
        let before = self.out.get(..end).unwrap_or_default();
        let is_known = before.ends_with('}') && NAMES.contains(&bare);
        let is_item = self.in_items && self.open.len() == ITEMS_DEPTH;
        let has_it = || {
            let item = self.out.get(self.item_at..).unwrap_or_default();
            bare == "id" || item.contains(&format!("\"{bare}\":"))
        };
        if before.ends_with('[') && !self.open.ends_with(&['{', '[']) {
            // A list in a list that holds a name was meant for an object.
            self.out.truncate(end - 1);
            self.open.pop();
            self.enter("{", &name);
        } else if is_known && is_item && !has_it() {
            // The item was closed by a brace too many.
            self.out.truncate(end - 1);
            self.enter("", &name);
        } else if before.ends_with('[') || is_known {
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

    /// Writes a string, null for half of one and for what is no word but what stands between two.
    fn string<'t>(&mut self, after: &'t str) -> &'t str {
        let start = self.out.len();
        let behind = string(after, &mut self.out, &self.open);
        let inside =
            after.get(..after.len() - behind.unwrap_or_default().len()).unwrap_or_default();
        let is_between =
            |c: char| c.is_whitespace() || matches!(c, ':' | ',' | '{' | '}' | '[' | ']' | '"');
        let is_lost = inside.starts_with(|c: char| c.is_whitespace() || matches!(c, ':' | ','))
            && inside.contains([':', ','])
            && inside.chars().all(is_between);
        if behind.is_none() || is_lost {
            self.out.truncate(start);
            self.out.push_str(if self.is_name { "\"\"" } else { "null" });
        }
        behind.unwrap_or_default()
    }

    /// Whether a bracket only repeats the one before it: no object begins with one, nor does the list of items with a
    /// list.
    fn is_doubled(&self, bracket: char) -> bool {
        if self.last != Last::Opening || self.has_comma {
            return false;
        }
        match bracket {
            '{' => self.open.last() == Some(&'{'),
            _ => self.open.len() == ITEMS_DEPTH && self.open.last() == Some(&'[') && self.in_items,
        }
    }

    /// Whether what is open is an item of the list of items.
    fn is_in_item(&self) -> bool {
        self.open.len() > ITEMS_DEPTH && self.in_items
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

    fn close(&mut self, bracket: char, after: &str) {
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

/// Whether what is written next is the value of this name.
fn is_value_of(out: &str, name: &str) -> bool {
    let before = out.trim_end().strip_suffix(':').map(str::trim_end);
    before.is_some_and(|before| before.ends_with(name))
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
    fn a_bracket_that_is_missing_or_doubled_costs_no_item() {
        let three = |text: &str| {
            let found = mended(text).text;
            let json: serde_json::Value = serde_json::from_str(&found)
                .unwrap_or_else(|error| panic!("{text} became {found}: {error}"));
            let ids = json["items"].as_array().unwrap_or_else(|| panic!("{text} became {found}"));
            let ids: Vec<&str> = ids.iter().map(|item| item["id"].as_str().unwrap()).collect();
            assert_eq!(ids, ["1", "2", "3"], "{text} became {found}");
            json
        };
        for text in [
            r#"{"items":[{"id":"1","title":"A",{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{"id":"1"},{"id":"2","tags":["x"],{"id":"3"}]}"#,
            r#"{"items":[{"id":"1","tags":["x"]]},{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{"id":"1","tags":["x"}},{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{"id":"1"}},{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[[{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
            r#"{{"items":[{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
            r#"{"authors":[{"name":"Ed}],"items":[{"id":"1"},{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{"id":"1","tags":["x],"title":"A"},{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{"id":"1"},["id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{"id":"1","_x":{"q":[]]},"url":"u"},{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{"id":"1","author":{"name":"Di"}},"url":"u","title":"A"},{"id":"2"},{"id":"3"}]}"#,
            r#"{"items":[{"id":"1","url":"u"},"id":"2","url":"v"},{"id":"3"}]}"#,
        ] {
            three(text);
        }
        let one = three(
            r#"{"items":[{"id":"1","author":{}},"url":"u","title":"A"},{"id":"2"},{"id":"3"}]}"#,
        );
        assert_eq!(
            (&one["items"][0]["url"], &one["items"][0]["title"]),
            (&"u".into(), &"A".into())
        );
        let lost: serde_json::Value =
            serde_json::from_str(&mended(r#"{"items":[{id":"a1","url":"u"}]}"#).text).unwrap();
        assert_eq!(lost["items"][0]["id"], serde_json::Value::Null);
        let title = |text: &str| three(text)["items"][0]["title"].as_str().unwrap().to_owned();
        for (text, expected) in [
            (r#"{"items":[{"id":"1","title":"A \"b\" c},{"id":"2"},{"id":"3"}]}"#, "A \"b\" c"),
            (
                r#"{"items":[{"id":"1","title":"Caf\u00e9,"url":"u"},{"id":"2"},{"id":"3"}]}"#,
                "Café",
            ),
            (
                r#"{"items":[{"id":"1","title":"http:\/\/e\/1,"url":"u"},{"id":"2"},{"id":"3"}]}"#,
                "http://e/1",
            ),
            (
                r#"{"items":[{"id":"1","title":"Set {a}, b [c],"url":"u"},{"id":"2"},{"id":"3"}]}"#,
                "Set {a}, b [c]",
            ),
            (
                r#"{"items":[{"id":"1","title":"Set {a},"url":"u"},{"id":"2"},{"id":"3"}]}"#,
                "Set {a}",
            ),
        ] {
            assert_eq!(title(text), expected, "{text}");
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
