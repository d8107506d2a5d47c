//! Boilerplate, compiled: lines that are dropped from a text before anything is looked for in it.

use regex::{RegexSet, RegexSetBuilder};

use super::entry::{BoilerplateEntry, Standing};
use super::error::Error;
use super::late::{COMPILED_BYTES_MAX, Late};

/// A longer block is a paragraph; no boilerplate is.
const BLOCK_BYTES_MAX: usize = 1_000;
/// So much of a block's end is looked at.
const END_CHARS_MAX: usize = 500;

/// The rows.
#[derive(Clone, Debug)]
pub(super) struct Boilerplate {
    blocks: Rows,
    ends: Rows,
    walls: Rows,
}

/// Patterns, and a set that says which of them may match. The set has `.*` for `.{0,300}`: counted out, such a repetition is
/// thousands of states, in a set of all patterns the largest thing in memory by far.
#[derive(Clone, Debug)]
struct Rows {
    set: RegexSet,
    rows: Vec<Late>,
}

impl Rows {
    fn new(rows: Vec<Late>) -> Result<Self, Error> {
        let set = set(rows.iter().map(|row| without_counts(row.pattern())).collect())?;
        Ok(Self { set, rows })
    }

    fn is_match(&self, text: &str) -> bool {
        self.set.matches(text).iter().any(|row| self.rows[row].get().is_match(text))
    }
}

/// The pattern with counted repetitions of any sign made uncounted: it matches all that the pattern does, and more.
fn without_counts(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once(".{") {
        let counts = after.split_once('}').filter(|(counts, _)| {
            counts.split(',').all(|count| count.bytes().all(|b| b.is_ascii_digit()))
        });
        out.push_str(before);
        match counts {
            Some((_, behind)) if !before.ends_with('\\') => {
                out.push_str(".*");
                rest = behind;
            }
            _ => {
                out.push_str(".{");
                rest = after;
            }
        }
    }
    out + rest
}

impl Boilerplate {
    pub(super) fn compile(entries: &[BoilerplateEntry]) -> Result<Self, Error> {
        let bad = |entry: &BoilerplateEntry, cause: &regex::Error| {
            let reason = format!("match is no pattern: {cause}");
            Error::new("boilerplate.toml", &entry.id, reason)
        };
        let (mut blocks, mut ends, mut walls) = (vec![], vec![], vec![]);
        for entry in entries {
            let late = |pattern: String| Late::new(pattern).map_err(|cause| bad(entry, &cause));
            let whole = format!("(?i)^(?:{})$", entry.pattern);
            blocks.push(late(whole.clone())?);
            match entry.standing {
                Standing::End => ends
                    .push(late(format!(r#"(?i)[.!?…।。"”’»)\]]\s*(?P<end>{})$"#, entry.pattern))?),
                Standing::Wall => walls.push(late(whole)?),
                Standing::Block => {}
            }
        }
        Ok(Self { blocks: Rows::new(blocks)?, ends: Rows::new(ends)?, walls: Rows::new(walls)? })
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
        let found = self.ends.set.matches(end);
        let starts =
            found.iter().filter_map(|row| self.ends.rows[row].get().captures(end)?.name("end"));
        starts.map(|group| from + group.start()).min()
    }
}

fn set(patterns: Vec<String>) -> Result<RegexSet, Error> {
    let size = COMPILED_BYTES_MAX * patterns.len().max(1);
    RegexSetBuilder::new(patterns)
        .size_limit(size)
        .dfa_size_limit(COMPILED_BYTES_MAX / 4)
        .build()
        .map_err(|cause| Error::new("boilerplate.toml", "match", cause.to_string()))
}
