//! Posts alerts. Beside `poll` the only user of reqwest, under the same rules: no private address, no redirect, no cookie, no
//! proxy of the environment, and an end to every wait.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, Client, ClientBuilder};
use url::Url;

use super::{Failed, Message, Routes, sign};
use crate::news::{Secret, webhook_key};
use crate::poll::address::{Policy, Resolver};

/// A receiver that has not answered by then has not received.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Of that, for the connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// Header fields of an answer; none of them is read but one.
const HEADERS_MAX: usize = 128;

/// A server that takes alerts.
#[derive(Clone, Debug)]
pub struct Webhook {
    client: Client,
    policy: Policy,
    url: Url,
    key: Option<Secret>,
}

impl Webhook {
    pub(super) fn new(routes: &Routes, url: &Url, secret: Option<&Secret>) -> Result<Self, Failed> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Err only says that another thread was first.
            rustls::crypto::ring::default_provider().install_default().ok();
        }
        let policy = Policy::new(&routes.allow_private);
        let key = secret.map(|secret| {
            webhook_key(secret.expose())
                .map(Secret::new)
                .ok_or_else(|| Failed::new("the secret is no base64"))
        });
        let client = client(routes, &policy, url.port_or_known_default().unwrap_or(0))
            .map_err(|error| Failed::new(format!("cannot set up the HTTP client: {error}")))?;
        Ok(Self { client, policy, url: url.clone(), key: key.transpose()? })
    }

    /// Posts an alert; a 2xx says that it was received.
    pub(super) async fn post(&self, message: Message, now: Timestamp) -> Result<(), Failed> {
        let exchange = tokio::time::timeout(TIME_MAX, self.exchange(message, now)).await;
        exchange.unwrap_or_else(|_| Err(Failed::new(format!("no answer within {TIME_MAX:?}"))))
    }

    async fn exchange(&self, message: Message, now: Timestamp) -> Result<(), Failed> {
        let refused = |refused: crate::poll::address::Refused| Failed::new(refused.to_string());
        self.policy.first(&self.url).map_err(refused)?;
        let fields = self.fields(&message, now)?;
        let sending = self.client.post(self.url.clone()).headers(fields).body(message.line).send();
        let response = sending.await.map_err(|error| Failed::new(chain(&error)))?;
        let peer = response.remote_addr().ok_or_else(|| Failed::new("peer unknown"))?;
        let port = self.url.port_or_known_default().unwrap_or(0);
        self.policy.address(self.url.host_str(), peer.ip(), port).map_err(refused)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let wish = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wish = wish.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        Err(Failed { why: format!("HTTP {}", status.as_u16()), wish })
    }

    fn fields(&self, message: &Message, now: Timestamp) -> Result<HeaderMap, Failed> {
        let signature = self
            .key
            .as_ref()
            .map(|key| sign::signature(key.expose(), &message.id, now, &message.line));
        let named = [
            ("webhook-id", Some(message.id.clone())),
            ("webhook-timestamp", Some(now.as_second().to_string())),
            ("webhook-signature", signature),
        ];
        let mut fields = HeaderMap::new();
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in named {
            let Some(value) = value else { continue };
            let value = HeaderValue::from_str(&value)
                .map_err(|_| Failed::new(format!("no value for {name}")))?;
            fields.insert(HeaderName::from_static(name), value);
        }
        Ok(fields)
    }
}

fn client(routes: &Routes, policy: &Policy, port: u16) -> Result<Client, reqwest::Error> {
    let resolver = Arc::new(Resolver::new(policy.clone(), port, Resolver::lookups()));
    let mut trusted = Vec::new();
    if let Some(pem) = &routes.ca {
        trusted = Certificate::from_pem_bundle(pem.expose())?;
    }
    let builder = || -> ClientBuilder {
        Client::builder()
            .user_agent(routes.user_agent.clone())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .http1_max_headers(HEADERS_MAX)
            .connect_timeout(CONNECT_MAX)
            .pool_max_idle_per_host(1)
            .dns_resolver(Arc::clone(&resolver))
    };
    let whole = builder().tls_certs_merge(trusted.iter().cloned()).build();
    // The system has no certificates: https fails when it is tried, http does not need them.
    whole.or_else(|_| builder().tls_certs_only(trusted).build())
}

/// An error with its causes in one line. The address is left out: it may carry a token.
fn chain(error: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut cause: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(known) = cause {
        words.push(known.to_string());
        cause = known.source();
    }
    if words.is_empty() { "no connection".to_owned() } else { words.join(": ") }
}
