//! Lays open how two articles are judged, by the functions that judge. Nothing here decides.

mod evidence;
mod story;
#[cfg(test)]
mod tests;
mod text;

pub use evidence::{
    Anchors, Check, Measure, Nearby, Passage, Quotation, SharedTerm, StoryEvidence, TextEvidence,
    TimeApart, Two, Veto,
};
