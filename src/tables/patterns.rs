//! Credit patterns and desk labels, compiled. A set a slot finds the rows worth a closer look in one pass.

use std::collections::BTreeMap;

use regex::{Captures, RegexSet, RegexSetBuilder};

use super::entry::{CreditEntry, Extent, LabelEntry, Place, Slot};
use super::error::Error;
use super::late::{COMPILED_BYTES_MAX, Late, compile};
use super::names::{AGENCY_MARK, GENERIC_MARK, Masked, Named, OUTLET_MARK, OWN_MARK};
use crate::news::NoticeKind;

/// What each thread may remember of the states of all patterns at once: there are several threads, and hostile texts visit
/// every state. Labels stand in headlines, which visit few.
const CACHE_BYTES_MAX: usize = 1024 * 1024;
/// Macros stand in macros; deeper than this they stand in themselves.
const MACRO_DEPTH_MAX: usize = 8;

/// A credit pattern that was found, with its place in the original line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it says about the text.
    pub extent: Extent,
    /// First scalar value of the line.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Names inside it, in order.
    pub names: Vec<Named>,
    /// Scalar values of the persons' names, in a byline.
    pub persons: Option<(usize, usize)>,
    /// Scalar values of the place, in a dateline.
    pub place: Option<(usize, usize)>,
}

#[derive(Clone, Debug)]
struct Row {
    extent: Extent,
    known_place: bool,
    agencies_only: bool,
    regex: Late,
}

/// The rows of one slot.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    set: RegexSet,
    rows: Vec<Row>,
}

impl Rows {
    pub(super) fn compile(
        slot: Slot,
        inside: bool,
        entries: &[CreditEntry],
        macros: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut rows = Vec::new();
        let mut patterns = Vec::new();
        for entry in entries.iter().filter(|e| e.slot == slot && (!inside || e.inside)) {
            let pattern = whole(entry, inside, macros)?;
            rows.push(Row {
                extent: entry.extent,
                known_place: entry.place,
                agencies_only: entry.agencies_only,
                regex: Late::new(pattern.clone()).map_err(|e| bad_pattern(entry, &e))?,
            });
            patterns.push(pattern);
        }
        let set = RegexSetBuilder::new(&patterns)
            .size_limit(COMPILED_BYTES_MAX * patterns.len().max(1))
            .dfa_size_limit(CACHE_BYTES_MAX)
            .build()
            .map_err(|e| Error::new("credits.toml", "match", e.to_string()))?;
        Ok(Self { set, rows })
    }

    /// Whether a row matches, places aside: cheaper than to find what it says.
    pub(super) fn is_match(&self, line: &Masked) -> bool {
        self.set.is_match(&line.text)
    }

    /// The first row that matches; `is_place` judges rows that need a known place.
    pub(super) fn find(&self, line: &Masked, is_place: impl Fn(&str) -> bool) -> Option<Hit> {
        self.set.matches(&line.text).iter().find_map(|index| {
            let row = &self.rows[index];
            let found = row.regex.get().captures(&line.text)?;
            let place = found.name("place");
            if row.known_place && !place.is_some_and(|place| is_place(place.as_str())) {
                return None;
            }
            Some(row.hit(line, &found))
        })
    }
}

impl Row {
    fn hit(&self, line: &Masked, found: &Captures<'_>) -> Hit {
        let span = |name| {
            let group = found.name(name)?;
            Some((line.scalar(group.start()), line.scalar(group.end())))
        };
        let (from, to) =
            found.name("credit").map_or((0, 0), |credit| (credit.start(), credit.end()));
        let credited = |named: &Named| !(self.agencies_only && matches!(named, Named::Outlet(_)));
        Hit {
            extent: self.extent,
            start: line.scalar(from),
            end: line.scalar(to),
            names: line.names_in(from, to).into_iter().filter(credited).collect(),
            persons: span("names"),
            place: span("place"),
        }
    }
}

