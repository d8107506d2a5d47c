//! Loaded knowledge: agencies, outlets and their families, credit patterns, desk labels, headlines of round-ups, word
//! lists. Read-only once built, shared, and hashed, so that a run can say which knowledge it judged by.

mod boilerplate;
mod entities;
mod entry;
mod error;
mod load;
pub mod markup;
mod names;
mod patterns;
mod round_ups;
#[cfg(test)]
mod tests;
mod variants;

use std::collections::{HashMap, HashSet};

use jiff::tz::{TimeZone, TimeZoneDatabase};

pub use entities::html_entity;
pub use entry::{AgencyEntry, Config, Extent, OutletEntry, Slot, Words};
pub use error::Error;
pub use names::{Masked, Named, Setting};
pub use patterns::{Hit, Label};

use crate::news::{self, Hash16};
use boilerplate::Boilerplate;
use entry::Place;
use load::Raw;
use names::{Names, Reading};
use patterns::{Labels, Rows};
use round_ups::RoundUps;

/// A news agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// What `provenance.wire` calls it.
    pub id: String,
    /// All names that credit it.
    pub names: Vec<String>,
    /// ISO 3166-1 alpha-2 of its seat, `""` unknown.
    pub country: String,
}

/// An outlet with what only enrichment needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlet {
    /// What the record shows.
    pub shown: news::Outlet,
    /// Zone its days are counted in.
    pub zone: Option<TimeZone>,
    /// Agency whose own feeds these are, `""` for none.
    pub agency: String,
    /// Name and aliases.
    pub names: Vec<String>,
}

/// The tables in force.
#[derive(Clone, Debug)]
pub struct Tables {
    hash: Hash16,
    agencies: Vec<Agency>,
    agency_ids: HashMap<String, usize>,
    outlets: Vec<Outlet>,
    outlet_ids: HashMap<String, usize>,
    outlet_names: HashMap<String, usize>,
    own_hosts: HashMap<String, usize>,
    hosts: HashMap<String, usize>,
    names: Names,
    tail: Rows,
    inside: Rows,
    head: Rows,
    byline: Rows,
    notice: Rows,
    plain: Rows,
    title_labels: Labels,
    line_labels: Labels,
    boilerplate: Boilerplate,
    round_ups: RoundUps,
    words: Words,
    desks: HashSet<String>,
    datelines: HashSet<String>,
    not_places: HashSet<String>,
    abbreviations: HashSet<String>,
    function_words: HashMap<String, HashSet<String>>,
    variants: Vec<Vec<String>>,
}

impl Tables {
    /// The tables compiled in.
    ///
    /// # Panics
    ///
    /// Never: what is compiled in is tested.
    pub fn builtin() -> Self {
        Self::with(&Config::default()).expect("the built-in tables are tested")
    }

    /// The built-in tables with the user's folder and entries over them.
    pub fn with(config: &Config) -> Result<Self, Error> {
        Self::build(&Raw::load(config)?)
    }

