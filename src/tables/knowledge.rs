//! People, countries, cities, bodies as the tables write them, and how they become the gazetteer.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::gazetteer::{Entity, EntityKind, Form, Gazetteer, Sense, folded};
use crate::news::OutletKind;

/// A person in `people.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PersonEntry {
    pub name: String,
    pub aliases: Vec<String>,
    pub surnames: Vec<String>,
    pub wikidata: String,
    pub country: String,
    pub role: String,
    pub role_of: String,
}

/// A country or a part of the world in `countries.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CountryEntry {
    pub code: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub demonyms: Vec<String>,
    pub demonyms_other: Vec<String>,
    pub capital: String,
    pub ambiguous: bool,
}

/// A body in `organisations.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OrgEntry {
    pub id: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub kind: String,
    pub country: String,
    pub wikidata: String,
    pub metonym: bool,
    pub ambiguous: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PersonFile {
    pub(super) person: Vec<PersonEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CountryFile {
    pub(super) country: Vec<CountryEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OrgFile {
    pub(super) organisation: Vec<OrgEntry>,
}

/// A row of `cities.tsv` or `regions.tsv`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct PlaceRow {
    pub name: String,
    pub country: String,
    pub region: String,
    pub population: u64,
    pub other: Vec<String>,
    pub ambiguous: bool,
}

/// Reads a table of places. The first line names the columns.
pub(super) fn places(file: &str, text: &str) -> Result<Vec<PlaceRow>, Error> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    let header: Vec<&str> =
        lines.next().map(|(_, line)| line.split('\t').collect()).unwrap_or_default();
    let column = |name: &str| header.iter().position(|known| known.trim() == name);
    let known = ["name", "country", "region", "population", "other_names", "ambiguous"];
    if let Some(odd) = header.iter().find(|name| !known.contains(&name.trim())) {
        return Err(Error::new(file, "line 1", format!("{odd:?} is no column")).suggest(odd, known));
    }
    let Some(name_at) = column("name") else {
        return Err(Error::new(file, "line 1", "has no column name".to_owned()));
    };
    let mut rows = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell =
            |at: Option<usize>| at.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim());
        let at = format!("line {}", number + 1);
        let name = cell(Some(name_at));
        if name.is_empty() || cells.len() > header.len() {
            return Err(Error::new(
                file,
                &at,
                format!("wants {} columns and a name", header.len()),
            ));
        }
        let population = cell(column("population"));
        let population = if population.is_empty() { Ok(0) } else { population.parse() };
        let Ok(population) = population else {
            return Err(Error::new(file, &at, "population is no whole number".to_owned()));
        };
        rows.push(PlaceRow {
            name: name.to_owned(),
            country: cell(column("country")).to_owned(),
            region: cell(column("region")).to_owned(),
            population,
            other: cell(column("other_names"))
                .split('|')
                .filter(|o| !o.is_empty())
                .map(str::to_owned)
                .collect(),
            ambiguous: cell(column("ambiguous")) == "1",
        });
    }
    Ok(rows)
}

impl Gazetteer {
    /// The body of exactly this name, if one was added.
    fn org_named(&self, name: &str) -> Option<u32> {
        let senses = self.named(without_article(name));
        senses.iter().find(|sense| sense.kind == EntityKind::Org).map(|sense| sense.entity)
    }

    /// Lays what a row says over an entity that is there.
    fn also(&mut self, entity: u32, org: &OrgEntry) {
        if let Some(known) = self.entities.get_mut(entity as usize) {
            if known.sort.is_empty() {
                known.sort.clone_from(&org.kind);
            }
            if known.wikidata.is_empty() {
                known.wikidata.clone_from(&org.wikidata);
            }
        }
        for name in std::iter::once(&org.name).chain(&org.aliases) {
            self.name(
                without_article(name),
                Sense { kind: EntityKind::Org, entity, form: Form::Name },
            );
        }
    }
}

fn without_article(name: &str) -> &str {
    name.strip_prefix("the ").or_else(|| name.strip_prefix("The ")).unwrap_or(name)
}

/// What the gazetteer is made from.
pub(super) struct Known<'a> {
    pub(super) people: &'a [PersonEntry],
    pub(super) countries: &'a [CountryEntry],
    pub(super) orgs: &'a [OrgEntry],
    pub(super) cities: &'a [PlaceRow],
    pub(super) regions: &'a [PlaceRow],
    pub(super) outlets: &'a [super::Outlet],
    pub(super) agencies: &'a [super::Agency],
}

