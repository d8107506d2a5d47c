//! The file and the environment as one document. Who asks for a key makes it known; what nobody asked for is a mistake.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::files::Places;
use super::offsets::{line_and_column, part_of_string};
use super::problem::{PROBLEMS_MAX, Problem, Problems, nearest};

/// Every environment variable that begins so is an override.
pub(super) const OVERRIDE_PREFIX: &str = "COPYTASTER__";

/// One variable of the environment.
#[derive(Debug)]
struct Override<'t> {
    name: &'t str,
    raw: &'t str,
    /// The value as TOML, where one is; lists and whole `[[feed]]` arrays need it.
    toml: Option<DeValue<'t>>,
}

/// What the environment overrides, by the path of the key.
#[derive(Debug, Default)]
pub(super) struct Overrides<'t>(BTreeMap<String, Override<'t>>);

impl<'t> Overrides<'t> {
    /// Takes the variables with the prefix and leaves all others alone.
    pub(super) fn of(env: &'t [(String, String)]) -> Self {
        let paths = env.iter().filter_map(|(name, raw)| {
            let path = name.strip_prefix(OVERRIDE_PREFIX)?.to_lowercase().replace("__", ".");
            let toml = DeValue::parse(raw).ok().map(Spanned::into_inner);
            Some((path, Override { name, raw, toml }))
        });
        Self(paths.collect())
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place<'t> {
    /// Byte offset in the file.
    At(usize),
    /// Environment variable.
    Env(&'t str),
}

/// A value as somebody wrote it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'t> {
    /// In the file.
    Toml(&'t DeValue<'t>),
    /// In the environment: the type depends on who reads it.
    Raw(&'t str, Option<&'t DeValue<'t>>),
}

/// Why a value cannot be taken.
#[derive(Debug)]
pub(super) struct Bad {
    pub(super) message: String,
    pub(super) suggestion: Option<String>,
    /// Offset of the part that is wrong, where it is not the whole value.
    pub(super) at: Option<usize>,
}

impl Bad {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), suggestion: None, at: None }
    }

    pub(super) fn meant(self, suggestion: Option<impl Into<String>>) -> Self {
        Self { suggestion: suggestion.map(Into::into), ..self }
    }
}

/// A value that was read, and where it stood.
#[derive(Clone, Debug)]
pub(super) struct Given<'t, T> {
    pub(super) value: T,
    pub(super) place: Place<'t>,
}

/// The document while it is being read.
#[derive(Debug)]
pub(super) struct Document<'t> {
    file: &'t str,
    text: &'t str,
    root: &'t DeTable<'t>,
    env: &'t Overrides<'t>,
    /// Where secrets stand.
    pub(super) places: Places<'t>,
    asked: BTreeSet<String>,
    problems: Vec<(Place<'t>, Problem)>,
    warnings: Vec<Problem>,
    more: usize,
}

impl<'t> Document<'t> {
    pub(super) fn new(
        file: &'t str,
        text: &'t str,
        root: &'t DeTable<'t>,
        env: &'t Overrides<'t>,
        places: Places<'t>,
    ) -> Self {
        let (asked, problems, warnings) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { file, text, root, env, places, asked, problems, warnings, more: 0 }
    }

    /// Notes a problem with the key at `path`; past [`PROBLEMS_MAX`] it is only counted.
    pub(super) fn problem(&mut self, place: Place<'t>, path: &str, bad: Bad) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let problem = self.told(place, path, bad);
        self.problems.push((place, problem));
    }

    /// Notes what is allowed and unwise; past [`PROBLEMS_MAX`] it is left out.
    fn warn(&mut self, place: Place<'t>, path: &str, message: &str) {
        if self.warnings.len() < PROBLEMS_MAX {
            let warning = self.told(place, path, Bad::new(message));
            self.warnings.push(warning);
        }
    }

    fn told(&self, place: Place<'t>, path: &str, bad: Bad) -> Problem {
        let (file, (line, column)) = match place {
            Place::At(offset) => (self.file, line_and_column(self.text, bad.at.unwrap_or(offset))),
            Place::Env(name) => (name, (0, 0)),
        };
        let (message, suggestion) = (bad.message, bad.suggestion);
        Problem { file: file.to_owned(), line, column, key: path.to_owned(), message, suggestion }
    }

    /// What is allowed and unwise, so far, in the order of the file.
    pub(super) fn take_warnings(&mut self) -> Vec<Problem> {
        let mut warnings = std::mem::take(&mut self.warnings);
        warnings.sort_by(|a, b| (a.line, a.column, &a.key).cmp(&(b.line, b.column, &b.key)));
        warnings
    }

