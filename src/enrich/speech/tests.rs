//! Cases of who says what, and what holds for any text.

use proptest::prelude::*;

use super::*;
use crate::enrich::tests::TABLES;

fn told(body: &str) -> Told<'_> {
    Told {
        body,
        title: "",
        lang: "en",
        publisher: "livemint",
        country: "IN",
        wires: &[],
        credits: &[],
        dateline: "",
    }
}

fn heard(body: &str) -> Heard {
    hear(&told(body), &TABLES)
}

fn paths(body: &str) -> Vec<String> {
    heard(body).chains.iter().map(|chain| chain.path[1..].join(" < ")).collect()
}

fn roles(body: &str) -> Vec<(String, String, String)> {
    heard(body).people.into_iter().map(|p| (p.name, p.role, p.role_of)).collect()
}

#[test]
fn chains_go_from_the_relay_to_the_party() {
    let says = "According to ANI, Kremlin spokesperson Dmitry Peskov told CNN that the delegation was small.";
    assert_eq!(paths(says), ["org_ani < org_cnn < per_dmitry_peskov"]);
    let cites = "ANI reported, citing CNN, that the Kremlin in a short statement said that the talks were over.";
    assert_eq!(paths(cites), ["org_ani < org_cnn < org_kremlin"]);
    assert_eq!(paths("CNN also reported that the meeting ran late."), ["org_cnn"]);
    assert_eq!(paths("Trump said at a joint press conference that there was no deal."), [""; 0]);
}

#[test]
fn the_sentence_after_a_chain_belongs_to_nobody() {
    let text = "Dmitry Peskov told CNN that the delegation was small. Meanwhile, Marco Rubio joined the talks.";
    let said = heard(text).quotes;
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].text, "the delegation was small");
}

#[test]
fn a_person_named_inside_a_quotation_does_not_speak_it() {
    let text = "“President Trump wants peace, and I have said so,” Vladimir Putin said.";
    let said = heard(text).quotes;
    assert_eq!((said.len(), said[0].speaker.as_str()), (1, "per_vladimir_putin"));
}

#[test]
fn titles_are_roles_and_no_names() {
    let role = |name: &str, role: &str, of: &str| (name.to_owned(), role.to_owned(), of.to_owned());
    assert_eq!(
        roles("Secretary of State Marco Rubio met US special envoy Steve Witkoff."),
        [
            role("Marco Rubio", "Secretary of State", "United States"),
            role("Steve Witkoff", "special envoy", "United States")
        ]
    );
    assert_eq!(
        roles("Ada Vale, the Kremlin’s spokesperson, left."),
        [role("Ada Vale", "spokesperson", "Kremlin")]
    );
}

#[test]
fn the_same_words_twice_are_two_quotes_and_two_wordings_are_linked() {
    let text = "“There is no deal until we have a deal,” Trump said.\n\n“There is no deal until there is a deal,” Trump said later.";
    let quotes: Vec<_> =
        heard(text).quotes.into_iter().filter(|q| q.kind == QuoteKind::Full).collect();
    assert_eq!(quotes[1].variant_of, quotes[0].id);
}

#[test]
fn an_event_is_where_it_is_told_and_not_where_it_is_talked_of() {
    let text = "The two presidents met in Anchorage, Alaska, on Friday. Putin said that the war in Ukraine would go on.";
    let places = heard(text).places;
    let event = |name: &str| places.iter().find(|p| p.name == name).map(|p| p.is_event_place);
    assert_eq!(
        (event("Anchorage"), event("Alaska"), event("Ukraine")),
        (Some(true), Some(true), Some(false))
    );
}

#[test]
fn a_newsroom_that_speaks_of_itself_is_in_the_news() {
    assert_eq!(paths("CNN said its profits had risen by a tenth."), [""; 0]);
    assert_eq!(paths("CNN laid off 60 people on Thursday."), [""; 0]);
}

fn checks(body: &str) {
    let heard = heard(body);
    let cut = |start: u64, end: u64| -> String {
        let (start, end) = (usize::try_from(start).unwrap(), usize::try_from(end).unwrap());
        body.chars().skip(start).take(end - start).collect()
    };
    for quote in &heard.quotes {
        assert_eq!(cut(quote.char_start, quote.char_end), quote.text);
    }
    for chain in &heard.chains {
        assert_eq!(cut(chain.evidence.char_start, chain.evidence.char_end), chain.evidence.text);
        assert!(chain.path.len() <= 7 && chain.path.last() == Some(&chain.root));
    }
}

/// Pieces that sentences are made of.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Dmitry Peskov"),
        Just("CNN"),
        Just("said"),
        Just("that"),
        Just("according to"),
        Just("citing"),
        Just(", "),
        Just(". "),
        Just("“"),
        Just("”"),
        Just("\""),
        Just("’"),
        Just("\n\n"),
        Just("the US President"),
        Just("told Reuters"),
        Just("as"),
        Just("quoted"),
        Just("by"),
        Just("a source"),
        Just("he"),
        Just("—"),
        Just("("),
        Just(")"),
        Just("5-"),
        Just("राष्ट्रपति"),
        Just("「"),
    ]
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_heard_without_panic_and_spans_cut_out_their_text(text in "\\PC{0,200}") {
        checks(&text);
    }

    #[test]
    fn any_order_of_what_attributes_is_heard(pieces in prop::collection::vec(piece(), 0..40)) {
        checks(&pieces.join(" "));
    }

    #[test]
    fn what_is_appended_changes_no_speaker(pieces in prop::collection::vec(piece(), 0..20)) {
        // Blocks behind change no quotation that ended before them, save one that goes on in them.
        let first = format!("“We agreed on that,” Dmitry Peskov said. {}", pieces.join(" ").replace("\n\n", " "));
        let both = format!("{first}\n\nNothing else was said.");
        let speakers = |text: &str| -> Vec<_> {
            heard(text).quotes.into_iter().take(1).map(|q| (q.text, q.speaker)).collect()
        };
        prop_assert_eq!(speakers(&first), speakers(&both));
    }
}
