//! Offices: whose title a text gives to whom, and whom a title alone means.

use super::mentions::{How, Mention};
use super::scene::Scene;
use super::units::Kind;
use crate::tables::{Class, EntityKind};

/// Units between a name and what an apposition says of it.
const APPOSITION_REACH: usize = 8;

/// A title as printed, and whose it is.
struct Office {
    title: String,
    of: String,
}

/// Gives people the most specific title that the text has for them.
pub(super) fn assign(scene: &mut Scene<'_>) {
    let mut offices: Vec<(u32, Office)> = Vec::new();
    for at in 0..scene.units.len() {
        let Some((who, How::Name)) = scene.named(at) else { continue };
        if !scene.is_person(who) {
            continue;
        }
        if let Some(office) = before(scene, at) {
            offices.push((who, office));
        }
        if let Some(office) = after(scene, at) {
            offices.push((who, office));
        }
    }
    for mention in &scene.mentions {
        // Names inside quotations are no units.
        if let (Some(who), How::Name) = (mention.who, mention.how)
            && scene.is_person(who)
            && scene.text.title_ends(mention.first)
            && !offices.iter().any(|(known, _)| *known == who)
            && let Some(title) = title_before(scene, mention.first)
        {
            offices.push((who, Office { title, of: String::new() }));
        }
    }
    for (who, office) in offices {
        let Some(figure) = scene.cast.figures.get_mut(who as usize) else { continue };
        let of = if office.of.is_empty() && figure.known_role.0.eq_ignore_ascii_case(&office.title)
        {
            figure.known_role.1.clone()
        } else {
            office.of
        };
        let weight = |of: &str, title: &str| (!of.is_empty(), title.split(' ').count());
        if weight(&of, &office.title) > weight(&figure.role_of, &figure.role)
            || figure.role.is_empty()
        {
            figure.role = office.title;
            figure.role_of = of;
        }
    }
}

/// The title that ends right before a token.
fn title_before(scene: &Scene<'_>, token: usize) -> Option<String> {
    let from = (token.saturating_sub(5)..token).find(|from| {
        let (class, words) = scene.text.classes[*from];
        class.is(Class::TITLE) && from + usize::from(words) == token
    })?;
    Some(scene.text.between(from, token).to_owned())
}

/// `US special envoy N`, `Kremlin’s spokesman N`, `Prime Minister of India N`.
fn before(scene: &Scene<'_>, at: usize) -> Option<Office> {
    let mut last = at.checked_sub(1)?;
    let mut of = String::new();
    // "Prime Minister of India N".
    if let Some((owner, How::Name)) = scene.named(last)
        && last >= 2
        && scene.class(last - 1).is(Class::PREPOSITION)
        && scene.class(last - 2).is(Class::TITLE)
    {
        of = owner_name(scene, owner)?;
        last -= 2;
    }
    if !scene.class(last).is(Class::TITLE) || scene.kind(last) != Some(Kind::Word) {
        return None;
    }
    let mut first = last;
    while first > 0
        && scene.kind(first - 1) == Some(Kind::Word)
        && scene.class(first - 1).is(Class::TITLE.or(Class::RANK))
    {
        first -= 1;
    }
    if of.is_empty() {
        of = owner_before(scene, first);
    }
    let title = scene.text.between(scene.units[first].first, scene.units[last].last).to_owned();
    Some(Office { title, of })
}

/// The owner that stands before a title: a demonym, a body, a possessor.
fn owner_before(scene: &Scene<'_>, title: usize) -> String {
    let Some(before) = title.checked_sub(1) else { return String::new() };
    let owner = match scene.kind(before) {
        Some(Kind::Possessive) => before.checked_sub(1).and_then(|at| scene.named(at)),
        Some(Kind::Name(_)) => scene.named(before),
        _ => None,
    };
    owner.and_then(|(who, _)| owner_name(scene, who)).unwrap_or_default()
}

fn owner_name(scene: &Scene<'_>, who: u32) -> Option<String> {
    scene.figure(who).map(|figure| figure.name.clone())
}

