//! Quotations and reported speech with their speakers. The relay is not the speaker; unsure is nobody.

use super::chains::Route;
use super::clause::{Cue, Range};
use super::marks::Span;
use super::scene::Scene;
use super::units::Kind;
use super::voices::Voice;
use crate::news::QuoteKind;
use crate::tables::{Class, TokenKind};

/// Fewest words of a quotation that is a clause.
const CLAUSE_WORDS_MIN: usize = 4;
/// Longest quotation that is compared for variants, in words.
const VARIANT_WORDS_MAX: usize = 400;
/// Quotations of one article that are compared with each other.
const VARIANTS_MAX: usize = 60;

/// Words attributed to somebody.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) kind: QuoteKind,
    pub(super) span: (u32, u32),
    pub(super) speaker: Option<u32>,
    /// The attribution they hang on.
    pub(super) by: Option<usize>,
    /// Tokens `first..last`.
    pub(super) tokens: (usize, usize),
    pub(super) variant_of: Option<usize>,
}

/// All that is said, in the order of the text.
pub(super) fn all(scene: &Scene<'_>, voices: &[Voice], routes: &[Route]) -> Vec<Said> {
    let mut said = marked(scene, voices);
    said.extend(reported(scene, voices, routes));
    said.sort_by_key(|said| (said.span.0, std::cmp::Reverse(said.span.1)));
    variants(scene, &mut said);
    said
}

fn speaker(voice: Voice) -> Option<u32> {
    match voice {
        Voice::Party(who) => Some(who),
        _ => None,
    }
}

fn marked(scene: &Scene<'_>, voices: &[Voice]) -> Vec<Said> {
    let mut units: Vec<Option<usize>> = vec![None; scene.quotes.len()];
    for (at, unit) in scene.units.iter().enumerate() {
        if let Kind::Quote(quote) = unit.kind {
            units[quote] = Some(at);
        }
    }
    let mut by: Vec<Option<usize>> =
        units.iter().map(|unit| unit.and_then(|unit| holder(scene, unit))).collect();
    neighbours(scene, &units, &mut by);
    let mut out = Vec::new();
    for (mark, quote) in scene.quotes.iter().enumerate() {
        let whole = by[mark].is_some_and(|by| {
            scene.attributions[by].content.iter().any(|content| {
                units[mark].is_some_and(|unit| content.from == unit && content.to == unit + 1)
            })
        });
        let kind = kind(scene, quote, whole);
        if units[mark].is_none() {
            // The name of an outlet in marks.
            continue;
        }
        if by[mark].is_none() && (kind == QuoteKind::Fragment || quote.unclosed) {
            continue;
        }
        let named = units[mark].is_some_and(|unit| is_named(scene, unit));
        if (kind == QuoteKind::Fragment || named) && is_work(scene, quote) {
            continue;
        }
        out.push(Said {
            kind,
            span: scene.token_span(quote.first, quote.last),
            speaker: by[mark].map_or_else(|| beside(scene, units[mark]), |by| speaker(voices[by])),
            by: by[mark],
            tokens: (quote.first, quote.last),
            variant_of: None,
        });
    }
    out
}

/// The attribution that carries a unit: the one whose content is smallest.
fn holder(scene: &Scene<'_>, unit: usize) -> Option<usize> {
    let held = |(n, known): (usize, &super::clause::Attribution)| {
        let content = known.content.iter().find(|content| content.holds(unit))?;
        let stance = matches!(known.how, Cue::Thought | Cue::Attitude | Cue::Noun | Cue::Cited);
        Some((stance && content.to - content.from > 1, content.to - content.from, n))
    };
    scene.attributions.iter().enumerate().filter_map(held).min().map(|(_, _, n)| n)
}

/// Gives what no words attribute to the speaker of what stands beside it.
fn neighbours(scene: &Scene<'_>, units: &[Option<usize>], by: &mut [Option<usize>]) {
    // One utterance over several blocks has one speaker, named where it ends or where it began.
    for quote in (0..by.len().saturating_sub(1)).rev() {
        if by[quote].is_none() && scene.quotes[quote].goes_on {
            by[quote] = by[quote + 1];
        }
    }
    for quote in 1..by.len() {
        if by[quote].is_none() && scene.quotes[quote - 1].goes_on {
            by[quote] = by[quote - 1];
        }
    }
    for quote in 0..by.len() {
        if by[quote].is_some() {
            continue;
        }
        let Some(unit) = units[quote] else { continue };
        if !stands_alone(scene, unit) {
            continue;
        }
        let block = scene.blocks[unit];
        by[quote] =
            only_voice(scene, block.checked_sub(1)).or_else(|| only_voice(scene, Some(block + 1)));
    }
}

