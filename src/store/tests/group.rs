use super::*;
use crate::news::{DeskMarks, Found, StreamEnd, content_hash};
use crate::store::Error;

#[test]
fn a_group_that_was_not_committed_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.apply(&batch(1)).unwrap();
    store.save_feed(&feed("a"), &state(b"\"1\"")).unwrap();
    store.put_line(&line(Stream::Articles, 1)).unwrap();
    store.commit().unwrap();
    store.apply(&batch(2)).unwrap();
    store.save_feed(&feed("a"), &state(b"\"2\"")).unwrap();
    store.put_line(&line(Stream::Articles, 2)).unwrap();
    store.save_meta("slot", "busy").unwrap();
    drop(store);

    let mut store = open(dir.path());
    assert!(store.recall(&[wanted(1)]).unwrap()[0].is_some());
    assert_eq!(store.recall(&[wanted(2)]).unwrap(), [None]);
    assert_eq!(store.feeds().unwrap()[&feed("a")], state(b"\"1\""));
    assert_eq!(store.pending().unwrap(), [line(Stream::Articles, 1)]);
    assert_eq!(store.meta("slot").unwrap(), None);
}

#[test]
fn recall_sees_what_the_open_group_wrote() {
    let mut store = Store::in_memory().unwrap();
    assert_eq!(store.recall(&[wanted(1)]).unwrap(), [None]);
    store.apply(&batch(1)).unwrap();
    let known = store.recall(&[wanted(2), wanted(1)]).unwrap();
    assert_eq!(known[0], None);
    let known = known[1].as_ref().unwrap();
    assert!(known.claimed == Some(wanted(1).content) && known.article.is_none());
    assert_eq!((known.revision, &known.feed_id), (1, &feed("a")));
    assert_eq!(known.placement.as_ref().unwrap().matched.score, Fixed(917));
}

#[test]
fn changed_content_brings_the_article_as_last_told() {
    let mut store = Store::in_memory().unwrap();
    store.apply(&batch(1)).unwrap();
    let mut changed = wanted(1);
    let other = article(1, "Other words.");
    (changed.content, changed.told) = (content_hash(&other), content_hash(&other));
    let known = store.recall(&[changed]).unwrap().remove(0).unwrap();
    let Change::Article(told) = &batch(1).changes[0] else { unreachable!() };
    assert_eq!(known.article.as_ref(), Some(&told.article));
}

#[test]
fn a_known_link_under_another_guid_leads_to_the_first_article_and_becomes_its_claim() {
    let mut store = Store::in_memory().unwrap();
    store.apply(&batch(1)).unwrap();
    let id = wanted(1).minted;
    let mut other = article(7, "The guid was changed.");
    other.url.clone_from(&article(1, "").url);
    let other = Wanted::of(&feed("b"), &other);
    let known = store.recall(std::slice::from_ref(&other)).unwrap().remove(0).unwrap();
    assert!(known.id == id && known.claimed.is_none());

    let sighting = Sighting { wanted: other.clone(), article: id, at: at(9) };
    store.apply(&Taken { sightings: vec![sighting], ..Taken::default() }).unwrap();
    let known = store.recall(&[other]).unwrap().remove(0).unwrap();
    assert!(known.id == id && known.claimed.is_some());
}

#[test]
fn the_minted_id_finds_an_article_that_came_in_another_feed() {
    let mut store = Store::in_memory().unwrap();
    store.apply(&batch(1)).unwrap();
    let elsewhere = Wanted { feed: feed("b"), link: None, ..wanted(1) };
    let known = store.recall(&[elsewhere]).unwrap().remove(0).unwrap();
    assert!(known.id == wanted(1).minted && known.claimed.is_none());
    assert_eq!(known.feed_id, feed("a"));
}

#[test]
fn words_find_an_article_of_their_own_feed_when_nothing_else_does() {
    let mut store = Store::in_memory().unwrap();
    store.apply(&batch(1)).unwrap();
    let nowhere =
        |n| Wanted { key: wanted(n).key, link: None, minted: wanted(n).minted, ..wanted(1) };
    let known = store.recall(&[nowhere(7)]).unwrap().remove(0).unwrap();
    assert_eq!((known.id, known.found), (wanted(1).minted, Found::Words));
    assert_eq!(store.recall(&[Wanted { feed: feed("b"), ..nowhere(7) }]).unwrap(), [None]);
    assert_eq!(store.recall(&[Wanted { words: None, ..nowhere(7) }]).unwrap(), [None]);
}

