//! Authors as printed in one line, split into name and mail.

use super::claim::Person;

/// Splits `mail (name)`, `name <mail>`, `name (mail)` and the like; without a mail all is the name.
pub(crate) fn split(printed: &str) -> Person {
    let printed = printed.trim();
    let Some((start, end)) = mail_in(printed) else {
        return Person { name: printed.to_owned(), mail: String::new() };
    };
    let mail = printed.get(start..end).unwrap_or("").to_owned();
    let before = printed.get(..start).unwrap_or("");
    let after = printed.get(end..).unwrap_or("");
    let before = before.trim_end().strip_suffix("mailto:").unwrap_or(before);
    let after = after.strip_prefix("?subject=").map_or(after, |query| {
        query.find(char::is_whitespace).and_then(|at| query.get(at..)).unwrap_or("")
    });
    let mut name = format!("{before}{after}");
    for pair in ["()", "<>", "[]", "&lt;&gt;"] {
        name = name.replace(pair, "");
    }
    let mut name = name.trim();
    if let Some(inner) = name.strip_prefix('(') {
        name = inner.strip_suffix(')').unwrap_or(inner);
    }
    let name = name.trim().trim_matches(['"', ',', ';', ':']).trim();
    Person { name: name.to_owned(), mail }
}

/// Byte range of the first mail address.
fn mail_in(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('@').take(8) {
        let mut start = at;
        while start > 0 && is_local(bytes[start - 1]) {
            start -= 1;
        }
        let mut end = at + 1;
        while bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        {
            end += 1;
        }
        while end > at + 1 && matches!(bytes[end - 1], b'.' | b'-') {
            end -= 1;
        }
        let host = text.get(at + 1..end).unwrap_or("");
        if start < at && host.contains('.') && !host.starts_with('.') {
            return Some((start, end));
        }
    }
    None
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_mails_are_told_apart() {
        for (printed, name, mail) in [
            ("Ada Quill", "Ada Quill", ""),
            ("ada@desk.example (Ada Quill)", "Ada Quill", "ada@desk.example"),
            ("\"Quill, Ada\" <ada@desk.example>", "Quill, Ada", "ada@desk.example"),
            ("mailto:ada@desk.example", "", "ada@desk.example"),
            ("ada@desk.example?subject=ferry", "", "ada@desk.example"),
            ("Ada @ the quay", "Ada @ the quay", ""),
            ("@ada", "@ada", ""),
            ("（ada@desk.example）", "（）", "ada@desk.example"),
        ] {
            let found = split(printed);
            assert_eq!((found.name.as_str(), found.mail.as_str()), (name, mail), "{printed}");
        }
    }
}
