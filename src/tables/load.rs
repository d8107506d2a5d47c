//! Lays the tables over each other: built in, then a folder, then the configuration's own entries.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::entry::{
    AgencyEntry, AgencyFile, BoilerplateEntry, BoilerplateFile, Config, CreditEntry, CreditFile,
    LabelEntry, LabelFile, OutletEntry, OutletFile, RoundUpEntry, RoundUpFile, WordFile, Words,
};
use super::error::Error;
use super::knowledge::{
    CountryEntry, CountryFile, Known, OrgEntry, OrgFile, PersonEntry, PersonFile, PlaceRow, places,
};
use super::lexicon::{Class, Lexicon, Lists};
use super::variants::{VariantEntry, VariantFile};
use super::{Agency, Outlet};
use crate::news::{Hash16, hash16};

/// No table needs more; a larger file is a mistake, not knowledge.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

const BUILTIN: [(&str, &str); 16] = [
    ("agencies.toml", include_str!("../../config/tables/agencies.toml")),
    ("outlets.toml", include_str!("../../config/tables/outlets.toml")),
    ("credits.toml", include_str!("../../config/tables/credits.toml")),
    ("labels.toml", include_str!("../../config/tables/labels.toml")),
    ("boilerplate.toml", include_str!("../../config/tables/boilerplate.toml")),
    ("roundups.toml", include_str!("../../config/tables/roundups.toml")),
    ("words.toml", include_str!("../../config/tables/words.toml")),
    ("people.toml", include_str!("../../config/tables/people.toml")),
    ("countries.toml", include_str!("../../config/tables/countries.toml")),
    ("organisations.toml", include_str!("../../config/tables/organisations.toml")),
    ("regions.tsv", include_str!("../../config/tables/regions.tsv")),
    ("cities.tsv", include_str!("../../config/tables/cities.tsv")),
    ("cues.toml", include_str!("../../config/tables/cues.toml")),
    ("roles.toml", include_str!("../../config/tables/roles.toml")),
    ("names.toml", include_str!("../../config/tables/names.toml")),
    ("variants.toml", include_str!("../../config/tables/variants.toml")),
];

/// All entries that count, in a fixed order; what the hash is taken over.
#[derive(Default, Serialize)]
pub(super) struct Raw {
    pub(super) agencies: Vec<AgencyEntry>,
    pub(super) outlets: Vec<OutletEntry>,
    pub(super) macros: BTreeMap<String, String>,
    pub(super) credits: Vec<CreditEntry>,
    pub(super) labels: Vec<LabelEntry>,
    pub(super) boilerplate: Vec<BoilerplateEntry>,
    pub(super) round_ups: Vec<RoundUpEntry>,
    pub(super) words: Words,
    pub(super) people: Vec<PersonEntry>,
    pub(super) countries: Vec<CountryEntry>,
    pub(super) orgs: Vec<OrgEntry>,
    pub(super) regions: Vec<PlaceRow>,
    pub(super) cities: Vec<PlaceRow>,
    /// What words do, by language, then by key; `any` is for all languages.
    pub(super) lexicons: BTreeMap<String, Lists>,
    pub(super) variants: Vec<VariantEntry>,
    /// Hosts the configuration gave, with their outlet's id: they win over every built-in host.
    pub(super) own_hosts: BTreeMap<String, String>,
}

impl Raw {
    pub(super) fn load(config: &Config) -> Result<Self, Error> {
        let mut raw = Self::default();
        for (name, text) in BUILTIN {
            raw.add(name, name, text)?;
        }
        if let Some(dir) = &config.dir {
            raw.add_dir(dir)?;
        }
        for outlet in &config.outlets {
            require_id("[[outlet]]", &outlet.id)?;
            let hosts = outlet.hosts.iter().flatten();
            raw.own_hosts.extend(hosts.map(|host| (host.to_lowercase(), outlet.id.clone())));
            raw.add_outlet(outlet.clone());
        }
        for agency in &config.agencies {
            require_id("[[agency]]", &agency.id)?;
            put(&mut raw.agencies, agency.clone(), |entry| &entry.id);
        }
        Ok(raw)
    }

    pub(super) fn hash(&self) -> Hash16 {
        let content = serde_json::to_string(self).expect("tables are maps with string keys");
        hash16(&["tables", &content])
    }

