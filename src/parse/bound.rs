//! How much text one body may bring: what is cleaned, compared and kept costs far more than it cost to send.

use super::text;
use crate::news::Draft;

/// Bytes of all texts of a body. Feeds of two thousand summaries have 2 MB, and a month of full texts 5 MB.
const BODY_TEXT_BYTES_MAX: usize = 8 << 20;
/// A text of no more is left whole, however many there are.
const BODY_TEXT_LEAST: usize = 4 << 10;

/// Cuts the longest texts of a body that has more text than anybody publishes.
pub(super) fn texts(drafts: &mut [Draft]) {
    let lengths = drafts.iter().flat_map(|draft| [draft.summary.len(), draft.content.len()]);
    let Some(level) = level(&lengths.collect::<Vec<_>>()) else { return };
    for draft in drafts {
        let mut is_cut = false;
        for words in [&mut draft.summary, &mut draft.content] {
            if words.len() > level {
                let end = text::head(words, level).len();
                words.truncate(end);
                is_cut = true;
            }
        }
        if is_cut {
            draft.defects.push("text_cut".to_owned());
            draft.defects.sort();
            draft.defects.dedup();
        }
    }
}

/// The length to which texts of these lengths are cut, if they are: a power of two, so that no item's text changes with
/// each item that joins it.
fn level(lengths: &[usize]) -> Option<usize> {
    let mut level = lengths.iter().copied().max().unwrap_or(0);
    let sum = |most: usize| lengths.iter().map(|length| (*length).min(most)).sum::<usize>();
    if level <= BODY_TEXT_LEAST || sum(level) <= BODY_TEXT_BYTES_MAX {
        return None;
    }
    level = level.next_power_of_two();
    while level > BODY_TEXT_LEAST && sum(level) > BODY_TEXT_BYTES_MAX {
        level /= 2;
    }
    Some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_more_text_than_anybody_publishes_loses_the_ends_of_its_longest() {
        assert_eq!(level(&[]), None);
        assert_eq!(level(&[64 << 10; 128]), None);
        assert_eq!(level(&[64 << 10; 129]), Some(32 << 10));
        assert_eq!(level(&[64 << 10; 340]), Some(16 << 10));
        assert_eq!(level(&[50_000; 300]), Some(16 << 10));
        assert_eq!(level(&vec![5_000; 2_000]), Some(4 << 10));
        assert_eq!(level(&vec![4_000; 4_000]), None);
        // One item more or less changes no other.
        for count in 300..320 {
            assert_eq!(level(&vec![60_000; count]), Some(16 << 10), "{count}");
        }
    }

    #[test]
    fn what_is_cut_is_told_and_the_short_stay_whole() {
        let long = "word ".repeat(12_000);
        let item = |n: usize| {
            let words = if n == 7 { "short" } else { long.as_str() };
            format!(
                "<item><guid>{n}</guid><title>Item {n}</title><description>{words}</description></item>"
            )
        };
        let items: String = (0..200).map(item).collect();
        let parsed = crate::parse::tests::parsed(&format!("<rss><channel>{items}</channel></rss>"));
        assert_eq!(parsed.drafts.len(), 200);
        for (n, draft) in parsed.drafts.iter().enumerate() {
            let is_told = draft.defects.iter().any(|word| word == "text_cut");
            assert_eq!((draft.summary.len() > 5, is_told), (n != 7, n != 7), "{n}");
            assert!(draft.summary.len() <= 32 << 10);
        }
    }
}
