//! `discover`: what is asked for, in which order, and what is left alone.

use super::{Desk, rss};
use crate::server::{Reply, Server};

fn paths(server: &Server) -> Vec<String> {
    server.seen().iter().map(crate::server::Seen::path).collect()
}

const PAGE: &str =
    "<!DOCTYPE html><html><head><title>Post</title></head><body><p>News.</p></body></html>";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_names_is_verified_and_nothing_else_is_tried() {
    let page = PAGE.replace(
        "<title>",
        "<link rel=alternate type=application/rss+xml title='All' href=/all.xml>\
         <link rel=alternate type=application/rss+xml href=/gone.xml>\
         <link rel=alternate type=application/atom+xml href='http://10.0.0.1/inside.xml'><title>",
    );
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/news/" => Reply::body(page.clone()),
        "/all.xml" => Reply::body(rss("All", 5)),
        // What is closed to all is open to whoever it names as its feed.
        "/robots.txt" => Reply::body("User-agent: *\nDisallow: /all.xml\n"),
        _ => Reply::status(404),
    })
    .await;
    let desk = Desk::on(&server, &[]);
    let (code, lines, err) = desk.lines(&["discover", server.url("/news/").as_str(), "--json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(lines.len(), 1);
    let found = &lines[0];
    assert_eq!(
        (&found["url"], &found["how"]),
        (&server.url("/all.xml").as_str().into(), &"link".into())
    );
    assert_eq!((&found["items"], &found["configured"]), (&5.into(), &false.into()));
    assert_eq!(paths(&server), ["/robots.txt", "/news/", "/all.xml", "/gone.xml"]);
    let (code, out, _) = desk.feeds(&["discover", server.url("/all.xml").as_str()]);
    assert_eq!((code, out.as_str()), (1, ""), "robots.txt holds for what a person names");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_usual_places_are_tried_in_order_where_robots_txt_allows() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/blog/index.xml" => Reply::body(rss("Blog", 2)),
        "/blog" => Reply::body(PAGE),
        "/robots.txt" => Reply::body("User-agent: copytaster\nDisallow: /blog/rss.xml\n"),
        _ => Reply::status(404),
    })
    .await;
    let desk = Desk::on(&server, &[("blog", "/blog/index.xml")]);
    let (code, out, err) = desk.feeds(&["discover", server.url("/blog").as_str()]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("/blog/index.xml  path   RSS 2.0  2") && out.contains("Blog (configured)"),
        "{out}"
    );
    assert_eq!(
        paths(&server),
        [
            "/robots.txt",
            "/blog",
            "/blog/feed",
            "/blog/atom.xml",
            "/blog/feed.xml",
            "/blog/index.xml"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_news_sitemap_is_the_last_resort() {
    let server = Server::start(|seen| {
        let at = format!(
            "http://{}",
            String::from_utf8(seen.field("host").unwrap_or_default()).unwrap()
        );
        match seen.path().as_str() {
            "/" => Reply::body(PAGE),
            "/robots.txt" => Reply::body(format!("Sitemap: {at}/pages.xml\nSitemap: /maps.xml\n")),
            "/pages.xml" => Reply::body("<urlset><url><loc>https://a.example/</loc></url></urlset>"),
            "/maps.xml" => Reply::body(format!(
                "<sitemapindex><sitemap><loc>{at}/old.xml</loc></sitemap><sitemap><loc>{at}/news.xml</loc></sitemap></sitemapindex>"
            )),
            "/news.xml" => Reply::body(
                "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
                 xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://post.example/1</loc>\
                 <news:news><news:publication_date>2025-08-16</news:publication_date><news:title>Tide</news:title>\
                 </news:news></url></urlset>",
            ),
            _ => Reply::status(404),
        }
    })
    .await;
    let desk = Desk::on(&server, &[]);
    let (code, lines, err) = desk.lines(&["discover", server.url("/").as_str(), "--json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!((&lines[0]["how"], &lines[0]["format"]), (&"sitemap".into(), &"sitemap".into()));
    assert_eq!(lines[0]["url"], server.url("/news.xml").as_str());
    assert_eq!(lines[0]["items"], 1);
    assert!(!paths(&server).contains(&"/old.xml".to_owned()), "{:?}", paths(&server));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_none_it_says_what_was_tried_and_asks_no_more_than_it_may() {
    // Every address leads to the next: only the bound ends it.
    let server = Server::start(|seen| match seen.path().as_str() {
        "/robots.txt" => Reply::status(404),
        "/" => Reply::body(PAGE),
        path => Reply::to(302, &format!("{path}x")),
    })
    .await;
    let desk = Desk::on(&server, &[]);
    let (code, out, err) = desk.feeds(&["discover", server.url("/").as_str()]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("no feed found") && err.contains("30 requests (at most 30)"), "{err}");
    assert!(err.contains("/feed: too many redirects"), "{err}");
    assert_eq!(server.seen().len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_closed_to_us_or_wants_peace_is_left_alone() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/robots.txt" => Reply::body("User-agent: *\nDisallow: /"),
        _ => Reply::body(PAGE),
    })
    .await;
    let desk = Desk::on(&server, &[]);
    let (code, _, err) = desk.feeds(&["discover", server.url("/").as_str()]);
    assert!(code == 1 && err.contains("robots.txt"), "{err}");
    assert_eq!(paths(&server), ["/robots.txt"]);

    let server = Server::start(|seen| match seen.path().as_str() {
        "/" => Reply::body(PAGE),
        "/feed" => Reply::status(429),
        _ => Reply::status(404),
    })
    .await;
    let desk = Desk::on(&server, &[]);
    let (code, _, err) = desk.feeds(&["discover", server.url("/").as_str()]);
    assert!(code == 1 && err.contains("the host is held"), "{err}");
    assert_eq!(paths(&server), ["/robots.txt", "/", "/feed"]);
}

/// Who we are is not for a page to say: no link of its sends a name and a password anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn links_with_a_user_are_passed_over() {
    let victim = Server::fixed([("/feed".to_owned(), rss("Victim", 1))]).await;
    let named = victim.url("/feed").to_string().replace("http://", "http://victim:hunter2@");
    let page = PAGE.replace(
        "<title>",
        &format!(
            "<link rel=alternate type=application/rss+xml href='{named}'>\
             <link rel=alternate type=application/rss+xml href=/all.xml><title>"
        ),
    );
    let sitemap = format!("Sitemap: {named}\n");
    let server = Server::start(move |seen| match seen.path().as_str() {
        "/" => Reply::body(page.clone()),
        "/bare" => Reply::body(PAGE),
        "/all.xml" => Reply::body(rss("All", 5)),
        "/robots.txt" => Reply::body(sitemap.clone()),
        _ => Reply::status(404),
    })
    .await;
    let desk = Desk::on(&server, &[]);
    let (code, lines, _) = desk.lines(&["discover", server.url("/").as_str(), "--json"]);
    assert_eq!((code, lines.len(), &lines[0]["items"]), (0, 1, &5.into()));
    let (code, _, err) = desk.feeds(&["discover", server.url("/bare").as_str()]);
    assert_eq!(code, 1);
    assert!(!err.contains("hunter2"), "{err}");
    let (code, _, err) = desk.feeds(&["add", server.url("/").as_str()]);
    assert_eq!(code, 0, "{err}");
    assert!(desk.text().contains("/all.xml") && !desk.text().contains("victim"));
    assert_eq!(victim.seen().len(), 0);
}
