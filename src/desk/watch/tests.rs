use proptest::prelude::*;

use super::Watches;
use crate::desk::testing::article;
use crate::news::{Article, Fixed, Org, Person, Place, Rule, Watch, Watchlist};

pub(super) fn list(rules: &[(&str, &str)]) -> Watchlist {
    let watch = |(id, rule): &(&str, &str)| Watch {
        id: (*id).to_owned(),
        rule: Rule::parse(rule).unwrap(),
        level: crate::news::Level::Urgent,
        is_sent: false,
    };
    let variants = [
        &["Kyiv", "Kiev"][..],
        &["Zelenskyy", "Zelensky", "Selenskyj"],
        &["Ivory Coast", "Côte d'Ivoire"],
    ];
    let variants = variants.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    Watchlist { watches: rules.iter().map(watch).collect(), variants: variants.into() }
}

fn found(rule: &str, article: &Article) -> Option<(String, Fixed)> {
    let hits = Watches::new(&list(&[("w", rule)])).hits(article);
    hits.into_iter().next().map(|hit| (hit.terms.join("|"), hit.score))
}

fn meets(rule: &str, title: &str, body: &str) -> bool {
    found(rule, &article("post", title, body)).is_some()
}

const TITLE: &str = "Summit talks end in Anchorage";
const BODY: &str = "President Zelensky said in Kiev that Putin's offer to Mr Trump was no deal. \
    The Alaska meeting, a summit of two, ended early. Ouattara of Côte d’Ivoire sent word.";

#[test]
fn words_are_whole_and_fold_with_their_variants() {
    for (rule, is_met) in [
        ("putin", true),
        ("Puti", false),
        ("PUTIN AND trump", true),
        ("Kyiv AND Zelenskyy", true),
        ("\"President Zelenskyy\"", true),
        ("\"Ivory Coast\"", true),
        ("\"Ivory Coast sent word\"", true),
        ("Coast", false),
        ("\"Trump was no deal\"", true),
        ("\"Anchorage President\"", false),
        ("title:Anchorage", true),
        ("title:Putin", false),
        ("title:\"summit talks\"", true),
        ("Putin AND NOT Anchorage", false),
        ("Putin NOT Xi", true),
        ("(Xi OR Trump) AND Kyiv", true),
        ("Xi OR Trump AND Modi", false),
        ("lang:en AND Trump", true),
        ("lang:e AND Trump", false),
        ("lang:de OR outlet:post", true),
        ("outlet:pos", false),
    ] {
        assert_eq!(meets(rule, TITLE, BODY), is_met, "{rule}");
    }
}

#[test]
fn near_counts_the_words_between_in_either_order() {
    for (rule, is_met) in [
        ("summit NEAR/3 Alaska", true),
        ("Alaska NEAR/2 summit", true),
        ("Alaska NEAR/1 summit", false),
        ("Anchorage NEAR/5 President", false),
        ("(Xi OR Kyiv) NEAR/1 Putin", true),
        ("\"Mr Trump\" NEAR/0 was", true),
        ("Trump NEAR/9 Trump", false),
        ("Zelensky NEAR/2 Kiev NEAR/1 Putin", true),
        ("Zelensky NEAR/1 Kiev NEAR/1 Putin", false),
    ] {
        assert_eq!(meets(rule, TITLE, BODY), is_met, "{rule}");
    }
}

#[test]
fn people_and_places_are_asked_for_by_id_or_name() {
    let mut item = article("post", TITLE, BODY);
    let person = |id: &str, name: &str| Person {
        id: id.to_owned(),
        name: name.to_owned(),
        wikidata: String::new(),
        role: String::new(),
        role_of: String::new(),
        mentions: 1,
    };
    item.people = vec![
        person("per_vladimir_putin", "Vladimir Putin"),
        person("per_volodymyr_zelenskyy", "Volodymyr Zelenskyy"),
    ];
    let (id, name) = ("plc_kyiv".to_owned(), "Kyiv".to_owned());
    item.places =
        vec![Place { id, name, country: String::new(), is_event_place: true, mentions: 1 }];
    let (id, name) = ("org_nato".to_owned(), "NATO".to_owned());
    item.orgs = vec![Org { id, name, kind: String::new(), mentions: 1 }];
    for (rule, is_met) in [
        ("person:per_vladimir_putin", true),
        ("person:\"Vladimir Putin\"", true),
        ("person:putin", true),
        ("person:per_putin", false),
        ("person:per_volodymyr_zelensky", true),
        ("person:Zelensky AND place:Kiev", true),
        ("place:plc_kiev OR place:Moscow", true),
        ("place:Alaska", false),
        ("org:nato NOT org:org_un", true),
        ("person:Trump", false),
    ] {
        assert_eq!(found(rule, &item).is_some(), is_met, "{rule}");
    }
}

#[test]
fn a_hit_names_the_terms_found_as_written_and_their_share() {
    let rule = "(Trump AND Putin) OR (Anchorage AND Zelenskyy) OR (\"Mr Trump\" AND Xi) NOT Modi";
    let (terms, score) = found(rule, &article("post", TITLE, BODY)).unwrap();
    assert_eq!(terms, "Trump|Putin|Anchorage|Zelenskyy|Mr Trump");
    assert_eq!(score, Fixed::ratio(5, 6));
}

#[test]
fn a_list_is_named_by_its_rules_and_spellings_alone() {
    let one = list(&[("w", "a")]);
    let mut loud = one.clone();
    loud.watches[0].level = crate::news::Level::Flash;
    assert_eq!(one.hash(), loud.hash());
    assert_ne!(one.hash(), list(&[("w", "b")]).hash());
    let mut spelt = one.clone();
    spelt.variants.pop();
    assert_ne!(one.hash(), spelt.hash());
    assert_eq!(list(&[]).hash(), crate::news::Hash16::default());
}

proptest! {
    #[test]
    fn no_text_panics_and_order_is_no_matter(title in "\\PC{0,40}", body in "\\PC{0,200}") {
        let item = article("post", &title, &body);
        let rules = ["a OR \"b c\" NEAR/3 1", "title:x OR NOT a AND 2", "person:p OR é"];
        for rule in rules {
            let watches = Watches::new(&list(&[("w", rule)]));
            prop_assert_eq!(watches.hits(&item), watches.hits(&item));
        }
    }

    #[test]
    fn a_word_of_a_text_is_found_in_it(words in prop::collection::vec("[a-zA-Z0-9é]{1,8}", 1..12), at in 0_usize..12) {
        prop_assume!(words.iter().all(|word| !["AND", "OR", "NOT"].contains(&word.as_str()) && !word.starts_with("NEAR")));
        let sought = &words[at % words.len()];
        prop_assert!(meets(sought, "", &words.join(" ")));
        let phrase = format!("\"{}\"", words.join(" "));
        prop_assert!(meets(&phrase, "", &words.join(", ")));
    }
}
