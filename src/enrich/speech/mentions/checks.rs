//! Whether words are a name, and whose: what stands around them decides.

use super::Finder;
use crate::tables::{Class, Entity, EntityKind, Form, Sense, TokenKind};

impl Finder<'_> {
    /// Whether the known name is whole as it stands, though capitals follow.
    pub(super) fn is_plain_name(&self, sense: Sense, at: usize, length: usize, run: usize) -> bool {
        let person = sense.kind == EntityKind::Person && sense.form == Form::Name;
        let follows = self.text.classes.get(at + length).map(|c| c.0).unwrap_or_default();
        person || length > 1 && run == length || follows.is(Class::ORG_WORD.or(Class::TITLE))
    }

    pub(super) fn choose(
        &self,
        senses: &[Sense],
        at: usize,
        length: usize,
        run: usize,
    ) -> Option<Sense> {
        let gazetteer = self.text.tables.gazetteer();
        let entity = |sense: &Sense| gazetteer.entity(sense.entity);
        let good = |sense: &&Sense| self.is_meant(**sense, at, length, run);
        // A country before its city, a body before a person's surname, else the order of the tables.
        let rank = |sense: &&Sense| {
            let entity = entity(sense);
            let sort = entity.map_or("", |e| e.sort.as_str());
            let people = entity.map_or(0, |e| e.population);
            let newsroom = entity.is_some_and(|e| e.outlet.is_some() || e.agency.is_some());
            let class = match (sense.kind, sense.form, sort) {
                (EntityKind::Person, Form::Name, _) => 0,
                (EntityKind::Org, _, _) if !newsroom => 1,
                (EntityKind::Place, Form::Name, "country" | "area") => 2,
                (EntityKind::Org, _, _) => 3,
                (EntityKind::Person, _, _) => 4,
                (EntityKind::Place, Form::Name, "region") => 5,
                (EntityKind::Place, Form::Name, _) => 6,
                (EntityKind::Place, _, _) => 7,
            };
            (class, std::cmp::Reverse(people), sense.entity)
        };
        senses.iter().filter(good).min_by_key(rank).copied()
    }

    pub(super) fn is_meant(&self, sense: Sense, at: usize, length: usize, run: usize) -> bool {
        let Some(entity) = self.text.tables.gazetteer().entity(sense.entity) else { return false };
        let newsroom = entity.outlet.is_some() || entity.agency.is_some() || entity.is_media;
        if sense.kind == EntityKind::Org && newsroom {
            return self.is_newsroom(entity, at, length, run);
        }
        if entity.is_ambiguous {
            return sense.kind == EntityKind::Place && self.has_place_sign(at, length);
        }
        // "Paris Hilton" is no city, "Washington Post" is found as a whole.
        if sense.kind == EntityKind::Place
            && sense.form == Form::Name
            && length == 1
            && entity.sort == "city"
        {
            let before = at.checked_sub(1).map(|n| self.text.classes[n].0).unwrap_or_default();
            let named = before.is(Class::FIRST_NAME)
                && self.text.is_capital(at - 1)
                && !self.text.tokens[at].glued;
            return !named;
        }
        true
    }

    /// An outlet's name in text: several words, letters alone, or a place in a sentence where newsrooms stand.
    pub(super) fn is_newsroom(
        &self,
        entity: &Entity,
        at: usize,
        length: usize,
        run: usize,
    ) -> bool {
        let tables = self.text.tables;
        if let Some(outlet) = entity.outlet
            && tables.outlet_at(outlet as usize).shown.id == self.text.publisher
            && entity.agency.is_none()
        {
            // The publisher itself is found only where it is told something.
            return self.text.tells_before(at);
        }
        let word = self.text.word(at);
        let here =
            |countries: &Vec<String>| countries.iter().any(|country| country == self.text.country);
        let name = self.text.between(at, at + length);
        if let Some(agency) = entity.agency.map(|agency| tables.agency_at(agency as usize)) {
            let elsewhere = agency.only.get(name).is_some_and(|only| !here(only));
            if elsewhere && !self.text.country.is_empty()
                || agency.except.get(name).is_some_and(here)
            {
                return false;
            }
        }
        // A script without case, or marks around the name, leave no doubt.
        let marked = at > 0
            && self.text.tokens[at - 1].kind == TokenKind::Quote
            && self.text.tokens.get(at + length).is_some_and(|next| next.kind == TokenKind::Quote);
        if marked
            || !word.chars().any(char::is_uppercase)
                && word.chars().count() >= 3
                && !word.is_ascii()
        {
            return true;
        }
        let letters = word.chars().all(|c| !c.is_lowercase()) && word.chars().count() >= 2;
        let strong = length > 1 || letters && word.chars().count() >= 3;
        if !self.text.leads_to_newsroom(at) && self.is_renamed(at, length, strong) {
            return false;
        }
        let longer = run > length
            && !self.text.classes[at + length].0.is(Class::OUTLET_WORD.or(Class::TITLE));
        if longer && !strong {
            return false;
        }
        strong && !longer || self.text.is_newsroom_slot(at, at + length)
    }

    /// "TASS, the Tasmanian Association of Surf Schools," and "The Independent, a yacht," are somebody else.
    pub(super) fn is_renamed(&self, at: usize, length: usize, strong: bool) -> bool {
        let end = at + length;
        if self.text.sign(end) != "," || !self.class_of(end + 1).is(Class::ARTICLE) {
            return false;
        }
        let article = self.text.word(end + 1);
        if matches!(article, "a" | "an") {
            let about = (end + 2..end + 6)
                .any(|n| self.class_of(n).is(Class::AGENCY_NOUN.or(Class::OUTLET_WORD)));
            return !strong && !about;
        }
        let initials: String = (end + 2..end + 10)
            .take_while(|n| self.text.sign(*n) != ",")
            .filter(|n| self.text.is_capital(*n))
            .filter_map(|n| self.text.word(n).chars().next())
            .collect();
        initials.len() > 1 && initials == self.text.word(at)
    }

    /// Under "in", before a comma and a region, or with a country near.
    pub(super) fn has_place_sign(&self, at: usize, length: usize) -> bool {
        let before = at.checked_sub(1).map(|n| self.text.classes[n].0).unwrap_or_default();
        let title = self.text.classes.get(at + length).map(|c| c.0).unwrap_or_default();
        before.is(Class::IN) && !self.text.tokens[at].glued || title.is(Class::TITLE)
    }

    /// Whether a run of capitals is a person's name.
    pub(super) fn is_person(&self, at: usize, run: usize, strict: bool) -> bool {
        if run == 0 || self.any_class(at, run, Class::ORG_WORD.or(Class::OUTLET_WORD)) {
            return false;
        }
        let words = (at..at + run).filter(|n| self.text.is_capital(*n)).count();
        let before = at.checked_sub(1).map(|n| self.class_of(n)).unwrap_or_default();
        let title_before = self.text.title_ends(at);
        if (title_before || before.is(Class::HONORIFIC)) && !strict {
            let opens = self.class_of(at).is(Class::NO_NAME);
            return !opens && !self.text.all_caps(at, run);
        }
        if words < 2
            || self.class_of(at).is(Class::NO_NAME)
            || self.class_of(at + run - 1).is(Class::NO_NAME)
        {
            return false;
        }
        if self.class_of(at).is(Class::FIRST_NAME) {
            return true;
        }
        if strict || words > 4 {
            return false;
        }
        if before.is(Class::GIVEN) && self.text.quote_or_comma(at.saturating_sub(2)) {
            return true;
        }
        if !self.text.has_case() {
            return false;
        }
        let after = self.class_of(at + run);
        let after_next = self.class_of(at + run + 1);
        let says = Class::SAY.or(Class::TELL);
        if after.is(says) || after.is(Class::ADVERB) && after_next.is(says) {
            return !self.text.all_caps(at, run);
        }
        // "quoted N as saying", "engineer N".
        let as_saying = self.text.word(at + run) == "as" && after_next.is(Class::ADDING);
        if as_saying || at > 0 && self.is_calling(at - 1) {
            return !self.text.all_caps(at, run);
        }
        // "the governor, N,".
        let commas = at > 1 && self.text.sign(at - 1) == "," && self.text.sign(at + run) == ",";
        if commas && (self.text.title_ends(at - 1) || self.is_calling(at - 2)) {
            return true;
        }
        // "N, 54," and "N, a retired pilot,".
        let comma = self.text.sign(at + run) == ",";
        let age =
            self.text.tokens.get(at + run + 1).is_some_and(|token| token.kind == TokenKind::Number)
                && self.text.sign(at + run + 2) == ",";
        let office =
            (at + run + 1..at + run + 6).take_while(|n| self.text.sign(*n) != ",").any(|n| {
                self.class_of(n).is(Class::TITLE.or(Class::OFFICIAL)) && !self.text.is_capital(n)
            });
        comma && (age || office && self.class_of(at + run + 1).is(Class::ARTICLE))
    }

    /// A common noun for somebody by what they do: `engineer`, `novelist`.
    pub(super) fn is_calling(&self, at: usize) -> bool {
        let token = self.text.tokens[at];
        if token.kind != TokenKind::Word || token.capital {
            return false;
        }
        let class = self.class_of(at);
        let word = self.text.word(at);
        let suffix = ["er", "or", "ist", "ian", "ant", "man", "woman", "yst"]
            .iter()
            .any(|end| word.ends_with(end));
        let free =
            class.0 & !Class::TITLE.or(Class::GROUP).or(Class::OFFICIAL).or(Class::WITNESS).0 == 0;
        let noun = class.is(Class::TITLE.or(Class::GROUP).or(Class::OFFICIAL))
            || suffix && self.text.lang == "en";
        free && noun && word.chars().count() > 3
    }

    pub(super) fn is_body(&self, at: usize, run: usize) -> bool {
        let last = self.class_of(at + run - 1);
        let outlet = last.is(Class::OUTLET_WORD) || self.class_of(at).is(Class::OUTLET_WORD);
        let body =
            self.any_class(at, run, Class::ORG_WORD) && !self.class_of(at).is(Class::NO_NAME);
        body || outlet && self.text.is_newsroom_slot(at, at + run)
    }
}
