//! The sole user of feed-rs: reads what `mend` wrote, all at once, or item by item where that fails.
//!
//! feed-rs sees only flat, clean Atom; should it panic all the same, one item is lost, not the feed.

use std::cell::Cell;
use std::iter::Peekable;
use std::panic::{self, AssertUnwindSafe};
use std::vec::IntoIter;

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

/// What an item came to.
type Item = Result<Claim, Box<Unread>>;

/// Bytes of items that feed-rs is given at a time: a feed of usual size in one go, a huge one in parts, so that not
/// all of it stands in memory several times.
const PART_BYTES: usize = 1 << 20;

/// How a part begins that is not the first: feed-rs needs no more to read entries.
const BARE_HEAD: &str = "<feed xmlns=\"http://www.w3.org/2005/Atom\">";

/// Reads a clean document.
pub(crate) fn read(mended: Mended) -> (FeedClaim, Vec<Item>) {
    let Mended { head, pieces, feed, .. } = mended;
    let mut items = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    let (first, xml) = part(&head, &mut pieces);
    let claimed = match parse(&xml) {
        Ok(mut read) if read.entries.len() == first.len() => {
            take(std::mem::take(&mut read.entries), first, &mut items);
            feed_claim(read, feed)
        }
        _ => {
            items.extend(first.into_iter().map(alone));
            match parse(&format!("{head}{TAIL}")) {
                Ok(read) => feed_claim(read, feed),
                Err(_) => feed,
            }
        }
    };
    drop(xml);
    while pieces.peek().is_some() {
        let (next, xml) = part(BARE_HEAD, &mut pieces);
        match parse(&xml) {
            Ok(read) if read.entries.len() == next.len() => take(read.entries, next, &mut items),
            _ => items.extend(next.into_iter().map(alone)),
        }
    }
    (claimed, items)
}

/// The next items, and the document that they make under this head.
fn part(head: &str, pieces: &mut Peekable<IntoIter<Piece>>) -> (Vec<Piece>, String) {
    let (mut taken, mut bytes) = (Vec::new(), 0);
    while bytes < PART_BYTES
        && let Some(piece) = pieces.next()
    {
        bytes += piece.xml.len();
        taken.push(piece);
    }
    let mut xml = String::with_capacity(head.len() + bytes + TAIL.len());
    xml.push_str(head);
    for piece in &taken {
        xml.push_str(&piece.xml);
    }
    xml.push_str(TAIL);
    (taken, xml)
}

fn take(entries: Vec<model::Entry>, pieces: Vec<Piece>, items: &mut Vec<Item>) {
    let both = entries.into_iter().zip(pieces);
    items.extend(both.map(|(entry, piece)| Ok(claim(entry, piece.note))));
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

/// An item in an empty feed of its own: what breaks then is that item.
fn alone(piece: Piece) -> Item {
    let xml = format!("{BARE_HEAD}{}{TAIL}", piece.xml);
    let failure = match parse(&xml).map(|feed| feed.entries.into_iter().next()) {
        Ok(Some(entry)) => return Ok(claim(entry, piece.note)),
        Ok(None) => Failure { reason: "parse", detail: "no entry in it".to_owned() },
        Err(failure) => failure,
    };
    let Failure { reason, detail } = failure;
    Err(Box::new(Unread { note: piece.note, xml: piece.xml, reason, detail }))
}

fn feed_claim(feed: model::Feed, noted: FeedClaim) -> FeedClaim {
    FeedClaim {
        title: words(feed.title),
        description: words(feed.description),
        rights: words(feed.rights),
        authors: people(feed.authors),
        ..noted
    }
}

fn claim(entry: model::Entry, note: Note) -> Claim {
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
        note,
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
        let (feed, items) = read(mended);
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
    fn a_huge_feed_is_read_in_parts_and_loses_no_item_at_their_borders() {
        let text = "x".repeat(PART_BYTES / 3);
        let entry = |n: u64| {
            piece(&format!("<entry><title>{n}</title><content>{text}</content></entry>"), n)
        };
        let mut pieces: Vec<Piece> = (0..11).map(entry).collect();
        pieces[7].xml = "<entry><title>seven</entry>".to_owned();
        let mended = Mended {
            head: format!("{BARE_HEAD}<title>Harbour</title>"),
            pieces,
            feed: FeedClaim::default(),
            over_limit: 0,
            defects: Vec::new(),
        };
        let (feed, items) = read(mended);
        assert_eq!(feed.title.value, "Harbour");
        let told = |item: &Item| item.as_ref().map_or(7, |claim| claim.note.ordinal);
        assert_eq!(items.iter().map(told).collect::<Vec<_>>(), (0..11).collect::<Vec<_>>());
        let read = items.iter().flatten().filter(|claim| claim.content.value == text);
        assert_eq!(read.count(), 10, "only the broken one is lost");
    }

    #[test]
    fn a_panic_in_feed_rs_is_caught_and_told() {
        // Its author parser cuts inside a character; `mend` never writes such a body.
        let body = "<rss version=\"2.0\"><channel><item><author>（a@desk.example）</author></item></channel></rss>";
        let failure = parse(body).map(drop).expect_err("feed-rs still panics here");
        assert_eq!(failure.reason, "panic");
    }
}
