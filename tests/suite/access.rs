//! Licensed and intranet feeds against loopback servers: who is shown what, by which way, and that nobody else sees it.

#![expect(clippy::disallowed_methods, reason = "a test of a real process has to wait for it")]

use std::collections::HashMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use copytaster::clock::Clock;
use copytaster::news::{Feed, FeedState, Health, Login, Pass, Proxy, Route, Secret, Validators};
use copytaster::poll::{self, Config, Control, Limits, PageWish, Polled, Poller};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::server::{Manner, Reply, Seen, Server};

const NEWS: &str = "<rss version=\"2.0\"><channel><title>Harbour</title><item><guid>h1</guid>\
    <title>The harbour master counted nine barges</title></item></channel></rss>";

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes())
}

/// A desk that may reach these servers.
fn desk(servers: &[&Server]) -> Config {
    Config {
        allow_private: servers.iter().map(|server| server.permission()).collect(),
        host_spacing: Duration::ZERO,
        limits: Limits { total: Duration::from_secs(10), ..Limits::default() },
        ..Config::default()
    }
}

fn with_pass(mut config: Config, pass: Pass) -> Config {
    config.access.passes.insert(feed(&pass.bound_to).id.clone(), pass);
    config
}

fn feed(url: &Url) -> Arc<Feed> {
    Arc::new(Feed::new("paid", url.clone()))
}

fn basic(url: &Url) -> Pass {
    let login = Login::Basic { user: "desk".to_owned(), password: secret("p:w d") };
    Pass { login: Some(login), ..Pass::bound_to(url.clone()) }
}

/// `desk:p:w d` in base64.
const BASIC: &[u8] = b"Basic ZGVzazpwOncgZA==";

/// Fetches once; words for what went wrong.
async fn once(config: &Config, url: &Url) -> String {
    let polled = poll::once(config, feed(url), &Clock::System).await.unwrap();
    assert_eq!(polled.body.is_some(), polled.batch.state.as_ref().unwrap().last_error.is_empty());
    polled.batch.state.unwrap().last_error
}

#[tokio::test]
async fn credentials_and_fields_arrive_byte_for_byte() {
    let server = Server::start(|_| Reply::body(NEWS)).await;
    let url = server.url("/feed");
    let key = "k é\u{a0}x=\"1\"; 'two'";
    let headers = vec![
        ("x-api-key".to_owned(), secret(key)),
        ("accept".to_owned(), secret("application/vnd.news+xml")),
    ];
    let token = Login::Bearer(secret("mF_9.B5f-4.1JqM~+/=="));
    let by_token = Pass { login: Some(token), headers, ..Pass::bound_to(url.clone()) };
    for pass in [basic(&url), by_token] {
        assert_eq!(once(&with_pass(desk(&[&server]), pass), &url).await, "");
    }
    assert_eq!(once(&desk(&[&server]), &url).await, "");
    let seen = server.seen();
    assert_eq!(seen[0].field("authorization").unwrap(), BASIC);
    assert_eq!(seen[1].field("authorization").unwrap(), b"Bearer mF_9.B5f-4.1JqM~+/==");
    assert_eq!(seen[1].field("x-api-key").unwrap(), key.as_bytes());
    assert_eq!(seen[1].field("accept").unwrap(), b"application/vnd.news+xml");
    assert_eq!(seen[2].field("authorization"), None);
}

#[tokio::test]
async fn a_redirect_keeps_credentials_on_its_host_and_port_and_loses_them_elsewhere() {
    let other = Server::start(|_| Reply::body(NEWS)).await;
    let target = other.url("/landed").to_string();
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/feed" => Reply::to(302, "/second"),
        _ => Reply::to(302, &target),
    })
    .await;
    let url = server.url("/feed");
    let mut pass = basic(&url);
    pass.headers.push(("x-api-key".to_owned(), secret("hunter2")));
    assert_eq!(once(&with_pass(desk(&[&server, &other]), pass), &url).await, "");
    let (here, there) = (server.seen(), other.seen());
    assert_eq!((here.len(), there.len()), (2, 1));
    assert!(here.iter().all(|seen| seen.field("authorization").as_deref() == Some(BASIC)));
    assert!(here.iter().all(|seen| seen.field("x-api-key").is_some()));
    let bare = ["authorization", "x-api-key"].iter().all(|name| there[0].field(name).is_none());
    assert!(bare, "{:?}", there[0].names());
}

