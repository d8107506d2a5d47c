//! Lists become indexes: every reference is checked once, here.

use std::collections::{BTreeMap, HashMap};

use super::entry::{AgencyEntry, OutletEntry};
use super::error::Error;
use super::load::Raw;
use super::names::{Named, Names, Reading};
use super::{Agency, Outlet, zone};
use crate::news;

pub(super) fn agencies(raw: &Raw) -> Result<Vec<Agency>, Error> {
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
        let (only, except) = (entry.only.clone(), entry.except.clone());
        Ok(Agency { id, names, country: entry.country.clone(), only, except })
    };
    raw.agencies.iter().map(agency).collect()
}

pub(super) fn outlets(raw: &Raw, agencies: &[Agency]) -> Result<Vec<Outlet>, Error> {
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
pub(super) fn hosts(raw: &Raw) -> Result<Vec<(String, usize)>, Error> {
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

pub(super) fn names(raw: &Raw, outlets: &[Outlet]) -> Names {
    let mut names = Names::default();
    for (index, agency) in raw.agencies.iter().enumerate() {
        for name in &agency.names {
            let of =
                |map: &BTreeMap<String, Vec<String>>| map.get(name).cloned().unwrap_or_default();
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

pub(super) fn outlet_names(outlets: &[Outlet]) -> HashMap<String, usize> {
    let mut map = HashMap::new();
    for (index, outlet) in outlets.iter().enumerate() {
        for name in &outlet.names {
            map.insert(name.to_lowercase(), index);
        }
    }
    map
}

pub(super) fn ids<'a>(ids: impl Iterator<Item = &'a String>) -> HashMap<String, usize> {
    ids.enumerate().map(|(index, id)| (id.clone(), index)).collect()
}

/// Looks a host up, then each domain above it.
pub(super) fn above(hosts: &HashMap<String, usize>, host: &str) -> Option<usize> {
    let mut rest = host;
    loop {
        if let Some(index) = hosts.get(rest) {
            return Some(*index);
        }
        rest = rest.split_once('.')?.1;
    }
}
