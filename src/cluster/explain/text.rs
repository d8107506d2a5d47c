//! How two texts stand to each other: passages, quotations, and every rule with its figure and limit.

use std::ops::Range;

use crate::cluster::align::{Alignment, Overlap, Run, Table};
use crate::cluster::features::{Features, Flagged, flagged};
use crate::cluster::side::{self, Side, judge};
use crate::cluster::words::{Word, placed_words};
use crate::cluster::{Window, params, shingles};
use crate::news::{Article, Fixed, Relation};

use super::evidence::{Check, Passage, Quotation, TextEvidence, Two};

impl Window {
    /// How `later` stands to `earlier` word by word. The window gives what is boilerplate; an empty one knows none.
    pub fn explain_text(&self, later: &Article, earlier: &Article) -> TextEvidence {
        let (mine, theirs) = (Features::of(later), Features::of(earlier));
        let prints = mine.prints();
        let boilerplate = self.boilerplate(&prints);
        let is_evidence = |print: &u32| boilerplate.binary_search(print).is_err();
        let others = theirs.prints();
        let in_both = |print: &&u32| is_evidence(print) && others.binary_search(print).is_ok();
        let prints_shared = prints.iter().filter(in_both).count();
        let mut table = Table::of(&mine, &boilerplate);
        let (overlap, _, relation) = judge(&mut table, &theirs);
        let alignment = table.align(&theirs);
        let side = Side { mine: &mine, theirs: &theirs, overlap: &overlap, alignment: &alignment };
        let obstacle = obstacle(&mine, &theirs, prints_shared);
        let relation = if obstacle.is_some() { Relation::New } else { relation };
        let texts = Two { later: Laid::of(later), earlier: Laid::of(earlier) };
        let words = Two { later: mine.words.len(), earlier: theirs.words.len() };
        TextEvidence {
            relation,
            joins: side::joins(relation),
            reason: obstacle.unwrap_or_else(|| reason(&side, relation)),
            words,
            quoted_words: Two {
                later: texts.later.quoted.len(),
                earlier: texts.earlier.quoted.len(),
            },
            copied_words: Two { later: alignment.words[0], earlier: alignment.words[1] },
            copied: Two {
                later: share(alignment.words[0], words.later),
                earlier: share(alignment.words[1], words.earlier),
            },
            runs: Two { later: overlap.sizes[0], earlier: overlap.sizes[1] },
            shared: overlap.shared,
            containment: Fixed::from_f64(overlap.containment()),
            jaccard: Fixed::from_f64(overlap.jaccard()),
            boilerplate: boilerplate.len(),
            in_order: Fixed::from_f64(alignment.in_order),
            slots: alignment.slots,
            slots_differing: alignment.slots_differing,
            passages: passages(&table, &theirs, &texts),
            quotations: Two {
                later: texts.later.quotations(&theirs),
                earlier: texts.earlier.quotations(&mine),
            },
            checks: checks(&side, prints_shared),
        }
    }
}

/// What kept from comparing at all, if anything did.
fn obstacle(mine: &Features, theirs: &Features, prints_shared: usize) -> Option<String> {
    let least = params::SHINGLES_MIN;
    if mine.is_notice || theirs.is_notice {
        return Some("a kill, hold, withdrawal or advisory is never a copy".to_owned());
    }
    if (mine.shingles as usize) < least {
        return Some(format!(
            "the later text has {} different runs of three words; below {least} nothing can be told",
            mine.shingles
        ));
    }
    (prints_shared < params::PRINTS_SHARED_MIN as usize).then(|| {
        format!(
            "{prints_shared} fingerprints in common; texts with fewer than {} are not compared",
            params::PRINTS_SHARED_MIN
        )
    })
}

