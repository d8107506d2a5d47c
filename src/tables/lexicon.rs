//! What words do in a sentence that reports what somebody said, language by language.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rapidhash::fast::SeedableState;

use super::tokens::{TokenKind, tokens};

/// Longest phrase that is looked up, in words.
const PHRASE_WORDS_MAX: usize = 6;

/// What a word can do; several at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class(pub u64);

macro_rules! classes {
    ($($name:ident = $bit:literal, $key:literal, $doc:literal;)*) => {
        impl Class {
            $(#[doc = $doc] pub const $name: Self = Self(1 << $bit);)*
            /// The class that lists of this key give.
            pub(super) fn by_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$name),)* _ => None }
            }
            /// All keys.
            pub(super) const KEYS: &'static [&'static str] = &[$($key),*];
        }
    };
}

classes! {
    SAY = 0, "say", "Reports speech: said, added.";
    TELL = 1, "tell", "Reports speech to somebody named: told.";
    REPORT = 2, "report", "What newsrooms do: reported.";
    QUOTED = 3, "quoted", "Gives somebody's words: quoted P as saying.";
    CITE = 4, "cite", "Names where one has it from: citing, quoting.";
    DENY = 5, "deny", "Says that it is not so.";
    THINK = 6, "think", "Reports what somebody thinks or wants.";
    ATTITUDE = 7, "attitude", "Reports a stance on what follows: criticised, called for.";
    ADDING = 8, "adding", "Goes on with the speech before: adding, noting.";
    ACCORDING = 9, "according", "Stands before whom it is from: according to.";
    ACCORDING_AFTER = 10, "according_after", "Stands behind whom it is from: zufolge.";
    THAT = 11, "that", "Opens what was said: that.";
    AUX = 12, "auxiliary", "Helps a verb: has, will.";
    ADVERB = 13, "adverb", "May stand beside a verb: also, later.";
    NOT = 14, "not", "Turns a verb: not, never.";
    AND = 15, "and", "Joins: and, or, but.";
    WHO = 16, "who", "Refers to the noun before: who, which.";
    WHEN = 17, "when", "Opens a clause: because, while.";
    PREPOSITION = 18, "preposition", "Stands before a noun: of, in.";
    ARTICLE = 19, "article", "The, a, this.";
    HE = 20, "he", "One man.";
    SHE = 21, "she", "One woman.";
    THEY = 22, "they", "Several.";
    I = 23, "i", "Who writes or reads: I, we, you.";
    IT = 24, "it", "A thing or a body.";
    HIS = 25, "his", "Whose: his, their.";
    HEDGE = 26, "hedge", "Says it is not sure: reportedly.";
    TIME = 27, "time", "When: Friday, yesterday.";
    OFFICIAL = 28, "official", "Speaks for a body without a name: officials.";
    UNNAMED = 29, "unnamed", "Will not be named: sources.";
    STATE_MEDIA = 30, "state_media", "State media.";
    LOCAL_MEDIA = 31, "local_media", "Local media.";
    MEDIA = 32, "media", "Media, reports.";
    WITNESS = 33, "witness", "Saw it: witnesses.";
    DOCUMENT = 34, "document", "A document that speaks.";
    GROUP = 35, "group", "People by what they are: analysts, police.";
    NOUN = 36, "noun", "Speech as a noun: claim, statement.";
    VERB = 37, "verb", "Another verb that is common in news: ends a subject.";
    TITLE = 38, "title", "An office.";
    RANK = 39, "rank", "Before an office: former, acting.";
    HONORIFIC = 40, "honorific", "Before a name: Mr.";
    NO_NAME = 41, "no_name", "Written with a capital and part of no name.";
    OUTLET_WORD = 42, "outlet_word", "Ends or begins the name of an outlet: Times, Radio.";
    ORG_WORD = 43, "org_word", "Part of the name of a body: Ministry, Council.";
    FIRST_NAME = 44, "first_name", "A given name.";
    AGENCY_NOUN = 45, "agency_noun", "Says what the name behind it is: news agency.";
    STATEMENT = 46, "statement", "Where a party speaks for itself: statement, post.";
    IN = 47, "in", "Says where something happened: in, at.";
    ABOUT = 48, "about", "Talked about, no event: war, situation.";
    GIVEN = 49, "given", "An inverted verb of saying: sagte, said.";
    PARTICLE = 50, "particle", "Part of a name written small: van, de.";
    INTERVIEW = 51, "interview", "Speaking to an outlet: in an interview with.";
    TO = 52, "to", "Before a verb: to.";
    FIRST = 53, "first", "First with the news: first.";
    WEAK = 54, "weak", "A verb of speech that is more often a noun or means something else: wants \"that\" or marks.";
    SEEN = 55, "seen", "How an outlet knows a document: seen by.";
    THIS_OUTLET = 56, "this_outlet", "The publisher itself: this newspaper.";
    NEWSROOM = 57, "newsroom", "Set for names of outlets and agencies.";
    AGENT = 58, "agent", "Stands behind who acts: ने.";
    DATIVE = 59, "dative", "Stands behind whom it is told to: को.";
    BY = 60, "by", "Before who did it: by.";
    OPINION = 62, "opinion", "What an editorial does: argued. No relay.";
    AS = 61, "as", "Opens \"as X reports\": as.";
}