/// A state of a feed that moved for good.
fn moved(feed: &Feed, to: &Url) -> FeedState {
    let now = Clock::System.now();
    FeedState {
        url: feed.url.to_string(),
        validators: Validators::default(),
        next_due: now,
        last_success: None,
        body_hash: None,
        seen_once: true,
        health: Health::Ok,
        health_since: now,
        failure_weight: 0,
        last_http: Some(200),
        last_error: String::new(),
        extra: copytaster::news::Extra::write(&serde_json::json!({ "adopted": to.as_str() })),
    }
}

/// A poller under way, with its ends.
struct Running {
    batches: mpsc::Receiver<Polled>,
    commits: mpsc::Sender<copytaster::news::Committed>,
    control: mpsc::Sender<Control>,
    wishes: mpsc::Sender<PageWish>,
    _tasks: JoinSet<()>,
}

impl Running {
    fn start(config: Config, feed: &Arc<Feed>, state: FeedState) -> Self {
        let states = HashMap::from([(feed.id.clone(), state)]);
        let (wishes, wanted) = mpsc::channel(4);
        let poller = Poller::new(config, vec![Arc::clone(feed)], states, Clock::System);
        let poller = poller.unwrap().with_pages(wanted);
        let (out, batches) = mpsc::channel(4);
        let (commits, committed) = mpsc::channel(4);
        let (control, orders) = mpsc::channel(1);
        let mut tasks = JoinSet::new();
        tasks.spawn(poll::run(poller, out, committed, orders, CancellationToken::new()));
        Self { batches, commits, control, wishes, _tasks: tasks }
    }

    async fn page(&self, feed: &Arc<Feed>, url: Url) -> bool {
        let (reply, answer) = oneshot::channel();
        self.wishes.send(PageWish { feed: Arc::clone(feed), url, reply }).await.unwrap();
        answer.await.unwrap().is_ok()
    }
}

