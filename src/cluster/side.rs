//! Two texts side by side: the rules that say how they stand to each other.

use crate::news::Relation;

use super::align::{Alignment, Overlap, Table};
use super::features::{FLAG_BITS, Features, Flagged, NUMBER, SLOT};
use super::params;

/// What a text shares with the one in the table, word by word where it is enough to look, and how they stand.
pub(super) fn judge(
    table: &mut Table<'_>,
    theirs: &Features,
) -> (Overlap, Option<Alignment>, Relation) {
    let overlap = table.overlap(theirs);
    if overlap.containment() >= params::DERIVED_CONTAINMENT && overlap.shared > 0 {
        let alignment = table.align(theirs);
        let side = Side { mine: table.features, theirs, overlap: &overlap, alignment: &alignment };
        let relation = side.relation();
        (overlap, Some(alignment), relation)
    } else if shares_quotes(table.features, theirs) {
        (overlap, None, Relation::SharedQuote)
    } else {
        (overlap, None, Relation::New)
    }
}

/// Two texts laid side by side, with the rules that say how they stand to each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side<'a> {
    pub(super) mine: &'a Features,
    pub(super) theirs: &'a Features,
    pub(super) overlap: &'a Overlap,
    pub(super) alignment: &'a Alignment,
}

impl Side<'_> {
    /// The rules of the relations, in the order in which they bind.
    pub(super) fn relation(&self) -> Relation {
        let (containment, jaccard) = (self.overlap.containment(), self.overlap.jaccard());
        if self.is_template_sibling() {
            return Relation::TemplateSibling;
        }
        let is_joined = self.is_joined();
        if is_joined && containment >= params::COPY_CONTAINMENT {
            if jaccard >= params::COPY_JACCARD || self.overlap.lengths() >= params::COPY_LENGTHS {
                Relation::Copy
            } else if self.alignment.in_order >= params::IN_ORDER {
                Relation::Truncation
            } else {
                Relation::Edited
            }
        } else if is_joined && jaccard >= params::COPY_JACCARD {
            Relation::Copy
        } else if self.is_later_version()
            || (is_joined && self.mine.is_update && self.mine.shares_newsroom(self.theirs))
        {
            Relation::Revision
        } else if is_joined {
            Relation::Edited
        } else {
            Relation::Derived
        }
    }

    pub(super) fn is_template_sibling(&self) -> bool {
        let containment = self.overlap.containment();
        if containment < params::REWORDED_CONTAINMENT {
            return false;
        }
        // A corrected short text has few slots: under one headline half of them may differ.
        let is_corrected = containment >= params::COPY_CONTAINMENT
            && same_title(self.mine, self.theirs)
            && self.alignment.slots_differing <= params::CORRECTED_SLOTS;
        self.are_about_others() || self.alignment.is_template() && !is_corrected
    }

    /// Whether each is about a name that the other never says: the form of one text, filled in for another firm or town.
    pub(super) fn are_about_others(&self) -> bool {
        self.mine.fills_the_form_of(self.theirs)
            || self.mine.names_what_is_foreign_to(self.theirs)
                && self.theirs.names_what_is_foreign_to(self.mine)
    }

    /// Whether the text is mostly its own, and nothing but the common part speaks for one dispatch: it takes in a
    /// shorter one, which makes it no copy.
    pub(super) fn is_mostly_own(&self) -> bool {
        let [mine, theirs] = self.overlap.sizes;
        !self.are_long()
            && mine > theirs
            && 2 * self.overlap.shared < mine
            && !titles_overlap(self.mine, self.theirs)
            && !self.mine.shares_newsroom(self.theirs)
    }

    /// Whether texts that are mostly quotation are one with their quotations, under a headline or a credit of the other's.
    pub(super) fn is_one_with_quotes(&self) -> bool {
        let [mine, theirs] = self.overlap.sizes;
        let quoted = common_quotes(self.mine, self.theirs);
        let shared = self.overlap.shared + quoted;
        let whole = (mine + self.mine.quoted.len()).min(theirs + self.theirs.quoted.len());
        quoted > 0
            && shared >= params::SHARED_CLEAR
            && 100 * shared >= params::QUOTES_PERCENT * whole
            && (titles_overlap(self.mine, self.theirs) || self.mine.shares_credit(self.theirs))
    }

    /// Whether most words of the shorter text stand in the other in one order, under a headline like its own: rewording
    /// breaks more runs than it changes words.
    pub(super) fn is_reworded(&self) -> bool {
        let [mine, theirs] = [self.mine.words.len(), self.theirs.words.len()];
        let (common, whole) = if mine <= theirs {
            (self.alignment.words[0], mine)
        } else {
            (self.alignment.words[1], theirs)
        };
        !self.are_long()
            && self.overlap.containment() >= params::REWORDED_CONTAINMENT
            && 100 * common >= params::REWORDED_PERCENT * whole
            && self.alignment.in_order >= params::IN_ORDER
            && titles_overlap(self.mine, self.theirs)
    }

    /// Whether so much is shared that it can be no chance; little needs a second witness.
    pub(super) fn is_enough(&self) -> bool {
        self.overlap.shared >= params::SHINGLES_MIN
            && (self.overlap.shared >= params::SHARED_CLEAR
                || titles_overlap(self.mine, self.theirs)
                || self.mine.shares_credit(self.theirs))
    }

    /// Whether both are so long that one speech quoted in both could be the overlap.
    pub(super) fn are_long(&self) -> bool {
        self.mine.words.len().min(self.theirs.words.len()) >= params::LONG_WORDS
    }

    /// Whether they are one dispatch by their text alone.
    pub(super) fn is_joined(&self) -> bool {
        let containment = self.overlap.containment();
        self.is_one_with_quotes()
            || self.is_enough()
                && !self.is_mostly_own()
                && (containment >= params::JOIN_CONTAINMENT || self.is_reworded())
                && (!self.are_long()
                    || containment >= params::LONG_CONTAINMENT
                    || self.overlap.jaccard() >= params::LONG_JACCARD)
    }

    /// Whether one is a write-through of the other: one newsroom, one headline.
    pub(super) fn is_later_version(&self) -> bool {
        self.is_enough()
            && self.overlap.containment() >= params::REVISION_CONTAINMENT
            && self.mine.shares_newsroom(self.theirs)
            && same_title(self.mine, self.theirs)
    }
}

