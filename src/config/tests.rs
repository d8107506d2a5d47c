use std::collections::BTreeSet;
use std::io;

use proptest::prelude::*;

use super::files::Found;
use super::*;

const EXAMPLE: &str = include_str!("../../config/example.toml");
const SUMMIT: &str = include_str!("../../config/summit.toml");

fn problems(text: &str) -> Vec<Problem> {
    Config::parse("c.toml", text, []).expect_err("the text is wrong").told
}

/// The one problem of a text: line, column, key, message, suggestion.
fn problem(text: &str) -> (usize, usize, String, String, String) {
    let mut all = problems(text);
    assert_eq!(all.len(), 1, "{text}\n{all:#?}");
    let Problem { line, column, key, message, suggestion, .. } = all.remove(0);
    (line, column, key, message, suggestion.unwrap_or_default())
}

fn with_env(text: &str, env: &[(&str, &str)]) -> Result<Config, Problems> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::parse("c.toml", text, env)
}

#[test]
fn a_bad_scalar_is_told_with_its_place_its_key_and_what_was_meant() {
    let table = [
        ("[poll]\nintervall = '5m'", 2, 1, "poll.intervall", "interval"),
        ("[polls]\ninterval = '5m'", 1, 2, "polls", "poll"),
        ("\n\n[poll]\n  interval = 15", 4, 14, "poll.interval", "\"15s\""),
        ("poll.interval = '15 min'", 1, 17, "poll.interval", "\"15m\""),
        ("[poll]\ninterval = '0s'", 2, 12, "poll.interval", ""),
        ("[poll]\ninterval = '25h'", 2, 12, "poll.interval", ""),
        ("[poll]\ninterval_min = '20m'", 2, 16, "poll.interval_min", ""),
        ("[poll]\nin_flight = 0", 2, 13, "poll.in_flight", ""),
        ("[poll]\nin_flight = '9'", 2, 13, "poll.in_flight", ""),
        ("[poll]\nhost_in_flight = 99999999999999999999", 2, 18, "poll.host_in_flight", ""),
        ("[poll]\nbody_bytes_max = '10mb'", 2, 18, "poll.body_bytes_max", "\"10MB\""),
        ("[poll]\nbackfill = 'al'", 2, 12, "poll.backfill", "\"all\""),
        ("[poll]\nbackfill = '24'", 2, 12, "poll.backfill", "\"24s\""),
        (
            "[poll]\nallow_private = ['127.0.0.1:80', 'localhost']",
            2,
            34,
            "poll.allow_private",
            "\"localhost:80\"",
        ),
        ("[poll]\nallow_private = '[::1]:80'", 2, 17, "poll.allow_private", "[\"[::1]:80\"]"),
        ("[poll]\nuser_agent = \"a\\r\\nHost: b\"", 2, 14, "poll.user_agent", ""),
        ("poll = 3", 1, 8, "poll", ""),
        ("[store]\nkeep = 'for ever'", 2, 8, "store.keep", "\"forever\""),
        (
            "[store]\nkeep = '48h'\nkeep_text = '48h'\n[desk]\nstory_window = '24h'\nx=1",
            6,
            1,
            "desk.x",
            "",
        ),
        ("[store]\ndurability = 'groups'", 2, 14, "store.durability", "\"group\""),
        ("[store]\npath = ''", 2, 8, "store.path", ""),
        ("[store]\nkeep = '10d'\nkeep_text = '20d'", 3, 13, "store.keep_text", ""),
        ("[store]\nkeep = '48h'", 2, 8, "store.keep", ""),
        ("[output]\nsource = 'desk 1'", 2, 10, "output.source", "\"urn:copytaster:desk-1\""),
        ("[output]\ninclude_body = 'yes'", 2, 16, "output.include_body", ""),
        ("[output]\nrotate_bytes = '1KB'", 2, 16, "output.rotate_bytes", ""),
        ("[log]\nlevel = 'warning'", 2, 9, "log.level", "\"warn\""),
        ("[log]\nformat = 'JSON'", 2, 10, "log.format", "\"json\""),
        ("[serve]\nlisten = '0.0.0.0:80'", 2, 10, "serve.listen", "\"127.0.0.1:80\""),
        ("\"é\" = 'ü'", 1, 1, "é", ""),
        (
            "outlet = [{ id = 'x', name = 'é', kind = 'wires' }]",
            1,
            42,
            "outlet[0].kind",
            "\"wire\"",
        ),
    ];
    for (text, line, column, key, suggestion) in table {
        let found = problem(text);
        let (at, meant) = ((found.0, found.1), found.4);
        assert_eq!(
            (at, found.2.as_str(), meant.as_str()),
            ((line, column), key, suggestion),
            "{text}"
        );
        assert!(!found.3.is_empty());
    }
}