#[tokio::test]
async fn an_adopted_address_elsewhere_is_asked_without_credentials() {
    let server = Server::start(|_| Reply::status(500)).await;
    let other = Server::start(|_| Reply::body(NEWS)).await;
    let (url, to) = (server.url("/feed"), other.url("/moved"));
    let config = with_pass(desk(&[&server, &other]), basic(&url));
    let feed = feed(&url);
    let mut run = Running::start(config, &feed, moved(&feed, &to));
    assert!(run.batches.recv().await.unwrap().body.is_some());
    assert_eq!(other.seen()[0].path(), "/moved");
    assert_eq!(other.seen()[0].field("authorization"), None);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn pages_of_the_same_origin_are_asked_with_credentials_and_others_without() {
    let page = |seen: &Seen| match seen.path().as_str() {
        "/robots.txt" => Reply::body("User-agent: *\nAllow: /"),
        _ => Reply::body("<html><body>Nine barges lay there.</body></html>"),
    };
    let (server, other) = (Server::start(page).await, Server::start(page).await);
    let url = server.url("/feed");
    let config = with_pass(desk(&[&server, &other]), basic(&url));
    let feed = feed(&url);
    let run = Running::start(config, &feed, moved(&feed, &url));
    assert!(run.page(&feed, server.url("/story")).await);
    assert!(run.page(&feed, other.url("/story")).await);
    let paths = |server: &Server| server.seen().iter().map(Seen::path).collect::<Vec<_>>();
    assert!(paths(&server).contains(&"/robots.txt".to_owned()));
    assert!(paths(&server).contains(&"/story".to_owned()));
    assert_eq!(paths(&other), ["/robots.txt", "/story"]);
    assert!(server.seen().iter().all(|seen| seen.field("authorization").as_deref() == Some(BASIC)));
    assert!(other.seen().iter().all(|seen| seen.field("authorization").is_none()));
}

/// An authority of our own.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "The desk's authority");
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// Certificate and key in PEM for these names or addresses.
    fn issue(&self, names: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let params = CertificateParams::new(names).unwrap();
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    /// A server's side, for these names; with `clients`, whoever has no certificate of theirs is sent away.
    fn server(&self, names: &[&str], clients: Option<&Self>) -> rustls::ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (certificate, key) = self.issue(names);
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => {
                let mut roots = rustls::RootCertStore::empty();
                roots.add(CertificateDer::from_pem_slice(clients.pem.as_bytes()).unwrap()).unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()
                        .unwrap();
                builder.with_client_cert_verifier(verifier)
            }
        };
        builder.with_single_cert(chain, key).unwrap()
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_where_it_is_named_and_nowhere_else() {
    let authority = Authority::new();
    let tls = authority.server(&["127.0.0.1"], None);
    let server = Server::start_tls(tls, |_| Reply::body(NEWS)).await;
    let url = server.url("/feed");
    assert_eq!(once(&desk(&[&server]), &url).await, "SSL error");
    let mut config = desk(&[&server]);
    config.access.ca = Some(secret(&Authority::new().pem));
    assert_eq!(once(&config, &url).await, "SSL error", "a stranger's authority");
    assert!(server.seen().is_empty());
    config.access.ca = Some(secret(&authority.pem));
    assert_eq!(once(&config, &url).await, "", "for all feeds");
    let pass = Pass { ca: Some(secret(&authority.pem)), ..Pass::bound_to(url.clone()) };
    let own = with_pass(desk(&[&server]), pass);
    assert_eq!(once(&own, &url).await, "", "for this feed");
    // Another port is another origin, where the feed's own authority counts for nothing.
    let tls = authority.server(&["127.0.0.1"], None);
    let other = Server::start_tls(tls, |_| Reply::body(NEWS)).await;
    let mut own = own;
    own.allow_private.push(other.permission());
    assert_eq!(once(&own, &other.url("/feed")).await, "SSL error");
}

#[tokio::test]
async fn a_client_certificate_opens_the_door_and_is_shown_at_no_other() {
    let authority = Authority::new();
    let guarded = || authority.server(&["127.0.0.1"], Some(&authority));
    let server = Server::start_tls(guarded(), |seen| match seen.path().as_str() {
        "/away" => Reply::to(302, "/feed"),
        _ => Reply::body(NEWS),
    })
    .await;
    let url = server.url("/away");
    let (certificate, key) = authority.issue(&["desk"]);
    let mut config = desk(&[&server]);
    config.access.ca = Some(secret(&authority.pem));
    let refused = once(&config, &url).await;
    assert!(["SSL error", "connection error"].contains(&refused.as_str()), "{refused}");
    assert!(server.seen().is_empty());
    let identity = Some(secret(&format!("{certificate}{key}")));
    let pass = Pass { identity, ..Pass::bound_to(url.clone()) };
    assert_eq!(once(&with_pass(config.clone(), pass.clone()), &url).await, "");
    assert_eq!(server.seen().len(), 2);
    // A door that asks for the same certificate, on another port: it is not offered there.
    let other = Server::start_tls(guarded(), |_| Reply::body(NEWS)).await;
    let target = other.url("/feed").to_string();
    let astray = Server::start_tls(guarded(), move |_| Reply::to(302, &target)).await;
    config.allow_private.extend([other.permission(), astray.permission()]);
    let url = astray.url("/feed");
    let lost = once(&with_pass(config, Pass { bound_to: url.clone(), ..pass }), &url).await;
    assert!(["SSL error", "connection error"].contains(&lost.as_str()), "{lost}");
    assert_eq!((astray.seen().len(), other.seen().len()), (1, 0));
}

fn through(server: &Server, login: Option<(&str, &str)>) -> Proxy {
    let url = Url::parse(&format!("http://localhost:{}", server.port())).unwrap();
    let login = login.map(|(user, password)| (user.to_owned(), secret(password)));
    Proxy { url, login }
}

#[tokio::test]
async fn a_proxy_is_asked_for_everything_in_its_own_form() {
    let authority = Authority::new();
    let tls = authority.server(&["press.example"], None);
    let target = Server::start_tls(tls, |_| Reply::body(NEWS)).await;
    let port = target.port();
    let proxy = Server::start(move |seen| match seen.line().as_str() {
        line if line.starts_with("CONNECT ") => Reply::body("").sent(Manner::Tunnel(port)),
        _ => Reply::body(NEWS),
    })
    .await;
    // Nothing of the sort resolves here: the proxy does.
    let plain = Url::parse("http://licensed.example/feed?x=1").unwrap();
    let mut config = desk(&[]);
    config.access.proxy = Some(through(&proxy, Some(("p", "hunter2"))));
    config.access.ca = Some(secret(&authority.pem));
    assert_eq!(once(&with_pass(config.clone(), basic(&plain)), &plain).await, "");
    let secure = Url::parse("https://press.example/feed").unwrap();
    assert_eq!(once(&with_pass(config.clone(), basic(&secure)), &secure).await, "");
    let seen = proxy.seen();
    assert_eq!(seen[0].line(), "GET http://licensed.example/feed?x=1 HTTP/1.1");
    assert_eq!(seen[1].line(), "CONNECT press.example:443 HTTP/1.1");
    for request in &seen {
        // p:hunter2
        assert_eq!(request.field("proxy-authorization").unwrap(), b"Basic cDpodW50ZXIy");
    }
    assert_eq!(seen[0].field("authorization").unwrap(), BASIC);
    assert_eq!(seen[1].field("authorization"), None, "the proxy sees no password of the server");
    assert_eq!(target.seen()[0].line(), "GET /feed HTTP/1.1");
    assert_eq!(target.seen()[0].field("authorization").unwrap(), BASIC);
    assert_eq!(target.seen()[0].field("proxy-authorization"), None);
    for inside in ["http://127.0.0.1/x", "http://localhost/x", "http://[::1]/", "http://10.0.0.1/"]
    {
        let url = Url::parse(inside).unwrap();
        let words = once(&config, &url).await;
        assert!(words.starts_with("bad URL ("), "{inside}: {words}");
    }
    assert_eq!(proxy.seen().len(), 2, "{:?}", proxy.seen());
}

#[tokio::test]
async fn a_feed_may_leave_the_common_proxy_or_have_its_own() {
    let proxy = |name: &'static str| Server::start(move |_| Reply::body(NEWS).with("X-By", name));
    let (common, own) = (proxy("common").await, proxy("own").await);
    let server = Server::start(|_| Reply::body(NEWS)).await;
    let mut config = desk(&[&server]);
    config.access.proxy = Some(through(&common, None));
    let url = server.url("/feed");
    let direct = Pass { route: Some(Route::Direct), ..Pass::bound_to(url.clone()) };
    assert_eq!(once(&with_pass(config.clone(), direct), &url).await, "");
    assert_eq!((server.seen().len(), common.seen().len()), (1, 0));
    let mut pass = basic(&url);
    pass.route = Some(Route::Proxy(through(&own, None)));
    assert_eq!(once(&with_pass(config, pass), &url).await, "");
    assert_eq!((server.seen().len(), common.seen().len(), own.seen().len()), (1, 0, 1));
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_gone_is_a_fault_of_the_proxy() {
    let shut = Server::start(|_| Reply::status(407).with("Proxy-Authenticate", "Basic")).await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let dead = Proxy { url: Url::parse(&dead).unwrap(), login: None };
    for proxy in [through(&shut, None), dead] {
        let mut config = desk(&[]);
        config.access.proxy = Some(proxy);
        for url in ["http://press.example/feed", "https://press.example/feed"] {
            let words = once(&config, &Url::parse(url).unwrap()).await;
            assert_eq!(words, "proxy error", "{url}");
        }
    }
    assert_eq!(shut.seen().len(), 2);
}

#[tokio::test]
async fn another_access_lets_a_refused_feed_in_at_once() {
    let server = Server::start(|seen| match seen.field("authorization").as_deref() {
        Some(BASIC) => Reply::body(NEWS),
        _ => Reply::status(401),
    })
    .await;
    let url = server.url("/feed");
    let config = desk(&[&server]);
    let feed = feed(&url);
    let mut run = Running::start(config.clone(), &feed, moved(&feed, &url));
    let refused = run.batches.recv().await.unwrap().batch;
    let state = refused.state.unwrap();
    assert_eq!((state.health, state.last_http), (Health::Blocked, Some(401)));
    let committed =
        copytaster::news::Committed { feed: feed.id.clone(), state, new: None, overrun: false };
    run.commits.send(committed).await.unwrap();
    tokio::time::timeout(Duration::from_millis(300), run.batches.recv()).await.unwrap_err();
    let access = with_pass(config, basic(&url)).access;
    run.control.send(Control::Access(Box::new(access))).await.unwrap();
    let polled = tokio::time::timeout(Duration::from_secs(10), run.batches.recv()).await.unwrap();
    assert!(polled.unwrap().body.is_some());
}

/// Writes a configuration of feeds with every kind of secret, and the files it names.
fn configure(dir: &Path, server: &Server, proxy: &Server, key: &(String, String)) {
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
    let at = |name: &str| dir.join(name).display().to_string();
    write("password", "hunter2-password\n");
    write("token", "hunter2-token\n");
    write("proxy", "hunter2-proxy\n");
    write("cert.pem", &key.0);
    write("key.pem", &key.1);
    let text = format!(
        "[store]\npath = \"{store}\"\n[output]\ndir = \"{out}\"\n[poll]\ninterval_min = \"1s\"\nhost_spacing = \"0s\"\n\
         backfill = \"all\"\nallow_private = [\"127.0.0.1:{port}\"]\n\
         [[feed]]\nid = \"basic\"\nurl = \"{url}\"\ninterval = \"1s\"\nuser = \"desk\"\n\
         password = {{ file = \"{password}\" }}\n\
         headers = {{ \"X-Key\" = {{ env = \"DESK_KEY\" }}, \"X-Other\" = \"hunter2-literal\" }}\n\
         [[feed]]\nid = \"token\"\nurl = \"{url}shut\"\ninterval = \"1s\"\ntoken = {{ file = \"{token}\" }}\n\
         [[feed]]\nid = \"proxied\"\nurl = \"https://press.example/\"\ninterval = \"1s\"\n\
         proxy = \"http://127.0.0.1:{by}\"\nproxy_user = \"p\"\nproxy_password = {{ file = \"{proxy}\" }}\n\
         client_cert = \"{cert}\"\nclient_key = \"{key}\"\n",
        store = at("state/desk.db"),
        out = at("out"),
        port = server.port(),
        url = server.url("/"),
        password = at("password"),
        token = at("token"),
        by = proxy.port(),
        proxy = at("proxy"),
        cert = at("cert.pem"),
        key = at("key.pem"),
    );
    write("copytaster.toml", &text);
}

fn command(dir: &Path, args: &[&str]) -> Command {
    let log = std::fs::File::options().create(true).append(true).open(dir.join("log")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_copytaster"));
    command.args(args).arg("-c").arg(dir.join("copytaster.toml"));
    command.env("RUST_LOG", "trace").env("DESK_KEY", "hunter2-env").stderr(log);
    command
}

fn wait(what: &str, done: impl Fn() -> bool) {
    for _ in 0..3000 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}

fn end(child: &mut Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Every file below a directory but those named, as bytes.
fn files(dir: &Path, but: &[&str], found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            files(&path, but, found);
        } else if !but.contains(&name.as_str()) {
            found.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_any_log_record_or_store() {
    let authority = Authority::new();
    let pair = authority.issue(&["desk"]);
    let target =
        Server::start_tls(authority.server(&["press.example"], None), |_| Reply::body(NEWS)).await;
    let port = target.port();
    let proxy = Server::start(move |_| Reply::body("").sent(Manner::Tunnel(port))).await;
    let server = Server::start(|seen| match seen.path().as_str() {
        "/" => Reply::body(NEWS),
        _ => Reply::status(401).with("WWW-Authenticate", "Bearer error=\"invalid_token\""),
    })
    .await;
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    configure(dir, &server, &proxy, &pair);
    let mut told = Vec::new();
    for args in [&["check"][..], &["check", "--json"], &["check", "--online"]] {
        let output = command(dir, args).output().unwrap();
        told.extend(output.stdout);
    }
    let mut daemon = command(dir, &["run"]).stdout(Stdio::null()).spawn().unwrap();
    let has = |server: &Server, name: &str, value: &str| {
        server.seen().iter().any(|seen| seen.field(name).is_some_and(|v| v == value.as_bytes()))
    };
    wait("the fields", || {
        has(&server, "x-key", "hunter2-env") && has(&server, "x-other", "hunter2-literal")
    });
    wait("the token", || has(&server, "authorization", "Bearer hunter2-token"));
    // p:hunter2-proxy
    let sent = "Basic cDpodW50ZXIyLXByb3h5";
    wait("the proxy", || has(&proxy, "proxy-authorization", sent));
    let state = || std::fs::read_dir(dir.join("out")).is_ok_and(|files| files.count() > 2);
    wait("output", state);
    end(&mut daemon);
    let mut all = vec![("stdout".to_owned(), told)];
    files(dir, &["copytaster.toml", "password", "token", "proxy", "key.pem", "cert.pem"], &mut all);
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"desk.db") && names.contains(&"log"), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("health-")), "{names:?}");
    let log = &all.iter().find(|(name, _)| name == "log").unwrap().1;
    assert!(log.windows(5).any(|bytes| bytes == b"TRACE"), "nothing was traced");
    let key_line = pair.1.lines().nth(1).unwrap();
    // In base64 too, as it is sent.
    for secret in ["hunter2", "ZGVzazpodW50ZXIy", "cDpodW50ZXIy", "aHVudGVyMi", key_line] {
        for (name, bytes) in &all {
            let shown = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!shown, "{secret} is in {name}");
        }
    }
    assert!(!all[0].1.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_takes_up_a_rotated_secret_and_a_lost_one_changes_nothing() {
    let server = Server::start(|_| Reply::body(NEWS)).await;
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    configure(dir, &server, &server, &Authority::new().issue(&["desk"]));
    let mut daemon = command(dir, &["run"]).stdout(Stdio::null()).spawn().unwrap();
    let log = || std::fs::read_to_string(dir.join("log")).unwrap_or_default();
    let hangup = || {
        let id = daemon.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    };
    let tokens = || -> Vec<Vec<u8>> {
        let asked = server.seen().into_iter().filter(|seen| seen.path() == "/shut");
        asked.filter_map(|seen| seen.field("authorization")).collect()
    };
    wait("the first token", || tokens().contains(&b"Bearer hunter2-token".to_vec()));
    std::fs::write(dir.join("token"), "rotated").unwrap();
    hangup();
    wait("the second token", || tokens().contains(&b"Bearer rotated".to_vec()));
    std::fs::write(dir.join("token"), "").unwrap();
    hangup();
    wait("the refusal", || log().contains("the old one stays"));
    assert!(log().contains("feed[1].token"), "{}", log());
    let before = tokens().len();
    wait("more polls", || tokens().len() > before + 1);
    assert_eq!(tokens().last().unwrap(), b"Bearer rotated");
    end(&mut daemon);
}