/// The pattern of a row with its macros put in and its slot's anchors around it.
fn whole(
    entry: &CreditEntry,
    inside: bool,
    macros: &BTreeMap<String, String>,
) -> Result<String, Error> {
    let pattern = expand(&entry.pattern, macros, 0)
        .map_err(|reason| Error::new("credits.toml", &entry.id, reason))?;
    Ok(match entry.slot {
        Slot::Head => format!("^(?P<credit>{pattern})"),
        // Inside a paragraph a credit follows the end of a sentence.
        _ if inside => format!(r#"(?i)[.!?…।。"”’»)]\s*(?P<credit>{pattern})$"#),
        _ => format!("(?i)^(?P<credit>{pattern})$"),
    })
}

fn expand(
    pattern: &str,
    macros: &BTreeMap<String, String>,
    depth: usize,
) -> Result<String, String> {
    if depth > MACRO_DEPTH_MAX {
        return Err("macros stand in each other".to_owned());
    }
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let name = after.split_once('}').map_or("", |(name, _)| name);
        let is_macro = !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase());
        if !is_macro || before.ends_with("\\p") || before.ends_with("\\P") {
            out.push('{');
            rest = after;
            continue;
        }
        match (name, macros.get(name)) {
            ("X", _) => out.extend(['[', AGENCY_MARK, GENERIC_MARK, OUTLET_MARK, ']']),
            ("A", _) => out.push(AGENCY_MARK),
            ("G", _) => out.push(GENERIC_MARK),
            ("OWN", _) => out.push(OWN_MARK),
            (_, Some(text)) => out.push_str(&expand(text, macros, depth + 1)?),
            (_, None) => return Err(format!("no macro {{{name}}}")),
        }
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    Ok(out)
}

fn bad_pattern(entry: &CreditEntry, cause: &regex::Error) -> Error {
    Error::new("credits.toml", &entry.id, format!("match is no pattern: {cause}"))
}

/// A desk label that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What it asks.
    pub kind: NoticeKind,
    /// As printed.
    pub label: String,
    /// Its number.
    pub number: Option<u64>,
    /// The words for the end of an embargo, `""` if none.
    pub until: String,
    /// The number of the item it is about, with the word before it, `""` if none.
    pub item: String,
    /// The slug of what it is about, `""` if none.
    pub slug: String,
}

/// The labels of one place.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    set: RegexSet,
    rows: Vec<(NoticeKind, Late)>,
}

impl Labels {
    pub(super) fn compile(place: Place, entries: &[LabelEntry]) -> Result<Self, Error> {
        let bad = |entry: &LabelEntry, reason: String| Error::new("labels.toml", &entry.id, reason);
        let mut rows = Vec::new();
        for entry in entries.iter().filter(|entry| entry.place == place) {
            let regex = compile(&entry.pattern)
                .map_err(|cause| bad(entry, format!("match is no pattern: {cause}")))?;
            if !regex.capture_names().flatten().any(|name| name == "label") {
                let mut error = bad(entry, "match has no group `label`".to_owned());
                "write (?P<label>…) around what is kept".clone_into(&mut error.suggestion);
                return Err(error);
            }
            drop(regex);
            let late = Late::new(entry.pattern.clone())
                .map_err(|cause| bad(entry, format!("match is no pattern: {cause}")))?;
            rows.push((entry.kind, late));
        }
        let set = RegexSetBuilder::new(rows.iter().map(|(_, regex)| regex.pattern()))
            .size_limit(COMPILED_BYTES_MAX * rows.len().max(1))
            .dfa_size_limit(CACHE_BYTES_MAX / 4)
            .build()
            .map_err(|cause| Error::new("labels.toml", "match", cause.to_string()))?;
        Ok(Self { set, rows })
    }

    pub(super) fn find(&self, line: &str) -> Option<Label> {
        let index = self.set.matches(line).iter().next()?;
        let (kind, regex) = &self.rows[index];
        let found = regex.get().captures(line)?;
        let group = |name| found.name(name).map_or("", |group| group.as_str());
        Some(Label {
            kind: *kind,
            label: group("label").trim().to_owned(),
            number: group("number").parse().ok(),
            until: group("until").trim().to_owned(),
            item: group("item").trim().to_owned(),
            slug: group("slug").trim().to_owned(),
        })
    }
}
