use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

use super::format::record_id;
use super::layout::{self, Layout, parse_file_name};
use super::render::{self, Stamp};
use super::{LINE_BYTES_MAX, LINE_WITH_BODY_BYTES_MAX, Record, line};
use crate::news::*;

const ART: &str = "art_964cc20151fe2c4370d6e4985c228e6a";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stamp() -> Stamp<'static> {
    Stamp {
        source: "urn:copytaster:desk-1",
        time: at("2025-08-16T06:10:02.167Z").into(),
        seq: 1,
        commit: 1,
    }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&word| word.to_owned()).collect()
}

fn the_article() -> Article {
    Article {
        rung: Rung::Url,
        key: "https://livemint.example/seed.html".to_owned(),
        key_link: None,
        link_is_key: true,
        guid: "https://livemint.example/seed.html".to_owned(),
        url: "https://livemint.example/seed.html".to_owned(),
        title: "Summit ends: what was said".to_owned(),
        lang: "en".to_owned(),
        outlet: Outlet {
            id: "livemint".to_owned(),
            name: "Mint".to_owned(),
            country: "IN".to_owned(),
            family: "ht-media".to_owned(),
            kind: OutletKind::Outlet,
        },
        own_agency: String::new(),
        text: Text {
            origin: TextOrigin::FeedContent,
            complete: true,
            summary: "Both sides left early.".to_owned(),
            body: "Both sides left early.\n\nANI said talks were \"useful\". (with ANI inputs)"
                .to_owned(),
        },
        published: Published {
            time: None,
            day: Day(date(2025, 8, 16)),
            granularity: Granularity::Day,
            origin: PublishedOrigin::TextPrefix,
        },
        provenance: the_provenance(),
        own_signs: vec![],
        not_text: vec![],
        people: vec![],
        orgs: vec![Org {
            id: "org_ani".to_owned(),
            name: "ANI".to_owned(),
            kind: "news_agency".to_owned(),
            mentions: 2,
        }],
        places: vec![],
        quotes: vec![Quote {
            id: "q1".to_owned(),
            speaker: "org_ani".to_owned(),
            text: "useful".to_owned(),
            char_start: 45,
            char_end: 51,
            kind: QuoteKind::Fragment,
            via: vec![],
            variant_of: String::new(),
        }],
        watch: vec![WatchHit {
            id: "anchorage-summit".to_owned(),
            terms: words(&["Anchorage"]),
            score: Fixed::ONE,
        }],
        notice: Notice::default(),
        defects: words(&["date_prefix_stripped", "no_title_in_text"]),
        feed_words: None,
    }
}

fn the_provenance() -> Provenance {
    Provenance {
        role: Role::Rewrite,
        confidence: Fixed(900),
        wire: words(&["ani"]),
        credit: "(with ANI inputs)".to_owned(),
        chains: vec![Chain {
            path: words(&["livemint", "org_ani"]),
            root: "org_ani".to_owned(),
            claims: words(&["q1"]),
            inferred: vec![],
            evidence: Evidence { char_start: 24, char_end: 32, text: "ANI said".to_owned() },
        }],
        ..Provenance::default()
    }
}

fn member(id: ArticleId) -> Member {
    Member {
        article: id,
        arrival: 1,
        dispatch: DispatchId::opened_by(id, 1),
        outlet: String::new(),
        family: String::new(),
        outlet_kind: OutletKind::Outlet,
        wire: vec![],
        role: Role::Unknown,
        cited: vec![],
        sign: Because { signal: Signal::NoSign, weight: Fixed(0), detail: String::new() },
        title: String::new(),
        lang: String::new(),
        chars: 0,
        fetched_at: Time(at("2025-08-16T06:10:02.114Z")),
        embargo_until: None,
        uncounted: false,
        notice: NoticeKind::None,
        mark: None,
        opened: false,
        split_off: false,
        is_sibling: false,
        people: vec![],
        places: vec![],
        watches: vec![],
        said: Vec::new(),
    }
}

fn change(article: Article) -> ArticleChange {
    let id: ArticleId = ART.parse().unwrap();
    ArticleChange {
        id,
        kind: ArticleKind::New,
        revision: 1,
        dispatch: DispatchId::opened_by(id, 1),
        story: StoryId::opened_by(id, 1),
        feed_id: FeedId::new("mint-news"),
        fetched_at: at("2025-08-16T06:10:02.114Z"),
        matched: Match::default(),
        article,
        member: member(id),
    }
}

