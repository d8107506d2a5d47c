use jiff::SignedDuration;

use super::alert::Scene;
use super::stirred::Stirred;
use super::tests::list;
use crate::desk::live::LiveStory;
use crate::desk::testing::{article, member};
use crate::desk::tests::{Bench, config};
use crate::desk::{Desk, watch};
use crate::news::{
    Alert, Change, Fixed, Member, Notice, NoticeKind, OutletKind, Placed, Raised, Reason,
    Statement, StatementNumber, StoredStory, StoryId, Taken, Time, WindowArticle, hash16,
};

const RULE: (&str, &str) = ("summit", "Anchorage OR (Trump AND Putin)");

const TEXT: &str = "Presidents Trump and Putin left Anchorage on Friday after three hours of talks on the war in \
    Ukraine, and neither of them took a question from the reporters who had waited in the hall since dawn.";

fn bench() -> Bench {
    let mut bench = Bench::new(config(1 << 28));
    bench.desk.follow(&list(&[RULE]));
    bench.desk.mark(Vec::new());
    bench
}

fn alerts(taken: &Taken) -> Vec<&Alert> {
    let alert = |change: &'_ Change| matches!(change, Change::Alert(_));
    let changes = taken.changes.iter().filter(|change| alert(change));
    changes
        .filter_map(|change| match change {
            Change::Alert(alert) => Some(&**alert),
            _ => None,
        })
        .collect()
}

fn reasons(taken: &Taken) -> Vec<Reason> {
    alerts(taken).iter().map(|alert| alert.reason).collect()
}

#[test]
fn a_story_is_told_of_once_a_step_however_many_copies_come() {
    let mut bench = bench();
    let mut first = article("mint", "Trump and Putin leave Anchorage", TEXT);
    first.provenance.wire = vec!["ani".to_owned()];
    let taken = bench.take("a", vec![first.clone()]);
    assert_eq!(reasons(&taken), [Reason::New]);
    let alert = alerts(&taken)[0];
    assert_eq!((alert.watch.as_str(), alert.outlet.as_str()), ("summit", "mint"));
    assert_eq!((alert.articles, alert.outlets, alert.independent), (1, 1, 1));
    for paper in ["post", "herald", "star", "globe"] {
        let mut copy = first.clone();
        (copy.outlet.id, copy.outlet.family) = (paper.to_owned(), paper.to_owned());
        copy.key = paper.to_owned();
        assert_eq!(reasons(&bench.take(paper, vec![copy])), [], "{paper}");
    }
    let mut killed = first.clone();
    killed.title = "KILL: Trump and Putin leave Anchorage".to_owned();
    killed.notice =
        Notice { kind: NoticeKind::Kill, label: "KILL".to_owned(), ..Notice::default() };
    let taken = bench.take("a", vec![killed]);
    assert_eq!(reasons(&taken), [Reason::Correction]);
}

#[test]
fn an_article_that_no_rule_meets_is_neither_marked_nor_told() {
    let mut bench = bench();
    let taken = bench.take("a", vec![article("post", "Harbour reopens", "The harbour reopened.")]);
    assert_eq!(taken.changes.len(), 2);
}

#[test]
fn a_cosmetic_revision_tells_nothing() {
    let mut bench = bench();
    let item = article(
        "post",
        "Talks end",
        "The two presidents went home after three hours of talks in the north.",
    );
    bench.take("a", vec![item.clone()]);
    let mut retouched = item;
    retouched.title = "Talks end in anchorage".to_owned();
    let taken = bench.take("a", vec![retouched]);
    let Some(Change::Article(change)) = taken.changes.first() else { panic!("a revision") };
    assert_eq!(change.kind, crate::news::ArticleKind::Cosmetic);
    assert_eq!(change.article.watch[0].terms, ["Anchorage"]);
    assert_eq!(reasons(&taken), []);
}

#[test]
fn an_embargoed_text_waits_for_its_time() {
    let mut bench = bench();
    let mut item = article("post", "Trump and Putin leave Anchorage", TEXT);
    let until = bench.now + SignedDuration::from_mins(30);
    item.notice = Notice {
        kind: NoticeKind::Embargo,
        label: "EMBARGOED".to_owned(),
        until: Some(Time(until)),
        ..Notice::default()
    };
    assert_eq!(reasons(&bench.take("a", vec![item])), []);
    let early = bench.desk.tick(bench.now + SignedDuration::from_mins(29));
    assert_eq!(reasons(&early), []);
    let taken = bench.desk.tick(until);
    assert_eq!(reasons(&taken), [Reason::New]);
    assert!(taken.changes.iter().any(|change| matches!(change, Change::KeptStory(_))));
    assert_eq!(reasons(&bench.desk.tick(until + SignedDuration::from_mins(30))), []);
}

