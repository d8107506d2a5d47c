//! Walks a page once and keeps what matters of it: lines of text in their boxes, and what the head says.
//!
//! What comes out is small and well-formed whatever went in: bounded depth, boxes, lines and text, no scripts, no inline
//! markup but links. A library that builds a tree sees only that.

use super::lines::{Box, Kind, Line, Moment, Swept};
use super::noise;
use super::scan::{Piece, Scanner, Tag};
use super::tags::{META_BYTES_MAX, VOID, label, shown, value};
use crate::parse::guard::{hash, innermost};
use crate::parse::text;

/// Elements open at once that are remembered; deeper ones are as if they were not there.
const OPEN_MAX: usize = 512;
/// Inline elements inside each other; more of them are hostile.
const INLINE_MAX: usize = 32;
/// Boxes inside each other; pages have 30 at most, and the tree's walkers recurse.
pub(super) const DEPTH_MAX: u16 = 64;
/// Boxes of a page; a front page has 3,000.
const BOXES_MAX: usize = 8_000;
/// Lines of a page; a long live ticker has 1,500.
const LINES_MAX: usize = 4_000;
/// Bytes of text: twenty times a long read.
const TEXT_BYTES_MAX: usize = 512 << 10;
/// Bytes of one line; a longer paragraph is parted at a space.
const LINE_BYTES_MAX: usize = 16 << 10;
/// Claims of the head that are kept.
const METAS_MAX: usize = 300;
/// Bytes of all JSON-LD of a page.
const LINKED_BYTES_MAX: usize = 1 << 20;
/// Bytes of a line that says when, and nothing else.
const TIME_BYTES_MAX: usize = 80;
/// Links of one line that are told apart; more are one.
const LINKS_MAX: usize = 200;
/// Letters after which a table's cell is a line of its own.
const CELL_BYTES_MAX: usize = 80;

/// An open element.
#[expect(clippy::struct_excessive_bools, reason = "four independent facts of an element")]
#[derive(Clone, Debug, Default)]
struct Open {
    inside: usize,
    kind: Kind,
    level: u8,
    /// Holds text, no boxes: `p`, a heading.
    is_line: bool,
    label: String,
    is_noise: bool,
    is_link: bool,
    hides: bool,
    /// Inline elements from here down to the next box or paragraph.
    inline: usize,
}

/// Walks a page.
pub(super) fn sweep(html: &str) -> Swept {
    let mut sweeper = Sweeper::new();
    let mut scanner = Scanner::new(html);
    while let Some(piece) = scanner.next() {
        match piece {
            Piece::Text(text) => sweeper.text(text),
            Piece::Open(tag) => sweeper.open(&tag),
            Piece::Close(name) => sweeper.close(name),
            Piece::Raw(tag, inside) => sweeper.raw(&tag, inside),
        }
    }
    sweeper.flush();
    sweeper.out
}

struct Sweeper {
    out: Swept,
    names: Vec<u32>,
    open: Vec<Open>,
    /// Where the open element that holds text alone stands.
    line_at: Option<usize>,
    line: Line,
    space: bool,
    breaks: usize,
    bytes: usize,
    linked_bytes: usize,
    /// Whether a `<time>` is open.
    in_time: bool,
}

impl Sweeper {
    fn new() -> Self {
        let body = Box { tag: "body", ..Box::default() };
        let out = Swept { boxes: vec![body], ..Swept::default() };
        Self {
            out,
            names: vec![],
            open: vec![],
            line_at: None,
            line: Line::default(),
            space: false,
            breaks: 0,
            bytes: 0,
            linked_bytes: 0,
            in_time: false,
        }
    }

    fn text(&mut self, run: &str) {
        if self.open.last().is_some_and(|open| open.hides) {
            return;
        }
        for c in text::decoded(run).chars() {
            match c {
                '\u{200B}' | '\u{AD}' | '\u{FEFF}' => {}
                _ if c.is_whitespace() => self.space = true,
                _ if c.is_control() => {}
                _ => self.push(c),
            }
        }
    }

    fn push(&mut self, c: char) {
        let is_long = self.line.text.len() >= LINE_BYTES_MAX
            && (self.space || self.line.text.len() >= 2 * LINE_BYTES_MAX);
        if self.breaks > 1 || is_long {
            self.flush();
        }
        if !self.line.text.is_empty() {
            match (self.breaks, self.space) {
                (1, _) => self.line.text.push('\n'),
                (_, true) => self.line.text.push(' '),
                _ => {}
            }
        }
        (self.breaks, self.space) = (0, false);
        let from = self.line.text.len();
        self.line.text.push(c);
        self.line.timed += if self.in_time { self.line.text.len() - from } else { 0 };
        if self.open.last().is_some_and(|open| open.is_link) {
            let to = self.line.text.len();
            let is_full = self.line.links.len() >= LINKS_MAX;
            match self.line.links.last_mut() {
                // A space between two letters of one link is the link's too.
                Some(last) if last.1 + 1 >= from || is_full => last.1 = to,
                _ => self.line.links.push((from, to)),
            }
        }
    }

