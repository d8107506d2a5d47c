//! The window as a whole: what it answers must follow from what it holds.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::news::{
    Article, Day, Granularity, Notice, NoticeKind, Outlet, Provenance, Published, PublishedOrigin,
    Rung, Text,
};

/// A small generator with a seed: the same numbers everywhere.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides.max(1) as u64).unwrap()
    }

    pub(super) fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len())]
    }
}

pub(super) fn article(outlet: &str, title: &str, body: &str) -> Article {
    Article {
        rung: Rung::Guid,
        key: title.to_owned(),
        key_link: None,
        link_is_key: false,
        guid: title.to_owned(),
        url: String::new(),
        title: title.to_owned(),
        lang: "en".to_owned(),
        outlet: Outlet { id: outlet.to_owned(), family: outlet.to_owned(), ..Outlet::default() },
        own_agency: String::new(),
        text: Text { body: body.to_owned(), ..Text::default() },
        published: Published {
            time: None,
            day: Day(jiff::civil::date(2025, 8, 16)),
            granularity: Granularity::Unknown,
            origin: PublishedOrigin::Fetch,
        },
        provenance: Provenance::default(),
        own_signs: Vec::new(),
        not_text: Vec::new(),
        people: Vec::new(),
        orgs: Vec::new(),
        places: Vec::new(),
        quotes: Vec::new(),
        watch: Vec::new(),
        notice: Notice::default(),
        defects: Vec::new(),
        feed_words: None,
    }
}

pub(super) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_755_324_000 + 60 * minutes).unwrap()
}

/// A word that nobody else made up: the same number gives the same word.
fn word(number: usize) -> String {
    const ONSETS: [&str; 12] = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t"];
    const VOWELS: [&str; 5] = ["a", "e", "i", "o", "u"];
    let (mut rest, mut word) = (number + 61, String::new());
    while rest > 0 {
        word.push_str(ONSETS[rest % 12]);
        word.push_str(VOWELS[rest / 12 % 5]);
        rest /= 60;
    }
    word
}

/// Sentences about one event; two calls with one seed give one text, longer ones go on.
pub(super) fn report(event: u64, sentences: usize) -> String {
    let mut dice = Dice(event.wrapping_mul(0x9e37_79b9).wrapping_add(77));
    // Half of the words are the event's own, half stand in every text, common ones most.
    let own: Vec<String> = (0..24).map(|_| word(1000 + dice.roll(40_000))).collect();
    let mut text = String::new();
    for _ in 0..sentences {
        for place in 0..13 {
            let word = if dice.roll(2) == 0 {
                own[dice.roll(own.len())].clone()
            } else {
                let span = 1 + dice.roll(400);
                word(dice.roll(span))
            };
            if place == 0 || dice.roll(9) == 0 {
                let (first, rest) = word.split_at(1);
                text.push_str(&first.to_uppercase());
                text.push_str(rest);
            } else {
                text.push_str(&word);
            }
            text.push(if place == 12 { '.' } else { ' ' });
        }
        text.push(' ');
    }
    text.trim_end().to_owned()
}

/// An article that no window holds.
pub(super) fn nobody() -> ArticleId {
    ArticleId::mint("x", Rung::Guid, "nobody", None)
}

fn entry(arrival: u64, features: Features, fetched_at: Timestamp) -> Entry {
    let article = ArticleId::mint("x", Rung::Guid, &arrival.to_string(), None);
    Entry {
        arrival,
        article,
        dispatch: DispatchId::opened_by(article, 1),
        story: StoryId::opened_by(article, 1),
        fetched_at,
        moment: (!arrival.is_multiple_of(3)).then_some(fetched_at),
        features,
    }
}

/// Takes an article the way the desk does.
pub(super) fn take(window: &mut Window, arrival: u64, article: &Article, minutes: i64) -> Entry {
    let features = Features::of(article);
    let mut entry = entry(arrival, features, at(minutes));
    let probe = Probe {
        features: &entry.features,
        fetched_at: entry.fetched_at,
        moment: entry.moment,
        exclude: None,
    };
    let found = window.find_dispatch(&probe);
    match (found.dispatch, found.story) {
        (Some(dispatch), Some(story)) => (entry.dispatch, entry.story) = (dispatch, story),
        _ => entry.story = window.find_story(&probe).story.unwrap_or(entry.story),
    }
    window.insert(entry.clone());
    entry
}

pub(super) fn probe(features: &Features, minutes: i64) -> Probe<'_> {
    Probe { features, fetched_at: at(minutes), moment: Some(at(minutes)), exclude: None }
}

