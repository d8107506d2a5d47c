//! The bundled day and the feeds of the talks, against what a reader of their texts expects.

use std::collections::{BTreeMap, BTreeSet};

use copytaster::cli::demo::Day;

fn table(text: &str) -> toml::Table {
    text.parse().expect("the fixture is TOML")
}

fn expected() -> toml::Table {
    table(include_str!("../fixtures/demo/expected.toml"))
}

fn list(value: &toml::Value) -> Vec<&str> {
    let words = value.as_array().expect("a list").iter();
    words.map(|word| word.as_str().expect("a word")).collect()
}

#[test]
fn every_item_of_the_day_has_its_expected_place_and_the_story_counts_follow() {
    let day = Day::builtin();
    let expected = expected();
    let items = expected["item"].as_array().unwrap();
    let named: BTreeSet<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
    let served: BTreeSet<&str> = day.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(named, served);
    assert_eq!(items.len(), named.len());

    let outlet_of: BTreeMap<&str, &str> = day
        .items
        .iter()
        .map(|item| {
            let feed = day.feeds.iter().find(|feed| feed.id == item.feed).unwrap();
            (item.id.as_str(), feed.outlet.as_str())
        })
        .collect();
    for story in expected["story"].as_array().unwrap() {
        let label = story["label"].as_str().unwrap();
        let members: Vec<_> =
            items.iter().filter(|item| item["story"].as_str() == Some(label)).collect();
        let dispatches: BTreeSet<_> =
            members.iter().map(|item| item["dispatch"].as_str().unwrap()).collect();
        let outlets: BTreeSet<_> =
            members.iter().map(|item| outlet_of[item["id"].as_str().unwrap()]).collect();
        let number = |key: &str| usize::try_from(story[key].as_integer().unwrap()).unwrap();
        assert_eq!(number("articles"), members.len(), "{label}");
        assert_eq!(number("dispatches"), dispatches.len(), "{label}");
        assert_eq!(number("outlets"), outlets.len(), "{label}");
        assert!(list(&story["sources"]).len() <= dispatches.len(), "{label}");
    }
}

#[test]
fn an_item_with_changes_has_one_expected_revision_for_each() {
    let day = Day::builtin();
    let expected = expected();
    for item in expected["item"].as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        // A notice is told of a text that stays as it is.
        let is_text = |change: &&toml::Value| change.as_str() != Some("notice");
        let revisions = item
            .get("revisions")
            .map_or(0, |revisions| revisions.as_array().unwrap().iter().filter(is_text).count());
        let scripted = day.items.iter().find(|item| item.id == id).unwrap();
        assert_eq!(scripted.versions.len(), revisions + 1, "{id}");
    }
}

#[test]
fn the_feeds_of_the_talks_read_as_one_item_each_and_credit_whom_they_should() {
    let mint = include_str!("../fixtures/anchorage/mint.xml");
    let ani = include_str!("../fixtures/anchorage/ani.xml");
    let courier = include_str!("../fixtures/anchorage/courier.xml");
    let cnn = include_str!("../fixtures/anchorage/cnn.xml");
    let kremlin = include_str!("../fixtures/anchorage/kremlin.xml");
    let text = |feed: &str| {
        assert!(feed.contains("Written for this project"));
        let read = feed_rs::parser::parse(feed.as_bytes()).unwrap();
        assert_eq!(read.entries.len(), 1);
        let entry = read.entries.into_iter().next().unwrap();
        let body = entry.content.and_then(|content| content.body);
        body.or(entry.summary.map(|summary| summary.content)).unwrap()
    };
    let sentences = |text: &str| -> BTreeSet<String> {
        text.replace("<p>", "").replace("</p>", "").lines().map(str::to_owned).collect()
    };
    let (mint, ani, courier) = (text(mint), text(ani), text(courier));
    assert!(mint.trim_end().ends_with("<p>(with ANI inputs)</p>"));
    assert!(mint.contains("told CNN") && ani.contains("told CNN"));
    assert!(sentences(&mint).is_disjoint(&sentences(&ani)), "Mint has ANI's words");
    assert!(sentences(&courier).is_subset(&sentences(&ani)), "the courier's words are not ANI's");
    assert!(text(cnn).contains("(CNN) —"));
    assert!(text(kremlin).contains("narrow format"));
}
