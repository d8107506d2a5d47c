//! `add` and `rm`.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{Desk, rss};
use crate::server::{Reply, Server};

const COMMENTED: &str = "# My desk.\n\n[log]\nlevel = \"info\" # enough\n\n# The paper.\n[[feed]]\nid = \"gazette\"\n\
    url = \"https://gazette.example/rss\"\n#interval = \"5m\"\n\n# Owners.\n[[outlet]]\nid = \"gazette\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_fetched_named_after_its_title_and_added() {
    let server = Server::fixed([("/a".to_owned(), rss("Harbour Post", 3))]).await;
    let desk = Desk::on(&server, &[]);
    let before = desk.text();
    let url = server.url("/a").to_string();
    let arguments = ["add", &url, "--folder", "News/Wires", "--interval", "5m", "--outlet", "post"];
    let entry = format!(
        "[[feed]]\nid = \"harbour-post\"\nurl = \"{url}\"\ntitle = \"Harbour Post\"\n\
         outlet = \"post\"\nfolder = \"News/Wires\"\ninterval = \"5m\"\n"
    );
    let (code, out, err) = desk.feeds(&[&arguments[..], &["--dry-run"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("would be added") && out.ends_with(&entry), "{out}");
    assert_eq!(desk.text(), before);

    let (code, out, err) = desk.feeds(&arguments);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("harbour-post is added to") && out.contains("RSS 2.0, 3 items"), "{out}");
    assert!(out.contains("SIGHUP"), "{out}");
    assert_eq!(desk.text(), format!("{before}\n{entry}"));
    assert_eq!(server.seen().len(), 2, "one request a run");

    let (code, _, err) = desk.feeds(&["add", &format!("{url}#again")]);
    assert!(code == 1 && err.contains("it is the feed harbour-post"), "{err}");
    let (code, _, err) = desk.feeds(&["add", "https://b.example/", "--id", "harbour-post"]);
    assert!(code == 1 && err.contains("taken already"), "{err}");
    assert_eq!(server.seen().len(), 2, "what is there is not fetched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_leads_to_its_feed_and_what_is_none_is_not_added() {
    let page = "<!DOCTYPE html><html><head><title>Post</title>\
        <link rel=alternate type='application/rss+xml' title='All news' href='/all.xml'></head><body><p>News.</p>";
    let server = Server::fixed([
        ("/".to_owned(), page.as_bytes().to_vec()),
        ("/all.xml".to_owned(), rss("", 2)),
        ("/plain".to_owned(), b"just words".to_vec()),
    ])
    .await;
    let desk = Desk::on(&server, &[]);
    let (code, out, err) = desk.feeds(&["add", server.url("/").as_str()]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("is a page; its feed is") && out.contains("all-news is added"),
        "{err}{out}"
    );
    assert!(desk.text().contains(&format!("url = \"{}\"", server.url("/all.xml"))));

    let before = desk.text();
    for (path, words) in [("/plain", "no feed"), ("/missing", "HTTP 404; --no-check")] {
        let (code, out, err) = desk.feeds(&["add", server.url(path).as_str()]);
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(err.contains(words), "{err}");
    }
    assert_eq!(desk.text(), before);
    let (code, _, _) = desk.feeds(&["add", server.url("/missing").as_str(), "--no-check"]);
    assert_eq!(code, 0);
    assert!(desk.text().contains("id = \"127-0-0-1\""), "{}", desk.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_moved_for_good_is_added_where_it_is() {
    let server = Server::start(|seen| match seen.path().as_str() {
        "/new" => Reply::body(rss("Tide", 1)),
        "/old" => Reply::to(301, "/new"),
        _ => Reply::to(302, "/new"),
    })
    .await;
    let desk = Desk::on(&server, &[]);
    let (code, _, err) = desk.feeds(&["add", server.url("/old").as_str()]);
    assert!(code == 0 && err.contains("moved for good to"), "{err}");
    let new = format!("url = \"{}\"", server.url("/new"));
    assert!(desk.text().contains(&new), "{}", desk.text());
    let desk = Desk::on(&server, &[]);
    let (code, _, err) = desk.feeds(&["add", server.url("/for-now").as_str()]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(desk.text().contains("/for-now") && !desk.text().contains(&new));
}

#[test]
fn what_the_configuration_would_refuse_is_never_written() {
    let desk = Desk::new(COMMENTED);
    for (more, words) in [
        (&["--interval", "5x"][..], "is no duration"),
        (&["--id", "Not An Id"], "is no id"),
        (&["--outlet", "No Outlet"], "is no id"),
    ] {
        let (code, out, err) =
            desk.feeds(&[&["add", "https://post.example/x", "--no-check"][..], more].concat());
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains(words) && err.contains("as it would be"), "{err}");
    }
    for (url, words) in [
        ("ftp://post.example/", "only http and https"),
        ("https://u:hunter2@post.example/", "`password`"),
        ("https://[", "no usable address"),
    ] {
        let (code, _, err) = desk.feeds(&["add", url, "--no-check"]);
        assert!(code == 2 && err.contains(words) && !err.contains("hunter2"), "{err}");
    }
    assert_eq!(desk.text(), COMMENTED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_is_refused_unless_it_is_allowed() {
    let server = Server::fixed([("/a".to_owned(), rss("A", 1))]).await;
    let desk = Desk::new("");
    for command in ["add", "check", "discover"] {
        let (code, _, err) = desk.feeds(&[command, server.url("/a").as_str()]);
        assert!(code != 0, "{command}");
        assert!(err.contains("not a public address") || err.contains("cannot be used"), "{err}");
    }
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn a_removed_feed_leaves_the_rest_of_the_file_as_it_was() {
    let desk = Desk::new(COMMENTED);
    let feed = "# The paper.\n[[feed]]\nid = \"gazette\"\nurl = \"https://gazette.example/rss\"\n#interval = \"5m\"\n\n";
    let (code, out, err) = desk.feeds(&["rm", "gazette", "--dry-run"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("would be removed") && out.contains("\nid = \"gazette\"\n"), "{out}");
    assert_eq!(desk.text(), COMMENTED);
    let (code, out, _) = desk.feeds(&["rm", "gazette"]);
    assert!(code == 0 && out.contains("gazette is removed") && out.contains("SIGHUP"), "{out}");
    assert_eq!(desk.text(), COMMENTED.replace(feed, ""));

    let desk = Desk::new(COMMENTED);
    let (code, out, err) = desk.feeds(&["rm", "gazete"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("did you mean gazette?") && err.contains("nothing was removed"), "{err}");
    assert_eq!(desk.text(), COMMENTED);
}

#[test]
fn a_linked_file_is_written_through_and_a_read_only_one_is_not() {
    let desk = Desk::new(COMMENTED);
    let real = desk.path().join("real.toml");
    std::fs::rename(desk.config(), &real).unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).unwrap();
    symlink("real.toml", desk.config()).unwrap();
    let add = ["add", "https://post.example/x", "--no-check"];
    assert_eq!(desk.feeds(&add).0, 0);
    assert!(std::fs::symlink_metadata(desk.config()).unwrap().is_symlink());
    assert!(std::fs::read_to_string(&real).unwrap().contains("post.example"));
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);

    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o400)).unwrap();
    let before = desk.text();
    let (code, out, err) = desk.feeds(&["rm", "gazette"]);
    assert_eq!((code, out.as_str()), (73, ""));
    assert!(err.contains("read-only") && err.contains("--dry-run"), "{err}");
    assert_eq!(desk.text(), before);
}

#[test]
fn feeds_of_the_environment_are_not_changed_in_a_file() {
    let desk = Desk::new(COMMENTED);
    let mut command = desk.command(&["feeds", "rm", "gazette"]);
    command.env("COPYTASTER__FEED", "[{ id = 'x', url = 'https://x.example/' }]");
    let (code, _, err) = super::texts(&command.output().unwrap());
    assert!(code == 78 && err.contains("COPYTASTER__FEED"), "{err}");
    assert_eq!(desk.text(), COMMENTED);
}

#[test]
fn the_list_is_changed_without_the_secrets_of_its_feeds() {
    let desk = Desk::new(
        "[[feed]]\nid = \"wire\"\nurl = \"https://wire.example/\"\ntoken = { env = \"UNSET_TOKEN\" }\n",
    );
    let (code, _, err) =
        desk.feeds(&["add", "https://post.example/x", "--no-check", "--id", "post"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for command in ["list", "export"] {
        assert_eq!(desk.feeds(&[command]).0, 0, "{command}");
    }
    let (code, _, err) = desk.feeds(&["rm", "wire"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(!desk.text().contains("wire") && desk.text().contains("post"));
}