/// Whether a block is quotations and nothing else.
fn stands_alone(scene: &Scene<'_>, unit: usize) -> bool {
    let block = scene.blocks[unit];
    let same = |at: &usize| scene.blocks[*at] == block;
    let plain = |at: usize| {
        matches!(
            scene.units[at].kind,
            Kind::Quote(_) | Kind::Break | Kind::Stop | Kind::Dash | Kind::Sign | Kind::Comma
        )
    };
    (0..unit).rev().take_while(same).all(plain)
        && (unit..scene.units.len()).take_while(same).all(plain)
}

/// The attribution of a block that names one speaker and has no quotation of its own.
fn only_voice(scene: &Scene<'_>, block: Option<u32>) -> Option<usize> {
    let block = block?;
    let mut inside = scene.attributions.iter().enumerate().filter(|(_, known)| {
        scene.blocks.get(known.cue.from) == Some(&block)
            && matches!(known.how, Cue::Speech | Cue::Denial)
    });
    let (first, known) = inside.next()?;
    let others = inside.any(|(_, other)| other.source != known.source);
    let start = known.cue.from;
    let same = |at: &usize| scene.blocks[*at] == block;
    let quoted =
        (0..start).rev().take_while(same).chain((start..scene.units.len()).take_while(same));
    let has_quote = quoted.into_iter().any(|at| matches!(scene.units[at].kind, Kind::Quote(_)));
    (!others && !has_quote).then_some(first)
}

/// "the exhibition “…” closes": a thing and its name.
fn is_named(scene: &Scene<'_>, unit: usize) -> bool {
    let Some(before) = unit.checked_sub(1) else { return false };
    let noun = scene.kind(before) == Some(Kind::Word)
        && !scene.class(before).is(Class::SAY
            .or(Class::TELL)
            .or(Class::REPORT)
            .or(Class::THAT)
            .or(Class::ADDING));
    noun && scene.kind(unit + 1) == Some(Kind::Word) && !scene.class(unit + 1).is(Class::SAY)
}

/// For a paragraph of quotation that no words attribute: whom the paragraph before begins with, if it names nobody else.
fn beside(scene: &Scene<'_>, unit: Option<usize>) -> Option<u32> {
    let unit = unit.filter(|unit| stands_alone(scene, *unit))?;
    let block = scene.blocks[unit].checked_sub(1)?;
    let start = (0..unit).rev().take_while(|at| scene.blocks[*at] >= block).last()?;
    let mut people: Vec<u32> = Vec::new();
    for at in start..unit {
        if scene.blocks[at] != block {
            continue;
        }
        if matches!(scene.kind(at), Some(Kind::Quote(_)))
            || scene.attributions.iter().any(|known| known.cue.from == at)
        {
            return None;
        }
        if let Some((who, super::mentions::How::Name)) = scene.named(at)
            && scene.is_person(who)
            && !people.contains(&who)
        {
            let leads = (start..at).all(|n| {
                scene.kind(n) == Some(Kind::Break)
                    || scene
                        .class(n)
                        .is(Class::TITLE.or(Class::HONORIFIC).or(Class::RANK).or(Class::ARTICLE))
            });
            if !leads && people.is_empty() {
                return None;
            }
            people.push(who);
        }
    }
    match people.as_slice() {
        [who] => Some(*who),
        _ => None,
    }
}

/// A clause with a verb, or less; `whole` where it is all that is attributed.
fn kind(scene: &Scene<'_>, quote: &Span, whole: bool) -> QuoteKind {
    let tokens = scene.text.tokens.get(quote.first..quote.last).unwrap_or_default();
    let words = tokens
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Number))
        .count();
    let last = scene.text.sign(quote.last.saturating_sub(1));
    let closed = matches!(last, "." | "!" | "?" | "," | "…" | "。" | "।" | "！" | "？" | "、");
    let verbs = Class::AUX
        .or(Class::VERB)
        .or(Class::SAY)
        .or(Class::THINK)
        .or(Class::HE)
        .or(Class::SHE)
        .or(Class::THEY)
        .or(Class::I)
        .or(Class::IT);
    let verb = (quote.first..quote.last)
        .any(|at| scene.text.class(at).is(verbs) || is_contraction(scene.text.word(at)));
    let begins = scene.text.is_capital(quote.first);
    let spaceless = tokens.iter().any(|token| token.text(scene.text.body).chars().count() > 15);
    let full = closed && (words >= 2 || begins)
        || words >= CLAUSE_WORDS_MIN && verb
        || words >= 2 && begins && verb
        || spaceless && words < 3
        || whole && begins && words >= 3
        || words >= 8;
    if full { QuoteKind::Full } else { QuoteKind::Fragment }
}

