//! Counts what stands behind a story: articles, dispatches, outlets and independent origins.
//!
//! The counting rule of the record format, as a pure function over a story's members: so the same code
//! serves the desk as it decides and `verify` as it recomputes from the written records.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::news::{
    Because, DispatchId, Fixed, Independence, Member, OriginKind, OutletKind, Reporting, Role,
    Signal, Tally,
};

mod circles;
mod sources;

use sources::Families;
pub(super) use sources::Sources;

/// Most reasons listed for one origin.
const BECAUSE_MAX: usize = 8;

/// Counts a story from its members, given by arrival. Members that count nowhere are left out.
pub fn tally(members: &[Member]) -> Tally {
    let counted: Vec<&Member> = members.iter().filter(|m| !m.uncounted).collect();
    let dispatches = by_dispatch(&counted);
    Tally {
        articles: counted.len() as u64,
        dispatches: dispatches.len() as u64,
        outlets: counted.iter().map(|m| &m.outlet).collect::<BTreeSet<_>>().len() as u64,
        independence: independence(&dispatches, &Families::of(&counted)),
    }
}

/// The member that speaks for a story at `now`: nearest to an origin, then longest, then first.
///
/// An embargoed member leads only where there is nothing else.
pub fn lead(members: &[Member], now: Timestamp) -> Option<&Member> {
    let embargoed = |m: &Member| m.embargo_until.is_some_and(|until| until.0 > now);
    members
        .iter()
        .filter(|m| !m.uncounted)
        .min_by_key(|m| (embargoed(m), distance(m), std::cmp::Reverse(m.chars), m.arrival))
}

/// How far a member stands from an origin: 0 its own feed or reporting, 3 a digest of others' reports.
fn distance(member: &Member) -> u8 {
    match (member.outlet_kind, member.role) {
        (OutletKind::Wire | OutletKind::Official, _) | (_, Role::Original) => 0,
        (_, Role::WireCopy) => 1,
        (_, Role::Rewrite | Role::Unknown) => 2,
        (_, Role::Aggregation) => 3,
    }
}

/// One text's members, by arrival.
struct Carried<'a> {
    id: DispatchId,
    members: Vec<&'a Member>,
}

fn by_dispatch<'a>(counted: &[&'a Member]) -> Vec<Carried<'a>> {
    let mut places: BTreeMap<DispatchId, usize> = BTreeMap::new();
    let mut carried: Vec<Carried<'a>> = Vec::new();
    for member in counted {
        let place = *places.entry(member.dispatch).or_insert_with(|| {
            carried.push(Carried { id: member.dispatch, members: Vec::new() });
            carried.len() - 1
        });
        carried[place].members.push(member);
    }
    carried
}

