//! People, bodies and places by their names. A name is looked up word by word, the longest wins; case counts.

use std::collections::HashMap;

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

/// Between the words of a name in the index; it sorts before every letter.
const JOIN: char = '\u{1f}';

/// A name of the index.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// Bytes of [`Gazetteer::text`].
    from: u32,
    to: u32,
    words: u32,
    /// Its meanings in [`Gazetteer::senses`].
    first_sense: u32,
    senses: u32,
}

/// All known names, laid end to end: they are many and never change.
#[derive(Clone, Debug, Default)]
pub struct Gazetteer {
    /// What is known.
    pub entities: Vec<Entity>,
    text: String,
    /// Sorted by first word, the longest names first.
    rows: Vec<Row>,
    senses: Vec<Sense>,
    /// For the hash of a first word, its rows.
    firsts: HashMap<u64, (u32, u32), SeedableState<'static>>,
    /// Names and ids until they are sorted.
    unsorted: HashMap<String, Vec<Sense>, SeedableState<'static>>,
    by_id: HashMap<String, u32, SeedableState<'static>>,
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn hash(word: &str) -> u64 {
    rapidhash::v3::rapidhash_v3(word.as_bytes())
}

impl Gazetteer {
    /// Adds an entity; one of the same id and kind takes the names over instead.
    pub(super) fn add(&mut self, entity: Entity) -> u32 {
        if let Some(known) = self.by_id.get(entity.id.as_str()) {
            return *known;
        }
        let index = small(self.entities.len());
        self.by_id.insert(entity.id.clone(), index);
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
        let key = key(name);
        if key.is_empty() {
            return;
        }
        let senses = self.unsorted.entry(key).or_default();
        if !senses.contains(&sense) {
            senses.push(sense);
        }
    }

    /// The meanings of exactly this name, before the index is made.
    pub(super) fn named(&self, name: &str) -> &[Sense] {
        self.unsorted.get(&key(name)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Must be called once after the last name.
    pub(super) fn sort(&mut self) {
        let mut names: Vec<(String, Vec<Sense>)> =
            std::mem::take(&mut self.unsorted).into_iter().collect();
        let first = |name: &str| name.split(JOIN).next().unwrap_or_default().to_owned();
        let words = |name: &str| name.split(JOIN).count();
        names.sort_by(|(a, _), (b, _)| {
            first(a).cmp(&first(b)).then_with(|| words(b).cmp(&words(a))).then_with(|| a.cmp(b))
        });
        self.text.reserve_exact(names.iter().map(|(name, _)| name.len()).sum());
        self.rows.reserve_exact(names.len());
        self.senses.reserve_exact(names.iter().map(|(_, senses)| senses.len()).sum());
        for (name, senses) in names {
            let row = small(self.rows.len());
            let range = self.firsts.entry(hash(&first(&name))).or_insert((row, row));
            range.1 = row + 1;
            let from = small(self.text.len());
            self.text.push_str(&name);
            self.rows.push(Row {
                from,
                to: small(self.text.len()),
                words: small(words(&name)),
                first_sense: small(self.senses.len()),
                senses: small(senses.len()),
            });
            self.senses.extend(senses);
        }
        self.firsts.shrink_to_fit();
        self.entities.shrink_to_fit();
        self.by_id = HashMap::default();
    }

    /// The longest name that begins with `word`; its meanings and its length in words.
    pub fn at<'a>(
        &self,
        word: &str,
        next: impl Fn(usize) -> Option<&'a str>,
    ) -> Option<(&[Sense], usize)> {
        let (from, to) = *self.firsts.get(&hash(word))?;
        for row in self.rows.get(from as usize..to as usize)? {
            let name = self.text.get(row.from as usize..row.to as usize).unwrap_or_default();
            let mut words = name.split(JOIN);
            let fits = words.next() == Some(word)
                && words.enumerate().all(|(n, want)| next(n + 1) == Some(want));
            if fits {
                let first = row.first_sense as usize;
                let senses = self.senses.get(first..first + row.senses as usize)?;
                return Some((senses, row.words as usize));
            }
        }
        None
    }

    /// Where the entity of this id stands, before the index is made.
    pub(super) fn by_id(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The entity at an index.
    pub fn entity(&self, index: u32) -> Option<&Entity> {
        self.entities.get(index as usize)
    }
}

/// The words of a name as the index has them.
fn key(name: &str) -> String {
    let all = tokens(name);
    let words = all.iter().filter(|token| token.kind != TokenKind::Break);
    let words: Vec<&str> = words.map(|word| word.text(name)).collect();
    words.join(JOIN.to_string().as_str())
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
