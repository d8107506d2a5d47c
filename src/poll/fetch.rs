//! Sends one request and takes one answer, under limits of time and size. Follows nothing, decides nothing.
//!
//! One of two places that use reqwest. Whatever would leak or surprise is off: environment proxies, cookies, Referer,
//! automatic redirects, retries and decompression.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::{self, HeaderMap, HeaderValue};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use crate::news::{FeedId, Hash16, Validators};

use super::address::{LookupError, Policy};
use super::failure::Failure;
use super::inflate::{BodyError, Coding, Inflate};
use super::politeness::Wishes;
use super::routes::{Chosen, Routes};
use super::{Config, Limits};

/// Bytes of all header fields together.
const HEADER_BYTES_MAX: usize = 64 * 1024;

/// A proxy that asks who we are; no server behind it may say so.
const PROXY_LOGIN_REQUIRED: u16 = 407;

/// Bodies beyond this size take a turn of their own, so that memory does not grow with requests at once.
const LARGE_BYTES: usize = 512 << 10;

/// Large bodies between their download and the end of their reading.
const LARGE_AT_ONCE: usize = 2;

/// Slower than this over one idle time is a drip, not an answer. Bytes a second.
const SLOWEST: u64 = 1024;

/// What feeds are served as; `*/*` because many are served as something else.
const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
    application/rdf+xml;q=0.9, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5";

/// What article pages are served as.
const ACCEPT_PAGE: &str = "text/html, application/xhtml+xml, */*;q=0.1";

/// What a robots.txt is served as.
const ACCEPT_ROBOTS: &str = "text/plain, */*;q=0.5";

/// An article page that takes longer is not worth its wait: its feed's text is told.
const PAGE_TIME_MAX: Duration = Duration::from_secs(20);

/// Largest article page on the wire; what is longer is no text to read.
const PAGE_BYTES_MAX: u64 = 2 << 20;

/// Header fields that reading a body needs.
const READING_NEEDS: [&str; 4] = ["content-type", "content-language", "content-location", "link"];

/// Why the poller cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client cannot be built.
    #[error("cannot set up the HTTP client")]
    Client(#[source] reqwest::Error),
    /// Not a header value.
    #[error("cannot send {0:?} as User-Agent")]
    UserAgent(String),
    /// Not a header field; the value may be a secret, so only the name is told.
    #[error("cannot send the header field {0:?}")]
    Field(String),
    /// Too many ways of reaching servers: each needs a client of its own.
    #[error("more than {0} combinations of certificates, proxies and private ports")]
    Clients(usize),
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Feed,
    /// An article's page.
    Page,
    Robots,
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// For which feed: its pass goes along where it is meant to.
    pub(super) feed: FeedId,
    pub(super) url: Url,
    pub(super) kind: Kind,
    /// Sent back byte for byte; empty for an unconditional request.
    pub(super) validators: Validators,
}

/// One answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) http: u16,
    pub(super) validators: Validators,
    pub(super) wishes: Wishes,
    pub(super) location: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) wire: u64,
    /// Present for a 200 only; an error for a body that came whole but is not taken.
    pub(super) body: Option<Result<Whole, BodyError>>,
}

/// The right of a large body to be in memory. To be dropped when it has been read: others wait for it.
#[derive(Clone, Debug)]
pub struct Turn(#[expect(dead_code, reason = "it counts by being held")] Arc<OwnedSemaphorePermit>);

/// A whole body, content coding removed.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    pub(super) hash: Hash16,
    /// Present for a large one.
    pub(super) turn: Option<Turn>,
}

/// The clients with their guard and limits.
#[derive(Debug)]
pub(super) struct Fetcher {
    routes: Routes,
    limits: Limits,
    body_bytes_max: u64,
    large: Arc<Semaphore>,
}

impl Fetcher {
    pub(super) fn build(config: &Config) -> Result<Self, Error> {
        let routes = Routes::build(config)?;
        let (limits, body_bytes_max) = (config.limits, config.body_bytes_max);
        Ok(Self { routes, limits, body_bytes_max, large: Arc::new(Semaphore::new(LARGE_AT_ONCE)) })
    }

