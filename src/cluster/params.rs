//! Every number that decides, in one place, with its reason.

/// Words of one article that are looked at. Longer texts are transcripts and dumps; the head decides.
pub(super) const WORDS_MAX: usize = 16_384;
/// Bytes of one word; longer ones are cut in pieces, as they are links or data.
pub(super) const WORD_BYTES_MAX: usize = 64;

/// Words in a shingle. One length for all texts: with two, a summary shares nothing with its full text.
pub(super) const SHINGLE_WORDS: usize = 3;
/// Below so many clean shingles a text is too short to call it a copy of anything.
pub(super) const SHINGLES_MIN: usize = 8;
/// Texts with at most so many shingles keep all of them as fingerprints, or summaries are not found.
pub(super) const PRINTS_KEEP_ALL: usize = 48;
/// Window of the winnowing: every shared run of this many shingles shares a fingerprint.
pub(super) const WINNOW: usize = 4;
/// One of so many quoted shingles is indexed: enough to find who quotes the same words at length.
pub(super) const QUOTED_SAMPLE: u32 = 4;
/// … but no more than this of one text, which may be a whole speech.
pub(super) const QUOTED_PRINTS_MAX: usize = 32;
/// Fingerprints a candidate must share: one alone is a phrase.
pub(super) const PRINTS_SHARED_MIN: u32 = 2;
/// Postings looked at for one fingerprint, half the oldest, half the newest: the rest are copies of them.
pub(super) const POSTINGS_MAX: usize = 64;
/// Texts compared word by word for one article.
pub(super) const DISPATCH_CANDIDATES_MAX: usize = 24;
/// Texts of one dispatch among them: its 300 copies must not push out every other dispatch.
pub(super) const CANDIDATES_A_DISPATCH: usize = 4;
/// A fingerprint that stands in more than so many different stories is boilerplate, not evidence.
pub(super) const BOILERPLATE_STORIES: usize = 3;

/// Containment from which texts are one dispatch.
pub(super) const JOIN_CONTAINMENT: f64 = 0.5;
/// Names and numbers that may differ between two texts under one headline: a correction or two.
pub(super) const CORRECTED_SLOTS: usize = 2;
/// Containment from which a text may be a reworded one.
pub(super) const REWORDED_CONTAINMENT: f64 = 0.28;
/// Share of the shorter text with its quotations, in per cent, from which texts that are mostly quotation are one.
pub(super) const QUOTES_PERCENT: usize = 80;
/// Words of the shorter text, in per cent, that stand in the other in one order where it was reworded.
pub(super) const REWORDED_PERCENT: usize = 40;
/// Where both texts have this many words, they quote one speech as easily as they copy one text.
pub(super) const LONG_WORDS: usize = 120;
/// Two long texts are one dispatch from this containment on …
pub(super) const LONG_CONTAINMENT: f64 = 0.7;
/// … or from `JOIN_CONTAINMENT` with this Jaccard.
pub(super) const LONG_JACCARD: f64 = 0.3;
/// Below so many shared shingles a title or a credit must agree as well.
pub(super) const SHARED_CLEAR: usize = 12;
/// Jaccard of a plain copy.
pub(super) const COPY_JACCARD: f64 = 0.6;
/// Containment of a copy or a cut.
pub(super) const COPY_CONTAINMENT: f64 = 0.8;
/// Length ratio that parts a copy from a cut.
pub(super) const COPY_LENGTHS: f64 = 0.7;
/// Share of the common words that must stand in one order for a cut.
pub(super) const IN_ORDER: f64 = 0.7;
/// Containment from which a later version under the same headline is a write-through.
pub(super) const REVISION_CONTAINMENT: f64 = 0.35;
/// Aligned share from which a text is built on another.
pub(super) const DERIVED_CONTAINMENT: f64 = 0.2;
/// Share of names, numbers and places that differ in their slots between template siblings.
pub(super) const TEMPLATE_SLOTS: f64 = 0.3;
/// Fewer differing slots than this are a correction, whatever their share.
pub(super) const TEMPLATE_SLOTS_MIN: usize = 2;
/// So many numbers that differ, at least half of all, make siblings whatever names stay: figures of another day.
pub(super) const TEMPLATE_NUMBERS_MIN: usize = 3;
/// Longest replaced stretch, in words, that is still a slot and not a rewritten sentence.
pub(super) const SLOT_WORDS_MAX: usize = 12;
/// A round-up: no dispatch covers more than this share of it.
pub(super) const ROUND_UP_SHARE: f64 = 0.6;
/// What an equal explicit credit adds to the score of a parent.
pub(super) const PARENT_CREDIT: f64 = 1.1;

