//! Full text: the pages of articles are fetched by the poller's rules and robots.txt, once each, and told as text.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::desk::Desk;
use crate::server::{Manner, Reply, Server};

const SUMMARY: &str = "The ferry to the islands stays in port until the storm has passed.";

/// A page with a text that only it has, between navigation and a footer.
fn page(n: usize) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Ferry {n} stays in port</title></head><body>\
         <nav><a href=\"/\">Home</a><a href=\"/sport\">Sport</a></nav><article><h1>Ferry {n} stays in port</h1>\
         <p>SKAGEN (Reuters) - {SUMMARY} The harbour master of berth {n} closed the gates at noon on Saturday.</p>\
         <p>\"We do not sail against the sea,\" captain Ada Vale told passengers who had waited since the morning \
         with their cars, bicycles and dogs on the quay.</p>\
         <p>The next weather report is due in the evening, and the company wants to decide after it whether the \
         night crossing takes place, a spokesman said on the telephone.</p>\
         <p>(Reporting by Ben Holm; Editing by Cleo Marsh)</p></article>\
         <footer>Subscribe to our newsletter</footer></body></html>"
    )
}

fn feed(port: u16, titles: &[(usize, &str)]) -> String {
    let items: Vec<String> = titles
        .iter()
        .map(|(n, title)| {
            format!(
                "<item><guid isPermaLink=\"false\">ferry-{n}</guid><title>{title}</title>\
                 <link>http://127.0.0.1:{port}/story/{n}</link><description>{SUMMARY}</description></item>"
            )
        })
        .collect();
    format!(
        "<rss version=\"2.0\"><channel><title>Harbour</title>{}</channel></rss>",
        items.concat()
    )
}

fn port_of(seen: &crate::server::Seen) -> u16 {
    let host = String::from_utf8(seen.field("host").unwrap()).unwrap();
    host.rsplit(':').next().unwrap().parse().unwrap()
}

fn one_feed(server: Server, keys: &str, poll: &str) -> Desk {
    let url = server.url("/feed");
    let feed = format!("[[feed]]\nid = \"harbour\"\nurl = \"{url}\"\ninterval = \"1s\"\n{keys}");
    Desk::new(server, &format!("{poll}{feed}"))
}

fn by_story(desk: &Desk, n: usize) -> Vec<Value> {
    let guid = format!("ferry-{n}");
    desk.records("articles-").into_iter().filter(|record| record["guid"] == guid.as_str()).collect()
}