    pub(super) fn known<'a>(&'a self, outlets: &'a [Outlet], agencies: &'a [Agency]) -> Known<'a> {
        Known {
            people: &self.people,
            countries: &self.countries,
            orgs: &self.orgs,
            cities: &self.cities,
            regions: &self.regions,
            outlets,
            agencies,
        }
    }

    /// Lets go of what the gazetteer was made from.
    pub(super) fn forget_knowledge(&mut self) {
        self.people = Vec::new();
        self.countries = Vec::new();
        self.orgs = Vec::new();
        self.regions = Vec::new();
        self.cities = Vec::new();
    }

    /// What words do in a language.
    pub(super) fn lexicon(&self, lang: &str) -> Lexicon {
        let lists = self.lexicons.get(lang).into_iter().flatten();
        Lexicon::new(lists.map(|(key, list)| (key.as_str(), list.as_slice())))
    }

    fn add_dir(&mut self, dir: &Path) -> Result<(), Error> {
        let unreadable = |cause| Error::unreadable(dir, &cause);
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(unreadable)? {
            paths.push(entry.map_err(unreadable)?.path());
        }
        paths.sort();
        for path in
            paths.iter().filter(|path| path.extension().is_some_and(|e| e == "toml" || e == "tsv"))
        {
            let unreadable = |cause| Error::unreadable(path, &cause);
            let shown = path.display().to_string();
            if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
                return Err(Error::new(&shown, "", "larger than 16 MB"));
            }
            let text = std::fs::read_to_string(path).map_err(unreadable)?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            self.add(&name.unwrap_or_default(), &shown, &text)?;
        }
        Ok(())
    }

    fn add(&mut self, name: &str, shown: &str, text: &str) -> Result<(), Error> {
        match name {
            "agencies.toml" => {
                for agency in read::<AgencyFile>(shown, text)?.agency {
                    require_id(shown, &agency.id)?;
                    put(&mut self.agencies, agency, |entry| &entry.id);
                }
            }
            "outlets.toml" => {
                for outlet in read::<OutletFile>(shown, text)?.outlet {
                    require_id(shown, &outlet.id)?;
                    self.add_outlet(outlet);
                }
            }
            "credits.toml" => {
                let file = read::<CreditFile>(shown, text)?;
                self.macros.extend(file.macros);
                for credit in file.credit {
                    put(&mut self.credits, credit, |entry| &entry.id);
                }
            }
            "labels.toml" => {
                for label in read::<LabelFile>(shown, text)?.label {
                    put(&mut self.labels, label, |entry| &entry.id);
                }
            }
            "boilerplate.toml" => {
                for row in read::<BoilerplateFile>(shown, text)?.boilerplate {
                    put(&mut self.boilerplate, row, |entry| &entry.id);
                }
            }
            "roundups.toml" => {
                for row in read::<RoundUpFile>(shown, text)?.roundup {
                    put(&mut self.round_ups, row, |entry| &entry.id);
                }
            }
            "variants.toml" => {
                for row in read::<VariantFile>(shown, text)?.variant {
                    require_id(shown, &row.id)?;
                    put(&mut self.variants, row, |entry| &entry.id);
                }
            }
            "words.toml" => self.words.merge(read::<WordFile>(shown, text)?),
            "people.toml" | "countries.toml" | "organisations.toml" | "regions.tsv"
            | "cities.tsv" => {
                self.add_known(name, shown, text)?;
            }
            "cues.toml" | "roles.toml" | "names.toml" => self.add_lists(shown, text)?,
            _ => {
                return Err(Error::new(shown, "", "is no table of this program")
                    .suggest(name, BUILTIN.map(|(name, _)| name)));
            }
        }
        Ok(())
    }

    fn add_known(&mut self, name: &str, shown: &str, text: &str) -> Result<(), Error> {
        match name {
            "people.toml" => {
                let rows = read::<PersonFile>(shown, text)?.person;
                lay(&mut self.people, rows, |row| row.name.clone());
            }
            "countries.toml" => {
                let rows = read::<CountryFile>(shown, text)?.country;
                lay(&mut self.countries, rows, |row| row.name.clone());
            }
            "organisations.toml" => {
                let rows = read::<OrgFile>(shown, text)?.organisation;
                lay(&mut self.orgs, rows, |row| row.name.clone());
            }
            "regions.tsv" => {
                let rows = places(shown, text)?;
                lay(&mut self.regions, rows, |row| (row.name.clone(), row.country.clone()));
            }
            _ => {
                let key =
                    |row: &PlaceRow| (row.name.clone(), row.country.clone(), row.region.clone());
                lay(&mut self.cities, places(shown, text)?, key);
            }
        }
        Ok(())
    }

    fn add_lists(&mut self, shown: &str, text: &str) -> Result<(), Error> {
        for (lang, lists) in read::<BTreeMap<String, Lists>>(shown, text)? {
            if let Some(odd) = lists.keys().find(|key| Class::by_key(key).is_none()) {
                let error = Error::new(shown, &lang, format!("{odd:?} is no list of this program"));
                return Err(error.suggest(odd, Class::KEYS.iter().copied()));
            }
            self.lexicons.entry(lang).or_default().extend(lists);
        }
        Ok(())
    }

    fn add_outlet(&mut self, outlet: OutletEntry) {
        match self.outlets.iter_mut().find(|known| known.id == outlet.id) {
            Some(known) => known.merge(outlet),
            None => self.outlets.push(outlet),
        }
    }
}

fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|cause| Error::from_toml(file, text, &cause))
}

fn require_id(file: &str, id: &str) -> Result<(), Error> {
    let good = !id.is_empty() && !id.contains(|c: char| c.is_whitespace() || c.is_control());
    if good {
        return Ok(());
    }
    let mut error = Error::new(file, "id", format!("{id:?} is no id"));
    "an id is one word, such as \"livemint\"".clone_into(&mut error.suggestion);
    Err(error)
}

/// Replaces rows of the same key, appends the others.
fn lay<T, K: std::hash::Hash + Eq>(entries: &mut Vec<T>, rows: Vec<T>, key: impl Fn(&T) -> K) {
    let mut places: std::collections::HashMap<K, usize> =
        entries.iter().enumerate().map(|(at, entry)| (key(entry), at)).collect();
    for row in rows {
        if let Some(at) = places.get(&key(&row)) {
            entries[*at] = row;
        } else {
            places.insert(key(&row), entries.len());
            entries.push(row);
        }
    }
}

/// Replaces the entry with the same id, else appends, so the order of rows stays that of the files.
fn put<T>(entries: &mut Vec<T>, entry: T, id: impl Fn(&T) -> &String) {
    match entries.iter_mut().find(|known| id(known) == id(&entry)) {
        Some(known) => *known = entry,
        None => entries.push(entry),
    }
}
