//! Which addresses may be reached. Feeds come from strangers, and a stranger's redirect or DNS answer must never make
//! us knock at a machine inside.
//!
//! The decision falls on the address that is connected to: literal hosts before the request and on every hop, names in
//! our own resolver (one non-public answer among many refuses them all: mixed answers are a sign of rebinding), and
//! once more on the peer's address after connecting.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use url::{Host, Url};

/// Ports that any feed or redirect may name.
pub const PORTS: [u16; 4] = [80, 443, 8080, 8443];

/// Name look-ups under way at once; each holds a thread of the blocking pool.
const LOOKUPS_MAX: usize = 8;

/// A name server that has not answered by then will not.
const LOOKUP_TIME_MAX: Duration = Duration::from_secs(5);

/// Public names have a handful of addresses; more are not tried.
const ANSWERS_MAX: usize = 16;

/// IPv4 ranges that are not the public internet.
const DENIED_V4: [([u8; 4], u8); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

/// IPv6 ranges that are not the public internet. Those that embed an IPv4 address are judged by it: [`embedded`].
const DENIED_V6: [([u16; 8], u8); 9] = [
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
    ([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];

/// Why an address or a URL is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Neither http nor https.
    #[error("scheme {0:?} is not fetched")]
    Scheme(String),
    /// A port that a feed has no business with.
    #[error("port {0} is not among the allowed ports")]
    Port(u16),
    /// `user:password@` in a redirect.
    #[error("credentials in a redirect are refused")]
    Userinfo,
    /// https to http.
    #[error("a redirect from https to http is refused")]
    Downgrade,
    /// An address inside.
    #[error("{0} is not a public address")]
    Private(IpAddr),
    /// No host in the URL.
    #[error("the URL has no host")]
    NoHost,
}

/// One entry of `allow_private`: a host, an address or a CIDR range, with a port or for every port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    what: What,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// Covers the addresses that this name resolves to, asked for by this name only.
    Name(String),
    /// Covers these addresses, however they are named.
    Range(IpAddr, u8),
}

/// Why an entry of `allow_private` cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot read {0:?} as an allowed address: expected HOST, HOST:PORT, ADDRESS:PORT or CIDR:PORT"
)]
pub struct AllowedError(String);

impl FromStr for Allowed {
    type Err = AllowedError;

    fn from_str(text: &str) -> Result<Self, AllowedError> {
        parse_allowed(text.trim()).ok_or_else(|| AllowedError(text.to_owned()))
    }
}

fn parse_allowed(text: &str) -> Option<Allowed> {
    if let Some(what) = parse_what(text) {
        return Some(Allowed { what, port: None });
    }
    let (what, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|&port| port != 0)?;
    Some(Allowed { what: parse_what(what)?, port: Some(port) })
}

/// `10.1.2.0/24`, `::1`, `[::1]`, `[fd00::]/8` or a host name.
fn parse_what(text: &str) -> Option<What> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let bare = address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).unwrap_or(address);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        let width = if ip.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(width), |bits| bits.parse().ok())?;
        return (bits <= width).then_some(What::Range(ip, bits));
    }
    let is_name = bits.is_none()
        && !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    is_name.then(|| What::Name(plain_name(text)))
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Name(name) => f.write_str(name)?,
            What::Range(ip @ IpAddr::V4(_), bits) => write!(f, "{ip}/{bits}")?,
            What::Range(ip, bits) => write!(f, "[{ip}]/{bits}")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Allowed {
    fn covers(&self, host: Option<&str>, ip: IpAddr, port: u16) -> bool {
        self.port.is_none_or(|allowed| allowed == port)
            && match &self.what {
                What::Name(name) => host.is_some_and(|host| plain_name(host) == *name),
                What::Range(range, bits) => in_range(ip.to_canonical(), *range, *bits),
            }
    }
}

/// Lower case and without the root's dot, so that one name has one form.
fn plain_name(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// What may be reached: the public internet, and what the configuration names.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    allowed: Arc<[Allowed]>,
}

impl Policy {
    /// The public internet and `allowed`.
    pub fn new(allowed: &[Allowed]) -> Self {
        Self { allowed: allowed.into() }
    }

    /// The public internet, and the one host and port of this URL, which somebody configured.
    pub(super) fn naming(url: &Url) -> Self {
        let name = url.host_str().map(plain_name).unwrap_or_default();
        Self::new(&[Allowed { what: What::Name(name), port: url.port_or_known_default() }])
    }

