//! A run's state and output, as a configuration without wishes has them.

use std::path::Path;

use copytaster::pipeline::{self, Opened, Settings};
use copytaster::poll::States;
use copytaster::{cluster, desk, record, sink, store, writer};
use jiff::Timestamp;

/// Opens both below `dir`, synced or not; beside them what is remembered of the feeds.
pub(crate) fn open(dir: &Path, durability: store::Durability, now: Timestamp) -> (Opened, States) {
    let settings = Settings {
        store: store::Config { path: dir.join("state.db"), durability, ..store::Config::default() },
        sink: sink::Config {
            dir: dir.join("out"),
            is_synced: durability != store::Durability::Process,
            keep: None,
        },
        archive: None,
        layout: record::layout::Config::default(),
        desk: desk::Config { cluster: cluster::Config::default() },
        writer: writer::Config { source: "urn:copytaster:bench".to_owned(), include_body: false },
    };
    pipeline::open(settings, now).unwrap()
}
