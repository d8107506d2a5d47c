//! Through whom a statement came: relays outside in, the party last. Only words make hops.

use super::clause::{Attribution, Cue, Range};
use super::scene::Scene;
use super::units::Kind;
use super::voices::{self, Voice};
use crate::tables::Class;

/// Longest chain behind the publisher; a longer one is a list.
const HOPS_MAX: usize = 6;
/// Units that may stand before what a relay's content begins with.
const LEAD_MAX: usize = 6;

/// One step of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hop {
    /// Somebody of this text.
    Figure(u32),
    /// Somebody it does not name.
    Unnamed(&'static str),
    /// The publisher.
    Us,
}

/// What is known of how an attribution came here.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// Relays, then who said it.
    pub(super) hops: Vec<Hop>,
    /// Whether it is a chain: an outlet, an agency or somebody unnamed is in it.
    pub(super) is_chain: bool,
    /// The attributing words, in units.
    pub(super) evidence: Range,
    /// Whether what it carries is carried by another attribution inside.
    pub(super) is_outer: bool,
}

/// The route of every attribution.
pub(super) fn routes(scene: &Scene<'_>, voices: &[Voice]) -> Vec<Route> {
    let all = &scene.attributions;
    let parents: Vec<Option<usize>> = (0..all.len()).map(|n| parent(scene, voices, n)).collect();
    (0..all.len()).map(|n| route(scene, voices, &parents, n)).collect()
}

fn is_speech(how: Cue) -> bool {
    matches!(how, Cue::Speech | Cue::Denial | Cue::According | Cue::Quoted | Cue::Cited)
}

/// Whether an attribution stands for a relay: words of an outlet, an agency, somebody unnamed.
fn relays(voices: &[Voice], n: usize, known: &Attribution) -> bool {
    is_speech(known.how)
        && !known.is_negated
        && (matches!(voices[n], Voice::Newsroom(_) | Voice::Unnamed(_))
            || known.told.is_some()
            || !known.cites.is_empty())
}

/// The smallest attribution of a relay that holds this one in what it carries.
fn parent(scene: &Scene<'_>, voices: &[Voice], n: usize) -> Option<usize> {
    let known = &scene.attributions[n];
    let at = known.cue.from;
    let near = n.saturating_sub(12)..scene.attributions.len().min(n + 12);
    near.filter(|other| *other != n)
        .filter(|other| relays(voices, *other, &scene.attributions[*other]))
        .filter_map(|other| {
            let outer = &scene.attributions[other];
            let content = outer.content.iter().find(|content| content.holds(at))?;
            // Two that hold each other are beside each other.
            let inner_holds = known.content.iter().any(|content| content.holds(outer.cue.from));
            let later = inner_holds && outer.cue.from > at && outer.how != Cue::According;
            (!(later || inner_holds && other > n && known.how == Cue::According))
                .then_some((content.to - content.from, other))
        })
        .min()
        .map(|(_, other)| other)
}

fn hop(voice: Voice) -> Option<Hop> {
    match voice {
        Voice::Party(who) | Voice::Newsroom(who) => Some(Hop::Figure(who)),
        Voice::Unnamed(word) => Some(Hop::Unnamed(word)),
        Voice::Other => None,
    }
}

/// The steps of one attribution alone, outermost first.
fn own_hops(scene: &Scene<'_>, voices: &[Voice], n: usize) -> Vec<Hop> {
    let known = &scene.attributions[n];
    let mut hops = Vec::new();
    if let Some(seen) = known.source.and_then(|source| seen_by(scene, source)) {
        hops.push(Hop::Figure(seen));
    }
    if let Some(told) = known.told {
        if (told.from..told.to).any(|at| scene.class(at).is(Class::THIS_OUTLET)) {
            hops.push(Hop::Us);
        }
        match voices::of_phrase(scene, told) {
            Voice::Newsroom(who) => hops.push(Hop::Figure(who)),
            Voice::Unnamed(word)
                if matches!(
                    word,
                    "unnamed:state_media" | "unnamed:local_media" | "unnamed:media"
                ) =>
            {
                hops.push(Hop::Unnamed(word));
            }
            // "told CNN’s N"; "told the channel", which was named before.
            _ => hops.extend(
                newsroom_in(scene, told).or_else(|| the_newsroom(scene, told)).map(Hop::Figure),
            ),
        }
    }
    hops.extend(hop(voices[n]));
    for cited in &known.cites {
        hops.extend(hop(voices::of_phrase(scene, *cited)));
    }
    hops
}

/// "the channel": the newsroom that the text named last, in this block or the one before.
fn the_newsroom(scene: &Scene<'_>, phrase: Range) -> Option<u32> {
    let definite = scene.word(phrase.from).eq_ignore_ascii_case("the");
    if !definite || !scene.class(phrase.to.checked_sub(1)?).is(Class::AGENCY_NOUN) {
        return None;
    }
    let block = scene.blocks.get(phrase.from)?;
    let near = (0..phrase.from).rev().take_while(|at| scene.blocks[*at] + 1 >= *block);
    near.filter_map(|at| scene.named(at))
        .map(|(who, _)| who)
        .find(|who| scene.newsroom(*who).is_some())
}

/// "a memo seen by X".
fn seen_by(scene: &Scene<'_>, source: Range) -> Option<u32> {
    let seen = (source.from..source.to).find(|at| scene.class(*at).is(Class::SEEN))?;
    (seen + 1..source.to).find_map(|at| {
        scene.named(at).map(|(who, _)| who).filter(|who| scene.newsroom(*who).is_some())
    })
}

