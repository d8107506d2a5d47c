//! Texts of one form about different facts, and edits of one text: what must stay apart and what must not.

use super::tests::{Dice, article, probe, report, take};
use super::*;

const TOWNS: [&str; 30] = [
    "Aldham",
    "Barrow",
    "Carnforth",
    "Dunmore",
    "Elstow",
    "Fenwick",
    "Garston",
    "Hexley",
    "Ilford",
    "Jarrow",
    "Kelso",
    "Lorne",
    "Malton",
    "Norden",
    "Oakham",
    "Penrith",
    "Quorn",
    "Rothbury",
    "Selby",
    "Thirsk",
    "Ulverston",
    "Verwood",
    "Wansford",
    "Yarm",
    "Zeal",
    "Brigg",
    "Corby",
    "Diss",
    "Epping",
    "Frome",
];
const CLUBS: [&str; 16] = [
    "Rovers", "Rangers", "Harriers", "Falcons", "Miners", "Mariners", "Swifts", "Titans", "Bears",
    "Comets", "Pilots", "Saints", "Wolves", "Kings", "Arrows", "Badgers",
];
const FIRMS: [&str; 16] = [
    "Northgate",
    "Halcyon",
    "Meridian",
    "Pinnacle",
    "Redwood",
    "Sterling",
    "Vantage",
    "Westbrook",
    "Ironbridge",
    "Larkspur",
    "Bluestone",
    "Kingfisher",
    "Oakfield",
    "Summit",
    "Trident",
    "Zephyr",
];

/// A report of one form; `facts` rolls what fills it, so two calls differ in facts only.
fn templated(kind: usize, facts: &mut Dice) -> (String, String) {
    let mut number = |low: usize, span: usize| low + facts.roll(span);
    let (one, two, many) = (number(1, 90), number(1, 90), number(100, 800));
    let (few, some) = (number(2, 27), number(10, 80));
    let (town, other) = (facts.pick(&TOWNS), facts.pick(&TOWNS));
    let (club, rival) = (facts.pick(&CLUBS), facts.pick(&CLUBS));
    let firm = facts.pick(&FIRMS);
    match kind {
        0 => (
            format!("{town} {club} beat {other} {rival} {one}-{two}"),
            format!(
                "{town} {club} beat {other} {rival} {one}-{two} on the road before a crowd of {many}. {firm} scored {few} \
                points and {town} led by {some} at the break. The {club} play {other} at home next, while the \
                {rival} travel to {town} for the second game of the series."
            ),
        ),
        1 => (
            format!("{firm} shares rise {one} percent"),
            format!(
                "Shares of {firm} rose {one}.{two} percent to close at {many} crowns in {town}. The volume was {some} \
                million shares against an average of {few} million. Analysts at {other} {club} hold a target \
                of {many} crowns for {firm}, and the stock has gained {two} percent since the start of the year."
            ),
        ),
        2 => (
            format!("Weather for {town}"),
            format!(
                "{town} can expect a high of {few} degrees and a low of {one} with winds from {other} at {some} \
                kilometres an hour. Rain is likely with {two} millimetres by the evening. The outlook for {other} \
                is drier, with sunshine for {few} hours and a high of {some}."
            ),
        ),
        _ => (
            format!("{firm} files quarterly statement"),
            format!(
                "{firm} {club} Ltd of {town} filed its quarterly statement. Revenue came to {many} million crowns, \
                up {one} percent, and the net profit was {two} million. The board of {firm} proposed a dividend of \
                {few} crowns a share, payable in {other} to holders of record on the {some}th day."
            ),
        ),
    }
}

/// The same report with names exchanged and every number kept.
fn renamed(text: &str, facts: &mut Dice) -> String {
    let mut out = text.to_owned();
    for (index, names) in [&TOWNS[..], &CLUBS[..], &FIRMS[..]].into_iter().enumerate() {
        let shift = 1 + facts.roll(names.len() - 1);
        for (from, name) in names.iter().enumerate() {
            out = out.replace(name, &format!("<{index}:{}>", (from + shift) % names.len()));
        }
        for (to, name) in names.iter().enumerate() {
            out = out.replace(&format!("<{index}:{to}>"), name);
        }
    }
    out
}

