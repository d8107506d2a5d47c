use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::news::Relation;

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

/// Titles in the document of a feed, by feed-rs: what any reader sees.
fn titles(day: &Day, feed: &str, moment: &str) -> Vec<String> {
    let answer = document(day, feed, at(moment));
    assert_eq!(answer.status, 200);
    let read = feed_rs::parser::parse(answer.body.as_bytes()).unwrap();
    read.entries.into_iter().map(|entry| entry.title.unwrap().content).collect()
}

#[test]
fn the_bundled_day_plays_and_every_feed_can_be_read_at_its_end() {
    let day = Day::builtin();
    assert!(day.outlets.len() >= 10 && day.items.len() >= 30);
    for feed in &day.feeds {
        let items: Vec<_> = day.items.iter().filter(|item| item.feed == feed.id).collect();
        assert!(!items.is_empty(), "{} carries nothing", feed.id);
        let listed: usize = items.iter().map(|item| if item.twice { 2 } else { 1 }).sum();
        // The one feed with bare ampersands is for the mender; feed-rs alone refuses it.
        if feed.bare_ampersands {
            assert!(document(&day, &feed.id, day.end).body.contains("Trump & Putin"));
        } else {
            assert_eq!(titles(&day, &feed.id, "2025-08-16T10:00:00Z").len(), listed, "{}", feed.id);
        }
    }
    for item in &day.items {
        for version in &item.versions {
            assert!(day.start <= version.from && version.from < day.end, "{}", item.id);
            assert!(item.published <= version.from, "{} appears before it is published", item.id);
        }
    }
}

#[test]
fn items_appear_and_change_when_the_script_says_so() {
    let day = Day::builtin();
    assert_eq!(titles(&day, "courier-front", "2025-08-15T22:00:00Z").len(), 0);
    let early = titles(&day, "courier-front", "2025-08-16T00:40:00Z");
    assert_eq!(
        early.first().unwrap(),
        "Nothing signed in Anchorage, but both leaders speak of progress"
    );
    let late = titles(&day, "courier-front", "2025-08-16T03:30:00Z");
    assert_eq!(
        late.first().unwrap(),
        "Nothing signed in Anchorage, yet both leaders speak of progress"
    );

    let before = document(&day, "ani-world", at("2025-08-16T02:19:59Z")).body;
    let after = document(&day, "ani-world", at("2025-08-16T02:20:00Z")).body;
    assert!(before.contains("well over 3 hours") && !before.contains("CORRECTED-"));
    assert!(!after.contains("well over 3 hours"));
    assert!(after.contains("about 2 hours and 45 minutes") && after.contains("CORRECTED-Trump"));
}

#[test]
fn copies_are_served_word_for_word_and_the_others_are_not() {
    let day = Day::builtin();
    let words = |id: &str| {
        let item = day.items.iter().find(|item| item.id == id).unwrap();
        let text = item.versions[0].paragraphs.join(" ").to_lowercase();
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        words.windows(3).map(|three| three.join(" ")).collect::<BTreeSet<_>>()
    };
    let wire = words("ani-talks");
    let share = |id: &str| {
        let text = words(id);
        let common = text.intersection(&wire).count();
        common * 100 / text.len().min(wire.len())
    };
    for copy in ["courier-talks", "pune-talks", "gazette-talks", "mint-talks"] {
        assert!(share(copy) >= 80, "{copy} has {} per cent of the wire's text", share(copy));
    }
    for own in ["cnn-talks", "kremlin-talks", "aurora-talks", "gulf-tianjin", "courier-tianjin"] {
        assert!(share(own) < 10, "{own} has {} per cent of the wire's text", share(own));
    }
}

