//! The HTTP clients: one for each way of reaching a server, all with the same guards, shared by whoever goes that way.
//!
//! A client owns its connections, so a connection that was opened with a certificate is never used by a feed without it.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Certificate, Client, ClientBuilder, Identity};
use tokio::sync::Semaphore;

use super::access;
use super::address::{Policy, Resolver};
use super::fetch::Error;
use super::{Config, Limits};
use crate::news::{Proxy, Secret};

/// Header fields of one answer; more are refused by the client.
const HEADERS_MAX: usize = 128;

/// Idle connections are kept for the next poll of a short interval, not for longer.
const IDLE_CONNECTION: Duration = Duration::from_mins(1);

/// Clients at once. Each reads the system's authorities and holds them, some 70 KB, and has connections of its own.
const CLIENTS_MAX: usize = 256;

/// What tells one client from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// PEM: authorities trusted beside those of the system.
    pub(super) ca: Vec<Secret>,
    /// PEM: our certificate and key.
    pub(super) identity: Option<Secret>,
    pub(super) proxy: Option<Proxy>,
    /// The port that is connected to, where a private address is allowed for it; else 0.
    pub(super) port: u16,
}

/// The clients there are, and how to make one more.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    policy: Policy,
    limits: Limits,
    /// Connections of one host that are kept: as many as may be in use at once.
    kept_per_host: usize,
    user_agent: HeaderValue,
    lookups: Arc<Semaphore>,
    made: BTreeMap<Way, Client>,
}

impl Clients {
    pub(super) fn new(config: &Config) -> Result<Self, Error> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Err only says that another thread was first.
            rustls::crypto::ring::default_provider().install_default().ok();
        }
        Ok(Self {
            policy: Policy::new(&config.allow_private),
            limits: config.limits,
            user_agent: HeaderValue::from_str(&config.user_agent)
                .map_err(|_| Error::UserAgent(config.user_agent.clone()))?,
            kept_per_host: config.host_in_flight.max(1),
            lookups: Resolver::lookups(),
            made: BTreeMap::new(),
        })
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The same without clients.
    pub(super) fn forgetful(&self) -> Self {
        Self { made: BTreeMap::new(), ..self.clone() }
    }

    /// The client for a way: the one that goes it already, with its connections, or another.
    pub(super) fn take(&mut self, old: &Self, way: Way) -> Result<Client, Error> {
        if let Some(client) = self.made.get(&way) {
            return Ok(client.clone());
        }
        let client = match old.made.get(&way) {
            Some(client) => client.clone(),
            None if self.made.len() >= CLIENTS_MAX => return Err(Error::Clients(CLIENTS_MAX)),
            None => self.client(&way)?,
        };
        self.made.insert(way, client.clone());
        Ok(client)
    }

    fn client(&self, way: &Way) -> Result<Client, Error> {
        // A proxy resolves for us; only its own name is resolved here, and the configuration named it.
        let (policy, port) = match &way.proxy {
            Some(proxy) => (Policy::naming(&proxy.url), proxy.url.port_or_known_default()),
            None => (self.policy.clone(), Some(way.port)),
        };
        let resolver = Resolver::new(policy, port.unwrap_or(0), Arc::clone(&self.lookups));
        let resolver = Arc::new(resolver);
        let mut trusted = Vec::new();
        for pem in &way.ca {
            trusted.extend(Certificate::from_pem_bundle(pem.expose()).map_err(Error::Client)?);
        }
        let builder = || -> Result<ClientBuilder, Error> {
            let mut builder = self.guarded().dns_resolver(Arc::clone(&resolver));
            if let Some(proxy) = &way.proxy {
                builder = builder.proxy(through(proxy)?);
            }
            if let Some(identity) = &way.identity {
                let identity = Identity::from_pem(identity.expose()).map_err(Error::Client)?;
                builder = builder.identity(identity);
            }
            Ok(builder)
        };
        let whole = builder()?.tls_certs_merge(trusted.iter().cloned()).build();
        whole.or_else(|error| {
            // The system has no certificates, or one of ours cannot be used; the second time tells which.
            let client = builder()?.tls_certs_only(trusted).build().map_err(Error::Client)?;
            tracing::warn!(
                error = %chain(&error),
                "no CA certificates: https feeds will fail until ca-certificates is installed"
            );
            Ok(client)
        })
    }

    /// What all clients have in common.
    fn guarded(&self) -> ClientBuilder {
        Client::builder()
            .user_agent(self.user_agent.clone())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .http1_max_headers(HEADERS_MAX)
            .connect_timeout(self.limits.connect)
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(self.kept_per_host)
    }
}

fn through(proxy: &Proxy) -> Result<reqwest::Proxy, Error> {
    let all = reqwest::Proxy::all(proxy.url.clone()).map_err(Error::Client)?;
    Ok(match &proxy.login {
        Some((user, password)) => all.custom_http_auth(access::basic(user, password)),
        None => all,
    })
}

/// An error with its causes in one line.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
