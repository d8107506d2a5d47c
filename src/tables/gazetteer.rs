//! People, bodies and places by their names. A name is looked up word by word, the longest wins; case counts.

use std::collections::{BTreeMap, HashMap};

use rapidhash::fast::SeedableState;

use super::tokens::{TokenKind, tokens};

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// A person.
    Person,
    /// A body: a government, a company, an outlet, an agency.
    Org,
    /// A country, a region, a city.
    Place,
}

/// Somebody or something the tables know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    /// What records call it.
    pub id: String,
    /// Canonical name.
    pub name: String,
    /// `kind` of an organisation; `country`, `region`, `city`, `area` for a place.
    pub sort: String,
    /// ISO 3166-1 alpha-2, `""` unknown.
    pub country: String,
    /// For a city, the region it lies in.
    pub region: String,
    /// Wikidata id, `""` unknown.
    pub wikidata: String,
    /// A person's best known office.
    pub role: String,
    /// Whose office it is.
    pub role_of: String,
    /// People; for a city.
    pub population: u64,
    /// Whether the name means other things too and wants a neighbour that settles it.
    pub is_ambiguous: bool,
    /// Names that mean it only at outlets of these countries.
    pub only: BTreeMap<String, Vec<String>>,
    /// Names that mean something else at outlets of these countries.
    pub except: BTreeMap<String, Vec<String>>,
    /// Whether it is a newsroom that is no outlet of the tables.
    pub is_media: bool,
    /// Where the outlet stands in the tables, if it is one.
    pub outlet: Option<u32>,
    /// Where the agency stands in the tables, if it is one.
    pub agency: Option<u32>,
}

/// How a name stands for its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A name of it.
    Name,
    /// A surname that alone means this person.
    Surname,
    /// What its people and things are called: `Russian`. No mention of the place.
    Demonym,
}

/// One meaning of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sense {
    /// Which kind.
    pub kind: EntityKind,
    /// Index in the gazetteer.
    pub entity: u32,
    /// How the name stands for it.
    pub form: Form,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    alone: Vec<Sense>,
    /// Names of more words that begin so, longest first.
    longer: Vec<Longer>,
}

/// A name of several words.
#[derive(Clone, Debug, Default)]
struct Longer {
    /// Its words but the first.
    rest: Box<[Box<str>]>,
    senses: Vec<Sense>,
}

/// All known names.
#[derive(Clone, Debug, Default)]
pub struct Gazetteer {
    /// What is known.
    pub entities: Vec<Entity>,
    by_first: HashMap<Box<str>, Entry, SeedableState<'static>>,
    by_id: HashMap<Box<str>, u32, SeedableState<'static>>,
}

impl Gazetteer {
    /// Adds an entity; one of the same id and kind takes the names over instead.
    pub(super) fn add(&mut self, entity: Entity) -> u32 {
        if let Some(known) = self.by_id.get(entity.id.as_str()) {
            return *known;
        }
        let index = u32::try_from(self.entities.len()).unwrap_or(u32::MAX);
        self.by_id.insert(entity.id.as_str().into(), index);
        self.entities.push(entity);
        index
    }

    pub(super) fn name(&mut self, name: &str, sense: Sense) {
        use unicode_normalization::UnicodeNormalization;
        // Texts come with letters composed or taken apart.
        let composed: String = name.nfc().collect();
        if composed != name {
            self.spelling(&composed, sense);
        }
        self.spelling(name, sense);
    }

    fn spelling(&mut self, name: &str, sense: Sense) {
        let all = tokens(name);
        let mut words = all.iter().filter(|token| token.kind != TokenKind::Break);
        let Some(first) = words.next() else { return };
        let rest: Box<[Box<str>]> = words.map(|word| word.text(name).into()).collect();
        let entry = self.by_first.entry(first.text(name).into()).or_default();
        let senses = if rest.is_empty() {
            &mut entry.alone
        } else {
            let known = entry.longer.iter().position(|longer| longer.rest == rest);
            let at = known.unwrap_or(entry.longer.len());
            if known.is_none() {
                entry.longer.push(Longer { rest, senses: vec![] });
            }
            &mut entry.longer[at].senses
        };
        if !senses.contains(&sense) {
            senses.push(sense);
        }
    }

    /// Must be called once after the last name.
    pub(super) fn sort(&mut self) {
        for entry in self.by_first.values_mut() {
            entry
                .longer
                .sort_by(|a, b| b.rest.len().cmp(&a.rest.len()).then_with(|| a.rest.cmp(&b.rest)));
        }
    }

    /// The longest name that begins with `word`; its meanings and its length in words.
    pub fn at<'a>(
        &self,
        word: &str,
        next: impl Fn(usize) -> Option<&'a str>,
    ) -> Option<(&[Sense], usize)> {
        let entry = self.by_first.get(word)?;
        for Longer { rest, senses } in &entry.longer {
            let fits = rest.iter().enumerate().all(|(n, want)| next(n + 1) == Some(&**want));
            if fits {
                return Some((senses, rest.len() + 1));
            }
        }
        (!entry.alone.is_empty()).then_some((&entry.alone, 1))
    }

    /// Where the entity of this id stands.
    pub fn by_id(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The entity at an index.
    pub fn entity(&self, index: u32) -> Option<&Entity> {
        self.entities.get(index as usize)
    }
}

/// A name as ids have it: lower case, without accents, words joined by `_`.
pub fn folded(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let mut out = String::with_capacity(name.len());
    for c in name.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)) {
        let c = match c {
            'ł' | 'Ł' => 'l',
            'ø' | 'Ø' => 'o',
            'đ' | 'Đ' => 'd',
            'ı' => 'i',
            c => c,
        };
        if c == 'ß' {
            out.push_str("ss");
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !matches!(c, '\'' | '’' | '.' | 'ʼ') && !out.is_empty() && !out.ends_with('_')
        {
            out.push('_');
        }
    }
    let end = out.trim_end_matches('_').len();
    out.truncate(end);
    out
}
