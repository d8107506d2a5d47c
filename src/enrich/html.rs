//! HTML to blocks of plain text. One pass, no tree, no recursion: work is linear in the input whatever it holds.

use std::borrow::Cow;

use super::elements::{BLOCKS, DROPPED, OPENERS, is_hidden, is_in, is_void};
use crate::tables::{html_entity, markup};

/// Quoted attribute values are followed this far for their closing mark; longer ones are a lost quote.
const TAG_BYTES_MAX: usize = 16 * 1024;
/// The longest name of an HTML entity.
const ENTITY_BYTES_MAX: usize = 32;

/// The blocks of a text that is, or may be, HTML.
pub(super) fn blocks(html: &str) -> Vec<String> {
    let html = &*without_sections(markup::finished(html));
    let story = once(html);
    // Escaped twice: the tags are its text, and not one stands among them.
    if !html.contains('<') && story.first().is_some_and(|block| is_markup(block)) {
        return once(&story.join("\n\n"));
    }
    story
}

fn once(html: &str) -> Vec<String> {
    let story = read(html, Captions::Dropped);
    // A picture's caption is not the story, unless there is no other.
    if story.is_empty() && html.contains("figcaption") { read(html, Captions::Kept) } else { story }
}

/// The marks of sections in sections are another program's; what is inside is HTML like the rest.
fn without_sections(html: &str) -> Cow<'_, str> {
    if html.contains("<![CDATA[") {
        html.replace("<![CDATA[", "").replace("]]>", "").into()
    } else {
        html.into()
    }
}

/// Whether a text begins with a tag as texts of HTML do, and has an end tag.
fn is_markup(text: &str) -> bool {
    let is_tag = |text: &str| {
        let name = name(text);
        let after = text.get(name.len()..).unwrap_or_default();
        let is_known = is_in(&BLOCKS, name) || is_in(&OPENERS, name);
        is_known && after.starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
    };
    text.strip_prefix('<').is_some_and(is_tag) && (text.contains("</") || text.contains("/>"))
}

/// What becomes of captions. Those of quotations name the speaker and are always kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Captions {
    Dropped,
    Kept,
}

fn read(html: &str, captions: Captions) -> Vec<String> {
    let flow = Flow { newlines_part: !has_structure(html), ..Flow::default() };
    let lost = [false; DROPPED.len()];
    let (lost_comment, lost_hidden, keeps_caption) = (false, false, captions == Captions::Kept);
    let mut reader =
        Reader { rest: html, flow, lost, lost_comment, lost_hidden, captions, keeps_caption };
    reader.read();
    reader.flow.finish()
}

/// The blocks of a plain text: what blank lines part, or single line ends where lines are sentences.
pub(super) fn plain_blocks(text: &str) -> Vec<String> {
    plain_beginning(text, usize::MAX).0
}

/// The blocks that so many characters of a plain text make, white space aside, and whether more follow.
pub(super) fn plain_beginning(text: &str, chars_max: usize) -> (Vec<String>, bool) {
    let mut flow = Flow { newlines_part: true, ..Flow::default() };
    for c in text.chars() {
        flow.push(c);
        if flow.taken > chars_max {
            return (flow.finish(), true);
        }
    }
    (flow.finish(), false)
}

/// Whether the text has any element that parts blocks, so that its line ends mean nothing.
fn has_structure(html: &str) -> bool {
    html.match_indices('<').any(|(at, _)| {
        let name = html.get(at + 1..).map_or("", |rest| name(rest.trim_start_matches('/')));
        name.eq_ignore_ascii_case("br") || is_in(&BLOCKS, name)
    })
}

fn name(rest: &str) -> &str {
    let end = rest.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

struct Reader<'a> {
    rest: &'a str,
    flow: Flow,
    /// Dropped elements whose end was looked for in vain: it is not looked for again.
    lost: [bool; DROPPED.len()],
    /// The same for comments, and for elements that hide what is in them.
    lost_comment: bool,
    lost_hidden: bool,
    captions: Captions,
    /// Whether a caption that comes next belongs to a quotation.
    keeps_caption: bool,
}