fn origin(name: &str, dispatches: usize) -> Independence {
    let id: ArticleId = ART.parse().unwrap();
    let opened = |n| DispatchId::opened_by(id, u32::try_from(n).unwrap());
    Independence {
        origin: name.to_owned(),
        kind: OriginKind::Wire,
        reporting: Reporting::Possible,
        article_count: dispatches as u64,
        dispatch_ids: (1..=dispatches).map(opened).collect(),
        outlets: words(&["livemint"]),
        because: vec![Because {
            signal: Signal::Credit,
            weight: Fixed::ONE,
            detail: "(with ANI inputs)".to_owned(),
        }],
    }
}

fn story_change(independence: Vec<Independence>) -> StoryChange {
    let id: ArticleId = ART.parse().unwrap();
    let dispatches = independence.iter().map(|origin| origin.dispatch_ids.len() as u64).sum();
    StoryChange {
        id: StoryId::opened_by(id, 1),
        revision: 1,
        kind: StoryKind::Created,
        is_loser: false,
        state: StoryState {
            title: "Summit ends: what was said".to_owned(),
            lang: "en".to_owned(),
            status: StoryStatus::Active,
            first_seen: Time(at("2025-08-16T06:10:02.114Z")),
            last_seen: Time(at("2025-08-16T06:10:02.114Z")),
            tally: Tally { articles: dispatches, dispatches, outlets: 1, independence },
            statements: vec![],
            lead: id,
            articles: vec![id],
            merged_from: vec![],
            merged_into: None,
            split_from: None,
            retracted_reason: String::new(),
            people: words(&["per_donald_trump"]),
            places: words(&["plc_anchorage"]),
            watches: words(&["anchorage-summit"]),
        },
        because: vec![],
        alerts: vec![],
    }
}

fn article_record(article: Article, include_body: bool) -> Record {
    Record::Article(Box::new(render::article(&change(article), &stamp(), include_body)))
}

fn text_of(record: &Record) -> String {
    String::from_utf8(line(record)).unwrap()
}

#[test]
fn an_article_line_is_the_worked_example_to_the_letter() {
    let expected = concat!(
        r#"{"schema":"1.0","id":"evt_6f84abd57ed8e016aeedb240cd49c291","type":"article.new","#,
        r#""source":"urn:copytaster:desk-1","time":"2025-08-16T06:10:02.167Z","seq":1,"commit":1,"#,
        r#""article_id":"art_964cc20151fe2c4370d6e4985c228e6a","#,
        r#""dispatch_id":"dsp_964cc20151fe2c4370d6e4985c228e6a","#,
        r#""story_id":"sty_964cc20151fe2c4370d6e4985c228e6a","revision":1,"change":"new","#,
        r#""feed_id":"mint-news","guid":"https://livemint.example/seed.html","#,
        r#""url":"https://livemint.example/seed.html","title":"Summit ends: what was said","lang":"en","#,
        r#""outlet":{"id":"livemint","name":"Mint","country":"IN","family":"ht-media","kind":"outlet"},"#,
        r#""text":{"origin":"feed_content","complete":true,"chars":71,"words":12,"#,
        r#""summary":"Both sides left early."},"#,
        r#""published":{"time":null,"day":"2025-08-16","granularity":"day","origin":"text_prefix"},"#,
        r#""timing":{"fetched_at":"2025-08-16T06:10:02.114Z","emitted_at":"2025-08-16T06:10:02.167Z","#,
        r#""publish_to_emit_s":null,"fetch_to_emit_s":0.053},"#,
        r#""provenance":{"role":"rewrite","confidence":0.9,"wire":["ani"],"credit":"(with ANI inputs)","#,
        r#""byline":"","dateline":"","cites":[],"chains":[{"path":["livemint","org_ani"],"root":"org_ani","#,
        r#""claims":["q1"],"inferred":[],"evidence":{"char_start":24,"char_end":32,"text":"ANI said"}}]},"#,
        r#""people":[],"orgs":[{"id":"org_ani","name":"ANI","kind":"news_agency","mentions":2}],"places":[],"#,
        r#""quotes":[{"id":"q1","speaker":"org_ani","text":"useful","char_start":45,"char_end":51,"#,
        r#""kind":"fragment","via":[],"variant_of":""}],"#,
        r#""watch":[{"id":"anchorage-summit","terms":["Anchorage"],"score":1.0}],"#,
        r#""match":{"relation":"new","score":0.0,"nearest_article_id":"","because":[]},"#,
        r#""notice":{"kind":"","label":"","number":null,"target_article_id":"","until":null},"#,
        r#""defects":["date_prefix_stripped","no_title_in_text"]}"#,
        "\n"
    );
    assert_eq!(text_of(&article_record(the_article(), false)), expected);
}