/// The rule that gave a relation, with its figures.
fn reason(side: &Side<'_>, relation: Relation) -> String {
    let Side { overlap, alignment, .. } = side;
    let (c, j) = (overlap.containment(), overlap.jaccard());
    let (copy_c, copy_j) = (params::COPY_CONTAINMENT, params::COPY_JACCARD);
    match relation {
        Relation::TemplateSibling if side.are_about_others() => {
            "each is about a name that the other never says: one form, other facts".to_owned()
        }
        Relation::TemplateSibling => format!(
            "{} of {} names and numbers in the common text differ: one form, other facts",
            alignment.slots_differing, alignment.slots
        ),
        Relation::Copy if j >= copy_j => format!("J {j:.3} is at least {copy_j}"),
        Relation::Copy => format!(
            "c {c:.3} is at least {copy_c}, and the shorter has {:.3} of the longer's length, at least {}",
            overlap.lengths(),
            params::COPY_LENGTHS
        ),
        Relation::Truncation => format!(
            "c {c:.3} is at least {copy_c} and the shorter lies in order in the longer ({:.3} of it, at least {})",
            alignment.in_order,
            params::IN_ORDER
        ),
        Relation::Revision if side.is_later_version() => format!(
            "c {c:.3} is at least {} under one headline of one newsroom: a later version",
            params::REVISION_CONTAINMENT
        ),
        Relation::Revision => "one text by its words, labelled as an update".to_owned(),
        Relation::Edited if c >= copy_c => format!(
            "c {c:.3} is at least {copy_c}, but only {:.3} of it stands in one order",
            alignment.in_order
        ),
        Relation::Edited if side.is_one_with_quotes() => {
            "mostly quotation, and one with its quotations under a common headline or credit"
                .to_owned()
        }
        Relation::Edited if c < params::JOIN_CONTAINMENT => format!(
            "c {c:.3}, and {} and {} words stand in one order under headlines alike: reworded",
            alignment.words[0], alignment.words[1]
        ),
        Relation::Edited => {
            format!(
                "c {c:.3} is at least {}, below the {copy_c} of a copy",
                params::JOIN_CONTAINMENT
            )
        }
        Relation::Derived => why_derived(side),
        Relation::SharedQuote => {
            format!("c {c:.3} is below {}; they quote the same words", params::DERIVED_CONTAINMENT)
        }
        Relation::New | Relation::SameStory => {
            format!("c {c:.3} is below {}", params::DERIVED_CONTAINMENT)
        }
    }
}

/// What kept a text apart from one that it shares much with.
fn why_derived(side: &Side<'_>) -> String {
    let (c, j, x) = (side.overlap.containment(), side.overlap.jaccard(), side.overlap.shared);
    if side.is_mostly_own() {
        format!(
            "{x} of {} runs of the later text stand in the shorter one: most of it is its own, and no headline, credit or newsroom speaks for one dispatch",
            side.overlap.sizes[0]
        )
    } else if !side.is_enough() {
        format!(
            "x {x}: from {} on, or from {} with a common headline or credit, it could be one text",
            params::SHARED_CLEAR,
            params::SHINGLES_MIN
        )
    } else if c < params::JOIN_CONTAINMENT {
        format!(
            "c {c:.3} is at least {}, below the {} of one text",
            params::DERIVED_CONTAINMENT,
            params::JOIN_CONTAINMENT
        )
    } else {
        format!(
            "both have {} words or more ({} and {}), and c {c:.3} is below {} and J {j:.3} below {}",
            params::LONG_WORDS,
            side.mine.words.len(),
            side.theirs.words.len(),
            params::LONG_CONTAINMENT,
            params::LONG_JACCARD
        )
    }
}

