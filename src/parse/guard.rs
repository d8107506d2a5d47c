//! Refuses documents whose shape costs more than any feed is worth, in one linear pass.
//!
//! It sees the pieces of the document as they go by. What a document merely fails to close is no matter
//! for it: an end tag closes what was left open inside, an item closes the item before it.

use super::mend::lex::{Attributes, Lexer, Tag, Token};

/// Nesting; good feeds have 11 at most.
pub const DEPTH_MAX: usize = 256;
/// Attributes of one tag; good feeds have 10 at most.
pub const ATTRIBUTES_MAX: usize = 256;
/// Bytes of one tag.
pub const TAG_BYTES_MAX: usize = 256 << 10;
/// Namespace declarations of a document.
pub const NAMESPACES_MAX: usize = 256;
/// Bytes of all `xml:base` of a document: each is resolved against the one around it.
pub const BASE_BYTES_MAX: usize = 16 << 10;
/// Bytes of the DOCTYPE.
pub const DOCTYPE_BYTES_MAX: usize = 64 << 10;

/// A limit that a document crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// See [`DEPTH_MAX`].
    #[error("depth over {DEPTH_MAX}")]
    Depth,
    /// See [`ATTRIBUTES_MAX`].
    #[error("attributes over {ATTRIBUTES_MAX} in one tag")]
    Attributes,
    /// See [`TAG_BYTES_MAX`].
    #[error("tag over {TAG_BYTES_MAX} bytes")]
    Tag,
    /// See [`NAMESPACES_MAX`].
    #[error("namespaces over {NAMESPACES_MAX}")]
    Namespaces,
    /// See [`BASE_BYTES_MAX`].
    #[error("xml:base over {BASE_BYTES_MAX} bytes")]
    Base,
    /// See [`DOCTYPE_BYTES_MAX`].
    #[error("doctype over {DOCTYPE_BYTES_MAX} bytes")]
    Doctype,
}

/// Elements that HTML never closes, by the length of their names; without them a long text of line breaks would look
/// deep.
const VOID: [&[&str]; 6] = [
    &[],
    &["p"],
    &["br", "hr"],
    &["img", "col", "wbr"],
    &["meta", "area", "base"],
    &["input", "embed", "param", "track"],
];

/// Whether HTML leaves an element open.
pub(crate) fn is_void(name: &str) -> bool {
    let alike = VOID.get(name.len()).copied().unwrap_or_default();
    alike.iter().any(|void| name.eq_ignore_ascii_case(void))
}

/// Watches a document go by.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    open: Vec<u32>,
    namespaces: usize,
    base_bytes: usize,
}

impl Guard {
    /// Checks one piece.
    pub(crate) fn see(&mut self, token: &Token<'_>) -> Result<(), Limit> {
        match token {
            Token::Start(tag) => self.start(tag),
            Token::End(name) => {
                self.close(hash(name));
                Ok(())
            }
            Token::Doctype(text) if text.len() > DOCTYPE_BYTES_MAX => Err(Limit::Doctype),
            _ => Ok(()),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), Limit> {
        if tag.attrs.len() > TAG_BYTES_MAX || tag.name.len() > TAG_BYTES_MAX {
            return Err(Limit::Tag);
        }
        if !tag.attrs.is_empty() {
            self.attributes(tag.attrs)?;
        }
        let is_item =
            tag.name.eq_ignore_ascii_case("item") || tag.name.eq_ignore_ascii_case("entry");
        let name = hash(tag.name);
        if is_item {
            self.close(name);
        }
        if !tag.empty && !is_void(tag.name) {
            self.open.push(name);
        }
        if self.open.len() > DEPTH_MAX { Err(Limit::Depth) } else { Ok(()) }
    }

    fn attributes(&mut self, attrs: &str) -> Result<(), Limit> {
        // Two bytes make the shortest attribute, so most tags need no count.
        if attrs.len() > 2 * ATTRIBUTES_MAX && Attributes::new(attrs).nth(ATTRIBUTES_MAX).is_some()
        {
            return Err(Limit::Attributes);
        }
        if attrs.len() < "xmlns=".len() || !attrs.contains("xml") {
            return Ok(());
        }
        for (name, value) in Attributes::new(attrs) {
            if name.starts_with("xmlns") {
                self.namespaces += 1;
            } else if name == "xml:base" {
                self.base_bytes += value.len();
            }
        }
        if self.namespaces > NAMESPACES_MAX {
            Err(Limit::Namespaces)
        } else if self.base_bytes > BASE_BYTES_MAX {
            Err(Limit::Base)
        } else {
            Ok(())
        }
    }

    fn close(&mut self, name: u32) {
        if let Some(at) = innermost(&self.open, name) {
            self.open.truncate(at);
        }
    }
}

/// Where the innermost of the equal names stands. Most names that are not there are found out at vector speed.
pub(crate) fn innermost(names: &[u32], name: u32) -> Option<usize> {
    if names.last() == Some(&name) {
        return Some(names.len() - 1);
    }
    // A fold without a break and without a checked sum is what the compiler makes vectors of.
    let is_there = names
        .chunks(64)
        .any(|some| some.iter().fold(0, |any, known| any | u32::from(*known == name)) != 0);
    is_there.then(|| names.iter().rposition(|known| *known == name)).flatten()
}

/// FNV-1a over the name in lower case; a collision at worst closes an element too early.
pub(crate) fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811C_9DC5, |hash, byte| {
        (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
    })
}

/// Checks a whole document.
///
/// # Errors
/// The first limit that is crossed.
pub fn check(text: &str) -> Result<(), Limit> {
    let mut guard = Guard::default();
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next() {
        guard.see(&token)?;
    }
    Ok(())
}