#[test]
fn a_guid_of_another_article_gives_way_to_link_and_words_together() {
    let mut store = Store::in_memory().unwrap();
    (1..=2).for_each(|n| store.apply(&batch(n)).unwrap());
    let found = |store: &mut Store, wanted: Wanted| {
        let known = store.recall(&[wanted]).unwrap().remove(0).unwrap();
        (known.id, known.found)
    };
    let swapped = Wanted { key: wanted(1).key, ..wanted(2) };
    assert_eq!(found(&mut store, swapped.clone()), (wanted(2).minted, Found::Swapped));
    // Other words under that guid: the publisher moved the item, or wrote it anew.
    let other = content_hash(&article(2, "Other words."));
    let moved = Wanted { content: other, told: other, ..swapped };
    assert_eq!(found(&mut store, moved), (wanted(1).minted, Found::Key));
}

#[test]
fn a_claim_leads_to_the_article_that_the_desk_found_behind_it_last() {
    let mut store = Store::in_memory().unwrap();
    store.apply(&batch(1)).unwrap();
    store.apply(&batch(2)).unwrap();
    let sighting = Sighting { wanted: wanted(1), article: wanted(2).minted, at: at(9) };
    store.apply(&Taken { sightings: vec![sighting], ..Taken::default() }).unwrap();
    assert_eq!(store.recall(&[wanted(1)]).unwrap()[0].as_ref().unwrap().id, wanted(2).minted);
}

#[test]
fn a_remembered_article_is_known_and_was_never_told() {
    let mut store = Store::in_memory().unwrap();
    let old = article(1, "Old news.");
    let wanted = Wanted::of(&feed("a"), &old);
    let id = wanted.minted;
    let taken = |article: &Article| Taken {
        changes: vec![Change::Backfilled(Box::new(article.clone()), id)],
        sightings: vec![Sighting { wanted: wanted.clone(), article: id, at: at(0) }],
        ..Taken::default()
    };
    store.apply(&taken(&old)).unwrap();
    let known = store.recall(std::slice::from_ref(&wanted)).unwrap().remove(0).unwrap();
    assert_eq!((known.revision, known.placement, known.article), (0, None, None));

    // Told later, it stays told, whatever is remembered of it again.
    let (change, sighting) = told(&old, 1, StoryId::opened_by(id, 1));
    store
        .apply(&Taken { changes: vec![change], sightings: vec![sighting], ..Taken::default() })
        .unwrap();
    store.apply(&taken(&old)).unwrap();
    let known = store.recall(&[wanted]).unwrap().remove(0).unwrap();
    assert!(known.revision == 1 && known.placement.is_some());
}

#[test]
fn a_merged_story_gives_its_articles_to_the_survivor() {
    let mut store = Store::in_memory().unwrap();
    let ids: Vec<_> = (1..=3).map(|n| wanted(n).minted).collect();
    let stories: Vec<_> = ids.iter().map(|id| StoryId::opened_by(*id, 1)).collect();
    (1..=3).for_each(|n| store.apply(&batch(n)).unwrap());
    // Both merges in one decision, the later one first: articles follow to the end.
    store
        .apply(&Taken {
            changes: vec![
                story(stories[1], 2, ids[1], Some(stories[0])),
                story(stories[2], 2, ids[2], Some(stories[1])),
                story(stories[0], 2, ids[0], None),
            ],
            ..Taken::default()
        })
        .unwrap();
    let found = store.stories(&[stories[2], stories[0]]).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].revision), (stories[0], 2));
    let members: Vec<_> = found[0].members.iter().map(|member| member.article).collect();
    assert_eq!(members, ids);
    let known = store.recall(&[wanted(3)]).unwrap().remove(0).unwrap();
    assert_eq!(known.placement.unwrap().story, stories[0]);
    assert_eq!(store.stories(&[StoryId::opened_by(ids[0], 9)]).unwrap(), []);
}

#[test]
fn marks_ends_and_values_come_back_as_last_saved() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    assert_eq!(store.marks().unwrap(), DeskMarks::default());
    assert_eq!(store.ends().unwrap(), []);
    let touched = vec![StoryId::opened_by(wanted(1).minted, 1)];
    let marks = DeskMarks {
        arrivals: 3,
        commits: 2,
        stream: Some(at(5)),
        window_start_hour: -4,
        touched,
        watches: crate::news::Hash16([7; 16]),
    };
    let end = StreamEnd {
        stream: Stream::Watch,
        next_seq: 8,
        file: "watch-20250816T061002Z-000000000001.jsonl".to_owned(),
        end: 700,
        opened_at: Some(at(1)),
    };
    store.save_marks(&marks).unwrap();
    store.save_end(&end).unwrap();
    store.save_meta("last commit", "2025-08-16T06:10:02Z").unwrap();
    store.commit().unwrap();
    assert!(store.is_idle());
    drop(store);
    let mut store = open(dir.path());
    assert_eq!(store.marks().unwrap(), marks);
    assert_eq!(store.ends().unwrap(), [end]);
    assert_eq!(store.meta("last commit").unwrap().as_deref(), Some("2025-08-16T06:10:02Z"));
}

