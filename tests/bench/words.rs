//! The language of the synthetic news: a seeded chance, made-up names, and a small grammar.

use std::sync::LazyLock;

/// A small generator (splitmix64): the same numbers from the same seed on every machine.
pub(crate) struct Chance(pub(crate) u64);

type Words = LazyLock<Vec<&'static str>>;

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, each as likely.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    /// A number below `n`, low ones far more likely: words and texts are not used alike.
    pub(crate) fn low(&mut self, n: usize) -> usize {
        self.below(n).min(self.below(n)).min(self.below(n))
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }
}

static NOUNS: Words = Words::new(|| {
    "government parliament court ministry bank hospital school factory harbour airport market council \
    committee union army police border bridge dam railway mine refinery pipeline festival election budget \
    treaty inquiry strike protest ceasefire shipment harvest flood earthquake storm fire drought outbreak \
    vaccine satellite reactor verdict appeal ruling tariff loan merger auction campaign coalition summit \
    delegation embassy envoy hostage convoy rescue evacuation shelter village province island valley river \
    coast capital district suburb stadium museum library university laboratory patient worker farmer \
    teacher driver engineer lawyer judge witness survivor tourist student resident trader investor customer \
    supplier price wage pension subsidy ration permit licence contract deadline proposal amendment \
    statement report survey forecast estimate warning complaint petition audit fine penalty sentence charge \
    allegation dispute"
    .split(' ').collect()
});

static VERBS: Words = Words::new(|| {
    "approved rejected delayed closed reopened inspected visited blocked rescued warned praised blamed sued \
    fined bought sold raised lowered doubled halved signed cancelled postponed defended criticised welcomed \
    condemned ordered seized released detained questioned promised offered refused accepted published \
    withdrew repaired rebuilt evacuated searched guarded crossed flooded damaged destroyed restored \
    inherited replaced financed audited surveyed measured counted tested banned legalised taxed exempted \
    nominated dismissed appointed elected challenged overturned confirmed denied disputed corrected \
    explained announced unveiled"
    .split(' ').collect()
});

static ADJECTIVES: Words = Words::new(|| {
    "northern southern eastern western coastal rural urban provincial federal municipal foreign domestic \
    regional annual monthly emergency temporary permanent controversial unpopular long-awaited costly cheap \
    modern ancient damaged crowded empty remote wealthy poor public private independent military civilian \
    nuclear chemical medical legal illegal secret official preliminary final unexpected disputed joint \
    former young elderly injured missing wooden electric industrial agricultural maritime alpine tropical \
    frozen"
    .split(' ').collect()
});

const DAYS: &[&str] =
    &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

static SYLLABLES: Words = Words::new(|| {
    "ba bel bor cha dar del dra el fa fen gar gol hal har im jor ka kel kor la len lo mar mel mir na nel nor \
    ol or pa pel qua ra ren ro sa sel shan so ta tel tor ul va vel vor wen ya zan zel zor"
    .split(' ').collect()
});

static AGENCIES: Words =
    Words::new(|| "Reuters AP AFP ANI PTI dpa Xinhua TASS".split(' ').collect());

/// Invented words of each kind: with three kinds, a vocabulary of the size that some thousand articles have.
const INVENTED: usize = 1 << 14;

/// Sentence forms. P a person, S a surname, L a place, O a body, T a word of the event, N a noun, V a verb, A an
/// adjective, Q a number, D a day.
const FORMS: &[&str] = &[
    "{P} {V} the {A} {N} in {L} on {D}, {Q} days after the {N} {V} the {T} {N}.",
    "{O} {V} {Q} {A} {N}s and {V} the {T}, {S} told reporters near the {A} {N}.",
    "The {A} {N} of {L}, where {Q} {N}s had {V} the {N}, was {V} by {O} late on {D}.",
    "\u{201c}We {V} the {N} before any {A} {N} {V} it,\u{201d} {S} said, and {V} the {T} of {L}.",
    "According to {O}, at least {Q} {N}s {V} the {T} while {A} {N}s {V} a {N} {A} enough for {L}.",
    "{S} also {V} {P}, whose {A} {N} {V} {Q} million for the {T} & the {N} of {L}.",
    "Neither {O} nor the {N} {V} whether the {A} {T} {V} its {N} in {L}.",
    "On {D} a {A} {N} {V} the {N} that {P} had {V} for {Q} years, {T} or not.",
    "{Q} {N}s, among them a {A} {N} from {L}, {V} the {T} and {V} {O} over its {N}.",
    "With the {N} {V}, {S} {V} a {A} {N} and {Q} per cent of the {T} {N}s.",
    "It was the {A} {N} since {L} {V} its {N}, {O} wrote; {P} {V} the {T} {N} at once.",
    "{N}s in {L} {V} {A} {N}s, {V} the {T} and {V} the {N} of {S}.",
    "Few {N}s expected that {O} {V} a {A} {T} so soon, though {P} {V} {Q} of them.",
    "The {N} {V} by {P} on {D} {V} the {A} {N} from {L} to the {T} {N}, {Q} kilometres away.",
    "Asked about the {A} {N}, {S} {V} that {Q} {N}s {V} {O} but not the {T}.",
    "A {N} of {O} {V} the {T}: {Q} {A} {N}s, no {N}, and a {N} that {L} {V}.",
];

