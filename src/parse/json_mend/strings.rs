//! Strings that are nearly JSON: wrong escapes, bare line ends, a closing quote that was lost.

/// Closing brackets that are looked at behind a string that lost its quote.
const CLOSERS_MAX: usize = 16;

/// Writes the string that begins here, and gives what stands behind it; `None` where it never ends.
pub(super) fn string<'t>(text: &'t str, out: &mut String, open: &[char]) -> Option<&'t str> {
    out.push('"');
    let start = out.len();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        rest = match c {
            '"' => {
                let inside = text.get(..text.len() - rest.len()).unwrap_or("");
                let behind =
                    lost_quote(inside, after, open).and_then(|at| text.split_at_checked(at));
                if let Some((inside, behind)) = behind {
                    out.truncate(start);
                    run_into(inside, out);
                    out.push('"');
                    return Some(behind);
                }
                out.push('"');
                return Some(after);
            }
            '\\' => escape(after, out),
            c if u32::from(c) < 0x20 => control(c, after, out),
            _ => {
                // One search for all that ends a run: two would read on to a quote that never comes, run after run.
                let is_end = |b: u8| matches!(b, b'"' | b'\\') || b < 0x20;
                let end = rest.bytes().position(is_end).unwrap_or(rest.len());
                let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                out.push_str(run);
                after
            }
        };
    }
    None
}

/// Where a string ends that lost its quote, so that it ran to the beginning of the next name: `Bridge},{"id"`, `1,"url"`,
/// `Ed}],"items"`. Brackets belong to it unless they close what is open, and a name may stand behind them.
fn lost_quote(inside: &str, after: &str, open: &[char]) -> Option<usize> {
    let name = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))?;
    let is_name = name > 0 && after.get(name..).is_some_and(|rest| rest.starts_with('"'));
    let is_named = after.get(name + 1..).is_some_and(|rest| rest.trim_start().starts_with(':'));
    if !is_name || !is_named {
        return None;
    }
    let before = inside.trim_end();
    let (before, opens) = match before.strip_suffix('{') {
        Some(before) => (before.trim_end(), true),
        None => (before, false),
    };
    let before = before.strip_suffix(',')?.trim_end();
    // What must be open for the name: an object, or a list that the brace behind makes one in.
    let wanted = if opens { '[' } else { '{' };
    let mut closers: Vec<(usize, char)> = Vec::new();
    for (at, c) in before.char_indices().rev().take(CLOSERS_MAX) {
        match c {
            '}' | ']' => closers.push((at, c)),
            c if c.is_whitespace() => {}
            _ => break,
        }
    }
    // From the first bracket that may be one on: as many as close what is open, from within.
    let fits = |count: &usize| {
        let run = closers.get(..*count).unwrap_or_default();
        let pairs = run.iter().rev().zip(open.iter().rev());
        let mut closed = pairs.map(|((_, closer), open)| (*open == '{') == (*closer == '}'));
        let below = open.len().checked_sub(count + 1).and_then(|at| open.get(at));
        below == Some(&wanted) && closed.all(|fits| fits)
    };
    let count = (0..=closers.len()).rev().find(fits)?;
    let end =
        count.checked_sub(1).and_then(|last| closers.get(last)).map_or(before.len(), |(at, _)| *at);
    Some(before.get(..end)?.trim_end().len())
}

/// Writes a part of a string that holds no quote of its own.
fn run_into(inside: &str, out: &mut String) {
    let mut rest = inside;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        rest = match c {
            '\\' => escape(after, out),
            c if u32::from(c) < 0x20 => control(c, after, out),
            c => {
                out.push(c);
                after
            }
        };
    }
}

fn control<'t>(c: char, after: &'t str, out: &mut String) -> &'t str {
    out.push_str(if c == '\n' { "\\n" } else { " " });
    after
}

/// Writes the escape whose backslash was met, and gives what stands behind it.
fn escape<'t>(text: &'t str, out: &mut String) -> &'t str {
    let Some(c) = text.chars().next() else { return text };
    let after = text.get(c.len_utf8()..).unwrap_or("");
    if c != 'u' {
        if "\"\\/bfnrt".contains(c) {
            out.push('\\');
        }
        if u32::from(c) >= 0x20 {
            out.push(c);
        }
        return after;
    }
    let Some((unit, behind)) = unit(after) else { return after };
    let low = behind.strip_prefix("\\u").and_then(self::unit);
    match (unit, low) {
        (0xD800..=0xDBFF, Some((second @ 0xDC00..=0xDFFF, behind))) => {
            let scalar = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
            out.push(char::from_u32(scalar).unwrap_or('\u{FFFD}'));
            behind
        }
        (0xD800..=0xDFFF, _) => {
            out.push('\u{FFFD}');
            behind
        }
        _ => {
            out.push_str("\\u");
            out.push_str(after.get(..4).unwrap_or("fffd"));
            behind
        }
    }
}

/// The four hexadecimal digits that a text begins with, and what stands behind them.
fn unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten().map(|unit| (unit, rest))
}
