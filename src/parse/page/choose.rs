//! Which lines of a page are the article.
//!
//! Three voters: the library (which boxes), the names of boxes (what is noise), and JSON-LD's `articleBody` (which
//! words). Where the body's words stand in the page's lines, the lines are taken: they have the paragraphs, the
//! quotations and the credit lines that the body often lost.

use std::collections::BTreeSet;

use super::lines::{Kind, Line, Swept};
use super::linked::Linked;
use super::noise;
use super::tree;
use super::words::{self, Runs};

/// A flagged box with more than this share of the page's prose (in percent) holds the story all the same.
const NOISE_PERCENT_MAX: usize = 34;
/// Bytes of prose up to which a box that is named for consent or payment is a wall, though it be all there is.
const WALL_BYTES_MAX: usize = 2_000;
/// Bytes from which on a line counts as prose.
const PROSE_BYTES: usize = 60;
/// Share of a line's runs that must stand in the body.
const LINE_PERCENT: usize = 80;
/// Share of the body's runs that the lines must have to stand for it.
const BODY_PERCENT: usize = 80;
/// A body shorter than this share of what the library found is a teaser.
const WHOLE_PERCENT: usize = 60;
/// A line more linked than this is a link to something else.
const LINK_PERCENT_MAX: usize = 60;
/// Lines beside the text that may hold a credit, on either side.
const BESIDE_MAX: usize = 8;
/// Bytes of such a line: the longest notices of agencies have 250.
const BESIDE_BYTES_MAX: usize = 400;
/// Bytes of a byline.
const BYLINE_BYTES_MAX: usize = 120;
/// Bylines of one article.
const BYLINES_MAX: usize = 2;
/// Bytes of a text that is none: a headline over an empty page.
const TEXT_BYTES_MIN: usize = 40;

/// What was chosen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// The article as lines, with the kind of each.
    pub(super) lines: Vec<(Kind, String)>,
    /// Lines before it in the same boxes.
    pub(super) before: Vec<String>,
    /// Lines behind it.
    pub(super) after: Vec<String>,
    /// Those before it whose box is named for an author.
    pub(super) bylines: Vec<String>,
}

/// Chooses the article's lines; none where the page has no text of its own.
pub(super) fn choose(swept: &Swept, linked: Option<&Linked>, title: &str) -> Chosen {
    let noise = noisy(swept);
    let voted = tree::vote(swept, &noise);
    let body = linked.map_or("", |linked| linked.body.as_str());
    let mut bodies = Runs::default();
    bodies.add(body);
    let in_body: Vec<bool> = swept
        .lines
        .iter()
        .map(|line| bodies.percent(&line.text).unwrap_or(0) >= LINE_PERCENT)
        .collect();
    let mut page = Page { swept, noise, in_body, picked: BTreeSet::new(), title };
    let bytes =
        |lines: &BTreeSet<usize>| lines.iter().map(|at| swept.lines[*at].text.len()).sum::<usize>();
    let spread = page.spread_of_body();
    let mut own = Runs::default();
    for at in &spread {
        own.add(&swept.lines[*at].text);
    }
    let agrees = own.percent(body).is_some_and(|percent| percent >= BODY_PERCENT);
    let is_whole = body.len() * 100 >= bytes(&voted) * WHOLE_PERCENT;
    page.picked = match (agrees, is_whole) {
        (true, true) => page.filled(spread),
        (true, false) => voted.union(&spread).copied().filter(|at| page.is_story(*at)).collect(),
        (false, _) => voted.into_iter().filter(|at| page.is_story(*at)).collect(),
    };
    if !agrees && !body.is_empty() && !page.stands_for(body) {
        return of_body(body);
    }
    page.fill_gaps();
    page.chosen()
}

/// The body alone, as paragraphs where it has line ends.
fn of_body(body: &str) -> Chosen {
    let lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| (Kind::Paragraph, super::one_space(line))).collect();
    Chosen { lines, ..Chosen::default() }
}

/// Which lines stand in boxes that hold no story.
fn noisy(swept: &Swept) -> Vec<bool> {
    let mut prose = vec![0_usize; swept.boxes.len()];
    for line in swept.lines.iter().filter(|line| is_prose(line)) {
        let mut at = line.inside;
        loop {
            prose[at] += line.text.len();
            if at == 0 {
                break;
            }
            at = swept.boxes[at].parent;
        }
    }
    // Parents stand before their children.
    let mut noisy = vec![false; swept.boxes.len()];
    for at in 1..swept.boxes.len() {
        let own = &swept.boxes[at];
        let is_small = prose[at] * 100 <= prose[0] * NOISE_PERCENT_MAX;
        let is_wall = prose[at] <= WALL_BYTES_MAX && noise::is_wall(&own.label);
        noisy[at] = noisy[own.parent] || (own.is_noise && is_small) || is_wall;
    }
    swept.lines.iter().map(|line| noisy[line.inside] || line.is_noise).collect()
}

fn is_prose(line: &Line) -> bool {
    line.text.len() >= PROSE_BYTES && line.kind != Kind::Heading && line.link_percent() < 50
}

struct Page<'a> {
    swept: &'a Swept,
    noise: Vec<bool>,
    in_body: Vec<bool>,
    picked: BTreeSet<usize>,
    title: &'a str,
}

