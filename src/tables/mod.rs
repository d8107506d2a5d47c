//! Loaded knowledge: agencies, outlets and their families, credit patterns, desk labels, headlines of round-ups, word
//! lists. Read-only once built, shared, and hashed, so that a run can say which knowledge it judged by.

mod boilerplate;
mod build;
mod entities;
mod entry;
mod error;
mod gazetteer;
mod knowledge;
mod language;
mod late;
mod lexicon;
mod load;
pub mod markup;
mod names;
mod patterns;
mod round_ups;
#[cfg(test)]
mod tests;
mod tokens;
mod variants;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::{TimeZone, TimeZoneDatabase};

pub use entities::html_entity;
pub use entry::{AgencyEntry, Config, Extent, OutletEntry, Slot, Words};
pub use error::Error;
pub use gazetteer::{Entity, EntityKind, Form, Gazetteer, Sense, folded};
pub use lexicon::{Class, Lexicon};
pub use names::{Masked, Named, Setting};
pub use patterns::{Hit, Label};
pub use tokens::{Token, TokenKind, is_quote_mark, tokens};

use crate::news::{self, Hash16};
use boilerplate::Boilerplate;
use entry::Place;
use load::Raw;
use names::Names;
use patterns::{Labels, Rows};
use round_ups::RoundUps;

/// A news agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// What `provenance.wire` calls it.
    pub id: String,
    /// All names that credit it.
    pub names: Vec<String>,
    /// ISO 3166-1 alpha-2 of its seat, `""` unknown.
    pub country: String,
    /// Names that mean it only at outlets of these countries.
    pub only: BTreeMap<String, Vec<String>>,
    /// Names that mean something else at outlets of these countries.
    pub except: BTreeMap<String, Vec<String>>,
}

/// An outlet with what only enrichment needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlet {
    /// What the record shows.
    pub shown: news::Outlet,
    /// Zone its days are counted in.
    pub zone: Option<TimeZone>,
    /// Agency whose own feeds these are, `""` for none.
    pub agency: String,
    /// Name and aliases.
    pub names: Vec<String>,
}

/// The tables in force.
#[derive(Clone, Debug)]
pub struct Tables {
    hash: Hash16,
    agencies: Vec<Agency>,
    agency_ids: HashMap<String, usize>,
    outlets: Vec<Outlet>,
    outlet_ids: HashMap<String, usize>,
    outlet_names: HashMap<String, usize>,
    own_hosts: HashMap<String, usize>,
    hosts: HashMap<String, usize>,
    names: Names,
    tail: Rows,
    inside: Rows,
    head: Rows,
    byline: Rows,
    notice: Rows,
    plain: Rows,
    title_labels: Labels,
    line_labels: Labels,
    boilerplate: Boilerplate,
    round_ups: RoundUps,
    words: Words,
    desks: HashSet<String>,
    datelines: HashSet<String>,
    not_places: HashSet<String>,
    abbreviations: HashSet<String>,
    function_words: HashMap<String, HashSet<String>>,
    gazetteer: Gazetteer,
    lexicons: HashMap<String, Lexicon>,
    /// For languages without a lexicon of their own.
    any_lexicon: Lexicon,
    variants: Vec<Vec<String>>,
}

impl Tables {
    /// The tables compiled in.
    ///
    /// # Panics
    ///
    /// Never: what is compiled in is tested.
    pub fn builtin() -> Self {
        Self::with(&Config::default()).expect("the built-in tables are tested")
    }

    /// The built-in tables with the user's folder and entries over them.
    pub fn with(config: &Config) -> Result<Self, Error> {
        Self::build(Raw::load(config)?)
    }

    fn build(mut raw: Raw) -> Result<Self, Error> {
        let hash = raw.hash();
        let agencies = build::agencies(&raw)?;
        let outlets = build::outlets(&raw, &agencies)?;
        let gazetteer = raw.known(&outlets, &agencies).gazetteer();
        // The rows are ten times what becomes of them: what follows takes their place.
        raw.forget_knowledge();
        let raw = &raw;
        let hosts = build::hosts(raw)?;
        let own = |(host, index): &(String, usize)| {
            (raw.own_hosts.get(host) == Some(&raw.outlets[*index].id))
                .then(|| (host.clone(), *index))
        };
        let any_lexicon = raw.lexicon("any").shared();
        let lexicon = |lang: &String| (lang.clone(), raw.lexicon(lang).with(&any_lexicon));
        let rows = |slot, inside| Rows::compile(slot, inside, &raw.credits, &raw.macros);
        let set = |words: &[String]| words.iter().cloned().collect::<HashSet<_>>();
        let functions = raw.words.function_words.iter();
        Ok(Self {
            hash,
            agency_ids: build::ids(agencies.iter().map(|agency| &agency.id)),
            outlet_ids: build::ids(outlets.iter().map(|outlet| &outlet.shown.id)),
            outlet_names: build::outlet_names(&outlets),
            own_hosts: hosts.iter().filter_map(own).collect(),
            hosts: hosts.into_iter().collect(),
            names: build::names(raw, &outlets),
            tail: rows(Slot::Tail, false)?,
            inside: rows(Slot::Tail, true)?,
            head: rows(Slot::Head, false)?,
            byline: rows(Slot::Byline, false)?,
            notice: rows(Slot::Notice, false)?,
            plain: rows(Slot::Plain, false)?,
            title_labels: Labels::compile(Place::Title, &raw.labels)?,
            line_labels: Labels::compile(Place::Line, &raw.labels)?,
            boilerplate: Boilerplate::compile(&raw.boilerplate)?,
            round_ups: RoundUps::compile(&raw.round_ups)?,
            desks: set(&raw.words.desks),
            datelines: set(&raw.words.datelines),
            not_places: set(&raw.words.not_places),
            abbreviations: set(&raw.words.abbreviations),
            function_words: functions.map(|(lang, words)| (lang.clone(), set(words))).collect(),
            words: raw.words.clone(),
            gazetteer,
            lexicons: raw.lexicons.keys().map(lexicon).collect(),
            any_lexicon,
            variants: variants::compile(&raw.variants)?,
            agencies,
            outlets,
        })
    }