    /// Ports for which a private address is allowed.
    pub(super) fn private_ports(&self) -> Vec<u16> {
        let mut ports: Vec<u16> = self.allowed.iter().filter_map(|entry| entry.port).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// Whether a connection to `ip` and `port`, asked for as `host`, is allowed.
    pub fn address(&self, host: Option<&str>, ip: IpAddr, port: u16) -> Result<(), Refused> {
        let allowed = || self.allowed.iter().any(|entry| entry.covers(host, ip, port));
        if is_public(ip) || allowed() { Ok(()) } else { Err(Refused::Private(ip)) }
    }

    /// Whether a configured URL may be asked for: its own port is as good as any.
    pub fn first(&self, url: &Url) -> Result<(), Refused> {
        self.scheme_and_host(url)
    }

    /// Whether a proxy may be asked for a URL. It resolves for itself, so names are its to judge, except the one that
    /// means the proxy's own machine.
    pub(super) fn proxied(&self, url: &Url) -> Result<(), Refused> {
        let port = url.port_or_known_default().unwrap_or(0);
        let name = url.domain().map(plain_name).unwrap_or_default();
        if name == "localhost" || name.ends_with(".localhost") {
            return self.address(Some(&name), Ipv4Addr::LOCALHOST.into(), port);
        }
        self.first(url)
    }

    /// Whether a redirect that `from` gave may be followed to `to`, for a feed configured as `feed`.
    pub fn hop(&self, feed: &Url, from: &Url, to: &Url) -> Result<(), Refused> {
        if from.scheme() == "https" && to.scheme() == "http" {
            return Err(Refused::Downgrade);
        }
        let port = to.port_or_known_default().unwrap_or(0);
        let same = |a: &Url| a.host() == to.host() && a.port_or_known_default() == Some(port);
        let has_userinfo = !to.username().is_empty() || to.password().is_some();
        let keeps_userinfo = same(from)
            && from.scheme() == to.scheme()
            && (from.username(), from.password()) == (to.username(), to.password());
        if has_userinfo && !keeps_userinfo {
            return Err(Refused::Userinfo);
        }
        let named = || self.allowed.iter().any(|entry| entry.port == Some(port));
        if !PORTS.contains(&port) && !same(feed) && !named() {
            return Err(Refused::Port(port));
        }
        self.scheme_and_host(to)
    }

    fn scheme_and_host(&self, url: &Url) -> Result<(), Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme(url.scheme().chars().take(20).collect()));
        }
        let port = url.port_or_known_default().unwrap_or(0);
        match url.host().ok_or(Refused::NoHost)? {
            Host::Domain(_) => Ok(()),
            Host::Ipv4(ip) => self.address(None, ip.into(), port),
            Host::Ipv6(ip) => self.address(None, ip.into(), port),
        }
    }
}

/// Whether an address belongs to the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => {
            !DENIED_V4.iter().any(|&(range, bits)| in_range(ip, Ipv4Addr::from(range).into(), bits))
        }
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => is_public(v4.into()),
            None => !DENIED_V6
                .iter()
                .any(|&(range, bits)| in_range(ip, Ipv6Addr::from(range).into(), bits)),
        },
    }
}

/// The IPv4 address inside `::/96` (with `::` and `::1`), `::ffff:0:0/96`, `64:ff9b::/96` (NAT64) or `2002::/16` (6to4).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let pair = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(pair(high, low))
        }
        [0x2002, high, low, ..] => Some(pair(high, low)),
        _ => None,
    }
}

fn in_range(ip: IpAddr, range: IpAddr, bits: u8) -> bool {
    match (ip, range) {
        (IpAddr::V4(ip), IpAddr::V4(range)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            ip.to_bits() & mask == range.to_bits() & mask
        }
        (IpAddr::V6(ip), IpAddr::V6(range)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            ip.to_bits() & mask == range.to_bits() & mask
        }
        _ => false,
    }
}

/// Resolves names and fails on any answer that may not be reached at the port it stands for.
#[derive(Debug)]
pub struct Resolver {
    policy: Policy,
    port: u16,
    lookups: Arc<Semaphore>,
}

/// A name that could not be resolved, with the words for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LookupError {
    #[error("unknown hostname")]
    Unknown,
    #[error("temporary DNS error")]
    Temporary,
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Resolver {
    /// The resolver of the client that connects to `port`; `0` stands for every port without an entry of its own.
    pub fn new(policy: Policy, port: u16, lookups: Arc<Semaphore>) -> Self {
        Self { policy, port, lookups }
    }

    /// Bounds the look-ups of all resolvers together.
    pub fn lookups() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(LOOKUPS_MAX))
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, port) = (self.policy.clone(), self.port);
        let lookups = Arc::clone(&self.lookups);
        Box::pin(async move {
            let _turn = lookups.acquire_owned().await.map_err(|_| LookupError::Temporary)?;
            let host = name.as_str().to_owned();
            let answers =
                tokio::time::timeout(LOOKUP_TIME_MAX, tokio::net::lookup_host((host.as_str(), 0)))
                    .await
                    .map_err(|_| LookupError::Temporary)?
                    .map_err(|error| lookup_error(&error))?;
            let judged = judge(&policy, &host, port, answers.take(ANSWERS_MAX))?;
            Ok(Box::new(judged.into_iter()) as Addrs)
        })
    }
}

