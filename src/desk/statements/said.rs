//! What an article says that somebody said, read from what enrichment found. The same for the desk, which has the text,
//! and for whoever has only the record.

use super::wording::{folded, has_sense};
use crate::news::{Org, Person, Place, Provenance, Quote, QuoteKind, Said, Witness};

/// Statements of one article that its story keeps. A transcript has more; a story needs no more of it.
const SAID_MAX: usize = 24;

/// Characters kept of one statement: a paragraph of a speech.
const CHARS_MAX: usize = 600;

/// Characters before a statement that are looked at for a denial.
const BEFORE_CHARS: usize = 120;

/// Words before a statement among which a denial stands.
const BEFORE_WORDS: usize = 6;

/// Names in one statement.
const NAMES_MAX: usize = 12;

/// Kinds of organisations that are newsrooms.
const NEWSROOMS: [&str; 3] = ["news_agency", "broadcaster", "newspaper"];

/// An article's findings, from the article or its record.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a> {
    /// Its quotes.
    pub quotes: &'a [Quote],
    /// Its people.
    pub people: &'a [Person],
    /// Its organisations.
    pub orgs: &'a [Org],
    /// Its places.
    pub places: &'a [Place],
    /// Its credits and chains.
    pub provenance: &'a Provenance,
    /// Its text, where that is known. Without it nothing is known to be denied.
    pub body: Option<&'a str>,
    /// Its language.
    pub lang: &'a str,
}

impl Spoken<'_> {
    /// What its story keeps of what it says that somebody said.
    ///
    /// Fragments and words without a speaker are no statements; nor is what somebody is said not to have denied.
    pub fn said(&self) -> Vec<Said> {
        let is_statement =
            |quote: &&Quote| quote.kind != QuoteKind::Fragment && !quote.speaker.is_empty();
        let mut quotes = self.quotes.iter().filter(is_statement).peekable();
        if quotes.peek().is_none() {
            return Vec::new();
        }
        let body: Vec<char> = self.body.unwrap_or_default().chars().collect();
        quotes.filter_map(|quote| self.one(quote, &body)).take(SAID_MAX).collect()
    }

    /// The outlet or agency behind each chain, the second of its path, `""` where it is no newsroom.
    pub fn cited(&self) -> Vec<String> {
        let second = |chain: &crate::news::Chain| {
            let id = chain.path.get(1).filter(|id| self.is_newsroom(id));
            id.and_then(|id| id.strip_prefix("org_")).unwrap_or_default().to_owned()
        };
        self.provenance.chains.iter().map(second).collect()
    }

    fn one(&self, quote: &Quote, body: &[char]) -> Option<Said> {
        let is_quoted = quote.kind == QuoteKind::Full;
        let stand = if is_quoted { Stand::Asserted } else { self.stand(quote, body) };
        Some(Said {
            quote: quote.id.clone(),
            speaker: quote.speaker.clone(),
            text: beginning(&quote.text),
            is_quoted,
            is_denied: match stand {
                Stand::Asserted => false,
                Stand::Denied => true,
                Stand::Neither => return None,
            },
            witness: self.witness(quote),
            names: self.names(&quote.text),
        })
    }

    /// The last newsroom before the party, for that one heard it.
    fn witness(&self, quote: &Quote) -> Witness {
        let hops = quote.via.get(1..).unwrap_or_default();
        let heard = match hops {
            [before @ .., party] if *party == quote.speaker && !self.speaks_alone(hops) => before,
            _ => hops,
        };
        let is_hearer = |id: &&String| id.starts_with("unnamed:") || self.is_newsroom(id);
        match heard.iter().rev().find(is_hearer) {
            Some(id) if id.starts_with("unnamed:") => Witness::Unnamed,
            Some(id) => Witness::Newsroom(id.clone()),
            None => Witness::Text,
        }
    }

    /// Whether the last of a path is a newsroom that says something itself, heard by no other newsroom before it.
    fn speaks_alone(&self, hops: &[String]) -> bool {
        hops.last().is_some_and(|id| self.is_newsroom(id))
    }

    fn is_newsroom(&self, id: &str) -> bool {
        let Some(name) = id.strip_prefix("org_") else { return false };
        let Provenance { wire, cites, .. } = self.provenance;
        wire.iter().chain(cites).any(|known| known == name)
            || self.orgs.iter().any(|org| org.id == id && NEWSROOMS.contains(&org.kind.as_str()))
    }

    /// Who is named in the words: a statement about another person is another statement.
    fn names(&self, text: &str) -> Vec<String> {
        let words: Vec<String> = folded(text).collect();
        let is_named = |name: &str| {
            let last = folded(name).last();
            last.is_some_and(|last| words.contains(&last))
        };
        let people = self.people.iter().map(|person| (&person.id, &person.name));
        let orgs = self.orgs.iter().map(|org| (&org.id, &org.name));
        let places = self.places.iter().map(|place| (&place.id, &place.name));
        let all = people.chain(orgs).chain(places);
        all.filter(|(_, name)| is_named(name)).map(|(id, _)| id.clone()).take(NAMES_MAX).collect()
    }

    /// How the words before reported speech let it stand.
    ///
    /// Only a verb of denial right before it denies it, with `that` or nothing between its object and the statement.
    fn stand(&self, quote: &Quote, body: &[char]) -> Stand {
        let start = usize::try_from(quote.char_start).unwrap_or(usize::MAX).min(body.len());
        let before: String = body[start.saturating_sub(BEFORE_CHARS)..start].iter().collect();
        let sentence = before.rsplit(['.', '!', '?', ';', '\n']).next().unwrap_or_default();
        let words: Vec<String> = folded(sentence).collect();
        let has = |word: &String, sense| has_sense(word, self.lang, sense);
        let Some(last) = words.last() else { return Stand::Asserted };
        if !has(last, "deny") && !has(last, "that") {
            return Stand::Asserted;
        }
        let mut near = words.iter().enumerate().rev().take(BEFORE_WORDS);
        let verb = near.find(|(_, word)| has(word, "deny") || has(word, "say"));
        match verb {
            Some((at, word)) if has(word, "deny") => {
                let is_undone = words[at.saturating_sub(3)..at].iter().any(|word| has(word, "not"));
                if is_undone { Stand::Neither } else { Stand::Denied }
            }
            _ => Stand::Asserted,
        }
    }
}

enum Stand {
    Asserted,
    Denied,
    Neither,
}

/// A statement, or of a long one its beginning, at the end of a word.
fn beginning(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(CHARS_MAX) else { return text.to_owned() };
    let cut = text.get(..end).unwrap_or_default();
    let whole = cut.rsplit_once(char::is_whitespace).map_or(cut, |(whole, _)| whole);
    format!("{whole} …")
}
