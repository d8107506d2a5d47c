//! Readers of single values: each says what it allows, and what was probably meant.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use toml::de::DeValue;
use url::Url;

use super::Backfill;
use super::document::{Bad, Value};
use super::problem::nearest;
use super::units::{self, duration_text, size_text};

/// Ids stand in file names, paths of pages and every record, so they stay short.
const ID_CHARS_MAX: usize = 64;

/// One line of text, as long as a header or a name may reasonably be.
const LINE_CHARS_MAX: usize = 256;

/// Folders in folders; readers of feeds show two or three.
const FOLDERS_MAX: usize = 8;

/// Values echoed in a message are cut here.
const ECHO_CHARS_MAX: usize = 60;

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Keep {
    /// Never deleted.
    Forever,
    /// Deleted when older.
    For(Duration),
}

/// Any text.
pub(super) fn text(value: Value<'_>) -> Result<&str, Bad> {
    match value {
        Value::Raw(raw, _) => Ok(raw),
        Value::Toml(DeValue::String(text)) => Ok(text),
        Value::Toml(other) => {
            Err(Bad::new(format!("expected a string in quotes, found {}", kind(other))))
        }
    }
}

/// Text of one line that says something.
pub(super) fn line(value: Value<'_>) -> Result<String, Bad> {
    line_of(text(value)?)
}

/// The same for a part of a list.
pub(super) fn line_of(text: &str) -> Result<String, Bad> {
    if text.trim().is_empty() {
        return Err(Bad::new("must not be empty"));
    }
    if text.chars().any(char::is_control) || text.chars().count() > LINE_CHARS_MAX {
        return Err(Bad::new(format!(
            "must be one line of at most {LINE_CHARS_MAX} characters without control characters"
        )));
    }
    Ok(text.trim().to_owned())
}

/// Folders parted by `/`, none of them empty.
pub(super) fn folder(value: Value<'_>) -> Result<String, Bad> {
    let line = line(value)?;
    let tidy = folder_of(line.split('/'));
    if tidy.as_deref() == Some(&line) {
        return Ok(line);
    }
    Err(Bad::new(format!(
        "expected at most {FOLDERS_MAX} names parted by '/', none of them empty, such as \"News/Wires\""
    ))
    .meant(tidy.map(|tidy| format!("\"{tidy}\""))))
}

/// The `folder` of a feed that is filed under these names, the outer first: what does not fit the key's rules is left
/// out, so it is `None` where no name says anything.
pub fn folder_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let mut folder = String::new();
    for name in names.into_iter().take(FOLDERS_MAX) {
        let plain = name.replace(|c: char| c == '/' || c.is_control(), " ");
        let name = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let chars = folder.chars().count() + name.chars().count() + 1;
        if name.is_empty() || chars > LINE_CHARS_MAX {
            continue;
        }
        if !folder.is_empty() {
            folder.push('/');
        }
        folder.push_str(&name);
    }
    (!folder.is_empty()).then_some(folder)
}

/// A header value: visible ASCII.
pub(super) fn header(value: Value<'_>) -> Result<String, Bad> {
    let line = line(value)?;
    if line.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        Ok(line)
    } else {
        Err(Bad::new("must be plain ASCII: it is sent as an HTTP header"))
    }
}

/// A path that is not empty.
pub(super) fn path(value: Value<'_>) -> Result<PathBuf, Bad> {
    match text(value)? {
        "" => Err(Bad::new("must not be empty")),
        text if text.contains('\0') => Err(Bad::new("must not contain a NUL character")),
        text => Ok(text.into()),
    }
}

/// `true` or `false`.
pub(super) fn truth(value: Value<'_>) -> Result<bool, Bad> {
    match value {
        Value::Toml(DeValue::Boolean(truth)) => Ok(*truth),
        Value::Raw("true", _) => Ok(true),
        Value::Raw("false", _) => Ok(false),
        Value::Raw(raw, _) => Err(Bad::new(format!("expected true or false, found {}", echo(raw)))),
        Value::Toml(other) => {
            Err(Bad::new(format!("expected true or false, found {}", kind(other))))
        }
    }
}