#[test]
fn advisories_holds_and_repeats_tell_nothing_and_a_lone_kill_does() {
    for (kind, expected) in [
        (NoticeKind::Advisory, vec![]),
        (NoticeKind::Hold, vec![]),
        (NoticeKind::Repeat, vec![]),
        (NoticeKind::Kill, vec![Reason::Correction]),
        (NoticeKind::Correction, vec![Reason::New]),
        (NoticeKind::Update, vec![Reason::New]),
    ] {
        let mut item = article("post", "Trump and Putin leave Anchorage", TEXT);
        item.notice = Notice { kind, label: "LABEL".to_owned(), ..Notice::default() };
        assert_eq!(reasons(&bench().take("a", vec![item])), expected, "{kind:?}");
    }
}

/// A desk as it would be restored from what another one decided.
fn restored(bench: &Bench, taken: &[Taken]) -> Desk {
    let mut articles: Vec<WindowArticle> = Vec::new();
    let mut stories: Vec<StoredStory> = Vec::new();
    for change in taken.iter().flat_map(|taken| &taken.changes) {
        match change {
            Change::Article(change) => articles.push(WindowArticle {
                id: change.id,
                placed: Placed {
                    dispatch: change.dispatch,
                    story: change.story,
                    arrival: change.member.arrival,
                    first_fetched: change.member.fetched_at.0,
                    matched: change.matched.clone(),
                },
                article: change.article.clone(),
            }),
            Change::Story(change) | Change::KeptStory(change) => {
                stories.retain(|story| story.id != change.id);
                stories.push(StoredStory {
                    id: change.id,
                    revision: change.revision,
                    status: change.state.status,
                    lead: change.state.lead,
                    independent: change.state.tally.independence.len() as u64,
                    merged_from: change.state.merged_from.clone(),
                    split_from: change.state.split_from,
                    alerts: change.alerts.clone(),
                    members: Vec::new(),
                });
            }
            _ => {}
        }
    }
    for change in taken.iter().flat_map(|taken| &taken.changes) {
        if let Change::Article(change) = change
            && let Some(story) = stories.iter_mut().find(|story| story.id == change.story)
        {
            story.members.push(change.member.clone());
        }
    }
    Desk::restore(config(1 << 28), bench.desk.marks(), stories, articles)
}

#[test]
fn a_restored_desk_tells_nothing_twice_and_no_embargo_is_forgotten() {
    let mut bench = bench();
    let told = bench.take("a", vec![article("mint", "Trump and Putin leave Anchorage", TEXT)]);
    let mut later =
        article("post", "Putin back", "Putin and Trump will meet again, aides said, in spring.");
    let until = bench.now + SignedDuration::from_mins(10);
    later.notice =
        Notice { kind: NoticeKind::Embargo, until: Some(Time(until)), ..Notice::default() };
    let held = bench.take("b", vec![later]);
    assert_eq!((reasons(&told), reasons(&held)), (vec![Reason::New], vec![]));
    let mut again = restored(&bench, &[told, held]);
    assert!(!again.follow(&list(&[RULE])), "the window is marked already");
    assert_eq!(again.digest(), bench.desk.digest());
    let (a, b) = (bench.desk.tick(until), again.tick(until));
    assert_eq!(reasons(&a), [Reason::New]);
    assert_eq!(a, b);
}

#[test]
fn a_list_that_changes_marks_the_window_and_tells_of_it_once() {
    let mut bench = Bench::new(config(1 << 28));
    let taken = bench.take("a", vec![article("mint", "Trump and Putin leave Anchorage", TEXT)]);
    assert_eq!(reasons(&taken), []);
    let Some(Change::Article(change)) = taken.changes.first() else { panic!("an article") };
    let shown = WindowArticle {
        id: change.id,
        placed: Placed {
            dispatch: change.dispatch,
            story: change.story,
            arrival: 1,
            first_fetched: change.fetched_at,
            matched: change.matched.clone(),
        },
        article: change.article.clone(),
    };
    assert!(bench.desk.follow(&list(&[RULE])));
    let found = bench.desk.hits_anew(&shown).into_iter().collect();
    let marked = bench.desk.mark(found);
    assert_eq!(reasons(&marked), [Reason::New]);
    let Some(Change::Marked(mark)) = marked.changes.first() else { panic!("a mark") };
    assert_eq!(mark.watch[0].score, Fixed::ONE);
    assert_eq!(mark.member.watches, ["summit"]);
    assert!(!bench.desk.follow(&list(&[RULE])));
    let mut copy = article("post", "Trump and Putin leave Anchorage", TEXT);
    copy.key = "post".to_owned();
    let next = bench.take("b", vec![copy]);
    let story = next.changes.iter().find_map(|change| match change {
        Change::Story(change) => Some(&change.state.watches),
        _ => None,
    });
    assert_eq!(story.unwrap(), &["summit"]);
    assert_eq!(reasons(&next), []);
}

#[test]
fn what_was_told_of_two_stories_was_told_of_both() {
    let raised = |watch: &str, reasons: &[Reason]| Raised {
        watch: watch.to_owned(),
        reasons: reasons.to_vec(),
        numbers: Vec::new(),
    };
    let a = [raised("a", &[Reason::New]), raised("b", &[Reason::New])];
    let b = [raised("b", &[Reason::New, Reason::Official])];
    let both = watch::merged(&a, &b);
    assert_eq!(both, [a[0].clone(), b[0].clone()]);
}

