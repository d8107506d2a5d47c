//! Who got it from whom: parties, newsrooms and articles of a story, and the ways between them.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Piece, Whole};
use super::show::percent;
use crate::cli::word;
use crate::news::{Independence, OriginKind, Relation};

/// Where a node stands, left to right in the way of the news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    /// Said it.
    Said,
    /// Heard it.
    Heard,
    /// Passed it on.
    Passed,
    /// Printed it.
    Printed,
}

/// A party, a newsroom or an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Entity id, or the article's.
    pub(super) id: String,
    pub(super) label: String,
    /// How an article stands to what it has; of a newsroom what it carried itself.
    pub(super) note: String,
    pub(super) column: Column,
    /// Whether it is one of the independent sources.
    pub(super) is_origin: bool,
    /// Headlines of the articles behind it.
    pub(super) titles: Vec<String>,
}

/// A way from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The same text; else a citation or a rewrite.
    pub(super) is_copy: bool,
}

/// The graph; edges lead from source to reader.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

impl Graph {
    /// The graph of a story.
    pub(super) fn of(whole: &Whole) -> Self {
        let mut draft = Draft { whole, graph: Self::default(), places: BTreeMap::new() };
        for origin in &whole.story.independence {
            draft.origin(origin);
        }
        for piece in whole.pieces.iter().filter(|piece| !piece.is_gone()) {
            draft.chains(piece);
        }
        for piece in whole.pieces.iter().filter(|piece| !piece.is_gone()) {
            draft.article(piece);
        }
        let mut graph = draft.graph;
        graph.settle();
        graph
    }

    fn link(&mut self, from: usize, to: usize, is_copy: bool) {
        let known = self.edges.iter_mut().find(|edge| (edge.from, edge.to) == (from, to));
        match known {
            Some(edge) => edge.is_copy |= is_copy,
            None if from != to => self.edges.push(Edge { from, to, is_copy }),
            None => {}
        }
    }

    /// Puts newsrooms that have it from newsrooms alone behind them, and edges in the order of their ends.
    fn settle(&mut self) {
        let mut sources: Vec<(bool, bool)> = vec![(false, false); self.nodes.len()];
        for edge in &self.edges {
            match self.nodes[edge.from].column {
                Column::Said => sources[edge.to].0 = true,
                _ => sources[edge.to].1 = true,
            }
        }
        for (node, (from_party, from_newsroom)) in self.nodes.iter_mut().zip(sources) {
            if node.column == Column::Heard && from_newsroom && !from_party {
                node.column = Column::Passed;
            }
        }
        self.edges.sort_unstable();
    }
}

impl Piece {
    /// Whether it counts nowhere: a note of the desk, or a text that was taken back.
    pub(super) fn is_gone(&self) -> bool {
        use crate::record::format::ArticleWord;
        let withdrawn = self.revisions.last().is_some_and(|last| last.1 == ArticleWord::Withdrawn);
        withdrawn || self.latest.notice.is_uncounted()
    }
}

struct Draft<'a> {
    whole: &'a Whole,
    graph: Graph,
    /// Nodes by entity id.
    places: BTreeMap<String, usize>,
}

impl Draft<'_> {
    fn node(&mut self, id: &str, column: Column) -> usize {
        if let Some(&at) = self.places.get(id) {
            return at;
        }
        let at = self.graph.nodes.len();
        self.graph.nodes.push(Node {
            id: id.to_owned(),
            label: self.whole.name(id),
            note: String::new(),
            column,
            is_origin: false,
            titles: Vec::new(),
        });
        self.places.insert(id.to_owned(), at);
        at
    }

    /// A newsroom or body whose reporting counts; of a family its first outlet stands for it.
    fn origin(&mut self, origin: &Independence) {
        let column = match origin.kind {
            OriginKind::Primary => Column::Said,
            OriginKind::Wire | OriginKind::Outlet => Column::Heard,
        };
        let name = match origin.kind {
            OriginKind::Wire => &origin.origin,
            _ => origin.outlets.first().unwrap_or(&origin.origin),
        };
        let at = self.node(&format!("org_{name}"), column);
        self.graph.nodes[at].is_origin = true;
        for outlet in &origin.outlets {
            let id = format!("org_{outlet}");
            // What one family publishes under other names is its own.
            if origin.kind == OriginKind::Primary {
                self.places.entry(id).or_insert(at);
            }
        }
    }

    /// The ways of what an article cites: from the party through the newsrooms, up to the article's own.
    fn chains(&mut self, piece: &Piece) {
        let record = &piece.latest;
        let newsrooms: BTreeSet<String> = record
            .provenance
            .wire
            .iter()
            .chain(&record.provenance.cites)
            .map(|id| format!("org_{id}"))
            .collect();
        let publisher = format!("org_{}", record.outlet.id);
        for chain in record.provenance.chains.iter().filter(|chain| !chain.claims.is_empty()) {
            let mut path = chain.path.iter().skip(1).rev();
            let mut before: Option<usize> = None;
            for id in path.by_ref() {
                let is_newsroom = newsrooms.contains(id);
                let column = if is_newsroom { Column::Heard } else { Column::Said };
                let at = self.node(id, column);
                if let Some(before) = before {
                    self.graph.link(before, at, false);
                }
                before = Some(at);
            }
            // The article's own newsroom, where it is one of those that others have it from.
            if let (Some(before), Some(&own)) = (before, self.places.get(&publisher)) {
                self.graph.link(before, own, false);
            }
        }
    }

    fn article(&mut self, piece: &Piece) {
        let record = &piece.latest;
        let publisher = format!("org_{}", record.outlet.id);
        if let Some(&own) = self.places.get(&publisher) {
            self.graph.nodes[own].titles.push(record.title.clone());
            self.graph.nodes[own].label.clone_from(&record.outlet.name);
            return;
        }
        let at = self.node(&record.article_id.to_string(), Column::Printed);
        self.graph.nodes[at].label.clone_from(&record.outlet.name);
        self.graph.nodes[at].titles.push(record.title.clone());
        let is_copy = matches!(
            piece.relation,
            Relation::Copy | Relation::Truncation | Relation::Edited | Relation::Revision
        );
        let relation = word(&piece.relation).replace('_', " ");
        let role = word(&record.provenance.role).replace('_', " ");
        self.graph.nodes[at].note = match piece.relation {
            Relation::New | Relation::SameStory if role == "unknown" => String::new(),
            Relation::New | Relation::SameStory => role,
            _ if is_copy => format!("{relation} {}", percent(piece.score)),
            _ => relation,
        };
        if let Some(source) = self.source(piece) {
            self.graph.link(source, at, is_copy);
        }
        for chain in record.provenance.chains.iter().filter(|chain| !chain.claims.is_empty()) {
            // What a copy cites, its wire cites.
            if let Some(&from) = chain.path.get(1).and_then(|id| self.places.get(id))
                && !is_copy
            {
                self.graph.link(from, at, false);
            }
        }
    }

    /// The origin that an article's text rests on.
    fn source(&self, piece: &Piece) -> Option<usize> {
        let dispatch = piece.latest.dispatch_id;
        let rests = |origin: &&Independence| origin.dispatch_ids.contains(&dispatch);
        let origin = self.whole.story.independence.iter().find(rests)?;
        let name = match origin.kind {
            OriginKind::Wire => &origin.origin,
            _ => origin.outlets.first().unwrap_or(&origin.origin),
        };
        self.places.get(&format!("org_{name}")).copied()
    }
}
