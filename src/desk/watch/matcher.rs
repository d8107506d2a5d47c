//! Which rules an article meets, and by which of their terms.
//!
//! All rules are looked for in one pass: a word of the text is asked for once, however many rules there are.

use std::collections::HashMap;

use super::entities::Entities;
use super::fold::Words;
use super::variants::Variants;
use crate::news::{Article, Field, Fixed, Hash16, Level, Node, Rule, Watch, WatchHit, Watchlist};

/// Words between headline and text: more than any `NEAR` may span.
const TITLE_GAP: usize = crate::news::NEAR_WORDS_MAX + 1;

/// Places of one term that are kept; nearness needs no more.
const PLACES_MAX: usize = 1_000;

/// Looked back for the nearest place before another; the places of a side overlap no deeper.
const LOOK_BACK: usize = 8;

/// Words in a row, from the first to one past the last.
type Span = (usize, usize);

/// Rules ready to be asked.
#[derive(Debug, Default)]
pub struct Watches {
    rules: Vec<Compiled>,
    /// What begins with a word: the rest of the row, and whose it is.
    rows: HashMap<String, Vec<Row>>,
    /// Terms of all rules that are no row of words.
    asks_entities: bool,
    hash: Hash16,
}

#[derive(Debug)]
struct Row {
    rest: Vec<String>,
    term: usize,
    in_title_alone: bool,
}

#[derive(Debug)]
struct Compiled {
    id: String,
    level: Level,
    is_sent: bool,
    rule: Rule,
    /// Place of its first term among those of all rules.
    first: usize,
    /// Ways to write the value of each term that is no row of words.
    values: Vec<Vec<Vec<String>>>,
}

impl Watches {
    /// Makes the rules of a list ready.
    pub fn new(list: &Watchlist) -> Self {
        let variants = Variants::new(&list.variants);
        let mut watches = Self { hash: list.hash(), ..Self::default() };
        let mut first = 0;
        for Watch { id, rule, level, is_sent } in &list.watches {
            let mut values = Vec::with_capacity(rule.terms.len());
            for (place, term) in rule.terms.iter().enumerate() {
                let ways = variants.ways(&Words::of(value(term.field, &term.words)).to_vec());
                match term.field {
                    Field::Text | Field::Title => {
                        watches.add(ways, first + place, term.field == Field::Title);
                        values.push(Vec::new());
                    }
                    _ => {
                        watches.asks_entities = true;
                        values.push(ways);
                    }
                }
            }
            let (id, level, is_sent, rule) = (id.clone(), *level, *is_sent, rule.clone());
            let terms = rule.terms.len();
            watches.rules.push(Compiled { id, level, is_sent, rule, first, values });
            first += terms;
        }
        watches
    }

    /// Whether nothing is followed.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Names the list they were made of.
    pub fn hash(&self) -> Hash16 {
        self.hash
    }

    /// How loudly a watch is told, and whether it goes anywhere beside the records.
    pub(in crate::desk) fn level(&self, id: &str) -> Option<(Level, bool)> {
        let rule = self.rules.iter().find(|rule| rule.id == id)?;
        Some((rule.level, rule.is_sent))
    }

