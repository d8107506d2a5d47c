//! Headlines of live blogs and round-ups, compiled.

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::entry::RoundUpEntry;
use super::error::Error;

/// A pattern whose automaton is larger is refused: it would slow down every article.
const COMPILED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What each thread may remember of the patterns' states: headlines are short.
const CACHE_BYTES_MAX: usize = 256 * 1024;
/// A longer headline is a text.
const TITLE_BYTES_MAX: usize = 1_000;

/// The rows.
#[derive(Clone, Debug)]
pub(super) struct RoundUps(RegexSet);

impl RoundUps {
    pub(super) fn compile(entries: &[RoundUpEntry]) -> Result<Self, Error> {
        let set = RegexSetBuilder::new(entries.iter().map(|entry| &entry.pattern))
            .case_insensitive(true)
            .size_limit(COMPILED_BYTES_MAX * entries.len().max(1))
            .dfa_size_limit(CACHE_BYTES_MAX)
            .build()
            .map_err(|cause| {
                // Compiled one by one, so that the error names its row.
                let bad = entries.iter().find_map(|entry| Some((entry, compile(entry).err()?)));
                bad.map_or_else(
                    || Error::new("roundups.toml", "match", cause.to_string()),
                    |(entry, cause)| {
                        let reason = format!("match is no pattern: {cause}");
                        Error::new("roundups.toml", &entry.id, reason)
                    },
                )
            })?;
        Ok(Self(set))
    }

    pub(super) fn is(&self, title: &str) -> bool {
        title.len() <= TITLE_BYTES_MAX && self.0.is_match(title.trim())
    }
}

fn compile(entry: &RoundUpEntry) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&entry.pattern).case_insensitive(true).size_limit(COMPILED_BYTES_MAX).build()
}