#[test]
fn a_rebuilt_window_answers_as_the_one_that_lived_through_it_all() {
    for seed in 1..=6 {
        let mut dice = Dice(seed);
        let mut lived = Window::new(Config::default());
        let mut ids: Vec<ArticleId> = Vec::new();
        for arrival in 1..=160_u64 {
            let minutes = i64::try_from(arrival).unwrap() * 9;
            let event = u64::try_from(dice.roll(14)).unwrap();
            let (skip, sentences) = (dice.roll(2), 2 + dice.roll(9));
            let text = report(event, sentences);
            let text =
                text.split_once('.').filter(|_| skip == 1).map_or(text.as_str(), |cut| cut.1);
            let entry = take(&mut lived, arrival, &article("a", "Talk of the day", text), minutes);
            ids.push(entry.article);
            let victim = ids[dice.roll(ids.len())];
            match dice.roll(12) {
                0 => lived.remove(victim),
                1 => lived.replace_features(
                    victim,
                    Features::of(&article("b", "Other", &report(event, 5))),
                ),
                2 => lived.place(victim, entry.dispatch, entry.story),
                3 => {
                    if let Some(merge) = lived.merge_for(entry.story) {
                        lived.merge_stories(merge.b, merge.a);
                    }
                }
                4 => {
                    lived.evict_before(at(minutes - 700).as_second().div_euclid(3600));
                }
                _ => {}
            }
        }
        let mut rebuilt = Window::new(Config::default());
        for entry in lived.entries_by_arrival() {
            rebuilt.insert(entry.clone());
        }
        assert_eq!(lived.len(), rebuilt.len());
        assert!(lived.len() > 40, "enough is left to compare: {}", lived.len());
        assert_eq!(lived.digest(), rebuilt.digest(), "seed {seed}");
        assert_eq!(lived.bytes(), rebuilt.bytes());
        for event in 0..14 {
            let features = Features::of(&article("c", "Talk", &report(event, 6)));
            let probe = probe(&features, 1445);
            assert_eq!(lived.find_dispatch(&probe), rebuilt.find_dispatch(&probe));
            assert_eq!(lived.find_story(&probe), rebuilt.find_story(&probe));
        }
        for id in lived.story_ids() {
            assert_eq!(lived.merge_for(id), rebuilt.merge_for(id));
        }
    }
}

#[test]
fn an_empty_window_is_empty_again_after_everything_left() {
    let mut window = Window::new(Config::default());
    let digest = window.digest();
    for arrival in 1..=20 {
        take(&mut window, arrival, &article("a", "Title", &report(arrival % 5, 6)), 5);
    }
    assert!(window.bytes() > 0 && window.len() == 20);
    assert_eq!(window.evict_before(window.oldest_hour().unwrap() + 1), 20);
    assert_eq!((window.len(), window.bytes(), window.oldest_hour()), (0, 0, None));
    assert_eq!(window.digest(), digest);
}

#[test]
fn copies_cuts_and_summaries_join_the_dispatch() {
    let full = report(3, 14);
    let sentences: Vec<&str> = full.split_inclusive('.').collect();
    let cut = sentences[..6].concat();
    let summary = sentences[..2].concat();
    let mut nth = 0;
    let edited: Vec<&str> = full
        .split(' ')
        .map(|word| {
            nth += 1;
            if nth % 13 == 6 { "changed" } else { word }
        })
        .collect();
    let edited = edited.join(" ");
    for (text, relations) in [
        (full.clone(), &[Relation::Copy][..]),
        (cut, &[Relation::Truncation]),
        (summary, &[Relation::Truncation]),
        (
            format!("Our town paper brings you the news. {full} Follow us for more."),
            &[Relation::Copy],
        ),
        (edited, &[Relation::Copy, Relation::Edited]),
    ] {
        let mut window = Window::new(Config::default());
        let first = take(&mut window, 1, &article("wire", "Workers leave", &full), 0);
        take(&mut window, 2, &article("other", "Something else", &report(99, 14)), 1);
        let features = Features::of(&article("paper", "A local headline", &text));
        let found = window.find_dispatch(&probe(&features, 30));
        assert!(relations.contains(&found.relation), "{:?}: {text}", found.relation);
        assert_eq!(found.dispatch, Some(first.dispatch));
        assert_eq!(found.nearest, Some(first.article));
        assert_eq!(found.because[0].signal, crate::news::Signal::SharedText);
    }
}