    /// The rules that an article meets, in the order of the list.
    pub fn hits(&self, article: &Article) -> Vec<WatchHit> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        let mut words = Words::of(&article.title);
        let title = words.len();
        words.add(&article.text.body);
        let places = self.places(&words, title);
        let entities = if self.asks_entities { Entities::of(article) } else { Entities::default() };
        let meets = |rule: &Compiled| {
            let found = Found { rule, places: &places, entities: &entities };
            found.is_met(&rule.rule.root).then(|| found.hit())
        };
        self.rules.iter().filter_map(meets).collect()
    }

    fn add(&mut self, ways: Vec<Vec<String>>, term: usize, in_title_alone: bool) {
        for mut way in ways {
            if way.is_empty() {
                continue;
            }
            let rest = way.split_off(1);
            let opening = way.pop().unwrap_or_default();
            self.rows.entry(opening).or_default().push(Row { rest, term, in_title_alone });
        }
    }

    /// Where each term of the text stands, in order.
    fn places(&self, words: &Words, title: usize) -> HashMap<usize, Vec<Span>> {
        let mut places: HashMap<usize, Vec<Span>> = HashMap::new();
        for (at, word) in words.iter().enumerate() {
            let Some(rows) = self.rows.get(word) else { continue };
            for row in rows {
                let end = at + 1 + row.rest.len();
                let is_in_title = end <= title;
                // No row goes on from the headline into the text.
                let is_torn = at < title && !is_in_title;
                let rest = row.rest.iter().map(Some);
                let is_there = || {
                    let behind = (at + 1..end).map(|place| words.get(place));
                    behind.eq(rest.map(|word| word.map(String::as_str)))
                };
                if is_torn || (row.in_title_alone && !is_in_title) || !is_there() {
                    continue;
                }
                let gap = if at < title { 0 } else { TITLE_GAP };
                let spans = places.entry(row.term).or_default();
                if spans.len() < PLACES_MAX {
                    spans.push((at + gap, end + gap));
                }
            }
        }
        places
    }
}

/// What the words of a value are cut from: an id says its name in its own way.
fn value(field: Field, words: &str) -> &str {
    let prefix = match field {
        Field::Person => "per_",
        Field::Org => "org_",
        Field::Place => "plc_",
        _ => return words,
    };
    words.strip_prefix(prefix).unwrap_or(words)
}

/// What one article holds of one rule.
struct Found<'a> {
    rule: &'a Compiled,
    places: &'a HashMap<usize, Vec<Span>>,
    entities: &'a Entities,
}

impl Found<'_> {
    fn is_met(&self, node: &Node) -> bool {
        match node {
            Node::Term(term) => self.has(*term),
            Node::Near { .. } => !self.spans(node).is_empty(),
            Node::Not(node) => !self.is_met(node),
            Node::And(nodes) => nodes.iter().all(|node| self.is_met(node)),
            Node::Or(nodes) => nodes.iter().any(|node| self.is_met(node)),
        }
    }

    fn has(&self, term: usize) -> bool {
        let known = &self.rule.rule.terms[term];
        match known.field {
            Field::Text | Field::Title => self.places.contains_key(&(self.rule.first + term)),
            field => self.entities.has(field, &known.words, &self.rule.values[term]),
        }
    }

    /// Where a node stands in the text, by first word.
    fn spans(&self, node: &Node) -> Vec<Span> {
        match node {
            Node::Term(term) => {
                self.places.get(&(self.rule.first + term)).cloned().unwrap_or_default()
            }
            Node::Or(nodes) => {
                let mut spans: Vec<Span> = nodes.iter().flat_map(|n| self.spans(n)).collect();
                spans.sort_unstable();
                spans.truncate(PLACES_MAX);
                spans
            }
            Node::Near { left, right, words } => {
                near(&self.spans(left), &self.spans(right), *words)
            }
            Node::And(_) | Node::Not(_) => Vec::new(),
        }
    }

    fn hit(&self) -> WatchHit {
        let sought = || self.rule.rule.terms.iter().enumerate().filter(|(_, t)| !t.is_negated);
        let terms: Vec<String> = sought()
            .filter(|(place, _)| self.has(*place))
            .map(|(_, term)| term.shown.clone())
            .collect();
        let score = Fixed::ratio(terms.len() as u64, sought().count() as u64);
        WatchHit { id: self.rule.id.clone(), terms, score }
    }
}

/// The left places that have a right one with at most so many words between them, each reaching over both.
fn near(left: &[Span], right: &[Span], words: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    for &(start, end) in left {
        let behind = right.get(right.partition_point(|span| span.0 < end));
        let behind = behind.filter(|span| span.0 - end <= words);
        let before = right.get(..right.partition_point(|span| span.0 < start)).unwrap_or_default();
        let mut before = before.iter().rev().take(LOOK_BACK);
        let before = before.find(|span| span.1 <= start && start - span.1 <= words);
        if let Some(other) = behind.or(before) {
            spans.push((start.min(other.0), end.max(other.1)));
        }
    }
    spans.sort_unstable();
    spans
}
