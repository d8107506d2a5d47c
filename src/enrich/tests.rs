use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::news::{
    FeedId, Granularity, Name, NoticeKind, OutletKind, OwnSign, PublishedOrigin, Role,
    SourceElement,
};

pub(super) static TABLES: LazyLock<Arc<Tables>> = LazyLock::new(|| Arc::new(Tables::builtin()));

pub(super) fn feed(outlet: Option<&str>) -> Feed {
    Feed {
        id: FeedId::new("test-feed"),
        url: Url::parse("https://feeds.example/all").unwrap(),
        outlet: outlet.map(str::to_owned),
        interval: None,
        zone: None,
    }
}

fn draft(content: &str) -> Draft {
    Draft {
        rung: Rung::Guid,
        key: "k".into(),
        key_link: None,
        guid: "k".into(),
        link: "https://vale.example/a".into(),
        title: "Talks end".into(),
        summary: String::new(),
        content: content.into(),
        authors: vec![],
        source: None,
        rights: String::new(),
        lang: "en".into(),
        tags: vec![],
        published: None,
        published_raw: String::new(),
        updated: None,
        defects: vec![],
    }
}

fn at(outlet: &str, draft: &Draft) -> Article {
    let feed = feed(Some(outlet));
    let fetched_at = "2025-08-16T06:10:02Z".parse().unwrap();
    article(draft, &Context { feed: &feed, fetched_at, tables: &TABLES })
}

fn said(article: &Article) -> String {
    let p = &article.provenance;
    let wire = p.wire.join("+");
    format!("{:?} [{wire}] {:?} {:?} {:?}", p.role, p.credit, p.byline, p.dateline)
}

/// The text between the spans that are no story.
fn spans(article: &Article) -> Vec<String> {
    let cut = |(start, end): &(u32, u32)| {
        text::slice(&article.text.body, *start as usize, *end as usize).to_owned()
    };
    article.not_text.iter().map(cut).collect()
}

const STORY: &str = "<p>The two delegations met for four hours on Friday and parted without a text.</p>\
    <p>Both sides called the tone good and named no date for another round.</p>";

fn credited(before: &str, after: &str) -> Article {
    at("livemint", &draft(&format!("{before}{STORY}{after}")))
}