const HEADLINES: &[&str] = &[
    "{S} {V} {T} {N} in {L}",
    "{O} {V} {A} {N} over {T}",
    "{Q} {N}s {V} as {T} {V} {L}",
    "{L}: {A} {N} {V} the {T}",
    "{T} {N} {V}, {S} says",
    "Why {O} {V} the {A} {T}",
    "{L} {N} {V} {Q} {N}s",
    "{P} {V} {A} {N} on {D}",
];

fn made_up(chance: &mut Chance, syllables: usize) -> String {
    (0..syllables).map(|_| chance.of(&SYLLABLES)).collect()
}

/// A word of a kind: a listed one, or one of [`INVENTED`] more.
///
/// The lists alone would make texts far more alike than news is: with the invented words, frequent and rare as in any
/// language, vocabulary and shingles that texts share by chance are as in news.
fn word_of(listed: &[&'static str], chance: &mut Chance) -> String {
    if chance.below(2) == 0 {
        return listed[chance.below(listed.len())].to_owned();
    }
    let octave = 1 << chance.below(INVENTED.ilog2() as usize);
    let rank = octave + chance.below(octave);
    made_up(&mut Chance(0x77_6f72_6473 ^ rank as u64 ^ (listed.len() as u64) << 32), 3)
}

/// The word with its first letter raised.
pub(crate) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// An agency's name.
pub(crate) fn agency(chance: &mut Chance) -> &'static str {
    chance.of(&AGENCIES)
}

/// Somebody who writes.
pub(crate) fn reporter(chance: &mut Chance) -> String {
    format!("{} {}", capital(&made_up(chance, 2)), capital(&made_up(chance, 2)))
}

/// The name of a paper.
pub(crate) fn paper(outlet: usize) -> String {
    let mut chance = Chance(outlet as u64 + 77);
    format!(
        "The {} {}",
        capital(&made_up(&mut chance, 2)),
        ["Courier", "Gazette", "Post", "Herald"][outlet % 4]
    )
}

/// What a paper prints below other people's texts.
pub(crate) fn boilerplate(outlet: usize) -> String {
    format!(
        "{} has not changed this report except for its headline and takes no part in what others say in it.",
        paper(outlet)
    )
}

/// What happened: who, where, and the words that only this event has.
pub(crate) struct Event {
    people: Vec<String>,
    places: Vec<String>,
    bodies: Vec<String>,
    terms: Vec<String>,
    numbers: Vec<usize>,
}

impl Event {
    /// Another event.
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let mut several = |n: usize, make: fn(&mut Chance) -> String| -> Vec<String> {
            (0..n).map(|_| make(chance)).collect()
        };
        Self {
            people: several(4, |c| {
                format!("{} {}", capital(&made_up(c, 2)), capital(&made_up(c, 3)))
            }),
            places: several(3, |c| capital(&made_up(c, 3))),
            bodies: several(2, |c| {
                format!("the {} {}", capital(&made_up(c, 3)), capital(c.of(&NOUNS)))
            }),
            terms: several(5, |c| made_up(c, 3)),
            numbers: (0..6).map(|_| 2 + chance.low(900)).collect(),
        }
    }

    /// One of its places.
    pub(crate) fn place(&self, chance: &mut Chance) -> String {
        self.places[chance.low(self.places.len())].clone()
    }

    /// A headline on it.
    pub(crate) fn headline(&self, chance: &mut Chance) -> String {
        let form = chance.of(HEADLINES);
        capital(&self.fill(form, chance))
    }

    /// A sentence on it.
    pub(crate) fn sentence(&self, chance: &mut Chance) -> String {
        let form = chance.of(FORMS);
        capital(&self.fill(form, chance))
    }

    fn fill(&self, form: &str, chance: &mut Chance) -> String {
        let mut out = String::with_capacity(2 * form.len());
        let mut rest = form;
        while let Some((before, slot)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = slot.split_once('}').unwrap();
            self.word(name, chance, &mut out);
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn word(&self, slot: &str, chance: &mut Chance, out: &mut String) {
        let any = |words: &[String], chance: &mut Chance| words[chance.low(words.len())].clone();
        match slot {
            "P" => out.push_str(&any(&self.people, chance)),
            "S" => out.push_str(any(&self.people, chance).split(' ').next_back().unwrap()),
            "L" => out.push_str(&any(&self.places, chance)),
            "O" => out.push_str(&any(&self.bodies, chance)),
            "T" => out.push_str(&any(&self.terms, chance)),
            "Q" => out.push_str(&self.numbers[chance.below(self.numbers.len())].to_string()),
            "D" => out.push_str(DAYS[chance.below(DAYS.len())]),
            "N" => out.push_str(&word_of(&NOUNS, chance)),
            "V" => out.push_str(&word_of(&VERBS, chance)),
            _ => out.push_str(&word_of(&ADJECTIVES, chance)),
        }
    }
}
