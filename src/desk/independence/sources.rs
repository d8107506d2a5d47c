//! Who stands behind each text of a story, as those who heard what is said in it.

use std::collections::BTreeMap;

use super::{Origin, by_dispatch, circles};
use crate::news::{DispatchId, Member, OriginKind, OutletKind};

/// Families of the outlets that a story's members belong to.
pub(super) struct Families<'a>(BTreeMap<&'a str, (&'a str, OriginKind)>);

impl<'a> Families<'a> {
    pub(super) fn of(counted: &[&'a Member]) -> Self {
        let known = |m: &&'a Member| match m.outlet_kind {
            OutletKind::Wire => {
                let agency = m.wire.first().unwrap_or(&m.outlet);
                (m.outlet.as_str(), (agency.as_str(), OriginKind::Wire))
            }
            OutletKind::Official => (m.outlet.as_str(), (m.family.as_str(), OriginKind::Primary)),
            _ => (m.outlet.as_str(), (m.family.as_str(), OriginKind::Outlet)),
        };
        Self(counted.iter().map(known).collect())
    }

    /// What an outlet counts as; one that is not in the story counts as itself.
    pub(super) fn origin<'b>(&'b self, outlet: &'b str) -> (&'b str, OriginKind) {
        self.0.get(outlet).copied().unwrap_or((outlet, OriginKind::Outlet))
    }
}

/// The witness behind each dispatch, and which of them are one family.
#[derive(Debug)]
pub(crate) struct Sources {
    witnesses: BTreeMap<DispatchId, String>,
    /// By entity id.
    families: BTreeMap<String, String>,
}

impl Sources {
    /// Of a story with these members.
    pub(crate) fn of(members: &[Member]) -> Self {
        let counted: Vec<&Member> = members.iter().filter(|m| !m.uncounted).collect();
        let known = Families::of(&counted);
        let dispatches = by_dispatch(&counted);
        let homes = circles::homes(&dispatches, &known);
        let mut families = BTreeMap::new();
        for (outlet, (family, _)) in &known.0 {
            let home = homes.get(*family).map_or(*family, String::as_str);
            families.insert(format!("org_{outlet}"), home.to_owned());
        }
        let mut witnesses = BTreeMap::new();
        for dispatch in &dispatches {
            let name = match Origin::of(&dispatch.members) {
                None => continue,
                Some(Origin::Wire(agency)) => agency,
                Some(Origin::Official(member) | Origin::Own(member)) => &member.outlet,
                Some(Origin::Retold(outlet)) => outlet,
            };
            witnesses.insert(dispatch.id, format!("org_{name}"));
        }
        Self { witnesses, families }
    }

    /// Who stands behind a text, as an entity id; nobody where only transports carried it.
    pub(crate) fn witness(&self, dispatch: DispatchId) -> Option<&str> {
        self.witnesses.get(&dispatch).map(String::as_str)
    }

    /// The family of an outlet or agency by its entity id; whom the story does not know is a family of its own.
    pub(crate) fn family<'a>(&'a self, id: &'a str) -> &'a str {
        let own = id.strip_prefix("org_").unwrap_or(id);
        self.families.get(id).map_or(own, String::as_str)
    }
}
