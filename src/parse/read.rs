//! The sole user of feed-rs: reads what `mend` wrote, all at once, or item by item where that fails.
//!
//! feed-rs sees only flat, clean Atom; should it panic all the same, one item is lost, not the feed.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

use feed_rs::model;
use feed_rs::parser::{Builder, Parser};

use super::claim::{Claim, FeedClaim, Note, Person, Words};
use super::mend::{Mended, Piece, TAIL};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Keeps panics that parsing catches off stderr. To be called once, by `main`: the panic hook is the process's.
pub fn quiet_panics() {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !QUIET.get() {
            loud(panic);
        }
    }));
}

/// An item that could not be read even alone.
#[derive(Debug)]
pub(crate) struct Unread {
    /// What is known of it all the same.
    pub(crate) note: Note,
    /// The item as it was to be read.
    pub(crate) xml: String,
    /// `parse` or `panic`.
    pub(crate) reason: &'static str,
    /// The error.
    pub(crate) detail: String,
}

/// Reads a clean document.
pub(crate) fn read(mended: &Mended) -> (FeedClaim, Vec<Result<Claim, Box<Unread>>>) {
    let xml = mended.xml();
    match parse(&xml) {
        Ok(feed) if feed.entries.len() == mended.pieces.len() => whole(feed, mended),
        _ => singly(mended),
    }
}

/// A parser for one document: one that met an error panics on the next.
fn parser() -> Parser {
    // Ids, dates and links are ours alone; nothing here may come from chance.
    Builder::new()
        .base_uri(None::<&str>)
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|_| None)
        .build()
}

/// Why a document was not read.
#[derive(Debug)]
struct Failure {
    reason: &'static str,
    detail: String,
}

fn parse(xml: &str) -> Result<model::Feed, Failure> {
    match caught(|| parser().parse(xml.as_bytes())) {
        Ok(Ok(feed)) => Ok(feed),
        Ok(Err(error)) => Err(Failure { reason: "parse", detail: error.to_string() }),
        Err(detail) => Err(Failure { reason: "panic", detail }),
    }
}

/// Runs a reader that may panic, quietly; a panic comes back as its words.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    QUIET.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    done.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        text.unwrap_or_default()
    })
}

fn whole(mut feed: model::Feed, mended: &Mended) -> (FeedClaim, Vec<Result<Claim, Box<Unread>>>) {
    let entries = std::mem::take(&mut feed.entries).into_iter();
    let claims =
        entries.zip(&mended.pieces).map(|(entry, piece)| Ok(claim(entry, piece))).collect();
    (feed_claim(feed, mended), claims)
}

/// Each item alone in an empty feed: what breaks then is that item.
fn singly(mended: &Mended) -> (FeedClaim, Vec<Result<Claim, Box<Unread>>>) {
    let feed = parse(&format!("{}{TAIL}", mended.head))
        .map_or_else(|_| mended.feed.clone(), |feed| feed_claim(feed, mended));
    let items = mended.pieces.iter().map(alone).collect();
    (feed, items)
}

fn alone(piece: &Piece) -> Result<Claim, Box<Unread>> {
    let xml = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{}{TAIL}", piece.xml);
    let failure = match parse(&xml).map(|feed| feed.entries.into_iter().next()) {
        Ok(Some(entry)) => return Ok(claim(entry, piece)),
        Ok(None) => Failure { reason: "parse", detail: "no entry in it".to_owned() },
        Err(failure) => failure,
    };
    let Failure { reason, detail } = failure;
    Err(Box::new(Unread { note: piece.note.clone(), xml: piece.xml.clone(), reason, detail }))
}

fn feed_claim(feed: model::Feed, mended: &Mended) -> FeedClaim {
    FeedClaim {
        title: words(feed.title),
        description: words(feed.description),
        rights: words(feed.rights),
        authors: people(feed.authors),
        ..mended.feed.clone()
    }
}

fn claim(entry: model::Entry, piece: &Piece) -> Claim {
    let content = entry.content.map(|content| Words {
        is_html: content.content_type.as_str() == "text/html",
        value: content.body.unwrap_or_default(),
    });
    let enclosures = entry
        .links
        .into_iter()
        .filter(|link| link.rel.as_deref() == Some("enclosure"))
        .map(|link| link.href)
        .collect();
    Claim {
        note: piece.note.clone(),
        title: words(entry.title),
        summary: words(entry.summary),
        content: content.unwrap_or_default(),
        authors: people(entry.authors),
        tags: entry.categories.into_iter().map(|category| category.term).collect(),
        rights: words(entry.rights),
        enclosures,
    }
}

fn words(text: Option<model::Text>) -> Words {
    text.map(|text| Words {
        is_html: text.content_type.as_str() == "text/html",
        value: text.content,
    })
    .unwrap_or_default()
}

fn people(people: Vec<model::Person>) -> Vec<Person> {
    people
        .into_iter()
        .map(|person| Person {
            name: person.name.unwrap_or_default(),
            mail: person.email.unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(xml: &str, ordinal: u64) -> Piece {
        Piece { xml: xml.to_owned(), note: Note { ordinal, ..Note::default() } }
    }

    #[test]
    fn an_item_that_feed_rs_refuses_costs_itself_only() {
        let mended = Mended {
            head: "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Harbour</title>".to_owned(),
            pieces: vec![
                piece("<entry><title>one</title></entry>", 0),
                piece("<entry><title type=\"nonsense\">two</title></entry>", 1),
                piece("<entry><title>three</entry>", 2),
                piece("<entry><title>four</title></entry>", 3),
            ],
            feed: FeedClaim::default(),
            over_limit: 0,
            defects: Vec::new(),
        };
        let (feed, items) = read(&mended);
        assert_eq!(feed.title.value, "Harbour");
        let told: Vec<_> = items
            .iter()
            .map(|item| match item {
                Ok(claim) => claim.title.value.as_str(),
                Err(unread) => unread.reason,
            })
            .collect();
        assert_eq!(told, ["one", "parse", "parse", "four"]);
    }

    #[test]
    fn a_panic_in_feed_rs_is_caught_and_told() {
        // Its author parser cuts inside a character; `mend` never writes such a body.
        let body = "<rss version=\"2.0\"><channel><item><author>（a@desk.example）</author></item></channel></rss>";
        let failure = parse(body).map(drop).expect_err("feed-rs still panics here");
        assert_eq!(failure.reason, "panic");
    }
}