/// Every rule of the texts with its figure and its limit.
fn checks(side: &Side<'_>, prints_shared: usize) -> Vec<Check> {
    let Overlap { shared, sizes } = *side.overlap;
    let Alignment { in_order, slots, slots_differing, .. } = *side.alignment;
    let (c, j) = (side.overlap.containment(), side.overlap.jaccard());
    let (x, x_min) = (count(shared), count(params::SHINGLES_MIN));
    let differing = ratio(slots_differing, slots);
    let check = |rule, meaning, value: f64, limit: f64| Check {
        rule,
        meaning,
        value: Fixed::from_f64(value),
        limit: Fixed::from_f64(limit),
        holds: value >= limit,
    };
    let prints_min = f64::from(params::PRINTS_SHARED_MIN);
    let mut checks = vec![
        check("fingerprints", "fingerprints in common", count(prints_shared), prints_min),
        check("text", "runs of the shorter text", count(sizes[0].min(sizes[1])), x_min),
        check("x", "runs in common (x)", x, x_min),
        check("x_clear", "x without a common headline or credit", x, count(params::SHARED_CLEAR)),
        check("derived_c", "c of a text built on another", c, params::DERIVED_CONTAINMENT),
        check(
            "revision_c",
            "c of a later version, or of siblings",
            c,
            params::REVISION_CONTAINMENT,
        ),
        check("join_c", "c of one text", c, params::JOIN_CONTAINMENT),
        check("copy_c", "c of a copy or a cut", c, params::COPY_CONTAINMENT),
        check("copy_j", "J of a copy", j, params::COPY_JACCARD),
        check(
            "copy_lengths",
            "length of a copy, shorter by longer",
            side.overlap.lengths(),
            params::COPY_LENGTHS,
        ),
        check("in_order", "common runs in one order, of a cut", in_order, params::IN_ORDER),
        check(
            "slots_differing",
            "names and numbers that differ",
            count(slots_differing),
            count(params::TEMPLATE_SLOTS_MIN),
        ),
        check("template", "share that differs, of siblings", differing, params::TEMPLATE_SLOTS),
    ];
    if side.are_long() {
        checks.push(check("long_c", "c of two long texts", c, params::LONG_CONTAINMENT));
        checks.push(check("long_j", "or J of two long texts", j, params::LONG_JACCARD));
    }
    let witness = |rule, meaning, holds: bool| check(rule, meaning, f64::from(holds), 1.0);
    let Side { mine, theirs, .. } = *side;
    checks.extend([
        witness("same_title", "same headline", side::same_title(mine, theirs)),
        witness("titles_overlap", "headlines overlap", side::titles_overlap(mine, theirs)),
        witness("same_credit", "one agency credited", mine.shares_credit(theirs)),
        witness("same_newsroom", "one newsroom", mine.shares_newsroom(theirs)),
        witness("shared_quote", "the same words quoted", side::shares_quotes(mine, theirs)),
    ]);
    checks
}

/// A body as grouping sees it, with places.
struct Laid {
    chars: Vec<char>,
    /// Words outside quotation marks, as in `Features::words`.
    clean: Vec<[u32; 2]>,
    /// Words inside.
    quoted: Vec<(Word, [u32; 2])>,
    /// Where in `quoted` each quotation begins.
    begins: Vec<usize>,
}

impl Laid {
    fn of(article: &Article) -> Self {
        let chars = article.text.body.chars().collect();
        let mut laid = Self { chars, clean: Vec::new(), quoted: Vec::new(), begins: Vec::new() };
        let mut was_quoted = false;
        for (word, (from, to)) in placed_words(&article.text.body, &article.not_text) {
            if word.quoted {
                if !was_quoted || word.after_gap {
                    laid.begins.push(laid.quoted.len());
                }
                laid.quoted.push((word, [from, to]));
            } else {
                laid.clean.push([from, to]);
            }
            was_quoted = word.quoted;
        }
        laid
    }

    fn text(&self, [from, to]: [u32; 2]) -> String {
        self.chars.get(from as usize..to as usize).unwrap_or_default().iter().collect()
    }

    /// From the first to the last of these words.
    fn span(&self, words: &Range<usize>) -> [u32; 2] {
        let places = self.clean.get(words.clone()).unwrap_or_default();
        let ends = places.first().zip(places.last());
        ends.map_or([0, 0], |(first, last)| [first[0], last[1]])
    }

    fn quotations(&self, other: &Features) -> Vec<Quotation> {
        let ends = self.begins.iter().skip(1).copied().chain([self.quoted.len()]);
        let each = self.begins.iter().zip(ends).filter_map(|(&begin, end)| {
            let words = self.quoted.get(begin..end)?;
            let hashes: Vec<Flagged> =
                words.iter().map(|(word, _)| flagged(word.hash, 0)).collect();
            let is_shared = shingles::of(&hashes)
                .any(|(_, shingle)| other.quoted.binary_search(&shingle).is_ok());
            let (first, last) = (words.first()?.1, words.last()?.1);
            let at = [first[0], last[1]];
            Some(Quotation { words: words.len(), text: self.text(at), at, is_shared })
        });
        each.collect()
    }
}

fn passages(table: &Table<'_>, theirs: &Features, texts: &Two<Laid>) -> Vec<Passage> {
    let runs = table.runs(theirs);
    let passage = |run: &Run| {
        let later = texts.later.span(&run.mine);
        let at = Two { later, earlier: texts.earlier.span(&run.theirs) };
        Passage { words: run.mine.len(), text: texts.later.text(later), at }
    };
    runs.iter().filter(|run| !run.mine.is_empty()).map(passage).collect()
}

fn share(part: usize, whole: usize) -> Fixed {
    Fixed::ratio(part as u64, whole as u64)
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { count(part) / count(whole) }
}

#[expect(clippy::cast_precision_loss, reason = "counts of words stay far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
