//! Article pages of several layouts: what of them becomes the text, and what does not.
//!
//! The layouts in `fixtures/pages/` have the same story in different clothes, with marks for its parts.

use std::fs;
use std::sync::{Arc, LazyLock};

use copytaster::enrich::{self, Context};
use copytaster::news::{Article, Feed, FeedId, Fetched, Page, TextOrigin};
use copytaster::parse;
use copytaster::tables::Tables;
use url::Url;

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::builtin);

const LAYOUTS: [&str; 8] =
    ["semantic", "blog", "boxes", "table", "linked", "application", "mobile", "footed"];

/// What stands in every layout; `before` and `after` are each test's own.
const PARTS: [(&str, &str); 13] = [
    ("@TITLE@", "Night ferry sails again after eleven weeks"),
    (
        "@P1@",
        "The night ferry to Lindholm sailed on Friday for the first time in eleven weeks, the harbour office said.",
    ),
    (
        "@P2@",
        "“We have four boats and three crews, and that is the whole trouble,” said Ada Brandt, who runs the line.",
    ),
    ("@HEADING@", "A piano on the quay"),
    (
        "@P3@",
        "Passengers had waited since dawn, some of them with bicycles, dogs and, in one case, a piano.",
    ),
    (
        "@QUOTE@",
        "“Nobody asked me what was in the crate, and so I told nobody,” the owner of the piano said.",
    ),
    ("@I1@", "The first crossing carried 212 people and 40 cars."),
    ("@I2@", "The second was cancelled at noon."),
    (
        "@P4@",
        "Whether the line will run in winter is open; the council votes on its money in October.",
    ),
    (
        "@CAPTION@",
        "The ferry at the quay of Lindholm, seen from the old lighthouse. Photo: Tom Reed",
    ),
    (
        "@NEWSLETTER@",
        "Get the harbour letter every morning, with tides, arrivals and the best of the fish market.",
    ),
    ("@RELATED@", "Bridge over the sound stays closed until the spring, engineers say"),
    (
        "@COOKIE@",
        "We and our 312 partners store cookies on your device to measure how this site is used, and you may object.",
    ),
];

const STORY: [&str; 8] = ["@P1@", "@P2@", "@HEADING@", "@P3@", "@QUOTE@", "@I1@", "@I2@", "@P4@"];
const NOISE: [&str; 4] = ["@CAPTION@", "@NEWSLETTER@", "@RELATED@", "@COOKIE@"];

fn part(mark: &str) -> &'static str {
    PARTS.iter().find(|(known, _)| *known == mark).unwrap().1
}

fn html(layout: &str, before: &str, after: &str) -> String {
    let path = format!("{}/tests/fixtures/pages/{layout}.html", env!("CARGO_MANIFEST_DIR"));
    let mut html = fs::read_to_string(path).unwrap();
    for (mark, text) in PARTS.iter().chain(&[("@BEFORE@", before), ("@AFTER@", after)]) {
        html = html.replace(mark, text);
    }
    html
}

fn feed(outlet: &str) -> Arc<Feed> {
    Arc::new(Feed {
        id: FeedId::new("test"),
        url: Url::parse("https://vale.example/feed").unwrap(),
        outlet: Some(outlet.to_owned()),
        interval: None,
        zone: None,
    })
}

fn read(html: &str) -> Page {
    let url = Url::parse("https://vale.example/world/a").unwrap();
    let fetched = Fetched {
        headers: vec![("content-type".into(), "text/html".into())],
        ..Fetched::at_hand(feed("livemint"), url, html.as_bytes().to_vec())
    };
    parse::page(&fetched, &parse::Config::default()).unwrap()
}

fn tasted(page: &Page) -> Article {
    let feed = feed("livemint");
    let fetched_at = "2025-08-16T06:10:02Z".parse().unwrap();
    enrich::page(page, "page.html", &Context { feed: &feed, fetched_at, tables: &TABLES })
}

