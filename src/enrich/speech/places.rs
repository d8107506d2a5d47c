//! Where what is reported happened: a place under "in" or "at" in a sentence that tells it, never one that is only
//! talked about.

use super::clause::Cue;
use super::mentions::How;
use super::scene::Scene;
use super::units::Kind;
use crate::tables::{Class, EntityKind};

/// Blocks in which a report says where it happened.
const BLOCKS_MAX: u32 = 12;
/// Places that one event has.
const EVENT_PLACES_MAX: usize = 6;

/// The places where the event was.
pub(super) fn events(scene: &Scene<'_>, dateline: &str) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    for at in 0..scene.units.len() {
        if scene.blocks[at] > BLOCKS_MAX || found.len() >= EVENT_PLACES_MAX {
            break;
        }
        let Some((who, How::Name)) = scene.named(at) else { continue };
        let Some(figure) = scene.figure(who).filter(|figure| figure.kind == EntityKind::Place)
        else {
            continue;
        };
        if found.contains(&who) {
            continue;
        }
        // "Anchorage, Alaska": its region goes with it.
        let region = at >= 2
            && scene.kind(at - 1) == Some(Kind::Comma)
            && scene.named(at - 2).is_some_and(|(city, _)| {
                found.contains(&city)
                    && scene.figure(city).is_some_and(|city| {
                        city.region == figure.name || city.country == figure.country
                    })
            });
        if region || is_told(scene, at) {
            found.push(who);
        }
    }
    if found.is_empty() && !dateline.is_empty() {
        // A dateline alone is a hint: it counts where the text names the place too.
        let named = dateline.to_lowercase();
        for at in 0..scene.units.len() {
            if let Some((who, How::Name)) = scene.named(at)
                && let Some(figure) = scene.figure(who)
                && figure.kind == EntityKind::Place
                && figure.sort == "city"
                && named.starts_with(&figure.name.to_lowercase())
                && scene.class(at.saturating_sub(1)).is(Class::IN)
            {
                found.push(who);
                break;
            }
        }
    }
    found
}

/// Under "in" in a sentence that tells what happened: not in what somebody says, not behind a noun that is talked of.
fn is_told(scene: &Scene<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let mut preposition = before;
    while preposition > 0
        && (scene.class(preposition).is(Class::ARTICLE) || scene.class(preposition).is(Class::RANK))
    {
        preposition -= 1;
    }
    if !scene.class(preposition).is(Class::IN) || scene.kind(preposition) != Some(Kind::Word) {
        return false;
    }
    let noun = preposition.checked_sub(1).map(|n| scene.class(n)).unwrap_or_default();
    if noun.is(Class::ABOUT)
        || matches!(scene.kind(preposition.wrapping_sub(1)), Some(Kind::Number))
    {
        return false;
    }
    // "the ambassador in Oslo" lives there.
    if noun.is(Class::TITLE.or(Class::GROUP).or(Class::OFFICIAL)) {
        return false;
    }
    // "in Russia’s interest", "in US hands" name an owner.
    let after = scene.kind(at + 1);
    if after == Some(Kind::Possessive)
        || matches!(after, Some(Kind::Sign)) && scene.text.sign(scene.units[at + 1].first) == "-"
    {
        return false;
    }
    let said = scene.attributions.iter().any(|known| {
        matches!(known.how, Cue::Thought | Cue::Attitude | Cue::Noun | Cue::Line)
            && known.content.iter().any(|content| content.holds(at))
            || matches!(known.how, Cue::Speech | Cue::Denial | Cue::Quoted)
                && known.content.iter().any(|content| content.holds(at))
    });
    !said
}