/// Asserts that the text has this one problem.
fn told(text: &str, line: usize, key: &str, suggestion: &str) {
    let found = problem(text);
    assert_eq!((found.0, found.2.as_str(), found.4.as_str()), (line, key, suggestion), "{text}");
}

#[test]
fn a_bad_feed_is_told_with_its_place_its_key_and_what_was_meant() {
    let feed = "[[feed]]\nid = 'a'\nurl = 'https://a.example/'\n";
    let table = [
        ("", "[[feed]]\nurl = 'https://a.example/'", 1, "feed[0].id", ""),
        ("", "[[feed]]\nid = 'a'", 1, "feed[0].url", ""),
        ("", "[feed]\nid = 'a'", 1, "feed", "[[feed]]"),
        (
            "",
            "[[feed]]\nid = 'Mint News'\nurl = 'https://a.example/'",
            2,
            "feed[0].id",
            "\"mint-news\"",
        ),
        ("", "[[feed]]\nid = '../x'\nurl = 'https://a.example/'", 2, "feed[0].id", "\"x\""),
        (feed, "[[feed]]\nid = 'a'\nurl = 'https://b.example/'", 5, "feed[1].id", ""),
        (
            "",
            "[[feed]]\nid = 'a'\nurl = 'a.example/rss'",
            3,
            "feed[0].url",
            "\"https://a.example/rss\"",
        ),
        ("", "[[feed]]\nid = 'a'\nurl = 'htps://a.example/'", 3, "feed[0].url", "https"),
        ("", "[[feed]]\nid = 'a'\nurl = 'file:///etc/passwd'", 3, "feed[0].url", ""),
        (feed, "intervall = '5m'", 4, "feed[0].intervall", "interval"),
        (feed, "interval = '8d'", 4, "feed[0].interval", ""),
    ];
    for (before, text, line, key, suggestion) in table {
        told(&format!("{before}{text}"), line, key, suggestion);
    }
}

#[test]
fn a_bad_outlet_or_agency_is_told_alike() {
    let table = [
        ("", "[[outlet]]\nid = 'x'\nkind = 'agency'", 3, "outlet[0].kind", ""),
        ("", "[[outlet]]\nid = 'x'\nkind = 'wires'", 3, "outlet[0].kind", "\"wire\""),
        (
            "",
            "[[outlet]]\nid = 'x'\nzone = 'Asia/Kolkatta'",
            3,
            "outlet[0].zone",
            "\"Asia/Kolkata\"",
        ),
        ("", "[[outlet]]\nid = 'x'\ncountry = 'in'", 3, "outlet[0].country", "\"IN\""),
        (
            "",
            "[[outlet]]\nid = 'x'\nhosts = ['www.a.example']",
            3,
            "outlet[0].hosts",
            "\"a.example\"",
        ),
        (
            "",
            "[[outlet]]\nid = 'x'\nhosts = ['https://a.example/']",
            3,
            "outlet[0].hosts",
            "\"a.example\"",
        ),
        (
            "[[outlet]]\nid = 'x'\nhosts = ['a.example']\n",
            "[[outlet]]\nid = 'y'\nhosts = ['a.example']",
            6,
            "outlet[1].hosts",
            "",
        ),
        ("", "[[agency]]\nid = 'gna'\nnames = []", 3, "agency[0].names", ""),
        ("", "[[agency]]\nid = 'gna'", 1, "agency[0].names", ""),
    ];
    for (before, text, line, key, suggestion) in table {
        told(&format!("{before}{text}"), line, key, suggestion);
    }
}