    /// Changes with the effective content, however it was laid together.
    pub fn hash(&self) -> Hash16 {
        self.hash
    }

    /// The agency with this id.
    pub fn agency(&self, id: &str) -> Option<&Agency> {
        self.agency_ids.get(id).map(|index| &self.agencies[*index])
    }

    /// The agency at an index from [`Named`].
    pub fn agency_at(&self, index: usize) -> &Agency {
        &self.agencies[index]
    }

    /// The outlet with this id.
    pub fn outlet(&self, id: &str) -> Option<&Outlet> {
        self.outlet_ids.get(id).map(|index| &self.outlets[*index])
    }

    /// The id of an outlet that is spelt much like this, to suggest it.
    pub fn nearest_outlet(&self, id: &str) -> Option<&str> {
        error::nearest(id, self.outlets.iter().map(|outlet| outlet.shown.id.as_str()))
    }

    /// The outlet at an index from [`Named`].
    pub fn outlet_at(&self, index: usize) -> &Outlet {
        &self.outlets[index]
    }

    /// The outlet that publishes on this host or on a domain above it; the user's hosts are asked first.
    pub fn outlet_by_host(&self, host: &str) -> Option<&Outlet> {
        let host = host.trim_end_matches('.').to_lowercase();
        let index =
            build::above(&self.own_hosts, &host).or_else(|| build::above(&self.hosts, &host))?;
        Some(&self.outlets[index])
    }

    /// The outlet that goes by this name, whatever its case.
    pub fn outlet_by_name(&self, name: &str) -> Option<&Outlet> {
        self.outlet_names.get(&name.trim().to_lowercase()).map(|index| &self.outlets[*index])
    }

    /// Spellings of one name, a list each.
    pub fn variants(&self) -> &[Vec<String>] {
        &self.variants
    }

    /// The word lists.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The line with its names marked, as [`Tables::credit`] wants it.
    pub fn mask(&self, line: &str, setting: &Setting<'_>) -> Masked {
        Masked::new(line, &self.names, setting)
    }

    /// Where in the tables an outlet stands, for [`Setting::own`].
    pub fn outlet_index(&self, id: &str) -> Option<usize> {
        self.outlet_ids.get(id).copied()
    }

    /// The credit pattern of this slot that the line fits.
    pub fn credit(&self, slot: Slot, line: &Masked) -> Option<Hit> {
        let rows = match slot {
            Slot::Tail => &self.tail,
            Slot::Head => &self.head,
            Slot::Byline => &self.byline,
            Slot::Notice => &self.notice,
            Slot::Plain => &self.plain,
        };
        rows.find(line, |place| self.is_dateline_place(place))
    }

    /// Whether a line is neither story nor credit: a caption, a link, a house rule.
    pub fn is_plain(&self, line: &Masked) -> bool {
        self.plain.is_match(line)
    }

    /// The credit that ends a paragraph.
    pub fn credit_at_end(&self, line: &Masked) -> Option<Hit> {
        self.inside.find(line, |_| true)
    }

    /// Whether newsrooms date from a place of this name in capitals.
    pub fn is_dateline_place(&self, place: &str) -> bool {
        self.datelines.contains(&place.to_uppercase())
    }

    /// Whether capitals that open a text are known to be no place.
    pub fn is_no_place(&self, word: &str) -> bool {
        self.not_places.contains(word)
    }

    /// Whether this word (lower case) makes an author a desk.
    pub fn is_desk_word(&self, word: &str) -> bool {
        self.desks.contains(word)
    }

    /// Whether a full stop after this word (lower case) ends no sentence.
    pub fn is_abbreviation(&self, word: &str) -> bool {
        self.abbreviations.contains(word)
    }

    /// Everyday words of a language, where the table has them.
    pub fn function_words(&self, lang: &str) -> Option<&HashSet<String>> {
        self.function_words.get(lang)
    }

    /// Whether this word (lower case) is an everyday one in some language.
    pub fn is_function_word(&self, word: &str) -> bool {
        self.function_words.values().any(|words| words.contains(word))
    }

    /// The desk label in a headline.
    pub fn title_label(&self, title: &str) -> Option<Label> {
        self.title_labels.find(title)
    }

    /// Whether a headline is that of a live blog or a round-up.
    pub fn is_round_up(&self, title: &str) -> bool {
        self.round_ups.is(title)
    }

    /// Whether a block is neither story nor credit: a link to go on reading, a call to share.
    pub fn is_boilerplate(&self, block: &str) -> bool {
        self.boilerplate.is(block)
    }

    /// Whether a block asks to pay for what would stand behind it.
    pub fn is_wall(&self, block: &str) -> bool {
        self.boilerplate.is_wall(block)
    }

    /// Where, in bytes, the boilerplate begins that ends a block behind a sentence.
    pub fn boilerplate_end(&self, block: &str) -> Option<usize> {
        self.boilerplate.end(block)
    }

    /// The desk label in a first or last block.
    pub fn line_label(&self, line: &str) -> Option<Label> {
        self.line_labels.find(line)
    }
}

/// The zone of this name. From the compiled-in database, so that a day is the same day on every machine.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}
