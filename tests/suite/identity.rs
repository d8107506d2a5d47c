//! Each item once, whatever a publisher does to its guids: they flip, repeat, are used again, or are not there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::hours::Hours;
use crate::server::{Reply, Server};

/// Polls of one run.
const POLLS: usize = 10;

const PORTS: [&str; 8] =
    ["Kalmar", "Gdynia", "Visby", "Turku", "Rostock", "Ventspils", "Malmo", "Tallinn"];

/// An item that tells apart: its number, and what the publisher gives it.
#[derive(Clone, Default)]
struct Item {
    n: usize,
    guid: Option<String>,
    link: Option<String>,
    date: Option<String>,
    /// The body ends behind these words of it.
    cut: Option<&'static str>,
}

impl Item {
    fn new(n: usize) -> Self {
        Self { n, ..Self::default() }
    }

    fn guid(self, guid: impl Into<String>) -> Self {
        Self { guid: Some(guid.into()), ..self }
    }

    fn link(self, link: impl Into<String>) -> Self {
        Self { link: Some(link.into()), ..self }
    }

    fn title(&self) -> String {
        format!("Notice {} from {}", self.n, PORTS[self.n % PORTS.len()])
    }

    fn xml(&self) -> String {
        let part = |name: &str, value: &Option<String>| {
            value.as_ref().map_or(String::new(), |value| format!("<{name}>{value}</{name}>"))
        };
        let guid = self
            .guid
            .as_ref()
            .map_or(String::new(), |guid| format!("<guid isPermaLink=\"false\">{guid}</guid>"));
        format!(
            "<item><title>{}</title>{guid}{}{}<description>The harbour master of {} moved {} barges to berth {} and \
             counted {} crates.</description></item>",
            self.title(),
            part("link", &self.link),
            part("pubDate", &self.date),
            PORTS[self.n % PORTS.len()],
            self.n * 13 % 89 + 2,
            self.n * 7 % 41 + 1,
            self.n * 7919 % 9973
        )
    }
}

fn body(items: &[Item]) -> String {
    let cut = items.iter().find_map(|item| item.cut);
    let items: Vec<String> = items.iter().map(Item::xml).collect();
    let mut body = format!(
        "<rss version=\"2.0\"><channel><title>Harbours</title>{}</channel></rss>",
        items.concat()
    );
    if let Some(cut) = cut {
        body.truncate(body.rfind(cut).unwrap() + cut.len());
    }
    body
}

/// Polls a feed ten times, one hour apart; what it carries depends on how often it was asked.
async fn polled(carries: impl Fn(usize) -> Vec<Item> + Send + Sync + 'static) -> Hours {
    let asked = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |seen| {
        Reply::validated(seen, body(&carries(asked.fetch_add(1, Ordering::SeqCst))))
    })
    .await;
    let feed = Hours::feed(&server, "harbours", "interval = \"1h\"");
    let mut hours = Hours::new(&[&server], &format!("backfill = \"all\"\n{feed}"));
    while server.seen().len() < POLLS {
        // A restart between any two polls changes nothing.
        hours.run(Duration::from_mins(63)).await;
    }
    hours.verify();
    hours
}

fn fetched(hours: &Hours) -> Vec<Value> {
    hours.of_type("health.fetched")
}

fn count(records: &[Value], key: &str) -> Vec<u64> {
    records.iter().map(|record| record[key].as_u64().unwrap()).collect()
}

fn is_reported(record: &Value) -> bool {
    record["defects"].as_array().unwrap().iter().any(|defect| defect == "guid_flip")
}