    /// The same with another access; whoever is let in as before keeps its connections.
    pub(super) fn renewed(&self, config: &Config) -> Result<Self, Error> {
        let routes = self.routes.renewed(config)?;
        Ok(Self { routes, large: Arc::clone(&self.large), ..*self })
    }

    pub(super) fn policy(&self) -> &Policy {
        self.routes.policy()
    }

    /// One request and its whole answer, or why there is none.
    pub(super) async fn ask(&self, request: Request) -> Result<Reply, Failure> {
        let total = match request.kind {
            Kind::Feed => self.limits.total,
            Kind::Page | Kind::Robots => self.limits.total.min(PAGE_TIME_MAX),
        };
        tokio::time::timeout(total, self.exchange(request)).await.unwrap_or(Err(Failure::Total))
    }

    async fn exchange(&self, request: Request) -> Result<Reply, Failure> {
        let policy = self.policy();
        policy.first(&request.url).map_err(Failure::Refused)?;
        let Chosen { client, fields: pass, is_by_proxy } =
            self.routes.choose(&request.feed, &request.url);
        if is_by_proxy {
            policy.proxied(&request.url).map_err(Failure::Refused)?;
        }
        let host = request.url.host_str().map(str::to_owned);
        let port = request.url.port_or_known_default().unwrap_or(0);
        let mut fields = question(request.kind, &request.validators);
        for (name, value) in pass.into_iter().flatten() {
            fields.insert(name, value.clone());
        }
        let sending = client.get(request.url).headers(fields).send();
        let patience = self.limits.connect + self.limits.first_byte;
        let response = tokio::time::timeout(patience, sending)
            .await
            .map_err(|_| Failure::ReadTimeout)?
            .map_err(|error| failure(&error, is_by_proxy))?;
        if is_by_proxy && response.status().as_u16() == PROXY_LOGIN_REQUIRED {
            return Err(Failure::Proxy);
        }
        if !is_by_proxy {
            // The last word: what we are connected to, whoever resolved it.
            let peer = response.remote_addr().ok_or(Failure::Fetch("peer unknown"))?;
            policy.address(host.as_deref(), peer.ip(), port).map_err(Failure::Refused)?;
        }
        let bytes_max = match request.kind {
            Kind::Feed => self.body_bytes_max,
            Kind::Page | Kind::Robots => self.body_bytes_max.min(PAGE_BYTES_MAX),
        };
        self.answer(response, bytes_max).await
    }

    async fn answer(&self, response: Response, bytes_max: u64) -> Result<Reply, Failure> {
        let fields = response.headers();
        let size: usize =
            fields.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if size > HEADER_BYTES_MAX {
            return Err(Failure::Fetch("headers over 64 KB"));
        }
        let mut reply = Reply {
            http: response.status().as_u16(),
            validators: Validators {
                etag: fields.get(header::ETAG).map(|value| value.as_bytes().to_vec()),
                last_modified: fields
                    .get(header::LAST_MODIFIED)
                    .map(|value| value.as_bytes().to_vec()),
            },
            wishes: wishes(fields),
            location: fields.get(header::LOCATION).map(text),
            headers: READING_NEEDS
                .iter()
                .filter_map(|&name| Some((name.to_owned(), text(fields.get(name)?))))
                .collect(),
            wire: 0,
            body: None,
        };
        if reply.http == 200 {
            let (body, wire) = self.body(response, bytes_max).await?;
            reply.wire = wire;
            reply.body = Some(body);
        }
        Ok(reply)
    }