    /// Ends the line.
    fn flush(&mut self) {
        (self.breaks, self.space, self.in_time) = (0, false, false);
        let mut line = std::mem::take(&mut self.line);
        if line.text.is_empty() {
            self.line.is_byline = line.is_byline;
            return;
        }
        let full =
            self.out.lines.len() >= LINES_MAX || self.bytes + line.text.len() > TEXT_BYTES_MAX;
        if full {
            self.out.is_cut = true;
            return;
        }
        self.bytes += line.text.len();
        let place = self.open.iter().rev().find(|open| open.inline == 0);
        if let Some(open) = place {
            (line.inside, line.kind, line.level) = (open.inside, open.kind, open.level);
            (line.label, line.is_noise) = (open.label.clone(), open.is_line && open.is_noise);
        }
        // "3 April", "Updated 10:00": when it was told is no part of what is told.
        line.is_noise |= line.text.len() <= TIME_BYTES_MAX && line.timed * 2 > line.text.len();
        self.out.lines.push(line);
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let name = tag.name.to_ascii_lowercase();
        match name.as_str() {
            "br" => self.breaks += 1,
            "img" | "input" | "source" => self.space = true,
            "hr" => self.flush(),
            "td" | "th" => self.cell(tag, &name),
            "meta" => self.meta(tag),
            "link" => self.link(tag),
            "base" if self.out.base.is_empty() => self.out.base = value(tag, "href"),
            "html" if self.out.lang.is_empty() => self.out.lang = value(tag, "lang"),
            "time" => {
                self.in_time = true;
                self.time(tag);
            }
            "q" => self.text("“"),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "summary" | "caption"
            | "legend" => self.open_line(tag, &name),
            _ => match shown(&name) {
                Some(shown) => self.open_box(tag, &name, shown),
                None => self.open_inline(tag, &name),
            },
        }
    }

    /// Cells of a row are one line, unless they are long or named for something else than story.
    fn cell(&mut self, tag: &Tag<'_>, name: &str) {
        let is_noise = noise::is_label(&label(tag)) || noise::is_hidden(tag);
        let open = innermost(&self.names, hash("td")).max(innermost(&self.names, hash("th")));
        if is_noise || open.is_some() || self.line.text.len() > CELL_BYTES_MAX {
            self.flush();
        }
        self.end_sibling(&["td", "th"], &["table"]);
        self.space = true;
        if is_noise {
            self.open_box(tag, name, "div");
        }
    }

    fn open_line(&mut self, tag: &Tag<'_>, name: &str) {
        self.end_lines();
        self.flush();
        let above = self.above();
        let level = name.strip_prefix('h').and_then(|n| n.parse().ok()).unwrap_or(0);
        let label = label(tag);
        let is_noise = noise::is_hidden(tag) || noise::is_label(&label) || name == "caption";
        let kind = if level > 0 { Kind::Heading } else { above.kind };
        self.push_open(name, Open { is_line: true, kind, level, label, is_noise, ..above });
    }

    fn open_box(&mut self, tag: &Tag<'_>, name: &str, shown: &'static str) {
        self.end_lines();
        self.flush();
        match name {
            "li" => self.end_sibling(&["li"], &["ul", "ol", "menu"]),
            "dt" | "dd" => self.end_sibling(&["dt", "dd"], &["dl"]),
            "tr" => self.end_sibling(&["tr"], &["table"]),
            _ => {}
        }
        let above = self.above();
        let parent = &self.out.boxes[above.inside];
        let kind = match name {
            "li" => Kind::Item,
            "blockquote" => Kind::Quote,
            _ => above.kind,
        };
        let label = label(tag);
        let is_noise = noise::is_element(tag) || noise::is_label(&label);
        let mut inside = above.inside;
        if parent.depth < DEPTH_MAX && self.out.boxes.len() < BOXES_MAX {
            let depth = parent.depth + 1;
            inside = self.out.boxes.len();
            self.out.boxes.push(Box { parent: above.inside, depth, tag: shown, label, is_noise });
        }
        let label = String::new();
        self.push_open(
            name,
            Open { inside, kind, level: 0, label, is_noise: false, is_line: false, ..above },
        );
    }

