//! Hasher for keys that are hashes already: one multiplication, the same on every run.

use std::hash::{BuildHasher, Hasher};

/// Builds [`Mix`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MixState;

/// Spreads a 32- or 64-bit key over the table.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mix(u64);

impl BuildHasher for MixState {
    type Hasher = Mix;

    fn build_hasher(&self) -> Mix {
        Mix(0)
    }
}

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u32(&mut self, key: u32) {
        self.write_u64(u64::from(key));
    }

    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0.rotate_left(5) ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
