//! The graph as a picture: left to right as the news went, readable on light and dark ground, and in words for those who
//! do not see it. The same story gives the same bytes.

use unicode_segmentation::UnicodeSegmentation as _;

use super::gather::Whole;
use super::graph::{Column, Edge, Graph, Node};
use super::show;
use crate::telemetry::Escaped;

/// Articles shown of one source; the rest is a number.
const PRINTED_MAX: usize = 8;

/// Nodes shown in each of the other columns.
const COLUMN_MAX: usize = 24;

/// Articles shown in all.
const ALL_PRINTED_MAX: usize = 60;

/// Ways named in words.
const WAYS_NAMED: usize = 40;

/// Symbols of a label.
const LABEL_MAX: usize = 26;
const TITLE_MAX: usize = 84;

const WIDTH: i32 = 900;
const ROW: i32 = 24;
const TOP: i32 = 112;
const COLUMNS: [(Column, i32, &str); 4] = [
    (Column::Said, 24, "SAID IT"),
    (Column::Heard, 232, "HEARD IT"),
    (Column::Passed, 428, "PASSED IT ON"),
    (Column::Printed, 618, "PRINTED IT"),
];
/// Where notes end.
const NOTES: i32 = WIDTH - 24;

const STYLE: &str = "<style>.ground{fill:#fbfaf6}text{font:13px ui-sans-serif,system-ui,\"Liberation Sans\",sans-serif;fill:#1b1a17}\
.head{font:600 20px Georgia,\"Liberation Serif\",serif}.t{fill:#6b675e;font-size:11.5px}.h{fill:#6b675e;font-size:11px;letter-spacing:.08em}\
.b{font-weight:600}.n{fill:#a4161a;font-weight:600}.r{fill:#a4161a}.p{fill:#fbfaf6;stroke:#a4161a;stroke-width:2}\
.c{fill:#fbfaf6;stroke:#8d8576;stroke-width:1.5}path{fill:none;stroke:#8d8576;stroke-width:1.3}.d{stroke-dasharray:4 4}\
@media(prefers-color-scheme:dark){.ground{fill:#151412}text{fill:#ece7db}.t,.h{fill:#9b958a}.n,.r{fill:#ff8f84}\
.p{fill:#151412;stroke:#ff8f84}.c{fill:#151412;stroke:#8b8475}path{stroke:#8b8475}}</style>\n";

/// A node with its place.
struct Placed {
    node: Option<usize>,
    column: Column,
    label: String,
    y: i32,
    /// Nodes that it stands for.
    of: Vec<usize>,
}

/// The picture of a story.
pub(super) fn picture(graph: &Graph, whole: &Whole) -> String {
    drawn(graph, &whole.story.title, &show::numbers(whole))
}

/// The picture of a graph under a headline and its numbers.
pub(super) fn drawn(graph: &Graph, title: &str, numbers: &str) -> String {
    let placed = place(graph);
    let lowest = placed.iter().map(|node| node.y).max().unwrap_or(TOP);
    let height = lowest + 44;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title desc\">\n<title id=\"title\">Who got it from whom: {}</title>\n\
         <desc id=\"desc\">{}</desc>\n{STYLE}<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"head\" x=\"24\" y=\"36\">{}</text>\n",
        in_xml(title),
        in_xml(&words(graph, numbers)),
        in_xml(&cut(title, TITLE_MAX)),
    );
    // The number of independent sources leads the eye; the others stand beside it.
    let (first, rest) = numbers.split_once(" · ").unwrap_or((numbers, ""));
    let (first, rest) = (in_xml(first), in_xml(rest));
    line(
        &mut svg,
        &format!(
            "<text class=\"t\" x=\"24\" y=\"60\"><tspan class=\"n\">{first}</tspan> · {rest}</text>"
        ),
    );
    for (column, x, head) in COLUMNS {
        // A column that nothing stands in says nothing.
        if placed.iter().any(|node| node.column == column) {
            line(&mut svg, &format!("<text class=\"h\" x=\"{x}\" y=\"88\">{head}</text>"));
        }
    }
    for edge in ways(graph, &placed) {
        line(&mut svg, &edge);
    }
    for node in &placed {
        draw(&mut svg, graph, node);
    }
    svg + "</svg>\n"
}