/// Every item was told, and none twice.
fn each_once(hours: &Hours, items: usize) {
    let told = hours.told();
    let distinct: BTreeSet<&String> = told.iter().collect();
    assert_eq!((told.len(), distinct.len()), (items, items), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn guids_that_flip_once_hold_one_poll_and_tell_only_what_is_new() {
    // Six items; from the fourth poll on all under other guids, with two items that are really new.
    let hours = polled(|poll| {
        let (name, items) = if poll < 3 { ("old", 6) } else { ("moved", 8) };
        (0..items).rev().map(|n| Item::new(n).guid(format!("{name}-{n}"))).collect()
    })
    .await;
    each_once(&hours, 8);
    let fetched = fetched(&hours);
    assert_eq!(count(&fetched, "new"), [6, 0, 2]);
    assert_eq!(count(&fetched, "held"), [0, 8, 0]);
    assert_eq!(count(&fetched, "unchanged"), [0, 0, 6]);
    assert!(!is_reported(&fetched[0]) && is_reported(&fetched[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_another_system_changes_guids_and_links_and_tells_nothing_again() {
    let hours = polled(|poll| {
        let link = |n: usize| match poll {
            0..4 => format!("https://harbours.example/?p={n}"),
            _ => format!("https://harbours.example/2025/notice-{n}"),
        };
        (0..6).map(|n| Item::new(n).guid(link(n)).link(link(n))).collect()
    })
    .await;
    each_once(&hours, 6);
    assert_eq!(count(&fetched(&hours), "held"), [0, 6, 0]);
    assert!(hours.of_type("article.revised").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn guids_that_are_others_at_every_poll_are_held_once_and_then_mean_nothing() {
    for has_link in [true, false] {
        let hours = polled(move |poll| {
            let item = move |n: usize| {
                let item = Item::new(n).guid(format!("{poll}-{n}"));
                if has_link { item.link(format!("https://harbours.example/{n}")) } else { item }
            };
            // Every poll brings one item more.
            (0..5 + poll).rev().map(item).collect()
        })
        .await;
        each_once(&hours, 5 + POLLS - 1);
        let fetched = fetched(&hours);
        assert_eq!(count(&fetched, "held"), [0, 6, 0, 0, 0, 0, 0, 0, 0, 0], "link {has_link}");
        assert_eq!(count(&fetched, "new"), [5, 0, 2, 1, 1, 1, 1, 1, 1, 1]);
        assert!(fetched.iter().skip(1).all(is_reported));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flip_that_was_an_accident_is_forgotten() {
    let hours = polled(|poll| {
        let name = if poll == 4 { "accident" } else { "right" };
        (0..6).map(|n| Item::new(n).guid(format!("{name}-{n}"))).collect()
    })
    .await;
    each_once(&hours, 6);
    let fetched = fetched(&hours);
    assert_eq!(count(&fetched, "held"), [0, 6, 0]);
    assert_eq!(count(&fetched, "unchanged"), [0, 0, 6]);
    assert_eq!(fetched.iter().map(is_reported).collect::<Vec<_>>(), [false, true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn items_without_guid_and_link_are_known_by_their_words_even_under_another_date() {
    let hours = polled(|poll| {
        let date = Some(format!("Mon, 01 Sep 2025 {poll:02}:00:00 GMT"));
        (0..5).map(|n| Item { date: date.clone(), ..Item::new(n) }).collect()
    })
    .await;
    each_once(&hours, 5);
    let hours = polled(|poll| (0..3 + poll).rev().map(Item::new).collect()).await;
    each_once(&hours, 3 + POLLS - 1);
    assert!(count(&fetched(&hours), "held").iter().all(|&held| held == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guid_on_every_item_and_an_item_listed_twice_are_told_apart() {
    let hours = polled(|poll| {
        let one = |n: usize| Item::new(n).guid("1").link(format!("https://harbours.example/{n}"));
        let mut items: Vec<Item> = (0..4 + poll).rev().map(one).collect();
        items.push(items[0].clone());
        items
    })
    .await;
    each_once(&hours, 4 + POLLS - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guid_that_is_used_again_for_another_item_is_another_article() {
    // Guids are places in the list: the newest item is always "1".
    let hours = polled(|poll| {
        let item = |n: usize| {
            Item::new(n)
                .guid(format!("{}", 5 + poll - n))
                .link(format!("https://harbours.example/{n}"))
        };
        (poll..5 + poll).rev().map(item).collect()
    })
    .await;
    each_once(&hours, 5 + POLLS - 1);
    let reused = hours.of_type("article.new").iter().any(|record| {
        record["defects"].as_array().unwrap().iter().any(|defect| defect == "guid_reused")
    });
    assert!(reused);
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_of_one_outlet_that_number_their_items_alike_lose_none() {
    let texts = [
        (
            "budget",
            "Parliament passes budget",
            "Lawmakers approved spending early on Friday after a debate.",
        ),
        (
            "rowers",
            "Rowers win third gold",
            "Eight finished two lengths clear of their nearest rivals.",
        ),
        (
            "ferry",
            "Ferry sails again",
            "Islanders travelled overnight for once, eleven weeks later.",
        ),
    ];
    let server = Server::start(move |seen| {
        let (name, title, text) = *texts.iter().find(|(name, ..)| seen.path().contains(name)).unwrap();
        let link = format!("<link>https://quay.example/{name}</link>");
        let link = if name == "ferry" { "" } else { &link };
        Reply::validated(
            seen,
            format!(
                "<rss version=\"2.0\"><channel><title>{name}</title><item><title>{title}</title>\
                 <guid isPermaLink=\"false\">1001</guid>{link}<description>{text}</description></item></channel></rss>"
            ),
        )
    })
    .await;
    let feeds =
        texts.map(|(name, ..)| Hours::feed(&server, name, "outlet = \"quay\"\ninterval = \"1h\""));
    let outlet = "[[outlet]]\nid = \"quay\"\nname = \"Quay\"\n";
    let mut hours = Hours::new(&[&server], &format!("{}{outlet}", feeds.concat()));
    while server.seen().len() < 9 {
        hours.run(Duration::from_mins(63)).await;
    }
    hours.verify();
    let mut titles: Vec<String> = hours
        .of_type("article.new")
        .iter()
        .map(|record| record["title"].as_str().unwrap().to_owned())
        .collect();
    titles.sort();
    assert_eq!(titles, ["Ferry sails again", "Parliament passes budget", "Rowers win third gold"]);
    assert!(hours.of_type("article.revised").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_in_a_guid_or_a_link_makes_no_other_article() {
    // The second poll ends inside the link of a new item, which so reads as that of an old one.
    let hours = polled(|poll| {
        let old = Item::new(12).link("https://harbours.example/story/12");
        let new = Item::new(123).link("https://harbours.example/story/123");
        match poll {
            0 => vec![old],
            1 => vec![old, Item { cut: Some("https://harbours.example/story/12"), ..new }],
            _ => vec![old, new],
        }
    })
    .await;
    each_once(&hours, 2);
    assert!(hours.of_type("article.revised").is_empty());
    // Its guid is cut: by its title alone it would be told a second time.
    let hours = polled(|poll| {
        let new = Item::new(777).guid("item-2025-777").link("https://harbours.example/777");
        let old = Item::new(1).guid("item-2025-1").link("https://harbours.example/1");
        match poll {
            0 => vec![old],
            1 => vec![old, Item { cut: Some("item-2025-77"), ..new }],
            _ => vec![old, new],
        }
    })
    .await;
    each_once(&hours, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_feeds_are_never_held() {
    // All items are other ones at every poll: too fast for us, but nothing that was known came under another guid.
    let hours = polled(|poll| {
        (0..6).map(|n| Item::new(poll * 6 + n).guid(format!("g{}", poll * 6 + n))).collect()
    })
    .await;
    each_once(&hours, 6 * POLLS);
    let fetched = fetched(&hours);
    assert!(!fetched.iter().any(is_reported));
    assert!(fetched.iter().skip(1).all(|record| record["overrun"] == true));
}
