//! JSON-LD: the article that a page describes, however sloppily it is written down.

use serde_json::Value;

use super::words;
use crate::parse::{html, text};

/// Nodes that are visited: lists of other stories are long.
const NODES_MAX: usize = 2_000;
/// Depth of what is visited.
const DEPTH_MAX: usize = 8;
/// Bytes of one body.
const BODY_BYTES_MAX: usize = 256 << 10;
/// Bytes of any other text.
const TEXT_BYTES_MAX: usize = 2 << 10;
/// Authors of one article.
const AUTHORS_MAX: usize = 8;

/// What JSON-LD says of the article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Linked {
    pub(super) headline: String,
    /// `articleBody`: paragraphs by line ends, where it has any.
    pub(super) body: String,
    pub(super) published: String,
    pub(super) updated: String,
    pub(super) authors: Vec<String>,
    pub(super) publisher: String,
    pub(super) lang: String,
    pub(super) link: String,
    pub(super) rights: String,
    /// Whether it says that one must pay for it.
    pub(super) is_paid: bool,
}

/// The article of the scripts. `near` are titles and links that the page gives itself elsewhere, to tell its own article
/// from others it lists.
pub(super) fn read(scripts: &[String], near: &[&str]) -> Option<Linked> {
    let mut found: Vec<(u64, Linked)> = Vec::new();
    let mut left = NODES_MAX;
    for script in scripts {
        for value in values(script) {
            visit(&value, 0, &mut left, &mut |node, rank| {
                let linked = article(node);
                let own = near.iter().any(|known| is_same(known, &linked));
                let worth = rank + 4 * u64::from(own) + 2 * u64::from(!linked.body.is_empty());
                found.push((worth, linked));
            });
        }
    }
    let best = found.iter().map(|(worth, _)| *worth).max()?;
    // The first of equals: sites put the page's own article before others.
    found.into_iter().find(|(worth, _)| *worth == best).map(|(_, linked)| linked)
}

fn is_same(known: &str, linked: &Linked) -> bool {
    !known.is_empty()
        && (known == linked.link || words::squeezed(known) == words::squeezed(&linked.headline))
}

/// The values of one script; several may stand behind each other.
fn values(script: &str) -> Vec<Value> {
    let script = script.trim().trim_start_matches("<!--").trim_end_matches("-->");
    let script = script.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
    let script = script.trim().trim_start_matches("//<![CDATA[").trim_end_matches("//");
    let read = |text: &str| -> Vec<Value> {
        let stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        stream.map_while(Result::ok).collect()
    };
    let strict = read(script);
    if !strict.is_empty() {
        return strict;
    }
    let mended = read(&mended(script));
    if !mended.is_empty() || !script.contains("&quot;") {
        return mended;
    }
    read(&self::mended(&text::decoded(script)))
}

/// JSON with what templates do to it undone: raw line ends in strings, commas before a closing bracket, bad escapes.
fn mended(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let mut chars = script.chars().peekable();
    let mut inside = false;
    let mut comma = false;
    while let Some(c) = chars.next() {
        if inside {
            match c {
                '"' => inside = false,
                '\\' => {
                    match chars.next() {
                        Some(next) if "\"\\/bfnrtu".contains(next) => out.extend(['\\', next]),
                        Some(next) => out.push(next),
                        None => {}
                    }
                    continue;
                }
                '\n' => {
                    out.push_str("\\n");
                    continue;
                }
                _ if c.is_control() => {
                    out.push(' ');
                    continue;
                }
                _ => {}
            }
            out.push(c);
            continue;
        }
        match c {
            ',' => comma = true,
            _ if c.is_whitespace() || c == ';' => {}
            _ => {
                if std::mem::take(&mut comma) && !matches!(c, '}' | ']') {
                    out.push(',');
                }
                inside = c == '"';
                out.push(c);
            }
        }
    }
    out
}

fn visit(value: &Value, depth: usize, left: &mut usize, take: &mut dyn FnMut(&Value, u64)) {
    if depth > DEPTH_MAX || *left == 0 {
        return;
    }
    *left -= 1;
    match value {
        Value::Array(list) => list.iter().for_each(|value| visit(value, depth + 1, left, take)),
        Value::Object(members) => {
            let rank = rank(value);
            if rank > 0 {
                take(value, rank);
            }
            // Not `itemListElement`, `hasPart` and the like: other stories.
            for key in ["@graph", "mainEntity", "mainEntityOfPage"] {
                if let Some(inside) = members.get(key) {
                    visit(inside, depth + 1, left, take);
                }
            }
        }
        _ => {}
    }
}

/// How much a node's type says that it is the article; 0 if it is none.
fn rank(node: &Value) -> u64 {
    let types = strings(&node["@type"]);
    let rank = |name: &String| {
        let name = name.rsplit(['/', '#', ':']).next().unwrap_or("");
        match name {
            "LiveBlogPosting" => 2,
            _ if name.ends_with("NewsArticle") => 3,
            "Report" | "BlogPosting" | "SatiricalArticle" => 2,
            _ if name.ends_with("Article") => 2,
            _ => 0,
        }
    };
    types.iter().map(rank).max().unwrap_or(0)
}