impl Reader<'_> {
    fn read(&mut self) {
        // A mark that no `>` follows opens nothing; every other one is consumed with its tag.
        let last_close = self.rest.rfind('>').map_or(0, |at| self.rest.len() - at);
        while let Some(at) = self.rest.find(['<', '&']) {
            let (text, rest) = self.rest.split_at_checked(at).unwrap_or((self.rest, ""));
            self.flow.text(text);
            self.rest = rest;
            if rest.starts_with('&') {
                self.reference();
            } else if rest.len() > last_close && last_close > 0 {
                self.mark();
            } else {
                self.literal();
            }
        }
        self.flow.text(self.rest);
    }

    fn literal(&mut self) {
        let mut chars = self.rest.chars();
        if let Some(c) = chars.next() {
            self.flow.push(c);
        }
        self.rest = chars.as_str();
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn mark(&mut self) {
        let after = self.rest.get(1..).unwrap_or_default();
        match after.bytes().next() {
            Some(b'!') if after.starts_with("!--") => self.comment(),
            Some(b'!' | b'?') => self.skip_tag(),
            Some(b'/') => {
                let name = name(after.get(1..).unwrap_or_default());
                self.skip_tag();
                if name.eq_ignore_ascii_case("q") {
                    self.flow.space = false;
                    self.flow.push('”');
                }
                self.flow.tag(name);
            }
            Some(b) if b.is_ascii_alphabetic() => {
                let name = name(after);
                let before = self.rest;
                self.skip_tag();
                self.flow.tag(name);
                let tag = before.get(..before.len() - self.rest.len()).unwrap_or_default();
                // Written as XML: it has no content to hide.
                let is_empty = tag.ends_with("/>");
                if !is_empty
                    && is_hidden(tag.get(1 + name.len()..).unwrap_or_default())
                    && self.hide(name)
                {
                    return;
                }
                if name.eq_ignore_ascii_case("q") {
                    self.flow.push('“');
                }
                self.drop_content(name, is_empty);
            }
            _ => self.literal(),
        }
    }

    fn comment(&mut self) {
        let end = if self.lost_comment { None } else { self.rest.find("-->") };
        self.lost_comment = end.is_none();
        match end {
            Some(at) => self.skip(at + 3),
            None => self.skip_tag(),
        }
    }

    /// Skips what an element hides, if its own end can be found.
    fn hide(&mut self, name: &str) -> bool {
        if self.lost_hidden || is_void(name) {
            return false;
        }
        let mut open = 1_u32;
        for (at, _) in self.rest.match_indices('<') {
            let after = self.rest.get(at + 1..).unwrap_or_default();
            let (is_end, after) = after.strip_prefix('/').map_or((false, after), |a| (true, a));
            if !self::name(after).eq_ignore_ascii_case(name) {
                continue;
            }
            open = if is_end { open - 1 } else { open + 1 };
            if open == 0 {
                self.skip(at);
                self.skip_tag();
                return true;
            }
        }
        self.lost_hidden = true;
        false
    }

    /// Skips to the `>` that ends the tag; one inside a quoted value does not.
    fn skip_tag(&mut self) {
        let mut quote = None;
        for (at, byte) in self.rest.bytes().enumerate().take(TAG_BYTES_MAX) {
            match (quote, byte) {
                (None, b'>') => return self.skip(at + 1),
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
        }
        let end = self.rest.find('>').map_or(self.rest.len(), |at| at + 1);
        self.skip(end);
    }

    fn drop_content(&mut self, name: &str, is_empty: bool) {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("figure") || is("blockquote") {
            self.keeps_caption = is("blockquote") || self.captions == Captions::Kept;
        } else if is("figcaption") && self.keeps_caption {
            return;
        }
        let Some(index) = DROPPED.iter().position(|known| known.eq_ignore_ascii_case(name)) else {
            return;
        };
        if self.lost[index] || is_empty && index >= 2 {
            return;
        }
        match markup::end_of(self.rest, name) {
            Some(at) => {
                self.skip(at);
                self.skip_tag();
            }
            // Without its end a script is all that follows; other elements were closed by mistake.
            None if index < 2 && !is_empty => self.rest = "",
            None => self.lost[index] = true,
        }
    }

    fn reference(&mut self) {
        let after = self.rest.get(1..).unwrap_or_default();
        let body = after.bytes().take(ENTITY_BYTES_MAX);
        let length = body.take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
        let name = after.get(..length).unwrap_or_default();
        let closed = after.as_bytes().get(length) == Some(&b';');
        if let Some(number) = name.strip_prefix('#') {
            if let Some(c) = numeric(number) {
                self.flow.text(c.encode_utf8(&mut [0; 4]));
                return self.skip(1 + length + usize::from(closed));
            }
        } else if closed && let Some(text) = html_entity(name) {
            self.flow.text(text);
            return self.skip(2 + length);
        } else if matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp")
            && let Some(text) = html_entity(name)
        {
            self.flow.text(text);
            return self.skip(1 + length);
        }
        self.literal();
    }
}

/// A numeric reference as browsers read it: 128–159 mean windows-1252, what is no character is U+FFFD.
fn numeric(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) if !hex.is_empty() => u32::from_str_radix(hex, 16).unwrap_or(u32::MAX),
        Some(_) => return None,
        None if number.bytes().any(|b| !b.is_ascii_digit()) || number.is_empty() => return None,
        None => number.parse().unwrap_or(u32::MAX),
    };
    let byte = u8::try_from(code).ok().filter(|byte| (0x80..0xA0).contains(byte));
    if let Some(byte) = byte {
        let (text, _, _) = encoding_rs::WINDOWS_1252.decode(std::slice::from_ref(&byte));
        return text.chars().next();
    }
    Some(char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{FFFD}'))
}

