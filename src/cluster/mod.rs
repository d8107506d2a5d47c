//! Finds, for one article, the dispatch it is a copy of and the story it reports.
//!
//! Pure: no clock, no chance, no IO; equal entries give equal answers. `words` cuts a text, `features`
//! keeps what is compared, `window` holds the entries with their indexes (`prints`, `lexicon`). `dispatches` decides on
//! common text (`shingles`, `align`) by the rules in `side`, `stories` on common terms (`terms`, `rarity`, `story`) by what
//! `likeness` was taught. `named` finds what a notice is about, `split` what one report holds together. Every other number
//! that decides stands in `params`. `explain` says all of it in words and figures, by the same functions.

mod align;
mod dispatches;
mod explain;
mod features;
mod lexicon;
mod likeness;
mod mix;
mod named;
mod params;
mod prints;
mod rarity;
mod shingles;
mod side;
mod split;
mod stems;
mod stories;
mod story;
mod terms;
mod window;
mod words;

#[cfg(test)]
mod siblings_tests;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::news::{ArticleId, Because, DispatchId, Fixed, Relation, StoryId};

pub use dispatches::text_joins_at;
pub use explain::{
    Anchors, Check, Measure, Nearby, Passage, Quotation, SharedTerm, StoryEvidence, TextEvidence,
    TimeApart, Two, Veto,
};
pub use features::Features;
pub use named::Place;
pub use split::Split;
pub use stories::joins_at;
pub use window::Window;

/// How far back grouping looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Copies are looked for this far apart; agencies repeat a text for days.
    pub dispatch_window: SignedDuration,
    /// A story that had no article for this long takes none any more.
    pub story_window: SignedDuration,
    /// Bytes the window may hold; whoever fills it evicts the oldest hours beyond.
    pub memory_bytes_max: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dispatch_window: SignedDuration::from_hours(7 * 24),
            story_window: SignedDuration::from_hours(72),
            memory_bytes_max: 256 * 1024 * 1024,
        }
    }
}

/// An article in the window, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Order of arrival at the desk; orders everything.
    pub arrival: u64,
    /// The article.
    pub article: ArticleId,
    /// Its dispatch.
    pub dispatch: DispatchId,
    /// Its story.
    pub story: StoryId,
    /// Stream time of its fetch.
    pub fetched_at: Timestamp,
    /// When it was published, for the time kernel; `None` is neutral.
    pub moment: Option<Timestamp>,
    /// What is compared.
    pub features: Features,
}

impl Entry {
    /// The entry asking for its place once more, as if it did not stand in the window.
    pub fn probe(&self) -> Probe<'_> {
        Probe {
            features: &self.features,
            fetched_at: self.fetched_at,
            moment: self.moment,
            exclude: Some(self.article),
        }
    }
}

/// An article that asks for its place.
#[derive(Clone, Copy, Debug)]
pub struct Probe<'a> {
    /// What is compared.
    pub features: &'a Features,
    /// Stream time of its fetch.
    pub fetched_at: Timestamp,
    /// When it was published, for the time kernel; `None` is neutral.
    pub moment: Option<Timestamp>,
    /// An entry to leave out: the article itself, when it asks again.
    pub exclude: Option<ArticleId>,
}

/// How a text stands to the nearest earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The relation, `same_story` never: that is for [`Linked`].
    pub relation: Relation,
    /// Share of the shorter text found in the other.
    pub score: Fixed,
    /// The text it was compared with.
    pub nearest: Option<ArticleId>,
    /// The dispatch it joins.
    pub dispatch: Option<DispatchId>,
    /// The story of that dispatch; without one, the story of the nearest text.
    pub story: Option<StoryId>,
    /// Why, strongest first.
    pub because: Vec<Because>,
    /// What kept from judging.
    pub defects: Vec<String>,
}

/// The story an article belongs to, if any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// The story it joins.
    pub story: Option<StoryId>,
    /// Probability that the best story is its own, joined or not.
    pub score: Fixed,
    /// The nearest article of the best story.
    pub nearest: Option<ArticleId>,
    /// Why, strongest first.
    pub because: Vec<Because>,
    /// The second-best story.
    pub runner_up: Option<(StoryId, Fixed)>,
    /// Whether it is nearer to a few texts of the best story than to the whole of it, as where that is two.
    pub is_loose: bool,
}

impl Linked {
    /// Whether stories should be asked again: it is so near to one it does not join that this one and its own may be
    /// one, or it joined one with some doubt, or one that may be two.
    pub fn is_unsure(&self) -> bool {
        let is_near = |score: Fixed| score >= Fixed::from_f64(params::MERGE_HINT);
        match self.story {
            Some(_) => {
                self.is_loose
                    || self.score < Fixed::from_f64(params::SURE_SCORE)
                    || self.runner_up.is_some_and(|(_, score)| is_near(score))
            }
            None => is_near(self.score),
        }
    }
}

/// Two stories that are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The older story, by its first article in the window; it survives.
    pub a: StoryId,
    /// The younger one.
    pub b: StoryId,
    /// How alike they are.
    pub score: Fixed,
    /// Why, strongest first.
    pub because: Vec<Because>,
    /// Whether they are told by headlines: what those say together may lead to a third one.
    pub is_of_headlines: bool,
}
