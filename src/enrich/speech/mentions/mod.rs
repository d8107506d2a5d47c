//! Who and what a text names: people, bodies, places. Tables first, longest name first; grammar for the names that no
//! table has. Titles never enter a name.

mod cast;
mod checks;

use std::collections::HashMap;

use rapidhash::fast::SeedableState;

pub(super) use cast::{Cast, Figure};

use super::units::Text;
use crate::tables::{Class, EntityKind, Form, Sense, TokenKind, folded};

/// Words of a name that no table has.
const NAME_WORDS_MAX: usize = 5;

/// Classes of words that names are made of.
const NAME_PARTS: Class =
    Class::FIRST_NAME.or(Class::OUTLET_WORD).or(Class::ORG_WORD).or(Class::PARTICLE);

/// How a mention stands for its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// By a name.
    Name,
    /// By an adjective of its country: no mention, but an owner of titles.
    Demonym,
    /// A name nobody knows anything about.
    Unknown,
}

/// Tokens that name somebody or something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Index in the cast; `None` for names that stay unknown.
    pub(super) who: Option<u32>,
    pub(super) how: How,
}

/// Finds the mentions of a text.
pub(super) fn find(text: &Text<'_>) -> (Vec<Mention>, Cast) {
    let mut finder = Finder { text, cast: Cast::default(), mentions: vec![], singles: vec![] };
    finder.run();
    finder.surnames();
    finder.mentions.sort_by_key(|mention| mention.first);
    (finder.mentions, finder.cast)
}

struct Finder<'a> {
    text: &'a Text<'a>,
    cast: Cast,
    mentions: Vec<Mention>,
    /// Single capitalised words, and the known person each may mean.
    singles: Vec<(usize, Option<u32>)>,
}