#[test]
fn a_bad_watch_is_told_with_what_to_write() {
    let table = [
        ("[[watch]]\nid = 'w'\nmatch = '(a AND b'", 3, "watch[0].match", "a ')' at its end"),
        ("[[watch]]\nid = 'w'\nmatch = 'a) AND (b'", 3, "watch[0].match", "no ')' here"),
        ("[[watch]]\nid = 'w'\nmatch = 'a AND \"b'", 3, "watch[0].match", "a second '\"'"),
        ("[[watch]]\nid = 'w'\nrule = 'a'\nmatch = 'b'", 3, "watch[0].rule", "file"),
        ("[[watch]]\nid = 'w'\nmatch = 'b'\nlevel = 'urgnt'", 4, "watch[0].level", "\"urgent\""),
        (
            "[[watch]]\nid = 'w'\nmatch = 'b'\nwebhook = 'htps://a.example'",
            4,
            "watch[0].webhook",
            "https",
        ),
        (
            "[[watch]]\nid = 'w'\nmatch = 'b'\nfile = 'f'\ncommand = ['c']",
            4,
            "watch[0].file",
            "a second [[watch]] with the rule",
        ),
        (
            "[[watch]]\nid = 'w'\nmatch = 'b'\ncommand = 'page --now'",
            4,
            "watch[0].command",
            "[\"page\", \"--now\"]",
        ),
        ("[[watch]]\nid = 'w'\nmatch = 'b'\ncommand = []", 4, "watch[0].command", ""),
        (
            "[[watch]]\nid = 'w'\nmatch = 'b'\nwebhook = 'https://a.example'\nsecret_env = 'NONE'",
            5,
            "watch[0].secret_env",
            "",
        ),
    ];
    for (text, line, key, suggestion) in table {
        told(text, line, key, suggestion);
    }
}

#[test]
fn a_mistake_in_a_rule_is_told_at_its_column_in_the_file() {
    let watch = "[[watch]]\nid = 'w'\n";
    for (written, line, column) in [
        ("match = 'Trump Putin'", 3, 16),
        ("match = \"Trump Putin\"", 3, 16),
        ("match = \"\\\"Özil\\\" Putin\"", 3, 19),
        ("match = \"\\u00d6zil Putin\"", 3, 20),
        ("match = '''\nTrump\n  Putin'''", 5, 3),
    ] {
        let problems = Config::parse("c.toml", &format!("{watch}{written}"), []).unwrap_err();
        let problem = &problems.told[0];
        assert_eq!((problem.line, problem.column), (line, column), "{written}: {problem}");
        assert!(problem.message.contains("of the rule: two terms"), "{problem}");
    }
}

#[test]
fn a_webhook_without_a_secret_or_over_http_is_warned_of() {
    let text = "[[watch]]\nid = 'w'\nmatch = 'a'\nwebhook = 'http://a.example/hook'";
    let config = Config::parse("c.toml", text, []).unwrap();
    assert_eq!(config.warnings.len(), 2, "{:?}", config.warnings);
    let signed = text.replace("http:", "https:") + "\nsecret_env = 'KEY'";
    let config = with_env(&signed, &[("KEY", "whsec_a2V5")]).unwrap();
    assert_eq!(config.warnings.len(), 0, "{:?}", config.warnings);
    assert!(with_env(&signed, &[("KEY", "whsec_?")]).is_err());
}

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    let text = "[[feed]]\nid = 'a'\nurl = 'https://me:hunter2@a.example/'";
    let (line, _, key, message, suggestion) = problem(text);
    assert_eq!((line, key.as_str()), (3, "feed[0].url"));
    assert!(message.contains("password") && !message.contains("hunter2"), "{message}");
    assert_eq!(suggestion, "to use the keys `user` and `password`");
}

/// Parses with a disk of these files and one variable, `TOKEN`.
fn with_disk(text: &str, files: &[(&str, &str, u32)]) -> Result<Config, Problems> {
    let disk = |path: &Path, _: u64| {
        let found = files.iter().find(|(name, ..)| path == Path::new(name));
        let (_, text, mode) = found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Found { bytes: text.as_bytes().to_vec(), mode: 0o100_000 | mode })
    };
    let env = [("TOKEN".to_owned(), "t0ken".to_owned()), ("EMPTY".to_owned(), String::new())];
    Config::parse_known("c.toml", text, env, Some(&disk)).map(|(config, _)| config)
}

/// A feed with these lines beside its id and address; they begin on line 4.
fn feed_with(lines: &str) -> String {
    format!("[[feed]]\nid = 'a'\nurl = 'https://a.example/'\n{lines}")
}

