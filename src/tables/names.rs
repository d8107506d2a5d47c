//! Finds names of agencies and outlets in a line and puts one mark for each, so that patterns need not know them.

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

/// All names, sorted, each with the longest other name that it begins with.
///
/// Whatever name a text begins with is met on the way from the last name that sorts before the text along those that it
/// begins with: one search instead of a look at every name with the same first letter.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    texts: Vec<Entry>,
    /// Where the names of each first byte stand.
    ranges: Vec<(usize, usize)>,
    /// A bit for each two bytes that some name begins with: most words of a text end here.
    beginnings: Vec<u64>,
}

#[derive(Clone, Debug)]
struct Entry {
    text: String,
    /// Whose name it is, agencies before outlets.
    whose: Vec<Name>,
    /// The longest other name that this one begins with.
    shorter: Option<usize>,
}

impl Names {
    pub(super) fn add(&mut self, text: &str, named: Named, reading: Reading) {
        if !text.is_empty() {
            let whose = vec![Name { named, reading }];
            self.texts.push(Entry { text: text.to_owned(), whose, shorter: None });
        }
    }

    /// Must be called once after the last name: agencies come before outlets of the same name.
    pub(super) fn sort(&mut self) {
        self.texts.sort_by(|a, b| a.text.cmp(&b.text));
        let mut sorted: Vec<Entry> = Vec::with_capacity(self.texts.len());
        for entry in self.texts.drain(..) {
            match sorted.last_mut().filter(|last| last.text == entry.text) {
                Some(last) => last.whose.extend(entry.whose),
                None => sorted.push(entry),
            }
        }
        for entry in &mut sorted {
            entry.whose.sort_by_key(|name| matches!(name.named, Named::Outlet(_)));
        }
        for at in 0..sorted.len() {
            let mut shorter = at.checked_sub(1);
            while let Some(known) =
                shorter.filter(|n| !sorted[at].text.starts_with(&sorted[*n].text))
            {
                shorter = sorted[known].shorter;
            }
            sorted[at].shorter = shorter;
        }
        self.texts = sorted;
        self.index();
    }

    fn index(&mut self) {
        self.ranges = vec![(0, 0); 256];
        self.beginnings = vec![0; (1 << 16) / 64];
        for (at, entry) in self.texts.iter().enumerate() {
            let mut bytes = entry.text.bytes().map(usize::from);
            let Some(first) = bytes.next() else { continue };
            let range = &mut self.ranges[first];
            *range = (if range.1 == 0 { at } else { range.0 }, at + 1);
            // What follows a name of one byte may be anything.
            let seconds = bytes.next().map_or(0..=255, |second| second..=second);
            for bit in seconds.map(|second| first << 8 | second) {
                self.beginnings[bit / 64] |= 1 << (bit % 64);
            }
        }
    }

    /// Whether some name begins as `rest` does.
    fn may_begin(&self, rest: &str) -> bool {
        let mut bytes = rest.bytes().map(usize::from);
        let Some(first) = bytes.next() else { return false };
        let bit = first << 8 | bytes.next().unwrap_or(0);
        self.beginnings.get(bit / 64).is_some_and(|bits| bits >> (bit % 64) & 1 == 1)
    }

    /// The longest name that `rest` begins with, and whose it is.
    fn at(&self, rest: &str, setting: &Setting<'_>) -> Option<(&str, Named)> {
        let first = rest.bytes().next().map(usize::from)?;
        let (from, to) = *self.ranges.get(first)?;
        let same = self.texts.get(from..to)?;
        let before = same.partition_point(|entry| entry.text.as_str() <= rest).checked_sub(1)?;
        let mut at = Some(from + before);
        while let Some(entry) = at.and_then(|at| self.texts.get(at)) {
            if let Some(after) = rest.strip_prefix(entry.text.as_str())
                && entry.text.chars().next_back().is_some_and(|last| ends_word(last, after))
                && let Some(name) = entry.whose.iter().find(|name| name.means(setting))
            {
                return Some((&entry.text, name.named));
            }
            at = entry.shorter;
        }
        None
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
            // What a letter is costs more to ask, outside Latin, than how names begin.
            let at_word = names.may_begin(rest)
                && (is_spaceless(c) || is_spaceless(previous) || !previous.is_alphanumeric());
            let name = if at_word { names.at(rest, setting) } else { None };
            let taken = name.map_or(c.len_utf8(), |(text, _)| text.len());
            masked.push(c, name.map(|(_, named)| named), setting);
            let (word, after) = rest.split_at_checked(taken).unwrap_or((rest, ""));
            masked.end += if name.is_some() { word.chars().count() } else { 1 };
            previous = word.chars().next_back().unwrap_or(c);
            rest = after;
        }
        masked
    }

    fn push(&mut self, c: char, name: Option<Named>, setting: &Setting<'_>) {
        let mark = match name {
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
            self.names.push((self.text.len(), name));
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