/// What one dispatch rests on.
enum Origin<'a> {
    /// An agency's text.
    Wire(&'a str),
    /// An official body's own words.
    Official(&'a Member),
    /// The text of an outlet.
    Own(&'a Member),
    /// All that an outlet's text says it has from this one.
    Retold(&'a str),
}

impl<'a> Origin<'a> {
    /// `None` where only transports carried it.
    fn of(members: &[&'a Member]) -> Option<Self> {
        if let Some(agency) = agency(members) {
            return Some(Self::Wire(agency));
        }
        if let Some(body) = members.iter().find(|m| m.outlet_kind == OutletKind::Official) {
            return Some(Self::Official(body));
        }
        let mut speakers = members.iter().filter(|m| m.outlet_kind != OutletKind::Transport);
        let first = speakers.clone().next()?;
        // What is not for publication yet, or dates itself ahead, is no origin where another is.
        let root = speakers.find(|m| m.embargo_until.is_none()).unwrap_or(first);
        Some(retold(root).map_or(Self::Own(root), Self::Retold))
    }

    /// By what it is counted.
    fn counted(&self, families: &Families<'_>) -> (String, OriginKind) {
        let (name, kind) = match self {
            Self::Wire(agency) => (*agency, OriginKind::Wire),
            Self::Official(body) => (body.family.as_str(), OriginKind::Primary),
            Self::Own(root) => (root.family.as_str(), OriginKind::Outlet),
            Self::Retold(outlet) => families.origin(outlet),
        };
        (name.to_owned(), kind)
    }
}

/// The wire whose own article is among the members, else the one that most of them credit; on a tie the root's first.
fn agency<'a>(members: &[&'a Member]) -> Option<&'a str> {
    let own = members.iter().find(|m| m.outlet_kind == OutletKind::Wire);
    if let Some(agency) = own.and_then(|m| m.wire.first()) {
        return Some(agency);
    }
    let mut credits: Vec<(&str, usize)> = Vec::new();
    for wire in members.iter().flat_map(|m| &m.wire) {
        match credits.iter_mut().find(|(id, _)| id == wire) {
            Some((_, count)) => *count += 1,
            None => credits.push((wire, 1)),
        }
    }
    // Credits stand in order of first appearance, the root's own first: the earliest of the most frequent wins.
    let most = credits.iter().map(|&(_, count)| count).max()?;
    credits.iter().find(|&&(_, count)| count == most).map(|&(id, _)| id)
}

/// The family behind a root that only retells one other newsroom without crediting a wire.
fn retold(root: &Member) -> Option<&str> {
    let retells = matches!(root.role, Role::Rewrite | Role::Aggregation) && root.wire.is_empty();
    let first = root.cited.first()?;
    (retells && !first.is_empty() && root.cited.iter().all(|family| family == first))
        .then_some(first.as_str())
}

fn independence(dispatches: &[Carried<'_>], families: &Families<'_>) -> Vec<Independence> {
    let mut origins: Vec<Independence> = Vec::new();
    let mut carried_by_transports = Vec::new();
    for dispatch in dispatches {
        match Origin::of(&dispatch.members) {
            Some(origin) => {
                let (id, kind) = origin.counted(families);
                let place = origins.iter().position(|o| o.origin == id).unwrap_or_else(|| {
                    origins.push(empty(id, kind));
                    origins.len() - 1
                });
                add(&mut origins[place], dispatch);
                if let Origin::Retold(outlet) = origin {
                    origins[place]
                        .because
                        .push(says(format!("all it cites came through {outlet}")));
                }
            }
            None => carried_by_transports.push(dispatch),
        }
    }
    // A transport is nobody's witness: what only transports carried rests on the first origin we know of.
    for dispatch in carried_by_transports {
        if origins.is_empty() {
            origins.push(empty(dispatch.members[0].family.clone(), OriginKind::Outlet));
        }
        add(&mut origins[0], dispatch);
    }
    circles::close(&mut origins, dispatches, families);
    for origin in &mut origins {
        tidy(&mut origin.because);
    }
    origins
}

fn empty(origin: String, kind: OriginKind) -> Independence {
    Independence {
        origin,
        kind,
        reporting: Reporting::Possible,
        article_count: 0,
        dispatch_ids: Vec::new(),
        outlets: Vec::new(),
        because: Vec::new(),
    }
}

fn add(origin: &mut Independence, dispatch: &Carried<'_>) {
    origin.article_count += dispatch.members.len() as u64;
    origin.dispatch_ids.push(dispatch.id);
    for member in &dispatch.members {
        if !origin.outlets.contains(&member.outlet) {
            origin.outlets.push(member.outlet.clone());
        }
        if confirms(member, origin) {
            origin.reporting = Reporting::Confirmed;
        }
        origin.because.push(member.sign.clone());
    }
}

/// Whether a member shows that its origin reported for itself.
fn confirms(member: &Member, origin: &Independence) -> bool {
    match origin.kind {
        OriginKind::Wire => {
            member.outlet_kind == OutletKind::Wire && member.wire.first() == Some(&origin.origin)
        }
        OriginKind::Primary => {
            member.outlet_kind == OutletKind::Official && member.family == origin.origin
        }
        OriginKind::Outlet => member.role == Role::Original && member.family == origin.origin,
    }
}

/// Strongest first, each sign once; "no sign" only where there is none.
fn tidy(because: &mut Vec<Because>) {
    let rank = |signal: Signal| match signal {
        Signal::OwnFeed => 0,
        Signal::ToldOutlet => 1,
        Signal::Byline => 2,
        Signal::Dateline => 3,
        Signal::Credit => 4,
        _ => 5,
    };
    because.sort_by_key(|b| rank(b.signal));
    let mut seen = BTreeSet::new();
    because.retain(|b| seen.insert((b.signal, b.detail.clone())));
    if because.first().is_some_and(|b| b.signal != Signal::NoSign) {
        because.retain(|b| b.signal != Signal::NoSign);
    }
    because.truncate(BECAUSE_MAX);
}

/// The sign "nothing shows own reporting".
pub fn no_sign() -> Because {
    says("another text, no sign of own reporting".to_owned())
}

/// Why an origin is no more than possible.
fn says(detail: String) -> Because {
    Because { signal: Signal::NoSign, weight: Fixed(0), detail }
}

#[cfg(test)]
mod tests;
