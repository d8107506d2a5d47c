//! The keys of licensed and intranet feeds: credentials, certificates, proxies. No message repeats a value that may be
//! a secret.

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use toml::de::DeValue;
use url::Url;

use super::document::{Bad, Given, Place, Section, Value};
use super::files::{self, Loaded, Places};
use super::read::{self, echo};
use crate::news::{Login, Pass, Proxy, Route, Secret};

/// Servers ask for one or two.
const HEADERS_MAX: usize = 16;

/// Names of header fields are a few words.
const NAME_BYTES_MAX: usize = 64;

/// Fields that the client writes, or that belong to one connection (RFC 9110, 7.6.1), to conditional requests, or to
/// cookies, which we do not keep.
const RESERVED: [&str; 26] = [
    "a-im",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "cookie2",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// The authorities of `ca_file`.
pub(super) fn authorities(s: &mut Section<'_, '_>) -> Option<Secret> {
    let places = s.document.places;
    s.get("ca_file", |v| {
        let file = files::file(v, places)?;
        if !places.are_closed() {
            trusted(file.secret.expose())?;
        }
        Ok(file.secret)
    })
}

/// The proxy of `proxy`, `proxy_user` and `proxy_password`.
pub(super) fn proxy(s: &mut Section<'_, '_>) -> Option<Proxy> {
    let url = s.get("proxy", |v| proxy_url(read::text(v)?));
    with_login(s, url)
}

fn with_login(s: &mut Section<'_, '_>, url: Option<Url>) -> Option<Proxy> {
    let login = user_and_password(s, "proxy_user", "proxy_password");
    beside(s, "proxy_user", "proxy");
    Some(Proxy { url: url?, login })
}

/// The keys of one feed; `common` is the proxy of those that name none. None if there is nothing in them.
pub(super) fn pass(
    s: &mut Section<'_, '_>,
    url: Option<&Url>,
    common: Option<&Proxy>,
) -> Option<Box<Pass>> {
    let places = s.document.places;
    let headers = s.given("headers", |v| headers(v, places));
    let login = login(s, headers.as_ref().map(|given| &given.value));
    let route = route(s);
    let is_by_tls = match &route {
        Some(Route::Proxy(proxy)) => proxy.url.scheme() == "https",
        Some(Route::Direct) => false,
        None => common.is_some_and(|proxy| proxy.url.scheme() == "https"),
    };
    let identity = identity(s, url, is_by_tls);
    let ca = authorities(s);
    let mut told = Vec::new();
    let mut is_secret = false;
    if let Some(Given { value, place }) = headers {
        for (name, Loaded { secret, is_open }, is_literal) in value {
            warn_if_open(s, is_open, place, "headers");
            is_secret |= !is_literal;
            told.push((name, secret));
        }
    }
    if (is_secret || login.is_some()) && url.is_some_and(|url| url.scheme() == "http") {
        s.warn(s.place(), "url", "its credentials are sent unencrypted: the address is http");
    }
    let pass = Pass { headers: told, login, identity, ca, route, ..Pass::bound_to(url?.clone()) };
    let is_empty = !pass.has_credentials() && pass.ca.is_none() && pass.route.is_none();
    (!is_empty).then(|| Box::new(pass))
}

fn login(s: &mut Section<'_, '_>, headers: Option<&Vec<Header>>) -> Option<Login> {
    let places = s.document.places;
    let basic = user_and_password(s, "user", "password");
    let token = s.given("token", |v| {
        let loaded = files::secret(v, places)?;
        let is_token = loaded.secret.expose().iter().all(u8::is_ascii_graphic);
        is_token.then_some(loaded).ok_or_else(|| Bad::new("must be visible ASCII without spaces"))
    });
    let has_field = headers.is_some_and(|all| all.iter().any(|one| one.0 == "authorization"));
    for key in ["user", "token"] {
        let is_twice = (key == "token" && s.says("user")) || has_field;
        if let Some(place) = s.find_place(key).filter(|_| is_twice) {
            let other = if has_field { "a header Authorization" } else { "a user" };
            s.problem(place, key, Bad::new(format!("stands beside {other}: only one can be sent")));
        }
    }
    if let Some(Given { value, place }) = token {
        warn_if_open(s, value.is_open, place, "token");
        return Some(Login::Bearer(value.secret));
    }
    basic.map(|(user, password)| Login::Basic { user, password })
}

fn user_and_password(
    s: &mut Section<'_, '_>,
    user: &'static str,
    password: &'static str,
) -> Option<(String, Secret)> {
    let places = s.document.places;
    let name = s.get(user, |v| {
        let name = read::line(v)?;
        // The first colon ends the user (RFC 7617, 2).
        if name.contains(':') { Err(Bad::new("must not contain a colon")) } else { Ok(name) }
    });
    let word = s.given(password, |v| files::secret(v, places));
    beside(s, user, password);
    beside(s, password, user);
    let Given { value, place } = word?;
    warn_if_open(s, value.is_open, place, password);
    Some((name?, value.secret))
}

/// Notes a key that means nothing without another.
pub(super) fn beside(s: &mut Section<'_, '_>, key: &'static str, other: &'static str) {
    if let Some(place) = s.find_place(key).filter(|_| !s.says(other)) {
        s.problem(place, key, Bad::new(format!("needs the key `{other}` beside it")));
    }
}

pub(super) fn warn_if_open<'t>(
    s: &mut Section<'_, 't>,
    is_open: bool,
    place: Place<'t>,
    key: &str,
) {
    if is_open {
        s.warn(place, key, "its file can be read by others: chmod 600 closes it");
    }
}