/// Collects characters into blocks: inner white space becomes one space.
#[derive(Default)]
struct Flow {
    blocks: Vec<String>,
    block: String,
    space: bool,
    newlines: usize,
    newlines_part: bool,
    /// Characters of words and signs taken so far.
    taken: usize,
}

impl Flow {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        match c {
            '\n' | '\u{2028}' | '\u{2029}' if self.newlines_part => self.newlines += 1,
            // Zero-width space, soft hyphen, byte order mark: invisible, and they would part equal words.
            // Embeddings, overrides and isolates of direction: a block that is cut leaves them open, and they can show
            // words in an order they do not have. The marks U+200E, U+200F, U+061C and the joiners stay.
            '\u{200B}'
            | '\u{AD}'
            | '\u{FEFF}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' => {}
            _ if c.is_whitespace() => self.space = true,
            _ if c.is_control() => {}
            _ => {
                self.part();
                self.block.push(c);
                self.taken += 1;
            }
        }
    }

    /// Puts what parts the next character from the last: nothing, a space, a line end, a block's end.
    fn part(&mut self) {
        match self.newlines {
            0 if self.space && !self.block.is_empty() => self.block.push(' '),
            1 if !self.block.is_empty() => self.block.push('\n'),
            2.. => self.end_block(),
            _ => {}
        }
        self.newlines = 0;
        self.space = false;
    }

    fn tag(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("br") {
            self.newlines += 1;
        } else if is_in(&BLOCKS, name) {
            self.end_block();
        } else if is_in(&["td", "th", "img"], name) {
            self.space = true;
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        self.newlines = 0;
        self.space = false;
        if !block.contains('\n') {
            self.keep(&block);
        } else if lines_are_blocks(&block) {
            block.split('\n').for_each(|line| self.keep(line));
        } else {
            self.keep(&block.replace('\n', " "));
        }
    }

    /// A block without what another program left of a section whose start it took away.
    fn keep(&mut self, block: &str) {
        let mut block = block.trim();
        while let Some(before) = block.strip_suffix("]]>") {
            block = before.trim_end();
        }
        if !block.is_empty() {
            self.blocks.push(block.to_owned());
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.end_block();
        self.blocks
    }
}

/// Whether single line ends part paragraphs: then most lines end as sentences do. Wrapped text does not.
fn lines_are_blocks(block: &str) -> bool {
    let lines: Vec<&str> = block.split('\n').collect();
    let (_, before) = lines.split_last().expect("split gives one part at least");
    let ended = before.iter().filter(|line| ends_sentence(line)).count();
    ended * 5 >= before.len() * 3
}

/// Whether a text ends as a sentence does, closing marks aside.
pub(super) fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(|c: char| c.is_whitespace() || "\"'”’»)]」』）".contains(c))
        .ends_with(['.', '!', '?', '…', ':', ';', '।', '。', '！', '？', '؟', '۔'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(html: &str) -> String {
        blocks(html).join("|")
    }

    #[test]
    fn what_an_element_hides_is_no_text() {
        for hidden in [
            "<p hidden>x</p>",
            "<div style=\"color:red; display: NONE\"><div>x</div>y</div>",
            "<span hidden=''>x</span>",
        ] {
            assert_eq!(joined(&format!("<p>One</p>{hidden}<p>two</p>")), "One|two", "{hidden}");
        }
        for shown in [
            "<p title='the hidden valley'>x</p>",
            "<p class=hidden-gem>x</p>",
            "<p aria-hidden=false>x</p>",
            "<p hidden>x",
        ] {
            assert_eq!(joined(&format!("<p>One</p>{shown}")), "One|x", "{shown}");
        }
    }

    #[test]
    fn elements_that_are_closed_as_they_open_hide_nothing() {
        assert_eq!(
            joined(
                "<p>One</p><iframe src=\"x\"/><p>two</p><iframe src=\"y\"></iframe><p>three</p>"
            ),
            "One|two|three"
        );
        assert_eq!(joined("<div>One<div hidden/>two</div>"), "One|two");
        assert_eq!(joined("<p>One</p><script src=\"x\" /><p>two</p>"), "One|two");
        assert_eq!(joined("<p>One</p><script src=x/>code()</script><p>two</p>"), "One|two");
    }

    #[test]
    fn sections_in_sections_and_tags_escaped_twice_are_html() {
        assert_eq!(joined("<![CDATA[<p>in</p><script>ev()</script>]]><p>out</p>"), "in|out");
        assert_eq!(
            joined("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two &amp;amp; three&lt;/p&gt;"),
            "One|two & three"
        );
        assert_eq!(joined("&lt;p&gt; opens a paragraph"), "<p> opens a paragraph");
        assert_eq!(joined("<p>&lt;b&gt;is bold&lt;/b&gt;</p>"), "<b>is bold</b>");
    }

    #[test]
    fn blocks_are_elements_and_inner_white_space_is_one_space() {
        let html = "<p>One\n  two <b>three</b>.</p>\n<ul><li>a</li><li>b</li></ul><blockquote>q</blockquote>tail";
        assert_eq!(joined(html), "One two three.|a|b|q|tail");
        assert_eq!(joined("<h1>Head</h1><table><tr><td>a</td><td>b</td></tr></table>"), "Head|a b");
    }

    #[test]
    fn references_become_characters_as_browsers_read_them() {
        assert_eq!(
            joined("a&nbsp;b &amp; c &ldquo;d&rdquo; &#8217; &#x2019; &#146;"),
            "a b & c “d” ’ ’ ’"
        );
        assert_eq!(
            joined("AT&T &unknown; &amp &#0; &#xD800; &#; &"),
            "AT&T &unknown; & \u{FFFD} \u{FFFD} &#; &"
        );
    }

    #[test]
    fn what_is_no_text_is_dropped() {
        let html = "<p>a</p><script>if (a < b) { x('</p>'); }</script><style>p{}</style><!-- c > d --><p>b<img src='x' width=1></p><iframe>z</iframe>";
        assert_eq!(joined(html), "a|b");
        assert_eq!(joined("<a title=\"x > y\">link</a> <![CDATA[a < b]]>"), "link a < b");
        assert_eq!(joined("<p>kept <noscript>too"), "kept too");
        assert_eq!(joined("<p>kept<script>never closed"), "kept");
        assert_eq!(joined("<p>kept</p><img src=x onerror=\"evil()"), "kept");
        assert_eq!(joined("a<script><!-- <script> e </script> e --></script>b"), "ab");
    }

    #[test]
    fn marks_that_open_nothing_stay() {
        assert_eq!(joined("3 < 4 and 5 <6"), "3 < 4 and 5 <6");
        assert_eq!(joined("<p>a < b</p>"), "a < b");
    }

    #[test]
    fn a_text_without_elements_is_parted_by_blank_lines_or_sentences() {
        assert_eq!(
            joined("One\ntwo wrapped\nlines.\n \nNext block."),
            "One two wrapped lines.|Next block."
        );
        assert_eq!(
            joined("First sentence.\nSecond one.\n(with ANI inputs)"),
            "First sentence.|Second one.|(with ANI inputs)"
        );
        assert_eq!(joined("<p>a<br>b</p>x<br><br>y"), "a b|x|y");
        assert_eq!(plain_blocks("a <b> c &amp;\r\n\r\nd").join("|"), "a <b> c &amp;|d");
    }

    #[test]
    fn right_to_left_text_keeps_its_order_and_joiners() {
        assert_eq!(
            joined("<p dir=\"rtl\">قال الوزير إن المحادثات انتهت</p>"),
            "قال الوزير إن المحادثات انتهت"
        );
        assert_eq!(joined("<p>می\u{200C}شود</p>"), "می\u{200C}شود");
    }

    #[test]
    fn marks_of_direction_stay_and_what_reorders_words_goes() {
        assert_eq!(joined("<p>שלום\u{200F} ABC\u{200E}!</p>"), "שלום\u{200F} ABC\u{200E}!");
        assert_eq!(joined("<p>\u{202B}مرحبا\u{202C} and \u{2067}سلام\u{2069}</p>"), "مرحبا and سلام");
        assert_eq!(
            joined("<p>سازمان\u{200C}ها گفتند.</p><p>क्\u{200D}ष और क्ष</p>"),
            "سازمان\u{200C}ها گفتند.|क्\u{200D}ष और क्ष"
        );
        assert_eq!(
            joined(
                "<div dir=rtl><p>قال الناطق باسم الميناء: «عبر 212 راكبا».</p><p>The port (Lindholm) agreed.</p></div>"
            ),
            "قال الناطق باسم الميناء: «عبر 212 راكبا».|The port (Lindholm) agreed."
        );
    }

    #[test]
    fn lists_quotations_and_tables_keep_their_blocks() {
        assert_eq!(
            joined("<ul><li>Boats<ul><li>old</li><li>new</li></ul></li><li>Crews</li></ul>"),
            "Boats|old|new|Crews"
        );
        assert_eq!(
            joined("<dl><dt>Quay<dd>Where boats lie.<dt>Berth<dd>The same.</dl>"),
            "Quay|Where boats lie.|Berth|The same."
        );
        assert_eq!(
            joined(
                "<blockquote><p>“One.”</p><p>“Two.”</p></blockquote><p>She said <q>three</q>.</p>"
            ),
            "“One.”|“Two.”|She said “three”."
        );
        assert_eq!(
            joined("<table><tr><th>Boat<th>Seats<tr><td>Ada<td>212</table>"),
            "Boat Seats|Ada 212"
        );
        assert_eq!(
            joined("One.<br><br>Two,<br>still two.<br /> <br />(ANI)"),
            "One.|Two, still two.|(ANI)"
        );
        assert_eq!(joined("<p>ka&shy;bel&nbsp;&nbsp;weg ]]></p>"), "kabel weg");
    }

    #[test]
    fn a_caption_goes_unless_it_is_all_or_names_a_speaker() {
        let figure = "<figure><img src=x><figcaption>The quay. Photo: Ada</figcaption></figure>";
        assert_eq!(
            joined(&format!("<p>It sailed.</p>{figure}<p>At dawn.</p>")),
            "It sailed.|At dawn."
        );
        assert_eq!(joined(figure), "The quay. Photo: Ada");
        assert_eq!(
            joined(
                "<p>x</p><figure><blockquote>“No.”</blockquote><figcaption>Ada Vale</figcaption></figure>"
            ),
            "x|“No.”|Ada Vale"
        );
    }

    #[test]
    fn hostile_markup_ends() {
        for unit in [
            "<",
            "<a",
            "<a \"",
            "<!--",
            "&",
            "&#",
            "<script",
            "<noscript>",
            "<br>",
            "<svg>x",
            "</",
            "<!-- >",
            "<![CDATA[>",
            "<a b='>",
        ] {
            let html = unit.repeat(20_000);
            assert!(blocks(&html).iter().map(String::len).sum::<usize>() <= html.len() * 3);
        }
    }
}