#[test]
fn a_poll_with_our_validator_gets_304_until_the_document_changes() {
    let day = Day::builtin();
    let first = document(&day, "ani-world", at("2025-08-15T23:40:00Z"));
    let etag = first.etag.clone();
    let modified = first.last_modified.clone();
    assert_eq!(modified.as_deref(), Some("Fri, 15 Aug 2025 23:40:00 GMT"));
    let again = document(&day, "ani-world", at("2025-08-16T02:00:00Z"));
    let same = again.clone().given(etag.as_deref(), None);
    assert_eq!((same.status, same.body.as_str(), &same.etag), (304, "", &etag));
    assert_eq!(again.clone().given(None, modified.as_deref()).status, 304);
    assert_eq!(again.clone().given(Some("\"other\""), modified.as_deref()).status, 200);
    assert_eq!(again.given(None, None).status, 200);
    let changed = document(&day, "ani-world", at("2025-08-16T02:20:00Z"));
    assert_eq!(changed.clone().given(etag.as_deref(), None).status, 200);
    assert_eq!(changed.given(None, modified.as_deref()).status, 200);
    // A feed without validators never saves anybody the body.
    let peshawar = document(&day, "peshawar-news", day.end);
    assert_eq!((&peshawar.etag, &peshawar.last_modified), (&None, &None));
    assert_eq!(peshawar.given(Some("\"any\""), Some("any")).status, 200);
}

#[test]
fn a_feed_breaks_without_validators_and_recovers_whole() {
    let day = Day::builtin();
    let before = document(&day, "coastal-all", at("2025-08-16T01:59:00Z"));
    let down = document(&day, "coastal-all", at("2025-08-16T02:00:00Z"));
    assert_eq!((down.status, down.retry_after, down.body.as_str()), (503, Some(600), ""));
    assert_eq!(document(&day, "coastal-all", at("2025-08-16T02:30:00Z")), before);

    let page = document(&day, "herald-news", at("2025-08-16T03:20:00Z"));
    assert_eq!((page.status, page.content_type), (200, "text/html"));
    assert!(feed_rs::parser::parse(page.body.as_bytes()).is_err());
    assert!(page.etag.is_none() && page.last_modified.is_none());

    let whole = document(&day, "gulf-world", at("2025-08-16T08:59:00Z")).body;
    let cut = document(&day, "gulf-world", at("2025-08-16T09:00:00Z"));
    assert!(whole.starts_with(&cut.body) && !cut.body.contains("</rss>") && cut.etag.is_none());
    assert_eq!(cut.body.matches("</item>").count() + 1, whole.matches("</item>").count());
    assert_eq!(document(&day, "nothing-here", day.start).status, 404);
}

#[test]
fn one_item_stands_twice_under_one_guid_and_two_items_share_another() {
    let day = Day::builtin();
    let gazette = document(&day, "gazette-world", day.end).body;
    assert_eq!(gazette.matches("w-90871</id>").count(), 2);
    let coastal = document(&day, "coastal-all", day.end).body;
    assert_eq!(coastal.matches(">cd-tides-today<").count(), 2);
    assert!(coastal.contains("tides/kochi") && coastal.contains("tides/mangaluru"));
}

#[test]
fn a_day_without_an_outlet_lacks_its_feeds_and_items_alone() {
    let whole = Day::builtin();
    let day = whole.clone().without_outlet("deccan-courier");
    assert_eq!(day.outlets.len() + 1, whole.outlets.len());
    assert_eq!(document(&day, "courier-front", day.end).status, 404);
    let lost: Vec<_> = whole.items.iter().filter(|item| !day.items.contains(item)).collect();
    assert!(lost.len() >= 3 && lost.iter().all(|item| item.feed == "courier-front"));
}

#[test]
fn renamed_outlets_are_renamed_where_texts_cite_them_but_credits_stay() {
    let names =
        BTreeMap::from([("cnn", ("northstar", "Northstar")), ("ani", ("bureau", "Bureau"))]);
    let day = Day::builtin().renamed_outlets(&names);
    let outlet = day.outlets.iter().find(|outlet| outlet.id == "bureau").unwrap();
    assert_eq!(
        (outlet.name.as_str(), outlet.family.as_str(), outlet.agency.as_str()),
        ("Bureau", "bureau", "ani")
    );
    assert!(day.feeds.iter().all(|feed| feed.outlet != "cnn" && feed.outlet != "ani"));
    let ani = document(&day, "ani-world", day.end).body;
    assert!(ani.contains("told Northstar") && ani.contains("(ANI)") && !ani.contains("CNN"));
}

#[test]
fn other_feed_ids_serve_the_same_documents() {
    let (day, other) = (Day::builtin(), Day::builtin().with_feed_ids_ending("-b"));
    assert_eq!(
        document(&day, "ani-world", day.end).body,
        document(&other, "ani-world-b", day.end).body
    );
    assert_eq!(document(&other, "ani-world", day.end).status, 404);
}