fn route(s: &mut Section<'_, '_>) -> Option<Route> {
    let given = s.get("proxy", |v| match read::text(v)? {
        "direct" => Ok(None),
        text => proxy_url(text).map(Some),
    });
    let url = given.clone().flatten();
    let proxy = with_login(s, url);
    match given? {
        None => Some(Route::Direct),
        Some(_) => proxy.map(Route::Proxy),
    }
}

fn proxy_url(text: &str) -> Result<Url, Bad> {
    let expected = "an address such as \"http://proxy.example.com:3128\"";
    let bad = |what: &str| Bad::new(format!("{what}; expected {expected}"));
    let text = text.trim();
    if text.is_empty() || text.len() > 255 {
        return Err(bad("is no proxy"));
    }
    let url = Url::parse(text).ok();
    let Some(url) = url.filter(|url| url.has_host() && text.contains("://")) else {
        let is_bare = !text.contains(['/', '@']) && text.contains([':', '.']);
        return Err(
            bad("has no scheme or host").meant(is_bare.then(|| format!("\"http://{text}\"")))
        );
    };
    if !url.username().is_empty() || url.password().is_some() {
        let keys = "to use the keys `proxy_user` and `proxy_password`";
        return Err(bad("must not carry a user name or password").meant(Some(keys)));
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("only http and https proxies are used"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(bad("has more than scheme, host and port"));
    }
    Ok(url)
}

/// A field: its name in lower case, its value, and whether the value stands in the configuration itself.
type Header = (String, Loaded, bool);

fn headers(value: Value<'_>, places: Places<'_>) -> Result<Vec<Header>, Bad> {
    let Value::Toml(DeValue::Table(table)) = value else {
        let meant = Some("{ \"X-Api-Key\" = { file = \"/run/secrets/NAME\" } }");
        return Err(Bad::new("expected a table of header fields").meant(meant));
    };
    if table.len() > HEADERS_MAX {
        return Err(Bad::new(format!("more than {HEADERS_MAX} header fields")));
    }
    let mut all: Vec<Header> = Vec::new();
    for (name, value) in table {
        let (name, at) = (name.get_ref().as_ref(), value.span().start);
        let field = header(name, value.get_ref(), places).and_then(|field| {
            if all.iter().any(|(known, ..)| *known == field.0) {
                return Err(Bad::new(format!("{} stands there twice", echo(name))));
            }
            Ok(field)
        });
        // What stands in the environment has no place in the file, and `problem` gives it none.
        all.push(field.map_err(|bad| Bad { at: Some(at), ..bad })?);
    }
    Ok(all)
}

fn header(name: &str, value: &DeValue<'_>, places: Places<'_>) -> Result<Header, Bad> {
    let lower = header_name(name)?;
    let (loaded, is_literal) = header_value(Value::Toml(value), places)
        .map_err(|bad| Bad { message: format!("{}: {}", echo(name), bad.message), ..bad })?;
    Ok((lower, loaded, is_literal))
}

fn header_name(name: &str) -> Result<String, Bad> {
    let lower = name.to_ascii_lowercase();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_token) {
        return Err(Bad::new(format!("{} is no name of a header field", echo(name))));
    }
    if RESERVED.contains(&lower.as_str()) {
        let meant = (lower == "user-agent").then_some("poll.user_agent");
        return Err(
            Bad::new(format!("{} is written by the client itself", echo(name))).meant(meant)
        );
    }
    Ok(lower)
}

