//! Which client asks for what: by its own pass at the door it is for, by the common way everywhere else.

use std::collections::{BTreeMap, HashMap};
use std::iter;

use reqwest::Client;
use reqwest::header::HeaderMap;
use url::Url;

use super::Config;
use super::access;
use super::address::Policy;
use super::client::{Clients, Way};
use super::fetch::Error;
use crate::news::{FeedId, Pass, Proxy, Secret};

/// All ways there are.
#[derive(Debug)]
pub(super) struct Routes {
    clients: Clients,
    /// The way of all that has no other.
    common: Route,
    passes: HashMap<FeedId, Entry>,
}

/// How servers are reached.
#[derive(Debug)]
enum Route {
    /// By the client of the port that is connected to; 0 stands for every port without an entry of its own.
    Direct(BTreeMap<u16, Client>),
    Proxy(Client),
}

/// What is ready to be used of a feed's pass.
#[derive(Debug)]
struct Entry {
    pass: Pass,
    fields: HeaderMap,
    /// For the address that the pass is bound to.
    bound: Client,
    is_bound_by_proxy: bool,
    /// For all others; none: the common one.
    route: Option<Route>,
}

/// Who asks for something, and what it says of itself.
pub(super) struct Chosen<'r> {
    pub(super) client: &'r Client,
    /// Absent where the address must not see them.
    pub(super) fields: Option<&'r HeaderMap>,
    pub(super) is_by_proxy: bool,
}

impl Routes {
    pub(super) fn build(config: &Config) -> Result<Self, Error> {
        let clients = Clients::new(config)?;
        Self::with(clients.clone(), &clients, config)
    }

    /// The same with another access; a way that is still in use keeps its client.
    pub(super) fn renewed(&self, config: &Config) -> Result<Self, Error> {
        Self::with(self.clients.forgetful(), &self.clients, config)
    }

    fn with(mut clients: Clients, old: &Clients, config: &Config) -> Result<Self, Error> {
        let access = &config.access;
        let ca: Vec<Secret> = access.ca.iter().cloned().collect();
        let common = route(&mut clients, old, &ca, access.proxy.as_ref())?;
        let mut passes = HashMap::new();
        for (feed, pass) in &access.passes {
            let proxy = access.proxy_of(pass);
            let port = pass.bound_to.port_or_known_default().unwrap_or(0);
            let is_private = clients.policy().private_ports().contains(&port);
            let way = Way {
                ca: ca.iter().chain(&pass.ca).cloned().collect(),
                identity: pass.identity.clone(),
                proxy: proxy.cloned(),
                port: if proxy.is_none() && is_private { port } else { 0 },
            };
            let has_route = pass.route.is_some();
            let entry = Entry {
                fields: access::fields(pass)?,
                bound: clients.take(old, way)?,
                is_bound_by_proxy: proxy.is_some(),
                route: has_route.then(|| route(&mut clients, old, &ca, proxy)).transpose()?,
                pass: pass.clone(),
            };
            passes.insert(feed.clone(), entry);
        }
        Ok(Self { clients, common, passes })
    }

    pub(super) fn policy(&self) -> &Policy {
        self.clients.policy()
    }

    /// Who asks for `url` on behalf of a feed.
    pub(super) fn choose(&self, feed: &FeedId, url: &Url) -> Chosen<'_> {
        let entry = self.passes.get(feed);
        if let Some(entry) = entry.filter(|entry| access::is_bound(&entry.pass, url)) {
            let (client, fields) = (&entry.bound, Some(&entry.fields));
            return Chosen { client, fields, is_by_proxy: entry.is_bound_by_proxy };
        }
        match entry.and_then(|entry| entry.route.as_ref()).unwrap_or(&self.common) {
            Route::Proxy(client) => Chosen { client, fields: None, is_by_proxy: true },
            Route::Direct(clients) => {
                let port = url.port_or_known_default().unwrap_or(0);
                let client = clients.get(&port).or_else(|| clients.get(&0));
                let client = client.expect("every direct route has a client for port 0");
                Chosen { client, fields: None, is_by_proxy: false }
            }
        }
    }
}

/// The way to all hosts that know nothing of us.
fn route(
    clients: &mut Clients,
    old: &Clients,
    ca: &[Secret],
    proxy: Option<&Proxy>,
) -> Result<Route, Error> {
    let ports = clients.policy().private_ports();
    let mut client = |port| {
        let (ca, proxy) = (ca.to_vec(), proxy.cloned());
        clients.take(old, Way { ca, identity: None, proxy, port })
    };
    if proxy.is_some() {
        return client(0).map(Route::Proxy);
    }
    let direct = iter::once(0).chain(ports).map(|port| Ok((port, client(port)?)));
    Ok(Route::Direct(direct.collect::<Result<_, Error>>()?))
}
