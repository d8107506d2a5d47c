//! Whom the source of an attribution means.

use super::clause::{Attribution, Range};
use super::mentions::How;
use super::parties;
use super::roles;
use super::scene::Scene;
use super::units::Kind;
use crate::tables::{Class, EntityKind};

/// Units a pronoun looks back over.
const BACK_MAX: usize = 400;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// A person, or a body that is no newsroom.
    Party(u32),
    /// An outlet or an agency.
    Newsroom(u32),
    /// Somebody whose name the text keeps back: the word for the kind.
    Unnamed(&'static str),
    /// Somebody no record can name.
    Other,
}

/// The voice of every attribution, in their order.
pub(super) fn all(scene: &Scene<'_>) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::with_capacity(scene.attributions.len());
    for (n, known) in scene.attributions.iter().enumerate() {
        let voice = known.source.map_or(Voice::Other, |source| {
            Finder { scene, done: scene.attributions.get(..n).unwrap_or_default(), voices: &voices }
                .voice(source, known)
        });
        voices.push(voice);
    }
    voices
}

/// The voice of a phrase that stands on its own, such as whom something was told to.
pub(super) fn of_phrase(scene: &Scene<'_>, phrase: Range) -> Voice {
    Finder { scene, done: &[], voices: &[] }.phrase(phrase)
}

struct Finder<'a> {
    scene: &'a Scene<'a>,
    done: &'a [Attribution],
    voices: &'a [Voice],
}