    fn build(raw: &Raw) -> Result<Self, Error> {
        let agencies = agencies(raw)?;
        let outlets = outlets(raw, &agencies)?;
        let hosts = hosts(raw)?;
        let own = |(host, index): &(String, usize)| {
            (raw.own_hosts.get(host) == Some(&raw.outlets[*index].id))
                .then(|| (host.clone(), *index))
        };
        let rows = |slot, inside| Rows::compile(slot, inside, &raw.credits, &raw.macros);
        let set = |words: &[String]| words.iter().cloned().collect::<HashSet<_>>();
        let functions = raw.words.function_words.iter();
        Ok(Self {
            hash: raw.hash(),
            agency_ids: ids(agencies.iter().map(|agency| &agency.id)),
            outlet_ids: ids(outlets.iter().map(|outlet| &outlet.shown.id)),
            outlet_names: outlet_names(&outlets),
            own_hosts: hosts.iter().filter_map(own).collect(),
            hosts: hosts.into_iter().collect(),
            names: names(raw, &outlets),
            tail: rows(Slot::Tail, false)?,
            inside: rows(Slot::Tail, true)?,
            head: rows(Slot::Head, false)?,
            byline: rows(Slot::Byline, false)?,
            notice: rows(Slot::Notice, false)?,
            plain: rows(Slot::Plain, false)?,
            title_labels: Labels::compile(Place::Title, &raw.labels)?,
            line_labels: Labels::compile(Place::Line, &raw.labels)?,
            boilerplate: Boilerplate::compile(&raw.boilerplate)?,
            round_ups: RoundUps::compile(&raw.round_ups)?,
            desks: set(&raw.words.desks),
            datelines: set(&raw.words.datelines),
            not_places: set(&raw.words.not_places),
            abbreviations: set(&raw.words.abbreviations),
            function_words: functions.map(|(lang, words)| (lang.clone(), set(words))).collect(),
            words: raw.words.clone(),
            variants: variants::compile(&raw.variants)?,
            agencies,
            outlets,
        })
    }

    /// Changes with the effective content, however it was laid together.
    pub fn hash(&self) -> Hash16 {
        self.hash
    }

    /// The agency with this id.
    pub fn agency(&self, id: &str) -> Option<&Agency> {
        self.agency_ids.get(id).map(|index| &self.agencies[*index])
    }

    /// The agency at an index from [`Named`].
    pub fn agency_at(&self, index: usize) -> &Agency {
        &self.agencies[index]
    }

    /// The outlet with this id.
    pub fn outlet(&self, id: &str) -> Option<&Outlet> {
        self.outlet_ids.get(id).map(|index| &self.outlets[*index])
    }

    /// The id of an outlet that is spelt much like this, to suggest it.
    pub fn nearest_outlet(&self, id: &str) -> Option<&str> {
        error::nearest(id, self.outlets.iter().map(|outlet| outlet.shown.id.as_str()))
    }

    /// The outlet at an index from [`Named`].
    pub fn outlet_at(&self, index: usize) -> &Outlet {
        &self.outlets[index]
    }

    /// The outlet that publishes on this host or on a domain above it; the user's hosts are asked first.
    pub fn outlet_by_host(&self, host: &str) -> Option<&Outlet> {
        let host = host.trim_end_matches('.').to_lowercase();
        let index = above(&self.own_hosts, &host).or_else(|| above(&self.hosts, &host))?;
        Some(&self.outlets[index])
    }

    /// The outlet that goes by this name, whatever its case.
    pub fn outlet_by_name(&self, name: &str) -> Option<&Outlet> {
        self.outlet_names.get(&name.trim().to_lowercase()).map(|index| &self.outlets[*index])
    }

    /// Spellings of one name, a list each.
    pub fn variants(&self) -> &[Vec<String>] {
        &self.variants
    }

    /// The word lists.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The line with its names marked, as [`Tables::credit`] wants it.
    pub fn mask(&self, line: &str, setting: &Setting<'_>) -> Masked {
        Masked::new(line, &self.names, setting)
    }

    /// Where in the tables an outlet stands, for [`Setting::own`].
    pub fn outlet_index(&self, id: &str) -> Option<usize> {
        self.outlet_ids.get(id).copied()
    }

    /// The credit pattern of this slot that the line fits.
    pub fn credit(&self, slot: Slot, line: &Masked) -> Option<Hit> {
        let rows = match slot {
            Slot::Tail => &self.tail,
            Slot::Head => &self.head,
            Slot::Byline => &self.byline,
            Slot::Notice => &self.notice,
            Slot::Plain => &self.plain,
        };
        rows.find(line, |place| self.is_dateline_place(place))
    }

    /// Whether a line is neither story nor credit: a caption, a link, a house rule.
    pub fn is_plain(&self, line: &Masked) -> bool {
        self.plain.is_match(line)
    }

