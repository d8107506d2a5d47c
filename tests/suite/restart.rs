//! A desk that stops in the middle goes on as if it had not: same records, same digest.

use std::collections::BTreeMap;
use std::path::Path;

use copytaster::desk::Desk;
use copytaster::enrich::{self, PlainText};
use copytaster::news::{Hash16, Input};
use copytaster::pipeline::replay;
use copytaster::record::{Layout, layout};
use copytaster::store::{self, Store};
use copytaster::tables::Tables;
use copytaster::writer::{self, Writer};
use copytaster::{cluster, desk};
use jiff::{SignedDuration, Timestamp};

use crate::halves;

/// Articles of the run; with one every eleven minutes they span more than a week, so windows close and stories rest.
const ARTICLES: usize = 1100;

/// Stops in a run.
const STOPS: usize = 12;

/// The desk's digest is compared after every so many articles; it is dear to compute.
const DIGEST_EVERY: usize = 20;

const WORDS: [&str; 24] = [
    "harbour",
    "council",
    "bridge",
    "strike",
    "ferry",
    "court",
    "school",
    "factory",
    "storm",
    "budget",
    "hospital",
    "election",
    "railway",
    "tunnel",
    "orchard",
    "museum",
    "quarry",
    "airport",
    "market",
    "library",
    "reservoir",
    "stadium",
    "archive",
    "observatory",
];

/// A small generator with a seed, so that a failing run can be run again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Reports, copies and revisions in an order that chance gives.
fn lines() -> Vec<(PlainText, Timestamp)> {
    let mut chance = Chance(11);
    let start: Timestamp = "2025-03-01T06:00:00Z".parse().unwrap();
    let mut lines: Vec<(PlainText, Timestamp)> = Vec::new();
    let (ferry, bank) = (halves::FERRY, halves::BANK);
    let halves = [halves::BETWEEN, ferry[0], bank[0], ferry[1], bank[1], ferry[2], bank[2]];
    for n in 0..ARTICLES {
        let at = start + SignedDuration::from_mins(11 * i64::try_from(n).unwrap());
        let earlier = (n > 5).then(|| lines[lines.len() - 1 - chance.below(5)].0.clone());
        let line = match (chance.below(6), earlier) {
            (4, Some(other)) => notice(n, &mut chance, other),
            // A copy at another outlet, cut or with a new headline.
            (0, Some(other)) => PlainText {
                id: format!("n{n}"),
                title: format!("{} again", other.title),
                outlet: format!("Paper {}", chance.below(9)),
                ..other
            },
            // The same article with another number.
            (1, Some(other)) => {
                PlainText { text: format!("{} At least {n} were counted.", other.text), ..other }
            }
            _ => fresh(n, &mut chance),
        };
        lines.push((line, at));
        // Far enough in that a stop can come before a sweep splits their story.
        if let Some((title, text)) = (n > 60).then(|| halves.get(n - 61)).flatten() {
            let (title, text) = ((*title).to_owned(), (*text).to_owned());
            let (id, outlet) = (format!("half{n}"), format!("Half {n}"));
            let lang = "en".to_owned();
            lines.push((PlainText { id, title, text, outlet, lang, ..PlainText::default() }, at));
        }
    }
    lines
}

/// A newsroom's word on its own earlier article, or the article itself with that word on it.
fn notice(n: usize, chance: &mut Chance, about: PlainText) -> PlainText {
    let title = format!(
        "{}{}",
        ["KILL: ", "WITHDRAWN: ", "CORRECTED-", "HOLD: "][chance.below(4)],
        about.title
    );
    let id = if chance.below(3) == 0 { about.id } else { format!("n{n}") };
    let text = match chance.below(3) {
        0 => format!("{} {n} more were counted.", about.text),
        1 => format!("Editors: please kill \"{}\".", about.title),
        _ => "This story has been withdrawn.".to_owned(),
    };
    PlainText { id, title, text, ..about }
}