#[test]
fn a_credit_line_gives_role_agency_and_span() {
    let article = credited("", "<p>(with ANI inputs)</p>");
    assert_eq!(said(&article), r#"Rewrite [ani] "(with ANI inputs)" "" """#);
    assert_eq!(spans(&article), ["(with ANI inputs)"]);
    assert_eq!(article.provenance.confidence.0, 900);
    assert_eq!(said(&credited("", "<p>(PTI)</p>")), r#"WireCopy [pti] "(PTI)" "" """#);
    let article = at("livemint", &draft("<p>It ended at dawn, an aide said. (ANI)</p>"));
    assert_eq!(
        (said(&article).as_str(), spans(&article)),
        (r#"WireCopy [ani] "(ANI)" "" """#, vec!["(ANI)".to_owned()])
    );
    let both = credited("", "<p>(With inputs from PTI and ANI)</p>");
    assert_eq!(both.provenance.wire, ["pti", "ani"]);
    let none = credited(
        "",
        "<p>This story has been published from a wire agency feed without modifications to the text.</p>",
    );
    assert_eq!((none.provenance.role, none.provenance.wire.len()), (Role::WireCopy, 0));
}

#[test]
fn a_dateline_with_an_agency_is_a_credit_and_is_printed_without_its_dash() {
    let article = at(
        "livemint",
        &draft(
            "<p>NEW DELHI, Aug 16 (PTI) - The talks ended on Friday.</p><p>Nobody said more.</p>",
        ),
    );
    assert_eq!(said(&article), r#"WireCopy [pti] "" "" "NEW DELHI, Aug 16 (PTI)""#);
    assert_eq!(spans(&article), ["NEW DELHI, Aug 16 (PTI) -"]);
    assert_eq!(article.text.summary, "The talks ended on Friday.");
    for (text, dateline, wire) in [
        (
            "New Delhi [India], August 16 (ANI): The talks ended.",
            "New Delhi [India], August 16 (ANI)",
            "ani",
        ),
        ("MOSCOW, August 16. /TASS/. The talks ended.", "MOSCOW, August 16. /TASS/", "tass"),
        ("ANCHORAGE, Alaska (AP) — The talks ended.", "ANCHORAGE, Alaska (AP)", "ap"),
        ("Berlin (dpa) - Die Gespräche sind zu Ende.", "Berlin (dpa)", "dpa"),
        ("МОСКВА, 16 августа. /ТАСС/. Переговоры завершены.", "МОСКВА, 16 августа. /ТАСС/", "tass"),
        ("नई दिल्ली, 16 अगस्त (भाषा) वार्ता समाप्त हो गई।", "नई दिल्ली, 16 अगस्त (भाषा)", "pti"),
        ("Madrid, 16 ago (EFE).- Las conversaciones terminaron.", "Madrid, 16 ago (EFE)", "efe"),
        ("(Reuters) - The talks ended.", "(Reuters)", "reuters"),
    ] {
        let article = at("vale", &draft(&format!("<p>{text}</p><p>Nobody said more.</p>")));
        let found = (article.provenance.dateline.as_str(), article.provenance.wire.join("+"));
        assert_eq!(found, (dateline, wire.to_owned()), "{text}");
        assert_eq!(article.provenance.role, Role::WireCopy, "{text}");
    }
}

#[test]
fn an_agency_in_running_text_or_in_a_caption_is_no_credit() {
    for html in [
        "<p>According to ANI, the talks ended. PTI reported the same.</p><p>Nobody said more.</p>",
        "<p>The talks ended on Friday.</p><p>Photo: Reuters</p>",
        "<p>Officials told the agency (ANI) so before the talks.</p><p>Nobody said more.</p>",
        "<p>Representational image/PTI</p><p>The talks ended on Friday, officials said.</p>",
        "<p>The talks ended on Friday.</p><p>Read more at Reuters</p>",
        "<p>VIJAYAWADA (AP): The talks ended on Friday, officials said.</p>",
    ] {
        let article = at("livemint", &draft(html));
        assert_eq!(
            (article.provenance.role, article.provenance.wire.len()),
            (Role::Unknown, 0),
            "{html}"
        );
    }
    let article = at("livemint", &draft("<p>The talks ended on Friday.</p><p>Photo: Reuters</p>"));
    assert_eq!(spans(&article), ["Photo: Reuters"]);
}

#[test]
fn a_byline_is_an_agency_a_person_or_a_desk() {
    let by = |author: &str| {
        let mut draft = draft(STORY);
        draft.authors = vec![author.into()];
        said(&at("livemint", &draft))
    };
    assert_eq!(by("PTI"), r#"WireCopy [pti] "" "PTI" """#);
    assert_eq!(by("Ada Vale"), r#"Original [] "" "Ada Vale" """#);
    assert_eq!(by("Web Desk"), r#"Unknown [] "" "Web Desk" """#);
    assert_eq!(by("Livemint"), r#"Unknown [] "" "Livemint" """#);
    assert_eq!(
        by("Ada Vale, Associated Press"),
        r#"WireCopy [ap] "" "Ada Vale, Associated Press" """#
    );
    assert_eq!(by("Ada Vale and agencies"), r#"Rewrite [] "" "Ada Vale and agencies" """#);
    let article = credited("<p>By Ada Vale in Anchorage</p>", "");
    assert_eq!(said(&article), r#"Original [] "" "By Ada Vale in Anchorage" """#);
    assert_eq!(article.own_signs, [OwnSign::Byline("By Ada Vale in Anchorage".into())]);
    assert_eq!(spans(&article), ["By Ada Vale in Anchorage"]);
    assert_eq!(
        said(&credited("<p>By Friday the talks had ended.</p>", "")),
        r#"Unknown [] "" "" """#
    );
}

#[test]
fn a_staff_byline_with_a_partial_credit_is_a_rewrite() {
    let article = credited("<p>By Ada Vale</p>", "<p>(With inputs from agencies)</p>");
    assert_eq!(said(&article), r#"Rewrite [] "(With inputs from agencies)" "By Ada Vale" """#);
    let slots_disagree = credited("<p>By Ada Vale</p>", "<p>(PTI)</p>");
    assert!(
        slots_disagree.provenance.confidence < credited("", "<p>(PTI)</p>").provenance.confidence
    );
}

#[test]
fn the_strongest_slot_comes_first_among_the_agencies() {
    let mut draft = draft(&format!("{STORY}<p>(with inputs from ANI)</p>"));
    draft.authors = vec!["Reuters".into()];
    assert_eq!(at("livemint", &draft).provenance.wire, ["reuters", "ani"]);
}

#[test]
fn an_agencys_own_feed_is_its_own_reporting() {
    let own = at(
        "ani",
        &draft(&format!(
            "<p>Anchorage [US], August 16 (ANI): The talks ended.</p>{STORY}<p>(ANI)</p>"
        )),
    );
    assert_eq!((own.own_agency.as_str(), own.provenance.role), ("ani", Role::Original));
    assert_eq!(own.provenance.wire, ["ani"]);
    let relayed = at(
        "ani",
        &draft(&format!("<p>Abu Dhabi [UAE], August 16 (ANI/WAM): The talks ended.</p>{STORY}")),
    );
    assert_eq!(
        (relayed.provenance.role, relayed.provenance.wire),
        (Role::WireCopy, vec!["ani".to_owned(), "wam".to_owned()])
    );
    assert_eq!(at("kremlin", &draft(STORY)).provenance.role, Role::Original);
    assert_eq!(at("livemint", &draft(STORY)).provenance.role, Role::Unknown);
}

#[test]
fn own_datelines_and_words_to_the_outlet_are_signs() {
    let article =
        at("adn", &draft("<p>ANCHORAGE — The talks ended on Friday.</p><p>Nobody said more.</p>"));
    assert_eq!(
        (article.provenance.role, article.provenance.dateline.as_str()),
        (Role::Original, "ANCHORAGE")
    );
    let article = at(
        "cnn",
        &draft("<p>Washington (CNN) — The talks ended on Friday.</p><p>Nobody said more.</p>"),
    );
    assert_eq!((article.provenance.role, article.provenance.wire.len()), (Role::Original, 0));
    let article =
        at("livemint", &draft("<p>It is over, an aide told Mint.</p><p>Nobody said more.</p>"));
    assert_eq!(article.own_signs, [OwnSign::ToldOutlet("told Mint".into())]);
    for text in
        ["EXCLUSIVE — The talks ended.", "TRUMP: We had a good day.", "UPDATE: The talks ended."]
    {
        let article = at("adn", &draft(&format!("<p>{text}</p><p>Nobody said more.</p>")));
        assert_eq!(article.provenance.dateline, "", "{text}");
    }
}

#[test]
fn copyright_lines_credit_others_and_never_the_outlet_itself() {
    let mut draft = draft(STORY);
    draft.rights = "© 2025 AFP".into();
    let article = at("france24", &draft);
    assert_eq!(said(&article), r#"WireCopy [afp] "© 2025 AFP" "" """#);
    draft.rights = "© 2025 CNN".into();
    assert_eq!(at("cnn", &draft).provenance.role, Role::Unknown);
}

#[test]
fn a_summary_that_the_feed_cut_is_not_complete() {
    let mut draft = draft("");
    draft.summary = "<p>The talks ended on Friday. The two sides then…</p>".into();
    let article = at("livemint", &draft);
    assert_eq!((article.text.origin, article.text.complete), (TextOrigin::FeedSummary, false));
    assert!(article.defects.contains(&"text_cut_by_feed".to_owned()));
    draft.summary = "The talks ended on Friday.".into();
    assert!(at("livemint", &draft).text.complete);
}

#[test]
fn labels_are_read_and_stay_in_the_headline() {
    let labelled = |title: &str, content: &str| {
        let mut draft = draft(content);
        draft.title = title.into();
        let article = at("livemint", &draft);
        assert_eq!(article.title, title);
        article.notice
    };
    let notice = labelled("UPDATE 2-Talks end", STORY);
    assert_eq!(
        (notice.kind, notice.label.as_str(), notice.number),
        (NoticeKind::Update, "UPDATE 2-", Some(2))
    );
    let notice = labelled("ADVISORY: Talks", "<p>Please kill item 4711 \"Talks end\".</p>");
    assert_eq!((notice.kind, notice.number), (NoticeKind::Kill, Some(4711)));
    let notice =
        labelled("Kill", "<p>Editors: please kill item dpa 157 “Talks end without a deal”.</p>");
    assert_eq!((notice.kind, notice.number), (NoticeKind::Kill, Some(157)));
    let headline = Name::Headline("Talks end without a deal".to_owned());
    assert_eq!(notice.names, [Name::Item("dpa 157".to_owned()), headline]);
    let notice = labelled("ADVISORY: Talks", "<p>Please hold the story slugged TALKS-END.</p>");
    assert_eq!(notice.kind, NoticeKind::Hold);
    assert_eq!(notice.names, [Name::Slug("TALKS-END".to_owned())]);
    let report = format!("<p>Eds: adds quotes.</p><p>{}</p>", "The talks ended. ".repeat(50));
    assert_eq!(labelled("Talks end", &report).kind, NoticeKind::None, "a report is no note");
    let notice = labelled("EMBARGOED UNTIL 0600 GMT Aug 17 - Talks end", STORY);
    let until = notice.until.map(|until| until.to_string());
    assert_eq!(
        (notice.kind, until.as_deref()),
        (NoticeKind::Embargo, Some("2025-08-17T06:00:00.000Z"))
    );
    let notice = labelled("EMBARGOED UNTIL 10:00 EST AUG 17: Talks end", STORY);
    let until = notice.until.map(|until| until.to_string());
    assert_eq!(until.as_deref(), Some("2025-08-17T15:00:00.000Z"));
    assert_eq!(labelled("Talks end", STORY).kind, NoticeKind::None);
}

/// A text of the shape a crawler leaves: date prefix, blocks, list markers, agency cited inside, credit at the end.
const CRAWLED: &str = " date 2025-08-16 The two presidents met on Friday (local time). Their talks were “useful”.\n\n\
    According to ANI, a spokesman told CNN that both had aides with them.\n\n1- The first point was trade.\n\n(with ANI inputs)";

#[test]
fn a_crawled_text_loses_its_prefix_and_keeps_everything_else() {
    let feed = feed(None);
    let fetched_at = "2025-08-16T06:10:02Z".parse().unwrap();
    let line = PlainText {
        id: "l1".into(),
        text: CRAWLED.into(),
        outlet: "livemint".into(),
        ..PlainText::default()
    };
    let made = plain(line, &Context { feed: &feed, fetched_at, tables: &TABLES });
    assert_eq!(made.text.body, CRAWLED.strip_prefix(" date 2025-08-16 ").unwrap());
    assert_eq!(made.text.summary, "The two presidents met on Friday (local time).");
    assert_eq!(said(&made), r#"Rewrite [ani] "(with ANI inputs)" "" """#);
    assert_eq!(made.defects, ["date_prefix_stripped", "no_title_in_text", "title_missing"]);
    assert_eq!(
        (made.published.origin, made.published.day.to_string().as_str()),
        (PublishedOrigin::TextPrefix, "2025-08-16")
    );
    assert_eq!((made.published.time, made.published.granularity), (None, Granularity::Day));
    assert_eq!((made.lang.as_str(), made.outlet.family.as_str()), ("en", "ht-media"));
    for html in [CRAWLED.to_owned(), format!("<p>{}</p>", CRAWLED.replace("\n\n", "</p><p>"))] {
        assert_eq!(at("livemint", &draft(&html)).text.body, made.text.body);
    }
}

#[test]
fn a_plain_text_beyond_its_bound_is_read_as_far_as_it_counts() {
    let feed = feed(None);
    let fetched_at = "2025-08-16T06:10:02Z".parse().unwrap();
    let made = |text: String| {
        let line = PlainText { id: "l1".into(), text, ..PlainText::default() };
        plain(line, &Context { feed: &feed, fetched_at, tables: &TABLES })
    };
    let block = "The ferry sails at dawn, and the harbour sleeps.\n\n";
    let long = made(block.repeat(100_000) + "It sails again. Read more");
    assert_eq!(long.text.body.chars().count(), 300_000);
    assert!(!long.text.complete);
    assert_eq!(long.defects, ["body_cut", "date_missing", "title_missing"]);
    assert!(made(block.repeat(1_000)).text.complete);
    let (blocks, goes_on) = html::plain_beginning("ab\n\ncd\n\nef", 3);
    assert_eq!((blocks.join("|"), goes_on), ("ab|cd".to_owned(), true));
    assert!(!html::plain_beginning("ab\n\ncd\n", 4).1);
}

#[test]
fn a_plain_line_is_its_own_article() {
    let feed = feed(None);
    let fetched_at = "2025-08-16T06:10:02Z".parse().unwrap();
    let line = PlainText {
        id: "l1".into(),
        text: "The talks ended <b> & that was it.".into(),
        published: Some("next week".into()),
        url: "https://edition.cnn.com/a".into(),
        ..PlainText::default()
    };
    let made = plain(line, &Context { feed: &feed, fetched_at, tables: &TABLES });
    assert_eq!((made.rung, made.key.as_str(), made.link_is_key), (Rung::Guid, "l1", false));
    assert_eq!(
        (made.outlet.id.as_str(), made.text.body.as_str()),
        ("cnn", "The talks ended <b> & that was it.")
    );
    assert!(made.defects.contains(&"date_unreadable".to_owned()));
    assert_eq!(made.published.granularity, Granularity::Unknown);
}

#[test]
fn a_transport_without_a_publisher_stays_one() {
    let feed = feed(None);
    let fetched_at = "2025-08-16T06:10:02Z".parse().unwrap();
    let mut draft = draft(STORY);
    draft.link = "https://news.google.com/rss/articles/x".into();
    let context = Context { feed: &feed, fetched_at, tables: &TABLES };
    assert_eq!(article(&draft, &context).outlet.kind, OutletKind::Transport);
    draft.source =
        Some(SourceElement { title: "Reuters".into(), url: "https://www.reuters.com".into() });
    let resolved = article(&draft, &context);
    assert_eq!((resolved.outlet.id.as_str(), resolved.own_agency.as_str()), ("reuters", "reuters"));
}

fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "(with ANI inputs)",
        "(PTI)",
        "NEW DELHI, Aug 16 (PTI) -",
        "By Ada Vale",
        "<p>",
        "</p>",
        "<br>",
        "\n\n",
        "\n",
        " ",
        "…",
        "© 2025 AFP",
        "Photo: Reuters",
        "date 2025-08-16 ",
        "1- ",
        "The talks ended. ",
        "&nbsp;",
        "<script>",
        "<!--",
        "“",
        "”",
        "वार्ता ",
        "新华社北京8月16日电",
        "قال ",
        "\u{E000}",
        "Read more",
        "told Mint",
        "MOSCOW, August 16. /TASS/. ",
        ". (ANI)",
        "- IANS",
    ]);
    prop_oneof![4 => fixed.prop_map(str::to_owned), 1 => ".{0,12}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_panics_and_every_span_lies_in_the_body(
        content in prop::collection::vec(piece(), 0..24),
        title in prop::collection::vec(piece(), 0..4),
        authors in prop::collection::vec(piece(), 0..3),
    ) {
        let mut draft = draft(&content.concat());
        draft.title = title.concat();
        draft.authors = authors;
        draft.rights = draft.title.clone();
        let article = at("livemint", &draft);
        let length = u32::try_from(article.text.body.chars().count()).unwrap();
        let mut last = None;
        for (start, end) in &article.not_text {
            prop_assert!(start < end && *end <= length && last.is_none_or(|last| last < *start));
            last = Some(*end);
        }
        let credit = &article.provenance.credit;
        let printed = |credit: &str| article.text.body.contains(credit) || draft.rights.contains(credit);
        prop_assert!(printed(credit));
        prop_assert!(article.text.body.contains(&article.provenance.dateline));
        prop_assert!(article.text.summary.chars().count() <= 300);
        prop_assert!(article.text.body.contains(&article.text.summary));
        prop_assert!(!article.text.body.contains("\n\n\n") && !article.text.body.contains("  "));
        prop_assert_eq!(at("livemint", &draft), article);
    }
}
