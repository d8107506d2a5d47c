//! Changes the feeds in the text of a configuration and leaves every other byte of it as it is. Pure.
//!
//! What belongs to a feed besides its keys: the comment directly above its header, and comments directly below its last
//! key, such as keys that are switched off. A blank line parts what belongs to others.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A feed to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NewFeed {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) title: Option<String>,
    pub(super) site: Option<String>,
    pub(super) outlet: Option<String>,
    pub(super) folder: Option<String>,
    pub(super) interval: Option<String>,
}

/// Why a text cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EditError {
    /// No TOML.
    #[error("it is no TOML: {0}")]
    Syntax(String),
    /// `feed = [{…}]`.
    #[error(
        "its feeds stand in one list, feed = […]; write each as [[feed]], then they can be added and removed"
    )]
    List,
    /// An id that no feed has.
    #[error("no feed has the id {0:?}")]
    Unknown(String),
}

impl NewFeed {
    /// Its entry, with this line end.
    pub(super) fn entry(&self, line_end: &str) -> String {
        let mut out = format!("[[feed]]{line_end}");
        let some = |text: &String| Some(text.clone());
        for (key, value) in [
            ("id", some(&self.id)),
            ("url", some(&self.url)),
            ("title", self.title.clone()),
            ("site", self.site.clone()),
            ("outlet", self.outlet.clone()),
            ("folder", self.folder.clone()),
            ("interval", self.interval.clone()),
        ] {
            if let Some(value) = value {
                out.extend([key, " = ", &toml::Value::String(value).to_string(), line_end]);
            }
        }
        out
    }
}

/// The text with these feeds behind the last feed that it has, or at its end.
pub(super) fn added(text: &str, feeds: &[NewFeed]) -> Result<String, EditError> {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let at = with_feeds(text, |entries| {
        let ends = entries.iter().flat_map(|entry| pieces(text, entry)).map(|piece| piece.end);
        ends.max().unwrap_or(text.len())
    })?;
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let mut out = before.to_owned();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str(line_end);
    }
    for feed in feeds {
        if !out.is_empty() && !out.ends_with("\n\n") && !out.ends_with("\n\r\n") {
            out.push_str(line_end);
        }
        out.push_str(&feed.entry(line_end));
    }
    if !after.is_empty() && !is_blank(first_line(after)) {
        out.push_str(line_end);
    }
    out.push_str(after);
    Ok(out)
}

/// The text without these feeds.
pub(super) fn removed(text: &str, ids: &[String]) -> Result<String, EditError> {
    let mut cuts = with_feeds(text, |entries| {
        let mut cuts = Vec::new();
        for id in ids {
            let has_id = |entry: &&Spanned<DeValue<'_>>| id_of(entry) == Some(id.as_str());
            let entry =
                entries.iter().find(has_id).ok_or_else(|| EditError::Unknown(id.clone()))?;
            cuts.extend(pieces(text, entry));
        }
        Ok(cuts)
    })??;
    cuts.sort_by_key(|cut| cut.start);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for cut in cuts {
        out.push_str(text.get(from..cut.start).unwrap_or(""));
        from = from.max(cut.end);
        // The blank lines above it stay, those below it go with it.
        while let Some(line) = text.get(from..).map(first_line).filter(|line| !line.is_empty()) {
            if !is_blank(line) {
                break;
            }
            from += line.len();
        }
    }
    out.push_str(text.get(from..).unwrap_or(""));
    if from >= text.len() {
        let sound = out.trim_end().len();
        out.truncate(sound);
        if !out.is_empty() {
            out.push_str(if text.contains("\r\n") { "\r\n" } else { "\n" });
        }
    }
    Ok(out)
}

fn with_feeds<T>(
    text: &str,
    look: impl FnOnce(&[Spanned<DeValue<'_>>]) -> T,
) -> Result<T, EditError> {
    let root =
        DeTable::parse(text).map_err(|error| EditError::Syntax(error.message().to_owned()))?;
    let feed = root.get_ref().iter().find(|(key, _)| key.get_ref().as_ref() == "feed");
    match feed.map(|(_, value)| value.get_ref()) {
        None => Ok(look(&[])),
        Some(DeValue::Array(entries)) if entries.iter().all(|entry| is_header(text, entry)) => {
            Ok(look(entries))
        }
        Some(_) => Err(EditError::List),
    }
}

fn id_of<'a>(entry: &'a Spanned<DeValue<'_>>) -> Option<&'a str> {
    let DeValue::Table(table) = entry.get_ref() else { return None };
    let (_, id) = table.iter().find(|(key, _)| key.get_ref().as_ref() == "id")?;
    id.get_ref().as_str()
}

fn is_header(text: &str, value: &Spanned<DeValue<'_>>) -> bool {
    let is_table = matches!(value.get_ref(), DeValue::Table(_));
    is_table && text.get(value.span().start..).is_some_and(|rest| rest.starts_with('['))
}

/// The lines of a table: one piece for its own header and keys, one for each table below it with a header of its own.
fn pieces(text: &str, table: &Spanned<DeValue<'_>>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut left = vec![table];
    while let Some(table) = left.pop() {
        let start = table.span().start;
        let header_end = start + first_line(text.get(start..).unwrap_or("")).trim_end().len();
        let mut end = header_end;
        let mut inside = vec![table];
        while let Some(value) = inside.pop() {
            let DeValue::Table(keys) = value.get_ref() else { continue };
            for (_, value) in keys {
                if is_header(text, value) {
                    left.push(value);
                } else {
                    // A table of dotted keys spans a key only; its values are looked at one by one.
                    end = end.max(value.span().end);
                    inside.push(value);
                }
            }
        }
        pieces.push(whole_lines(text, start..end));
    }
    pieces
}

/// The lines that a span touches, with the comments that belong to it.
fn whole_lines(text: &str, span: Range<usize>) -> Range<usize> {
    let above = text.get(..span.start).unwrap_or("");
    let mut start = above.rfind('\n').map_or(0, |at| at + 1);
    while let Some(line) =
        text.get(..start).and_then(|above| above.split_inclusive('\n').next_back())
    {
        if !is_comment(line) || is_key_switched_off(line) {
            break;
        }
        start -= line.len();
    }
    let rest = text.get(span.end..).unwrap_or("");
    let mut end = span.end + first_line(rest).len();
    let mut below = end;
    while let Some(line) = text.get(below..).map(first_line).filter(|line| is_comment(line)) {
        below += line.len();
        if is_key_switched_off(line) {
            end = below;
        }
    }
    // A comment directly above the next header is the next table's.
    if text.get(below..).map(first_line).is_none_or(|line| !line.trim_start().starts_with('[')) {
        end = below;
    }
    start..end
}

fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or("")
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// `#key = value`, as the example writes what is switched off.
fn is_key_switched_off(line: &str) -> bool {
    let Some((key, _)) = line.trim_start().trim_start_matches('#').split_once('=') else {
        return false;
    };
    let key = key.trim_end();
    !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

#[cfg(test)]
mod tests;
