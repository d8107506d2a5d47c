//! The body of an article: its blocks with their places, whether the feed cut it, its first sentence.

use std::ops::Range;

use super::html::ends_sentence;
use crate::news::TextOrigin;
use crate::tables::Tables;

/// A longer text is no article; the cut keeps offsets and work small.
pub(super) const BODY_CHARS_MAX: usize = 300_000;
/// What records allow for `text.summary`.
const SUMMARY_CHARS_MAX: usize = 300;
/// Words after the last sentence that a cut notice may have.
const CUT_CHARS_MAX: usize = 40;

/// A block of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Bytes of the body.
    bytes: Range<usize>,
    /// First scalar value of the body.
    pub(super) start: usize,
    /// Its scalar values.
    pub(super) chars: usize,
}

/// The body and its blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) text: String,
    pub(super) blocks: Vec<Block>,
    /// Whether a limit cut it.
    pub(super) over_limit: bool,
}

impl Body {
    pub(super) fn new(blocks: Vec<String>) -> Self {
        let mut body = Self::default();
        let mut chars = 0;
        for block in blocks.into_iter().filter(|block| !block.is_empty()) {
            if !body.text.is_empty() {
                body.text.push_str("\n\n");
                chars += 2;
            }
            let room = BODY_CHARS_MAX.saturating_sub(chars);
            let length = block.chars().count();
            body.over_limit = length > room;
            let taken: &str = if body.over_limit { head(&block, room) } else { &block };
            let start = body.text.len();
            body.text.push_str(taken);
            let (bytes, length) = (start..body.text.len(), length.min(room));
            body.blocks.push(Block { bytes, start: chars, chars: length });
            chars += length;
            if body.over_limit {
                break;
            }
        }
        body
    }

    pub(super) fn block(&self, block: &Block) -> &str {
        self.text.get(block.bytes.clone()).unwrap_or_default()
    }

    /// The words between two scalar values of one block, counted from the block's start.
    pub(super) fn cut(&self, block: &Block, start: usize, end: usize) -> &str {
        slice(self.block(block), start, end)
    }

    /// The first sentence of the story: after `skip`, spans that are no part of it.
    pub(super) fn summary(&self, tables: &Tables, skip: &[(u32, u32)]) -> String {
        for block in &self.blocks {
            let text = self.block(block);
            let from = story_start(block, skip);
            let text = slice(text, from, block.chars).trim_start();
            if !text.is_empty() {
                let sentence = first_sentence(without_marker(text), tables);
                return shorten(sentence, SUMMARY_CHARS_MAX).to_owned();
            }
        }
        String::new()
    }
}

/// Whether a text is offered as the whole or as a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Whole,
    Summary,
}

impl Shape {
    pub(super) fn of(origin: TextOrigin) -> Self {
        if origin == TextOrigin::FeedSummary { Self::Summary } else { Self::Whole }
    }
}

/// Whether the text ends as texts do that a feed cut.
pub(super) fn is_cut(blocks: &[String], tables: &Tables, kind: Shape) -> bool {
    let Some(last) = blocks.last() else { return false };
    let text = last.trim_end();
    let bare = text.trim_end_matches(|c: char| c.is_whitespace() || "[]()>»→.…".contains(c));
    let dots = text.get(bare.len()..).unwrap_or_default();
    if dots.contains('…') || dots.contains("...") {
        return true;
    }
    let end = tail(bare, CUT_CHARS_MAX).to_lowercase();
    let said = tables.words().cut_ends.iter().any(|words| {
        end.strip_suffix(words.as_str()).is_some_and(|before| {
            // "more" alone is a link only where it stands apart from the sentence.
            let apart = before.trim_end().ends_with(['.', '!', '?', '…', '|', '[', '(', '।', '。']);
            before.trim().is_empty() || apart
        })
    });
    let letters = bare.chars().next_back().is_some_and(char::is_alphanumeric);
    said || (kind == Shape::Summary && letters && !ends_sentence(text) && has_sentence(blocks))
}

