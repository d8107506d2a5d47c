//! A server that does as little as a server can: it finds the end of a request, looks whether it carries a validator, and
//! writes bytes that were made before.

#![expect(
    clippy::disallowed_methods,
    reason = "each connection of this server is a task that ends with it"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What is asked for.
pub(crate) const WAYS: [&str; 4] = ["plain_304", "tls_304", "plain_200", "tls_200"];

/// Bodies that are given in turn, each with one item more than the last.
const BODIES: usize = 100;

/// Items in a body.
const ITEMS: usize = 25;

/// Words of an item: with them a body is 115 KB, and a third of that gzipped.
const WORDS: usize = 550;

/// The server as a process of its own.
pub(crate) struct Process {
    pub(crate) plain: u16,
    pub(crate) tls: u16,
    /// PEM of who vouches for it.
    pub(crate) authority: String,
    child: Child,
    _until: ChildStdin,
}

impl Process {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let piped = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut port = || lines.next().unwrap().rsplit(':').next().unwrap().parse().unwrap();
        let (plain, tls) = (port(), port());
        let authority = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        let until = child.stdin.take().unwrap();
        Self { plain, tls, authority, child, _until: until }
    }

    /// Where feeds begin that are asked this way.
    pub(crate) fn url(&self, way: &str) -> String {
        let (scheme, status) = way.split_once('_').unwrap();
        let (scheme, port) =
            if scheme == "tls" { ("https", self.tls) } else { ("http", self.plain) };
        format!("{scheme}://127.0.0.1:{port}/{status}")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Serves until standard input ends. Prints the two addresses and the authority's certificate.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (pem, tls) = certificate();
    let answers = Arc::new(Answers::new());
    runtime.block_on(async {
        let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let over_tls = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = (plain.local_addr().unwrap(), over_tls.local_addr().unwrap());
        println!("http://{}\nhttps://{}\n{pem}\n", addresses.0, addresses.1);
        std::io::stdout().flush().unwrap();
        let mut ended = tokio::task::spawn_blocking(|| {
            std::io::copy(&mut std::io::stdin(), &mut std::io::sink())
        });
        loop {
            let answers = Arc::clone(&answers);
            tokio::select! {
                Ok((stream, _)) = plain.accept() => {
                    stream.set_nodelay(true).ok();
                    drop(tokio::task::spawn(async move { answers.give(stream).await.ok() }));
                }
                Ok((stream, _)) = over_tls.accept() => {
                    stream.set_nodelay(true).ok();
                    let tls = tls.clone();
                    drop(tokio::task::spawn(async move {
                        answers.give(tls.accept(stream).await?).await
                    }));
                }
                _ = &mut ended => break,
            }
        }
    });
}

/// A certificate for the loopback address, and the authority's for those who ask.
fn certificate() -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let own = own.signed_by(&key, &issuer).unwrap().pem();
    let chain = vec![CertificateDer::from_pem_slice(own.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let config = builder.with_no_client_auth().with_single_cert(chain, key).unwrap();
    (pem, TlsAcceptor::from(Arc::new(config)))
}

/// All answers, made before.
struct Answers {
    not_modified: Vec<u8>,
    bodies: Vec<Vec<u8>>,
    small: Vec<u8>,
    next: AtomicUsize,
}

impl Answers {
    fn new() -> Self {
        let items: Vec<String> = (0..BODIES + ITEMS).map(item).collect();
        let bodies: Vec<Vec<u8>> = (0..BODIES).map(|n| answer(&items[n..n + ITEMS])).collect();
        let not_modified = b"HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\n\r\n".to_vec();
        Self { not_modified, bodies, small: answer(&items[..1]), next: AtomicUsize::new(0) }
    }

    async fn give<S: AsyncRead + AsyncWrite + Unpin>(&self, mut stream: S) -> std::io::Result<()> {
        let mut request = Vec::with_capacity(2_048);
        loop {
            request.clear();
            while !request.ends_with(b"\r\n\r\n") {
                if stream.read_buf(&mut request).await? == 0 {
                    return Ok(());
                }
            }
            let answer = if !request.starts_with(b"GET /304") {
                let n = self.next.fetch_add(1, Ordering::Relaxed);
                &self.bodies[n % BODIES]
            } else if request.windows(14).any(|word| word.eq_ignore_ascii_case(b"if-none-match:")) {
                &self.not_modified
            } else {
                &self.small
            };
            stream.write_all(answer).await?;
            stream.flush().await?;
        }
    }
}

/// A gzipped feed of these items as a whole answer, newest first.
fn answer(items: &[String]) -> Vec<u8> {
    let mut body = String::from(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>The Paper</title><link>http://paper.example/</link>",
    );
    body.extend(items.iter().rev().map(String::as_str));
    body.push_str("</channel></rss>");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(body.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\nETag: \"one\"\r\n\
         Content-Length: {}\r\n\r\n",
        gzip.len()
    )
    .into_bytes();
    answer.extend(gzip);
    answer
}

/// An item whose words come from its number.
fn item(n: usize) -> String {
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64 ^ (n as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d);
    let mut word = || {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        // Few words are frequent and many are rare, as in any language.
        let rank = (dice >> 40) % 4_096;
        let rank = rank * rank / 4_096;
        let letters = |n: u64| char::from(b'a' + u8::try_from(n % 26).unwrap());
        let length = 2 + rank % 7;
        (0..length).map(|k| letters(rank.wrapping_mul(31 + k * 17) >> (k % 5))).collect::<String>()
    };
    let title = (0..8).map(|_| word()).collect::<Vec<_>>().join(" ");
    let text = (0..WORDS).map(|_| word()).collect::<Vec<_>>().join(" ");
    format!(
        "<item><title>{title}</title><link>http://paper.example/{n}.html</link><guid isPermaLink=\"false\">{n}</guid>\
         <description>{text}.</description></item>"
    )
}