/// All answers, or the refusal of the first that may not be reached.
fn judge(
    policy: &Policy,
    host: &str,
    port: u16,
    answers: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, LookupError> {
    let mut judged = Vec::new();
    for answer in answers {
        policy.address(Some(host), answer.ip(), port)?;
        judged.push(answer);
    }
    if judged.is_empty() { Err(LookupError::Unknown) } else { Ok(judged) }
}

/// `getaddrinfo` says "try again" in words only.
fn lookup_error(error: &std::io::Error) -> LookupError {
    let words = error.to_string().to_ascii_lowercase();
    if words.contains("temporary") { LookupError::Temporary } else { LookupError::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn policy(allowed: &[&str]) -> Policy {
        let allowed: Vec<Allowed> = allowed.iter().map(|entry| entry.parse().unwrap()).collect();
        Policy::new(&allowed)
    }

    /// First and last address inside, then the neighbours outside that must stay public.
    const EDGES: [(&str, &str, &[&str]); 29] = [
        ("0.0.0.0", "0.255.255.255", &["1.0.0.0"]),
        ("10.0.0.0", "10.255.255.255", &["9.255.255.255", "11.0.0.0"]),
        ("100.64.0.0", "100.127.255.255", &["100.63.255.255", "100.128.0.0"]),
        ("127.0.0.0", "127.255.255.255", &["126.255.255.255", "128.0.0.0"]),
        ("169.254.0.0", "169.254.255.255", &["169.253.255.255", "169.255.0.0"]),
        ("172.16.0.0", "172.31.255.255", &["172.15.255.255", "172.32.0.0"]),
        ("192.0.0.0", "192.0.0.255", &["191.255.255.255", "192.0.1.0"]),
        ("192.0.2.0", "192.0.2.255", &["192.0.1.255", "192.0.3.0"]),
        ("192.88.99.0", "192.88.99.255", &["192.88.98.255", "192.88.100.0"]),
        ("192.168.0.0", "192.168.255.255", &["192.167.255.255", "192.169.0.0"]),
        ("198.18.0.0", "198.19.255.255", &["198.17.255.255", "198.20.0.0"]),
        ("198.51.100.0", "198.51.100.255", &["198.51.99.255", "198.51.101.0"]),
        ("203.0.113.0", "203.0.113.255", &["203.0.112.255", "203.0.114.0"]),
        ("224.0.0.0", "239.255.255.255", &["223.255.255.255"]),
        ("240.0.0.0", "255.255.255.254", &[]),
        ("255.255.255.255", "255.255.255.255", &[]),
        ("::", "::1", &[]),
        ("::ffff:127.0.0.1", "::ffff:10.0.0.1", &["::ffff:8.8.8.8"]),
        ("::127.0.0.1", "::192.168.1.1", &["::8.8.8.8"]),
        ("2002:7f00:1::", "2002:a00:1:ffff::", &["2002:808:808::"]),
        ("64:ff9b::7f00:1", "64:ff9b::a00:1", &["64:ff9b::808:808"]),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", &["64:ff9b:2::"]),
        ("100::", "100::ffff:ffff:ffff:ffff", &["100:0:0:1::"]),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:200::"]),
        ("2001:db8::", "2001:db8:ffff::1", &["2001:db7:ffff::1", "2001:db9::"]),
        ("3fff::", "3fff:fff:ffff::1", &["3fff:1000::", "3ffe::1"]),
        ("fc00::", "fdff:ffff::1", &["fbff::1", "fe00::1"]),
        ("fe80::", "feff:ffff::1", &["fe7f::1"]),
        ("ff00::", "ffff:ffff::1", &[]),
    ];

    #[test]
    fn every_range_is_denied_to_its_edges_and_no_further() {
        for (first, last, outside) in EDGES {
            for inside in [first, last] {
                assert!(!is_public(ip(inside)), "{inside} is inside");
            }
            for &neighbour in outside {
                assert!(is_public(ip(neighbour)), "{neighbour} is outside");
            }
        }
    }

    #[test]
    fn odd_literals_are_judged_by_the_address_they_mean() {
        let odd = [
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "１２７.0.0.1",
            "[::1]",
            "[::ffff:7f00:1]",
            "0",
            "0x7f000001",
            "127.0.0.1%2e",
        ];
        for host in odd {
            let Ok(url) = Url::parse(&format!("http://{host}/feed")) else { continue };
            assert!(policy(&[]).first(&url).is_err(), "{host} became {:?}", url.host());
        }
    }

    #[test]
    fn a_permission_covers_its_host_range_and_port_only() {
        let policy =
            policy(&["127.0.0.1:8080", "10.1.2.0/24:443", "feeds.corp.example", "[::1]:81"]);
        let may = |host: Option<&str>, address: &str, port| {
            policy.address(host, ip(address), port).is_ok()
        };
        assert!(may(None, "127.0.0.1", 8080) && may(None, "::ffff:127.0.0.1", 8080));
        assert!(!may(None, "127.0.0.1", 8081) && !may(None, "127.0.0.2", 8080));
        assert!(may(None, "10.1.2.0", 443) && may(None, "10.1.2.255", 443));
        assert!(!may(None, "10.1.3.0", 443) && !may(None, "10.1.1.255", 443));
        assert!(may(Some("Feeds.Corp.Example."), "192.168.1.1", 80));
        assert!(!may(Some("x.feeds.corp.example"), "192.168.1.1", 80));
        assert!(!may(None, "192.168.1.1", 80));
        assert!(may(None, "::1", 81) && !may(None, "::1", 80));
    }

    #[test]
    fn entries_that_mean_nothing_are_refused_by_name() {
        for bad in
            ["", "10.0.0.0/33:80", "host:0", "host:70000", "http://host", "a b:80", "::1/129"]
        {
            assert!(bad.parse::<Allowed>().is_err(), "{bad:?}");
        }
        for good in ["127.0.0.1/32:8080", "10.1.2.0/24:443", "feeds.corp.example", "[::1]/128:81"] {
            assert_eq!(good.parse::<Allowed>().unwrap().to_string(), good);
        }
    }

    #[test]
    fn one_private_answer_refuses_the_name() {
        let answers = |texts: &[&str]| {
            let addresses: Vec<_> = texts.iter().map(|text| SocketAddr::new(ip(text), 0)).collect();
            judge(&policy(&["inside.example:8080"]), "mixed.example", 80, addresses.into_iter())
        };
        assert_eq!(answers(&["93.184.215.14", "8.8.8.8"]).unwrap().len(), 2);
        let mixed = answers(&["93.184.215.14", "192.168.0.7"]);
        assert_eq!(mixed, Err(LookupError::Refused(Refused::Private(ip("192.168.0.7")))));
        assert_eq!(answers(&[]), Err(LookupError::Unknown));
    }

    #[test]
    fn through_a_proxy_names_are_free_and_literals_are_not() {
        let policy = policy(&["127.0.0.1:9000"]);
        for (target, fits) in [
            ("http://inside.example/", true),
            ("http://8.8.8.8/", true),
            ("http://127.0.0.1:9000/", true),
            ("http://127.0.0.1/", false),
            ("http://10.0.0.1/", false),
            ("http://[::1]/", false),
            ("http://localhost/", false),
            ("http://LOCALHOST./", false),
            ("http://a.localhost/", false),
            ("http://localhost.example/", true),
        ] {
            assert_eq!(policy.proxied(&url(target)).is_ok(), fits, "{target}");
        }
        let proxy = Policy::naming(&url("http://Proxy.Lan.:3128/"));
        let may = |host, port| proxy.address(Some(host), ip("192.168.1.1"), port).is_ok();
        assert!(may("proxy.lan", 3128) && !may("proxy.lan", 80) && !may("other.lan", 3128));
    }

    #[test]
    fn redirects_are_held_to_scheme_port_and_credentials() {
        let policy = policy(&["127.0.0.1:9000"]);
        let feed = url("https://user:key@news.example:444/feed");
        let hop = |from: &str, to: &str| policy.hop(&feed, &url(from), &url(to));
        assert_eq!(hop("https://a.example/", "http://a.example/"), Err(Refused::Downgrade));
        assert_eq!(hop("http://a.example/", "https://a.example/"), Ok(()));
        assert_eq!(
            hop("http://a.example/", "ftp://a.example:80/"),
            Err(Refused::Scheme("ftp".into()))
        );
        assert!(hop("http://a.example/", "file:///etc/passwd").is_err());
        assert_eq!(hop("https://a.example/", "https://a.example:22/"), Err(Refused::Port(22)));
        assert_eq!(hop("https://a.example/", "https://a.example:444/"), Err(Refused::Port(444)));
        assert_eq!(hop("https://a.example/", "https://news.example:444/new"), Ok(()));
        assert_eq!(hop("https://a.example/", "https://b:c@a.example/"), Err(Refused::Userinfo));
        let same = "https://user:key@news.example:444/";
        assert_eq!(hop(same, "https://user:key@news.example:444/new"), Ok(()));
        assert_eq!(hop("http://a.example/", "http://127.0.0.1:9000/"), Ok(()));
        assert!(hop("http://a.example/", "http://127.0.0.1/").is_err());
        assert!(hop("http://a.example/", "http://169.254.169.254/latest").is_err());
    }
}