fn is_contraction(word: &str) -> bool {
    ["n't", "n’t", "'re", "’re", "'ve", "’ve", "'ll", "’ll", "'m", "’m"]
        .iter()
        .any(|end| word.ends_with(end))
}

/// The title of a work: every longer word with a capital.
fn is_work(scene: &Scene<'_>, quote: &Span) -> bool {
    let mut words = 0;
    for at in quote.first..quote.last {
        let token = scene.text.tokens[at];
        if token.kind == TokenKind::Word {
            words += 1;
            let word = token.text(scene.text.body);
            if !token.capital && word.chars().count() > 3 {
                return false;
            }
        }
    }
    words >= 2 && scene.text.has_case() && scene.text.is_capital(quote.first)
}

/// What is carried without marks, by whoever can be named or is one of the unnamed.
fn reported(scene: &Scene<'_>, voices: &[Voice], routes: &[Route]) -> Vec<Said> {
    let mut out = Vec::new();
    for (n, known) in scene.attributions.iter().enumerate() {
        let speech = matches!(
            known.how,
            Cue::Speech | Cue::Denial | Cue::According | Cue::Quoted | Cue::Cited
        );
        if !speech || known.is_negated || routes[n].is_outer || voices[n] == Voice::Other {
            continue;
        }
        if matches!(voices[n], Voice::Newsroom(_) | Voice::Unnamed(_)) && !routes[n].is_chain {
            continue;
        }
        let Some(content) =
            known.content.iter().copied().find(|content| is_clause(scene, *content))
        else {
            continue;
        };
        let first = scene.units[content.from].first;
        let last = scene.units[content.to - 1].last;
        let teller = match voices[n] {
            Voice::Party(who) | Voice::Newsroom(who) => Some(who),
            _ => None,
        };
        // Who is cited last said it.
        let cited = known.cites.last().map(|phrase| super::voices::of_phrase(scene, *phrase));
        let teller = match cited {
            Some(Voice::Party(who) | Voice::Newsroom(who)) => Some(who),
            Some(Voice::Unnamed(_)) => None,
            _ => teller,
        };
        out.push(Said {
            kind: QuoteKind::Reported,
            span: scene.token_span(first, last),
            speaker: teller,
            by: Some(n),
            tokens: (first, last),
            variant_of: None,
        });
    }
    out
}

/// More than one quotation, and more than a word or two.
fn is_clause(scene: &Scene<'_>, content: Range) -> bool {
    let words = (content.from..content.to)
        .filter(|at| matches!(scene.units[*at].kind, Kind::Word | Kind::Name(_) | Kind::Number))
        .count();
    let quotes = (content.from..content.to)
        .filter(|at| matches!(scene.units[*at].kind, Kind::Quote(_)))
        .count();
    words >= 3 || words >= 1 && quotes > 0 && words + quotes >= 3
}

/// Links two wordings of one utterance: same speaker, a sentence of each with most words in common.
fn variants(scene: &Scene<'_>, said: &mut [Said]) {
    let quotes: Vec<usize> = (0..said.len())
        .filter(|n| said[*n].kind == QuoteKind::Full && said[*n].speaker.is_some())
        .take(VARIANTS_MAX)
        .collect();
    let sentences: Vec<Vec<Vec<String>>> =
        quotes.iter().map(|n| sentences(scene, &said[*n])).collect();
    for later in 1..quotes.len() {
        for earlier in 0..later {
            let (a, b) = (&said[quotes[earlier]], &said[quotes[later]]);
            if a.speaker != b.speaker
                || scene.text.between(a.tokens.0, a.tokens.1)
                    == scene.text.between(b.tokens.0, b.tokens.1)
            {
                continue;
            }
            let near = sentences[earlier]
                .iter()
                .any(|x| sentences[later].iter().any(|y| is_variant(x, y)));
            if near {
                said[quotes[later]].variant_of = Some(quotes[earlier]);
                break;
            }
        }
    }
}

/// At least four words each, most of them the same, not all.
fn is_variant(a: &[String], b: &[String]) -> bool {
    if a.len() < 4 || b.len() < 4 || a == b {
        return false;
    }
    let common = a.iter().filter(|word| b.contains(word)).count();
    let most = a.len().max(b.len());
    common * 10 >= most * 6
}

fn sentences(scene: &Scene<'_>, said: &Said) -> Vec<Vec<String>> {
    let mut out = vec![vec![]];
    for at in said.tokens.0..said.tokens.1.min(said.tokens.0 + VARIANT_WORDS_MAX) {
        let token = scene.text.tokens[at];
        match token.kind {
            TokenKind::Word | TokenKind::Number => {
                let word = token.text(scene.text.body).to_lowercase().replace('’', "'");
                out.last_mut().expect("never empty").push(word);
            }
            TokenKind::Stop => out.push(vec![]),
            _ => {}
        }
    }
    out
}
