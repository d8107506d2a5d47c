//! Circular reporting: outlets that have it from each other, and nobody shows that it is from somewhere else.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::Families;
use super::{Carried, Origin, says};
use crate::news::{Independence, OriginKind, Reporting, Role};

/// Origins among which circles are looked for; the work grows with their square.
const ORIGINS_MAX: usize = 64;

/// For each family in a circle the one that it counts under: the first of them in the story.
pub(super) fn homes(
    dispatches: &[Carried<'_>],
    families: &Families<'_>,
) -> BTreeMap<String, String> {
    let cites = citations(dispatches, families);
    let names: Vec<&String> = cites.iter().map(|(name, _)| name).collect();
    let mut homes = BTreeMap::new();
    for (at, (name, _)) in cites.iter().enumerate() {
        let back = reached(name, &cites);
        let first = names[..at].iter().find(|earlier| {
            back.contains(earlier.as_str()) && reached(earlier, &cites).contains(name.as_str())
        });
        if let Some(first) = first {
            let home = homes.get(*first).unwrap_or(*first).clone();
            homes.insert(name.clone(), home);
        }
    }
    homes
}

/// Counts the origins of a circle as one.
pub(super) fn close(
    origins: &mut Vec<Independence>,
    dispatches: &[Carried<'_>],
    families: &Families<'_>,
) {
    for (name, home) in homes(dispatches, families) {
        let is_alone =
            |o: &Independence| o.kind == OriginKind::Outlet && o.reporting == Reporting::Possible;
        let place = |name: &str| origins.iter().position(|o| o.origin == name && is_alone(o));
        let (Some(from), Some(to)) = (place(&name), place(&home)) else { continue };
        let gone = origins.remove(from);
        let origin = &mut origins[if from < to { to - 1 } else { to }];
        origin.article_count += gone.article_count;
        origin.dispatch_ids.extend(gone.dispatch_ids);
        for outlet in gone.outlets {
            if !origin.outlets.contains(&outlet) {
                origin.outlets.push(outlet);
            }
        }
        origin.because.push(says(format!("{home} and {name} cite each other")));
    }
}

/// Whom each family without own reporting cites, by first appearance.
fn citations(
    dispatches: &[Carried<'_>],
    families: &Families<'_>,
) -> Vec<(String, BTreeSet<String>)> {
    let mut all: Vec<(String, BTreeSet<String>)> = Vec::new();
    let mut reporting: BTreeSet<&str> = BTreeSet::new();
    for dispatch in dispatches {
        let Some(Origin::Own(root)) = Origin::of(&dispatch.members) else { continue };
        for member in &dispatch.members {
            if member.role == Role::Original {
                reporting.insert(&member.family);
            }
        }
        let cited = dispatch.members.iter().flat_map(|m| &m.cited).filter(|id| !id.is_empty());
        let cited = cited.map(|id| families.origin(id).0.to_owned());
        let cited = cited.filter(|family| *family != root.family);
        match all.iter().position(|(name, _)| *name == root.family) {
            Some(at) => all[at].1.extend(cited),
            None if all.len() < ORIGINS_MAX => all.push((root.family.clone(), cited.collect())),
            None => {}
        }
    }
    all.retain(|(name, cited)| !reporting.contains(name.as_str()) && !cited.is_empty());
    all
}

/// All whom a family has it from, directly or through others.
fn reached<'a>(from: &'a str, all: &'a [(String, BTreeSet<String>)]) -> BTreeSet<&'a str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        let Some((_, cited)) = all.iter().find(|(known, _)| known == name) else { continue };
        open.extend(cited.iter().map(String::as_str).filter(|name| found.insert(name)));
    }
    found
}
