//! What can be told of a link before it is parsed.

/// Letters of a label and of a host: DNS takes no more, so a longer one leads nowhere.
const LABEL_CHARS_MAX: usize = 63;
const HOST_CHARS_MAX: usize = 253;

/// Whether the host that a link names could be one; true where it names none.
///
/// To be asked before a link is parsed: coding a label of a thousand foreign letters takes a million steps.
pub fn has_possible_host(link: &str) -> bool {
    // What URL parsers skip and what they take for a slash, as browsers do.
    let is_skipped = |c: char| matches!(c, '\t' | '\n' | '\r');
    let is_slash = |c: char| matches!(c, '/' | '\\');
    let link = link.trim_start_matches(|c: char| c <= ' ');
    let scheme = link.find(|c: char| {
        !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.') || is_skipped(c))
    });
    let after = match scheme.and_then(|at| link.split_at_checked(at)) {
        Some((scheme, rest)) if !scheme.is_empty() && rest.starts_with(':') => {
            rest.get(1..).unwrap_or("")
        }
        _ if link.chars().filter(|c| !is_skipped(*c)).take(2).all(is_slash) => link,
        _ => return true,
    };
    let authority = after.trim_start_matches(|c| is_slash(c) || is_skipped(c));
    let authority = authority.split(|c| is_slash(c) || matches!(c, '?' | '#')).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    host.chars().take(HOST_CHARS_MAX + 1).count() <= HOST_CHARS_MAX
        && host.split(['.', '。', '．', '｡']).all(|label| label.chars().count() <= LABEL_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_that_dns_would_take_is_possible() {
        let long = "永".repeat(64);
        for link in [
            format!("https://{long}.example/"),
            format!(" https:\\\\{long}/"),
            format!("ht\ntp:/{long}"),
            format!("//ada@{long}:80?a"),
            format!("/\t/{long}"),
            format!("https://{}example", "desk.".repeat(50)),
        ] {
            assert!(!has_possible_host(&link), "{link}");
        }
        for link in [
            "",
            "/",
            "https://desk.example/a",
            "https://永久.example",
            "tag:desk.example,2025:1",
            "a/b",
        ] {
            assert!(has_possible_host(link), "{link}");
        }
        for link in [format!("/{long}"), long.clone(), format!("https://desk.example/{long}")] {
            assert!(has_possible_host(&link), "{link}");
        }
    }
}
