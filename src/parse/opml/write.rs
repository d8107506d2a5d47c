//! Writes OPML 2.0. What only we know of a feed (id, outlet, interval) stands in a namespace of ours, so that a list
//! that was written here is read back whole and everybody else passes it over.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::super::text;
use super::Subscription;

/// Writes a list. Feeds of a folder stand together, folders in the order in which they are first met.
pub fn write(title: &str, feeds: &[Subscription], now: Timestamp) -> String {
    let mut root = Folder::default();
    for feed in feeds {
        feed.folder.iter().fold(&mut root, |folder, name| folder.child(name)).feeds.push(feed);
    }
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <opml version=\"2.0\" xmlns:copytaster=\"urn:copytaster:opml\">\n  <head>\n    <title>",
    );
    text::escape_into(&mut out, &plain(title));
    out.push_str("</title>\n");
    // Only a year of five digits has no date in this form.
    if let Ok(date) = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now) {
        writeln!(out, "    <dateCreated>{date}</dateCreated>").expect("a string takes it");
    }
    out.push_str("  </head>\n  <body>\n");
    root.write(&mut out);
    out.push_str("  </body>\n</opml>\n");
    out
}

#[derive(Default)]
struct Folder<'f> {
    feeds: Vec<&'f Subscription>,
    folders: Vec<(&'f str, Folder<'f>)>,
}

impl<'f> Folder<'f> {
    fn child(&mut self, name: &'f str) -> &mut Self {
        let at = self.folders.iter().position(|(known, _)| *known == name);
        let at = at.unwrap_or_else(|| {
            self.folders.push((name, Self::default()));
            self.folders.len() - 1
        });
        &mut self.folders[at].1
    }

    /// Without recursion, so that depth is no matter.
    fn write(&self, out: &mut String) {
        let mut open = vec![(self, 0)];
        feeds(out, &self.feeds, 2);
        while let Some((folder, next)) = open.pop() {
            let depth = open.len() + 2;
            let Some((name, child)) = folder.folders.get(next) else {
                if !open.is_empty() {
                    indent(out, depth - 1);
                    out.push_str("</outline>\n");
                }
                continue;
            };
            open.push((folder, next + 1));
            indent(out, depth);
            out.push_str("<outline");
            attribute(out, "text", name);
            out.push_str(">\n");
            feeds(out, &child.feeds, depth + 1);
            open.push((child, 0));
        }
    }
}

fn feeds(out: &mut String, feeds: &[&Subscription], depth: usize) {
    for feed in feeds {
        indent(out, depth);
        out.push_str("<outline type=\"rss\"");
        let title = if feed.title.is_empty() { &feed.id } else { &feed.title };
        attribute(out, "text", title);
        for (name, value) in [
            ("title", &feed.title),
            ("xmlUrl", &feed.url),
            ("htmlUrl", &feed.site),
            ("copytaster:id", &feed.id),
            ("copytaster:outlet", &feed.outlet),
            ("copytaster:interval", &feed.interval),
        ] {
            if !value.is_empty() {
                attribute(out, name, value);
            }
        }
        out.push_str("/>\n");
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn attribute(out: &mut String, name: &str, value: &str) {
    write!(out, " {name}=\"").expect("a string takes it");
    text::escape_into(out, &plain(value));
    out.push('"');
}

/// Without the characters that XML has no place for.
fn plain(value: &str) -> String {
    value.chars().map(|c| if c.is_control() || text::is_forbidden(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_nest_and_what_xml_uses_is_escaped() {
        let feed = |id: &str, folder: &[&str]| Subscription {
            url: format!("https://{id}.example/?a=1&b=2"),
            id: id.to_owned(),
            folder: folder.iter().map(|name| (*name).to_owned()).collect(),
            ..Subscription::default()
        };
        let mut first = feed("a", &["News", "W<ires>"]);
        first.title = "\"A\" & 'B'".to_owned();
        let feeds = [first, feed("b", &[]), feed("c", &["News"]), feed("d", &["News", "W<ires>"])];
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0" xmlns:copytaster="urn:copytaster:opml">
  <head>
    <title>Desk &amp; Co</title>
    <dateCreated>Sat, 16 Aug 2025 06:00:00 GMT</dateCreated>
  </head>
  <body>
    <outline type="rss" text="b" xmlUrl="https://b.example/?a=1&amp;b=2" copytaster:id="b"/>
    <outline text="News">
      <outline type="rss" text="c" xmlUrl="https://c.example/?a=1&amp;b=2" copytaster:id="c"/>
      <outline text="W&lt;ires&gt;">
        <outline type="rss" text="&quot;A&quot; &amp; 'B'" title="&quot;A&quot; &amp; 'B'" xmlUrl="https://a.example/?a=1&amp;b=2" copytaster:id="a"/>
        <outline type="rss" text="d" xmlUrl="https://d.example/?a=1&amp;b=2" copytaster:id="d"/>
      </outline>
    </outline>
  </body>
</opml>
"#;
        assert_eq!(write("Desk & Co", &feeds, "2025-08-16T06:00:00Z".parse().unwrap()), expected);
    }
}
