//! Where each small mend of an XML document stands: for people who ask, after the reading and beside it.
//!
//! The reader mends without a word what costs nothing: references, control characters, attributes, crossed
//! tags. A walk of its own finds them again, so that reading pays nothing for telling.

use std::collections::BTreeMap;

use super::claim::Defect;
use super::guard::{hash, innermost, is_void};
use super::mend::lex::{Attributes, Lexer, Tag, Token};
use super::text::{self, Entities};

/// Defects of one word that are told singly: more of them show nothing more, and a body may have millions.
pub(super) const TOLD_MAX: usize = 20;

/// Attributes of one tag that are compared; a tag of more is told by its first ones.
const ATTRIBUTES_MAX: usize = 64;

/// The small mends of a document: the first of each word, and how many there are of each.
#[derive(Debug, Default)]
pub(super) struct Traced {
    pub(super) told: Vec<Defect>,
    pub(super) counts: BTreeMap<&'static str, usize>,
}

/// Walks a document that was read.
pub(super) fn trace(text: &str) -> Traced {
    let mut walk = Walk {
        text,
        entities: Entities::default(),
        open: Vec::new(),
        seen: Vec::new(),
        traced: Traced::default(),
    };
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next() {
        match token {
            Token::Start(tag) => walk.start(&tag),
            Token::End(name) => walk.end(name, lexer.at()),
            Token::Text(run) => walk.references(run),
            Token::Cdata(run) => walk.controls(run),
            Token::Doctype(inside) => walk.entities.declare(inside),
            Token::Skip | Token::Cut => {}
        }
    }
    walk.traced
}

struct Walk<'a> {
    text: &'a str,
    entities: Entities,
    /// Hashes of the names of open elements.
    open: Vec<u32>,
    /// Names of the attributes of one tag; kept, so that a tag takes no memory.
    seen: Vec<&'a str>,
    traced: Traced,
}

impl<'a> Walk<'a> {
    fn tell(&mut self, word: &'static str, at: usize, detail: &str) {
        self.tell_with(word, at, || text::head(detail, 40).to_owned());
    }

    /// The detail is written only where it is told: a body may have millions of one word.
    fn tell_with(&mut self, word: &'static str, at: usize, detail: impl FnOnce() -> String) {
        let count = self.traced.counts.entry(word).or_default();
        *count += 1;
        if *count <= TOLD_MAX {
            self.traced.told.push(Defect { word, at: Some(at), element: "", detail: detail() });
        }
    }

    /// Where a part of the document stands in it.
    fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    fn start(&mut self, tag: &Tag<'a>) {
        if !tag.attrs.is_empty() {
            self.attributes(tag.attrs);
        }
        let name = hash(tag.name);
        if ["item", "entry"].iter().any(|item| tag.name.eq_ignore_ascii_case(item)) {
            // The reader has told of an item that ends the one before it.
            if let Some(at) = innermost(&self.open, name) {
                self.open.truncate(at);
            }
        }
        if !tag.empty && !is_void(tag.name) {
            self.open.push(name);
        }
    }

    fn end(&mut self, name: &str, at: usize) {
        match innermost(&self.open, hash(name)) {
            Some(found) => {
                if found + 1 < self.open.len() {
                    self.tell("tag_unclosed", at, name);
                }
                self.open.truncate(found);
            }
            None if !is_void(name) => self.tell("tag_unopened", at, name),
            None => {}
        }
    }

    fn attributes(&mut self, attrs: &'a str) {
        self.seen.clear();
        for (name, value) in Attributes::new(attrs).take(ATTRIBUTES_MAX) {
            if self.seen.contains(&name) {
                self.tell("attribute_repeated", self.offset(name), name);
            }
            self.seen.push(name);
            let begin = (value.as_ptr() as usize).saturating_sub(attrs.as_ptr() as usize);
            let before = begin.checked_sub(1).and_then(|at| attrs.as_bytes().get(at));
            if !matches!(before, Some(b'"' | b'\'')) {
                self.tell("attribute_unquoted", self.offset(name), name);
            }
            self.references(value);
        }
    }

    fn references(&mut self, run: &str) {
        if run.is_empty() {
            return;
        }
        self.controls(run);
        for (at, _) in run.match_indices('&') {
            let rest = run.get(at + 1..).unwrap_or("");
            if let Some((word, detail)) = text::odd_reference(rest, &mut self.entities) {
                self.tell(word, self.offset(run) + at, detail);
            }
        }
    }

    fn controls(&mut self, run: &str) {
        if !text::is_suspect(run) {
            return;
        }
        for (at, c) in run.char_indices() {
            let code = u32::from(c);
            // A carriage return is a line's end, and no harm.
            let word = if text::is_forbidden(c) && c != '\r' {
                "control_removed"
            } else if (0x80..=0x9F).contains(&code) {
                "control_windows_1252"
            } else {
                continue;
            };
            self.tell_with(word, self.offset(run) + at, || format!("U+{code:04X}"));
        }
    }
}
