//! Tells live blogs and round-ups by their headline, or by what parts them: datelines of several places, hours.

use std::collections::BTreeSet;

use super::text::Body;
use crate::tables::Tables;

/// Places that blocks are dated from: two are a report and its background.
const DATELINES_MIN: usize = 3;
/// Hours that head a block of their own: fewer are a timetable's, or a chronology's.
const HOURS_MIN: usize = 4;
/// Characters of a dateline with what it says of agency and day.
const DATELINE_CHARS_MAX: usize = 60;
/// Characters of a block that is no more than an hour.
const HOUR_CHARS_MAX: usize = 24;
/// Blocks looked at; what is longer is no report anyhow.
const BLOCKS_MAX: usize = 400;

/// Whether an article strings several stories together.
pub(super) fn is(title: &str, body: &Body, tables: &Tables) -> bool {
    if tables.is_round_up(title) {
        return true;
    }
    let blocks =
        || body.blocks.iter().take(BLOCKS_MAX).map(|block| (body.block(block), block.chars));
    let places: BTreeSet<&str> =
        blocks().filter_map(|(block, _)| dateline(block, tables)).collect();
    let hours = blocks().filter(|(block, chars)| *chars <= HOUR_CHARS_MAX && is_hour(block));
    places.len() >= DATELINES_MIN || hours.count() >= HOURS_MIN
}

/// The place that a block is dated from.
fn dateline<'a>(block: &'a str, tables: &Tables) -> Option<&'a str> {
    let end = block.char_indices().nth(DATELINE_CHARS_MAX).map_or(block.len(), |(at, _)| at);
    let head = block.get(..end)?;
    let dash = ["—", "–", " - ", "--"].iter().filter_map(|dash| head.find(dash)).min()?;
    let line = head.get(..dash)?;
    let place = line.split([',', '(']).next()?.trim();
    let is_shouted =
        place.chars().any(char::is_alphabetic) && !place.chars().any(char::is_lowercase);
    (is_shouted && tables.is_dateline_place(place)).then_some(place)
}

/// Whether a block is an hour of the day and nothing else: `10:42`, `10.42am GMT`, `Update 14:05 Uhr`.
fn is_hour(block: &str) -> bool {
    let mut has_clock = false;
    for word in block.split([' ', '|', ',', '(', ')']).filter(|word| !word.is_empty()) {
        let lower = word.to_lowercase();
        let digits = lower.trim_end_matches(|c: char| c.is_alphabetic() || c == '.');
        let is_clock = digits.split_once([':', '.', 'h']).is_some_and(|(hour, minute)| {
            let is_number = |text: &str| {
                (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
            };
            is_number(hour) && is_number(minute) && minute.len() == 2
        });
        if is_clock && !has_clock {
            has_clock = true;
        } else if word.chars().count() > 6 || word.chars().any(|c| c.is_ascii_digit()) {
            return false;
        }
    }
    has_clock
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static TABLES: LazyLock<Tables> = LazyLock::new(Tables::builtin);

    fn body(blocks: &[&str]) -> Body {
        Body::new(blocks.iter().map(|block| (*block).to_owned()).collect())
    }

    #[test]
    fn datelines_of_three_places_or_four_hours_make_a_round_up() {
        let briefs = [
            "LONDON (AP) — A storm crossed the coast on Monday.",
            "PARIS — Drivers walked out over night shifts.",
            "NEW DELHI, Aug 16 (ANI) — A court heard the last witness.",
        ];
        assert!(is("Around the world", &body(&briefs), &TABLES));
        assert!(!is("Storm crosses the coast", &body(&briefs[..2]), &TABLES));
        let blog =
            ["10:42", "The ferry left.", "10.55am GMT", "It came back.", "11:07 Uhr", "11:20 pm"];
        assert!(is("Storm crosses the coast", &body(&blog), &TABLES));
        let report = [
            "The ferry left at 10:42.",
            "It came back at 11:07.",
            "12:30 ferry: cancelled",
            "2.5 m",
        ];
        assert!(!is("Storm crosses the coast", &body(&report), &TABLES));
    }

    #[test]
    fn a_dash_in_a_sentence_is_no_dateline() {
        for block in
            ["The storm — the third — came.", "NATO – the alliance – met.", "LONDON stocks fell."]
        {
            assert_eq!(dateline(block, &TABLES), None, "{block}");
        }
    }
}