#[test]
fn a_text_too_short_says_so_and_an_old_one_is_not_found() {
    let mut window = Window::new(Config::default());
    take(&mut window, 1, &article("wire", "Workers leave", &report(3, 9)), 0);
    let short =
        Features::of(&article("paper", "Workers leave", "Nine words are too few to judge by."));
    let found = window.find_dispatch(&probe(&short, 5));
    assert_eq!(found.defects, ["copy_undecidable"]);
    assert_eq!(found.dispatch, None);
    let same = Features::of(&article("paper", "Workers leave", &report(3, 9)));
    assert!(window.find_dispatch(&probe(&same, 60 * 24 * 7)).dispatch.is_some());
    assert!(window.find_dispatch(&probe(&same, 60 * 24 * 8)).dispatch.is_none());
    assert!(window.find_story(&probe(&same, 60 * 24 * 4)).story.is_none());
}

#[test]
fn unrelated_texts_that_quote_one_speech_stay_apart() {
    let speech = report(40, 8);
    let mut window = Window::new(Config::default());
    let quoting = |event: u64| format!("{} “{speech}” {}", report(event, 5), report(event + 1, 4));
    let first = take(&mut window, 1, &article("one", "The speech", &quoting(50)), 0);
    let features = Features::of(&article("two", "Words at night", &quoting(60)));
    let found = window.find_dispatch(&probe(&features, 5));
    assert_eq!(found.relation, Relation::SharedQuote);
    assert_eq!((found.dispatch, found.nearest), (None, Some(first.article)));
}

#[test]
fn a_kill_is_no_copy_of_what_it_kills() {
    let mut window = Window::new(Config::default());
    take(&mut window, 1, &article("wire", "Workers leave", &report(3, 9)), 0);
    let mut kill = article("wire", "KILL: Workers leave", &report(3, 9));
    kill.notice = Notice { kind: NoticeKind::Kill, ..Notice::default() };
    let features = Features::of(&kill);
    assert_eq!(window.find_dispatch(&probe(&features, 5)), Found::default());
}

#[test]
fn copies_in_an_unspaced_script_are_found() {
    let text = "市政府今天宣布，老港口的大桥将在下周重新开放。工人们用了三个月修理被洪水损坏的桥墩，\
        费用由中央承担。市长感谢居民的耐心，并答应在冬天以前修好沿河的道路。";
    let mut window = Window::new(Config::default());
    let first = take(&mut window, 1, &article("wire", "大桥重新开放", text), 0);
    let cut: String = text.chars().take(50).collect();
    let features = Features::of(&article("paper", "老港口", &cut));
    assert_eq!(window.find_dispatch(&probe(&features, 5)).dispatch, Some(first.dispatch));
}

#[test]
fn three_hundred_copies_weigh_as_one_report() {
    let mut window = Window::new(Config::default());
    let text = report(3, 9);
    for arrival in 1..=300 {
        take(&mut window, arrival, &article(&format!("paper{arrival}"), "Workers leave", &text), 1);
    }
    let mut single = Window::new(Config::default());
    take(&mut single, 1, &article("paper1", "Workers leave", &text), 1);
    let other = Features::of(&article("station", "Workers walk out", &report(3, 4)));
    let probe = probe(&other, 2);
    assert_eq!(window.find_story(&probe).score, single.find_story(&probe).score);
    assert_eq!(Config::default().story_window, SignedDuration::from_hours(72));
}

#[test]
fn a_link_names_the_rare_names_that_both_reports_share() {
    let mut window = Window::new(Config::default());
    let first = "Harbour bridge closed\nThe old bridge at Sandvik harbour was closed after inspectors found \
        cracks, engineer Marta Lindqvist said. Ferries carry passengers across until repairs end.";
    let second = "Engineer Marta Lindqvist closed the Sandvik harbour bridge when inspectors reported cracks. \
        Ferries will carry all passengers until the repairs of the bridge end.";
    let entry =
        take(&mut window, 1, &article("one", "Sandvik bridge closed over cracks", first), 0);
    for event in 2..20 {
        take(&mut window, event, &article("other", "Another matter", &report(event, 4)), 1);
    }
    let features = Features::of(&article("two", "Cracks close bridge at Sandvik", second));
    let linked = window.find_story(&probe(&features, 60));
    assert_eq!(linked.story, Some(entry.story), "{linked:?}");
    assert_eq!(linked.nearest, Some(entry.article));
    let because = &linked.because[0];
    assert_eq!(because.signal, crate::news::Signal::Entities);
    for name in ["Sandvik", "Marta", "Lindqvist"] {
        assert!(because.detail.contains(name), "{}", because.detail);
    }
    let foreign = Features::of(&article("three", "Something else", &report(77, 5)));
    assert_eq!(window.find_story(&probe(&foreign, 60)).story, None);
}
