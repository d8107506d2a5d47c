//! Opens what a run stands on: locks, store, output, redo, desk. Everything is checked before anything is fetched.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use super::Breaker;
use super::alerts::{Following, SharedRoutes};
use super::write::ARCHIVE_MARK;
use crate::desk::{self, Desk};
use crate::news::{Input, Line, Stream, StreamEnd};
use crate::poll::{States, outcome};
use crate::record::layout::{self, Layout};
use crate::sink::archive::{self, Archive};
use crate::sink::{self, Files};
use crate::store::{self, Store};
use crate::writer::{self, Started, Writer};

/// Where a run keeps its state and its output.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The store.
    pub store: store::Config,
    /// The output directory.
    pub sink: sink::Config,
    /// Where what was fetched is kept, if it is.
    pub archive: Option<archive::Config>,
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
    /// The archive.
    #[error("the archive: {0}")]
    Archive(#[source] sink::Error),
    /// The notes of what is being read.
    #[error("cannot keep notes of what is read in {path}")]
    Breaker {
        /// The directory beside the store.
        path: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
}

/// What a run stands on.
#[derive(Debug)]
pub struct Opened {
    /// The writer with desk and store.
    pub writer: Writer,
    /// The output files.
    pub files: Files,
    /// What must not be read again.
    pub breaker: Arc<Breaker>,
    /// Where the store is, for those who only look.
    pub store: PathBuf,
    /// What was fetched.
    pub archive: Option<Archive>,
    /// Where alerts go.
    pub routes: SharedRoutes,
}

impl Opened {
    /// Says that the desk begins to work, in the health stream and in the archive.
    pub fn started(&mut self, about: &Started, now: Timestamp) -> Result<(), store::Error> {
        self.writer.started(about, now)?;
        if let Some(archive) = &mut self.archive {
            archive.start(about.version, self.writer.time().unwrap_or(now));
        }
        Ok(())
    }

    /// Follows what is to be followed from the start on, and tells what the window holds for it.
    pub fn follow(&mut self, following: Following, now: Timestamp) -> Result<(), store::Error> {
        let Following { list, routes } = following;
        *self.routes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(routes);
        self.writer.take(Input::Watches(Box::new(list)), now)
    }
}

/// Opens state and output, brings the output up to the store, and restores the desk.
pub fn open(settings: Settings, now: Timestamp) -> Result<(Opened, States), StartError> {
    let Settings { store, sink, archive, layout, desk, writer } = settings;
    let mut files = Files::open(&sink)?;
    let notes = beside(&store.path);
    let path = store.path.clone();
    let mut store = Store::open(&store)?;
    let breaker = Breaker::open(&notes)
        .map_err(|error| StartError::Breaker { path: notes, error })
        .map(Arc::new)?;
    let mark = store.meta(ARCHIVE_MARK)?;
    let open = |config| Archive::open(config, mark.as_deref(), now);
    let archive = archive.as_ref().map(open).transpose().map_err(StartError::Archive)?;
    if let (Some(archive), None) = (&archive, &mark) {
        // A crash before the first commit must not make another desk of it.
        store.save_meta(ARCHIVE_MARK, &archive.mark())?;
        store.commit()?;
    }
    let layout = redo(&mut files, &mut store, layout, now)?;
    let mut states = States::default();
    store.each_feed(|feed, state| states.insert(feed, state))?;
    let marks = store.marks()?;
    let restored = store.restore(Desk::horizon(&marks))?;
    let desk = Desk::restore(desk, restored.marks, restored.stories, restored.articles);
    let writer = Writer::new(writer, desk, store, layout)?.with_judge(outcome::heard);
    let routes = Arc::new(RwLock::default());
    Ok((Opened { writer, files, breaker, store: path, archive, routes }, states))
}

/// The breaker's directory: the store's name with a suffix.
fn beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push("-parse");
    name.into()
}

/// Writes every committed line again where it belongs. A file that others changed stays as it is, and its stream goes
/// on in another.
fn redo(
    files: &mut Files,
    store: &mut Store,
    config: layout::Config,
    now: Timestamp,
) -> Result<Layout, StartError> {
    let pending = store.pending()?;
    let mut ends = store.ends()?;
    let redone = files.redo(&pending, &ends)?;
    store.written(&redone.written)?;
    for ahead in &redone.ahead {
        let highest = highest_seq(ahead);
        tracing::warn!(
            file = ahead.file,
            committed_bytes = ahead.committed,
            found_bytes = ahead.found,
            "output_ahead_of_store: an older store was put back, or others wrote; the stream goes on above seq {highest} in a new file"
        );
        let end = end_of(&mut ends, ahead.stream);
        end.next_seq = end.next_seq.max(highest + 1);
        (end.file, end.end, end.opened_at) = (String::new(), 0, None);
    }
    for lost in &redone.lost {
        tracing::warn!(
            file = lost.file,
            committed_bytes = lost.committed,
            found_bytes = lost.found,
            lines = lost.lines.len(),
            "an output file was deleted, cut or replaced by others; its unsynced lines are written to a new file"
        );
        let end = end_of(&mut ends, lost.stream);
        if end.file == lost.file {
            (end.file, end.end, end.opened_at) = (String::new(), 0, None);
        }
        let lines = moved(&lost.lines, now);
        for line in &lines {
            store.put_line(line)?;
        }
        store.commit()?;
        let written = files.write(&lines)?;
        store.written(&written)?;
    }
    let shape = config.shape();
    let old_shape = store.meta("shape")?;
    store.save_meta("shape", &shape)?;
    let mut layout = Layout::new(config, ends);
    if old_shape.is_some_and(|old| old != shape) {
        for stream in Stream::ALL {
            layout.rotate(stream);
        }
    }
    Ok(layout)
}

fn end_of(ends: &mut Vec<StreamEnd>, stream: Stream) -> &mut StreamEnd {
    let place = ends.iter().position(|end| end.stream == stream).unwrap_or_else(|| {
        ends.push(StreamEnd { stream, next_seq: 1, file: String::new(), end: 0, opened_at: None });
        ends.len() - 1
    });
    &mut ends[place]
}

/// Highest `seq` among the whole lines beyond what the store knows; 0 where none can be read.
fn highest_seq(ahead: &sink::Ahead) -> u64 {
    #[derive(serde::Deserialize)]
    struct Numbered {
        seq: u64,
    }
    let Ok(lines) = ahead.lines() else { return 0 };
    lines
        .flatten()
        .filter_map(|line| serde_json::from_slice::<Numbered>(&line).ok())
        .map(|line| line.seq)
        .max()
        .unwrap_or(0)
}

/// The same lines in a file of their own.
fn moved(lines: &[Line], now: Timestamp) -> Vec<Line> {
    let Some(first) = lines.first() else { return Vec::new() };
    let file = layout::file_name(first.stream, now, first.seq);
    let mut offset = 0;
    lines
        .iter()
        .map(|line| {
            let placed = Line { file: file.clone(), offset, ..line.clone() };
            offset += line.bytes.len() as u64;
            placed
        })
        .collect()
}
