//! Which earlier text an article is a copy of: containment of shingles, with three guards.
//!
//! (a) A fingerprint seen in many stories is boilerplate and no evidence. (b) An article follows its one best
//! parent, never all it matches. (c) Dispatches never merge because one contains the other. Without them round-ups
//! and footers chain everything to everything.

use std::cmp::Reverse;

use crate::news::{ArticleId, Because, Fixed, ROUND_UP, Relation, Signal};

use super::align::{Alignment, Overlap, Table};
use super::features::Features;
use super::side::{common_quotes, joins, judge, same_title, titles_overlap};
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
        if features.shingles as usize + features.quoted.len() < params::SHINGLES_MIN {
            return Found { defects: vec!["copy_undecidable".to_owned()], ..Found::default() };
        }
        let (compared, mut table) = self.compared(probe);
        let parent = best(&compared, features, |c| joins(c.relation));
        match parent {
            Some(parent) if is_round_up(parent, &compared, &mut table) => {
                let defects = vec![ROUND_UP.to_owned()];
                Found { relation: Relation::Derived, defects, ..apart(parent, features) }
            }
            Some(parent) if strings_together(parent, &compared, &mut table) => {
                Found { relation: Relation::Derived, ..apart(parent, features) }
            }
            Some(parent) => found(parent, features),
            None => best(&compared, features, |c| c.relation != Relation::New)
                .map_or_else(Found::default, |nearest| apart(nearest, features)),
        }
    }

    /// The texts that share enough with the probe's to be laid beside it.
    fn compared<'p>(&self, probe: &Probe<'p>) -> (Vec<Compared<'_>>, Option<Table<'p>>) {
        let (boilerplate, hits) = self.hits(&probe.features.prints());
        let candidates = self.sharing(probe, hits);
        if candidates.is_empty() {
            return (Vec::new(), None);
        }
        let mut table = Table::of(probe.features, &boilerplate);
        let compared = candidates.into_iter().map(|slot| compare(&mut table, self.entry(slot)));
        (compared.collect(), Some(table))
    }

    /// The texts that were laid beside a probe's, with the share of the shorter found in the other.
    pub fn alike_texts(&self, probe: &Probe<'_>) -> Vec<(ArticleId, Fixed)> {
        let (compared, _) = self.compared(probe);
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

/// The share of the shorter text from which two texts may be one dispatch.
pub fn text_joins_at() -> Fixed {
    Fixed::from_f64(params::JOIN_CONTAINMENT)
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

/// Whether less than half of the probe is its best parent, and another dispatch stands at other places of it.
fn strings_together(
    parent: &Compared<'_>,
    compared: &[Compared<'_>],
    table: &mut Option<Table<'_>>,
) -> bool {
    let Some(table) = table else { return false };
    let [mine, theirs] = parent.overlap.sizes;
    parent.relation != Relation::Revision
        && mine > theirs
        && 2 * parent.overlap.shared < mine
        && compared.iter().any(|other| {
            other.entry.dispatch != parent.entry.dispatch
                && other.entry.story != parent.entry.story
                && other.overlap.shared >= params::SHINGLES_MIN
                && other.relation != Relation::TemplateSibling
                && table.beyond(&parent.entry.features, &other.entry.features)
                    >= params::SHINGLES_MIN
        })
}

/// Whether the probe strings several dispatches together, none of which covers most of it. What has the headline of one of
/// them is a version of that, and pieces of one text have one headline.
fn is_round_up(
    parent: &Compared<'_>,
    compared: &[Compared<'_>],
    table: &mut Option<Table<'_>>,
) -> bool {
    let Some(table) = table else { return false };
    let probe = table.features;
    let [mine, theirs] = parent.overlap.sizes;
    #[expect(clippy::cast_precision_loss, reason = "counts of words stay far below 2^52")]
    let share = |shared: usize| shared as f64 / mine.max(1) as f64;
    mine > theirs
        && share(parent.overlap.shared) < params::ROUND_UP_SHARE
        && !titles_overlap(probe, &parent.entry.features)
        && compared.iter().any(|other| {
            other.entry.dispatch != parent.entry.dispatch
                && other.entry.story != parent.entry.story
                && other.relation != Relation::TemplateSibling
                && other.overlap.containment() >= params::JOIN_CONTAINMENT
                && other.overlap.sizes[1] < mine
                && !titles_overlap(probe, &other.entry.features)
                && !titles_overlap(&parent.entry.features, &other.entry.features)
                && table.beyond(&parent.entry.features, &other.entry.features)
                    >= params::SHINGLES_MIN
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
