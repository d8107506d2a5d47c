//! The writer's steps one after the other on one thread, each timed: where the time of the whole way goes.

use std::path::Path;

use copytaster::desk::{self, Desk};
use copytaster::news::{Article, Batch, Change, Fetched, Line, Recalled, Stream, Taken};
use copytaster::record::{self, Layout, Stamp, layout, render};
use copytaster::sink::{self, Files};
use copytaster::store::{self, Store};
use copytaster::tables::Tables;
use copytaster::writer::GROUP_BYTES_MAX;
use copytaster::{cluster, parse};

use super::watch::Stopwatch;
use super::work;

/// Seconds in each stage, in the order of the way.
#[derive(Default)]
struct Times(Vec<(&'static str, f64)>);

impl Times {
    fn of<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let watch = Stopwatch::start();
        let done = work();
        let seconds = watch.elapsed_s();
        match self.0.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, sum)) => *sum += seconds,
            None => self.0.push((stage, seconds)),
        }
        done
    }
}

/// Takes all bodies the whole way, synced, below `dir`.
pub(crate) fn run(fetched: &[Fetched], tables: &Tables, dir: &Path) -> Vec<(&'static str, f64)> {
    let config = store::Config { path: dir.join("state.db"), ..store::Config::default() };
    let out = sink::Config { dir: dir.join("out"), is_synced: true, keep: None };
    let mut line = Way {
        times: Times::default(),
        store: Store::open(&config).unwrap(),
        desk: Desk::new(desk::Config { cluster: cluster::Config::default() }),
        layout: Layout::new(layout::Config::default(), Vec::new()),
        files: Files::open(&out).unwrap(),
        group: Vec::new(),
    };
    let config = parse::Config::default();
    for fetched in fetched {
        let parsed = line.times.of("1_parse", || parse::read(fetched, &config));
        let batch = line.times.of("2_enrich", || work::enriched(fetched, parsed, tables));
        line.take(batch);
    }
    line.commit();
    line.times.0
}

struct Way {
    times: Times,
    store: Store,
    desk: Desk,
    layout: Layout,
    files: Files,
    group: Vec<Line>,
}

impl Way {
    fn take(&mut self, mut batch: Batch<Article>) {
        let Self { times, store, desk, .. } = self;
        let (feed, state) = (batch.feed.id.clone(), batch.state.take().unwrap());
        let time = batch.fetched_at;
        let wants = desk.wants(&batch);
        let recalled = times.of("3_recall", || {
            let articles = store.recall(&wants).unwrap();
            let stories = store.stories(&desk.wants_stories(&wants, &articles)).unwrap();
            Recalled { articles, stories, flip: None }
        });
        let taken = times.of("4_desk", || desk.take(batch, wants, recalled));
        times.of("5_apply", || {
            store.apply(&taken).unwrap();
            store.save_feed(&feed, &state).unwrap();
        });
        self.write(&taken, time);
        if self.group.iter().map(|line| line.bytes.len() as u64).sum::<u64>() >= GROUP_BYTES_MAX {
            self.commit();
        }
    }

    fn write(&mut self, taken: &Taken, time: jiff::Timestamp) {
        let Self { times, store, desk, layout, group, .. } = self;
        let commit = desk.next_commit();
        for change in &taken.changes {
            let (stream, bytes) = times.of("6_render", || match change {
                Change::Article(change) => {
                    let stamp = stamp(layout, Stream::Articles, time, commit);
                    let record = render::article(change, &stamp, false);
                    (Stream::Articles, record::line(&record::Record::from(record)))
                }
                Change::Story(change) => {
                    let stamp = stamp(layout, Stream::Stories, time, commit);
                    let record = render::story(change, &stamp);
                    (Stream::Stories, record::line(&record::Record::from(record)))
                }
                _ => (Stream::Health, Vec::new()),
            });
            let line = layout.place(stream, bytes, time);
            times.of("7_outbox", || store.put_line(&line).unwrap());
            group.push(line);
        }
    }

    fn commit(&mut self) {
        let Self { times, store, desk, layout, files, group } = self;
        times.of("8_commit", || {
            for end in layout.ends() {
                store.save_end(&end).unwrap();
            }
            store.save_marks(&desk.marks()).unwrap();
            store.commit().unwrap();
        });
        let upto = times.of("9_sink", || files.write(group).unwrap());
        times.of("7_outbox", || store.written(&upto).unwrap());
        group.clear();
    }
}

fn stamp(layout: &Layout, stream: Stream, time: jiff::Timestamp, commit: u64) -> Stamp<'static> {
    Stamp {
        source: "urn:copytaster:bench",
        time: time.into(),
        seq: layout.next_seq(stream),
        commit,
    }
}
