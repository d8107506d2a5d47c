//! What is explained must be what was judged.

use crate::cluster::tests::{Dice, article, at, report, take};
use crate::cluster::{Config, Features, Probe, Window, joins_at};
use crate::news::{Article, Relation};

fn probe(features: &Features, minutes: i64) -> Probe<'_> {
    Probe { features, fetched_at: at(minutes), moment: Some(at(minutes)), exclude: None }
}

/// A version of a report: some sentences of it, perhaps with another's behind them.
fn version(dice: &mut Dice, event: u64) -> Article {
    let text = report(event, 3 + dice.roll(14));
    let sentences: Vec<&str> = text.split_inclusive(". ").collect();
    let from = dice.roll(3).min(sentences.len() - 1);
    let mut body = sentences[from..].concat();
    if dice.roll(3) == 0 {
        body.push_str(&report(event + 100, 1 + dice.roll(6)));
    }
    let title = if dice.roll(2) == 0 { "Talk of the day" } else { "Word of Kalmar" };
    article(["a", "b"][dice.roll(2)], title, &body)
}

#[test]
fn two_texts_are_explained_as_the_desk_judges_them() {
    let mut dice = Dice(11);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..400 {
        let event = dice.roll(3) as u64;
        let (earlier, later) = (version(&mut dice, event), version(&mut dice, event));
        let mut window = Window::new(Config::default());
        take(&mut window, 1, &earlier, 0);
        let features = Features::of(&later);
        let found = window.find_dispatch(&probe(&features, 5));
        let told = window.explain_text(&later, &earlier);
        assert_eq!(told.relation, found.relation, "{told:#?}");
        assert_eq!(told.joins, found.dispatch.is_some());
        if found.relation != Relation::New {
            assert_eq!(told.containment, found.score);
        }
        seen.insert(format!("{:?}", found.relation));
    }
    assert!(seen.len() >= 5, "the texts show too little: {seen:?}");
}

#[test]
fn passages_say_the_same_on_both_sides_and_add_up() {
    let mut dice = Dice(5);
    let mut passages = 0;
    for _ in 0..100 {
        let event = dice.roll(3) as u64;
        let (earlier, later) = (version(&mut dice, event), version(&mut dice, event));
        let told = Window::new(Config::default()).explain_text(&later, &earlier);
        let cut = |article: &Article, [from, to]: [u32; 2]| -> String {
            let chars = article.text.body.chars();
            chars.skip(from as usize).take((to - from) as usize).collect()
        };
        for passage in &told.passages {
            assert_eq!(passage.text, cut(&later, passage.at.later));
            assert_eq!(
                passage.text.to_lowercase(),
                cut(&earlier, passage.at.earlier).to_lowercase()
            );
            assert_eq!(passage.text.split_whitespace().count(), passage.words);
        }
        let sum: usize = told.passages.iter().map(|passage| passage.words).sum();
        assert_eq!(sum, told.copied_words.later);
        passages += told.passages.len();
    }
    assert!(passages > 100);
}

#[test]
fn quotations_are_named_and_are_no_passages() {
    let speech = "“We will build the wall before the first storm of winter comes,” the mayor said";
    let earlier = article("a", "Wall", &format!("{speech}. {}", report(1, 3)));
    let later = article("b", "Storm", &format!("{} {speech} on Monday.", report(2, 3)));
    let told = Window::new(Config::default()).explain_text(&later, &earlier);
    for side in [&told.quotations.later, &told.quotations.earlier] {
        let [only] = &side[..] else { panic!("{side:#?}") };
        assert_eq!(only.text, "We will build the wall before the first storm of winter comes");
        assert!(only.is_shared && only.words == 12);
    }
    assert_eq!((told.quoted_words.later, told.quoted_words.earlier), (12, 12));
    assert!(told.passages.iter().all(|passage| !passage.text.contains("wall")), "{told:#?}");
}

#[test]
fn a_story_is_explained_with_the_score_that_the_desk_gives_it() {
    let mut dice = Dice(3);
    let mut window = Window::new(Config::default());
    let mut articles = Vec::new();
    for arrival in 1..=40_u64 {
        let event = dice.roll(6) as u64;
        let article = version(&mut dice, event);
        articles.push((
            take(&mut window, arrival, &article, 9 * i64::try_from(dice.roll(90)).unwrap()),
            article,
        ));
    }
    let mut scored = 0;
    for event in 0..6 {
        let later = version(&mut dice, event);
        let features = Features::of(&later);
        let probe = probe(&features, 900);
        let linked = window.find_story(&probe);
        let nearest = linked.nearest.expect("every event has a story");
        let (_, earlier) = articles.iter().find(|(entry, _)| entry.article == nearest).unwrap();
        let told = window.explain_story(&probe, nearest, &later, earlier).unwrap();
        assert_eq!(told.joins_at, joins_at(&features));
        let is_passed_over = told.vetoes.iter().any(|veto| veto.holds && veto.keeps_apart);
        if told.rank == Some(1) && !is_passed_over {
            assert_eq!(told.score, linked.score);
            assert_eq!(linked.story.is_some(), told.score >= told.joins_at);
            scored += 1;
        }
        assert!(window.nearby(&probe, 1)[0].score >= told.score);
        let sum: f64 = told.bias + told.measures.iter().map(|measure| measure.adds).sum::<f64>();
        if told.vetoes.iter().all(|veto| veto.keeps_apart || !veto.holds) {
            assert!((told.score.as_f64() - 1.0 / (1.0 + (-sum).exp())).abs() < 0.001);
        }
    }
    assert!(scored >= 3, "{scored}");
}

#[test]
fn terms_and_anchors_are_words_of_the_texts() {
    let earlier =
        article("a", "Ferry sinks off Kalmar", "Captain Nils Berg saved 214 people near Kalmar.");
    let later = article(
        "b",
        "214 saved off Kalmar",
        "Nils Berg led 214 passengers to Oland, 3 hours late.",
    );
    let mut window = Window::new(Config::default());
    let entry = take(&mut window, 1, &earlier, 0);
    let features = Features::of(&later);
    let told = window.explain_story(&probe(&features, 5), entry.article, &later, &earlier).unwrap();
    assert_eq!(told.numbers.both, ["214"]);
    assert_eq!(told.numbers.later, ["3"]);
    assert!(told.names.both.iter().any(|name| name == "Kalmar"), "{told:#?}");
    assert_eq!(told.names.later, ["Oland"]);
    assert!(
        told.terms.iter().any(|term| term.term == "Kalmar" && term.in_headlines && term.is_rare)
    );
    assert!(told.terms.iter().any(|term| term.term == "Nils Berg"));
    assert_eq!(
        window.explain_story(&probe(&features, 5), super::super::tests::nobody(), &later, &earlier),
        None
    );
}