/// A whole number within bounds.
pub(super) fn count(value: Value<'_>, min: usize, max: usize) -> Result<usize, Bad> {
    let expected = || format!("expected a whole number from {min} to {max}");
    let number = match value {
        Value::Toml(DeValue::Integer(number)) => {
            usize::from_str_radix(number.as_str(), number.radix()).ok()
        }
        Value::Raw(raw, _) => raw.trim().parse().ok(),
        Value::Toml(other) => {
            return Err(Bad::new(format!("{}, found {}", expected(), kind(other))));
        }
    };
    number.filter(|number| (min..=max).contains(number)).ok_or_else(|| Bad::new(expected()))
}

/// A duration within bounds.
pub(super) fn duration(value: Value<'_>, min: Duration, max: Duration) -> Result<Duration, Bad> {
    if let Value::Toml(DeValue::Integer(number)) = value {
        let meant = Some(format!("\"{number}s\""));
        return Err(
            Bad::new(format!("a number needs its unit; {}", units::DURATION_HINT)).meant(meant)
        );
    }
    let text = text(value)?;
    let duration = units::duration(text).map_err(|meant| {
        let message = format!("{} is no duration; {}", echo(text), units::DURATION_HINT);
        Bad::new(message).meant(meant.map(|text| format!("\"{text}\"")))
    })?;
    if duration < min || duration > max {
        let (min, max) = (duration_text(min), duration_text(max));
        return Err(Bad::new(format!(
            "{} is out of bounds: allowed is {min} to {max}",
            echo(text)
        )));
    }
    Ok(duration)
}

/// A size within bounds.
pub(super) fn size(value: Value<'_>, min: u64, max: u64) -> Result<u64, Bad> {
    if let Value::Toml(DeValue::Integer(number)) = value {
        let meant = Some(format!("\"{number}B\""));
        return Err(Bad::new(format!("a number needs its unit; {}", units::SIZE_HINT)).meant(meant));
    }
    let text = text(value)?;
    let size = units::size(text).map_err(|meant| {
        let message = format!("{} is no size; {}", echo(text), units::SIZE_HINT);
        Bad::new(message).meant(meant.map(|text| format!("\"{text}\"")))
    })?;
    if size < min || size > max {
        let (min, max) = (size_text(min), size_text(max));
        return Err(Bad::new(format!(
            "{} is out of bounds: allowed is {min} to {max}",
            echo(text)
        )));
    }
    Ok(size)
}

/// `"forever"` or a duration.
pub(super) fn keep(value: Value<'_>, min: Duration, max: Duration) -> Result<Keep, Bad> {
    match text(value) {
        Ok("forever") => Ok(Keep::Forever),
        _ => or_word("forever", duration(value, min, max), value).map(Keep::For),
    }
}

/// `"all"` or a duration.
pub(super) fn backfill(value: Value<'_>, max: Duration) -> Result<Backfill, Bad> {
    match text(value) {
        Ok("all") => Ok(Backfill::All),
        _ => or_word("all", duration(value, Duration::ZERO, max), value).map(Backfill::For),
    }
}

fn or_word<T>(word: &'static str, read: Result<T, Bad>, value: Value<'_>) -> Result<T, Bad> {
    read.map_err(|bad| {
        let slip = text(value).ok().and_then(|text| nearest(text, [word]));
        let suggestion = slip.map(|word| format!("\"{word}\"")).or(bad.suggestion);
        Bad { message: format!("{}; or \"{word}\"", bad.message), suggestion, at: bad.at }
    })
}

/// One of a few words.
pub(super) fn word<T: Copy>(value: Value<'_>, words: &[(&str, T)]) -> Result<T, Bad> {
    let text = text(value)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| {
        let names = words.iter().map(|(word, _)| *word);
        let allowed: Vec<String> = names.clone().map(|word| format!("\"{word}\"")).collect();
        let meant = nearest(text, names).map(|word| format!("\"{word}\""));
        Bad::new(format!("{} is not allowed; allowed is {}", echo(text), allowed.join(", ")))
            .meant(meant)
    })
}

