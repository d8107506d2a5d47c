//! The figures of a text: each person, body and place once.

use std::collections::HashMap;

use rapidhash::fast::SeedableState;

use crate::tables::EntityKind;

/// Different people, bodies and places of one text that are told.
const CAST_MAX: usize = 300;
/// Somebody or something of this text.
#[derive(Clone, Debug)]
pub(in crate::enrich::speech) struct Figure {
    pub(in crate::enrich::speech) kind: EntityKind,
    pub(in crate::enrich::speech) id: String,
    pub(in crate::enrich::speech) name: String,
    /// `kind` of a body, sort of a place.
    pub(in crate::enrich::speech) sort: String,
    pub(in crate::enrich::speech) country: String,
    pub(in crate::enrich::speech) wikidata: String,
    pub(in crate::enrich::speech) role: String,
    pub(in crate::enrich::speech) role_of: String,
    /// The tables' word for the office, where the text has none of its own.
    pub(in crate::enrich::speech) known_role: (String, String),
    /// Outlet or agency id, for newsrooms.
    pub(in crate::enrich::speech) newsroom: Option<String>,
    /// Whether it stands for itself alone: the name needs no neighbour.
    pub(in crate::enrich::speech) is_sure: bool,
    pub(in crate::enrich::speech) region: String,
}

impl Figure {
    pub(super) fn new(kind: EntityKind) -> Self {
        Self {
            kind,
            id: String::new(),
            name: String::new(),
            sort: String::new(),
            country: String::new(),
            wikidata: String::new(),
            role: String::new(),
            role_of: String::new(),
            known_role: Default::default(),
            newsroom: None,
            is_sure: true,
            region: String::new(),
        }
    }
}

/// All figures of a text.
#[derive(Clone, Debug, Default)]
pub(in crate::enrich::speech) struct Cast {
    pub(in crate::enrich::speech) figures: Vec<Figure>,
    pub(super) by_entity: HashMap<u32, u32, SeedableState<'static>>,
    by_id: HashMap<String, u32, SeedableState<'static>>,
    /// Surnames of people named in full; `None` where two people have it.
    pub(super) surnames: HashMap<String, Option<u32>, SeedableState<'static>>,
}

impl Cast {
    pub(super) fn add(&mut self, figure: Figure) -> Option<u32> {
        if let Some(known) = self.by_id.get(&figure.id) {
            return Some(*known);
        }
        if self.figures.len() >= CAST_MAX {
            return None;
        }
        let index = u32::try_from(self.figures.len()).ok()?;
        self.by_id.insert(figure.id.clone(), index);
        self.figures.push(figure);
        Some(index)
    }

    pub(in crate::enrich::speech) fn figure(&self, who: u32) -> Option<&Figure> {
        self.figures.get(who as usize)
    }

    pub(super) fn surname(&mut self, word: &str, who: u32) {
        self.surnames
            .entry(word.to_owned())
            .and_modify(|known| *known = known.filter(|known| *known == who))
            .or_insert(Some(who));
    }
}