fn line(svg: &mut String, text: &str) {
    svg.push_str(text);
    svg.push('\n');
}

/// All that the picture shows, in words.
fn words(graph: &Graph, numbers: &str) -> String {
    let way = |edge: &Edge| {
        let verb = if edge.is_copy { "carries the text of" } else { "has it from" };
        format!("{} {verb} {}", graph.nodes[edge.to].label, graph.nodes[edge.from].label)
    };
    let mut ways: Vec<String> = graph.edges.iter().take(WAYS_NAMED).map(way).collect();
    let more = graph.edges.len().saturating_sub(WAYS_NAMED);
    if more > 0 {
        ways.push(format!("and {more} more"));
    }
    format!("{numbers}. {}.", ways.join("; "))
}

/// Gives every node its height: articles below each other by their source, the others in the middle of what they lead to.
fn place(graph: &Graph) -> Vec<Placed> {
    let mut placed: Vec<Placed> = printed(graph);
    for column in [Column::Passed, Column::Heard, Column::Said] {
        let nodes: Vec<usize> =
            (0..graph.nodes.len()).filter(|&at| graph.nodes[at].column == column).collect();
        let mut here: Vec<Placed> = nodes
            .iter()
            .take(COLUMN_MAX)
            .map(|&at| Placed {
                node: Some(at),
                column,
                label: graph.nodes[at].label.clone(),
                y: middle(graph, &placed, at),
                of: vec![at],
            })
            .collect();
        if nodes.len() > COLUMN_MAX {
            let of: Vec<usize> = nodes.iter().copied().skip(COLUMN_MAX).collect();
            let label = format!("and {} more", of.len());
            here.push(Placed { node: None, column, label, y: i32::MAX, of });
        }
        here.sort_by_key(|node| node.y);
        let mut free = TOP;
        for node in &mut here {
            // Who leads to nothing stands below the others.
            node.y = if node.y == i32::MAX { free } else { node.y.max(free) };
            free = node.y + ROW;
        }
        placed.extend(here);
    }
    placed
}

/// The middle of what a node leads to, among what is placed.
fn middle(graph: &Graph, placed: &[Placed], at: usize) -> i32 {
    let readers = graph.edges.iter().filter(|edge| edge.from == at);
    let heights: Vec<i32> = readers
        .filter_map(|edge| placed.iter().find(|node| node.of.contains(&edge.to)))
        .map(|node| node.y)
        .collect();
    let count = i32::try_from(heights.len()).unwrap_or(i32::MAX);
    if count == 0 { i32::MAX } else { heights.iter().sum::<i32>() / count }
}

/// The articles, by their first source; of many under one source the first few and a number.
fn printed(graph: &Graph) -> Vec<Placed> {
    let source = |at: usize| {
        let edges = graph.edges.iter().filter(|edge| edge.to == at);
        edges.min_by_key(|edge| (!edge.is_copy, edge.from)).map_or(usize::MAX, |edge| edge.from)
    };
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    for at in (0..graph.nodes.len()).filter(|&at| graph.nodes[at].column == Column::Printed) {
        let source = source(at);
        match groups.iter_mut().find(|(known, _)| *known == source) {
            Some((_, group)) => group.push(at),
            None => groups.push((source, vec![at])),
        }
    }
    groups.sort_by_key(|(source, _)| *source);
    let mut placed: Vec<Placed> = Vec::new();
    let mut y = TOP;
    let mut left = ALL_PRINTED_MAX;
    for (_, group) in groups {
        let all = group.len();
        let shown = if all > PRINTED_MAX { PRINTED_MAX - 1 } else { all }.min(left);
        left -= shown;
        let column = Column::Printed;
        for &at in group.iter().take(shown) {
            let label = graph.nodes[at].label.clone();
            placed.push(Placed { node: Some(at), column, label, y, of: vec![at] });
            y += ROW;
        }
        if all > shown {
            let label = format!("and {} more", all - shown);
            let of = group.iter().copied().skip(shown).collect();
            placed.push(Placed { node: None, column, label, y, of });
            y += ROW;
        }
        y += ROW / 2;
    }
    placed
}