    /// The byte of the file where the part of a string begins that stands `offset` bytes in it; none where the string is not
    /// in the file.
    pub(super) fn inside(&self, place: Place<'t>, offset: usize) -> Option<usize> {
        let Place::At(start) = place else { return None };
        part_of_string(self.text, start, offset)
    }

    /// Whether a further problem would only be counted, so that its words need not be found.
    pub(super) fn is_full(&self) -> bool {
        self.problems.len() >= PROBLEMS_MAX
    }

    /// Words for a place, to point at from elsewhere.
    pub(super) fn words(&self, place: Place<'t>) -> String {
        match place {
            Place::At(offset) => format!("on line {}", line_and_column(self.text, offset).0),
            Place::Env(name) => format!("in {name}"),
        }
    }

    /// The table `[name]`; absent keys, and an absent table, are simply not there.
    pub(super) fn section(&mut self, name: &'static str) -> Section<'_, 't> {
        let mut place = Place::At(0);
        let mut table = None;
        if let Some(value) = find(self.root, name) {
            place = Place::At(value.span().start);
            match value.get_ref() {
                DeValue::Table(found) => table = Some(found),
                _ => self.problem(place, name, Bad::new(format!("expected a table, [{name}]"))),
            }
        }
        self.asked.insert(name.to_owned());
        let whole = Whole { path: name.to_owned(), kind: name, table, place };
        Section { document: self, whole, asked: Vec::new() }
    }

    /// Whether the file or the environment says anything in `[name]`.
    pub(super) fn mentions(&self, name: &str) -> bool {
        let prefix = format!("{name}.");
        find(self.root, name).is_some() || self.env.0.keys().any(|path| path.starts_with(&prefix))
    }

    /// Reads every `[[name]]`; those for which `read` has no answer are left out.
    pub(super) fn each<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Section<'_, 't>) -> Option<T>,
    ) -> Vec<T> {
        self.asked.insert(name.to_owned());
        let mut all = Vec::new();
        for (i, (table, place)) in self.tables(name).into_iter().enumerate() {
            let whole =
                Whole { path: format!("{name}[{i}]"), kind: name, table: Some(table), place };
            let mut section = Section { document: self, whole, asked: Vec::new() };
            all.extend(read(&mut section));
            section.finish();
        }
        all
    }

    fn tables(&mut self, name: &'static str) -> Vec<(&'t DeTable<'t>, Place<'t>)> {
        let env = self.env;
        let (value, place, in_file) = match (env.0.get(name), find(self.root, name)) {
            (Some(found), _) => (found.toml.as_ref(), Place::Env(found.name), false),
            (None, Some(found)) => (Some(found.get_ref()), Place::At(found.span().start), true),
            (None, None) => return Vec::new(),
        };
        let bad = || Bad::new(format!("expected a list of tables: write [[{name}]]"));
        let Some(DeValue::Array(array)) = value else {
            let meant = in_file.then(|| format!("[[{name}]]"));
            self.problem(place, name, bad().meant(meant));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for entry in array {
            let place = if in_file { Place::At(entry.span().start) } else { place };
            match entry.get_ref() {
                DeValue::Table(table) => tables.push((table, place)),
                _ => self.problem(place, name, bad()),
            }
        }
        tables
    }

    /// Reports what nobody asked for, and hands over all problems in the order of the file, with the known paths.
    pub(super) fn finish(mut self) -> (Problems, BTreeSet<String>) {
        let known: Vec<String> = self.asked.iter().filter(|p| !p.contains('.')).cloned().collect();
        for (key, _) in self.root {
            if !self.asked.contains(key.get_ref().as_ref()) {
                let place = Place::At(key.span().start);
                let bad = unknown(key.get_ref(), known.iter().map(String::as_str));
                self.problem(place, key.get_ref(), bad);
            }
        }
        let asked: Vec<String> = self.asked.iter().cloned().collect();
        for (path, found) in &self.env.0 {
            let is_entry = ENTRIES.iter().any(|entry| path.starts_with(&format!("{entry}.")));
            let is_section = !path.contains('.') && !ENTRIES.contains(&path.as_str());
            if is_entry || is_section || !self.asked.contains(path) {
                let known = asked.iter().filter(|known| known.contains('.')).map(String::as_str);
                let meant = nearest(path, known).filter(|_| path.contains('.')).map(variable);
                let bad = Bad::new("no key can be overridden by this name");
                self.problem(Place::Env(found.name), "", bad.meant(meant));
            }
        }
        self.problems.sort_by(|(a, x), (b, y)| {
            (a, x.line, x.column, &x.key).cmp(&(b, y.line, y.column, &y.key))
        });
        let told = self.problems.into_iter().map(|(_, problem)| problem).collect();
        (Problems { told, more: self.more }, self.asked)
    }
}