/// Outlet, text, and what else is to be said of it.
type Told<'a> = (&'a str, u64, fn(&mut Member));

/// Members of one story that hit the rule.
fn members(all: &[Told<'_>]) -> Vec<Member> {
    let mut members = Vec::new();
    for (place, (outlet, dispatch, more)) in all.iter().enumerate() {
        let mut member = member(place as u64 + 1, *dispatch, outlet);
        member.watches = vec!["summit".to_owned()];
        more(&mut member);
        members.push(member);
    }
    members
}

fn steps(members: &[Member]) -> Vec<(i64, Reason)> {
    let watches = watch::Watches::new(&list(&[RULE]));
    let story = StoryId(hash16(&["story"]));
    let heard = watch::would_raise(story, members, &watches, |_| None);
    heard.iter().map(|heard| (heard.at.as_second(), heard.alert.reason)).collect()
}

#[test]
fn each_further_step_is_told_once() {
    let wire: fn(&mut Member) = |member| member.wire = vec!["ani".to_owned()];
    let official: fn(&mut Member) = |member| member.outlet_kind = OutletKind::Official;
    let plain: fn(&mut Member) = |_| {};
    let told = steps(&members(&[
        ("mint", 1, wire),
        ("post", 1, wire),
        ("cnn", 2, plain),
        ("herald", 1, wire),
        ("cnn", 3, plain),
        ("kremlin", 4, official),
        ("bbc", 5, plain),
        ("post", 1, |member| {
            (member.notice, member.uncounted) = (NoticeKind::Kill, true);
        }),
        ("post", 1, |member| {
            (member.notice, member.uncounted) = (NoticeKind::Kill, true);
        }),
    ]));
    assert_eq!(
        told,
        [
            (1, Reason::New),
            (3, Reason::SecondIndependentSource),
            (6, Reason::Official),
            (8, Reason::Correction)
        ]
    );
}

#[test]
fn what_holds_when_a_story_is_told_of_first_is_not_told_after() {
    let told = steps(&members(&[
        ("kremlin", 1, |member| member.outlet_kind = OutletKind::Official),
        ("kremlin", 1, |member| member.outlet_kind = OutletKind::Official),
        ("cnn", 2, |_| {}),
    ]));
    assert_eq!(told, [(1, Reason::New), (3, Reason::SecondIndependentSource)]);
}

#[test]
fn siblings_of_a_template_and_repeats_are_no_step() {
    let told = steps(&members(&[
        ("usgs", 1, |member| member.is_sibling = true),
        ("post", 1, |member| member.is_sibling = true),
        ("star", 2, |member| member.notice = NoticeKind::Repeat),
        ("cnn", 3, |_| {}),
        ("star", 4, |member| member.is_sibling = true),
        ("cnn", 3, |_| {}),
    ]));
    assert_eq!(told, [(4, Reason::New)]);
}

#[test]
fn a_number_is_told_when_it_changes_and_once_for_each_value() {
    let members = members(&[("post", 1, |_| {})]);
    let watches = watch::Watches::new(&list(&[RULE]));
    let mut live = LiveStory::new();
    live.put(members[0].clone());
    let now = members[0].fetched_at.0;
    let mut state = live.snapshot(StoryId(hash16(&["story"])), now);
    let mut raised = Vec::new();
    let stirred = Stirred { articles: vec![members[0].article], corrected_by: None };
    let mut told = |numbers: &[(&str, i64)]| {
        let statement = |&(id, number): &(&str, i64)| Statement {
            id: id.to_owned(),
            speaker: "org_police".to_owned(),
            text: format!("{number} died on {}", id.trim_end_matches('\'')),
            polarity: "asserts".to_owned(),
            witnesses: Vec::new(),
            denied_by: Vec::new(),
            first_article_id: members[0].article,
            numbers: vec![StatementNumber {
                unit: "dead".to_owned(),
                low: Fixed(number * 1000),
                high: Fixed(number * 1000),
                since: members[0].fetched_at,
            }],
        };
        state.statements = numbers.iter().map(statement).collect();
        let story = StoryId(hash16(&["story"]));
        let (members, state, stirred, watches) = (&members, &state, &stirred, &watches);
        let scene = Scene { story, members, state, stirred, now, watches };
        scene.raise(&mut raised).iter().map(|alert| alert.reason).collect::<Vec<_>>()
    };
    assert_eq!(told(&[("a", 3)]), [Reason::New]);
    assert_eq!(told(&[("a", 3)]), []);
    assert_eq!(told(&[("a", 5)]), [Reason::NumberChanged]);
    assert_eq!(told(&[("a", 5), ("b", 48)]), [], "counted for the first time");
    assert_eq!(told(&[("a", 5), ("b", 48)]), []);
    assert_eq!(told(&[("a", 6), ("b", 48)]), [Reason::NumberChanged]);
    // The same words with another number, told as another statement.
    assert_eq!(told(&[("a", 6), ("a'", 7), ("b", 48)]), [Reason::NumberChanged]);
    assert_eq!(told(&[("a", 6), ("a'", 7), ("b", 48), ("c", 9)]), []);
}