    fn open_inline(&mut self, tag: &Tag<'_>, name: &str) {
        let is_link = name == "a" && tag.value("href").is_some();
        let labels = label(tag);
        let said = [tag.value("rel"), tag.value("itemprop"), Some(&labels)];
        self.line.is_byline |= said.into_iter().flatten().any(noise::is_byline);
        let hides = noise::is_hidden(tag) || noise::is_hidden_label(&labels);
        // What closes the hiding element must be told from what closes those inside it.
        let is_hidden = self.open.last().is_some_and(|open| open.hides);
        if !(is_link || hides || is_hidden) || VOID.contains(&name) {
            return;
        }
        if name == "a"
            && let Some(at) = innermost(&self.names, hash(name))
            && self.open[at].inline > 0
        {
            self.close("a");
        }
        let above = self.open.last().cloned().unwrap_or_default();
        let (is_link, hides) = (is_link || above.is_link, hides || above.hides);
        let inline = above.inline + 1;
        if inline < INLINE_MAX {
            self.push_open(name, Open { is_link, hides, inline, ..above });
        }
    }

    fn push_open(&mut self, name: &str, open: Open) {
        if self.open.len() < OPEN_MAX {
            if open.is_line && open.inline == 0 {
                self.line_at = Some(self.open.len());
            }
            self.names.push(hash(name));
            self.open.push(open);
        }
    }

    /// The innermost element that is not inline.
    fn above(&self) -> Open {
        let above = self.open.iter().rev().find(|open| open.inline == 0);
        let mut above = above.cloned().unwrap_or_default();
        // A card that is one link: all its lines are.
        if let Some(last) = self.open.last() {
            (above.is_link, above.hides) = (last.is_link, last.hides);
        }
        above
    }

    /// A block ends the paragraph before it.
    fn end_lines(&mut self) {
        if let Some(at) = self.line_at {
            self.flush();
            self.truncate(at);
        }
    }

    fn end_sibling(&mut self, siblings: &[&str], around: &[&str]) {
        let last = |names: &[&str]| {
            names.iter().filter_map(|name| innermost(&self.names, hash(name))).max()
        };
        let around = last(around);
        if let Some(at) = last(siblings).filter(|at| around.is_none_or(|around| around < *at)) {
            self.truncate(at);
        }
    }

    fn truncate(&mut self, at: usize) {
        self.names.truncate(at);
        self.open.truncate(at);
        self.line_at = self.line_at.filter(|line| *line < at);
    }

    fn close(&mut self, name: &str) {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "br" => self.breaks += 1,
            "q" => self.text("”"),
            "time" => self.in_time = false,
            "td" | "th" => self.space = true,
            "p" => self.flush(),
            _ => {}
        }
        let Some(at) = innermost(&self.names, hash(&lower)) else { return };
        if self.open[at].inline > 0 {
            // An inline element does not reach out of its block.
            if self.open.iter().skip(at).all(|open| open.inline > 0) {
                self.truncate(at);
            }
            return;
        }
        self.flush();
        self.truncate(at);
    }

    fn raw(&mut self, tag: &Tag<'_>, inside: &str) {
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        if is("title") && self.out.title.is_empty() {
            let title = text::head(inside, META_BYTES_MAX);
            self.out.title = crate::parse::html::one_space(&text::decoded(title));
        } else if is("script") {
            let kind = tag.value("type").unwrap_or("").to_ascii_lowercase();
            if kind.contains("ld+json") && self.linked_bytes + inside.len() <= LINKED_BYTES_MAX {
                self.linked_bytes += inside.len();
                self.out.linked.push(inside.to_owned());
            }
        } else if !is("style") {
            self.space = true;
        }
    }

    fn meta(&mut self, tag: &Tag<'_>) {
        let content = value(tag, "content");
        if content.is_empty() || self.out.metas.len() + self.out.dates.len() >= METAS_MAX {
            return;
        }
        for key in ["property", "name", "itemprop", "http-equiv"] {
            let named = value(tag, key).to_ascii_lowercase();
            if key == "itemprop" && named == "datepublished" {
                let moment = self.moment(content, true);
                self.out.dates.push(moment);
                return;
            }
            if !named.is_empty() {
                self.out.metas.push((named, content));
                return;
            }
        }
    }

    fn link(&mut self, tag: &Tag<'_>) {
        let rel = value(tag, "rel").to_ascii_lowercase();
        let is_canonical = rel.split_ascii_whitespace().any(|word| word == "canonical");
        if is_canonical && self.out.canonical.is_empty() {
            self.out.canonical = value(tag, "href");
        }
    }

    fn time(&mut self, tag: &Tag<'_>) {
        let datetime = value(tag, "datetime");
        if !datetime.is_empty() && self.out.times.len() < METAS_MAX {
            let said = value(tag, "itemprop").to_ascii_lowercase();
            let is_publication = said == "datepublished" || tag.value("pubdate").is_some();
            let moment = self.moment(datetime, is_publication);
            self.out.times.push(moment);
        }
    }

    fn moment(&self, datetime: String, is_publication: bool) -> Moment {
        let (line, inside) = (self.out.lines.len(), self.above().inside);
        Moment { datetime, is_publication, line, inside }
    }
}