/// Drops what stands at the end of a page's text as a link or a heading on its own: behind a whole sentence "Read more"
/// leads to other stories. Behind half of one it says that the text was cut, and stays.
pub(super) fn drop_ways_on(blocks: &mut Vec<String>, tables: &Tables) {
    let is_way_on = |block: &String| {
        let bare = block.trim_matches(|c: char| c.is_whitespace() || "[]()>»→:".contains(c));
        let bare = bare.to_lowercase();
        tables.words().cut_ends.contains(&bare)
    };
    while let [.., before, last] = blocks.as_slice() {
        if !is_way_on(last) || !ends_sentence(before) && !is_way_on(before) {
            return;
        }
        blocks.pop();
    }
}

/// A teaser without any full stop is a line, not a cut sentence.
fn has_sentence(blocks: &[String]) -> bool {
    let stop = |text: &String| text.contains(". ") || text.contains("? ") || text.contains("! ");
    blocks.len() > 1 || blocks.iter().any(stop)
}

/// Scalar values at the block's start that `skip` takes away.
fn story_start(block: &Block, skip: &[(u32, u32)]) -> usize {
    let mut at = block.start;
    for (start, end) in skip {
        let (start, end) = (*start as usize, *end as usize);
        if start <= at && at < end {
            at = end;
        }
    }
    (at - block.start).min(block.chars)
}

/// The text without a list marker such as `1- ` or `2. `.
fn without_marker(text: &str) -> &str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return text;
    }
    let rest = text.get(digits..).unwrap_or_default();
    let marked = rest.strip_prefix(['-', '.', ')']).and_then(|rest| rest.strip_prefix(' '));
    marked.unwrap_or(text)
}

fn first_sentence<'a>(text: &'a str, tables: &Tables) -> &'a str {
    let mut chars = text.char_indices().take(SUMMARY_CHARS_MAX + 1).peekable();
    while let Some((at, c)) = chars.next() {
        let wide = matches!(c, '。' | '！' | '？');
        if !wide && !matches!(c, '.' | '!' | '?' | '…' | '।' | '؟' | '۔') {
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some((at, c)) = chars.next_if(|(_, c)| "\"'”’»)]」』）.!?".contains(*c)) {
            end = at + c.len_utf8();
        }
        let rest = text.get(end..).unwrap_or_default();
        let parted = wide || rest.is_empty() || rest.starts_with(char::is_whitespace);
        let next = rest.trim_start().chars().next();
        let goes_on = !wide && next.is_some_and(|c| c.is_lowercase() || c == ',');
        let word = text.get(..at).unwrap_or_default();
        if parted && !goes_on && !(c == '.' && is_short(word, tables)) {
            return text.get(..end).unwrap_or(text);
        }
    }
    text
}

/// Whether the word before a full stop is an initial or an abbreviation.
fn is_short(before: &str, tables: &Tables) -> bool {
    let word = before.rsplit([' ', '(', '“', '"', '-']).next().unwrap_or_default();
    let mut chars = word.chars();
    let initial = chars.next().is_some_and(char::is_uppercase) && chars.as_str().is_empty();
    // "U.S" before a further full stop.
    let dotted = word.contains('.') && word.split('.').all(|part| part.chars().count() == 1);
    initial || dotted || tables.is_abbreviation(&word.to_lowercase())
}

/// At most `max` scalar values, ending with a whole word where the language has spaces.
fn shorten(text: &str, max: usize) -> &str {
    let cut = head(text, max);
    if cut.len() == text.len() {
        return text;
    }
    cut.rsplit_once(' ').map_or(cut, |(words, _)| words).trim_end()
}

