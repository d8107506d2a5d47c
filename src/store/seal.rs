//! How values stand in rows: JSON, compressed where it pays, under a CRC that also covers whose row it is.
//!
//! `SQLite` pages carry no checksum, so a flipped bit would come back as a fact. Every row has a CRC32 that is
//! checked whenever the row is read.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};

use super::error::{Fault, damaged};

/// Words that our rows are made of; small values shrink to a third with them. Part of the format: a store can be read
/// only with the words it was written with.
const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");
/// CRC of the dictionary of this format.
#[cfg(test)]
const DICTIONARY_CRC: u32 = 4_062_317_384;
/// Shorter values gain nothing from compression.
const PACK_BYTES_MIN: usize = 64;
/// Fastest level that still halves JSON.
const PACK_LEVEL: i32 = 1;
/// No value of ours comes near; a length beyond it is damage, not a reason to allocate.
const VALUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Length in front of a packed value; 0 says that it stands as it is.
const LENGTH_BYTES: usize = 4;
const CRC_BYTES: usize = 4;

/// CRC32 over parts, each with its length, so that no byte can wander from one to the next.
pub(super) fn crc(parts: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()
}

/// Packs and unpacks values; holds the compressor's memory between calls.
pub(super) struct Packer {
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
}

impl Packer {
    pub(super) fn new() -> Self {
        Self {
            compressor: Compressor::with_dictionary(PACK_LEVEL, DICTIONARY)
                .expect("any bytes are a dictionary and the level is one that zstd has"),
            decompressor: Decompressor::with_dictionary(DICTIONARY)
                .expect("any bytes are a dictionary"),
        }
    }

    /// The bytes with their length in front, compressed if that saves at least a tenth.
    pub(super) fn pack(&mut self, plain: &[u8]) -> Vec<u8> {
        let length = u32::try_from(plain.len()).unwrap_or(0);
        let packed = (plain.len() >= PACK_BYTES_MIN && length > 0)
            .then(|| self.compressor.compress(plain).ok())
            .flatten()
            .filter(|packed| packed.len() < plain.len() / 10 * 9);
        let (length, payload) = packed.as_deref().map_or((0, plain), |packed| (length, packed));
        let mut out = Vec::with_capacity(LENGTH_BYTES + payload.len());
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(payload);
        out
    }

    /// The bytes that were packed.
    pub(super) fn unpack(&mut self, packed: &[u8]) -> Result<Vec<u8>, Fault> {
        let bad = || damaged("a packed value does not open");
        let (length, payload) = packed.split_at_checked(LENGTH_BYTES).ok_or_else(bad)?;
        let length = u32::from_le_bytes(length.try_into().map_err(|_| bad())?) as usize;
        match length {
            0 => Ok(payload.to_vec()),
            1..=VALUE_BYTES_MAX => self.decompressor.decompress(payload, length).map_err(|_| bad()),
            _ => Err(bad()),
        }
    }

    /// A value as packed JSON, without a CRC of its own.
    pub(super) fn pack_json<T: Serialize>(&mut self, value: &T) -> Vec<u8> {
        self.pack(&json(value))
    }

    /// The value of [`Self::pack_json`].
    pub(super) fn unpack_json<T: DeserializeOwned>(&mut self, packed: &[u8]) -> Result<T, Fault> {
        parse(&self.unpack(packed)?)
    }

    /// Packed bytes under a CRC; `whose` names the row they belong to.
    pub(super) fn seal(&mut self, whose: &[&[u8]], plain: &[u8]) -> Vec<u8> {
        let packed = self.pack(plain);
        let mut out = crc_of(whose, &packed).to_le_bytes().to_vec();
        out.extend_from_slice(&packed);
        out
    }

    /// The bytes of [`Self::seal`], if they are still those of this row.
    pub(super) fn open(&mut self, whose: &[&[u8]], sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        let bad = || damaged("a value does not match its checksum");
        let (crc, packed) = sealed.split_at_checked(CRC_BYTES).ok_or_else(bad)?;
        if crc != crc_of(whose, packed).to_le_bytes() {
            return Err(bad());
        }
        self.unpack(packed)
    }
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packer").finish_non_exhaustive()
    }
}

fn crc_of(whose: &[&[u8]], packed: &[u8]) -> u32 {
    let mut parts = whose.to_vec();
    parts.push(packed);
    crc(&parts)
}

/// A value as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("our values have string keys and no failing serializer")
}

/// The value of [`json`].
pub(super) fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(json)
        .map_err(|error| damaged(format!("a value cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_that_of_the_format() {
        assert_eq!(
            crc32fast::hash(DICTIONARY),
            DICTIONARY_CRC,
            "another dictionary, another format"
        );
    }

    #[test]
    fn values_come_back_and_a_flipped_bit_or_another_row_does_not() {
        let mut packer = Packer::new();
        for plain in [Vec::new(), b"short".to_vec(), b"the same words again ".repeat(200)] {
            let sealed = packer.seal(&[b"row", b"1"], &plain);
            assert_eq!(packer.open(&[b"row", b"1"], &sealed).unwrap(), plain);
            assert!(packer.open(&[b"row", b"2"], &sealed).is_err());
            assert!(packer.open(&[b"row1", b""], &sealed).is_err());
            for bit in 0..sealed.len() * 8 {
                let mut flipped = sealed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert!(packer.open(&[b"row", b"1"], &flipped).is_err(), "bit {bit}");
            }
        }
        assert!(packer.seal(&[], &b"the same words again ".repeat(200)).len() < 200);
    }
}
