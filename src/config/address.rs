//! Readers of addresses: URLs, hosts, sockets. What may carry a password is never repeated in a message.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use url::Url;

use super::document::{Bad, Value};
use super::problem::nearest;
use super::read::{echo, text};

/// Longer URLs are refused by many servers.
const URL_BYTES_MAX: usize = 2048;

/// An address that can be polled.
pub(super) fn url(value: Value<'_>) -> Result<Url, Bad> {
    let text = text(value)?.trim();
    if text.len() > URL_BYTES_MAX {
        return Err(Bad::new(format!("must not be longer than {URL_BYTES_MAX} bytes")));
    }
    let url = Url::parse(text).map_err(|error| {
        let looks_bare = text.contains('.') && !text.contains("//") && !text.contains('@');
        let meant = looks_bare.then(|| format!("\"https://{text}\""));
        Bad::new(format!(
            "no usable address ({error}); write it whole, as in \"https://example.com/feed.xml\""
        ))
        .meant(meant)
    })?;
    // The address is not echoed: it may carry a password.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Bad::new("must not carry a user name or password before the host")
            .meant(Some("to use the keys `user` and `password`")));
    }
    if !matches!(url.scheme(), "http" | "https") {
        let meant = nearest(url.scheme(), ["http", "https"]);
        return Err(Bad::new("scheme must be http or https").meant(meant));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Bad::new("has no host"));
    }
    Ok(url)
}

/// A host name as it stands in links, without `www.`: parts of letters, digits and hyphens.
pub(super) fn host(text: &str) -> Result<String, Bad> {
    let parsed = url::Host::parse(text).ok().map(|host| host.to_string());
    match parsed {
        Some(host) if host == text && !host.starts_with("www.") => Ok(host),
        Some(host) => {
            let meant = host.strip_prefix("www.").unwrap_or(&host).to_owned();
            Err(Bad::new(format!(
                "{} is no plain host name: lower case, without www., scheme and path",
                echo(text)
            ))
            .meant(Some(format!("\"{meant}\""))))
        }
        None => {
            let meant = Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
            let meant =
                meant.map(|host| format!("\"{}\"", host.strip_prefix("www.").unwrap_or(&host)));
            Err(Bad::new(format!("{} is no host name, such as \"example.com\"", echo(text)))
                .meant(meant))
        }
    }
}

/// A private address that may be reached: a host name, an IP address or a range, and always a port.
pub(super) fn private(text: &str) -> Result<String, Bad> {
    let port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    match text.rsplit_once(':') {
        Some((place, number)) if port(number) && is_private_place(place) => Ok(text.to_owned()),
        _ => Err(Bad::new(format!(
            "{} is no address with its port, such as \"127.0.0.1:8080\", \"[::1]:8080\" or \"10.1.0.0/16:80\"",
            echo(text)
        ))
        .meant(is_private_place(text).then(|| format!("\"{text}:80\"")))),
    }
}

fn is_private_place(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, bits)| (a, Some(bits)));
    let bare = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    let fits = |width: u8| bits.is_none_or(|bits| bits.parse().is_ok_and(|bits: u8| bits <= width));
    match (bare, address.parse::<IpAddr>()) {
        (Some(bare), _) => bare.parse::<Ipv6Addr>().is_ok() && fits(128),
        (None, Ok(IpAddr::V4(_))) => fits(32),
        // Without brackets its last part could not be told from the port.
        (None, Ok(IpAddr::V6(_))) => false,
        (None, Err(_)) => bits.is_none() && host(text).is_ok(),
    }
}

/// An IP address with its port.
pub(super) fn socket(text: &str) -> Result<SocketAddr, Bad> {
    text.parse().map_err(|_| {
        let meant = text.strip_prefix("localhost").map(|port| format!("\"127.0.0.1{port}\""));
        Bad::new(format!(
            "{} is no IP address with its port, such as \"127.0.0.1:8765\"",
            echo(text)
        ))
        .meant(meant)
    })
}