#[test]
fn a_story_line_is_the_worked_example_to_the_letter() {
    let record = render::story(&story_change(vec![origin("ani", 1)]), &stamp());
    let expected = concat!(
        r#"{"schema":"1.0","id":"evt_a1d7f6227f3bc785134559772f3212c2","type":"story.created","#,
        r#""source":"urn:copytaster:desk-1","time":"2025-08-16T06:10:02.167Z","seq":1,"commit":1,"#,
        r#""story_id":"sty_964cc20151fe2c4370d6e4985c228e6a","revision":1,"change":"created","#,
        r#""title":"Summit ends: what was said","lang":"en","status":"active","#,
        r#""first_seen":"2025-08-16T06:10:02.114Z","last_seen":"2025-08-16T06:10:02.114Z","#,
        r#""article_count":1,"dispatch_count":1,"outlet_count":1,"independent_source_count":1,"#,
        r#""confirmed_source_count":0,"wire_origins":["ani"],"#,
        r#""independence":[{"origin":"ani","kind":"wire","reporting":"possible","article_count":1,"#,
        r#""dispatch_ids":["dsp_964cc20151fe2c4370d6e4985c228e6a"],"outlets":["livemint"],"#,
        r#""because":[{"signal":"credit","weight":1.0,"detail":"(with ANI inputs)"}]}],"statements":[],"#,
        r#""lead_article_id":"art_964cc20151fe2c4370d6e4985c228e6a","#,
        r#""article_ids":["art_964cc20151fe2c4370d6e4985c228e6a"],"merged_from":[],"merged_into":"","#,
        r#""split_from":"","retracted_reason":"","person_ids":["per_donald_trump"],"#,
        r#""place_ids":["plc_anchorage"],"watch_ids":["anchorage-summit"],"because":[]}"#,
        "\n"
    );
    assert_eq!(text_of(&Record::Story(Box::new(record))), expected);
}

#[test]
fn record_ids_depend_on_each_part() {
    let id = record_id("urn:copytaster:desk-1", "article.new", ART, 1);
    assert_eq!(id, "evt_6f84abd57ed8e016aeedb240cd49c291");
    assert_ne!(id, record_id("urn:copytaster:desk-1", "article.new", ART, 2));
    assert_ne!(id, record_id("urn:copytaster:desk-2", "article.new", ART, 1));
    assert_ne!(id, record_id("urn:copytaster:desk-1", "article.revised", ART, 1));
}

#[test]
fn a_future_date_makes_no_negative_delay_and_an_unknown_one_none() {
    let mut article = the_article();
    article.published.time = Some(Time(at("2025-08-16T05:58:00Z")));
    let record = render::article(&change(article.clone()), &stamp(), false);
    assert_eq!(record.timing.publish_to_emit_s, Some(Fixed(722_167)));
    article.published.time = Some(Time(at("2030-01-01T00:00:00Z")));
    let record = render::article(&change(article), &stamp(), false);
    assert_eq!(record.timing.publish_to_emit_s, Some(Fixed(0)));
}