pub(super) fn same_title(mine: &Features, theirs: &Features) -> bool {
    mine.title.len() >= 2 && mine.title == theirs.title
}

pub(super) fn titles_overlap(mine: &Features, theirs: &Features) -> bool {
    let common = mine.title.iter().filter(|stem| theirs.title.contains(stem)).count();
    common >= 2 && 2 * common >= mine.title.len().min(theirs.title.len())
}

pub(super) fn shares_quotes(mine: &Features, theirs: &Features) -> bool {
    common_quotes(mine, theirs) >= params::SHINGLES_MIN
}

pub(super) fn common_quotes(mine: &Features, theirs: &Features) -> usize {
    mine.quoted.iter().filter(|shingle| theirs.quoted.binary_search(shingle).is_ok()).count()
}

pub(super) fn joins(relation: Relation) -> bool {
    matches!(
        relation,
        Relation::Copy | Relation::Truncation | Relation::Edited | Relation::Revision
    )
}

/// What headline and body say of names.
impl Features {
    /// Whether a word stands in headline or body, outside quotation marks.
    fn says(&self, word: Flagged) -> bool {
        let is_it = |other: &Flagged| other >> FLAG_BITS == word >> FLAG_BITS;
        self.words.iter().any(is_it) || self.title_words.iter().any(is_it)
    }

    /// Whether it is about a name that the other text never says.
    fn names_what_is_foreign_to(&self, other: &Self) -> bool {
        self.title_words.iter().any(|word| word & SLOT != 0 && !other.says(*word))
    }

    /// Whether the headlines have one form and differ in words that the texts hold to: each says its own in the body, and
    /// never the other's.
    fn fills_the_form_of(&self, other: &Self) -> bool {
        let pairs = || self.title_words.iter().zip(&other.title_words);
        let differing = || pairs().filter(|(a, b)| *a >> FLAG_BITS != *b >> FLAG_BITS);
        let says = |of: &Self, word: Flagged| {
            of.words.iter().any(|other| other >> FLAG_BITS == word >> FLAG_BITS)
        };
        let is_filled = |a: Flagged, b: Flagged| {
            (a | b) & NUMBER == 0
                && says(self, a)
                && says(other, b)
                && !other.says(a)
                && !self.says(b)
        };
        self.title_words.len() == other.title_words.len()
            && 2 * differing().count() <= self.title_words.len()
            && differing().any(|(a, b)| is_filled(*a, *b))
    }
}