    /// The credit that ends a paragraph.
    pub fn credit_at_end(&self, line: &Masked) -> Option<Hit> {
        self.inside.find(line, |_| true)
    }

    /// Whether newsrooms date from a place of this name in capitals.
    pub fn is_dateline_place(&self, place: &str) -> bool {
        self.datelines.contains(&place.to_uppercase())
    }

    /// Whether capitals that open a text are known to be no place.
    pub fn is_no_place(&self, word: &str) -> bool {
        self.not_places.contains(word)
    }

    /// Whether this word (lower case) makes an author a desk.
    pub fn is_desk_word(&self, word: &str) -> bool {
        self.desks.contains(word)
    }

    /// Whether a full stop after this word (lower case) ends no sentence.
    pub fn is_abbreviation(&self, word: &str) -> bool {
        self.abbreviations.contains(word)
    }

    /// Everyday words of a language, where the table has them.
    pub fn function_words(&self, lang: &str) -> Option<&HashSet<String>> {
        self.function_words.get(lang)
    }

    /// Whether this word (lower case) is an everyday one in some language.
    pub fn is_function_word(&self, word: &str) -> bool {
        self.function_words.values().any(|words| words.contains(word))
    }

    /// The desk label in a headline.
    pub fn title_label(&self, title: &str) -> Option<Label> {
        self.title_labels.find(title)
    }

    /// Whether a headline is that of a live blog or a round-up.
    pub fn is_round_up(&self, title: &str) -> bool {
        self.round_ups.is(title)
    }

    /// Whether a block is neither story nor credit: a link to go on reading, a call to share.
    pub fn is_boilerplate(&self, block: &str) -> bool {
        self.boilerplate.is(block)
    }

    /// Whether a block asks to pay for what would stand behind it.
    pub fn is_wall(&self, block: &str) -> bool {
        self.boilerplate.is_wall(block)
    }

    /// Where, in bytes, the boilerplate begins that ends a block behind a sentence.
    pub fn boilerplate_end(&self, block: &str) -> Option<usize> {
        self.boilerplate.end(block)
    }

    /// The desk label in a first or last block.
    pub fn line_label(&self, line: &str) -> Option<Label> {
        self.line_labels.find(line)
    }
}

/// The zone of this name. From the compiled-in database, so that a day is the same day on every machine.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

fn agencies(raw: &Raw) -> Result<Vec<Agency>, Error> {
    let agency = |entry: &AgencyEntry| {
        if entry.names.iter().all(|name| name.trim().is_empty()) {
            return Err(Error::new("agencies.toml", &entry.id, "has no names"));
        }
        let asked =
            [&entry.only, &entry.except, &entry.own_line].into_iter().flat_map(|m| m.keys());
        for name in asked {
            if !entry.names.contains(name) {
                let error = Error::new(
                    "agencies.toml",
                    &entry.id,
                    format!("{name:?} is none of its names"),
                );
                return Err(error.suggest(name, entry.names.iter().map(String::as_str)));
            }
        }
        let (id, names) = (entry.id.clone(), entry.names.clone());
        Ok(Agency { id, names, country: entry.country.clone() })
    };
    raw.agencies.iter().map(agency).collect()
}

