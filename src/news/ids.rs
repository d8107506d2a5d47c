//! Identities. All are content hashes: never chance, never a date, the same on every machine.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::Rung;

/// Configured id of one feed; cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeedId(Arc<str>);

impl FeedId {
    /// Wraps an id that the configuration has validated.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// The id as configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Sixteen bytes of a cryptographic hash, written as 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash16(pub [u8; 16]);

impl fmt::Display for Hash16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut out = [0_u8; 32];
        for (pair, byte) in out.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        f.write_str(std::str::from_utf8(&out).expect("hex digits are ASCII"))
    }
}

impl fmt::Debug for Hash16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: {0:?} (expected {1} and 32 lower-case hex digits)")]
pub struct IdError(String, &'static str);

impl FromStr for Hash16 {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        parse_hex(text, text, "no prefix")
    }
}

impl Serialize for Hash16 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash16 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn parse_hex(hex: &str, whole: &str, prefix: &'static str) -> Result<Hash16, IdError> {
    let bad = || IdError(whole.to_owned(), prefix);
    let digit = |b: u8| match b {
        b'0'..=b'9' => Ok(b - b'0'),
        b'a'..=b'f' => Ok(b - b'a' + 10),
        _ => Err(bad()),
    };
    let hex: &[u8; 32] = hex.as_bytes().try_into().map_err(|_| bad())?;
    let mut out = [0_u8; 16];
    for (byte, pair) in out.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
    }
    Ok(Hash16(out))
}

/// H(a, b, …) of records.md: the first 16 bytes of SHA-256 over the parts joined by U+000A.
pub fn hash16(parts: &[&str]) -> Hash16 {
    let mut hasher = Sha256::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            hasher.update(b"\n");
        }
        hasher.update(part.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut out = [0_u8; 16];
    out.copy_from_slice(&digest[..16]);
    Hash16(out)
}

macro_rules! prefixed_id {
    ($name:ident, $prefix:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Hash16);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let hex = text
                    .strip_prefix($prefix)
                    .ok_or_else(|| IdError(text.to_owned(), $prefix))?;
                parse_hex(hex, text, $prefix).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": concat!("^", $prefix, "[0-9a-f]{32}$")
                })
            }
        }
    };
}

prefixed_id!(ArticleId, "art_", "One article of one outlet, `art_…`; minted once, kept for ever.");
prefixed_id!(DispatchId, "dsp_", "One text as it was filed, with all its wire copies, `dsp_…`.");
prefixed_id!(StoryId, "sty_", "One event: all dispatches about it, `sty_…`.");

impl ArticleId {
    /// Mints the id from the outlet and the article's key; `link` joins only where one body repeats the guid.
    pub fn mint(outlet: &str, rung: Rung, value: &str, link: Option<&str>) -> Self {
        match link {
            None => Self(hash16(&[outlet, rung.as_str(), value])),
            Some(link) => Self(hash16(&[outlet, rung.as_str(), value, link])),
        }
    }
}

/// The hex of the root article, or, for the `n`-th opening by the same root (n ≥ 2), H(`article_id`, n).
fn opened(root: ArticleId, opening: u32) -> Hash16 {
    match opening {
        0 | 1 => root.0,
        n => hash16(&[&root.to_string(), &n.to_string()]),
    }
}

impl DispatchId {
    /// The id of the dispatch that `root` opens for the `opening`-th time, counted from 1.
    pub fn opened_by(root: ArticleId, opening: u32) -> Self {
        Self(opened(root, opening))
    }
}

impl StoryId {
    /// The id of the story that `root` opens for the `opening`-th time, counted from 1.
    pub fn opened_by(root: ArticleId, opening: u32) -> Self {
        Self(opened(root, opening))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        let id = ArticleId::mint("livemint", Rung::Url, "https://livemint.example/seed.html", None);
        assert_eq!(id.to_string(), "art_964cc20151fe2c4370d6e4985c228e6a");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("sty_964cc20151fe2c4370d6e4985c228e6a".parse::<ArticleId>().is_err());
        assert!("art_964CC20151fe2c4370d6e4985c228e6a".parse::<ArticleId>().is_err());
    }

    #[test]
    fn a_second_opening_by_the_same_root_never_reuses_an_id() {
        let root = ArticleId::mint("ani", Rung::Guid, "1", None);
        let ids = [1, 2, 3].map(|n| StoryId::opened_by(root, n));
        assert_eq!(ids[0].0, root.0);
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    }
}
