//! The bundled day through the real pipeline: what follows from its texts, and that it follows from them alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use copytaster::cli::Exit;
use copytaster::cli::demo::{Day, pass};
use serde_json::Value;

/// What the records of a day say in the end.
struct Outcome {
    /// First record of each article, by link.
    first: BTreeMap<String, Value>,
    /// Latest record of each article, by link.
    last: BTreeMap<String, Value>,
    /// Kinds of revision of each article, in order, by link.
    revisions: BTreeMap<String, Vec<String>>,
    /// Latest record of each story.
    stories: BTreeMap<String, Value>,
}

fn records(dir: &Path, stream: &str) -> Vec<Value> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(stream))
        .collect();
    files.sort();
    let text: String = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

impl Outcome {
    fn of(day: Day) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        assert_eq!(pass(day, &out), Exit::Ok);
        Self::read(&out)
    }

    fn read(out: &Path) -> Self {
        let mut outcome = Self {
            first: BTreeMap::new(),
            last: BTreeMap::new(),
            revisions: BTreeMap::new(),
            stories: BTreeMap::new(),
        };
        for record in records(out, "articles-") {
            let link = text(&record, "url").to_owned();
            if text(&record, "type") == "article.revised" {
                outcome
                    .revisions
                    .entry(link.clone())
                    .or_default()
                    .push(text(&record, "change").to_owned());
            }
            outcome.first.entry(link.clone()).or_insert_with(|| record.clone());
            outcome.last.insert(link, record);
        }
        for record in records(out, "stories-") {
            outcome.stories.insert(text(&record, "story_id").to_owned(), record);
        }
        outcome
    }

    /// Where a link ended up, merges followed.
    fn story(&self, link: &str) -> &Value {
        let record = self.last.get(link).unwrap_or_else(|| panic!("no record of {link}"));
        let mut story = &self.stories[text(record, "story_id")];
        while !text(story, "merged_into").is_empty() {
            story = &self.stories[text(story, "merged_into")];
        }
        story
    }

    fn dispatch(&self, link: &str) -> &str {
        text(&self.last[link], "dispatch_id")
    }

    fn counts(&self, link: &str) -> [u64; 4] {
        let story = self.story(link);
        ["article_count", "outlet_count", "dispatch_count", "independent_source_count"]
            .map(|key| story[key].as_u64().unwrap())
    }
}

fn canonical(link: &str) -> String {
    link.split("?utm_").next().unwrap().to_owned()
}

/// Link of each item, by our label for it.
fn links(day: &Day) -> BTreeMap<String, String> {
    day.items.iter().map(|item| (item.id.clone(), canonical(&item.link))).collect()
}

fn expected() -> toml::Table {
    include_str!("../fixtures/demo/expected.toml").parse().unwrap()
}

