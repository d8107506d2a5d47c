//! A small HTTP/1.1 server on loopback that records every byte it is asked and misbehaves on command.
//!
//! Raw TCP, because a server library would mend what we want to send broken. Other tests serve fixed bodies with
//! [`Server::fixed`].

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copytaster::poll::address::Allowed;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use url::Url;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Request line and header fields, every byte.
    pub(crate) raw: Vec<u8>,
}

impl Seen {
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.raw.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// The request line.
    pub(crate) fn line(&self) -> String {
        String::from_utf8_lossy(self.lines().next().unwrap_or_default()).into_owned()
    }

    /// Path and query of the request line.
    pub(crate) fn path(&self) -> String {
        let line = self.lines().next().unwrap_or_default();
        String::from_utf8_lossy(line).split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// Names of all header fields, lower case, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let fields = self.lines().skip(1).filter_map(|line| line.split(|&b| b == b':').next());
        fields
            .map(|name| String::from_utf8_lossy(name).to_ascii_lowercase())
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// The bytes of a field.
    pub(crate) fn field(&self, name: &str) -> Option<Vec<u8>> {
        self.lines().skip(1).find_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let (found, value) = line.split_at(colon);
            found
                .eq_ignore_ascii_case(name.as_bytes())
                .then(|| value[1..].trim_ascii_start().to_vec())
        })
    }

    /// Whether it carries a validator.
    pub(crate) fn is_conditional(&self) -> bool {
        self.field("if-none-match").is_some() || self.field("if-modified-since").is_some()
    }
}

/// How an answer is sent.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// As it should be.
    Whole,
    /// In chunks of this size, with chunk extensions and a trailer.
    Chunked(usize),
    /// In pieces with a pause after each.
    Drip(usize, Duration),
    /// The connection is closed after so many bytes of the body, which was announced whole.
    Cut(usize),
    /// The connection is closed without an answer.
    Reset,
    /// The connection stays open and nothing comes.
    Hold,
    /// These bytes instead of an answer, again and again until the other side has enough.
    Endless(Vec<u8>),
    /// Exactly these bytes, then the end.
    Raw(Vec<u8>),
    /// As a proxy does after CONNECT: bytes go to and fro between the client and this port.
    Tunnel(u16),
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    pub(crate) manner: Manner,
}

impl Reply {
    /// A 200 with this body.
    pub(crate) fn body(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, fields: Vec::new(), body: body.into(), manner: Manner::Whole }
    }

    /// This status without a body.
    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::body("") }
    }

    /// A redirect.
    pub(crate) fn to(status: u16, location: &str) -> Self {
        Self::status(status).with("Location", location)
    }

    /// With one field more.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Sent in this manner.
    pub(crate) fn sent(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// This body under its own validator: 304 to whoever sends it back.
    pub(crate) fn validated(seen: &Seen, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let etag = format!("\"{}\"", blake3::hash(&body).to_hex());
        let reply = if seen.field("if-none-match").as_deref() == Some(etag.as_bytes()) {
            Self::status(304)
        } else {
            Self::body(body)
        };
        reply.with("ETag", etag)
    }

    fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Answer\r\n", self.status).into_bytes();
        for (name, value) in &self.fields {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        match self.manner {
            Manner::Chunked(_) => head.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n"),
            _ if self.status == 304 => head.extend_from_slice(b"\r\n"),
            _ => head.extend_from_slice(
                format!("Content-Length: {}\r\n\r\n", self.body.len()).as_bytes(),
            ),
        }
        head
    }
}

type Handler = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A server; dropping it ends it.
pub(crate) struct Server {
    scheme: &'static str,
    address: SocketAddr,
    log: Arc<Log>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Log {
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    busy: AtomicUsize,
    busy_most: AtomicUsize,
}

impl Server {
    /// Serves what `handler` answers, on a port of the system's choice.
    pub(crate) async fn start(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, Arc::new(handler)).await
    }

    /// The same over TLS.
    pub(crate) async fn start_tls(
        tls: rustls::ServerConfig,
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        Self::listen(Some(acceptor), Arc::new(handler)).await
    }

