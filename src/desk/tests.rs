use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::testing::article;
use super::*;
use crate::news::{
    Article, ArticleChange, ArticleKind, Change, Feed, FeedId, Found, Placed, StoryChange,
    StoryKind,
};

/// A desk with as much of a store as a test needs: what was told, by the claim that found it.
pub(super) struct Bench {
    pub(super) desk: Desk,
    told: BTreeMap<Hash16, (ArticleChange, Hash16)>,
    pub(super) now: Timestamp,
}

pub(super) fn config(memory_bytes_max: u64) -> Config {
    Config { cluster: cluster::Config { memory_bytes_max, ..cluster::Config::default() } }
}

impl Bench {
    pub(super) fn new(config: Config) -> Self {
        let now = "2025-08-16T06:00:00Z".parse().unwrap();
        Self { desk: Desk::new(config), told: BTreeMap::new(), now }
    }

    pub(super) fn take(&mut self, feed: &str, items: Vec<Article>) -> Taken {
        let feed = Arc::new(Feed::new(feed, Url::parse("https://desk.example/feed").unwrap()));
        let batch = Batch {
            feed,
            fetched_at: self.now,
            state: None,
            report: None,
            health: None,
            backfill_before: None,
            items,
            rejected: Vec::new(),
        };
        let wants = self.desk.wants(&batch);
        let articles = wants.iter().map(|wanted| self.known(wanted)).collect();
        let taken = self.desk.take(batch, wants, Recalled { articles, ..Recalled::default() });
        for change in &taken.changes {
            if let Change::Article(change) = change {
                for sighting in taken.sightings.iter().filter(|s| s.article == change.id) {
                    self.told.insert(
                        sighting.wanted.key,
                        (ArticleChange::clone(change), sighting.wanted.content),
                    );
                }
            }
        }
        taken
    }

    fn known(&self, wanted: &Wanted) -> Option<Known> {
        let (change, claimed) = self.told.get(&wanted.key)?;
        Some(Known {
            id: change.id,
            found: Found::Key,
            feed_id: change.feed_id.clone(),
            revision: change.revision,
            content: crate::news::content_hash(&change.article),
            claimed: Some(*claimed),
            placement: Some(Placed {
                dispatch: change.dispatch,
                story: change.story,
                arrival: change.member.arrival,
                first_fetched: change.member.fetched_at.0,
                matched: change.matched.clone(),
            }),
            article: Some(change.article.clone()),
        })
    }
}

fn articles(taken: &Taken) -> Vec<&ArticleChange> {
    taken
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Article(change) => Some(&**change),
            _ => None,
        })
        .collect()
}

fn stories(taken: &Taken) -> Vec<&StoryChange> {
    taken
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Story(change) => Some(&**change),
            _ => None,
        })
        .collect()
}

const TEXT: &str = "Dock workers in Gdynia walked out at noon after talks on night shifts broke down, leaving eleven \
     freighters waiting in the bay, the port authority said on Thursday.";

#[test]
fn an_article_keeps_its_id_when_its_outlet_is_mapped_anew() {
    let mut bench = Bench::new(config(1 << 28));
    let first = bench.take("a", vec![article("gdynia.example", "Walkout", TEXT)]);
    let id = articles(&first)[0].id;
    let mapped = article("gdynia-post", "Walkout", TEXT);
    let again = bench.take("a", vec![mapped.clone()]);
    assert_eq!((again.new, again.unchanged, again.changes.len()), (0, 1, 0));
    let mut changed = mapped;
    changed.text.body += " Four were arrested.";
    let revised = bench.take("a", vec![changed]);
    let revised = articles(&revised)[0];
    assert_eq!((revised.id, revised.revision, revised.kind), (id, 2, ArticleKind::Material));
}

#[test]
fn one_item_listed_twice_is_one_article_and_different_guids_on_one_link_are_two() {
    let mut bench = Bench::new(config(1 << 28));
    let item = article("post", "Walkout", TEXT);
    let taken = bench.take("a", vec![item.clone(), item]);
    assert_eq!((taken.new, taken.unchanged), (1, 1));
    let with_link = |guid: &str, body: &str| {
        let mut item = article("post", guid, body);
        item.url = "https://post.example/live".to_owned();
        item
    };
    let taken = bench.take(
        "a",
        vec![
            with_link("g1", "The first ferry left at nine."),
            with_link("g2", "A crane fell on pier six."),
        ],
    );
    assert_eq!(taken.new, 2);
}

