//! Writes a feed's document as it stands at one moment: RSS or Atom, escaped, newest item first.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::day::{Day, Format, Item, Scripted, Version};

/// A document, and since when it has been as it is.
pub(super) struct Document {
    pub body: String,
    pub modified: Timestamp,
}

/// The document of `feed` at `now`.
pub(super) fn feed_at(day: &Day, feed: &Scripted, now: Timestamp) -> Document {
    let mut shown: Vec<(&Item, &Version)> = day
        .items
        .iter()
        .filter(|item| item.feed == feed.id)
        .filter_map(|item| item.at(now).map(|version| (item, version)))
        .collect();
    shown.sort_by_key(|(item, _)| std::cmp::Reverse(item.published));
    let modified = shown.iter().map(|(_, version)| version.from).max().unwrap_or(day.start);
    let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    match feed.format {
        Format::Rss | Format::RssSummary => rss(&mut body, feed, &shown),
        Format::Atom => atom(&mut body, feed, &shown, modified),
    }
    Document { body, modified }
}

/// A moment as HTTP and RSS write it, in GMT.
pub(super) fn http_date(moment: Timestamp) -> String {
    rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&moment)
        .expect("a scripted day has a year of four digits")
}

fn rss(out: &mut String, feed: &Scripted, shown: &[(&Item, &Version)]) {
    line(
        out,
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n<channel>",
    );
    element(out, "title", &feed.title);
    element(out, "link", &feed.link);
    element(out, "description", &feed.title);
    for (item, version) in shown.iter().flat_map(repeated) {
        line(out, "<item>");
        line(out, &format!("<title>{}</title>", headline(feed, version)));
        element(out, "link", &item.link);
        let permalink = item.guid.starts_with("http");
        line(out, &format!("<guid isPermaLink=\"{permalink}\">{}</guid>", escaped(&item.guid)));
        let date = item.date_text.clone().unwrap_or_else(|| http_date(item.published));
        element(out, "pubDate", &date);
        if !item.author.is_empty() {
            element(out, "dc:creator", &item.author);
        }
        element(out, "category", &item.category);
        if feed.format == Format::Rss {
            element(out, "description", version.paragraphs.first().map_or("", |first| first));
            let html = html(version).replace("]]>", "]]]]><![CDATA[>");
            line(out, &format!("<content:encoded><![CDATA[{html}]]></content:encoded>"));
        } else {
            element(out, "description", &version.paragraphs.join(" "));
        }
        line(out, "</item>");
    }
    line(out, "</channel>\n</rss>");
}

fn atom(out: &mut String, feed: &Scripted, shown: &[(&Item, &Version)], modified: Timestamp) {
    line(out, "<feed xmlns=\"http://www.w3.org/2005/Atom\">");
    element(out, "title", &feed.title);
    line(out, &format!("<link href=\"{}\"/>", escaped(&feed.link)));
    element(out, "id", &feed.link);
    element(out, "updated", &modified.to_string());
    for (item, version) in shown.iter().flat_map(repeated) {
        line(out, "<entry>");
        line(out, &format!("<title>{}</title>", headline(feed, version)));
        line(out, &format!("<link href=\"{}\"/>", escaped(&item.link)));
        element(out, "id", &item.guid);
        let date = item.date_text.clone().unwrap_or_else(|| item.published.to_string());
        element(out, "published", &date);
        element(out, "updated", &version.from.to_string());
        if !item.author.is_empty() {
            line(out, &format!("<author><name>{}</name></author>", escaped(&item.author)));
        }
        line(out, &format!("<category term=\"{}\"/>", escaped(&item.category)));
        line(out, &format!("<content type=\"html\">{}</content>", escaped(&html(version))));
        line(out, "</entry>");
    }
    line(out, "</feed>");
}

/// Once, or twice where the script says so.
fn repeated<'a>(shown: &(&'a Item, &'a Version)) -> impl Iterator<Item = (&'a Item, &'a Version)> {
    std::iter::repeat_n(*shown, if shown.0.twice { 2 } else { 1 })
}

fn headline(feed: &Scripted, version: &Version) -> String {
    let title = escaped(&version.title);
    if feed.bare_ampersands { title.replace("&amp;", "&") } else { title }
}

fn html(version: &Version) -> String {
    let mut html = String::new();
    for paragraph in &version.paragraphs {
        line(&mut html, &format!("<p>{}</p>", escaped(paragraph)));
    }
    html
}

fn element(out: &mut String, name: &str, text: &str) {
    line(out, &format!("<{name}>{}</{name}>", escaped(text)));
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// Text for element content and double-quoted attributes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