fn words(value: &toml::Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The items of each label under `key`, as sets of links.
fn groups(
    items: &[toml::Value],
    key: &str,
    links: &BTreeMap<String, String>,
) -> BTreeSet<BTreeSet<String>> {
    let mut groups: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for item in items {
        let link = links[item["id"].as_str().unwrap()].clone();
        groups.entry(item[key].as_str().unwrap()).or_default().insert(link);
    }
    groups.into_values().collect()
}

fn found_groups(outcome: &Outcome, by: impl Fn(&str) -> String) -> BTreeSet<BTreeSet<String>> {
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for link in outcome.last.keys() {
        groups.entry(by(link)).or_default().insert(link.clone());
    }
    groups.into_values().collect()
}

#[test]
fn stories_dispatches_and_relations_are_those_a_reader_finds() {
    let day = Day::builtin();
    let links = links(&day);
    let expected = expected();
    let items = expected["item"].as_array().unwrap();
    let outcome = Outcome::of(day);
    let stories = found_groups(&outcome, |link| text(outcome.story(link), "story_id").to_owned());
    assert_eq!(stories, groups(items, "story", &links));
    let dispatches = found_groups(&outcome, |link| outcome.dispatch(link).to_owned());
    assert_eq!(dispatches, groups(items, "dispatch", &links));
    for item in items {
        let id = item["id"].as_str().unwrap();
        let link = &links[id];
        let relation = text(&outcome.first[link]["match"], "relation").to_owned();
        assert!(words(&item["relation"]).contains(&relation), "{id}: {relation}");
        let revisions = item.get("revisions").map(words).unwrap_or_default();
        assert_eq!(outcome.revisions.get(link).cloned().unwrap_or_default(), revisions, "{id}");
        for key in ["role", "credit"] {
            if let Some(word) = item.get(key) {
                assert_eq!(
                    text(&outcome.last[link]["provenance"], key),
                    word.as_str().unwrap(),
                    "{id}"
                );
            }
        }
    }
}

#[test]
fn the_three_numbers_and_the_origins_are_those_a_reader_counts() {
    let day = Day::builtin();
    let links = links(&day);
    let expected = expected();
    let outcome = Outcome::of(day);
    for story in expected["story"].as_array().unwrap() {
        let label = story["label"].as_str().unwrap();
        let items = expected["item"].as_array().unwrap();
        let member = items.iter().find(|item| item["story"].as_str() == Some(label)).unwrap();
        let link = &links[member["id"].as_str().unwrap()];
        let number = |key: &str| u64::try_from(story[key].as_integer().unwrap()).unwrap();
        let sources: BTreeSet<String> = words(&story["sources"]).into_iter().collect();
        let counts =
            [number("articles"), number("outlets"), number("dispatches"), sources.len() as u64];
        assert_eq!(outcome.counts(link), counts, "{label}");
        let record = outcome.story(link);
        let found: BTreeSet<String> = record["independence"]
            .as_array()
            .unwrap()
            .iter()
            .map(|origin| text(origin, "origin").to_owned())
            .collect();
        assert_eq!(found, sources, "{label}");
    }
    let [_, outlets, _, independent] = outcome.counts(&links["ani-talks"]);
    assert!(outlets > independent && independent >= 2);
}

#[test]
fn another_order_of_polls_changes_no_count() {
    let day = Day::builtin();
    let links = links(&day);
    let plain = Outcome::of(day);
    for ending in ["-b", "-x7"] {
        let shuffled = Outcome::of(Day::builtin().with_feed_ids_ending(ending));
        for link in links.values() {
            assert_eq!(shuffled.counts(link), plain.counts(link), "{ending} {link}");
        }
    }
}

#[test]
fn a_paper_less_is_an_article_less_and_a_witness_less_is_a_source_less() {
    let links = links(&Day::builtin());
    let talks = |day: Day| Outcome::of(day).counts(&links["ani-talks"]);
    let [articles, outlets, dispatches, independent] = talks(Day::builtin());
    assert_eq!(
        talks(Day::builtin().without_outlet("pune-evening-mail")),
        [articles - 1, outlets - 1, dispatches, independent]
    );
    assert_eq!(
        talks(Day::builtin().without_outlet("cnn")),
        [articles - 1, outlets - 1, dispatches - 1, independent - 1]
    );
}

#[test]
fn other_names_for_all_outlets_change_no_count() {
    let day = Day::builtin();
    let links = links(&day);
    let names: Vec<(String, String, String)> = day
        .outlets
        .iter()
        .enumerate()
        .map(|(n, outlet)| (outlet.id.clone(), format!("sheet-{n}"), format!("Sheet Number {n}")))
        .collect();
    let names: BTreeMap<&str, (&str, &str)> =
        names.iter().map(|(old, id, name)| (&**old, (&**id, &**name))).collect();
    let plain = Outcome::of(day);
    let renamed = Outcome::of(Day::builtin().renamed_outlets(&names));
    for link in links.values() {
        assert_eq!(renamed.counts(link), plain.counts(link), "{link}");
    }
}

#[test]
fn another_summit_in_the_same_words_is_counted_alike() {
    let links = links(&Day::builtin());
    let nouns = BTreeMap::from([
        ("Trump", "Halvorsen"),
        ("Putin", "Marchetti"),
        ("Anchorage", "Reykjavik"),
        ("Alaska", "Iceland"),
        ("Ukraine", "Moldova"),
        ("Zelenskyy", "Sandoval"),
    ]);
    let plain = Outcome::of(Day::builtin()).counts(&links["ani-talks"]);
    let swapped = Outcome::of(Day::builtin().with_nouns_swapped(&nouns));
    assert_eq!(swapped.counts(&links["ani-talks"]), plain);
    assert_ne!(
        text(swapped.story(&links["ani-talks"]), "story_id"),
        text(swapped.story(&links["courier-tianjin"]), "story_id")
    );
}

#[test]
fn two_passes_write_the_same_records() {
    let dir = tempfile::tempdir().unwrap();
    let outs = ["one", "two"].map(|name| dir.path().join(name));
    for out in &outs {
        assert_eq!(pass(Day::builtin(), out), Exit::Ok);
    }
    for stream in ["articles-", "stories-", "quarantine-", "health-"] {
        let [one, two] = outs.each_ref().map(|out| {
            let mut records = records(out, stream);
            for record in &mut records {
                // The server's port is another, and so is the configuration's hash.
                let record = record.as_object_mut().unwrap();
                record.remove("config_hash");
                if stream == "quarantine-" {
                    assert!(record.remove("url").unwrap().as_str().unwrap().contains(".xml"));
                }
            }
            records
        });
        assert!(!one.is_empty(), "{stream}");
        assert_eq!(one, two, "{stream}");
    }
}
