//! What is wrong with a configuration, and where: all of it at once, so that one run mends the file.

use std::fmt;

use serde::Serialize;

use super::offsets::line_and_column;
use crate::telemetry::Escaped;

/// More would not be read, and a hostile file could ask for millions.
pub const PROBLEMS_MAX: usize = 100;

/// Names longer than this get no suggestion: comparing them costs the square of their length.
const NAME_CHARS_MAX: usize = 64;

/// A word that begins another is meant for it, like two slips, only if it is not too short.
const BEGINNING_CHARS_MIN: usize = 4;

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, or the environment variable.
    pub file: String,
    /// Line from 1; 0 where there is none, as in the environment.
    pub line: usize,
    /// Column in characters from 1; 0 where there is none.
    pub column: usize,
    /// Path of the key, such as `feed[2].interval`; `""` when the file as a whole is meant.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", Escaped(&self.file))?;
        if self.line > 0 {
            write!(f, "{}:{}:", self.line, self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, " {}:", Escaped(&self.key))?;
        }
        write!(f, " {}", Escaped(&self.message))?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " (did you mean {}?)", Escaped(suggestion)),
            None => Ok(()),
        }
    }
}

/// All that is wrong, in the order of the file; never empty when it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Problems {
    /// The first [`PROBLEMS_MAX`].
    pub told: Vec<Problem>,
    /// How many more there are.
    pub more: usize,
}

impl Problems {
    pub(super) fn one(problem: Problem) -> Self {
        Self { told: vec![problem], more: 0 }
    }

    /// A file that is no TOML.
    pub(super) fn of_syntax(file: &str, text: &str, errors: &[toml::de::Error]) -> Self {
        let problem = |error: &toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let (line, column) = line_and_column(text, start);
            let (file, key) = (file.to_owned(), String::new());
            let message = format!("not TOML: {}", error.message().trim());
            Problem { file, line, column, key, message, suggestion: None }
        };
        let told: Vec<Problem> = errors.iter().take(PROBLEMS_MAX).map(problem).collect();
        Self { more: errors.len() - told.len(), told }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.told.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// The known name nearest to what was written, if it is near enough to be a slip of the hand.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = written.chars().take(NAME_CHARS_MAX + 1).collect();
    if written.len() > NAME_CHARS_MAX {
        return None;
    }
    // One slip in a short name, one more for each further four letters.
    let allowed = 1 + written.len() / 4;
    let distance = |name: &str| {
        let name: Vec<char> = name.chars().collect();
        let shorter = written.len().min(name.len());
        let one_begins_the_other = shorter >= BEGINNING_CHARS_MIN
            && written != name
            && written[..shorter] == name[..shorter];
        if one_begins_the_other { 2 } else { slips(&written, &name) }
    };
    known
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, _)| *distance > 0 && *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// Letters added, dropped, changed or swapped with their neighbour (optimal string alignment).
fn slips(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut rows = vec![0; width * (a.len() + 1)];
    for (j, cost) in rows.iter_mut().enumerate().take(width) {
        *cost = j;
    }
    for i in 1..=a.len() {
        rows[i * width] = i;
        for j in 1..width {
            let above = (i - 1) * width + j;
            let same = usize::from(!a[i - 1].eq_ignore_ascii_case(&b[j - 1]));
            let mut best = (rows[above] + 1).min(rows[i * width + j - 1] + 1);
            best = best.min(rows[above - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[(i - 2) * width + j - 2] + 1);
            }
            rows[i * width + j] = best;
        }
    }
    rows[width * a.len() + b.len()].max(usize::from(a != b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_strange_word_finds_none() {
        let known = ["interval", "interval_min", "in_flight", "backfill"];
        for (written, meant) in [
            ("intervall", Some("interval")),
            ("itnerval", Some("interval")),
            ("Interval", Some("interval")),
            ("back_fill", Some("backfill")),
            ("inte", Some("interval")),
            ("intervals_min", Some("interval_min")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
    }

    #[test]
    fn a_problem_cannot_write_to_the_terminal() {
        let problem = Problem {
            file: "a\u{1b}[2J.toml".to_owned(),
            line: 3,
            column: 7,
            key: "poll.x\ny".to_owned(),
            message: "no".to_owned(),
            suggestion: Some("yes".to_owned()),
        };
        assert_eq!(problem.to_string(), "a\\u{1b}[2J.toml:3:7: poll.x\\ny: no (did you mean yes?)");
    }
}