#[test]
fn swapped_nouns_are_whole_words_and_are_swapped_at_once() {
    let nouns = BTreeMap::from([("Trump", "Putin"), ("Putin", "Trump"), ("Russia", "Ruritania")]);
    let day = Day::builtin().with_nouns_swapped(&nouns);
    let title = &titles(&day, "ani-world", "2025-08-16T01:00:00Z")[0];
    assert_eq!(title, "Putin, Trump end Alaska talks without agreement on Ukraine");
    let all = document(&day, "kremlin-news", day.end).body;
    assert!(all.contains("President of Ruritania") && all.contains("Russian-American"));
}

#[test]
fn a_script_that_contradicts_itself_is_refused_by_name() {
    let head = "start = \"2025-08-15T22:00:00Z\"\nend = \"2025-08-16T10:00:00Z\"\n";
    let outlet = "[[outlet]]\nid = \"a\"\nname = \"A\"\nfamily = \"a\"\n";
    let feed = "[[feed]]\nid = \"f\"\noutlet = \"a\"\ntitle = \"F\"\nlink = \"l\"\nformat = \"rss\"\ninterval = \"5m\"\n";
    let item = "[[item]]\nid = \"i\"\nfeed = \"f\"\nat = \"2025-08-15T23:00:00Z\"\npublished = \"2025-08-15T23:00:00Z\"\n\
                guid = \"g\"\nlink = \"l\"\ntitle = \"T\"\nbody = \"one two\"\n";
    let change = "[[item.change]]\nat = \"2025-08-15T23:30:00Z\"\n";
    let refused = |parts: &[&str]| {
        Day::parse(&parts.concat()).expect_err("this script cannot be played").to_string()
    };
    assert!(Day::parse(&[head, outlet, feed, item].concat()).is_ok());
    assert!(refused(&[head, feed]).contains("f names outlet a"));
    assert!(refused(&[head, outlet, item]).contains("i names feed f"));
    assert!(refused(&[head, outlet, feed, item, item]).contains("two of item i"));
    assert!(refused(&[head, outlet, outlet]).contains("two of outlet a"));
    let reference = item.replace("one two", "@nowhere 1-2");
    assert!(refused(&[head, outlet, feed, &reference]).contains("the text nowhere 1-2"));
    let lost = format!("{change}replace = [[\"three\", \"four\"]]\n");
    assert!(refused(&[head, outlet, feed, item, &lost]).contains("not in its text: three"));
    assert!(refused(&[head, outlet, feed, item, change, change]).contains("order of time"));
}

#[test]
fn the_configuration_names_every_feed_and_survives_odd_paths() {
    let day = Day::builtin();
    let text = config_toml(&day, 4321, Path::new("/tmp/a \"quoted\" \\ path"));
    let config: toml::Table = text.parse().unwrap();
    assert_eq!(config["output"]["dir"].as_str(), Some("/tmp/a \"quoted\" \\ path"));
    assert_eq!(config["poll"]["allow_private"][0].as_str(), Some("127.0.0.1:4321"));
    let feeds = config["feed"].as_array().unwrap();
    assert_eq!(feeds.len(), day.feeds.len());
    assert_eq!(feeds[0]["url"].as_str(), Some("http://127.0.0.1:4321/ani-world.xml"));
    let outlets = config["outlet"].as_array().unwrap();
    assert_eq!(outlets.len(), day.outlets.len());
    assert!(outlets.iter().any(|outlet| outlet["kind"].as_str() == Some("official")));
}

#[test]
fn run_accepts_the_configuration_as_it_is() {
    let day = Day::builtin();
    let text = config_toml(&day, 4321, Path::new("/tmp/a \"quoted\" \\ path"));
    let config = crate::config::Config::parse("demo.toml", &text, []).unwrap();
    let feeds = config.feeds();
    assert_eq!(feeds.len(), day.feeds.len());
    assert!(feeds.iter().all(|feed| feed.interval.is_some() && feed.outlet.is_some()));
}

