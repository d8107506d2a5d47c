use super::*;
use crate::desk::testing::{article, member};
use crate::news::{Fixed, OutletKind, Quote, QuoteKind, Role};

fn story() -> StoryId {
    StoryId(hash16(&["story"]))
}

fn said(quote: &str, speaker: &str, text: &str) -> Said {
    Said {
        quote: quote.to_owned(),
        speaker: speaker.to_owned(),
        text: text.to_owned(),
        is_quoted: quote.starts_with('q'),
        is_denied: false,
        witness: Witness::Text,
        names: Vec::new(),
    }
}

fn through(newsroom: &str, said: Said) -> Said {
    Said { witness: Witness::Newsroom(newsroom.to_owned()), ..said }
}

fn with(mut member: Member, said: Vec<Said>) -> Member {
    member.said = said;
    member
}

const WHO: &str = "Lavrov and Ushakov had come into the room with Putin";
const WHO_AGAIN: &str = "Putin had brought Lavrov and Ushakov into the room with him";
const DEAL: &str = "There's no deal until there's a deal.";

fn mint() -> Member {
    let mut mint = member(1, 1, "livemint");
    (mint.family, mint.role) = ("ht-media".to_owned(), Role::Rewrite);
    mint.wire = vec!["ani".to_owned()];
    let who = through("org_cnn", said("r1", "per_dmitry_peskov", WHO));
    with(mint, vec![who, said("q5", "per_donald_trump", "There's no deal until we have a deal,")])
}

fn ani() -> Member {
    let mut ani = member(2, 2, "ani");
    (ani.outlet_kind, ani.wire) = (OutletKind::Wire, vec!["ani".to_owned()]);
    let who = through("org_cnn", said("r4", "per_dmitry_peskov", WHO_AGAIN));
    with(ani, vec![who, said("q1", "per_donald_trump", DEAL)])
}

fn cnn() -> Member {
    let mut cnn = member(3, 3, "cnn");
    cnn.family = "warner".to_owned();
    with(cnn, vec![said("r1", "per_dmitry_peskov", WHO), said("q2", "per_donald_trump", DEAL)])
}

fn kremlin() -> Member {
    let mut kremlin = member(4, 4, "kremlin");
    kremlin.outlet_kind = OutletKind::Official;
    with(kremlin, vec![said("r1", "per_dmitry_peskov", WHO), said("q1", "per_donald_trump", DEAL)])
}

#[test]
fn a_claim_is_counted_by_the_newsrooms_that_heard_it() {
    let table: [(&[&str], &[&str]); 4] = [
        (&["org_cnn"], &["org_ani"]),
        (&["org_cnn"], &["org_ani"]),
        (&["org_cnn"], &["org_ani", "org_cnn"]),
        (&["org_cnn", "org_kremlin"], &["org_ani", "org_cnn", "org_kremlin"]),
    ];
    let all = [mint(), ani(), cnn(), kremlin()];
    for (arrived, (who, deal)) in (1..).zip(table) {
        let told = statements(story(), &all[..arrived]);
        let witnesses: Vec<&[String]> = told.iter().map(|s| s.witnesses.as_slice()).collect();
        assert_eq!(witnesses, [who, deal], "{arrived}");
        assert_eq!(told[1].text, "There's no deal until we have a deal,");
        assert_eq!(told[1].first_article_id, all[0].article);
    }
}

#[test]
fn a_claim_has_its_id_from_the_article_that_carried_it_first() {
    let told = statements(story(), &[mint(), ani()]);
    let article = mint().article.to_string();
    let parts = [&story().to_string(), "per_dmitry_peskov", &article, "r1"];
    assert_eq!(told[0].id, format!("stm_{}", hash16(&parts)));
    assert_eq!((told.len(), told[0].polarity.as_str()), (2, "asserts"));
}

#[test]
fn what_is_kept_up_is_what_is_found_anew() {
    let mut members: Vec<Member> = Vec::new();
    let mut kept = None;
    for n in 1..40_u64 {
        let mut arrived = member(n, n % 7, &format!("paper{}", n % 9));
        let count = n % 5;
        let words = format!("they counted {count} boats in the harbour on that day");
        let other = format!("The harbour number {} is open again for all of us.", n % 3);
        arrived.said = vec![said("r1", "per_mara", &words), said("q1", "per_mara", &other)];
        members.push(arrived);
        if n == 25 {
            members[3].uncounted = true;
        }
        if n == 30 {
            drop(members.remove(5));
        }
        let told = Claims::of(&mut kept, story(), &members);
        assert_eq!(told, statements(story(), &members), "{n}");
    }
    assert!(kept.is_some());
}