/// `N, the Kremlin’s spokesman,` and `N, spokesman for the Kremlin`.
fn after(scene: &Scene<'_>, at: usize) -> Option<Office> {
    if scene.kind(at + 1) != Some(Kind::Comma) {
        return None;
    }
    let end = scene.units.len().min(at + 2 + APPOSITION_REACH);
    let mut title = None;
    for n in at + 2..end {
        match scene.kind(n)? {
            Kind::Word if scene.class(n).is(Class::TITLE) => {
                title = Some(n);
                break;
            }
            Kind::Word if scene.class(n).is(Class::ARTICLE.or(Class::HIS).or(Class::RANK)) => {}
            Kind::Word
                if !scene.class(n).is(Class::AUX
                    .or(Class::VERB)
                    .or(Class::SAY)
                    .or(Class::PREPOSITION)
                    .or(Class::AND)
                    .or(Class::WHO))
                    && n < at + 6 => {}
            Kind::Name(_) | Kind::Possessive => {}
            _ => return None,
        }
    }
    let last = title?;
    // "N, Secretary of State M" goes on with another name.
    if matches!(scene.kind(last + 1), Some(Kind::Name(_))) {
        return None;
    }
    let mut first = last;
    while first > at + 2
        && scene.class(first - 1).is(Class::RANK.or(Class::TITLE))
        && scene.kind(first - 1) == Some(Kind::Word)
    {
        first -= 1;
    }
    let mut of = owner_before(scene, first);
    if of.is_empty() && scene.class(last + 1).is(Class::PREPOSITION) {
        let mut owner = last + 2;
        while scene.class(owner).is(Class::ARTICLE) {
            owner += 1;
        }
        of = scene.named(owner).and_then(|(who, _)| owner_name(scene, who)).unwrap_or_default();
    }
    let title = scene.text.between(scene.units[first].first, scene.units[last].last).to_owned();
    Some(Office { title, of })
}

/// Whom titles alone mean: people named earlier who hold them. Returns them as mentions of the text.
pub(super) fn holders(scene: &Scene<'_>) -> Vec<(usize, u32)> {
    let mut found = Vec::new();
    let mut seen: Vec<u32> = Vec::new();
    for at in 0..scene.units.len() {
        if let Some((who, How::Name)) = scene.named(at)
            && scene.is_person(who)
            && !seen.contains(&who)
        {
            seen.push(who);
        }
        if scene.kind(at) != Some(Kind::Word) || !scene.class(at).is(Class::TITLE) {
            continue;
        }
        if let Some(who) = holder(scene, at, &seen) {
            found.push((at, who));
        }
    }
    found
}

/// The holder of the title at a unit, if the text has named one and only one.
pub(super) fn holder(scene: &Scene<'_>, at: usize, seen: &[u32]) -> Option<u32> {
    let next = scene.kind(at + 1);
    let named = matches!(next, Some(Kind::Name(_)))
        && scene.named(at + 1).is_none_or(|(who, _)| scene.is_person(who));
    if named || scene.class(at + 1).is(Class::TITLE) {
        return None;
    }
    let mut first = at;
    while first > 0
        && scene.kind(first - 1) == Some(Kind::Word)
        && scene.class(first - 1).is(Class::TITLE)
    {
        first -= 1;
    }
    if first > 0 && scene.class(first - 1).is(Class::RANK) {
        return None;
    }
    let title = scene.text.between(scene.units[first].first, scene.units[at].last).to_lowercase();
    let mut owner = owner_before(scene, first);
    if owner.is_empty() && scene.class(at + 1).is(Class::PREPOSITION) {
        let mut n = at + 2;
        while scene.class(n).is(Class::ARTICLE) {
            n += 1;
        }
        owner = scene.named(n).and_then(|(who, _)| owner_name(scene, who)).unwrap_or_default();
    }
    let article = (first.saturating_sub(3)..first)
        .any(|n| scene.class(n).is(Class::ARTICLE) && scene.word(n).eq_ignore_ascii_case("the"))
        || scene.text.lang != "en";
    if owner.is_empty() && !article {
        return None;
    }
    let holds = |who: &&u32| {
        let Some(figure) = scene.figure(**who) else { return false };
        let fits = |role: &str, of: &str| {
            !role.is_empty()
                && ends_as(&role.to_lowercase(), &title)
                && (owner.is_empty() || of.is_empty() || of == owner)
        };
        let own = fits(&figure.role, &figure.role_of);
        own || figure.role.is_empty() && fits(&figure.known_role.0, &figure.known_role.1)
    };
    let mut holders = seen.iter().filter(holds);
    let first = holders.next()?;
    holders.next().is_none().then_some(*first)
}

/// "President" for "Russian President", "spokesman" for "chief spokesman".
fn ends_as(role: &str, title: &str) -> bool {
    role == title
        || role.ends_with(title) && role.as_bytes().get(role.len() - title.len() - 1) == Some(&b' ')
}

/// Mentions of figures in the body, names and titles together, by figure.
pub(super) fn counts(scene: &Scene<'_>, titles: &[(usize, u32)]) -> Vec<(u32, u64, usize)> {
    let mut counts: Vec<(u32, u64, usize)> = Vec::new();
    let mut count = |who: u32, at: usize| match counts.iter_mut().find(|(known, ..)| *known == who)
    {
        Some(known) => {
            known.1 += 1;
            known.2 = known.2.min(at);
        }
        None => counts.push((who, 1, at)),
    };
    for Mention { first, who, how, .. } in &scene.mentions {
        if let (Some(who), How::Name) = (who, how) {
            count(*who, *first);
        }
    }
    for (at, who) in titles {
        count(*who, scene.units[*at].first);
    }
    counts.sort_by_key(|(_, _, first)| *first);
    counts.retain(|(who, ..)| {
        scene.figure(*who).is_some_and(|f| f.kind != EntityKind::Place || f.is_sure)
    });
    counts
}
