//! The reading threads, and the line that keeps their results in order.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;

use super::archive::{Captured, Ready};
use super::pages::{self, Judge, PageJob, PageRead, Pages, Read, SharedFullText};
use super::{
    Breaker, Error, IDLE_MAX, LINE_UP, READER_STACK_BYTES, READERS, STUCK_BEATS, read, thread,
};
use crate::news::Fetched;
use crate::parse;
use crate::poll::Polled;
use crate::tables::Tables;

/// What a reader is given, with the place for what comes of it.
pub(super) enum Job {
    Feed(Box<Polled>, oneshot::Sender<Read>),
    Page(Box<PageJob>, oneshot::Sender<PageRead>),
}

impl Job {
    /// Bytes of the body to be read.
    fn bytes(&self) -> usize {
        match self {
            Self::Feed(polled, _) => polled.body.as_ref().map_or(0, |body| body.body.len()),
            Self::Page(job, _) => job.bytes(),
        }
    }
}

/// Bodies above this size are read one at a time: reading takes several times their memory.
const ALONE_BYTES: usize = 1 << 20;

/// What the readers share.
pub(super) struct Shared {
    pub(super) breaker: Arc<Breaker>,
    pub(super) parse: parse::Config,
    pub(super) tables: Arc<RwLock<Arc<Tables>>>,
    pub(super) full_text: SharedFullText,
    /// The store, to be looked at.
    pub(super) store: PathBuf,
    /// Whether what is read goes to an archive.
    pub(super) is_archived: bool,
}

/// The reading threads behind one bounded queue: room for the line, for as many pages, and some.
pub(super) fn readers(
    stages: &mut JoinSet<Result<(), Error>>,
    shared: &Shared,
) -> std::sync::mpsc::SyncSender<Job> {
    let (jobs, queue) = std::sync::mpsc::sync_channel::<Job>(3 * LINE_UP);
    let queue = Arc::new(std::sync::Mutex::new(queue));
    let alone = Arc::new(std::sync::Mutex::new(()));
    for number in 0..READERS {
        let (queue, parse, tables) =
            (Arc::clone(&queue), shared.parse.clone(), Arc::clone(&shared.tables));
        let slot = shared.breaker.slot(number);
        let mut judge = Judge::new(Arc::clone(&shared.full_text), shared.store.clone());
        let alone = Arc::clone(&alone);
        let is_archived = shared.is_archived;
        thread(stages, "reader", READER_STACK_BYTES, move || {
            loop {
                let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(job) = job else { return Ok(()) };
                let is_large = job.bytes() > ALONE_BYTES;
                let _alone = is_large.then(|| alone.lock().unwrap_or_else(PoisonError::into_inner));
                let known = Arc::clone(&tables.read().unwrap_or_else(PoisonError::into_inner));
                // A receiver is gone only when its batch was given up or the writer has failed.
                match job {
                    Job::Feed(polled, reply) => {
                        let mut captured = is_archived.then(|| Box::new(Captured::of(&polled)));
                        let look = |fetched: &Fetched| slot.read(fetched, &parse);
                        let (batch, drafts) = read::batch(*polled, look, &known);
                        if let Some(captured) = &mut captured {
                            captured.was_read(&batch);
                        }
                        drop(reply.send(Read { captured, ..judge.look(batch, drafts) }));
                    }
                    Job::Page(job, reply) => {
                        let (article, is_read) = pages::article(&job, &slot, &parse, &known);
                        let record = (is_archived && is_read).then(|| job.record());
                        drop(reply.send(PageRead { article, record }));
                    }
                }
            }
        });
    }
    jobs
}

/// A place in line: what is read comes here.
pub(super) struct Place {
    read: oneshot::Receiver<Read>,
    /// Held by a body: of those few wait in line.
    _body: Option<OwnedSemaphorePermit>,
}

/// Reserves a place in line for each poll, then hands its body to the readers. What has nothing to be read waits for no
/// reader.
pub(super) async fn line_up(
    mut polled: mpsc::Receiver<Polled>,
    jobs: std::sync::mpsc::SyncSender<Job>,
    in_line: mpsc::Sender<Place>,
    is_archived: bool,
) -> Result<(), Error> {
    let bodies = Arc::new(Semaphore::new(LINE_UP));
    while let Some(polled) = polled.recv().await {
        let (reply, read) = oneshot::channel();
        // The archive takes equal bodies too, and packs them.
        let has_work = polled.body.is_some() || is_archived && polled.same.is_some();
        if !has_work {
            let captured = is_archived.then(|| Box::new(Captured::of(&polled)));
            let batch = polled.batch.with_items(Vec::new());
            drop(reply.send(Read { batch, wishes: Vec::new(), captured }));
            if in_line.send(Place { read, _body: None }).await.is_err() {
                return Ok(());
            }
            continue;
        }
        let Ok(body) = Arc::clone(&bodies).acquire_owned().await else { return Ok(()) };
        if in_line.send(Place { read, _body: Some(body) }).await.is_err() {
            return Ok(());
        }
        // As many jobs wait as bodies are in line, so this queue has room.
        if jobs.send(Job::Feed(Box::new(polled), reply)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Bytes of texts in batches that wait for pages; beyond it a batch goes on without, and its pages are asked for later.
const WAITING_BYTES_MAX: usize = 32 << 20;

/// Hands the read batches to the writer in the order in which they were polled; one that wants pages leaves the line
/// and comes when it has them. Ends with the line: what still waits then is fetched again at the next start.
pub(super) async fn in_order(
    mut line: mpsc::Receiver<Place>,
    to_group: mpsc::Sender<Ready>,
    pages: Pages,
) -> Result<(), Error> {
    let mut waiting: JoinSet<(usize, Option<Ready>)> = JoinSet::new();
    let mut waiting_bytes = 0;
    // One batch with something in it waits for the writer, beside any number of bare ones.
    let full = Arc::new(Semaphore::new(1));
    loop {
        let mut ready = tokio::select! {
            place = line.recv() => {
                let Some(Place { read, .. }) = place else { return Ok(()) };
                let read = unless_stuck(read).await?;
                let bytes = read.bytes();
                if read.wishes.is_empty() {
                    Ready::of(read.batch, read.captured)
                } else if waiting_bytes + bytes > WAITING_BYTES_MAX {
                    read.give_up()
                } else {
                    waiting_bytes += bytes;
                    let pages = pages.clone();
                    waiting.spawn(async move { (bytes, pages.complete(read).await) });
                    continue;
                }
            }
            Some(done) = waiting.join_next() => match done {
                Ok((bytes, ready)) => {
                    waiting_bytes -= bytes;
                    let Some(ready) = ready else { continue };
                    ready
                }
                Err(_) => return Err(Error::Panicked("pages")),
            },
        };
        if !ready.is_bare() {
            ready.place = Arc::clone(&full).acquire_owned().await.ok();
        }
        if to_group.send(ready).await.is_err() {
            return Ok(());
        }
    }
}

/// The batch at the head of the line, unless its reader never comes back. The run then ends with a note of the body
/// left behind, and the next one lets a child read it.
async fn unless_stuck(mut place: oneshot::Receiver<Read>) -> Result<Read, Error> {
    let mut beat = tokio::time::interval(IDLE_MAX);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for _ in 0..=STUCK_BEATS {
        tokio::select! {
            read = &mut place => return read.map_err(|_| Error::Panicked("reader")),
            _ = beat.tick() => {}
        }
    }
    Err(Error::Stuck)
}
