//! Which words carry meaning, and the common stem of their forms. English only where it must be:
//! other languages pass through whole, their common words sink by how often they are seen.

use super::words::hash_of;

/// Words that hold sentences together or that every report uses. Sorted; looked up by bisection.
const EMPTY: &str = include_str!("empty_words.txt");

/// The hash of a word's stem, 0 for empty words; `hash` is the word's own.
pub(super) fn stem_of(word: &str, hash: u32) -> u32 {
    if is_empty(word, hash) {
        return 0;
    }
    if !word.is_ascii() || word.starts_with(|c: char| c.is_ascii_digit()) {
        return hash;
    }
    let mut buffer = [0_u8; STEM_BYTES_MAX];
    let stem = stem(word, &mut buffer);
    if stem == word { hash } else { hash_of(stem) }
}

/// The hash of a word's stem, 0 for empty words.
pub(super) fn stem_hash(word: &str) -> u32 {
    stem_of(word, hash_of(word))
}

/// Longer words are kept whole: they are names, codes and links.
const STEM_BYTES_MAX: usize = 24;

/// Empty words by hash, so that a lookup compares no strings.
struct Empty {
    hashes: Vec<u32>,
    /// A bit for the low bits of each: most other words are told by it alone.
    bits: [u64; 128],
}

impl Empty {
    fn bit(hash: u32) -> (usize, u64) {
        let low = hash % (64 * 128);
        ((low / 64) as usize, 1 << (low % 64))
    }

    fn holds(&self, hash: u32) -> bool {
        let (word, bit) = Self::bit(hash);
        self.bits[word] & bit != 0 && self.hashes.binary_search(&hash).is_ok()
    }
}

static EMPTY_HASHES: std::sync::LazyLock<Empty> = std::sync::LazyLock::new(|| {
    let mut hashes: Vec<u32> = EMPTY.split_whitespace().map(hash_of).collect();
    hashes.sort_unstable();
    let mut bits = [0; 128];
    for hash in &hashes {
        let (word, bit) = Empty::bit(*hash);
        bits[word] |= bit;
    }
    Empty { hashes, bits }
});

fn is_empty(word: &str, hash: u32) -> bool {
    word.len() < 2 && !word.starts_with(|c: char| c.is_ascii_digit())
        || (word.is_ascii() && EMPTY_HASHES.holds(hash))
}

/// Cuts plural, past and present endings where enough of the word is left to be told from others.
fn stem<'a>(word: &'a str, buffer: &'a mut [u8; STEM_BYTES_MAX]) -> &'a str {
    let bytes = word.as_bytes();
    if bytes.len() < 4 || bytes.len() > STEM_BYTES_MAX {
        return word;
    }
    buffer[..bytes.len()].copy_from_slice(bytes);
    let mut len = bytes.len();
    let ends = |buffer: &[u8], len: usize, tail: &[u8]| buffer[..len].ends_with(tail);
    if ends(buffer, len, b"ies") && len > 4 {
        buffer[len - 3] = b'y';
        len -= 2;
    } else if ends(buffer, len, b"sses") || ends(buffer, len, b"ches") || ends(buffer, len, b"shes")
    {
        len -= 2;
    } else if ends(buffer, len, b"s") && !ends(buffer, len, b"ss") && !ends(buffer, len, b"us") {
        len -= 1;
    }
    let cut = if ends(buffer, len, b"ingly") || ends(buffer, len, b"edly") {
        None
    } else if ends(buffer, len, b"ing") && len >= 6 {
        Some(3)
    } else if ends(buffer, len, b"ed") && len >= 5 {
        Some(2)
    } else {
        None
    };
    if let Some(cut) = cut {
        len -= cut;
        let doubled = len >= 4 && buffer[len - 1] == buffer[len - 2];
        if doubled && !matches!(buffer[len - 1], b'l' | b's' | b'z') {
            len -= 1;
        }
    }
    if len >= 4 && buffer[len - 1] == b'e' {
        len -= 1;
    }
    if len >= 4 && buffer[len - 1] == b'y' {
        buffer[len - 1] = b'i';
    }
    std::str::from_utf8(&buffer[..len]).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_share_a_stem_and_others_do_not() {
        for group in [
            &["tariff", "tariffs"][..],
            &["vote", "votes", "voted", "voting"],
            &["party", "parties"],
            &["stop", "stops", "stopped", "stopping"],
            &["charge", "charged", "charges", "charging"],
        ] {
            let stems: Vec<u32> = group.iter().map(|w| stem_hash(w)).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{group:?}");
        }
        assert_ne!(stem_hash("senate"), stem_hash("senator"));
        assert_eq!(stem_hash("the"), 0);
        assert_ne!(stem_hash("7"), 0);
    }
}
