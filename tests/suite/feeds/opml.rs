//! `import` and `export`.

use super::Desk;

const LIST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="News"><outline text="Wires">
<outline type="rss" text="Harbour Post" xmlUrl="https://post.example/rss?a=1&amp;b=2" htmlUrl="https://post.example/"/>
<outline text="no address"/>
</outline></outline>
<outline text="Gazette" xmlUrl="http://GAZETTE.example/rss#top"/>
<outline text="Gazette again" xmlUrl="https://gazette.example/rss"/>
<outline text="Harbour Post" xmlUrl="https://other.example/feed" category="/Papers/Daily"/>
</body></opml>"#;

const ONE: &str = "# Mine.\n\n[[feed]]\nid = \"gazette\"\nurl = \"https://gazette.example/rss\"\n";

#[test]
fn feeds_come_in_with_folders_and_those_that_are_there_are_counted() {
    let desk = Desk::new(ONE);
    std::fs::write(desk.path().join("my.opml"), LIST).unwrap();
    let (code, out, err) = desk.feeds(&["import", "my.opml", "--dry-run"]);
    assert_eq!(code, 0);
    assert!(err.contains("my.opml:5:1: passed over \"no address\": no xmlUrl"), "{err}");
    assert!(
        out.contains(
            "2 feeds would be added to copytaster.toml, 2 there already, 1 outline passed over"
        ),
        "{out}"
    );
    assert!(out.contains("harbour-post-2  Papers/Daily"), "{out}");
    assert_eq!(desk.text(), ONE);

    let (code, out, _) = desk.feeds(&["import", "my.opml"]);
    assert!(code == 0 && out.contains("SIGHUP"), "{out}");
    let expected = "\n[[feed]]\nid = \"harbour-post\"\nurl = \"https://post.example/rss?a=1&b=2\"\n\
        title = \"Harbour Post\"\nsite = \"https://post.example/\"\nfolder = \"News/Wires\"\n\
        \n[[feed]]\nid = \"harbour-post-2\"\nurl = \"https://other.example/feed\"\ntitle = \"Harbour Post\"\nfolder = \"Papers/Daily\"\n";
    assert_eq!(desk.text(), format!("{ONE}{expected}"));
    let (code, out, _) = desk.feeds(&["import", "my.opml"]);
    assert!(
        code == 0 && out.starts_with("0 feeds added to copytaster.toml, 4 there already"),
        "{out}"
    );
}

#[test]
fn what_is_exported_is_imported_as_it_was() {
    let text = "[[feed]]\nid = \"a\"\nurl = \"https://a.example/?x=1&y=%22\"\ntitle = 'A \"& <b>'\nsite = \"https://a.example/\"\n\
        outlet = \"post\"\nfolder = \"News/Größe & <Co>\"\ninterval = \"90s\"\n\n\
        [[feed]]\nid = \"b\"\nurl = \"http://b.example/feed\"\nfolder = \"News\"\n\n\
        [[feed]]\nid = \"paid\"\nurl = \"https://c.example/feed?api_key=hunter2\"\n\n\
        [[feed]]\nid = \"let-in\"\nurl = \"https://d.example/feed\"\nuser = \"desk\"\npassword = { env = \"PW\" }\n";
    let desk = Desk::new(text);
    let output = desk.command(&["feeds", "export"]).env("PW", "s3cret").output().unwrap();
    let (code, out, err) = super::texts(&output);
    assert_eq!(code, 0);
    assert!(err.contains("looks like a secret: paid"), "{err}");
    for secret in ["hunter2", "s3cret", "desk\"", "PW"] {
        assert!(!out.contains(secret), "{out}");
    }
    assert!(out.contains("<opml version=\"2.0\"") && out.contains("<dateCreated>"), "{out}");

    let other = Desk::new("");
    std::fs::write(other.path().join("x.opml"), &out).unwrap();
    let (code, _, err) = other.feeds(&["import", "x.opml"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let table: toml::Table = other.text().parse().unwrap();
    let before: toml::Table = text.parse().unwrap();
    let of = |table: &toml::Table, id: &str| {
        let feeds = table["feed"].as_array().unwrap().iter();
        feeds.clone().find(|feed| feed["id"].as_str() == Some(id)).cloned().unwrap()
    };
    for id in ["a", "b"] {
        assert_eq!(of(&table, id)["url"], of(&before, id)["url"]);
    }
    let mut a = of(&table, "a");
    // The interval is written in its largest unit.
    assert_eq!(a["interval"].as_str(), Some("90s"));
    a["interval"] = of(&before, "a")["interval"].clone();
    assert_eq!(a, of(&before, "a"));
    assert_eq!(of(&table, "b"), of(&before, "b"));
    assert_eq!(table["feed"].as_array().unwrap().len(), 3);
}

#[test]
fn hostile_and_foreign_files_end_with_65_and_say_where() {
    let bomb = "<!DOCTYPE opml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\
        <opml><body><outline text=\"&b;\"/></body></opml>";
    let deep = format!("<opml><body>\n{}", "<outline text='x'>".repeat(1_000));
    let long = format!("<opml>{}", " ".repeat(10 << 20));
    for (name, body, words) in [
        ("empty", "", "empty file"),
        (
            "rss",
            "<?xml version='1.0'?>\n<rss/>",
            "rss.opml: line 2, column 1: expected <opml>, found <rss>",
        ),
        ("none", "<opml><body/></opml>", "no <outline> in it"),
        ("bomb", bomb, "not one of its outlines is a feed"),
        ("deep", &deep, "line 2, column 4573: depth over 256"),
        ("long", &long, "longer than 10 MB"),
        ("binary", "\u{0}\u{1}\u{2}", "there is no element in it"),
    ] {
        let desk = Desk::new(ONE);
        let file = format!("{name}.opml");
        std::fs::write(desk.path().join(&file), body).unwrap();
        let (code, out, err) = desk.feeds(&["import", &file]);
        assert_eq!((code, out.as_str()), (65, ""), "{name}: {err}");
        assert!(err.contains(words), "{name}: {err}");
        assert_eq!(desk.text(), ONE);
    }
    let (code, _, err) = Desk::new(ONE).feeds(&["import", "no.opml"]);
    assert!(code == 65 && err.contains("cannot read no.opml"), "{err}");
}

#[test]
fn a_file_in_another_charset_than_it_says_is_read() {
    let desk = Desk::new("");
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><opml><body><outline text=\"Größe\" xmlUrl=\"https://a.example/\"/></body></opml>";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    std::fs::write(desk.path().join("latin.opml"), latin).unwrap();
    assert_eq!(desk.feeds(&["import", "latin.opml"]).0, 0);
    assert!(
        desk.text().contains("id = \"grosse\"") || desk.text().contains("id = \"gro-e\""),
        "{}",
        desk.text()
    );
    assert!(desk.text().contains("title = \"Größe\""), "{}", desk.text());
}
