//! The whole way behind the network: feed bytes to committed records in written files.
//!
//! `cargo bench --bench whole [-- --feeds N]`; `-- --write DIR` only writes the same feeds as files, for peers to read.
//!
//! As in a run, two threads read, one writes the store, one the files; a group ends at its size or after its wait.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod disk;
mod figures;
mod news;
mod open;
mod spent;
mod stages;
mod watch;
mod work;

use std::path::Path;
use std::sync::mpsc::sync_channel;

use copytaster::news::{Fetched, Input, Line};
use copytaster::parse;
use copytaster::pipeline::{GROUP_WAIT, Opened};
use copytaster::store::Durability;
use copytaster::tables::Tables;
use copytaster::writer::Group;
use figures::{Figures, size};
use spent::{rounds, spend};
use watch::{Stopwatch, number};

/// Threads that parse and enrich, as in a run.
const READERS: usize = 2;

/// Read batches that wait for the writer, for each reader.
const WAITING: usize = 8;

/// Words of an article: a summary's, and a full text's.
const WORDS: [usize; 2] = [60, 500];

fn main() {
    let feeds = option("--feeds").and_then(|feeds| feeds.parse().ok());
    if let Some(dir) = option("--write") {
        return write(Path::new(&dir), feeds.unwrap_or(80));
    }
    let tables = Tables::builtin();
    let mut figures = Figures::default();
    for words in WORDS {
        let feeds = feeds.unwrap_or_else(|| size(if words == 60 { 400 } else { 150 }, 4));
        let fetched: Vec<Fetched> =
            news::bodies(feeds, words).iter().map(news::Body::fetched).collect();
        for _ in 0..rounds() {
            let articles = number(feeds * news::ITEMS);
            for (sync, durability) in
                [("synced", Durability::Group), ("unsynced", Durability::Process)]
            {
                let dir = disk::scratch();
                let opened = open::open(dir.path(), durability, fetched[0].fetched_at).0;
                let (done, spent) = spend(|| run(&fetched, &tables, opened));
                assert_eq!(done.articles, feeds * news::ITEMS);
                let name = format!("whole.{words}_words.{sync}");
                figures.rate(&name, "articles/s", articles, spent);
                figures.add(
                    format!("{name}.bytes"),
                    "bytes/article",
                    number(done.bytes) / articles,
                );
            }
            let dir = disk::scratch();
            for (stage, seconds) in stages::run(&fetched, &tables, dir.path()) {
                let name = format!("whole.{words}_words.stage.{stage}");
                figures.add(name, "us/article", seconds * 1e6 / articles);
            }
        }
    }
    figures.print();
}

/// The value of an option of ours.
fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|arg| arg != name).nth(1)
}

fn write(dir: &Path, feeds: usize) {
    for words in WORDS {
        let dir = dir.join(format!("{words}_words"));
        std::fs::create_dir_all(&dir).unwrap();
        for body in news::bodies(feeds, words) {
            std::fs::write(dir.join(&body.name), &body.bytes).unwrap();
        }
    }
}

/// What stands in the files.
#[derive(Default)]
struct Done {
    articles: usize,
    bytes: usize,
}

impl Done {
    fn add(&mut self, lines: &[Line]) {
        self.articles += lines.iter().filter(|line| line.file.starts_with("articles")).count();
        self.bytes += lines.iter().map(|line| line.bytes.len()).sum::<usize>();
    }
}

fn run(fetched: &[Fetched], tables: &Tables, opened: Opened) -> Done {
    let Opened { mut writer, mut files, .. } = opened;
    let config = parse::Config::default();
    std::thread::scope(|scope| {
        let mut queues = Vec::new();
        for reader in 0..READERS {
            let (out, queue) = sync_channel(WAITING);
            queues.push(queue);
            let config = &config;
            scope.spawn(move || {
                for fetched in fetched.iter().skip(reader).step_by(READERS) {
                    out.send(work::enriched(fetched, parse::read(fetched, config), tables))
                        .unwrap();
                }
            });
        }
        let (to_sink, groups) = sync_channel::<Group>(1);
        let (to_writer, written) = sync_channel(WAITING);
        let sink = scope.spawn(move || {
            let mut done = Done::default();
            for group in groups {
                // The writer may be through already.
                drop(to_writer.try_send(files.write(&group.lines).unwrap()));
                done.add(&group.lines);
            }
            done
        });
        let mut watch = Stopwatch::start();
        for n in 0..fetched.len() {
            let batch = queues[n % READERS].recv().unwrap();
            let now = batch.fetched_at;
            writer.take(Input::Batch(Box::new(batch)), now).unwrap();
            if writer.is_full()
                || watch.elapsed_s() >= GROUP_WAIT.as_secs_f64()
                || n + 1 == fetched.len()
            {
                for upto in written.try_iter() {
                    writer.written(&upto).unwrap();
                }
                to_sink.send(writer.commit().unwrap()).unwrap();
                watch = Stopwatch::start();
            }
        }
        drop(to_sink);
        sink.join().unwrap()
    })
}