#[test]
fn lines_stay_pending_until_they_are_reported_as_written() {
    let mut store = Store::in_memory().unwrap();
    for seq in 1..=3 {
        store.put_line(&line(Stream::Stories, seq)).unwrap();
        store.put_line(&line(Stream::Articles, seq)).unwrap();
    }
    store.commit().unwrap();
    store.written(&[(Stream::Articles, 2), (Stream::Stories, 0)]).unwrap();
    store.commit().unwrap();
    let left = [line(Stream::Articles, 3)].into_iter();
    let left: Vec<_> = left.chain((1..=3).map(|seq| line(Stream::Stories, seq))).collect();
    assert_eq!(store.pending().unwrap(), left);
}

#[test]
fn a_second_process_is_refused_by_name_and_the_lock_dies_with_its_holder() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let Err(Error::Locked { holder, .. }) = Store::open(&config(dir.path())) else {
        panic!("two writers")
    };
    assert_eq!(holder, format!("process {}", std::process::id()));
    drop(store);
    open(dir.path());
}

#[test]
fn a_reader_sees_what_is_committed_while_the_writer_works() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.apply(&batch(1)).unwrap();
    store.save_feed(&feed("a"), &state(b"\"1\"")).unwrap();
    store.commit().unwrap();
    store.apply(&batch(2)).unwrap();
    let mut reader = Store::read(&config(dir.path()).path).unwrap();
    assert_eq!(reader.feeds().unwrap().len(), 1);
    assert_eq!(reader.stories(at(0)).unwrap().len(), 1);
    let found = reader.article(wanted(1).minted).unwrap().unwrap();
    let Change::Article(told) = &batch(1).changes[0] else { unreachable!() };
    assert_eq!(found.article.as_ref(), Some(&told.article));
    assert_eq!((found.feed_id, found.fetched_at), (feed("a"), at(1)));
    assert_eq!(reader.article(wanted(2).minted).unwrap(), None);
    store.commit().unwrap();
    assert_eq!(reader.stories(at(0)).unwrap().len(), 2);
    assert!(matches!(Store::read(&dir.path().join("none")), Err(Error::CannotOpen { .. })));
}

#[test]
fn what_was_not_seen_for_long_is_forgotten_and_texts_go_earlier() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    for n in 1..=3 {
        store.apply(&batch(n)).unwrap();
    }
    let day = |n: i64| at(n * 86_400);
    // The third article shares the second one's story, so it is kept with it.
    let shared = StoryId::opened_by(wanted(2).minted, 1);
    store
        .apply(&Taken {
            changes: vec![story(
                StoryId::opened_by(wanted(3).minted, 1),
                2,
                wanted(3).minted,
                Some(shared),
            )],
            sightings: vec![Sighting {
                wanted: wanted(2),
                article: wanted(2).minted,
                at: day(300),
            }],
            ..Taken::default()
        })
        .unwrap();
    let mut changed = wanted(1);
    let other = article(1, "Other words.");
    (changed.content, changed.told) = (content_hash(&other), content_hash(&other));

    assert_eq!(store.prune(day(29)).unwrap(), super::super::Pruned::default());
    assert_eq!(store.prune(day(31)).unwrap().bodies, 3);
    store.commit().unwrap();
    let known = store.recall(std::slice::from_ref(&changed)).unwrap().remove(0).unwrap();
    let article = known.article.unwrap();
    assert!(article.text.body.is_empty() && article.text.complete && !article.title.is_empty());

    let pruned = store.prune(day(402)).unwrap();
    assert_eq!((pruned.claims, pruned.articles), (6, 1));
    store.commit().unwrap();
    drop(store);
    let mut store = open(dir.path());
    assert_eq!(store.recall(&[changed]).unwrap(), [None]);
    assert!(store.recall(&[wanted(2)]).unwrap()[0].is_some());
    assert_eq!(store.stories(&[shared]).unwrap()[0].members.len(), 2);
    assert_eq!(store.stories(&[StoryId::opened_by(wanted(1).minted, 1)]).unwrap(), []);
    let pruned = store.prune(day(800)).unwrap();
    assert_eq!((pruned.claims, pruned.articles), (3, 2));
}