#[test]
fn reported_words_with_another_number_name_or_a_not_are_another_claim() {
    let base = "the flood has killed 12 people in the valley since the morning";
    for other in [
        "the flood has killed 15 people in the valley since the morning",
        "the flood has not killed 12 people in the valley since the morning",
        "the ministers will meet next week in the capital of the country",
    ] {
        let pair = [
            with(member(1, 1, "a"), vec![said("r1", "per_x", base)]),
            with(member(2, 2, "b"), vec![said("r1", "per_x", other)]),
        ];
        assert_eq!(statements(story(), &pair).len(), 2, "{other}");
    }
    let named = |name: &str, n| {
        let words = Said { names: vec![name.to_owned()], ..said("r1", "per_x", WHO) };
        with(member(n, n, &format!("paper{n}")), vec![words])
    };
    assert_eq!(statements(story(), &[named("per_a", 1), named("per_b", 2)])[0].witnesses.len(), 2);
    let other = |words: &str, name: &str, n| {
        let words = Said { names: vec![name.to_owned()], ..said("r1", "per_x", words) };
        with(member(n, n, &format!("paper{n}")), vec![words])
    };
    assert_eq!(
        statements(story(), &[other(WHO, "per_a", 1), other(WHO_AGAIN, "per_b", 2)]).len(),
        2
    );
    let same = "since the morning the flood has killed 12 people in the valley";
    let pair = [
        with(member(1, 1, "a"), vec![said("r1", "per_x", base)]),
        with(member(2, 2, "b"), vec![said("r1", "per_x", same)]),
    ];
    let told = statements(story(), &pair);
    assert_eq!(told.len(), 1);
    let dead = &told[0].numbers[0];
    assert_eq!((dead.unit.as_str(), dead.low, dead.high), ("dead", Fixed(12_000), Fixed(12_000)));
    assert_eq!(dead.since, pair[0].fetched_at);
}

#[test]
fn two_wordings_of_an_utterance_give_a_range_and_never_an_average() {
    let low = "We have lost 3 soldiers in the fight for the bridge today.";
    let high = "We have lost 5 soldiers in the fight for the bridge today.";
    let pair = [
        with(member(1, 1, "a"), vec![said("q1", "per_x", low)]),
        with(member(2, 2, "b"), vec![said("q1", "per_x", high)]),
    ];
    let told = statements(story(), &pair);
    let number = &told[0].numbers[0];
    assert_eq!((number.low, number.high), (Fixed(3000), Fixed(5000)));
    assert_eq!(number.since, pair[1].fetched_at);
}

#[test]
fn nobody_without_a_name_and_no_withdrawn_text_is_a_witness() {
    let unnamed = Said { witness: Witness::Unnamed, ..said("r1", "per_x", WHO) };
    let mut gone = with(member(2, 2, "b"), vec![said("r1", "per_x", WHO)]);
    gone.uncounted = true;
    let told = statements(story(), &[with(member(1, 1, "a"), vec![unnamed]), gone]);
    assert_eq!(told[0].witnesses, Vec::<String>::new());
}

#[test]
fn what_one_says_and_another_denies_is_told_of_both() {
    let claim = "the talks in the narrow format have ended without result";
    let denied = Said { is_denied: true, ..said("r1", "per_b", claim) };
    let turned = "the talks in the narrow format have not ended without result";
    let members = [
        with(member(1, 1, "a"), vec![said("r1", "per_a", claim)]),
        with(member(2, 2, "b"), vec![denied]),
        with(member(3, 3, "c"), vec![said("r1", "per_c", turned)]),
    ];
    let told = statements(story(), &members);
    assert_eq!(told[0].denied_by, ["per_b", "per_c"]);
    assert_eq!(told[1].polarity, "denies");
    assert_eq!(told[2].denied_by, ["per_a"]);
}

fn spoken(before: &str, words: &str, via: &[&str]) -> Vec<Said> {
    let mut article = article("livemint", "t", &format!("{before}{words}."));
    article.quotes = vec![Quote {
        id: "r1".to_owned(),
        speaker: "per_x".to_owned(),
        text: words.to_owned(),
        char_start: before.chars().count() as u64,
        char_end: (before.chars().count() + words.chars().count()) as u64,
        kind: QuoteKind::Reported,
        via: via.iter().map(|&id| id.to_owned()).collect(),
        variant_of: String::new(),
    }];
    article.provenance.wire = vec!["ani".to_owned()];
    article.provenance.cites = vec!["cnn".to_owned()];
    Spoken {
        quotes: &article.quotes,
        people: &article.people,
        orgs: &article.orgs,
        places: &article.places,
        provenance: &article.provenance,
        body: Some(&article.text.body),
        lang: "en",
    }
    .said()
}

#[test]
fn a_denial_stands_right_before_what_is_denied() {
    let stand = |before: &str| -> Option<bool> {
        spoken(before, "the bridge was hit by a missile", &[]).first().map(|said| said.is_denied)
    };
    for denied in [
        "X denied that ",
        "On Friday X denied reports that ",
        "X has denied on Friday that ",
        "It rained. X rejects claims that ",
    ] {
        assert_eq!(stand(denied), Some(true), "{denied}");
    }
    for asserted in [
        "X said that ",
        "X, who denied wrongdoing, said ",
        "X denied wrongdoing and said that ",
        "They denied it. X said that ",
        "X rejected the offer, adding that ",
        "X denied an interview to those who think ",
    ] {
        assert_eq!(stand(asserted), Some(false), "{asserted}");
    }
    for neither in ["X did not deny that ", "X would neither confirm nor deny that "] {
        assert_eq!(stand(neither), None, "{neither}");
    }
}

#[test]
fn the_newsroom_that_heard_the_party_is_the_witness() {
    let witness = |via: &[&str]| spoken("X said ", "it is so and not so", via)[0].witness.clone();
    let cnn = Witness::Newsroom("org_cnn".to_owned());
    assert_eq!(witness(&["livemint", "org_ani", "org_cnn", "per_x"]), cnn);
    assert_eq!(witness(&["livemint", "org_cnn"]), cnn);
    assert_eq!(witness(&["livemint", "per_x"]), Witness::Text);
    assert_eq!(witness(&[]), Witness::Text);
    assert_eq!(witness(&["livemint", "unnamed:state_media", "per_x"]), Witness::Unnamed);
    assert_eq!(witness(&["livemint", "org_kremlin", "per_x"]), Witness::Text);
}
