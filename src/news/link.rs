//! What can be told of a link before it is parsed, and what may be shown of one.

use url::Url;

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

/// The address with the values of secret-looking parameters masked, and without user and password.
pub fn masked(url: &Url) -> String {
    const SECRETS: [&str; 8] =
        ["token", "key", "sig", "signature", "secret", "password", "auth", "session"];
    let is_secret = |name: &str| {
        let name = name.to_lowercase();
        name.split(['_', '-', '.'])
            .any(|part| SECRETS.contains(&part) || part.ends_with("key") || part.ends_with("token"))
    };
    let mut url = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Refused only for addresses that cannot have them.
        url.set_username("").and_then(|()| url.set_password(None)).ok();
    }
    let Some(query) = url.query() else { return url.to_string() };
    let parts: Vec<String> = query
        .split('&')
        .map(|part| match part.split_once('=') {
            Some((name, _)) if is_secret(name) => format!("{name}=***"),
            _ => part.to_owned(),
        })
        .collect();
    url.set_query(Some(&parts.join("&")));
    url.to_string()
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
