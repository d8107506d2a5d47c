//! Whether two texts have the same words, whatever their marks, breaks and case.

use std::collections::HashSet;

/// Letters and digits in a row that make two texts agree at a place.
const GRAM: usize = 12;

/// Letters and digits in lower case.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The runs of letters of a text.
#[derive(Debug, Default)]
pub(super) struct Runs(HashSet<u64>);

impl Runs {
    pub(super) fn add(&mut self, text: &str) {
        self.0.extend(runs(text));
    }

    /// How much of a text is in here, in percent; `None` for a text too short to tell.
    pub(super) fn percent(&self, text: &str) -> Option<usize> {
        let (mut all, mut known) = (0_usize, 0_usize);
        for run in runs(text) {
            all += 1;
            known += usize::from(self.0.contains(&run));
        }
        (all > 0).then(|| known * 100 / all)
    }
}

fn runs(text: &str) -> Vec<u64> {
    let letters: Vec<char> = squeezed(text).chars().collect();
    let hash = |run: &[char]| {
        run.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, c| {
            (hash ^ u64::from(u32::from(*c))).wrapping_mul(0x0100_0000_01B3)
        })
    };
    letters.windows(GRAM).map(hash).collect()
}
