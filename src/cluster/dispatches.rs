//! Which earlier text an article is a copy of: containment of shingles, with three guards.
//!
//! (a) A fingerprint seen in many stories is boilerplate and no evidence. (b) An article follows its one best
//! parent, never all it matches. (c) Dispatches never merge because one contains the other. Without them round-ups
//! and footers chain everything to everything.

use std::cmp::Reverse;

use crate::news::{ArticleId, Because, Fixed, ROUND_UP, Relation, Signal};

use super::align::{Alignment, Overlap, Table};
use super::features::Features;
use super::{Entry, Found, Probe, Window, params};

/// A text compared with the probe.
#[derive(Debug)]
struct Compared<'a> {
    entry: &'a Entry,
    overlap: Overlap,
    alignment: Option<Alignment>,
    relation: Relation,
}

impl Window {
    /// Looks for the dispatch that a probe's text belongs to, and says how it stands to the nearest text.
    pub fn find_dispatch(&self, probe: &Probe<'_>) -> Found {
        let features = probe.features;
        if features.is_notice {
            return Found::default();
        }
        if (features.shingles as usize) < params::SHINGLES_MIN {
            return Found { defects: vec!["copy_undecidable".to_owned()], ..Found::default() };
        }
        let compared = self.compared(probe);
        let parent = best(&compared, features, |c| joins(c.relation));
        match parent {
            Some(parent) if is_round_up(parent, &compared) => {
                let defects = vec![ROUND_UP.to_owned()];
                Found { relation: Relation::Derived, defects, ..apart(parent, features) }
            }
            Some(parent) => found(parent, features),
            None => best(&compared, features, |c| c.relation != Relation::New)
                .map_or_else(Found::default, |nearest| apart(nearest, features)),
        }
    }

    /// The texts that share enough with the probe's to be laid beside it.
    fn compared(&self, probe: &Probe<'_>) -> Vec<Compared<'_>> {
        let (boilerplate, hits) = self.hits(&probe.features.prints());
        let candidates = self.sharing(probe, hits);
        if candidates.is_empty() {
            return Vec::new();
        }
        let mut table = Table::of(probe.features, &boilerplate);
        candidates.into_iter().map(|slot| compare(&mut table, self.entry(slot))).collect()
    }

    /// The texts that were laid beside a probe's, with the share of the shorter found in the other.
    pub fn alike_texts(&self, probe: &Probe<'_>) -> Vec<(ArticleId, Fixed)> {
        let compared = self.compared(probe);
        let alike = |c: &Compared<'_>| (c.entry.article, Fixed::from_f64(c.overlap.containment()));
        compared.iter().map(alike).collect()
    }

    /// Fingerprints that stand in many stories, sorted as they are given.
    pub(super) fn boilerplate(&self, prints: &[u32]) -> Vec<u32> {
        self.hits(prints).0
    }

    /// Fingerprints that stand in many stories, in their order, and the texts that hold others, one for each.
    fn hits(&self, prints: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let (mut boilerplate, mut hits) = (Vec::new(), Vec::with_capacity(4 * prints.len()));
        for print in prints {
            let list = self.prints.of(*print);
            if list.len() > params::BOILERPLATE_STORIES && self.stand_in_many(list) {
                boilerplate.push(*print);
            } else {
                hits.extend(ends(list));
            }
        }
        (boilerplate, hits)
    }

    fn stand_in_many(&self, list: &[u32]) -> bool {
        let mut homes = [0; params::BOILERPLATE_STORIES];
        let mut known = 0;
        for slot in ends(list) {
            let home = self.hot[slot as usize].home;
            if homes.iter().take(known).any(|other| *other == home) {
                continue;
            }
            match homes.get_mut(known) {
                Some(next) => *next = home,
                None => return true,
            }
            known += 1;
        }
        false
    }

    /// Entries that share most fingerprints with the probe, at most a few of each dispatch.
    fn sharing(&self, probe: &Probe<'_>, mut hits: Vec<u32>) -> Vec<u32> {
        hits.sort_unstable();
        let mut ranked: Vec<(Reverse<usize>, u64, u32)> = hits
            .chunk_by(|a, b| a == b)
            .filter(|same| same.len() >= params::PRINTS_SHARED_MIN as usize)
            .map(|same| (Reverse(same.len()), self.arrival(same[0]), same[0]))
            .collect();
        ranked.sort_unstable();
        let mut taken: Vec<u32> = Vec::with_capacity(params::DISPATCH_CANDIDATES_MAX);
        for (_, _, slot) in ranked {
            let entry = self.entry(slot);
            if !self.may_match(probe, entry) {
                continue;
            }
            let of_it = taken.iter().filter(|other| self.entry(**other).dispatch == entry.dispatch);
            if of_it.count() < params::CANDIDATES_A_DISPATCH {
                taken.push(slot);
            }
            if taken.len() == params::DISPATCH_CANDIDATES_MAX {
                break;
            }
        }
        taken
    }

    fn may_match(&self, probe: &Probe<'_>, entry: &Entry) -> bool {
        let apart = probe.fetched_at.duration_since(entry.fetched_at).abs();
        apart <= self.config.dispatch_window
            && probe.exclude != Some(entry.article)
            && !entry.features.is_notice
    }
}

/// The oldest and the newest of a posting list.
fn ends(list: &[u32]) -> impl Iterator<Item = u32> + '_ {
    let half = params::POSTINGS_MAX / 2;
    let (head, tail) = list.split_at(list.len().min(half));
    let tail = &tail[tail.len().saturating_sub(half)..];
    head.iter().chain(tail).copied()
}

