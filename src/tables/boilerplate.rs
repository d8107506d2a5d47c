//! Boilerplate, compiled: lines that are dropped from a text before anything is looked for in it.

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::entry::{BoilerplateEntry, Standing};
use super::error::Error;

/// A pattern whose automaton is larger is refused: it would slow down every article.
const COMPILED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A longer block is a paragraph; no boilerplate is.
const BLOCK_BYTES_MAX: usize = 1_000;
/// So much of a block's end is looked at.
const END_CHARS_MAX: usize = 500;

/// The rows.
#[derive(Clone, Debug)]
pub(super) struct Boilerplate {
    blocks: RegexSet,
    ends: Vec<Regex>,
    ends_set: RegexSet,
    walls: RegexSet,
}

impl Boilerplate {
    pub(super) fn compile(entries: &[BoilerplateEntry]) -> Result<Self, Error> {
        let bad = |entry: &BoilerplateEntry, cause: &regex::Error| {
            let reason = format!("match is no pattern: {cause}");
            Error::new("boilerplate.toml", &entry.id, reason)
        };
        let mut ends = Vec::new();
        for entry in entries {
            // Compiled alone first, so that an error names its row.
            let regex = compile(&format!("(?i)^(?:{})$", entry.pattern));
            regex.map_err(|cause| bad(entry, &cause))?;
            if entry.standing == Standing::End {
                let end = format!(r#"(?i)[.!?…।。"”’»)\]]\s*(?P<end>{})$"#, entry.pattern);
                ends.push(compile(&end).map_err(|cause| bad(entry, &cause))?);
            }
        }
        let whole = |entry: &BoilerplateEntry| format!("(?i)^(?:{})$", entry.pattern);
        let walls = entries.iter().filter(|entry| entry.standing == Standing::Wall).map(whole);
        let ends_set = set(ends.iter().map(|end| end.as_str().to_owned()).collect())?;
        Ok(Self {
            blocks: set(entries.iter().map(whole).collect())?,
            ends,
            ends_set,
            walls: set(walls.collect())?,
        })
    }

    /// Whether a block as a whole is boilerplate.
    pub(super) fn is(&self, block: &str) -> bool {
        block.len() <= BLOCK_BYTES_MAX && self.blocks.is_match(block.trim())
    }

    /// Whether a block asks to pay for what would stand behind it.
    pub(super) fn is_wall(&self, block: &str) -> bool {
        block.len() <= BLOCK_BYTES_MAX && self.walls.is_match(block.trim())
    }

    /// Where the boilerplate at the end of a block begins, in bytes.
    pub(super) fn end(&self, block: &str) -> Option<usize> {
        let back = block.char_indices().nth_back(END_CHARS_MAX);
        let from = back.map_or(0, |(at, _)| at);
        let end = block.get(from..)?;
        let found = self.ends_set.matches(end);
        let starts = found.iter().filter_map(|row| self.ends[row].captures(end)?.name("end"));
        starts.map(|group| from + group.start()).min()
    }
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(COMPILED_BYTES_MAX).build()
}

fn set(patterns: Vec<String>) -> Result<RegexSet, Error> {
    let size = COMPILED_BYTES_MAX * patterns.len().max(1);
    RegexSetBuilder::new(patterns)
        .size_limit(size)
        .dfa_size_limit(COMPILED_BYTES_MAX / 4)
        .build()
        .map_err(|cause| Error::new("boilerplate.toml", "match", cause.to_string()))
}