fn fresh(n: usize, chance: &mut Chance) -> PlainText {
    let mut word = || WORDS[chance.below(WORDS.len())];
    let (what, where_, who) = (word(), word(), word());
    let text = format!(
        "The {what} beside the {where_} was closed on order {n} after the {who} committee met for {} hours. Residents of \
         ward {} asked for {} new gates and were promised {}. The {} clerk said nobody had been hurt.",
        n % 7 + 2,
        n * 13 % 97,
        n % 5 + 3,
        n % 3 + 1,
        word()
    );
    PlainText {
        id: format!("n{n}"),
        title: format!("{what} closed beside {where_} on order {n}"),
        text,
        published: None,
        outlet: format!("Paper {}", n % 11),
        url: String::new(),
        lang: "en".to_owned(),
    }
}

pub(crate) fn open(path: &Path, out: &[u8]) -> Writer {
    let config = store::Config {
        path: path.to_owned(),
        durability: store::Durability::Process,
        ..store::Config::default()
    };
    let mut store = Store::open(&config).unwrap();
    // What was committed and not yet written is written again at a start: here it is all in `out` already.
    let pending = store.pending().unwrap();
    assert!(
        pending.iter().all(|line| out.windows(line.bytes.len()).any(|seen| seen == line.bytes))
    );
    let layout = Layout::new(layout::Config::default(), store.ends().unwrap());
    let desk_config = desk::Config { cluster: cluster::Config::default() };
    let marks = store.marks().unwrap();
    let restored = store.restore(Desk::horizon(&marks)).unwrap();
    let desk = Desk::restore(desk_config, restored.marks, restored.stories, restored.articles);
    let config = writer::Config { source: "urn:copytaster:test".to_owned(), include_body: false };
    Writer::new(config, desk, store, layout).unwrap()
}

/// Takes all lines, stopping and starting again before each place in `stops`.
fn run(
    lines: &[(PlainText, Timestamp)],
    stops: &[usize],
    tables: &Tables,
) -> (Vec<u8>, BTreeMap<usize, Hash16>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("desk.db");
    let feed = replay::feed("replay");
    let mut out = Vec::new();
    let mut digests = BTreeMap::new();
    let mut writer = open(&path, &out);
    for (n, (line, at)) in lines.iter().enumerate() {
        if stops.contains(&n) {
            drop(writer);
            writer = open(&path, &out);
        }
        let context = enrich::Context { feed: &feed, fetched_at: *at, tables };
        let article = enrich::plain(line.clone(), &context);
        writer.take(Input::Batch(Box::new(replay::batch(&feed, *at, article))), *at).unwrap();
        let group = writer.commit().unwrap();
        for line in &group.lines {
            out.extend_from_slice(&line.bytes);
        }
        let last: Vec<_> = group.lines.iter().map(|line| (line.stream, line.seq)).collect();
        writer.written(&last).unwrap();
        if n % DIGEST_EVERY == 0 || stops.contains(&n) {
            digests.insert(n, writer.desk().digest());
        }
    }
    (out, digests)
}

#[test]
fn random_stops_change_neither_the_records_nor_the_desk() {
    let lines = lines();
    let tables = Tables::builtin();
    let (whole, digests) = run(&lines, &[], &tables);
    let text = std::str::from_utf8(&whole).unwrap();
    for kind in [
        "article.revised",
        "article.withdrawn",
        "article.reassigned",
        "story.retracted",
        "story.split",
        "\"change\":\"notice\"",
        "\"dormant\"",
        "\"relation\":\"copy\"",
    ] {
        assert!(text.contains(kind), "the run never shows {kind}");
    }
    let mut chance = Chance(3);
    let mut stops: Vec<usize> = (0..STOPS).map(|_| 1 + chance.below(ARTICLES - 1)).collect();
    // Before and after a story is split.
    stops.extend([66, 69, 71, 73]);
    stops.sort_unstable();
    let (stopped, after) = run(&lines, &stops, &tables);
    let first = digests.iter().find(|(n, digest)| after[*n] != **digest).map(|(n, _)| n);
    assert_eq!(first, None, "the desks differ after this article; stops {stops:?}");
    assert!(stopped == whole, "the records differ; stops {stops:?}");
}