/// A text, or the texts of a list.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().take(AUTHORS_MAX * 2).filter_map(string).collect(),
        _ => vec![],
    }
}

/// A text, or the `name`, `@value` or `@id` of what stands for one.
fn string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => list.first().filter(|first| !first.is_array()).and_then(string),
        Value::Object(_) => ["name", "@value", "@id"]
            .into_iter()
            .find_map(|key| value[key].as_str().map(str::to_owned)),
        _ => None,
    }
}

fn plain(value: &Value) -> String {
    html::plain(text::head(&string(value).unwrap_or_default(), TEXT_BYTES_MAX))
}

fn article(node: &Value) -> Linked {
    let date = |key: &str| string(&node[key]).unwrap_or_default().trim().to_owned();
    let link = [&node["url"], &node["mainEntityOfPage"]].into_iter().find_map(|value| {
        let found = if value.is_object() { value["@id"].as_str() } else { value.as_str() };
        found.filter(|link| !link.is_empty()).map(str::to_owned)
    });
    let rights = ["copyrightNotice", "copyrightHolder"].map(|key| plain(&node[key]));
    let free = &node["isAccessibleForFree"];
    Linked {
        headline: plain(&node["headline"]),
        body: body(&node["articleBody"]),
        published: date("datePublished"),
        updated: date("dateModified"),
        authors: authors(&node["author"]),
        publisher: plain(&node["publisher"]),
        lang: plain(&node["inLanguage"]),
        link: link.unwrap_or_default(),
        rights: rights.into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
        is_paid: free.as_bool() == Some(false)
            || free.as_str().is_some_and(|said| said.eq_ignore_ascii_case("false")),
    }
}

fn authors(value: &Value) -> Vec<String> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let named = list.iter().take(AUTHORS_MAX).map(plain);
    named.filter(|name| !name.is_empty() && !name.contains("://")).collect()
}

/// The body as text: HTML in it becomes line ends.
fn body(value: &Value) -> String {
    let raw = string(value).unwrap_or_default();
    let raw = text::head(&raw, BODY_BYTES_MAX);
    // Twice: bodies are often escaped once more than they should be.
    let once = if raw.contains("&lt;") { text::decoded(raw) } else { raw.into() };
    if !once.contains(['<', '&']) {
        return once.trim().to_owned();
    }
    let swept = super::sweep::sweep(&once.replace('\n', "<br>"));
    let lines: Vec<String> = swept.lines.into_iter().map(|line| line.text).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(script: &str) -> Linked {
        read(&[script.to_owned()], &[]).unwrap()
    }

    #[test]
    fn an_article_is_found_in_lists_graphs_and_lists_of_types() {
        for script in [
            r#"{"@type":"NewsArticle","headline":"Ferry sails"}"#,
            r#"[{"@type":"Organization"},{"@type":["Thing","ReportageNewsArticle"],"headline":"Ferry sails"}]"#,
            r#"{"@graph":[{"@type":"WebPage","mainEntity":{"@type":"schema:Article","headline":"Ferry sails"}}]}"#,
            "<!-- {\"@type\":\"NewsArticle\",\n \"headline\":\"Ferry sails\",\n} -->",
            "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Ferry sails&quot;}",
            r#"{"@type":"BreadcrumbList"}{"@type":"NewsArticle","headline":"Ferry sails"}"#,
        ] {
            assert_eq!(one(script).headline, "Ferry sails", "{script}");
        }
        assert_eq!(read(&[r#"{"@type":"Organization"}"#.to_owned(), "{".to_owned()], &[]), None);
    }

    #[test]
    fn authors_publisher_and_body_are_read_in_all_their_shapes() {
        let read = one("{\"@type\":\"NewsArticle\",\"author\":[{\"name\":\"Ada Vale\"},\"PTI\"],\
             \"publisher\":{\"name\":\"Vale Post\"},\"isAccessibleForFree\":\"False\",\
             \"articleBody\":\"&lt;p&gt;One &amp;amp; two.&lt;/p&gt;&lt;p&gt;Three\n four.&lt;/p&gt;\"}");
        assert_eq!(read.authors, ["Ada Vale", "PTI"]);
        assert_eq!((read.publisher.as_str(), read.is_paid), ("Vale Post", true));
        assert_eq!(read.body, "One & two.\nThree\nfour.");
    }

    #[test]
    fn of_several_articles_the_pages_own_is_taken() {
        let script = r#"[{"@type":"NewsArticle","headline":"Other","articleBody":"Other text."},
            {"@type":"NewsArticle","headline":"Ferry sails"}]"#;
        let found = read(&[script.to_owned()], &["Ferry sails!"]).unwrap();
        assert_eq!(found.headline, "Ferry sails");
    }
}