    async fn listen(tls: Option<TlsAcceptor>, handler: Arc<Handler>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let log = Arc::new(Log::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, tls, Arc::clone(&log), handler));
        Self { scheme, address, log, _tasks: tasks }
    }

    /// Serves fixed bodies by path, with validators and 304; 404 for everything else.
    pub(crate) async fn fixed(pages: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let pages: BTreeMap<String, Vec<u8>> = pages.into_iter().collect();
        Self::start(move |seen| match pages.get(&seen.path()) {
            Some(body) => Reply::validated(seen, body.clone()).with("Content-Type", "text/xml"),
            None => Reply::status(404),
        })
        .await
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}://{}{path}", self.scheme, self.address)).unwrap()
    }

    /// What `allow_private` must name for this server to be reached.
    pub(crate) fn permission(&self) -> Allowed {
        self.address.to_string().parse().unwrap()
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.log.seen.lock().unwrap().clone()
    }

    /// Connections accepted so far.
    pub(crate) fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// Most requests that were under way at once.
    pub(crate) fn busy_most(&self) -> usize {
        self.log.busy_most.load(Ordering::SeqCst)
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    log: Arc<Log>,
    handler: Arc<Handler>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                log.connections.fetch_add(1, Ordering::SeqCst);
                let (tls, log, handler) = (tls.clone(), Arc::clone(&log), Arc::clone(&handler));
                connections.spawn(async move {
                    // A client that hangs up early is part of the game.
                    match tls {
                        None => serve(stream, &log, &*handler).await.ok(),
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &log, &*handler).await.ok(),
                            Err(_) => None,
                        },
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A connection, plain or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

async fn serve(mut stream: impl Stream, log: &Log, handler: &Handler) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let raw: Vec<u8> = buffer.drain(..end).collect();
        let seen = Seen { raw };
        log.seen.lock().unwrap().push(seen.clone());
        let busy = log.busy.fetch_add(1, Ordering::SeqCst) + 1;
        log.busy_most.fetch_max(busy, Ordering::SeqCst);
        let mut kept = answer(&mut stream, &handler(&seen)).await;
        if let Err(error) = stream.flush().await {
            kept = Err(error);
        }
        log.busy.fetch_sub(1, Ordering::SeqCst);
        if !kept? {
            return Ok(());
        }
    }
}

/// Sends an answer; false if the connection ends with it.
async fn answer(stream: &mut impl Stream, reply: &Reply) -> std::io::Result<bool> {
    let body: &[u8] = if reply.status == 304 { b"" } else { &reply.body };
    match &reply.manner {
        Manner::Whole => {
            stream.write_all(&[&reply.head(), body].concat()).await?;
            Ok(true)
        }
        Manner::Chunked(size) => {
            let mut bytes = reply.head();
            for chunk in body.chunks(*size) {
                bytes.extend_from_slice(format!("{:x};note=\"x\"\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\nX-Trailer: yes\r\n\r\n");
            stream.write_all(&bytes).await?;
            Ok(true)
        }
        Manner::Drip(size, pause) => {
            for piece in [&reply.head(), body].concat().chunks(*size) {
                stream.write_all(piece).await?;
                stream.flush().await?;
                tokio::time::sleep(*pause).await;
            }
            Ok(true)
        }
        Manner::Cut(after) => {
            stream.write_all(&[&reply.head(), &body[..*after]].concat()).await?;
            Ok(false)
        }
        Manner::Reset => Ok(false),
        Manner::Hold => {
            // Ends when the other side gives up.
            while stream.read(&mut [0; 64]).await? > 0 {}
            Ok(false)
        }
        Manner::Endless(bytes) => {
            stream.write_all(&reply.head()).await?;
            loop {
                stream.write_all(bytes).await?;
            }
        }
        Manner::Tunnel(port) => {
            let mut target = TcpStream::connect(("127.0.0.1", *port)).await?;
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            tokio::io::copy_bidirectional(stream, &mut target).await?;
            Ok(false)
        }
        Manner::Raw(bytes) => {
            stream.write_all(bytes).await?;
            Ok(false)
        }
    }
}
