//! A watch's rule: what an analyst writes, as a tree. Pure; what its words mean in a text is the desk's to say.
//!
//! From the loosest to the tightest: `OR`, `AND`, `NOT`, `NEAR/n`. Words, "phrases" and brackets; a field, such as
//! `title:`, holds for the word or phrase behind it.

mod parse;

#[cfg(test)]
mod tests;

use serde::{Serialize, Serializer};

/// Words that the two sides of a `NEAR` may be apart; further than this is no nearness.
pub const NEAR_WORDS_MAX: usize = 100;

/// Which part of an article a term is looked for in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    /// Headline and text.
    Text,
    /// Headline alone.
    Title,
    /// People, by id or name.
    Person,
    /// Organisations, by id or name.
    Org,
    /// Places, by id or name.
    Place,
    /// Who publishes it, by id or name.
    Outlet,
    /// Its language, with or without a region.
    Lang,
}

impl Field {
    /// The fields that can be written, with their names.
    pub const NAMED: [(&'static str, Self); 6] = [
        ("title", Self::Title),
        ("person", Self::Person),
        ("org", Self::Org),
        ("place", Self::Place),
        ("outlet", Self::Outlet),
        ("lang", Self::Lang),
    ];
}

/// A word, a phrase or a field with its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// As written in the rule, a phrase without its quotes.
    pub shown: String,
    /// Where it is looked for.
    pub field: Field,
    /// What is looked for.
    pub words: String,
    /// Whether it stands under `NOT` wherever it stands: then it is no sign that the rule is met.
    pub is_negated: bool,
}

/// How terms are joined. Numbers are places in [`Rule::terms`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// The term is found.
    Term(usize),
    /// Both sides, with at most so many words between them.
    Near {
        /// One side: terms of the text, joined by `OR` or `NEAR` alone.
        left: Box<Node>,
        /// The other, alike.
        right: Box<Node>,
        /// Words between them.
        words: usize,
    },
    /// Not this.
    Not(Box<Node>),
    /// All of these.
    And(Vec<Node>),
    /// One of these.
    Or(Vec<Node>),
}

/// A rule that can be followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// As written.
    pub text: String,
    /// Its terms, each once, in the order of the text.
    pub terms: Vec<Term>,
    /// How they are joined.
    pub root: Node,
}

/// What is wrong with a rule, where, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("column {column} of the rule: {message}")]
pub struct RuleError {
    /// What is wrong, and what is allowed.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// Byte in the rule where it begins.
    pub at: usize,
    /// The same in characters, from 1.
    pub column: usize,
}

impl Rule {
    /// Reads a rule as somebody wrote it.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        parse::parse(text)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