/// The first `chars` scalar values.
pub(super) fn head(text: &str, chars: usize) -> &str {
    let end = text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// The last `chars` scalar values.
pub(super) fn tail(text: &str, chars: usize) -> &str {
    let back = chars.checked_sub(1).and_then(|n| text.char_indices().nth_back(n));
    let start = if chars == 0 { text.len() } else { back.map_or(0, |(at, _)| at) };
    text.get(start..).unwrap_or(text)
}

/// The scalar values `start..end`.
pub(super) fn slice(text: &str, start: usize, end: usize) -> &str {
    let text = head(text, end);
    let from = text.char_indices().nth(start).map_or(text.len(), |(at, _)| at);
    text.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::tests::TABLES;

    fn body(blocks: &[&str]) -> Body {
        Body::new(blocks.iter().map(|block| (*block).to_owned()).collect())
    }

    #[test]
    fn blocks_know_their_place_in_scalar_values() {
        let body = body(&["Žižka — ok.", "", "第二。"]);
        assert_eq!(body.text, "Žižka — ok.\n\n第二。");
        let last = &body.blocks[1];
        assert_eq!((last.start, last.chars, body.cut(last, 0, 2)), (13, 3, "第二"));
        assert_eq!(slice(&body.text, last.start, last.start + 3), "第二。");
    }

    #[test]
    fn the_summary_is_the_first_sentence() {
        let first = |text: &str| body(&[text]).summary(&TABLES, &[]);
        assert_eq!(
            first("Mr. Vale met U.S. envoys (local time). Then he left."),
            "Mr. Vale met U.S. envoys (local time)."
        );
        assert_eq!(first("“We agreed.” He left."), "“We agreed.”");
        assert_eq!(first("1- Talks ended. More."), "Talks ended.");
        assert_eq!(first("会談は終わった。次へ。"), "会談は終わった。");
        assert_eq!(first("Up 3.5 percent to 1.2 million. Next."), "Up 3.5 percent to 1.2 million.");
        assert_eq!(first("वार्ता समाप्त हुई। फिर गए।"), "वार्ता समाप्त हुई।");
        let long = "word ".repeat(200);
        assert!(first(&long).chars().count() <= 300 && first(&long).ends_with("word"));
    }

    #[test]
    fn the_summary_starts_after_what_is_no_story() {
        let body = body(&["By Ada Vale", "OSLO — Talks ended. More."]);
        assert_eq!(body.summary(&TABLES, &[(0, 11), (13, 20)]), "Talks ended.");
    }

    #[test]
    fn a_cut_text_is_known_by_its_end() {
        let cut = |text: &str, shape| is_cut(&[text.to_owned()], &TABLES, shape);
        for text in [
            "The talks went on…",
            "The talks went [...]",
            "The talks ended [&]. Read more",
            "It ended. Continue reading »",
        ] {
            assert!(cut(text, Shape::Whole), "{text}");
        }
        assert!(cut("It began at dawn. The two sides then", Shape::Summary));
        assert!(!cut("It began at dawn. The two sides then left.", Shape::Summary));
        assert!(!cut("Talks end without a deal", Shape::Summary));
        assert!(!cut("He asked for no more.", Shape::Whole));
        assert!(!cut("They could not do any more", Shape::Whole));
    }

    #[test]
    fn a_way_on_behind_a_whole_sentence_is_none_of_the_text() {
        let left = |blocks: &[&str]| {
            let mut blocks = blocks.iter().map(|&block| block.to_owned()).collect();
            drop_ways_on(&mut blocks, &TABLES);
            blocks.len()
        };
        assert_eq!(left(&["The talks ended.", "Read more"]), 1);
        assert_eq!(left(&["The talks ended.", "Read more:", "Weiterlesen »"]), 1);
        assert_eq!(left(&["The two sides then", "Read more"]), 2);
        assert_eq!(left(&["The talks ended.", "Read more at Reuters"]), 2);
        assert_eq!(left(&["The talks ended.", "Read more…"]), 2);
        assert_eq!(left(&["Read more"]), 1);
    }

    #[test]
    fn a_text_beyond_the_limit_is_cut_and_says_so() {
        let body = body(&[&"x".repeat(BODY_CHARS_MAX - 5), "0123456789"]);
        assert!(body.over_limit && body.text.ends_with("\n\n012"));
    }
}
