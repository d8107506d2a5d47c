//! What can be wrong with a table somebody edited, said so that it can be mended.

use std::fmt;
use std::path::Path;

/// A table that cannot be used: which file, which key, why, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// File or section of the configuration.
    pub file: String,
    /// Key or id inside it, `""` when the whole file is meant.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What to write instead, `""` when there is nothing to suggest.
    pub suggestion: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.reason)?;
        if !self.suggestion.is_empty() {
            write!(f, " ({})", self.suggestion)?;
        }
        Ok(())
    }
}

impl Error {
    pub(super) fn new(file: &str, key: &str, reason: impl Into<String>) -> Self {
        let (file, key) = (file.to_owned(), key.to_owned());
        Self { file, key, reason: reason.into(), suggestion: String::new() }
    }

    pub(super) fn unreadable(path: &Path, cause: &std::io::Error) -> Self {
        let mut error = Self::new(&path.display().to_string(), "", format!("cannot read: {cause}"));
        "check [tables] dir and its permissions".clone_into(&mut error.suggestion);
        error
    }

    /// Turns a TOML error into one of ours, naming the nearest allowed key where one was misspelt.
    pub(super) fn from_toml(file: &str, text: &str, cause: &toml::de::Error) -> Self {
        let line = cause
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        let message = cause.message();
        let mut error = Self::new(file, &format!("line {line}"), message.to_owned());
        let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        if let [unknown, allowed @ ..] = words.as_slice()
            && message.starts_with("unknown ")
        {
            (*unknown).clone_into(&mut error.key);
            error.reason = format!("line {line}: {message}");
            error = error.suggest(unknown, allowed.iter().copied());
        }
        error
    }

    pub(super) fn suggest<'a>(
        mut self,
        given: &str,
        allowed: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        if let Some(near) = nearest(given, allowed) {
            self.suggestion = format!("did you mean `{near}`?");
        }
        self
    }
}

/// The allowed word that is closest, if it is close enough to be what was meant.
pub(super) fn nearest<'a>(
    given: &str,
    allowed: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    allowed
        .into_iter()
        .map(|word| (distance(given, word), word))
        .min()
        .filter(|(distance, word)| *distance <= word.chars().count().max(3) / 3 + 1)
        .map(|(_, word)| word)
}

/// Levenshtein distance in scalar values.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested_and_a_far_one_is_not() {
        assert_eq!(nearest("famly", ["family", "kind"]), Some("family"));
        assert_eq!(nearest("zzzzzzzz", ["family", "kind"]), None);
    }
}
