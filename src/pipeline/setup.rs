//! Opens what a run stands on: locks, store, output, redo, desk. Everything is checked before anything is fetched.

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::desk::{self};
use crate::news::{FeedId, FeedState};
use crate::record::layout::{self, Layout};
use crate::sink::{self, Files};
use crate::store::{self, Store};
use crate::writer::{self, Writer};

/// Where a run keeps its state and its output.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The store.
    pub store: store::Config,
    /// The output directory.
    pub sink: sink::Config,
    /// Files and their rotation.
    pub layout: layout::Config,
    /// The desk.
    pub desk: desk::Config,
    /// The records.
    pub writer: writer::Config,
}

/// A run that could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The output.
    #[error(transparent)]
    Sink(#[from] sink::Error),
}

/// What a run stands on.
#[derive(Debug)]
pub struct Opened {
    /// The writer with desk and store.
    pub writer: Writer,
    /// The output files.
    pub files: Files,
}

/// Opens state and output, brings the output up to the store, and restores the desk.
pub fn open(settings: Settings, now: Timestamp) -> Result<(Opened, HashMap<FeedId, FeedState>), StartError> {
    let Settings { store, sink, layout, desk, writer } = settings;
    let mut files = Files::open(&sink)?;
    let mut store = Store::open(&store)?;
    let layout = redo(&mut files, &mut store, layout, now)?;
    let states = store.feeds()?.into_iter().collect();
    let marks = store.marks()?;
    let restored = store.restore(desk::Desk::horizon(&marks))?;
    let desk = desk::Desk::restore(desk, restored.marks, restored.stories, restored.articles);
    let writer = Writer::new(writer, desk, store, layout)?;
    Ok((Opened { writer, files }, states))
}

/// Writes every committed line again where it belongs; a file that does not end where it should is sealed.
fn redo(
    files: &mut Files,
    store: &mut Store,
    config: layout::Config,
    now: Timestamp,
) -> Result<Layout, StartError> {
    let pending = store.pending()?;
    let ends = store.ends()?;
    let redone = files.redo(&pending, &ends)?;
    let mut layout = Layout::new(config, ends);
    for ahead in &redone.sealed {
        tracing::warn!(file = %ahead.file, reason = %ahead.reason, "output does not end where the store says: sealed as it is, going on in a new file");
        layout.go_on_above(ahead.stream, ahead.last_seq);
    }
    let _ = now;
    Ok(layout)
}
