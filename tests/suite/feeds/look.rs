//! `check`.

use super::{Desk, rss};
use crate::server::{Reply, Server};

async fn mixed() -> Server {
    Server::start(|seen| match seen.path().as_str() {
        "/good" => Reply::body(
            String::from_utf8(rss("Good", 4)).unwrap().replace("<link>", "<ttl>120</ttl><link>"),
        ),
        "/page" => Reply::body("<!DOCTYPE html><html><body>Welcome"),
        "/moved" => Reply::to(301, "/good"),
        "/hold" => Reply::status(500),
        _ => Reply::status(404),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_feed_is_fetched_once_and_told() {
    let server = mixed().await;
    let desk = Desk::on(
        &server,
        &[("good", "/good"), ("page", "/page"), ("moved", "/moved"), ("ill", "/hold")],
    );
    let (code, lines, err) = desk.lines(&["check", "--json"]);
    assert_eq!(code, 1);
    assert!(err.contains("2 of 4 feeds cannot be used: page, ill"), "{err}");
    let good = &lines[0];
    assert_eq!(
        (&good["feed"], &good["ok"], &good["http"], &good["format"], &good["items"]),
        (&"good".into(), &true.into(), &200.into(), &"RSS 2.0".into(), &4.into())
    );
    assert_eq!(good["newest"], "2025-08-16T03:00:00.000Z");
    assert_eq!((&good["title"], &good["wishes"]["ttl"]), (&"Good".into(), &"120".into()));
    assert_eq!(lines[1]["error"], "an HTML page, not a feed, at line 1, column 16");
    assert_eq!((&lines[2]["ok"], &lines[2]["moved"]), (&true.into(), &true.into()));
    assert_eq!(lines[2]["redirected_to"], server.url("/good").as_str());
    assert_eq!((&lines[3]["http"], &lines[3]["error"]), (&500.into(), &"HTTP 500".into()));
    assert_eq!(server.seen().len(), 5, "one request each, and a redirect");
    assert!(!desk.path().join("state").exists(), "nothing is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_are_named_by_id_or_address() {
    let server = mixed().await;
    let desk = Desk::on(&server, &[("good", "/good"), ("ill", "/hold")]);
    let (code, out, err) = desk.feeds(&["check", "good"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let rows: Vec<&str> = out.lines().collect();
    assert_eq!(rows.len(), 2, "{out}");
    assert!(rows[0].starts_with("FEED  USABLE  STATUS  FORMAT   ITEMS"), "{out}");
    assert!(rows[1].starts_with("good  yes     200     RSS 2.0  4"), "{out}");
    // The feed asks for two hours between two polls; the default interval is 15 minutes.
    assert!(rows[1].contains("asks for 120 min"), "{out}");
    let (code, lines, _) = desk.lines(&["check", server.url("/other").as_str(), "good", "--json"]);
    assert_eq!(code, 1);
    assert_eq!((&lines[0]["ok"], &lines[1]["ok"]), (&false.into(), &true.into()));
    let (code, out, err) = desk.feeds(&["check", "goood"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("did you mean good?"), "{err}");
}

#[test]
fn a_server_that_is_not_there_is_unavailable() {
    // Nobody listens on a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let desk = Desk::new(&format!(
        "[poll]\nallow_private = [\"127.0.0.1:{port}\"]\n[[feed]]\nid = \"a\"\nurl = \"http://127.0.0.1:{port}/\"\n"
    ));
    let (code, lines, err) = desk.lines(&["check", "--json"]);
    assert_eq!(code, 69);
    assert_eq!(lines[0]["error"], "connection error");
    assert!(err.contains("1 of 1 feed cannot be used: a"), "{err}");
    let (code, _, err) = desk.feeds(&["discover", &format!("http://127.0.0.1:{port}/")]);
    assert!(code == 69 && err.contains("connection error"), "{err}");
}