    /// The body: an outer error is the wire's fault and may pass, an inner one is the body's own.
    async fn body(
        &self,
        mut response: Response,
        bytes_max: u64,
    ) -> Result<(Result<Whole, BodyError>, u64), Failure> {
        let codings: Vec<String> =
            response.headers().get_all(header::CONTENT_ENCODING).iter().map(text).collect();
        let announced = response.content_length().unwrap_or(0);
        if announced > bytes_max {
            return Ok((Err(BodyError::TooLarge(bytes_max)), 0));
        }
        let mut inflate =
            match Coding::parse(&codings).and_then(|coding| Inflate::new(coding, bytes_max)) {
                Ok(inflate) => inflate,
                Err(error) => return Ok((Err(error), 0)),
            };
        let mut pace = tokio::time::interval(self.limits.idle);
        pace.tick().await;
        let mut heard: u64 = 0;
        let mut turn: Option<Turn> = None;
        loop {
            let chunk = tokio::select! {
                chunk = response.chunk() => chunk.map_err(|error| failure(&error, false))?,
                _ = pace.tick() => {
                    let least = SLOWEST.saturating_mul(self.limits.idle.as_secs()).max(1);
                    if std::mem::take(&mut heard) < least {
                        return Err(Failure::ReadTimeout);
                    }
                    continue;
                }
            };
            let Some(chunk) = chunk else { break };
            heard += chunk.len() as u64;
            if let Err(error) = inflate.push(&chunk) {
                return Ok((Err(error), inflate.wire()));
            }
            if turn.is_none() && inflate.decoded() > LARGE_BYTES {
                let permit = Arc::clone(&self.large).acquire_owned().await.ok();
                turn = permit.map(|permit| Turn(Arc::new(permit)));
                pace.reset();
                heard = 0;
            }
        }
        let wire = inflate.wire();
        Ok((inflate.finish().map(|bytes| whole(bytes, turn)), wire))
    }
}

fn whole(bytes: Vec<u8>, turn: Option<Turn>) -> Whole {
    let mut hash = Hash16::default();
    hash.0.copy_from_slice(blake3::hash(&bytes).as_bytes().first_chunk::<16>().expect("32 bytes"));
    Whole { bytes, hash, turn }
}

/// The fields of the question, beside User-Agent.
fn question(kind: Kind, validators: &Validators) -> HeaderMap {
    let mut fields = HeaderMap::new();
    let accept = match kind {
        Kind::Feed => ACCEPT,
        Kind::Page => ACCEPT_PAGE,
        Kind::Robots => ACCEPT_ROBOTS,
    };
    fields.insert(header::ACCEPT, HeaderValue::from_static(accept));
    fields.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(Coding::ACCEPTED));
    let opaque = |bytes: &Option<Vec<u8>>| HeaderValue::from_bytes(bytes.as_ref()?).ok();
    if let Some(etag) = opaque(&validators.etag) {
        fields.insert(header::IF_NONE_MATCH, etag);
    }
    if let Some(date) = opaque(&validators.last_modified) {
        fields.insert(header::IF_MODIFIED_SINCE, date);
    }
    fields
}

fn wishes(fields: &HeaderMap) -> Wishes {
    let one = |name| fields.get(name).map(text);
    Wishes {
        cache_control: fields.get_all(header::CACHE_CONTROL).iter().map(text).collect(),
        expires: one(header::EXPIRES),
        date: one(header::DATE),
        age: one(header::AGE),
        retry_after: one(header::RETRY_AFTER),
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// Sorts an error of the client by what it says about the server, or about the proxy before it.
fn failure(error: &reqwest::Error, is_by_proxy: bool) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(known) = cause {
        if let Some(lookup) = known.downcast_ref::<LookupError>().filter(|_| !is_by_proxy) {
            return match lookup {
                LookupError::Unknown => Failure::UnknownHost,
                LookupError::Temporary => Failure::TemporaryDns,
                LookupError::Refused(refused) => Failure::Refused(refused.clone()),
            };
        }
        if known.is::<rustls::Error>() {
            return Failure::Tls;
        }
        // An io::Error hides what it wraps from `source`.
        cause = match known.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => known.source(),
        };
    }
    match (error.is_timeout(), error.is_connect()) {
        (_, true) if is_by_proxy => Failure::Proxy,
        (true, true) => Failure::ConnectTimeout,
        (true, false) => Failure::ReadTimeout,
        (false, _) => Failure::Connection,
    }
}