fn outlets(raw: &Raw, agencies: &[Agency]) -> Result<Vec<Outlet>, Error> {
    let outlet = |entry: &OutletEntry| {
        let bad = |reason: String| Error::new("outlets.toml", &entry.id, reason);
        let zone_name = entry.zone.as_deref().unwrap_or_default();
        let zone = zone(zone_name);
        if zone.is_none() && !zone_name.is_empty() {
            let mut error = bad(format!("zone {zone_name:?} is no IANA time zone"));
            "write it like \"Asia/Kolkata\"".clone_into(&mut error.suggestion);
            return Err(error);
        }
        let country = entry.country.clone().unwrap_or_default();
        if !(country.is_empty()
            || country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()))
        {
            let mut error = bad(format!("country {country:?} is no ISO 3166-1 alpha-2 code"));
            "two capital letters, such as \"IN\"".clone_into(&mut error.suggestion);
            return Err(error);
        }
        let agency = entry.agency.clone().unwrap_or_default();
        if !agency.is_empty() && !agencies.iter().any(|known| known.id == agency) {
            return Err(bad(format!("no agency {agency:?}"))
                .suggest(&agency, agencies.iter().map(|known| known.id.as_str())));
        }
        let name = entry.name.clone().unwrap_or_else(|| entry.id.clone());
        let mut names = vec![name.clone()];
        names.extend(entry.aliases.iter().flatten().cloned());
        let family = entry.family.clone().unwrap_or_else(|| entry.id.clone());
        let kind = entry.kind.unwrap_or_default();
        let shown = news::Outlet { id: entry.id.clone(), name, country, family, kind };
        Ok(Outlet { shown, zone, agency, names })
    };
    raw.outlets.iter().map(outlet).collect()
}

/// Hosts of all outlets; one host belongs to one outlet, and the configuration's claim beats the built-in one.
fn hosts(raw: &Raw) -> Result<Vec<(String, usize)>, Error> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut order = Vec::new();
    for (index, entry) in raw.outlets.iter().enumerate() {
        for host in entry.hosts.iter().flatten() {
            let host = host.to_lowercase();
            if host.is_empty() || host.contains(['/', ':', ' ']) {
                let mut error =
                    Error::new("outlets.toml", &entry.id, format!("{host:?} is no host"));
                "a host alone, such as \"livemint.com\"".clone_into(&mut error.suggestion);
                return Err(error);
            }
            let other = taken.insert(host.clone(), index).filter(|other| *other != index);
            if let Some(other) = other
                && !raw.own_hosts.contains_key(&host)
            {
                let reason =
                    format!("host {host:?} already belongs to {:?}", raw.outlets[other].id);
                return Err(Error::new("outlets.toml", &entry.id, reason));
            }
            order.push((host, index));
        }
    }
    Ok(order)
}

fn names(raw: &Raw, outlets: &[Outlet]) -> Names {
    let mut names = Names::default();
    for (index, agency) in raw.agencies.iter().enumerate() {
        for name in &agency.names {
            let of = |map: &std::collections::BTreeMap<String, Vec<String>>| {
                map.get(name).cloned().unwrap_or_default()
            };
            let reading = Reading {
                only: of(&agency.only),
                except: of(&agency.except),
                own_line: of(&agency.own_line),
            };
            names.add(name, Named::Agency(index), reading);
        }
    }
    for word in &raw.words.agencies {
        names.add(word, Named::Agencies, Reading::default());
    }
    for (index, outlet) in outlets.iter().enumerate() {
        // A wire's own name credits the agency, and a transport wrote nothing.
        let credits = outlet.agency.is_empty() && outlet.shown.kind != news::OutletKind::Transport;
        for name in outlet.names.iter().filter(|_| credits) {
            names.add(name, Named::Outlet(index), Reading::default());
        }
    }
    names.sort();
    names
}

fn outlet_names(outlets: &[Outlet]) -> HashMap<String, usize> {
    let mut map = HashMap::new();
    for (index, outlet) in outlets.iter().enumerate() {
        for name in &outlet.names {
            map.insert(name.to_lowercase(), index);
        }
    }
    map
}

fn ids<'a>(ids: impl Iterator<Item = &'a String>) -> HashMap<String, usize> {
    ids.enumerate().map(|(index, id)| (id.clone(), index)).collect()
}

/// Looks a host up, then each domain above it.
fn above(hosts: &HashMap<String, usize>, host: &str) -> Option<usize> {
    let mut rest = host;
    loop {
        if let Some(index) = hosts.get(rest) {
            return Some(*index);
        }
        rest = rest.split_once('.')?.1;
    }
}
