//! What an article's own page says of it. Untrusted.

use serde::{Deserialize, Serialize};

use super::StatedDate;

/// The article found in an HTML page, decoded and bounded.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// Canonical link by the page's own word (see records.md), `""` if none.
    pub link: String,
    /// Title: plain text, entities decoded.
    pub title: String,
    /// The article's text as HTML, navigation and boilerplate left out; `""` if none was found.
    pub content: String,
    /// Lines that stand before the text in the same part of the page, plain: bylines and datelines may be among them.
    #[serde(default)]
    pub before: Vec<String>,
    /// Lines behind it: credit lines may be among them.
    #[serde(default)]
    pub after: Vec<String>,
    /// Authors as printed, names only.
    pub authors: Vec<String>,
    /// Copyright or rights line.
    pub rights: String,
    /// Who publishes it, by the page's own word, `""` if it does not say.
    pub site: String,
    /// Declared language, `""` if none.
    pub lang: String,
    /// Date of publication, understood.
    pub published: Option<StatedDate>,
    /// Date text as it stood in the page, `""` if none.
    pub published_raw: String,
    /// Date of the last change, understood.
    pub updated: Option<StatedDate>,
    /// Words for what was wrong and survived.
    pub defects: Vec<String>,
}