/// The outlet that owns who was told: "CNN’s N".
fn newsroom_in(scene: &Scene<'_>, phrase: Range) -> Option<u32> {
    (phrase.from..phrase.to).find_map(|at| {
        let (who, _) = scene.named(at)?;
        let owner = scene.kind(at + 1) == Some(Kind::Possessive);
        (owner && scene.newsroom(who).is_some()).then_some(who)
    })
}

fn route(scene: &Scene<'_>, voices: &[Voice], parents: &[Option<usize>], n: usize) -> Route {
    let mut line = vec![n];
    let mut up = parents[n];
    while let Some(outer) = up.filter(|outer| !line.contains(outer) && line.len() < HOPS_MAX) {
        line.push(outer);
        up = parents[outer];
    }
    line.reverse();
    let known = &scene.attributions[n];
    let mut hops: Vec<Hop> = Vec::new();
    for part in &line {
        for hop in own_hops(scene, voices, *part) {
            // A party both citing and cited is kept once; a cycle is cut where it closes.
            if !hops.contains(&hop) && hops.len() < HOPS_MAX {
                hops.push(hop);
            }
        }
    }
    let publisher = |hop: &Hop| match hop {
        Hop::Figure(who) => scene.newsroom(*who) == Some(scene.text.publisher),
        Hop::Us => true,
        Hop::Unnamed(_) => false,
    };
    let told_us = hops.iter().any(publisher);
    let speaks_of_itself = speaks_of_itself(scene, voices, n);
    hops.retain(|hop| !publisher(hop));
    let relay = |hop: &Hop| match hop {
        Hop::Figure(who) => scene.newsroom(*who).is_some(),
        Hop::Unnamed(_) => true,
        Hop::Us => false,
    };
    // A document that nobody has seen is only in the news.
    let indefinite = known
        .source
        .is_some_and(|source| matches!(scene.word(source.from), "a" | "an" | "A" | "An"));
    let alone = hops == [Hop::Unnamed("unnamed:document")] && !indefinite;
    let named = !alone && (hop(voices[n]).is_some() || !known.cites.is_empty());
    let is_chain = is_speech(known.how)
        && !known.is_negated
        && named
        && !speaks_of_itself
        && !hops.is_empty()
        && (told_us && known.told.is_some() || hops.iter().any(relay));
    let outer = &scene.attributions[line[0]];
    let is_outer = is_outer(scene, voices, parents, n);
    Route { hops, is_chain, evidence: evidence(scene, outer, known), is_outer }
}

/// "CNN said its profits rose": an outlet in the news, not one that reports.
fn speaks_of_itself(scene: &Scene<'_>, voices: &[Voice], n: usize) -> bool {
    let known = &scene.attributions[n];
    let Voice::Newsroom(_) = voices[n] else { return false };
    let plain = !scene.class(known.cue.to - 1).is(Class::REPORT) && known.how != Cue::According;
    let first = known.content.first().map(|content| content.from);
    // "noted that it was the fourth" is not about the outlet.
    let expletive = |at: usize| matches!(scene.word(at + 1), "is" | "was");
    let opinion = scene.class(known.cue.to - 1).is(Class::OPINION);
    opinion
        || plain
            && first.is_some_and(|at| {
                scene.class(at).is(Class::IT) && !expletive(at)
                    || scene.word(at).eq_ignore_ascii_case("its")
            })
}

/// Whether what an attribution carries begins with another one that carries it on.
fn is_outer(scene: &Scene<'_>, voices: &[Voice], parents: &[Option<usize>], n: usize) -> bool {
    let known = &scene.attributions[n];
    parents.iter().enumerate().any(|(child, parent)| {
        let inner = &scene.attributions[child];
        let start = inner.source.map_or(inner.cue.from, |source| source.from.min(inner.cue.from));
        *parent == Some(n)
            && is_speech(inner.how)
            && voices[child] != Voice::Other
            && !inner.content.is_empty()
            && known.content.iter().any(|content| {
                let leads = start <= content.from + LEAD_MAX
                    && (content.from..start).all(|at| !scene.class(at).is(Class::AUX));
                let all = inner
                    .content
                    .iter()
                    .any(|own| own.from <= content.from + 1 && inner.cue.from < content.to);
                content.holds(start) && (leads || all)
            })
    })
}

/// From the first attributing word to "that", or to the verb.
fn evidence(scene: &Scene<'_>, outer: &Attribution, inner: &Attribution) -> Range {
    let start = |known: &Attribution| {
        known.source.map_or(known.cue.from, |source| source.from.min(known.cue.from))
    };
    let end = |known: &Attribution| {
        let mut end = known.source.map_or(known.cue.to, |source| source.to.max(known.cue.to));
        if let Some(told) = known.told {
            end = end.max(told.to);
        }
        for cited in &known.cites {
            end = end.max(cited.to);
        }
        let next =
            known.content.iter().map(|content| content.from).filter(|from| *from >= end).min();
        if known.has_that
            && let Some(next) = next
        {
            end = next;
        }
        end
    };
    let from = start(outer).min(start(inner));
    let to = end(outer).max(end(inner));
    // An outer attribution behind its content does not stretch over it.
    if start(outer) > start(inner) {
        return Range::new(start(inner), end(inner));
    }
    let mut to = to.min(scene.units.len());
    while to > from && matches!(scene.kind(to - 1), Some(Kind::Comma)) {
        to -= 1;
    }
    Range::new(from, to)
}