#[test]
fn two_feeds_with_two_versions_of_one_article_do_not_revise_it_in_turns() {
    let mut bench = Bench::new(config(1 << 28));
    let long = article("post", "Walkout", TEXT);
    let mut short = long.clone();
    "Dock workers in Gdynia walked out.".clone_into(&mut short.text.body);
    bench.take("long", vec![long.clone()]);
    // The other feed's claim is not its own key there, so the store would find the article by id.
    let wanted = Wanted::of(&FeedId::new("short"), &short);
    let (change, _) = bench.told[&wanted.key].clone();
    let known = Known { claimed: None, ..bench.known(&wanted).unwrap() };
    let batch = |item: Article| Batch {
        feed: Arc::new(Feed::new("short", Url::parse("https://desk.example/short").unwrap())),
        fetched_at: bench.now,
        state: None,
        report: None,
        health: None,
        backfill_before: None,
        items: vec![item],
        rejected: Vec::new(),
    };
    let recalled = Recalled { articles: vec![Some(known)], ..Recalled::default() };
    let taken = bench.desk.take(batch(short), vec![wanted], recalled);
    assert_eq!((taken.unchanged, taken.revised), (1, 0));
    assert_eq!(change.revision, 1);
}

#[test]
fn a_story_rests_when_it_was_quiet_for_its_window_and_wakes_with_a_copy() {
    let mut bench = Bench::new(config(1 << 28));
    bench.take("a", vec![article("post", "Walkout", TEXT)]);
    bench.now += SignedDuration::from_hours(73);
    let rested = bench.desk.tick(bench.now);
    assert_eq!(stories(&rested)[0].kind, StoryKind::Dormant);
    assert_eq!(stories(&rested)[0].state.status, StoryStatus::Dormant);
    bench.now += SignedDuration::from_hours(1);
    let woken = bench.take("b", vec![article("herald", "Gdynia walkout", TEXT)]);
    let story = stories(&woken)[0];
    assert_eq!((story.state.status, story.state.tally.articles), (StoryStatus::Active, 2));
    assert!(story.kind >= StoryKind::Reopened);
}

#[test]
fn the_window_keeps_to_its_memory_under_flood() {
    const BYTES: u64 = 2_000_000;
    let mut bench = Bench::new(config(BYTES));
    let mut most = 0;
    for n in 0..1500 {
        bench.now += SignedDuration::from_mins(7);
        let text =
            format!("{TEXT} Notice {n} names berth {} and {} tugs.", n * 31 % 977, n * 17 % 89);
        bench.take("a", vec![article("post", &format!("Notice {n}"), &text)]);
        most = most.max(bench.desk.bytes());
    }
    // One batch may stand above the bound until time moves on.
    assert!(most < BYTES + 100_000, "{most} bytes");
    assert!(bench.desk.articles() > 50, "{} articles", bench.desk.articles());
    assert!(bench.desk.stories() <= bench.desk.articles());
}

#[test]
fn old_items_of_a_first_poll_are_remembered_and_not_told() {
    let mut bench = Bench::new(config(1 << 28));
    let mut old = article("post", "Old", "Nothing happened in the old town.");
    old.published.granularity = crate::news::Granularity::Second;
    old.published.time = Some(crate::news::Time(bench.now - SignedDuration::from_hours(48)));
    let fresh = article("post", "Fresh", TEXT);
    let batch = Batch {
        backfill_before: Some(bench.now - SignedDuration::from_hours(24)),
        ..bench_batch(bench.now, vec![old, fresh])
    };
    let wants = bench.desk.wants(&batch);
    let recalled = Recalled { articles: vec![None, None], ..Recalled::default() };
    let taken = bench.desk.take(batch, wants, recalled);
    assert_eq!((taken.new, taken.backfilled, taken.sightings.len()), (1, 1, 2));
    assert_eq!(articles(&taken).len(), 1);
}

fn bench_batch(now: Timestamp, items: Vec<Article>) -> Batch<Article> {
    Batch {
        feed: Arc::new(Feed::new("a", Url::parse("https://desk.example/feed").unwrap())),
        fetched_at: now,
        state: None,
        report: None,
        health: None,
        backfill_before: None,
        items,
        rejected: Vec::new(),
    }
}
