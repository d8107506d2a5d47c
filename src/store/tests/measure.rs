//! Figures, printed on demand: `cargo test --release --lib store::tests::measure -- --ignored --nocapture`.

use std::time::Duration;

use super::*;

const ARTICLES: u64 = 20_000;
const GROUP: u64 = 500;
const WORDS: u64 = 60;

/// An article of sixty different words, each batch its own.
fn prose(n: u64) -> Taken {
    const SYLLABLES: [&str; 16] = [
        "har", "bour", "fer", "ry", "pier", "tide", "ma", "lo", "sen", "dri", "keel", "an", "chor",
        "mast", "o", "wind",
    ];
    let mut dice = n;
    let mut body = String::new();
    for _ in 0..WORDS {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(n | 1);
        for shift in [60, 44, 50] {
            body.push_str(SYLLABLES[usize::try_from(dice >> shift & 15).unwrap()]);
        }
        body.push(' ');
    }
    let article = article(n, &body);
    let id = Wanted::of(&feed("a"), &article).minted;
    let own = StoryId::opened_by(id, 1);
    let (change, sighting) = told(&article, n, own);
    let changes = vec![change, story(own, 1, id, None)];
    Taken { changes, sightings: vec![sighting], new: 1, ..Taken::default() }
}

#[expect(clippy::disallowed_methods, reason = "measures real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = std::time::Instant::now();
    let done = work();
    (done, start.elapsed())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn rate(count: u64, took: Duration) -> String {
    format!("{:.0}/s ({took:.2?})", count as f64 / took.as_secs_f64())
}

fn fill(store: &mut Store, batches: &[Taken]) {
    for (n, taken) in (1..).zip(batches) {
        let wanted = taken.sightings[0].wanted.clone();
        assert_eq!(store.recall(&[wanted]).unwrap(), [None]);
        store.apply(taken).unwrap();
        for stream in [Stream::Articles, Stream::Stories] {
            let bytes = vec![b'x'; 1500];
            store.put_line(&Line { bytes, ..line(stream, n) }).unwrap();
        }
        if n % GROUP == 0 {
            store.commit().unwrap();
            store.written(&[(Stream::Articles, n), (Stream::Stories, n)]).unwrap();
        }
    }
    store.commit().unwrap();
}

#[test]
#[ignore = "prints figures"]
fn figures() {
    let dir = tempfile::tempdir().unwrap();
    let batches: Vec<_> = (1..=ARTICLES).map(prose).collect();
    for durability in [Durability::Process, Durability::Group] {
        let path = dir.path().join(format!("{durability:?}.db"));
        let config = Config { path, durability, ..Config::default() };
        let mut store = Store::open(&config).unwrap();
        let ((), took) = timed(|| fill(&mut store, &batches));
        println!("{durability:?}: new articles, {GROUP} a group: {}", rate(ARTICLES, took));
        let ((), took) = timed(|| {
            for taken in &batches {
                let known = store.recall(std::slice::from_ref(&taken.sightings[0].wanted)).unwrap();
                assert!(known[0].as_ref().unwrap().claimed.is_some());
                let sightings = taken.sightings.clone();
                store.apply(&Taken { sightings, ..Taken::default() }).unwrap();
            }
            store.commit().unwrap();
        });
        println!("{durability:?}: seen again: {}", rate(ARTICLES, took));
        let (restored, took) = timed(|| store.restore(at(0)).unwrap());
        println!("{durability:?}: restored: {}", rate(restored.articles.len() as u64, took));
        let ((), took) = timed(|| {
            for n in 0..200_u64 {
                store.save_feed(&feed("a"), &state(n.to_string().as_bytes())).unwrap();
                store.commit().unwrap();
            }
        });
        println!("{durability:?}: commits of one 304: {}", rate(200, took));
        let counted = crate::news::Polling { polls: 1, not_modified: 1, ..Default::default() };
        let feeds: Vec<_> = (0..1_000).map(|n| feed(&format!("feed-{n}"))).collect();
        for what in ["states saved", "states saved and polls counted"] {
            let ((), took) = timed(|| {
                for n in 0..20_000_usize {
                    let id = &feeds[n % feeds.len()];
                    if what.ends_with("counted") {
                        let hour = at(i64::try_from(n / 1_000).unwrap() * 900);
                        store.count(id, hour, counted).unwrap();
                    }
                    store.save_feed(id, &state(n.to_string().as_bytes())).unwrap();
                    if n % 40 == 39 {
                        store.commit().unwrap();
                    }
                }
            });
            println!("{durability:?}: {what}, 40 a group: {}", rate(20_000, took));
        }
        let pages =
            "SELECT (SELECT * FROM pragma_page_count) - (SELECT * FROM pragma_freelist_count)";
        let pages: i64 = store.connection.query_row(pages, [], |row| row.get(0)).unwrap();
        println!("{durability:?}: {} bytes an article", pages.cast_unsigned() * 4096 / ARTICLES);
        let without = "SELECT sum(pgsize) FROM dbstat WHERE name IN ('body', 'told', 'body_age')";
        if let Ok(texts) = store.connection.query_row(without, [], |row| row.get::<_, i64>(0)) {
            println!("{durability:?}: {} of them text", texts.cast_unsigned() / ARTICLES);
        }
        drop(store);
        let bytes = std::fs::metadata(&config.path).unwrap().len();
        let (_store, took) = timed(|| Store::open(&config).unwrap());
        println!("{durability:?}: opened and checked {bytes} bytes in {took:.2?}");
    }
}
