//! How rare a term is among the dispatches of the window, and how alike texts are by their rare terms.

use super::features::Features;
use super::story::Story;
use super::terms::{NAME, NUMBER, PAIR, Term};
use super::{Window, params};

/// A probe's terms weighted by rarity, sorted by hash.
#[derive(Debug)]
pub(super) struct Vector {
    pub(super) parts: Vec<Part>,
    pub(super) length: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) hash: u32,
    pub(super) weight: f64,
    pub(super) idf: f64,
}

/// What two texts share.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Common {
    pub(super) all: usize,
    pub(super) rare: usize,
    pub(super) names: usize,
    pub(super) pairs: usize,
    pub(super) numbers: usize,
}

impl Window {
    /// A term that at most so many dispatches hold is rare.
    pub(super) fn rare_holders(&self) -> usize {
        params::RARE_HOLDERS.max(self.groups / params::RARE_SHARE)
    }

    /// Counts what two texts share.
    pub(super) fn common(&self, mine: &Features, theirs: &Features) -> Common {
        let mut common = Common::default();
        let rare = self.rare_holders();
        for term in &mine.terms {
            let Some(other) = theirs.term(term.hash) else { continue };
            let both = term.flags & other.flags;
            let holders = self.terms.get(&term.hash).map_or(0, Vec::len);
            common.all += 1;
            common.rare += usize::from(holders <= rare);
            common.names += usize::from(both & NAME != 0);
            common.pairs += usize::from(both & PAIR != 0);
            common.numbers += usize::from(both & NUMBER != 0);
        }
        common
    }

    /// Share of the rarity of what most of a story's dispatches hold that a text holds too.
    pub(super) fn core(&self, home: &Story, of: &Features) -> f64 {
        let most = home.len() / 2 + 1;
        let (mut held, mut all) = (0.0, 0.0);
        for (hash, _) in home.profile.iter().filter(|(_, sum)| sum.dispatches as usize >= most) {
            let idf = self.idf(*hash);
            all += idf;
            held += if of.holds(*hash) { idf } else { 0.0 };
        }
        if all > 0.0 { held / all } else { 0.0 }
    }

    /// Share of the rarity of flagged terms that are held elsewhere.
    pub(super) fn cover(&self, of: &Features, flag: u16, is_held: impl Fn(u32) -> bool) -> f64 {
        let (mut held, mut all) = (0.0, 0.0);
        for term in of.terms.iter().filter(|term| term.flags & flag != 0) {
            let idf = self.idf(term.hash);
            all += idf;
            held += if is_held(term.hash) { idf } else { 0.0 };
        }
        if all > 0.0 { held / all } else { 0.0 }
    }

    /// Rarity of a term held by `holders` of the dispatches in the window.
    #[expect(clippy::cast_precision_loss, reason = "counts of dispatches stay far below 2^52")]
    pub(super) fn idf_of(&self, holders: usize) -> f64 {
        ((self.groups as f64 + params::IDF_PRIOR) / (holders as f64 + 1.0)).ln()
    }

    pub(super) fn idf(&self, hash: u32) -> f64 {
        self.idf_of(self.terms.get(&hash).map_or(0, Vec::len))
    }

    pub(super) fn vector(&self, terms: &[Term]) -> Vector {
        let parts: Vec<Part> = terms
            .iter()
            .map(|term| {
                let idf = self.idf(term.hash);
                Part { hash: term.hash, weight: f64::from(term.weight) * idf, idf }
            })
            .collect();
        let length = parts.iter().map(|part| part.weight * part.weight).sum::<f64>().sqrt();
        Vector { parts, length: length.max(f64::MIN_POSITIVE) }
    }

    /// Cosine with another text, both weighted by rarity.
    pub(super) fn cosine(&self, vector: &Vector, terms: &[Term]) -> f64 {
        let (mut dot, mut square) = (0.0, 0.0);
        let mut parts = vector.parts.iter().peekable();
        for term in terms {
            let weight = f64::from(term.weight) * self.idf(term.hash);
            square += weight * weight;
            while parts.next_if(|part| part.hash < term.hash).is_some() {}
            if let Some(part) = parts.next_if(|part| part.hash == term.hash) {
                dot += part.weight * weight;
            }
        }
        dot / (vector.length * f64::sqrt(square)).max(f64::MIN_POSITIVE)
    }

    pub(super) fn profile_cosine(&self, vector: &Vector, home: &Story) -> f64 {
        let (mut dot, mut square) = (0.0, 0.0);
        let mut parts = vector.parts.iter().peekable();
        for (hash, sum) in &home.profile {
            let weight = f64::from(sum.weight) * self.idf(*hash);
            square += weight * weight;
            while parts.next_if(|part| part.hash < *hash).is_some() {}
            if let Some(part) = parts.next_if(|part| part.hash == *hash) {
                dot += part.weight * weight;
            }
        }
        dot / (vector.length * f64::sqrt(square)).max(f64::MIN_POSITIVE)
    }

    /// Share of the rarity of flagged terms that both texts hold, of the side that has less of it.
    pub(super) fn shared_weight(&self, mine: &Features, theirs: &Features, flag: u16) -> f64 {
        let (mut common, mut sums) = (0.0, [0.0; 2]);
        let mut others = theirs.terms.iter().filter(|term| term.flags & flag != 0).peekable();
        for term in mine.terms.iter().filter(|term| term.flags & flag != 0) {
            let idf = self.idf(term.hash);
            sums[0] += idf;
            while let Some(other) = others.next_if(|other| other.hash < term.hash) {
                sums[1] += self.idf(other.hash);
            }
            if others.next_if(|other| other.hash == term.hash).is_some() {
                common += idf;
                sums[1] += idf;
            }
        }
        sums[1] += others.map(|other| self.idf(other.hash)).sum::<f64>();
        let whole = sums[0] + sums[1] - common;
        if whole > 0.0 { common / whole } else { 0.0 }
    }

    /// Names in both texts, rarest first, as the first spells them.
    pub(super) fn common_labels(&self, mine: &Features, theirs: &Features) -> Vec<String> {
        let mut common: Vec<(bool, usize, &str)> = mine
            .label_stems
            .iter()
            .zip(mine.labels.lines())
            .filter(|(stem, _)| theirs.holds(**stem))
            .map(|(stem, label)| {
                // A word that only one of them spells as a name merely began a sentence there.
                let is_doubtful = !theirs.label_stems.contains(stem);
                (is_doubtful, self.terms.get(stem).map_or(0, Vec::len), label)
            })
            .collect();
        common.sort_by_key(|label| (label.0, label.1));
        common.truncate(params::LABELS_SHOWN);
        common.into_iter().map(|label| label.2.to_owned()).collect()
    }
}
