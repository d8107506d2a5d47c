//! Whose text it is, from the credits and the signs of own reporting. Absence of credit proves nothing.

use super::credit::{Credit, Found, Rank};
use super::outlet::Publisher;
use crate::news::{Fixed, OutletKind, OwnSign, Role};
use crate::tables::Extent;

/// A role with the confidence in it, in thousandths.
pub(super) fn judge(found: &Found, publisher: &Publisher<'_>) -> (Role, Fixed) {
    let (role, thousandths) = decide(found, publisher);
    (role, Fixed(thousandths))
}

fn decide(found: &Found, publisher: &Publisher<'_>) -> (Role, i64) {
    let own_agency = publisher.agency();
    let others = |credit: &&Credit| {
        credit.unnamed
            || !credit.outlets.is_empty()
            || credit.agencies.iter().any(|agency| agency != own_agency)
    };
    let credits: Vec<&Credit> = found.credits.iter().filter(others).collect();
    let dateline_credits =
        found.credits.iter().any(|c| c.rank == Rank::Dateline && c.names_somebody());
    let of = |extent| credits.iter().filter(move |credit| credit.extent == extent).copied();
    let unnamed_full = found.credits.iter().any(|credit| {
        // "Published from a wire feed" names nobody and still says whose text it is not.
        credit.extent == Extent::Full && credit.rank == Rank::Tail && !credit.names_somebody()
    });
    let wire = |credit: &Credit| credit.unnamed || !credit.agencies.is_empty();
    let partial = of(Extent::Partial).next();
    let full: Vec<&Credit> = of(Extent::Full).filter(|credit| wire(credit)).collect();
    let byline = found.signs.iter().any(|sign| matches!(sign, OwnSign::Byline(_)));
    if let Some(partial) = partial {
        let disagree = if full.is_empty() { 0 } else { 150 };
        let named = if wire(partial) { 0 } else { 200 };
        return (Role::Rewrite, 900 - disagree - named);
    }
    if !full.is_empty() || (unnamed_full && own_agency.is_empty()) {
        let strongest = full.iter().map(|credit| credit.rank).min().unwrap_or(Rank::Tail);
        let base = if strongest == Rank::Notice { 800 } else { 950 };
        let named = if full.iter().any(|credit| !credit.agencies.is_empty()) { 0 } else { 100 };
        // A staff name over an agency's text may be the agency's or the desk's.
        let disagree = if byline && !dateline_credits { 200 } else { 0 };
        return (Role::WireCopy, base - named - disagree);
    }
    let outlets: Vec<&String> = of(Extent::Full).flat_map(|credit| &credit.outlets).collect();
    match outlets.len() {
        0 => own(found, publisher),
        1 => (Role::Rewrite, 600),
        _ => (Role::Aggregation, 600),
    }
}

/// The role of a text nobody else is credited for.
fn own(found: &Found, publisher: &Publisher<'_>) -> (Role, i64) {
    if !publisher.agency().is_empty() {
        return (Role::Original, 950);
    }
    if publisher.is(OutletKind::Official) {
        return (Role::Original, 900);
    }
    let weight = |sign: &OwnSign| match sign {
        OwnSign::ToldOutlet(_) => 850,
        OwnSign::Byline(_) => 800,
        OwnSign::Dateline(_) => 700,
    };
    match found.signs.iter().map(weight).max() {
        Some(one) if found.signs.len() > 1 => (Role::Original, one + 50),
        Some(one) => (Role::Original, one),
        None => (Role::Unknown, 0),
    }
}