fn x_of(column: Column) -> i32 {
    COLUMNS.iter().find(|known| known.0 == column).map_or(0, |known| known.1)
}

/// Curves between what is shown, each pair once.
fn ways(graph: &Graph, placed: &[Placed]) -> Vec<String> {
    let shown = |at: usize| placed.iter().position(|node| node.of.contains(&at));
    let mut drawn: Vec<(usize, usize)> = Vec::new();
    let mut out = Vec::new();
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (shown(edge.from), shown(edge.to)) else { continue };
        if from == to || drawn.contains(&(from, to)) {
            continue;
        }
        drawn.push((from, to));
        let (a, b) = (&placed[from], &placed[to]);
        let (x1, x2) = (x_of(a.column), x_of(b.column));
        let class = if edge.is_copy { " class=\"d\"" } else { "" };
        // Inside one column, or back, the way goes round on the left.
        let path = if x1 >= x2 {
            let out = x2 - 22;
            format!("M{} {} C{out} {} {out} {} {} {}", x1 - 7, a.y, a.y, b.y, x2 - 7, b.y)
        } else {
            let start = (x1 + 16 + label_width(&a.label)).min(x2 - 30);
            let half = start.midpoint(x2);
            format!("M{start} {} C{half} {} {half} {} {} {}", a.y, a.y, b.y, x2 - 8, b.y)
        };
        out.push(format!("<path{class} d=\"{path}\"/>"));
    }
    out
}

/// About as wide as the label is drawn.
fn label_width(label: &str) -> i32 {
    i32::try_from(label.graphemes(true).count().min(LABEL_MAX)).unwrap_or_default() * 8 + 2
}

fn draw(svg: &mut String, graph: &Graph, placed: &Placed) {
    let (x, y) = (x_of(placed.column), placed.y);
    let node: Option<&Node> = placed.node.map(|at| &graph.nodes[at]);
    let is_origin = node.is_some_and(|node| node.is_origin);
    let dot = match (is_origin, placed.column) {
        (true, _) => ("r", 6),
        (false, Column::Said) => ("p", 5),
        (false, _) => ("c", 4),
    };
    let bold = if is_origin { " class=\"b\"" } else { "" };
    let titles = node.map(|node| node.titles.join(" · ")).unwrap_or_default();
    let hint = if titles.is_empty() {
        String::new()
    } else {
        format!("<title>{}</title>", in_xml(&cut(&titles, 4 * TITLE_MAX)))
    };
    let (class, radius) = dot;
    let mark = match node {
        Some(_) => format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>"),
        None => String::new(),
    };
    let label = in_xml(&cut(&placed.label, LABEL_MAX));
    let words = format!("<text{bold} x=\"{}\" y=\"{}\">{label}</text>", x + 12, y + 4);
    let aside = node.filter(|node| !node.note.is_empty()).map(|node| {
        format!(
            "<text class=\"t\" x=\"{NOTES}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            y + 4,
            in_xml(&node.note)
        )
    });
    line(svg, &format!("<g>{hint}{mark}{words}{}</g>", aside.unwrap_or_default()));
}

/// At most so many symbols.
fn cut(text: &str, symbols: usize) -> String {
    let all: Vec<&str> = text.graphemes(true).take(symbols + 1).collect();
    if all.len() <= symbols {
        return text.to_owned();
    }
    all.iter().take(symbols - 1).copied().collect::<String>() + "…"
}

/// Markup and control characters are spelled out; what XML cannot hold is left out.
fn in_xml(text: &str) -> String {
    let mut out = String::new();
    for c in Escaped(text).to_string().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}
