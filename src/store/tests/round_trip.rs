use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::news::{OwnSign, Person, StoredStory, WindowArticle};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z ]{0,2000}", Just("\0\u{1F6A2}\u{301}\n\"\\".to_owned())]
}

prop_compose! {
    fn any_article(n: u64)(
        body in text(), title in text(), url in text(), link in any::<bool>(),
        people in vec(text(), 0..3), span in any::<(u32, u32)>(), weight in -5000_i64..5000,
    ) -> Article {
        Article {
            title,
            url,
            link_is_key: link,
            not_text: vec![span],
            own_signs: people.iter().cloned().map(OwnSign::Byline).collect(),
            people: people.into_iter().map(|name| Person {
                id: format!("per_{name}"), name, wikidata: String::new(), role: String::new(),
                role_of: String::new(), mentions: 1,
            }).collect(),
            provenance: Provenance { confidence: Fixed(weight), ..Provenance::default() },
            ..article(n, &body)
        }
    }
}

fn any_articles() -> impl Strategy<Value = Vec<Article>> {
    (1..8_u64).prop_flat_map(|count| (1..=count).map(any_article).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_applied_is_restored(articles in any_articles(), shared in any::<bool>()) {
        let mut store = Store::in_memory().unwrap();
        let mut expected = Vec::new();
        let mut stories = Vec::new();
        let first = StoryId::opened_by(Wanted::of(&feed("a"), &articles[0]).minted, 1);
        for (article, arrival) in articles.iter().zip(1..) {
            let id = Wanted::of(&feed("a"), article).minted;
            let own = if shared { first } else { StoryId::opened_by(id, 1) };
            let (change, sighting) = told(article, arrival, own);
            let Change::Article(taken) = &change else { unreachable!() };
            expected.push(WindowArticle {
                id,
                placed: crate::news::Placed {
                    dispatch: taken.dispatch,
                    story: own,
                    arrival,
                    first_fetched: taken.fetched_at,
                    matched: taken.matched.clone(),
                },
                article: article.clone(),
            });
            if !shared || arrival == 1 {
                stories.push(StoredStory {
                    id: own,
                    revision: 1,
                    status: StoryStatus::Active,
                    lead: id,
                    independent: 0,
                    merged_from: Vec::new(),
                    split_from: None,
                    alerts: Vec::new(),
                    members: Vec::new(),
                });
            }
            stories.last_mut().unwrap().members.push(taken.member.clone());
            let changes = vec![change, story(own, 1, stories.last().unwrap().lead, None)];
            store.apply(&Taken { changes, sightings: vec![sighting], ..Taken::default() }).unwrap();
        }
        let restored = store.restore(at(0)).unwrap();
        prop_assert_eq!(&restored.articles, &expected);
        prop_assert_eq!(&restored.stories, &stories);
        prop_assert_eq!(store.stories(&[first]).unwrap(), [stories[0].clone()]);

        // A horizon leaves the older ones out, and a story stays whole while its latest article is in.
        let later = store.restore(at(2)).unwrap();
        prop_assert_eq!(&later.articles[..], &expected[1.min(expected.len())..]);
        prop_assert_eq!(store.restore(at(101)).unwrap(), crate::store::Restored::default());
    }
}
