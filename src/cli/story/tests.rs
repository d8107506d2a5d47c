use super::graph::{Column, Edge, Graph, Node};
use super::{plain, svg};

fn node(id: &str, label: &str, column: Column) -> Node {
    Node {
        id: id.to_owned(),
        label: label.to_owned(),
        note: String::new(),
        column,
        is_origin: column == Column::Heard,
        titles: vec![label.to_owned()],
    }
}

/// One wire and so many papers.
fn graph(papers: usize, label: &str) -> Graph {
    let mut graph = Graph::default();
    graph.nodes.push(node("org_w", "Wire", Column::Heard));
    for n in 0..papers {
        graph.nodes.push(node(&format!("art_{n}"), label, Column::Printed));
        graph.edges.push(Edge { from: 0, to: n + 1, is_copy: n % 2 == 0 });
    }
    graph
}

const HOSTILE: &str = "</text><script>alert(\"1\")</script> & \u{202e}txet \u{0}'];--> %% click";

#[test]
fn a_hostile_headline_stays_text_in_every_format() {
    let graph = graph(2, HOSTILE);
    let svg = svg::drawn(&graph, HOSTILE, "1 independent source");
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;"));
    assert!(!svg.contains('\u{202e}') && !svg.contains('\u{0}'));
    let dot = plain::dot(&graph, HOSTILE);
    for line in dot.lines().filter(|line| line.contains("script")) {
        let open = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(open % 2 == 0 && line.ends_with([';']), "{line}");
    }
    let mermaid = plain::mermaid(&graph);
    assert!(!mermaid.contains('<') && !mermaid.contains("%%") && !mermaid.contains("']"));
    assert_eq!(mermaid.matches('"').count(), 2 * graph.nodes.len());
}

#[test]
fn a_picture_of_one_paper_and_of_three_hundred_is_whole_and_bounded() {
    for papers in [0, 1, 7, 8, 9, 60, 300] {
        let svg = svg::drawn(&graph(papers, "Paper"), "Title", "words");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("<title id=\"title\">") && svg.contains("<desc id=\"desc\">"));
        assert!(svg.contains("prefers-color-scheme:dark"));
        let shown = svg.matches(">Paper</text>").count();
        let more = if papers > 8 { 7 } else { papers };
        assert_eq!(shown, more, "{papers}");
        assert_eq!(svg.contains("and "), papers > 8, "{papers}");
        assert_eq!(svg, svg::drawn(&graph(papers, "Paper"), "Title", "words"));
    }
    let mut wide = graph(0, "");
    for n in 0..300 {
        wide.nodes.push(node(&format!("org_{n}"), "Origin", Column::Heard));
    }
    let svg = svg::drawn(&wide, "Title", "words");
    assert!(svg.contains("and 277 more"), "{svg}");
}