impl Finder<'_> {
    fn voice(&self, source: Range, known: &Attribution) -> Voice {
        let scene = self.scene;
        let first = scene.class(source.from);
        // The pronoun of "a-t-il" stands last.
        let last = source.to.checked_sub(1).filter(|last| {
            scene.text.lang == "fr"
                && source.to - source.from > 2
                && scene.class(*last).is(Class::HE.or(Class::SHE))
        });
        if let Some(last) = last {
            return self.pronoun(last);
        }
        if source.to == source.from + 1 && scene.kind(source.from) == Some(Kind::Word) {
            if first.is(Class::WHO) {
                let mut end = source.from;
                while end > 0 && scene.kind(end - 1) == Some(Kind::Comma) {
                    end -= 1;
                }
                let floor = end.saturating_sub(12);
                return parties::left(&scene.text, &scene.units, end, floor)
                    .map_or(Voice::Other, |p| self.phrase(p));
            }
            if first.is(Class::HE.or(Class::SHE)) {
                return self.pronoun(source.from);
            }
            if first.is(Class::IT) {
                return self.body_before(known);
            }
            if first.is(Class::THEY.or(Class::I)) {
                return Voice::Other;
            }
        }
        self.phrase(source)
    }

    /// The body that spoke last in this block: "it said".
    fn body_before(&self, known: &Attribution) -> Voice {
        let block = self.scene.blocks.get(known.cue.from);
        let last = self
            .done
            .iter()
            .zip(self.voices)
            .rev()
            .find(|(done, _)| self.scene.blocks.get(done.cue.from) == block);
        match last {
            Some((_, Voice::Newsroom(who))) => Voice::Newsroom(*who),
            Some((_, Voice::Party(who))) if !self.scene.is_person(*who) => Voice::Party(*who),
            _ => Voice::Other,
        }
    }

    /// The one person of this block or the one before; else who spoke last there.
    fn pronoun(&self, at: usize) -> Voice {
        let block = self.scene.blocks.get(at).copied().unwrap_or(0);
        for back in 0..=3 {
            let Some(block) = block.checked_sub(back) else { break };
            // Farther back only past paragraphs that are quotations.
            if back > 1 && !self.is_quotation(block + 1, at) {
                break;
            }
            let mut people: Vec<u32> = Vec::new();
            for n in (at.saturating_sub(BACK_MAX)..at).rev() {
                if self.scene.blocks[n] != block {
                    if self.scene.blocks[n] < block {
                        break;
                    }
                    continue;
                }
                if let Some((who, How::Name)) = self.scene.named(n)
                    && self.scene.is_person(who)
                    && !people.contains(&who)
                {
                    people.push(who);
                }
            }
            match people.as_slice() {
                [] => {}
                [who] => return Voice::Party(*who),
                _ => {
                    let speaks = |(done, voice): (&Attribution, &Voice)| match voice {
                        Voice::Party(who)
                            if self.scene.is_person(*who)
                                && self.scene.blocks.get(done.cue.from) == Some(&block) =>
                        {
                            Some(*who)
                        }
                        _ => None,
                    };
                    let mut speakers: Vec<u32> =
                        self.done.iter().zip(self.voices).filter_map(speaks).collect();
                    speakers.dedup();
                    return match speakers.as_slice() {
                        [who] => Voice::Party(*who),
                        _ => Voice::Other,
                    };
                }
            }
            // Nobody is named here: who spoke in the block before goes on.
            if back == 0 {
                let last = self.done.iter().zip(self.voices).rev().find(|(done, _)| {
                    self.scene
                        .blocks
                        .get(done.cue.from)
                        .is_some_and(|at| *at + 1 == block || *at == block)
                });
                if let Some((_, Voice::Party(who))) = last
                    && self.scene.is_person(*who)
                {
                    return Voice::Party(*who);
                }
            }
        }
        Voice::Other
    }

    /// Whether a block before `at` holds quotations and nothing else.
    fn is_quotation(&self, block: u32, at: usize) -> bool {
        let inside = (at.saturating_sub(BACK_MAX)..at).filter(|n| self.scene.blocks[*n] == block);
        let mut quotes = 0;
        for n in inside {
            match self.scene.units[n].kind {
                Kind::Quote(_) => quotes += 1,
                Kind::Break | Kind::Stop | Kind::Sign | Kind::Comma => {}
                _ => return false,
            }
        }
        quotes > 0
    }

    fn phrase(&self, phrase: Range) -> Voice {
        let core = self.core(phrase);
        if let Some(who) = self.apposed_name(phrase, core) {
            return Voice::Party(who);
        }
        if let Some(who) = self.newsroom_report(core) {
            return Voice::Newsroom(who);
        }
        self.head_name(core).unwrap_or_else(|| self.nameless(core))
    }

    /// The voice of the name that ends a phrase.
    fn head_name(&self, core: Range) -> Option<Voice> {
        let scene = self.scene;
        let (at, who) = (core.from..core.to).rev().find_map(|at| {
            let (who, how) = scene.named(at)?;
            (how == How::Name).then_some((at, who))
        })?;
        let last = at + 1 == core.to;
        let bracket = scene.kind(at + 1) == Some(Kind::Open);
        let figure = scene.figure(who)?;
        match figure.kind {
            EntityKind::Person if last || bracket => Some(Voice::Party(who)),
            EntityKind::Org if last || bracket => Some(if figure.newsroom.is_some() {
                Voice::Newsroom(who)
            } else {
                Voice::Party(who)
            }),
            EntityKind::Place if last => Some(Voice::Other),
            _ => None,
        }
    }

    /// A title alone, or people without names.
    fn nameless(&self, core: Range) -> Voice {
        let scene = self.scene;
        let any = |class| (core.from..core.to).any(|at| scene.class(at).is(class));
        if let Some(title) = (core.from..core.to).rev().find(|at| scene.class(*at).is(Class::TITLE))
            && let Some(who) = roles::holder(scene, title, &self.seen_before(title))
        {
            return Voice::Party(who);
        }
        // "The minister said": somebody the reader knows, whom we do not.
        let definite = scene.word(core.from).eq_ignore_ascii_case("the")
            || scene.class(core.from).is(Class::HIS);
        let singular = !scene.word(core.to.saturating_sub(1)).ends_with('s');
        if definite && singular && any(Class::TITLE.or(Class::WITNESS)) && scene.text.lang == "en" {
            return Voice::Other;
        }
        let head = (core.from..core.to)
            .rev()
            .map(|at| scene.class(at))
            .find(|class| class.is(parties::SPEAKER))
            .unwrap_or_default();
        let kinds = [
            (Class::STATE_MEDIA, "unnamed:state_media"),
            (Class::LOCAL_MEDIA, "unnamed:local_media"),
            (Class::UNNAMED, "unnamed:source"),
            (Class::OFFICIAL, "unnamed:official"),
            (Class::WITNESS, "unnamed:witness"),
            (Class::MEDIA, "unnamed:media"),
            (Class::DOCUMENT, "unnamed:document"),
        ];
        kinds
            .into_iter()
            .find(|(class, _)| head.is(*class))
            .map_or(Voice::Other, |(_, word)| Voice::Unnamed(word))
    }

    /// "the governor, N": a title, then its holder between commas.
    fn apposed_name(&self, phrase: Range, core: Range) -> Option<u32> {
        let scene = self.scene;
        let nameless = (core.from..core.to)
            .all(|at| scene.named(at).is_none_or(|(who, _)| !scene.is_person(who)));
        let called = (core.from..core.to)
            .any(|at| scene.class(at).is(parties::SPEAKER) || scene.kind(at) == Some(Kind::Word));
        if !nameless || !called || scene.kind(core.to) != Some(Kind::Comma) {
            return None;
        }
        let mut at = core.to + 1;
        while scene.class(at).is(Class::HONORIFIC.or(Class::TITLE)) {
            at += 1;
        }
        let (who, how) = scene.named(at)?;
        let ends = at + 1 >= phrase.to || scene.kind(at + 1) == Some(Kind::Comma);
        (how == How::Name && scene.is_person(who) && ends && at < phrase.to).then_some(who)
    }

    /// "a Reuters report", "ANI news agency".
    fn newsroom_report(&self, core: Range) -> Option<u32> {
        let scene = self.scene;
        let last = core.to.checked_sub(1).filter(|last| *last > core.from)?;
        let tail = Class::DOCUMENT.or(Class::AGENCY_NOUN).or(Class::MEDIA);
        if scene.kind(last) != Some(Kind::Word) || !scene.class(last).is(tail) {
            return None;
        }
        let at = (core.from..last).rev().find(|at| scene.named(*at).is_some())?;
        let (who, _) = scene.named(at)?;
        let near = (at + 1..last).all(|n| {
            !scene.class(n).is(Class::PREPOSITION) && scene.kind(n) != Some(Kind::Possessive)
        });
        (near && scene.newsroom(who).is_some()).then_some(who)
    }

    fn seen_before(&self, unit: usize) -> Vec<u32> {
        let mut seen = Vec::new();
        for at in 0..unit {
            if let Some((who, How::Name)) = self.scene.named(at)
                && self.scene.is_person(who)
                && !seen.contains(&who)
            {
                seen.push(who);
            }
        }
        seen
    }

    /// The phrase without appositions and what prepositions add, so that its last unit is its head.
    fn core(&self, phrase: Range) -> Range {
        let scene = self.scene;
        let mut to = phrase.to;
        for at in phrase.from..phrase.to {
            let kind = scene.kind(at);
            if matches!(kind, Some(Kind::Comma | Kind::Dash | Kind::Semicolon | Kind::Quote(_))) {
                to = at;
                break;
            }
            let class = scene.class(at);
            if at > phrase.from
                && kind == Some(Kind::Word)
                && class.is(Class::PREPOSITION.or(Class::WHO).or(Class::SEEN).or(Class::CITE))
                && !class.is(Class::TITLE)
            {
                // "Prime Minister of India N" goes on to its name.
                let mut owner = at + 1;
                while scene.class(owner).is(Class::ARTICLE) {
                    owner += 1;
                }
                let goes_on = scene.named(owner).is_some_and(|(who, _)| !scene.is_person(who))
                    && owner + 1 < phrase.to
                    && scene.named(owner + 1).is_some_and(|(who, _)| scene.is_person(who));
                if goes_on {
                    continue;
                }
                to = at;
                break;
            }
        }
        Range::new(phrase.from, to.max(phrase.from))
    }
}