/// Words of a body that stand for a headline it lacks: its first sentence, but at least …
pub(super) const OPENING_WORDS_MIN: usize = 4;
/// … and at most so many.
pub(super) const OPENING_WORDS_MAX: usize = 20;
/// Words of the body that count as its lede.
pub(super) const LEDE_WORDS: usize = 60;
/// Names of an article that are kept as spelled, to be shown as evidence.
pub(super) const LABELS_MAX: usize = 16;
/// Names shown in one piece of evidence.
pub(super) const LABELS_SHOWN: usize = 5;
/// Terms kept of one article, heaviest first.
pub(super) const TERMS_MAX: usize = 160;
/// Texts compared as wholes for one article.
pub(super) const STORY_CANDIDATES_MAX: usize = 32;
/// Because entries of one judgement (records.md).
pub(super) const BECAUSE_MAX: usize = 8;
/// Terms of a story's profile, heaviest first: beyond them is noise of single reports.
pub(super) const PROFILE_TERMS: usize = 128;

/// Sightings of a word that are taken for granted before any was counted: rarity means little in a young window.
pub(super) const IDF_PRIOR: f64 = 20.0;
/// Terms in more than one of so many dispatches bring no candidates: they would bring all.
pub(super) const FREQUENT_SHARE: usize = 50;
/// … but never fewer dispatches than this.
pub(super) const FREQUENT_MIN: usize = 100;
/// Holders of an article's terms that are looked at in all, those of its rarest terms first.
pub(super) const HOLDERS_MAX: usize = 4_096;
/// Width of the time kernel in seconds.
pub(super) const TIME_SIGMA_S: f64 = 72.0 * 3600.0;
/// Score of a story that an article does not join, from which it is asked whether its own is one with that.
pub(super) const MERGE_HINT: f64 = 0.1;
/// Score of a story that an article joins, below which it is asked whether the story still hangs together.
pub(super) const SURE_SCORE: f64 = 0.95;
/// Dispatches of a story from which on it may be two that one report holds together.
pub(super) const LOOSE_DISPATCHES: usize = 3;
/// Texts of a story that are asked when it may be one with another.
pub(super) const MERGE_SPEAKERS: usize = 8;
/// Score from which an article joins a story. Strict: what was kept apart too long is merged, what was joined too soon
/// stays wrong.
pub(super) const JOIN_SCORE: f64 = 0.8;
/// The same for a headline alone: it shares few words with the others of its story.
pub(super) const JOIN_SCORE_TITLE: f64 = 0.45;

/// A term held by at most so many dispatches is rare …
pub(super) const RARE_HOLDERS: usize = 4;
/// … or by one of so many.
pub(super) const RARE_SHARE: usize = 200;

/// Score from which two stories are one. Headlines alone fragment a story that full texts hold together.
pub(super) const MERGE_SCORE: f64 = 0.5;
/// The same for stories of headlines.
pub(super) const MERGE_SCORE_TITLE: f64 = 0.3;
/// Terms that a text must share with a story: a few are a coincidence.
pub(super) const COMMON_TERMS_MIN: usize = 4;
/// The same for a headline alone, which has hardly twice as many …
pub(super) const COMMON_TERMS_MIN_TITLE: usize = 3;
/// … and one less …
pub(super) const COMMON_TERMS_MIN_WARM: usize = 2;
/// … once so many dispatches have shown which terms are rare.
pub(super) const WARM_DISPATCHES: usize = 100;
/// What is left of the score where two headlines have one form and other facts.
pub(super) const ONE_FORM_FACTOR: f64 = 0.5;
/// Stories that may be passed over as template siblings before an article opens its own.
pub(super) const SIBLINGS_MAX: usize = 6;
/// Containment from which two texts may be siblings: forms with much to fill in have few words of their own.
pub(super) const SIBLING_CONTAINMENT: f64 = 0.15;
