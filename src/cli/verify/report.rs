//! What was checked and what is broken: counts for all of it, the first breaks of each kind in full.

use std::fmt;

use serde::Serialize;

/// Breaks of one kind that are told in full; more of the same kind teach nothing.
const BREAKS_TOLD_MAX: usize = 20;

/// What is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Each line is one whole record, byte for byte as its types write it.
    Lines,
    /// Files are named by their first `seq` and follow each other.
    Files,
    /// `seq` is dense; `commit` and `time` never go back.
    Seq,
    /// Record ids follow from what they name.
    Ids,
    /// Revisions count 1, 2, 3 … and begin with the first sight.
    Revisions,
    /// Every id that is named has a record.
    References,
    /// Spans cut out the words that stand beside them.
    Offsets,
    /// A story's counts and origins follow from its articles.
    Counts,
    /// A fetch's items are the sum of what became of them.
    Fetches,
    /// Nobody is told of a step of a story twice.
    Alerts,
}

impl Check {
    /// All checks, in the order they are told.
    pub const ALL: [Self; 10] = [
        Self::Lines,
        Self::Files,
        Self::Seq,
        Self::Ids,
        Self::Revisions,
        Self::References,
        Self::Offsets,
        Self::Counts,
        Self::Fetches,
        Self::Alerts,
    ];

    /// The word and the meaning, for the table.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Lines => ("lines", "whole records, byte for byte as the format writes them"),
            Self::Files => ("files", "named by their first seq, one after the other"),
            Self::Seq => ("seq", "no gap, no repeat; commit and time never go back"),
            Self::Ids => ("ids", "record ids follow from what they name"),
            Self::Revisions => ("revisions", "1, 2, 3 … for each article and story"),
            Self::References => ("references", "every id that is named has a record"),
            Self::Offsets => ("offsets", "spans cut out the words beside them"),
            Self::Counts => ("counts", "stories recounted from their articles"),
            Self::Fetches => ("fetches", "items are the sum of what became of them"),
            Self::Alerts => ("alerts", "each step of a story told once to each watch"),
        }
    }
}

/// Where a line stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Place {
    /// Name of the file.
    pub file: std::sync::Arc<str>,
    /// Line in it, from 1; 0 for the file itself.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// Something that is not as the format says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Break {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong.
    pub what: String,
}

/// One check's outcome.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Outcome {
    /// The check.
    pub check: Check,
    /// How many things were checked.
    pub checked: u64,
    /// How many are broken.
    pub broken: u64,
    /// The first of them.
    pub breaks: Vec<Break>,
}

/// All outcomes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// Whether nothing is broken.
    pub ok: bool,
    /// Files read.
    pub files: u64,
    /// Lines read.
    pub lines: u64,
    /// Articles found.
    pub articles: u64,
    /// Stories found.
    pub stories: u64,
    /// One for each check.
    pub checks: Vec<Outcome>,
}

impl Default for Report {
    fn default() -> Self {
        let outcome = |check| Outcome { check, checked: 0, broken: 0, breaks: Vec::new() };
        let checks = Check::ALL.map(outcome).to_vec();
        Self { ok: true, files: 0, lines: 0, articles: 0, stories: 0, checks }
    }
}

impl Report {
    /// Counts one thing as checked, and as broken where `wrong` says so.
    pub fn check(&mut self, check: Check, place: &Place, wrong: Option<String>) {
        let outcome = &mut self.checks[check as usize];
        outcome.checked += 1;
        let Some(what) = wrong else { return };
        self.ok = false;
        outcome.broken += 1;
        if outcome.breaks.len() < BREAKS_TOLD_MAX {
            outcome.breaks.push(Break { place: place.clone(), what });
        }
    }

    /// The outcome of one check.
    pub fn outcome(&self, check: Check) -> &Outcome {
        &self.checks[check as usize]
    }
}