#[test]
fn every_kind_of_change_has_its_type_and_word() {
    for (kind, words) in [
        (ArticleKind::Material, r#""type":"article.revised""#),
        (ArticleKind::Withdrawn, r#""change":"withdrawn""#),
        (ArticleKind::Reassigned, r#""type":"article.reassigned""#),
    ] {
        let change = ArticleChange { kind, ..change(the_article()) };
        let record = render::article(&change, &stamp(), false);
        assert!(text_of(&Record::Article(Box::new(record))).contains(words), "{kind:?}");
    }
    for (kind, is_loser, words) in [
        (StoryKind::Merged, true, r#""type":"story.merged""#),
        (StoryKind::Merged, false, r#""type":"story.updated""#),
        (StoryKind::ArticleAdded, false, r#""change":"article_added""#),
        (StoryKind::Split, false, r#""type":"story.split""#),
        (StoryKind::Retracted, false, r#""type":"story.retracted""#),
    ] {
        let change = StoryChange { kind, is_loser, ..story_change(vec![]) };
        let record = render::story(&change, &stamp());
        assert!(text_of(&Record::Story(Box::new(record))).contains(words), "{kind:?}");
    }
}

#[test]
fn a_fetch_is_accounted_for() {
    let taken = Taken { new: 3, revised: 1, unchanged: 2, backfilled: 4, ..Taken::default() };
    let report = FetchReport { items: 13, over_limit: 2, ..FetchReport::default() };
    let record = render::health_fetched(&FeedId::new("mint-news"), &report, &taken, 1, &stamp());
    let text = text_of(&Record::HealthFetched(Box::new(record)));
    assert!(text.ends_with(concat!(
        r#""feed_id":"mint-news","http":null,"bytes":0,"items":13,"new":3,"revised":1,"unchanged":2,"#,
        r#""quarantined":1,"held":0,"backfilled":4,"over_limit":2,"overrun":false,"defects":[]}"#,
        "\n"
    )));
}

#[test]
fn unknown_keys_are_skipped_and_unknown_types_are_named() {
    let text = text_of(&article_record(the_article(), false));
    let later = text.replacen('{', r#"{"later":{"a":[1]},"#, 1);
    assert_eq!(Record::parse(&later).unwrap(), Record::parse(&text).unwrap());
    let other = text.replace("article.new", "auction.held");
    assert!(Record::parse(&other).unwrap_err().to_string().contains("auction.held"));
    assert!(Record::parse(&text.replace(r#""lang":"en","#, "")).is_err());
}

#[test]
fn a_long_body_ends_with_a_paragraph_and_nothing_points_behind_it() {
    let mut article = the_article();
    let paragraph = "Delegates spoke for an hour. ".repeat(40);
    article.text.body = vec![paragraph.trim_end(); 200].join("\n\n");
    article.quotes[0].char_start = 200_000;
    article.quotes[0].char_end = 200_006;
    article.provenance.chains[0].evidence.char_end = 32;
    let record = article_record(article.clone(), true);
    let bytes = line(&record);
    assert!(bytes.len() <= LINE_WITH_BODY_BYTES_MAX && bytes.len() > 120 * 1024);
    let Record::Article(read) = Record::parse(str::from_utf8(&bytes).unwrap()).unwrap() else {
        panic!("not an article")
    };
    let body = read.text.body.unwrap();
    assert!(article.text.body.starts_with(&format!("{body}\n\n")));
    assert_eq!(read.text.chars, body.chars().count() as u64);
    assert!(!read.text.complete && read.quotes.is_empty() && read.provenance.chains.is_empty());
    assert_eq!(read.defects[0], "body_cut");
    assert!(read.defects.contains(&"list_cut".to_owned()));
}

#[test]
fn the_longest_list_is_cut_from_its_end_and_says_so() {
    let mut article = the_article();
    let quote = article.quotes[0].clone();
    let numbered = |n: usize| Quote { id: format!("q{n}"), ..quote.clone() };
    article.quotes = (1..=600).map(numbered).collect();
    let before = article.clone();
    let bytes = line(&article_record(article, false));
    assert!(bytes.len() <= LINE_BYTES_MAX && bytes.len() > LINE_BYTES_MAX - 400);
    let Record::Article(read) = Record::parse(str::from_utf8(&bytes).unwrap()).unwrap() else {
        panic!("not an article")
    };
    assert!(read.quotes.len() > 50);
    assert_eq!(read.quotes[..], before.quotes[..read.quotes.len()]);
    assert_eq!((&read.orgs, &read.provenance), (&before.orgs, &before.provenance));
    assert!(read.defects.contains(&"list_cut".to_owned()));
}

#[test]
fn a_story_carried_by_a_thousand_dispatches_fits_and_keeps_its_counts() {
    let record =
        render::story(&story_change(vec![origin("ani", 1000), origin("pti", 1)]), &stamp());
    let bytes = line(&Record::Story(Box::new(record)));
    assert!(bytes.len() <= LINE_BYTES_MAX);
    let Record::Story(read) = Record::parse(str::from_utf8(&bytes).unwrap()).unwrap() else {
        panic!("not a story")
    };
    assert_eq!((read.independence.len(), read.independent_source_count), (2, 2));
    assert_eq!((read.independence[0].article_count, read.article_count), (1000, 1001));
    assert!(read.independence[0].dispatch_ids.len() > 600);
}

#[test]
fn no_control_character_is_raw() {
    let mut article = the_article();
    article.title = "a\u{0}\u{1b}\u{7f}\u{85}\u{9f}\u{2028}\u{2029}\r\nb\u{e9}".to_owned();
    let record = article_record(article, false);
    let text = text_of(&record);
    assert_eq!(text.chars().filter(|c| c.is_control()).count(), 1);
    assert!(!text.contains('\u{2028}') && !text.contains('\u{2029}') && text.contains('\u{e9}'));
    assert_eq!(Record::parse(&text).unwrap(), record);
}

#[test]
fn places_are_dense_and_files_rotate_by_size_and_age() {
    let config = layout::Config { file_bytes_max: 100, ..layout::Config::default() };
    let mut layout = Layout::new(config, vec![]);
    let start = at("2025-08-16T06:10:02.167Z");
    let place = |layout: &mut Layout, size| {
        let line = layout.place(Stream::Articles, vec![b'x'; size], start);
        (line.seq, line.file, line.offset)
    };
    let first = "articles-20250816T061002Z-000000000001.jsonl".to_owned();
    assert_eq!(place(&mut layout, 60), (1, first.clone(), 0));
    assert_eq!(place(&mut layout, 40), (2, first, 60));
    let (_, second, offset) = place(&mut layout, 1);
    assert_eq!((second.as_str(), offset), ("articles-20250816T061002Z-000000000003.jsonl", 0));
    layout.rotate(Stream::Articles);
    let mut layout = Layout::new(config, layout.ends());
    assert_eq!(layout.next_seq(Stream::Articles), 4);
    let (_, third, _) = place(&mut layout, 500);
    assert_eq!(third, "articles-20250816T061002Z-000000000004.jsonl");
    assert_eq!(layout.next_seq(Stream::Stories), 1);
}

#[test]
fn an_old_file_is_closed_only_when_it_is_worth_a_file_and_never_in_replay() {
    let start = at("2025-08-16T06:10:02Z");
    let later = at("2025-08-16T07:10:02Z");
    let files = |config: layout::Config, size| {
        let mut layout = Layout::new(config, vec![]);
        let first = layout.place(Stream::Health, vec![b'x'; size], start).file;
        // As after a restart: the age of the file is remembered.
        let mut layout = Layout::new(config, layout.ends());
        first != layout.place(Stream::Health, vec![b'x'; 10], later).file
    };
    let run = layout::Config::default();
    assert!(files(run, 4096));
    assert!(!files(run, 4095));
    assert!(!files(layout::Config { file_age_max: None, ..run }, 4096));
}

#[test]
fn another_shape_of_lines_opens_new_files_and_a_surplus_is_gone_on_above() {
    let run = layout::Config::default();
    let with_bodies = layout::Config { include_body: true, ..run };
    let mut layout = Layout::new(run, vec![]);
    let file = |layout: &mut Layout| {
        layout.place(Stream::Stories, vec![b'x'], at("2025-08-16T06:10:02Z")).file
    };
    let first = file(&mut layout);
    layout.reshape(Some(&run.shape()));
    layout.reshape(None);
    assert_eq!(file(&mut layout), first);
    let mut layout = Layout::new(with_bodies, layout.ends());
    layout.reshape(Some(&run.shape()));
    assert!(file(&mut layout).ends_with("-000000000003.jsonl"));
    layout.go_on_above(Stream::Stories, 7);
    assert!(file(&mut layout).ends_with("-000000000008.jsonl"));
    layout.go_on_above(Stream::Stories, 2);
    assert_eq!(layout.next_seq(Stream::Stories), 9);
}

#[test]
fn only_names_of_ours_are_read() {
    let name = layout::file_name(Stream::Watch, at("2025-08-16T06:10:02Z"), 12);
    assert_eq!(parse_file_name(&name), Some((Stream::Watch, 12)));
    for other in [
        "articles-20250816T061002Z-000000000001.jsonl.tmp",
        "articles-2025-000000000001.jsonl",
        "articles-20250816T061002Z-1.jsonl",
        "notes-20250816T061002Z-000000000001.jsonl",
        "articles.jsonl",
    ] {
        assert_eq!(parse_file_name(other), None, "{other}");
    }
}

fn any_text(chars: usize) -> impl Strategy<Value = String> {
    let hostile = prop_oneof![
        Just('\u{1}'),
        Just('"'),
        Just('\u{85}'),
        Just('\u{1f600}'),
        Just('\n'),
        any::<char>(),
        proptest::char::range('a', 'z'),
    ];
    (hostile, proptest::collection::vec(any::<char>(), 0..4), 0..chars).prop_map(
        |(c, some, times)| {
            let mut text: String = std::iter::repeat_n(c, times).collect();
            text.extend(some);
            text
        },
    )
}

prop_compose! {
    fn any_article()(
        title in any_text(40_000),
        url in any_text(3_000),
        body in proptest::collection::vec(any_text(9_000), 0..12),
        list in proptest::collection::vec(any_text(400), 0..12),
        copies in 0_usize..120,
        confidence in 0_i64..=1000,
        number in proptest::option::of(0_u64..100),
    ) -> Article {
        let mut article = the_article();
        let org = |name: &String| Org {
            id: format!("org_{name}"), name: name.clone(), kind: String::new(), mentions: 1,
        };
        article.orgs = list.iter().cycle().take(copies * list.len().min(1)).map(org).collect();
        article.provenance.wire = list.clone();
        article.watch = vec![WatchHit { id: "w".to_owned(), terms: list, score: Fixed::ONE }];
        article.provenance.confidence = Fixed(confidence);
        article.notice.number = number;
        (article.title, article.url) = (title, url);
        article.text.body = body.join("\n\n");
        article
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_line_passes_its_cap_and_each_is_read_back(article in any_article(), included: bool) {
        let record = article_record(article, included);
        let bytes = line(&record);
        let cap = if included { LINE_WITH_BODY_BYTES_MAX } else { LINE_BYTES_MAX };
        prop_assert!(bytes.len() <= cap);
        let text = str::from_utf8(&bytes).unwrap();
        prop_assert_eq!(text.chars().filter(|c| c.is_control()).count(), 1);
        let read = Record::parse(text).unwrap();
        prop_assert_eq!(&line(&read), &bytes);
        if super::to_json(&record).len() < cap {
            prop_assert_eq!(read, record);
        } else if let Record::Article(read) = read {
            prop_assert!(read.defects.iter().any(|defect| defect.ends_with("_cut")));
        }
    }

    #[test]
    fn no_story_passes_the_cap(origins in 0_usize..400, dispatches in 0_usize..60, name in any_text(80)) {
        let change = story_change(vec![origin(&name, dispatches); origins]);
        let record = Record::Story(Box::new(render::story(&change, &stamp())));
        let bytes = line(&record);
        prop_assert!(bytes.len() <= LINE_BYTES_MAX);
        let Record::Story(read) = Record::parse(str::from_utf8(&bytes).unwrap()).unwrap() else {
            panic!("not a story")
        };
        prop_assert_eq!(read.independent_source_count, origins as u64);
    }

    #[test]
    fn numbers_have_a_decimal_point_and_at_most_three_decimals(thousandths in -10_000_000_i64..10_000_000) {
        let text = String::from_utf8(super::to_json(&Fixed(thousandths))).unwrap();
        let (_, decimals) = text.split_once('.').unwrap();
        prop_assert!((1..=3).contains(&decimals.len()) && !text.contains('e'));
        prop_assert_eq!(serde_json::from_str::<Fixed>(&text).unwrap(), Fixed(thousandths));
    }
}