fn defects(record: &Value) -> Vec<&str> {
    record["defects"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_is_read_once_and_a_changed_item_again() {
    let polls = AtomicUsize::new(0);
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/feed" => {
            let first = match polls.fetch_add(1, Ordering::SeqCst) {
                0..3 => "Ferry 1 stays in port",
                _ => "Ferry 1 stays in port until Monday",
            };
            let titles = [(1, first), (2, "Ferry 2 stays in port"), (3, "Ferry 3 stays in port")];
            Reply::body(feed(port_of(seen), &titles))
        }
        "/robots.txt" => Reply::body("User-agent: *\nDisallow: /story/3\n"),
        path => Reply::body(page(path.rsplit('/').next().unwrap().parse().unwrap()))
            .with("Content-Type", "text/html; charset=utf-8"),
    })
    .await;
    let desk = one_feed(server, "full_text = true\n", "host_spacing = \"10ms\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    desk.until("revises", |desk| by_story(desk, 1).len() == 2).await;
    let polled = |desk: &Desk| desk.server.seen().iter().filter(|s| s.path() == "/feed").count();
    let so_far = polled(&desk);
    desk.until("polls on", |desk| polled(desk) > so_far + 2).await;
    desk.stop(daemon).await;

    let told = by_story(&desk, 1);
    assert_eq!(
        (&told[0]["type"], &told[1]["type"]),
        (&"article.new".into(), &"article.revised".into())
    );
    for record in [&told[0], &told[1], &by_story(&desk, 2)[0]] {
        assert_eq!(record["text"]["origin"], "page", "{record:#}");
        assert_eq!(record["text"]["complete"], true);
        assert!(record["text"]["words"].as_u64().unwrap() > 60, "{record:#}");
        assert_eq!(record["provenance"]["wire"], serde_json::json!(["reuters"]));
        assert_eq!(record["provenance"]["dateline"], "SKAGEN (Reuters)");
        assert!(!defects(record).contains(&"page_unavailable"));
    }
    let forbidden = by_story(&desk, 3);
    assert_eq!(forbidden.len(), 1, "{forbidden:#?}");
    assert_eq!(forbidden[0]["text"]["origin"], "feed_summary");
    assert_eq!(defects(&forbidden[0]), ["date_missing", "page_unavailable"]);

    let seen = desk.server.seen();
    let asked = |path: &str| seen.iter().filter(|request| request.path() == path).count();
    assert_eq!(
        (asked("/robots.txt"), asked("/story/1")),
        (1, 2),
        "robots once, a changed item again"
    );
    assert_eq!((asked("/story/2"), asked("/story/3")), (1, 0));
    for request in seen.iter().filter(|request| request.path() != "/feed") {
        let mut names = request.names();
        names.sort();
        assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    }
    assert_eq!(desk.server.busy_most(), 1, "feeds and pages of a host never meet");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_cannot_give_the_feed_does() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/feed" => {
            let titles: Vec<(usize, String)> =
                (1..=7).map(|n| (n, format!("Ferry {n} stays in port"))).collect();
            let titles: Vec<(usize, &str)> = titles.iter().map(|(n, t)| (*n, t.as_str())).collect();
            Reply::body(feed(port_of(seen), &titles))
        }
        "/robots.txt" => Reply::status(404),
        "/story/1" => Reply::status(500),
        "/story/2" => Reply::to(302, "http://10.1.2.3/inside"),
        "/story/3" => Reply::to(301, "/story/3"),
        "/story/4" => Reply::body("").sent(Manner::Reset),
        "/story/5" => Reply::body("%PDF-1.7 \u{0}\u{1}").with("Content-Type", "application/pdf"),
        "/story/6" => Reply::to(302, "/moved/6"),
        "/moved/6" => Reply::body(page(6)).with("Content-Type", "text/html"),
        "/story/7" => Reply::body("<div>".repeat(200_000)).with("Content-Type", "text/html"),
        path => unreachable!("{path}"),
    })
    .await;
    let desk = one_feed(server, "full_text = true\n", "host_spacing = \"0s\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    desk.until("all told", |desk| desk.articles("harbour") == 7).await;
    desk.stop(daemon).await;
    for n in [1, 2, 3, 4, 5, 7] {
        let told = by_story(&desk, n);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["text"]["origin"], "feed_summary", "{n}: {told:#?}");
        let words = defects(&told[0]);
        assert!(words.iter().any(|word| word.starts_with("page_")), "{n}: {words:?}");
    }
    assert_eq!(by_story(&desk, 6)[0]["text"]["origin"], "page", "a redirect is followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_taken_from_a_page_stays_when_the_page_is_gone_and_the_headline_changes() {
    let (polls, pages) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/feed" => {
            let is_first = polls.fetch_add(1, Ordering::SeqCst) < 2;
            let title = if is_first { "Ferry 1 stays in port" } else { "Ferry 1 sails at last" };
            Reply::body(feed(port_of(seen), &[(1, title)]))
        }
        "/robots.txt" => Reply::to(302, "/rules"),
        "/rules" => Reply::body("User-agent: copytaster\nAllow: /"),
        _ if pages.fetch_add(1, Ordering::SeqCst) == 0 => {
            Reply::body(page(1)).with("Content-Type", "text/html")
        }
        _ => Reply::status(410),
    })
    .await;
    let desk = one_feed(server, "full_text = true\n", "host_spacing = \"0s\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    desk.until("revises", |desk| by_story(desk, 1).len() == 2).await;
    let asked = |desk: &Desk| desk.server.seen().len();
    let so_far = asked(&desk);
    desk.until("polls on", |desk| asked(desk) > so_far + 2).await;
    desk.stop(daemon).await;
    let told = by_story(&desk, 1);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!(told[1]["title"], "Ferry 1 sails at last");
    assert_eq!(told[1]["text"], told[0]["text"]);
    assert_eq!(told[1]["provenance"], told[0]["provenance"]);
    let seen = desk.server.seen();
    assert_eq!(seen.iter().filter(|request| request.path() == "/story/1").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_wants_peace_gets_it_for_pages_and_feeds_alike() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/feed" => {
            let titles = [(1, "Ferry 1 stays in port"), (2, "Ferry 2 stays in port")];
            Reply::body(feed(port_of(seen), &titles))
        }
        "/robots.txt" => Reply::status(404),
        _ => Reply::status(429).with("Retry-After", "600"),
    })
    .await;
    let desk = one_feed(server, "full_text = true\n", "host_spacing = \"0s\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    let asked = |desk: &Desk| desk.server.seen().iter().any(|s| s.path().starts_with("/story"));
    desk.until("asks for a page", asked).await;
    let so_far = desk.server.seen().len();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(desk.server.seen().len(), so_far, "nobody comes before ten minutes are over");
    desk.stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_whose_rules_cannot_be_had_is_left_alone() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/feed" => Reply::body(feed(port_of(seen), &[(1, "Ferry 1 stays in port")])),
        "/robots.txt" => Reply::status(503),
        path => unreachable!("{path}"),
    })
    .await;
    let desk = one_feed(server, "full_text = true\n", "host_spacing = \"0s\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    desk.until("told", |desk| desk.articles("harbour") == 1).await;
    desk.stop(daemon).await;
    assert_eq!(by_story(&desk, 1)[0]["text"]["origin"], "feed_summary");
    assert!(desk.server.seen().iter().all(|request| !request.path().starts_with("/story")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outlet_that_opts_in_does_so_in_every_feed_and_others_stay_out() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/feed" | "/other" => Reply::body(
            feed(port_of(seen), &[(1, "Ferry 1 stays in port")])
                .replace("ferry-", if seen.path() == "/feed" { "ferry-" } else { "other-" })
                .replace("story/", if seen.path() == "/feed" { "story/" } else { "page/" }),
        ),
        "/robots.txt" => Reply::status(404),
        _ => Reply::body(page(1)).with("Content-Type", "text/html"),
    })
    .await;
    let other = server.url("/other");
    let keys = format!(
        "outlet = \"harbour-post\"\n[[feed]]\nid = \"other\"\nurl = \"{other}\"\ninterval = \"1s\"\noutlet = \"quay\"\n\
         [[outlet]]\nid = \"harbour-post\"\nfull_text = true\n[[outlet]]\nid = \"quay\"\n"
    );
    let desk = one_feed(server, &keys, "host_spacing = \"0s\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    desk.until("both told", |desk| desk.articles("harbour") == 1 && desk.articles("other") == 1)
        .await;
    desk.stop(daemon).await;
    let records = desk.records("articles-");
    let origin = |feed: &str| {
        records.iter().find(|record| record["feed_id"] == feed).unwrap()["text"]["origin"].clone()
    };
    assert_eq!((origin("harbour"), origin("other")), ("page".into(), "feed_summary".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_pages_are_awaited_loses_nothing_and_tells_nothing_twice() {
    let held = AtomicUsize::new(0);
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/feed" => Reply::body(feed(
            port_of(seen),
            &[(1, "Ferry 1 stays in port"), (2, "Ferry 2 stays in port")],
        ))
        .with("ETag", "\"one\""),
        "/robots.txt" => Reply::status(404),
        // The first page that is asked for does not come.
        _ if held.fetch_add(1, Ordering::SeqCst) == 0 => Reply::body("").sent(Manner::Hold),
        path => Reply::body(page(path.rsplit('/').next().unwrap().parse().unwrap()))
            .with("Content-Type", "text/html"),
    })
    .await;
    let desk = one_feed(server, "full_text = true\n", "host_spacing = \"0s\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    let asked = |desk: &Desk| desk.server.seen().iter().any(|s| s.path().starts_with("/story"));
    desk.until("asks for a page", asked).await;
    desk.stop(daemon).await;
    assert_eq!(desk.articles("harbour"), 0, "nothing is told before its page was waited for");

    let daemon = desk.start("RUST_LOG", "debug");
    desk.until("told", |desk| desk.articles("harbour") == 2).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    desk.stop(daemon).await;
    assert_eq!(desk.articles("harbour"), 2);
    for n in [1, 2] {
        assert_eq!(by_story(&desk, n)[0]["text"]["origin"], "page");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_are_polled_on_while_their_host_has_more_pages_wanted_than_it_gives() {
    let polls = AtomicUsize::new(0);
    let server = Server::start(move |seen| {
        let path = seen.path();
        if path == "/robots.txt" {
            return Reply::status(404);
        }
        match path.strip_prefix("/feed/") {
            Some(n) => {
                let n: usize = n.parse().unwrap();
                let titles: Vec<(usize, String)> =
                    (0..40).map(|at| (100 * n + at, format!("Ferry {at} stays in port"))).collect();
                let titles: Vec<(usize, &str)> =
                    titles.iter().map(|(n, title)| (*n, title.as_str())).collect();
                // Another body each time, or it would not be read again.
                let n = polls.fetch_add(1, Ordering::SeqCst);
                let body = feed(port_of(seen), &titles);
                Reply::body(body.replace("</channel>", &format!("<!-- {n} --></channel>")))
            }
            None => Reply::body(page(1)).with("Content-Type", "text/html"),
        }
    })
    .await;
    let feeds: Vec<String> = (0..6)
        .map(|n| {
            let url = server.url(&format!("/feed/{n}"));
            format!(
                "[[feed]]\nid = \"f{n}\"\nurl = \"{url}\"\ninterval = \"1s\"\nfull_text = true\n"
            )
        })
        .collect();
    let desk = Desk::new(server, &format!("host_spacing = \"100ms\"\n{}", feeds.concat()));
    let daemon = desk.start("RUST_LOG", "info");
    let asked = |desk: &Desk, what: &str| {
        desk.server.seen().iter().filter(|seen| seen.path().starts_with(what)).count()
    };
    desk.until("all feeds polled", |desk| (0..6).all(|n| asked(desk, &format!("/feed/{n}")) > 0))
        .await;
    // Six feeds want 240 pages of a host that is asked ten times a second: no feed waits for them.
    assert!(asked(&desk, "/story") < 40, "{} pages before the last feed", asked(&desk, "/story"));
    desk.until("most pages read", |desk| {
        let records = desk.records("articles-");
        let of_page = |record: &&Value| record["text"]["origin"] == "page";
        records.iter().filter(of_page).count() >= 100
    })
    .await;
    desk.stop(daemon).await;
    assert_eq!(desk.server.busy_most(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_failed_is_asked_for_again_three_times_and_one_that_is_gone_is_not() {
    let (tries, polls) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/feed" => {
            let titles = [
                (1, "Ferry 1 stays in port"),
                (2, "Ferry 2 stays in port"),
                (3, "Ferry 3 stays in port"),
            ];
            // Another body each time, or it would not be read again.
            let n = polls.fetch_add(1, Ordering::SeqCst);
            Reply::body(
                feed(port_of(seen), &titles)
                    .replace("</channel>", &format!("<!-- {n} --></channel>")),
            )
        }
        "/robots.txt" => Reply::status(204),
        "/story/1" if tries.fetch_add(1, Ordering::SeqCst) > 0 => {
            Reply::body(page(1)).with("Content-Type", "text/html")
        }
        "/story/1" | "/story/2" => Reply::status(503),
        _ => Reply::status(404),
    })
    .await;
    let desk = one_feed(server, "full_text = true\n", "host_spacing = \"10ms\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    let asked = |desk: &Desk, what: &str| {
        desk.server.seen().iter().filter(|seen| seen.path() == what).count()
    };
    desk.until("tries again", |desk| asked(desk, "/story/2") == 4).await;
    let polls = asked(&desk, "/feed");
    desk.until("polls on", |desk| asked(desk, "/feed") > polls + 3).await;
    desk.stop(daemon).await;
    let told = by_story(&desk, 1);
    let origins: Vec<&Value> = told.iter().map(|record| &record["text"]["origin"]).collect();
    assert_eq!(origins, ["feed_summary", "page"], "told at once, and again with its page");
    assert!(defects(&told[0]).contains(&"page_unavailable"));
    assert!(!defects(&told[1]).contains(&"page_unavailable"));
    assert_eq!((by_story(&desk, 2).len(), by_story(&desk, 3).len()), (1, 1));
    assert_eq!((asked(&desk, "/story/2"), asked(&desk, "/story/3")), (4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_read_for_an_article_that_another_feed_told_before_in_the_same_words() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/feed" | "/other" => Reply::body(feed(port_of(seen), &[(1, "Ferry 1 stays in port")])),
        "/robots.txt" => Reply::status(404),
        _ => Reply::body(page(1)).with("Content-Type", "text/html"),
    })
    .await;
    let desk = one_feed(server, "", "host_spacing = \"10ms\"\n");
    let daemon = desk.start("RUST_LOG", "debug");
    desk.until("told", |desk| desk.articles("harbour") == 1).await;
    desk.stop(daemon).await;

    let config = desk.dir.path().join("copytaster.toml");
    let other = desk.server.url("/other");
    let more = format!(
        "[[feed]]\nid = \"other\"\nurl = \"{other}\"\ninterval = \"1s\"\nfull_text = true\n"
    );
    let before = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, before + &more).unwrap();
    let daemon = desk.start("RUST_LOG", "debug");
    desk.until("revised", |desk| by_story(desk, 1).len() == 2).await;
    let so_far = desk.server.seen().len();
    desk.until("polls on", |desk| desk.server.seen().len() > so_far + 6).await;
    desk.stop(daemon).await;
    let told = by_story(&desk, 1);
    assert_eq!(told.len(), 2, "the feed with the shorter text does not take it back: {told:#?}");
    assert_eq!(
        (&told[0]["article_id"], &told[1]["text"]["origin"]),
        (&told[1]["article_id"], &"page".into())
    );
    let pages = desk.server.seen().iter().filter(|seen| seen.path() == "/story/1").count();
    assert_eq!(pages, 1);
}