#[test]
fn template_siblings_stay_apart_in_dispatches_and_stories() {
    let (mut pairs, mut one_dispatch, mut one_story) = (0, 0, 0);
    for seed in 0..130_u64 {
        for kind in 0..4 {
            let mut dice = Dice(seed * 7919 + kind as u64 * 104_729 + 5);
            for _ in 0..4 {
                dice.roll(2);
            }
            let (title, text) = templated(kind, &mut dice);
            let (other_title, other) = if seed % 2 == 0 {
                templated(kind, &mut dice)
            } else {
                let shuffle = dice.0;
                (renamed(&title, &mut Dice(shuffle)), renamed(&text, &mut Dice(shuffle)))
            };
            let mut window = Window::new(Config::default());
            let first = take(&mut window, 1, &article("wire", &title, &text), 0);
            for arrival in 2..6 {
                let text = report(seed + arrival, 6);
                take(&mut window, arrival, &article("paper", "Another matter", &text), 1);
            }
            let second = take(&mut window, 9, &article("wire", &other_title, &other), 60);
            pairs += 1;
            one_dispatch += u32::from(first.dispatch == second.dispatch);
            one_story += u32::from(first.story == second.story);
        }
    }
    assert!(pairs >= 500);
    assert!(one_dispatch * 50 <= pairs, "{one_dispatch} of {pairs} in one dispatch");
    assert!(one_story * 50 <= pairs, "{one_story} of {pairs} in one story");
}

/// Kinds of edits that newsrooms make.
const EDITS: [&str; 7] =
    ["exact", "cut", "summary", "reworded", "reordered", "write-through", "footer"];

fn edit(kind: &str, text: &str, other: &str, dice: &mut Dice) -> String {
    let sentences: Vec<&str> = text.split_inclusive('.').collect();
    match kind {
        "cut" => sentences[..sentences.len() * (4 + dice.roll(4)) / 10].concat(),
        "summary" => {
            let words: Vec<&str> = text.split_whitespace().collect();
            format!("{}…", words[..22 + dice.roll(36)].join(" "))
        }
        "reworded" => text
            .split_whitespace()
            .map(|word| if dice.roll(14) == 0 { "indeed" } else { word })
            .collect::<Vec<_>>()
            .join(" "),
        "reordered" => {
            let at = 1 + dice.roll(sentences.len() - 2);
            [&sentences[at..], &sentences[..at]].concat().concat()
        }
        "write-through" => {
            let lede = other.split_inclusive('.').next().unwrap_or_default();
            format!("{lede} {}", sentences[1..].concat())
        }
        "footer" => {
            format!("{text} Follow our channel for more. This text was not edited by our staff.")
        }
        _ => text.to_owned(),
    }
}

#[test]
fn every_kind_of_edit_finds_its_text_among_many() {
    let mut window = Window::new(Config::default());
    let events = 120_u64;
    let mut homes = Vec::new();
    for event in 0..events {
        let text = report(1000 + event, 10);
        homes.push(take(
            &mut window,
            event + 1,
            &article("wire", &format!("Matter {event}"), &text),
            1,
        ));
    }
    let mut dice = Dice(11);
    for kind in EDITS {
        let (mut right, mut wrong) = (0, 0);
        for event in 0..events {
            let text = report(1000 + event, 10);
            let edited = edit(kind, &text, &report(5000 + event, 2), &mut dice);
            let features = Features::of(&article("paper", "Seen elsewhere", &edited));
            let home = &homes[usize::try_from(event).unwrap()];
            match window.find_dispatch(&probe(&features, 30)).dispatch {
                Some(dispatch) if dispatch == home.dispatch => right += 1,
                Some(_) => wrong += 1,
                None => {}
            }
        }
        assert!(right * 100 >= events * 95, "{kind}: {right} of {events}");
        assert!(wrong == 0, "{kind}: {wrong} in a foreign dispatch");
    }
}
