//! What holds for any input: the fuzz targets (`tests/fuzz`) and the random tests run the same functions.
//!
//! Built for tests and fuzzing only.

use std::io::Write;
use std::net::IpAddr;

use flate2::Compression;
use url::{Host, Url};

use super::address::{PORTS, Policy, is_public};
use super::inflate::{BodyError, Coding, Inflate};

/// A URL that may be asked for has a scheme of the web and a host; a host that is an address is a public one, and one
/// that is a name is none that a resolver takes for an address. A redirect obeys that and keeps to its ports.
///
/// # Panics
/// Where that does not hold.
pub fn address(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let policy = Policy::default();
    let feed = Url::parse("https://desk.example:4443/feeds/all.xml").expect("a constant URL");
    let found = [Url::parse(&text), Url::parse(&format!("http://{text}/")), feed.join(&text)];
    for url in found.into_iter().flatten() {
        if policy.first(&url).is_ok() {
            assert!(matches!(url.scheme(), "http" | "https"), "{url}");
            reaches_outside(&url);
        }
        if policy.hop(&feed, &feed, &url).is_ok() {
            assert!(policy.first(&url).is_ok() && url.scheme() == "https", "{url}");
            assert!(url.username().is_empty() && url.password().is_none(), "{url}");
            let port = url.port_or_known_default().expect("https has a port");
            assert!(PORTS.contains(&port) || port == 4443, "{url}");
        }
    }
}

fn reaches_outside(url: &Url) {
    match url.host().expect("a URL without a host is refused") {
        Host::Ipv4(ip) => assert_outside(ip.into()),
        Host::Ipv6(ip) => assert_outside(ip.into()),
        Host::Domain(name) => {
            // `getaddrinfo` reads one to four numbers as an address, octal and hexadecimal ones too. One dot may end a
            // name; with two it is none.
            let last = name.strip_suffix('.').unwrap_or(name).rsplit('.').next().unwrap_or("");
            let is_number = last.bytes().all(|b| b.is_ascii_digit())
                || last
                    .strip_prefix("0x")
                    .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
            assert!(last.is_empty() || !is_number, "{url}");
            assert!(!name.contains([':', '%', '@', '/', '\\', '\0', ' ']), "{url}");
        }
    }
}

/// Agrees with what the standard library knows of addresses.
fn assert_outside(ip: IpAddr) {
    assert!(is_public(ip), "{ip}");
    let ip = ip.to_canonical();
    let is_inside = ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || match ip {
            IpAddr::V4(ip) => {
                ip.is_private() || ip.is_link_local() || ip.is_broadcast() || ip.is_documentation()
            }
            IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
        };
    assert!(!is_inside, "{ip}");
}

/// So much may come from the wire.
const WIRE_MAX: u64 = 64 << 10;

/// Bytes that claim a coding come out the same however they are cut into pieces, within the cap; what was coded comes
/// out as it was, and a beginning of it never passes for the whole.
///
/// # Panics
/// Where that does not hold. The input is a byte for the coding, one for the cut, the bytes.
pub fn inflate(input: &[u8]) {
    let [coding, cut, bytes @ ..] = input else { return };
    let coding = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd, Coding::Identity]
        [usize::from(*coding) % 5];
    let whole = inflated(coding, bytes, usize::MAX);
    let pieces = inflated(coding, bytes, usize::from(*cut) + 1);
    assert_eq!(whole.as_ref().ok(), pieces.as_ref().ok(), "{coding:?}: {whole:?}, {pieces:?}");
    assert!(whole.is_ok_and(|body| body.len() as u64 <= 2 * WIRE_MAX) || pieces.is_err());
    let coded = coded(coding, bytes);
    assert_eq!(inflated(coding, &coded, usize::from(*cut) + 1).as_deref(), Ok(bytes));
    let kept = coded.len() * usize::from(*cut) / 256;
    if coding != Coding::Identity && kept > 0 {
        let beginning = coded.get(..kept).expect("less than all of it");
        assert!(inflated(coding, beginning, usize::MAX).is_err(), "{coding:?} cut at {kept}");
    }
}

fn inflated(coding: Coding, wire: &[u8], piece: usize) -> Result<Vec<u8>, BodyError> {
    let mut inflate = Inflate::new(coding, WIRE_MAX)?;
    for piece in wire.chunks(piece) {
        inflate.push(piece)?;
    }
    inflate.finish()
}

fn coded(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    const REASON: &str = "memory takes all that is written";
    let (mut out, quick) = (Vec::new(), Compression::fast());
    match coding {
        Coding::Identity => out.extend_from_slice(bytes),
        Coding::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(&mut out, quick);
            writer.write_all(bytes).expect(REASON);
            writer.finish().map(drop).expect(REASON);
        }
        Coding::Deflate => {
            let mut writer = flate2::write::ZlibEncoder::new(&mut out, quick);
            writer.write_all(bytes).expect(REASON);
            writer.finish().map(drop).expect(REASON);
        }
        Coding::Brotli => {
            brotli::CompressorWriter::new(&mut out, 4_096, 1, 16).write_all(bytes).expect(REASON);
        }
        Coding::Zstd => out = zstd::encode_all(bytes, 1).expect(REASON),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::holds;

    #[test]
    fn no_url_leads_inside() {
        holds("url", address);
    }

    #[test]
    fn a_coded_body_comes_out_whole_or_not_at_all() {
        holds("inflate", inflate);
    }
}
