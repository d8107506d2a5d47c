//! Spellings of one name, for those who look for it.

use serde::{Deserialize, Serialize};

use super::error::Error;

/// One name in all its spellings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantEntry {
    pub(super) id: String,
    pub(super) names: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct VariantFile {
    pub(super) variant: Vec<VariantEntry>,
}

/// The spellings, a list a name.
pub(super) fn compile(entries: &[VariantEntry]) -> Result<Vec<Vec<String>>, Error> {
    let compiled = |entry: &VariantEntry| {
        let bad = |reason: String| Error::new("variants.toml", &entry.id, reason);
        if let Some(name) = entry.names.iter().find(|name| !name.chars().any(char::is_alphanumeric))
        {
            return Err(bad(format!("{name:?} is no name")));
        }
        if entry.names.is_empty() {
            return Err(bad("has no names".to_owned()));
        }
        Ok(entry.names.clone())
    };
    entries.iter().map(compiled).collect()
}
