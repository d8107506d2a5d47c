//! Asks the library which lines make up the article.

use std::collections::BTreeSet;

use dom_smoothie::{Config, Readability};

use super::lines::{Kind, Line, Swept};

/// Letters from which on the library is content with what it found; flashes are short.
const ENOUGH_CHARS: usize = 200;

/// The lines (by position) that the library takes for the article. `skip` are shown to it in no case.
pub(super) fn vote(swept: &Swept, skip: &[bool]) -> BTreeSet<usize> {
    let html = shown(swept, skip);
    let config =
        Config { disable_json_ld: true, char_threshold: ENOUGH_CHARS, ..Config::default() };
    let found = Readability::new(html.as_str(), None, Some(config)).and_then(|mut r| r.parse());
    let Ok(found) = found else { return BTreeSet::new() };
    let marks = found.content.split(" data-n=\"").skip(1);
    marks.filter_map(|rest| rest.split_once('"')?.0.parse().ok()).collect()
}

/// The page as the library sees it: boxes and numbered lines, nothing else.
fn shown(swept: &Swept, skip: &[bool]) -> String {
    let mut out = String::from("<!DOCTYPE html><html><head><title>");
    text_into(&mut out, &swept.title);
    out.push_str("</title></head><body>");
    // Positions of the open boxes, outermost first; the body is not among them.
    let mut path: Vec<usize> = Vec::new();
    for (at, line) in swept.lines.iter().enumerate() {
        if skip[at] {
            continue;
        }
        move_to(&mut out, swept, &mut path, line.inside);
        line_into(&mut out, line, at);
    }
    move_to(&mut out, swept, &mut path, 0);
    out.push_str("</body></html>");
    out
}

fn move_to(out: &mut String, swept: &Swept, path: &mut Vec<usize>, to: usize) {
    let mut wanted = Vec::new();
    let mut at = to;
    while at != 0 {
        wanted.push(at);
        at = swept.boxes[at].parent;
    }
    wanted.reverse();
    let same = path.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    for closed in path.drain(same..).rev() {
        out.extend(["</", swept.boxes[closed].tag, ">"]);
    }
    for opened in wanted.into_iter().skip(same) {
        let opened_box = &swept.boxes[opened];
        out.extend(["<", opened_box.tag, " class=\"", opened_box.label.trim(), "\">"]);
        path.push(opened);
    }
}

fn line_into(out: &mut String, line: &Line, at: usize) {
    let tag = match (line.kind, line.level) {
        (Kind::Heading, 1) => "h1",
        (Kind::Heading, 2) => "h2",
        (Kind::Heading, _) => "h3",
        _ => "p",
    };
    let number = at.to_string();
    out.extend(["<", tag, " class=\"", line.label.trim(), "\" data-n=\"", &number, "\">"]);
    let mut from = 0;
    for (start, end) in &line.links {
        text_into(out, line.text.get(from..*start).unwrap_or(""));
        out.push_str("<a href=\"/\">");
        text_into(out, line.text.get(*start..*end).unwrap_or(""));
        out.push_str("</a>");
        from = *end;
    }
    text_into(out, line.text.get(from..).unwrap_or(""));
    out.extend(["</", tag, ">"]);
}

/// Appends text for its weight: a reference would part it, and the tree joins such parts at quadratic cost.
fn text_into(out: &mut String, text: &str) {
    out.extend(text.chars().map(|c| if matches!(c, '&' | '<' | '>') { '+' } else { c }));
}
