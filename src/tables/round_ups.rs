//! Headlines of live blogs and round-ups, compiled.

use regex::{RegexBuilder, RegexSet, RegexSetBuilder};

use super::entry::RoundUpEntry;
use super::error::Error;

/// A pattern whose automaton is larger is refused: it would slow down every article.
const COMPILED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A longer headline is a text.
const TITLE_BYTES_MAX: usize = 1_000;

/// The rows.
#[derive(Clone, Debug)]
pub(super) struct RoundUps(RegexSet);

impl RoundUps {
    pub(super) fn compile(entries: &[RoundUpEntry]) -> Result<Self, Error> {
        for entry in entries {
            // Compiled alone first, so that an error names its row.
            let mut regex = RegexBuilder::new(&entry.pattern);
            let regex = regex.case_insensitive(true).size_limit(COMPILED_BYTES_MAX).build();
            regex.map_err(|cause| {
                let reason = format!("match is no pattern: {cause}");
                Error::new("roundups.toml", &entry.id, reason)
            })?;
        }
        let set = RegexSetBuilder::new(entries.iter().map(|entry| &entry.pattern))
            .case_insensitive(true)
            .size_limit(COMPILED_BYTES_MAX * entries.len().max(1))
            .dfa_size_limit(COMPILED_BYTES_MAX * 2)
            .build()
            .map_err(|cause| Error::new("roundups.toml", "match", cause.to_string()))?;
        Ok(Self(set))
    }

    pub(super) fn is(&self, title: &str) -> bool {
        title.len() <= TITLE_BYTES_MAX && self.0.is_match(title.trim())
    }
}
