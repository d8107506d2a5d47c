//! Who is let in where: the fields that go with a request, and whether its address may see them. Pure.
//!
//! Credentials and the client certificate are bound to scheme, host and port of the feed's configured address. Any
//! request made for the feed carries them there, its article pages and that site's robots.txt included, since licensed
//! full text stands behind the same door; no request carries them anywhere else, wherever a redirect or an adopted
//! address leads. A proxy is a way, not a secret: whatever is fetched for the feed goes through it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::fetch::Error;
use crate::news::{FeedId, Login, Pass, Proxy, Route, Secret};

/// What is needed to reach servers that do not serve everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// PEM: authorities trusted beside those of the system, for every host.
    pub ca: Option<Secret>,
    /// The proxy that everything goes through, unless a feed has a route of its own.
    pub proxy: Option<Proxy>,
    /// Feeds with something of their own.
    pub passes: BTreeMap<FeedId, Pass>,
}

impl Access {
    /// The proxy that requests for this feed go through.
    pub(super) fn proxy_of<'a>(&'a self, pass: &'a Pass) -> Option<&'a Proxy> {
        match &pass.route {
            None => self.proxy.as_ref(),
            Some(Route::Direct) => None,
            Some(Route::Proxy(proxy)) => Some(proxy),
        }
    }

    /// Whether the feed is let in differently than by `old`.
    pub(super) fn differs(&self, old: &Self, feed: &FeedId) -> bool {
        self.ca != old.ca
            || self.proxy != old.proxy
            || self.passes.get(feed) != old.passes.get(feed)
    }
}

/// Whether a request to `url` may carry what the pass holds.
pub(super) fn is_bound(pass: &Pass, url: &Url) -> bool {
    // Origins of http and https are scheme, host and port.
    pass.bound_to.origin() == url.origin()
}

/// The fields that the pass adds to a request.
pub(super) fn fields(pass: &Pass) -> Result<HeaderMap, Error> {
    let mut fields = HeaderMap::new();
    if let Some(login) = &pass.login {
        fields.insert(header::AUTHORIZATION, authorization(login)?);
    }
    for (name, value) in &pass.headers {
        let bad = || Error::Field(name.clone());
        let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        fields.insert(known, sensitive(value.expose()).ok_or_else(bad)?);
    }
    Ok(fields)
}

fn authorization(login: &Login) -> Result<HeaderValue, Error> {
    let value = match login {
        Login::Basic { user, password } => return Ok(basic(user, password)),
        Login::Bearer(token) => [b"Bearer ", token.expose()].concat(),
    };
    sensitive(&value).ok_or_else(|| Error::Field("authorization".to_owned()))
}

/// User and password as RFC 7617 has them, for a server or a proxy.
pub(super) fn basic(user: &str, password: &Secret) -> HeaderValue {
    let pair = [user.as_bytes(), b":", password.expose()].concat();
    let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
    sensitive(value.as_bytes()).expect("base64 is visible ASCII")
}

/// A value that libraries do not print.
fn sensitive(bytes: &[u8]) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(bytes).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_pass_is_for_its_scheme_host_and_port_only() {
        let pass = Pass::bound_to(url("https://paid.example/feed?x=1"));
        for (target, fits) in [
            ("https://paid.example/", true),
            ("https://paid.example:443/other", true),
            ("https://PAID.example/feed", true),
            ("http://paid.example/feed", false),
            ("https://paid.example:8443/feed", false),
            ("https://www.paid.example/feed", false),
            ("https://paid.example./feed", false),
            ("https://paid.example.evil.example/feed", false),
            ("https://paid.example@evil.example/feed", false),
            ("data:text/plain,x", false),
        ] {
            assert_eq!(is_bound(&pass, &url(target)), fits, "{target}");
        }
    }

    #[test]
    fn logins_are_written_as_their_standards_say_and_not_printed() {
        let secret = |text: &str| Secret::new(text.as_bytes());
        let with = |login| Pass { login: Some(login), ..Pass::bound_to(url("https://a.example")) };
        // The examples of RFC 7617, 2 and 2.1.
        let aladdin =
            with(Login::Basic { user: "Aladdin".to_owned(), password: secret("open sesame") });
        let test = with(Login::Basic { user: "test".to_owned(), password: secret("123£") });
        let token = with(Login::Bearer(secret("mF_9.B5f-4.1JqM")));
        for (pass, expected) in [
            (aladdin, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            (test, "Basic dGVzdDoxMjPCow=="),
            (token, "Bearer mF_9.B5f-4.1JqM"),
        ] {
            let fields = fields(&pass).unwrap();
            assert_eq!(fields[header::AUTHORIZATION], expected);
            let shown = format!("{fields:?}");
            assert!(!shown.contains(expected), "{shown}");
        }
    }

    #[test]
    fn a_feed_may_go_its_own_way() {
        let proxy = |text| Proxy { url: url(text), login: None };
        let mut access = Access { proxy: Some(proxy("http://all.example/")), ..Access::default() };
        let mut pass = Pass::bound_to(url("https://a.example"));
        let way = |access: &Access, pass: &Pass| {
            access.proxy_of(pass).map(|proxy| proxy.url.host_str().unwrap().to_owned())
        };
        assert_eq!(way(&access, &pass).as_deref(), Some("all.example"));
        pass.route = Some(Route::Direct);
        assert_eq!(way(&access, &pass), None);
        pass.route = Some(Route::Proxy(proxy("http://own.example/")));
        access.proxy = None;
        assert_eq!(way(&access, &pass).as_deref(), Some("own.example"));
    }
}