fn header_value(value: Value<'_>, places: Places<'_>) -> Result<(Loaded, bool), Bad> {
    if let Value::Toml(DeValue::String(text)) = value {
        let is_value = !text.trim().is_empty() && !text.chars().any(char::is_control);
        let secret = Secret::new(text.trim().as_bytes());
        let loaded = Loaded { secret, is_open: false };
        return is_value
            .then_some((loaded, true))
            .ok_or_else(|| Bad::new("is no value of a header field"));
    }
    files::secret(value, places).map(|loaded| (loaded, false))
}

fn identity(s: &mut Section<'_, '_>, url: Option<&Url>, is_by_tls: bool) -> Option<Secret> {
    let places = s.document.places;
    let key = s.given("client_key", |v| {
        let file = files::file(v, places)?;
        if !places.are_closed() {
            private_key(file.secret.expose())?;
        }
        Ok(file)
    });
    let has_key = s.says("client_key");
    let certificate = s.given("client_cert", |v| {
        let file = files::file(v, places)?;
        if places.are_closed() {
            return Ok(file);
        }
        if !has_key {
            private_key(file.secret.expose())
                .map_err(|bad| bad.meant(Some("to name its file with `client_key`")))?;
        }
        chain(file.secret.expose())?;
        Ok(file)
    });
    beside(s, "client_key", "client_cert");
    if let Some(Given { value, place }) = &key {
        warn_if_open(s, value.is_open, *place, "client_key");
    }
    let Given { value: file, place } = certificate?;
    let pem = match (&key, has_key) {
        (Some(key), _) => [file.secret.expose(), b"\n", key.value.secret.expose()].concat(),
        (None, true) => return None,
        (None, false) => {
            warn_if_open(s, file.is_open, place, "client_cert");
            file.secret.expose().to_vec()
        }
    };
    let key = key.as_ref().map_or(&file, |key| &key.value);
    let belong = |certificate: &[u8], key: &[u8]| places.are_closed() || belong(certificate, key);
    let bad = if !belong(file.secret.expose(), key.secret.expose()) {
        "the key does not belong to the certificate"
    } else if url.is_some_and(|url| url.scheme() != "https") {
        "needs an https address"
    } else if is_by_tls {
        "cannot be used through an https proxy, which would be offered it too; name the proxy with http"
    } else {
        return Some(Secret::new(pem));
    };
    s.problem(place, "client_cert", Bad::new(bad));
    None
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Bad> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        _ => Err(Bad::new("the file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")),
    }
}

fn trusted(pem: &[u8]) -> Result<(), Bad> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots
            .add(certificate)
            .map_err(|_| Bad::new("the file holds a certificate that cannot be read"))?;
    }
    Ok(())
}

fn chain(pem: &[u8]) -> Result<(), Bad> {
    certificates(pem).map(drop)
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, Bad> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        Bad::new("the file holds no private key in PEM; one under a pass phrase cannot be read")
    })
}

/// Whether the key is the first certificate's; what cannot be compared is left to the server.
fn belong(chain: &[u8], key: &[u8]) -> bool {
    let (Ok(chain), Ok(key)) = (certificates(chain), private_key(key)) else { return false };
    CertifiedKey::from_der(chain, key, &ring::default_provider()).is_ok()
}
