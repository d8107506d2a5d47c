//! What an article says that somebody said, as far as its story compares it with what other articles say.

use serde::{Deserialize, Serialize};

/// Who heard a party say something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Witness {
    /// Whoever stands behind the article's text: the words came through no other newsroom.
    #[default]
    Text,
    /// The newsroom that the words came through last, as an entity id.
    Newsroom(String),
    /// Somebody without a name, who is nobody's witness.
    Unnamed,
}

/// One quotation or reported statement with a speaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its id among the article's `quotes[]`.
    pub quote: String,
    /// Entity id.
    pub speaker: String,
    /// The words; of a speech its beginning.
    pub text: String,
    /// Whether the words stood between marks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_quoted: bool,
    /// Whether the speaker is said to have denied it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_denied: bool,
    /// Who heard it.
    #[serde(default, skip_serializing_if = "is_text")]
    pub witness: Witness,
    /// Entity ids named in the words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

fn is_text(witness: &Witness) -> bool {
    *witness == Witness::Text
}
