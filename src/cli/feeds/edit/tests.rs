use super::*;

const FILE: &str = "\
# The desk of the harbour.

[poll]
interval = \"15m\"   # often enough

# The feeds.

# Our own paper.
[[feed]]
id = \"gazette\"
url = \"https://gazette.example/rss\"   # the old address
#interval = \"5m\"

[[feed]]
id = 'post'
url = \"\"\"https://post.example/feed\"\"\"
headers.X-Edition = \"world\"
[feed.password]
# Where it is.
file = \"secret\"

# Who owns whom.
[[outlet]]
id = \"gazette\"
";

fn new(id: &str) -> NewFeed {
    let url = format!("https://{id}.example/feed");
    NewFeed { id: id.to_owned(), url, ..NewFeed::default() }
}

fn without(ids: &[&str]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    removed(FILE, &ids).unwrap()
}

#[test]
fn a_feed_is_added_behind_the_last_and_all_else_stays() {
    let feed = NewFeed {
        title: Some("A \"quoted\" \\ name".to_owned()),
        folder: Some("News/Wires".to_owned()),
        ..new("tide")
    };
    let expected = FILE.replace(
        "file = \"secret\"\n\n",
        "file = \"secret\"\n\n[[feed]]\nid = \"tide\"\nurl = \"https://tide.example/feed\"\n\
         title = 'A \"quoted\" \\ name'\nfolder = \"News/Wires\"\n\n",
    );
    assert_eq!(added(FILE, &[feed]).unwrap(), expected);
}

#[test]
fn the_first_feed_stands_at_the_end_and_line_ends_are_those_of_the_file() {
    let entry = "[[feed]]\nid = \"a\"\nurl = \"https://a.example/feed\"\n";
    assert_eq!(added("", &[new("a")]).unwrap(), entry);
    assert_eq!(added("[poll]\n# x", &[new("a")]).unwrap(), format!("[poll]\n# x\n\n{entry}"));
    let two = added("", &[new("a"), new("b")]).unwrap();
    assert_eq!(
        two,
        format!(
            "{entry}\n{}",
            entry
                .replace('a', "b")
                .replace("b.exbmple", "b.example")
                .replace("url = \"https://b.exbmple", "url = \"https://b.example")
        )
    );
    let crlf = added(
        "[poll]\r\n\r\n[[feed]]\r\nid='x'\r\nurl='http://x.example'\r\n[desk]\r\n",
        &[new("a")],
    );
    let entry = entry.replace('\n', "\r\n");
    assert_eq!(
        crlf.unwrap(),
        format!(
            "[poll]\r\n\r\n[[feed]]\r\nid='x'\r\nurl='http://x.example'\r\n\r\n{entry}\r\n[desk]\r\n"
        )
    );
}

#[test]
fn a_removed_feed_takes_its_own_comments_and_tables_and_no_others() {
    let gazette = "# Our own paper.\n[[feed]]\nid = \"gazette\"\n\
        url = \"https://gazette.example/rss\"   # the old address\n#interval = \"5m\"\n\n";
    assert_eq!(without(&["gazette"]), FILE.replace(gazette, ""));
    let post = FILE.split_once("[[feed]]\nid = 'post'").unwrap().1.split_once("# Who").unwrap().0;
    let post = format!("[[feed]]\nid = 'post'{post}");
    assert_eq!(without(&["post"]), FILE.replace(&post, ""));
    let none = without(&["post", "gazette"]);
    assert_eq!(none, FILE.replace(gazette, "").replace(&post, ""));
    assert!(none.contains("# The feeds.\n\n# Who owns whom.\n[[outlet]]"), "{none}");
}

#[test]
fn the_last_feed_of_a_file_leaves_no_blank_lines() {
    let text = "[poll]\n\n[[feed]]\nid='a'\nurl='http://a.example'\n\n[[feed]]\nid='b'\nurl='http://b.example'";
    assert_eq!(
        removed(text, &["b".to_owned()]).unwrap(),
        "[poll]\n\n[[feed]]\nid='a'\nurl='http://a.example'\n"
    );
    assert_eq!(removed(text, &["a".to_owned(), "b".to_owned()]).unwrap(), "[poll]\n");
}

#[test]
fn what_is_added_and_removed_leaves_the_file_as_it_was() {
    let more = added(FILE, &[new("tide"), new("ebb")]).unwrap();
    let ids = ["tide".to_owned(), "ebb".to_owned()];
    assert_eq!(removed(&more, &ids).unwrap(), FILE);
}

#[test]
fn what_cannot_be_changed_is_said() {
    let list = "feed = [{ id = 'a', url = 'http://a.example' }]";
    assert_eq!(added(list, &[new("b")]), Err(EditError::List));
    assert_eq!(removed(FILE, &["x".to_owned()]), Err(EditError::Unknown("x".to_owned())));
    assert!(matches!(added("feed = [", &[]), Err(EditError::Syntax(_))));
}

proptest::proptest! {
    /// Whatever a value holds, it is read back.
    #[test]
    fn any_value_is_written_as_toml(title in ".{0,40}", folder in "[a-z\"'\\\\ ]{1,20}") {
        let feed = NewFeed { title: Some(title.clone()), folder: Some(folder.clone()), ..new("a") };
        let text = added("# x\n", &[feed]).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let feed = &table["feed"][0];
        proptest::prop_assert_eq!(feed["title"].as_str(), Some(title.as_str()));
        proptest::prop_assert_eq!(feed["folder"].as_str(), Some(folder.as_str()));
    }
}
