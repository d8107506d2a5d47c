//! The graph as text for other programs. Whatever stands in a headline stays inside its quotation marks.

use super::graph::{Column, Graph, Node};
use crate::telemetry::Escaped;

/// For Graphviz.
pub(super) fn dot(graph: &Graph, title: &str) -> String {
    let mut lines = vec![
        "digraph story {".to_owned(),
        "  rankdir=LR;".to_owned(),
        format!("  label=\"{}\";", in_dot(title)),
        "  node [shape=plaintext, fontname=\"sans-serif\"];".to_owned(),
    ];
    for (at, node) in graph.nodes.iter().enumerate() {
        let shape = if node.is_origin { ", shape=box, style=bold" } else { "" };
        let (label, titles) = (in_dot(&label(node)), in_dot(&node.titles.join(" · ")));
        lines.push(format!("  n{at} [label=\"{label}\"{shape}, tooltip=\"{titles}\"];"));
    }
    for edge in &graph.edges {
        let style = if edge.is_copy { " [style=dashed]" } else { "" };
        lines.push(format!("  n{} -> n{}{style};", edge.from, edge.to));
    }
    lines.join("\n") + "\n}\n"
}

/// For Markdown.
pub(super) fn mermaid(graph: &Graph) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    for (at, node) in graph.nodes.iter().enumerate() {
        let label = in_mermaid(&label(node));
        let (open, close) = match (node.is_origin, node.column) {
            (true, _) => ("[[", "]]"),
            (false, Column::Said) => ("([", "])"),
            (false, _) => ("[", "]"),
        };
        lines.push(format!("  n{at}{open}\"{label}\"{close}"));
    }
    for edge in &graph.edges {
        let arrow = if edge.is_copy { "-.->" } else { "-->" };
        lines.push(format!("  n{} {arrow} n{}", edge.from, edge.to));
    }
    lines.join("\n") + "\n"
}

fn label(node: &Node) -> String {
    if node.note.is_empty() {
        node.label.clone()
    } else {
        format!("{} · {}", node.label, node.note)
    }
}

fn in_dot(text: &str) -> String {
    Escaped(text).to_string().replace('\\', "\\\\").replace('"', "\\\"")
}

/// Entities by number, as that language wants them; what could be markup or a link is one of them.
fn in_mermaid(text: &str) -> String {
    let spelled = |c: char| match c {
        c if c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '·' | '-') => c.to_string(),
        c => format!("#{};", u32::from(c)),
    };
    Escaped(text).to_string().chars().map(spelled).collect()
}
