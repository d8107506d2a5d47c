//! A pattern that is compiled when it is first needed: a set of all of them has said that it matches, which most rows
//! never hear. Compiled, a row takes twenty times the memory of its text.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// A pattern whose automaton is larger is refused: it would slow down every article.
pub(super) const COMPILED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A checked pattern.
#[derive(Clone, Debug)]
pub(super) struct Late {
    pattern: String,
    regex: OnceLock<Regex>,
}

impl Late {
    /// Compiles it once, so that a bad one is refused at the start; nothing of that is kept.
    pub(super) fn new(pattern: String) -> Result<Self, regex::Error> {
        compile(&pattern)?;
        Ok(Self { pattern, regex: OnceLock::new() })
    }

    pub(super) fn pattern(&self) -> &str {
        &self.pattern
    }

    pub(super) fn get(&self) -> &Regex {
        self.regex.get_or_init(|| compile(&self.pattern).expect("it was compiled at the start"))
    }
}

pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(COMPILED_BYTES_MAX).build()
}
