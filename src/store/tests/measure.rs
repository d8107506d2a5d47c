//! Figures, printed on demand: `cargo test --release --lib store::tests::measure -- --ignored --nocapture`.

use super::*;

#[test]
#[ignore = "prints figures"]
#[expect(clippy::disallowed_methods, reason = "measures real time")]
fn figures() {
    let dir = tempfile::tempdir().unwrap();
    for durability in [Durability::Process, Durability::Group] {
        let path = dir.path().join(format!("{durability:?}.db"));
        let mut store = Store::open(&Config { path, durability, ..Config::default() }).unwrap();
        let (groups, size) = (20, 500);
        let batches: Vec<_> = (1..=groups * size).map(batch).collect();
        let wants: Vec<_> = (1..=groups * size).map(wanted).collect();
        let start = std::time::Instant::now();
        for (n, taken) in (1..).zip(&batches) {
            assert_eq!(store.recall(&wants[n - 1..n]).unwrap(), [None]);
            store.apply(taken).unwrap();
            store.put_line(&line(Stream::Articles, n as u64)).unwrap();
            store.put_line(&line(Stream::Stories, n as u64)).unwrap();
            if (n as u64).is_multiple_of(size) {
                let n = n as u64;
                store.commit().unwrap();
                store.written(&[(Stream::Articles, n), (Stream::Stories, n)]).unwrap();
            }
        }
        store.commit().unwrap();
        let took = start.elapsed();
        println!("{durability:?}: {} articles in groups of {size}: {took:?}", groups * size);
        let start = std::time::Instant::now();
        assert!(store.recall(&wants).unwrap().iter().all(Option::is_some));
        println!("{durability:?}: {} recalls: {:?}", wants.len(), start.elapsed());
        let start = std::time::Instant::now();
        assert_eq!(store.restore(at(0)).unwrap().articles.len(), wants.len());
        println!("{durability:?}: restore: {:?}", start.elapsed());
        let start = std::time::Instant::now();
        for n in 0..200 {
            store.save_feed(&feed("a"), &state(n.to_string().as_bytes())).unwrap();
            store.commit().unwrap();
        }
        println!("{durability:?}: 200 small commits: {:?}", start.elapsed());
        let bytes = std::fs::metadata(&store.path).unwrap().len();
        println!("{durability:?}: {} bytes an article", bytes / wants.len() as u64);
        for pragma in ["PRAGMA integrity_check(1)", "PRAGMA quick_check(1)"] {
            let start = std::time::Instant::now();
            let found: String = store.connection.query_row(pragma, [], |row| row.get(0)).unwrap();
            println!("{durability:?}: {pragma} of {bytes} bytes: {found} in {:?}", start.elapsed());
        }
    }
}