/// Asks `port` for a path with extra header lines; the whole answer as text.
async fn ask(port: u16, path: &str, fields: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn feeds_are_served_over_http_by_the_clock_until_told_to_stop() {
    let day = Arc::new(Day::builtin());
    let clock = Arc::new(std::sync::Mutex::new(at("2025-08-15T23:40:00Z")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let hand = Arc::clone(&clock);
    let now = move || *hand.lock().unwrap();
    let serving = serve(day, now, listener, async { stopped.await.unwrap() });
    let asking = async {
        let first = ask(port, "/ani-world.xml", "").await;
        assert!(
            first.starts_with("HTTP/1.1 200") && first.contains("Trump, Putin end Alaska talks")
        );
        let etag = first.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
        let condition = format!("If-None-Match: {etag}\r\n");
        let second = ask(port, "/ani-world.xml", &condition).await;
        assert!(second.starts_with("HTTP/1.1 304") && !second.contains("<rss"));
        *clock.lock().unwrap() = at("2025-08-16T02:20:00Z");
        let third = ask(port, "/ani-world.xml", &condition).await;
        assert!(third.starts_with("HTTP/1.1 200") && third.contains("CORRECTED-"));
        let down = ask(port, "/coastal-all.xml", "").await;
        assert!(down.starts_with("HTTP/1.1 503") && down.contains("retry-after: 600"));
        assert!(ask(port, "/no-feed.xml", "").await.starts_with("HTTP/1.1 404"));
        stop.send(()).unwrap();
    };
    let (served, ()) = tokio::join!(serving, asking);
    served.unwrap();
}

fn story(title: &str, numbers: (u64, u64, u64), changed: bool) -> StoryLine {
    let (independent, outlets, articles) = numbers;
    StoryLine {
        title: title.into(),
        independent,
        outlets,
        articles,
        newest: Relation::Copy,
        changed,
    }
}

#[test]
fn the_table_puts_the_widest_told_first_and_marks_what_changed() {
    let stories = [
        story("Liverpool win", (2, 2, 2), false),
        story("Talks end \u{1b}[2Jin Anchorage", (4, 8, 8), true),
        story("A library opens", (1, 1, 1), false),
    ];
    let screen = Screen { width: 70, rows: 2, colour: Colour::Plain };
    let text = frame(&stories, at("2025-08-16T01:40:00Z"), &screen);
    assert_eq!(
        text,
        "Sat 16 Aug 2025  01:40 UTC\n\n\
         \x20 sources  outlets  articles  newest            story\n\
         +       4        8         8  copy              Talks end  [2Jin Anch…\n\
         \x20       2        2         2  copy              Liverpool win\n\
         \x20 and 1 more\n"
    );
    let coloured =
        frame(&stories, at("2025-08-16T01:40:00Z"), &Screen { colour: Colour::Ansi, ..screen });
    assert_eq!(coloured.replace("\u{1b}[32m", "").replace("\u{1b}[0m", ""), text);
    assert_eq!(coloured.matches("\u{1b}[32m+").count(), 1);
}

#[test]
fn the_summary_tells_the_main_story_with_its_three_numbers_and_quotes_paths_for_the_shell() {
    let stories =
        [story("Talks end in Anchorage", (4, 8, 8), false), story("Alone", (1, 1, 1), false)];
    let ending = Ending {
        stories: &stories,
        behind_main: &[],
        copies: 4,
        material: 2,
        cosmetic: 1,
        notices: 1,
        polls: 900,
        not_modified: 850,
        failed: 3,
        quarantined: 1,
        defects: &[("guid_repeated".to_owned(), 2)],
        until: at("2025-08-16T03:00:00Z"),
        out: Path::new("/tmp/it's $HOME"),
    };
    assert_eq!(main_story(&stories), Some(0));
    let text = summary(&ending);
    assert!(text.contains("8 articles in 8 outlets, 4 independent sources behind them:"), "{text}");
    assert!(text.contains("9 articles in 2 stories, 4 of them copies"), "{text}");
    assert!(text.contains("3 revisions: 2 material, 1 cosmetic; 1 copy marked"), "{text}");
    assert!(text.contains("900 polls: 850 answered \"not modified\", 3 failed"), "{text}");
    assert!(text.contains("guid_repeated (2)"), "{text}");
    assert!(text.contains("read_json('/tmp/it''s \\$HOME/stories-*.jsonl'"), "{text}");
    assert!(text.contains("copytaster verify \"/tmp/it's \\$HOME\""), "{text}");
    let list = "feeds list -c \"/tmp/it's \\$HOME/copytaster.toml\" --at 2025-08-16T03:00:00Z";
    assert!(text.contains(list), "{text}");
}