fn compare<'a>(table: &mut Table<'_>, entry: &'a Entry) -> Compared<'a> {
    let (overlap, alignment, relation) = judge(table, &entry.features);
    Compared { entry, overlap, alignment, relation }
}

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

/// The share of the shorter text from which two texts may be one dispatch.
pub fn text_joins_at() -> Fixed {
    Fixed::from_f64(params::JOIN_CONTAINMENT)
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
        self.overlap.containment() >= params::REVISION_CONTAINMENT && self.alignment.is_template()
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
        self.is_enough()
            && containment >= params::JOIN_CONTAINMENT
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

fn common_quotes(mine: &Features, theirs: &Features) -> usize {
    mine.quoted.iter().filter(|shingle| theirs.quoted.binary_search(shingle).is_ok()).count()
}

pub(super) fn joins(relation: Relation) -> bool {
    matches!(
        relation,
        Relation::Copy | Relation::Truncation | Relation::Edited | Relation::Revision
    )
}

/// The one best parent: the twin wins over a round-up that merely contains the lede.
fn best<'c, 'a>(
    compared: &'c [Compared<'a>],
    features: &Features,
    is_eligible: impl Fn(&Compared<'a>) -> bool,
) -> Option<&'c Compared<'a>> {
    let rank = |c: &Compared<'_>| {
        let credit =
            if c.entry.features.shares_credit(features) { params::PARENT_CREDIT } else { 1.0 };
        #[expect(clippy::cast_precision_loss, reason = "counts of words stay far below 2^52")]
        let shared = c.overlap.shared as f64;
        Fixed::from_f64(shared * (0.5 + c.overlap.jaccard()) * credit)
    };
    compared
        .iter()
        .filter(|c| is_eligible(c))
        .max_by_key(|c| (rank(c), Reverse((c.entry.arrival, c.entry.article))))
}

/// Whether the probe strings several dispatches together, none of which covers most of it.
fn is_round_up(parent: &Compared<'_>, compared: &[Compared<'_>]) -> bool {
    let [mine, theirs] = parent.overlap.sizes;
    #[expect(clippy::cast_precision_loss, reason = "counts of words stay far below 2^52")]
    let share = |shared: usize| shared as f64 / mine.max(1) as f64;
    mine > theirs
        && share(parent.overlap.shared) < params::ROUND_UP_SHARE
        && compared.iter().any(|other| {
            other.entry.dispatch != parent.entry.dispatch
                && other.entry.story != parent.entry.story
                && joins(other.relation)
                && other.overlap.sizes[1] < mine
        })
}

fn found(parent: &Compared<'_>, features: &Features) -> Found {
    Found { dispatch: Some(parent.entry.dispatch), ..apart(parent, features) }
}

/// The nearest text without membership.
fn apart(nearest: &Compared<'_>, features: &Features) -> Found {
    Found {
        relation: nearest.relation,
        score: Fixed::from_f64(nearest.overlap.containment()),
        nearest: Some(nearest.entry.article),
        dispatch: None,
        story: Some(nearest.entry.story),
        because: because(nearest, features),
        defects: Vec::new(),
    }
}

fn because(nearest: &Compared<'_>, features: &Features) -> Vec<Because> {
    let theirs = &nearest.entry.features;
    let mut all = Vec::new();
    let mut add = |signal, weight: f64, detail: String| {
        all.push(Because { signal, weight: Fixed::from_f64(weight), detail });
    };
    if let Some(alignment) = nearest.alignment {
        let mine_is_shorter = features.words.len() <= theirs.words.len();
        let (common, whole) = if mine_is_shorter {
            (alignment.words[0], features.words.len())
        } else {
            (alignment.words[1], theirs.words.len())
        };
        add(
            Signal::SharedText,
            nearest.overlap.containment(),
            format!("{common} of {whole} words"),
        );
        if nearest.relation == Relation::TemplateSibling {
            let (differing, slots) = (alignment.slots_differing, alignment.slots);
            let detail = format!("{differing} of {slots} names and numbers differ");
            add(Signal::NumberConflict, -0.9, detail);
        }
    }
    let quotes = common_quotes(features, theirs);
    if quotes >= params::SHINGLES_MIN {
        add(
            Signal::SharedQuote,
            0.3,
            format!("{} quoted words", quotes + params::SHINGLE_WORDS - 1),
        );
    }
    if features.shares_credit(theirs) {
        add(Signal::SameCredit, 0.4, "both credit one agency".to_owned());
    }
    if same_title(features, theirs) {
        add(Signal::SameTitle, 0.35, "same headline".to_owned());
    }
    strongest_first(&mut all);
    all
}

/// Orders evidence by weight, whatever its sign, and keeps what a record may show.
pub(super) fn strongest_first(all: &mut Vec<Because>) {
    all.sort_by_key(|because| Reverse(because.weight.0.abs()));
    all.truncate(params::BECAUSE_MAX);
}