/// An id: lower-case ASCII letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
pub(super) fn id(value: Value<'_>) -> Result<String, Bad> {
    let text = text(value)?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    let begins = |text: &str| text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins(text) && text.chars().all(allowed) && text.len() <= ID_CHARS_MAX {
        return Ok(text.to_owned());
    }
    let cleaned: String =
        text.to_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    let meant = cleaned.trim_matches(['-', '_', '.']);
    let fits = begins(meant) && meant.len() <= ID_CHARS_MAX;
    Err(Bad::new(format!(
        "{} is no id: allowed are 1 to {ID_CHARS_MAX} of a-z, 0-9, '-', '_', '.', the first a letter or digit",
        echo(text)
    ))
    .meant(fits.then(|| format!("\"{meant}\""))))
}

/// An id, or `""` for none.
pub(super) fn id_or_nothing(value: Value<'_>) -> Result<String, Bad> {
    match text(value)? {
        "" => Ok(String::new()),
        _ => id(value),
    }
}

/// An IANA zone that the built-in database knows.
pub(super) fn zone(value: Value<'_>) -> Result<String, Bad> {
    let text = text(value)?;
    let database = jiff::tz::db();
    if database.get(text).is_ok() {
        return Ok(text.to_owned());
    }
    let known: Vec<String> = database.available().map(|name| name.as_str().to_owned()).collect();
    let meant = nearest(text, known.iter().map(String::as_str)).map(|zone| format!("\"{zone}\""));
    Err(Bad::new(format!("{} is no IANA time zone, such as \"Asia/Kolkata\"", echo(text)))
        .meant(meant))
}

/// Two capital letters, or nothing.
pub(super) fn country(value: Value<'_>) -> Result<String, Bad> {
    let text = text(value)?;
    if text.is_empty() || (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())) {
        return Ok(text.to_owned());
    }
    let upper = text.to_ascii_uppercase();
    let fits = upper.len() == 2 && upper.bytes().all(|byte| byte.is_ascii_uppercase());
    Err(Bad::new(format!("{} is no country code of two capital letters (ISO 3166-1)", echo(text)))
        .meant(fits.then(|| format!("\"{upper}\""))))
}

/// A name of this desk that is a URI.
pub(super) fn uri(value: Value<'_>) -> Result<String, Bad> {
    let line = line(value)?;
    if Url::parse(&line).is_ok() && !line.contains(char::is_whitespace) {
        return Ok(line);
    }
    Err(Bad::new("must be a URI, such as \"urn:copytaster:desk-1\"")
        .meant(Some(format!("\"urn:copytaster:{}\"", line.replace(char::is_whitespace, "-")))))
}

/// A list of strings, each read by `item`; the first wrong one is told with its own place.
pub(super) fn list<T>(
    value: Value<'_>,
    item: impl Fn(&str) -> Result<T, Bad>,
) -> Result<Vec<T>, Bad> {
    let (array, in_file) = match value {
        Value::Toml(DeValue::Array(array)) => (array, true),
        Value::Raw(_, Some(DeValue::Array(array))) => (array, false),
        Value::Toml(other) => {
            let meant =
                if let DeValue::String(text) = other { Some(format!("[{text:?}]")) } else { None };
            return Err(
                Bad::new(format!("expected a list of strings, found {}", kind(other))).meant(meant)
            );
        }
        Value::Raw(..) => {
            return Err(Bad::new("expected a list of strings, such as '[\"a\", \"b\"]'"));
        }
    };
    array
        .iter()
        .map(|entry| {
            let read = text(Value::Toml(entry.get_ref())).and_then(&item);
            read.map_err(|bad| Bad { at: in_file.then_some(entry.span().start), ..bad })
        })
        .collect()
}

/// A value in quotes, cut and with its control characters spelled out.
pub(super) fn echo(text: &str) -> String {
    let mut cut: String = text.chars().take(ECHO_CHARS_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("{cut:?}")
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