impl Page<'_> {
    fn line(&self, at: usize) -> &Line {
        &self.swept.lines[at]
    }

    /// Lines whose words stand in the body, each text once: menus and cards repeat it.
    fn spread_of_body(&self) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let lines = (0..self.in_body.len()).filter(|at| self.in_body[*at] && !self.noise[*at]);
        lines.filter(|at| seen.insert(words::squeezed(&self.line(*at).text))).collect()
    }

    fn is_story(&self, at: usize) -> bool {
        let line = self.line(at);
        !self.noise[at]
            && (self.in_body[at] || line.link_percent() <= LINK_PERCENT_MAX)
            && !(line.kind == Kind::Heading && line.level == 1)
            && !self.is_title(line)
    }

    fn is_title(&self, line: &Line) -> bool {
        line.text.len() <= self.title.len() * 2
            && words::squeezed(&line.text) == words::squeezed(self.title)
    }

    /// The body's lines, and between them what the body left out: headings, lists, quotations, whole sentences.
    fn filled(&self, spread: BTreeSet<usize>) -> BTreeSet<usize> {
        let (Some(first), Some(last)) = (spread.first(), spread.last()) else { return spread };
        let boxes: BTreeSet<usize> = spread.iter().map(|at| self.line(*at).inside).collect();
        let more = (*first..=*last).filter(|at| {
            let line = self.line(*at);
            let is_near = boxes.contains(&line.inside)
                || boxes.contains(&self.swept.boxes[line.inside].parent);
            let is_sentence =
                is_prose(line) && line.text.ends_with(['.', '!', '?', '”', '"', '।', '。']);
            is_near && self.is_story(*at) && (line.kind != Kind::Paragraph || is_sentence)
        });
        more.chain(spread.iter().copied()).collect()
    }

    /// Whether the picked lines are the body's text, at least half of it.
    fn stands_for(&self, body: &str) -> bool {
        let mut runs = Runs::default();
        for at in &self.picked {
            runs.add(&self.line(*at).text);
        }
        let picked: usize = self.picked.iter().map(|at| self.line(*at).text.len()).sum();
        runs.percent(body).is_none_or(|percent| percent >= BODY_PERCENT / 2)
            && picked * 2 >= body.len()
    }

    /// Takes in the lines between picked ones of the same box: the library drops short ones.
    fn fill_gaps(&mut self) {
        let (Some(first), Some(last)) = (self.picked.first(), self.picked.last()) else { return };
        let boxes: BTreeSet<usize> = self.picked.iter().map(|at| self.line(*at).inside).collect();
        let gaps: Vec<usize> = (*first..*last)
            .filter(|at| boxes.contains(&self.line(*at).inside) && self.is_story(*at))
            .filter(|at| {
                self.in_body.iter().all(|is| !is) || self.line(*at).kind != Kind::Paragraph
            })
            .collect();
        self.picked.extend(gaps);
    }

    fn chosen(&self) -> Chosen {
        let bytes: usize = self.picked.iter().map(|at| self.line(*at).text.len()).sum();
        let (Some(first), Some(last)) = (self.picked.first(), self.picked.last()) else {
            return Chosen::default();
        };
        if bytes < TEXT_BYTES_MIN {
            return Chosen::default();
        }
        let region = self.region();
        let beside = |at: &usize| {
            let line = self.line(*at);
            !self.noise[*at]
                && !matches!(line.kind, Kind::Item | Kind::Heading)
                && line.text.len() <= BESIDE_BYTES_MAX
                && self.is_inside(line.inside, region)
        };
        let text = |at: usize| super::one_space(&self.line(at).text);
        let mut before: Vec<String> =
            (0..*first).rev().filter(beside).take(BESIDE_MAX).map(text).collect();
        before.reverse();
        let named = (0..*first).filter(beside).filter(|at| self.is_byline(*at));
        let bylines = named.take(BYLINES_MAX).map(text).collect();
        let after = (last + 1..self.swept.lines.len()).filter(beside).take(BESIDE_MAX).map(text);
        let lines = self.picked.iter().map(|at| (self.line(*at).kind, self.line(*at).text.clone()));
        Chosen { lines: lines.collect(), before, after: after.collect(), bylines }
    }

    /// Whether the line, or the box it stands in, is named for an author.
    fn is_byline(&self, at: usize) -> bool {
        let line = self.line(at);
        line.text.len() <= BYLINE_BYTES_MAX
            && (line.is_byline
                || [&line.label, &self.swept.boxes[line.inside].label]
                    .iter()
                    .any(|label| noise::is_byline(label)))
    }

    /// The box around the box that holds all picked lines.
    fn region(&self) -> usize {
        let boxes = &self.swept.boxes;
        let mut common: Option<usize> = None;
        for at in &self.picked {
            let mut inside = self.line(*at).inside;
            let mut other = common.unwrap_or(inside);
            while inside != other {
                if boxes[inside].depth >= boxes[other].depth {
                    inside = boxes[inside].parent;
                } else {
                    other = boxes[other].parent;
                }
            }
            common = Some(inside);
        }
        boxes[common.unwrap_or(0)].parent
    }

    fn is_inside(&self, inner: usize, outer: usize) -> bool {
        let mut at = inner;
        while at != outer && at != 0 {
            at = self.swept.boxes[at].parent;
        }
        at == outer
    }
}