#[test]
fn every_layout_gives_the_story_with_its_quotations_and_nothing_beside_it() {
    let mut wrong = Vec::new();
    for layout in LAYOUTS {
        let article = tasted(&read(&html(layout, "By Ada Vale", "(With inputs from ANI)")));
        let body = &article.text.body;
        for mark in STORY {
            if !body.contains(part(mark)) {
                wrong.push(format!("{layout} lost {mark}"));
            }
        }
        for mark in NOISE {
            if body.contains(part(mark)) {
                wrong.push(format!("{layout} took {mark}"));
            }
        }
        for other in [
            "Home",
            "Share",
            "Ten boats",
            "teaser",
            "as a child",
            "Weather",
            "switch on",
            "Imprint",
            "Reuters",
        ] {
            if body.contains(other) {
                wrong.push(format!("{layout} took {other}"));
            }
        }
        let parted =
            STORY[..2].iter().all(|mark| body.split("\n\n").any(|block| block == part(mark)));
        if !parted {
            wrong.push(format!("{layout} lost paragraphs: {body:?}"));
        }
        let seen = (article.text.origin, article.provenance.wire.join(","), article.title.as_str());
        if seen != (TextOrigin::Page, "ani".to_owned(), part("@TITLE@")) {
            wrong.push(format!("{layout}: {seen:?}"));
        }
        if !article.provenance.byline.contains("Ada Vale") {
            wrong.push(format!("{layout}: byline {:?}", article.provenance.byline));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[derive(serde::Deserialize)]
struct Credits {
    credit: Vec<toml::Table>,
}

#[test]
fn every_kind_of_credit_survives_in_every_layout() {
    let path = format!("{}/config/tables/credits.toml", env!("CARGO_MANIFEST_DIR"));
    let credits: Credits = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for row in &credits.credit {
        let text = |key: &str| row.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        let (slot, line) = (text("slot"), text("yes"));
        for layout in LAYOUTS {
            let (page, line) = match slot {
                "tail" | "notice" => (html(layout, "Friday evening", line), line.to_owned()),
                "head" => {
                    let first = part("@P1@");
                    let page = html(layout, "Friday evening", "It ended there.");
                    let dated = format!("{} {first}", line.trim());
                    (page.replace(first, &dated), line.trim().to_owned())
                }
                "byline" => (html(layout, line, "It ended there."), line.to_owned()),
                _ => continue,
            };
            // A name alone, in a box that nothing names, could be anything.
            if (layout, text("id")) == ("linked", "byline-agency") {
                continue;
            }
            let page = read(&page);
            let article = tasted(&page);
            let authored = page.authors.contains(&line);
            asked += 1;
            if !article.text.body.contains(&line) && !authored {
                wrong.push(format!(
                    "{layout} {} {line:?} {:?} {:?}",
                    text("id"),
                    page.before,
                    page.after
                ));
            }
        }
    }
    assert!(asked > 200 && wrong.is_empty(), "{} of {asked}: {wrong:#?}", wrong.len());
}

fn taste(page: &str, options: &[&str]) -> (i32, serde_json::Value, String) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("page.html"), page).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_copytaster"))
        .args(["taste", "page.html", "--json"])
        .args(options)
        .current_dir(dir.path())
        .output()
        .unwrap();
    let record = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap(), record, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn taste_shows_what_a_page_would_become() {
    let page = html("semantic", "By Ada Vale", "(With inputs from ANI)");
    let (code, record, err) = taste(&page, &["--url", "https://www.livemint.com/world/a"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(record["title"], part("@TITLE@"));
    assert_eq!(record["url"], "https://www.livemint.com/world/a");
    assert_eq!(
        (&record["outlet"]["id"], &record["text"]["origin"]),
        (&"livemint".into(), &"page".into())
    );
    assert_eq!(record["published"]["time"], "2025-08-15T19:40:00.000Z");
    assert_eq!(record["published"]["origin"], "page");
    let provenance = &record["provenance"];
    assert_eq!(provenance["credit"], "(With inputs from ANI)");
    assert_eq!(
        (&provenance["byline"], &provenance["wire"][0]),
        (&"By Ada Vale".into(), &"ani".into())
    );
}

#[test]
fn options_of_taste_count_more_than_the_page() {
    let page = html("semantic", "By Ada Vale", "(ANI)");
    let options =
        ["--outlet", "thehindu", "--published", "2025-08-14", "--title", "Another headline"];
    let (code, record, _) = taste(&page, &options);
    assert_eq!((code, &record["title"]), (0, &"Another headline".into()));
    assert_eq!(
        (&record["outlet"]["id"], &record["published"]["day"]),
        (&"thehindu".into(), &"2025-08-14".into())
    );
}

#[test]
fn an_option_of_taste_that_cannot_be_understood_is_a_usage_error_with_help() {
    for (options, help) in [
        (["--published", "next week"], "2025-08-16T05:58:00Z"),
        (["--outlet", "livemnt"], "did you mean livemint?"),
        (["--outlet", "nobody-knows-this-paper"], "[[outlet]]"),
        (["--url", "no address"], "--url"),
    ] {
        let (code, record, err) = taste("<p>It sailed.</p>", &options);
        assert_eq!((code, record), (2, serde_json::Value::Null), "{err}");
        assert!(err.contains(help) && err.contains(options[1]), "{err}");
    }
}
