//! What a body claims, item by item, after reading and before it becomes drafts.

use std::ops::Range;

use super::text;

/// Text with its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// The text or the HTML.
    pub(crate) value: String,
    /// Which of the two it is.
    pub(crate) is_html: bool,
}

impl Words {
    /// As HTML: plain text is escaped.
    pub(crate) fn to_html(&self) -> String {
        if self.is_html {
            return self.value.clone();
        }
        let mut out = String::with_capacity(self.value.len());
        text::escape_into(&mut out, &self.value);
        out
    }
}

/// Somebody named as an author.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) mail: String,
}

/// Something wrong that was survived, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Defect {
    /// The word for it.
    pub(crate) word: &'static str,
    /// Byte offset in the decoded text, `None` where it stands in none.
    pub(crate) at: Option<usize>,
    /// Which element, `""` if it is the whole.
    pub(crate) element: &'static str,
    /// What exactly, `""` if the word says it.
    pub(crate) detail: String,
}

/// Date texts as they stood in the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    /// `pubDate`, `published`, `issued`.
    pub(crate) published: String,
    /// `updated`, `modified`, `lastBuildDate`.
    pub(crate) updated: String,
    /// `dc:date`: when an RDF item was published, though its name does not say so.
    pub(crate) core: String,
    /// `created`.
    pub(crate) created: String,
}

/// Something wrong with one item that was survived: the word, the element (`""` if all of it), the byte offset.
pub(crate) type Flaw = (&'static str, &'static str, usize);

/// What feed-rs does not carry through, so `mend` notes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// Position in the document, from 0.
    pub(crate) ordinal: u64,
    /// Bytes of the decoded text that it takes; none known in JSON.
    pub(crate) span: Range<usize>,
    /// The guid as given; full even where it is long.
    pub(crate) guid: String,
    /// Link as given, made absolute where a base is known.
    pub(crate) link: String,
    /// Date texts.
    pub(crate) dates: Dates,
    /// `<source>`: title and URL.
    pub(crate) origin: Option<(String, String)>,
    /// Language of the item, `""` if it states none.
    pub(crate) lang: String,
    /// What was wrong.
    pub(crate) defects: Vec<Flaw>,
}

/// All that one item claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) note: Note,
    pub(crate) title: Words,
    pub(crate) summary: Words,
    pub(crate) content: Words,
    pub(crate) authors: Vec<Person>,
    pub(crate) tags: Vec<String>,
    pub(crate) rights: Words,
    pub(crate) enclosures: Vec<String>,
}

/// All that a feed claims about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FeedClaim {
    pub(crate) title: Words,
    pub(crate) description: Words,
    pub(crate) rights: Words,
    pub(crate) link: String,
    pub(crate) id: String,
    pub(crate) authors: Vec<Person>,
    pub(crate) lang: String,
    pub(crate) dates: Dates,
    pub(crate) wishes: Wishes,
    /// Where it begins, in bytes of the decoded text.
    pub(crate) at: usize,
}

/// How the feed asks to be polled.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wishes {
    /// `<ttl>`, in minutes, as text.
    pub ttl: String,
    /// `sy:updatePeriod`.
    pub period: String,
    /// `sy:updateFrequency`.
    pub frequency: String,
    /// `<skipHours>`, as text.
    pub skip_hours: Vec<String>,
    /// `<skipDays>`, as text.
    pub skip_days: Vec<String>,
    /// `rel="hub"`.
    pub hub: String,
    /// `rel="self"`.
    pub topic: String,
}
