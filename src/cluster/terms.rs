//! Weighted terms of an article, for stories.

use super::params;
use super::words::{Kind, Word};

/// One term with its weight in one article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// Hash of the stem, or of a pair of names.
    pub(super) hash: u32,
    /// Saturated frequency over the zones, in 1/64.
    pub(super) weight: u16,
    /// `TITLE`, `NAME`, `NUMBER`, `PAIR`.
    pub(super) flags: u16,
}

/// Stands in the headline.
pub(super) const TITLE: u16 = 1;
/// Is a name, as far as capitals tell.
pub(super) const NAME: u16 = 2;
/// Is a number.
pub(super) const NUMBER: u16 = 4;
/// Is two names side by side.
pub(super) const PAIR: u16 = 8;

/// What one mention weighs by where it stands.
const TITLE_WEIGHT: f64 = 2.0;
const LEDE_WEIGHT: f64 = 1.0;
const REST_WEIGHT: f64 = 0.5;
/// Saturation: the tenth mention says little that the third did not.
const SATURATION: f64 = 1.2;
const UNIT: f64 = 64.0;

/// The terms of an article, sorted by hash.
pub(super) fn of(title: &[Word], body: &[Word]) -> Box<[Term]> {
    let capitals = title.iter().filter(|w| w.kind == Kind::Capital).count();
    let is_shouted = 5 * capitals >= 3 * title.len();
    let mut mentions: Vec<(u32, f64, u16)> = Vec::with_capacity(title.len() + body.len());
    collect(title, TITLE_WEIGHT, TITLE, is_shouted, &mut mentions);
    let (lede, rest) = body.split_at(body.len().min(params::LEDE_WORDS));
    collect(lede, LEDE_WEIGHT, 0, false, &mut mentions);
    collect(rest, REST_WEIGHT, 0, false, &mut mentions);
    // A stable sort: equal terms keep the order of the text, so sums are the same everywhere.
    mentions.sort_by_key(|mention| mention.0);
    let mut terms: Vec<Term> = mentions
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| {
            let sum: f64 = same.iter().map(|mention| mention.1).sum();
            let flags = same.iter().fold(0, |flags, mention| flags | mention.2);
            Term { hash: same[0].0, weight: weight(sum), flags }
        })
        .collect();
    if terms.len() > params::TERMS_MAX {
        terms.sort_by_key(|term| (std::cmp::Reverse(term.weight), term.hash));
        terms.truncate(params::TERMS_MAX);
        terms.sort_by_key(|term| term.hash);
    }
    terms.into()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a saturated weight is below 64 · 2.2"
)]
fn weight(sum: f64) -> u16 {
    (UNIT * sum * (SATURATION + 1.0) / (sum + SATURATION)).round() as u16
}

/// The term of two names side by side, by their stems.
pub(super) fn pair(first: u32, second: u32) -> u32 {
    (first.rotate_left(7) ^ second).wrapping_mul(0x85eb_ca6b).max(1)
}

fn collect(
    words: &[Word],
    weight: f64,
    zone: u16,
    is_shouted: bool,
    mentions: &mut Vec<(u32, f64, u16)>,
) {
    let mut before: Option<&Word> = None;
    for word in words {
        let is_name = word.kind == Kind::Capital && word.stem != 0 && !is_shouted;
        if word.stem != 0 {
            let kind = match word.kind {
                Kind::Number => NUMBER,
                Kind::Capital if is_name && !word.opens_sentence => NAME,
                _ => 0,
            };
            mentions.push((word.stem, weight, zone | kind));
        }
        if let Some(first) = before.filter(|_| is_name && !word.opens_sentence) {
            mentions.push((pair(first.stem, word.stem), weight, zone | NAME | PAIR));
        }
        before = is_name.then_some(word);
    }
}