#[test]
fn credentials_are_read_from_files_and_the_environment_as_they_stand_there() {
    let lines = "user = 'desk'\npassword.file = 'pw'\nheaders = { 'X-Key' = { env = 'TOKEN' }, Edition = 'eu' }\n\
                 proxy = 'http://proxy.lan:3128'\nproxy_user = 'p'\nproxy_password = { file = 'pw' }";
    let config = with_disk(&feed_with(lines), &[("pw", "  hünter 2 \r\n", 0o600)]).unwrap();
    let pass = config.feeds[0].pass.as_deref().unwrap();
    let Some(news::Login::Basic { user, password }) = &pass.login else { panic!("{pass:?}") };
    assert_eq!((user.as_str(), password.expose()), ("desk", "  hünter 2 ".as_bytes()));
    let mut headers: Vec<_> =
        pass.headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    headers.sort_unstable();
    assert_eq!(headers, [("edition", &b"eu"[..]), ("x-key", b"t0ken")]);
    let Some(news::Route::Proxy(proxy)) = &pass.route else { panic!("{pass:?}") };
    assert_eq!(proxy.url.as_str(), "http://proxy.lan:3128/");
    assert_eq!(proxy.login.as_ref().unwrap().1.expose(), "  hünter 2 ".as_bytes());
    assert_eq!(pass.bound_to, config.feeds[0].url);
    let other = with_disk(&feed_with(lines), &[("pw", "rotated", 0o600)]).unwrap();
    assert_eq!(config.hash(), other.hash(), "a record must not help to guess a password");
    assert_ne!(config, other);
    let token = with_disk(&feed_with("token.env = 'TOKEN'\nproxy = 'direct'"), &[]).unwrap();
    let pass = token.feeds[0].pass.clone().unwrap();
    assert_eq!(pass.route, Some(news::Route::Direct));
    assert!(matches!(pass.login, Some(news::Login::Bearer(token)) if token.expose() == b"t0ken"));
    assert_eq!(with_disk(&feed_with(""), &[]).unwrap().feeds[0].pass, None);
}

#[test]
fn bad_access_is_told_with_its_line_and_key_and_no_secret() {
    let files = [
        ("pw", "hunter2\n", 0o600),
        ("empty", "", 0o600),
        ("blank", "\n", 0o600),
        ("two", "hunter2\nhunter3\n", 0o600),
        ("spaced", "hunter2 x", 0o600),
    ];
    let to_keys = "to use the keys `proxy_user` and `proxy_password`";
    let elsewhere = "{ file = \"/run/secrets/NAME\" }";
    let cases = [
        ("user = 'u'", 4, "user", ""),
        ("password = { file = 'pw' }", 4, "password", ""),
        ("user = 'u'\npassword = 'hunter2'", 5, "password", elsewhere),
        ("user = 'u:v'\npassword = { file = 'pw' }", 4, "user", ""),
        ("token = 'hunter2'", 4, "token", elsewhere),
        ("token = { file = 'none' }", 4, "token", ""),
        ("token = { file = 'empty' }", 4, "token", ""),
        ("token = { file = 'blank' }", 4, "token", ""),
        ("token = { file = 'two' }", 4, "token", ""),
        ("token = { file = 'spaced' }", 4, "token", ""),
        ("token = { env = 'UNSET' }", 4, "token", ""),
        ("token = { env = 'EMPTY' }", 4, "token", ""),
        ("token = { fil = 'pw' }", 4, "token", "file"),
        ("token = {}", 4, "token", ""),
        ("token = { env = 'TOKEN' }\nuser = 'u'\npassword = { file = 'pw' }", 4, "token", ""),
        ("token = { env = 'TOKEN' }\nheaders = { AUTHORIZATION = 'x' }", 4, "token", ""),
        ("headers = 'x'", 4, "headers", "{ \"X-Api-Key\" = { file = \"/run/secrets/NAME\" } }"),
        ("headers = { Host = 'x' }", 4, "headers", ""),
        ("headers = { cookie = 'x' }", 4, "headers", ""),
        ("headers = { If-None-Match = 'x' }", 4, "headers", ""),
        ("headers = { User-Agent = 'x' }", 4, "headers", "poll.user_agent"),
        ("headers = { 'X Key' = 'x' }", 4, "headers", ""),
        ("headers = { '' = 'x' }", 4, "headers", ""),
        ("headers = { X = \"hunter2\\r\\nHost: b\" }", 4, "headers", ""),
        ("headers = { X = ' ' }", 4, "headers", ""),
        ("headers = { X = 'a', x = 'b' }", 4, "headers", ""),
        ("headers = { X = { file = 'none' } }", 4, "headers", ""),
        ("headers = { X = 7 }", 4, "headers", elsewhere),
        ("proxy = 'proxy.lan:3128'", 4, "proxy", "\"http://proxy.lan:3128\""),
        ("proxy = 'http://u:hunter2@proxy.lan'", 4, "proxy", to_keys),
        ("proxy = 'socks5://proxy.lan:1080'", 4, "proxy", ""),
        ("proxy = 'http://proxy.lan/x'", 4, "proxy", ""),
        ("proxy_user = 'u'\nproxy_password = { file = 'pw' }", 4, "proxy_user", ""),
        ("ca_file = 'none'", 4, "ca_file", ""),
        ("ca_file = 'pw'", 4, "ca_file", ""),
        ("client_cert = 'pw'", 4, "client_cert", "to name its file with `client_key`"),
        ("client_key = 'pw'\nclient_cert = 'pw'", 4, "client_key", ""),
    ];
    for (lines, line, key, suggestion) in cases {
        let problems = with_disk(&feed_with(lines), &files).expect_err(lines);
        let told = &problems.told[0];
        let found = (told.line, told.key.as_str(), told.suggestion.as_deref().unwrap_or_default());
        assert_eq!(found, (line, format!("feed[0].{key}").as_str(), suggestion), "{lines}");
        assert!(!problems.to_string().contains("hunter"), "{problems}");
    }
}

