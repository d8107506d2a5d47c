//! What a feed needs to be let in: credentials, certificates, a way through a proxy. Only `poll` is given it; a secret also
//! whoever signs alerts.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use url::Url;

/// Bytes that open a door. Whoever prints, logs or serialises it gets three stars.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret(Arc<[u8]>);

impl Secret {
    /// Takes the bytes as they are to be sent.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the one place that sends them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// What one feed is let in by. Everything but the route is for the scheme, host and port of `bound_to` alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pass {
    /// The feed's address as configured together with the rest.
    pub bound_to: Url,
    /// Header fields by lower-case name, each name once.
    pub headers: Vec<(String, Secret)>,
    /// The `Authorization` field, where `headers` has none.
    pub login: Option<Login>,
    /// PEM: the client's certificate chain and its key.
    pub identity: Option<Secret>,
    /// PEM: authorities trusted beside those of the system.
    pub ca: Option<Secret>,
    /// How the feed and all that is fetched for it is reached; none: as everything else.
    pub route: Option<Route>,
}

impl Pass {
    /// A pass that opens nothing.
    pub fn bound_to(url: Url) -> Self {
        let (headers, login, identity, ca, route) = (Vec::new(), None, None, None, None);
        Self { bound_to: url, headers, login, identity, ca, route }
    }

    /// Whether it holds what others must not see.
    pub fn has_credentials(&self) -> bool {
        !self.headers.is_empty() || self.login.is_some() || self.identity.is_some()
    }
}

/// How to say who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Login {
    /// User and password (RFC 7617).
    Basic {
        /// Has no colon.
        user: String,
        /// In the server's charset, which is UTF-8 almost everywhere.
        password: Secret,
    },
    /// A token (RFC 6750).
    Bearer(Secret),
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Route {
    /// By ourselves, even if everything else goes through a proxy.
    Direct,
    /// Through a proxy of its own.
    Proxy(Proxy),
}

/// An HTTP proxy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Proxy {
    /// http or https, host and port, nothing else.
    pub url: Url,
    /// User and password, if it asks for them.
    pub login: Option<(String, Secret)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_to_nobody() {
        let secret = Secret::new(*b"hunter2");
        let url = Url::parse("https://a.example/").unwrap();
        let login = Login::Basic { user: "desk".to_owned(), password: secret.clone() };
        let proxy = Proxy { url: url.clone(), login: Some(("u".to_owned(), secret.clone())) };
        let pass = Pass {
            headers: vec![("x-key".to_owned(), secret.clone())],
            login: Some(login),
            identity: Some(secret.clone()),
            ca: Some(secret.clone()),
            route: Some(Route::Proxy(proxy)),
            ..Pass::bound_to(url)
        };
        let json = serde_json::to_string(&pass).unwrap();
        for shown in [format!("{secret}"), format!("{pass:?}"), format!("{pass:#?}"), json] {
            assert!(!shown.contains("hunter2") && shown.contains("***"), "{shown}");
        }
        assert_eq!(secret.expose(), b"hunter2");
    }
}
