//! An article for people, as `taste` shows it on a terminal: what is known of it, who is named, through whom its words
//! came, and its text with every finding marked where it stands.

use super::screen::{has_colour, width, wrap};
use super::word;
use crate::record::ArticleRecord;
use crate::telemetry::Escaped;

/// Columns of the names of rows.
const NAME_WIDTH: usize = 10;
/// Longest text that is shown whole, in characters; of a longer one its beginning.
const TEXT_CHARS_MAX: usize = 12_000;

/// One article; its body where the record carries none.
pub(super) fn show(record: &ArticleRecord, body: &str) -> String {
    let provenance = &record.provenance;
    let mut rows = vec![
        ("title", record.title.clone()),
        ("outlet", format!("{} ({})", record.outlet.name, record.outlet.id)),
        ("published", published(record)),
        ("language", record.lang.clone()),
        ("text", format!("{} words, {:?}", record.text.words, record.text.summary)),
        ("role", format!("{} ({:.2})", word(&provenance.role), provenance.confidence.as_f64())),
        ("wire", provenance.wire.join(", ")),
        ("credit", provenance.credit.clone()),
        ("byline", provenance.byline.clone()),
        ("dateline", provenance.dateline.clone()),
        ("cites", provenance.cites.join(", ")),
        ("story", record.story_id.to_string()),
        ("relation", word(&record.matched.relation)),
        ("label", record.notice.label.clone()),
        ("watches", record.watch.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>().join(", ")),
        ("defects", record.defects.join(", ")),
    ];
    rows.extend(record.people.iter().map(|person| ("person", named(person))));
    let orgs: Vec<String> = record.orgs.iter().map(|org| org.name.clone()).collect();
    rows.push(("bodies", orgs.join(", ")));
    let place = |place: &crate::news::Place| {
        let event = if place.is_event_place { " (where it happened)" } else { "" };
        format!("{}{event}", place.name)
    };
    rows.push(("places", record.places.iter().map(place).collect::<Vec<_>>().join(", ")));
    for (number, chain) in provenance.chains.iter().enumerate() {
        let path = chain.path.join(" ← ");
        rows.push(("chain", format!("c{} {path}", number + 1)));
    }
    for quote in &record.quotes {
        let speaker = if quote.speaker.is_empty() { "nobody named" } else { &quote.speaker };
        rows.push(("says", format!("{} {speaker} ({})", quote.id, word(&quote.kind))));
    }
    let mut out = String::new();
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        for (n, line) in
            wrap(&Escaped(value).to_string(), width() - NAME_WIDTH - 2).iter().enumerate()
        {
            let name = if n == 0 { name } else { "" };
            out += &[format!("{name:>NAME_WIDTH$}").as_str(), "  ", line, "\n"].concat();
        }
    }
    out + &marked(record, body)
}

fn named(person: &crate::news::Person) -> String {
    match (person.role.as_str(), person.role_of.as_str()) {
        ("", _) => person.name.clone(),
        (role, "") => format!("{}, {role}", person.name),
        (role, of) => format!("{}, {role} ({of})", person.name),
    }
}

fn published(record: &ArticleRecord) -> String {
    match record.published.time {
        Some(time) => time.to_string(),
        None => format!("{} ({})", record.published.day, word(&record.published.granularity)),
    }
}

/// The text with `[q1 … ]` around what is said and `{c1 … }` around the words that say through whom.
fn marked(record: &ArticleRecord, body: &str) -> String {
    if body.is_empty() || record.quotes.is_empty() && record.provenance.chains.is_empty() {
        return String::new();
    }
    let colours = has_colour();
    let tag = |text: String, colour: &str| {
        if colours { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text }
    };
    // Where marks stand: what ends comes before what begins, the inner end first.
    let mut marks: Vec<(u64, u8, u64, String)> = Vec::new();
    for quote in &record.quotes {
        let (start, end) = (quote.char_start, quote.char_end);
        marks.push((start, 1, u64::MAX - end, tag(format!("[{} ", quote.id), "36")));
        marks.push((end, 0, u64::MAX - start, tag("]".to_owned(), "36")));
    }
    for (number, chain) in record.provenance.chains.iter().enumerate() {
        let (start, end) = (chain.evidence.char_start, chain.evidence.char_end);
        marks.push((start, 1, u64::MAX - end, tag(format!("{{c{} ", number + 1), "33")));
        marks.push((end, 0, u64::MAX - start, tag("}".to_owned(), "33")));
    }
    marks.sort();
    let mut marks = marks.into_iter().peekable();
    let mut text = String::from("\n");
    for (at, c) in (0_u64..).zip(body.chars().take(TEXT_CHARS_MAX)) {
        while let Some((_, _, _, mark)) = marks.next_if(|(place, ..)| *place <= at) {
            text += &mark;
        }
        if c.is_control() && c != '\n' {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    for (_, _, _, mark) in marks {
        text += &mark;
    }
    let blocks = text.split("\n\n").map(|block| {
        let lines = wrap(block, width() - 2).into_iter().map(|line| ["  ", &line, "\n"].concat());
        lines.collect::<String>()
    });
    format!("\n{}", blocks.collect::<Vec<_>>().join("\n"))
}