impl Class {
    /// Whether it can do any of these.
    pub fn is(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The lists of one language: key to words and phrases.
pub(super) type Lists = BTreeMap<String, Vec<String>>;

#[derive(Clone, Debug, Default)]
struct Entry {
    class: Class,
    /// Further words of phrases that begin so, longest first.
    phrases: Vec<(Vec<Box<str>>, Class)>,
}

/// The words of one language.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    words: Entries,
    /// What words do in all languages.
    shared: Arc<Entries>,
}

type Entries = HashMap<Box<str>, Entry, SeedableState<'static>>;

impl Lexicon {
    pub(super) fn new<'a>(lists: impl Iterator<Item = (&'a str, &'a [String])>) -> Self {
        let mut lexicon = Self::default();
        for (key, list) in lists {
            let class = Class::by_key(key).unwrap_or_default();
            for phrase in list {
                lexicon.add(phrase, class);
            }
        }
        for entry in lexicon.words.values_mut() {
            entry.phrases.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        lexicon
    }

    /// The same words, with those of all languages beside them.
    pub(super) fn with(self, any: &Self) -> Self {
        Self { shared: Arc::clone(&any.shared), ..self }
    }

    /// As what other lexicons share; phrases are a language's own.
    pub(super) fn shared(self) -> Self {
        Self { shared: Arc::new(self.words), words: Entries::default() }
    }

    fn add(&mut self, phrase: &str, class: Class) {
        let lower = phrase.to_lowercase().replace('’', "'");
        let all = tokens(&lower);
        let mut words = all.iter().filter(|token| token.kind != TokenKind::Break);
        let Some(first) = words.next() else { return };
        let rest: Vec<Box<str>> = words.map(|word| word.text(&lower).into()).collect();
        let entry = self.words.entry(first.text(&lower).into()).or_default();
        if rest.is_empty() {
            entry.class = entry.class.or(class);
        } else if rest.len() < PHRASE_WORDS_MAX {
            match entry.phrases.iter_mut().find(|(known, _)| *known == rest) {
                Some(known) => known.1 = known.1.or(class),
                None => entry.phrases.push((rest, class)),
            }
        }
    }

    /// What the words at the start of `words` do, and how many of them do it together. `words` are in lower case.
    pub fn at<'a>(&self, word: &str, next: impl Fn(usize) -> Option<&'a str>) -> (Class, usize) {
        let shared = self.shared.get(word).map_or(Class::default(), |entry| entry.class);
        let Some(entry) = self.words.get(word) else { return (shared, 1) };
        for (rest, class) in &entry.phrases {
            let fits = rest.iter().enumerate().all(|(n, want)| {
                next(n + 1).is_some_and(|word| {
                    word == &**want
                        || word.eq_ignore_ascii_case(want)
                        || !word.is_ascii() && word.to_lowercase().replace('’', "'") == **want
                })
            });
            if fits {
                return (*class, rest.len() + 1);
            }
        }
        (entry.class.or(shared), 1)
    }

    /// What one word does.
    pub fn word(&self, word: &str) -> Class {
        let of = |words: &Entries| words.get(word).map_or(Class::default(), |entry| entry.class);
        of(&self.words).or(of(&self.shared))
    }
}