impl Finder<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.text.tokens.len() {
            at += self.step(at);
        }
    }

    /// Takes what begins at a token; tokens taken.
    fn step(&mut self, at: usize) -> usize {
        let token = self.text.tokens[at];
        let small = !token.capital
            && self.text.classes[at].0.0 & !Class::PARTICLE.0 == 0
            && token.to - token.from <= 5;
        if token.kind != TokenKind::Word || !token.capital && !small {
            return 1;
        }
        let cased = self.text.word(at).chars().any(char::is_uppercase);
        let run = if small || !cased { 0 } else { self.run_from(at) };
        let gazetteer = self.text.tables.gazetteer();
        let found = gazetteer.at(self.text.word(at), |n| self.text.next_word(at, n));
        let known = found.and_then(|(senses, length)| {
            self.choose(senses, at, length, run).map(|sense| (sense, length))
        });
        let class = self.text.classes[at].0;
        if let Some((sense, length)) = known {
            let person_run = run > length
                && self.is_person(at, run, true)
                && !self.is_plain_name(sense, at, length, run);
            let single =
                length == 1 && (sense.kind == EntityKind::Place || sense.form == Form::Surname);
            let body_run = single && run > length && self.is_body(at, run);
            if !person_run && !body_run {
                return self.take_known(sense, at, length);
            }
        }
        if small || !cased {
            return 1;
        }
        if let Some(length) = self.publisher_at(at) {
            return length;
        }
        let functional = class.0 & !NAME_PARTS.0 != 0;
        if functional && self.text.opens_sentence(at) && !self.text.all_caps(at, 1) {
            return usize::from(self.text.classes[at].1).max(1);
        }
        let phrase = self.text.classes[at].1 as usize;
        if class.is(Class::TITLE.or(Class::HONORIFIC).or(Class::RANK)) {
            return phrase.max(1);
        }
        if class.is(Class::ARTICLE) && class.is(Class::NO_NAME) {
            return 1;
        }
        if class.is(Class::NO_NAME) && self.text.opens_sentence(at) {
            return 1;
        }
        if run == 0 {
            return 1;
        }
        if self.is_person(at, run, false) {
            self.take_person(at, run);
            return run;
        }
        if run > 1 && self.is_body(at, run) {
            self.take_body(at, run);
            return run;
        }
        let plain = class.0 & !Class::FIRST_NAME.or(Class::OUTLET_WORD).or(Class::ORG_WORD).0 != 0;
        if run == 1 && plain {
            return 1;
        }
        if run == 1 {
            self.singles.push((at, None));
        } else {
            self.mentions.push(Mention { first: at, last: at + run, who: None, how: How::Unknown });
        }
        run
    }

    /// The publisher's own name: nobody that a text of its own would cite.
    fn publisher_at(&self, at: usize) -> Option<usize> {
        let tables = self.text.tables;
        let (senses, length) =
            tables.gazetteer().at(self.text.word(at), |n| self.text.next_word(at, n))?;
        let own = senses.iter().any(|sense| {
            tables.gazetteer().entity(sense.entity).and_then(|entity| entity.outlet).is_some_and(
                |outlet| tables.outlet_at(outlet as usize).shown.id == self.text.publisher,
            )
        });
        own.then_some(length)
    }

    /// Capitalised words, initials and particles in a row.
    fn run_from(&self, at: usize) -> usize {
        let mut end = at;
        let mut words = 0;
        let mut ahead = at;
        while ahead < self.text.tokens.len() && words < NAME_WORDS_MAX {
            let token = self.text.tokens[ahead];
            let class = self.text.classes[ahead].0;
            let glued = token.glued && ahead > at;
            if token.kind == TokenKind::Word && token.capital && !glued {
                // A title or a word that opens sentences ends a name.
                if class.is(Class::TITLE.or(Class::HONORIFIC)) && ahead > at {
                    break;
                }
                words += 1;
                ahead += 1;
                end = ahead;
            } else if glued
                && token.kind == TokenKind::Word
                && self.text.sign(ahead - 1) == "-"
                && (token.capital || self.text.is_capital(ahead - 2))
            {
                ahead += 1;
                end = ahead;
            } else if ahead > at
                && (class.is(Class::PARTICLE) && !token.capital
                    || self.text.sign(ahead) == "-" && token.glued)
            {
                ahead += 1;
                if ahead - end > 2 {
                    break;
                }
            } else {
                break;
            }
        }
        end - at
    }

    fn class_of(&self, at: usize) -> Class {
        self.text.classes.get(at).map(|c| c.0).unwrap_or_default()
    }

    fn any_class(&self, at: usize, run: usize, class: Class) -> bool {
        (at..at + run).any(|n| self.class_of(n).is(class))
    }

    fn take_person(&mut self, at: usize, run: usize) {
        let words: Vec<&str> = (at..at + run).map(|n| self.text.word(n)).collect();
        let capitals = (at..at + run).filter(|n| self.text.is_capital(*n)).count();
        if capitals == 1 {
            self.singles.push((at, None));
            return;
        }
        let name = self.text.between(at, at + run).to_owned();
        let figure = Figure {
            kind: EntityKind::Person,
            id: format!("per_{}", folded(&name)),
            name,
            ..Figure::new(EntityKind::Person)
        };
        let last = words.last().map(|word| (*word).to_owned()).unwrap_or_default();
        let who = self.cast.add(figure);
        if let Some(who) = who {
            self.cast.surname(&last, who);
        }
        self.mentions.push(Mention { first: at, last: at + run, who, how: How::Name });
    }

    fn take_body(&mut self, at: usize, run: usize) {
        let name = self.text.between(at, at + run);
        let name = name.strip_prefix("The ").unwrap_or(name).to_owned();
        let newsroom =
            !self.any_class(at, run, Class::ORG_WORD) && self.text.is_newsroom_slot(at, at + run);
        let id = folded(&name);
        let figure = Figure {
            id: format!("org_{id}"),
            newsroom: newsroom.then_some(id),
            name,
            ..Figure::new(EntityKind::Org)
        };
        let who = self.cast.add(figure);
        self.mentions.push(Mention { first: at, last: at + run, who, how: How::Name });
    }

    fn take_known(&mut self, sense: Sense, at: usize, length: usize) -> usize {
        if sense.form == Form::Surname {
            self.singles.push((at, Some(sense.entity)));
            return length;
        }
        let who = self.known(sense.entity, sense.kind);
        let how = if sense.form == Form::Demonym { How::Demonym } else { How::Name };
        if sense.kind == EntityKind::Person
            && let Some(who) = who
        {
            let last = self.text.word(at + length - 1).to_owned();
            self.cast.surname(&last, who);
        }
        self.mentions.push(Mention { first: at, last: at + length, who, how });
        length
    }

    fn known(&mut self, index: u32, kind: EntityKind) -> Option<u32> {
        if let Some(known) = self.cast.by_entity.get(&index) {
            return Some(*known);
        }
        let tables = self.text.tables;
        let entity = tables.gazetteer().entity(index)?;
        let outlet = entity.outlet.map(|at| tables.outlet_at(at as usize).shown.id.clone());
        let agency = entity.agency.map(|at| tables.agency_at(at as usize).id.clone());
        let figure = Figure {
            id: entity.id.clone(),
            name: entity.name.clone(),
            sort: entity.sort.clone(),
            country: entity.country.clone(),
            region: entity.region.clone(),
            wikidata: entity.wikidata.clone(),
            known_role: (entity.role.clone(), entity.role_of.clone()),
            newsroom: agency.or(outlet).or_else(|| {
                entity.is_media.then(|| entity.id.trim_start_matches("org_").to_owned())
            }),
            ..Figure::new(kind)
        };
        let who = self.cast.add(figure)?;
        self.cast.by_entity.insert(index, who);
        Some(who)
    }

    /// A name nobody knows, whose last word stands alone later, is a person's: the text speaks of them by surname.
    fn recurring(&mut self) {
        // Where each word stands alone last.
        let mut alone: HashMap<&str, usize, SeedableState<'static>> = HashMap::default();
        for (at, known) in &self.singles {
            if known.is_none() {
                alone.insert(self.text.word(*at), *at);
            }
        }
        for n in 0..self.mentions.len() {
            let mention = self.mentions[n];
            let last = mention.last - 1;
            let unknown = mention.how == How::Unknown && mention.last > mention.first + 1;
            if !unknown
                || !self.text.has_case()
                || self.text.all_caps(mention.first, mention.last - mention.first)
                || self.any_class(
                    mention.first,
                    mention.last - mention.first,
                    Class::ORG_WORD.or(Class::OUTLET_WORD).or(Class::NO_NAME),
                )
            {
                continue;
            }
            let word = self.text.word(last);
            if alone.get(word).is_none_or(|at| *at <= last) {
                continue;
            }
            let name = self.text.between(mention.first, mention.last).to_owned();
            let id = format!("per_{}", folded(&name));
            if let Some(who) = self.cast.add(Figure { id, name, ..Figure::new(EntityKind::Person) })
            {
                self.cast.surname(word, who);
                self.mentions[n].who = Some(who);
                self.mentions[n].how = How::Name;
            }
        }
    }

    /// Gives single words to the people they are surnames of.
    fn surnames(&mut self) {
        self.recurring();
        for (at, known) in std::mem::take(&mut self.singles) {
            let word = self.text.word(at);
            let mut local = self.cast.surnames.get(word).copied();
            if local.is_none() && word.chars().count() >= 3 && self.text.all_caps(at, 1) {
                // Transcripts name their speakers in capitals.
                let mut letters = word.chars();
                let first = letters.next().map(String::from).unwrap_or_default();
                local =
                    self.cast.surnames.get(&(first + &letters.as_str().to_lowercase())).copied();
            }
            let who = match (local, known) {
                (Some(Some(who)), _) => Some(who),
                (_, Some(entity)) => self.known(entity, EntityKind::Person),
                _ => None,
            };
            let how = if who.is_some() { How::Name } else { How::Unknown };
            self.mentions.push(Mention { first: at, last: at + 1, who, how });
        }
    }
}

/// Those in a headline whom the tables know.
pub(super) fn known_in(
    title: &str,
    lang: &str,
    publisher: (&str, &str),
    tables: &crate::tables::Tables,
) -> Vec<Figure> {
    let text = Text::new(title, crate::tables::tokens(title), lang, publisher, tables);
    let mut finder =
        Finder { text: &text, cast: Cast::default(), mentions: vec![], singles: vec![] };
    finder.run();
    finder.surnames();
    let known = &finder.cast.by_entity;
    let named: Vec<u32> =
        finder.mentions.iter().filter(|m| m.how == How::Name).filter_map(|m| m.who).collect();
    let mut order: Vec<u32> = known.values().copied().filter(|who| named.contains(who)).collect();
    order.sort_unstable();
    order.into_iter().filter_map(|who| finder.cast.figures.get(who as usize).cloned()).collect()
}