#[test]
fn a_closed_configuration_needs_no_secret_and_is_judged_all_the_same() {
    let closed = |lines: &str| Config::parse_closed("c.toml", &feed_with(lines), []);
    for lines in [
        "user = 'u'\npassword = { file = 'none' }",
        "token = { env = 'UNSET' }\nca_file = 'none'",
        "client_cert = 'none'\nclient_key = 'none'",
        "client_cert = 'none'",
        "headers = { X = { env = 'UNSET' } }\nproxy = 'http://proxy.lan'",
    ] {
        let config = closed(lines).unwrap_or_else(|problems| panic!("{lines}: {problems}"));
        assert!(config.feeds[0].pass.is_some(), "{lines}");
        with_disk(&feed_with(lines), &[]).expect_err(lines);
    }
    for lines in ["token = 'hunter2'", "user = 'u'", "client_key = 'none'", "token = { fil = 'x' }"]
    {
        closed(lines).expect_err(lines);
    }
}

#[test]
fn a_certificate_needs_its_own_key_https_and_no_proxy_that_would_see_it() {
    let pair = |name: &str| {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    };
    let ((certificate, key), (_, other)) = (pair("desk"), pair("other"));
    let both = format!("{certificate}{key}");
    let files = [
        ("cert", certificate.as_str(), 0o644),
        ("key", key.as_str(), 0o640),
        ("other", other.as_str(), 0o600),
        ("both", both.as_str(), 0o600),
    ];
    let pem = |lines: &str| {
        let config = with_disk(&feed_with(lines), &files).expect(lines);
        let pass = config.feeds[0].pass.clone().unwrap();
        (pass.identity.unwrap().expose().len(), config.warnings)
    };
    assert_eq!(pem("client_cert = 'both'"), (both.len(), Vec::new()));
    let (length, warnings) = pem("client_cert = 'cert'\nclient_key = 'key'");
    assert_eq!(length, both.len() + 1);
    assert_eq!((warnings.len(), warnings[0].line), (1, 5), "{warnings:?}");
    assert!(warnings[0].message.contains("read by others"));
    for (text, key) in [
        (feed_with("client_cert = 'cert'"), "client_cert"),
        (feed_with("client_key = 'key'"), "client_key"),
        (feed_with("client_cert = 'cert'\nclient_key = 'other'"), "client_cert"),
        (feed_with("client_cert = 'both'").replace("https", "http"), "client_cert"),
        (feed_with("client_cert = 'both'\nproxy = 'https://p.lan'"), "client_cert"),
        (feed_with("client_cert = 'both'\n[poll]\nproxy = 'https://p.lan'"), "client_cert"),
    ] {
        let told = with_disk(&text, &files).expect_err(&text).told;
        assert_eq!((told.len(), told[0].key.as_str()), (1, format!("feed[0].{key}").as_str()));
    }
    let direct = "client_cert = 'both'\nproxy = 'direct'\n[poll]\nproxy = 'https://p.lan'";
    assert!(with_disk(&feed_with(direct), &files).is_ok());
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let text = "[log]\nlevel = 'loud'\n[poll]\ncolour = 1\ninterval = '5x'\n[[feed]]\nid = 'A B'\n";
    let keys: Vec<_> = problems(text).into_iter().map(|p| (p.line, p.key)).collect();
    let expected = [
        (2, "log.level"),
        (4, "poll.colour"),
        (5, "poll.interval"),
        (6, "feed[0].url"),
        (7, "feed[0].id"),
    ];
    assert_eq!(keys, expected.map(|(line, key)| (line, key.to_owned())));
    let shown = Config::parse("c.toml", "[log]\nlevel = 'wran'", []).unwrap_err().to_string();
    assert_eq!(
        shown,
        "c.toml:2:9: log.level: \"wran\" is not allowed; allowed is \"error\", \"warn\", \"info\", \"debug\", \
         \"trace\" (did you mean \"warn\"?)"
    );
}