/// Lists of tables: the environment overrides them whole, as a TOML value.
const ENTRIES: [&str; 4] = ["feed", "outlet", "agency", "watch"];

/// The variable that overrides the key at `path`.
fn variable(path: &str) -> String {
    format!("{OVERRIDE_PREFIX}{}", path.to_uppercase().replace('.', "__"))
}

#[derive(Debug)]
struct Whole<'t> {
    path: String,
    kind: &'static str,
    table: Option<&'t DeTable<'t>>,
    place: Place<'t>,
}

/// One table while it is being read.
#[derive(Debug)]
pub(super) struct Section<'d, 't> {
    pub(super) document: &'d mut Document<'t>,
    whole: Whole<'t>,
    asked: Vec<&'static str>,
}

impl<'t> Section<'_, 't> {
    /// The key's value if it is there and right; if it is there and wrong, that is noted.
    pub(super) fn given<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Value<'t>) -> Result<T, Bad>,
    ) -> Option<Given<'t, T>> {
        self.asked.push(key);
        self.document.asked.insert(format!("{}.{key}", self.whole.kind));
        let (value, place) = self.find(key)?;
        match read(value) {
            Ok(value) => Some(Given { value, place }),
            Err(bad) => {
                self.problem(place, key, bad);
                None
            }
        }
    }

    /// Like [`Self::given`], where nobody needs the place.
    pub(super) fn get<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Value<'t>) -> Result<T, Bad>,
    ) -> Option<T> {
        self.given(key, read).map(|given| given.value)
    }

    /// Like [`Self::given`], and its absence is a problem.
    pub(super) fn require<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Value<'t>) -> Result<T, Bad>,
    ) -> Option<Given<'t, T>> {
        let given = self.given(key, read);
        if self.find(key).is_none() {
            let message = format!("every [[{}]] needs the key `{key}`", self.whole.kind);
            self.problem(self.whole.place, key, Bad::new(message));
        }
        given
    }

    pub(super) fn problem(&mut self, place: Place<'t>, key: &str, bad: Bad) {
        let path = format!("{}.{key}", self.whole.path);
        self.document.problem(place, &path, bad);
    }

    /// Notes a key that is allowed and unwise.
    pub(super) fn warn(&mut self, place: Place<'t>, key: &str, message: &str) {
        let path = format!("{}.{key}", self.whole.path);
        self.document.warn(place, &path, message);
    }

    /// Where the table begins.
    pub(super) fn place(&self) -> Place<'t> {
        self.whole.place
    }

    /// Whether the key is there, right or wrong.
    pub(super) fn says(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Where the key stands.
    pub(super) fn find_place(&self, key: &str) -> Option<Place<'t>> {
        self.find(key).map(|(_, place)| place)
    }

    fn find(&self, key: &str) -> Option<(Value<'t>, Place<'t>)> {
        let is_list = self.whole.path != self.whole.kind;
        let env = self.document.env;
        if let Some(found) = env.0.get(&format!("{}.{key}", self.whole.path)).filter(|_| !is_list) {
            return Some((Value::Raw(found.raw, found.toml.as_ref()), Place::Env(found.name)));
        }
        let found = find(self.whole.table?, key)?;
        let place = match self.whole.place {
            Place::At(_) => Place::At(found.span().start),
            env @ Place::Env(_) => env,
        };
        Some((Value::Toml(found.get_ref()), place))
    }

    /// Notes the keys that nobody asked for.
    pub(super) fn finish(self) {
        let Some(table) = self.whole.table else { return };
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            if !self.asked.contains(&name) {
                let place = match self.whole.place {
                    Place::At(_) => Place::At(key.span().start),
                    env @ Place::Env(_) => env,
                };
                let bad = unknown(name, self.asked.iter().copied());
                self.document.problem(place, &format!("{}.{name}", self.whole.path), bad);
            }
        }
    }
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Bad {
    let meant = nearest(name, known.clone());
    let mut allowed: Vec<&str> = known.collect();
    allowed.sort_unstable();
    Bad::new(format!("unknown key; allowed are {}", allowed.join(", "))).meant(meant)
}

fn find<'t>(table: &'t DeTable<'t>, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
    table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}
