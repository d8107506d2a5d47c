//! Finds names of agencies and outlets in a line and puts one mark for each, so that patterns need not know them.

use std::collections::HashMap;

/// Stands for an agency in a masked line.
pub(super) const AGENCY_MARK: char = '\u{E000}';
/// Stands for the word "agencies" and its kin.
pub(super) const GENERIC_MARK: char = '\u{E001}';
/// Stands for an outlet.
pub(super) const OUTLET_MARK: char = '\u{E002}';

/// Stands for the outlet itself.
pub(super) const OWN_MARK: char = '\u{E003}';

/// Whom a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// Index of an agency.
    Agency(usize),
    /// Agencies, none by name.
    Agencies,
    /// Index of an outlet.
    Outlet(usize),
}

/// How a name is to be read in one country.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// Countries where the name has this meaning; empty for everywhere.
    pub(super) only: Vec<String>,
    /// Countries where it has another one.
    pub(super) except: Vec<String>,
    /// Countries where it counts alone on a line only.
    pub(super) own_line: Vec<String>,
}

#[derive(Clone, Debug)]
struct Name {
    text: String,
    named: Named,
    reading: Reading,
}

/// Where a line stands, as far as a name's meaning depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Country of the outlet, `""` unknown.
    pub country: &'a str,
    /// Index of the outlet whose own name is no credit.
    pub own: Option<usize>,
    /// Whether the slot is a dateline.
    pub dateline: bool,
}

/// All names by their first character, longest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(HashMap<char, Vec<Name>>);

impl Names {
    pub(super) fn add(&mut self, text: &str, named: Named, reading: Reading) {
        if let Some(first) = text.chars().next() {
            let name = Name { text: text.to_owned(), named, reading };
            self.0.entry(first).or_default().push(name);
        }
    }

    /// Must be called once after the last name: agencies come before outlets of the same name.
    pub(super) fn sort(&mut self) {
        for names in self.0.values_mut() {
            names.sort_by(|a, b| {
                let rank = |name: &Name| matches!(name.named, Named::Outlet(_));
                (b.text.len(), rank(a), &a.text).cmp(&(a.text.len(), rank(b), &b.text))
            });
        }
    }

    fn at(&self, rest: &str, setting: &Setting<'_>) -> Option<&Name> {
        let first = rest.chars().next()?;
        self.0.get(&first)?.iter().find(|name| {
            rest.strip_prefix(name.text.as_str()).is_some_and(|after| {
                let last = name.text.chars().next_back().unwrap_or(first);
                ends_word(last, after)
            }) && name.means(setting)
        })
    }
}

impl Name {
    fn means(&self, setting: &Setting<'_>) -> bool {
        let here = |countries: &[String]| countries.iter().any(|c| c == setting.country);
        let reading = &self.reading;
        (reading.only.is_empty() || here(&reading.only))
            && !here(&reading.except)
            && !(setting.dateline && here(&reading.own_line))
    }
}

/// Chinese, Japanese and Korean write no spaces between words, so there every place is a boundary.
fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

fn ends_word(last: char, after: &str) -> bool {
    is_spaceless(last) || !after.chars().next().is_some_and(char::is_alphanumeric)
}

/// A line with its names replaced by marks, and the way back to the original.
#[derive(Debug)]
pub struct Masked {
    pub(super) text: String,
    /// For each character of `text`: its byte, and the scalar value of the original it stands for.
    starts: Vec<(usize, usize)>,
    /// Marks by their byte.
    names: Vec<(usize, Named)>,
    /// Scalar values of the original.
    end: usize,
}

impl Masked {
    pub(super) fn new(line: &str, names: &Names, setting: &Setting<'_>) -> Self {
        let mut masked =
            Self { text: String::with_capacity(line.len()), starts: vec![], names: vec![], end: 0 };
        let (mut rest, mut previous) = (line, ' ');
        while let Some(c) = rest.chars().next() {
            masked.starts.push((masked.text.len(), masked.end));
            let at_word = is_spaceless(c) || is_spaceless(previous) || !previous.is_alphanumeric();
            let name = if at_word { names.at(rest, setting) } else { None };
            let taken = name.map_or(c.len_utf8(), |name| name.text.len());
            masked.push(c, name, setting);
            let (word, after) = rest.split_at_checked(taken).unwrap_or((rest, ""));
            masked.end += if name.is_some() { word.chars().count() } else { 1 };
            previous = word.chars().next_back().unwrap_or(c);
            rest = after;
        }
        masked
    }

    fn push(&mut self, c: char, name: Option<&Name>, setting: &Setting<'_>) {
        let mark = match name.map(|name| name.named) {
            // The outlet's own name is no credit.
            Some(Named::Outlet(outlet)) if Some(outlet) == setting.own => OWN_MARK,
            Some(Named::Outlet(_)) => OUTLET_MARK,
            Some(Named::Agency(_)) => AGENCY_MARK,
            Some(Named::Agencies) => GENERIC_MARK,
            None if ('\u{E000}'..='\u{E003}').contains(&c) => '\u{FFFD}',
            None => c,
        };
        if let Some(name) = name
            && mark != OWN_MARK
        {
            self.names.push((self.text.len(), name.named));
        }
        self.text.push(mark);
    }

    /// Whether any name was found.
    pub fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether the line is one name and nothing else.
    pub fn is_name_alone(&self) -> bool {
        self.names.len() == 1
            && self.text.chars().filter(|c| c.is_alphanumeric()).count() == 0
            && self.text.chars().count() <= 2
    }

    /// Scalar value of the original at a byte of the masked text.
    pub(super) fn scalar(&self, byte: usize) -> usize {
        let at = self.starts.partition_point(|(start, _)| *start < byte);
        self.starts.get(at).map_or(self.end, |(_, scalar)| *scalar)
    }

    /// Names between two bytes of the masked text, in order.
    pub(super) fn names_in(&self, from: usize, to: usize) -> Vec<Named> {
        let inside = self.names.iter().filter(|(byte, _)| (from..to).contains(byte));
        inside.map(|(_, named)| *named).collect()
    }
}