#[test]
fn more_problems_than_one_can_read_are_counted() {
    let text = "[[feed]]\n".repeat(80);
    let problems = Config::parse("c.toml", &text, []).unwrap_err();
    assert_eq!((problems.told.len(), problems.more), (PROBLEMS_MAX, 60));
    assert!(problems.to_string().ends_with("\nand 60 more"));
}

#[test]
fn private_addresses_are_named_by_host_address_or_range_each_with_its_port() {
    for (entry, fits) in [
        ("127.0.0.1:8080", true),
        ("[::1]:81", true),
        ("feeds.lan:80", true),
        ("10.1.0.0/16:8080", true),
        ("[fd00::]/8:443", true),
        ("10.1.0.0/33:80", false),
        ("10.1.0.0/16", false),
        ("127.0.0.1", false),
        ("127.0.0.1:0", false),
        ("::1:80:x", false),
        ("http://a.lan:80", false),
        (":80", false),
        ("", false),
    ] {
        let text = format!("[poll]\nallow_private = ['{entry}']");
        assert_eq!(Config::parse("c.toml", &text, []).is_ok(), fits, "{entry}");
    }
}

#[test]
fn broken_toml_is_told_with_line_and_column() {
    for (text, line, column) in [
        ("[poll]\ninterval = \"5m", 2, 15),
        ("[poll\n", 1, 6),
        ("[poll]\n[poll]\n", 2, 2),
        ("x = 1\nx = 2\n", 2, 1),
    ] {
        let first = &problems(text)[0];
        assert_eq!((first.line, first.column), (line, column), "{text}: {first}");
        assert!(first.message.starts_with("not TOML: "));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_too() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Config::load(&dir.path().join("no.toml"), []).unwrap_err().to_string();
    assert!(
        missing.contains("no.toml: cannot read") && missing.contains("copytaster init"),
        "{missing}"
    );
    let latin = dir.path().join("latin.toml");
    std::fs::write(&latin, b"[log]\n# caf\xe9\n").unwrap();
    let problem = Config::load(&latin, []).unwrap_err().told.remove(0);
    assert_eq!((problem.line, problem.column, problem.message.as_str()), (2, 6, "must be UTF-8"));
}

#[test]
fn the_environment_overrides_every_kind_of_value() {
    let text = "[poll]\ninterval = '30m'\n[[feed]]\nid = 'a'\nurl = 'https://a.example/'";
    let env = [
        ("COPYTASTER__POLL__INTERVAL", "5m"),
        ("COPYTASTER__POLL__IN_FLIGHT", "8"),
        ("COPYTASTER__POLL__ALLOW_PRIVATE", r#"["127.0.0.1:8080", "[::1]:81"]"#),
        ("COPYTASTER__OUTPUT__INCLUDE_BODY", "true"),
        ("COPYTASTER__STORE__KEEP", "forever"),
        ("COPYTASTER__SERVE__LISTEN", "127.0.0.1:9000"),
        ("COPYTASTER__FEED", r#"[{ id = "b", url = "https://b.example/" }]"#),
        ("COPYTASTER_CONFIG", "not an override"),
        ("PATH", "/bin"),
    ];
    let config = with_env(text, &env).unwrap();
    assert_eq!(config.poll.interval, Duration::from_mins(5));
    assert_eq!(config.poll.in_flight, 8);
    assert_eq!(config.poll.allow_private, ["127.0.0.1:8080", "[::1]:81"]);
    assert!(config.output.include_body);
    assert_eq!(config.store.keep, Keep::Forever);
    assert_eq!(config.serve.unwrap().listen.port(), 9000);
    assert_eq!(config.feeds.len(), 1);
    assert_eq!(config.feeds[0].id.as_str(), "b");
    assert_eq!(with_env(text, &[]).unwrap().serve, None);
}

#[test]
fn a_bad_override_is_told_by_its_name() {
    for (name, value, key, suggestion) in [
        ("COPYTASTER__POLL__INTERVALL", "5m", "", "COPYTASTER__POLL__INTERVAL"),
        ("COPYTASTER__POL__INTERVAL", "5m", "", "COPYTASTER__POLL__INTERVAL"),
        ("COPYTASTER__POLL", "5m", "", ""),
        ("COPYTASTER__FEED__URL", "https://a.example/", "", ""),
        ("COPYTASTER__", "", "", ""),
        ("COPYTASTER__POLL__INTERVAL", "5 min", "poll.interval", "\"5m\""),
        ("COPYTASTER__POLL__IN_FLIGHT", "many", "poll.in_flight", ""),
        ("COPYTASTER__POLL__ALLOW_PRIVATE", "127.0.0.1:80", "poll.allow_private", ""),
        ("COPYTASTER__FEED", r#"[{ id = "b" }]"#, "feed[0].url", ""),
        ("COPYTASTER__FEED", r#"[{ id = "b", url = "http://b.example", x = 1 }]"#, "feed[0].x", ""),
        ("COPYTASTER__FEED", "not a list", "feed", ""),
    ] {
        let told = with_env("", &[(name, value)]).expect_err(name).told;
        assert_eq!(told.len(), 1, "{told:?}");
        let found = (told[0].file.as_str(), told[0].line, told[0].key.as_str());
        assert_eq!(found, (name, 0, key));
        assert_eq!(told[0].suggestion.as_deref().unwrap_or_default(), suggestion, "{name}");
    }
}

#[test]
fn defaults_follow_what_they_depend_on() {
    let config = |text| Config::parse("c.toml", text, []).unwrap();
    assert_eq!(config("").poll.interval_min, Duration::from_mins(5));
    assert_eq!(config("[poll]\ninterval = '1m'").poll.interval_min, Duration::from_mins(1));
    let days = |days: u64| Keep::For(Duration::from_hours(24 * days));
    let store = config("[store]\nkeep = '7d'").store;
    assert_eq!((store.keep, store.keep_text), (days(7), days(7)));
    let store = config("[desk]\nstory_window = '3650d'").store;
    assert_eq!((store.keep, store.keep_text), (days(3650), days(3650)));
}

/// The example with the keys that are off by default switched on.
fn example_in_full() -> String {
    let on = |line: &str| match line.strip_prefix('#') {
        Some(key) if !key.is_empty() && !key.starts_with(' ') => key.to_owned(),
        _ => line.to_owned(),
    };
    EXAMPLE.lines().map(on).collect::<Vec<_>>().join("\n")
}

fn paths(text: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (name, value) in &text.parse::<toml::Table>().unwrap() {
        paths.insert(name.clone());
        let tables = match value {
            toml::Value::Array(tables) => tables.iter().collect(),
            table => vec![table],
        };
        let keys = tables.into_iter().flat_map(|table| table.as_table().unwrap().keys());
        paths.extend(keys.map(|key| format!("{name}.{key}")));
    }
    paths
}

#[test]
fn the_example_says_exactly_the_defaults() {
    let example = Config::parse("example.toml", EXAMPLE, []).unwrap();
    assert_eq!((example.feeds.len(), example.outlets.len()), (1, 1));
    let bare = Config { feeds: Vec::new(), outlets: Vec::new(), ..example };
    assert_eq!(bare, Config::default());
}

#[test]
fn the_example_knows_every_key_and_no_other() {
    let text = example_in_full();
    let pair = rcgen::generate_simple_self_signed(["press.example.net".to_owned()]).unwrap();
    let (certificate, key) = (pair.cert.pem(), pair.signing_key.serialize_pem());
    let disk = move |path: &Path, _: u64| {
        let bytes = match path.extension().and_then(|ending| ending.to_str()) {
            Some("pem") => certificate.clone().into_bytes(),
            Some("key") => key.clone().into_bytes(),
            _ => b"hunter2\n".to_vec(),
        };
        Ok(Found { bytes, mode: 0o600 })
    };
    let env = ["PRESS_TOKEN", "PROXY_PASSWORD", "ALERTS_SECRET"]
        .map(|name| (name.to_owned(), "t0ken".to_owned()));
    let (config, known) = Config::parse_known("example.toml", &text, env, Some(&disk)).unwrap();
    assert_eq!(paths(&text), known);
    assert_eq!((config.feeds.len(), config.warnings.len()), (3, 0));
    let shown = format!("{config:?}{}", serde_json::to_string(&config).unwrap());
    assert!(!shown.contains("hunter2") && !shown.contains("t0ken") && !shown.contains("BEGIN"));
    assert_eq!((config.agencies.len(), config.watches.len()), (1, 4));
    let without_agency = Config::default().tables;
    assert_ne!(config.tables, without_agency);
}

#[test]
fn every_key_of_the_example_is_explained() {
    let lines: Vec<&str> = EXAMPLE.lines().collect();
    for pair in lines.windows(2) {
        let is_key = pair[1].trim_start_matches('#').split(' ').nth(1) == Some("=")
            && !pair[1].starts_with("# ");
        let after_id = pair[0].contains("[[");
        assert!(!is_key || pair[0].starts_with("# ") || after_id, "unexplained: {}", pair[1]);
    }
}

#[test]
fn the_summit_has_thirty_feeds_and_more_whose_outlets_have_families() {
    let config = Config::parse("summit.toml", SUMMIT, []).unwrap();
    assert!(config.feeds.len() >= 30);
    let outlets: BTreeSet<&str> = config.outlets.iter().map(|outlet| outlet.id.as_str()).collect();
    let named: BTreeSet<&str> =
        config.feeds.iter().filter_map(|feed| feed.outlet.as_deref()).collect();
    assert_eq!(named, outlets);
    let families: BTreeSet<_> = config.outlets.iter().map(|outlet| outlet.family.clone()).collect();
    assert!(families.len() >= 30 && families.len() < outlets.len(), "owners of two outlets");
    assert!(!families.contains(&None));
    let tables = crate::tables::Tables::builtin();
    assert!(outlets.iter().all(|id| tables.outlet(id).is_some()), "names and hosts are built in");
}

#[test]
fn feeds_carry_the_zone_of_their_outlet() {
    let text = "[[feed]]\nid = 'mint-news'\nurl = 'https://mint.example/rss'\noutlet = 'livemint'\n\
        [[outlet]]\nid = 'livemint'\nzone = 'Asia/Kolkata'";
    let config = Config::parse("c.toml", text, []).unwrap();
    let feeds = config.feeds();
    let mint = feeds.iter().find(|feed| feed.id.as_str() == "mint-news").unwrap();
    assert_eq!(mint.zone.as_deref(), Some("Asia/Kolkata"));
    assert_eq!((mint.outlet.as_deref(), mint.interval), (Some("livemint"), None));
}

#[test]
fn the_hash_names_the_settings_and_not_their_spelling() {
    let hash = |text, env: &[_]| with_env(text, env).unwrap().hash();
    let plain = hash("", &[]);
    assert_eq!(plain, hash("# a comment\n[poll]\ninterval = '900s'", &[]));
    assert_eq!(plain, hash("", &[("COPYTASTER__LOG__LEVEL", "info")]));
    assert_ne!(plain, hash("[poll]\ninterval = '16m'", &[]));
    let watch = "[[watch]]\nid = 'w'\nmatch = 'a'";
    assert_ne!(plain, hash(watch, &[]));
}

proptest! {
    #[test]
    fn a_mutated_configuration_never_panics(
        cuts in prop::collection::vec((0.0..1.0_f64, 0_usize..40, "[\\PC\n\"'\\[\\]={}#.0-9]{0,8}"), 1..6),
        env in prop::collection::vec(("[A-Z_]{0,12}", "\\PC{0,12}"), 0..3),
    ) {
        let mut text: Vec<char> = example_in_full().chars().collect();
        for (place, length, inserted) in cuts {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in the text")]
            let start = (text.len() as f64 * place) as usize;
            let end = (start + length).min(text.len());
            text.splice(start..end, inserted.chars());
        }
        let text: String = text.into_iter().collect();
        let env = env.into_iter().map(|(name, value)| (format!("COPYTASTER__{name}"), value));
        match Config::parse("c.toml", &text, env) {
            Ok(config) => prop_assert_eq!(config.hash(), config.hash()),
            Err(problems) => {
                prop_assert!(!problems.told.is_empty());
                let lines = text.lines().count() + 1;
                prop_assert!(problems.told.iter().all(|p| p.line <= lines && !p.message.is_empty()));
            }
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,200}") {
        prop_assert!(Config::parse("c.toml", &text, []).is_ok_and(|config| config.feeds.is_empty())
            || Config::parse("c.toml", &text, []).is_err());
    }
}