impl Known<'_> {
    pub(super) fn gazetteer(&self) -> Gazetteer {
        let mut all = Gazetteer::default();
        self.newsrooms(&mut all);
        self.people(&mut all);
        self.orgs(&mut all);
        self.officials(&mut all);
        self.places(&mut all);
        all.sort();
        all
    }

    /// Agencies and outlets are the entities `org_` and their id; an agency's own outlet is the agency.
    fn newsrooms(&self, all: &mut Gazetteer) {
        for (at, agency) in self.agencies.iter().enumerate() {
            let shortest = agency.names.first().cloned().unwrap_or_default();
            let entity = all.add(Entity {
                id: format!("org_{}", agency.id),
                name: shortest,
                sort: "news_agency".to_owned(),
                country: agency.country.clone(),
                agency: u32::try_from(at).ok(),
                ..Entity::default()
            });
            for name in &agency.names {
                all.name(name, Sense { kind: EntityKind::Org, entity, form: Form::Name });
            }
        }
        for (at, outlet) in self.outlets.iter().enumerate() {
            if matches!(outlet.shown.kind, OutletKind::Transport | OutletKind::Official) {
                continue;
            }
            let id = if outlet.agency.is_empty() { &outlet.shown.id } else { &outlet.agency };
            let entity = all.add(Entity {
                id: format!("org_{id}"),
                name: outlet.shown.name.clone(),
                country: outlet.shown.country.clone(),
                outlet: u32::try_from(at).ok(),
                ..Entity::default()
            });
            for name in &outlet.names {
                all.name(
                    without_article(name),
                    Sense { kind: EntityKind::Org, entity, form: Form::Name },
                );
            }
        }
    }

    /// Bodies that publish for themselves are bodies, whatever their feeds are called.
    fn officials(&self, all: &mut Gazetteer) {
        for outlet in self.outlets.iter().filter(|outlet| outlet.shown.kind == OutletKind::Official)
        {
            let known = outlet.names.iter().find_map(|name| all.org_named(name));
            let entity = known.unwrap_or_else(|| {
                all.add(Entity {
                    id: format!("org_{}", folded(&outlet.shown.name)),
                    name: outlet.shown.name.clone(),
                    sort: "government".to_owned(),
                    country: outlet.shown.country.clone(),
                    ..Entity::default()
                })
            });
            for name in &outlet.names {
                all.name(
                    without_article(name),
                    Sense { kind: EntityKind::Org, entity, form: Form::Name },
                );
            }
        }
    }

    fn people(&self, all: &mut Gazetteer) {
        for person in self.people {
            let entity = all.add(Entity {
                id: format!("per_{}", folded(&person.name)),
                name: person.name.clone(),
                country: person.country.clone(),
                wikidata: person.wikidata.clone(),
                role: person.role.clone(),
                role_of: person.role_of.clone(),
                ..Entity::default()
            });
            let sense = |form| Sense { kind: EntityKind::Person, entity, form };
            all.name(&person.name, sense(Form::Name));
            for name in &person.aliases {
                all.name(name, sense(Form::Name));
            }
            for name in &person.surnames {
                all.name(name, sense(Form::Surname));
            }
        }
    }

    fn orgs(&self, all: &mut Gazetteer) {
        for org in self.orgs {
            if let Some(known) = all
                .org_named(&org.name)
                .or_else(|| org.aliases.iter().find_map(|name| all.org_named(name)))
            {
                all.also(known, org);
                continue;
            }
            let media = matches!(org.kind.as_str(), "news_agency" | "broadcaster" | "newspaper");
            let id = if org.id.is_empty() {
                folded(&org.name)
            } else {
                org.id.trim_start_matches("org_").to_owned()
            };
            let entity = all.add(Entity {
                id: format!("org_{id}"),
                name: org.name.clone(),
                sort: org.kind.clone(),
                country: org.country.clone(),
                wikidata: org.wikidata.clone(),
                is_ambiguous: org.ambiguous,
                is_media: media,
                ..Entity::default()
            });
            all.also(entity, org);
        }
    }

    fn places(&self, all: &mut Gazetteer) {
        for country in self.countries {
            let entity = all.add(Entity {
                id: format!("plc_{}", folded(&country.name)),
                name: country.name.clone(),
                sort: if country.code.is_empty() { "area" } else { "country" }.to_owned(),
                country: country.code.clone(),
                is_ambiguous: country.ambiguous,
                ..Entity::default()
            });
            let sense = |form| Sense { kind: EntityKind::Place, entity, form };
            for name in std::iter::once(&country.name).chain(&country.aliases) {
                let name =
                    name.strip_prefix("the ").or_else(|| name.strip_prefix("The ")).unwrap_or(name);
                all.name(name, sense(Form::Name));
            }
            for name in country.demonyms.iter().chain(&country.demonyms_other) {
                if name != &country.name && !country.aliases.contains(name) {
                    all.name(name, sense(Form::Demonym));
                }
            }
        }
        for (rows, sort) in [(self.regions, "region"), (self.cities, "city")] {
            for row in rows {
                let plain = format!("plc_{}", folded(&row.name));
                let taken = all.by_id(&plain).is_some();
                // The larger of two cities has the plain id: rows stand by population.
                let id =
                    if taken { format!("{plain}_{}", row.country.to_lowercase()) } else { plain };
                let entity = all.add(Entity {
                    id,
                    name: row.name.clone(),
                    sort: sort.to_owned(),
                    country: row.country.clone(),
                    region: row.region.clone(),
                    population: row.population,
                    is_ambiguous: row.ambiguous,
                    ..Entity::default()
                });
                for name in std::iter::once(&row.name).chain(&row.other) {
                    all.name(name, Sense { kind: EntityKind::Place, entity, form: Form::Name });
                }
            }
        }
    }
}
