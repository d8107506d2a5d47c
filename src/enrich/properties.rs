//! What holds for any input: the fuzz targets (`tests/fuzz`) and the random tests run the same function.
//!
//! Built for tests and fuzzing only.

use super::html;

/// Blocks of HTML or plain text are trimmed, never empty, on one line, and no longer than the input can account for.
/// Written as plain text or as paragraphs of HTML they are the same blocks again, and nothing but marks is ever lost.
///
/// # Panics
/// Where that does not hold.
pub fn html(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (of_html, of_text) = (html::blocks(&text), html::plain_blocks(&text));
    for blocks in [&of_html, &of_text] {
        for block in blocks {
            assert!(!block.is_empty() && block.trim() == block, "{block:?}");
            assert!(!block.contains(char::is_control), "{block:?}");
        }
        // The references that grow become two characters of three bytes, and have three bytes at least.
        let bytes: usize = blocks.iter().map(String::len).sum();
        assert!(bytes <= 2 * text.len(), "{bytes} from {}", text.len());
        assert_eq!(html::plain_blocks(&blocks.join("\n\n")), *blocks, "{text}");
        assert_eq!(html::blocks(&paragraphs(blocks)), *blocks, "{text}");
    }
    assert_eq!(letters(&of_text.concat()), letters(&text));
    if !text.contains(['<', '&']) {
        assert_eq!(of_html, of_text);
    }
}

fn paragraphs(blocks: &[String]) -> String {
    let escaped = |block: &String| block.replace('&', "&amp;").replace('<', "&lt;");
    format!("<p>{}</p>", blocks.iter().map(escaped).collect::<Vec<_>>().join("</p><p>"))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::holds;

    #[test]
    fn blocks_written_again_are_the_same_blocks_and_no_letter_is_lost() {
        holds("html", html);
    }
}
