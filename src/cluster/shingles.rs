//! Shingles of a text, and the few of them that stand in the index.

use super::features::{BREAK, FLAG_BITS, Flagged};
use super::params;

/// Shingles of flagged words with the place of their first word. None crosses a break.
pub(super) fn of(words: &[Flagged]) -> impl Iterator<Item = (usize, u32)> + '_ {
    words.windows(params::SHINGLE_WORDS).enumerate().filter_map(|(place, window)| {
        let is_whole = window.iter().skip(1).all(|word| word & BREAK == 0);
        is_whole.then(|| (place, mix(window)))
    })
}

/// How many different shingles there are.
pub(super) fn count(words: &[Flagged]) -> u32 {
    let mut all: Vec<u32> = of(words).map(|(_, shingle)| shingle).collect();
    all.sort_unstable();
    all.dedup();
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

/// Fingerprints with their places: all of a short text, the least of each window of a long one.
pub(super) fn prints(words: &[Flagged]) -> Vec<(usize, u32)> {
    let all: Vec<(usize, u32)> = of(words).collect();
    if all.len() <= params::PRINTS_KEEP_ALL {
        return all;
    }
    let mut kept: Vec<(usize, u32)> = Vec::with_capacity(all.len() / 2);
    for window in all.windows(params::WINNOW) {
        let least = window.iter().min_by_key(|(place, print)| (*print, *place));
        if let Some(least) = least
            && kept.last() != Some(least)
        {
            kept.push(*least);
        }
    }
    kept
}

/// Fingerprints without places, sorted, each once: what the index holds of a text.
pub(super) fn distinct_prints(words: &[Flagged]) -> Vec<u32> {
    let mut all: Vec<u32> = prints(words).into_iter().map(|(_, print)| print).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Mixes words without their flags: they are packed, none loses a bit, and spread.
fn mix(window: &[Flagged]) -> u32 {
    let packed = window.iter().fold(0, |packed, word| {
        (packed << (Flagged::BITS - FLAG_BITS)) | u64::from(word >> FLAG_BITS)
    });
    let state = (packed ^ 0x5851_f42d_4c95_7f2d).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 32)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let [a, b, c, d, ..] = state.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::super::features::flagged;
    use super::*;

    fn text(len: u32) -> Vec<Flagged> {
        (0..len).map(|i| flagged(i.wrapping_mul(0x9e37_79b1), 0)).collect()
    }

    #[test]
    fn flags_change_no_shingle_and_breaks_part_them() {
        let plain = text(6);
        let mut flagged = plain.clone();
        flagged[1] |= 1;
        assert!(of(&plain).eq(of(&flagged)));
        flagged[3] |= BREAK;
        assert_eq!(of(&flagged).map(|(place, _)| place).collect::<Vec<_>>(), [0, 3]);
    }

    #[test]
    fn every_shared_run_of_six_words_shares_a_fingerprint() {
        let long = text(400);
        let in_long = distinct_prints(&long);
        for start in 0..(long.len() - 6) {
            let run = &long[start..start + 6];
            assert!(distinct_prints(run).iter().any(|p| in_long.binary_search(p).is_ok()));
        }
        assert!(in_long.len() < 220);
    }
}
