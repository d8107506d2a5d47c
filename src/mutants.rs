//! Inputs for the tests of what holds for any input: the seeds of the fuzz targets, what becomes of them when they are
//! damaged, bytes at random, and markup at random.

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{RngSeed, TestRunner};

/// Longest input that is made: bugs of shape show in little, and each case is shrunk through many of them.
const BYTES_MAX: usize = 4_000;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz"))
}

/// The seeds in a folder of `tests/fuzz/seeds`, in the order of their names.
pub(crate) fn seeds(name: &str) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder().join("seeds").join(name)).expect("the folder is there");
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 1, "a single seed in {name} is spliced with nothing");
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// The words of the fuzzers' dictionary.
fn words() -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(folder().join("markup.dict")).unwrap();
    let quoted = |line: &str| line.strip_prefix('"')?.strip_suffix('"').map(unescaped);
    let words: Vec<_> = text.lines().filter_map(quoted).collect();
    assert!(words.len() > 50, "only {} words", words.len());
    words
}

/// A word without the escapes of dictionaries: `\"`, `\\` and `\xNN`.
fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = word.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'\\' { bytes.next() } else { None };
        out.push(match escaped {
            Some(b'x') => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            Some(other) => other,
            None => byte,
        });
    }
    out
}

#[derive(Clone, Debug)]
enum Edit {
    Set(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Double(usize),
    /// So many bytes of another seed.
    Splice(usize, Index, usize),
}

fn damaged(mut body: Vec<u8>, edits: Vec<(Index, Edit)>, seeds: &[Vec<u8>]) -> Vec<u8> {
    for (at, edit) in edits {
        if body.is_empty() {
            break;
        }
        let at = at.index(body.len());
        let until = |length: usize| (at + length).min(body.len());
        match edit {
            Edit::Set(byte) => body[at] = byte,
            Edit::Insert(word) => drop(body.splice(at..at, word)),
            Edit::Remove(length) => drop(body.drain(at..until(length))),
            Edit::Double(length) => {
                let copy = body[at..until(length)].to_vec();
                drop(body.splice(at..at, copy));
            }
            Edit::Splice(other, from, length) => {
                let other = &seeds[other];
                let from = from.index(other.len());
                let part = &other[from..(from + length).min(other.len())];
                drop(body.splice(at..at, part.iter().copied()));
            }
        }
    }
    body.truncate(BYTES_MAX);
    body
}

fn inputs(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let words = words();
    let edit = prop_oneof![
        any::<u8>().prop_map(Edit::Set),
        select(words.clone()).prop_map(Edit::Insert),
        (0..40_usize).prop_map(Edit::Remove),
        (0..200_usize).prop_map(Edit::Double),
        (0..seeds.len(), any::<Index>(), 0..200_usize)
            .prop_map(|(seed, from, length)| Edit::Splice(seed, from, length)),
    ];
    let edits = prop::collection::vec((any::<Index>(), edit), 1..12);
    let mutants =
        (select(seeds.clone()), edits).prop_map(move |(seed, edits)| damaged(seed, edits, &seeds));
    let markup = prop::collection::vec(select(words), 0..40).prop_map(|words| words.concat());
    let bytes = prop::collection::vec(any::<u8>(), 0..400);
    prop_oneof![6 => mutants, 1 => markup, 1 => bytes]
}

/// The cases of a property test: the same at each run, for a gate must not depend on chance. `PROPTEST_RNG_SEED` draws
/// others.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_RNG_SEED").is_some() {
        return config;
    }
    ProptestConfig { rng_seed: RngSeed::Fixed(2025), ..config }
}

/// Runs what a fuzz target asserts over the seeds in a folder, and over inputs made from them.
pub(crate) fn holds(name: &str, property: fn(&[u8])) {
    let seeds = seeds(name);
    for seed in &seeds {
        property(seed);
    }
    let mut runner = TestRunner::new(cases(500));
    let tried = runner.run(&inputs(seeds), |input| {
        property(&input);
        Ok(())
    });
    if let Err(failure) = tried {
        panic!("{name}: {failure}");
    }
}
