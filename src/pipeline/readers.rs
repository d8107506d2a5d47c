//! The reading threads, and the line that keeps their results in order.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::{
    Breaker, Error, IDLE_MAX, LINE_UP, READER_STACK_BYTES, READERS, STUCK_BEATS, read, thread,
};
use crate::news::{Article, Batch};
use crate::parse;
use crate::poll::Polled;
use crate::tables::Tables;

pub(super) type Job = (Polled, oneshot::Sender<Batch<Article>>);

/// The reading threads behind one bounded queue.
pub(super) fn readers(
    stages: &mut JoinSet<Result<(), Error>>,
    breaker: &Arc<Breaker>,
    parse: &parse::Config,
    tables: &Arc<RwLock<Arc<Tables>>>,
) -> std::sync::mpsc::SyncSender<Job> {
    let (jobs, queue) = std::sync::mpsc::sync_channel::<Job>(2 * LINE_UP);
    let queue = Arc::new(std::sync::Mutex::new(queue));
    for number in 0..READERS {
        let (queue, parse, tables) = (Arc::clone(&queue), parse.clone(), Arc::clone(tables));
        let slot = breaker.slot(number);
        thread(stages, "reader", READER_STACK_BYTES, move || {
            loop {
                let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((polled, reply)) = job else { return Ok(()) };
                let known = Arc::clone(&tables.read().unwrap_or_else(PoisonError::into_inner));
                // The receiver is gone only when the writer has failed, which is told elsewhere.
                drop(reply.send(read::batch(polled, &slot, &parse, &known)));
            }
        });
    }
    jobs
}

/// Reserves a place in line for each poll, then hands its body to the readers.
pub(super) async fn line_up(
    mut polled: mpsc::Receiver<Polled>,
    jobs: std::sync::mpsc::SyncSender<Job>,
    in_line: mpsc::Sender<oneshot::Receiver<Batch<Article>>>,
) -> Result<(), Error> {
    while let Some(polled) = polled.recv().await {
        let (reply, place) = oneshot::channel();
        if in_line.send(place).await.is_err() {
            return Ok(());
        }
        // As many jobs wait as places are in line, so this queue has room.
        if jobs.send((polled, reply)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Hands the read batches to the writer in the order in which they were polled.
pub(super) async fn in_order(
    mut line: mpsc::Receiver<oneshot::Receiver<Batch<Article>>>,
    to_group: mpsc::Sender<Batch<Article>>,
) -> Result<(), Error> {
    while let Some(place) = line.recv().await {
        let batch = unless_stuck(place).await?;
        if to_group.send(batch).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// The batch at the head of the line, unless its reader never comes back. The run then ends with a note of the body
/// left behind, and the next one lets a child read it.
async fn unless_stuck(
    mut place: oneshot::Receiver<Batch<Article>>,
) -> Result<Batch<Article>, Error> {
    let mut beat = tokio::time::interval(IDLE_MAX);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for _ in 0..=STUCK_BEATS {
        tokio::select! {
            batch = &mut place => return batch.map_err(|_| Error::Panicked("reader")),
            _ = beat.tick() => {}
        }
    }
    Err(Error::Stuck)
}
